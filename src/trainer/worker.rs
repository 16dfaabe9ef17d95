//! The loop: take commands, step, read back, paint. The only place in the program that steps a network.

mod changes;
mod clocks;
mod filming;
mod reading;
mod save;
mod start;

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError, select_biased};

use self::filming::Filming;
use super::command::{Command, LiveSettings, RunId, StepPart, ViewRequest};
use super::event::{Event, EventKind, FinishReason, Phase};
use super::latest::Latest;
use super::measurer::Measurer;
use super::outbox::Outbox;
use super::run::Run;
use super::views::Views;
use crate::backend;
use crate::data::Pictures;

/// How long the thread sleeps at most while it has nothing to do but events to deliver.
const DELIVERY_INTERVAL: Duration = Duration::from_millis(20);

/// The worker's ends of all roads.
pub(super) struct Ends {
    pub(super) commands: Receiver<Command>,
    pub(super) doorbell: Receiver<()>,
    /// Rings the doorbell, for the thread that measures.
    pub(super) told: Sender<()>,
    pub(super) live: Latest<LiveSettings>,
    pub(super) requests: Latest<ViewRequest>,
    pub(super) events: Sender<Event>,
    pub(super) views: Latest<Views>,
    pub(super) wake: Arc<dyn Fn() + Send + Sync>,
}

/// The thread's state.
pub(super) struct Worker {
    commands: Receiver<Command>,
    /// Commands that came while data was being read, oldest first.
    waiting: VecDeque<Command>,
    doorbell: Receiver<()>,
    live: Latest<LiveSettings>,
    requests: Latest<ViewRequest>,
    views: Latest<Views>,
    outbox: Outbox,
    /// `None` where the system would not start its thread: then nothing is measured.
    measurer: Option<Measurer>,
    run: Option<Run>,
    /// What has been filmed of the run; `None` where it is not filmed.
    filming: Option<Filming>,
    /// The run that was asked for last, for news of a run that could not even begin.
    newest: RunId,
}

/// Whether the thread goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Continue,
    Stop,
}

impl Worker {
    pub(super) fn new(ends: Ends) -> Self {
        let Ends { commands, doorbell, told, live, requests, events, views, wake } = ends;
        Self {
            commands,
            waiting: VecDeque::new(),
            doorbell,
            live,
            requests,
            views,
            outbox: Outbox::new(events, wake),
            measurer: Measurer::spawn(told).ok(),
            run: None,
            filming: None,
            newest: RunId::default(),
        }
    }

    /// Works until told to stop, or until the window's end is gone.
    pub(super) fn work(mut self) {
        backend::lower_thread_priority();
        loop {
            match catch_unwind(AssertUnwindSafe(|| self.turn())) {
                Ok(Flow::Continue) => {}
                Ok(Flow::Stop) => break,
                Err(panic) => self.fail(&format!(
                    "Training stopped because of a fault in the program or its driver ({}). Saved files are safe; \
                     start again, on the CPU if this was a GPU.",
                    panic_text(panic.as_ref())
                )),
            }
        }
        self.outbox.drain();
    }

    /// One round: commands, then a step if one is due, then what is due by the clock.
    fn turn(&mut self) -> Flow {
        let wait = self.time_to_wait();
        match self.waiting.pop_front().map_or_else(|| self.next_command(wait), |command| Ok(Some(command))) {
            Ok(Some(command)) => {
                if self.obey(command) == Flow::Stop {
                    return Flow::Stop;
                }
            }
            Ok(None) | Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => {
                self.finish(FinishReason::Stopped);
                return Flow::Stop;
            }
        }
        self.take_newest_requests();
        if self.is_stepping() && self.time_to_wait().is_some_and(|wait| wait.is_zero()) {
            self.step(StepPart::Both);
        }
        self.film_if_due();
        self.keep_clocks();
        self.outbox.flush();
        Flow::Continue
    }

    /// How long to wait for a command: not at all while stepping, for ever while there is nothing to do.
    fn time_to_wait(&self) -> Option<Duration> {
        let step_wait = match &self.run {
            Some(run) if self.is_stepping() => match (run.step_interval(), run.last_step_ended()) {
                (Some(interval), Some(ended)) => Some(interval.saturating_sub(ended.elapsed())),
                _ => Some(Duration::ZERO),
            },
            _ => None,
        };
        let delivery_wait = self.outbox.is_waiting().then_some(DELIVERY_INTERVAL);
        step_wait.into_iter().chain(delivery_wait).min()
    }

    fn next_command(&self, wait: Option<Duration>) -> Result<Option<Command>, TryRecvError> {
        let disconnected =
            |received: Result<Command, _>| received.map(Some).map_err(|_gone| TryRecvError::Disconnected);
        match wait {
            Some(wait) if wait.is_zero() => self.commands.try_recv().map(Some),
            Some(wait) => select_biased! {
                recv(self.commands) -> command => disconnected(command),
                recv(self.doorbell) -> _ => Ok(None),
                default(wait) => Ok(None),
            },
            None => select_biased! {
                recv(self.commands) -> command => disconnected(command),
                recv(self.doorbell) -> _ => Ok(None),
            },
        }
    }

    fn is_stepping(&self) -> bool {
        self.run.as_ref().is_some_and(|run| {
            let warms_up = run.phase == Phase::Preparing && run.begins_running();
            run.phase == Phase::Running || warms_up
        })
    }

    fn obey(&mut self, command: Command) -> Flow {
        match command {
            Command::Start { run, config, device, begin, output } => self.start(run, *config, device, begin, output),
            Command::Load { run, path, device, begin, output } => self.load(run, &path, device, begin, output),
            // What was being read has been given up already.
            Command::CancelReading => {}
            Command::Pause => self.pause(),
            Command::Resume => self.resume(),
            Command::Step { part } => {
                self.pause();
                self.step(part);
                self.read_back();
            }
            Command::Dissect { part } => {
                self.pause();
                // What the window asked to see last is what the step's pictures show.
                self.take_newest_requests();
                self.dissect(part);
            }
            Command::RestoreLastGood => self.restore_last_good(),
            Command::FindNearest { number, picture } => self.find_nearest(number, picture),
            Command::SaveLatents { latents, path } => self.save_latents(&latents, path),
            Command::SaveModel { path } => self.save_model(path),
            Command::SaveCheckpoint => {
                self.read_back();
                if let Err(message) = self.save_checkpoint() {
                    self.tell(EventKind::Warned { message });
                }
            }
            Command::Stop => {
                self.finish(FinishReason::Stopped);
                return Flow::Stop;
            }
        }
        Flow::Continue
    }

    fn pause(&mut self) {
        self.read_back();
        if self.run.as_ref().is_some_and(|run| matches!(run.phase, Phase::Running | Phase::Preparing)) {
            self.change_phase(Phase::Paused);
        }
    }

    fn resume(&mut self) {
        let Some(run) = &mut self.run else { return };
        if run.phase == Phase::Finished {
            run.forget_end();
        }
        if run.phase != Phase::Running {
            self.change_phase(Phase::Running);
        }
    }

    fn step(&mut self, part: StepPart) {
        let Some(run) = &mut self.run else { return };
        run.step(part);
        if run.phase == Phase::Preparing {
            self.read_back();
            if self.run.as_ref().is_some_and(|run| run.phase == Phase::Preparing) {
                self.change_phase(Phase::Running);
            }
        }
        if let Some(reason) = self.run.as_ref().filter(|run| run.phase == Phase::Running).and_then(Run::end) {
            self.finish(reason);
        }
    }

    /// Does one step, or one part of it, and tells every number on its way.
    fn dissect(&mut self, part: StepPart) {
        let Some(run) = &mut self.run else { return };
        let dissected = run.dissect(part);
        self.read_back();
        match dissected {
            Ok(dissection) => self.tell(EventKind::Dissected { dissection: Box::new(dissection) }),
            Err(error) => {
                let message = format!("The step was done, but its pictures could not be computed. {error}");
                self.tell(EventKind::Warned { message });
            }
        }
    }

    /// Reads the newest steps back and tells of them.
    fn read_back(&mut self) {
        let Some(run) = &mut self.run else { return };
        let began = Instant::now();
        let reading = run.read();
        run.clocks.read.done(began, began);
        if reading.points.is_empty() {
            return;
        }
        if let Some(Err(error)) = run.folder.as_mut().map(|folder| folder.append_metrics(&reading.points)) {
            let message = format!("Metrics could not be written; training goes on. {error}");
            self.tell(EventKind::Warned { message });
        }
        let Some(run) = &self.run else { return };
        let progressed = EventKind::Progressed {
            points: reading.points,
            elapsed_secs: run.speed.trained_secs(),
            steps_per_sec: run.speed.steps_per_sec(),
        };
        self.tell(progressed);
        if let Some(reason) = reading.divergence {
            self.diverge(reason);
        }
    }

    fn diverge(&mut self, reason: String) {
        let Some(run) = &self.run else { return };
        if run.phase == Phase::Diverged {
            return;
        }
        let (step, last_good_step) = (run.gan.step, Some(run.last_good_step()));
        self.change_phase(Phase::Diverged);
        self.tell(EventKind::Diverged { step, reason, last_good_step });
    }

    fn restore_last_good(&mut self) {
        let Some(run) = &mut self.run else { return };
        let restored = run.restore_last_good();
        let step = run.gan.step;
        if let Some(filming) = &mut self.filming {
            filming.forget();
        }
        self.tell(EventKind::Restored { step });
        self.change_phase(Phase::Paused);
        if let Err(error) = restored {
            self.tell(EventKind::Warned { message: error.to_string() });
        }
    }

    /// Ends the run, with a checkpoint where it has a folder.
    fn finish(&mut self, reason: FinishReason) {
        self.read_back();
        let Some(run) = &self.run else { return };
        if matches!(run.phase, Phase::Finished | Phase::Failed) {
            return;
        }
        let (reason, has_diverged) = match run.phase {
            Phase::Diverged => (FinishReason::Diverged, true),
            _ => (reason, false),
        };
        let (step, elapsed_secs) = (run.gan.step, run.speed.trained_secs());
        if !has_diverged {
            self.film_end();
            if let Err(message) = self.save_checkpoint() {
                return self.fail(&message);
            }
            self.change_phase(Phase::Finished);
        }
        self.tell(EventKind::Finished { step, elapsed_secs, reason });
    }

    /// The run cannot go on.
    fn fail(&mut self, message: &str) {
        let step = self.run.take().map_or(0, |run| run.gan.step);
        self.outbox.tell(self.newest, EventKind::Failed { message: message.to_owned() });
        self.outbox.tell(self.newest, EventKind::PhaseChanged { phase: Phase::Failed, step });
    }

    fn take_newest_requests(&mut self) {
        let (live, request) = (self.live.take(), self.requests.take());
        let Some(run) = &mut self.run else {
            // They may be for a run that is still to be started by a command on its way.
            live.map(|live| self.live.put(live));
            request.map(|request| self.requests.put(request));
            return;
        };
        if let Some(request) = request.filter(|request| request.run == run.id) {
            run.request = Some(request);
            run.has_news_to_paint = true;
            run.clocks.view.hurry(Instant::now());
        }
        let Some(live) = live.filter(|live| live.run == run.id) else { return };
        let before = run.config.objective.clone();
        let taken = run.take_live(live);
        let objective = run.config.objective.clone();
        if objective != before {
            run.has_news_to_paint = true;
            self.tell(EventKind::ObjectiveChanged { objective });
        }
        match taken {
            Ok(changes) => {
                for change in changes {
                    self.tell(EventKind::SettingChanged(change));
                }
            }
            Err(error) => {
                let message = format!("This cannot be changed while training: {error}.");
                self.tell(EventKind::Warned { message });
            }
        }
    }

    /// Hands a picture over to be searched for; what is found is told later.
    fn find_nearest(&mut self, number: usize, picture: Pictures) {
        let search = self.run.as_ref().and_then(|run| run.search(number, picture));
        let reason = match (search, &self.measurer) {
            (None, _) => "the picture is none of this run's",
            (_, None) => "the system would not start a thread",
            (Some(search), Some(measurer)) => {
                if measurer.search(search) {
                    return;
                }
                "the thread that searches has ended because of a fault in the program"
            }
        };
        self.tell(EventKind::NearestNotFound { number, reason: reason.to_owned() });
    }

    fn change_phase(&mut self, phase: Phase) {
        let Some(run) = &mut self.run else { return };
        run.phase = phase;
        run.has_news_to_paint = true;
        run.restart_clock();
        let step = run.gan.step;
        self.tell(EventKind::PhaseChanged { phase, step });
    }

    /// Tells of the current run.
    fn tell(&mut self, kind: EventKind) {
        let run = self.run.as_ref().map_or(self.newest, |run| run.id);
        self.outbox.tell(run, kind);
    }
}

/// What a panic said.
fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no further word")
}
