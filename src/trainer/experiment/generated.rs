//! Pictures of one repetition's generator: made, filtered, kept as bytes and read back.

use std::fs;
use std::path::Path;

use burn::tensor::Device;

use super::ExperimentError;
use super::arms::{self, Material};
use super::lanes::Halt;
use crate::config::{ArmKind, ExperimentConfig, FilterKind, SampleShape};
use crate::data::{LabelledBatch, Pictures, read_idx};
use crate::export::{self, ExportError};
use crate::gan::condition::class_of;
use crate::gan::model_file::Model;
use crate::gan::{latent, probe};
use crate::random::{Random, Stream};

/// `[count, channels, height, width]`; written last, so that where it is there, all is.
const IMAGES: &str = "generated-images-idx4-ubyte";
/// `[count]`.
const LABELS: &str = "generated-labels-idx1-ubyte";
/// How many times as many are made as a filter keeps.
const FILTERED_FROM: usize = 2;

/// How many pictures an experiment keeps: equally many of each class.
fn kept(config: &ExperimentConfig, classes: usize) -> usize {
    config.generated.div_ceil(classes.max(1)) * classes
}

/// Makes the pictures of a trained generator, its averaged weights, equally many of each class, as bytes would hold them. Nothing
/// where it is halted.
pub(super) fn make(
    model: &Model,
    material: &Material,
    config: &ExperimentConfig,
    seed: u64,
    device: &Device,
    halt: &Halt<'_>,
) -> Result<Option<LabelledBatch>, ExperimentError> {
    let classes = material.classes;
    let kept = kept(config, classes);
    let count = if config.filter == FilterKind::None { kept } else { FILTERED_FROM * kept };
    let latents = latent::draw(&model.info.latent, count, &mut Random::new(seed, Stream::Sampling, 0));
    let samples = probe::generate(&model.generator_ema, &latents, model.info.latent.dim, device)?;
    let made = LabelledBatch {
        samples: as_bytes_hold(&samples),
        // A label has room for every class that a model can have.
        labels: (0..count as u64).map(|number| class_of(number, classes) as u8).collect(),
    };
    let features = material.shape.features();
    let scores = match config.filter {
        FilterKind::None => return Ok(Some(made)),
        FilterKind::Discriminator => {
            probe::logits_of(&model.discriminator, &made.samples, features, &made.labels, device)?
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

/// Numbers as they are once they were bytes: what is read back is then what was made.
fn as_bytes_hold(samples: &[f32]) -> Vec<f32> {
    from_bytes(&Pictures::to_bytes(samples))
}

fn from_bytes(bytes: &[u8]) -> Vec<f32> {
    bytes.iter().map(|&byte| f32::from(byte) / 127.5 - 1.0).collect()
}

/// Keeps the pictures of a repetition.
pub(super) fn write(place: &Path, pictures: &LabelledBatch, shape: SampleShape) -> Result<(), ExperimentError> {
    let count = pictures.labels.len();
    fs::create_dir_all(place).map_err(|cause| ExportError::Write { cause, path: place.to_owned() })?;
    export::write_idx(place.join(LABELS), &pictures.labels, &[count])?;
    export::write_idx(place.join(IMAGES), &Pictures::to_bytes(&pictures.samples), &shape.array_shape(count))?;
    Ok(())
}

/// The pictures of a repetition, if they were made.
pub(super) fn read(
    place: &Path,
    shape: SampleShape,
    classes: usize,
    config: &ExperimentConfig,
) -> Result<Option<LabelledBatch>, ExperimentError> {
    let path = place.join(IMAGES);
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
    let (images, labels) = (array(&path)?, array(&place.join(LABELS))?);
    if images.dimensions != shape.array_shape(count) || labels.dimensions != [count] {
        return Err(wrong("they are of another number or size"));
    }
    if labels.values.iter().any(|&label| usize::from(label) >= classes) {
        return Err(wrong("a label names no class"));
    }
    Ok(Some(LabelledBatch { samples: from_bytes(&images.values), labels: labels.values }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: SampleShape = SampleShape::Image { channels: 1, height: 1, width: 2 };

    fn pictures() -> LabelledBatch {
        LabelledBatch { samples: from_bytes(&[0, 1, 2, 3, 4, 5, 250, 255]), labels: vec![0, 1, 0, 1] }
    }

    #[test]
    fn the_better_half_of_each_class_stays_in_order() {
        let found = best(&pictures(), &[0.5, -3.0, 0.9, -2.0], 2, 2);
        assert_eq!(Pictures::to_bytes(&found.samples), [4, 5, 250, 255]);
        assert_eq!(found.labels, [0, 1]);
        let swapped = best(&pictures(), &[0.9, -2.0, 0.5, -3.0], 2, 2);
        assert_eq!(Pictures::to_bytes(&swapped.samples), [0, 1, 2, 3]);
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
        assert_eq!(as_bytes_hold(&pictures().samples), pictures().samples);

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
