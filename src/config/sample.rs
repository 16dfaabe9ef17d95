//! What one sample is, where real ones come from, and what the generator is fed.

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
}

choices!(Domain {
    Points => "points", "Points", "Points in the plane, where everything both networks do can be drawn.";
    Images => "images", "Images", "Small pictures, shown as a gallery.";
});

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
}

impl SampleShape {
    /// Numbers in one sample.
    pub fn features(self) -> usize {
        match self {
            Self::Points { dims } => dims,
            Self::Image { channels, height, width } => channels * height * width,
        }
    }

    /// The domain such a sample belongs to.
    pub fn domain(self) -> Domain {
        match self {
            Self::Points { .. } => Domain::Points,
            Self::Image { .. } => Domain::Images,
        }
    }

    /// The shape of an array of `count` samples: `[count, dims]` or `[count, channels, height, width]`.
    pub fn array_shape(self, count: usize) -> Vec<usize> {
        match self {
            Self::Points { dims } => vec![count, dims],
            Self::Image { channels, height, width } => vec![count, channels, height, width],
        }
    }
}

impl std::fmt::Display for SampleShape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Points { dims } => write!(f, "{dims}-D points"),
            Self::Image { channels: 1, height, width } => write!(f, "{width}×{height} grey"),
            Self::Image { height, width, .. } => write!(f, "{width}×{height} colour"),
        }
    }
}

/// A built-in source of real samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DatasetKind {
    /// Eight Gaussians on a circle of radius 1, standard deviation 0.01 (PacGAN, arXiv 1712.04086).
    Ring,
    /// Twenty-five Gaussians, spacing 2, standard deviation 0.05 (PacGAN, arXiv 1712.04086).
    Grid,
    /// Two interleaved half circles.
    Moons,
    /// Two arms of an Archimedean spiral.
    Spiral,
    /// A class-balanced subset of Fashion-MNIST.
    Fashion,
    /// Pixel-art faces.
    Faces,
}

choices!(DatasetKind {
    Ring => "ring", "8 Gaussians in a ring", "Eight tight clusters on a circle: the standard test for mode collapse.";
    Grid => "grid", "25 Gaussians in a grid", "Twenty-five tight clusters: harder, because there are more modes to miss.";
    Moons => "moons", "Two moons", "Two interleaved half circles, smooth curves rather than clusters.";
    Spiral => "spiral", "Spiral", "Two arms of a spiral, which the generator has to bend the plane into.";
    Fashion => "fashion", "Fashion-MNIST subset", "4,000 grey pictures of garments in ten classes, 28×28 pixels.";
    Faces => "faces", "Pixel-art faces", "10,000 colour faces drawn in pixels, 16×16.";
});

impl DatasetKind {
    /// The shape of its samples.
    pub fn shape(self) -> SampleShape {
        match self {
            Self::Ring | Self::Grid | Self::Moons | Self::Spiral => SampleShape::Points { dims: 2 },
            Self::Fashion => SampleShape::Image { channels: 1, height: 28, width: 28 },
            Self::Faces => SampleShape::Image { channels: 3, height: 16, width: 16 },
        }
    }
}

/// Where real samples come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// The data set.
    pub kind: DatasetKind,
}

impl DataConfig {
    /// The shape of its samples.
    pub fn shape(&self) -> SampleShape {
        self.kind.shape()
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
