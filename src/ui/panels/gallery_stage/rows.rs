//! Pictures by class: a row for each, with the class's name at its head.

use eframe::egui::{self, Align, Layout, Pos2, Rect, RichText, Ui, UiBuilder, vec2};

use super::split::Split;
use crate::trainer::GalleryClasses;
use crate::ui::action::Action;
use crate::ui::theme::{HALF, Palette, SMALL_TEXT};

/// Width of the names at the head of the rows.
pub(super) const NAMES_WIDTH: f32 = 88.0;
/// The most classes that have a row each: more would be rows of crumbs.
const MAX_ROWS: usize = 16;

/// How many pictures of a class stand in its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ClassRows {
    /// Rows, one for each class.
    pub(super) rows: usize,
    /// The most generated pictures of one class.
    pub(super) fakes: usize,
    /// The most real pictures of one class.
    pub(super) reals: usize,
}

impl ClassRows {
    /// The rows of pictures of several classes; `None` where all are of one, or the classes are too many.
    pub(super) fn of(classes: &GalleryClasses) -> Option<Self> {
        let rows = classes.names.len();
        let first = classes.fake.first()?;
        let is_mixed = classes.fake.iter().any(|label| label != first);
        let count = |labels: &[u8], row: usize| labels.iter().filter(|label| usize::from(**label) == row).count();
        let most = |labels: &[u8]| (0..rows).map(|row| count(labels, row)).max().unwrap_or(0).max(1);
        (is_mixed && rows <= MAX_ROWS).then(|| Self { rows, fakes: most(&classes.fake), reals: most(&classes.real) })
    }
}

/// Which place each picture takes, counted row by row: those of a class stand in its row, in their `order`.
pub(super) fn places(order: &[usize], labels: &[u8], rows: usize, columns: usize) -> Vec<(usize, usize)> {
    let mut taken = vec![0; rows];
    let place = |&index: &usize| {
        let row = usize::from(*labels.get(index)?);
        let column = taken.get_mut(row).filter(|column| **column < columns)?;
        *column += 1;
        Some((row * columns + *column - 1, index))
    };
    order.iter().filter_map(place).collect()
}

/// The names at the head of the rows; a click shows one class alone.
pub(super) fn names_ui(ui: &mut Ui, names: &[String], split: &Split, corner: Pos2, actions: &mut Vec<Action>) {
    for (row, name) in names.iter().enumerate() {
        let tile = split.rect(corner, 1, row);
        let rect = Rect::from_min_size(tile.min - vec2(NAMES_WIDTH, 0.0), vec2(NAMES_WIDTH - HALF, tile.height()));
        let layout = Layout::left_to_right(Align::Center);
        let mut head = ui.new_child(UiBuilder::new().max_rect(rect).layout(layout).id_salt(("class row", row)));
        head.spacing_mut().button_padding = egui::Vec2::ZERO;
        let text = RichText::new(name).size(SMALL_TEXT).color(Palette::of(ui).text);
        let response = head.add(egui::Button::new(text).frame(false).truncate());
        let response = response.accessible_name(format!("Only {name}"));
        if response.on_hover_text(format!("{name}: click to see this class alone")).clicked() {
            actions.push(Action::ShowClass(Some(row)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(names: usize, fake: Vec<u8>) -> GalleryClasses {
        GalleryClasses { names: vec!["a".to_owned(); names], fake, real: vec![1, 1, 1] }
    }

    #[test]
    fn rows_are_as_long_as_the_largest_class() {
        let rows = ClassRows::of(&classes(3, vec![0, 1, 2, 0]));
        assert_eq!(rows, Some(ClassRows { rows: 3, fakes: 2, reals: 3 }));
        assert_eq!(ClassRows::of(&classes(3, vec![1, 1])), None, "one class alone needs no rows");
        assert_eq!(ClassRows::of(&classes(17, vec![0, 1])), None);
        assert_eq!(ClassRows::of(&classes(3, Vec::new())), None);
    }

    #[test]
    fn pictures_stand_in_the_row_of_their_class_in_order() {
        assert_eq!(places(&[3, 0, 1, 2], &[0, 1, 0, 0], 2, 2), [(0, 3), (1, 0), (2, 1)], "the row is full before 2");
        assert_eq!(places(&[0, 1], &[0, 9], 2, 2), [(0, 0)], "a label of no class has no row");
        assert_eq!(places(&[0, 5], &[0], 2, 2), [(0, 0)], "nor has a picture without a label");
    }
}
