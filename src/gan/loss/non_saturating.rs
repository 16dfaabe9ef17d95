//! Binary cross-entropy with the generator's labels flipped (Goodfellow 2014, section 3, arXiv 1406.2661).

use burn::tensor::Tensor;

use super::softplus;

/// `sp(-D(x)) + sp(D(G(z)))`, with the real target lowered to `1 - label_smoothing` (one-sided, Salimans 2016).
///
/// Cross-entropy with target `1 - s` is `(1 - s) sp(-d) + s sp(d) = sp(-d) + s d`.
pub fn discriminator_loss(real_logits: Tensor<2>, fake_logits: Tensor<2>, label_smoothing: f32) -> Tensor<1> {
    let real = softplus(real_logits.clone().neg());
    let real = if label_smoothing > 0.0 { real + real_logits * label_smoothing } else { real };
    real.mean() + softplus(fake_logits).mean()
}

/// `sp(-D(G(z)))`.
pub fn generator_losses(fake_logits: Tensor<2>) -> Tensor<2> {
    softplus(fake_logits.neg())
}
