//! The two networks as plain data: layers, what their first units answer over a plane, the weights between those, and how
//! strongly each layer was pulled in the newest step.

use burn::tensor::{ExecutionError, Tensor};

use super::preview::Painter;
use crate::config::{Architecture, LatentDistribution, LayerSpec, SampleShape, TensorShape};
use crate::gan::anatomy::{self, Connections, LayerNorm};
use crate::gan::{Moment, Network, Observer, probe};

/// Units shown of each layer: as many maps as fit into a column, always the first, so that none changes its place.
pub const SHOWN_UNITS: usize = 8;
/// Cells along each side of a unit's map: 576 answers, well under a millisecond for all units on a CPU.
pub const UNIT_SIDE: usize = 24;
/// Half the side of the plane of normal latents that is shown: 99 of 100 numbers lie inside.
const NORMAL_REACH: f32 = 2.5;

/// Both networks at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkView {
    /// Makes samples from latents; its units are shown over [`Self::latent_bounds`].
    pub generator: NetworkPicture,
    /// Judges samples; its units are shown over the plane of the data.
    pub discriminator: NetworkPicture,
    /// Least and greatest corner of the plane of latents: the first two numbers of a latent, any others held at 0. With
    /// only one number, the second axis has no effect.
    pub latent_bounds: [[f32; 2]; 2],
    /// Latents whose samples are on the stage, their first two numbers; the second is 0 where there is only one.
    pub latents: Vec<[f32; 2]>,
}

/// One network.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkPicture {
    /// Shape of one input.
    pub input: TensorShape,
    /// Its layers, each with the activation that follows it.
    pub layers: Vec<LayerPicture>,
    /// Numbers that training changes.
    pub parameters: usize,
}

/// One layer with the activation that follows it.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerPicture {
    /// The layer's name, with that of its activation.
    pub name: String,
    /// The shape it gives.
    pub output: TensorShape,
    /// Numbers that training changes.
    pub parameters: usize,
    /// L2 norm of its gradient in the newest step that was looked at.
    pub gradient_norm: Option<f32>,
    /// Its first units, at most [`SHOWN_UNITS`]; none where a layer is more than a row of units over a plane.
    pub units: Vec<UnitPicture>,
    /// Weights from the first units of the layer before, or the first inputs, to these units.
    pub edges: Vec<Edge>,
}

/// What one unit answers over a plane.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitPicture {
    /// `UNIT_SIDE × UNIT_SIDE` answers over the greatest magnitude among them, row by row from the least y.
    pub answers: Vec<f32>,
    /// Least and greatest answer before that.
    pub range: [f32; 2],
}

/// One weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// Unit of the layer before, or input.
    pub from: usize,
    /// Unit of this layer.
    pub to: usize,
    /// The weight.
    pub weight: f32,
}

/// How strongly each layer was pulled in the newest step that was looked at.
#[derive(Debug, Clone, Default)]
pub(super) struct GradientWatch {
    generator: Vec<LayerNorm>,
    discriminator: Vec<LayerNorm>,
}

impl Observer for GradientWatch {
    fn see(&mut self, moment: &Moment<'_>) {
        match moment {
            Moment::DiscriminatorLearned { gan, gradients } => {
                self.discriminator = anatomy::layer_norms(&gan.discriminator, gradients);
            }
            Moment::GeneratorLearned { gan, gradients } => {
                self.generator = anatomy::layer_norms(&gan.generator, gradients);
            }
            _ => {}
        }
    }
}

impl Painter<'_> {
    /// Both networks. The generator is the one that is trained: gradients and weights belong to it.
    pub(super) fn networks(&self) -> Result<NetworkView, ExecutionError> {
        let reach = match self.config.latent.distribution {
            LatentDistribution::Normal => NORMAL_REACH,
            LatentDistribution::Uniform => 1.0,
        };
        let latent_bounds = [[-reach; 2], [reach; 2]];
        let dim = self.config.latent.dim;
        let latent_plane: Vec<f32> = probe::grid(latent_bounds, UNIT_SIDE)
            .as_chunks::<2>()
            .0
            .iter()
            .flat_map(|place| (0..dim).map(|axis| place.get(axis).copied().unwrap_or(0.0)))
            .collect();
        let is_plane = matches!(self.data.shape(), SampleShape::Points { dims: 2 });
        let data_plane = probe::grid(self.data.bounds(), UNIT_SIDE);
        let picture = |network: &Network, norms: &[LayerNorm], plane: &[f32], width: usize| {
            let mut picture = outline(network.architecture(), norms);
            if is_plane && let Some(connections) = anatomy::connections(network) {
                let answers = anatomy::responses(network, plane, width, self.device)?;
                for ((layer, connections), answers) in picture.layers.iter_mut().zip(&connections).zip(&answers) {
                    layer.units = units(answers, connections.outputs);
                    layer.edges = edges(connections);
                }
            }
            Ok(picture)
        };
        let latents = crate::gan::latent::first_numbered(&self.config.latent, self.config.seed, 200);
        Ok(NetworkView {
            generator: picture(&self.gan.generator, &self.gradients.generator, &latent_plane, dim)?,
            discriminator: picture(&self.gan.discriminator, &self.gradients.discriminator, &data_plane, 2)?,
            latent_bounds,
            latents: first_two(&latents, dim),
        })
    }
}

/// The first two numbers of each latent.
pub(super) fn first_two(latents: &[f32], dim: usize) -> Vec<[f32; 2]> {
    latents.chunks_exact(dim).map(|latent| [latent[0], latent.get(1).copied().unwrap_or(0.0)]).collect()
}

/// The first numbers of one read of a tensor, flat.
pub(super) fn numbers<const D: usize>(tensor: &Tensor<D>) -> Vec<f32> {
    tensor.to_data().iter::<f32>().collect()
}

/// The layers with their sizes; an activation joins the layer before it.
fn outline(architecture: &Architecture, norms: &[LayerNorm]) -> NetworkPicture {
    let mut layers: Vec<LayerPicture> = Vec::new();
    for (index, layer) in architecture.summary().into_iter().enumerate() {
        let is_activation = matches!(architecture.layers[index], LayerSpec::LeakyRelu { .. } | LayerSpec::Tanh);
        match layers.last_mut() {
            Some(last) if is_activation => last.name = format!("{}, {}", last.name, layer.name),
            _ => layers.push(LayerPicture {
                name: layer.name.to_owned(),
                output: layer.output,
                parameters: layer.parameters,
                gradient_norm: norms.iter().find(|norm| norm.layer == index).map(|norm| norm.norm),
                units: Vec::new(),
                edges: Vec::new(),
            }),
        }
    }
    NetworkPicture { input: architecture.input, parameters: architecture.parameters(), layers }
}

fn units(answers: &[f32], outputs: usize) -> Vec<UnitPicture> {
    let of_unit = |unit: usize| -> Vec<f32> { answers.iter().skip(unit).step_by(outputs).copied().collect() };
    (0..outputs.min(SHOWN_UNITS))
        .map(|unit| {
            let mut answers = of_unit(unit);
            let low = answers.iter().copied().fold(f32::INFINITY, f32::min);
            let high = answers.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let magnitude = low.abs().max(high.abs()).max(f32::MIN_POSITIVE);
            for answer in &mut answers {
                *answer /= magnitude;
            }
            UnitPicture { answers, range: [low, high] }
        })
        .collect()
}

fn edges(Connections { inputs, outputs, weights }: &Connections) -> Vec<Edge> {
    let shown = |count: usize| 0..count.min(SHOWN_UNITS);
    shown(*outputs)
        .flat_map(|to| shown(*inputs).map(move |from| Edge { from, to, weight: weights[to * inputs + from] }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Preset;

    #[test]
    fn activations_join_the_layer_before_them() {
        let architecture = Preset::Fashion.config().generator_architecture().unwrap();
        let picture = outline(&architecture, &[LayerNorm { layer: 0, norm: 2.0 }]);
        assert!(picture.layers.iter().all(|layer| !["ReLU", "Tanh"].contains(&layer.name.as_str())));
        assert_eq!(picture.layers[0].gradient_norm, Some(2.0));
        let parameters: usize = picture.layers.iter().map(|layer| layer.parameters).sum();
        assert_eq!(parameters, architecture.parameters());
    }

    #[test]
    fn a_units_answers_are_its_own_and_in_range() {
        // Two units over three places.
        let units = units(&[1.0, -8.0, 2.0, 4.0, -4.0, 0.0], 2);
        assert_eq!(units[0].answers, [0.25, 0.5, -1.0]);
        assert_eq!(units[1].range.map(f32::to_bits), [-8.0_f32, 4.0].map(f32::to_bits));
        assert_eq!(units[1].answers, [-1.0, 0.5, 0.0]);
    }

    #[test]
    fn weights_go_from_their_input_to_their_output() {
        let weights: Vec<f32> = (0..20).map(|index| index as f32).collect();
        let edges = edges(&Connections { inputs: 10, outputs: 2, weights });
        assert_eq!(edges.len(), 2 * SHOWN_UNITS);
        let edge = edges.iter().find(|edge| edge.from == 3 && edge.to == 1).unwrap();
        assert!((edge.weight - 13.0).abs() < f32::EPSILON);
    }
}
