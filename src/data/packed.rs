//! Samples as bytes, as memory and files hold them: of pictures a byte for each pixel, of texts one for the symbol at each place.

use super::pictures::{Pictures, signed};
use crate::config::SampleShape;

/// The shape of an array of `count` samples as bytes: `[count, channels, height, width]`, or `[count, length]` for texts.
pub fn packed_shape(shape: SampleShape, count: usize) -> Vec<usize> {
    match shape {
        SampleShape::Text { length, .. } => vec![count, length],
        shape => shape.array_shape(count),
    }
}

/// Bytes of one sample.
pub fn packed_len(shape: SampleShape) -> usize {
    match shape {
        SampleShape::Text { length, .. } => length,
        shape => shape.features(),
    }
}

/// Samples as bytes: the nearest shade of each pixel, the most likely symbol at each place.
///
/// # Shapes
/// `[count, features]`, flat, to [`packed_shape`].
pub fn pack(samples: &[f32], shape: SampleShape) -> Vec<u8> {
    match shape {
        SampleShape::Text { symbols, length } => most_likely(samples, symbols, length),
        _ => Pictures::to_bytes(samples),
    }
}

/// Bytes as samples: pixels in `[-1, 1]`, and at each place of a text a one for its symbol and zeros for all others. A byte that is
/// no symbol is none.
///
/// # Shapes
/// [`packed_shape`] to `[count, features]`, flat.
pub fn unpack(bytes: &[u8], shape: SampleShape) -> Vec<f32> {
    let mut samples = Vec::with_capacity(bytes.len() / packed_len(shape).max(1) * shape.features());
    unpack_onto(&mut samples, bytes, shape);
    samples
}

/// [`unpack`] after what is there already.
pub(super) fn unpack_onto(samples: &mut Vec<f32>, bytes: &[u8], shape: SampleShape) {
    let SampleShape::Text { symbols, length } = shape else {
        return samples.extend(bytes.iter().copied().map(signed));
    };
    for row in bytes.chunks_exact(length.max(1)) {
        let start = samples.len();
        samples.resize(start + symbols * length, 0.0);
        for (place, &symbol) in row.iter().enumerate() {
            if let Some(value) = samples.get_mut(start + usize::from(symbol) * length + place) {
                *value = 1.0;
            }
        }
    }
}

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

    #[test]
    fn bytes_become_samples_and_come_back() {
        let text = SampleShape::Text { symbols: 3, length: 2 };
        assert_eq!(unpack(&[2, 0], text), [0.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
        assert_eq!((packed_shape(text, 5), packed_len(text)), (vec![5, 2], 2));
        let rows = [0, 1, 2, 2, 1, 0];
        assert_eq!(pack(&unpack(&rows, text), text), rows);
        assert_eq!(unpack(&[9, 1], text), [0.0, 0.0, 0.0, 1.0, 0.0, 0.0], "no symbol is none");

        let grey = SampleShape::Image { channels: 1, height: 1, width: 2 };
        assert_eq!(unpack(&[0, 255], grey), [-1.0, 1.0]);
        assert_eq!((packed_shape(grey, 5), packed_len(grey)), (vec![5, 1, 1, 2], 2));
        let shades: Vec<u8> = (0..=255).collect();
        assert_eq!(pack(&unpack(&shades, grey), grey), shades);
    }
}
