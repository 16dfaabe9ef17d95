//! The switches above the stage of points: what is drawn, and which generator.

use eframe::egui::{self, Align, Color32, FontId, Layout, Rect, Response, Sense, Stroke, Ui, Vec2, pos2, vec2};

use super::{Morph, PointsStage};
use crate::config::Choice as _;
use crate::state::StageLayer;
use crate::ui::action::{Action, Verb};
use crate::ui::panels::stage::generator_choice_ui;
use crate::ui::scene::Scene;
use crate::ui::theme::{BODY_TEXT, HALF, Palette, UNIT};
use crate::ui::widgets::{Icon, IconButton, plain_slider, verb_button};

/// Width of the stage from which the switches have names beside their signs.
const NAMES_WIDTH: f32 = 590.0;
/// The layers that are switched on in a menu.
const MORE: [StageLayer; 10] = [
    StageLayer::Scores,
    StageLayer::Border,
    StageLayer::Levels,
    StageLayer::Arrows,
    StageLayer::Field,
    StageLayer::Density,
    StageLayer::Trails,
    StageLayer::Warp,
    StageLayer::Noise,
    StageLayer::PhasePlane,
];

pub(super) fn toolbar_ui(ui: &mut Ui, scene: &Scene<'_>, stage: &mut PointsStage, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let layers = [
        (StageLayer::Real, palette.real),
        (StageLayer::Generated, palette.generated),
        (StageLayer::Opinion, palette.text_weak),
        (StageLayer::Path, palette.text_strong),
    ];
    let has_names = ui.available_width() >= NAMES_WIDTH;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        for (layer, color) in layers {
            let is_on = scene.controls.shows(layer);
            let name = layer.label();
            let text = if has_names { name } else { "" };
            if layer_toggle(ui, layer, (name, text), color, is_on).on_hover_text(layer.tooltip()).clicked() {
                actions.push(Action::ToggleLayer(layer));
            }
        }
        more_ui(ui, scene, actions);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            generator_choice_ui(ui, scene, actions);
            if !stage.camera.is_fitted() {
                verb_button(ui, scene, Verb::ResetView, IconButton::new(Icon::Fit, "Fit stage"), actions);
            }
        });
    });
    if scene.controls.shows(StageLayer::Warp) {
        morph_ui(ui, stage);
    }
    ui.add_space(HALF);
}

/// The layers that teach one thing each.
fn more_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let num_on = MORE.iter().filter(|layer| scene.controls.shows(**layer)).count();
    let text = if num_on == 0 { "Views".to_owned() } else { format!("Views · {num_on}") };
    let config =
        egui::containers::menu::MenuConfig::new().close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
    let (response, _) = egui::containers::menu::MenuButton::new(text).config(config).ui(ui, |ui| {
        ui.set_min_width(200.0);
        // The menu is raised: a box needs a line to be seen.
        ui.visuals_mut().widgets.inactive.bg_stroke = Stroke::new(1.0, Palette::of(ui).text_weak);
        for layer in MORE {
            let mut is_on = scene.controls.shows(layer);
            if ui.checkbox(&mut is_on, layer.label()).on_hover_text(layer.tooltip()).clicked() {
                actions.push(Action::ToggleLayer(layer));
            }
        }
    });
    response
        .on_hover_text("More to see on the plane: scores, border and level lines, pull, density, trails, the bent plane, the noise, the phase plane");
}

/// Plays the way from the latents to what the generator makes of them, or goes to a place on it.
fn morph_ui(ui: &mut Ui, stage: &mut PointsStage) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = UNIT;
        let play = ui.add(IconButton::new(Icon::Play, "Play the bending").text("Bend"));
        if play.on_hover_text("Shows how the generator bends the plane of latents into generated points").clicked() {
            stage.morph.play(ui.input(|input| input.time));
        }
        ui.label(egui::RichText::new("noise").small().weak());
        let width = (ui.available_width() - 80.0).clamp(80.0, 260.0);
        let tooltip = "The way from the latents, left, to what the generator makes of them, right";
        if let Some(place) = plain_slider(ui, "Bending", tooltip, stage.morph.place, 0.0..=1.0, width) {
            stage.morph = Morph { place, since: None };
        }
        ui.label(egui::RichText::new("generated").small().weak());
    });
}

/// A switch that shows the layer's own sign.
fn layer_toggle(ui: &mut Ui, layer: StageLayer, (name, text): (&str, &str), color: Color32, is_on: bool) -> Response {
    let palette = Palette::of(ui);
    let ink = if is_on { palette.text } else { palette.text_weak };
    let galley = ui.painter().layout_no_wrap(text.to_owned(), FontId::proportional(BODY_TEXT), ink);
    let size = vec2(galley.size().x + 12.0 + 3.0 * HALF + HALF, 28.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::accesskit::Role::CheckBox, ui.is_enabled(), is_on, name));
    let fill = if response.hovered() || response.has_focus() { palette.control } else { Color32::TRANSPARENT };
    ui.painter().rect_filled(rect, 6.0, fill);
    let color = if is_on { color } else { palette.text_weak.gamma_multiply(0.6) };
    let sign = Rect::from_center_size(pos2(rect.left() + HALF + 6.0, rect.center().y), Vec2::splat(12.0));
    let painter = ui.painter();
    match layer {
        StageLayer::Real => {
            painter.circle_stroke(sign.center(), 4.5, Stroke::new(2.5, color));
        }
        StageLayer::Generated => {
            painter.circle_filled(sign.center(), 5.0, color);
        }
        StageLayer::Opinion => {
            let (low, high) = if is_on { (palette.heat_low, palette.heat_high) } else { (color, color) };
            let (left, right) = sign.split_left_right_at_fraction(0.5);
            painter.rect_filled(left, 0.0, low);
            painter.rect_filled(right, 0.0, high);
        }
        StageLayer::Path => {
            let points = vec![sign.left_bottom(), sign.center() + vec2(-1.0, -3.0), sign.right_top()];
            painter.add(egui::Shape::line(points, Stroke::new(2.0, color)));
        }
        _ => {}
    }
    painter.galley(pos2(sign.right() + HALF + 2.0, rect.center().y - galley.size().y / 2.0), galley, ink);
    response
}
