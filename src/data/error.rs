//! Why data cannot be had.

use std::path::{Path, PathBuf};

use super::{IdxError, PictureError, PicturesError, PointsError, TextError};

/// Why a data set could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// An IDX file is not as it should be.
    #[error("cannot read {name}: {cause}")]
    Idx {
        /// What was being read.
        name: &'static str,
        /// What is wrong with it.
        cause: IdxError,
    },
    /// There are no pictures, or their size is zero.
    #[error("there are no pictures in it")]
    Empty,
    /// The number of bytes is not that of whole pictures.
    #[error("{found} bytes do not make whole pictures of {features} bytes each")]
    PartialPicture {
        /// Bytes there.
        found: usize,
        /// Bytes of one picture.
        features: usize,
    },
    /// Pictures and labels do not go together.
    #[error("there are {pictures} pictures but {labels} labels")]
    LabelCount {
        /// Pictures there.
        pictures: usize,
        /// Labels there.
        labels: usize,
    },
    /// A label names no class.
    #[error("label {label} is not one of the {classes} classes")]
    UnknownLabel {
        /// The label.
        label: u8,
        /// Number of classes; valid labels are below it.
        classes: usize,
    },
    /// Nothing is drawn.
    #[error("there is nothing to learn: the drawing is empty")]
    EmptyDrawing,
    /// Points of a file are asked for, and no file is named.
    #[error("no file of points is named: set data.path, or choose other data")]
    NoPath,
    /// A file of points is not as it should be.
    #[error("cannot read the points: {cause}: {}", path.display())]
    Points {
        /// What is wrong with it.
        cause: PointsError,
        /// Where.
        path: PathBuf,
    },
    /// A picture is not as it should be.
    #[error("cannot read the picture: {cause}: {}", path.display())]
    Picture {
        /// What is wrong with it.
        cause: PictureError,
        /// Where.
        path: PathBuf,
    },
    /// Pictures from files are asked for, and none are named.
    #[error("no pictures are named: set data.pictures.path, or choose other data")]
    NoPictures,
    /// A file or folder of pictures is not as it should be.
    #[error("cannot read the pictures: {cause}: {}", path.display())]
    Pictures {
        /// What is wrong with it.
        cause: PicturesError,
        /// Where.
        path: PathBuf,
    },
    /// Texts of a file are asked for, and none is named.
    #[error("no texts are named: set data.text.path, or choose other data")]
    NoTexts,
    /// A file of texts is not as it should be.
    #[error("cannot read the texts: {cause}: {}", path.display())]
    Texts {
        /// What is wrong with it.
        cause: TextError,
        /// Where.
        path: PathBuf,
    },
    /// A file of texts has other characters or classes than the networks are made for.
    #[error("the file has other characters or classes than when it was chosen; choose it again: {}", path.display())]
    OtherTexts {
        /// Where.
        path: PathBuf,
    },
    /// A published set is not on this machine.
    #[error(
        "{name} is not on this machine: `ganscope datasets --download {key}` fetches it, or put its files into {}",
        path.display()
    )]
    NotFound {
        /// Its name on screen.
        name: &'static str,
        /// Its name on the command line.
        key: &'static str,
        /// Where its files belong.
        path: PathBuf,
    },
    /// Whoever asked for it does not want it any more.
    #[error("it was cancelled")]
    Cancelled,
}

impl DataError {
    pub(super) fn pictures(cause: impl Into<PicturesError>, path: &Path) -> Self {
        Self::Pictures { cause: cause.into(), path: path.to_owned() }
    }
}
