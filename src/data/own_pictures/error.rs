//! What may be wrong with pictures from files of the user.

use crate::data::idx::IdxError;
use crate::data::npy::NpyHeaderError;

/// What is wrong with a file or folder of pictures.
#[derive(Debug, thiserror::Error)]
pub enum PicturesError {
    /// The file system refused to read.
    #[error("{reason}")]
    Unreadable {
        /// What it said.
        reason: String,
    },
    /// It is a device, or a pipe.
    #[error("this is neither a file nor a folder")]
    NotAFile,
    /// There is not a single byte in it.
    #[error("the file is empty")]
    Empty,
    /// No format that is read.
    #[error("this is none of the formats that are read: IDX, CIFAR-10, .npy, .npz, or a folder of pictures")]
    UnknownFormat,
    /// A folder without a picture.
    #[error("there are no pictures in it")]
    NoPictures,
    /// A folder all of whose pictures were skipped.
    #[error("none of its {count} pictures can be read: {skipped}")]
    NoneReadable {
        /// Files there.
        count: usize,
        /// Why, by reason.
        skipped: String,
    },
    /// More files than are listed.
    #[error("it holds more than {limit} files, keep fewer of them")]
    TooManyFiles {
        /// The most there may be.
        limit: usize,
    },
    /// More pixels than are kept in memory.
    #[error(
        "its {count} pictures of {shape} take more than 2 GiB, choose a smaller size or keep at most {limit} of them"
    )]
    TooManyPictures {
        /// Pictures there.
        count: usize,
        /// What each becomes.
        shape: String,
        /// The most of them that fit.
        limit: usize,
    },
    /// Pictures of a size that is none.
    #[error("its pictures are {width}×{height} pixels large, from 4 to 4096 are read")]
    PictureSize {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// An array that is none of pictures.
    #[error(
        "its shape is {shape:?}, pictures are [count, height, width], or the same with 1, 3 or 4 channels first or last"
    )]
    Shape {
        /// The shape found.
        shape: Vec<usize>,
    },
    /// Fewer pictures than declared.
    #[error("it ends after {found} of {expected} pictures")]
    Truncated {
        /// Pictures declared.
        expected: usize,
        /// Whole pictures there.
        found: usize,
    },
    /// Bytes after the last picture.
    #[error("it goes on after the {count} pictures it declares")]
    TrailingBytes {
        /// Pictures declared.
        count: usize,
    },
    /// Not the header of an IDX file, or labels that are none.
    #[error(transparent)]
    Idx(#[from] IdxError),
    /// Not the header of a NumPy array.
    #[error(transparent)]
    Header(#[from] NpyHeaderError),
    /// Not numbers.
    #[error("its values have type {descr}, save floats or integers")]
    Type {
        /// NumPy's name of the type.
        descr: String,
    },
    /// The first index of an array is the fastest, and the array too large to turn around.
    #[error("it is in Fortran order, save it in C order")]
    FortranOrder,
    /// Values that are no brightness.
    #[error("its values are from {low} to {high}, save 0 to 255, 0 to 1, or -1 to 1")]
    ValueRange {
        /// The least.
        low: f64,
        /// The greatest.
        high: f64,
    },
    /// A value that is no number.
    #[error("picture {index} holds a number that is not finite")]
    NotFinite {
        /// Which, counted from 1.
        index: usize,
    },
    /// Not an archive of arrays.
    #[error("this is not a .npz file ({reason})")]
    NotNpz {
        /// What the reader found.
        reason: String,
    },
    /// An archive without an array of pictures.
    #[error("there is no array of pictures in it, only: {names}")]
    NoPicturesInArchive {
        /// The arrays there.
        names: String,
    },
    /// Something is wrong with one array of an archive.
    #[error("array `{name}`: {cause}")]
    Member {
        /// Which.
        name: String,
        /// What is wrong with it.
        cause: Box<Self>,
    },
    /// Labels that are not one number a picture.
    #[error("its labels have shape {shape:?}, save one number a picture")]
    LabelShape {
        /// The shape found.
        shape: Vec<usize>,
    },
    /// Labels that do not go with the pictures.
    #[error("there are {pictures} pictures but {labels} labels")]
    LabelCount {
        /// Pictures there.
        pictures: usize,
        /// Labels there.
        labels: usize,
    },
    /// A label that names no class.
    #[error("label {label} of picture {index} is not from 0 to {last}")]
    Label {
        /// The label.
        label: f64,
        /// Which picture, counted from 1.
        index: usize,
        /// The greatest label there may be.
        last: usize,
    },
    /// The machine has not as much memory.
    #[error("its pictures take {mebibytes} MiB, and there is not as much memory")]
    NoMemory {
        /// What is needed.
        mebibytes: usize,
    },
    /// More sub-folders than a label can tell apart.
    #[error("it has {count} sub-folders with pictures, and there may be at most 256 classes")]
    TooManyClasses {
        /// Sub-folders there.
        count: usize,
    },
    /// A published set lacks a file.
    #[error("{name} is missing")]
    MissingFile {
        /// Which.
        name: String,
    },
}
