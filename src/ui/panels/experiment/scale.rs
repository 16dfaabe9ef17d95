//! Accuracies along a column: where each stands, and the lines at round percentages.

use eframe::egui;

use crate::trainer::{Estimate, Report};

/// The least distance between lines of the scale.
const TICK_DISTANCE: f32 = 42.0;

/// Accuracies in percent, from the left to the right end of a column.
pub(super) struct Scale {
    low: f64,
    high: f64,
    pub(super) column: (f32, f32),
}

impl Scale {
    /// A scale that holds all that was found; `None` before anything was.
    pub(super) fn of(report: &Report, column: (f32, f32)) -> Option<Self> {
        let ends = |accuracy: Estimate| {
            let half_width = accuracy.half_width.unwrap_or_default();
            [accuracy.mean - half_width, accuracy.mean + half_width]
        };
        let intervals = report.arms.iter().filter_map(|arm| arm.accuracy).flat_map(ends);
        let values: Vec<f64> = intervals.chain(report.arms.iter().flat_map(|arm| arm.accuracies.clone())).collect();
        let low = values.iter().copied().reduce(f64::min)?;
        let high = values.iter().copied().reduce(f64::max)?;
        let margin = (0.06 * (high - low)).max(0.5);
        Some(Self { low: (low - margin).max(0.0), high: (high + margin).min(100.0), column })
    }

    pub(super) fn x(&self, value: f64) -> f32 {
        let share = (value.clamp(self.low, self.high) - self.low) / (self.high - self.low);
        egui::lerp(self.column.0..=self.column.1, share as f32)
    }

    /// Round percentages between the ends, and how they are written.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let count = ((self.column.1 - self.column.0) / TICK_DISTANCE).max(1.0);
        let ticks = round_percents(self.low, self.high, f64::from(count));
        // A single line says nothing of distances.
        if ticks.len() < 2 { round_percents(self.low, self.high, 2.0 * f64::from(count)) } else { ticks }
    }
}

/// Round percentages from `low` to `high`, about `count` of them, and how they are written.
pub(super) fn round_percents(low: f64, high: f64, count: f64) -> Vec<(f64, String)> {
    let rough = (high - low) / count;
    let exponent = rough.log10().floor();
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * 10_f64.powf(exponent));
    let step = steps.into_iter().find(|&step| step >= rough).unwrap_or(rough);
    let decimals = if step < 1.0 { (-exponent).max(0.0) as usize } else { 0 };
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    let tick = |number: i64| (number as f64 * step, format!("{:.decimals$} %", number as f64 * step));
    (first..=last).map(tick).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ArmKind, Choice as _, Domain};
    use crate::trainer::ArmReport;

    fn report(accuracies: &[&[f64]]) -> Report {
        let arm = |(&arm, accuracies): (&ArmKind, &&[f64])| ArmReport {
            arm,
            accuracies: accuracies.to_vec(),
            accuracy: (!accuracies.is_empty()).then(|| Estimate::of(accuracies)),
            secs: 1.0,
            comparison: None,
        };
        let arms = ArmKind::ALL.iter().zip(accuracies).map(arm).collect();
        Report {
            domain: Domain::Images,
            labelled: 200,
            generated: 0,
            others: 0,
            tested: 100,
            arms,
            diverged: Vec::new(),
        }
    }

    #[test]
    fn the_scale_holds_everything_and_its_lines_are_round() {
        assert!(Scale::of(&report(&[&[], &[]]), (0.0, 100.0)).is_none());
        let scale = Scale::of(&report(&[&[61.0, 63.0], &[], &[70.0, 76.0]]), (100.0, 300.0)).unwrap();
        // The interval of 70 and 76 reaches 12.7 times 3 to either side.
        assert!(scale.low < 61.0 && (scale.high - 100.0).abs() < 1e-9, "{} {}", scale.low, scale.high);
        assert!((scale.x(scale.low) - 100.0).abs() < 1e-3 && (scale.x(100.0) - 300.0).abs() < 1e-3);
        assert!((scale.x(-5.0) - 100.0).abs() < 1e-3, "nothing leaves its column");
        let narrow = Scale::of(&report(&[&[61.0], &[69.0]]), (0.0, 200.0)).unwrap();
        let labels = |ticks: Vec<(f64, String)>| ticks.into_iter().map(|(_, label)| label).collect::<Vec<_>>();
        assert_eq!(labels(narrow.ticks()), ["62 %", "64 %", "66 %", "68 %"]);
        let small = Scale { low: 51.0, high: 95.0, column: (0.0, 90.0) };
        assert_eq!(labels(small.ticks()), ["60 %", "80 %"]);
        assert_eq!(
            labels(round_percents(97.75, 98.85, 6.0)),
            ["97.8 %", "98.0 %", "98.2 %", "98.4 %", "98.6 %", "98.8 %"]
        );
        assert_eq!(
            labels(round_percents(69.63, 69.96, 10.0)),
            ["69.65 %", "69.70 %", "69.75 %", "69.80 %", "69.85 %", "69.90 %", "69.95 %"]
        );
    }
}
