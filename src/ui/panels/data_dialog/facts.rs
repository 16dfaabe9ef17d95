//! What was found: how many pictures, of which sizes and values, in which classes, and what was left out.

use eframe::egui::{self, Color32, RichText, ScrollArea, Sense, Ui, Vec2};

use super::fact::fact_ui;
use crate::config::Choice as _;
use crate::data::{ClassCount, Inspection, Skipped};
use crate::ui::number;
use crate::ui::theme::{BESIDE_BAR, HALF, Palette, SMALL_TEXT, strong_style};
use crate::ui::widgets::small_label;

/// Height of the list of classes: those beyond are scrolled to.
const CLASSES_HEIGHT: f32 = 176.0;
/// Height of the list of what was left out.
const SKIPPED_HEIGHT: f32 = 96.0;
/// Height of one class.
const CLASS_HEIGHT: f32 = 16.0;

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
    classes_ui(ui, &inspection.classes);
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

/// A bar for each class.
fn classes_ui(ui: &mut Ui, classes: &[ClassCount]) {
    let Some(most) = classes.iter().map(|class| class.count).max() else {
        small_label(ui, "There are no classes: two sub-folders or more would be some, and so would labels in a file.");
        return;
    };
    ui.add_space(HALF);
    ui.label(RichText::new(format!("{} classes", classes.len())).text_style(strong_style()));
    ScrollArea::vertical().id_salt("classes").max_height(CLASSES_HEIGHT).auto_shrink([false, true]).show_rows(
        ui,
        CLASS_HEIGHT,
        classes.len(),
        |ui, shown| {
            for class in &classes[shown] {
                class_ui(ui, class, most);
            }
        },
    );
}

fn class_ui(ui: &mut Ui, class: &ClassCount, most: usize) {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width() - 12.0, CLASS_HEIGHT), Sense::hover());
    let count = number::grouped(class.count as u64);
    let words = format!("{}: {count}", class.name);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Label, true, &words));
    response.on_hover_text(&words);
    let font = egui::FontId::proportional(SMALL_TEXT);
    let text = |text: &str, width: f32, color: Color32| {
        let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font.clone(), color);
        job.wrap = egui::text::TextWrapping::truncate_at_width(width);
        ui.painter().layout_job(job)
    };
    let (name_width, count_width) = (0.4 * rect.width(), 56.0);
    let name = text(&class.name, name_width - HALF, palette.text);
    let count = text(&count, count_width, palette.text_weak);
    let at = |x: f32, height: f32| egui::pos2(x, rect.center().y - 0.5 * height);
    ui.painter().galley(at(rect.left(), name.size().y), name.clone(), palette.text);
    ui.painter().galley(at(rect.right() - count.size().x, count.size().y), count.clone(), palette.text_weak);
    let room = rect.width() - name_width - count_width;
    let length = room * class.count as f32 / most.max(1) as f32;
    let bar = egui::Rect::from_min_size(at(rect.left() + name_width, 8.0), Vec2::new(length.max(1.0), 8.0));
    ui.painter().rect_filled(bar, 2.0, palette.real);
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
