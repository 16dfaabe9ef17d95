//! A card in the middle of the stage: what state this is, and what to do about it.

use eframe::egui::{self, Color32, Margin, Rect, RichText, Ui};

use super::button::primary_button;
use crate::ui::action::{Action, Verb};
use crate::ui::theme::{CARD_RADIUS, Palette, UNIT};

/// Width of a card, where there is room.
const WIDTH: f32 = 420.0;

/// A button on a card: what it says and what it does.
#[derive(Debug, Clone, Copy)]
pub struct CardButton<'a> {
    /// What it says.
    pub text: &'a str,
    /// What it does.
    pub verb: Verb,
}

/// Shows a card in the middle of `stage`. The first button is the one that is advised.
pub fn state_card_ui(
    ui: &mut Ui,
    stage: Rect,
    (title, color): (&str, Color32),
    text: &str,
    buttons: &[CardButton<'_>],
    actions: &mut Vec<Action>,
) {
    let palette = Palette::of(ui);
    let width = WIDTH.min(stage.width() - 4.0 * UNIT).max(160.0);
    let area = egui::Area::new(ui.scope_id().with("state card"))
        .order(egui::Order::Middle)
        .fixed_pos(stage.center())
        .pivot(egui::Align2::CENTER_CENTER)
        .constrain_to(stage);
    area.show(ui.ctx(), |ui| {
        let frame = egui::Frame::new()
            .fill(palette.raised)
            .stroke(egui::Stroke::new(1.0, palette.line))
            .corner_radius(CARD_RADIUS)
            .inner_margin(Margin::same(20));
        frame.show(ui, |ui| {
            ui.set_width(width - 40.0);
            ui.spacing_mut().item_spacing.y = UNIT;
            ui.label(RichText::new(title).heading().color(color));
            ui.add(egui::Label::new(text).wrap());
            if !buttons.is_empty() {
                ui.horizontal_wrapped(|ui| buttons_ui(ui, buttons, actions));
            }
        });
    });
}

fn buttons_ui(ui: &mut Ui, buttons: &[CardButton<'_>], actions: &mut Vec<Action>) {
    for (index, button) in buttons.iter().enumerate() {
        let response = if index == 0 { primary_button(ui, button.text) } else { ui.button(button.text) };
        if response.on_hover_text(button.verb.tooltip()).clicked() {
            actions.push(button.verb.into());
        }
    }
}
