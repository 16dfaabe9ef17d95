//! The pictures that were read last, kept for the next run on them: starting again must not read a million files again.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, DirEntry, Metadata};
use std::hash::{Hash as _, Hasher as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::listing::{AT_ONCE, MAX_DEPTH, MAX_FILES, is_nobodys};
use super::{OnProgress, Progress, idx_files, report};
use crate::config::PicturesConfig;
use crate::data::{DataError, StoredSet};

/// One set only, so that no more is held than one run needs.
static RECENT: Mutex<Option<Recent>> = Mutex::new(None);

struct Recent {
    config: PicturesConfig,
    class_names: Option<Vec<String>>,
    state: u64,
    set: StoredSet,
}

/// The pictures of `config` if they were read last and nothing has changed on the disk since.
///
/// Otherwise those that were read last are let go, before others take their place in memory.
pub(super) fn recall(
    config: &PicturesConfig,
    class_names: Option<&Vec<String>>,
    state: Option<u64>,
) -> Option<StoredSet> {
    // Nothing panics while the lock is held.
    let mut recent = RECENT.lock().unwrap_or_else(PoisonError::into_inner);
    let is_same =
        |it: &Recent| it.config == *config && it.class_names.as_ref() == class_names && Some(it.state) == state;
    if !recent.as_ref().is_some_and(is_same) {
        *recent = None;
    }
    recent.as_ref().map(|recent| recent.set.clone())
}

/// Keeps pictures for the next time.
pub(super) fn remember(config: &PicturesConfig, class_names: Option<Vec<String>>, state: u64, set: &StoredSet) {
    let recent = Recent { config: config.clone(), class_names, state, set: set.clone() };
    *RECENT.lock().unwrap_or_else(PoisonError::into_inner) = Some(recent);
}

/// A number that changes when a file does, or comes, or goes: names, lengths and times of change. `None` for a folder of so many files
/// that none are read from it anyway.
///
/// # Errors
/// [`DataError::Cancelled`] where `progress` breaks.
pub(super) fn state_of(path: &Path, progress: &mut OnProgress<'_>) -> Result<Option<u64>, DataError> {
    state_within(path, MAX_FILES, progress)
}

/// The same, of a folder of at most `limit` files.
fn state_within(path: &Path, limit: usize, progress: &mut OnProgress<'_>) -> Result<Option<u64>, DataError> {
    let mut state = State { hasher: DefaultHasher::new(), seen: 0, limit, progress };
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => state.add_folder(path, MAX_DEPTH)?,
        Ok(metadata) => {
            state.add_file(&metadata);
            // The labels of a file lie beside it.
            let labels = idx_files::labels_beside(path).and_then(|labels| fs::metadata(labels).ok());
            labels.is_some().hash(&mut state.hasher);
            if let Some(labels) = labels {
                state.add_file(&labels);
            }
        }
        Err(_) => {}
    }
    Ok((state.seen <= limit).then(|| state.hasher.finish()))
}

/// Going through a folder.
struct State<'a, 'b> {
    hasher: DefaultHasher,
    seen: usize,
    limit: usize,
    progress: &'a mut OnProgress<'b>,
}

impl State<'_, '_> {
    /// Adds everything below a folder that pictures are read from, until there is too much of it.
    fn add_folder(&mut self, folder: &Path, depth: usize) -> Result<(), DataError> {
        let mut entries: Vec<DirEntry> = Vec::new();
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if is_nobodys(&entry.file_name()) {
                continue;
            }
            self.seen += 1;
            if self.seen > self.limit {
                return Ok(());
            }
            self.tell(self.seen)?;
            entries.push(entry);
        }
        entries.sort_by_key(DirEntry::file_name);
        for (index, entry) in entries.iter().enumerate() {
            self.tell(index)?;
            entry.file_name().hash(&mut self.hasher);
            // Of a link, what it leads to counts.
            let metadata =
                entry.metadata().and_then(|it| if it.is_symlink() { fs::metadata(entry.path()) } else { Ok(it) });
            let Ok(metadata) = metadata else { continue };
            if !metadata.is_dir() {
                self.add_file(&metadata);
            } else if depth > 0 && entry.file_type().is_ok_and(|kind| kind.is_dir() || depth == MAX_DEPTH) {
                self.add_folder(&entry.path(), depth - 1)?;
            }
            if self.seen > self.limit {
                return Ok(());
            }
        }
        Ok(())
    }

    fn add_file(&mut self, metadata: &Metadata) {
        metadata.len().hash(&mut self.hasher);
        // Where a system knows no times, lengths have to do.
        metadata.modified().ok().hash(&mut self.hasher);
    }

    /// Tells of progress once in a while; `count` grows by one from call to call.
    fn tell(&mut self, count: usize) -> Result<(), DataError> {
        if count.is_multiple_of(AT_ONCE) {
            report(self.progress, Progress { done: self.seen, total: None })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;

    fn go_on(_: Progress) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn write(folder: &Path, name: &str, bytes: &[u8]) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    #[test]
    fn many_files_are_told_of_before_a_break_ends_it() {
        let folder = tempfile::tempdir().unwrap();
        for index in 0..300 {
            write(folder.path(), &format!("{}/{index}.png", index % 3), b"");
        }
        let mut told = Vec::new();
        let mut listen = |progress: Progress| {
            told.push(progress.done);
            ControlFlow::Continue(())
        };
        state_of(folder.path(), &mut listen).unwrap();
        assert!(told.len() >= 4 && told.is_sorted() && told.iter().all(|&done| done <= 303), "{told:?}");
        for stop_at in 1..=told.len() {
            let mut left = stop_at;
            let mut stop = |_: Progress| {
                left -= 1;
                if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            let stopped = state_of(folder.path(), &mut stop);
            assert!(matches!(stopped, Err(DataError::Cancelled)), "{stop_at} of {}", told.len());
        }
    }

    #[test]
    fn a_folder_of_too_many_files_is_not_gone_through_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        for index in 0..20 {
            write(folder.path(), &format!("a/{index}"), b"");
            write(folder.path(), &format!("b/{index}"), b"");
        }
        assert_eq!(state_within(folder.path(), 41, &mut go_on).unwrap(), None);
        assert!(state_within(folder.path(), 42, &mut go_on).unwrap().is_some());
        let mut last = 0;
        let mut listen = |progress: Progress| {
            last = progress.done;
            ControlFlow::Continue(())
        };
        assert_eq!(state_within(folder.path(), 10, &mut listen).unwrap(), None);
        assert!(last <= 11, "{last}");
    }

    #[test]
    fn of_a_file_only_it_and_its_labels_count() {
        let folder = tempfile::tempdir().unwrap();
        let images = "train-images-idx3-ubyte";
        write(folder.path(), images, b"pictures");
        let state = || state_of(&folder.path().join(images), &mut go_on).unwrap().unwrap();
        let before = state();
        write(folder.path(), "letter.txt", b"whatever lies beside it");
        write(folder.path(), "t10k-labels-idx1-ubyte", b"labels of others");
        assert_eq!(state(), before, "what lies beside it has nothing to do with it");
        write(folder.path(), "train-labels-idx1-ubyte", b"labels");
        let labelled = state();
        assert_ne!(labelled, before);
        write(folder.path(), "train-labels-idx1-ubyte", b"other labels");
        assert_ne!(state(), labelled);
        write(folder.path(), images, b"other pictures");
        assert_ne!(state(), labelled);
    }

    #[test]
    fn what_is_hidden_is_not_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "a/1.png", b"");
        let before = state_of(folder.path(), &mut go_on).unwrap();
        write(folder.path(), ".cache/1.png", b"");
        write(folder.path(), "a/.DS_Store", b"");
        assert_eq!(state_of(folder.path(), &mut go_on).unwrap(), before);
    }
}
