//! A slider that knows its default: marked on the rail, one double-click away.

use std::ops::RangeInclusive;

use eframe::egui::{self, Align, Color32, Layout, RichText, Sense, Ui, Vec2, WidgetInfo};

use crate::ui::number;
use crate::ui::theme::{HALF, Palette};

/// Height of the rail's row: large enough to hit, small enough to stack.
const RAIL_HEIGHT: f32 = 16.0;
/// egui's own share of a slider's height that its round handle takes as radius.
const HANDLE_RADIUS_SHARE: f32 = 1.0 / 2.5;

/// A slider with a name, an exact value that can be typed, and a marked default.
#[derive(Debug, Clone)]
pub struct MarkedSlider<'a> {
    name: &'a str,
    short_name: &'a str,
    tooltip: &'a str,
    value: f64,
    range: RangeInclusive<f64>,
    default: f64,
    is_logarithmic: bool,
    smallest_positive: f64,
    is_integer: bool,
    color: Option<Color32>,
    format: fn(f64) -> String,
}

impl<'a> MarkedSlider<'a> {
    /// A slider called `name`.
    pub fn new(name: &'a str, value: f64, range: RangeInclusive<f64>, default: f64) -> Self {
        Self {
            name,
            short_name: name,
            tooltip: "",
            value,
            range,
            default,
            is_logarithmic: false,
            smallest_positive: 1e-6,
            is_integer: false,
            color: None,
            format: number::setting,
        }
    }

    /// What stands beside it where the context says the rest.
    #[must_use]
    pub fn short_name(mut self, short_name: &'a str) -> Self {
        self.short_name = short_name;
        self
    }

    /// One sentence with its effect on training.
    #[must_use]
    pub fn tooltip(mut self, tooltip: &'a str) -> Self {
        self.tooltip = tooltip;
        self
    }

    /// Spreads magnitudes evenly; below `smallest_positive` there is only 0.
    #[must_use]
    pub fn logarithmic(mut self, smallest_positive: f64) -> Self {
        self.is_logarithmic = true;
        self.smallest_positive = smallest_positive;
        self
    }

    /// Whole numbers only.
    #[must_use]
    pub fn integer(mut self) -> Self {
        self.is_integer = true;
        self
    }

    /// The handle in a role's colour.
    #[must_use]
    pub fn color(mut self, color: Color32) -> Self {
        self.color = Some(color);
        self
    }

    /// Writes the value in another way.
    #[must_use]
    pub fn format(mut self, format: fn(f64) -> String) -> Self {
        self.format = format;
        self
    }

    /// Shows it and returns the new value if the user changed it.
    pub fn show(self, ui: &mut Ui) -> Option<f64> {
        let mut value = self.value;
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.vertical(|ui| {
            ui.horizontal(|ui| self.head_ui(ui, &mut value));
            self.rail_ui(ui, &mut value);
        });
        let value = if self.is_integer { value.round() } else { value };
        (value.to_bits() != self.value.to_bits()).then_some(value)
    }

    fn head_ui(&self, ui: &mut Ui, value: &mut f64) {
        let label = ui.add(egui::Label::new(self.short_name).truncate().sense(Sense::hover()));
        if !self.tooltip.is_empty() {
            label.on_hover_text(self.tooltip);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let format = self.format;
            let speed = if self.is_logarithmic { value.abs().max(self.smallest_positive) * 0.02 } else { 0.01 };
            let speed = if self.is_integer { 0.05 } else { speed };
            ui.spacing_mut().interact_size.y = 20.0;
            ui.spacing_mut().button_padding = Vec2::new(HALF, 0.0);
            let field = egui::DragValue::new(value)
                .range(self.range.clone())
                .speed(speed)
                .update_while_editing(false)
                .custom_formatter(move |value, _| format(value));
            let name = format!("{} value", self.name);
            ui.add(field).accessible_name(name).on_hover_text("Drag, or click to type a number");
        });
    }

    fn rail_ui(&self, ui: &mut Ui, value: &mut f64) {
        let palette = Palette::of(ui);
        let color = self.color.unwrap_or(palette.text);
        let old = *value;
        let response = ui
            .scope(|ui| {
                ui.spacing_mut().slider_width = ui.available_width();
                ui.spacing_mut().interact_size.y = RAIL_HEIGHT;
                ui.visuals_mut().widgets.inactive.bg_fill = palette.control_active;
                self.paint_default(ui, palette);
                let mut slider = egui::Slider::new(value, self.range.clone())
                    .show_value(false)
                    .clamping(egui::SliderClamping::Edits);
                if self.is_logarithmic {
                    slider = slider.logarithmic(true).smallest_positive(self.smallest_positive);
                }
                if self.is_integer {
                    slider = slider.integer();
                }
                ui.add(slider)
            })
            .inner;
        let x = self.position(response.rect, old);
        paint_handle(ui, x, color, &response);
        response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), old, self.name));
        let clicks = response.interact(Sense::click_and_drag());
        if clicks.double_clicked() {
            *value = self.default;
        }
        let format = self.format;
        clicks.on_hover_ui(|ui| {
            if !self.tooltip.is_empty() {
                ui.label(self.tooltip);
            }
            let hint = format!("Starts at {}; double-click to go back there", format(self.default));
            ui.label(RichText::new(hint).small().weak());
        });
    }

    /// A notch under the rail where the run began.
    fn paint_default(&self, ui: &Ui, palette: &Palette) {
        let rect = egui::Rect::from_min_size(ui.cursor().min, Vec2::new(ui.available_width(), RAIL_HEIGHT));
        let x = self.position(rect, self.default);
        let notch = egui::Rangef::new(rect.center().y - 6.0, rect.center().y + 6.0);
        ui.painter().vline(x, notch, egui::Stroke::new(2.0, palette.text_weak));
    }

    fn position(&self, rect: egui::Rect, value: f64) -> f32 {
        let rail = rect.x_range().shrink(rect.height() * HANDLE_RADIUS_SHARE);
        egui::lerp(rail.min..=rail.max, self.share(value) as f32)
    }

    /// The place of `value` on the rail, from 0 to 1.
    fn share(&self, value: f64) -> f64 {
        let (low, high) = (*self.range.start(), *self.range.end());
        if self.is_logarithmic {
            let low = low.max(self.smallest_positive);
            ((value.max(low) / low).ln() / (high / low).ln()).clamp(0.0, 1.0)
        } else {
            ((value - low) / (high - low)).clamp(0.0, 1.0)
        }
    }
}

/// A slider without words, called `name`, `width` wide; returns the new value if the user changed it.
pub fn plain_slider(
    ui: &mut Ui,
    name: &str,
    tooltip: &str,
    value: f32,
    range: RangeInclusive<f32>,
    width: f32,
) -> Option<f32> {
    let palette = Palette::of(ui);
    let mut new = value;
    let response = ui
        .scope(|ui| {
            ui.spacing_mut().slider_width = width;
            ui.spacing_mut().interact_size.y = RAIL_HEIGHT;
            ui.visuals_mut().widgets.inactive.bg_fill = palette.control_active;
            ui.add(egui::Slider::new(&mut new, range.clone()).show_value(false))
        })
        .inner;
    response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), f64::from(value), name));
    let rail = response.rect.x_range().shrink(RAIL_HEIGHT * HANDLE_RADIUS_SHARE);
    let share = (new - range.start()) / (range.end() - range.start());
    paint_handle(ui, egui::lerp(rail.min..=rail.max, share.clamp(0.0, 1.0)), palette.text, &response);
    let has_changed = response.changed();
    response.on_hover_text(tooltip);
    has_changed.then_some(new)
}

/// The handle, over egui's own.
fn paint_handle(ui: &Ui, x: f32, color: Color32, response: &egui::Response) {
    let palette = Palette::of(ui);
    let grown = if response.hovered() || response.dragged() || response.has_focus() { 1.0 } else { 0.0 };
    let color = if ui.is_enabled() { color } else { palette.text_weak };
    let ring = egui::Stroke::new(2.0, palette.background);
    let center = egui::pos2(x, response.rect.center().y);
    ui.painter().circle(center, RAIL_HEIGHT * HANDLE_RADIUS_SHARE + 1.0 + grown, color, ring);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_marked_where_the_handle_would_be() {
        let slider = MarkedSlider::new("Learning rate", 1e-3, 1e-5..=1e-1, 1e-3).logarithmic(1e-5);
        assert!((slider.share(1e-5) - 0.0).abs() < 1e-9);
        assert!((slider.share(1e-3) - 0.5).abs() < 1e-9);
        assert!((slider.share(1e-1) - 1.0).abs() < 1e-9);
        let weight = MarkedSlider::new("Weight", 0.0, 0.0..=100.0, 0.1).logarithmic(1e-3);
        assert!((weight.share(0.0) - 0.0).abs() < 1e-9);
        assert!((weight.share(0.1) - 0.4).abs() < 1e-9);
    }
}
