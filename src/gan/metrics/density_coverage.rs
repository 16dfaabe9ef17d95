//! Density and coverage: how much generated samples gather where real ones do, and how much of the real ones they reach. Balls
//! around real samples only, so that a few stray generated ones change little.
//!
//! Naeem et al. 2020, "Reliable fidelity and diversity metrics for generative models" (arXiv 2002.09797), with k = 5 as there.

use super::neighbourhoods::Neighbourhoods;

/// Neighbours that a ball reaches to.
pub const DENSITY_NEIGHBOURS: usize = 5;

/// What a set of generated samples scores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DensityCoverage {
    /// Balls that hold a generated sample, on average, over k; 1 for samples of the same distribution, more where they gather in
    /// the densest places.
    pub density: f64,
    /// Share of real samples whose ball holds a generated one; about [`coverage_ceiling`] for samples of the same distribution.
    pub coverage: f64,
}

/// Measures generated samples, `[count, width]`, against real ones with balls of [`DENSITY_NEIGHBOURS`]. Not a number without
/// samples.
pub fn density_coverage(real: &Neighbourhoods, fake: &[f32], width: usize) -> DensityCoverage {
    let balls: usize = real.balls_around(fake).into_iter().sum();
    let covered = real.holds_any(fake).into_iter().filter(|holds| *holds).count();
    DensityCoverage {
        density: balls as f64 / (DENSITY_NEIGHBOURS as f64 * (fake.len() / width) as f64),
        coverage: covered as f64 / real.len() as f64,
    }
}

/// The coverage to be expected of as many samples of the same distribution: 1 - 2⁻ᵏ, in the limit of many.
///
/// Of the k real neighbours and the generated samples around a real one, each is as likely as the others to be the next nearest:
/// all k of the nearest are real ones with probability 2⁻ᵏ.
pub fn coverage_ceiling() -> f64 {
    1.0 - 0.5_f64.powf(DENSITY_NEIGHBOURS as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Random, Stream};

    fn of(real: &[f32], fake: &[f32], width: usize) -> DensityCoverage {
        density_coverage(&Neighbourhoods::new(real.to_vec(), width, DENSITY_NEIGHBOURS), fake, width)
    }

    #[test]
    fn shares_by_hand() {
        // 0 to 6 on a line: balls around 0, 1, 5 and 6 reach 5, 4, 4 and 5 far, those around 2 to 4 reach 3, 3 and 3.
        let real: Vec<f32> = (0..7).map(|index| index as f32).collect();
        // -4 is within 5 of 0 only (and 5 of 1 is too far for 4).
        let found = of(&real, &[-4.0], 1);
        assert!((found.density - 1.0 / 5.0).abs() < 1e-12 && (found.coverage - 1.0 / 7.0).abs() < 1e-12, "{found:?}");
        // 3 is inside all seven balls, -100 inside none.
        let found = of(&real, &[3.0, -100.0], 1);
        assert!((found.density - 7.0 / 10.0).abs() < 1e-12 && (found.coverage - 1.0).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn samples_of_the_same_distribution_score_one_and_the_ceiling() {
        assert!((coverage_ceiling() - 0.968_75).abs() < 1e-12);
        let width = 8;
        let normal = |step| {
            let mut rows = vec![0.0; 3_000 * width];
            Random::new(1, Stream::RealEvaluation, step).fill_normal(&mut rows);
            rows
        };
        let found = of(&normal(0), &normal(1), width);
        assert!((found.density - 1.0).abs() < 0.03, "{found:?}");
        assert!((found.coverage - coverage_ceiling()).abs() < 0.01, "{found:?}");
    }

    #[test]
    fn a_collapsed_generator_is_dense_and_covers_little() {
        let real: Vec<f32> = (0..100).map(|index| index as f32).collect();
        let found = of(&real, &[50.0; 100], 1);
        // The balls around 47 to 53 hold it, each reaching 3 to either side.
        assert!((found.density - 7.0 / 5.0).abs() < 1e-12 && (found.coverage - 0.07).abs() < 1e-12, "{found:?}");
    }
}
