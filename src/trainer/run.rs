//! One run in memory: networks, data, settings in force, and the clocks of what is told about it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use burn::tensor::{Device, ExecutionError};

use super::checkpoint::{LoadError, RunFolder};
use super::command::{Begin, KeptLatent, LiveSettings, RunId, RunOutput, StepPart, ViewRequest};
use super::dissection::{Dissection, Recorder};
use super::event::{FinishReason, MetricPoint, ParameterCounts, Phase, SettingChange};
use super::measurer::{IMAGES_SAMPLES, Job, QUALITY_SAMPLES, Search, TEXTS_SAMPLES};
use super::networks::GradientWatch;
use super::orbit::Orbit;
use super::preview::Painter;
use super::real_samples::RealSamples;
use super::sheet::Sheet;
use super::speed::{Clock, Speedometer};
use super::text_views;
use crate::config::{Choice as _, ConfigError, Domain, RunConfig, SampleShape};
use crate::data::{Dataset, Pictures};
use crate::export::Latents;
use crate::gan::model_file::Model;
use crate::gan::{
    Averaging, Gan, Observer, StepControl, StepReport, StepValues, Watched, condition, latent, probe,
    train_discriminator, train_generator, train_step,
};
use crate::random::{Random, Stream};

/// A loss beyond this is no training any more, though still a number.
const DIVERGED_LOSS: f32 = 1e8;
/// Steps are read back from the device this often.
const READ_INTERVAL: Duration = Duration::from_millis(50);
/// Most steps left unread, so that a fast GPU does not pile up small tensors.
const MAX_UNREAD_STEPS: usize = 256;
/// The good state to go back to is renewed this often.
const SNAPSHOT_INTERVAL: Duration = Duration::from_secs(5);
/// Checkpoints of a run with a folder.
const CHECKPOINT_INTERVAL: Duration = Duration::from_mins(1);
/// Pictures for the window, at most.
const VIEW_INTERVAL: Duration = Duration::from_millis(33);
/// Share of the time that pictures may take while training.
const VIEW_SHARE: f64 = 0.012;
/// Measures of points.
const POINTS_QUALITY_INTERVAL: Duration = Duration::from_millis(500);
/// Measures of pictures and texts, which change more slowly.
const IMAGES_QUALITY_INTERVAL: Duration = Duration::from_secs(5);
/// Share of the time that making samples for measures may take while training.
const QUALITY_SHARE: f64 = 0.005;
/// Likewise of texts, of which many are needed: with less, a slow machine would show no measure but the first for a minute or two.
const TEXTS_QUALITY_SHARE: f64 = 0.015;
/// Share of the time that the thread that measures may compute while training.
pub(super) const MEASURER_SHARE: f64 = 0.02;
/// Pictures on the contact sheet that a checkpoint writes.
const SHEET_SAMPLES: usize = 64;

/// A run and everything that is known of it.
pub(super) struct Run {
    pub(super) id: RunId,
    pub(super) config: RunConfig,
    pub(super) gan: Gan,
    pub(super) phase: Phase,
    pub(super) speed: Speedometer,
    pub(super) clocks: Clocks,
    /// What to paint, and whether it has been painted since something changed.
    pub(super) request: Option<ViewRequest>,
    pub(super) has_news_to_paint: bool,
    pub(super) folder: Option<RunFolder>,
    data: Arc<dyn Dataset>,
    device: Device,
    begin: Begin,
    live: LiveSettings,
    last_steps: Option<u64>,
    last_secs: Option<f64>,
    unread: Vec<(u64, StepReport)>,
    last_values: Option<StepValues>,
    last_good: Gan,
    last_step_ended: Option<Instant>,
    /// The step whose samples were last handed over to be measured.
    pub(super) measured_step: Option<u64>,
    /// How often it has gone back to a good state.
    pub(super) restorations: u32,
    gradients: GradientWatch,
    orbit: Orbit,
    real: RealSamples,
}

/// When what is due.
pub(super) struct Clocks {
    pub(super) read: Clock,
    pub(super) view: Clock,
    pub(super) quality: Clock,
    pub(super) snapshot: Clock,
    pub(super) checkpoint: Clock,
}

impl Clocks {
    fn new(now: Instant, domain: Domain) -> Self {
        let (quality_interval, quality_share) = match domain {
            Domain::Points => (POINTS_QUALITY_INTERVAL, QUALITY_SHARE),
            Domain::Images => (IMAGES_QUALITY_INTERVAL, QUALITY_SHARE),
            Domain::Text => (IMAGES_QUALITY_INTERVAL, TEXTS_QUALITY_SHARE),
        };
        let mut clocks = Self {
            read: Clock::new(READ_INTERVAL, 1.0, now),
            view: Clock::new(VIEW_INTERVAL, VIEW_SHARE, now),
            quality: Clock::new(quality_interval, quality_share, now),
            snapshot: Clock::new(SNAPSHOT_INTERVAL, 1.0, now),
            checkpoint: Clock::new(CHECKPOINT_INTERVAL, 1.0, now),
        };
        clocks.checkpoint.done(now, now);
        clocks.snapshot.done(now, now);
        clocks
    }
}

/// What reading the newest steps back found.
pub(super) struct Reading {
    /// One point per step.
    pub(super) points: Vec<MetricPoint>,
    /// What was wrong with a loss, if anything was.
    pub(super) divergence: Option<String>,
}

impl Run {
    /// A run that is about to begin from `gan`.
    pub(super) fn new(
        id: RunId,
        mut config: RunConfig,
        gan: Gan,
        data: Arc<dyn Dataset>,
        device: Device,
        output: RunOutput,
        begin: Begin,
    ) -> Result<Self, LoadError> {
        let RunOutput { folder, steps, seconds, .. } = output;
        if seconds.is_none() && steps.is_some() {
            config.steps = steps;
        }
        let folder = folder.map(|root| RunFolder::create(root, &config, gan.step)).transpose()?;
        Ok(Self {
            id,
            live: LiveSettings::of(id, &config),
            last_steps: if seconds.is_some() { steps } else { config.steps },
            last_secs: seconds,
            last_good: gan.clone(),
            gan,
            config,
            phase: Phase::Preparing,
            speed: Speedometer::new(),
            clocks: Clocks::new(Instant::now(), data.shape().domain()),
            request: None,
            has_news_to_paint: false,
            folder,
            data,
            device,
            begin,
            unread: Vec::new(),
            last_values: None,
            last_step_ended: None,
            measured_step: None,
            restorations: 0,
            gradients: GradientWatch::default(),
            orbit: Orbit::default(),
            real: RealSamples::default(),
        })
    }

    pub(super) fn parameters(&self) -> ParameterCounts {
        ParameterCounts {
            generator: self.gan.generator.architecture().parameters(),
            discriminator: self.gan.discriminator.architecture().parameters(),
        }
    }

    /// Does one step, or a part of it.
    pub(super) fn step(&mut self, part: StepPart) {
        if self.looks_into_the_next_step() {
            let mut watch = std::mem::take(&mut self.gradients);
            self.step_watched(part, &mut watch);
            self.gradients = watch;
            return;
        }
        let control = self.control();
        let (data, device) = (self.data.as_ref(), &self.device);
        let report = match part {
            StepPart::Both => train_step(&mut self.gan, data, &control, device),
            StepPart::Discriminator => {
                let mut report = StepReport::default();
                train_discriminator(&mut self.gan, data, &control, device, &mut report);
                report
            }
            StepPart::Generator => {
                let mut report = StepReport::default();
                train_generator(&mut self.gan, data, &control, device, &mut report);
                report
            }
        };
        self.stepped(report);
    }

    /// Does one step, or a part of it, and writes down every number on its way.
    pub(super) fn dissect(&mut self, part: StepPart) -> Result<Dissection, ExecutionError> {
        let config = self.config.clone();
        let mut recorder =
            Recorder::new(&config, self.control(), self.gan.clone(), std::mem::take(&mut self.gradients));
        self.step_watched(part, &mut recorder);
        let (mut dissection, states, gradients) = recorder.finish(part, self.gan.step);
        self.gradients = gradients;
        let first = ViewRequest::new(self.id, self.data.shape().domain());
        let mut request = ViewRequest { shows_networks: true, ..self.request.clone().unwrap_or_else(|| first.clone()) };
        for extra in first.points.extras {
            if !request.points.extras.contains(&extra) {
                request.points.extras.push(extra);
            }
        }
        for gan in &states {
            dissection.pictures.push(Painter { gan, ..self.painter() }.paint(&request)?);
        }
        Ok(dissection)
    }

    /// Whether the next step will be on a picture of the networks, which shows its gradients.
    fn looks_into_the_next_step(&self) -> bool {
        let is_looked_at = self.request.as_ref().is_some_and(|request| request.shows_networks);
        is_looked_at && (self.phase != Phase::Running || self.clocks.view.is_due(Instant::now()))
    }

    fn step_watched(&mut self, part: StepPart, observer: &mut dyn Observer) {
        let control = self.control();
        let (data, device) = (self.data.as_ref(), &self.device);
        let watched = Watched { gan: &mut self.gan, data, control: &control, device, observer };
        let report = match part {
            StepPart::Both => watched.step(),
            StepPart::Discriminator => watched.discriminator(),
            StepPart::Generator => watched.generator(),
        };
        self.stepped(report);
    }

    fn stepped(&mut self, report: StepReport) {
        self.unread.push((self.gan.step, report));
        self.has_news_to_paint = true;
        if Orbit::is_due(self.request.as_ref(), self.gan.step)
            // A device that fails says so when the step is read back.
            && let Ok(state) = self.painter().dirac_state()
        {
            self.orbit.remember(self.gan.step, state);
        }
        let now = Instant::now();
        if let Some(before) = self.last_step_ended.replace(now) {
            self.speed.stepped(now - before);
        }
    }

    /// Training goes on after a wait that is not training time.
    pub(super) fn restart_clock(&mut self) {
        self.last_step_ended = Some(Instant::now());
    }

    /// When the newest step ended, or the wait before it.
    pub(super) fn last_step_ended(&self) -> Option<Instant> {
        self.last_step_ended
    }

    /// Whether it starts to train as soon as it is prepared.
    pub(super) fn begins_running(&self) -> bool {
        self.begin == Begin::Running
    }

    fn control(&self) -> StepControl {
        let schedule = &self.config.schedule;
        let factor = schedule.learning_rate_factor(self.gan.step);
        StepControl {
            generator_learning_rate: self.live.generator_learning_rate * factor,
            discriminator_learning_rate: self.live.discriminator_learning_rate * factor,
            penalty_weight: self.live.penalty_weight * schedule.penalty_factor(self.gan.step),
            discriminator_steps: self.live.discriminator_steps,
            averaging: Averaging { decay: self.live.ema_decay },
            config: self.config.clone(),
        }
    }

    /// Whether the newest steps should be read back now.
    pub(super) fn should_read(&self, now: Instant) -> bool {
        !self.unread.is_empty() && (self.clocks.read.is_due(now) || self.unread.len() >= MAX_UNREAD_STEPS)
    }

    /// Reads back what the newest steps measured.
    pub(super) fn read(&mut self) -> Reading {
        let mut points = Vec::with_capacity(self.unread.len());
        let mut divergence = None;
        for (step, report) in self.unread.drain(..) {
            let values = report.read(self.last_values.unwrap_or_default());
            divergence = divergence.or_else(|| describe_divergence(step, &values));
            self.last_values = Some(values);
            points.push(MetricPoint {
                step,
                d_loss: values.d_loss,
                g_loss: values.g_loss,
                d_real: values.d_real,
                d_fake: values.d_fake,
                d_gradient_norm: values.d_gradient_norm,
                g_gradient_norm: values.g_gradient_norm,
            });
        }
        Reading { points, divergence }
    }

    /// Whether the end has come, and why.
    pub(super) fn end(&self) -> Option<FinishReason> {
        if self.last_steps.is_some_and(|steps| self.gan.step >= steps) {
            Some(FinishReason::Steps)
        } else if self.last_secs.is_some_and(|secs| self.speed.trained_secs() >= secs) {
            Some(FinishReason::Minutes)
        } else {
            None
        }
    }

    /// Lets a finished run go on without an end.
    pub(super) fn forget_end(&mut self) {
        (self.last_steps, self.last_secs) = (None, None);
    }

    /// The shortest time between two steps, if the user wants to watch slowly.
    pub(super) fn step_interval(&self) -> Option<Duration> {
        self.live.speed_limit.filter(|limit| *limit > 0.0).map(|limit| Duration::from_secs_f32(1.0 / limit))
    }

    /// Takes new live settings and returns what changed, for the plots' markers. An objective that makes no sense changes
    /// nothing.
    pub(super) fn take_live(&mut self, new: LiveSettings) -> Result<Vec<SettingChange>, ConfigError> {
        let step = self.gan.step;
        let mut config = self.config.clone();
        config.objective.loss = new.loss;
        config.objective.penalty = new.penalty;
        config.validate()?;
        self.config = config;
        let old = std::mem::replace(&mut self.live, new);
        let new = &self.live;
        let numbers = [
            ("Generator learning rate", old.generator_learning_rate, new.generator_learning_rate),
            ("Discriminator learning rate", old.discriminator_learning_rate, new.discriminator_learning_rate),
            ("Penalty weight", old.penalty_weight, new.penalty_weight),
            ("Discriminator updates per step", old.discriminator_steps as f32, new.discriminator_steps as f32),
            ("Averaging decay", old.ema_decay, new.ema_decay),
        ];
        let numbers = numbers
            .into_iter()
            .filter(|(_, from, to)| from.to_bits() != to.to_bits())
            .map(|(setting, from, to)| SettingChange { step, setting, from: from.to_string(), to: to.to_string() });
        let choices =
            [("Loss", old.loss.label(), new.loss.label()), ("Penalty", old.penalty.label(), new.penalty.label())];
        let choices = choices.into_iter().filter(|(_, from, to)| from != to).map(|(setting, from, to)| SettingChange {
            step,
            setting,
            from: from.to_owned(),
            to: to.to_owned(),
        });
        Ok(choices.chain(numbers).collect())
    }

    /// What paints this moment.
    pub(super) fn painter(&self) -> Painter<'_> {
        let Self { gan, config, device, gradients, orbit, real, .. } = self;
        Painter { gan, data: self.data.as_ref(), config, device, gradients, orbit, real }
    }

    pub(super) fn data(&self) -> &dyn Dataset {
        self.data.as_ref()
    }

    /// Generated samples to measure.
    pub(super) fn samples_to_measure(&self) -> Option<Job> {
        let count = match self.data.shape() {
            SampleShape::Points { dims: 2 } => QUALITY_SAMPLES,
            SampleShape::Image { .. } => IMAGES_SAMPLES,
            SampleShape::Text { .. } => TEXTS_SAMPLES,
            SampleShape::Points { .. } => return None,
        };
        let RunConfig { latent: config, seed, .. } = &self.config;
        let latents = latent::draw(config, count, &mut Random::new(*seed, Stream::Evaluation, 0));
        // They are compared with the data, so they have its shares of the classes.
        let labels = condition::labels_like(&self.data.class_counts(), self.config.classes(), count);
        let generator = &self.gan.generator_ema;
        let fake = probe::generate_labelled(generator, &latents, config.dim, &labels, &self.device).ok()?;
        let (run, step, data) = (self.id, self.gan.step, Arc::clone(&self.data));
        Some(Job { run, step, restorations: self.restorations, fake, data, seed: *seed })
    }

    /// A generated picture to search for among those that training draws from; `None` where it is none of this run's.
    pub(super) fn search(&self, number: usize, picture: Pictures) -> Option<Search> {
        let SampleShape::Image { channels, height, width } = self.data.shape() else { return None };
        let is_ours = (picture.channels, picture.height, picture.width) == (channels, height, width);
        let (run, data, seed) = (self.id, Arc::clone(&self.data), self.config.seed);
        (is_ours && !picture.is_empty()).then_some(Search { run, number, picture, data, seed })
    }

    /// Latents that are kept, with the class of each where the model is conditional.
    pub(super) fn latents(&self, kept: &[KeptLatent]) -> Latents {
        let RunConfig { latent: config, seed, .. } = &self.config;
        let values = kept.iter().flat_map(|kept| latent::numbered(config, *seed, kept.number)).collect();
        let classes = self.config.classes();
        let labels = (classes > 0).then(|| kept.iter().filter_map(|kept| kept.label(classes)).collect());
        Latents { count: kept.len(), values, labels }
    }

    /// Whether every weight is a finite number.
    pub(super) fn is_finite(&self) -> bool {
        self.gan.generator.is_finite() && self.gan.discriminator.is_finite()
    }

    /// Remembers this state as good.
    pub(super) fn remember_good(&mut self) {
        self.last_good = self.gan.clone();
    }

    pub(super) fn last_good_step(&self) -> u64 {
        self.last_good.step
    }

    /// Goes back to the newest good state.
    pub(super) fn restore_last_good(&mut self) -> Result<(), LoadError> {
        self.gan = self.last_good.clone();
        self.restorations += 1;
        self.measured_step = None;
        self.unread.clear();
        self.last_values = None;
        self.has_news_to_paint = true;
        self.folder.as_mut().map_or(Ok(()), |folder| folder.forget_metrics_after(self.gan.step))
    }

    /// The networks, described for a file.
    pub(super) fn model(&self) -> Model {
        let mut config = self.config.clone();
        config.generator_optimizer.learning_rate = self.live.generator_learning_rate;
        config.discriminator_optimizer.learning_rate = self.live.discriminator_learning_rate;
        config.objective.penalty_weight = self.live.penalty_weight;
        config.discriminator_steps = self.live.discriminator_steps;
        config.ema_decay = self.live.ema_decay;
        let metrics = self.last_values.map(StepValues::named).unwrap_or_default();
        Model::of(&self.gan, &config, self.data.class_names().to_vec(), metrics)
    }

    /// What the averaged generator makes of the fixed latents; `None` where the data is points.
    pub(super) fn sheet(&self) -> Option<Sheet> {
        let shape = self.data.shape();
        if shape.domain() == Domain::Points {
            return None;
        }
        let latents = latent::first_numbered(&self.config.latent, self.config.seed, SHEET_SAMPLES);
        let samples = probe::generate(&self.gan.generator_ema, &latents, self.config.latent.dim, &self.device).ok()?;
        match text_views::texts(&samples, &*self.data) {
            Some(texts) => Some(Sheet::of_texts(&texts)),
            None => Pictures::from_signed(&samples, shape).map(Sheet::Pictures),
        }
    }
}

/// One sentence on a loss that is no sensible number.
fn describe_divergence(step: u64, values: &StepValues) -> Option<String> {
    let losses = [("discriminator's", values.d_loss), ("generator's", values.g_loss)];
    losses.into_iter().find_map(|(whose, loss)| {
        if loss.is_nan() {
            Some(format!("The {whose} loss is no longer a number at step {step}."))
        } else if loss.abs() > DIVERGED_LOSS {
            Some(format!("The {whose} loss has grown to {loss:.1e} at step {step}."))
        } else {
            None
        }
    })
}
