//! The protocol between window and trainer: what a command does, what is told of it, and what never happens.
//!
//! Tests wait for events, never for time to pass; [`PATIENCE`] only ends a test that would hang.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own files has failed")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use ganscope::backend::DeviceChoice;
use ganscope::config::{Choice as _, DataConfig, PenaltyKind, PicturesConfig, Preset, RunConfig};
use ganscope::trainer::{
    Begin, Command, Dissection, Event, EventKind, FinishReason, GeneratorChoice, Interpolation, LatentRequest,
    LiveSettings, MetricPoint, Phase, PointsExtra, PointsRequest, RunId, RunOutput, StageView, StepPart, Trainer,
    ViewRequest, Views, read_model,
};
use support::{ModelParts, PATIENCE};

const CPU: DeviceChoice = DeviceChoice::Cpu;

fn ring() -> RunConfig {
    Preset::Ring8.config()
}

fn steps(steps: u64) -> RunConfig {
    RunConfig { steps: Some(steps), ..ring() }
}

fn request(run: RunId) -> ViewRequest {
    let latent = LatentRequest { from: 0, to: 1, place: 0.5, method: Interpolation::Slerp, frames: 8 };
    let generator = GeneratorChoice::Current;
    ViewRequest {
        run,
        generator,
        points: everything(None),
        shows_networks: false,
        shows_slopes: true,
        class: None,
        fakes: 100,
        reals: 100,
        latent,
        tray: Vec::new(),
    }
}

/// All that there is to see of points.
fn everything(visible: Option<[[f32; 2]; 2]>) -> PointsRequest {
    use PointsExtra::{Density, Descent, DiracState, Field, Opinion, Warp};
    PointsRequest { extras: vec![Opinion, Descent, Field, Density, Warp, DiracState], visible }
}

/// A trainer and everything it has told.
struct Observed {
    trainer: Trainer,
    events: Vec<Event>,
    /// Events before this one have been waited for.
    seen: usize,
    folder: tempfile::TempDir,
}

impl Observed {
    fn new() -> Self {
        Self { trainer: Trainer::spawn(|| {}), events: Vec::new(), seen: 0, folder: tempfile::tempdir().unwrap() }
    }

    /// Waits for the first event, after those waited for before, that `wanted` picks.
    #[track_caller]
    fn wait<T>(&mut self, wanted: impl Fn(&Event) -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            while let Some(event) = self.events.get(self.seen) {
                self.seen += 1;
                if let Some(found) = wanted(event) {
                    return found;
                }
            }
            self.events.extend(self.trainer.take_events());
            if self.seen == self.events.len() {
                assert!(began.elapsed() < PATIENCE, "it never happened; last: {:#?}", self.events.last());
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }

    #[track_caller]
    fn wait_for_phase(&mut self, wanted: Phase) -> u64 {
        self.wait(|event| match event.kind {
            EventKind::PhaseChanged { phase, step } if phase == wanted => Some(step),
            _ => None,
        })
    }

    #[track_caller]
    fn wait_for_step(&mut self, least: u64) -> u64 {
        self.wait(|event| match &event.kind {
            EventKind::Progressed { points, .. } => points.last().map(|point| point.step).filter(|step| *step >= least),
            _ => None,
        })
    }

    #[track_caller]
    fn send(&self, command: Command) {
        self.trainer.send(command).unwrap();
    }

    /// Saves the model and reads it back, with the step it was told to be of. Everything sent before has then been done.
    #[track_caller]
    fn save(&mut self, name: &str) -> (PathBuf, u64) {
        let path = self.folder.path().join(name);
        self.send(Command::SaveModel { path: path.clone() });
        let step = self.wait(|event| match &event.kind {
            EventKind::ModelSaved { path: saved, step } if *saved == path => Some(*step),
            EventKind::Warned { message } => panic!("{message}"),
            _ => None,
        });
        (path, step)
    }

    #[track_caller]
    fn save_parts(&mut self, name: &str) -> ModelParts {
        ModelParts::read(&self.save(name).0)
    }

    #[track_caller]
    fn wait_for_views(&self, wanted: impl Fn(&Views) -> bool) -> Views {
        let began = Instant::now();
        loop {
            match self.trainer.take_views() {
                Some(views) if wanted(&views) => return views,
                _ => assert!(began.elapsed() < PATIENCE, "no such picture arrives"),
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

#[test]
fn pausing_stops_within_a_step_and_nothing_moves_until_resumed() {
    let mut observed = Observed::new();
    observed.trainer.start(Preset::Fashion.config(), CPU, Begin::Running);
    // It waits in the queue while the networks are built.
    observed.send(Command::Pause);
    let paused_at = observed.wait_for_phase(Phase::Paused);
    assert!(paused_at <= 1, "it was paused before its first step, and stopped at {paused_at}");

    let (first, step) = observed.save("first");
    assert_eq!(step, paused_at);
    let run = observed.events[0].run;
    observed.trainer.request_views(ViewRequest { fakes: 4, reals: 4, ..request(run) });
    observed.wait_for_views(|views| views.step == paused_at);
    let (second, step) = observed.save("second");
    assert_eq!(step, paused_at);
    assert!(fs::read(first).unwrap() == fs::read(second).unwrap(), "nothing moves while paused");

    observed.send(Command::Resume);
    assert_eq!(observed.wait_for_phase(Phase::Running), paused_at);
    observed.wait_for_step(paused_at + 1);
    observed.send(Command::Pause);
    let paused_at = observed.wait_for_phase(Phase::Paused);
    let (_, step) = observed.save("third");
    assert_eq!(step, paused_at);
    let last_step = observed.events.iter().rev().find_map(|event| match &event.kind {
        EventKind::Progressed { points, .. } => points.last().map(|point| point.step),
        _ => None,
    });
    assert_eq!(last_step, Some(paused_at), "every step was told, and none came after the pause");
}

#[test]
fn one_step_is_one_step() {
    let mut observed = Observed::new();
    observed.trainer.start(ring(), CPU, Begin::Paused);
    observed.wait_for_phase(Phase::Paused);
    for step in 1..=3 {
        observed.send(Command::Step { part: StepPart::Both });
        assert_eq!(observed.save("model").1, step);
    }
    let told: Vec<u64> = observed
        .events
        .iter()
        .flat_map(|event| match &event.kind {
            EventKind::Progressed { points, .. } => points.iter().map(|point| point.step).collect(),
            _ => Vec::new(),
        })
        .collect();
    assert_eq!(told, [1, 2, 3]);
    assert!(
        observed
            .events
            .iter()
            .all(|event| !matches!(event.kind, EventKind::PhaseChanged { phase: Phase::Running, .. }))
    );

    // Steps by hand are the steps that training would have done.
    let mut other = Observed::new();
    other.trainer.start(steps(3), CPU, Begin::Running);
    other.wait_for_phase(Phase::Finished);
    assert_eq!(observed.save_parts("by-hand").arrays, other.save_parts("trained").arrays);
}

#[test]
fn a_pause_takes_effect_within_a_tenth_of_a_second_for_points() {
    let mut observed = Observed::new();
    observed.trainer.start(RunConfig { steps: None, ..ring() }, CPU, Begin::Running);
    observed.wait_for_step(5);
    let mut millis: Vec<u128> = (0..9)
        .map(|_| {
            let clicked = std::time::Instant::now();
            observed.send(Command::Pause);
            observed.wait_for_phase(Phase::Paused);
            let took = clicked.elapsed().as_millis();
            observed.send(Command::Resume);
            observed.wait_for_phase(Phase::Running);
            took
        })
        .collect();
    millis.sort_unstable();
    println!("pauses took {millis:?} ms");
    // The median: a machine that stops everything for a moment is not the trainer's doing.
    assert!(millis[4] < 100, "pauses took {millis:?} ms");
}

#[test]
fn a_step_while_training_pauses() {
    let mut observed = Observed::new();
    observed.trainer.start(ring(), CPU, Begin::Running);
    observed.wait_for_step(1);
    observed.send(Command::Step { part: StepPart::Both });
    let paused_at = observed.wait_for_phase(Phase::Paused);
    assert_eq!(observed.save("model").1, paused_at + 1);
}

#[test]
fn a_part_of_a_step_moves_only_its_network() {
    let mut observed = Observed::new();
    observed.trainer.start(ring(), CPU, Begin::Paused);
    observed.send(Command::Step { part: StepPart::Both });
    let before = observed.save_parts("before");
    observed.send(Command::Step { part: StepPart::Discriminator });
    let after_discriminator = observed.save_parts("discriminator");
    observed.send(Command::Step { part: StepPart::Generator });
    let after_generator = observed.save_parts("generator");

    for network in ["generator", "generator_ema"] {
        assert_eq!(before.network(network), after_discriminator.network(network), "{network}");
        assert_ne!(after_discriminator.network(network), after_generator.network(network), "{network}");
    }
    assert_ne!(before.network("discriminator"), after_discriminator.network("discriminator"));
    assert_eq!(after_discriminator.network("discriminator"), after_generator.network("discriminator"));
    for parts in [&after_discriminator, &after_generator] {
        assert_eq!(parts.description["step"], 1, "the step count stays");
    }
}

#[test]
fn live_settings_take_effect_and_are_told() {
    let mut observed = Observed::new();
    let run = observed.trainer.start(ring(), CPU, Begin::Paused);
    observed.wait_for_phase(Phase::Paused);
    let (_, step) = observed.save("start");
    let live = LiveSettings {
        generator_learning_rate: 0.0,
        discriminator_steps: 2,
        penalty_weight: 0.25,
        ..LiveSettings::of(run, &ring())
    };
    observed.trainer.set_live(live.clone());
    let mut changes = Vec::new();
    for _ in 0..3 {
        changes.push(observed.wait(|event| match &event.kind {
            EventKind::SettingChanged(change) => Some(change.clone()),
            _ => None,
        }));
    }
    assert!(changes.iter().all(|change| change.step == step && change.from != change.to), "{changes:?}");
    let named = |name: &str| changes.iter().find(|change| change.setting == name);
    assert_eq!(named("Generator learning rate").unwrap().to, "0");
    assert_eq!(named("Discriminator updates per step").unwrap().to, "2");
    assert_eq!(named("Penalty weight").unwrap().to, "0.25");

    let before = observed.save_parts("before");
    for _ in 0..3 {
        observed.send(Command::Step { part: StepPart::Both });
    }
    let after = observed.save_parts("after");
    assert_eq!(before.network("generator"), after.network("generator"), "a learning rate of 0 moves nothing");
    assert_ne!(before.network("discriminator"), after.network("discriminator"));
    assert_eq!(after.description["config"]["discriminator_steps"], 2, "the file tells what was in force");

    observed.trainer.set_live(LiveSettings { generator_learning_rate: 0.01, ..live.clone() });
    observed.send(Command::Step { part: StepPart::Both });
    observed.send(Command::Step { part: StepPart::Both });
    assert_ne!(after.network("generator"), observed.save_parts("moved").network("generator"));

    let told = |observed: &Observed| {
        observed.events.iter().filter(|event| matches!(event.kind, EventKind::SettingChanged(_))).count()
    };
    let before = told(&observed);
    observed.trainer.set_live(LiveSettings { run: RunId(run.0 + 7), generator_learning_rate: 5.0, ..live });
    observed.save("once");
    observed.save("twice");
    assert_eq!(told(&observed), before, "settings for another run change nothing");
}

#[test]
fn a_remedy_changes_the_game_while_it_goes_on_and_nonsense_changes_nothing() {
    let mut observed = Observed::new();
    let config = Preset::Vanishing.config();
    let remedy = Preset::Vanishing.lesson().unwrap().remedy;
    let run = observed.trainer.start(config.clone(), CPU, Begin::Running);
    observed.wait_for_step(3);
    let mended = LiveSettings::of(run, &config).mended(&remedy);
    observed.trainer.set_live(mended.clone());
    let objective = observed.wait(|event| match &event.kind {
        EventKind::ObjectiveChanged { objective } => Some(objective.clone()),
        _ => None,
    });
    assert_eq!((objective.loss, objective.penalty), (remedy.loss, remedy.penalty));
    let marked = observed.wait(|event| match &event.kind {
        EventKind::SettingChanged(change) if change.setting == "Loss" => Some(change.clone()),
        _ => None,
    });
    assert_eq!(marked.to, remedy.loss.label());
    let saved = observed.save_parts("mended");
    assert_eq!(saved.description["config"]["objective"]["loss"], remedy.loss.key(), "the file tells what was in force");

    observed.trainer.set_live(LiveSettings { penalty: PenaltyKind::WeightClipping, ..mended });
    let message = observed.wait(|event| match &event.kind {
        EventKind::Warned { message } => Some(message.clone()),
        _ => None,
    });
    assert!(message.contains("cannot be changed"), "{message}");
    let saved = observed.save_parts("still mended");
    assert_eq!(saved.description["config"]["objective"]["penalty"], remedy.penalty.key());
}

#[test]
fn every_event_carries_its_own_runs_id() {
    let mut observed = Observed::new();
    let first = observed.trainer.start(ring(), CPU, Begin::Running);
    observed.wait_for_step(1);
    let second = observed.trainer.start(steps(20), CPU, Begin::Running);
    observed.wait_for_phase(Phase::Finished);
    observed.wait(|event| match event.kind {
        EventKind::Finished { reason: FinishReason::Steps, .. } => Some(()),
        _ => None,
    });
    assert_ne!(first, second);
    let ids: Vec<RunId> = observed.events.iter().map(|event| event.run).collect();
    let switch = ids.iter().position(|id| *id == second).unwrap();
    assert!(ids[..switch].iter().all(|id| *id == first) && ids[switch..].iter().all(|id| *id == second), "{ids:?}");
    let preparing = EventKind::PhaseChanged { phase: Phase::Preparing, step: 0 };
    assert_eq!(observed.events[switch].kind, preparing, "a new run begins with its preparation");
    assert_eq!(observed.wait_for_step_from(switch), 1, "and at its first step");
    let ended = observed.events[..switch]
        .iter()
        .any(|event| matches!(event.kind, EventKind::Finished { reason: FinishReason::Stopped, .. }));
    assert!(ended, "the end of the old run is told");
}

impl Observed {
    /// The first step told at or after the event with this index.
    #[track_caller]
    fn wait_for_step_from(&mut self, index: usize) -> u64 {
        self.seen = index;
        self.wait(|event| match &event.kind {
            EventKind::Progressed { points, .. } => points.first().map(|point| point.step),
            _ => None,
        })
    }
}

#[test]
fn a_configuration_that_cannot_run_fails_and_the_next_one_runs() {
    let mut observed = Observed::new();
    observed.trainer.start(RunConfig { batch_size: 0, ..ring() }, CPU, Begin::Running);
    let message = observed.wait(|event| match &event.kind {
        EventKind::Failed { message } => Some(message.clone()),
        _ => None,
    });
    assert!(message.contains("batch_size"), "{message}");
    observed.wait_for_phase(Phase::Failed);
    observed.trainer.start(steps(2), CPU, Begin::Running);
    assert_eq!(observed.wait_for_phase(Phase::Finished), 2);
}

#[test]
fn a_saved_model_loads_as_it_was() {
    for preset in [Preset::Ring8, Preset::Faces] {
        let mut observed = Observed::new();
        observed.trainer.start(RunConfig { steps: Some(2), ..preset.config() }, CPU, Begin::Running);
        observed.wait_for_phase(Phase::Finished);
        let (path, step) = observed.save("model.safetensors");
        let saved = ModelParts::read(&path);

        let mut other = Observed::new();
        other.trainer.load(path, CPU, Begin::Paused);
        let started = other.wait(|event| match &event.kind {
            EventKind::Started { step, config, .. } => Some((*step, config.preset.clone())),
            EventKind::Failed { message } => panic!("{message}"),
            _ => None,
        });
        assert_eq!(started, (step, saved.description["config"]["preset"].as_str().unwrap().to_owned()));
        other.wait_for_phase(Phase::Paused);
        let loaded = other.save_parts("again.safetensors");
        assert_eq!(saved.arrays, loaded.arrays);
        assert_eq!(saved.description["config"], loaded.description["config"]);
        other.send(Command::Step { part: StepPart::Both });
        assert_eq!(other.save("stepped").1, step + 1);
    }
}

#[test]
fn a_file_that_is_no_model_fails_with_one_sentence() {
    let mut observed = Observed::new();
    let path = observed.folder.path().join("text.safetensors");
    fs::write(&path, "text").unwrap();
    observed.trainer.load(path, CPU, Begin::Running);
    let message = observed.wait(|event| match &event.kind {
        EventKind::Failed { message } => Some(message.clone()),
        _ => None,
    });
    assert!(message.contains("text.safetensors") && message.lines().count() == 1, "{message}");
}

#[test]
fn what_few_points_were_learned_from_is_shown_and_compared_with_others() {
    let mut observed = Observed::new();
    let run = observed.trainer.start(Preset::OverfitD.config(), CPU, Begin::Running);
    observed.trainer.request_views(request(run));
    let views = observed.wait_for_views(|views| views.step > 0);
    let StageView::Points(points) = &views.stage else { panic!("a ring is made of points") };
    assert_eq!(points.trained_on.len(), 24);
    let scores = observed.wait(|event| match event.kind {
        EventKind::OverfittingMeasured { overfitting, .. } => Some(overfitting),
        _ => None,
    });
    assert!((0.0..=1.0).contains(&scores.seen_score) && (0.0..=1.0).contains(&scores.unseen_score), "{scores:?}");
}

#[test]
fn generated_pictures_are_measured_while_somebody_watches() {
    let mut observed = Observed::new();
    let run = observed.trainer.start(Preset::Fashion.config(), CPU, Begin::Paused);
    observed.trainer.request_views(request(run));
    let quality = observed.wait(|event| match &event.kind {
        EventKind::ImageQualityMeasured { step: 0, quality } => Some(quality.clone()),
        _ => None,
    });
    assert!(quality.features_fit && quality.samples == 512);
    assert!(quality.kid.value > 100.0 * quality.kid.floor.abs(), "noise is no garment: {quality:?}");
    assert_eq!(quality.classes.map(|classes| classes.names.len()), Some(10));
    assert_eq!(quality.closest.fake.len(), quality.closest.real.len());
}

#[test]
fn pictures_arrive_while_training_and_after_each_request_while_paused() {
    let mut observed = Observed::new();
    let run = observed.trainer.start(ring(), CPU, Begin::Running);
    observed.trainer.request_views(request(run));
    let first = observed.wait_for_views(|views| views.step > 0);
    let second = observed.wait_for_views(|views| views.step > first.step);
    for views in [&first, &second] {
        assert_eq!(views.run, run);
        let StageView::Points(points) = &views.stage else { panic!("a ring is made of points") };
        assert_eq!((points.real.len(), points.fake.len(), points.fake_scores.len()), (100, 100, 100));
        let opinion = points.opinion.as_ref().unwrap();
        assert_eq!(opinion.scores.len(), opinion.side * opinion.side);
        assert_eq!((points.real_scores.len(), points.descent.len()), (100, 100));
        assert!(points.trained_on.is_empty(), "no batch holds the points of another");
        let (field, density) = (points.field.as_ref().unwrap(), points.density.as_ref().unwrap());
        assert_eq!(field.arrows.len(), field.side * field.side);
        assert_eq!(density.shares.len(), density.side * density.side);
        let warp = points.warp.as_ref().unwrap();
        assert_eq!((warp.latents.len(), warp.points.len()), (warp.side * warp.side, warp.side * warp.side));
    }
    observed.wait_for_views(|views| match &views.stage {
        StageView::Points(points) => points.orbit.len() >= 2,
        StageView::Images(_) | StageView::Texts(_) => false,
    });
    observed.send(Command::Pause);
    let paused_at = observed.wait_for_phase(Phase::Paused);
    observed.wait_for_views(|views| views.step == paused_at);

    // A closer look scores the part that is in sight, and nothing that nobody looks at.
    let close = [[0.5, 0.5], [0.6, 0.6]];
    observed.trainer.request_views(ViewRequest { points: everything(Some(close)), ..request(run) });
    observed.wait_for_views(|views| match &views.stage {
        StageView::Points(points) => points.opinion.as_ref().is_some_and(|opinion| opinion.bounds == close),
        StageView::Images(_) | StageView::Texts(_) => false,
    });
    observed.trainer.request_views(ViewRequest { points: PointsRequest::default(), ..request(run) });
    observed.wait_for_views(|views| match &views.stage {
        StageView::Points(points) => {
            points.opinion.is_none() && points.field.is_none() && points.density.is_none() && points.descent.is_empty()
        }
        StageView::Images(_) | StageView::Texts(_) => false,
    });

    for place in [0.0, 0.25, 1.0] {
        let mut asked = request(run);
        asked.latent.place = place;
        observed.trainer.request_views(asked.clone());
        let views = observed.wait_for_views(|views| views.latent.request == asked.latent);
        assert_eq!(views.step, paused_at);
    }
}

#[test]
fn a_conditional_model_shows_the_class_that_is_asked_for() {
    let mut observed = Observed::new();
    let mut config = Preset::Fashion.config();
    config.conditional = true;
    let run = observed.trainer.start(config, CPU, Begin::Paused);
    observed.wait_for_phase(Phase::Paused);
    let pictures = |class: Option<usize>| {
        observed.trainer.request_views(ViewRequest { class, fakes: 12, reals: 12, ..request(run) });
        let views = observed.wait_for_views(|_| true);
        let StageView::Images(gallery) = views.stage else { panic!("garments are pictures") };
        assert!(gallery.fake_scores.iter().chain(&gallery.real_scores).all(|score| score.is_finite()));
        (gallery.fake.pixels.chunks(784).map(<[u8]>::to_vec).collect::<Vec<_>>(), views.latent.samples)
    };
    let ((own, own_walk), (third, third_walk)) = (pictures(None), pictures(Some(3)));
    // The numbered latents 3 and 13 are of the fourth class anyway.
    for (number, (own, third)) in own.iter().zip(&third).enumerate() {
        assert_eq!(own == third, number % 10 == 3, "latent {number}");
    }
    assert_ne!(own_walk, third_walk);
    assert_eq!(pictures(Some(99)).0, own, "a class that is none asks for nothing");
}

/// A run on more small pictures than are read before progress is told.
fn own_pictures(folder: &Path) -> RunConfig {
    let picture = image::GrayImage::from_fn(16, 16, |x, y| image::Luma([(x * y) as u8]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    for index in 0..400 {
        fs::write(folder.join(format!("{index}.png")), bytes.get_ref()).unwrap();
    }
    let mut config = Preset::Faces.config();
    let path = Some(folder.to_owned());
    config.choose_data(DataConfig::pictures(PicturesConfig {
        path,
        size: 16,
        channels: 1,
        ..PicturesConfig::default()
    }));
    config
}

#[test]
fn reading_many_pictures_is_told_of_and_ends_in_a_run() {
    let mut observed = Observed::new();
    let config = own_pictures(observed.folder.path());
    observed.trainer.start(config, CPU, Begin::Paused);
    let progress = observed.wait(|event| match event.kind {
        EventKind::DataRead { progress } => Some(progress),
        EventKind::Started { .. } => panic!("nothing was told before"),
        _ => None,
    });
    assert!(progress.done <= 400 && progress.total.is_none_or(|total| total == 400), "{progress:?}");
    observed.wait_for_phase(Phase::Paused);
}

#[test]
fn reading_is_given_up_when_it_is_cancelled_and_for_a_newer_run() {
    let mut observed = Observed::new();
    let config = own_pictures(observed.folder.path());
    // While the trainer prepares the first run, it is told what to do with the second, and with the third.
    observed.trainer.start(Preset::Fashion.config(), CPU, Begin::Paused);
    let cancelled = observed.trainer.start(config.clone(), CPU, Begin::Running);
    observed.trainer.send(Command::CancelReading).unwrap();
    observed.wait(|event| {
        assert!(event.run != cancelled || !matches!(event.kind, EventKind::Started { .. }), "{event:?}");
        let is_idle = matches!(event.kind, EventKind::PhaseChanged { phase: Phase::Idle, .. });
        (event.run == cancelled && is_idle).then_some(())
    });
    observed.trainer.start(Preset::Fashion.config(), CPU, Begin::Paused);
    let overtaken = observed.trainer.start(config, CPU, Begin::Running);
    let newest = observed.trainer.start(ring(), CPU, Begin::Paused);
    observed.wait(|event| {
        assert!(event.run != overtaken || !matches!(event.kind, EventKind::Started { .. }), "{event:?}");
        (event.run == newest && matches!(event.kind, EventKind::PhaseChanged { phase: Phase::Paused, .. }))
            .then_some(())
    });
    // Nothing is read any more: there is nothing to cancel, and training goes on.
    observed.trainer.send(Command::CancelReading).unwrap();
    observed.trainer.send(Command::Step { part: StepPart::Both }).unwrap();
    observed.wait(|event| matches!(event.kind, EventKind::Progressed { .. }).then_some(()));
}

#[test]
fn what_is_asked_for_while_pictures_are_read_is_done_afterwards() {
    let mut observed = Observed::new();
    let config = own_pictures(observed.folder.path());
    observed.trainer.start(Preset::Fashion.config(), CPU, Begin::Paused);
    let run = observed.trainer.start(config, CPU, Begin::Running);
    observed.trainer.send(Command::Pause).unwrap();
    observed.wait(|event| {
        (event.run == run && matches!(event.kind, EventKind::PhaseChanged { phase: Phase::Paused, .. })).then_some(())
    });
}

#[test]
fn requests_of_an_old_run_are_ignored() {
    let mut observed = Observed::new();
    let old = observed.trainer.start(ring(), CPU, Begin::Paused);
    let new = observed.trainer.start(ring(), CPU, Begin::Paused);
    observed.wait(|event| {
        (event.run == new && matches!(event.kind, EventKind::PhaseChanged { phase: Phase::Paused, .. })).then_some(())
    });
    assert_eq!(observed.trainer.take_views(), None);
    observed.trainer.request_views(request(old));
    // After two commands more, the request has been looked at.
    observed.save("once");
    observed.save("twice");
    assert_eq!(observed.trainer.take_views(), None);
    observed.trainer.request_views(request(new));
    assert_eq!(observed.wait_for_views(|_| true).run, new);
}

#[test]
fn watching_does_not_change_training() {
    let mut headless = Observed::new();
    headless.trainer.start(steps(300), CPU, Begin::Running);
    headless.wait_for_phase(Phase::Finished);

    let mut watched = Observed::new();
    let run = watched.trainer.start(steps(300), CPU, Begin::Running);
    let mut pictures = 0;
    for turn in 0_u16.. {
        let mut asked = request(run);
        asked.latent.place = f32::from(turn % 100) / 100.0;
        asked.latent.to = u64::from(turn);
        asked.generator = if turn % 2 == 0 { GeneratorChoice::Current } else { GeneratorChoice::Averaged };
        watched.trainer.request_views(asked);
        pictures += usize::from(watched.trainer.take_views().is_some());
        watched.events.extend(watched.trainer.take_events());
        let is_finished = |event: &Event| matches!(event.kind, EventKind::PhaseChanged { phase: Phase::Finished, .. });
        if watched.events.iter().any(is_finished) {
            break;
        }
        if turn % 50 == 49 && turn < 300 {
            watched.send(Command::Pause);
            watched.send(Command::Resume);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    watched.wait_for_phase(Phase::Finished);
    assert!(pictures > 0, "somebody was watching");
    let read = |observed: &mut Observed| fs::read(observed.save("model").0).unwrap();
    assert!(read(&mut headless) == read(&mut watched), "the models differ");
}

#[test]
fn divergence_is_told_and_the_last_good_state_comes_back() {
    let mut observed = Observed::new();
    let mut config = ring();
    config.generator_optimizer.learning_rate = 1e9;
    config.discriminator_optimizer.learning_rate = 1e9;
    let run = observed.trainer.start(config.clone(), CPU, Begin::Running);
    observed.wait_for_phase(Phase::Diverged);
    let (step, last_good) = observed.wait(|event| match &event.kind {
        EventKind::Diverged { step, reason, last_good_step } => {
            assert!(reason.contains("loss"), "{reason}");
            Some((*step, last_good_step.unwrap()))
        }
        _ => None,
    });
    assert!(last_good < step);

    let path = observed.folder.path().join("broken");
    observed.send(Command::SaveModel { path: path.clone() });
    let message = observed.wait(|event| match &event.kind {
        EventKind::Warned { message } => Some(message.clone()),
        EventKind::ModelSaved { .. } => panic!("a broken model was saved"),
        _ => None,
    });
    assert!(message.contains("finite") && !path.exists(), "{message}");

    observed.trainer.request_views(request(run));
    observed.send(Command::RestoreLastGood);
    let restored = observed.wait(|event| match event.kind {
        EventKind::Restored { step } => Some(step),
        _ => None,
    });
    assert_eq!(restored, last_good);
    assert_eq!(observed.wait_for_phase(Phase::Paused), last_good);
    // Somebody watches, so that points of the broken state may still be on their way to be measured.
    let measured = observed.wait(|event| match event.kind {
        EventKind::QualityMeasured { step, .. } => Some(step),
        _ => None,
    });
    assert_eq!(measured, last_good);
    assert!(observed.save_parts("restored").is_finite());

    observed.trainer.set_live(LiveSettings::of(run, &ring()));
    observed.send(Command::Resume);
    observed.wait_for_step(last_good + 20);
    assert!(observed.save_parts("healed").is_finite());
}

#[test]
fn a_window_that_takes_no_events_neither_blocks_training_nor_loses_a_phase() {
    const PAUSES: usize = 400;
    let mut observed = Observed::new();
    let run = observed.trainer.start(ring(), CPU, Begin::Paused);
    for _ in 0..PAUSES {
        for command in [Command::Resume, Command::Pause] {
            let began = Instant::now();
            while observed.trainer.send(command.clone()).is_err() {
                assert!(began.elapsed() < PATIENCE, "the trainer takes no commands any more");
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }
    let began = Instant::now();
    while observed.trainer.send(Command::Resume).is_err() {
        assert!(began.elapsed() < PATIENCE, "the trainer takes no commands any more");
        std::thread::sleep(Duration::from_millis(1));
    }
    // Not one event was taken, and there are more than fit; pictures show that it trains on.
    observed.trainer.request_views(request(run));
    let seen = observed.wait_for_views(|_| true).step;
    observed.wait_for_views(|views| views.step > seen + 10);

    while observed.trainer.send(Command::Pause).is_err() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let (_, last) = observed.save("model");
    let phases: Vec<Phase> = observed
        .events
        .iter()
        .filter_map(|event| match event.kind {
            EventKind::PhaseChanged { phase: phase @ (Phase::Running | Phase::Paused), .. } => Some(phase),
            _ => None,
        })
        .collect();
    assert_eq!(phases.len(), 1 + 2 * PAUSES + 2);
    assert!(phases.iter().enumerate().all(|(index, phase)| (*phase == Phase::Paused) == (index % 2 == 0)));
    let told: Vec<u64> = observed
        .events
        .iter()
        .flat_map(|event| match &event.kind {
            EventKind::Progressed { points, .. } => points.iter().map(|point| point.step).collect(),
            _ => Vec::new(),
        })
        .collect();
    assert!(told.is_sorted_by(|a, b| a < b), "points come in order");
    assert_eq!(told.last(), Some(&last), "the newest is there");
}

#[test]
fn the_speed_limit_holds() {
    const LIMIT: f32 = 40.0;
    let mut observed = Observed::new();
    let run = observed.trainer.start(ring(), CPU, Begin::Paused);
    observed.wait_for_phase(Phase::Paused);
    observed.trainer.set_live(LiveSettings { speed_limit: Some(LIMIT), ..LiveSettings::of(run, &ring()) });
    // After two commands more, the limit is in force.
    observed.save("once");
    observed.save("twice");
    let began = Instant::now();
    observed.send(Command::Resume);
    observed.wait_for_step(41);
    let took = began.elapsed().as_secs_f32();
    assert!(took >= 40.0 / LIMIT * 0.95, "41 steps took {took} s, at most {LIMIT} a second");
}

/// Steps of the checkpoints in a run folder, oldest first.
fn checkpoints(run: &Path) -> Vec<(u64, PathBuf)> {
    let step = |path: &Path| path.file_name()?.to_str()?.strip_prefix("step-")?.parse().ok();
    let paths = fs::read_dir(run.join("checkpoints")).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<(u64, PathBuf)> = paths.filter_map(|path| Some((step(&path)?, path))).collect();
    found.sort();
    found
}

#[test]
fn a_damaged_newest_checkpoint_gives_way_to_the_one_before() {
    let mut problems = Vec::new();
    for (file, damage) in [
        ("model.safetensors", "cut"),
        ("model.safetensors", "remove"),
        ("optimizers.safetensors", "cut"),
        ("optimizers.safetensors", "remove"),
    ] {
        let mut observed = Observed::new();
        let run = observed.folder.path().join("run");
        let output = RunOutput { folder: Some(run.clone()), ..RunOutput::default() };
        observed.trainer.start_with(ring(), CPU, Begin::Paused, output);
        for _ in 0..2 {
            observed.send(Command::Step { part: StepPart::Both });
            observed.send(Command::SaveCheckpoint);
            observed.wait(|event| matches!(event.kind, EventKind::CheckpointSaved { .. }).then_some(()));
        }
        let [(_, before), (newest_step, newest)] = &checkpoints(&run)[..] else { panic!("two checkpoints") };
        assert_eq!(*newest_step, 2);
        let whole = fs::read(newest.join(file)).unwrap();
        match damage {
            "cut" => fs::write(newest.join(file), &whole[..whole.len() / 2]).unwrap(),
            _ => fs::remove_file(newest.join(file)).unwrap(),
        }

        let mut other = Observed::new();
        other.trainer.load(run.clone(), CPU, Begin::Paused);
        other.wait_for_phase(Phase::Paused);
        let mut warnings = Vec::new();
        let mut started_at = None;
        for event in &other.events {
            match &event.kind {
                EventKind::Warned { message } => warnings.push(message.clone()),
                EventKind::Started { step, .. } => started_at = Some(*step),
                _ => {}
            }
        }
        if started_at != Some(1) {
            problems.push(format!("{damage} {file}: it began at {started_at:?} instead of the checkpoint before"));
            continue;
        }
        if warnings.len() != 1 {
            problems.push(format!("{damage} {file}: one warning was expected: {warnings:?}"));
        }
        let expected = ModelParts::read(&before.join("model.safetensors")).arrays;
        assert_eq!(other.save_parts("model").arrays, expected, "{damage} {file}");
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn at_least_two_checkpoints_are_kept() {
    let mut observed = Observed::new();
    let run = observed.folder.path().join("run");
    let output = RunOutput { folder: Some(run.clone()), ..RunOutput::default() };
    observed.trainer.start_with(ring(), CPU, Begin::Paused, output);
    for _ in 0..8 {
        observed.send(Command::Step { part: StepPart::Both });
        observed.send(Command::SaveCheckpoint);
        observed.wait(|event| matches!(event.kind, EventKind::CheckpointSaved { .. }).then_some(()));
    }
    let kept: Vec<u64> = checkpoints(&run).into_iter().map(|(step, _)| step).collect();
    assert!((2..=4).contains(&kept.len()) && kept.ends_with(&[7, 8]), "{kept:?}");
}

/// Where the child of the next test writes its run.
const CHILD_FOLDER: &str = "GANSCOPE_TEST_CHILD_FOLDER";

/// Not a test of its own: trains and writes checkpoints without end, until it is killed.
#[test]
fn child_that_writes_checkpoints() {
    let Some(folder) = std::env::var_os(CHILD_FOLDER) else { return };
    let output = RunOutput { folder: Some(folder.into()), ..RunOutput::default() };
    let trainer = Trainer::spawn(|| {});
    trainer.start_with(ring(), CPU, Begin::Paused, output);
    loop {
        // The second checkpoint replaces the first, which is of the same step.
        for command in [Command::Step { part: StepPart::Both }, Command::SaveCheckpoint, Command::SaveCheckpoint] {
            while trainer.send(command.clone()).is_err() {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        trainer.take_events();
    }
}

#[test]
fn whatever_a_killed_run_leaves_on_disk_loads() {
    const KILLS: u64 = 20;
    let folder = tempfile::tempdir().unwrap();
    let mut problems = Vec::new();
    for kill in 0..KILLS {
        let run = folder.path().join(kill.to_string());
        let mut child = Process::new(std::env::current_exe().unwrap())
            .args(["child_that_writes_checkpoints", "--exact", "--nocapture"])
            .env(CHILD_FOLDER, &run)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let began = Instant::now();
        while !run.join("checkpoints").exists() || checkpoints(&run).is_empty() {
            assert!(began.elapsed() < PATIENCE, "the child writes nothing");
            std::thread::sleep(Duration::from_millis(1));
        }
        // A different moment each time, spread over some dozens of checkpoints.
        std::thread::sleep(Duration::from_micros(kill * 7_919 % 150_000 + kill * 613));
        child.kill().unwrap();
        child.wait().unwrap();

        let (device, _) = ganscope::backend::open(CPU, ganscope::backend::Workload::Small).unwrap();
        for (step, checkpoint) in checkpoints(&run) {
            for name in ["model.safetensors", "optimizers.safetensors"] {
                let file = checkpoint.join(name);
                if file.exists() {
                    assert!(ModelParts::read(&file).is_finite(), "kill {kill}: {}", file.display());
                } else {
                    problems.push(format!("kill {kill}: {name} of checkpoint {step} is missing"));
                }
            }
            let file = checkpoint.join("model.safetensors");
            if file.exists() {
                assert_eq!(read_model(&file, &device).unwrap().info.step, step);
            }
        }
        let mut observed = Observed::new();
        let output = RunOutput { folder: Some(run.clone()), ..RunOutput::default() };
        observed.trainer.load_with(run.clone(), CPU, Begin::Paused, output);
        observed.wait_for_phase(Phase::Paused);
        let warning = observed.events.iter().find(|event| matches!(event.kind, EventKind::Warned { .. }));
        if let Some(warning) = warning {
            problems.push(format!("kill {kill}: the newest checkpoint is not whole: {:?}", warning.kind));
        }
        observed.send(Command::Step { part: StepPart::Both });
        observed.send(Command::SaveCheckpoint);
        observed.wait(|event| matches!(event.kind, EventKind::CheckpointSaved { .. }).then_some(()));
        let leftovers: Vec<_> = fs::read_dir(run.join("checkpoints"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .filter(|name| !name.to_string_lossy().starts_with("step-"))
            .collect();
        if !leftovers.is_empty() {
            problems.push(format!("kill {kill}: the next run leaves what the killed one left: {leftovers:?}"));
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

impl Observed {
    /// Has one step taken apart, and returns what was written down with the point that was told of it.
    #[track_caller]
    fn dissect(&mut self, part: StepPart) -> (Dissection, MetricPoint) {
        self.send(Command::Dissect { part });
        let point = self.wait(|event| match &event.kind {
            EventKind::Progressed { points, .. } => points.last().copied(),
            _ => None,
        });
        let dissection = self.wait(|event| match &event.kind {
            EventKind::Dissected { dissection } => Some(dissection.clone()),
            _ => None,
        });
        (*dissection, point)
    }
}

#[test]
fn a_step_that_is_taken_apart_is_an_ordinary_step() {
    let small = |preset: Preset| {
        let mut config = preset.config();
        config.batch_size = 16;
        RunConfig { discriminator_steps: 2, ..config }
    };
    for preset in [Preset::Ring8, Preset::Collapse, Preset::Faces] {
        let (mut plain, mut dissected) = (Observed::new(), Observed::new());
        for observed in [&plain, &dissected] {
            observed.trainer.start(small(preset), CPU, Begin::Paused);
        }
        for part in [StepPart::Both, StepPart::Discriminator, StepPart::Generator, StepPart::Both] {
            plain.send(Command::Step { part });
            let expected = plain.wait(|event| match &event.kind {
                EventKind::Progressed { points, .. } => points.last().copied(),
                _ => None,
            });
            let (dissection, point) = dissected.dissect(part);
            assert_eq!(point, expected, "{preset:?} {part:?}");
            assert_eq!(dissection.step, point.step);
            if let Some(update) = dissection.discriminator.last() {
                let told = [update.update.loss, update.real_score, update.fake_score, update.update.gradient_norm];
                let measured = [point.d_loss, point.d_real, point.d_fake, point.d_gradient_norm];
                for (told, measured) in told.into_iter().zip(measured) {
                    assert!((told - measured).abs() <= 1e-5 * measured.abs().max(1.0), "{told} {measured}");
                }
            }
        }
        // The same bits in every array, and the next steps go on from there alike.
        assert_eq!(plain.save_parts("model").arrays, dissected.save_parts("model").arrays, "{preset:?}");
    }
}

#[test]
fn what_is_written_down_of_a_step_is_whole() {
    let mut observed = Observed::new();
    let config = RunConfig { discriminator_steps: 3, ..ring() };
    let batch_size = config.batch_size;
    observed.trainer.start(config, CPU, Begin::Running);
    observed.wait_for_step(5);
    let (dissection, _) = observed.dissect(StepPart::Both);
    assert!(
        observed.events.iter().any(|event| matches!(event.kind, EventKind::PhaseChanged { phase: Phase::Paused, .. }))
    );
    assert_eq!(dissection.discriminator.len(), 3);
    let shares: Vec<bool> = dissection.discriminator.iter().map(|update| update.shares_batch).collect();
    assert_eq!(shares, [false, false, true], "the last update and the generator's share a batch");
    let generator = dissection.generator.as_ref().unwrap();
    assert_eq!(dissection.discriminator[2].generated, generator.generated);
    assert_ne!(dissection.discriminator[0].generated, dissection.discriminator[1].generated);
    for update in &dissection.discriminator {
        assert_eq!(update.real_logits.len(), batch_size);
        assert_eq!(update.fake_logits.len(), batch_size);
        assert_eq!(update.real.len(), batch_size);
        assert!(update.update.largest_change > 0.0 && update.update.gradient_norm > 0.0);
        assert_eq!(update.update.layers.len(), 4);
        assert!(update.penalty.is_some());
    }
    assert_eq!(generator.moved.len(), generator.generated.points.len());
    assert_ne!(generator.moved, generator.generated.points);
    // Before, after each of three updates, and after the generator's.
    assert_eq!(dissection.pictures.len(), 5);
    let points = |index: usize| match &dissection.pictures[index].stage {
        StageView::Points(points) => points.clone(),
        StageView::Images(_) | StageView::Texts(_) => panic!("points were trained"),
    };
    for update in 0..3 {
        assert_ne!(points(update).opinion, points(update + 1).opinion, "the opinion moves with each update");
        assert_eq!(points(update).fake, points(update + 1).fake, "the samples stand still meanwhile");
    }
    assert_eq!(points(3).opinion.is_some(), points(4).opinion.is_some());

    let (only_generator, _) = observed.dissect(StepPart::Generator);
    assert!(only_generator.discriminator.is_empty() && only_generator.generator.is_some());
    assert_eq!(only_generator.pictures.len(), 2);
    let (only_discriminator, _) = observed.dissect(StepPart::Discriminator);
    assert!(only_discriminator.generator.is_none());
    assert_eq!(only_discriminator.discriminator.len(), 1);
}

#[test]
fn networks_are_painted_only_when_asked_for_and_change_nothing() {
    let mut observed = Observed::new();
    let run = observed.trainer.start(ring(), CPU, Begin::Paused);
    observed.wait_for_phase(Phase::Paused);
    observed.trainer.request_views(request(run));
    assert!(observed.wait_for_views(|_| true).networks.is_none());
    observed.trainer.request_views(ViewRequest { shows_networks: true, ..request(run) });
    let before = observed.wait_for_views(|views| views.networks.is_some()).networks.unwrap();
    assert_eq!(before.discriminator.layers.len(), 4);
    assert!(before.discriminator.layers.iter().all(|layer| layer.gradient_norm.is_none()), "no step has been done");
    observed.send(Command::Step { part: StepPart::Both });
    let after = observed.wait_for_views(|views| views.step == 1).networks.unwrap();
    for network in [&after.generator, &after.discriminator] {
        for layer in &network.layers {
            assert!(layer.gradient_norm.is_some_and(|norm| norm > 0.0), "{}", layer.name);
            assert!(!layer.units.is_empty() && layer.units.len() <= ganscope::trainer::SHOWN_UNITS);
            let cells = ganscope::trainer::UNIT_SIDE.pow(2);
            assert!(layer.units.iter().all(|unit| unit.answers.len() == cells));
            assert!(layer.units.iter().flat_map(|unit| &unit.answers).all(|answer| answer.abs() <= 1.0));
        }
    }
    let looked_at = observed.save_parts("looked-at");

    let mut other = Observed::new();
    other.trainer.start(ring(), CPU, Begin::Paused);
    other.send(Command::Step { part: StepPart::Both });
    assert_eq!(other.save_parts("alone").arrays, looked_at.arrays, "looking changes nothing");
}

#[test]
fn networks_of_pictures_are_told_as_blocks() {
    let observed = Observed::new();
    let run = observed.trainer.start(Preset::Faces.config(), CPU, Begin::Paused);
    let few = ViewRequest { points: PointsRequest::default(), fakes: 2, reals: 2, ..request(run) };
    observed.trainer.request_views(ViewRequest { shows_networks: true, ..few });
    let networks = observed.wait_for_views(|views| views.networks.is_some()).networks.unwrap();
    for network in [&networks.generator, &networks.discriminator] {
        assert!(network.layers.iter().all(|layer| layer.units.is_empty() && layer.edges.is_empty()));
        let parameters: usize = network.layers.iter().map(|layer| layer.parameters).sum();
        assert_eq!(parameters, network.parameters);
    }
}
