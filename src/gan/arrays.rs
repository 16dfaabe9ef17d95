//! What is done with the arrays of a network, one after the other: tracked, read, written, changed.

use burn::tensor::{Gradients, Tensor, TensorData};

use super::layer::Layer;
use super::network::{BatchStatistics, NamedArray, StateError};

/// Share of a new batch in the running statistics of batch normalisation; PyTorch's default.
const BATCH_NORM_MOMENTUM: f32 = 0.1;

/// Gives each array of each layer to `mapper` and keeps what comes back.
pub(super) fn map_layers(layers: Vec<Layer>, mapper: &mut impl MapArrays) -> Vec<Layer> {
    let mut mapped = Vec::with_capacity(layers.len());
    for (index, layer) in layers.into_iter().enumerate() {
        mapper.enter(index);
        mapped.push(layer.map(mapper));
        mapper.leave();
    }
    mapped
}

/// What is done with each array of a layer; by value, so that updates may happen in place.
pub(super) trait MapArrays {
    /// The arrays that follow are those of a layer, counted from 0 within the network or the layer it is in.
    fn enter(&mut self, _layer: usize) {}

    /// The layer entered last has no more arrays.
    fn leave(&mut self) {}

    /// An array that training changes.
    fn parameter<const D: usize>(&mut self, name: &'static str, array: Tensor<D>) -> Tensor<D>;

    /// An array that follows data or weights instead: running statistics, singular vectors.
    fn buffer<const D: usize>(&mut self, _name: &'static str, array: Tensor<D>) -> Tensor<D> {
        array
    }
}

pub(super) struct Track;

impl MapArrays for Track {
    fn parameter<const D: usize>(&mut self, _name: &'static str, array: Tensor<D>) -> Tensor<D> {
        array.autodiff().require_grad()
    }
}

pub(super) struct CollectGradients<'a> {
    pub(super) gradients: &'a mut Gradients,
    pub(super) flat: Vec<Tensor<1>>,
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

pub(super) struct Change<F> {
    pub(super) apply: F,
    pub(super) index: usize,
    pub(super) includes_buffers: bool,
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

pub(super) struct Absorb<I> {
    pub(super) statistics: I,
    pub(super) variance: Option<Tensor<1>>,
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

/// Reads every array back from the device.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) arrays: Vec<NamedArray>,
    path: Path,
}

impl MapArrays for Read {
    fn enter(&mut self, layer: usize) {
        self.path.0.push(layer);
    }

    fn leave(&mut self) {
        self.path.0.pop();
    }

    fn parameter<const D: usize>(&mut self, name: &'static str, array: Tensor<D>) -> Tensor<D> {
        let values = array.to_data().iter::<f32>().collect();
        self.arrays.push(NamedArray { name: self.path.of(name), shape: array.dims().to_vec(), values });
        array
    }

    fn buffer<const D: usize>(&mut self, name: &'static str, array: Tensor<D>) -> Tensor<D> {
        self.parameter(name, array)
    }
}

/// Replaces every array by the one that `find` has under its name, if shape and values are right.
pub(super) struct Write<'a, F> {
    find: &'a mut F,
    path: Path,
    error: &'a mut Option<StateError>,
}

impl<'a, F: FnMut(&str) -> Option<NamedArray>> Write<'a, F> {
    /// The first thing that is wrong goes into `error`.
    pub(super) fn new(find: &'a mut F, error: &'a mut Option<StateError>) -> Self {
        Self { find, path: Path::default(), error }
    }
}

impl<F: FnMut(&str) -> Option<NamedArray>> MapArrays for Write<'_, F> {
    fn enter(&mut self, layer: usize) {
        self.path.0.push(layer);
    }

    fn leave(&mut self) {
        self.path.0.pop();
    }

    fn parameter<const D: usize>(&mut self, name: &'static str, array: Tensor<D>) -> Tensor<D> {
        let (name, wanted) = (self.path.of(name), array.dims().to_vec());
        let failure = match (self.find)(&name) {
            None => StateError::Missing(name),
            Some(found) if found.shape != wanted => StateError::Shape { name, found: found.shape, wanted },
            Some(found) if !found.values.iter().all(|value| value.is_finite()) => StateError::NotFinite(name),
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

/// The layers one is within, outermost first.
#[derive(Debug, Default)]
struct Path(Vec<usize>);

impl Path {
    /// An array's name in PyTorch's manner: `5.0.weight`.
    fn of(&self, name: &str) -> String {
        let layers = self.0.iter().map(ToString::to_string);
        layers.chain([name.to_owned()]).collect::<Vec<_>>().join(".")
    }
}
