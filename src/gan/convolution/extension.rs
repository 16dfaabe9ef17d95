//! The three operations as an extension of Flex, with their backward passes: each one's gradients are the other two.

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Flex, TensorMetadata as _, backend_extension};
use burn::tensor::{Shape, TensorData};

use super::{Geometry, kernels};

/// Convolution run forwards, backwards, and its weight gradient.
#[backend_extension(Flex, Autodiff)]
pub(super) trait ConvolutionOps: Backend {
    /// Small side from large side and weights: a convolution.
    fn gather(large: FloatTensor<Self>, weight: FloatTensor<Self>, geometry: Geometry) -> FloatTensor<Self>;

    /// Large side from small side and weights: a transposed convolution.
    fn scatter(small: FloatTensor<Self>, weight: FloatTensor<Self>, geometry: Geometry) -> FloatTensor<Self>;

    /// Weight gradient from large side and small side.
    fn correlate(large: FloatTensor<Self>, small: FloatTensor<Self>, geometry: Geometry) -> FloatTensor<Self>;
}

type FlexTensor = FloatTensor<Flex>;

impl ConvolutionOps for Flex {
    fn gather(large: FlexTensor, weight: FlexTensor, geometry: Geometry) -> FlexTensor {
        let batch = large.shape()[0];
        let values = with_values(large, weight, |large, weight| kernels::gather(large, weight, &geometry));
        from_values(values, [batch, geometry.filters, geometry.out_height, geometry.out_width])
    }

    fn scatter(small: FlexTensor, weight: FlexTensor, geometry: Geometry) -> FlexTensor {
        let batch = small.shape()[0];
        let values = with_values(small, weight, |small, weight| kernels::scatter(small, weight, &geometry));
        from_values(values, [batch, geometry.channels, geometry.height, geometry.width])
    }

    fn correlate(large: FlexTensor, small: FlexTensor, geometry: Geometry) -> FlexTensor {
        let values = with_values(large, small, |large, small| kernels::correlate(large, small, &geometry));
        from_values(values, [geometry.filters, geometry.channels, geometry.kernel, geometry.kernel])
    }
}

/// Hands over two tensors' values, row by row.
#[expect(clippy::needless_pass_by_value, reason = "the tensors are used up, so that their memory is freed early")]
fn with_values(a: FlexTensor, b: FlexTensor, work: impl FnOnce(&[f32], &[f32]) -> Vec<f32>) -> Vec<f32> {
    let (a, b) = (a.to_contiguous(), b.to_contiguous());
    let (a_count, b_count) = (a.layout().num_elements(), b.layout().num_elements());
    work(&a.storage::<f32>()[..a_count], &b.storage::<f32>()[..b_count])
}

fn from_values(values: Vec<f32>, shape: [usize; 4]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, Shape::from(shape)))
}

/// The backward pass of [`ConvolutionOps::gather`] and of [`ConvolutionOps::scatter`]: which of the two it is of.
#[derive(Debug, Clone, Copy)]
enum Direction {
    Gather,
    Scatter,
}

/// The input and the weights, where their counterpart's gradient needs them.
type State = (Option<NodeId>, Option<NodeId>, Geometry);

impl<B: ConvolutionOps> Backward<B, 2> for Direction {
    type State = State;

    fn backward(self, ops: Ops<State, 2>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
        let (input, weight, geometry) = ops.state;
        let mut saved = |id: Option<NodeId>| id.map(|id| checkpointer.retrieve_node_output::<FloatTensor<B>>(id));
        let (input, weight) = (saved(input), saved(weight));
        let gradient = gradients.consume::<B>(&ops.node);
        let [input_node, weight_node] = ops.parents;
        if let (Some(node), Some(weight)) = (input_node, weight) {
            let input_gradient = match self {
                Self::Gather => B::scatter(gradient.clone(), weight, geometry),
                Self::Scatter => B::gather(gradient.clone(), weight, geometry),
            };
            gradients.register::<B>(node.id, input_gradient);
        }
        if let (Some(node), Some(input)) = (weight_node, input) {
            let weight_gradient = match self {
                Self::Gather => B::correlate(input, gradient, geometry),
                Self::Scatter => B::correlate(gradient, input, geometry),
            };
            gradients.register::<B>(node.id, weight_gradient);
        }
    }
}

impl<B: ConvolutionOps, C: CheckpointStrategy> ConvolutionOps for Autodiff<B, C> {
    fn gather(large: FloatTensor<Self>, weight: FloatTensor<Self>, geometry: Geometry) -> FloatTensor<Self> {
        record::<B, C>(Direction::Gather, large, weight, geometry)
    }

    fn scatter(small: FloatTensor<Self>, weight: FloatTensor<Self>, geometry: Geometry) -> FloatTensor<Self> {
        record::<B, C>(Direction::Scatter, small, weight, geometry)
    }

    fn correlate(_: FloatTensor<Self>, _: FloatTensor<Self>, _: Geometry) -> FloatTensor<Self> {
        unreachable!("a weight gradient is never differentiated: backward passes run on the inner backend")
    }
}

fn record<B: ConvolutionOps, C: CheckpointStrategy>(
    direction: Direction,
    input: FloatTensor<Autodiff<B, C>>,
    weight: FloatTensor<Autodiff<B, C>>,
    geometry: Geometry,
) -> FloatTensor<Autodiff<B, C>> {
    let compute = |input, weight| match direction {
        Direction::Gather => B::gather(input, weight, geometry),
        Direction::Scatter => B::scatter(input, weight, geometry),
    };
    let (input_is_tracked, weight_is_tracked) = (input.is_tracked(), weight.is_tracked());
    match direction.prepare::<C>([input.node(), weight.node()]).compute_bound().stateful() {
        OpsKind::Tracked(mut preparation) => {
            let input_state = weight_is_tracked.then(|| preparation.checkpoint(&input));
            let weight_state = input_is_tracked.then(|| preparation.checkpoint(&weight));
            let state = (input_state, weight_state, geometry);
            preparation.finish(state, compute(input.into_primitive(), weight.into_primitive()))
        }
        OpsKind::UnTracked(preparation) => preparation.finish(compute(input.into_primitive(), weight.into_primitive())),
    }
}
