//! Where the texts go.

use eframe::egui::{Pos2, Rect, Vec2, vec2};

use super::cell::MARGIN;

/// Height of the words above the texts.
pub(super) const HEADING: f32 = 24.0;
/// Size of the letters where nothing is enlarged.
const FONT: f32 = 15.0;
/// Width of a letter of a monospaced font over its size.
const LETTER_WIDTH: f32 = 0.62;
/// Height of a row over the size of its letters.
const ROW_HEIGHT: f32 = 1.75;
/// Space between two columns.
const GAP: f32 = 8.0;
/// Space between generated and real texts.
const GUTTER: f32 = 20.0;
/// Fewest letters that a column has room for, so that columns do not jump while texts grow.
const MIN_LETTERS: usize = 12;
/// Room for the letter of an end of the walk.
const END_ROOM: f32 = 20.0;

/// Where texts go: generated ones at the left, real ones at the right of a gutter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TextSplit {
    /// Size of the letters.
    pub(super) font: f32,
    pub(super) generated_columns: usize,
    pub(super) real_columns: usize,
    pub(super) height: f32,
    cell: Vec2,
}

impl TextSplit {
    /// As many columns as `size` has room for, two thirds of them for generated texts.
    pub(super) fn of(size: Vec2, zoom: f32, longest: usize, [fakes, reals]: [usize; 2]) -> Self {
        let letters = longest.max(MIN_LETTERS) as f32;
        // A column of each kind always fits, as far as letters can be read.
        let widest = ((size.x - GUTTER) / 2.0 - MARGIN - END_ROOM - GAP) / (letters * LETTER_WIDTH);
        let font = (FONT * zoom).min(widest).max(6.0);
        let cell = vec2(MARGIN + letters * LETTER_WIDTH * font + END_ROOM, (ROW_HEIGHT * font).ceil());
        let columns = (((size.x - GUTTER + GAP) / (cell.x + GAP)) as usize).max(2);
        let real_columns = (columns / 3).max(1);
        let generated_columns = columns - real_columns;
        let rows = fakes.div_ceil(generated_columns).max(reals.div_ceil(real_columns));
        Self { font, generated_columns, real_columns, height: HEADING + rows as f32 * cell.y, cell }
    }

    /// Where the real texts begin, from where the generated ones do.
    pub(super) fn real_offset(&self) -> Vec2 {
        vec2(self.generated_columns as f32 * (self.cell.x + GAP) - GAP + GUTTER, 0.0)
    }

    pub(super) fn rect(&self, corner: Pos2, columns: usize, index: usize) -> Rect {
        let place =
            vec2((index % columns) as f32 * (self.cell.x + GAP), HEADING + (index / columns) as f32 * self.cell.y);
        Rect::from_min_size(corner + place, self.cell)
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::pos2;

    use super::*;

    #[test]
    fn all_columns_fit_side_by_side_at_any_size_of_window_and_letters() {
        for size in [vec2(500.0, 300.0), vec2(800.0, 600.0), vec2(1600.0, 900.0)] {
            for zoom in [1.0, 2.0, 4.0] {
                for longest in [3, 12, 32] {
                    let split = TextSplit::of(size, zoom, longest, [96, 48]);
                    let corner = pos2(0.0, 0.0) + split.real_offset();
                    let last = split.rect(corner, split.real_columns, split.real_columns - 1);
                    assert!(last.right() <= size.x + 0.5, "{size:?} {zoom} {longest}: {split:?}");
                    let generated = split.rect(pos2(0.0, 0.0), split.generated_columns, split.generated_columns - 1);
                    assert!(generated.right() < corner.x);
                }
            }
        }
    }

    #[test]
    fn enlarged_letters_are_larger() {
        let size = vec2(1200.0, 600.0);
        assert!(TextSplit::of(size, 2.0, 12, [96, 48]).font > 1.5 * TextSplit::of(size, 1.0, 12, [96, 48]).font);
    }
}
