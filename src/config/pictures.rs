//! Pictures of the user's own: where they are, and what they are made into before a network sees them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::SampleShape;
use super::choices::choices;

/// How a picture that is not square becomes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FitKind {
    /// The largest square in its middle.
    #[default]
    Crop,
    /// All of it, with a border.
    Pad,
}

choices!(FitKind {
    Crop => "crop", "Crop", "Keeps the largest square in the middle of each picture.";
    Pad => "pad", "Pad", "Keeps all of each picture; the border takes the colour of its corners.";
});

/// Pictures from files. Size and colours are part of the configuration, so that its networks are known without the files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PicturesConfig {
    /// A file or a folder.
    pub path: Option<PathBuf>,
    /// Rows and columns that every picture is scaled to: one of [`PicturesConfig::SIZES`].
    pub size: usize,
    /// 1 for grey, 3 for colour.
    pub channels: usize,
    /// How a picture becomes a square.
    pub fit: FitKind,
    /// Classes that their labels name, as they were found when the pictures were looked at; 0 where there are none.
    pub classes: usize,
}

impl Default for PicturesConfig {
    fn default() -> Self {
        Self { path: None, size: 32, channels: 3, fit: FitKind::Crop, classes: 0 }
    }
}

impl PicturesConfig {
    /// What [`PicturesConfig::size`] may be: sizes that convolutions can halve to a small map.
    pub const SIZES: [usize; 4] = [16, 28, 32, 64];
    /// What [`PicturesConfig::channels`] may be.
    pub const CHANNELS: [usize; 2] = [1, 3];

    /// The shape of a picture after it was scaled.
    pub fn shape(&self) -> SampleShape {
        SampleShape::Image { channels: self.channels, height: self.size, width: self.size }
    }
}
