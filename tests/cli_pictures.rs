//! Pictures of one's own on the command line: every format, published sets, and how bad ones are refused.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own files has failed")]

mod support;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use flate2::{Compression, write::GzEncoder};
use image::{Rgb, RgbImage};
use serde_json::Value;
use support::{Files, Outcome, assert_refused, finish, ganscope, newest_model, npy, program};

/// A bad source is refused within this time, whatever else the machine does.
const AT_ONCE: Duration = Duration::from_secs(2);
/// Names the folder that has the full sets `mnist` and `fashion-mnist`.
const TEST_DATA: &str = "GANSCOPE_TEST_DATA";

/// Colour pictures of different sizes, one class a folder.
fn photographs(files: &Files, folder: &str) {
    for index in 0..12_u8 {
        let path = files.write(&format!("{folder}/{}/{index}.png", ["cat", "dog"][usize::from(index % 2)]), "");
        let side = 30 + u32::from(index);
        RgbImage::from_fn(side, 40, |x, y| Rgb([x as u8, y as u8, index * 20])).save(path).unwrap();
    }
}

/// The four files of MNIST, with few pictures.
fn idx_set(files: &Files, folder: &str) {
    for (part, count) in [("train", 70_usize), ("t10k", 30)] {
        let pixels: Vec<u8> = (0..count * 784).map(|place| (place % 256) as u8).collect();
        let labels: Vec<u8> = (0..count).map(|index| (index % 10) as u8).collect();
        files.write(&format!("{folder}/{part}-images-idx3-ubyte.gz"), gzip(&idx(&[count, 28, 28], &pixels)));
        files.write(&format!("{folder}/{part}-labels-idx1-ubyte.gz"), gzip(&idx(&[count], &labels)));
    }
}

fn run(files: &Files, arguments: &[&str]) -> Outcome {
    // What is installed on this machine is none of these tests' business.
    let mut command = program(files.path(), arguments);
    finish(command.env("GANSCOPE_DATA", files.path().join("data")).spawn().unwrap())
}

/// Trains three small steps and gives the line that says how it began.
#[track_caller]
fn started(files: &Files, arguments: &[&str]) -> Value {
    let train = ["train", "--steps", "3", "--device", "cpu", "--json", "--set", "batch_size=8"];
    run(files, &[&train[..], arguments].concat()).expect_success().json_lines().remove(0)
}

fn idx(shape: &[usize], values: &[u8]) -> Vec<u8> {
    let sizes = shape.iter().flat_map(|&size| u32::try_from(size).unwrap().to_be_bytes());
    [0, 0, 8, shape.len() as u8].into_iter().chain(sizes).chain(values.iter().copied()).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Records of CIFAR-10.
fn cifar(count: usize) -> Vec<u8> {
    (0..count).flat_map(|index| std::iter::once((index % 10) as u8).chain([index as u8; 3072])).collect()
}

#[test]
fn classes_of_a_folder_are_learned_and_must_stay_the_same() {
    let files = Files::new();
    photographs(&files, "photos");
    let line = started(&files, &["--data", "photos", "--out", "run"]);
    assert_eq!(line["config"]["conditional"], true, "a folder with classes is learned class by class");
    assert_eq!(line["config"]["data"]["pictures"]["classes"], 2);
    run(&files, &["sample", "run", "--class", "dog", "--count", "3", "--out", "dogs.npy"]).expect_success();
    files.write("photos/bird/0.png", "");
    RgbImage::new(30, 30).save(files.path().join("photos/bird/0.png")).unwrap();
    let again = ["train", "--config", "run/config.json", "--device", "cpu"];
    let refused = run(&files, &again);
    assert_refused(&refused, 1, &["told of 2 classes, and the data has 3", "open the data again"]);
    files.write("plain/0.png", "");
    RgbImage::new(30, 30).save(files.path().join("plain/0.png")).unwrap();
    let refused = run(&files, &["train", "--data", "plain", "--set", "conditional=true"]);
    assert!(refused.stderr.contains("needs data with classes"), "{}", refused.stderr);
}

#[test]
fn a_run_is_not_resumed_on_classes_of_other_names_and_says_when_pictures_have_changed() {
    let files = Files::new();
    photographs(&files, "photos");
    started(&files, &["--data", "photos", "--out", "run"]);
    let resume = |steps: &str| {
        run(&files, &["train", "--resume", "--steps", steps, "--device", "cpu", "--out", "run", "--json"])
    };
    let warnings = |outcome: &Outcome| -> Vec<String> {
        let lines = outcome.json_lines();
        let warnings = lines.iter().filter(|line| line["event"] == "warning");
        warnings.map(|line| line["message"].as_str().unwrap().to_owned()).collect()
    };
    let [dogs, horses] = ["dog", "horse"].map(|name| files.path().join("photos").join(name));
    fs::rename(&dogs, &horses).unwrap();
    assert_refused(&resume("4"), 1, &["learned the class `dog`", "the data now has `horse`", "begin a new run"]);
    fs::rename(&horses, &dogs).unwrap();
    let same = resume("4").expect_success();
    assert!(warnings(&same).is_empty(), "{same:#?}");

    RgbImage::from_pixel(30, 30, Rgb([1, 2, 3])).save(dogs.join("1.png")).unwrap();
    let changed = resume("5").expect_success();
    let [warning] = &warnings(&changed)[..] else { panic!("one warning: {changed:#?}") };
    assert!(
        warning.contains("The pictures have changed since the run began") && warning.ends_with("photos"),
        "{warning}"
    );
    let known = resume("6").expect_success();
    assert!(warnings(&known).is_empty(), "it goes on with these: {known:#?}");
}

#[test]
fn a_folder_of_pictures_is_trained_on_and_repeated_from_elsewhere() {
    let files = Files::new();
    photographs(&files, "photos");
    let line = started(&files, &["--data", "photos", "--out", "run"]);
    assert_eq!(line["data_note"], "12 pictures, 28×28 colour; 2 classes");
    assert_eq!(line["config"]["data"]["kind"], "pictures");
    assert!(line["config"]["generator"]["dcgan"].is_object(), "networks for pictures: {line}");
    fs::create_dir(files.path().join("elsewhere")).unwrap();
    let train = ["train", "--config", "../run/config.json", "--device", "cpu", "--out", "again"];
    ganscope(&files.path().join("elsewhere"), &train).expect_success();
    let model = |run: &str| fs::read(newest_model(&files.path().join(run))).unwrap();
    assert!(model("run") == model("elsewhere/again"));
    run(&files, &["sample", "run", "--out", "sheet.png"]).expect_success();
    let told = run(&files, &["info", "run"]).expect_success();
    assert!(told.stdout.contains("told of 2 classes: "), "{told:#?}");
}

#[test]
fn what_pictures_become_can_be_set() {
    let files = Files::new();
    photographs(&files, "photos");
    let set = ["--set", "data.pictures.size=16", "--set", "data.pictures.channels=1", "--set", "data.pictures.fit=pad"];
    let line = started(&files, &[&["--data", "photos", "--preset", "fashion"][..], &set].concat());
    assert_eq!(line["data_note"], "12 pictures, 16×16 grey; 2 classes");
    let outcome = run(&files, &["train", "--steps", "1", "--data", "photos", "--set", "data.pictures.size=48"]);
    assert_refused(&outcome, 2, &["data.pictures.size is 48", "16, 28, 32 or 64"]);
}

#[test]
fn a_model_is_measured_against_other_pictures_as_it_has_seen_its_own() {
    let files = Files::new();
    for index in 0..24_u8 {
        let (path, other) =
            (files.write(&format!("wide/{index}.png"), ""), files.write(&format!("copy/{index}.png"), ""));
        let picture = RgbImage::from_fn(90, 40, |x, y| Rgb([2 * x as u8, index * 9, 6 * y as u8]));
        picture.save(&path).unwrap();
        fs::copy(path, other).unwrap();
    }
    let set = ["--set", "data.pictures.size=16", "--set", "data.pictures.channels=1", "--set", "data.pictures.fit=pad"];
    started(&files, &[&["--data", "wide", "--preset", "fashion", "--out", "run"][..], &set].concat());
    let measures = |data: &[&str]| {
        let outcome = run(&files, &[&["eval", "run", "--json"][..], data].concat()).expect_success();
        outcome.json_lines().remove(0)
    };
    let own = measures(&[]);
    assert_eq!(own["samples"], 12);
    assert_eq!(measures(&["--data", "copy"]), own, "size, colours and fit are the model's");
}

#[test]
fn every_format_is_recognised() {
    let files = Files::new();
    idx_set(&files, "digits");
    files.write("cifar/cifar-10-batches-bin/data_batch_1.bin", cifar(20));
    files.write("array.npy", npy("|u1", "(9, 16, 16)", &[7; 9 * 256]));
    let archive = {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, bytes) in
            [("x_train", npy("|u1", "(9, 3, 32, 32)", &vec![7; 9 * 3072])), ("y_train", npy("|u1", "(9,)", &[1; 9]))]
        {
            writer.start_file(format!("{name}.npy"), zip::write::FileOptions::default()).unwrap();
            writer.write_all(&bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    };
    files.write("archive.npz", archive);
    for (name, note) in [
        ("digits", "70 pictures, 28×28 grey, and 30 to test with; 10 classes"),
        ("digits/t10k-images-idx3-ubyte.gz", "30 pictures, 28×28 grey; 10 classes"),
        ("cifar", "20 pictures, 32×32 grey; 10 classes; 1 of the 5 files to train on"),
        ("array.npy", "9 pictures, 16×16 grey; values taken as 0 (dark) to 255 (light)"),
        ("archive.npz", "9 pictures, 32×32 grey; 2 classes; array `x_train`; values taken as 0 (dark) to 255 (light)"),
    ] {
        let line = started(&files, &["--preset", "fashion", "--data", name]);
        assert_eq!(line["data_note"], note, "{name}");
    }
    // Points and drawings stay what they were.
    files.write("points.npy", npy("<f4", "(3, 2)", &[1.0_f32, 2.0, 3.0, 4.0, 5.0, 7.0].map(f32::to_le_bytes).concat()));
    assert_eq!(started(&files, &["--data", "points.npy"])["config"]["data"]["kind"], "file");
    RgbImage::from_pixel(20, 20, Rgb([0; 3])).save(files.path().join("alone.png")).unwrap();
    assert_eq!(started(&files, &["--data", "alone.png"])["config"]["data"]["kind"], "drawn");
}

#[test]
fn published_sets_are_found_in_the_data_folder_and_missed_with_advice() {
    let files = Files::new();
    for name in ["mnist", "cifar10"] {
        let outcome = run(&files, &["train", "--steps", "1", "--device", "cpu", "--data", name]);
        assert_refused(&outcome, 1, &["is not on this machine", &format!("datasets --download {name}"), "data"]);
    }
    // There is nothing to film: that is no error of its own.
    let outcome = run(&files, &["train", "--device", "cpu", "--json", "--data", "mnist", "--film", "film.gif"]);
    assert_refused(&outcome, 1, &["is not on this machine"]);
    assert!(!files.path().join("film.gif").exists());
    idx_set(&files, "data/mnist");
    let line = started(&files, &["--data", "mnist"]);
    assert_eq!(line["data_note"], "70 pictures, 28×28 grey, and 30 to test with; 10 classes");
    assert_eq!(line["config"]["data"]["kind"], "mnist");
    for index in 1..=5 {
        files.write(&format!("data/cifar10/cifar-10-batches-bin/data_batch_{index}.bin"), cifar(4));
    }
    assert_refused(
        &run(&files, &["train", "--steps", "1", "--device", "cpu", "--data", "cifar10"]),
        1,
        &["not on this machine"],
    );
    files.write("data/cifar10/cifar-10-batches-bin/test_batch.bin", cifar(4));
    assert_eq!(
        started(&files, &["--data", "cifar10"])["data_note"],
        "20 pictures, 32×32 colour, and 4 to test with; 10 classes"
    );
    let sets = run(&files, &["datasets", "--json"]).expect_success().json_lines();
    let path = |name: &str| sets.iter().find(|set| set["name"] == name).unwrap()["path"].clone();
    assert!(path("mnist").as_str().unwrap().ends_with("mnist"), "{sets:?}");
    run(&files, &["datasets", "--download", "mnist"]).expect_success();
    assert_refused(
        &run(&files, &["datasets", "--download", "imagenet"]),
        2,
        &["imagenet", "mnist, fashion-mnist, cifar10"],
    );
}

#[test]
fn a_download_that_fails_is_one_line() {
    let files = Files::new();
    // Nobody listens on a port that was just given back.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mirror = format!("http://{address}/");
    let outcome = run(&files, &["datasets", "--download", "cifar10", "--mirror", &mirror, "--patience", "1"]);
    assert_eq!(outcome.status, Some(1), "{outcome:#?}");
    let last = outcome.stderr.lines().last().unwrap();
    assert!(last.starts_with("error: cifar-10-binary.tar.gz could not be fetched") && last.contains(&mirror), "{last}");
    assert!(!files.path().join("data/cifar10").exists());
}

#[test]
fn bad_pictures_are_refused_with_one_line_at_once() {
    let files = Files::new();
    idx_set(&files, "cut");
    let images = files.path().join("cut/train-images-idx3-ubyte.gz");
    let whole = fs::read(&images).unwrap();
    fs::write(&images, &whole[..whole.len() / 2]).unwrap();
    idx_set(&files, "labels");
    files.write("labels/train-labels-idx1-ubyte.gz", gzip(&idx(&[3], &[0; 3])));
    files.write("papers/notes.txt", "no pictures");
    files.write("broken/a.png", "spoiled");
    files.write("empty.npz", "");
    files.write("text.npz", "text");
    files.write("cut.bin", vec![0; 5000]);
    files.write("label.bin", vec![77; 3073]);
    files.write("cube.npy", npy("<f4", "(2, 2, 2)", &[0; 32]));
    files.write("nan.npy", npy("<f4", "(1, 16, 16)", &[255; 1024]));
    files.write("huge.npy", npy("<f4", "(99999999999, 16, 16)", &[0; 1024]));
    files.write("huge-ubyte", idx(&[4_000_000_000, 28, 28], &[0; 784]));
    for (name, words) in [
        ("cut", "it ends"),
        ("labels", "70 pictures but 3 labels"),
        ("papers", "there are no pictures in it"),
        ("broken", "none of its 1 pictures"),
        ("empty.npz", "the file is empty"),
        ("text.npz", "not a .npz file"),
        ("cut.bin", "it ends after 1 of 2 pictures"),
        ("label.bin", "label 77 of picture 1"),
        ("cube.npy", "2×2 pixels"),
        ("nan.npy", "not finite"),
        ("huge.npy", "it ends after 1 of"),
        ("huge-ubyte", "it ends after 1 of"),
        ("gone.npz", "no such file"),
        ("gone/photos", "no such file"),
    ] {
        let began = Instant::now();
        let outcome = run(&files, &["train", "--steps", "1", "--device", "cpu", "--data", name]);
        assert_refused(&outcome, 1, &["cannot read the p", words]);
        let is_last =
            outcome.stderr.lines().any(|line| line.rsplit(": ").next().is_some_and(|path| path.contains(name)));
        assert!(is_last, "the path is last: {outcome:#?}");
        assert!(began.elapsed() < AT_ONCE, "{name}: {:?}", began.elapsed());
    }
    let set = ["--preset", "faces", "--set", "data.kind=pictures"];
    let outcome = run(&files, &[&["train", "--steps", "1", "--device", "cpu"][..], &set].concat());
    assert_refused(&outcome, 1, &["data.pictures.path"]);
}

#[test]
fn the_full_sets_are_read() {
    let Some(folder) = std::env::var_os(TEST_DATA) else {
        // A machine without them is the usual one.
        let _closed = writeln!(std::io::stderr(), "skipped: {TEST_DATA} names no folder with the full sets");
        return;
    };
    let files = Files::new();
    for name in ["mnist", "fashion-mnist"] {
        let path = Path::new(&folder).join(name);
        let line = started(&files, &["--preset", "fashion", "--data", path.to_str().unwrap()]);
        assert_eq!(line["data_note"], "60\u{2009}000 pictures, 28×28 grey, and 10\u{2009}000 to test with; 10 classes");
    }
}
