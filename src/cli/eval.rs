//! `ganscope eval`: measures of a trained model, each beside its floor or ceiling.

use anyhow::{Context as _, bail};
use burn::tensor::Device;
use serde_json::{Map, Value};

use super::args::EvalArgs;
use super::{UsageError, eval_images, eval_points, open_device, print_line, source};
use crate::backend::DeviceChoice;
use crate::config::Domain;
use crate::data::{self, Dataset};
use crate::gan::model_file::Model;
use crate::gan::{latent, probe};
use crate::random::{Random, Stream};
use crate::trainer::read_model;

/// Fewest and most samples: fewer say little, more take quadratic time.
const COUNT_RANGE: std::ops::RangeInclusive<usize> = 100..=20_000;
/// Points that are measured unless the command line says otherwise.
const POINTS: usize = 2_500;
/// Pictures likewise: fewer would leave the Fréchet distance mostly to chance.
const IMAGES: usize = 10_000;
/// Real samples of either kind that the discriminator scores.
const SCORED: usize = 2_000;

/// What is measured.
pub(super) struct Subject<'a> {
    model: &'a Model,
    /// What the model should have learned.
    pub(super) data: &'a dyn Dataset,
    args: &'a EvalArgs,
    pub(super) device: &'a Device,
    /// Samples that were asked for.
    pub(super) count: usize,
}

impl Subject<'_> {
    /// The seed of the samples.
    pub(super) fn seed(&self) -> u64 {
        self.args.seed
    }

    /// Generated samples, flat.
    pub(super) fn generate(&self, count: usize) -> anyhow::Result<Vec<f32>> {
        let Self { model, args, device, .. } = self;
        let generator = if args.raw { &model.generator } else { &model.generator_ema };
        let latents = latent::draw(&model.info.latent, count, &mut Random::new(args.seed, Stream::Evaluation, 0));
        probe::generate(generator, &latents, model.info.latent.dim, device).context("the samples could not be computed")
    }

    /// The discriminator's mean score of real samples that training draws from and of others that it never sees, where there are
    /// any, in the units of `d_real`: far apart, it has learned its own by heart.
    fn seen_and_unseen_scores(&self) -> anyhow::Result<Option<[f64; 2]>> {
        let Self { model, data, device, .. } = self;
        let Some([seen, unseen]) = data.seen_and_unseen(SCORED, self.args.seed) else { return Ok(None) };
        let score = |samples: &[f32]| -> anyhow::Result<f64> {
            let mut scores = probe::logits(&model.discriminator, samples, data.shape().features(), device)?;
            if model.info.config.objective.loss.scores_are_probabilities() {
                scores = probe::probabilities(&scores, device)?;
            }
            Ok(scores.iter().map(|&score| f64::from(score)).sum::<f64>() / scores.len().max(1) as f64)
        };
        Ok(Some([score(&seen)?, score(&unseen)?]))
    }
}

/// Measures as the command line says.
pub(super) fn run(args: &EvalArgs) -> anyhow::Result<()> {
    if args.count.is_some_and(|count| !COUNT_RANGE.contains(&count)) {
        return Err(UsageError("--count must be from 100 to 20000".to_owned()).into());
    }
    let device = open_device(DeviceChoice::Cpu)?;
    let model = read_model(&args.model, &device)?;
    let source = match &args.data {
        Some(text) => source::choose(text, &model.info.data)?,
        None => model.info.data.clone(),
    };
    let shape = source.shape();
    if shape != model.info.sample_shape {
        bail!("the model makes {}, and the data holds {shape}: {}", model.info.sample_shape, args.model.display());
    }
    let data = data::open(&source)?;
    let domain = shape.domain();
    let count = args.count.unwrap_or(match domain {
        Domain::Points => POINTS,
        Domain::Images => IMAGES,
    });
    let subject = Subject { model: &model, data: &*data, args, device: &device, count };
    let mut measures = Map::new();
    measures.insert("step".to_owned(), model.info.step.into());
    measures.extend(match domain {
        Domain::Points => eval_points::measure(&subject)?,
        Domain::Images => eval_images::measure(&subject)?,
    });
    if let Some([seen, unseen]) = subject.seen_and_unseen_scores()? {
        measures.insert("d_real_seen".to_owned(), seen.into());
        measures.insert("d_real_unseen".to_owned(), unseen.into());
    }

    if args.json {
        return print_line(&Value::Object(measures).to_string());
    }
    print_table(&measures)
}

/// One line a measure, its floor (what a perfect sampler scores) beside it.
fn print_table(measures: &Map<String, Value>) -> anyhow::Result<()> {
    for (name, value) in measures {
        if name.ends_with("_floor") {
            continue;
        }
        let floor = measures.get(&format!("{name}_floor"));
        match value {
            Value::Object(parts) => {
                for (part, value) in parts {
                    print_measure(&format!("{name} {part}"), value, floor.and_then(|floor| floor.get(part)))?;
                }
            }
            value => print_measure(name, value, floor)?,
        }
    }
    Ok(())
}

fn print_measure(name: &str, value: &Value, floor: Option<&Value>) -> anyhow::Result<()> {
    let text = |value: &Value| match value.as_f64() {
        Some(number) if value.is_f64() => format!("{number:.4}"),
        _ => value.to_string(),
    };
    let floor = floor.map(|floor| format!("   (a perfect sampler: {})", text(floor))).unwrap_or_default();
    print_line(&format!("{name:28} {}{floor}", text(value)))
}
