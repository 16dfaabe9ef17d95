//! Fully connected layers one after the other, as one operation: a few samples pass through all of them on one thread, so
//! that threads meet once a pass and not once a layer.

use rayon::iter::{IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _};
use rayon::slice::{ParallelSlice as _, ParallelSliceMut as _};

use super::activation::Activation;
use super::gemm::{Matrix, multiply};
use super::linear_map::Finish;
use super::threads;

/// Samples that pass through all layers together, at least; fewer would make poor matrix products.
const MIN_ROWS: usize = 64;
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

/// Outputs of all layers. `[batch, inputs of the first]` to one `[batch, outputs]` a layer.
pub(super) fn forward(input: &[f32], layers: &[LayerWeights<'_>]) -> Vec<Vec<f32>> {
    let Some(first) = layers.first() else { return Vec::new() };
    let batch = input.len() / first.sizes.inputs;
    let mut outputs: Vec<Vec<f32>> = layers.iter().map(|layer| vec![0.0; batch * layer.sizes.outputs]).collect();
    let rows = rows_per_piece(batch, layers);
    each_piece(&mut outputs, rows, layers, |piece, outputs| {
        let input = rows_of(input, piece, rows, first.sizes.inputs);
        pass(input, layers, outputs);
    });
    outputs
}

/// Passes some samples through all layers.
fn pass(input: &[f32], layers: &[LayerWeights<'_>], outputs: &mut [&mut [f32]]) {
    let mut done: &[f32] = input;
    for (layer, output) in layers.iter().zip(outputs) {
        let finish = Finish { bias: Some(layer.bias), activation: layer.sizes.activation };
        layer.times_weight(done, output);
        finish.apply(output);
        done = output;
    }
}

/// Gradients from that of the last output: of each layer where they are wanted, and of the input.
pub(super) fn backward(
    gradient: &[f32],
    input: &[f32],
    outputs: &[&[f32]],
    layers: &[LayerWeights<'_>],
    wanted: Wanted,
) -> (Vec<LayerGradients>, Vec<f32>) {
    let (Some(first), Some(last)) = (layers.first(), layers.last()) else { return (Vec::new(), gradient.to_vec()) };
    let batch = input.len() / first.sizes.inputs;
    let rows = rows_per_piece(batch, layers);
    let (wants_weights, wants_input) = (wanted != Wanted::Input, wanted != Wanted::Weights);
    let mut input_gradient = if wants_input { vec![0.0; input.len()] } else { Vec::new() };
    let work = |piece: usize, gradient: &[f32], input_gradient: &mut [f32]| -> Vec<LayerGradients> {
        let mut found: Vec<LayerGradients> = Vec::with_capacity(layers.len());
        let mut gradient = gradient.to_vec();
        for (index, layer) in layers.iter().enumerate().rev() {
            let of_layer = |index: usize| rows_of(outputs[index], piece, rows, layers[index].sizes.outputs);
            layer.sizes.activation.multiply_by_derivative(&mut gradient, of_layer(index));
            let before = if index == 0 { rows_of(input, piece, rows, first.sizes.inputs) } else { of_layer(index - 1) };
            if wants_weights {
                found.push(layer.gradients(&gradient, before, None));
            }
            if index > 0 {
                let mut next = vec![0.0; before.len()];
                layer.times_transposed_weight(&gradient, &mut next);
                gradient = next;
            } else if wants_input {
                layer.times_transposed_weight(&gradient, input_gradient);
            }
        }
        found
    };
    let gradients = gradient.par_chunks(rows * last.sizes.outputs);
    let pieces: Vec<Vec<LayerGradients>> = if wants_input {
        gradients
            .zip(input_gradient.par_chunks_mut(rows * first.sizes.inputs))
            .enumerate()
            .map(|(piece, (gradient, input_gradient))| work(piece, gradient, input_gradient))
            .collect()
    } else {
        gradients.enumerate().map(|(piece, gradient)| work(piece, gradient, &mut [])).collect()
    };
    (total(pieces), input_gradient)
}

/// What a stack with one output gives together with the output's gradient for the input of each sample.
#[derive(Debug, Clone)]
pub(super) struct Slopes {
    /// As [`forward`] gives them; the last is `[batch, 1]`.
    pub(super) outputs: Vec<Vec<f32>>,
    /// Gradient of the last output for what each layer gives before its activation: `[batch, outputs]` a layer.
    pub(super) gradients: Vec<Vec<f32>>,
    /// Gradient of the last output for the input: `[batch, inputs]`.
    pub(super) input_gradient: Vec<f32>,
}

impl Slopes {
    /// The output of each sample and its gradient for the input, side by side: `[batch, 1 + inputs]`.
    pub(super) fn beside_outputs(&self) -> Vec<f32> {
        let outputs = self.outputs.last().map_or(&[][..], Vec::as_slice);
        let width = self.input_gradient.len() / outputs.len().max(1);
        let rows = outputs.iter().zip(self.input_gradient.chunks_exact(width));
        rows.flat_map(|(output, gradient)| std::iter::once(output).chain(gradient)).copied().collect()
    }
}

/// Outputs and slopes of a stack whose last layer has one output and whose activations are made of straight pieces.
pub(super) fn forward_with_slopes(input: &[f32], layers: &[LayerWeights<'_>]) -> Slopes {
    let Some(first) = layers.first() else {
        return Slopes { outputs: Vec::new(), gradients: Vec::new(), input_gradient: Vec::new() };
    };
    let batch = input.len() / first.sizes.inputs;
    let rows = rows_per_piece(batch, layers);
    let sized = || layers.iter().map(|layer| vec![0.0; batch * layer.sizes.outputs]).collect();
    let (mut outputs, mut gradients): (Vec<Vec<f32>>, Vec<Vec<f32>>) = (sized(), sized());
    let mut input_gradient = vec![0.0; input.len()];
    let pieces = pieces_of(&mut outputs, rows, layers).into_iter().zip(pieces_of(&mut gradients, rows, layers));
    let pieces: Vec<_> = pieces.zip(input_gradient.chunks_mut(rows * first.sizes.inputs)).enumerate().collect();
    threads::each(pieces, |(piece, ((mut outputs, mut gradients), input_gradient))| {
        pass(rows_of(input, piece, rows, first.sizes.inputs), layers, &mut outputs);
        if let Some(last) = gradients.last_mut() {
            last.fill(1.0);
        }
        for (index, layer) in layers.iter().enumerate().rev() {
            let (before, from) = gradients.split_at_mut(index);
            layer.sizes.activation.multiply_by_derivative(from[0], outputs[index]);
            let target: &mut [f32] = match before.last_mut() {
                Some(before) => before,
                None => input_gradient,
            };
            layer.times_transposed_weight(from[0], target);
        }
    });
    Slopes { outputs, gradients, input_gradient }
}

/// Gradients of the weights from those of the output, `[batch, 1]`, and of the input's gradient, `[batch, inputs]`.
///
/// A backward pass from the output alone would give each layer the slopes times its sample's gradient: they are known
/// already. What the input's gradient is wanted for runs forwards through the layers without their biases. Both meet the
/// same slopes in a weight's gradient, so one product serves both.
pub(super) fn slopes_backward(
    output_gradient: &[f32],
    slope_gradient: &[f32],
    input: &[f32],
    slopes: &Slopes,
    layers: &[LayerWeights<'_>],
) -> Vec<LayerGradients> {
    let Some(first) = layers.first() else { return Vec::new() };
    let batch = output_gradient.len();
    let rows = rows_per_piece(batch, layers);
    let pieces: Vec<Vec<LayerGradients>> = output_gradient
        .par_chunks(rows)
        .zip(slope_gradient.par_chunks(rows * first.sizes.inputs))
        .enumerate()
        .map(|(piece, (output_gradient, slope_gradient))| {
            let mut found = Vec::with_capacity(layers.len());
            let mut running = slope_gradient.to_vec();
            let mut before = rows_of(input, piece, rows, first.sizes.inputs);
            for (index, layer) in layers.iter().enumerate() {
                let width = layer.sizes.outputs;
                let slopes_here = rows_of(&slopes.gradients[index], piece, rows, width);
                let next = (index + 1 < layers.len()).then(|| {
                    let mut next = vec![0.0; output_gradient.len() * width];
                    layer.times_weight(&running, &mut next);
                    let outputs = rows_of(&slopes.outputs[index], piece, rows, width);
                    layer.sizes.activation.multiply_by_derivative(&mut next, outputs);
                    (next, outputs)
                });
                add_scaled_rows(&mut running, before, output_gradient);
                found.push(layer.gradients(slopes_here, &running, Some(output_gradient)));
                if let Some((next, outputs)) = next {
                    (running, before) = (next, outputs);
                }
            }
            found.reverse();
            found
        })
        .collect();
    total(pieces)
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
    fn times_weight(&self, input: &[f32], output: &mut [f32]) {
        let StackLayer { inputs, outputs, .. } = self.sizes;
        let input = Matrix::row_major(input, input.len() / inputs, inputs);
        multiply(input, Matrix::row_major(self.weight, outputs, inputs).transposed(), output, 0.0);
    }

    fn times_transposed_weight(&self, gradient: &[f32], target: &mut [f32]) {
        let StackLayer { inputs, outputs, .. } = self.sizes;
        let gradient = Matrix::row_major(gradient, gradient.len() / outputs, outputs);
        multiply(gradient, Matrix::row_major(self.weight, outputs, inputs), target, 0.0);
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

/// Rows of one piece: as many pieces as the work is worth, and no more than [`MAX_PIECES`].
fn rows_per_piece(batch: usize, layers: &[LayerWeights<'_>]) -> usize {
    let macs: usize = layers.iter().map(|layer| layer.weight.len()).sum();
    threads::rows_per_piece(batch, macs).max(batch.div_ceil(MAX_PIECES)).max(MIN_ROWS)
}

fn rows_of(values: &[f32], piece: usize, rows: usize, width: usize) -> &[f32] {
    let start = piece * rows * width;
    &values[start..values.len().min(start + rows * width)]
}

/// Every layer's rows, piece by piece.
fn pieces_of<'a>(values: &'a mut [Vec<f32>], rows: usize, layers: &[LayerWeights<'_>]) -> Vec<Vec<&'a mut [f32]>> {
    let mut chunks: Vec<_> =
        values.iter_mut().zip(layers).map(|(values, layer)| values.chunks_mut(rows * layer.sizes.outputs)).collect();
    let mut pieces = Vec::new();
    loop {
        let piece: Vec<&mut [f32]> = chunks.iter_mut().filter_map(Iterator::next).collect();
        if piece.is_empty() {
            return pieces;
        }
        pieces.push(piece);
    }
}

fn each_piece(
    values: &mut [Vec<f32>],
    rows: usize,
    layers: &[LayerWeights<'_>],
    work: impl Fn(usize, &mut [&mut [f32]]) + Send + Sync,
) {
    let pieces: Vec<_> = pieces_of(values, rows, layers).into_iter().enumerate().collect();
    threads::each(pieces, |(piece, mut values)| work(piece, &mut values));
}
