//! The data augmentation experiment: what a classifier learns from, and how it is compared.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::choices::choices;
use super::{AugmentConfig, ConfigError, DataConfig, DatasetKind, Domain, Preset, RunConfig};

/// What a classifier learns from. All learn for equally many steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArmKind {
    /// The few labelled samples.
    RealOnly,
    /// The few, and the same again.
    Duplicated,
    /// The few, changed a little each time.
    Classic,
    /// The few, and generated ones.
    Gan,
    /// The few and generated ones, all changed a little each time.
    ClassicAndGan,
    /// Generated ones alone.
    GanOnly,
    /// The few, and other real ones in the place of generated ones.
    MoreReal,
}

choices!(ArmKind {
    RealOnly => "real-only", "Real only", "The few labelled samples and nothing else: what there is without augmentation.";
    Duplicated => "duplicated", "Real, duplicated", "The same ones again in the place of generated ones: a control, which cannot show a gain.";
    Classic => "classic", "Real, classic augmentation", "The few pictures shifted, turned, scaled and mirrored a little each time they are seen.";
    Gan => "gan", "Real and GAN", "The few beside those of a generator that learned from them alone.";
    ClassicAndGan => "classic-and-gan", "Real, classic and GAN", "Real and generated pictures, all of them changed a little each time they are seen.";
    GanOnly => "gan-only", "GAN only", "Generated ones and no real one: how much of the data the generator has caught.";
    MoreReal => "more-real", "More real data", "Other real ones in the place of generated ones: what a perfect generator would bring.";
});

impl ArmKind {
    /// The arm that it must be better than; `None` for the one that the others are compared with.
    pub fn control(self) -> Option<Self> {
        match self {
            Self::RealOnly => None,
            // Classic augmentation costs nothing: a GAN is worth its time only for what comes on top.
            Self::ClassicAndGan => Some(Self::Classic),
            Self::Duplicated | Self::Classic | Self::Gan | Self::GanOnly | Self::MoreReal => Some(Self::RealOnly),
        }
    }

    /// Whether it needs a trained generator.
    pub fn uses_generated(self) -> bool {
        matches!(self, Self::Gan | Self::ClassicAndGan | Self::GanOnly)
    }

    /// Whether there is such an arm for samples of a domain: shifting and turning is for pictures.
    pub fn fits(self, domain: Domain) -> bool {
        domain == Domain::Images || !self.is_augmented()
    }

    /// Whether pictures are changed a little each time they are seen.
    pub fn is_augmented(self) -> bool {
        matches!(self, Self::Classic | Self::ClassicAndGan)
    }
}

/// Which generated pictures are kept: twice as many are made, and the better half of each class stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FilterKind {
    /// All, and only as many as are needed are made.
    #[default]
    None,
    /// Those that the discriminator takes for real.
    Discriminator,
    /// Those that a classifier of the few real ones takes for the class they were asked to be of.
    Classifier,
}

choices!(FilterKind {
    None => "none", "No filter", "Every generated sample is learned from.";
    Discriminator => "discriminator", "Discriminator", "The half that the discriminator takes for real most is learned from.";
    Classifier => "classifier", "Classifier", "The half that a classifier of the real ones is surest of is learned from.";
});

/// All that is needed to repeat an experiment on given data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExperimentConfig {
    /// Labelled samples that the learner has, equally many of each class.
    pub labelled: usize,
    /// Repetitions, each with another subset, other first weights and a generator of its own.
    pub seeds: usize,
    /// The seed of the first repetition; those of the others follow.
    pub seed: u64,
    /// Steps that the generator is trained for.
    pub gan_steps: u64,
    /// Whether the discriminator sees pictures changed at random (`DiffAugment`): it learns the few less by heart, and small pictures
    /// come out worse for it, which benches/quality.md measures. Texts cannot be changed like that.
    pub diff_augment: bool,
    /// Generated samples, rounded up to equally many of each class.
    pub generated: usize,
    /// Which of them are kept.
    pub filter: FilterKind,
    /// Steps that every classifier is trained for.
    pub classifier_steps: u64,
    /// Samples in a batch of a classifier.
    pub batch: usize,
    /// Share of a batch that is generated, above 0 and below 1.
    pub mix: f32,
    /// Whether classic augmentation mirrors pictures: not where left and right mean something, as in digits. `None` to decide by
    /// [`ExperimentConfig::may_flip`] when it begins.
    pub flip: Option<bool>,
}

impl Default for ExperimentConfig {
    fn default() -> Self {
        Self {
            labelled: 200,
            seeds: 5,
            seed: 1,
            gan_steps: 12_000,
            diff_augment: false,
            generated: 4_000,
            filter: FilterKind::None,
            classifier_steps: 1_500,
            batch: 64,
            mix: 0.5,
            flip: None,
        }
    }
}

impl ExperimentConfig {
    /// Steps of a generator of texts, unless another number is asked for: each takes some four times as long as one of small pictures.
    const TEXT_GAN_STEPS: u64 = 3_000;

    /// What is used for samples of a domain where nobody has said otherwise.
    pub fn usual(domain: Domain) -> Self {
        let usual = Self::default();
        let gan_steps = if domain == Domain::Text { Self::TEXT_GAN_STEPS } else { usual.gan_steps };
        Self { gan_steps, ..usual }
    }

    /// What [`ExperimentConfig::labelled`] may be.
    pub const LABELLED: RangeInclusive<usize> = 4..=1_000_000;
    /// What [`ExperimentConfig::seeds`] may be.
    pub const SEEDS: RangeInclusive<usize> = 1..=1_000;
    /// What [`ExperimentConfig::gan_steps`] and [`ExperimentConfig::classifier_steps`] may be.
    pub const STEPS: RangeInclusive<u64> = 1..=10_000_000;
    /// What [`ExperimentConfig::generated`] may be.
    pub const GENERATED: RangeInclusive<usize> = 2..=100_000;
    /// What [`ExperimentConfig::batch`] may be.
    pub const BATCH: RangeInclusive<usize> = 2..=4_096;

    /// Refuses what is out of its range.
    ///
    /// # Errors
    /// The first number that is.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let check = |name, value: String, range, is_valid: bool| {
            if is_valid { Ok(()) } else { Err(ConfigError::OutOfRange { name, value, range }) }
        };
        let Self { labelled, seeds, gan_steps, classifier_steps, generated, batch, mix, .. } = self;
        check("labelled", labelled.to_string(), "from 4 to 1000000", Self::LABELLED.contains(labelled))?;
        check("seeds", seeds.to_string(), "from 1 to 1000", Self::SEEDS.contains(seeds))?;
        check("gan-steps", gan_steps.to_string(), "from 1 to 10000000", Self::STEPS.contains(gan_steps))?;
        let are_steps = Self::STEPS.contains(classifier_steps);
        check("classifier-steps", classifier_steps.to_string(), "from 1 to 10000000", are_steps)?;
        check("generated", generated.to_string(), "from 2 to 100000", Self::GENERATED.contains(generated))?;
        check("batch", batch.to_string(), "from 2 to 4096", Self::BATCH.contains(batch))?;
        check("mix", mix.to_string(), "above 0 and below 1", *mix > 0.0 && *mix < 1.0)
    }

    /// The seed of a repetition, counted from 0.
    pub fn seed_of(&self, repetition: usize) -> u64 {
        self.seed.wrapping_add(repetition as u64)
    }

    /// Generated pictures in a batch of an arm that mixes: at least one, and at least one real beside them.
    pub fn mixed_in(&self) -> usize {
        ((self.batch as f32 * self.mix).round() as usize).clamp(1, self.batch - 1)
    }

    /// Whether mirrored pictures of this data are pictures of the same class, as far as can be told: digits are not, and classes
    /// that are only numbered may be digits.
    pub fn may_flip(data: &DataConfig, class_names: &[String]) -> bool {
        let are_numbers = class_names.iter().enumerate().all(|(number, name)| *name == number.to_string());
        data.kind != DatasetKind::Mnist && !are_numbers
    }

    /// The run that trains the generator of one repetition.
    pub fn gan_config(&self, data: &DataConfig, seed: u64) -> RunConfig {
        let mut config = Preset::Fashion.config();
        config.choose_data(data.clone());
        config.conditional = true;
        config.seed = seed;
        config.steps = Some(self.gan_steps);
        if data.domain() == Domain::Text {
            // Texts learn with a falling learning rate, which is to have fallen at the end.
            config.schedule.steps = self.gan_steps;
        } else {
            let all = AugmentConfig { color: true, translation: true, cutout: true };
            config.augment = if self.diff_augment { all } else { AugmentConfig::default() };
        }
        config
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Choice as _, PicturesConfig, TextConfig};

    #[test]
    fn every_arm_but_the_first_has_a_control_and_that_of_both_is_classic_augmentation() {
        let with_control: Vec<_> = ArmKind::ALL.iter().filter(|arm| arm.control().is_some()).collect();
        assert_eq!(with_control.len(), 6);
        assert_eq!(ArmKind::ClassicAndGan.control(), Some(ArmKind::Classic));
        assert_eq!(ArmKind::RealOnly.control(), None);
        for &arm in ArmKind::ALL {
            assert_eq!(serde_json::to_value(arm).unwrap(), arm.key(), "files and the command line speak alike");
        }
        for &filter in FilterKind::ALL {
            assert_eq!(serde_json::to_value(filter).unwrap(), filter.key());
        }
    }

    #[test]
    fn a_batch_holds_some_of_either_whatever_the_share() {
        let mixed = |mix| ExperimentConfig { batch: 10, mix, ..ExperimentConfig::default() }.mixed_in();
        assert_eq!([0.001, 0.25, 0.5, 0.999].map(mixed), [1, 3, 5, 9]);
    }

    #[test]
    fn numbers_out_of_range_are_refused_by_name() {
        let good = ExperimentConfig::default();
        assert_eq!(good.validate(), Ok(()));
        for (bad, name) in [
            (ExperimentConfig { labelled: 3, ..good.clone() }, "labelled is 3"),
            (ExperimentConfig { seeds: 0, ..good.clone() }, "seeds is 0"),
            (ExperimentConfig { gan_steps: 0, ..good.clone() }, "gan-steps is 0"),
            (ExperimentConfig { classifier_steps: 0, ..good.clone() }, "classifier-steps is 0"),
            (ExperimentConfig { generated: 1, ..good.clone() }, "generated is 1"),
            (ExperimentConfig { batch: 1, ..good.clone() }, "batch is 1"),
            (ExperimentConfig { mix: 1.0, ..good.clone() }, "mix is 1"),
            (ExperimentConfig { mix: f32::NAN, ..good.clone() }, "mix is NaN"),
        ] {
            let error = bad.validate().unwrap_err().to_string();
            assert!(error.starts_with(name), "{error}");
        }
    }

    #[test]
    fn the_generator_is_told_classes_of_any_data_that_has_some() {
        let own = PicturesConfig { size: 64, channels: 3, classes: 4, ..PicturesConfig::default() };
        for data in
            [DataConfig::of(DatasetKind::FashionMnist), DataConfig::of(DatasetKind::Cifar10), DataConfig::pictures(own)]
        {
            let config = ExperimentConfig::default().gan_config(&data, 7);
            assert_eq!((config.validate(), config.seed, config.classes()), (Ok(()), 7, data.classes()));
            assert_eq!(config.augment, AugmentConfig::default());
            let augmented = ExperimentConfig { diff_augment: true, ..ExperimentConfig::default() }.gan_config(&data, 7);
            assert_eq!(augmented.augment, AugmentConfig { color: true, translation: true, cutout: true });
        }
        let text = TextConfig { path: Some("a file.tsv".into()), classes: 3, max_length: 9, ..TextConfig::default() };
        let data = DataConfig { text, ..DataConfig::of(DatasetKind::Text) };
        let config =
            ExperimentConfig { diff_augment: true, ..ExperimentConfig::usual(Domain::Text) }.gan_config(&data, 7);
        assert_eq!((config.validate(), config.seed, config.classes()), (Ok(()), 7, 3));
        assert_eq!((config.steps, config.schedule.steps), (Some(3_000), 3_000));
        assert_eq!(config.augment, AugmentConfig::default(), "letters cannot be shifted");
    }

    #[test]
    fn digits_are_not_mirrored() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let own = DataConfig::of(DatasetKind::Pictures);
        assert!(!ExperimentConfig::may_flip(&DataConfig::of(DatasetKind::Mnist), &names(&["zero"])));
        assert!(!ExperimentConfig::may_flip(&own, &names(&["0", "1"])));
        assert!(ExperimentConfig::may_flip(&own, &names(&["cat", "dog"])));
    }
}
