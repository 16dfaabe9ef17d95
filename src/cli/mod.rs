//! The command line: the same trainer without a window, so that scripts, class servers and tests can use it.

mod args;
mod augment;
mod augment_report;
mod bench;
mod datasets;
mod eval;
mod eval_images;
mod eval_points;
mod eval_text;
mod features;
mod frames;
mod lessons;
mod lists;
mod pieces;
mod previews;
mod quality2d;
mod sample;
mod source;
mod train;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use clap::Parser as _;
use clap::error::ErrorKind;

use self::args::{Cli, Subcommand, WindowArgs};
use crate::backend::DeviceChoice;
use crate::config::Preset;
use crate::ui;

/// Exit status of a wrong command line.
const WRONG_USAGE: u8 = 2;

/// A command line that makes no sense, as opposed to a command that failed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct UsageError(String);

/// Runs the program with the given arguments, the program's own name first.
pub fn run(arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return report_usage(&error),
    };
    match execute(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&one_line(&error));
            if error.is::<UsageError>() { ExitCode::from(WRONG_USAGE) } else { ExitCode::FAILURE }
        }
    }
}

fn execute(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        None => open_window(cli.window),
        Some(Subcommand::Train(args)) => train::run(&args),
        Some(Subcommand::Sample(args)) => sample::sample(&args),
        Some(Subcommand::Interpolate(args)) => sample::interpolate(&args),
        Some(Subcommand::Eval(args)) => eval::run(&args),
        Some(Subcommand::Augment(args)) => augment::run(&args),
        Some(Subcommand::Features(args)) => features::run(&args),
        Some(Subcommand::Bench(args)) => bench::run(&args),
        Some(Subcommand::Presets(args)) => lists::presets(&args),
        Some(Subcommand::Devices(args)) => lists::devices(&args),
        Some(Subcommand::Datasets(args)) => datasets::run(&args),
        Some(Subcommand::Info(args)) => lists::info(&args),
    }
}

/// Opens the window, or trains in the terminal where there is nothing to open a window on.
fn open_window(args: WindowArgs) -> anyhow::Result<()> {
    let mut config = args.preset()?.unwrap_or(Preset::Ring8).config();
    if let Some(text) = &args.data {
        let data = source::choose(text, &config.data, &args.texts)?;
        args.texts.check_fit(&data, text)?;
        config.choose_data(data);
    }
    config.seed = args.seed.unwrap_or(config.seed);
    if !has_display() {
        note("No display was found, so there is no window; training in the terminal instead. Ctrl-C stops.");
        return train::run_default(config, args.device);
    }
    let options = ui::Options { config, device: args.device, open: args.open, ..ui::Options::default() };
    ui::open_window(options)
        .map_err(|error| anyhow!("{error}"))
        .context("the window could not be opened; `ganscope train --preset ring8` trains without one")
}

/// Whether a window could be opened. Only Unix desktops may lack a display server.
fn has_display() -> bool {
    let names = ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"];
    cfg!(any(windows, target_os = "macos"))
        || names.iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Help and version go to standard output; a wrong command line is one line on standard error.
fn report_usage(error: &clap::Error) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    ) {
        // Nothing can be done about a closed standard output.
        let _closed = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.to_string();
    let first_paragraph: Vec<&str> = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
    let message = first_paragraph.join(" ");
    report(&format!("{}; see `ganscope --help`", message.trim_start_matches("error: ")));
    ExitCode::from(WRONG_USAGE)
}

/// An error and its causes in one line, without causes that the error already tells.
fn one_line(error: &anyhow::Error) -> String {
    let mut line = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !line.contains(&cause) {
            line = format!("{line}: {cause}");
        }
    }
    line.replace('\n', " ")
}

/// One line on standard error for what went wrong.
#[expect(clippy::print_stderr, reason = "the command line speaks here")]
fn report(message: &str) {
    eprintln!("error: {message}");
}

/// One line on standard error for what is worth knowing.
#[expect(clippy::print_stderr, reason = "the command line speaks here")]
fn note(message: &str) {
    eprintln!("{message}");
}

/// One line on standard output.
///
/// # Errors
/// Standard output is closed.
fn print_line(line: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    writeln!(std::io::stdout(), "{line}").context("standard output is closed")
}

/// The device that commands without training compute on.
fn open_device(choice: DeviceChoice) -> anyhow::Result<burn::tensor::Device> {
    let (device, _) = crate::backend::open(choice, crate::backend::Workload::Small)?;
    Ok(device)
}
