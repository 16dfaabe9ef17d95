//! What is changed at random about pictures before the discriminator sees them.

use serde::{Deserialize, Serialize};

/// The groups of `DiffAugment` (Zhao 2020, arXiv 2006.10738), each on or off. For data so little that the discriminator would learn
/// it by heart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AugmentConfig {
    /// Brightness, saturation and contrast.
    pub color: bool,
    /// Shifts of up to an eighth of the side; what comes in from outside is grey.
    pub translation: bool,
    /// A grey square of half the side.
    pub cutout: bool,
}
