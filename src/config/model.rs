//! The networks a user can choose, and the layers each stands for.

use serde::{Deserialize, Serialize};

use super::choices::choices;
use super::dcgan::{Dcgan, Levels, UpsamplingKind};
use super::normalisation::NormKind;
use super::resnet::{MAX_BLOCKS, ResNet};
use super::sample::SampleShape;
use super::text_network::{self, TextNetwork};
use super::{Architecture, LayerSpec, ShapeError, TensorShape};

/// Slope of leaky `ReLU` below zero, in every network here (DCGAN, arXiv 1511.06434).
pub(super) const LEAKY_SLOPE: f32 = 0.2;

/// The non-linearity between the layers of an MLP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActivationKind {
    /// `max(x, 0)`.
    Relu,
    /// `max(x, 0.2 x)`.
    LeakyRelu,
    /// Hyperbolic tangent.
    Tanh,
}

choices!(ActivationKind {
    Relu => "relu", "ReLU", "Passes what is positive: sharp, piecewise linear.";
    LeakyRelu => "leaky-relu", "Leaky ReLU", "Like ReLU, with a small slope below zero so that no unit dies.";
    Tanh => "tanh", "Tanh", "Smooth and bounded: round decision borders, slower gradients.";
});

impl ActivationKind {
    pub(super) fn layer(self) -> LayerSpec {
        match self {
            Self::Relu => LayerSpec::LeakyRelu { slope: 0.0 },
            Self::LeakyRelu => LayerSpec::LeakyRelu { slope: LEAKY_SLOPE },
            Self::Tanh => LayerSpec::Tanh,
        }
    }
}

/// How weights start. Biases start at zero where weights are normal, else like the weights.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum InitialWeights {
    /// Uniform in ±1/√inputs: the default of PyTorch's linear and convolution layers.
    Uniform,
    /// Normal with the given standard deviation, as in DCGAN (0.02).
    Normal {
        /// Standard deviation.
        std: f32,
    },
    /// Normal with standard deviation `√(2/inputs)`, which keeps the signal's size through `ReLU` layers (He 2015).
    He,
}

/// One network: its family and its sizes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum ModelConfig {
    /// Fully connected layers, for points or small pictures.
    Mlp {
        /// Units of each hidden layer, first to last.
        hidden: Vec<usize>,
        /// What follows each hidden layer.
        activation: ActivationKind,
        /// How weights start.
        initial_weights: InitialWeights,
    },
    /// Strided 4×4 convolutions, after DCGAN (arXiv 1511.06434), for pictures of 16, 28, 32 or 64 pixels.
    Dcgan {
        /// Channels at the largest feature map; they double with each halving.
        channels: usize,
        /// What is normalised: hidden layers' signals, or the weights of all layers.
        #[serde(alias = "batch_norm", deserialize_with = "NormKind::deserialize_or_flag")]
        norm: NormKind,
        /// How a generator's maps are made larger; a discriminator has no use for it.
        #[serde(default)]
        upsampling: UpsamplingKind,
        /// What follows each hidden layer; `None` for DCGAN's own, `ReLU` in a generator and leaky `ReLU` in a discriminator.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        activation: Option<ActivationKind>,
        /// How weights start.
        initial_weights: InitialWeights,
    },
    /// Residual blocks without normalisation, after R3GAN (arXiv 2501.05441), for pictures of 16, 28, 32 or 64 pixels.
    #[serde(rename = "resnet")]
    ResNet {
        /// Channels at the largest feature map; they double with each halving.
        channels: usize,
        /// Residual blocks at each size of map.
        blocks: usize,
    },
    /// Residual blocks of 1-D convolutions, after WGAN-GP's character model (arXiv 1704.00028), for texts.
    Text {
        /// Channels between the convolutions.
        width: usize,
        /// Residual blocks, of two convolutions each.
        blocks: usize,
        /// Places that a convolution covers: an odd number.
        kernel: usize,
        /// Units of fully connected layers that see a text as a whole: two between a generator's latents and its sequence, one
        /// before a discriminator's logits; 0 for none.
        #[serde(default)]
        hidden: usize,
    },
    /// The networks of the article this program grew out of, corrected only where they could not be built.
    Article,
}

impl ModelConfig {
    /// The family's name on screen.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Mlp { .. } => "MLP",
            Self::Dcgan { .. } => "DCGAN",
            Self::ResNet { .. } => "ResNet",
            Self::Text { .. } => "Text",
            Self::Article => "Article",
        }
    }

    /// The family and its sizes in a few characters, such as `MLP 3×128`.
    pub fn summary(&self) -> String {
        match self {
            Self::Mlp { hidden, .. } => match hidden.as_slice() {
                [] => "Linear".to_owned(),
                [first, rest @ ..] if rest.iter().all(|width| width == first) => {
                    format!("MLP {}×{first}", hidden.len())
                }
                widths => format!("MLP {}", widths.iter().map(usize::to_string).collect::<Vec<_>>().join("-")),
            },
            Self::Dcgan { channels, .. } => format!("DCGAN {channels}/{}", channels * 2),
            Self::ResNet { channels, blocks } => format!("ResNet {channels}×{blocks}"),
            Self::Text { width, blocks, hidden: 0, .. } => format!("Text {width}×{blocks}"),
            Self::Text { width, blocks, hidden, .. } => format!("{width}×{blocks} + {hidden}"),
            Self::Article => "Article's convolutions".to_owned(),
        }
    }

    /// How this network's weights start.
    pub fn initial_weights(&self) -> InitialWeights {
        match self {
            Self::Mlp { initial_weights, .. } | Self::Dcgan { initial_weights, .. } => *initial_weights,
            Self::ResNet { .. } | Self::Text { .. } => InitialWeights::He,
            Self::Article => InitialWeights::Uniform,
        }
    }

    /// Layers that turn `inputs` numbers, a latent and what goes with it, into a flat sample.
    ///
    /// # Errors
    /// The first layer that does not fit, or a family that cannot make such samples.
    pub fn generator_architecture(&self, inputs: usize, sample: SampleShape) -> Result<Architecture, ShapeError> {
        let layers = match (self, sample) {
            (Self::Mlp { hidden, activation, .. }, _) => {
                let mut layers = mlp(inputs, hidden, sample.features(), *activation);
                match sample {
                    SampleShape::Image { .. } => layers.push(LayerSpec::Tanh),
                    SampleShape::Text { symbols, length } => layers.extend([
                        LayerSpec::Unflatten1d { channels: symbols, length },
                        LayerSpec::Softmax,
                        LayerSpec::Flatten,
                    ]),
                    SampleShape::Points { .. } => {}
                }
                layers
            }
            (
                &Self::Dcgan { channels, norm, upsampling, activation, .. },
                SampleShape::Image { channels: colours, height, width },
            ) => {
                let sizes = Dcgan { channels, norm, upsampling, activation, colours };
                sizes.generator(inputs, &Levels::of(height, width)?)
            }
            (Self::ResNet { channels, blocks }, SampleShape::Image { channels: colours, height, width }) => {
                resnet(*channels, *blocks, colours)?.generator(inputs, &Levels::of(height, width)?)
            }
            (&Self::Text { width, blocks, kernel, hidden }, SampleShape::Text { symbols, length }) => {
                text(TextNetwork { width, blocks, kernel, hidden, symbols, length })?.generator(inputs)
            }
            (Self::Article, SampleShape::Image { channels: 1, height: 28, width: 28 }) => article_generator(inputs),
            (Self::Dcgan { .. } | Self::ResNet { .. } | Self::Text { .. } | Self::Article, _) => {
                return Err(self.cannot_handle(sample));
            }
        };
        Architecture::new(TensorShape::Flat(inputs), layers, TensorShape::Flat(sample.features()))
    }

    /// Layers that turn a flat sample into logits, of which there are at least one.
    ///
    /// # Errors
    /// The first layer that does not fit, or a family that cannot judge such samples.
    pub fn discriminator_architecture(&self, sample: SampleShape, logits: usize) -> Result<Architecture, ShapeError> {
        let layers = match (self, sample) {
            (Self::Mlp { hidden, activation, .. }, _) => mlp(sample.features(), hidden, logits, *activation),
            (
                &Self::Dcgan { channels, norm, upsampling, activation, .. },
                SampleShape::Image { channels: colours, height, width },
            ) => {
                let sizes = Dcgan { channels, norm, upsampling, activation, colours };
                sizes.discriminator(&Levels::of(height, width)?, logits)
            }
            (Self::ResNet { channels, blocks }, SampleShape::Image { channels: colours, height, width }) => {
                resnet(*channels, *blocks, colours)?.discriminator(&Levels::of(height, width)?, logits)
            }
            (&Self::Text { width, blocks, kernel, hidden }, SampleShape::Text { symbols, length }) => {
                text(TextNetwork { width, blocks, kernel, hidden, symbols, length })?.discriminator(logits)
            }
            (Self::Article, SampleShape::Image { channels: 1, height: 28, width: 28 }) => article_discriminator(logits),
            (Self::Dcgan { .. } | Self::ResNet { .. } | Self::Text { .. } | Self::Article, _) => {
                return Err(self.cannot_handle(sample));
            }
        };
        Architecture::new(TensorShape::Flat(sample.features()), layers, TensorShape::Flat(logits))
    }

    fn cannot_handle(&self, sample: SampleShape) -> ShapeError {
        ShapeError::Unsupported { model: self.label(), sample: sample.to_string() }
    }
}

/// The sizes of a residual network, if they are not absurd.
fn resnet(channels: usize, blocks: usize, colours: usize) -> Result<ResNet, ShapeError> {
    if blocks > MAX_BLOCKS {
        return Err(ShapeError::BadSize { index: 0, layer: "Residual block" });
    }
    Ok(ResNet { channels, blocks, colours })
}

/// The sizes of a character network, if they are not absurd.
fn text(network: TextNetwork) -> Result<TextNetwork, ShapeError> {
    let TextNetwork { blocks, kernel, .. } = network;
    if blocks > text_network::MAX_BLOCKS || kernel > text_network::MAX_KERNEL || kernel.is_multiple_of(2) {
        return Err(ShapeError::BadSize { index: 0, layer: "Residual block" });
    }
    Ok(network)
}

fn mlp(inputs: usize, hidden: &[usize], outputs: usize, activation: ActivationKind) -> Vec<LayerSpec> {
    let mut layers = Vec::with_capacity(2 * hidden.len() + 1);
    let mut width = inputs;
    for &next in hidden {
        layers.push(LayerSpec::Linear { inputs: width, outputs: next });
        layers.push(activation.layer());
        width = next;
    }
    layers.push(LayerSpec::Linear { inputs: width, outputs });
    layers
}

fn article_generator(inputs: usize) -> Vec<LayerSpec> {
    let leaky = LayerSpec::LeakyRelu { slope: LEAKY_SLOPE };
    let doubling = |in_channels, out_channels| LayerSpec::ConvTranspose2d {
        in_channels,
        out_channels,
        kernel: 5,
        stride: 2,
        padding: 2,
        output_padding: 1,
    };
    vec![
        LayerSpec::Linear { inputs, outputs: 128 * 7 * 7 },
        leaky.clone(),
        LayerSpec::Unflatten { channels: 128, height: 7, width: 7 },
        doubling(128, 64),
        leaky,
        doubling(64, 1),
        LayerSpec::Tanh,
        LayerSpec::Flatten,
    ]
}

fn article_discriminator(logits: usize) -> Vec<LayerSpec> {
    vec![
        LayerSpec::Unflatten { channels: 1, height: 28, width: 28 },
        LayerSpec::Conv2d { in_channels: 1, out_channels: 64, kernel: 5, stride: 2, padding: 2 },
        LayerSpec::LeakyRelu { slope: LEAKY_SLOPE },
        LayerSpec::Flatten,
        LayerSpec::Linear { inputs: 64 * 14 * 14, outputs: logits },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREY_28: SampleShape = SampleShape::Image { channels: 1, height: 28, width: 28 };

    fn dcgan(channels: usize) -> ModelConfig {
        ModelConfig::Dcgan {
            channels,
            norm: NormKind::Batch,
            upsampling: UpsamplingKind::Transposed,
            activation: None,
            initial_weights: InitialWeights::Normal { std: 0.02 },
        }
    }

    #[test]
    fn convolutional_networks_fit_every_size_they_promise() {
        let mut smooth = dcgan(16);
        let ModelConfig::Dcgan { upsampling, .. } = &mut smooth else { panic!("a DCGAN") };
        *upsampling = UpsamplingKind::Nearest;
        for model in [dcgan(16), smooth, ModelConfig::ResNet { channels: 8, blocks: 2 }] {
            for side in [16, 28, 32, 64] {
                for channels in [1, 3] {
                    let sample = SampleShape::Image { channels, height: side, width: side };
                    model.generator_architecture(64, sample).unwrap();
                    model.discriminator_architecture(sample, 1).unwrap();
                }
            }
        }
    }

    #[test]
    fn a_residual_network_has_blocks_at_each_size_of_map() {
        let model = ModelConfig::ResNet { channels: 8, blocks: 2 };
        for architecture in [model.generator_architecture(64, GREY_28), model.discriminator_architecture(GREY_28, 1)] {
            let architecture = architecture.unwrap();
            let blocks = architecture.layers.iter().filter(|layer| matches!(layer, LayerSpec::Residual { .. }));
            assert_eq!(blocks.count(), 2 * 3);
        }
        let absurd = ModelConfig::ResNet { channels: 8, blocks: usize::MAX };
        assert!(matches!(absurd.generator_architecture(64, GREY_28), Err(ShapeError::BadSize { .. })));
    }

    #[test]
    fn dcgan_28_has_the_sizes_of_the_benchmark() {
        let generator = dcgan(64).generator_architecture(64, GREY_28).unwrap();
        assert_eq!(generator.layers[0], LayerSpec::Linear { inputs: 64, outputs: 128 * 7 * 7 });
        let discriminator = dcgan(64).discriminator_architecture(GREY_28, 1).unwrap();
        assert_eq!(discriminator.layers.last(), Some(&LayerSpec::Linear { inputs: 128 * 7 * 7, outputs: 1 }));
    }

    #[test]
    fn a_picture_that_cannot_be_halved_is_refused() {
        let odd = SampleShape::Image { channels: 1, height: 27, width: 27 };
        assert!(matches!(dcgan(8).generator_architecture(8, odd), Err(ShapeError::NotHalvable { .. })));
        let points = SampleShape::Points { dims: 2 };
        assert!(matches!(dcgan(8).discriminator_architecture(points, 1), Err(ShapeError::Unsupported { .. })));
    }

    #[test]
    fn spectral_normalisation_is_of_every_layer_with_weights() {
        let mut model = dcgan(16);
        let ModelConfig::Dcgan { norm, .. } = &mut model else { panic!("a DCGAN") };
        *norm = NormKind::Spectral;
        for architecture in [model.generator_architecture(64, GREY_28), model.discriminator_architecture(GREY_28, 1)] {
            let architecture = architecture.unwrap();
            for layer in &architecture.layers {
                assert_eq!(layer.parameters() > 0, matches!(layer, LayerSpec::SpectralNorm { .. }), "{layer:?}");
            }
        }
    }

    #[test]
    fn an_activation_that_is_chosen_takes_the_place_of_the_usual_one() {
        let layers = |chosen| {
            let mut model = dcgan(16);
            let ModelConfig::Dcgan { activation, .. } = &mut model else { panic!("a DCGAN") };
            *activation = chosen;
            [model.generator_architecture(64, GREY_28), model.discriminator_architecture(GREY_28, 1)]
                .map(|it| it.unwrap().layers)
        };
        let count = |layers: &[LayerSpec], layer: &LayerSpec| layers.iter().filter(|other| *other == layer).count();
        let [relu, leaky] = [0.0, LEAKY_SLOPE].map(|slope| LayerSpec::LeakyRelu { slope });
        let [generator, discriminator] = layers(None);
        assert_eq!((count(&generator, &relu), count(&discriminator, &leaky)), (2, 2));
        let [generator, discriminator] = layers(Some(ActivationKind::Tanh));
        assert_eq!((count(&generator, &LayerSpec::Tanh), count(&discriminator, &LayerSpec::Tanh)), (3, 2));
        assert_eq!(count(&generator, &relu) + count(&discriminator, &leaky), 0);
    }

    #[test]
    fn a_configuration_of_before_there_was_a_choice_means_the_same() {
        let text = |norm: &str| format!(r#"{{"dcgan":{{"channels":8,{norm},"initial_weights":"he"}}}}"#);
        for (old, new) in [(r#""batch_norm":true"#, r#""norm":"batch""#), (r#""batch_norm":false"#, r#""norm":"none""#)]
        {
            let read = |norm: &str| serde_json::from_str::<ModelConfig>(&text(norm)).unwrap();
            assert_eq!(read(old), read(new));
        }
        assert!(serde_json::from_str::<ModelConfig>(&text(r#""norm":"layer""#)).is_err());
    }

    #[test]
    fn summaries_are_short() {
        let mlp = |hidden: &[usize]| ModelConfig::Mlp {
            hidden: hidden.to_vec(),
            activation: ActivationKind::Relu,
            initial_weights: InitialWeights::Uniform,
        };
        assert_eq!(mlp(&[128, 128, 128]).summary(), "MLP 3×128");
        assert_eq!(mlp(&[64, 32]).summary(), "MLP 64-32");
        assert_eq!(mlp(&[]).summary(), "Linear");
    }
}
