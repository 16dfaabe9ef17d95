//! From maps to the patches that a kernel covers, as rows of a matrix, and back (im2col and its adjoint).
//!
//! Maps are channels last, so that a kernel's row of pixels is one run of memory.

use std::borrow::Cow;
use std::ops::Range;

use pulp::Arch;
use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSliceMut as _;

use super::{Geometry, threads};

/// A run of numbers in a patch, and where in the maps it comes from: `None` outside of the picture.
struct Run {
    patch: Range<usize>,
    maps: Option<usize>,
}

/// Numbers that [`lay_out`] may write beyond the last row.
pub(super) const SLACK: usize = 16;

/// Writes the patch of every kernel place of each sample as one row, zeros outside the picture. `rows` is [`SLACK`] longer than
/// the rows are.
///
/// # Shapes
/// `[samples, height, width, channels]` to `[samples · positions, kernel height · kernel width · channels]`.
pub(super) fn lay_out(maps: &[f32], rows: &mut [f32], geometry: &Geometry) {
    match geometry.kernel[1] * geometry.channels {
        ..=8 => lay_out_narrow::<8>(maps, rows, geometry),
        9..=SLACK => lay_out_narrow::<SLACK>(maps, rows, geometry),
        _ => {
            let samples =
                maps.chunks_exact(geometry.large()).zip(rows.chunks_exact_mut(geometry.positions() * geometry.patch()));
            for (maps, rows) in samples {
                for (position, row) in rows.chunks_exact_mut(geometry.patch()).enumerate() {
                    for_each_run(geometry, position, |Run { patch, maps: start }| match start {
                        Some(start) => {
                            let count = patch.len();
                            row[patch].copy_from_slice(&maps[start..start + count]);
                        }
                        None => row[patch].fill(0.0),
                    });
                }
            }
        }
    }
}

/// [`lay_out`] where a kernel's row is at most `WIDE` numbers: copies that many at once, the surplus of which the next row
/// overwrites.
fn lay_out_narrow<const WIDE: usize>(maps: &[f32], rows: &mut [f32], geometry: &Geometry) {
    let Geometry { channels, height, width, out_height, out_width, kernel, stride, padding, .. } = *geometry;
    // The picture in a frame of zeros, so that no kernel place reaches beyond.
    let reach =
        |size: usize, places: usize, axis: usize| (size + padding[axis]).max((places - 1) * stride + kernel[axis]);
    let (framed_height, framed_width) = (reach(height, out_height, 0), reach(width, out_width, 1) * channels);
    threads::with_memory([framed_height * framed_width + WIDE], |[framed]| {
        framed.fill(0.0);
        let mut at = 0;
        for maps in maps.chunks_exact(geometry.large()) {
            let lines = framed.chunks_exact_mut(framed_width).skip(padding[0]);
            for (line, source) in lines.zip(maps.chunks_exact(width * channels)) {
                line[padding[1] * channels..][..source.len()].copy_from_slice(source);
            }
            for top in (0..out_height).map(|y| y * stride) {
                for left in (0..out_width).map(|x| x * stride * channels) {
                    for line in top..top + kernel[0] {
                        let source = &framed[line * framed_width + left..][..WIDE];
                        rows[at..at + WIDE].copy_from_slice(source);
                        at += kernel[1] * channels;
                    }
                }
            }
        }
    });
}

/// Adds every patch back to where it came from: the adjoint of [`lay_out`].
///
/// # Shapes
/// `[samples · positions, kernel height · kernel width · channels]` onto `[samples, height, width, channels]`.
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
    let Geometry { channels, height, width, out_width, stride, .. } = *geometry;
    let ([kernel_height, kernel], [above, padding]) = (geometry.kernel, geometry.padding);
    let (top, left) = (position / out_width * stride, position % out_width * stride);
    // Kernel columns that lie inside the picture.
    let first = padding.saturating_sub(left).min(kernel);
    let end = (width + padding).saturating_sub(left).clamp(first, kernel);
    for kernel_y in 0..kernel_height {
        let y = top + kernel_y;
        let line = kernel_y * kernel * channels;
        if y < above || y >= height + above || first == end {
            visit(Run { patch: line..line + kernel * channels, maps: None });
            continue;
        }
        if first > 0 {
            visit(Run { patch: line..line + first * channels, maps: None });
        }
        let start = ((y - above) * width + left + first - padding) * channels;
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
    let sample = rows * columns;
    let samples = threads::values_per_piece(sample) / sample;
    Cow::Owned(threads::new_rows(sample, (values, sample), samples, |target, source| {
        for (target, source) in target.chunks_exact_mut(sample).zip(source.chunks_exact(sample)) {
            transpose(source, target, rows, columns);
        }
    }))
}

fn transpose(source: &[f32], target: &mut [f32], rows: usize, columns: usize) {
    /// Side of the squares that are turned one by one: a square of both sides stays in the nearest cache.
    const TILE: usize = 16;
    // Columns of the source that one piece turns into rows.
    let piece = threads::values_per_piece(rows * TILE) / rows;
    let turn = |(index, target): (usize, &mut [f32])| {
        let columns_here = target.len() / rows;
        for first_row in (0..rows).step_by(TILE) {
            for first_column in (0..columns_here).step_by(TILE) {
                let source = &source[first_row * columns + index * piece + first_column..];
                let target = &mut target[first_column * rows + first_row..];
                if first_row + TILE <= rows && first_column + TILE <= columns_here {
                    let mut square = [[0.0; TILE]; TILE];
                    for (row, line) in square.iter_mut().enumerate() {
                        line.copy_from_slice(&source[row * columns..][..TILE]);
                    }
                    for column in 0..TILE {
                        let line: [f32; TILE] = std::array::from_fn(|row| square[row][column]);
                        target[column * rows..][..TILE].copy_from_slice(&line);
                    }
                    continue;
                }
                for column in 0..TILE.min(columns_here - first_column) {
                    for row in 0..TILE.min(rows - first_row) {
                        target[column * rows + row] = source[row * columns + column];
                    }
                }
            }
        }
    };
    if columns <= piece { turn((0, target)) } else { target.par_chunks_mut(piece * rows).enumerate().for_each(turn) }
}
