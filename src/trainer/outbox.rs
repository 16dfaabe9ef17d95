//! The road out for what must arrive: events wait here while the window does not listen, without blocking training.

use std::collections::VecDeque;
use std::sync::Arc;

use crossbeam_channel::{Sender, TrySendError};

use super::command::RunId;
use super::event::{Event, EventKind, MetricPoint};

/// Most points kept in one waiting event; beyond it, every other point is dropped.
const MAX_WAITING_POINTS: usize = 4096;

/// Sends events in order, and folds progress while they cannot be sent.
pub(super) struct Outbox {
    sender: Sender<Event>,
    waiting: VecDeque<Event>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl Outbox {
    pub(super) fn new(sender: Sender<Event>, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        Self { sender, waiting: VecDeque::new(), wake }
    }

    /// Tells of something that happened in `run`.
    pub(super) fn tell(&mut self, run: RunId, kind: EventKind) {
        let unfolded = match self.waiting.back_mut() {
            Some(last) if last.run == run => fold(&mut last.kind, kind),
            _ => Some(kind),
        };
        if let Some(kind) = unfolded {
            self.waiting.push_back(Event { run, kind });
        }
        self.flush();
    }

    /// Sends what fits. Never waits.
    pub(super) fn flush(&mut self) {
        let mut has_sent = false;
        while let Some(event) = self.waiting.pop_front() {
            match self.sender.try_send(event) {
                Ok(()) => has_sent = true,
                Err(TrySendError::Full(event)) => {
                    self.waiting.push_front(event);
                    break;
                }
                Err(TrySendError::Disconnected(_)) => {}
            }
        }
        if has_sent {
            self.wake();
        }
    }

    /// Whether events wait for room.
    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Sends what is left, waiting for room; for the end of the thread.
    pub(super) fn drain(&mut self) {
        for event in self.waiting.drain(..) {
            if self.sender.send(event).is_err() {
                return;
            }
        }
        (self.wake)();
    }

    /// Says that there is something new to take.
    pub(super) fn wake(&self) {
        (self.wake)();
    }
}

/// Merges `new` into `last` if both are progress of one kind; gives `new` back otherwise.
fn fold(last: &mut EventKind, new: EventKind) -> Option<EventKind> {
    match (last, new) {
        (
            EventKind::Progressed { points, elapsed_secs, steps_per_sec },
            EventKind::Progressed { points: new_points, elapsed_secs: new_elapsed, steps_per_sec: new_speed },
        ) => {
            points.extend(new_points);
            while points.len() > MAX_WAITING_POINTS {
                thin_out(points);
            }
            (*elapsed_secs, *steps_per_sec) = (new_elapsed, new_speed);
            None
        }
        (EventKind::DataRead { progress }, EventKind::DataRead { progress: newer }) => {
            *progress = newer;
            None
        }
        (_, new) => Some(new),
    }
}

/// Drops every other point, keeping the newest.
fn thin_out(points: &mut Vec<MetricPoint>) {
    let mut left = points.len();
    points.retain(|_| {
        left -= 1;
        left.is_multiple_of(2)
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trainer::event::Phase;

    fn point(step: u64) -> MetricPoint {
        MetricPoint {
            step,
            d_loss: 0.0,
            g_loss: 0.0,
            d_real: 0.0,
            d_fake: 0.0,
            d_gradient_norm: 0.0,
            g_gradient_norm: 0.0,
        }
    }

    fn progress(step: u64) -> EventKind {
        EventKind::Progressed { points: vec![point(step)], elapsed_secs: step as f64, steps_per_sec: 1.0 }
    }

    #[test]
    fn a_full_channel_loses_no_phase_change_and_never_blocks() {
        let (sender, receiver) = crossbeam_channel::bounded(1);
        let mut outbox = Outbox::new(sender, Arc::new(|| {}));
        let run = RunId(1);
        for step in 0..50_000 {
            outbox.tell(run, progress(step));
        }
        outbox.tell(run, EventKind::PhaseChanged { phase: Phase::Paused, step: 50_000 });
        outbox.tell(run, progress(50_001));
        assert!(outbox.is_waiting());

        let mut kinds = Vec::new();
        loop {
            outbox.flush();
            match receiver.try_recv() {
                Ok(event) => kinds.push(event.kind),
                Err(_) => break,
            }
        }
        assert_eq!(kinds.len(), 4, "first point, folded points, phase change, last point");
        let EventKind::Progressed { points, elapsed_secs, .. } = &kinds[1] else { panic!("{:?}", kinds[1]) };
        assert!(points.len() <= MAX_WAITING_POINTS);
        assert_eq!(points.last().map(|point| point.step), Some(49_999));
        assert!((elapsed_secs - 49_999.0).abs() < f64::EPSILON);
        assert!(points.windows(2).all(|pair| pair[0].step < pair[1].step));
        assert_eq!(kinds[2], EventKind::PhaseChanged { phase: Phase::Paused, step: 50_000 });
    }

    #[test]
    fn of_reading_only_the_newest_progress_waits() {
        use crate::data::Progress;
        let (sender, receiver) = crossbeam_channel::bounded(1);
        let mut outbox = Outbox::new(sender, Arc::new(|| {}));
        let read = |done| EventKind::DataRead { progress: Progress { done, total: Some(1000) } };
        for done in 0..1000 {
            outbox.tell(RunId(1), read(done));
        }
        let mut kinds = Vec::new();
        while let Ok(event) = receiver.try_recv() {
            kinds.push(event.kind);
            outbox.flush();
        }
        assert_eq!(kinds, [read(0), read(999)]);
    }

    #[test]
    fn a_receiver_that_is_gone_is_no_error() {
        let (sender, receiver) = crossbeam_channel::bounded(1);
        drop(receiver);
        let mut outbox = Outbox::new(sender, Arc::new(|| {}));
        outbox.tell(RunId(1), progress(1));
        assert!(!outbox.is_waiting());
    }
}
