//! Plain data to files: pictures, animations, tables and arrays. Every file appears whole or not at all.

mod atomic;
mod contact_sheet;
mod csv;
mod film;
mod gif;
mod idx;
mod labelled_set;
mod latents;
mod npy;
mod npy_pieces;
mod picture_folder;
mod scatter;
mod text_table;

pub use atomic::{check_folder_place, write_atomically, write_atomically_with};
pub use contact_sheet::{SheetLayout, contact_sheet, encode_png, write_contact_sheet, write_png};
pub use csv::{MetricsCsv, write_points_csv};
pub use film::{Film, FilmColours, FilmScene, FilmText, FilmTextKind, check_film_place, encode_film_gif, write_film};
pub use gif::{encode_gif, write_gif};
pub use idx::{encode_idx, write_idx};
pub use labelled_set::{LabelledSet, LabelledSetFormat, check_labelled_set_place, write_labelled_set};
pub use latents::{Latents, LatentsError, read_latents, write_latents};
pub use npy::{NamedArray, encode_npy, encode_npz, write_npy, write_npz};
pub use npy_pieces::{Pieces, write_npy_pieces, write_npz_pieces};
pub use picture_folder::PictureFolder;
pub use scatter::{ScatterLayer, scatter};
pub use text_table::TextTable;

use std::io;
use std::path::{Path, PathBuf};

/// Why something could not be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file system refused to write.
    #[error("cannot write: {}: {}", reason(cause), path.display())]
    Write {
        /// What it said.
        cause: io::Error,
        /// Where.
        path: PathBuf,
    },
    /// The file system refused to read.
    #[error("cannot read: {}: {}", reason(cause), path.display())]
    Read {
        /// What it said.
        cause: io::Error,
        /// Where.
        path: PathBuf,
    },
    /// A folder to be written holds something already.
    #[error("there is something in this folder already, choose another: {}", path.display())]
    FolderTaken {
        /// Where.
        path: PathBuf,
    },
    /// A folder is to be made where a file is.
    #[error("there is a file where a folder should be, choose another place: {}", path.display())]
    NotAFolder {
        /// The file.
        path: PathBuf,
    },
    /// There is nothing to write.
    #[error("there is nothing to export")]
    Empty,
    /// A format that is not for such samples.
    #[error("{samples} cannot be written as {format}, choose another format")]
    Unfit {
        /// What they are called.
        samples: &'static str,
        /// The format's name.
        format: &'static str,
    },
    /// Neither grey nor colour.
    #[error("pictures of {channels} channels cannot be exported, only grey (1) and colour (3)")]
    Channels {
        /// Channels of the pictures.
        channels: usize,
    },
    /// A picture that no viewer would open, or that its format cannot hold.
    #[error("a picture of {width}×{height} pixels is too large, choose fewer samples or a smaller scale")]
    TooLarge {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// The number of values is not that of the shape.
    #[error("{found} values do not fill an array of shape {shape:?}")]
    ShapeMismatch {
        /// Values there.
        found: usize,
        /// The shape asked for.
        shape: Vec<usize>,
    },
    /// An encoder failed.
    #[error("cannot encode as {format}: {cause}")]
    Encode {
        /// Name of the file format.
        format: &'static str,
        /// What the encoder said.
        cause: String,
    },
    /// A file of latents is not as it should be.
    #[error("{cause}: {}", path.display())]
    Latents {
        /// What is wrong with it.
        cause: LatentsError,
        /// Where.
        path: PathBuf,
    },
    /// An existing table of metrics has other columns than the one to go on with.
    #[error("its columns are not those of this run, choose another folder: {}", path.display())]
    OtherColumns {
        /// Where.
        path: PathBuf,
    },
}

impl ExportError {
    fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |cause| Self::Write { cause, path: path.to_owned() }
    }

    fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |cause| Self::Read { cause, path: path.to_owned() }
    }

    fn encode(format: &'static str) -> impl Fn(&dyn std::fmt::Display) -> Self {
        move |cause| Self::Encode { format, cause: cause.to_string() }
    }
}

/// What the file system said, in plain words and without the path that some errors already carry.
fn reason(cause: &io::Error) -> String {
    let words = cause.kind().to_string();
    match words.as_str() {
        "entity not found" => "no such file or folder".to_owned(),
        // These kinds say less than the error itself.
        "other error" | "uncategorized error" => cause.to_string(),
        _ => words,
    }
}
