//! Conditional models: the choice of a class, and a row of pictures for each.

use eframe::egui::accesskit::Role;
use eframe::egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ganscope::config::Preset;
use ganscope::state::LatentEnd;
use ganscope::ui::panels::{latent_ui, stage_ui};
use ganscope::ui::{Action, Verb};

use crate::support::{Bench, conditional_views, harness};

fn stage(bench: Bench) -> Harness<'static, Bench> {
    harness(bench, vec2(640.0, 560.0), |ui, scene, panels, actions| {
        stage_ui(ui, scene, &mut panels.stage, actions);
    })
}

#[test]
fn one_class_or_all_can_be_looked_at_from_the_gallery_and_from_the_walk() {
    let mut gallery = stage(Bench::with_views(Preset::Fashion));
    let mut walk = harness(Bench::with_views(Preset::Fashion), vec2(1000.0, 480.0), |ui, scene, panels, actions| {
        latent_ui(ui, scene, &mut panels.latent, actions);
    });
    for (panel, name) in [(&mut gallery, "Class of the pictures"), (&mut walk, "Class of the walk")] {
        panel.get_by_role_and_label(Role::ComboBox, name).click();
        panel.run_steps(3);
        panel.get_by_label("All classes");
        panel.get_by_label("Sandal").click();
        panel.run_steps(2);
        assert_eq!(panel.state_mut().take_actions(), [Action::ShowClass(Some(5))]);
    }
}

#[test]
fn every_class_has_a_row_of_pictures_with_its_name_at_the_head() {
    let mut stage = stage(Bench::with_views(Preset::Fashion));
    let middle = |name: &str| stage.get_by_label(name).rect().center();
    for (class, name) in [(0, "Only T-shirt/top"), (9, "Only Ankle boot")] {
        let head = middle(name);
        for number in [class + 1, class + 11, class + 41] {
            let tile = middle(&format!("Generated picture {number}"));
            assert!((tile.y - head.y).abs() < 4.0 && tile.x > head.x, "picture {number} of {name}: {tile:?}, {head:?}");
        }
        let real = middle(&format!("Real picture {}", 3 * class + 1));
        assert!((real.y - head.y).abs() < 4.0 && real.x > middle(&format!("Generated picture {}", class + 41)).x);
    }
    stage.get_by_label("Only Sandal").click();
    stage.run_steps(2);
    assert_eq!(stage.state_mut().take_actions(), [Action::ShowClass(Some(5))]);
    stage.get_by_label("Generated picture 12").click();
    stage.run_steps(2);
    assert_eq!(stage.state_mut().take_actions(), [Action::SetLatentEnd { end: LatentEnd::A, number: 11 }]);
}

#[test]
fn one_class_alone_fills_the_gallery() {
    let mut bench = Bench::with_views(Preset::Fashion);
    bench.controls.show_class(Some(5));
    bench.state.apply_views(conditional_views(Some(5)));
    let stage = stage(bench);
    assert!(stage.query_by_label("Only Sandal").is_none());
    assert!(
        stage.get_by_role_and_label(Role::ComboBox, "Class of the pictures").value().is_some_and(|it| it == "Sandal")
    );
    let places = ["Generated picture 1", "Generated picture 2"].map(|name| stage.get_by_label(name).rect());
    assert!((places[0].top() - places[1].top()).abs() < 0.5, "they stand side by side as everywhere");
}

#[test]
fn models_without_classes_offer_none() {
    let stage = stage(Bench::with_views(Preset::Article));
    assert!(stage.query_by_label("Class of the pictures").is_none());
    assert_eq!(Verb::NextClass.label(), "Next class");
}
