//! Latents: how they are drawn, and the walks between them. Plain numbers.

use crate::config::{LatentConfig, LatentDistribution};
use crate::random::{Random, Stream};

/// Draws `count` latents.
///
/// # Shapes
/// `[count, latent_dim]`, flat and row-major.
pub fn draw(config: &LatentConfig, count: usize, random: &mut Random) -> Vec<f32> {
    let mut number = || match config.distribution {
        LatentDistribution::Normal => random.normal(),
        LatentDistribution::Uniform => random.uniform_in(-1.0, 1.0),
    };
    (0..count * config.dim).map(|_| number()).collect()
}

/// The latent with a number: always the same for one seed, so that it can be watched while the networks change.
///
/// # Shapes
/// `[latent_dim]`.
pub fn numbered(config: &LatentConfig, seed: u64, number: u64) -> Vec<f32> {
    draw(config, 1, &mut Random::new(seed, Stream::FixedLatents, number))
}

/// The first `count` numbered latents.
///
/// # Shapes
/// `[count, latent_dim]`, flat and row-major.
pub fn first_numbered(config: &LatentConfig, seed: u64, count: usize) -> Vec<f32> {
    (0..count as u64).flat_map(|number| numbered(config, seed, number)).collect()
}

/// A grid over the plane of a latent's first two numbers, with the other numbers at their mean, 0: `side × side` places row by
/// row, evenly spread by probability from one tail to the other. A latent of one number gives one row.
///
/// # Shapes
/// To `[side · side, latent_dim]`, or `[side, 1]`, flat and row-major.
pub fn plane(config: &LatentConfig, side: usize) -> Vec<f32> {
    let place = |index: usize| quantile(config.distribution, (index as f32 + 0.5) / side as f32);
    let mut latents = Vec::new();
    for row in 0..if config.dim == 1 { 1 } else { side } {
        for column in 0..side {
            let mut latent = vec![0.0; config.dim];
            latent[0] = place(column);
            if let Some(second) = latent.get_mut(1) {
                *second = place(row);
            }
            latents.extend(latent);
        }
    }
    latents
}

/// The number below which a latent's number lies with probability `share`, in `(0, 1)`.
///
/// For the normal distribution by Newton's method on the integral of its density, to about 10⁻³.
fn quantile(distribution: LatentDistribution, share: f32) -> f32 {
    match distribution {
        LatentDistribution::Uniform => 2.0 * share - 1.0,
        LatentDistribution::Normal => {
            // The logistic curve of slope 1.702 lies within 0.01 of the normal one (Haley 1952).
            let mut value = f64::from((share / (1.0 - share)).ln()) / 1.702;
            for _ in 0..12 {
                value -= (normal_share_below(value) - f64::from(share)) / normal_density(value);
            }
            value as f32
        }
    }
}

fn normal_density(value: f64) -> f64 {
    (-0.5 * value * value).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// The standard normal distribution function, by Simpson's rule from 0.
fn normal_share_below(value: f64) -> f64 {
    const PARTS: u32 = 64;
    let width = value / f64::from(PARTS);
    let weight = |part: u32| match part {
        0 | PARTS => 1.0,
        _ if part % 2 == 1 => 4.0,
        _ => 2.0,
    };
    let sum: f64 = (0..=PARTS).map(|part| weight(part) * normal_density(f64::from(part) * width)).sum();
    0.5 + sum * width / 3.0
}

/// `(1 - place) · from + place · to`.
pub fn lerp(from: &[f32], to: &[f32], place: f32) -> Vec<f32> {
    from.iter().zip(to).map(|(a, b)| a + (b - a) * place).collect()
}

/// Along the great circle between the two directions, with the length between the two lengths (White 2016,
/// arXiv 1609.04468). Directions that are equal or opposite have no great circle of their own: the walk is straight.
pub fn slerp(from: &[f32], to: &[f32], place: f32) -> Vec<f32> {
    let (from_norm, to_norm) = (norm(from), norm(to));
    let dot: f64 = from.iter().zip(to).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
    let cosine = (dot / (from_norm * to_norm)).clamp(-1.0, 1.0);
    let angle = cosine.acos();
    let sine = angle.sin();
    if !sine.is_finite() || sine < 1e-6 {
        return lerp(from, to, place);
    }
    let place = f64::from(place);
    let length = from_norm + (to_norm - from_norm) * place;
    let from_share = ((1.0 - place) * angle).sin() / sine * length / from_norm;
    let to_share = (place * angle).sin() / sine * length / to_norm;
    from.iter().zip(to).map(|(&a, &b)| (f64::from(a) * from_share + f64::from(b) * to_share) as f32).collect()
}

/// Euclidean length.
pub fn norm(latent: &[f32]) -> f64 {
    latent.iter().map(|&value| f64::from(value) * f64::from(value)).sum::<f64>().sqrt()
}

/// Mean length of random latents, to good approximation: the root of the mean squared length.
pub fn typical_norm(config: &LatentConfig) -> f64 {
    let mean_square = match config.distribution {
        LatentDistribution::Normal => 1.0,
        LatentDistribution::Uniform => 1.0 / 3.0,
    };
    (config.dim as f64 * mean_square).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plane_is_even_by_probability_and_flat_elsewhere() {
        let quantile = |share| quantile(LatentDistribution::Normal, share);
        // Tabulated quantiles of the standard normal distribution.
        for (share, expected) in [(0.5, 0.0), (0.841_34, 1.0), (0.975, 1.959_96), (0.01, -2.326_35), (0.995, 2.575_83)]
        {
            assert!((quantile(share) - expected).abs() < 2e-3, "{share}: {}", quantile(share));
        }
        let config = LatentConfig { dim: 3, distribution: LatentDistribution::Uniform };
        assert_eq!(plane(&config, 2), [-0.5, -0.5, 0.0, 0.5, -0.5, 0.0, -0.5, 0.5, 0.0, 0.5, 0.5, 0.0]);
        let line = LatentConfig { dim: 1, distribution: LatentDistribution::Uniform };
        assert_eq!(plane(&line, 2), [-0.5, 0.5]);
    }

    #[test]
    fn walks_begin_and_end_at_their_latents() {
        let (from, to) = (vec![3.0, 0.0], vec![0.0, 1.0]);
        for walk in [lerp, slerp] {
            for (place, expected) in [(0.0, &from), (1.0, &to)] {
                let found = walk(&from, &to, place);
                assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{found:?}");
            }
        }
    }

    #[test]
    fn slerp_keeps_the_length_where_lerp_cuts_the_corner() {
        let (from, to) = (vec![1.0, 0.0], vec![0.0, 1.0]);
        assert!((norm(&slerp(&from, &to, 0.5)) - 1.0).abs() < 1e-6);
        assert!((norm(&lerp(&from, &to, 0.5)) - 0.5_f64.sqrt()).abs() < 1e-6);
        let halfway = slerp(&from, &to, 0.5);
        assert!((halfway[0] - halfway[1]).abs() < 1e-6);
    }

    #[test]
    fn degenerate_walks_stay_finite() {
        for (from, to) in [(vec![1.0, 0.0], vec![-1.0, 0.0]), (vec![0.0, 0.0], vec![1.0, 0.0]), (vec![1.0], vec![1.0])]
        {
            assert!(slerp(&from, &to, 0.3).iter().all(|value| value.is_finite()));
        }
    }

    #[test]
    fn numbered_latents_do_not_depend_on_how_many_are_drawn() {
        let config = LatentConfig { dim: 3, distribution: LatentDistribution::Normal };
        let all = first_numbered(&config, 7, 5);
        assert_eq!(all[9..12], numbered(&config, 7, 3));
        assert_ne!(numbered(&config, 7, 3), numbered(&config, 8, 3));
    }
}
