//! The run in sight: what it is doing, how far it is, and what it was built from.

use crate::backend::DeviceReport;
use crate::config::{Domain, RunConfig};
use crate::data::Progress;
use crate::trainer::{FinishReason, ParameterCounts, Phase, RunId};

/// What is known of the current run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunState {
    /// The run whose events count; those of any other are dropped.
    pub id: RunId,
    /// What it is doing.
    pub phase: Phase,
    /// Steps done.
    pub step: u64,
    /// Seconds spent training, without pauses.
    pub elapsed_secs: f64,
    /// Recent speed in steps per second.
    pub steps_per_sec: f32,
    /// The configuration it started with; `None` until its networks are built.
    pub config: Option<Box<RunConfig>>,
    /// Where it computes.
    pub device: Option<DeviceReport>,
    /// Sizes of its networks.
    pub parameters: Option<ParameterCounts>,
    /// How far reading its data has come, before the run begins, or had come when it was given up.
    pub reading: Option<Progress>,
    /// What is to be known of the data.
    pub data_note: Option<String>,
    /// Whether there is something of it to make a film of.
    pub has_film: bool,
    /// How it went wrong, while it is in [`Phase::Diverged`].
    pub divergence: Option<Divergence>,
    /// How it ended, while it is in [`Phase::Finished`].
    pub finish: Option<Finish>,
    /// Why it cannot go on, while it is in [`Phase::Failed`].
    pub failure: Option<String>,
}

/// How a run went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    /// Steps done.
    pub step: u64,
    /// One sentence: what was seen.
    pub reason: String,
    /// The step that can be gone back to.
    pub last_good_step: Option<u64>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finish {
    /// Steps done.
    pub step: u64,
    /// Seconds spent training.
    pub elapsed_secs: f64,
    /// Why.
    pub reason: FinishReason,
}

impl RunState {
    /// A run of which nothing is known yet.
    pub fn new(id: RunId, phase: Phase) -> Self {
        Self {
            id,
            phase,
            step: 0,
            elapsed_secs: 0.0,
            steps_per_sec: 0.0,
            config: None,
            device: None,
            parameters: None,
            reading: None,
            data_note: None,
            has_film: false,
            divergence: None,
            finish: None,
            failure: None,
        }
    }

    /// What the run makes, once that is known.
    pub fn domain(&self) -> Option<Domain> {
        self.config.as_ref().map(|config| config.data.domain())
    }

    /// Whether scores read as probabilities of being real; a Wasserstein critic's do not.
    pub fn scores_are_probabilities(&self) -> bool {
        self.config.as_ref().is_none_or(|config| config.objective.loss.scores_are_probabilities())
    }

    /// The field's name for the second network: a Wasserstein loss makes it a critic.
    pub fn discriminator_name(&self) -> &'static str {
        if self.scores_are_probabilities() { "Discriminator" } else { "Critic" }
    }

    /// Whether play would continue the run.
    pub fn can_resume(&self) -> bool {
        matches!(self.phase, Phase::Paused | Phase::Finished)
    }

    /// Whether there are networks that could be stepped or saved.
    pub fn has_networks(&self) -> bool {
        self.config.is_some() && !matches!(self.phase, Phase::Idle | Phase::Preparing | Phase::Failed)
    }

    pub(super) fn enter(&mut self, phase: Phase, step: u64) {
        self.phase = phase;
        self.step = step;
        if phase != Phase::Diverged {
            self.divergence = None;
        }
        if phase != Phase::Finished {
            self.finish = None;
        }
        if phase != Phase::Running {
            self.steps_per_sec = 0.0;
        }
    }
}
