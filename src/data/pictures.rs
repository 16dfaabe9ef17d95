//! Pictures as bytes: what galleries show and exporters write.

use crate::config::SampleShape;

/// Pictures of one size, as bytes, channel last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pictures {
    /// 1 for grey, 3 for colour.
    pub channels: usize,
    /// Rows of one picture.
    pub height: usize,
    /// Columns of one picture.
    pub width: usize,
    /// `[len, height, width, channels]`, 0 (dark) to 255 (light).
    pub pixels: Vec<u8>,
}

impl Pictures {
    /// Pictures of samples as networks make them: -1 becomes 0, 1 becomes 255, anything beyond is clamped, NaN is 0.
    ///
    /// `None` if `shape` is not that of pictures. Values after the last whole picture are left out.
    ///
    /// # Shapes
    /// `samples` is `[len, channels, height, width]`, flat.
    pub fn from_signed(samples: &[f32], shape: SampleShape) -> Option<Self> {
        let SampleShape::Image { channels, height, width } = shape else {
            return None;
        };
        let places = height * width;
        let mut pixels = Vec::with_capacity(samples.len());
        for sample in samples.chunks_exact((channels * places).max(1)) {
            for place in 0..places {
                pixels.extend((0..channels).map(|channel| unsigned(sample[channel * places + place])));
            }
        }
        Some(Self { channels, height, width, pixels })
    }

    /// The same pictures as networks take them: 0 becomes -1, 255 becomes 1.
    ///
    /// # Shapes
    /// To `[len, channels, height, width]`, flat.
    pub fn to_signed(&self) -> Vec<f32> {
        let channel = |picture: &[u8], channel: usize| {
            picture.iter().skip(channel).step_by(self.channels).copied().collect::<Vec<_>>()
        };
        let planes = self.iter().flat_map(|picture| (0..self.channels).flat_map(move |index| channel(picture, index)));
        planes.map(signed).collect()
    }

    /// Numbers as networks make them as bytes, in the same order: -1 becomes 0, 1 becomes 255.
    pub fn to_bytes(signed: &[f32]) -> Vec<u8> {
        signed.iter().map(|&value| unsigned(value)).collect()
    }

    /// The pictures of all `parts` one after another; `None` if there are none or their sizes differ.
    pub fn concat(parts: &[Self]) -> Option<Self> {
        let first = parts.first()?;
        let size = |pictures: &Self| (pictures.channels, pictures.height, pictures.width);
        if parts.iter().any(|part| size(part) != size(first)) {
            return None;
        }
        let pixels = parts.iter().flat_map(|part| part.pixels.iter().copied()).collect();
        Some(Self { pixels, ..*first })
    }

    /// Bytes of one picture.
    pub fn picture_len(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// Number of whole pictures.
    pub fn len(&self) -> usize {
        self.pixels.len().checked_div(self.picture_len()).unwrap_or(0)
    }

    /// Whether there is no picture.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of picture `index`, `[height, width, channels]`, if there is one.
    pub fn picture(&self, index: usize) -> Option<&[u8]> {
        let size = self.picture_len();
        if size == 0 {
            return None;
        }
        self.pixels.get(index.checked_mul(size)?..index.checked_add(1)?.checked_mul(size)?)
    }

    /// The bytes of each picture in turn.
    pub fn iter(&self) -> std::slice::ChunksExact<'_, u8> {
        self.pixels.chunks_exact(self.picture_len().max(1))
    }
}

impl<'a> IntoIterator for &'a Pictures {
    type Item = &'a [u8];
    type IntoIter = std::slice::ChunksExact<'a, u8>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A byte as networks take it, from -1 to 1.
pub(crate) fn signed(byte: u8) -> f32 {
    f32::from(byte) / 127.5 - 1.0
}

/// The nearest byte; a conversion from a float to an integer clamps and turns NaN into 0.
fn unsigned(value: f32) -> u8 {
    ((value + 1.0) * 127.5).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLOUR: SampleShape = SampleShape::Image { channels: 3, height: 1, width: 2 };

    #[test]
    fn channels_move_last() {
        let samples = [-1.0, 1.0, -1.0, -1.0, 0.0, 0.0];
        let pictures = Pictures::from_signed(&samples, COLOUR).unwrap();
        assert_eq!(pictures.pixels, [0, 0, 128, 255, 0, 128]);
        assert_eq!((pictures.len(), pictures.channels, pictures.height, pictures.width), (1, 3, 1, 2));
    }

    #[test]
    fn values_out_of_range_are_clamped_and_nan_is_dark() {
        let shape = SampleShape::Image { channels: 1, height: 2, width: 3 };
        let samples = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 7.0, -7.0, 1.001];
        assert_eq!(Pictures::from_signed(&samples, shape).unwrap().pixels, [0, 255, 0, 255, 0, 255]);
    }

    #[test]
    fn every_byte_survives_the_way_through_numbers() {
        let shape = SampleShape::Image { channels: 1, height: 16, width: 16 };
        let samples: Vec<f32> = (0..=255_u8).map(|byte| f32::from(byte) / 127.5 - 1.0).collect();
        assert_eq!(Pictures::from_signed(&samples, shape).unwrap().pixels, (0..=255).collect::<Vec<u8>>());
    }

    #[test]
    fn pictures_become_the_numbers_they_were_made_from() {
        let samples = [-1.0, 1.0, -1.0, -1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0];
        assert_eq!(Pictures::from_signed(&samples, COLOUR).unwrap().to_signed(), samples);
        assert!(Pictures::default().to_signed().is_empty());
    }

    #[test]
    fn partial_pictures_and_points_are_left_out() {
        assert_eq!(Pictures::from_signed(&[0.0; 11], COLOUR).unwrap().len(), 1);
        assert_eq!(Pictures::from_signed(&[0.0; 4], SampleShape::Points { dims: 2 }), None);
    }

    #[test]
    fn pictures_are_found_by_index() {
        let pictures = Pictures { channels: 1, height: 1, width: 2, pixels: vec![1, 2, 3, 4, 5] };
        assert_eq!(pictures.len(), 2);
        assert_eq!(pictures.picture(1), Some(&[3, 4][..]));
        assert_eq!(pictures.picture(2), None);
        assert_eq!(pictures.picture(usize::MAX), None);
        assert_eq!(pictures.iter().count(), 2);
        assert!(Pictures::default().is_empty());
        assert_eq!(Pictures::default().picture(0), None);
    }

    #[test]
    fn concat_joins_only_equal_sizes() {
        let wide = Pictures { channels: 1, height: 1, width: 2, pixels: vec![1, 2] };
        let tall = Pictures { channels: 1, height: 2, width: 1, pixels: vec![1, 2] };
        assert_eq!(Pictures::concat(&[wide.clone(), wide.clone()]).unwrap().pixels, [1, 2, 1, 2]);
        assert_eq!(Pictures::concat(&[wide, tall]), None);
        assert_eq!(Pictures::concat(&[]), None);
    }
}
