//! Real pictures score their floors, and bad ones do not.

use super::*;
use crate::config::{DataConfig, DatasetKind};
use crate::data::{LabelledBatch, StoredSet, open};
use crate::gan::metrics::coverage_ceiling;

const COUNTS: ImagesCounts = ImagesCounts { samples: 256, train: 1_000 };

fn reference(data: &dyn Dataset) -> ImagesReference {
    ImagesReference::new(data, COUNTS, 1, &Device::flex()).unwrap()
}

#[test]
fn real_pictures_score_about_the_floors() {
    let data = open(&DataConfig::of(DatasetKind::Fashion)).unwrap();
    let quality = reference(&*data).measure(&data.evaluation(512, 99)[256 * 784..]).unwrap();
    assert!(quality.features_fit && quality.samples == 256);
    assert!((quality.kid.value - quality.kid.floor).abs() < 6.0 * quality.kid_error + 0.01, "{quality:?}");
    assert!(quality.frechet_distance.value < 1.5 * quality.frechet_distance.floor, "{quality:?}");
    for measure in [quality.precision, quality.recall, quality.density, quality.coverage, quality.spread] {
        assert!((measure.value - measure.floor).abs() < 0.15, "{quality:?}");
    }
    assert!(quality.sliced_wasserstein.value < 3.0 * quality.sliced_wasserstein.floor, "{quality:?}");
    let classes = quality.classes.unwrap();
    assert_eq!((classes.names.len(), classes.names[8].as_str()), (10, "Bag"));
    for shares in [&classes.fake, &classes.real] {
        assert!(
            (shares.iter().sum::<f64>() - 1.0).abs() < 1e-9 && shares.iter().all(|share| *share > 0.03),
            "{shares:?}"
        );
    }
}

#[test]
fn a_collapsed_generator_is_far_from_all_of_them() {
    let data = open(&DataConfig::of(DatasetKind::Fashion)).unwrap();
    let one = data.evaluation(1, 5);
    let reference = reference(&*data);
    let quality = reference.measure(&one.repeat(256)).unwrap();
    assert!(quality.kid.value > 10.0 * quality.kid.floor.abs(), "{quality:?}");
    assert!(quality.frechet_distance.value > 5.0 * quality.frechet_distance.floor, "{quality:?}");
    assert!(quality.recall.value < 0.05 && quality.coverage.value < 0.1 && quality.spread.value < 0.01, "{quality:?}");
    let largest = quality.classes.unwrap().fake.into_iter().fold(0.0, f64::max);
    assert!((largest - 1.0).abs() < 1e-9);
}

#[test]
fn pictures_that_training_saw_are_found_out_as_copies() {
    let data = open(&DataConfig { samples: Some(400), ..DataConfig::of(DatasetKind::Fashion) }).unwrap();
    let reference = reference(&*data);
    let [seen, unseen] = data.seen_and_unseen(256, 1).unwrap();
    let copies = reference.measure(&seen).unwrap();
    assert!(copies.nearest_real_ratio.value < 0.01, "{copies:?}");
    assert_eq!((copies.closest.fake.len(), copies.closest.ratios.len()), (8, 8));
    assert!(copies.closest.fake == copies.closest.real, "each copy stands beside what it is a copy of");
    let others = reference.measure(&unseen).unwrap();
    assert!((others.nearest_real_ratio.value - 1.0).abs() < 0.1, "{others:?}");
    assert!(others.closest.ratios.is_sorted());
}

#[test]
fn colour_pictures_are_measured_and_said_not_to_fit() {
    let data = open(&DataConfig::of(DatasetKind::Faces)).unwrap();
    let quality = reference(&*data).measure(&data.evaluation(300, 7)).unwrap();
    assert!(!quality.features_fit && quality.classes.is_none() && quality.samples == 256);
    assert!((quality.nearest_real_ratio.value).is_finite() && (quality.spread.value - 1.0).abs() < 0.1, "{quality:?}");
    assert_eq!((quality.closest.real.channels, quality.closest.real.width), (3, 16));
}

#[test]
fn the_same_pictures_measure_the_same_to_the_bit() {
    let data = open(&DataConfig::of(DatasetKind::Fashion)).unwrap();
    let measure = || reference(&*data).measure(&data.evaluation(256, 3)).unwrap();
    assert_eq!(measure(), measure());
}

#[test]
fn classes_that_only_have_known_names_are_not_known() {
    let shape = DatasetKind::Fashion.shape();
    let garments = open(&DataConfig::of(DatasetKind::Fashion)).unwrap();
    let batch = garments.batch_with_labels(1, 0, 600);
    let pixels: Vec<u8> = batch.samples.iter().map(|value| (127.5 * (value + 1.0)).round() as u8).collect();
    let digits: Vec<String> = (0..10).map(|digit| digit.to_string()).collect();
    let classes = |labels: &[u8], names: &[String]| {
        let set = StoredSet::new(shape, pixels.clone().into(), labels.into(), names.to_vec()).unwrap();
        reference(&set).measure(&batch.samples).unwrap().classes.map(|classes| classes.names)
    };
    let names = garments.class_names().to_vec();
    assert_eq!(classes(&batch.labels, &names).as_ref(), Some(&names));
    assert_eq!(classes(&batch.labels, &digits), Some(names.clone()), "pictures tell what the numbers stand for");
    let others: Vec<u8> = batch.labels.iter().map(|label| 9 - label).collect();
    assert_eq!((classes(&others, &digits), classes(&others, &names)), (None, None));
}

#[test]
fn pictures_of_the_class_that_was_asked_for_are_counted() {
    let data = open(&DataConfig::of(DatasetKind::Fashion)).unwrap();
    let reference = reference(&*data);
    let LabelledBatch { samples, mut labels } = data.batch_with_labels(1, 0, 400);
    let right = reference.class_accuracy(&samples, &labels).unwrap().unwrap();
    assert!(right > 0.85, "{right}");
    for label in &mut labels[..200] {
        *label = (*label + 5) % 10;
    }
    let half = reference.class_accuracy(&samples, &labels).unwrap().unwrap();
    assert!((half - 0.5 * right).abs() < 0.08, "{half} of {right}");
    assert_eq!(reference.class_accuracy(&samples, &[]).unwrap(), None, "no label is neither right nor wrong");
    let faces = open(&DataConfig::of(DatasetKind::Faces)).unwrap();
    assert_eq!(self::reference(&*faces).class_accuracy(&faces.evaluation(8, 1), &[0; 8]).unwrap(), None);
}

#[test]
fn a_handful_of_pictures_is_refused() {
    let shape = DatasetKind::Fashion.shape();
    let set = StoredSet::new(shape, vec![7; 12 * 784].into(), Vec::new().into(), Vec::new()).unwrap();
    assert!(matches!(ImagesReference::new(&set, COUNTS, 1, &Device::flex()), Err(ImagesError::TooFew)));
}

/// The full Fashion-MNIST as a data set with held-out pictures, from the folder that `GANSCOPE_DATA` names; `None` without it.
struct Full {
    train: StoredSet,
    test: StoredSet,
}

impl Full {
    fn read() -> Option<Self> {
        let folder = std::path::PathBuf::from(std::env::var_os("GANSCOPE_DATA")?).join("fashion-mnist");
        let read = |name: &str| {
            let path = |ending| folder.join(format!("{name}-ubyte{ending}"));
            let bytes = std::fs::read(path("")).or_else(|_| std::fs::read(path(".gz"))).unwrap();
            crate::data::read_idx(&bytes).unwrap().values
        };
        let names = open(&DataConfig::of(DatasetKind::Fashion)).unwrap().class_names().to_vec();
        let set = |part: &str| {
            let [pixels, labels] =
                [format!("{part}-images-idx3"), format!("{part}-labels-idx1")].map(|name| read(&name));
            StoredSet::new(DatasetKind::Fashion.shape(), pixels.into(), labels.into(), names.clone()).unwrap()
        };
        Some(Self { train: set("train"), test: set("t10k") })
    }
}

impl Dataset for Full {
    fn shape(&self) -> SampleShape {
        self.train.shape()
    }

    fn batch(&self, seed: u64, batch_index: u64, size: usize) -> Vec<f32> {
        self.train.batch(seed, batch_index, size)
    }

    fn batch_with_labels(&self, seed: u64, batch_index: u64, size: usize) -> LabelledBatch {
        self.train.batch_with_labels(seed, batch_index, size)
    }

    fn class_names(&self) -> &[String] {
        self.train.class_names()
    }

    fn held_out(&self) -> Option<&dyn Dataset> {
        Some(&self.test)
    }

    fn evaluation(&self, count: usize, seed: u64) -> Vec<f32> {
        self.train.evaluation(count, seed)
    }
}

#[test]
fn floors_of_the_full_set_are_those_of_training_against_test_pictures() {
    let Some(full) = Full::read() else { return eprintln!("skipped: GANSCOPE_DATA names no folder of data sets") };
    let began = std::time::Instant::now();
    let counts = ImagesCounts { samples: 10_000, train: 60_000 };
    let reference = ImagesReference::new(&full, counts, 1, &Device::flex()).unwrap();
    let prepared = began.elapsed();
    let quality = reference.measure(&full.train.evaluation(20_000, 2)[10_000 * 784..]).unwrap();
    eprintln!(
        "prepared in {prepared:.1?}, measured in {:.1?}",
        began.elapsed().checked_sub(prepared).unwrap_or_default()
    );
    eprintln!("KID {:?} ± {:.5}", quality.kid, quality.kid_error);
    for (name, measure) in quality.named() {
        eprintln!("{name}: {measure:?}");
    }
    assert!(quality.samples == 10_000 && quality.classes.is_some());
    // They are pictures of the training set.
    assert!(
        quality.nearest_real_ratio.value < 0.01 && quality.kid.value.abs() < quality.kid.floor + 0.01,
        "{quality:?}"
    );
    assert!((quality.coverage.floor - coverage_ceiling()).abs() < 0.03, "{quality:?}");
}
