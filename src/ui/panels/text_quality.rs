//! How good the generated texts are, each measure beside its floor and beside a model that knows three characters at a time.

use eframe::egui::Ui;

use super::quality::{SAMPLES_HEIGHT, line_ui, samples_ui};
use crate::trainer::TextsQuality;
use crate::ui::number;

/// Height of one line.
const LINE_HEIGHT: f32 = 22.0;
/// Height of the panel from which there is room for the divergence of short pieces.
const ROOMY: f32 = 560.0;

/// The height that a reading takes in a panel of this height.
pub(super) fn text_quality_height(available: f32) -> f32 {
    let lines = if available < ROOMY { 4.0 } else { 7.0 };
    lines * LINE_HEIGHT + SAMPLES_HEIGHT
}

/// Width from which there is room for the 3-gram model beside the floor.
const WIDE: f32 = 290.0;

/// Shows a reading of `step` steps.
pub(super) fn text_quality_ui(ui: &mut Ui, step: u64, quality: &TextsQuality) {
    let is_roomy = ui.available_height() >= 6.5 * LINE_HEIGHT + SAMPLES_HEIGHT;
    let first = if is_roomy { 0 } else { quality.js.len() - 1 };
    for (index, measure) in quality.js.iter().enumerate().skip(first) {
        let tooltip = format!(
            "How differently pieces of {} characters come in generated and in training texts, as Jensen–Shannon divergence in \
             bits: 0 is equal, 1 has nothing in common. As many texts that training never saw score the floor; a model that \
             knows three characters at a time scores {:.3}",
            index + 1,
            quality.js_trigram[index],
        );
        let floor = format!("floor {}", number::measured(measure.floor));
        let trigram = format!("3-gram {}", number::measured(quality.js_trigram[index]));
        let aside = if ui.available_width() >= WIDE { format!("{floor} · {trigram}") } else { floor };
        line_ui(ui, &format!("JS-{}", index + 1), &number::measured(measure.value), &aside, &tooltip);
    }
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let tooltip = "Texts that are not empty and have no character after their end";
    line_ui(ui, "Valid", &percent(quality.validity), "best 100 %", tooltip);
    let tooltip = "Different texts among all valid ones: a generator that has collapsed repeats itself";
    let aside = format!("floor {}", percent(quality.uniqueness.floor));
    line_ui(ui, "Unique", &percent(quality.uniqueness.value), &aside, tooltip);
    let tooltip = "Different texts that are none of training's: very few are copies learned by heart, and nearly all may be noise";
    let aside = format!("3-gram {}", percent(quality.novelty_trigram));
    line_ui(ui, "New", &percent(quality.novelty), &aside, tooltip);
    samples_ui(ui, quality.samples, "texts", step);
}
