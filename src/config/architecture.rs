//! A network as a list of layers: shapes checked, parameters counted, nothing computed.
//!
//! The list mirrors `torch.nn.Sequential`: layer `i` of the generator owns the parameters `generator.i.weight` and so on,
//! so that a model file can be rebuilt in PyTorch from this list alone.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One layer with its sizes. Names and meanings are those of `torch.nn`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum LayerSpec {
    /// `y = x Wᵀ + b`, weight `[outputs, inputs]`.
    Linear {
        /// Numbers in.
        inputs: usize,
        /// Numbers out.
        outputs: usize,
    },
    /// 1-D convolution of stride 1, weight `[out, in, kernel]`.
    Conv1d {
        /// Channels in.
        in_channels: usize,
        /// Channels out.
        out_channels: usize,
        /// Length of the kernel.
        kernel: usize,
        /// Zeros added at either end of the input.
        padding: usize,
    },
    /// 2-D convolution with square kernels, weight `[out, in, kernel, kernel]`.
    Conv2d {
        /// Channels in.
        in_channels: usize,
        /// Channels out.
        out_channels: usize,
        /// Side of the kernel.
        kernel: usize,
        /// Step between two places of the kernel.
        stride: usize,
        /// Zeros added around the input.
        padding: usize,
    },
    /// Transposed 2-D convolution, weight `[in, out, kernel, kernel]`.
    ConvTranspose2d {
        /// Channels in.
        in_channels: usize,
        /// Channels out.
        out_channels: usize,
        /// Side of the kernel.
        kernel: usize,
        /// Step between two places of the kernel in the output.
        stride: usize,
        /// Rows and columns cut from around the output.
        padding: usize,
        /// Rows and columns added at the output's far side.
        output_padding: usize,
    },
    /// Batch normalisation over a flat batch or over each channel of maps.
    BatchNorm {
        /// Features or channels.
        features: usize,
    },
    /// Normalisation of each channel of each sample, without weights of its own: `torch.nn.InstanceNorm2d`.
    InstanceNorm {
        /// Channels.
        features: usize,
    },
    /// A layer whose weight is divided by its largest singular value, as `torch.nn.utils.spectral_norm` wraps one: it owns
    /// `weight_orig`, and the singular vectors `weight_u` and `weight_v`.
    SpectralNorm {
        /// A linear layer or a convolution of either kind.
        layer: Box<Self>,
    },
    /// Each place of the maps is repeated `factor` times along either axis: `torch.nn.Upsample`.
    UpsampleNearest {
        /// How much larger the maps become.
        factor: usize,
    },
    /// Means over squares of `size × size` places: `torch.nn.AvgPool2d`.
    AvgPool {
        /// How much smaller the maps become.
        size: usize,
    },
    /// `x + f(x)`, where `f` is what these layers do one after the other: a `torch.nn.Sequential` with a connection around it,
    /// whose layers own `0.weight` and so on.
    Residual {
        /// The layers within: convolutions, linear layers, activations.
        layers: Vec<Self>,
    },
    /// `x` above zero, `slope · x` below; slope 0 is `ReLU`.
    LeakyRelu {
        /// Slope below zero.
        slope: f32,
    },
    /// Hyperbolic tangent.
    Tanh,
    /// Probabilities of the channels at each place: `torch.nn.Softmax(dim=1)`.
    Softmax,
    /// Maps or sequences to a flat row, channel first.
    Flatten,
    /// A flat row to sequences, channel first: `torch.nn.Unflatten(1, (channels, length))`.
    Unflatten1d {
        /// Channels of the sequences.
        channels: usize,
        /// Places of each.
        length: usize,
    },
    /// A flat row to maps, channel first.
    Unflatten {
        /// Channels of the maps.
        channels: usize,
        /// Rows of the maps.
        height: usize,
        /// Columns of the maps.
        width: usize,
    },
}

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

/// The most weights one layer may have: 256 MiB of 32-bit floats.
pub const MAX_LAYER_PARAMETERS: usize = 1 << 26;

/// The largest change of the size of maps in one layer.
const MAX_RESAMPLING: usize = 64;

/// The largest kernel, stride or padding of a convolution.
const MAX_KERNEL: usize = 1024;

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

impl LayerSpec {
    /// The layer's name in `torch.nn`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Linear { .. } => "Linear",
            Self::Conv1d { .. } => "Conv1d",
            Self::Conv2d { .. } => "Conv2d",
            Self::ConvTranspose2d { .. } => "ConvTranspose2d",
            Self::BatchNorm { .. } => "BatchNorm",
            Self::InstanceNorm { .. } => "InstanceNorm",
            Self::UpsampleNearest { .. } => "Upsample",
            Self::AvgPool { .. } => "AvgPool2d",
            Self::Residual { .. } => "Residual block",
            Self::SpectralNorm { layer } => match **layer {
                Self::Linear { .. } => "Linear, spectral",
                Self::Conv1d { .. } => "Conv1d, spectral",
                Self::Conv2d { .. } => "Conv2d, spectral",
                Self::ConvTranspose2d { .. } => "ConvTranspose2d, spectral",
                _ => "SpectralNorm",
            },
            Self::LeakyRelu { slope } if *slope == 0.0 => "ReLU",
            Self::LeakyRelu { .. } => "LeakyReLU",
            Self::Tanh => "Tanh",
            Self::Softmax => "Softmax",
            Self::Flatten => "Flatten",
            Self::Unflatten1d { .. } | Self::Unflatten { .. } => "Unflatten",
        }
    }

    /// The layer with its weight divided by its largest singular value; a layer without a weight as it is.
    #[must_use]
    pub fn with_spectral_norm(self) -> Self {
        if self.has_one_weight() { Self::SpectralNorm { layer: Box::new(self) } } else { self }
    }

    /// The layer itself, whether its weight is divided by its largest singular value or not.
    pub fn without_spectral_norm(&self) -> &Self {
        match self {
            Self::SpectralNorm { layer } => layer,
            layer => layer,
        }
    }

    /// Whether it is a linear map with a weight and a bias.
    fn has_one_weight(&self) -> bool {
        matches!(self, Self::Linear { .. } | Self::Conv1d { .. } | Self::Conv2d { .. } | Self::ConvTranspose2d { .. })
    }

    /// Arrays that training changes.
    pub fn parameter_arrays(&self) -> usize {
        match self {
            Self::SpectralNorm { layer } => layer.parameter_arrays(),
            Self::Residual { layers } => layers.iter().map(Self::parameter_arrays).sum(),
            Self::BatchNorm { .. } => 2,
            layer => {
                if layer.has_one_weight() {
                    2
                } else {
                    0
                }
            }
        }
    }

    /// Whether it may stand within a residual block: layers there are simple ones, so that nothing nests.
    fn may_be_within(&self) -> bool {
        self.has_one_weight() || matches!(self, Self::InstanceNorm { .. } | Self::LeakyRelu { .. } | Self::Tanh)
    }

    /// Numbers that training changes. Only for layers of a checked [`Architecture`].
    pub fn parameters(&self) -> usize {
        self.checked_parameters().unwrap_or(usize::MAX)
    }

    /// Numbers that training changes, or `None` where a size is zero or the count overflows.
    fn checked_parameters(&self) -> Option<usize> {
        let product = |sizes: &[usize]| {
            sizes.iter().try_fold(1_usize, |count, &size| (size > 0).then_some(()).and(count.checked_mul(size)))
        };
        match *self {
            Self::SpectralNorm { ref layer } => layer.has_one_weight().then(|| layer.checked_parameters())?,
            Self::InstanceNorm { features } => product(&[features]).map(|_| 0),
            Self::UpsampleNearest { factor } | Self::AvgPool { size: factor } => {
                (1..=MAX_RESAMPLING).contains(&factor).then_some(0)
            }
            Self::Residual { ref layers } => layers.iter().try_fold(0_usize, |count, layer| {
                layer.may_be_within().then_some(())?;
                count.checked_add(layer.checked_parameters()?)
            }),
            Self::Linear { inputs, outputs } => product(&[inputs, outputs])?.checked_add(outputs),
            Self::Conv1d { in_channels, out_channels, kernel, padding } => {
                (padding.max(kernel) <= MAX_KERNEL).then_some(())?;
                product(&[in_channels, out_channels, kernel])?.checked_add(out_channels)
            }
            Self::Conv2d { in_channels, out_channels, kernel, stride, padding }
            | Self::ConvTranspose2d { in_channels, out_channels, kernel, stride, padding, .. } => {
                let in_range = stride > 0 && stride.max(padding).max(kernel) <= MAX_KERNEL;
                in_range.then_some(())?;
                product(&[in_channels, out_channels, kernel, kernel])?.checked_add(out_channels)
            }
            Self::BatchNorm { features } => product(&[features, 2]),
            Self::Unflatten1d { channels, length } => product(&[channels, length]).map(|_| 0),
            Self::Unflatten { channels, height, width } => product(&[channels, height, width]).map(|_| 0),
            Self::LeakyRelu { .. } | Self::Tanh | Self::Softmax | Self::Flatten => Some(0),
        }
    }

    /// The shape this layer gives for `input`, or what it takes instead.
    fn output_shape(&self, input: TensorShape) -> Result<TensorShape, String> {
        use TensorShape::{Flat, Maps, Sequence};
        match (self, input) {
            (Self::Linear { inputs, outputs }, Flat(features)) if features == *inputs => Ok(Flat(*outputs)),
            (Self::Linear { inputs, .. }, _) => Err(format!("{inputs} numbers")),
            (Self::Conv1d { in_channels, out_channels, kernel, padding }, Sequence(channels, length))
                if channels == *in_channels && length + 2 * padding >= *kernel =>
            {
                Ok(Sequence(*out_channels, length + 2 * padding - kernel + 1))
            }
            (Self::Conv1d { in_channels, kernel, .. }, _) => {
                Err(format!("sequences of {in_channels} channels and at least {kernel} places"))
            }
            (Self::Conv2d { in_channels, out_channels, kernel, stride, padding }, Maps(channels, height, width))
                if channels == *in_channels && height + 2 * padding >= *kernel && width + 2 * padding >= *kernel =>
            {
                let size = |side: usize| (side + 2 * padding - kernel) / stride + 1;
                Ok(Maps(*out_channels, size(height), size(width)))
            }
            (Self::Conv2d { in_channels, kernel, .. }, _) => {
                Err(format!("{in_channels} channels of at least {kernel}×{kernel}"))
            }
            (
                Self::ConvTranspose2d { in_channels, out_channels, kernel, stride, padding, output_padding },
                Maps(channels, height, width),
            ) if channels == *in_channels
                && output_padding < stride
                && (height.min(width) - 1) * stride + kernel + output_padding > 2 * padding =>
            {
                let size = |side: usize| (side - 1) * stride + kernel + output_padding - 2 * padding;
                Ok(Maps(*out_channels, size(height), size(width)))
            }
            (Self::ConvTranspose2d { in_channels, .. }, _) => Err(format!("{in_channels} channels")),
            (Self::BatchNorm { features }, Flat(count) | Sequence(count, _) | Maps(count, ..))
                if count == *features =>
            {
                Ok(input)
            }
            (Self::BatchNorm { features }, _) => Err(format!("{features} features or channels")),
            (Self::InstanceNorm { features }, Maps(count, ..)) if count == *features => Ok(input),
            (Self::InstanceNorm { features }, _) => Err(format!("maps of {features} channels")),
            (Self::SpectralNorm { layer }, _) => layer.output_shape(input),
            (Self::UpsampleNearest { factor }, Maps(channels, height, width)) => {
                Ok(Maps(channels, height * factor, width * factor))
            }
            (Self::AvgPool { size }, Maps(channels, height, width)) if height % size == 0 && width % size == 0 => {
                Ok(Maps(channels, height / size, width / size))
            }
            (Self::AvgPool { size }, _) => Err(format!("maps whose sides are multiples of {size}")),
            (Self::Residual { layers }, _) => {
                let small = |shape: TensorShape| shape.features().is_some_and(|count| count <= MAX_LAYER_PARAMETERS);
                let output = layers
                    .iter()
                    .try_fold(input, |shape, layer| layer.output_shape(shape).ok().filter(|shape| small(*shape)));
                output
                    .filter(|output| *output == input)
                    .ok_or_else(|| "what the layers within give back".to_owned())
                    .map(|_| input)
            }
            (Self::LeakyRelu { .. } | Self::Tanh, _) | (Self::Softmax, Sequence(..) | Maps(..)) => Ok(input),
            (Self::Flatten, Sequence(channels, length)) => Ok(Flat(channels * length)),
            (Self::Flatten, Maps(channels, height, width)) => Ok(Flat(channels * height * width)),
            (Self::Flatten | Self::Softmax, Flat(_)) => Err("maps or sequences".to_owned()),
            (Self::UpsampleNearest { .. }, Flat(_) | Sequence(..)) => Err("maps".to_owned()),
            (Self::Unflatten1d { channels, length }, Flat(features)) if features == channels * length => {
                Ok(Sequence(*channels, *length))
            }
            (Self::Unflatten1d { channels, length }, _) => Err(format!("{} numbers", channels * length)),
            (Self::Unflatten { channels, height, width }, Flat(features)) if features == channels * height * width => {
                Ok(Maps(*channels, *height, *width))
            }
            (Self::Unflatten { channels, height, width }, _) => Err(format!("{} numbers", channels * height * width)),
        }
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
