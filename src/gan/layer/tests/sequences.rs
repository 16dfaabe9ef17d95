//! Layers along sequences, most of which pass as one.

use super::*;

/// The same pass as a network that ends in these layers, and the same pass and slopes where a layer judges what they give.
fn assert_same_unjudged_and_judged(
    layers: Vec<LayerSpec>,
    batch: usize,
    [inputs, outputs]: [usize; 2],
) -> Result<(), TestCaseError> {
    let judge = LayerSpec::Linear { inputs: outputs, outputs: 1 };
    let unjudged = network(TensorShape::Flat(inputs), layers.clone()).unwrap();
    assert_same_pass(&unjudged, batch, inputs)?;
    let judged = network(TensorShape::Flat(inputs), [layers, vec![judge]].concat()).unwrap();
    assert_same_pass(&judged, batch, inputs)?;
    assert_same_slopes(&judged, batch, inputs)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn sequences(
        batch in 1..12_usize, channels in 1..24_usize, filters in 1..24_usize, length in 1..14_usize,
        kernel in 1..6_usize, padding in 0..4_usize, follow in activation(), has_softmax in any::<bool>(),
    ) {
        prop_assume!(padding < kernel);
        let mut layers = vec![
            LayerSpec::Unflatten1d { channels, length },
            LayerSpec::Conv1d { in_channels: channels, out_channels: filters, kernel, padding },
        ];
        layers.extend(follow);
        layers.push(LayerSpec::Residual {
            layers: vec![
                LayerSpec::LeakyRelu { slope: 0.2 },
                LayerSpec::Conv1d { in_channels: filters, out_channels: filters, kernel: 3, padding: 1 },
            ],
        });
        layers.extend(has_softmax.then_some(LayerSpec::Softmax));
        layers.push(LayerSpec::Flatten);
        let input = TensorShape::Flat(channels * length);
        let Some(shape) = output_shape(input, &layers) else { return Ok(()) };
        layers.push(LayerSpec::Linear { inputs: shape.features().unwrap(), outputs: 1 });
        let network = network(input, layers).unwrap();
        assert_same_pass(&network, batch, channels * length)?;
        assert_same_slopes(&network, batch, channels * length)?;
    }

    /// Sequences that keep their length: all layers pass as one.
    #[test]
    fn character_networks(
        batch in 1..40_usize, symbols in 1..20_usize, width in 1..16_usize, length in 1..14_usize,
        reach in 0..4_usize, blocks in 0..3_usize, follow in activation(), ends_in_softmax: bool, is_generator: bool,
    ) {
        let convolution = |kernel: usize| LayerSpec::Conv1d {
            in_channels: width, out_channels: width, kernel, padding: kernel / 2,
        };
        let block = || LayerSpec::Residual {
            layers: vec![LayerSpec::LeakyRelu { slope: 0.2 }, convolution(2 * reach + 1)]
                .into_iter()
                .chain(follow.clone())
                .chain([convolution(1)])
                .collect(),
        };
        let inputs = if is_generator { 7 } else { symbols * length };
        let mut layers = Vec::new();
        if is_generator {
            layers.push(LayerSpec::Linear { inputs, outputs: symbols * length });
        }
        layers.push(LayerSpec::Unflatten1d { channels: symbols, length });
        layers.push(LayerSpec::Conv1d { in_channels: symbols, out_channels: width, kernel: 1, padding: 0 });
        layers.extend((0..blocks).map(|_| block()));
        layers.extend(follow.clone());
        layers.extend((is_generator && ends_in_softmax).then_some(LayerSpec::Softmax));
        layers.push(LayerSpec::Flatten);
        assert_same_unjudged_and_judged(layers, batch, [inputs, width * length])?;
    }

    // Without an activation: near a kink, rounding would decide on which side of it an output lies.
    #[test]
    fn character_networks_of_many_channels(
        batch in 1..40_usize, symbols in 1..20_usize, width in 16..40_usize, length in 1..14_usize,
    ) {
        let convolution = || LayerSpec::Conv1d { in_channels: width, out_channels: width, kernel: 3, padding: 1 };
        let inputs = symbols * length;
        let layers = vec![
            LayerSpec::Unflatten1d { channels: symbols, length },
            LayerSpec::Conv1d { in_channels: symbols, out_channels: width, kernel: 1, padding: 0 },
            LayerSpec::Residual { layers: vec![convolution(), convolution()] },
            LayerSpec::Flatten,
        ];
        assert_same_unjudged_and_judged(layers, batch, [inputs, width * length])?;
    }
}

#[test]
fn sequences_between_rows() {
    let convolution =
        |channels| LayerSpec::Conv1d { in_channels: channels, out_channels: channels, kernel: 3, padding: 1 };
    let residual_row = |width| LayerSpec::Residual {
        layers: vec![LayerSpec::Linear { inputs: width, outputs: width }, LayerSpec::LeakyRelu { slope: 0.2 }],
    };
    let layers = vec![
        LayerSpec::Linear { inputs: 6, outputs: 12 },
        LayerSpec::Unflatten1d { channels: 3, length: 4 },
        convolution(3),
        convolution(3),
        LayerSpec::Flatten,
        // What passes by is a row as well.
        residual_row(12),
        LayerSpec::Linear { inputs: 12, outputs: 10 },
        residual_row(10),
        LayerSpec::Unflatten1d { channels: 5, length: 2 },
        convolution(5),
        LayerSpec::Flatten,
        LayerSpec::Linear { inputs: 10, outputs: 1 },
    ];
    assert_same_for_some_batches(layers);
}

/// Rows, whose sums become part of the product before them or, behind an activation, do not.
#[test]
fn blocks_of_rows() {
    let linear = || LayerSpec::Linear { inputs: 6, outputs: 6 };
    let block = |layers: Vec<LayerSpec>| LayerSpec::Residual { layers };
    let leaky = LayerSpec::LeakyRelu { slope: 0.2 };
    let layers = vec![
        block(vec![linear(), leaky.clone(), linear()]),
        block(vec![leaky.clone(), linear()]),
        leaky.clone(),
        block(vec![linear(), leaky]),
        block(vec![linear()]),
        LayerSpec::Linear { inputs: 6, outputs: 1 },
    ];
    assert_same_for_some_batches(layers);
}

/// Of six inputs.
fn assert_same_for_some_batches(layers: Vec<LayerSpec>) {
    let network = network(TensorShape::Flat(6), layers).unwrap();
    for batch in [1, 2, 30] {
        assert_same_pass(&network, batch, 6).unwrap();
        assert_same_slopes(&network, batch, 6).unwrap();
    }
}

/// As many samples as are cut into several pieces.
#[test]
fn sequences_of_many_samples() {
    let convolution = || LayerSpec::Conv1d { in_channels: 48, out_channels: 48, kernel: 3, padding: 1 };
    let layers = vec![
        LayerSpec::Unflatten1d { channels: 5, length: 12 },
        LayerSpec::Conv1d { in_channels: 5, out_channels: 48, kernel: 1, padding: 0 },
        LayerSpec::Residual { layers: vec![convolution(), convolution()] },
        LayerSpec::Flatten,
        LayerSpec::Linear { inputs: 48 * 12, outputs: 1 },
    ];
    let network = network(TensorShape::Flat(60), layers).unwrap();
    assert_same_pass(&network, 301, 60).unwrap();
    assert_same_slopes(&network, 301, 60).unwrap();
}
