//! A list of layers as it computes: what passes through it, and the way back of a gradient as an expression.

use burn::tensor::Tensor;

use super::condition::Labels;
use super::cpu::{self, Activation, Stacked, StackedStage};
use super::layer::{Effective, Layer, Signal, Statistics, Trace};

/// A layer with the activation that follows it.
pub(super) type Layered<'a> = (Effective<'a>, Activation);

/// One thing that happens to a signal.
#[derive(Debug)]
pub(super) enum Stage<'a> {
    /// It passes through a layer.
    Pass(Layered<'a>),
    /// It is remembered, and passes on.
    Fork,
    /// What was remembered last is added to it.
    Join,
}

/// The layers as they compute: each with the activation that follows it and is no stage of its own then, residual blocks as
/// what is in them between a fork and a join.
pub(super) fn stages(layers: &[Layer]) -> Vec<Stage<'_>> {
    let mut stages = Vec::with_capacity(layers.len());
    collect(layers, &mut stages);
    stages
}

fn collect<'a>(layers: &'a [Layer], stages: &mut Vec<Stage<'a>>) {
    for layer in layers {
        if let Layer::Residual { layers } = layer {
            stages.push(Stage::Fork);
            collect(layers, stages);
            stages.push(Stage::Join);
            continue;
        }
        match (layer.activation(), stages.last_mut()) {
            (Some(activation), Some(Stage::Pass((_, follow)))) if *follow == Activation::Identity => {
                *follow = activation;
            }
            (activation, _) => {
                stages.push(Stage::Pass((layer.effective(), activation.unwrap_or(Activation::Identity))));
            }
        }
    }
}

/// Lets `pass` do with a signal what each layer does.
pub(super) fn pass_through<'a>(
    stages: &[Stage<'a>],
    mut signal: Signal,
    mut pass: impl FnMut(&Layered<'a>, Signal) -> Signal,
) -> Signal {
    let mut remembered = Vec::new();
    for stage in stages {
        signal = match stage {
            Stage::Pass(layered) => pass(layered, signal),
            Stage::Fork => {
                remembered.push(signal.clone());
                signal
            }
            Stage::Join => plus(signal, remembered.pop()),
        };
    }
    signal
}

/// Lets `carry` bring a gradient back through each layer, last first; `traces` are those of the layers, first to last.
pub(super) fn carry_back<'a>(
    stages: &[Stage<'a>],
    mut gradient: Signal,
    mut traces: Vec<Trace>,
    mut carry: impl FnMut(&Layered<'a>, Signal, Trace) -> Signal,
) -> Signal {
    let mut remembered = Vec::new();
    for stage in stages.iter().rev() {
        gradient = match stage {
            Stage::Pass(layered) => match traces.pop() {
                Some(trace) => carry(layered, gradient, trace),
                None => gradient,
            },
            Stage::Join => {
                remembered.push(gradient.clone());
                gradient
            }
            Stage::Fork => plus(gradient, remembered.pop()),
        };
    }
    gradient
}

fn plus(signal: Signal, remembered: Option<Signal>) -> Signal {
    match remembered {
        Some(remembered) => signal.plus(remembered),
        None => signal,
    }
}

/// The output for a batch of rows.
pub(super) fn run(layers: &[Layer], input: Tensor<2>, statistics: &mut Statistics<'_>) -> Tensor<2> {
    let stages = stages(layers);
    let is_on_cpu = cpu::is_cpu(&input.device());
    let mut signal = Signal::Flat(input);
    let mut remembered = Vec::new();
    let mut rest = stages.as_slice();
    while let Some(stage) = rest.first() {
        if is_on_cpu && let Signal::Flat(rows) = &signal {
            let stack = leading_stack(rest);
            if is_worthwhile(&stack) {
                signal = match cpu::stack(rows.clone(), &stack) {
                    Stacked::Rows(rows) => Signal::Flat(rows),
                    Stacked::Maps(maps) => Signal::Maps(maps),
                };
                rest = &rest[stack.len()..];
                continue;
            }
        }
        let (layer, activation) = match stage {
            Stage::Pass(layered) => layered,
            Stage::Fork => {
                remembered.push(signal.clone());
                rest = &rest[1..];
                continue;
            }
            Stage::Join => {
                signal = plus(signal, remembered.pop());
                rest = &rest[1..];
                continue;
            }
        };
        if is_on_cpu
            && let (Signal::Maps(maps), Some((weight, bias, activation))) = (&signal, flattened_linear(rest))
            && weight.dims()[0] < maps.dims()[0]
        {
            signal = Signal::Flat(cpu::linear_of_maps(maps.clone(), weight.clone(), bias.clone(), activation));
            rest = &rest[2..];
        } else {
            signal = layer.forward(signal, *activation, statistics);
            rest = &rest[1..];
        }
    }
    signal.row()
}

/// Each sample's logit and its gradient for the sample.
pub(super) fn run_with_slopes(layers: &[Layer], input: Tensor<2>, labels: &Labels) -> (Tensor<2>, Tensor<2>) {
    let stages = stages(layers);
    if cpu::is_cpu(&input.device())
        && let Some(stack) = scalar_stack(&stages)
    {
        return cpu::stack_with_slopes(input, &stack);
    }
    let mut traces = Vec::with_capacity(stages.len());
    let logits = pass_through(&stages, Signal::Flat(input), |(layer, activation), signal| {
        let (output, trace) = layer.forward_traced(signal, *activation);
        traces.push(trace);
        output
    })
    .row();
    let gradient = Signal::Flat(labels.pick_slope(logits.clone()));
    let slopes = carry_back(&stages, gradient, traces, |(layer, activation), gradient, trace| {
        layer.adjoint(gradient, *activation, trace)
    });
    (labels.pick(logits), slopes.row())
}

/// The stages that these begin with and that can pass as one, from a row on.
fn leading_stack<'a>(stages: &[Stage<'a>]) -> Vec<StackedStage<'a>> {
    let (mut stack, mut open, mut len) = (Vec::with_capacity(stages.len()), 0_usize, 0);
    for (index, stage) in stages.iter().enumerate() {
        let stacked = match stage {
            Stage::Fork => StackedStage::Fork,
            Stage::Join if open == 0 => break,
            Stage::Join => StackedStage::Join,
            Stage::Pass(layered) => match stacked(layered) {
                Some(stacked) => stacked,
                None => break,
            },
        };
        match stacked {
            StackedStage::Fork => open += 1,
            StackedStage::Join => open -= 1,
            StackedStage::Flatten if !begins_with_linear(&stages[index + 1..]) => break,
            _ => {}
        }
        stack.push(stacked);
        if open == 0 && !matches!(stacked, StackedStage::Flatten) {
            len = stack.len();
        }
    }
    stack.truncate(len);
    stack
}

fn begins_with_linear(stages: &[Stage<'_>]) -> bool {
    matches!(stages, [Stage::Pass(layered), ..] if matches!(stacked(layered), Some(StackedStage::Linear { .. })))
}

/// A layer as part of a stack, where it can be one. A weight that is computed from another is no leaf of the graph, as those of a
/// stack must be.
fn stacked<'a>((layer, activation): &Layered<'a>) -> Option<StackedStage<'a>> {
    let Effective::Kept(layer) = layer else { return None };
    let activation = *activation;
    match layer {
        Layer::Linear { weight, bias } => Some(StackedStage::Linear { weight, bias, activation }),
        Layer::Conv1d { weight, bias, padding } => {
            let keeps_length = weight.dims()[2] == 2 * padding + 1;
            keeps_length.then_some(StackedStage::Conv1d { weight, bias, activation })
        }
        Layer::LeakyRelu { .. } | Layer::Tanh => Some(StackedStage::Activation(activation)),
        Layer::Unflatten1d { channels, length } if activation == Activation::Identity => {
            Some(StackedStage::Unflatten1d { channels: *channels, length: *length })
        }
        Layer::Flatten if activation == Activation::Identity => Some(StackedStage::Flatten),
        _ => None,
    }
}

/// Whether a stack has two layers at least that it spares a meeting of threads between.
fn is_worthwhile(stack: &[StackedStage<'_>]) -> bool {
    let has_weight =
        |stage: &&StackedStage<'_>| matches!(stage, StackedStage::Linear { .. } | StackedStage::Conv1d { .. });
    stack.iter().filter(has_weight).count() > 1
}

/// The fully connected layer that follows maps, where these stages begin with one.
fn flattened_linear<'a>(stages: &'a [Stage<'_>]) -> Option<(&'a Tensor<2>, &'a Tensor<1>, Activation)> {
    let [Stage::Pass((flatten, Activation::Identity)), Stage::Pass((linear, activation)), ..] = stages else {
        return None;
    };
    match (&**flatten, &**linear) {
        (Layer::Flatten, Layer::Linear { weight, bias }) => Some((weight, bias, *activation)),
        _ => None,
    }
}

/// The stages, if all of them can pass as one, activations are made of straight pieces and one number comes out.
fn scalar_stack<'a>(stages: &[Stage<'a>]) -> Option<Vec<StackedStage<'a>>> {
    let stack = leading_stack(stages);
    let ends_in_one = matches!(stack.last(), Some(StackedStage::Linear { bias, .. }) if bias.dims() == [1]);
    let is_straight = |stage: &StackedStage<'_>| match stage {
        StackedStage::Linear { activation, .. }
        | StackedStage::Conv1d { activation, .. }
        | StackedStage::Activation(activation) => activation.is_piecewise_linear(),
        _ => true,
    };
    (stack.len() == stages.len() && ends_in_one && stack.iter().all(is_straight)).then_some(stack)
}
