//! How good generated texts are: pieces like those of training, valid, different, and not copied.

use std::collections::HashSet;

use super::ngrams::{LONGEST, Ngrams};
use super::trigram_model::TrigramModel;
use crate::data::Alphabet;
use crate::random::{Random, Stream};

/// Measures of a set of texts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextQuality {
    /// Jensen–Shannon divergence of pieces of 1 to 4 symbols from training's, in bits, in `[0, 1]` (as for WGAN-GP's character
    /// model: Gulrajani 2017, arXiv 1704.00028).
    pub js: [f64; LONGEST],
    /// Share of texts that are not empty and have no character after their end.
    pub validity: f64,
    /// Different valid texts over all valid ones.
    pub uniqueness: f64,
    /// Share of the different valid texts that training has not seen.
    pub novelty: f64,
}

/// Texts that training draws from, prepared for many generated sets, and others that it never sees.
#[derive(Debug, Clone)]
pub struct TextReference {
    ngrams: [Ngrams; LONGEST],
    known: HashSet<Box<[u8]>>,
    held_out: Vec<Box<[u8]>>,
    alphabet: Alphabet,
    trigrams: TrigramModel,
    seed: u64,
}

impl TextReference {
    /// Prepares the comparison. Texts are rows of symbols of one length.
    pub fn new(train: &[&[u8]], held_out: &[&[u8]], alphabet: &Alphabet, seed: u64) -> Self {
        Self {
            ngrams: ngrams(train),
            known: train.iter().copied().map(Box::from).collect(),
            held_out: held_out.iter().copied().map(Box::from).collect(),
            alphabet: alphabet.clone(),
            trigrams: TrigramModel::fit(train.iter().copied()),
            seed,
        }
    }

    /// How many texts a measure should be of, so that it can be compared with the floor: fewer have other pieces.
    pub fn samples(&self) -> usize {
        self.held_out.len()
    }

    /// Measures texts. What is not valid has no place in uniqueness and novelty; its pieces count up to its end.
    pub fn measure(&self, texts: &[&[u8]]) -> TextQuality {
        let valid: Vec<&[u8]> = texts.iter().copied().filter(|text| self.alphabet.decode(text).is_valid).collect();
        let different: HashSet<&[u8]> = valid.iter().copied().collect();
        let novel = different.iter().filter(|text| !self.known.contains(**text)).count();
        let share = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        let found = ngrams(texts);
        TextQuality {
            js: std::array::from_fn(|index| found[index].divergence(&self.ngrams[index])),
            validity: share(valid.len(), texts.len()),
            uniqueness: share(different.len(), valid.len()),
            novelty: share(novel, different.len()),
        }
    }

    /// What the texts score that training never sees; `None` where there are none.
    pub fn floor(&self) -> Option<TextQuality> {
        let rows: Vec<&[u8]> = self.held_out.iter().map(AsRef::as_ref).collect();
        (!rows.is_empty()).then(|| self.measure(&rows))
    }

    /// What as many texts of a model score that knows which character follows which two.
    pub fn baseline(&self) -> TextQuality {
        let length = self.held_out.first().map_or(0, |row| row.len());
        let text = |number: u64| self.trigrams.sample(length, &mut Random::new(self.seed, Stream::Evaluation, number));
        let texts: Vec<Vec<u8>> = (0..self.held_out.len() as u64).map(text).collect();
        self.measure(&texts.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }
}

fn ngrams(texts: &[&[u8]]) -> [Ngrams; LONGEST] {
    std::array::from_fn(|index| Ngrams::count(texts.iter().copied(), index + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{DataConfig, DatasetKind};
    use crate::data::open;

    #[test]
    fn shares_are_the_hand_counted_ones() {
        let alphabet = Alphabet::from_chars(vec!['a', 'b']).unwrap();
        let reference = TextReference::new(&[&[1, 2, 0], &[2, 2, 0]], &[&[1, 1, 0]], &alphabet, 1);
        // Two copies of one known text, one new, one empty, one that goes on after its end.
        let quality = reference.measure(&[&[1, 2, 0], &[1, 2, 0], &[1, 1, 1], &[0, 0, 0], &[1, 0, 1]]);
        let close = |found: f64, expected: f64| (found - expected).abs() < 1e-12;
        assert!(close(quality.validity, 3.0 / 5.0), "{quality:?}");
        assert!(close(quality.uniqueness, 2.0 / 3.0), "{quality:?}");
        assert!(close(quality.novelty, 1.0 / 2.0), "{quality:?}");
        let nothing = reference.measure(&[]);
        assert!(close(nothing.js[3], 1.0) && close(nothing.validity, 0.0), "{nothing:?}");
        let same = reference.measure(&[&[1, 2, 0], &[2, 2, 0]]);
        assert!(same.js.iter().all(|js| js.abs() < 1e-12) && close(same.novelty, 0.0), "{same:?}");
    }

    /// Names that training never saw are nearer to it than random letters, and in pieces longer than it knows also than the baseline.
    #[test]
    fn unseen_names_are_the_floor_and_three_characters_are_not_enough() {
        let data = open(&DataConfig::of(DatasetKind::Names)).unwrap();
        let (rows, lexicon) = (data.text_rows().unwrap(), data.lexicon().unwrap());
        assert_eq!((rows.train.len(), rows.held_out.len()), (10_000, 2_000));
        let reference = TextReference::new(&rows.train, &rows.held_out, lexicon.alphabet(), 1);
        let (floor, baseline) = (reference.floor().unwrap(), reference.baseline());
        let mut random = Random::new(3, Stream::Sampling, 0);
        let noise: Vec<Vec<u8>> =
            (0..2_000).map(|_| (0..12).map(|_| (random.next_u32() % 27) as u8).collect()).collect();
        let noise = reference.measure(&noise.iter().map(Vec::as_slice).collect::<Vec<_>>());
        for n in 0..LONGEST {
            assert!(floor.js[n] < noise.js[n] && baseline.js[n] < noise.js[n], "{floor:?} {baseline:?} {noise:?}");
        }
        // Both were once measured by others on 10,000 names: 0.282 and 0.382 (see `benches/quality.md`).
        assert!(
            (0.25..0.31).contains(&floor.js[3]) && (0.35..0.42).contains(&baseline.js[3]),
            "{floor:?} {baseline:?}"
        );
        assert!((floor.novelty - 1.0).abs() < 1e-12 && (floor.uniqueness - 1.0).abs() < 1e-12);
    }
}
