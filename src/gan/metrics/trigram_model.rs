//! The honest baseline of texts: a model that knows which character follows which two.

use std::collections::BTreeMap;

use crate::random::Random;

/// Before a text, and after it.
const EDGE: u8 = u8::MAX;

/// How often each character follows each two in training texts; what never came has no share (maximum likelihood).
#[derive(Debug, Clone)]
pub struct TrigramModel {
    /// For each two symbols, what follows and how often up to there, in the order of the symbols.
    following: BTreeMap<[u8; 2], Vec<(u8, u64)>>,
}

impl TrigramModel {
    /// Counts what follows what. Texts are rows of symbols that end at the first 0.
    pub fn fit<'a>(texts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut counts: BTreeMap<[u8; 2], BTreeMap<u8, u64>> = BTreeMap::new();
        for text in texts {
            let end = text.iter().position(|&symbol| symbol == 0).unwrap_or(text.len());
            let mut before = [EDGE; 2];
            for &symbol in text[..end].iter().chain([&EDGE]) {
                *counts.entry(before).or_default().entry(symbol).or_default() += 1;
                before = [before[1], symbol];
            }
        }
        let summed = |counts: BTreeMap<u8, u64>| {
            let mut total = 0;
            let sum = |(symbol, count): (u8, u64)| {
                total += count;
                (symbol, total)
            };
            counts.into_iter().map(sum).collect()
        };
        Self { following: counts.into_iter().map(|(before, counts)| (before, summed(counts))).collect() }
    }

    /// A text of at most `length` symbols, filled up with 0.
    pub fn sample(&self, length: usize, random: &mut Random) -> Vec<u8> {
        let mut text = Vec::with_capacity(length);
        let mut before = [EDGE; 2];
        while text.len() < length {
            let Some(following) = self.following.get(&before) else { break };
            let total = following.last().map_or(1, |(_, total)| *total);
            let drawn = random.next_u64() % total;
            let place = following.partition_point(|(_, up_to)| *up_to <= drawn);
            match following.get(place) {
                Some(&(symbol, _)) if symbol != EDGE => {
                    text.push(symbol);
                    before = [before[1], symbol];
                }
                _ => break,
            }
        }
        text.resize(length, 0);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    fn samples(texts: &[&[u8]], count: u64) -> Vec<Vec<u8>> {
        let model = TrigramModel::fit(texts.iter().copied());
        (0..count).map(|number| model.sample(4, &mut Random::new(1, Stream::Evaluation, number))).collect()
    }

    #[test]
    fn what_never_came_never_comes() {
        let texts: [&[u8]; 2] = [&[1, 2, 3, 0], &[1, 2, 4, 0]];
        for text in samples(&texts, 50) {
            assert!(texts.contains(&text.as_slice()), "{text:?}");
        }
        assert_eq!(samples(&[], 1), [vec![0; 4]], "a model of nothing says nothing");
    }

    #[test]
    fn shares_are_those_of_training() {
        // After "1 2" a 3 comes three times as often as the end.
        let texts: [&[u8]; 4] = [&[1, 2, 3, 0], &[1, 2, 3, 0], &[1, 2, 3, 0], &[1, 2, 0, 0]];
        let long = samples(&texts, 4_000).iter().filter(|text| text[2] == 3).count();
        // Four standard errors around 3,000.
        assert!((2_890..3_110).contains(&long), "{long}");
    }
}
