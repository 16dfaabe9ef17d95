//! The network inside the program.

use super::*;
use crate::config::{DataConfig, DatasetKind};
use crate::data::open;

#[test]
fn it_knows_the_classes_of_bundled_garments() {
    let network = FeatureNetwork::shipped(&Device::flex()).unwrap();
    let data = open(&DataConfig::of(DatasetKind::Fashion)).unwrap();
    let batch = data.batch_with_labels(1, 0, 400);
    let [(range, _)] = &network.classes_like(data.class_names())[..] else { panic!("one set of the same names") };
    let described = network.describe(&batch.samples, data.shape()).unwrap();
    assert_eq!(described.features.len(), 400 * FEATURES);
    let found = described.likeliest(range);
    let right = found.iter().zip(&batch.labels).filter(|(found, label)| **found == usize::from(**label)).count();
    assert!(right >= 368, "{right} of 400");
    // No garment is taken for a digit.
    let garments = described.likeliest(&(0..20)).into_iter().filter(|class| range.contains(class)).count();
    assert!(garments >= 398, "{garments} of 400");
}

#[test]
fn it_was_good_at_test_pictures_and_says_so() {
    let network = FeatureNetwork::shipped(&Device::flex()).unwrap();
    let FeatureInfo { sets, test_accuracy, .. } = network.info();
    assert_eq!(sets.iter().map(|set| set.name.as_str()).collect::<Vec<_>>(), ["MNIST", "Fashion-MNIST"]);
    assert!(test_accuracy[0] >= 0.99 && test_accuracy[1] >= 0.91, "{test_accuracy:?}");
    let digits: Vec<String> = (0..10).map(|digit| digit.to_string()).collect();
    let ranges = |names: &[String]| network.classes_like(names).into_iter().map(|(range, _)| range).collect::<Vec<_>>();
    assert_eq!(ranges(&digits), [0..10, 10..20], "numbers may stand for anything");
    assert!(ranges(&digits[..9]).is_empty() && ranges(&[]).is_empty());
}

#[test]
fn its_file_is_written_as_it_was_read() {
    let network = FeatureNetwork::shipped(&Device::flex()).unwrap();
    assert!(network.to_bytes().unwrap() == SHIPPED);
    assert!(SHIPPED.len() < 500_000, "{}", SHIPPED.len());
}

#[test]
fn a_damaged_file_is_refused() {
    let device = Device::flex();
    for length in [0, 7, 100, SHIPPED.len() - 1] {
        assert!(FeatureNetwork::from_bytes(&SHIPPED[..length], &device).is_err(), "{length}");
    }
    let other = model_file::encode_arrays(Vec::new(), "{}".to_owned()).unwrap();
    assert!(matches!(FeatureNetwork::from_bytes(&other, &device), Err(ModelError::BadDescription(_))));
}

#[test]
fn the_likeliest_class_is_counted_from_the_first_of_those_that_can_be() {
    let described = Described { features: vec![0.0; 2 * FEATURES], logits: vec![9.0, 1.0, 2.0, 0.0, 4.0, 3.0] };
    assert_eq!(described.likeliest(&(0..3)), [0, 1]);
    assert_eq!(described.likeliest(&(1..3)), [1, 0]);
}
