//! How long frames take: recorded while the window is measured, shared with whoever asked.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use cpu_time::ThreadTime;

/// The most frames recorded: an hour at 60 Hz would be more than anyone reads.
const CAPACITY: usize = 100_000;

/// What was recorded of a window, on the thread that draws it. Clones share it.
#[derive(Debug, Clone)]
pub struct FrameTimes {
    began: Instant,
    record: Rc<RefCell<FrameRecord>>,
}

/// Times in milliseconds; the firsts are counted from when recording was asked for, and NaN until they come.
#[derive(Debug, Clone)]
pub struct FrameRecord {
    /// Processor time that the window's thread spent on each frame since the first trained picture, oldest first: all of
    /// its work from one frame's beginning to the next, without waiting for the screen or for other threads.
    pub millis: Vec<f64>,
    /// Until the first frame was laid out.
    pub first_frame_millis: f64,
    /// Until a picture of a network that has trained was on screen.
    pub first_picture_millis: f64,
    /// Steps trained when the last frame was recorded.
    pub steps: u64,
    last_frame: Option<ThreadTime>,
}

impl Default for FrameTimes {
    fn default() -> Self {
        let record = FrameRecord {
            millis: Vec::new(),
            first_frame_millis: f64::NAN,
            first_picture_millis: f64::NAN,
            steps: 0,
            last_frame: None,
        };
        Self { began: Instant::now(), record: Rc::new(RefCell::new(record)) }
    }
}

impl FrameTimes {
    /// What was recorded so far.
    pub fn read(&self) -> FrameRecord {
        self.record.borrow().clone()
    }

    /// Adds the frame that ends here, on the thread that draws, and the step whose picture it shows.
    pub(super) fn record(&self, pictured_step: Option<u64>) {
        let now = ThreadTime::now();
        let since_start = self.began.elapsed().as_secs_f64() * 1e3;
        let mut record = self.record.borrow_mut();
        if record.first_frame_millis.is_nan() {
            record.first_frame_millis = since_start;
        }
        if let Some(last) = record.last_frame.replace(now)
            && !record.first_picture_millis.is_nan()
            && record.millis.len() < CAPACITY
        {
            record.millis.push(now.duration_since(last).as_secs_f64() * 1e3);
        }
        if record.first_picture_millis.is_nan() && pictured_step.is_some_and(|step| step > 0) {
            record.first_picture_millis = since_start;
        }
        record.steps = pictured_step.unwrap_or(record.steps);
    }
}
