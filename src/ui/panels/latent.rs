//! The walk through latent space: from A to B with a slider, while training goes on.

use eframe::egui::{
    self, Align, Align2, FontId, Layout, Rect, RichText, Sense, Stroke, StrokeKind, Ui, UiBuilder, Vec2, pos2, vec2,
};

mod words;

use self::words::{WordRow, map_ui, words_ui};
use super::class_choice::{class_choice_ui, gallery_classes};
use crate::state::LatentEnd;
use crate::trainer::{GeneratedText, Interpolation, LatentSamples, LatentView, StageView};
use crate::ui::action::{Action, Verb};
use crate::ui::scene::Scene;
use crate::ui::stage::Atlas;
use crate::ui::theme::{HALF, Palette, SMALL_TEXT, UNIT, strong_style};
use crate::ui::widgets::{Icon, IconButton, Meter, meter_ui, verb_button};

/// Width of the controls at the left.
const CONTROLS_WIDTH: f32 = 196.0;
/// The same where a class can be chosen, too.
const CONTROLS_WIDTH_WITH_CLASSES: f32 = 236.0;
/// Width of the sample at the right.
const SAMPLE_WIDTH: f32 = 104.0;
/// The same of the probabilities of a text.
const MAP_WIDTH: f32 = 208.0;
/// Small positions shown for points, ends included.
const POSITIONS: usize = 11;
/// Largest frame of the strip.
const MAX_FRAME: f32 = 72.0;
/// The gauge's end, in usual lengths of a latent.
const GAUGE_END: f32 = 1.25;

/// What the panel remembers from frame to frame.
#[derive(Default)]
pub struct LatentPanel {
    seen: Option<u64>,
    strip: Atlas,
    current: Atlas,
}

impl LatentPanel {
    fn take_in(&mut self, ui: &Ui, scene: &Scene<'_>) {
        if self.seen == Some(scene.state.num_views()) {
            return;
        }
        self.seen = Some(scene.state.num_views());
        if let Some(LatentSamples::Images { strip, current }) = scene.state.views().map(|it| &it.latent.samples) {
            self.strip.update(ui.ctx(), "latent walk", strip);
            self.current.update(ui.ctx(), "sample on the walk", current);
        }
    }
}

/// Shows the walk.
pub fn latent_ui(ui: &mut Ui, scene: &Scene<'_>, panel: &mut LatentPanel, actions: &mut Vec<Action>) {
    panel.take_in(ui, scene);
    let whole = ui.available_rect_before_wrap();
    let has_classes = gallery_classes(scene).is_some();
    let width = if has_classes { CONTROLS_WIDTH_WITH_CLASSES } else { CONTROLS_WIDTH };
    let left = whole.with_max_x(whole.left() + width);
    let is_text = matches!(scene.state.views().map(|it| &it.latent.samples), Some(LatentSamples::Texts { .. }));
    let sample_width = if is_text { MAP_WIDTH } else { SAMPLE_WIDTH };
    let right = whole.with_min_x(whole.right() - sample_width);
    let middle = Rect::from_x_y_ranges(left.right() + 2.0 * UNIT..=right.left() - 2.0 * UNIT, whole.y_range());
    let mut column = |rect: Rect, body: &mut dyn FnMut(&mut Ui)| {
        let mut child = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Min)));
        body(&mut child);
    };
    column(left, &mut |ui| controls_ui(ui, scene, actions));
    column(middle, &mut |ui| walk_ui(ui, scene, panel, actions));
    column(right, &mut |ui| sample_ui(ui, scene, panel));
    ui.advance_cursor_after_rect(whole);
}

fn controls_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = 3.0;
    ui.spacing_mut().interact_size.y = 24.0;
    ui.spacing_mut().button_padding.y = 2.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        let title = RichText::new("Latent walk").text_style(strong_style()).color(Palette::of(ui).text_strong);
        ui.label(title).on_hover_text(
            "A latent is the list of random numbers the generator starts from; walk from one to another and watch the \
             sample change smoothly",
        );
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            verb_button(ui, scene, Verb::ShuffleLatent, IconButton::new(Icon::Shuffle, "Shuffle"), actions);
        });
    });
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        let methods = [
            (Interpolation::Slerp, "Arc", "Walks along the great circle and keeps the latent's usual length (slerp)"),
            (
                Interpolation::Lerp,
                "Straight",
                "Walks in a straight line; its middle is shorter than any latent the generator was trained on (lerp)",
            ),
        ];
        for (method, name, tooltip) in methods {
            let button = egui::Button::selectable(scene.controls.latent.method == method, name);
            if ui.add(button).on_hover_text(tooltip).clicked() {
                actions.push(Action::SetInterpolation(method));
            }
        }
        class_choice_ui(ui, scene, "Class of the walk", ui.available_width(), actions);
    });
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        let latent = &scene.controls.latent;
        for (end, letter, number) in [(LatentEnd::A, "A", latent.from), (LatentEnd::B, "B", latent.to)] {
            ui.label(letter);
            let mut number = number;
            let field = egui::DragValue::new(&mut number).speed(0.1).range(0..=9_999).update_while_editing(false);
            ui.spacing_mut().interact_size = vec2(56.0, 22.0);
            let response = ui.add(field).accessible_name(format!("Latent {letter}"));
            let tooltip = "Number of the latent; small numbers are the gallery's tiles. Click a generated sample on the \
                           stage to choose it";
            if response.on_hover_text(tooltip).changed() {
                actions.push(Action::SetLatentEnd { end, number });
            }
            ui.add_space(HALF);
        }
    });
    gauge_ui(ui, scene);
}

/// The strip with the slider aligned above it: the handle stands over the frame it shows.
fn walk_ui(ui: &mut Ui, scene: &Scene<'_>, panel: &LatentPanel, actions: &mut Vec<Action>) {
    let latent = scene.state.views().map(|views| &views.latent);
    if let Some(LatentView { samples: LatentSamples::Texts { strip, current }, .. }) = latent {
        return words_walk_ui(ui, scene, strip, current.length, actions);
    }
    let len = match latent.map(|latent| &latent.samples) {
        Some(LatentSamples::Images { .. }) => panel.strip.len().max(2),
        _ => POSITIONS,
    };
    let rect = ui.available_rect_before_wrap();
    let slider_height = 26.0;
    let room = rect.height() - slider_height - HALF;
    let gap = 4.0;
    let side = ((rect.width() + gap) / len as f32 - gap).min(room).clamp(8.0, MAX_FRAME);
    // Frames spread over the whole width, so that the slider is long.
    let pitch = (rect.width() - side) / (len - 1) as f32;
    let frames = rect.with_min_y(rect.top() + slider_height + HALF);
    let rail = Rect::from_x_y_ranges(
        rect.left() + side / 2.0..=rect.right() - side / 2.0,
        rect.top()..=rect.top() + slider_height,
    );
    slider_ui(ui, scene, rail, side, actions);
    let frame_rect =
        |index: usize| Rect::from_min_size(pos2(frames.left() + index as f32 * pitch, frames.top()), Vec2::splat(side));
    match latent {
        Some(latent) => strip_ui(ui, scene, panel, latent, len, &frame_rect),
        None => {
            for index in 0..len {
                ui.painter().rect_filled(frame_rect(index), 3.0, Palette::of(ui).control);
            }
        }
    }
    ui.advance_cursor_after_rect(rect);
}

/// The words of the walk, of `length` letters at most, with the slider above them.
fn words_walk_ui(ui: &mut Ui, scene: &Scene<'_>, strip: &[GeneratedText], length: usize, actions: &mut Vec<Action>) {
    let rect = ui.available_rect_before_wrap();
    let slider_height = 26.0;
    let room = rect.with_min_y(rect.top() + slider_height + HALF);
    let row = WordRow::of(room.size(), strip.len(), length);
    let rail = Rect::from_x_y_ranges(
        rect.left() + row.inset..=rect.right() - row.inset,
        rect.top()..=rect.top() + slider_height,
    );
    slider_ui(ui, scene, rail, 2.0 * row.inset, actions);
    let nearest = (scene.controls.latent.place * strip.len().saturating_sub(1) as f32).round() as usize;
    words_ui(ui, strip, nearest, row, room);
    ui.advance_cursor_after_rect(rect);
}

fn slider_ui(ui: &mut Ui, scene: &Scene<'_>, rail: Rect, side: f32, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let radius = rail.height() / 2.5;
    // egui keeps the handle inside the slider; it should reach the middles of the end frames.
    let rect = rail.expand2(vec2(radius, 0.0));
    let mut place = scene.controls.latent.place;
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)));
    child.spacing_mut().slider_width = rect.width();
    child.spacing_mut().interact_size.y = rail.height();
    let response = child.add(egui::Slider::new(&mut place, 0.0..=1.0).show_value(false));
    response.widget_info(|| egui::WidgetInfo::slider(true, f64::from(place), "Place on the latent walk"));
    if response.changed() {
        actions.push(Action::SetLatentPlace(place));
    }
    let grown = if response.hovered() || response.dragged() || response.has_focus() { 1.5 } else { 0.0 };
    let center = pos2(egui::lerp(rail.x_range(), place), rail.center().y);
    ui.painter().circle(center, radius + 0.5 + grown, palette.accent, Stroke::new(2.0, palette.background));
    response.on_hover_text("Drag to walk from A to B; the sample is made by the networks as they are right now");
    let font = FontId::new(SMALL_TEXT, crate::ui::theme::strong_family());
    if side >= 44.0 {
        for (x, letter, align) in
            [(rect.left() - 6.0, "A", Align2::RIGHT_CENTER), (rect.right() + 6.0, "B", Align2::LEFT_CENTER)]
        {
            ui.painter().text(pos2(x, rail.center().y), align, letter, font.clone(), palette.text);
        }
    }
}

fn strip_ui(
    ui: &Ui,
    scene: &Scene<'_>,
    panel: &LatentPanel,
    latent: &LatentView,
    len: usize,
    frame_rect: &dyn Fn(usize) -> Rect,
) {
    let palette = Palette::of(ui);
    match &latent.samples {
        LatentSamples::Images { .. } => {
            for index in 0..panel.strip.len() {
                let rect = fit(frame_rect(index), panel.strip.aspect());
                panel.strip.paint(ui.painter(), index, rect);
            }
        }
        LatentSamples::Texts { .. } => {}
        LatentSamples::Points { strip, .. } => {
            for index in 0..len {
                let share = index as f32 / (len - 1) as f32;
                let sample = strip.get((share * strip.len().saturating_sub(1) as f32).round() as usize);
                position_ui(ui, scene, frame_rect(index), sample.copied());
            }
        }
    }
    let nearest = (scene.controls.latent.place * (len - 1) as f32).round() as usize;
    let rect = frame_rect(nearest.min(len - 1));
    ui.painter().rect_stroke(rect, 3.0, Stroke::new(2.0, palette.accent), StrokeKind::Outside);
}

/// A sample's place on the plane, as a small map with the real points faint behind.
fn position_ui(ui: &Ui, scene: &Scene<'_>, rect: Rect, sample: Option<[f32; 2]>) {
    let palette = Palette::of(ui);
    let painter = ui.painter().with_clip_rect(rect);
    painter.rect_filled(rect, 3.0, palette.well);
    let Some(StageView::Points(points)) = scene.state.views().map(|views| &views.stage) else { return };
    let [low, high] = points.bounds;
    let place = |point: [f32; 2]| {
        let share = |axis: usize| (point[axis] - low[axis]) / (high[axis] - low[axis]).max(f32::MIN_POSITIVE);
        pos2(egui::lerp(rect.x_range(), share(0)), egui::lerp(rect.bottom()..=rect.top(), share(1)))
    };
    for &real in points.real.iter().take(48) {
        painter.rect_filled(
            Rect::from_center_size(place(real), Vec2::splat(2.0)),
            0.0,
            palette.real.gamma_multiply(0.7),
        );
    }
    if let Some(sample) = sample {
        painter.circle_filled(place(sample), 4.0, palette.generated);
    }
}

/// How usual the latent's length is.
fn gauge_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let palette = Palette::of(ui);
    let norm = scene.state.views().map_or(1.0, |views| views.latent.relative_norm);
    let row = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = UNIT;
        ui.label(RichText::new("|z|").color(palette.text_weak));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(RichText::new(format!("{norm:.2}×")).color(palette.text));
            let meter = Meter { share: norm / GAUGE_END, mark: Some(1.0 / GAUGE_END), color: palette.generator };
            meter_ui(ui, meter);
        });
    });
    row.response.on_hover_text(
        "Length of the latent over the usual length of a random one; the mark is 1. A straight walk cuts through \
         shorter latents that the generator never saw in training",
    );
}

/// The sample at the walk's place, large.
fn sample_ui(ui: &mut Ui, scene: &Scene<'_>, panel: &LatentPanel) {
    if let Some(LatentSamples::Texts { current, .. }) = scene.state.views().map(|views| &views.latent.samples) {
        let rect = ui.available_rect_before_wrap();
        return map_ui(ui, current, rect);
    }
    let room = ui.available_size();
    let side = room.y.min(room.x).max(16.0);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
    ui.painter().rect_filled(rect, 4.0, Palette::of(ui).well);
    match scene.state.views().map(|views| &views.latent.samples) {
        Some(LatentSamples::Images { .. }) => panel.current.paint(ui.painter(), 0, fit(rect, panel.current.aspect())),
        Some(LatentSamples::Points { current, .. }) => position_ui(ui, scene, rect, Some(*current)),
        Some(LatentSamples::Texts { .. }) | None => {}
    }
    response.on_hover_text("What the generator makes at this place of the walk, right now");
}

/// The largest rectangle of `aspect` in the middle of `rect`.
fn fit(rect: Rect, aspect: f32) -> Rect {
    let size = if aspect >= rect.aspect_ratio() {
        vec2(rect.width(), rect.width() / aspect)
    } else {
        vec2(rect.height() * aspect, rect.height())
    };
    Rect::from_center_size(rect.center(), size)
}
