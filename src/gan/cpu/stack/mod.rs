//! Layers one after the other as one operation: a few samples pass through all of them in one go, so that threads meet once a
//! pass and not once a layer, and what one layer gives is still in the cache when the next one takes it.
//!
//! These are fully connected layers and 1-D convolutions that keep a sequence's length, with activations and residual blocks.

mod ops;
mod plan;
mod stage;
mod weights;

use std::sync::Arc;

use rayon::iter::{IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSlice as _;

pub(in crate::gan) use ops::{Stacked, stack, stack_with_slopes};
use plan::{Layout, Operation, Plan, Step, Then, Windows};
pub(in crate::gan) use stage::StackedStage;
use weights::{Back, Forward, LayerGradients, LayerWeights};

use super::activation::Activation;
use super::patches;

/// Multiply–add pairs of one piece in one direction: fewer would make poor matrix products.
const PIECE_MACS: usize = 1 << 22;
/// From so many on there are two pieces, if there are two samples: two poor products side by side beat a good one alone.
const SPLIT_MACS: usize = 1 << 21;
/// Pieces that a batch is cut into, at most, where weights learn: each needs a copy of them for their gradients.
const MAX_PIECES: usize = 8;
/// The same where nothing is kept of a piece but what comes out.
const MAX_INFERENCE_PIECES: usize = 64;

/// What a backward pass is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// Gradients of the weights.
    Weights,
    /// The gradient of the input.
    Input,
    /// Both.
    Both,
}

/// A plan with the weights of its layers.
#[derive(Debug)]
struct Stack<'a> {
    plan: &'a Plan,
    layers: Vec<LayerWeights<'a>>,
}

/// What a forward pass leaves for the way back: what every step gave, piece by piece.
#[derive(Debug, Clone)]
struct Pass {
    /// Samples of a piece; the last may have fewer.
    rows: usize,
    pieces: Vec<Vec<Vec<f32>>>,
}

impl Pass {
    /// What the last step gave, one sample after the other.
    fn output(&self, plan: &Plan) -> Vec<f32> {
        let mut output = Vec::new();
        for values in self.pieces.iter().filter_map(|values| values.last()) {
            plan.output().gather(values, &mut output);
        }
        output
    }
}

/// What a pass through a stack with one output gives together with the output's gradient for the input of each sample.
#[derive(Debug, Clone)]
struct Slopes {
    /// Samples of a piece; the last may have fewer.
    rows: usize,
    pieces: Vec<SlopesOfPiece>,
    /// The weights, for the way back, which runs forwards once more.
    weights: Vec<Forward<'static>>,
}

#[derive(Debug, Clone)]
struct SlopesOfPiece {
    /// What each step gave.
    values: Vec<Vec<f32>>,
    /// Gradient of the last output for what each layer gives before its activation; what a block adds has the same.
    gradients: Vec<Arc<Vec<f32>>>,
    /// Gradient of the last output for the input: `[samples, inputs]`.
    input_gradient: Vec<f32>,
}

impl Slopes {
    /// The output of each sample and its gradient for the input, side by side: `[batch, 1 + inputs]`.
    fn beside_outputs(&self) -> Vec<f32> {
        let mut beside = Vec::new();
        for piece in &self.pieces {
            let outputs = piece.values.last().map_or(&[][..], Vec::as_slice);
            let width = piece.input_gradient.len() / outputs.len().max(1);
            for (output, gradient) in outputs.iter().zip(piece.input_gradient.chunks_exact(width)) {
                beside.push(*output);
                beside.extend(gradient);
            }
        }
        beside
    }

    /// The gradient for the input, each row times its sample's factor.
    fn scaled_input_gradient(&self, factors: &[f32]) -> Vec<f32> {
        let width = self.pieces.iter().map(|piece| piece.input_gradient.len()).sum::<usize>() / factors.len().max(1);
        let rows = self.pieces.iter().flat_map(|piece| piece.input_gradient.chunks_exact(width));
        rows.zip(factors).flat_map(|(row, factor)| row.iter().map(move |value| value * factor)).collect()
    }
}

impl<'a> Stack<'a> {
    /// What the last step gives for a batch, one sample after the other. `[batch, inputs]`.
    fn infer(&self, input: &[f32]) -> Vec<f32> {
        let rows = self.rows_per_piece(input, MAX_INFERENCE_PIECES);
        let weights = self.weights(LayerWeights::forward);
        let of_piece = |input: &[f32]| {
            let mut output = Vec::new();
            if let Some(last) = self.pass(input, &weights).last() {
                self.plan.output().gather(last, &mut output);
            }
            output
        };
        input.par_chunks(rows * self.plan.inputs).map(of_piece).collect::<Vec<_>>().concat()
    }

    /// Passes a batch through all steps. `[batch, inputs]`.
    fn forward(&self, input: &[f32]) -> Pass {
        let rows = self.rows_per_piece(input, MAX_PIECES);
        let weights = self.weights(LayerWeights::forward);
        let pieces = input.par_chunks(rows * self.plan.inputs).map(|input| self.pass(input, &weights)).collect();
        Pass { rows, pieces }
    }

    /// Gradients from that of the output: of each layer where they are wanted, and of the input where it is wanted.
    fn backward(
        &self,
        gradient: &[f32],
        input: &[f32],
        pass: &Pass,
        wanted: Wanted,
    ) -> (Vec<LayerGradients>, Vec<f32>) {
        let weights = self.weights(LayerWeights::back);
        let (found, input_gradients): (Vec<_>, Vec<_>) = gradient
            .par_chunks(pass.rows * self.plan.output().features())
            .zip(input.par_chunks(pass.rows * self.plan.inputs))
            .zip(&pass.pieces)
            .map(|((gradient, input), values)| {
                let gradient = self.plan.output().spread(gradient);
                let mut found = vec![None; self.plan.num_layers];
                let input_gradient =
                    self.carry_back(gradient, values, &weights, wanted, |layer, step, over, gradient| {
                        if wanted != Wanted::Input {
                            let before = value(input, values, step.source);
                            found[layer] = Some(weights::gradients(step, over, &gradient, before, None));
                        }
                    });
                (found, input_gradient)
            })
            .unzip();
        (self.total(found), input_gradients.concat())
    }

    /// Outputs and slopes of a stack whose last layer has one output and whose activations are made of straight pieces.
    fn forward_with_slopes(&self, input: &[f32]) -> Slopes {
        let rows = self.rows_per_piece(input, MAX_PIECES);
        let (forward, back) = (self.weights(LayerWeights::forward), self.weights(LayerWeights::back));
        let of_piece = |input: &[f32]| {
            let values = self.pass(input, &forward);
            let ones = vec![1.0; values.last().map_or(0, Vec::len)];
            let mut gradients = vec![Arc::default(); self.plan.num_layers];
            let keep = |layer: usize, _: &Step, _, gradient| gradients[layer] = gradient;
            let input_gradient = self.carry_back(ones, &values, &back, Wanted::Both, keep);
            SlopesOfPiece { values, gradients, input_gradient }
        };
        let pieces = input.par_chunks(rows * self.plan.inputs).map(of_piece).collect();
        Slopes { rows, pieces, weights: forward.into_iter().map(Forward::into_owned).collect() }
    }

    /// Gradients of the weights from those of the output, `[batch, 1]`, and of the input's gradient, `[batch, inputs]`.
    ///
    /// A backward pass from the output alone would give each layer the slopes times its sample's gradient: they are known
    /// already. What the input's gradient is wanted for runs forwards through the layers without their biases. Both meet the
    /// same slopes in a weight's gradient, so one product serves both: four passes in all where differentiating twice has six.
    fn slopes_backward(
        &self,
        output_gradient: &[f32],
        slope_gradient: &[f32],
        input: &[f32],
        slopes: &Slopes,
    ) -> Vec<LayerGradients> {
        let width = slopes.rows * self.plan.inputs;
        let found = output_gradient
            .par_chunks(slopes.rows)
            .zip(slope_gradient.par_chunks(width).zip(input.par_chunks(width)))
            .zip(&slopes.pieces)
            .map(|((output_gradient, (slope_gradient, input)), piece)| {
                self.slopes_backward_piece(output_gradient, slope_gradient, input, piece, &slopes.weights)
            })
            .collect();
        self.total(found)
    }

    fn slopes_backward_piece(
        &self,
        output_gradient: &[f32],
        slope_gradient: &[f32],
        input: &[f32],
        piece: &SlopesOfPiece,
        weights: &[Forward<'_>],
    ) -> Vec<Option<LayerGradients>> {
        let mut found = vec![None; self.plan.num_layers];
        let mut tangents: Vec<Vec<f32>> = Vec::with_capacity(self.plan.steps.len());
        for (index, step) in self.plan.steps.iter().enumerate() {
            let source = value(slope_gradient, &tangents, step.source);
            let tangent = match step.operation {
                Operation::Affine { layer, windows, then } => {
                    let before = value(input, &piece.values, step.source);
                    let both = plus_scaled_samples(source, before, output_gradient, step.input);
                    let gradient = &piece.gradients[layer];
                    found[layer] = Some(weights::gradients(step, windows, gradient, &both, Some(output_gradient)));
                    // Nothing asks for what the last one would give.
                    let is_last = index + 1 == self.plan.steps.len();
                    let added = then.added().map(|other| value(slope_gradient, &tangents, other));
                    let mut tangent =
                        if is_last { Vec::new() } else { weights[layer].tangent(step, windows, source, added) };
                    then.activation().multiply_by_derivative(&mut tangent, &piece.values[index]);
                    tangent
                }
                Operation::Activate(activation) => activation.multiplied_by_derivative(source, &piece.values[index]),
                Operation::Turn => turned(source, step),
                Operation::Add { other } => plus(source, value(slope_gradient, &tangents, other)),
            };
            tangents.push(tangent);
        }
        found
    }

    /// What each step gives for some samples.
    fn pass(&self, input: &[f32], weights: &[Forward<'_>]) -> Vec<Vec<f32>> {
        let mut values: Vec<Vec<f32>> = Vec::with_capacity(self.plan.steps.len());
        for step in &self.plan.steps {
            let source = value(input, &values, step.source);
            let next = match step.operation {
                Operation::Affine { layer, windows, then } => {
                    let (weight, bias) = (&weights[layer], self.layers[layer].bias);
                    match then {
                        Then::Activate(activation) => weight.apply(step, windows, bias, activation, source),
                        Then::Add(other) => {
                            weight.apply_onto(step, windows, bias, value(input, &values, other), source)
                        }
                    }
                }
                Operation::Activate(activation) => activation.of(source),
                Operation::Turn => turned(source, step),
                Operation::Add { other } => plus(source, value(input, &values, other)),
            };
            values.push(next);
        }
        values
    }

    /// Carries the last value's gradient back to the input, as far as it is wanted; `visit` gets the gradient of what each layer
    /// gives before its activation.
    fn carry_back(
        &self,
        gradient: Vec<f32>,
        values: &[Vec<f32>],
        weights: &[Back<'_>],
        wanted: Wanted,
        mut visit: impl FnMut(usize, &Step, Windows, Arc<Vec<f32>>),
    ) -> Vec<f32> {
        let first_wanted = if wanted == Wanted::Weights { self.plan.first_learned() } else { 0 };
        let mut gradients: Vec<Option<Arc<Vec<f32>>>> = vec![None; self.plan.steps.len()];
        gradients.push(Some(Arc::new(gradient)));
        for (index, step) in self.plan.steps.iter().enumerate().rev() {
            let Some(mut gradient) = gradients[index + 1].take() else { continue };
            let is_wanted = step.source >= first_wanted;
            let before = match step.operation {
                Operation::Affine { layer, windows, then } => {
                    let activation = then.activation();
                    if activation != Activation::Identity {
                        activation.multiply_by_derivative(Arc::make_mut(&mut gradient).as_mut_slice(), &values[index]);
                    }
                    if let Some(other) = then.added().filter(|other| *other >= first_wanted) {
                        accumulate(&mut gradients[other], gradient.clone());
                    }
                    let before = is_wanted.then(|| Arc::new(weights[layer].apply(step, windows, &gradient)));
                    visit(layer, step, windows, gradient);
                    before
                }
                Operation::Activate(activation) => {
                    activation.multiply_by_derivative(Arc::make_mut(&mut gradient).as_mut_slice(), &values[index]);
                    Some(gradient)
                }
                Operation::Turn => Some(Arc::new(turned_back(&gradient, step))),
                Operation::Add { other } => {
                    if other >= first_wanted {
                        accumulate(&mut gradients[other], gradient.clone());
                    }
                    Some(gradient)
                }
            };
            if let Some(before) = before.filter(|_| is_wanted) {
                accumulate(&mut gradients[step.source], before);
            }
        }
        gradients.swap_remove(0).map(Arc::unwrap_or_clone).unwrap_or_default()
    }

    /// The weights of each layer as a pass wants them.
    fn weights<W>(&self, order: impl Fn(&LayerWeights<'a>, &Step, Windows) -> W) -> Vec<W> {
        let of_step = |step: &Step| match step.operation {
            Operation::Affine { layer, windows, .. } => Some(order(&self.layers[layer], step, windows)),
            _ => None,
        };
        self.plan.steps.iter().filter_map(of_step).collect()
    }

    /// Sums over all pieces, in their order.
    fn total(&self, pieces: Vec<Vec<Option<LayerGradients>>>) -> Vec<LayerGradients> {
        let mut by_layer: Vec<Vec<LayerGradients>> =
            (0..self.plan.num_layers).map(|_| Vec::with_capacity(pieces.len())).collect();
        for (layer, part) in pieces.into_iter().flat_map(|piece| piece.into_iter().enumerate()) {
            by_layer[layer].extend(part);
        }
        let affine_steps = self.plan.steps.iter().filter_map(|step| match step.operation {
            Operation::Affine { windows, .. } => Some((step, windows)),
            _ => None,
        });
        let sum_of = |(parts, (step, windows)): (Vec<LayerGradients>, (&Step, Windows))| {
            let total = parts.into_iter().reduce(|mut total, part| {
                add(&mut total.weight, &part.weight);
                add(&mut total.bias, &part.bias);
                total
            })?;
            Some(LayerGradients { weight: weights::as_weight(total.weight, step, windows), ..total })
        };
        let by_layer: Vec<_> = by_layer.into_iter().zip(affine_steps).collect();
        by_layer.into_par_iter().filter_map(sum_of).collect()
    }

    /// Samples of one piece: as many pieces as the work is worth, and no more than `most`.
    fn rows_per_piece(&self, input: &[f32], most: usize) -> usize {
        let batch = input.len() / self.plan.inputs;
        let work = batch * self.plan.macs;
        let fewest = if work >= SPLIT_MACS { 2 } else { 1 };
        batch.div_ceil((work / PIECE_MACS).clamp(fewest, most)).max(1)
    }
}

/// The stack's input, or what a step gave.
fn value<'a>(input: &'a [f32], given: &'a [Vec<f32>], number: usize) -> &'a [f32] {
    number.checked_sub(1).map_or(input, |step| &given[step])
}

/// Rows that are channel first as rows of channels.
fn turned(source: &[f32], step: &Step) -> Vec<f32> {
    let Layout { channels, length, .. } = step.output;
    step.output.spread(&patches::transposed(source, channels, length))
}

/// [`turned`] backwards.
fn turned_back(gradient: &[f32], step: &Step) -> Vec<f32> {
    let Layout { channels, length, .. } = step.output;
    let mut dense = Vec::new();
    step.output.gather(gradient, &mut dense);
    patches::transposed(&dense, length, channels).into_owned()
}

/// Adds to a gradient that may have come by another way before. The sum takes the place of `part`, if nothing else needs that.
fn accumulate(total: &mut Option<Arc<Vec<f32>>>, mut part: Arc<Vec<f32>>) {
    if let Some(total) = total {
        add(Arc::make_mut(&mut part).as_mut_slice(), total);
    }
    *total = Some(part);
}

fn add(total: &mut [f32], part: &[f32]) {
    pulp::Arch::new().dispatch(|| {
        for (total, part) in total.iter_mut().zip(part) {
            *total += part;
        }
    });
}

fn plus(a: &[f32], b: &[f32]) -> Vec<f32> {
    pulp::Arch::new().dispatch(|| a.iter().zip(b).map(|(a, b)| a + b).collect())
}

/// `a`, and each sample of `b` times its factor.
fn plus_scaled_samples(a: &[f32], b: &[f32], factors: &[f32], layout: Layout) -> Vec<f32> {
    let mut sum = Vec::with_capacity(a.len());
    sum.resize(layout.gap * layout.channels, 0.0);
    let samples = layout.samples(a).zip(layout.samples(b)).zip(factors);
    pulp::Arch::new().dispatch(|| {
        for ((a, b), factor) in samples {
            sum.extend(a.iter().zip(b).map(|(a, b)| a + b * factor));
        }
    });
    sum
}
