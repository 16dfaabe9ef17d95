//! The curve of a sweep: accuracy over the number of labelled pictures.

use std::collections::BTreeSet;

use eframe::egui::{self, Align2, FontId, Rect, Sense, Stroke, Ui, pos2, vec2};

use crate::config::{ArmKind, Choice as _};
use crate::trainer::{Estimate, HelpVerdict, Report};
use crate::ui::number::grouped;
use crate::ui::theme::{BODY_TEXT, CARD_RADIUS, CURVE_WIDTH, Palette, Role, SMALL_TEXT, Shade, UNIT};
use crate::ui::widgets::small_label;

/// Space below the curves for the numbers of labelled pictures.
const FOOT: f32 = 40.0;
/// Space at the left for accuracies.
const LEFT: f32 = 48.0;
/// Space at the right for the arms' names.
const RIGHT: f32 = 196.0;
/// Least distance between two names.
const NAME_HEIGHT: f32 = 19.0;
/// Height of curves and their foot, at the least.
const LEAST_HEIGHT: f32 = 160.0;
/// Lines of accuracies, about.
const MAX_TICKS: f64 = 6.0;
/// The arms that the question is of; the others are in the rows.
const ARMS: [ArmKind; 5] =
    [ArmKind::RealOnly, ArmKind::Classic, ArmKind::Gan, ArmKind::ClassicAndGan, ArmKind::MoreReal];

/// One arm's accuracies.
struct Curve {
    arm: ArmKind,
    points: Vec<Point>,
}

/// What was found with one number of labelled samples.
struct Point {
    labelled: usize,
    accuracy: Estimate,
    /// Whether it is measurably better than its control, seed by seed; `None` of the arm that has none.
    has_helped: Option<bool>,
}

/// Shows the curves.
pub(super) fn curve_ui(ui: &mut Ui, reports: &[Report], noun: &str, height: f32) {
    let top = ui.cursor().top();
    small_label(
        ui,
        &format!(
            "Accuracy over the number of labelled {noun}; bars are 95 % intervals. A full dot: it helped, compared seed by \
             seed; a hollow one: no measurable help, or worse."
        ),
    );
    ui.add_space(UNIT);
    let height = (height - (ui.cursor().top() - top) - UNIT).max(LEAST_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width() - UNIT, height), Sense::hover());
    let curves = curves(reports);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Image, true, spoken(&curves)));
    let plot = Rect::from_min_max(rect.min + vec2(LEFT, UNIT), rect.max - vec2(RIGHT, FOOT));
    let Some(axes) = Axes::of(&curves, plot) else { return };
    axes.paint(ui, &curves, noun);
    for (index, curve) in curves.iter().enumerate() {
        curve.paint(ui, &axes, index);
    }
    names(ui, &curves, &axes);
}

/// The arms that have been measured.
fn curves(reports: &[Report]) -> Vec<Curve> {
    let of_arm = |&arm: &ArmKind| {
        let point = |report: &Report| {
            let known = report.arms.iter().find(|known| known.arm == arm)?;
            let has_helped = known.comparison.map(|comparison| comparison.verdict == HelpVerdict::Helped);
            Some(Point { labelled: report.labelled, accuracy: known.accuracy?, has_helped })
        };
        Curve { arm, points: reports.iter().filter_map(point).collect() }
    };
    ARMS.iter().map(of_arm).filter(|curve| !curve.points.is_empty()).collect()
}

struct Axes {
    rect: Rect,
    /// Logarithms of the least and greatest number of labelled pictures.
    numbers: [f64; 2],
    accuracies: [f64; 2],
}

impl Axes {
    fn of(curves: &[Curve], rect: Rect) -> Option<Self> {
        let points = || curves.iter().flat_map(|curve| &curve.points);
        let least = points().map(|point| point.labelled).min()?;
        let most = points().map(|point| point.labelled).max()?;
        let bounds = |sign: f64| {
            points().map(move |Point { accuracy, .. }| {
                accuracy.mean + sign * accuracy.half_width.unwrap_or_default().min(20.0)
            })
        };
        let low = bounds(-1.0).reduce(f64::min)?;
        let high = bounds(1.0).reduce(f64::max)?;
        let margin = (0.06 * (high - low)).max(0.5);
        let numbers = [(least as f64).ln(), (most.max(least + 1) as f64).ln()];
        Some(Self { rect, numbers, accuracies: [(low - margin).max(0.0), (high + margin).min(100.0)] })
    }

    fn x(&self, labelled: usize) -> f32 {
        let [low, high] = self.numbers;
        let share = ((labelled as f64).ln() - low) / (high - low);
        // The first and the last stand a little inside.
        egui::lerp(self.rect.left() + 24.0..=self.rect.right() - 24.0, share as f32)
    }

    fn y(&self, accuracy: f64) -> f32 {
        let [low, high] = self.accuracies;
        let share = (accuracy.clamp(low, high) - low) / (high - low);
        egui::lerp(self.rect.bottom()..=self.rect.top(), share as f32)
    }

    fn paint(&self, ui: &Ui, curves: &[Curve], noun: &str) {
        let palette = Palette::of(ui);
        let painter = ui.painter();
        painter.rect_filled(self.rect, CARD_RADIUS, palette.well);
        let font = FontId::proportional(SMALL_TEXT);
        let [low, high] = self.accuracies;
        for (tick, label) in super::scale::round_percents(low, high, MAX_TICKS) {
            let y = self.y(tick);
            painter.hline(self.rect.x_range(), y, Stroke::new(1.0, palette.line));
            let at = pos2(self.rect.left() - UNIT, y);
            painter.text(at, Align2::RIGHT_CENTER, label, font.clone(), palette.text_weak);
        }
        for labelled in measured(curves) {
            let at = pos2(self.x(labelled), self.rect.bottom() + 4.0);
            painter.vline(at.x, self.rect.y_range(), Stroke::new(1.0, palette.line));
            painter.text(at, Align2::CENTER_TOP, grouped(labelled), font.clone(), palette.text_weak);
        }
        let at = pos2(self.rect.center().x, self.rect.bottom() + FOOT - 18.0);
        painter.text(at, Align2::CENTER_TOP, format!("labelled {noun}"), font, palette.text_weak);
    }
}

/// The numbers of labelled samples that have been measured: one that has only begun has no place on the axis yet.
fn measured(curves: &[Curve]) -> BTreeSet<usize> {
    curves.iter().flat_map(|curve| &curve.points).map(|point| point.labelled).collect()
}

impl Curve {
    /// A solid line where generated pictures are learned from, a dashed one elsewhere, so that colours alone tell nothing apart.
    fn paint(&self, ui: &Ui, axes: &Axes, index: usize) {
        let color = color(ui, self.arm);
        // Bars of different arms stand beside each other.
        let aside = 5.0 * (index as f32 - (ARMS.len() - 1) as f32 / 2.0);
        let stroke = Stroke::new(CURVE_WIDTH, color);
        let places: Vec<_> =
            self.points.iter().map(|it| pos2(axes.x(it.labelled) + aside, axes.y(it.accuracy.mean))).collect();
        if self.arm.uses_generated() {
            ui.painter().add(egui::Shape::line(places.clone(), stroke));
        } else {
            ui.painter().extend(egui::Shape::dashed_line(&places, stroke, 8.0, 4.0));
        }
        for (place, point) in places.iter().zip(&self.points) {
            let Estimate { mean, half_width } = point.accuracy;
            if let Some(half_width) = half_width {
                let ends = axes.y(mean + half_width)..=axes.y(mean - half_width);
                ui.painter().vline(place.x, ends, Stroke::new(1.5, color));
            }
            let fill = if point.has_helped == Some(false) { Palette::of(ui).well } else { color };
            ui.painter().circle(*place, 4.0, fill, Stroke::new(1.5, color));
        }
    }
}

/// A shade of generated samples where those are learned from, of real ones elsewhere.
fn color(ui: &Ui, arm: ArmKind) -> egui::Color32 {
    let (role, shade) = match arm {
        ArmKind::Duplicated => (Role::Real, Shade::Faint),
        ArmKind::RealOnly => (Role::Real, Shade::Pale),
        ArmKind::Classic => (Role::Real, Shade::Plain),
        ArmKind::MoreReal => (Role::Real, Shade::Vivid),
        ArmKind::GanOnly => (Role::Generated, Shade::Pale),
        ArmKind::Gan => (Role::Generated, Shade::Plain),
        ArmKind::ClassicAndGan => (Role::Generated, Shade::Vivid),
    };
    Palette::of(ui).shade(role, shade)
}

/// The arms' names beside the ends of their curves, pushed apart where they would lie on each other.
fn names(ui: &Ui, curves: &[Curve], axes: &Axes) {
    let mut ends: Vec<(f32, ArmKind)> =
        curves.iter().filter_map(|curve| Some((axes.y(curve.points.last()?.accuracy.mean), curve.arm))).collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let wanted: Vec<f32> = ends.iter().map(|(y, _)| *y).collect();
    let font = FontId::proportional(BODY_TEXT);
    for (y, (_, arm)) in apart(&wanted, NAME_HEIGHT).into_iter().zip(&ends) {
        let at = pos2(axes.rect.right() + UNIT, y);
        ui.painter().text(at, Align2::LEFT_CENTER, arm.label(), font.clone(), color(ui, *arm));
    }
}

/// Heights in rising order, at least `distance` apart, as near to where they were as that allows.
fn apart(heights: &[f32], distance: f32) -> Vec<f32> {
    let mut groups: Vec<(f32, usize)> = Vec::new();
    for &height in heights {
        groups.push((height, 1));
        // A group is around its middle; those that touch become one.
        while let [.., (above, above_count), (below, below_count)] = groups[..] {
            let gap = below - above - distance * (above_count + below_count) as f32 / 2.0;
            if gap >= 0.0 {
                break;
            }
            groups.truncate(groups.len() - 2);
            let count = above_count + below_count;
            groups.push(((above * above_count as f32 + below * below_count as f32) / count as f32, count));
        }
    }
    let spread = |(middle, count): (f32, usize)| {
        (0..count).map(move |index| middle + distance * (index as f32 - (count - 1) as f32 / 2.0))
    };
    groups.into_iter().flat_map(spread).collect()
}

fn spoken(curves: &[Curve]) -> String {
    let of_arm = |curve: &Curve| {
        let point = |point: &Point| {
            let has_helped = match point.has_helped {
                Some(true) => ", which helped",
                Some(false) => ", which did not measurably help",
                None => "",
            };
            format!("{:.1} % with {}{has_helped}", point.accuracy.mean, point.labelled)
        };
        let points: Vec<String> = curve.points.iter().map(point).collect();
        format!("{}: {}", curve.arm.label(), points.join(", "))
    };
    curves.iter().map(of_arm).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Domain;
    use crate::trainer::ArmReport;

    #[test]
    fn names_do_not_lie_on_each_other_and_stay_near_their_curves() {
        assert_eq!(apart(&[10.0, 50.0, 90.0], 20.0), [10.0, 50.0, 90.0]);
        assert_eq!(apart(&[10.0, 12.0, 90.0], 20.0), [1.0, 21.0, 90.0]);
        // The second pair pushes the first together with it.
        let pushed = apart(&[10.0, 12.0, 14.0, 40.0], 20.0);
        assert!(pushed.windows(2).all(|pair| pair[1] - pair[0] >= 20.0 - 1e-3), "{pushed:?}");
        assert!((pushed.iter().sum::<f32>() - 76.0).abs() < 1e-3, "around where they were");
    }

    #[test]
    fn an_arm_that_was_not_measured_has_no_point() {
        let arm = |arm, accuracies: &[f64]| ArmReport {
            arm,
            accuracies: accuracies.to_vec(),
            accuracy: (!accuracies.is_empty()).then(|| Estimate::of(accuracies)),
            secs: 1.0,
            comparison: None,
        };
        let report = |labelled, gan: &[f64]| Report {
            domain: Domain::Images,
            labelled,
            generated: 10,
            others: 0,
            tested: 100,
            arms: vec![arm(ArmKind::RealOnly, &[60.0, 62.0]), arm(ArmKind::Gan, gan), arm(ArmKind::Duplicated, &[1.0])],
            diverged: Vec::new(),
        };
        // One that has only begun.
        let begun = Report { arms: Vec::new(), ..report(200, &[]) };
        let curves = curves(&[report(50, &[58.0]), report(100, &[]), begun]);
        assert_eq!(measured(&curves), [50, 100].into());
        let counts: Vec<_> = curves.iter().map(|curve| (curve.arm, curve.points.len())).collect();
        assert_eq!(counts, [(ArmKind::RealOnly, 2), (ArmKind::Gan, 1)]);
        let axes = Axes::of(&curves, Rect::from_min_size(pos2(0.0, 0.0), vec2(100.0, 100.0))).unwrap();
        assert!(axes.x(50) < axes.x(100) && axes.y(60.0) < axes.y(58.0));
    }
}
