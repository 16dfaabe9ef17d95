//! Latents worth keeping: their pictures below the gallery, which go on changing while training does.

use eframe::egui::{self, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo};

use super::strip::{HEADING_HEIGHT, Row, strip_ui};
use super::tile::end_ui;
use crate::state::{LatentEnd, MAX_TRAY};
use crate::trainer::{GalleryClasses, KeptLatent, KeptView};
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
    latents: Vec<KeptLatent>,
    pictures: Atlas,
}

impl Kept {
    /// Takes in the pictures of a view.
    pub(super) fn update(&mut self, ui: &Ui, view: Option<&KeptView>) {
        self.latents.clear();
        if let Some(KeptView { latents, pictures }) = view {
            self.latents.extend(latents);
            self.pictures.update(ui.ctx(), "kept latents", pictures);
        }
    }

    /// Paints a latent's picture, once there is one.
    fn paint(&self, ui: &Ui, latent: KeptLatent, rect: Rect) {
        if let Some(index) = self.latents.iter().position(|&known| known == latent) {
            self.pictures.paint(ui.painter(), index, rect);
        }
    }
}

/// Shows the latents kept, each of its class where the model is told of `classes`.
pub(super) fn tray_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (pictures, classes): (&Kept, Option<&GalleryClasses>),
    rect: Rect,
    actions: &mut Vec<Action>,
) {
    let kept = &scene.controls.tray;
    let title = format!("Kept latents · {} of {MAX_TRAY}", kept.len());
    let mut asked = Vec::new();
    let buttons = |ui: &mut Ui| {
        if ui.button("Clear").on_hover_text("Takes all latents out of the tray").clicked() {
            asked.push(Action::ClearTray);
        }
        if ui.button("Save latents…").on_hover_text(save_tooltip(classes.is_some())).clicked() {
            asked.push(Action::SaveTray);
        }
    };
    strip_ui(ui, rect, (&title, TOOLTIP), buttons, |ui, rest| {
        let aspect = pictures.pictures.aspect();
        let side = ((rest.width() + GAP) / MAX_TRAY as f32 - GAP).min(PICTURE * aspect);
        let row = Row::new(rest, side / aspect, aspect, GAP);
        for (index, &latent) in kept.iter().enumerate() {
            let place = row.place(index);
            ui.painter().rect_filled(place, 1.0, Palette::of(ui).control);
            pictures.paint(ui, latent, place);
            kept_ui(ui, scene, (latent, &name(latent, classes)), place, actions);
        }
    });
    actions.extend(asked);
}

fn save_tooltip(has_classes: bool) -> &'static str {
    if has_classes {
        "Writes these latents to a .npy file, one a row, or to a .npz file, which holds the class of each as well; \
         `ganscope sample --latents` and NumPy read both"
    } else {
        "Writes these latents to a .npy file, one a row, which `ganscope sample --latents` and NumPy read"
    }
}

/// What a latent is called: the same one may be kept as of several classes.
fn name(latent: KeptLatent, classes: Option<&GalleryClasses>) -> String {
    let class = classes.zip(latent.class).map(|(classes, label)| classes.name(label));
    let class = class.map(|class| format!(", {class}")).unwrap_or_default();
    format!("Kept latent {}{class}", latent.number + 1)
}

/// What can be done with one.
fn kept_ui(ui: &mut Ui, scene: &Scene<'_>, (kept, name): (KeptLatent, &str), rect: Rect, actions: &mut Vec<Action>) {
    let number = kept.number;
    let response = ui.interact(rect, ui.scope_id().with(("kept latent", kept)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::accesskit::Role::Button, true, name));
    let walk = &scene.controls.latent;
    for (end, letter) in [(walk.from, "A"), (walk.to, "B")] {
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
            Action::KeepLatent(kept)
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
            ("Take out of the tray", Action::KeepLatent(kept)),
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
