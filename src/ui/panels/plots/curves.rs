//! Curves ready to be drawn: computed when the history or a setting changes, borrowed by every frame.

use std::ops::RangeInclusive;

use egui_plot::PlotPoint;

use super::PlotKind;
use crate::state::{History, Sample};

/// Share of raw values at either end that may leave the picture.
const OUTLIERS: f64 = 0.02;

/// One metric's points.
#[derive(Debug, Clone, Default)]
pub(super) struct Curve {
    /// As measured: least and greatest value of each bucket.
    pub(super) raw: Vec<PlotPoint>,
    /// Smoothed.
    pub(super) smooth: Vec<PlotPoint>,
    is_log: bool,
}

impl Curve {
    /// The newest smoothed value.
    pub(super) fn last_value(&self) -> Option<f64> {
        let last = self.smooth.last()?.y;
        Some(if self.is_log { 10_f64.powf(last) } else { last })
    }

    /// The newest value that had been measured at `step`: what is measured now and then holds until the next time.
    pub(super) fn value_at(&self, step: f64) -> Option<f64> {
        let after = self.raw.partition_point(|point| point.x <= step);
        let value = self.raw.get(after.checked_sub(1)?)?.y;
        Some(if self.is_log { 10_f64.powf(value) } else { value })
    }

    /// The y range of the part within `x_range`: all of the smoothed curve, and the raw one without its outliers.
    pub(super) fn extent(&self, x_range: &RangeInclusive<f64>) -> Option<RangeInclusive<f64>> {
        let mut raw: Vec<f64> = within(&self.raw, x_range).iter().map(|point| point.y).collect();
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for point in within(&self.smooth, x_range) {
            low = low.min(point.y);
            high = high.max(point.y);
        }
        if !raw.is_empty() {
            let outliers = (raw.len() as f64 * OUTLIERS) as usize;
            let last = raw.len() - 1;
            low = low.min(*raw.select_nth_unstable_by(outliers, f64::total_cmp).1);
            high = high.max(*raw.select_nth_unstable_by(last - outliers, f64::total_cmp).1);
        }
        (low <= high).then_some(low..=high)
    }

    fn fill(&mut self, samples: &[Sample], is_log: bool) {
        let height = |value: f64| if is_log { (value > 0.0).then(|| value.log10()) } else { Some(value) };
        self.is_log = is_log;
        self.raw.clear();
        self.smooth.clear();
        for sample in samples {
            let x = sample.step as f64;
            for value in
                if sample.min < sample.max { [Some(sample.min), Some(sample.max)] } else { [Some(sample.max), None] }
            {
                self.raw.extend(value.and_then(|value| height(f64::from(value))).map(|y| PlotPoint { x, y }));
            }
            self.smooth.extend(height(sample.smooth).map(|y| PlotPoint { x, y }));
        }
    }
}

fn within<'a>(points: &'a [PlotPoint], x_range: &RangeInclusive<f64>) -> &'a [PlotPoint] {
    let start = points.partition_point(|point| point.x < *x_range.start());
    let end = points.partition_point(|point| point.x <= *x_range.end());
    &points[start..end.max(start)]
}

/// What curves were made from; anything else needs new ones.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stamp {
    revision: u64,
    len: usize,
    smoothing: f32,
    has_log_scale: bool,
}

/// The curves of every plot.
#[derive(Debug, Default)]
pub(super) struct Curves {
    stamp: Option<Stamp>,
    curves: [Vec<Curve>; PlotKind::ALL.len()],
}

impl Curves {
    /// Brings the curves up to date, if anything changed.
    pub(super) fn update(&mut self, history: &History, smoothing: f32, has_log_scale: bool) {
        let stamp = Stamp { revision: history.revision(), len: history.buckets().len(), smoothing, has_log_scale };
        if self.stamp == Some(stamp) {
            return;
        }
        self.stamp = Some(stamp);
        for (kind, curves) in PlotKind::ALL.into_iter().zip(&mut self.curves) {
            let metrics = kind.metrics();
            // A few measures are no noise to be averaged away, and each stands as a number below the plots.
            let smoothing = if kind.is_measured_now_and_then() { 0.0 } else { smoothing };
            curves.resize_with(metrics.len(), Curve::default);
            for (metric, curve) in metrics.into_iter().zip(curves) {
                let samples = history.curve(metric, f64::from(smoothing));
                curve.fill(&samples, has_log_scale && kind.can_be_logarithmic());
            }
        }
    }

    /// The curves of one plot.
    pub(super) fn get(&self, kind: PlotKind) -> &[Curve] {
        &self.curves[kind as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(step: u64, value: f64) -> Sample {
        Sample { step, min: value as f32, mean: value, max: value as f32, smooth: value }
    }

    #[test]
    fn a_logarithmic_curve_leaves_out_what_has_no_logarithm() {
        let mut curve = Curve::default();
        curve.fill(&[sample(1, 100.0), sample(2, 0.0), sample(3, -5.0), sample(4, 10.0)], true);
        assert_eq!(curve.smooth.len(), 2);
        assert!((curve.smooth[0].y - 2.0).abs() < 1e-9);
        assert!((curve.last_value().unwrap() - 10.0).abs() < 1e-9);
    }

    #[test]
    fn what_is_measured_now_and_then_holds_until_the_next_time() {
        let mut curve = Curve::default();
        curve.fill(&[sample(10, 0.5), sample(100, 0.75)], false);
        let values = [9.0, 10.0, 99.0, 100.0, 500.0].map(|step| curve.value_at(step));
        assert_eq!(values, [None, Some(0.5), Some(0.5), Some(0.75), Some(0.75)]);
    }

    #[test]
    fn what_is_measured_now_and_then_is_drawn_as_it_was_measured() {
        use crate::state::AppState;
        use crate::trainer::{Event, EventKind, MetricPoint, Overfitting, RunId};
        let mut state = AppState::default();
        let mut tell = |kind| state.apply(Event { run: RunId::default(), kind });
        for (step, value) in [(1_u64, 0.2_f32), (2, 0.9)] {
            let point = MetricPoint {
                step,
                d_loss: value,
                g_loss: value,
                d_real: 0.5,
                d_fake: 0.5,
                d_gradient_norm: 1.0,
                g_gradient_norm: 1.0,
            };
            tell(EventKind::Progressed { points: vec![point], elapsed_secs: 1.0, steps_per_sec: 1.0 });
            let overfitting = Overfitting { seen_score: value, unseen_score: 0.5 };
            tell(EventKind::OverfittingMeasured { step, overfitting });
        }
        let mut curves = Curves::default();
        curves.update(state.history(), 0.9, false);
        let last = |kind: PlotKind| curves.get(kind)[0].last_value().unwrap();
        assert!((last(PlotKind::Overfitting) - 0.9).abs() < 1e-6);
        assert!(last(PlotKind::Losses) < 0.7, "a loss is smoothed");
    }

    #[test]
    fn a_single_outlier_does_not_squash_the_picture() {
        let mut curve = Curve::default();
        let samples: Vec<_> =
            (0..200).map(|step| Sample { smooth: 1.0, ..sample(step, if step == 7 { 1e6 } else { 1.0 }) }).collect();
        curve.fill(&samples, false);
        assert_eq!(curve.extent(&(0.0..=200.0)), Some(1.0..=1.0));
        assert_eq!(curve.extent(&(500.0..=600.0)), None);
    }
}
