//! Generated pictures as others read them: folders with a sub-folder for each class, and arrays beside their labels.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use ganscope::config::{DataConfig, DatasetKind, PicturesConfig, Preset};
use ganscope::data;
use ganscope::export::{self, Latents};
use support::{assert_refused, ganscope};
use tempfile::TempDir;

/// A conditional model of pictures in `run`, hardly trained.
fn conditional() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let train = ["train", "--preset", "fashion", "--steps", "1", "--device", "cpu", "--out", "run"];
    ganscope(folder.path(), &[&train[..], &["--set", "conditional=true"]].concat()).expect_success();
    folder
}

fn sample(folder: &Path, more: &[&str]) {
    ganscope(folder, &[&["sample", "run"], more].concat()).expect_success();
}

/// Files of each sub-folder.
fn files_by_folder(folder: &Path) -> BTreeMap<String, usize> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    folders
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_dir(entry.path()).unwrap().count()))
        .collect()
}

#[test]
fn a_conditional_models_folder_is_one_of_labelled_pictures() {
    let folder = conditional();
    // More than one piece, and not a whole number of classes.
    sample(folder.path(), &["--count", "1033", "--out", "made"]);
    let made = folder.path().join("made");
    let found = files_by_folder(&made);
    assert_eq!(found.len(), 10);
    assert_eq!((found["T-shirt-top"], found["Ankle boot"]), (104, 103));

    let table = fs::read_to_string(made.join("labels.csv")).unwrap();
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!((rows.len(), rows[0]), (1034, "file,label,class"));
    assert_eq!(rows[1], "T-shirt-top/000000.png,0,T-shirt/top");
    assert_eq!(rows[1033], "Pullover/001032.png,2,Pullover");
    for row in &rows[1..] {
        assert!(made.join(row.split(',').next().unwrap()).is_file(), "{row}");
    }

    let pictures = PicturesConfig { path: Some(made.clone()), size: 28, channels: 1, ..PicturesConfig::default() };
    let opened = data::open(&DataConfig { pictures, ..DataConfig::of(DatasetKind::Pictures) }).unwrap();
    assert_eq!(opened.len(), Some(1033), "our own reader takes every picture");
    let mut names: Vec<String> = found.into_keys().collect();
    names.sort();
    assert_eq!(opened.class_names(), names);

    let again = ganscope(folder.path(), &["sample", "run", "--count", "3", "--out", "made"]);
    assert_refused(&again, 1, &["something in this folder", "made"]);
    assert_eq!(files_by_folder(&made).len(), 10, "what was there stays");
    sample(folder.path(), &["--count", "7", "--class", "sandal", "--out", "new/sandals"]);
    assert_eq!(files_by_folder(&folder.path().join("new/sandals")), BTreeMap::from([("Sandal".to_owned(), 7)]));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "no unfinished folder is left: {left:?}");
}

#[test]
fn arrays_hold_the_same_pictures_beside_their_labels() {
    let folder = conditional();
    let count = ["--count", "523"];
    sample(folder.path(), &[&count[..], &["--out", "made.npz"]].concat());
    sample(folder.path(), &[&count[..], &["--out", "made.npy"]].concat());
    let mut archive = npyz::npz::NpzArchive::open(folder.path().join("made.npz")).unwrap();
    let images = archive.by_name("images").unwrap().unwrap();
    assert_eq!(images.shape(), [523, 1, 28, 28]);
    let images = images.into_vec::<f32>().unwrap();
    let array = npyz::NpyFile::new(File::open(folder.path().join("made.npy")).unwrap()).unwrap();
    assert_eq!(array.shape(), [523, 1, 28, 28]);
    assert_eq!(array.into_vec::<f32>().unwrap(), images);
    assert!(images.iter().all(|value| (-1.0..=1.0).contains(value)));
    let labels = archive.by_name("labels").unwrap().unwrap();
    assert_eq!(labels.dtype().descr(), "'<i8'");
    let labels = labels.into_vec::<i64>().unwrap();
    assert_eq!(labels, (0..523).map(|row| row % 10).collect::<Vec<i64>>());

    sample(folder.path(), &["--count", "5", "--class", "9", "--out", "boots.npz"]);
    let mut archive = npyz::npz::NpzArchive::open(folder.path().join("boots.npz")).unwrap();
    assert_eq!(archive.by_name("labels").unwrap().unwrap().into_vec::<i64>().unwrap(), [9; 5]);
}

#[test]
fn latents_that_come_with_classes_are_made_of_them() {
    let folder = conditional();
    let path = |name: &str| folder.path().join(name);
    let dim = Preset::Fashion.config().latent.dim;
    let values: Vec<f32> = (0..3 * dim).map(|place| (place as f32 * 0.7).sin()).collect();
    let kept = Latents { count: 3, values, labels: Some(vec![9, 9, 4]) };
    export::write_latents(&path("kept.npz"), &kept).unwrap();
    export::write_latents(&path("kept.npy"), &kept).unwrap();
    let made = |more: &[&str]| {
        sample(folder.path(), &[more, &["--out", "made.npz"]].concat());
        let mut archive = npyz::npz::NpzArchive::open(path("made.npz")).unwrap();
        let images = archive.by_name("images").unwrap().unwrap().into_vec::<f32>().unwrap();
        (archive.by_name("labels").unwrap().unwrap().into_vec::<i64>().unwrap(), images)
    };
    let (labels, images) = made(&["--latents", "kept.npz"]);
    assert_eq!(labels, [9, 9, 4]);
    let (labels, boots) = made(&["--latents", "kept.npz", "--class", "9"]);
    assert_eq!((labels.as_slice(), &boots[..2 * 784]), (&[9; 3][..], &images[..2 * 784]));
    assert_ne!(boots[2 * 784..], images[2 * 784..]);
    let (labels, coats) = made(&["--latents", "kept.npy", "--class", "coat"]);
    assert_eq!((labels.as_slice(), &coats[2 * 784..]), (&[4; 3][..], &images[2 * 784..]));
    assert_eq!(made(&["--latents", "kept.npy"]).0, [0, 1, 2], "without labels each class comes in turn");

    export::write_latents(&path("bad.npz"), &Latents { labels: Some(vec![1, 10, 2]), ..kept.clone() }).unwrap();
    let refused = |run: &str| ganscope(folder.path(), &["sample", run, "--latents", "bad.npz", "--out", "x.npz"]);
    assert_refused(&refused("run"), 1, &["label 10 of latent 1", "10 classes", "bad.npz"]);
    let train = ["train", "--preset", "fashion", "--steps", "1", "--device", "cpu", "--out", "plain"];
    ganscope(folder.path(), &[&train[..], &["--set", "conditional=false"]].concat()).expect_success();
    assert_refused(&refused("plain"), 1, &["these latents have classes", "bad.npz"]);
    fs::write(path("bad.npz"), b"PK\x03\x04").unwrap();
    assert_refused(&refused("run"), 1, &["not a .npz file", "bad.npz"]);
}

#[test]
fn pictures_without_classes_have_no_labels_and_a_sheet_has_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let train = ["train", "--preset", "faces", "--steps", "1", "--device", "cpu", "--out", "run"];
    ganscope(folder.path(), &train).expect_success();
    sample(folder.path(), &["--count", "20", "--out", "faces.npz"]);
    let mut archive = npyz::npz::NpzArchive::open(folder.path().join("faces.npz")).unwrap();
    assert_eq!(archive.by_name("images").unwrap().unwrap().shape(), [20, 3, 16, 16]);
    assert!(archive.by_name("labels").unwrap().is_none());
    sample(folder.path(), &["--count", "20", "--out", "faces"]);
    assert!(files_by_folder(&folder.path().join("faces")).is_empty());
    assert_eq!(fs::read_dir(folder.path().join("faces")).unwrap().count(), 20);
    let sheet = ganscope(folder.path(), &["sample", "run", "--count", "10001", "--out", "faces.png"]);
    assert_refused(&sheet, 2, &["10000", ".npz", "faces.png"]);
    fs::write(folder.path().join("taken"), "a file").unwrap();
    assert_refused(&ganscope(folder.path(), &["sample", "run", "--count", "2", "--out", "taken"]), 1, &["taken"]);
    assert_eq!(fs::read_to_string(folder.path().join("taken")).unwrap(), "a file");
}
