//! The hinge loss (Geometric GAN, arXiv 1705.02894; SNGAN, eq. 16–17, arXiv 1802.05957).

use burn::tensor::{Tensor, activation};

/// `max(0, 1 - D(x)) + max(0, 1 + D(G(z)))`.
pub fn discriminator_loss(real_logits: Tensor<2>, fake_logits: Tensor<2>) -> Tensor<1> {
    activation::relu(real_logits.neg() + 1.0).mean() + activation::relu(fake_logits + 1.0).mean()
}

/// `-D(G(z))`.
pub fn generator_losses(fake_logits: Tensor<2>) -> Tensor<2> {
    fake_logits.neg()
}
