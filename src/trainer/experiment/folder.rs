//! The experiment's folder: `experiment.json` with settings and results, and a folder for each seed.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ExperimentError;
use crate::config::{ArmKind, DataConfig, ExperimentConfig, RunConfig};
use crate::export;

/// Settings and results.
const FILE: &str = "experiment.json";
/// Locked while an experiment is made; it holds nothing.
const LOCK: &str = "experiment.lock";
/// How the folders of repetitions are called, before the seed.
const PLACE_PREFIX: &str = "seed-";
/// The only version that is read.
const FORMAT_VERSION: u32 = 1;
/// The largest file that is read: a thousand seeds, each of whose classifiers is tested with 10,000 samples, take a third of it.
const MAX_BYTES: u64 = 64 << 20;

/// How well one classifier did. Shares are kept as counts, which files hold exactly.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArmResult {
    /// Of which repetition.
    pub seed: u64,
    /// What it learned from.
    pub arm: ArmKind,
    /// Test pictures that it knows the class of.
    pub correct: usize,
    /// Test pictures.
    pub tested: usize,
    /// Seconds that its training and test took.
    pub secs: f64,
}

impl ArmResult {
    /// Share of test pictures that it knows the class of, in percent.
    pub fn accuracy(&self) -> f64 {
        100.0 * self.correct as f64 / self.tested.max(1) as f64
    }
}

/// Which test samples one classifier knows the class of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KnownSamples {
    seed: u64,
    arm: ArmKind,
    /// A bit for each test sample, the first in the highest bit of the first byte; written as hexadecimal digits.
    #[serde(with = "hex")]
    bits: Vec<u8>,
}

impl KnownSamples {
    pub(super) fn new(seed: u64, arm: ArmKind, known: &[bool]) -> Self {
        let byte = |eight: &[bool]| eight.iter().enumerate().map(|(place, &it)| u8::from(it) << (7 - place)).sum();
        Self { seed, arm, bits: known.chunks(8).map(byte).collect() }
    }

    /// Whether it knows a sample.
    pub(super) fn holds(&self, sample: usize) -> bool {
        self.bits.get(sample / 8).is_some_and(|byte| byte >> (7 - sample % 8) & 1 == 1)
    }

    fn fits(&self, result: &ArmResult) -> bool {
        let correct: u32 = self.bits.iter().map(|byte| byte.count_ones()).sum();
        self.bits.len() == result.tested.div_ceil(8) && correct as usize == result.correct
    }
}

/// What the generator of one repetition made.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GanResult {
    /// Of which repetition.
    pub seed: u64,
    /// Pictures that were kept.
    pub generated: usize,
    /// Seconds that it took to train it, and to make and filter the pictures.
    pub secs: f64,
}

/// A GAN whose weights became no numbers. Its repetition has no results: arms are compared over the same seeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DivergedGan {
    /// Of which repetition.
    pub seed: u64,
    /// The step by which it was noticed.
    pub step: u64,
}

/// An experiment as it is kept: what it is made with, and what has been found so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredExperiment {
    format_version: u32,
    /// What it is made with.
    pub config: ExperimentConfig,
    /// Where the pictures come from.
    pub data: DataConfig,
    /// What its GANs are trained with, but for the seed, so that a program with other presets goes on to the same numbers; of
    /// experiments of before this was kept, what [`ExperimentConfig::gan_config`] says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gan_config: Option<RunConfig>,
    /// The CRC-32 of the samples.
    pub data_checksum: Option<u32>,
    /// The CRC-32 of what classifiers are tested with, and of the classes' names; of experiments of before this was kept, nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) test_checksum: Option<u32>,
    /// Of each generator that is done.
    pub gans: Vec<GanResult>,
    /// GANs that diverged. The same seed would do it again, so they are not trained another time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diverged: Vec<DivergedGan>,
    /// Of each classifier that is done.
    pub results: Vec<ArmResult>,
    /// Of each of these, what it knows: how far chance in the choice of test samples may have moved what was found.
    #[serde(default)]
    pub(super) known: Vec<KnownSamples>,
}

impl StoredExperiment {
    pub(super) fn new(config: ExperimentConfig, data: DataConfig, data_checksum: Option<u32>) -> Self {
        let gan_config = Some(config.gan_config(&data, config.seed));
        Self {
            format_version: FORMAT_VERSION,
            config,
            data,
            gan_config,
            data_checksum,
            test_checksum: None,
            gans: Vec::new(),
            diverged: Vec::new(),
            results: Vec::new(),
            known: Vec::new(),
        }
    }

    /// The run that trains the generator of the repetition with a seed.
    pub(super) fn gan_config(&self, seed: u64) -> RunConfig {
        let usual = || self.config.gan_config(&self.data, seed);
        self.gan_config.as_ref().map_or_else(usual, |stored| RunConfig { seed, ..stored.clone() })
    }

    /// The result of an arm in one repetition, if it is there.
    pub fn result(&self, seed: u64, arm: ArmKind) -> Option<ArmResult> {
        self.results.iter().copied().find(|result| (result.seed, result.arm) == (seed, arm))
    }

    /// What the classifier of an arm in one repetition knows, if it is done.
    pub(super) fn known(&self, seed: u64, arm: ArmKind) -> Option<&KnownSamples> {
        self.known.iter().find(|known| (known.seed, known.arm) == (seed, arm))
    }

    /// Writes a result down.
    pub(super) fn add(&mut self, result: ArmResult, known: KnownSamples) {
        self.results.push(result);
        self.known.push(known);
        // Repetitions that are made at once may end in any order.
        self.results.sort_by_key(|result| (result.seed, result.arm));
        self.known.sort_by_key(|known| (known.seed, known.arm));
    }

    /// What the generator of a repetition made, if it is done.
    pub fn gan(&self, seed: u64) -> Option<GanResult> {
        self.gans.iter().copied().find(|gan| gan.seed == seed)
    }

    /// When the GAN of a repetition diverged, if it did.
    pub fn divergence(&self, seed: u64) -> Option<DivergedGan> {
        self.diverged.iter().copied().find(|gan| gan.seed == seed)
    }

    /// Classifiers of these arms that a repetition still lacks: none where its GAN diverged.
    pub(super) fn missing(&self, seed: u64, arms: &[ArmKind]) -> usize {
        if self.divergence(seed).is_some() {
            return 0;
        }
        arms.iter().filter(|&&arm| self.result(seed, arm).is_none()).count()
    }

    /// Repetitions, counted from 0, of which a classifier of these arms is not done.
    pub(super) fn unfinished(&self, arms: &[ArmKind]) -> Vec<usize> {
        let is_done = |&repetition: &usize| self.missing(self.config.seed_of(repetition), arms) == 0;
        (0..self.config.seeds).filter(|repetition| !is_done(repetition)).collect()
    }

    fn check(&self) -> Result<(), String> {
        if self.format_version != FORMAT_VERSION {
            return Err(format!("it is of version {}, and this program reads {FORMAT_VERSION}", self.format_version));
        }
        self.config.validate().map_err(|error| error.to_string())?;
        let gan_config = self.gan_config(self.config.seed);
        gan_config.validate().map_err(|error| error.to_string())?;
        if gan_config.data.shape() != self.data.shape() || gan_config.steps != Some(self.config.gan_steps) {
            return Err("its GANs are not those of its settings".to_owned());
        }
        if self.results.iter().any(|result| result.correct > result.tested || result.tested == 0) {
            return Err("a result is no share of the test samples".to_owned());
        }
        let fits = |result: &ArmResult| self.known(result.seed, result.arm).is_none_or(|known| known.fits(result));
        if !self.results.iter().all(fits) {
            return Err("a result is not what is written of its test samples".to_owned());
        }
        Ok(())
    }
}

/// The experiment in a folder.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn stored_experiment(folder: &Path) -> Result<StoredExperiment, ExperimentError> {
    let path = folder.join(FILE);
    let damaged = |cause: String| ExperimentError::Damaged { cause, path: path.clone() };
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(ExperimentError::NoExperiment { path: folder.to_owned() });
        }
        Err(error) => return Err(damaged(error.to_string())),
    };
    let mut text = String::new();
    file.take(MAX_BYTES).read_to_string(&mut text).map_err(|error| damaged(error.to_string()))?;
    let mut stored: StoredExperiment = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
    stored.check().map_err(damaged)?;
    // Of before this was kept: to go on is to measure those again.
    let results = std::mem::take(&mut stored.results);
    stored.results = results.into_iter().filter(|result| stored.known(result.seed, result.arm).is_some()).collect();
    Ok(stored)
}

/// A folder that nobody else may make an experiment in, as long as this is there. The system ends that with the program, however
/// that ends.
#[derive(Debug)]
pub(super) struct Claim {
    _locked: File,
}

impl Claim {
    /// Claims a folder that exists.
    ///
    /// # Errors
    /// [`ExperimentError::InUse`], and a folder that cannot be written to.
    pub(super) fn new(root: &Path) -> Result<Self, ExperimentError> {
        let path = root.join(LOCK);
        let file = File::create(&path).map_err(|cause| export::ExportError::Write { cause, path })?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(ExperimentError::InUse { path: root.to_owned() }),
            // Some file systems know no locks; an experiment can be made on them all the same.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self { _locked: file }),
        }
    }
}

/// A folder that an experiment is kept in.
#[derive(Debug)]
pub(super) struct ExperimentFolder {
    root: PathBuf,
    record: StoredExperiment,
    _claim: Claim,
}

impl ExperimentFolder {
    /// Refuses a folder that holds an experiment, or samples of one that is gone, which would be taken for those of another.
    ///
    /// # Errors
    /// [`ExperimentError::FolderTaken`], [`ExperimentError::LeftOver`], and a place that cannot be written to.
    pub(super) fn check(root: &Path) -> Result<(), ExperimentError> {
        export::check_folder_place(root)?;
        let path = root.to_owned();
        if root.join(FILE).exists() {
            return Err(ExperimentError::FolderTaken { path });
        }
        let names = fs::read_dir(root).into_iter().flatten().flatten();
        let parts = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
        match parts.filter(|name| name.starts_with(PLACE_PREFIX)).min() {
            Some(part) => Err(ExperimentError::LeftOver { part, path }),
            None => Ok(()),
        }
    }

    /// Begins one.
    pub(super) fn create(root: &Path, record: StoredExperiment) -> Result<Self, ExperimentError> {
        Self::check(root)?;
        fs::create_dir_all(root).map_err(|cause| export::ExportError::Write { cause, path: root.to_owned() })?;
        let claim = Claim::new(root)?;
        // Another program may have been a moment faster.
        Self::check(root)?;
        Self::reopen(root, record, claim)
    }

    /// Goes on with what is there.
    pub(super) fn reopen(root: &Path, record: StoredExperiment, claim: Claim) -> Result<Self, ExperimentError> {
        let folder = Self { root: root.to_owned(), record, _claim: claim };
        folder.write()?;
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.root
    }

    pub(super) fn record(&self) -> &StoredExperiment {
        &self.record
    }

    /// Where what belongs to one repetition is kept.
    pub(super) fn place_of(&self, seed: u64) -> PathBuf {
        place_of(&self.root, seed)
    }

    pub(super) fn add_result(&mut self, result: ArmResult, known: KnownSamples) -> Result<(), ExperimentError> {
        self.record.add(result, known);
        self.write()
    }

    pub(super) fn add_gan(&mut self, gan: GanResult) -> Result<(), ExperimentError> {
        self.record.gans.retain(|known| known.seed != gan.seed);
        self.record.gans.push(gan);
        self.record.gans.sort_by_key(|gan| gan.seed);
        self.write()
    }

    pub(super) fn add_diverged(&mut self, gan: DivergedGan) -> Result<(), ExperimentError> {
        self.record.diverged.push(gan);
        self.record.diverged.sort_by_key(|gan| gan.seed);
        self.write()
    }

    fn write(&self) -> Result<(), ExperimentError> {
        let path = self.root.join(FILE);
        let damaged =
            |error: serde_json::Error| ExperimentError::Damaged { cause: error.to_string(), path: path.clone() };
        let mut json = serde_json::to_vec_pretty(&self.record).map_err(damaged)?;
        json.push(b'\n');
        Ok(export::write_atomically(&path, &json)?)
    }
}

/// Where what belongs to one repetition of the experiment in a folder is kept.
pub(super) fn place_of(root: &Path, seed: u64) -> PathBuf {
    root.join(format!("{PLACE_PREFIX}{seed}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_samples_are_a_bit_each_in_order() {
        let known = [true, false, false, false, false, false, true, true, false, true];
        let stored = KnownSamples::new(3, ArmKind::Gan, &known);
        assert_eq!((0..10).map(|sample| stored.holds(sample)).collect::<Vec<_>>(), known);
        assert!(!stored.holds(1_000));
        let text = serde_json::to_value(&stored).unwrap();
        assert_eq!((&text["bits"], serde_json::from_value(text.clone()).unwrap()), (&"8340".into(), stored));
    }
}
