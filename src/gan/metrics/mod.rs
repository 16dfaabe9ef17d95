//! How close generated samples are to real ones, computed from plain numbers.

mod class_shares;
mod density_coverage;
mod frechet_distance;
mod js_divergence;
mod kernel_distance;
mod mmd;
mod mode_coverage;
mod nearest_real;
mod neighbourhoods;
mod ngrams;
mod paired;
mod precision_recall;
mod sliced_pictures;
mod sliced_wasserstein;
mod spread;
mod symmetric_eigen;
mod text_quality;
mod trigram_model;

pub use class_shares::class_shares;
pub use density_coverage::{DENSITY_NEIGHBOURS, DensityCoverage, coverage_ceiling, density_coverage};
pub use frechet_distance::FrechetDistance;
pub use js_divergence::Histogram;
pub use kernel_distance::{KernelDistance, kernel_distance};
pub use mmd::{Mmd, mmd};
pub use mode_coverage::{ModeCoverage, high_quality_ceiling, mode_coverage, reverse_kl_floor};
pub use nearest_real::{NearestReal, Neighbour, nearest_real_ratio};
pub use neighbourhoods::Neighbourhoods;
pub use ngrams::Ngrams;
pub use paired::{Estimate, HelpVerdict};
pub use precision_recall::{PRECISION_NEIGHBOURS, PrecisionRecall, precision_recall};
pub use sliced_pictures::SlicedPictures;
pub use sliced_wasserstein::SlicedWasserstein;
pub use spread::spread;
pub use text_quality::{TextQuality, TextReference};
pub use trigram_model::TrigramModel;
