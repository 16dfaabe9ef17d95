//! `ganscope bench --case lessons`: whether presets that fail on purpose do fail, and whether their remedy mends them.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::args::BenchArgs;
use super::bench::control_at;
use super::{open_device, print_line};
use crate::config::{Choice as _, Preset, Remedy, RunConfig};
use crate::data::{self, Dataset};
use crate::gan::metrics::{ModeCoverage, mode_coverage};
use crate::gan::{Gan, StepValues, latent, probe, train_step};
use crate::random::{Random, Stream};

/// Steps in which the failure is shown.
const STEPS_BEFORE: u64 = 4_000;
/// Steps that the remedy has.
const STEPS_AFTER: u64 = 8_000;
/// The failure is looked at this often.
const LOOK_EVERY: u64 = 100;
/// Looks before the first that counts: every generator begins in one place.
const LOOKS_SKIPPED: usize = 10;
/// Samples of one look.
const SAMPLES: usize = 1_000;

/// What was seen of one stretch of training.
struct Stretch {
    /// Modes covered at the end.
    modes_covered: usize,
    /// Median of modes covered over all looks that count.
    modes_median: usize,
    /// How often the mode with the most points changed from look to look.
    hops: usize,
    /// Median of the generator's gradient norm.
    gradient_norm: f32,
}

/// Trains every preset that teaches, with every seed, before and after its remedy.
pub(super) fn run(args: &BenchArgs) -> anyhow::Result<()> {
    ensure!(args.seeds > 0, "--seeds must be at least 1");
    let only = args.preset()?;
    for &preset in Preset::ALL.iter().filter(|preset| only.is_none_or(|only| only == **preset)) {
        let Some(lesson) = preset.lesson() else { continue };
        for seed in args.first_seed..args.first_seed.saturating_add(args.seeds) {
            let config = RunConfig { seed, ..preset.config() };
            let [before, after] = fail_and_mend(&config, &lesson.remedy, args)?;
            if args.json {
                let line = json!({
                    "case": "lessons", "preset": preset.key(), "seed": seed,
                    "before": before.to_json(), "after": after.to_json(),
                });
                print_line(&line.to_string())?;
            } else {
                print_line(&format!("{:10} seed {seed}: {}; mended: {}", preset.key(), before.words(), after.words()))?;
            }
        }
    }
    Ok(())
}

impl Stretch {
    fn words(&self) -> String {
        let Self { modes_covered, modes_median, hops, gradient_norm } = self;
        format!(
            "{modes_covered} modes ({modes_median} in the median), {hops} hops, generator’s gradient {gradient_norm:.1e}"
        )
    }

    fn to_json(&self) -> Value {
        let Self { modes_covered, modes_median, hops, gradient_norm } = self;
        json!({
            "modes_covered": modes_covered, "modes_median": modes_median, "hops": hops,
            "generator_gradient_norm": gradient_norm,
        })
    }
}

fn fail_and_mend(config: &RunConfig, remedy: &Remedy, args: &BenchArgs) -> anyhow::Result<[Stretch; 2]> {
    let device = open_device(args.device)?;
    let data = data::open(&config.data)?;
    let mut gan = Gan::new(config, &device)?;
    let before = train(&mut gan, config, data.as_ref(), &device, STEPS_BEFORE)?;
    let after = train(&mut gan, &mended(config, remedy), data.as_ref(), &device, STEPS_AFTER)?;
    Ok([before, after])
}

/// The configuration that the remedy makes of a run.
fn mended(config: &RunConfig, remedy: &Remedy) -> RunConfig {
    let mut config = config.clone();
    config.objective.loss = remedy.loss;
    config.objective.penalty = remedy.penalty;
    config.objective.penalty_weight = remedy.penalty_weight;
    config.generator_optimizer.learning_rate = remedy.generator_learning_rate;
    config.discriminator_optimizer.learning_rate = remedy.discriminator_learning_rate;
    config.discriminator_steps = remedy.discriminator_steps;
    config
}

fn train(
    gan: &mut Gan,
    config: &RunConfig,
    data: &dyn Dataset,
    device: &burn::tensor::Device,
    steps: u64,
) -> anyhow::Result<Stretch> {
    let modes = data.modes().context("the data has no clusters")?;
    let end = gan.step + steps;
    let (mut looks, mut norms): (Vec<ModeCoverage>, Vec<f32>) = (Vec::new(), Vec::new());
    while gan.step < end {
        let control = control_at(config, gan.step);
        let values = train_step(gan, data, &control, device).read(StepValues::default());
        if gan.step.is_multiple_of(LOOK_EVERY) {
            norms.push(values.g_gradient_norm);
            let latents =
                latent::draw(&config.latent, SAMPLES, &mut Random::new(config.seed, Stream::Sampling, gan.step));
            let points = probe::generate(&gan.generator_ema, &latents, config.latent.dim, device)
                .context("the samples could not be computed")?;
            looks.push(mode_coverage(points.as_chunks::<2>().0, &wide(modes)));
        }
    }
    let counted = &looks[LOOKS_SKIPPED.min(looks.len())..];
    let fullest = |look: &ModeCoverage| {
        let counts = look.counts.iter().enumerate();
        counts.max_by_key(|(_, count)| **count).filter(|(_, count)| **count > 0).map(|(mode, _)| mode)
    };
    let favourites: Vec<usize> = counted.iter().filter_map(fullest).collect();
    let mut covered: Vec<usize> = counted.iter().map(|look| look.modes_covered).collect();
    covered.sort_unstable();
    norms.sort_unstable_by(f32::total_cmp);
    Ok(Stretch {
        modes_covered: looks.last().map_or(0, |look| look.modes_covered),
        modes_median: covered.get(covered.len() / 2).copied().unwrap_or(0),
        hops: favourites.windows(2).filter(|pair| pair[0] != pair[1]).count(),
        gradient_norm: norms.get(norms.len() / 2).copied().unwrap_or(f32::NAN),
    })
}

/// The modes with room around them: a generator that fails need not be precise to be at a cluster.
fn wide(modes: &data::Modes) -> data::Modes {
    /// Times the clusters' own width.
    const ROOM: f32 = 5.0;
    data::Modes { centres: modes.centres.clone(), std: modes.std * ROOM }
}
