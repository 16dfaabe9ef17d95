//! The bar at the top: train, step, start again, choose, and see how far it is.

use eframe::egui::{self, Align, Layout, RichText, Sense, Ui, vec2};

use super::menu::menu_ui;
use crate::backend::{DeviceChoice, DeviceKind};
use crate::config::{Choice as _, Preset, RunConfig};
use crate::trainer::Phase;
use crate::ui::action::{Action, Verb};
use crate::ui::number;
use crate::ui::scene::Scene;
use crate::ui::settings::PanelKind;
use crate::ui::theme::{BESIDE_BAR, CONTROL_HEIGHT, HALF, Palette, UNIT, strong_style};
use crate::ui::widgets::{Icon, IconButton, choice_combo, combo, entries, titled_combo, verb_button};

/// Devices to choose from.
pub(super) const DEVICES: [(DeviceChoice, &str, &str); 3] = [
    (DeviceChoice::Auto, "Auto", "The GPU where it is faster and works, else the CPU; needs a restart"),
    (DeviceChoice::Cpu, "CPU", "This machine's processor: repeats a run bit for bit; needs a restart"),
    (DeviceChoice::Gpu, "GPU", "The graphics processor: faster for pictures; needs a restart"),
];

/// Speeds to choose from.
pub(super) const SPEEDS: [(Option<f32>, &str, &str); 6] = [
    (None, "Full speed", "Trains as fast as the machine can"),
    (Some(100.0), "100 steps/s", "Slow enough to follow the points"),
    (Some(30.0), "30 steps/s", "Slow enough to follow each point"),
    (Some(10.0), "10 steps/s", "Slow motion"),
    (Some(3.0), "3 steps/s", "Step by step"),
    (Some(1.0), "1 step/s", "For explaining while it runs"),
];

/// Width of the step's number where there is little room.
const STEP_WIDTH: f32 = 92.0;

/// The longest name of a preset fits into this.
const MAX_PRESET_WIDTH: f32 = 190.0;

/// How much fits into the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Room {
    /// No more than the controls that nothing else stands in for, and how far the run is.
    Least,
    /// The controls that nothing else stands in for.
    Little,
    /// What the menu and the keys also do is left out.
    Some,
    /// Everything.
    Plenty,
}

impl Room {
    fn of(width: f32) -> Self {
        match width {
            1240.0.. => Self::Plenty,
            960.0.. => Self::Some,
            590.0.. => Self::Little,
            _ => Self::Least,
        }
    }

    /// Width of all that stands to the right of the preset.
    fn right_of_preset(self) -> f32 {
        match self {
            Self::Least => 152.0,
            Self::Little => 238.0,
            Self::Some => 500.0,
            Self::Plenty => 660.0,
        }
    }
}

/// Shows the bar.
pub fn top_bar_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let room = Room::of(ui.available_width());
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        run_ui(ui, scene, room, actions);
        ui.add_space(UNIT);
        choices_ui(ui, scene, room, actions);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = HALF;
            menu_button_ui(ui, scene, actions);
            tools_ui(ui, scene, room, actions);
            ui.add_space(UNIT);
            status_ui(ui, scene, room);
        });
    });
}

fn run_ui(ui: &mut Ui, scene: &Scene<'_>, room: Room, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let is_running = scene.state.run().phase == Phase::Running || scene.state.walkthrough().is_playing();
    let (icon, word) = if is_running { (Icon::Pause, "Pause") } else { (Icon::Play, "Play") };
    verb_button(ui, scene, Verb::PlayPause, IconButton::new(icon, word).text(word).filled().min_width(84.0), actions);
    verb_button(ui, scene, Verb::Step, IconButton::new(Icon::Step, "One step").text("Step"), actions);
    let parts = [
        (Verb::StepDiscriminator, "Discriminator only", "D", palette.discriminator),
        (Verb::StepGenerator, "Generator only", "G", palette.generator),
    ];
    if room >= Room::Some || ui.available_width() > 560.0 {
        for (verb, name, letter, color) in parts {
            verb_button(ui, scene, verb, IconButton::new(Icon::Step, name).text(letter).color(color), actions);
        }
    }
    verb_button(ui, scene, Verb::Reset, IconButton::new(Icon::Reset, "Start again"), actions);
}

fn choices_ui(ui: &mut Ui, scene: &Scene<'_>, room: Room, actions: &mut Vec<Action>) {
    let draft = &scene.controls.draft;
    let width = (ui.available_width() - room.right_of_preset()).clamp(96.0, MAX_PRESET_WIDTH);
    if let Some(preset) = preset_combo(ui, draft.in_force(), width) {
        actions.push(Action::StartPreset(preset));
    }
    if room <= Room::Little {
        return;
    }
    if let Some(limit) = combo(ui, "Speed", scene.controls.live.speed_limit, &SPEEDS, 112.0) {
        actions.push(set_speed(scene, limit));
    }
    if let Some(device) = combo(ui, "Device", draft.device(), &DEVICES, 70.0) {
        actions.push(Action::ChooseDevice(device));
    }
}

/// Shows the preset, or the data where it is not the preset's.
fn preset_combo(ui: &mut Ui, in_force: &RunConfig, width: f32) -> Option<Preset> {
    let preset = Preset::from_key(&in_force.preset).unwrap_or(Preset::Ring8);
    if in_force.data == preset.config().data {
        return choice_combo(ui, "Preset", preset, width);
    }
    let label = in_force.data.kind.label();
    let tooltip = format!("Not a preset: the settings come from “{}”, the data does not", preset.label());
    titled_combo(ui, "Preset", (label, &tooltip), None, &entries::<Preset>(), width)
}

/// The action that limits the speed.
pub(super) fn set_speed(scene: &Scene<'_>, speed_limit: Option<f32>) -> Action {
    Action::SetLive(crate::trainer::LiveSettings { speed_limit, ..scene.controls.live.clone() })
}

fn menu_button_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let response = ui.add(IconButton::new(Icon::Menu, "Menu"));
    // It is longer than a small window is high.
    let height = ui.ctx().content_rect().bottom() - response.rect.bottom() - 3.0 * UNIT;
    egui::Popup::menu(&response).show(|ui| {
        // A popup would not be higher than 400 by itself.
        ui.set_max_height(height);
        egui::ScrollArea::vertical()
            .max_height(height)
            .content_margin(BESIDE_BAR)
            .show(ui, |ui| menu_ui(ui, scene, actions));
    });
}

fn tools_ui(ui: &mut Ui, scene: &Scene<'_>, room: Room, actions: &mut Vec<Action>) {
    if room < Room::Some {
        return;
    }
    let shows = |panel| scene.settings.shows(panel);
    let help = IconButton::new(Icon::Help, "Help").on(shows(PanelKind::Help));
    verb_button(ui, scene, Verb::ToggleHelp, help, actions);
    if room < Room::Plenty {
        return;
    }
    let panels = [
        (Verb::TogglePlots, Icon::PanelRight, PanelKind::Plots),
        (Verb::ToggleLatent, Icon::PanelBottom, PanelKind::Latent),
        (Verb::ToggleConfiguration, Icon::PanelLeft, PanelKind::Configuration),
    ];
    for (verb, icon, panel) in panels {
        verb_button(ui, scene, verb, IconButton::new(icon, verb.label()).on(shows(panel)), actions);
    }
    verb_button(ui, scene, Verb::LoadModel, IconButton::new(Icon::Open, Verb::LoadModel.label()), actions);
    verb_button(ui, scene, Verb::SaveModel, IconButton::new(Icon::Save, Verb::SaveModel.label()), actions);
}

/// Step, speed, device and phase, from right to left, each as wide as it will ever be.
fn status_ui(ui: &mut Ui, scene: &Scene<'_>, room: Room) {
    let palette = Palette::of(ui);
    let run = scene.state.run();
    ui.spacing_mut().item_spacing.x = UNIT;
    if room >= Room::Some
        && let Some(device) = &run.device
    {
        let name = match device.kind {
            DeviceKind::Cpu => "CPU",
            DeviceKind::Gpu => "GPU",
        };
        let mut tooltip = device.name.clone();
        if let Some(note) = &device.note {
            tooltip = format!("{tooltip}\n{note}");
        }
        ui.label(RichText::new(name).color(palette.text_weak)).on_hover_text(tooltip);
    }
    if room > Room::Least {
        let (word, color) = phase_words(run.phase, palette);
        let (text, tooltip) = if run.phase == Phase::Running {
            (number::speed(run.steps_per_sec), "Steps per second")
        } else {
            (word.to_owned(), "What the run is doing")
        };
        fixed_label(ui, 78.0, RichText::new(text).color(color)).on_hover_text(tooltip);
    }
    let step = format!("Step {}", number::grouped(run.step));
    let width = if room <= Room::Little { STEP_WIDTH } else { 108.0 };
    let step = RichText::new(step).text_style(strong_style()).color(palette.text_strong);
    let elapsed = format!("{:.0} s of training", run.elapsed_secs);
    fixed_label(ui, width, step).on_hover_text(elapsed);
}

fn fixed_label(ui: &mut Ui, width: f32, text: RichText) -> egui::Response {
    let layout = Layout::right_to_left(Align::Center);
    ui.allocate_ui_with_layout(vec2(width, CONTROL_HEIGHT), layout, |ui| {
        ui.set_min_width(width);
        ui.add(egui::Label::new(text).truncate().sense(Sense::hover()))
    })
    .inner
}

fn phase_words(phase: Phase, palette: &Palette) -> (&'static str, egui::Color32) {
    match phase {
        Phase::Idle => ("No run", palette.text_weak),
        Phase::Preparing => ("Preparing", palette.text_weak),
        Phase::Running => ("Running", palette.text),
        Phase::Paused => ("Paused", palette.warning),
        Phase::Diverged => ("Diverged", palette.error),
        Phase::Finished => ("Finished", palette.text),
        Phase::Failed => ("Failed", palette.error),
    }
}
