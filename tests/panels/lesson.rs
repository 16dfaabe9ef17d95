//! The lesson of a preset that fails on purpose: its words, its button, and how it is put away.

use eframe::egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ganscope::config::{Choice as _, Preset};
use ganscope::ui::Action;
use ganscope::ui::panels::lesson_ui;

use crate::support::{Bench, harness};

fn lesson(bench: Bench) -> Harness<'static, Bench> {
    harness(bench, vec2(560.0, 300.0), |ui, scene, _, actions| lesson_ui(ui, scene, actions))
}

#[test]
fn every_preset_that_fails_on_purpose_says_why_and_mends_itself_live() {
    for &preset in Preset::ALL {
        let Some(remedy) = preset.lesson().map(|lesson| lesson.remedy) else { continue };
        let mut lesson = lesson(Bench::running(preset));
        lesson.get_by_label_contains(preset.lesson().unwrap().look_at);
        lesson.get_by_label(remedy.label).click();
        lesson.run_steps(2);
        let actions = lesson.state_mut().take_actions();
        let [Action::SetLive(live)] = actions.as_slice() else { panic!("{actions:?}") };
        assert_eq!((live.loss, live.penalty), (remedy.loss, remedy.penalty));
        let live = live.clone();
        lesson.state_mut().controls.set_live(live);
        assert!(!lesson.state().controls.draft.is_edited(), "what was mended waits for no restart");
        lesson.run_steps(2);
        lesson.get_by_label_contains("Mended");
    }
}

#[test]
fn a_lesson_can_be_put_away_and_others_have_none() {
    let mut lesson_shown = lesson(Bench::running(Preset::Collapse));
    lesson_shown.get_by_label("Put the lesson away").click();
    lesson_shown.run_steps(2);
    assert_eq!(lesson_shown.state_mut().take_actions(), [Action::PutLessonAway]);
    lesson_shown.state_mut().controls.has_put_lesson_away = true;
    lesson_shown.run_steps(2);
    assert!(lesson_shown.query_by_label("Put the lesson away").is_none());
    for &preset in Preset::ALL.iter().filter(|preset| preset.lesson().is_none()) {
        assert!(lesson(Bench::running(preset)).query_by_label("Put the lesson away").is_none(), "{preset:?}");
    }
}
