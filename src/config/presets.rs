//! Named starting points: each a complete configuration that is worth watching without touching anything.

use super::choices::choices;
use super::{
    ActivationKind, AugmentConfig, DataConfig, DatasetKind, GridConfig, InitialWeights, LatentConfig,
    LatentDistribution, LossKind, ModelConfig, NormKind, ObjectiveConfig, OptimizerConfig, PenaltyKind, RingConfig,
    RunConfig, ScheduleConfig, ScheduleKind, UpsamplingKind,
};

/// What had to change in the article's listing before it could be built and trained.
pub const ARTICLE_CORRECTIONS: [&str; 5] = [
    "The generator's first dense layer gives 7·7·128 numbers; the listing's Dense(128) cannot be reshaped to 4×4×128.",
    "Its feature maps start at 7×7 and its last 5×5 convolution is transposed with stride 2, so that pictures come out \
     28×28 as the discriminator expects; the listing's ends at 4×4.",
    "A leaky ReLU follows the discriminator's convolution; without one it is a linear classifier.",
    "The two networks are updated in turns, the discriminator held still while the generator learns; the listing never \
     freezes it.",
    "Binary cross-entropy is put on the discriminator's answer, not on pictures in [-1, 1].",
];

/// A named starting point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Preset {
    /// Eight Gaussians, learned well.
    Ring8,
    /// Twenty-five Gaussians, learned well.
    Grid25,
    /// Two moons.
    Moons,
    /// A spiral.
    Spiral,
    /// Points along a line.
    Line,
    /// A checkerboard.
    Checkerboard,
    /// Mode collapse, on purpose.
    Collapse,
    /// Mode hopping, on purpose.
    Hopping,
    /// Vanishing gradients, on purpose.
    Vanishing,
    /// A game that circles its solution, on purpose.
    Oscillation,
    /// A critic with clipped weights, on purpose.
    ClipVsPenalty,
    /// A discriminator that learns few points by heart, on purpose.
    OverfitD,
    /// The article's own networks.
    Article,
    /// Garments.
    Fashion,
    /// Pixel-art faces.
    Faces,
    /// First names.
    Names,
    /// English words.
    Words,
}

choices!(Preset {
    Ring8 => "ring8", "8 Gaussians", "Learns all eight clusters within a minute: the place to start.";
    Grid25 => "grid25", "25 Gaussians", "Twenty-five clusters to find; precision comes late, as the learning rate falls.";
    Moons => "moons", "Two moons", "Two smooth curves: watch the plane being folded.";
    Spiral => "spiral", "Spiral", "Two arms to wind up: slow at first, then all at once.";
    Line => "line", "Line", "Points along a line: the plainest shape there is, learned in seconds.";
    Checkerboard => "checkerboard", "Checkerboard", "Filled squares with sharp corners, which a smooth generator rounds off.";
    Collapse => "collapse", "Mode collapse", "Fails on purpose: the generator hides in a few of the eight clusters.";
    Hopping => "hopping", "Mode hopping", "Fails on purpose: the generator runs from one cluster to the next and never rests.";
    Vanishing => "vanishing", "Vanishing gradients", "Fails on purpose: a discriminator that is always right leaves nothing to learn from.";
    Oscillation => "oscillation", "Oscillation", "Fails on purpose: both networks circle the solution and never arrive.";
    ClipVsPenalty => "clip-vs-penalty", "Clipping or penalty", "Fails on purpose: clipped weights leave the critic too little to say; a gradient penalty lets it speak.";
    OverfitD => "overfit-d", "Overfitting", "Fails on purpose: a discriminator that has seen few points learns them by heart.";
    Article => "article", "The article's networks", "The small convolutional pair of the article, corrected so that it can learn.";
    Fashion => "fashion", "Garments", "28×28 grey garments of ten classes from a DCGAN told which to make: shapes within a minute, details in ten.";
    Faces => "faces", "Pixel-art faces", "16×16 colour faces: quick to train, easy to recognise.";
    Names => "names", "First names", "Letter by letter, names that nobody has yet: the first in a minute, good ones in ten.";
    Words => "words", "English words", "Words that sound English and are in no dictionary.";
});

impl Preset {
    /// The complete configuration, with seed 1.
    pub fn config(self) -> RunConfig {
        use super::Choice as _;
        let mut config = match self {
            Self::Ring8 => clusters(DatasetKind::Ring, 60_000),
            Self::Grid25 => clusters(DatasetKind::Grid, 120_000),
            Self::Moons => points(DatasetKind::Moons),
            Self::Spiral => points(DatasetKind::Spiral),
            Self::Line => points(DatasetKind::Line),
            Self::Checkerboard => points(DatasetKind::Checkerboard),
            Self::Collapse => collapse(),
            Self::Hopping => hopping(),
            Self::Vanishing => vanishing(),
            Self::Oscillation => oscillation(),
            Self::ClipVsPenalty => clip_vs_penalty(),
            Self::OverfitD => overfit_d(),
            Self::Article => article(),
            Self::Fashion => fashion(),
            Self::Faces => faces(),
            Self::Names => texts(DatasetKind::Names),
            Self::Words => texts(DatasetKind::Words),
        };
        self.key().clone_into(&mut config.preset);
        config
    }
}

fn mlp(hidden: &[usize], activation: ActivationKind, initial_weights: InitialWeights) -> ModelConfig {
    ModelConfig::Mlp { hidden: hidden.to_vec(), activation, initial_weights }
}

/// Relativistic pairing with R1 and R2 on two MLPs (R3GAN, arXiv 2501.05441, made small).
fn points(kind: DatasetKind) -> RunConfig {
    let network = mlp(&[128, 128, 128], ActivationKind::LeakyRelu, InitialWeights::He);
    let optimizer = OptimizerConfig::adam(2e-3, 0.0, 0.99);
    RunConfig {
        preset: String::new(),
        seed: 1,
        data: DataConfig::of(kind),
        conditional: false,
        // Two numbers fill the plane that is shown, and leave few latents between two clusters.
        latent: LatentConfig { dim: 2, distribution: LatentDistribution::Normal },
        generator: network.clone(),
        discriminator: network,
        objective: ObjectiveConfig {
            loss: LossKind::Relativistic,
            penalty: PenaltyKind::R1R2,
            penalty_weight: 0.02,
            label_smoothing: 0.0,
        },
        augment: AugmentConfig::default(),
        instance_noise: 0.0,
        generator_optimizer: optimizer.clone(),
        discriminator_optimizer: optimizer,
        schedule: ScheduleConfig {
            kind: ScheduleKind::Cosine,
            steps: 8_000,
            learning_rate_final: 0.01,
            penalty_final: 0.1,
        },
        gumbel_temperature: 0.0,
        straight_through: false,
        local_expectation: false,
        symbol_smoothing: 0.0,
        batch_size: 256,
        discriminator_steps: 1,
        ema_decay: 0.995,
        steps: Some(8_000),
    }
}

/// Many quick steps of small networks, which bear larger ones: precision comes from steps more than from width.
fn clusters(kind: DatasetKind, steps: u64) -> RunConfig {
    let network = mlp(&[64, 64, 64], ActivationKind::LeakyRelu, InitialWeights::He);
    let optimizer = OptimizerConfig::adam(4e-3, 0.0, 0.99);
    let config = points(kind);
    RunConfig {
        generator: network.clone(),
        discriminator: network,
        generator_optimizer: optimizer.clone(),
        discriminator_optimizer: optimizer,
        schedule: ScheduleConfig { steps, ..config.schedule },
        steps: Some(steps),
        ..config
    }
}

/// A plain GAN whose generator learns forty times as fast as its discriminator, and with momentum: it gathers where it fools
/// best, long before it is found out.
fn collapse() -> RunConfig {
    let network = mlp(&[64, 64], ActivationKind::Relu, InitialWeights::Uniform);
    RunConfig {
        generator: network.clone(),
        discriminator: network,
        objective: ObjectiveConfig {
            loss: LossKind::NonSaturating,
            penalty: PenaltyKind::None,
            penalty_weight: 0.0,
            label_smoothing: 0.0,
        },
        generator_optimizer: OptimizerConfig::adam(2e-3, 0.9, 0.999),
        discriminator_optimizer: OptimizerConfig::adam(5e-5, 0.9, 0.999),
        schedule: ScheduleConfig::CONSTANT,
        batch_size: 128,
        ema_decay: 0.9,
        steps: None,
        ..points(DatasetKind::Ring)
    }
}

/// The same with a discriminator that is only four times as slow: it finds the generator out again and again, and each time the
/// generator is gone to the next cluster.
fn hopping() -> RunConfig {
    RunConfig { discriminator_optimizer: OptimizerConfig::adam(5e-4, 0.9, 0.999), ..collapse() }
}

/// The original game with a discriminator that is trained five times for every step of the generator.
fn vanishing() -> RunConfig {
    RunConfig {
        objective: ObjectiveConfig {
            loss: LossKind::Minimax,
            penalty: PenaltyKind::None,
            penalty_weight: 0.0,
            label_smoothing: 0.0,
        },
        // Adam would make steps of the usual size of the smallest gradient.
        generator_optimizer: OptimizerConfig::sgd(0.05),
        discriminator_optimizer: OptimizerConfig::adam(2e-3, 0.0, 0.99),
        discriminator_steps: 5,
        ..collapse()
    }
}

/// The Dirac-GAN (Mescheder 2018, arXiv 1801.04406): one place to find, a discriminator that is a plain slope, and plain gradient
/// descent. Each network chases where the other was.
fn oscillation() -> RunConfig {
    // A generator that is almost one point: width would damp the swing.
    let generator = mlp(&[], ActivationKind::Relu, InitialWeights::Normal { std: 0.02 });
    RunConfig {
        // One cluster, at the origin: anywhere else, the discriminator's bias would damp the swing too.
        data: DataConfig { grid: GridConfig { side: 1, std: 0.05 }, ..DataConfig::of(DatasetKind::Grid) },
        generator,
        discriminator: mlp(&[], ActivationKind::Relu, InitialWeights::Uniform),
        generator_optimizer: OptimizerConfig::sgd(1e-3),
        discriminator_optimizer: OptimizerConfig::sgd(1e-3),
        ..collapse()
    }
}

/// Wasserstein as it was first trained (arXiv 1701.07875): every weight of the critic is cut off at a limit.
fn clip_vs_penalty() -> RunConfig {
    let network = mlp(&[64, 64, 64], ActivationKind::LeakyRelu, InitialWeights::He);
    RunConfig {
        generator: network.clone(),
        discriminator: network,
        objective: ObjectiveConfig {
            loss: LossKind::Wasserstein,
            penalty: PenaltyKind::WeightClipping,
            penalty_weight: 0.01,
            label_smoothing: 0.0,
        },
        generator_optimizer: OptimizerConfig::adam(5e-4, 0.0, 0.9),
        discriminator_optimizer: OptimizerConfig::adam(1e-3, 0.0, 0.9),
        discriminator_steps: 5,
        ..collapse()
    }
}

/// Three points of each of eight wide clusters, and a discriminator with more than enough weights to know each by heart.
fn overfit_d() -> RunConfig {
    let network = mlp(&[128, 128, 128], ActivationKind::LeakyRelu, InitialWeights::He);
    RunConfig {
        data: DataConfig {
            ring: RingConfig { modes: 8, std: 0.12 },
            samples: Some(24),
            ..DataConfig::of(DatasetKind::Ring)
        },
        generator: network.clone(),
        discriminator: network,
        generator_optimizer: OptimizerConfig::adam(2e-4, 0.0, 0.99),
        discriminator_optimizer: OptimizerConfig::adam(1e-3, 0.0, 0.99),
        ..collapse()
    }
}

fn article() -> RunConfig {
    let optimizer = OptimizerConfig::adam(2e-4, 0.5, 0.999);
    RunConfig {
        data: DataConfig::of(DatasetKind::Fashion),
        latent: LatentConfig { dim: 100, distribution: LatentDistribution::Normal },
        generator: ModelConfig::Article,
        discriminator: ModelConfig::Article,
        objective: ObjectiveConfig {
            loss: LossKind::NonSaturating,
            penalty: PenaltyKind::None,
            penalty_weight: 0.0,
            label_smoothing: 0.0,
        },
        generator_optimizer: optimizer.clone(),
        discriminator_optimizer: optimizer,
        schedule: ScheduleConfig::CONSTANT,
        batch_size: 32,
        steps: Some(10_000),
        ..points(DatasetKind::Fashion)
    }
}

/// A DCGAN whose discriminator cannot grow steep, with many quick steps of small batches: what came nearest to the real pictures
/// in the same time of a small processor (`benches/quality.md`).
fn dcgan(kind: DatasetKind, channels: usize) -> RunConfig {
    let network = |norm| ModelConfig::Dcgan {
        channels,
        norm,
        upsampling: UpsamplingKind::Transposed,
        activation: None,
        initial_weights: InitialWeights::Normal { std: 0.02 },
    };
    let optimizer = OptimizerConfig::adam(4e-4, 0.0, 0.99);
    RunConfig {
        latent: LatentConfig { dim: 64, distribution: LatentDistribution::Normal },
        generator: network(NormKind::Batch),
        discriminator: network(NormKind::Spectral),
        objective: ObjectiveConfig {
            loss: LossKind::Hinge,
            penalty: PenaltyKind::None,
            penalty_weight: 0.0,
            label_smoothing: 0.0,
        },
        generator_optimizer: optimizer.clone(),
        discriminator_optimizer: optimizer,
        batch_size: 32,
        ema_decay: 0.999,
        data: DataConfig::of(kind),
        steps: Some(40_000),
        ..article()
    }
}

fn fashion() -> RunConfig {
    // Told the class, the networks come nearer in five minutes than others do in twenty (`benches/quality.md`).
    RunConfig { conditional: true, ..dcgan(DatasetKind::Fashion, 32) }
}

fn faces() -> RunConfig {
    dcgan(DatasetKind::Faces, 32)
}

/// Relativistic pairing with R1 and R2 on character networks, which make and see all places of a text at once.
fn texts(kind: DatasetKind) -> RunConfig {
    let network = |hidden| ModelConfig::Text { width: 96, blocks: 3, kernel: 3, hidden };
    // Twice the rate comes apart after some hundred steps; a gradient that is cut off bears this one.
    let optimizer = OptimizerConfig { clip_norm: 1.0, ..OptimizerConfig::adam(1e-3, 0.0, 0.99) };
    RunConfig {
        // A generator that must be certain loses rare letters in the first hundred steps and never finds them again
        // (`benches/quality.md`).
        symbol_smoothing: 0.1,
        // The discriminator sees letters that are drawn, from whose certainty nothing is to be told. Slopes along them bring no
        // more after some time, unless other letters are tried in their place.
        gumbel_temperature: 0.5,
        straight_through: true,
        local_expectation: true,
        latent: LatentConfig { dim: 64, distribution: LatentDistribution::Normal },
        // What a text is to be concerns all its places: layers that see it as a whole decide that cheaply. The discriminator
        // gains nothing by them.
        generator: network(256),
        discriminator: network(0),
        objective: ObjectiveConfig {
            loss: LossKind::Relativistic,
            penalty: PenaltyKind::R1R2,
            penalty_weight: 0.1,
            label_smoothing: 0.0,
        },
        generator_optimizer: optimizer.clone(),
        discriminator_optimizer: optimizer,
        schedule: ScheduleConfig {
            kind: ScheduleKind::Cosine,
            // Five minutes on two quick cores.
            steps: 6_000,
            learning_rate_final: 0.0,
            penalty_final: 1.0,
        },
        batch_size: 128,
        ema_decay: 0.998,
        steps: Some(6_000),
        ..points(kind)
    }
}
