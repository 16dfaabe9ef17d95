//! One layer with its weights: forward, and the adjoint that carries a gradient from its output to its input.

use burn::tensor::module::{batch_norm, batch_norm_train, linear};
use burn::tensor::{Tensor, activation};

use super::convolution::{conv_transpose2d, conv2d};
use super::network::{BatchStatistics, MapArrays};

/// Added to a variance before its square root; PyTorch's default.
const BATCH_NORM_EPSILON: f64 = 1e-5;

/// A layer with its weights, in PyTorch's layouts.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a network has a dozen layers, nearly all of them of the large kinds")]
pub(super) enum Layer {
    /// `y = x Wᵀ + b`.
    Linear { weight: Tensor<2>, bias: Tensor<1> },
    /// 2-D convolution.
    Conv2d { weight: Tensor<4>, bias: Tensor<1>, stride: usize, padding: usize },
    /// Transposed 2-D convolution.
    ConvTranspose2d { weight: Tensor<4>, bias: Tensor<1>, stride: usize, padding: usize, output_padding: usize },
    /// Batch normalisation.
    BatchNorm { weight: Tensor<1>, bias: Tensor<1>, running_mean: Tensor<1>, running_var: Tensor<1> },
    /// `ReLU` with a slope below zero.
    LeakyRelu { slope: f32 },
    /// Hyperbolic tangent.
    Tanh,
    /// Maps to a row.
    Flatten,
    /// A row to maps.
    Unflatten { channels: usize, height: usize, width: usize },
}

/// What flows between two layers.
#[derive(Debug, Clone)]
pub(super) enum Signal {
    /// `[batch, features]`.
    Flat(Tensor<2>),
    /// `[batch, channels, height, width]`.
    Maps(Tensor<4>),
}

/// What a layer's adjoint needs to know of the forward pass.
#[derive(Debug)]
pub(super) enum Trace {
    /// Nothing.
    Nothing,
    /// The shape of the input maps.
    Maps([usize; 4]),
    /// `∂y/∂x`, element by element, with no gradient of its own (piecewise linear activations).
    Slopes(Signal),
    /// The output, with its gradient (tanh).
    Output(Signal),
}

/// How batch normalisation finds mean and variance.
pub(super) enum Statistics<'a> {
    /// From the batch, which is also noted down.
    Batch(&'a mut Vec<BatchStatistics>),
    /// From the running averages.
    Running,
}

impl Signal {
    /// The row this signal is; networks are checked to end in one.
    pub(super) fn into_flat(self) -> Tensor<2> {
        match self {
            Self::Flat(rows) => rows,
            Self::Maps(maps) => maps.flatten(1, 3),
        }
    }

    fn into_maps(self, [channels, height, width]: [usize; 3]) -> Tensor<4> {
        match self {
            Self::Flat(rows) => {
                let [batch, _] = rows.dims();
                rows.reshape([batch, channels, height, width])
            }
            Self::Maps(maps) => maps,
        }
    }

    /// The maps this signal is; layers are checked to follow maps where they need them.
    fn maps(self) -> Tensor<4> {
        match self {
            Self::Maps(maps) => maps,
            Self::Flat(rows) => rows.unsqueeze_dims(&[2, 3]),
        }
    }

    fn times(self, factor: Self) -> Self {
        match (self, factor) {
            (Self::Flat(rows), factor) => Self::Flat(rows * factor.into_flat()),
            (Self::Maps(maps), factor) => Self::Maps(maps * factor.maps()),
        }
    }
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

impl Layer {
    /// Gives each array to `mapper` and keeps what comes back.
    pub(super) fn map(self, mapper: &mut impl MapArrays) -> Self {
        match self {
            Self::Linear { weight, bias } => {
                Self::Linear { weight: mapper.parameter("weight", weight), bias: mapper.parameter("bias", bias) }
            }
            Self::Conv2d { weight, bias, stride, padding } => Self::Conv2d {
                weight: mapper.parameter("weight", weight),
                bias: mapper.parameter("bias", bias),
                stride,
                padding,
            },
            Self::ConvTranspose2d { weight, bias, stride, padding, output_padding } => Self::ConvTranspose2d {
                weight: mapper.parameter("weight", weight),
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
            Self::LeakyRelu { .. } | Self::Tanh | Self::Flatten | Self::Unflatten { .. } => self,
        }
    }

    /// Passes a signal on.
    pub(super) fn forward(&self, input: Signal, statistics: &mut Statistics<'_>) -> Signal {
        match self {
            Self::Linear { weight, bias } => {
                Signal::Flat(linear(input.into_flat(), weight.clone().transpose(), Some(bias.clone())))
            }
            Self::Conv2d { weight, bias, stride, padding } => {
                Signal::Maps(conv2d(input.maps(), weight.clone(), Some(bias.clone()), *stride, *padding))
            }
            Self::ConvTranspose2d { weight, bias, stride, padding, output_padding } => Signal::Maps(conv_transpose2d(
                input.maps(),
                weight.clone(),
                Some(bias.clone()),
                *stride,
                *padding,
                [*output_padding; 2],
            )),
            Self::BatchNorm { weight, bias, running_mean, running_var } => {
                let (weight, bias) = (weight.clone(), bias.clone());
                match statistics {
                    Statistics::Batch(noted) => {
                        map_signal!(input, |x| normalise_by_batch(x, weight, bias, noted))
                    }
                    Statistics::Running => map_signal!(input, |x| batch_norm(
                        x,
                        weight,
                        bias,
                        running_mean.clone(),
                        running_var.clone(),
                        BATCH_NORM_EPSILON
                    )),
                }
            }
            Self::LeakyRelu { slope } => map_signal!(input, |x| leaky_relu(x, *slope)),
            Self::Tanh => map_signal!(input, activation::tanh),
            Self::Flatten => Signal::Flat(input.into_flat()),
            Self::Unflatten { channels, height, width } => Signal::Maps(input.into_maps([*channels, *height, *width])),
        }
    }

    /// Passes a signal on and keeps what [`Layer::adjoint`] needs.
    pub(super) fn forward_traced(&self, input: Signal) -> (Signal, Trace) {
        let trace = match (self, &input) {
            (Self::LeakyRelu { slope }, _) => Trace::Slopes(map_signal!(input.clone(), |x| leaky_slopes(x, *slope))),
            (Self::Conv2d { .. } | Self::Flatten, Signal::Maps(maps)) => Trace::Maps(maps.dims()),
            _ => Trace::Nothing,
        };
        let output = self.forward(input, &mut Statistics::Running);
        let trace = if matches!(self, Self::Tanh) { Trace::Output(output.clone()) } else { trace };
        (output, trace)
    }

    /// Carries `∂D/∂output` to `∂D/∂input` as an ordinary expression of the weights, so that it can be differentiated.
    ///
    /// Batch normalisation has no adjoint of its own sample; configurations with it under a penalty are refused.
    pub(super) fn adjoint(&self, gradient: Signal, trace: Trace) -> Signal {
        match (self, trace) {
            (Self::Linear { weight, .. }, _) => Signal::Flat(gradient.into_flat().matmul(weight.clone())),
            (Self::Conv2d { weight, stride, padding, .. }, Trace::Maps([_, _, height, width])) => {
                let kernel = weight.dims()[2];
                let left_over = |side: usize| (side + 2 * padding - kernel) % stride;
                Signal::Maps(conv_transpose2d(
                    gradient.maps(),
                    weight.clone(),
                    None,
                    *stride,
                    *padding,
                    [left_over(height), left_over(width)],
                ))
            }
            (Self::ConvTranspose2d { weight, stride, padding, .. }, _) => {
                Signal::Maps(conv2d(gradient.maps(), weight.clone(), None, *stride, *padding))
            }
            (Self::LeakyRelu { .. }, Trace::Slopes(slopes)) => gradient.times(slopes),
            (Self::Tanh, Trace::Output(output)) => gradient.times(map_signal!(output, one_minus_square)),
            (Self::Flatten, Trace::Maps([_, channels, height, width])) => {
                Signal::Maps(gradient.into_maps([channels, height, width]))
            }
            (Self::Unflatten { .. }, _) => Signal::Flat(gradient.into_flat()),
            (Self::BatchNorm { .. } | Self::Conv2d { .. } | Self::LeakyRelu { .. } | Self::Tanh | Self::Flatten, _) => {
                gradient
            }
        }
    }
}

/// `max(x, slope · x)`. Burn's own goes through `mask_where`, which took 15 % of a training step on Flex.
fn leaky_relu<const D: usize>(x: Tensor<D>, slope: f32) -> Tensor<D> {
    if slope == 0.0 { activation::relu(x) } else { activation::relu(x.clone()) * (1.0 - slope) + x * slope }
}

/// The derivative of [`leaky_relu`]: 1 above zero, `slope` elsewhere.
fn leaky_slopes<const D: usize>(x: Tensor<D>, slope: f32) -> Tensor<D> {
    x.without_autodiff().greater_elem(0.0).float() * (1.0 - slope) + slope
}

fn one_minus_square<const D: usize>(y: Tensor<D>) -> Tensor<D> {
    (y.clone() * y).neg() + 1.0
}

fn normalise_by_batch<const D: usize>(
    x: Tensor<D>,
    weight: Tensor<1>,
    bias: Tensor<1>,
    noted: &mut Vec<BatchStatistics>,
) -> Tensor<D> {
    let dims = x.dims();
    let values_per_feature = dims.iter().product::<usize>() / dims[1];
    let output = batch_norm_train(x, weight, bias, BATCH_NORM_EPSILON);
    noted.push(BatchStatistics::new(output.mean, output.variance, values_per_feature));
    output.output
}
