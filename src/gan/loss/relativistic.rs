//! Relativistic pairing: each generated sample against one real sample (`RpGAN`; R3GAN, eq. 2, arXiv 2501.05441).

use burn::tensor::Tensor;

use super::softplus;

/// `sp(-(D(x) - D(G(z))))`, pair by pair.
pub fn discriminator_loss(real_logits: Tensor<2>, fake_logits: Tensor<2>) -> Tensor<1> {
    softplus(fake_logits - real_logits).mean()
}

/// `sp(-(D(G(z)) - D(x)))`, pair by pair.
pub fn generator_losses(real_logits: Tensor<2>, fake_logits: Tensor<2>) -> Tensor<2> {
    softplus(real_logits - fake_logits)
}
