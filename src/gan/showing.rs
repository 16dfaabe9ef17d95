//! What the discriminator is shown of a batch: pictures changed at random, texts drawn from their probabilities, and noise over
//! either, where that is chosen.

use burn::tensor::{Tensor, TensorData};

use super::augment::augment;
use super::judgement::Batch;
use super::relaxation::{decided, relaxed, warmed};
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
    if let SampleShape::Text { symbols, length } = config.data.shape() {
        let sizes = [symbols, length];
        if is_generated && config.gumbel_temperature > 0.0 {
            samples = relaxed(samples, sizes, config.gumbel_temperature, &mut random(Stream::GumbelNoise));
        }
        samples = letters(samples, config, is_generated);
    }
    samples = augment(samples, config.augment, config.data.shape(), &mut random(Stream::Augmentation));
    samples = noisy(samples, config, step, || random(Stream::InstanceNoise));
    Batch { samples, labels: batch.labels }
}

/// Texts of ones and zeros that letters are tried in, as they are shown in an update of the generator.
pub(super) fn show_tried(samples: Tensor<2>, config: &RunConfig, update: u64, step: u64) -> Tensor<2> {
    noisy(smoothed(samples, config), config, step, || Random::new(config.seed, Stream::TrialNoise, update))
}

/// Samples with the noise that is over everything at this step.
fn noisy(samples: Tensor<2>, config: &RunConfig, step: u64, random: impl FnOnce() -> Random) -> Tensor<2> {
    let std = config.instance_noise * config.schedule.noise_factor(step);
    if std <= 0.0 {
        return samples;
    }
    let mut noise = vec![0.0; samples.shape().num_elements()];
    random().fill_normal(&mut noise);
    let noise = Tensor::from_data(TensorData::new(noise, samples.dims()), &samples.device());
    samples + noise * std
}

/// Texts as the discriminator is shown them where nothing is drawn at random: decided and smoothed, as is chosen. Other samples
/// stay as they are.
pub(super) fn letters(samples: Tensor<2>, config: &RunConfig, is_generated: bool) -> Tensor<2> {
    let SampleShape::Text { symbols, length } = config.data.shape() else { return samples };
    let (sizes, is_decided) = ([symbols, length], is_generated && config.straight_through);
    let samples = if is_decided { decided(samples, sizes) } else { samples };
    match config.symbol_smoothing {
        smoothing if smoothing > 0.0 && is_generated && !is_decided => warmed(samples, sizes, 0.5 * smoothing),
        // Decided letters are smoothed like real ones, from which nothing but the letters is to tell them.
        _ => smoothed(samples, config),
    }
}

/// Texts of ones and zeros with a share of their certainty spread over all symbols.
fn smoothed(samples: Tensor<2>, config: &RunConfig) -> Tensor<2> {
    match (config.symbol_smoothing, config.data.shape()) {
        (smoothing, SampleShape::Text { symbols, .. }) if smoothing > 0.0 => {
            samples * (1.0 - smoothing) + smoothing / symbols as f32
        }
        _ => samples,
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::config::Preset;
    use crate::gan::condition::Labels;

    #[test]
    fn real_texts_are_smoothed_evenly_and_generated_ones_by_their_own_probabilities() {
        let config = RunConfig {
            symbol_smoothing: 0.1,
            gumbel_temperature: 0.0,
            straight_through: false,
            ..Preset::Names.config()
        };
        let SampleShape::Text { symbols, length } = config.data.shape() else { panic!("names are texts") };
        // The first symbol everywhere.
        let values: Vec<f32> = (0..symbols * length).map(|place| f32::from(u8::from(place < length))).collect();
        let shown = |config: &RunConfig, occasion: Occasion| {
            let samples = TensorData::new(values.clone(), [1, symbols * length]);
            let batch = Batch { samples: Tensor::from_data(samples, &Device::flex()), labels: Labels::NONE };
            show(batch, config, occasion, 1, 0).samples.into_data().try_to_vec::<f32>().unwrap()
        };
        let whole = |row: &[f32]| (0..symbols).map(|symbol| row[symbol * length]).sum::<f32>();
        for occasion in [Occasion::Real, Occasion::ComparedWith] {
            let shown = shown(&config, occasion);
            // 0.9 + 0.1 / 27, and 0.1 / 27.
            assert!((shown[0] - 0.903_704).abs() < 1e-6 && (shown[length] - 0.003_704).abs() < 1e-6, "{shown:?}");
            assert!((whole(&shown) - 1.0).abs() < 1e-5);
        }
        for occasion in [Occasion::Fake, Occasion::LearnedFrom] {
            let shown = shown(&config, occasion);
            assert!(shown[0] > 0.99 && shown[length] > 0.0 && (whole(&shown) - 1.0).abs() < 1e-5, "{shown:?}");
        }
        // Letters that are decided already are shown as real ones are.
        let decided = RunConfig { straight_through: true, ..config.clone() };
        assert_eq!(shown(&decided, Occasion::Fake), shown(&config, Occasion::Real));
        let plain = RunConfig { symbol_smoothing: 0.0, ..config };
        for occasion in [Occasion::Real, Occasion::Fake] {
            assert_eq!(shown(&plain, occasion), values);
        }
    }
}
