//! How long frames take: recorded while the window is measured, shared with whoever asked.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// The most frames recorded: an hour at 60 Hz would be more than anyone reads.
const CAPACITY: usize = 100_000;

/// What was recorded of a window. Clones share it.
#[derive(Debug, Clone)]
pub struct FrameTimes {
    began: Instant,
    record: Arc<Mutex<FrameRecord>>,
}

/// Times in milliseconds; the firsts are counted from when recording was asked for, and NaN until they come.
#[derive(Debug, Clone)]
pub struct FrameRecord {
    /// The program's own work in each frame, oldest first.
    pub millis: Vec<f64>,
    /// Until the first frame was laid out.
    pub first_frame_millis: f64,
    /// Until a picture of a network that has trained was on screen.
    pub first_picture_millis: f64,
    /// Steps trained when the last frame was recorded.
    pub steps: u64,
}

impl Default for FrameTimes {
    fn default() -> Self {
        let record =
            FrameRecord { millis: Vec::new(), first_frame_millis: f64::NAN, first_picture_millis: f64::NAN, steps: 0 };
        Self { began: Instant::now(), record: Arc::new(Mutex::new(record)) }
    }
}

impl FrameTimes {
    /// What was recorded so far.
    pub fn read(&self) -> FrameRecord {
        self.lock().clone()
    }

    /// Adds one frame: the last one's time, if it is known, and the step whose picture this one shows.
    pub(super) fn record(&self, millis: Option<f64>, pictured_step: Option<u64>) {
        let since_start = self.began.elapsed().as_secs_f64() * 1e3;
        let mut record = self.lock();
        if record.first_frame_millis.is_nan() {
            record.first_frame_millis = since_start;
        }
        if record.first_picture_millis.is_nan() && pictured_step.is_some_and(|step| step > 0) {
            record.first_picture_millis = since_start;
        }
        record.steps = pictured_step.unwrap_or(record.steps);
        if record.millis.len() < CAPACITY {
            record.millis.extend(millis);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, FrameRecord> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
