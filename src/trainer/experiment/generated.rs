//! Samples of one repetition's generator: made, filtered, kept as bytes and read back.

use std::fs;
use std::path::Path;

use burn::tensor::Device;

use super::ExperimentError;
use super::arms::{self, Material};
use super::lanes::Halt;
use crate::config::{ArmKind, ExperimentConfig, FilterKind, SampleShape};
use crate::data::{LabelledBatch, pack, packed_shape, read_idx, unpack};
use crate::export::{self, ExportError};
use crate::gan::condition::class_of;
use crate::gan::model_file::Model;
use crate::gan::{latent, probe};
use crate::random::{Random, Stream};

/// Pictures `[count, channels, height, width]`; written last, so that where it is there, all is.
const IMAGES: &str = "generated-images-idx4-ubyte";
/// The same of texts, as symbols: `[count, length]`.
const TEXTS: &str = "generated-texts-idx2-ubyte";
/// `[count]`.
const LABELS: &str = "generated-labels-idx1-ubyte";
/// How many times as many are made as a filter keeps.
const FILTERED_FROM: usize = 2;

/// The file of samples.
fn samples_file(shape: SampleShape) -> &'static str {
    if matches!(shape, SampleShape::Text { .. }) { TEXTS } else { IMAGES }
}

/// How many samples an experiment keeps: equally many of each class.
pub(super) fn kept(config: &ExperimentConfig, classes: usize) -> usize {
    config.generated.div_ceil(classes.max(1)) * classes
}

/// How many it makes to keep so many.
pub(super) fn made(config: &ExperimentConfig, classes: usize) -> usize {
    kept(config, classes) * if config.filter == FilterKind::None { 1 } else { FILTERED_FROM }
}

/// Makes the samples of a trained generator, its averaged weights, equally many of each class, as bytes would hold them: texts are
/// decided. Nothing where it is halted.
pub(super) fn make(
    model: &Model,
    material: &Material,
    config: &ExperimentConfig,
    seed: u64,
    device: &Device,
    halt: &Halt<'_>,
) -> Result<Option<LabelledBatch>, ExperimentError> {
    let classes = material.classes;
    let count = made(config, classes);
    let latents = latent::draw(&model.info.latent, count, &mut Random::new(seed, Stream::Sampling, 0));
    let samples = probe::generate(&model.generator_ema, &latents, model.info.latent.dim, device)?;
    let (shape, features) = (material.shape, material.shape.features());
    let made = LabelledBatch {
        // What is read back is then what was made.
        samples: unpack(&pack(&samples, shape), shape),
        // A label has room for every class that a model can have.
        labels: (0..count as u64).map(|number| class_of(number, classes) as u8).collect(),
    };
    let scores = match config.filter {
        FilterKind::None => return Ok(Some(made)),
        FilterKind::Discriminator => {
            // Letters that are decided are shown as real ones are.
            let shown = probe::as_shown(&made.samples, &model.info.config, false, device)?;
            probe::logits_of(&model.discriminator, &shown, features, &made.labels, device)?
        }
        FilterKind::Classifier => {
            let trained = arms::train(ArmKind::RealOnly, material, config, seed, device, halt, |_| {})?;
            let Some(classifier) = trained else { return Ok(None) };
            classifier.log_likelihoods(&made)?
        }
    };
    Ok(Some(best(&made, &scores, features, classes)))
}

/// The better half of each class, in the order in which they were made.
fn best(made: &LabelledBatch, scores: &[f32], features: usize, classes: usize) -> LabelledBatch {
    let mut chosen = Vec::new();
    for class in 0..classes {
        let mut of_class: Vec<usize> =
            (0..scores.len()).filter(|&index| usize::from(made.labels[index]) == class).collect();
        of_class.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
        of_class.truncate(of_class.len() / FILTERED_FROM);
        chosen.extend(of_class);
    }
    chosen.sort_unstable();
    LabelledBatch {
        samples: chosen.iter().flat_map(|&index| &made.samples[index * features..][..features]).copied().collect(),
        labels: chosen.iter().map(|&index| made.labels[index]).collect(),
    }
}

/// Keeps the samples of a repetition.
pub(super) fn write(place: &Path, made: &LabelledBatch, shape: SampleShape) -> Result<(), ExperimentError> {
    let count = made.labels.len();
    fs::create_dir_all(place).map_err(|cause| ExportError::Write { cause, path: place.to_owned() })?;
    export::write_idx(place.join(LABELS), &made.labels, &[count])?;
    export::write_idx(place.join(samples_file(shape)), &pack(&made.samples, shape), &packed_shape(shape, count))?;
    Ok(())
}

/// The samples of a repetition, if they were made.
pub(super) fn read(
    place: &Path,
    shape: SampleShape,
    classes: usize,
    config: &ExperimentConfig,
) -> Result<Option<LabelledBatch>, ExperimentError> {
    let path = place.join(samples_file(shape));
    let count = kept(config, classes);
    let wrong = |cause: &str| ExperimentError::Generated { cause: cause.to_owned(), path: path.clone() };
    if !path.exists() {
        return Ok(None);
    }
    // A reader that unpacks nothing: no file is larger than what it is to hold.
    let most = count * shape.features() + 64;
    if fs::metadata(&path).is_ok_and(|file| file.len() > most as u64) {
        return Err(wrong("there are more than were made"));
    }
    let array = |path: &Path| {
        let bytes = fs::read(path).map_err(|cause| ExportError::Read { cause, path: path.to_owned() })?;
        read_idx(&bytes).map_err(ExperimentError::idx(path.to_owned()))
    };
    let (samples, labels) = (array(&path)?, array(&place.join(LABELS))?);
    if samples.dimensions != packed_shape(shape, count) || labels.dimensions != [count] {
        return Err(wrong("they are of another number or size"));
    }
    if let SampleShape::Text { symbols, .. } = shape
        && samples.values.iter().any(|&symbol| usize::from(symbol) >= symbols)
    {
        return Err(wrong("a symbol is none of the alphabet"));
    }
    if labels.values.iter().any(|&label| usize::from(label) >= classes) {
        return Err(wrong("a label names no class"));
    }
    Ok(Some(LabelledBatch { samples: unpack(&samples.values, shape), labels: labels.values }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: SampleShape = SampleShape::Image { channels: 1, height: 1, width: 2 };

    fn pictures() -> LabelledBatch {
        LabelledBatch { samples: unpack(&[0, 1, 2, 3, 4, 5, 250, 255], SHAPE), labels: vec![0, 1, 0, 1] }
    }

    #[test]
    fn texts_are_read_back_and_a_symbol_that_is_none_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let shape = SampleShape::Text { symbols: 3, length: 2 };
        let config = ExperimentConfig { generated: 4, ..ExperimentConfig::default() };
        let texts = LabelledBatch { samples: unpack(&[1, 2, 2, 0, 1, 1, 2, 2], shape), labels: vec![0, 1, 0, 1] };
        write(folder.path(), &texts, shape).unwrap();
        assert_eq!(read(folder.path(), shape, 2, &config).unwrap(), Some(texts));
        let path = folder.path().join(TEXTS);
        let mut bytes = fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() = 3;
        fs::write(&path, bytes).unwrap();
        let error = read(folder.path(), shape, 2, &config).unwrap_err().to_string();
        assert!(error.contains("none of the alphabet") && error.contains("delete the file"), "{error}");
    }

    #[test]
    fn the_better_half_of_each_class_stays_in_order() {
        let found = best(&pictures(), &[0.5, -3.0, 0.9, -2.0], 2, 2);
        assert_eq!(pack(&found.samples, SHAPE), [4, 5, 250, 255]);
        assert_eq!(found.labels, [0, 1]);
        let swapped = best(&pictures(), &[0.9, -2.0, 0.5, -3.0], 2, 2);
        assert_eq!(pack(&swapped.samples, SHAPE), [0, 1, 2, 3]);
    }

    #[test]
    fn what_is_read_back_is_what_was_made_and_damage_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let config = ExperimentConfig { generated: 3, ..ExperimentConfig::default() };
        let place = folder.path().join("seed-1");
        let read_back = |place: &Path| read(place, SHAPE, 2, &config);
        assert!(read_back(&place).unwrap().is_none());
        write(&place, &pictures(), SHAPE).unwrap();
        assert_eq!(read_back(&place).unwrap().unwrap(), pictures());

        let good = fs::read(place.join(IMAGES)).unwrap();
        for (bytes, words) in [(&good[..good.len() - 1], "ends after"), (&[&good[..], &[0; 99]].concat(), "more than")]
        {
            fs::write(place.join(IMAGES), bytes).unwrap();
            let error = read_back(&place).unwrap_err().to_string();
            assert!(error.contains(words) && error.contains("delete the file"), "{error}");
        }
        fs::write(place.join(IMAGES), &good).unwrap();
        let three = LabelledBatch { labels: vec![0, 1, 0, 3], ..pictures() };
        write(&place, &three, SHAPE).unwrap();
        assert!(read_back(&place).unwrap_err().to_string().contains("names no class"));
    }
}
