//! How many classes the data has, and which of them networks are told of.

use super::{DataConfig, DatasetKind, RunConfig};

/// The most classes that labels can name.
pub const MAX_CLASSES: usize = 256;

impl DataConfig {
    /// Classes of its samples; 0 where they have none.
    pub fn classes(&self) -> usize {
        match self.kind {
            DatasetKind::Fashion | DatasetKind::FashionMnist | DatasetKind::Mnist | DatasetKind::Cifar10 => 10,
            DatasetKind::Ring
            | DatasetKind::Grid
            | DatasetKind::Moons
            | DatasetKind::Spiral
            | DatasetKind::Line
            | DatasetKind::Checkerboard
            | DatasetKind::Drawn
            | DatasetKind::File
            | DatasetKind::Faces
            // Not known before the files are read.
            | DatasetKind::Pictures => 0,
        }
    }
}

impl RunConfig {
    /// Classes that the networks are told of; 0 where the model is not conditional.
    pub fn classes(&self) -> usize {
        if self.conditional { self.data.classes() } else { 0 }
    }
}
