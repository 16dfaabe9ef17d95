//! What makes no sense is refused before a run starts, with the reason.

use thiserror::Error;

use super::{
    Architecture, AugmentConfig, CheckerboardConfig, DataConfig, Domain, GridConfig, LossKind, MAX_CLASSES,
    NoiseConfig, OptimizerConfig, PenaltyKind, PicturesConfig, RingConfig, RunConfig, ShapeError, TextConfig,
};

/// The largest batch: beyond it a step no longer feels live, and memory becomes the limit.
const MAX_BATCH_SIZE: usize = 8192;
/// The most numbers in a latent.
const MAX_LATENT_DIM: usize = 4096;
/// The most discriminator updates per step.
pub(super) const MAX_DISCRIMINATOR_STEPS: usize = 20;

/// Why a configuration cannot be run.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ConfigError {
    /// The networks do not fit the data or each other.
    #[error("the {network} does not fit: {cause}")]
    Shape {
        /// Which network.
        network: &'static str,
        /// What does not fit.
        cause: ShapeError,
    },
    /// A number out of its range.
    #[error("{name} is {value}; it must be {range}")]
    OutOfRange {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it may be.
        range: &'static str,
    },
    /// A conditional model of data without classes.
    #[error("a conditional model needs data with classes, and these have none: switch it off, or choose other data")]
    NoClasses,
    /// Augmentation of what is no picture.
    #[error("augmentation changes pictures, and these are none: switch it off, or use instance noise")]
    AugmentedOthers,
    /// A critic with nothing to bound it.
    #[error(
        "a Wasserstein critic has no bound of its own: choose weight clipping, a gradient penalty, R1, or spectral \
             normalisation"
    )]
    UnboundedCritic,
    /// Clipping of weights that are divided by their own size.
    #[error("weight clipping bounds nothing where spectral normalisation rescales the weights: switch one of them off")]
    ClippingWithSpectralNorm,
    /// Clipping or a one-centred penalty with a loss that is not Wasserstein.
    #[error("{penalty} belongs to the Wasserstein loss; use R1, R1 and R2, or none with {loss}")]
    PenaltyNeedsWasserstein {
        /// The penalty's label.
        penalty: &'static str,
        /// The loss's label.
        loss: &'static str,
    },
    /// A penalty on per-sample gradients with a layer that mixes samples.
    #[error(
        "{penalty} needs each sample's own gradient, and batch normalisation in the discriminator mixes the samples \
         of a batch: switch one of them off"
    )]
    PenaltyWithBatchNorm {
        /// The penalty's label.
        penalty: &'static str,
    },
    /// Label smoothing with a loss that has no labels.
    #[error("label smoothing changes the targets of binary cross-entropy; {loss} has none")]
    SmoothingWithoutLabels {
        /// The loss's label.
        loss: &'static str,
    },
}

impl RunConfig {
    /// Checks every number and combination.
    ///
    /// # Errors
    /// The first thing that makes no sense, and why.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.validate_numbers()?;
        self.data.validate()?;
        if self.conditional && self.data.classes() == 0 {
            return Err(ConfigError::NoClasses);
        }
        if self.data.domain() != Domain::Images && self.augment != AugmentConfig::default() {
            return Err(ConfigError::AugmentedOthers);
        }
        self.generator_architecture().map_err(|cause| ConfigError::Shape { network: "generator", cause })?;
        let discriminator = self
            .discriminator_architecture()
            .map_err(|cause| ConfigError::Shape { network: "discriminator", cause })?;
        self.validate_objective(&discriminator)
    }

    fn validate_numbers(&self) -> Result<(), ConfigError> {
        let Self { latent, generator_optimizer, discriminator_optimizer, schedule, .. } = self;
        check("latent.dim", latent.dim, "from 1 to 4096", (1..=MAX_LATENT_DIM).contains(&latent.dim))?;
        check("batch_size", self.batch_size, "from 2 to 8192", (2..=MAX_BATCH_SIZE).contains(&self.batch_size))?;
        check(
            "discriminator_steps",
            self.discriminator_steps,
            "from 1 to 20",
            (1..=MAX_DISCRIMINATOR_STEPS).contains(&self.discriminator_steps),
        )?;
        check("ema_decay", self.ema_decay, "at least 0 and below 1", (0.0..1.0).contains(&self.ema_decay))?;
        check("steps", self.steps.unwrap_or(1), "at least 1", self.steps != Some(0))?;
        check("schedule.steps", schedule.steps, "at least 1", schedule.steps >= 1)?;
        let share = 0.0..=1.0;
        let final_share = schedule.learning_rate_final;
        check("schedule.learning_rate_final", final_share, "from 0 to 1", share.contains(&final_share))?;
        check(
            "schedule.penalty_final",
            schedule.penalty_final,
            "from 0 to 1",
            share.contains(&schedule.penalty_final),
        )?;
        let penalty_weight = self.objective.penalty_weight;
        check(
            "objective.penalty_weight",
            penalty_weight,
            "a number of at least 0",
            penalty_weight.is_finite() && penalty_weight >= 0.0,
        )?;
        let smoothing = self.objective.label_smoothing;
        check("objective.label_smoothing", smoothing, "from 0 to 0.5", (0.0..=0.5).contains(&smoothing))?;
        let noise = self.instance_noise;
        check("instance_noise", noise, "from 0 to 2", (0.0..=2.0).contains(&noise))?;
        let temperature = self.gumbel_temperature;
        let smoothing = self.symbol_smoothing;
        check("symbol_smoothing", smoothing, "from 0 to 0.5", (0.0..=0.5).contains(&smoothing))?;
        check("gumbel_temperature", temperature, "from 0 to 10", (0.0..=10.0).contains(&temperature))?;
        validate_optimizer(generator_optimizer)?;
        validate_optimizer(discriminator_optimizer)
    }

    fn validate_objective(&self, discriminator: &Architecture) -> Result<(), ConfigError> {
        use super::Choice as _;
        let objective = &self.objective;
        let is_wasserstein = objective.loss == LossKind::Wasserstein;
        let has_labels = matches!(objective.loss, LossKind::Minimax | LossKind::NonSaturating);
        let (loss, penalty) = (objective.loss.label(), objective.penalty.label());
        match objective.penalty {
            PenaltyKind::None if is_wasserstein && !discriminator.has_spectral_norm() => {
                Err(ConfigError::UnboundedCritic)
            }
            PenaltyKind::WeightClipping if is_wasserstein && discriminator.has_spectral_norm() => {
                Err(ConfigError::ClippingWithSpectralNorm)
            }
            PenaltyKind::WeightClipping | PenaltyKind::GradientPenalty if !is_wasserstein => {
                Err(ConfigError::PenaltyNeedsWasserstein { penalty, loss })
            }
            kind if kind.uses_input_gradient() && discriminator.has_batch_norm() => {
                Err(ConfigError::PenaltyWithBatchNorm { penalty })
            }
            _ if objective.label_smoothing > 0.0 && !has_labels => Err(ConfigError::SmoothingWithoutLabels { loss }),
            _ => Ok(()),
        }
    }
}

impl DataConfig {
    /// Checks the parameters of every kind, also of those not in use: another kind may be chosen later.
    ///
    /// # Errors
    /// The first that is out of its range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let Self { ring, grid, moons, spiral, line, checkerboard, pictures, text, samples, .. } = self;
        let PicturesConfig { path: _, size, channels, fit: _, classes } = pictures;
        check("data.pictures.size", size, "16, 28, 32 or 64", PicturesConfig::SIZES.contains(size))?;
        let is_grey_or_colour = PicturesConfig::CHANNELS.contains(channels);
        check("data.pictures.channels", channels, "1 for grey or 3 for colour", is_grey_or_colour)?;
        check("data.pictures.classes", classes, "from 0 to 256", *classes <= MAX_CLASSES)?;
        let TextConfig { path: _, case: _, max_length, alphabet, classes } = text;
        check("data.text.max_length", max_length, "from 1 to 32", TextConfig::LENGTH.contains(max_length))?;
        check("data.text.classes", classes, "from 0 to 256", *classes <= MAX_CLASSES)?;
        let symbols = alphabet.chars().count();
        let is_alphabet =
            (1..TextConfig::MAX_SYMBOLS).contains(&symbols) && alphabet.chars().is_sorted_by(|a, b| a < b);
        check(
            "data.text.alphabet",
            symbols,
            "1 to 95 different characters in the order of their code points",
            is_alphabet,
        )?;
        let is_enough = samples.is_none_or(|samples| Self::SAMPLES.contains(&samples));
        check(
            "data.samples",
            samples.unwrap_or_default(),
            "from 2 to 10\u{2009}000\u{2009}000, or null for all",
            is_enough,
        )?;
        check("data.ring.modes", ring.modes, "from 1 to 32", RingConfig::MODES.contains(&ring.modes))?;
        check("data.ring.std", ring.std, "from 0.001 to 0.5", RingConfig::STD.contains(&ring.std))?;
        check("data.grid.side", grid.side, "from 1 to 9", GridConfig::SIDE.contains(&grid.side))?;
        check("data.grid.std", grid.std, "from 0.001 to 1", GridConfig::STD.contains(&grid.std))?;
        for (name, NoiseConfig { noise }) in
            [("data.moons.noise", moons), ("data.spiral.noise", spiral), ("data.line.noise", line)]
        {
            check(name, noise, "from 0 to 0.5", NoiseConfig::NOISE.contains(noise))?;
        }
        let squares = checkerboard.squares;
        check("data.checkerboard.squares", squares, "from 1 to 9", CheckerboardConfig::SQUARES.contains(&squares))
    }
}

fn validate_optimizer(optimizer: &OptimizerConfig) -> Result<(), ConfigError> {
    let OptimizerConfig { learning_rate, beta_1, beta_2, epsilon, clip_norm, .. } = *optimizer;
    let positive = |value: f32| value.is_finite() && value > 0.0;
    check("learning_rate", learning_rate, "a number of at least 0", learning_rate.is_finite() && learning_rate >= 0.0)?;
    check("beta_1", beta_1, "at least 0 and below 1", (0.0..1.0).contains(&beta_1))?;
    check("beta_2", beta_2, "at least 0 and below 1", (0.0..1.0).contains(&beta_2))?;
    check("epsilon", epsilon, "a number above 0", positive(epsilon))?;
    check("clip_norm", clip_norm, "a number of at least 0", clip_norm.is_finite() && clip_norm >= 0.0)
}

fn check(
    name: &'static str,
    value: impl std::fmt::Display,
    range: &'static str,
    is_valid: bool,
) -> Result<(), ConfigError> {
    if is_valid { Ok(()) } else { Err(ConfigError::OutOfRange { name, value: value.to_string(), range }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ModelConfig, NormKind, Preset};

    fn ring() -> RunConfig {
        Preset::Ring8.config()
    }

    #[test]
    fn every_preset_is_valid() {
        use crate::config::Choice as _;
        for &preset in Preset::ALL {
            preset.config().validate().unwrap_or_else(|error| panic!("{}: {error}", preset.key()));
        }
    }

    #[test]
    fn combinations_that_make_no_sense_are_refused() {
        let mut config = ring();
        config.objective.loss = LossKind::Wasserstein;
        config.objective.penalty = PenaltyKind::None;
        assert_eq!(config.validate(), Err(ConfigError::UnboundedCritic));

        let mut config = ring();
        config.augment.cutout = true;
        assert_eq!(config.validate(), Err(ConfigError::AugmentedOthers));

        let mut config = ring();
        config.conditional = true;
        assert_eq!(config.validate(), Err(ConfigError::NoClasses));

        let mut config = ring();
        config.objective.penalty = PenaltyKind::WeightClipping;
        assert!(matches!(config.validate(), Err(ConfigError::PenaltyNeedsWasserstein { .. })));

        let mut config = ring();
        config.objective.label_smoothing = 0.1;
        assert!(matches!(config.validate(), Err(ConfigError::SmoothingWithoutLabels { .. })));

        let mut config = Preset::Fashion.config();
        let ModelConfig::Dcgan { norm, .. } = &mut config.discriminator else { panic!("fashion is a DCGAN") };
        *norm = NormKind::Batch;
        config.objective.penalty = PenaltyKind::R1;
        assert!(matches!(config.validate(), Err(ConfigError::PenaltyWithBatchNorm { .. })));
        for norm in [NormKind::None, NormKind::Instance, NormKind::Spectral] {
            let ModelConfig::Dcgan { norm: of_discriminator, .. } = &mut config.discriminator else { continue };
            *of_discriminator = norm;
            assert_eq!(config.validate(), Ok(()), "{norm:?}");
        }
        config.objective.loss = LossKind::Wasserstein;
        config.objective.penalty = PenaltyKind::WeightClipping;
        assert_eq!(config.validate(), Err(ConfigError::ClippingWithSpectralNorm));
        config.objective.penalty = PenaltyKind::None;
        assert_eq!(config.validate(), Ok(()), "spectral normalisation bounds a critic");
    }

    #[test]
    fn numbers_out_of_range_are_named() {
        type Spoil = fn(&mut RunConfig);
        let cases: [(&str, Spoil); 22] = [
            ("data.samples", |config| config.data.samples = Some(1)),
            ("latent.dim", |config| config.latent.dim = 0),
            ("batch_size", |config| config.batch_size = 1),
            ("steps", |config| config.steps = Some(0)),
            ("ema_decay", |config| config.ema_decay = 1.0),
            ("learning_rate", |config| config.generator_optimizer.learning_rate = f32::NAN),
            ("beta_2", |config| config.discriminator_optimizer.beta_2 = 1.0),
            ("objective.penalty_weight", |config| config.objective.penalty_weight = f32::INFINITY),
            ("instance_noise", |config| config.instance_noise = f32::NAN),
            ("gumbel_temperature", |config| config.gumbel_temperature = -1.0),
            ("symbol_smoothing", |config| config.symbol_smoothing = 0.6),
            ("data.text.max_length", |config| config.data.text.max_length = 0),
            ("data.text.alphabet", |config| config.data.text.alphabet = "ba".to_owned()),
            ("clip_norm", |config| config.generator_optimizer.clip_norm = -1.0),
            ("data.ring.modes", |config| config.data.ring.modes = 33),
            ("data.ring.std", |config| config.data.ring.std = 0.0),
            ("data.grid.side", |config| config.data.grid.side = 0),
            ("data.grid.std", |config| config.data.grid.std = f32::NAN),
            ("data.moons.noise", |config| config.data.moons.noise = -0.1),
            ("data.spiral.noise", |config| config.data.spiral.noise = 0.6),
            ("data.line.noise", |config| config.data.line.noise = f32::INFINITY),
            ("data.checkerboard.squares", |config| config.data.checkerboard.squares = 10),
        ];
        for (expected, spoil) in cases {
            let mut config = ring();
            spoil(&mut config);
            match config.validate() {
                Err(ConfigError::OutOfRange { name, .. }) => assert_eq!(name, expected),
                other => panic!("{expected}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_network_that_does_not_fit_the_data_is_refused() {
        let mut config = ring();
        config.generator = ModelConfig::Article;
        assert!(matches!(config.validate(), Err(ConfigError::Shape { network: "generator", .. })));
    }
}
