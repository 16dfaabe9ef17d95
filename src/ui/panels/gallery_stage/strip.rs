//! A strip below the gallery: a heading with what can be done, and pictures in a row.

use eframe::egui::{self, Align, Layout, Rect, RichText, Ui, UiBuilder, Vec2, vec2};

use crate::ui::theme::{CARD_RADIUS, HALF, Palette, UNIT, strong_style};

/// Space between a strip's border and what is in it.
const MARGIN: f32 = UNIT;
/// Height of the heading.
pub(super) const HEADING_HEIGHT: f32 = 28.0;

/// Shows a strip in `rect`: its heading with `buttons` at the right, and `body` in the rest of it.
pub(super) fn strip_ui(
    ui: &mut Ui,
    rect: Rect,
    (title, tooltip): (&str, &str),
    buttons: impl FnOnce(&mut Ui),
    body: impl FnOnce(&mut Ui, Rect),
) {
    let palette = Palette::of(ui);
    ui.painter().rect_filled(rect, CARD_RADIUS, palette.well);
    let inner = rect.shrink2(vec2(MARGIN, HALF));
    let (head, rest) = inner.split_top_bottom_at_y(inner.top() + HEADING_HEIGHT);
    let mut row =
        ui.new_child(UiBuilder::new().max_rect(head).layout(Layout::left_to_right(Align::Center)).id_salt(title));
    row.spacing_mut().item_spacing.x = HALF;
    row.with_layout(Layout::right_to_left(Align::Center), |ui| {
        buttons(ui);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let title = RichText::new(title).text_style(strong_style()).color(palette.text_strong);
            ui.add(egui::Label::new(title).truncate()).on_hover_text(tooltip);
        });
    });
    body(ui, rest);
}

/// Squares of one size in a row, as many as fit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    rect: Rect,
    /// Size of one.
    pub(super) size: Vec2,
    gap: f32,
}

impl Row {
    /// Pictures of `aspect` as high as `height`, with `gap` between them.
    pub(super) fn new(rect: Rect, height: f32, aspect: f32, gap: f32) -> Self {
        Self { rect, size: vec2(height * aspect, height), gap }
    }

    /// How many fit.
    pub(super) fn len(&self) -> usize {
        ((self.rect.width() + self.gap) / (self.size.x + self.gap)) as usize
    }

    /// Where one stands.
    pub(super) fn place(&self, index: usize) -> Rect {
        let left = index as f32 * (self.size.x + self.gap);
        Rect::from_min_size(self.rect.min + vec2(left, 0.0), self.size)
    }
}
