//! The dialog in which data is opened: asks where it is, shows what it is, and offers what can be fetched.

mod ask;
mod choices;
mod classes;
mod fact;
mod facts;
mod found;
mod missing;
mod texts;
mod thumbnails;

use eframe::egui::{self, Button, Label, ProgressBar, RichText, ScrollArea, Ui, Vec2};

use self::ask::ask_ui;
use self::found::found_ui;
use self::missing::missing_ui;
use self::texts::texts_ui;
use self::thumbnails::Thumbnails;
use crate::data::Progress;
use crate::state::{DataOrder, DataPage, Fetching, name_of};
use crate::ui::action::Action;
use crate::ui::number;
use crate::ui::scene::Scene;
use crate::ui::theme::{BESIDE_BAR, CONTROL_HEIGHT, HALF, Palette, UNIT};
use crate::ui::widgets::{primary_button, small_label};

/// Margin between the dialog's edge and what is in it.
const MARGIN: f32 = 20.0;
/// Room that is left around the dialog.
const AROUND: f32 = 48.0;

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
        DataPage::Texts(_) => ("texts", 640.0),
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
                DataPage::Ask { problem } => ask_ui(ui, problem.as_deref(), &mut panel.path, room.y, actions),
                DataPage::Looking { path, progress } => looking_ui(ui, &name_of(path), *progress, actions),
                DataPage::Found(found) => {
                    panel.thumbnails.update(ui.ctx(), scene.controls.data_dialog.version(), &found.thumbnails);
                    found_ui(ui, found, &panel.thumbnails, room.y, actions);
                }
                DataPage::Texts(found) => texts_ui(ui, found, room.y, actions),
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
        DataPage::Ask { .. } | DataPage::Found(_) | DataPage::Texts(_) => false,
    };
    if modal.should_close() && !(is_working && modal.backdrop_response.clicked()) {
        actions.push(close());
    }
}

fn close() -> Action {
    Action::Data(DataOrder::Close)
}

/// What can be done with data that was found; `tooltip` says what training on it would be.
fn buttons_ui(ui: &mut Ui, tooltip: &str, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        if primary_button(ui, "Train on it").on_hover_text(tooltip).clicked() {
            actions.push(Action::Data(DataOrder::Train));
        }
        if ui.add(plain_button("Other data…")).clicked() {
            actions.push(Action::Data(DataOrder::Ask));
        }
        if ui.add(plain_button("Cancel")).clicked() {
            actions.push(close());
        }
    });
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
        ScrollArea::vertical().max_height(88.0).content_margin(BESIDE_BAR).show(ui, |ui| {
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
