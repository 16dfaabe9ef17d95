//! Latents worth keeping: their pictures below the gallery, which go on changing while training does.

use eframe::egui::{self, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo};

use super::strip::{HEADING_HEIGHT, Row, strip_ui};
use super::tile::end_ui;
use crate::state::{LatentEnd, MAX_TRAY};
use crate::trainer::KeptView;
use crate::ui::action::Action;
use crate::ui::scene::Scene;
use crate::ui::stage::Atlas;
use crate::ui::theme::{Palette, UNIT};

/// Height of a picture where there is room for all.
const PICTURE: f32 = 44.0;
/// Space between pictures.
const GAP: f32 = 6.0;
/// Height of the whole strip.
pub(super) const TRAY_HEIGHT: f32 = HEADING_HEIGHT + PICTURE + UNIT + 2.0;

const TOOLTIP: &str = "Latents that you keep: ctrl-click a picture of the gallery to add it or to take it out. Click one here to start \
     the latent walk with it, shift-click to end it there";

/// What the tray remembers from frame to frame.
#[derive(Default)]
pub(super) struct Kept {
    numbers: Vec<u64>,
    pictures: Atlas,
}

impl Kept {
    /// Takes in the pictures of a view.
    pub(super) fn update(&mut self, ui: &Ui, view: Option<&KeptView>) {
        self.numbers.clear();
        if let Some(KeptView { numbers, pictures }) = view {
            self.numbers.extend(numbers);
            self.pictures.update(ui.ctx(), "kept latents", pictures);
        }
    }

    /// Paints a latent's picture, once there is one.
    fn paint(&self, ui: &Ui, number: u64, rect: Rect) {
        if let Some(index) = self.numbers.iter().position(|&known| known == number) {
            self.pictures.paint(ui.painter(), index, rect);
        }
    }
}

/// Shows the latents kept.
pub(super) fn tray_ui(ui: &mut Ui, scene: &Scene<'_>, pictures: &Kept, rect: Rect, actions: &mut Vec<Action>) {
    let kept = &scene.controls.tray;
    let title = format!("Kept latents · {} of {MAX_TRAY}", kept.len());
    let mut asked = Vec::new();
    let buttons = |ui: &mut Ui| {
        if ui.button("Clear").on_hover_text("Takes all latents out of the tray").clicked() {
            asked.push(Action::ClearTray);
        }
        let tooltip =
            "Writes these latents to a .npy file, one a row, which `ganscope sample --latents` and NumPy read";
        if ui.button("Save latents…").on_hover_text(tooltip).clicked() {
            asked.push(Action::SaveTray);
        }
    };
    strip_ui(ui, rect, (&title, TOOLTIP), buttons, |ui, rest| {
        let aspect = pictures.pictures.aspect();
        let side = ((rest.width() + GAP) / MAX_TRAY as f32 - GAP).min(PICTURE * aspect);
        let row = Row::new(rest, side / aspect, aspect, GAP);
        for (index, &number) in kept.iter().enumerate() {
            kept_ui(ui, scene, pictures, (number, row.place(index)), actions);
        }
    });
    actions.extend(asked);
}

fn kept_ui(ui: &mut Ui, scene: &Scene<'_>, pictures: &Kept, (number, rect): (u64, Rect), actions: &mut Vec<Action>) {
    let response = ui.interact(rect, ui.scope_id().with(("kept latent", number)), Sense::click());
    let name = format!("Kept latent {}", number + 1);
    response.widget_info(|| WidgetInfo::labeled(egui::accesskit::Role::Button, true, &name));
    ui.painter().rect_filled(rect, 1.0, Palette::of(ui).control);
    pictures.paint(ui, number, rect);
    let latent = &scene.controls.latent;
    for (end, letter) in [(latent.from, "A"), (latent.to, "B")] {
        if end == number {
            end_ui(ui, rect, letter);
        }
    }
    if response.hovered() || response.has_focus() {
        let stroke = Stroke::new(2.0, Palette::of(ui).accent);
        ui.painter().rect_stroke(rect, 1.0, stroke, StrokeKind::Outside);
    }
    if response.clicked() {
        let modifiers = ui.input(|input| input.modifiers);
        let action = if modifiers.command {
            Action::KeepLatent(number)
        } else {
            let end = if modifiers.shift { LatentEnd::B } else { LatentEnd::A };
            Action::SetLatentEnd { end, number }
        };
        actions.push(action);
    }
    response.context_menu(|ui| {
        let choices = [
            ("Start the walk here", Action::SetLatentEnd { end: LatentEnd::A, number }),
            ("End the walk here", Action::SetLatentEnd { end: LatentEnd::B, number }),
            ("Take out of the tray", Action::KeepLatent(number)),
        ];
        for (text, action) in choices {
            if ui.button(text).clicked() {
                actions.push(action);
                ui.close();
            }
        }
    });
    response.on_hover_text(name);
}
