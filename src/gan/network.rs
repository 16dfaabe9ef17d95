//! A network: a checked list of layers with their weights.

use burn::tensor::{Device, Gradients, Tensor};
use thiserror::Error;

use super::arrays::{self, Absorb, Change, CollectGradients, MapArrays, Read, Track, Write};
use super::condition::Labels;
use super::cpu;
use super::initial_weights;
use super::layer::{Layer, Statistics, with_spectral_norm};
use super::sequence::{self, Stage};
use crate::config::{Architecture, InitialWeights};
use crate::random::{Random, Stream};

/// Mean and variance that one batch-normalisation layer saw.
#[derive(Debug, Clone)]
pub struct BatchStatistics {
    pub(super) mean: Tensor<1>,
    pub(super) unbiased_variance: Tensor<1>,
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
        sequence::run(&self.layers, input, &mut Statistics::Running)
    }

    /// Output for a batch, with batch normalisation by the batch's own statistics, which are returned for [`Self::absorb`].
    ///
    /// # Shapes
    /// `[batch, inputs]` to `[batch, outputs]`.
    pub fn forward(&self, input: Tensor<2>) -> (Tensor<2>, Vec<BatchStatistics>) {
        let mut noted = Vec::new();
        let output = sequence::run(&self.layers, input, &mut Statistics::Batch(&mut noted));
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
        sequence::run_with_slopes(&self.layers, input, labels)
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
        let mut reader = Read::default();
        self.clone().map(&mut reader);
        reader.arrays
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
        let layers = arrays::map_layers(template.layers, &mut Write::new(&mut find, &mut error));
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

    /// The layers as they compute.
    pub(super) fn stages(&self) -> Vec<Stage<'_>> {
        sequence::stages(&self.layers)
    }

    fn map(self, mapper: &mut impl MapArrays) -> Self {
        Self { layers: arrays::map_layers(self.layers, mapper), ..self }
    }

    fn replace(&mut self, mapper: &mut impl MapArrays) {
        let layers = std::mem::take(&mut self.layers);
        self.layers = arrays::map_layers(layers, mapper);
    }
}
