//! Sources that hold pictures of one size one after another: their parts, and how they are read into memory.

use std::path::PathBuf;

use rayon::prelude::*;

use super::frames::Frames;
use super::loaded::{Loaded, Part, Pixels, check_size, class_names_of};
use super::{OnProgress, PicturesError, Progress, report};
use crate::config::PicturesConfig;
use crate::data::DataError;

/// Pictures of one file, with their labels.
pub(super) struct Section<'a> {
    pub(super) part: Part,
    pub(super) frames: Frames<'a>,
    /// `[count]`; `None` where there are none, or where they lie among the pictures.
    pub(super) labels: Option<Vec<u8>>,
    pub(super) path: PathBuf,
}

impl Section<'_> {
    /// The error for something wrong with its file.
    pub(super) fn fail(&self, cause: PicturesError) -> DataError {
        DataError::pictures(cause, &self.path)
    }
}

/// All files of a source, at least one of them to train on.
#[derive(Default)]
pub(super) struct Stored<'a> {
    pub(super) sections: Vec<Section<'a>>,
    /// Names of the classes, where the format tells them.
    pub(super) class_names: Option<Vec<String>>,
    /// What was guessed, for the user to judge.
    pub(super) notes: Vec<String>,
}

impl Stored<'_> {
    /// Pictures of all sections.
    pub(super) fn count(&self) -> usize {
        self.sections.iter().fold(0, |sum, section| sum.saturating_add(section.frames.count))
    }

    /// Checks labels against the classes, where these are known before the labels are read.
    pub(super) fn check_labels(&self, section: &Section<'_>, first: usize, labels: &[u8]) -> Result<(), DataError> {
        let Some(names) = &self.class_names else { return Ok(()) };
        match labels.iter().position(|&label| usize::from(label) >= names.len()) {
            None => Ok(()),
            Some(place) => {
                let (label, last) = (labels[place].into(), names.len().saturating_sub(1));
                Err(section.fail(PicturesError::Label { label, index: first + place + 1, last }))
            }
        }
    }

    /// Reads and scales everything.
    pub(super) fn load(mut self, config: &PicturesConfig, progress: &mut OnProgress<'_>) -> Result<Loaded, DataError> {
        let (total, features) = (self.count(), config.shape().features());
        let fail = |sections: &[Section<'_>], cause| match sections.first() {
            Some(first) => first.fail(cause),
            None => DataError::Empty,
        };
        check_size(total, config).map_err(|cause| fail(&self.sections, cause))?;
        if total == 0 {
            return Err(fail(&self.sections, PicturesError::NoPictures));
        }
        let (mut training, mut test) = (Pixels::default(), Pixels::default());
        for section in &self.sections {
            let pixels = if section.part == Part::Training { &mut training } else { &mut test };
            pixels.promise(section.frames.count, features);
        }
        let mut done = 0;
        for mut section in std::mem::take(&mut self.sections) {
            let pixels = if section.part == Part::Training { &mut training } else { &mut test };
            if let Some(labels) = &section.labels {
                self.check_labels(&section, 0, labels)?;
                pixels.labels.extend_from_slice(labels);
            }
            while let Some(chunk) = section.frames.next_chunk().map_err(|cause| section.fail(cause))? {
                let layout = section.frames.layout;
                let count = chunk.pixels.len() / layout.values();
                let first = section.frames.done - count;
                self.check_labels(&section, first, &chunk.labels)?;
                pixels.labels.extend_from_slice(&chunk.labels);
                pixels.make_room(count * features).map_err(|cause| section.fail(cause))?;
                let filled = pixels.values.len();
                pixels.values.resize(filled + count * features, 0);
                let places = pixels.values[filled..].par_chunks_exact_mut(features);
                let pictures = chunk.pixels.par_chunks_exact(layout.values());
                places.zip(pictures).for_each(|(place, picture)| place.copy_from_slice(&layout.fit(picture, config)));
                done += count;
                report(progress, Progress { done, total: Some(total) })?;
            }
        }
        let class_names = self.class_names.unwrap_or_else(|| class_names_of(&training.labels, &test.labels));
        Ok(Loaded { training, test, class_names, notes: self.notes, skipped: super::skipped::Skipped::default() })
    }
}
