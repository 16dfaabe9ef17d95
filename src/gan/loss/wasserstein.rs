//! The Wasserstein critic (WGAN, arXiv 1701.07875). Needs clipping or a penalty to stay Lipschitz.

use burn::tensor::Tensor;

/// `D(G(z)) - D(x)`: minus the critic's estimate of the distance.
pub fn discriminator_loss(real_logits: Tensor<2>, fake_logits: Tensor<2>) -> Tensor<1> {
    fake_logits.mean() - real_logits.mean()
}

/// `-D(G(z))`.
pub fn generator_losses(fake_logits: Tensor<2>) -> Tensor<2> {
    fake_logits.neg()
}
