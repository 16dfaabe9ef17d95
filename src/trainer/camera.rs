//! Makes a film of a run from what its trainer tells: for a window or for a command line.

use std::sync::Arc;

use super::{Event, EventKind, RunId};
use crate::config::{Choice as _, Preset, RunConfig};
use crate::export::Film;

/// Letters of the longest title: the step stands behind it.
const TITLE_LETTERS: usize = 28;

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
            EventKind::Filmed { step, scene } if event.run == self.run => self.film.add(*step, Arc::clone(scene)),
            EventKind::Restored { step } if event.run == self.run => self.film.forget_from(step + 1),
            _ => {}
        }
    }
}

/// What the run is called where it learns its preset's data, else what the data is called.
fn title(config: &RunConfig) -> String {
    let data = &config.data;
    let preset = Preset::from_key(&config.preset).filter(|preset| preset.config().data == *data);
    let own_name = data.own_path().and_then(|path| Some(shortened(&path.file_name()?.to_string_lossy())));
    let name = || own_name.unwrap_or_else(|| data.kind.label().to_owned());
    preset.map_or_else(name, |preset| preset.label().to_owned())
}

/// A name with its end left out where it is too long. It may hold anything.
fn shortened(name: &str) -> String {
    let shown = |letter: char| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter };
    let mut letters: Vec<char> = name.chars().map(shown).collect();
    if letters.len() > TITLE_LETTERS {
        letters.truncate(TITLE_LETTERS - 1);
        letters.push('…');
    }
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::backend::DeviceChoice;
    use crate::config::{DataConfig, DatasetKind, Domain, PicturesConfig};
    use crate::export::FilmScene;
    use crate::trainer::{Begin, Command, GeneratorChoice, RunOutput, StepPart, Trainer, ViewRequest};

    /// All that is told of a run up to its end.
    fn events_of(trainer: &Trainer) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = trainer.next_event() {
            let is_end = matches!(event.kind, EventKind::Finished { .. } | EventKind::Failed { .. });
            events.push(event);
            if is_end {
                break;
            }
        }
        events
    }

    /// The frames among `events`, with their steps.
    fn frames(events: &[Event]) -> Vec<(u64, Arc<FilmScene>)> {
        let frame = |event: &Event| match &event.kind {
            EventKind::Filmed { step, scene } => Some((*step, Arc::clone(scene))),
            _ => None,
        };
        events.iter().filter_map(frame).collect()
    }

    fn steps(preset: Preset, steps: u64) -> RunConfig {
        RunConfig { steps: Some(steps), ..preset.config() }
    }

    #[test]
    fn a_run_is_filmed_from_its_first_step_to_its_last() {
        for preset in [Preset::Line, Preset::Article] {
            let trainer = Trainer::spawn(|| {});
            let run = trainer.start_with(steps(preset, 30), DeviceChoice::Cpu, Begin::Running, RunOutput::filmed());
            let events = events_of(&trainer);
            let mut camera = Camera::default();
            for event in &events {
                camera.hear(event);
            }
            let frames = frames(&events);
            assert_eq!((frames[0].0, camera.film().last_step()), (0, Some(30)), "{preset:?}");
            assert!(frames.windows(2).all(|pair| pair[0].0 < pair[1].0), "no step is filmed twice");
            if let FilmScene::Pictures(pictures) = &*frames[0].1 {
                assert_eq!(pictures.len(), Film::MAX_PICTURES, "what no frame shows is not made");
            }
            camera.hear(&Event { run, kind: EventKind::Restored { step: 0 } });
            assert_eq!(camera.film().len(), 1, "later frames are of a run that did not happen");
        }
    }

    #[test]
    fn a_film_shows_the_same_whatever_is_looked_at() {
        let film_beside = |look: fn(ViewRequest) -> ViewRequest| {
            let config = RunConfig { batch_size: 8, ..steps(Preset::Fashion, 3) };
            let trainer = Trainer::spawn(|| {});
            let run = trainer.start_with(config, DeviceChoice::Cpu, Begin::Running, RunOutput::filmed());
            trainer.request_views(look(ViewRequest::new(run, Domain::Images)));
            let frames = frames(&events_of(&trainer));
            [frames.first().cloned(), frames.last().cloned()]
        };
        let plain = film_beside(|request| request);
        assert!(plain.iter().flatten().map(|frame| frame.0).eq([0, 3]));
        let other = film_beside(|request| ViewRequest {
            class: Some(3),
            generator: GeneratorChoice::Current,
            shows_networks: true,
            ..request
        });
        assert!(plain == other, "one class, the raw generator and the networks were looked at");
    }

    #[test]
    fn only_what_is_to_be_filmed_is_and_single_steps_are_filmed_too() {
        let trainer = Trainer::spawn(|| {});
        trainer.start(steps(Preset::Line, 30), DeviceChoice::Cpu, Begin::Running);
        assert_eq!(frames(&events_of(&trainer)).len(), 0);
        trainer.start_with(steps(Preset::Line, 30), DeviceChoice::Cpu, Begin::Paused, RunOutput::filmed());
        for part in [StepPart::Both, StepPart::Discriminator, StepPart::Both] {
            trainer.send(Command::Step { part }).unwrap();
        }
        trainer.send(Command::Stop).unwrap();
        let filmed: Vec<u64> = frames(&events_of(&trainer)).iter().map(|frame| frame.0).collect();
        assert_eq!(filmed, [0, 1, 2]);
    }

    #[test]
    fn a_film_is_called_what_the_run_learns() {
        let mut config = Preset::Fashion.config();
        assert_eq!(title(&config), "Garments");
        config.replace_data(DataConfig::of(DatasetKind::Mnist));
        assert_eq!(title(&config), "MNIST");
        config.replace_data(DataConfig::file(Path::new("a/points.csv")));
        assert_eq!(title(&config), "points.csv");
        let pictures = |path: &str| PicturesConfig { path: Some(path.into()), ..PicturesConfig::default() };
        config.replace_data(DataConfig::pictures(pictures("some/digits/")));
        assert_eq!(title(&config), "digits");
        config.replace_data(DataConfig::pictures(pictures(&"long ".repeat(20))));
        assert_eq!(title(&config), "long long long long long lo…");
        let unnamed = RunConfig { preset: "of an older version".to_owned(), ..Preset::Faces.config() };
        assert_eq!(title(&unnamed), "Pixel-art faces");
    }
}
