//! The layers of a DCGAN (Radford 2016, arXiv 1511.06434), for pictures whose sides halve evenly.

use serde::{Deserialize, Serialize};

use super::choices::choices;
use super::model::ActivationKind;
use super::normalisation::NormKind;
use super::{LayerSpec, ShapeError};

/// Side of the smallest feature map; pictures are halved until they are no larger than this.
const SMALLEST_MAP: usize = 7;

/// How the generator's maps are made larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UpsamplingKind {
    /// A transposed 4×4 convolution of stride 2.
    #[default]
    Transposed,
    /// Each place is repeated, then a 3×3 convolution follows (Odena 2016, "Deconvolution and checkerboard artifacts").
    Nearest,
}

choices!(UpsamplingKind {
    Transposed => "transposed", "Transposed convolution", "Each place paints a small square of the larger map: quick, and prone to checkerboards.";
    Nearest => "nearest", "Repeat, then convolve", "Each place is repeated and a convolution smooths the result: no checkerboards, about twice the arithmetic.";
});

/// The feature maps from the picture down: each half the size of the one before.
pub(super) struct Levels {
    sizes: Vec<(usize, usize)>,
}

impl Levels {
    pub(super) fn of(height: usize, width: usize) -> Result<Self, ShapeError> {
        let mut sizes = vec![(height, width)];
        let (mut rows, mut columns) = (height, width);
        while rows.max(columns) > SMALLEST_MAP {
            if rows % 2 != 0 || columns % 2 != 0 {
                return Err(ShapeError::NotHalvable { height, width });
            }
            (rows, columns) = (rows / 2, columns / 2);
            sizes.push((rows, columns));
        }
        Ok(Self { sizes })
    }

    pub(super) fn halvings(&self) -> usize {
        self.sizes.len() - 1
    }

    pub(super) fn largest(&self) -> (usize, usize) {
        self.sizes[0]
    }

    pub(super) fn smallest(&self) -> (usize, usize) {
        self.sizes[self.sizes.len() - 1]
    }
}

/// The sizes and choices of one network.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dcgan {
    /// Channels at the largest feature map; they double with each halving.
    pub(super) channels: usize,
    pub(super) norm: NormKind,
    /// Of a generator.
    pub(super) upsampling: UpsamplingKind,
    /// `None` for the usual one.
    pub(super) activation: Option<ActivationKind>,
    /// Channels of the picture.
    pub(super) colours: usize,
}

impl Dcgan {
    /// From `inputs` numbers to a flat picture.
    pub(super) fn generator(self, inputs: usize, levels: &Levels) -> Vec<LayerSpec> {
        let activation = self.activation.unwrap_or(ActivationKind::Relu).layer();
        let (height, width) = levels.smallest();
        let mut depth = self.channels << levels.halvings().saturating_sub(1);
        let mut layers = vec![
            LayerSpec::Linear { inputs, outputs: depth * height * width },
            LayerSpec::Unflatten { channels: depth, height, width },
        ];
        layers.extend(self.norm_layer(depth));
        layers.push(activation.clone());
        for remaining in (0..levels.halvings()).rev() {
            let next = if remaining == 0 { self.colours } else { depth / 2 };
            layers.extend(self.doubling(depth, next));
            if remaining > 0 {
                layers.extend(self.norm_layer(next));
                layers.push(activation.clone());
            }
            depth = next;
        }
        layers.extend([LayerSpec::Tanh, LayerSpec::Flatten]);
        self.normalised(layers)
    }

    /// From a flat picture to logits.
    pub(super) fn discriminator(self, levels: &Levels, logits: usize) -> Vec<LayerSpec> {
        let activation = self.activation.unwrap_or(ActivationKind::LeakyRelu).layer();
        let (height, width) = levels.largest();
        let mut layers = vec![LayerSpec::Unflatten { channels: self.colours, height, width }];
        let mut depth = self.colours;
        for halving in 0..levels.halvings() {
            let next = self.channels << halving;
            layers.push(LayerSpec::Conv2d { in_channels: depth, out_channels: next, kernel: 4, stride: 2, padding: 1 });
            if halving > 0 {
                layers.extend(self.norm_layer(next));
            }
            layers.push(activation.clone());
            depth = next;
        }
        let (height, width) = levels.smallest();
        layers.extend([LayerSpec::Flatten, LayerSpec::Linear { inputs: depth * height * width, outputs: logits }]);
        self.normalised(layers)
    }

    /// The layers that make maps twice as large.
    fn doubling(self, in_channels: usize, out_channels: usize) -> Vec<LayerSpec> {
        match self.upsampling {
            UpsamplingKind::Transposed => vec![LayerSpec::ConvTranspose2d {
                in_channels,
                out_channels,
                kernel: 4,
                stride: 2,
                padding: 1,
                output_padding: 0,
            }],
            UpsamplingKind::Nearest => vec![
                LayerSpec::UpsampleNearest { factor: 2 },
                LayerSpec::Conv2d { in_channels, out_channels, kernel: 3, stride: 1, padding: 1 },
            ],
        }
    }

    /// The layer that follows a hidden convolution.
    fn norm_layer(self, features: usize) -> Option<LayerSpec> {
        match self.norm {
            NormKind::None | NormKind::Spectral => None,
            NormKind::Batch => Some(LayerSpec::BatchNorm { features }),
            NormKind::Instance => Some(LayerSpec::InstanceNorm { features }),
        }
    }

    /// The layers, with normalised weights where that is the choice.
    fn normalised(self, layers: Vec<LayerSpec>) -> Vec<LayerSpec> {
        match self.norm {
            NormKind::Spectral => layers.into_iter().map(LayerSpec::with_spectral_norm).collect(),
            NormKind::None | NormKind::Batch | NormKind::Instance => layers,
        }
    }
}
