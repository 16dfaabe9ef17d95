//! Every measured step in bounded memory: when the buckets are full, neighbours merge.
//!
//! So no work done per frame grows with the length of a run, and no peak is ever lost: each bucket keeps the least, the
//! greatest, the mean and the last value of its steps.

use crate::trainer::{ImagesQuality, MetricPoint, Overfitting, PointsQuality, TextsQuality};

/// The most buckets kept: more than a plot has pixels across, on any screen it is likely to meet.
pub const CAPACITY: usize = 2048;

/// Up to this many buckets smoothing acts per bucket, as in `TensorBoard`; beyond it, on a constant share of the run, so
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
    /// Share of generated points that lie where a cluster is; measured now and then.
    HighQuality,
    /// Jensen–Shannon divergence of generated points from real ones; measured now and then.
    JsDivergence,
    /// Mean score of real samples that training draws from; measured now and then.
    SeenScore,
    /// Mean score of real samples that it never sees; measured now and then.
    UnseenScore,
    /// Kernel distance of generated pictures from real ones; measured now and then.
    Kid,
    /// Share of generated pictures among real ones; measured now and then.
    Precision,
    /// Share of real pictures among generated ones; measured now and then.
    Recall,
    /// Share of real pictures with a generated one close by; measured now and then.
    Coverage,
    /// Jensen–Shannon divergence of single characters of generated texts from real ones; measured now and then.
    Js1,
    /// The same of pieces of two characters.
    Js2,
    /// The same of pieces of three characters.
    Js3,
    /// The same of pieces of four characters.
    Js4,
}

impl Metric {
    /// Every metric, in the order of [`Bucket::summaries`].
    pub const ALL: [Self; 18] = [
        Self::DiscriminatorLoss,
        Self::GeneratorLoss,
        Self::RealScore,
        Self::FakeScore,
        Self::DiscriminatorGradient,
        Self::GeneratorGradient,
        Self::HighQuality,
        Self::JsDivergence,
        Self::SeenScore,
        Self::UnseenScore,
        Self::Kid,
        Self::Precision,
        Self::Recall,
        Self::Coverage,
        Self::Js1,
        Self::Js2,
        Self::Js3,
        Self::Js4,
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
            Self::HighQuality => "high_quality_fraction",
            Self::JsDivergence => "js_divergence",
            Self::SeenScore => "d_real_seen",
            Self::UnseenScore => "d_real_unseen",
            Self::Kid => "kid",
            Self::Precision => "precision",
            Self::Recall => "recall",
            Self::Coverage => "coverage",
            Self::Js1 => "js1",
            Self::Js2 => "js2",
            Self::Js3 => "js3",
            Self::Js4 => "js4",
        }
    }

    /// What a step measured of it; not a number for what is measured now and then.
    fn of(self, point: &MetricPoint) -> f32 {
        match self {
            Self::DiscriminatorLoss => point.d_loss,
            Self::GeneratorLoss => point.g_loss,
            Self::RealScore => point.d_real,
            Self::FakeScore => point.d_fake,
            Self::DiscriminatorGradient => point.d_gradient_norm,
            Self::GeneratorGradient => point.g_gradient_norm,
            Self::HighQuality
            | Self::JsDivergence
            | Self::SeenScore
            | Self::UnseenScore
            | Self::Kid
            | Self::Precision
            | Self::Recall
            | Self::Coverage
            | Self::Js1
            | Self::Js2
            | Self::Js3
            | Self::Js4 => f32::NAN,
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

    /// Mean, least and greatest value as cells of a CSV file, each after a comma.
    fn cells(&self) -> String {
        match self.mean() {
            Some(mean) => format!(",{},{},{}", mean as f32, self.min, self.max),
            None => ",,,".to_owned(),
        }
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
    /// The smoothing is the debiased exponential mean of `TensorBoard`.
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
        let names = |&metric: &Metric| format!(",{key},{key}_min,{key}_max", key = metric.key());
        let header = std::iter::once("step".to_owned()).chain(metrics.iter().map(names));
        let line = |bucket: &Bucket| {
            let cells = |&metric: &Metric| bucket.summary(metric).cells();
            std::iter::once(format!("\n{}", bucket.last_step)).chain(metrics.iter().map(cells)).collect::<String>()
        };
        header.chain(self.buckets.iter().map(line)).chain(std::iter::once("\n".to_owned())).collect()
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

    /// Takes in what was measured of the generated points after `step` steps.
    pub(super) fn measure(&mut self, step: u64, quality: &PointsQuality) {
        let high_quality = quality.clusters.map_or(f64::NAN, |clusters| clusters.high_quality_fraction);
        self.add_now_and_then(
            step,
            [(Metric::JsDivergence, quality.js_divergence as f32), (Metric::HighQuality, high_quality as f32)],
        );
    }

    /// Takes in what was measured of the generated pictures after `step` steps.
    pub(super) fn measure_images(&mut self, step: u64, quality: &ImagesQuality) {
        let measures = [
            (Metric::Kid, quality.kid),
            (Metric::Precision, quality.precision),
            (Metric::Recall, quality.recall),
            (Metric::Coverage, quality.coverage),
        ];
        self.add_now_and_then(step, measures.map(|(metric, measure)| (metric, measure.value as f32)));
    }

    /// Takes in what was measured of the generated texts after `step` steps.
    pub(super) fn measure_texts(&mut self, step: u64, quality: &TextsQuality) {
        let [js1, js2, js3, js4] = quality.js.map(|measure| measure.value as f32);
        let measures = [(Metric::Js1, js1), (Metric::Js2, js2), (Metric::Js3, js3), (Metric::Js4, js4)];
        self.add_now_and_then(step, measures);
    }

    /// Takes in what the discriminator made of samples that it has seen, and of others, after `step` steps.
    pub(super) fn measure_overfitting(&mut self, step: u64, Overfitting { seen_score, unseen_score }: Overfitting) {
        self.add_now_and_then(step, [(Metric::SeenScore, seen_score), (Metric::UnseenScore, unseen_score)]);
    }

    fn add_now_and_then<const N: usize>(&mut self, step: u64, values: [(Metric, f32); N]) {
        self.revision += 1;
        let place = self.buckets.partition_point(|bucket| bucket.first_step <= step);
        if place == 0 {
            self.buckets.insert(0, Bucket::new(step));
        }
        let bucket = &mut self.buckets[place.saturating_sub(1)];
        for (metric, value) in values {
            bucket.summaries[metric as usize].add(value);
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
#[path = "history_tests.rs"]
mod tests;
