//! Films a run from what its trainer tells: for a window or for a command line.

use super::{Event, EventKind, RunId, StageView, Views};
use crate::config::{Choice as _, Preset, RunConfig};
use crate::export::{Film, FilmScene};

/// Films one run at a time; a new run begins a new film.
#[derive(Debug, Default)]
pub struct Camera {
    run: RunId,
    film: Film,
}

impl Camera {
    /// The film so far.
    pub fn film(&self) -> &Film {
        &self.film
    }

    /// Takes in what happened.
    pub fn hear(&mut self, event: &Event) {
        match &event.kind {
            EventKind::Started { config, .. } if event.run != self.run || self.film.is_empty() => {
                *self = Self { run: event.run, film: Film::new(title(config)) };
            }
            EventKind::Progressed { points, .. } if event.run == self.run => {
                for point in points {
                    self.film.note(point.d_loss, point.g_loss);
                }
            }
            EventKind::Restored { step } if event.run == self.run => self.film.forget_from(step + 1),
            _ => {}
        }
    }

    /// Takes a picture where enough has changed since the last one.
    pub fn see(&mut self, views: &Views) {
        if views.run != self.run || !self.film.wants(views.step) {
            return;
        }
        let scene = match &views.stage {
            StageView::Images(view) => FilmScene::Pictures(view.fake.clone()),
            StageView::Points(view) => {
                FilmScene::Points { real: view.real.clone(), fake: view.fake.clone(), bounds: view.bounds }
            }
        };
        self.film.add(views.step, scene);
    }
}

/// What the run is called, or what it learns.
fn title(config: &RunConfig) -> String {
    Preset::from_key(&config.preset).map_or(config.data.kind.label(), Preset::label).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::DeviceChoice;
    use crate::trainer::{Begin, RunOutput, Trainer, ViewRequest};

    #[test]
    fn a_run_is_filmed_from_its_first_pictures_to_its_last() {
        for preset in [Preset::Line, Preset::Article] {
            let mut config = preset.config();
            config.steps = Some(30);
            let domain = config.data.shape().domain();
            let trainer = Trainer::spawn(|| {});
            let run = trainer.start_with(config, DeviceChoice::Cpu, Begin::Running, RunOutput::default());
            trainer.request_views(ViewRequest::new(run, domain));
            let mut camera = Camera::default();
            while let Some(event) = trainer.next_event() {
                camera.hear(&event);
                if let Some(views) = trainer.take_views() {
                    camera.see(&views);
                }
                if matches!(event.kind, EventKind::Finished { .. }) {
                    break;
                }
            }
            assert!(!camera.film().is_empty(), "{preset:?}");
            camera.hear(&Event { run, kind: EventKind::Restored { step: 0 } });
            assert!(camera.film().len() <= 1, "later frames are of a run that did not happen");
        }
    }
}
