//! Why an experiment cannot begin or go on.

use std::path::PathBuf;

use burn::tensor::ExecutionError;
use thiserror::Error;

use super::super::LoadError;
use super::DivergedGan;
use crate::config::{ConfigError, ShapeError};
use crate::data::{DataError, IdxError, SubsetError};
use crate::export::ExportError;

/// Why an experiment cannot begin or go on.
#[derive(Debug, Error)]
pub enum ExperimentError {
    /// A number out of its range, or networks that cannot be built for the data.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data cannot be opened.
    #[error(transparent)]
    Data(#[from] DataError),
    /// There are no few labelled samples to begin with.
    #[error(transparent)]
    Subset(#[from] SubsetError),
    /// There is no sample to test with.
    #[error("nothing is left to test with; choose data with at least four samples of each class")]
    NothingToTest,
    /// The classifier cannot take the samples.
    #[error("the classifier cannot take these samples: {0}")]
    Classifier(#[from] ShapeError),
    /// The folder holds an experiment, and nobody asked to go on with it.
    #[error("there is an experiment in this folder already; go on with it by --resume, or choose another folder: {}", path.display())]
    FolderTaken {
        /// Where.
        path: PathBuf,
    },
    /// The folder holds what is left of an experiment, and not what it was made with.
    #[error("there are parts of another experiment in this folder ({part}), so choose another one: {}", path.display())]
    LeftOver {
        /// The first of them.
        part: String,
        /// Where.
        path: PathBuf,
    },
    /// Another program, or another part of this one, works in the folder.
    #[error("another ganscope is making the experiment in this folder; wait for it, or choose another folder: {}", path.display())]
    InUse {
        /// Where.
        path: PathBuf,
    },
    /// There is nothing to go on with.
    #[error("there is no experiment to go on with in this folder: {}", path.display())]
    NoExperiment {
        /// Where.
        path: PathBuf,
    },
    /// The experiment's file cannot be used.
    #[error("the experiment cannot be read, so begin another in a new folder: {cause}: {}", path.display())]
    Damaged {
        /// What is wrong with it.
        cause: String,
        /// Where.
        path: PathBuf,
    },
    /// The data is not what it was when the experiment began.
    #[error("the data has changed since the experiment began, so begin another in a new folder: {}", path.display())]
    DataChanged {
        /// Where the experiment is.
        path: PathBuf,
    },
    /// Generated samples that were kept cannot be used.
    #[error("the generated samples cannot be read ({cause}); delete the file and go on, which makes them again: {}", path.display())]
    Generated {
        /// What is wrong with them.
        cause: String,
        /// Where.
        path: PathBuf,
    },
    /// A GAN's weights are no numbers any more, and its samples are wanted. [`super::Experiment::run`] leaves its seed out instead.
    #[error("the GAN of seed {} diverged by step {}, so it generates nothing; begin another experiment with fewer GAN steps", .0.seed, .0.step)]
    Diverged(DivergedGan),
    /// A checkpoint could not be written or read.
    #[error(transparent)]
    Checkpoint(#[from] LoadError),
    /// A file could not be written.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The device fails.
    #[error("the device failed to compute: {0}")]
    Device(String),
}

impl From<ExecutionError> for ExperimentError {
    fn from(error: ExecutionError) -> Self {
        Self::Device(error.to_string())
    }
}

impl ExperimentError {
    pub(super) fn idx(path: PathBuf) -> impl FnOnce(IdxError) -> Self {
        |cause| Self::Generated { cause: cause.to_string(), path }
    }
}
