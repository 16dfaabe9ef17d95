//! Losses and penalties against hand-worked numbers, and gradients against finite differences.

use burn::tensor::{Device, Tensor, TensorData};

use super::*;
use crate::config::{
    ActivationKind, Architecture, InitialWeights, LayerSpec, ModelConfig, NormKind, ObjectiveConfig, PenaltyKind,
    SampleShape, TensorShape, UpsamplingKind,
};
use crate::gan::{Labels, Network};
use crate::random::{Random, Stream};

fn logits(values: &[f32]) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len(), 1]), &Device::flex())
}

fn objective(loss: LossKind, label_smoothing: f32) -> ObjectiveConfig {
    ObjectiveConfig { loss, penalty: PenaltyKind::None, penalty_weight: 0.0, label_smoothing }
}

/// ln(1 + eˣ) in double precision.
fn sp(x: f64) -> f64 {
    x.exp().ln_1p()
}

#[test]
fn losses_are_the_hand_worked_numbers() {
    let (real, fake) = ([1.0, -2.0], [0.5, 3.0]);
    let bce_d = f64::midpoint(sp(-1.0), sp(2.0)) + f64::midpoint(sp(0.5), sp(3.0));
    let smoothed_d = bce_d + 0.1 * (1.0 - 2.0) / 2.0;
    let cases = [
        (LossKind::Minimax, bce_d, -(sp(0.5) + sp(3.0)) / 2.0),
        (LossKind::NonSaturating, bce_d, f64::midpoint(sp(-0.5), sp(-3.0))),
        // D: ½ mean(0², 3²) + ½ mean(0.25, 9); G: ½ mean(0.25, 4).
        (LossKind::LeastSquares, 2.25 + 2.3125, 1.0625),
        // D: mean(0, 3) + mean(1.5, 4); G: -1.75.
        (LossKind::Hinge, 1.5 + 2.75, -1.75),
        // D: 1.75 - (-0.5); G: -1.75.
        (LossKind::Wasserstein, 2.25, -1.75),
        (LossKind::Relativistic, f64::midpoint(sp(-0.5), sp(5.0)), f64::midpoint(sp(0.5), sp(-5.0))),
    ];
    for (loss, d_expected, g_expected) in cases {
        let d_loss = discriminator_loss(&objective(loss, 0.0), logits(&real), logits(&fake));
        let g_loss = generator_loss(loss, || logits(&real), logits(&fake));
        let (d_loss, g_loss) = (d_loss.into_scalar::<f32>(), g_loss.into_scalar::<f32>());
        assert!((f64::from(d_loss) - d_expected).abs() < 1e-5, "{loss:?} D: {d_loss} is not {d_expected}");
        assert!((f64::from(g_loss) - g_expected).abs() < 1e-5, "{loss:?} G: {g_loss} is not {g_expected}");
    }
    let smoothed = discriminator_loss(&objective(LossKind::NonSaturating, 0.1), logits(&real), logits(&fake));
    assert!((f64::from(smoothed.into_scalar::<f32>()) - smoothed_d).abs() < 1e-5);
}

#[test]
fn losses_of_extreme_logits_are_finite() {
    let extreme = [1e4, -1e4];
    for loss in [LossKind::Minimax, LossKind::NonSaturating, LossKind::Relativistic] {
        let d_loss = discriminator_loss(&objective(loss, 0.0), logits(&extreme), logits(&[-1e4, 1e4]));
        let g_loss = generator_loss(loss, || logits(&extreme), logits(&[-1e4, 1e4]));
        assert!((d_loss.into_scalar::<f32>() - 1e4).abs() < 1e4, "{loss:?}");
        assert!(g_loss.into_scalar::<f32>().is_finite(), "{loss:?}");
    }
}

#[test]
fn a_saturated_minimax_generator_gets_no_gradient_where_a_non_saturating_one_does() {
    let gradient = |loss: LossKind| {
        let fake = logits(&[-20.0]).autodiff().require_grad();
        let gradients = generator_loss(loss, || logits(&[0.0]), fake.clone()).backward();
        fake.grad(&gradients).map(Tensor::into_scalar::<f32>).unwrap_or_default()
    };
    assert!(gradient(LossKind::Minimax).abs() < 1e-6);
    assert!((gradient(LossKind::NonSaturating) + 1.0).abs() < 1e-6);
}

#[test]
fn penalties_are_the_hand_worked_numbers() {
    // Gradients of length 5 and 0: R1 is ½ (25 + 0) / 2, the gradient penalty ((5 - 1)² + (0 - 1)²) / 2.
    let gradient = || Tensor::<2>::from_data(TensorData::new(vec![3.0_f32, 4.0, 0.0, 0.0], [2, 2]), &Device::flex());
    assert!((penalty::zero_centred(gradient()).into_scalar::<f32>() - 6.25).abs() < 1e-6);
    assert!((penalty::one_centred(gradient()).into_scalar::<f32>() - 8.5).abs() < 1e-5);
}

fn dcgan(channels: usize, norm: NormKind) -> ModelConfig {
    let (upsampling, initial_weights) = (UpsamplingKind::Transposed, InitialWeights::He);
    ModelConfig::Dcgan { channels, norm, upsampling, activation: None, initial_weights }
}

/// A discriminator over points and one over pictures, of every layer that may stand under a penalty.
fn discriminators() -> Vec<(&'static str, Network)> {
    let points = SampleShape::Points { dims: 2 };
    let picture = SampleShape::Image { channels: 1, height: 8, width: 8 };
    let larger_picture = SampleShape::Image { channels: 1, height: 16, width: 16 };
    let mlp = |activation| ModelConfig::Mlp { hidden: vec![16, 16], activation, initial_weights: InitialWeights::He };
    let convolutions = Architecture::new(
        TensorShape::Flat(64),
        vec![
            LayerSpec::Unflatten { channels: 1, height: 8, width: 8 },
            LayerSpec::Conv2d { in_channels: 1, out_channels: 4, kernel: 5, stride: 2, padding: 2 },
            LayerSpec::LeakyRelu { slope: 0.2 },
            LayerSpec::ConvTranspose2d {
                in_channels: 4,
                out_channels: 3,
                kernel: 3,
                stride: 2,
                padding: 1,
                output_padding: 1,
            },
            LayerSpec::Tanh,
            LayerSpec::Flatten,
            LayerSpec::Linear { inputs: 192, outputs: 1 },
        ],
        TensorShape::Flat(1),
    );
    let architectures = [
        ("MLP with leaky ReLU", mlp(ActivationKind::LeakyRelu).discriminator_architecture(points, 1)),
        ("MLP with tanh", mlp(ActivationKind::Tanh).discriminator_architecture(points, 1)),
        ("DCGAN", dcgan(4, NormKind::None).discriminator_architecture(picture, 1)),
        ("DCGAN with spectral normalisation", dcgan(4, NormKind::Spectral).discriminator_architecture(picture, 1)),
        (
            "DCGAN with instance normalisation",
            dcgan(4, NormKind::Instance).discriminator_architecture(larger_picture, 1),
        ),
        ("convolutions of both kinds", convolutions),
        (
            "residual blocks",
            ModelConfig::ResNet { channels: 4, blocks: 1 }.discriminator_architecture(larger_picture, 1),
        ),
    ];
    let build = |architecture| {
        let mut network = Network::new(architecture, InitialWeights::He, 3, Stream::DiscriminatorInit, &Device::flex());
        // Residual blocks and biases begin at zero, where there would be little to test.
        network.update(|index, array| {
            let mut noise = vec![0.0; array.dims()[0]];
            Random::new(3, Stream::Evaluation, index as u64).fill_normal(&mut noise);
            let shape = [noise.len()];
            array + Tensor::from_data(TensorData::new(noise, shape), &Device::flex()) * 0.05
        });
        network
    };
    architectures.into_iter().map(|(name, architecture)| (name, build(architecture.unwrap()))).collect()
}

fn samples(network: &Network, batch: usize) -> Tensor<2> {
    numbered_samples(network, batch, 0)
}

fn numbered_samples(network: &Network, batch: usize, number: u64) -> Tensor<2> {
    let TensorShape::Flat(features) = network.architecture().input else { panic!("networks take rows") };
    let mut values = vec![0.0; batch * features];
    Random::new(5, Stream::Evaluation, number).fill_normal(&mut values);
    Tensor::from_data(TensorData::new(values, [batch, features]), &Device::flex())
}

fn flat(tensor: Tensor<1>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// ‖a - b‖ / ‖b‖.
fn relative_error(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    let square = |x: f32| f64::from(x) * f64::from(x);
    let difference: f64 = a.iter().zip(b).map(|(a, b)| square(a - b)).sum();
    let size: f64 = b.iter().map(|&b| square(b)).sum();
    (difference / size).sqrt()
}

#[test]
fn the_explicit_input_gradient_is_that_of_backward() {
    for (name, network) in discriminators() {
        let input = samples(&network, 6).autodiff().require_grad();
        let (logits, explicit) = network.forward_with_input_gradient(input.clone(), &Labels::NONE);
        let gradients = logits.sum().backward();
        let backward = input.grad(&gradients).unwrap();
        let error = relative_error(&flat(explicit.without_autodiff().flatten(0, 1)), &flat(backward.flatten(0, 1)));
        assert!(error < 1e-5, "{name}: relative error {error}");
    }
}

#[test]
fn the_explicit_gradient_of_a_picked_logit_is_that_of_backward() {
    let picture = SampleShape::Image { channels: 1, height: 8, width: 8 };
    let model = dcgan(4, NormKind::Spectral);
    let architecture = model.discriminator_architecture(picture, 3).unwrap();
    let network = Network::new(architecture, InitialWeights::He, 3, Stream::DiscriminatorInit, &Device::flex());
    let labels = Labels::new(&[0, 2, 1, 2], 3, &Device::flex());
    let input = samples(&network, 4).autodiff().require_grad();
    let (logits, explicit) = network.forward_with_input_gradient(input.clone(), &labels);
    assert_eq!(logits.dims(), [4, 1]);
    let gradients = logits.sum().backward();
    let backward = flat(input.grad(&gradients).unwrap().flatten(0, 1));
    let error = relative_error(&flat(explicit.without_autodiff().flatten(0, 1)), &backward);
    assert!(error < 1e-5, "relative error {error}");
    // Another class has another slope.
    let others = Labels::new(&[1, 1, 1, 1], 3, &Device::flex());
    let (_, of_others) = network.forward_with_input_gradient(input.without_autodiff(), &others);
    assert!(relative_error(&flat(of_others.flatten(0, 1)), &backward) > 0.1);
}

/// The penalty's gradient with respect to the weights, through the explicit expression, must equal what second-order
/// differentiation would give. The oracle needs no second order: with u the detached unit gradient at each sample, the
/// directional derivative (D(x + hu) - D(x - hu)) / 2h is ‖∇D‖, and its weight gradient is that of the norm.
#[test]
fn the_gradient_of_the_penalty_is_exact_and_not_zero() {
    for (name, network) in discriminators() {
        // A segment from x - hu to x + hu that crosses a kink spoils the oracle, never the same one in every batch.
        let errors =
            [0, 1, 2].map(|batch| error_of_the_penaltys_gradient(name, &network, numbered_samples(&network, 6, batch)));
        assert!(errors.into_iter().fold(f64::INFINITY, f64::min) < 1e-2, "{name}: relative errors {errors:?}");
    }
}

/// How far the penalty's gradient is from the oracle's, relative to it.
fn error_of_the_penaltys_gradient(name: &str, network: &Network, input: Tensor<2>) -> f64 {
    const STEP: f32 = 1e-3;
    let tracked = network.tracked();
    let penalty = penalty::zero_centred(tracked.forward_with_input_gradient(input.clone(), &Labels::NONE).1);
    let mut gradients = penalty.backward();
    let explicit: Vec<f32> = tracked.take_gradients(&mut gradients).into_iter().flat_map(flat).collect();
    assert!(explicit.iter().any(|value| value.abs() > 1e-4), "{name}: the penalty has no gradient");

    let slope = network.forward_with_input_gradient(input.clone(), &Labels::NONE).1;
    let norm = slope.clone().square().sum_dim(1).sqrt();
    let direction = slope / norm.clone();
    let tracked = network.tracked();
    let ahead = tracked.infer(input.clone() + direction.clone() * STEP);
    let behind = tracked.infer(input - direction * STEP);
    let surrogate = ((ahead - behind) * norm / (2.0 * STEP)).mean();
    let mut gradients = surrogate.backward();
    let oracle: Vec<f32> = tracked.take_gradients(&mut gradients).into_iter().flat_map(flat).collect();
    relative_error(&explicit, &oracle)
}

#[test]
fn weight_gradients_agree_with_finite_differences() {
    const STEP: f32 = 1e-2;
    for (name, network) in discriminators() {
        let input = samples(&network, 4);
        let loss = |network: &Network| softplus(network.infer(input.clone())).mean();
        let tracked = network.tracked();
        let mut gradients = loss(&tracked).backward();
        let gradients = tracked.take_gradients(&mut gradients);
        // Along the gradient itself the directional derivative is its length.
        let length: f32 = gradients.iter().map(|g| g.clone().square().sum().into_scalar::<f32>()).sum::<f32>().sqrt();
        let moved = |distance: f32| {
            let mut moved = network.clone();
            moved.update(|index, weights| weights + gradients[index].clone() * (distance / length));
            loss(&moved).into_scalar::<f32>()
        };
        let measured = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
        assert!((measured / length - 1.0).abs() < 2e-2, "{name}: {measured} is not {length}");
    }
}
