//! CIFAR-10's binary files: a byte of label, then 32×32 values of red, of green and of blue, and so on.
//!
//! Format: <https://www.cs.toronto.edu/~kriz/cifar.html>.

use std::path::{Path, PathBuf};

use super::PicturesError;
use super::frames::{ChannelOrder, Frames, Layout, ValueRange};
use super::input::Input;
use super::loaded::Part;
use super::stored::{Section, Stored};
use crate::data::DataError;
use crate::data::npy::NpyNumber;

/// The folder that the published archive unpacks into.
pub(in crate::data) const FOLDER: &str = "cifar-10-batches-bin";
/// The files: five to train on, and one to test with.
pub(in crate::data) const FILES: [&str; 6] = [
    "data_batch_1.bin",
    "data_batch_2.bin",
    "data_batch_3.bin",
    "data_batch_4.bin",
    "data_batch_5.bin",
    "test_batch.bin",
];

/// The classes, in the order of their labels.
pub(super) const CLASSES: [&str; 10] =
    ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

const LAYOUT: Layout = Layout { height: 32, width: 32, channels: 3, order: ChannelOrder::First };
/// Bytes of a picture with its label.
const RECORD: u64 = 1 + 3 * 32 * 32;

/// The files of a folder, or of the folder of the published name in it, as far as they are there.
pub(super) fn open_folder(folder: &Path) -> Option<Result<Stored<'static>, DataError>> {
    let [training @ .., test] = FILES;
    let folders = [folder.to_owned(), folder.join(FOLDER)];
    let (folder, there) = folders.into_iter().find_map(|folder| {
        let there: Vec<&str> = training.into_iter().filter(|name| folder.join(name).is_file()).collect();
        (!there.is_empty()).then_some((folder, there))
    })?;
    let is_whole = there.len() == training.len();
    let notes = if is_whole { Vec::new() } else { vec![format!("{} of the 5 files to train on", there.len())] };
    let mut files: Vec<(PathBuf, Part)> = there.iter().map(|name| (folder.join(name), Part::Training)).collect();
    let test = folder.join(test);
    if test.is_file() {
        files.push((test, Part::Test));
    }
    let sections: Result<Vec<_>, _> =
        files.iter().map(|(path, part)| Input::file(path).and_then(|input| section(&input, *part))).collect();
    Some(sections.map(|sections| Stored { notes, ..of(sections) }))
}

/// One file.
pub(super) fn open_file(path: &Path) -> Result<Stored<'static>, DataError> {
    Ok(of(vec![section(&Input::file(path)?, Part::Training)?]))
}

/// Whether a file of so many bytes could be one.
pub(super) fn has_size(bytes: u64) -> bool {
    bytes > 0 && bytes.is_multiple_of(RECORD)
}

pub(super) fn of(sections: Vec<Section<'_>>) -> Stored<'_> {
    Stored { sections, class_names: Some(CLASSES.map(String::from).into()), notes: Vec::new() }
}

pub(super) fn section<'a>(input: &Input<'a>, part: Part) -> Result<Section<'a>, DataError> {
    let bytes = input.len()?;
    let count = (bytes / RECORD) as usize;
    if !has_size(bytes) {
        return Err(input.fail(PicturesError::Truncated { expected: count + 1, found: count }));
    }
    let frames = Frames {
        layout: LAYOUT,
        count,
        number: NpyNumber::BYTE,
        range: ValueRange::Bytes,
        has_labels: true,
        reader: Box::new(input.open()?),
        done: 0,
    };
    Ok(Section { part, frames, labels: None, path: input.path().to_owned() })
}
