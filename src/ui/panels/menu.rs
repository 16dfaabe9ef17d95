//! The ☰ menu: everything the window can do that is not needed at every moment.

use eframe::egui::{self, ThemePreference, Ui};

use super::top_bar::{DEVICES, SPEEDS, set_speed};
use crate::ui::action::{Action, Verb};
use crate::ui::scene::Scene;
use crate::ui::settings::PanelKind;
use crate::ui::widgets::verb_menu_item;

/// The menu's lines.
pub fn menu_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    ui.set_min_width(240.0);
    for verb in [Verb::SaveModel, Verb::SaveFilm, Verb::LoadModel, Verb::Draw, Verb::OpenData, Verb::Augment] {
        verb_menu_item(ui, scene, verb, None, actions);
    }
    ui.menu_button("Recent files", |ui| recent_ui(ui, scene, actions));
    ui.separator();
    run_ui(ui, scene, actions);
    ui.separator();
    for (verb, panel) in [
        (Verb::ToggleConfiguration, PanelKind::Configuration),
        (Verb::TogglePlots, PanelKind::Plots),
        (Verb::ToggleLatent, PanelKind::Latent),
    ] {
        verb_menu_item(ui, scene, verb, Some(scene.settings.shows(panel)), actions);
    }
    verb_menu_item(ui, scene, Verb::ResetView, None, actions);
    ui.separator();
    theme_ui(ui, scene, actions);
    for verb in [Verb::CycleScale, Verb::ScaleUp, Verb::ScaleDown] {
        verb_menu_item(ui, scene, verb, None, actions);
    }
    verb_menu_item(ui, scene, Verb::ToggleMotion, Some(scene.settings.has_reduced_motion), actions);
    verb_menu_item(ui, scene, Verb::ToggleFullscreen, None, actions);
    ui.separator();
    verb_menu_item(ui, scene, Verb::ToggleHelp, Some(scene.settings.shows(PanelKind::Help)), actions);
    verb_menu_item(ui, scene, Verb::Quit, None, actions);
}

fn run_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    ui.menu_button("Speed", |ui| {
        for (limit, name, tooltip) in SPEEDS {
            let is_chosen = scene.controls.live.speed_limit == limit;
            if ui.add(egui::Button::selectable(is_chosen, name)).on_hover_text(tooltip).clicked() {
                actions.push(set_speed(scene, limit));
                ui.close();
            }
        }
    });
    ui.menu_button("Device", |ui| {
        for (device, name, tooltip) in DEVICES {
            let is_chosen = scene.controls.draft.device() == device;
            if ui.add(egui::Button::selectable(is_chosen, name)).on_hover_text(tooltip).clicked() {
                actions.push(Action::ChooseDevice(device));
                ui.close();
            }
        }
    });
    for verb in [Verb::PlayPause, Verb::Step, Verb::StepDiscriminator, Verb::StepGenerator, Verb::Reset] {
        verb_menu_item(ui, scene, verb, None, actions);
    }
}

fn theme_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    ui.menu_button("Theme", |ui| {
        for (theme, name) in [
            (ThemePreference::System, "As the system"),
            (ThemePreference::Light, "Light"),
            (ThemePreference::Dark, "Dark"),
        ] {
            if ui.add(egui::Button::selectable(scene.settings.theme == theme, name)).clicked() {
                actions.push(Action::SetTheme(theme));
                ui.close();
            }
        }
    });
}

fn recent_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    if scene.settings.recent.is_empty() {
        ui.weak("No files yet");
        return;
    }
    for path in &scene.settings.recent {
        let name = path.file_name().map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy());
        if ui.button(name.as_ref()).on_hover_text(path.display().to_string()).clicked() {
            actions.push(Action::Open(path.clone()));
            ui.close();
        }
    }
    ui.separator();
    verb_menu_item(ui, scene, Verb::ForgetRecent, None, actions);
}
