//! What an update tells whoever watches it, moment by moment. Watching changes nothing of what is computed.

use burn::tensor::Tensor;

use super::Gan;

/// A moment of an update. Tensors are still on the device and carry no gradient.
///
/// # Shapes
/// Latents `[batch, latent_dim]`, followed by a number for each class in a conditional model; samples `[batch, features]`, logits `[batch, 1]`.
#[expect(clippy::large_enum_variant, reason = "one lives at a time, and is never moved")]
pub enum Moment<'a> {
    /// Latents became samples.
    Generated {
        /// What the generator was fed.
        latents: Tensor<2>,
        /// What it made.
        samples: Tensor<2>,
        /// Whether the generator will learn from them; the discriminator's last update in a step then shares them.
        is_learned_from: bool,
    },
    /// The discriminator judged real and generated samples, and its loss is known.
    DiscriminatorJudged {
        /// Real samples.
        real: Tensor<2>,
        /// Generated samples.
        fake: Tensor<2>,
        /// What it says of the real ones.
        real_logits: Tensor<2>,
        /// What it says of the generated ones.
        fake_logits: Tensor<2>,
        /// The penalty's part of the loss, if there is one.
        penalty: Option<Tensor<1>>,
        /// The whole loss.
        loss: Tensor<1>,
    },
    /// The discriminator's gradients are known; its weights are still the old ones.
    DiscriminatorLearned {
        /// The networks before the update.
        gan: &'a Gan,
        /// One flat array per parameter, in the order of [`super::Network::update`].
        gradients: &'a [Tensor<1>],
    },
    /// The discriminator's weights have moved.
    DiscriminatorUpdated {
        /// The networks after the update.
        gan: &'a Gan,
    },
    /// The discriminator judged the samples that the generator learns from, and the generator's loss is known.
    GeneratorJudged {
        /// What the discriminator says of them.
        fake_logits: Tensor<2>,
        /// The loss.
        loss: Tensor<1>,
    },
    /// The generator's gradients are known; its weights are still the old ones.
    GeneratorLearned {
        /// The networks before the update.
        gan: &'a Gan,
        /// One flat array per parameter, in the order of [`super::Network::update`].
        gradients: &'a [Tensor<1>],
    },
    /// The generator's weights and their average have moved.
    GeneratorUpdated {
        /// The networks after the update.
        gan: &'a Gan,
    },
}

/// Someone who watches updates.
pub trait Observer: Send {
    /// Sees one moment; the update goes on when this returns.
    fn see(&mut self, moment: &Moment<'_>);
}
