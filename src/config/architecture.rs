//! A network as a list of layers: shapes checked, parameters counted, nothing computed.
//!
//! The list mirrors `torch.nn.Sequential`: layer `i` of the generator owns the parameters `generator.i.weight` and so on,
//! so that a model file can be rebuilt in PyTorch from this list alone.

use thiserror::Error;

use super::layer_spec::{LayerSpec, MAX_LAYER_PARAMETERS};

/// The shape of one sample between two layers, without the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TensorShape {
    /// A row of numbers.
    Flat(usize),
    /// Sequences: channels, length.
    Sequence(usize, usize),
    /// Feature maps: channels, height, width.
    Maps(usize, usize, usize),
}

impl TensorShape {
    /// Numbers in one sample of this shape, or `None` where the count overflows.
    pub fn features(self) -> Option<usize> {
        match self {
            Self::Flat(features) => Some(features),
            Self::Sequence(channels, length) => channels.checked_mul(length),
            Self::Maps(channels, height, width) => channels.checked_mul(height)?.checked_mul(width),
        }
    }
}

impl std::fmt::Display for TensorShape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flat(features) => write!(f, "{features}"),
            Self::Sequence(channels, length) => write!(f, "{channels}×{length}"),
            Self::Maps(channels, height, width) => write!(f, "{channels}×{height}×{width}"),
        }
    }
}

/// Why a list of layers is not a network.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ShapeError {
    /// A layer was given a shape it does not take.
    #[error("layer {index} ({layer}) cannot follow a layer that gives {found}; it takes {wanted}")]
    Mismatch {
        /// Position in the list, from 0.
        index: usize,
        /// The layer's name.
        layer: &'static str,
        /// The shape it was given.
        found: TensorShape,
        /// The shape it takes.
        wanted: String,
    },
    /// The last layer gives another shape than the network must.
    #[error("the network gives {found} where {wanted} is needed")]
    Output {
        /// What it gives.
        found: TensorShape,
        /// What it must give.
        wanted: TensorShape,
    },
    /// The model family cannot handle such samples.
    #[error("the {model} networks cannot make or judge {sample}; choose another architecture")]
    Unsupported {
        /// The family.
        model: &'static str,
        /// The samples.
        sample: String,
    },
    /// A picture whose sides cannot be halved often enough.
    #[error("a DCGAN halves its pictures, and {width}×{height} does not halve evenly; use 16, 28, 32 or 64 pixels")]
    NotHalvable {
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
    },
    /// A size of zero, or one so large that the network could not be held in memory.
    #[error("layer {index} ({layer}) has a size that is zero or too large")]
    BadSize {
        /// Position in the list, from 0.
        index: usize,
        /// The layer's name.
        layer: &'static str,
    },
}

/// A checked list of layers.
#[derive(Debug, Clone, PartialEq)]
pub struct Architecture {
    /// Shape of one input.
    pub input: TensorShape,
    /// The layers, first to last.
    pub layers: Vec<LayerSpec>,
    /// Shape after each layer, as long as `layers`.
    pub shapes: Vec<TensorShape>,
}

/// One row of the list that the window shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerSummary {
    /// The layer's name.
    pub name: &'static str,
    /// The shape it gives.
    pub output: TensorShape,
    /// Numbers that training changes.
    pub parameters: usize,
}

impl Architecture {
    /// Checks that each layer takes what the one before gives, and that the last gives `output`.
    ///
    /// # Errors
    /// The first layer that does not fit.
    pub fn new(input: TensorShape, layers: Vec<LayerSpec>, output: TensorShape) -> Result<Self, ShapeError> {
        let mut shapes = Vec::with_capacity(layers.len());
        let mut shape = input;
        for (index, layer) in layers.iter().enumerate() {
            if layer.checked_parameters().is_none_or(|count| count > MAX_LAYER_PARAMETERS) {
                return Err(ShapeError::BadSize { index, layer: layer.name() });
            }
            shape = layer.output_shape(shape).map_err(|wanted| ShapeError::Mismatch {
                index,
                layer: layer.name(),
                found: shape,
                wanted,
            })?;
            if shape.features().is_none_or(|count| count > MAX_LAYER_PARAMETERS) {
                return Err(ShapeError::BadSize { index, layer: layer.name() });
            }
            shapes.push(shape);
        }
        if shape == output {
            Ok(Self { input, layers, shapes })
        } else {
            Err(ShapeError::Output { found: shape, wanted: output })
        }
    }

    /// Numbers that training changes.
    pub fn parameters(&self) -> usize {
        self.layers.iter().map(LayerSpec::parameters).sum()
    }

    /// Whether any layer mixes the samples of a batch.
    pub fn has_batch_norm(&self) -> bool {
        self.layers.iter().any(|layer| matches!(layer, LayerSpec::BatchNorm { .. }))
    }

    /// Whether any layer's weights are divided by what they can stretch a signal.
    pub fn has_spectral_norm(&self) -> bool {
        self.layers.iter().any(|layer| matches!(layer, LayerSpec::SpectralNorm { .. }))
    }

    /// One row per layer, for display.
    pub fn summary(&self) -> Vec<LayerSummary> {
        self.layers
            .iter()
            .zip(&self.shapes)
            .map(|(layer, &output)| LayerSummary { name: layer.name(), output, parameters: layer.parameters() })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_follow_the_layers() {
        let layers = vec![
            LayerSpec::Unflatten { channels: 1, height: 28, width: 28 },
            LayerSpec::Conv2d { in_channels: 1, out_channels: 64, kernel: 5, stride: 2, padding: 2 },
            LayerSpec::Flatten,
            LayerSpec::Linear { inputs: 64 * 14 * 14, outputs: 1 },
        ];
        let architecture = Architecture::new(TensorShape::Flat(784), layers, TensorShape::Flat(1)).unwrap();
        assert_eq!(architecture.shapes[1], TensorShape::Maps(64, 14, 14));
        assert_eq!(architecture.parameters(), 64 * 25 + 64 + 64 * 14 * 14 + 1);
    }

    #[test]
    fn the_first_misfit_is_named() {
        // The generator as the article prints it: 128 numbers cannot become 4×4×128.
        let layers = vec![
            LayerSpec::Linear { inputs: 100, outputs: 128 },
            LayerSpec::Unflatten { channels: 128, height: 4, width: 4 },
        ];
        let error = Architecture::new(TensorShape::Flat(100), layers, TensorShape::Flat(784)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "layer 1 (Unflatten) cannot follow a layer that gives 128; it takes 2048 numbers"
        );
    }

    #[test]
    fn a_residual_block_gives_what_it_takes_and_holds_simple_layers_only() {
        let conv = |in_channels, out_channels| LayerSpec::Conv2d {
            in_channels,
            out_channels,
            kernel: 3,
            stride: 1,
            padding: 1,
        };
        let network = |layers: Vec<LayerSpec>| {
            let layers = vec![
                LayerSpec::Unflatten { channels: 2, height: 4, width: 4 },
                LayerSpec::Residual { layers },
                LayerSpec::AvgPool { size: 2 },
                LayerSpec::UpsampleNearest { factor: 4 },
                LayerSpec::Flatten,
            ];
            Architecture::new(TensorShape::Flat(32), layers, TensorShape::Flat(128))
        };
        let whole = network(vec![conv(2, 5), LayerSpec::Tanh, conv(5, 2)]).unwrap();
        assert_eq!((whole.parameters(), whole.layers[1].parameter_arrays()), (2 * 5 * 9 + 5 + 5 * 2 * 9 + 2, 4));
        assert!(matches!(network(vec![conv(2, 5)]), Err(ShapeError::Mismatch { index: 1, .. })));
        assert!(matches!(network(vec![LayerSpec::Residual { layers: Vec::new() }]), Err(ShapeError::BadSize { .. })));
        assert!(matches!(network(vec![LayerSpec::BatchNorm { features: 2 }]), Err(ShapeError::BadSize { .. })));
    }

    #[test]
    fn absurd_sizes_are_refused_before_anything_is_allocated() {
        for (inputs, outputs) in [(0, 3), (3, 0), (usize::MAX, 2), (1 << 20, 1 << 20)] {
            let layers = vec![LayerSpec::Linear { inputs, outputs }];
            let error = Architecture::new(TensorShape::Flat(inputs), layers, TensorShape::Flat(outputs)).unwrap_err();
            assert!(matches!(error, ShapeError::BadSize { index: 0, .. }));
        }
    }
}
