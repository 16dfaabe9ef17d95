//! The averaged generator: an exponential moving average of recent weights, which makes steadier samples.

use super::Network;

/// How the average follows the weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Averaging {
    /// Share of the old average that a step keeps, in `[0, 1)`.
    pub decay: f32,
}

impl Averaging {
    /// Takes the generator's weights after `step` steps into the average.
    ///
    /// Early on, when the decay would remember the untrained weights for long, `(1 + step) / (10 + step)` is used
    /// instead, the warm-up that TensorFlow's `ExponentialMovingAverage` gives its `num_updates`.
    pub fn follow(self, average: &mut Network, generator: &Network, step: u64) {
        let warm_up = (1 + step) as f32 / (10 + step) as f32;
        average.move_towards(generator, self.decay.min(warm_up));
        // The mean of two unit vectors is none, and the average's singular vectors are its own.
        average.advance_power_iteration();
    }
}
