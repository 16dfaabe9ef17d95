//! The worker thread: owns every tensor, takes commands, tells events, paints pictures as plain data.
//!
//! Two roads lead in and two lead out. What must arrive goes over bounded channels: [`Command`]s in, [`Event`]s out. Where
//! only the newest value matters there is a [`Latest`] slot: [`LiveSettings`] and [`ViewRequest`] in, [`Views`] out. No
//! road can block training, and none can block the window.

mod camera;
mod checkpoint;
mod command;
mod dissection;
mod event;
mod experiment;
mod images_quality;
mod images_reference;
mod latest;
mod measurer;
mod nearest_pictures;
mod networks;
mod orbit;
mod outbox;
mod overfitting;
mod points_preview;
mod preview;
mod real_samples;
mod run;
mod sheet;
mod speed;
mod text_quality;
mod text_views;
mod views;
mod worker;

pub use crate::gan::metrics::{Estimate, HelpVerdict};
pub use camera::Camera;
pub use checkpoint::{LoadError, find_model_file, read_model, read_model_info};
pub use command::{
    Begin, Command, GALLERY_FAKES, GeneratorChoice, Interpolation, KeptLatent, LatentRequest, LiveSettings,
    PointsExtra, PointsRequest, RunId, RunOutput, StepPart, ViewRequest,
};
pub use dissection::{DiscriminatorUpdate, Dissection, GeneratedBatch, GeneratorUpdate, LayerChange, Update};
pub use event::{
    ClusterQuality, Event, EventKind, FinishReason, MetricPoint, Overfitting, ParameterCounts, Phase, PointsQuality,
    SettingChange,
};
pub use experiment::{
    ArmReport, ArmResult, ArmSamples, AugmentedSet, Comparison, DivergedGan, Experiment, ExperimentError,
    ExperimentObserver, GanResult, Progress, Report, SeenByArm, SeenSamples, Stage, StoredExperiment,
    stored_experiment,
};
pub use images_quality::{ClassShares, ClosestPairs, ImagesQuality, Measure};
pub use images_reference::{ImagesCounts, ImagesError, ImagesReference};
pub use latest::Latest;
pub use measurer::Reference;
pub use nearest_pictures::{NearestPictures, PictureSpace, Verdict};
pub use networks::{Edge, LayerPicture, NetworkPicture, NetworkView, SHOWN_UNITS, UNIT_SIDE, UnitPicture};
pub use text_quality::{TextsQuality, TextsReference};
pub use views::{
    Density, DiracState, Field, GalleryClasses, GalleryView, GeneratedText, KeptView, LatentSamples, LatentView,
    Opinion, PointsView, ProbabilityMap, SlopeMaps, StageView, TextOrigin, TextsView, Views, Warp,
};

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use thiserror::Error;

use crate::backend::DeviceChoice;
use crate::config::RunConfig;

/// Commands that may wait; a person does not click this often within one step.
const COMMAND_CAPACITY: usize = 256;
/// Events that may wait before the trainer starts to fold them.
const EVENT_CAPACITY: usize = 256;

/// The trainer is too busy to take another command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the trainer is still busy with earlier commands; try again in a moment")]
pub struct TrainerBusy;

/// The window's end of the trainer. Dropping it ends the thread after the step it is in.
#[derive(Debug)]
pub struct Trainer {
    commands: Option<Sender<Command>>,
    doorbell: Sender<()>,
    live: Latest<LiveSettings>,
    requests: Latest<ViewRequest>,
    events: Receiver<Event>,
    views: Latest<Views>,
    next_run: AtomicU64,
    thread: Option<JoinHandle<()>>,
}

impl Trainer {
    /// Starts the thread. `wake` is called, from that thread, whenever there is something new to take.
    ///
    /// # Panics
    /// If the operating system cannot start a thread.
    #[expect(clippy::expect_used, reason = "without a second thread there is no program")]
    pub fn spawn(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let (command_sender, commands) = bounded(COMMAND_CAPACITY);
        let (doorbell, doorbell_receiver) = bounded(1);
        let (event_sender, events) = bounded(EVENT_CAPACITY);
        let (live, requests, views) = (Latest::new(), Latest::new(), Latest::new());
        let worker = worker::Worker::new(worker::Ends {
            commands,
            doorbell: doorbell_receiver,
            told: doorbell.clone(),
            live: live.clone(),
            requests: requests.clone(),
            events: event_sender,
            views: views.clone(),
            wake: Arc::new(wake),
        });
        let thread = std::thread::Builder::new()
            .name("trainer".to_owned())
            .spawn(move || worker.work())
            .expect("the operating system refuses to start a thread");
        Self {
            commands: Some(command_sender),
            doorbell,
            live,
            requests,
            events,
            views,
            next_run: AtomicU64::new(1),
            thread: Some(thread),
        }
    }

    /// Begins a run at step 0, replacing the one before. A command that finds the trainer too busy is reported by
    /// [`Self::send`]; beginning a run waits instead, which only happens after hundreds of unanswered commands.
    pub fn start(&self, config: RunConfig, device: DeviceChoice, begin: Begin) -> RunId {
        self.start_with(config, device, begin, RunOutput::default())
    }

    /// Begins a run that also writes a run folder or ends after a time.
    pub fn start_with(&self, config: RunConfig, device: DeviceChoice, begin: Begin, output: RunOutput) -> RunId {
        let run = self.new_run();
        self.must_send(Command::Start { run, config: Box::new(config), device, begin, output });
        run
    }

    /// Continues from a model file or a run folder, replacing the run before.
    pub fn load(&self, path: PathBuf, device: DeviceChoice, begin: Begin) -> RunId {
        self.load_with(path, device, begin, RunOutput::default())
    }

    /// Continues from a model file or a run folder, and also writes a run folder or ends after a time.
    pub fn load_with(&self, path: PathBuf, device: DeviceChoice, begin: Begin, output: RunOutput) -> RunId {
        let run = self.new_run();
        self.must_send(Command::Load { run, path, device, begin, output });
        run
    }

    /// Tells the trainer what to do next. Never waits.
    ///
    /// # Errors
    /// Too many commands are still waiting.
    pub fn send(&self, command: Command) -> Result<(), TrainerBusy> {
        self.commander().send(command)
    }

    /// Another end of the road for commands, for a signal handler. The thread goes on while it exists.
    pub fn commander(&self) -> Commander {
        Commander(self.commands.clone())
    }

    /// Changes live settings: the newest win.
    pub fn set_live(&self, settings: LiveSettings) {
        self.live.put(settings);
        self.ring();
    }

    /// Says what to paint: the newest request wins. While training, pictures keep coming; while paused, one comes after
    /// each request.
    pub fn request_views(&self, request: ViewRequest) {
        self.requests.put(request);
        self.ring();
    }

    /// The events that have arrived. Never waits.
    pub fn take_events(&self) -> Vec<Event> {
        self.events.try_iter().take(EVENT_CAPACITY).collect()
    }

    /// Waits for the next event; `None` when the thread has ended. For programs without a window.
    pub fn next_event(&self) -> Option<Event> {
        self.events.recv().ok()
    }

    /// The newest pictures, if there are any since the last call. Never waits.
    pub fn take_views(&self) -> Option<Views> {
        self.views.take()
    }

    /// Ends the run, with a checkpoint if it has a folder, and waits for the thread.
    pub fn finish(mut self) {
        if let Some(commands) = self.commands.take() {
            // A full channel still ends the thread once it is drained, because this end is dropped.
            let _full = commands.try_send(Command::Stop);
        }
        // Take what is still told, so that the last events find room.
        while self.events.recv().is_ok() {}
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }

    fn new_run(&self) -> RunId {
        RunId(self.next_run.fetch_add(1, Ordering::Relaxed))
    }

    fn must_send(&self, command: Command) {
        if let Some(commands) = &self.commands {
            let _ended = commands.send(command);
        }
    }

    fn ring(&self) {
        // A full doorbell has been rung already.
        let _rung = self.doorbell.try_send(());
    }
}

/// Sends commands from elsewhere, such as a signal handler.
#[derive(Debug, Clone)]
pub struct Commander(Option<Sender<Command>>);

impl Commander {
    /// Tells the trainer what to do next. Never waits.
    ///
    /// # Errors
    /// Too many commands are still waiting.
    pub fn send(&self, command: Command) -> Result<(), TrainerBusy> {
        match self.0.as_ref().map(|commands| commands.try_send(command)) {
            Some(Err(TrySendError::Full(_))) => Err(TrainerBusy),
            _ => Ok(()),
        }
    }
}

impl Drop for Trainer {
    fn drop(&mut self) {
        if let Some(commands) = self.commands.take() {
            let _full = commands.try_send(Command::Stop);
        }
    }
}
