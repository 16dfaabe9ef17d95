//! Convolutions with a fraction of the multiplications of the direct sum: Winograd's minimal filtering (Lavin and Gray 2015,
//! arXiv 1509.09308).
//!
//! A convolution with stride 2 is the sum of four with stride 1, one for each parity of row and column, and half the kernel's
//! side. Each finds 4×4 outputs as `Aᵀ [(G g Gᵀ) ∘ (Bᵀ d B)] A` from inputs `d` and weights `g`, where the product element by
//! element, summed over channels, is one matrix product for each element. A 4×4 kernel with stride 2 needs 25 elements for
//! each parity where the direct sum has 64 products, a 5×5 kernel 36 for 100. The transposed convolution and the weight
//! gradient are adjoints of the same expression. Rounding errors are several times those of the direct sum; the tests hold
//! them to 10⁻⁴ of the largest number.

#![expect(clippy::inline_always, reason = "a transform must be compiled into its caller, with the caller's SIMD")]
#![expect(clippy::manual_memcpy, reason = "copying a few numbers by a call takes longer than the numbers do")]
#![expect(clippy::needless_range_loop, reason = "places of a tile are numbered in several arrays at once")]

mod block;
mod filtering;
mod tiles;
mod weights;

use std::marker::PhantomData;

use pulp::Arch;
use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::{ParallelSlice as _, ParallelSliceMut as _};

use super::linear_map::Finish;
use super::unchecked::{Matrix, multiply};
use super::{Geometry, threads};
use block::LANES;
use filtering::{Filtering, ThreeTaps, TwoTaps};
use tiles::{AddInputs, ReadInputs, ReadOutputs, Tiles, WriteOutputs};
use weights::{Order, transform_weight, weight_gradient};

/// Rows of the matrices that are in use at a time: few enough for the second-level cache, enough for a good product.
const GROUP_ROWS: usize = 32;
/// Rows of the matrices that a weight gradient sums over at a time: many, since each round is added to all weights.
const GRADIENT_ROWS: usize = 256;
/// Rows of those that one thread transforms at a time.
const PART_ROWS: usize = 64;
/// Fewest tiles of a batch: transforming the weights for fewer would cost more than it saves.
const MIN_TILES: usize = 32;

/// Whether a convolution of so many samples is of a kind that is found this way. With few channels the transforms of inputs
/// would cost more than they save.
pub(super) fn applies_to(geometry: &Geometry, batch: usize) -> bool {
    let has_enough_channels = geometry.channels >= LANES && geometry.filters >= LANES;
    let has_enough_tiles = batch * Tiles::of(geometry, 1).count() >= MIN_TILES;
    has_enough_channels && has_enough_tiles && matches!((geometry.stride, geometry.kernel), (2, [4, 4] | [5, 5]))
}

/// Weights of one parity along a side of the kernel.
fn taps(geometry: &Geometry) -> usize {
    geometry.kernel[0].div_ceil(geometry.stride)
}

/// Parities of row and column.
fn parities(geometry: &Geometry) -> usize {
    geometry.stride * geometry.stride
}

/// Convolution: small side from large side. `[batch, large]`, `[filters, channels, kernel, kernel]` to `[batch, small]`.
pub(super) fn gather(large: &[f32], weight: &[f32], geometry: &Geometry, finish: Finish<'_>) -> Vec<f32> {
    match taps(geometry) {
        2 => gather_by::<TwoTaps, 5, 2>(large, weight, geometry, finish),
        _ => gather_by::<ThreeTaps, 6, 3>(large, weight, geometry, finish),
    }
}

fn gather_by<F: Filtering<IN, TAPS>, const IN: usize, const TAPS: usize>(
    large: &[f32],
    weight: &[f32],
    geometry: &Geometry,
    finish: Finish<'_>,
) -> Vec<f32> {
    let batch = large.len() / geometry.large();
    let group = Tiles::of(geometry, batch).samples_for(GROUP_ROWS);
    transform_weight::<F, IN, TAPS, _>(weight, geometry, Order::FiltersLast, |weight| {
        threads::new_rows(geometry.small(), (large, geometry.large()), group, |small, large| {
            let tiles = Tiles::of(geometry, large.len() / geometry.large());
            let (depth, filters) = (tiles.depth(), geometry.filters);
            let sizes = [padded(tiles.count() * depth), padded(tiles.count() * filters)];
            threads::with_memory(sizes.map(|size| IN * IN * size), |[inputs, outputs]| {
                Arch::new().dispatch(ReadInputs::<F, IN, TAPS> {
                    filtering: PhantomData,
                    tiles,
                    large,
                    inputs: &mut *inputs,
                });
                let pairs = outputs.par_chunks_mut(sizes[1]).zip(inputs.par_chunks(sizes[0]));
                let triples = pairs.zip(weight.par_chunks(filters * depth)).enumerate();
                triples.for_each(|(element, ((output, input), weight))| {
                    let needed = tiles.needed(element, IN);
                    let input = Matrix::row_major(&input[needed.start * depth..], needed.len(), depth);
                    let weight = Matrix::row_major(weight, depth, filters);
                    multiply(input, weight, &mut output[needed.start * filters..], 0.0);
                });
                Arch::new().dispatch(WriteOutputs::<F, IN, TAPS> {
                    filtering: PhantomData,
                    tiles,
                    outputs: &*outputs,
                    small: &mut *small,
                });
            });
            finish.apply(small);
        })
    })
}

/// Transposed convolution: large side from small side. `[batch, small]`, `[filters, channels, kernel, kernel]` to `[batch, large]`.
pub(super) fn scatter(small: &[f32], weight: &[f32], geometry: &Geometry, finish: Finish<'_>) -> Vec<f32> {
    match taps(geometry) {
        2 => scatter_by::<TwoTaps, 5, 2>(small, weight, geometry, finish),
        _ => scatter_by::<ThreeTaps, 6, 3>(small, weight, geometry, finish),
    }
}

fn scatter_by<F: Filtering<IN, TAPS>, const IN: usize, const TAPS: usize>(
    small: &[f32],
    weight: &[f32],
    geometry: &Geometry,
    finish: Finish<'_>,
) -> Vec<f32> {
    let batch = small.len() / geometry.small();
    let group = Tiles::of(geometry, batch).samples_for(GROUP_ROWS);
    transform_weight::<F, IN, TAPS, _>(weight, geometry, Order::ChannelsLast, |weight| {
        threads::new_rows(geometry.large(), (small, geometry.small()), group, |large, small| {
            let tiles = Tiles::of(geometry, small.len() / geometry.small());
            let (depth, filters) = (tiles.depth(), geometry.filters);
            let sizes = [padded(tiles.count() * depth), padded(tiles.count() * filters)];
            threads::with_memory(sizes.map(|size| IN * IN * size), |[inputs, outputs]| {
                Arch::new().dispatch(ReadOutputs::<F, IN, TAPS> {
                    filtering: PhantomData,
                    tiles,
                    small,
                    outputs: &mut *outputs,
                });
                let pairs = inputs.par_chunks_mut(sizes[0]).zip(outputs.par_chunks(sizes[1]));
                let triples = pairs.zip(weight.par_chunks(filters * depth)).enumerate();
                triples.for_each(|(element, ((input, output), weight))| {
                    let needed = tiles.needed(element, IN);
                    let output = Matrix::row_major(&output[needed.start * filters..], needed.len(), filters);
                    let weight = Matrix::row_major(weight, filters, depth);
                    multiply(output, weight, &mut input[needed.start * depth..], 0.0);
                    input[..needed.start * depth].fill(0.0);
                    input[needed.end * depth..].fill(0.0);
                });
                Arch::new().dispatch(AddInputs::<F, IN, TAPS> {
                    filtering: PhantomData,
                    tiles,
                    inputs: &*inputs,
                    large: &mut *large,
                });
            });
            finish.apply(large);
        })
    })
}

/// Weight gradient of both. `[batch, large]`, `[batch, small]` to `[filters, channels, kernel, kernel]`.
pub(super) fn correlate(large: &[f32], small: &[f32], geometry: &Geometry) -> Vec<f32> {
    match taps(geometry) {
        2 => correlate_by::<TwoTaps, 5, 2>(large, small, geometry),
        _ => correlate_by::<ThreeTaps, 6, 3>(large, small, geometry),
    }
}

fn correlate_by<F: Filtering<IN, TAPS>, const IN: usize, const TAPS: usize>(
    large: &[f32],
    small: &[f32],
    geometry: &Geometry,
) -> Vec<f32> {
    let batch = large.len() / geometry.large();
    let samples = Tiles::of(geometry, batch).samples_for(GRADIENT_ROWS);
    let size = IN * IN * Tiles::of(geometry, 1).depth() * geometry.filters;
    threads::with_memory([size], |[sum]| {
        let groups = large.chunks(samples * geometry.large()).zip(small.chunks(samples * geometry.small()));
        for (index, (large, small)) in groups.enumerate() {
            let keep = if index == 0 { 0.0 } else { 1.0 };
            add_correlation::<F, IN, TAPS>(large, small, geometry, sum, keep);
        }
        weight_gradient::<F, IN, TAPS>(sum, geometry)
    })
}

/// `sum = keep · sum +` the transformed weight gradient of some samples. `[elements, parities · channels, filters]`.
///
/// First each thread transforms some of the samples, then each finds some of the elements.
fn add_correlation<F: Filtering<IN, TAPS>, const IN: usize, const TAPS: usize>(
    large: &[f32],
    small: &[f32],
    geometry: &Geometry,
    sum: &mut [f32],
    keep: f32,
) {
    let samples = large.len() / geometry.large();
    let samples_of_part = Tiles::of(geometry, samples).samples_for(PART_ROWS);
    let parts = samples.div_ceil(samples_of_part);
    let tiles = Tiles::of(geometry, samples_of_part);
    let (depth, filters) = (tiles.depth(), geometry.filters);
    let sizes = [padded(tiles.count() * depth), padded(tiles.count() * filters)];
    let part_sizes = sizes.map(|size| IN * IN * size);
    threads::with_memory(part_sizes.map(|size| parts * size), |[inputs, outputs]| {
        let large = large.par_chunks(samples_of_part * geometry.large());
        let small = small.par_chunks(samples_of_part * geometry.small());
        let transformed = inputs.par_chunks_mut(part_sizes[0]).zip(outputs.par_chunks_mut(part_sizes[1]));
        transformed.zip(large.zip(small)).for_each(|((inputs, outputs), (large, small))| {
            let (filtering, tiles) = (PhantomData, Tiles::of(geometry, large.len() / geometry.large()));
            Arch::new().dispatch(ReadInputs::<F, IN, TAPS> { filtering, tiles, large, inputs });
            Arch::new().dispatch(ReadOutputs::<F, IN, TAPS> { filtering, tiles, small, outputs });
        });
        sum.par_chunks_mut(depth * filters).enumerate().for_each(|(element, sum)| {
            let parts = inputs.chunks_exact(part_sizes[0]).zip(outputs.chunks_exact(part_sizes[1]));
            for (part, (inputs, outputs)) in parts.enumerate() {
                let samples = samples_of_part.min(samples - part * samples_of_part);
                let needed = Tiles::of(geometry, samples).needed(element, IN);
                let input =
                    Matrix::row_major(&inputs[element * sizes[0]..][needed.start * depth..], needed.len(), depth);
                let output =
                    Matrix::row_major(&outputs[element * sizes[1]..][needed.start * filters..], needed.len(), filters);
                multiply(input.transposed(), output, sum, if part == 0 { keep } else { 1.0 });
            }
        });
    });
}

/// The room for one element's matrix: sizes that are powers of two would put all elements of a place on top of each other
/// in the cache.
fn padded(size: usize) -> usize {
    size + 3 * LANES
}
