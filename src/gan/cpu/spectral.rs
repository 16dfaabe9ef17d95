//! Power iteration and division of a weight by its largest singular value, in a few passes over its memory.

use pulp::Arch;

/// Keeps a length of zero out of a divisor; PyTorch's.
const EPSILON: f32 = 1e-12;
/// Sums that run side by side.
const LANES: usize = 16;

/// A matrix whose row `r` consists of the `r`-th row of every block: with one block, an ordinary one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::gan) struct MatrixView {
    /// Blocks in memory, one after the other.
    pub(in crate::gan) blocks: usize,
    /// Rows of each block, and of the matrix.
    pub(in crate::gan) rows: usize,
    /// Columns of each block.
    pub(in crate::gan) columns: usize,
}

impl MatrixView {
    /// Pieces of rows in memory: the row, where its columns begin, and the values.
    fn pieces<'a>(&self, matrix: &'a [f32]) -> impl Iterator<Item = (usize, usize, &'a [f32])> {
        let Self { rows, columns, .. } = *self;
        matrix
            .chunks_exact(columns)
            .enumerate()
            .map(move |(piece, values)| (piece % rows, piece / rows * columns, values))
    }

    /// `Wᵀu`.
    fn transposed_times(&self, matrix: &[f32], u: &[f32]) -> Vec<f32> {
        let mut product = vec![0.0; self.blocks * self.columns];
        for (row, first, values) in self.pieces(matrix) {
            add_scaled(&mut product[first..first + self.columns], values, u[row]);
        }
        product
    }

    /// `Wv`.
    fn times(&self, matrix: &[f32], v: &[f32]) -> Vec<f32> {
        let mut product = vec![0.0; self.rows];
        for (row, first, values) in self.pieces(matrix) {
            product[row] += dot(values, &v[first..first + self.columns]);
        }
        product
    }

    /// `v = Wᵀu / ‖Wᵀu‖`, then `u = Wv / ‖Wv‖`. Gives both, `u` first.
    pub(super) fn power_iteration(&self, matrix: &[f32], u: &[f32]) -> [Vec<f32>; 2] {
        let v = unit(self.transposed_times(matrix, u));
        let u = unit(self.times(matrix, &v));
        [u, v]
    }

    /// `uᵀ W v`.
    pub(super) fn stretch(&self, matrix: &[f32], u: &[f32], v: &[f32]) -> f32 {
        dot(&self.times(matrix, v), u)
    }

    /// Gradient of `W` from that of `W / σ`, in whose memory it is written: `(G - ⟨G, W/σ⟩ u vᵀ) / σ`.
    pub(super) fn divided_gradient(&self, gradient: &mut [f32], divided: &[f32], sigma: f32, [u, v]: [&[f32]; 2]) {
        let along = dot(gradient, divided);
        let Self { rows, columns, .. } = *self;
        for (piece, gradient) in gradient.chunks_exact_mut(columns).enumerate() {
            let first = piece / rows * columns;
            add_scaled(gradient, &v[first..first + columns], -along * u[piece % rows]);
        }
        scale(gradient, 1.0 / sigma);
    }
}

/// Each value times `factor`.
pub(super) fn scale(values: &mut [f32], factor: f32) {
    Arch::new().dispatch(|| {
        for value in values {
            *value *= factor;
        }
    });
}

fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = dot(&vector, &vector).sqrt().max(EPSILON);
    scale(&mut vector, 1.0 / length);
    vector
}

fn add_scaled(target: &mut [f32], source: &[f32], factor: f32) {
    Arch::new().dispatch(|| {
        for (target, source) in target.iter_mut().zip(source) {
            *target += source * factor;
        }
    });
}

fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let ((left, left_rest), (right, right_rest)) = (left.as_chunks::<LANES>(), right.as_chunks::<LANES>());
    Arch::new().dispatch(|| {
        for (left, right) in left.iter().zip(right) {
            for (sum, (left, right)) in sums.iter_mut().zip(left.iter().zip(right)) {
                *sum += left * right;
            }
        }
    });
    let rest: f32 = left_rest.iter().zip(right_rest).map(|(left, right)| left * right).sum();
    sums.iter().sum::<f32>() + rest
}
