//! Folders laid out in every way that archives come in: which pictures are learned, which are kept apart, and of which class each is.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use image::{GrayImage, Luma};

use super::*;
use crate::config::FitKind;
use crate::data::Dataset;

/// A folder of small pictures, each of another grey, so that each is known again once it is loaded.
struct Laid {
    folder: tempfile::TempDir,
    paths: Vec<&'static str>,
}

/// What became of the pictures, by their paths.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    class_names: Vec<String>,
    training: BTreeMap<&'static str, Option<String>>,
    test: BTreeMap<&'static str, Option<String>>,
}

impl Laid {
    fn out(paths: &[&'static str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (index, name) in paths.iter().enumerate() {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            GrayImage::from_pixel(16, 16, Luma([index as u8])).save(path).unwrap();
        }
        Self { folder, paths: paths.to_vec() }
    }

    fn config(&self) -> PicturesConfig {
        let path: PathBuf = self.folder.path().into();
        PicturesConfig { path: Some(path), size: 16, channels: 1, fit: FitKind::Crop, classes: 0 }
    }

    fn load(&self) -> StoredSet {
        load(&self.config(), &mut |_| ControlFlow::Continue(())).unwrap()
    }

    fn look(&self) -> Inspection {
        inspect(self.folder.path(), &mut |_| ControlFlow::Continue(())).unwrap()
    }

    /// What training will see, after making sure that inspection says the same.
    #[track_caller]
    fn found(&self) -> Found {
        let set = self.load();
        let found = Found {
            class_names: set.class_names().to_vec(),
            training: self.of_part(&set),
            test: set.held_out().map(|test| self.of_part(test)).unwrap_or_default(),
        };
        let seen = self.look();
        assert_eq!((seen.pictures, seen.test_pictures), (found.training.len(), found.test.len()), "{found:?}");
        let named: Vec<String> = seen.classes.iter().map(|class| class.name.clone()).collect();
        assert_eq!((&named, seen.suggested.classes), (&found.class_names, found.class_names.len()));
        let left_out = self.paths.len() - found.training.len() - found.test.len();
        assert_eq!(seen.skipped.count(), left_out, "a picture is dropped and not told of: {}", seen.skipped);
        found
    }

    fn of_part(&self, part: &dyn Dataset) -> BTreeMap<&'static str, Option<String>> {
        let batch = part.evaluation_with_labels(usize::from(u8::MAX), 1);
        let pictures = batch.samples.chunks(256).enumerate();
        let named = pictures.map(|(place, picture)| {
            let grey = ((picture[0] + 1.0) * 127.5).round() as usize;
            let class = batch.labels.get(place).map(|&label| part.class_names()[usize::from(label)].clone());
            (self.paths[grey], class)
        });
        named.collect()
    }
}

/// Paths with the class of each; `-` where there is none.
fn pictures(of: &[(&'static str, &str)]) -> BTreeMap<&'static str, Option<String>> {
    of.iter().map(|&(path, class)| (path, (class != "-").then(|| class.to_owned()))).collect()
}

#[track_caller]
fn assert_found(
    paths: &[&'static str],
    class_names: &[&str],
    training: &[(&'static str, &str)],
    test: &[(&'static str, &str)],
) {
    let class_names = class_names.iter().map(|&name| name.to_owned()).collect();
    let expected = Found { class_names, training: pictures(training), test: pictures(test) };
    assert_eq!(Laid::out(paths).found(), expected, "{paths:?}");
}

#[test]
fn a_part_to_train_on_alone_has_its_own_classes() {
    for paths in [["train/cat/1.png", "train/dog/1.png"], ["Training/cat/1.png", "Training/dog/1.png"]] {
        assert_found(&paths, &["cat", "dog"], &[(paths[0], "cat"), (paths[1], "dog")], &[]);
    }
    let paths = ["train/cat/1.png", "train/dog/1.png", "cover.png", "masks/1.png"];
    assert_found(&paths, &["cat", "dog"], &[(paths[0], "cat"), (paths[1], "dog")], &[]);
    assert_found(&["train/1.png", "train/2.png"], &[], &[("train/1.png", "-"), ("train/2.png", "-")], &[]);
}

#[test]
fn a_folder_called_train_among_others_is_a_class_like_them() {
    let paths = ["bus/1.png", "plane/1.png", "train/1.png"];
    let classes = ["bus", "plane", "train"];
    let training: Vec<_> = paths.into_iter().zip(classes).collect();
    assert_found(&paths, &classes, &training, &[]);
}

#[test]
fn of_several_parts_to_test_with_one_is_read_and_the_others_are_told_of() {
    let paths =
        ["train/a/1.png", "train/b/1.png", "val/a/1.png", "test/b/1.png", "test/a/1.png", "more/1.png", "0.png"];
    let training = [("train/a/1.png", "a"), ("train/b/1.png", "b")];
    assert_found(&paths, &["a", "b"], &training, &[("test/b/1.png", "b"), ("test/a/1.png", "a")]);
    let skipped = Laid::out(&paths).look().skipped.to_string();
    for words in ["val/a/1.png (in another folder to test with)", "2 files (beside the folder to train on"] {
        assert!(skipped.contains(words), "{words}: {skipped}");
    }
    assert!(Laid::out(&paths).load().note().unwrap().contains("val/a/1.png (in another"));
}

#[test]
fn a_part_without_classes_gets_no_labels_from_one_with_classes() {
    let paths = ["train/a/1.png", "train/b/1.png", "test/1.png", "test/2.png"];
    let training = [("train/a/1.png", "a"), ("train/b/1.png", "b")];
    assert_found(&paths, &["a", "b"], &training, &[("test/1.png", "-"), ("test/2.png", "-")]);
    // A folder with a name that only stands for not knowing.
    let paths = ["train/a/1.png", "train/b/1.png", "test/unknown/1.png", "test/unknown/2.png"];
    assert_found(&paths, &["a", "b"], &training, &[("test/unknown/1.png", "-"), ("test/unknown/2.png", "-")]);
    let paths = ["train/1.png", "train/2.png", "test/a/1.png", "test/b/1.png"];
    let training = [("train/1.png", "-"), ("train/2.png", "-")];
    assert_found(&paths, &[], &training, &[("test/a/1.png", "-"), ("test/b/1.png", "-")]);
}

#[test]
fn a_test_part_of_one_known_class_keeps_it() {
    let paths = ["train/a/1.png", "train/b/1.png", "test/b/1.png"];
    assert_found(&paths, &["a", "b"], &[("train/a/1.png", "a"), ("train/b/1.png", "b")], &[("test/b/1.png", "b")]);
}

#[test]
fn a_single_sub_folder_is_no_class_and_what_is_in_it_counts_as_lying_outside() {
    assert_found(&["photos/1.png", "photos/2.png"], &[], &[("photos/1.png", "-"), ("photos/2.png", "-")], &[]);
    assert_found(&["photos/1.png", "0.png"], &[], &[("photos/1.png", "-"), ("0.png", "-")], &[]);
    let paths = ["set-1.2/data/cat/1.png", "set-1.2/data/dog/deep/1.png", "set-1.2/logo.png"];
    assert_found(&paths, &["cat", "dog"], &[(paths[0], "cat"), (paths[1], "dog")], &[]);
    let paths = ["set/train/train/a/1.png", "set/train/train/b/1.png", "set/test/test/1.png"];
    assert_found(&paths, &["a", "b"], &[(paths[0], "a"), (paths[1], "b")], &[(paths[2], "-")]);
    let paths = ["test/a/1.png", "test/b/1.png"];
    assert_found(&paths, &["a", "b"], &[(paths[0], "a"), (paths[1], "b")], &[]);
}

#[cfg(unix)]
#[test]
fn names_of_classes_stay_in_one_line() {
    let paths = ["a\nb/1.png", "c/1.png"];
    let names = Laid::out(&paths).found().class_names;
    assert!(names.len() == 2 && names.iter().all(|name| !name.contains('\n')), "{names:?}");
}
