//! The original game (Goodfellow 2014, eq. 1, arXiv 1406.2661), kept to show vanishing gradients.
//!
//! The discriminator's loss is that of [`super::non_saturating`]; the generator's saturates as soon as it is found out.

use burn::tensor::Tensor;

use super::softplus;

/// `-sp(D(G(z)))`, that is `ln(1 - σ(D(G(z))))`.
pub fn generator_losses(fake_logits: Tensor<2>) -> Tensor<2> {
    softplus(fake_logits).neg()
}
