//! Buttons: with a sign, with a word, and made from the table of verbs.

use eframe::egui::{self, Color32, Response, RichText, Sense, TextStyle, Ui, Vec2, WidgetInfo, accesskit::Role};

use super::icon::Icon;
use crate::ui::action::{Action, Verb};
use crate::ui::scene::Scene;
use crate::ui::theme::{CONTROL_HEIGHT, HALF, Palette, UNIT};

/// Side of a sign.
const ICON_SIDE: f32 = 16.0;

/// A button with a sign, and perhaps a word.
#[derive(Debug, Clone)]
pub struct IconButton<'a> {
    icon: Icon,
    name: &'a str,
    text: Option<&'a str>,
    color: Option<Color32>,
    is_filled: bool,
    is_on: Option<bool>,
    min_width: f32,
}

impl<'a> IconButton<'a> {
    /// A sign alone; `name` is what it is called.
    pub fn new(icon: Icon, name: &'a str) -> Self {
        Self { icon, name, text: None, color: None, is_filled: false, is_on: None, min_width: CONTROL_HEIGHT }
    }

    /// Adds a word.
    #[must_use]
    pub fn text(mut self, text: &'a str) -> Self {
        self.text = Some(text);
        self
    }

    /// In another colour than text.
    #[must_use]
    pub fn color(mut self, color: Color32) -> Self {
        self.color = Some(color);
        self
    }

    /// As the one button that matters most.
    #[must_use]
    pub fn filled(mut self) -> Self {
        self.is_filled = true;
        self
    }

    /// As a switch.
    #[must_use]
    pub fn on(mut self, is_on: bool) -> Self {
        self.is_on = Some(is_on);
        self
    }

    /// At least so wide, so that a changing word moves nothing.
    #[must_use]
    pub fn min_width(mut self, min_width: f32) -> Self {
        self.min_width = min_width;
        self
    }
}

impl egui::Widget for IconButton<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let Self { icon, name, text, color, is_filled, is_on, min_width } = self;
        let palette = Palette::of(ui);
        let galley = text.map(|text| {
            let font = TextStyle::Button.resolve(ui.style());
            ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER)
        });
        let text_width = galley.as_ref().map_or(0.0, |galley| galley.size().x + 6.0);
        let content = ICON_SIDE + text_width;
        let padding = if galley.is_some() { UNIT } else { HALF };
        let size = Vec2::new((content + 2.0 * padding).max(min_width), CONTROL_HEIGHT);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Button, ui.is_enabled(), name);
            info.selected = is_on;
            info
        });
        if ui.is_rect_visible(rect) {
            let look = ui.style().interact_selectable(&response, is_on == Some(true));
            let is_touched = response.hovered() || response.has_focus() || response.is_pointer_button_down_on();
            let (fill, ink) = if is_filled {
                let fill = if is_touched { palette.accent.gamma_multiply(0.88) } else { palette.accent };
                (fill, palette.on_accent)
            } else {
                let is_quiet = !is_touched && is_on != Some(true);
                let fill = if is_quiet { Color32::TRANSPARENT } else { look.weak_bg_fill };
                let rest = if is_on == Some(false) { palette.text_weak } else { look.fg_stroke.color };
                (fill, color.unwrap_or(rest))
            };
            let focus = if response.has_focus() { look.bg_stroke } else { egui::Stroke::NONE };
            ui.painter().rect(rect, look.corner_radius, fill, focus, egui::StrokeKind::Inside);
            let left = rect.center().x - content / 2.0;
            let icon_center = egui::pos2(left + ICON_SIDE / 2.0, rect.center().y);
            icon.paint(ui.painter(), egui::Rect::from_center_size(icon_center, Vec2::splat(ICON_SIDE)), ink);
            if let Some(galley) = galley {
                let at = egui::pos2(left + ICON_SIDE + 6.0, rect.center().y - galley.size().y / 2.0);
                ui.painter().galley(at, galley, ink);
            }
        }
        response
    }
}

/// A button made from the table of verbs.
pub fn verb_button(ui: &mut Ui, scene: &Scene<'_>, verb: Verb, button: IconButton<'_>, actions: &mut Vec<Action>) {
    let response = ui.add_enabled(verb.is_available(scene), button);
    let explain = |ui: &mut Ui| verb_tooltip(ui, verb);
    if response.on_hover_ui(explain).on_disabled_hover_ui(explain).clicked() {
        actions.push(verb.into());
    }
}

/// A line of a menu made from the table of verbs.
pub fn verb_menu_item(ui: &mut Ui, scene: &Scene<'_>, verb: Verb, is_on: Option<bool>, actions: &mut Vec<Action>) {
    let mut button = egui::Button::new(verb.label()).min_size(Vec2::new(220.0, 0.0));
    if let Some(is_on) = is_on {
        button = button.selected(is_on);
    }
    if let Some(shortcut) = verb.shortcut() {
        button = button.shortcut_text(ui.ctx().format_shortcut(&shortcut));
    }
    let response = ui.add_enabled(verb.is_available(scene), button).on_hover_text(verb.tooltip());
    if response.clicked() {
        actions.push(verb.into());
        ui.close();
    }
}

/// The one button that matters most, with a word.
pub fn primary_button(ui: &mut Ui, text: &str) -> Response {
    let palette = Palette::of(ui);
    let text = RichText::new(text).text_style(crate::ui::theme::strong_style()).color(palette.on_accent);
    ui.add(egui::Button::new(text).fill(palette.accent).min_size(Vec2::new(0.0, CONTROL_HEIGHT)))
}

fn verb_tooltip(ui: &mut Ui, verb: Verb) {
    ui.label(verb.tooltip());
    if let Some(shortcut) = verb.shortcut() {
        ui.weak(ui.ctx().format_shortcut(&shortcut));
    }
}
