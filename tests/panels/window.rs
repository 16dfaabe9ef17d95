//! The whole window with a real trainer behind it.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use ganscope::trainer::{Begin, Phase};
use ganscope::ui::settings::PanelKind;
use ganscope::ui::{GanApp, Options};

use crate::support::{open_window, wait_for, window};

fn is_in(phase: Phase) -> impl Fn(&GanApp) -> bool {
    move |app| app.state().run().phase == phase
}

#[test]
fn the_space_bar_pauses_and_plays() {
    let mut window = window(Begin::Running);
    wait_for(&mut window, "steps", |app| app.state().run().step > 0);
    window.key_press(Key::Space);
    wait_for(&mut window, "a pause", is_in(Phase::Paused));
    window.get_by_label("Play");
    window.key_press(Key::Space);
    wait_for(&mut window, "training", is_in(Phase::Running));
    window.get_by_label("Pause");
}

#[test]
fn single_steps_are_single() {
    let mut window = window(Begin::Paused);
    wait_for(&mut window, "a pause", is_in(Phase::Paused));
    let before = window.state().state().run().step;
    window.get_by_label("One step").click();
    wait_for(&mut window, "one step", |app| app.state().run().step == before + 1);
    window.key_press(Key::S);
    wait_for(&mut window, "another step", |app| app.state().run().step == before + 2);
}

#[test]
fn pictures_and_numbers_arrive() {
    let mut window = window(Begin::Running);
    wait_for(&mut window, "a picture", |app| app.state().views().is_some());
    wait_for(&mut window, "numbers", |app| !app.state().history().buckets().is_empty());
    window.get_by_label("Stage");
}

#[test]
fn a_reset_begins_at_step_zero_with_the_settings_as_they_stand() {
    let mut window = window(Begin::Running);
    wait_for(&mut window, "steps", |app| app.state().run().step > 5);
    let first = window.state().state().run().id;
    window.get_by_label("Generator learning rate").set_value_accesskit(0.005);
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::R);
    wait_for(&mut window, "a new run", |app| app.state().run().id != first && app.state().run().has_networks());
    let config = window.state().state().run().config.clone().unwrap();
    assert!((config.generator_optimizer.learning_rate - 0.005).abs() < 1e-6);
}

#[test]
fn edits_wait_and_then_restart_the_run() {
    let mut window = window(Begin::Paused);
    let first = window.state().state().run().id;
    window.get_by_label("Data set").click();
    window.run_steps(3);
    window.get_by_label("Two moons").click();
    window.run_steps(3);
    assert_eq!(window.state().state().run().id, first, "nothing restarts before it is asked to");
    window.get_by_label("Needs a restart: data");
    window.get_by_label("Apply and restart").click();
    wait_for(&mut window, "the new run", |app| app.state().run().id != first && app.state().run().has_networks());
    assert!(!window.state().controls().draft.is_edited());
}

#[test]
fn edits_can_be_thrown_away() {
    let mut window = window(Begin::Paused);
    window.get_by_role_and_label(Role::ComboBox, "Loss").click();
    window.run_steps(3);
    window.get_by_label("Hinge").click();
    window.run_steps(3);
    window.get_by_label("Discard").click();
    window.run_steps(3);
    assert!(!window.state().controls().draft.is_edited());
}

#[test]
fn keys_show_and_hide_panels_and_change_the_size() {
    let mut window = window(Begin::Paused);
    for (key, panel) in [(Key::F2, PanelKind::Configuration), (Key::F3, PanelKind::Plots), (Key::F4, PanelKind::Latent)]
    {
        window.key_press(key);
        window.run_steps(2);
        assert!(!window.state().settings().shows(panel));
        window.key_press(key);
        window.run_steps(2);
        assert!(window.state().settings().shows(panel));
    }
    window.key_press(Key::F1);
    window.run_steps(2);
    assert!(window.state().settings().shows(PanelKind::Help));
    window.key_press(Key::Escape);
    window.run_steps(2);
    assert!(!window.state().settings().shows(PanelKind::Help));
    window.key_press(Key::P);
    window.run_steps(3);
    assert!((window.state().settings().scale - 1.5).abs() < f32::EPSILON);
}

#[test]
fn a_file_that_is_no_model_is_an_error_and_not_the_end() {
    let options = Options { open: Some("no/such/model.safetensors".into()), ..Options::default() };
    let mut window = open_window(options);
    wait_for(&mut window, "the failure", is_in(Phase::Failed));
    window.get_by_label("This run cannot go on");
    // The bar at the top has such a button, too.
    let restart = window.get_all_by_label("Start again").last();
    restart.expect("the card offers to start again").click();
    wait_for(&mut window, "a run", |app| app.state().run().has_networks());
}
