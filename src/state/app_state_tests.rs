//! What the window knows after each kind of news.

use super::*;
use crate::backend::{DeviceKind, DeviceReport};
use crate::config::Preset;
use crate::data::Pictures;
use crate::state::Metric;
use crate::trainer::{ClosestPairs, FinishReason, Measure, MetricPoint, ParameterCounts, PictureSpace};

const RUN: RunId = RunId(7);

fn started() -> AppState {
    let mut state = AppState::default();
    state.begin_run(RUN);
    apply(
        &mut state,
        EventKind::Started {
            config: Box::new(Preset::Ring8.config()),
            device: DeviceReport { kind: DeviceKind::Cpu, name: "2 threads".to_owned(), note: None },
            parameters: ParameterCounts { generator: 10, discriminator: 20 },
            data_note: None,
            step: 0,
        },
    );
    apply(&mut state, EventKind::PhaseChanged { phase: Phase::Running, step: 0 });
    state
}

fn apply(state: &mut AppState, kind: EventKind) {
    state.apply(Event { run: RUN, kind });
}

fn progress(steps: std::ops::RangeInclusive<u64>) -> EventKind {
    let point = |step| MetricPoint {
        step,
        d_loss: 1.0,
        g_loss: 1.0,
        d_real: 0.6,
        d_fake: 0.4,
        d_gradient_norm: 1.0,
        g_gradient_norm: 1.0,
    };
    EventKind::Progressed { points: steps.map(point).collect(), elapsed_secs: 1.0, steps_per_sec: 100.0 }
}

fn quality() -> PointsQuality {
    PointsQuality {
        clusters: None,
        js_divergence: 0.1,
        js_divergence_floor: 0.01,
        mmd: 0.1,
        mmd_floor: 0.01,
        sliced_wasserstein: 0.1,
        sliced_wasserstein_floor: 0.01,
        samples: 100,
    }
}

fn change(step: u64, to: &str) -> EventKind {
    let setting = "Generator learning rate";
    EventKind::SettingChanged(SettingChange { step, setting, from: "1".to_owned(), to: to.to_owned() })
}

#[test]
fn events_of_another_run_are_dropped() {
    let mut state = started();
    let before = state.clone();
    state.apply(Event { run: RunId(6), kind: progress(1..=9) });
    assert_eq!(state, before);
}

#[test]
fn measures_of_pictures_are_kept_and_plotted_until_another_run_begins() {
    let mut state = started();
    apply(&mut state, progress(1..=9));
    let measure = |value| Measure { value, floor: 0.5 };
    let closest = ClosestPairs { fake: Pictures::default(), real: Pictures::default(), ratios: Vec::new() };
    let quality = Box::new(ImagesQuality {
        kid: measure(0.25),
        kid_error: 0.01,
        frechet_distance: measure(3.0),
        precision: measure(0.75),
        recall: measure(0.125),
        density: measure(1.0),
        coverage: measure(0.9),
        sliced_wasserstein: measure(0.1),
        spread: measure(1.0),
        nearest_real_ratio: measure(0.9),
        classes: None,
        closest,
        features_fit: true,
        samples: 512,
    });
    apply(&mut state, EventKind::ImageQualityMeasured { step: 5, quality: quality.clone() });
    assert_eq!(state.images_quality(), Some(&ImagesReading { step: 5, quality: quality.clone() }));
    for (metric, value) in [(Metric::Kid, 0.25), (Metric::Precision, 0.75), (Metric::Recall, 0.125)] {
        let curve = state.history().curve(metric, 0.0);
        assert!(curve.len() == 1 && curve[0].step == 5 && (curve[0].mean - value).abs() < 1e-6, "{curve:?}");
    }
    assert!(state.history().csv(&[Metric::Kid]).starts_with("step,kid,kid_min,kid_max"));
    apply(&mut state, EventKind::Restored { step: 5 });
    assert!(state.images_quality().is_some(), "it was measured at the step that is gone back to");
    apply(&mut state, EventKind::Restored { step: 4 });
    assert_eq!(state.images_quality(), None);
    apply(&mut state, EventKind::ImageQualityMeasured { step: 5, quality });
    state.begin_run(RunId(8));
    assert_eq!(state.images_quality(), None);
}

#[test]
fn a_search_in_vain_is_known_until_another_answer_or_another_run() {
    let mut state = started();
    let fail = |state: &mut AppState| {
        apply(state, EventKind::NearestNotFound { number: 4, reason: "it rains".to_owned() });
        assert_eq!((state.nearest_fault(4), state.nearest_fault(5)), (Some("it rains"), None));
    };
    fail(&mut state);
    state.search_anew();
    assert_eq!(state.nearest_fault(4), None);
    fail(&mut state);
    let found = Box::new(NearestPictures::at(0.5, 0.5, PictureSpace::Pixels));
    apply(&mut state, EventKind::NearestFound { found });
    assert!(state.nearest_fault(4).is_none() && state.nearest().is_some());
    fail(&mut state);
    state.begin_run(RunId(8));
    assert_eq!(state.nearest_fault(4), None);
}

#[test]
fn progress_fills_the_history() {
    let mut state = started();
    apply(&mut state, progress(1..=9));
    assert_eq!(state.run().step, 9);
    assert_eq!(state.history().buckets().len(), 9);
    assert_eq!(state.run().phase, Phase::Running);
}

#[test]
fn a_new_run_forgets_the_old_one() {
    let mut state = started();
    apply(&mut state, progress(1..=9));
    apply(&mut state, change(9, "2"));
    state.begin_run(RunId(8));
    assert_eq!(state.run().phase, Phase::Preparing);
    assert!(state.history().buckets().is_empty() && state.markers().is_empty());
    assert_eq!(state.run().config, None);
}

#[test]
fn a_remark_on_the_device_is_made_once() {
    let mut state = AppState::default();
    for _ in 0..2 {
        state.begin_run(RUN);
        apply(
            &mut state,
            EventKind::Started {
                config: Box::new(Preset::Ring8.config()),
                device: DeviceReport { kind: DeviceKind::Cpu, name: String::new(), note: Some("no GPU".to_owned()) },
                parameters: ParameterCounts { generator: 10, discriminator: 20 },
                data_note: None,
                step: 0,
            },
        );
        assert_eq!(state.notices().iter().map(|notice| notice.count).sum::<u32>(), 1);
    }
}

#[test]
fn one_drag_leaves_one_marker() {
    let mut state = started();
    for (step, to) in [(100, "2"), (110, "3"), (120, "4"), (900, "5")] {
        apply(&mut state, change(step, to));
    }
    let markers: Vec<_> = state.markers().iter().map(|marker| (marker.step, marker.to.as_str())).collect();
    assert_eq!(markers, [(100, "4"), (900, "5")]);
}

#[test]
fn markers_are_bounded() {
    let mut state = started();
    for number in 0..1000 {
        apply(&mut state, change(number * 1000, "x"));
    }
    assert_eq!(state.markers().len(), MAX_MARKERS);
}

#[test]
fn divergence_offers_the_last_good_state_and_restoring_ends_it() {
    let mut state = started();
    apply(&mut state, progress(1..=90));
    let reason = "the generator's loss is not a number".to_owned();
    apply(&mut state, EventKind::Diverged { step: 90, reason, last_good_step: Some(50) });
    assert_eq!(state.run().phase, Phase::Diverged);
    assert_eq!(state.run().divergence.as_ref().unwrap().last_good_step, Some(50));
    apply(&mut state, EventKind::Restored { step: 50 });
    apply(&mut state, EventKind::PhaseChanged { phase: Phase::Paused, step: 50 });
    assert_eq!(state.run().step, 50);
    assert_eq!(state.history().buckets().last().unwrap().last_step, 50);
    assert_eq!(state.run().divergence, None);
}

#[test]
fn restoring_forgets_what_was_measured_later() {
    let mut state = started();
    apply(&mut state, progress(1..=90));
    for (step, later) in [(50, 80), (80, 50)] {
        apply(&mut state, EventKind::QualityMeasured { step, quality: quality() });
        assert_eq!(state.quality().map(|reading| reading.step), Some(step));
        apply(&mut state, EventKind::Restored { step: 60 });
        let kept = (step < later).then_some(step);
        assert_eq!(state.quality().map(|reading| reading.step), kept);
    }
}

#[test]
fn finishing_works_in_either_order_of_its_events() {
    let finished = EventKind::Finished { step: 9, elapsed_secs: 2.0, reason: FinishReason::Steps };
    let phase = EventKind::PhaseChanged { phase: Phase::Finished, step: 9 };
    for order in [[finished.clone(), phase.clone()], [phase, finished]] {
        let mut state = started();
        for kind in order {
            apply(&mut state, kind);
        }
        assert_eq!(state.run().phase, Phase::Finished);
        assert_eq!(state.run().finish.unwrap().step, 9);
    }
}

#[test]
fn a_failure_keeps_what_was_learned_on_screen() {
    let mut state = started();
    apply(&mut state, progress(1..=9));
    apply(&mut state, EventKind::Failed { message: "the GPU went away".to_owned() });
    assert_eq!(state.run().phase, Phase::Failed);
    assert_eq!(state.history().buckets().len(), 9);
    assert_eq!(state.run().failure.as_deref(), Some("the GPU went away"));
}
