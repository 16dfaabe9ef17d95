//! How close generated samples are to real ones, computed from plain numbers.

mod js_divergence;
mod mmd;
mod mode_coverage;
mod sliced_wasserstein;

pub use js_divergence::Histogram;
pub use mmd::{Mmd, mmd};
pub use mode_coverage::{ModeCoverage, high_quality_ceiling, mode_coverage, reverse_kl_floor};
pub use sliced_wasserstein::SlicedWasserstein;
