//! How close generated samples are to real ones, computed from plain numbers.

mod mmd;
mod mode_coverage;

pub use mmd::{Mmd, mmd};
pub use mode_coverage::{ModeCoverage, high_quality_ceiling, mode_coverage, reverse_kl_floor};
