//! Gradient descent in four kinds. Formulas as in `torch.optim`.

use burn::tensor::{Device, Tensor, TensorData};

use super::Network;
use super::cpu::{self, AdamMemory, AdamStep};
use crate::config::{OptimizerConfig, OptimizerKind};

/// Moves one network's weights along their gradients, and remembers what it needs to.
#[derive(Debug, Clone)]
pub struct Optimizer {
    config: OptimizerConfig,
    /// Running means of gradients (momentum, Adam), a flat array per parameter; empty before the first update.
    means: Vec<Tensor<1>>,
    /// Running means of squared gradients (`RMSprop`, Adam).
    squares: Vec<Tensor<1>>,
    updates: u64,
}

/// What an optimizer remembers, as plain data.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OptimizerState {
    /// Updates done.
    pub updates: u64,
    /// Running means of gradients, one flat array per parameter, or none.
    pub means: Vec<Vec<f32>>,
    /// Running means of squared gradients, likewise.
    pub squares: Vec<Vec<f32>>,
}

/// `1 - β₁ᵗ` and `1 - β₂ᵗ` after `t` updates.
struct Corrections {
    mean: f32,
    square: f32,
}

impl Optimizer {
    /// An optimizer that has seen nothing.
    pub fn new(config: OptimizerConfig) -> Self {
        Self { config, means: Vec::new(), squares: Vec::new(), updates: 0 }
    }

    /// Its rule and numbers.
    pub fn config(&self) -> &OptimizerConfig {
        &self.config
    }

    /// Updates done.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Moves the network's parameters once. `gradients` is in the order of [`Network::update`], each array flat.
    pub fn update(&mut self, network: &mut Network, gradients: Vec<Tensor<1>>, learning_rate: f32) {
        self.updates += 1;
        let mut means = std::mem::take(&mut self.means).into_iter();
        let mut squares = std::mem::take(&mut self.squares).into_iter();
        let mut gradients = gradients.into_iter();
        network.update(|_, parameter| match gradients.next() {
            Some(gradient) if self.config.kind == OptimizerKind::Adam && cpu::is_cpu(&parameter.device()) => {
                self.fused_adam(parameter, gradient, means.next(), squares.next(), learning_rate)
            }
            Some(gradient) => parameter - self.movement(gradient, means.next(), squares.next(), learning_rate),
            None => parameter,
        });
    }

    /// [`OptimizerKind::Adam`] on the CPU, in one pass.
    fn fused_adam(
        &mut self,
        parameter: Tensor<1>,
        gradient: Tensor<1>,
        mean: Option<Tensor<1>>,
        square: Option<Tensor<1>>,
        learning_rate: f32,
    ) -> Tensor<1> {
        let OptimizerConfig { beta_1, beta_2, epsilon, .. } = self.config;
        let Corrections { mean: mean_correction, square: square_correction } = self.corrections();
        let remembers_mean = beta_1 != 0.0;
        let memory = AdamMemory {
            mean: remembers_mean.then(|| mean.unwrap_or_else(|| parameter.zeros_like())),
            square: square.unwrap_or_else(|| parameter.zeros_like()),
        };
        let step = AdamStep {
            beta_1,
            beta_2,
            epsilon,
            step_size: learning_rate / mean_correction,
            square_correction: square_correction.sqrt(),
        };
        let (parameter, AdamMemory { mean, square }) = cpu::adam(parameter, gradient, memory, step);
        self.means.extend(mean);
        self.squares.push(square);
        parameter
    }

    /// How far Adam's means, which start at zero, still are from what they estimate.
    fn corrections(&self) -> Corrections {
        let updates = self.updates.min(i32::MAX as u64) as i32;
        Corrections { mean: 1.0 - self.config.beta_1.powi(updates), square: 1.0 - self.config.beta_2.powi(updates) }
    }

    /// How far one array moves, given what is remembered of it.
    fn movement(
        &mut self,
        gradient: Tensor<1>,
        mean: Option<Tensor<1>>,
        square: Option<Tensor<1>>,
        learning_rate: f32,
    ) -> Tensor<1> {
        let OptimizerConfig { kind, beta_1, beta_2, epsilon, .. } = self.config;
        match kind {
            OptimizerKind::Sgd => gradient * learning_rate,
            OptimizerKind::Momentum => {
                let velocity = match mean {
                    Some(velocity) => velocity * beta_1 + gradient,
                    None => gradient,
                };
                self.means.push(velocity.clone());
                velocity * learning_rate
            }
            OptimizerKind::RmsProp => {
                let square = running_mean(square, gradient.clone().square(), beta_2);
                self.squares.push(square.clone());
                gradient / (square.sqrt() + epsilon) * learning_rate
            }
            OptimizerKind::Adam => {
                let Corrections { mean: mean_correction, square: square_correction } = self.corrections();
                let square = running_mean(square, gradient.clone().square(), beta_2);
                self.squares.push(square.clone());
                let mean = if beta_1 == 0.0 {
                    gradient
                } else {
                    let mean = running_mean(mean, gradient, beta_1);
                    self.means.push(mean.clone());
                    mean
                };
                mean / (square.sqrt() / square_correction.sqrt() + epsilon) * (learning_rate / mean_correction)
            }
        }
    }

    /// What it remembers, read back from the device.
    pub fn state(&self) -> OptimizerState {
        let read = |arrays: &[Tensor<1>]| arrays.iter().map(|array| array.to_data().iter::<f32>().collect()).collect();
        OptimizerState { updates: self.updates, means: read(&self.means), squares: read(&self.squares) }
    }

    /// An optimizer that remembers `state`, or `None` where the state does not fit the parameters' sizes.
    pub fn with_state(
        config: OptimizerConfig,
        state: OptimizerState,
        parameter_sizes: &[usize],
        device: &Device,
    ) -> Option<Self> {
        let fits =
            |arrays: &[Vec<f32>]| arrays.is_empty() || arrays.iter().map(Vec::len).eq(parameter_sizes.iter().copied());
        let load = |arrays: Vec<Vec<f32>>| {
            let tensor = |values: Vec<f32>| {
                let shape = [values.len()];
                Tensor::from_data(TensorData::new(values, shape), device)
            };
            arrays.into_iter().map(tensor).collect()
        };
        let OptimizerState { updates, means, squares } = state;
        let is_complete = fits(&means) && fits(&squares);
        is_complete.then(|| Self { config, means: load(means), squares: load(squares), updates })
    }
}

#[cfg(test)]
impl Optimizer {
    /// One update of a single array on the CPU, in one pass.
    pub(super) fn moved_at_once(&mut self, parameter: Tensor<1>, gradient: Tensor<1>) -> Tensor<1> {
        self.updates += 1;
        let (mean, square) = (self.means.pop(), self.squares.pop());
        self.fused_adam(parameter, gradient, mean, square, self.config.learning_rate)
    }

    /// The same as on any other device.
    pub(super) fn moved_by_operations(&mut self, parameter: Tensor<1>, gradient: Tensor<1>) -> Tensor<1> {
        self.updates += 1;
        let (mean, square) = (self.means.pop(), self.squares.pop());
        parameter - self.movement(gradient, mean, square, self.config.learning_rate)
    }
}

/// `beta · mean + (1 - beta) · value`, from a mean of zero.
fn running_mean(mean: Option<Tensor<1>>, value: Tensor<1>, beta: f32) -> Tensor<1> {
    let share = value * (1.0 - beta);
    match mean {
        Some(mean) => mean * beta + share,
        None => share,
    }
}
