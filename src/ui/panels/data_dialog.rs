//! The dialog in which data is opened: asks where it is, shows what it is, and offers what can be fetched.

mod choices;
mod facts;
mod found;
mod missing;
mod thumbnails;

use eframe::egui::{self, Button, Key, Label, ProgressBar, RichText, ScrollArea, Ui, Vec2};

use self::found::found_ui;
use self::missing::missing_ui;
use self::thumbnails::Thumbnails;
use crate::data::Progress;
use crate::state::{DataOrder, DataPage, Fetching, name_of};
use crate::ui::action::Action;
use crate::ui::number;
use crate::ui::scene::Scene;
use crate::ui::theme::{CONTROL_HEIGHT, HALF, Palette, UNIT, strong_style};
use crate::ui::widgets::{primary_button, small_label};

/// Margin between the dialog's edge and what is in it.
const MARGIN: f32 = 20.0;
/// Room that is left around the dialog.
const AROUND: f32 = 48.0;

/// What can be opened, and what becomes of it.
const FORMATS: [(&str, &str); 4] = [
    (
        "Folder of pictures",
        "PNG, JPEG, WebP, GIF or BMP. Sub-folders are classes; a folder test beside train is held out.",
    ),
    ("Pictures in files", "IDX as of MNIST, CIFAR-10's .bin, NumPy's .npy and .npz; compressed or not."),
    ("Points", "Two columns of numbers as .csv, .tsv, .txt or .npy."),
    ("A single picture", "Becomes a drawing: points come from where it is dark."),
];

/// What the dialog remembers from frame to frame.
#[derive(Default)]
pub struct DataDialogPanel {
    path: String,
    thumbnails: Thumbnails,
    size: Vec2,
}

/// Shows the dialog, if it is open.
pub fn data_dialog_ui(ui: &Ui, scene: &Scene<'_>, panel: &mut DataDialogPanel, actions: &mut Vec<Action>) {
    let Some(page) = scene.controls.data_dialog.page() else { return };
    let room = ui.ctx().content_rect().size() - Vec2::splat(AROUND + 2.0 * MARGIN);
    let (name, width) = match page {
        DataPage::Ask { .. } => ("ask", 540.0),
        DataPage::Looking { .. } => ("looking", 540.0),
        DataPage::Found(_) => ("found", 860.0),
        DataPage::Missing(_) => ("missing", 540.0),
    };
    // Each page has its own size, and so stands in the middle from its first frame on.
    let modal = egui::Modal::new(egui::Id::unique(("data dialog", name)))
        .backdrop_color(Palette::of(ui).backdrop)
        .frame(egui::Frame::popup(ui.style()).inner_margin(MARGIN))
        .show(ui.ctx(), |ui| {
            ui.set_width(room.x.min(width));
            ui.set_max_height(room.y);
            ui.spacing_mut().item_spacing.y = UNIT;
            match page {
                DataPage::Ask { problem } => ask_ui(ui, problem.as_deref(), panel, actions),
                DataPage::Looking { path, progress } => looking_ui(ui, &name_of(path), *progress, actions),
                DataPage::Found(found) => {
                    panel.thumbnails.update(ui.ctx(), scene.controls.data_dialog.version(), &found.thumbnails);
                    found_ui(ui, found, &panel.thumbnails, room.y, actions);
                }
                DataPage::Missing(missing) => missing_ui(ui, missing, room.y, actions),
            }
        });
    if std::mem::replace(&mut panel.size, modal.response.rect.size()) != modal.response.rect.size() {
        // It was put where the middle of the size before was.
        ui.ctx().request_repaint();
    }
    // A stray click beside it must not end what has been waited for.
    let is_working = match page {
        DataPage::Looking { .. } => true,
        DataPage::Missing(missing) => matches!(missing.fetching, Fetching::Running(_) | Fetching::Stopping),
        DataPage::Ask { .. } | DataPage::Found(_) => false,
    };
    if modal.should_close() && !(is_working && modal.backdrop_response.clicked()) {
        actions.push(close());
    }
}

fn close() -> Action {
    Action::Data(DataOrder::Close)
}

/// Asks where the data is.
fn ask_ui(ui: &mut Ui, problem: Option<&str>, panel: &mut DataDialogPanel, actions: &mut Vec<Action>) {
    ui.heading("Open data");
    ui.add(Label::new("Pictures, points or a drawing to learn from. Nothing in your files is changed.").wrap());
    if let Some(problem) = problem {
        problem_ui(ui, problem, "Choose something else; what can be read is listed below.");
    }
    let mut chosen = None;
    ui.horizontal_wrapped(|ui| {
        if primary_button(ui, "Choose a folder…").clicked() {
            chosen = Some(DataOrder::ChooseFolder);
        }
        if ui.add(plain_button("Choose a file…")).clicked() {
            chosen = Some(DataOrder::ChooseFile);
        }
    });
    small_label(ui, "Or drop it onto the window, or type where it is");
    ui.horizontal(|ui| {
        let typed = panel.path.trim().to_owned();
        let room = ui.available_width() - 64.0 - UNIT;
        let edit = egui::TextEdit::singleline(&mut panel.path).desired_width(room).margin(Vec2::new(6.0, 5.0));
        let response = ui.add(edit).accessible_name("Path");
        let is_entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let open = ui.add_enabled(!typed.is_empty(), Button::new("Open").min_size(Vec2::new(64.0, CONTROL_HEIGHT)));
        if (open.clicked() || is_entered) && !typed.is_empty() {
            chosen = Some(DataOrder::Look(typed.into()));
        }
    });
    ui.add_space(HALF);
    for (name, text) in FORMATS {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.label(RichText::new(name).text_style(strong_style()));
            small_label(ui, text);
        });
    }
    ui.add_space(HALF);
    if ui.add(plain_button("Cancel")).clicked() {
        chosen = Some(DataOrder::Close);
    }
    actions.extend(chosen.map(Action::Data));
}

/// Says how far looking has come.
fn looking_ui(ui: &mut Ui, name: &str, progress: Option<Progress>, actions: &mut Vec<Action>) {
    ui.add(Label::new(RichText::new(format!("Looking at {name}")).heading()).truncate());
    let text = match progress {
        None => "Opening it…".to_owned(),
        Some(Progress { done, total: None }) => format!("{} files listed", number::grouped(done as u64)),
        Some(Progress { done, total: Some(total) }) => {
            format!("{} of {} looked at", number::grouped(done as u64), number::grouped(total as u64))
        }
    };
    let share = match progress {
        Some(Progress { done, total: Some(total) }) if total > 0 => done as f32 / total as f32,
        _ => 0.0,
    };
    bar_ui(ui, share, &text);
    if ui.add(plain_button("Cancel")).clicked() {
        actions.push(close());
    }
}

/// How far something has come, with the numbers under it.
fn bar_ui(ui: &mut Ui, share: f32, text: &str) {
    let palette = Palette::of(ui);
    ui.add(ProgressBar::new(share).desired_height(UNIT).fill(palette.real).corner_radius(HALF)).accessible_name(text);
    small_label(ui, text);
}

/// What went wrong, and what to do.
fn problem_ui(ui: &mut Ui, problem: &str, advice: &str) {
    let palette = Palette::of(ui);
    let frame = egui::Frame::new()
        .stroke(egui::Stroke::new(1.0, palette.error.gamma_multiply(0.7)))
        .corner_radius(crate::ui::theme::CARD_RADIUS)
        .inner_margin(10);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = HALF;
        // A path may be long; what to do must stay in sight.
        ScrollArea::vertical().max_height(88.0).show(ui, |ui| {
            let problem = problem.trim_end_matches('.');
            ui.add(Label::new(RichText::new(format!("{problem}.")).color(palette.error)).wrap());
        });
        small_label(ui, advice);
    });
}

/// A button that is not the advised one.
fn plain_button(text: &str) -> Button<'_> {
    Button::new(text).min_size(Vec2::new(0.0, CONTROL_HEIGHT))
}
