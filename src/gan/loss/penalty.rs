//! Penalties on the discriminator's slope, exact through the explicit input gradient.
//!
//! Burn differentiates once only: squaring a gradient from `backward` would add a constant to the loss and train without
//! a penalty. [`crate::gan::Network::forward_with_input_gradient`] writes the gradient out as a forward expression
//! instead, and these are ordinary functions of it.

use burn::tensor::Tensor;

/// Keeps the square root of a zero gradient differentiable.
const NORM_EPSILON: f32 = 1e-12;

/// Zero-centred: `½ ‖∇D(x)‖²`, mean over the batch (Mescheder 2018, eq. 9, arXiv 1801.04406). On real samples it is R1,
/// on generated ones R2.
///
/// # Shapes
/// Input gradients `[batch, features]`, to `[1]`.
pub fn zero_centred(input_gradient: Tensor<2>) -> Tensor<1> {
    input_gradient.square().sum_dim(1).mean() * 0.5
}

/// One-centred: `(‖∇D(x̂)‖ - 1)²`, mean over the batch (WGAN-GP, eq. 3, arXiv 1704.00028).
///
/// # Shapes
/// Input gradients `[batch, features]`, to `[1]`.
pub fn one_centred(input_gradient: Tensor<2>) -> Tensor<1> {
    let norm = (input_gradient.square().sum_dim(1) + NORM_EPSILON).sqrt();
    (norm - 1.0).square().mean()
}
