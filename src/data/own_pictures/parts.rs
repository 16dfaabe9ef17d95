//! Which pictures of a folder are to train on and which to test with, and which of its sub-folders are classes.
//!
//! Archives lay the same things out in many ways: with a folder around everything, with both parts or one, with classes in one
//! part only. A class is one of several sub-folders of a part. A single sub-folder tells nothing apart, so what is in it counts as
//! lying in the folder itself.

use std::path::PathBuf;

use super::listing::Tree;
use crate::data::shown;

/// What a folder with pictures to train on is called.
const TRAINING: [&str; 2] = ["train", "training"];
/// What a folder with pictures to test with is called, as it lies beside one to train on; the likeliest first.
const TEST: [&str; 5] = ["test", "testing", "val", "valid", "validation"];

/// Why a picture is left out.
const BESIDE_CLASSES: &str = "beside the folders of classes";
const BESIDE_PARTS: &str = "beside the folder to train on";
const SECOND_TEST: &str = "in another folder to test with";

/// Pictures of one class, or all of a part without classes.
#[derive(Debug)]
pub(super) struct Group {
    /// The name of the class, fit to be shown in one line.
    pub(super) class: Option<String>,
    /// Within the folder that was listed.
    pub(super) pictures: Vec<PathBuf>,
}

/// The parts of a folder. A part has either classes or a single group without one.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) training: Vec<Group>,
    /// Without classes where training has none: they would tell nothing.
    pub(super) test: Vec<Group>,
    /// Pictures that are in no part, with why.
    pub(super) left_out: Vec<(PathBuf, &'static str)>,
}

impl Parts {
    /// Finds parts and classes.
    pub(super) fn of(mut folder: Tree) -> Self {
        if let Some(place) = training_place(&folder) {
            let training = folder.folders.remove(place);
            return Self::beside_each_other(training, folder);
        }
        // An archive that was unpacked into a folder of its own.
        match take_single(&mut folder, &[]) {
            Some(single) => Self::of(single).with_loose(folder.pictures),
            None => Self::alone(folder, &[]),
        }
    }

    /// A part to train on, and what lies beside it.
    fn beside_each_other(training: Tree, mut rest: Tree) -> Self {
        let mut parts = Self::alone(training, &[]);
        let known: Vec<String> = parts.training.iter().filter_map(|group| group.class.clone()).collect();
        let test = TEST.iter().find_map(|name| rest.folders.iter().position(|folder| is_called(folder, &[name])));
        if let Some(place) = test {
            let test = Self::alone(rest.folders.remove(place), &known);
            parts.test = test.training;
            parts.left_out.extend(test.left_out);
        }
        if known.is_empty() {
            for group in &mut parts.test {
                group.class = None;
            }
        }
        for folder in rest.folders {
            let why = if is_called(&folder, &TEST) { SECOND_TEST } else { BESIDE_PARTS };
            parts.leave_out(folder.into_pictures(), why);
        }
        parts.leave_out(rest.pictures, BESIDE_PARTS);
        parts
    }

    /// One part as if it were to train on. A single sub-folder is a class only if it is among those known by now.
    fn alone(mut folder: Tree, known: &[String]) -> Self {
        if let Some(single) = take_single(&mut folder, known) {
            return Self::alone(single, known).with_loose(folder.pictures);
        }
        let mut parts = Self::default();
        if folder.folders.is_empty() {
            parts.training.push(Group { class: None, pictures: folder.pictures });
            return parts;
        }
        parts.leave_out(folder.pictures, BESIDE_CLASSES);
        let group = |tree: Tree| Group { class: Some(class_name(&tree)), pictures: tree.into_pictures() };
        parts.training.extend(folder.folders.into_iter().map(group));
        parts
    }

    /// The same with pictures that lie beside the single folder all of it is in: they are like the others where there is neither a
    /// class nor a second part.
    fn with_loose(mut self, loose: Vec<PathBuf>) -> Self {
        match self.training.as_mut_slice() {
            [Group { class: None, pictures }] if self.test.is_empty() => {
                pictures.splice(0..0, loose);
            }
            _ => self.leave_out(loose, BESIDE_CLASSES),
        }
        self
    }

    fn leave_out(&mut self, pictures: Vec<PathBuf>, why: &'static str) {
        self.left_out.extend(pictures.into_iter().map(|picture| (picture, why)));
    }
}

/// Where the part to train on lies. A folder of its name among others may as well be a class, unless one to test with is beside it,
/// or it has classes itself.
fn training_place(folder: &Tree) -> Option<usize> {
    let folders = &folder.folders;
    let place = folders.iter().position(|folder| is_called(folder, &TRAINING))?;
    let has_test = folders.iter().any(|folder| is_called(folder, &TEST));
    (has_test || folders.len() == 1 || has_classes(&folders[place])).then_some(place)
}

/// Takes the folder out that is the only one, unless it is one of the classes known.
fn take_single(folder: &mut Tree, known: &[String]) -> Option<Tree> {
    let [single] = folder.folders.as_slice() else { return None };
    if known.contains(&class_name(single)) { None } else { folder.folders.pop() }
}

fn has_classes(folder: &Tree) -> bool {
    match folder.folders.as_slice() {
        [] => false,
        [single] => has_classes(single),
        _ => true,
    }
}

fn is_called(folder: &Tree, names: &[&str]) -> bool {
    names.iter().any(|name| folder.name().eq_ignore_ascii_case(name))
}

fn class_name(folder: &Tree) -> String {
    shown(&folder.name())
}
