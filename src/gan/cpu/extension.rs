//! The operations of layers as an extension of Flex. `backward.rs` differentiates them. Maps are channels last.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Flex, TensorMetadata as _, backend_extension};
use burn::tensor::{Shape, TensorData};

use super::activation::Activation;
use super::batch_norm::{self, Moments};
use super::linear_map::{Finish, LinearMap};
use super::resample::Resampling;
use super::spectral::{self, MatrixView};
use super::{instance_norm, patches, threads};

/// What layers are made of; each can be differentiated once.
#[backend_extension(Flex, Autodiff)]
pub(super) trait LayerOps: Backend {
    /// `φ(W x + b)`. `[batch, inputs]` to `[batch, outputs]` in memory; the result's shape is `shape`.
    fn affine(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        map: LinearMap,
        activation: Activation,
        shape: Shape,
    ) -> FloatTensor<Self>;

    /// `Wᵀ g`. `[batch, outputs]` to `[batch, inputs]` in memory; the result's shape is `shape`.
    fn adjoint(
        gradient: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        map: LinearMap,
        shape: Shape,
    ) -> FloatTensor<Self>;

    /// `g ∘ φ′` where `φ` gave `output`, for an activation made of straight pieces: as a function of `g` alone.
    fn times_slope(gradient: FloatTensor<Self>, output: FloatTensor<Self>, activation: Activation)
    -> FloatTensor<Self>;

    /// Batch normalisation over all axes but the last, then an activation. `moments` is `[2, channels]`: means, variances.
    fn normalise(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        origin: Moments,
        activation: Activation,
    ) -> FloatTensor<Self>;

    /// Normalisation of each channel of each sample, then an activation. `[batch, height, width, channels]`.
    fn normalise_samples(maps: FloatTensor<Self>, activation: Activation) -> FloatTensor<Self>;

    /// Maps made larger or smaller. `[batch, height, width, channels]`.
    fn resample(maps: FloatTensor<Self>, resampling: Resampling) -> FloatTensor<Self>;

    /// `W / (uᵀ W v)`, as a function of `W` alone.
    fn divide_by_stretch(
        weight: FloatTensor<Self>,
        u: FloatTensor<Self>,
        v: FloatTensor<Self>,
        view: MatrixView,
    ) -> FloatTensor<Self>;

    /// Each sample's matrix the other way round. `[batch, rows, columns]` in memory; the result's shape is `shape`.
    fn transpose_samples(values: FloatTensor<Self>, rows: usize, columns: usize, shape: Shape) -> FloatTensor<Self>;
}

/// A tensor of Flex.
pub(super) type FlexTensor = FloatTensor<Flex>;

/// The tensor with its values row by row from the beginning of its memory.
pub(super) fn dense(tensor: FlexTensor) -> FlexTensor {
    if tensor.is_contiguous() && tensor.layout().start_offset() == 0 { tensor } else { tensor.to_contiguous() }
}

/// The values of a [`dense`] tensor, row by row.
pub(super) fn values(tensor: &FlexTensor) -> &[f32] {
    &tensor.storage()[..tensor.layout().num_elements()]
}

/// The values of a [`dense`] tensor, to change; copied first where another tensor shares them.
pub(super) fn values_mut(tensor: &mut FlexTensor) -> &mut [f32] {
    let count = tensor.layout().num_elements();
    &mut tensor.storage_mut()[..count]
}

/// A tensor that holds `values`.
pub(super) fn tensor(values: Vec<f32>, shape: impl Into<Shape>) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape.into()))
}

/// `g ∘ φ′` where `φ` gave `output`, for any activation.
pub(super) fn times_derivative(gradient: FlexTensor, output: &FlexTensor, activation: Activation) -> FlexTensor {
    if activation == Activation::Identity {
        return gradient;
    }
    let mut gradient = dense(gradient);
    threads::by_pieces(values_mut(&mut gradient), values(output), |gradient, output| {
        activation.multiply_by_derivative(gradient, output);
    });
    gradient
}

/// Numbers of one sample, and channels, of maps `[batch, height, width, channels]`.
pub(super) fn sample_sizes(maps: &Shape) -> (usize, usize) {
    (maps[1] * maps[2] * maps[3], maps[3])
}

impl LayerOps for Flex {
    fn affine(
        input: FlexTensor,
        weight: FlexTensor,
        bias: FlexTensor,
        map: LinearMap,
        activation: Activation,
        shape: Shape,
    ) -> FlexTensor {
        let (input, weight, bias) = (dense(input), dense(weight), dense(bias));
        let finish = Finish { bias: Some(values(&bias)), activation };
        tensor(map.apply(values(&input), values(&weight), finish), shape)
    }

    fn adjoint(gradient: FlexTensor, weight: FlexTensor, map: LinearMap, shape: Shape) -> FlexTensor {
        let (gradient, weight) = (dense(gradient), dense(weight));
        tensor(map.adjoint(values(&gradient), values(&weight)), shape)
    }

    fn times_slope(gradient: FlexTensor, output: FlexTensor, activation: Activation) -> FlexTensor {
        times_derivative(gradient, &dense(output), activation)
    }

    fn normalise(
        input: FlexTensor,
        weight: FlexTensor,
        bias: FlexTensor,
        moments: FlexTensor,
        _: Moments,
        activation: Activation,
    ) -> FlexTensor {
        let shape = input.shape();
        let (input, weight, bias, moments) = (dense(input), dense(weight), dense(bias), dense(moments));
        let (input, moments) = (values(&input), values(&moments));
        tensor(batch_norm::normalise(input, moments, values(&weight), values(&bias), activation), shape)
    }

    fn normalise_samples(maps: FlexTensor, activation: Activation) -> FlexTensor {
        let shape = maps.shape();
        let maps = dense(maps);
        let (features, channels) = sample_sizes(&shape);
        tensor(instance_norm::normalise(values(&maps), features, channels, activation), shape)
    }

    fn resample(maps: FlexTensor, resampling: Resampling) -> FlexTensor {
        let shape = maps.shape();
        let shape = [shape[0], shape[1], shape[2], shape[3]];
        let maps = dense(maps);
        tensor(resampling.apply(values(&maps), shape), resampling.output_shape(shape))
    }

    fn divide_by_stretch(weight: FlexTensor, u: FlexTensor, v: FlexTensor, view: MatrixView) -> FlexTensor {
        let (mut weight, u, v) = (dense(weight), dense(u), dense(v));
        let sigma = view.stretch(values(&weight), values(&u), values(&v));
        spectral::scale(values_mut(&mut weight), 1.0 / sigma);
        weight
    }

    fn transpose_samples(samples: FlexTensor, rows: usize, columns: usize, shape: Shape) -> FlexTensor {
        let samples = dense(samples);
        tensor(patches::transposed(values(&samples), rows, columns).into_owned(), shape)
    }
}
