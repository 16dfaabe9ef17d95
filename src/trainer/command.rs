//! What the trainer may be told: plain data, imperative.

use std::path::PathBuf;

use crate::backend::DeviceChoice;
use crate::config::{Domain, LossKind, PenaltyKind, Remedy, RunConfig};
use crate::data::Pictures;
use crate::gan::condition;

/// Names one run, so that late news of an old run can be told from news of the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RunId(pub u64);

/// Which part of a step to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepPart {
    /// The discriminator's updates and the generator's: one whole step.
    Both,
    /// The discriminator's updates alone. The step count stays.
    Discriminator,
    /// The generator's update alone. The step count stays.
    Generator,
}

/// What must arrive, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Begin a run at step 0, replacing the one before.
    Start {
        /// Its name.
        run: RunId,
        /// All that it needs.
        config: Box<RunConfig>,
        /// Where to compute.
        device: DeviceChoice,
        /// What it begins with.
        begin: Begin,
        /// When it ends, and what it writes.
        output: RunOutput,
    },
    /// Continue from a model file or a run folder, replacing the run before.
    Load {
        /// The new run's name.
        run: RunId,
        /// A `.safetensors` file or a run folder.
        path: PathBuf,
        /// Where to compute.
        device: DeviceChoice,
        /// What it begins with.
        begin: Begin,
        /// When it ends, and what it writes.
        output: RunOutput,
    },
    /// Give up the run whose data is being read; nothing where none is. A newer run does that, too.
    CancelReading,
    /// Stop stepping, keep everything.
    Pause,
    /// Step on.
    Resume,
    /// Do one step, or one part of it, and stay paused.
    Step {
        /// Which part.
        part: StepPart,
    },
    /// Do one step, or one part of it, write down every number on its way, and stay paused. The step is the same, to the
    /// bit on the CPU, as one that is not written down.
    Dissect {
        /// Which part.
        part: StepPart,
    },
    /// Go back to the newest state known to be good, and pause.
    RestoreLastGood,
    /// Look for the training pictures nearest to a generated one, beside training; of several that wait only the newest counts.
    FindNearest {
        /// The picture's number in the gallery.
        number: usize,
        /// The picture, alone.
        picture: Pictures,
    },
    /// Write latents to a file.
    SaveLatents {
        /// Which.
        latents: Vec<KeptLatent>,
        /// Where.
        path: PathBuf,
    },
    /// Write one model file.
    SaveModel {
        /// Where.
        path: PathBuf,
    },
    /// Write a checkpoint into the run folder, if the run has one.
    SaveCheckpoint,
    /// End the run (with a checkpoint, if it has a folder) and the thread.
    Stop,
}

/// When a run ends besides its configuration's steps, and what it writes without being asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunOutput {
    /// A run folder: configuration, metrics, checkpoints, samples.
    pub folder: Option<PathBuf>,
    /// Replaces the configuration's number of steps.
    pub steps: Option<u64>,
    /// Training time after which it is finished, in seconds. The configuration's number of steps then ends nothing.
    pub seconds: Option<f64>,
    /// Whether frames for a film are told of, each an [`EventKind::Filmed`](super::EventKind::Filmed).
    pub is_filmed: bool,
}

impl RunOutput {
    /// Writes nothing, ends as its configuration says, and is filmed.
    pub fn filmed() -> Self {
        Self { is_filmed: true, ..Self::default() }
    }
}

/// What a run begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// Training.
    Running,
    /// Waiting for [`Command::Resume`].
    Paused,
}

/// Settings that may change while training: only the newest value matters.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveSettings {
    /// The run they are for.
    pub run: RunId,
    /// Step size of the generator, before the schedule's factor.
    pub generator_learning_rate: f32,
    /// Step size of the discriminator, before the schedule's factor.
    pub discriminator_learning_rate: f32,
    /// What both networks are asked for.
    pub loss: LossKind,
    /// How the discriminator is kept smooth.
    pub penalty: PenaltyKind,
    /// Weight of the penalty, before the schedule's factor.
    pub penalty_weight: f32,
    /// Discriminator updates per step.
    pub discriminator_steps: usize,
    /// Decay per step of the averaged generator.
    pub ema_decay: f32,
    /// The most steps per second; `None` trains as fast as it can.
    pub speed_limit: Option<f32>,
}

impl LiveSettings {
    /// The settings a run starts with.
    pub fn of(run: RunId, config: &RunConfig) -> Self {
        Self {
            run,
            generator_learning_rate: config.generator_optimizer.learning_rate,
            discriminator_learning_rate: config.discriminator_optimizer.learning_rate,
            loss: config.objective.loss,
            penalty: config.objective.penalty,
            penalty_weight: config.objective.penalty_weight,
            discriminator_steps: config.discriminator_steps,
            ema_decay: config.ema_decay,
            speed_limit: None,
        }
    }

    /// The settings with a remedy applied.
    #[must_use]
    pub fn mended(&self, remedy: &Remedy) -> Self {
        Self {
            generator_learning_rate: remedy.generator_learning_rate,
            discriminator_learning_rate: remedy.discriminator_learning_rate,
            loss: remedy.loss,
            penalty: remedy.penalty,
            penalty_weight: remedy.penalty_weight,
            discriminator_steps: remedy.discriminator_steps,
            ..self.clone()
        }
    }

    /// Whether a remedy would change nothing of loss and penalty any more.
    pub fn is_mended_by(&self, remedy: &Remedy) -> bool {
        (self.loss, self.penalty) == (remedy.loss, remedy.penalty)
    }
}

/// Which generator to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GeneratorChoice {
    /// The one that is being trained.
    Current,
    /// The average of its recent weights.
    Averaged,
}

/// How to walk from one latent to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Interpolation {
    /// In a straight line: the middle lies closer to the origin than any latent the generator was trained on.
    Lerp,
    /// Along the great circle, keeping the latent's usual length.
    Slerp,
}

/// A walk between two fixed latents, and a place on it.
#[derive(Debug, Clone, PartialEq)]
pub struct LatentRequest {
    /// Number of the latent at the start; numbers below the gallery's size are its tiles.
    pub from: u64,
    /// Number of the latent at the end.
    pub to: u64,
    /// Place on the walk: 0 at `from`, 1 at `to`.
    pub place: f32,
    /// How to walk.
    pub method: Interpolation,
    /// Samples of the strip, ends included.
    pub frames: usize,
}

/// Something that is computed only while it is looked at, of points in the plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointsExtra {
    /// The discriminator's score everywhere.
    Opinion,
    /// Which way each generated point is pulled.
    Descent,
    /// Which way a generated point would be pulled, everywhere.
    Field,
    /// How densely generated points lie, everywhere.
    Density,
    /// What the generator makes of a grid of latents.
    Warp,
    /// Where the game stands in the plane of the Dirac-GAN.
    DiracState,
}

/// What the window wants to see of points.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PointsRequest {
    /// What to compute.
    pub extras: Vec<PointsExtra>,
    /// The square of the plane that is in sight: least and greatest corner; `None` for the one that holds the data.
    pub visible: Option<[[f32; 2]; 2]>,
}

/// A latent that is kept in sight, and of what class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeptLatent {
    /// Its number.
    pub number: u64,
    /// The class that it was kept with; `None` where the model is not told of classes.
    pub class: Option<u8>,
}

impl KeptLatent {
    /// What a model that is told of `classes` makes it of.
    pub(super) fn label(self, classes: usize) -> Option<u8> {
        condition::label_of(self.number, self.class.map(usize::from), classes)
    }
}

/// What the window wants to see: only the newest request matters.
#[derive(Debug, Clone, PartialEq)]
pub struct ViewRequest {
    /// The run it is for.
    pub run: RunId,
    /// Which generator.
    pub generator: GeneratorChoice,
    /// What to show of points besides the points themselves.
    pub points: PointsRequest,
    /// Whether to look into both networks.
    pub shows_networks: bool,
    /// Whether to compute what in each picture the discriminator goes by.
    pub shows_slopes: bool,
    /// The class of everything that a conditional model makes but of what is kept; `None` gives each numbered latent its own.
    pub class: Option<usize>,
    /// Generated samples on the stage.
    pub fakes: usize,
    /// Real samples beside them.
    pub reals: usize,
    /// The walk through latent space.
    pub latent: LatentRequest,
    /// Latents that are kept in sight beside the others, where samples are pictures.
    pub tray: Vec<KeptLatent>,
}

/// Generated points on the stage: enough to see a shape, few enough to score at each view.
const POINTS_FAKES: usize = 600;
/// Real points on the stage.
const POINTS_REALS: usize = 600;
/// Generated pictures in the gallery.
pub const GALLERY_FAKES: usize = 48;
/// Real pictures beside them.
const GALLERY_REALS: usize = 24;
/// Generated texts on the stage: they take little room.
const TEXTS_FAKES: usize = 96;
/// Real texts beside them.
const TEXTS_REALS: usize = 48;
/// Pictures or texts of the strip, ends included.
const STRIP_FRAMES_IMAGES: usize = 11;
/// Points of the path on the stage, ends included: a smooth curve.
const STRIP_FRAMES_POINTS: usize = 41;

impl ViewRequest {
    /// Everything that a window shows of samples of this kind before anybody has touched it.
    pub fn new(run: RunId, domain: Domain) -> Self {
        let (fakes, reals, frames) = match domain {
            Domain::Points => (POINTS_FAKES, POINTS_REALS, STRIP_FRAMES_POINTS),
            Domain::Images => (GALLERY_FAKES, GALLERY_REALS, STRIP_FRAMES_IMAGES),
            Domain::Text => (TEXTS_FAKES, TEXTS_REALS, STRIP_FRAMES_IMAGES),
        };
        let latent = LatentRequest { from: 0, to: 1, place: 0.5, method: Interpolation::Slerp, frames };
        let points = PointsRequest { extras: vec![PointsExtra::Opinion], visible: None };
        Self {
            run,
            generator: GeneratorChoice::Averaged,
            points,
            shows_networks: false,
            shows_slopes: false,
            class: None,
            fakes,
            reals,
            latent,
            tray: Vec::new(),
        }
    }
}
