//! Fully connected layers one after the other, as one operation: a few samples pass through all of them on one thread, so
//! that threads meet once a pass and not once a layer.

use rayon::iter::{IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSlice as _;

use super::activation::Activation;
use super::linear_map::Finish;
use super::unchecked::{Matrix, multiply};

/// Multiply–add pairs of one piece in one direction: fewer would make poor matrix products.
const PIECE_MACS: usize = 1 << 22;
/// From so many on there are two pieces at least: two poor products side by side beat a good one alone.
const SPLIT_MACS: usize = 1 << 21;
/// Pieces that a batch is cut into, at most: each needs a copy of the weights for their gradients.
const MAX_PIECES: usize = 8;

/// Sizes of one layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct StackLayer {
    /// Numbers in.
    pub(super) inputs: usize,
    /// Numbers out.
    pub(super) outputs: usize,
    /// What follows.
    pub(super) activation: Activation,
}

/// Weights `[outputs, inputs]` and bias `[outputs]` of one layer, with its sizes.
#[derive(Debug, Clone, Copy)]
pub(super) struct LayerWeights<'a> {
    pub(super) sizes: StackLayer,
    pub(super) weight: &'a [f32],
    pub(super) bias: &'a [f32],
}

/// Gradients of the weights and the bias of one layer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LayerGradients {
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

/// What a backward pass is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Gradients of the weights.
    Weights,
    /// The gradient of the input.
    Input,
    /// Both.
    Both,
}

/// What a forward pass leaves for the way back: the outputs of every layer, piece by piece.
#[derive(Debug, Clone)]
pub(super) struct Pass {
    /// Samples of a piece; the last may have fewer.
    rows: usize,
    /// `[samples, outputs]` of each layer, for each piece.
    pieces: Vec<Vec<Vec<f32>>>,
}

impl Pass {
    /// The last layer's outputs. `[batch, outputs]`.
    pub(super) fn output(&self) -> Vec<f32> {
        self.pieces.iter().filter_map(|outputs| outputs.last()).flatten().copied().collect()
    }
}

/// Passes a batch through all layers. `[batch, inputs of the first]`.
pub(super) fn forward(input: &[f32], layers: &[LayerWeights<'_>]) -> Pass {
    let rows = rows_per_piece(input, layers);
    let pieces = input.par_chunks(rows * inputs_of(layers)).map(|input| pass(input, layers)).collect();
    Pass { rows, pieces }
}

/// Outputs of each layer for some samples.
fn pass(input: &[f32], layers: &[LayerWeights<'_>]) -> Vec<Vec<f32>> {
    let mut outputs: Vec<Vec<f32>> = Vec::with_capacity(layers.len());
    for layer in layers {
        let mut output = layer.times_weight(outputs.last().map_or(input, Vec::as_slice));
        Finish { bias: Some(layer.bias), activation: layer.sizes.activation }.apply(&mut output);
        outputs.push(output);
    }
    outputs
}

/// Gradients from that of the last output: of each layer where they are wanted, and of the input where it is wanted.
pub(super) fn backward(
    gradient: &[f32],
    input: &[f32],
    pass: &Pass,
    layers: &[LayerWeights<'_>],
    wanted: Wanted,
) -> (Vec<LayerGradients>, Vec<f32>) {
    let gradients = gradient.par_chunks(pass.rows * layers.last().map_or(1, |layer| layer.sizes.outputs));
    let (found, input_gradients): (Vec<_>, Vec<_>) = gradients
        .zip(input.par_chunks(pass.rows * inputs_of(layers)))
        .zip(&pass.pieces)
        .map(|((gradient, input), outputs)| backward_piece(gradient.to_vec(), input, outputs, layers, wanted))
        .unzip();
    (total(found), input_gradients.concat())
}

/// [`backward`] for some samples; layers come last first.
fn backward_piece(
    mut gradient: Vec<f32>,
    input: &[f32],
    outputs: &[Vec<f32>],
    layers: &[LayerWeights<'_>],
    wanted: Wanted,
) -> (Vec<LayerGradients>, Vec<f32>) {
    let mut found = Vec::with_capacity(layers.len());
    for (index, layer) in layers.iter().enumerate().rev() {
        layer.sizes.activation.multiply_by_derivative(&mut gradient, &outputs[index]);
        if wanted != Wanted::Input {
            let before = index.checked_sub(1).map_or(input, |index| &outputs[index]);
            found.push(layer.gradients(&gradient, before, None));
        }
        let is_wanted = index > 0 || wanted != Wanted::Weights;
        gradient = if is_wanted { layer.times_transposed_weight(&gradient) } else { Vec::new() };
    }
    (found, gradient)
}

/// What a pass through a stack with one output gives together with the output's gradient for the input of each sample.
#[derive(Debug, Clone)]
pub(super) struct Slopes {
    /// Samples of a piece; the last may have fewer.
    rows: usize,
    pieces: Vec<SlopesOfPiece>,
}

#[derive(Debug, Clone)]
struct SlopesOfPiece {
    /// `[samples, outputs]` of each layer.
    outputs: Vec<Vec<f32>>,
    /// Gradient of the last output for what each layer gives before its activation: `[samples, outputs]` a layer.
    gradients: Vec<Vec<f32>>,
    /// Gradient of the last output for the input: `[samples, inputs]`.
    input_gradient: Vec<f32>,
}

impl Slopes {
    /// The output of each sample and its gradient for the input, side by side: `[batch, 1 + inputs]`.
    pub(super) fn beside_outputs(&self) -> Vec<f32> {
        let mut beside = Vec::new();
        for piece in &self.pieces {
            let outputs = piece.outputs.last().map_or(&[][..], Vec::as_slice);
            let width = piece.input_gradient.len() / outputs.len().max(1);
            for (output, gradient) in outputs.iter().zip(piece.input_gradient.chunks_exact(width)) {
                beside.push(*output);
                beside.extend(gradient);
            }
        }
        beside
    }

    /// The gradient for the input, each row times its sample's factor.
    pub(super) fn scaled_input_gradient(&self, factors: &[f32]) -> Vec<f32> {
        let width = self.pieces.iter().map(|piece| piece.input_gradient.len()).sum::<usize>() / factors.len().max(1);
        let rows = self.pieces.iter().flat_map(|piece| piece.input_gradient.chunks_exact(width));
        rows.zip(factors).flat_map(|(row, factor)| row.iter().map(move |value| value * factor)).collect()
    }
}

/// Outputs and slopes of a stack whose last layer has one output and whose activations are made of straight pieces.
pub(super) fn forward_with_slopes(input: &[f32], layers: &[LayerWeights<'_>]) -> Slopes {
    let rows = rows_per_piece(input, layers);
    let pieces = input.par_chunks(rows * inputs_of(layers)).map(|input| slopes_of_piece(input, layers)).collect();
    Slopes { rows, pieces }
}

fn slopes_of_piece(input: &[f32], layers: &[LayerWeights<'_>]) -> SlopesOfPiece {
    let outputs = pass(input, layers);
    let mut gradients = Vec::with_capacity(layers.len());
    let mut gradient = vec![1.0; outputs.last().map_or(0, Vec::len)];
    for (layer, output) in layers.iter().zip(&outputs).rev() {
        layer.sizes.activation.multiply_by_derivative(&mut gradient, output);
        let before = layer.times_transposed_weight(&gradient);
        gradients.push(std::mem::replace(&mut gradient, before));
    }
    gradients.reverse();
    SlopesOfPiece { outputs, gradients, input_gradient: gradient }
}

/// Gradients of the weights from those of the output, `[batch, 1]`, and of the input's gradient, `[batch, inputs]`.
///
/// A backward pass from the output alone would give each layer the slopes times its sample's gradient: they are known
/// already. What the input's gradient is wanted for runs forwards through the layers without their biases. Both meet the
/// same slopes in a weight's gradient, so one product serves both: four passes in all where differentiating twice has six.
pub(super) fn slopes_backward(
    output_gradient: &[f32],
    slope_gradient: &[f32],
    input: &[f32],
    slopes: &Slopes,
    layers: &[LayerWeights<'_>],
) -> Vec<LayerGradients> {
    let width = slopes.rows * inputs_of(layers);
    let found = output_gradient
        .par_chunks(slopes.rows)
        .zip(slope_gradient.par_chunks(width).zip(input.par_chunks(width)))
        .zip(&slopes.pieces)
        .map(|((output_gradient, (slope_gradient, input)), piece)| {
            let mut found = Vec::with_capacity(layers.len());
            let mut running = slope_gradient.to_vec();
            for (index, layer) in layers.iter().enumerate() {
                let next = (index + 1 < layers.len()).then(|| {
                    let mut next = layer.times_weight(&running);
                    layer.sizes.activation.multiply_by_derivative(&mut next, &piece.outputs[index]);
                    next
                });
                let before = index.checked_sub(1).map_or(input, |index| &piece.outputs[index]);
                add_scaled_rows(&mut running, before, output_gradient);
                found.push(layer.gradients(&piece.gradients[index], &running, Some(output_gradient)));
                running = next.unwrap_or_default();
            }
            found.reverse();
            found
        })
        .collect();
    total(found)
}

/// Each row of `source` times its factor, added to the same row of `target`.
fn add_scaled_rows(target: &mut [f32], source: &[f32], factors: &[f32]) {
    let width = source.len() / factors.len();
    let rows = target.chunks_exact_mut(width).zip(source.chunks_exact(width)).zip(factors);
    pulp::Arch::new().dispatch(|| {
        for ((target, source), factor) in rows {
            for (target, source) in target.iter_mut().zip(source) {
                *target += source * factor;
            }
        }
    });
}

impl LayerWeights<'_> {
    fn times_weight(&self, input: &[f32]) -> Vec<f32> {
        let StackLayer { inputs, outputs, .. } = self.sizes;
        let rows = input.len() / inputs;
        let mut output = vec![0.0; rows * outputs];
        let weight = Matrix::row_major(self.weight, outputs, inputs).transposed();
        multiply(Matrix::row_major(input, rows, inputs), weight, &mut output, 0.0);
        output
    }

    fn times_transposed_weight(&self, gradient: &[f32]) -> Vec<f32> {
        let StackLayer { inputs, outputs, .. } = self.sizes;
        let rows = gradient.len() / outputs;
        let mut target = vec![0.0; rows * inputs];
        let weight = Matrix::row_major(self.weight, outputs, inputs);
        multiply(Matrix::row_major(gradient, rows, outputs), weight, &mut target, 0.0);
        target
    }

    /// From the gradient before the activation and what came in; the bias's gradient has a factor a row, if given.
    fn gradients(&self, gradient: &[f32], before: &[f32], factors: Option<&[f32]>) -> LayerGradients {
        let StackLayer { inputs, outputs, .. } = self.sizes;
        let rows = gradient.len() / outputs;
        let mut weight = vec![0.0; outputs * inputs];
        let gradients = Matrix::row_major(gradient, rows, outputs).transposed();
        multiply(gradients, Matrix::row_major(before, rows, inputs), &mut weight, 0.0);
        let mut bias = vec![0.0; outputs];
        pulp::Arch::new().dispatch(|| {
            for (row, gradient) in gradient.chunks_exact(outputs).enumerate() {
                let factor = factors.map_or(1.0, |factors| factors[row]);
                for (sum, gradient) in bias.iter_mut().zip(gradient) {
                    *sum += gradient * factor;
                }
            }
        });
        LayerGradients { weight, bias }
    }
}

/// Sums over all pieces, in their order; layers come last first and leave first first.
fn total(pieces: Vec<Vec<LayerGradients>>) -> Vec<LayerGradients> {
    let num_layers = pieces.first().map_or(0, Vec::len);
    let mut by_layer: Vec<Vec<LayerGradients>> = (0..num_layers).map(|_| Vec::with_capacity(pieces.len())).collect();
    for piece in pieces {
        for (parts, part) in by_layer.iter_mut().rev().zip(piece) {
            parts.push(part);
        }
    }
    let sum = |parts: Vec<LayerGradients>| {
        parts.into_iter().reduce(|mut total, part| {
            add_to(&mut total.weight, &part.weight);
            add_to(&mut total.bias, &part.bias);
            total
        })
    };
    by_layer.into_par_iter().filter_map(sum).collect()
}

fn add_to(total: &mut [f32], part: &[f32]) {
    pulp::Arch::new().dispatch(|| {
        for (total, part) in total.iter_mut().zip(part) {
            *total += part;
        }
    });
}

/// Samples of one piece: as many pieces as the work is worth, and no more than [`MAX_PIECES`].
fn rows_per_piece(input: &[f32], layers: &[LayerWeights<'_>]) -> usize {
    let batch = input.len() / inputs_of(layers);
    let macs: usize = layers.iter().map(|layer| layer.weight.len()).sum();
    let work = batch * macs;
    let fewest = if work >= SPLIT_MACS { 2 } else { 1 };
    batch.div_ceil((work / PIECE_MACS).clamp(fewest, MAX_PIECES)).max(1)
}

fn inputs_of(layers: &[LayerWeights<'_>]) -> usize {
    layers.first().map_or(1, |layer| layer.sizes.inputs)
}
