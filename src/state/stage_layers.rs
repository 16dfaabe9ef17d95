//! What the stage of points can show, and which of it is shown.

use serde::{Deserialize, Serialize};

use crate::config::{Choice as _, Preset};
use crate::trainer::PointsExtra;

/// Something drawn on the stage of points that can be switched on and off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StageLayer {
    /// Real points.
    Real,
    /// Generated points.
    Generated,
    /// The discriminator's opinion.
    Opinion,
    /// The walk through latent space.
    Path,
    /// Points in the colours of their scores.
    Scores,
    /// Where the discriminator is undecided.
    Border,
    /// Where each generated point is pulled.
    Arrows,
    /// Where a point would be pulled, everywhere.
    Field,
    /// How densely generated points lie.
    Density,
    /// Where a few generated points have come from.
    Trails,
    /// The bent plane of latents.
    Warp,
    /// The latents themselves.
    Noise,
    /// Lines along which the discriminator's score is the same.
    Levels,
    /// The way of the game around its solution.
    PhasePlane,
}

crate::config::choices!(StageLayer {
    Real => "real", "Real", "Points from the data, as rings";
    Generated => "generated", "Generated", "Points from the generator, as discs; click one to start the latent walk there, shift-click to end it there";
    Opinion => "opinion", "Opinion", "What the discriminator makes of every place: blue looks real to it, orange looks generated, grey is undecided";
    Path => "path", "Walk", "What the generator makes along the way from latent A to latent B";
    Scores => "scores", "Scores as colours", "Colours each point by the discriminator's score instead of by what it is: blue looks real to it, orange looks generated";
    Border => "border", "Border", "The line on which the discriminator is undecided: score 0.5";
    Arrows => "arrows", "Pull on points", "Arrows along which the generator's loss falls fastest: where each generated point is pulled";
    Field => "field", "Pull everywhere", "The same for every place of the plane, as if a generated point lay there";
    Density => "density", "Density", "How densely generated points lie, from 4\u{2009}096 of them";
    Trails => "trails", "Trails", "Where a few generated points have come from in the last pictures; their latents stay the same";
    Warp => "warp", "Bent plane", "The plane of latents as the generator bends it into the data's: every cell holds equally many points";
    Noise => "noise", "Noise", "The latents that the generated points are made from, where they have one or two numbers";
    Levels => "levels", "Level lines", "Lines along which the discriminator's score is the same: close together where it is steep, and as bent as it is able to bend";
    PhasePlane => "phase-plane", "Phase plane", "How far the generated points are off against the discriminator's slope: a game that circles its solution, or spirals into it";
});

impl StageLayer {
    /// What is worth switching on for a preset that teaches.
    pub fn of_lesson(preset: Preset) -> Option<Self> {
        match preset {
            Preset::Oscillation => Some(Self::PhasePlane),
            Preset::ClipVsPenalty => Some(Self::Levels),
            _ => None,
        }
    }

    /// What the trainer has to compute for it, if anything besides the points.
    pub(super) fn extra(self) -> Option<PointsExtra> {
        match self {
            Self::Opinion | Self::Border | Self::Levels => Some(PointsExtra::Opinion),
            Self::Arrows => Some(PointsExtra::Descent),
            Self::Field => Some(PointsExtra::Field),
            Self::Density => Some(PointsExtra::Density),
            Self::Warp => Some(PointsExtra::Warp),
            Self::PhasePlane => Some(PointsExtra::DiracState),
            Self::Real | Self::Generated | Self::Path | Self::Scores | Self::Trails | Self::Noise => None,
        }
    }
}

/// Which layers are on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StageLayers {
    shown: Vec<StageLayer>,
}

impl Default for StageLayers {
    /// What explains itself.
    fn default() -> Self {
        Self { shown: vec![StageLayer::Real, StageLayer::Generated, StageLayer::Opinion, StageLayer::Path] }
    }
}

impl StageLayers {
    /// Every layer at once.
    pub fn all() -> Self {
        Self { shown: StageLayer::ALL.to_vec() }
    }

    /// Whether `layer` is on.
    pub fn shows(&self, layer: StageLayer) -> bool {
        self.shown.contains(&layer)
    }

    pub(super) fn toggle(&mut self, layer: StageLayer) {
        if self.shows(layer) {
            self.shown.retain(|&other| other != layer);
        } else {
            self.shown.push(layer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_remembered_by_name() {
        let mut layers = StageLayers::default();
        layers.toggle(StageLayer::Warp);
        layers.toggle(StageLayer::Path);
        let text = serde_json::to_string(&layers).unwrap();
        assert_eq!(text, r#"["real","generated","opinion","warp"]"#);
        assert_eq!(serde_json::from_str::<StageLayers>(&text).unwrap(), layers);
    }
}
