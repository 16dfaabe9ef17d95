//! The losses of both networks, from logits. `sp` is softplus; the networks minimise means over the batch.

pub mod hinge;
pub mod least_squares;
pub mod minimax;
pub mod non_saturating;
pub mod penalty;
pub mod relativistic;
pub mod wasserstein;

use burn::tensor::{Tensor, activation};

use crate::config::{LossKind, ObjectiveConfig};

/// What the discriminator minimises.
///
/// # Shapes
/// Logits `[batch, 1]`, to `[1]`.
pub fn discriminator_loss(objective: &ObjectiveConfig, real_logits: Tensor<2>, fake_logits: Tensor<2>) -> Tensor<1> {
    match objective.loss {
        LossKind::Minimax | LossKind::NonSaturating => {
            non_saturating::discriminator_loss(real_logits, fake_logits, objective.label_smoothing)
        }
        LossKind::LeastSquares => least_squares::discriminator_loss(real_logits, fake_logits),
        LossKind::Hinge => hinge::discriminator_loss(real_logits, fake_logits),
        LossKind::Wasserstein => wasserstein::discriminator_loss(real_logits, fake_logits),
        LossKind::Relativistic => relativistic::discriminator_loss(real_logits, fake_logits),
    }
}

/// What the generator minimises. `real_logits` is asked for only by losses that compare with real samples.
///
/// # Shapes
/// Logits `[batch, 1]`, to `[1]`.
pub fn generator_loss(loss: LossKind, real_logits: impl FnOnce() -> Tensor<2>, fake_logits: Tensor<2>) -> Tensor<1> {
    generator_losses(loss, real_logits, fake_logits).mean()
}

/// The generator's loss of each sample, of which it minimises the mean.
///
/// # Shapes
/// Logits `[batch, 1]`, to `[batch, 1]`.
pub fn generator_losses(loss: LossKind, real_logits: impl FnOnce() -> Tensor<2>, fake_logits: Tensor<2>) -> Tensor<2> {
    match loss {
        LossKind::Minimax => minimax::generator_losses(fake_logits),
        LossKind::NonSaturating => non_saturating::generator_losses(fake_logits),
        LossKind::LeastSquares => least_squares::generator_losses(fake_logits),
        LossKind::Hinge => hinge::generator_losses(fake_logits),
        LossKind::Wasserstein => wasserstein::generator_losses(fake_logits),
        LossKind::Relativistic => relativistic::generator_losses(real_logits(), fake_logits),
    }
}

/// `sp(x) = ln(1 + eˣ)`, without overflow.
fn softplus(x: Tensor<2>) -> Tensor<2> {
    activation::log_sigmoid(x.neg()).neg()
}

#[cfg(test)]
mod tests;
