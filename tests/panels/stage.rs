//! The stage: switches, choices, tiles and the card of every state.

use eframe::egui::accesskit::Role;
use eframe::egui::{self, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use ganscope::config::{Choice as _, Preset};
use ganscope::state::{GalleryLook, LatentEnd, StageLayer, TileOrder};
use ganscope::trainer::{EventKind, GeneratorChoice, Phase};
use ganscope::ui::panels::stage_ui;
use ganscope::ui::{Action, Verb};

use crate::support::{Bench, builder, click_at, harness, point_views, show_on};

fn stage(bench: Bench) -> Harness<'static, Bench> {
    harness(bench, vec2(640.0, 560.0), |ui, scene, panels, actions| {
        stage_ui(ui, scene, &mut panels.stage, actions);
    })
}

#[test]
fn every_layer_is_a_switch() {
    let layers = [
        ("Real", StageLayer::Real),
        ("Generated", StageLayer::Generated),
        ("Opinion", StageLayer::Opinion),
        ("Walk", StageLayer::Path),
    ];
    for (name, layer) in layers {
        let mut stage = stage(Bench::with_views(Preset::Ring8));
        stage.get_by_label(name).click();
        stage.run_steps(2);
        assert_eq!(stage.state_mut().take_actions(), [Action::ToggleLayer(layer)]);
    }
}

#[test]
fn every_further_view_is_a_switch_in_a_menu() {
    let layers = StageLayer::ALL.iter().filter(|layer| {
        !matches!(layer, StageLayer::Real | StageLayer::Generated | StageLayer::Opinion | StageLayer::Path)
    });
    for &layer in layers {
        let mut stage = stage(Bench::with_views(Preset::Ring8));
        stage.get_by_label("Views").click();
        stage.run_steps(3);
        stage.get_by_label(layer.label()).click();
        stage.run_steps(2);
        assert_eq!(stage.state_mut().take_actions(), [Action::ToggleLayer(layer)], "{layer:?}");
    }
}

#[test]
fn every_view_is_drawn_at_once_and_any_zoom_asks_for_what_is_in_sight() {
    let mut bench = Bench::with_views(Preset::Ring8);
    for &layer in StageLayer::ALL {
        if !bench.controls.shows(layer) {
            bench.controls.toggle_layer(layer);
        }
    }
    let mut stage = stage(bench);
    stage.get_by_label("Views · 10");
    stage.get_by_label("Noise plane");
    let middle = stage.get_by_label("Stage").rect().center();
    stage.hover_at(middle);
    stage.event(egui::Event::Zoom(4.0));
    stage.run_steps(2);
    let actions = stage.state_mut().take_actions();
    let Some(Action::LookAt(Some([low, high]))) = actions.last() else { panic!("{actions:?}") };
    assert!(low[0] > -0.75 && high[0] < 0.75 && low[0] < 0.0 && high[0] > 0.0, "{low:?} {high:?}");
}

#[test]
fn the_plane_of_latents_is_bent_on_demand() {
    let mut bench = Bench::with_views(Preset::Ring8);
    bench.controls.toggle_layer(StageLayer::Warp);
    let mut stage = stage(bench);
    stage.get_by_label("Play the bending").click();
    stage.run_steps(3);
    let place = |stage: &Harness<'_, Bench>| {
        let node = stage.get_by_label("Bending");
        node.accesskit_node().numeric_value().unwrap()
    };
    let early = place(&stage);
    stage.run_steps(40);
    assert!(early < 0.5 && place(&stage) > 0.99, "{early}");
}

#[test]
fn switched_off_layers_are_not_shown_but_do_no_harm() {
    let mut bench = Bench::with_views(Preset::Ring8);
    for layer in [StageLayer::Real, StageLayer::Generated, StageLayer::Opinion, StageLayer::Path] {
        bench.controls.toggle_layer(layer);
    }
    stage(bench).run_steps(3);
}

#[test]
fn either_generator_can_be_looked_at() {
    for preset in [Preset::Ring8, Preset::Fashion] {
        let mut stage = stage(Bench::with_views(preset));
        stage.get_by_label("Current").click();
        stage.run_steps(2);
        assert_eq!(stage.state_mut().take_actions(), [Action::ShowGenerator(GeneratorChoice::Current)]);
    }
}

#[test]
fn a_click_on_a_generated_point_starts_the_walk_there() {
    let mut stage = stage(Bench::with_views(Preset::Ring8));
    // The recorded picture has one generated point in the middle.
    let middle = stage.get_by_label("Stage").rect().center();
    click_at(&mut stage, middle, Modifiers::NONE);
    assert_eq!(stage.state_mut().take_actions(), [Action::SetLatentEnd { end: LatentEnd::A, number: 0 }]);
    stage.run_steps(8);
    click_at(&mut stage, middle, Modifiers::SHIFT);
    assert_eq!(stage.state_mut().take_actions(), [Action::SetLatentEnd { end: LatentEnd::B, number: 0 }]);
    stage.run_steps(8);
    click_at(&mut stage, middle + vec2(60.0, 0.0), Modifiers::NONE);
    assert_eq!(stage.state_mut().take_actions(), []);
}

#[test]
fn the_stage_zooms_and_fits_again() {
    let mut stage = stage(Bench::with_views(Preset::Ring8));
    assert!(stage.query_by_label("Fit stage").is_none());
    let middle = stage.get_by_label("Stage").rect().center();
    stage.hover_at(middle);
    stage.run_steps(2);
    stage.event(egui::Event::MouseWheel {
        source: egui::MouseWheelSource::Wheel,
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, 120.0),
        phase: egui::TouchPhase::Move,
        modifiers: Modifiers::NONE,
    });
    stage.run_steps(6);
    stage.get_by_label("Fit stage").click();
    stage.run_steps(2);
    let mut actions = stage.state_mut().take_actions();
    actions.retain(|action| !matches!(action, Action::LookAt(Some(_))));
    assert_eq!(actions, [Action::Do(Verb::ResetView)]);
    stage.state_mut().panels.stage.reset_view();
    stage.run_steps(2);
    assert!(stage.query_by_label("Fit stage").is_none());
}

#[test]
fn points_follow_new_pictures() {
    let mut stage = stage(Bench::with_views(Preset::Ring8));
    let mut views = point_views();
    if let ganscope::trainer::StageView::Points(points) = &mut views.stage {
        points.fake.truncate(10);
        points.opinion = None;
    }
    stage.state_mut().state.apply_views(views);
    stage.run_steps(4);
}

#[test]
fn tiles_become_the_ends_of_the_walk() {
    for preset in [Preset::Fashion, Preset::Faces] {
        let mut stage = stage(Bench::with_views(preset));
        stage.get_by_label("Generated picture 5").click();
        stage.run_steps(2);
        assert_eq!(stage.state_mut().take_actions(), [Action::SetLatentEnd { end: LatentEnd::A, number: 4 }]);
        stage.get_by_label("Generated picture 9").click_modifiers(Modifiers::SHIFT);
        stage.run_steps(2);
        assert_eq!(stage.state_mut().take_actions(), [Action::SetLatentEnd { end: LatentEnd::B, number: 8 }]);
    }
}

#[test]
fn pictures_are_sorted_by_score_and_show_what_gives_them_away() {
    let mut stage = stage(Bench::with_views(Preset::Fashion));
    stage.get_by_label("Why").click();
    stage.run_steps(2);
    let look = GalleryLook { shows_slopes: true, ..GalleryLook::default() };
    assert_eq!(stage.state_mut().take_actions(), [Action::LookAtGallery(look)]);
    stage.get_by_role_and_label(Role::ComboBox, "Order of the pictures").click();
    stage.run_steps(3);
    stage.get_by_label("Worst first").click();
    stage.run_steps(2);
    let look = GalleryLook { order: TileOrder::LeastReal, ..GalleryLook::default() };
    assert_eq!(stage.state_mut().take_actions(), [Action::LookAtGallery(look)]);
    let place = |stage: &Harness<'_, Bench>| stage.get_by_label("Generated picture 1").rect().min;
    let before = place(&stage);
    stage.state_mut().controls.gallery =
        GalleryLook { order: TileOrder::MostReal, shows_slopes: true, ..GalleryLook::default() };
    stage.run_steps(3);
    assert_ne!(place(&stage), before, "scores rise with the number");
}

#[test]
fn a_picture_can_be_kept() {
    for (choice, action) in [
        ("Copy picture", Action::CopyTile(4)),
        ("Save picture…", Action::SaveTile(4)),
        ("Save all pictures…", Action::SaveSheet),
        ("End the walk here", Action::SetLatentEnd { end: LatentEnd::B, number: 4 }),
    ] {
        let mut stage = stage(Bench::with_views(Preset::Faces));
        stage.get_by_label("Generated picture 5").click_secondary();
        stage.run_steps(3);
        stage.get_by_label(choice).click();
        stage.run_steps(2);
        assert_eq!(stage.state_mut().take_actions(), [action]);
    }
}

#[test]
fn pictures_can_be_made_larger() {
    let mut stage = stage(Bench::with_views(Preset::Faces));
    stage.get_by_label("Size of the pictures").set_value_accesskit(2.0);
    stage.run_steps(2);
    assert_eq!(stage.state_mut().take_actions(), [Action::SetTileZoom(2.0)]);
    let before = stage.get_by_label("Generated picture 1").rect();
    stage.state_mut().settings.tile_zoom = 2.0;
    stage.run_steps(2);
    assert!(stage.get_by_label("Generated picture 1").rect().width() > 1.5 * before.width());
}

#[test]
fn a_run_that_came_apart_offers_the_last_good_state() {
    let mut bench = Bench::with_views(Preset::Ring8);
    let reason = "The generator's loss is not a number.".to_owned();
    bench.tell(EventKind::Diverged { step: 900, reason, last_good_step: Some(700) });
    let mut stage = stage(bench);
    stage.get_by_label("Training came apart at step 900");
    stage.get_by_label_contains("step 700");
    stage.get_by_label("Back to the last good state").click();
    stage.run_steps(2);
    assert_eq!(stage.state_mut().take_actions(), [Action::Do(Verb::RestoreLastGood)]);
}

#[test]
fn without_a_good_state_it_offers_to_start_again() {
    let mut bench = Bench::with_views(Preset::Ring8);
    bench.tell(EventKind::Diverged { step: 3, reason: "Too large.".to_owned(), last_good_step: None });
    let mut stage = stage(bench);
    assert!(stage.query_by_label("Back to the last good state").is_none());
    stage.get_by_label("Start again").click();
    stage.run_steps(2);
    assert_eq!(stage.state_mut().take_actions(), [Action::Do(Verb::Reset)]);
}

#[test]
fn a_failed_run_says_why_and_what_to_do() {
    let mut bench = Bench::with_views(Preset::Ring8);
    bench.tell(EventKind::Failed { message: "The GPU was taken away.".to_owned() });
    let mut stage = stage(bench);
    stage.get_by_label_contains("The GPU was taken away.");
    stage.get_by_label("Start again").click();
    stage.run_steps(2);
    assert_eq!(stage.state_mut().take_actions(), [Action::Do(Verb::Reset)]);
}

#[test]
fn waiting_is_explained_but_not_at_once() {
    let mut bench = Bench::running(Preset::Ring8);
    bench.state.begin_run(crate::support::RUN);
    bench.enter(Phase::Preparing, 0);
    let mut stage = builder(vec2(640.0, 560.0)).build_ui_state(
        |ui, bench| {
            show_on(ui, bench, |ui, scene, panels, actions| stage_ui(ui, scene, &mut panels.stage, actions));
        },
        bench,
    );
    assert!(stage.query_by_label("Preparing…").is_none());
    stage.run_steps(8);
    stage.get_by_label("Preparing…");
}

#[test]
fn without_a_run_it_says_how_to_begin() {
    let mut bench = Bench::running(Preset::Ring8);
    bench.state = ganscope::state::AppState::default();
    stage(bench).get_by_label("No run yet");
}
