//! The phases of one training step, in order, and what each of them did, in one sentence with its real numbers.

use crate::config::{Choice as _, Domain, LatentDistribution, LossKind, PenaltyKind};
use crate::trainer::{Dissection, StageView, StepPart, Update};

/// What happens in one phase of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhaseKind {
    /// Latents are drawn.
    Noise,
    /// They become samples.
    Generate,
    /// The discriminator scores real samples.
    JudgeReal,
    /// The discriminator scores generated samples.
    JudgeGenerated,
    /// Its loss is known.
    DiscriminatorLoss,
    /// The loss goes back through its layers.
    DiscriminatorGradients,
    /// Its weights move.
    DiscriminatorUpdate,
    /// The discriminator scores the samples that the generator learns from.
    JudgeForGenerator,
    /// The generator's loss is known.
    GeneratorLoss,
    /// The loss goes back through the discriminator into the generator's layers.
    GeneratorGradients,
    /// Its weights move.
    GeneratorUpdate,
}

/// One phase of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepPhase {
    /// What happens.
    pub kind: PhaseKind,
    /// The update it belongs to: the discriminator's first, the generator's last.
    pub update: usize,
}

impl PhaseKind {
    /// Its name, in sentence case.
    pub fn label(self) -> &'static str {
        match self {
            Self::Noise => "Noise is drawn",
            Self::Generate => "The generator makes samples",
            Self::JudgeReal => "Real samples are judged",
            Self::JudgeGenerated => "Generated samples are judged",
            Self::DiscriminatorLoss => "The discriminator's loss",
            Self::DiscriminatorGradients => "The discriminator's gradients",
            Self::DiscriminatorUpdate => "The discriminator moves",
            Self::JudgeForGenerator => "The generator's samples are judged",
            Self::GeneratorLoss => "The generator's loss",
            Self::GeneratorGradients => "The generator's gradients",
            Self::GeneratorUpdate => "The generator moves",
        }
    }

    /// Whether weights have moved once it is over.
    pub fn is_update(self) -> bool {
        matches!(self, Self::DiscriminatorUpdate | Self::GeneratorUpdate)
    }
}

/// The phases of a step, in the order in which they depend on each other.
pub(super) fn phases(dissection: &Dissection) -> Vec<StepPhase> {
    use PhaseKind as Kind;
    let mut phases = Vec::new();
    let mut add = |update: usize, kinds: &[PhaseKind]| {
        phases.extend(kinds.iter().map(|&kind| StepPhase { kind, update }));
    };
    for update in 0..dissection.discriminator.len() {
        add(update, &[Kind::Noise, Kind::Generate, Kind::JudgeReal, Kind::JudgeGenerated]);
        add(update, &[Kind::DiscriminatorLoss, Kind::DiscriminatorGradients, Kind::DiscriminatorUpdate]);
    }
    if dissection.generator.is_some() {
        let update = dissection.discriminator.len();
        if dissection.part == StepPart::Generator {
            add(update, &[Kind::Noise, Kind::Generate]);
        }
        add(update, &[Kind::JudgeForGenerator, Kind::GeneratorLoss, Kind::GeneratorGradients, Kind::GeneratorUpdate]);
    }
    phases
}

/// What a phase did, in one sentence or two with its numbers.
pub(super) fn sentence(dissection: &Dissection, phase: StepPhase) -> String {
    let teller = Teller { dissection, phase };
    match phase.kind {
        PhaseKind::Noise => teller.noise(),
        PhaseKind::Generate => teller.generate(),
        PhaseKind::JudgeReal => teller.judge_real(),
        PhaseKind::JudgeGenerated => teller.judge_generated(),
        PhaseKind::DiscriminatorLoss => teller.discriminator_loss(),
        PhaseKind::DiscriminatorGradients => teller.gradients("discriminator", ""),
        PhaseKind::DiscriminatorUpdate => teller.update("discriminator", ""),
        PhaseKind::JudgeForGenerator => teller.judge_for_generator(),
        PhaseKind::GeneratorLoss => teller.generator_loss(),
        PhaseKind::GeneratorGradients => teller.generator_gradients(),
        PhaseKind::GeneratorUpdate => teller.update("generator", " The averaged generator follows."),
    }
}

struct Teller<'a> {
    dissection: &'a Dissection,
    phase: StepPhase,
}

impl Teller<'_> {
    fn noise(&self) -> String {
        let Dissection { batch_size, latent_dim, latent_distribution, .. } = *self.dissection;
        let how = match latent_distribution {
            LatentDistribution::Normal => "normally distributed around 0",
            LatentDistribution::Uniform => "evenly between -1 and 1",
        };
        let what = if latent_dim == 1 {
            "one random number each".to_owned()
        } else {
            format!("{latent_dim} random numbers each")
        };
        format!("{batch_size} latents are drawn: {what}, {how}.{}", self.round())
    }

    /// Which of several updates this is.
    fn round(&self) -> String {
        match self.dissection.discriminator.len() {
            count if count > 1 && self.phase.update < count => {
                format!(" (Discriminator update {} of {count}.)", self.phase.update + 1)
            }
            _ => String::new(),
        }
    }

    fn generate(&self) -> String {
        let Dissection { batch_size, discriminator, generator, .. } = self.dissection;
        let batch = match discriminator.get(self.phase.update) {
            Some(update) => Some(&update.generated),
            None => generator.as_ref().map(|generator| &generator.generated),
        };
        let spread = batch.map_or(String::new(), |batch| {
            format!("; their numbers have the mean {} and the spread {}", figure(batch.mean), figure(batch.deviation))
        });
        let samples = self.samples();
        let shared = match discriminator.get(self.phase.update) {
            Some(update) if update.shares_batch => " Both networks will learn from this one batch.",
            _ => "",
        };
        format!("The generator turns the {batch_size} latents into {batch_size} {samples}{spread}.{shared}")
    }

    fn samples(&self) -> &'static str {
        let first = self.dissection.pictures.first();
        let domain = match first.map(|views| &views.stage) {
            None | Some(StageView::Points(_)) => Domain::Points,
            Some(StageView::Images(_)) => Domain::Images,
            Some(StageView::Texts(_)) => Domain::Text,
        };
        domain.noun()
    }

    fn judge_real(&self) -> String {
        let Dissection { batch_size, discriminator, .. } = self.dissection;
        let Some(update) = discriminator.get(self.phase.update) else { return String::new() };
        let scale = if self.dissection.loss.scores_are_probabilities() {
            "; 1 would be surely real"
        } else {
            "; a critic's scores have no bounds"
        };
        let (score, samples) = (figure(update.real_score), self.samples());
        format!("The discriminator scores {batch_size} real {samples} with {score} on average{scale}.")
    }

    fn judge_generated(&self) -> String {
        let Dissection { batch_size, discriminator, .. } = self.dissection;
        let Some(update) = discriminator.get(self.phase.update) else { return String::new() };
        let (fake, real, samples) = (figure(update.fake_score), figure(update.real_score), self.samples());
        format!(
            "It scores the {batch_size} generated {samples} with {fake} on average, against {real} for the real ones."
        )
    }

    fn discriminator_loss(&self) -> String {
        let Some(update) = self.dissection.discriminator.get(self.phase.update) else { return String::new() };
        let loss = figure(update.update.loss);
        let penalty = match (update.penalty, self.dissection.penalty) {
            (Some(penalty), kind) if kind != PenaltyKind::None => {
                format!(", {} of it the penalty {}", figure(penalty), kind.label())
            }
            _ => String::new(),
        };
        let gap = match self.dissection.loss {
            LossKind::Relativistic => "how little more real the real samples look than the generated ones",
            _ => "how far the scores are from telling real and generated apart",
        };
        format!("The discriminator's loss measures {gap}: {loss}{penalty}.")
    }

    fn judge_for_generator(&self) -> String {
        let Dissection { batch_size, discriminator, generator, .. } = self.dissection;
        let Some(update) = generator else { return String::new() };
        let (score, samples) = (figure(update.fake_score), self.samples());
        match discriminator.last() {
            Some(before) => format!(
                "The same {batch_size} {samples} are judged again, now by the discriminator that has just moved: {score} on \
                 average, {} before.",
                figure(before.fake_score)
            ),
            None => format!("The discriminator scores the {batch_size} generated {samples} with {score} on average."),
        }
    }

    fn generator_loss(&self) -> String {
        let Some(update) = &self.dissection.generator else { return String::new() };
        let loss = figure(update.update.loss);
        let aim = match self.dissection.loss {
            LossKind::Relativistic => "how much more real the real samples look than its own",
            _ => "how far its samples are from being taken for real",
        };
        format!("The generator's loss measures {aim}: {loss}.")
    }

    fn generator_gradients(&self) -> String {
        let gradients = self.gradients("generator", " through the discriminator, whose weights stand still,");
        if self.dissection.tries_letters {
            format!(
                "{gradients} So does what it says of other letters, tried one by one at a place of some of the texts."
            )
        } else {
            gradients
        }
    }

    fn gradients(&self, network: &str, way: &str) -> String {
        let Some(update) = self.update_in_phase() else { return String::new() };
        let strongest = update.layers.iter().max_by(|a, b| a.gradient_norm.total_cmp(&b.gradient_norm));
        let strongest = strongest.map_or(String::new(), |layer| {
            let place = if layer.layer + 1 == update.layers.len() {
                "the last layer".to_owned()
            } else {
                format!("layer {}", layer.layer + 1)
            };
            format!(", most of it, {}, in {place}", figure(layer.gradient_norm))
        });
        let norm = figure(update.gradient_norm);
        format!(
            "The loss goes back{way} and tells each weight of the {network} where to go: strength {norm}{strongest}."
        )
    }

    fn update(&self, network: &str, more: &str) -> String {
        let Some(update) = self.update_in_phase() else { return String::new() };
        let optimizer = if network == "generator" {
            self.dissection.generator_optimizer
        } else {
            self.dissection.discriminator_optimizer
        };
        let Update { learning_rate, largest_change, .. } = *update;
        let (rate, largest, all) = (figure(learning_rate), figure(largest_change), figure(update.change_norm()));
        let name = optimizer.label();
        format!(
            "With learning rate {rate}, {name} moves the {network}'s weights: none by more than {largest}, all together by \
             {all}.{more}"
        )
    }

    fn update_in_phase(&self) -> Option<&Update> {
        let Dissection { discriminator, generator, .. } = self.dissection;
        match discriminator.get(self.phase.update) {
            Some(update) => Some(&update.update),
            None => generator.as_ref().map(|generator| &generator.update),
        }
    }
}

/// A number with three digits that mean something.
fn figure(value: f32) -> String {
    let magnitude = value.abs();
    if !value.is_finite() {
        "no number".to_owned()
    } else if magnitude != 0.0 && magnitude < 5e-5 {
        format!("{value:.1e}")
    } else if magnitude < 0.01 {
        format!("{value:.5}").trim_end_matches('0').trim_end_matches('.').to_owned()
    } else if magnitude < 10.0 {
        format!("{value:.3}")
    } else {
        format!("{value:.1}")
    }
}
