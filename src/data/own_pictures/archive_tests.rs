//! Archives of arrays that were given no names, or names that promise more than there is.

use std::io::Write as _;
use std::ops::ControlFlow;

use super::*;
use crate::config::FitKind;
use crate::data::Dataset;

/// Arrays with their names.
type Archive = Vec<(&'static str, Vec<u8>)>;

/// An array of bytes.
fn array(shape: &[usize], values: &[u8]) -> Vec<u8> {
    let sizes: Vec<String> = shape.iter().map(|size| format!("{size},")).collect();
    let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({}), }}\n", sizes.join(" "));
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), values].concat()
}

/// Grey pictures of 16×16, the first of brightness `first`, the next one lighter, and so on.
fn greys(first: u8, count: u8) -> Vec<u8> {
    let values: Vec<u8> = (first..first + count).flat_map(|grey| [grey; 256]).collect();
    array(&[count.into(), 16, 16], &values)
}

fn labels(values: &[u8]) -> Vec<u8> {
    array(&[values.len()], values)
}

/// What is read from an archive, after making sure that looking at it finds the same.
#[track_caller]
fn read_archive(members: &[(&str, Vec<u8>)]) -> StoredSet {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set.npz");
    let mut writer = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for (name, bytes) in members {
        writer.start_file(format!("{name}.npy"), zip::write::FileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap();
    let config = PicturesConfig { path: Some(path.clone()), size: 16, channels: 1, fit: FitKind::Crop, classes: 0 };
    let set = load(&config, &mut |_| ControlFlow::Continue(())).unwrap();
    let seen = inspect(&path, &mut |_| ControlFlow::Continue(())).unwrap();
    let test = set.held_out().and_then(Dataset::len).unwrap_or_default();
    assert_eq!((seen.pictures, seen.test_pictures), (set.len().unwrap(), test));
    assert_eq!(seen.classes.len(), set.class_names().len());
    set
}

/// Pictures to train on, classes, and pictures to test with.
fn counts(set: &StoredSet) -> [usize; 3] {
    let test = set.held_out().and_then(Dataset::len).unwrap_or_default();
    [set.len().unwrap(), set.class_names().len(), test]
}

#[test]
fn a_second_array_of_pictures_without_a_name_is_to_test_with() {
    let set = read_archive(&[("arr_0", greys(0, 6)), ("arr_1", greys(200, 2))]);
    assert_eq!(counts(&set), [6, 0, 2]);
    let test = set.held_out().unwrap();
    assert!(test.evaluation(9, 1).iter().all(|&value| value > 0.5) && set.evaluation(9, 1).iter().all(|&it| it < 0.0));
}

#[test]
fn arrays_without_names_are_told_apart_by_their_shapes() {
    let ([train, test], [of_train, of_test]) = ([greys(0, 3), greys(9, 2)], [labels(&[1, 0, 1]), labels(&[0, 1])]);
    let cases: [(Archive, [usize; 3]); 4] = [
        (vec![("arr_0", train.clone()), ("arr_1", of_train.clone())], [3, 2, 0]),
        (vec![("arr_0", train.clone()), ("arr_1", array(&[3, 1], &[0, 1, 2]))], [3, 3, 0]),
        (
            vec![
                ("arr_0", train.clone()),
                ("arr_1", of_train.clone()),
                ("arr_2", test.clone()),
                ("arr_3", of_test.clone()),
            ],
            [3, 2, 2],
        ),
        (vec![("arr_0", train), ("arr_1", test), ("arr_2", of_train), ("arr_3", of_test)], [3, 2, 2]),
    ];
    for (members, expected) in cases {
        let set = read_archive(&members);
        assert_eq!(counts(&set), expected, "{:?}", set.note());
        if expected[2] > 0 {
            let test = set.held_out().unwrap().evaluation_with_labels(2, 1);
            for (picture, label) in test.samples.chunks(256).zip(test.labels) {
                assert_eq!(((picture[0] + 1.0) * 127.5).round() as u8, 9 + label);
            }
        }
    }
}

#[test]
fn an_array_that_is_only_called_labels_is_left_out_and_told_of() {
    let set = read_archive(&[("x", greys(0, 3)), ("y", array(&[3, 10], &[0; 30]))]);
    assert_eq!(counts(&set), [3, 0, 0]);
    let note = set.note().unwrap();
    assert!(note.contains("array `y` is left out") && note.contains("[3, 10]"), "{note}");
    let set = read_archive(&[("x", greys(0, 3)), ("y", greys(0, 3)), ("targets", labels(&[0, 1, 1]))]);
    assert_eq!(counts(&set), [3, 2, 0], "the one that can be labels is found");
}
