//! Whether the discriminator knows its training samples by heart: its scores of samples that it has seen, and of others.

use burn::tensor::ExecutionError;

use super::event::Overfitting;
use super::preview::{Painter, mean};
use crate::gan::{latent, probe};

/// Samples of each kind: few enough to cost next to nothing, enough that their mean holds still.
const SAMPLES: usize = 256;

impl Painter<'_> {
    /// The mean scores; `None` where nothing is held out.
    pub(super) fn overfitting(&self) -> Result<Option<Overfitting>, ExecutionError> {
        let Some([seen, unseen]) = self.data.seen_and_unseen(SAMPLES, self.config.seed) else { return Ok(None) };
        let latents = latent::first_numbered(&self.config.latent, self.config.seed, SAMPLES);
        let fake = probe::generate(&self.gan.generator, &latents, self.config.latent.dim, self.device)?;
        let [seen, unseen, fake] = [self.logits(&seen)?, self.logits(&unseen)?, self.logits(&fake)?];
        let level = self.score_level(&unseen, &fake);
        Ok(Some(Overfitting {
            seen_score: mean(&self.scores(seen, level)?),
            unseen_score: mean(&self.scores(unseen, level)?),
        }))
    }
}
