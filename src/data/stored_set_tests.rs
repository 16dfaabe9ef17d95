//! What stored pictures and texts give to training, to tests and to metrics.

use super::*;
use crate::config::CaseKind;
use crate::data::{inspect_texts, text_file};

const SHAPE: SampleShape = SampleShape::Image { channels: 1, height: 1, width: 2 };

#[test]
fn pixels_and_labels_stay_together() {
    let set = StoredSet::new(
        SHAPE,
        vec![0, 0, 51, 51, 102, 102].into(),
        vec![2, 1, 0].into(),
        ["a", "b", "c"].map(String::from).into(),
    )
    .unwrap();
    let batch = set.batch_with_labels(9, 4, 5);
    assert_eq!(batch.labels.len(), 5);
    for (picture, label) in batch.samples.chunks(2).zip(batch.labels) {
        let expected = f32::from(2 - label) * 0.4 - 1.0;
        assert!((picture[0] - expected).abs() < 1e-6 && (picture[1] - expected).abs() < 1e-6);
    }
}

#[test]
fn evaluation_holds_each_picture_at_most_once() {
    let pixels: Vec<u8> = (0..100).flat_map(|index| [index, index]).collect();
    let set = StoredSet::new(SHAPE, pixels.into(), Arc::new([]), Vec::new()).unwrap();
    let mut firsts: Vec<f32> = set.evaluation(1_000, 3).chunks(2).map(|picture| picture[0]).collect();
    firsts.sort_by(f32::total_cmp);
    firsts.dedup();
    assert_eq!(firsts.len(), 100);
    assert_eq!(set.evaluation(7, 3)[..], set.evaluation(1_000, 3)[..14]);
    assert_ne!(set.evaluation(7, 3), set.evaluation(7, 4));
}

/// 1,000 pictures, of which the last three alone are of the second of three classes, and none of the third.
fn with_a_rare_class() -> StoredSet {
    let pixels: Vec<u8> = (0..1_000).flat_map(|index| [index as u8, u8::from(index >= 997)]).collect();
    let labels: Vec<u8> = (0..1_000).map(|index| u8::from(index >= 997)).collect();
    StoredSet::new(SHAPE, pixels.into(), labels.into(), ["a", "b", "c"].map(String::from).into()).unwrap()
}

#[test]
fn pictures_of_a_rare_class_are_found_as_far_as_there_are_some() {
    let set = with_a_rare_class();
    let rare = set.evaluation_of(1..2, 8, 3);
    assert_eq!(rare.labels, [1; 3]);
    assert!(rare.samples.chunks(2).all(|picture| picture[1] > -1.0), "a picture of another class");
    assert_eq!(set.evaluation_of(0..3, 5, 3).labels, [0, 0, 0, 0, 0, 1, 1, 1]);
    assert!(set.evaluation_of(2..3, 8, 3).samples.is_empty() && set.evaluation_of(0..3, 0, 3).samples.is_empty());
    assert!(of(0..9).evaluation_of(0..1, 8, 3).samples.is_empty(), "there are no classes");
}

#[test]
fn classes_are_counted_among_what_training_draws_from() {
    assert_eq!(with_a_rare_class().class_counts(), [997, 3, 0]);
    let few = with_a_rare_class().keep(Some(400));
    let rest = few.held_out().unwrap().class_counts();
    assert_eq!(few.class_counts().iter().sum::<usize>(), 400);
    let both: Vec<usize> = few.class_counts().iter().zip(rest).map(|(few, rest)| few + rest).collect();
    assert_eq!(both, [997, 3, 0]);
    assert!(of(0..9).class_counts().is_empty(), "there are no classes");
}

#[test]
fn those_of_a_class_are_the_first_of_it_that_metrics_would_draw() {
    for set in [with_a_rare_class(), StoredSet::clone(&with_a_rare_class().keep(Some(200)).held_out.unwrap())] {
        let all = set.evaluation_with_labels(1_000, 3);
        let pictures = all.samples.chunks(2).zip(&all.labels);
        let common: Vec<f32> =
            pictures.filter(|(_, label)| **label == 0).take(9).flat_map(|(it, _)| it).copied().collect();
        assert_eq!(set.evaluation_of(0..1, 9, 3).samples, common);
    }
}

#[test]
fn an_evaluation_pair_of_an_odd_number_of_pictures_leaves_one_out() {
    let set = StoredSet::new(SHAPE, vec![7; 10].into(), Arc::new([]), Vec::new()).unwrap();
    let [first, second] = set.evaluation_pair(10, 1);
    assert_eq!((first.len() / 2, second.len() / 2), (2, 2));
}

/// Pictures of two equal pixels each.
fn of(pixels: impl Iterator<Item = u8>) -> StoredSet {
    let pixels: Vec<u8> = pixels.flat_map(|pixel| [pixel, pixel]).collect();
    StoredSet::new(SHAPE, pixels.into(), Arc::new([]), Vec::new()).unwrap()
}

/// The pixels of all pictures, least first.
fn sorted(samples: &[f32]) -> Vec<u8> {
    let mut firsts: Vec<u8> = samples.chunks(2).map(|it| ((it[0] + 1.0) * 127.5).round() as u8).collect();
    firsts.sort_unstable();
    firsts
}

#[test]
fn test_pictures_are_held_out_and_nothing_else_is() {
    assert!(of(0..50).held_out().is_none(), "there is nothing to hold out");
    assert!(of(0..50).seen_and_unseen(10, 1).is_none());
    for samples in [None, Some(20)] {
        let set = of(0..50).with_test(of(100..130)).keep(samples);
        let test = set.held_out().unwrap();
        assert_eq!((set.len(), test.len()), (Some(samples.unwrap_or(50)), Some(30)), "{samples:?}");
        assert_eq!(sorted(&test.evaluation(1_000, 1)), (100..130).collect::<Vec<_>>());
        assert_eq!(sorted(&set.evaluation(1_000, 1)), (0..50).collect::<Vec<_>>(), "metrics stay on training data");
        let [seen, unseen] = set.seen_and_unseen(1_000, 1).unwrap();
        assert_eq!((sorted(&seen).len(), sorted(&unseen).len()), (samples.unwrap_or(50), 30));
        assert!(set.batch(1, 0, 200).iter().all(|&value| value < -0.5), "training saw a test picture");
    }
}

#[test]
fn a_quarter_of_each_class_is_to_test_with_where_nothing_else_is() {
    let pixels: Vec<u8> = (0..90).flat_map(|index| [index, index]).collect();
    let labels: Vec<u8> = (0..90).map(|index| u8::from(index >= 80)).collect();
    let names = || ["a", "b"].map(String::from).into();
    let set = StoredSet::new(SHAPE, pixels.into(), labels.into(), names()).unwrap();
    let [train, test] = set.train_and_test().unwrap();
    assert_eq!((train.len(), test.len()), (Some(68), Some(22)));
    let rare = test.evaluation_with_labels(100, 5).labels.into_iter().filter(|label| *label == 1).count();
    assert_eq!(rare, 2);
    let mut all = [train, test.clone()].map(|part| sorted(&part.evaluation(100, 1))).concat();
    all.sort_unstable();
    assert_eq!(all, (0..90).collect::<Vec<_>>(), "each is in one of the two");
    assert_eq!(sorted(&set.train_and_test().unwrap()[1].evaluation(100, 2)), sorted(&test.evaluation(100, 1)));
    assert!(of(0..9).train_and_test().is_none(), "there are no classes");

    let other = StoredSet::new(SHAPE, vec![200; 4].into(), Arc::new([0, 1]), names()).unwrap();
    let [train, test] = set.with_test(other).train_and_test().unwrap();
    assert_eq!((train.len(), test.len(), sorted(&test.evaluation(9, 1))), (Some(90), Some(2), vec![200, 200]));
}

#[test]
fn of_few_pictures_the_rest_is_held_out_as_a_set_of_its_own() {
    let set = of(0..50).keep(Some(20));
    let rest = set.held_out().unwrap();
    let (few, others) = (sorted(&set.batch(3, 0, 20)), sorted(&rest.evaluation(1_000, 1)));
    let mut all = [few, others.clone()].concat();
    all.sort_unstable();
    assert_eq!(all, (0..50).collect::<Vec<_>>());
    assert_eq!(sorted(&rest.batch(9, 0, 30)), others);
    assert!(of(0..50).keep(Some(50)).held_out().is_none(), "nothing is left");
}

#[test]
fn a_reference_and_its_floor_have_no_picture_in_common() {
    let pairs = [
        (of(0..50), 25, 25),
        (of(0..50).keep(Some(20)), 25, 25),
        (of(0..50).with_test(of(100..130)), 50, 30),
        (of(0..50).with_test(of(100..130)).keep(Some(20)), 50, 30),
    ];
    for (set, expected, expected_others) in pairs {
        let [real, others] = set.reference_pair(1_000, 1).map(|samples| sorted(&samples));
        assert_eq!((real.len(), others.len()), (expected, expected_others), "{:?}", set.note());
        assert!(real.iter().all(|picture| !others.contains(picture)));
    }
}

#[test]
fn other_pixels_and_other_labels_have_another_checksum() {
    let names = || ["a", "b"].map(String::from).into();
    let make = |pixels: &[u8], labels: &[u8]| {
        StoredSet::new(SHAPE, pixels.to_vec().into(), labels.into(), names()).unwrap().checksum()
    };
    let checksum = make(&[1, 2, 3, 4], &[0, 1]);
    assert_eq!(make(&[1, 2, 3, 4], &[0, 1]), checksum);
    assert_ne!(make(&[1, 2, 3, 5], &[0, 1]), checksum);
    assert_ne!(make(&[3, 4, 1, 2], &[0, 1]), checksum);
    assert_ne!(make(&[1, 2, 3, 4], &[1, 0]), checksum);
}

#[test]
fn refuses_what_does_not_fit() {
    let names = || vec![String::from("a")];
    let make =
        |pixels: &[u8], labels: &[u8], names| StoredSet::new(SHAPE, pixels.to_vec().into(), labels.into(), names);
    assert!(matches!(make(&[], &[], Vec::new()), Err(DataError::Empty)));
    assert!(matches!(make(&[1, 2, 3], &[], Vec::new()), Err(DataError::PartialPicture { found: 3, features: 2 })));
    assert!(matches!(make(&[1, 2], &[], names()), Err(DataError::LabelCount { pictures: 1, labels: 0 })));
    assert!(matches!(make(&[1, 2], &[0], Vec::new()), Err(DataError::LabelCount { pictures: 1, labels: 1 })));
    assert!(matches!(make(&[1, 2], &[1], names()), Err(DataError::UnknownLabel { label: 1, classes: 1 })));
}

#[test]
fn a_text_that_training_saw_in_one_class_is_held_out_in_none() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("waters.tsv");
    // Every second text is of both classes.
    let text = |index: usize| format!("{}{}", char::from(b'a' + index as u8 % 8), char::from(b'a' + index as u8 / 8));
    let line = |index: usize| match index % 2 {
        0 => format!("{0}\tsea\n{0}\tland\n", text(index)),
        _ => format!("{}\tsea\n", text(index)),
    };
    std::fs::write(&path, (0..64).map(line).collect::<Vec<_>>().concat()).unwrap();
    let config = inspect_texts(&path, CaseKind::AsIs, None).unwrap().config;
    let set = StoredSet::texts(text_file::open(&config).unwrap(), None).unwrap();
    let rows = set.text_rows().unwrap();
    let seen: HashSet<&[u8]> = rows.train.iter().copied().collect();
    assert!(seen.len() < rows.train.len(), "some are of both classes");
    assert!(!rows.held_out.is_empty() && rows.held_out.iter().all(|row| !seen.contains(row)));
    let [train, test] = set.train_and_test().unwrap();
    assert_eq!((train.len(), test.len()), (Some(rows.train.len()), Some(rows.held_out.len())));
}
