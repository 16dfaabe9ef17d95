//! What keeps the signal between a network's layers, or the layers themselves, at one size.

use serde::{Deserialize, Deserializer, Serialize};

use super::choices::choices;

/// What is normalised in a convolutional network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NormKind {
    /// Nothing.
    None,
    /// Each channel over the whole batch (Ioffe and Szegedy 2015, arXiv 1502.03167).
    Batch,
    /// Each channel of each sample (Ulyanov 2016, arXiv 1607.08022).
    Instance,
    /// Each layer's weights, by their largest singular value (Miyato 2018, arXiv 1802.05957).
    Spectral,
}

choices!(NormKind {
    None => "none", "None", "Layers pass on what they compute as it is.";
    Batch => "batch", "Batch normalisation", "Each channel is brought to mean 0 and variance 1 over the batch: quick learning, samples that depend on each other.";
    Instance => "instance", "Instance normalisation", "Each channel of each sample is brought to mean 0 and variance 1: contrast is lost, shape stays.";
    Spectral => "spectral", "Spectral normalisation", "Each layer's weights are divided by the most they can stretch a signal: a discriminator that cannot grow steep.";
});

impl NormKind {
    /// Reads a choice, or the yes and no to batch normalisation that configurations held before there was one.
    pub(super) fn deserialize_or_flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum KindOrFlag {
            Flag(bool),
            Kind(NormKind),
        }
        Ok(match KindOrFlag::deserialize(deserializer)? {
            KindOrFlag::Flag(true) => Self::Batch,
            KindOrFlag::Flag(false) => Self::None,
            KindOrFlag::Kind(kind) => kind,
        })
    }
}
