//! Repetitions side by side: each thread of the CPU, or a few of them, makes one at a time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use burn::tensor::Device;

use super::ExperimentError;
use crate::backend;

/// Most repetitions that are made at once: each has a GAN and its pictures in memory.
const MAX_LANES: usize = 16;
/// Memory that the samples of all of them may take, unless those of one take more.
const MAX_BYTES: usize = 2 << 30;

/// Why work ends early: it is to stop, or it failed elsewhere.
#[derive(Debug)]
pub(super) struct Halt<'a> {
    stop: &'a AtomicBool,
    has_failed: AtomicBool,
}

impl<'a> Halt<'a> {
    pub(super) fn new(stop: &'a AtomicBool) -> Self {
        Self { stop, has_failed: AtomicBool::new(false) }
    }

    pub(super) fn is_set(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.has_failed.load(Ordering::Relaxed)
    }

    fn fail(&self) {
        self.has_failed.store(true, Ordering::Relaxed);
    }
}

/// Ends the work of others when this thread panics, which else nobody would hear of before they are done.
struct EndsOthers<'a>(&'a Halt<'a>);

impl Drop for EndsOthers<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail();
        }
    }
}

/// How the threads are shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lanes {
    /// Repetitions that are made at once.
    pub(super) count: usize,
    /// Threads of each.
    threads: usize,
}

impl Lanes {
    /// As many as there are threads and memory for, on the CPU, where the samples of each take so many bytes; a GPU makes one
    /// repetition after the other.
    pub(super) fn of(device: &Device, repetitions: usize, bytes: usize) -> Self {
        let threads = if *device == backend::cpu_device() { backend::num_threads() } else { 1 };
        let most = (MAX_BYTES / bytes.max(1)).clamp(1, MAX_LANES);
        let count = threads.min(repetitions).clamp(1, most);
        Self { count, threads: threads / count }
    }

    /// Does the work of all repetitions, and waits for it. Begins none once `stop` is set.
    ///
    /// # Errors
    /// That of the first that failed; the others end soon.
    pub(super) fn share(
        self,
        repetitions: Vec<usize>,
        stop: &AtomicBool,
        work: impl Fn(usize, &Halt<'_>) -> Result<(), ExperimentError> + Sync,
    ) -> Result<(), ExperimentError> {
        let halt = Halt::new(stop);
        let queue = Mutex::new(repetitions.into_iter());
        let failure = Mutex::new(None);
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        let lane = || {
            let _ends_others = EndsOthers(&halt);
            while let Some(repetition) = next().filter(|_| !halt.is_set()) {
                if let Err(error) = work(repetition, &halt) {
                    failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    halt.fail();
                }
            }
        };
        if self.count == 1 {
            lane();
        } else {
            std::thread::scope(|scope| {
                for number in 1..self.count {
                    let builder = std::thread::Builder::new().name(format!("repetitions-{number}"));
                    // Where the system gives no more threads, fewer repetitions are made at once.
                    drop(builder.spawn_scoped(scope, || backend::on_own_threads(self.threads, lane)));
                }
                backend::on_own_threads(self.threads, lane);
            });
        }
        failure.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::super::DivergedGan;
    use super::*;

    fn diverged(step: u64) -> ExperimentError {
        ExperimentError::Diverged(DivergedGan { seed: 1, step })
    }

    #[test]
    fn threads_are_shared_out_among_repetitions() {
        let lanes = |repetitions, bytes| Lanes::of(&backend::cpu_device(), repetitions, bytes);
        assert_eq!(lanes(100, 0).count, backend::num_threads().min(MAX_LANES));
        assert_eq!(lanes(1, 1), Lanes { count: 1, threads: backend::num_threads() });
        assert_eq!(lanes(0, 1).count, 1);
        let large = backend::on_own_threads(8, || lanes(100, MAX_BYTES / 3));
        assert_eq!((large.count, large.threads), (3, 2), "no more than there is memory for");
        assert_eq!(lanes(100, 5 * MAX_BYTES).count, 1);
    }

    #[test]
    fn all_repetitions_are_made_and_some_at_once() {
        let lanes = Lanes { count: 3, threads: 1 };
        let made = Mutex::new(Vec::new());
        // Nobody passes before three are there.
        let barrier = Barrier::new(3);
        let work = |repetition: usize, _: &Halt<'_>| {
            barrier.wait();
            made.lock().unwrap().push(repetition);
            Ok(())
        };
        lanes.share((0..9).collect(), &AtomicBool::new(false), work).unwrap();
        let mut made = made.into_inner().unwrap();
        made.sort_unstable();
        assert_eq!(made, (0..9).collect::<Vec<usize>>());
    }

    #[test]
    fn the_first_failure_is_told_and_ends_the_others() {
        let lanes = Lanes { count: 2, threads: 1 };
        let barrier = Barrier::new(2);
        let begun = Mutex::new(Vec::new());
        let work = |repetition: usize, halt: &Halt<'_>| {
            begun.lock().unwrap().push(repetition);
            barrier.wait();
            if repetition == 1 {
                return Err(diverged(7));
            }
            while !halt.is_set() {
                std::thread::yield_now();
            }
            Ok(())
        };
        let error = lanes.share((0..9).collect(), &AtomicBool::new(false), work).unwrap_err();
        assert_eq!(error.to_string(), diverged(7).to_string());
        assert_eq!(begun.into_inner().unwrap().len(), 2, "nothing is begun afterwards");
    }

    #[test]
    fn one_that_panics_ends_the_others_too() {
        let lanes = Lanes { count: 2, threads: 1 };
        let barrier = Barrier::new(2);
        let work = |repetition: usize, halt: &Halt<'_>| {
            barrier.wait();
            assert!(repetition != 1, "as this test wants it");
            while !halt.is_set() {
                std::thread::yield_now();
            }
            Ok(())
        };
        let stop = AtomicBool::new(false);
        let all = std::panic::AssertUnwindSafe(|| lanes.share((0..9).collect(), &stop, work));
        assert!(std::panic::catch_unwind(all).is_err());
    }

    #[test]
    fn nothing_is_begun_once_it_is_to_stop() {
        let work = |_: usize, _: &Halt<'_>| Err(diverged(1));
        Lanes { count: 2, threads: 1 }.share(vec![0, 1], &AtomicBool::new(true), work).unwrap();
    }
}
