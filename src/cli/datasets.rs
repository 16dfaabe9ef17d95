//! `ganscope datasets`: what there is, and published sets fetched on request.

use std::ops::ControlFlow;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::args::{DatasetsArgs, unknown};
use super::{UsageError, note, print_line};
use crate::config::{Choice as _, DataConfig, DatasetKind};
use crate::data::{self, DownloadConfig, RemoteSet};

/// What `--patience` may be, in seconds.
const PATIENCE: std::ops::RangeInclusive<f64> = 0.1..=3600.0;

/// Lists the sets, or fetches one.
pub(super) fn run(args: &DatasetsArgs) -> anyhow::Result<()> {
    match &args.download {
        Some(name) => fetch(name, args),
        None => list(args),
    }
}

fn fetch(name: &str, args: &DatasetsArgs) -> anyhow::Result<()> {
    let known = DatasetKind::PUBLISHED;
    let kind = known.into_iter().find(|kind| kind.key() == name);
    let set = kind.and_then(RemoteSet::of);
    let set = set.ok_or_else(|| unknown("published set", name, known.iter().map(|kind| kind.key())))?;
    if !PATIENCE.contains(&args.patience) {
        return Err(UsageError("--patience must be from 0.1 to 3600 seconds".to_owned()).into());
    }
    if let Some(path) = kind.and_then(data::find_published) {
        return print_line(&format!("{name} is already there: {}", path.display()));
    }
    let config = DownloadConfig {
        folder: data::data_folder(),
        mirror: args.mirror.clone(),
        patience: Duration::from_secs_f64(args.patience),
    };
    let bar = ProgressBar::new(set.bytes());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {bytes} of {total_bytes}  {msg}  {eta} left") {
        bar.set_style(style);
    }
    if bar.is_hidden() {
        note(&format!("Fetching {name}, {} MB.", set.bytes().div_ceil(1_000_000)));
    }
    let outcome = data::download(&set, &config, &mut |progress| {
        bar.set_position(progress.bytes);
        bar.set_message(progress.file);
        ControlFlow::Continue(())
    });
    bar.finish_and_clear();
    print_line(&format!("{name} is now there: {}", outcome?.display()))
}

/// Lists the built-in data sets, and the published ones with where they are.
fn list(args: &DatasetsArgs) -> anyhow::Result<()> {
    for kind in DatasetKind::BUILT_IN {
        let config = DataConfig::of(kind);
        let set = data::open(&config)?;
        if args.json {
            let line = json!({
                "name": kind.key(), "label": kind.label(), "description": kind.tooltip(), "shape": kind.shape(),
                "samples": set.len(), "classes": set.class_names(), "config": config,
            });
            print_line(&line.to_string())?;
        } else {
            print_line(&format!("{:13} {:14} {}", kind.key(), kind.shape().to_string(), kind.tooltip()))?;
        }
    }
    for kind in DatasetKind::PUBLISHED {
        let found = data::find_published(kind);
        if args.json {
            let line = json!({
                "name": kind.key(), "label": kind.label(), "description": kind.tooltip(), "shape": kind.shape(),
                "samples": null, "path": found, "config": DataConfig::of(kind),
            });
            print_line(&line.to_string())?;
        } else {
            let place = found.map_or_else(|| "not on this machine".to_owned(), |path| path.display().to_string());
            print_line(&format!("{:13} {:14} {} ({place})", kind.key(), kind.shape().to_string(), kind.tooltip()))?;
        }
    }
    Ok(())
}
