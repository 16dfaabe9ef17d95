//! The GAN of one repetition: the ordinary training step on the few pictures alone, with checkpoints to go on from.

use std::path::Path;
use std::time::{Duration, Instant};

use burn::tensor::Device;

use super::lanes::Halt;
use super::stopwatch::Stopwatch;
use super::{DivergedGan, ExperimentError};
use crate::config::RunConfig;
use crate::data::{Dataset as _, StoredSet};
use crate::gan::model_file::Model;
use crate::gan::{Averaging, Gan, StepControl, train_step};
use crate::trainer::checkpoint::{RunFolder, load_run, read_model_info};

/// Checkpoints while it trains.
const CHECKPOINT_INTERVAL: Duration = Duration::from_mins(1);
/// How often it is told how far training has come.
const TELL_INTERVAL: Duration = Duration::from_millis(100);
/// What a checkpoint says of the time that training took so far.
const SECS: &str = "training_secs";

/// What it takes to train one.
pub(super) struct GanRun<'a> {
    pub(super) config: &'a RunConfig,
    pub(super) data: &'a StoredSet,
    /// Its run folder.
    pub(super) folder: &'a Path,
    pub(super) device: &'a Device,
}

/// A trained one.
pub(super) struct TrainedGan {
    pub(super) model: Model,
    /// Seconds that training took, those before an interruption included.
    pub(super) secs: f64,
}

impl GanRun<'_> {
    /// Trains it to the end, from its newest checkpoint if there is one; nothing where it is halted.
    pub(super) fn train(
        &self,
        halt: &Halt<'_>,
        told: &mut dyn FnMut(u64, f64),
    ) -> Result<Option<TrainedGan>, ExperimentError> {
        let last_step = self.config.steps.unwrap_or_default();
        let (mut gan, earlier_secs) = self.newest()?;
        let folder = RunFolder::create(self.folder.to_owned(), self.config, gan.step)?;
        let mut watch = Stopwatch::start();
        let (mut last_saved, mut last_told) = (Instant::now(), None::<Instant>);
        let save = |gan: &Gan, watch: &Stopwatch| -> Result<Model, ExperimentError> {
            let is_finite = [&gan.generator, &gan.generator_ema, &gan.discriminator]
                .into_iter()
                .all(crate::gan::Network::is_finite);
            if !is_finite {
                return Err(ExperimentError::Diverged(DivergedGan { seed: self.config.seed, step: gan.step }));
            }
            let spent = serde_json::Map::from_iter([(SECS.to_owned(), (earlier_secs + watch.secs()).into())]);
            let model = Model::of(gan, self.config, self.data.class_names().to_vec(), spent);
            folder.save(&model, gan)?;
            Ok(model)
        };
        while gan.step < last_step {
            if halt.is_set() {
                save(&gan, &watch)?;
                return Ok(None);
            }
            let control = control(self.config, gan.step);
            train_step(&mut gan, self.data, &control, self.device);
            if last_told.is_none_or(|last| last.elapsed() >= TELL_INTERVAL) {
                let secs = earlier_secs + watch.secs();
                watch.hold(|| told(gan.step, secs));
                last_told = Some(Instant::now());
            }
            if last_saved.elapsed() >= CHECKPOINT_INTERVAL {
                save(&gan, &watch)?;
                last_saved = Instant::now();
            }
        }
        let model = save(&gan, &watch)?;
        let secs = earlier_secs + watch.secs();
        told(gan.step, secs);
        Ok(Some(TrainedGan { model, secs }))
    }

    /// Where training goes on, and how long it took to get there.
    fn newest(&self) -> Result<(Gan, f64), ExperimentError> {
        // What cannot be read, or was trained otherwise, is trained again; it is put aside, not lost.
        if let Ok(loaded) = load_run(self.folder, self.device)
            && loaded.config == *self.config
            && loaded.note.is_none()
        {
            return Ok((loaded.gan, training_secs(self.folder)));
        }
        let gan = Gan::new(self.config, self.device)?;
        Ok((gan, 0.0))
    }
}

/// Seconds that the training of a run folder's newest checkpoint took; 0 where that is not known.
pub(super) fn training_secs(folder: &Path) -> f64 {
    let info = read_model_info(folder).ok();
    info.and_then(|info| info.metrics.get(SECS)?.as_f64()).unwrap_or_default()
}

/// What a step of headless training is given.
fn control(config: &RunConfig, step: u64) -> StepControl {
    let factor = config.schedule.learning_rate_factor(step);
    StepControl {
        generator_learning_rate: config.generator_optimizer.learning_rate * factor,
        discriminator_learning_rate: config.discriminator_optimizer.learning_rate * factor,
        penalty_weight: config.objective.penalty_weight * config.schedule.penalty_factor(step),
        discriminator_steps: config.discriminator_steps,
        averaging: Averaging { decay: config.ema_decay },
        config: config.clone(),
    }
}
