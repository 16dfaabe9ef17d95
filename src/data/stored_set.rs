//! A set of stored pictures or texts: bytes in memory, numbers in a batch. Pixels become numbers in `[-1, 1]`, symbols of texts
//! become rows of a one and zeros.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use flate2::Crc;

use super::batches::{EpochOrder, permutation};
use super::text::{Alphabet, Texts};
use super::{DataError, Dataset, LabelledBatch, packed::unpack_onto, packed_len};
use crate::config::SampleShape;
use crate::random::{Random, Stream};

/// Pictures or texts of one size, with the class of each where there are classes, and perhaps others to test with.
#[derive(Debug, Clone)]
pub struct StoredSet {
    shape: SampleShape,
    /// `[len, channels, height, width]` or, of texts, `[len, length]`: a vector, because turning a large one into a slice would
    /// copy it.
    pixels: Arc<Vec<u8>>,
    /// `[len]`, or empty.
    labels: Arc<[u8]>,
    class_names: Vec<String>,
    /// The pictures that training draws from; `None` for all.
    trained: Option<Arc<[u32]>>,
    /// The pictures that metrics draw from; `None` for all.
    evaluated: Option<Arc<[u32]>>,
    /// The order of the pictures that training draws from.
    order: EpochOrder,
    /// What training never sees.
    held_out: Option<Arc<Self>>,
    note: Option<String>,
    /// What the bytes of texts mean.
    lexicon: Option<Arc<Lexicon>>,
}

/// What the symbols of texts mean, and which texts training draws from.
#[derive(Debug)]
pub struct Lexicon {
    alphabet: Arc<Alphabet>,
    known: HashSet<Box<[u8]>>,
}

impl Lexicon {
    /// The characters.
    pub fn alphabet(&self) -> &Alphabet {
        &self.alphabet
    }

    /// Whether training draws from a text, given as its symbols with the end after them.
    pub fn knows(&self, symbols: &[u8]) -> bool {
        self.known.contains(symbols)
    }
}

/// The texts that training draws from and those that it never sees, as rows of symbols.
#[derive(Debug)]
pub struct TextRows<'a> {
    /// What training draws from.
    pub train: Vec<&'a [u8]>,
    /// The others.
    pub held_out: Vec<&'a [u8]>,
}

impl StoredSet {
    /// A set of pictures of `shape`, each pixel 0 (dark) to 255 (light), or of texts as symbols.
    ///
    /// # Shapes
    /// `pixels` is `[len, channels, height, width]` or, of texts, `[len, length]`; `labels` is `[len]` with values below the number of
    /// class names, or empty together with the names.
    ///
    /// # Errors
    /// [`DataError`] if there is no picture, if the last one is not whole, or if the labels do not fit.
    pub fn new(
        shape: SampleShape,
        pixels: Arc<Vec<u8>>,
        labels: Arc<[u8]>,
        class_names: Vec<String>,
    ) -> Result<Self, DataError> {
        let features = packed_len(shape);
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
        let order = EpochOrder::new(len);
        let (trained, evaluated, held_out, note) = (None, None, None, None);
        Ok(Self { shape, pixels, labels, class_names, trained, evaluated, order, held_out, note, lexicon: None })
    }

    /// A set of texts, of which training draws from `samples` at most, and of those that are held out it has seen none.
    ///
    /// # Errors
    /// [`DataError::Empty`] if there are none.
    pub fn texts(texts: Texts, samples: Option<usize>) -> Result<Self, DataError> {
        let (len, length) = (texts.len(), texts.length());
        let shape = SampleShape::Text { symbols: texts.alphabet().symbols(), length };
        if len == 0 {
            return Err(DataError::Empty);
        }
        let alphabet = Arc::clone(texts.shared_alphabet());
        let trained_on = samples.unwrap_or(usize::MAX).min(len - held_out_count(len));
        let note = texts.report().to_string();
        let (codes, labels, class_names) = texts.into_parts();
        let mut set = Self {
            shape,
            pixels: Arc::new(codes),
            labels: labels.into(),
            class_names,
            trained: None,
            evaluated: None,
            order: EpochOrder::new(len),
            held_out: None,
            note: Some(note),
            lexicon: None,
        }
        .keep(Some(trained_on));
        let known = set.trained_rows().map(Box::from).collect();
        let lexicon = Arc::new(Lexicon { alphabet, known });
        // A text may be of several classes: where training has seen it in one, it is new in none.
        let rest = set.held_out.take().and_then(|held_out| held_out.evaluated.clone()).unwrap_or_default();
        let unseen: Vec<u32> = rest.iter().copied().filter(|&index| !lexicon.knows(set.row(index as usize))).collect();
        set.lexicon = Some(lexicon);
        set.held_out = (!unseen.is_empty()).then(|| Arc::new(set.only(&unseen)));
        Ok(set)
    }

    fn row(&self, index: usize) -> &[u8] {
        let bytes = packed_len(self.shape);
        &self.pixels[index * bytes..][..bytes]
    }

    /// What training draws from.
    fn trained_rows(&self) -> impl Iterator<Item = &[u8]> {
        let len = self.pixels.len() / packed_len(self.shape);
        let trained = self.trained.as_deref();
        (0..trained.map_or(len, <[u32]>::len))
            .map(move |place| self.row(trained.map_or(place, |trained| trained[place] as usize)))
    }

    /// The same pictures with others that training never sees, such as the test files of a published set.
    #[must_use]
    pub fn with_test(self, test: Self) -> Self {
        Self { held_out: Some(Arc::new(test)), ..self }
    }

    /// The same pictures with something to say about them.
    #[must_use]
    pub fn with_note(self, note: String) -> Self {
        Self { note: Some(note), ..self }
    }

    /// The same pictures, of which training draws from `samples` only: the same ones for every seed of a run. Where there are
    /// no others to test with, the rest is held out.
    #[must_use]
    pub fn keep(self, samples: Option<usize>) -> Self {
        let len = self.pixels.len() / packed_len(self.shape);
        let Some(kept) = samples.map(|samples| samples.min(len)) else { return self };
        let choice = permutation(len, Random::new(0, Stream::RealEvaluation, 0));
        let (few, rest) = choice.split_at(kept);
        let held_out = self.held_out.clone().or_else(|| (!rest.is_empty()).then(|| Arc::new(self.only(rest))));
        Self { order: EpochOrder::new(kept), trained: Some(few.into()), held_out, ..self }
    }

    /// A set of these pictures and no others, which shares their pixels.
    fn only(&self, indices: &[u32]) -> Self {
        let indices: Arc<[u32]> = indices.into();
        let order = EpochOrder::new(indices.len());
        Self {
            order,
            trained: Some(indices.clone()),
            evaluated: Some(indices),
            held_out: None,
            note: None,
            ..self.clone()
        }
    }

    /// Three quarters of each class, and the last quarter: always the same one.
    fn quarter_held_out(&self) -> [Self; 2] {
        let order: Vec<usize> = self.evaluation_order(0).collect();
        let mut left = vec![0_usize; self.class_names.len()];
        for &index in &order {
            left[usize::from(self.labels[index])] += 1;
        }
        for count in &mut left {
            *count /= 4;
        }
        let (mut train, mut test) = (Vec::new(), Vec::new());
        for index in order {
            let left = &mut left[usize::from(self.labels[index])];
            let part = if *left > 0 { &mut test } else { &mut train };
            *left = left.saturating_sub(1);
            part.push(index as u32);
        }
        [train, test].map(|part| self.only(&part))
    }

    /// The pictures of a training batch.
    fn batch_indices(&self, seed: u64, batch_index: u64, size: usize) -> Vec<usize> {
        let mut indices = self.order.batch(seed, batch_index, size);
        if let Some(trained) = &self.trained {
            for index in &mut indices {
                *index = trained[*index] as usize;
            }
        }
        indices
    }

    /// All pictures that metrics draw from, in the order in which they do.
    fn evaluation_order(&self, seed: u64) -> impl Iterator<Item = usize> {
        let members = self.evaluated.clone();
        let len = members.as_ref().map_or(self.pixels.len() / packed_len(self.shape), |members| members.len());
        let order = permutation(len, Random::new(seed, Stream::RealEvaluation, 0));
        (0..len).map(move |place| {
            let place = order[place];
            members.as_ref().map_or(place, |members| members[place as usize]) as usize
        })
    }

    /// The pictures with these indices, with the class of each.
    fn labelled(&self, indices: impl Iterator<Item = usize>) -> LabelledBatch {
        let indices: Vec<usize> = indices.collect();
        let labels = indices.iter().filter_map(|&index| self.labels.get(index).copied()).collect();
        LabelledBatch { samples: self.gather(indices.into_iter()), labels }
    }

    /// The samples with these indices, as numbers.
    fn gather(&self, indices: impl ExactSizeIterator<Item = usize>) -> Vec<f32> {
        let mut samples = Vec::with_capacity(indices.len() * self.shape.features());
        for index in indices {
            unpack_onto(&mut samples, self.row(index), self.shape);
        }
        samples
    }
}

impl Dataset for StoredSet {
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
        self.labelled(self.batch_indices(seed, batch_index, size).into_iter())
    }

    fn class_names(&self) -> &[String] {
        &self.class_names
    }

    fn class_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.class_names.len()];
        let len = self.order.len();
        let indices = (0..len).map(|place| self.trained.as_ref().map_or(place, |trained| trained[place] as usize));
        for &label in indices.filter_map(|index| self.labels.get(index)) {
            counts[usize::from(label)] += 1;
        }
        counts
    }

    fn checksum(&self) -> Option<u32> {
        let mut crc = Crc::new();
        crc.update(&self.pixels);
        crc.update(&self.labels);
        Some(crc.sum())
    }

    fn lexicon(&self) -> Option<&Lexicon> {
        self.lexicon.as_deref()
    }

    fn text_rows(&self) -> Option<TextRows<'_>> {
        self.lexicon.as_ref()?;
        let held_out = self.held_out.as_ref().map_or_else(Vec::new, |held_out| held_out.trained_rows().collect());
        Some(TextRows { train: self.trained_rows().collect(), held_out })
    }

    fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    fn held_out(&self) -> Option<&dyn Dataset> {
        let held_out = self.held_out.as_deref()?;
        Some(held_out)
    }

    fn train_and_test(&self) -> Option<[Arc<dyn Dataset>; 2]> {
        if self.class_names.is_empty() {
            return None;
        }
        let own = match &self.trained {
            Some(trained) => self.only(trained),
            None => Self { held_out: None, ..self.clone() },
        };
        if let Some(test) = self.held_out.clone().filter(|test| test.class_names == self.class_names) {
            return Some([Arc::new(own), test]);
        }
        let [train, test] = own.quarter_held_out();
        Some([Arc::new(train), Arc::new(test)])
    }

    fn evaluation(&self, count: usize, seed: u64) -> Vec<f32> {
        self.evaluation_with_labels(count, seed).samples
    }

    fn evaluation_with_labels(&self, count: usize, seed: u64) -> LabelledBatch {
        self.labelled(self.evaluation_order(seed).take(count))
    }

    fn evaluation_of(&self, classes: Range<usize>, count: usize, seed: u64) -> LabelledBatch {
        let mut chosen = vec![Vec::new(); classes.len()];
        let mut missing = count.saturating_mul(classes.len());
        for index in self.evaluation_order(seed) {
            let class = self.labels.get(index).and_then(|&label| usize::from(label).checked_sub(classes.start));
            let Some(of_class) = class.and_then(|class| chosen.get_mut(class)).filter(|it| it.len() < count) else {
                continue;
            };
            of_class.push(index);
            missing -= 1;
            if missing == 0 {
                break;
            }
        }
        self.labelled(chosen.into_iter().flatten())
    }

    fn test_part(&self) -> Option<&dyn Dataset> {
        // What was held out of these samples is among those that metrics draw from.
        let test = self.held_out.as_deref().filter(|test| !Arc::ptr_eq(&test.pixels, &self.pixels))?;
        Some(test)
    }

    fn seen_and_unseen(&self, count: usize, seed: u64) -> Option<[Vec<f32>; 2]> {
        let unseen = self.held_out()?.evaluation(count, seed);
        let seen = match &self.trained {
            Some(few) => self.gather(few.iter().take(count).map(|&index| index as usize)),
            None => self.evaluation(count, seed),
        };
        Some([seen, unseen])
    }
}

/// Of how many texts one is held out, and how many at most: floors and novelty need texts that training never saw.
const HELD_OUT_SHARE: usize = 6;
const MAX_HELD_OUT: usize = 2_000;

fn held_out_count(len: usize) -> usize {
    (len / HELD_OUT_SHARE).clamp(1, MAX_HELD_OUT).min(len.saturating_sub(1))
}

#[cfg(test)]
#[path = "stored_set_tests.rs"]
mod tests;
