//! `ganscope bench --case previews`: what it costs training to be watched.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::json;

use super::args::BenchArgs;
use super::bench::percentile;
use super::print_line;
use crate::config::{Choice as _, Preset};
use crate::trainer::{Begin, Command, EventKind, Trainer, ViewRequest};

/// What is trained: points, then pictures.
const PRESETS: [Preset; 2] = [Preset::Ring8, Preset::Fashion];
/// Times that either side is measured, taking turns.
const ROUNDS: usize = 7;
/// Training before the measurement begins.
const WARM_UP: Duration = Duration::from_millis(500);

/// Trains with and without somebody who asks for all that a window shows, and prints the ratio of their speeds.
///
/// Pictures and measures are computed and sent as for a window, but not drawn: where a processor draws in the place of a GPU,
/// drawing takes what it takes besides.
pub(super) fn run(args: &BenchArgs) -> anyhow::Result<()> {
    let seconds = Duration::try_from_secs_f64(args.seconds).context("--seconds is no length of time")?;
    for preset in PRESETS {
        let (mut alone, mut watched, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            alone.push(steps_per_sec(preset, args, seconds, Audience::Nobody)?);
            watched.push(steps_per_sec(preset, args, seconds, Audience::Window)?);
            ratios.push(watched[watched.len() - 1] / alone[alone.len() - 1]);
        }
        let median = |mut values: Vec<f64>| {
            values.sort_unstable_by(f64::total_cmp);
            percentile(&values, 0.5)
        };
        let (alone, watched, ratio) = (median(alone), median(watched), median(ratios));
        if args.json {
            let line = json!({
                "case": "previews", "preset": preset.key(), "steps_per_sec_alone": alone,
                "steps_per_sec_watched": watched, "ratio": ratio,
            });
            print_line(&line.to_string())?;
        } else {
            print_line(&format!(
                "previews     {:8} {alone:.1} steps/s alone, {watched:.1} watched: {:.1} %",
                preset.key(),
                100.0 * ratio
            ))?;
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Audience {
    Nobody,
    Window,
}

fn steps_per_sec(preset: Preset, args: &BenchArgs, seconds: Duration, audience: Audience) -> anyhow::Result<f64> {
    let mut config = preset.config();
    config.steps = None;
    let domain = config.data.domain();
    let trainer = Trainer::spawn(|| {});
    let run = trainer.start(config, args.device, Begin::Running);
    if audience == Audience::Window {
        trainer.request_views(ViewRequest::new(run, domain));
    }
    let (mut warm_up_began, mut began): (Option<Instant>, Option<(Instant, u64)>) = (None, None);
    let mut rate = None;
    while let Some(event) = trainer.next_event() {
        let _shown = trainer.take_views();
        match event.kind {
            EventKind::Progressed { points, .. } => {
                let Some(newest) = points.last() else { continue };
                let is_warm = warm_up_began.get_or_insert_with(Instant::now).elapsed() >= WARM_UP;
                match began {
                    None if is_warm => began = Some((Instant::now(), newest.step)),
                    Some((since, step)) if rate.is_none() && since.elapsed() >= seconds => {
                        rate = Some((newest.step - step) as f64 / since.elapsed().as_secs_f64());
                        let _busy = trainer.send(Command::Stop);
                    }
                    _ => {}
                }
            }
            EventKind::Failed { message } => anyhow::bail!("{}", message.trim_end_matches('.')),
            EventKind::Diverged { reason, .. } => anyhow::bail!("training diverged: {}", reason.trim_end_matches('.')),
            EventKind::Finished { .. } => break,
            _ => {}
        }
    }
    trainer.finish();
    let rate = rate.context("training ended before it could be measured")?;
    ensure!(rate > 0.0, "nothing was trained");
    Ok(rate)
}
