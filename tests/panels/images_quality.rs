//! Measures of pictures: plots over time beside their floors, and how often each class comes.

use eframe::egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ganscope::config::Preset;
use ganscope::state::Metric;
use ganscope::ui::Action;
use ganscope::ui::panels::{PlotKind, plots_ui};

use crate::support::{Bench, harness, images_quality};

fn panel(bench: Bench, height: f32) -> Harness<'static, Bench> {
    harness(bench, vec2(320.0, height), |ui, scene, panels, actions| {
        plots_ui(ui, scene, &mut panels.plots, actions);
    })
}

fn measured(preset: Preset, features_fit: bool, classes: usize) -> Bench {
    let mut bench = Bench::with_views(preset);
    for step in [100, 200, 300, 400, 500, 600] {
        bench.tell(images_quality(step, features_fit, classes));
    }
    bench
}

#[test]
fn measures_of_pictures_are_plotted_where_they_mean_something() {
    for (preset, fits) in [(Preset::Fashion, true), (Preset::Faces, false)] {
        let panel = panel(measured(preset, fits, 0), 900.0);
        for kind in [PlotKind::Kid, PlotKind::PrecisionRecall] {
            assert_eq!(panel.query_by_label(kind.title()).is_some(), fits, "{preset:?}, {kind:?}");
        }
    }
    for height in [480.0, 900.0] {
        panel(measured(Preset::Fashion, true, 10), height).get_by_label("512 pictures of step 600");
    }
    let before = panel(Bench::with_views(Preset::Fashion), 900.0);
    assert!(before.query_by_label(PlotKind::Kid.title()).is_none(), "nothing has been measured yet");
}

#[test]
fn their_numbers_can_be_taken_along_like_others() {
    let bench = measured(Preset::Fashion, true, 0);
    let csv = bench.state.history().csv(&PlotKind::PrecisionRecall.metrics());
    let header = csv.lines().next().unwrap();
    let columns = ["precision", "recall", "coverage"].map(|key| format!(",{key},{key}_min,{key}_max"));
    assert_eq!(header, format!("step{}", columns.concat()));
    assert_eq!(csv.lines().filter(|line| !line.ends_with(",,,")).count(), 7, "the header and six measurements");
    assert_eq!(bench.state.history().curve(Metric::Coverage, 0.0).len(), 6);
    for (name, action) in
        [("Copy as CSV", Action::CopyCsv(PlotKind::Kid)), ("Save as CSV…", Action::SaveCsv(PlotKind::Kid))]
    {
        let mut panel = panel(measured(Preset::Fashion, true, 0), 900.0);
        let below_title = panel.get_by_label("Kernel distance").rect().left_bottom() + vec2(150.0, 30.0);
        crate::support::click_secondary_at(&mut panel, below_title);
        panel.run_steps(2);
        panel.get_by_label(name).click();
        panel.run_steps(2);
        assert_eq!(panel.state_mut().take_actions(), [action]);
    }
}

#[test]
fn classes_stand_around_a_radar_that_names_what_is_missed_and_grows_on_a_click() {
    let mut panel = panel(measured(Preset::Fashion, true, 10), 900.0);
    panel.get_by_label("9/10");
    let radar = panel.get_by_label("No generated picture that was measured is of: Sandal");
    assert!(radar.rect().height() > 120.0, "{:?}", radar.rect());
    assert!(panel.query_by_label("Share of each class").is_none());
    radar.click();
    panel.run_steps(3);
    panel.get_by_label("Share of each class");
    panel.get_by_label("generated");
}

#[test]
fn many_classes_and_little_room_leave_bars() {
    for (classes, height) in [(20, 900.0), (10, 480.0)] {
        let panel = panel(measured(Preset::Fashion, true, classes), height);
        if let Some(bars) = panel.query_by_label_contains("No generated picture that was measured is of") {
            assert!(bars.rect().height() < 60.0, "{classes} classes: {:?}", bars.rect());
        }
        assert!(panel.query_by_label("Share of each class").is_none());
    }
    panel(measured(Preset::Fashion, true, 20), 900.0).get_by_label("19/20");
}
