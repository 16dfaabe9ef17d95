//! A density over the plane, drawn by hand: a grid of bytes that a configuration holds as one short text.

use std::io::{Read as _, Write as _};
use std::sync::Arc;

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use serde::{Deserialize, Serialize};

/// The letters of base 64, as in RFC 4648.
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A density over the square `[-1.5, 1.5]²`: how likely a point falls into each cell, next to the others.
///
/// Cheap to clone. As a text it is `96x96:` and the cells, compressed with zlib, in base 64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Drawing {
    cells: Arc<[u8]>,
}

/// Why a text is no drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DrawingError {
    /// Another size, or none.
    #[error("a drawing begins with `96x96:`")]
    Size,
    /// Letters that base 64 does not have, or too few of them.
    #[error("the drawing is not written in base 64")]
    Letters,
    /// Not what was compressed, or not as many cells as there should be.
    #[error("the drawing does not hold 96×96 cells")]
    Cells,
}

impl Drawing {
    /// Cells along each side.
    pub const SIDE: usize = 96;
    /// Cells.
    pub const CELLS: usize = Self::SIDE * Self::SIDE;
    /// Half the side of the square it covers, in the units of the plane.
    pub const HALF_SIDE: f32 = 1.5;

    const PREFIX: &'static str = "96x96:";

    /// A drawing of these cells, 0 (never) to 255 (most often), row by row from the top left.
    ///
    /// # Errors
    /// Another number of cells than [`Drawing::CELLS`].
    pub fn new(cells: impl Into<Arc<[u8]>>) -> Result<Self, DrawingError> {
        let cells = cells.into();
        if cells.len() == Self::CELLS { Ok(Self { cells }) } else { Err(DrawingError::Cells) }
    }

    /// A drawing with nothing in it.
    pub fn empty() -> Self {
        Self { cells: vec![0; Self::CELLS].into() }
    }

    /// The cells, row by row from the top left.
    pub fn cells(&self) -> &[u8] {
        &self.cells
    }

    /// Whether nothing is drawn.
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(|&cell| cell == 0)
    }
}

impl From<Drawing> for String {
    fn from(drawing: Drawing) -> Self {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        // Writing to memory does not fail; if it did, the text would be refused when it is read.
        let _written = encoder.write_all(&drawing.cells);
        format!("{}{}", Drawing::PREFIX, to_base64(&encoder.finish().unwrap_or_default()))
    }
}

impl TryFrom<String> for Drawing {
    type Error = DrawingError;

    fn try_from(text: String) -> Result<Self, DrawingError> {
        let letters = text.strip_prefix(Self::PREFIX).ok_or(DrawingError::Size)?;
        let bytes = from_base64(letters).ok_or(DrawingError::Letters)?;
        let mut cells = Vec::new();
        // One byte more than there should be tells a text that goes on.
        let read = ZlibDecoder::new(bytes.as_slice()).take(Self::CELLS as u64 + 1).read_to_end(&mut cells);
        read.map_err(|_damaged| DrawingError::Cells)?;
        Self::new(cells)
    }
}

fn to_base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= group.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let letters = text.trim_end_matches('=');
    let is_padded = text.len().is_multiple_of(4) && text.len() - letters.len() < 3;
    if !is_padded {
        return None;
    }
    let mut bytes = Vec::with_capacity(letters.len() / 4 * 3 + 2);
    for group in letters.as_bytes().chunks(4) {
        let mut bits = 0_u32;
        for &letter in group {
            let value = LETTERS.iter().position(|&known| known == letter)?;
            bits = bits << 6 | value as u32;
        }
        bits <<= 6 * (4 - group.len());
        let whole = group.len() * 6 / 8;
        bytes.extend_from_slice(bits.to_be_bytes().get(1..=whole)?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Drawing, DrawingError> {
        Drawing::try_from(text.to_owned())
    }

    #[test]
    fn every_byte_survives_the_text() {
        let cells: Vec<u8> = (0..Drawing::CELLS).map(|cell| (cell * 31 % 256) as u8).collect();
        let drawing = Drawing::new(cells).unwrap();
        assert_eq!(read(&String::from(drawing.clone())), Ok(drawing));
    }

    #[test]
    fn an_empty_drawing_is_a_short_text() {
        let text = String::from(Drawing::empty());
        assert!(text.len() < 64, "{text}");
        assert!(read(&text).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_drawing_is_refused() {
        for text in ["", "hello", "64x64:AAAA"] {
            assert_eq!(read(text), Err(DrawingError::Size), "{text}");
        }
        for text in ["96x96:A", "96x96:AAA", "96x96:AA*A", "96x96:A===", "96x96:äAA"] {
            assert_eq!(read(text), Err(DrawingError::Letters), "{text}");
        }
        for text in ["96x96:", "96x96:AAAA"] {
            assert_eq!(read(text), Err(DrawingError::Cells), "{text}");
        }
        assert_eq!(Drawing::new(vec![0; 7]), Err(DrawingError::Cells));
    }

    #[test]
    fn a_text_that_unpacks_to_more_is_stopped_early() {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&vec![0; 64 << 20]).unwrap();
        let bomb = format!("96x96:{}", to_base64(&encoder.finish().unwrap()));
        assert_eq!(read(&bomb), Err(DrawingError::Cells));
    }

    #[test]
    fn base_64_gives_the_published_answers() {
        let known = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, coded) in known {
            assert_eq!(to_base64(plain.as_bytes()), coded);
            assert_eq!(from_base64(coded).unwrap(), plain.as_bytes());
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,64}") {
            let _refused = read(&format!("96x96:{text}"));
            let _letters = from_base64(&text);
        }

        #[test]
        fn base_64_goes_there_and_back(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(from_base64(&to_base64(&bytes)), Some(bytes));
        }
    }
}
