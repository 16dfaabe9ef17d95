//! The layers of a small residual network after R3GAN (Huang 2024, arXiv 2501.05441): no normalisation, leaky `ReLU`, residual
//! blocks that begin as the identity, and maps that are resampled apart from the convolutions.

use super::LayerSpec;
use super::dcgan::Levels;
use super::model::LEAKY_SLOPE;

/// The most blocks at each size of map.
pub(super) const MAX_BLOCKS: usize = 16;

/// The sizes of one network.
#[derive(Debug, Clone, Copy)]
pub(super) struct ResNet {
    /// Channels at the largest feature map; they double with each halving.
    pub(super) channels: usize,
    /// Residual blocks at each size of map.
    pub(super) blocks: usize,
    /// Channels of the picture.
    pub(super) colours: usize,
}

impl ResNet {
    /// From `inputs` numbers to a flat picture.
    pub(super) fn generator(self, inputs: usize, levels: &Levels) -> Vec<LayerSpec> {
        let (height, width) = levels.smallest();
        let mut depth = self.channels << levels.halvings();
        let mut layers = vec![
            LayerSpec::Linear { inputs, outputs: depth * height * width },
            LayerSpec::Unflatten { channels: depth, height, width },
        ];
        layers.extend(self.blocks_of(depth));
        for _ in 0..levels.halvings() {
            // Mixing channels and repeating places give the same in either order; this one mixes a quarter of the places.
            layers.extend([pointwise(depth, depth / 2), LayerSpec::UpsampleNearest { factor: 2 }]);
            depth /= 2;
            layers.extend(self.blocks_of(depth));
        }
        layers.extend([
            LayerSpec::LeakyRelu { slope: LEAKY_SLOPE },
            pointwise(depth, self.colours),
            LayerSpec::Tanh,
            LayerSpec::Flatten,
        ]);
        layers
    }

    /// From a flat picture to logits.
    pub(super) fn discriminator(self, levels: &Levels, logits: usize) -> Vec<LayerSpec> {
        let (height, width) = levels.largest();
        let mut depth = self.channels;
        let mut layers =
            vec![LayerSpec::Unflatten { channels: self.colours, height, width }, pointwise(self.colours, depth)];
        layers.extend(self.blocks_of(depth));
        for _ in 0..levels.halvings() {
            layers.extend([LayerSpec::AvgPool { size: 2 }, pointwise(depth, 2 * depth)]);
            depth *= 2;
            layers.extend(self.blocks_of(depth));
        }
        let (height, width) = levels.smallest();
        layers.extend([
            LayerSpec::LeakyRelu { slope: LEAKY_SLOPE },
            LayerSpec::Flatten,
            LayerSpec::Linear { inputs: depth * height * width, outputs: logits },
        ]);
        layers
    }

    /// Residual blocks, 1×1 to half the channels, 3×3, and 1×1 back.
    fn blocks_of(self, depth: usize) -> impl Iterator<Item = LayerSpec> {
        let narrow = (depth / 2).max(1);
        let leaky = LayerSpec::LeakyRelu { slope: LEAKY_SLOPE };
        let block = LayerSpec::Residual {
            layers: vec![
                pointwise(depth, narrow),
                leaky.clone(),
                LayerSpec::Conv2d { in_channels: narrow, out_channels: narrow, kernel: 3, stride: 1, padding: 1 },
                leaky,
                pointwise(narrow, depth),
            ],
        };
        std::iter::repeat_n(block, self.blocks)
    }
}

/// A convolution that mixes the channels of each place.
fn pointwise(in_channels: usize, out_channels: usize) -> LayerSpec {
    LayerSpec::Conv2d { in_channels, out_channels, kernel: 1, stride: 1, padding: 0 }
}
