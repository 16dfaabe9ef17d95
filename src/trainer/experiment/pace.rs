//! How far an experiment has come, and how long the rest will take.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::{ArmResult, DivergedGan, StoredExperiment};
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
    /// A GAN has diverged, and its repetition is left out.
    Diverged(DivergedGan),
}

/// How far an experiment has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// The repetition that this is of, counted from 0.
    pub repetition: usize,
    /// Repetitions in all.
    pub repetitions: usize,
    /// Repetitions that are being made at once.
    pub at_once: usize,
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
    /// Repetitions that can be made at once.
    lanes: usize,
    /// Repetitions that are not finished.
    unfinished: usize,
    /// Steps left of all GANs and of all classifiers, those that are begun included.
    left: Work,
    /// Steps of everything.
    total: Work,
    /// What is being made, by repetition.
    in_hand: BTreeMap<usize, InHand>,
    /// Steps measured here, of one repetition, and the seconds they took.
    measured: Work,
    secs: Work,
}

/// Of GANs and of classifiers.
#[derive(Debug, Clone, Copy, Default)]
struct Work {
    gan: f64,
    classifier: f64,
}

/// A repetition that is being made.
#[derive(Debug, Default)]
struct InHand {
    /// Steps done of its GAN or classifier.
    done: Work,
    gan_began: Option<(u64, f64)>,
    classifier_began: Option<(u64, f64)>,
    last_told: Option<Instant>,
}

impl Pace {
    /// Of what is left to do of an experiment, `lanes` repetitions at once.
    pub(super) fn new(record: &StoredExperiment, arms: &[ArmKind], lanes: usize) -> Self {
        let config = record.config.clone();
        let seeds: Vec<u64> = (0..config.seeds).map(|repetition| config.seed_of(repetition)).collect();
        let is_over = |seed: u64| record.gan(seed).is_some() || record.divergence(seed).is_some();
        let gans = seeds.iter().filter(|&&seed| !is_over(seed)).count();
        let classifiers: usize = seeds.iter().map(|&seed| record.missing(seed, arms)).sum();
        let (gan_steps, classifier_steps) = (config.gan_steps as f64, config.classifier_steps as f64);
        let total = Work {
            gan: config.seeds as f64 * gan_steps,
            classifier: (config.seeds * arms.len()) as f64 * classifier_steps,
        };
        Self {
            lanes,
            unfinished: record.unfinished(arms).len(),
            left: Work { gan: gans as f64 * gan_steps, classifier: classifiers as f64 * classifier_steps },
            total,
            config,
            in_hand: BTreeMap::new(),
            measured: Work::default(),
            secs: Work::default(),
        }
    }

    /// A GAN has done `step` steps in `secs` seconds. What to tell of it.
    pub(super) fn gan(&mut self, repetition: usize, step: u64, secs: f64) -> Option<Progress> {
        let hand = self.in_hand.entry(repetition).or_default();
        let (first_step, first_secs) = *hand.gan_began.get_or_insert((step, secs));
        hand.done = Work { gan: step as f64, classifier: 0.0 };
        if step > first_step {
            self.measured.gan = (step - first_step) as f64;
            self.secs.gan = secs - first_secs;
        }
        self.of_first(repetition, Stage::Gan { step, steps: self.config.gan_steps })
    }

    /// A GAN is trained, and its pictures are made. What to tell of it.
    pub(super) fn generating(&mut self, repetition: usize) -> Option<Progress> {
        self.left.gan = (self.left.gan - self.config.gan_steps as f64).max(0.0);
        self.in_hand.insert(repetition, InHand::default());
        self.of_first(repetition, Stage::Generating)
    }

    /// A classifier has done `step` steps in `secs` seconds. What to tell of it.
    pub(super) fn classifier(&mut self, repetition: usize, arm: ArmKind, step: u64, secs: f64) -> Option<Progress> {
        let now = Instant::now();
        let hand = self.in_hand.entry(repetition).or_default();
        if hand.last_told.is_some_and(|last| now.duration_since(last) < TELL_INTERVAL) {
            return None;
        }
        hand.last_told = Some(now);
        let (first_step, first_secs) = *hand.classifier_began.get_or_insert((step, secs));
        hand.done = Work { gan: 0.0, classifier: step as f64 };
        if step > first_step {
            self.measured.classifier = (step - first_step) as f64;
            self.secs.classifier = secs - first_secs;
        }
        self.of_first(repetition, Stage::Classifier { arm, step, steps: self.config.classifier_steps })
    }

    /// A classifier has been measured. What to tell of it.
    pub(super) fn measured(&mut self, repetition: usize, result: ArmResult) -> Progress {
        self.left.classifier = (self.left.classifier - self.config.classifier_steps as f64).max(0.0);
        self.in_hand.insert(repetition, InHand::default());
        self.now(repetition, Stage::Measured(result))
    }

    /// A GAN has diverged, and the classifiers of its `arms` will not be made. What to tell of it.
    pub(super) fn diverged(&mut self, repetition: usize, gan: DivergedGan, arms: usize) -> Progress {
        let classifier_steps = arms as f64 * self.config.classifier_steps as f64;
        self.left.gan = (self.left.gan - self.config.gan_steps as f64).max(0.0);
        self.left.classifier = (self.left.classifier - classifier_steps).max(0.0);
        self.finished(repetition);
        self.now(repetition, Stage::Diverged(gan))
    }

    /// A repetition is done.
    pub(super) fn finished(&mut self, repetition: usize) {
        self.in_hand.remove(&repetition);
        self.unfinished = self.unfinished.saturating_sub(1);
    }

    /// Of what is made at once, the first is told of: else what is said would jump to and fro.
    fn of_first(&self, repetition: usize, stage: Stage) -> Option<Progress> {
        let is_first = self.in_hand.first_key_value().is_some_and(|(&first, _)| first == repetition);
        is_first.then(|| self.now(repetition, stage))
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
        let done = |of: fn(&Work) -> f64| self.in_hand.values().map(|hand| of(&hand.done)).sum::<f64>();
        let left = Work {
            gan: (self.left.gan - done(|work| work.gan)).max(0.0),
            classifier: (self.left.classifier - done(|work| work.classifier)).max(0.0),
        };
        let rates = guess.unwrap_or([CLASSIFIER_STEPS_PER_GAN_STEP, 1.0]);
        let share = 1.0 - cost(left, rates) / cost(self.total, rates);
        let at_once = self.lanes.min(self.unfinished).max(1);
        Progress {
            repetition,
            repetitions: self.config.seeds,
            at_once,
            stage,
            share: share.clamp(0.0, 1.0),
            left_secs: guess.map(|rates| cost(left, rates) / at_once as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{DataConfig, DatasetKind};

    const ARMS: [ArmKind; 2] = [ArmKind::RealOnly, ArmKind::Gan];

    fn pace(lanes: usize) -> Pace {
        let config = ExperimentConfig { seeds: 2, gan_steps: 100, classifier_steps: 10, ..ExperimentConfig::default() };
        Pace::new(&StoredExperiment::new(config, DataConfig::of(DatasetKind::Fashion), None), &ARMS, lanes)
    }

    fn result(seed: u64) -> ArmResult {
        ArmResult { seed, arm: ArmKind::RealOnly, correct: 1, tested: 2, secs: 1.0 }
    }

    #[test]
    fn what_is_left_follows_from_what_was_measured() {
        let mut pace = pace(1);
        let first = pace.gan(0, 20, 1.0).unwrap();
        assert_eq!((first.left_secs, first.repetitions, first.at_once), (None, 2, 1));
        let second = pace.gan(0, 60, 5.0).unwrap();
        // A tenth of a second a step: 140 steps of GANs are left, and 40 of classifiers at a quarter each.
        let left = second.left_secs.unwrap();
        assert!((left - 15.0).abs() < 1e-9, "{left}");
        assert!((second.share - (1.0 - 15.0 / 21.0)).abs() < 1e-9, "{}", second.share);
        let third = pace.generating(0).unwrap();
        assert!((third.left_secs.unwrap() - 11.0).abs() < 1e-9);
        let fourth = pace.measured(0, result(1));
        assert!((fourth.left_secs.unwrap() - 10.75).abs() < 1e-9);
        let told = [first, second, third, fourth];
        assert!(told.windows(2).all(|pair| pair[0].share < pair[1].share));
    }

    #[test]
    fn what_a_diverged_gan_leaves_out_is_not_left_to_do() {
        let mut pace = pace(1);
        assert!(pace.gan(0, 20, 1.0).is_some());
        let told = pace.diverged(0, DivergedGan { seed: 1, step: 20 }, ARMS.len());
        assert!((told.share - 0.5).abs() < 1e-9, "{told:?}");
        assert_eq!((told.repetition, told.at_once), (0, 1));
        let config = ExperimentConfig { seeds: 2, ..ExperimentConfig::default() };
        let mut record = StoredExperiment::new(config, DataConfig::of(DatasetKind::Fashion), None);
        record.diverged.push(DivergedGan { seed: record.config.seed_of(1), step: 20 });
        let again = Pace::new(&record, &ARMS, 1).gan(0, 0, 0.0).unwrap();
        assert!((again.share - 0.5).abs() < 1e-9, "{again:?}");
    }

    #[test]
    fn two_at_once_take_half_as_long_and_the_first_of_them_is_told_of() {
        let mut pace = pace(2);
        assert!(pace.gan(0, 20, 1.0).is_some());
        assert_eq!(pace.gan(1, 20, 1.0), None);
        assert_eq!(pace.gan(1, 40, 3.0), None);
        let told = pace.gan(0, 60, 5.0).unwrap();
        // 60 and 40 of 100 steps are done: 100 are left at a tenth of a second, and 40 of classifiers at a quarter of that.
        assert_eq!(told.at_once, 2);
        assert!((told.left_secs.unwrap() - 5.5).abs() < 1e-9, "{told:?}");
        let other = pace.measured(1, result(2));
        assert_eq!(other.repetition, 1, "a result is always told of");
        pace.finished(0);
        let last = pace.gan(1, 80, 7.0).unwrap();
        assert_eq!((last.repetition, last.at_once), (1, 1));
    }
}
