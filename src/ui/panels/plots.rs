//! Losses, scores and gradients over steps: smoothed curves with the raw ones faint behind, one x axis for all.

mod curves;
mod view;

use std::ops::RangeInclusive;

use eframe::egui::{self, Align, Layout, Rect, RichText, Sense, Stroke, Ui, Vec2, pos2, vec2};
use egui_plot::{GridMark, Line, Plot, PlotBounds, PlotPoints, PlotResponse};

use self::curves::{Curve, Curves};
use self::view::PlotView;
use super::quality::quality_ui;
use crate::config::Domain;
use crate::state::Metric;
use crate::trainer::SettingChange;
use crate::ui::action::{Action, Verb};
use crate::ui::number;
use crate::ui::scene::Scene;
use crate::ui::theme::{CURVE_WIDTH, HALF, Palette, Role, SMALL_TEXT, UNIT, strong_style};
use crate::ui::widgets::{Icon, IconButton, plain_slider, verb_button, verb_menu_item};

/// Height of the numbers under the last plot; the others share them.
const X_AXIS_HEIGHT: f32 = 18.0;
/// Height of the quality below the plots.
const QUALITY_HEIGHT: f32 = 104.0;

/// One of the plots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlotKind {
    /// Losses of both networks.
    Losses,
    /// Mean scores of real and generated samples.
    Scores,
    /// Gradient norms of both networks.
    Gradients,
}

impl PlotKind {
    /// Every plot, from above to below.
    pub const ALL: [Self; 3] = [Self::Losses, Self::Scores, Self::Gradients];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Losses => "Losses",
            Self::Scores => "Scores",
            Self::Gradients => "Gradients",
        }
    }

    /// What it says about training.
    pub fn tooltip(self) -> &'static str {
        match self {
            Self::Losses => {
                "What each network tries to make small. In a game neither falls for ever: a steady balance is health"
            }
            Self::Scores => {
                "What the discriminator makes of real and generated samples. The closer the curves, the better the fakes"
            }
            Self::Gradients => {
                "How strongly each network is pulled. Near zero means nothing left to learn from; spikes mean trouble"
            }
        }
    }

    /// The word used in file names.
    pub fn key(self) -> &'static str {
        match self {
            Self::Losses => "losses",
            Self::Scores => "scores",
            Self::Gradients => "gradients",
        }
    }

    /// What it shows.
    pub fn metrics(self) -> [Metric; 2] {
        self.series().map(|(metric, ..)| metric)
    }

    fn series(self) -> [(Metric, Role, &'static str); 2] {
        match self {
            Self::Losses => [
                (Metric::DiscriminatorLoss, Role::Discriminator, "Discriminator"),
                (Metric::GeneratorLoss, Role::Generator, "Generator"),
            ],
            Self::Scores => {
                [(Metric::RealScore, Role::Real, "Real"), (Metric::FakeScore, Role::Generated, "Generated")]
            }
            Self::Gradients => [
                (Metric::DiscriminatorGradient, Role::Discriminator, "Discriminator"),
                (Metric::GeneratorGradient, Role::Generator, "Generator"),
            ],
        }
    }

    fn can_be_logarithmic(self) -> bool {
        self != Self::Scores
    }
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

    let has_quality = scene.state.quality().is_some() && scene.state.run().domain() != Some(Domain::Images);
    let below = if has_quality { QUALITY_HEIGHT } else { 0.0 };
    let plots_height = ui.available_height() - below - X_AXIS_HEIGHT - 3.0 * UNIT;
    let height = (plots_height / PlotKind::ALL.len() as f32).clamp(72.0, 240.0);
    let mut hovered = None;
    for kind in PlotKind::ALL {
        let top = ui.cursor().top();
        header_ui(ui, scene, plots, kind);
        let axis = if kind == PlotKind::Gradients { X_AXIS_HEIGHT } else { 0.0 };
        let rest = (height - (ui.cursor().top() - top) + axis).max(48.0);
        hovered = hovered.or(plot_ui(ui, scene, plots, kind, rest, actions));
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

/// The heading with the curves' names and their values, now or under the pointer.
fn header_ui(ui: &mut Ui, scene: &Scene<'_>, plots: &Plots, kind: PlotKind) {
    let palette = Palette::of(ui);
    let history = scene.state.history();
    let hovered = plots.hovered_step.and_then(|step| history.nearest(step));
    let is_wide = ui.available_width() > 270.0;
    let row = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        let is_critic = kind == PlotKind::Scores && !scene.state.run().scores_are_probabilities();
        let title = if is_critic { "Critic’s scores" } else { kind.title() };
        ui.label(RichText::new(title).text_style(strong_style()).color(palette.text_strong));
        if let Some(bucket) = hovered.filter(|_| kind == PlotKind::Losses) {
            ui.label(RichText::new(number::grouped(bucket.last_step)).small().weak());
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for (index, (metric, role, _)) in kind.series().into_iter().enumerate().rev() {
                let value = match hovered {
                    Some(bucket) => bucket.summary(metric).mean(),
                    None => plots.curves.get(kind)[index].last_value(),
                };
                let name = if is_wide { short_name(role) } else { "" };
                value_ui(ui, palette.role(role), name, value);
            }
        });
    });
    let tooltip = |ui: &mut Ui| {
        ui.label(kind.tooltip());
        for (_, role, name) in kind.series() {
            let name = if name == "Discriminator" { scene.state.run().discriminator_name() } else { name };
            ui.colored_label(palette.role(role), name);
        }
    };
    row.response.on_hover_ui(tooltip);
}

/// The curve's name in the few letters that fit beside its value.
fn short_name(role: Role) -> &'static str {
    match role {
        Role::Real => "real",
        Role::Generated => "gen.",
        Role::Generator => "G",
        Role::Discriminator => "D",
    }
}

/// A number beside its colour and name, of a width that stays.
fn value_ui(ui: &mut Ui, color: egui::Color32, name: &str, value: Option<f64>) {
    let palette = Palette::of(ui);
    let text = value.map_or_else(|| "–".to_owned(), number::measured);
    let font = egui::FontId::proportional(SMALL_TEXT + 1.0);
    let name = ui.painter().layout_no_wrap(name.to_owned(), font.clone(), palette.text_weak);
    let width = 16.0 + name.size().x + 46.0;
    let (rect, _) = ui.allocate_exact_size(vec2(width, 18.0), Sense::hover());
    let middle = rect.center().y;
    ui.painter().line_segment([pos2(rect.left(), middle), pos2(rect.left() + 10.0, middle)], Stroke::new(3.0, color));
    let after = rect.left() + 14.0 + name.size().x;
    ui.painter().galley(pos2(rect.left() + 14.0, middle - name.size().y / 2.0), name, palette.text_weak);
    ui.painter().text(pos2(after + 4.0, middle), egui::Align2::LEFT_CENTER, text, font, palette.text);
}

/// Draws one plot; the step under the pointer, if there is one.
fn plot_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    plots: &mut Plots,
    kind: PlotKind,
    height: f32,
    actions: &mut Vec<Action>,
) -> Option<f64> {
    let palette = Palette::of(ui);
    let is_log = kind.can_be_logarithmic() && scene.settings.has_log_scale;
    let has_fixed_range = kind == PlotKind::Scores && scene.state.run().scores_are_probabilities();
    let x_range = plots.view.x_range();
    let curves = plots.curves.get(kind);
    let wanted = if has_fixed_range { -0.02..=1.02 } else { wanted_range(curves, &x_range) };
    let y_range = plots.view.y_range(ui, scene, kind, wanted);
    let response = lines_ui(ui, kind, height, is_log, has_fixed_range, (&x_range, &y_range), curves);
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
    kind: PlotKind,
    height: f32,
    is_log: bool,
    has_middle: bool,
    (x_range, y_range): (&RangeInclusive<f64>, &RangeInclusive<f64>),
    curves: &[Curve; 2],
) -> PlotResponse<()> {
    let palette = Palette::of(ui);
    let wanted_x = f64::from(ui.available_width() / 84.0).max(2.0);
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
        .show_axes([kind == PlotKind::Gradients, true])
        .grid_color(palette.line)
        .x_grid_spacer(move |input| ticks(input.bounds, wanted_x))
        .y_grid_spacer(move |input| ticks(input.bounds, (f64::from(height) / 34.0).max(2.0)))
        .grid_spacing(egui::Rangef::new(1.0, 2.0))
        .x_axis_formatter(|mark, _| short_step(mark.value))
        .y_axis_formatter(move |mark, _| axis_value(mark.value, is_log))
        .y_axis_min_width(34.0)
        .set_margin_fraction(Vec2::ZERO);
    plot.show(ui, |plot_ui| {
        plot_ui.set_plot_bounds(bounds);
        if has_middle {
            let line = egui_plot::HLine::new("undecided", 0.5).allow_hover(false);
            plot_ui.hline(line.color(palette.text_weak).width(1.0).style(egui_plot::LineStyle::dashed_loose()));
        }
        for (curve, (_, role, name)) in curves.iter().zip(kind.series()) {
            let faint = palette.role(role).gamma_multiply(0.28);
            let raw = Line::new(format!("{name} raw"), PlotPoints::Borrowed(&curve.raw));
            plot_ui.line(raw.color(faint).width(1.0).allow_hover(false));
        }
        for (curve, (_, role, name)) in curves.iter().zip(kind.series()) {
            let line = Line::new(name, PlotPoints::Borrowed(&curve.smooth));
            plot_ui.line(line.color(palette.role(role)).width(CURVE_WIDTH).allow_hover(false));
        }
    })
}

/// What of the y axis shows the curves well: outliers of the raw curves may leave the picture.
fn wanted_range(curves: &[Curve; 2], x_range: &RangeInclusive<f64>) -> RangeInclusive<f64> {
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

/// Places for about `wanted` lines, at whole multiples of 1, 2 or 5.
fn ticks((low, high): (f64, f64), wanted: f64) -> Vec<GridMark> {
    let rough = (high - low) / wanted;
    if !rough.is_finite() || rough <= 0.0 {
        return Vec::new();
    }
    let magnitude = 10_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * magnitude >= rough).unwrap_or(10.0);
    let step_size = factor * magnitude;
    let (first, last) = ((low / step_size).ceil() as i64, (high / step_size).floor() as i64);
    (first..=last).map(|index| GridMark { value: index as f64 * step_size, step_size }).collect()
}

fn axis_value(value: f64, is_log: bool) -> String {
    let value = if is_log { 10_f64.powf(value) } else { value };
    let magnitude = value.abs();
    if magnitude >= 1e4 || (magnitude < 1e-3 && magnitude > 0.0) {
        format!("{value:.0e}")
    } else if magnitude >= 10.0 {
        format!("{value:.0}")
    } else {
        let text = format!("{value:.3}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

fn short_step(step: f64) -> String {
    if step < 0.0 || step.fract().abs() > 1e-9 {
        String::new()
    } else if step >= 1e6 {
        format!("{}M", step / 1e6)
    } else if step >= 1e4 {
        format!("{}k", step / 1e3)
    } else {
        number::grouped(step as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_few_and_round() {
        let values = |low, high| ticks((low, high), 4.0).iter().map(|mark| mark.value).collect::<Vec<_>>();
        assert_eq!(values(0.0, 1155.0), [0.0, 500.0, 1000.0]);
        assert_eq!(values(0.0, 4.0), [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert!(values(1.0, 1.0).is_empty());
        assert!(values(f64::NAN, 1.0).is_empty());
    }

    #[test]
    fn axes_are_short() {
        assert_eq!(short_step(4_210.0), "4\u{2009}210");
        assert_eq!(short_step(25_000.0), "25k");
        assert_eq!(short_step(0.5), "");
        assert_eq!(axis_value(0.5, false), "0.5");
        assert_eq!(axis_value(2.0, true), "100");
        assert_eq!(axis_value(-5.0, true), "1e-5");
    }
}
