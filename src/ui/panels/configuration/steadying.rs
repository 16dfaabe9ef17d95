//! What the discriminator sees and how far updates may go: augmentation or letters, noise, label smoothing, clipping, and classes.

use eframe::egui::{Response, Ui};

use super::edit;
use super::letters::letters_ui;
use super::network::widen;
use crate::config::{Domain, LossKind, RunConfig, ScheduleKind};
use crate::ui::action::Action;
use crate::ui::number;
use crate::ui::scene::Scene;
use crate::ui::theme::{HALF, Palette};
use crate::ui::widgets::{MarkedSlider, fold_ui, small_label};

/// The most noise that the slider offers: as wide as the data.
const MOST_NOISE: f64 = 1.0;
/// The most smoothing, of labels or of letters, that makes sense.
pub(super) const MOST_SMOOTHING: f64 = 0.5;
/// The longest gradient that the sliders let through, besides any.
const LONGEST_GRADIENT: f64 = 100.0;
/// The shortest.
const SHORTEST_GRADIENT: f64 = 0.01;

/// Shows what keeps training steady where data is scarce or the discriminator too strong.
pub(super) fn steadying_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let old = scene.controls.draft.config();
    let mut new = old.clone();
    let is_text = new.data.domain() == Domain::Text;
    let title = if is_text { "Classes, letters" } else { "Classes, augmentation" };
    fold_ui(ui, "steadying", title, |ui| {
        ui.spacing_mut().item_spacing.y = HALF;
        classes_ui(ui, &mut new);
        if is_text {
            letters_ui(ui, &mut new);
        } else {
            augment_ui(ui, &mut new);
        }
        noise_ui(ui, &mut new);
        smoothing_ui(ui, &mut new);
        clipping_ui(ui, &mut new);
        small_label(ui, "All of these need a restart.");
    });
    if new != *old {
        edit(scene, actions, |config| *config = new);
    }
}

/// A switch that says what it does, or why it cannot be moved.
pub(super) fn switch_ui(
    ui: &mut Ui,
    (name, tooltip): (&str, &str),
    is_on: &mut bool,
    obstacle: Option<&str>,
) -> Response {
    // What is on can always be switched off.
    let is_enabled = obstacle.is_none() || *is_on;
    let response = ui.add_enabled(is_enabled, eframe::egui::Checkbox::new(is_on, name));
    response.on_hover_text(tooltip).on_disabled_hover_text(obstacle.unwrap_or(tooltip))
}

fn classes_ui(ui: &mut Ui, config: &mut RunConfig) {
    let obstacle = (config.data.classes() == 0)
        .then_some("This data has no classes; choose a set that has, or a folder whose sub-folders are classes");
    let tooltip = "Makes a conditional model: both networks are told the class of each sample, so that the generator can be asked for one";
    switch_ui(ui, ("Learn each class", tooltip), &mut config.conditional, obstacle);
}

fn augment_ui(ui: &mut Ui, config: &mut RunConfig) {
    let obstacle = (config.data.domain() != Domain::Images)
        .then_some("Only pictures can be changed like this; for points there is noise");
    let augment = &mut config.augment;
    let switches = [
        (
            (
                "Change colours",
                "Shows the discriminator every picture with other brightness, contrast and saturation, so that it cannot learn few pictures by heart",
            ),
            &mut augment.color,
        ),
        (
            (
                "Shift pictures",
                "Shows the discriminator every picture shifted by up to an eighth, so that it cannot learn few pictures by heart",
            ),
            &mut augment.translation,
        ),
        (
            (
                "Cut holes",
                "Hides a grey square of half the side from the discriminator, so that it has to look everywhere",
            ),
            &mut augment.cutout,
        ),
    ];
    for (words, is_on) in switches {
        switch_ui(ui, words, is_on, obstacle);
    }
}

fn noise_ui(ui: &mut Ui, config: &mut RunConfig) {
    let range = 0.0..=MOST_NOISE.max(widen(config.instance_noise));
    let slider = MarkedSlider::new("Instance noise", widen(config.instance_noise), range, 0.0)
        .tooltip(noise_tooltip(config.schedule.kind))
        .color(Palette::of(ui).discriminator);
    if let Some(noise) = slider.show(ui) {
        config.instance_noise = noise as f32;
    }
}

/// What the noise does, and what becomes of it: it falls as the learning rates do, but to nothing.
fn noise_tooltip(schedule: ScheduleKind) -> &'static str {
    match schedule {
        ScheduleKind::Constant => {
            "Blurs all that the discriminator sees, so that it wins less easily; with a constant schedule, the noise stays"
        }
        ScheduleKind::Linear | ScheduleKind::Cosine => {
            "Blurs all that the discriminator sees, so that it wins less easily; the noise fades to nothing along the schedule"
        }
    }
}

fn smoothing_ui(ui: &mut Ui, config: &mut RunConfig) {
    let has_labels = matches!(config.objective.loss, LossKind::Minimax | LossKind::NonSaturating);
    let smoothing = config.objective.label_smoothing;
    let scope = ui.add_enabled_ui(has_labels || smoothing > 0.0, |ui| {
        MarkedSlider::new("Label smoothing", widen(smoothing), 0.0..=MOST_SMOOTHING, 0.0)
            .tooltip("Asks the discriminator to be a little less sure that real samples are real, which keeps its gradients alive")
            .color(Palette::of(ui).discriminator)
            .show(ui)
    });
    scope.response.on_disabled_hover_text("Only minimax and non-saturating losses have labels to smooth");
    if let Some(smoothing) = scope.inner {
        config.objective.label_smoothing = smoothing as f32;
    }
}

fn clipping_ui(ui: &mut Ui, config: &mut RunConfig) {
    let palette = Palette::of(ui);
    let limits = [
        ("Generator gradient limit", &mut config.generator_optimizer.clip_norm, palette.generator),
        ("Discriminator gradient limit", &mut config.discriminator_optimizer.clip_norm, palette.discriminator),
    ];
    for (name, limit, color) in limits {
        let range = 0.0..=LONGEST_GRADIENT.max(widen(*limit));
        let slider = MarkedSlider::new(name, widen(*limit), range, 0.0)
            .tooltip("Shortens gradients that are longer than this, so that no single step throws the network far off; 0 lets all through")
            .logarithmic(SHORTEST_GRADIENT)
            .format(limit_text)
            .color(color);
        if let Some(chosen) = slider.show(ui) {
            *limit = chosen as f32;
        }
    }
}

fn limit_text(limit: f64) -> String {
    if limit > 0.0 { number::setting(limit) } else { "none".to_owned() }
}
