//! Least squares with targets 1 and 0 (LSGAN, eq. 9, arXiv 1611.04076).

use burn::tensor::Tensor;

/// `½ (D(x) - 1)² + ½ D(G(z))²`.
pub fn discriminator_loss(real_logits: Tensor<2>, fake_logits: Tensor<2>) -> Tensor<1> {
    ((real_logits - 1.0).square().mean() + fake_logits.square().mean()) * 0.5
}

/// `½ (D(G(z)) - 1)²`.
pub fn generator_losses(fake_logits: Tensor<2>) -> Tensor<2> {
    (fake_logits - 1.0).square() * 0.5
}
