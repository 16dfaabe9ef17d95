//! One step of training: the discriminator's updates, then the generator's.

use std::cell::OnceCell;

use burn::tensor::{Device, Tensor, TensorData, activation};

use super::judgement::{Batch, interpolate, judge};
use super::local_expectation::{Trials, texts_tried};
use super::loss::{self, penalty};
use super::observer::{Moment, Observer};
use super::showing::{Occasion, show, show_tried};
use super::{Averaging, BatchStatistics, Gan, Labels, Network, condition, cpu, latent};
use crate::config::{LossKind, PenaltyKind, RunConfig, SampleShape};
use crate::data::{Dataset, LabelledBatch};
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
    newest_real: Option<Batch>,
    observer: Option<&'a mut dyn Observer>,
}

/// Generated samples, and all that is needed to learn from what the discriminator says of them.
struct Generated {
    generator: Network,
    batch: Batch,
    statistics: Vec<BatchStatistics>,
}

impl Updates<'_> {
    fn step(self) {
        self.run(|updates| {
            let shared = updates.generate();
            for later_updates in (0..updates.control.discriminator_steps).rev() {
                let fake = if later_updates == 0 {
                    Batch { samples: shared.batch.samples.clone().without_autodiff(), ..shared.batch.clone() }
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
        let (latents, labels) = self.latents([Stream::GeneratorLatents, Stream::GeneratorLabels], update);
        let (samples, statistics) = generator.forward(latents.clone());
        if let Some(observer) = &mut self.observer {
            observer.see(&Moment::Generated {
                latents,
                samples: samples.clone().without_autodiff(),
                is_learned_from: true,
            });
        }
        Generated { generator, batch: Batch { samples, labels }, statistics }
    }

    /// Samples for an update of the discriminator alone. What this pass says about the generator's running statistics is
    /// left to its own update.
    fn generate_for_discriminator(&mut self) -> Batch {
        let update = self.gan.discriminator_optimizer.updates();
        let (latents, labels) = self.latents([Stream::DiscriminatorLatents, Stream::DiscriminatorLabels], update);
        let samples = self.gan.generator.forward(latents.clone()).0;
        if let Some(observer) = &mut self.observer {
            observer.see(&Moment::Generated { latents, samples: samples.clone(), is_learned_from: false });
        }
        Batch { samples, labels }
    }

    fn update_discriminator(&mut self, fake: Batch) {
        let StepControl { config, .. } = self.control;
        let update = self.gan.discriminator_optimizer.updates();
        let real = self.real_samples(update);
        self.gan.discriminator.advance_power_iteration();
        let discriminator = self.gan.discriminator.tracked();
        let shown_real = self.show(real.clone(), Occasion::Real, update);
        let shown_fake = self.show(fake.clone(), Occasion::Fake, update);
        let judgement = judge(&discriminator, &config.objective, shown_real.clone(), shown_fake.clone());
        let loss =
            loss::discriminator_loss(&config.objective, judgement.real_logits.clone(), judgement.fake_logits.clone());
        let penalty = match config.objective.penalty {
            PenaltyKind::None | PenaltyKind::WeightClipping => None,
            PenaltyKind::R1 | PenaltyKind::R1R2 => judgement.zero_centred_penalty,
            PenaltyKind::GradientPenalty => {
                let between = interpolate(config, update, shown_real, shown_fake.samples, self.device);
                let slopes = discriminator.forward_with_input_gradient(between.samples, &between.labels).1;
                Some(penalty::one_centred(slopes))
            }
        };
        let penalty = penalty.map(|penalty| penalty * self.control.penalty_weight);
        let loss = match penalty.clone() {
            Some(penalty) => loss + penalty,
            None => loss,
        };
        if let Some(observer) = &mut self.observer {
            observer.see(&Moment::DiscriminatorJudged {
                real: real.samples.clone(),
                fake: fake.samples,
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
        let gradient_norm = norm(&gradients);
        let gradients = clipped(gradients, &gradient_norm, config.discriminator_optimizer.clip_norm);
        self.report.d_gradient_norm = Some(gradient_norm);
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
        let Generated { generator, batch, statistics } = generated;
        let update = self.gan.generator_optimizer.updates();
        let shown = self.show(batch.clone(), Occasion::LearnedFrom, update);
        let (fake_logits, _) = shown.judged_by(&self.gan.discriminator);
        let seen_logits = self.observer.is_some().then(|| fake_logits.clone().without_autodiff());
        let newest_real = self.newest_real.take();
        let compared_with = OnceCell::new();
        let real_logits = || {
            let logits = compared_with.get_or_init(|| {
                // The batch that the discriminator saw last.
                let number = self.gan.discriminator_optimizer.updates().saturating_sub(1);
                let real = newest_real.clone().unwrap_or_else(|| self.real_samples(number));
                self.show(real, Occasion::ComparedWith, update).judged_by(&self.gan.discriminator).0
            });
            logits.clone()
        };
        let loss = loss::generator_loss(self.control.config.objective.loss, real_logits, fake_logits);
        // Not another loss, but another estimate of its slopes. The two go together as a sum: an optimizer that divides by the size of
        // gradients sees no difference between that and their mean.
        let of_other_letters = self.loss_of_other_letters(batch, update, real_logits);
        drop((compared_with, newest_real));

        if let (Some(observer), Some(fake_logits)) = (&mut self.observer, seen_logits) {
            observer.see(&Moment::GeneratorJudged { fake_logits, loss: loss.clone().without_autodiff() });
        }
        let mut gradients = match of_other_letters {
            Some(expected) => (loss.clone() + expected).backward(),
            None => loss.backward(),
        };
        let gradients = generator.take_gradients(&mut gradients);
        if let Some(observer) = &mut self.observer {
            observer.see(&Moment::GeneratorLearned { gan: self.gan, gradients: &gradients });
        }
        let gradient_norm = norm(&gradients);
        let gradients = clipped(gradients, &gradient_norm, self.control.config.generator_optimizer.clip_norm);
        self.report.g_gradient_norm = Some(gradient_norm);
        self.report.g_loss = Some(loss.without_autodiff());
        let Gan { generator, generator_optimizer, generator_ema, .. } = &mut *self.gan;
        generator.absorb(statistics);
        generator_optimizer.update(generator, gradients, self.control.generator_learning_rate);
        self.control.averaging.follow(generator_ema, generator, update);
        if let Some(observer) = &mut self.observer {
            observer.see(&Moment::GeneratorUpdated { gan: self.gan });
        }
    }

    /// The loss to be expected of letters that could be drawn at one place of a text, where it is to be learned from.
    fn loss_of_other_letters(
        &self,
        batch: Batch,
        update: u64,
        real_logits: impl FnOnce() -> Tensor<2>,
    ) -> Option<Tensor<1>> {
        let StepControl { config, .. } = self.control;
        let SampleShape::Text { symbols, length } = config.data.shape() else { return None };
        if !config.local_expectation {
            return None;
        }
        let texts = texts_tried(config.batch_size, symbols);
        let probabilities = batch.samples.narrow(0, 0, texts);
        let mut random = Random::new(config.seed, Stream::LetterTrials, update);
        let (trials, candidates) =
            Trials::draw(probabilities.clone().without_autodiff(), [symbols, length], &mut random);
        let samples = show_tried(candidates, config, update, self.gan.step);
        let tried = Batch { samples, labels: batch.labels.repeated(texts, symbols) };
        let (logits, _) = tried.judged_by(&self.gan.discriminator);
        let real_logits = || real_logits().narrow(0, 0, texts).repeat_dim(1, symbols).reshape([texts * symbols, 1]);
        let losses = loss::generator_losses(config.objective.loss, real_logits, logits);
        Some(trials.expected_loss(probabilities, losses.without_autodiff()))
    }

    /// A batch as the discriminator is shown it.
    fn show(&self, batch: Batch, occasion: Occasion, update: u64) -> Batch {
        show(batch, &self.control.config, occasion, update, self.gan.step)
    }

    fn real_samples(&self, batch: u64) -> Batch {
        let RunConfig { seed, batch_size, .. } = self.control.config;
        let classes = self.control.config.classes();
        let (samples, labels) = if classes == 0 {
            (self.data.batch(seed, batch, batch_size), Labels::NONE)
        } else {
            let LabelledBatch { samples, labels } = self.data.batch_with_labels(seed, batch, batch_size);
            (samples, Labels::new(&labels, classes, self.device))
        };
        let samples = TensorData::new(samples, [batch_size, self.data.shape().features()]);
        Batch { samples: Tensor::from_data(samples, self.device), labels }
    }

    /// What the generator is fed: latents, and classes drawn for them where the model is conditional.
    fn latents(&self, [latents, labels]: [Stream; 2], update: u64) -> (Tensor<2>, Labels) {
        let RunConfig { seed, batch_size, latent: config, .. } = &self.control.config;
        let classes = self.control.config.classes();
        let latents = latent::draw(config, *batch_size, &mut Random::new(*seed, latents, update));
        let labels = condition::draw(classes, *batch_size, &mut Random::new(*seed, labels, update));
        let shares = condition::one_hot(labels.iter().map(|&label| usize::from(label)), classes);
        let values = condition::beside(&latents, config.dim, &shares);
        let inputs = TensorData::new(values, [*batch_size, config.dim + classes]);
        (Tensor::from_data(inputs, self.device), Labels::new(&labels, classes, self.device))
    }
}

/// The sigmoid of the logits, or the raw score of a critic, averaged.
fn mean_score(loss: LossKind, logits: Tensor<2>) -> Tensor<1> {
    let logits = logits.without_autodiff();
    if loss.scores_are_probabilities() { activation::sigmoid(logits).mean() } else { logits.mean() }
}

/// Gradients no longer than `limit` together, in their old direction; 0 is no limit.
fn clipped(gradients: Vec<Tensor<1>>, norm: &Tensor<1>, limit: f32) -> Vec<Tensor<1>> {
    /// Keeps a norm of zero out of a divisor; PyTorch's.
    const EPSILON: f32 = 1e-6;
    if limit == 0.0 {
        return gradients;
    }
    let factor = ((norm.clone() + EPSILON).recip() * limit).clamp_max(1.0);
    gradients.into_iter().map(|gradient| gradient * factor.clone()).collect()
}

/// L2 norm over all arrays together.
fn norm(gradients: &[Tensor<1>]) -> Tensor<1> {
    if gradients.first().is_some_and(|gradient| cpu::is_cpu(&gradient.device())) {
        return cpu::norm(gradients);
    }
    let squares: Vec<Tensor<1>> = gradients.iter().map(|gradient| gradient.clone().square().sum()).collect();
    Tensor::cat(squares, 0).sum().sqrt()
}
