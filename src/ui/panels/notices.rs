//! What the user should know, in a corner: a few cards that never stack up.

use eframe::egui::{self, Align2, Layout, Margin, RichText, Ui, Vec2};

use crate::state::{Notice, Severity};
use crate::ui::action::Action;
use crate::ui::scene::Scene;
use crate::ui::theme::{CARD_RADIUS, Palette, UNIT};
use crate::ui::widgets::{Icon, IconButton};

/// Width of a card.
const WIDTH: f32 = 360.0;
/// Seconds over which a card fades at its end.
const FADE_SECS: f64 = 0.6;

/// Shows the notices over the lower right corner of `around`.
pub fn notices_ui(ui: &mut Ui, scene: &Scene<'_>, around: egui::Rect, actions: &mut Vec<Action>) {
    if scene.state.notices().is_empty() {
        return;
    }
    let corner = around.right_bottom() - Vec2::splat(1.5 * UNIT);
    let area = egui::Area::new(ui.scope_id().with("notices"))
        .order(egui::Order::Foreground)
        .fixed_pos(corner)
        .pivot(Align2::RIGHT_BOTTOM)
        .constrain_to(around);
    area.show(ui.ctx(), |ui| {
        ui.spacing_mut().item_spacing.y = UNIT;
        ui.set_width(WIDTH.min(around.width() - 3.0 * UNIT));
        for notice in scene.state.notices().iter() {
            notice_ui(ui, notice, scene.state.now_secs(), actions);
        }
    });
}

fn notice_ui(ui: &mut Ui, notice: &Notice, now_secs: f64, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let (word, color) = match notice.severity {
        Severity::Info => ("Note", palette.text_weak),
        Severity::Warning => ("Warning", palette.warning),
        Severity::Error => ("Did not work", palette.error),
    };
    ui.scope(|ui| {
        if let Some(end) = notice.expires_at() {
            let left = end - now_secs;
            ui.set_opacity((left / FADE_SECS).clamp(0.0, 1.0) as f32);
            if left < FADE_SECS {
                ui.ctx().request_repaint();
            }
        }
        let frame = egui::Frame::new()
            .fill(palette.raised)
            .stroke(egui::Stroke::new(1.0, color.gamma_multiply(0.6)))
            .corner_radius(CARD_RADIUS)
            .inner_margin(Margin::symmetric(12, 8));
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                let count = if notice.count > 1 { format!("{word} · {}×", notice.count) } else { word.to_owned() };
                ui.label(RichText::new(count).small().strong().color(color));
                ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
                    if ui.add(IconButton::new(Icon::Close, "Dismiss").color(palette.text_weak)).clicked() {
                        actions.push(Action::Dismiss(notice.id));
                    }
                });
            });
            ui.add(egui::Label::new(notice.text.as_str()).wrap());
        });
    });
}
