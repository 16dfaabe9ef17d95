//! The strip that walks through a step: which phase this is, and what comes next.

use eframe::egui::{self, Align, Layout, RichText, Sense, Ui, Vec2, pos2, vec2};

use crate::state::{PACE_RANGE, PhaseKind, StepPhase, WalkOrder};
use crate::trainer::{LiveSettings, StepPart};
use crate::ui::action::{Action, Verb};
use crate::ui::scene::Scene;
use crate::ui::theme::{HALF, Palette, UNIT, strong_style};
use crate::ui::widgets::{Icon, IconButton, combo, plain_slider, verb_button};

/// Height of the strip.
pub(super) const STRIP_HEIGHT: f32 = 72.0;
/// Width from which the slider has a word beside it.
const WORDS_WIDTH: f32 = 620.0;

/// Width from which the buttons have all their words.
const BUTTONS_WIDTH: f32 = 480.0;

/// Which networks a step trains.
const PARTS: [(StepPart, &str, &str); 3] = [
    (StepPart::Both, "D and G", "Each step trains the discriminator, then the generator"),
    (StepPart::Discriminator, "Only D", "Each step trains the discriminator alone, once"),
    (StepPart::Generator, "Only G", "Each step trains the generator alone, once"),
];
/// Updates of the discriminator for one of the generator.
const RATIOS: [(usize, &str, &str); 5] = [
    (1, "1 D : 1 G", "One update of the discriminator for each of the generator"),
    (2, "2 D : 1 G", "Two updates of the discriminator for each of the generator"),
    (3, "3 D : 1 G", "Three updates of the discriminator for each of the generator"),
    (4, "4 D : 1 G", "Four updates of the discriminator for each of the generator"),
    (5, "5 D : 1 G", "Five updates of the discriminator for each of the generator"),
];

/// Shows the strip.
pub fn walkthrough_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing = vec2(HALF, HALF);
    title_ui(ui, scene);
    controls_ui(ui, scene, actions);
}

fn title_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let palette = Palette::of(ui);
    let walkthrough = scene.state.walkthrough();
    let (phases, position) = walkthrough.phases();
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 10.0), Sense::hover());
    let share = rect.width() / phases.len().max(1) as f32;
    for (index, phase) in phases.iter().enumerate() {
        let left = rect.left() + share * index as f32;
        let is_here = index == position;
        let height = if is_here { 6.0 } else { 3.0 };
        let center = pos2(left + 0.5 * share, rect.center().y);
        let bar = egui::Rect::from_center_size(center, vec2((share - 2.0).max(1.0), height));
        let color = phase_color(palette, phase.kind);
        let color = if index <= position { color } else { color.gamma_multiply(0.35) };
        ui.painter().rect_filled(bar, 1.5, color);
    }
    ui.horizontal(|ui| {
        ui.set_min_height(20.0);
        let (text, color) = match walkthrough.phase() {
            Some(StepPhase { kind, .. }) => (kind.label(), palette.text_strong),
            None => ("The step is being done…", palette.text_weak),
        };
        ui.label(RichText::new(text).text_style(strong_style()).color(color));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let (Some(_), Some(dissection)) = (walkthrough.phase(), walkthrough.dissection()) {
                let step = crate::ui::number::grouped(dissection.step);
                let text = format!("Phase {} of {}   Step {step}", position + 1, phases.len());
                ui.label(RichText::new(text).small().color(palette.text_weak));
            }
        });
    });
}

fn phase_color(palette: &Palette, kind: PhaseKind) -> egui::Color32 {
    match kind {
        PhaseKind::Noise | PhaseKind::Generate => palette.generated,
        PhaseKind::JudgeReal
        | PhaseKind::JudgeGenerated
        | PhaseKind::DiscriminatorLoss
        | PhaseKind::DiscriminatorGradients
        | PhaseKind::DiscriminatorUpdate => palette.discriminator,
        PhaseKind::JudgeForGenerator
        | PhaseKind::GeneratorLoss
        | PhaseKind::GeneratorGradients
        | PhaseKind::GeneratorUpdate => palette.generator,
    }
}

fn controls_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let walkthrough = scene.state.walkthrough();
    ui.horizontal(|ui| {
        let has_words = ui.available_width() >= WORDS_WIDTH;
        let is_narrow = ui.available_width() < BUTTONS_WIDTH;
        let (icon, word, name) = if walkthrough.is_playing() {
            (Icon::Pause, "Stop", "Stop the phases")
        } else {
            (Icon::Play, "Play", "Play the phases")
        };
        let button = IconButton::new(icon, name);
        let button = if is_narrow { button } else { button.text(word).min_width(76.0) };
        let tooltip = "Lets the phases follow each other by themselves, step after step";
        if ui.add(button).on_hover_text(tooltip).clicked() {
            actions.push(Action::Walk(WalkOrder::SetPlaying(!walkthrough.is_playing())));
        }
        let word = if is_narrow { "Next" } else { "Next phase" };
        let button = IconButton::new(Icon::Step, "Next phase").text(word).filled();
        verb_button(ui, scene, Verb::NextPhase, button, actions);
        ui.add_space(HALF);
        if let Some(part) = combo(ui, "Networks trained", walkthrough.part(), &PARTS, 92.0) {
            actions.push(Action::Walk(WalkOrder::SetPart(part)));
        }
        ui.add_enabled_ui(walkthrough.part() == StepPart::Both, |ui| {
            let live = &scene.controls.live;
            if let Some(steps) = combo(ui, "Updates per step", live.discriminator_steps, &RATIOS, 96.0) {
                actions.push(Action::SetLive(LiveSettings { discriminator_steps: steps, ..live.clone() }));
            }
        });
        pace_ui(ui, scene, has_words, actions);
    });
}

fn pace_ui(ui: &mut Ui, scene: &Scene<'_>, has_words: bool, actions: &mut Vec<Action>) {
    let secs = scene.state.walkthrough().pace_secs();
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = UNIT;
        let text = RichText::new(format!("{secs:.1} s")).small();
        ui.add_sized(Vec2::new(36.0, 20.0), egui::Label::new(text));
        let tooltip = "How long each phase stays while they follow each other";
        let width = (ui.available_width() - if has_words { 104.0 } else { UNIT }).clamp(40.0, 140.0);
        let pace = plain_slider(ui, "Seconds per phase", tooltip, secs, PACE_RANGE, width);
        actions.extend(pace.map(|secs| Action::Walk(WalkOrder::SetPace(secs))));
        if has_words {
            ui.label("Each phase");
        }
    });
}
