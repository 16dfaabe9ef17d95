//! A stack as operations on tensors, with their backward passes.

use std::sync::Arc;

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, NodeGuard, Ops, OpsKind};
use burn::backend::{Autodiff, Flex, TensorMetadata as _};
use burn::tensor::Tensor;

use super::super::activation::Activation;
use super::super::backward::{Tracked, parts};
use super::super::extension::{FlexTensor, dense, tensor, values};
use super::super::flex;
use super::plan::{Described, Plan};
use super::weights::{LayerGradients, LayerWeights};
use super::{Pass, Slopes, Stack, Wanted};

/// One stage of a stack. Weights and biases are leaves of the graph, or are not recorded.
#[derive(Debug, Clone, Copy)]
pub(in crate::gan) enum StackedStage<'a> {
    /// Weight `[outputs, inputs]`, bias `[outputs]`.
    Linear { weight: &'a Tensor<2>, bias: &'a Tensor<1>, activation: Activation },
    /// Weight `[filters, channels, kernel]`, bias `[filters]`; the kernel is odd, and zeros at either end keep the length.
    Conv1d { weight: &'a Tensor<3>, bias: &'a Tensor<1>, activation: Activation },
    /// An activation on its own.
    Activation(Activation),
    /// A row, channel first, as a sequence.
    Unflatten1d { channels: usize, length: usize },
    /// A sequence as a row; a fully connected layer follows.
    Flatten,
    /// What passes here is remembered.
    Fork,
    /// What was remembered last is added.
    Join,
}

impl StackedStage<'_> {
    fn described(&self) -> Described {
        match *self {
            Self::Linear { weight, activation, .. } => Described::Linear { outputs: weight.dims()[0], activation },
            Self::Conv1d { weight, activation, .. } => {
                let [filters, _, kernel] = weight.dims();
                Described::Conv1d { filters, kernel, activation }
            }
            Self::Activation(activation) => Described::Activation(activation),
            Self::Unflatten1d { channels, length } => Described::Unflatten1d { channels, length },
            Self::Flatten => Described::Flatten,
            Self::Fork => Described::Fork,
            Self::Join => Described::Join,
        }
    }

    /// Weight and bias, where there are any, as `of_weight` and `of_bias` make them.
    fn parameters<T>(
        &self,
        of_matrix: fn(&Tensor<2>) -> T,
        of_kernels: fn(&Tensor<3>) -> T,
        of_bias: fn(&Tensor<1>) -> T,
    ) -> Option<[T; 2]> {
        match self {
            Self::Linear { weight, bias, .. } => Some([of_matrix(weight), of_bias(bias)]),
            Self::Conv1d { weight, bias, .. } => Some([of_kernels(weight), of_bias(bias)]),
            _ => None,
        }
    }
}

/// What comes out of a stack.
#[derive(Debug)]
pub(in crate::gan) enum Stacked {
    /// `[batch, outputs]`.
    Rows(Tensor<2>),
    /// `[batch, length, 1, channels]`.
    Maps(Tensor<4>),
}

/// Layers one after the other, each with what follows it: as each on its own, but faster.
///
/// # Shapes
/// `[batch, inputs of the first]` to rows, or to a sequence where one comes last.
pub(in crate::gan) fn stack(x: Tensor<2>, stages: &[StackedStage<'_>]) -> Stacked {
    let plan = plan(&x, stages);
    let last = plan.output();
    let shape = [x.dims()[0], last.length, 1, last.channels];
    let output: Tensor<4> = match TrackedParameters::of(&x, stages) {
        None => {
            let parameters = plain(stages);
            let output = with_weights(&plan, &parameters).infer(values(&flex(x)));
            Tensor::from_primitive::<Flex>(tensor(output, shape))
        }
        Some(TrackedParameters { tensors, nodes, anchor }) => {
            let (input, input_node) = parts(tracked(x));
            let pass = with_weights(&plan, &tensors).forward(values(&input));
            let output = tensor(pass.output(&plan), shape);
            let output = match StackForward.prepare::<NoCheckpointing>([input_node, anchor]).compute_bound().stateful()
            {
                OpsKind::Tracked(preparation) => {
                    let state = State { input, parameters: tensors, nodes, pass: Arc::new(pass), plan: plan.clone() };
                    preparation.finish(state, output)
                }
                OpsKind::UnTracked(preparation) => preparation.finish(output),
            };
            Tensor::from_primitive::<Autodiff<Flex>>(output)
        }
    };
    if plan.ends_in_sequence { Stacked::Maps(output) } else { Stacked::Rows(output.reshape([shape[0], last.channels])) }
}

/// Logits of such layers, and their gradients for the input; activations must be made of straight pieces.
///
/// # Shapes
/// `[batch, inputs of the first]` to `[batch, 1]` and `[batch, inputs]`; the last layer has one output.
pub(in crate::gan) fn stack_with_slopes(x: Tensor<2>, stages: &[StackedStage<'_>]) -> (Tensor<2>, Tensor<2>) {
    let [batch, inputs] = x.dims();
    let plan = plan(&x, stages);
    let both = match TrackedParameters::of(&x, stages) {
        None => {
            let parameters = plain(stages);
            let slopes = with_weights(&plan, &parameters).forward_with_slopes(values(&flex(x)));
            Tensor::<2>::from_primitive::<Flex>(tensor(slopes.beside_outputs(), [batch, 1 + inputs]))
        }
        Some(TrackedParameters { tensors, nodes, anchor }) => {
            let (input, input_node) = parts(tracked(x));
            let slopes = with_weights(&plan, &tensors).forward_with_slopes(values(&input));
            let output = tensor(slopes.beside_outputs(), [batch, 1 + inputs]);
            let preparation = StackWithSlopes.prepare::<NoCheckpointing>([input_node, anchor]).compute_bound();
            let output = match preparation.stateful() {
                OpsKind::Tracked(preparation) => {
                    let state = State { input, parameters: tensors, nodes, pass: Arc::new(slopes), plan };
                    preparation.finish(state, output)
                }
                OpsKind::UnTracked(preparation) => preparation.finish(output),
            };
            Tensor::from_primitive::<Autodiff<Flex>>(output)
        }
    };
    (both.clone().narrow(1, 0, 1), both.narrow(1, 1, inputs))
}

fn plan(x: &Tensor<2>, stages: &[StackedStage<'_>]) -> Plan {
    let described: Vec<Described> = stages.iter().map(StackedStage::described).collect();
    Plan::new(x.dims()[1], &described)
}

fn plain(stages: &[StackedStage<'_>]) -> Vec<FlexTensor> {
    let of_stage = |stage: &StackedStage<'_>| {
        stage.parameters(|weight| flex(weight.clone()), |weight| flex(weight.clone()), |bias| flex(bias.clone()))
    };
    stages.iter().filter_map(of_stage).flatten().collect()
}

/// A plan with the weights in `parameters`, weight and bias of each layer.
fn with_weights<'a>(plan: &'a Plan, parameters: &'a [FlexTensor]) -> Stack<'a> {
    let pairs = parameters.as_chunks::<2>().0.iter();
    let layers = pairs.map(|[weight, bias]| LayerWeights { weight: values(weight), bias: values(bias) }).collect();
    Stack { plan, layers }
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
    fn of(x: &Tensor<2>, stages: &[StackedStage<'_>]) -> Option<Self> {
        let is_recorded =
            |stage: &StackedStage<'_>| stage.parameters(Tensor::is_autodiff, Tensor::is_autodiff, Tensor::is_autodiff);
        let any_recorded = stages.iter().filter_map(is_recorded).flatten().any(|is_recorded| is_recorded);
        if !x.is_autodiff() && !any_recorded {
            return None;
        }
        let of_stage = |stage: &StackedStage<'_>| {
            stage.parameters(
                |weight| tracked(weight.clone()),
                |weight| tracked(weight.clone()),
                |bias| tracked(bias.clone()),
            )
        };
        let parameters: Vec<Tracked> = stages.iter().filter_map(of_stage).flatten().collect();
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
    parameters: &[FlexTensor],
    gradients: &mut Gradients,
) {
    let found = found.into_iter().flat_map(|LayerGradients { weight, bias }| [weight, bias]);
    for ((values, node), like) in found.zip(nodes).zip(parameters) {
        if let Some(node) = node {
            gradients.register::<Flex>(*node, tensor(values, like.shape()));
        }
    }
}

/// What a forward pass leaves for the way back.
#[derive(Debug, Clone)]
struct State<P> {
    input: FlexTensor,
    parameters: Vec<FlexTensor>,
    nodes: Vec<Option<NodeId>>,
    pass: Arc<P>,
    plan: Plan,
}

/// [`stack()`].
#[derive(Debug, Clone, Copy)]
struct StackForward;

impl Backward<Flex, 2> for StackForward {
    type State = State<Pass>;

    fn backward(self, ops: Ops<Self::State, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let State { input, parameters, nodes, pass, plan } = ops.state;
        let gradient = dense(gradients.consume::<Flex>(&ops.node));
        let [input_node, _] = ops.parents;
        let wanted = wanted(input_node.is_some(), &nodes);
        let stack = with_weights(&plan, &parameters);
        let (found, input_gradient) = stack.backward(values(&gradient), values(&input), &pass, wanted);
        register_all(found, &nodes, &parameters, gradients);
        if let Some(node) = input_node {
            gradients.register::<Flex>(node.id, tensor(input_gradient, input.shape()));
        }
    }
}

/// [`stack_with_slopes`].
#[derive(Debug, Clone, Copy)]
struct StackWithSlopes;

impl Backward<Flex, 2> for StackWithSlopes {
    type State = State<Slopes>;

    fn backward(self, ops: Ops<Self::State, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let State { input, parameters, nodes, pass: slopes, plan } = ops.state;
        let gradient = dense(gradients.consume::<Flex>(&ops.node));
        let rows = values(&gradient).chunks_exact(1 + input.shape()[1]);
        let (of_output, of_slope): (Vec<f32>, Vec<&[f32]>) = rows.map(|row| (row[0], &row[1..])).unzip();
        let [input_node, _] = ops.parents;
        if nodes.iter().any(Option::is_some) {
            let stack = with_weights(&plan, &parameters);
            let found = stack.slopes_backward(&of_output, &of_slope.concat(), values(&input), &slopes);
            register_all(found, &nodes, &parameters, gradients);
        }
        if let Some(node) = input_node {
            // The slopes themselves do not change with the input.
            let scaled = slopes.scaled_input_gradient(&of_output);
            gradients.register::<Flex>(node.id, tensor(scaled, input.shape()));
        }
    }
}
