//! `ganscope bench --case lessons`: whether presets that fail on purpose do fail, and whether their remedy mends them.

use std::f32::consts::TAU;

use anyhow::{Context as _, ensure};
use burn::tensor::{Device, ExecutionError};
use serde::Serialize;
use serde_json::json;

use super::args::BenchArgs;
use super::bench::control_at;
use super::{open_device, print_line};
use crate::config::{Choice as _, Preset, Remedy, RunConfig};
use crate::data::{self, Dataset, Modes};
use crate::gan::metrics::{ModeCoverage, mode_coverage};
use crate::gan::{Gan, StepValues, latent, probe, train_step};
use crate::random::{Random, Stream};
use crate::trainer::DiracState;

/// Looks before the first that counts: every generator begins in one place.
const LOOKS_SKIPPED: usize = 10;
/// Samples of one look.
const SAMPLES: usize = 1_000;

/// How long a lesson is watched.
struct Course {
    /// Steps in which the failure is shown.
    steps_before: u64,
    /// Steps that the remedy has.
    steps_after: u64,
    /// Steps from one look to the next.
    look_every: u64,
}

impl Course {
    fn of(preset: Preset) -> Self {
        match preset {
            // Its steps are small, so that the eye can follow, and quickly made.
            Preset::Oscillation => Self { steps_before: 60_000, steps_after: 60_000, look_every: 500 },
            _ => Self { steps_before: 4_000, steps_after: 8_000, look_every: 100 },
        }
    }
}

/// What was seen at one moment.
struct Look {
    coverage: ModeCoverage,
    gradient_norm: f32,
    state: DiracState,
    slope_norm: f32,
    overfitting: Option<f32>,
}

/// What was seen of one stretch of training.
#[derive(Debug, Serialize)]
struct Stretch {
    /// Modes covered at the end.
    modes_covered: usize,
    /// Median of modes covered over all looks that count.
    modes_median: usize,
    /// How often the mode with the most points changed from look to look.
    hops: usize,
    /// Median norm of the generator's gradient.
    generator_gradient_norm: f32,
    /// Turns around the solution in the plane of the Dirac-GAN.
    turns: f32,
    /// Distance from the solution in that plane over the last tenth of the looks.
    distance: f32,
    /// Median length of the discriminator's slope at real and generated points.
    slope_norm: f32,
    /// Median of how much higher the discriminator scores real points that it has seen than others; none where it sees new ones
    /// in every batch.
    score_gap: Option<f32>,
}

/// Trains every preset that teaches, with every seed, before and after its remedy.
pub(super) fn run(args: &BenchArgs) -> anyhow::Result<()> {
    ensure!(args.seeds > 0, "--seeds must be at least 1");
    let only = args.preset()?;
    for &preset in Preset::ALL.iter().filter(|preset| only.is_none_or(|only| only == **preset)) {
        let Some(lesson) = preset.lesson() else { continue };
        for seed in args.first_seed..args.first_seed.saturating_add(args.seeds) {
            let config = RunConfig { seed, ..preset.config() };
            let [before, after] = fail_and_mend(&config, &lesson.remedy, &Course::of(preset), args)?;
            if args.json {
                let line = json!({
                    "case": "lessons", "preset": preset.key(), "seed": seed, "before": before, "after": after,
                });
                print_line(&line.to_string())?;
            } else {
                let key = preset.key();
                print_line(&format!(
                    "{key:15} seed {seed}: {}\n{:15}    mended: {}",
                    before.words(),
                    "",
                    after.words()
                ))?;
            }
        }
    }
    Ok(())
}

impl Stretch {
    fn words(&self) -> String {
        let Self { modes_covered, modes_median, hops, generator_gradient_norm: gradient, .. } = self;
        let Self { turns, distance, slope_norm, score_gap, .. } = self;
        let gap = score_gap.map_or_else(String::new, |gap| format!(", seen scored {gap:.2} above unseen"));
        format!(
            "{modes_covered} modes ({modes_median} in the median), {hops} hops, generator’s gradient {gradient:.1e}, \
             {turns:.1} turns, {distance:.2} away, slope {slope_norm:.2}{gap}"
        )
    }

    fn of(looks: &[Look]) -> Self {
        let counted = &looks[LOOKS_SKIPPED.min(looks.len())..];
        let favourites: Vec<usize> = counted.iter().filter_map(|look| fullest(&look.coverage)).collect();
        let states: Vec<DiracState> = counted.iter().map(|look| look.state).collect();
        let last = &states[states.len() - states.len().div_ceil(10)..];
        let distances = last.iter().map(DiracState::distance);
        let gaps: Vec<f32> = counted.iter().filter_map(|look| look.overfitting).collect();
        Self {
            modes_covered: looks.last().map_or(0, |look| look.coverage.modes_covered),
            modes_median: median(counted.iter().map(|look| look.coverage.modes_covered as f32)) as usize,
            hops: favourites.windows(2).filter(|pair| pair[0] != pair[1]).count(),
            generator_gradient_norm: median(counted.iter().map(|look| look.gradient_norm)),
            turns: turns(&states),
            distance: median(distances),
            slope_norm: median(counted.iter().map(|look| look.slope_norm)),
            score_gap: (!gaps.is_empty()).then(|| median(gaps.into_iter())),
        }
    }
}

fn fail_and_mend(
    config: &RunConfig,
    remedy: &Remedy,
    course: &Course,
    args: &BenchArgs,
) -> anyhow::Result<[Stretch; 2]> {
    let device = open_device(args.device)?;
    let data = data::open(&config.data)?;
    let mut gan = Gan::new(config, &device)?;
    let before = train(&mut gan, config, data.as_ref(), &device, (course.steps_before, course.look_every))?;
    let mended = mended(config, remedy);
    let after = train(&mut gan, &mended, data.as_ref(), &device, (course.steps_after, course.look_every))?;
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
    device: &Device,
    (steps, look_every): (u64, u64),
) -> anyhow::Result<Stretch> {
    let modes = wide(data.modes().context("the data has no clusters")?);
    let end = gan.step + steps;
    let mut looks: Vec<Look> = Vec::new();
    while gan.step < end {
        let control = control_at(config, gan.step);
        let report = train_step(gan, data, &control, device);
        if gan.step.is_multiple_of(look_every) {
            let gradient_norm = report.read(StepValues::default()).g_gradient_norm;
            let seen = look(gan, config, (data, &modes), device).context("the samples could not be computed")?;
            looks.push(Look { gradient_norm, ..seen });
        }
    }
    Ok(Stretch::of(&looks))
}

fn look(
    gan: &Gan,
    config: &RunConfig,
    (data, modes): (&dyn Dataset, &Modes),
    device: &Device,
) -> Result<Look, ExecutionError> {
    let latents = latent::draw(&config.latent, SAMPLES, &mut Random::new(config.seed, Stream::Sampling, gan.step));
    let fake = probe::generate(&gan.generator_ema, &latents, config.latent.dim, device)?;
    let mut both = data.evaluation(SAMPLES, config.seed);
    let real = both.as_chunks::<2>().0.to_vec();
    both.extend(&fake);
    let fake = fake.as_chunks::<2>().0;
    let slopes = probe::slopes(&gan.discriminator, &both, 2, &[], device)?;
    let slopes = slopes.as_chunks::<2>().0;
    let score = |samples: &[f32]| {
        let logits = probe::logits(&gan.discriminator, samples, 2, device)?;
        let scores = probe::probabilities(&logits, device)?;
        Ok(scores.iter().sum::<f32>() / scores.len() as f32)
    };
    let overfitting = match data.seen_and_unseen(SAMPLES, config.seed) {
        Some([seen, unseen]) => Some(score(&seen)? - score(&unseen)?),
        None => None,
    };
    Ok(Look {
        coverage: mode_coverage(fake, modes),
        gradient_norm: f32::NAN,
        state: DiracState::of(&real, fake, slopes),
        slope_norm: slopes.iter().map(|[x, y]| x.hypot(*y)).sum::<f32>() / slopes.len() as f32,
        overfitting,
    })
}

/// The mode with the most points.
fn fullest(coverage: &ModeCoverage) -> Option<usize> {
    let counts = coverage.counts.iter().enumerate();
    counts.max_by_key(|(_, count)| **count).filter(|(_, count)| **count > 0).map(|(mode, _)| mode)
}

/// How often a way leads around the origin, either way round.
fn turns(states: &[DiracState]) -> f32 {
    let axis = DiracState::liveliest_axis(states);
    let angles: Vec<f32> = states.iter().map(|state| state.slope[axis].atan2(state.offset[axis])).collect();
    let between = |pair: &[f32]| (pair[1] - pair[0] + 0.5 * TAU).rem_euclid(TAU) - 0.5 * TAU;
    (angles.windows(2).map(between).sum::<f32>() / TAU).abs()
}

/// The middle value; not a number if there is none.
fn median(values: impl Iterator<Item = f32>) -> f32 {
    let mut values: Vec<f32> = values.collect();
    values.sort_unstable_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f32::NAN)
}

/// The modes with room around them: a generator that fails need not be precise to be at a cluster.
fn wide(modes: &Modes) -> Modes {
    /// Times the clusters' own width.
    const ROOM: f32 = 5.0;
    Modes { centres: modes.centres.clone(), std: modes.std * ROOM }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_counted_around_the_origin() {
        let circle = |number: u16, turn: f32| {
            let angle = TAU * turn * f32::from(number) / 100.0;
            DiracState { offset: [0.1, 2.0 * angle.cos()], slope: [0.1, 2.0 * angle.sin()] }
        };
        let way: Vec<DiracState> = (0..=100).map(|number| circle(number, -2.5)).collect();
        assert!((turns(&way) - 2.5).abs() < 1e-3);
        let line: Vec<DiracState> = (0..=100_u8)
            .map(|number| DiracState { offset: [f32::from(number) - 50.5, 0.0], slope: [3.0, 0.0] })
            .collect();
        assert!(turns(&line) < 0.5);
    }

    #[test]
    fn the_median_is_the_middle_one() {
        assert!((median([3.0, 1.0, 2.0].into_iter()) - 2.0).abs() < f32::EPSILON);
        assert!(median(std::iter::empty()).is_nan());
    }
}
