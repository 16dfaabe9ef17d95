//! How the discriminator sees generated letters: why discrete data is hard, and what helps.

use eframe::egui::Ui;

use super::network::widen;
use super::steadying::{MOST_SMOOTHING, switch_ui};
use crate::config::RunConfig;
use crate::ui::theme::Palette;
use crate::ui::widgets::MarkedSlider;

/// The highest temperature that the slider offers: nearly all symbols alike.
const HIGHEST_TEMPERATURE: f64 = 5.0;

/// Shows the choices, for texts.
pub(super) fn letters_ui(ui: &mut Ui, config: &mut RunConfig) {
    let color = Palette::of(ui).discriminator;
    let tooltip = "Shows the discriminator one letter at each place, the likeliest or, with a temperature, one that is drawn, and lets \
                   the generator learn as if it were shown probabilities (straight-through); otherwise it is shown the probabilities \
                   themselves, which tell generated texts from real ones by how sure they are";
    switch_ui(ui, ("Decide letters", tooltip), &mut config.straight_through, None);
    let tooltip = "Also tries every letter at one place of up to half the texts: what the discriminator says of each tells the generator \
                   what another letter would have brought, where slopes only guess it (local expectation gradients). Made for \
                   decided letters that are drawn at a temperature; a step takes longer, the more different letters there are";
    switch_ui(ui, ("Try other letters", tooltip), &mut config.local_expectation, None);
    let range = 0.0..=HIGHEST_TEMPERATURE.max(widen(config.gumbel_temperature));
    let temperature = MarkedSlider::new("Gumbel temperature", widen(config.gumbel_temperature), range, 0.0)
        .tooltip(
            "Draws letters at random by their probabilities, nearly (Gumbel-softmax): at a low temperature it is the drawn letter, \
             which has hardly a slope to learn along; at a high one a blur that is no letter. Where letters are decided, one is drawn \
             at any temperature, which only changes the slopes. 0 draws none",
        )
        .color(color);
    if let Some(temperature) = temperature.show(ui) {
        config.gumbel_temperature = temperature as f32;
    }
    let smoothing = MarkedSlider::new("Letter smoothing", widen(config.symbol_smoothing), 0.0..=MOST_SMOOTHING, 0.0)
        .tooltip(
            "Spreads a share of each letter evenly over the alphabet before the discriminator sees it, so that the generator need \
             not be certain: what is certain has no slope left to learn along",
        )
        .color(color);
    if let Some(smoothing) = smoothing.show(ui) {
        config.symbol_smoothing = smoothing as f32;
    }
}
