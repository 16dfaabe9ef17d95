//! The left panel: what is learned, by which networks, in which game.
//!
//! What acts at once stands in the open; what needs a restart is edited in a draft, and says so.

mod network;
mod training;

use eframe::egui::{self, RichText, ScrollArea, Sense, Ui, Vec2};

use self::network::{Side, network_ui};
use self::training::{game_ui, more_ui};
use crate::config::{ARTICLE_CORRECTIONS, Choice as _, DatasetKind, Preset, RunConfig};
use crate::ui::action::{Action, Verb};
use crate::ui::scene::Scene;
use crate::ui::theme::{CARD_RADIUS, HALF, Palette, UNIT};
use crate::ui::widgets::{choice_combo, fold_ui, heading_ui, paint_dataset, primary_button, small_label};

/// Side of the data set's small picture.
const THUMBNAIL: f32 = 52.0;

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

fn data_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let kind = scene.controls.draft.config().data.kind;
    heading_ui(ui, "Data");
    ui.horizontal(|ui| {
        let (rect, response) = ui.allocate_exact_size(Vec2::splat(THUMBNAIL), Sense::hover());
        ui.painter().rect_filled(rect, 6.0, palette.well);
        paint_dataset(ui.painter(), rect.shrink(5.0), kind, palette.real);
        response.on_hover_text(kind.tooltip());
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let width = ui.available_width();
            if let Some(chosen) = choice_combo(ui, "Data set", kind, width) {
                edit(scene, actions, |config| choose_data(config, chosen));
            }
            small_label(ui, &kind.shape().to_string());
        });
    });
}

/// Other data of the same shape keeps the networks; data of another shape brings networks that fit it.
fn choose_data(config: &mut RunConfig, kind: DatasetKind) {
    if kind.shape() == config.data.kind.shape() {
        config.data.kind = kind;
        return;
    }
    let fitting = Preset::ALL.iter().rev().map(|preset| preset.config()).find(|preset| preset.data.kind == kind);
    if let Some(fitting) = fitting {
        let seed = config.seed;
        *config = RunConfig { seed, ..fitting };
    }
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

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_of_another_shape_brings_networks_that_fit() {
        for &from in Preset::ALL {
            for &kind in DatasetKind::ALL {
                let mut config = from.config();
                config.seed = 42;
                choose_data(&mut config, kind);
                assert_eq!((config.data.kind, config.seed), (kind, 42));
                assert_eq!(config.validate(), Ok(()), "{from:?} with {kind:?}");
            }
        }
    }

    #[test]
    fn data_of_the_same_shape_keeps_the_networks() {
        let mut config = Preset::Collapse.config();
        let networks = config.generator.clone();
        choose_data(&mut config, DatasetKind::Spiral);
        assert_eq!(config.generator, networks);
    }
}
