//! Optimizers against updates worked out by hand.

use burn::tensor::{Device, Tensor, TensorData};

use super::{Network, Optimizer};
use crate::config::{Architecture, InitialWeights, LayerSpec, OptimizerConfig, OptimizerKind, TensorShape};
use crate::random::{Random, Stream};

const RATE: f32 = 0.1;

fn one_weight() -> Network {
    let architecture = Architecture::new(
        TensorShape::Flat(1),
        vec![LayerSpec::Linear { inputs: 1, outputs: 1 }],
        TensorShape::Flat(1),
    )
    .unwrap();
    Network::new(architecture, InitialWeights::Uniform, 1, Stream::GeneratorInit, &Device::flex())
}

fn weight(network: &Network) -> f32 {
    network.state()[0].values[0]
}

fn gradients(value: f32) -> Vec<Tensor<1>> {
    let array = |value: f32| Tensor::from_data(TensorData::new(vec![value], [1]), &Device::flex());
    vec![array(value), array(0.0)]
}

/// How far the weight moves in each of several updates.
fn movements(kind: OptimizerKind, slopes: &[f32]) -> Vec<f32> {
    let config =
        OptimizerConfig { kind, learning_rate: RATE, beta_1: 0.5, beta_2: 0.75, epsilon: 1e-8, clip_norm: 0.0 };
    let (mut network, mut optimizer) = (one_weight(), Optimizer::new(config));
    let mut before = weight(&network);
    let mut moved = Vec::new();
    for &slope in slopes {
        optimizer.update(&mut network, gradients(slope), RATE);
        let after = weight(&network);
        moved.push(after - before);
        before = after;
    }
    moved
}

#[test]
fn updates_are_the_hand_worked_ones() {
    let cases = [
        (OptimizerKind::Sgd, [-0.2, 0.1]),
        // Velocity 2, then 0.5 · 2 - 1 = 0.
        (OptimizerKind::Momentum, [-0.2, 0.0]),
        // Square 0.25 · 4 = 1, then 0.75 · 1 + 0.25 · 1 = 1.
        (OptimizerKind::RmsProp, [-0.2, 0.1]),
        // Mean 1 / 0.5 = 2 over √(1 / 0.25) = 2; then mean 0.5 · 1 - 0.5 = 0.
        (OptimizerKind::Adam, [-0.1, 0.0]),
    ];
    for (kind, expected) in cases {
        let moved = movements(kind, &[2.0, -1.0]);
        for (moved, expected) in moved.iter().zip(expected) {
            assert!((moved - expected).abs() < 1e-6, "{kind:?}: {moved} is not {expected}");
        }
    }
}

#[test]
fn a_restored_optimizer_goes_on_as_if_never_stopped() {
    for kind in [OptimizerKind::Momentum, OptimizerKind::RmsProp, OptimizerKind::Adam] {
        let config =
            OptimizerConfig { kind, learning_rate: RATE, beta_1: 0.5, beta_2: 0.75, epsilon: 1e-8, clip_norm: 0.0 };
        let (mut network, mut optimizer) = (one_weight(), Optimizer::new(config.clone()));
        optimizer.update(&mut network, gradients(2.0), RATE);
        let sizes = network.parameter_sizes();
        let (mut other, state) = (network.clone(), optimizer.state());
        let mut restored = Optimizer::with_state(config, state, &sizes, &Device::flex()).unwrap();
        optimizer.update(&mut network, gradients(-0.3), RATE);
        restored.update(&mut other, gradients(-0.3), RATE);
        assert_eq!(weight(&network).to_bits(), weight(&other).to_bits(), "{kind:?}");
    }
}

#[test]
fn a_state_of_other_sizes_is_refused() {
    let config = OptimizerConfig::adam(RATE, 0.5, 0.9);
    let (mut network, mut optimizer) = (one_weight(), Optimizer::new(config.clone()));
    optimizer.update(&mut network, gradients(1.0), RATE);
    assert!(Optimizer::with_state(config, optimizer.state(), &[2, 1], &Device::flex()).is_none());
}

/// On the CPU Adam is one pass over each array; elsewhere it is made of operations on tensors. Both are the same rule.
#[test]
fn both_ways_to_compute_adam_agree() {
    let numbers = |count: usize, seed: u64| {
        let mut values = vec![0.0; count];
        Random::new(seed, Stream::Evaluation, 0).fill_normal(&mut values);
        Tensor::<1>::from_data(TensorData::new(values, [count]), &Device::flex())
    };
    let read = |array: Tensor<1>| array.into_data().iter::<f32>().collect::<Vec<_>>();
    for (beta_1, count) in [(0.0, 5), (0.9, 5), (0.9, 70_001)] {
        let config = OptimizerConfig {
            kind: OptimizerKind::Adam,
            learning_rate: RATE,
            beta_1,
            beta_2: 0.9,
            epsilon: 1e-3,
            clip_norm: 0.0,
        };
        let (mut fused, mut portable) = (Optimizer::new(config.clone()), Optimizer::new(config));
        let (mut here, mut there) = (numbers(count, 1), numbers(count, 1));
        for step in 2..5 {
            here = fused.moved_at_once(here, numbers(count, step));
            there = portable.moved_by_operations(there, numbers(count, step));
        }
        for (a, b) in read(here).into_iter().zip(read(there)) {
            assert!((a - b).abs() <= 1e-5 * b.abs().max(1.0), "{a} is not {b}");
        }
    }
}
