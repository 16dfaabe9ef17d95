//! Spectral normalisation: a weight divided by its largest singular value (Miyato 2018, arXiv 1802.05957).
//!
//! The weight is seen as a matrix `W` with an output a row. Its first singular vectors `u` and `v` are followed by one power
//! iteration a training step (algorithm 1 there), and `σ = uᵀ W v` is a function of `W` alone: `u` and `v` hold still in its
//! gradient (equation 12).

use burn::tensor::{Device, Tensor, TensorData};

use super::Layer;
use crate::gan::cpu;
use crate::random::Random;

/// Keeps a length of zero out of a divisor; PyTorch's.
const EPSILON: f32 = 1e-12;
/// Iterations before the first step, so that σ is right from the start; as many as in PyTorch.
const FIRST_ITERATIONS: usize = 15;

/// Which of a weight's axes counts the outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OutputAxis {
    First,
    /// Of transposed convolutions, `[in, out, kernel, kernel]`.
    Second,
}

/// A layer whose weight is divided by its largest singular value, with vectors found from a random start.
pub(in crate::gan) fn wrap(layer: Layer, random: &mut Random, device: &Device) -> Layer {
    let outputs = match &layer {
        Layer::Linear { bias, .. }
        | Layer::Conv1d { bias, .. }
        | Layer::Conv2d { bias, .. }
        | Layer::ConvTranspose2d { bias, .. } => bias.dims()[0],
        // Architectures are checked: nothing else is wrapped.
        _ => return layer,
    };
    let mut start = vec![0.0; outputs];
    random.fill_normal(&mut start);
    let u = Tensor::<1>::from_data(TensorData::new(start, [outputs]), device);
    let mut vectors = iterated(&layer, u);
    for _ in 1..FIRST_ITERATIONS {
        vectors = iterated(&layer, vectors[0].clone());
    }
    let [u, v] = vectors;
    Layer::Spectral { layer: Box::new(layer), u, v }
}

/// `v = Wᵀu / ‖Wᵀu‖`, then `u = Wv / ‖Wv‖`. Gives both, `u` first.
pub(super) fn iterated(layer: &Layer, u: Tensor<1>) -> [Tensor<1>; 2] {
    match layer {
        Layer::Linear { weight, .. } => iterated_weight(weight, u, OutputAxis::First),
        Layer::Conv1d { weight, .. } => iterated_weight(weight, u, OutputAxis::First),
        Layer::Conv2d { weight, .. } => iterated_weight(weight, u, OutputAxis::First),
        Layer::ConvTranspose2d { weight, .. } => iterated_weight(weight, u, OutputAxis::Second),
        _ => [u.clone(), u],
    }
}

/// The layer with its weight divided by `uᵀ W v`.
pub(super) fn divided(layer: &Layer, u: &Tensor<1>, v: &Tensor<1>) -> Layer {
    let mut layer = layer.clone();
    match &mut layer {
        Layer::Linear { weight, .. } => *weight = divided_weight(weight.clone(), u, v, OutputAxis::First),
        Layer::Conv1d { weight, .. } => *weight = divided_weight(weight.clone(), u, v, OutputAxis::First),
        Layer::Conv2d { weight, .. } => *weight = divided_weight(weight.clone(), u, v, OutputAxis::First),
        Layer::ConvTranspose2d { weight, .. } => *weight = divided_weight(weight.clone(), u, v, OutputAxis::Second),
        _ => {}
    }
    layer
}

fn iterated_weight<const D: usize>(weight: &Tensor<D>, u: Tensor<1>, axis: OutputAxis) -> [Tensor<1>; 2] {
    let weight = weight.clone().without_autodiff();
    if cpu::is_cpu(&weight.device()) {
        return cpu::power_iteration(weight.clone(), u, view(&weight, axis));
    }
    let matrix = matrix(weight, axis);
    let unit = |vector: Tensor<2>| {
        let length = vector.clone().square().sum().sqrt() + EPSILON;
        vector / length.unsqueeze()
    };
    let v = unit(matrix.clone().transpose().matmul(u.unsqueeze_dim(1)));
    let u = unit(matrix.matmul(v.clone()));
    [u.flatten(0, 1), v.flatten(0, 1)]
}

fn divided_weight<const D: usize>(weight: Tensor<D>, u: &Tensor<1>, v: &Tensor<1>, axis: OutputAxis) -> Tensor<D> {
    if cpu::is_cpu(&weight.device()) {
        let view = view(&weight, axis);
        return cpu::divide_by_stretch(weight, u.clone(), v.clone(), view);
    }
    portable_divided(weight, u, v, axis)
}

/// [`divided_weight`] by Burn's own operations.
fn portable_divided<const D: usize>(weight: Tensor<D>, u: &Tensor<1>, v: &Tensor<1>, axis: OutputAxis) -> Tensor<D> {
    let stretched = matrix(weight.clone(), axis).matmul(v.clone().unsqueeze_dim(1));
    let sigma = (stretched * u.clone().unsqueeze_dim(1)).sum();
    weight / sigma.unsqueeze()
}

/// The weight with an output a row.
fn matrix<const D: usize>(weight: Tensor<D>, axis: OutputAxis) -> Tensor<2> {
    let weight = match axis {
        OutputAxis::First => weight,
        OutputAxis::Second => weight.swap_dims(0, 1),
    };
    let outputs = weight.dims()[0];
    let columns = weight.shape().num_elements() / outputs;
    weight.reshape([outputs, columns])
}

/// The same as a view of the weight's memory.
fn view<const D: usize>(weight: &Tensor<D>, axis: OutputAxis) -> cpu::MatrixView {
    let dims = weight.dims();
    let (blocks, rows) = match axis {
        OutputAxis::First => (1, dims[0]),
        OutputAxis::Second => (dims[0], dims[1]),
    };
    cpu::MatrixView { blocks, rows, columns: weight.shape().num_elements() / (blocks * rows) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(values, shape), &Device::flex())
    }

    fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().iter::<f32>().collect()
    }

    fn random(count: usize, number: u64) -> Vec<f32> {
        let mut values = vec![0.0; count];
        Random::new(3, crate::random::Stream::Evaluation, number).fill_normal(&mut values);
        values
    }

    fn assert_close(found: &[f32], expected: &[f32]) {
        assert_eq!(found.len(), expected.len());
        let is_close = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5);
        assert!(is_close, "{found:?} is not {expected:?}");
    }

    #[test]
    fn one_iteration_is_the_hand_worked_one() {
        // W = (3 0; 4 5), u = (1, 0): Wᵀu = (3, 0), v = (1, 0), Wv = (3, 4), u = (0.6, 0.8), σ = 0.6·3 + 0.8·4 = 5.
        let weight = tensor(vec![3.0, 0.0, 4.0, 5.0], [2, 2]);
        let [u, v] = iterated_weight(&weight, tensor(vec![1.0, 0.0], [2]), OutputAxis::First);
        assert_close(&numbers(v.clone()), &[1.0, 0.0]);
        assert_close(&numbers(u.clone()), &[0.6, 0.8]);
        assert_close(&numbers(divided_weight(weight, &u, &v, OutputAxis::First)), &[0.6, 0.0, 0.8, 1.0]);
    }

    #[test]
    fn many_iterations_find_the_largest_singular_value() {
        // W = (3 0; 4 5) has the singular values √45 and √5.
        let layer = Layer::Linear {
            weight: tensor(vec![3.0, 0.0, 4.0, 5.0], [2, 2]),
            bias: Tensor::zeros([2], &Device::flex()),
        };
        let mut random = Random::new(1, crate::random::Stream::PowerIteration, 0);
        let Layer::Spectral { layer, u, v } = wrap(layer, &mut random, &Device::flex()) else { panic!("wrapped") };
        let Layer::Linear { weight, .. } = divided(&layer, &u, &v) else { panic!("a linear layer") };
        let sigma = 45.0_f32.sqrt();
        assert_close(&numbers(weight), &[3.0, 0.0, 4.0, 5.0].map(|value: f32| value / sigma));
    }

    /// Both ways of computing it agree, and its gradient is what finite differences say, for either axis of outputs.
    #[test]
    fn a_divided_weight_and_its_gradient() {
        const STEP: f32 = 1e-2;
        for axis in [OutputAxis::First, OutputAxis::Second] {
            let shape = [3, 4, 2, 2];
            let weight = tensor(random(48, 1), shape);
            let direction = tensor(random(48, 2), shape);
            let outputs = if axis == OutputAxis::First { 3 } else { 4 };
            let [u, v] = iterated_weight(&weight, tensor(random(outputs, 3), [outputs]), axis);
            let loss = |weight: Tensor<4>| (divided_weight(weight, &u, &v, axis) * direction.clone()).sum();
            let gradients = [divided_weight::<4>, portable_divided::<4>].map(|divide| {
                let tracked = weight.clone().autodiff().require_grad();
                let output = divide(tracked.clone(), &u, &v, axis);
                let values = numbers(output.clone().without_autodiff());
                let gradients = (output * direction.clone()).sum().backward();
                (values, numbers(tracked.grad(&gradients).unwrap()))
            });
            assert_close(&gradients[0].0, &gradients[1].0);
            assert_close(&gradients[0].1, &gradients[1].1);
            let step = tensor(random(48, 4), shape);
            let slope: f32 = gradients[0].1.iter().zip(numbers(step.clone())).map(|(a, b)| a * b).sum();
            let moved = |distance: f32| loss(weight.clone() + step.clone() * distance).into_scalar::<f32>();
            let measured = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
            assert!((slope - measured).abs() < 2e-2 * measured.abs().max(0.1), "{axis:?}: {slope} is not {measured}");
        }
    }
}
