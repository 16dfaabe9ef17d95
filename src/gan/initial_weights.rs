//! The weights a layer starts with, a function of the random numbers it is given.

use burn::tensor::{Device, Tensor, TensorData};

use super::arrays::MapArrays;
use super::layer::Layer;
use crate::config::{InitialWeights, LayerSpec};
use crate::random::Random;

/// A layer with fresh weights. Batch normalisation always starts as the identity.
pub(super) fn layer(spec: &LayerSpec, initial: InitialWeights, random: &mut Random, device: &Device) -> Layer {
    match *spec {
        LayerSpec::Linear { inputs, outputs } => Layer::Linear {
            weight: weights([outputs, inputs], inputs, initial, random, device),
            bias: biases(outputs, inputs, initial, random, device),
        },
        LayerSpec::Conv2d { in_channels, out_channels, kernel, stride, padding } => {
            let inputs = in_channels * kernel * kernel;
            Layer::Conv2d {
                weight: weights([out_channels, in_channels, kernel, kernel], inputs, initial, random, device),
                bias: biases(out_channels, inputs, initial, random, device),
                stride,
                padding,
            }
        }
        LayerSpec::Conv1d { in_channels, out_channels, kernel, padding } => {
            let inputs = in_channels * kernel;
            Layer::Conv1d {
                weight: weights([out_channels, in_channels, kernel], inputs, initial, random, device),
                bias: biases(out_channels, inputs, initial, random, device),
                padding,
            }
        }
        LayerSpec::ConvTranspose2d { in_channels, out_channels, kernel, stride, padding, output_padding } => {
            // PyTorch counts a transposed convolution's inputs on its second axis, which holds the outputs.
            let inputs = out_channels * kernel * kernel;
            Layer::ConvTranspose2d {
                weight: weights([in_channels, out_channels, kernel, kernel], inputs, initial, random, device),
                bias: biases(out_channels, inputs, initial, random, device),
                stride,
                padding,
                output_padding,
            }
        }
        LayerSpec::BatchNorm { features } => Layer::BatchNorm {
            weight: Tensor::ones([features], device),
            bias: Tensor::zeros([features], device),
            running_mean: Tensor::zeros([features], device),
            running_var: Tensor::ones([features], device),
        },
        LayerSpec::InstanceNorm { .. } => Layer::InstanceNorm,
        LayerSpec::UpsampleNearest { factor } => Layer::UpsampleNearest { factor },
        LayerSpec::AvgPool { size } => Layer::AvgPool { size },
        LayerSpec::Residual { ref layers } => {
            let mut layers: Vec<Layer> = layers.iter().map(|spec| self::layer(spec, initial, random, device)).collect();
            // A block begins as the identity (fix-up initialisation, Zhang 2019, arXiv 1901.09321).
            if let Some(last) = layers.pop() {
                layers.push(last.map(&mut Zeros));
            }
            Layer::Residual { layers }
        }
        LayerSpec::SpectralNorm { ref layer } => self::layer(layer, initial, random, device),
        LayerSpec::LeakyRelu { slope } => Layer::LeakyRelu { slope },
        LayerSpec::Tanh => Layer::Tanh,
        LayerSpec::Softmax => Layer::Softmax,
        LayerSpec::Flatten => Layer::Flatten,
        LayerSpec::Unflatten1d { channels, length } => Layer::Unflatten1d { channels, length },
        LayerSpec::Unflatten { channels, height, width } => Layer::Unflatten { channels, height, width },
    }
}

struct Zeros;

impl MapArrays for Zeros {
    fn parameter<const D: usize>(&mut self, _name: &'static str, array: Tensor<D>) -> Tensor<D> {
        array.zeros_like()
    }
}

fn weights<const D: usize>(
    shape: [usize; D],
    inputs: usize,
    initial: InitialWeights,
    random: &mut Random,
    device: &Device,
) -> Tensor<D> {
    let values = values(shape.iter().product(), inputs, initial, random);
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn biases(count: usize, inputs: usize, initial: InitialWeights, random: &mut Random, device: &Device) -> Tensor<1> {
    match initial {
        InitialWeights::Uniform => weights([count], inputs, initial, random, device),
        InitialWeights::Normal { .. } | InitialWeights::He => Tensor::zeros([count], device),
    }
}

fn values(count: usize, inputs: usize, initial: InitialWeights, random: &mut Random) -> Vec<f32> {
    let inputs = inputs as f32;
    let mut draw = || match initial {
        InitialWeights::Uniform => random.uniform_in(-1.0, 1.0) / inputs.sqrt(),
        InitialWeights::Normal { std } => random.normal() * std,
        InitialWeights::He => random.normal() * (2.0 / inputs).sqrt(),
    };
    (0..count).map(|_| draw()).collect()
}
