//! The data augmentation experiment: does a generator that learned from a few labelled pictures or texts help a
//! classifier of them?
//!
//! Of each seed: a subset is drawn, a conditional GAN is trained on it alone, its samples are made and perhaps filtered, and one
//! classifier is trained for each [`ArmKind`], all with the same first weights and equally many steps. Each is measured on pictures
//! that nothing was trained on. What is compared are differences within a seed, over the seeds.
//!
//! Its caller waits for it; on the CPU, repetitions share the threads. Every result is on the disk as soon as it is there, and
//! numbers depend neither on how many repetitions are made at once nor on where an experiment was stopped and went on.

mod arms;
mod error;
mod folder;
mod generated;
mod generator;
mod lanes;
mod observer;
mod pace;
mod repetition;
mod report;
mod stopwatch;

pub use error::ExperimentError;
pub use folder::{ArmResult, DivergedGan, GanResult, StoredExperiment, stored_experiment};
pub use observer::{ArmSamples, ExperimentObserver, SeenByArm, SeenSamples};
pub use pace::{Progress, Stage};
pub use report::{ArmReport, Comparison, Report};

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use burn::tensor::Device;
use flate2::Crc;

use self::folder::{Claim, ExperimentFolder};
use self::lanes::{Halt, Lanes};
use self::repetition::{Bench, Desk, Repetition};
use self::report::Sizes;
use crate::config::{ArmKind, Choice as _, DataConfig, DatasetKind, Domain, ExperimentConfig, SampleShape};
use crate::data::{self, Alphabet, Dataset, LabelledBatch, LabelledSubset, Lexicon, SubsetError};
use crate::export::{self, ExportError, LabelledSet, LabelledSetFormat};

/// Most samples that are tested with.
const MAX_TESTED: usize = 10_000;

/// An experiment and its folder.
#[derive(Debug)]
pub struct Experiment {
    folder: ExperimentFolder,
    note: Option<String>,
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

/// Real and generated samples of one seed together: an augmented data set.
#[derive(Debug, Clone, PartialEq)]
pub struct AugmentedSet {
    /// Shape of a sample.
    pub shape: SampleShape,
    /// The characters of texts.
    pub alphabet: Option<Alphabet>,
    /// Names of the classes, in the order of the labels.
    pub class_names: Vec<String>,
    /// The few real ones, class after class.
    pub real: LabelledBatch,
    /// The generated ones.
    pub generated: LabelledBatch,
}

impl AugmentedSet {
    /// That of the first repetition of the experiment in a folder whose samples are there; changes nothing there.
    ///
    /// # Errors
    /// A folder without an experiment, or one that is damaged; data that has changed since.
    pub fn read(folder: &Path) -> Result<Option<Self>, ExperimentError> {
        let stored = stored_experiment(folder)?;
        let train = Prepared::of_stored(&stored, folder)?.train.0;
        let (shape, classes, config) = (train.shape(), train.class_names().len(), &stored.config);
        for seed in (0..config.seeds).map(|repetition| config.seed_of(repetition)) {
            if let Some(generated) = generated::read(&folder::place_of(folder, seed), shape, classes, config)? {
                return Self::of_repetition(&*train, config.labelled, seed, generated).map(Some);
            }
        }
        Ok(None)
    }

    /// The few real samples that a seed draws from the data for training, and generated ones.
    fn of_repetition(
        train: &dyn Dataset,
        labelled: usize,
        seed: u64,
        generated: LabelledBatch,
    ) -> Result<Self, ExperimentError> {
        let real = LabelledSubset::draw(train, labelled, 0, seed)?.few;
        let alphabet = train.lexicon().map(Lexicon::alphabet).cloned();
        Ok(Self { shape: train.shape(), alphabet, class_names: train.class_names().to_vec(), real, generated })
    }

    /// Writes it; gives how many samples are real and how many generated.
    ///
    /// # Errors
    /// Those of [`export::write_labelled_set`].
    pub fn write(&self, path: &Path, format: LabelledSetFormat) -> Result<[usize; 2], ExportError> {
        let Self { shape, alphabet, class_names, real, generated } = self;
        let set = LabelledSet { shape: *shape, alphabet: alphabet.as_ref(), class_names, real, generated };
        export::write_labelled_set(path, &set, format)
    }
}

impl Experiment {
    /// Begins an experiment in a folder, which is created.
    ///
    /// # Errors
    /// Numbers out of range, data that it cannot be made with, and a folder that holds an experiment already, or parts of one.
    pub fn begin(
        config: ExperimentConfig,
        data: DataConfig,
        folder: &Path,
        device: &Device,
    ) -> Result<Self, ExperimentError> {
        let Prepared { record, note, train, test } = Prepared::new(config, data)?;
        Ok(Self { folder: ExperimentFolder::create(folder, record)?, note, train, test, device: device.clone() })
    }

    /// Goes on with the experiment in a folder, with as many seeds as are asked for.
    ///
    /// # Errors
    /// A folder without an experiment, or one that is damaged or being made; data that has changed since.
    pub fn resume(folder: &Path, seeds: usize, device: &Device) -> Result<Self, ExperimentError> {
        // What is wrong with it is told before it is claimed, which leaves a file in the folder.
        stored_experiment(folder)?;
        let claim = Claim::new(folder)?;
        let mut stored = stored_experiment(folder)?;
        stored.config.seeds = seeds;
        let Prepared { note, train, test, .. } = Prepared::of_stored(&stored, folder)?;
        Ok(Self { folder: ExperimentFolder::reopen(folder, stored, claim)?, note, train, test, device: device.clone() })
    }

    /// Whether an experiment could begin; writes nothing.
    ///
    /// # Errors
    /// Those of [`Self::begin`] that are not of its folder.
    pub fn check(config: ExperimentConfig, data: DataConfig) -> Result<(), ExperimentError> {
        Prepared::new(config, data).map(|_| ())
    }

    /// Whether an experiment could begin in a folder; creates nothing.
    ///
    /// # Errors
    /// [`ExperimentError::FolderTaken`] and [`ExperimentError::LeftOver`].
    pub fn check_folder(folder: &Path) -> Result<(), ExperimentError> {
        ExperimentFolder::check(folder)
    }

    /// Whether there are experiments with samples of such a kind at all; opens nothing.
    ///
    /// # Errors
    /// [`SubsetError::NothingToLabel`] for points.
    pub fn check_domain(data: &DataConfig) -> Result<(), ExperimentError> {
        match data.shape() {
            shape @ SampleShape::Points { .. } => Err(SubsetError::NothingToLabel(shape).into()),
            SampleShape::Image { .. } | SampleShape::Text { .. } => Ok(()),
        }
    }

    /// What it is made with.
    pub fn config(&self) -> &ExperimentConfig {
        &self.folder.record().config
    }

    /// What is to be known of the data: how many samples a file gave, and what was left out.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The kind of its samples.
    pub fn domain(&self) -> Domain {
        self.train.0.shape().domain()
    }

    /// Where it is kept.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What has been found so far.
    pub fn report(&self) -> Report {
        Report::of(self.folder.record(), self.arms().collect(), self.sizes())
    }

    fn sizes(&self) -> Sizes {
        let train = &*self.train.0;
        let config = self.config();
        let others = LabelledSubset::others(&train.class_counts(), config.labelled);
        let others = others.min(generated::kept(config, train.class_names().len()));
        Sizes { tested: self.test.labels.len(), others }
    }

    /// Does what is left to do, and tells `observer` how far it has come. On the CPU several repetitions are made at once, each on
    /// threads of its own: small networks leave many threads idle that work together at one. Gives the report, or nothing where
    /// `stop` was set: what is done is kept. A seed whose GAN diverges is left out, and the report says so.
    ///
    /// # Errors
    /// What cannot be written, and a device that fails.
    pub fn run(
        &mut self,
        stop: &AtomicBool,
        observer: &mut dyn ExperimentObserver,
    ) -> Result<Option<Report>, ExperimentError> {
        let arms: Vec<ArmKind> = self.arms().collect();
        let sizes = self.sizes();
        let left = self.folder.record().unfinished(&arms);
        let Self { folder, train, test, device, .. } = self;
        let bench = Bench { config: folder.record().config.clone(), arms, sizes, train: &*train.0, test, device };
        let lanes = Lanes::of(device, left.len(), bench.bytes());
        let desk = Mutex::new(Desk::new(folder, &bench, lanes.count, observer));
        if left.is_empty() {
            Repetition::new(&bench, bench.config.seeds - 1, &desk, &Halt::new(stop)).show_again()?;
        }
        lanes.share(left, stop, |repetition, halt| Repetition::new(&bench, repetition, &desk, halt).run())?;
        let is_whole = self.folder.record().unfinished(&bench.arms).is_empty();
        Ok(is_whole.then(|| self.report()))
    }

    /// Real and generated samples of the first repetition whose GAN is not known to have diverged; they are made where they are not
    /// there yet. Nothing where `stop` was set.
    ///
    /// # Errors
    /// Those of [`Self::run`], and [`ExperimentError::Diverged`].
    pub fn augmented(
        &mut self,
        stop: &AtomicBool,
        observer: &mut dyn ExperimentObserver,
    ) -> Result<Option<AugmentedSet>, ExperimentError> {
        let arms: Vec<ArmKind> = self.arms().collect();
        let sizes = self.sizes();
        let Self { folder, train, test, device, .. } = self;
        let train = &*train.0;
        let bench = Bench { config: folder.record().config.clone(), arms, sizes, train, test, device };
        let seeds = (0..bench.config.seeds).map(|repetition| bench.config.seed_of(repetition));
        let diverged: Vec<DivergedGan> = seeds.map_while(|seed| folder.record().divergence(seed)).collect();
        let repetition = diverged.len();
        if let Some(&last) = diverged.last().filter(|_| repetition == bench.config.seeds) {
            return Err(ExperimentError::Diverged(last));
        }
        let desk = Mutex::new(Desk::new(folder, &bench, 1, observer));
        let Some(generated) = Repetition::new(&bench, repetition, &desk, &Halt::new(stop)).generated()? else {
            return Ok(None);
        };
        let seed = bench.config.seed_of(repetition);
        AugmentedSet::of_repetition(train, bench.config.labelled, seed, generated).map(Some)
    }

    /// The arms that there is data for: with fewer other real samples than labelled ones there is no ceiling.
    fn arms(&self) -> impl Iterator<Item = ArmKind> + use<> {
        let (train, labelled) = (&*self.train.0, self.config().labelled);
        let domain = train.shape().domain();
        let has_more = LabelledSubset::others(&train.class_counts(), labelled) >= labelled;
        let arms = ArmKind::ALL.iter().copied().filter(move |arm| arm.fits(domain));
        arms.filter(move |&arm| has_more || arm != ArmKind::MoreReal)
    }
}

/// An experiment that can begin, without a folder.
struct Prepared {
    record: StoredExperiment,
    note: Option<String>,
    train: Opened,
    test: LabelledBatch,
}

impl Prepared {
    fn new(mut config: ExperimentConfig, data: DataConfig) -> Result<Self, ExperimentError> {
        config.validate()?;
        // The experiment chooses its few itself.
        let mut data = DataConfig { samples: None, ..data };
        Experiment::check_domain(&data)?;
        let opened = data::open(&data)?;
        let [train, test] = opened.train_and_test().ok_or(SubsetError::NoLabels)?;
        if data.kind == DatasetKind::Pictures {
            data.pictures.classes = train.class_names().len();
        }
        if data.domain() == Domain::Images {
            config.flip.get_or_insert_with(|| ExperimentConfig::may_flip(&data, train.class_names()));
        }
        // What would fail after an hour fails now.
        for repetition in 0..config.seeds {
            LabelledSubset::draw(&*train, config.labelled, 0, config.seed_of(repetition))?;
        }
        config.gan_config(&data, config.seed).validate()?;
        let test = test.evaluation_with_labels(MAX_TESTED, 0);
        if test.labels.is_empty() {
            return Err(ExperimentError::NothingToTest);
        }
        let test_checksum = Some(checksum_of(&test, train.class_names()));
        let mut record = StoredExperiment::new(config, data, opened.checksum());
        record.test_checksum = test_checksum;
        Ok(Self { record, note: opened.note().map(str::to_owned), train: Opened(train), test })
    }

    /// For an experiment that is kept in a folder.
    fn of_stored(stored: &StoredExperiment, folder: &Path) -> Result<Self, ExperimentError> {
        let prepared = Self::new(stored.config.clone(), stored.data.clone())?;
        let has_other_test = stored.test_checksum.is_some_and(|test| Some(test) != prepared.record.test_checksum);
        if stored.data_checksum != prepared.record.data_checksum || has_other_test {
            return Err(ExperimentError::DataChanged { path: folder.to_owned() });
        }
        Ok(prepared)
    }
}

/// The CRC-32 of what classifiers are tested with, and of what its labels mean.
fn checksum_of(test: &LabelledBatch, class_names: &[String]) -> u32 {
    let mut crc = Crc::new();
    for name in class_names {
        crc.update(name.as_bytes());
        crc.update(&[0]);
    }
    crc.update(&test.labels);
    for value in &test.samples {
        crc.update(&value.to_le_bytes());
    }
    crc.sum()
}

#[cfg(test)]
mod tests;
