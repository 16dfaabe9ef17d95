//! Texts on the command line: presets, files of one's own, samples, measures, and how bad files are refused.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own files has failed")]

mod support;

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;
use support::{Files, ModelParts, assert_refused, ganscope, newest_model};

/// Networks so small that a step takes a moment.
const SMALL: [&str; 8] = [
    "--set",
    r#"generator={"text":{"width":8,"blocks":1,"kernel":3}}"#,
    "--set",
    r#"discriminator={"text":{"width":8,"blocks":1,"kernel":3}}"#,
    "--set",
    "batch_size=16",
    "--device",
    "cpu",
];

/// Forty texts, a line each, with a label after a tab where there is one.
fn lines(label: impl Fn(usize) -> String) -> String {
    let mut lines = String::new();
    for index in 0..40 {
        let word = format!("{}{}{}", ["ba", "do", "ki", "lu"][index % 4], ["ra", "ne"][index / 4 % 2], index / 8);
        writeln!(lines, "{word}{}", label(index)).unwrap();
    }
    lines
}

fn train(files: &Files, arguments: &[&str]) -> Value {
    let all = [&["train", "--steps", "3", "--json"][..], &SMALL, arguments].concat();
    ganscope(files.path(), &all).expect_success().json_lines().remove(0)
}

#[test]
fn a_run_on_texts_can_be_filmed_and_keeps_its_samples() {
    let files = Files::new();
    train(&files, &["--preset", "names", "--out", "run", "--film", "film.gif"]);
    assert!(fs::read(files.path().join("film.gif")).unwrap().starts_with(b"GIF89a"));
    let samples = fs::read_to_string(files.path().join("run/samples/step-00000003.txt")).unwrap();
    assert!(samples.lines().count() > 20, "{samples}");
    assert!(samples.chars().all(|letter| letter.is_ascii_lowercase() || letter == '\n'), "{samples}");
}

#[test]
fn names_are_trained_on_sampled_walked_through_and_measured() {
    let files = Files::new();
    train(&files, &["--preset", "names", "--out", "run"]);
    let model = ModelParts::read(&newest_model(&files.path().join("run")));
    assert_eq!(model.description["alphabet"], "abcdefghijklmnopqrstuvwxyz");
    for (out, command) in [
        ("samples.txt", &["sample", "run", "--count", "30", "--seed", "4"][..]),
        ("walk.txt", &["interpolate", "run", "--from", "1", "--to", "2", "--frames", "30"]),
    ] {
        for again in [out, "again.txt"] {
            ganscope(files.path(), &[command, &["--out", again]].concat()).expect_success();
        }
        let text = fs::read_to_string(files.path().join(out)).unwrap();
        assert_eq!(text.lines().count(), 30, "{text}");
        assert!(text.chars().all(|letter| letter.is_ascii_lowercase() || letter == '\n'), "{text}");
        assert_eq!(text, fs::read_to_string(files.path().join("again.txt")).unwrap());
    }
    ganscope(files.path(), &["sample", "run", "--count", "5", "--out", "samples.npy"]).expect_success();
    let array = fs::read(files.path().join("samples.npy")).unwrap();
    assert!(String::from_utf8_lossy(&array[..128]).contains("(5, 27, 12"));
    assert_refused(&ganscope(files.path(), &["sample", "run", "--out", "samples.png"]), 2, &[".txt", "samples.png"]);

    let measures = ganscope(files.path(), &["eval", "run", "--json"]).expect_success().json_lines().remove(0);
    let number = |name: &str| measures[name].as_f64().unwrap_or_else(|| panic!("{name}: {measures}"));
    assert_eq!(measures["samples"], 2_000);
    for n in 1..=4 {
        let js = number(&format!("js{n}"));
        assert!(number(&format!("js{n}_floor")) < js && js <= 1.0, "{measures}");
    }
    for name in ["validity", "uniqueness", "novelty", "novelty_trigram"] {
        assert!((0.0..=1.0).contains(&number(name)), "{measures}");
    }
}

#[test]
fn a_run_on_texts_repeats_and_what_is_drawn_in_it() {
    let files = Files::new();
    let model = |run: &str| fs::read(newest_model(&files.path().join(run))).unwrap();
    for run in ["one", "two"] {
        train(&files, &["--preset", "words", "--set", "gumbel_temperature=0.9", "--out", run]);
    }
    assert!(model("one") == model("two"));
    train(&files, &["--preset", "words", "--out", "preset"]);
    assert_ne!(model("one"), model("preset"), "the temperature does something");
    train(&files, &["--preset", "words", "--set", "local_expectation=false", "--out", "slopes"]);
    assert_ne!(model("preset"), model("slopes"), "trying other letters does something");
}

#[test]
fn a_file_of_texts_brings_its_alphabet_and_its_classes() {
    let files = Files::new();
    files.write("words.txt", lines(|_| String::new()));
    let began = train(&files, &["--data", "words.txt", "--out", "run"]);
    let text = &began["config"]["data"]["text"];
    assert_eq!((&text["alphabet"], &text["max_length"]), (&"01234abdeiklnoru".into(), &5.into()));
    assert_eq!(began["data_note"], "40 different texts, an alphabet of 16 characters");
    let labelled = lines(|index| format!("\t{}", ["land", "sea"][index % 2]));
    files.write("labelled.txt", format!("\u{FEFF}{}", labelled.replace('\n', "\r\n")));
    let began = train(&files, &["--data", "labelled.txt", "--out", "classes"]);
    assert_eq!(
        (&began["config"]["conditional"], &began["config"]["data"]["text"]["classes"]),
        (&true.into(), &2.into())
    );
    ganscope(files.path(), &["sample", "classes", "--class", "sea", "--out", "sea.txt"]).expect_success();

    files.write("words.txt", lines(|_| String::new()).replace('b', "é"));
    let other = ganscope(files.path(), &["train", "--steps", "1", "--device", "cpu", "--config", "run/config.json"]);
    assert_refused(&other, 1, &["other characters", "words.txt"]);
    fs::remove_file(files.path().join("words.txt")).unwrap();
    let gone = ganscope(files.path(), &["train", "--steps", "1", "--device", "cpu", "--config", "run/config.json"]);
    assert_refused(&gone, 1, &["no such file", "words.txt"]);
}

#[test]
fn a_conditional_models_texts_are_measured_in_the_proportions_of_its_file() {
    let files = Files::new();
    let words = |letters: [char; 3], length: u32, label: &str| {
        let letter = |index: usize, place: u32| letters[index / 3_usize.pow(place) % 3];
        let word = |index: usize| (0..length).map(|place| letter(index, place)).collect::<String>();
        (0..3_usize.pow(length)).map(|index| format!("{}\t{label}\n", word(index))).collect::<Vec<_>>().concat()
    };
    // 243 texts of one class, and 27 of another that has other letters.
    files.write("uneven.txt", words(['a', 'b', 'c'], 5, "many") + &words(['x', 'y', 'z'], 3, "rare"));
    let train = ["train", "--data", "uneven.txt", "--steps", "60", "--seed", "1", "--device", "cpu", "--out", "run"];
    ganscope(files.path(), &train).expect_success();
    let measured = ganscope(files.path(), &["eval", "run", "--json"]).expect_success().json_lines().remove(0);
    // With as many of each class it would be 0.07.
    assert!(measured["js1"].as_f64().unwrap() < 0.03, "{measured}");
}

#[test]
fn case_and_length_of_a_files_texts_can_be_chosen() {
    let files = Files::new();
    files.write("words.txt", format!("{}A-much-longer-word\n", lines(|_| String::new()).replace('l', "L")));
    let began = train(&files, &["--data", "words.txt", "--case", "lower", "--max-length", "6", "--out", "run"]);
    let text = &began["config"]["data"]["text"];
    assert_eq!((&text["alphabet"], &text["max_length"]), (&"01234abdeiklnoru".into(), &6.into()));
    ganscope(files.path(), &["sample", "run", "--count", "9", "--out", "made.txt"]).expect_success();
    let made = fs::read_to_string(files.path().join("made.txt")).unwrap();
    assert!(
        made.lines().count() == 9 && made.lines().all(|line| line.len() <= 6 && line == line.to_lowercase()),
        "{made}"
    );
    let measured = ganscope(files.path(), &["eval", "run", "--data", "words.txt", "--json"])
        .expect_success()
        .json_lines()
        .remove(0);
    assert_eq!(
        measured["js1_floor"],
        ganscope(files.path(), &["eval", "run", "--json"]).expect_success().json_lines().remove(0)["js1_floor"]
    );
    files.write("others.txt", lines(|_| String::new()).replace('b', "é"));
    let others = ganscope(files.path(), &["eval", "run", "--data", "others.txt"]);
    assert_refused(&others, 1, &["other characters"]);
    let resumed = ["train", "--resume", "--out", "run", "--case", "lower"];
    assert_refused(&ganscope(files.path(), &resumed), 2, &["--case", "--resume"]);
    for (args, words) in [
        (["--data", "words.txt", "--case", "upper"], "no case called `upper`; there are: as-is, lower"),
        (["--data", "words.txt", "--max-length", "40"], "--max-length must be from 1 to 32"),
        (["--data", "ring", "--case", "lower"], "are for files of texts; leave them out with ring"),
    ] {
        let refused = ganscope(files.path(), &[&["train", "--steps", "1"][..], &args].concat());
        assert_refused(&refused, 2, &[words]);
    }
}

#[test]
fn built_in_texts_do_not_measure_a_model_of_other_characters() {
    let files = Files::new();
    let capitals: Vec<char> = ('A'..='Z').collect();
    let turned = |turn: usize| (0..12).map(|place| capitals[(place + turn) % 26]).collect::<String>();
    files.write("capitals.txt", (0..26).map(turned).collect::<Vec<_>>().join("\n"));
    let began = train(&files, &["--data", "capitals.txt", "--out", "run"]);
    let text = &began["config"]["data"]["text"];
    // As many and as long as the names are, which have the small letters.
    assert_eq!((&text["alphabet"], &text["max_length"]), (&"ABCDEFGHIJKLMNOPQRSTUVWXYZ".into(), &12.into()));
    assert_refused(&ganscope(files.path(), &["eval", "run", "--data", "names"]), 1, &["other characters", "run"]);
    let small = capitals.iter().map(char::to_ascii_lowercase).collect::<String>();
    files.write("small.txt", (0..26).map(|turn| turned(turn).to_lowercase()).collect::<Vec<_>>().join("\n"));
    let began = train(&files, &["--data", "small.txt", "--out", "run_small"]);
    assert_eq!(began["config"]["data"]["text"]["alphabet"], small);
    ganscope(files.path(), &["eval", "run_small", "--data", "names", "--json"]).expect_success();
}

#[test]
fn every_bad_file_of_texts_gives_one_line() {
    let files = Files::new();
    let labelled = lines(|index| if index == 30 { String::new() } else { "\tone".to_owned() });
    let lonely = lines(|index| if index == 3 { "\tlonely".to_owned() } else { "\tmany".to_owned() });
    for (name, bytes, words) in [
        ("empty.txt", Vec::new(), "the file is empty"),
        ("blank.txt", b"\n \n\n".to_vec(), ""),
        ("one.txt", b"one\n".to_vec(), "how many there are: 1"),
        ("few.txt", "again\n".repeat(90).into_bytes(), "how many there are: 1"),
        (
            "long.txt",
            format!("{}\n", "x".repeat(33)).repeat(40).into_bytes(),
            "longer than 32 characters; make lines of less",
        ),
        ("latin.txt", [&b"caf\xE9\n"[..], lines(|_| String::new()).as_bytes()].concat(), "line 1 is not UTF-8"),
        ("utf16.txt", b"\xFF\xFEo\0n\0e\0".to_vec(), "UTF-16"),
        ("binary.txt", b"abc\ndef\0\x01\x02".to_vec(), "not a text file: line 2"),
        ("label.txt", labelled.into_bytes(), "line 31 has no label"),
        ("lonely.txt", lonely.into_bytes(), "only one text of the class"),
    ] {
        files.write(name, bytes);
        let refused = ganscope(files.path(), &["train", "--steps", "1", "--data", name, "--device", "cpu"]);
        assert_refused(&refused, 1, &[words, name]);
    }
    let many = ["train", "--steps", "1", "--preset", "names", "--set", "data.samples=1000000"];
    let all = ganscope(files.path(), &[&many[..], &SMALL].concat());
    assert_eq!(all.status, Some(0), "more samples than there are means all: {all:#?}");
}
