//! Which modes of a synthetic data set a generator covers, how precisely and how evenly.
//!
//! Definitions of VEEGAN (arXiv 1705.07761) and PacGAN (arXiv 1712.04086, and its code): a sample is of high quality if
//! it lies within three standard deviations of its nearest mode, and belongs to that mode.

use crate::data::Modes;

/// Standard deviations within which a sample is of high quality.
const HIGH_QUALITY_STDS: f64 = 3.0;

/// How generated points cover the modes.
#[derive(Debug, Clone, PartialEq)]
pub struct ModeCoverage {
    /// Modes that hold at least one high-quality sample.
    pub modes_covered: usize,
    /// Modes of the data.
    pub modes_total: usize,
    /// Share of all samples that are of high quality, in `[0, 1]`; higher is better up to [`high_quality_ceiling`].
    pub high_quality_fraction: f64,
    /// Kullback–Leibler divergence of the histogram of modes from the uniform one, in nats, in `[0, ln K]`; lower is
    /// better down to [`reverse_kl_floor`]. Over high-quality samples only; `ln K` if there are none.
    pub reverse_kl: f64,
    /// High-quality samples of each mode, in the order of the modes.
    pub counts: Vec<usize>,
}

/// Measures how `points` cover `modes`. Points that are not finite count as low quality.
///
/// Reverse KL = Σ pₖ ln(K pₖ) with pₖ the share of mode k among high-quality samples.
pub fn mode_coverage(points: &[[f32; 2]], modes: &Modes) -> ModeCoverage {
    let reach = HIGH_QUALITY_STDS * f64::from(modes.std);
    let mut counts = vec![0; modes.centres.len()];
    for &point in points {
        if let Some((mode, squared_distance)) = nearest(point, &modes.centres)
            && squared_distance <= reach * reach
        {
            counts[mode] += 1;
        }
    }

    let high_quality: usize = counts.iter().sum();
    ModeCoverage {
        modes_covered: counts.iter().filter(|&&count| count > 0).count(),
        modes_total: counts.len(),
        high_quality_fraction: if points.is_empty() { 0.0 } else { high_quality as f64 / points.len() as f64 },
        reverse_kl: reverse_kl(&counts),
        counts,
    }
}

/// The high-quality fraction of a perfect sampler: 1 - e^(-9/2) = 98.89 %, the mass of a 2-D Gaussian within 3 σ.
pub fn high_quality_ceiling() -> f64 {
    1.0 - (-HIGH_QUALITY_STDS * HIGH_QUALITY_STDS / 2.0).exp()
}

/// The reverse KL to be expected of a perfect sampler, in nats: (K - 1) / 2N for `modes` K and `samples` N; 0 without
/// samples. It is half a χ² statistic of K - 1 degrees of freedom over N.
pub fn reverse_kl_floor(modes: usize, samples: usize) -> f64 {
    if samples == 0 { 0.0 } else { modes.saturating_sub(1) as f64 / (2.0 * samples as f64) }
}

/// Index of and squared distance to the nearest centre; `None` for a point that is not finite, or without centres.
fn nearest(point: [f32; 2], centres: &[[f32; 2]]) -> Option<(usize, f64)> {
    if !point.iter().all(|coordinate| coordinate.is_finite()) {
        return None;
    }
    let squared_distances = centres.iter().map(|centre| {
        let [dx, dy] = [0, 1].map(|axis| f64::from(point[axis]) - f64::from(centre[axis]));
        dx * dx + dy * dy
    });
    squared_distances.enumerate().min_by(|a, b| a.1.total_cmp(&b.1))
}

fn reverse_kl(counts: &[usize]) -> f64 {
    let total: usize = counts.iter().sum();
    let modes = counts.len().max(1) as f64;
    if total == 0 {
        return modes.ln();
    }
    let divergence: f64 = counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| {
            let share = count as f64 / total as f64;
            share * (modes * share).ln()
        })
        .sum();
    // Rounding may leave equal shares a hair below zero.
    divergence.max(0.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::{DataConfig, DatasetKind};
    use crate::data::open;

    fn ring() -> Modes {
        open(&DataConfig::of(DatasetKind::Ring)).unwrap().modes().unwrap().clone()
    }

    #[test]
    fn a_perfect_sampler_scores_ceiling_and_floor() {
        assert!((high_quality_ceiling() - 0.988_891).abs() < 1e-6);
        assert!((reverse_kl_floor(8, 2_500) - 0.0014).abs() < 1e-12);
        assert!((reverse_kl_floor(25, 2_500) - 0.0048).abs() < 1e-12);
        for kind in [DatasetKind::Ring, DatasetKind::Grid] {
            let dataset = open(&DataConfig::of(kind)).unwrap();
            let modes = dataset.modes().unwrap();
            let rounds = 40;
            let mut high_quality = 0.0;
            let mut divergence = 0.0;
            for seed in 0..rounds {
                let samples = dataset.evaluation(2_500, seed);
                let coverage = mode_coverage(samples.as_chunks().0, modes);
                assert_eq!(coverage.modes_covered, coverage.modes_total);
                high_quality += coverage.high_quality_fraction / rounds as f64;
                divergence += coverage.reverse_kl / rounds as f64;
            }
            assert!((high_quality - high_quality_ceiling()).abs() < 0.0017, "{high_quality}");
            let floor = reverse_kl_floor(modes.centres.len(), 2_500);
            assert!((divergence / floor - 1.0).abs() < 0.4, "{divergence} against {floor}");
        }
    }

    #[test]
    fn collapse_onto_one_mode_scores_the_logarithm_of_all() {
        let coverage = mode_coverage(&[[1.0, 0.0]; 100], &ring());
        assert_eq!((coverage.modes_covered, coverage.modes_total), (1, 8));
        assert_eq!(coverage.counts, [100, 0, 0, 0, 0, 0, 0, 0]);
        assert!((coverage.high_quality_fraction - 1.0).abs() < f64::EPSILON);
        assert!((coverage.reverse_kl - 8_f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn equal_counts_score_zero() {
        let modes = ring();
        let coverage = mode_coverage(&[modes.centres.clone(), modes.centres.clone()].concat(), &modes);
        assert_eq!(coverage.modes_covered, 8);
        assert!(coverage.reverse_kl.abs() < 1e-12);
    }

    #[test]
    fn uneven_counts_score_what_the_formula_says() {
        let modes = Modes { centres: vec![[0.0, 0.0], [10.0, 0.0]], std: 0.1 };
        let points = [[0.0, 0.0], [0.0, 0.1], [0.1, 0.0], [10.0, 0.0], [5.0, 0.0]];
        let coverage = mode_coverage(&points, &modes);
        assert_eq!(coverage.counts, [3, 1]);
        assert!((coverage.high_quality_fraction - 0.8).abs() < 1e-12);
        // ¾ ln 1.5 + ¼ ln 0.5.
        assert!((coverage.reverse_kl - 0.130_812).abs() < 1e-6);
    }

    #[test]
    fn three_standard_deviations_are_just_within() {
        let modes = Modes { centres: vec![[0.0, 0.0]], std: 0.5 };
        assert_eq!(mode_coverage(&[[1.5, 0.0], [0.0, -1.5], [1.500_1, 0.0], [1.1, 1.1]], &modes).counts, [2]);
    }

    #[test]
    fn without_high_quality_samples_everything_is_missed() {
        for points in [&[][..], &[[0.0, 0.0]; 5]] {
            let coverage = mode_coverage(points, &ring());
            assert_eq!(coverage.modes_covered, 0);
            assert!(coverage.high_quality_fraction.abs() < f64::EPSILON);
            assert!((coverage.reverse_kl - 8_f64.ln()).abs() < 1e-12);
        }
    }

    #[test]
    fn points_that_are_not_finite_are_of_low_quality() {
        let points = [[1.0, 0.0], [f32::NAN, 0.0], [f32::INFINITY, 0.0], [1.0, f32::NEG_INFINITY]];
        let coverage = mode_coverage(&points, &ring());
        assert_eq!(coverage.counts[0], 1);
        assert!((coverage.high_quality_fraction - 0.25).abs() < f64::EPSILON);
    }

    #[test]
    fn no_modes_are_all_covered() {
        let coverage = mode_coverage(&[[0.0, 0.0]], &Modes { centres: Vec::new(), std: 1.0 });
        assert_eq!((coverage.modes_covered, coverage.modes_total), (0, 0));
        assert!(coverage.reverse_kl.abs() < f64::EPSILON);
    }

    proptest! {
        #[test]
        fn reverse_kl_stays_in_its_range(counts in proptest::collection::vec(0_usize..1_000, 1..30)) {
            let divergence = reverse_kl(&counts);
            prop_assert!((0.0..=(counts.len() as f64).ln() + 1e-12).contains(&divergence));
        }
    }
}
