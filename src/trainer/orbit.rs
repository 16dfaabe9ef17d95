//! The way of the game through the plane of the Dirac-GAN: its last states, taken while somebody looks.

use std::collections::VecDeque;

use burn::tensor::ExecutionError;

use super::command::{PointsExtra, ViewRequest};
use super::preview::{Painter, points};
use super::views::DiracState;
use crate::gan::{latent, probe};

/// Steps from one state to the next: a game that circles slowly enough for an eye to follow has a hundred of them in a turn.
const EVERY: u64 = 100;
/// States that are remembered: some turns.
const STATES: usize = 300;
/// Points of each kind that a state is measured from.
const SAMPLES: usize = 128;

/// The last states, oldest first.
#[derive(Debug, Default)]
pub(super) struct Orbit {
    states: VecDeque<(u64, DiracState)>,
}

impl Orbit {
    /// Whether a state is due after `step` steps.
    pub(super) fn is_due(request: Option<&ViewRequest>, step: u64) -> bool {
        let is_wanted = request.is_some_and(|request| request.points.extras.contains(&PointsExtra::DiracState));
        is_wanted && step.is_multiple_of(EVERY)
    }

    /// Remembers where the game stands after `step` steps. A step before the last begins anew, a step counts once, and a state
    /// that is not made of numbers is left out.
    pub(super) fn remember(&mut self, step: u64, state: DiracState) {
        match self.states.back() {
            Some((newest, _)) if *newest > step => self.states.clear(),
            Some((newest, _)) if *newest == step => drop(self.states.pop_back()),
            _ => {}
        }
        if state.distance().is_finite() {
            self.states.push_back((step, state));
        }
        if self.states.len() > STATES {
            self.states.pop_front();
        }
    }

    /// The states, oldest first.
    pub(super) fn states(&self) -> Vec<DiracState> {
        self.states.iter().map(|(_, state)| *state).collect()
    }
}

impl Painter<'_> {
    /// Where the game stands.
    pub(super) fn dirac_state(&self) -> Result<DiracState, ExecutionError> {
        let latents = latent::first_numbered(&self.config.latent, self.config.seed, SAMPLES);
        let fake = probe::generate(&self.gan.generator, &latents, self.config.latent.dim, self.device)?;
        let real = self.data.evaluation(SAMPLES, self.config.seed);
        let both = [real.as_slice(), fake.as_slice()].concat();
        let slopes = probe::slopes(&self.gan.discriminator, &both, 2, &[], self.device)?;
        Ok(DiracState::of(&points(&real), &points(&fake), &points(&slopes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(offset: f32, slope: f32) -> DiracState {
        DiracState { offset: [offset; 2], slope: [slope; 2] }
    }

    #[test]
    fn the_newest_states_are_kept_and_going_back_begins_anew() {
        let mut orbit = Orbit::default();
        for step in 0..1_000_u16 {
            orbit.remember(u64::from(step), state(f32::from(step), 0.0));
        }
        let states = orbit.states();
        assert_eq!((states.len(), states.last()), (STATES, Some(&state(999.0, 0.0))));
        orbit.remember(999, state(5.0, 5.0));
        assert_eq!((orbit.states().len(), orbit.states().last()), (STATES, Some(&state(5.0, 5.0))));
        orbit.remember(1_000, state(0.5, f32::NAN));
        assert_eq!(orbit.states().len(), STATES);
        orbit.remember(3, state(1.0, -2.0));
        assert_eq!(orbit.states(), [state(1.0, -2.0)]);
    }
}
