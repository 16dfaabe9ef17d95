//! The stage: where learning is seen. Points or pictures, and a card for every state that needs words.

use eframe::egui::{self, Align, Layout, Rect, Ui, UiBuilder};

use super::configuration::capitalized;
use super::gallery_stage::{GalleryStage, gallery_stage_ui};
use super::networks_stage::{NetworksStage, networks_stage_ui};
use super::points_stage::{PointsStage, points_stage_ui};
use super::text_stage::text_stage_ui;
use super::walkthrough::{STRIP_HEIGHT, walkthrough_ui};
use crate::backend::DeviceChoice;
use crate::config::Domain;
use crate::trainer::{GeneratorChoice, Phase, StageView};
use crate::ui::action::{Action, Verb};
use crate::ui::number;
use crate::ui::scene::Scene;
use crate::ui::settings::StagePage;
use crate::ui::theme::{HALF, Palette, UNIT};
use crate::ui::widgets::{CardButton, Icon, IconButton, state_card_ui, verb_button};

/// Seconds of silence before a card says that something is being prepared: shorter waits would only flicker.
const PATIENCE_SECS: f64 = 0.4;

/// What the stage remembers from frame to frame.
#[derive(Default)]
pub struct Stage {
    points: PointsStage,
    gallery: GalleryStage,
    networks: NetworksStage,
    waiting_since: Option<f64>,
}

impl Stage {
    /// Sees everything again.
    pub fn reset_view(&mut self) {
        self.points.reset_view();
    }
}

/// Shows the stage.
pub fn stage_ui(ui: &mut Ui, scene: &Scene<'_>, stage: &mut Stage, actions: &mut Vec<Action>) {
    let whole = ui.available_rect_before_wrap();
    pages_ui(ui, scene, actions);
    let mut room = ui.available_rect_before_wrap();
    let is_walking = scene.state.walkthrough().is_active();
    if is_walking {
        let (above, strip) = room.split_top_bottom_at_y(room.bottom() - STRIP_HEIGHT);
        room = above.with_max_y(above.bottom() - HALF);
        ui.scope_builder(UiBuilder::new().max_rect(strip), |ui| walkthrough_ui(ui, scene, actions));
    }
    ui.scope_builder(UiBuilder::new().max_rect(room), |ui| page_ui(ui, scene, stage, actions));
    cards_ui(ui, scene, stage, whole, actions);
}

/// Which page the stage is open at, and whether a step is walked through.
fn pages_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let samples = match scene.state.views().map(|views| &views.stage) {
        Some(StageView::Images(_)) => "Gallery",
        Some(StageView::Texts(_)) => "Texts",
        Some(StageView::Points(_)) => "Plane",
        None => match scene.controls.draft.in_force().data.domain() {
            Domain::Images => "Gallery",
            Domain::Text => "Texts",
            Domain::Points => "Plane",
        },
    };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        let pages = [
            (StagePage::Samples, samples, "Shows what the generator makes, and what the discriminator makes of it"),
            (StagePage::Networks, "Networks", Verb::ToggleNetworks.tooltip()),
        ];
        for (page, name, tooltip) in pages {
            let button = egui::Button::selectable(scene.settings.page == page, name);
            if ui.add(button).on_hover_text(tooltip).clicked() && scene.settings.page != page {
                actions.push(Verb::ToggleNetworks.into());
            }
        }
        if scene.settings.page == StagePage::Networks && samples == "Plane" {
            signs_ui(ui);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let name = Verb::ToggleWalkthrough.label();
            let button = IconButton::new(Icon::Step, name).text(name).on(scene.state.walkthrough().is_active());
            verb_button(ui, scene, Verb::ToggleWalkthrough, button, actions);
        });
    });
    ui.add_space(HALF);
}

/// What the two colours of weights and answers mean.
fn signs_ui(ui: &mut Ui) {
    let palette = Palette::of(ui);
    ui.add_space(UNIT);
    for (color, name) in [(palette.positive, "above 0"), (palette.negative, "below 0")] {
        let (rect, _) = ui.allocate_exact_size(egui::vec2(12.0, 12.0), egui::Sense::hover());
        ui.painter().rect_filled(rect, 2.0, color);
        let label = ui.add(egui::Label::new(egui::RichText::new(name).small().color(palette.text_weak)));
        label.on_hover_text("The colour of weights and of units' answers");
        ui.add_space(HALF);
    }
}

fn page_ui(ui: &mut Ui, scene: &Scene<'_>, stage: &mut Stage, actions: &mut Vec<Action>) {
    match scene.state.views().map(|views| &views.stage) {
        Some(_) if scene.settings.page == StagePage::Networks => networks_stage_ui(ui, scene, &mut stage.networks),
        Some(StageView::Points(view)) => points_stage_ui(ui, scene, view, &mut stage.points, actions),
        Some(StageView::Images(view)) => gallery_stage_ui(ui, scene, view, &mut stage.gallery, actions),
        Some(StageView::Texts(view)) => text_stage_ui(ui, scene, view, actions),
        None => {
            let palette = Palette::of(ui);
            let room = ui.available_rect_before_wrap();
            ui.painter().rect_filled(room, UNIT, palette.well);
            ui.allocate_rect(room, egui::Sense::hover());
        }
    }
}

/// Which generator is looked at: a choice that every stage has, from right to left.
pub(super) fn generator_choice_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = HALF;
    let choices = [
        (GeneratorChoice::Current, "Current", "Shows what the generator makes right now"),
        (
            GeneratorChoice::Averaged,
            "Averaged",
            "Shows what the average of the generator's recent weights makes: calmer, and usually better",
        ),
    ];
    for (choice, name, tooltip) in choices {
        let button = egui::Button::selectable(scene.controls.generator == choice, name);
        if ui.add(button).on_hover_text(tooltip).clicked() {
            actions.push(Action::ShowGenerator(choice));
        }
    }
}

fn cards_ui(ui: &mut Ui, scene: &Scene<'_>, stage: &mut Stage, rect: Rect, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let run = scene.state.run();
    let is_waiting = run.phase == Phase::Preparing || (scene.state.views().is_none() && run.has_networks());
    if !is_waiting {
        stage.waiting_since = None;
    }
    let strong = palette.text_strong;
    match run.phase {
        Phase::Idle if run.reading.is_some() => {
            let text =
                "You stopped reading the pictures. Start the run again to read them after all, or choose other data.";
            let buttons = [CardButton { text: "Start again", verb: Verb::Reset }];
            state_card_ui(ui, rect, ("Nothing is being trained", strong), text, &buttons, actions);
        }
        Phase::Idle => {
            let text = "Choose a preset above: two networks will start to learn from each other, here, in your sight.";
            state_card_ui(ui, rect, ("No run yet", strong), text, &[], actions);
        }
        _ if is_waiting => {
            let now = ui.input(|input| input.time);
            let since = *stage.waiting_since.get_or_insert(now);
            if now - since < PATIENCE_SECS {
                ui.ctx().request_repaint_after_secs((PATIENCE_SECS - (now - since)) as f32);
            } else {
                preparing_ui(ui, scene, rect, actions);
            }
        }
        Phase::Diverged => diverged_ui(ui, scene, rect, actions),
        Phase::Failed => {
            let what = run.failure.as_deref().unwrap_or("The trainer stopped without giving a reason.");
            let what = capitalized(what);
            let text = format!("{what}\n\nThe rest of the program still works: start the run again, or load a model.");
            let buttons = [
                CardButton { text: "Start again", verb: Verb::Reset },
                CardButton { text: "Load model…", verb: Verb::LoadModel },
            ];
            state_card_ui(ui, rect, ("This run cannot go on", palette.error), &text, &buttons, actions);
        }
        Phase::Preparing | Phase::Running | Phase::Paused | Phase::Finished => {}
    }
}

fn preparing_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, actions: &mut Vec<Action>) {
    if let Some(progress) = scene.state.run().reading {
        let done = number::grouped(progress.done as u64);
        let text = match progress.total {
            Some(total) => {
                format!("{done} of {} are in memory. Training begins when all are.", number::grouped(total as u64))
            }
            None => format!("{done} files are listed so far."),
        };
        let buttons = [CardButton { text: "Cancel", verb: Verb::CancelReading }];
        return state_card_ui(ui, rect, ("Reading pictures…", Palette::of(ui).text_strong), &text, &buttons, actions);
    }
    let may_use_gpu = scene.controls.draft.device() != DeviceChoice::Cpu;
    let text = if may_use_gpu {
        "Building the networks and loading the data. The first run on a GPU also compiles its kernels; that takes some \
         seconds, once."
    } else {
        "Building the networks and loading the data."
    };
    state_card_ui(ui, rect, ("Preparing…", Palette::of(ui).text_strong), text, &[], actions);
}

fn diverged_ui(ui: &mut Ui, scene: &Scene<'_>, rect: Rect, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let Some(divergence) = &scene.state.run().divergence else { return };
    let step = number::grouped(divergence.step);
    let text = |advice: &str| format!("{}\n\n{advice}", divergence.reason);
    let title = format!("Training came apart at step {step}");
    let title = (title.as_str(), palette.error);
    if let Some(good) = divergence.last_good_step {
        let advice = format!(
            "Both networks are safe as they were at step {}. Go back there, lower the learning rates, and play on.",
            number::grouped(good)
        );
        let buttons = [
            CardButton { text: "Back to the last good state", verb: Verb::RestoreLastGood },
            CardButton { text: "Start again", verb: Verb::Reset },
        ];
        state_card_ui(ui, rect, title, &text(&advice), &buttons, actions);
    } else {
        let advice =
            "There is no earlier state to go back to. Lower the learning rates, or add a penalty, and start again.";
        let buttons = [CardButton { text: "Start again", verb: Verb::Reset }];
        state_card_ui(ui, rect, title, &text(advice), &buttons, actions);
    }
}

/// A score and what it means.
pub(super) fn score_words(score: f32) -> String {
    let verdict = match score {
        ..0.4 => "looks generated to the discriminator",
        0.6.. => "looks real to the discriminator",
        _ => "the discriminator is undecided",
    };
    format!("Score {score:.2}: {verdict}")
}
