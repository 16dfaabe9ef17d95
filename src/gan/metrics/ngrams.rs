//! How differently two sets of texts are made of pieces: the Jensen–Shannon divergence of their n-grams.

use std::collections::HashMap;

/// What stands before and after every text; no character of an alphabet has this symbol.
const EDGE: u8 = u8::MAX;
/// The longest pieces.
pub(super) const LONGEST: usize = 4;

/// How often each piece of `n` symbols comes in texts, their two edges included.
///
/// A piece is packed into one number, a byte for each symbol.
#[derive(Debug, Clone)]
pub struct Ngrams {
    n: usize,
    counts: HashMap<u32, u64>,
    total: u64,
}

impl Ngrams {
    /// Counts the pieces of `n` symbols, from 1 to [`LONGEST`]. Texts are rows of symbols that end at the first 0.
    pub fn count<'a>(texts: impl IntoIterator<Item = &'a [u8]>, n: usize) -> Self {
        let n = n.clamp(1, LONGEST);
        let mut counts = HashMap::new();
        let mut total = 0;
        for text in texts {
            let end = text.iter().position(|&symbol| symbol == 0).unwrap_or(text.len());
            let symbols = std::iter::once(EDGE).chain(text[..end].iter().copied()).chain([EDGE]);
            let mut piece = 0_u32;
            for (place, symbol) in symbols.enumerate() {
                piece = (piece << 8 | u32::from(symbol)) & mask(n);
                if place + 1 >= n {
                    *counts.entry(piece).or_default() += 1;
                    total += 1;
                }
            }
        }
        Self { n, counts, total }
    }

    /// The Jensen–Shannon divergence from the pieces of other texts, in bits: 0 for equal shares, 1 where no piece is in both
    /// (Lin 1991). 1 where there are no pieces to compare.
    ///
    /// `JS(p, q) = ½ Σ p log₂(p / m) + ½ Σ q log₂(q / m)` with `m = (p + q) / 2`.
    pub fn divergence(&self, other: &Self) -> f64 {
        debug_assert_eq!(self.n, other.n, "pieces of different lengths have nothing in common");
        if self.total == 0 || other.total == 0 {
            return 1.0;
        }
        let share = |ngrams: &Self, piece: &u32| {
            ngrams.counts.get(piece).map_or(0.0, |&count| count as f64 / ngrams.total as f64)
        };
        let term = |p: f64, q: f64| if p > 0.0 { 0.5 * p * (2.0 * p / (p + q)).log2() } else { 0.0 };
        // In the order of the pieces, so that the sum is the same every time.
        let mut pieces: Vec<&u32> = self.counts.keys().chain(other.counts.keys()).collect();
        pieces.sort_unstable();
        pieces.dedup();
        let sum: f64 = pieces
            .into_iter()
            .map(|piece| {
                let (p, q) = (share(self, piece), share(other, piece));
                term(p, q) + term(q, p)
            })
            .sum();
        sum.clamp(0.0, 1.0)
    }
}

/// The bits of `n` symbols.
fn mask(n: usize) -> u32 {
    u32::MAX >> (8 * (LONGEST - n))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn divergence(a: &[&[u8]], b: &[&[u8]], n: usize) -> f64 {
        Ngrams::count(a.iter().copied(), n).divergence(&Ngrams::count(b.iter().copied(), n))
    }

    #[test]
    fn equal_texts_have_none_and_texts_with_nothing_in_common_all() {
        let texts: [&[u8]; 2] = [&[1, 2, 0], &[2, 0, 0]];
        for n in 1..=LONGEST {
            assert!(divergence(&texts, &texts, n).abs() < 1e-12);
        }
        // With the edges, single symbols always have something in common; pairs need not.
        assert!((divergence(&[&[1, 1]], &[&[2, 2]], 2) - 1.0).abs() < 1e-12);
        assert!(divergence(&[&[1, 1]], &[&[2, 2]], 1) < 1.0);
        assert!((divergence(&[], &[&[2, 2]], 1) - 1.0).abs() < 1e-12);
    }

    /// "a" against "b" by single symbols: shares (edge ⅔, a ⅓) and (edge ⅔, b ⅓), so ½·⅓·log₂2 twice.
    #[test]
    fn a_third_of_the_symbols_differs() {
        assert!((divergence(&[&[1]], &[&[2]], 1) - 1.0 / 3.0).abs() < 1e-12);
    }

    /// "^a$" against "^a$" and "^b$": pairs ^a a$ with ½ each, against ¼ each of ^a a$ ^b b$.
    #[test]
    fn the_divergence_is_the_hand_worked_one() {
        let (p, q) = (0.5_f64, 0.25_f64);
        let m = f64::midpoint(p, q);
        let both = 0.5 * p * (p / m).log2() + 0.5 * q * (q / m).log2();
        let only = 0.5 * q;
        let expected = 2.0 * both + 2.0 * only;
        assert!((divergence(&[&[1, 0]], &[&[1, 0], &[2, 0]], 2) - expected).abs() < 1e-12);
    }
}
