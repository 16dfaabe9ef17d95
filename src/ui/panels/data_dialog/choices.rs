//! What pictures are to become: size, colours, how they are made square, and whether classes are learned.

use eframe::egui::{Button, Ui, Vec2};

use crate::config::{Choice as _, FitKind, PicturesConfig};
use crate::state::{DataOrder, FoundPictures};
use crate::ui::action::Action;
use crate::ui::theme::{CONTROL_HEIGHT, HALF};
use crate::ui::widgets::{labelled_row, small_label};

/// From this size on, training without a GPU is slow.
const SLOW_SIZE: usize = 64;

/// Shows the choices.
pub(super) fn choices_ui(ui: &mut Ui, found: &FoundPictures, actions: &mut Vec<Action>) {
    let mut chosen = found.chosen.clone();
    labelled_row(ui, "Size", "Rows and columns that every picture is scaled to; larger ones take longer", |ui, _| {
        let sizes =
            PicturesConfig::SIZES.map(|size| (size, format!("{size}×{size}"), "Scales every picture to this size"));
        either_ui(ui, &mut chosen.size, &sizes);
    });
    labelled_row(ui, "Colours", "Grey is learned about three times as fast", |ui, _| {
        let colours = [
            (1, "Grey".to_owned(), "Keeps how bright each place looks"),
            (3, "Colour".to_owned(), "Keeps red, green and blue"),
        ];
        either_ui(ui, &mut chosen.channels, &colours);
    });
    labelled_row(ui, "Fit", "How a picture that is not square becomes one", |ui, _| {
        let fits: Vec<_> = FitKind::ALL.iter().map(|&fit| (fit, fit.label().to_owned(), fit.tooltip())).collect();
        either_ui(ui, &mut chosen.fit, &fits);
    });
    if chosen != found.chosen {
        actions.push(Action::Data(DataOrder::Fit(chosen)));
    }
    if found.chosen.size >= SLOW_SIZE {
        small_label(ui, "Pictures of this size take long to learn without a GPU.");
    }
    classes_ui(ui, found, actions);
}

fn classes_ui(ui: &mut Ui, found: &FoundPictures, actions: &mut Vec<Action>) {
    if found.chosen.classes == 0 {
        return;
    }
    let mut learns_classes = found.learns_classes;
    let tooltip = "Tells both networks the class of each picture, so that the generator can be asked for one of them";
    if ui.checkbox(&mut learns_classes, "Conditional: learn each class").on_hover_text(tooltip).clicked() {
        actions.push(Action::Data(DataOrder::LearnClasses(learns_classes)));
    }
}

/// Values side by side, of which one is chosen.
fn either_ui<T: Copy + PartialEq>(ui: &mut Ui, value: &mut T, choices: &[(T, String, &str)]) {
    ui.spacing_mut().item_spacing.x = HALF;
    for (choice, name, tooltip) in choices {
        let button = Button::selectable(value == choice, name.as_str()).min_size(Vec2::new(0.0, CONTROL_HEIGHT));
        if ui.add(button).on_hover_text(*tooltip).clicked() {
            *value = *choice;
        }
    }
}
