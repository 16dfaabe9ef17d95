//! Non-linearities element by element, and their derivatives from the output alone.
//!
//! Loops own what they compare and multiply with (`move`): read through a reference in one branch of a choice, it would keep
//! the compiler from making both branches at once, and thus from using SIMD.

use pulp::Arch;

/// What follows a layer, element by element.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::gan) enum Activation {
    /// Nothing.
    Identity,
    /// `x` above zero, `slope · x` below; slope 0 is `ReLU`.
    LeakyRelu {
        /// Slope below zero, not negative.
        slope: f32,
    },
    /// Hyperbolic tangent.
    Tanh,
}

impl Activation {
    /// Whether it is made of straight pieces, so that its derivative has none of its own.
    pub(in crate::gan) fn is_piecewise_linear(self) -> bool {
        !matches!(self, Self::Tanh)
    }

    /// Replaces each value by what the activation makes of it. On the calling thread.
    pub(super) fn apply(self, values: &mut [f32]) {
        match self {
            Self::Identity => {}
            Self::LeakyRelu { slope } => Arch::new().dispatch(move || {
                for value in values {
                    *value = leaky(*value, slope);
                }
            }),
            Self::Tanh => {
                for value in values {
                    *value = value.tanh();
                }
            }
        }
    }

    /// What the activation makes of each value. On the calling thread.
    pub(super) fn of(self, values: &[f32]) -> Vec<f32> {
        match self {
            Self::LeakyRelu { slope } => {
                Arch::new().dispatch(move || values.iter().map(|&value| leaky(value, slope)).collect())
            }
            Self::Identity | Self::Tanh => {
                let mut values = values.to_vec();
                self.apply(&mut values);
                values
            }
        }
    }

    /// [`Self::multiply_by_derivative`] into new memory.
    pub(super) fn multiplied_by_derivative(self, gradients: &[f32], outputs: &[f32]) -> Vec<f32> {
        match self {
            Self::LeakyRelu { slope } => Arch::new().dispatch(move || {
                let pairs = gradients.iter().zip(outputs);
                pairs.map(|(gradient, &output)| gradient * leaky_derivative(output, slope)).collect()
            }),
            Self::Identity | Self::Tanh => {
                let mut gradients = gradients.to_vec();
                self.multiply_by_derivative(&mut gradients, outputs);
                gradients
            }
        }
    }

    /// Multiplies gradients of the output by `∂output/∂input`, which the output tells. On the calling thread.
    pub(super) fn multiply_by_derivative(self, gradients: &mut [f32], outputs: &[f32]) {
        let pairs = gradients.iter_mut().zip(outputs);
        Arch::new().dispatch(move || match self {
            Self::Identity => {}
            Self::LeakyRelu { slope } => {
                for (gradient, &output) in pairs {
                    *gradient *= leaky_derivative(output, slope);
                }
            }
            Self::Tanh => {
                for (gradient, &output) in pairs {
                    *gradient *= 1.0 - output * output;
                }
            }
        });
    }
}

/// `x` above zero, `slope · x` below.
#[expect(clippy::inline_always, reason = "it must be compiled into loops, with their SIMD")]
#[inline(always)]
pub(super) fn leaky(value: f32, slope: f32) -> f32 {
    if value > 0.0 { value } else { value * slope }
}

/// The derivative of [`leaky`], from its value: a slope that is not negative leaves the sign.
#[expect(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn leaky_derivative(output: f32, slope: f32) -> f32 {
    if output > 0.0 { 1.0 } else { slope }
}
