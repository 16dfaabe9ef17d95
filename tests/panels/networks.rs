//! The networks page and the walk through a step: pages, parts, controls.

use eframe::egui::accesskit::Role;
use eframe::egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ganscope::config::{LatentDistribution, LossKind, OptimizerKind, PenaltyKind, Preset, TensorShape};
use ganscope::state::WalkOrder;
use ganscope::trainer::{
    DiscriminatorUpdate, Dissection, Edge, EventKind, GeneratedBatch, GeneratorUpdate, LayerChange, LayerPicture,
    NetworkPicture, NetworkView, Phase, StepPart, UNIT_SIDE, UnitPicture, Update, Views,
};
use ganscope::ui::panels::{narration_ui, stage_ui, top_bar_ui};
use ganscope::ui::settings::StagePage;
use ganscope::ui::{Action, Verb, window_ui};

use crate::support::{Bench, harness, image_views, point_views};

fn stage(bench: Bench) -> Harness<'static, Bench> {
    harness(bench, vec2(640.0, 560.0), |ui, scene, panels, actions| {
        stage_ui(ui, scene, &mut panels.stage, actions);
    })
}

fn layer(name: &str, inputs: usize, outputs: usize, is_flat: bool) -> LayerPicture {
    let answers = (0..UNIT_SIDE * UNIT_SIDE).map(|cell| (cell as f32 * 0.1).sin()).collect();
    let unit = UnitPicture { answers, range: [-1.5, 2.0] };
    let edge = |index: usize| Edge {
        from: index % inputs,
        to: index / inputs,
        weight: if index.is_multiple_of(2) { 0.5 } else { -0.3 },
    };
    LayerPicture {
        name: name.to_owned(),
        output: if is_flat { TensorShape::Flat(16 * outputs) } else { TensorShape::Maps(8, 14, 14) },
        parameters: 16 * inputs * outputs,
        gradient_norm: Some(0.12),
        units: if is_flat { vec![unit; outputs] } else { Vec::new() },
        edges: if is_flat { (0..inputs * outputs).map(edge).collect() } else { Vec::new() },
    }
}

fn networks(is_flat: bool) -> NetworkView {
    let network = |inputs: usize, outputs: usize| NetworkPicture {
        input: TensorShape::Flat(inputs),
        layers: vec![layer("Linear, LeakyReLU", inputs, 8, is_flat), layer("Linear", 8, outputs, is_flat)],
        parameters: 1234,
    };
    NetworkView {
        generator: network(8, 2),
        discriminator: network(2, 1),
        latent_bounds: [[-2.5; 2], [2.5; 2]],
        latents: vec![[0.5, -0.5]; 10],
    }
}

fn views(preset: Preset) -> Views {
    let is_points = preset == Preset::Ring8;
    let views = if is_points { point_views() } else { image_views(3, 16) };
    Views { networks: Some(networks(is_points)), ..views }
}

/// The networks page of a run.
fn open(preset: Preset) -> Bench {
    let mut bench = Bench::running(preset);
    bench.state.apply_views(views(preset));
    bench.settings.page = StagePage::Networks;
    bench
}

fn update() -> Update {
    let layers = vec![LayerChange { layer: 0, gradient_norm: 0.3, change_norm: 0.02 }];
    Update { loss: 0.61, gradient_norm: 0.42, layers, learning_rate: 0.001, largest_change: 0.002 }
}

fn dissection(preset: Preset) -> Dissection {
    let batch = GeneratedBatch { latents: vec![[0.1; 2]; 4], points: vec![[0.2; 2]; 4], mean: 0.1, deviation: 0.9 };
    Dissection {
        part: StepPart::Both,
        step: 601,
        batch_size: 4,
        latent_dim: 8,
        latent_distribution: LatentDistribution::Normal,
        loss: LossKind::Relativistic,
        penalty: PenaltyKind::R1,
        tries_letters: false,
        discriminator_optimizer: OptimizerKind::Adam,
        generator_optimizer: OptimizerKind::Adam,
        discriminator: vec![DiscriminatorUpdate {
            generated: batch.clone(),
            shares_batch: true,
            real: vec![[0.5; 2]; 4],
            real_logits: vec![0.4; 4],
            fake_logits: vec![-0.4; 4],
            real_score: 0.6,
            fake_score: 0.4,
            penalty: Some(0.01),
            update: update(),
        }],
        generator: Some(GeneratorUpdate {
            generated: batch,
            fake_logits: vec![-0.5; 4],
            fake_score: 0.38,
            moved: vec![[0.3; 2]; 4],
            update: update(),
        }),
        pictures: vec![views(preset); 3],
    }
}

/// A run that is walked through.
fn walking(preset: Preset) -> Bench {
    let mut bench = open(preset);
    bench.state.walk(WalkOrder::Enter { was_running: true });
    bench.enter(Phase::Paused, 600);
    bench.state.walk(WalkOrder::Asked);
    bench.tell(EventKind::Dissected { dissection: Box::new(dissection(preset)) });
    bench
}

#[test]
fn the_stage_has_two_pages() {
    for (preset, samples) in [(Preset::Ring8, "Plane"), (Preset::Faces, "Gallery")] {
        let mut stage = stage(Bench::with_views(preset));
        stage.get_by_label(samples).click();
        stage.run_steps(2);
        assert_eq!(stage.state_mut().take_actions(), [], "it is open already");
        stage.get_by_label("Networks").click();
        stage.run_steps(2);
        assert_eq!(stage.state_mut().take_actions(), [Action::Do(Verb::ToggleNetworks)]);
        stage.state_mut().settings.page = StagePage::Networks;
        stage.run_steps(2);
        stage.get_by_label(samples).click();
        stage.run_steps(2);
        assert_eq!(stage.state_mut().take_actions(), [Action::Do(Verb::ToggleNetworks)]);
    }
}

#[test]
fn every_part_of_the_picture_has_a_name_and_explains_itself() {
    let mut stage = stage(open(Preset::Ring8));
    for name in [
        "Noise",
        "Generator network",
        "Discriminator network",
        "Generated samples",
        "Real samples",
        "Verdict",
        "Loss of the discriminator",
        "Loss of the generator",
        "Unit 3 of layer 1, generator",
        "Unit 8 of layer 1, discriminator",
    ] {
        let rect = stage.get_by_label(name).rect();
        stage.hover_at(rect.left_top() + vec2(2.0, 2.0));
        stage.run_steps(10);
    }
    stage.get_by_label_contains("from -1.500 to 2.000");
}

#[test]
fn networks_of_pictures_are_blocks() {
    let stage = stage(open(Preset::Faces));
    stage.get_by_label("Generator network");
    assert!(stage.query_by_label_contains("Unit 1").is_none());
}

#[test]
fn the_page_waits_for_its_picture() {
    let mut bench = Bench::with_views(Preset::Ring8);
    bench.settings.page = StagePage::Networks;
    let stage = stage(bench);
    assert!(stage.query_by_label("Noise").is_none());
}

#[test]
fn nothing_moves_where_motion_is_not_wanted() {
    let mut bench = open(Preset::Ring8);
    bench.settings.has_reduced_motion = true;
    let mut stage = stage(bench);
    stage.hover_at(eframe::egui::pos2(1.0, 1.0));
    // It settles: nothing asks for another frame.
    stage.run();
}

#[test]
fn a_step_is_walked_through_on_request() {
    let mut stage = stage(open(Preset::Ring8));
    assert!(stage.query_by_label("Next phase").is_none());
    stage.get_by_label("Step by step").click();
    stage.run_steps(2);
    assert_eq!(stage.state_mut().take_actions(), [Action::Do(Verb::ToggleWalkthrough)]);
}

#[test]
fn every_control_of_the_walk_works() {
    for preset in [Preset::Ring8, Preset::Faces] {
        let mut stage = stage(walking(preset));
        stage.get_by_label("Noise is drawn");
        stage.get_by_label_contains("Phase 1 of 11");
        stage.get_by_label("Next phase").click();
        stage.run_steps(2);
        assert_eq!(stage.state_mut().take_actions(), [Action::Do(Verb::NextPhase)]);
        stage.get_by_label("Play the phases").click();
        stage.run_steps(2);
        assert_eq!(stage.state_mut().take_actions(), [Action::Walk(WalkOrder::SetPlaying(true))]);
        stage.get_by_label("Seconds per phase").set_value_accesskit(5.0);
        stage.run_steps(2);
        assert_eq!(stage.state_mut().take_actions(), [Action::Walk(WalkOrder::SetPace(5.0))]);
        stage.get_by_label("Networks trained").click();
        stage.run_steps(3);
        stage.get_by_label("Only G").click();
        stage.run_steps(2);
        assert_eq!(stage.state_mut().take_actions(), [Action::Walk(WalkOrder::SetPart(StepPart::Generator))]);
        stage.get_by_label("Updates per step").click();
        stage.run_steps(3);
        stage.get_by_label("3 D : 1 G").click();
        stage.run_steps(2);
        let actions = stage.state_mut().take_actions();
        let [Action::SetLive(live)] = actions.as_slice() else { panic!("{actions:?}") };
        assert_eq!(live.discriminator_steps, 3);
    }
}

#[test]
fn all_phases_can_be_seen() {
    for (preset, page) in [
        (Preset::Ring8, StagePage::Networks),
        (Preset::Ring8, StagePage::Samples),
        (Preset::Faces, StagePage::Networks),
        (Preset::Faces, StagePage::Samples),
    ] {
        let mut bench = walking(preset);
        bench.settings.page = page;
        let mut stage = stage(bench);
        for phase in 1..=11 {
            stage.get_by_label_contains(&format!("Phase {phase} of 11"));
            stage.state_mut().state.walk(WalkOrder::Next);
            stage.run_steps(2);
        }
        assert_eq!(stage.state().state.walkthrough().wanted_step(), Some(StepPart::Both));
    }
}

#[test]
fn the_foot_tells_the_phase_while_a_step_is_walked_through() {
    let mut foot = harness(walking(Preset::Ring8), vec2(900.0, 60.0), |ui, scene, _, _| narration_ui(ui, scene));
    foot.get_by_label_contains("4 latents are drawn: 8 random numbers each");
    foot.state_mut().state.walk(WalkOrder::Leave);
    foot.run_steps(2);
    assert!(foot.query_by_label_contains("latents are drawn").is_none());
}

#[test]
fn the_foot_stays_in_its_place_however_long_its_sentence_is() {
    // What a window of 512 points leaves, within the harness's margins.
    let size = vec2(496.0, 62.0);
    let mut foot = harness(walking(Preset::Ring8), size, |ui, scene, _, _| narration_ui(ui, scene));
    for phase in 1..=11 {
        let rect = foot.get_by_role(Role::Label).rect();
        assert!(rect.top() >= 8.0 && rect.bottom() <= size.y - 8.0, "phase {phase}: {rect}");
        foot.state_mut().state.walk(WalkOrder::Next);
        foot.run_steps(2);
    }
}

#[test]
fn the_bar_shows_that_phases_follow_each_other() {
    let mut bench = walking(Preset::Ring8);
    bench.state.walk(WalkOrder::SetPlaying(true));
    let bar = harness(bench, vec2(1400.0, 48.0), |ui, scene, _, actions| top_bar_ui(ui, scene, actions));
    bar.get_by_label("Pause");
}

#[test]
fn a_walk_ends_with_its_run() {
    let mut bench = walking(Preset::Ring8);
    bench.tell(EventKind::Diverged { step: 601, reason: "Too large.".to_owned(), last_good_step: None });
    assert!(!bench.state.walkthrough().is_active());
    let mut bench = walking(Preset::Ring8);
    bench.enter(Phase::Running, 600);
    assert!(!bench.state.walkthrough().is_active());
    let mut bench = walking(Preset::Ring8);
    bench.state.begin_run(ganscope::trainer::RunId(9));
    assert!(!bench.state.walkthrough().is_active());
}

#[test]
fn the_whole_window_holds_it_in_every_size() {
    for size in [vec2(1400.0, 900.0), vec2(1024.0, 700.0), vec2(640.0, 480.0)] {
        for preset in [Preset::Ring8, Preset::Faces] {
            let window = harness(walking(preset), size, window_ui);
            window.get_by_label("Next phase");
        }
    }
}
