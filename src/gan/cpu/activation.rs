//! Non-linearities element by element, and their derivatives from the output alone.

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
            Self::LeakyRelu { slope } => Arch::new().dispatch(|| {
                for value in values {
                    *value = if *value > 0.0 { *value } else { *value * slope };
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
            Self::LeakyRelu { slope } => Arch::new()
                .dispatch(|| values.iter().map(|&value| if value > 0.0 { value } else { value * slope }).collect()),
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
            Self::LeakyRelu { slope } => Arch::new().dispatch(|| {
                let pairs = gradients.iter().zip(outputs);
                pairs.map(|(gradient, &output)| gradient * if output > 0.0 { 1.0 } else { slope }).collect()
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
        Arch::new().dispatch(|| match self {
            Self::Identity => {}
            Self::LeakyRelu { slope } => {
                for (gradient, &output) in pairs {
                    *gradient *= if output > 0.0 { 1.0 } else { slope };
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
