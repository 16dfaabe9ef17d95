//! The mathematics of a GAN: networks, losses, penalties, optimizers and one training step. No threads, files or clocks.
//!
//! Every network speaks `[batch, features]` at its border and reshapes inside, so that losses, penalties and
//! [`train_step()`] are written once for points and images alike. Weights are kept as plain tensors; a step records
//! gradients on a [`Network::tracked`] copy, which shares their memory.

pub mod anatomy;
mod arrays;
mod augment;
mod classic_augmentation;
mod classifier;
pub mod condition;
mod cpu;
mod ema;
pub mod features;
mod initial_weights;
mod judgement;
pub mod latent;
mod layer;
mod local_expectation;
pub mod loss;
pub mod metrics;
pub mod model_file;
mod network;
mod observer;
mod optimizer;
pub mod probe;
mod relaxation;
mod sequence;
mod showing;
mod train_step;

pub use classic_augmentation::classic_augmentation;
pub use classifier::Classifier;
pub use condition::Labels;
pub use ema::Averaging;
pub use network::{BatchStatistics, NamedArray, Network, StateError};
pub use observer::{Moment, Observer};
pub use optimizer::{Optimizer, OptimizerState};
pub use train_step::{StepControl, StepReport, StepValues, Watched, train_discriminator, train_generator, train_step};

use burn::tensor::Device;

use crate::config::{RunConfig, ShapeError};
use crate::random::Stream;

/// Two networks, the average of one, and all that their next step depends on besides the data.
#[derive(Debug, Clone)]
pub struct Gan {
    /// Makes samples from latents.
    pub generator: Network,
    /// Judges samples.
    pub discriminator: Network,
    /// The average of the generator's recent weights.
    pub generator_ema: Network,
    /// Moves the generator.
    pub generator_optimizer: Optimizer,
    /// Moves the discriminator.
    pub discriminator_optimizer: Optimizer,
    /// Whole steps done.
    pub step: u64,
}

impl Gan {
    /// Networks with the initial weights that belong to the configuration's seed.
    ///
    /// # Errors
    /// Layers that do not fit.
    pub fn new(config: &RunConfig, device: &Device) -> Result<Self, ShapeError> {
        let generator = Network::new(
            config.generator_architecture()?,
            config.generator.initial_weights(),
            config.seed,
            Stream::GeneratorInit,
            device,
        );
        let discriminator = Network::new(
            config.discriminator_architecture()?,
            config.discriminator.initial_weights(),
            config.seed,
            Stream::DiscriminatorInit,
            device,
        );
        Ok(Self {
            generator_optimizer: Optimizer::new(config.generator_optimizer.clone()),
            discriminator_optimizer: Optimizer::new(config.discriminator_optimizer.clone()),
            generator_ema: generator.clone(),
            generator,
            discriminator,
            step: 0,
        })
    }
}

#[cfg(test)]
mod optimizer_tests;
#[cfg(test)]
mod tests;
