//! What the discriminator is shown of a batch: pictures changed at random, texts drawn from their probabilities, and noise over
//! either, where that is chosen.

use burn::tensor::{Tensor, TensorData};

use super::augment::augment;
use super::judgement::Batch;
use super::relaxation::relaxed;
use crate::config::{RunConfig, SampleShape};
use crate::random::{Random, Stream};

/// What a batch is shown for. Each has random numbers of its own: real and generated samples are changed alike, not equally.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occasion {
    /// The real samples of a discriminator update.
    Real,
    /// The generated ones.
    Fake,
    /// The samples of a generator update.
    LearnedFrom,
    /// The real samples that those are compared with.
    ComparedWith,
}

/// How many occasions there are.
const OCCASIONS: u64 = 4;

/// The batch as it is shown in an update, the `update`-th of its network, after `step` whole steps.
pub(super) fn show(batch: Batch, config: &RunConfig, occasion: Occasion, update: u64, step: u64) -> Batch {
    let random = |stream| Random::new(config.seed, stream, update * OCCASIONS + occasion as u64);
    let mut samples = batch.samples;
    let is_generated = matches!(occasion, Occasion::Fake | Occasion::LearnedFrom);
    if let (SampleShape::Text { symbols, length }, true, true) =
        (config.data.shape(), is_generated, config.gumbel_temperature > 0.0)
    {
        let temperature = config.gumbel_temperature;
        samples = relaxed(samples, [symbols, length], temperature, &mut random(Stream::GumbelNoise));
    }
    samples = augment(samples, config.augment, config.data.shape(), &mut random(Stream::Augmentation));
    let std = config.instance_noise * config.schedule.noise_factor(step);
    if std > 0.0 {
        let mut noise = vec![0.0; samples.shape().num_elements()];
        random(Stream::InstanceNoise).fill_normal(&mut noise);
        let noise = Tensor::from_data(TensorData::new(noise, samples.dims()), &samples.device());
        samples = samples + noise * std;
    }
    Batch { samples, labels: batch.labels }
}
