//! What the trainer tells of pictures when it is asked: classes, kept latents, and the training pictures nearest to one.
//!
//! Tests wait for events, never for time to pass; `PATIENCE` only ends a test that would hang.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use ganscope::backend::DeviceChoice;
use ganscope::config::{DataConfig, Domain, PicturesConfig, Preset, RunConfig};
use ganscope::data::{self, Pictures};
use ganscope::export::{Latents, read_latents};
use ganscope::trainer::{
    Begin, Command, EventKind, GalleryView, KeptLatent, NearestPictures, Phase, RunId, StageView, Trainer, Verdict,
    ViewRequest, Views,
};
use support::PATIENCE;

/// A paused run of `config` whose networks are built.
fn paused(config: &RunConfig) -> (Trainer, RunId) {
    let trainer = Trainer::spawn(|| {});
    let run = trainer.start(config.clone(), DeviceChoice::Cpu, Begin::Paused);
    wait(&trainer, |kind| matches!(kind, EventKind::PhaseChanged { phase: Phase::Paused, .. }).then_some(()));
    (trainer, run)
}

#[track_caller]
fn wait<T>(trainer: &Trainer, wanted: impl Fn(EventKind) -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = trainer.take_events().into_iter().find_map(|event| wanted(event.kind)) {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "it never happened");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The answer to one request.
#[track_caller]
fn views(trainer: &Trainer, request: ViewRequest) -> Views {
    trainer.request_views(request);
    let began = Instant::now();
    loop {
        if let Some(views) = trainer.take_views() {
            return views;
        }
        assert!(began.elapsed() < PATIENCE, "no picture came");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn gallery(views: &Views) -> &GalleryView {
    match &views.stage {
        StageView::Images(view) => view,
        StageView::Points(_) | StageView::Texts(_) => panic!("no pictures"),
    }
}

#[test]
fn a_conditional_models_gallery_shows_each_class_equally_often_or_one_alone() {
    let (trainer, run) = paused(&Preset::Fashion.config());
    let request = ViewRequest { fakes: 50, reals: 30, ..ViewRequest::new(run, Domain::Images) };
    let all = views(&trainer, request.clone());
    let classes = gallery(&all).classes.clone().unwrap();
    assert_eq!((classes.names.len(), classes.name(9)), (10, "Ankle boot"));
    for class in 0..10_usize {
        let count = |labels: &[u8]| labels.iter().filter(|label| usize::from(**label) == class).count();
        assert_eq!((count(&classes.fake), count(&classes.real)), (5, 3), "class {class}");
    }
    let data = data::open(&Preset::Fashion.config().data).unwrap();
    let known = data.evaluation_with_labels(1_000, Preset::Fashion.config().seed);
    let pictures = Pictures::from_signed(&known.samples, data.shape()).unwrap();
    for (picture, label) in gallery(&all).real.iter().zip(&classes.real) {
        let place = pictures.iter().position(|other| other == picture).unwrap();
        assert_eq!(known.labels[place], *label, "a real picture stands under another class's name");
    }

    let boots = views(&trainer, ViewRequest { class: Some(9), ..request });
    let classes = gallery(&boots).classes.clone().unwrap();
    assert!(classes.fake.iter().chain(&classes.real).all(|label| *label == 9));
    assert_eq!((classes.fake.len(), gallery(&boots).real.len()), (50, 30));
    assert_ne!(gallery(&boots).fake, gallery(&all).fake);
    let (plain, run) = paused(&RunConfig { conditional: false, ..Preset::Fashion.config() });
    let without = views(&plain, ViewRequest::new(run, Domain::Images));
    assert_eq!(gallery(&without).classes, None);
}

/// What is read of latents that were saved.
#[track_caller]
fn saved(trainer: &Trainer, latents: &[KeptLatent], path: &Path, config: &RunConfig) -> Latents {
    trainer.send(Command::SaveLatents { latents: latents.to_vec(), path: path.to_owned() }).unwrap();
    let saved = wait(trainer, |kind| match kind {
        EventKind::LatentsSaved { path, count } => Some((path, count)),
        _ => None,
    });
    assert_eq!(saved, (path.to_owned(), latents.len()));
    read_latents(path, config.latent.dim).unwrap()
}

#[test]
fn a_kept_latent_stays_of_its_class_whatever_class_is_in_view() {
    let config = Preset::Fashion.config();
    let (trainer, run) = paused(&config);
    let kept = [(5, Some(5)), (5, Some(2)), (40, Some(9)), (13, None)];
    let tray = kept.map(|(number, class)| KeptLatent { number, class }).to_vec();
    let request = ViewRequest { tray: tray.clone(), ..ViewRequest::new(run, Domain::Images) };
    let all = views(&trainer, request.clone());
    let boots = views(&trainer, ViewRequest { class: Some(9), ..request.clone() });
    let pullovers = views(&trainer, ViewRequest { class: Some(2), ..request });
    assert_eq!(all.tray.pictures.len(), 4);
    for other in [&boots, &pullovers] {
        assert_eq!(other.tray, all.tray, "the class in view is the gallery's alone");
    }
    let of = |shown: &Views, number: usize| gallery(shown).fake.picture(number).unwrap().to_vec();
    let expected = [of(&all, 5), of(&pullovers, 5), of(&boots, 40), of(&all, 13)];
    assert_ne!(expected[0], expected[1], "one latent, two classes");
    for (place, expected) in expected.iter().enumerate() {
        assert_eq!(all.tray.pictures.picture(place), Some(&expected[..]), "kept latent {place}");
    }
    let folder = tempfile::tempdir().unwrap();
    let array = saved(&trainer, &tray, &folder.path().join("kept.npy"), &config);
    assert_eq!((array.count, &array.labels), (4, &None));
    let archive = saved(&trainer, &tray, &folder.path().join("kept.npz"), &config);
    assert_eq!(archive, Latents { labels: Some(vec![5, 2, 9, 3]), ..array });
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is written");
}

#[test]
fn kept_latents_are_those_of_the_gallery_and_are_saved_as_sample_reads_them() {
    let config = Preset::Faces.config();
    let (trainer, run) = paused(&config);
    let tray = [7, 0, 300].map(|number| KeptLatent { number, class: None }).to_vec();
    let request = ViewRequest { tray: tray.clone(), ..ViewRequest::new(run, Domain::Images) };
    let shown = views(&trainer, request);
    assert_eq!((&shown.tray.latents, shown.tray.pictures.len()), (&tray, 3));
    for (place, number) in [(0, 7), (1, 0)] {
        assert_eq!(shown.tray.pictures.picture(place), gallery(&shown).fake.picture(number));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept.npy");
    let read = saved(&trainer, &tray[..2], &path, &config);
    assert_eq!((read.count, &read.labels), (2, &None));
    assert_eq!(saved(&trainer, &tray[..2], &folder.path().join("kept.npz"), &config), read, "there are no classes");
    let seven = ganscope::gan::latent::numbered(&config.latent, config.seed, 7);
    assert_eq!(read.values[..config.latent.dim], seven);
    let nowhere = folder.path().join("missing/kept.npy");
    trainer.send(Command::SaveLatents { latents: tray, path: nowhere }).unwrap();
    let warning = wait(&trainer, |kind| match kind {
        EventKind::Warned { message } => Some(message),
        _ => None,
    });
    assert!(warning.contains("latents were not saved; training goes on") && warning.contains("missing"), "{warning}");
}

#[track_caller]
fn nearest(trainer: &Trainer, number: usize, picture: Pictures) -> NearestPictures {
    trainer.send(Command::FindNearest { number, picture }).unwrap();
    wait(trainer, |kind| match kind {
        EventKind::NearestFound { found } => Some(*found),
        _ => None,
    })
}

#[test]
fn the_nearest_training_pictures_are_found_beside_training() {
    let (trainer, run) = paused(&Preset::Faces.config());
    let shown = views(&trainer, ViewRequest::new(run, Domain::Images));
    let one =
        |pictures: &Pictures, index: usize| Pictures { pixels: pictures.picture(index).unwrap().to_vec(), ..*pictures };
    let real = one(&gallery(&shown).real, 3);
    trainer.send(Command::Resume).unwrap();
    let copy = nearest(&trainer, 5, real.clone());
    assert_eq!((copy.number, copy.verdict()), (5, Verdict::Copy));
    assert_eq!((&copy.picture, copy.real.picture(0)), (&real, real.picture(0)));
    assert!(copy.searched >= 9_000, "{} of 10,000 were searched", copy.searched);
    let untrained = nearest(&trainer, 6, one(&gallery(&shown).fake, 6));
    assert_eq!((untrained.number, untrained.ratios.len(), untrained.real.len()), (6, 5, 5));
    assert!(untrained.ratios.is_sorted() && untrained.ratios[0] > 0.1, "{:?}", untrained.ratios);
    // A picture of another run's size has nothing to be compared with; what is asked after it is answered.
    let other = Pictures { channels: 1, height: 2, width: 2, pixels: vec![0; 4] };
    assert_eq!(not_found(&trainer, 1, other), (1, "the picture is none of this run's".to_owned()));
    assert_eq!(nearest(&trainer, 2, real).number, 2);
}

/// Which picture was searched for in vain, and why.
#[track_caller]
fn not_found(trainer: &Trainer, number: usize, picture: Pictures) -> (usize, String) {
    trainer.send(Command::FindNearest { number, picture }).unwrap();
    wait(trainer, |kind| match kind {
        EventKind::NearestNotFound { number, reason } => Some((number, reason)),
        _ => None,
    })
}

#[test]
fn a_search_among_too_few_pictures_is_answered_too() {
    let folder = tempfile::tempdir().unwrap();
    let picture = image::GrayImage::from_fn(16, 16, |x, y| image::Luma([(x * y) as u8]));
    picture.save(folder.path().join("only.png")).unwrap();
    let pictures =
        PicturesConfig { path: Some(folder.path().to_owned()), size: 16, channels: 1, ..PicturesConfig::default() };
    let mut config = Preset::Faces.config();
    config.choose_data(DataConfig::pictures(pictures));
    let (trainer, _) = paused(&config);
    let picture = Pictures { channels: 1, height: 16, width: 16, pixels: vec![7; 256] };
    for number in [3, 4] {
        let reason = "the data holds a single training picture, there must be two at least".to_owned();
        assert_eq!(not_found(&trainer, number, picture.clone()), (number, reason));
    }
}
