//! Filming: pictures of always the same latents, whatever the window looks at.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Worker;
use crate::config::Domain;
use crate::data::Pictures;
use crate::export::{Film, FilmScene, FilmText, FilmTextKind};
use crate::gan::{latent, probe};
use crate::trainer::event::{EventKind, Phase};
use crate::trainer::preview::{Painter, points};
use crate::trainer::speed::Clock;
use crate::trainer::text_views;
use crate::trainer::views::{GeneratedText, TextOrigin};

/// Share of the time that frames may take while training. Only the first steps want so many that it matters.
const FILM_SHARE: f64 = 0.012;
/// Points of a frame, real ones and generated ones each.
const FILMED_POINTS: usize = 600;

/// What has been filmed of a run.
pub(super) struct Filming {
    /// The step of the last frame.
    last: Option<u64>,
    clock: Clock,
}

impl Filming {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self { last: None, clock: Clock::new(Duration::ZERO, FILM_SHARE, Instant::now()) }
    }

    /// The run went back: frames from then on are others.
    pub(super) fn forget(&mut self) {
        self.last = None;
    }
}

impl Worker {
    /// Films the run, if it is filmed and enough has changed since the last frame.
    pub(super) fn film_if_due(&mut self) {
        let (Some(run), Some(filming)) = (&self.run, &self.filming) else { return };
        let has_time = run.phase != Phase::Running || filming.clock.is_due(Instant::now());
        if has_time && Film::is_due(filming.last, run.gan.step) {
            self.film();
        }
    }

    /// Films a run that ends as it is now: no later frame will come.
    pub(super) fn film_end(&mut self) {
        let (Some(run), Some(filming)) = (&self.run, &self.filming) else { return };
        if filming.last != Some(run.gan.step) {
            self.film();
        }
    }

    fn film(&mut self) {
        let began = Instant::now();
        // The losses up to here stand in the frame.
        self.read_back();
        let (Some(run), Some(filming)) = (&self.run, &mut self.filming) else { return };
        let step = run.gan.step;
        let scene = scene(&run.painter());
        filming.last = Some(step);
        filming.clock.done(began, Instant::now());
        // A device that fails says so at the next step.
        if let Some(scene) = scene {
            self.tell(EventKind::Filmed { step, scene: Arc::new(scene) });
        }
    }
}

/// What the averaged generator makes of the first numbered latents, beside real points where there are points.
fn scene(moment: &Painter<'_>) -> Option<FilmScene> {
    let Painter { gan, data, config, device, .. } = moment;
    let shape = data.shape();
    let count = match shape.domain() {
        Domain::Points => FILMED_POINTS,
        Domain::Images => Film::MAX_PICTURES,
        Domain::Text => Film::MAX_TEXTS,
    };
    let latents = latent::first_numbered(&config.latent, config.seed, count);
    let fake = probe::generate(&gan.generator_ema, &latents, config.latent.dim, device).ok()?;
    if let Some(texts) = text_views::texts(&fake, *data) {
        return Some(FilmScene::Texts(texts.into_iter().map(filmed).collect()));
    }
    Some(match Pictures::from_signed(&fake, shape) {
        Some(pictures) => FilmScene::Pictures(pictures),
        None => FilmScene::Points {
            real: points(&data.evaluation(count, config.seed)),
            fake: points(&fake),
            bounds: data.bounds(),
        },
    })
}

fn filmed(text: GeneratedText) -> FilmText {
    let kind = match text.origin {
        TextOrigin::Novel => FilmTextKind::Novel,
        TextOrigin::Copy => FilmTextKind::Copy,
        TextOrigin::Broken => FilmTextKind::Broken,
    };
    FilmText { text: text.text, kind }
}
