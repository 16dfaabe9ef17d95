//! One fact: its name, and what is known, in a line or several.

use eframe::egui::{Align, Label, Layout, RichText, Ui, Vec2};

use crate::ui::theme::Palette;

/// Width of a fact's name.
const NAME_WIDTH: f32 = 72.0;
/// Height of a line.
const LINE_HEIGHT: f32 = 18.0;

/// Shows a fact: its name at the left, each of `lines` at the right.
pub(super) fn fact_ui(ui: &mut Ui, name: &str, lines: &[impl AsRef<str>]) {
    ui.horizontal_top(|ui| {
        ui.allocate_ui_with_layout(Vec2::new(NAME_WIDTH, LINE_HEIGHT), Layout::left_to_right(Align::Min), |ui| {
            ui.set_min_width(NAME_WIDTH);
            ui.label(RichText::new(name).color(Palette::of(ui).text_weak));
        });
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            for line in lines {
                ui.add(Label::new(line.as_ref()).wrap());
            }
        });
    });
}
