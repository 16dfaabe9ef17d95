//! Pictures of what the networks do: plain data, of which only the newest matters.

use super::command::{KeptLatent, LatentRequest, RunId};
use super::networks::NetworkView;
use crate::config::SampleShape;
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
    /// The latents that are kept in sight.
    pub tray: KeptView,
}

/// Pictures of latents that are kept in sight. They may be those of a request before the newest.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KeptView {
    /// The latents.
    pub latents: Vec<KeptLatent>,
    /// What the generator makes of each, of the class that it was kept with.
    pub pictures: Pictures,
}

/// What stands on the stage.
#[derive(Debug, Clone, PartialEq)]
pub enum StageView {
    /// Points in the plane.
    Points(Box<PointsView>),
    /// A gallery.
    Images(Box<GalleryView>),
    /// Texts.
    Texts(Box<TextsView>),
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
    /// Where the game stood at the newest steps, oldest first; empty unless asked for.
    pub orbit: Vec<DiracState>,
    /// Real points that training draws from, where they are so few that it may learn them by heart; empty elsewhere.
    pub trained_on: Vec<[f32; 2]>,
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

/// Where the game of both networks stands in the plane of the Dirac-GAN (Mescheder 2018, arXiv 1801.04406, section 2), along each
/// axis: a generator that is one number `θ` away from the data, and a discriminator that is a slope `ψ`. Their solution is the
/// origin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DiracState {
    /// `θ`: how far the middle of the generated points is from that of the real ones, in the units of the plane.
    pub offset: [f32; 2],
    /// `ψ`: how fast the discriminator's logit rises along each axis, on average over real and generated points.
    pub slope: [f32; 2],
}

impl DiracState {
    /// The state of points with the discriminator's slopes at them: `[reals + fakes]`, in this order.
    ///
    /// Not a number where there are no points.
    pub fn of(real: &[[f32; 2]], fake: &[[f32; 2]], slopes: &[[f32; 2]]) -> Self {
        let middle =
            |rows: &[[f32; 2]]| [0, 1].map(|axis| rows.iter().map(|row| row[axis]).sum::<f32>() / rows.len() as f32);
        let (real, fake) = (middle(real), middle(fake));
        Self { offset: [0, 1].map(|axis| fake[axis] - real[axis]), slope: middle(slopes) }
    }

    /// How far it is from the solution.
    pub fn distance(&self) -> f32 {
        self.offset.iter().chain(&self.slope).map(|value| value * value).sum::<f32>().sqrt()
    }

    /// The axis along which a game swings most.
    pub fn liveliest_axis(states: &[Self]) -> usize {
        let swing = |axis: usize| states.iter().map(|state| state.offset[axis].hypot(state.slope[axis])).sum::<f32>();
        usize::from(swing(1) > swing(0))
    }
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
    /// What in each generated picture the discriminator goes by, if it was asked for and can be told.
    pub fake_slopes: Option<SlopeMaps>,
    /// The same of each real picture.
    pub real_slopes: Option<SlopeMaps>,
    /// The classes of both, where the model is told of them.
    pub classes: Option<GalleryClasses>,
}

/// Generated and real texts, each with its score.
#[derive(Debug, Clone, PartialEq)]
pub struct TextsView {
    /// Generated texts, always of the same latents.
    pub fake: Vec<GeneratedText>,
    /// Score of each generated text, like [`Opinion::scores`].
    pub fake_scores: Vec<f32>,
    /// Real texts, always the same.
    pub real: Vec<String>,
    /// Score of each real text.
    pub real_scores: Vec<f32>,
    /// The classes of both, where the model is told of them.
    pub classes: Option<GalleryClasses>,
}

/// Where a generated text stands to those that training draws from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextOrigin {
    /// It is none of them.
    Novel,
    /// It is one of them.
    Copy,
    /// It is no text: it is empty, or goes on after its end.
    Broken,
}

/// A text that the generator made: of the most likely character at each place.
#[derive(Debug, Clone, PartialEq)]
pub struct GeneratedText {
    /// The characters up to the first end.
    pub text: String,
    /// The probability of each of them, in `[0, 1]`.
    pub certainties: Vec<f32>,
    /// Whether it is new.
    pub origin: TextOrigin,
}

/// What a generator gives for one text: a probability for each symbol at each place.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbabilityMap {
    /// The characters, symbol 1 first; symbol 0 is the end.
    pub characters: Vec<char>,
    /// Places of the text.
    pub length: usize,
    /// `[characters + 1, length]` probabilities, the end's first.
    pub probabilities: Vec<f32>,
}

/// The class of each picture or text on the stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GalleryClasses {
    /// Names of the classes, in the order of the labels.
    pub names: Vec<String>,
    /// The label of each generated picture.
    pub fake: Vec<u8>,
    /// The label of each real picture.
    pub real: Vec<u8>,
}

impl GalleryClasses {
    /// The name of a label's class; nothing for a label of no class.
    pub fn name(&self, label: u8) -> &str {
        self.names.get(usize::from(label)).map_or("", String::as_str)
    }
}

/// What in pictures the discriminator goes by: its slope `∂D/∂x` at each pixel, summed over the channels.
///
/// Above zero, a lighter pixel would make the picture look more real; below, a darker one would.
#[derive(Debug, Clone, PartialEq)]
pub struct SlopeMaps {
    /// Rows of one picture.
    pub height: usize,
    /// Columns of one picture.
    pub width: usize,
    /// `[len, height, width]`, each picture's over the greatest in it: in `[-1, 1]`.
    pub values: Vec<f32>,
}

impl SlopeMaps {
    /// Maps of the slopes of pictures of `shape`; `None` if it is not that of pictures.
    ///
    /// # Shapes
    /// `slopes` is `[len, channels, height, width]`, flat.
    pub fn of(slopes: &[f32], shape: SampleShape) -> Option<Self> {
        let SampleShape::Image { channels, height, width } = shape else { return None };
        let places = height * width;
        let mut values = Vec::with_capacity(slopes.len() / channels.max(1));
        for picture in slopes.chunks_exact((channels * places).max(1)) {
            let sum = |place: usize| (0..channels).map(|channel| picture[channel * places + place]).sum::<f32>();
            let sums: Vec<f32> = (0..places).map(sum).collect();
            let most = sums.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
            values.extend(sums.iter().map(|value| if most > 0.0 { value / most } else { 0.0 }));
        }
        Some(Self { height, width, values })
    }
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
    /// Texts.
    Texts {
        /// The whole walk, `frames` texts.
        strip: Vec<GeneratedText>,
        /// The sample at the walk's place, with what else it might have been.
        current: ProbabilityMap,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_summed_over_the_channels_and_each_picture_has_its_own_scale() {
        let shape = SampleShape::Image { channels: 2, height: 1, width: 2 };
        let maps = SlopeMaps::of(&[1.0, -3.0, 1.0, -1.0, 0.0, 0.0, 0.0, 0.0], shape).unwrap();
        assert_eq!((maps.height, maps.width, maps.values), (1, 2, vec![0.5, -1.0, 0.0, 0.0]));
        assert_eq!(SlopeMaps::of(&[1.0, 2.0], SampleShape::Points { dims: 2 }), None);
    }

    #[test]
    fn the_state_of_the_game_is_measured_along_both_axes() {
        let state = DiracState::of(
            &[[1.0, 9.0], [2.0, -9.0]],
            &[[4.0, 3.0], [6.0, 3.0]],
            &[[0.25, 8.0], [0.75, 8.0], [0.5, 8.0], [-0.5, 8.0]],
        );
        assert_eq!(state, DiracState { offset: [3.5, 3.0], slope: [0.25, 8.0] });
        assert!(DiracState::of(&[], &[], &[]).distance().is_nan());
        let state = DiracState { offset: [2.0, 0.0], slope: [1.0, -2.0] };
        assert!((state.distance() - 3.0).abs() < 1e-6);
    }

    #[test]
    fn a_game_is_shown_along_the_axis_on_which_it_swings_most() {
        let along = |axis: usize, size: f32| {
            let mut state = DiracState { offset: [0.1; 2], slope: [0.0; 2] };
            state.slope[axis] = size;
            state
        };
        assert_eq!(DiracState::liveliest_axis(&[along(0, 1.0), along(1, 0.5)]), 0);
        assert_eq!(DiracState::liveliest_axis(&[along(0, 1.0), along(1, -1.5)]), 1);
        assert_eq!(DiracState::liveliest_axis(&[]), 0);
    }
}
