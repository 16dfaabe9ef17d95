//! `ganscope bench --case frames`: the window's own work per frame while training goes on.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, anyhow, ensure};
use serde_json::json;

use super::args::BenchArgs;
use super::bench::percentile;
use super::{has_display, print_line};
use crate::config::{Choice as _, Preset};
use crate::ui::{self, FrameTimes};

/// What is trained while frames are timed: points, then pictures.
const PRESETS: [Preset; 2] = [Preset::Ring8, Preset::Fashion];
/// How long each is watched.
const WATCHED: Duration = Duration::from_secs(30);

/// Opens the window on points and on pictures and prints how long its frames take.
///
/// A process can open a window only once, so each preset is watched by a process of its own.
pub(super) fn run(args: &BenchArgs) -> anyhow::Result<()> {
    ensure!(has_display(), "frames can only be timed where there is a display to open a window on");
    if let Some(preset) = args.preset()? {
        return watch(preset, args);
    }
    let program = std::env::current_exe().context("this program cannot be found again")?;
    for preset in PRESETS {
        let device = clap::ValueEnum::to_possible_value(&args.device).context("every device has a name")?;
        let mut child = Command::new(&program);
        child.args(["bench", "--case", "frames", "--preset", preset.key(), "--device", device.get_name()]);
        for (flag, is_set) in [("--json", args.json), ("--all-views", args.all_views)] {
            if is_set {
                child.arg(flag);
            }
        }
        let status = child.status().context("the window's process could not be started")?;
        ensure!(status.success(), "the window on {} ended with {status}", preset.key());
    }
    Ok(())
}

fn watch(preset: Preset, args: &BenchArgs) -> anyhow::Result<()> {
    let times = FrameTimes::default();
    let options = ui::Options {
        config: preset.config(),
        device: args.device,
        frame_times: Some(times.clone()),
        close_after: Some(WATCHED),
        shows_all_views: args.all_views,
        ..ui::Options::default()
    };
    ui::open_window(options).map_err(|error| anyhow!("the window could not be opened: {error}"))?;
    let frames = times.read();
    let sorted = |mut millis: Vec<f64>| {
        millis.sort_unstable_by(f64::total_cmp);
        millis
    };
    let millis = sorted(frames.millis);
    ensure!(!millis.is_empty(), "no frame was drawn");
    let (median, p99, max) = (percentile(&millis, 0.5), percentile(&millis, 0.99), percentile(&millis, 1.0));
    let (first_frame, first_picture) = (frames.first_frame_millis, frames.first_picture_millis);
    if args.json {
        let line = json!({
            "case": "frames", "preset": preset.key(), "frames": millis.len(), "frame_millis_median": median,
            "frame_millis_p99": p99, "frame_millis_max": max, "first_frame_millis": first_frame,
            "first_picture_millis": first_picture, "steps": frames.steps,
        });
        return print_line(&line.to_string());
    }
    print_line(&format!(
        "frames       {:8} {} frames, {median:.2} ms each (99 % within {p99:.2}, most {max:.2}); first frame after \
         {first_frame:.0} ms, first trained picture after {first_picture:.0} ms; {} steps meanwhile",
        preset.key(),
        millis.len(),
        frames.steps,
    ))
}
