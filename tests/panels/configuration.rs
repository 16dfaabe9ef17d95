//! The left panel: live settings act at once, edits wait for a restart and are checked while they wait.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use ganscope::config::{
    ActivationKind, Choice as _, DataConfig, DatasetKind, LossKind, ModelConfig, NormKind, PenaltyKind, PicturesConfig,
    Preset, UpsamplingKind,
};
use ganscope::state::DataOrder;
use ganscope::trainer::LiveSettings;
use ganscope::ui::panels::configuration_ui;
use ganscope::ui::{Action, Verb};

use crate::support::{Bench, click_at, harness};

fn panel(bench: Bench) -> Harness<'static, Bench> {
    harness(bench, vec2(280.0, 1200.0), |ui, scene, _, actions| configuration_ui(ui, scene, actions))
}

/// The configuration of the only edit there was.
fn only_edit(panel: &mut Harness<'_, Bench>) -> ganscope::config::RunConfig {
    let actions = panel.state_mut().take_actions();
    let [Action::EditDraft(config)] = actions.as_slice() else { panic!("{actions:?}") };
    (**config).clone()
}

fn choose(panel: &mut Harness<'_, Bench>, combo: &str, member: &str) {
    panel.get_by_role_and_label(Role::ComboBox, combo).click();
    panel.run_steps(3);
    panel.get_by_label(member).click();
    panel.run_steps(2);
}

#[test]
fn sliders_move_learning_rates_while_training() {
    for name in ["Generator learning rate", "Discriminator learning rate"] {
        let mut panel = panel(Bench::running(Preset::Ring8));
        panel.get_by_label(name).set_value_accesskit(0.005);
        panel.run_steps(2);
        let actions = panel.state_mut().take_actions();
        let [Action::SetLive(live), ..] = actions.as_slice() else { panic!("{actions:?}") };
        let rates = [live.generator_learning_rate, live.discriminator_learning_rate];
        let moved = usize::from(name.starts_with('D'));
        assert!((rates[moved] - 0.005).abs() < 1e-6 && (rates[1 - moved] - 0.004).abs() < 1e-6, "{rates:?}");
    }
}

#[test]
fn a_double_click_goes_back_to_where_the_run_began() {
    let mut bench = Bench::running(Preset::Ring8);
    bench.controls.live.generator_learning_rate = 0.05;
    let mut panel = panel(bench);
    let slider = panel.get_by_label("Generator learning rate").rect();
    click_at(&mut panel, slider.center(), Modifiers::NONE);
    panel.state_mut().take_actions();
    // The bench does not perform actions, so the slider still stands where the user had put it.
    let at = slider.center();
    for _ in 0..2 {
        for pressed in [true, false] {
            let button = eframe::egui::PointerButton::Primary;
            panel.event(eframe::egui::Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE });
        }
    }
    panel.run_steps(1);
    let actions = panel.state_mut().take_actions();
    let Some(Action::SetLive(live)) = actions.last() else { panic!("{actions:?}") };
    assert!((live.generator_learning_rate - 0.004).abs() < 1e-7, "{live:?}");
}

#[test]
fn the_game_can_be_tuned_while_training() {
    type IsSet = fn(&LiveSettings) -> bool;
    let cases: [(&str, f64, IsSet); 3] = [
        ("Penalty weight", 2.0, |live| (live.penalty_weight - 2.0).abs() < 1e-6),
        ("Discriminator turns", 4.0, |live| live.discriminator_steps == 4),
        ("Averaged over", 1000.0, |live| (live.ema_decay - 0.999).abs() < 1e-6),
    ];
    for (name, value, is_set) in cases {
        let mut panel = panel(Bench::running(Preset::Ring8));
        panel.get_by_role_and_label(Role::Slider, name).set_value_accesskit(value);
        panel.run_steps(2);
        let actions = panel.state_mut().take_actions();
        let [Action::SetLive(live), ..] = actions.as_slice() else { panic!("{name}: {actions:?}") };
        assert!(is_set(live), "{name}: {live:?}");
    }
}

#[test]
fn data_loss_and_penalty_are_edits() {
    let mut data = panel(Bench::running(Preset::Ring8));
    choose(&mut data, "Data set", "Spiral");
    assert_eq!(only_edit(&mut data).data.kind, DatasetKind::Spiral);

    let mut loss = panel(Bench::running(Preset::Ring8));
    choose(&mut loss, "Loss", "Hinge");
    assert_eq!(only_edit(&mut loss).objective.loss, LossKind::Hinge);

    let mut penalty = panel(Bench::running(Preset::Ring8));
    choose(&mut penalty, "Penalty", "R1");
    assert_eq!(only_edit(&mut penalty).objective.penalty, PenaltyKind::R1);
}

#[test]
fn every_distribution_has_its_parameters() {
    type Read = fn(&ganscope::config::DataConfig) -> f64;
    let cases: [(&str, &str, f64, Read); 8] = [
        ("Gaussian ring", "Modes", 12.0, |data| data.ring.modes as f64),
        ("Gaussian ring", "Spread", 0.1, |data| data.ring.std.into()),
        ("Gaussian grid", "Modes a side", 3.0, |data| data.grid.side as f64),
        ("Gaussian grid", "Spread", 0.2, |data| data.grid.std.into()),
        ("Two moons", "Noise", 0.2, |data| data.moons.noise.into()),
        ("Spiral", "Noise", 0.1, |data| data.spiral.noise.into()),
        ("Line", "Noise", 0.3, |data| data.line.noise.into()),
        ("Checkerboard", "Squares a side", 6.0, |data| data.checkerboard.squares as f64),
    ];
    for (set, parameter, value, read) in cases {
        let mut bench = Bench::running(Preset::Ring8);
        let mut config = bench.controls.draft.config().clone();
        config.data.kind = DatasetKind::BUILT_IN.into_iter().find(|kind| kind.label() == set).unwrap();
        bench.controls.draft.edit(config);
        let mut panel = panel(bench);
        panel.get_by_label("Data details").click();
        panel.run_steps(4);
        panel.get_by_role_and_label(Role::Slider, parameter).set_value_accesskit(value);
        panel.run_steps(2);
        let chosen = read(&only_edit(&mut panel).data);
        assert!((chosen - value).abs() < 1e-6, "{set}: {parameter}: {chosen}");
    }
}

#[test]
fn any_data_can_be_cut_down_to_few_samples() {
    for kind in DatasetKind::BUILT_IN {
        let mut bench = Bench::running(Preset::Ring8);
        let mut config = bench.controls.draft.config().clone();
        config.choose_data(ganscope::config::DataConfig::of(kind));
        bench.controls.draft.edit(config.clone());
        let mut panel = panel(bench);
        panel.get_by_label("Data details").click();
        panel.run_steps(4);
        panel.get_by_label("Learn from few samples").click();
        panel.run_steps(2);
        let few = only_edit(&mut panel);
        assert_eq!(few.data.samples, Some(100), "{kind:?}");
        panel.state_mut().controls.draft.edit(few);
        panel.run_steps(2);
        panel.get_by_role_and_label(Role::Slider, "Samples").set_value_accesskit(24.0);
        panel.run_steps(2);
        assert_eq!(only_edit(&mut panel).data.samples, Some(24), "{kind:?}");
    }
}

#[test]
fn ones_own_data_is_a_button_away_in_any_width() {
    for (name, verb) in [("Draw…", Verb::Draw), ("Open data…", Verb::OpenData)] {
        let narrow = harness(Bench::running(Preset::Ring8), vec2(208.0, 600.0), |ui, scene, _, actions| {
            configuration_ui(ui, scene, actions);
        });
        assert!(narrow.get_by_label(name).rect().right() <= 208.5, "{name}");
        let mut panel = panel(Bench::running(Preset::Ring8));
        panel.get_by_label(name).click();
        panel.run_steps(2);
        assert_eq!(panel.state_mut().take_actions(), [Action::Do(verb)]);
    }
}

#[test]
fn a_drawing_and_a_file_are_offered_once_there_are_some() {
    let mut bench = Bench::running(Preset::Ring8);
    let mut without = panel(Bench::running(Preset::Ring8));
    without.get_by_role_and_label(Role::ComboBox, "Data set").click();
    without.run_steps(3);
    assert!(without.query_by_label("Your drawing").is_none() && without.query_by_label("Your points").is_none());
    let mut config = bench.controls.draft.config().clone();
    config.data.drawing = Some(ganscope::config::Drawing::empty());
    config.data.path = Some("points.csv".into());
    bench.controls.draft.edit(config);
    let mut with = panel(bench);
    choose(&mut with, "Data set", "Your drawing");
    assert_eq!(only_edit(&mut with).data.kind, DatasetKind::Drawn);
}

#[test]
fn networks_are_edited_behind_a_fold() {
    let mut panel = panel(Bench::running(Preset::Ring8));
    assert!(panel.query_by_label("Generator hidden layers").is_none());
    panel.get_by_label("Generator details").click();
    panel.run_steps(4);
    panel.get_by_label("Generator hidden layers").set_value_accesskit(2.0);
    panel.run_steps(2);
    let ModelConfig::Mlp { hidden, .. } = only_edit(&mut panel).generator else { panic!("not an MLP") };
    assert_eq!(hidden, [64, 64]);
    panel.get_by_label_contains("parameters").click();
    panel.run_steps(4);
    assert!(panel.query_all_by_label("Linear").count() >= 4, "the layers are listed");
}

#[test]
fn convolutions_have_channels_and_a_normalisation() {
    let mut panel = panel(Bench::running(Preset::Fashion));
    panel.get_by_label("Discriminator details").click();
    panel.run_steps(4);
    panel.get_by_label("Discriminator normalisation").click();
    panel.run_steps(4);
    panel.get_by_label("Instance normalisation").click();
    panel.run_steps(2);
    let ModelConfig::Dcgan { norm, .. } = only_edit(&mut panel).discriminator else { panic!("not a DCGAN") };
    assert_eq!(norm, NormKind::Instance);
}

/// The settings of a run on the ring, the cursor in `field` of its generator.
fn typing_into(field: &str) -> Harness<'static, Bench> {
    let mut panel = panel(Bench::running(Preset::Ring8));
    panel.get_by_label("Generator details").click();
    panel.run_steps(4);
    panel.get_by_label(field).focus();
    panel.run_steps(2);
    panel
}

#[test]
fn units_of_each_layer_are_checked_as_they_are_typed() {
    let field = "Generator units of each layer";
    let mut panel = typing_into(field);
    panel.get_by_label(field).type_text(", 32");
    panel.run_steps(2);
    let ModelConfig::Mlp { hidden, .. } = only_edit(&mut panel).generator else { panic!("not an MLP") };
    assert_eq!(hidden, [64, 64, 64, 32]);
    panel.get_by_label(field).type_text("x");
    panel.run_steps(2);
    panel.get_by_label_contains("“32x” is no number of units");
    assert!(panel.state_mut().take_actions().is_empty(), "what cannot be built changes nothing");
}

#[test]
fn units_of_each_layer_can_be_deleted_to_type_others() {
    let field = "Generator units of each layer";
    let mut panel = typing_into(field);
    panel.key_press_modifiers(Modifiers::COMMAND, Key::A);
    panel.run_steps(2);
    panel.key_press(Key::Backspace);
    panel.run_steps(2);
    assert_eq!(panel.get_by_label(field).accesskit_node().value().as_deref().unwrap_or_default(), "");
    assert_eq!(panel.state_mut().take_actions(), [], "an empty field is no network without layers");
    panel.get_by_label(field).type_text("32, 16");
    panel.run_steps(2);
    let ModelConfig::Mlp { hidden, .. } = only_edit(&mut panel).generator else { panic!("not an MLP") };
    assert_eq!(hidden, [32, 16]);
}

#[test]
fn a_generator_of_pictures_chooses_activation_and_up_sampling() {
    let mut panel = panel(Bench::running(Preset::Fashion));
    panel.get_by_label("Generator details").click();
    panel.run_steps(4);
    for (list, member) in [("Generator up-sampling", "Repeat"), ("Generator activation", "Tanh")] {
        panel.get_by_label(list).click();
        panel.run_steps(4);
        panel.get_by_label(member).click();
        panel.run_steps(2);
    }
    let edits: Vec<_> = panel.state_mut().take_actions();
    let models: Vec<_> = edits
        .into_iter()
        .map(|action| match action {
            Action::EditDraft(config) => config.generator,
            other => panic!("{other:?}"),
        })
        .collect();
    let [ModelConfig::Dcgan { upsampling, .. }, ModelConfig::Dcgan { activation, .. }] = &models[..] else {
        panic!("{models:?}")
    };
    assert_eq!((*upsampling, *activation), (UpsamplingKind::Nearest, Some(ActivationKind::Tanh)));
}

#[test]
fn rare_settings_are_behind_a_fold() {
    let mut panel = panel(Bench::running(Preset::Ring8));
    panel.get_by_label("Batch, latent, schedule, seed").click();
    panel.run_steps(4);
    for name in ["Batch size", "Latent size", "Latent distribution", "Schedule", "Stop after", "Seed"] {
        assert!(panel.query_all_by_label(name).next().is_some(), "{name}");
    }
}

/// The panel with the fold of `preset` open in which training is steadied.
fn steadying(preset: Preset, change: impl FnOnce(&mut ganscope::config::RunConfig)) -> Harness<'static, Bench> {
    let mut bench = Bench::running(preset);
    let mut config = bench.controls.draft.config().clone();
    change(&mut config);
    bench.controls.draft.edit(config);
    let mut panel = panel(bench);
    panel.get_by_label_contains("Classes, ").click();
    panel.run_steps(4);
    panel.check_accessibility();
    panel
}

#[test]
fn switches_that_steady_training_are_edits() {
    type IsSet = fn(&ganscope::config::RunConfig) -> bool;
    let cases: [(&str, IsSet); 4] = [
        ("Learn each class", |config| !config.conditional),
        ("Change colours", |config| config.augment.color),
        ("Shift pictures", |config| config.augment.translation),
        ("Cut holes", |config| config.augment.cutout),
    ];
    for (name, is_set) in cases {
        let mut panel = steadying(Preset::Fashion, |_| {});
        panel.get_by_label(name).click();
        panel.run_steps(2);
        let config = only_edit(&mut panel);
        assert!(is_set(&config) && config.validate().is_ok(), "{name}");
    }
}

#[test]
fn sliders_that_steady_training_are_edits() {
    type Read = fn(&ganscope::config::RunConfig) -> f32;
    let cases: [(&str, f64, Read); 4] = [
        ("Instance noise", 0.25, |config| config.instance_noise),
        ("Label smoothing", 0.1, |config| config.objective.label_smoothing),
        ("Generator gradient limit", 5.0, |config| config.generator_optimizer.clip_norm),
        ("Discriminator gradient limit", 2.0, |config| config.discriminator_optimizer.clip_norm),
    ];
    for (name, value, read) in cases {
        let mut panel = steadying(Preset::Ring8, |config| {
            config.objective.loss = LossKind::NonSaturating;
        });
        panel.get_by_role_and_label(Role::Slider, name).set_value_accesskit(value);
        panel.run_steps(2);
        let config = only_edit(&mut panel);
        assert!((f64::from(read(&config)) - value).abs() < 1e-6, "{name}: {}", read(&config));
        assert_eq!(config.validate(), Ok(()), "{name}");
    }
}

#[test]
fn how_letters_are_shown_is_an_edit() {
    let mut panel = steadying(Preset::Names, |_| {});
    let before = panel.state().controls.draft.config().straight_through;
    assert!(panel.query_by_label("Cut holes").is_none(), "texts are no pictures");
    panel.get_by_label("Decide letters").click();
    panel.run_steps(2);
    let config = only_edit(&mut panel);
    assert!(config.straight_through != before && config.validate().is_ok());
    type Read = fn(&ganscope::config::RunConfig) -> f32;
    let cases: [(&str, f64, Read); 2] = [
        ("Gumbel temperature", 0.75, |config| config.gumbel_temperature),
        ("Letter smoothing", 0.2, |config| config.symbol_smoothing),
    ];
    for (name, value, read) in cases {
        let mut panel = steadying(Preset::Names, |_| {});
        panel.get_by_role_and_label(Role::Slider, name).set_value_accesskit(value);
        panel.run_steps(2);
        let config = only_edit(&mut panel);
        assert!((f64::from(read(&config)) - value).abs() < 1e-6 && config.validate().is_ok(), "{name}");
    }
}

#[test]
fn noise_says_whether_it_fades() {
    for (preset, words) in
        [(Preset::Ring8, "fades to nothing along the schedule"), (Preset::Fashion, "the noise stays")]
    {
        let mut panel = steadying(preset, |_| {});
        let noise = panel.get_by_role_and_label(Role::Slider, "Instance noise").rect().center();
        panel.hover_at(noise);
        panel.run_steps(20);
        panel.get_by_label_contains(words);
    }
}

#[test]
fn what_makes_no_sense_for_the_data_cannot_be_switched_on_but_always_off() {
    let points = steadying(Preset::Ring8, |_| {});
    for name in ["Learn each class", "Change colours", "Shift pictures", "Cut holes", "Label smoothing"] {
        assert!(points.get_all_by_label(name).any(|node| node.accesskit_node().is_disabled()), "{name}");
    }
    let faces = steadying(Preset::Faces, |_| {});
    assert!(faces.get_by_label("Learn each class").accesskit_node().is_disabled(), "faces have no classes");
    assert!(!faces.get_by_label("Cut holes").accesskit_node().is_disabled());
    let mut mistaken = steadying(Preset::Ring8, |config| config.augment.cutout = true);
    mistaken.get_by_label("Cut holes").click();
    mistaken.run_steps(2);
    assert_eq!(only_edit(&mut mistaken).validate(), Ok(()));
}

#[test]
fn published_sets_are_always_offered_and_looked_for_before_they_are_edited_in() {
    let sets = [
        ("MNIST", DatasetKind::Mnist),
        ("Fashion-MNIST", DatasetKind::FashionMnist),
        ("CIFAR-10", DatasetKind::Cifar10),
    ];
    for (name, kind) in sets {
        let mut panel = panel(Bench::running(Preset::Ring8));
        choose(&mut panel, "Data set", name);
        assert_eq!(panel.state_mut().take_actions(), [Action::Data(DataOrder::Use(kind))]);
    }
}

#[test]
fn pictures_of_ones_own_say_what_they_are_and_can_be_made_into_something_else() {
    let mut bench = Bench::running(Preset::Faces);
    let mut config = bench.controls.draft.config().clone();
    let pictures = PicturesConfig { path: Some("a/photos".into()), size: 16, ..PicturesConfig::default() };
    config.choose_data(DataConfig::pictures(pictures));
    bench.controls.draft.edit(config);
    let mut panel = panel(bench);
    panel.get_by_label("photos");
    panel.get_by_label("Data details").click();
    panel.run_steps(4);
    panel.get_by_label("Size, colours, classes…").click();
    panel.run_steps(2);
    assert_eq!(panel.state_mut().take_actions(), [Action::Data(DataOrder::Look("a/photos".into()))]);
}

#[test]
fn edits_say_that_they_wait_and_can_be_applied_or_thrown_away() {
    let mut bench = Bench::running(Preset::Ring8);
    let mut config = bench.controls.draft.config().clone();
    config.seed = 7;
    bench.controls.draft.edit(config);
    let mut panel = panel(bench);
    panel.get_by_label("Needs a restart: seed");
    panel.get_by_label("Apply and restart").click();
    panel.run_steps(2);
    assert_eq!(panel.state_mut().take_actions(), [Action::Do(Verb::ApplyDraft)]);
    panel.get_by_label("Discard").click();
    panel.run_steps(2);
    assert_eq!(panel.state_mut().take_actions(), [Action::Do(Verb::DiscardDraft)]);
}

#[test]
fn nonsense_is_explained_and_cannot_be_applied() {
    let mut bench = Bench::running(Preset::Ring8);
    let mut config = bench.controls.draft.config().clone();
    config.objective.loss = LossKind::Wasserstein;
    config.objective.penalty = PenaltyKind::None;
    bench.controls.draft.edit(config);
    let mut panel = panel(bench);
    panel.get_by_label_contains("A Wasserstein critic has no bound of its own");
    assert!(panel.get_by_label("Apply and restart").accesskit_node().is_disabled());
    panel.get_by_label("Apply and restart").click();
    panel.run_steps(2);
    assert_eq!(panel.state_mut().take_actions(), []);
    panel.get_by_label("Critic");
}

#[test]
fn the_articles_corrections_stand_beside_its_preset() {
    let mut article = panel(Bench::running(Preset::Article));
    article.get_by_label("What was corrected in the article").click();
    article.run_steps(4);
    article.get_by_label_contains("A leaky ReLU follows the discriminator's convolution");
    assert!(panel(Bench::running(Preset::Ring8)).query_by_label("What was corrected in the article").is_none());
}

#[test]
fn every_preset_can_be_shown() {
    for &preset in Preset::ALL {
        let mut panel = panel(Bench::running(preset));
        let has_critic = !preset.config().objective.loss.scores_are_probabilities();
        let judge = if has_critic { "Critic details" } else { "Discriminator details" };
        let is_text = matches!(preset, Preset::Names | Preset::Words);
        let seen = if is_text { "Classes, letters" } else { "Classes, augmentation" };
        for fold in ["Data details", "Generator details", judge, seen, "Batch, latent, schedule, seed"] {
            panel.get_by_label(fold).click();
            panel.run_steps(4);
        }
        panel.check_accessibility();
        assert_eq!(panel.state_mut().take_actions(), [], "{preset:?}: looking changes nothing");
    }
}
