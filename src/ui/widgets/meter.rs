//! A bar between 0 and a whole, with a mark for the best that is possible.

use eframe::egui::{self, Color32, Sense, Ui, Vec2};

use crate::ui::theme::Palette;

/// Height of the bar.
const HEIGHT: f32 = 8.0;

/// What a bar shows. Shares of its length, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Meter {
    /// How far it is filled.
    pub share: f32,
    /// Where the mark stands.
    pub mark: Option<f32>,
    /// The filled part.
    pub color: Color32,
}

/// Draws the bar over the whole width.
pub fn meter_ui(ui: &mut Ui, meter: Meter) {
    let palette = Palette::of(ui);
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), HEIGHT), Sense::hover());
    let share = if meter.share.is_finite() { meter.share.clamp(0.0, 1.0) } else { 0.0 };
    let painter = ui.painter();
    painter.rect_filled(rect, HEIGHT / 2.0, palette.control);
    let filled = egui::Rect::from_min_size(rect.min, Vec2::new(rect.width() * share, HEIGHT));
    painter.rect_filled(filled, HEIGHT / 2.0, meter.color);
    if let Some(mark) = meter.mark {
        let x = egui::lerp(rect.x_range(), mark.clamp(0.0, 1.0));
        painter.vline(x, rect.y_range().expand(3.0), egui::Stroke::new(2.0, palette.text_strong));
    }
}
