//! What a stack does, step by step, and how its values lie in memory.

use std::ops::Range;

use super::super::activation::Activation;
use super::stage::StackedStage;

/// How a value lies in memory: each sample is `length` rows of `channels` numbers, with `gap` rows of zeros before, between
/// and after samples. The gaps are what a convolution pads with, so that all its windows of a batch are equally far apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) channels: usize,
    pub(super) length: usize,
    pub(super) gap: usize,
}

impl Layout {
    /// One row a sample.
    pub(super) const fn row(channels: usize) -> Self {
        Self { channels, length: 1, gap: 0 }
    }

    /// Numbers of one sample.
    pub(super) fn features(self) -> usize {
        self.length * self.channels
    }

    /// Numbers from the beginning of one sample to that of the next.
    pub(super) fn stride(self) -> usize {
        (self.length + self.gap) * self.channels
    }

    /// Numbers in memory.
    pub(super) fn size(self, samples: usize) -> usize {
        samples * self.stride() + self.gap * self.channels
    }

    /// From the first sample's beginning to the last one's end.
    pub(super) fn span(self, samples: usize) -> Range<usize> {
        let gap = self.gap * self.channels;
        gap..self.size(samples) - gap
    }

    /// Each sample, and the gap after it.
    pub(super) fn samples(self, values: &[f32]) -> impl ExactSizeIterator<Item = &[f32]> {
        values[self.gap * self.channels..].chunks_exact(self.stride())
    }

    /// As [`Self::samples`], to change.
    pub(super) fn samples_mut(self, values: &mut [f32]) -> impl ExactSizeIterator<Item = &mut [f32]> {
        values[self.gap * self.channels..].chunks_exact_mut(self.stride())
    }

    /// Writes zeros between samples, where a product wrote what belongs to no sample.
    pub(super) fn clear_gaps(self, values: &mut [f32]) {
        if self.gap > 0 {
            for sample in self.samples_mut(values) {
                sample[self.features()..].fill(0.0);
            }
        }
    }

    /// From samples one after the other.
    pub(super) fn spread(self, dense: &[f32]) -> Vec<f32> {
        let features = self.features();
        let mut values = vec![0.0; self.size(dense.len() / features)];
        for (target, source) in self.samples_mut(&mut values).zip(dense.chunks_exact(features)) {
            target[..features].copy_from_slice(source);
        }
        values
    }

    /// Appends samples one after the other.
    pub(super) fn gather(self, values: &[f32], dense: &mut Vec<f32>) {
        for sample in self.samples(values) {
            dense.extend(&sample[..self.features()]);
        }
    }
}

/// What a layer with a weight sees at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Windows {
    /// This many rows around each row: an odd number.
    Around(usize),
    /// All rows of a sample.
    Whole,
}

/// What a step makes of its source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Operation {
    /// A weight and a bias, and what is done with what they give.
    Affine { layer: usize, windows: Windows, then: Then },
    /// An activation alone.
    Activate(Activation),
    /// A row that is channel first to rows of channels.
    Turn,
    /// Another value is added.
    Add { other: usize },
}

/// What is done at once with what a weight and a bias give.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Then {
    /// It passes through an activation.
    Activate(Activation),
    /// Another value, of the same layout, is added.
    Add(usize),
}

impl Then {
    /// The activation; a sum has none.
    pub(super) fn activation(self) -> Activation {
        match self {
            Self::Activate(activation) => activation,
            Self::Add(_) => Activation::Identity,
        }
    }

    /// What is added.
    pub(super) fn added(self) -> Option<usize> {
        match self {
            Self::Activate(_) => None,
            Self::Add(other) => Some(other),
        }
    }
}

/// One step. Value 0 is the stack's input, step `n` gives value `n + 1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    pub(super) operation: Operation,
    pub(super) source: usize,
    pub(super) input: Layout,
    pub(super) output: Layout,
}

/// The steps of a stack.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    /// Numbers of one sample that come in.
    pub(super) inputs: usize,
    /// Layers with a weight.
    pub(super) num_layers: usize,
    /// Multiply–add pairs of one sample in one direction.
    pub(super) macs: usize,
    /// Whether a sequence comes out, and not a row.
    pub(super) ends_in_sequence: bool,
}

impl Plan {
    /// The plan for these stages, which fit one another; a join has its fork, and a fully connected layer follows what flattens.
    pub(super) fn new(inputs: usize, stages: &[StackedStage<'_>]) -> Self {
        let reach = |stage: &StackedStage<'_>| match stage {
            StackedStage::Conv1d { weight, .. } => weight.dims()[2] / 2,
            _ => 0,
        };
        let gap = stages.iter().map(reach).max().unwrap_or(0);
        let steps = Vec::with_capacity(stages.len());
        let mut plan = Self { steps, inputs, num_layers: 0, macs: 0, ends_in_sequence: false };
        let mut layout = Layout::row(inputs);
        let (mut newest, mut forks) = (0, Vec::new());
        for stage in stages {
            let (operation, output) = match *stage {
                StackedStage::Fork => {
                    forks.push(newest);
                    continue;
                }
                // The layer that follows takes in all rows at once.
                StackedStage::Flatten => continue,
                StackedStage::Linear { weight, activation, .. } => {
                    plan.ends_in_sequence = false;
                    let outputs = weight.dims()[0];
                    let windows =
                        if layout.length == 1 && layout.gap == 0 { Windows::Around(1) } else { Windows::Whole };
                    (plan.affine(windows, activation, layout.features() * outputs), Layout::row(outputs))
                }
                StackedStage::Conv1d { weight, activation, .. } => {
                    let [filters, _, kernel] = weight.dims();
                    let macs = layout.features() * kernel * filters;
                    (plan.affine(Windows::Around(kernel), activation, macs), Layout { channels: filters, ..layout })
                }
                StackedStage::Activation(activation) => (Operation::Activate(activation), layout),
                StackedStage::Unflatten1d { channels, length } => {
                    plan.ends_in_sequence = true;
                    (Operation::Turn, Layout { channels, length, gap })
                }
                StackedStage::Join => {
                    let other = forks.pop().unwrap_or(newest);
                    match plan.steps.last_mut().map(|step| &mut step.operation) {
                        // Part of the product before it, unless what that gives is wanted without it too.
                        Some(Operation::Affine { then: then @ Then::Activate(Activation::Identity), .. })
                            if other != newest && !forks.contains(&newest) =>
                        {
                            *then = Then::Add(other);
                            continue;
                        }
                        _ => (Operation::Add { other }, layout),
                    }
                }
            };
            plan.steps.push(Step { operation, source: newest, input: layout, output });
            layout = output;
            newest = plan.steps.len();
        }
        plan
    }

    fn affine(&mut self, windows: Windows, activation: Activation, macs: usize) -> Operation {
        self.macs += macs;
        self.num_layers += 1;
        Operation::Affine { layer: self.num_layers - 1, windows, then: Then::Activate(activation) }
    }

    /// How the last value lies.
    pub(super) fn output(&self) -> Layout {
        self.steps.last().map_or(Layout::row(self.inputs), |step| step.output)
    }

    /// The first value that depends on a weight.
    pub(super) fn first_learned(&self) -> usize {
        let is_affine = |step: &Step| matches!(step.operation, Operation::Affine { .. });
        self.steps.iter().position(is_affine).map_or(usize::MAX, |index| index + 1)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor};

    use super::*;

    #[test]
    fn samples_lie_between_rows_of_zeros() {
        let layout = Layout { channels: 2, length: 2, gap: 1 };
        let mut values = layout.spread(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        let expected = [0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 0.0, 0.0, 5.0, 6.0, 7.0, 8.0, 0.0, 0.0];
        assert_eq!(values, expected);
        assert_eq!((layout.size(2), layout.span(2)), (14, 2..12));
        values[6] = 9.0;
        layout.clear_gaps(&mut values);
        assert_eq!(values, expected);
        let mut dense = Vec::new();
        layout.gather(&values, &mut dense);
        assert_eq!(dense, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
    }

    #[test]
    fn a_residual_block_adds_the_value_that_it_began_with() {
        let device = Device::flex();
        let kernels = |shape: [usize; 3]| Tensor::<3>::zeros(shape, &device);
        let (first, inner) = (kernels([5, 3, 1]), kernels([5, 5, 3]));
        let (matrix, bias) = (Tensor::<2>::zeros([2, 20], &device), Tensor::<1>::zeros([5], &device));
        let convolution = |weight, activation| StackedStage::Conv1d { weight, bias: &bias, activation };
        let around = |activation, before_join: bool| {
            let inside = convolution(&inner, activation);
            let others = before_join.then_some(StackedStage::Activation(Activation::Tanh));
            let mut stages = vec![
                StackedStage::Unflatten1d { channels: 3, length: 4 },
                convolution(&first, Activation::Identity),
                StackedStage::Fork,
                inside,
            ];
            stages.extend(others);
            stages.extend([StackedStage::Join, StackedStage::Flatten]);
            stages.push(StackedStage::Linear { weight: &matrix, bias: &bias, activation: Activation::Identity });
            Plan::new(12, &stages)
        };

        let plan = around(Activation::Identity, false);
        let sources: Vec<usize> = plan.steps.iter().map(|step| step.source).collect();
        assert_eq!(sources, [0, 1, 2, 3]);
        // As part of the convolution before it.
        assert!(matches!(plan.steps[2].operation, Operation::Affine { layer: 1, then: Then::Add(2), .. }));
        assert!(matches!(plan.steps[3].operation, Operation::Affine { layer: 2, windows: Windows::Whole, .. }));
        assert_eq!(plan.steps[2].output, Layout { channels: 5, length: 4, gap: 1 });
        // 3 · 5 and 5 · 3 · 5 at each of four places, and 20 · 2.
        assert_eq!((plan.macs, plan.num_layers), (60 + 300 + 40, 3));
        assert_eq!((plan.first_learned(), plan.output()), (2, Layout::row(2)));

        // On its own where an activation comes between.
        assert_eq!(around(Activation::Tanh, false).steps[3].operation, Operation::Add { other: 2 });
        assert_eq!(around(Activation::Identity, true).steps[4].operation, Operation::Add { other: 2 });
    }

    #[test]
    fn what_is_wanted_without_a_sum_too_is_kept_without_it() {
        let (weight, bias) = (Tensor::<2>::zeros([3, 3], &Device::flex()), Tensor::<1>::zeros([3], &Device::flex()));
        let linear = StackedStage::Linear { weight: &weight, bias: &bias, activation: Activation::Identity };
        let (fork, join) = (StackedStage::Fork, StackedStage::Join);
        // x + (x + W x), of which the inner sum goes into the product.
        let plan = Plan::new(3, &[fork, fork, linear, join, join]);
        assert!(matches!(plan.steps[0].operation, Operation::Affine { then: Then::Add(0), .. }));
        assert_eq!(plan.steps[1].operation, Operation::Add { other: 0 });
        // W x + W x.
        let plan = Plan::new(3, &[linear, fork, join]);
        assert_eq!(plan.steps[1].operation, Operation::Add { other: 1 });
        // y = W x is kept for the second sum; the first one adds x to it.
        let plan = Plan::new(3, &[fork, linear, fork, join, join]);
        let others: Vec<_> = plan.steps[1..].iter().map(|step| step.operation).collect();
        assert_eq!(others, [Operation::Add { other: 1 }, Operation::Add { other: 0 }]);
    }
}
