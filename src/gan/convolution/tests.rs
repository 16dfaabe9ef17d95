//! Our convolutions against Burn's own, values and gradients, over random sizes, and adjoint to each other.

use burn::tensor::module;
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Device, Tensor, TensorData};
use proptest::prelude::*;

use super::{conv_transpose2d, conv2d};
use crate::random::{Random, Stream};

fn random(shape: [usize; 4], number: u64) -> Tensor<4> {
    let mut values = vec![0.0; shape.iter().product()];
    Random::new(1, Stream::Evaluation, number).fill_normal(&mut values);
    Tensor::<4>::from_data(TensorData::new(values, shape), &Device::flex())
}

fn values(tensor: Tensor<4>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// Output, input gradient and weight gradient of a convolution under a fixed random gradient of its output.
fn passes(x: &Tensor<4>, weight: &Tensor<4>, convolve: impl Fn(Tensor<4>, Tensor<4>) -> Tensor<4>) -> [Vec<f32>; 3] {
    let (x, weight) = (x.clone().autodiff().require_grad(), weight.clone().autodiff().require_grad());
    let output = convolve(x.clone(), weight.clone());
    let direction = random(output.dims(), 3);
    let gradients = (output.clone() * direction).sum().backward();
    [values(output.without_autodiff()), values(x.grad(&gradients).unwrap()), values(weight.grad(&gradients).unwrap())]
}

fn assert_close(ours: &[Vec<f32>; 3], theirs: &[Vec<f32>; 3]) -> Result<(), TestCaseError> {
    for (name, (ours, theirs)) in ["output", "input gradient", "weight gradient"].iter().zip(ours.iter().zip(theirs)) {
        prop_assert_eq!(ours.len(), theirs.len());
        let size = theirs.iter().fold(1.0_f32, |size, value| size.max(value.abs()));
        for (a, b) in ours.iter().zip(theirs) {
            prop_assert!((a - b).abs() <= 2e-5 * size, "{}: {} is not {} (largest {})", name, a, b, size);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn convolutions_are_those_of_burn(
        batch in 1..10_usize, channels in 1..6_usize, filters in 1..6_usize,
        height in 1..12_usize, width in 1..12_usize,
        kernel in 1..6_usize, stride in 1..4_usize, padding in 0..4_usize,
    ) {
        prop_assume!(height + 2 * padding >= kernel && width + 2 * padding >= kernel && padding < kernel);
        let (x, weight) = (random([batch, channels, height, width], 1), random([filters, channels, kernel, kernel], 2));
        let ours = passes(&x, &weight, |x, weight| conv2d(x, weight, None, stride, padding));
        let theirs = passes(&x, &weight, |x, weight| {
            module::conv2d(x, weight, None, ConvOptions::new([stride; 2], [padding; 2], [1; 2], 1))
        });
        assert_close(&ours, &theirs)?;
    }

    #[test]
    fn transposed_convolutions_are_those_of_burn(
        batch in 1..10_usize, channels in 1..6_usize, filters in 1..6_usize,
        height in 1..9_usize, width in 1..9_usize,
        kernel in 1..6_usize, stride in 1..4_usize, padding in 0..3_usize, output_padding in 0..3_usize,
    ) {
        let smallest = (height.min(width) - 1) * stride + kernel + output_padding;
        prop_assume!(output_padding < stride && padding < kernel && smallest > 2 * padding);
        let (x, weight) = (random([batch, filters, height, width], 1), random([filters, channels, kernel, kernel], 2));
        let ours = passes(&x, &weight, |x, weight| {
            conv_transpose2d(x, weight, None, stride, padding, [output_padding; 2])
        });
        let theirs = passes(&x, &weight, |x, weight| {
            let options = ConvTransposeOptions::new([stride; 2], [padding; 2], [output_padding; 2], [1; 2], 1);
            module::conv_transpose2d(x, weight, None, options)
        });
        assert_close(&ours, &theirs)?;
    }
}

#[test]
fn a_bias_is_added_and_gets_its_gradient() {
    let (x, weight) = (random([3, 2, 5, 5], 1), random([4, 2, 3, 3], 2));
    let bias = Tensor::<1>::from_data([1.0, 2.0, 3.0, 4.0], &Device::flex()).autodiff().require_grad();
    let output = conv2d(x.clone(), weight.clone(), Some(bias.clone()), 1, 1);
    let gradients = output.clone().sum().backward();
    let gradient: Vec<f32> = bias.grad(&gradients).unwrap().into_data().iter::<f32>().collect();
    assert_eq!(gradient, [75.0; 4]);
    let difference = values(output.without_autodiff() - conv2d(x, weight, None, 1, 1));
    assert!(difference[..25].iter().all(|value| (value - 1.0).abs() < 1e-5));
}
