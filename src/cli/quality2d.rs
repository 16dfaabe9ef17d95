//! `ganscope bench --case quality2d`: how well the presets of clusters learn, over seeds that no recipe was tuned on.

use std::time::Instant;

use anyhow::{Context as _, ensure};
use serde_json::json;

use super::args::BenchArgs;
use super::bench::control_at;
use super::{open_device, print_line};
use crate::config::{Choice as _, Preset, RunConfig};
use crate::data;
use crate::gan::metrics::{ModeCoverage, high_quality_ceiling, mode_coverage, reverse_kl_floor};
use crate::gan::{Gan, latent, probe, train_step};
use crate::random::{Random, Stream};

/// Presets whose clusters can be counted, each with its recipe as it is.
const PRESETS: [Preset; 2] = [Preset::Ring8, Preset::Grid25];
/// Samples of one measurement, as in PacGAN.
const SAMPLES: usize = 2_500;
/// The seed of the samples that are measured.
const SAMPLING_SEED: u64 = 77;

/// One run's result.
struct Outcome {
    coverage: ModeCoverage,
    secs: f64,
}

/// Trains every preset with every seed, and prints a line for each run and one for all of a preset's.
pub(super) fn run(args: &BenchArgs) -> anyhow::Result<()> {
    ensure!(args.seeds > 0, "--seeds must be at least 1");
    let only = args.preset()?;
    for preset in PRESETS.into_iter().filter(|preset| only.is_none_or(|only| only == *preset)) {
        let mut outcomes = Vec::new();
        for seed in args.first_seed..args.first_seed.saturating_add(args.seeds) {
            let outcome = train_and_measure(&RunConfig { seed, ..preset.config() }, args)?;
            print_outcome(preset, seed, &outcome, args)?;
            outcomes.push(outcome);
        }
        print_summary(preset, &outcomes, args)?;
    }
    Ok(())
}

/// A whole run as the trainer does it, step by step, and what its averaged generator makes.
fn train_and_measure(config: &RunConfig, args: &BenchArgs) -> anyhow::Result<Outcome> {
    let device = open_device(args.device)?;
    let data = data::open(&config.data)?;
    let modes = data.modes().context("the data has no clusters")?;
    let steps = config.steps.context("the preset has no end")?;
    let began = Instant::now();
    let mut gan = Gan::new(config, &device)?;
    while gan.step < steps {
        let control = control_at(config, gan.step);
        train_step(&mut gan, data.as_ref(), &control, &device);
    }
    let latents = latent::draw(&config.latent, SAMPLES, &mut Random::new(SAMPLING_SEED, Stream::Sampling, config.seed));
    let points = probe::generate(&gan.generator_ema, &latents, config.latent.dim, &device)
        .context("the samples could not be computed")?;
    let secs = began.elapsed().as_secs_f64();
    Ok(Outcome { coverage: mode_coverage(points.as_chunks::<2>().0, modes), secs })
}

fn print_outcome(
    preset: Preset,
    seed: u64,
    Outcome { coverage, secs }: &Outcome,
    args: &BenchArgs,
) -> anyhow::Result<()> {
    let ModeCoverage { modes_covered, modes_total, high_quality_fraction, reverse_kl, .. } = coverage;
    let floor = reverse_kl_floor(*modes_total, SAMPLES);
    if args.json {
        let line = json!({
            "case": "quality2d", "preset": preset.key(), "seed": seed, "secs": secs, "samples": SAMPLES,
            "modes_covered": modes_covered, "modes_total": modes_total,
            "high_quality_fraction": high_quality_fraction, "high_quality_fraction_floor": high_quality_ceiling(),
            "reverse_kl": reverse_kl, "reverse_kl_floor": floor,
        });
        return print_line(&line.to_string());
    }
    print_line(&format!(
        "{:7} seed {seed}: {modes_covered}/{modes_total} modes, {:.1} % of high quality (a perfect sampler {:.1}), reverse KL \
         {reverse_kl:.4} (floor {floor:.4}), {secs:.0} s",
        preset.key(),
        100.0 * high_quality_fraction,
        100.0 * high_quality_ceiling(),
    ))
}

fn print_summary(preset: Preset, outcomes: &[Outcome], args: &BenchArgs) -> anyhow::Result<()> {
    let whole =
        outcomes.iter().filter(|outcome| outcome.coverage.modes_covered == outcome.coverage.modes_total).count();
    let of = |value: fn(&Outcome) -> f64| outcomes.iter().map(value);
    let least_quality = of(|outcome| outcome.coverage.high_quality_fraction).fold(f64::INFINITY, f64::min);
    let mean_quality = of(|outcome| outcome.coverage.high_quality_fraction).sum::<f64>() / outcomes.len() as f64;
    let greatest_kl = of(|outcome| outcome.coverage.reverse_kl).fold(0.0, f64::max);
    let longest = of(|outcome| outcome.secs).fold(0.0, f64::max);
    if args.json {
        let line = json!({
            "case": "quality2d", "preset": preset.key(), "seeds": outcomes.len(), "all_modes": whole,
            "high_quality_fraction_mean": mean_quality, "high_quality_fraction_min": least_quality,
            "reverse_kl_max": greatest_kl, "secs_max": longest,
        });
        return print_line(&line.to_string());
    }
    print_line(&format!(
        "{:7} all modes in {whole} of {}, high quality {:.1} % on average and {:.1} at least, reverse KL {greatest_kl:.4} at most, \
         {longest:.0} s at most",
        preset.key(),
        outcomes.len(),
        100.0 * mean_quality,
        100.0 * least_quality,
    ))
}
