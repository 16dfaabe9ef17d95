//! One ordinary step taken apart: every number on its way, as plain data.

use burn::tensor::Tensor;

use super::command::StepPart;
use super::networks::{GradientWatch, first_two, numbers};
use super::views::Views;
use crate::config::{Domain, LatentDistribution, LossKind, OptimizerKind, PenaltyKind, RunConfig, SampleShape};
use crate::gan::anatomy::{self, LayerNorm};
use crate::gan::{Gan, Moment, Observer, StepControl};

/// Most points of a batch kept for drawing.
const MAX_POINTS: usize = 600;

/// One step, or one part of it, as it was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Dissection {
    /// Which part was done.
    pub part: StepPart,
    /// Steps done, this one included if it was a whole one.
    pub step: u64,
    /// Samples in a batch.
    pub batch_size: usize,
    /// Numbers in a latent.
    pub latent_dim: usize,
    /// How those are drawn.
    pub latent_distribution: LatentDistribution,
    /// The loss in force.
    pub loss: LossKind,
    /// The penalty in force.
    pub penalty: PenaltyKind,
    /// Whether the generator also learns from letters that were tried.
    pub tries_letters: bool,
    /// What moves the discriminator.
    pub discriminator_optimizer: OptimizerKind,
    /// What moves the generator.
    pub generator_optimizer: OptimizerKind,
    /// The discriminator's updates, in order.
    pub discriminator: Vec<DiscriminatorUpdate>,
    /// The generator's update.
    pub generator: Option<GeneratorUpdate>,
    /// What the window shows before the first update and after each: one more than there are updates.
    pub pictures: Vec<Views>,
}

/// A batch of generated samples.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GeneratedBatch {
    /// The first two numbers of each latent.
    pub latents: Vec<[f32; 2]>,
    /// What the generator made of them, where that is points in the plane.
    pub points: Vec<[f32; 2]>,
    /// Mean over all numbers of all samples.
    pub mean: f32,
    /// Their standard deviation.
    pub deviation: f32,
}

/// One update of the discriminator.
#[derive(Debug, Clone, PartialEq)]
pub struct DiscriminatorUpdate {
    /// The generated samples it judged.
    pub generated: GeneratedBatch,
    /// Whether the generator learns from the same batch afterwards.
    pub shares_batch: bool,
    /// The real samples, where those are points in the plane.
    pub real: Vec<[f32; 2]>,
    /// Logit of each real sample.
    pub real_logits: Vec<f32>,
    /// Logit of each generated sample.
    pub fake_logits: Vec<f32>,
    /// Mean score of the real samples: the sigmoid of the logit, or a critic's raw score.
    pub real_score: f32,
    /// Mean score of the generated samples.
    pub fake_score: f32,
    /// The penalty's part of the loss.
    pub penalty: Option<f32>,
    /// How its weights moved.
    pub update: Update,
}

/// The update of the generator.
#[derive(Debug, Clone, PartialEq)]
pub struct GeneratorUpdate {
    /// The samples it learned from.
    pub generated: GeneratedBatch,
    /// Logit of each.
    pub fake_logits: Vec<f32>,
    /// Mean score of them.
    pub fake_score: f32,
    /// What the generator makes of the same latents after the update, where that is points in the plane.
    pub moved: Vec<[f32; 2]>,
    /// How its weights moved.
    pub update: Update,
}

/// How one network's weights moved.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Update {
    /// The loss that moved them.
    pub loss: f32,
    /// L2 norm of the gradient over all weights.
    pub gradient_norm: f32,
    /// Each layer's share.
    pub layers: Vec<LayerChange>,
    /// Step size.
    pub learning_rate: f32,
    /// The largest change of one weight.
    pub largest_change: f32,
}

/// How one layer was pulled, and how far it moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerChange {
    /// Position among the network's layers that have weights, from 0.
    pub layer: usize,
    /// L2 norm of its gradient.
    pub gradient_norm: f32,
    /// L2 norm of its change.
    pub change_norm: f32,
}

/// Writes down what it sees, and keeps the networks as they were before and after each update.
pub(super) struct Recorder<'a> {
    config: &'a RunConfig,
    control: StepControl,
    is_plane: bool,
    states: Vec<Gan>,
    own_batch: Option<GeneratedBatch>,
    learned_from: Option<GeneratedBatch>,
    /// Latents of that batch.
    latents: Option<Tensor<2>>,
    discriminator: Vec<DiscriminatorUpdate>,
    generator: Option<GeneratorUpdate>,
    watch: GradientWatch,
}

impl<'a> Recorder<'a> {
    pub(super) fn new(config: &'a RunConfig, control: StepControl, before: Gan, watch: GradientWatch) -> Self {
        let is_plane = matches!(config.data.shape(), SampleShape::Points { dims: 2 });
        Self {
            config,
            control,
            is_plane,
            states: vec![before],
            own_batch: None,
            learned_from: None,
            latents: None,
            discriminator: Vec::new(),
            generator: None,
            watch,
        }
    }

    /// What was written down, without pictures; the networks before the first update and after each; the gradients.
    pub(super) fn finish(self, part: StepPart, step: u64) -> (Dissection, Vec<Gan>, GradientWatch) {
        let Self { config, discriminator, generator, states, watch, .. } = self;
        let dissection = Dissection {
            part,
            step,
            batch_size: config.batch_size,
            latent_dim: config.latent.dim,
            latent_distribution: config.latent.distribution,
            loss: config.objective.loss,
            penalty: config.objective.penalty,
            tries_letters: config.local_expectation && config.data.domain() == Domain::Text,
            discriminator_optimizer: config.discriminator_optimizer.kind,
            generator_optimizer: config.generator_optimizer.kind,
            discriminator,
            generator,
            pictures: Vec::new(),
        };
        (dissection, states, watch)
    }

    fn score(&self, logits: &[f32]) -> f32 {
        let is_probability = self.config.objective.loss.scores_are_probabilities();
        let score = |&logit: &f32| if is_probability { 1.0 / (1.0 + (-logit).exp()) } else { logit };
        mean(logits.iter().map(score), logits.len())
    }

    fn points(&self, samples: &[f32]) -> Vec<[f32; 2]> {
        if self.is_plane { samples.as_chunks::<2>().0.iter().take(MAX_POINTS).copied().collect() } else { Vec::new() }
    }

    fn batch(&self, latents: &Tensor<2>, samples: &[f32]) -> GeneratedBatch {
        let center = mean(samples.iter().copied(), samples.len());
        let variance = mean(samples.iter().map(|value| (value - center).powi(2)), samples.len());
        let mut latents = first_two(&numbers(latents), latents.dims()[1]);
        latents.truncate(MAX_POINTS);
        GeneratedBatch { latents, points: self.points(samples), mean: center, deviation: variance.sqrt() }
    }
}

impl Observer for Recorder<'_> {
    fn see(&mut self, moment: &Moment<'_>) {
        self.watch.see(moment);
        match moment {
            Moment::Generated { latents, samples, is_learned_from } => {
                let batch = self.batch(latents, &numbers(samples));
                let slot = if *is_learned_from { &mut self.learned_from } else { &mut self.own_batch };
                *slot = Some(batch);
                self.latents = is_learned_from.then(|| latents.clone()).or(self.latents.take());
            }
            Moment::DiscriminatorJudged { real, real_logits, fake_logits, penalty, loss, .. } => {
                let (real_logits, fake_logits) = (numbers(real_logits), numbers(fake_logits));
                let own = self.own_batch.take();
                let shares_batch = own.is_none();
                self.discriminator.push(DiscriminatorUpdate {
                    generated: own.or_else(|| self.learned_from.clone()).unwrap_or_default(),
                    shares_batch,
                    real: self.points(&numbers(real)),
                    real_score: self.score(&real_logits),
                    fake_score: self.score(&fake_logits),
                    real_logits,
                    fake_logits,
                    penalty: penalty.clone().map(Tensor::into_scalar::<f32>),
                    update: Update {
                        loss: loss.clone().into_scalar::<f32>(),
                        learning_rate: self.control.discriminator_learning_rate,
                        ..Update::default()
                    },
                });
            }
            Moment::DiscriminatorLearned { gan, gradients } => {
                if let Some(last) = self.discriminator.last_mut() {
                    last.update.learned(&anatomy::layer_norms(&gan.discriminator, gradients));
                }
            }
            Moment::DiscriminatorUpdated { gan } => {
                if let (Some(last), Some(before)) = (self.discriminator.last_mut(), self.states.last()) {
                    last.update.moved(&anatomy::distance(&before.discriminator, &gan.discriminator));
                }
                self.states.push((*gan).clone());
            }
            Moment::GeneratorJudged { fake_logits, loss } => {
                let fake_logits = numbers(fake_logits);
                self.generator = Some(GeneratorUpdate {
                    generated: self.learned_from.take().unwrap_or_default(),
                    fake_score: self.score(&fake_logits),
                    fake_logits,
                    moved: Vec::new(),
                    update: Update {
                        loss: loss.clone().into_scalar::<f32>(),
                        learning_rate: self.control.generator_learning_rate,
                        ..Update::default()
                    },
                });
            }
            Moment::GeneratorLearned { gan, gradients } => {
                if let Some(generator) = &mut self.generator {
                    generator.update.learned(&anatomy::layer_norms(&gan.generator, gradients));
                }
            }
            Moment::GeneratorUpdated { gan } => {
                let latents = self.latents.take().filter(|_| self.is_plane);
                let moved = latents.map(|latents| self.points(&numbers(&gan.generator.infer(latents))));
                if let (Some(generator), Some(before)) = (&mut self.generator, self.states.last()) {
                    generator.moved = moved.unwrap_or_default();
                    generator.update.moved(&anatomy::distance(&before.generator, &gan.generator));
                }
                self.states.push((*gan).clone());
            }
        }
    }
}

impl Update {
    fn learned(&mut self, norms: &[LayerNorm]) {
        self.gradient_norm = norms.iter().map(|layer| layer.norm * layer.norm).sum::<f32>().sqrt();
        self.layers = norms
            .iter()
            .enumerate()
            .map(|(layer, norm)| LayerChange { layer, gradient_norm: norm.norm, change_norm: 0.0 })
            .collect();
    }

    fn moved(&mut self, (norms, largest): &(Vec<LayerNorm>, f32)) {
        self.largest_change = *largest;
        for (layer, norm) in self.layers.iter_mut().zip(norms) {
            layer.change_norm = norm.norm;
        }
    }

    /// L2 norm of the change of all weights together.
    pub fn change_norm(&self) -> f32 {
        self.layers.iter().map(|layer| layer.change_norm * layer.change_norm).sum::<f32>().sqrt()
    }
}

fn mean(values: impl Iterator<Item = f32>, count: usize) -> f32 {
    values.sum::<f32>() / count.max(1) as f32
}
