//! The backward passes of the layers' operations: what is recorded on the way forward, and the gradients made of it.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, NodeGuard, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Flex, TensorMetadata as _};
use burn::tensor::Shape;

use super::activation::Activation;
use super::batch_norm::{self, Moments};
use super::extension::{FlexTensor, LayerOps, dense, sample_sizes, tensor, times_derivative, values, values_mut};
use super::instance_norm;
use super::linear_map::{Finish, LinearMap};
use super::resample::Resampling;
use super::spectral::MatrixView;

/// Computes an operation, and records its backward pass where one of its inputs wants a gradient.
macro_rules! record {
    ($backward:expr, $nodes:expr, $output:expr, |$result:pat_param| $state:expr) => {{
        let output = $output;
        match $backward.prepare::<C>($nodes).compute_bound().stateful() {
            OpsKind::Tracked(preparation) => {
                let $result = &output;
                let state = $state;
                preparation.finish(state, output)
            }
            OpsKind::UnTracked(preparation) => preparation.finish(output),
        }
    }};
}

/// A tensor of Flex whose operations are recorded.
pub(super) type Tracked = FloatTensor<Autodiff<Flex>>;

impl<C: CheckpointStrategy> LayerOps for Autodiff<Flex, C> {
    fn affine(
        input: Tracked,
        weight: Tracked,
        bias: Tracked,
        map: LinearMap,
        activation: Activation,
        shape: Shape,
    ) -> Tracked {
        let (weight_is_tracked, input_is_tracked) = (weight.is_tracked(), input.is_tracked());
        let ((input, input_node), (weight, weight_node)) = (parts(input), parts(weight));
        let (bias, bias_node) = parts(bias);
        let shapes = [input.shape(), weight.shape()];
        record!(
            Affine { map, activation },
            [input_node, weight_node, bias_node],
            Flex::affine(input.clone(), weight.clone(), bias, map, activation, shape),
            |output| AffineState {
                input: weight_is_tracked.then_some(input),
                weight: input_is_tracked.then_some(weight),
                output: output.clone(),
                shapes,
            }
        )
    }

    fn adjoint(gradient: Tracked, weight: Tracked, map: LinearMap, shape: Shape) -> Tracked {
        let (weight_is_tracked, gradient_is_tracked) = (weight.is_tracked(), gradient.is_tracked());
        let ((gradient, gradient_node), (weight, weight_node)) = (parts(gradient), parts(weight));
        let shapes = [gradient.shape(), weight.shape()];
        record!(
            Adjoint { map },
            [gradient_node, weight_node],
            Flex::adjoint(gradient.clone(), weight.clone(), map, shape),
            |_| AdjointState {
                gradient: weight_is_tracked.then_some(gradient),
                weight: gradient_is_tracked.then_some(weight),
                shapes,
            }
        )
    }

    fn times_slope(gradient: Tracked, output: Tracked, activation: Activation) -> Tracked {
        let (gradient, node) = gradient.into_parts();
        let output = dense(output.into_primitive());
        record!(TimesSlope { activation }, [node], times_derivative(gradient, &output, activation), |_| output)
    }

    fn normalise(
        input: Tracked,
        weight: Tracked,
        bias: Tracked,
        moments: Tracked,
        origin: Moments,
        activation: Activation,
    ) -> Tracked {
        let ((input, input_node), (weight, weight_node)) = (parts(input), parts(weight));
        let ((bias, bias_node), moments) = (parts(bias), dense(moments.into_primitive()));
        record!(
            Normalise { origin, activation },
            [input_node, weight_node, bias_node],
            Flex::normalise(input.clone(), weight.clone(), bias, moments.clone(), origin, activation),
            |output| NormaliseState { input, weight, moments, output: output.clone() }
        )
    }

    fn normalise_samples(maps: Tracked, activation: Activation) -> Tracked {
        let (maps, node) = parts(maps);
        record!(NormaliseSamples { activation }, [node], Flex::normalise_samples(maps.clone(), activation), |output| (
            maps,
            output.clone()
        ))
    }

    fn resample(maps: Tracked, resampling: Resampling) -> Tracked {
        let (maps, node) = parts(maps);
        record!(Resample, [node], Flex::resample(maps, resampling), |_| resampling)
    }

    fn divide_by_stretch(weight: Tracked, u: Tracked, v: Tracked, view: MatrixView) -> Tracked {
        let (weight, node) = parts(weight);
        let (u, v) = (dense(u.into_primitive()), dense(v.into_primitive()));
        let sigma = view.stretch(values(&weight), values(&u), values(&v));
        record!(
            DivideByStretch { view, sigma },
            [node],
            Flex::divide_by_stretch(weight, u.clone(), v.clone(), view),
            |output| [output.clone(), u, v]
        )
    }

    fn transpose_samples(samples: Tracked, rows: usize, columns: usize, shape: Shape) -> Tracked {
        let (samples, node) = samples.into_parts();
        let before = samples.shape();
        record!(
            TransposeSamples { rows, columns },
            [node],
            Flex::transpose_samples(samples, rows, columns, shape),
            |_| before
        )
    }
}

/// The tensor's values in order, and what stands for it in the graph.
pub(super) fn parts(tracked: Tracked) -> (FlexTensor, NodeGuard) {
    let (tensor, node) = tracked.into_parts();
    (dense(tensor), node)
}

/// [`LayerOps::affine`].
#[derive(Debug, Clone, Copy)]
struct Affine {
    map: LinearMap,
    activation: Activation,
}

#[derive(Debug, Clone)]
struct AffineState {
    /// Where the weight's gradient is wanted.
    input: Option<FlexTensor>,
    /// Where the input's gradient is wanted.
    weight: Option<FlexTensor>,
    output: FlexTensor,
    /// Of input and weight.
    shapes: [Shape; 2],
}

impl Backward<Flex, 3> for Affine {
    type State = AffineState;

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let Self { map, activation } = self;
        let AffineState { input, weight, output, shapes: [input_shape, weight_shape] } = ops.state;
        let gradient = dense(times_derivative(gradients.consume::<Flex>(&ops.node), &output, activation));
        let [input_node, weight_node, bias_node] = ops.parents;
        if let Some(node) = bias_node {
            let channels = map.output_channels();
            let sums = batch_norm::sums(values(&gradient), channels);
            gradients.register::<Flex>(node.id, tensor(sums, [channels]));
        }
        if let (Some(node), Some(input)) = (weight_node, input) {
            let weight_gradient = map.weight_gradient(values(&input), values(&gradient));
            gradients.register::<Flex>(node.id, tensor(weight_gradient, weight_shape));
        }
        if let (Some(node), Some(weight)) = (input_node, weight) {
            gradients.register::<Flex>(node.id, Flex::adjoint(gradient, weight, map, input_shape));
        }
    }
}

/// [`LayerOps::adjoint`].
#[derive(Debug, Clone, Copy)]
struct Adjoint {
    map: LinearMap,
}

#[derive(Debug, Clone)]
struct AdjointState {
    /// Where the weight's gradient is wanted.
    gradient: Option<FlexTensor>,
    /// Where the gradient of the gradient is wanted.
    weight: Option<FlexTensor>,
    /// Of gradient and weight.
    shapes: [Shape; 2],
}

impl Backward<Flex, 2> for Adjoint {
    type State = AdjointState;

    fn backward(self, ops: Ops<Self::State, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let AdjointState { gradient, weight, shapes: [gradient_shape, weight_shape] } = ops.state;
        // Of what the adjoint gave, which has the shape of the map's input.
        let outer = dense(gradients.consume::<Flex>(&ops.node));
        let [gradient_node, weight_node] = ops.parents;
        if let (Some(node), Some(gradient)) = (weight_node, gradient) {
            let weight_gradient = self.map.weight_gradient(values(&outer), values(&gradient));
            gradients.register::<Flex>(node.id, tensor(weight_gradient, weight_shape));
        }
        if let (Some(node), Some(weight)) = (gradient_node, weight) {
            let forward = self.map.apply(values(&outer), values(&weight), Finish::NOTHING);
            gradients.register::<Flex>(node.id, tensor(forward, gradient_shape));
        }
    }
}

/// [`LayerOps::times_slope`].
#[derive(Debug, Clone, Copy)]
struct TimesSlope {
    activation: Activation,
}

impl Backward<Flex, 1> for TimesSlope {
    type State = FlexTensor;

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<Flex>(&ops.node);
        if let [Some(node)] = ops.parents {
            gradients.register::<Flex>(node.id, times_derivative(gradient, &ops.state, self.activation));
        }
    }
}

/// [`LayerOps::normalise`].
#[derive(Debug, Clone, Copy)]
struct Normalise {
    origin: Moments,
    activation: Activation,
}

#[derive(Debug, Clone)]
struct NormaliseState {
    input: FlexTensor,
    weight: FlexTensor,
    moments: FlexTensor,
    output: FlexTensor,
}

impl Backward<Flex, 3> for Normalise {
    type State = NormaliseState;

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let NormaliseState { input, weight, moments, output } = ops.state;
        let mut gradient = dense(times_derivative(gradients.consume::<Flex>(&ops.node), &output, self.activation));
        let (x, moments) = (values(&input), values(&moments));
        let parameters = batch_norm::parameter_gradients(values(&gradient), x, moments);
        let [input_node, weight_node, bias_node] = ops.parents;
        if let Some(node) = input_node {
            let weight = values(&weight);
            batch_norm::input_gradient(values_mut(&mut gradient), x, moments, weight, &parameters, self.origin);
            gradients.register::<Flex>(node.id, gradient);
        }
        for (node, sums) in [weight_node, bias_node].into_iter().zip(parameters) {
            if let Some(node) = node {
                let channels = sums.len();
                gradients.register::<Flex>(node.id, tensor(sums, [channels]));
            }
        }
    }
}

/// [`LayerOps::normalise_samples`].
#[derive(Debug, Clone, Copy)]
struct NormaliseSamples {
    activation: Activation,
}

impl Backward<Flex, 1> for NormaliseSamples {
    /// Input and output.
    type State = (FlexTensor, FlexTensor);

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (input, output) = ops.state;
        let mut gradient = dense(times_derivative(gradients.consume::<Flex>(&ops.node), &output, self.activation));
        if let [Some(node)] = ops.parents {
            let (features, channels) = sample_sizes(&input.shape());
            instance_norm::input_gradient(values_mut(&mut gradient), values(&input), features, channels);
            gradients.register::<Flex>(node.id, gradient);
        }
    }
}

/// [`LayerOps::resample`].
#[derive(Debug, Clone, Copy)]
struct Resample;

impl Backward<Flex, 1> for Resample {
    type State = Resampling;

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<Flex>(&ops.node);
        if let [Some(node)] = ops.parents {
            gradients.register::<Flex>(node.id, Flex::resample(gradient, ops.state.reversed()));
        }
    }
}

/// [`LayerOps::divide_by_stretch`].
#[derive(Debug, Clone, Copy)]
struct DivideByStretch {
    view: MatrixView,
    sigma: f32,
}

impl Backward<Flex, 1> for DivideByStretch {
    /// The divided weight, `u` and `v`.
    type State = [FlexTensor; 3];

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let [divided, u, v] = ops.state;
        let mut gradient = dense(gradients.consume::<Flex>(&ops.node));
        if let [Some(node)] = ops.parents {
            let vectors = [values(&u), values(&v)];
            self.view.divided_gradient(values_mut(&mut gradient), values(&divided), self.sigma, vectors);
            gradients.register::<Flex>(node.id, gradient);
        }
    }
}

/// [`LayerOps::transpose_samples`].
#[derive(Debug, Clone, Copy)]
struct TransposeSamples {
    rows: usize,
    columns: usize,
}

impl Backward<Flex, 1> for TransposeSamples {
    type State = Shape;

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<Flex>(&ops.node);
        if let [Some(node)] = ops.parents {
            let turned = Flex::transpose_samples(gradient, self.columns, self.rows, ops.state);
            gradients.register::<Flex>(node.id, turned);
        }
    }
}
