//! One layer with its weights: forward, and the adjoint that carries a gradient from its output to its input.
//!
//! Each is written twice: of Burn's own operations, for any device ([`portable`]), and for the CPU ([`fused`]), where a layer
//! and the activation after it are one operation. The tests hold the two together.

mod fused;
mod portable;
mod spectral;

pub(super) use spectral::wrap as with_spectral_norm;

use std::ops::Deref;

use burn::tensor::{Tensor, activation};

use super::arrays::{MapArrays, map_layers};
use super::cpu::{self, Activation, BATCH_NORM_EPSILON};
use super::network::BatchStatistics;

/// A layer with its weights, in PyTorch's layouts.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a network has a dozen layers, nearly all of them of the large kinds")]
pub(super) enum Layer {
    /// `y = x Wᵀ + b`.
    Linear { weight: Tensor<2>, bias: Tensor<1> },
    /// 2-D convolution.
    Conv2d { weight: Tensor<4>, bias: Tensor<1>, stride: usize, padding: usize },
    /// 1-D convolution of stride 1 along sequences, which are maps one column wide.
    Conv1d { weight: Tensor<3>, bias: Tensor<1>, padding: usize },
    /// Transposed 2-D convolution.
    ConvTranspose2d { weight: Tensor<4>, bias: Tensor<1>, stride: usize, padding: usize, output_padding: usize },
    /// Batch normalisation.
    BatchNorm { weight: Tensor<1>, bias: Tensor<1>, running_mean: Tensor<1>, running_var: Tensor<1> },
    /// Normalisation of each channel of each sample.
    InstanceNorm,
    /// A layer whose weight is divided by `σ = uᵀ W v`; `u` and `v` approach the singular vectors of its largest singular value.
    Spectral { layer: Box<Self>, u: Tensor<1>, v: Tensor<1> },
    /// Each place of the maps repeated.
    UpsampleNearest { factor: usize },
    /// Means over squares of places.
    AvgPool { size: usize },
    /// `x + f(x)`, where `f` is what these layers do one after the other.
    Residual { layers: Vec<Self> },
    /// `ReLU` with a slope below zero.
    LeakyRelu { slope: f32 },
    /// Hyperbolic tangent.
    Tanh,
    /// Softmax over the channels of each place.
    Softmax,
    /// Maps to a row.
    Flatten,
    /// A row to sequences.
    Unflatten1d { channels: usize, length: usize },
    /// A row to maps.
    Unflatten { channels: usize, height: usize, width: usize },
}

/// A layer that computes: one of the network's own, or one made of it for this pass.
#[derive(Debug)]
pub(super) enum Effective<'a> {
    /// Of the network.
    Kept(&'a Layer),
    /// Made of it; its weight is no leaf of the graph.
    Made(Box<Layer>),
}

impl Deref for Effective<'_> {
    type Target = Layer;

    fn deref(&self) -> &Layer {
        match self {
            Self::Kept(layer) => layer,
            Self::Made(layer) => layer,
        }
    }
}

/// What flows between two layers. A row has the channels of maps one after the other.
#[derive(Debug, Clone)]
pub(super) enum Signal {
    /// `[batch, features]`.
    Flat(Tensor<2>),
    /// `[batch, channels, height, width]`, or `[batch, height, width, channels]` on the CPU.
    Maps(Tensor<4>),
}

/// What a layer's adjoint needs to know of the forward pass.
#[derive(Debug)]
pub(super) struct Trace {
    /// The shape of the input, if it was maps.
    input_maps: Option<[usize; 4]>,
    /// The input itself, where the layer is more than a linear map of it.
    input: Option<Signal>,
    /// What came out, after the activation.
    output: Signal,
}

/// How batch normalisation finds mean and variance.
pub(super) enum Statistics<'a> {
    /// From the batch, which is also noted down.
    Batch(&'a mut Vec<BatchStatistics>),
    /// From the running averages.
    Running,
}

/// Applies one rank-generic function to a signal of either rank.
macro_rules! map_signal {
    ($signal:expr, $function:expr) => {
        match $signal {
            Signal::Flat(rows) => Signal::Flat($function(rows)),
            Signal::Maps(maps) => Signal::Maps($function(maps)),
        }
    };
}
use map_signal;

impl Layer {
    /// Gives each array to `mapper` and keeps what comes back.
    pub(super) fn map(self, mapper: &mut impl MapArrays) -> Self {
        self.map_named("weight", mapper)
    }

    fn map_named(self, weight_name: &'static str, mapper: &mut impl MapArrays) -> Self {
        match self {
            Self::Linear { weight, bias } => {
                Self::Linear { weight: mapper.parameter(weight_name, weight), bias: mapper.parameter("bias", bias) }
            }
            Self::Conv2d { weight, bias, stride, padding } => Self::Conv2d {
                weight: mapper.parameter(weight_name, weight),
                bias: mapper.parameter("bias", bias),
                stride,
                padding,
            },
            Self::Conv1d { weight, bias, padding } => Self::Conv1d {
                weight: mapper.parameter(weight_name, weight),
                bias: mapper.parameter("bias", bias),
                padding,
            },
            Self::ConvTranspose2d { weight, bias, stride, padding, output_padding } => Self::ConvTranspose2d {
                weight: mapper.parameter(weight_name, weight),
                bias: mapper.parameter("bias", bias),
                stride,
                padding,
                output_padding,
            },
            Self::BatchNorm { weight, bias, running_mean, running_var } => Self::BatchNorm {
                weight: mapper.parameter("weight", weight),
                bias: mapper.parameter("bias", bias),
                running_mean: mapper.buffer("running_mean", running_mean),
                running_var: mapper.buffer("running_var", running_var),
            },
            Self::Spectral { layer, u, v } => Self::Spectral {
                layer: Box::new(layer.map_named("weight_orig", mapper)),
                u: mapper.buffer("weight_u", u),
                v: mapper.buffer("weight_v", v),
            },
            Self::Residual { layers } => Self::Residual { layers: map_layers(layers, mapper) },
            Self::InstanceNorm
            | Self::UpsampleNearest { .. }
            | Self::AvgPool { .. }
            | Self::LeakyRelu { .. }
            | Self::Tanh
            | Self::Softmax
            | Self::Flatten
            | Self::Unflatten1d { .. }
            | Self::Unflatten { .. } => self,
        }
    }

    /// The layer that computes: one with spectral normalisation is a layer with a smaller weight.
    pub(super) fn effective(&self) -> Effective<'_> {
        match self {
            Self::Spectral { layer, u, v } => Effective::Made(Box::new(spectral::divided(layer, u, v))),
            layer => Effective::Kept(layer),
        }
    }

    /// The layer with its singular vectors one power iteration further on, where it has any.
    pub(super) fn with_power_iteration(self) -> Self {
        match self {
            Self::Spectral { layer, u, .. } => {
                let [u, v] = spectral::iterated(&layer, u);
                Self::Spectral { layer, u, v }
            }
            layer => layer,
        }
    }

    /// What this layer does element by element, if that is all it does.
    pub(super) fn activation(&self) -> Option<Activation> {
        match self {
            Self::LeakyRelu { slope } => Some(Activation::LeakyRelu { slope: *slope }),
            Self::Tanh => Some(Activation::Tanh),
            _ => None,
        }
    }

    /// Passes a signal on, and then through the activation that follows this layer. An activation as a layer of its own
    /// does nothing but what follows it.
    pub(super) fn forward(&self, input: Signal, activation: Activation, statistics: &mut Statistics<'_>) -> Signal {
        if input.is_on_cpu() {
            fused::forward(self, input, activation, statistics)
        } else {
            portable::forward(self, input, activation, statistics)
        }
    }

    /// Passes a signal on and keeps what [`Layer::adjoint`] needs.
    pub(super) fn forward_traced(&self, input: Signal, activation: Activation) -> (Signal, Trace) {
        let input_maps = match &input {
            Signal::Maps(maps) => Some(maps.dims()),
            Signal::Flat(_) => None,
        };
        let kept = matches!(self, Self::InstanceNorm | Self::Softmax).then(|| input.clone());
        let output = self.forward(input, activation, &mut Statistics::Running);
        (output.clone(), Trace { input_maps, input: kept, output })
    }

    /// Carries `∂D/∂output` to `∂D/∂input` as an ordinary expression of the weights, so that it can be differentiated.
    ///
    /// Batch normalisation has no adjoint of its own sample; configurations with it under a penalty are refused.
    pub(super) fn adjoint(&self, gradient: Signal, activation: Activation, trace: Trace) -> Signal {
        if gradient.is_on_cpu() {
            fused::adjoint(self, gradient, activation, trace)
        } else {
            portable::adjoint(self, gradient, activation, trace)
        }
    }
}

impl Signal {
    fn is_on_cpu(&self) -> bool {
        match self {
            Self::Flat(rows) => cpu::is_cpu(&rows.device()),
            Self::Maps(maps) => cpu::is_cpu(&maps.device()),
        }
    }

    /// The row this signal is; networks are checked to end in one, and to have one where a layer needs one.
    pub(super) fn row(self) -> Tensor<2> {
        match self {
            Self::Flat(rows) => rows,
            Self::Maps(maps) => maps.flatten(1, 3),
        }
    }

    /// The maps this signal is; layers are checked to follow maps where they need them.
    fn maps(self) -> Tensor<4> {
        match self {
            Self::Maps(maps) => maps,
            Self::Flat(rows) => rows.unsqueeze_dims(&[2, 3]),
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Flat(rows), other) => Self::Flat(rows + other.row()),
            (Self::Maps(maps), other) => Self::Maps(maps + other.maps()),
        }
    }

    fn times(self, factor: Self) -> Self {
        match (self, factor) {
            (Self::Flat(rows), factor) => Self::Flat(rows * factor.row()),
            (Self::Maps(maps), factor) => Self::Maps(maps * factor.maps()),
        }
    }
}

/// Maps with mean 0 and variance 1 in each channel of each sample, and the standard deviations they had. `places` are the axes
/// of rows and columns.
fn standardised(maps: Tensor<4>, places: [usize; 2]) -> (Tensor<4>, Tensor<4>) {
    let mean = |maps: Tensor<4>| maps.mean_dim(places[0]).mean_dim(places[1]);
    let centred = maps.clone() - mean(maps);
    let deviation = (mean(centred.clone().square()) + BATCH_NORM_EPSILON).sqrt();
    (centred / deviation.clone(), deviation)
}

/// The adjoint of [`standardised`] at `maps`, as an expression of both: `(g - mean(g) - y mean(g y)) / σ`.
fn standardised_adjoint(gradient: Tensor<4>, maps: Tensor<4>, places: [usize; 2]) -> Tensor<4> {
    let mean = |maps: Tensor<4>| maps.mean_dim(places[0]).mean_dim(places[1]);
    let (y, deviation) = standardised(maps, places);
    let along = mean(gradient.clone() * y.clone());
    (gradient.clone() - mean(gradient) - y * along) / deviation
}

/// The adjoint of a softmax along `axis` at `logits`, as an expression of both: `y (g - Σ g y)`.
fn softmax_adjoint(gradient: Tensor<4>, logits: Tensor<4>, axis: usize) -> Tensor<4> {
    let y = activation::softmax(logits, axis);
    let along = (gradient.clone() * y.clone()).sum_dim(axis);
    y * (gradient - along)
}

/// The derivative of the hyperbolic tangent, from its value.
fn one_minus_square<const D: usize>(y: Tensor<D>) -> Tensor<D> {
    (y.clone() * y).neg() + 1.0
}

#[cfg(test)]
mod tests;
