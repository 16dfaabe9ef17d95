//! The classes that were found, with a bar for how many samples each has.

use eframe::egui::{self, Color32, RichText, ScrollArea, Sense, Ui, Vec2};

use crate::data::ClassCount;
use crate::ui::number;
use crate::ui::theme::{HALF, Palette, SMALL_TEXT, strong_style};

/// Height of the list: classes beyond are scrolled to.
const CLASSES_HEIGHT: f32 = 176.0;
/// Height of one class.
const CLASS_HEIGHT: f32 = 16.0;

/// Shows a bar for each class.
pub(super) fn classes_ui(ui: &mut Ui, classes: &[ClassCount]) {
    let most = classes.iter().map(|class| class.count).max().unwrap_or_default();
    let title = match classes.len() {
        1 => "One class only: there is nothing to tell apart".to_owned(),
        count => format!("{count} classes"),
    };
    ui.label(RichText::new(title).text_style(strong_style()));
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
