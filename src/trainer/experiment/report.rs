//! What an experiment found: accuracies, differences and what may be said of them.

use serde::Serialize;

use super::{ArmResult, DivergedGan, StoredExperiment};
use crate::config::{ArmKind, Domain};
use crate::gan::metrics::{Estimate, HelpVerdict};

/// What an experiment found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The kind of the samples.
    pub domain: Domain,
    /// Labelled samples that the learner had.
    pub labelled: usize,
    /// Generated samples of each seed; 0 before the first are made.
    pub generated: usize,
    /// Other real samples of each seed, which the ceiling learns from in the place of generated ones.
    pub others: usize,
    /// Samples that every classifier was tested with.
    pub tested: usize,
    /// One for each arm that there was data for, in the order of [`ArmKind`].
    pub arms: Vec<ArmReport>,
    /// GANs that diverged, whose seeds are in no arm.
    pub diverged: Vec<DivergedGan>,
}

/// How many samples an experiment has beside the labelled and the generated ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// To test with.
    pub(super) tested: usize,
    /// Other real ones of each seed.
    pub(super) others: usize,
}

/// What was found of one arm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ArmReport {
    /// What the classifier learned from.
    pub arm: ArmKind,
    /// Share of test samples whose class it knows, in percent, seed by seed as far as they are done.
    pub accuracies: Vec<f64>,
    /// Their mean and its 95 % interval over seeds and test samples; `None` before the first is measured.
    pub accuracy: Option<Estimate>,
    /// Mean seconds of a seed: of the classifier, and of the GAN where the arm needs one.
    pub secs: f64,
    /// How it compares; `None` for the arm that others are compared with, and before the first seed is measured.
    pub comparison: Option<Comparison>,
}

/// An arm against its control, seed by seed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Comparison {
    /// The arm it is compared with.
    pub control: ArmKind,
    /// Mean difference of accuracies within a seed, in percentage points, and its 95 % interval.
    pub difference: Estimate,
    /// What the interval carries.
    pub verdict: HelpVerdict,
}

impl Comparison {
    /// The verdict in words, with its numbers.
    pub fn words(&self) -> String {
        self.verdict.words(self.difference)
    }
}

impl Report {
    pub(super) fn of(record: &StoredExperiment, arms: Vec<ArmKind>, Sizes { tested, others }: Sizes) -> Self {
        let config = &record.config;
        let seeds: Vec<u64> = (0..config.seeds).map(|repetition| config.seed_of(repetition)).collect();
        let of_arm = |arm: ArmKind| {
            let done: Vec<ArmResult> = seeds.iter().filter_map(|&seed| record.result(seed, arm)).collect();
            let accuracies: Vec<f64> = done.iter().map(ArmResult::accuracy).collect();
            let seeds_done: Vec<u64> = done.iter().map(|result| result.seed).collect();
            let gan_secs =
                |seed: u64| if arm.uses_generated() { record.gan(seed).map_or(0.0, |gan| gan.secs) } else { 0.0 };
            let secs: f64 = done.iter().map(|result| result.secs + gan_secs(result.seed)).sum();
            let comparison = arm.control().and_then(|control| {
                let pair = |result: &ArmResult| {
                    let control = record.result(result.seed, control)?;
                    Some((result.seed, result.accuracy() - control.accuracy()))
                };
                let (seeds, differences): (Vec<u64>, Vec<f64>) = done.iter().filter_map(pair).unzip();
                let by_sample = by_sample(record, &seeds, &[(arm, 1.0), (control, -1.0)], tested);
                let difference = estimate(&differences, &by_sample)?;
                Some(Comparison { control, difference, verdict: HelpVerdict::of(difference) })
            });
            ArmReport {
                arm,
                accuracy: estimate(&accuracies, &by_sample(record, &seeds_done, &[(arm, 1.0)], tested)),
                secs: secs / done.len().max(1) as f64,
                accuracies,
                comparison,
            }
        };
        Self {
            domain: record.data.domain(),
            labelled: config.labelled,
            generated: record.gans.first().map_or(0, |gan| gan.generated),
            others: if arms.contains(&ArmKind::MoreReal) { others } else { 0 },
            tested,
            arms: arms.into_iter().map(of_arm).collect(),
            diverged: seeds.iter().filter_map(|&seed| record.divergence(seed)).collect(),
        }
    }

    /// Fewest and most seeds of an arm that are measured.
    pub fn seeds_done(&self) -> [usize; 2] {
        let of_arms = || self.arms.iter().map(|arm| arm.accuracies.len());
        [of_arms().min().unwrap_or_default(), of_arms().max().unwrap_or_default()]
    }

    /// What is to be said of GANs that diverged, in one sentence.
    pub fn left_out(&self) -> Option<String> {
        let first = self.diverged.first()?;
        let advice = if self.seeds_done() == [0, 0] { ": try fewer GAN steps" } else { "" };
        Some(match self.diverged.len() {
            1 => format!("Seed {} is left out, because its GAN diverged by step {}{advice}.", first.seed, first.step),
            count => format!(
                "{count} seeds are left out, because their GANs diverged, the first by step {}{advice}.",
                first.step
            ),
        })
    }
}

/// What the accuracies of seeds, or their differences, say, if there are any.
fn estimate(by_seed: &[f64], by_sample: &[f64]) -> Option<Estimate> {
    (!by_seed.is_empty()).then(|| Estimate::of_table(by_seed, by_sample))
}

/// Of each test sample, the mean over seeds of whether an arm knows it, or of the difference of two arms with these factors, in percent.
fn by_sample(record: &StoredExperiment, seeds: &[u64], arms: &[(ArmKind, f64)], tested: usize) -> Vec<f64> {
    let known: Vec<_> = seeds
        .iter()
        .flat_map(|&seed| arms.iter().map(move |&(arm, factor)| (seed, arm, factor)))
        .filter_map(|(seed, arm, factor)| Some((record.known(seed, arm)?, factor)))
        .collect();
    let share = 100.0 / seeds.len().max(1) as f64;
    let of_sample = |sample: usize| {
        let hits = known.iter().filter(|(known, _)| known.holds(sample));
        share * hits.map(|(_, factor)| factor).sum::<f64>()
    };
    (0..tested).map(of_sample).collect()
}

#[cfg(test)]
mod tests {
    use super::super::GanResult;
    use super::super::folder::KnownSamples;
    use super::*;
    use crate::config::{DataConfig, DatasetKind, ExperimentConfig};

    /// One that knows the first `correct` of 100 test samples.
    fn add(record: &mut StoredExperiment, seed: u64, arm: ArmKind, correct: usize) {
        let known: Vec<bool> = (0..100).map(|sample| sample < correct).collect();
        let result = ArmResult { seed, arm, correct, tested: 100, secs: 2.0 };
        record.add(result, KnownSamples::new(seed, arm, &known));
    }

    #[test]
    fn differences_are_taken_within_seeds_and_against_the_right_control() {
        let config = ExperimentConfig { seeds: 3, seed: 5, ..ExperimentConfig::default() };
        let mut record = StoredExperiment::new(config, DataConfig::of(DatasetKind::Fashion), None);
        // Seeds differ by tens of points; within a seed the GAN adds 1, 2 and 3, and classic augmentation 4, 5 and 6.
        for (seed, base, gain) in [(5, 40, 1), (6, 50, 2), (7, 60, 3)] {
            let counts = [
                (ArmKind::RealOnly, base),
                (ArmKind::Classic, base + 3 + gain),
                (ArmKind::Gan, base + gain),
                (ArmKind::ClassicAndGan, base),
            ];
            for (arm, correct) in counts {
                add(&mut record, seed, arm, correct);
            }
            record.gans.push(GanResult { seed, generated: 50, secs: 10.0 });
        }
        // A seed that is not among those asked for.
        add(&mut record, 9, ArmKind::Gan, 0);
        let arms = vec![ArmKind::RealOnly, ArmKind::Classic, ArmKind::Gan, ArmKind::ClassicAndGan, ArmKind::MoreReal];
        let report = Report::of(&record, arms, Sizes { tested: 100, others: 60 });
        let [real, classic, gan, both, more] = &report.arms[..] else { panic!("five arms") };
        assert_eq!((real.accuracies.as_slice(), real.comparison), (&[40.0, 50.0, 60.0][..], None));
        let mean = |arm: &ArmReport| arm.comparison.unwrap().difference.mean;
        assert!((mean(classic) - 5.0).abs() < 1e-9 && (mean(gan) - 2.0).abs() < 1e-9);
        assert!((mean(both) + 5.0).abs() < 1e-9, "against classic augmentation, not against nothing");
        // Over seeds 4.303 · √(1 / 3) = 2.484. By sample 6 are 33.3 and 94 are 0, 1.984 · √(63.30 / 100) = 1.579, of classic augmentation 15
        // and 85, 1.984 · √(143.10 / 100) = 2.374; together 2.943 and 3.436.
        assert_eq!(classic.comparison.unwrap().words(), "helped by 5.0 ± 3.4 points");
        assert_eq!(gan.comparison.unwrap().words(), "no measurable help (+2.0 ± 2.9 points)");
        assert_eq!(both.comparison.unwrap().words(), "made it worse by 5.0 ± 3.4 points");
        assert_eq!((real.secs, gan.secs, report.generated, report.others), (2.0, 12.0, 50, 60));
        assert_eq!((more.accuracies.len(), more.accuracy, more.comparison), (0, None, None));
        assert_eq!(report.seeds_done(), [0, 3]);
    }
}
