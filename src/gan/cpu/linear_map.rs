//! The linear maps that layers are made of, forwards, backwards, and the gradients of their weights, as matrix products.
//!
//! A convolution lays out the patches of a few samples as a matrix that fits in cache, and one product does the rest; a
//! transposed convolution is the same thing backwards. Pieces of a batch are spread over rayon's threads and do not depend
//! on how many there are; each number is computed by one thread.

use std::borrow::Cow;

use pulp::Arch;
use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::{ParallelSlice as _, ParallelSliceMut as _};

use super::activation::{Activation, leaky};
use super::unchecked::{Matrix, multiply, new_by_pieces};
use super::{Geometry, patches, threads, winograd};

/// Numbers of patches laid out at a time: a share of the second-level cache of one core.
const PATCH_BUFFER: usize = 1 << 18;
/// Groups of samples that a convolution's weight gradient is summed over, at most: each needs a copy of the weights.
const WEIGHT_GROUPS: usize = 8;

/// Numbers of a weight that is worth reading only once: it does not stay in a core's cache between pieces.
const LARGE_WEIGHT: usize = 1 << 17;

/// A linear map with a weight, from the input of one sample to its output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinearMap {
    /// `y = W x`, weight `[outputs, inputs]`.
    Dense {
        /// Numbers in.
        inputs: usize,
        /// Numbers out.
        outputs: usize,
    },
    /// From the large side to the small side; maps are channels last, weight `[filters, channels, kernel, kernel]`.
    Convolution(Geometry),
    /// From the small side to the large side, with the same weight.
    TransposedConvolution(Geometry),
}

/// What happens to each output after the map: a bias per channel, then an activation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finish<'a> {
    /// One number per feature or channel.
    pub(super) bias: Option<&'a [f32]>,
    /// What follows.
    pub(super) activation: Activation,
}

impl Finish<'_> {
    /// Neither bias nor activation.
    pub(super) const NOTHING: Self = Finish { bias: None, activation: Activation::Identity };

    /// On the calling thread; `values` are whole rows of channels.
    pub(super) fn apply(self, values: &mut [f32]) {
        let Self { bias, activation } = self;
        match (bias, activation) {
            (None, _) => {}
            (Some(&[bias]), _) => values.iter_mut().for_each(|value| *value += bias),
            (Some(bias), Activation::LeakyRelu { slope }) => {
                // Both at once: this is what most layers do.
                return Arch::new().dispatch(move || {
                    for row in values.chunks_exact_mut(bias.len()) {
                        for (value, bias) in row.iter_mut().zip(bias) {
                            *value = leaky(*value + bias, slope);
                        }
                    }
                });
            }
            (Some(bias), _) => Arch::new().dispatch(|| {
                for row in values.chunks_exact_mut(bias.len()) {
                    for (value, bias) in row.iter_mut().zip(bias) {
                        *value += bias;
                    }
                }
            }),
        }
        activation.apply(values);
    }
}

impl LinearMap {
    /// Features or channels of the output, which is how many biases there are.
    pub(super) fn output_channels(&self) -> usize {
        match self {
            Self::Dense { outputs, .. } => *outputs,
            Self::Convolution(geometry) => geometry.filters,
            Self::TransposedConvolution(geometry) => geometry.channels,
        }
    }

    /// Output of each sample. `[batch, inputs]` to `[batch, outputs]`.
    pub(super) fn apply(&self, input: &[f32], weight: &[f32], finish: Finish<'_>) -> Vec<f32> {
        match self {
            Self::Dense { inputs, outputs } => {
                let weight = Matrix::row_major(weight, *outputs, *inputs).transposed();
                dense(input, weight, finish)
            }
            Self::Convolution(geometry) => gather(input, weight, geometry, finish),
            Self::TransposedConvolution(geometry) => scatter(input, weight, geometry, finish),
        }
    }

    /// Gradient of the input from that of the output. `[batch, outputs]` to `[batch, inputs]`.
    pub(super) fn adjoint(&self, gradient: &[f32], weight: &[f32]) -> Vec<f32> {
        match self {
            Self::Dense { inputs, outputs } => {
                dense(gradient, Matrix::row_major(weight, *outputs, *inputs), Finish::NOTHING)
            }
            Self::Convolution(geometry) => scatter(gradient, weight, geometry, Finish::NOTHING),
            Self::TransposedConvolution(geometry) => gather(gradient, weight, geometry, Finish::NOTHING),
        }
    }

    /// Gradient of the weight, in its layout. `[batch, inputs]`, `[batch, outputs]`.
    pub(super) fn weight_gradient(&self, input: &[f32], gradient: &[f32]) -> Vec<f32> {
        match self {
            Self::Dense { inputs, outputs } => outer(gradient, *outputs, input, *inputs),
            Self::Convolution(geometry) => correlate(input, gradient, geometry),
            Self::TransposedConvolution(geometry) => correlate(gradient, input, geometry),
        }
    }
}

/// `[batch, rows of weight]` times `weight`.
fn dense(input: &[f32], weight: Matrix<'_>, finish: Finish<'_>) -> Vec<f32> {
    let (inputs, outputs) = (weight.rows(), weight.columns());
    let batch = input.len() / inputs;
    if (2..=outputs / 4).contains(&batch) && inputs * outputs >= LARGE_WEIGHT {
        return dense_by_outputs(input, weight, finish);
    }
    let rows = threads::rows_per_piece(batch, inputs * outputs).min(threads::values_per_piece(outputs) / outputs);
    threads::new_rows(outputs, (input, inputs), rows, |output, input| {
        multiply(Matrix::row_major(input, input.len() / inputs, inputs), weight, output, 0.0);
        finish.apply(output);
    })
}

/// [`dense`] with pieces of outputs, each of all samples: each thread reads its own part of the weight, once.
fn dense_by_outputs(input: &[f32], weight: Matrix<'_>, finish: Finish<'_>) -> Vec<f32> {
    let (inputs, outputs) = (weight.rows(), weight.columns());
    let batch = input.len() / inputs;
    let input = Matrix::row_major(input, batch, inputs).transposed();
    threads::with_memory([outputs * batch], |[turned]| {
        let rows = threads::rows_per_piece(outputs, inputs * batch);
        turned.par_chunks_mut(rows * batch).enumerate().for_each(|(piece, turned)| {
            let first = piece * rows;
            let weight = weight.transposed().row_range(first..first + turned.len() / batch);
            multiply(weight, input, turned, 0.0);
        });
        let mut output = patches::transposed(turned, outputs, batch).into_owned();
        output.par_chunks_mut(threads::values_per_piece(outputs)).for_each(|output| finish.apply(output));
        output
    })
}

/// `leftᵀ right`: the sum over samples of their outer products. `[batch, left_width]`, `[batch, right_width]` to
/// `[left_width, right_width]`. Pieces are rows of the result, so there is nothing to sum afterwards.
fn outer(left: &[f32], left_width: usize, right: &[f32], right_width: usize) -> Vec<f32> {
    let batch = left.len() / left_width;
    let left = Matrix::row_major(left, batch, left_width).transposed();
    let right = Matrix::row_major(right, batch, right_width);
    let rows = threads::rows_per_piece(left_width, batch * right_width);
    new_by_pieces(left_width * right_width, rows * right_width, |piece, product| {
        let first = piece * rows;
        multiply(left.row_range(first..first + product.len() / right_width), right, product, 0.0);
    })
}

/// Convolution: small side from large side. `[batch, large]`, `[filters, channels, kernel, kernel]` to `[batch, small]`.
fn gather(large: &[f32], weight: &[f32], geometry: &Geometry, finish: Finish<'_>) -> Vec<f32> {
    let batch = large.len() / geometry.large();
    if winograd::applies_to(geometry, batch) {
        return winograd::gather(large, weight, geometry, finish);
    }
    // Row by row with the filters innermost: the product need not rearrange it for every group.
    let weight = weight_rows(weight, geometry);
    let weight = patches::transposed(&weight, geometry.filters, geometry.patch());
    let weight = Matrix::row_major(&weight, geometry.patch(), geometry.filters);
    threads::new_rows(
        geometry.small(),
        (large, geometry.large()),
        samples_per_group(geometry, batch),
        |small, large| {
            let rows = large.len() / geometry.large() * geometry.positions();
            threads::with_memory([rows * geometry.patch() + patches::SLACK], |[patches]| {
                patches::lay_out(large, patches, geometry);
                multiply(Matrix::row_major(patches, rows, geometry.patch()), weight, small, 0.0);
            });
            finish.apply(small);
        },
    )
}

/// Transposed convolution: large side from small side. `[batch, small]`, `[filters, channels, kernel, kernel]` to
/// `[batch, large]`.
fn scatter(small: &[f32], weight: &[f32], geometry: &Geometry, finish: Finish<'_>) -> Vec<f32> {
    let batch = small.len() / geometry.small();
    if winograd::applies_to(geometry, batch) {
        return winograd::scatter(small, weight, geometry, finish);
    }
    let weight = weight_rows(weight, geometry);
    let weight = Matrix::row_major(&weight, geometry.filters, geometry.patch());
    threads::new_rows(
        geometry.large(),
        (small, geometry.small()),
        samples_per_group(geometry, batch),
        |large, small| {
            let rows = small.len() / geometry.filters;
            threads::with_memory([rows * geometry.patch()], |[patches]| {
                multiply(Matrix::row_major(small, rows, geometry.filters), weight, patches, 0.0);
                patches::add_back(patches, large, geometry);
            });
            finish.apply(large);
        },
    )
}

/// Weight gradient of both. `[batch, large]`, `[batch, small]` to `[filters, channels, kernel, kernel]`.
fn correlate(large: &[f32], small: &[f32], geometry: &Geometry) -> Vec<f32> {
    let batch = large.len() / geometry.large();
    if winograd::applies_to(geometry, batch) {
        return winograd::correlate(large, small, geometry);
    }
    let samples = batch.div_ceil(WEIGHT_GROUPS).max(1);
    let (patch, filters) = (geometry.patch(), geometry.filters);
    let mut partial_sums: Vec<Vec<f32>> = large
        .par_chunks(samples * geometry.large())
        .zip(small.par_chunks(samples * geometry.small()))
        .map(|(large, small)| {
            let mut sum = vec![0.0; filters * patch];
            let group = samples_per_group(geometry, samples);
            let groups = large.chunks(group * geometry.large()).zip(small.chunks(group * geometry.small()));
            for (index, (large, small)) in groups.enumerate() {
                let rows = small.len() / filters;
                threads::with_memory([rows * patch + patches::SLACK], |[patches]| {
                    patches::lay_out(large, patches, geometry);
                    let small = Matrix::row_major(small, rows, filters).transposed();
                    let keep = if index == 0 { 0.0 } else { 1.0 };
                    multiply(small, Matrix::row_major(patches, rows, patch), &mut sum, keep);
                });
            }
            sum
        })
        .collect();
    let mut total = if partial_sums.is_empty() { vec![0.0; filters * patch] } else { partial_sums.swap_remove(0) };
    total.par_chunks_mut(patch).enumerate().for_each(|(filter, total)| {
        // The first sum now stands where the last one was.
        for partial_sum in &partial_sums {
            for (total, value) in total.iter_mut().zip(&partial_sum[filter * patch..]) {
                *total += value;
            }
        }
    });
    match patches::transposed(&total, geometry.kernel_size(), geometry.channels) {
        Cow::Borrowed(_) => total,
        Cow::Owned(turned) => turned,
    }
}

/// The weight with channels innermost, as patches have them: `[filters, kernel · kernel · channels]`.
fn weight_rows<'a>(weight: &'a [f32], geometry: &Geometry) -> Cow<'a, [f32]> {
    patches::transposed(weight, geometry.channels, geometry.kernel_size())
}

/// Samples whose patches are laid out at a time.
fn samples_per_group(geometry: &Geometry, batch: usize) -> usize {
    (PATCH_BUFFER / (geometry.patch() * geometry.positions())).clamp(1, batch.div_ceil(WEIGHT_GROUPS).max(1))
}
