//! The plots and the quality below them.

use eframe::egui::accesskit::Role;
use eframe::egui::{self, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ganscope::config::{LossKind, Preset};
use ganscope::state::AppState;
use ganscope::trainer::{EventKind, Overfitting};
use ganscope::ui::panels::{PlotKind, plots_ui};
use ganscope::ui::{Action, Verb};

use crate::support::{Bench, harness, progress, quality, setting_change};

fn plots(bench: Bench) -> Harness<'static, Bench> {
    harness(bench, vec2(320.0, 700.0), |ui, scene, panels, actions| {
        plots_ui(ui, scene, &mut panels.plots, actions);
    })
}

#[test]
fn smoothing_is_a_slider() {
    let mut plots = plots(Bench::running(Preset::Ring8));
    plots.get_by_role_and_label(Role::Slider, "Smoothing").set_value_accesskit(0.5);
    plots.run_steps(2);
    let actions = plots.state_mut().take_actions();
    let [Action::SetSmoothing(smoothing)] = actions.as_slice() else { panic!("{actions:?}") };
    assert!((smoothing - 0.5).abs() < 1e-6);
}

#[test]
fn the_scale_can_be_logarithmic() {
    let mut plots = plots(Bench::running(Preset::Ring8));
    plots.get_by_label("Logarithmic scale").click();
    plots.run_steps(2);
    assert_eq!(plots.state_mut().take_actions(), [Action::Do(Verb::ToggleLogScale)]);
    plots.state_mut().settings.has_log_scale = true;
    plots.run_steps(6);
}

#[test]
fn every_plot_has_a_name_and_pictures_have_no_quality_of_points() {
    let mut bench = Bench::running(Preset::Ring8);
    bench.tell(quality());
    let plots = plots(bench);
    for kind in PlotKind::ALL {
        let is_of_others =
            matches!(kind, PlotKind::Overfitting | PlotKind::Kid | PlotKind::PrecisionRecall | PlotKind::Ngrams);
        assert_eq!(plots.query_by_label(kind.title()).is_some(), !is_of_others, "{kind:?}");
    }
}

#[test]
fn seen_samples_are_compared_with_others_where_there_are_both() {
    let mut bench = Bench::running(Preset::OverfitD);
    bench.tell(quality());
    let overfitting = Overfitting { seen_score: 0.83, unseen_score: 0.42 };
    bench.tell(EventKind::OverfittingMeasured { step: 600, overfitting });
    let plots = plots(bench);
    for kind in PlotKind::ALL {
        let is_of_others =
            matches!(kind, PlotKind::Gradients | PlotKind::Kid | PlotKind::PrecisionRecall | PlotKind::Ngrams);
        assert_eq!(plots.query_by_label(kind.title()).is_some(), !is_of_others, "{kind:?}");
    }
}

#[test]
fn a_critics_scores_are_called_so() {
    let mut bench = Bench::running(Preset::Ring8);
    let mut config = Preset::Ring8.config();
    config.objective.loss = LossKind::Wasserstein;
    bench.tell(EventKind::Started {
        config: Box::new(config),
        device: bench.state.run().device.clone().unwrap(),
        parameters: bench.state.run().parameters.unwrap(),
        data_note: None,
        step: 0,
    });
    plots(bench).get_by_label("Critic’s scores");
}

#[test]
fn a_right_click_copies_or_saves_the_numbers() {
    for (name, action) in
        [("Copy as CSV", Action::CopyCsv(PlotKind::Losses)), ("Save as CSV…", Action::SaveCsv(PlotKind::Losses))]
    {
        let mut plots = plots(Bench::running(Preset::Ring8));
        let below_title = plots.get_by_label("Losses").rect().left_bottom() + vec2(150.0, 40.0);
        plots.hover_at(below_title);
        for pressed in [true, false] {
            plots.event(egui::Event::PointerButton {
                pos: below_title,
                button: egui::PointerButton::Secondary,
                pressed,
                modifiers: egui::Modifiers::NONE,
            });
        }
        plots.run_steps(3);
        plots.get_by_label(name).click();
        plots.run_steps(2);
        assert_eq!(plots.state_mut().take_actions(), [action]);
    }
}

#[test]
fn zooming_stops_following_and_one_button_goes_back() {
    let mut plots = plots(Bench::running(Preset::Ring8));
    assert!(plots.query_by_label("Fit plots").is_none());
    let at = plots.get_by_label("Losses").rect().left_bottom() + vec2(150.0, 40.0);
    plots.hover_at(at);
    plots.run_steps(2);
    plots.event(egui::Event::MouseWheel {
        source: egui::MouseWheelSource::Wheel,
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, 200.0),
        phase: egui::TouchPhase::Move,
        modifiers: egui::Modifiers::NONE,
    });
    plots.run_steps(6);
    plots.get_by_label("Fit plots").click();
    plots.run_steps(2);
    assert_eq!(plots.state_mut().take_actions(), [Action::Do(Verb::ResetView)]);
}

#[test]
fn a_changed_setting_explains_itself_under_the_pointer() {
    let mut bench = Bench::running(Preset::Ring8);
    bench.tell(setting_change(300));
    let mut plots = plots(bench);
    let title = plots.get_by_label("Losses").rect();
    // Step 300 of 600 is in the middle of the plot; its axis takes some space at the left.
    let top = title.bottom() + 30.0;
    let found = (140..220).step_by(5).any(|x| {
        plots.hover_at(egui::pos2(x as f32, top));
        // A tooltip waits until the pointer rests.
        plots.run_steps(8);
        plots.query_by_label("Generator learning rate").is_some()
    });
    assert!(found, "the marker's tooltip");
}

#[test]
fn quality_stands_beside_the_best_that_is_possible() {
    let mut bench = Bench::running(Preset::Ring8);
    bench.tell(quality());
    let plots = plots(bench);
    for text in ["Modes covered", "6/8", "87.4 %", "best 98.9 %", "Reverse KL", "0.021", "floor 0.001"] {
        plots.get_by_label(text);
    }
}

#[test]
fn no_news_and_strange_news_do_no_harm() {
    let mut empty = Bench::running(Preset::Ring8);
    empty.state = AppState::default();
    plots(empty).run_steps(3);

    let mut strange = Bench::running(Preset::Ring8);
    if let EventKind::Progressed { mut points, elapsed_secs, steps_per_sec } = progress(601..=620) {
        for point in &mut points {
            point.d_loss = f32::NAN;
            point.g_loss = -1.0;
            point.d_gradient_norm = f32::INFINITY;
        }
        strange.tell(EventKind::Progressed { points, elapsed_secs, steps_per_sec });
    }
    strange.settings.has_log_scale = true;
    plots(strange).run_steps(6);
}
