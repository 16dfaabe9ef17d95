//! The only unsafe code of the program: the call into the matrix product that Flex itself computes with, and new memory that
//! the threads that write into it fill with zeros.

use std::mem::MaybeUninit;
use std::ops::Range;

use gemm::{Parallelism, gemm};
use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSliceMut as _;

/// A matrix in borrowed memory, either way round.
#[derive(Debug, Clone, Copy)]
pub(super) struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// `rows × columns` values, row by row.
    ///
    /// # Panics
    /// If there are fewer values.
    pub(super) fn row_major(values: &'a [f32], rows: usize, columns: usize) -> Self {
        let values = &values[..area(rows, columns)];
        Self { values, rows, columns, row_stride: columns, column_stride: 1 }
    }

    /// Rows whose beginnings are `row_stride` values apart: they overlap where that is less than the columns.
    ///
    /// A product panics if one of them reaches beyond the values.
    pub(super) fn overlapping(values: &'a [f32], [rows, columns]: [usize; 2], row_stride: usize) -> Self {
        Self { values, rows, columns, row_stride, column_stride: 1 }
    }

    /// The same memory read the other way round.
    pub(super) fn transposed(self) -> Self {
        let Self { values, rows, columns, row_stride, column_stride } = self;
        Self { values, rows: columns, columns: rows, row_stride: column_stride, column_stride: row_stride }
    }

    /// Some of its rows.
    ///
    /// # Panics
    /// If there are fewer rows.
    pub(super) fn row_range(self, range: Range<usize>) -> Self {
        assert!(range.start < range.end && range.end <= self.rows, "rows {range:?} of {}", self.rows);
        Self { values: &self.values[range.start * self.row_stride..], rows: range.len(), ..self }
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// Whether every element lies in the borrowed memory.
    fn is_inside(&self) -> bool {
        let is_empty = self.rows == 0 || self.columns == 0;
        let last = || {
            let row = (self.rows - 1).checked_mul(self.row_stride)?;
            row.checked_add((self.columns - 1).checked_mul(self.column_stride)?)
        };
        is_empty || last().is_some_and(|last| last < self.values.len())
    }
}

/// `rows · columns`; a product that overflows is larger than any slice.
fn area(rows: usize, columns: usize) -> usize {
    rows.saturating_mul(columns)
}

/// `target = keep · target + left · right` on the calling thread, `target` row by row.
///
/// # Panics
/// If the sizes do not go together.
pub(super) fn multiply(left: Matrix<'_>, right: Matrix<'_>, target: &mut [f32], keep: f32) {
    let (rows, inner, columns) = (left.rows, left.columns, right.columns);
    assert_eq!(inner, right.rows, "matrices do not go together");
    assert!(left.is_inside() && right.is_inside(), "a matrix reaches beyond its memory");
    let target = &mut target[..area(rows, columns)];
    let stride = |stride: usize| isize::try_from(stride).unwrap_or(isize::MAX);
    #[expect(unsafe_code, reason = "the matrix product takes pointers")]
    // SAFETY: each pointer comes from a slice. The last element of `left` and of `right` was checked above to lie in its
    // slice, `target` holds `rows × columns` values and is addressed as a dense matrix of that size; it is borrowed
    // mutably, so it overlaps neither operand.
    unsafe {
        gemm(
            rows,
            columns,
            inner,
            target.as_mut_ptr(),
            1,
            stride(columns),
            keep != 0.0,
            left.values.as_ptr(),
            stride(left.column_stride),
            stride(left.row_stride),
            right.values.as_ptr(),
            stride(right.column_stride),
            stride(right.row_stride),
            keep,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

/// New memory of `len` values that starts as zeros, after `work` on each piece of it, in parallel.
///
/// Each piece is filled just before it is worked on, by the same thread: it is still in that core's cache, where one thread
/// that filled all of it would have sent most of it to memory and let the others wait. `work` gets the piece's number.
pub(super) fn new_by_pieces(len: usize, piece: usize, work: impl Fn(usize, &mut [f32]) + Sync) -> Vec<f32> {
    let mut values = Vec::with_capacity(len);
    let fill = |(index, memory): (usize, &mut [MaybeUninit<f32>])| {
        memory.fill(MaybeUninit::new(0.0));
        #[expect(unsafe_code, reason = "nothing safe makes initialised memory of new memory by pieces")]
        // SAFETY: every element of the piece was written just above.
        let memory = unsafe { memory.assume_init_mut() };
        work(index, memory);
    };
    let memory = &mut values.spare_capacity_mut()[..len];
    if len <= piece {
        fill((0, memory));
    } else {
        memory.par_chunks_mut(piece).enumerate().for_each(fill);
    }
    #[expect(unsafe_code, reason = "as above")]
    // SAFETY: the pieces cover the first `len` elements of the capacity, and each was filled. A panic does not come here.
    unsafe {
        values.set_len(len);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_the_hand_worked_ones_either_way_round() {
        let (a, b) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0, 0.0, 2.0, 1.0, 0.0, 3.0]);
        let mut target = [100.0; 4];
        multiply(Matrix::row_major(&a, 2, 3), Matrix::row_major(&b, 3, 2), &mut target, 0.0);
        assert_eq!(target.map(f32::to_bits), [5.0_f32, 11.0, 14.0, 23.0].map(f32::to_bits));
        multiply(Matrix::row_major(&a, 2, 3), Matrix::row_major(&b, 2, 3).transposed(), &mut target, 1.0);
        // Rows of `b` read the other way: (1, 0, 2) and (1, 0, 3).
        assert_eq!(target.map(f32::to_bits), [12.0_f32, 21.0, 30.0, 45.0].map(f32::to_bits));
    }

    #[test]
    fn some_rows_of_a_matrix_are_a_matrix_either_way_round() {
        let (a, one) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0]);
        let column = |matrix: Matrix<'_>| {
            let mut target = vec![0.0; matrix.rows()];
            multiply(matrix, Matrix::row_major(&one, 1, 1), &mut target, 0.0);
            target
        };
        assert_eq!(column(Matrix::row_major(&a, 6, 1).row_range(2..5)), [3.0, 4.0, 5.0]);
        let mut target = [0.0; 4];
        // Columns 1 and 2 of [[1, 2, 3], [4, 5, 6]], as rows, times the identity.
        let turned = Matrix::row_major(&a, 2, 3).transposed().row_range(1..3);
        multiply(turned, Matrix::row_major(&[1.0, 0.0, 0.0, 1.0], 2, 2), &mut target, 0.0);
        assert_eq!(target.map(f32::to_bits), [2.0_f32, 5.0, 3.0, 6.0].map(f32::to_bits));
    }

    #[test]
    fn new_memory_is_zeros_and_what_each_piece_was_worked_into() {
        for len in [0, 1, 3, 4, 11] {
            let values = new_by_pieces(len, 4, |index, piece| {
                assert!(piece.iter().all(|value| value.to_bits() == 0));
                if let Some(first) = piece.first_mut() {
                    *first = 1.0 + index as f32;
                }
            });
            let expected = (0..len).map(|at| if at % 4 == 0 { 1.0 + (at / 4) as f32 } else { 0.0 });
            assert_eq!(values, expected.collect::<Vec<f32>>());
        }
    }

    #[test]
    #[should_panic(expected = "beyond its memory")]
    fn a_matrix_that_reaches_beyond_its_memory_is_refused() {
        let a = [1.0; 4];
        let matrix = Matrix { values: &a, rows: 2, columns: 3, row_stride: 2, column_stride: 1 };
        multiply(matrix, Matrix::row_major(&[1.0; 3], 3, 1), &mut [0.0; 2], 0.0);
    }
}
