//! A film of training: what the generator makes of always the same latents, with the losses drawn in.
//!
//! Frames lie closer together where more changes: each is a certain share of the steps so far after the one before. So their
//! number grows with the logarithm of a run's length, the first minute of training is not over in a blink, and nothing that was
//! kept ever has to be thrown away.

mod frame;
mod lines;
mod write;

pub use frame::FilmColours;
pub use lines::{FilmText, FilmTextKind};
pub use write::{check_film_place, encode_film_gif, write_film};

use std::sync::Arc;

use crate::data::Pictures;

/// Frames that a run gets for becoming e = 2.7 times as long; twice this many steps or fewer have a frame each.
const FRAMES_PER_E: u64 = 24;

/// What one frame shows of the samples.
#[derive(Debug, Clone, PartialEq)]
pub enum FilmScene {
    /// Generated pictures.
    Pictures(Pictures),
    /// Points in the plane.
    Points {
        /// Real ones.
        real: Vec<[f32; 2]>,
        /// Generated ones.
        fake: Vec<[f32; 2]>,
        /// Least and greatest corner of what is shown.
        bounds: [[f32; 2]; 2],
    },
    /// Generated texts.
    Texts(Vec<FilmText>),
}

/// One moment.
#[derive(Debug, Clone, PartialEq)]
struct FilmFrame {
    step: u64,
    /// Shared with copies of the film: one is written while the film goes on.
    scene: Arc<FilmScene>,
    /// Of the discriminator and the generator, on average since the frame before; `None` where no step was between them.
    losses: Option<[f64; 2]>,
}

/// Losses on their way into a frame.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Sums {
    losses: [f64; 2],
    count: u32,
}

/// The frames of a run so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Film {
    title: String,
    frames: Vec<FilmFrame>,
    sums: Sums,
}

impl Film {
    /// A film without frames.
    pub fn new(title: String) -> Self {
        Self { title, ..Self::default() }
    }

    /// Frames so far.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// How long it is, in words.
    pub fn length(&self) -> String {
        if self.len() == 1 { "1 frame".to_owned() } else { format!("{} frames", self.len()) }
    }

    /// Whether there is no frame yet.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Takes down a step's losses, of the discriminator and the generator.
    pub fn note(&mut self, d_loss: f32, g_loss: f32) {
        for (sum, loss) in self.sums.losses.iter_mut().zip([d_loss, g_loss]) {
            *sum += f64::from(loss);
        }
        self.sums.count += 1;
    }

    /// Whether enough has happened at `step` for another frame, the last one being of step `last`.
    pub fn is_due(last: Option<u64>, step: u64) -> bool {
        last.is_none_or(|last| step >= last + (last / FRAMES_PER_E).max(1))
    }

    /// The step of the last frame.
    pub fn last_step(&self) -> Option<u64> {
        Some(self.frames.last()?.step)
    }

    /// Another frame, of at most [`Film::MAX_PICTURES`] pictures or
    /// [`Film::MAX_TEXTS`] texts: what it has no room for is not drawn. What was filmed of this
    /// step and later ones is forgotten: the run went back.
    pub fn add(&mut self, step: u64, scene: impl Into<Arc<FilmScene>>) {
        self.forget_from(step);
        let scene = scene.into();
        let Sums { losses, count } = std::mem::take(&mut self.sums);
        let losses = (count > 0).then(|| losses.map(|sum| sum / f64::from(count)));
        self.frames.push(FilmFrame { step, scene, losses });
    }

    /// Forgets the frames of `step` and later ones.
    pub fn forget_from(&mut self, step: u64) {
        self.frames.truncate(self.frames.partition_point(|frame| frame.step < step));
    }

    /// Losses up to frame `index`, each with its step, which are finite.
    fn losses(&self, index: usize, network: usize) -> impl Iterator<Item = (f64, f64)> {
        let frames = self.frames.iter().take(index + 1);
        let points = frames.filter_map(move |frame| Some((frame.step as f64, frame.losses?[network])));
        points.filter(|(_, loss)| loss.is_finite())
    }
}

#[cfg(test)]
mod tests;
