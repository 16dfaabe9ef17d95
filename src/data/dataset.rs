//! A source of real samples: what training, metrics and the window ask of it.

use std::ops::Range;
use std::sync::Arc;

use super::{Lexicon, TextRows};
use crate::config::SampleShape;

/// The tight clusters that a synthetic data set is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Modes {
    /// Centre of each cluster.
    pub centres: Vec<[f32; 2]>,
    /// Standard deviation of every cluster along each axis, in the units of the plane.
    pub std: f32,
}

/// Samples with the class of each.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledBatch {
    /// `[size, features]`, flat, row by row.
    pub samples: Vec<f32>,
    /// `[size]`, each an index into [`Dataset::class_names`]; empty where the data has no classes.
    pub labels: Vec<u8>,
}

/// The range of a pixel, as the corners of a view.
pub(super) const PIXEL_BOUNDS: [[f32; 2]; 2] = [[-1.0; 2], [1.0; 2]];

/// A source of real samples.
pub trait Dataset: Send + Sync {
    /// The shape of one sample.
    fn shape(&self) -> SampleShape;

    /// Number of stored samples; `None` where every batch is drawn afresh.
    fn len(&self) -> Option<usize> {
        None
    }

    /// Whether there is nothing to draw from. No data set that [`super::open`] gives is empty.
    fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// The real samples of one training batch: a pure function of its arguments.
    ///
    /// Pictures are in `[-1, 1]`, channel first; points are in their own units.
    ///
    /// # Shapes
    /// `[size, features]`, flat, row by row.
    fn batch(&self, seed: u64, batch_index: u64, size: usize) -> Vec<f32>;

    /// The samples of [`Dataset::batch`] with the class of each.
    fn batch_with_labels(&self, seed: u64, batch_index: u64, size: usize) -> LabelledBatch {
        LabelledBatch { samples: self.batch(seed, batch_index, size), labels: Vec::new() }
    }

    /// Names of the classes, in the order of the labels; empty where the data has none.
    fn class_names(&self) -> &[String] {
        &[]
    }

    /// How many of the samples that training draws from there are of each class; empty where the data has none.
    fn class_counts(&self) -> Vec<usize> {
        Vec::new()
    }

    /// The CRC-32 of all samples that training may draw from, with their labels; `None` where they are not stored pictures.
    fn checksum(&self) -> Option<u32> {
        None
    }

    /// The clusters the data is made of, where it is made of clusters.
    fn modes(&self) -> Option<&Modes> {
        None
    }

    /// What the symbols of texts mean; `None` where the samples are no texts.
    fn lexicon(&self) -> Option<&Lexicon> {
        None
    }

    /// All texts, seen and unseen; `None` where the samples are no texts.
    fn text_rows(&self) -> Option<TextRows<'_>> {
        None
    }

    /// What a reader should know of the data before anything else: how many points a file gave, and how they were scaled.
    fn note(&self) -> Option<&str> {
        None
    }

    /// A square view that holds the data with a margin: least and greatest corner. For pictures, the range of a pixel.
    fn bounds(&self) -> [[f32; 2]; 2] {
        PIXEL_BOUNDS
    }

    /// Samples that training draws from beside others that it never sees, at most `count` of each: where the discriminator
    /// scores the first much higher than the second, it has learned them by heart. `None` where every batch is drawn afresh,
    /// and where training sees everything there is.
    ///
    /// # Shapes
    /// Twice `[at most count, features]`, flat, row by row.
    fn seen_and_unseen(&self, count: usize, seed: u64) -> Option<[Vec<f32>; 2]> {
        let unseen = self.held_out()?.evaluation(count, seed);
        Some([self.evaluation(count, seed), unseen])
    }

    /// The part of the data that training never sees, as a data set of its own: test files, or what was held out of the samples.
    /// `None` where there is none.
    fn held_out(&self) -> Option<&dyn Dataset> {
        None
    }

    /// The held-out part where [`Dataset::evaluation`] draws nothing from it, such as the test files of a published set; `None` where
    /// it was taken from the same samples, and where there is none.
    fn test_part(&self) -> Option<&dyn Dataset> {
        self.held_out()
    }

    /// The data as a part to train on and a part to test with, each with the class of every sample: what is held out where that has
    /// classes too, else a quarter of each class, the same one always. `None` where the data has no classes.
    fn train_and_test(&self) -> Option<[Arc<dyn Dataset>; 2]> {
        None
    }

    /// Real samples for metrics, drawn independently of every training batch.
    ///
    /// Stored samples are drawn without repetition, so there are at most [`Dataset::len`] of them.
    ///
    /// # Shapes
    /// `[at most count, features]`, flat, row by row.
    fn evaluation(&self, count: usize, seed: u64) -> Vec<f32>;

    /// The samples of [`Dataset::evaluation`] with the class of each.
    fn evaluation_with_labels(&self, count: usize, seed: u64) -> LabelledBatch {
        LabelledBatch { samples: self.evaluation(count, seed), labels: Vec::new() }
    }

    /// Of each of some classes, the first samples of [`Dataset::evaluation`], at most `count`: class after class, all of them where a
    /// class has fewer. Nothing where the data has no classes.
    fn evaluation_of(&self, _classes: Range<usize>, _count: usize, _seed: u64) -> LabelledBatch {
        LabelledBatch { samples: Vec::new(), labels: Vec::new() }
    }

    /// Two equally large sets of real samples that have none in common: what a metric's floor is measured with.
    ///
    /// # Shapes
    /// Twice `[at most count, features]`.
    fn evaluation_pair(&self, count: usize, seed: u64) -> [Vec<f32>; 2] {
        let mut first = self.evaluation(count.saturating_mul(2), seed);
        let features = self.shape().features();
        let half = first.len() / features / 2;
        let mut second = first.split_off(half * features);
        second.truncate(first.len());
        [first, second]
    }

    /// Real samples that generated ones are compared with, and others for the floor, with none in common: those of a test part
    /// where there is one, else another half.
    ///
    /// # Shapes
    /// Twice `[at most count, features]`.
    fn reference_pair(&self, count: usize, seed: u64) -> [Vec<f32>; 2] {
        match self.test_part() {
            Some(test) => [self.evaluation(count, seed), test.evaluation(count, seed)],
            None => self.evaluation_pair(count, seed),
        }
    }
}
