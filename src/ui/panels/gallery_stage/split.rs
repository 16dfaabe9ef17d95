//! Where the tiles of the gallery go.

use eframe::egui::{Pos2, Rect, Vec2, vec2};

use super::rows::{ClassRows, NAMES_WIDTH};

/// Space between tiles.
const GAP: f32 = 6.0;
/// Height of the bar that shows a tile's score, with the space above it.
pub(super) const BAR: f32 = 6.0;
/// Space between generated and real pictures.
const GUTTER: f32 = 24.0;
/// Height of the words above the pictures.
pub(super) const HEADING: f32 = 24.0;
/// The largest tile that still looks like a picture rather than like its pixels.
const MAX_TILE: f32 = 144.0;
/// A tile in which all can be seen without looking closely.
const COMFORTABLE_TILE: f32 = 72.0;
/// The smallest tile in which anything can be seen.
const MIN_TILE: f32 = 16.0;

/// Size of the tiles of the lowest rows of classes: with still lower ones, one scrolls.
const SMALLEST_ROW: f32 = 20.0;
/// Size of tiles where not all fit: then one scrolls, and might as well see something.
const READABLE_TILE: f32 = 28.0;

/// Where tiles go: generated pictures at the left, real ones at the right of a gutter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Split {
    pub(super) tile: Vec2,
    pub(super) left: f32,
    pub(super) generated_columns: usize,
    pub(super) real_columns: usize,
    pub(super) height: f32,
}

impl Split {
    /// The largest tiles with which everything fits into `size`, times `zoom`.
    pub(super) fn of(size: Vec2, zoom: f32, fakes: usize, reals: usize, aspect: f32) -> Self {
        let cell = |tile: f32| tile / aspect + BAR + GAP;
        let width = |tile: f32, columns: usize| columns as f32 * (tile + GAP) - GAP;
        // As few columns as the height allows.
        let columns = |tile: f32, len: usize| {
            let rows = (((size.y - HEADING) / cell(tile)) as usize).max(1);
            len.div_ceil(rows).max(1)
        };
        let total = |tile: f32| width(tile, columns(tile, fakes)) + GUTTER + width(tile, columns(tile, reals));
        let mut tile = MAX_TILE;
        while tile > MIN_TILE && (total(tile) > size.x || cell(tile) + HEADING > size.y) {
            tile -= 1.0;
        }
        let (mut generated_columns, mut real_columns) = (columns(tile, fakes), columns(tile, reals));
        let overflows = total(tile) > size.x;
        if overflows {
            tile = READABLE_TILE;
        }
        if overflows || zoom > 1.0 {
            tile = (tile * zoom).min((size.x - GUTTER) / 2.0).max(MIN_TILE).floor();
            let both = (((size.x - GUTTER + 2.0 * GAP) / (tile + GAP)) as usize).max(2);
            real_columns = (both * reals / (fakes + reals).max(1)).clamp(1, both - 1);
            generated_columns = both - real_columns;
        }
        let rows = fakes.div_ceil(generated_columns).max(reals.div_ceil(real_columns));
        let used = width(tile, generated_columns) + GUTTER + width(tile, real_columns);
        let left = ((size.x - used) / 2.0).max(0.0).floor();
        Self {
            tile: vec2(tile, tile / aspect),
            left,
            generated_columns,
            real_columns,
            height: HEADING + rows as f32 * cell(tile),
        }
    }

    /// The largest tiles with which a row for each class fits into `size`, times `zoom` as far as the width allows; the names of
    /// the classes stand left of them. Where rows are so long that tiles would be small, only the first of each row are shown.
    pub(super) fn by_class(size: Vec2, zoom: f32, rows: ClassRows, aspect: f32) -> Self {
        let ClassRows { rows, fakes, reals } = rows;
        let highest = ((size.y - HEADING) / rows as f32 - BAR - GAP) * aspect;
        let room = size.x - NAMES_WIDTH - GUTTER + 2.0 * GAP;
        let most = (room / (highest.min(COMFORTABLE_TILE) + GAP)).floor().max(2.0) as usize;
        let reals = reals.min((most * reals / (fakes + reals)).max(1));
        let fakes = fakes.min(most - reals);
        let columns = (fakes + reals) as f32;
        let widest = room / columns - GAP;
        let fitting = if highest < SMALLEST_ROW { READABLE_TILE } else { highest }.min(widest).min(MAX_TILE);
        let width = (fitting * zoom).min(widest).max(MIN_TILE).floor();
        let tile = vec2(width, width / aspect);
        let used = NAMES_WIDTH + columns * (width + GAP) - 2.0 * GAP + GUTTER;
        Self {
            tile,
            left: ((size.x - used) / 2.0).max(0.0).floor() + NAMES_WIDTH,
            generated_columns: fakes,
            real_columns: reals,
            height: HEADING + rows as f32 * (tile.y + BAR + GAP),
        }
    }

    /// Where the real pictures begin, from where the generated ones do.
    pub(super) fn real_offset(&self) -> Vec2 {
        vec2(self.generated_columns as f32 * (self.tile.x + GAP) - GAP + GUTTER, 0.0)
    }

    pub(super) fn rect(&self, corner: Pos2, columns: usize, index: usize) -> Rect {
        let pitch = self.tile + vec2(GAP, GAP + BAR);
        let place = vec2((index % columns) as f32 * pitch.x, HEADING + (index / columns) as f32 * pitch.y);
        Rect::from_min_size(corner + place, self.tile)
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::pos2;

    use super::*;

    #[test]
    fn everything_fits_at_the_start() {
        for size in [vec2(520.0, 430.0), vec2(800.0, 640.0), vec2(1600.0, 500.0), vec2(360.0, 700.0)] {
            let split = Split::of(size, 1.0, 48, 24, 1.0);
            assert!(split.height <= size.y, "{size:?}: {split:?}");
            let corner = pos2(split.left, 0.0) + split.real_offset();
            assert!(split.rect(corner, split.real_columns, split.real_columns - 1).right() <= size.x);
        }
    }

    #[test]
    fn where_there_is_hardly_any_height_pictures_keep_to_the_width_and_scroll() {
        for size in [vec2(504.0, 110.0), vec2(340.0, 40.0)] {
            let split = Split::of(size, 1.0, 48, 24, 1.0);
            let corner = pos2(split.left, 0.0) + split.real_offset();
            assert!(split.rect(corner, split.real_columns, split.real_columns - 1).right() <= size.x, "{split:?}");
            assert!(split.height > size.y && split.tile.x >= READABLE_TILE, "{split:?}");
            let rows = ClassRows { rows: 10, fakes: 5, reals: 3 };
            assert!(Split::by_class(size, 1.0, rows, 1.0).tile.x >= SMALLEST_ROW);
        }
    }

    #[test]
    fn a_row_for_each_class_fits_and_grows_as_far_as_the_width_allows() {
        let rows = ClassRows { rows: 10, fakes: 5, reals: 3 };
        for size in [vec2(520.0, 400.0), vec2(800.0, 640.0), vec2(1600.0, 500.0)] {
            for zoom in [1.0, 4.0] {
                let split = Split::by_class(size, zoom, rows, 1.0);
                assert!(zoom > 1.0 || split.height <= size.y, "{size:?}: {split:?}");
                let corner = pos2(split.left, 0.0) + split.real_offset();
                assert!(split.rect(corner, split.real_columns, 2).right() <= size.x, "{size:?}: {split:?}");
                assert!(split.left >= NAMES_WIDTH);
            }
        }
    }

    #[test]
    fn long_rows_are_cut_short_rather_than_small() {
        let rows = ClassRows { rows: 3, fakes: 16, reals: 8 };
        let split = Split::by_class(vec2(780.0, 560.0), 1.0, rows, 1.0);
        assert!(split.tile.x >= COMFORTABLE_TILE, "{split:?}");
        assert!(split.generated_columns >= 5 && split.real_columns >= 2, "{split:?}");
        let corner = pos2(split.left, 0.0) + split.real_offset();
        assert!(split.rect(corner, split.real_columns, split.real_columns - 1).right() <= 780.0, "{split:?}");
    }

    #[test]
    fn zooming_makes_tiles_larger() {
        let size = vec2(800.0, 640.0);
        let (one, two) = (Split::of(size, 1.0, 48, 24, 1.0), Split::of(size, 2.0, 48, 24, 1.0));
        assert!(two.tile.x > 1.5 * one.tile.x);
        assert!(two.height > one.height);
    }

    #[test]
    fn a_tiny_stage_does_no_harm() {
        let split = Split::of(vec2(10.0, 10.0), 1.0, 48, 24, 1.0);
        assert!(split.tile.x > 0.0 && split.generated_columns > 0);
    }
}
