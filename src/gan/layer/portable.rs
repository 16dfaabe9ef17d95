//! Layers made of Burn's own operations, for any device. Maps are channel first.

use burn::tensor::module::{batch_norm, batch_norm_train, conv_transpose2d, conv2d, linear};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Tensor, activation};

use super::{
    Layer, Signal, Statistics, Trace, map_signal, one_minus_square, softmax_adjoint, standardised, standardised_adjoint,
};
use crate::gan::cpu::{Activation, BATCH_NORM_EPSILON};
use crate::gan::network::BatchStatistics;
use crate::gan::sequence;

/// The axes of rows and columns.
const PLACES: [usize; 2] = [2, 3];
/// The axis of channels.
const CHANNELS: usize = 1;

/// See [`Layer::forward`].
pub(super) fn forward(layer: &Layer, input: Signal, follow: Activation, statistics: &mut Statistics<'_>) -> Signal {
    let output = match layer {
        Layer::Linear { weight, bias } => {
            Signal::Flat(linear(input.row(), weight.clone().transpose(), Some(bias.clone())))
        }
        Layer::Conv2d { weight, bias, stride, padding } => {
            Signal::Maps(conv2d(input.maps(), weight.clone(), Some(bias.clone()), convolution(*stride, [*padding; 2])))
        }
        Layer::Conv1d { weight, bias, padding } => {
            let options = convolution(1, [*padding, 0]);
            Signal::Maps(conv2d(input.maps(), weight.clone().unsqueeze_dim(3), Some(bias.clone()), options))
        }
        Layer::Softmax => Signal::Maps(activation::softmax(input.maps(), CHANNELS)),
        Layer::ConvTranspose2d { weight, bias, stride, padding, output_padding } => Signal::Maps(conv_transpose2d(
            input.maps(),
            weight.clone(),
            Some(bias.clone()),
            transposed_convolution(*stride, [*padding; 2], [*output_padding; 2]),
        )),
        Layer::BatchNorm { weight, bias, running_mean, running_var } => {
            let (weight, bias) = (weight.clone(), bias.clone());
            match statistics {
                Statistics::Batch(noted) => map_signal!(input, |x| normalise_by_batch(x, weight, bias, noted)),
                Statistics::Running => map_signal!(input, |x| batch_norm(
                    x,
                    weight,
                    bias,
                    running_mean.clone(),
                    running_var.clone(),
                    f64::from(BATCH_NORM_EPSILON)
                )),
            }
        }
        Layer::InstanceNorm => Signal::Maps(standardised(input.maps(), PLACES).0),
        Layer::UpsampleNearest { factor } => Signal::Maps(repeated(input.maps(), *factor)),
        Layer::AvgPool { size } => Signal::Maps(summed(input.maps(), *size) / (size * size) as f32),
        Layer::Spectral { .. } => return forward(&layer.effective(), input, follow, statistics),
        Layer::Residual { .. } => {
            let stages = sequence::stages(std::slice::from_ref(layer));
            sequence::pass_through(&stages, input, |(layer, follow), signal| {
                forward(layer, signal, *follow, statistics)
            })
        }
        Layer::Flatten => Signal::Flat(input.row()),
        Layer::Unflatten1d { channels, length } => {
            let rows = input.row();
            let [batch, _] = rows.dims();
            Signal::Maps(rows.reshape([batch, *channels, *length, 1]))
        }
        Layer::Unflatten { channels, height, width } => {
            let rows = input.row();
            let [batch, _] = rows.dims();
            Signal::Maps(rows.reshape([batch, *channels, *height, *width]))
        }
        Layer::LeakyRelu { .. } | Layer::Tanh => input,
    };
    activate(output, follow)
}

/// See [`Layer::adjoint`].
pub(super) fn adjoint(layer: &Layer, gradient: Signal, follow: Activation, trace: Trace) -> Signal {
    let gradient = match follow {
        Activation::Identity => gradient,
        Activation::LeakyRelu { slope } => gradient.times(map_signal!(trace.output, |y| leaky_slopes(y, slope))),
        Activation::Tanh => gradient.times(map_signal!(trace.output, one_minus_square)),
    };
    match (layer, trace.input_maps) {
        (Layer::UpsampleNearest { factor }, _) => Signal::Maps(summed(gradient.maps(), *factor)),
        (Layer::AvgPool { size }, _) => Signal::Maps(repeated(gradient.maps(), *size) / (size * size) as f32),
        (Layer::InstanceNorm, _) => match trace.input {
            Some(input) => Signal::Maps(standardised_adjoint(gradient.maps(), input.maps(), PLACES)),
            None => gradient,
        },
        (Layer::Softmax, _) => match trace.input {
            Some(input) => Signal::Maps(softmax_adjoint(gradient.maps(), input.maps(), CHANNELS)),
            None => gradient,
        },
        (Layer::Conv1d { weight, padding, .. }, _) => {
            let options = transposed_convolution(1, [*padding, 0], [0; 2]);
            Signal::Maps(conv_transpose2d(gradient.maps(), weight.clone().unsqueeze_dim(3), None, options))
        }
        (Layer::Linear { weight, .. }, _) => Signal::Flat(gradient.row().matmul(weight.clone())),
        (Layer::Conv2d { weight, stride, padding, .. }, Some([_, _, height, width])) => {
            let kernel = weight.dims()[2];
            let left_over = |side: usize| (side + 2 * padding - kernel) % stride;
            let options = transposed_convolution(*stride, [*padding; 2], [left_over(height), left_over(width)]);
            Signal::Maps(conv_transpose2d(gradient.maps(), weight.clone(), None, options))
        }
        (Layer::ConvTranspose2d { weight, stride, padding, .. }, _) => {
            Signal::Maps(conv2d(gradient.maps(), weight.clone(), None, convolution(*stride, [*padding; 2])))
        }
        (Layer::Flatten, Some(shape)) => Signal::Maps(gradient.row().reshape(shape)),
        (Layer::Unflatten { .. } | Layer::Unflatten1d { .. }, _) => Signal::Flat(gradient.row()),
        _ => gradient,
    }
}

/// Each place `factor` times along either axis.
fn repeated(maps: Tensor<4>, factor: usize) -> Tensor<4> {
    let [batch, channels, height, width] = maps.dims();
    let places = maps.reshape([batch, channels, height, 1, width, 1]);
    places.repeat(&[1, 1, 1, factor, 1, factor]).reshape([batch, channels, height * factor, width * factor])
}

/// Sums over squares of `factor × factor` places.
fn summed(maps: Tensor<4>, factor: usize) -> Tensor<4> {
    let [batch, channels, height, width] = maps.dims();
    let (height, width) = (height / factor, width / factor);
    let squares = maps.reshape([batch, channels, height, factor, width, factor]);
    squares.sum_dim(3).sum_dim(5).reshape([batch, channels, height, width])
}

/// Passes a signal through an activation.
pub(super) fn activate(signal: Signal, activation: Activation) -> Signal {
    match activation {
        Activation::Identity => signal,
        Activation::LeakyRelu { slope } => map_signal!(signal, |x| leaky_relu(x, slope)),
        Activation::Tanh => map_signal!(signal, activation::tanh),
    }
}

fn convolution(stride: usize, padding: [usize; 2]) -> ConvOptions<2> {
    ConvOptions::new([stride; 2], padding, [1; 2], 1)
}

fn transposed_convolution(stride: usize, padding: [usize; 2], output_padding: [usize; 2]) -> ConvTransposeOptions<2> {
    ConvTransposeOptions::new([stride; 2], padding, output_padding, [1; 2], 1)
}

/// `max(x, slope · x)`; Burn's own goes through `mask_where`.
fn leaky_relu<const D: usize>(x: Tensor<D>, slope: f32) -> Tensor<D> {
    if slope == 0.0 { activation::relu(x) } else { activation::relu(x.clone()) * (1.0 - slope) + x * slope }
}

/// The derivative of [`leaky_relu`], which the sign of its value tells: 1 above zero, `slope` elsewhere.
fn leaky_slopes<const D: usize>(y: Tensor<D>, slope: f32) -> Tensor<D> {
    y.without_autodiff().greater_elem(0.0).float() * (1.0 - slope) + slope
}

fn normalise_by_batch<const D: usize>(
    x: Tensor<D>,
    weight: Tensor<1>,
    bias: Tensor<1>,
    noted: &mut Vec<BatchStatistics>,
) -> Tensor<D> {
    let dims = x.dims();
    let values_per_feature = dims.iter().product::<usize>() / dims[1];
    let output = batch_norm_train(x, weight, bias, f64::from(BATCH_NORM_EPSILON));
    noted.push(BatchStatistics::new(output.mean, output.variance, values_per_feature));
    output.output
}
