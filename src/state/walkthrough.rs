//! Walking through one training step phase by phase: a player of what the trainer wrote down. Time is passed in.

use super::step_phase::{StepPhase, phases, sentence};
use crate::trainer::{Dissection, StepPart, Views};

/// How long a phase may stay, in seconds, while the phases follow each other by themselves.
pub const PACE_RANGE: std::ops::RangeInclusive<f32> = 0.3..=10.0;
/// Long enough to read a sentence aloud.
pub const DEFAULT_PACE_SECS: f32 = 3.0;

/// What the player may be told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum WalkOrder {
    /// Begin: training pauses, and a first step is taken apart.
    Enter {
        /// Whether training went on until now, and should go on afterwards.
        was_running: bool,
    },
    /// End.
    Leave,
    /// Go to the next phase, or to the next step's first.
    Next,
    /// Leave the rest of this step out.
    NextStep,
    /// Let the phases follow each other by themselves, or stop that.
    SetPlaying(bool),
    /// How long each phase stays, in seconds.
    SetPace(f32),
    /// Which networks are trained from the next step on.
    SetPart(StepPart),
    /// The next step was asked of the trainer.
    Asked,
}

/// What the player is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    /// Nothing.
    Off,
    /// It shows a phase, or nothing yet.
    Showing,
    /// It is at the end of a step and wants another.
    WantsStep,
    /// It waits for the trainer.
    Waiting,
}

/// The player.
#[derive(Debug, Clone, PartialEq)]
pub struct Walkthrough {
    status: Status,
    dissection: Option<Box<Dissection>>,
    phases: Vec<StepPhase>,
    position: usize,
    shown_secs: f64,
    is_playing: bool,
    resumes: bool,
    part: StepPart,
    pace_secs: f32,
}

impl Default for Walkthrough {
    fn default() -> Self {
        Self {
            status: Status::Off,
            dissection: None,
            phases: Vec::new(),
            position: 0,
            shown_secs: 0.0,
            is_playing: false,
            resumes: false,
            part: StepPart::Both,
            pace_secs: DEFAULT_PACE_SECS,
        }
    }
}

impl Walkthrough {
    /// Whether it is on.
    pub fn is_active(&self) -> bool {
        self.status != Status::Off
    }

    /// Whether phases follow each other by themselves.
    pub fn is_playing(&self) -> bool {
        self.is_playing
    }

    /// Whether training should go on once it ends.
    pub fn resumes(&self) -> bool {
        self.resumes
    }

    /// Which networks the next step trains.
    pub fn part(&self) -> StepPart {
        self.part
    }

    /// How long each phase stays, in seconds.
    pub fn pace_secs(&self) -> f32 {
        self.pace_secs
    }

    /// The step that is shown.
    pub fn dissection(&self) -> Option<&Dissection> {
        self.dissection.as_deref().filter(|_| self.is_active())
    }

    /// The phases of that step, and the place of the one in sight.
    pub fn phases(&self) -> (&[StepPhase], usize) {
        (&self.phases, self.position)
    }

    /// The phase in sight.
    pub fn phase(&self) -> Option<StepPhase> {
        self.dissection()?;
        self.phases.get(self.position).copied()
    }

    /// What it did.
    pub fn sentence(&self) -> Option<String> {
        Some(sentence(self.dissection()?, self.phase()?))
    }

    /// What the window shows meanwhile: the moment before an update until that update's own phase.
    pub fn picture(&self) -> Option<&Views> {
        let phase = self.phase()?;
        self.dissection()?.pictures.get(phase.update + usize::from(phase.kind.is_update()))
    }

    /// The part of a step that should be asked of the trainer now.
    pub fn wanted_step(&self) -> Option<StepPart> {
        (self.status == Status::WantsStep).then_some(self.part)
    }

    /// Seconds until the next phase, while they follow each other.
    pub fn next_change_secs(&self) -> Option<f64> {
        let is_moving = self.is_playing && self.status == Status::Showing;
        is_moving.then(|| (f64::from(self.pace_secs) - self.shown_secs).max(0.0))
    }

    /// Does what it is told.
    pub fn obey(&mut self, order: WalkOrder) {
        match order {
            WalkOrder::Enter { was_running } => {
                let Self { part, pace_secs, .. } = *self;
                *self = Self { status: Status::WantsStep, resumes: was_running, part, pace_secs, ..Self::default() };
            }
            WalkOrder::Leave => {
                let Self { part, pace_secs, .. } = *self;
                *self = Self { part, pace_secs, ..Self::default() };
            }
            WalkOrder::Next => self.go_on(),
            WalkOrder::NextStep => {
                if self.status == Status::Showing {
                    self.status = Status::WantsStep;
                }
            }
            WalkOrder::SetPlaying(is_playing) => {
                self.is_playing = is_playing && self.is_active();
                self.shown_secs = 0.0;
            }
            WalkOrder::SetPace(secs) => self.pace_secs = secs.clamp(*PACE_RANGE.start(), *PACE_RANGE.end()),
            WalkOrder::SetPart(part) => self.part = part,
            WalkOrder::Asked => {
                if self.status == Status::WantsStep {
                    self.status = Status::Waiting;
                }
            }
        }
    }

    /// Takes in a step that was taken apart; one that nobody waits for is dropped.
    pub fn take_in(&mut self, dissection: Box<Dissection>) {
        if self.status != Status::Waiting {
            return;
        }
        self.phases = phases(&dissection);
        self.dissection = Some(dissection);
        (self.position, self.shown_secs, self.status) = (0, 0.0, Status::Showing);
    }

    /// Takes in a newer picture of the same moment as the last one, because other things are looked at now.
    pub fn renew_picture(&mut self, views: &Views) {
        let Some(dissection) = &mut self.dissection else { return };
        let is_same_moment = views.step == dissection.step && views.networks.is_some();
        if let Some(last) = dissection.pictures.last_mut().filter(|_| is_same_moment) {
            last.clone_from(views);
        }
    }

    /// Lets time pass.
    pub fn advance(&mut self, secs: f64) {
        if self.is_playing && self.status == Status::Showing {
            self.shown_secs += secs.max(0.0);
            // One phase at a time, even after a long wait: each should be seen.
            if self.shown_secs >= f64::from(self.pace_secs) {
                self.go_on();
            }
        }
    }

    fn go_on(&mut self) {
        if self.status != Status::Showing {
            return;
        }
        self.shown_secs = 0.0;
        if self.position + 1 < self.phases.len() {
            self.position += 1;
        } else {
            self.status = Status::WantsStep;
        }
    }
}

#[cfg(test)]
#[path = "walkthrough_tests.rs"]
mod tests;
