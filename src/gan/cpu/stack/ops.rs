//! A stack as operations on tensors, with their backward passes.

use std::fmt;
use std::sync::Arc;

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, NodeGuard, Ops, OpsKind};
use burn::backend::{Autodiff, Flex, TensorMetadata as _};
use burn::tensor::Tensor;

use super::super::backward::{Tracked, parts};
use super::super::extension::{FlexTensor, dense, tensor, values};
use super::super::flex;
use super::plan::Plan;
use super::stage::StackedStage;
use super::weights::{LayerGradients, LayerWeights};
use super::{Pass, Slopes, Stack, Wanted};

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
#[expect(clippy::redundant_closure_for_method_calls, reason = "the method itself is for one lifetime alone")]
pub(in crate::gan) fn stack(x: Tensor<2>, stages: &[StackedStage<'_>]) -> Stacked {
    let [batch, inputs] = x.dims();
    let plan = Plan::new(inputs, stages);
    let (last, ends_in_sequence) = (plan.output(), plan.ends_in_sequence);
    let output = run(
        StackForward,
        x,
        stages,
        plan,
        [batch, last.length, 1, last.channels],
        |stack, input| stack.infer(input),
        |stack, input| {
            let pass = stack.forward(input);
            let output = pass.output(stack.plan);
            (pass, output)
        },
    );
    if ends_in_sequence { Stacked::Maps(output) } else { Stacked::Rows(output.reshape([batch, last.channels])) }
}

/// Logits of such layers, and their gradients for the input; activations must be made of straight pieces.
///
/// # Shapes
/// `[batch, inputs of the first]` to `[batch, 1]` and `[batch, inputs]`; the last layer has one output.
pub(in crate::gan) fn stack_with_slopes(x: Tensor<2>, stages: &[StackedStage<'_>]) -> (Tensor<2>, Tensor<2>) {
    let [batch, inputs] = x.dims();
    let both = run(
        StackWithSlopes,
        x,
        stages,
        Plan::new(inputs, stages),
        [batch, 1 + inputs],
        |stack, input| stack.forward_with_slopes(input).beside_outputs(),
        |stack, input| {
            let slopes = stack.forward_with_slopes(input);
            let output = slopes.beside_outputs();
            (slopes, output)
        },
    );
    (both.clone().narrow(1, 0, 1), both.narrow(1, 1, inputs))
}

/// A pass as an operation: what `alone` gives where nothing is recorded, else what `kept` gives beside what it leaves for the
/// way back.
fn run<const D: usize, P, O>(
    operation: O,
    x: Tensor<2>,
    stages: &[StackedStage<'_>],
    plan: Plan,
    shape: [usize; D],
    alone: impl FnOnce(&Stack<'_>, &[f32]) -> Vec<f32>,
    kept: impl FnOnce(&Stack<'_>, &[f32]) -> (P, Vec<f32>),
) -> Tensor<D>
where
    P: fmt::Debug + Clone + Send + Sync + 'static,
    O: Backward<Flex, 2, State = State<P>>,
{
    let Some(TrackedParameters { tensors, nodes, anchor }) = TrackedParameters::of(&x, stages) else {
        let parameters = plain(stages);
        let output = alone(&with_weights(&plan, &parameters), values(&flex(x)));
        return Tensor::from_primitive::<Flex>(tensor(output, shape));
    };
    let (input, input_node) = parts(tracked(x));
    let (pass, output) = kept(&with_weights(&plan, &tensors), values(&input));
    let output = tensor(output, shape);
    let output = match operation.prepare::<NoCheckpointing>([input_node, anchor]).compute_bound().stateful() {
        OpsKind::Tracked(preparation) => {
            preparation.finish(State { input, parameters: tensors, nodes, pass: Arc::new(pass), plan }, output)
        }
        OpsKind::UnTracked(preparation) => preparation.finish(output),
    };
    Tensor::from_primitive::<Autodiff<Flex>>(output)
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
