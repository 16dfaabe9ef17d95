//! The first page: where is the data?

use eframe::egui::{Button, Key, Label, RichText, ScrollArea, TextEdit, Ui, Vec2};

use super::{plain_button, problem_ui};
use crate::state::DataOrder;
use crate::ui::action::Action;
use crate::ui::theme::{CONTROL_HEIGHT, HALF, UNIT, strong_style};
use crate::ui::widgets::{primary_button, small_label};

/// Width of the button beside the field.
const OPEN_WIDTH: f32 = 64.0;

/// What can be opened, and what becomes of it.
const FORMATS: [(&str, &str); 5] = [
    ("Folder of pictures", "PNG, JPEG, WebP, GIF, BMP; sub-folders are classes, train and test are kept apart."),
    ("Pictures in files", "IDX as of MNIST, CIFAR-10's .bin, NumPy's .npy and .npz; compressed or not."),
    ("Points", "Two columns of numbers as .csv, .tsv, .txt or .npy."),
    ("Texts", "A sample a line as .txt or .tsv; a label may follow after a tab."),
    ("A single picture", "Becomes a drawing: points come from where it is dark."),
];

/// Shows the page, at most `height` high. `problem` says why the last answer was of no use.
pub(super) fn ask_ui(ui: &mut Ui, problem: Option<&str>, path: &mut String, height: f32, actions: &mut Vec<Action>) {
    ui.heading("Open data");
    let mut chosen = None;
    // The heading above and the button below stay in sight.
    let body = height - 2.0 * CONTROL_HEIGHT - 4.0 * UNIT;
    ScrollArea::vertical().id_salt("ask").max_height(body).auto_shrink([false, true]).show(ui, |ui| {
        // Beside the bar of what can be scrolled.
        ui.set_max_width(ui.available_width() - UNIT);
        ui.add(
            Label::new("Pictures, points, texts or a drawing to learn from. Nothing in your files is changed.").wrap(),
        );
        if let Some(problem) = problem {
            problem_ui(ui, problem, "Choose something else; what can be read is listed below.");
        }
        ui.horizontal_wrapped(|ui| {
            if primary_button(ui, "Choose a folder…").clicked() {
                chosen = Some(DataOrder::ChooseFolder);
            }
            if ui.add(plain_button("Choose a file…")).clicked() {
                chosen = Some(DataOrder::ChooseFile);
            }
        });
        chosen = path_ui(ui, path).or(chosen.take());
        ui.add_space(HALF);
        for (name, text) in FORMATS {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                ui.label(RichText::new(name).text_style(strong_style()));
                small_label(ui, text);
            });
        }
    });
    if ui.add(plain_button("Cancel")).clicked() {
        chosen = Some(DataOrder::Close);
    }
    actions.extend(chosen.map(Action::Data));
}

/// A field for those who know where it is; what was entered in it.
fn path_ui(ui: &mut Ui, path: &mut String) -> Option<DataOrder> {
    small_label(ui, "Or drop it onto the window, or type where it is");
    ui.horizontal(|ui| {
        let width = ui.available_width() - OPEN_WIDTH - UNIT;
        let edit = TextEdit::singleline(path).desired_width(width).margin(Vec2::new(6.0, 5.0));
        let response = ui.add(edit).accessible_name("Path");
        // The last letter may come in the same frame as the key that ends it.
        let typed = path.trim().to_owned();
        let is_entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let button = Button::new("Open").min_size(Vec2::new(OPEN_WIDTH, CONTROL_HEIGHT));
        let open = ui.add_enabled(!typed.is_empty(), button);
        ((open.clicked() || is_entered) && !typed.is_empty()).then(|| DataOrder::Look(typed.into()))
    })
    .inner
}
