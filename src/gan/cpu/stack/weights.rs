//! Weights in the order that products want them, and the products.

use std::borrow::Cow;

use super::super::linear_map::Finish;
use super::super::patches;
use super::super::unchecked::{Matrix, multiply};
use super::plan::{Layout, Step, Windows};
use crate::gan::cpu::Activation;

/// Weight `[outputs, channels, taps]` and bias `[outputs]` of one layer; a fully connected one has one tap, or one for each row
/// that it takes in.
#[derive(Debug, Clone, Copy)]
pub(super) struct LayerWeights<'a> {
    pub(super) weight: &'a [f32],
    pub(super) bias: &'a [f32],
}

/// Gradients of the weights and the bias of one layer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LayerGradients {
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

/// What is multiplied with on the way forward: `[taps, channels, outputs]`, which products take as it is.
#[derive(Debug, Clone)]
pub(super) struct Forward<'a>(Cow<'a, [f32]>);

/// What is multiplied with on the way back: `[taps, outputs, channels]`, the last tap first, or `[outputs, rows, channels]` of a
/// layer that takes in whole samples.
#[derive(Debug)]
pub(super) struct Back<'a>(Cow<'a, [f32]>);

/// The windows that a layer sees, as rows of a matrix that overlap in memory.
fn windows(values: &[f32], layout: Layout, windows: Windows, samples: usize) -> Matrix<'_> {
    let Layout { channels, length, gap } = layout;
    match windows {
        Windows::Around(kernel) => {
            let (rows, first) = (layout.span(samples).len() / channels, gap - kernel / 2);
            Matrix::overlapping(&values[first * channels..], [rows, kernel * channels], channels)
        }
        Windows::Whole => Matrix::overlapping(&values[gap * channels..], [samples, length * channels], layout.stride()),
    }
}

/// Rows that a layer sees in one window.
fn taps(input: Layout, windows: Windows) -> usize {
    match windows {
        Windows::Around(kernel) => kernel,
        Windows::Whole => input.length,
    }
}

impl<'a> LayerWeights<'a> {
    pub(super) fn forward(&self, step: &Step, windows: Windows) -> Forward<'a> {
        let (channels, taps) = (step.input.channels, taps(step.input, windows));
        let (outputs, columns) = (step.output.channels, channels * taps);
        Forward(match patches::transposed(self.weight, channels, taps) {
            Cow::Borrowed(weight) => patches::transposed(weight, outputs, columns),
            Cow::Owned(weight) => Cow::Owned(patches::transposed(&weight, outputs, columns).into_owned()),
        })
    }

    pub(super) fn back(&self, step: &Step, windows: Windows) -> Back<'a> {
        let (channels, taps) = (step.input.channels, taps(step.input, windows));
        if taps == 1 || windows == Windows::Whole {
            return Back(patches::transposed(self.weight, channels, taps));
        }
        let outputs = step.output.channels;
        let mut reversed = vec![0.0; self.weight.len()];
        for (output, weight) in self.weight.chunks_exact(channels * taps).enumerate() {
            for (channel, weight) in weight.chunks_exact(taps).enumerate() {
                for (tap, &weight) in weight.iter().rev().enumerate() {
                    reversed[(tap * outputs + output) * channels + channel] = weight;
                }
            }
        }
        Back(Cow::Owned(reversed))
    }
}

impl Forward<'_> {
    /// The same, to keep.
    pub(super) fn into_owned(self) -> Forward<'static> {
        Forward(Cow::Owned(self.0.into_owned()))
    }

    /// `φ(W x + b)`.
    pub(super) fn apply(
        &self,
        step: &Step,
        over: Windows,
        bias: &[f32],
        activation: Activation,
        source: &[f32],
    ) -> Vec<f32> {
        self.product(step, over, source, None, Finish { bias: Some(bias), activation })
    }

    /// `W x + b + added`.
    pub(super) fn apply_onto(
        &self,
        step: &Step,
        over: Windows,
        bias: &[f32],
        added: &[f32],
        source: &[f32],
    ) -> Vec<f32> {
        self.product(step, over, source, Some(plus_bias(added, bias, step.output)), Finish::NOTHING)
    }

    /// `W x`, or `W x + added`.
    pub(super) fn tangent(&self, step: &Step, over: Windows, source: &[f32], added: Option<&[f32]>) -> Vec<f32> {
        self.product(step, over, source, added.map(<[f32]>::to_vec), Finish::NOTHING)
    }

    /// Onto what `start` holds, if anything.
    fn product(
        &self,
        step: &Step,
        over: Windows,
        source: &[f32],
        start: Option<Vec<f32>>,
        finish: Finish<'_>,
    ) -> Vec<f32> {
        let samples = step.input.samples(source).len();
        let left = windows(source, step.input, over, samples);
        let weight = Matrix::row_major(&self.0, left.columns(), step.output.channels);
        let span = step.output.span(samples);
        let keep = if start.is_some() { 1.0 } else { 0.0 };
        let mut output = start.unwrap_or_else(|| vec![0.0; step.output.size(samples)]);
        debug_assert_eq!(output.len(), step.output.size(samples), "what is added lies as what it is added to");
        multiply(left, weight, &mut output[span.clone()], keep);
        finish.apply(&mut output[span]);
        step.output.clear_gaps(&mut output);
        output
    }
}

/// The bias added to each row, and to those of the gaps after samples as well.
fn plus_bias(values: &[f32], bias: &[f32], layout: Layout) -> Vec<f32> {
    let (before, rows) = values.split_at(layout.gap * layout.channels);
    let mut sum = Vec::with_capacity(values.len());
    sum.extend(before);
    pulp::Arch::new().dispatch(|| {
        for row in rows.chunks_exact(bias.len()) {
            sum.extend(row.iter().zip(bias).map(|(value, bias)| value + bias));
        }
    });
    sum
}

impl Back<'_> {
    /// `Wᵀ g`, where `gradient` is that of the output before the activation.
    pub(super) fn apply(&self, step: &Step, over: Windows, gradient: &[f32]) -> Vec<f32> {
        let samples = step.output.samples(gradient).len();
        let channels = step.input.channels;
        match over {
            Windows::Around(_) => {
                let left = windows(gradient, step.output, over, samples);
                let weight = Matrix::row_major(&self.0, left.columns(), channels);
                let mut target = vec![0.0; step.input.size(samples)];
                multiply(left, weight, &mut target[step.input.span(samples)], 0.0);
                step.input.clear_gaps(&mut target);
                target
            }
            Windows::Whole => {
                let (outputs, features) = (step.output.channels, step.input.features());
                let left = Matrix::row_major(gradient, samples, outputs);
                let mut dense = vec![0.0; samples * features];
                multiply(left, Matrix::row_major(&self.0, outputs, features), &mut dense, 0.0);
                step.input.spread(&dense)
            }
        }
    }
}

/// Gradients of a layer from that of its output before the activation and what came in, the weight's as
/// `[outputs, taps, channels]`; each sample has a factor in the bias's, if given.
pub(super) fn gradients(
    step: &Step,
    over: Windows,
    gradient: &[f32],
    before: &[f32],
    factors: Option<&[f32]>,
) -> LayerGradients {
    let samples = step.input.samples(before).len();
    let outputs = step.output.channels;
    let of_rows = &gradient[step.output.span(samples)];
    let right = windows(before, step.input, over, samples);
    let mut weight = vec![0.0; outputs * right.columns()];
    multiply(Matrix::row_major(of_rows, right.rows(), outputs).transposed(), right, &mut weight, 0.0);
    let mut bias = vec![0.0; outputs];
    pulp::Arch::new().dispatch(|| {
        for (sample, gradient) in step.output.samples(gradient).enumerate() {
            let factor = factors.map_or(1.0, |factors| factors[sample]);
            for row in gradient.chunks_exact(outputs) {
                for (sum, gradient) in bias.iter_mut().zip(row) {
                    *sum += gradient * factor;
                }
            }
        }
    });
    LayerGradients { weight, bias }
}

/// The weight's gradient in the layout of the weight: `[outputs, taps, channels]` to `[outputs, channels, taps]`.
pub(super) fn as_weight(gradient: Vec<f32>, step: &Step, over: Windows) -> Vec<f32> {
    match patches::transposed(&gradient, taps(step.input, over), step.input.channels) {
        Cow::Borrowed(_) => gradient,
        Cow::Owned(turned) => turned,
    }
}
