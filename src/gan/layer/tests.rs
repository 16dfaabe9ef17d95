//! Layers on the CPU against the same layers of Burn's own operations: values and gradients, over random networks.

mod sequences;

use burn::tensor::{Device, Tensor, TensorData};
use proptest::prelude::*;

use super::{Signal, Statistics, Trace, portable};
use crate::config::{Architecture, InitialWeights, LayerSpec, TensorShape};
use crate::gan::sequence::{self, Layered};
use crate::gan::{Labels, Network};
use crate::random::{Random, Stream};

fn random(shape: [usize; 2], number: u64) -> Tensor<2> {
    let mut values = vec![0.0; shape[0] * shape[1]];
    Random::new(1, Stream::Evaluation, number).fill_normal(&mut values);
    Tensor::from_data(TensorData::new(values, shape), &Device::flex())
}

/// A network of these layers whose biases and normalisations are random too.
fn network(input: TensorShape, layers: Vec<LayerSpec>) -> Option<Network> {
    let mut shape = input;
    for index in 0..layers.len() {
        // The last layer's shape is not known before it is asked for: every prefix is tried with the shape it gives.
        shape = output_shape(input, &layers[..=index])?;
    }
    let architecture = Architecture::new(input, layers, shape).ok()?;
    let mut network = Network::new(architecture, InitialWeights::Uniform, 5, Stream::GeneratorInit, &Device::flex());
    let mut count = 0;
    network.update(|_, array| {
        count += 1;
        let noise = random([1, array.dims()[0]], 1_000 + count).reshape([-1]);
        array + noise * 0.3
    });
    Some(network)
}

fn output_shape(input: TensorShape, layers: &[LayerSpec]) -> Option<TensorShape> {
    use crate::config::ShapeError;
    match Architecture::new(input, layers.to_vec(), TensorShape::Flat(usize::MAX)) {
        Ok(architecture) => architecture.shapes.last().copied(),
        Err(ShapeError::Output { found, .. }) => Some(found),
        Err(_) => None,
    }
}

/// The network's output by Burn's own operations.
fn portable_pass(network: &Network, input: Tensor<2>) -> Tensor<2> {
    let mut noted = Vec::new();
    let mut statistics = Statistics::Batch(&mut noted);
    let pass =
        |(layer, activation): &Layered<'_>, signal| portable::forward(layer, signal, *activation, &mut statistics);
    sequence::pass_through(&network.stages(), Signal::Flat(input), pass).row()
}

/// Logits and input gradients by Burn's own operations.
fn portable_slopes(network: &Network, input: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let stages = network.stages();
    let mut traces = Vec::new();
    let logits = sequence::pass_through(&stages, Signal::Flat(input), |(layer, activation), signal| {
        let input_maps = match &signal {
            Signal::Maps(maps) => Some(maps.dims()),
            Signal::Flat(_) => None,
        };
        let kept = Some(signal.clone());
        let output = portable::forward(layer, signal, *activation, &mut Statistics::Running);
        traces.push(Trace { input_maps, input: kept, output: output.clone() });
        output
    })
    .row();
    let gradient = Signal::Flat(logits.clone().without_autodiff().ones_like());
    let slopes = sequence::carry_back(&stages, gradient, traces, |(layer, activation), gradient, trace| {
        portable::adjoint(layer, gradient, *activation, trace)
    });
    (logits, slopes.row())
}

/// Outputs, the input's gradient and all parameters' gradients of `pass` under a random gradient of each output.
fn passes<const N: usize>(
    network: &Network,
    input: &Tensor<2>,
    pass: impl Fn(&Network, Tensor<2>) -> [Tensor<2>; N],
) -> Vec<Vec<f32>> {
    let mut found = Vec::new();
    for recorded in [Recorded::Both, Recorded::Weights, Recorded::Input] {
        found.extend(passes_of(network, input, recorded, &pass));
    }
    found
}

/// Whose operations are recorded: training records a discriminator's weights for its own update, its input for the generator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Recorded {
    Both,
    Weights,
    Input,
}

fn passes_of<const N: usize>(
    network: &Network,
    input: &Tensor<2>,
    recorded: Recorded,
    pass: impl Fn(&Network, Tensor<2>) -> [Tensor<2>; N],
) -> Vec<Vec<f32>> {
    let network = if recorded == Recorded::Input { network.clone() } else { network.tracked() };
    let input = if recorded == Recorded::Weights { input.clone() } else { input.clone().autodiff().require_grad() };
    let outputs = pass(&network, input.clone());
    let mut found: Vec<Vec<f32>> = outputs.iter().map(|output| numbers(output.clone().without_autodiff())).collect();
    let products = outputs.into_iter().enumerate().map(|(index, output)| {
        let direction = random(output.dims(), 100 + index as u64);
        (output * direction).sum()
    });
    let loss = products.reduce(|sum, product| sum + product).unwrap();
    let mut gradients = loss.backward();
    if recorded != Recorded::Weights {
        found.push(numbers(input.grad(&gradients).unwrap()));
    }
    if recorded != Recorded::Input {
        found.extend(network.take_gradients(&mut gradients).into_iter().map(numbers));
    }
    found
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

fn assert_close(ours: &[Vec<f32>], theirs: &[Vec<f32>], tolerance: f32) -> Result<(), TestCaseError> {
    prop_assert_eq!(ours.len(), theirs.len());
    for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        prop_assert_eq!(ours.len(), theirs.len(), "array {}", index);
        let size = theirs.iter().fold(1.0_f32, |size, value| size.max(value.abs()));
        for (a, b) in ours.iter().zip(theirs) {
            prop_assert!((a - b).abs() <= tolerance * size, "array {}: {} is not {} (largest {})", index, a, b, size);
        }
    }
    Ok(())
}

/// Both ways of computing a network give the same, forwards and backwards.
fn assert_same_pass(network: &Network, batch: usize, inputs: usize) -> Result<(), TestCaseError> {
    let input = random([batch, inputs], 1);
    let ours = passes(network, &input, |network, input| [network.forward(input).0]);
    let theirs = passes(network, &input, |network, input| [portable_pass(network, input)]);
    assert_close(&ours, &theirs, 1e-4)
}

/// Both ways of computing a discriminator's slopes give the same, forwards and backwards.
fn assert_same_slopes(network: &Network, batch: usize, inputs: usize) -> Result<(), TestCaseError> {
    let input = random([batch, inputs], 1);
    let ours = passes(network, &input, |network, input| {
        let (logits, slopes) = network.forward_with_input_gradient(input, &Labels::NONE);
        [logits, slopes]
    });
    let theirs = passes(network, &input, |network, input| {
        let (logits, slopes) = portable_slopes(network, input);
        [logits, slopes]
    });
    assert_close(&ours, &theirs, 1e-4)
}

fn activation() -> impl Strategy<Value = Option<LayerSpec>> {
    prop_oneof![
        Just(None),
        Just(Some(LayerSpec::LeakyRelu { slope: 0.0 })),
        Just(Some(LayerSpec::LeakyRelu { slope: 0.2 })),
        Just(Some(LayerSpec::Tanh)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn fully_connected_layers(
        batch in 1..300_usize, inputs in 1..20_usize, widths in prop::collection::vec((1..40_usize, activation()), 1..5),
    ) {
        let mut layers = Vec::new();
        let mut width = inputs;
        for (outputs, activation) in widths {
            layers.push(LayerSpec::Linear { inputs: width, outputs });
            layers.extend(activation);
            width = outputs;
        }
        layers.push(LayerSpec::Linear { inputs: width, outputs: 1 });
        let network = network(TensorShape::Flat(inputs), layers).unwrap();
        assert_same_pass(&network, batch, inputs)?;
        assert_same_slopes(&network, batch, inputs)?;
    }

    #[test]
    fn convolutions(
        batch in 1..12_usize, channels in 1..6_usize, filters in 1..6_usize,
        height in 1..14_usize, width in 1..14_usize, kernel in 1..6_usize, stride in 1..4_usize, padding in 0..4_usize,
        follow in activation(),
    ) {
        prop_assume!(padding < kernel);
        let mut layers = vec![
            LayerSpec::Unflatten { channels, height, width },
            LayerSpec::Conv2d { in_channels: channels, out_channels: filters, kernel, stride, padding },
        ];
        layers.extend(follow);
        layers.push(LayerSpec::Flatten);
        let inputs = channels * height * width;
        let Some(maps) = output_shape(TensorShape::Flat(inputs), &layers).and_then(TensorShape::features) else {
            return Ok(());
        };
        layers.push(LayerSpec::Linear { inputs: maps, outputs: 1 });
        let network = network(TensorShape::Flat(inputs), layers).unwrap();
        assert_same_pass(&network, batch, inputs)?;
        assert_same_slopes(&network, batch, inputs)?;
    }

    // Without an activation: near a kink, rounding would decide on which side of it an output lies.
    #[test]
    fn convolutions_of_many_channels(
        batch in 1..25_usize, channels in 16..40_usize, filters in 16..40_usize,
        height in 2..19_usize, width in 2..19_usize, padding in 0..4_usize, output_padding in 0..2_usize,
        (kernel, stride) in prop_oneof![Just((4, 2)), Just((5, 2))], is_transposed: bool,
    ) {
        prop_assume!(padding < kernel && output_padding < stride);
        let (inner, convolution) = if is_transposed {
            let layer = LayerSpec::ConvTranspose2d {
                in_channels: filters, out_channels: channels, kernel, stride, padding, output_padding,
            };
            (filters, layer)
        } else {
            (channels, LayerSpec::Conv2d { in_channels: channels, out_channels: filters, kernel, stride, padding })
        };
        let inputs = inner * height * width;
        let layers = vec![
            LayerSpec::Unflatten { channels: inner, height, width },
            convolution,
            LayerSpec::Flatten,
        ];
        let Some(maps) = output_shape(TensorShape::Flat(inputs), &layers).and_then(TensorShape::features) else {
            return Ok(());
        };
        let judged = [layers.clone(), vec![LayerSpec::Linear { inputs: maps, outputs: 1 }]].concat();
        let network = |layers| network(TensorShape::Flat(inputs), layers).unwrap();
        assert_same_pass(&network(layers), batch, inputs)?;
        assert_same_slopes(&network(judged), batch, inputs)?;
    }

    #[test]
    fn transposed_convolutions(
        batch in 1..12_usize, channels in 1..6_usize, filters in 1..6_usize,
        height in 1..10_usize, width in 1..10_usize, kernel in 1..6_usize, stride in 1..4_usize, padding in 0..3_usize,
        output_padding in 0..3_usize, follow in activation(),
    ) {
        prop_assume!(padding < kernel);
        let mut layers = vec![
            LayerSpec::Unflatten { channels: filters, height, width },
            LayerSpec::ConvTranspose2d {
                in_channels: filters, out_channels: channels, kernel, stride, padding, output_padding,
            },
        ];
        layers.extend(follow);
        layers.push(LayerSpec::Flatten);
        let inputs = filters * height * width;
        let Some(maps) = output_shape(TensorShape::Flat(inputs), &layers).and_then(TensorShape::features) else {
            return Ok(());
        };
        layers.push(LayerSpec::Linear { inputs: maps, outputs: 1 });
        let network = network(TensorShape::Flat(inputs), layers).unwrap();
        assert_same_pass(&network, batch, inputs)?;
        assert_same_slopes(&network, batch, inputs)?;
    }

    #[test]
    fn batch_normalisation(
        batch in 2..40_usize, channels in 1..9_usize, height in 1..6_usize, width in 1..6_usize, follow in activation(),
        is_flat: bool,
    ) {
        let inputs = channels * height * width;
        let mut layers = if is_flat {
            vec![LayerSpec::BatchNorm { features: inputs }]
        } else {
            vec![LayerSpec::Unflatten { channels, height, width }, LayerSpec::BatchNorm { features: channels }]
        };
        layers.extend(follow);
        if !is_flat {
            layers.push(LayerSpec::Flatten);
        }
        let network = network(TensorShape::Flat(inputs), layers).unwrap();
        assert_same_pass(&network, batch, inputs)?;
    }
}

#[test]
fn instance_normalisation_and_spectral_normalisation() {
    let layers = |follow: LayerSpec| {
        vec![
            LayerSpec::Unflatten { channels: 2, height: 7, width: 6 },
            LayerSpec::Conv2d { in_channels: 2, out_channels: 5, kernel: 3, stride: 1, padding: 1 }
                .with_spectral_norm(),
            LayerSpec::InstanceNorm { features: 5 },
            follow,
            LayerSpec::ConvTranspose2d {
                in_channels: 5,
                out_channels: 3,
                kernel: 4,
                stride: 2,
                padding: 1,
                output_padding: 0,
            }
            .with_spectral_norm(),
            LayerSpec::Flatten,
            LayerSpec::Linear { inputs: 3 * 14 * 12, outputs: 1 }.with_spectral_norm(),
        ]
    };
    for follow in [LayerSpec::Tanh, LayerSpec::LeakyRelu { slope: 0.2 }] {
        let network = network(TensorShape::Flat(84), layers(follow)).unwrap();
        assert_same_pass(&network, 9, 84).unwrap();
        assert_same_slopes(&network, 9, 84).unwrap();
    }
}

#[test]
fn residual_blocks_between_maps_of_several_sizes() {
    let conv = |in_channels, out_channels, kernel| LayerSpec::Conv2d {
        in_channels,
        out_channels,
        kernel,
        stride: 1,
        padding: kernel / 2,
    };
    for follow in [LayerSpec::Tanh, LayerSpec::LeakyRelu { slope: 0.2 }] {
        let layers = vec![
            LayerSpec::Unflatten { channels: 3, height: 6, width: 4 },
            LayerSpec::Residual { layers: vec![conv(3, 5, 3), follow.clone(), conv(5, 3, 1)] },
            LayerSpec::AvgPool { size: 2 },
            conv(3, 4, 1),
            // A block that begins with an activation, which does not act on what passes by.
            LayerSpec::Residual { layers: vec![follow.clone(), conv(4, 4, 3)] },
            follow.clone(),
            LayerSpec::UpsampleNearest { factor: 3 },
            follow,
            LayerSpec::Flatten,
            LayerSpec::Linear { inputs: 4 * 9 * 6, outputs: 1 },
        ];
        let network = network(TensorShape::Flat(72), layers).unwrap();
        assert_same_pass(&network, 11, 72).unwrap();
        assert_same_slopes(&network, 11, 72).unwrap();
    }
}

/// Large enough to be cut into pieces on every path.
#[test]
fn wide_layers_of_many_samples() {
    let leaky = LayerSpec::LeakyRelu { slope: 0.2 };
    let layers = vec![
        LayerSpec::Linear { inputs: 7, outputs: 130 },
        leaky.clone(),
        LayerSpec::Linear { inputs: 130, outputs: 128 },
        leaky.clone(),
        LayerSpec::Linear { inputs: 128, outputs: 128 },
        leaky,
        LayerSpec::Linear { inputs: 128, outputs: 1 },
    ];
    let network = network(TensorShape::Flat(7), layers).unwrap();
    for batch in [301, 512] {
        assert_same_pass(&network, batch, 7).unwrap();
        assert_same_slopes(&network, batch, 7).unwrap();
    }
}

#[test]
fn a_gradient_is_what_finite_differences_say() {
    // Smooth, so that differences of single precision are good to a few thousandths.
    let layers = vec![
        LayerSpec::Unflatten { channels: 2, height: 6, width: 6 },
        LayerSpec::Conv2d { in_channels: 2, out_channels: 3, kernel: 4, stride: 2, padding: 1 },
        LayerSpec::Tanh,
        LayerSpec::ConvTranspose2d {
            in_channels: 3,
            out_channels: 2,
            kernel: 3,
            stride: 2,
            padding: 1,
            output_padding: 1,
        },
        LayerSpec::BatchNorm { features: 2 },
        LayerSpec::Tanh,
        LayerSpec::Flatten,
        LayerSpec::Linear { inputs: 72, outputs: 5 },
        LayerSpec::Tanh,
        LayerSpec::Linear { inputs: 5, outputs: 1 },
    ];
    let network = network(TensorShape::Flat(72), layers).unwrap();
    let input = random([4, 72], 1);
    let direction = random([4, 72], 2);
    let found = passes(&network, &input, |network, input| [network.forward(input).0]);
    let slope: f32 = found[1].iter().zip(numbers(direction.clone())).map(|(a, b)| a * b).sum();
    let weights = numbers(random([4, 1], 100));
    let value = |shift: f32| -> f64 {
        let output = numbers(network.forward(input.clone() + direction.clone() * shift).0.without_autodiff());
        output.iter().zip(&weights).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    let step = 3e-3;
    let difference = (value(step) - value(-step)) / f64::from(2.0 * step);
    assert!((f64::from(slope) - difference).abs() < 5e-3 * difference.abs().max(1.0), "{slope} is not {difference}");
}
