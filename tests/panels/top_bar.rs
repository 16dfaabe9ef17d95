//! The bar at the top: every button does what it says, and only when it can.

use eframe::egui::{Event, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use ganscope::backend::DeviceChoice;
use ganscope::config::{DataConfig, Drawing, Preset};
use ganscope::state::Controls;
use ganscope::trainer::{EventKind, Phase};
use ganscope::ui::panels::top_bar_ui;
use ganscope::ui::{Action, Verb};

use crate::support::{Bench, RUN, harness, model_path};

fn bar(bench: Bench) -> Harness<'static, Bench> {
    harness(bench, vec2(1400.0, 600.0), |ui, scene, _, actions| top_bar_ui(ui, scene, actions))
}

fn paused() -> Bench {
    let mut bench = Bench::running(Preset::Ring8);
    bench.enter(Phase::Paused, 600);
    bench
}

#[test]
fn play_and_pause_are_one_button() {
    for (bench, name) in [(Bench::running(Preset::Ring8), "Pause"), (paused(), "Play")] {
        let mut bar = bar(bench);
        bar.get_by_label(name).click();
        bar.run_steps(2);
        assert_eq!(bar.state_mut().take_actions(), [Action::Do(Verb::PlayPause)]);
    }
}

#[test]
fn single_steps_wait_for_a_pause() {
    let steps = [
        ("One step", Verb::Step),
        ("Discriminator only", Verb::StepDiscriminator),
        ("Generator only", Verb::StepGenerator),
    ];
    for (name, verb) in steps {
        let mut running = bar(Bench::running(Preset::Ring8));
        assert!(running.get_by_label(name).accesskit_node().is_disabled());
        running.get_by_label(name).click();
        running.run_steps(2);
        assert_eq!(running.state_mut().take_actions(), []);
        let mut paused = bar(paused());
        paused.get_by_label(name).click();
        paused.run_steps(2);
        assert_eq!(paused.state_mut().take_actions(), [Action::Do(verb)]);
    }
}

#[test]
fn buttons_do_what_they_are_called() {
    let buttons = [
        ("Start again", Verb::Reset),
        ("Save model…", Verb::SaveModel),
        ("Load model…", Verb::LoadModel),
        ("Settings panel", Verb::ToggleConfiguration),
        ("Latent panel", Verb::ToggleLatent),
        ("Plots panel", Verb::TogglePlots),
        ("Help", Verb::ToggleHelp),
    ];
    for (name, verb) in buttons {
        let mut bar = bar(Bench::running(Preset::Ring8));
        bar.get_by_label(name).click();
        bar.run_steps(2);
        assert_eq!(bar.state_mut().take_actions(), [Action::Do(verb)], "{name}");
    }
}

#[test]
fn a_preset_starts_its_run() {
    let mut bar = bar(Bench::running(Preset::Ring8));
    bar.get_by_label("Preset").click();
    bar.run_steps(3);
    bar.get_by_label("Mode collapse").click();
    bar.run_steps(2);
    assert_eq!(bar.state_mut().take_actions(), [Action::StartPreset(Preset::Collapse)]);
}

#[test]
fn a_list_that_is_too_long_opens_where_one_is() {
    const HEIGHT: f32 = 320.0;
    for (preset, last, label) in
        [(Preset::Ring8, Preset::Words, "English words"), (Preset::Words, Preset::Ring8, "8 Gaussians")]
    {
        let of = |preset: Preset| {
            let size = vec2(1400.0, HEIGHT);
            let mut bar = harness(Bench::running(preset), size, |ui, scene, _, actions| top_bar_ui(ui, scene, actions));
            bar.get_by_label("Preset").click();
            bar.run_steps(8);
            bar.get_by_label(label).rect().center().y
        };
        assert!((0.0..HEIGHT).contains(&of(last)), "{label} is chosen and in sight");
        assert!(!(0.0..HEIGHT).contains(&of(preset)), "the list is longer than the window");
    }
}

#[test]
fn data_of_ones_own_stands_where_a_preset_would() {
    let mut drawn = Preset::Ring8.config();
    drawn.choose_data(DataConfig::drawn(Drawing::empty()));
    let mut file = Preset::Ring8.config();
    file.choose_data(DataConfig::file("points.csv".as_ref()));
    let mut ring = Preset::Ring8.config();
    ring.data.ring.modes = 12;
    for (config, label) in [
        (Preset::Ring8.config(), "8 Gaussians"),
        (drawn, "Your drawing"),
        (file, "Your points"),
        (ring, "Gaussian ring"),
    ] {
        let is_preset = label == "8 Gaussians";
        let mut bench = Bench::running(Preset::Ring8);
        bench.controls = Controls::new(RUN, &config, DeviceChoice::Auto);
        let mut bar = bar(bench);
        let shown = bar.get_by_label("Preset").accesskit_node().value();
        assert_eq!(shown.as_deref(), Some(label));
        // The preset it came from can be chosen again, and only then.
        bar.get_by_label("Preset").click();
        bar.run_steps(3);
        bar.get_by_label("8 Gaussians").click();
        bar.run_steps(2);
        let expected = if is_preset { Vec::new() } else { vec![Action::StartPreset(Preset::Ring8)] };
        assert_eq!(bar.state_mut().take_actions(), expected, "{label}");
    }
}

#[test]
fn nothing_overlaps_in_any_width() {
    for width in [488.0, 520.0, 559.0, 560.0, 616.0, 700.0, 760.0, 959.0, 960.0, 1239.0, 1240.0, 1400.0] {
        for bench in [Bench::running(Preset::Article), paused()] {
            let bar = harness(bench, vec2(width, 48.0), |ui, scene, _, actions| top_bar_ui(ui, scene, actions));
            let preset = bar.get_by_label("Preset").rect();
            let last = bar.query_by_label("Device").map_or(preset, |device| device.rect());
            let step = bar.get_by_label("Step 600").rect();
            assert!(preset.width() > 90.0, "at {width}: {preset}");
            assert!(last.right() <= step.left(), "at {width}: {last} {step}");
            assert!(bar.get_by_label("Menu").rect().right() <= width, "at {width}");
        }
    }
}

#[test]
fn the_device_waits_for_a_restart() {
    let mut bar = bar(Bench::running(Preset::Ring8));
    bar.get_by_label("Device").click();
    bar.run_steps(3);
    bar.get_by_label("GPU").click();
    bar.run_steps(2);
    assert_eq!(bar.state_mut().take_actions(), [Action::ChooseDevice(DeviceChoice::Gpu)]);
}

#[test]
fn the_speed_acts_at_once() {
    let mut bar = bar(Bench::running(Preset::Ring8));
    bar.get_by_label("Speed").click();
    bar.run_steps(3);
    bar.get_by_label("10 steps/s").click();
    bar.run_steps(2);
    let actions = bar.state_mut().take_actions();
    let [Action::SetLive(live)] = actions.as_slice() else { panic!("{actions:?}") };
    assert_eq!(live.speed_limit, Some(10.0));
}

#[test]
fn it_says_how_far_and_how_fast_the_run_is() {
    let running = bar(Bench::running(Preset::Ring8));
    running.get_by_label("Step 600");
    running.get_by_label("320/s");
    running.get_by_label("CPU");
    bar(paused()).get_by_label("Paused");
}

#[test]
fn the_menu_has_what_a_narrow_bar_leaves_out() {
    let mut bench = Bench::running(Preset::Ring8);
    bench.settings.remember(&model_path());
    let mut narrow = harness(bench, vec2(640.0, 700.0), |ui, scene, _, actions| top_bar_ui(ui, scene, actions));
    assert!(narrow.query_by_label("Speed").is_none());
    narrow.get_by_label("Menu").click();
    narrow.run_steps(3);
    for name in ["Speed", "Device", "Recent files", "Theme", "One step", "Discriminator only", "Generator only", "Quit"]
    {
        assert!(narrow.query_all_by_label_contains(name).next().is_some(), "{name}");
    }
    narrow.get_by_label_contains("Save model…").click();
    narrow.run_steps(2);
    assert_eq!(narrow.state_mut().take_actions(), [Action::Do(Verb::SaveModel)]);
}

#[test]
fn a_film_is_saved_once_there_is_something_on_it() {
    for has_film in [false, true] {
        let mut bench = Bench::running(Preset::Ring8);
        if has_film {
            let pictures = ganscope::data::Pictures { channels: 1, height: 4, width: 4, pixels: vec![7; 16] };
            let scene = ganscope::export::FilmScene::Pictures(pictures);
            bench.tell(EventKind::Filmed { step: 0, scene: scene.into() });
        }
        let mut bar = bar(bench);
        bar.get_by_label("Menu").click();
        bar.run_steps(3);
        assert_eq!(bar.get_by_label_contains("Save film…").accesskit_node().is_disabled(), !has_film);
        bar.get_by_label_contains("Save film…").click();
        bar.run_steps(2);
        let expected = if has_film { vec![Action::Do(Verb::SaveFilm)] } else { Vec::new() };
        assert_eq!(bar.state_mut().take_actions(), expected);
    }
}

#[test]
fn the_menu_scrolls_in_a_low_window() {
    let size = vec2(512.0, 350.0);
    let mut low = harness(Bench::running(Preset::Ring8), size, |ui, scene, _, actions| {
        ui.set_max_height(48.0);
        top_bar_ui(ui, scene, actions);
    });
    low.get_by_label("Menu").click();
    low.run_steps(3);
    assert!(low.get_by_label_contains("Quit").rect().top() > size.y, "it is longer than the window is high");
    low.hover_at(low.get_by_label_contains("Load model…").rect().center());
    for _ in 0..10 {
        low.event(Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta: vec2(0.0, -100.0),
            phase: TouchPhase::Move,
            source: MouseWheelSource::Wheel,
            modifiers: Modifiers::NONE,
        });
    }
    low.run_steps(20);
    low.get_by_label_contains("Quit").click();
    low.run_steps(2);
    assert_eq!(low.state_mut().take_actions(), [Action::Do(Verb::Quit)]);
}
