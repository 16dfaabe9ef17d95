//! A folder of pictures: its classes and parts, and the pictures themselves.

use std::path::{Path, PathBuf};

use image::DynamicImage;
use rayon::prelude::*;

use super::decode::{Company, Decoded, decode};
use super::fit::fit;
use super::listing::{self, AT_ONCE};
use super::loaded::{Loaded, Part, Pixels, check_size};
use super::parts::Parts;
use super::skipped::Skipped;
use super::{OnProgress, PicturesError, Progress, report};
use crate::config::PicturesConfig;
use crate::data::DataError;

/// Classes that a label can tell apart.
const MAX_CLASSES: usize = 256;

/// One file that is a picture by its ending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    /// Within the folder.
    pub(super) path: PathBuf,
    /// Index of its class; `None` where its part has no classes.
    pub(super) class: Option<u8>,
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
        let fail = |cause| Err(DataError::pictures(cause, root));
        let mut skipped = Skipped::default();
        let parts = Parts::of(listing::list(root, &mut skipped, progress)?);
        for (picture, why) in &parts.left_out {
            skipped.add(&picture.to_string_lossy(), *why);
        }
        let groups = parts.training.iter().chain(&parts.test);
        let mut class_names: Vec<String> = groups.filter_map(|group| group.class.clone()).collect();
        class_names.sort();
        class_names.dedup();
        if class_names.len() > MAX_CLASSES {
            return fail(PicturesError::TooManyClasses { count: class_names.len() });
        }
        let mut files = Vec::new();
        for (part, groups) in [(Part::Training, parts.training), (Part::Test, parts.test)] {
            for group in groups {
                let class = group.class.and_then(|name| class_names.binary_search(&name).ok());
                let class = class.and_then(|index| u8::try_from(index).ok());
                files.extend(group.pictures.into_iter().map(|path| File { path, class, part }));
            }
        }
        if files.is_empty() {
            return fail(PicturesError::NoPictures);
        }
        Ok(Self { root: root.to_owned(), files, class_names, skipped })
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
                        pixels.labels.extend(file.class);
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
