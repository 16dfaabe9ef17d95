//! How weights move along their gradient.

use serde::{Deserialize, Serialize};

use super::choices::choices;

/// The update rule. Formulas stand with their code in `gan::optimizer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptimizerKind {
    /// Plain gradient descent.
    Sgd,
    /// Gradient descent with momentum `beta_1`.
    Momentum,
    /// Gradient divided by a running root mean square (decay `beta_2`).
    RmsProp,
    /// Adam (arXiv 1412.6980).
    Adam,
}

choices!(OptimizerKind {
    Sgd => "sgd", "SGD", "Moves each weight straight down its gradient.";
    Momentum => "momentum", "Momentum", "Gradient descent that keeps part of its last movement.";
    RmsProp => "rms-prop", "RMSprop", "Divides each gradient by its recent size, so all weights move alike.";
    Adam => "adam", "Adam", "Momentum and RMSprop together: the usual choice for GANs.";
});

/// An update rule with its numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptimizerConfig {
    /// The update rule.
    pub kind: OptimizerKind,
    /// Step size before the schedule's factor. May change while training.
    pub learning_rate: f32,
    /// Decay of the mean gradient: momentum of `Momentum` and `Adam`.
    pub beta_1: f32,
    /// Decay of the mean squared gradient: `RmsProp` and `Adam`.
    pub beta_2: f32,
    /// Added to the root mean square before dividing.
    pub epsilon: f32,
    /// The most that the L2 norm of the gradient over all weights may be: a longer one is shortened. 0 leaves it as it is.
    #[serde(default)]
    pub clip_norm: f32,
}

impl OptimizerConfig {
    /// Plain gradient descent. The other numbers are Adam's usual ones, in case the rule is changed.
    pub fn sgd(learning_rate: f32) -> Self {
        Self { kind: OptimizerKind::Sgd, ..Self::adam(learning_rate, 0.9, 0.999) }
    }

    /// Adam with the given numbers and ε 1e-8.
    pub fn adam(learning_rate: f32, beta_1: f32, beta_2: f32) -> Self {
        Self { kind: OptimizerKind::Adam, learning_rate, beta_1, beta_2, epsilon: 1e-8, clip_norm: 0.0 }
    }
}
