//! From maps to the patches that a kernel covers, as rows of a matrix, and back (im2col and its adjoint).
//!
//! Maps are channels last, so that a kernel's row of pixels is one run of memory.

use std::borrow::Cow;
use std::ops::Range;

use pulp::Arch;
use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::{ParallelSlice as _, ParallelSliceMut as _};

use super::{Geometry, threads};

/// A run of numbers in a patch, and where in the maps it comes from: `None` outside of the picture.
struct Run {
    patch: Range<usize>,
    maps: Option<usize>,
}

/// Writes the patch of every kernel place of each sample as one row, zeros outside the picture.
///
/// # Shapes
/// `[samples, height, width, channels]` to `[samples · positions, kernel · kernel · channels]`.
pub(super) fn lay_out(maps: &[f32], rows: &mut [f32], geometry: &Geometry) {
    let samples =
        maps.chunks_exact(geometry.large()).zip(rows.chunks_exact_mut(geometry.positions() * geometry.patch()));
    for (maps, rows) in samples {
        for (position, row) in rows.chunks_exact_mut(geometry.patch()).enumerate() {
            for_each_run(geometry, position, |Run { patch, maps: start }| match start {
                Some(start) => copy(&maps[start..start + patch.len()], &mut row[patch]),
                None => row[patch].fill(0.0),
            });
        }
    }
}

/// Short runs one by one: a call takes longer than their numbers do.
#[inline]
fn copy(source: &[f32], target: &mut [f32]) {
    /// Longest run that is copied number by number.
    const SHORT: usize = 8;
    if source.len() > SHORT {
        target.copy_from_slice(source);
    } else {
        for (target, source) in target.iter_mut().zip(source) {
            *target = *source;
        }
    }
}

/// Adds every patch back to where it came from: the adjoint of [`lay_out`].
///
/// # Shapes
/// `[samples · positions, kernel · kernel · channels]` onto `[samples, height, width, channels]`.
pub(super) fn add_back(rows: &[f32], maps: &mut [f32], geometry: &Geometry) {
    let samples =
        maps.chunks_exact_mut(geometry.large()).zip(rows.chunks_exact(geometry.positions() * geometry.patch()));
    Arch::new().dispatch(|| {
        for (maps, rows) in samples {
            for (position, row) in rows.chunks_exact(geometry.patch()).enumerate() {
                for_each_run(geometry, position, |Run { patch, maps: start }| {
                    if let Some(start) = start {
                        let target = &mut maps[start..start + patch.len()];
                        for (target, value) in target.iter_mut().zip(&row[patch]) {
                            *target += value;
                        }
                    }
                });
            }
        }
    });
}

/// The runs that the patch of one kernel place is made of, in order, without gap.
#[expect(clippy::inline_always, reason = "it must be compiled into its caller, with the caller's SIMD")]
#[inline(always)]
fn for_each_run(geometry: &Geometry, position: usize, mut visit: impl FnMut(Run)) {
    let Geometry { channels, height, width, out_width, kernel, stride, padding, .. } = *geometry;
    let (top, left) = (position / out_width * stride, position % out_width * stride);
    // Kernel columns that lie inside the picture.
    let first = padding.saturating_sub(left).min(kernel);
    let end = (width + padding).saturating_sub(left).clamp(first, kernel);
    for kernel_y in 0..kernel {
        let y = top + kernel_y;
        let line = kernel_y * kernel * channels;
        if y < padding || y >= height + padding || first == end {
            visit(Run { patch: line..line + kernel * channels, maps: None });
            continue;
        }
        if first > 0 {
            visit(Run { patch: line..line + first * channels, maps: None });
        }
        let start = ((y - padding) * width + left + first - padding) * channels;
        visit(Run { patch: line + first * channels..line + end * channels, maps: Some(start) });
        if end < kernel {
            visit(Run { patch: line + end * channels..line + kernel * channels, maps: None });
        }
    }
}

/// Each sample's matrix the other way round. Borrows where that changes nothing in memory.
///
/// # Shapes
/// `[samples, rows, columns]` to `[samples, columns, rows]`.
pub(super) fn transposed(values: &[f32], rows: usize, columns: usize) -> Cow<'_, [f32]> {
    if rows == 1 || columns == 1 {
        return Cow::Borrowed(values);
    }
    let mut result = vec![0.0; values.len()];
    transpose_into(values, &mut result, rows, columns);
    Cow::Owned(result)
}

fn transpose_into(values: &[f32], result: &mut [f32], rows: usize, columns: usize) {
    /// Side of the squares that are turned one by one: a square of both sides stays in the nearest cache.
    const TILE: usize = 16;
    let sample = rows * columns;
    // Columns of the source that one piece turns into rows.
    let piece = threads::values_per_piece(rows * TILE) / rows;
    let samples = result.par_chunks_mut(sample).zip(values.par_chunks(sample));
    samples.with_min_len(threads::values_per_piece(sample) / sample).for_each(|(target, source)| {
        target.par_chunks_mut(piece * rows).enumerate().for_each(|(index, target)| {
            let columns_here = target.len() / rows;
            for first_row in (0..rows).step_by(TILE) {
                for first_column in (0..columns_here).step_by(TILE) {
                    for column in first_column..(first_column + TILE).min(columns_here) {
                        for row in first_row..(first_row + TILE).min(rows) {
                            target[column * rows + row] = source[row * columns + index * piece + column];
                        }
                    }
                }
            }
        });
    });
}
