//! What the sentence says, and how long it stands.

use super::*;
use crate::config::{LossKind, Preset};
use crate::trainer::{ClusterQuality, MetricPoint, Overfitting, PointsQuality, RunId};

struct Story {
    run: RunState,
    history: History,
    quality: Option<QualityReading>,
    overfitting: Option<Overfitting>,
    narration: Narration,
    now: f64,
}

impl Story {
    fn new() -> Self {
        let mut run = RunState::new(RunId(1), Phase::Running);
        run.config = Some(Box::new(Preset::Ring8.config()));
        run.elapsed_secs = 100.0;
        Self {
            run,
            history: History::default(),
            quality: None,
            overfitting: None,
            narration: Narration::default(),
            now: 0.0,
        }
    }

    /// Trains `steps` steps with the given scores in the given time, and lets the narration see it ten times.
    fn train(&mut self, steps: u64, d_real: f32, d_fake: f32, secs: f64) -> &str {
        for _ in 0..steps {
            self.run.step += 1;
            self.history.push(&MetricPoint {
                step: self.run.step,
                d_loss: 1.0,
                g_loss: 1.0,
                d_real,
                d_fake,
                d_gradient_norm: 1.0,
                g_gradient_norm: 1.0,
            });
        }
        for _ in 0..10 {
            self.now += secs / 10.0;
            let readings = Readings { quality: self.quality.as_ref(), overfitting: self.overfitting.as_ref() };
            self.narration.update(self.now, &self.run, &self.history, readings);
        }
        self.narration.text()
    }

    fn measure(&mut self, modes_covered: usize, high_quality_fraction: f64) {
        self.quality = Some(QualityReading {
            step: self.run.step,
            quality: PointsQuality {
                clusters: Some(ClusterQuality {
                    modes_covered,
                    modes_total: 8,
                    high_quality_fraction,
                    high_quality_ceiling: 0.9889,
                    reverse_kl: 0.1,
                    reverse_kl_floor: 0.0014,
                }),
                js_divergence: 0.12,
                js_divergence_floor: 0.03,
                mmd: 0.004,
                mmd_floor: 0.0002,
                sliced_wasserstein: 0.08,
                sliced_wasserstein_floor: 0.02,
                samples: 2500,
            },
        });
    }

    fn enter(&mut self, phase: Phase) -> &str {
        self.run.phase = phase;
        let readings = Readings { quality: self.quality.as_ref(), overfitting: self.overfitting.as_ref() };
        self.narration.update(self.now, &self.run, &self.history, readings);
        self.narration.text()
    }
}

#[test]
fn the_first_seconds_say_what_the_game_is() {
    let mut story = Story::new();
    story.run.elapsed_secs = 1.0;
    assert!(story.train(10, 0.9, 0.1, 1.0).starts_with("The generator turns random numbers into points"));
}

#[test]
fn it_says_who_is_winning_with_both_scores() {
    let mut story = Story::new();
    let text = story.train(1000, 0.93, 0.06, 10.0);
    assert_eq!(text, "The discriminator is winning: it scores real points 0.93 and generated ones 0.06.");
    assert!(story.train(1000, 0.55, 0.45, 10.0).starts_with("An even game"));
    assert!(story.train(1000, 0.40, 0.55, 10.0).starts_with("The generator has the upper hand"));
}

#[test]
fn a_sentence_stands_long_enough_to_be_read() {
    let mut story = Story::new();
    let before = story.train(1000, 0.93, 0.06, 10.0).to_owned();
    // Scores jump to and fro, each for less than the dwell.
    for turn in 0..20 {
        let (real, fake) = if turn % 2 == 0 { (0.5, 0.5) } else { (0.93, 0.06) };
        assert_eq!(story.train(500, real, fake, 0.2), before);
    }
}

#[test]
fn a_verdict_that_holds_wins_through() {
    let mut story = Story::new();
    story.train(1000, 0.93, 0.06, 10.0);
    story.train(1000, 0.5, 0.5, 1.0);
    assert!(story.narration.next_change(story.now).is_some());
    assert!(story.train(1000, 0.5, 0.5, 6.0).starts_with("An even game"));
    assert!(story.narration.next_change(story.now).is_none());
}

#[test]
fn a_gap_between_the_thresholds_changes_nothing() {
    let mut story = Story::new();
    story.train(1000, 0.75, 0.37, 10.0);
    assert!(story.narration.text().starts_with("An even game"));
    story.train(2000, 0.9, 0.1, 10.0);
    story.train(2000, 0.75, 0.37, 20.0);
    assert!(story.narration.text().starts_with("The discriminator is winning"));
}

#[test]
fn collapse_is_suspected_from_few_modes_and_not_at_the_start() {
    let mut story = Story::new();
    story.measure(2, 0.9);
    assert!(!story.train(100, 0.6, 0.4, 10.0).contains("collapsing"));
    assert!(story.train(1000, 0.6, 0.4, 10.0).contains("collapsing: its points reach only 2 of 8 clusters"));
    story.measure(8, 0.95);
    assert!(story.train(100, 0.5, 0.5, 10.0).contains("covers all 8 clusters, and 95 %"));
}

#[test]
fn phases_speak_at_once() {
    let mut story = Story::new();
    story.train(4210, 0.9, 0.1, 10.0);
    assert!(story.enter(Phase::Paused).starts_with("Paused at step 4\u{2009}210."));
    assert!(story.enter(Phase::Diverged).starts_with("Training came apart"));
    assert!(story.enter(Phase::Finished).starts_with("Finished at step"));
    assert!(story.enter(Phase::Failed).starts_with("This run cannot go on"));
    assert!(story.enter(Phase::Preparing).starts_with("Getting ready"));
}

#[test]
fn a_vanished_gradient_is_named() {
    let mut story = Story::new();
    for step in 1..1000 {
        story.run.step = step;
        story.history.push(&MetricPoint {
            step,
            d_loss: 0.0,
            g_loss: 0.0,
            d_real: 1.0,
            d_fake: 0.0,
            d_gradient_norm: 0.0,
            g_gradient_norm: 1e-9,
        });
    }
    assert!(story.train(0, 0.0, 0.0, 10.0).contains("gradient has vanished"));
}

#[test]
fn a_critic_is_called_a_critic() {
    let mut story = Story::new();
    if let Some(config) = &mut story.run.config {
        config.objective.loss = LossKind::Wasserstein;
    }
    assert!(story.train(1000, 3.0, -1.0, 10.0).starts_with("The critic scores real points 4.00 higher"));
}

#[test]
fn a_discriminator_that_learns_by_heart_is_found_out() {
    let mut story = Story::new();
    story.overfitting = Some(Overfitting { seen_score: 0.83, unseen_score: 0.42 });
    let text = story.train(100, 0.6, 0.5, 30.0);
    assert!(text.contains("by heart") && text.contains("0.83") && text.contains("0.42"), "{text}");
    story.overfitting = Some(Overfitting { seen_score: 0.55, unseen_score: 0.52 });
    let text = story.train(100, 0.52, 0.5, 30.0);
    assert!(text.contains("even game"), "{text}");
}
