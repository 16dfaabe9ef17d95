//! One step of training: the discriminator's updates, then the generator's.

use burn::tensor::{Device, Tensor, TensorData, activation};

use super::loss::{self, penalty};
use super::observer::{Moment, Observer};
use super::{Averaging, BatchStatistics, Gan, Network, cpu, latent};
use crate::config::{LossKind, ObjectiveConfig, PenaltyKind, RunConfig};
use crate::data::Dataset;
use crate::random::{Random, Stream};

/// What a step needs besides the networks and the data. Some of it may change from step to step.
#[derive(Debug, Clone)]
pub struct StepControl {
    /// The run's configuration, for what stays the same.
    pub config: RunConfig,
    /// Step size of the generator, the schedule's factor included.
    pub generator_learning_rate: f32,
    /// Step size of the discriminator, the schedule's factor included.
    pub discriminator_learning_rate: f32,
    /// Weight of the penalty, the schedule's factor included.
    pub penalty_weight: f32,
    /// Discriminator updates before the generator's.
    pub discriminator_steps: usize,
    /// How the averaged generator follows.
    pub averaging: Averaging,
}

/// What a step measured, still on the device: means over the batch, taken before the update.
#[derive(Debug, Clone, Default)]
pub struct StepReport {
    d_loss: Option<Tensor<1>>,
    d_real: Option<Tensor<1>>,
    d_fake: Option<Tensor<1>>,
    d_gradient_norm: Option<Tensor<1>>,
    g_loss: Option<Tensor<1>>,
    g_gradient_norm: Option<Tensor<1>>,
}

/// What a step measured, as numbers; 0 where nothing has measured it yet.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct StepValues {
    /// The discriminator's loss, penalty included.
    pub d_loss: f32,
    /// Mean score of real samples.
    pub d_real: f32,
    /// Mean score of generated samples.
    pub d_fake: f32,
    /// L2 norm of the discriminator's gradient.
    pub d_gradient_norm: f32,
    /// The generator's loss.
    pub g_loss: f32,
    /// L2 norm of the generator's gradient.
    pub g_gradient_norm: f32,
}

impl StepValues {
    /// The losses and scores by name, for a model file.
    pub fn named(self) -> serde_json::Map<String, serde_json::Value> {
        let Self { d_loss, d_real, d_fake, g_loss, .. } = self;
        [("d_loss", d_loss), ("g_loss", g_loss), ("d_real", d_real), ("d_fake", d_fake)]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect()
    }
}

impl StepReport {
    /// Reads the numbers back from the device. What this step did not measure is taken from `earlier`.
    pub fn read(self, earlier: StepValues) -> StepValues {
        let Self { d_loss, d_real, d_fake, d_gradient_norm, g_loss, g_gradient_norm } = self;
        let number = |value: Option<Tensor<1>>, earlier: f32| value.map_or(earlier, Tensor::into_scalar::<f32>);
        StepValues {
            d_loss: number(d_loss, earlier.d_loss),
            d_real: number(d_real, earlier.d_real),
            d_fake: number(d_fake, earlier.d_fake),
            d_gradient_norm: number(d_gradient_norm, earlier.d_gradient_norm),
            g_loss: number(g_loss, earlier.g_loss),
            g_gradient_norm: number(g_gradient_norm, earlier.g_gradient_norm),
        }
    }
}

/// Trains both networks once: `discriminator_steps` updates of the discriminator, one of the generator.
///
/// The generator's update and the discriminator's last one share a batch of generated samples, as in PyTorch's DCGAN
/// example: the generator does not change between them, so one pass through it serves both. Everything random is keyed by
/// the run's seed and the number of updates done, so that a step is a function of the state it starts from.
pub fn train_step(gan: &mut Gan, data: &dyn Dataset, control: &StepControl, device: &Device) -> StepReport {
    let mut report = StepReport::default();
    Updates { gan, data, control, device, report: &mut report, newest_real: None, observer: None }.step();
    report
}

/// One update of the discriminator.
pub fn train_discriminator(
    gan: &mut Gan,
    data: &dyn Dataset,
    control: &StepControl,
    device: &Device,
    report: &mut StepReport,
) {
    Updates { gan, data, control, device, report, newest_real: None, observer: None }.discriminator();
}

/// One update of the generator and its average. The discriminator's weights are not tracked: it only passes on gradients.
pub fn train_generator(
    gan: &mut Gan,
    data: &dyn Dataset,
    control: &StepControl,
    device: &Device,
    report: &mut StepReport,
) {
    Updates { gan, data, control, device, report, newest_real: None, observer: None }.generator();
}

/// The same updates, told to an observer as they happen. What they compute is the same.
pub struct Watched<'a> {
    /// The networks.
    pub gan: &'a mut Gan,
    /// Where real samples come from.
    pub data: &'a dyn Dataset,
    /// What else a step needs.
    pub control: &'a StepControl,
    /// Where to compute.
    pub device: &'a Device,
    /// Who watches.
    pub observer: &'a mut dyn Observer,
}

impl<'a> Watched<'a> {
    /// [`train_step()`], watched.
    pub fn step(self) -> StepReport {
        let mut report = StepReport::default();
        self.updates(&mut report).step();
        report
    }

    /// [`train_discriminator()`], watched.
    pub fn discriminator(self) -> StepReport {
        let mut report = StepReport::default();
        self.updates(&mut report).discriminator();
        report
    }

    /// [`train_generator()`], watched.
    pub fn generator(self) -> StepReport {
        let mut report = StepReport::default();
        self.updates(&mut report).generator();
        report
    }

    fn updates<'b>(self, report: &'b mut StepReport) -> Updates<'b>
    where
        'a: 'b,
    {
        let Self { gan, data, control, device, observer } = self;
        Updates { gan, data, control, device, report, newest_real: None, observer: Some(observer) }
    }
}

/// What updates of either network work on.
struct Updates<'a> {
    gan: &'a mut Gan,
    data: &'a dyn Dataset,
    control: &'a StepControl,
    device: &'a Device,
    report: &'a mut StepReport,
    /// The real samples that the discriminator saw last, if that was in the same step.
    newest_real: Option<Tensor<2>>,
    observer: Option<&'a mut dyn Observer>,
}

/// Generated samples, and all that is needed to learn from what the discriminator says of them.
struct Generated {
    generator: Network,
    samples: Tensor<2>,
    statistics: Vec<BatchStatistics>,
}

impl Updates<'_> {
    fn step(self) {
        self.run(|updates| {
            let shared = updates.generate();
            for later_updates in (0..updates.control.discriminator_steps).rev() {
                let fake = if later_updates == 0 {
                    shared.samples.clone().without_autodiff()
                } else {
                    updates.generate_for_discriminator()
                };
                updates.update_discriminator(fake);
            }
            updates.update_generator(shared);
            updates.gan.step += 1;
        });
    }

    fn discriminator(self) {
        self.run(|updates| {
            let fake = updates.generate_for_discriminator();
            updates.update_discriminator(fake);
        });
    }

    fn generator(self) {
        self.run(|updates| {
            let generated = updates.generate();
            updates.update_generator(generated);
        });
    }

    fn run(mut self, work: impl FnOnce(&mut Self) + Send) {
        cpu::inside_pool_of(self.device, || work(&mut self));
    }

    /// Samples with the generator's operations recorded.
    fn generate(&mut self) -> Generated {
        self.gan.generator.advance_power_iteration();
        let generator = self.gan.generator.tracked();
        let update = self.gan.generator_optimizer.updates();
        let latents = self.latents(Stream::GeneratorLatents, update);
        let (samples, statistics) = generator.forward(latents.clone());
        if let Some(observer) = &mut self.observer {
            observer.see(&Moment::Generated {
                latents,
                samples: samples.clone().without_autodiff(),
                is_learned_from: true,
            });
        }
        Generated { generator, samples, statistics }
    }

    /// Samples for an update of the discriminator alone. What this pass says about the generator's running statistics is
    /// left to its own update.
    fn generate_for_discriminator(&mut self) -> Tensor<2> {
        let update = self.gan.discriminator_optimizer.updates();
        let latents = self.latents(Stream::DiscriminatorLatents, update);
        let samples = self.gan.generator.forward(latents.clone()).0;
        if let Some(observer) = &mut self.observer {
            observer.see(&Moment::Generated { latents, samples: samples.clone(), is_learned_from: false });
        }
        samples
    }

    fn update_discriminator(&mut self, fake: Tensor<2>) {
        let StepControl { config, .. } = self.control;
        let update = self.gan.discriminator_optimizer.updates();
        let real = self.real_samples(update);
        self.gan.discriminator.advance_power_iteration();
        let discriminator = self.gan.discriminator.tracked();
        let judgement = judge(&discriminator, &config.objective, real.clone(), fake.clone());
        let loss =
            loss::discriminator_loss(&config.objective, judgement.real_logits.clone(), judgement.fake_logits.clone());
        let penalty = match config.objective.penalty {
            PenaltyKind::None | PenaltyKind::WeightClipping => None,
            PenaltyKind::R1 | PenaltyKind::R1R2 => judgement.zero_centred_penalty,
            PenaltyKind::GradientPenalty => {
                let between = interpolate(config, update, real.clone(), fake.clone(), self.device);
                Some(penalty::one_centred(discriminator.forward_with_input_gradient(between).1))
            }
        };
        let penalty = penalty.map(|penalty| penalty * self.control.penalty_weight);
        let loss = match penalty.clone() {
            Some(penalty) => loss + penalty,
            None => loss,
        };
        if let Some(observer) = &mut self.observer {
            observer.see(&Moment::DiscriminatorJudged {
                real: real.clone(),
                fake,
                real_logits: judgement.real_logits.clone().without_autodiff(),
                fake_logits: judgement.fake_logits.clone().without_autodiff(),
                penalty: penalty.map(Tensor::without_autodiff),
                loss: loss.clone().without_autodiff(),
            });
        }

        let mut gradients = loss.backward();
        let gradients = discriminator.take_gradients(&mut gradients);
        if let Some(observer) = &mut self.observer {
            observer.see(&Moment::DiscriminatorLearned { gan: self.gan, gradients: &gradients });
        }
        self.report.d_gradient_norm = Some(norm(&gradients));
        self.report.d_loss = Some(loss.without_autodiff());
        self.report.d_real = Some(mean_score(config.objective.loss, judgement.real_logits));
        self.report.d_fake = Some(mean_score(config.objective.loss, judgement.fake_logits));
        let Gan { discriminator, discriminator_optimizer, .. } = &mut *self.gan;
        discriminator.absorb(judgement.statistics);
        discriminator_optimizer.update(discriminator, gradients, self.control.discriminator_learning_rate);
        if config.objective.penalty == PenaltyKind::WeightClipping {
            let limit = self.control.penalty_weight;
            discriminator.update(|_, weights| weights.clamp(-limit, limit));
        }
        if let Some(observer) = &mut self.observer {
            observer.see(&Moment::DiscriminatorUpdated { gan: self.gan });
        }
        self.newest_real = Some(real);
    }

    fn update_generator(&mut self, generated: Generated) {
        let Generated { generator, samples, statistics } = generated;
        let update = self.gan.generator_optimizer.updates();
        let (fake_logits, _) = self.gan.discriminator.forward(samples);
        let seen_logits = self.observer.is_some().then(|| fake_logits.clone().without_autodiff());
        let newest_real = self.newest_real.take();
        let real_logits = || {
            // The batch that the discriminator saw last.
            let batch = self.gan.discriminator_optimizer.updates().saturating_sub(1);
            let real = newest_real.unwrap_or_else(|| self.real_samples(batch));
            self.gan.discriminator.forward(real).0
        };
        let loss = loss::generator_loss(self.control.config.objective.loss, real_logits, fake_logits);

        if let (Some(observer), Some(fake_logits)) = (&mut self.observer, seen_logits) {
            observer.see(&Moment::GeneratorJudged { fake_logits, loss: loss.clone().without_autodiff() });
        }
        let mut gradients = loss.backward();
        let gradients = generator.take_gradients(&mut gradients);
        if let Some(observer) = &mut self.observer {
            observer.see(&Moment::GeneratorLearned { gan: self.gan, gradients: &gradients });
        }
        self.report.g_gradient_norm = Some(norm(&gradients));
        self.report.g_loss = Some(loss.without_autodiff());
        let Gan { generator, generator_optimizer, generator_ema, .. } = &mut *self.gan;
        generator.absorb(statistics);
        generator_optimizer.update(generator, gradients, self.control.generator_learning_rate);
        self.control.averaging.follow(generator_ema, generator, update);
        if let Some(observer) = &mut self.observer {
            observer.see(&Moment::GeneratorUpdated { gan: self.gan });
        }
    }

    fn real_samples(&self, batch: u64) -> Tensor<2> {
        let RunConfig { seed, batch_size, .. } = self.control.config;
        let values = self.data.batch(seed, batch, batch_size);
        Tensor::from_data(TensorData::new(values, [batch_size, self.data.shape().features()]), self.device)
    }

    fn latents(&self, stream: Stream, update: u64) -> Tensor<2> {
        let RunConfig { seed, batch_size, latent: config, .. } = &self.control.config;
        let values = latent::draw(config, *batch_size, &mut Random::new(*seed, stream, update));
        Tensor::from_data(TensorData::new(values, [*batch_size, config.dim]), self.device)
    }
}

/// What the discriminator says of a real and a generated batch.
struct Judgement {
    real_logits: Tensor<2>,
    fake_logits: Tensor<2>,
    zero_centred_penalty: Option<Tensor<1>>,
    statistics: Vec<BatchStatistics>,
}

fn judge(discriminator: &Network, objective: &ObjectiveConfig, real: Tensor<2>, fake: Tensor<2>) -> Judgement {
    let [batch, _] = real.dims();
    let halves = |logits: Tensor<2>| (logits.clone().narrow(0, 0, batch), logits.narrow(0, batch, batch));
    match objective.penalty {
        PenaltyKind::R1R2 => {
            // One pass over both halves; the mean of R1 over one and of R2 over the other is twice the mean over both.
            let (logits, gradient) = discriminator.forward_with_input_gradient(Tensor::cat(vec![real, fake], 0));
            let (real_logits, fake_logits) = halves(logits);
            let zero_centred_penalty = Some(penalty::zero_centred(gradient) * 2.0);
            Judgement { real_logits, fake_logits, zero_centred_penalty, statistics: Vec::new() }
        }
        PenaltyKind::R1 => {
            let (real_logits, gradient) = discriminator.forward_with_input_gradient(real);
            let (fake_logits, statistics) = discriminator.forward(fake);
            let zero_centred_penalty = Some(penalty::zero_centred(gradient));
            Judgement { real_logits, fake_logits, zero_centred_penalty, statistics }
        }
        PenaltyKind::None | PenaltyKind::WeightClipping | PenaltyKind::GradientPenalty => {
            if discriminator.architecture().has_batch_norm() {
                // Two passes: the discriminator must not tell the batches apart by their mixture.
                let (real_logits, mut statistics) = discriminator.forward(real);
                let (fake_logits, fake_statistics) = discriminator.forward(fake);
                statistics.extend(fake_statistics);
                return Judgement { real_logits, fake_logits, zero_centred_penalty: None, statistics };
            }
            let (logits, statistics) = discriminator.forward(Tensor::cat(vec![real, fake], 0));
            let (real_logits, fake_logits) = halves(logits);
            Judgement { real_logits, fake_logits, zero_centred_penalty: None, statistics }
        }
    }
}

/// A point between each real sample and its generated partner (WGAN-GP, algorithm 1, line 6).
fn interpolate(config: &RunConfig, update: u64, real: Tensor<2>, fake: Tensor<2>, device: &Device) -> Tensor<2> {
    let mut random = Random::new(config.seed, Stream::Interpolation, update);
    let shares: Vec<f32> = (0..config.batch_size).map(|_| random.uniform()).collect();
    let shares = Tensor::<2>::from_data(TensorData::new(shares, [config.batch_size, 1]), device);
    fake.clone() + (real - fake) * shares
}

/// The sigmoid of the logits, or the raw score of a critic, averaged.
fn mean_score(loss: LossKind, logits: Tensor<2>) -> Tensor<1> {
    let logits = logits.without_autodiff();
    if loss.scores_are_probabilities() { activation::sigmoid(logits).mean() } else { logits.mean() }
}

/// L2 norm over all arrays together.
fn norm(gradients: &[Tensor<1>]) -> Tensor<1> {
    if gradients.first().is_some_and(|gradient| cpu::is_cpu(&gradient.device())) {
        return cpu::norm(gradients);
    }
    let squares: Vec<Tensor<1>> = gradients.iter().map(|gradient| gradient.clone().square().sum()).collect();
    Tensor::cat(squares, 0).sum().sqrt()
}
