//! Pictures and labels in IDX files, the format of MNIST: one pair of files, or a folder with four.

use std::path::{Path, PathBuf};

use super::PicturesError;
use super::frames::{Frames, Layout, ValueRange, read_up_to};
use super::input::Input;
use super::loaded::Part;
use super::stored::{Section, Stored};
use crate::data::DataError;
use crate::data::idx::{IdxError, read_header};
use crate::data::npy::NpyNumber;

/// Names of files are those of MNIST, or the same as some programs unpack them; each compressed or not.
const ENDINGS: [&str; 4] = ["-idx{n}-ubyte.gz", "-idx{n}-ubyte", ".idx{n}-ubyte.gz", ".idx{n}-ubyte"];

/// The four files of a folder, as far as they are there: pictures to train on with their labels, then those to test with.
pub(super) fn open_folder(folder: &Path) -> Option<Result<Stored<'static>, DataError>> {
    let training = find(folder, "train-images", [3, 4])?;
    let parts = [(Part::Training, "train", Some(training)), (Part::Test, "t10k", find(folder, "t10k-images", [3, 4]))];
    let section = |(part, name, images): (Part, &str, Option<PathBuf>)| {
        let labels = find(folder, &format!("{name}-labels"), [1, 1]);
        images.map(|images| open_pair(&images, labels.as_deref(), part))
    };
    let sections: Result<Vec<_>, _> = parts.into_iter().filter_map(section).collect();
    Some(sections.map(|sections| Stored { sections, ..Stored::default() }))
}

/// One file of pictures; its labels lie beside it where its name is the usual one.
pub(super) fn open_file(path: &Path) -> Result<Stored<'static>, DataError> {
    let section = open_pair(path, labels_beside(path).as_deref(), Part::Training)?;
    Ok(Stored { sections: vec![section], ..Stored::default() })
}

fn find(folder: &Path, stem: &str, dimensions: [usize; 2]) -> Option<PathBuf> {
    let names = ENDINGS.iter().flat_map(|ending| {
        dimensions.map(|count| folder.join(format!("{stem}{}", ending.replace("{n}", &count.to_string()))))
    });
    names.into_iter().find(|path| path.is_file())
}

/// `train-labels-idx1-ubyte` for `train-images-idx3-ubyte`, compressed or not.
pub(super) fn labels_beside(images: &Path) -> Option<PathBuf> {
    let name = images.file_name()?.to_str()?;
    let (before, _) = name.split_once("images")?;
    find(images.parent()?, &format!("{before}labels"), [1, 1])
}

fn open_pair(images: &Path, labels: Option<&Path>, part: Part) -> Result<Section<'static>, DataError> {
    let images = Input::file(images)?;
    let labels = labels.map(|path| Input::file(path).and_then(|input| read_labels(&input))).transpose()?;
    section(&images, labels, part)
}

/// Pictures of one file.
pub(super) fn section<'a>(images: &Input<'a>, labels: Option<Vec<u8>>, part: Part) -> Result<Section<'a>, DataError> {
    let mut reader = images.open_unpacked()?;
    let shape = read_header(&mut reader).map_err(|cause| images.fail(cause))?;
    let layout = Layout::of(&shape).map_err(|cause| images.fail(cause))?;
    let count = shape[0];
    if let Some(labels) = labels.as_ref().filter(|labels| labels.len() != count) {
        return Err(images.fail(PicturesError::LabelCount { pictures: count, labels: labels.len() }));
    }
    let (number, range) = (NpyNumber::BYTE, ValueRange::Bytes);
    let frames = Frames { layout, count, number, range, has_labels: false, reader, done: 0 };
    Ok(Section { part, frames, labels, path: images.path().to_owned() })
}

/// The labels of one file. Grows with what is there.
pub(super) fn read_labels(input: &Input<'_>) -> Result<Vec<u8>, DataError> {
    let fail = |cause: PicturesError| input.fail(cause);
    let mut reader = input.open_unpacked()?;
    let shape = read_header(&mut reader).map_err(|cause| fail(cause.into()))?;
    let &[count] = shape.as_slice() else {
        return Err(fail(PicturesError::LabelShape { shape }));
    };
    let labels = read_up_to(&mut reader, count + 1).map_err(fail)?;
    match labels.len() {
        found if found < count => Err(fail(IdxError::Truncated { expected: 8 + count, found: 8 + found }.into())),
        found if found > count => Err(fail(IdxError::TrailingBytes { expected: 8 + count }.into())),
        _ => Ok(labels),
    }
}
