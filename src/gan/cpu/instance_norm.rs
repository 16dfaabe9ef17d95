//! Instance normalisation of maps, channels last, with the activation that follows it (Ulyanov 2016, arXiv 1607.08022): batch
//! normalisation of each sample by itself, without weights.

use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::{ParallelSlice as _, ParallelSliceMut as _};

use super::activation::Activation;
use super::batch_norm::{self, Moments};

/// `φ((x - mean) / √(variance + ε))`, mean and variance over the places of each channel of each sample.
/// `[batch, places, channels]`; `features` are the numbers of one sample.
pub(super) fn normalise(x: &[f32], features: usize, channels: usize, activation: Activation) -> Vec<f32> {
    let (ones, zeros) = (vec![1.0; channels], vec![0.0; channels]);
    let samples: Vec<Vec<f32>> = x
        .par_chunks(features)
        .map(|x| batch_norm::normalise(x, &batch_norm::moments(x, channels), &ones, &zeros, activation))
        .collect();
    samples.concat()
}

/// Gradient of the input from the gradient before the activation, in whose memory it is written.
pub(super) fn input_gradient(gradient: &mut [f32], x: &[f32], features: usize, channels: usize) {
    let ones = vec![1.0; channels];
    gradient.par_chunks_mut(features).zip(x.par_chunks(features)).for_each(|(gradient, x)| {
        let moments = batch_norm::moments(x, channels);
        let sums = batch_norm::parameter_gradients(gradient, x, &moments);
        batch_norm::input_gradient(gradient, x, &moments, &ones, &sums, Moments::OfBatch);
    });
}
