//! Every measured step in bounded memory: when the buckets are full, neighbours merge.
//!
//! So no work done per frame grows with the length of a run, and no peak is ever lost: each bucket keeps the least, the
//! greatest, the mean and the last value of its steps.

use std::fmt::Write as _;

use crate::trainer::MetricPoint;

/// The most buckets kept: more than a plot has pixels across, on any screen it is likely to meet.
pub const CAPACITY: usize = 2048;

/// Up to this many buckets smoothing acts per bucket, as in TensorBoard; beyond it, on a constant share of the run, so
/// that curves do not change shape when buckets merge.
const SMOOTHING_REFERENCE: f64 = 1000.0;

/// Steps over which [`History::recent`] averages.
const RECENT_STEPS: f64 = 100.0;

/// One of the measured numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// The discriminator's loss.
    DiscriminatorLoss,
    /// The generator's loss.
    GeneratorLoss,
    /// Mean score of real samples.
    RealScore,
    /// Mean score of generated samples.
    FakeScore,
    /// Norm of the discriminator's gradient.
    DiscriminatorGradient,
    /// Norm of the generator's gradient.
    GeneratorGradient,
}

impl Metric {
    /// Every metric, in the order of [`Bucket::summaries`].
    pub const ALL: [Self; 6] = [
        Self::DiscriminatorLoss,
        Self::GeneratorLoss,
        Self::RealScore,
        Self::FakeScore,
        Self::DiscriminatorGradient,
        Self::GeneratorGradient,
    ];

    /// The column's name in a CSV file, as in the run folder's `metrics.csv`.
    pub fn key(self) -> &'static str {
        match self {
            Self::DiscriminatorLoss => "d_loss",
            Self::GeneratorLoss => "g_loss",
            Self::RealScore => "d_real",
            Self::FakeScore => "d_fake",
            Self::DiscriminatorGradient => "d_gradient_norm",
            Self::GeneratorGradient => "g_gradient_norm",
        }
    }

    fn of(self, point: &MetricPoint) -> f32 {
        match self {
            Self::DiscriminatorLoss => point.d_loss,
            Self::GeneratorLoss => point.g_loss,
            Self::RealScore => point.d_real,
            Self::FakeScore => point.d_fake,
            Self::DiscriminatorGradient => point.d_gradient_norm,
            Self::GeneratorGradient => point.g_gradient_norm,
        }
    }
}

/// What is kept of one metric over one bucket's steps. Values that are not finite are left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// The least value.
    pub min: f32,
    /// The greatest value.
    pub max: f32,
    /// The newest value.
    pub last: f32,
    sum: f64,
    count: u32,
}

impl Summary {
    const EMPTY: Self = Self { min: f32::INFINITY, max: f32::NEG_INFINITY, last: f32::NAN, sum: 0.0, count: 0 };

    /// The mean value, or `None` where nothing finite was measured.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / f64::from(self.count))
    }

    fn add(&mut self, value: f32) {
        if value.is_finite() {
            self.min = self.min.min(value);
            self.max = self.max.max(value);
            self.last = value;
            self.sum += f64::from(value);
            self.count += 1;
        }
    }

    fn merge(&mut self, later: &Self) {
        if later.count > 0 {
            self.min = self.min.min(later.min);
            self.max = self.max.max(later.max);
            self.last = later.last;
            self.sum += later.sum;
            self.count += later.count;
        }
    }
}

/// Some neighbouring steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// The first step in it.
    pub first_step: u64,
    /// The last step in it.
    pub last_step: u64,
    /// One summary for each of [`Metric::ALL`].
    pub summaries: [Summary; Metric::ALL.len()],
}

impl Bucket {
    /// The summary of `metric`.
    pub fn summary(&self, metric: Metric) -> &Summary {
        &self.summaries[metric as usize]
    }

    fn new(step: u64) -> Self {
        Self { first_step: step, last_step: step, summaries: [Summary::EMPTY; Metric::ALL.len()] }
    }

    fn add(&mut self, point: &MetricPoint) {
        self.last_step = self.last_step.max(point.step);
        for (summary, metric) in self.summaries.iter_mut().zip(Metric::ALL) {
            summary.add(metric.of(point));
        }
    }

    fn merge(&mut self, later: &Self) {
        self.last_step = later.last_step;
        for (summary, later) in self.summaries.iter_mut().zip(&later.summaries) {
            summary.merge(later);
        }
    }
}

/// One place on a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// The bucket's last step.
    pub step: u64,
    /// The least value.
    pub min: f32,
    /// The mean value.
    pub mean: f64,
    /// The greatest value.
    pub max: f32,
    /// The mean value, smoothed.
    pub smooth: f64,
}

/// A running mean of the newest steps, without the pull of its starting value.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Recent {
    sum: f64,
    weight: f64,
}

impl Recent {
    fn add(&mut self, value: f32) {
        if value.is_finite() {
            let keep = 1.0 - 1.0 / RECENT_STEPS;
            self.sum = keep * self.sum + f64::from(value);
            self.weight = keep * self.weight + 1.0;
        }
    }
}

/// The measured numbers of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    buckets: Vec<Bucket>,
    stride: u64,
    revision: u64,
    recent: [Recent; Metric::ALL.len()],
    last: Option<MetricPoint>,
}

impl Default for History {
    fn default() -> Self {
        Self { buckets: Vec::new(), stride: 1, revision: 0, recent: Default::default(), last: None }
    }
}

impl History {
    /// The buckets, oldest first; never more than [`CAPACITY`].
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// Steps that one bucket stands for.
    pub fn stride(&self) -> u64 {
        self.stride
    }

    /// A number that changes whenever the history does.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The newest measurement.
    pub fn last(&self) -> Option<&MetricPoint> {
        self.last.as_ref()
    }

    /// The mean of `metric` over about the newest hundred steps.
    pub fn recent(&self, metric: Metric) -> Option<f64> {
        let Recent { sum, weight } = self.recent[metric as usize];
        (weight > 0.0).then(|| sum / weight)
    }

    /// The curve of `metric`, where `smoothing` from 0 to below 1 is the weight of what came before.
    ///
    /// The smoothing is the debiased exponential mean of TensorBoard.
    pub fn curve(&self, metric: Metric, smoothing: f64) -> Vec<Sample> {
        let share = (SMOOTHING_REFERENCE / self.buckets.len().max(1) as f64).min(1.0);
        let keep = smoothing.clamp(0.0, 0.999).powf(share);
        let (mut sum, mut weight) = (0.0, 0.0);
        let sample = |bucket: &Bucket| {
            let summary = bucket.summary(metric);
            let mean = summary.mean()?;
            sum = keep * sum + (1.0 - keep) * mean;
            weight = keep * weight + (1.0 - keep);
            Some(Sample { step: bucket.last_step, min: summary.min, mean, max: summary.max, smooth: sum / weight })
        };
        self.buckets.iter().filter_map(sample).collect()
    }

    /// The bucket nearest to `step`.
    pub fn nearest(&self, step: f64) -> Option<&Bucket> {
        let next = self.buckets.partition_point(|bucket| (bucket.last_step as f64) < step);
        let distance = |bucket: &&Bucket| (bucket.last_step as f64 - step).abs();
        self.buckets[next.saturating_sub(1)..self.buckets.len().min(next + 1)]
            .iter()
            .min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }

    /// `metrics` as comma-separated values, a bucket a line.
    pub fn csv(&self, metrics: &[Metric]) -> String {
        let mut text = String::from("step");
        for metric in metrics {
            let key = metric.key();
            // Writing to a string cannot fail.
            let _ = write!(text, ",{key},{key}_min,{key}_max");
        }
        for bucket in &self.buckets {
            let _ = write!(text, "\n{}", bucket.last_step);
            for &metric in metrics {
                let summary = bucket.summary(metric);
                let _ = match summary.mean() {
                    Some(mean) => write!(text, ",{},{},{}", mean as f32, summary.min, summary.max),
                    None => write!(text, ",,,"),
                };
            }
        }
        text.push('\n');
        text
    }

    pub(super) fn push(&mut self, point: &MetricPoint) {
        self.revision += 1;
        self.last = Some(*point);
        for (recent, metric) in self.recent.iter_mut().zip(Metric::ALL) {
            recent.add(metric.of(point));
        }
        let stride = self.stride;
        match self.buckets.last_mut() {
            Some(bucket) if point.step / stride <= bucket.first_step / stride => bucket.add(point),
            _ => {
                let mut bucket = Bucket::new(point.step);
                bucket.add(point);
                self.buckets.push(bucket);
            }
        }
        while self.buckets.len() > CAPACITY {
            self.merge_neighbours();
        }
    }

    pub(super) fn forget_after(&mut self, step: u64) {
        self.revision += 1;
        self.buckets.retain(|bucket| bucket.first_step <= step);
        if let Some(bucket) = self.buckets.last_mut() {
            bucket.last_step = bucket.last_step.min(step);
        }
        self.recent = Default::default();
        self.last = None;
    }

    fn merge_neighbours(&mut self) {
        self.stride *= 2;
        let stride = self.stride;
        self.buckets.dedup_by(|later, earlier| {
            let is_same = later.first_step / stride == earlier.first_step / stride;
            if is_same {
                earlier.merge(later);
            }
            is_same
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(step: u64, value: f32) -> MetricPoint {
        MetricPoint {
            step,
            d_loss: value,
            g_loss: -value,
            d_real: 0.5,
            d_fake: 0.5,
            d_gradient_norm: 1.0,
            g_gradient_norm: 1.0,
        }
    }

    fn history(values: impl IntoIterator<Item = f32>) -> History {
        let mut history = History::default();
        for (index, value) in values.into_iter().enumerate() {
            history.push(&point(index as u64 + 1, value));
        }
        history
    }

    #[test]
    fn memory_is_bounded_and_no_peak_is_lost() {
        let steps = 100_000;
        let history = history((1..=steps).map(|step| if step == 777 { 1000.0 } else { 1.0 }));
        assert!(history.buckets().len() <= CAPACITY);
        assert!(history.buckets().len() > CAPACITY / 4);
        let peak = history.buckets().iter().map(|bucket| bucket.summary(Metric::DiscriminatorLoss).max);
        assert_eq!(peak.fold(0.0, f32::max), 1000.0);
        assert_eq!(history.buckets().last().unwrap().last_step, steps as u64);
        let count: u32 = history.buckets().iter().map(|bucket| bucket.summaries[0].count).sum();
        assert_eq!(count, steps as u32);
    }

    #[test]
    fn buckets_keep_their_order_and_never_overlap() {
        let history = history((0..10_000).map(|step| step as f32));
        for pair in history.buckets().windows(2) {
            assert!(pair[0].last_step < pair[1].first_step);
        }
    }

    #[test]
    fn smoothing_is_tensorboards() {
        // Hand-worked: the debiased exponential mean of 1, 3 with weight 0.5 is 1, then (0.25 + 1.5) / 0.75.
        let curve = history([1.0, 3.0]).curve(Metric::DiscriminatorLoss, 0.5);
        assert!((curve[0].smooth - 1.0).abs() < 1e-12);
        assert!((curve[1].smooth - 1.75 / 0.75).abs() < 1e-12);
        let raw = history([1.0, 3.0]).curve(Metric::DiscriminatorLoss, 0.0);
        assert!((raw[1].smooth - 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_smoothed_curve_keeps_its_shape_when_buckets_merge() {
        let value = |step: usize| if step < 1000 { 0.0 } else { 1.0 };
        let before = history((0..CAPACITY).map(value)).curve(Metric::DiscriminatorLoss, 0.99);
        let after = history((0..=CAPACITY).map(value)).curve(Metric::DiscriminatorLoss, 0.99);
        let end = |curve: &[Sample]| curve[curve.len() - 1].smooth;
        assert!((end(&before) - end(&after)).abs() < 0.01, "{} {}", end(&before), end(&after));
    }

    #[test]
    fn what_is_not_finite_is_left_out() {
        let history = history([1.0, f32::NAN, f32::INFINITY, 2.0]);
        let curve = history.curve(Metric::DiscriminatorLoss, 0.6);
        assert_eq!(curve.len(), 2);
        assert!(curve.iter().all(|sample| sample.smooth.is_finite()));
        assert!(history.recent(Metric::DiscriminatorLoss).unwrap() < 2.0);
    }

    #[test]
    fn going_back_forgets_what_came_later() {
        let mut history = history((0..100).map(|step| step as f32));
        history.forget_after(40);
        assert_eq!(history.buckets().last().unwrap().last_step, 40);
        history.push(&point(41, 7.0));
        assert_eq!(history.buckets().len(), 41);
    }

    #[test]
    fn the_nearest_bucket_is_found() {
        let history = history((0..100).map(|step| step as f32));
        assert_eq!(history.nearest(-5.0).unwrap().last_step, 1);
        assert_eq!(history.nearest(41.4).unwrap().last_step, 41);
        assert_eq!(history.nearest(1e9).unwrap().last_step, 100);
        assert!(History::default().nearest(3.0).is_none());
    }

    #[test]
    fn csv_has_a_header_and_a_line_for_each_bucket() {
        let csv = history([0.5, f32::NAN]).csv(&[Metric::DiscriminatorLoss, Metric::GeneratorLoss]);
        let lines: Vec<_> = csv.lines().collect();
        assert_eq!(lines[0], "step,d_loss,d_loss_min,d_loss_max,g_loss,g_loss_min,g_loss_max");
        assert_eq!(lines[1], "1,0.5,0.5,0.5,-0.5,-0.5,-0.5");
        assert_eq!(lines[2], "2,,,,,,");
    }
}
