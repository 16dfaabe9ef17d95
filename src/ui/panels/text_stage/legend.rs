//! How many of the generated texts are new, and what their colours mean.

use eframe::egui::{self, RichText, Sense, Stroke, Ui, vec2};

use super::{cell, origin_name};
use crate::trainer::{TextOrigin, TextsView};
use crate::ui::theme::{HALF, Palette, UNIT};

/// Shows the legend in one line.
pub(super) fn legend_ui(ui: &mut Ui, view: &TextsView) {
    let palette = Palette::of(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        for (origin, word) in [(TextOrigin::Novel, "new"), (TextOrigin::Copy, "copies"), (TextOrigin::Broken, "broken")]
        {
            let count = view.fake.iter().filter(|text| text.origin == origin).count();
            let word = if (count, origin) == (1, TextOrigin::Copy) { "copy" } else { word };
            let (rect, _) = ui.allocate_exact_size(vec2(14.0, 14.0), Sense::hover());
            let stroke = Stroke::new(2.0, cell::origin_color(palette, origin));
            ui.painter().line_segment([rect.left_bottom(), rect.right_bottom()], stroke);
            let text = RichText::new(format!("{count} {word}")).small().color(palette.text);
            ui.label(text).on_hover_text(origin_name(origin));
            ui.add_space(UNIT);
        }
        ui.label(RichText::new("letters:").small().color(palette.text_weak));
        for (certainty, word) in [(1.0, "sure"), (0.5, "guessed")] {
            let color = cell::certainty_color(palette, certainty);
            let tooltip =
                "The probability that the generator gives to the letter: pale letters might as well be others";
            ui.add(egui::Label::new(RichText::new(word).small().color(color))).on_hover_text(tooltip);
        }
    });
}
