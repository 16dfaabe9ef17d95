//! What a stack is described with.

use burn::tensor::Tensor;

use super::super::activation::Activation;

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
    /// Weight and bias, where there are any, as `of_weight` and `of_bias` make them.
    pub(super) fn parameters<T>(
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
