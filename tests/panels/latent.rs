//! The walk through latent space.

use eframe::egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ganscope::config::Preset;
use ganscope::state::LatentEnd;
use ganscope::trainer::Interpolation;
use ganscope::ui::panels::latent_ui;
use ganscope::ui::{Action, Verb};

use crate::support::{Bench, harness};

fn panel(bench: Bench) -> Harness<'static, Bench> {
    harness(bench, vec2(1000.0, 104.0), |ui, scene, panels, actions| {
        latent_ui(ui, scene, &mut panels.latent, actions);
    })
}

#[test]
fn the_slider_walks_from_a_to_b() {
    for preset in [Preset::Ring8, Preset::Fashion] {
        let mut panel = panel(Bench::with_views(preset));
        panel.get_by_label("Place on the latent walk").set_value_accesskit(0.25);
        panel.run_steps(2);
        assert_eq!(panel.state_mut().take_actions(), [Action::SetLatentPlace(0.25)]);
    }
}

#[test]
fn the_walk_is_an_arc_or_straight() {
    let mut panel = panel(Bench::with_views(Preset::Ring8));
    panel.get_by_label("Straight").click();
    panel.run_steps(2);
    assert_eq!(panel.state_mut().take_actions(), [Action::SetInterpolation(Interpolation::Lerp)]);
}

#[test]
fn its_ends_can_be_typed_or_shuffled() {
    let mut panel = panel(Bench::with_views(Preset::Ring8));
    panel.get_by_label("Latent B").set_value_accesskit(7.0);
    panel.run_steps(2);
    assert_eq!(panel.state_mut().take_actions(), [Action::SetLatentEnd { end: LatentEnd::B, number: 7 }]);
    panel.get_by_label("Shuffle").click();
    panel.run_steps(2);
    assert_eq!(panel.state_mut().take_actions(), [Action::Do(Verb::ShuffleLatent)]);
}

#[test]
fn the_length_of_the_latent_is_shown() {
    panel(Bench::with_views(Preset::Fashion)).get_by_label("0.71×");
}

#[test]
fn it_waits_for_the_first_picture() {
    panel(Bench::running(Preset::Ring8)).get_by_label("Place on the latent walk");
}
