//! A set of stored pictures: bytes in memory, numbers in `[-1, 1]` in a batch.

use std::sync::Arc;

use super::batches::{EpochOrder, permutation};
use super::{DataError, Dataset, LabelledBatch};
use crate::config::SampleShape;
use crate::random::{Random, Stream};

/// Pictures of one size, with the class of each where there are classes.
#[derive(Debug)]
pub struct ImageSet {
    shape: SampleShape,
    /// `[len, channels, height, width]`.
    pixels: Arc<[u8]>,
    /// `[len]`, or empty.
    labels: Arc<[u8]>,
    class_names: Vec<String>,
    order: EpochOrder,
    /// The pictures that training draws from come first here, the others after them; `None` where it draws from all.
    choice: Option<Arc<[u32]>>,
}

impl ImageSet {
    /// A set of pictures of `shape`, each pixel 0 (dark) to 255 (light).
    ///
    /// # Shapes
    /// `pixels` is `[len, channels, height, width]`; `labels` is `[len]` with values below the number of class names,
    /// or empty together with the names.
    ///
    /// # Errors
    /// [`DataError`] if there is no picture, if the last one is not whole, or if the labels do not fit.
    pub fn new(
        shape: SampleShape,
        pixels: Arc<[u8]>,
        labels: Arc<[u8]>,
        class_names: Vec<String>,
    ) -> Result<Self, DataError> {
        let features = shape.features();
        if features == 0 || pixels.is_empty() {
            return Err(DataError::Empty);
        }
        if !pixels.len().is_multiple_of(features) {
            return Err(DataError::PartialPicture { found: pixels.len(), features });
        }
        let len = pixels.len() / features;
        let expected_labels = if class_names.is_empty() { 0 } else { len };
        if labels.len() != expected_labels {
            return Err(DataError::LabelCount { pictures: len, labels: labels.len() });
        }
        if let Some(&label) = labels.iter().find(|&&label| usize::from(label) >= class_names.len()) {
            return Err(DataError::UnknownLabel { label, classes: class_names.len() });
        }
        Ok(Self { shape, pixels, labels, class_names, order: EpochOrder::new(len), choice: None })
    }

    /// The same pictures, of which training draws from `samples` only: the same ones for every seed of a run.
    #[must_use]
    pub fn keep(self, samples: Option<usize>) -> Self {
        let len = self.pixels.len() / self.shape.features();
        let Some(kept) = samples.map(|samples| samples.min(len)) else { return self };
        let choice = permutation(len, Random::new(0, Stream::RealEvaluation, 0));
        Self { order: EpochOrder::new(kept), choice: Some(choice), ..self }
    }

    /// The pictures of a training batch.
    fn batch_indices(&self, seed: u64, batch_index: u64, size: usize) -> Vec<usize> {
        let mut indices = self.order.batch(seed, batch_index, size);
        if let Some(choice) = &self.choice {
            for index in &mut indices {
                *index = choice[*index] as usize;
            }
        }
        indices
    }

    /// The pictures with these indices, as numbers in `[-1, 1]`.
    fn gather(&self, indices: impl ExactSizeIterator<Item = usize>) -> Vec<f32> {
        let features = self.shape.features();
        let mut samples = Vec::with_capacity(indices.len() * features);
        for index in indices {
            samples.extend(self.pixels[index * features..][..features].iter().map(|&pixel| signed(pixel)));
        }
        samples
    }
}

impl Dataset for ImageSet {
    fn shape(&self) -> SampleShape {
        self.shape
    }

    fn len(&self) -> Option<usize> {
        Some(self.order.len())
    }

    fn batch(&self, seed: u64, batch_index: u64, size: usize) -> Vec<f32> {
        self.gather(self.batch_indices(seed, batch_index, size).into_iter())
    }

    fn batch_with_labels(&self, seed: u64, batch_index: u64, size: usize) -> LabelledBatch {
        let indices = self.batch_indices(seed, batch_index, size);
        let labels = indices.iter().filter_map(|&index| self.labels.get(index).copied()).collect();
        LabelledBatch { samples: self.gather(indices.into_iter()), labels }
    }

    fn class_names(&self) -> &[String] {
        &self.class_names
    }

    fn evaluation(&self, count: usize, seed: u64) -> Vec<f32> {
        self.evaluation_with_labels(count, seed).samples
    }

    fn evaluation_with_labels(&self, count: usize, seed: u64) -> LabelledBatch {
        let len = self.pixels.len() / self.shape.features();
        let order = permutation(len, Random::new(seed, Stream::RealEvaluation, 0));
        let indices = order[..count.min(len)].iter().map(|&index| index as usize);
        let labels = indices.clone().filter_map(|index| self.labels.get(index).copied()).collect();
        LabelledBatch { samples: self.gather(indices), labels }
    }

    fn seen_and_unseen(&self, count: usize, _seed: u64) -> Option<[Vec<f32>; 2]> {
        let (seen, unseen) = self.choice.as_ref()?.split_at(self.order.len());
        let first = |indices: &[u32]| self.gather(indices.iter().take(count).map(|&index| index as usize));
        (!unseen.is_empty()).then(|| [first(seen), first(unseen)])
    }
}

/// A pixel as networks see it: 0 becomes -1 and 255 becomes 1.
fn signed(pixel: u8) -> f32 {
    f32::from(pixel) / 127.5 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: SampleShape = SampleShape::Image { channels: 1, height: 1, width: 2 };

    #[test]
    fn pixels_and_labels_stay_together() {
        let set = ImageSet::new(
            SHAPE,
            vec![0, 0, 51, 51, 102, 102].into(),
            vec![2, 1, 0].into(),
            ["a", "b", "c"].map(String::from).into(),
        )
        .unwrap();
        let batch = set.batch_with_labels(9, 4, 5);
        assert_eq!(batch.labels.len(), 5);
        for (picture, label) in batch.samples.chunks(2).zip(batch.labels) {
            let expected = f32::from(2 - label) * 0.4 - 1.0;
            assert!((picture[0] - expected).abs() < 1e-6 && (picture[1] - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn evaluation_holds_each_picture_at_most_once() {
        let pixels: Vec<u8> = (0..100).flat_map(|index| [index, index]).collect();
        let set = ImageSet::new(SHAPE, pixels.into(), Arc::new([]), Vec::new()).unwrap();
        let mut firsts: Vec<f32> = set.evaluation(1_000, 3).chunks(2).map(|picture| picture[0]).collect();
        firsts.sort_by(f32::total_cmp);
        firsts.dedup();
        assert_eq!(firsts.len(), 100);
        assert_eq!(set.evaluation(7, 3)[..], set.evaluation(1_000, 3)[..14]);
        assert_ne!(set.evaluation(7, 3), set.evaluation(7, 4));
    }

    #[test]
    fn an_evaluation_pair_of_an_odd_number_of_pictures_leaves_one_out() {
        let set = ImageSet::new(SHAPE, vec![7; 10].into(), Arc::new([]), Vec::new()).unwrap();
        let [first, second] = set.evaluation_pair(10, 1);
        assert_eq!((first.len() / 2, second.len() / 2), (2, 2));
    }

    #[test]
    fn refuses_what_does_not_fit() {
        let names = || vec![String::from("a")];
        let make = |pixels: &[u8], labels: &[u8], names| ImageSet::new(SHAPE, pixels.into(), labels.into(), names);
        assert!(matches!(make(&[], &[], Vec::new()), Err(DataError::Empty)));
        assert!(matches!(make(&[1, 2, 3], &[], Vec::new()), Err(DataError::PartialPicture { found: 3, features: 2 })));
        assert!(matches!(make(&[1, 2], &[], names()), Err(DataError::LabelCount { pictures: 1, labels: 0 })));
        assert!(matches!(make(&[1, 2], &[0], Vec::new()), Err(DataError::LabelCount { pictures: 1, labels: 1 })));
        assert!(matches!(make(&[1, 2], &[1], names()), Err(DataError::UnknownLabel { label: 1, classes: 1 })));
    }
}
