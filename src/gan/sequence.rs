//! A list of layers as it computes: what passes through it, and the way back of a gradient as an expression.

use burn::tensor::Tensor;

use super::condition::Labels;
use super::cpu::{self, Activation, StackedLayer};
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
        let stack = if is_on_cpu { leading_stack(rest) } else { Vec::new() };
        if is_on_cpu
            && let (Signal::Maps(maps), Some((weight, bias, activation))) = (&signal, flattened_linear(rest))
            && weight.dims()[0] < maps.dims()[0]
        {
            signal = Signal::Flat(cpu::linear_of_maps(maps.clone(), weight.clone(), bias.clone(), activation));
            rest = &rest[2..];
        } else if stack.len() > 1 {
            signal = Signal::Flat(cpu::stack(signal.row(), &stack));
            rest = &rest[stack.len()..];
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
        && let Some(layers) = scalar_stack(&stages)
    {
        return cpu::stack_with_slopes(input, &layers);
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

/// The fully connected layers that these stages begin with. A weight that is computed from another is no leaf of the graph, as
/// those of a stack must be.
fn leading_stack<'a>(stages: &[Stage<'a>]) -> Vec<StackedLayer<'a>> {
    let as_linear = |stage: &Stage<'a>| match stage {
        Stage::Pass((Effective::Kept(Layer::Linear { weight, bias }), activation)) => Some((weight, bias, *activation)),
        _ => None,
    };
    stages.iter().map_while(as_linear).collect()
}

/// The fully connected layer that follows maps, where these stages begin with one.
fn flattened_linear<'a>(stages: &'a [Stage<'_>]) -> Option<StackedLayer<'a>> {
    let [Stage::Pass((flatten, Activation::Identity)), Stage::Pass((linear, activation)), ..] = stages else {
        return None;
    };
    match (&**flatten, &**linear) {
        (Layer::Flatten, Layer::Linear { weight, bias }) => Some((weight, bias, *activation)),
        _ => None,
    }
}

/// The stages, if all of them are fully connected with activations made of straight pieces, and one number comes out.
fn scalar_stack<'a>(stages: &[Stage<'a>]) -> Option<Vec<StackedLayer<'a>>> {
    let stack = leading_stack(stages);
    let is_whole = stack.len() == stages.len() && stack.last().is_some_and(|(_, bias, _)| bias.dims() == [1]);
    let is_piecewise_linear = stack.iter().all(|(_, _, activation)| activation.is_piecewise_linear());
    (is_whole && is_piecewise_linear).then_some(stack)
}
