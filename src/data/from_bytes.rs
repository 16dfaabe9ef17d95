//! The readers of the user's files, fed with bytes instead: for whoever makes up files to break them, such as a fuzzer.

use std::io::{self, BufReader};
use std::ops::ControlFlow;

use super::own_pictures::{Progress, load_bytes};
use super::{DataError, PointsError, SourceKind, StoredSet, TextError, Texts, point_file, point_table, text};
use crate::config::{PicturesConfig, TextConfig};

/// Pictures of a file of any kind but a folder, which has no bytes of its own.
///
/// # Errors
/// [`DataError`] for anything that is no such file.
pub fn pictures(kind: SourceKind, bytes: &[u8], config: &PicturesConfig) -> Result<StoredSet, DataError> {
    load_bytes(kind, bytes, config, &mut |_: Progress| ControlFlow::Continue(()))
}

/// Texts, a sample a line.
///
/// # Errors
/// [`TextError`] for anything that is no such file.
pub fn texts(bytes: &[u8], config: &TextConfig) -> Result<Texts, TextError> {
    text::read_from(io::Cursor::new(bytes), config)
}

/// Points of a table.
///
/// # Errors
/// [`PointsError`] for anything that is no such table.
pub fn points_of_table(bytes: &[u8]) -> Result<Vec<[f64; 2]>, PointsError> {
    point_table::read_table(BufReader::new(bytes))
}

/// Points of a NumPy array.
///
/// # Errors
/// [`PointsError`] for anything that is no such array.
pub fn points_of_array(bytes: &[u8]) -> Result<Vec<[f64; 2]>, PointsError> {
    point_file::read_array(bytes, io::empty())
}
