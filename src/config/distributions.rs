//! Parameters of the built-in distributions of points, each with the range in which it makes sense.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

/// Gaussians on a circle of radius 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RingConfig {
    /// Number of Gaussians.
    pub modes: usize,
    /// Standard deviation of each along each axis.
    pub std: f32,
}

impl RingConfig {
    /// What [`RingConfig::modes`] may be.
    pub const MODES: RangeInclusive<usize> = 1..=32;
    /// What [`RingConfig::std`] may be.
    pub const STD: RangeInclusive<f32> = 0.001..=0.5;
}

impl Default for RingConfig {
    /// As in PacGAN (arXiv 1712.04086).
    fn default() -> Self {
        Self { modes: 8, std: 0.01 }
    }
}

/// Gaussians on a square lattice, 2 apart, around the origin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GridConfig {
    /// Gaussians along each side.
    pub side: usize,
    /// Standard deviation of each along each axis.
    pub std: f32,
}

impl GridConfig {
    /// What [`GridConfig::side`] may be.
    pub const SIDE: RangeInclusive<usize> = 1..=9;
    /// What [`GridConfig::std`] may be.
    pub const STD: RangeInclusive<f32> = 0.001..=1.0;
}

impl Default for GridConfig {
    /// As in PacGAN (arXiv 1712.04086).
    fn default() -> Self {
        Self { side: 5, std: 0.05 }
    }
}

/// A curve with Gaussian noise around it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoiseConfig {
    /// Standard deviation of the noise along each axis.
    pub noise: f32,
}

impl NoiseConfig {
    /// What [`NoiseConfig::noise`] may be.
    pub const NOISE: RangeInclusive<f32> = 0.0..=0.5;

    /// The two moons' own noise.
    pub fn moons() -> Self {
        Self { noise: 0.05 }
    }

    /// The spiral's own noise.
    pub fn spiral() -> Self {
        Self { noise: 0.02 }
    }

    /// The line's own noise.
    pub fn line() -> Self {
        Self { noise: 0.02 }
    }
}

/// Every other square of a board that reaches from -1 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CheckerboardConfig {
    /// Squares along each side, filled and empty ones.
    pub squares: usize,
}

impl CheckerboardConfig {
    /// What [`CheckerboardConfig::squares`] may be.
    pub const SQUARES: RangeInclusive<usize> = 1..=9;
}

impl Default for CheckerboardConfig {
    fn default() -> Self {
        Self { squares: 4 }
    }
}
