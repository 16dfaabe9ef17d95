//! One picture of the gallery: its score below it, and a larger one under the pointer.

use std::hash::Hash;

use eframe::egui::{self, Align2, FontId, Rect, Response, RichText, Sense, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};

use super::split::BAR;
use crate::ui::panels::stage::score_words;
use crate::ui::theme::{Palette, SMALL_TEXT, strong_family, strong_style};

/// Width of the larger picture: each pixel of it can be seen.
const LARGE: f32 = 224.0;

/// A picture's place and words.
pub(super) struct Tile<'a> {
    pub(super) name: &'a str,
    /// Its class, where the model is told of classes.
    pub(super) class: Option<&'a str>,
    pub(super) hint: &'a str,
    pub(super) rect: Rect,
    pub(super) score: Option<f32>,
    pub(super) sense: Sense,
}

/// Shows one; `None` where it is out of sight.
pub(super) fn tile_ui(
    ui: &mut Ui,
    tile: &Tile<'_>,
    id: impl Hash + std::fmt::Debug,
    paint: impl Fn(&Ui, Rect),
) -> Option<Response> {
    let &Tile { name, class, hint, rect, score, sense } = tile;
    let response = ui.interact(rect.with_max_y(rect.bottom() + BAR), ui.scope_id().with(id), sense);
    let role = if sense.senses_click() { egui::accesskit::Role::Button } else { egui::accesskit::Role::Image };
    response.widget_info(|| egui::WidgetInfo::labeled(role, ui.is_enabled(), name));
    if !ui.is_rect_visible(rect) {
        return None;
    }
    paint(ui, rect);
    bar_ui(ui, rect, score);
    if sense.senses_click() && (response.hovered() || response.has_focus()) {
        let stroke = Stroke::new(2.0, Palette::of(ui).accent);
        ui.painter().rect_stroke(rect, 1.0, stroke, StrokeKind::Outside);
    }
    Some(response.on_hover_ui(|ui| {
        let size = vec2(LARGE, LARGE * rect.height() / rect.width());
        let (large, _) = ui.allocate_exact_size(size, Sense::hover());
        paint(ui, large);
        ui.label(RichText::new(name).text_style(strong_style()));
        if let Some(class) = class {
            ui.label(class);
        }
        if let Some(score) = score {
            ui.label(score_words(score));
        }
        ui.label(RichText::new(hint).small().weak());
    }))
}

/// Marks a picture whose latent is kept.
pub(super) fn kept_ui(ui: &Ui, tile: Rect) {
    let palette = Palette::of(ui);
    let center = tile.right_top() + vec2(-5.0, 5.0);
    ui.painter().circle(center, 4.0, palette.accent, Stroke::new(1.5, palette.on_accent));
}

/// Marks the picture at one end of the latent walk.
pub(super) fn end_ui(ui: &Ui, tile: Rect, letter: &str) {
    let palette = Palette::of(ui);
    ui.painter().rect_stroke(tile, 1.0, Stroke::new(2.5, palette.accent), StrokeKind::Outside);
    let badge = Rect::from_min_size(tile.min, Vec2::splat(17.0));
    ui.painter().rect_filled(badge, 2.0, palette.accent);
    let font = FontId::new(SMALL_TEXT, strong_family());
    ui.painter().text(badge.center(), Align2::CENTER_CENTER, letter, font, palette.on_accent);
}

/// The score as a slim bar: full and blue looks real to the discriminator, short and orange looks generated.
fn bar_ui(ui: &Ui, tile: Rect, score: Option<f32>) {
    let Some(score) = score.filter(|score| score.is_finite()) else { return };
    let palette = Palette::of(ui);
    let corner = pos2(tile.left(), tile.bottom() + 2.0);
    let whole = Rect::from_min_size(corner, vec2(tile.width(), BAR - 2.0));
    ui.painter().rect_filled(whole, 2.0, palette.control);
    let filled = Rect::from_min_size(corner, vec2(tile.width() * score.clamp(0.0, 1.0), BAR - 2.0));
    ui.painter().rect_filled(filled, 2.0, palette.verdict(score));
}
