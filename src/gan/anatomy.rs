//! The insides of a network as plain numbers: what its units answer, how they are connected, and how strongly each layer
//! is pulled.

use burn::tensor::{Device, ExecutionError, Tensor, TensorData};

use super::layer::{Layer, Signal, Statistics};
use super::sequence::{self, Stage};
use super::{Network, cpu};

/// The weights between two layers of units.
#[derive(Debug, Clone, PartialEq)]
pub struct Connections {
    /// Units that are listened to.
    pub inputs: usize,
    /// Units that listen.
    pub outputs: usize,
    /// `[outputs, inputs]`, row-major.
    pub weights: Vec<f32>,
}

/// The size of a layer's share in a list of parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerNorm {
    /// The layer's position in the architecture.
    pub layer: usize,
    /// L2 norm over the layer's parameters.
    pub norm: f32,
}

/// The weights of each layer, if the network is nothing but fully connected layers with activations.
pub fn connections(network: &Network) -> Option<Vec<Connections>> {
    let read = |stage: &Stage<'_>| {
        let Stage::Pass((layer, _)) = stage else { return None };
        let Layer::Linear { weight, .. } = &**layer else { return None };
        let [outputs, inputs] = weight.dims();
        Some(Connections { inputs, outputs, weights: weight.to_data().iter::<f32>().collect() })
    };
    network.stages().iter().map(read).collect()
}

/// What each layer answers, after its activation, in the order of [`connections`].
///
/// # Shapes
/// Inputs `[count, features]` to `[count, outputs]` per layer, flat and row-major.
///
/// # Errors
/// A device that fails to compute.
pub fn responses(
    network: &Network,
    inputs: &[f32],
    features: usize,
    device: &Device,
) -> Result<Vec<Vec<f32>>, ExecutionError> {
    cpu::inside_pool_of(device, || {
        let input = TensorData::new(inputs.to_vec(), [inputs.len() / features, features]);
        let mut answers = Vec::new();
        let input = Signal::Flat(Tensor::from_data(input, device));
        sequence::pass_through(&network.stages(), input, |(layer, activation), signal| {
            let answer = layer.forward(signal, *activation, &mut Statistics::Running);
            answers.push(answer.clone().row());
            answer
        });
        answers.into_iter().map(|answer| Ok(answer.try_into_data()?.iter::<f32>().collect())).collect()
    })
}

/// The L2 norm of each layer's part of `arrays`, which are in the order of [`Network::update`].
pub fn layer_norms(network: &Network, arrays: &[Tensor<1>]) -> Vec<LayerNorm> {
    let layers = &network.architecture().layers;
    let mut arrays = arrays.iter();
    let with_parameters = layers.iter().enumerate().filter(|(_, layer)| layer.parameter_arrays() > 0);
    with_parameters
        .map(|(index, layer)| {
            let square = |array: &Tensor<1>| array.clone().square().sum().into_scalar::<f32>();
            let squares = arrays.by_ref().take(layer.parameter_arrays()).map(square);
            LayerNorm { layer: index, norm: squares.sum::<f32>().sqrt() }
        })
        .collect()
}

/// How far the weights of `after` are from those of `before`: each layer's distance, and the largest of all changes.
pub fn distance(before: &Network, after: &Network) -> (Vec<LayerNorm>, f32) {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for (network, arrays) in [(before, &mut old), (after, &mut new)] {
        network.clone().update(|_, array| {
            arrays.push(array.clone());
            array
        });
    }
    let changes: Vec<_> = old.into_iter().zip(new).map(|(old, new)| new - old).collect();
    let largest = changes.iter().map(|change| change.clone().abs().max().into_scalar::<f32>()).fold(0.0, f32::max);
    (layer_norms(after, &changes), largest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Preset;
    use crate::gan::Gan;

    #[test]
    fn answers_and_weights_agree_with_the_network() {
        let device = Device::flex();
        let gan = Gan::new(&Preset::Ring8.config(), &device).unwrap();
        let discriminator = &gan.discriminator;
        let points = [0.5, -0.25, 1.0, 0.0];
        let answers = responses(discriminator, &points, 2, &device).unwrap();
        let connections = connections(discriminator).unwrap();
        assert_eq!(answers.len(), connections.len());
        for (answer, layer) in answers.iter().zip(&connections) {
            assert_eq!(answer.len(), 2 * layer.outputs);
            assert_eq!(layer.weights.len(), layer.inputs * layer.outputs);
        }
        let logits = super::super::probe::logits(discriminator, &points, 2, &device).unwrap();
        for (answer, logit) in answers.last().unwrap().iter().zip(&logits) {
            assert!((answer - logit).abs() < 1e-5, "{answer} {logit}");
        }
    }

    #[test]
    fn convolutions_have_no_list_of_connections() {
        let gan = Gan::new(&Preset::Article.config(), &Device::flex()).unwrap();
        assert_eq!(connections(&gan.discriminator), None);
    }

    #[test]
    fn distances_are_those_of_the_weights() {
        let gan = Gan::new(&Preset::Ring8.config(), &Device::flex()).unwrap();
        let mut moved = gan.discriminator.clone();
        moved.update(|index, array| if index == 0 { array + 0.5 } else { array });
        let (layers, largest) = distance(&gan.discriminator, &moved);
        assert!((largest - 0.5).abs() < 1e-6);
        let weights = gan.discriminator.parameter_sizes()[0] as f32;
        assert!((layers[0].norm - 0.5 * weights.sqrt()).abs() < 1e-4);
        assert!(layers[1..].iter().all(|layer| layer.norm == 0.0));
    }
}
