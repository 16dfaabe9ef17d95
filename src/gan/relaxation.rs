//! Symbols drawn from probabilities, nearly: the Gumbel-softmax (Jang 2017, arXiv 1611.01144; Maddison 2017, arXiv 1611.00712).
//!
//! A drawn symbol has no slope that a generator could learn along. `softmax((ln p + g) / τ)` with Gumbel noise `g` has one: for
//! a temperature `τ` near 0 it is nearly the drawn symbol and nearly without slope, for a high one it is smooth and far from any
//! symbol. That is why discrete data is hard.

use burn::tensor::{Tensor, TensorData, activation};

use crate::random::Random;

/// Keeps a probability of zero out of the logarithm.
const EPSILON: f32 = 1e-20;
/// Temperature of the share of a text that keeps every symbol in reach.
const WARM: f32 = 8.0;
/// Half the distance between two random numbers: keeps 0 and 1 out of the logarithms.
const HALF_STEP: f64 = 0.5 / (1 << 24) as f64;

/// Relaxed one-hot rows drawn from probabilities, differentiable.
///
/// # Shapes
/// `[batch, symbols · length]`, symbol first, to the same.
pub(super) fn relaxed(
    probabilities: Tensor<2>,
    [symbols, length]: [usize; 2],
    temperature: f32,
    random: &mut Random,
) -> Tensor<2> {
    let [batch, features] = probabilities.dims();
    let shape = [batch, symbols, length];
    let noise: Vec<f32> = (0..batch * features).map(|_| gumbel(random.uniform())).collect();
    let noise = Tensor::<3>::from_data(TensorData::new(noise, shape), &probabilities.device());
    let logits = (probabilities.reshape(shape) + EPSILON).log() + noise;
    activation::softmax(logits / temperature, 1).reshape([batch, features])
}

/// Probabilities of which a share is spread over the symbols as at a high temperature, differentiable.
///
/// The slope of a softmax towards a symbol is as small as its probability: a symbol that a generator has given up is never found
/// again. `(1 - s) · p + s · softmax(ln p / 8)` has a slope towards all of them.
///
/// # Shapes
/// `[batch, symbols · length]`, symbol first, to the same.
pub(super) fn warmed(probabilities: Tensor<2>, [symbols, length]: [usize; 2], share: f32) -> Tensor<2> {
    let [batch, features] = probabilities.dims();
    let logits = (probabilities.clone().reshape([batch, symbols, length]) + EPSILON).log();
    let warm = activation::softmax(logits / WARM, 1).reshape([batch, features]);
    probabilities * (1.0 - share) + warm * share
}

/// The likeliest symbol at each place, with the slopes of the probabilities: the straight-through estimator (Bengio 2013,
/// arXiv 1308.3432). Of probabilities that were [`relaxed`], a drawn symbol: straight-through Gumbel-softmax (Jang 2017).
///
/// A discriminator sees what will be read, and cannot tell a generated text by how sure it is. Equally likely symbols are all
/// decided on.
///
/// # Shapes
/// `[batch, symbols · length]`, symbol first, to the same.
pub(super) fn decided(probabilities: Tensor<2>, [symbols, length]: [usize; 2]) -> Tensor<2> {
    let [batch, features] = probabilities.dims();
    let by_place = probabilities.clone().reshape([batch, symbols, length]);
    let likeliest = by_place.clone().equal(by_place.max_dim(1).expand([batch, symbols, length])).float();
    let change = likeliest.reshape([batch, features]) - probabilities.clone();
    probabilities + change.detach()
}

/// A number of the standard Gumbel distribution (Gumbel 1954), from one of `[0, 1)`. In double precision, in which the greatest
/// of them stays below 1.
fn gumbel(uniform: f32) -> f32 {
    -(-(f64::from(uniform) + HALF_STEP).ln()).ln() as f32
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::random::Stream;

    #[test]
    fn noise_is_finite_from_the_least_to_the_greatest_number() {
        // -ln(25 ln 2), -ln(ln 2) and 25 ln 2.
        let greatest = 1.0 - 1.0 / (1 << 24) as f32;
        for (uniform, noise) in [(0.0, -2.852_4), (0.5, 0.366_5), (greatest, 17.328_7)] {
            assert!((gumbel(uniform) - noise).abs() < 1e-4, "{uniform}: {}", gumbel(uniform));
        }
    }

    /// The noise makes the argmax a draw from the probabilities (Gumbel 1954): shares of 4,000 draws are theirs.
    #[test]
    fn the_greatest_is_a_draw_from_the_probabilities() {
        const DRAWS: usize = 4_000;
        let probabilities = [0.7_f32, 0.2, 0.1];
        let rows = TensorData::new(probabilities.repeat(DRAWS), [DRAWS, 3]);
        let rows = Tensor::<2>::from_data(rows, &Device::flex());
        let mut random = Random::new(5, Stream::GumbelNoise, 0);
        let drawn: Vec<f32> = relaxed(rows, [3, 1], 0.1, &mut random).into_data().iter::<f32>().collect();
        let mut counts = [0_usize; 3];
        for row in drawn.chunks(3) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            counts[(0..3).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap()] += 1;
        }
        for (count, probability) in counts.iter().zip(probabilities) {
            let share = *count as f32 / DRAWS as f32;
            // Four standard errors.
            let bound = 4.0 * (probability * (1.0 - probability) / DRAWS as f32).sqrt();
            assert!((share - probability).abs() < bound, "{counts:?}");
        }
    }

    #[test]
    fn a_symbol_that_was_given_up_has_a_slope_again() {
        let device = Device::flex().autodiff();
        // One place; the third symbol has a probability of 1e-9.
        let slope = |share: f32| {
            let values = TensorData::new(vec![0.0_f32, -1.0, -20.723_266], [1, 3, 1]);
            let logits = Tensor::<3>::from_data(values, &device).require_grad();
            let probabilities = activation::softmax(logits.clone(), 1).reshape([1, 3]);
            let shown = warmed(probabilities, [3, 1], share);
            let gradients = shown.slice([0..1, 2..3]).sum().backward();
            logits.grad(&gradients).unwrap().into_data().try_to_vec::<f32>().unwrap()[2]
        };
        assert!(slope(0.0) < 2e-9, "{}", slope(0.0));
        // 0.1 · w (1 - w) / 8 with w = e^(-20.72 / 8) / (1 + e^(-1 / 8) + e^(-20.72 / 8)) = 0.0383.
        assert!((slope(0.1) - 4.605e-4).abs() < 2e-6, "{}", slope(0.1));
    }

    #[test]
    fn a_decided_symbol_has_the_slopes_of_the_probabilities() {
        let device = Device::flex().autodiff();
        let values = TensorData::new(vec![0.2_f32, 0.5, 0.7, 0.1, 0.1, 0.4], [1, 6]);
        let probabilities = Tensor::<2>::from_data(values, &device).require_grad();
        let shown = decided(probabilities.clone(), [3, 2]);
        let values = shown.clone().into_data().try_to_vec::<f32>().unwrap();
        // Places are columns: the second symbol at the first place, the first at the second.
        for (value, expected) in values.into_iter().zip([0.0, 1.0, 1.0, 0.0, 0.0, 0.0]) {
            assert!((value - expected).abs() < 1e-6, "{value}");
        }
        let weights = TensorData::new(vec![1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0], [1, 6]);
        let gradients = (shown * Tensor::from_data(weights.clone(), &device)).sum().backward();
        assert_eq!(probabilities.grad(&gradients).unwrap().into_data(), weights);
    }

    #[test]
    fn a_high_temperature_blurs_and_a_low_one_decides() {
        let greatest = |temperature: f32| {
            let rows = Tensor::<2>::from_data(TensorData::new(vec![0.5_f32; 400], [200, 2]), &Device::flex());
            let mut random = Random::new(5, Stream::GumbelNoise, 1);
            let values: Vec<f32> = relaxed(rows, [2, 1], temperature, &mut random).into_data().iter::<f32>().collect();
            values.chunks(2).map(|row| row[0].max(row[1])).sum::<f32>() / 200.0
        };
        assert!(greatest(10.0) < 0.6 && greatest(0.05) > 0.95, "{} {}", greatest(10.0), greatest(0.05));
    }
}
