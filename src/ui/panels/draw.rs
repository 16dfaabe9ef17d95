//! The drawing page: paint where the data should be, then train on it.

use eframe::egui::{
    self, Align, Align2, Color32, ColorImage, CursorIcon, Event, FontId, Layout, PointerButton, Pos2, Rect, Sense,
    Stroke, StrokeKind, TextureHandle, TextureOptions, Ui, Vec2, pos2, vec2,
};

use crate::config::Drawing;
use crate::state::{Sketch, SketchEdit, SketchTool, Tip};
use crate::ui::action::{Action, Verb};
use crate::ui::scene::Scene;
use crate::ui::theme::{BODY_TEXT, CARD_RADIUS, CONTROL_HEIGHT, HALF, Palette, UNIT};
use crate::ui::widgets::{Icon, IconButton, MarkedSlider, small_label, verb_button};

/// Width from which buttons have words beside their signs.
const NAMES_WIDTH: f32 = 640.0;
/// Width from which all buttons stand in one row.
const ROW_WIDTH: f32 = 440.0;
/// Height of the line below the drawing.
const FOOT_HEIGHT: f32 = 24.0;

/// What the page remembers from frame to frame: the drawing as a texture.
#[derive(Default)]
pub struct DrawPanel {
    texture: Option<TextureHandle>,
    /// Version of the sketch, and whether the theme is dark.
    seen: Option<(u64, bool)>,
}

/// Shows the page.
pub fn draw_ui(ui: &mut Ui, scene: &Scene<'_>, panel: &mut DrawPanel, actions: &mut Vec<Action>) {
    let sketch = &scene.controls.sketch;
    if ui.available_width() >= ROW_WIDTH {
        ui.horizontal(|ui| {
            tools_ui(ui, scene, actions);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| ends_ui(ui, scene, actions));
        });
    } else {
        ui.horizontal_wrapped(|ui| tools_ui(ui, scene, actions));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.set_max_height(CONTROL_HEIGHT);
            ends_ui(ui, scene, actions);
        });
    }
    ui.add_space(HALF);
    tip_ui(ui, sketch, actions);
    ui.add_space(HALF);
    let room = ui.available_rect_before_wrap();
    let side = room.width().min(room.height() - FOOT_HEIGHT).max(64.0);
    let canvas = Rect::from_min_size(pos2(room.center().x - side / 2.0, room.top()), Vec2::splat(side));
    canvas_ui(ui, sketch, panel, canvas, actions);
    let foot = Rect::from_min_max(pos2(canvas.left(), canvas.bottom()), pos2(room.right(), room.bottom()));
    ui.scope_builder(egui::UiBuilder::new().max_rect(foot), |ui| {
        let painted = sketch.drawing().cells().iter().filter(|&&cell| cell > 0).count();
        let share = 100.0 * painted as f32 / Drawing::CELLS as f32;
        small_label(ui, &format!("{share:.0} % painted; the square reaches from -1.5 to 1.5 on both axes"));
    });
}

fn tools_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = HALF;
    let sketch = &scene.controls.sketch;
    for (tool, name, tooltip) in [
        (SketchTool::Brush, "Brush", "Paints: the denser a place, the more points come from there"),
        (SketchTool::Eraser, "Eraser", "Takes paint away: no points come from empty places"),
    ] {
        if ui.add(egui::Button::selectable(sketch.tool() == tool, name)).on_hover_text(tooltip).clicked() {
            actions.push(Action::Sketch(SketchEdit::Choose(tool)));
        }
    }
    ui.add_space(HALF);
    let has_names = ui.available_width() >= NAMES_WIDTH - 140.0;
    for (verb, icon, text) in [
        (Verb::UndoStroke, Icon::Undo, ""),
        (Verb::RedoStroke, Icon::Redo, ""),
        (Verb::ClearDrawing, Icon::Clear, "Clear"),
        (Verb::LoadDrawing, Icon::Open, "Load…"),
        (Verb::SaveDrawing, Icon::Save, "Save…"),
    ] {
        let button = IconButton::new(icon, verb.label());
        let button = if has_names && !text.is_empty() { button.text(text) } else { button };
        verb_button(ui, scene, verb, button, actions);
    }
}

/// The two ways to leave the page, from right to left.
fn ends_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = HALF;
    let close = ui.add(IconButton::new(Icon::Close, "Close drawing"));
    if close.on_hover_text("Goes back to the stage; the drawing stays").clicked() {
        actions.push(Verb::Draw.into());
    }
    let train = IconButton::new(Icon::Play, Verb::TrainOnDrawing.label()).text("Train on this").filled();
    verb_button(ui, scene, Verb::TrainOnDrawing, train, actions);
}

fn tip_ui(ui: &mut Ui, sketch: &Sketch, actions: &mut Vec<Action>) {
    let (old, usual) = (sketch.tip(), Tip::default());
    let mut new = old;
    let show = |ui: &mut Ui, slider: MarkedSlider<'_>, value: &mut f32| {
        if let Some(changed) = slider.show(ui) {
            *value = changed as f32;
        }
    };
    let whole = 0.0..=1.0;
    let share = |value: f64| format!("{:.0} %", 100.0 * value);
    let radii = f64::from(*Tip::RADII.start())..=f64::from(*Tip::RADII.end());
    ui.spacing_mut().item_spacing.x = 2.0 * UNIT;
    ui.columns(3, |columns| {
        let size = MarkedSlider::new("Brush size", old.radius.into(), radii, usual.radius.into())
            .short_name("Size")
            .tooltip("How wide a stroke is: its radius in the units of the plane")
            .format(|value| format!("{value:.2}"));
        show(&mut columns[0], size, &mut new.radius);
        let hardness = MarkedSlider::new("Hardness", old.hardness.into(), whole.clone(), usual.hardness.into())
            .tooltip("How sharp the edge of a stroke is: less fades out towards the edge")
            .format(share);
        show(&mut columns[1], hardness, &mut new.hardness);
        let is_brush = sketch.tool() == SketchTool::Brush;
        columns[2].add_enabled_ui(is_brush, |ui| {
            let density = MarkedSlider::new("Density", old.density.into(), whole, usual.density.into())
                .tooltip("How many points come from a stroke, next to strokes of other densities")
                .format(share);
            show(ui, density, &mut new.density);
        });
    });
    if new != old {
        actions.push(Action::Sketch(SketchEdit::Shape(new)));
    }
}

fn canvas_ui(ui: &mut Ui, sketch: &Sketch, panel: &mut DrawPanel, rect: Rect, actions: &mut Vec<Action>) {
    let response = ui.allocate_rect(rect, Sense::click_and_drag()).on_hover_cursor(CursorIcon::Crosshair);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Canvas, true, "Drawing"));
    take_strokes(ui, sketch, rect, actions);
    panel.take_in(ui, sketch);
    let palette = Palette::of(ui);
    let painter = ui.painter().with_clip_rect(rect);
    if let Some(texture) = &panel.texture {
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        let shape = egui::epaint::RectShape::filled(rect, CARD_RADIUS, Color32::WHITE);
        painter.add(shape.with_texture(texture.id(), whole));
    }
    let axis = Stroke::new(1.0, palette.text_weak.gamma_multiply(0.25));
    painter.hline(rect.x_range(), rect.center().y, axis);
    painter.vline(rect.center().x, rect.y_range(), axis);
    painter.rect_stroke(rect, CARD_RADIUS, Stroke::new(1.0, palette.line), StrokeKind::Inside);
    if sketch.drawing().is_empty() {
        let font = FontId::proportional(BODY_TEXT);
        let text = "Drag to paint where the points should come from";
        painter.text(rect.center() - vec2(0.0, 2.0 * UNIT), Align2::CENTER_BOTTOM, text, font, palette.text_weak);
    }
    if let Some(pointer) = response.hover_pos().or_else(|| response.interact_pointer_pos()) {
        let radius = sketch.tip().radius * rect.width() / (2.0 * Drawing::HALF_SIDE);
        painter.circle_stroke(pointer, radius, Stroke::new(1.5, palette.text_strong));
    }
}

/// Turns what the pointer did in this frame into strokes.
///
/// The events tell all of it, the response does not: of a press, a way and a release in one frame it says nothing.
fn take_strokes(ui: &Ui, sketch: &Sketch, rect: Rect, actions: &mut Vec<Action>) {
    let is_pointing = |event: &&Event| matches!(event, Event::PointerButton { .. } | Event::PointerMoved(_));
    let (events, is_still_down) = ui.input(|input| {
        (input.events.iter().filter(is_pointing).cloned().collect::<Vec<_>>(), input.pointer.primary_down())
    });
    let is_ours = |at: Pos2| {
        let is_free = ui.ctx().layer_id_at(at).is_none_or(|layer| layer == ui.layer_id());
        ui.is_enabled() && is_free && rect.intersect(ui.clip_rect()).contains(at)
    };
    let mut is_down = sketch.is_stroking();
    let plane = |at: Pos2| {
        let offset = (at - rect.center()) * (2.0 * Drawing::HALF_SIDE / rect.width());
        [offset.x, -offset.y]
    };
    let mut edits = Vec::new();
    let mut places = Vec::new();
    for event in events {
        match event {
            Event::PointerButton { pos, button: PointerButton::Primary, pressed: true, .. }
                if !is_down && is_ours(pos) =>
            {
                is_down = true;
                edits.push(SketchEdit::Press(plane(pos)));
            }
            Event::PointerMoved(at) if is_down => places.push(plane(at)),
            Event::PointerButton { button: PointerButton::Primary, pressed: false, .. } if is_down => {
                is_down = false;
                edits.push(SketchEdit::Move(std::mem::take(&mut places)));
                edits.push(SketchEdit::Release);
            }
            _ => {}
        }
    }
    edits.push(SketchEdit::Move(places));
    if is_down && !is_still_down {
        // The button came up where the window could not see it.
        edits.push(SketchEdit::Release);
    }
    let is_news = |edit: &SketchEdit| !matches!(edit, SketchEdit::Move(places) if places.is_empty());
    actions.extend(edits.into_iter().filter(is_news).map(Action::Sketch));
}

impl DrawPanel {
    /// Makes the texture again where the drawing or the theme has changed.
    fn take_in(&mut self, ui: &Ui, sketch: &Sketch) {
        let now = (sketch.version(), ui.visuals().dark_mode);
        if self.seen == Some(now) && self.texture.is_some() {
            return;
        }
        self.seen = Some(now);
        let palette = Palette::of(ui);
        let shade = |&cell: &u8| palette.well.lerp_to_gamma(palette.real, f32::from(cell) / 255.0);
        let pixels = sketch.drawing().cells().iter().map(shade).collect();
        let image = ColorImage::new([Drawing::SIDE; 2], pixels);
        match &mut self.texture {
            Some(texture) => texture.set(image, TextureOptions::LINEAR),
            None => self.texture = Some(ui.ctx().load_texture("drawing", image, TextureOptions::LINEAR)),
        }
    }
}
