//! The pictures that were read last, kept for the next run on them: starting again must not read a million files again.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, Metadata};
use std::hash::{Hash as _, Hasher as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::config::PicturesConfig;
use crate::data::ImageSet;

/// Folders within folders that are looked into: as many as pictures are read from.
const MAX_DEPTH: usize = 10;

/// One set only, so that no more is held than one run needs.
static RECENT: Mutex<Option<Recent>> = Mutex::new(None);

struct Recent {
    config: PicturesConfig,
    class_names: Option<Vec<String>>,
    state: u64,
    set: ImageSet,
}

/// The pictures of `config` if they were read last and nothing has changed on the disk since.
///
/// Otherwise those that were read last are let go, before others take their place in memory.
pub(super) fn recall(config: &PicturesConfig, class_names: Option<&Vec<String>>, state: u64) -> Option<ImageSet> {
    // Nothing panics while the lock is held.
    let mut recent = RECENT.lock().unwrap_or_else(PoisonError::into_inner);
    let is_same = |it: &Recent| it.config == *config && it.class_names.as_ref() == class_names && it.state == state;
    if !recent.as_ref().is_some_and(is_same) {
        *recent = None;
    }
    recent.as_ref().map(|recent| recent.set.clone())
}

/// Keeps pictures for the next time.
pub(super) fn remember(config: &PicturesConfig, class_names: Option<Vec<String>>, state: u64, set: &ImageSet) {
    let recent = Recent { config: config.clone(), class_names, state, set: set.clone() };
    *RECENT.lock().unwrap_or_else(PoisonError::into_inner) = Some(recent);
}

/// A number that changes when a file does, or comes, or goes: names, lengths and times of change.
pub(super) fn state_of(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => hash_folder(path, MAX_DEPTH, &mut hasher),
        // The labels of a file lie beside it.
        Ok(_) => path.parent().into_iter().for_each(|folder| hash_folder(folder, 0, &mut hasher)),
        Err(_) => {}
    }
    hasher.finish()
}

fn hash_folder(folder: &Path, depth: usize, hasher: &mut DefaultHasher) {
    let mut entries: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        entry.file_name().hash(hasher);
        // Of a link, what it leads to counts.
        let metadata =
            entry.metadata().and_then(|it| if it.is_symlink() { fs::metadata(entry.path()) } else { Ok(it) });
        let Ok(metadata) = metadata else { continue };
        if !metadata.is_dir() {
            hash_file(&metadata, hasher);
        } else if depth > 0 && entry.file_type().is_ok_and(|kind| kind.is_dir() || depth == MAX_DEPTH) {
            hash_folder(&entry.path(), depth - 1, hasher);
        }
    }
}

fn hash_file(metadata: &Metadata, hasher: &mut DefaultHasher) {
    metadata.len().hash(hasher);
    // Where a system knows no times, lengths have to do.
    metadata.modified().ok().hash(hasher);
}
