//! Layers on the CPU, each one operation together with the activation after it. Maps are channels last.

use burn::tensor::{Tensor, activation};

use super::portable::activate;
use super::{Layer, Signal, Statistics, Trace, map_signal, one_minus_square, softmax_adjoint, standardised_adjoint};
use crate::gan::cpu::{self, Activation, Geometry, Resampling, Size};
use crate::gan::network::BatchStatistics;
use crate::gan::sequence;

/// The axes of rows and columns.
const PLACES: [usize; 2] = [1, 2];
/// The axis of channels.
const CHANNELS: usize = 3;

/// See [`Layer::forward`].
pub(super) fn forward(layer: &Layer, input: Signal, follow: Activation, statistics: &mut Statistics<'_>) -> Signal {
    match layer {
        Layer::Linear { weight, bias } => Signal::Flat(cpu::linear(input.row(), weight.clone(), bias.clone(), follow)),
        Layer::Conv2d { weight, bias, stride, padding } => {
            let maps = input.maps();
            let [_, height, width, _] = maps.dims();
            let geometry = Geometry::of_convolution(weight.dims(), [height, width], *stride, [*padding; 2]);
            Signal::Maps(cpu::conv2d(maps, weight.clone(), bias.clone(), geometry, follow))
        }
        Layer::Conv1d { weight, bias, padding } => {
            let maps = input.maps();
            let geometry = sequence_geometry(weight, maps.dims()[1], *padding);
            Signal::Maps(cpu::conv2d(maps, weight.clone().unsqueeze_dim(3), bias.clone(), geometry, follow))
        }
        Layer::ConvTranspose2d { weight, bias, stride, padding, output_padding } => {
            let maps = input.maps();
            let [_, height, width, _] = maps.dims();
            let geometry = Geometry::of_transposed_convolution(
                weight.dims(),
                [height, width],
                *stride,
                [*padding; 2],
                [*output_padding; 2],
            );
            Signal::Maps(cpu::conv_transpose2d(maps, weight.clone(), bias.clone(), geometry, follow))
        }
        Layer::BatchNorm { weight, bias, running_mean, running_var } => {
            let (weight, bias) = (weight.clone(), bias.clone());
            match statistics {
                Statistics::Batch(noted) => map_signal!(input, |x| normalise_by_batch(x, weight, bias, follow, noted)),
                Statistics::Running => {
                    let moments = [running_mean.clone(), running_var.clone()];
                    map_signal!(input, |x| cpu::batch_norm_by_fixed_moments(x, weight, bias, moments, follow))
                }
            }
        }
        Layer::Softmax => activate(Signal::Maps(activation::softmax(input.maps(), CHANNELS)), follow),
        Layer::InstanceNorm => Signal::Maps(cpu::instance_norm(input.maps(), follow)),
        Layer::UpsampleNearest { factor } => activate(Signal::Maps(repeated(input.maps(), *factor, 1.0)), follow),
        Layer::AvgPool { size } => activate(Signal::Maps(summed(input.maps(), *size, mean_of(*size))), follow),
        Layer::Spectral { .. } => forward(&layer.effective(), input, follow, statistics),
        Layer::Residual { .. } => {
            let stages = sequence::stages(std::slice::from_ref(layer));
            let output = sequence::pass_through(&stages, input, |(layer, follow), signal| {
                forward(layer, signal, *follow, statistics)
            });
            activate(output, follow)
        }
        Layer::Flatten => activate(Signal::Flat(to_row(input)), follow),
        Layer::Unflatten1d { channels, length } => {
            activate(Signal::Maps(cpu::rows_to_maps(input.row(), [*channels, *length, 1])), follow)
        }
        Layer::Unflatten { channels, height, width } => {
            activate(Signal::Maps(cpu::rows_to_maps(input.row(), [*channels, *height, *width])), follow)
        }
        Layer::LeakyRelu { .. } | Layer::Tanh => activate(input, follow),
    }
}

/// See [`Layer::adjoint`].
pub(super) fn adjoint(layer: &Layer, gradient: Signal, follow: Activation, trace: Trace) -> Signal {
    let gradient = match (follow, gradient, trace.output) {
        (Activation::Identity, gradient, _) => gradient,
        (Activation::LeakyRelu { .. }, Signal::Flat(gradient), output) => {
            Signal::Flat(cpu::times_slope(gradient, output.row(), follow))
        }
        (Activation::LeakyRelu { .. }, Signal::Maps(gradient), output) => {
            Signal::Maps(cpu::times_slope(gradient, output.maps(), follow))
        }
        (Activation::Tanh, gradient, output) => gradient.times(map_signal!(output, one_minus_square)),
    };
    match (layer, trace.input_maps) {
        (Layer::UpsampleNearest { factor }, _) => Signal::Maps(summed(gradient.maps(), *factor, 1.0)),
        (Layer::AvgPool { size }, _) => Signal::Maps(repeated(gradient.maps(), *size, mean_of(*size))),
        (Layer::InstanceNorm, _) => match trace.input {
            Some(input) => Signal::Maps(standardised_adjoint(gradient.maps(), input.maps(), PLACES)),
            None => gradient,
        },
        (Layer::Linear { weight, .. }, _) => Signal::Flat(cpu::linear_adjoint(gradient.row(), weight.clone())),
        (Layer::Conv2d { weight, stride, padding, .. }, Some([_, height, width, _])) => {
            let geometry = Geometry::of_convolution(weight.dims(), [height, width], *stride, [*padding; 2]);
            Signal::Maps(cpu::conv2d_adjoint(gradient.maps(), weight.clone(), geometry))
        }
        (Layer::Conv1d { weight, padding, .. }, Some([_, length, ..])) => {
            let geometry = sequence_geometry(weight, length, *padding);
            Signal::Maps(cpu::conv2d_adjoint(gradient.maps(), weight.clone().unsqueeze_dim(3), geometry))
        }
        (Layer::Softmax, _) => match trace.input {
            Some(input) => Signal::Maps(softmax_adjoint(gradient.maps(), input.maps(), CHANNELS)),
            None => gradient,
        },
        (Layer::ConvTranspose2d { weight, stride, padding, output_padding, .. }, Some([_, height, width, _])) => {
            let geometry = Geometry::of_transposed_convolution(
                weight.dims(),
                [height, width],
                *stride,
                [*padding; 2],
                [*output_padding; 2],
            );
            Signal::Maps(cpu::conv_transpose2d_adjoint(gradient.maps(), weight.clone(), geometry))
        }
        (Layer::Flatten, Some([_, height, width, channels])) => {
            Signal::Maps(cpu::rows_to_maps(gradient.row(), [channels, height, width]))
        }
        (Layer::Unflatten { .. } | Layer::Unflatten1d { .. }, _) => Signal::Flat(to_row(gradient)),
        _ => gradient,
    }
}

/// Sequences are maps one column wide.
fn sequence_geometry(weight: &Tensor<3>, length: usize, padding: usize) -> Geometry {
    let [filters, channels, kernel] = weight.dims();
    Geometry::of_convolution([filters, channels, kernel, 1], [length, 1], 1, [padding, 0])
}

/// Each place `factor` times along either axis, times `scale`.
fn repeated(maps: Tensor<4>, factor: usize, scale: f32) -> Tensor<4> {
    cpu::resample(maps, Resampling { factor, scale, towards: Size::Large })
}

/// Sums over squares of `factor × factor` places, times `scale`.
fn summed(maps: Tensor<4>, factor: usize, scale: f32) -> Tensor<4> {
    cpu::resample(maps, Resampling { factor, scale, towards: Size::Small })
}

/// What makes a mean of a sum over a square.
fn mean_of(size: usize) -> f32 {
    1.0 / (size * size) as f32
}

fn to_row(signal: Signal) -> Tensor<2> {
    match signal {
        Signal::Flat(rows) => rows,
        Signal::Maps(maps) => cpu::maps_to_rows(maps),
    }
}

fn normalise_by_batch<const D: usize>(
    x: Tensor<D>,
    weight: Tensor<1>,
    bias: Tensor<1>,
    follow: Activation,
    noted: &mut Vec<BatchStatistics>,
) -> Tensor<D> {
    let dims = x.dims();
    let [mean, variance] = cpu::moments(x.clone());
    noted.push(BatchStatistics::new(mean.clone(), variance.clone(), dims.iter().product::<usize>() / dims[D - 1]));
    cpu::batch_norm(x, weight, bias, [mean, variance], follow)
}
