//! Pictures from files of the user: IDX, CIFAR-10, NumPy arrays, and folders of image files.
//!
//! Nothing in them is trusted: memory is bounded before anything is read, and what is wrong is told in one line. Every
//! picture becomes a square of one size, grey or colour, as the configuration says. The formats that hold pictures of one
//! size one after another are [`stored`]; a folder of image files is [`folder`], where what cannot be read is skipped.

mod archive;
mod array;
mod cifar;
mod decode;
mod error;
mod fit;
mod folder;
mod frames;
mod idx_files;
mod input;
mod inspect;
mod kind;
mod listing;
mod loaded;
mod parts;
mod recent;
mod skipped;
mod stored;

pub(super) use cifar::{FILES as CIFAR_FILES, FOLDER as CIFAR_FOLDER};
pub use error::PicturesError;
pub use inspect::{Examples, Inspection, inspect};
pub use kind::{FileKind, SourceKind};
pub use skipped::Skipped;

#[cfg(test)]
mod archive_tests;
#[cfg(test)]
mod layout_tests;
#[cfg(test)]
mod look_tests;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::path::Path;

use self::folder::Folder;
use self::input::Input;
use self::kind::{Source, recognise};
use self::loaded::{Loaded, Part};
use self::stored::Stored;
use super::{DataError, StoredSet};
use crate::config::PicturesConfig;

/// How far reading has come, in pictures or files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Those that are done.
    pub done: usize,
    /// All of them; `None` while they are still being counted.
    pub total: Option<usize>,
}

/// Hears of progress, and may end the work.
pub type OnProgress<'a> = dyn FnMut(Progress) -> ControlFlow<()> + 'a;

/// Tells of progress.
fn report(on_progress: &mut OnProgress<'_>, progress: Progress) -> Result<(), DataError> {
    match on_progress(progress) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(DataError::Cancelled),
    }
}

/// Reads all pictures of a source and scales them.
pub(super) fn load(config: &PicturesConfig, progress: &mut OnProgress<'_>) -> Result<StoredSet, DataError> {
    load_named(config, None, progress)
}

/// Reads all pictures of a source whose classes are known by name.
pub(super) fn load_named(
    config: &PicturesConfig,
    class_names: Option<Vec<String>>,
    progress: &mut OnProgress<'_>,
) -> Result<StoredSet, DataError> {
    let path = config.path.as_ref().ok_or(DataError::NoPictures)?;
    let state = recent::state_of(path, progress)?;
    if let Some(set) = recent::recall(config, class_names.as_ref(), state) {
        return Ok(set);
    }
    let set = read(path, config, class_names.clone(), progress)?;
    if let Some(state) = state {
        recent::remember(config, class_names, state, &set);
    }
    Ok(set)
}

fn read(
    path: &Path,
    config: &PicturesConfig,
    class_names: Option<Vec<String>>,
    progress: &mut OnProgress<'_>,
) -> Result<StoredSet, DataError> {
    let loaded: Loaded = match recognise(path, progress)? {
        Source::Stored(_, mut stored) => {
            stored.class_names = class_names.or(stored.class_names);
            stored.load(config, progress)?
        }
        Source::Folder => Folder::list(path, progress)?.load(config, progress)?,
    };
    loaded.into_set(config)
}

/// Reads all pictures of a file that is in memory.
pub(super) fn load_bytes(
    kind: SourceKind,
    bytes: &[u8],
    config: &PicturesConfig,
    progress: &mut OnProgress<'_>,
) -> Result<StoredSet, DataError> {
    let input = Input::Bytes(bytes);
    let stored = match kind {
        SourceKind::Idx => {
            let section = idx_files::section(&input, None, Part::Training)?;
            Stored { sections: vec![section], ..Stored::default() }
        }
        SourceKind::Cifar => cifar::of(vec![cifar::section(&input, Part::Training)?]),
        SourceKind::Npy => archive::open_npy(&input, progress)?,
        SourceKind::Npz => archive::open_npz(&input, progress)?,
        SourceKind::Folder => return Err(input.fail(PicturesError::UnknownFormat)),
    };
    stored.load(config, progress)?.into_set(config)
}
