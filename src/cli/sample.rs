//! `ganscope sample` and `ganscope interpolate`: what a trained generator makes, as files.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::args::{InterpolateArgs, SampleArgs};
use super::pieces::{LatentSource, Pieces, SampleClasses};
use super::{UsageError, open_device};
use crate::backend::DeviceChoice;
use crate::config::SampleShape;
use crate::data::{self, Alphabet, Pictures, most_likely};
use crate::export::{self, PictureFolder, ScatterLayer, SheetLayout, TextTable};
use crate::gan::model_file::Model;
use crate::gan::{condition, latent, probe};
use crate::random::{Random, Stream};
use crate::trainer::{self, Interpolation};

/// Most samples of one call: more would be gigabytes.
const MAX_COUNT: usize = 1_000_000;
/// Time between two frames of an animation.
const FRAME_DURATION: Duration = Duration::from_millis(80);
/// Side of a picture of points, in pixels.
const SCATTER_SIDE: usize = 512;
/// Colour of generated points in a picture of them.
const FAKE_COLOUR: [u8; 3] = [213, 94, 0];
/// Pictures of a contact sheet are enlarged by this.
const SHEET_SCALE: usize = 2;

/// Pictures of the largest contact sheet: more are no sheet that anybody looks at.
const MAX_SHEET: usize = 10_000;

/// Samples of a model, and what they are.
struct Samples {
    /// `[count, features]`, flat.
    values: Vec<f32>,
    shape: SampleShape,
    /// The view of points.
    bounds: [[f32; 2]; 2],
    /// The characters of texts.
    alphabet: Option<Alphabet>,
}

/// Makes samples as the command line says. Pictures are made while they are written, so that any number fits into memory.
pub(super) fn sample(args: &SampleArgs) -> anyhow::Result<()> {
    if args.count == 0 || args.count > MAX_COUNT {
        return Err(UsageError(format!("--count must be from 1 to {MAX_COUNT}")).into());
    }
    let model = open(&args.model)?;
    let asked = class(&model, args.class.as_deref())?;
    let (count, latents, labels) = match &args.latents {
        Some(path) => {
            let given = export::read_latents(path, model.info.latent.dim)?;
            (given.count, LatentSource::Given(given.values), given.labels.zip(Some(path)))
        }
        None => (args.count, LatentSource::Drawn(Random::new(args.seed, Stream::Sampling, 0)), None),
    };
    let classes = match (asked, labels) {
        (Some(class), _) => SampleClasses::One(class),
        (None, Some((labels, path))) => given_classes(&model, labels, path)?,
        (None, None) => SampleClasses::InTurn,
    };
    let device = open_device(DeviceChoice::Cpu)?;
    let pieces = Pieces { model: &model, latents, classes, count, done: 0, is_raw: args.raw, device };
    let (shape, out) = (model.info.sample_shape, &args.out);
    let array_shape = shape.array_shape(count);
    match (extension(out).as_str(), shape) {
        ("npy", _) => export::write_npy_pieces(out, export::Pieces { name: "", shape: &array_shape, values: pieces }),
        ("npz", SampleShape::Image { .. }) => {
            let labels: Vec<i64> = pieces.labels().into_iter().filter_map(|label| i64::try_from(label).ok()).collect();
            let labels = (!labels.is_empty()).then_some(("labels", labels.as_slice()));
            let pieces = export::Pieces { name: "images", shape: &array_shape, values: pieces };
            export::write_npz_pieces(out, pieces, labels)
        }
        ("tsv", SampleShape::Text { .. }) if model.info.config.classes() == 0 => Err(UsageError(format!(
            "a .tsv has a class beside each text, and this model was not trained with classes; use .txt: {}",
            out.display()
        ))
        .into()),
        ("tsv", SampleShape::Text { symbols, length }) => {
            let (labels, alphabet) = (pieces.labels(), alphabet(&model)?);
            let texts = texts(&pieces.collect_all()?, [symbols, length], alphabet.as_ref())?;
            write_table(out, &texts, &labels, &model.info.classes)
        }
        ("", SampleShape::Image { .. }) => write_folder(out, pieces, &model.info.classes),
        ("png", SampleShape::Image { .. }) if count > MAX_SHEET => Err(UsageError(format!(
            "a sheet holds at most {MAX_SHEET} pictures; for more, give --out a folder's name or a .npz: {}",
            out.display()
        ))
        .into()),
        _ => {
            check_format(out, shape)?;
            let bounds = data::bounds(&model.info.data)?;
            let alphabet = alphabet(&model)?;
            write(&Samples { values: pieces.collect_all()?, shape, bounds, alphabet }, out, SheetLayout::Grid)
        }
    }
}

/// Walks between two latents as the command line says.
pub(super) fn interpolate(args: &InterpolateArgs) -> anyhow::Result<()> {
    if !(2..=10_000).contains(&args.frames) {
        return Err(UsageError("--frames must be from 2 to 10000".to_owned()).into());
    }
    let model = open(&args.model)?;
    let config = &model.info.latent;
    let end = |seed| latent::draw(config, 1, &mut Random::new(seed, Stream::Sampling, 0));
    let (from, to) = (end(args.from), end(args.to));
    let walk = match args.method {
        Interpolation::Lerp => latent::lerp,
        Interpolation::Slerp => latent::slerp,
    };
    let places = (0..args.frames).map(|frame| frame as f32 / (args.frames - 1) as f32);
    let latents: Vec<f32> = places.clone().flat_map(|place| walk(&from, &to, place)).collect();
    let (class, classes) = (class(&model, args.class.as_deref())?, model.info.config.classes());
    let [from_share, to_share] = [args.from, args.to].map(|seed| {
        condition::one_hot(std::iter::once(class.unwrap_or_else(|| condition::class_of(seed, classes))), classes)
    });
    let shares: Vec<f32> = places.flat_map(|place| latent::lerp(&from_share, &to_share, place)).collect();
    let samples = generate(&model, &latents, &shares, args.raw)?;
    if extension(&args.out) == "gif" {
        let SampleShape::Image { .. } = samples.shape else {
            bail!("only pictures have an animation; choose another ending: {}", args.out.display())
        };
        let frames = pictures(&samples.values, samples.shape)?;
        export::write_gif(&args.out, &frames, enlargement(&frames), FRAME_DURATION)?;
        return Ok(());
    }
    write(&samples, &args.out, SheetLayout::Strip)
}

fn open(path: &Path) -> anyhow::Result<Model> {
    Ok(trainer::read_model(path, &open_device(DeviceChoice::Cpu)?)?)
}

/// The class that is asked for: a name, or a number from 0.
fn class(model: &Model, asked: Option<&str>) -> anyhow::Result<Option<usize>> {
    let Some(asked) = asked else { return Ok(None) };
    let names = &model.info.classes;
    if !model.info.config.conditional {
        bail!("this model was not trained with classes, so --class means nothing to it");
    }
    let by_name = names.iter().position(|name| name.eq_ignore_ascii_case(asked));
    let by_number = || asked.parse().ok().filter(|number| *number < names.len());
    match by_name.or_else(by_number) {
        Some(class) => Ok(Some(class)),
        None => Err(UsageError(format!("there is no class `{asked}`; there are: {}", names.join(", "))).into()),
    }
}

/// The classes that came with latents, if the model has such.
fn given_classes(model: &Model, labels: Vec<u8>, path: &Path) -> anyhow::Result<SampleClasses> {
    let classes = model.info.config.classes();
    if classes == 0 {
        bail!("these latents have classes, and this model was not trained with any: {}", path.display());
    }
    match labels.iter().position(|label| usize::from(*label) >= classes) {
        Some(latent) => {
            let label = labels[latent];
            bail!("label {label} of latent {latent} is none of the model's {classes} classes: {}", path.display())
        }
        None => Ok(SampleClasses::Given(labels)),
    }
}

fn generate(model: &Model, latents: &[f32], shares: &[f32], is_raw: bool) -> anyhow::Result<Samples> {
    let device = open_device(DeviceChoice::Cpu)?;
    let generator = if is_raw { &model.generator } else { &model.generator_ema };
    let values = probe::generate_of(generator, latents, model.info.latent.dim, shares, &device)
        .context("the samples could not be computed")?;
    let bounds = data::bounds(&model.info.data)?;
    Ok(Samples { values, shape: model.info.sample_shape, bounds, alphabet: alphabet(model)? })
}

/// Refuses a format that such samples have none of, before anything is computed.
fn check_format(out: &Path, shape: SampleShape) -> anyhow::Result<()> {
    let ending = extension(out);
    let (what, known, instead): (_, &[&str], _) = match shape {
        SampleShape::Points { .. } => ("points", &["npy", "npz", "csv", "png"], ".npy, .npz, .csv or .png"),
        SampleShape::Image { .. } => ("pictures", &["npy", "npz", "png", ""], ".npy, .npz, .png, or a folder's name"),
        SampleShape::Text { .. } => ("texts", &["txt", "npy", "npz"], ".txt, .npy or .npz"),
    };
    if known.contains(&ending.as_str()) {
        return Ok(());
    }
    let message = format!("{what} cannot be written as `{ending}`; use {instead}: {}", out.display());
    Err(UsageError(message).into())
}

/// Writes samples in the format that the file's ending asks for.
fn write(samples: &Samples, out: &Path, layout: SheetLayout) -> anyhow::Result<()> {
    let Samples { values, shape, alphabet, .. } = samples;
    check_format(out, *shape)?;
    let array_shape = shape.array_shape(values.len() / shape.features());
    match (extension(out).as_str(), shape) {
        ("npy", _) => export::write_npy(out, values, &array_shape)?,
        ("npz", _) => {
            let array = export::NamedArray { name: "samples", values, shape: &array_shape };
            export::write_npz(out, &[array])?;
        }
        ("txt", SampleShape::Text { symbols, length }) => {
            let lines = texts(values, [*symbols, *length], alphabet.as_ref())?.join("\n");
            export::write_atomically(out, format!("{lines}\n").as_bytes())?;
        }
        ("csv", _) => export::write_points_csv(out, values.as_chunks::<2>().0)?,
        (_, SampleShape::Points { .. }) => {
            let layer = ScatterLayer { points: values.as_chunks::<2>().0, colour: FAKE_COLOUR };
            export::write_png(out, &export::scatter(&[layer], samples.bounds, SCATTER_SIDE)?)?;
        }
        ("png", SampleShape::Image { .. }) => {
            export::write_contact_sheet(out, &pictures(values, *shape)?, layout, SHEET_SCALE)?;
        }
        (_, SampleShape::Text { .. }) => {}
        (_, SampleShape::Image { .. }) => {
            let mut folder = PictureFolder::create(out, &[])?;
            folder.add(&pictures(values, *shape)?, &[])?;
            folder.finish()?;
        }
    }
    Ok(())
}

/// The characters of a model of texts.
fn alphabet(model: &Model) -> anyhow::Result<Option<Alphabet>> {
    let Some(characters) = &model.info.alphabet else { return Ok(None) };
    Alphabet::from_chars(characters.chars().collect()).map(Some).context("the model's characters make no alphabet")
}

/// Texts with their classes, a line each.
fn write_table(out: &Path, texts: &[String], labels: &[usize], class_names: &[String]) -> anyhow::Result<()> {
    let mut table = TextTable::default();
    for (text, &label) in texts.iter().zip(labels) {
        table.push(text, class_names.get(label).map_or("", String::as_str));
    }
    Ok(export::write_atomically(out, table.as_str().as_bytes())?)
}

/// Samples as texts, each cut off at its end.
fn texts(values: &[f32], [symbols, length]: [usize; 2], alphabet: Option<&Alphabet>) -> anyhow::Result<Vec<String>> {
    let alphabet = alphabet.context("the model has no alphabet")?;
    let rows = most_likely(values, symbols, length);
    Ok(rows.chunks_exact(length).map(|row| alphabet.decode(row).text).collect())
}

/// Samples as pictures.
fn pictures(values: &[f32], shape: SampleShape) -> anyhow::Result<Pictures> {
    Pictures::from_signed(values, shape).with_context(|| format!("{shape} are no pictures"))
}

/// One PNG a picture; those of a conditional model in a sub-folder for each class.
fn write_folder(out: &Path, mut pieces: Pieces<'_>, class_names: &[String]) -> anyhow::Result<()> {
    let shape = pieces.model.info.sample_shape;
    let is_conditional = pieces.model.info.config.classes() > 0;
    let mut folder = PictureFolder::create(out, if is_conditional { class_names } else { &[] })?;
    let labels = pieces.labels();
    let mut done = 0;
    while let Some(piece) = pieces.next() {
        folder.add(&pictures(&piece?, shape)?, labels.get(done..).unwrap_or_default())?;
        done = pieces.done;
    }
    Ok(folder.finish()?)
}

/// Small pictures are enlarged until an animation of them can be watched.
fn enlargement(pictures: &Pictures) -> usize {
    const WATCHABLE_SIDE: usize = 224;
    (WATCHABLE_SIDE / pictures.height.max(pictures.width).max(1)).max(1)
}

fn extension(path: &Path) -> String {
    path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default()
}
