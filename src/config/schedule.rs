//! How learning rates, the penalty's weight and the noise fall over a run.

use serde::{Deserialize, Serialize};

use super::choices::choices;

/// The shape of the fall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScheduleKind {
    /// No change.
    Constant,
    /// A straight line.
    Linear,
    /// Half a cosine: slow, fast, slow.
    Cosine,
}

choices!(ScheduleKind {
    Constant => "constant", "Constant", "Learning rates stay where you set them.";
    Linear => "linear", "Linear", "Learning rates fall in a straight line to their final share.";
    Cosine => "cosine", "Cosine", "Learning rates fall along half a cosine: first exploring, at the end refining.";
});

/// A fall from 1 to a final share over a number of steps; the final share holds afterwards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleConfig {
    /// The shape of the fall.
    pub kind: ScheduleKind,
    /// Steps over which it falls.
    pub steps: u64,
    /// What is left of the learning rates at the end, in `[0, 1]`.
    pub learning_rate_final: f32,
    /// What is left of the penalty's weight at the end, in `[0, 1]`.
    pub penalty_final: f32,
}

impl ScheduleConfig {
    /// A schedule that changes nothing.
    pub const CONSTANT: Self =
        Self { kind: ScheduleKind::Constant, steps: 1, learning_rate_final: 1.0, penalty_final: 1.0 };

    /// Factor on both learning rates at `step`.
    pub fn learning_rate_factor(&self, step: u64) -> f32 {
        self.factor(step, self.learning_rate_final)
    }

    /// Factor on the penalty's weight at `step`.
    pub fn penalty_factor(&self, step: u64) -> f32 {
        self.factor(step, self.penalty_final)
    }

    /// Factor on the noise over what the discriminator sees at `step`: it falls to nothing.
    pub fn noise_factor(&self, step: u64) -> f32 {
        self.factor(step, 0.0)
    }

    fn factor(&self, step: u64, final_share: f32) -> f32 {
        let progress = (step.min(self.steps) as f64 / self.steps.max(1) as f64) as f32;
        let remaining = match self.kind {
            ScheduleKind::Constant => 1.0,
            ScheduleKind::Linear => 1.0 - progress,
            ScheduleKind::Cosine => 0.5 * (1.0 + (std::f32::consts::PI * progress).cos()),
        };
        final_share + (1.0 - final_share) * remaining
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(kind: ScheduleKind, step: u64) -> f32 {
        ScheduleConfig { kind, steps: 100, learning_rate_final: 0.2, penalty_final: 1.0 }.learning_rate_factor(step)
    }

    #[test]
    fn falls_from_one_to_the_final_share_and_stays() {
        for kind in [ScheduleKind::Linear, ScheduleKind::Cosine] {
            assert!((at(kind, 0) - 1.0).abs() < 1e-6);
            assert!((at(kind, 50) - 0.6).abs() < 1e-6);
            assert!((at(kind, 100) - 0.2).abs() < 1e-6);
            assert!((at(kind, 1_000_000) - 0.2).abs() < 1e-6);
        }
        assert!((at(ScheduleKind::Cosine, 25) - (0.2 + 0.8 * 0.853_553_4)).abs() < 1e-6);
    }

    #[test]
    fn noise_falls_to_nothing() {
        let schedule = ScheduleConfig { kind: ScheduleKind::Linear, steps: 10, ..ScheduleConfig::CONSTANT };
        assert!((schedule.noise_factor(5) - 0.5).abs() < 1e-6 && schedule.noise_factor(10).abs() < 1e-6);
        assert!((ScheduleConfig::CONSTANT.noise_factor(5) - 1.0).abs() < f32::EPSILON);
    }

    #[test]
    fn constant_stays_at_one() {
        assert!((at(ScheduleKind::Constant, 70) - 1.0).abs() < f32::EPSILON);
    }
}
