//! The real samples of a view. They never change while a run goes on, so they are drawn once for as long as the same are asked for:
//! a view must not go through a million labels.

use std::cell::Cell;
use std::sync::Arc;

use crate::data::{Dataset, LabelledBatch};

/// Which real samples are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    /// How many: of the class asked for, or of all of them together.
    pub(super) count: usize,
    /// Classes that the model is told of; 0 where it is not conditional, and then samples come without labels.
    pub(super) classes: usize,
    /// The only class that is wanted. Without it, there are equally many of each, as far as there are so many.
    pub(super) class: Option<usize>,
}

/// The samples that were wanted last.
#[derive(Default)]
pub(super) struct RealSamples {
    newest: Cell<Option<(Wanted, Arc<LabelledBatch>)>>,
}

impl RealSamples {
    /// Real samples of `data`, which must be the same each time, and `seed` likewise.
    pub(super) fn of(&self, data: &dyn Dataset, seed: u64, wanted: Wanted) -> Arc<LabelledBatch> {
        let known = self.newest.take().filter(|(known, _)| *known == wanted);
        let batch = known.map_or_else(|| Arc::new(draw(data, seed, wanted)), |(_, batch)| batch);
        self.newest.set(Some((wanted, Arc::clone(&batch))));
        batch
    }
}

fn draw(data: &dyn Dataset, seed: u64, Wanted { count, classes, class }: Wanted) -> LabelledBatch {
    match class.filter(|class| *class < classes) {
        _ if classes == 0 => LabelledBatch { samples: data.evaluation(count, seed), labels: Vec::new() },
        Some(class) => data.evaluation_of(class..class + 1, count, seed),
        None => data.evaluation_of(0..classes, count.div_ceil(classes), seed),
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::config::{DataConfig, DatasetKind, SampleShape};
    use crate::data::open;

    /// Counts how often samples are drawn from it.
    struct Counted {
        data: Arc<dyn Dataset>,
        draws: AtomicUsize,
    }

    impl Dataset for Counted {
        fn shape(&self) -> SampleShape {
            self.data.shape()
        }

        fn batch(&self, seed: u64, batch_index: u64, size: usize) -> Vec<f32> {
            self.data.batch(seed, batch_index, size)
        }

        fn evaluation(&self, count: usize, seed: u64) -> Vec<f32> {
            self.draws.fetch_add(1, Ordering::Relaxed);
            self.data.evaluation(count, seed)
        }

        fn evaluation_of(&self, classes: Range<usize>, count: usize, seed: u64) -> LabelledBatch {
            self.draws.fetch_add(1, Ordering::Relaxed);
            self.data.evaluation_of(classes, count, seed)
        }
    }

    fn garments() -> Counted {
        Counted { data: open(&DataConfig::of(DatasetKind::Fashion)).unwrap(), draws: AtomicUsize::new(0) }
    }

    #[test]
    fn the_same_samples_are_drawn_once_and_others_anew() {
        let (data, real) = (garments(), RealSamples::default());
        let all = Wanted { count: 30, classes: 10, class: None };
        let boots = Wanted { class: Some(9), ..all };
        let plain = Wanted { classes: 0, ..all };
        for (wanted, draws) in [(all, 1), (all, 1), (boots, 2), (boots, 2), (plain, 3), (plain, 3), (all, 4)] {
            let batch = real.of(&data, 3, wanted);
            assert_eq!(*batch, draw(&*data.data, 3, wanted));
            assert_eq!(data.draws.load(Ordering::Relaxed), draws, "{wanted:?}");
        }
    }

    #[test]
    fn there_are_equally_many_of_each_class_or_one_alone() {
        let data = garments();
        let labels = |count, class| draw(&data, 3, Wanted { count, classes: 10, class }).labels;
        let each: Vec<u8> = (0..10).flat_map(|class| [class; 3]).collect();
        assert_eq!(labels(30, None), each);
        assert_eq!(labels(21, None), each, "a row for each class, none shorter than another");
        assert_eq!((labels(5, Some(4)), labels(30, Some(10))), (vec![4; 5], each));
        let plain = draw(&data, 3, Wanted { count: 7, classes: 0, class: Some(1) });
        assert_eq!((plain.samples.len(), plain.labels.len()), (7 * 784, 0));
    }
}
