//! [`stack`](super::stack) as operations on tensors, with their backward passes.

use std::sync::Arc;

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, NodeGuard, Ops, OpsKind};
use burn::backend::{Autodiff, Flex, TensorMetadata as _};
use burn::tensor::Tensor;

use super::activation::Activation;
use super::backward::{Tracked, parts};
use super::extension::{FlexTensor, dense, tensor, values};
use super::flex;
use super::stack::{self, LayerGradients, LayerWeights, Pass, Slopes, StackLayer, Wanted};

/// Weight `[outputs, inputs]` and bias `[outputs]` of one layer, with the activation that follows it.
pub(in crate::gan) type StackedLayer<'a> = (&'a Tensor<2>, &'a Tensor<1>, Activation);

/// Fully connected layers one after the other, each with what follows it: as [`super::linear`] for each, but faster.
///
/// # Shapes
/// `[batch, inputs of the first]` to `[batch, outputs of the last]`.
pub(in crate::gan) fn stack(x: Tensor<2>, layers: &[StackedLayer<'_>]) -> Tensor<2> {
    let sizes = sizes(layers);
    let shape = [x.dims()[0], sizes.last().map_or(0, |layer| layer.outputs)];
    let Some(parameters) = TrackedParameters::of(&x, layers) else {
        let parameters = plain(layers);
        let pass = stack::forward(values(&flex(x)), &weights(&parameters, &sizes));
        return Tensor::from_primitive::<Flex>(tensor(pass.output(), shape));
    };
    let (input, input_node) = parts(tracked(x));
    let pass = stack::forward(values(&input), &weights(&parameters.tensors, &sizes));
    let output = tensor(pass.output(), shape);
    let TrackedParameters { tensors, nodes, anchor } = parameters;
    let output = match Stack.prepare::<NoCheckpointing>([input_node, anchor]).compute_bound().stateful() {
        OpsKind::Tracked(preparation) => {
            let state = StackState { input, parameters: tensors, nodes, pass: Arc::new(pass), layers: sizes };
            preparation.finish(state, output)
        }
        OpsKind::UnTracked(preparation) => preparation.finish(output),
    };
    Tensor::from_primitive::<Autodiff<Flex>>(output)
}

/// Logits of fully connected layers, and their gradients for the input; activations must be made of straight pieces.
///
/// # Shapes
/// `[batch, inputs of the first]` to `[batch, 1]` and `[batch, inputs]`; the last layer has one output.
pub(in crate::gan) fn stack_with_slopes(x: Tensor<2>, layers: &[StackedLayer<'_>]) -> (Tensor<2>, Tensor<2>) {
    let [batch, inputs] = x.dims();
    let sizes = sizes(layers);
    let both = match TrackedParameters::of(&x, layers) {
        None => {
            let (x, parameters) = (flex(x), plain(layers));
            let slopes = stack::forward_with_slopes(values(&x), &weights(&parameters, &sizes));
            Tensor::<2>::from_primitive::<Flex>(tensor(slopes.beside_outputs(), [batch, 1 + inputs]))
        }
        Some(TrackedParameters { tensors, nodes, anchor }) => {
            let (input, input_node) = parts(tracked(x));
            let slopes = stack::forward_with_slopes(values(&input), &weights(&tensors, &sizes));
            let output = tensor(slopes.beside_outputs(), [batch, 1 + inputs]);
            let preparation = StackWithSlopes.prepare::<NoCheckpointing>([input_node, anchor]).compute_bound();
            let output = match preparation.stateful() {
                OpsKind::Tracked(preparation) => {
                    let slopes = Arc::new(slopes);
                    let state = StackWithSlopesState { input, parameters: tensors, nodes, slopes, layers: sizes };
                    preparation.finish(state, output)
                }
                OpsKind::UnTracked(preparation) => preparation.finish(output),
            };
            Tensor::from_primitive::<Autodiff<Flex>>(output)
        }
    };
    (both.clone().narrow(1, 0, 1), both.narrow(1, 1, inputs))
}

fn sizes(layers: &[StackedLayer<'_>]) -> Vec<StackLayer> {
    let of_layer = |&(weight, _, activation): &StackedLayer<'_>| {
        let [outputs, inputs] = weight.dims();
        StackLayer { inputs, outputs, activation }
    };
    layers.iter().map(of_layer).collect()
}

fn plain(layers: &[StackedLayer<'_>]) -> Vec<FlexTensor> {
    layers.iter().flat_map(|&(weight, bias, _)| [flex(weight.clone()), flex(bias.clone())]).collect()
}

/// Layers with the weights in `parameters`, weight and bias of each.
fn weights<'a>(parameters: &'a [FlexTensor], layers: &[StackLayer]) -> Vec<LayerWeights<'a>> {
    let pairs = parameters.as_chunks::<2>().0.iter().zip(layers);
    pairs.map(|([weight, bias], &sizes)| LayerWeights { sizes, weight: values(weight), bias: values(bias) }).collect()
}

fn tracked<const D: usize>(x: Tensor<D>) -> Tracked {
    match x.autodiff().try_into_primitive::<Autodiff<Flex>>() {
        Ok(tracked) => tracked,
        Err(error) => unreachable!("layers ask for their device before they come here: {error:?}"),
    }
}

/// The parameters of a stack, which are more than an operation can name as its parents.
struct TrackedParameters {
    tensors: Vec<FlexTensor>,
    /// Where each one's gradient belongs, if it is wanted.
    nodes: Vec<Option<NodeId>>,
    /// The one that stands for all of them in the graph: they are leaves, so that nothing else asks for the others.
    anchor: NodeGuard,
}

impl TrackedParameters {
    /// `None` where neither input nor parameters have their operations recorded.
    fn of(x: &Tensor<2>, layers: &[StackedLayer<'_>]) -> Option<Self> {
        let any_recorded = layers.iter().any(|(weight, bias, _)| weight.is_autodiff() || bias.is_autodiff());
        if !x.is_autodiff() && !any_recorded {
            return None;
        }
        let parameters: Vec<Tracked> =
            layers.iter().flat_map(|&(weight, bias, _)| [tracked(weight.clone()), tracked(bias.clone())]).collect();
        let nodes = parameters.iter().map(|parameter| parameter.is_tracked().then(|| parameter.id())).collect();
        let anchor = parameters.iter().find(|parameter| parameter.is_tracked()).or(parameters.first())?.node();
        let tensors = parameters.into_iter().map(|parameter| dense(parameter.into_primitive())).collect();
        Some(Self { tensors, nodes, anchor })
    }
}

/// What a backward pass through a stack is wanted for, if anything.
fn wanted(input_is_wanted: bool, nodes: &[Option<NodeId>]) -> Wanted {
    match (input_is_wanted, nodes.iter().any(Option::is_some)) {
        (true, true) => Wanted::Both,
        (true, false) => Wanted::Input,
        (false, _) => Wanted::Weights,
    }
}

fn register_all(
    found: Vec<LayerGradients>,
    nodes: &[Option<NodeId>],
    shapes: &[FlexTensor],
    gradients: &mut Gradients,
) {
    let found = found.into_iter().flat_map(|LayerGradients { weight, bias }| [weight, bias]);
    for ((values, node), like) in found.zip(nodes).zip(shapes) {
        if let Some(node) = node {
            gradients.register::<Flex>(*node, tensor(values, like.shape()));
        }
    }
}

/// [`stack()`].
#[derive(Debug, Clone, Copy)]
struct Stack;

#[derive(Debug, Clone)]
struct StackState {
    input: FlexTensor,
    parameters: Vec<FlexTensor>,
    nodes: Vec<Option<NodeId>>,
    pass: Arc<Pass>,
    layers: Vec<StackLayer>,
}

impl Backward<Flex, 2> for Stack {
    type State = StackState;

    fn backward(self, ops: Ops<Self::State, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let StackState { input, parameters, nodes, pass, layers } = ops.state;
        let gradient = dense(gradients.consume::<Flex>(&ops.node));
        let [input_node, _] = ops.parents;
        let weights = weights(&parameters, &layers);
        let wanted = wanted(input_node.is_some(), &nodes);
        let (found, input_gradient) = stack::backward(values(&gradient), values(&input), &pass, &weights, wanted);
        register_all(found, &nodes, &parameters, gradients);
        if let Some(node) = input_node {
            gradients.register::<Flex>(node.id, tensor(input_gradient, input.shape()));
        }
    }
}

/// [`stack_with_slopes`].
#[derive(Debug, Clone, Copy)]
struct StackWithSlopes;

#[derive(Debug, Clone)]
struct StackWithSlopesState {
    input: FlexTensor,
    parameters: Vec<FlexTensor>,
    nodes: Vec<Option<NodeId>>,
    slopes: Arc<Slopes>,
    layers: Vec<StackLayer>,
}

impl Backward<Flex, 2> for StackWithSlopes {
    type State = StackWithSlopesState;

    fn backward(self, ops: Ops<Self::State, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let StackWithSlopesState { input, parameters, nodes, slopes, layers } = ops.state;
        let gradient = dense(gradients.consume::<Flex>(&ops.node));
        let rows = values(&gradient).chunks_exact(1 + input.shape()[1]);
        let (of_output, of_slope): (Vec<f32>, Vec<&[f32]>) = rows.map(|row| (row[0], &row[1..])).unzip();
        let [input_node, _] = ops.parents;
        let weights = weights(&parameters, &layers);
        if nodes.iter().any(Option::is_some) {
            let found = stack::slopes_backward(&of_output, &of_slope.concat(), values(&input), &slopes, &weights);
            register_all(found, &nodes, &parameters, gradients);
        }
        if let Some(node) = input_node {
            // The slopes themselves do not change with the input.
            let scaled = slopes.scaled_input_gradient(&of_output);
            gradients.register::<Flex>(node.id, tensor(scaled, input.shape()));
        }
    }
}
