//! The experiment's folder: `experiment.json` with settings and results, and a folder for each seed.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ExperimentError;
use crate::config::{ArmKind, DataConfig, ExperimentConfig, RunConfig};
use crate::export;

/// Settings and results.
const FILE: &str = "experiment.json";
/// The only version that is read.
const FORMAT_VERSION: u32 = 1;
/// The largest file that is read: thousands of seeds take a tenth of it.
const MAX_BYTES: u64 = 16 << 20;

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
    /// Of each classifier that is done.
    pub results: Vec<ArmResult>,
}

impl StoredExperiment {
    pub(super) fn new(config: ExperimentConfig, data: DataConfig, data_checksum: Option<u32>) -> Self {
        let gan_config = Some(config.gan_config(&data, config.seed));
        let (gans, results) = (Vec::new(), Vec::new());
        Self {
            format_version: FORMAT_VERSION,
            config,
            data,
            gan_config,
            data_checksum,
            test_checksum: None,
            gans,
            results,
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

    /// What the generator of a repetition made, if it is done.
    pub fn gan(&self, seed: u64) -> Option<GanResult> {
        self.gans.iter().copied().find(|gan| gan.seed == seed)
    }

    /// Repetitions, counted from 0, of which a classifier of these arms is not done.
    pub(super) fn unfinished(&self, arms: &[ArmKind]) -> Vec<usize> {
        let is_done = |&repetition: &usize| {
            let seed = self.config.seed_of(repetition);
            arms.iter().all(|&arm| self.result(seed, arm).is_some())
        };
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
    let stored: StoredExperiment = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
    stored.check().map_err(damaged)?;
    Ok(stored)
}

/// A folder that an experiment is kept in.
#[derive(Debug)]
pub(super) struct ExperimentFolder {
    root: PathBuf,
    record: StoredExperiment,
}

impl ExperimentFolder {
    /// Refuses a folder that holds an experiment.
    ///
    /// # Errors
    /// [`ExperimentError::FolderTaken`].
    pub(super) fn check(root: &Path) -> Result<(), ExperimentError> {
        if root.join(FILE).exists() {
            return Err(ExperimentError::FolderTaken { path: root.to_owned() });
        }
        Ok(())
    }

    /// Begins one.
    pub(super) fn create(root: &Path, record: StoredExperiment) -> Result<Self, ExperimentError> {
        Self::check(root)?;
        fs::create_dir_all(root).map_err(|cause| export::ExportError::Write { cause, path: root.to_owned() })?;
        let folder = Self { root: root.to_owned(), record };
        folder.write()?;
        Ok(folder)
    }

    /// Goes on with what is there.
    pub(super) fn reopen(root: &Path, record: StoredExperiment) -> Result<Self, ExperimentError> {
        let folder = Self { root: root.to_owned(), record };
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

    pub(super) fn add_result(&mut self, result: ArmResult) -> Result<(), ExperimentError> {
        self.record.results.push(result);
        // Repetitions that are made at once may end in any order.
        self.record.results.sort_by_key(|result| (result.seed, result.arm));
        self.write()
    }

    pub(super) fn add_gan(&mut self, gan: GanResult) -> Result<(), ExperimentError> {
        self.record.gans.retain(|known| known.seed != gan.seed);
        self.record.gans.push(gan);
        self.record.gans.sort_by_key(|gan| gan.seed);
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
    root.join(format!("seed-{seed}"))
}
