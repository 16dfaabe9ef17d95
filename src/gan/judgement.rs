//! What the discriminator says of a real and a generated batch, in as few passes as the penalty allows.

use burn::tensor::{Device, Tensor, TensorData};

use super::loss::penalty;
use super::{BatchStatistics, Labels, Network};
use crate::config::{ObjectiveConfig, PenaltyKind, RunConfig};
use crate::random::{Random, Stream};

/// Samples with the class of each.
///
/// # Shapes
/// Samples `[batch, features]`.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub(super) samples: Tensor<2>,
    pub(super) labels: Labels,
}

impl Batch {
    /// These samples, then `others`.
    fn and(self, others: Self) -> Self {
        Self { samples: Tensor::cat(vec![self.samples, others.samples], 0), labels: self.labels.and(others.labels) }
    }

    /// The discriminator's logit of each, and what its batch normalisation saw.
    pub(super) fn judged_by(self, discriminator: &Network) -> (Tensor<2>, Vec<BatchStatistics>) {
        let (logits, statistics) = discriminator.forward(self.samples);
        (self.labels.pick(logits), statistics)
    }
}

/// What the discriminator says of a real and a generated batch.
pub(super) struct Judgement {
    pub(super) real_logits: Tensor<2>,
    pub(super) fake_logits: Tensor<2>,
    /// R1, or R1 and R2, where one of them is the penalty.
    pub(super) zero_centred_penalty: Option<Tensor<1>>,
    pub(super) statistics: Vec<BatchStatistics>,
}

/// Lets the discriminator judge both.
pub(super) fn judge(discriminator: &Network, objective: &ObjectiveConfig, real: Batch, fake: Batch) -> Judgement {
    let [batch, _] = real.samples.dims();
    let halves = |logits: Tensor<2>| (logits.clone().narrow(0, 0, batch), logits.narrow(0, batch, batch));
    match objective.penalty {
        PenaltyKind::R1R2 => {
            // One pass over both halves; the mean of R1 over one and of R2 over the other is twice the mean over both.
            let Batch { samples, labels } = real.and(fake);
            let (logits, gradient) = discriminator.forward_with_input_gradient(samples, &labels);
            let (real_logits, fake_logits) = halves(logits);
            let zero_centred_penalty = Some(penalty::zero_centred(gradient) * 2.0);
            Judgement { real_logits, fake_logits, zero_centred_penalty, statistics: Vec::new() }
        }
        PenaltyKind::R1 => {
            let (real_logits, gradient) = discriminator.forward_with_input_gradient(real.samples, &real.labels);
            let (fake_logits, statistics) = fake.judged_by(discriminator);
            let zero_centred_penalty = Some(penalty::zero_centred(gradient));
            Judgement { real_logits, fake_logits, zero_centred_penalty, statistics }
        }
        PenaltyKind::None | PenaltyKind::WeightClipping | PenaltyKind::GradientPenalty => {
            if discriminator.architecture().has_batch_norm() {
                // Two passes: the discriminator must not tell the batches apart by their mixture.
                let (real_logits, mut statistics) = real.judged_by(discriminator);
                let (fake_logits, fake_statistics) = fake.judged_by(discriminator);
                statistics.extend(fake_statistics);
                return Judgement { real_logits, fake_logits, zero_centred_penalty: None, statistics };
            }
            let (logits, statistics) = real.and(fake).judged_by(discriminator);
            let (real_logits, fake_logits) = halves(logits);
            Judgement { real_logits, fake_logits, zero_centred_penalty: None, statistics }
        }
    }
}

/// A point between each real sample and its generated partner (WGAN-GP, algorithm 1, line 6), of the real one's class.
pub(super) fn interpolate(config: &RunConfig, update: u64, real: Batch, fake: Tensor<2>, device: &Device) -> Batch {
    let mut random = Random::new(config.seed, Stream::Interpolation, update);
    let shares: Vec<f32> = (0..config.batch_size).map(|_| random.uniform()).collect();
    let shares = Tensor::<2>::from_data(TensorData::new(shares, [config.batch_size, 1]), device);
    Batch { samples: fake.clone() + (real.samples - fake) * shares, labels: real.labels }
}
