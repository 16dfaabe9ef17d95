//! `ganscope bench`: how fast a training step is on this machine, beside what its arithmetic could reach.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use burn::tensor::{Device, Tensor, TensorData};
use serde::Serialize;

use super::args::{BenchArgs, unknown};
use super::{frames, lessons, previews, print_line, quality2d};
use crate::backend::{self, DeviceKind, Workload};
use crate::config::{
    Architecture, Choice as _, LayerSpec, ModelConfig, NormKind, OptimizerConfig, PenaltyKind, Preset, RunConfig,
    TensorShape,
};
use crate::data;
use crate::gan::{Averaging, Gan, StepControl, StepValues, latent, probe, train_step};
use crate::random::{Random, Stream};

/// Steps before timing begins: caches fill, pools grow, kernels compile.
const WARM_UP_STEPS: usize = 5;
/// Fewest measurements, however long they take: of one step each, on a GPU of [`GPU_STEPS_PER_READING`].
const MIN_MEASUREMENTS: usize = 30;
/// Steps between two readings of a GPU.
const GPU_STEPS_PER_READING: usize = 10;
/// Side of the square matrices whose product measures this machine's peak.
const PEAK_SIDE: usize = 1024;

/// What is timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Mlp2d,
    Mlp2dR1R2,
    GanLab,
    Dcgan28,
    Article,
    Text,
    Sample,
    Previews,
    Frames,
    Quality2d,
    Lessons,
}

crate::config::choices!(Case {
    Mlp2d => "mlp2d", "MLP on points", "Three layers of 128, batch 256, Adam, non-saturating.";
    Mlp2dR1R2 => "mlp2d-r1r2", "MLP on points with R1 and R2", "The same, relativistic, with both penalties on every step.";
    GanLab => "ganlab", "GAN Lab's size", "One hidden layer of 8, batch 150, Adam, non-saturating: what GAN Lab trains in a browser.";
    Dcgan28 => "dcgan28", "DCGAN 28×28", "64 and 128 channels, batch 64, non-saturating.";
    Article => "article", "The article's networks", "Its preset, as it is.";
    Text => "text", "Text", "Character networks of width 96 with three blocks, batch 128, relativistic with R1 and R2; the discriminator sees probabilities.";
    Sample => "sample", "One sample", "One latent through the generator of `dcgan28`: the slider's latency.";
    Previews => "previews", "Previews", "What it costs training that a window watches, drawing left out.";
    Quality2d => "quality2d", "Quality in two dimensions", "Trains `ring8` and `grid25` with several seeds and measures what they learned.";
    Lessons => "lessons", "Lessons", "Presets that fail on purpose: whether they do, and whether their remedy mends them.";
    Frames => "frames", "Frames", "Opens the window while training and times its frames.";
});

impl Case {
    fn times_a_step(self) -> bool {
        !matches!(self, Self::Previews | Self::Frames | Self::Quality2d | Self::Lessons)
    }
}

/// One line of results.
#[derive(Debug, Serialize)]
struct Timing {
    case: &'static str,
    device: String,
    threads: usize,
    step_millis_median: f64,
    step_millis_min: f64,
    step_millis_p90: f64,
    samples_per_sec: f64,
    gflops: f64,
    peak_gflops: f64,
}

/// Runs one case, or all that time a step.
pub(super) fn run(args: &BenchArgs) -> anyhow::Result<()> {
    let cases = match &args.case {
        Some(name) => {
            vec![Case::from_key(name).ok_or_else(|| unknown("case", name, Case::ALL.iter().map(|case| case.key())))?]
        }
        None => Case::ALL.iter().copied().filter(|case| case.times_a_step()).collect(),
    };
    for case in cases {
        match case {
            Case::Frames => frames::run(args)?,
            Case::Previews => previews::run(args)?,
            Case::Quality2d => quality2d::run(args)?,
            Case::Lessons => lessons::run(args)?,
            _ => print_timing(&time(case, args)?, args)?,
        }
    }
    Ok(())
}

fn print_timing(timing: &Timing, args: &BenchArgs) -> anyhow::Result<()> {
    if args.json {
        print_line(&serde_json::to_string(timing)?)
    } else {
        print_line(&format!(
            "{:12} {:8.2} ms a step (least {:.2}, 90 % within {:.2}), {:.0} samples/s, {:.0} of {:.0} GFLOP/s on {}",
            timing.case,
            timing.step_millis_median,
            timing.step_millis_min,
            timing.step_millis_p90,
            timing.samples_per_sec,
            timing.gflops,
            timing.peak_gflops,
            timing.device,
        ))
    }
}

fn time(case: Case, args: &BenchArgs) -> anyhow::Result<Timing> {
    let config = configuration(case);
    let (device, report) = backend::open(args.device, Workload::Large)?;
    let data = data::open(&config.data)?;
    let mut gan = Gan::new(&config, &device)?;
    let control = control_at(&config, 0);
    let one_latent = latent::draw(&config.latent, 1, &mut Random::new(1, Stream::Sampling, 0));
    let steps_per_reading = match report.kind {
        DeviceKind::Cpu => 1,
        // A GPU works ahead: reading back after each step would time the wait, which training itself does not have.
        DeviceKind::Gpu => GPU_STEPS_PER_READING,
    };
    let mut work = || -> anyhow::Result<usize> {
        if case == Case::Sample {
            probe::generate(&gan.generator, &one_latent, config.latent.dim, &device).context("cannot compute")?;
            return Ok(1);
        }
        let mut step = || train_step(&mut gan, data.as_ref(), &control, &device);
        for _ in 1..steps_per_reading {
            step();
        }
        step().read(StepValues::default());
        Ok(steps_per_reading)
    };
    let seconds = Duration::try_from_secs_f64(args.seconds).context("--seconds is no length of time")?;
    let millis = repeat(seconds, &mut work)?;
    let median = percentile(&millis, 0.5);
    let (samples, flops) = match case {
        Case::Sample => (1.0, 2.0 * forward_macs(&config.generator_architecture()?)),
        _ => (config.batch_size as f64, step_flops(&config)?),
    };
    Ok(Timing {
        case: case.key(),
        device: report.name,
        threads: backend::num_threads(),
        step_millis_median: median,
        step_millis_min: millis.first().copied().unwrap_or(f64::NAN),
        step_millis_p90: percentile(&millis, 0.9),
        samples_per_sec: samples / median * 1e3,
        gflops: flops / median / 1e6,
        peak_gflops: peak_gflops(&device),
    })
}

/// What a step needs to know, as the configuration says.
pub(super) fn control_at(config: &RunConfig, step: u64) -> StepControl {
    let factor = config.schedule.learning_rate_factor(step);
    StepControl {
        generator_learning_rate: config.generator_optimizer.learning_rate * factor,
        discriminator_learning_rate: config.discriminator_optimizer.learning_rate * factor,
        penalty_weight: config.objective.penalty_weight * config.schedule.penalty_factor(step),
        discriminator_steps: config.discriminator_steps,
        averaging: Averaging { decay: config.ema_decay },
        config: config.clone(),
    }
}

/// Times of one step of repeated work in milliseconds, sorted. Work says how many steps it did; it goes on for `least_time` and
/// for [`MIN_MEASUREMENTS`].
fn repeat(least_time: Duration, work: &mut impl FnMut() -> anyhow::Result<usize>) -> anyhow::Result<Vec<f64>> {
    for _ in 0..WARM_UP_STEPS {
        work()?;
    }
    let began = Instant::now();
    let mut millis = Vec::new();
    while millis.len() < MIN_MEASUREMENTS || began.elapsed() < least_time {
        let before = Instant::now();
        let steps = work()?;
        millis.push(before.elapsed().as_secs_f64() * 1e3 / steps as f64);
    }
    millis.sort_unstable_by(f64::total_cmp);
    Ok(millis)
}

/// The value that a share of the sorted values does not exceed.
pub(super) fn percentile(sorted: &[f64], share: f64) -> f64 {
    let index = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
    sorted.get(index).copied().unwrap_or(f64::NAN)
}

fn configuration(case: Case) -> RunConfig {
    match case {
        Case::Mlp2d => {
            let mut config = mlp_of_three_by_128();
            config.objective = Preset::Collapse.config().objective;
            config
        }
        Case::Mlp2dR1R2 => mlp_of_three_by_128(),
        Case::GanLab => {
            let mut config = Preset::Collapse.config();
            config.latent.dim = 2;
            config.batch_size = 150;
            for model in [&mut config.generator, &mut config.discriminator] {
                if let ModelConfig::Mlp { hidden, .. } = model {
                    *hidden = vec![8];
                }
            }
            config
        }
        Case::Article => Preset::Article.config(),
        Case::Text => {
            let network = ModelConfig::Text { width: 96, blocks: 3, kernel: 3, hidden: 0 };
            // The step that other programs know, in which the discriminator sees probabilities.
            RunConfig {
                generator: network.clone(),
                discriminator: network,
                batch_size: 128,
                gumbel_temperature: 0.0,
                straight_through: false,
                local_expectation: false,
                ..Preset::Names.config()
            }
        }
        Case::Dcgan28 | Case::Sample | Case::Previews | Case::Frames | Case::Quality2d | Case::Lessons => {
            // Networks and sizes that stay as they are whatever becomes of the preset, so that timings can be compared.
            let mut config = Preset::Fashion.config();
            config.conditional = false;
            config.objective = Preset::Collapse.config().objective;
            config.batch_size = 64;
            let optimizer = OptimizerConfig::adam(2e-4, 0.5, 0.999);
            (config.generator_optimizer, config.discriminator_optimizer) = (optimizer.clone(), optimizer);
            for (model, norm) in [(&mut config.generator, NormKind::Batch), (&mut config.discriminator, NormKind::None)]
            {
                if let ModelConfig::Dcgan { channels, norm: of_model, .. } = model {
                    (*channels, *of_model) = (64, norm);
                }
            }
            config
        }
    }
}

/// Networks and sizes that stay as they are whatever becomes of the presets, so that timings can be compared.
fn mlp_of_three_by_128() -> RunConfig {
    let mut config = Preset::Ring8.config();
    for model in [&mut config.generator, &mut config.discriminator] {
        if let ModelConfig::Mlp { hidden, .. } = model {
            *hidden = vec![128; 3];
        }
    }
    config.latent.dim = 8;
    config.batch_size = 256;
    config
}

/// Multiplications and additions of one step's matrix products and convolutions, as their definitions have them: convolutions
/// are direct sums, and a backward pass costs twice a forward pass, once for the gradient of the input and once for that of
/// the weights. Ganscope gets to the same numbers with fewer in places, so that its rate may exceed what it computes.
///
/// One pass of latents through the generator serves both updates (earlier updates of the discriminator need one each). The
/// discriminator's update passes two batches through the discriminator, the generator's one through both, without the
/// discriminator's weight gradients. A penalty's input gradient is one more pass forward and two backward over what it
/// covers.
fn step_flops(config: &RunConfig) -> anyhow::Result<f64> {
    let generator = forward_macs(&config.generator_architecture()?);
    let discriminator = forward_macs(&config.discriminator_architecture()?);
    let penalised_batches = match config.objective.penalty {
        PenaltyKind::None | PenaltyKind::WeightClipping => 0.0,
        PenaltyKind::R1 => 1.0,
        // Its samples are judged for it alone: a forward pass more.
        PenaltyKind::GradientPenalty => 4.0 / 3.0,
        PenaltyKind::R1R2 => 2.0,
    };
    let d_updates = config.discriminator_steps as f64;
    let d_update = (2.0 + penalised_batches) * 3.0 * discriminator;
    let g_update = 3.0 * generator + 2.0 * discriminator;
    let macs = d_updates * d_update + (d_updates - 1.0) * generator + g_update;
    Ok(2.0 * config.batch_size as f64 * macs)
}

/// Multiply–add pairs of one sample's forward pass.
fn forward_macs(architecture: &Architecture) -> f64 {
    let area = |shape: &TensorShape| match shape {
        TensorShape::Maps(_, height, width) => (height * width) as f64,
        TensorShape::Sequence(_, length) => *length as f64,
        TensorShape::Flat(_) => 1.0,
    };
    let inputs = std::iter::once(&architecture.input).chain(&architecture.shapes);
    architecture
        .layers
        .iter()
        .zip(inputs)
        .zip(&architecture.shapes)
        .map(|((layer, input), output)| layer_macs(layer, area(input), area(output)))
        .sum()
}

/// Multiply–add pairs of one sample in one layer, whose maps have so many places before it and after it.
fn layer_macs(layer: &LayerSpec, input: f64, output: f64) -> f64 {
    match layer.without_spectral_norm() {
        LayerSpec::Linear { inputs, outputs } => (inputs * outputs) as f64,
        LayerSpec::Conv2d { in_channels, out_channels, kernel, .. } => {
            (in_channels * out_channels * kernel * kernel) as f64 * output
        }
        LayerSpec::Conv1d { in_channels, out_channels, kernel, .. } => {
            (in_channels * out_channels * kernel) as f64 * output
        }
        LayerSpec::ConvTranspose2d { in_channels, out_channels, kernel, .. } => {
            (in_channels * out_channels * kernel * kernel) as f64 * input
        }
        // Blocks of this program keep their maps' size all the way.
        LayerSpec::Residual { layers } => layers.iter().map(|layer| layer_macs(layer, input, output)).sum(),
        _ => 0.0,
    }
}

/// Speed of the largest matrix product that still fits a test of a second.
fn peak_gflops(device: &Device) -> f64 {
    let mut values = vec![0.0; PEAK_SIDE * PEAK_SIDE];
    Random::new(1, Stream::Evaluation, 0).fill_normal(&mut values);
    let matrix = Tensor::<2>::from_data(TensorData::new(values, [PEAK_SIDE, PEAK_SIDE]), device);
    // The sum needs all of the product.
    let product = || matrix.clone().matmul(matrix.clone()).sum().into_scalar::<f32>();
    product();
    let times = (0..10).map(|_| {
        let before = Instant::now();
        product();
        before.elapsed().as_secs_f64()
    });
    let best = times.fold(f64::INFINITY, f64::min);
    2.0 * (PEAK_SIDE as f64).powi(3) / best / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let sorted: Vec<f64> = (1..=10).map(f64::from).collect();
        assert!((percentile(&sorted, 0.5) - 5.0).abs() < f64::EPSILON);
        assert!((percentile(&sorted, 0.9) - 9.0).abs() < f64::EPSILON);
        assert!((percentile(&sorted, 1.0) - 10.0).abs() < f64::EPSILON);
    }

    #[test]
    fn the_arithmetic_of_a_step_is_counted_by_hand() {
        // The recipe's DCGAN-28: G 64·6272 + 128·64·16·49 + 64·16·196, D 64·16·196 + 64·128·16·49 + 6272.
        let config = configuration(Case::Dcgan28);
        let generator = 64.0 * 6272.0 + 128.0 * 64.0 * 16.0 * 49.0 + 64.0 * 16.0 * 196.0;
        let discriminator = 64.0 * 16.0 * 196.0 + 64.0 * 128.0 * 16.0 * 49.0 + 6272.0;
        let expected = 2.0 * 64.0 * (3.0 * generator + 8.0 * discriminator);
        assert!((step_flops(&config).unwrap() / expected - 1.0).abs() < 1e-12);
    }
}
