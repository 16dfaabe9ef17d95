//! How the feature network is trained: cross-entropy over the classes of all sets, Adam, pictures shifted by up to two pixels.

use burn::tensor::{Device, Tensor, TensorData, activation};

use super::picture::{PIXELS, SIDE};
use super::{ClassSet, FEATURES, FORMAT_VERSION, FeatureInfo, FeatureNetwork, architectures};
use crate::config::{InitialWeights, LayerSpec, OptimizerConfig, ShapeError};
use crate::data::EpochOrder;
use crate::gan::{Network, Optimizer, cpu};
use crate::random::{Random, Stream};

/// Times that every picture is learned from.
const EPOCHS: usize = 8;
const BATCH: usize = 128;
/// At the first step; it falls to nothing along half a cosine.
const LEARNING_RATE: f32 = 2e-3;
/// Pixels that a picture is moved by at most, either way: the network is to see what is in it, not where.
const SHIFT: u32 = 2;
/// What lies beyond the border of a picture.
const DARK: f32 = -1.0;

/// Grey pictures of 28×28 with the class of each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelledPictures {
    /// `[count, 28, 28]`, 0 (dark) to 255 (light).
    pub pixels: Vec<u8>,
    /// `[count]`, counted over the classes of all sets.
    pub labels: Vec<u8>,
}

/// Something learned from every picture once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// How many times by now.
    pub done: usize,
    /// How many times there will be.
    pub total: usize,
    /// The mean loss, in nats.
    pub loss: f64,
}

/// Trains a network, a function of pictures and seed alone. `told` hears of each epoch.
///
/// # Errors
/// Sets without classes.
pub fn train(
    sets: Vec<ClassSet>,
    pictures: &LabelledPictures,
    seed: u64,
    device: &Device,
    mut told: impl FnMut(Epoch),
) -> Result<FeatureNetwork, ShapeError> {
    let mut learner = Learner::new(sets, seed, device)?;
    let order = EpochOrder::new(pictures.labels.len());
    let batches = pictures.labels.len() / BATCH;
    for epoch in 0..EPOCHS {
        let mut total = 0.0;
        for batch in epoch * batches..(epoch + 1) * batches {
            let share = batch as f32 / (EPOCHS * batches) as f32;
            let learning_rate = LEARNING_RATE * 0.5 * (1.0 + (std::f32::consts::PI * share).cos());
            let indices = order.batch(seed, batch as u64, BATCH);
            let shifts = Random::new(seed, Stream::Augmentation, batch as u64);
            total += learner.step(pictures, &indices, shifts, learning_rate);
        }
        told(Epoch { done: epoch + 1, total: EPOCHS, loss: total / batches.max(1) as f64 });
    }
    Ok(learner.network)
}

/// A network on its way.
struct Learner {
    network: FeatureNetwork,
    classes: usize,
    body_optimizer: Optimizer,
    head_optimizer: Optimizer,
}

impl Learner {
    fn new(sets: Vec<ClassSet>, seed: u64, device: &Device) -> Result<Self, ShapeError> {
        let classes = sets.iter().map(|set| set.classes.len()).sum();
        let head = vec![LayerSpec::Linear { inputs: FEATURES, outputs: classes }];
        let info =
            FeatureInfo { format_version: FORMAT_VERSION, sets, seed, test_accuracy: Vec::new(), body: body(), head };
        let [body, head] = architectures(&info)?;
        let network = FeatureNetwork {
            info,
            body: Network::new(body, InitialWeights::He, seed, Stream::DiscriminatorInit, device),
            head: Network::new(head, InitialWeights::Uniform, seed, Stream::GeneratorInit, device),
            device: device.clone(),
        };
        let optimizer = || Optimizer::new(OptimizerConfig::adam(LEARNING_RATE, 0.9, 0.999));
        Ok(Self { network, classes, body_optimizer: optimizer(), head_optimizer: optimizer() })
    }

    /// One batch; returns its mean loss.
    fn step(&mut self, pictures: &LabelledPictures, indices: &[usize], mut shifts: Random, learning_rate: f32) -> f64 {
        let mut values = Vec::with_capacity(indices.len() * PIXELS);
        let mut targets = vec![0.0; indices.len() * self.classes];
        for (row, &index) in indices.iter().enumerate() {
            let [down, right] = [(); 2].map(|()| shifts.below(2 * SHIFT + 1) as usize);
            shift(&pictures.pixels[index * PIXELS..][..PIXELS], down, right, &mut values);
            targets[row * self.classes + usize::from(pictures.labels[index])] = 1.0;
        }
        let device = self.network.device.clone();
        cpu::inside_pool_of(&device.clone(), || {
            let tensor =
                |values, width| Tensor::<2>::from_data(TensorData::new(values, [indices.len(), width]), &device);
            let FeatureNetwork { body, head, .. } = &mut self.network;
            let (tracked_body, tracked_head) = (body.tracked(), head.tracked());
            let (features, statistics) = tracked_body.forward(tensor(values, PIXELS));
            let (logits, _) = tracked_head.forward(features);
            let targets = tensor(targets, self.classes).autodiff();
            let loss = (activation::log_softmax(logits, 1) * targets).sum() * (-1.0 / indices.len() as f32);
            let mut gradients = loss.backward();
            let body_gradients = tracked_body.take_gradients(&mut gradients);
            let head_gradients = tracked_head.take_gradients(&mut gradients);
            body.absorb(statistics);
            self.body_optimizer.update(body, body_gradients, learning_rate);
            self.head_optimizer.update(head, head_gradients, learning_rate);
            f64::from(loss.without_autodiff().into_scalar::<f32>())
        })
    }
}

/// Three convolutions that halve the picture, and one fully connected layer.
fn body() -> Vec<LayerSpec> {
    let mut layers = vec![LayerSpec::Unflatten { channels: 1, height: SIDE, width: SIDE }];
    let mut convolution = |in_channels, out_channels, kernel, padding| {
        layers.extend([
            LayerSpec::Conv2d { in_channels, out_channels, kernel, stride: 2, padding },
            LayerSpec::BatchNorm { features: out_channels },
            LayerSpec::LeakyRelu { slope: 0.0 },
        ]);
    };
    convolution(1, 32, 5, 2);
    convolution(32, 48, 4, 1);
    convolution(48, 48, 4, 1);
    layers.extend([
        LayerSpec::Flatten,
        LayerSpec::Linear { inputs: 48 * 3 * 3, outputs: FEATURES },
        LayerSpec::BatchNorm { features: FEATURES },
        LayerSpec::LeakyRelu { slope: 0.0 },
    ]);
    layers
}

/// Appends a picture as numbers in `[-1, 1]`, moved by `down - SHIFT` and `right - SHIFT` pixels.
fn shift(pixels: &[u8], down: usize, right: usize, into: &mut Vec<f32>) {
    let from = |place: usize, by: usize| (place + SHIFT as usize).checked_sub(by).filter(|place| *place < SIDE);
    for y in 0..SIDE {
        into.extend((0..SIDE).map(|x| match (from(y, down), from(x, right)) {
            (Some(y), Some(x)) => f32::from(pixels[y * SIDE + x]) / 127.5 - 1.0,
            _ => DARK,
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shifted_picture_is_moved_and_dark_where_it_came_from() {
        let mut pixels = vec![0; PIXELS];
        pixels[5 * SIDE + 7] = 255;
        for (down, right, y, x) in [(2, 2, 5, 7), (0, 4, 3, 9), (4, 0, 7, 5)] {
            let mut values = Vec::new();
            shift(&pixels, down, right, &mut values);
            assert_eq!(values.len(), PIXELS);
            let light: Vec<usize> = (0..PIXELS).filter(|&place| values[place] > 0.0).collect();
            assert_eq!(light, [y * SIDE + x]);
        }
        let mut values = Vec::new();
        shift(&vec![255; PIXELS], 4, 2, &mut values);
        assert!(
            values[..2 * SIDE].iter().all(|value| *value < 0.0) && values[2 * SIDE..].iter().all(|value| *value > 0.0)
        );
    }

    #[test]
    fn a_few_steps_learn_light_from_dark_and_repeat_to_the_bit() {
        let device = Device::flex();
        let sets =
            || vec![ClassSet { name: "shades".to_owned(), classes: vec!["dark".to_owned(), "light".to_owned()] }];
        let shade = |label: u8| vec![40 + 160 * label; PIXELS];
        let labels: Vec<u8> = (0..64).map(|index| index % 2).collect();
        let pictures = LabelledPictures { pixels: labels.iter().flat_map(|&label| shade(label)).collect(), labels };
        let train = || {
            let mut learner = Learner::new(sets(), 3, &device).unwrap();
            let indices: Vec<usize> = (0..64).collect();
            let losses: Vec<f64> = (0..12)
                .map(|step| learner.step(&pictures, &indices, Random::new(3, Stream::Augmentation, step), 2e-3))
                .collect();
            (losses, learner.network.to_bytes().unwrap())
        };
        let (losses, bytes) = train();
        assert!(losses[0] > 0.3 && losses[11] < 0.1, "{losses:?}");
        assert!(train().1 == bytes);
    }
}
