//! One layer of a network: its sizes, what it takes and gives, and how many numbers training changes in it.

use serde::{Deserialize, Serialize};

use super::TensorShape;

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

/// The most weights one layer may have: 256 MiB of 32-bit floats.
pub(super) const MAX_LAYER_PARAMETERS: usize = 1 << 26;

/// The largest change of the size of maps in one layer.
const MAX_RESAMPLING: usize = 64;

/// The largest kernel, stride or padding of a convolution.
const MAX_KERNEL: usize = 1024;

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

    /// Numbers that training changes. Only for layers of a checked [`super::Architecture`].
    pub fn parameters(&self) -> usize {
        self.checked_parameters().unwrap_or(usize::MAX)
    }

    /// Numbers that training changes, or `None` where a size is zero or the count overflows.
    pub(super) fn checked_parameters(&self) -> Option<usize> {
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
    pub(super) fn output_shape(&self, input: TensorShape) -> Result<TensorShape, String> {
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
