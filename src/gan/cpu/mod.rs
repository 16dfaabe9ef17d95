//! Layers on the CPU: Burn's Flex backend extended by whole layers, each one operation with a backward pass of its own.
//!
//! Burn's operations are general; a layer made of them allocates and walks through memory once for each. Here a layer is one
//! matrix product with what follows done on the way, so that a step takes a fraction of the time. Everything here is checked
//! against the same layer made of Burn's own operations, which every other device uses.

mod activation;
mod backward;
mod batch_norm;
mod extension;
mod instance_norm;
mod linear_map;
mod patches;
mod products;
mod resample;
mod spectral;
mod stack;
mod threads;
mod unchecked;
mod weights;
mod winograd;

use burn::backend::{Dispatch, Flex};
use burn::tensor::{Device, Shape, Tensor};

pub(super) use activation::Activation;
pub(super) use batch_norm::EPSILON as BATCH_NORM_EPSILON;
use batch_norm::Moments;
use extension::{FlexTensor, LayerOps, dense, tensor, values};
use linear_map::LinearMap;
pub(super) use products::map_products;
pub(super) use resample::{Resampling, Size};
pub(super) use spectral::MatrixView;
pub(super) use stack::{Stacked, StackedStage, stack, stack_with_slopes};
pub(super) use threads::inside_pool_of;
pub(super) use weights::{AdamMemory, AdamStep, adam, blend, norm};

/// Whether a device is the one that this module computes on.
pub(super) fn is_cpu(device: &Device) -> bool {
    device.clone().without_autodiff() == Device::flex()
}

/// Sizes of a 2-D convolution, from its large side (`height × width × channels`) to its small side
/// (`out_height × out_width × filters`). A transposed convolution is the same thing run backwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Geometry {
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) filters: usize,
    pub(super) out_height: usize,
    pub(super) out_width: usize,
    /// Rows and columns of the kernel.
    pub(super) kernel: [usize; 2],
    pub(super) stride: usize,
    /// Rows above and below, columns at either side.
    pub(super) padding: [usize; 2],
}

impl Geometry {
    /// That of a convolution whose weight is `[filters, channels, kernel height, kernel width]`, of maps `height × width`.
    pub(super) fn of_convolution(
        weight: [usize; 4],
        [height, width]: [usize; 2],
        stride: usize,
        padding: [usize; 2],
    ) -> Self {
        let [filters, channels, kernel @ ..] = weight;
        let size = |side: usize, axis: usize| (side + 2 * padding[axis] - kernel[axis]) / stride + 1;
        let (out_height, out_width) = (size(height, 0), size(width, 1));
        Self { channels, height, width, filters, out_height, out_width, kernel, stride, padding }
    }

    /// That of a transposed convolution whose weight is `[filters, channels, kernel, kernel]`, of maps
    /// `out_height × out_width`.
    pub(super) fn of_transposed_convolution(
        weight: [usize; 4],
        [out_height, out_width]: [usize; 2],
        stride: usize,
        padding: [usize; 2],
        output_padding: [usize; 2],
    ) -> Self {
        let [filters, channels, kernel @ ..] = weight;
        let size =
            |side: usize, axis: usize| (side - 1) * stride + kernel[axis] + output_padding[axis] - 2 * padding[axis];
        let (height, width) = (size(out_height, 0), size(out_width, 1));
        Self { channels, height, width, filters, out_height, out_width, kernel, stride, padding }
    }

    /// Numbers of one sample on the large side.
    fn large(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// Numbers of one sample on the small side.
    fn small(&self) -> usize {
        self.filters * self.positions()
    }

    /// Places of the kernel.
    fn positions(&self) -> usize {
        self.out_height * self.out_width
    }

    /// Places that the kernel covers at once.
    fn kernel_size(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// Numbers that the kernel covers at one place.
    fn patch(&self) -> usize {
        self.channels * self.kernel_size()
    }

    fn large_shape(&self, batch: usize) -> Shape {
        [batch, self.height, self.width, self.channels].into()
    }

    fn small_shape(&self, batch: usize) -> Shape {
        [batch, self.out_height, self.out_width, self.filters].into()
    }
}

/// A fully connected layer with what follows it.
///
/// # Shapes
/// `x` `[batch, inputs]`, `weight` `[outputs, inputs]`, `bias` `[outputs]`.
pub(super) fn linear(x: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>, activation: Activation) -> Tensor<2> {
    let ([batch, inputs], [outputs, _]) = (x.dims(), weight.dims());
    affine(x, weight, bias, LinearMap::Dense { inputs, outputs }, activation, [batch, outputs].into())
}

/// [`linear`] of maps as rows. Rows are channel first, so either the maps or the weight must be turned: this turns the weight,
/// which is the smaller of the two where there are fewer outputs than samples.
///
/// # Shapes
/// `maps` `[batch, height, width, channels]`, `weight` `[outputs, channels · height · width]`, `bias` `[outputs]`.
pub(super) fn linear_of_maps(maps: Tensor<4>, weight: Tensor<2>, bias: Tensor<1>, activation: Activation) -> Tensor<2> {
    let ([batch, height, width, channels], [outputs, inputs]) = (maps.dims(), weight.dims());
    let weight = transpose_samples(weight, channels, height * width, [outputs, inputs].into());
    linear(maps.reshape([batch, inputs]), weight, bias, activation)
}

/// A convolution with what follows it.
///
/// # Shapes
/// `x` `[batch, height, width, channels]`, `weight` `[filters, channels, kernel, kernel]`, `bias` `[filters]`.
pub(super) fn conv2d(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Tensor<1>,
    geometry: Geometry,
    activation: Activation,
) -> Tensor<4> {
    let shape = geometry.small_shape(x.dims()[0]);
    affine(x, weight, bias, LinearMap::Convolution(geometry), activation, shape)
}

/// A transposed convolution with what follows it.
///
/// # Shapes
/// `x` `[batch, out_height, out_width, filters]`, `weight` `[filters, channels, kernel, kernel]`, `bias` `[channels]`.
pub(super) fn conv_transpose2d(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Tensor<1>,
    geometry: Geometry,
    activation: Activation,
) -> Tensor<4> {
    let shape = geometry.large_shape(x.dims()[0]);
    affine(x, weight, bias, LinearMap::TransposedConvolution(geometry), activation, shape)
}

/// [`linear`] backwards: from the gradient of its output, before the activation, to that of its input.
pub(super) fn linear_adjoint(gradient: Tensor<2>, weight: Tensor<2>) -> Tensor<2> {
    let ([batch, _], [outputs, inputs]) = (gradient.dims(), weight.dims());
    adjoint(gradient, weight, LinearMap::Dense { inputs, outputs }, [batch, inputs].into())
}

/// [`conv2d`] backwards, likewise.
pub(super) fn conv2d_adjoint(gradient: Tensor<4>, weight: Tensor<4>, geometry: Geometry) -> Tensor<4> {
    let shape = geometry.large_shape(gradient.dims()[0]);
    adjoint(gradient, weight, LinearMap::Convolution(geometry), shape)
}

/// [`conv_transpose2d`] backwards, likewise.
pub(super) fn conv_transpose2d_adjoint(gradient: Tensor<4>, weight: Tensor<4>, geometry: Geometry) -> Tensor<4> {
    let shape = geometry.small_shape(gradient.dims()[0]);
    adjoint(gradient, weight, LinearMap::TransposedConvolution(geometry), shape)
}

/// `g ∘ φ′` for an activation made of straight pieces that gave `output`.
pub(super) fn times_slope<const D: usize>(gradient: Tensor<D>, output: Tensor<D>, activation: Activation) -> Tensor<D> {
    let (gradient, output) = (gradient.into_dispatch(), output.into_dispatch());
    Tensor::from_dispatch(<Dispatch as LayerOps>::times_slope(gradient, output, activation))
}

/// Mean and biased variance of each channel, over all axes but the last. Without gradients.
///
/// # Shapes
/// `[…, channels]` to `[channels]` twice.
pub(super) fn moments<const D: usize>(x: Tensor<D>) -> [Tensor<1>; 2] {
    let channels = x.dims()[D - 1];
    let x = flex(x.without_autodiff());
    let mut means = batch_norm::moments(values(&x), channels);
    let variances = means.split_off(channels);
    [means, variances].map(|moments| Tensor::from_primitive::<Flex>(tensor(moments, [channels])))
}

/// Batch normalisation by the batch's own moments, with what follows it.
///
/// # Shapes
/// `x` `[…, channels]`, the others `[channels]`.
pub(super) fn batch_norm<const D: usize>(
    x: Tensor<D>,
    weight: Tensor<1>,
    bias: Tensor<1>,
    moments: [Tensor<1>; 2],
    activation: Activation,
) -> Tensor<D> {
    normalise(x, weight, bias, moments, Moments::OfBatch, activation)
}

/// Batch normalisation by fixed moments, such as running ones, with what follows it.
///
/// # Shapes
/// As [`batch_norm`].
pub(super) fn batch_norm_by_fixed_moments<const D: usize>(
    x: Tensor<D>,
    weight: Tensor<1>,
    bias: Tensor<1>,
    moments: [Tensor<1>; 2],
    activation: Activation,
) -> Tensor<D> {
    normalise(x, weight, bias, moments, Moments::Fixed, activation)
}

/// Instance normalisation, with what follows it.
///
/// # Shapes
/// `[batch, height, width, channels]`.
pub(super) fn instance_norm(maps: Tensor<4>, activation: Activation) -> Tensor<4> {
    Tensor::from_dispatch(<Dispatch as LayerOps>::normalise_samples(maps.into_dispatch(), activation))
}

/// Maps made larger or smaller.
///
/// # Shapes
/// `[batch, height, width, channels]`.
pub(super) fn resample(maps: Tensor<4>, resampling: Resampling) -> Tensor<4> {
    Tensor::from_dispatch(<Dispatch as LayerOps>::resample(maps.into_dispatch(), resampling))
}

/// A weight divided by `uᵀ W v`, of which `u` and `v` hold still in the gradient.
///
/// # Shapes
/// `u` `[rows]`, `v` `[blocks · columns]` of the view.
pub(super) fn divide_by_stretch<const D: usize>(
    weight: Tensor<D>,
    u: Tensor<1>,
    v: Tensor<1>,
    view: MatrixView,
) -> Tensor<D> {
    let (weight, u, v) = (weight.into_dispatch(), u.into_dispatch(), v.into_dispatch());
    Tensor::from_dispatch(<Dispatch as LayerOps>::divide_by_stretch(weight, u, v, view))
}

/// `v = Wᵀu / ‖Wᵀu‖`, then `u = Wv / ‖Wv‖`. Gives both, `u` first. Without gradients.
pub(super) fn power_iteration<const D: usize>(weight: Tensor<D>, u: Tensor<1>, view: MatrixView) -> [Tensor<1>; 2] {
    let (weight, u) = (flex(weight), flex(u));
    view.power_iteration(values(&weight), values(&u)).map(|vector| {
        let shape = [vector.len()];
        Tensor::from_primitive::<Flex>(tensor(vector, shape))
    })
}

/// Rows to maps.
///
/// # Shapes
/// `[batch, channels · height · width]`, channel first, to `[batch, height, width, channels]`.
pub(super) fn rows_to_maps(rows: Tensor<2>, [channels, height, width]: [usize; 3]) -> Tensor<4> {
    let batch = rows.dims()[0];
    transpose_samples(rows, channels, height * width, [batch, height, width, channels].into())
}

/// Maps to rows.
///
/// # Shapes
/// `[batch, height, width, channels]` to `[batch, channels · height · width]`, channel first.
pub(super) fn maps_to_rows(maps: Tensor<4>) -> Tensor<2> {
    let [batch, height, width, channels] = maps.dims();
    transpose_samples(maps, height * width, channels, [batch, channels * height * width].into())
}

/// The tensor's values in order. Only for tensors without gradients on the CPU.
fn flex<const D: usize>(x: Tensor<D>) -> FlexTensor {
    match x.try_into_primitive::<Flex>() {
        Ok(x) => dense(x),
        Err(error) => unreachable!("callers ask for the device before they come here: {error:?}"),
    }
}

fn affine<const D: usize>(
    x: Tensor<D>,
    weight: Tensor<D>,
    bias: Tensor<1>,
    map: LinearMap,
    activation: Activation,
    shape: Shape,
) -> Tensor<D> {
    let (x, weight, bias) = (x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch());
    Tensor::from_dispatch(<Dispatch as LayerOps>::affine(x, weight, bias, map, activation, shape))
}

fn adjoint<const D: usize>(gradient: Tensor<D>, weight: Tensor<D>, map: LinearMap, shape: Shape) -> Tensor<D> {
    let (gradient, weight) = (gradient.into_dispatch(), weight.into_dispatch());
    Tensor::from_dispatch(<Dispatch as LayerOps>::adjoint(gradient, weight, map, shape))
}

fn normalise<const D: usize>(
    x: Tensor<D>,
    weight: Tensor<1>,
    bias: Tensor<1>,
    [means, variances]: [Tensor<1>; 2],
    origin: Moments,
    activation: Activation,
) -> Tensor<D> {
    let moments = Tensor::cat(vec![means, variances], 0).into_dispatch();
    let (x, weight, bias) = (x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch());
    Tensor::from_dispatch(<Dispatch as LayerOps>::normalise(x, weight, bias, moments, origin, activation))
}

fn transpose_samples<const D: usize, const E: usize>(
    samples: Tensor<D>,
    rows: usize,
    columns: usize,
    shape: Shape,
) -> Tensor<E> {
    if rows == 1 || columns == 1 {
        return samples.reshape(shape);
    }
    Tensor::from_dispatch(<Dispatch as LayerOps>::transpose_samples(samples.into_dispatch(), rows, columns, shape))
}
