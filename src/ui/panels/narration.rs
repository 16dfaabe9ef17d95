//! The foot of the window: one sentence on what is happening now.

use eframe::egui::{self, Color32, Label, RichText, TextStyle, Ui};

use crate::trainer::Phase;
use crate::ui::scene::Scene;
use crate::ui::theme::{Palette, large_style};

/// Shows the sentence.
pub fn narration_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let palette = Palette::of(ui);
    let experiment = &scene.controls.experiment;
    let color = match scene.state.run().phase {
        Phase::Diverged | Phase::Failed if !experiment.is_open() => palette.error,
        _ => palette.text_strong,
    };
    // While a step is walked through, what happens now is its phase.
    let phase = scene.state.walkthrough().sentence();
    let text = if experiment.is_open() {
        experiment.sentence()
    } else {
        phase.unwrap_or_else(|| scene.state.narration().text().to_owned())
    };
    let text = RichText::new(&text).text_style(fitting_style(ui, &text)).color(color);
    ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| ui.add(Label::new(text).wrap()));
}

/// The largest style in which the sentence stays within its panel.
fn fitting_style(ui: &Ui, text: &str) -> TextStyle {
    let room = ui.available_size();
    let fits = |style: &TextStyle| {
        let font = style.resolve(ui.style());
        ui.painter().layout(text.to_owned(), font, Color32::PLACEHOLDER, room.x).size().y <= room.y
    };
    [large_style(), TextStyle::Body].into_iter().find(fits).unwrap_or(TextStyle::Small)
}
