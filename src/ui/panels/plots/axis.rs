//! Lines and numbers of the plots' axes.

use eframe::egui::Rangef;
use egui_plot::GridMark;

use crate::ui::number;

/// Places for about `wanted` lines, at whole multiples of 1, 2 or 5.
pub(super) fn ticks((low, high): (f64, f64), wanted: f64) -> Vec<GridMark> {
    let rough = (high - low) / wanted;
    if !rough.is_finite() || rough <= 0.0 {
        return Vec::new();
    }
    let magnitude = 10_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * magnitude >= rough).unwrap_or(10.0);
    let step_size = factor * magnitude;
    let (first, last) = ((low / step_size).ceil() as i64, (high / step_size).floor() as i64);
    (first..=last).map(|index| GridMark { value: index as f64 * step_size, step_size }).collect()
}

/// A value of the y axis, in few characters.
pub(super) fn axis_value(value: f64, is_log: bool) -> String {
    let value = if is_log { 10_f64.powf(value) } else { value };
    let magnitude = value.abs();
    if magnitude >= 1e4 || (magnitude < 1e-3 && magnitude > 0.0) {
        format!("{value:.0e}")
    } else if magnitude >= 10.0 {
        format!("{value:.0}")
    } else {
        let text = format!("{value:.3}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// A step of the x axis, in few characters; nothing between whole steps.
pub(super) fn short_step(step: f64) -> String {
    if step < 0.0 || step.fract().abs() > 1e-9 {
        String::new()
    } else if step >= 1e6 {
        format!("{}M", step / 1e6)
    } else if step >= 1e4 {
        format!("{}k", step / 1e3)
    } else {
        number::grouped(step as u64)
    }
}

/// Where words begin that are to have `center` in their middle and must not leave `range`.
pub(super) fn fitted(center: f32, width: f32, range: Rangef) -> f32 {
    (center - 0.5 * width).min(range.max - width).max(range.min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_few_and_round() {
        let values = |low, high| ticks((low, high), 4.0).iter().map(|mark| mark.value).collect::<Vec<_>>();
        assert_eq!(values(0.0, 1155.0), [0.0, 500.0, 1000.0]);
        assert_eq!(values(0.0, 4.0), [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert!(values(1.0, 1.0).is_empty());
        assert!(values(f64::NAN, 1.0).is_empty());
    }

    #[test]
    fn words_stay_in_their_range() {
        let left = |center| fitted(center, 30.0, Rangef::new(10.0, 110.0)).round() as i32;
        assert_eq!([60.0, 20.0, 104.0, 110.0].map(left), [45, 10, 80, 80]);
    }

    #[test]
    fn axes_are_short() {
        assert_eq!(short_step(4_210.0), "4\u{2009}210");
        assert_eq!(short_step(25_000.0), "25k");
        assert_eq!(short_step(0.5), "");
        assert_eq!(axis_value(0.5, false), "0.5");
        assert_eq!(axis_value(2.0, true), "100");
        assert_eq!(axis_value(-5.0, true), "1e-5");
    }
}
