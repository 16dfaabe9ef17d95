//! What was found: how many pictures, of which sizes and values, in which classes, and what was left out.

use eframe::egui::{RichText, ScrollArea, Ui};

use super::classes::classes_ui;
use super::fact::fact_ui;
use crate::config::Choice as _;
use crate::data::{Inspection, Skipped};
use crate::ui::number;
use crate::ui::theme::{BESIDE_BAR, HALF, Palette, strong_style};
use crate::ui::widgets::small_label;

/// Height of the list of what was left out.
const SKIPPED_HEIGHT: f32 = 96.0;

/// Shows everything that was found.
pub(super) fn facts_ui(ui: &mut Ui, inspection: &Inspection) {
    ui.spacing_mut().item_spacing.y = HALF;
    let grouped = |count: usize| number::grouped(count);
    fact_ui(ui, "Format", &[inspection.kind.label()]);
    let held_out = match inspection.test_pictures {
        0 => String::new(),
        count => format!(", and {} to test with", grouped(count)),
    };
    fact_ui(ui, "Pictures", &[format!("{}{held_out}", grouped(inspection.pictures))]);
    fact_ui(ui, "Sizes", &[sizes(inspection.sizes)]);
    fact_ui(ui, "Colours", &[if inspection.channels == 1 { "Grey" } else { "Colour" }]);
    let [low, high] = inspection.range;
    fact_ui(ui, "Values", &[format!("{low} to {high}, {:.0} on average", inspection.mean)]);
    if inspection.looked_at < inspection.pictures {
        small_label(ui, &format!("Sizes, colours and values are those of {} of them.", grouped(inspection.looked_at)));
    }
    for note in &inspection.notes {
        small_label(ui, &super::super::capitalized(note));
    }
    if inspection.classes.is_empty() {
        small_label(ui, "There are no classes: two sub-folders or more would be some, and so would labels in a file.");
    } else {
        ui.add_space(HALF);
        classes_ui(ui, &inspection.classes);
    }
    skipped_ui(ui, &inspection.skipped);
}

/// The smallest and the largest picture.
fn sizes([[width, height], [widest, highest]]: [[usize; 2]; 2]) -> String {
    if (width, height) == (widest, highest) {
        format!("All {width}×{height}")
    } else {
        format!("{width}×{height} to {widest}×{highest}")
    }
}

/// What was left out, and why.
fn skipped_ui(ui: &mut Ui, skipped: &Skipped) {
    if skipped.is_empty() {
        return;
    }
    let palette = Palette::of(ui);
    let files = if skipped.count() == 1 { "file is" } else { "files are" };
    let title = format!("{} {files} left out", number::grouped(skipped.count() as u64));
    ui.add_space(HALF);
    ui.label(RichText::new(title).text_style(strong_style()).color(palette.warning));
    let area = ScrollArea::vertical().id_salt("skipped").max_height(SKIPPED_HEIGHT).auto_shrink([false, true]);
    area.content_margin(BESIDE_BAR).show(ui, |ui| {
        for (reason, count, first) in skipped.reasons() {
            let text = match count {
                1 => format!("{first}: {reason}"),
                _ => format!("{} files: {reason}; the first is {first}", number::grouped(count as u64)),
            };
            small_label(ui, &text);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_as_one_or_as_a_range() {
        assert_eq!(sizes([[28, 28]; 2]), "All 28×28");
        assert_eq!(sizes([[40, 30], [640, 480]]), "40×30 to 640×480");
    }
}
