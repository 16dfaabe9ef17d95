//! The data augmentation experiment: does a generator that learned from a few labelled pictures help a classifier of them?
//!
//! Of each seed: a subset is drawn, a conditional GAN is trained on it alone, its pictures are made and perhaps filtered, and one
//! classifier is trained for each [`ArmKind`], all with the same first weights and equally many steps. Each is measured on pictures
//! that nothing was trained on. What is compared are differences within a seed, over the seeds.
//!
//! It runs on its caller's thread. Every result is on the disk as soon as it is there, and an experiment that goes on gives the
//! numbers of one that was never stopped.

mod arms;
mod error;
mod folder;
mod generated;
mod generator;
mod observer;
mod pace;
mod report;

pub use error::ExperimentError;
pub use folder::{ArmResult, GanResult, StoredExperiment, stored_experiment};
pub use observer::{ArmPictures, ArmSamples, ExperimentObserver};
pub use pace::{Progress, Stage};
pub use report::{ArmReport, Comparison, Report};

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use burn::tensor::Device;

use self::arms::Material;
use self::folder::ExperimentFolder;
use self::generator::GanRun;
use self::pace::Pace;
use crate::config::{ArmKind, Choice as _, DataConfig, DatasetKind, ExperimentConfig, RunConfig, SampleShape};
use crate::data::{self, Dataset, LabelledBatch, LabelledSubset, SubsetError};

/// The run folder of a repetition's GAN.
const GAN: &str = "gan";
/// Most pictures that are tested with.
const MAX_TESTED: usize = 10_000;

/// An experiment and its folder.
#[derive(Debug)]
pub struct Experiment {
    folder: ExperimentFolder,
    train: Opened,
    test: LabelledBatch,
    device: Device,
}

/// Data to train on.
struct Opened(Arc<dyn Dataset>);

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {:?}", self.0.shape(), self.0.len())
    }
}

/// Real and generated pictures of one seed together: an augmented data set.
#[derive(Debug, Clone, PartialEq)]
pub struct AugmentedSet {
    /// Shape of a picture.
    pub shape: SampleShape,
    /// Names of the classes, in the order of the labels.
    pub class_names: Vec<String>,
    /// The few real pictures, class after class.
    pub real: LabelledBatch,
    /// The generated ones.
    pub generated: LabelledBatch,
}

impl Experiment {
    /// Begins an experiment in a folder, which is created.
    ///
    /// # Errors
    /// Numbers out of range, data that it cannot be made with, and a folder that holds an experiment already.
    pub fn begin(
        config: ExperimentConfig,
        data: DataConfig,
        folder: &Path,
        device: &Device,
    ) -> Result<Self, ExperimentError> {
        let Prepared { record, train, test } = Prepared::new(config, data)?;
        Ok(Self { folder: ExperimentFolder::create(folder, record)?, train, test, device: device.clone() })
    }

    /// Goes on with the experiment in a folder, with as many seeds as are asked for.
    ///
    /// # Errors
    /// A folder without an experiment, or one that is damaged; data that has changed since.
    pub fn resume(folder: &Path, seeds: usize, device: &Device) -> Result<Self, ExperimentError> {
        let mut stored = stored_experiment(folder)?;
        stored.config.seeds = seeds;
        let Prepared { record, train, test } = Prepared::new(stored.config.clone(), stored.data.clone())?;
        if stored.data_checksum != record.data_checksum {
            return Err(ExperimentError::DataChanged { path: folder.to_owned() });
        }
        Ok(Self { folder: ExperimentFolder::reopen(folder, stored)?, train, test, device: device.clone() })
    }

    /// Whether an experiment could begin; writes nothing.
    ///
    /// # Errors
    /// Those of [`Self::begin`] that are not of its folder.
    pub fn check(config: ExperimentConfig, data: DataConfig) -> Result<(), ExperimentError> {
        Prepared::new(config, data).map(|_| ())
    }

    /// What it is made with.
    pub fn config(&self) -> &ExperimentConfig {
        &self.folder.record().config
    }

    /// Where it is kept.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What has been found so far.
    pub fn report(&self) -> Report {
        Report::of(self.folder.record(), self.arms().collect(), self.test.labels.len())
    }

    /// Does what is left to do, and tells `observer` how far it has come. Gives the report, or nothing where `stop` was set: what is done is
    /// kept.
    ///
    /// # Errors
    /// What cannot be written, a device that fails, and a generator that diverged.
    pub fn run(
        &mut self,
        stop: &AtomicBool,
        observer: &mut dyn ExperimentObserver,
    ) -> Result<Option<Report>, ExperimentError> {
        let config = self.config().clone();
        let arms: Vec<ArmKind> = self.arms().collect();
        let mut pace = Pace::new(self.folder.record(), &arms);
        for repetition in 0..config.seeds {
            let seed = config.seed_of(repetition);
            let left: Vec<ArmKind> =
                arms.iter().copied().filter(|&arm| self.folder.record().result(seed, arm).is_none()).collect();
            if left.is_empty() {
                continue;
            }
            let told = &mut |progress: &Progress| observer.progressed(progress);
            let Some(generated) = self.generated(repetition, stop, &mut pace, told)? else { return Ok(None) };
            let material = self.material(seed, generated)?;
            observer.saw(arms::samples(&arms, &material, &config, seed)?);
            for arm in left {
                let began = Instant::now();
                let classifier = arms::train(arm, &material, &config, seed, &self.device, stop, |step| {
                    pace.classifier(repetition, arm, step, &mut |progress| observer.progressed(progress));
                })?;
                let Some(classifier) = classifier else { return Ok(None) };
                let result = ArmResult {
                    seed,
                    arm,
                    correct: classifier.correct(&self.test)?,
                    tested: self.test.labels.len(),
                    secs: began.elapsed().as_secs_f64(),
                };
                self.folder.add_result(result)?;
                observer.measured(self.report());
                pace.measured(repetition, result, &mut |progress| observer.progressed(progress));
            }
        }
        Ok(Some(self.report()))
    }

    /// Real and generated pictures of one repetition, which are made first where they are not there yet. Nothing where `stop` was
    /// set.
    ///
    /// # Errors
    /// Those of [`Self::run`].
    pub fn augmented(
        &mut self,
        repetition: usize,
        stop: &AtomicBool,
        progress: &mut dyn FnMut(&Progress),
    ) -> Result<Option<AugmentedSet>, ExperimentError> {
        let arms: Vec<ArmKind> = self.arms().collect();
        let mut pace = Pace::new(self.folder.record(), &arms);
        let Some(generated) = self.generated(repetition, stop, &mut pace, progress)? else { return Ok(None) };
        let train = &*self.train.0;
        let config = self.config();
        let subset = LabelledSubset::draw(train, config.labelled, 0, config.seed_of(repetition))?;
        let (shape, class_names) = (train.shape(), train.class_names().to_vec());
        Ok(Some(AugmentedSet { shape, class_names, real: subset.few, generated }))
    }

    /// The arms that there is data for: without other real pictures there is no ceiling.
    fn arms(&self) -> impl Iterator<Item = ArmKind> + use<> {
        let has_more = self.train.0.len().is_some_and(|len| len > self.config().labelled);
        ArmKind::ALL.iter().copied().filter(move |&arm| has_more || arm != ArmKind::MoreReal)
    }

    fn material(&self, seed: u64, generated: LabelledBatch) -> Result<Material, ExperimentError> {
        let train = &*self.train.0;
        let subset = LabelledSubset::draw(train, self.config().labelled, generated.labels.len(), seed)?;
        Ok(Material {
            few: subset.few,
            generated,
            more: subset.more,
            shape: train.shape(),
            classes: train.class_names().len(),
        })
    }

    /// The generated pictures of one repetition: read back, or made by a GAN that is trained first.
    fn generated(
        &mut self,
        repetition: usize,
        stop: &AtomicBool,
        pace: &mut Pace,
        progress: &mut dyn FnMut(&Progress),
    ) -> Result<Option<LabelledBatch>, ExperimentError> {
        let config = self.config().clone();
        let seed = config.seed_of(repetition);
        let train = &*self.train.0;
        let (shape, classes) = (train.shape(), train.class_names().len());
        let place: PathBuf = self.folder.place_of(seed);
        if let Some(pictures) = generated::read(&place, shape, classes, &config)? {
            if self.folder.record().gan(seed).is_none() {
                // It ended between the two files.
                let secs = generator::training_secs(&place.join(GAN));
                self.folder.add_gan(GanResult { seed, generated: pictures.labels.len(), secs })?;
            }
            return Ok(Some(pictures));
        }
        let subset = LabelledSubset::draw(train, config.labelled, 0, seed)?;
        let run: RunConfig = config.gan_config(&self.folder.record().data, seed);
        let gan = GanRun { config: &run, data: &subset.set, folder: &place.join(GAN), device: &self.device };
        let Some(trained) = gan.train(stop, &mut |step, secs| pace.gan(repetition, step, secs, progress))? else {
            return Ok(None);
        };
        let began = Instant::now();
        pace.generating(repetition, progress);
        let material = Material { few: subset.few, generated: empty(), more: empty(), shape, classes };
        let Some(pictures) = generated::make(&trained.model, &material, &config, seed, &self.device, stop)? else {
            return Ok(None);
        };
        generated::write(&place, &pictures, shape)?;
        let secs = trained.secs + began.elapsed().as_secs_f64();
        self.folder.add_gan(GanResult { seed, generated: pictures.labels.len(), secs })?;
        if stop.load(Ordering::Relaxed) { Ok(None) } else { Ok(Some(pictures)) }
    }
}

/// An experiment that can begin, without a folder.
struct Prepared {
    record: StoredExperiment,
    train: Opened,
    test: LabelledBatch,
}

impl Prepared {
    fn new(mut config: ExperimentConfig, data: DataConfig) -> Result<Self, ExperimentError> {
        config.validate()?;
        // The experiment chooses its few itself.
        let mut data = DataConfig { samples: None, ..data };
        if !matches!(data.shape(), SampleShape::Image { .. }) {
            return Err(SubsetError::NoPictures(data.shape()).into());
        }
        let opened = data::open(&data)?;
        let [train, test] = opened.train_and_test().ok_or(SubsetError::NoLabels)?;
        if data.kind == DatasetKind::Pictures {
            data.pictures.classes = train.class_names().len();
        }
        config.flip.get_or_insert_with(|| ExperimentConfig::may_flip(&data, train.class_names()));
        // What would fail after an hour fails now.
        for repetition in 0..config.seeds {
            LabelledSubset::draw(&*train, config.labelled, 0, config.seed_of(repetition))?;
        }
        config.gan_config(&data, config.seed).validate()?;
        let test = test.evaluation_with_labels(MAX_TESTED, 0);
        if test.labels.is_empty() {
            return Err(ExperimentError::NothingToTest);
        }
        let record = StoredExperiment::new(config, data, opened.checksum());
        Ok(Self { record, train: Opened(train), test })
    }
}

fn empty() -> LabelledBatch {
    LabelledBatch { samples: Vec::new(), labels: Vec::new() }
}

#[cfg(test)]
mod tests;
