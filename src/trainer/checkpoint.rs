//! The run folder: configuration, metrics, samples, and checkpoints that are whole or absent.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::event::MetricPoint;
use super::sheet::Sheet;
use crate::config::RunConfig;
use crate::export::{self, ExportError, MetricsCsv};
use crate::gan::model_file::{self, MAX_FILE_BYTES, Model, ModelError, ModelInfo};
use crate::gan::{Gan, NamedArray, Optimizer, OptimizerState};

/// Checkpoints kept; the newest may be the one a full disk spoils.
const KEPT_GENERATIONS: usize = 3;
/// The networks within a checkpoint; by itself a complete model file.
const MODEL_FILE: &str = "model.safetensors";
/// What the optimizers remember.
const OPTIMIZER_FILE: &str = "optimizers.safetensors";
/// All that is needed to repeat the run.
const CONFIG_FILE: &str = "config.json";
/// One line per step.
const METRICS_FILE: &str = "metrics.csv";
/// How the name of a whole checkpoint begins; its step follows.
const CHECKPOINT_PREFIX: &str = "step-";
/// How the name of a checkpoint begins that is not whole yet, or no longer wanted.
const INCOMPLETE_PREFIX: &str = ".incomplete-";
/// How the name of a checkpoint begins that is moved out of the way of a new one of the same step; its step follows.
const REPLACED_PREFIX: &str = ".incomplete-replaced-";
/// Where an earlier run of the same folder is put.
const EARLIER_RUNS: &str = "earlier-runs";
/// Its columns beside the step: the fields of [`MetricPoint`].
const METRICS_COLUMNS: [&str; 6] = ["d_loss", "g_loss", "d_real", "d_fake", "d_gradient_norm", "g_gradient_norm"];

/// A folder that one run writes.
#[derive(Debug)]
pub(super) struct RunFolder {
    root: PathBuf,
    metrics: MetricsCsv,
    last_metrics_step: u64,
}

/// Why something could not be read or written.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The file system says no.
    #[error("{action}: {cause}: {path}", path = path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// What the system says.
        cause: io::Error,
        /// Where.
        path: PathBuf,
    },
    /// A file larger than any model.
    #[error("cannot open: it is larger than {} MiB, more than any model of this program: {path}", MAX_FILE_BYTES >> 20, path = path.display())]
    TooLarge {
        /// Where.
        path: PathBuf,
    },
    /// Not a model.
    #[error("cannot open as a model: {cause}: {path}", path = path.display())]
    Model {
        /// What is wrong with it.
        cause: Box<ModelError>,
        /// Where.
        path: PathBuf,
    },
    /// What the optimizers remember does not fit the networks.
    #[error("cannot continue: the optimizers' state does not fit the networks: {path}", path = path.display())]
    OptimizerState {
        /// Where.
        path: PathBuf,
    },
    /// A folder without a single usable checkpoint.
    #[error("cannot open: there is no model file and no checkpoint in this folder: {path}", path = path.display())]
    NoCheckpoint {
        /// Where.
        path: PathBuf,
    },
    /// Writing failed.
    #[error(transparent)]
    Export(Box<ExportError>),
}

impl From<ExportError> for LoadError {
    fn from(error: ExportError) -> Self {
        Self::Export(Box::new(error))
    }
}

/// What the optimizers' file says about itself.
#[derive(Debug, Serialize, Deserialize)]
struct OptimizerInfo {
    generator_updates: u64,
    discriminator_updates: u64,
}

/// A run read back, and what could not be read on the way.
#[derive(Debug)]
pub(super) struct LoadedRun {
    pub(super) gan: Gan,
    pub(super) config: RunConfig,
    /// Names of the classes of the data that it learned from.
    pub(super) classes: Vec<String>,
    /// One sentence if it continues with less than was asked for.
    pub(super) note: Option<String>,
}

impl RunFolder {
    /// Creates the folder, or takes an existing one, and writes the configuration into it.
    ///
    /// A run that begins at step 0 puts what an earlier run left there aside, so that nothing of it is lost or mixed up
    /// with the new run. One that begins later goes on with what is there.
    pub(super) fn create(root: PathBuf, config: &RunConfig, step: u64) -> Result<Self, LoadError> {
        export::check_folder_place(&root)?;
        if step == 0 {
            put_earlier_run_aside(&root)?;
        }
        for part in [root.clone(), root.join("checkpoints"), root.join("samples")] {
            fs::create_dir_all(&part).map_err(io_error("cannot create the run folder", &part))?;
        }
        remove_leftovers(&root.join("checkpoints"));
        let mut json = serde_json::to_vec_pretty(config)
            .map_err(|error| io_error("cannot write the configuration", &root)(error.into()))?;
        json.push(b'\n');
        export::write_atomically(root.join(CONFIG_FILE), &json)?;
        let metrics = MetricsCsv::resume(root.join(METRICS_FILE), &METRICS_COLUMNS, step)?;
        Ok(Self { root, metrics, last_metrics_step: step })
    }

    fn checkpoints(&self) -> PathBuf {
        self.root.join("checkpoints")
    }

    /// Adds one line per whole step. A number that is not finite is an empty cell.
    pub(super) fn append_metrics(&mut self, points: &[MetricPoint]) -> Result<(), LoadError> {
        for point in points {
            let MetricPoint { step, d_loss, g_loss, d_real, d_fake, d_gradient_norm, g_gradient_norm } = *point;
            if step <= self.last_metrics_step {
                continue;
            }
            self.last_metrics_step = step;
            let values = [d_loss, g_loss, d_real, d_fake, d_gradient_norm, g_gradient_norm];
            self.metrics.append(step, &values.map(|value| value.is_finite().then_some(f64::from(value))))?;
        }
        Ok(())
    }

    /// Forgets the metrics of steps after `step`, which a restored run does again.
    pub(super) fn forget_metrics_after(&mut self, step: u64) -> Result<(), LoadError> {
        self.metrics = MetricsCsv::resume(self.root.join(METRICS_FILE), &METRICS_COLUMNS, step)?;
        self.last_metrics_step = step;
        Ok(())
    }

    /// Writes a checkpoint, whole or not at all, and removes the oldest beyond [`KEPT_GENERATIONS`].
    pub(super) fn save(&self, model: &Model, gan: &Gan) -> Result<PathBuf, LoadError> {
        let target = self.checkpoints().join(format!("{CHECKPOINT_PREFIX}{:08}", gan.step));
        let parent = self.checkpoints();
        let staging = tempfile::Builder::new()
            .prefix(INCOMPLETE_PREFIX)
            .tempdir_in(&parent)
            .map_err(io_error("cannot write a checkpoint", &parent))?;
        let model_bytes = model.to_bytes().map_err(model_error(&target))?;
        write_synced(&staging.path().join(MODEL_FILE), &model_bytes)?;
        write_synced(&staging.path().join(OPTIMIZER_FILE), &encode_optimizers(gan).map_err(model_error(&target))?)?;
        sync_folder(staging.path())?;
        // One of the same step is moved out of the way, not emptied: it is whole until the new one has taken its place.
        let replaced = parent.join(format!("{REPLACED_PREFIX}{:08}", gan.step));
        if target.exists() {
            fs::rename(&target, &replaced).map_err(io_error("cannot replace a checkpoint", &target))?;
        }
        let staged = staging.keep();
        fs::rename(&staged, &target).map_err(io_error("cannot write a checkpoint", &target))?;
        sync_folder(&parent)?;
        self.remove_old_generations();
        Ok(target)
    }

    /// Writes what becomes of the fixed latents.
    pub(super) fn save_samples(&self, sheet: &Sheet, step: u64) -> Result<(), LoadError> {
        Ok(sheet.write(&self.root.join("samples"), step)?)
    }

    fn remove_old_generations(&self) {
        for old in list_checkpoints(&self.root).into_iter().skip(KEPT_GENERATIONS) {
            // Renamed first: a kill while it is being removed must not leave half a checkpoint under a whole one's name.
            let name = old.file_name().unwrap_or_default().to_string_lossy();
            let _kept = fs::rename(&old, old.with_file_name(format!("{INCOMPLETE_PREFIX}old-{name}")));
        }
        remove_leftovers(&self.checkpoints());
    }
}

/// Moves everything that an earlier run wrote into a numbered folder beside the new run.
fn put_earlier_run_aside(root: &Path) -> Result<(), LoadError> {
    let parts = [CONFIG_FILE, METRICS_FILE, "checkpoints", "samples"].map(|part| root.join(part));
    if !root.join("checkpoints").exists() {
        return Ok(());
    }
    let earlier = root.join(EARLIER_RUNS);
    let aside = (1..u32::MAX)
        .map(|number| earlier.join(format!("{number:03}")))
        .find(|aside| !aside.exists())
        .unwrap_or_else(|| earlier.clone());
    fs::create_dir_all(&aside).map_err(io_error("cannot put the earlier run aside", &aside))?;
    for part in parts.iter().filter(|part| part.exists()) {
        let target = aside.join(part.file_name().unwrap_or_default());
        fs::rename(part, &target).map_err(io_error("cannot put the earlier run aside", part))?;
    }
    Ok(())
}

/// Removes what a kill left half done. What stays takes disk space, nothing else.
fn remove_leftovers(checkpoints: &Path) {
    let Ok(entries) = fs::read_dir(checkpoints) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(step) = name.strip_prefix(REPLACED_PREFIX) {
            // A kill before the new one took its place leaves this one as the only one.
            let place = checkpoints.join(format!("{CHECKPOINT_PREFIX}{step}"));
            if !place.exists() && fs::rename(entry.path(), place).is_ok() {
                continue;
            }
        }
        if name.starts_with(INCOMPLETE_PREFIX) {
            let _kept = fs::remove_dir_all(entry.path());
        }
    }
}

/// The newest model file that `path` stands for: itself, or the newest checkpoint's in a run folder.
///
/// # Errors
/// A folder without one, or a path that cannot be read.
pub fn find_model_file(path: &Path) -> Result<PathBuf, LoadError> {
    let kind = fs::metadata(path).map_err(io_error("cannot open", path))?;
    if !kind.is_dir() {
        return Ok(path.to_owned());
    }
    model_candidates(path).into_iter().next().ok_or_else(|| LoadError::NoCheckpoint { path: path.to_owned() })
}

/// Reads a model file, or the newest readable checkpoint of a run folder.
///
/// # Errors
/// The first thing that is wrong with it, in one line.
pub fn read_model(path: &Path, device: &Device) -> Result<Model, LoadError> {
    let newest = find_model_file(path)?;
    let first_error = match read_model_file(&newest, device) {
        Ok(model) => return Ok(model),
        Err(error) => error,
    };
    let older = if path.is_dir() { model_candidates(path) } else { Vec::new() };
    older.iter().skip(1).find_map(|older| read_model_file(older, device).ok()).ok_or(first_error)
}

/// What a model file says about itself, without building its networks.
///
/// # Errors
/// The first thing that is wrong with it, in one line.
pub fn read_model_info(path: &Path) -> Result<ModelInfo, LoadError> {
    let file = find_model_file(path)?;
    model_file::read_info(&read_bounded(&file)?).map_err(model_error(&file))
}

/// Reads a run to continue: a checkpoint with what its optimizers remember, or a bare model file.
pub(super) fn load_run(path: &Path, device: &Device) -> Result<LoadedRun, LoadError> {
    let candidates = if fs::metadata(path).map_err(io_error("cannot open", path))?.is_dir() {
        model_candidates(path)
    } else {
        vec![path.to_owned()]
    };
    let mut first_error = None;
    for file in &candidates {
        match load_candidate(file, device) {
            Ok(mut loaded) => {
                if let Some(error) = first_error {
                    loaded.note = Some(format!("The newest checkpoint is damaged, so the one before is used. {error}"));
                }
                return Ok(loaded);
            }
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    Err(first_error.unwrap_or_else(|| LoadError::NoCheckpoint { path: path.to_owned() }))
}

fn load_candidate(file: &Path, device: &Device) -> Result<LoadedRun, LoadError> {
    let model = read_model_file(file, device)?;
    let (config, classes) = (model.info.config.clone(), model.info.classes.clone());
    let mut gan = model.into_gan();
    if is_in_checkpoint(file) {
        restore_optimizers(&mut gan, &file.with_file_name(OPTIMIZER_FILE), device)?;
        return Ok(LoadedRun { gan, config, classes, note: None });
    }
    let note = "The optimizers begin anew: a model file holds the networks only.".to_owned();
    Ok(LoadedRun { gan, config, classes, note: Some(note) })
}

fn read_model_file(path: &Path, device: &Device) -> Result<Model, LoadError> {
    Model::from_bytes(&read_bounded(path)?, device).map_err(model_error(path))
}

/// Model files that a folder offers: its checkpoints', newest first, then the only model file lying in it.
fn model_candidates(folder: &Path) -> Vec<PathBuf> {
    let checkpoints = list_checkpoints(folder).into_iter().map(|checkpoint| checkpoint.join(MODEL_FILE));
    let direct = Some(folder.join(MODEL_FILE)).filter(|file| file.is_file());
    checkpoints.chain(direct).collect()
}

/// Whether a model file belongs to a checkpoint, and so has the optimizers' state beside it.
fn is_in_checkpoint(file: &Path) -> bool {
    let folder = file.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    let is_checkpoint = |name: &str| [CHECKPOINT_PREFIX, REPLACED_PREFIX].iter().any(|prefix| name.starts_with(prefix));
    file.ends_with(MODEL_FILE) && folder.is_some_and(is_checkpoint)
}

/// Whole checkpoints of a run folder, newest first; one that was moved out of the way where a kill kept the new one from its place.
fn list_checkpoints(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root.join("checkpoints")) else { return Vec::new() };
    let paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    let of = |prefix: &str| -> Vec<(u64, &PathBuf)> {
        let step = |path: &PathBuf| path.file_name()?.to_str()?.strip_prefix(prefix)?.parse().ok();
        paths.iter().filter_map(|path| Some((step(path)?, path))).collect()
    };
    let mut found = of(CHECKPOINT_PREFIX);
    for (step, replaced) in of(REPLACED_PREFIX) {
        if found.iter().all(|(other, _)| *other != step) {
            found.push((step, replaced));
        }
    }
    found.sort_unstable_by_key(|(step, _)| std::cmp::Reverse(*step));
    found.into_iter().map(|(_, path)| path.clone()).collect()
}

fn encode_optimizers(gan: &Gan) -> Result<Vec<u8>, ModelError> {
    let mut arrays = Vec::new();
    for (network, optimizer) in
        [("generator", &gan.generator_optimizer), ("discriminator", &gan.discriminator_optimizer)]
    {
        let OptimizerState { means, squares, .. } = optimizer.state();
        for (kind, values) in [("mean", means), ("square", squares)] {
            arrays.extend(values.into_iter().enumerate().map(|(index, values)| NamedArray {
                name: format!("{network}.{kind}.{index}"),
                shape: vec![values.len()],
                values,
            }));
        }
    }
    let info = OptimizerInfo {
        generator_updates: gan.generator_optimizer.updates(),
        discriminator_updates: gan.discriminator_optimizer.updates(),
    };
    let description = serde_json::to_string(&info).map_err(|error| ModelError::Encode(error.to_string()))?;
    model_file::encode_arrays(arrays, description)
}

fn restore_optimizers(gan: &mut Gan, path: &Path, device: &Device) -> Result<(), LoadError> {
    let bytes = read_bounded(path)?;
    let (arrays, description) = model_file::decode_arrays(&bytes).map_err(model_error(path))?;
    let info: OptimizerInfo = serde_json::from_str(&description)
        .map_err(|error| model_error(path)(ModelError::BadDescription(error.to_string())))?;
    let read_all = |network: &str, kind: &str| {
        let mut values = Vec::new();
        while let Some(array) = model_file::find_array(&arrays, &format!("{network}.{kind}.{}", values.len()))? {
            values.push(array.values);
        }
        Ok(values)
    };
    let restore = |optimizer: &Optimizer, name: &str, network: &crate::gan::Network, updates: u64| {
        let state = OptimizerState {
            updates,
            means: read_all(name, "mean").map_err(model_error(path))?,
            squares: read_all(name, "square").map_err(model_error(path))?,
        };
        Optimizer::with_state(optimizer.config().clone(), state, &network.parameter_sizes(), device)
            .ok_or_else(|| LoadError::OptimizerState { path: path.to_owned() })
    };
    gan.generator_optimizer = restore(&gan.generator_optimizer, "generator", &gan.generator, info.generator_updates)?;
    gan.discriminator_optimizer =
        restore(&gan.discriminator_optimizer, "discriminator", &gan.discriminator, info.discriminator_updates)?;
    Ok(())
}

/// Reads a file of at most [`MAX_FILE_BYTES`], whatever its size says.
fn read_bounded(path: &Path) -> Result<Vec<u8>, LoadError> {
    let file = File::open(path).map_err(io_error("cannot open", path))?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(io_error("cannot read", path))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(LoadError::TooLarge { path: path.to_owned() });
    }
    Ok(bytes)
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), LoadError> {
    let failed = io_error("cannot write a checkpoint", path);
    let write = || -> io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(failed)
}

/// Makes a folder's entries durable. Windows has no such call and needs none.
fn sync_folder(path: &Path) -> Result<(), LoadError> {
    if cfg!(unix) {
        File::open(path).and_then(|folder| folder.sync_all()).map_err(io_error("cannot write a checkpoint", path))?;
    }
    Ok(())
}

fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> LoadError {
    let path = path.to_owned();
    move |cause| LoadError::Io { action, cause, path }
}

fn model_error(path: &Path) -> impl Fn(ModelError) -> LoadError {
    let path = path.to_owned();
    move |cause| LoadError::Model { cause: Box::new(cause), path: path.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_that_was_moved_out_of_the_way_is_found_and_put_back_where_a_kill_left_no_other() {
        let root = tempfile::tempdir().unwrap();
        let checkpoints = root.path().join("checkpoints");
        let make = |name: &str| {
            fs::create_dir_all(checkpoints.join(name)).unwrap();
            fs::write(checkpoints.join(name).join(MODEL_FILE), name).unwrap();
        };
        for name in
            ["step-00000007", ".incomplete-replaced-00000009", ".incomplete-abc", ".incomplete-old-step-00000003"]
        {
            make(name);
        }
        let names = || -> Vec<String> {
            let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
            list_checkpoints(root.path()).iter().map(name).collect()
        };
        assert_eq!(names(), [".incomplete-replaced-00000009", "step-00000007"]);
        let newest = model_candidates(root.path()).remove(0);
        assert!(is_in_checkpoint(&newest), "its optimizers are read, too: {newest:?}");
        remove_leftovers(&checkpoints);
        assert_eq!(names(), ["step-00000009", "step-00000007"]);
        assert_eq!(fs::read_dir(&checkpoints).unwrap().count(), 2, "nothing else is left");

        make(".incomplete-replaced-00000007");
        assert_eq!(names(), ["step-00000009", "step-00000007"], "the new one has taken its place");
        remove_leftovers(&checkpoints);
        assert_eq!(fs::read_to_string(checkpoints.join("step-00000007").join(MODEL_FILE)).unwrap(), "step-00000007");
        assert_eq!(fs::read_dir(&checkpoints).unwrap().count(), 2);
    }
}
