//! Which real samples stand in a gallery of a conditional model: those of one class, or equally many of each.

use crate::data::LabelledBatch;

/// How many samples are looked through for each that is wanted of every class: classes need not come equally often.
const EACH_OF: usize = 4;
/// The same for one class alone, and for each class that there is.
const ONE_OF: usize = 2;

/// How many samples to look through for `count` of one class, or of all.
pub(super) fn pool(count: usize, classes: usize, asked: Option<usize>) -> usize {
    match asked {
        Some(_) => count.saturating_mul(classes).saturating_mul(ONE_OF),
        None => count.saturating_mul(EACH_OF),
    }
}

/// The first `count` samples of the class asked for; else the first of each class, class after class, equally many as far as there
/// are so many.
pub(super) fn pick(
    pool: &LabelledBatch,
    classes: usize,
    asked: Option<usize>,
    count: usize,
    features: usize,
) -> LabelledBatch {
    let (wanted, each) = match asked {
        Some(class) => (class..class + 1, count),
        None => (0..classes, count.div_ceil(classes.max(1))),
    };
    let mut picked = LabelledBatch { samples: Vec::new(), labels: Vec::new() };
    for class in wanted {
        let rows = pool.samples.chunks_exact(features).zip(&pool.labels);
        for (row, &label) in rows.filter(|(_, label)| usize::from(**label) == class).take(each) {
            picked.samples.extend_from_slice(row);
            picked.labels.push(label);
        }
    }
    picked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch() -> LabelledBatch {
        let labels = vec![2, 0, 0, 1, 0, 2];
        LabelledBatch { samples: (0..6_u8).map(f32::from).collect(), labels }
    }

    #[test]
    fn each_class_comes_equally_often_as_far_as_it_can() {
        let picked = pick(&batch(), 3, None, 6, 1);
        assert_eq!((picked.samples, picked.labels), (vec![1.0, 2.0, 3.0, 0.0, 5.0], vec![0, 0, 1, 2, 2]));
    }

    #[test]
    fn one_class_comes_alone() {
        let picked = pick(&batch(), 3, Some(0), 2, 1);
        assert_eq!((picked.samples, picked.labels), (vec![1.0, 2.0], vec![0, 0]));
        assert!(pick(&batch(), 9, Some(8), 2, 1).labels.is_empty());
    }

    #[test]
    fn enough_is_looked_through_and_nothing_overflows() {
        assert_eq!(pool(24, 10, None), 96);
        assert_eq!(pool(24, 10, Some(3)), 480);
        assert_eq!(pool(usize::MAX, 10, Some(3)), usize::MAX);
    }
}
