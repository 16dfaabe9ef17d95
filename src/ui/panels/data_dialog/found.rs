//! Pictures that were found: what they look like, what is known of them, and what they are to become.

use eframe::egui::{Label, RichText, ScrollArea, Ui};

use super::buttons_ui;
use super::choices::choices_ui;
use super::facts::facts_ui;
use super::thumbnails::Thumbnails;
use crate::state::FoundPictures;
use crate::ui::action::Action;
use crate::ui::number;
use crate::ui::theme::{CONTROL_HEIGHT, HALF, UNIT};
use crate::ui::widgets::small_label;

/// Width of the thumbnails, where there is room.
const THUMBNAILS_WIDTH: f32 = 400.0;
/// Width below which the facts stand under the thumbnails.
const TWO_COLUMNS_WIDTH: f32 = 640.0;

/// Shows the page, at most `height` high.
pub(super) fn found_ui(
    ui: &mut Ui,
    found: &FoundPictures,
    thumbnails: &Thumbnails,
    height: f32,
    actions: &mut Vec<Action>,
) {
    let title = ui.add(Label::new(RichText::new(found.name()).heading()).truncate());
    if let Some(path) = &found.chosen.path {
        title.on_hover_text(path.display().to_string());
    }
    // The heading above and the buttons below stay in sight.
    let body = height - 2.0 * CONTROL_HEIGHT - 4.0 * UNIT;
    ScrollArea::vertical().id_salt("found").max_height(body).auto_shrink([false, true]).show(ui, |ui| {
        let width = ui.available_width();
        if width >= TWO_COLUMNS_WIDTH {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = 3.0 * UNIT;
                ui.vertical(|ui| left_ui(ui, found, thumbnails, THUMBNAILS_WIDTH));
                ui.vertical(|ui| right_ui(ui, found, actions));
            });
        } else {
            ui.vertical(|ui| left_ui(ui, found, thumbnails, THUMBNAILS_WIDTH.min(width)));
            right_ui(ui, found, actions);
        }
    });
    buttons_ui(ui, "Starts a new run from step 0 on these pictures", actions);
}

/// What the pictures look like.
fn left_ui(ui: &mut Ui, found: &FoundPictures, thumbnails: &Thumbnails, width: f32) {
    ui.set_width(width);
    thumbnails.ui(ui, width);
    let (shown, all) = (found.thumbnails.len() as u64, found.inspection.pictures as u64);
    let text = if shown < all {
        format!("{} of {}, as training will see them", number::grouped(shown), number::grouped(all))
    } else {
        "All of them, as training will see them".to_owned()
    };
    small_label(ui, &text);
}

/// What they are to become, and what is known of them.
fn right_ui(ui: &mut Ui, found: &FoundPictures, actions: &mut Vec<Action>) {
    // Beside the bar of what can be scrolled.
    ui.set_max_width(ui.available_width() - UNIT);
    ui.spacing_mut().item_spacing.y = HALF;
    choices_ui(ui, found, actions);
    ui.add_space(UNIT);
    facts_ui(ui, &found.inspection);
}
