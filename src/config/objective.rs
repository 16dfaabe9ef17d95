//! What the two networks are asked for: a loss, and a penalty that keeps the discriminator smooth.

use serde::{Deserialize, Serialize};

use super::choices::choices;

/// The pair of losses of the two networks. Formulas stand with their code in `gan::loss`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LossKind {
    /// The original two-player game, in which the generator's gradient vanishes when it loses.
    Minimax,
    /// Binary cross-entropy with the generator's labels flipped.
    NonSaturating,
    /// Squared distance of the score from its target.
    LeastSquares,
    /// Hinge on the score's margin.
    Hinge,
    /// Difference of mean scores; needs a penalty or clipping.
    Wasserstein,
    /// Each generated sample is compared with a real one.
    Relativistic,
}

choices!(LossKind {
    Minimax => "minimax", "Minimax", "The original game: the generator's gradient vanishes once the discriminator wins. Good for showing why.";
    NonSaturating => "non-saturating", "Non-saturating (BCE)", "Binary cross-entropy, as in most GANs: a losing generator still gets a strong gradient.";
    LeastSquares => "least-squares", "Least squares", "Pulls scores towards 1 and 0 by squared distance, so far-off samples pull hard.";
    Hinge => "hinge", "Hinge", "Ignores samples the discriminator already separates by a margin. A good default for images.";
    Wasserstein => "wasserstein", "Wasserstein", "The critic's score difference estimates a distance; it needs clipping or a gradient penalty.";
    Relativistic => "relativistic", "Relativistic pairing", "Compares each generated sample with a real one. With R1 and R2 it converges and covers modes.";
});

impl LossKind {
    /// Whether a score passed through a sigmoid reads as a probability of being real.
    pub fn scores_are_probabilities(self) -> bool {
        !matches!(self, Self::Wasserstein)
    }
}

/// How the discriminator is kept from growing arbitrarily steep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PenaltyKind {
    /// Nothing.
    None,
    /// Weights are clamped to `[-weight, weight]` after each update (WGAN, arXiv 1701.07875).
    WeightClipping,
    /// `weight · (‖∇D(x̂)‖ − 1)²` between real and fake (WGAN-GP, arXiv 1704.00028).
    GradientPenalty,
    /// `weight / 2 · ‖∇D(x)‖²` on real samples (Mescheder 2018, arXiv 1801.04406).
    R1,
    /// R1 and the same on generated samples (R3GAN, arXiv 2501.05441).
    R1R2,
}

choices!(PenaltyKind {
    None => "none", "None", "Nothing keeps the discriminator from growing steep.";
    WeightClipping => "weight-clipping", "Weight clipping", "Clamps every weight of the critic after each update: crude, and it wastes its capacity.";
    GradientPenalty => "gradient-penalty", "Gradient penalty", "Asks for a slope of 1 between real and generated samples.";
    R1 => "r1", "R1", "Asks for a flat discriminator at real samples, so that it stops pushing once they match.";
    R1R2 => "r1-r2", "R1 and R2", "Asks for a flat discriminator at real and at generated samples.";
});

impl PenaltyKind {
    /// Whether the penalty needs the discriminator's gradient at its input.
    pub fn uses_input_gradient(self) -> bool {
        matches!(self, Self::GradientPenalty | Self::R1 | Self::R1R2)
    }
}

/// Loss, penalty and the penalty's weight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectiveConfig {
    /// The pair of losses.
    pub loss: LossKind,
    /// What keeps the discriminator smooth.
    pub penalty: PenaltyKind,
    /// γ of R1 and R2, λ of the gradient penalty, or the limit of weight clipping. May change while training.
    pub penalty_weight: f32,
    /// The discriminator's target for real samples is `1 - label_smoothing` (non-saturating and minimax only).
    pub label_smoothing: f32,
}
