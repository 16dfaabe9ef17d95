//! A network: a checked list of layers with their weights.

use std::borrow::Cow;

use burn::tensor::{Device, Gradients, Tensor, TensorData};
use thiserror::Error;

use super::condition::Labels;
use super::cpu::{self, Activation, StackedLayer};
use super::initial_weights;
use super::layer::{Layer, Signal, Statistics, with_spectral_norm};
use crate::config::{Architecture, InitialWeights};
use crate::random::{Random, Stream};

/// Share of a new batch in the running statistics of batch normalisation; PyTorch's default.
const BATCH_NORM_MOMENTUM: f32 = 0.1;

/// Mean and variance that one batch-normalisation layer saw.
#[derive(Debug, Clone)]
pub struct BatchStatistics {
    mean: Tensor<1>,
    unbiased_variance: Tensor<1>,
}

impl BatchStatistics {
    /// From a batch's mean and biased variance over `count` values per feature.
    pub(super) fn new(mean: Tensor<1>, biased_variance: Tensor<1>, count: usize) -> Self {
        let correction = count as f32 / (count.max(2) - 1) as f32;
        Self { mean: mean.without_autodiff(), unbiased_variance: biased_variance.without_autodiff() * correction }
    }
}

/// One named array of a network's state.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedArray {
    /// Its name under the network, in PyTorch's manner: `0.weight`.
    pub name: String,
    /// Its shape, in PyTorch's layout.
    pub shape: Vec<usize>,
    /// Its values, row-major.
    pub values: Vec<f32>,
}

/// Why arrays could not become a network's state.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StateError {
    /// An array that the network needs is not there.
    #[error("the array `{0}` is missing")]
    Missing(String),
    /// An array has another shape than the network needs.
    #[error("the array `{name}` has shape {found:?} where {wanted:?} is needed")]
    Shape {
        /// Its name.
        name: String,
        /// The shape it has.
        found: Vec<usize>,
        /// The shape it must have.
        wanted: Vec<usize>,
    },
    /// An array holds NaN or infinity.
    #[error("the array `{0}` holds values that are not finite")]
    NotFinite(String),
}

/// A network with its weights.
#[derive(Debug, Clone)]
pub struct Network {
    architecture: Architecture,
    layers: Vec<Layer>,
}

impl Network {
    /// A network with fresh weights, a function of the seed and the stream alone.
    pub fn new(
        architecture: Architecture,
        initial: InitialWeights,
        seed: u64,
        stream: Stream,
        device: &Device,
    ) -> Self {
        let layers = architecture
            .layers
            .iter()
            .enumerate()
            .map(|(index, spec)| {
                let mut random = Random::new(seed, stream, index as u64);
                let layer = initial_weights::layer(spec.without_spectral_norm(), initial, &mut random, device);
                if spec == spec.without_spectral_norm() {
                    return layer;
                }
                let key = (stream as u64) << 32 | index as u64;
                with_spectral_norm(layer, &mut Random::new(seed, Stream::PowerIteration, key), device)
            })
            .collect();
        Self { architecture, layers }
    }

    /// Its layers and shapes.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The same weights, with every operation on them recorded for [`Tensor::backward`].
    #[must_use]
    pub fn tracked(&self) -> Self {
        self.clone().map(&mut Track)
    }

    /// Output for a batch, with batch normalisation by running statistics.
    ///
    /// # Shapes
    /// `[batch, inputs]` to `[batch, outputs]`.
    pub fn infer(&self, input: Tensor<2>) -> Tensor<2> {
        self.run(input, &mut Statistics::Running)
    }

    /// Output for a batch, with batch normalisation by the batch's own statistics, which are returned for [`Self::absorb`].
    ///
    /// # Shapes
    /// `[batch, inputs]` to `[batch, outputs]`.
    pub fn forward(&self, input: Tensor<2>) -> (Tensor<2>, Vec<BatchStatistics>) {
        let mut noted = Vec::new();
        let output = self.run(input, &mut Statistics::Batch(&mut noted));
        (output, noted)
    }

    /// Numbers in one input.
    pub fn inputs(&self) -> usize {
        self.architecture.input.features().unwrap_or_default()
    }

    /// Numbers in one output.
    pub fn outputs(&self) -> usize {
        self.architecture.shapes.last().copied().unwrap_or(self.architecture.input).features().unwrap_or_default()
    }

    /// Logits of a discriminator, each that of its sample's class, and their exact gradient with respect to each input, both differentiable once.
    ///
    /// The gradient is written out as a forward expression, `W₁ᵀ(φ′₁ ∘ W₂ᵀ(φ′₂ ∘ …))`, because first-order autodiff
    /// cannot differentiate a gradient. It is exact wherever the activations are differentiable. Not for networks with
    /// batch normalisation, whose samples depend on each other.
    ///
    /// # Shapes
    /// `[batch, features]` to logits `[batch, 1]` and gradients `[batch, features]`.
    pub fn forward_with_input_gradient(&self, input: Tensor<2>, labels: &Labels) -> (Tensor<2>, Tensor<2>) {
        let stages = self.stages();
        if cpu::is_cpu(&input.device())
            && let Some(layers) = scalar_stack(&stages)
        {
            return cpu::stack_with_slopes(input, &layers);
        }
        let mut traces = Vec::with_capacity(stages.len());
        let mut signal = Signal::Flat(input);
        for (layer, activation) in &stages {
            let (output, trace) = layer.forward_traced(signal, *activation);
            traces.push(trace);
            signal = output;
        }
        let logits = signal.row();
        let mut gradient = Signal::Flat(labels.pick_slope(logits.clone()));
        for ((layer, activation), trace) in stages.into_iter().zip(traces).rev() {
            gradient = layer.adjoint(gradient, activation, trace);
        }
        (labels.pick(logits), gradient.row())
    }

    /// Brings the singular vectors of spectral normalisation one power iteration nearer to those of the weights.
    pub fn advance_power_iteration(&mut self) {
        if self.architecture.has_spectral_norm() {
            let layers = std::mem::take(&mut self.layers);
            self.layers = layers.into_iter().map(Layer::with_power_iteration).collect();
        }
    }

    /// Takes a batch's statistics into the running ones.
    pub fn absorb(&mut self, statistics: Vec<BatchStatistics>) {
        if !statistics.is_empty() {
            self.replace(&mut Absorb { statistics: statistics.into_iter(), variance: None });
        }
    }

    /// Gradients of a [`Self::tracked`] network's parameters, each flattened, in the order of [`Self::update`].
    pub fn take_gradients(self, gradients: &mut Gradients) -> Vec<Tensor<1>> {
        let mut collected = CollectGradients { gradients, flat: Vec::new() };
        self.map(&mut collected);
        collected.flat
    }

    /// Replaces each parameter, flattened, by what `change` makes of it; the first argument counts them.
    pub fn update(&mut self, change: impl FnMut(usize, Tensor<1>) -> Tensor<1>) {
        self.replace(&mut Change { apply: change, index: 0, includes_buffers: false });
    }

    /// Moves parameters, running statistics and singular vectors a share `1 - decay` of the way towards those of `other`.
    pub fn move_towards(&mut self, other: &Self, decay: f32) {
        let targets = other.flat_state();
        self.replace(&mut Change {
            apply: |index: usize, mine: Tensor<1>| {
                let target = targets[index].clone();
                if cpu::is_cpu(&mine.device()) {
                    cpu::blend(mine, target, decay)
                } else {
                    mine * decay + target * (1.0 - decay)
                }
            },
            index: 0,
            includes_buffers: true,
        });
    }

    /// Numbers in each parameter, in the order of [`Self::update`].
    pub fn parameter_sizes(&self) -> Vec<usize> {
        let mut sizes = Vec::new();
        self.clone().update(|_, parameter| {
            sizes.push(parameter.dims()[0]);
            parameter
        });
        sizes
    }

    /// Every array of the network's state, parameters and running statistics, read back from the device.
    pub fn state(&self) -> Vec<NamedArray> {
        let mut reader = Read { arrays: Vec::new() };
        let mut arrays = Vec::new();
        for (index, layer) in self.layers.iter().enumerate() {
            layer.clone().map(&mut reader);
            arrays.extend(
                reader.arrays.drain(..).map(|array| NamedArray { name: format!("{index}.{}", array.name), ..array }),
            );
        }
        arrays
    }

    /// A network with the given state, each array found by its name.
    ///
    /// # Errors
    /// Missing arrays, wrong shapes and values that are not finite; arrays that no layer needs are ignored.
    pub fn with_state(
        architecture: Architecture,
        mut find: impl FnMut(&str) -> Option<NamedArray>,
        device: &Device,
    ) -> Result<Self, StateError> {
        let template = Self::new(architecture, InitialWeights::Uniform, 0, Stream::GeneratorInit, device);
        let mut error = None;
        let mut layers = Vec::with_capacity(template.layers.len());
        for (index, layer) in template.layers.into_iter().enumerate() {
            layers.push(layer.map(&mut Write {
                find: |name: &str| find(&format!("{index}.{name}")),
                prefix: index,
                error: &mut error,
            }));
        }
        match error {
            Some(error) => Err(error),
            None => Ok(Self { architecture: template.architecture, layers }),
        }
    }

    /// Whether every parameter is a finite number. Reads one number back from the device.
    pub fn is_finite(&self) -> bool {
        // Infinities and NaN survive a sum of magnitudes; so does an overflow of it, which is no sensible network either.
        let total = self.flat_state().into_iter().map(|array| array.abs().sum()).reduce(|sum, array| sum + array);
        total.is_none_or(|sum| sum.into_scalar::<f32>().is_finite())
    }

    fn flat_state(&self) -> Vec<Tensor<1>> {
        let mut flat = Vec::new();
        self.clone().map(&mut Change {
            apply: |_, array: Tensor<1>| {
                flat.push(array.clone());
                array
            },
            index: 0,
            includes_buffers: true,
        });
        flat
    }

    fn run(&self, input: Tensor<2>, statistics: &mut Statistics<'_>) -> Tensor<2> {
        let stages = self.stages();
        let is_on_cpu = cpu::is_cpu(&input.device());
        let mut signal = Signal::Flat(input);
        let mut rest = stages.as_slice();
        while let Some((layer, activation)) = rest.first() {
            let stack = if is_on_cpu { leading_stack(rest) } else { Vec::new() };
            if is_on_cpu
                && let (Signal::Maps(maps), Some((weight, bias, activation))) = (&signal, flattened_linear(rest))
                && weight.dims()[0] < maps.dims()[0]
            {
                signal = Signal::Flat(cpu::linear_of_maps(maps.clone(), weight.clone(), bias.clone(), activation));
                rest = &rest[2..];
            } else if stack.len() > 1 {
                signal = Signal::Flat(cpu::stack(signal.row(), &stack));
                rest = &rest[stack.len()..];
            } else {
                signal = layer.forward(signal, *activation, statistics);
                rest = &rest[1..];
            }
        }
        signal.row()
    }

    /// The layers as they compute, each with the activation that follows it and is no stage of its own then.
    pub(super) fn stages(&self) -> Vec<Stage<'_>> {
        let mut stages: Vec<Stage<'_>> = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            match (layer.activation(), stages.last_mut()) {
                (Some(activation), Some((_, follow))) if *follow == Activation::Identity => *follow = activation,
                (activation, _) => stages.push((layer.effective(), activation.unwrap_or(Activation::Identity))),
            }
        }
        stages
    }

    fn map(self, mapper: &mut impl MapArrays) -> Self {
        let layers = self.layers.into_iter().map(|layer| layer.map(mapper)).collect();
        Self { layers, ..self }
    }

    fn replace(&mut self, mapper: &mut impl MapArrays) {
        let layers = std::mem::take(&mut self.layers);
        self.layers = layers.into_iter().map(|layer| layer.map(mapper)).collect();
    }
}

/// A layer with the activation that follows it.
pub(super) type Stage<'a> = (Cow<'a, Layer>, Activation);

/// The fully connected layers that these stages begin with. A weight that is computed from another is no leaf of the graph, as
/// those of a stack must be.
fn leading_stack<'a>(stages: &[Stage<'a>]) -> Vec<StackedLayer<'a>> {
    let as_linear = |(layer, activation): &Stage<'a>| match layer {
        Cow::Borrowed(Layer::Linear { weight, bias }) => Some((weight, bias, *activation)),
        _ => None,
    };
    stages.iter().map_while(as_linear).collect()
}

/// The fully connected layer that follows maps, where these stages begin with one.
fn flattened_linear<'a>(stages: &'a [Stage<'_>]) -> Option<StackedLayer<'a>> {
    let [(flatten, Activation::Identity), (linear, activation), ..] = stages else { return None };
    match (flatten.as_ref(), linear.as_ref()) {
        (Layer::Flatten, Layer::Linear { weight, bias }) => Some((weight, bias, *activation)),
        _ => None,
    }
}

/// The stages, if all of them are fully connected with activations made of straight pieces, and one number comes out.
fn scalar_stack<'a>(stages: &[Stage<'a>]) -> Option<Vec<StackedLayer<'a>>> {
    let stack = leading_stack(stages);
    let is_whole = stack.len() == stages.len() && stack.last().is_some_and(|(_, bias, _)| bias.dims() == [1]);
    let is_piecewise_linear = stack.iter().all(|(_, _, activation)| activation.is_piecewise_linear());
    (is_whole && is_piecewise_linear).then_some(stack)
}

/// What is done with each array of a layer; by value, so that updates may happen in place.
pub(super) trait MapArrays {
    /// An array that training changes.
    fn parameter<const D: usize>(&mut self, name: &'static str, array: Tensor<D>) -> Tensor<D>;

    /// An array that follows data or weights instead: running statistics, singular vectors.
    fn buffer<const D: usize>(&mut self, _name: &'static str, array: Tensor<D>) -> Tensor<D> {
        array
    }
}

struct Track;

impl MapArrays for Track {
    fn parameter<const D: usize>(&mut self, _name: &'static str, array: Tensor<D>) -> Tensor<D> {
        array.autodiff().require_grad()
    }
}

struct CollectGradients<'a> {
    gradients: &'a mut Gradients,
    flat: Vec<Tensor<1>>,
}

impl MapArrays for CollectGradients<'_> {
    fn parameter<const D: usize>(&mut self, _name: &'static str, array: Tensor<D>) -> Tensor<D> {
        let gradient = array.grad_remove(self.gradients);
        // A bias that no loss depends on (the last one, in a difference of scores) has no gradient.
        let gradient = gradient.unwrap_or_else(|| array.clone().without_autodiff().zeros_like());
        self.flat.push(gradient.flatten(0, D - 1));
        array
    }
}

struct Change<F> {
    apply: F,
    index: usize,
    includes_buffers: bool,
}

impl<F: FnMut(usize, Tensor<1>) -> Tensor<1>> MapArrays for Change<F> {
    fn parameter<const D: usize>(&mut self, _name: &'static str, array: Tensor<D>) -> Tensor<D> {
        let shape = array.shape();
        let changed = (self.apply)(self.index, array.flatten(0, D - 1));
        self.index += 1;
        changed.reshape(shape)
    }

    fn buffer<const D: usize>(&mut self, name: &'static str, array: Tensor<D>) -> Tensor<D> {
        if self.includes_buffers { self.parameter(name, array) } else { array }
    }
}

struct Absorb<I> {
    statistics: I,
    variance: Option<Tensor<1>>,
}

impl<I: Iterator<Item = BatchStatistics>> MapArrays for Absorb<I> {
    fn parameter<const D: usize>(&mut self, _name: &'static str, array: Tensor<D>) -> Tensor<D> {
        array
    }

    /// Called with a layer's running mean, then with its running variance.
    fn buffer<const D: usize>(&mut self, name: &'static str, array: Tensor<D>) -> Tensor<D> {
        if !name.starts_with("running_") {
            return array;
        }
        let seen = match self.variance.take() {
            Some(variance) => Some(variance),
            None => self.statistics.next().map(|BatchStatistics { mean, unbiased_variance }| {
                self.variance = Some(unbiased_variance);
                mean
            }),
        };
        match seen {
            Some(seen) => array * (1.0 - BATCH_NORM_MOMENTUM) + seen.unsqueeze() * BATCH_NORM_MOMENTUM,
            None => array,
        }
    }
}

struct Read {
    arrays: Vec<NamedArray>,
}

impl MapArrays for Read {
    fn parameter<const D: usize>(&mut self, name: &'static str, array: Tensor<D>) -> Tensor<D> {
        let values = array.to_data().iter::<f32>().collect();
        self.arrays.push(NamedArray { name: name.to_owned(), shape: array.dims().to_vec(), values });
        array
    }

    fn buffer<const D: usize>(&mut self, name: &'static str, array: Tensor<D>) -> Tensor<D> {
        self.parameter(name, array)
    }
}

struct Write<'a, F> {
    find: F,
    prefix: usize,
    error: &'a mut Option<StateError>,
}

impl<F: FnMut(&str) -> Option<NamedArray>> MapArrays for Write<'_, F> {
    fn parameter<const D: usize>(&mut self, name: &'static str, array: Tensor<D>) -> Tensor<D> {
        let wanted = array.dims().to_vec();
        let full_name = format!("{}.{name}", self.prefix);
        let failure = match (self.find)(name) {
            None => StateError::Missing(full_name),
            Some(found) if found.shape != wanted => StateError::Shape { name: full_name, found: found.shape, wanted },
            Some(found) if !found.values.iter().all(|value| value.is_finite()) => StateError::NotFinite(full_name),
            Some(found) => {
                return Tensor::from_data(TensorData::new(found.values, found.shape), &array.device());
            }
        };
        self.error.get_or_insert(failure);
        array
    }

    fn buffer<const D: usize>(&mut self, name: &'static str, array: Tensor<D>) -> Tensor<D> {
        self.parameter(name, array)
    }
}
