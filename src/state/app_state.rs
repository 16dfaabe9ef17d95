//! What the trainer told: written by events, read by panels.

use crate::trainer::{
    Event, EventKind, ImagesQuality, NearestPictures, Overfitting, Phase, PointsQuality, RunId, SettingChange,
    TextsQuality, Views,
};

use super::history::History;
use super::narration::{Narration, Readings};
use super::notices::{NoticeId, Notices, Severity};
use super::run::{Divergence, Finish, RunState};
use super::walkthrough::{WalkOrder, Walkthrough};

/// The most markers kept on the plots; the oldest make room.
const MAX_MARKERS: usize = 200;
/// A setting that changes again within this share of the run is still the same gesture: one marker for a dragged slider.
const SAME_GESTURE_SHARE: u64 = 100;
/// ... and within at least this many steps.
const SAME_GESTURE_STEPS: u64 = 150;

/// The newest measured quality of points.
#[derive(Debug, Clone, PartialEq)]
pub struct QualityReading {
    /// Steps done when it was measured.
    pub step: u64,
    /// What was found.
    pub quality: PointsQuality,
}

/// The newest measured quality of pictures.
#[derive(Debug, Clone, PartialEq)]
pub struct ImagesReading {
    /// Steps done when it was measured.
    pub step: u64,
    /// What was found.
    pub quality: Box<ImagesQuality>,
}

/// The newest measured quality of texts.
#[derive(Debug, Clone, PartialEq)]
pub struct TextsReading {
    /// Steps done when it was measured.
    pub step: u64,
    /// What was found.
    pub quality: Box<TextsQuality>,
}

/// What the window knows. Changes only by the methods here, most of all [`AppState::apply`].
#[derive(Debug, Clone, PartialEq)]
pub struct AppState {
    run: RunState,
    history: History,
    markers: Vec<SettingChange>,
    quality: Option<QualityReading>,
    images_quality: Option<ImagesReading>,
    texts_quality: Option<TextsReading>,
    overfitting: Option<Overfitting>,
    nearest: Option<Box<NearestPictures>>,
    /// The generated picture that was last searched for in vain, and why.
    nearest_fault: Option<(usize, String)>,
    views: Option<Box<Views>>,
    num_views: u64,
    notices: Notices,
    narration: Narration,
    walkthrough: Walkthrough,
    now_secs: f64,
    /// The last remark on the device: said once, not at every start.
    device_note: Option<String>,
}

impl Default for AppState {
    fn default() -> Self {
        Self {
            run: RunState::new(RunId::default(), Phase::Idle),
            history: History::default(),
            markers: Vec::new(),
            quality: None,
            images_quality: None,
            texts_quality: None,
            overfitting: None,
            nearest: None,
            nearest_fault: None,
            views: None,
            num_views: 0,
            notices: Notices::default(),
            narration: Narration::default(),
            walkthrough: Walkthrough::default(),
            now_secs: 0.0,
            device_note: None,
        }
    }
}

impl AppState {
    /// The current run.
    pub fn run(&self) -> &RunState {
        &self.run
    }

    /// Its measured numbers.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Where settings were changed, oldest first.
    pub fn markers(&self) -> &[SettingChange] {
        &self.markers
    }

    /// What the discriminator last made of samples that it has seen, and of others.
    pub fn overfitting(&self) -> Option<&Overfitting> {
        self.overfitting.as_ref()
    }

    /// The training pictures nearest to the generated one that was last searched for.
    pub fn nearest(&self) -> Option<&NearestPictures> {
        self.nearest.as_deref()
    }

    /// Why nothing was found for a generated picture, where it is the one that was last searched for.
    pub fn nearest_fault(&self, number: usize) -> Option<&str> {
        self.nearest_fault.as_ref().filter(|(searched, _)| *searched == number).map(|(_, reason)| reason.as_str())
    }

    /// Forgets why nothing was found: it is searched for anew.
    pub fn search_anew(&mut self) {
        self.nearest_fault = None;
    }

    /// The newest measured quality of pictures.
    pub fn images_quality(&self) -> Option<&ImagesReading> {
        self.images_quality.as_ref()
    }

    /// The newest measured quality of texts.
    pub fn texts_quality(&self) -> Option<&TextsReading> {
        self.texts_quality.as_ref()
    }

    /// The newest measured quality of points.
    pub fn quality(&self) -> Option<&QualityReading> {
        self.quality.as_ref()
    }

    /// The picture of the moment in sight: the newest of the run, or that of the phase that is walked through.
    pub fn views(&self) -> Option<&Views> {
        self.walkthrough.picture().or(self.views.as_deref())
    }

    /// The walk through one step, phase by phase.
    pub fn walkthrough(&self) -> &Walkthrough {
        &self.walkthrough
    }

    /// Pictures received since the program started: changes whenever [`AppState::views`] does.
    pub fn num_views(&self) -> u64 {
        self.num_views
    }

    /// What the user should know.
    pub fn notices(&self) -> &Notices {
        &self.notices
    }

    /// The sentence at the foot.
    pub fn narration(&self) -> &Narration {
        &self.narration
    }

    /// Seconds on the window's clock at the last [`AppState::tick`].
    pub fn now_secs(&self) -> f64 {
        self.now_secs
    }

    /// Forgets the run before and waits for news of `run`.
    pub fn begin_run(&mut self, run: RunId) {
        self.run = RunState::new(run, Phase::Preparing);
        self.history = History::default();
        self.markers.clear();
        self.quality = None;
        self.images_quality = None;
        self.texts_quality = None;
        self.overfitting = None;
        self.nearest = None;
        self.nearest_fault = None;
        self.views = None;
        self.num_views += 1;
        self.walkthrough.obey(WalkOrder::Leave);
        self.narrate();
    }

    /// Walks through a step as it is told.
    pub fn walk(&mut self, order: WalkOrder) {
        self.walkthrough.obey(order);
        self.num_views += 1;
    }

    /// Takes in one event; events of another run are dropped.
    pub fn apply(&mut self, event: Event) {
        if event.run != self.run.id {
            return;
        }
        match event.kind {
            EventKind::DataRead { progress } => self.run.reading = Some(progress),
            EventKind::Started { config, device, parameters, data_note, step } => {
                if device.note.is_some() && device.note != self.device_note {
                    self.device_note.clone_from(&device.note);
                    self.notices.push(Severity::Info, device.note.clone().unwrap_or_default(), self.now_secs);
                }
                self.run.step = step;
                self.run.config = Some(config);
                self.run.device = Some(device);
                self.run.parameters = Some(parameters);
                self.run.data_note = data_note;
                self.run.reading = None;
                self.run.failure = None;
            }
            EventKind::PhaseChanged { phase, step } => {
                self.run.enter(phase, step);
                if phase == Phase::Running && self.walkthrough.dissection().is_some() {
                    self.walk(WalkOrder::Leave);
                }
            }
            EventKind::Progressed { points, elapsed_secs, steps_per_sec } => {
                for point in &points {
                    self.history.push(point);
                    self.run.step = self.run.step.max(point.step);
                }
                self.run.elapsed_secs = elapsed_secs;
                self.run.steps_per_sec = steps_per_sec;
            }
            EventKind::QualityMeasured { step, quality } => {
                self.history.measure(step, &quality);
                self.quality = Some(QualityReading { step, quality });
            }
            EventKind::ImageQualityMeasured { step, quality } => {
                self.history.measure_images(step, &quality);
                self.images_quality = Some(ImagesReading { step, quality });
            }
            EventKind::TextQualityMeasured { step, quality } => {
                self.history.measure_texts(step, &quality);
                self.texts_quality = Some(TextsReading { step, quality });
            }
            EventKind::OverfittingMeasured { step, overfitting } => {
                self.history.measure_overfitting(step, overfitting);
                self.overfitting = Some(overfitting);
            }
            EventKind::Dissected { dissection } => {
                self.walkthrough.take_in(dissection);
                self.num_views += 1;
            }
            EventKind::Filmed { .. } => self.run.has_film = true,
            EventKind::NearestFound { found } => {
                self.nearest = Some(found);
                self.nearest_fault = None;
            }
            EventKind::NearestNotFound { number, reason } => self.nearest_fault = Some((number, reason)),
            EventKind::LatentsSaved { path, count } => {
                let what = if count == 1 { "1 latent".to_owned() } else { format!("{count} latents") };
                self.notify(Severity::Info, format!("{what} saved: {}", path.display()));
            }
            EventKind::SettingChanged(change) => self.mark(change),
            EventKind::ObjectiveChanged { objective } => {
                if let Some(config) = &mut self.run.config {
                    config.objective = objective;
                }
            }
            EventKind::ModelSaved { path, step } => {
                self.notify(Severity::Info, format!("Model of step {step} saved: {}", path.display()));
            }
            EventKind::CheckpointSaved { path, step } => {
                self.notify(Severity::Info, format!("Checkpoint of step {step} saved: {}", path.display()));
            }
            EventKind::Warned { message } => self.notify(Severity::Warning, message),
            EventKind::Diverged { step, reason, last_good_step } => {
                self.walk(WalkOrder::Leave);
                self.run.enter(Phase::Diverged, step);
                self.run.divergence = Some(Divergence { step, reason, last_good_step });
            }
            EventKind::Restored { step } => {
                self.history.forget_after(step);
                self.markers.retain(|marker| marker.step <= step);
                self.quality.take_if(|reading| reading.step > step);
                self.images_quality.take_if(|reading| reading.step > step);
                self.texts_quality.take_if(|reading| reading.step > step);
                self.overfitting = None;
                self.run.step = step;
                self.run.divergence = None;
            }
            EventKind::Finished { step, elapsed_secs, reason } => {
                self.run.step = step;
                self.run.elapsed_secs = elapsed_secs;
                self.run.finish = Some(Finish { step, elapsed_secs, reason });
            }
            EventKind::Failed { message } => {
                let step = self.run.step;
                self.walk(WalkOrder::Leave);
                self.run.enter(Phase::Failed, step);
                self.run.failure = Some(message);
            }
        }
        self.narrate();
    }

    /// Takes in the newest picture; one of another run is dropped.
    pub fn apply_views(&mut self, views: Views) {
        if views.run == self.run.id {
            self.walkthrough.renew_picture(&views);
            self.views = Some(Box::new(views));
            self.num_views += 1;
        }
    }

    /// Lets time pass: old good news fades, and the sentence at the foot may change.
    pub fn tick(&mut self, now_secs: f64) {
        let phase = self.walkthrough.phase();
        self.walkthrough.advance(now_secs - self.now_secs);
        self.num_views += u64::from(self.walkthrough.phase() != phase);
        self.now_secs = now_secs;
        self.notices.expire(now_secs);
        self.narrate();
    }

    /// Seconds until the next [`AppState::tick`] would change something by itself, if any.
    pub fn next_change_secs(&self) -> Option<f64> {
        let fade = self.notices.next_expiry().map(|end| (end - self.now_secs).max(0.0));
        let sentence = self.narration.next_change(self.now_secs);
        [fade, sentence, self.walkthrough.next_change_secs()].into_iter().flatten().min_by(f64::total_cmp)
    }

    /// Tells the user something the trainer did not.
    pub fn notify(&mut self, severity: Severity, text: String) {
        self.notices.push(severity, text, self.now_secs);
    }

    /// Takes a notice away.
    pub fn dismiss(&mut self, id: NoticeId) {
        self.notices.dismiss(id);
    }

    fn narrate(&mut self) {
        let readings = Readings { quality: self.quality.as_ref(), overfitting: self.overfitting.as_ref() };
        self.narration.update(self.now_secs, &self.run, &self.history, readings);
    }

    fn mark(&mut self, change: SettingChange) {
        let gesture = SAME_GESTURE_STEPS.max(change.step / SAME_GESTURE_SHARE);
        match self.markers.last_mut() {
            Some(last) if last.setting == change.setting && change.step <= last.step + gesture => last.to = change.to,
            _ => {
                if self.markers.len() == MAX_MARKERS {
                    self.markers.remove(0);
                }
                self.markers.push(change);
            }
        }
    }
}

#[cfg(test)]
#[path = "app_state_tests.rs"]
mod tests;
