//! The left panel: what is learned, by which networks, in which game.
//!
//! What acts at once stands in the open; what needs a restart is edited in a draft, and says so.

mod data;
mod layer_list;
mod letters;
mod network;
mod sizes;
mod steadying;
mod training;

use eframe::egui::{self, RichText, ScrollArea, Ui};

use self::data::data_ui;
pub(super) use self::data::text_choices_ui;
use self::network::{Side, network_ui};
use self::steadying::steadying_ui;
use self::training::{game_ui, more_ui};
use crate::config::{ARTICLE_CORRECTIONS, Choice as _, Preset, RunConfig};
use crate::ui::action::{Action, Verb};
use crate::ui::scene::Scene;
use crate::ui::theme::{CARD_RADIUS, HALF, Palette, UNIT};
use crate::ui::widgets::{fold_ui, primary_button, small_label};

/// Shows the panel.
pub fn configuration_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    if scene.controls.draft.is_edited() {
        let bar = egui::Panel::bottom("draft").frame(egui::Frame::new().inner_margin(egui::Margin::symmetric(0, 8)));
        bar.resizable(false).show_separator_line(false).show(ui, |ui| draft_bar_ui(ui, scene, actions));
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = HALF;
        data_ui(ui, scene, actions);
        network_ui(ui, scene, Side::Generator, actions);
        network_ui(ui, scene, Side::Discriminator, actions);
        game_ui(ui, scene, actions);
        steadying_ui(ui, scene, actions);
        more_ui(ui, scene, actions);
        corrections_ui(ui, scene);
        ui.add_space(UNIT);
    });
}

/// What waits for a restart, why it cannot be run if it cannot, and the two ways on.
pub fn draft_bar_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let draft = &scene.controls.draft;
    let palette = Palette::of(ui);
    let problem = draft.problem();
    let border = if problem.is_some() { palette.error } else { palette.warning };
    let frame = egui::Frame::new()
        .fill(palette.raised)
        .stroke(egui::Stroke::new(1.0, border.gamma_multiply(0.7)))
        .corner_radius(CARD_RADIUS)
        .inner_margin(10);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 6.0;
        let (text, color) = match problem {
            Some(problem) => (capitalized(&problem.to_string()), palette.error),
            None => (format!("Needs a restart: {}", draft.changes().join(", ")), palette.text),
        };
        ui.add(egui::Label::new(RichText::new(text).small().color(color)).wrap());
        ui.horizontal(|ui| {
            let apply = ui.add_enabled_ui(problem.is_none(), |ui| primary_button(ui, Verb::ApplyDraft.label())).inner;
            if apply.on_hover_text(Verb::ApplyDraft.tooltip()).clicked() {
                actions.push(Verb::ApplyDraft.into());
            }
            let discard = ui.button(Verb::DiscardDraft.label());
            if discard.on_hover_text(Verb::DiscardDraft.tooltip()).clicked() {
                actions.push(Verb::DiscardDraft.into());
            }
        });
    });
}

/// Pushes the draft with one edit.
fn edit(scene: &Scene<'_>, actions: &mut Vec<Action>, change: impl FnOnce(&mut RunConfig)) {
    let mut config = scene.controls.draft.config().clone();
    change(&mut config);
    actions.push(Action::EditDraft(Box::new(config)));
}

/// What had to change in the article's listing, beside the preset that runs it.
fn corrections_ui(ui: &mut Ui, scene: &Scene<'_>) {
    if scene.controls.draft.config().preset == Preset::Article.key() {
        fold_ui(ui, "corrections", "What was corrected in the article", |ui| {
            for correction in ARTICLE_CORRECTIONS {
                small_label(ui, correction);
                ui.add_space(HALF);
            }
        });
    }
}

/// A sentence that begins with a capital letter.
pub(in crate::ui) fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
