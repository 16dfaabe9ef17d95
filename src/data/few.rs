//! Only so many samples to learn from: what overfitting needs.

use std::sync::Arc;

use super::batches::EpochOrder;
use super::{Dataset, Modes};
use crate::config::SampleShape;

/// Which few samples they are does not depend on a run's seed: runs with different seeds learn from the same ones.
const CHOICE_SEED: u64 = 0;

/// A data set of points of which training sees a few only; metrics still compare with all of it.
pub(super) struct Few {
    all: Arc<dyn Dataset>,
    /// `[count, features]`.
    seen: Vec<f32>,
    /// `[others, features]`, where the data is a stored one.
    unseen: Option<Vec<f32>>,
    order: EpochOrder,
}

impl Few {
    /// `count` samples of a data set, or all of them where it has no more.
    pub(super) fn new(all: Arc<dyn Dataset>, count: usize) -> Self {
        let features = all.shape().features();
        let (seen, unseen) = match all.len() {
            Some(len) => {
                let mut seen = all.evaluation(len, CHOICE_SEED);
                let unseen = seen.split_off((count * features).min(seen.len()));
                (seen, Some(unseen))
            }
            // Batches and evaluations are drawn from streams of their own: no sample is in both.
            None => (all.batch(CHOICE_SEED, 0, count), None),
        };
        let order = EpochOrder::new(seen.len() / features);
        Self { all, seen, unseen, order }
    }
}

impl Dataset for Few {
    fn shape(&self) -> SampleShape {
        self.all.shape()
    }

    fn len(&self) -> Option<usize> {
        Some(self.seen.len() / self.shape().features())
    }

    fn batch(&self, seed: u64, batch_index: u64, size: usize) -> Vec<f32> {
        let features = self.shape().features();
        let indices = self.order.batch(seed, batch_index, size);
        indices.into_iter().flat_map(|index| &self.seen[index * features..][..features]).copied().collect()
    }

    fn modes(&self) -> Option<&Modes> {
        self.all.modes()
    }

    fn note(&self) -> Option<&str> {
        self.all.note()
    }

    fn bounds(&self) -> [[f32; 2]; 2] {
        self.all.bounds()
    }

    fn evaluation(&self, count: usize, seed: u64) -> Vec<f32> {
        self.all.evaluation(count, seed)
    }

    fn evaluation_pair(&self, count: usize, seed: u64) -> [Vec<f32>; 2] {
        self.all.evaluation_pair(count, seed)
    }

    fn seen_and_unseen(&self, count: usize, seed: u64) -> Option<[Vec<f32>; 2]> {
        let first = |samples: &[f32]| samples[..(count * self.shape().features()).min(samples.len())].to_vec();
        let unseen = self.unseen.as_ref().map_or_else(|| self.all.evaluation(count, seed), |unseen| first(unseen));
        (!unseen.is_empty()).then(|| [first(&self.seen), unseen])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::config::{DataConfig, DatasetKind};
    use crate::data::{Dataset, open};

    fn rows(samples: &[f32]) -> HashSet<Vec<u32>> {
        samples.chunks(2).map(|row| row.iter().map(|value| value.to_bits()).collect()).collect()
    }

    #[test]
    fn training_sees_the_few_and_nothing_else_and_metrics_see_others() {
        let config = DataConfig { samples: Some(16), ..DataConfig::of(DatasetKind::Ring) };
        let few = open(&config).unwrap();
        assert_eq!(few.len(), Some(16));
        let [seen, unseen] = few.seen_and_unseen(500, 3).unwrap();
        let (seen, unseen) = (rows(&seen), rows(&unseen));
        assert_eq!((seen.len(), unseen.len()), (16, 500));
        assert!(seen.is_disjoint(&unseen));
        for seed in 0..3 {
            assert_eq!(rows(&few.batch(seed, 5, 64)), seen, "seed {seed}");
        }
        assert!(rows(&few.evaluation(2_000, 0)).is_disjoint(&seen));
        assert_eq!(few.modes().map(|modes| modes.centres.len()), Some(8));
    }

    #[test]
    fn of_a_stored_set_the_rest_is_held_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("points.csv");
        let lines: Vec<String> = (0..50).map(|index| format!("{index},{}", index * index)).collect();
        std::fs::write(&path, lines.join("\n")).unwrap();
        let open_with = |samples| open(&DataConfig { samples, ..DataConfig::file(&path) }).unwrap();
        let few = open_with(Some(20));
        let [seen, unseen] = few.seen_and_unseen(1_000, 0).unwrap();
        assert_eq!((rows(&seen).len(), rows(&unseen).len()), (20, 30));
        assert!(rows(&seen).is_disjoint(&rows(&unseen)));
        let all = open_with(Some(50));
        assert_eq!((all.len(), all.seen_and_unseen(10, 0)), (Some(50), None), "nothing is left to hold out");
        assert_eq!(open_with(None).seen_and_unseen(10, 0), None);
    }

    #[test]
    fn of_pictures_the_labels_stay_with_them() {
        for kind in [DatasetKind::Fashion, DatasetKind::Faces] {
            let few = open(&DataConfig { samples: Some(30), ..DataConfig::of(kind) }).unwrap();
            let all = open(&DataConfig::of(kind)).unwrap();
            assert_eq!(few.len(), Some(30));
            let [seen, unseen] = few.seen_and_unseen(100, 1).unwrap();
            let features = kind.shape().features();
            let pictures = |samples: &[f32]| -> HashSet<Vec<u32>> {
                samples.chunks(features).map(|row| row.iter().map(|value| value.to_bits()).collect()).collect()
            };
            assert_eq!((seen.len() / features, unseen.len() / features), (30, 100));
            assert!(pictures(&seen).is_disjoint(&pictures(&unseen)));
            let batch = few.batch_with_labels(4, 2, 60);
            assert!(pictures(&batch.samples).is_subset(&pictures(&seen)));
            let label_of = |dataset: &dyn Dataset| {
                let batch = dataset.batch_with_labels(4, 0, dataset.len().unwrap());
                let rows: Vec<Vec<f32>> = batch.samples.chunks(features).map(<[f32]>::to_vec).collect();
                rows.into_iter().zip(batch.labels).collect::<Vec<_>>()
            };
            let known = label_of(&*all);
            for (picture, label) in label_of(&*few) {
                assert!(known.contains(&(picture, label)));
            }
        }
    }
}
