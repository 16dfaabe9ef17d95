//! Paints what the window asked to see: samples, scores and walks, as plain numbers. Never changes training.

use std::sync::Arc;

use burn::tensor::{Device, ExecutionError};

use super::command::{GeneratorChoice, Interpolation, KeptLatent, LatentRequest, ViewRequest};
use super::networks::GradientWatch;
use super::orbit::Orbit;
use super::points_preview::PointsMoment;
use super::real_samples::{RealSamples, Wanted};
use super::text_views;
use super::views::{
    GalleryClasses, GalleryView, KeptView, LatentSamples, LatentView, SlopeMaps, StageView, TextsView, Views,
};
use crate::config::{LossKind, RunConfig, SampleShape};
use crate::data::{Dataset, LabelledBatch, Pictures};
use crate::gan::{Gan, Network, condition, latent, probe};

/// Most samples of one request, so that no request can stall training for long.
const MAX_SAMPLES: usize = 4096;

/// Most latents that are kept in sight.
const MAX_TRAY: usize = 64;

/// A moment of training, as the window asked to see it.
pub(super) struct Painter<'a> {
    pub(super) gan: &'a Gan,
    pub(super) data: &'a dyn Dataset,
    pub(super) config: &'a RunConfig,
    pub(super) device: &'a Device,
    pub(super) gradients: &'a GradientWatch,
    pub(super) orbit: &'a Orbit,
    pub(super) real: &'a RealSamples,
}

impl Painter<'_> {
    /// Paints everything that was asked for.
    pub(super) fn paint(&self, request: &ViewRequest) -> Result<Views, ExecutionError> {
        Ok(Views {
            run: request.run,
            step: self.gan.step,
            stage: self.stage(request)?,
            latent: self.walk(&request.latent, request.generator, request.class)?,
            networks: request.shows_networks.then(|| self.networks()).transpose()?,
            tray: self.tray(request)?,
        })
    }

    fn stage(&self, request: &ViewRequest) -> Result<StageView, ExecutionError> {
        let fakes = request.fakes.clamp(1, MAX_SAMPLES);
        let latents = latent::first_numbered(&self.config.latent, self.config.seed, fakes);
        let labels: Vec<u8> = (0..fakes as u64).filter_map(|number| self.label(number, request.class)).collect();
        let fake = self.generate_of(request.generator, &latents, &self.shares(&labels))?;
        let drawn = self.real_samples(request.reals, request.class);
        let LabelledBatch { samples: real, labels: real_labels } = &*drawn;
        let shown = |samples, is_generated| probe::as_shown(samples, self.config, is_generated, self.device);
        let fake_logits = self.logits_of(&shown(&fake, true)?, &labels)?;
        let real_logits = self.logits_of(&shown(real, false)?, real_labels)?;
        let level = self.score_level(&real_logits, &fake_logits);
        let fake_scores = self.scores(fake_logits, level)?;
        let shape = self.data.shape();
        let slopes = [self.slopes(request, &fake, &labels)?, self.slopes(request, real, real_labels)?];
        let pictures = |samples: &[f32]| Pictures::from_signed(samples, shape);
        if let (Some(fake), Some(real)) = (pictures(&fake), pictures(real)) {
            let real_scores = self.scores(real_logits, level)?;
            let [fake_slopes, real_slopes] = slopes;
            let names = self.data.class_names().to_vec();
            let classes =
                self.config.conditional.then_some(GalleryClasses { names, fake: labels, real: real_labels.clone() });
            let view = GalleryView { fake, fake_scores, real, real_scores, fake_slopes, real_slopes, classes };
            return Ok(StageView::Images(Box::new(view)));
        }
        let real_scores = self.scores(real_logits.clone(), level)?;
        if let (Some(fake), Some(real)) = (text_views::texts(&fake, self.data), text_views::texts(real, self.data)) {
            let names = self.data.class_names().to_vec();
            let classes =
                self.config.conditional.then_some(GalleryClasses { names, fake: labels, real: real_labels.clone() });
            let real = real.into_iter().map(|real| real.text).collect();
            let view = TextsView { fake, fake_scores, real, real_scores, classes };
            return Ok(StageView::Texts(Box::new(view)));
        }
        let moment = PointsMoment { latents: &latents, real, real_logits: &real_logits, fake: &fake, level };
        self.points_view(&request.points, request.generator, &moment, [real_scores, fake_scores])
            .map(|view| StageView::Points(Box::new(view)))
    }

    /// What the generator makes of the latents that are kept in sight; nothing where that is no picture.
    fn tray(&self, request: &ViewRequest) -> Result<KeptView, ExecutionError> {
        let shape = self.data.shape();
        let kept = &request.tray[..request.tray.len().min(MAX_TRAY)];
        if kept.is_empty() || !matches!(shape, SampleShape::Image { .. }) {
            return Ok(KeptView::default());
        }
        let latent = |kept: &KeptLatent| latent::numbered(&self.config.latent, self.config.seed, kept.number);
        let latents: Vec<f32> = kept.iter().flat_map(latent).collect();
        let labels: Vec<u8> = kept.iter().filter_map(|kept| kept.label(self.config.classes())).collect();
        let samples = self.generate_of(request.generator, &latents, &self.shares(&labels))?;
        let pictures = Pictures::from_signed(&samples, shape).unwrap_or_default();
        Ok(KeptView { latents: kept.to_vec(), pictures })
    }

    /// What in each picture the discriminator goes by. Batch normalisation has no slope of one sample alone.
    fn slopes(
        &self,
        request: &ViewRequest,
        samples: &[f32],
        labels: &[u8],
    ) -> Result<Option<SlopeMaps>, ExecutionError> {
        let shape = self.data.shape();
        let discriminator = &self.gan.discriminator;
        if !request.shows_slopes || discriminator.architecture().has_batch_norm() {
            return Ok(None);
        }
        let slopes = probe::slopes(discriminator, samples, shape.features(), labels, self.device)?;
        Ok(SlopeMaps::of(&slopes, shape))
    }

    /// Real samples; where the model is told of classes, with labels: of the class asked for, or equally many of each.
    fn real_samples(&self, count: usize, asked: Option<usize>) -> Arc<LabelledBatch> {
        let wanted = Wanted { count: count.clamp(1, MAX_SAMPLES), classes: self.config.classes(), class: asked };
        self.real.of(self.data, self.config.seed, wanted)
    }

    /// The class of a numbered latent: the one asked for, or its own. `None` where the model is not conditional.
    fn label(&self, number: u64, asked: Option<usize>) -> Option<u8> {
        condition::label_of(number, asked, self.config.classes())
    }

    fn shares(&self, labels: &[u8]) -> Vec<f32> {
        condition::one_hot(labels.iter().map(|&label| usize::from(label)), self.config.classes())
    }

    fn walk(
        &self,
        request: &LatentRequest,
        generator: GeneratorChoice,
        class: Option<usize>,
    ) -> Result<LatentView, ExecutionError> {
        let RunConfig { latent: config, seed, .. } = self.config;
        let from = latent::numbered(config, *seed, request.from);
        let to = latent::numbered(config, *seed, request.to);
        let at = |place: f32| match request.method {
            Interpolation::Lerp => latent::lerp(&from, &to, place),
            Interpolation::Slerp => latent::slerp(&from, &to, place),
        };
        let frames = request.frames.clamp(2, MAX_SAMPLES);
        let current = at(request.place);
        let relative_norm = (latent::norm(&current) / latent::typical_norm(config)) as f32;
        let places = (0..frames).map(|frame| frame as f32 / (frames - 1) as f32).chain([request.place]);
        let latents: Vec<f32> = places.clone().flat_map(at).collect();
        // From one class to another the walk is straight: between them lie their mixtures.
        let [from_share, to_share] = [request.from, request.to]
            .map(|number| self.shares(&self.label(number, class).into_iter().collect::<Vec<_>>()));
        let shares: Vec<f32> = places.flat_map(|place| latent::lerp(&from_share, &to_share, place)).collect();
        let mut strip = self.generate_of(generator, &latents, &shares)?;
        let current = strip.split_off(frames * self.data.shape().features());
        let shape = self.data.shape();
        let pictures = |samples: &[f32]| Pictures::from_signed(samples, shape);
        let samples = if let (Some(strip), Some(current)) = (pictures(&strip), pictures(&current)) {
            LatentSamples::Images { strip, current }
        } else if let (Some(strip), Some(current)) =
            (text_views::texts(&strip, self.data), text_views::map(&current, self.data))
        {
            LatentSamples::Texts { strip, current }
        } else {
            let current = points(&current).first().copied().unwrap_or([f32::NAN; 2]);
            LatentSamples::Points { strip: points(&strip), current }
        };
        Ok(LatentView { request: request.clone(), samples, relative_norm })
    }

    pub(super) fn generate(&self, choice: GeneratorChoice, latents: &[f32]) -> Result<Vec<f32>, ExecutionError> {
        probe::generate(self.generator(choice), latents, self.config.latent.dim, self.device)
    }

    fn generate_of(
        &self,
        choice: GeneratorChoice,
        latents: &[f32],
        shares: &[f32],
    ) -> Result<Vec<f32>, ExecutionError> {
        probe::generate_of(self.generator(choice), latents, self.config.latent.dim, shares, self.device)
    }

    fn generator(&self, choice: GeneratorChoice) -> &Network {
        match choice {
            GeneratorChoice::Current => &self.gan.generator,
            GeneratorChoice::Averaged => &self.gan.generator_ema,
        }
    }

    fn logits_of(&self, samples: &[f32], labels: &[u8]) -> Result<Vec<f32>, ExecutionError> {
        let features = self.data.shape().features();
        probe::logits_of(&self.gan.discriminator, samples, features, labels, self.device)
    }

    pub(super) fn logits(&self, samples: &[f32]) -> Result<Vec<f32>, ExecutionError> {
        probe::logits(&self.gan.discriminator, samples, self.data.shape().features(), self.device)
    }

    /// The logit that reads as undecided: 0, or the middle between real and generated where a loss leaves the level free.
    pub(super) fn score_level(&self, real_logits: &[f32], fake_logits: &[f32]) -> f32 {
        match self.config.objective.loss {
            LossKind::Wasserstein | LossKind::Relativistic => 0.5 * (mean(real_logits) + mean(fake_logits)),
            LossKind::LeastSquares => 0.5,
            LossKind::Minimax | LossKind::NonSaturating | LossKind::Hinge => 0.0,
        }
    }

    pub(super) fn scores(&self, mut logits: Vec<f32>, level: f32) -> Result<Vec<f32>, ExecutionError> {
        for logit in &mut logits {
            *logit -= level;
        }
        probe::probabilities(&logits, self.device)
    }
}

/// Flat rows of two numbers as points.
pub(super) fn points(rows: &[f32]) -> Vec<[f32; 2]> {
    rows.as_chunks::<2>().0.to_vec()
}

pub(super) fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}
