//! From the probabilities that a generator of texts gives to symbols.

/// The most likely symbol at each place.
///
/// # Shapes
/// Samples `[count, symbols, length]`, flat, to `[count, length]`.
pub fn most_likely(samples: &[f32], symbols: usize, length: usize) -> Vec<u8> {
    let mut rows = Vec::with_capacity(samples.len() / symbols.max(1));
    for sample in samples.chunks_exact((symbols * length).max(1)) {
        for place in 0..length {
            let probability = |symbol: usize| sample[symbol * length + place];
            // Of equally likely ones, the first: the result is the same on every machine.
            let best =
                (1..symbols).fold(0, |best, other| if probability(other) > probability(best) { other } else { best });
            rows.push(u8::try_from(best).unwrap_or(u8::MAX));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_most_likely_symbols_is_taken_at_each_place() {
        // Two samples of three symbols and two places.
        let samples = [0.2, 0.5, 0.7, 0.0, 0.1, 0.5, 0.0, 0.1, 0.0, 0.2, 1.0, 0.7];
        assert_eq!(most_likely(&samples, 3, 2), [1, 0, 2, 2]);
    }
}
