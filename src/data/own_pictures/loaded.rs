//! Pictures in memory, scaled and ready to be drawn from.

use super::PicturesError;
use super::skipped::Skipped;
use crate::config::{PicturesConfig, SampleShape};
use crate::data::{DataError, StoredSet, grouped};

/// The most pixels of one data set: training and test pictures together.
const MAX_BYTES: usize = 2 << 30;

/// What a file promises is believed once it has given as much as this.
const BELIEVED_BYTES: usize = 64 << 20;

/// What pictures are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// To be learned from.
    Training,
    /// Never seen by training.
    Test,
}

/// Pictures of one part.
#[derive(Debug, Default)]
pub(super) struct Pixels {
    /// `[count, channels, size, size]`.
    pub(super) values: Vec<u8>,
    /// `[count]`, or empty.
    pub(super) labels: Vec<u8>,
    /// Bytes that there are to be in the end, as far as files say.
    promised: usize,
}

impl Pixels {
    /// Says how many pictures will come.
    pub(super) fn promise(&mut self, count: usize, features: usize) {
        self.promised += count * features;
    }

    /// Makes room for `more` bytes, and soon for all that were promised: a vector that grows by and by would take half as much
    /// again.
    pub(super) fn make_room(&mut self, more: usize) -> Result<(), PicturesError> {
        let needed = self.values.len() + more;
        if needed <= self.values.capacity() {
            return Ok(());
        }
        let believed = if needed < BELIEVED_BYTES { self.promised.min(BELIEVED_BYTES) } else { self.promised };
        let room = believed.max(needed) - self.values.len();
        let refused = |_refused| PicturesError::NoMemory { mebibytes: self.promised >> 20 };
        self.values.try_reserve_exact(room).map_err(refused)
    }
}

/// All pictures of a source.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) training: Pixels,
    pub(super) test: Pixels,
    pub(super) class_names: Vec<String>,
    pub(super) notes: Vec<String>,
    pub(super) skipped: Skipped,
}

impl Loaded {
    /// The pictures as a data set with a test part.
    pub(super) fn into_set(self, config: &PicturesConfig) -> Result<StoredSet, DataError> {
        let shape = config.shape();
        let note = self.note(shape);
        let set = |pixels: Pixels, names| StoredSet::new(shape, pixels.values.into(), pixels.labels.into(), names);
        let has_test = !self.test.values.is_empty();
        // A part without labels has no classes.
        let names = |pixels: &Pixels| if pixels.labels.is_empty() { Vec::new() } else { self.class_names.clone() };
        let (training_names, test_names) = (names(&self.training), names(&self.test));
        let training = set(self.training, training_names)?.with_note(note);
        Ok(if has_test { training.with_test(set(self.test, test_names)?) } else { training })
    }

    /// How many pictures there are, what was guessed, and what was skipped.
    fn note(&self, shape: SampleShape) -> String {
        let count = |pixels: &Pixels| pixels.values.len() / shape.features();
        let mut note = format!("{} pictures, {shape}", grouped(count(&self.training)));
        if !self.test.values.is_empty() {
            note = format!("{note}, and {} to test with", grouped(count(&self.test)));
        }
        if !self.training.labels.is_empty() {
            note = format!("{note}; {} classes", self.class_names.len());
        }
        for more in &self.notes {
            note = format!("{note}; {more}");
        }
        if self.skipped.is_empty() { note } else { format!("{note}; skipped {}", self.skipped) }
    }
}

/// Refuses what would take too much memory, before it is read.
pub(super) fn check_size(count: usize, config: &PicturesConfig) -> Result<(), PicturesError> {
    let shape = config.shape();
    let limit = MAX_BYTES / shape.features();
    if count > limit {
        return Err(PicturesError::TooManyPictures { count, shape: shape.to_string(), limit });
    }
    Ok(())
}

/// Names of classes that have none: their numbers. None where there are no labels.
pub(super) fn class_names_of(training: &[u8], test: &[u8]) -> Vec<String> {
    let last = training.iter().chain(test).max();
    last.map_or_else(Vec::new, |&last| (0..=last).map(|class| class.to_string()).collect())
}
