//! The one sentence at the foot: what is happening now, in plain words, from the numbers.
//!
//! It is written to be read: a sentence stands for several seconds, its numbers stand as long, and a verdict needs more
//! evidence to come than to stay. Only a change of phase speaks at once.

use crate::config::Domain;
use crate::data::grouped;
use crate::trainer::{ClusterQuality, FinishReason, Overfitting, Phase};

use super::app_state::QualityReading;
use super::history::{History, Metric};
use super::run::RunState;

/// Seconds that a verdict stands at least.
const MIN_DWELL_SECS: f64 = 5.0;
/// Seconds that a new verdict must hold before it is spoken.
const CONFIRM_SECS: f64 = 1.5;
/// Seconds after which the numbers in a standing sentence are brought up to date.
const REFRESH_SECS: f64 = 8.0;
/// Seconds of training in which the sentence says what the game is.
const OPENING_SECS: f64 = 7.0;
/// Steps before anything is called a collapse: every generator begins in one place.
const COLLAPSE_MIN_STEPS: u64 = 800;
/// Gradients below this move weights by less than rounding does.
const VANISHED_GRADIENT: f64 = 1e-5;

/// A threshold that is harder to reach than to keep.
#[derive(Debug, Clone, Copy)]
struct Threshold {
    enter: f64,
    leave: f64,
}

impl Threshold {
    fn is_met(self, value: f64, is_standing: bool) -> bool {
        value >= if is_standing { self.leave } else { self.enter }
    }
}

/// Mean score of real minus generated samples from which the discriminator is winning.
const WINNING_GAP: Threshold = Threshold { enter: 0.45, leave: 0.32 };
/// Mean score of generated minus real samples from which the generator has the upper hand.
const FOOLED_GAP: Threshold = Threshold { enter: 0.08, leave: 0.03 };
/// Share of modes missed from which a collapse is suspected.
const MODES_MISSED: Threshold = Threshold { enter: 0.5, leave: 0.25 };
/// Mean score of real samples that were seen minus that of others from which the discriminator learns by heart.
const OVERFITTING_GAP: Threshold = Threshold { enter: 0.2, leave: 0.12 };
/// Share of generated points near a mode from which the data counts as learned.
const LEARNED_QUALITY: Threshold = Threshold { enter: 0.8, leave: 0.7 };

/// What the sentence is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Idle,
    Preparing,
    Paused,
    Finished,
    Diverged,
    Failed,
    Opening,
    Vanished,
    Collapse,
    Learned,
    LearnsByHeart,
    DiscriminatorWins,
    Fooled,
    Close,
    CriticMeasures,
}

impl Verdict {
    /// Whether it follows from the phase alone and is spoken at once.
    fn is_phase(self) -> bool {
        matches!(self, Self::Idle | Self::Preparing | Self::Paused | Self::Finished | Self::Diverged | Self::Failed)
    }
}

/// The sentence, and what keeps it from changing too fast.
#[derive(Debug, Clone, PartialEq)]
pub struct Narration {
    text: String,
    verdict: Verdict,
    spoken_at: f64,
    written_at: f64,
    challenger: Option<(Verdict, f64)>,
}

impl Default for Narration {
    fn default() -> Self {
        Self {
            text: idle(),
            verdict: Verdict::Idle,
            spoken_at: f64::NEG_INFINITY,
            written_at: f64::NEG_INFINITY,
            challenger: None,
        }
    }
}

/// What is measured now and then.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Readings<'a> {
    pub(super) quality: Option<&'a QualityReading>,
    pub(super) overfitting: Option<&'a Overfitting>,
}

/// What a verdict is made from.
struct Evidence<'a> {
    run: &'a RunState,
    history: &'a History,
    quality: Option<&'a ClusterQuality>,
    overfitting: Option<&'a Overfitting>,
}

impl Narration {
    /// The sentence.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Seconds until the sentence may change although nothing happens.
    pub(super) fn next_change(&self, now_secs: f64) -> Option<f64> {
        let (_, since) = self.challenger?;
        let ready = (since + CONFIRM_SECS).max(self.spoken_at + MIN_DWELL_SECS);
        Some((ready - now_secs).max(0.0))
    }

    pub(super) fn update(
        &mut self,
        now_secs: f64,
        run: &RunState,
        history: &History,
        Readings { quality, overfitting }: Readings<'_>,
    ) {
        let quality = quality.and_then(|reading| reading.quality.clusters.as_ref());
        let evidence = Evidence { run, history, quality, overfitting };
        let verdict = evidence.verdict(self.verdict);
        if verdict == self.verdict {
            self.challenger = None;
            if verdict.is_phase() || now_secs - self.written_at >= REFRESH_SECS {
                self.write(verdict, now_secs, &evidence);
            }
        } else if verdict.is_phase() || self.verdict.is_phase() {
            self.speak(verdict, now_secs, &evidence);
        } else {
            let since = match self.challenger {
                Some((challenger, since)) if challenger == verdict => since,
                _ => now_secs,
            };
            self.challenger = Some((verdict, since));
            if now_secs - since >= CONFIRM_SECS && now_secs - self.spoken_at >= MIN_DWELL_SECS {
                self.speak(verdict, now_secs, &evidence);
            }
        }
    }

    fn speak(&mut self, verdict: Verdict, now_secs: f64, evidence: &Evidence<'_>) {
        self.verdict = verdict;
        self.spoken_at = now_secs;
        self.challenger = None;
        self.write(verdict, now_secs, evidence);
    }

    fn write(&mut self, verdict: Verdict, now_secs: f64, evidence: &Evidence<'_>) {
        self.text = evidence.sentence(verdict);
        self.written_at = now_secs;
    }
}

impl Evidence<'_> {
    fn verdict(&self, standing: Verdict) -> Verdict {
        match self.run.phase {
            Phase::Idle => Verdict::Idle,
            Phase::Preparing => Verdict::Preparing,
            Phase::Paused => Verdict::Paused,
            Phase::Diverged => Verdict::Diverged,
            Phase::Finished => Verdict::Finished,
            Phase::Failed => Verdict::Failed,
            Phase::Running => self.verdict_on_training(standing),
        }
    }

    fn verdict_on_training(&self, standing: Verdict) -> Verdict {
        let Some((real, fake)) = self.scores() else { return Verdict::Opening };
        if self.run.elapsed_secs < OPENING_SECS {
            return Verdict::Opening;
        }
        let gap = real - fake;
        let has_vanished = self.history.recent(Metric::GeneratorGradient).is_some_and(|norm| norm < VANISHED_GRADIENT);
        if has_vanished {
            return Verdict::Vanished;
        }
        let by_heart = self.overfitting.map_or(0.0, |scores| f64::from(scores.seen_score - scores.unseen_score));
        if OVERFITTING_GAP.is_met(by_heart, standing == Verdict::LearnsByHeart) {
            return Verdict::LearnsByHeart;
        }
        if let Some(quality) = self.quality {
            let missed = 1.0 - quality.modes_covered as f64 / quality.modes_total.max(1) as f64;
            let is_collapse =
                self.run.step >= COLLAPSE_MIN_STEPS && MODES_MISSED.is_met(missed, standing == Verdict::Collapse);
            if is_collapse {
                return Verdict::Collapse;
            }
            let is_learned = quality.modes_covered == quality.modes_total
                && LEARNED_QUALITY.is_met(quality.high_quality_fraction, standing == Verdict::Learned);
            if is_learned {
                return Verdict::Learned;
            }
        }
        if !self.run.scores_are_probabilities() {
            Verdict::CriticMeasures
        } else if WINNING_GAP.is_met(gap, standing == Verdict::DiscriminatorWins) {
            Verdict::DiscriminatorWins
        } else if FOOLED_GAP.is_met(-gap, standing == Verdict::Fooled) {
            Verdict::Fooled
        } else {
            Verdict::Close
        }
    }

    fn scores(&self) -> Option<(f64, f64)> {
        Some((self.history.recent(Metric::RealScore)?, self.history.recent(Metric::FakeScore)?))
    }

    fn sentence(&self, verdict: Verdict) -> String {
        let step = grouped(self.run.step);
        let (real, fake) = self.scores().unwrap_or((0.5, 0.5));
        let things = self.run.domain().unwrap_or(Domain::Points).noun();
        match verdict {
            Verdict::Idle => idle(),
            Verdict::Preparing => {
                "Getting ready: reading the data and building both networks. On a GPU the first run also compiles its kernels, which takes \
                 some seconds."
                    .to_owned()
            }
            Verdict::Paused if self.run.step == 0 => {
                "Ready. Press play to train, or take single steps to see each network learn by itself.".to_owned()
            }
            Verdict::Paused => format!("Paused at step {step}. Single steps, settings and the latent walk still work."),
            Verdict::Finished => self.finished(&step),
            Verdict::Diverged => format!(
                "Training came apart at step {step}: the numbers grew out of bounds. Smaller learning rates or a \
                 penalty usually prevent it."
            ),
            Verdict::Failed => "This run cannot go on; what it learned so far is still on screen.".to_owned(),
            Verdict::Opening => format!(
                "The generator turns random numbers into {things}; the discriminator learns to tell them from real \
                 ones; each learns from the other."
            ),
            Verdict::Vanished => "The discriminator is so sure of itself that the generator's gradient has vanished: \
                                  it has nothing left to learn from."
                .to_owned(),
            Verdict::Collapse => self.collapse(),
            Verdict::Learned => self.learned(),
            Verdict::LearnsByHeart => self.by_heart(things),
            Verdict::DiscriminatorWins => {
                format!("The discriminator is winning: it scores real {things} {real:.2} and generated ones {fake:.2}.")
            }
            Verdict::Fooled => format!(
                "The generator has the upper hand: its {things} score {fake:.2}, real ones {real:.2}, so the \
                 discriminator must look closer."
            ),
            Verdict::Close => format!(
                "An even game: real {things} score {real:.2}, generated ones {fake:.2}, and each network still learns \
                 from the other."
            ),
            Verdict::CriticMeasures if (real - fake).abs() < 0.005 => format!(
                "The critic hardly tells real {things} from generated ones: its scores of both are almost the same."
            ),
            Verdict::CriticMeasures => format!(
                "The critic scores real {things} {:.2} higher than generated ones; the generator works to close the \
                 gap.",
                real - fake
            ),
        }
    }

    fn collapse(&self) -> String {
        let (covered, total) = self.quality.map_or((0, 0), |quality| (quality.modes_covered, quality.modes_total));
        match covered {
            0 if total == 1 => "The generator’s points are not where the one cluster is.".to_owned(),
            0 => format!("The generator has not found any of the {total} clusters yet."),
            1 => format!("Mode collapse: the generator makes points in only 1 of {total} clusters."),
            _ => format!("The generator may be collapsing: its points reach only {covered} of {total} clusters."),
        }
    }

    fn learned(&self) -> String {
        let Some(quality) = self.quality else { return idle() };
        let covers = match quality.modes_total {
            1 => "has found the cluster".to_owned(),
            total => format!("covers all {total} clusters"),
        };
        format!(
            "The generator {covers}, and {:.0} % of its points are right where real ones lie ({:.1} % \
             is the best possible).",
            100.0 * quality.high_quality_fraction,
            100.0 * quality.high_quality_ceiling,
        )
    }

    fn by_heart(&self, things: &str) -> String {
        let Some(scores) = self.overfitting else { return idle() };
        format!(
            "The discriminator learns by heart: it scores the real {things} that it has seen {:.2}, others just as real {:.2}.",
            scores.seen_score, scores.unseen_score
        )
    }

    fn finished(&self, step: &str) -> String {
        let why = match self.run.finish.map(|finish| finish.reason) {
            Some(FinishReason::Minutes) => "the time is up",
            Some(FinishReason::Stopped) => "it was stopped",
            Some(FinishReason::Diverged) => "it came apart",
            Some(FinishReason::Steps) | None => "all its steps are done",
        };
        format!("Finished at step {step}: {why}. Walk through its latent space, save the model, or train on.")
    }
}

fn idle() -> String {
    "Choose a preset to watch two networks learn from each other.".to_owned()
}

#[cfg(test)]
#[path = "narration_tests.rs"]
mod tests;
