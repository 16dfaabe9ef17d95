//! How arithmetic is spread over rayon's threads: in pieces whose number depends on the sizes alone, so that the same bits
//! come out on any number of threads.

use std::cell::RefCell;

use burn::tensor::Device;
use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::{ParallelSlice as _, ParallelSliceMut as _};

use super::is_cpu;
use super::unchecked::new_by_pieces;

/// Values in one piece of element-wise work: some ten microseconds of it.
pub(super) const PIECE: usize = 1 << 15;
/// Multiply–add pairs in one piece of a matrix product: less is not worth waking a thread for.
const PRODUCT_PIECE: usize = 1 << 18;
/// Most pieces that one product is cut into.
const MAX_PRODUCT_PIECES: usize = 32;

/// Does all of a pass's or a step's work on the CPU from inside the pool, where handing a piece to another thread takes a
/// microsecond; from outside, each operation would have to wait for the pool to wake up. Work on other devices is done here.
pub(in crate::gan) fn inside_pool_of<R: Send>(device: &Device, work: impl FnOnce() -> R + Send) -> R {
    if !is_cpu(device) || rayon::current_thread_index().is_some() { work() } else { rayon::scope(|_| work()) }
}

/// Works on pieces of two equally long slices, the first of which changes.
pub(super) fn by_pieces(changed: &mut [f32], read: &[f32], work: impl Fn(&mut [f32], &[f32]) + Sync) {
    if changed.len() <= PIECE {
        work(changed, read);
    } else {
        changed.par_chunks_mut(PIECE).zip(read.par_chunks(PIECE)).for_each(|(changed, read)| work(changed, read));
    }
}

/// The size of a piece of whole rows of this width.
pub(super) fn values_per_piece(width: usize) -> usize {
    width * PIECE.div_ceil(width)
}

/// Lends memory for intermediate results, whose contents are whatever was there before. Each thread keeps what it had, so that
/// the system is not asked for it again and again.
pub(super) fn with_memory<R, const N: usize>(sizes: [usize; N], work: impl FnOnce([&mut [f32]; N]) -> R) -> R {
    thread_local! {
        /// As many as were in use at once: a thread that waits for a piece of its work may take up another meanwhile.
        static SPARE: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
    }
    let mut memory = SPARE.with_borrow_mut(Vec::pop).unwrap_or_default();
    let total = sizes.iter().sum();
    if memory.len() < total {
        memory.resize(total, 0.0);
    }
    let mut rest = memory.as_mut_slice();
    let slices = sizes.map(|size| {
        let (slice, others) = std::mem::take(&mut rest).split_at_mut(size);
        rest = others;
        slice
    });
    let result = work(slices);
    SPARE.with_borrow_mut(|spare| spare.push(memory));
    result
}

/// Rows of a matrix product in one piece, where each row costs `macs_per_row` multiply–add pairs.
pub(super) fn rows_per_piece(rows: usize, macs_per_row: usize) -> usize {
    let pieces = (rows.saturating_mul(macs_per_row) / PRODUCT_PIECE).clamp(1, MAX_PRODUCT_PIECES);
    rows.div_ceil(pieces).max(1)
}

/// A new matrix of as many rows as one that is read, made from groups of `rows` rows of it. Widths are those of one row.
/// What `work` gets first is zeros.
pub(super) fn new_rows(
    width: usize,
    (read, read_width): (&[f32], usize),
    rows: usize,
    work: impl Fn(&mut [f32], &[f32]) + Sync,
) -> Vec<f32> {
    new_by_pieces(read.len() / read_width * width, rows * width, |index, new| {
        let rows_here = new.len() / width;
        work(new, &read[index * rows * read_width..][..rows_here * read_width]);
    })
}
