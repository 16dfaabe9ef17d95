//! Data of one's own on the command line: parameters, drawings, points and pictures, and how bad ones are refused.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own files has failed")]

mod support;

use std::fs;
use std::path::Path;

use image::{GrayImage, Luma};
use serde_json::Value;
use support::{Files, ModelParts, assert_refused, ganscope, newest_model, npy};

/// Trains three steps and gives the line that says how it began.
#[track_caller]
fn started(folder: &Path, arguments: &[&str]) -> Value {
    let train = ["train", "--steps", "3", "--device", "cpu", "--json"];
    let outcome = ganscope(folder, &[&train[..], arguments].concat()).expect_success();
    outcome.json_lines().remove(0)
}

fn model_bytes(run: &Path) -> Vec<u8> {
    fs::read(newest_model(run)).unwrap()
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

#[test]
fn parameters_of_a_distribution_are_set_and_repeated() {
    let files = Files::new();
    let set = ["--set", "data.ring.modes=12", "--set", "data.ring.std=0.02", "--out", "run"];
    assert_eq!(started(files.path(), &set)["config"]["data"]["ring"]["modes"], 12);
    started(files.path(), &["--config", "run/config.json", "--out", "again"]);
    assert!(model_bytes(&files.path().join("run")) == model_bytes(&files.path().join("again")));
    let measures = ganscope(files.path(), &["eval", "run", "--json"]).expect_success();
    assert_eq!(measures.json_lines()[0]["modes_total"], 12);
    for (set, words) in [
        ("data.ring.modes=33", ["data.ring.modes", "33"]),
        ("data.grid.side=0", ["data.grid.side", "0"]),
        ("data.moons.noise=-1", ["data.moons.noise", "-1"]),
        ("data.checkerboard.squares=10", ["data.checkerboard.squares", "10"]),
    ] {
        assert_refused(&ganscope(files.path(), &["train", "--steps", "1", "--set", set]), 2, &words);
    }
}

#[test]
fn a_configuration_of_before_there_were_parameters_still_runs() {
    let files = Files::new();
    started(files.path(), &["--out", "run"]);
    let mut config: Value = serde_json::from_slice(&fs::read(files.path().join("run/config.json")).unwrap()).unwrap();
    config["data"] = serde_json::json!({ "kind": "ring" });
    files.write("old.json", config.to_string());
    started(files.path(), &["--config", "old.json", "--out", "again"]);
    assert!(model_bytes(&files.path().join("run")) == model_bytes(&files.path().join("again")));
}

#[test]
fn points_are_read_from_tables_and_arrays_and_their_scaling_is_told() {
    let files = Files::new();
    files.write("points.csv", "# a triangle\nx;y\n1,5;3\n4,9;4\n\n3,2;3,5\n");
    files.write("points.txt", "1.5 3\n4.9 4\n3.2 3.5\n");
    files.write("points.npy", npy("<f4", "(3, 2)", &floats(&[1.5, 3.0, 4.9, 4.0, 3.2, 3.5])));
    let note = "3 points; x' = (x - 3.2) / 1.7, y' = (y - 3.5) / 1.7";
    for name in ["points.csv", "points.txt", "points.npy"] {
        let line = started(files.path(), &["--data", name, "--out", name.trim_start_matches("points.")]);
        assert_eq!(line["data_note"], note, "{name}");
        assert_eq!(line["config"]["data"]["kind"], "file");
    }
    // float32 and the text differ in the last bits of what was scaled; the two tables do not.
    let arrays = |run: &str| ModelParts::read(&newest_model(&files.path().join(run))).arrays;
    assert_eq!(arrays("csv"), arrays("txt"));
    let plain = ganscope(files.path(), &["train", "--steps", "1", "--device", "cpu", "--data", "points.csv"]);
    assert_eq!(plain.status, Some(0), "{plain:#?}");
}

#[test]
fn a_run_on_a_file_repeats_from_another_folder_and_misses_a_file_that_is_gone() {
    let files = Files::new();
    let points: String = (0..500).map(|index| ["1,2\n", "3,5\n", "2,9\n", "7,1\n"][index % 4]).collect();
    files.write("points.csv", points);
    fs::create_dir(files.path().join("elsewhere")).unwrap();
    started(files.path(), &["--data", "points.csv", "--out", "run"]);
    started(&files.path().join("elsewhere"), &["--config", "../run/config.json", "--out", "again"]);
    assert!(model_bytes(&files.path().join("run")) == model_bytes(&files.path().join("elsewhere/again")));
    let measures = ganscope(files.path(), &["eval", "run", "--json"]).expect_success();
    assert!(measures.json_lines()[0]["mmd_floor"].is_number(), "{measures:#?}");

    fs::remove_file(files.path().join("points.csv")).unwrap();
    let gone = ["cannot read the points", "no such file", "points.csv"];
    for arguments in [
        &["train", "--out", "run", "--resume", "--steps", "9", "--device", "cpu"][..],
        &["train", "--config", "run/config.json", "--device", "cpu"],
        &["eval", "run"],
    ] {
        assert_refused(&ganscope(files.path(), arguments), 1, &gone);
    }
    ganscope(files.path(), &["sample", "run", "--out", "x.png"]).expect_success();
}

#[test]
fn a_file_that_has_changed_since_the_run_began_is_noticed_once() {
    let files = Files::new();
    let changed = |arguments: &[&str]| {
        let train = ["train", "--device", "cpu", "--json"];
        let outcome = ganscope(files.path(), &[&train[..], arguments].concat()).expect_success();
        let lines = outcome.json_lines();
        let warnings: Vec<_> = lines.iter().filter(|line| line["event"] == "warning").collect();
        assert!(warnings.len() <= 1, "{warnings:?}");
        warnings.first().is_some_and(|line| {
            let message = line["message"].as_str().unwrap();
            message.contains("has changed since") && message.contains("points.csv") && !message.contains('\n')
        })
    };
    files.write("points.csv", "1,2\n3,5\n2,9\n");
    assert!(!changed(&["--data", "points.csv", "--out", "run", "--steps", "2"]), "nothing is known of it before");
    assert!(!changed(&["--out", "run", "--resume", "--steps", "4"]));
    assert!(!changed(&["--config", "run/config.json", "--steps", "2"]));
    files.write("points.csv", "1,2\n3,5\n2,8\n");
    assert!(changed(&["--config", "run/config.json", "--steps", "2"]));
    assert!(changed(&["--out", "run", "--resume", "--steps", "6"]));
    assert!(!changed(&["--out", "run", "--resume", "--steps", "8"]), "it goes on with the same file");
    files.write("others.csv", "1,2\n3,5\n");
    assert!(!changed(&["--config", "run/config.json", "--data", "others.csv", "--steps", "2"]));
}

#[test]
fn a_picture_becomes_a_drawing_that_the_model_file_repeats() {
    let files = Files::new();
    let picture = GrayImage::from_fn(64, 64, |x, y| Luma([if x / 32 == y / 32 { 0 } else { 255 }]));
    picture.save(files.path().join("squares.png")).unwrap();
    let line = started(files.path(), &["--data", "squares.png", "--out", "run"]);
    assert_eq!(line["config"]["data"]["kind"], "drawn");
    let drawing = line["config"]["data"]["drawing"].as_str().unwrap();
    assert!(drawing.starts_with("96x96:") && drawing.len() < 2_000, "{drawing}");
    // The picture is not needed again.
    fs::remove_file(files.path().join("squares.png")).unwrap();
    started(files.path(), &["--config", "run/config.json", "--out", "again"]);
    assert!(model_bytes(&files.path().join("run")) == model_bytes(&files.path().join("again")));
    ganscope(files.path(), &["eval", "run", "--count", "200", "--json"]).expect_success();
    ganscope(files.path(), &["info", "run"]).expect_success();
}

#[test]
fn bad_points_are_refused_with_one_line() {
    let files = Files::new();
    let cases: [(&str, Vec<u8>, &[&str]); 18] = [
        ("empty.csv", Vec::new(), &["empty"]),
        ("words.csv", b"x,y\n# nothing more\n".to_vec(), &["no numbers"]),
        ("one.csv", b"1\n2\n".to_vec(), &["line 1", "1 column"]),
        ("three.csv", b"1,2\n1,2,3\n".to_vec(), &["line 2", "3 columns"]),
        ("word.csv", b"1,2\n\n3,four\n".to_vec(), &["line 3", "`four`"]),
        ("nan.csv", b"1,2\n3,nan\n".to_vec(), &["line 2", "not finite"]),
        ("infinite.csv", b"1,2\n3,4\n-inf,1\n".to_vec(), &["line 3", "not finite"]),
        ("single.csv", b"1,2\n".to_vec(), &["single point"]),
        ("same.csv", b"1,2\n1,2\n1,2\n".to_vec(), &["3 points", "same"]),
        ("bytes.csv", vec![0xff; 40], &["line 1", "not text"]),
        ("long.csv", vec![b'1'; 100_000], &["line 1", "longer"]),
        ("text.npy", b"1,2\n3,4\n".to_vec(), &["not a .npy file"]),
        ("cut.npy", npy("<f4", "(4, 2)", &floats(&[1.0; 7])), &["28 bytes", "32"]),
        ("header.npy", npy("<f4", "(4, 2)", &[])[..40].to_vec(), &["header"]),
        ("complex.npy", npy("<c8", "(2, 2)", &[0; 32]), &["<c8"]),
        ("flat.npy", npy("<f4", "(4,)", &floats(&[1.0; 4])), &["[4]", "[count, 2]"]),
        ("wide.npy", npy("<f4", "(2, 3)", &floats(&[1.0; 6])), &["[2, 3]"]),
        ("nan.npy", npy("<f4", "(2, 2)", &floats(&[1.0, 2.0, f32::NAN, 4.0])), &["row 2", "not finite"]),
    ];
    for (name, bytes, words) in cases {
        files.write(name, bytes);
        let outcome = ganscope(files.path(), &["train", "--steps", "1", "--device", "cpu", "--data", name]);
        assert_refused(&outcome, 1, &[words, &["cannot read the points", name]].concat());
    }
    for name in ["missing.csv", "missing/points.npy"] {
        let outcome = ganscope(files.path(), &["train", "--steps", "1", "--device", "cpu", "--data", name]);
        assert_refused(&outcome, 1, &["no such file", name]);
    }
    fs::create_dir(files.path().join("folder.csv")).unwrap();
    let outcome = ganscope(files.path(), &["train", "--steps", "1", "--device", "cpu", "--data", "folder.csv"]);
    assert_refused(&outcome, 1, &["there are no pictures in it"]);
}

#[test]
fn bad_pictures_and_drawings_are_refused_with_one_line() {
    let files = Files::new();
    let white = files.path().join("white.png");
    GrayImage::from_pixel(50, 50, Luma([255])).save(&white).unwrap();
    GrayImage::new(20_000, 3).save(files.path().join("wide.png")).unwrap();
    let whole = fs::read(&white).unwrap();
    files.write("cut.png", &whole[..whole.len() - 20]);
    files.write("empty.png", "");
    files.write("text.png", "text");
    files.write("photo.jpg", b"\xff\xd8\xff\xe0");
    for (name, words) in [
        ("white.png", "nothing in it"),
        ("wide.png", "20000×3"),
        ("cut.png", "damaged"),
        ("empty.png", "empty"),
        ("text.png", "not a PNG"),
        ("photo.jpg", "damaged"),
        ("missing.png", "no such file"),
    ] {
        for command in [&["train", "--steps", "1", "--device", "cpu", "--data"][..], &["--data"]] {
            let outcome = ganscope(files.path(), &[command, &[name]].concat());
            if command.len() > 1 {
                assert_refused(&outcome, 1, &["cannot read the picture", words, name]);
            } else {
                // Without a display it says first that it trains in the terminal, where it gets that far.
                assert_eq!(outcome.status, Some(1), "{outcome:#?}");
                assert!(outcome.stderr.contains(words), "{outcome:#?}");
            }
        }
    }
    for (set, words) in
        [(&["--set", "data.kind=drawn"][..], "drawing is empty"), (&["--set", "data.kind=file"], "data.path")]
    {
        let outcome = ganscope(files.path(), &[&["train", "--steps", "1", "--device", "cpu"][..], set].concat());
        assert_refused(&outcome, 1, &[words]);
    }
    let outcome = ganscope(files.path(), &["train", "--steps", "1", "--set", "data.drawing=scribble"]);
    assert_refused(&outcome, 2, &["data.drawing", "96x96"]);
}
