//! What the trainer tells: plain data, in the past tense.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use super::command::RunId;
use super::dissection::Dissection;
use super::images_quality::ImagesQuality;
use super::nearest_pictures::NearestPictures;
use super::text_quality::TextsQuality;
use crate::backend::DeviceReport;
use crate::config::{ObjectiveConfig, RunConfig};
use crate::data::Progress;
use crate::export::FilmScene;

/// Something that happened in a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The run it happened in.
    pub run: RunId,
    /// What happened.
    pub kind: EventKind,
}

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// No run yet, or one that was given up before it began.
    Idle,
    /// Building networks, reading the data, or compiling GPU kernels on first use.
    Preparing,
    /// Stepping.
    Running,
    /// Waiting for the user.
    Paused,
    /// A loss or a weight is no longer a sensible number; paused.
    Diverged,
    /// All steps done; paused.
    Finished,
    /// Something went wrong that training cannot go on after.
    Failed,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FinishReason {
    /// All steps were done.
    Steps,
    /// The time was up.
    Minutes,
    /// It was told to stop.
    Stopped,
    /// It diverged.
    Diverged,
}

/// What one step measured. All are means over the step's batch, taken before the update.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MetricPoint {
    /// Steps done, this one included.
    pub step: u64,
    /// Discriminator's loss, penalty included; of its last update in this step.
    pub d_loss: f32,
    /// Generator's loss.
    pub g_loss: f32,
    /// Mean score of real samples: the sigmoid of the logit, or the raw score of a Wasserstein critic.
    pub d_real: f32,
    /// Mean score of generated samples.
    pub d_fake: f32,
    /// L2 norm of the discriminator's gradient over all its weights.
    pub d_gradient_norm: f32,
    /// L2 norm of the generator's gradient over all its weights.
    pub g_gradient_norm: f32,
}

/// How well generated points cover the modes of the data. See `gan::metrics::mode_coverage`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ClusterQuality {
    /// Modes that hold at least one high-quality sample.
    pub modes_covered: usize,
    /// Modes of the data.
    pub modes_total: usize,
    /// Share of samples within three standard deviations of a mode.
    pub high_quality_fraction: f64,
    /// The same of a perfect sampler.
    pub high_quality_ceiling: f64,
    /// Kullback–Leibler divergence of the generated mode histogram from the uniform one, in nats.
    pub reverse_kl: f64,
    /// The same of a perfect sampler of this many samples.
    pub reverse_kl_floor: f64,
}

/// How close generated points are to the data. A floor is what as many other real points score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PointsQuality {
    /// How they cover the clusters, where the data is made of clusters.
    pub clusters: Option<ClusterQuality>,
    /// Jensen–Shannon divergence of their density on a grid, in bits, in `[0, 1]`; lower is better.
    pub js_divergence: f64,
    /// The same of real points.
    pub js_divergence_floor: f64,
    /// Squared maximum mean discrepancy; lower is better, and around 0 at best.
    pub mmd: f64,
    /// The same of real points.
    pub mmd_floor: f64,
    /// Sliced Wasserstein distance, in the units of the plane; lower is better.
    pub sliced_wasserstein: f64,
    /// The same of real points.
    pub sliced_wasserstein_floor: f64,
    /// Samples measured.
    pub samples: usize,
}

/// What the discriminator makes of real samples that it has seen and of others: mean scores, as a preview has them.
///
/// The same from a discriminator that has learned what real samples are like; far apart from one that knows its own by heart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overfitting {
    /// Of samples that training draws from.
    pub seen_score: f32,
    /// Of samples that it never sees.
    pub unseen_score: f32,
}

/// A setting changed by the user, for a marker on the plots.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingChange {
    /// Steps done when it took effect.
    pub step: u64,
    /// The setting's name on screen, such as `Generator learning rate`.
    pub setting: &'static str,
    /// Its value before.
    pub from: String,
    /// Its value since.
    pub to: String,
}

/// Numbers that training changes, per network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ParameterCounts {
    /// Of the generator.
    pub generator: usize,
    /// Of the discriminator.
    pub discriminator: usize,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum EventKind {
    /// A part of the data was read, before the run begins.
    DataRead {
        /// How far that has come.
        progress: Progress,
    },
    /// The networks are built.
    Started {
        /// The configuration in force.
        config: Box<RunConfig>,
        /// Where it computes, and why there.
        device: DeviceReport,
        /// Sizes of the networks.
        parameters: ParameterCounts,
        /// What is to be known of the data: of a file, how many points it gave and how they were scaled.
        data_note: Option<String>,
        /// Steps already done: more than 0 for a loaded run.
        step: u64,
    },
    /// The run does something else now.
    PhaseChanged {
        /// What it does.
        phase: Phase,
        /// Steps done.
        step: u64,
    },
    /// Steps were done.
    Progressed {
        /// One point per step since the last such event; thinned out only while the receiver does not listen.
        points: Vec<MetricPoint>,
        /// Time spent training, in seconds, without pauses.
        elapsed_secs: f64,
        /// Recent speed.
        steps_per_sec: f32,
    },
    /// One step was done and written down, for [`super::Command::Dissect`].
    Dissected {
        /// Every number on its way.
        dissection: Box<Dissection>,
    },
    /// A frame was made for the film of a run that is filmed: always of the same latents, whatever is looked at. The losses up to
    /// its step have been told before.
    Filmed {
        /// Steps done.
        step: u64,
        /// What there was to see.
        scene: Arc<FilmScene>,
    },
    /// Generated points were measured.
    QualityMeasured {
        /// Steps done.
        step: u64,
        /// What was found.
        quality: PointsQuality,
    },
    /// Generated pictures were measured.
    ImageQualityMeasured {
        /// Steps done.
        step: u64,
        /// What was found.
        quality: Box<ImagesQuality>,
    },
    /// Generated texts were measured.
    TextQualityMeasured {
        /// Steps done.
        step: u64,
        /// What was found.
        quality: Box<TextsQuality>,
    },
    /// Samples that were seen and others were scored, where the data has both.
    OverfittingMeasured {
        /// Steps done.
        step: u64,
        /// What was found.
        overfitting: Overfitting,
    },
    /// The training pictures nearest to a generated one were found, for [`super::Command::FindNearest`].
    NearestFound {
        /// What was found.
        found: Box<NearestPictures>,
    },
    /// They were not found.
    NearestNotFound {
        /// The generated picture's number in the gallery.
        number: usize,
        /// Why: the end of a sentence.
        reason: String,
    },
    /// A live setting took effect.
    SettingChanged(SettingChange),
    /// Loss or penalty are others from now on.
    ObjectiveChanged {
        /// The objective in force.
        objective: ObjectiveConfig,
    },
    /// A model file is on disk.
    ModelSaved {
        /// Where.
        path: PathBuf,
        /// Steps done.
        step: u64,
    },
    /// Latents are on disk.
    LatentsSaved {
        /// Where.
        path: PathBuf,
        /// How many.
        count: usize,
    },
    /// A checkpoint is on disk.
    CheckpointSaved {
        /// Where.
        path: PathBuf,
        /// Steps done.
        step: u64,
    },
    /// Something went wrong that training goes on after.
    Warned {
        /// One sentence: what happened, what is safe, what to do.
        message: String,
    },
    /// A loss or a weight is no longer a sensible number. The phase is now [`Phase::Diverged`].
    Diverged {
        /// Steps done.
        step: u64,
        /// One sentence: what was seen.
        reason: String,
        /// The step that [`super::Command::RestoreLastGood`] would go back to.
        last_good_step: Option<u64>,
    },
    /// The newest good state was restored; later points are no longer part of this run.
    Restored {
        /// Steps done.
        step: u64,
    },
    /// The run has ended.
    Finished {
        /// Steps done.
        step: u64,
        /// Time spent training, in seconds.
        elapsed_secs: f64,
        /// Why.
        reason: FinishReason,
    },
    /// The run cannot go on. The phase is now [`Phase::Failed`].
    Failed {
        /// One sentence: what happened, what is safe, what to do.
        message: String,
    },
}
