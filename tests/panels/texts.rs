//! Texts: what is new and what is copied, the walk as words, and measures beside their floors.

use eframe::egui::{Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use ganscope::config::{CaseKind, DataConfig, ModelConfig, Preset, TextConfig};
use ganscope::state::{DataOrder, LatentEnd};
use ganscope::ui::Action;
use ganscope::ui::panels::{PlotKind, configuration_ui, latent_ui, plots_ui, stage_ui};

use crate::support::{Bench, harness, texts_quality};

fn stage(bench: Bench) -> Harness<'static, Bench> {
    harness(bench, vec2(760.0, 560.0), |ui, scene, panels, actions| {
        stage_ui(ui, scene, &mut panels.stage, actions);
    })
}

#[test]
fn texts_say_whether_they_are_new_and_become_ends_of_the_walk() {
    let mut stage = stage(Bench::with_views(Preset::Names));
    for legend in ["72 new", "12 copies", "12 broken"] {
        stage.get_by_label(legend);
    }
    stage.get_by_label("Real text 1: james");
    stage.get_by_label("Generated text 4: kaslen").click();
    stage.run_steps(2);
    assert_eq!(stage.state_mut().take_actions(), [Action::SetLatentEnd { end: LatentEnd::A, number: 3 }]);
    stage.get_by_label("Generated text 5: arsaina").click_modifiers(Modifiers::SHIFT);
    stage.run_steps(2);
    assert_eq!(stage.state_mut().take_actions(), [Action::SetLatentEnd { end: LatentEnd::B, number: 4 }]);
}

#[test]
fn generated_texts_stand_left_of_real_ones_and_none_over_another() {
    let stage = stage(Bench::with_views(Preset::Names));
    let rect = |label: &str| stage.get_by_label(label).rect();
    let (first, second) = (rect("Generated text 1: marisa"), rect("Generated text 2: john"));
    assert!(!first.intersects(second), "{first:?}, {second:?}");
    let real = rect("Real text 1: james");
    assert!((real.top() - first.top()).abs() < 1.0 && real.left() > second.left());
}

#[test]
fn the_walk_goes_on_with_the_slider() {
    let mut panel = harness(Bench::with_views(Preset::Names), vec2(1000.0, 104.0), |ui, scene, panels, actions| {
        latent_ui(ui, scene, &mut panels.latent, actions);
    });
    panel.get_by_label("Place on the latent walk").set_value_accesskit(0.75);
    panel.run_steps(2);
    assert_eq!(panel.state_mut().take_actions(), [Action::SetLatentPlace(0.75)]);
}

#[test]
fn divergences_are_plotted_and_every_measure_stands_beside_its_floor() {
    let mut bench = Bench::with_views(Preset::Names);
    let show = |bench: Bench| {
        harness(bench, vec2(320.0, 900.0), |ui, scene, panels, actions| {
            plots_ui(ui, scene, &mut panels.plots, actions);
        })
    };
    let before = show(Bench::with_views(Preset::Names));
    assert!(before.query_by_label(PlotKind::Ngrams.title()).is_none(), "nothing has been measured yet");
    for step in [100, 300, 600] {
        bench.tell(texts_quality(step));
    }
    let panel = show(bench);
    for label in [PlotKind::Ngrams.title(), "JS-1", "JS-4", "99.1 %", "floor 100.0 %", "3-gram 90.2 %"] {
        panel.get_by_label(label);
    }
    panel.get_by_label_contains("of step 600");
}

#[test]
fn what_becomes_of_a_file_of_texts_can_be_chosen_again() {
    let text = TextConfig { path: Some("rivers.txt".into()), alphabet: "abc".to_owned(), ..TextConfig::default() };
    let mut bench = Bench::running(Preset::Names);
    let mut config = Preset::Names.config();
    config.choose_data(DataConfig::text(text.clone()));
    assert!(matches!(config.generator, ModelConfig::Text { .. }));
    bench.controls.draft.edit(config);
    let mut panel = harness(bench, vec2(300.0, 1400.0), |ui, scene, _, actions| configuration_ui(ui, scene, actions));
    panel.get_by_label("Data details").click();
    panel.run_steps(4);
    panel.get_by_label("Case of the letters").click();
    panel.run_steps(4);
    panel.get_by_label("Lower case").click();
    panel.run_steps(2);
    let lower = TextConfig { case: CaseKind::Lower, ..text };
    assert!(panel.state_mut().take_actions().contains(&Action::Data(DataOrder::ReadTexts(lower))));
    assert_eq!(panel.get_by_label("Length of the texts").accesskit_node().value().as_deref(), Some("12"));
}
