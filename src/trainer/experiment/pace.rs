//! How far an experiment has come, and how long the rest will take.

use std::time::{Duration, Instant};

use super::{ArmResult, StoredExperiment};
use crate::config::{ArmKind, ExperimentConfig};

/// How often the training of a classifier is told of.
const TELL_INTERVAL: Duration = Duration::from_millis(100);
/// Steps of a classifier that take about as long as one of a GAN, until both have been measured.
const CLASSIFIER_STEPS_PER_GAN_STEP: f64 = 4.0;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stage {
    /// A GAN is trained.
    Gan {
        /// Steps done.
        step: u64,
        /// Steps in all.
        steps: u64,
    },
    /// Its pictures are made and filtered.
    Generating,
    /// A classifier is trained.
    Classifier {
        /// What it learns from.
        arm: ArmKind,
        /// Steps done.
        step: u64,
        /// Steps in all.
        steps: u64,
    },
    /// A classifier has been measured, and the result is on the disk.
    Measured(ArmResult),
}

/// How far an experiment has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// The repetition that is being done, counted from 0.
    pub repetition: usize,
    /// Repetitions in all.
    pub repetitions: usize,
    /// What is being done.
    pub stage: Stage,
    /// Share of all work that is done, from 0 to 1.
    pub share: f64,
    /// Seconds that the rest will take, once there is something to tell from.
    pub left_secs: Option<f64>,
}

/// Time measured so far, and work left.
#[derive(Debug)]
pub(super) struct Pace {
    config: ExperimentConfig,
    /// Steps left of all GANs and of all classifiers, those that are begun included.
    left: Work,
    /// Steps of everything.
    total: Work,
    /// Steps of the GAN and classifier in hand.
    in_hand: Work,
    /// Steps measured here, and the seconds they took.
    measured: Work,
    secs: Work,
    gan_began: Option<(u64, f64)>,
    classifier_began: Option<(u64, Instant)>,
    last_told: Option<Instant>,
}

/// Of GANs and of classifiers.
#[derive(Debug, Clone, Copy, Default)]
struct Work {
    gan: f64,
    classifier: f64,
}

impl Pace {
    pub(super) fn new(record: &StoredExperiment, arms: &[ArmKind]) -> Self {
        let config = record.config.clone();
        let seeds: Vec<u64> = (0..config.seeds).map(|repetition| config.seed_of(repetition)).collect();
        let is_done = |seed: u64, arm: ArmKind| record.result(seed, arm).is_some();
        let gans = seeds.iter().filter(|&&seed| record.gan(seed).is_none()).count();
        let classifiers: usize =
            seeds.iter().map(|&seed| arms.iter().filter(|&&arm| !is_done(seed, arm)).count()).sum();
        let (gan_steps, classifier_steps) = (config.gan_steps as f64, config.classifier_steps as f64);
        let total = Work {
            gan: config.seeds as f64 * gan_steps,
            classifier: (config.seeds * arms.len()) as f64 * classifier_steps,
        };
        Self {
            left: Work { gan: gans as f64 * gan_steps, classifier: classifiers as f64 * classifier_steps },
            total,
            config,
            in_hand: Work::default(),
            measured: Work::default(),
            secs: Work::default(),
            gan_began: None,
            classifier_began: None,
            last_told: None,
        }
    }

    /// A GAN has done `step` steps in `secs` seconds.
    pub(super) fn gan(&mut self, repetition: usize, step: u64, secs: f64, progress: &mut dyn FnMut(&Progress)) {
        let (first_step, first_secs) = *self.gan_began.get_or_insert((step, secs));
        if step > first_step {
            self.measured.gan = (step - first_step) as f64;
            self.secs.gan = secs - first_secs;
        }
        self.in_hand = Work { gan: step as f64, classifier: 0.0 };
        progress(&self.now(repetition, Stage::Gan { step, steps: self.config.gan_steps }));
    }

    pub(super) fn generating(&mut self, repetition: usize, progress: &mut dyn FnMut(&Progress)) {
        self.left.gan = (self.left.gan - self.config.gan_steps as f64).max(0.0);
        self.in_hand = Work::default();
        self.gan_began = None;
        progress(&self.now(repetition, Stage::Generating));
    }

    /// A classifier has done `step` steps.
    pub(super) fn classifier(
        &mut self,
        repetition: usize,
        arm: ArmKind,
        step: u64,
        progress: &mut dyn FnMut(&Progress),
    ) {
        if self.last_told.is_some_and(|last| last.elapsed() < TELL_INTERVAL) {
            return;
        }
        self.last_told = Some(Instant::now());
        let (first_step, began) = *self.classifier_began.get_or_insert((step, Instant::now()));
        if step > first_step {
            self.measured.classifier = (step - first_step) as f64;
            self.secs.classifier = began.elapsed().as_secs_f64();
        }
        self.in_hand = Work { gan: 0.0, classifier: step as f64 };
        progress(&self.now(repetition, Stage::Classifier { arm, step, steps: self.config.classifier_steps }));
    }

    pub(super) fn measured(&mut self, repetition: usize, result: ArmResult, progress: &mut dyn FnMut(&Progress)) {
        self.left.classifier = (self.left.classifier - self.config.classifier_steps as f64).max(0.0);
        self.in_hand = Work::default();
        self.classifier_began = None;
        progress(&self.now(repetition, Stage::Measured(result)));
    }

    fn now(&self, repetition: usize, stage: Stage) -> Progress {
        let rate = |secs: f64, steps: f64| (steps > 0.0).then(|| secs / steps);
        let measured = [rate(self.secs.gan, self.measured.gan), rate(self.secs.classifier, self.measured.classifier)];
        let guess = match measured {
            [Some(gan), Some(classifier)] => Some([gan, classifier]),
            [Some(gan), None] => Some([gan, gan / CLASSIFIER_STEPS_PER_GAN_STEP]),
            [None, Some(classifier)] => Some([classifier * CLASSIFIER_STEPS_PER_GAN_STEP, classifier]),
            [None, None] => None,
        };
        let cost = |work: Work, [gan, classifier]: [f64; 2]| work.gan * gan + work.classifier * classifier;
        let left = Work {
            gan: (self.left.gan - self.in_hand.gan).max(0.0),
            classifier: (self.left.classifier - self.in_hand.classifier).max(0.0),
        };
        let rates = guess.unwrap_or([CLASSIFIER_STEPS_PER_GAN_STEP, 1.0]);
        let share = 1.0 - cost(left, rates) / cost(self.total, rates);
        Progress {
            repetition,
            repetitions: self.config.seeds,
            stage,
            share: share.clamp(0.0, 1.0),
            left_secs: guess.map(|rates| cost(left, rates)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{DataConfig, DatasetKind};

    #[test]
    fn what_is_left_follows_from_what_was_measured() {
        let config = ExperimentConfig { seeds: 2, gan_steps: 100, classifier_steps: 10, ..ExperimentConfig::default() };
        let record = StoredExperiment::new(config, DataConfig::of(DatasetKind::Fashion), None);
        let arms = [ArmKind::RealOnly, ArmKind::Gan];
        let mut pace = Pace::new(&record, &arms);
        let mut told = Vec::new();
        pace.gan(0, 20, 1.0, &mut |progress| told.push(*progress));
        assert_eq!((told[0].left_secs, told[0].repetitions), (None, 2));
        pace.gan(0, 60, 5.0, &mut |progress| told.push(*progress));
        // A tenth of a second a step: 140 steps of GANs are left, and 40 of classifiers at a quarter each.
        let left = told[1].left_secs.unwrap();
        assert!((left - 15.0).abs() < 1e-9, "{left}");
        assert!((told[1].share - (1.0 - 15.0 / 21.0)).abs() < 1e-9, "{}", told[1].share);
        pace.generating(0, &mut |progress| told.push(*progress));
        assert!((told[2].left_secs.unwrap() - 11.0).abs() < 1e-9);
        let result = ArmResult { seed: 1, arm: ArmKind::RealOnly, correct: 1, tested: 2, secs: 1.0 };
        pace.measured(0, result, &mut |progress| told.push(*progress));
        assert!((told[3].left_secs.unwrap() - 10.75).abs() < 1e-9);
        assert!(told.windows(2).all(|pair| pair[0].share < pair[1].share));
    }
}
