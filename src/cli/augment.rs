//! `ganscope augment`: whether a GAN trained on a few labelled pictures or texts helps a classifier of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use burn::tensor::Device;
use serde_json::Value;

use super::args::{AugmentArgs, unknown};
use super::augment_report::{Reporter, print_curve, print_report};
use super::{UsageError, note, open_device, source};
use crate::backend::DeviceChoice;
use crate::config::{Choice as _, ConfigError, DataConfig, Domain, ExperimentConfig, FilterKind, Preset};
use crate::export::{self, LabelledSetFormat};
use crate::trainer::{Experiment, ExperimentError, Progress, Report, StoredExperiment, stored_experiment};

/// Where experiments are kept unless the command line says otherwise.
const RUNS: &str = "runs";

/// Makes one experiment, or one for each number of a sweep.
pub(super) fn run(args: &AugmentArgs) -> anyhow::Result<()> {
    let data = match &args.data {
        Some(text) => Some(source::choose(text, &Preset::Fashion.config().data, &args.texts)?),
        None => None,
    };
    if let Some(path) = data.as_ref().and_then(DataConfig::own_path).filter(|path| !path.exists()) {
        anyhow::bail!("no such file or folder: {}", path.display());
    }
    if let (Some(data), Some(text)) = (&data, &args.data) {
        args.texts.check_fit(data, text)?;
        Experiment::check_domain(data)?;
    }
    let root = root(args, data.as_ref())?;
    let is_text = data.as_ref().is_some_and(|data| data.domain() == Domain::Text);
    if is_text && (args.flip.is_some() || args.diff_augment.is_some()) {
        return Err(UsageError("--flip and --diff-augment are for pictures; leave them out".to_owned()).into());
    }
    let export = export_target(args, data.as_ref(), &root)?;
    let device = open_device(DeviceChoice::Cpu)?;
    let places: Vec<(Option<usize>, PathBuf)> = if args.sweep.is_empty() {
        vec![(args.labelled, root)]
    } else {
        args.sweep.iter().map(|&labelled| (Some(labelled), root.join(format!("labelled-{labelled}")))).collect()
    };
    if let Some(number) = args.sweep.iter().enumerate().find_map(|(at, it)| args.sweep[..at].contains(it).then_some(it))
    {
        return Err(UsageError(format!("--sweep names {number} twice; leave one out")).into());
    }
    // What a sweep has not come to yet is made like what is there of it.
    let earlier = places.iter().map(|(_, folder)| stored(args, folder)).collect::<anyhow::Result<Vec<_>>>()?;
    let earlier = earlier.into_iter().flatten().next();
    let usual = match &earlier {
        Some(stored) => stored.config.clone(),
        None => ExperimentConfig::usual(data.as_ref().map_or(Domain::Images, DataConfig::domain)),
    };
    let data = data.or_else(|| Some(earlier?.data));
    for (labelled, folder) in &places {
        // What is wrong with the last one is said before the first begins.
        check(args, data.as_ref(), *labelled, folder, &usual)?;
    }
    let stop = listen_for_ctrl_c()?;
    let mut reports = Vec::new();
    for (labelled, folder) in places {
        let mut experiment = open(args, data.as_ref(), labelled, &folder, &usual, &device)?;
        // All of a sweep are of the same data.
        if let Some(text) = experiment.note().filter(|_| reports.is_empty()) {
            note(text);
        }
        let Some(report) = make(&mut experiment, &stop, args.json)? else {
            note(&format!(
                "Stopped; what is done is kept, and the same command with --resume goes on: {}",
                folder.display()
            ));
            return Ok(());
        };
        print_report(&report, experiment.config(), &folder, args.json)?;
        if let Some((path, format)) = export {
            let made = experiment.augmented(&stop, &mut |_: &Progress| {})?;
            let Some(made) = made else { return Ok(()) };
            let [real, generated] = made.write(path, format)?;
            note(&format!("Wrote {real} real and {generated} generated {}: {}", report.domain.noun(), path.display()));
        }
        reports.push(report);
    }
    if args.sweep.is_empty() { Ok(()) } else { print_curve(&reports, args.json) }
}

/// Runs an experiment to its end, or until it is to stop.
fn make(experiment: &mut Experiment, stop: &AtomicBool, json: bool) -> anyhow::Result<Option<Report>> {
    let mut reporter = Reporter::new(experiment.config().labelled, experiment.domain(), json);
    let report = experiment.run(stop, &mut |progress: &Progress| reporter.show(progress));
    reporter.close()?;
    Ok(report?)
}

fn listen_for_ctrl_c() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let handler_flag = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if handler_flag.swap(true, Ordering::SeqCst) {
            #[expect(clippy::exit, reason = "a second Ctrl-C means at once")]
            std::process::exit(130);
        }
    })
    .context("cannot listen for Ctrl-C")?;
    Ok(stop)
}

/// The folder that everything is kept in.
fn root(args: &AugmentArgs, data: Option<&DataConfig>) -> Result<PathBuf, UsageError> {
    match (&args.out, data, args.labelled) {
        (Some(out), ..) => Ok(out.clone()),
        (None, Some(data), Some(labelled)) => {
            Ok(Path::new(RUNS).join(format!("augment-{}-{labelled}", data.kind.key())))
        }
        (None, Some(data), None) if !args.sweep.is_empty() => {
            Ok(Path::new(RUNS).join(format!("augment-{}", data.kind.key())))
        }
        _ => Err(UsageError("--resume needs the folder of the experiment: --out DIR".to_owned())),
    }
}

/// The experiment that a folder holds, where one is to be gone on with.
fn stored(args: &AugmentArgs, folder: &Path) -> anyhow::Result<Option<StoredExperiment>> {
    if !args.resume {
        return Ok(None);
    }
    match stored_experiment(folder) {
        Ok(stored) => Ok(Some(stored)),
        // A sweep that was stopped may not have come to this one.
        Err(ExperimentError::NoExperiment { .. }) if !args.sweep.is_empty() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Refuses what cannot be made.
fn check(
    args: &AugmentArgs,
    data: Option<&DataConfig>,
    labelled: Option<usize>,
    folder: &Path,
    usual: &ExperimentConfig,
) -> anyhow::Result<()> {
    let Some(stored) = stored(args, folder)? else {
        let config = settings(args, labelled, usual)?;
        Experiment::check_folder(folder)?;
        if let Some(data) = data.filter(|_| !args.sweep.is_empty()) {
            Experiment::check(config, data.clone())?;
        }
        return Ok(());
    };
    // In a sweep, what all others are made with.
    let base = if args.sweep.is_empty() { &stored.config } else { usual };
    let base = ExperimentConfig { labelled: stored.config.labelled, ..base.clone() };
    let wanted = settings(args, labelled, &base)?;
    if let Some(difference) = difference(&stored.config, &wanted) {
        let path = folder.display();
        let message = if args.sweep.is_empty() {
            format!("the experiment to go on with has other settings, {difference}; leave them out: {path}")
        } else {
            format!(
                "all of a sweep is made alike, and this is not: {difference}; leave that out, or choose another folder: {path}"
            )
        };
        return Err(UsageError(message).into());
    }
    let is_other = |data: &DataConfig| {
        let are_other_texts = data.domain() == Domain::Text && data.text != stored.data.text;
        data.kind != stored.data.kind || data.own_path() != stored.data.own_path() || are_other_texts
    };
    if data.is_some_and(is_other) {
        let message = "the experiment to go on with is of other data, or of texts that were read in another way; leave --data out";
        return Err(UsageError(format!("{message}: {}", folder.display())).into());
    }
    Ok(())
}

fn open(
    args: &AugmentArgs,
    data: Option<&DataConfig>,
    labelled: Option<usize>,
    folder: &Path,
    usual: &ExperimentConfig,
    device: &Device,
) -> anyhow::Result<Experiment> {
    if let Some(stored) = stored(args, folder)? {
        let seeds = settings(args, labelled, &stored.config)?.seeds;
        return Ok(Experiment::resume(folder, seeds, device)?);
    }
    let config = settings(args, labelled, usual)?;
    let data = data.cloned().ok_or_else(|| UsageError("--data is missing".to_owned()))?;
    Ok(Experiment::begin(config, data, folder, device)?)
}

/// `config`, what is made where the command line says nothing, with what it says.
fn settings(
    args: &AugmentArgs,
    labelled: Option<usize>,
    config: &ExperimentConfig,
) -> Result<ExperimentConfig, UsageError> {
    let filter = match &args.filter {
        None => config.filter,
        Some(name) => FilterKind::from_key(name)
            .ok_or_else(|| unknown("filter", name, FilterKind::ALL.iter().map(|filter| filter.key())))?,
    };
    let config = ExperimentConfig {
        labelled: labelled.unwrap_or(config.labelled),
        seeds: args.seeds.unwrap_or(config.seeds),
        seed: args.seed.unwrap_or(config.seed),
        gan_steps: args.gan_steps.unwrap_or(config.gan_steps),
        diff_augment: args.diff_augment.unwrap_or(config.diff_augment),
        generated: args.generated.unwrap_or(config.generated),
        filter,
        classifier_steps: args.classifier_steps.unwrap_or(config.classifier_steps),
        batch: args.batch.unwrap_or(config.batch),
        mix: args.mix.unwrap_or(config.mix),
        flip: args.flip.or(config.flip),
    };
    let refused = |error: ConfigError| UsageError(format!("--{error}"));
    config.validate().map_err(refused)?;
    Ok(config)
}

/// The settings in which an experiment and what is asked for differ, the number of seeds aside: more of them may be added.
fn difference(stored: &ExperimentConfig, wanted: &ExperimentConfig) -> Option<String> {
    let fields = |config: &ExperimentConfig| serde_json::to_value(config).unwrap_or(Value::Null);
    let (stored, wanted) = (fields(stored), fields(wanted));
    let names = stored.as_object()?.keys().filter(|name| *name != "seeds" && stored[*name] != wanted[*name]);
    let said: Vec<String> = names.map(|name| format!("{name} is {} and not {}", stored[name], wanted[name])).collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// Where the augmented set is to be written, and how.
fn export_target<'a>(
    args: &'a AugmentArgs,
    data: Option<&DataConfig>,
    root: &Path,
) -> anyhow::Result<Option<(&'a Path, LabelledSetFormat)>> {
    let Some(path) = args.export.as_deref() else { return Ok(None) };
    let domain = match data {
        Some(data) => data.domain(),
        None => stored_experiment(root)?.data.domain(),
    };
    let format = export_format(args, path, domain)?;
    // Hours must not be in vain.
    export::check_labelled_set_place(path, format)?;
    Ok(Some((path, format)))
}

fn export_format(args: &AugmentArgs, path: &Path, domain: Domain) -> Result<LabelledSetFormat, UsageError> {
    let ends_with = |wanted: &str| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(wanted));
    let Some(name) = &args.export_format else {
        if domain == Domain::Text && ["tsv", "txt"].into_iter().any(ends_with) {
            let message =
                "texts are written as a folder with texts.tsv and manifest.json; give --export a folder's name";
            return Err(UsageError(format!("{message}: {}", path.display())));
        }
        return Ok(if ends_with("npz") { LabelledSetFormat::Npz } else { LabelledSetFormat::usual(domain) });
    };
    let fitting = || LabelledSetFormat::ALL.iter().filter(|format| format.fits(domain));
    let known = fitting().find(|format| format.key() == name);
    known
        .copied()
        .ok_or_else(|| unknown(&format!("format for {}", domain.noun()), name, fitting().map(|format| format.key())))
}
