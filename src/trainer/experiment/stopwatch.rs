//! Time that work takes, without that in which it waits for whoever is told of it: a paused experiment ages nothing.

use std::time::{Duration, Instant};

/// Time since it was made, but for what it was held during.
#[derive(Debug)]
pub(super) struct Stopwatch {
    began: Instant,
    held: Duration,
}

impl Stopwatch {
    /// One that runs.
    pub(super) fn start() -> Self {
        Self { began: Instant::now(), held: Duration::ZERO }
    }

    /// Does something that is not counted.
    pub(super) fn hold<T>(&mut self, meanwhile: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let result = meanwhile();
        self.held += began.elapsed();
        result
    }

    /// Seconds counted so far.
    pub(super) fn secs(&self) -> f64 {
        self.began.elapsed().saturating_sub(self.held).as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_is_held_during_is_not_counted() {
        let began = Instant::now();
        let mut watch = Stopwatch::start();
        let pause = Duration::from_millis(50);
        assert_eq!(watch.hold(|| std::thread::sleep(pause)), ());
        let (counted, all) = (watch.secs(), began.elapsed());
        assert!(counted + pause.as_secs_f64() <= all.as_secs_f64() + 1e-9, "{counted} of {all:?}");
        assert!(watch.secs() >= 0.0);
    }
}
