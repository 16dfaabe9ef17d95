//! Fréchet distance of features: how far apart two normal distributions are that have the mean and covariance of each set.
//!
//! `‖μ₁ - μ₂‖² + Tr(C₁ + C₂ - 2 (C₁ C₂)^½)` (Dowson and Landau 1982; Heusel et al. 2017, arXiv 1706.08500, where the features
//! are Inception's and the distance is called FID: with other features its values cannot be compared, so it is never called
//! that here). Biased upwards by about the number of covariances over that of samples: always beside its floor.

use super::symmetric_eigen::{SymmetricEigen, symmetric_eigen};

/// Mean and covariance of one set, prepared for many others.
#[derive(Debug, Clone)]
pub struct FrechetDistance {
    moments: Moments,
    /// `C^½`.
    root: Vec<f64>,
}

#[derive(Debug, Clone)]
struct Moments {
    mean: Vec<f64>,
    /// `[width, width]`, unbiased.
    covariance: Vec<f64>,
}

impl FrechetDistance {
    /// Prepares the comparison with rows of `width` features.
    pub fn new(real: &[f32], width: usize) -> Self {
        let moments = Moments::of(real, width);
        let SymmetricEigen { values, vectors } = symmetric_eigen(moments.covariance.clone(), width);
        let mut root = vec![0.0; width * width];
        for (value, vector) in values.iter().zip(vectors.chunks_exact(width.max(1))) {
            let value = positive(*value).sqrt();
            for (row, left) in root.chunks_exact_mut(width).zip(vector) {
                row.iter_mut().zip(vector).for_each(|(element, right)| *element += value * left * right);
            }
        }
        Self { moments, root }
    }

    /// The distance of `fake`, squared as is customary; 0 for equal sets, lower is better. Not a number below two samples on
    /// either side, or with features that are not finite.
    pub fn distance(&self, fake: &[f32]) -> f64 {
        let Moments { mean, covariance } = &self.moments;
        let width = mean.len();
        let other = Moments::of(fake, width);
        let between: f64 = mean.iter().zip(&other.mean).map(|(one, other)| (one - other).powi(2)).sum();
        // The root of C₁ C₂ has the trace of the root of C₁^½ C₂ C₁^½, which is symmetric.
        let product = multiply(&multiply(&self.root, &other.covariance, width), &self.root, width);
        let trace_of_root: f64 = symmetric_eigen(symmetrised(&product, width), width)
            .values
            .into_iter()
            .map(|value| positive(value).sqrt())
            .sum();
        let distance = between + trace(covariance, width) + trace(&other.covariance, width) - 2.0 * trace_of_root;
        positive(distance)
    }
}

impl Moments {
    fn of(rows: &[f32], width: usize) -> Self {
        let count = (rows.len() / width) as f64;
        let mut mean = vec![0.0; width];
        for row in rows.chunks_exact(width) {
            mean.iter_mut().zip(row).for_each(|(sum, &value)| *sum += f64::from(value));
        }
        for sum in &mut mean {
            *sum /= count;
        }
        let mut covariance = vec![0.0; width * width];
        let mut centred = vec![0.0; width];
        for row in rows.chunks_exact(width) {
            for ((centred, &value), mean) in centred.iter_mut().zip(row).zip(&mean) {
                *centred = f64::from(value) - mean;
            }
            for (sums, &left) in covariance.chunks_exact_mut(width).zip(&centred) {
                sums.iter_mut().zip(&centred).for_each(|(sum, right)| *sum += left * right);
            }
        }
        for sum in &mut covariance {
            *sum /= count - 1.0;
        }
        Self { mean, covariance }
    }
}

/// What rounding took below zero, back at zero; NaN stays.
fn positive(value: f64) -> f64 {
    if value < 0.0 { 0.0 } else { value }
}

fn multiply(left: &[f64], right: &[f64], width: usize) -> Vec<f64> {
    let mut product = vec![0.0; width * width];
    for (row, left) in product.chunks_exact_mut(width).zip(left.chunks_exact(width)) {
        for (factor, right) in left.iter().zip(right.chunks_exact(width)) {
            row.iter_mut().zip(right).for_each(|(sum, value)| *sum += factor * value);
        }
    }
    product
}

fn symmetrised(matrix: &[f64], width: usize) -> Vec<f64> {
    let element = |place: usize| 0.5 * (matrix[place] + matrix[place % width * width + place / width]);
    (0..matrix.len()).map(element).collect()
}

fn trace(matrix: &[f64], width: usize) -> f64 {
    matrix.iter().step_by(width + 1).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Random, Stream};

    fn normal(count: usize, width: usize, step: u64) -> Vec<f32> {
        let mut rows = vec![0.0; count * width];
        Random::new(1, Stream::RealEvaluation, step).fill_normal(&mut rows);
        rows
    }

    #[test]
    fn equal_sets_are_no_distance_apart() {
        let rows = normal(300, 20, 0);
        assert!(FrechetDistance::new(&rows, 20).distance(&rows) < 1e-9);
    }

    #[test]
    fn a_shift_costs_its_square() {
        let rows = normal(300, 5, 0);
        let moved: Vec<f32> = rows.iter().enumerate().map(|(place, value)| value + (place % 5) as f32).collect();
        // 0 + 1 + 4 + 9 + 16.
        assert!((FrechetDistance::new(&rows, 5).distance(&moved) - 30.0).abs() < 1e-4);
    }

    #[test]
    fn diagonal_covariances_cost_the_squared_differences_of_their_roots() {
        // The corners of a box: no axis knows of another. Unbiased variances are 4/3 of the squared half sides.
        let corners = |x: f32, y: f32| vec![x, y, -x, y, x, -y, -x, -y];
        let expected = 4.0 / 3.0 * ((3.0_f64 - 1.0).powi(2) + (2.0_f64 - 5.0).powi(2));
        let found = FrechetDistance::new(&corners(1.0, 5.0), 2).distance(&corners(3.0, 2.0));
        assert!((found - expected).abs() < 1e-9, "{found}");
    }

    #[test]
    fn a_turned_covariance_by_hand() {
        // All along (1, 1) and all along (1, -1), each of variance 2 on both axes: C₁ C₂ = 0 and both traces are 4.
        let found = FrechetDistance::new(&[1.0, 1.0, -1.0, -1.0], 2).distance(&[1.0, -1.0, -1.0, 1.0]);
        assert!((found - 8.0).abs() < 1e-9, "{found}");
    }

    #[test]
    fn it_is_the_same_either_way() {
        let (one, other) =
            (normal(200, 12, 0), normal(150, 12, 1).iter().map(|value| 2.0 * value + 0.3).collect::<Vec<_>>());
        let there = FrechetDistance::new(&one, 12).distance(&other);
        let back = FrechetDistance::new(&other, 12).distance(&one);
        assert!((there / back - 1.0).abs() < 1e-9 && there > 12.0, "{there} {back}");
    }

    #[test]
    fn what_has_no_distance_says_so() {
        let reference = FrechetDistance::new(&normal(50, 3, 0), 3);
        assert!(reference.distance(&[]).is_nan() && reference.distance(&[1.0, 2.0, 3.0]).is_nan());
        assert!(reference.distance(&[f32::NAN; 30]).is_nan());
    }
}
