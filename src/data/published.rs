//! The published sets: MNIST, Fashion-MNIST and CIFAR-10, found where they lie on this machine.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use super::builtin_images::FASHION_CLASSES;
use super::own_pictures::{CIFAR_FILES, CIFAR_FOLDER};
use super::{DataError, OnProgress, StoredSet, own_pictures};
use crate::config::{Choice as _, DatasetKind, PicturesConfig, SampleShape};

/// Names the folder of data sets, where the usual one is not wanted.
const FOLDER_VARIABLE: &str = "GANSCOPE_DATA";
/// Where Debian's package `dataset-fashion-mnist` puts its files.
const DEBIAN_FASHION: &str = "/usr/share/datasets/fashion-mnist";

/// The four files of MNIST and of everything made after it.
pub(super) const IDX_FILES: [&str; 4] =
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

/// The digits, in the order of their labels.
const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// The folder in which each published set has a folder of its own: what `GANSCOPE_DATA` says, or where this system keeps a
/// user's data.
pub fn data_folder() -> PathBuf {
    let named = std::env::var_os(FOLDER_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    named.unwrap_or_else(|| {
        let usual = etcetera::base_strategy::choose_native_strategy().map(|strategy| strategy.data_dir());
        // Without a home there is still the folder at hand.
        usual.unwrap_or_default().join("ganscope")
    })
}

/// The folder that a published set belongs into.
pub(super) fn folder_of(kind: DatasetKind) -> PathBuf {
    data_folder().join(kind.key())
}

/// Where a published set lies on this machine, if all of it is there.
pub fn find_published(kind: DatasetKind) -> Option<PathBuf> {
    let own = folder_of(kind);
    match kind {
        DatasetKind::Mnist => Some(own).filter(|folder| has_idx_files(folder)),
        DatasetKind::FashionMnist => {
            [own, DEBIAN_FASHION.into()].into_iter().find(|folder: &PathBuf| has_idx_files(folder))
        }
        DatasetKind::Cifar10 => [own.join(CIFAR_FOLDER), own].into_iter().find(|folder| has_cifar_files(folder)),
        _ => None,
    }
}

fn has_idx_files(folder: &Path) -> bool {
    let is_there = |name: &str| ["", ".gz"].iter().any(|ending| folder.join(format!("{name}{ending}")).is_file());
    IDX_FILES.into_iter().all(is_there)
}

fn has_cifar_files(folder: &Path) -> bool {
    CIFAR_FILES.iter().all(|name| folder.join(name).is_file())
}

/// Opens a published set: its files to train on, with those to test with held out.
pub(super) fn open(kind: DatasetKind, progress: &mut OnProgress<'_>) -> Result<StoredSet, DataError> {
    let not_found = || DataError::NotFound { name: kind.label(), key: kind.key(), path: folder_of(kind) };
    let path = find_published(kind).ok_or_else(not_found)?;
    let SampleShape::Image { channels, height: size, .. } = kind.shape() else { return Err(not_found()) };
    let config = PicturesConfig { path: Some(path), size, channels, ..PicturesConfig::default() };
    let names = match kind {
        DatasetKind::Mnist => Some(DIGITS),
        DatasetKind::FashionMnist => Some(FASHION_CLASSES),
        // Its files say so themselves.
        _ => None,
    };
    own_pictures::load_named(&config, names.map(|names| names.map(String::from).into()), progress)
}
