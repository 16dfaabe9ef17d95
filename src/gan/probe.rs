//! Looking at networks without changing them: samples, scores, and the discriminator's opinion of a plane. Plain numbers
//! in and out.

use std::borrow::Cow;

use burn::tensor::{Device, ExecutionError, Tensor, TensorData, activation};

use super::showing::letters;
use super::{Labels, Network, condition, cpu, loss};
use crate::config::{Domain, LossKind, RunConfig};

/// Most samples passed through a network at once, so that large requests need little memory.
const MOST_AT_ONCE: usize = 512;
/// Fewest, where there are as many.
const FEWEST_AT_ONCE: usize = 64;
/// Numbers of samples passed through a network at once, between these bounds: its layers need many times as many.
const NUMBERS_AT_ONCE: usize = 1 << 16;

/// How many samples of so many numbers pass through a network at once.
fn at_once(numbers: usize) -> usize {
    (NUMBERS_AT_ONCE / numbers.max(1)).clamp(FEWEST_AT_ONCE, MOST_AT_ONCE)
}

/// Samples of a generator. A conditional one makes a sample of each class in turn.
///
/// # Shapes
/// Latents `[count, latent_dim]` to samples `[count, features]`, flat and row-major.
///
/// # Errors
/// A device that fails to compute.
pub fn generate(
    generator: &Network,
    latents: &[f32],
    latent_dim: usize,
    device: &Device,
) -> Result<Vec<f32>, ExecutionError> {
    let classes = generator.inputs().saturating_sub(latent_dim);
    let in_turn = condition::labels_like(&[], classes, latents.len() / latent_dim);
    generate_labelled(generator, latents, latent_dim, &in_turn, device)
}

/// Samples of a conditional generator, each of the class of its label; of an unconditional one there are no labels.
///
/// # Shapes
/// Latents `[count, latent_dim]` and labels `[count]` to samples `[count, features]`, flat and row-major.
///
/// # Errors
/// A device that fails to compute.
pub fn generate_labelled(
    generator: &Network,
    latents: &[f32],
    latent_dim: usize,
    labels: &[u8],
    device: &Device,
) -> Result<Vec<f32>, ExecutionError> {
    let classes = generator.inputs().saturating_sub(latent_dim);
    let shares = condition::one_hot(labels.iter().map(|&label| usize::from(label)), classes);
    generate_of(generator, latents, latent_dim, &shares, device)
}

/// Samples of a generator, each of its share of every class; of an unconditional one there are no shares.
///
/// # Shapes
/// Latents `[count, latent_dim]` and shares `[count, classes]` to samples `[count, features]`, flat and row-major.
///
/// # Errors
/// A device that fails to compute.
pub fn generate_of(
    generator: &Network,
    latents: &[f32],
    latent_dim: usize,
    shares: &[f32],
    device: &Device,
) -> Result<Vec<f32>, ExecutionError> {
    let inputs = condition::beside(latents, latent_dim, shares);
    let at_once = at_once(generator.inputs().max(generator.outputs()));
    in_chunks(&inputs, generator.inputs(), at_once, device, |chunk| generator.infer(chunk))
}

/// Logits of a discriminator. Samples without labels are judged by a conditional one as of the class that it takes them for: by
/// the greatest of its logits.
///
/// # Shapes
/// Samples `[count, features]`, flat and row-major, to `[count]`.
///
/// # Errors
/// A device that fails to compute.
pub fn logits(
    discriminator: &Network,
    samples: &[f32],
    features: usize,
    device: &Device,
) -> Result<Vec<f32>, ExecutionError> {
    let logits = in_chunks(samples, features, at_once(features), device, |chunk| discriminator.infer(chunk))?;
    Ok(logits.chunks_exact(discriminator.outputs()).map(|row| row.iter().copied().fold(f32::MIN, f32::max)).collect())
}

/// Samples as the discriminator is shown them in training, without what is drawn at random: texts decided and smoothed, as the
/// configuration says; all others as they are.
///
/// # Shapes
/// `[count, features]`, flat and row-major, to the same.
///
/// # Errors
/// A device that fails to compute.
pub fn as_shown<'a>(
    samples: &'a [f32],
    config: &RunConfig,
    is_generated: bool,
    device: &Device,
) -> Result<Cow<'a, [f32]>, ExecutionError> {
    let shape = config.data.shape();
    if shape.domain() != Domain::Text {
        return Ok(Cow::Borrowed(samples));
    }
    let features = shape.features();
    let as_letters = |chunk| letters(chunk, config, is_generated);
    in_chunks(samples, features, at_once(features), device, as_letters).map(Cow::Owned)
}

/// Logits of a discriminator, each as of its sample's class; of an unconditional one there are no labels.
///
/// # Shapes
/// Samples `[count, features]`, flat and row-major, and labels `[count]`, to `[count]`.
///
/// # Errors
/// A device that fails to compute.
pub fn logits_of(
    discriminator: &Network,
    samples: &[f32],
    features: usize,
    labels: &[u8],
    device: &Device,
) -> Result<Vec<f32>, ExecutionError> {
    if labels.is_empty() {
        return logits(discriminator, samples, features, device);
    }
    let logits = in_chunks(samples, features, at_once(features), device, |chunk| discriminator.infer(chunk))?;
    let rows = logits.chunks_exact(discriminator.outputs()).zip(labels);
    Ok(rows.map(|(row, &label)| row.get(usize::from(label)).copied().unwrap_or(f32::NAN)).collect())
}

/// The sigmoid of each logit.
///
/// # Errors
/// A device that fails to compute.
pub fn probabilities(logits: &[f32], device: &Device) -> Result<Vec<f32>, ExecutionError> {
    in_chunks(logits, 1, at_once(1), device, activation::sigmoid)
}

/// The discriminator's slope at each sample: `∂D/∂x` of the logit of the sample's class; of an unconditional one there are no
/// labels.
///
/// # Shapes
/// Samples `[count, features]`, flat and row-major, to the same; labels `[count]` or none.
///
/// # Errors
/// A device that fails to compute.
pub fn slopes(
    discriminator: &Network,
    samples: &[f32],
    features: usize,
    labels: &[u8],
    device: &Device,
) -> Result<Vec<f32>, ExecutionError> {
    let classes = if labels.is_empty() { 0 } else { discriminator.outputs() };
    let mut slopes = Vec::with_capacity(samples.len());
    let at_once = at_once(features);
    for (index, rows) in samples.chunks(at_once * features).enumerate() {
        let labels = labels.get(index * at_once..).unwrap_or_default();
        let labels = Labels::new(&labels[..labels.len().min(at_once)], classes, device);
        let slope = |chunk| discriminator.forward_with_input_gradient(chunk, &labels).1.without_autodiff();
        slopes.extend(in_chunks(rows, features, at_once, device, slope)?);
    }
    Ok(slopes)
}

/// Which way, and how strongly, the generator's loss would have each sample move: `-∂L/∂x`, where `L` is its loss of that
/// sample alone. A loss that compares with real samples compares with one whose logit is `real_logit`.
///
/// By the chain rule, from the loss's own derivative and the discriminator's slope; not for discriminators with batch
/// normalisation, whose samples depend on each other, nor for conditional ones.
///
/// # Shapes
/// Samples `[count, features]`, flat and row-major, to the same.
///
/// # Errors
/// A device that fails to compute.
pub fn descent(
    discriminator: &Network,
    kind: LossKind,
    samples: &[f32],
    features: usize,
    real_logit: f32,
    device: &Device,
) -> Result<Vec<f32>, ExecutionError> {
    in_chunks(samples, features, at_once(features), device, |chunk| {
        let count = chunk.dims()[0];
        let (logits, slopes) = discriminator.forward_with_input_gradient(chunk, &Labels::NONE);
        let logits = logits.without_autodiff().autodiff().require_grad();
        let real_logits = || Tensor::full([count, 1], real_logit, device).autodiff();
        // A sum of losses has each sample's own as its derivative, a mean a share of it.
        let total = loss::generator_loss(kind, real_logits, logits.clone()) * count as f32;
        let pull = logits.grad(&total.backward()).unwrap_or_else(|| logits.clone().without_autodiff().zeros_like());
        slopes.without_autodiff() * pull.neg()
    })
}

/// Centres of a `side × side` grid over the square between two corners, row by row from the least y.
pub fn grid([[left, bottom], [right, top]]: [[f32; 2]; 2], side: usize) -> Vec<f32> {
    let place = |index: usize| (index as f32 + 0.5) / side as f32;
    let mut points = Vec::with_capacity(2 * side * side);
    for row in 0..side {
        for column in 0..side {
            points.push(left + (right - left) * place(column));
            points.push(bottom + (top - bottom) * place(row));
        }
    }
    points
}

/// What a network gives for each row.
///
/// # Shapes
/// `[count, width]`, flat and row-major, to `[count, outputs]`.
///
/// # Errors
/// A device that fails to compute.
pub(super) fn outputs(
    network: &Network,
    rows: &[f32],
    width: usize,
    device: &Device,
) -> Result<Vec<f32>, ExecutionError> {
    in_chunks(rows, width, at_once(width), device, |chunk| network.infer(chunk))
}

/// What `pass` makes of rows of so many numbers, at most `at_once` of them at a time.
fn in_chunks(
    rows: &[f32],
    width: usize,
    at_once: usize,
    device: &Device,
    pass: impl Fn(Tensor<2>) -> Tensor<2> + Sync,
) -> Result<Vec<f32>, ExecutionError> {
    cpu::inside_pool_of(device, || {
        let mut results = Vec::new();
        for chunk in rows.chunks(at_once * width) {
            let input = Tensor::from_data(TensorData::new(chunk.to_vec(), [chunk.len() / width, width]), device);
            results.extend(pass(input).try_into_data()?.iter::<f32>());
        }
        Ok(results)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Preset;
    use crate::gan::Gan;

    #[test]
    fn descent_is_the_slope_of_the_generators_own_loss() {
        let device = Device::flex();
        for loss in [LossKind::Minimax, LossKind::NonSaturating, LossKind::Hinge, LossKind::Relativistic] {
            let config = Preset::Ring8.config();
            let gan = Gan::new(&config, &device).unwrap();
            let points = [0.3, -0.4, 0.9, 0.2, -0.7, -0.1];
            let found = descent(&gan.discriminator, loss, &points, 2, 0.25, &device).unwrap();
            let loss_at = |point: [f32; 2]| {
                let logit = logits(&gan.discriminator, &point, 2, &device).unwrap()[0];
                let row = |value: f32| Tensor::<2>::from_data(TensorData::new(vec![value], [1, 1]), &device);
                loss::generator_loss(loss, || row(0.25), row(logit)).into_scalar::<f32>()
            };
            let step = 2e-4;
            for (index, point) in points.as_chunks::<2>().0.iter().enumerate() {
                for axis in 0..2 {
                    let (mut low, mut high) = (*point, *point);
                    low[axis] -= step;
                    high[axis] += step;
                    let expected = -(loss_at(high) - loss_at(low)) / (2.0 * step);
                    let difference = (found[2 * index + axis] - expected).abs();
                    assert!(difference < 3e-3 + 0.02 * expected.abs(), "{loss:?}: {found:?}, {expected}");
                }
            }
            assert!(found.iter().any(|value| value.abs() > 1e-3), "{loss:?}");
        }
    }

    #[test]
    fn wide_samples_pass_through_in_smaller_groups_and_none_is_left_out() {
        let found = [0, 1, 2, 128, 784, 1024, 3072].map(at_once);
        assert_eq!(found, [512, 512, 512, 512, 83, 64, 64]);

        let device = Device::flex();
        let gan = Gan::new(&Preset::Ring8.config(), &device).unwrap();
        let points: Vec<f32> = (0..10).map(|index| index as f32 / 10.0).collect();
        let whole = in_chunks(&points, 2, 5, &device, |chunk| gan.discriminator.infer(chunk)).unwrap();
        let lengths = std::sync::Mutex::new(Vec::new());
        let in_twos = in_chunks(&points, 2, 2, &device, |chunk| {
            lengths.lock().unwrap().push(chunk.dims()[0]);
            gan.discriminator.infer(chunk)
        });
        assert_eq!(in_twos.unwrap(), whole);
        assert_eq!(lengths.into_inner().unwrap(), [2, 2, 1]);
    }

    #[test]
    fn the_grid_runs_from_the_least_corner_along_x() {
        let points = grid([[0.0, 0.0], [4.0, 2.0]], 2);
        assert_eq!(points, [1.0, 0.5, 3.0, 0.5, 1.0, 1.5, 3.0, 1.5]);
    }
}
