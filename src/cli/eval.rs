//! `ganscope eval`: measures of a trained model, each beside its floor or ceiling.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use burn::tensor::Device;
use serde_json::{Map, Value};

use super::args::{EvalArgs, TextArgs};
use super::{UsageError, eval_images, eval_points, eval_text, open_device, print_line, source};
use crate::backend::DeviceChoice;
use crate::config::{DataConfig, DatasetKind, Domain, PicturesConfig, Preset, SampleShape};
use crate::data::{self, Dataset};
use crate::gan::model_file::Model;
use crate::gan::{condition, latent, probe};
use crate::random::{Random, Stream};
use crate::trainer::{ImagesReference, read_model};

/// Fewest and most samples: fewer say little, more take quadratic time.
const COUNT_RANGE: std::ops::RangeInclusive<usize> = 100..=20_000;
/// Points that are measured unless the command line says otherwise.
const POINTS: usize = 2_500;
/// Pictures likewise: fewer would leave the Fréchet distance mostly to chance.
const IMAGES: usize = 10_000;
/// Texts likewise: no more than are held out are compared.
const TEXTS: usize = 2_000;
/// Real samples of either kind that the discriminator scores.
const SCORED: usize = 2_000;

/// Where generated samples come from.
enum Maker {
    Model(Box<Model>),
    /// Pictures that are there already.
    Pictures(Arc<dyn Dataset>),
}

impl Maker {
    /// How many samples there are; `None` where there are as many as one asks for.
    fn len(&self) -> Option<usize> {
        match self {
            Self::Model(_) => None,
            Self::Pictures(pictures) => pictures.len(),
        }
    }
}

/// What is measured.
pub(super) struct Subject<'a> {
    maker: &'a Maker,
    /// What the samples should be like.
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
        let Self { maker, args, device, .. } = self;
        let model = match maker {
            Maker::Model(model) => model,
            Maker::Pictures(pictures) => return Ok(pictures.evaluation(count, args.seed)),
        };
        let generator = if args.raw { &model.generator } else { &model.generator_ema };
        let latents = latent::draw(&model.info.latent, count, &mut Random::new(args.seed, Stream::Evaluation, 0));
        let labels = self.asked_classes(count).unwrap_or_default();
        let samples = probe::generate_labelled(generator, &latents, model.info.latent.dim, &labels, device);
        samples.context("the samples could not be computed")
    }

    /// The class that each of `count` generated samples is asked to be of, with the data's shares of the classes; nothing where none
    /// is asked for.
    pub(super) fn asked_classes(&self, count: usize) -> Option<Vec<u8>> {
        let Maker::Model(model) = self.maker else { return None };
        let classes = model.info.config.classes();
        (classes > 0).then(|| condition::labels_like(&self.data.class_counts(), classes, count))
    }

    /// The discriminator's mean score of real samples that training draws from and of others that it never sees, where there are
    /// any, in the units of `d_real`: far apart, it has learned its own by heart.
    fn seen_and_unseen_scores(&self) -> anyhow::Result<Option<[f64; 2]>> {
        let Self { maker, data, device, .. } = self;
        let Maker::Model(model) = maker else { return Ok(None) };
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
    let (maker, source) = open_maker(args, &device)?;
    let data = data::open(&source)?;
    refuse_other_characters(&maker, &*data, args)?;
    let domain = source.domain();
    let count = args.count.unwrap_or(match domain {
        Domain::Points => POINTS,
        Domain::Images => IMAGES,
        Domain::Text => TEXTS,
    });
    // Every measure, and every floor beside it, is of equally many.
    let count = maker.len().map_or(count, |made| count.min(made));
    let subject = Subject { maker: &maker, data: &*data, args, device: &device, count };
    let mut measures = Map::new();
    if let Maker::Model(model) = &maker {
        measures.insert("step".to_owned(), model.info.step.into());
    }
    measures.extend(match domain {
        Domain::Points => eval_points::measure(&subject)?,
        Domain::Images => eval_images::measure(&subject)?,
        Domain::Text => eval_text::measure(&subject)?,
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

/// What makes the samples, and the data to measure them against.
fn open_maker(args: &EvalArgs, device: &Device) -> anyhow::Result<(Maker, DataConfig)> {
    if let Some(samples) = &args.samples {
        let source = source::choose(
            args.data.as_deref().unwrap_or_default(),
            &Preset::Fashion.config().data,
            &TextArgs::default(),
        )?;
        return Ok((Maker::Pictures(open_pictures(samples, source.shape())?), source));
    }
    let path = model_path(args);
    let model = Box::new(read_model(path, device)?);
    let mut source = match &args.data {
        // Texts are read as those were that the model has learned from.
        Some(text) => source::choose(text, &model.info.data, &TextArgs::of(&model.info.data.text))?,
        None => model.info.data.clone(),
    };
    if let (DatasetKind::Pictures, SampleShape::Image { channels, width, .. }) = (source.kind, model.info.sample_shape)
    {
        // Pictures are made into what the model has learned to make, in the way that it has seen.
        let fit = model.info.data.pictures.fit;
        source.pictures = PicturesConfig { size: width, channels, fit, ..source.pictures };
    }
    let shape = source.shape();
    if shape != model.info.sample_shape {
        bail!("the model makes {}, and the data holds {shape}: {}", model.info.sample_shape, path.display());
    }
    Ok((Maker::Model(model), source))
}

/// Where the model is: in this folder, if nothing else is said.
fn model_path(args: &EvalArgs) -> &Path {
    args.model.as_deref().unwrap_or(Path::new("."))
}

/// Texts are compared symbol by symbol, so the data's symbols must mean what the model's do.
fn refuse_other_characters(maker: &Maker, data: &dyn Dataset, args: &EvalArgs) -> anyhow::Result<()> {
    let (Maker::Model(model), Some(lexicon)) = (maker, data.lexicon()) else { return Ok(()) };
    let characters = lexicon.alphabet().chars().iter().copied();
    if model.info.alphabet.as_ref().is_some_and(|alphabet| !characters.eq(alphabet.chars())) {
        let path = model_path(args).display();
        bail!("the data has other characters than the texts that the model makes: {path}");
    }
    Ok(())
}

/// Pictures that any program has made, brought to the shape of those they are measured against.
fn open_pictures(text: &str, shape: SampleShape) -> anyhow::Result<Arc<dyn Dataset>> {
    let mut samples = source::choose(text, &Preset::Fashion.config().data, &TextArgs::default())?;
    let SampleShape::Image { channels, width, .. } = shape else {
        bail!("only pictures can be measured without their model, and the data holds {shape}");
    };
    if samples.kind != DatasetKind::Pictures {
        bail!("these are no pictures: {text}");
    }
    samples.pictures = PicturesConfig { size: width, channels, ..samples.pictures };
    let pictures = data::open(&samples)?;
    let (count, least) = (pictures.len().unwrap_or_default(), ImagesReference::MIN_SAMPLES);
    if count < least {
        bail!("there are too few pictures to measure, {count} where there must be {least} at least: {text}");
    }
    Ok(pictures)
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
