//! What part of the run the plots show: all of it as it grows, or the part the user zoomed to. One x axis for all plots.

use std::ops::RangeInclusive;

use eframe::egui::{PointerButton, Ui};
use egui_plot::PlotResponse;

use super::PlotKind;
use crate::ui::scene::Scene;

/// The least number of steps in sight.
const MIN_SPAN: f64 = 10.0;
/// Time constant in seconds with which the y axis follows its curves.
const FOLLOW_SECS: f32 = 0.12;
/// How fast the wheel zooms.
const ZOOM_PER_POINT: f64 = 0.005;

/// The part in sight.
#[derive(Debug, Default)]
pub(super) struct PlotView {
    chosen: Option<(f64, f64)>,
    last_step: f64,
    heights: [Option<(f64, f64)>; PlotKind::ALL.len()],
}

impl PlotView {
    /// Shows all of the run, and goes on doing so.
    pub(super) fn follow(&mut self) {
        self.chosen = None;
    }

    /// Whether all of the run is in sight.
    pub(super) fn is_following(&self) -> bool {
        self.chosen.is_none()
    }

    /// Takes in how long the run is; a new run is shown from its start.
    pub(super) fn advance(&mut self, last_step: f64) {
        if last_step < self.last_step {
            *self = Self::default();
        }
        self.last_step = last_step;
    }

    /// The steps in sight.
    pub(super) fn x_range(&self) -> RangeInclusive<f64> {
        let (low, high) = self.chosen.unwrap_or((0.0, self.last_step.max(MIN_SPAN)));
        low..=high
    }

    /// The y axis of one plot, on its way to `wanted`: it glides, so that nothing jumps.
    pub(super) fn y_range(
        &mut self,
        ui: &Ui,
        scene: &Scene<'_>,
        kind: PlotKind,
        wanted: RangeInclusive<f64>,
    ) -> RangeInclusive<f64> {
        let (low, high) = (*wanted.start(), *wanted.end());
        let slot = &mut self.heights[kind as usize];
        let (mut now_low, mut now_high) = slot.filter(|_| !scene.settings.has_reduced_motion).unwrap_or((low, high));
        let share = 1.0 - f64::from((-ui.input(|input| input.stable_dt).min(0.1) / FOLLOW_SECS).exp());
        now_low += share * (low - now_low);
        now_high += share * (high - now_high);
        let span = (high - low).abs().max(f64::MIN_POSITIVE);
        if ((now_low - low).abs() + (now_high - high).abs()) / span < 0.005 {
            (now_low, now_high) = (low, high);
        } else {
            ui.ctx().request_repaint_after(scene.frame_interval);
        }
        *slot = Some((now_low, now_high));
        now_low..=now_high
    }

    /// Drag to pan, turn the wheel to zoom, double-click to see all.
    pub(super) fn interact(&mut self, ui: &Ui, plot: &PlotResponse<()>) {
        let response = &plot.response;
        if response.double_clicked() {
            self.follow();
            return;
        }
        let range = self.x_range();
        let (low, high) = (*range.start(), *range.end());
        if response.dragged_by(PointerButton::Primary) {
            let steps = -f64::from(response.drag_delta().x) * plot.transform.dvalue_dpos()[0];
            self.choose(low + steps, high + steps);
        }
        let Some(pointer) = response.hover_pos() else { return };
        let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta(), input.zoom_delta()));
        if scroll.x.abs() > scroll.y.abs() {
            let steps = -f64::from(scroll.x) * plot.transform.dvalue_dpos()[0];
            self.choose(low + steps, high + steps);
            return;
        }
        let factor = (f64::from(scroll.y) * ZOOM_PER_POINT).exp() * f64::from(pinch);
        if (factor - 1.0).abs() > 1e-6 {
            let center = plot.transform.value_from_position(pointer).x;
            self.choose(center + (low - center) / factor, center + (high - center) / factor);
        }
    }

    fn choose(&mut self, low: f64, high: f64) {
        let whole = self.last_step.max(MIN_SPAN);
        let span = (high - low).clamp(MIN_SPAN.min(whole), whole);
        let low = low.clamp(0.0, whole - span);
        self.chosen = Some((low, low + span));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_view_follows_until_someone_looks_closer() {
        let mut view = PlotView::default();
        view.advance(1000.0);
        assert_eq!(view.x_range(), 0.0..=1000.0);
        view.choose(200.0, 300.0);
        view.advance(2000.0);
        assert_eq!(view.x_range(), 200.0..=300.0);
        view.follow();
        assert_eq!(view.x_range(), 0.0..=2000.0);
    }

    #[test]
    fn one_cannot_get_lost() {
        let mut view = PlotView::default();
        view.advance(1000.0);
        view.choose(-500.0, -400.0);
        assert_eq!(view.x_range(), 0.0..=100.0);
        view.choose(1e9, 1e9 + 1.0);
        assert_eq!(view.x_range(), 990.0..=1000.0);
        view.choose(-1e9, 1e9);
        assert_eq!(view.x_range(), 0.0..=1000.0);
    }

    #[test]
    fn a_new_run_is_shown_from_its_start() {
        let mut view = PlotView::default();
        view.advance(1000.0);
        view.choose(200.0, 300.0);
        view.advance(0.0);
        assert!(view.is_following());
    }
}
