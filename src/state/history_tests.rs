//! Bounded memory, smoothing, and what is kept of each step.

use super::*;

fn point(step: u64, value: f32) -> MetricPoint {
    MetricPoint {
        step,
        d_loss: value,
        g_loss: -value,
        d_real: 0.5,
        d_fake: 0.5,
        d_gradient_norm: 1.0,
        g_gradient_norm: 1.0,
    }
}

fn history(values: impl IntoIterator<Item = f32>) -> History {
    let mut history = History::default();
    for (index, value) in values.into_iter().enumerate() {
        history.push(&point(index as u64 + 1, value));
    }
    history
}

#[test]
fn memory_is_bounded_and_no_peak_is_lost() {
    let steps = 100_000;
    let history = history((1..=steps).map(|step| if step == 777 { 1000.0 } else { 1.0 }));
    assert!(history.buckets().len() <= CAPACITY);
    assert!(history.buckets().len() > CAPACITY / 4);
    let peak = history.buckets().iter().map(|bucket| bucket.summary(Metric::DiscriminatorLoss).max);
    assert!((peak.fold(0.0, f32::max) - 1000.0).abs() < f32::EPSILON);
    assert_eq!(history.buckets().last().unwrap().last_step, steps as u64);
    let count: u32 = history.buckets().iter().map(|bucket| bucket.summaries[0].count).sum();
    assert_eq!(count, steps as u32);
}

#[test]
fn buckets_keep_their_order_and_never_overlap() {
    let history = history((0..10_000).map(|step| step as f32));
    for pair in history.buckets().windows(2) {
        assert!(pair[0].last_step < pair[1].first_step);
    }
}

#[test]
fn smoothing_is_tensorboards() {
    // Hand-worked: the debiased exponential mean of 1, 3 with weight 0.5 is 1, then (0.25 + 1.5) / 0.75.
    let curve = history([1.0, 3.0]).curve(Metric::DiscriminatorLoss, 0.5);
    assert!((curve[0].smooth - 1.0).abs() < 1e-12);
    assert!((curve[1].smooth - 1.75 / 0.75).abs() < 1e-12);
    let raw = history([1.0, 3.0]).curve(Metric::DiscriminatorLoss, 0.0);
    assert!((raw[1].smooth - 3.0).abs() < 1e-12);
}

#[test]
fn a_smoothed_curve_keeps_its_shape_when_buckets_merge() {
    let value = |step: usize| if step < 1000 { 0.0 } else { 1.0 };
    let before = history((0..CAPACITY).map(value)).curve(Metric::DiscriminatorLoss, 0.99);
    let after = history((0..=CAPACITY).map(value)).curve(Metric::DiscriminatorLoss, 0.99);
    let end = |curve: &[Sample]| curve[curve.len() - 1].smooth;
    assert!((end(&before) - end(&after)).abs() < 0.01, "{} {}", end(&before), end(&after));
}

#[test]
fn what_is_not_finite_is_left_out() {
    let history = history([1.0, f32::NAN, f32::INFINITY, 2.0]);
    let curve = history.curve(Metric::DiscriminatorLoss, 0.6);
    assert_eq!(curve.len(), 2);
    assert!(curve.iter().all(|sample| sample.smooth.is_finite()));
    assert!(history.recent(Metric::DiscriminatorLoss).unwrap() < 2.0);
}

#[test]
fn going_back_forgets_what_came_later() {
    let mut history = history((0..100).map(|step| step as f32));
    history.forget_after(40);
    assert_eq!(history.buckets().last().unwrap().last_step, 40);
    history.push(&point(41, 7.0));
    assert_eq!(history.buckets().len(), 41);
}

#[test]
fn the_nearest_bucket_is_found() {
    let history = history((0..100).map(|step| step as f32));
    assert_eq!(history.nearest(-5.0).unwrap().last_step, 1);
    assert_eq!(history.nearest(41.4).unwrap().last_step, 41);
    assert_eq!(history.nearest(1e9).unwrap().last_step, 100);
    assert!(History::default().nearest(3.0).is_none());
}

#[test]
fn csv_has_a_header_and_a_line_for_each_bucket() {
    let csv = history([0.5, f32::NAN]).csv(&[Metric::DiscriminatorLoss, Metric::GeneratorLoss]);
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(lines[0], "step,d_loss,d_loss_min,d_loss_max,g_loss,g_loss_min,g_loss_max");
    assert_eq!(lines[1], "1,0.5,0.5,0.5,-0.5,-0.5,-0.5");
    assert_eq!(lines[2], "2,,,,,,");
}
