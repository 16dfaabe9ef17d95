//! Texts side by side: generated ones of always the same latents, each with the discriminator's score, and real ones.

mod cell;
mod legend;
mod split;

use eframe::egui::{self, Pos2, Rect, RichText, ScrollArea, Sense, Ui, vec2};

use self::cell::{Cell, cell_ui};
use self::legend::legend_ui;
use self::split::{HEADING, TextSplit};
use super::class_choice::class_choice_ui;
use super::stage::generator_choice_ui;
use crate::config::SampleShape;
use crate::state::LatentEnd;
use crate::trainer::{TextOrigin, TextsView};
use crate::ui::action::Action;
use crate::ui::scene::Scene;
use crate::ui::theme::{HALF, Palette, Role, UNIT, strong_style};
use crate::ui::widgets::{plain_slider, role_dot};

/// Width of the list of classes.
const CLASS_WIDTH: f32 = 124.0;
/// Width of the slider of sizes.
const SLIDER_WIDTH: f32 = 64.0;

/// Shows the texts.
pub fn text_stage_ui(ui: &mut Ui, scene: &Scene<'_>, view: &TextsView, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = UNIT;
        ui.label("Size");
        let tooltip = "Size of the texts; ctrl and the wheel do the same";
        let zoom = scene.settings.tile_zoom;
        let zoomed = plain_slider(ui, "Size of the texts", tooltip, zoom, 1.0..=4.0, SLIDER_WIDTH);
        actions.extend(zoomed.map(Action::SetTileZoom));
        class_choice_ui(ui, scene, "Class of the texts", CLASS_WIDTH, actions);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            generator_choice_ui(ui, scene, actions);
        });
    });
    legend_ui(ui, view);
    ui.add_space(HALF);
    let size = ui.available_size();
    // As long as a text may be, so that nothing moves while texts grow.
    let SampleShape::Text { length, .. } = scene.controls.draft.in_force().data.shape() else { return };
    let split = TextSplit::of(size, scene.settings.tile_zoom, length, [view.fake.len(), view.real.len()]);
    let output = ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(size.x, split.height.max(size.y)), Sense::hover());
        heading_ui(ui, rect.min, Role::Generated, "Generated");
        heading_ui(ui, rect.min + split.real_offset(), Role::Real, "Real");
        generated_ui(ui, scene, view, (&split, rect.min), actions);
        real_ui(ui, view, (&split, rect.min + split.real_offset()));
    });
    let pinch = ui.input(egui::InputState::zoom_delta);
    if (pinch - 1.0).abs() > 1e-4 && ui.rect_contains_pointer(output.inner_rect) {
        actions.push(Action::SetTileZoom(scene.settings.tile_zoom * pinch));
    }
}

fn heading_ui(ui: &mut Ui, at: Pos2, role: Role, text: &str) {
    let rect = Rect::from_min_size(at, vec2(160.0, HEADING - HALF));
    let mut row =
        ui.new_child(egui::UiBuilder::new().max_rect(rect).layout(egui::Layout::left_to_right(egui::Align::Center)));
    row.spacing_mut().item_spacing.x = 6.0;
    role_dot(&mut row, role);
    row.label(RichText::new(text).text_style(strong_style()).color(Palette::of(ui).text_strong));
}

fn generated_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    view: &TextsView,
    (split, corner): (&TextSplit, Pos2),
    actions: &mut Vec<Action>,
) {
    let walk = &scene.controls.latent;
    for (index, text) in view.fake.iter().enumerate() {
        let number = index as u64;
        let rect = split.rect(corner, split.generated_columns, index);
        let label = view.classes.as_ref().and_then(|classes| classes.fake.get(index).copied());
        let end = [(walk.from, "A"), (walk.to, "B")].into_iter().find(|(end, _)| *end == number);
        let cell = Cell {
            text: &text.text,
            certainties: Some(&text.certainties),
            origin: Some(text.origin),
            score: view.fake_scores.get(index).copied(),
            class: view.classes.as_ref().zip(label).map(|(classes, label)| classes.name(label)),
            end: end.map(|(_, letter)| letter),
        };
        let name = format!("Generated text {}", index + 1);
        let Some(response) = cell_ui(ui, rect, split.font, &cell, &name) else { continue };
        if response.clicked() {
            let is_end = ui.input(|input| input.modifiers.shift);
            let end = if is_end { LatentEnd::B } else { LatentEnd::A };
            actions.push(Action::SetLatentEnd { end, number });
        }
        response.context_menu(|ui| {
            for (words, end) in [("Start the walk here", LatentEnd::A), ("End the walk here", LatentEnd::B)] {
                if ui.button(words).clicked() {
                    actions.push(Action::SetLatentEnd { end, number });
                    ui.close();
                }
            }
            if ui.button("Copy text").clicked() {
                ui.ctx().copy_text(text.text.clone());
                ui.close();
            }
        });
    }
}

fn real_ui(ui: &mut Ui, view: &TextsView, (split, corner): (&TextSplit, Pos2)) {
    for (index, text) in view.real.iter().enumerate() {
        let label = view.classes.as_ref().and_then(|classes| classes.real.get(index).copied());
        let cell = Cell {
            text,
            certainties: None,
            origin: None,
            score: view.real_scores.get(index).copied(),
            class: view.classes.as_ref().zip(label).map(|(classes, label)| classes.name(label)),
            end: None,
        };
        let rect = split.rect(corner, split.real_columns, index);
        cell_ui(ui, rect, split.font, &cell, &format!("Real text {}", index + 1));
    }
}

/// What a text's origin is called.
fn origin_name(origin: TextOrigin) -> &'static str {
    match origin {
        TextOrigin::Novel => "New: training has no such text",
        TextOrigin::Copy => "A copy: training has this text",
        TextOrigin::Broken => "No text: it is empty, or letters come after its end",
    }
}
