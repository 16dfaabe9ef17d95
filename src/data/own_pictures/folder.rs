//! A folder of pictures: sub-folders are classes, and `train` and `test` are parts.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use image::DynamicImage;
use rayon::prelude::*;

use super::decode::{Company, Decoded, decode};
use super::fit::fit;
use super::loaded::{Loaded, Part, Pixels, check_size};
use super::skipped::Skipped;
use super::{OnProgress, PicturesError, Progress, report};
use crate::config::PicturesConfig;
use crate::data::{DataError, reason, shown};

/// Files that are listed, pictures or not.
const MAX_FILES: usize = 4_000_000;
/// Folders within folders that are looked into.
const MAX_DEPTH: usize = 8;
/// Classes that a label can tell apart.
const MAX_CLASSES: usize = 256;
/// Files between two reports of progress, and decoded before the next are read.
const AT_ONCE: usize = 64;
/// Endings of files that are pictures.
const ENDINGS: [&str; 7] = ["png", "jpg", "jpeg", "jfif", "webp", "gif", "bmp"];
/// Names of folders with pictures to train on and to test with, as they lie beside each other.
const TRAINING: &str = "train";
const TEST: [&str; 4] = ["test", "val", "valid", "validation"];

/// One file that is a picture by its ending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    /// Within the folder.
    pub(super) path: PathBuf,
    /// Index of its class; 0 where there are no classes.
    pub(super) class: u8,
    pub(super) part: Part,
}

/// What lies in a folder. The order of files does not depend on that of the file system.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) root: PathBuf,
    /// Those to train on first.
    pub(super) files: Vec<File>,
    /// In the order of their labels; empty where there are no classes.
    pub(super) class_names: Vec<String>,
    pub(super) skipped: Skipped,
}

impl Folder {
    /// Lists a folder, without opening a single picture.
    pub(super) fn list(root: &Path, progress: &mut OnProgress<'_>) -> Result<Self, DataError> {
        let mut listing = Listing { root, skipped: Skipped::default(), seen: 0, progress };
        let top = listing.entries(root)?;
        let test = top.folders.iter().find(|name| TEST.iter().any(|test| name.eq_ignore_ascii_case(test)));
        let training = top.folders.iter().find(|name| name.eq_ignore_ascii_case(TRAINING));
        let parts = match (training, test) {
            (Some(training), Some(test)) => vec![(Part::Training, training.into()), (Part::Test, test.into())],
            _ => vec![(Part::Training, PathBuf::new())],
        };
        let (mut found, mut class_names) = (Vec::new(), Vec::new());
        for (part, folder) in parts {
            for (class, files) in listing.classes(&folder)? {
                class_names.extend(class.iter().map(|name| shown(&name.to_string_lossy())));
                found.push((part, class, files));
            }
        }
        class_names.sort();
        class_names.dedup();
        if class_names.len() > MAX_CLASSES {
            return Err(listing.fail(PicturesError::TooManyClasses { count: class_names.len() }));
        }
        let class_of = |name: Option<std::ffi::OsString>| {
            let name = name.map(|name| shown(&name.to_string_lossy()));
            name.and_then(|name| class_names.binary_search(&name).ok()).unwrap_or(0) as u8
        };
        let files: Vec<File> = found
            .into_iter()
            .flat_map(|(part, name, paths)| {
                let class = class_of(name);
                paths.into_iter().map(move |path| File { path, class, part })
            })
            .collect();
        if files.is_empty() {
            return Err(listing.fail(PicturesError::NoPictures));
        }
        Ok(Self { root: root.to_owned(), files, class_names, skipped: listing.skipped })
    }

    /// Decodes and scales everything that can be decoded.
    pub(super) fn load(mut self, config: &PicturesConfig, progress: &mut OnProgress<'_>) -> Result<Loaded, DataError> {
        let features = config.shape().features();
        let fail = |cause| DataError::pictures(cause, &self.root);
        check_size(self.files.len(), config).map_err(fail)?;
        let (mut training, mut test) = (Pixels::default(), Pixels::default());
        for file in &self.files {
            let pixels = if file.part == Part::Training { &mut training } else { &mut test };
            pixels.promise(1, features);
        }
        let total = self.files.len();
        let mut done = 0;
        for files in self.files.chunks(AT_ONCE) {
            for (file, picture) in files.iter().zip(self.decode_all(files, &|picture| fit(picture, config))) {
                let pixels = if file.part == Part::Training { &mut training } else { &mut test };
                match picture {
                    Ok(picture) => {
                        pixels.make_room(picture.len()).map_err(fail)?;
                        pixels.values.extend_from_slice(&picture);
                        if !self.class_names.is_empty() {
                            pixels.labels.push(file.class);
                        }
                    }
                    Err(reason) => self.skipped.add(&file.path.to_string_lossy(), reason),
                }
            }
            done += files.len();
            report(progress, Progress { done, total: Some(total) })?;
        }
        if training.values.is_empty() {
            let cause = PicturesError::NoneReadable { count: total, skipped: self.skipped.to_string() };
            return Err(DataError::pictures(cause, &self.root));
        }
        Ok(Loaded { training, test, class_names: self.class_names, notes: Vec::new(), skipped: self.skipped })
    }

    /// The pictures of some files, in their order: small ones beside each other, large ones one after another.
    pub(super) fn decode_all<T: Send>(
        &self,
        files: &[File],
        then: &(dyn Fn(DynamicImage) -> T + Sync),
    ) -> Vec<Result<T, String>> {
        let try_one = |file: &File, company| match decode(&self.root.join(&file.path), company) {
            Decoded::Picture(picture) => Some(Ok(then(picture))),
            Decoded::Skipped(reason) => Some(Err(reason)),
            Decoded::Large => None,
        };
        let together: Vec<_> = files.par_iter().map(|file| try_one(file, Company::Beside)).collect();
        let alone = |(file, outcome): (&File, Option<_>)| {
            outcome.or_else(|| try_one(file, Company::Alone)).unwrap_or_else(|| Err("too large".to_owned()))
        };
        files.iter().zip(together).map(alone).collect()
    }
}

/// A folder's files and folders, each in the order of their names.
struct Entries {
    files: Vec<std::ffi::OsString>,
    folders: Vec<std::ffi::OsString>,
}

/// Files of one class; without a name where there are no classes.
type Class = (Option<std::ffi::OsString>, Vec<PathBuf>);

/// Going through a folder.
struct Listing<'a, 'b> {
    root: &'a Path,
    skipped: Skipped,
    seen: usize,
    progress: &'a mut OnProgress<'b>,
}

impl Listing<'_, '_> {
    fn fail(&self, cause: PicturesError) -> DataError {
        DataError::pictures(cause, self.root)
    }

    /// The classes below `folder`, a path within the root; files beside the folders of classes belong to none.
    fn classes(&mut self, folder: &Path) -> Result<Vec<Class>, DataError> {
        let entries = self.entries(&self.root.join(folder))?;
        let mut classes = Vec::new();
        for name in entries.folders {
            let mut files = Vec::new();
            self.collect(&folder.join(&name), MAX_DEPTH, &mut files)?;
            if !files.is_empty() {
                classes.push((Some(name), files));
            }
        }
        let loose = self.pictures(folder, entries.files);
        if classes.is_empty() {
            return Ok(if loose.is_empty() { Vec::new() } else { vec![(None, loose)] });
        }
        for path in loose {
            self.skipped.add(&path.to_string_lossy(), "beside the folders of classes");
        }
        Ok(classes)
    }

    /// All pictures below a folder.
    fn collect(&mut self, folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), DataError> {
        let entries = match self.entries(&self.root.join(folder)) {
            Ok(entries) => entries,
            // A folder that cannot be listed spoils only itself.
            Err(DataError::Pictures { cause: PicturesError::Unreadable { reason }, .. }) => {
                self.skipped.add(&folder.to_string_lossy(), reason);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        found.extend(self.pictures(folder, entries.files));
        for name in entries.folders {
            let inner = folder.join(name);
            match depth {
                0 => self.skipped.add(&inner.to_string_lossy(), "too deep"),
                _ => self.collect(&inner, depth - 1, found)?,
            }
        }
        Ok(())
    }

    /// The files that are pictures by their endings.
    fn pictures(&mut self, folder: &Path, names: Vec<std::ffi::OsString>) -> Vec<PathBuf> {
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
        let mut entries = Entries { files: Vec::new(), folders: Vec::new() };
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name();
            // Hidden files, and what macOS leaves in archives, are nobody's pictures.
            if name.to_string_lossy().starts_with('.') || name == OsStr::new("__MACOSX") {
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
                return Err(self.fail(PicturesError::TooManyFiles { limit: MAX_FILES }));
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
