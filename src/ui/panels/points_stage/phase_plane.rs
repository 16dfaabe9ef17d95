//! The plane of the Dirac-GAN in a corner of the stage: how far the generated points are off, against the discriminator's slope.

use eframe::egui::{self, Align2, FontId, Rect, Sense, Stroke, Ui, Vec2, pos2, vec2};

use crate::trainer::DiracState;
use crate::ui::number;
use crate::ui::theme::{CARD_RADIUS, CURVE_WIDTH, Palette, SMALL_TEXT, UNIT};

/// Side of the card.
const SIDE: f32 = 190.0;
/// The plane reaches at least this far from the solution: a game at rest is a dot, not a scribble.
const LEAST_REACH: f32 = 0.05;
/// Room for the names of the axes.
const MARGIN: f32 = 26.0;

/// Shows the way of the game around its solution, in the lower right corner.
pub(super) fn phase_plane_ui(ui: &mut Ui, orbit: &[DiracState], rect: Rect) {
    let palette = Palette::of(ui);
    let side = SIDE.min(0.6 * rect.size().min_elem());
    let corner = rect.right_bottom() - vec2(side + UNIT, side + UNIT);
    let card = Rect::from_min_size(corner, Vec2::splat(side));
    let response = ui.interact(card, ui.scope_id().with("phase plane"), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Canvas, true, "Phase plane"));
    let layer = egui::LayerId::new(egui::Order::Middle, ui.scope_id().with("phase plane card"));
    let painter = ui.ctx().layer_painter(layer).with_clip_rect(card);
    let line = Stroke::new(1.0, palette.line);
    painter.rect(card, CARD_RADIUS, palette.raised.gamma_multiply(0.95), line, egui::StrokeKind::Inside);

    let inner = Rect::from_min_max(card.min + Vec2::splat(MARGIN), card.max - Vec2::splat(MARGIN));
    let axis = DiracState::liveliest_axis(orbit);
    let states: Vec<[f32; 2]> = orbit.iter().map(|state| [state.offset[axis], state.slope[axis]]).collect();
    let most = |number: usize| states.iter().map(|state| state[number].abs()).fold(LEAST_REACH, f32::max);
    let (far, steep) = (most(0), most(1));
    let half = 0.5 * inner.size();
    let place = |[offset, slope]: [f32; 2]| {
        pos2(inner.center().x + half.x * offset / far, inner.center().y - half.y * slope / steep)
    };
    let cross = Stroke::new(1.0, palette.text_weak.gamma_multiply(0.6));
    painter.hline(inner.x_range(), inner.center().y, cross);
    painter.vline(inner.center().x, inner.y_range(), cross);
    let font = FontId::proportional(SMALL_TEXT);
    let bottom = pos2(card.center().x, card.bottom() - 5.0);
    painter.text(
        bottom,
        Align2::CENTER_BOTTOM,
        ["points off to the right", "points off upwards"][axis],
        font.clone(),
        palette.generator,
    );
    let top = pos2(card.center().x, card.top() + 5.0);
    painter.text(top, Align2::CENTER_TOP, "discriminator’s slope", font, palette.discriminator);

    let ways: Vec<_> = states.iter().copied().map(place).collect();
    let last = ways.len().saturating_sub(1).max(1) as f32;
    for (age, ends) in ways.windows(2).enumerate() {
        let color = palette.text_strong.gamma_multiply(0.15 + 0.85 * (age + 1) as f32 / last);
        painter.line_segment([ends[0], ends[1]], Stroke::new(CURVE_WIDTH, color));
    }
    // The solution: points where they should be, and a discriminator that has nothing more to say.
    painter.circle(inner.center(), 4.0, palette.raised, Stroke::new(2.0, palette.real));
    if let Some(&newest) = states.last() {
        painter.circle_filled(place(newest), 4.5, palette.generated);
        let [offset, slope] = newest.map(|value| number::measured(f64::from(value)));
        response.on_hover_text(format!(
            "Where the game stands: offset {offset}, slope {slope}. The ring in the middle is its solution. Going round it is \
             chasing, a spiral into it is learning."
        ));
    }
}
