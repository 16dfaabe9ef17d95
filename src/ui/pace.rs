//! How often the window is drawn while training brings news: as often as the screen allows where that is cheap, so seldom
//! that preparing frames takes no more than a small share of the processor from training, and never so often that drawing
//! takes more than half of the time. What the user does is drawn at once.
//!
//! Where the processor draws (no GPU), a frame takes long enough to starve the training, which runs at a lower
//! priority. Nobody tells how long a frame takes once it has been handed over, but one that is due and late was held up
//! by the one before.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The shortest time between frames; the screen's own rate limits them further.
const SHORTEST: Duration = Duration::from_millis(12);
/// The longest: slower than this nothing looks live, however dear frames are.
const LONGEST: Duration = Duration::from_millis(160);
/// A frame this much later than it was due was held up.
const LATE: Duration = Duration::from_millis(6);
/// Weight of what was known before in the estimate of a frame's time.
const MEMORY: f64 = 0.5;
/// Frames that cost less than this need no sparing: the screen's own interval is as long.
const CHEAP: Duration = Duration::from_millis(22);
/// Share of all cores' time that preparing frames may take, as long as that leaves [`LONGEST`] between them.
const WINDOW_SHARE: f64 = 0.015;
/// One frame in so many is asked for at once, to learn whether frames have become cheaper.
const TRIAL: u64 = 40;

/// Keeps the time between frames. Clones share it with the thread that brings news.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    began: Instant,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Time between frames, in microseconds.
    interval: AtomicU64,
    /// When news first came since the last frame, in microseconds since the beginning; 0 if none did.
    first_news: AtomicU64,
    /// When the last frame began, likewise.
    last_frame: AtomicU64,
    /// Estimate of a frame's time, in microseconds.
    frame_time: AtomicU64,
    /// Frames drawn while there was news.
    num_frames: AtomicU64,
    /// Estimate of the time the window's own thread takes for a frame, in microseconds.
    work_time: AtomicU64,
    /// Cores that training could use instead.
    num_cores: usize,
}

impl Default for Pace {
    fn default() -> Self {
        let shared = Shared {
            interval: AtomicU64::new(SHORTEST.as_micros() as u64),
            first_news: AtomicU64::new(0),
            last_frame: AtomicU64::new(0),
            frame_time: AtomicU64::new(0),
            num_frames: AtomicU64::new(0),
            work_time: AtomicU64::new(0),
            num_cores: std::thread::available_parallelism().map_or(1, usize::from),
        };
        Self { began: Instant::now(), shared: Arc::new(shared) }
    }
}

impl Pace {
    /// How long an animation, or news, waits for the next frame.
    pub(super) fn interval(&self) -> Duration {
        Duration::from_micros(self.shared.interval.load(Ordering::Relaxed))
    }

    /// Notes that there is news, and says how long it waits to be drawn.
    pub(super) fn news(&self) -> Duration {
        self.news_at(self.began.elapsed())
    }

    /// Notes that a frame begins, and how long the window's thread worked on the one before, where that is known.
    pub(super) fn frame(&self, work: Option<Duration>) {
        if let Some(work) = work {
            self.note_work(work);
        }
        self.frame_at(self.began.elapsed());
    }

    fn note_work(&self, work: Duration) {
        let Shared { work_time, .. } = &*self.shared;
        let (known, took) = (work_time.load(Ordering::Relaxed), work.as_micros() as u64);
        // Slowly, so that one long frame changes little.
        let estimate = if known == 0 { took } else { (15 * known + took) / 16 };
        work_time.store(estimate, Ordering::Relaxed);
    }

    /// The shortest time between frames that keeps to [`WINDOW_SHARE`].
    fn fair_interval(&self) -> Duration {
        let Shared { work_time, num_cores, .. } = &*self.shared;
        let fair = work_time.load(Ordering::Relaxed) as f64 / (WINDOW_SHARE * *num_cores as f64);
        Duration::from_micros(fair as u64).clamp(SHORTEST, LONGEST)
    }

    fn news_at(&self, now: Duration) -> Duration {
        let now = (now.as_micros() as u64).max(1);
        // An error means that news came before; then that one counts.
        let _first = self.shared.first_news.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
        self.interval()
    }

    fn frame_at(&self, now: Duration) {
        let Shared { interval, first_news, last_frame, frame_time, num_frames, .. } = &*self.shared;
        let micros = |duration: Duration| duration.as_micros() as u64;
        let now = micros(now);
        let last = last_frame.swap(now, Ordering::Relaxed);
        let news = first_news.swap(0, Ordering::Relaxed);
        if news == 0 || last == 0 {
            return;
        }
        let asked = interval.load(Ordering::Relaxed);
        let on_time = asked + micros(LATE);
        let known = frame_time.load(Ordering::Relaxed);
        let seen = if now > news + on_time {
            Some(now - last)
        } else if asked == micros(SHORTEST) {
            Some((now - last).min(on_time))
        } else {
            None
        };
        let estimate = match seen {
            Some(took) if known == 0 => took,
            Some(took) => (MEMORY * known as f64 + (1.0 - MEMORY) * took as f64) as u64,
            None => known,
        };
        frame_time.store(estimate, Ordering::Relaxed);
        let is_trial = num_frames.fetch_add(1, Ordering::Relaxed).is_multiple_of(TRIAL);
        let wanted = if is_trial {
            SHORTEST
        } else if estimate <= micros(CHEAP) {
            self.fair_interval()
        } else {
            Duration::from_micros(2 * estimate).clamp(self.fair_interval(), LONGEST)
        };
        interval.store(micros(wanted), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws `count` frames of `cost` while news keeps coming, and returns the interval at the end.
    fn draw(pace: &Pace, clock: &mut Duration, count: usize, cost: Duration) -> Duration {
        for _ in 0..count {
            pace.frame_at(*clock);
            let wait = pace.news_at(*clock + Duration::from_millis(1));
            *clock += cost.max(wait + Duration::from_millis(1));
        }
        pace.interval()
    }

    #[test]
    fn cheap_frames_are_drawn_as_often_as_the_screen_allows() {
        let mut clock = Duration::from_secs(1);
        let interval = draw(&Pace::default(), &mut clock, 100, Duration::from_micros(16_600));
        assert_eq!(interval, SHORTEST);
    }

    #[test]
    fn preparing_frames_takes_no_more_than_its_share_of_the_cores() {
        let mut clock = Duration::from_secs(1);
        let pace = Pace::default();
        let cores = pace.shared.num_cores as u32;
        for _ in 0..100 {
            pace.note_work(Duration::from_micros(1_500) * cores);
            draw(&pace, &mut clock, 1, Duration::from_micros(16_600));
        }
        // A millisecond and a half of each core is 1.5 % of 100 ms.
        let interval = draw(&pace, &mut clock, 1, Duration::from_micros(16_600));
        assert_eq!(interval, Duration::from_millis(100));
    }

    #[test]
    fn dear_frames_take_about_half_of_the_time() {
        let mut clock = Duration::from_secs(1);
        let pace = Pace::default();
        let interval = draw(&pace, &mut clock, 100, Duration::from_millis(80));
        assert!((140..=180).contains(&interval.as_millis()), "{interval:?}");
        let interval = draw(&pace, &mut clock, 100, Duration::from_millis(900));
        assert_eq!(interval, LONGEST);
    }

    #[test]
    fn it_recovers_when_frames_become_cheap_again() {
        let mut clock = Duration::from_secs(1);
        let pace = Pace::default();
        draw(&pace, &mut clock, 100, Duration::from_millis(80));
        let interval = draw(&pace, &mut clock, 300, Duration::from_millis(5));
        assert_eq!(interval, SHORTEST);
    }

    #[test]
    fn idle_time_is_no_reason_to_slow_down() {
        let pace = Pace::default();
        for second in 1..100 {
            pace.frame_at(Duration::from_secs(second));
        }
        assert_eq!(pace.interval(), SHORTEST);
    }
}
