//! Losses, scores and gradients over steps: smoothed curves with the raw ones faint behind, one x axis for all.

mod axis;
mod curves;
mod header;
mod kind;
mod room;
mod view;

use std::ops::RangeInclusive;

use eframe::egui::{self, Align, Color32, Layout, Rect, RichText, Sense, Stroke, Ui, Vec2, pos2, vec2};
use egui_plot::{Line, Plot, PlotBounds, PlotPoints, PlotResponse};

use self::axis::{axis_value, fitted, short_step, ticks};
use self::curves::{Curve, Curves};
use self::header::header_ui;
pub use self::kind::PlotKind;
use self::kind::Series;
use self::room::kinds_for;
use self::view::PlotView;
use super::quality::{quality_height, quality_ui, texts_reading};
use crate::config::Domain;
use crate::trainer::{ImagesQuality, SettingChange};
use crate::ui::action::{Action, Verb};
use crate::ui::number;
use crate::ui::scene::Scene;
use crate::ui::theme::{CURVE_WIDTH, HALF, Palette, SMALL_TEXT, UNIT, strong_style};
use crate::ui::widgets::{Icon, IconButton, plain_slider, verb_button, verb_menu_item};

/// Height of the numbers under the last plot; the others share them.
const X_AXIS_HEIGHT: f32 = 18.0;

/// How a y axis is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    /// As the curves need it.
    Linear,
    /// By powers of ten.
    Logarithmic,
    /// From 0 to 1, with undecided in the middle.
    Probability,
    /// From 0 to 1.
    Share,
}

impl Scale {
    fn of(kind: PlotKind, scene: &Scene<'_>) -> Self {
        match kind {
            PlotKind::Quality | PlotKind::PrecisionRecall | PlotKind::Ngrams => Self::Share,
            PlotKind::Overfitting => Self::Probability,
            PlotKind::Scores if scene.state.run().scores_are_probabilities() => Self::Probability,
            _ if kind.can_be_logarithmic() && scene.settings.has_log_scale => Self::Logarithmic,
            _ => Self::Linear,
        }
    }
}

/// Where one plot stands.
#[derive(Debug, Clone, Copy)]
struct Place {
    kind: PlotKind,
    height: f32,
    /// Whether the numbers of steps stand under it, within its height.
    has_axis: bool,
}

/// What the plots remember from frame to frame.
#[derive(Debug, Default)]
pub struct Plots {
    curves: Curves,
    view: PlotView,
    hovered_step: Option<f64>,
}

impl Plots {
    /// Shows the whole run again, and follows it.
    pub fn reset_view(&mut self) {
        self.view.follow();
    }
}

/// Shows the plots and the quality below them.
pub fn plots_ui(ui: &mut Ui, scene: &Scene<'_>, plots: &mut Plots, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = HALF;
    toolbar_ui(ui, scene, plots, actions);
    plots.curves.update(scene.state.history(), scene.settings.smoothing, scene.settings.has_log_scale);
    let last_step = scene.state.history().last().map_or(0, |point| point.step);
    plots.view.advance(last_step as f64);

    let has_quality = scene.state.quality().is_some() && scene.state.run().domain() == Some(Domain::Points);
    let has_reading = has_quality || scene.state.images_quality().is_some() || texts_reading(scene).is_some();
    let below = if has_reading { quality_height(scene, ui.available_height()) } else { 0.0 };
    let plots_height = ui.available_height() - below - X_AXIS_HEIGHT - 3.0 * UNIT;
    let kinds = kinds_for(plots_height, |kind| match kind {
        PlotKind::Quality => has_quality,
        PlotKind::Overfitting => scene.state.overfitting().is_some(),
        PlotKind::Kid | PlotKind::PrecisionRecall => measured_features(scene).is_some(),
        PlotKind::Ngrams => texts_reading(scene).is_some(),
        PlotKind::Losses | PlotKind::Scores | PlotKind::Gradients => true,
    });
    let height = (plots_height / kinds.len() as f32).clamp(72.0, 240.0);
    let mut hovered = None;
    for &kind in &kinds {
        let top = ui.cursor().top();
        header_ui(ui, scene, plots, kind);
        let has_axis = kinds.last() == Some(&kind);
        let axis = if has_axis { X_AXIS_HEIGHT } else { 0.0 };
        let rest = (height - (ui.cursor().top() - top) + axis).max(48.0);
        hovered = hovered.or(plot_ui(ui, scene, plots, Place { kind, height: rest, has_axis }, actions));
        ui.add_space(UNIT - HALF);
    }
    plots.hovered_step = hovered;
    quality_ui(ui, scene);
}

fn toolbar_ui(ui: &mut Ui, scene: &Scene<'_>, plots: &mut Plots, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        ui.label(RichText::new("Smoothing").small().weak());
        let rest = ui.available_width();
        let width = (rest - 96.0).clamp(40.0, 120.0);
        let tooltip = "Averages each curve over its past, as TensorBoard does; the raw curve stays faint behind";
        let smoothing = scene.settings.smoothing;
        actions.extend(plain_slider(ui, "Smoothing", tooltip, smoothing, 0.0..=0.99, width).map(Action::SetSmoothing));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if plots.view.is_following() {
                ui.add_space(28.0);
            } else {
                verb_button(ui, scene, Verb::ResetView, IconButton::new(Icon::Fit, "Fit plots"), actions);
            }
            let log = egui::Button::selectable(scene.settings.has_log_scale, RichText::new("log").small());
            let log = ui.add(log).accessible_name(Verb::ToggleLogScale.label());
            if log.on_hover_text(Verb::ToggleLogScale.tooltip()).clicked() {
                actions.push(Verb::ToggleLogScale.into());
            }
        });
    });
}

/// The newest measures of pictures, where the features that they compare say anything of these.
fn measured_features<'a>(scene: &Scene<'a>) -> Option<&'a ImagesQuality> {
    let is_of_pictures = scene.state.run().domain() == Some(Domain::Images);
    let reading = scene.state.images_quality().filter(|_| is_of_pictures)?;
    Some(reading.quality.as_ref()).filter(|quality| quality.features_fit)
}

/// What other real samples score of a plot's metrics, each in its curve's colour.
fn floors(palette: &Palette, scene: &Scene<'_>, kind: PlotKind) -> Vec<(Color32, f64)> {
    let (pictures, texts) = (measured_features(scene), texts_reading(scene));
    let floor = |series: &Series| {
        let of_pictures = pictures.and_then(|quality| PlotKind::floor(series.metric, quality));
        let of_texts = || texts.and_then(|reading| PlotKind::text_floor(series.metric, &reading.quality));
        Some((series.color(palette), of_pictures.or_else(of_texts)?))
    };
    kind.series().iter().filter_map(floor).collect()
}

/// Draws one plot; the step under the pointer, if there is one.
fn plot_ui(ui: &mut Ui, scene: &Scene<'_>, plots: &mut Plots, place: Place, actions: &mut Vec<Action>) -> Option<f64> {
    let kind = place.kind;
    let palette = Palette::of(ui);
    let scale = Scale::of(kind, scene);
    let x_range = plots.view.x_range();
    let curves = plots.curves.get(kind);
    let floors = floors(palette, scene, kind);
    let wanted = if matches!(scale, Scale::Probability | Scale::Share) {
        -0.02..=1.02
    } else {
        wanted_range(curves, &floors, &x_range)
    };
    let y_range = plots.view.y_range(ui, scene, kind, wanted);
    let response = lines_ui(ui, place, scale, (&x_range, &y_range), (curves, &floors));
    if place.has_axis {
        steps_ui(ui, &response, &x_range);
    }
    let frame = *response.transform.frame();
    let painter = ui.painter().with_clip_rect(frame);
    if let Some(step) = plots.hovered_step {
        let x = response.transform.position_from_point_x(step);
        painter.vline(x, frame.y_range(), Stroke::new(1.0, palette.text_weak));
    }
    if curves.iter().all(|curve| curve.smooth.is_empty()) {
        let font = egui::FontId::proportional(SMALL_TEXT);
        painter.text(frame.center(), egui::Align2::CENTER_CENTER, "No steps yet", font, palette.text_weak);
    }
    markers_ui(ui, scene.state.markers(), &response, frame);
    plots.view.interact(ui, &response);
    response.response.context_menu(|ui| context_menu_ui(ui, scene, kind, actions));
    response.response.hover_pos().map(|position| response.transform.value_from_position(position).x)
}

fn lines_ui(
    ui: &mut Ui,
    Place { kind, height, has_axis }: Place,
    scale: Scale,
    (x_range, y_range): (&RangeInclusive<f64>, &RangeInclusive<f64>),
    (curves, floors): (&[Curve], &[(Color32, f64)]),
) -> PlotResponse<()> {
    let palette = Palette::of(ui);
    let height = if has_axis { height - X_AXIS_HEIGHT - HALF } else { height };
    let wanted_x = wanted_steps(ui);
    let bounds = PlotBounds::from_min_max([*x_range.start(), *y_range.start()], [*x_range.end(), *y_range.end()]);
    let plot = Plot::new(kind.key())
        .height(height)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .allow_axis_zoom_drag(false)
        .show_crosshair(false)
        .label_formatter(|_| None)
        .show_background(true)
        // The steps are written by `steps_ui`: here the last one would be cut off.
        .show_axes([false, true])
        .grid_color(palette.line)
        .x_grid_spacer(move |input| ticks(input.bounds, wanted_x))
        .y_grid_spacer(move |input| ticks(input.bounds, (f64::from(height) / 28.0).max(2.1)))
        .grid_spacing(egui::Rangef::new(1.0, 2.0))
        .y_axis_formatter(move |mark, _| axis_value(mark.value, scale == Scale::Logarithmic))
        .y_axis_min_width(34.0)
        .set_margin_fraction(Vec2::ZERO);
    plot.show(ui, |plot_ui| {
        plot_ui.set_plot_bounds(bounds);
        if scale == Scale::Probability {
            let line = egui_plot::HLine::new("undecided", 0.5).allow_hover(false);
            plot_ui.hline(line.color(palette.text_weak).width(1.0).style(egui_plot::LineStyle::dashed_loose()));
        }
        for &(color, floor) in floors {
            let line = egui_plot::HLine::new("floor", floor).allow_hover(false).color(color);
            plot_ui.hline(line.width(1.0).style(egui_plot::LineStyle::dashed_dense()));
        }
        for (curve, series) in curves.iter().zip(kind.series()) {
            let faint = series.color(palette).gamma_multiply(0.28);
            let raw = Line::new(format!("{} raw", series.name), PlotPoints::Borrowed(&curve.raw));
            plot_ui.line(raw.color(faint).width(1.0).allow_hover(false));
        }
        for (curve, series) in curves.iter().zip(kind.series()) {
            let line = Line::new(series.name, PlotPoints::Borrowed(&curve.smooth));
            plot_ui.line(line.color(series.color(palette)).width(CURVE_WIDTH).allow_hover(false));
        }
    })
}

/// About how many numbers of steps there is room for.
fn wanted_steps(ui: &Ui) -> f64 {
    f64::from(ui.available_width() / 84.0).max(2.0)
}

/// The numbers of steps under a plot, each in the middle below its line as far as it fits.
fn steps_ui(ui: &mut Ui, plot: &PlotResponse<()>, x_range: &RangeInclusive<f64>) {
    let marks = ticks((*x_range.start(), *x_range.end()), wanted_steps(ui));
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), X_AXIS_HEIGHT), Sense::hover());
    let (font, color) = (egui::TextStyle::Body.resolve(ui.style()), ui.visuals().text_color());
    for step in marks.iter().map(|mark| mark.value) {
        let text = ui.painter().layout_no_wrap(short_step(step), font.clone(), color);
        let left = fitted(plot.transform.position_from_point_x(step), text.size().x, rect.x_range());
        ui.painter().galley(pos2(left, rect.center().y - 0.5 * text.size().y), text, color);
    }
}

/// What of the y axis shows the curves well: outliers of the raw curves may leave the picture.
fn wanted_range(curves: &[Curve], floors: &[(Color32, f64)], x_range: &RangeInclusive<f64>) -> RangeInclusive<f64> {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for curve in curves {
        if let Some(range) = curve.extent(x_range) {
            low = low.min(*range.start());
            high = high.max(*range.end());
        }
    }
    if low > high {
        return 0.0..=1.0;
    }
    for (_, floor) in floors {
        low = low.min(*floor);
        high = high.max(*floor);
    }
    let margin = (0.06 * (high - low)).max(1e-6 * high.abs()).max(1e-9);
    low - margin..=high + margin
}

/// A line and a flag wherever the user changed a setting.
fn markers_ui(ui: &mut Ui, markers: &[SettingChange], response: &PlotResponse<()>, frame: Rect) {
    let palette = Palette::of(ui);
    let painter = ui.painter().with_clip_rect(frame);
    let pointer = response.response.hover_pos();
    let mut hovered: Option<(f32, &SettingChange)> = None;
    for marker in markers {
        let x = response.transform.position_from_point_x(marker.step as f64);
        if !frame.x_range().contains(x) {
            continue;
        }
        let stroke = Stroke::new(1.0, palette.warning.gamma_multiply(0.8));
        painter.add(egui::Shape::dashed_line(&[pos2(x, frame.top()), pos2(x, frame.bottom())], stroke, 3.0, 3.0));
        let flag = vec![pos2(x - 4.0, frame.top()), pos2(x + 4.0, frame.top()), pos2(x, frame.top() + 6.0)];
        painter.add(egui::Shape::convex_polygon(flag, palette.warning, Stroke::NONE));
        let distance = pointer.map_or(f32::INFINITY, |pointer| (pointer.x - x).abs());
        if distance < 6.0 && hovered.is_none_or(|(nearest, _)| distance <= nearest) {
            hovered = Some((distance, marker));
        }
    }
    if let Some((_, SettingChange { step, setting, from, to })) = hovered {
        response.response.clone().on_hover_ui_at_pointer(|ui| {
            ui.label(RichText::new(*setting).text_style(strong_style()));
            ui.label(format!("{from} → {to}"));
            ui.label(RichText::new(format!("at step {}", number::grouped(*step))).small().weak());
        });
    }
}

fn context_menu_ui(ui: &mut Ui, scene: &Scene<'_>, kind: PlotKind, actions: &mut Vec<Action>) {
    let choices = [("Copy as CSV", Action::CopyCsv(kind)), ("Save as CSV…", Action::SaveCsv(kind))];
    for (text, action) in choices {
        if ui.button(text).clicked() {
            actions.push(action);
            ui.close();
        }
    }
    ui.separator();
    verb_menu_item(ui, scene, Verb::ToggleLogScale, Some(scene.settings.has_log_scale), actions);
    verb_menu_item(ui, scene, Verb::ResetView, None, actions);
}
