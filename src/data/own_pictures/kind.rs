//! What a path names: told by how a file begins, and by what lies in a folder.

use std::fs;
use std::path::Path;

use super::input::Input;
use super::stored::Stored;
use super::{OnProgress, PicturesError, archive, cifar, idx_files};
use crate::config::choices;
use crate::data::idx::GZIP_MAGIC;
use crate::data::npy::NpyHeader;
use crate::data::{DataError, is_picture, reason};

/// How an archive of arrays begins.
const ZIP_MAGIC: &[u8] = b"PK\x03\x04";
/// How an IDX file of bytes begins.
const IDX_MAGIC: &[u8] = &[0, 0, 8];

/// A format that pictures come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceKind {
    /// IDX files.
    Idx,
    /// CIFAR-10's binary files.
    Cifar,
    /// A NumPy array.
    Npy,
    /// Several NumPy arrays in one file.
    Npz,
    /// A folder of image files.
    Folder,
}

choices!(SourceKind {
    Idx => "idx", "IDX files", "Pictures and labels in the format of MNIST.";
    Cifar => "cifar", "CIFAR-10 files", "Pictures with their labels in the binary format of CIFAR-10.";
    Npy => "npy", "NumPy array", "Pictures in one array.";
    Npz => "npz", "NumPy archive", "Pictures, and perhaps labels, in an archive of arrays.";
    Folder => "folder", "Folder of pictures", "PNG, JPEG, WebP, GIF or BMP files; sub-folders are classes.";
});

/// What a path most likely holds. Only the beginning of a file is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A table or an array of points.
    Points,
    /// A single picture, which becomes a drawing.
    Drawing,
    /// Many pictures.
    Pictures,
    /// Texts, a sample a line.
    Texts,
}

impl FileKind {
    /// Looks at a file or folder; one that is not there, or empty, is told by its ending.
    pub fn of(path: &Path) -> Self {
        if path.is_dir() {
            return Self::Pictures;
        }
        if is_picture(path) {
            return Self::Drawing;
        }
        let name = path.to_string_lossy().to_ascii_lowercase();
        let ends_as_pictures = [".npz", ".bin", "-ubyte", ".gz"].iter().any(|ending| name.ends_with(ending));
        let ends_as_texts = [".txt", ".tsv"].iter().any(|ending| name.ends_with(ending));
        let Ok(beginning) = Input::file(path).and_then(|input| input.beginning(NpyHeader::MAX_BYTES)) else {
            return match () {
                () if ends_as_pictures => Self::Pictures,
                () if ends_as_texts => Self::Texts,
                () => Self::Points,
            };
        };
        let is_array_of_pictures = NpyHeader::read(&beginning).is_ok_and(|(header, _)| header.shape.len() > 2);
        let begins_as_pictures = [ZIP_MAGIC, IDX_MAGIC, &GZIP_MAGIC].iter().any(|magic| beginning.starts_with(magic));
        let holds_pictures = is_array_of_pictures || begins_as_pictures || ends_as_pictures;
        // A word list has no ending on many systems; nor may a model have one, but it holds zeros.
        let may_hold_texts = ends_as_texts || path.extension().is_none() && !beginning.contains(&0);
        let holds_texts = || may_hold_texts && !begins_with_numbers(&beginning);
        match () {
            () if holds_pictures => Self::Pictures,
            () if holds_texts() => Self::Texts,
            () => Self::Points,
        }
    }
}

/// Whether what comes first is a table of points, with or without a line of names, or nothing at all.
fn begins_with_numbers(beginning: &[u8]) -> bool {
    let text = String::from_utf8_lossy(beginning);
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let second = lines.filter(|line| !line.is_empty()).take(2).last();
    let first_field =
        |line: &str| line.split([' ', '\t', ',', ';']).next().unwrap_or_default().trim_matches('"').parse();
    second.is_none_or(|line| first_field(line).is_ok_and(f64::is_finite))
}

/// A source that was recognised.
pub(super) enum Source {
    /// Files with pictures of one size.
    Stored(SourceKind, Stored<'static>),
    /// A folder of image files.
    Folder,
}

/// Recognises a source and reads its headers; the values of floating-point arrays are looked at once.
pub(super) fn recognise(path: &Path, progress: &mut OnProgress<'_>) -> Result<Source, DataError> {
    let fail = |cause| DataError::pictures(cause, path);
    let metadata =
        fs::metadata(path).map_err(|error| fail(PicturesError::Unreadable { reason: reason(error.kind()) }))?;
    if metadata.is_dir() {
        if let Some(stored) = idx_files::open_folder(path) {
            return Ok(Source::Stored(SourceKind::Idx, stored?));
        }
        if let Some(stored) = cifar::open_folder(path) {
            return Ok(Source::Stored(SourceKind::Cifar, stored?));
        }
        return Ok(Source::Folder);
    }
    let beginning = Input::file(path)?.beginning(NpyHeader::MAX_BYTES)?;
    let ends_with = |ending: &str| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(ending));
    let is_idx = beginning.starts_with(IDX_MAGIC) || beginning.starts_with(&GZIP_MAGIC);
    Ok(if NpyHeader::begins(&beginning) || ends_with("npy") {
        Source::Stored(SourceKind::Npy, archive::open_npy_file(path, progress)?)
    } else if beginning.starts_with(ZIP_MAGIC) || ends_with("npz") {
        Source::Stored(SourceKind::Npz, archive::open_npz_file(path, progress)?)
    } else if ends_with("bin") && (cifar::has_size(metadata.len()) || !is_idx) {
        Source::Stored(SourceKind::Cifar, cifar::open_file(path)?)
    } else if is_idx || path.to_string_lossy().ends_with("-ubyte") {
        Source::Stored(SourceKind::Idx, idx_files::open_file(path)?)
    } else {
        return Err(fail(PicturesError::UnknownFormat));
    })
}
