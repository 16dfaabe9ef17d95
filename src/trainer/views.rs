//! Pictures of what the networks do: plain data, of which only the newest matters.

use super::command::{LatentRequest, RunId};
use crate::data::Pictures;

/// Everything the window shows of one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Views {
    /// The run it is of.
    pub run: RunId,
    /// Steps done.
    pub step: u64,
    /// The stage.
    pub stage: StageView,
    /// The walk through latent space.
    pub latent: LatentView,
}

/// What stands on the stage.
#[derive(Debug, Clone, PartialEq)]
pub enum StageView {
    /// Points in the plane.
    Points(PointsView),
    /// A gallery.
    Images(GalleryView),
}

/// Real and generated points, and the discriminator's opinion of the plane.
#[derive(Debug, Clone, PartialEq)]
pub struct PointsView {
    /// Real points.
    pub real: Vec<[f32; 2]>,
    /// Generated points, always of the same latents, so that they glide from view to view.
    pub fake: Vec<[f32; 2]>,
    /// Score of each generated point, like [`Opinion::scores`].
    pub fake_scores: Vec<f32>,
    /// The opinion, if it was asked for.
    pub opinion: Option<Opinion>,
    /// A square that holds the data with a margin: least and greatest corner.
    pub bounds: [[f32; 2]; 2],
}

/// The discriminator's score on a square grid of the plane.
#[derive(Debug, Clone, PartialEq)]
pub struct Opinion {
    /// Least and greatest corner of the square.
    pub bounds: [[f32; 2]; 2],
    /// Cells along each side.
    pub side: usize,
    /// `side × side` scores in `[0, 1]` at the cells' centres, row by row from the least y; 0.5 is undecided.
    ///
    /// The sigmoid of the logit. A loss that only compares scores (Wasserstein, relativistic) leaves their level free;
    /// it is then taken relative to the mean score of the samples shown, half real and half generated.
    pub scores: Vec<f32>,
}

/// Generated and real pictures, each with its score.
#[derive(Debug, Clone, PartialEq)]
pub struct GalleryView {
    /// Generated pictures, always of the same latents.
    pub fake: Pictures,
    /// Score of each generated picture, like [`Opinion::scores`].
    pub fake_scores: Vec<f32>,
    /// Real pictures, always the same.
    pub real: Pictures,
    /// Score of each real picture.
    pub real_scores: Vec<f32>,
}

/// Samples along a walk between two latents.
#[derive(Debug, Clone, PartialEq)]
pub struct LatentView {
    /// The walk, as it was asked for.
    pub request: LatentRequest,
    /// The samples.
    pub samples: LatentSamples,
    /// Length of the latent at the walk's place, over the mean length of random latents.
    pub relative_norm: f32,
}

/// Samples along a walk.
#[derive(Debug, Clone, PartialEq)]
pub enum LatentSamples {
    /// Points.
    Points {
        /// The whole walk, `frames` points.
        strip: Vec<[f32; 2]>,
        /// The sample at the walk's place.
        current: [f32; 2],
    },
    /// Pictures.
    Images {
        /// The whole walk, `frames` pictures.
        strip: Pictures,
        /// The sample at the walk's place: one picture.
        current: Pictures,
    },
}
