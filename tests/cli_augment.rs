//! The data augmentation experiment on the command line.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own files has failed")]

mod support;

use std::collections::BTreeMap;
use std::fs;
#[cfg(unix)]
use std::io::{BufRead, BufReader};
use std::path::Path;
#[cfg(unix)]
use std::process::Command;

use serde_json::Value;
use support::{Files, Outcome, assert_refused, ganscope};
#[cfg(unix)]
use support::{finish, program};

/// An experiment of the built-in garments that takes seconds.
const TINY: [&str; 11] = [
    "augment",
    "--data",
    "fashion",
    "--labelled",
    "40",
    "--generated",
    "40",
    "--classifier-steps",
    "6",
    "--batch",
    "8",
];

fn augment(folder: &Path, arguments: &[&str]) -> Outcome {
    ganscope(folder, &[&TINY[..], arguments].concat())
}

/// Test pictures that each classifier knew, by seed and arm.
fn counts(folder: &Path) -> BTreeMap<(u64, String), u64> {
    let text = fs::read(folder.join("experiment.json")).unwrap();
    let stored: Value = serde_json::from_slice(&text).unwrap();
    let results = stored["results"].as_array().unwrap().iter();
    results
        .map(|it| {
            let arm = it["arm"].as_str().unwrap().to_owned();
            ((it["seed"].as_u64().unwrap(), arm), it["correct"].as_u64().unwrap())
        })
        .collect()
}

#[test]
fn every_arm_is_a_line_and_the_last_line_holds_the_verdicts() {
    let files = Files::new();
    let outcome =
        augment(files.path(), &["--seeds", "2", "--gan-steps", "4", "--out", "run", "--json"]).expect_success();
    let lines = outcome.json_lines();
    let of = |event: &str| lines.iter().filter(|line| line["event"] == event).collect::<Vec<_>>();
    assert_eq!((of("measured").len(), of("arm").len(), of("verdicts").len()), (14, 7, 1));
    let arms: Vec<&str> = of("arm").iter().map(|line| line["arm"].as_str().unwrap()).collect();
    let expected = ["real-only", "duplicated", "classic", "gan", "classic-and-gan", "gan-only", "more-real"];
    assert_eq!(arms, expected);
    for line in of("arm") {
        let accuracies: Vec<f64> =
            line["accuracies"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
        let mean = line["accuracy"]["mean"].as_f64().unwrap();
        assert!((mean - f64::midpoint(accuracies[0], accuracies[1])).abs() < 1e-9, "{line}");
        assert!(line["secs"].as_f64().unwrap() > 0.0);
        assert_eq!(line["comparison"].is_null(), line["arm"] == "real-only", "{line}");
    }
    let last = lines.last().unwrap();
    assert_eq!(
        (last["event"].as_str(), last["tested"].as_u64(), last["seeds"].as_u64()),
        (Some("verdicts"), Some(1_000), Some(2))
    );
    assert_eq!(last["verdicts"].as_object().unwrap().len(), 6);
    let both = of("arm")[4];
    assert_eq!(both["comparison"]["control"], "classic");

    // What is done is not done again, and text says the same.
    let resumed = ganscope(files.path(), &["augment", "--resume", "--out", "run"]).expect_success();
    assert!(resumed.stdout.contains(last["verdicts"]["gan"].as_str().unwrap()), "{resumed:#?}");
    assert!(!resumed.stderr.contains("seed 1"), "{resumed:#?}");
}

/// Reads what a child says on standard error until a line holds `words` for the `times`th time.
#[cfg(unix)]
fn wait_for(stderr: &mut impl BufRead, words: &str, times: usize) {
    let mut lines = stderr.lines().map(|line| line.unwrap()).filter(|line| line.contains(words));
    assert!(lines.nth(times - 1).is_some(), "`{words}` was never said {times} times");
}

#[cfg(unix)]
#[test]
fn one_that_is_killed_in_the_middle_goes_on_to_the_same_numbers() {
    let files = Files::new();
    // A classifier takes a tenth of a second or more, a GAN a second: a signal comes before they are done.
    let settings = [
        "augment",
        "--data",
        "fashion",
        "--labelled",
        "40",
        "--generated",
        "40",
        "--classifier-steps",
        "200",
        "--seeds",
        "2",
        "--gan-steps",
        "120",
        "--out",
    ];
    ganscope(files.path(), &[&settings[..], &["whole"]].concat()).expect_success();

    let halted = files.path().join("halted");
    let arguments = [&settings[..], &["halted"]].concat();
    let mut child = program(files.path(), &arguments).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    wait_for(&mut stderr, "seed 1 of 2", 2);
    child.kill().unwrap();
    finish(child);
    let done = counts(&halted).len();
    assert!((2..14).contains(&done), "{done} classifiers were done");

    // Then Ctrl-C after the next one, whichever seed's it is: both are made at once.
    let mut child = program(files.path(), &[&arguments[..], &["--resume"]].concat()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    wait_for(&mut stderr, " of 2: ", 1);
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    wait_for(&mut stderr, "the same command with --resume goes on: halted", 1);
    finish(child).expect_success();
    assert!(counts(&halted).len() < 14, "it was stopped");

    let refused = ganscope(files.path(), &arguments);
    assert_refused(&refused, 1, &["there is an experiment in this folder already", "--resume", "halted"]);
    ganscope(files.path(), &["augment", "--resume", "--out", "halted"]).expect_success();
    assert_eq!(counts(&files.path().join("whole")), counts(&halted));
}

#[test]
fn an_augmented_set_is_written_and_can_be_learned_from() {
    let files = Files::new();
    augment(files.path(), &["--gan-steps", "2", "--seeds", "1", "--out", "run", "--export", "made"]).expect_success();
    let text = fs::read(files.path().join("made/manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!((manifest["real"].as_u64(), manifest["generated"].as_u64()), (Some(40), Some(40)));
    for entry in manifest["pictures"].as_array().unwrap() {
        assert!(files.path().join("made").join(entry["file"].as_str().unwrap()).is_file(), "{entry}");
    }
    let resume = ["augment", "--resume", "--out", "run", "--export"];
    for (path, format) in [("made.npz", None), ("idx", Some("idx"))] {
        let format = format.map_or(Vec::new(), |format| vec!["--export-format", format]);
        ganscope(files.path(), &[&resume[..], &[path], &format].concat()).expect_success();
    }
    assert!(files.path().join("made.npz").is_file() && files.path().join("idx/train-labels-idx1-ubyte").is_file());
    for made in ["made", "idx"] {
        let train = ["train", "--steps", "2", "--device", "cpu", "--json", "--data", made];
        let outcome = ganscope(files.path(), &train).expect_success();
        let note = outcome.json_lines()[0]["data_note"].as_str().unwrap().to_owned();
        assert!(note.contains("80 pictures") && note.contains("10 classes"), "{note}");
    }
    assert_refused(&ganscope(files.path(), &[&resume[..], &["made"]].concat()), 1, &["in this folder already", "made"]);
}

#[test]
fn labelled_texts_are_augmented_and_what_is_written_can_be_learned_from() {
    let files = Files::new();
    // The digits of a number as letters, and whether it is even.
    let line = |number: u32| {
        let letters = format!("{number:06b}").replace('0', "o").replace('1', "l");
        format!("{letters}\t{}\n", if number.is_multiple_of(2) { "even" } else { "odd" })
    };
    fs::write(files.path().join("numbers.tsv"), (0..64).map(line).collect::<String>()).unwrap();
    let tiny = ["augment", "--data", "numbers.tsv", "--labelled", "20", "--seeds", "1", "--generated", "10"];
    let quick = ["--gan-steps", "3", "--classifier-steps", "6", "--batch", "8", "--out", "run"];
    let format = ["--export", "pictures", "--export-format", "idx"];
    let refused = ganscope(files.path(), &[&tiny[..], &quick, &format].concat());
    assert_refused(&refused, 2, &["format for texts called `idx`", "tsv, npz"]);
    let outcome = ganscope(files.path(), &[&tiny[..], &quick, &["--export", "made"]].concat()).expect_success();
    assert!(outcome.stdout.contains("20 labelled texts, 10 generated"), "{outcome:#?}");
    assert!(outcome.stdout.contains("GAN only") && !outcome.stdout.contains("classic"), "{outcome:#?}");
    let table = fs::read_to_string(files.path().join("made/texts.tsv")).unwrap();
    assert_eq!(table.lines().count(), 30);
    let real = table.lines().take(20);
    assert!(real.clone().all(|line| line.ends_with(if line.as_bytes()[5] == b'o' { "\teven" } else { "\todd" })));
    let manifest: Value = serde_json::from_slice(&fs::read(files.path().join("made/manifest.json")).unwrap()).unwrap();
    assert_eq!((manifest["real"].as_u64(), manifest["texts"].as_array().map(Vec::len)), (Some(20), Some(30)));
    let resume = ["augment", "--resume", "--out", "run", "--export", "made.npz"];
    ganscope(files.path(), &resume).expect_success();
    assert!(files.path().join("made.npz").is_file());

    let gan = "run/seed-1/gan";
    ganscope(files.path(), &["sample", gan, "--count", "6", "--class", "odd", "--out", "odd.tsv"]).expect_success();
    let odd = fs::read_to_string(files.path().join("odd.tsv")).unwrap();
    assert!(odd.lines().count() == 6 && odd.lines().all(|line| line.ends_with("\todd")), "{odd}");
}

#[test]
fn a_sweep_prints_the_curve_over_numbers_of_labelled_pictures() {
    let files = Files::new();
    let sweep = [
        "augment",
        "--data",
        "fashion",
        "--sweep",
        "20,40",
        "--seeds",
        "1",
        "--generated",
        "20",
        "--classifier-steps",
        "2",
        "--gan-steps",
        "2",
        "--out",
        "runs",
    ];
    let outcome = ganscope(files.path(), &[&sweep[..], &["--json"]].concat()).expect_success();
    let lines = outcome.json_lines();
    let curve = lines.last().unwrap();
    assert_eq!(curve["event"], "curve");
    let points = curve["points"].as_array().unwrap();
    assert_eq!(points.iter().map(|point| point["labelled"].as_u64().unwrap()).collect::<Vec<_>>(), [20, 40]);
    assert!(points.iter().all(|point| point["accuracy"]["gan"]["mean"].is_f64()));
    assert!(
        lines
            .iter()
            .filter(|line| line["event"] == "arm")
            .all(|line| line["verdict"].is_null() || line["verdict"].as_str().unwrap().starts_with("not known")),
        "one seed claims nothing"
    );
    // The folder of the first number is not touched before that of the last is refused.
    let further = sweep.map(|argument| if argument == "20,40" { "30,40" } else { argument });
    assert_refused(&ganscope(files.path(), &further), 1, &["in this folder already", "labelled-40"]);
    assert!(!files.path().join("runs/labelled-30").exists());
    let again = ganscope(files.path(), &[&sweep[..], &["--resume"]].concat()).expect_success();
    assert!(again.stdout.contains("Labelled pictures") && again.stdout.contains("What the GAN adds"), "{again:#?}");
    // What it had not come to yet is made like the rest, though nothing is said again.
    let later = files.path().join("runs/labelled-40/experiment.json");
    let made = fs::read_to_string(&later).unwrap();
    fs::remove_dir_all(files.path().join("runs/labelled-40")).unwrap();
    let short = ["augment", "--sweep", "20,40", "--resume", "--out", "runs"];
    ganscope(files.path(), &short).expect_success();
    let settings = |text: &str| serde_json::from_str::<Value>(text).unwrap()["config"].clone();
    assert_eq!(settings(&fs::read_to_string(&later).unwrap()), settings(&made));
    fs::write(&later, made.replace("\"mix\": 0.5", "\"mix\": 0.25")).unwrap();
    assert_refused(&ganscope(files.path(), &short), 2, &["all of a sweep is made alike", "mix is 0.25 and not 0.5"]);
}

#[test]
fn where_nothing_could_be_measured_no_number_is_printed() {
    let files = Files::new();
    let begin = ["augment", "--data", "fashion", "--labelled", "20", "--seeds", "1", "--gan-steps", "1"];
    let tiny = ["--generated", "10", "--classifier-steps", "1", "--out", "runs/labelled-20"];
    ganscope(files.path(), &[&begin[..], &tiny].concat()).expect_success();
    let path = files.path().join("runs/labelled-20/experiment.json");
    let mut stored: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    stored["results"] = Value::Array(Vec::new());
    stored["diverged"] = serde_json::json!([{ "seed": 1, "step": 7 }]);
    fs::write(&path, stored.to_string()).unwrap();
    let sweep = ["augment", "--resume", "--sweep", "20", "--out", "runs"];
    let outcome = ganscope(files.path(), &sweep).expect_success();
    assert!(!outcome.stdout.replace("95 %", "").contains('%'), "{outcome:#?}");
    assert!(
        outcome.stdout.contains("Seed 1 is left out") && outcome.stdout.contains("try fewer GAN steps"),
        "{outcome:#?}"
    );
    let lines = ganscope(files.path(), &[&sweep[..], &["--json"]].concat()).expect_success().json_lines();
    let arms = || lines.iter().filter(|line| line["event"] == "arm");
    assert!(arms().count() == 7 && arms().all(|arm| arm["accuracy"].is_null() && arm["verdict"].is_null()));
    let point = &lines.last().unwrap()["points"][0];
    assert!(point["accuracy"]["gan"].is_null() && point["comparison"]["gan"].is_null(), "{point}");
    assert_eq!(point["diverged"][0]["step"], 7);
}

#[test]
fn what_makes_no_sense_is_one_line() {
    let files = Files::new();
    let with = |arguments: &[&str]| ganscope(files.path(), &[&["augment", "--gan-steps", "2"], arguments].concat());
    let garments = |arguments: &[&str]| with(&[&["--data", "fashion", "--out", "x"], arguments].concat());
    for (outcome, status, words) in [
        (with(&["--labelled", "40"]), 2, ["--data", "required"]),
        (garments(&[]), 2, ["--labelled", "required"]),
        (garments(&["--labelled", "40", "--sweep", "20,40"]), 2, ["--labelled", "--sweep"]),
        (garments(&["--sweep", "20,40,20"]), 2, ["--sweep", "20 twice"]),
        (garments(&["--labelled", "19"]), 1, ["19 labelled", "at least 20"]),
        (garments(&["--labelled", "0"]), 2, ["--labelled is 0", "from 4"]),
        (garments(&["--labelled", "3001"]), 1, ["only 3000 samples", "3001"]),
        (garments(&["--labelled", "40", "--mix", "1"]), 2, ["--mix is 1", "below 1"]),
        (garments(&["--labelled", "40", "--seeds", "0"]), 2, ["--seeds is 0", "from 1"]),
        (garments(&["--labelled", "40", "--filter", "best"]), 2, ["filter", "discriminator"]),
        (garments(&["--labelled", "40", "--export", "y", "--export-format", "zip"]), 2, ["format", "npz"]),
        (with(&["--data", "faces", "--labelled", "40"]), 1, ["no labels", "sub-folder"]),
        (with(&["--data", "ring", "--labelled", "40"]), 1, ["needs pictures", "classes"]),
        (with(&["--data", "nowhere/at/all", "--labelled", "40"]), 1, ["nowhere", "no such file"]),
        (with(&["--resume"]), 2, ["--resume", "--out"]),
        (with(&["--resume", "--out", "nothing"]), 1, ["no experiment to go on with", "nothing"]),
    ] {
        assert_refused(&outcome, status, &words);
    }
    assert_eq!(fs::read_dir(files.path()).unwrap().count(), 0, "nothing was begun");

    // A class with one picture.
    for (class, count) in [("cat", 6), ("dog", 1)] {
        for number in 0..count {
            let path = files.path().join(format!("pets/{class}/{number}.png"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            image::GrayImage::from_pixel(16, 16, image::Luma([number * 20 + 50])).save(path).unwrap();
        }
    }
    let rare = with(&["--data", "pets", "--labelled", "4", "--out", "x"]);
    assert_refused(&rare, 1, &["the class `dog` has only 1", "of the 2"]);

    augment(files.path(), &["--gan-steps", "1", "--seeds", "1", "--out", "run"]).expect_success();
    let other = ganscope(files.path(), &["augment", "--resume", "--out", "run", "--labelled", "50"]);
    assert_refused(&other, 2, &["other settings", "labelled is 40 and not 50"]);
    let other = ganscope(files.path(), &["augment", "--resume", "--out", "run", "--data", "pets"]);
    assert_refused(&other, 2, &["other data"]);
    fs::write(files.path().join("run/experiment.json"), "{").unwrap();
    assert_refused(&ganscope(files.path(), &["augment", "--resume", "--out", "run"]), 1, &["cannot be read"]);
}
