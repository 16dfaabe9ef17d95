//! Samples of a model, made piece by piece: the same ones whatever the size of a piece.

use std::ops::Range;

use anyhow::Context as _;
use burn::tensor::Device;

use crate::gan::model_file::Model;
use crate::gan::{condition, latent, probe};
use crate::random::Random;

/// Samples of one piece: what a generator is fed at once anyway.
const PIECE: usize = 512;

/// Where latents come from.
pub(super) enum LatentSource {
    /// They are given, one after another.
    Given(Vec<f32>),
    /// They are drawn.
    Drawn(Random),
}

/// Of what class each sample of a conditional model is.
pub(super) enum SampleClasses {
    /// All of one.
    One(usize),
    /// Each of its own.
    Given(Vec<u8>),
    /// Each class in turn.
    InTurn,
}

/// Samples that are still to be made.
pub(super) struct Pieces<'a> {
    pub(super) model: &'a Model,
    pub(super) latents: LatentSource,
    pub(super) classes: SampleClasses,
    /// Samples in all.
    pub(super) count: usize,
    /// Samples made.
    pub(super) done: usize,
    /// Whether the generator is the one that was trained last, not the average.
    pub(super) is_raw: bool,
    pub(super) device: Device,
}

impl Pieces<'_> {
    /// The class of each sample that is still to be made; nothing where the model is not conditional.
    pub(super) fn labels(&self) -> Vec<usize> {
        self.labels_of(self.done..self.count)
    }

    fn labels_of(&self, rows: Range<usize>) -> Vec<usize> {
        let classes = self.model.info.config.classes();
        if classes == 0 {
            return Vec::new();
        }
        let label = |row: usize| match &self.classes {
            SampleClasses::One(class) => *class,
            SampleClasses::Given(labels) => usize::from(labels[row]),
            SampleClasses::InTurn => condition::class_of(row as u64, classes),
        };
        rows.map(label).collect()
    }

    /// All that is still to be made, at once.
    pub(super) fn collect_all(self) -> anyhow::Result<Vec<f32>> {
        let mut values = Vec::new();
        for piece in self {
            values.extend(piece?);
        }
        Ok(values)
    }

    fn make(&mut self, size: usize) -> anyhow::Result<Vec<f32>> {
        let config = &self.model.info.latent;
        let latents = match &mut self.latents {
            LatentSource::Given(values) => values[self.done * config.dim..][..size * config.dim].to_vec(),
            LatentSource::Drawn(random) => latent::draw(config, size, random),
        };
        let labels = self.labels_of(self.done..self.done + size);
        let shares = condition::one_hot(labels.into_iter(), self.model.info.config.classes());
        let generator = if self.is_raw { &self.model.generator } else { &self.model.generator_ema };
        probe::generate_of(generator, &latents, config.dim, &shares, &self.device)
            .context("the samples could not be computed")
    }
}

impl Iterator for Pieces<'_> {
    type Item = anyhow::Result<Vec<f32>>;

    fn next(&mut self) -> Option<Self::Item> {
        let size = (self.count - self.done).min(PIECE);
        if size == 0 {
            return None;
        }
        let made = self.make(size);
        self.done += size;
        Some(made)
    }
}
