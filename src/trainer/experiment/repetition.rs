//! One repetition: its GAN, its samples, and a classifier for each arm.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use burn::tensor::Device;

use super::arms::{self, Material};
use super::folder::{ExperimentFolder, KnownSamples};
use super::generator::{self, GanRun};
use super::lanes::Halt;
use super::pace::Pace;
use super::report::Sizes;
use super::stopwatch::Stopwatch;
use super::{ArmResult, DivergedGan, ExperimentError, ExperimentObserver, GanResult, Progress, Report, generated};
use crate::config::{ArmKind, ExperimentConfig, RunConfig};
use crate::data::{Dataset, LabelledBatch, LabelledSubset, Lexicon};

/// The run folder of a repetition's GAN.
const GAN: &str = "gan";

/// What all repetitions have in common.
pub(super) struct Bench<'a> {
    pub(super) config: ExperimentConfig,
    /// The arms that there is data for.
    pub(super) arms: Vec<ArmKind>,
    pub(super) sizes: Sizes,
    pub(super) train: &'a dyn Dataset,
    pub(super) test: &'a LabelledBatch,
    pub(super) device: &'a Device,
}

impl Bench<'_> {
    /// Memory that the samples of one repetition take at most, in bytes: as numbers, those that are drawn or made twice over.
    pub(super) fn bytes(&self) -> usize {
        let Self { config, sizes, train, .. } = self;
        let made = generated::made(config, train.class_names().len());
        let samples = config.labelled + 2 * (made + sizes.others);
        samples.saturating_mul(train.shape().features() * size_of::<f32>())
    }
}

/// Where repetitions report to, one at a time: what they found is written down, and who follows the experiment is told.
pub(super) struct Desk<'a> {
    folder: &'a mut ExperimentFolder,
    pace: Pace,
    observer: &'a mut dyn ExperimentObserver,
}

impl<'a> Desk<'a> {
    /// A desk for `lanes` repetitions at once.
    pub(super) fn new(
        folder: &'a mut ExperimentFolder,
        bench: &Bench<'_>,
        lanes: usize,
        observer: &'a mut dyn ExperimentObserver,
    ) -> Self {
        let pace = Pace::new(folder.record(), &bench.arms, lanes);
        Self { folder, pace, observer }
    }

    fn tell(&mut self, progress: Option<Progress>) {
        if let Some(progress) = progress {
            self.observer.progressed(&progress);
        }
    }
}

/// One repetition.
pub(super) struct Repetition<'a, 'd> {
    bench: &'a Bench<'a>,
    number: usize,
    seed: u64,
    desk: &'a Mutex<Desk<'d>>,
    halt: &'a Halt<'a>,
}

impl<'a, 'd> Repetition<'a, 'd> {
    /// Repetition `number`, counted from 0.
    pub(super) fn new(bench: &'a Bench<'a>, number: usize, desk: &'a Mutex<Desk<'d>>, halt: &'a Halt<'a>) -> Self {
        Self { bench, number, seed: bench.config.seed_of(number), desk, halt }
    }

    /// Does what is left of it, or what there is time for before it is halted.
    pub(super) fn run(&self) -> Result<(), ExperimentError> {
        let Self { bench, number, seed, halt, .. } = *self;
        let Bench { config, arms, sizes, test, device, .. } = bench;
        let generated = match self.generated() {
            Err(ExperimentError::Diverged(gan)) => return self.leave_out(gan),
            generated => generated?,
        };
        let Some(generated) = generated else { return Ok(()) };
        let material = self.material(generated)?;
        self.show(&material)?;
        for &arm in arms {
            if self.desk().folder.record().result(seed, arm).is_some() {
                continue;
            }
            let mut watch = Stopwatch::start();
            let classifier = arms::train(arm, &material, config, seed, device, halt, |step| {
                let secs = watch.secs();
                watch.hold(|| {
                    let mut desk = self.desk();
                    let progress = desk.pace.classifier(number, arm, step, secs);
                    desk.tell(progress);
                });
            })?;
            let Some(classifier) = classifier else { return Ok(()) };
            let known = classifier.known(test)?;
            let correct = known.iter().filter(|&&it| it).count();
            let result = ArmResult { seed, arm, correct, tested: known.len(), secs: watch.secs() };
            let mut desk = self.desk();
            desk.folder.add_result(result, KnownSamples::new(seed, arm, &known))?;
            let report = Report::of(desk.folder.record(), arms.clone(), *sizes);
            desk.observer.measured(report);
            let progress = desk.pace.measured(number, result);
            desk.observer.progressed(&progress);
        }
        self.desk().pace.finished(number);
        Ok(())
    }

    /// Writes down that its GAN diverged, after which there is nothing to do in it.
    fn leave_out(&self, gan: DivergedGan) -> Result<(), ExperimentError> {
        let Bench { arms, sizes, .. } = self.bench;
        let mut desk = self.desk();
        desk.folder.add_diverged(gan)?;
        let report = Report::of(desk.folder.record(), arms.clone(), *sizes);
        desk.observer.measured(report);
        let progress = desk.pace.diverged(self.number, gan, arms.len());
        desk.observer.progressed(&progress);
        Ok(())
    }

    /// Tells again what its classifiers saw, if what was generated is still there: without it the numbers stand all the same.
    pub(super) fn show_again(&self) -> Result<(), ExperimentError> {
        let Bench { config, train, .. } = self.bench;
        let place: PathBuf = self.desk().folder.place_of(self.seed);
        match generated::read(&place, train.shape(), train.class_names().len(), config) {
            Ok(Some(generated)) => self.show(&self.material(generated)?),
            Ok(None) | Err(_) => Ok(()),
        }
    }

    /// Tells what classifiers see.
    fn show(&self, material: &Material) -> Result<(), ExperimentError> {
        let Bench { config, arms, train, .. } = self.bench;
        let alphabet = train.lexicon().map(Lexicon::alphabet);
        let samples = arms::samples(arms, material, alphabet, config, self.seed)?;
        self.desk().observer.saw(samples);
        Ok(())
    }

    /// The generated samples: read back, or made by a GAN that is trained first. Nothing where it is halted.
    pub(super) fn generated(&self) -> Result<Option<LabelledBatch>, ExperimentError> {
        let Self { bench, number, seed, halt, .. } = *self;
        let Bench { config, train, device, .. } = bench;
        let (shape, classes) = (train.shape(), train.class_names().len());
        let place: PathBuf = self.desk().folder.place_of(seed);
        if let Some(made) = generated::read(&place, shape, classes, config)? {
            let mut desk = self.desk();
            if desk.folder.record().gan(seed).is_none() {
                // It ended between the two files.
                let secs = generator::training_secs(&place.join(GAN));
                desk.folder.add_gan(GanResult { seed, generated: made.labels.len(), secs })?;
            }
            return Ok(Some(made));
        }
        let subset = LabelledSubset::draw(*train, config.labelled, 0, seed)?;
        let run: RunConfig = self.desk().folder.record().gan_config(seed);
        let gan = GanRun { config: &run, data: &subset.set, folder: &place.join(GAN), device };
        let trained = gan.train(halt, &mut |step, secs| {
            let mut desk = self.desk();
            let progress = desk.pace.gan(number, step, secs);
            desk.tell(progress);
        })?;
        let Some(trained) = trained else { return Ok(None) };
        let mut watch = Stopwatch::start();
        watch.hold(|| {
            let mut desk = self.desk();
            let progress = desk.pace.generating(number);
            desk.tell(progress);
        });
        let material = Material { few: subset.few, generated: empty(), more: empty(), shape, classes };
        let Some(made) = generated::make(&trained.model, &material, config, seed, device, halt)? else {
            return Ok(None);
        };
        generated::write(&place, &made, shape)?;
        let secs = trained.secs + watch.secs();
        self.desk().folder.add_gan(GanResult { seed, generated: made.labels.len(), secs })?;
        Ok((!halt.is_set()).then_some(made))
    }

    fn material(&self, generated: LabelledBatch) -> Result<Material, ExperimentError> {
        let Bench { config, train, .. } = self.bench;
        let subset = LabelledSubset::draw(*train, config.labelled, generated.labels.len(), self.seed)?;
        Ok(Material {
            few: subset.few,
            generated,
            more: subset.more,
            shape: train.shape(),
            classes: train.class_names().len(),
        })
    }

    fn desk(&self) -> MutexGuard<'a, Desk<'d>> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn empty() -> LabelledBatch {
    LabelledBatch { samples: Vec::new(), labels: Vec::new() }
}
