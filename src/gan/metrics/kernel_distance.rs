//! KID, the kernel distance of features: unbiased, so that it says something of a few hundred samples already.
//!
//! Bińkowski et al. 2018, "Demystifying MMD GANs" (arXiv 1801.01401): the squared maximum mean discrepancy with the kernel
//! `(xᵀy / d + 1)³`, the mean over subsets with its standard error.

use crate::gan::cpu::map_products;

/// Samples in a subset, at most, as in the paper.
const SUBSET: usize = 1_000;
/// Fewest subsets: the error is estimated from how they differ.
const MIN_SUBSETS: usize = 5;

/// What two sets score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KernelDistance {
    /// The mean over subsets; lower is better, and two sets of the same distribution scatter around 0.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
}

/// Compares rows of `width` features. Subsets have no sample in common, so that they are independent. Not a number below ten
/// samples on either side.
///
/// # Shapes
/// `[count, width]` each, flat, row by row.
pub fn kernel_distance(real: &[f32], fake: &[f32], width: usize) -> KernelDistance {
    let count = real.len().min(fake.len()) / width;
    let subsets = (count / SUBSET).max(MIN_SUBSETS);
    let size = (count / subsets).min(SUBSET) * width;
    let subset = |rows: &[f32], index: usize| rows[index * size..][..size].to_vec();
    let values: Vec<f64> =
        (0..subsets).map(|index| squared(&subset(real, index), &subset(fake, index), width)).collect();
    let number = subsets as f64;
    let value = values.iter().sum::<f64>() / number;
    let variance = values.iter().map(|one| (one - value).powi(2)).sum::<f64>() / (number - 1.0);
    KernelDistance { value, error: (variance / number).sqrt() }
}

/// `mean k(xᵢ, xⱼ) + mean k(yᵢ, yⱼ) - 2 mean k(xᵢ, yⱼ)`, the first two over i ≠ j.
fn squared(real: &[f32], fake: &[f32], width: usize) -> f64 {
    let [reals, fakes] = [real.len(), fake.len()].map(|len| (len / width) as f64);
    let pairs = |count: f64| count * (count - 1.0);
    let across: f64 = map_products(real, fake, width, |_, products| kernels(products, width)).iter().sum();
    within(real, width) / pairs(reals) + within(fake, width) / pairs(fakes) - 2.0 * across / (reals * fakes)
}

/// The sum over pairs of different rows.
fn within(rows: &[f32], width: usize) -> f64 {
    let sums = map_products(rows, rows, width, |row, products| {
        kernels(&products[..row], width) + kernels(&products[row + 1..], width)
    });
    sums.iter().sum()
}

fn kernels(products: &[f32], width: usize) -> f64 {
    products.iter().map(|&product| (f64::from(product) / width as f64 + 1.0).powi(3)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Random, Stream};

    #[test]
    fn two_against_two_by_hand() {
        // One feature: k(x, y) = (xy + 1)³. Real 0 and 1, generated 1 and 2.
        // Within: k(0, 1) = 1; k(1, 2) = 27. Across: k(0, ·) = 1 + 1, k(1, 1) = 8, k(1, 2) = 27.
        let expected = 1.0 + 27.0 - 2.0 * (1.0 + 1.0 + 8.0 + 27.0) / 4.0;
        assert!((squared(&[0.0, 1.0], &[1.0, 2.0], 1) - expected).abs() < 1e-9);
        // Two features: xᵀy / d halves the product of (1, 1) and (1, 1) to 1.
        assert!((kernels(&[2.0], 2) - 8.0).abs() < 1e-12);
    }

    #[test]
    fn the_same_distribution_is_within_its_errors_of_zero_and_another_far_beyond() {
        let width = 16;
        let normal = |step, shift: f32| {
            let mut rows = vec![0.0; 2_000 * width];
            Random::new(1, Stream::RealEvaluation, step).fill_normal(&mut rows);
            for value in &mut rows {
                *value += shift;
            }
            rows
        };
        for step in 1..5 {
            let same = kernel_distance(&normal(0, 0.0), &normal(step, 0.0), width);
            assert!(same.value.abs() < 5.0 * same.error && same.error < 0.01, "{same:?}");
            let other = kernel_distance(&normal(0, 0.0), &normal(step, 0.5), width);
            assert!(other.value > 10.0 * other.error, "{other:?}");
        }
    }

    #[test]
    fn too_few_samples_have_no_distance() {
        assert!(kernel_distance(&[1.0; 9], &[1.0; 9], 1).value.is_nan());
        assert!(kernel_distance(&[1.0; 10], &[1.0; 12], 1).value.abs() < 1e-12);
        assert!(kernel_distance(&[1.0; 10], &[f32::NAN; 10], 1).value.is_nan());
    }
}
