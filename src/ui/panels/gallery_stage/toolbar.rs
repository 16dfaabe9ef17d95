//! What can be set about the gallery: size, order, class, and what else it shows.

use eframe::egui::{self, Ui, vec2};

use super::nearest::{self, toggled};
use crate::state::GalleryLook;
use crate::trainer::GalleryView;
use crate::ui::action::Action;
use crate::ui::panels::class_choice::class_choice_ui;
use crate::ui::panels::stage::generator_choice_ui;
use crate::ui::scene::Scene;
use crate::ui::theme::{CONTROL_HEIGHT, HALF, UNIT};
use crate::ui::widgets::{choice_combo, plain_slider};

/// Width of the stage from which there is room for a word beside each control.
const WORDS_WIDTH: f32 = 640.0;
/// Widths of the lists and the slider, where there is room and where there is little.
const ORDER_WIDTHS: [f32; 2] = [120.0, 110.0];
const CLASS_WIDTHS: [f32; 2] = [124.0, 114.0];
/// Width from which there is room for the slider beside the choice of a class.
const SLIDER_ROOM: f32 = 560.0;
const SLIDER_WIDTHS: [f32; 2] = [64.0, 40.0];
/// Width of the choice of a generator.
const CHOICE_WIDTH: f32 = 148.0;
/// Space beside the words of a control where there is little room: with it, all of them are whole in the smallest window.
const NARROW_PADDING: f32 = 6.0;

/// Shows the controls above the gallery.
pub(super) fn toolbar_ui(ui: &mut Ui, scene: &Scene<'_>, view: &GalleryView, actions: &mut Vec<Action>) {
    let look = scene.controls.gallery;
    let choice = |ui: &mut Ui, actions: &mut Vec<Action>| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| generator_choice_ui(ui, scene, actions));
    };
    // On a projector there may be room for a few of them in a row.
    let row = egui::Layout::left_to_right(egui::Align::Center).with_main_wrap(ui.available_width() < SLIDER_ROOM);
    let size = vec2(ui.available_width(), CONTROL_HEIGHT);
    let is_whole = ui.allocate_ui_with_layout(size, row, |ui| {
        let has_words = ui.available_width() >= WORDS_WIDTH;
        let [order, class, slider] = [ORDER_WIDTHS, CLASS_WIDTHS, SLIDER_WIDTHS]
            .map(|[wide, narrow]| if has_words { wide } else { narrow });
        if has_words {
            ui.spacing_mut().item_spacing.x = UNIT;
            ui.label("Size");
        } else {
            ui.spacing_mut().item_spacing.x = HALF;
            ui.spacing_mut().button_padding.x = NARROW_PADDING;
        }
        let tooltip = "Size of the pictures; ctrl and the wheel do the same";
        let zoom = scene.settings.tile_zoom;
        // Where there is no room for it, the wheel does the same.
        if view.classes.is_none() || ui.available_width() >= SLIDER_ROOM {
            let zoomed = plain_slider(ui, "Size of the pictures", tooltip, zoom, 1.0..=4.0, slider);
            actions.extend(zoomed.map(Action::SetTileZoom));
        }
        if let Some(chosen) = choice_combo(ui, "Order of the pictures", look.order, order) {
            actions.push(Action::LookAtGallery(GalleryLook { order: chosen, ..look }));
        }
        class_choice_ui(ui, scene, "Class of the pictures", class, actions);
        let why = ui.add(egui::Button::selectable(look.shows_slopes, "Why"));
        let tooltip = if look.shows_slopes && view.fake_slopes.is_none() {
            "Batch normalisation in the discriminator mixes the pictures of a batch: none has a slope of its own"
        } else {
            "What in each picture the discriminator goes by, its slope at each pixel: blue would look more real if it were \
             lighter, orange if it were darker"
        };
        if why.on_hover_text(tooltip).clicked() {
            actions.push(Action::LookAtGallery(GalleryLook { shows_slopes: !look.shows_slopes, ..look }));
        }
        let tooltip = "Memorised or invented: shows the generated pictures that lie nearest to training pictures; right-click a \
                       picture to search for its own";
        let copies = ui.add(egui::Button::selectable(nearest::is_open(scene), "Nearest"));
        if copies.on_hover_text(tooltip).clicked() {
            let is_open = nearest::is_open(scene);
            actions.push(if is_open { Action::PutNearestAway } else { Action::LookAtGallery(toggled(look)) });
        }
        let is_whole = ui.available_size_before_wrap().x >= CHOICE_WIDTH;
        if is_whole {
            choice(ui, actions);
        }
        is_whole
    });
    if !is_whole.inner {
        ui.horizontal(|ui| choice(ui, actions));
    }
    ui.add_space(HALF);
}
