//! Convolutions on the CPU: Burn's Flex backend extended by im2col and matrix products. Everywhere else Burn's own are used.

mod extension;
mod gemm;
mod kernels;

use burn::backend::Dispatch;
use burn::tensor::module;
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Device, Tensor};

use extension::ConvolutionOps;

/// Sizes of a 2-D convolution with square kernels, from its large side (`channels × height × width`) to its small side
/// (`filters × out_height × out_width`). A transposed convolution is the same thing run backwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Geometry {
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) filters: usize,
    pub(super) out_height: usize,
    pub(super) out_width: usize,
    pub(super) kernel: usize,
    pub(super) stride: usize,
    pub(super) padding: usize,
}

impl Geometry {
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

    /// Numbers that the kernel covers at one place.
    fn patch(&self) -> usize {
        self.channels * self.kernel * self.kernel
    }
}

/// 2-D convolution.
///
/// # Shapes
/// `x` `[batch, in, height, width]`, `weight` `[out, in, kernel, kernel]`, `bias` `[out]`.
pub(super) fn conv2d(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    stride: usize,
    padding: usize,
) -> Tensor<4> {
    if !is_on_cpu(&x.device()) {
        return module::conv2d(x, weight, bias, ConvOptions::new([stride; 2], [padding; 2], [1; 2], 1));
    }
    let [_, channels, height, width] = x.dims();
    let [filters, _, kernel, _] = weight.dims();
    let size = |side: usize| (side + 2 * padding - kernel) / stride + 1;
    let geometry = Geometry {
        channels,
        height,
        width,
        filters,
        out_height: size(height),
        out_width: size(width),
        kernel,
        stride,
        padding,
    };
    let output = <Dispatch as ConvolutionOps>::gather(x.into_dispatch(), weight.into_dispatch(), geometry);
    add_bias(Tensor::from_dispatch(output), bias)
}

/// Transposed 2-D convolution.
///
/// # Shapes
/// `x` `[batch, in, height, width]`, `weight` `[in, out, kernel, kernel]`, `bias` `[out]`.
pub(super) fn conv_transpose2d(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    stride: usize,
    padding: usize,
    output_padding: [usize; 2],
) -> Tensor<4> {
    if !is_on_cpu(&x.device()) {
        let options = ConvTransposeOptions::new([stride; 2], [padding; 2], output_padding, [1; 2], 1);
        return module::conv_transpose2d(x, weight, bias, options);
    }
    let [_, filters, out_height, out_width] = x.dims();
    let [_, channels, kernel, _] = weight.dims();
    let size = |side: usize, extra: usize| (side - 1) * stride + kernel + extra - 2 * padding;
    let geometry = Geometry {
        channels,
        height: size(out_height, output_padding[0]),
        width: size(out_width, output_padding[1]),
        filters,
        out_height,
        out_width,
        kernel,
        stride,
        padding,
    };
    let output = <Dispatch as ConvolutionOps>::scatter(x.into_dispatch(), weight.into_dispatch(), geometry);
    add_bias(Tensor::from_dispatch(output), bias)
}

fn add_bias(maps: Tensor<4>, bias: Option<Tensor<1>>) -> Tensor<4> {
    match bias {
        Some(bias) => {
            let channels = bias.dims()[0];
            maps + bias.reshape([1, channels, 1, 1])
        }
        None => maps,
    }
}

fn is_on_cpu(device: &Device) -> bool {
    device.clone().without_autodiff() == Device::flex()
}

#[cfg(test)]
mod tests;
