//! `ganscope train`: a run without a window, with a progress bar or JSON lines.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::args::TrainArgs;
use super::{UsageError, note, print_line, source};
use crate::backend::DeviceChoice;
use crate::config::RunConfig;
use crate::export::{self, ExportError};
use crate::trainer::{Begin, Camera, Command, EventKind, FinishReason, MetricPoint, RunOutput, Trainer};
use crate::ui::theme::Palette;

/// A JSON line for a step at least this often.
const STEP_LINE_INTERVAL: Duration = Duration::from_millis(500);
/// The largest configuration file that is read.
const MAX_CONFIG_BYTES: u64 = 1 << 20;

/// Trains as the command line says.
pub(super) fn run(args: &TrainArgs) -> anyhow::Result<()> {
    let config = configure(args)?;
    let seconds = args.minutes.map(|minutes| minutes * 60.0);
    if seconds.is_some_and(|seconds| !(seconds.is_finite() && seconds > 0.0)) {
        return Err(UsageError("--minutes must be a number above 0".to_owned()).into());
    }
    if let Some(path) = &args.film {
        // A day of training must not be in vain.
        export::check_film_place(path)?;
    }
    let output = RunOutput { folder: args.out.clone(), steps: args.steps, seconds, is_filmed: args.film.is_some() };
    let trainer = Trainer::spawn(|| {});
    match &args.out {
        Some(folder) if args.resume => {
            trainer.load_with(folder.clone(), args.device, Begin::Running, output.clone());
        }
        _ => {
            trainer.start_with(config.clone(), args.device, Begin::Running, output.clone());
        }
    }
    let last_step = output.steps.or(config.steps);
    let goal = Goal { steps: last_step.filter(|_| seconds.is_none()), seconds };
    let reporter = if args.json { Reporter::Json(JsonLines::default()) } else { Reporter::bar(&goal) };
    follow(trainer, reporter, args.film.as_deref())
}

/// Trains in the terminal, where there is no display.
pub(super) fn run_default(config: RunConfig, device: DeviceChoice) -> anyhow::Result<()> {
    let goal = Goal { steps: config.steps, seconds: None };
    let trainer = Trainer::spawn(|| {});
    trainer.start(config, device, Begin::Running);
    follow(trainer, Reporter::bar(&goal), None)
}

fn configure(args: &TrainArgs) -> anyhow::Result<RunConfig> {
    let mut config = match &args.config {
        Some(path) => read_config(path)?,
        None => args.preset()?.config(),
    };
    if let Some(text) = &args.data {
        let data = source::choose(text, &config.data, &args.texts)?;
        args.texts.check_fit(&data, text)?;
        if args.names_networks() {
            config.replace_data(data);
        } else {
            config.choose_data(data);
        }
    }
    config.seed = args.seed.unwrap_or(config.seed);
    if args.steps.is_some() {
        config.steps = args.steps;
    }
    for assignment in &args.overrides {
        config.set(assignment).map_err(|error| UsageError(error.to_string()))?;
    }
    config.validate().map_err(|error| UsageError(error.to_string()))?;
    Ok(config)
}

fn read_config(path: &Path) -> anyhow::Result<RunConfig> {
    use std::io::Read as _;
    let cannot_read = || format!("cannot read the configuration: {}", path.display());
    let mut text = String::new();
    let file = std::fs::File::open(path).with_context(cannot_read)?;
    file.take(MAX_CONFIG_BYTES).read_to_string(&mut text).with_context(cannot_read)?;
    serde_json::from_str(&text).map_err(|error| anyhow!("not a configuration ({error}): {}", path.display()))
}

/// Where a run ends, for the progress bar.
struct Goal {
    steps: Option<u64>,
    seconds: Option<f64>,
}

/// Prints what happens until the run ends, and films it if that is wanted.
fn follow(trainer: Trainer, mut reporter: Reporter, film: Option<&Path>) -> anyhow::Result<()> {
    let mut camera = Camera::default();
    let is_interrupted = Arc::new(AtomicBool::new(false));
    let handler_flag = Arc::clone(&is_interrupted);
    let sender = trainer.commander();
    ctrlc::set_handler(move || {
        if handler_flag.swap(true, Ordering::SeqCst) {
            #[expect(clippy::exit, reason = "a second Ctrl-C means at once")]
            std::process::exit(130);
        }
        // A trainer that is gone has nothing left to stop.
        let _gone = sender.send(Command::Stop);
    })
    .context("cannot listen for Ctrl-C")?;
    let mut end = Ok(());
    while let Some(event) = trainer.next_event() {
        reporter.report(&event.kind)?;
        camera.hear(&event);
        match &event.kind {
            EventKind::Finished { .. } => break,
            EventKind::Failed { message } => {
                end = Err(anyhow!("{}", message.trim_end_matches('.')));
                break;
            }
            EventKind::Diverged { reason, last_good_step, .. } => {
                let reason = reason.trim_end_matches('.');
                let safe = last_good_step.map_or_else(String::new, |step| format!("; all was well at step {step}"));
                end = Err(anyhow!("training diverged: {reason}{safe}; try a lower learning rate"));
                break;
            }
            _ => {}
        }
    }
    trainer.finish();
    reporter.close();
    let Some(path) = film else { return end };
    let film = camera.film();
    // A run that ended badly is worth a film, too; why it ended is what counts then.
    match (export::write_film(film, path, Palette::LIGHT.film_colours()), end) {
        (Ok(()), end) => {
            let last_step = film.last_step().unwrap_or_default();
            note(&format!("A film of {}, the last of step {last_step}: {}", film.length(), path.display()));
            end
        }
        (Err(ExportError::Empty), end) => {
            if end.is_ok() {
                note("There is no film: the run was stopped before it began.");
            }
            end
        }
        (Err(error), Ok(())) => Err(error.into()),
        (Err(error), end) => {
            note(&format!("warning: the film was not kept: {error}"));
            end
        }
    }
}

/// How a run is shown in the terminal.
enum Reporter {
    Json(JsonLines),
    Bar { bar: ProgressBar, counts_seconds: bool },
}

/// What JSON lines need to remember.
#[derive(Default)]
struct JsonLines {
    last_line: Option<Instant>,
    unsaid: Option<(MetricPoint, f64, f32)>,
}

impl Reporter {
    fn bar(goal: &Goal) -> Self {
        let length = goal.steps.or(goal.seconds.map(|seconds| seconds as u64));
        let bar = length.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        let template = match (goal.steps, goal.seconds) {
            (Some(_), _) => "{bar:30} step {human_pos} of {human_len}  {msg}  {eta} left",
            (None, Some(_)) => "{bar:30} {elapsed}  {msg}  {eta} left",
            (None, None) => "{spinner} {msg}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self::Bar { bar, counts_seconds: goal.steps.is_none() }
    }

    fn report(&mut self, kind: &EventKind) -> anyhow::Result<()> {
        match self {
            Self::Json(lines) => lines.report(kind),
            Self::Bar { bar, counts_seconds } => {
                show(bar, *counts_seconds, kind);
                Ok(())
            }
        }
    }

    fn close(self) {
        if let Self::Bar { bar, .. } = self {
            bar.abandon();
        }
    }
}

impl JsonLines {
    fn report(&mut self, kind: &EventKind) -> anyhow::Result<()> {
        match kind {
            EventKind::Started { config, device, parameters, data_note, step } => {
                let mut line = json!({
                    "event": "started", "step": step, "device": device, "parameters": parameters, "data_note": data_note,
                });
                if let (Some(line), Ok(serde_json::Value::Object(config))) =
                    (line.as_object_mut(), serde_json::to_value(config))
                {
                    line.insert("config".to_owned(), config.into());
                }
                print_line(&line.to_string())
            }
            EventKind::Progressed { points, elapsed_secs, steps_per_sec } => {
                if let Some(point) = points.last() {
                    self.unsaid = Some((*point, *elapsed_secs, *steps_per_sec));
                }
                if self.last_line.is_none_or(|last| last.elapsed() >= STEP_LINE_INTERVAL) {
                    self.say_step()?;
                }
                Ok(())
            }
            EventKind::CheckpointSaved { path, step } => {
                print_line(&json!({ "event": "checkpoint", "step": step, "path": path }).to_string())
            }
            EventKind::Warned { message } => print_line(&json!({ "event": "warning", "message": message }).to_string()),
            EventKind::Finished { step, elapsed_secs, reason } => {
                self.say_step()?;
                print_line(&finished(*step, *elapsed_secs, *reason))
            }
            EventKind::Diverged { step, .. } => {
                let elapsed_secs = self.unsaid.map_or(0.0, |(_, elapsed_secs, _)| elapsed_secs);
                self.say_step()?;
                print_line(&finished(*step, elapsed_secs, FinishReason::Diverged))
            }
            _ => Ok(()),
        }
    }

    fn say_step(&mut self) -> anyhow::Result<()> {
        let Some((point, elapsed_secs, steps_per_sec)) = self.unsaid.take() else { return Ok(()) };
        self.last_line = Some(Instant::now());
        let MetricPoint { step, d_loss, g_loss, d_real, d_fake, d_gradient_norm, g_gradient_norm } = point;
        let line = json!({
            "event": "step", "step": step, "elapsed_secs": elapsed_secs, "d_loss": d_loss, "g_loss": g_loss,
            "d_real": d_real, "d_fake": d_fake, "d_gradient_norm": d_gradient_norm,
            "g_gradient_norm": g_gradient_norm, "steps_per_sec": steps_per_sec,
        });
        print_line(&line.to_string())
    }
}

fn finished(step: u64, elapsed_secs: f64, reason: FinishReason) -> String {
    json!({ "event": "finished", "step": step, "elapsed_secs": elapsed_secs, "reason": reason }).to_string()
}

/// One line above the bar, or simply one line where standard error is no terminal.
fn say(bar: &ProgressBar, line: &str) {
    if bar.is_hidden() { note(line) } else { bar.println(line) }
}

fn show(bar: &ProgressBar, counts_seconds: bool, kind: &EventKind) {
    match kind {
        EventKind::Started { config, device, data_note, .. } => {
            if let Some(note) = data_note {
                say(bar, &format!("Data: {note}"));
            }
            let why = device.note.as_ref().map(|note| format!(" {note}")).unwrap_or_default();
            say(bar, &format!("Training {} on {}.{why}", config.preset, device.name));
        }
        EventKind::DataRead { progress } => {
            let total = progress.total.map(|total| format!(" of {total}")).unwrap_or_default();
            bar.set_message(format!("reading pictures: {}{total}", progress.done));
        }
        EventKind::Progressed { points, elapsed_secs, steps_per_sec } => {
            if let Some(point) = points.last() {
                bar.set_position(if counts_seconds { *elapsed_secs as u64 } else { point.step });
                bar.set_message(format!(
                    "step {}  D loss {:.3}  G loss {:.3}  {steps_per_sec:.0} steps/s",
                    point.step, point.d_loss, point.g_loss
                ));
            }
        }
        EventKind::CheckpointSaved { path, .. } => say(bar, &format!("Saved {}", path.display())),
        EventKind::Warned { message } => say(bar, &format!("warning: {message}")),
        EventKind::Finished { step, elapsed_secs, .. } => {
            say(bar, &format!("Finished after {step} steps in {elapsed_secs:.1} s."));
        }
        _ => {}
    }
}
