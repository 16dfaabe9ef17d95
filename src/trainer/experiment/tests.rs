//! Whole experiments, small ones.

use std::fs;
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;

use super::*;
use crate::backend;
use crate::config::{CaseKind, DatasetKind, FilterKind};

fn tiny() -> ExperimentConfig {
    ExperimentConfig {
        labelled: 40,
        seeds: 2,
        gan_steps: 6,
        generated: 40,
        classifier_steps: 5,
        batch: 8,
        ..ExperimentConfig::default()
    }
}

fn begin(config: ExperimentConfig, folder: &Path) -> Experiment {
    Experiment::begin(config, DataConfig::of(DatasetKind::Fashion), folder, &Device::flex()).unwrap()
}

fn run(experiment: &mut Experiment) -> Option<Report> {
    experiment.run(&AtomicBool::new(false), &mut |_: &Progress| {}).unwrap()
}

/// What does not depend on the clock.
fn counts(folder: &Path) -> Vec<(u64, ArmKind, usize)> {
    let stored = stored_experiment(folder).unwrap();
    stored.results.iter().map(|it| (it.seed, it.arm, it.correct)).collect()
}

/// Makes an experiment of two seeds, and the same one again, which is stopped whenever it tells of anything: in the middle of a GAN,
/// of a classifier, between two of them. Both must come to the same numbers and the same generated samples.
fn stopped_anywhere(root: &Path, config: &ExperimentConfig, data: &DataConfig, generated: &str) -> [Experiment; 2] {
    let begin =
        |name: &str| Experiment::begin(config.clone(), data.clone(), &root.join(name), &Device::flex()).unwrap();
    let mut whole = begin("whole");
    let report = run(&mut whole).unwrap();
    assert!(report.arms.iter().all(|arm| arm.accuracies.len() == 2));
    let mut experiment = begin("halting");
    let mut stops = 0;
    loop {
        let stop = AtomicBool::new(false);
        let mut told = 0;
        let ended = experiment
            .run(&stop, &mut |progress: &Progress| {
                told += 1;
                // The first step of a GAN is told of at once, then it stops and goes on from its checkpoint.
                stop.store(told >= 2 || matches!(progress.stage, Stage::Gan { step: 1, .. }), Ordering::Relaxed);
            })
            .unwrap();
        if ended.is_some() {
            break;
        }
        stops += 1;
        assert!(stops < 100, "it does not come to an end");
        let path = experiment.path().to_owned();
        drop(experiment);
        experiment = Experiment::resume(&path, 2, &Device::flex()).unwrap();
    }
    assert!(stops >= 6, "it was stopped {stops} times only");
    assert_eq!(counts(whole.path()), counts(experiment.path()));
    let made = |experiment: &Experiment| fs::read(experiment.path().join("seed-2").join(generated)).unwrap();
    assert!(made(&whole) == made(&experiment));
    [whole, experiment]
}

#[test]
fn an_experiment_that_is_stopped_anywhere_ends_with_the_same_numbers() {
    let root = tempfile::tempdir().unwrap();
    let data = DataConfig::of(DatasetKind::Fashion);
    let [whole, halted] = stopped_anywhere(root.path(), &tiny(), &data, "generated-images-idx4-ubyte");
    let report = whole.report();
    assert_eq!((report.arms.len(), report.tested, report.generated), (7, 1_000, 40));
    let path = whole.path().to_owned();
    drop(whole);
    let mut more = Experiment::resume(&path, 3, &Device::flex()).unwrap();
    assert_eq!(run(&mut more).unwrap().arms[0].accuracies.len(), 3, "seeds can be added");
    assert_eq!(counts(&path)[..14], counts(halted.path()));
}

#[test]
fn one_with_texts_that_is_stopped_anywhere_does_too() {
    let root = tempfile::tempdir().unwrap();
    let config = ExperimentConfig { labelled: 20, generated: 10, ..tiny() };
    stopped_anywhere(root.path(), &config, &texts(root.path()), "generated-texts-idx2-ubyte");
}

#[test]
fn numbers_do_not_depend_on_how_many_repetitions_are_made_at_once() {
    let root = tempfile::tempdir().unwrap();
    let few = ExperimentConfig { labelled: 20, generated: 10, seeds: 3, ..tiny() };
    for (config, data, generated) in [
        (ExperimentConfig { seeds: 3, ..tiny() }, DataConfig::of(DatasetKind::Fashion), "generated-images-idx4-ubyte"),
        (few, texts(root.path()), "generated-texts-idx2-ubyte"),
    ] {
        let found = [1, 3].map(|threads| {
            backend::on_own_threads(threads, || {
                let folder = root.path().join(format!("{threads} {generated}"));
                let mut most = 0;
                let mut experiment = Experiment::begin(config.clone(), data.clone(), &folder, &Device::flex()).unwrap();
                let observer = &mut |progress: &Progress| most = most.max(progress.at_once);
                let report = experiment.run(&AtomicBool::new(false), observer).unwrap().unwrap();
                assert_eq!(most, threads);
                let made = |seed: u64| fs::read(folder.join(format!("seed-{seed}")).join(generated)).unwrap();
                let accuracies: Vec<Vec<f64>> = report.arms.into_iter().map(|arm| arm.accuracies).collect();
                (accuracies, counts(&folder), [1, 2, 3].map(made))
            })
        });
        assert!(found[0] == found[1], "{generated}");
    }
}

/// Changes what the GANs of the experiment in a folder are trained with so that they cannot but diverge.
fn make_diverge(folder: &Path) {
    let file = folder.join("experiment.json");
    let mut stored: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    stored["gan_config"]["objective"]["penalty"] = "r1-r2".into();
    stored["gan_config"]["objective"]["penalty_weight"] = f64::from(f32::MAX).into();
    fs::write(file, stored.to_string()).unwrap();
}

#[test]
fn results_of_which_nobody_knows_the_test_samples_are_measured_again_and_contradictions_are_noticed() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("experiment");
    let mut experiment = begin(ExperimentConfig { seeds: 1, ..tiny() }, &folder);
    let report = run(&mut experiment).unwrap();
    drop(experiment);
    let file = folder.join("experiment.json");
    let stored: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let mut other = stored.clone();
    other["known"][2]["bits"] = "ff".repeat(125).into();
    fs::write(&file, other.to_string()).unwrap();
    let error = stored_experiment(&folder).unwrap_err().to_string();
    assert!(error.contains("not what is written of its test samples"), "{error}");
    let mut earlier = stored;
    earlier["known"].as_array_mut().unwrap().truncate(3);
    fs::write(&file, earlier.to_string()).unwrap();
    assert_eq!(stored_experiment(&folder).unwrap().results.len(), 3);
    let mut again = Experiment::resume(&folder, 1, &Device::flex()).unwrap();
    let again = run(&mut again).unwrap();
    let accuracies = |report: &Report| report.arms.iter().map(|arm| arm.accuracies.clone()).collect::<Vec<_>>();
    assert_eq!(accuracies(&again), accuracies(&report));
}

#[test]
fn seeds_whose_gans_diverge_are_left_out_once_and_for_all_and_the_others_are_made() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("experiment");
    let mut whole = begin(ExperimentConfig { seeds: 3, ..tiny() }, &root.path().join("whole"));
    let expected = run(&mut whole).unwrap();

    drop(begin(tiny(), &folder));
    let good = fs::read(folder.join("experiment.json")).unwrap();
    make_diverge(&folder);
    let mut experiment = Experiment::resume(&folder, 2, &Device::flex()).unwrap();
    let mut told = Vec::new();
    let observer =
        &mut |progress: &Progress| told.extend(Some(progress.stage).filter(|it| matches!(it, Stage::Diverged(_))));
    let report = experiment.run(&AtomicBool::new(false), observer).unwrap().unwrap();
    let seeds: Vec<u64> = report.diverged.iter().map(|gan| gan.seed).collect();
    assert_eq!((seeds.as_slice(), told.len()), (&[1, 2][..], 2));
    assert!(report.arms.iter().all(|arm| arm.accuracies.is_empty()));
    assert!(
        report.left_out().unwrap().contains("2 seeds are left out")
            && report.left_out().unwrap().contains("fewer GAN steps")
    );
    let error = experiment.augmented(&AtomicBool::new(false), &mut |_: &Progress| {}).unwrap_err();
    assert!(error.to_string().contains("seed 2 diverged"), "{error}");
    drop(experiment);

    // One that has lost the first two goes on with its third as if nothing had been.
    let diverged = stored_experiment(&folder).unwrap().diverged;
    let mut stored: serde_json::Value = serde_json::from_slice(&good).unwrap();
    stored["diverged"] = serde_json::to_value(&diverged).unwrap();
    fs::write(folder.join("experiment.json"), stored.to_string()).unwrap();
    let mut experiment = Experiment::resume(&folder, 3, &Device::flex()).unwrap();
    let report = run(&mut experiment).unwrap();
    assert_eq!(report.diverged, diverged);
    for (arm, whole) in report.arms.iter().zip(&expected.arms) {
        assert_eq!(arm.accuracies, whole.accuracies[2..], "{:?}", arm.arm);
    }
    let made = experiment.augmented(&AtomicBool::new(false), &mut |_: &Progress| {}).unwrap();
    assert_eq!(made, AugmentedSet::read(&folder).unwrap());
    assert!(!report.left_out().unwrap().contains("fewer GAN steps"));
}

#[test]
fn what_cannot_be_written_ends_all_repetitions_with_a_sentence() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("experiment");
    let mut experiment = begin(tiny(), &folder);
    // A file where the first repetition's folder should be.
    fs::write(folder.join("seed-1"), "").unwrap();
    let error = experiment.run(&AtomicBool::new(false), &mut |_: &Progress| {}).unwrap_err().to_string();
    assert!(error.contains("seed-1") && !error.contains('\n'), "{error}");
}

#[test]
fn a_gan_learns_from_its_few_alone_and_filters_keep_as_many_of_each_class() {
    let root = tempfile::tempdir().unwrap();
    let mut kept = Vec::new();
    for &filter in FilterKind::ALL {
        let folder = root.path().join(filter.key());
        let mut experiment = begin(ExperimentConfig { filter, seeds: 1, ..tiny() }, &folder);
        assert_eq!(AugmentedSet::read(&folder).unwrap(), None, "nothing is made only to be looked at");
        let made = experiment.augmented(&AtomicBool::new(false), &mut |_: &Progress| {}).unwrap().unwrap();
        for class in 0..10 {
            let of_class =
                |batch: &LabelledBatch| batch.labels.iter().filter(|&&label| usize::from(label) == class).count();
            assert_eq!((of_class(&made.real), of_class(&made.generated)), (4, 4), "{filter:?}");
        }
        assert_eq!(AugmentedSet::read(&folder).unwrap().as_ref(), Some(&made));
        kept.push(made.generated.samples);
    }
    assert!(kept[0] != kept[1] && kept[1] != kept[2] && kept[0] != kept[2]);
}

/// Sixty pictures of two classes in turn as a file of the user's own, each pixel as `pixel` says of a picture and a place in it.
fn own_pictures(root: &Path, name: &str, pixel: impl Fn(u8, u8) -> u8) -> DataConfig {
    let place = root.join(name);
    fs::create_dir(&place).unwrap();
    let header = |dimensions: &[u32]| {
        let mut bytes = vec![0, 0, 8, dimensions.len() as u8];
        bytes.extend(dimensions.iter().flat_map(|size| size.to_be_bytes()));
        bytes
    };
    let mut images = header(&[60, 16, 16]);
    images
        .extend((0..60).flat_map(|number| (0..=255).map(move |at| (number, at))).map(|(number, at)| pixel(number, at)));
    fs::write(place.join("train-images-idx3-ubyte"), images).unwrap();
    let mut labels = header(&[60]);
    labels.extend((0..60).map(|number| number % 2));
    fs::write(place.join("train-labels-idx1-ubyte"), labels).unwrap();
    let found = data::inspect(&place, &mut |_| ControlFlow::Continue(())).unwrap();
    DataConfig::pictures(found.suggested)
}

#[test]
fn generated_samples_depend_on_the_few_and_on_no_other_picture() {
    let root = tempfile::tempdir().unwrap();
    // The first pixel tells which picture it is.
    let plain = |number: u8, at: u8| if at == 0 { number } else { at ^ number.wrapping_mul(73) };
    let make = |name: &str, data: DataConfig| {
        let config = ExperimentConfig { labelled: 20, seeds: 1, generated: 20, ..tiny() };
        let folder = root.path().join(format!("{name} experiment"));
        let mut experiment = Experiment::begin(config, data, &folder, &Device::flex()).unwrap();
        experiment.augmented(&AtomicBool::new(false), &mut |_: &Progress| {}).unwrap().unwrap()
    };
    let made = make("plain", own_pictures(root.path(), "plain", plain));
    let few: Vec<u8> =
        made.real.samples.chunks(256).map(|picture| ((picture[0] + 1.0) * 127.5).round() as u8).collect();
    assert!(few.len() == 20 && few.iter().all(|&number| number < 60), "{few:?}");
    let changed = |name: &str, is_changed: &dyn Fn(u8) -> bool| {
        let pixel = |number, at| if at > 0 && is_changed(number) { !plain(number, at) } else { plain(number, at) };
        make(name, own_pictures(root.path(), name, pixel))
    };
    assert!(changed("others", &|number| !few.contains(&number)) == made);
    let other = changed("one", &|number| number == few[3]);
    assert!(other.real != made.real && other.generated.samples != made.generated.samples);
}

/// A file of texts of two classes, and what it is as data: five letters `a` or `b`, and a `c` early, a `d` late.
fn texts(root: &Path) -> DataConfig {
    let line = |number: u32| {
        let letters: String = (0..5).map(|place| if number >> place & 1 == 0 { 'a' } else { 'b' }).collect();
        if number < 32 { format!("{letters}c\tearly\n") } else { format!("{letters}d\tlate\n") }
    };
    let path = root.join("texts.tsv");
    fs::write(&path, (0..64).map(line).collect::<String>()).unwrap();
    let text = data::inspect_texts(&path, CaseKind::AsIs, None).unwrap().config;
    DataConfig { text, ..DataConfig::of(DatasetKind::Text) }
}

/// Keeps what the classifiers see.
struct Onlooker(Option<ArmSamples>);

impl ExperimentObserver for Onlooker {
    fn progressed(&mut self, _progress: &Progress) {}

    fn saw(&mut self, samples: ArmSamples) {
        self.0 = Some(samples);
    }
}

#[test]
fn labelled_texts_are_experimented_with_and_nothing_is_shifted_or_turned() {
    let root = tempfile::tempdir().unwrap();
    let data = texts(root.path());
    let config =
        ExperimentConfig { labelled: 20, seeds: 1, generated: 10, filter: FilterKind::Discriminator, ..tiny() };
    let folder = root.path().join("experiment");
    let mut experiment = Experiment::begin(config, data, &folder, &Device::flex()).unwrap();
    assert_eq!(experiment.domain(), Domain::Text);
    let mut onlooker = Onlooker(None);
    let report = experiment.run(&AtomicBool::new(false), &mut onlooker).unwrap().unwrap();
    let arms: Vec<ArmKind> = report.arms.iter().map(|arm| arm.arm).collect();
    assert_eq!(arms, [ArmKind::RealOnly, ArmKind::Duplicated, ArmKind::Gan, ArmKind::GanOnly, ArmKind::MoreReal]);
    let seen = onlooker.0.unwrap();
    let mut again = Onlooker(None);
    assert_eq!(experiment.run(&AtomicBool::new(false), &mut again).unwrap(), Some(report.clone()));
    assert_eq!(again.0.as_ref(), Some(&seen), "an experiment that is whole shows what its classifiers saw");
    let SeenSamples::Texts(real) = &seen.arms[0].samples else { panic!("{seen:?}") };
    assert!(real.iter().all(|text| text.len() == 6 && text.starts_with(['a', 'b'])), "{real:?}");

    let made = AugmentedSet::read(&folder).unwrap().unwrap();
    assert_eq!((made.real.labels.len(), made.generated.labels.len()), (20, 10));
    assert!(made.generated.samples.iter().all(|value| [0.0, 1.0].contains(value)), "letters are decided");
    assert_eq!(made.write(&root.path().join("made"), LabelledSetFormat::Tsv).unwrap(), [20, 10]);
    let table = fs::read_to_string(root.path().join("made/texts.tsv")).unwrap();
    assert_eq!(table.lines().filter(|line| line.ends_with("\tlate")).count(), 15);

    fs::remove_dir_all(folder.join("seed-1")).unwrap();
    let mut gone = Onlooker(None);
    assert_eq!(experiment.run(&AtomicBool::new(false), &mut gone).unwrap(), Some(report));
    assert!(gone.0.is_none() && !folder.join("seed-1").exists(), "nothing is made again for the sake of looking at it");
}

#[test]
fn what_cannot_be_made_is_refused_before_anything_is_written() {
    let root = tempfile::tempdir().unwrap();
    let refused = |config: ExperimentConfig, kind: DatasetKind| {
        let folder = root.path().join("refused");
        let error = Experiment::begin(config, DataConfig::of(kind), &folder, &Device::flex()).unwrap_err();
        assert!(!folder.exists());
        error.to_string()
    };
    assert!(refused(tiny(), DatasetKind::Faces).contains("no labels"));
    assert!(refused(tiny(), DatasetKind::Ring).contains("needs pictures or texts"));
    let with = |labelled| ExperimentConfig { labelled, ..tiny() };
    assert!(refused(with(12), DatasetKind::Fashion).contains("at least 20"));
    assert!(refused(with(5_000), DatasetKind::Fashion).contains("only 3000 samples"));
    assert!(refused(ExperimentConfig { mix: 2.0, ..tiny() }, DatasetKind::Fashion).starts_with("mix is 2"));
}

#[test]
fn a_folder_is_neither_begun_twice_nor_gone_on_with_when_it_is_damaged() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("experiment");
    drop(begin(tiny(), &folder));
    let again = Experiment::begin(tiny(), DataConfig::of(DatasetKind::Fashion), &folder, &Device::flex());
    assert!(matches!(again, Err(ExperimentError::FolderTaken { .. })));
    let resume = || Experiment::resume(&folder, 2, &Device::flex()).unwrap_err().to_string();
    let file = folder.join("experiment.json");
    let good = fs::read_to_string(&file).unwrap();
    let checksum = stored_experiment(&folder).unwrap().data_checksum.unwrap();
    let other = good.replace(&checksum.to_string(), &(checksum ^ 1).to_string());
    let checksum = stored_experiment(&folder).unwrap().test_checksum.unwrap();
    let other_test = good.replace(&checksum.to_string(), &(checksum ^ 1).to_string());
    for (text, words) in [
        (&good[..40], "cannot be read"),
        (&good.replace("\"format_version\": 1", "\"format_version\": 9"), "version 9"),
        (&good.replace("\"labelled\": 40", "\"labelled\": 1"), "labelled is 1"),
        (&other, "has changed"),
        (&other_test, "has changed"),
    ] {
        fs::write(&file, text).unwrap();
        let error = resume();
        assert!(error.contains(words), "{error}");
    }
    fs::remove_file(&file).unwrap();
    assert!(resume().contains("no experiment to go on with"));
}

#[test]
fn an_experiment_is_made_by_one_at_a_time() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("experiment");
    let first = begin(tiny(), &folder);
    let second = Experiment::resume(&folder, 2, &Device::flex());
    let Err(ExperimentError::InUse { path }) = second else { panic!("{second:?}") };
    assert_eq!(path, folder);
    drop(first);
    Experiment::resume(&folder, 2, &Device::flex()).unwrap();
}

#[test]
fn samples_of_an_experiment_that_is_gone_are_not_taken_for_those_of_another() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("experiment");
    let mut experiment = begin(ExperimentConfig { seeds: 1, ..tiny() }, &folder);
    experiment.augmented(&AtomicBool::new(false), &mut |_: &Progress| {}).unwrap().unwrap();
    drop(experiment);
    fs::remove_file(folder.join("experiment.json")).unwrap();
    let other = ExperimentConfig { seed: 1, gan_steps: 7, ..tiny() };
    let begun = Experiment::begin(other, DataConfig::of(DatasetKind::Fashion), &folder, &Device::flex());
    let Err(ExperimentError::LeftOver { part, .. }) = &begun else { panic!("{begun:?}") };
    assert_eq!(part, "seed-1");
    assert!(!folder.join("experiment.json").exists());
}

#[test]
fn without_other_real_pictures_there_is_no_ceiling() {
    let root = tempfile::tempdir().unwrap();
    let experiment = begin(ExperimentConfig { labelled: 3_000, ..tiny() }, &root.path().join("all"));
    assert!(experiment.report().arms.iter().all(|arm| arm.arm != ArmKind::MoreReal));
    assert_eq!((experiment.report().arms.len(), experiment.report().others), (6, 0));
    // Of each class there are 300: 140 are left of 160, and 150 of 150.
    for (labelled, others) in [(1_600, None), (1_500, Some(1_500))] {
        let config = ExperimentConfig { labelled, generated: 4_000, ..tiny() };
        let report = begin(config, &root.path().join(labelled.to_string())).report();
        let has_ceiling = report.arms.iter().any(|arm| arm.arm == ArmKind::MoreReal);
        assert_eq!((has_ceiling, report.others), (others.is_some(), others.unwrap_or_default()));
    }
}
