//! Batch normalisation of rows of channels, with the activation that follows it (Ioffe and Szegedy 2015,
//! arXiv 1502.03167).

use pulp::Arch;
use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::{ParallelSlice as _, ParallelSliceMut as _};

use super::activation::Activation;
use super::threads;

/// Added to a variance before its square root; PyTorch's default.
pub(in crate::gan) const EPSILON: f32 = 1e-5;
/// Rows whose sums are found together; pieces depend on the sizes alone.
const ROWS: usize = 512;

/// Where mean and variance come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moments {
    /// From the very batch that is normalised, so that they change with it.
    OfBatch,
    /// From elsewhere.
    Fixed,
}

/// Mean of each channel, then biased variance of each channel. `[rows, channels]` to `[2, channels]`.
pub(super) fn moments(x: &[f32], channels: usize) -> Vec<f32> {
    let count = (x.len() / channels) as f32;
    let [mut means] = channel_sums(x, channels, |row, [sums]| {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += value;
        }
    });
    for mean in &mut means {
        *mean /= count;
    }
    let [variances] = channel_sums(x, channels, |row, [sums]| {
        for ((sum, value), mean) in sums.iter_mut().zip(row).zip(&means) {
            *sum += (value - mean) * (value - mean);
        }
    });
    means.extend(variances.iter().map(|sum| sum / count));
    means
}

/// `φ(weight · (x - mean) / √(variance + ε) + bias)`. `[rows, channels]`, with `moments` as [`moments`] gives them.
pub(super) fn normalise(x: &[f32], moments: &[f32], weight: &[f32], bias: &[f32], activation: Activation) -> Vec<f32> {
    let (means, scales) = (&moments[..weight.len()], scales(moments, weight));
    threads::new_rows(weight.len(), (x, weight.len()), ROWS, |output, x| {
        Arch::new().dispatch(|| {
            for (output, x) in output.chunks_exact_mut(weight.len()).zip(x.chunks_exact(weight.len())) {
                let channels = means.iter().zip(&scales).zip(bias);
                for ((output, x), ((mean, scale), bias)) in output.iter_mut().zip(x).zip(channels) {
                    *output = (x - mean) * scale + bias;
                }
            }
        });
        activation.apply(output);
    })
}

/// Gradients of weight and bias from the gradient before the activation. `[rows, channels]` twice, to `[channels]` twice.
pub(super) fn parameter_gradients(gradient: &[f32], x: &[f32], moments: &[f32]) -> [Vec<f32>; 2] {
    let channels = moments.len() / 2;
    let (means, variances) = moments.split_at(channels);
    let products = |gradient: &[f32], x: &[f32], [products, sums]: &mut [Vec<f32>; 2]| {
        let pairs = gradient.iter().zip(x).zip(means);
        for ((product, sum), ((gradient, x), mean)) in products.iter_mut().zip(sums).zip(pairs) {
            *product += gradient * (x - mean);
            *sum += gradient;
        }
    };
    let piece = ROWS * channels;
    let pieces: Vec<[Vec<f32>; 2]> = gradient
        .par_chunks(piece)
        .zip(x.par_chunks(piece))
        .map(|(gradient, x)| {
            let mut sums = [vec![0.0; channels], vec![0.0; channels]];
            Arch::new().dispatch(|| {
                for (gradient, x) in gradient.chunks_exact(channels).zip(x.chunks_exact(channels)) {
                    products(gradient, x, &mut sums);
                }
            });
            sums
        })
        .collect();
    let [mut weight_gradient, bias_gradient] = total(pieces, channels);
    for (gradient, variance) in weight_gradient.iter_mut().zip(variances) {
        *gradient /= (variance + EPSILON).sqrt();
    }
    [weight_gradient, bias_gradient]
}

/// Gradient of the input from the gradient before the activation, in whose memory it is written.
///
/// With the batch's own moments it is `weight / σ · (g - mean(g) - x̂ mean(g x̂))`, else `weight / σ · g`.
pub(super) fn input_gradient(
    gradient: &mut [f32],
    x: &[f32],
    moments: &[f32],
    weight: &[f32],
    parameter_gradients: &[Vec<f32>; 2],
    origin: Moments,
) {
    let channels = weight.len();
    let (means, variances) = moments.split_at(channels);
    let scales = scales(moments, weight);
    let count = (x.len() / channels) as f32;
    let [weight_gradient, bias_gradient] = parameter_gradients;
    // What a unit of `x - mean`, and what every row, takes away.
    let (slopes, offsets): (Vec<f32>, Vec<f32>) = match origin {
        Moments::OfBatch => (0..channels)
            .map(|c| (weight_gradient[c] / count / (variances[c] + EPSILON).sqrt(), bias_gradient[c] / count))
            .unzip(),
        Moments::Fixed => (vec![0.0; channels], vec![0.0; channels]),
    };
    let piece = ROWS * channels;
    gradient.par_chunks_mut(piece).zip(x.par_chunks(piece)).for_each(|(gradient, x)| {
        Arch::new().dispatch(|| {
            for (gradient, x) in gradient.chunks_exact_mut(channels).zip(x.chunks_exact(channels)) {
                let constants = means.iter().zip(&scales).zip(slopes.iter().zip(&offsets));
                for ((gradient, x), ((mean, scale), (slope, offset))) in gradient.iter_mut().zip(x).zip(constants) {
                    *gradient = scale * (*gradient - offset - (x - mean) * slope);
                }
            }
        });
    });
}

/// Sum of each channel over all rows. `[rows, channels]` to `[channels]`.
pub(super) fn sums(x: &[f32], channels: usize) -> Vec<f32> {
    let [sums] = channel_sums(x, channels, |row, [sums]| {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += value;
        }
    });
    sums
}

/// `weight / √(variance + ε)`.
fn scales(moments: &[f32], weight: &[f32]) -> Vec<f32> {
    let variances = &moments[weight.len()..];
    weight.iter().zip(variances).map(|(weight, variance)| weight / (variance + EPSILON).sqrt()).collect()
}

fn channel_sums(x: &[f32], channels: usize, add: impl Fn(&[f32], &mut [Vec<f32>; 1]) + Sync) -> [Vec<f32>; 1] {
    let pieces = x
        .par_chunks(ROWS * channels)
        .map(|x| {
            let mut sums = [vec![0.0; channels]];
            Arch::new().dispatch(|| {
                for row in x.chunks_exact(channels) {
                    add(row, &mut sums);
                }
            });
            sums
        })
        .collect();
    total(pieces, channels)
}

/// The sums of all pieces, in their order.
fn total<const N: usize>(pieces: Vec<[Vec<f32>; N]>, channels: usize) -> [Vec<f32>; N] {
    let mut total = std::array::from_fn(|_| vec![0.0; channels]);
    for piece in pieces {
        for (total, sums) in total.iter_mut().zip(piece) {
            for (total, sum) in total.iter_mut().zip(sums) {
                *total += sum;
            }
        }
    }
    total
}
