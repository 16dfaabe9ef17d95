//! The pictures below a folder, by their names: nothing is opened.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use super::skipped::Skipped;
use super::{OnProgress, PicturesError, Progress, report};
use crate::data::{DataError, reason};

/// Files that are listed, pictures or not.
pub(super) const MAX_FILES: usize = 4_000_000;
/// Folders within folders that are looked into.
pub(super) const MAX_DEPTH: usize = 10;
/// Files between two reports of progress.
pub(super) const AT_ONCE: usize = 64;
/// Endings of files that are pictures.
const ENDINGS: [&str; 7] = ["png", "jpg", "jpeg", "jfif", "webp", "gif", "bmp"];

/// A folder with its pictures and with the folders in it that have some. The order does not depend on that of the file system.
#[derive(Debug)]
pub(super) struct Tree {
    /// Within the folder that was listed.
    pub(super) path: PathBuf,
    /// Files right in it that are pictures by their endings, within the folder that was listed.
    pub(super) pictures: Vec<PathBuf>,
    /// Folders right in it, without those that have no picture at any depth.
    pub(super) folders: Vec<Self>,
}

impl Tree {
    /// Its own name; empty for the folder that was listed.
    pub(super) fn name(&self) -> Cow<'_, str> {
        self.path.file_name().unwrap_or_default().to_string_lossy()
    }

    /// All its pictures, at any depth.
    pub(super) fn into_pictures(self) -> Vec<PathBuf> {
        let within = self.folders.into_iter().flat_map(Self::into_pictures);
        let mut pictures = self.pictures;
        pictures.extend(within);
        pictures
    }

    fn is_empty(&self) -> bool {
        self.pictures.is_empty() && self.folders.is_empty()
    }
}

/// Lists a folder. What is in it and no picture is skipped.
///
/// # Errors
/// A folder that cannot be listed, too many files, and [`DataError::Cancelled`].
pub(super) fn list(root: &Path, skipped: &mut Skipped, progress: &mut OnProgress<'_>) -> Result<Tree, DataError> {
    Listing { root, skipped, seen: 0, progress }.tree(PathBuf::new(), MAX_DEPTH)
}

/// Hidden files, and what macOS leaves in archives, are nobody's pictures.
pub(super) fn is_nobodys(name: &OsStr) -> bool {
    name.to_string_lossy().starts_with('.') || name == "__MACOSX"
}

/// A folder's files and folders, each in the order of their names.
#[derive(Default)]
struct Entries {
    files: Vec<OsString>,
    folders: Vec<OsString>,
}

/// Going through a folder.
struct Listing<'a, 'b> {
    root: &'a Path,
    skipped: &'a mut Skipped,
    seen: usize,
    progress: &'a mut OnProgress<'b>,
}

impl Listing<'_, '_> {
    fn tree(&mut self, path: PathBuf, depth: usize) -> Result<Tree, DataError> {
        let Entries { files, folders: names } = self.entries(&self.root.join(&path))?;
        let pictures = self.pictures(&path, files);
        let mut folders = Vec::new();
        for name in names {
            let inner = path.join(name);
            if depth == 0 {
                self.skipped.add(&inner.to_string_lossy(), "too deep");
                continue;
            }
            match self.tree(inner.clone(), depth - 1) {
                Ok(tree) if tree.is_empty() => {}
                Ok(tree) => folders.push(tree),
                // A folder that cannot be listed spoils only itself.
                Err(DataError::Pictures { cause: PicturesError::Unreadable { reason }, .. }) => {
                    self.skipped.add(&inner.to_string_lossy(), reason);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Tree { path, pictures, folders })
    }

    /// The files that are pictures by their endings.
    fn pictures(&mut self, folder: &Path, names: Vec<OsString>) -> Vec<PathBuf> {
        let mut pictures = Vec::with_capacity(names.len());
        for path in names.into_iter().map(|name| folder.join(name)) {
            if is_picture(&path) {
                pictures.push(path);
            } else {
                self.skipped.add(&path.to_string_lossy(), "not a picture");
            }
        }
        pictures
    }

    fn entries(&mut self, folder: &Path) -> Result<Entries, DataError> {
        let unreadable = |error: std::io::Error| {
            DataError::pictures(PicturesError::Unreadable { reason: reason(error.kind()) }, folder)
        };
        let mut entries = Entries::default();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name();
            if is_nobodys(&name) {
                continue;
            }
            let kind = entry.file_type().map_err(unreadable)?;
            // A link to a folder is followed from the top only, so that no circle of links is walked for ever.
            let is_link_to_folder = kind.is_symlink() && folder == self.root && entry.path().is_dir();
            if kind.is_dir() || is_link_to_folder {
                entries.folders.push(name);
            } else {
                entries.files.push(name);
            }
            self.seen += 1;
            if self.seen > MAX_FILES {
                return Err(DataError::pictures(PicturesError::TooManyFiles { limit: MAX_FILES }, self.root));
            }
            if self.seen.is_multiple_of(AT_ONCE) {
                report(self.progress, Progress { done: self.seen, total: None })?;
            }
        }
        entries.files.sort();
        entries.folders.sort();
        Ok(entries)
    }
}

fn is_picture(path: &Path) -> bool {
    path.extension().is_some_and(|extension| ENDINGS.iter().any(|ending| extension.eq_ignore_ascii_case(ending)))
}
