//! Help, notices, and the sentence at the foot.

use eframe::egui::{Rect, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ganscope::config::Preset;
use ganscope::state::Severity;
use ganscope::trainer::EventKind;
use ganscope::ui::panels::{help_ui, narration_ui, notices_ui};
use ganscope::ui::{Action, Verb};

use crate::support::{Bench, harness, model_path};

fn notices(bench: Bench) -> Harness<'static, Bench> {
    harness(bench, vec2(800.0, 600.0), |ui, scene, _, actions| {
        let around: Rect = ui.max_rect();
        notices_ui(ui, scene, around, actions);
    })
}

#[test]
fn the_same_warning_is_counted_not_repeated() {
    let mut bench = Bench::running(Preset::Ring8);
    for _ in 0..3 {
        bench.tell(EventKind::Warned { message: "A checkpoint could not be written.".to_owned() });
    }
    let notices = notices(bench);
    notices.get_by_label("A checkpoint could not be written.");
    notices.get_by_label("Warning · 3×");
}

#[test]
fn an_error_stays_until_it_is_dismissed() {
    let mut bench = Bench::running(Preset::Ring8);
    bench.state.notify(Severity::Error, "The disk is full.".to_owned());
    bench.state.tick(1e6);
    let mut notices = notices(bench);
    notices.get_by_label("Dismiss").click();
    notices.run_steps(2);
    let actions = notices.state_mut().take_actions();
    let [Action::Dismiss(id)] = actions.as_slice() else { panic!("{actions:?}") };
    notices.state_mut().state.dismiss(*id);
    notices.run_steps(2);
    assert!(notices.query_by_label("The disk is full.").is_none());
}

#[test]
fn good_news_fades() {
    let mut bench = Bench::running(Preset::Ring8);
    bench.tell(EventKind::ModelSaved { path: model_path(), step: 4210 });
    let mut notices = notices(bench);
    notices.get_by_label_contains("Model of step 4210 saved");
    let now = notices.state().state.now_secs();
    notices.state_mut().state.tick(now + 7.0);
    notices.run_steps(2);
    assert!(notices.query_by_label_contains("Model of step").is_none());
}

#[test]
fn help_explains_what_is_on_the_screen_and_lists_every_key() {
    for (preset, explained, left_out) in
        [(Preset::Ring8, "Points on the stage", "Gallery"), (Preset::Fashion, "Gallery", "Opinion")]
    {
        let mut help = harness(Bench::running(preset), vec2(900.0, 2400.0), |ui, scene, _, actions| {
            let around: Rect = ui.max_rect();
            help_ui(ui, scene, around, actions);
        });
        help.get_by_label(explained);
        assert!(help.query_by_label(left_out).is_none());
        for verb in Verb::ALL.into_iter().filter(|verb| verb.shortcut().is_some()) {
            assert!(help.query_all_by_label(verb.label()).next().is_some(), "{verb:?}");
        }
        help.get_by_label("Close window").click();
        help.run_steps(2);
        assert_eq!(help.state_mut().take_actions(), [Action::Do(Verb::ToggleHelp)]);
    }
}

#[test]
fn the_sentence_at_the_foot_is_there() {
    let foot = harness(Bench::running(Preset::Ring8), vec2(1000.0, 48.0), |ui, scene, _, _| narration_ui(ui, scene));
    foot.get_by_label_contains("An even game");
}
