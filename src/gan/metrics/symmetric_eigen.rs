//! Eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations (Golub and Van Loan, "Matrix computations", 8.5).

/// Rounds over all pairs of rows, at most; eight are enough for a hundred rows.
const MAX_SWEEPS: usize = 40;
/// What is left beside the diagonal, over all there is: rounding.
const TOLERANCE: f64 = 1e-14;

/// `A = V diag(λ) Vᵀ`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SymmetricEigen {
    /// λ, in no order.
    pub(super) values: Vec<f64>,
    /// Vᵀ: an eigenvector a row.
    pub(super) vectors: Vec<f64>,
}

/// Decomposes a symmetric matrix of `size` rows. Not numbers where the matrix holds any that is not finite.
pub(super) fn symmetric_eigen(mut matrix: Vec<f64>, size: usize) -> SymmetricEigen {
    let mut vectors: Vec<f64> = (0..size * size).map(|place| if place % (size + 1) == 0 { 1.0 } else { 0.0 }).collect();
    for _ in 0..MAX_SWEEPS {
        let squares = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>();
        let beside: f64 = (0..size).map(|row| squares(&matrix[row * size..][row + 1..size])).sum();
        // Also where they are not numbers.
        if !(beside > TOLERANCE * TOLERANCE * squares(&matrix) && beside.is_finite()) {
            break;
        }
        for p in 0..size {
            for q in p + 1..size {
                rotate(&mut matrix, &mut vectors, size, [p, q]);
            }
        }
    }
    SymmetricEigen { values: (0..size).map(|row| matrix[row * (size + 1)]).collect(), vectors }
}

/// Turns rows and columns `p` and `q` by the angle that makes their common element zero.
fn rotate(matrix: &mut [f64], vectors: &mut [f64], size: usize, [p, q]: [usize; 2]) {
    let common = matrix[p * size + q];
    if common == 0.0 {
        return;
    }
    let half_difference = (matrix[q * size + q] - matrix[p * size + p]) / (2.0 * common);
    let tangent = half_difference.signum() / (half_difference.abs() + half_difference.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    let sine = tangent * cosine;
    let turn = |a: f64, b: f64| (cosine * a - sine * b, sine * a + cosine * b);
    for row in 0..size {
        let (a, b) = (matrix[row * size + p], matrix[row * size + q]);
        (matrix[row * size + p], matrix[row * size + q]) = turn(a, b);
    }
    for rows in [matrix, vectors] {
        let (before, after) = rows.split_at_mut(q * size);
        for (a, b) in before[p * size..][..size].iter_mut().zip(&mut after[..size]) {
            (*a, *b) = turn(*a, *b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Random, Stream};

    #[test]
    fn two_by_two_by_hand() {
        // [[2, 1], [1, 2]] has eigenvalues 1 and 3 along (1, -1) and (1, 1).
        let SymmetricEigen { values, vectors } = symmetric_eigen(vec![2.0, 1.0, 1.0, 2.0], 2);
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        assert!((sorted[0] - 1.0).abs() < 1e-14 && (sorted[1] - 3.0).abs() < 1e-14, "{values:?}");
        for (value, vector) in values.iter().zip(vectors.chunks(2)) {
            let sign = if *value > 2.0 { 1.0 } else { -1.0 };
            assert!((vector[0] - sign * vector[1]).abs() < 1e-14, "{vector:?}");
        }
    }

    #[test]
    fn a_random_matrix_is_put_together_again() {
        let size = 23;
        let mut random = Random::new(1, Stream::Evaluation, 0);
        let mut matrix = vec![0.0; size * size];
        for row in 0..size {
            for column in 0..=row {
                let value = f64::from(random.normal());
                (matrix[row * size + column], matrix[column * size + row]) = (value, value);
            }
        }
        let SymmetricEigen { values, vectors } = symmetric_eigen(matrix.clone(), size);
        for row in 0..size {
            for column in 0..size {
                let sum: f64 =
                    (0..size).map(|k| values[k] * vectors[k * size + row] * vectors[k * size + column]).sum();
                assert!((sum - matrix[row * size + column]).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_diagonal_matrix_is_left_alone_and_one_without_numbers_ends() {
        assert_eq!(symmetric_eigen(vec![3.0, 0.0, 0.0, -1.0], 2).values, [3.0, -1.0]);
        assert!(symmetric_eigen(vec![f64::NAN; 4], 2).values[0].is_nan());
        assert!(symmetric_eigen(Vec::new(), 0).values.is_empty());
    }
}
