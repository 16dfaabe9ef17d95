//! Opening a run's data: tells how far that has come, and gives way to whatever is wanted instead.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::TryRecvError;

use super::Worker;
use crate::config::DataConfig;
use crate::data::{self, DataError, Dataset};
use crate::trainer::command::{Command, RunId};
use crate::trainer::event::EventKind;

/// The shortest time between two reports: often enough to be seen moving.
const REPORT_INTERVAL: Duration = Duration::from_millis(100);

impl Worker {
    /// Opens the data of `run`.
    ///
    /// Commands that come meanwhile wait until it is open, except those that make it pointless: they end it.
    pub(super) fn read_data(&mut self, run: RunId, config: &DataConfig) -> Result<Arc<dyn Dataset>, DataError> {
        let Self { commands, waiting, outbox, .. } = self;
        let mut reported_at: Option<Instant> = None;
        data::open_with(config, &mut |progress| {
            if reported_at.is_none_or(|at| at.elapsed() >= REPORT_INTERVAL) {
                reported_at = Some(Instant::now());
                outbox.tell(run, EventKind::DataRead { progress });
            }
            loop {
                match commands.try_recv() {
                    Ok(command) => {
                        let is_end = ends_reading(&command);
                        waiting.push_back(command);
                        if is_end {
                            return ControlFlow::Break(());
                        }
                    }
                    Err(TryRecvError::Empty) => return ControlFlow::Continue(()),
                    Err(TryRecvError::Disconnected) => return ControlFlow::Break(()),
                }
            }
        })
    }
}

/// Whether a command makes it pointless to read on.
fn ends_reading(command: &Command) -> bool {
    match command {
        Command::Start { .. } | Command::Load { .. } | Command::CancelReading | Command::Stop => true,
        Command::Pause
        | Command::Resume
        | Command::Step { .. }
        | Command::Dissect { .. }
        | Command::RestoreLastGood
        | Command::FindNearest { .. }
        | Command::SaveLatents { .. }
        | Command::SaveModel { .. }
        | Command::SaveCheckpoint => false,
    }
}
