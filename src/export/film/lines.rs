//! Generated texts in a frame: a line under each says whether it is new.

use plotters::prelude::*;

use super::Film;
use super::frame::{DrawingError, FONT_NAME, FilmColours, colour, register_the_font};
use crate::data::Pictures;
use crate::export::ExportError;

/// Texts below one another.
const ROWS: usize = 18;
/// The most columns of texts.
const MAX_COLUMNS: usize = 3;
/// Height of the letters in pixels, and the least that can be read.
const LETTERS: f64 = 18.0;
const SMALL_LETTERS: f64 = 8.0;
/// Width of a letter over its height, on average.
const LETTER_WIDTH: f64 = 0.6;
/// Between two columns.
const GAP: f64 = 12.0;
/// Width of the line under a text.
const LINE: i32 = 2;

/// One generated text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilmText {
    /// Its characters up to its end.
    pub text: String,
    /// Whether it is new.
    pub kind: FilmTextKind,
}

/// Whether a generated text is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilmTextKind {
    /// None of those trained on.
    Novel,
    /// One of those trained on.
    Copy,
    /// Empty, or with characters after its end.
    Broken,
}

impl Film {
    /// The most texts of a frame.
    pub const MAX_TEXTS: usize = ROWS * MAX_COLUMNS;
}

/// Where texts stand, and how large they are.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Arrangement {
    columns: usize,
    letters: f64,
}

impl Arrangement {
    /// As many columns as texts of `longest` characters fit into.
    fn of(longest: usize, side: usize) -> Self {
        let width = |columns: usize| (side as f64 - GAP * (columns - 1) as f64) / columns as f64;
        let needed = LETTERS * LETTER_WIDTH * longest.max(1) as f64;
        let columns = (1..=MAX_COLUMNS).rev().find(|&columns| width(columns) >= needed).unwrap_or(1);
        let letters = (LETTERS * width(columns) / needed).clamp(SMALL_LETTERS, LETTERS);
        Self { columns, letters }
    }
}

/// A square of texts on white, column after column. What is too long for it is cut off at its edge.
pub(super) fn draw_texts(texts: &[FilmText], side: usize, colours: FilmColours) -> Result<Pictures, ExportError> {
    register_the_font();
    let failed = |error: DrawingError| ExportError::encode("film")(&error);
    let mut pixels = vec![u8::MAX; side * side * 3];
    let area = BitMapBackend::with_buffer(&mut pixels, (side as u32, side as u32)).into_drawing_area();
    let longest = texts.iter().map(|text| text.text.chars().count()).max().unwrap_or(0);
    let Arrangement { columns, letters } = Arrangement::of(longest, side);
    let font = (FONT_NAME, letters).into_font();
    let style = font.clone().color(&colour(colours.text));
    let (column_width, row_height) = ((side as f64 + GAP) / columns as f64, (side / ROWS) as f64);
    for (index, FilmText { text, kind }) in texts.iter().take(columns * ROWS).enumerate() {
        let left = ((index / ROWS) as f64 * column_width) as i32;
        let top = ((index % ROWS) as f64 * row_height) as i32;
        area.draw(&Text::new(text.as_str(), (left, top), style.clone())).map_err(|error| failed(error.into()))?;
        let line = match kind {
            FilmTextKind::Novel => colours.generated,
            FilmTextKind::Copy => colours.real,
            FilmTextKind::Broken => continue,
        };
        let (width, _) = font.box_size(text).map_err(|error| failed(error.into()))?;
        let below = top + row_height as i32 - LINE;
        let path = PathElement::new(
            [(left, below), (left + width.cast_signed(), below)],
            colour(line).stroke_width(LINE.cast_unsigned()),
        );
        area.draw(&path).map_err(|error| failed(error.into()))?;
    }
    area.present().map_err(|error| failed(error.into()))?;
    drop(area);
    Ok(Pictures { channels: 3, height: side, width: side, pixels })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLOURS: FilmColours = FilmColours {
        real: [0, 0, 200],
        generated: [250, 150, 0],
        discriminator: [0, 0, 0],
        generator: [0, 0, 0],
        text: [20, 20, 20],
    };

    fn count(picture: &Pictures, colour: [u8; 3]) -> usize {
        picture.pixels.chunks_exact(3).filter(|pixel| **pixel == colour).count()
    }

    #[test]
    fn a_new_text_and_a_copied_one_are_told_apart_and_a_broken_one_has_no_line() {
        let text = |text: &str, kind| FilmText { text: text.to_owned(), kind };
        let (new, copy) = (text("marisa", FilmTextKind::Novel), text("john", FilmTextKind::Copy));
        let broken = text("", FilmTextKind::Broken);
        let of = |texts: &[FilmText]| {
            let picture = draw_texts(texts, 448, COLOURS).unwrap();
            [COLOURS.generated, COLOURS.real, COLOURS.text].map(|colour| count(&picture, colour) > 0)
        };
        assert_eq!(of(std::slice::from_ref(&new)), [true, false, true]);
        assert_eq!(of(&[copy, broken.clone()]), [false, true, true]);
        assert_eq!(of(std::slice::from_ref(&broken)), [false, false, false]);
        let full = draw_texts(&vec![new; 1_000], 448, COLOURS).unwrap();
        assert_eq!((full.width, full.height, full.channels), (448, 448, 3));
    }

    #[test]
    fn short_texts_stand_in_columns_and_long_ones_get_smaller() {
        assert_eq!(Arrangement::of(12, 448), Arrangement { columns: 3, letters: LETTERS });
        assert_eq!(Arrangement::of(20, 448), Arrangement { columns: 2, letters: LETTERS });
        let long = Arrangement::of(64, 448);
        assert!(long.columns == 1 && (10.0..13.0).contains(&long.letters), "{long:?}");
        assert_eq!(Arrangement::of(1_000, 448), Arrangement { columns: 1, letters: SMALL_LETTERS });
        assert_eq!(Arrangement::of(0, 448).columns, 3);
    }
}
