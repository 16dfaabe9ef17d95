//! All that is needed to repeat a run: data, networks, loss, optimizers, seed.
//!
//! A [`RunConfig`] is plain data. It is what the window's left panel edits, what `--config` reads, what every checkpoint
//! and model file carries, and the only input of a training run besides the device it runs on.

mod architecture;
mod augment;
mod choices;
mod classes;
mod data;
mod dcgan;
mod distributions;
mod drawing;
mod experiment;
mod layer_spec;
mod lessons;
mod model;
mod normalisation;
mod objective;
mod optimizer;
mod overrides;
mod pictures;
mod presets;
mod resnet;
mod sample;
mod schedule;
mod text;
mod text_network;
mod validate;

pub use architecture::{Architecture, LayerSummary, ShapeError, TensorShape};
pub use augment::AugmentConfig;
pub use choices::Choice;
pub(crate) use choices::choices;
pub use classes::MAX_CLASSES;
pub use data::{DataConfig, DatasetKind};
pub use dcgan::UpsamplingKind;
pub use distributions::{CheckerboardConfig, GridConfig, NoiseConfig, RingConfig};
pub use drawing::{Drawing, DrawingError};
pub use experiment::{ArmKind, ExperimentConfig, FilterKind};
pub use layer_spec::LayerSpec;
pub use lessons::{Lesson, Remedy};
pub use model::{ActivationKind, InitialWeights, ModelConfig};
pub use normalisation::NormKind;
pub use objective::{LossKind, ObjectiveConfig, PenaltyKind};
pub use optimizer::{OptimizerConfig, OptimizerKind};
pub use overrides::OverrideError;
pub use pictures::{FitKind, PicturesConfig};
pub use presets::{ARTICLE_CORRECTIONS, Preset};
pub use sample::{Domain, LatentConfig, LatentDistribution, SampleShape};
pub use schedule::{ScheduleConfig, ScheduleKind};
pub use text::{CaseKind, TextConfig};
pub use validate::ConfigError;

use serde::{Deserialize, Serialize};

/// All that is needed to repeat a run, bit for bit on the CPU.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// Name of the preset this configuration started from, for the user's eyes only.
    pub preset: String,
    /// Seed of every random number of the run.
    pub seed: u64,
    /// Where real samples come from.
    pub data: DataConfig,
    /// Whether both networks are told the class of each sample; needs data with classes.
    #[serde(default)]
    pub conditional: bool,
    /// What the generator is fed.
    pub latent: LatentConfig,
    /// The network that makes samples.
    pub generator: ModelConfig,
    /// The network that judges them.
    pub discriminator: ModelConfig,
    /// Loss and penalty.
    pub objective: ObjectiveConfig,
    /// What is changed at random about pictures before the discriminator sees them.
    #[serde(default)]
    pub augment: AugmentConfig,
    /// Standard deviation of noise over everything that the discriminator sees; it falls to 0 along the schedule, and stays
    /// where that is constant.
    #[serde(default)]
    pub instance_noise: f32,
    /// Temperature of the Gumbel-softmax through which the discriminator sees generated texts; 0 shows it their probabilities as
    /// they are (Jang 2017, arXiv 1611.01144).
    #[serde(default)]
    pub gumbel_temperature: f32,
    /// Whether the discriminator sees one symbol at each place of a generated text, the likeliest or, with a temperature, one that is
    /// drawn, while the generator learns along the slopes of their probabilities (Bengio 2013, arXiv 1308.3432).
    #[serde(default)]
    pub straight_through: bool,
    /// Whether the generator also learns from letters that were not drawn: at one place of up to half the texts of a batch all symbols are
    /// tried, and what is to be expected of them is what it learns from (Titsias 2015, arXiv 1503.01494). The slopes are those of
    /// letters that are drawn, which the discriminator should then be shown: a temperature and `straight_through`.
    #[serde(default)]
    pub local_expectation: bool,
    /// Share of each real text's certainty that is spread evenly over all symbols before the discriminator sees it; of generated
    /// texts, half of it is spread by their own probabilities at a high temperature, unless their symbols are decided. 0 shows both
    /// as they are. A softmax that must be certain has no slope left to learn along.
    #[serde(default)]
    pub symbol_smoothing: f32,
    /// How the generator's weights move.
    pub generator_optimizer: OptimizerConfig,
    /// How the discriminator's weights move.
    pub discriminator_optimizer: OptimizerConfig,
    /// How learning rates, the penalty and the noise fall over the run.
    pub schedule: ScheduleConfig,
    /// Real samples, and as many generated ones, in one update.
    pub batch_size: usize,
    /// Discriminator updates before each generator update.
    pub discriminator_steps: usize,
    /// Decay per step of the averaged generator, in `[0, 1)`; 0 copies the generator each step.
    pub ema_decay: f32,
    /// Steps after which the run is finished; `None` trains until stopped.
    pub steps: Option<u64>,
}

impl RunConfig {
    /// The layers of the generator: from a latent, and a number for each class it is told of, to a flat sample.
    ///
    /// # Errors
    /// The first layer whose input has the wrong shape, and why.
    pub fn generator_architecture(&self) -> Result<Architecture, ShapeError> {
        self.generator.generator_architecture(self.latent.dim + self.classes(), self.data.shape())
    }

    /// The layers of the discriminator: from a flat sample to one logit, or one for each class it is told of.
    ///
    /// # Errors
    /// The first layer whose input has the wrong shape, and why.
    pub fn discriminator_architecture(&self) -> Result<Architecture, ShapeError> {
        self.discriminator.discriminator_architecture(self.data.shape(), self.classes().max(1))
    }
}
