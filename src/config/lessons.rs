//! What a preset that fails on purpose teaches: what to look at, why it happens, and what mends it while it runs.

use super::{LossKind, PenaltyKind, Preset};

/// What there is to learn from a preset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lesson {
    /// What to look at, in one sentence.
    pub look_at: &'static str,
    /// Why it happens, in one or two sentences.
    pub why: &'static str,
    /// What mends it.
    pub remedy: Remedy,
}

/// Settings that mend a run while it goes on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Remedy {
    /// What it does, in a few words, for a button.
    pub label: &'static str,
    /// What it does and why that helps, in one sentence.
    pub tooltip: &'static str,
    /// The loss from now on.
    pub loss: LossKind,
    /// The penalty from now on.
    pub penalty: PenaltyKind,
    /// Weight of the penalty.
    pub penalty_weight: f32,
    /// Step size of the generator.
    pub generator_learning_rate: f32,
    /// Step size of the discriminator.
    pub discriminator_learning_rate: f32,
    /// Discriminator updates per step.
    pub discriminator_steps: usize,
}

/// Relativistic pairing with both penalties, and learning rates that go with it.
const SMOOTH_GAME: Remedy = Remedy {
    label: "Smooth the discriminator",
    tooltip: "Relativistic pairing with R1 and R2 and equal learning rates: a discriminator that is flat where its samples \
              lie stops chasing, and every cluster keeps its pull",
    loss: LossKind::Relativistic,
    penalty: PenaltyKind::R1R2,
    penalty_weight: 0.1,
    generator_learning_rate: 1e-3,
    discriminator_learning_rate: 1e-3,
    discriminator_steps: 1,
};

impl Preset {
    /// What the preset teaches, if it fails on purpose.
    pub fn lesson(self) -> Option<Lesson> {
        match self {
            Self::Collapse => Some(Lesson {
                look_at: "Generated points gather in one or two of the eight clusters and stay away from the rest.",
                why: "Nothing in the loss asks for variety: whatever fools the discriminator most is best for every point at \
                      once, so all of them go there.",
                remedy: SMOOTH_GAME,
            }),
            Self::Hopping => Some(Lesson {
                look_at: "All generated points jump together from one cluster to the next, again and again.",
                why: "The generator learns faster than the discriminator: as soon as one cluster is found out, the next one \
                      fools it, and what was learned of the first is forgotten.",
                remedy: SMOOTH_GAME,
            }),
            Self::Vanishing => Some(Lesson {
                look_at: "The generator’s gradient falls towards zero while its points stand still far from the clusters.",
                why: "In the original game the generator’s loss is flat where the discriminator is sure: a perfect \
                      discriminator leaves nothing to learn from.",
                remedy: Remedy {
                    label: "Use the other loss",
                    tooltip: "The non-saturating loss is steep exactly where the discriminator is sure, so that a losing \
                              generator learns fastest",
                    loss: LossKind::NonSaturating,
                    penalty: PenaltyKind::R1,
                    penalty_weight: 0.1,
                    generator_learning_rate: 0.01,
                    discriminator_learning_rate: 1e-3,
                    discriminator_steps: 1,
                },
            }),
            Self::Oscillation => Some(Lesson {
                look_at: "Generated points swing past the cluster again and again; in the phase plane the game runs in circles \
                          around its solution.",
                why: "Each network moves by where the other is now, so they chase each other like a pendulum without \
                      friction: gradient descent does not settle in this game.",
                remedy: Remedy {
                    label: "Add friction: R1",
                    tooltip: "R1 pulls the discriminator’s slope at real points towards zero, which damps the swing: the circle \
                              becomes a spiral into the solution",
                    loss: LossKind::NonSaturating,
                    penalty: PenaltyKind::R1,
                    penalty_weight: 0.3,
                    generator_learning_rate: 1e-3,
                    discriminator_learning_rate: 1e-3,
                    discriminator_steps: 1,
                },
            }),
            Self::ClipVsPenalty => Some(Lesson {
                look_at: "The critic’s level lines are few and nearly straight: it cannot bend around the clusters, and the \
                          generator gets only a rough direction.",
                why: "Cutting off every weight keeps the critic from growing steep by making it simple. What is needed is a slope \
                      of 1, and nothing else is to be bounded.",
                remedy: Remedy {
                    label: "Use a gradient penalty",
                    tooltip: "Asks for a slope of 1 between real and generated points and lets every weight be as large as it \
                              needs: the level lines follow the data",
                    loss: LossKind::Wasserstein,
                    penalty: PenaltyKind::GradientPenalty,
                    penalty_weight: 1.0,
                    generator_learning_rate: 2e-4,
                    discriminator_learning_rate: 1e-3,
                    discriminator_steps: 5,
                },
            }),
            Self::OverfitD => Some(Lesson {
                look_at: "The discriminator scores the 24 points that it has seen far higher than others from the same clusters, \
                          and its opinion shrinks to islands around them.",
                why: "It has more weights than there is to know: telling its own points by heart is easier than learning the \
                      shape, and the generator is pulled onto those points alone.",
                remedy: Remedy {
                    label: "Flatten the discriminator",
                    tooltip: "R1 and R2 ask for a flat discriminator at real and at generated points, so it cannot fence in single \
                              points; more data would do the same",
                    loss: LossKind::Relativistic,
                    penalty: PenaltyKind::R1R2,
                    penalty_weight: 0.5,
                    generator_learning_rate: 5e-4,
                    discriminator_learning_rate: 5e-4,
                    discriminator_steps: 1,
                },
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Choice as _;

    #[test]
    fn every_remedy_makes_a_valid_configuration_that_differs_from_the_presets() {
        let mut num_lessons = 0;
        for &preset in Preset::ALL {
            let Some(lesson) = preset.lesson() else { continue };
            num_lessons += 1;
            let before = preset.config();
            let mut config = before.clone();
            let Remedy { loss, penalty, penalty_weight, discriminator_steps, .. } = lesson.remedy;
            config.objective.loss = loss;
            config.objective.penalty = penalty;
            config.objective.penalty_weight = penalty_weight;
            config.discriminator_steps = discriminator_steps;
            assert_eq!(config.validate(), Ok(()), "{preset:?}");
            assert_ne!(config, before, "{preset:?}");
            assert!(lesson.look_at.ends_with('.') && lesson.why.ends_with('.'), "{preset:?}");
        }
        assert_eq!(num_lessons, 6);
    }
}
