//! Points on the plane: real ones, generated ones that glide, and the discriminator's opinion as a heat map.

use eframe::egui::{
    self, Align, Align2, Color32, FontId, Layout, Painter, PointerButton, Pos2, Rect, Response, Sense, Stroke, Ui,
    Vec2, pos2, vec2,
};

use super::stage::generator_choice_ui;
use crate::state::{LatentEnd, StageLayer};
use crate::trainer::{LatentSamples, PointsView};
use crate::ui::action::{Action, Verb};
use crate::ui::scene::Scene;
use crate::ui::stage::{Camera, Cloud, Glide, HeatMap, Marker, Signs, StageTransform};
use crate::ui::theme::{BODY_TEXT, HALF, POINT_SIZE, Palette, SMALL_TEXT, UNIT};
use crate::ui::widgets::{Icon, IconButton, verb_button};

/// How fast the wheel zooms.
const ZOOM_PER_POINT: f32 = 0.004;
/// Width of the stage from which the switches have names beside their signs.
const NAMES_WIDTH: f32 = 505.0;
/// How near a click must be to a point to mean it, in screen points.
const CLICK_RADIUS: f32 = 10.0;

/// What the stage of points remembers from frame to frame.
#[derive(Default)]
pub struct PointsStage {
    seen: Option<u64>,
    camera: Camera,
    bounds: [[f32; 2]; 2],
    heat: HeatMap,
    fake: Glide,
    path: Glide,
    place: Glide,
    signs: Option<Signs>,
    clouds: [Cloud; 3],
}

impl PointsStage {
    /// Sees everything again.
    pub fn reset_view(&mut self) {
        self.camera = Camera::default();
    }

    fn take_in(&mut self, ui: &Ui, scene: &Scene<'_>, view: &PointsView) {
        let palette = Palette::of(ui);
        self.heat.follow_theme(ui.ctx(), palette, ui.visuals().dark_mode);
        if self.seen == Some(scene.state.num_views()) {
            return;
        }
        self.seen = Some(scene.state.num_views());
        let now = ui.input(|input| input.time);
        let is_still = scene.settings.has_reduced_motion;
        self.heat.update(ui.ctx(), palette, view.opinion.as_ref());
        self.fake.head_for(&view.fake, now, is_still);
        if self.bounds != view.bounds {
            self.bounds = view.bounds;
            self.camera = Camera::default();
        }
        if let Some(LatentSamples::Points { strip, current }) = scene.state.views().map(|views| &views.latent.samples) {
            self.path.head_for(strip, now, is_still);
            self.place.head_for(&[*current], now, is_still);
        }
    }

    fn advance(&mut self, ui: &Ui, scene: &Scene<'_>) {
        let now = ui.input(|input| input.time);
        let moves = [self.fake.advance(now), self.path.advance(now), self.place.advance(now)];
        if moves.contains(&true) {
            ui.ctx().request_repaint_after(scene.frame_interval);
        }
    }
}

/// Shows points, opinion and path, and what is under the pointer.
pub fn points_stage_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    view: &PointsView,
    stage: &mut PointsStage,
    actions: &mut Vec<Action>,
) {
    stage.take_in(ui, scene, view);
    stage.advance(ui, scene);
    toolbar_ui(ui, scene, stage, actions);
    let rect = ui.available_rect_before_wrap();
    let response = ui.allocate_rect(rect, Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Canvas, true, "Stage"));
    navigate(ui, stage, &response);
    let transform = stage.camera.transform(rect, view.bounds);
    let palette = Palette::of(ui);
    let painter = ui.painter().with_clip_rect(rect);
    paint(&painter, palette, scene, view, stage, &transform);
    choose_ends(ui, view, stage, &transform, &response, actions);
    readout_ui(&painter, palette, scene, stage, &transform, rect, response.hover_pos());
}

fn toolbar_ui(ui: &mut Ui, scene: &Scene<'_>, stage: &PointsStage, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let layers = [
        (StageLayer::Real, "Real", palette.real, "Points from the data, as rings"),
        (
            StageLayer::Generated,
            "Generated",
            palette.generated,
            "Points from the generator, as discs; click one to start the latent walk there, shift-click to end it there",
        ),
        (
            StageLayer::Opinion,
            "Opinion",
            palette.text_weak,
            "What the discriminator makes of every place: blue looks real to it, orange looks generated, grey is undecided",
        ),
        (
            StageLayer::Path,
            "Walk",
            palette.text_strong,
            "What the generator makes along the way from latent A to latent B",
        ),
    ];
    let has_names = ui.available_width() >= NAMES_WIDTH;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        for (layer, name, color, tooltip) in layers {
            let is_on = scene.controls.layers.shows(layer);
            let text = if has_names { name } else { "" };
            if layer_toggle(ui, layer, (name, text), color, is_on).on_hover_text(tooltip).clicked() {
                actions.push(Action::ToggleLayer(layer));
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            generator_choice_ui(ui, scene, actions);
            if !stage.camera.is_fitted() {
                verb_button(ui, scene, Verb::ResetView, IconButton::new(Icon::Fit, "Fit stage"), actions);
            }
        });
    });
    ui.add_space(HALF);
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
    }
    painter.galley(pos2(sign.right() + HALF + 2.0, rect.center().y - galley.size().y / 2.0), galley, ink);
    response
}

fn navigate(ui: &Ui, stage: &mut PointsStage, response: &Response) {
    let half = stage.camera.transform(response.rect, stage.bounds).half();
    if response.double_clicked() {
        stage.reset_view();
    }
    if response.dragged_by(PointerButton::Primary) || response.dragged_by(PointerButton::Middle) {
        stage.camera.pan(response.drag_delta(), half);
    }
    if let Some(pointer) = response.hover_pos() {
        let factor = ui.input(|input| (input.smooth_scroll_delta().y * ZOOM_PER_POINT).exp() * input.zoom_delta());
        if (factor - 1.0).abs() > 1e-5 {
            stage.camera.zoom_around(factor, pointer - response.rect.center(), half);
        }
    }
}

fn paint(
    painter: &Painter,
    palette: &Palette,
    scene: &Scene<'_>,
    view: &PointsView,
    stage: &mut PointsStage,
    transform: &StageTransform,
) {
    let layers = scene.controls.layers;
    if layers.shows(StageLayer::Opinion) {
        stage.heat.paint(painter, transform);
    }
    let signs = stage.signs.get_or_insert_with(|| Signs::new(painter.ctx()));
    let [real, outline, fake] = &mut stage.clouds;
    if layers.shows(StageLayer::Real) {
        let at = view.real.iter().map(|&point| transform.screen(point));
        real.paint(painter, signs, Marker::Ring, (POINT_SIZE + 1.0, palette.real), at);
    }
    if layers.shows(StageLayer::Generated) {
        let at = || stage.fake.positions().iter().map(|&point| transform.screen(point));
        outline.paint(painter, signs, Marker::Disc, (POINT_SIZE + 2.0, palette.point_outline), at());
        fake.paint(painter, signs, Marker::Disc, (POINT_SIZE, palette.generated), at());
    }
    if layers.shows(StageLayer::Path) {
        paint_path(painter, palette, stage, transform);
    }
}

fn paint_path(painter: &Painter, palette: &Palette, stage: &PointsStage, transform: &StageTransform) {
    let path: Vec<Pos2> = stage.path.positions().iter().map(|&point| transform.screen(point)).collect();
    let (Some(&first), Some(&last)) = (path.first(), path.last()) else { return };
    painter.add(egui::Shape::line(path.clone(), Stroke::new(5.0, palette.point_outline)));
    painter.add(egui::Shape::line(path, Stroke::new(2.5, palette.accent)));
    for (position, letter) in [(first, "A"), (last, "B")] {
        painter.circle(position, 9.0, palette.accent, Stroke::new(1.5, palette.point_outline));
        painter.text(
            position,
            Align2::CENTER_CENTER,
            letter,
            FontId::new(SMALL_TEXT, crate::ui::theme::strong_family()),
            palette.on_accent,
        );
    }
    if let Some(&place) = stage.place.positions().first() {
        painter.circle(transform.screen(place), 6.5, palette.generated, Stroke::new(2.5, palette.accent));
    }
}

/// A click on a generated point starts the latent walk there, a click with shift ends it there.
fn choose_ends(
    ui: &Ui,
    view: &PointsView,
    stage: &PointsStage,
    transform: &StageTransform,
    response: &Response,
    actions: &mut Vec<Action>,
) {
    let Some(pointer) = response.interact_pointer_pos().filter(|_| response.clicked()) else { return };
    let distance = |point: &[f32; 2]| transform.screen(*point).distance(pointer);
    let nearest = stage.fake.positions().iter().enumerate().min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)));
    if let Some((index, point)) = nearest
        && distance(point) <= CLICK_RADIUS
        && index < view.fake.len()
    {
        let end = if ui.input(|input| input.modifiers.shift) { LatentEnd::B } else { LatentEnd::A };
        actions.push(Action::SetLatentEnd { end, number: index as u64 });
    }
}

/// Place and score under the pointer, and what the colours of the opinion mean.
fn readout_ui(
    painter: &Painter,
    palette: &Palette,
    scene: &Scene<'_>,
    stage: &PointsStage,
    transform: &StageTransform,
    rect: Rect,
    pointer: Option<Pos2>,
) {
    let font = FontId::proportional(SMALL_TEXT);
    if scene.controls.layers.shows(StageLayer::Opinion) {
        paint_scale(painter, palette, rect, &font);
    }
    let Some(pointer) = pointer else { return };
    let place = transform.plane(pointer);
    let score = stage.heat.score_at(place).filter(|_| scene.controls.layers.shows(StageLayer::Opinion));
    let score = score.map_or_else(String::new, |score| format!("   score {score:.2}"));
    let text = format!("x {:>6.2}   y {:>6.2}{score}", place[0], place[1]);
    let galley = painter.layout_no_wrap(text, font, palette.text);
    let size = galley.size() + vec2(2.0 * UNIT, UNIT);
    let corner = rect.right_bottom() - size - Vec2::splat(UNIT);
    painter.rect_filled(Rect::from_min_size(corner, size), 6.0, palette.raised.gamma_multiply(0.92));
    painter.galley(corner + vec2(UNIT, HALF), galley, palette.text);
}

fn paint_scale(painter: &Painter, palette: &Palette, rect: Rect, font: &FontId) {
    let width = 96.0;
    let words = ["looks generated", "looks real"]
        .map(|word| painter.layout_no_wrap(word.to_owned(), font.clone(), palette.text));
    let total = width + words[0].size().x + words[1].size().x + 4.0 * UNIT;
    if total > rect.width() * 0.62 {
        return;
    }
    let corner = rect.left_bottom() + vec2(UNIT, -UNIT - 24.0);
    let card = Rect::from_min_size(corner, vec2(total, 24.0));
    painter.rect_filled(card, 6.0, palette.raised.gamma_multiply(0.92));
    let mut x = card.left() + UNIT;
    let [low, high] = words;
    let at = |x: f32, height: f32| pos2(x, card.center().y - height / 2.0);
    let low_width = low.size().x;
    painter.galley(at(x, low.size().y), low, palette.text);
    x += low_width + UNIT;
    let parts = 24;
    for part in 0..parts {
        let share = (part as f32 + 0.5) / parts as f32;
        let left = x + width * part as f32 / parts as f32;
        let cell = Rect::from_min_size(pos2(left, card.center().y - 5.0), vec2(width / parts as f32 + 0.5, 10.0));
        painter.rect_filled(cell, 0.0, palette.heat(share));
    }
    x += width + UNIT;
    painter.galley(at(x, high.size().y), high, palette.text);
}
