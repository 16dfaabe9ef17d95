//! Clocks of a run: how fast it steps, how long it has trained, and what is due when.

use std::time::{Duration, Instant};

/// Time constant of the speed shown.
const SPEED_MEMORY_SECS: f64 = 1.0;

/// Training time without pauses, and recent steps per second.
#[derive(Debug)]
pub(super) struct Speedometer {
    trained: Duration,
    steps_per_sec: f64,
    /// Weight of what has been averaged so far, to correct for the start from zero.
    weight: f64,
}

impl Speedometer {
    pub(super) fn new() -> Self {
        Self { trained: Duration::ZERO, steps_per_sec: 0.0, weight: 0.0 }
    }

    /// Takes note of one step and the time since the one before (or since training went on).
    pub(super) fn stepped(&mut self, took: Duration) {
        self.trained += took;
        let secs = took.as_secs_f64().max(1e-9);
        let keep = (-secs / SPEED_MEMORY_SECS).exp();
        self.steps_per_sec = self.steps_per_sec * keep + (1.0 - keep) / secs;
        self.weight = self.weight * keep + (1.0 - keep);
    }

    pub(super) fn trained_secs(&self) -> f64 {
        self.trained.as_secs_f64()
    }

    pub(super) fn steps_per_sec(&self) -> f32 {
        (self.steps_per_sec / self.weight.max(1e-9)) as f32
    }
}

/// Something that is due again and again, but never takes more than a share of the time.
#[derive(Debug)]
pub(super) struct Clock {
    interval: Duration,
    share: f64,
    due: Instant,
    has_been_done: bool,
}

impl Clock {
    /// Due at once, then every `interval`, or less often where it takes more than `share` of the time.
    pub(super) fn new(interval: Duration, share: f64, now: Instant) -> Self {
        Self { interval, share, due: now, has_been_done: false }
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        now >= self.due
    }

    /// Makes it due at once.
    pub(super) fn hurry(&mut self, now: Instant) {
        self.due = now;
    }

    /// Puts it off until something that took so long elsewhere is less than `share` of the time from `now` on.
    pub(super) fn put_off(&mut self, now: Instant, took: Duration, share: f64) {
        self.due = self.due.max(now + took.div_f64(share));
    }

    /// Takes note that it was done from `began` to `now`. The first time, while everything starts up, says nothing of how long the
    /// next will take, and counts as nothing.
    pub(super) fn done(&mut self, began: Instant, now: Instant) {
        let took = if self.has_been_done { now - began } else { Duration::ZERO };
        self.has_been_done = true;
        self.due = now + self.interval.max(took.div_f64(self.share));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speed_is_right_from_the_first_step() {
        let mut speed = Speedometer::new();
        for _ in 0..5 {
            speed.stepped(Duration::from_millis(20));
            assert!((speed.steps_per_sec() - 50.0).abs() < 0.01);
        }
        assert!((speed.trained_secs() - 0.1).abs() < 1e-9);
    }

    #[test]
    fn a_slow_task_takes_its_share_of_the_time_and_no_more() {
        let start = Instant::now();
        let mut clock = Clock::new(Duration::from_millis(10), 0.1, start);
        assert!(clock.is_due(start));
        clock.done(start, start);
        let end = start + Duration::from_millis(5);
        clock.done(start, end);
        assert!(!clock.is_due(end + Duration::from_millis(49)));
        assert!(clock.is_due(end + Duration::from_millis(50)));
        clock.done(start, start);
        assert!(clock.is_due(start + Duration::from_millis(10)));
    }

    #[test]
    fn a_first_time_that_is_slow_puts_nothing_off() {
        let start = Instant::now();
        let mut clock = Clock::new(Duration::from_millis(10), 0.1, start);
        let end = start + Duration::from_millis(500);
        clock.done(start, end);
        assert!(!clock.is_due(end + Duration::from_millis(9)));
        assert!(clock.is_due(end + Duration::from_millis(10)));
    }
}
