//! What comes due by the clock while a run goes on: reading back, pictures, measures, good states, checkpoints.

use std::time::Instant;

use super::Worker;
use crate::trainer::event::{EventKind, Phase};
use crate::trainer::measurer::{Finding, Measured, Measurer, Quality};
use crate::trainer::run::MEASURER_SHARE;

impl Worker {
    /// Does what is due by the clock: reading back, pictures, measures, snapshots, checkpoints.
    pub(super) fn keep_clocks(&mut self) {
        let now = Instant::now();
        if self.run.as_ref().is_some_and(|run| run.should_read(now)) {
            self.read_back();
        }
        self.paint_if_due(now);
        self.tell_measures();
        self.measure_if_due(now);
        let Some(run) = &mut self.run else { return };
        if run.phase != Phase::Running {
            return;
        }
        if run.clocks.snapshot.is_due(now) && run.is_finite() {
            run.remember_good();
            run.clocks.snapshot.done(now, now);
        }
        if run.folder.is_some() && run.clocks.checkpoint.is_due(now) {
            run.clocks.checkpoint.done(now, now);
            self.read_back();
            if let Err(message) = self.save_checkpoint() {
                self.tell(EventKind::Warned { message });
            }
        }
    }

    fn paint_if_due(&mut self, now: Instant) {
        let Some(run) = &mut self.run else { return };
        let is_due = run.phase != Phase::Running || run.clocks.view.is_due(now);
        let Some(request) = run.request.clone().filter(|_| run.has_news_to_paint && is_due) else { return };
        let painted = run.painter().paint(&request);
        run.has_news_to_paint = false;
        run.clocks.view.done(now, Instant::now());
        match painted {
            Ok(views) => {
                self.views.put(views);
                self.outbox.wake();
            }
            Err(error) => {
                let message = format!("A picture could not be computed; training goes on. {error}");
                self.tell(EventKind::Warned { message });
            }
        }
    }

    /// Hands samples over to be measured while somebody watches: on a clock while training, once whenever it rests.
    fn measure_if_due(&mut self, now: Instant) {
        let (Some(run), Some(measurer)) = (&mut self.run, &self.measurer) else { return };
        let is_due = match run.phase {
            Phase::Running => run.clocks.quality.is_due(now),
            _ => run.measured_step != Some(run.gan.step),
        };
        if run.request.is_none() || !is_due {
            return;
        }
        run.measured_step = Some(run.gan.step);
        if let Some(job) = run.samples_to_measure() {
            measurer.measure(job);
        }
        // A device that fails says so at the next step.
        let overfitting = run.painter().overfitting().ok().flatten();
        run.clocks.quality.done(now, Instant::now());
        let step = run.gan.step;
        if let Some(overfitting) = overfitting {
            self.tell(EventKind::OverfittingMeasured { step, overfitting });
        }
    }

    /// Passes on what was measured.
    fn tell_measures(&mut self) {
        let findings = self.measurer.as_ref().map(Measurer::take).unwrap_or_default();
        let now = self.run.as_ref().map_or(0, |run| run.restorations);
        for finding in findings {
            let Measured { run: id, step, took, quality, restorations } = match finding {
                Finding::Measured(measured) => measured,
                Finding::Nearest { run, number, found } => {
                    let kind = match found {
                        Ok(found) => EventKind::NearestFound { found },
                        Err(error) => EventKind::NearestNotFound { number, reason: error.to_string() },
                    };
                    self.outbox.tell(run, kind);
                    continue;
                }
            };
            // Samples from before a restoration are no longer part of the run.
            if restorations != now {
                continue;
            }
            if let Some(run) = self.run.as_mut().filter(|run| run.id == id) {
                run.clocks.quality.put_off(Instant::now(), took, MEASURER_SHARE);
            }
            let kind = match quality {
                Ok(Quality::Points(quality)) => EventKind::QualityMeasured { step, quality },
                Ok(Quality::Images(quality)) => EventKind::ImageQualityMeasured { step, quality },
                Ok(Quality::Texts(quality)) => EventKind::TextQualityMeasured { step, quality },
                Err(error) => {
                    let message = format!("These pictures are not measured; training goes on. {}.", sentence(&error));
                    EventKind::Warned { message }
                }
            };
            self.outbox.tell(id, kind);
        }
    }
}

/// What went wrong, to stand after a full stop.
fn sentence(error: &impl ToString) -> String {
    let text = error.to_string();
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}
