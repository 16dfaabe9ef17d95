//! NumPy's files: `.npy` with one array, `.npz` with several, of which the right ones are found by their names.

use std::io::{BufReader, Read, SeekFrom};
use std::path::Path;

use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::array::Array;
use super::input::Input;
use super::loaded::Part;
use super::stored::{Section, Stored};
use super::{OnProgress, PicturesError};
use crate::data::{DataError, shown};

/// Arrays that an archive may hold.
const MAX_ARRAYS: usize = 1_000;
/// Letters of a name that are kept.
const SHOWN_LETTERS: usize = 80;
/// Names that are shown where none is the right one.
const SHOWN_NAMES: usize = 8;

/// What arrays of pictures to train on are called, the likeliest first; any other array of pictures will do.
const TRAINING: [&str; 7] = ["x_train", "train_images", "train_x", "images", "x", "data", "arr_0"];
/// What their labels are called.
const TRAINING_LABELS: [&str; 8] = ["y_train", "train_labels", "train_y", "labels", "y", "targets", "arr_1", "arr_2"];
/// What arrays of pictures to test with are called.
const TEST: [&str; 4] = ["x_test", "test_images", "test_x", "images_test"];
/// How the name of an array begins that was given none.
const UNNAMED: &str = "arr_";
/// Such arrays that may be pictures to test with: those behind the ones to train on, and perhaps behind their labels.
const UNNAMED_TEST: [&str; 2] = ["arr_1", "arr_2"];
/// What their labels are called.
const TEST_LABELS: [&str; 5] = ["y_test", "test_labels", "test_y", "labels_test", "arr_3"];

/// An array alone.
pub(super) fn open_npy<'a>(input: &Input<'a>, progress: &mut OnProgress<'_>) -> Result<Stored<'a>, DataError> {
    let open = || Array::begin(Box::new(input.open()?)).map_err(|cause| input.fail(cause));
    let (section, note) = section(input, &open, None, Part::Training, progress)?;
    Ok(Stored { sections: vec![section], notes: vec![note], class_names: None })
}

/// A file with one array.
pub(super) fn open_npy_file(path: &Path, progress: &mut OnProgress<'_>) -> Result<Stored<'static>, DataError> {
    open_npy(&Input::file(path)?, progress)
}

/// A file with several arrays.
pub(super) fn open_npz_file(path: &Path, progress: &mut OnProgress<'_>) -> Result<Stored<'static>, DataError> {
    open_npz(&Input::file(path)?, progress)
}

/// Several arrays.
pub(super) fn open_npz<'a>(input: &Input<'a>, progress: &mut OnProgress<'_>) -> Result<Stored<'a>, DataError> {
    let members = members(input)?;
    let named = |names: &[&str]| all_named(&members, names).first().copied();
    let is_test = |member: &Member| TEST.iter().any(|name| member.name.eq_ignore_ascii_case(name));
    let holds_pictures = |member: &&Member| member.begin(input).is_ok_and(|array| array.holds_pictures());
    let pictures = match named(&TRAINING).filter(holds_pictures) {
        Some(member) => Some(member),
        None => members.iter().filter(|member| !is_test(member)).find(holds_pictures),
    };
    let Some(pictures) = pictures else {
        // An array of the right name says best what is wrong with it.
        if let Some(named) = named(&TRAINING) {
            named
                .begin(input)?
                .into_frames(super::frames::ValueRange::Bytes)
                .map_err(|cause| named.fail(input, cause))?;
        }
        let mut names: Vec<&str> = members.iter().take(SHOWN_NAMES).map(|member| member.name.as_str()).collect();
        if members.len() > SHOWN_NAMES {
            names.push("…");
        }
        return Err(input.fail(PicturesError::NoPicturesInArchive { names: names.join(", ") }));
    };
    let others = |names: &[&str]| -> Vec<&Member> {
        all_named(&members, names).into_iter().filter(|member| member.name != pictures.name).collect()
    };
    let unnamed_test = || others(&UNNAMED_TEST).into_iter().find(holds_pictures);
    let parts = [
        (Part::Training, Some(pictures), others(&TRAINING_LABELS)),
        (Part::Test, named(&TEST).or_else(unnamed_test), others(&TEST_LABELS)),
    ];
    let mut stored = Stored::default();
    for (part, pictures, labels) in parts {
        let Some(pictures) = pictures else { continue };
        let (labels, no_labels) = pick_labels(input, &labels);
        let (section, note) = section(input, &|| pictures.begin(input), labels, part, progress)?;
        stored.sections.push(section);
        if part == Part::Training {
            stored.notes.extend([format!("array `{}`", pictures.name), note]);
        }
        stored.notes.extend(no_labels);
    }
    Ok(stored)
}

/// The arrays with these names, as far as they are there, in the order of the names.
fn all_named<'m>(members: &'m [Member], names: &[&str]) -> Vec<&'m Member> {
    let named = |name: &&str| members.iter().find(|member| member.name.eq_ignore_ascii_case(name));
    names.iter().filter_map(named).collect()
}

/// The first array that can be labels, and a word on one that is only called so.
fn pick_labels<'m>(input: &Input<'_>, named: &[&'m Member]) -> (Option<&'m Member>, Option<String>) {
    let mut note = None;
    for &member in named {
        match member.begin(input) {
            Ok(array) if !array.holds_labels() => {
                // Where arrays have no names, nobody called it labels.
                if note.is_none() && !member.name.starts_with(UNNAMED) {
                    let (name, shape) = (&member.name, array.shape);
                    note = Some(format!(
                        "array `{name}` is left out: labels are one number a picture, its shape is {shape:?}"
                    ));
                }
            }
            // What cannot be read is told when it is read.
            Ok(_) | Err(_) => return (Some(member), note),
        }
    }
    (None, note)
}

/// Pictures of one array: its values are looked at once to guess their range, and read again when they are used.
fn section<'a>(
    input: &Input<'a>,
    begin: &dyn Fn() -> Result<Array<'a>, DataError>,
    labels: Option<&Member>,
    part: Part,
    progress: &mut OnProgress<'_>,
) -> Result<(Section<'a>, String), DataError> {
    let fail = |cause| input.fail(cause);
    let range = begin()?.guess_range(progress).map_err(fail)?.ok_or(DataError::Cancelled)?;
    let frames = begin()?.into_frames(range).map_err(fail)?;
    let count = frames.count;
    let read_labels =
        |member: &Member| member.begin(input)?.into_labels(count).map_err(|cause| member.fail(input, cause));
    let labels = labels.map(read_labels).transpose()?;
    let path = input.path().to_owned();
    Ok((Section { part, frames, labels, path }, range.describe().to_owned()))
}

/// One array of an archive.
struct Member {
    /// Its name, without `.npy`.
    name: String,
    /// Where its bytes begin.
    start: u64,
    /// How many there are, as they lie in the archive.
    bytes: u64,
    is_deflated: bool,
}

impl Member {
    /// The array from its first value on. It is bounded by what its header declares, whatever the archive says.
    fn begin<'a>(&self, input: &Input<'a>) -> Result<Array<'a>, DataError> {
        let mut file = input.open()?;
        file.seek(SeekFrom::Start(self.start)).map_err(|error| input.unreadable(&error))?;
        let bytes = file.take(self.bytes);
        let reader: Box<dyn Read + 'a> =
            if self.is_deflated { Box::new(BufReader::new(DeflateDecoder::new(bytes))) } else { Box::new(bytes) };
        Array::begin(reader).map_err(|cause| self.fail(input, cause))
    }

    fn fail(&self, input: &Input<'_>, cause: PicturesError) -> DataError {
        input.fail(PicturesError::Member { name: self.name.clone(), cause: Box::new(cause) })
    }
}

/// The arrays of an archive, by its list of contents.
fn members(input: &Input<'_>) -> Result<Vec<Member>, DataError> {
    let not_npz =
        |error: zip::result::ZipError| input.fail(PicturesError::NotNpz { reason: shown(&error.to_string()) });
    let mut archive = ZipArchive::new(input.open()?).map_err(not_npz)?;
    let mut members = Vec::new();
    for index in 0..archive.len().min(MAX_ARRAYS) {
        let file = archive.by_index(index).map_err(not_npz)?;
        let Some(name) = file.name().strip_suffix(".npy") else { continue };
        members.push(Member {
            name: shown(name).chars().take(SHOWN_LETTERS).collect(),
            start: file.data_start(),
            bytes: file.compressed_size(),
            is_deflated: file.compression() == CompressionMethod::Deflated,
        });
    }
    Ok(members)
}
