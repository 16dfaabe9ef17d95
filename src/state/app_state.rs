//! What the trainer told: written by events, read by panels.

use crate::trainer::{Event, EventKind, Phase, PointsQuality, RunId, SettingChange, Views};

use super::history::History;
use super::narration::Narration;
use super::notices::{NoticeId, Notices, Severity};
use super::run::{Divergence, Finish, RunState};

/// The most markers kept on the plots; the oldest make room.
const MAX_MARKERS: usize = 200;
/// A setting that changes again within this share of the run is still the same gesture: one marker for a dragged slider.
const SAME_GESTURE_SHARE: u64 = 100;
/// ... and within at least this many steps.
const SAME_GESTURE_STEPS: u64 = 150;

/// The newest measured quality.
#[derive(Debug, Clone, PartialEq)]
pub struct QualityReading {
    /// Steps done when it was measured.
    pub step: u64,
    /// What was found.
    pub quality: PointsQuality,
}

/// What the window knows. Changes only by the methods here, most of all [`AppState::apply`].
#[derive(Debug, Clone, PartialEq)]
pub struct AppState {
    run: RunState,
    history: History,
    markers: Vec<SettingChange>,
    quality: Option<QualityReading>,
    views: Option<Box<Views>>,
    num_views: u64,
    notices: Notices,
    narration: Narration,
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
            views: None,
            num_views: 0,
            notices: Notices::default(),
            narration: Narration::default(),
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

    /// The newest measured quality.
    pub fn quality(&self) -> Option<&QualityReading> {
        self.quality.as_ref()
    }

    /// The newest picture of the run.
    pub fn views(&self) -> Option<&Views> {
        self.views.as_deref()
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
        self.views = None;
        self.num_views += 1;
        self.narrate();
    }

    /// Takes in one event; events of another run are dropped.
    pub fn apply(&mut self, event: Event) {
        if event.run != self.run.id {
            return;
        }
        match event.kind {
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
                self.run.failure = None;
            }
            EventKind::PhaseChanged { phase, step } => self.run.enter(phase, step),
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
                self.run.enter(Phase::Diverged, step);
                self.run.divergence = Some(Divergence { step, reason, last_good_step });
            }
            EventKind::Restored { step } => {
                self.history.forget_after(step);
                self.markers.retain(|marker| marker.step <= step);
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
                self.run.enter(Phase::Failed, step);
                self.run.failure = Some(message);
            }
        }
        self.narrate();
    }

    /// Takes in the newest picture; one of another run is dropped.
    pub fn apply_views(&mut self, views: Views) {
        if views.run == self.run.id {
            self.views = Some(Box::new(views));
            self.num_views += 1;
        }
    }

    /// Lets time pass: old good news fades, and the sentence at the foot may change.
    pub fn tick(&mut self, now_secs: f64) {
        self.now_secs = now_secs;
        self.notices.expire(now_secs);
        self.narrate();
    }

    /// Seconds until the next [`AppState::tick`] would change something by itself, if any.
    pub fn next_change_secs(&self) -> Option<f64> {
        let fade = self.notices.next_expiry().map(|end| (end - self.now_secs).max(0.0));
        let sentence = self.narration.next_change(self.now_secs);
        [fade, sentence].into_iter().flatten().min_by(f64::total_cmp)
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
        self.narration.update(self.now_secs, &self.run, &self.history, self.quality.as_ref());
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
mod tests {
    use super::*;
    use crate::backend::{DeviceKind, DeviceReport};
    use crate::config::Preset;
    use crate::trainer::{FinishReason, MetricPoint, ParameterCounts};

    const RUN: RunId = RunId(7);

    fn started() -> AppState {
        let mut state = AppState::default();
        state.begin_run(RUN);
        apply(
            &mut state,
            EventKind::Started {
                config: Box::new(Preset::Ring8.config()),
                device: DeviceReport { kind: DeviceKind::Cpu, name: "2 threads".to_owned(), note: None },
                parameters: ParameterCounts { generator: 10, discriminator: 20 },
                data_note: None,
                step: 0,
            },
        );
        apply(&mut state, EventKind::PhaseChanged { phase: Phase::Running, step: 0 });
        state
    }

    fn apply(state: &mut AppState, kind: EventKind) {
        state.apply(Event { run: RUN, kind });
    }

    fn progress(steps: std::ops::RangeInclusive<u64>) -> EventKind {
        let point = |step| MetricPoint {
            step,
            d_loss: 1.0,
            g_loss: 1.0,
            d_real: 0.6,
            d_fake: 0.4,
            d_gradient_norm: 1.0,
            g_gradient_norm: 1.0,
        };
        EventKind::Progressed { points: steps.map(point).collect(), elapsed_secs: 1.0, steps_per_sec: 100.0 }
    }

    fn change(step: u64, to: &str) -> EventKind {
        let setting = "Generator learning rate";
        EventKind::SettingChanged(SettingChange { step, setting, from: "1".to_owned(), to: to.to_owned() })
    }

    #[test]
    fn events_of_another_run_are_dropped() {
        let mut state = started();
        let before = state.clone();
        state.apply(Event { run: RunId(6), kind: progress(1..=9) });
        assert_eq!(state, before);
    }

    #[test]
    fn progress_fills_the_history() {
        let mut state = started();
        apply(&mut state, progress(1..=9));
        assert_eq!(state.run().step, 9);
        assert_eq!(state.history().buckets().len(), 9);
        assert_eq!(state.run().phase, Phase::Running);
    }

    #[test]
    fn a_new_run_forgets_the_old_one() {
        let mut state = started();
        apply(&mut state, progress(1..=9));
        apply(&mut state, change(9, "2"));
        state.begin_run(RunId(8));
        assert_eq!(state.run().phase, Phase::Preparing);
        assert!(state.history().buckets().is_empty() && state.markers().is_empty());
        assert_eq!(state.run().config, None);
    }

    #[test]
    fn a_remark_on_the_device_is_made_once() {
        let mut state = AppState::default();
        for _ in 0..2 {
            state.begin_run(RUN);
            apply(
                &mut state,
                EventKind::Started {
                    config: Box::new(Preset::Ring8.config()),
                    device: DeviceReport {
                        kind: DeviceKind::Cpu,
                        name: String::new(),
                        note: Some("no GPU".to_owned()),
                    },
                    parameters: ParameterCounts { generator: 10, discriminator: 20 },
                    data_note: None,
                    step: 0,
                },
            );
            assert_eq!(state.notices().iter().map(|notice| notice.count).sum::<u32>(), 1);
        }
    }

    #[test]
    fn one_drag_leaves_one_marker() {
        let mut state = started();
        for (step, to) in [(100, "2"), (110, "3"), (120, "4"), (900, "5")] {
            apply(&mut state, change(step, to));
        }
        let markers: Vec<_> = state.markers().iter().map(|marker| (marker.step, marker.to.as_str())).collect();
        assert_eq!(markers, [(100, "4"), (900, "5")]);
    }

    #[test]
    fn markers_are_bounded() {
        let mut state = started();
        for number in 0..1000 {
            apply(&mut state, change(number * 1000, "x"));
        }
        assert_eq!(state.markers().len(), MAX_MARKERS);
    }

    #[test]
    fn divergence_offers_the_last_good_state_and_restoring_ends_it() {
        let mut state = started();
        apply(&mut state, progress(1..=90));
        let reason = "the generator's loss is not a number".to_owned();
        apply(&mut state, EventKind::Diverged { step: 90, reason, last_good_step: Some(50) });
        assert_eq!(state.run().phase, Phase::Diverged);
        assert_eq!(state.run().divergence.as_ref().unwrap().last_good_step, Some(50));
        apply(&mut state, EventKind::Restored { step: 50 });
        apply(&mut state, EventKind::PhaseChanged { phase: Phase::Paused, step: 50 });
        assert_eq!(state.run().step, 50);
        assert_eq!(state.history().buckets().last().unwrap().last_step, 50);
        assert_eq!(state.run().divergence, None);
    }

    #[test]
    fn finishing_works_in_either_order_of_its_events() {
        let finished = EventKind::Finished { step: 9, elapsed_secs: 2.0, reason: FinishReason::Steps };
        let phase = EventKind::PhaseChanged { phase: Phase::Finished, step: 9 };
        for order in [[finished.clone(), phase.clone()], [phase, finished]] {
            let mut state = started();
            for kind in order {
                apply(&mut state, kind);
            }
            assert_eq!(state.run().phase, Phase::Finished);
            assert_eq!(state.run().finish.unwrap().step, 9);
        }
    }

    #[test]
    fn a_failure_keeps_what_was_learned_on_screen() {
        let mut state = started();
        apply(&mut state, progress(1..=9));
        apply(&mut state, EventKind::Failed { message: "the GPU went away".to_owned() });
        assert_eq!(state.run().phase, Phase::Failed);
        assert_eq!(state.history().buckets().len(), 9);
        assert_eq!(state.run().failure.as_deref(), Some("the GPU went away"));
    }
}
