//! What other letters would have brought, found by trying them: local expectation gradients (Titsias and Lázaro-Gredilla 2015,
//! arXiv 1503.01494).
//!
//! A letter that is drawn has no slope. What is to be expected of it has: `Σ p(c) · loss(the text with c at this place)`, over all
//! symbols `c`, is linear in the probabilities, and its slopes are exact whatever the discriminator makes of what lies between
//! letters. One place of a text, drawn at random, stands for all of them: the slopes are right on average.

use burn::tensor::{Tensor, TensorData};

use super::relaxation::{decided, relaxed};
use crate::random::Random;

/// Most candidates in an update: they cost as much time and memory as so many samples.
const MOST_CANDIDATES: usize = 2_048;

/// Of a batch, how many texts letters are tried in: half of them, fewer where there are many symbols.
pub(super) fn texts_tried(batch: usize, symbols: usize) -> usize {
    batch.div_ceil(2).min(MOST_CANDIDATES / symbols).max(1)
}

/// Texts that were drawn, each with every symbol at one of its places.
pub(super) struct Trials {
    sizes: [usize; 2],
    /// A one at the place of each text where symbols are tried: `[texts, 1, length]`.
    places: Tensor<3>,
}

impl Trials {
    /// Draws texts from probabilities, and a place of each. Beside them are the texts with each symbol at that place, as ones and
    /// zeros.
    ///
    /// # Shapes
    /// `[texts, symbols · length]`, symbol first, to `[texts · symbols, symbols · length]`.
    pub(super) fn draw(probabilities: Tensor<2>, sizes: [usize; 2], random: &mut Random) -> (Self, Tensor<2>) {
        let [symbols, length] = sizes;
        let [texts, features] = probabilities.dims();
        let device = probabilities.device();
        let mut places = vec![0.0_f32; texts * length];
        for places in places.chunks_exact_mut(length) {
            places[random.below(length as u32) as usize] = 1.0;
        }
        let places = Tensor::<3>::from_data(TensorData::new(places, [texts, 1, length]), &device);
        // With Gumbel noise the likeliest symbol is one that is drawn, at any temperature.
        let drawn = decided(relaxed(probabilities, sizes, 1.0, random), sizes).reshape([texts, symbols, length]);
        let kept = drawn * (places.clone().neg() + 1.0);
        let tried = places.clone().reshape([texts, 1, 1, length])
            * Tensor::<2>::eye(symbols, &device).reshape([1, symbols, symbols, 1]);
        let candidates = (kept.reshape([texts, 1, symbols, length]) + tried).reshape([texts * symbols, features]);
        (Self { sizes, places }, candidates)
    }

    /// The mean loss to be expected, for its slopes: over the symbols that could be drawn at each text's place, as many times as
    /// there are places.
    ///
    /// # Shapes
    /// Probabilities `[texts, symbols · length]`, losses of the candidates `[texts · symbols, 1]`, to `[1]`.
    pub(super) fn expected_loss(self, probabilities: Tensor<2>, losses: Tensor<2>) -> Tensor<1> {
        let [symbols, length] = self.sizes;
        let [texts, features] = probabilities.dims();
        let weights = (losses.reshape([texts, symbols, 1]) * self.places).reshape([texts, features]);
        (probabilities * weights).sum() * (length as f32 / texts as f32)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::random::Stream;

    const SIZES: [usize; 2] = [3, 2];

    fn tensor(values: &[f32], columns: usize) -> Tensor<2> {
        Tensor::from_data(TensorData::new(values.to_vec(), [values.len() / columns, columns]), &Device::flex())
    }

    /// The symbol at a place of a text of ones and zeros.
    fn symbol(text: &[f32], place: usize) -> usize {
        (0..3).find(|symbol| text[symbol * 2 + place] > 0.5).unwrap()
    }

    #[test]
    fn every_symbol_is_tried_at_one_place_of_a_drawn_text_and_nothing_else_changes() {
        // The text is certain: symbol 1, then symbol 2.
        let certain = [0.0, 0.0, 1.0, 0.0, 0.0, 1.0].repeat(64);
        let mut random = Random::new(3, Stream::LetterTrials, 0);
        let (_, candidates) = Trials::draw(tensor(&certain, 6), SIZES, &mut random);
        let candidates = candidates.into_data().try_to_vec::<f32>().unwrap();
        let mut tried_places = [0, 0];
        for texts in candidates.chunks_exact(3 * 6) {
            let read: Vec<[usize; 2]> = texts.chunks_exact(6).map(|text| [symbol(text, 0), symbol(text, 1)]).collect();
            assert!(texts.chunks_exact(6).all(|text| (text.iter().sum::<f32>() - 2.0).abs() < 1e-6), "{texts:?}");
            let place = usize::from(read[0][0] == 1);
            tried_places[place] += 1;
            let expected = [[[0, 2], [1, 2], [2, 2]], [[1, 0], [1, 1], [1, 2]]][place];
            assert_eq!(read, expected);
        }
        assert!(tried_places.iter().all(|&count| count > 16), "{tried_places:?}");
    }

    /// `Σ p(a) q(b) loss(a, b)` over all texts of two letters, and its slopes by hand, against the mean over many draws.
    #[test]
    fn slopes_are_those_of_the_loss_to_be_expected_of_all_texts() {
        const TEXTS: usize = 20_000;
        let (first, second) = ([0.5_f32, 0.3, 0.2], [0.1_f32, 0.6, 0.3]);
        let loss = |a: usize, b: usize| [[1.0_f32, 4.0, 2.0], [0.0, 3.0, 5.0], [2.0, 1.0, 7.0]][a][b];
        let row: Vec<f32> = (0..3).flat_map(|symbol| [first[symbol], second[symbol]]).collect();
        let probabilities = tensor(&row.repeat(TEXTS), 6);
        let mut random = Random::new(9, Stream::LetterTrials, 0);
        let (trials, candidates) = Trials::draw(probabilities.clone(), SIZES, &mut random);
        let candidates = candidates.into_data().try_to_vec::<f32>().unwrap();
        let losses: Vec<f32> = candidates.chunks_exact(6).map(|text| loss(symbol(text, 0), symbol(text, 1))).collect();
        let probabilities = probabilities.autodiff().require_grad();
        let expected = trials.expected_loss(probabilities.clone(), tensor(&losses, 1));
        let gradients = expected.backward();
        let slopes = probabilities.grad(&gradients).unwrap().into_data().try_to_vec::<f32>().unwrap();
        for symbol in 0..3 {
            let by_hand = [
                (0..3).map(|other| second[other] * loss(symbol, other)).sum::<f32>(),
                (0..3).map(|other| first[other] * loss(other, symbol)).sum::<f32>(),
            ];
            for (place, by_hand) in by_hand.into_iter().enumerate() {
                let found: f32 = slopes.chunks_exact(6).map(|row| row[symbol * 2 + place]).sum();
                // Losses lie between 0 and 7 and half of the texts count: four standard errors of their mean are below 0.14.
                assert!((found - by_hand).abs() < 0.14, "{symbol} at {place}: {found}, not {by_hand}");
            }
        }
        let of_all: f32 = (0..9).map(|text| first[text / 3] * second[text % 3] * loss(text / 3, text % 3)).sum();
        // Both places expect the same of the text, so that twice as much as one of them is what the number says.
        assert!((expected.into_scalar::<f32>() - 2.0 * of_all).abs() < 0.14, "not twice {of_all}");
    }
}
