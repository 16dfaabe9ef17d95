//! The page of the data augmentation experiment: every control of it, what it shows at each stage, and the whole way in the real
//! window.

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use ganscope::config::{ArmKind, Choice as _, DataConfig, DatasetKind, Domain, ExperimentConfig, Preset, TextConfig};
use ganscope::data::Pictures;
use ganscope::export::LabelledSetFormat;
use ganscope::state::{ExperimentChoice, ExperimentEnd, ExperimentNews, ExperimentOrder, ExperimentStatus};
use ganscope::trainer::{
    ArmReport, ArmSamples, Begin, Comparison, DivergedGan, Estimate, HelpVerdict, Progress, Report, SeenByArm,
    SeenSamples, Stage,
};
use ganscope::ui::panels::experiment_ui;
use ganscope::ui::{Action, Verb};

use crate::support::{Bench, harness, wait_for, window};

/// Accuracies that an experiment of five seeds might find, arm by arm.
const ACCURACIES: [[f64; 5]; 7] = [
    [70.1, 71.3, 69.8, 72.0, 70.6],
    [70.0, 71.5, 69.6, 72.2, 70.5],
    [74.0, 74.9, 73.2, 75.8, 74.4],
    [72.1, 73.0, 71.2, 73.9, 72.8],
    [74.3, 75.6, 73.1, 75.9, 74.9],
    [66.2, 67.9, 65.0, 68.8, 66.4],
    [83.9, 84.4, 83.6, 84.8, 84.0],
];

/// What was found with `seeds` of these seeds, `lift` points higher.
pub(crate) fn report(labelled: usize, seeds: usize, lift: f64) -> Report {
    let of = |arm: ArmKind| -> Vec<f64> {
        let place = ArmKind::ALL.iter().position(|&it| it == arm).unwrap_or_default();
        ACCURACIES[place][..seeds].iter().map(|accuracy| accuracy + lift).collect()
    };
    let arm = |&arm: &ArmKind| {
        let comparison = arm.control().map(|control| {
            let pairs: Vec<f64> = of(arm).iter().zip(of(control)).map(|(a, b)| a - b).collect();
            let difference = Estimate::of(&pairs);
            Comparison { control, difference, verdict: HelpVerdict::of(difference) }
        });
        let secs = if arm.uses_generated() { 241.0 } else { 18.0 };
        let accuracy = Some(Estimate::of(&of(arm))).filter(|_| seeds > 0);
        ArmReport { arm, accuracy, accuracies: of(arm), secs, comparison: comparison.filter(|_| seeds > 0) }
    };
    Report {
        domain: Domain::Images,
        labelled,
        generated: 4_000,
        others: 4_000,
        tested: 10_000,
        arms: ArmKind::ALL.iter().map(arm).collect(),
        diverged: Vec::new(),
    }
}

/// Pictures of a bright square, larger from one to the next.
fn samples() -> ArmSamples {
    let pixel = |picture: usize, place: usize| {
        let (row, column) = (place / 28, place % 28);
        if row.abs_diff(14).max(column.abs_diff(14)) < 3 + picture { 235 } else { 15 }
    };
    let arm = |&arm: &ArmKind| {
        let pixels = (0..8).flat_map(|picture| (0..28 * 28).map(move |place| pixel(picture, place))).collect();
        let is_generated = (0..8).map(|index| match arm {
            ArmKind::GanOnly => true,
            ArmKind::Gan | ArmKind::ClassicAndGan => index >= 4,
            _ => false,
        });
        let pictures = Pictures { channels: 1, height: 28, width: 28, pixels };
        SeenByArm { arm, samples: SeenSamples::Pictures(pictures), is_generated: is_generated.collect() }
    };
    ArmSamples { seed: 1, arms: ArmKind::ALL.iter().map(arm).collect() }
}

fn progress(stage: Stage) -> Progress {
    Progress { repetition: 1, repetitions: 5, at_once: 2, stage, share: 0.27, left_secs: Some(754.0) }
}

/// The page before anything was begun.
pub(crate) fn opened() -> Bench {
    let mut bench = Bench::with_views(Preset::Fashion);
    let data = bench.controls.draft.in_force().data.clone();
    bench.controls.experiment.open(&data);
    bench
}

/// The page in the middle of an experiment.
pub(crate) fn running() -> Bench {
    let mut bench = opened();
    let page = &mut bench.controls.experiment;
    page.begin();
    page.hear(ExperimentNews::Begun { labelled: 200, folder: "data/experiments/fashion-200-1f0c88a2".into() });
    page.hear(ExperimentNews::Saw(samples()));
    page.hear(ExperimentNews::Measured(report(200, 1, 0.0)));
    page.progressed(progress(Stage::Gan { step: 1_200, steps: 4_000 }));
    bench
}

/// The page with a whole experiment; a sweep has five.
pub(crate) fn whole(is_sweep: bool) -> Bench {
    let mut bench = opened();
    let page = &mut bench.controls.experiment;
    page.choose(ExperimentChoice { is_sweep, ..page.choice().clone() });
    page.begin();
    for (number, labelled) in page.choice().numbers().into_iter().enumerate() {
        page.hear(ExperimentNews::Begun { labelled, folder: "data/experiments/fashion-200-1f0c88a2".into() });
        page.hear(ExperimentNews::Saw(samples()));
        page.hear(ExperimentNews::Measured(report(labelled, 5, 2.0 * number as f64)));
    }
    page.hear(ExperimentNews::Ended(ExperimentEnd::Whole));
    bench
}

fn page(bench: Bench) -> Harness<'static, Bench> {
    harness(bench, vec2(1_100.0, 720.0), |ui, scene, panels, actions| {
        experiment_ui(ui, scene, &mut panels.experiment, actions);
    })
}

fn click(page: &mut Harness<'_, Bench>, name: &str) -> Vec<Action> {
    page.get_by_label(name).click();
    page.run_steps(2);
    page.state_mut().take_actions()
}

/// What was chosen with the last action.
fn chosen(actions: Vec<Action>) -> ExperimentChoice {
    match actions.into_iter().next_back() {
        Some(Action::Experiment(ExperimentOrder::Choose(choice))) => *choice,
        other => panic!("nothing was chosen: {other:?}"),
    }
}

#[test]
fn before_the_start_all_seven_classifiers_are_explained() {
    let mut page = page(opened());
    for arm in ArmKind::ALL {
        page.get_by_label(&format!("{}: not measured yet", arm.label()));
    }
    page.get_by_label_contains("Seven classifiers");
    assert!(page.get_by_label("Save augmented data set…").accesskit_node().is_disabled());
    assert_eq!(click(&mut page, "Start"), [Action::Experiment(ExperimentOrder::Start)]);
    assert_eq!(click(&mut page, "Close data augmentation"), [Verb::Augment.into()]);
}

#[test]
fn a_running_experiment_says_how_far_it_is_and_is_paused_or_ended() {
    let mut page = page(running());
    page.get_by_label_contains("the GAN learns from the few, step 1\u{2009}200 of 4\u{2009}000");
    page.get_by_label("About 12 min 34 s left");
    page.get_by_label_contains("1 seed so far");
    assert!(page.get_by_label("Sweep over labelled pictures").accesskit_node().is_disabled(), "choices stand");
    assert_eq!(click(&mut page, "Pause"), [Action::Experiment(ExperimentOrder::Pause(true))]);
    assert_eq!(click(&mut page, "Cancel"), [Action::Experiment(ExperimentOrder::Stop)]);
    page.state_mut().controls.experiment.pause(true);
    page.run_steps(2);
    assert_eq!(click(&mut page, "Go on"), [Action::Experiment(ExperimentOrder::Pause(false))]);
    page.state_mut().controls.experiment.stop();
    page.run_steps(2);
    assert!(page.get_by_label("Stopping…").accesskit_node().is_disabled());
}

#[test]
fn verdicts_say_no_more_than_their_intervals_carry() {
    let page = page(whole(false));
    // Differences of duplicates from the real ones: -0.1, 0.2, -0.2, 0.2, -0.1.
    page.get_by_label("Real, duplicated: 70.8 ± 1.3 %, no measurable help (+0.0 ± 0.2 points)");
    page.get_by_label_contains("Real, classic and GAN: 74.8 ± 1.4 %, no measurable help (+0.3 ± 0.4 points)");
    page.get_by_label_contains("GAN only: 66.9 ± 1.9 %, made it worse by 3.9 ± 0.8 points");
    page.get_by_label_contains("More real data: 84.1 ± 0.6 %, helped by 13.4 ± 0.5 points");
    page.get_by_label_contains("± is a 95 % interval over 5 seeds");
}

#[test]
fn what_is_chosen_is_told_and_defaults_are_those_of_the_command_line() {
    let mut page = page(opened());
    assert_eq!(page.state().controls.experiment.choice().config, ExperimentConfig::default());
    page.get_by_label("Sweep over labelled pictures").click();
    page.run_steps(2);
    assert!(chosen(page.state_mut().take_actions()).is_sweep);

    page.get_by_role_and_label(Role::ComboBox, "Labelled data").click();
    page.run_steps(2);
    page.get_by_label(DatasetKind::Mnist.label()).click();
    page.run_steps(2);
    assert_eq!(chosen(page.state_mut().take_actions()).data.kind, DatasetKind::Mnist);

    page.get_by_label("GAN, filter and classifier").click();
    page.run_steps(12);
    page.get_by_label("DiffAugment").click();
    page.run_steps(2);
    assert!(chosen(page.state_mut().take_actions()).config.diff_augment);
}

#[test]
fn a_sweep_shows_each_number_and_the_curve() {
    let mut page = page(whole(true));
    page.get_by_label_contains("800 labelled pictures, 4\u{2009}000 generated");
    assert_eq!(click(&mut page, "50"), []);
    page.get_by_label_contains("50 labelled pictures, 4\u{2009}000 generated");
    assert_eq!(click(&mut page, "Curve"), []);
    // The mean of the first row, and of the same two points higher.
    page.get_by_label_contains("Real only: 70.8 % with 50, 72.8 % with 100");
}

#[test]
fn the_augmented_set_is_saved_in_any_format() {
    for format in LabelledSetFormat::ALL.iter().filter(|format| format.fits(Domain::Images)) {
        let mut page = page(whole(false));
        assert_eq!(click(&mut page, "Save augmented data set…"), []);
        let saved = Action::ExportAugmented { labelled: 200, format: *format };
        assert_eq!(click(&mut page, format.label()), [saved]);
    }
    // Of a sweep, what is looked at.
    let mut page = page(whole(true));
    assert_eq!(click(&mut page, "50"), []);
    assert_eq!(click(&mut page, "Save augmented data set…"), []);
    let saved = Action::ExportAugmented { labelled: 50, format: LabelledSetFormat::Npz };
    assert_eq!(click(&mut page, LabelledSetFormat::Npz.label()), [saved]);
}

/// Texts have five arms, no mirrors, and words in the place of pictures.
#[test]
fn labelled_texts_have_a_page_of_their_own_words() {
    let mut bench = opened();
    let text = TextConfig { path: Some("data/rivers.tsv".into()), classes: 2, ..TextConfig::default() };
    let page_state = &mut bench.controls.experiment;
    page_state.open(&DataConfig { text, ..DataConfig::of(DatasetKind::Text) });
    let mut before = page(bench);
    before.get_by_label_contains("Five classifiers");
    before.get_by_label("Sweep over labelled texts");
    before.get_by_label(&format!("{}: not measured yet", ArmKind::Gan.label()));
    assert!(before.query_by_label(&format!("{}: not measured yet", ArmKind::Classic.label())).is_none());
    before.get_by_label("GAN, filter and classifier").click();
    before.run_steps(12);
    assert!(before.query_by_label("DiffAugment").is_none() && before.query_by_label("Mirror").is_none());

    let page_state = &mut before.state_mut().controls.experiment;
    page_state.begin();
    page_state.hear(ExperimentNews::Begun { labelled: 200, folder: "data/experiments/text-200-1f0c88a2".into() });
    let texts = ["seine", "loire", "rhone", "isar", "inn", "lech", "elbe", "oder"].map(String::from).to_vec();
    let seen = |arm: ArmKind| SeenByArm {
        arm,
        samples: SeenSamples::Texts(texts.clone()),
        is_generated: (0..8).map(|index| arm.uses_generated() && index >= 4).collect(),
    };
    let mut report = Report { domain: Domain::Text, ..report(200, 5, 0.0) };
    report.arms.retain(|arm| arm.arm.fits(Domain::Text));
    let arms = report.arms.iter().map(|arm| seen(arm.arm)).collect();
    page_state.hear(ExperimentNews::Saw(ArmSamples { seed: 1, arms }));
    page_state.hear(ExperimentNews::Measured(report));
    page_state.hear(ExperimentNews::Ended(ExperimentEnd::Whole));
    before.run_steps(2);
    before.get_by_label_contains("200 labelled texts, 4\u{2009}000 generated");
    assert_eq!(
        before.get_all_by_label("seine, loire, rhone, isar, inn, lech, elbe, oder").count(),
        5,
        "one for each arm"
    );
    let sentence = before.state().controls.experiment.sentence();
    assert!(sentence.starts_with("With 200 labelled texts, what the GAN adds to the real ones: "), "{sentence}");
    assert_eq!(click(&mut before, "Save augmented data set…"), []);
    assert!(before.query_by_label(LabelledSetFormat::Idx.label()).is_none());
    let saved = Action::ExportAugmented { labelled: 200, format: LabelledSetFormat::Tsv };
    assert_eq!(click(&mut before, LabelledSetFormat::Tsv.label()), [saved]);
}

#[test]
fn seeds_whose_gans_diverged_are_named_while_it_runs_and_at_the_end() {
    let mut bench = opened();
    let page_state = &mut bench.controls.experiment;
    page_state.begin();
    page_state.hear(ExperimentNews::Begun { labelled: 200, folder: "data/experiments/fashion-200-1f0c88a2".into() });
    let diverged = vec![DivergedGan { seed: 1, step: 900 }];
    let left_out = Report { diverged: diverged.clone(), ..report(200, 0, 0.0) };
    page_state.hear(ExperimentNews::Measured(left_out));
    page_state.progressed(progress(Stage::Diverged(diverged[0])));
    let mut page = page(bench);
    page.get_by_label_contains("its GAN diverged, so it is left out");
    page.get_by_label_contains(
        "no seed has results. Seed 1 is left out, because its GAN diverged by step 900: try fewer",
    );
    let page_state = &mut page.state_mut().controls.experiment;
    page_state.hear(ExperimentNews::Measured(Report { diverged, ..report(200, 4, 0.0) }));
    page_state.hear(ExperimentNews::Ended(ExperimentEnd::Whole));
    page.run_steps(2);
    page.get_by_label_contains("interval over 4 seeds and test pictures. Seed 1 is left out, because its GAN diverged");
    let sentence = page.state().controls.experiment.sentence();
    assert!(sentence.ends_with("Seed 1 is left out, because its GAN diverged by step 900."), "{sentence}");
}

#[test]
fn why_it_failed_is_said_and_it_can_be_gone_on_with() {
    let mut bench = running();
    let end = ExperimentEnd::Failed("The disk is full".to_owned());
    bench.controls.experiment.hear(ExperimentNews::Ended(end));
    let mut page = page(bench);
    page.get_by_label("The disk is full.");
    assert_eq!(click(&mut page, "Go on"), [Action::Experiment(ExperimentOrder::Start)]);
}

#[test]
fn in_a_narrow_window_choices_stand_above_what_was_found() {
    let page = harness(whole(false), vec2(600.0, 500.0), |ui, scene, panels, actions| {
        experiment_ui(ui, scene, &mut panels.experiment, actions);
    });
    let start = page.get_by_label("Start").rect();
    let row = page.get_by_label_contains("Real only: ").rect();
    assert!(start.bottom() < row.top());
    let mut page = harness(whole(true), vec2(600.0, 500.0), |ui, scene, panels, actions| {
        experiment_ui(ui, scene, &mut panels.experiment, actions);
    });
    assert_eq!(click(&mut page, "Curve"), []);
    let curve = page.get_by_label_contains("Real only: 70.8 % with 50").rect();
    assert!(curve.height() > 300.0, "{curve:?}");
}

#[test]
fn a_key_opens_the_page_and_an_experiment_that_cannot_be_made_says_why() {
    let mut window = window(Begin::Paused);
    window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    wait_for(&mut window, "the page", |app| app.controls().experiment.is_open());
    // Of the few pictures that are built in, nobody has so many labelled.
    window.get_by_label("Labelled pictures value").click();
    window.run_steps(2);
    window.event(Event::Text("9000".to_owned()));
    window.run_steps(1);
    window.key_press(Key::Enter);
    window.run_steps(2);
    assert_eq!(window.state().controls().experiment.choice().config.labelled, 9_000);
    window.get_by_label("Start").click();
    let has_failed = |status: &ExperimentStatus| matches!(status, ExperimentStatus::Ended(ExperimentEnd::Failed(_)));
    wait_for(&mut window, "the end", |app| has_failed(app.controls().experiment.status()));
    window.get_by_label_contains("There are only");
    window.key_press(Key::Escape);
    wait_for(&mut window, "the stage", |app| !app.controls().experiment.is_open());
}
