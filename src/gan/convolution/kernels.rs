//! The arithmetic: the patches of one sample are laid out as a matrix in cache, and one matrix product does the rest.
//!
//! Samples are spread over rayon's threads. Each is computed by one thread alone, and weight gradients are summed in groups
//! whose size and order do not depend on the number of threads.

use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::{ParallelSlice as _, ParallelSliceMut as _};

use super::Geometry;
use super::gemm::{Matrix, multiply};

/// Groups that weight gradients are summed over, at most: each needs a copy of the weights.
const WEIGHT_GROUPS: usize = 8;

/// Convolution: small side from large side. `[batch, large]`, `[filters, patch]` to `[batch, small]`.
pub(super) fn gather(large: &[f32], weight: &[f32], geometry: &Geometry) -> Vec<f32> {
    let batch = large.len() / geometry.large();
    let mut small = vec![0.0; batch * geometry.small()];
    let (patch, positions, filters) = (geometry.patch(), geometry.positions(), geometry.filters);
    small.par_chunks_mut(geometry.small()).zip(large.par_chunks(geometry.large())).for_each_init(
        Vec::new,
        |columns, (small, large)| {
            columns.resize(patch * positions, 0.0);
            lay_out_patches(large, columns, geometry);
            multiply(
                Matrix::row_major(weight, filters, patch),
                Matrix::row_major(columns, positions, patch).transposed(),
                small,
                0.0,
            );
        },
    );
    small
}

/// Transposed convolution: large side from small side. `[batch, small]`, `[filters, patch]` to `[batch, large]`.
pub(super) fn scatter(small: &[f32], weight: &[f32], geometry: &Geometry) -> Vec<f32> {
    let batch = small.len() / geometry.small();
    let mut large = vec![0.0; batch * geometry.large()];
    let (patch, positions, filters) = (geometry.patch(), geometry.positions(), geometry.filters);
    large.par_chunks_mut(geometry.large()).zip(small.par_chunks(geometry.small())).for_each_init(
        Vec::new,
        |columns, (large, small)| {
            columns.resize(patch * positions, 0.0);
            multiply(
                Matrix::row_major(small, filters, positions).transposed(),
                Matrix::row_major(weight, filters, patch),
                columns,
                0.0,
            );
            add_patches(columns, large, geometry);
        },
    );
    large
}

/// Weight gradient of both. `[batch, large]`, `[batch, small]` to `[filters, patch]`.
pub(super) fn correlate(large: &[f32], small: &[f32], geometry: &Geometry) -> Vec<f32> {
    let batch = large.len() / geometry.large();
    let group = batch.div_ceil(WEIGHT_GROUPS).max(1);
    let (patch, positions, filters) = (geometry.patch(), geometry.positions(), geometry.filters);
    let mut partial_sums: Vec<Vec<f32>> = large
        .par_chunks(group * geometry.large())
        .zip(small.par_chunks(group * geometry.small()))
        .map_init(Vec::new, |columns, (large, small)| {
            columns.resize(patch * positions, 0.0);
            let mut sum = vec![0.0; filters * patch];
            let samples = large.chunks_exact(geometry.large()).zip(small.chunks_exact(geometry.small()));
            for (index, (large, small)) in samples.enumerate() {
                lay_out_patches(large, columns, geometry);
                multiply(
                    Matrix::row_major(small, filters, positions),
                    Matrix::row_major(columns, positions, patch),
                    &mut sum,
                    if index == 0 { 0.0 } else { 1.0 },
                );
            }
            sum
        })
        .collect();
    let mut total = if partial_sums.is_empty() { vec![0.0; filters * patch] } else { partial_sums.remove(0) };
    for partial_sum in partial_sums {
        for (total, value) in total.iter_mut().zip(partial_sum) {
            *total += value;
        }
    }
    total
}

/// Writes the patch of every kernel place of one sample as one row: `[positions, patch]`, zeros outside the picture.
fn lay_out_patches(large: &[f32], rows: &mut [f32], geometry: &Geometry) {
    let Geometry { channels, height, width, out_width, kernel, stride, padding, .. } = *geometry;
    for (position, row) in rows.chunks_exact_mut(geometry.patch()).enumerate() {
        let (top, left) = (position / out_width * stride, position % out_width * stride);
        // Kernel columns that lie inside the picture.
        let first = padding.saturating_sub(left).min(kernel);
        let end = (width + padding).saturating_sub(left).clamp(first, kernel);
        for channel in 0..channels {
            for kernel_y in 0..kernel {
                let target = &mut row[(channel * kernel + kernel_y) * kernel..][..kernel];
                let y = top + kernel_y;
                if y < padding || y >= height + padding || first == end {
                    target.fill(0.0);
                    continue;
                }
                let source = &large[(channel * height + y - padding) * width..][..width];
                target[..first].fill(0.0);
                target[first..end].copy_from_slice(&source[left + first - padding..left + end - padding]);
                target[end..].fill(0.0);
            }
        }
    }
}

/// Adds every patch back to where it came from: the adjoint of [`lay_out_patches`] for one sample.
fn add_patches(rows: &[f32], large: &mut [f32], geometry: &Geometry) {
    let Geometry { channels, height, width, out_width, kernel, stride, padding, .. } = *geometry;
    for (position, row) in rows.chunks_exact(geometry.patch()).enumerate() {
        let (top, left) = (position / out_width * stride, position % out_width * stride);
        let first = padding.saturating_sub(left).min(kernel);
        let end = (width + padding).saturating_sub(left).clamp(first, kernel);
        for channel in 0..channels {
            for kernel_y in 0..kernel {
                let y = top + kernel_y;
                if y < padding || y >= height + padding || first == end {
                    continue;
                }
                let source = &row[(channel * kernel + kernel_y) * kernel..][first..end];
                let line = &mut large[(channel * height + y - padding) * width..][..width];
                for (target, value) in line[left + first - padding..left + end - padding].iter_mut().zip(source) {
                    *target += value;
                }
            }
        }
    }
}
