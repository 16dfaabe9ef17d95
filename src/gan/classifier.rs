//! A small convolutional classifier of small pictures or short texts: the learner of the data augmentation experiment, trained from
//! nothing in seconds.

use burn::tensor::{Device, ExecutionError, Tensor, TensorData, activation};

use super::{Network, Optimizer, condition, cpu, probe};
use crate::config::{Architecture, InitialWeights, LayerSpec, OptimizerConfig, SampleShape, ShapeError, TensorShape};
use crate::data::LabelledBatch;
use crate::random::Stream;

/// Channels after the first and the second convolution of pictures.
const CHANNELS: [usize; 2] = [16, 32];
/// Channels after both convolutions of texts, and the places that each looks at.
const TEXT_CHANNELS: usize = 64;
const TEXT_KERNEL: usize = 5;
/// Adam's step size at the first step; it falls to nothing along half a cosine.
const LEARNING_RATE: f32 = 2e-3;

/// Tells the classes of pictures or texts apart.
#[derive(Debug, Clone)]
pub struct Classifier {
    network: Network,
    optimizer: Optimizer,
    features: usize,
    classes: usize,
    device: Device,
}

impl Classifier {
    /// A classifier that has seen nothing, a function of the seed alone.
    ///
    /// # Errors
    /// Samples that are neither pictures nor texts, or pictures too small to be halved twice.
    pub fn new(shape: SampleShape, classes: usize, seed: u64, device: &Device) -> Result<Self, ShapeError> {
        let network =
            Network::new(architecture(shape, classes)?, InitialWeights::He, seed, Stream::ClassifierInit, device);
        let optimizer = Optimizer::new(OptimizerConfig::adam(LEARNING_RATE, 0.9, 0.999));
        Ok(Self { network, optimizer, features: shape.features(), classes, device: device.clone() })
    }

    /// Learns from one batch by cross-entropy. `share_done` of all steps, from 0 to 1, says how far the step size has fallen.
    /// Gives the mean loss before the step, in nats.
    pub fn step(&mut self, batch: &LabelledBatch, share_done: f32) -> f32 {
        let count = batch.labels.len();
        let targets = condition::one_hot(batch.labels.iter().map(|&label| usize::from(label)), self.classes);
        let learning_rate = LEARNING_RATE * 0.5 * (1.0 + (std::f32::consts::PI * share_done).cos());
        let Self { network, optimizer, features, classes, device } = self;
        let (features, classes, device) = (*features, *classes, &*device);
        cpu::inside_pool_of(device, || {
            let tensor = |values, width| Tensor::<2>::from_data(TensorData::new(values, [count, width]), device);
            let tracked = network.tracked();
            let (logits, statistics) = tracked.forward(tensor(batch.samples.clone(), features));
            let targets = tensor(targets, classes).autodiff();
            let loss = (activation::log_softmax(logits, 1) * targets).sum() * (-1.0 / count.max(1) as f32);
            let mut gradients = loss.backward();
            let gradients = tracked.take_gradients(&mut gradients);
            network.absorb(statistics);
            optimizer.update(network, gradients, learning_rate);
            loss.without_autodiff().into_scalar::<f32>()
        })
    }

    /// The natural logarithm of the probability that it gives to each sample's label.
    ///
    /// # Errors
    /// A device that fails to compute.
    pub fn log_likelihoods(&self, batch: &LabelledBatch) -> Result<Vec<f32>, ExecutionError> {
        let logits = probe::outputs(&self.network, &batch.samples, self.features, &self.device)?;
        let of_label = |(row, &label): (&[f32], &u8)| {
            let greatest = row.iter().copied().fold(f32::MIN, f32::max);
            let total: f32 = row.iter().map(|logit| (logit - greatest).exp()).sum();
            row[usize::from(label)] - greatest - total.ln()
        };
        Ok(logits.chunks_exact(self.classes).zip(&batch.labels).map(of_label).collect())
    }

    /// Of each sample, whether it knows the label.
    ///
    /// # Errors
    /// A device that fails to compute.
    pub fn known(&self, batch: &LabelledBatch) -> Result<Vec<bool>, ExecutionError> {
        let logits = probe::outputs(&self.network, &batch.samples, self.features, &self.device)?;
        let is_right = |(row, label): (&[f32], &u8)| {
            let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            best.is_some_and(|(class, _)| class == usize::from(*label))
        };
        Ok(logits.chunks_exact(self.classes).zip(&batch.labels).map(is_right).collect())
    }
}

fn architecture(shape: SampleShape, classes: usize) -> Result<Architecture, ShapeError> {
    let layers = match shape {
        SampleShape::Image { channels, height, width } => of_pictures([channels, height, width], classes),
        SampleShape::Text { symbols, length } => of_texts([symbols, length], classes),
        SampleShape::Points { .. } => {
            return Err(ShapeError::Unsupported { model: "classifier", sample: shape.to_string() });
        }
    };
    Architecture::new(TensorShape::Flat(shape.features()), layers, TensorShape::Flat(classes))
}

/// Two convolutions that halve the picture, and one fully connected layer.
fn of_pictures([channels, height, width]: [usize; 3], classes: usize) -> Vec<LayerSpec> {
    let half = |side: usize| side.div_ceil(2);
    let places = half(half(height)) * half(half(width));
    let mut layers = vec![LayerSpec::Unflatten { channels, height, width }];
    for (in_channels, out_channels) in [(channels, CHANNELS[0]), (CHANNELS[0], CHANNELS[1])] {
        layers.extend([LayerSpec::Conv2d { in_channels, out_channels, kernel: 3, stride: 2, padding: 1 }, relu()]);
    }
    layers.extend([LayerSpec::Flatten, LayerSpec::Linear { inputs: CHANNELS[1] * places, outputs: classes }]);
    layers
}

/// Two convolutions along the text, and one fully connected layer that knows where in it everything is.
fn of_texts([symbols, length]: [usize; 2], classes: usize) -> Vec<LayerSpec> {
    let (out_channels, kernel, padding) = (TEXT_CHANNELS, TEXT_KERNEL, TEXT_KERNEL / 2);
    let mut layers = vec![LayerSpec::Unflatten1d { channels: symbols, length }];
    for in_channels in [symbols, TEXT_CHANNELS] {
        layers.extend([LayerSpec::Conv1d { in_channels, out_channels, kernel, padding }, relu()]);
    }
    layers.extend([LayerSpec::Flatten, LayerSpec::Linear { inputs: TEXT_CHANNELS * length, outputs: classes }]);
    layers
}

fn relu() -> LayerSpec {
    LayerSpec::LeakyRelu { slope: 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{DataConfig, DatasetKind};
    use crate::data::{open, unpack};

    #[test]
    fn it_learns_garments_and_a_seed_repeats_it_to_the_bit() {
        let device = Device::flex();
        let data = open(&DataConfig::of(DatasetKind::Fashion)).unwrap();
        let test = data.evaluation_with_labels(500, 1);
        let train = || {
            let mut classifier = Classifier::new(data.shape(), 10, 3, &device).unwrap();
            let losses: Vec<f32> = (0..150)
                .map(|step| classifier.step(&data.batch_with_labels(3, step, 32), step as f32 / 150.0))
                .collect();
            (losses, classifier)
        };
        let (losses, classifier) = train();
        // An even guess among ten costs ln 10 nats, 2.3; first weights guess unevenly, which costs more.
        assert!((1.8..6.0).contains(&losses[0]), "{}", losses[0]);
        assert!(losses[140..].iter().sum::<f32>() / 10.0 < 1.0, "{:?}", &losses[140..]);
        let correct = classifier.known(&test).unwrap().into_iter().filter(|&it| it).count();
        assert!((340..500).contains(&correct), "{correct} of 500");
        assert_eq!(train().0, losses);
        let likelihoods = classifier.log_likelihoods(&test).unwrap();
        assert_eq!(likelihoods.len(), 500);
        assert!(likelihoods.iter().all(|value| value.is_finite() && *value <= 1e-5));
        let above_half = likelihoods.iter().filter(|value| value.exp() > 0.5).count();
        assert!(above_half <= correct, "what it is surer of than of all else together it gets right");
    }

    #[test]
    fn it_takes_pictures_of_every_size_and_texts_and_nothing_else() {
        let device = Device::flex();
        for side in [16, 28, 32, 64] {
            for channels in [1, 3] {
                let shape = SampleShape::Image { channels, height: side, width: side };
                let classifier = Classifier::new(shape, 4, 1, &device).unwrap();
                let batch = LabelledBatch { samples: vec![0.1; 2 * shape.features()], labels: vec![0, 3] };
                assert_eq!(classifier.log_likelihoods(&batch).unwrap().len(), 2, "{side} {channels}");
            }
        }
        let text = SampleShape::Text { symbols: 27, length: 12 };
        assert!(Classifier::new(text, 4, 1, &device).is_ok());
        assert!(Classifier::new(SampleShape::Points { dims: 2 }, 4, 1, &device).is_err());
    }

    /// The class is whether a text of six letters has three `b` or more.
    #[test]
    fn it_learns_texts() {
        let (device, shape) = (Device::flex(), SampleShape::Text { symbols: 3, length: 6 });
        let texts: Vec<u8> = (0..64_u8).flat_map(|number| (0..6).map(move |place| 1 + (number >> place & 1))).collect();
        let labels: Vec<u8> = (0..64_u8).map(|number| u8::from(number.count_ones() >= 3)).collect();
        let batch = LabelledBatch { samples: unpack(&texts, shape), labels };
        let mut classifier = Classifier::new(shape, 2, 1, &device).unwrap();
        for step in 0..100 {
            classifier.step(&batch, step as f32 / 100.0);
        }
        assert_eq!(classifier.known(&batch).unwrap(), [true; 64]);
    }
}
