//! A few labelled samples, equally many of each class: what a learner has, and what else it could have had.

use super::batches::permutation;
use super::{DataError, Dataset, LabelledBatch, StoredSet, pack};
use crate::config::SampleShape;
use crate::random::{Random, Stream};

/// Fewest samples of a class that something can be learned from.
const LEAST_OF_CLASS: usize = 2;

/// Why there is no such subset.
#[derive(Debug, thiserror::Error)]
pub enum SubsetError {
    /// The data has no classes.
    #[error(
        "the data has no labels; choose pictures with classes, such as a folder with a sub-folder for each class, or texts with a class \
         after a tab"
    )]
    NoLabels,
    /// Neither pictures nor texts.
    #[error("the experiment needs pictures or texts, and the data holds {0}; choose some with classes")]
    NothingToLabel(SampleShape),
    /// All samples are of the same class.
    #[error("there is nothing to tell apart: the data has one class only; choose data with two classes or more")]
    OneClass,
    /// More samples than there are.
    #[error("there are only {available} samples to train on, fewer than the {labelled} labelled ones; ask for fewer")]
    TooMany {
        /// Samples asked for.
        labelled: usize,
        /// Samples there.
        available: usize,
    },
    /// Fewer than [`LEAST_OF_CLASS`] of each class.
    #[error("{labelled} labelled samples are fewer than two of each of {classes} classes; ask for at least {least}")]
    TooFew {
        /// Samples asked for.
        labelled: usize,
        /// Classes of the data.
        classes: usize,
        /// Samples that would do.
        least: usize,
    },
    /// A class with fewer samples than its share.
    #[error(
        "the class `{name}` has only {found} to train on of the {wanted} that are its share; add some, or leave it out"
    )]
    RareClass {
        /// The class.
        name: String,
        /// Samples of it there.
        found: usize,
        /// Samples of it needed.
        wanted: usize,
    },
    /// The samples do not make a data set.
    #[error(transparent)]
    Data(#[from] DataError),
}

/// A few labelled samples of a data set.
#[derive(Debug, Clone)]
pub struct LabelledSubset {
    /// The few, class after class.
    pub few: LabelledBatch,
    /// The few as a data set, to train a generator on them and nothing else.
    pub set: StoredSet,
    /// Other samples, equally many of each class: as many as the class that has fewest allows. None of them is among the few.
    pub more: LabelledBatch,
}

impl LabelledSubset {
    /// How many other samples, equally many of each class, data with so many of each class has beside `labelled` ones.
    pub fn others(class_counts: &[usize], labelled: usize) -> usize {
        let classes = class_counts.len();
        let least = class_counts.iter().min().copied().unwrap_or_default();
        classes * least.saturating_sub(labelled.div_ceil(classes.max(1)))
    }

    /// Draws `labelled` samples and `more` others, a pure function of the data, the numbers and the seed. Where the classes do not
    /// share evenly, some have one more than the others.
    ///
    /// # Errors
    /// [`SubsetError`] where the data has no classes, too few samples, or too few of a class.
    pub fn draw(data: &dyn Dataset, labelled: usize, more: usize, seed: u64) -> Result<Self, SubsetError> {
        let (names, shape) = (data.class_names(), data.shape());
        let classes = names.len();
        match classes {
            0 => return Err(SubsetError::NoLabels),
            1 => return Err(SubsetError::OneClass),
            _ => {}
        }
        let available = data.len().unwrap_or_default();
        if labelled > available {
            return Err(SubsetError::TooMany { labelled, available });
        }
        if labelled < LEAST_OF_CLASS * classes {
            return Err(SubsetError::TooFew { labelled, classes, least: LEAST_OF_CLASS * classes });
        }
        let mut wanted = vec![labelled / classes; classes];
        let order = permutation(classes, Random::new(seed, Stream::LabelledSubset, 0));
        for &class in &order[..labelled % classes] {
            wanted[class as usize] += 1;
        }
        // Equally many of each class, or the others would tell how frequent classes are, which generated ones do not.
        let more = more.min(Self::others(&data.class_counts(), labelled)).div_ceil(classes);
        let most = wanted.iter().max().copied().unwrap_or_default() + more;
        let drawn = data.evaluation_of(0..classes, most, seed);
        let features = shape.features();
        let mut taken = vec![0; classes];
        let [mut few, mut others] = [(); 2].map(|()| LabelledBatch { samples: Vec::new(), labels: Vec::new() });
        for (sample, &label) in drawn.samples.chunks_exact(features).zip(&drawn.labels) {
            let taken = &mut taken[usize::from(label)];
            let wanted = wanted[usize::from(label)];
            if *taken < wanted + more {
                let part = if *taken < wanted { &mut few } else { &mut others };
                part.samples.extend(sample);
                part.labels.push(label);
                *taken += 1;
            }
        }
        for ((&found, &wanted), name) in taken.iter().zip(&wanted).zip(names) {
            if found < wanted {
                return Err(SubsetError::RareClass { name: name.clone(), found, wanted });
            }
        }
        let set =
            StoredSet::new(shape, pack(&few.samples, shape).into(), few.labels.as_slice().into(), names.to_vec())?;
        Ok(Self { few, set, more: others })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const SHAPE: SampleShape = SampleShape::Image { channels: 1, height: 1, width: 1 };

    /// Pictures of one pixel, each with a shade of its own, so many of each class.
    fn data(counts: &[u8]) -> StoredSet {
        let labels: Vec<u8> =
            counts.iter().enumerate().flat_map(|(class, &count)| vec![class as u8; usize::from(count)]).collect();
        let pixels: Vec<u8> = (0..labels.len()).map(|index| index as u8).collect();
        let names = (0..counts.len()).map(|class| format!("class {class}")).collect();
        StoredSet::new(SHAPE, pixels.into(), labels.into(), names).unwrap()
    }

    fn of_class(labels: &[u8], class: u8) -> usize {
        labels.iter().filter(|&&label| usize::from(label) == usize::from(class)).count()
    }

    #[test]
    fn classes_share_evenly_and_no_other_picture_is_among_the_few() {
        let data = data(&[40, 50, 60]);
        for seed in 1..20 {
            let subset = LabelledSubset::draw(&data, 20, 30, seed).unwrap();
            let mut counts: Vec<usize> = (0..3).map(|class| of_class(&subset.few.labels, class)).collect();
            counts.sort_unstable();
            assert_eq!(counts, [6, 7, 7]);
            assert_eq!((0..3).map(|class| of_class(&subset.more.labels, class)).collect::<Vec<_>>(), [10; 3]);
            let [few, more] = [&subset.few, &subset.more].map(|part| pack(&part.samples, SHAPE));
            assert!(more.iter().all(|shade| !few.contains(shade)), "{few:?} {more:?}");
            let class = |shade: u8| u8::from(shade >= 40) + u8::from(shade >= 90);
            assert!(few.iter().zip(&subset.few.labels).all(|(&shade, &label)| class(shade) == label));
            let batch = subset.set.batch(5, 0, 20);
            assert!(pack(&batch, SHAPE).iter().all(|shade| few.contains(shade)), "the generator saw another");
        }
    }

    #[test]
    fn a_seed_repeats_its_subset_and_another_draws_another() {
        let data = data(&[40, 50, 60]);
        let few = |seed| LabelledSubset::draw(&data, 20, 0, seed).unwrap().few;
        assert_eq!(few(3), few(3));
        assert_ne!(few(3), few(4));
        let with_more = LabelledSubset::draw(&data, 20, 60, 3).unwrap();
        assert_eq!(with_more.few, few(3), "what else is drawn changes nothing");
        let all_there_are = LabelledSubset::draw(&data, 20, 1_000, 3).unwrap();
        // The class of 40 has given six or seven away.
        assert_eq!((0..3).map(|class| of_class(&all_there_are.more.labels, class)).collect::<Vec<_>>(), [33; 3]);
        assert_eq!(LabelledSubset::others(&[40, 50, 60], 20), 99);
        assert_eq!((LabelledSubset::others(&[40, 5, 60], 20), LabelledSubset::others(&[], 20)), (0, 0));
    }

    #[test]
    fn what_cannot_be_drawn_is_told_in_one_line() {
        let error = |data: &StoredSet, labelled| LabelledSubset::draw(data, labelled, 0, 1).unwrap_err().to_string();
        let without = StoredSet::new(SHAPE, vec![1, 2].into(), Arc::new([]), Vec::new()).unwrap();
        assert!(error(&without, 4).starts_with("the data has no labels"));
        assert!(error(&data(&[9]), 4).contains("one class only"));
        assert!(error(&data(&[9, 9]), 19).contains("only 18 samples"));
        assert!(error(&data(&[9, 9, 9]), 5).contains("at least 6"));
        let rare = error(&data(&[9, 1, 9]), 6);
        assert!(rare.contains("`class 1` has only 1 to train on of the 2"), "{rare}");
        assert!(error(&data(&[9, 3, 9]), 15).contains("has only 3 to train on of the 5"));
    }
}
