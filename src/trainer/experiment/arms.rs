//! One classifier: what each arm learns from, in which batches.

use burn::tensor::Device;

use super::lanes::Halt;
use super::{ArmSamples, ExperimentError, SeenByArm, SeenSamples};
use crate::config::{ArmKind, ExperimentConfig, SampleShape};
use crate::data::{Alphabet, EpochOrder, LabelledBatch, Pictures, SubsetError, pack};
use crate::gan::{Classifier, classic_augmentation};
use crate::random::{Random, Stream};

/// What the classifiers of one repetition learn from.
pub(super) struct Material {
    /// The few labelled samples.
    pub(super) few: LabelledBatch,
    /// Those of the generator.
    pub(super) generated: LabelledBatch,
    /// Real ones that the learner does not have.
    pub(super) more: LabelledBatch,
    pub(super) shape: SampleShape,
    pub(super) classes: usize,
}

/// Samples that batches are drawn from.
struct Source<'a> {
    samples: &'a LabelledBatch,
    order: EpochOrder,
    seed: u64,
}

impl<'a> Source<'a> {
    fn new(samples: &'a LabelledBatch, seed: u64) -> Self {
        Self { samples, order: EpochOrder::new(samples.labels.len()), seed }
    }

    /// Appends its share of batch `step`.
    fn draw(&self, step: u64, count: usize, features: usize, into: &mut LabelledBatch) {
        for index in self.order.batch(self.seed, step, count) {
            into.samples.extend(&self.samples.samples[index * features..][..features]);
            into.labels.push(self.samples.labels[index]);
        }
    }
}

/// Batches of one arm.
struct Batches<'a> {
    main: Source<'a>,
    /// What is mixed in.
    other: Option<Source<'a>>,
    config: &'a ExperimentConfig,
    shape: SampleShape,
    seed: u64,
    is_augmented: bool,
}

impl<'a> Batches<'a> {
    fn new(arm: ArmKind, material: &'a Material, config: &'a ExperimentConfig, seed: u64) -> Self {
        let Material { few, generated, more, shape, .. } = material;
        let (main, other) = match arm {
            ArmKind::RealOnly | ArmKind::Classic => (few, None),
            ArmKind::Duplicated => (few, Some(few)),
            ArmKind::Gan | ArmKind::ClassicAndGan => (few, Some(generated)),
            ArmKind::GanOnly => (generated, None),
            ArmKind::MoreReal => (few, Some(more)),
        };
        // An order of its own: the same few would else meet themselves in every batch.
        let other_seed = Random::new(seed, Stream::BatchMix, 0).next_u64();
        Self {
            main: Source::new(main, seed),
            other: other.map(|other| Source::new(other, other_seed)),
            config,
            shape: *shape,
            seed,
            is_augmented: arm.is_augmented(),
        }
    }

    /// The batch of a step, a pure function of the seed.
    fn batch(&self, step: u64) -> LabelledBatch {
        let features = self.shape.features();
        let mixed_in = if self.other.is_some() { self.config.mixed_in() } else { 0 };
        let mut batch = LabelledBatch {
            samples: Vec::with_capacity(self.config.batch * features),
            labels: Vec::with_capacity(self.config.batch),
        };
        self.main.draw(step, self.config.batch - mixed_in, features, &mut batch);
        if let Some(other) = &self.other {
            other.draw(step, mixed_in, features, &mut batch);
        }
        if self.is_augmented {
            let mut random = Random::new(self.seed, Stream::ClassicAugmentation, step);
            classic_augmentation(&mut batch.samples, self.shape, self.config.flip == Some(true), &mut random);
        }
        batch
    }
}

/// Some of the first batch of each arm's classifier; texts are read by their alphabet.
pub(super) fn samples(
    arms: &[ArmKind],
    material: &Material,
    alphabet: Option<&Alphabet>,
    config: &ExperimentConfig,
    seed: u64,
) -> Result<ArmSamples, ExperimentError> {
    let features = material.shape.features();
    let of_arm = |&arm: &ArmKind| {
        let batch = Batches::new(arm, material, config, seed).batch(0);
        let count = config.batch.min(ArmSamples::COUNT);
        let places: Vec<usize> = (0..count).map(|number| number * config.batch / count).collect();
        let samples: Vec<f32> =
            places.iter().flat_map(|&place| &batch.samples[place * features..][..features]).copied().collect();
        let first_mixed_in = config.batch - config.mixed_in();
        let is_generated = |&place: &usize| match arm {
            ArmKind::GanOnly => true,
            ArmKind::Gan | ArmKind::ClassicAndGan => place >= first_mixed_in,
            ArmKind::RealOnly | ArmKind::Duplicated | ArmKind::Classic | ArmKind::MoreReal => false,
        };
        let seen = seen(&samples, material.shape, alphabet).ok_or(SubsetError::NothingToLabel(material.shape))?;
        Ok(SeenByArm { arm, samples: seen, is_generated: places.iter().map(is_generated).collect() })
    };
    Ok(ArmSamples { seed, arms: arms.iter().map(of_arm).collect::<Result<_, ExperimentError>>()? })
}

/// Samples to be looked at; nothing of points, and of texts without an alphabet.
fn seen(samples: &[f32], shape: SampleShape, alphabet: Option<&Alphabet>) -> Option<SeenSamples> {
    let SampleShape::Text { length, .. } = shape else {
        return Pictures::from_signed(samples, shape).map(SeenSamples::Pictures);
    };
    let (alphabet, rows) = (alphabet?, pack(samples, shape));
    Some(SeenSamples::Texts(rows.chunks_exact(length).map(|row| alphabet.decode(row).text).collect()))
}

/// Trains the classifier of one arm; `told` hears of each step. Nothing where it is halted.
pub(super) fn train(
    arm: ArmKind,
    material: &Material,
    config: &ExperimentConfig,
    seed: u64,
    device: &Device,
    halt: &Halt<'_>,
    mut told: impl FnMut(u64),
) -> Result<Option<Classifier>, ExperimentError> {
    let mut classifier = Classifier::new(material.shape, material.classes, seed, device)?;
    let batches = Batches::new(arm, material, config, seed);
    for step in 0..config.classifier_steps {
        if halt.is_set() {
            return Ok(None);
        }
        classifier.step(&batches.batch(step), step as f32 / config.classifier_steps as f32);
        told(step + 1);
    }
    Ok(Some(classifier))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::config::Choice as _;
    use crate::data::unpack;

    const SHAPE: SampleShape = SampleShape::Image { channels: 1, height: 4, width: 4 };

    /// Pictures of one shade each: real, generated and others are told apart by it.
    fn material() -> Material {
        let shades = |shade: f32, count: usize| LabelledBatch {
            samples: vec![shade; count * 16],
            labels: (0..count).map(|index| (index % 2) as u8).collect(),
        };
        Material { few: shades(0.1, 6), generated: shades(0.5, 20), more: shades(0.9, 20), shape: SHAPE, classes: 2 }
    }

    /// How many pictures of a batch come from each of the three.
    fn origins(batch: &LabelledBatch) -> [usize; 3] {
        let near = |shade: f32| batch.samples.chunks(16).filter(|it| (it[5] - shade).abs() < 1e-3).count();
        [0.1, 0.5, 0.9].map(near)
    }

    #[test]
    fn every_arm_learns_from_what_it_says_in_batches_of_the_same_size() {
        let material = material();
        let config = ExperimentConfig { batch: 10, mix: 0.4, ..ExperimentConfig::default() };
        for &arm in ArmKind::ALL {
            let expected = match arm {
                ArmKind::RealOnly | ArmKind::Classic | ArmKind::Duplicated => [10, 0, 0],
                ArmKind::Gan | ArmKind::ClassicAndGan => [6, 4, 0],
                ArmKind::GanOnly => [0, 10, 0],
                ArmKind::MoreReal => [6, 0, 4],
            };
            let batches = Batches::new(arm, &material, &config, 3);
            for step in 0..5 {
                let batch = batches.batch(step);
                assert_eq!((batch.labels.len(), origins(&batch)), (10, expected), "{arm:?}");
                assert_eq!(batch, Batches::new(arm, &material, &config, 3).batch(step));
            }
        }
    }

    #[test]
    fn what_is_shown_of_an_arm_is_what_it_learns_from_with_generated_ones_marked() {
        let config = ExperimentConfig { batch: 16, mix: 0.25, ..ExperimentConfig::default() };
        let seen = samples(ArmKind::ALL, &material(), None, &config, 3).unwrap();
        assert_eq!((seen.seed, seen.arms.len()), (3, 7));
        for SeenByArm { arm, samples, is_generated } in &seen.arms {
            let SeenSamples::Pictures(pictures) = samples else { panic!("{samples:?}") };
            // Of the shade of generated pictures are those that are marked, give or take what classic augmentation blurs.
            let are_grey: Vec<bool> =
                pictures.iter().map(|picture| (f32::from(picture[5]) - 191.0).abs() < 2.0).collect();
            assert_eq!(*is_generated, are_grey, "{arm:?}");
            let marked = is_generated.iter().filter(|&&it| it).count();
            let expected = match arm {
                ArmKind::Gan | ArmKind::ClassicAndGan => 2,
                ArmKind::GanOnly => 8,
                _ => 0,
            };
            assert_eq!((marked, pictures.len()), (expected, 8), "{arm:?}");
        }
    }

    #[test]
    fn texts_are_read_by_their_alphabet() {
        let shape = SampleShape::Text { symbols: 3, length: 2 };
        let alphabet = Alphabet::from_chars(vec!['a', 'b']).unwrap();
        let texts = SeenSamples::Texts(vec!["ba".to_owned(), "a".to_owned()]);
        assert_eq!(seen(&unpack(&[2, 1, 1, 0], shape), shape, Some(&alphabet)), Some(texts));
        assert_eq!(seen(&[0.0; 6], shape, None), None);
        assert_eq!(seen(&[0.0; 2], SampleShape::Points { dims: 2 }, None), None);
    }

    #[test]
    fn a_stopped_arm_has_no_classifier() {
        let config = ExperimentConfig { classifier_steps: 3, batch: 4, ..ExperimentConfig::default() };
        let train = |stop: bool| {
            let stop = AtomicBool::new(stop);
            train(ArmKind::Gan, &material(), &config, 1, &Device::flex(), &Halt::new(&stop), |_| {}).unwrap()
        };
        assert!(train(true).is_none() && train(false).is_some());
    }
}
