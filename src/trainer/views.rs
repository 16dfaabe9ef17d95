//! Pictures of what the networks do: plain data, of which only the newest matters.

use super::command::{LatentRequest, RunId};
use super::networks::NetworkView;
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
    /// The insides of both networks, if they were asked for.
    pub networks: Option<NetworkView>,
}

/// What stands on the stage.
#[derive(Debug, Clone, PartialEq)]
pub enum StageView {
    /// Points in the plane.
    Points(Box<PointsView>),
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
    /// Score of each real point, like [`Opinion::scores`].
    pub real_scores: Vec<f32>,
    /// Score of each generated point.
    pub fake_scores: Vec<f32>,
    /// The latents of the generated points, where they have at most two numbers; a lone one is followed by 0.
    pub latents: Vec<[f32; 2]>,
    /// The opinion, if it was asked for.
    pub opinion: Option<Opinion>,
    /// Where each generated point is pulled: `-∂L/∂x` of the generator's loss; empty unless asked for.
    pub descent: Vec<[f32; 2]>,
    /// The same everywhere, if it was asked for.
    pub field: Option<Field>,
    /// How densely generated points lie, if it was asked for.
    pub density: Option<Density>,
    /// What becomes of a grid of latents, if it was asked for.
    pub warp: Option<Warp>,
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

/// Where a generated point would be pulled, on a square grid of the plane.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Least and greatest corner of the square.
    pub bounds: [[f32; 2]; 2],
    /// Cells along each side.
    pub side: usize,
    /// `side × side` arrows from the cells' centres, row by row from the least y: `-∂L/∂x` of the generator's loss.
    pub arrows: Vec<[f32; 2]>,
}

/// How densely generated points lie, on a square grid of the plane.
#[derive(Debug, Clone, PartialEq)]
pub struct Density {
    /// Least and greatest corner of the square.
    pub bounds: [[f32; 2]; 2],
    /// Cells along each side.
    pub side: usize,
    /// `side × side` densities in the cells, row by row from the least y: 1 is the densest cell, 0 is empty.
    pub shares: Vec<f32>,
}

/// What the generator makes of a grid of latents: neighbours stay neighbours, so that one sees how it bends its plane.
#[derive(Debug, Clone, PartialEq)]
pub struct Warp {
    /// Places along a row.
    pub side: usize,
    /// The first two numbers of each latent, row by row; a lone one is followed by 0.
    pub latents: Vec<[f32; 2]>,
    /// What the generator makes of each.
    pub points: Vec<[f32; 2]>,
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
