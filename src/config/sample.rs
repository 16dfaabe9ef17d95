//! What one sample is, and what the generator is fed.

use serde::{Deserialize, Serialize};

use super::choices::choices;

/// The kind of thing a GAN makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Domain {
    /// Points in the plane.
    Points,
    /// Small pictures.
    Images,
    /// Short texts, such as names.
    Text,
}

choices!(Domain {
    Points => "points", "Points", "Points in the plane, where everything both networks do can be drawn.";
    Images => "images", "Images", "Small pictures, shown as a gallery.";
    Text => "text", "Text", "Short texts such as names, made of the data's own characters.";
});

impl Domain {
    /// What its samples are called, in a sentence.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Points => "points",
            Self::Images => "pictures",
            Self::Text => "texts",
        }
    }
}

/// The shape of one sample. Networks exchange it as a flat row of [`SampleShape::features`] numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum SampleShape {
    /// `dims` coordinates.
    Points {
        /// Coordinates of one point.
        dims: usize,
    },
    /// `channels` × `height` × `width` values in `[-1, 1]`, channel first.
    Image {
        /// 1 for grey, 3 for colour.
        channels: usize,
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
    },
    /// `symbols` × `length` probabilities, symbol first; symbol 0 is the end, which fills what a text leaves over.
    Text {
        /// Characters of the alphabet, and the end.
        symbols: usize,
        /// Places for characters.
        length: usize,
    },
}

impl SampleShape {
    /// Numbers in one sample.
    pub fn features(self) -> usize {
        match self {
            Self::Points { dims } => dims,
            Self::Image { channels, height, width } => channels * height * width,
            Self::Text { symbols, length } => symbols * length,
        }
    }

    /// The domain such a sample belongs to.
    pub fn domain(self) -> Domain {
        match self {
            Self::Points { .. } => Domain::Points,
            Self::Image { .. } => Domain::Images,
            Self::Text { .. } => Domain::Text,
        }
    }

    /// The shape of an array of `count` samples: `[count, dims]`, `[count, channels, height, width]` or
    /// `[count, symbols, length]`.
    pub fn array_shape(self, count: usize) -> Vec<usize> {
        match self {
            Self::Points { dims } => vec![count, dims],
            Self::Image { channels, height, width } => vec![count, channels, height, width],
            Self::Text { symbols, length } => vec![count, symbols, length],
        }
    }
}

impl std::fmt::Display for SampleShape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Points { dims } => write!(f, "{dims}-D points"),
            Self::Image { channels: 1, height, width } => write!(f, "{width}×{height} grey"),
            Self::Image { height, width, .. } => write!(f, "{width}×{height} colour"),
            Self::Text { symbols, length } => {
                write!(f, "texts of {length} places and {} characters", symbols.saturating_sub(1))
            }
        }
    }
}

/// How latents are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LatentDistribution {
    /// Standard normal.
    Normal,
    /// Uniform in `[-1, 1]`.
    Uniform,
}

choices!(LatentDistribution {
    Normal => "normal", "Normal", "Each number of a latent is drawn from a standard normal distribution.";
    Uniform => "uniform", "Uniform", "Each number of a latent is drawn evenly between -1 and 1.";
});

/// What the generator is fed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatentConfig {
    /// Numbers in one latent.
    pub dim: usize,
    /// How each is drawn.
    pub distribution: LatentDistribution,
}
