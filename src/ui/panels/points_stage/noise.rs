//! The noise that the generated points are made from, in a corner of the stage, where it fits a plane.

use eframe::egui::{self, Align2, FontId, Pos2, Rect, Sense, Stroke, Ui, Vec2, pos2, vec2};

use super::PointsStage;
use crate::trainer::PointsView;
use crate::ui::theme::{CARD_RADIUS, Palette, SMALL_TEXT, UNIT};

/// Side of the card.
const SIDE: f32 = 150.0;
/// Radius of a latent.
const DOT: f32 = 2.0;
/// How near the pointer must be to a latent to mean it.
const REACH: f32 = 7.0;

/// Shows the latents; the one under the pointer marks its generated point on the stage, and the other way round.
pub(super) fn noise_ui(ui: &mut Ui, view: &PointsView, stage: &mut PointsStage, rect: Rect) {
    let palette = Palette::of(ui);
    let card = Rect::from_min_size(rect.right_top() + vec2(-SIDE - UNIT, UNIT), Vec2::splat(SIDE));
    let response = ui.interact(card, ui.scope_id().with("noise"), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Canvas, true, "Noise plane"));
    let layer = egui::LayerId::new(egui::Order::Middle, ui.scope_id().with("noise card"));
    let painter = ui.ctx().layer_painter(layer).with_clip_rect(card);
    painter.rect(
        card,
        CARD_RADIUS,
        palette.raised.gamma_multiply(0.95),
        Stroke::new(1.0, palette.line),
        egui::StrokeKind::Inside,
    );
    let font = FontId::proportional(SMALL_TEXT);
    if view.latents.is_empty() {
        let text = "Noise of more than\ntwo numbers has no\nplane: set the latent’s\nsize to 1 or 2.";
        painter.text(card.center(), Align2::CENTER_CENTER, text, font, palette.text_weak);
        return;
    }
    let title = "noise z";
    painter.text(card.left_top() + vec2(UNIT, 5.0), Align2::LEFT_TOP, title, font, palette.text_weak);
    let reach = view.latents.iter().flatten().fold(1.0_f32, |most, value| most.max(value.abs()));
    let inner = Rect::from_min_max(card.min + vec2(8.0, 24.0), card.max - Vec2::splat(8.0));
    let half = 0.5 * inner.size().min_elem();
    let place = |latent: &[f32; 2]| -> Pos2 {
        pos2(inner.center().x + half * latent[0] / reach, inner.center().y - half * latent[1] / reach)
    };
    let pointer = response.hover_pos();
    if let Some(pointer) = pointer {
        let distances = view.latents.iter().map(|latent| place(latent).distance(pointer)).enumerate();
        let nearest = distances.min_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, distance)| *distance <= REACH);
        stage.hovered = nearest.map(|(index, _)| index);
    }
    for (index, latent) in view.latents.iter().enumerate() {
        let color = view.fake_scores.get(index).map_or(palette.generated, |&score| palette.verdict(score));
        painter.circle_filled(place(latent), DOT, color);
    }
    if let Some(latent) = stage.hovered.and_then(|index| view.latents.get(index)) {
        painter.circle_stroke(place(latent), DOT + 3.0, Stroke::new(2.0, palette.text_strong));
    }
}
