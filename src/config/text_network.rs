//! The layers of a character network after WGAN-GP's (Gulrajani 2017, arXiv 1704.00028, appendix): residual blocks of 1-D
//! convolutions, and a softmax over the symbols at each place.

use super::LayerSpec;
use super::model::LEAKY_SLOPE;

/// The widest kernel: the longest text on either side of a place.
pub(super) const MAX_KERNEL: usize = 65;
/// The most residual blocks.
pub(super) const MAX_BLOCKS: usize = 16;

/// The sizes of one network.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextNetwork {
    /// Channels between the convolutions.
    pub(super) width: usize,
    /// Residual blocks, of two convolutions each.
    pub(super) blocks: usize,
    /// Places that a convolution covers: an odd number.
    pub(super) kernel: usize,
    /// Units of each of the two fully connected layers between a generator's latents and its sequence, and of the one before a
    /// discriminator's logits; 0 for none.
    pub(super) hidden: usize,
    /// Symbols of the alphabet, the end included.
    pub(super) symbols: usize,
    /// Places of a text.
    pub(super) length: usize,
}

impl TextNetwork {
    /// From `inputs` numbers to the probabilities of a text.
    pub(super) fn generator(self, inputs: usize) -> Vec<LayerSpec> {
        let Self { width, hidden, symbols, length, .. } = self;
        let mut layers = Vec::new();
        let mut inputs = inputs;
        if hidden > 0 {
            layers.extend([LayerSpec::Linear { inputs, outputs: hidden }, leaky()]);
            layers.extend([LayerSpec::Linear { inputs: hidden, outputs: hidden }, leaky()]);
            inputs = hidden;
        }
        layers.extend([
            LayerSpec::Linear { inputs, outputs: width.saturating_mul(length) },
            LayerSpec::Unflatten1d { channels: width, length },
        ]);
        layers.extend(self.residual_blocks());
        layers.extend([leaky(), pointwise(width, symbols), LayerSpec::Softmax, LayerSpec::Flatten]);
        layers
    }

    /// From the probabilities of a text to logits.
    pub(super) fn discriminator(self, logits: usize) -> Vec<LayerSpec> {
        let Self { width, hidden, symbols, length, .. } = self;
        let mut layers = vec![LayerSpec::Unflatten1d { channels: symbols, length }, pointwise(symbols, width)];
        layers.extend(self.residual_blocks());
        layers.extend([leaky(), LayerSpec::Flatten]);
        let mut inputs = width.saturating_mul(length);
        if hidden > 0 {
            layers.extend([LayerSpec::Linear { inputs, outputs: hidden }, leaky()]);
            inputs = hidden;
        }
        layers.push(LayerSpec::Linear { inputs, outputs: logits });
        layers
    }

    fn residual_blocks(self) -> impl Iterator<Item = LayerSpec> {
        let Self { width, kernel, .. } = self;
        let convolution = || LayerSpec::Conv1d { in_channels: width, out_channels: width, kernel, padding: kernel / 2 };
        let block = LayerSpec::Residual { layers: vec![leaky(), convolution(), leaky(), convolution()] };
        std::iter::repeat_n(block, self.blocks)
    }
}

fn leaky() -> LayerSpec {
    LayerSpec::LeakyRelu { slope: LEAKY_SLOPE }
}

/// A convolution that mixes the channels of each place.
fn pointwise(in_channels: usize, out_channels: usize) -> LayerSpec {
    LayerSpec::Conv1d { in_channels, out_channels, kernel: 1, padding: 0 }
}
