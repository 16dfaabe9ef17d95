//! Products of every row of one matrix with every row of another, a few rows at a time, so that all of them never are in memory
//! at once.

use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSlice as _;

use super::threads::with_memory;
use super::unchecked::{Matrix, multiply};

/// Rows whose products are in memory at a time, for each thread: fewest, so that a product is worth its call.
const MIN_ROWS: usize = 64;
/// Most of them; the other matrix is brought into the product's order once for so many.
const MAX_ROWS: usize = 512;
/// Products in memory at a time, for each thread, where that leaves rows enough.
const MAX_PRODUCTS: usize = 1 << 23;
/// Pieces that the rows are spread over the threads in, where there are enough.
const PIECES: usize = 8;

/// What `work` makes of each row of `left`: it gets the row's number and its products with all rows of `right`. The same bits on
/// any number of threads.
///
/// # Shapes
/// `[rows, width]` and `[others, width]`, flat, row by row; products are `[others]`.
pub(in crate::gan) fn map_products<R: Send>(
    left: &[f32],
    right: &[f32],
    width: usize,
    work: impl Fn(usize, &[f32]) -> R + Sync,
) -> Vec<R> {
    let (rows, others) = (left.len() / width, right.len() / width);
    if others == 0 {
        return (0..rows).map(|row| work(row, &[])).collect();
    }
    let piece_rows = rows.div_ceil(PIECES).clamp(MIN_ROWS, (MAX_PRODUCTS / others).clamp(MIN_ROWS, MAX_ROWS));
    let right = Matrix::row_major(right, others, width).transposed();
    let of_piece = |(piece, rows): (usize, &[f32])| {
        let count = rows.len() / width;
        with_memory([count * others], |[products]| {
            multiply(Matrix::row_major(rows, count, width), right, products, 0.0);
            let products = products.chunks_exact(others).enumerate();
            products.map(|(row, products)| work(piece * piece_rows + row, products)).collect::<Vec<R>>()
        })
    };
    let pieces: Vec<Vec<R>> = left[..rows * width].par_chunks(piece_rows * width).enumerate().map(of_piece).collect();
    pieces.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_meets_every_other_once_in_order() {
        // Row i of 150 is (i, 1), row j of 3 is (1, 10 j): their product is i + 10 j.
        let left: Vec<f32> = (0..150).flat_map(|index| [index as f32, 1.0]).collect();
        let right = [1.0, 0.0, 1.0, 10.0, 1.0, 20.0];
        let found = map_products(&left, &right, 2, |row, products| (row, products.to_vec()));
        let expected = |row: usize| [0.0, 10.0, 20.0].map(|other| row as f32 + other).to_vec();
        assert_eq!(found, (0..150).map(|row| (row, expected(row))).collect::<Vec<_>>());
    }

    #[test]
    fn without_rows_there_is_nothing_to_do_and_without_others_nothing_to_multiply() {
        assert!(map_products(&[], &[1.0, 2.0], 2, |row, _| row).is_empty());
        assert_eq!(map_products(&[1.0, 2.0], &[], 2, |_, products| products.len()), [0]);
    }
}
