//! Points on the plane: real ones, generated ones that glide, what the discriminator makes of every place, and where it pulls.

mod layers;
mod noise;
mod phase_plane;
mod toolbar;

use eframe::egui::{self, FontId, Painter, PointerButton, Pos2, Rect, Response, Sense, Ui, Vec2, pos2, vec2};

use self::layers::{Layers, Sheet};
use self::noise::noise_ui;
use self::phase_plane::phase_plane_ui;
use self::toolbar::toolbar_ui;
use crate::state::{LatentEnd, StageLayer};
use crate::trainer::{LatentSamples, PointsView};
use crate::ui::action::Action;
use crate::ui::scene::Scene;
use crate::ui::stage::{Camera, Glide, HeatMap, StageTransform};
use crate::ui::theme::{HALF, Palette, SMALL_TEXT, UNIT};

/// How fast the wheel zooms.
const ZOOM_PER_POINT: f32 = 0.004;
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
    layers: Layers,
    morph: Morph,
    /// The generated point under the pointer.
    hovered: Option<usize>,
}

/// How far the plane of latents is on its way to what the generator makes of it.
#[derive(Debug, Clone, Copy)]
struct Morph {
    /// 0 at the latents, 1 at the generated points.
    place: f32,
    /// When it was set going, on the window's clock.
    since: Option<f64>,
}

impl Default for Morph {
    fn default() -> Self {
        Self { place: 1.0, since: None }
    }
}

impl Morph {
    /// Seconds from latents to points.
    const SECS: f64 = 2.5;

    fn play(&mut self, now: f64) {
        *self = Self { place: 0.0, since: Some(now) };
    }

    /// Moves on; whether there is still a way to go.
    fn advance(&mut self, now: f64) -> bool {
        let Some(since) = self.since else { return false };
        let share = ((now - since) / Self::SECS).clamp(0.0, 1.0) as f32;
        // Slow at either end, so that the eye can follow.
        self.place = share * share * (3.0 - 2.0 * share);
        if share >= 1.0 {
            self.since = None;
        }
        self.since.is_some()
    }
}

impl PointsStage {
    /// Sees everything again.
    pub fn reset_view(&mut self) {
        self.camera = Camera::default();
    }

    fn take_in(&mut self, ui: &Ui, scene: &Scene<'_>, view: &PointsView) {
        let palette = Palette::of(ui);
        self.heat.follow_theme(ui.ctx(), palette, ui.visuals().dark_mode);
        self.layers.follow_theme(ui.ctx(), palette);
        if self.seen == Some(scene.state.num_views()) {
            return;
        }
        self.seen = Some(scene.state.num_views());
        let now = ui.input(|input| input.time);
        let is_still = scene.settings.has_reduced_motion;
        self.heat.update(ui.ctx(), palette, view.opinion.as_ref());
        self.fake.head_for(&view.fake, now, is_still);
        self.layers.take_in(ui.ctx(), palette, scene.state.views().map_or(0, |views| views.step), view);
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
        let moves = [self.fake.advance(now), self.path.advance(now), self.place.advance(now), self.morph.advance(now)];
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
    look_at(scene, stage, &transform, rect, actions);
    stage.hovered = response.hover_pos().and_then(|pointer| nearest_fake(view, stage, &transform, pointer));
    if scene.controls.shows(StageLayer::Noise) {
        noise_ui(ui, view, stage, rect);
    }
    Sheet { painter: &painter, palette, scene, view, transform: &transform }.paint(stage);
    if scene.controls.shows(StageLayer::PhasePlane) {
        phase_plane_ui(ui, &view.orbit, rect);
    }
    choose_ends(ui, stage, &response, actions);
    readout_ui(&painter, palette, scene, stage, &transform, rect, response.hover_pos());
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

/// Asks for what is in sight to be looked at closely, once that is not all of the data.
fn look_at(scene: &Scene<'_>, stage: &PointsStage, transform: &StageTransform, rect: Rect, actions: &mut Vec<Action>) {
    let corners = || [transform.plane(rect.left_bottom()), transform.plane(rect.right_top())];
    let visible = (!stage.camera.is_fitted()).then(corners);
    if visible != scene.controls.visible {
        actions.push(Action::LookAt(visible));
    }
}

/// The generated point under the pointer.
fn nearest_fake(view: &PointsView, stage: &PointsStage, transform: &StageTransform, pointer: Pos2) -> Option<usize> {
    let distance = |point: &[f32; 2]| transform.screen(*point).distance(pointer);
    let points = stage.fake.positions().iter().map(distance).enumerate();
    let (index, distance) = points.min_by(|a, b| a.1.total_cmp(&b.1))?;
    (distance <= CLICK_RADIUS && index < view.fake.len()).then_some(index)
}

/// A click on a generated point starts the latent walk there, a click with shift ends it there.
fn choose_ends(ui: &Ui, stage: &PointsStage, response: &Response, actions: &mut Vec<Action>) {
    if let Some(index) = stage.hovered.filter(|_| response.clicked()) {
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
    if scene.controls.shows(StageLayer::Opinion) {
        paint_scale(painter, palette, rect, &font);
    }
    let Some(pointer) = pointer else { return };
    let place = transform.plane(pointer);
    let score = stage.heat.score_at(place).filter(|_| scene.controls.shows(StageLayer::Opinion));
    let score = score.map_or_else(String::new, |score| format!("   score {score:.2}"));
    let text = format!("x {:>6.2}   y {:>6.2}{score}", place[0], place[1]);
    let galley = painter.layout_no_wrap(text, font, palette.text);
    let size = galley.size() + vec2(2.0 * UNIT, UNIT);
    let corner = rect.right_bottom() - size - Vec2::splat(UNIT);
    painter.rect_filled(Rect::from_min_size(corner, size), 6.0, palette.raised.gamma_multiply(0.92));
    painter.galley(corner + vec2(UNIT, HALF), galley, palette.text);
}

/// The least height of a stage with a scale on it.
const MIN_SCALE_STAGE: f32 = 120.0;

fn paint_scale(painter: &Painter, palette: &Palette, rect: Rect, font: &FontId) {
    let width = 96.0;
    let words = ["looks generated", "looks real"]
        .map(|word| painter.layout_no_wrap(word.to_owned(), font.clone(), palette.text));
    let total = width + words[0].size().x + words[1].size().x + 4.0 * UNIT;
    // On a small stage it would hide more than it explains.
    if total > rect.width() * 0.62 || rect.height() < MIN_SCALE_STAGE {
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
