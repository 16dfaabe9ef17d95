//! What there is to see of points besides the points themselves: opinion, pull, density, and how the plane is bent.

use burn::tensor::ExecutionError;

use super::command::{GeneratorChoice, PointsExtra, PointsRequest};
use super::preview::{Painter, mean, points};
use super::views::{Density, Field, Opinion, PointsView, Warp};
use crate::gan::{latent, probe};
use crate::random::{Random, Stream};

/// Cells along each side of the discriminator's opinion: 4,096 scores, a few milliseconds on a CPU.
const OPINION_SIDE: usize = 64;
/// Arrows along each side of the field: as many as are told apart on a stage.
const FIELD_SIDE: usize = 24;
/// Cells along each side of the density.
const DENSITY_SIDE: usize = 64;
/// Generated points that the density is made of.
const DENSITY_SAMPLES: usize = 4_096;
/// Most points shown of those that training draws from.
const MAX_TRAINED_ON: usize = 200;
/// Latents along each side of the grid that is bent.
const WARP_SIDE: usize = 24;

/// The points of one moment.
pub(super) struct PointsMoment<'a> {
    /// `[fakes, latent_dim]`.
    pub(super) latents: &'a [f32],
    /// `[reals, 2]`.
    pub(super) real: &'a [f32],
    /// `[reals]`.
    pub(super) real_logits: &'a [f32],
    /// `[fakes, 2]`.
    pub(super) fake: &'a [f32],
    /// The logit that reads as undecided.
    pub(super) level: f32,
}

impl Painter<'_> {
    pub(super) fn points_view(
        &self,
        request: &PointsRequest,
        generator: GeneratorChoice,
        moment: &PointsMoment<'_>,
        [real_scores, fake_scores]: [Vec<f32>; 2],
    ) -> Result<PointsView, ExecutionError> {
        let bounds = self.data.bounds();
        let visible = request.visible.filter(is_square).unwrap_or(bounds);
        let wants = |extra| request.extras.contains(&extra);
        let real_logit = mean(moment.real_logits);
        let descent = if wants(PointsExtra::Descent) { self.descent(moment.fake, real_logit)? } else { Vec::new() };
        let opinion = wants(PointsExtra::Opinion).then(|| self.opinion(visible, moment.level)).transpose()?;
        let field = wants(PointsExtra::Field).then(|| self.field(visible, real_logit)).transpose()?;
        let density = wants(PointsExtra::Density).then(|| self.density(generator, visible)).transpose()?;
        let warp = wants(PointsExtra::Warp).then(|| self.warp(generator)).transpose()?;
        let few = self.data.seen_and_unseen(MAX_TRAINED_ON, self.config.seed);
        Ok(PointsView {
            real: points(moment.real),
            fake: points(moment.fake),
            real_scores,
            fake_scores,
            latents: plane_latents(moment.latents, self.config.latent.dim),
            opinion,
            descent,
            field,
            density,
            warp,
            orbit: if wants(PointsExtra::DiracState) { self.orbit.states() } else { Vec::new() },
            trained_on: few.map_or_else(Vec::new, |[seen, _]| points(&seen)),
            bounds,
        })
    }

    fn opinion(&self, bounds: [[f32; 2]; 2], level: f32) -> Result<Opinion, ExecutionError> {
        let scores = self.scores(self.logits(&probe::grid(bounds, OPINION_SIDE))?, level)?;
        Ok(Opinion { bounds, side: OPINION_SIDE, scores })
    }

    fn descent(&self, samples: &[f32], real_logit: f32) -> Result<Vec<[f32; 2]>, ExecutionError> {
        let (discriminator, loss) = (&self.gan.discriminator, self.config.objective.loss);
        probe::descent(discriminator, loss, samples, 2, real_logit, self.device).map(|rows| points(&rows))
    }

    fn field(&self, bounds: [[f32; 2]; 2], real_logit: f32) -> Result<Field, ExecutionError> {
        let arrows = self.descent(&probe::grid(bounds, FIELD_SIDE), real_logit)?;
        Ok(Field { bounds, side: FIELD_SIDE, arrows })
    }

    fn density(&self, generator: GeneratorChoice, bounds: [[f32; 2]; 2]) -> Result<Density, ExecutionError> {
        let config = &self.config.latent;
        let mut random = Random::new(self.config.seed, Stream::Evaluation, 1);
        let latents = latent::draw(config, DENSITY_SAMPLES, &mut random);
        let fake = points(&self.generate(generator, &latents)?);
        Ok(Density { bounds, side: DENSITY_SIDE, shares: densities(&fake, bounds, DENSITY_SIDE) })
    }

    fn warp(&self, generator: GeneratorChoice) -> Result<Warp, ExecutionError> {
        let latents = latent::plane(&self.config.latent, WARP_SIDE);
        let warped = points(&self.generate(generator, &latents)?);
        let dim = self.config.latent.dim;
        let first_two = |latent: &[f32]| [latent[0], latent.get(1).copied().unwrap_or(0.0)];
        Ok(Warp { side: WARP_SIDE, latents: latents.chunks_exact(dim).map(first_two).collect(), points: warped })
    }
}

/// Latents that fit a plane; none if they have more than two numbers.
fn plane_latents(latents: &[f32], dim: usize) -> Vec<[f32; 2]> {
    match dim {
        1 => latents.iter().map(|&value| [value, 0.0]).collect(),
        2 => points(latents),
        _ => Vec::new(),
    }
}

/// Whether a square has a size: what is asked for comes from a window that may be of no size at all.
fn is_square([low, high]: &[[f32; 2]; 2]) -> bool {
    (0..2).all(|axis| low[axis].is_finite() && high[axis].is_finite() && low[axis] < high[axis])
}

/// How many points each cell of a square holds, over the most in one, row by row from the least y.
///
/// The square root brings out thin places, which matter as much as dense ones.
fn densities(points: &[[f32; 2]], [low, high]: [[f32; 2]; 2], side: usize) -> Vec<f32> {
    let mut counts = vec![0_u32; side * side];
    for point in points {
        let place = |axis: usize| {
            let share = (point[axis] - low[axis]) / (high[axis] - low[axis]);
            (0.0..1.0).contains(&share).then(|| ((share * side as f32) as usize).min(side - 1))
        };
        if let (Some(column), Some(row)) = (place(0), place(1)) {
            counts[row * side + column] += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f32;
    counts.into_iter().map(|count| (count as f32 / most).sqrt()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn densities_are_shares_of_the_densest_cell_and_leave_out_what_lies_elsewhere() {
        let bounds = [[0.0, 0.0], [2.0, 2.0]];
        let mut points = vec![[0.5, 0.5]; 4];
        points.extend([[1.5, 0.5], [9.0, 0.0], [f32::NAN, 1.0]]);
        assert_eq!(densities(&points, bounds, 2), [1.0, 0.5, 0.0, 0.0]);
        assert_eq!(densities(&[], bounds, 2), [0.0; 4]);
    }

    #[test]
    fn only_latents_of_one_or_two_numbers_have_a_plane() {
        assert_eq!(plane_latents(&[1.0, 2.0], 1), [[1.0, 0.0], [2.0, 0.0]]);
        assert_eq!(plane_latents(&[1.0, 2.0], 2), [[1.0, 2.0]]);
        assert!(plane_latents(&[1.0, 2.0, 3.0], 3).is_empty());
    }

    #[test]
    fn a_square_without_a_size_is_none() {
        assert!(is_square(&[[0.0, 0.0], [1.0, 1.0]]));
        assert!(!is_square(&[[0.0, 0.0], [0.0, 1.0]]) && !is_square(&[[0.0, f32::NAN], [1.0, 1.0]]));
    }
}
