//! The game the networks play: loss, penalty, turns, averaging; and the run around it.

use eframe::egui::{self, Ui};

use super::edit;
use super::network::widen;
use super::sizes::number_field;
use crate::config::{Choice as _, PenaltyKind, RunConfig, ScheduleKind};
use crate::trainer::LiveSettings;
use crate::ui::action::Action;
use crate::ui::number;
use crate::ui::scene::Scene;
use crate::ui::theme::Palette;
use crate::ui::widgets::{MarkedSlider, choice_combo, fold_ui, heading_ui, labelled_row};

/// The longest average of the generator, in steps.
const MAX_AVERAGED_STEPS: f64 = 10_000.0;
/// The most discriminator updates per step that the slider offers.
const MAX_TURNS: f64 = 10.0;

/// Shows loss, penalty, turns and averaging.
pub(super) fn game_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let objective = &scene.controls.draft.config().objective;
    heading_ui(ui, "Game");
    labelled_row(ui, "Loss", "What each network is asked for; needs a restart", |ui, width| {
        if let Some(loss) = choice_combo(ui, "Loss", objective.loss, width) {
            edit(scene, actions, |config| config.objective.loss = loss);
        }
    });
    labelled_row(ui, "Penalty", "What keeps the discriminator smooth; needs a restart", |ui, width| {
        if let Some(penalty) = choice_combo(ui, "Penalty", objective.penalty, width) {
            edit(scene, actions, |config| {
                config.objective.penalty = penalty;
                config.objective.penalty_weight = usual_weight(penalty);
            });
        }
    });
    live_ui(ui, scene, actions);
}

fn live_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let live = &scene.controls.live;
    let started = LiveSettings::of(live.run, scene.controls.draft.in_force());
    let penalty = scene.controls.draft.in_force().objective.penalty;
    let mut new = live.clone();
    if penalty != PenaltyKind::None {
        let slider =
            MarkedSlider::new("Penalty weight", widen(live.penalty_weight), 0.0..=100.0, widen(started.penalty_weight))
                .tooltip("How much a steep discriminator costs: more makes it smoother and slower to win. Acts at once")
                .logarithmic(1e-3);
        if let Some(weight) = slider.show(ui) {
            new.penalty_weight = weight as f32;
        }
    }
    let turns = |steps: usize| steps as f64;
    let slider = MarkedSlider::new(
        "Discriminator turns",
        turns(live.discriminator_steps),
        1.0..=MAX_TURNS,
        turns(started.discriminator_steps),
    )
    .tooltip("Updates of the discriminator before each of the generator: more keeps it ahead. Acts at once")
    .integer()
    .format(|value| format!("{value:.0} : 1"))
    .color(Palette::of(ui).discriminator);
    if let Some(steps) = slider.show(ui) {
        new.discriminator_steps = steps as usize;
    }
    let slider = MarkedSlider::new(
        "Averaged over",
        averaged_steps(live.ema_decay),
        1.0..=MAX_AVERAGED_STEPS,
        averaged_steps(started.ema_decay),
    )
    .tooltip("Steps over which the averaged generator averages its weights: more is calmer and lags more. Acts at once")
    .logarithmic(1.0)
    .format(|value| format!("{} steps", number::grouped(value.round() as u64)))
    .color(Palette::of(ui).generator);
    if let Some(steps) = slider.show(ui) {
        new.ema_decay = decay(steps);
    }
    if new != *live {
        actions.push(Action::SetLive(new));
    }
}

/// Shows what is rarely touched.
pub(super) fn more_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let old = scene.controls.draft.config();
    let mut new = old.clone();
    fold_ui(ui, "more", "Batch, latent, schedule, seed", |ui| {
        labelled_row(
            ui,
            "Batch size",
            "Real samples in one update, and as many generated ones; needs a restart",
            |ui, _| {
                number_field(ui, "Batch size", &mut new.batch_size, 2..=8192);
            },
        );
        labelled_row(ui, "Latent size", "Numbers the generator starts from; needs a restart", |ui, _| {
            number_field(ui, "Latent size", &mut new.latent.dim, 1..=4096);
        });
        labelled_row(ui, "Latent", "How those numbers are drawn; needs a restart", |ui, width| {
            if let Some(distribution) = choice_combo(ui, "Latent distribution", old.latent.distribution, width) {
                new.latent.distribution = distribution;
            }
        });
        schedule_ui(ui, &mut new);
        labelled_row(ui, "Stop after", "Steps after which the run is finished; 0 trains until you stop it", |ui, _| {
            let mut steps = new.steps.unwrap_or(0);
            let field = egui::DragValue::new(&mut steps).speed(50.0).suffix(" steps").update_while_editing(false);
            if ui.add(field).accessible_name("Stop after").changed() {
                new.steps = (steps > 0).then_some(steps);
            }
        });
        labelled_row(
            ui,
            "Seed",
            "Start of all randomness: the same seed repeats the same run; needs a restart",
            |ui, _| {
                let field = egui::DragValue::new(&mut new.seed).speed(0.1).update_while_editing(false);
                ui.add(field).accessible_name("Seed");
            },
        );
    });
    if new != *old {
        edit(scene, actions, |config| *config = new);
    }
}

fn schedule_ui(ui: &mut Ui, config: &mut RunConfig) {
    let schedule = &mut config.schedule;
    labelled_row(ui, "Schedule", schedule.kind.tooltip(), |ui, width| {
        if let Some(kind) = choice_combo(ui, "Schedule", schedule.kind, width) {
            if schedule.kind == ScheduleKind::Constant {
                // A schedule that was constant has no length or end worth keeping.
                schedule.steps = 8_000;
                schedule.learning_rate_final = 0.01;
            }
            schedule.kind = kind;
        }
    });
    if schedule.kind != ScheduleKind::Constant {
        labelled_row(ui, "over", "Steps over which learning rates fall", |ui, _| {
            let field = egui::DragValue::new(&mut schedule.steps).speed(50.0).range(1..=10_000_000).suffix(" steps");
            ui.add(field.update_while_editing(false)).accessible_name("Schedule steps");
        });
        labelled_row(ui, "down to", "Share of the learning rates that is left at the end", |ui, _| {
            let field = egui::DragValue::new(&mut schedule.learning_rate_final).speed(0.005).range(0.0..=1.0);
            ui.add(field.update_while_editing(false)).accessible_name("Final learning rate");
        });
    }
}

/// The weight with which each penalty is usually begun.
fn usual_weight(penalty: PenaltyKind) -> f32 {
    match penalty {
        PenaltyKind::None => 0.0,
        PenaltyKind::WeightClipping => 0.01,
        PenaltyKind::GradientPenalty => 10.0,
        PenaltyKind::R1 | PenaltyKind::R1R2 => 0.1,
    }
}

/// A decay per step as the number of steps it averages over.
fn averaged_steps(decay: f32) -> f64 {
    (1.0 / (1.0 - widen(decay)).max(1.0 / MAX_AVERAGED_STEPS)).max(1.0)
}

fn decay(averaged_steps: f64) -> f32 {
    (1.0 - 1.0 / averaged_steps.clamp(1.0, MAX_AVERAGED_STEPS)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decays_and_steps_agree() {
        for steps in [1.0, 10.0, 200.0, 10_000.0] {
            let back = averaged_steps(decay(steps));
            assert!((back / steps - 1.0).abs() < 1e-3, "{steps} {back}");
        }
        assert!(decay(1e9) < 1.0);
    }

    #[test]
    fn usual_weights_are_valid() {
        let mut config = crate::config::Preset::Ring8.config();
        for penalty in [PenaltyKind::None, PenaltyKind::R1, PenaltyKind::R1R2] {
            config.objective.penalty = penalty;
            config.objective.penalty_weight = usual_weight(penalty);
            assert_eq!(config.validate(), Ok(()));
        }
    }
}
