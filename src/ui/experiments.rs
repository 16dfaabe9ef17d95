//! The data augmentation experiment on a thread of its own, one at a time.
//!
//! An experiment is kept in a folder that is named after its settings, so that the same settings go on with what is there.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use eframe::egui;
use flate2::Crc;

use super::panels::capitalized;
use crate::backend;
use crate::config::{Choice as _, DataConfig, ExperimentConfig};
use crate::data;
use crate::export::{self, LabelledSetFormat};
use crate::state::{ExperimentChoice, ExperimentEnd, ExperimentNews};
use crate::trainer::{
    ArmSamples, AugmentedSet, Experiment, ExperimentError, ExperimentObserver, Latest, Progress, Report,
};

/// News that may wait to be used: more than comes between two frames.
const WAITING: usize = 64;
/// Where experiments are kept, in the folder for data.
const FOLDER: &str = "experiments";

/// The experiment that is made, if there is one.
#[derive(Default)]
pub(super) struct Experiments {
    running: Option<Running>,
}

struct Running {
    news: Receiver<ExperimentNews>,
    progress: Latest<Progress>,
    gate: Arc<Gate>,
}

/// Where the experiment waits while it is paused, and learns that it is to stop.
#[derive(Debug, Default)]
struct Gate {
    is_stopped: AtomicBool,
    is_paused: Mutex<bool>,
    changed: Condvar,
}

impl Gate {
    fn set_paused(&self, pauses: bool) {
        *self.is_paused.lock().unwrap_or_else(PoisonError::into_inner) = pauses;
        self.changed.notify_all();
    }

    fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
        self.set_paused(false);
    }

    /// Waits as long as it is paused.
    fn pass(&self) {
        let is_paused = self.is_paused.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.changed.wait_while(is_paused, |is_paused| *is_paused));
    }
}

impl Experiments {
    /// Begins to make an experiment in `root`, or goes on with it. Whether that could be begun: one that was stopped may still be
    /// ending.
    pub(super) fn begin(&mut self, ctx: &egui::Context, choice: ExperimentChoice, root: PathBuf) -> bool {
        if self.running.is_some() {
            return false;
        }
        let (sender, news) = sync_channel(WAITING);
        let (progress, gate) = (Latest::new(), Arc::new(Gate::default()));
        let mut teller = Teller { sender, progress: progress.clone(), gate: Arc::clone(&gate), ctx: ctx.clone() };
        let run = move || {
            backend::lower_thread_priority();
            let end = make(&choice, &root, &mut teller).unwrap_or_else(|error| ExperimentEnd::Failed(in_words(&error)));
            teller.tell(ExperimentNews::Ended(end));
        };
        // Without a thread, the sender is gone, and that is found at the next look.
        drop(std::thread::Builder::new().name("experiment".to_owned()).spawn(run));
        self.running = Some(Running { news, progress, gate });
        true
    }

    /// Lets it wait, or go on.
    pub(super) fn pause(&self, pauses: bool) {
        if let Some(running) = &self.running {
            running.gate.set_paused(pauses);
        }
    }

    /// Ends it soon; what is done is kept.
    pub(super) fn stop(&self) {
        if let Some(running) = &self.running {
            running.gate.stop();
        }
    }

    /// How far it has come since the last call.
    pub(super) fn take_progress(&self) -> Option<Progress> {
        self.running.as_ref()?.progress.take()
    }

    /// The next news that has come.
    pub(super) fn take(&mut self) -> Option<ExperimentNews> {
        let news = match self.running.as_ref()?.news.try_recv() {
            Ok(news) => news,
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => {
                let reason = "The experiment ended without a word; start it again to go on with what is done";
                ExperimentNews::Ended(ExperimentEnd::Failed(reason.to_owned()))
            }
        };
        if matches!(news, ExperimentNews::Ended(_)) {
            self.running = None;
        }
        Some(news)
    }
}

/// The experiment's end of the road to the window.
struct Teller {
    sender: SyncSender<ExperimentNews>,
    progress: Latest<Progress>,
    gate: Arc<Gate>,
    ctx: egui::Context,
}

impl Teller {
    fn tell(&self, news: ExperimentNews) {
        // The window may be gone by now; then nobody wants it.
        drop(self.sender.send(news));
        self.ctx.request_repaint();
    }
}

impl ExperimentObserver for Teller {
    fn progressed(&mut self, progress: &Progress) {
        self.progress.put(*progress);
        self.ctx.request_repaint();
        self.gate.pass();
    }

    fn saw(&mut self, samples: ArmSamples) {
        self.tell(ExperimentNews::Saw(samples));
    }

    fn measured(&mut self, report: Report) {
        self.tell(ExperimentNews::Measured(report));
    }
}

/// Makes the experiment for each number of labelled pictures.
fn make(choice: &ExperimentChoice, root: &Path, teller: &mut Teller) -> Result<ExperimentEnd, ExperimentError> {
    let configs = choice.configs();
    if configs.len() > 1 {
        // What is wrong with the last one is said before the first begins.
        for config in &configs {
            Experiment::check(config.clone(), choice.data.clone())?;
        }
    }
    let gate = Arc::clone(&teller.gate);
    for config in configs {
        let folder = folder_of(root, &config, &choice.data);
        let labelled = config.labelled;
        let mut experiment = open(config, &choice.data, &folder)?;
        teller.tell(ExperimentNews::Begun { labelled, folder });
        teller.measured(experiment.report());
        if experiment.run(&gate.is_stopped, teller)?.is_none() {
            return Ok(ExperimentEnd::Stopped);
        }
    }
    Ok(ExperimentEnd::Whole)
}

/// The experiment in a folder, or a new one; one that is of other data, or damaged, is put aside, and so are parts of one.
fn open(config: ExperimentConfig, data: &DataConfig, folder: &Path) -> Result<Experiment, ExperimentError> {
    let device = backend::cpu_device();
    let earlier = Experiment::resume(folder, config.seeds, &device);
    let is_useless = match earlier {
        Err(ExperimentError::NoExperiment { .. }) => {
            matches!(Experiment::check_folder(folder), Err(ExperimentError::LeftOver { .. }))
        }
        Err(ExperimentError::DataChanged { .. } | ExperimentError::Damaged { .. }) => true,
        other => return other,
    };
    if is_useless {
        put_aside(folder)?;
    }
    Experiment::begin(config, data.clone(), folder, &device)
}

/// Gives a folder the first free name of `NAME-old-1`, `NAME-old-2` and so on.
fn put_aside(folder: &Path) -> Result<(), ExperimentError> {
    let aside = (1_u32..).map(|number| {
        let mut name = folder.as_os_str().to_owned();
        name.push(format!("-old-{number}"));
        PathBuf::from(name)
    });
    let free = aside.take(10_000).find(|path| !path.exists());
    let target = free.unwrap_or_else(|| folder.to_owned());
    fs::rename(folder, target).map_err(|cause| export::ExportError::Write { cause, path: folder.to_owned() }.into())
}

/// Where experiments of the window are kept.
pub(super) fn root() -> PathBuf {
    data::data_folder().join(FOLDER)
}

/// Where an experiment is kept: a name that says what it is of, and a number that stands for all its other settings.
pub(super) fn folder_of(root: &Path, config: &ExperimentConfig, data: &DataConfig) -> PathBuf {
    // More seeds are more of the same.
    let config = ExperimentConfig { seeds: 1, ..config.clone() };
    let gan = config.gan_config(data, config.seed);
    let settings = serde_json::to_vec(&(&config, data, gan)).unwrap_or_default();
    let mut crc = Crc::new();
    crc.update(&settings);
    root.join(format!("{}-{}-{:08x}", data.kind.key(), config.labelled, crc.sum()))
}

/// Writes the real and generated samples of the first repetition of an experiment that has some; returns how many there are of each.
///
/// # Errors
/// One sentence.
pub(super) fn write_augmented(folder: &Path, path: &Path, format: LabelledSetFormat) -> Result<[usize; 2], String> {
    export::check_labelled_set_place(path, format).map_err(|error| capitalized(&error.to_string()))?;
    let made = AugmentedSet::read(folder).map_err(|error| in_words(&error))?;
    let made = made.ok_or("There is nothing generated yet")?;
    made.write(path, format).map_err(|error| capitalized(&error.to_string()))
}

fn in_words(error: &ExperimentError) -> String {
    capitalized(&error.to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::RecvTimeoutError;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::config::DatasetKind;
    use crate::trainer::stored_experiment;

    /// Longer than any machine needs for a few steps.
    const PATIENCE: Duration = Duration::from_mins(5);

    fn tiny() -> ExperimentChoice {
        let config = ExperimentConfig {
            labelled: 40,
            seeds: 1,
            gan_steps: 4,
            generated: 40,
            classifier_steps: 4,
            batch: 8,
            ..ExperimentConfig::default()
        };
        ExperimentChoice { config, ..ExperimentChoice::default() }
    }

    /// All news up to the end.
    fn run(experiments: &mut Experiments, mut hear: impl FnMut(&Experiments, &ExperimentNews)) -> Vec<ExperimentNews> {
        let begun = Instant::now();
        let mut all = Vec::new();
        while !matches!(all.last(), Some(ExperimentNews::Ended(_))) {
            assert!(begun.elapsed() < PATIENCE, "it does not come to an end: {all:?}");
            match experiments.take() {
                Some(news) => {
                    hear(experiments, &news);
                    all.push(news);
                }
                None => std::thread::yield_now(),
            }
        }
        all
    }

    fn begin(root: &Path, choice: ExperimentChoice) -> Experiments {
        let mut experiments = Experiments::default();
        assert!(experiments.begin(&egui::Context::default(), choice, root.to_owned()));
        experiments
    }

    fn reports(news: &[ExperimentNews]) -> Vec<&Report> {
        news.iter()
            .filter_map(|it| if let ExperimentNews::Measured(report) = it { Some(report) } else { None })
            .collect()
    }

    fn accuracies(report: &Report) -> Vec<Vec<f64>> {
        report.arms.iter().map(|arm| arm.accuracies.clone()).collect()
    }

    #[test]
    fn an_experiment_that_is_stopped_goes_on_and_ends_like_one_that_was_not() {
        let root = tempfile::tempdir().unwrap();
        let [whole, halting] = ["whole", "halting"].map(|name| root.path().join(name));
        let news = run(&mut begin(&whole, tiny()), |_, _| {});
        assert!(news.iter().any(|it| matches!(it, ExperimentNews::Saw(samples) if samples.arms.len() == 7)));
        assert_eq!(news.last(), Some(&ExperimentNews::Ended(ExperimentEnd::Whole)));
        let expected = accuracies(reports(&news).last().unwrap());
        assert!(expected.iter().all(|arm| arm.len() == 1));

        let mut experiments = begin(&halting, tiny());
        let stop = |experiments: &Experiments, news: &ExperimentNews| {
            if matches!(news, ExperimentNews::Saw(_)) {
                experiments.stop();
            }
        };
        let news = run(&mut experiments, stop);
        assert_eq!(news.last(), Some(&ExperimentNews::Ended(ExperimentEnd::Stopped)));
        assert!(reports(&news).last().unwrap().arms.iter().any(|arm| arm.accuracies.is_empty()));
        let news = run(&mut begin(&halting, tiny()), |_, _| {});
        assert_eq!(accuracies(reports(&news).last().unwrap()), expected);
    }

    #[test]
    fn a_paused_experiment_says_nothing_until_it_goes_on() {
        let gate = Arc::new(Gate::default());
        gate.set_paused(true);
        let (sender, passed) = sync_channel(1);
        let waiting = {
            let gate = Arc::clone(&gate);
            let wait = move || {
                gate.pass();
                sender.send(()).unwrap();
            };
            std::thread::Builder::new().name("paused".to_owned()).spawn(wait).unwrap()
        };
        // Longer than a thread that does not wait needs: it would be found here.
        assert_eq!(passed.recv_timeout(Duration::from_millis(200)), Err(RecvTimeoutError::Timeout));
        gate.set_paused(false);
        passed.recv_timeout(PATIENCE).unwrap();
        waiting.join().unwrap();
        gate.set_paused(true);
        gate.stop();
        gate.pass();
        assert!(gate.is_stopped.load(Ordering::Relaxed), "what is to stop does not wait");
    }

    #[test]
    fn a_sweep_that_cannot_be_made_is_refused_before_it_begins() {
        let root = tempfile::tempdir().unwrap();
        let mut choice = ExperimentChoice { is_sweep: true, ..tiny() };
        choice.config.labelled = 100_000;
        let news = run(&mut begin(root.path(), choice), |_, _| {});
        let [ExperimentNews::Ended(ExperimentEnd::Failed(reason))] = &news[..] else { panic!("{news:?}") };
        assert!(reason.starts_with("There are only") && !reason.contains('\n'), "{reason}");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_same_settings_have_the_same_folder_however_many_seeds() {
        let root = Path::new("root");
        let (config, data) = (ExperimentConfig::default(), DataConfig::of(DatasetKind::Fashion));
        let of = |config: &ExperimentConfig| folder_of(root, config, &data);
        assert_eq!(of(&config), of(&ExperimentConfig { seeds: 9, ..config.clone() }));
        assert_ne!(of(&config), of(&ExperimentConfig { mix: 0.25, ..config.clone() }));
        assert!(of(&config).starts_with("root") && of(&config).to_string_lossy().contains("fashion-200-"));
    }

    #[test]
    fn what_was_chosen_for_other_data_before_is_no_other_setting() {
        let usual = DataConfig::of(DatasetKind::Fashion);
        let mut seen = usual.clone();
        seen.pictures.size = 64;
        seen.text.max_length = 9;
        (seen.samples, seen.checksum) = (Some(500), Some(7));
        let mut choice = ExperimentChoice::default();
        choice.take_data(&seen);
        assert_eq!(choice, ExperimentChoice::default());
        let folder = |data: &DataConfig| folder_of(Path::new("root"), &choice.config, data);
        assert_eq!(folder(&choice.data), folder(&usual));
        let mut own = DataConfig::of(DatasetKind::Pictures);
        own.pictures.size = 64;
        assert_eq!(own.alone(), own, "what the samples are is kept");
    }

    #[test]
    fn what_cannot_be_gone_on_with_is_put_aside() {
        let root = tempfile::tempdir().unwrap();
        let choice = tiny();
        let folder = folder_of(root.path(), &choice.config, &choice.data);
        for (number, aside) in ["-old-1", "-old-2"].into_iter().enumerate() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("experiment.json"), format!("no experiment {number}")).unwrap();
            drop(open(choice.config.clone(), &choice.data, &folder).unwrap());
            let kept = PathBuf::from(format!("{}{aside}", folder.display())).join("experiment.json");
            assert_eq!(fs::read_to_string(kept).unwrap(), format!("no experiment {number}"));
            assert!(stored_experiment(&folder).is_ok());
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(folder.join("seed-1")).unwrap();
        let begun = open(choice.config.clone(), &choice.data, &folder).unwrap();
        assert!(PathBuf::from(format!("{}-old-3", folder.display())).join("seed-1").exists());
        assert!(!folder.join("seed-1").exists());
        let error = open(choice.config, &choice.data, &folder).unwrap_err().to_string();
        assert!(error.contains("another ganscope"), "{error}");
        assert!(begun.path() == folder && folder.join("experiment.json").exists(), "one that is made is not put aside");
    }
}
