//! The real program, run as a script would run it: what it writes, what it says, and how it refuses.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own files has failed")]

mod support;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use support::{ModelParts, assert_refused, finish, ganscope, newest_model, program};
use tempfile::TempDir;

/// A temporary folder with a run of `steps` steps in `run`.
#[track_caller]
fn trained(preset: &str, steps: u64) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    train(folder.path(), preset, steps, "run");
    folder
}

#[track_caller]
fn train(folder: &Path, preset: &str, steps: u64, out: &str) {
    let steps = steps.to_string();
    let arguments = ["train", "--preset", preset, "--steps", &steps, "--seed", "1", "--device", "cpu", "--out", out];
    ganscope(folder, &arguments).expect_success();
}

/// Shape and values of a `.npy` file of little-endian 32-bit floats in C order.
#[track_caller]
fn read_npy(bytes: &[u8]) -> (Vec<usize>, Vec<f32>) {
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
    let header_length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(&bytes[10..10 + header_length]).unwrap();
    assert!(header.contains("'descr': '<f4'") && header.contains("'fortran_order': False"), "{header}");
    let (_, shape) = header.split_once("'shape': (").unwrap();
    let (shape, _) = shape.split_once(')').unwrap();
    let shape: Vec<usize> =
        shape.split(',').filter(|size| !size.trim().is_empty()).map(|size| size.trim().parse().unwrap()).collect();
    let values: Vec<f32> =
        bytes[10 + header_length..].as_chunks().0.iter().map(|value| f32::from_le_bytes(*value)).collect();
    assert_eq!(values.len(), shape.iter().product::<usize>(), "{header}");
    (shape, values)
}

#[track_caller]
fn assert_number(line: &Value, field: &str) {
    assert!(line[field].is_number(), "`{field}` is missing: {line}");
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let folder = tempfile::tempdir().unwrap();
    let runs: [(&str, &str, &[&str]); 5] = [
        ("ring8", "60", &[]),
        ("collapse", "60", &["--set", "batch_size=700"]),
        ("fashion", "3", &[]),
        ("article", "3", &[]),
        ("faces", "3", &["--set", "discriminator.dcgan.norm=spectral", "--set", "generator.dcgan.norm=instance"]),
    ];
    for (preset, steps, more) in runs {
        let files = ["1", "2", "5"].map(|threads| {
            let out = format!("{preset}-{threads}");
            let mut arguments = vec!["train", "--preset", preset, "--steps", steps, "--device", "cpu", "--out", &out];
            arguments.extend(more);
            let mut command = program(folder.path(), &arguments);
            command.env("RAYON_NUM_THREADS", threads);
            finish(command.spawn().unwrap()).expect_success();
            fs::read(newest_model(&folder.path().join(&out))).unwrap()
        });
        assert!(files[0] == files[1] && files[0] == files[2], "{preset} depends on the number of threads");
    }
}

#[test]
fn a_conditional_model_makes_the_class_that_is_asked_for_by_name_or_number() {
    let folder = tempfile::tempdir().unwrap();
    let run = ["train", "--preset", "fashion", "--steps", "2", "--device", "cpu", "--out", "run"];
    ganscope(folder.path(), &[&run[..], &["--set", "conditional=true"]].concat()).expect_success();
    let sample = |more: &[&str], out: &str| {
        let arguments = [&["sample", "run", "--count", "11", "--out", out], more].concat();
        ganscope(folder.path(), &arguments).expect_success();
        let (shape, values) = read_npy(&fs::read(folder.path().join(out)).unwrap());
        assert_eq!(shape, [11, 1, 28, 28]);
        values.chunks(784).map(<[f32]>::to_vec).collect::<Vec<_>>()
    };
    let sandals = sample(&["--class", "sandal"], "name.npy");
    assert_eq!(sandals, sample(&["--class", "5"], "number.npy"));
    let each = sample(&[], "each.npy");
    assert!(each.iter().zip(&sandals).enumerate().all(|(row, (one, sandal))| (one == sandal) == (row % 10 == 5)));
    let unknown = ganscope(folder.path(), &["sample", "run", "--class", "hat", "--out", "hat.npy"]);
    assert_eq!(unknown.status, Some(2));
    assert!(unknown.stderr.contains("no class `hat`; there are: T-shirt"), "{}", unknown.stderr);
    let walk = ["interpolate", "run", "--from", "1", "--to", "2", "--frames", "3", "--out", "walk.npy"];
    ganscope(folder.path(), &walk).expect_success();

    let resumed = ["train", "--resume", "--steps", "3", "--device", "cpu", "--out", "run"];
    ganscope(folder.path(), &resumed).expect_success();
    let plain = trained("faces", 1);
    let refused = ganscope(plain.path(), &["sample", "run", "--class", "1", "--out", "x.npy"]);
    assert!(refused.stderr.contains("was not trained with classes"), "{}", refused.stderr);
    let without = ["train", "--preset", "faces", "--set", "conditional=true"];
    let refused = ganscope(folder.path(), &without);
    assert_eq!(refused.status, Some(2));
    assert!(refused.stderr.contains("needs data with classes"), "{}", refused.stderr);
}

#[test]
fn training_twice_gives_the_same_model_to_the_byte() {
    let folder = tempfile::tempdir().unwrap();
    for out in ["first", "second"] {
        train(folder.path(), "ring8", 200, out);
    }
    let read = |out: &str| fs::read(newest_model(&folder.path().join(out))).unwrap();
    assert!(read("first") == read("second"), "the model files differ");
    let metrics = |out: &str| fs::read_to_string(folder.path().join(out).join("metrics.csv")).unwrap();
    assert_eq!(metrics("first"), metrics("second"));
    assert_eq!(metrics("first").lines().count(), 201, "a header and a line a step");
}

#[test]
fn another_seed_gives_another_model() {
    let folder = trained("ring8", 3);
    ganscope(folder.path(), &["train", "--steps", "3", "--seed", "2", "--device", "cpu", "--out", "other"])
        .expect_success();
    let arrays = |out: &str| ModelParts::read(&newest_model(&folder.path().join(out))).arrays;
    assert_ne!(arrays("run"), arrays("other"));
}

#[test]
fn a_resumed_run_equals_an_uninterrupted_one() {
    for (preset, half, whole) in [("ring8", 100, 200), ("collapse", 3, 6), ("fashion", 1, 2)] {
        let folder = tempfile::tempdir().unwrap();
        train(folder.path(), preset, whole, "whole");
        train(folder.path(), preset, half, "halves");
        let whole_text = whole.to_string();
        let resume = ["train", "--resume", "--steps", &whole_text, "--device", "cpu", "--out", "halves"];
        ganscope(folder.path(), &resume).expect_success();
        let [one, two] = ["whole", "halves"].map(|run| newest_model(&folder.path().join(run)));
        let file = |model: &Path, name: &str| fs::read(model.with_file_name(name)).unwrap();
        assert_eq!(ModelParts::read(&one).arrays, ModelParts::read(&two).arrays, "{preset}: weights");
        assert_eq!(ModelParts::read(&one).description, ModelParts::read(&two).description, "{preset}: description");
        assert!(file(&one, "model.safetensors") == file(&two, "model.safetensors"), "{preset}: model file");
        assert!(file(&one, "optimizers.safetensors") == file(&two, "optimizers.safetensors"), "{preset}: optimizers");
        for name in ["metrics.csv", "config.json"] {
            let read = |run: &str| fs::read_to_string(folder.path().join(run).join(name)).unwrap();
            assert_eq!(read("whole"), read("halves"), "{preset}: {name}");
        }
    }
}

#[test]
fn resuming_a_run_that_has_all_its_steps_adds_none() {
    let folder = trained("ring8", 20);
    let resume = ["train", "--resume", "--steps", "20", "--device", "cpu", "--out", "run", "--json"];
    let outcome = ganscope(folder.path(), &resume).expect_success();
    assert_eq!(outcome.json_lines().last().unwrap()["step"], 20);
    assert_eq!(ModelParts::read(&newest_model(&folder.path().join("run"))).description["step"], 20);
}

#[test]
fn a_new_run_is_not_mixed_with_the_one_already_in_the_folder() {
    let folder = trained("ring8", 20);
    let again = ["train", "--steps", "10", "--seed", "2", "--device", "cpu", "--out", "run"];
    let outcome = ganscope(folder.path(), &again);
    if outcome.status == Some(0) {
        let description = ModelParts::read(&newest_model(&folder.path().join("run"))).description;
        assert_eq!(description["step"], 10, "the newest checkpoint is still the old run's");
        assert_eq!(description["config"]["seed"], 2);
    } else {
        assert!(matches!(outcome.status, Some(1 | 2)), "{outcome:#?}");
        assert_eq!(outcome.stderr.lines().filter(|line| line.starts_with("error: ")).count(), 1, "{outcome:#?}");
        let description = ModelParts::read(&newest_model(&folder.path().join("run"))).description;
        assert_eq!((&description["step"], &description["config"]["seed"]), (&Value::from(20), &Value::from(1)));
    }
}

#[test]
fn a_run_folder_repeats_its_run() {
    let folder = tempfile::tempdir().unwrap();
    let set = ["train", "--steps", "5", "--set", "batch_size=64", "--set", "objective.penalty_weight=0.2"];
    ganscope(folder.path(), &[&set[..], &["--device", "cpu", "--out", "run"]].concat()).expect_success();
    ganscope(folder.path(), &["train", "--config", "run/config.json", "--device", "cpu", "--out", "again"])
        .expect_success();
    let read = |run: &str| fs::read(newest_model(&folder.path().join(run))).unwrap();
    assert!(read("run") == read("again"), "the model files differ");
    let config: Value = serde_json::from_slice(&fs::read(folder.path().join("again/config.json")).unwrap()).unwrap();
    assert_eq!(config["batch_size"], 64);
    assert_eq!(config["preset"], "ring8");
}

#[test]
fn json_lines_say_what_happens() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["train", "--preset", "ring8", "--steps", "300", "--device", "cpu", "--out", "run", "--json"];
    let outcome = ganscope(folder.path(), &arguments).expect_success();
    let lines = outcome.json_lines();
    let of = |event: &str| lines.iter().filter(|line| line["event"] == event).collect::<Vec<_>>();

    assert_eq!(lines[0]["event"], "started");
    assert_eq!(lines[0]["config"]["preset"], "ring8");
    assert!(lines[0]["device"].is_object() && lines[0]["parameters"].is_object(), "{}", lines[0]);

    let steps = of("step");
    for line in &steps {
        for field in ["step", "elapsed_secs", "d_loss", "g_loss", "d_real", "d_fake", "steps_per_sec"] {
            assert_number(line, field);
        }
    }
    assert!(steps.windows(2).all(|pair| pair[0]["step"].as_u64() < pair[1]["step"].as_u64()));
    let gaps = steps
        .windows(2)
        .map(|pair| pair[1]["elapsed_secs"].as_f64().unwrap() - pair[0]["elapsed_secs"].as_f64().unwrap());
    let longest_gap = gaps.fold(0.0, f64::max);
    assert!(longest_gap < 2.0, "a line for a step every second, not after {longest_gap} s");
    assert_eq!(steps.last().unwrap()["step"], 300, "the last step is told");

    let checkpoints = of("checkpoint");
    assert_eq!(checkpoints.last().unwrap()["step"], 300);
    assert!(folder.path().join(checkpoints.last().unwrap()["path"].as_str().unwrap()).is_dir());

    let finished = lines.last().unwrap();
    assert_eq!((&finished["event"], &finished["reason"]), (&"finished".into(), &"steps".into()));
    assert_eq!(finished["step"], 300);
    assert_number(finished, "elapsed_secs");
    assert_eq!(of("finished").len(), 1);
    assert_eq!(outcome.stderr, "", "with --json nothing is said on standard error");
}

#[test]
fn a_run_may_end_after_minutes() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["train", "--minutes", "0.01", "--device", "cpu", "--json"];
    let lines = ganscope(folder.path(), &arguments).expect_success().json_lines();
    let finished = lines.last().unwrap();
    assert_eq!(finished["reason"], "minutes");
    assert!(finished["elapsed_secs"].as_f64().unwrap() >= 0.6);
}

#[test]
fn a_run_can_be_filmed_without_changing_it() {
    let folder = tempfile::tempdir().unwrap();
    for (out, film) in [("plain", None), ("filmed", Some("film.gif")), ("again", Some("frames"))] {
        let mut arguments = vec!["train", "--preset", "article", "--steps", "20", "--device", "cpu", "--out", out];
        arguments.extend(film.iter().flat_map(|film| ["--film", film]));
        let outcome = ganscope(folder.path(), &arguments).expect_success();
        assert_eq!(outcome.stderr.contains("frames, the last of step 20: "), film.is_some(), "{outcome:?}");
    }
    assert!(fs::read(folder.path().join("film.gif")).unwrap().starts_with(b"GIF89a"));
    assert!(fs::read(folder.path().join("frames/000001.png")).unwrap().starts_with(b"\x89PNG"));
    let model = |run: &str| fs::read(newest_model(&folder.path().join(run))).unwrap();
    assert!(model("plain") == model("filmed"), "filming changed the run");
    let again = ["train", "--preset", "article", "--device", "cpu", "--film", "frames"];
    assert_refused(&ganscope(folder.path(), &again), 1, &["something in this folder already", "frames"]);
    let resumed = ["train", "--resume", "--out", "plain", "--steps", "20", "--device", "cpu", "--film", "one.gif"];
    let outcome = ganscope(folder.path(), &resumed).expect_success();
    assert!(outcome.stderr.contains("A film of 1 frame, the last of step 20: one.gif"), "{outcome:?}");
}

#[test]
fn a_film_that_cannot_be_kept_fails_a_run_that_went_well_and_hides_no_other_failure() {
    let folder = tempfile::tempdir().unwrap();
    // What is no folder yet is filled by the run.
    let train = ["train", "--preset", "collapse", "--device", "cpu"];
    let well = ["--steps", "5", "--out", "well", "--film", "well"];
    let outcome = ganscope(folder.path(), &[&train[..], &well].concat());
    let last_line = |outcome: &support::Outcome| outcome.stderr.lines().last().unwrap_or_default().to_owned();
    assert_eq!(outcome.status, Some(1), "{outcome:#?}");
    assert!(last_line(&outcome).starts_with("error: there is something in this folder already"), "{outcome:#?}");
    assert!(folder.path().join("well/checkpoints").is_dir(), "the run is kept");
    let badly = ["--steps", "500", "--out", "badly", "--film", "badly"];
    let rates =
        ["--set", "generator_optimizer.learning_rate=1e9", "--set", "discriminator_optimizer.learning_rate=1e9"];
    let outcome = ganscope(folder.path(), &[&train[..], &badly, &rates].concat());
    assert_eq!(outcome.status, Some(1), "{outcome:#?}");
    assert!(outcome.stderr.contains("warning: the film was not kept: there is something"), "{outcome:#?}");
    assert!(last_line(&outcome).starts_with("error: training diverged"), "{outcome:#?}");
}

#[test]
fn eval_gives_each_measure_beside_its_floor() {
    let folder = trained("ring8", 5);
    let outcome = ganscope(folder.path(), &["eval", "run", "--json"]).expect_success();
    let measures = &outcome.json_lines()[0];
    for field in ["modes_covered", "modes_total", "high_quality_fraction", "reverse_kl", "mmd"] {
        assert_number(measures, field);
    }
    for field in ["high_quality_fraction_floor", "reverse_kl_floor", "mmd_floor"] {
        assert_number(measures, field);
    }
    assert_eq!(measures["modes_total"], 8);
    assert!(measures["samples"].as_u64().unwrap() >= 2_500, "floors come from at least 2,500 samples");
    assert!(measures["mmd_floor"].as_f64().unwrap().abs() < 0.01, "{measures}");
    let again = ganscope(folder.path(), &["eval", "run", "--json"]).expect_success();
    assert_eq!(outcome.stdout, again.stdout, "the same seed measures the same");
    let table = ganscope(folder.path(), &["eval", "run"]).expect_success();
    assert!(table.stdout.contains("mmd"), "{table:#?}");
}

#[test]
fn eval_measures_pictures_too_and_says_which_measures_count() {
    for (preset, fits) in [("article", true), ("faces", false)] {
        let folder = trained(preset, 1);
        let arguments = ["eval", "run", "--count", "200", "--json"];
        let outcome = ganscope(folder.path(), &arguments).expect_success();
        let measures = &outcome.json_lines()[0];
        let names = [
            "kid",
            "frechet_distance",
            "precision",
            "recall",
            "density",
            "coverage",
            "sliced_wasserstein",
            "spread",
            "nearest_real_ratio",
        ];
        for name in names {
            assert_number(measures, name);
            assert_number(measures, &format!("{name}_floor"));
        }
        assert_number(measures, "kid_error");
        assert_eq!((&measures["samples"], &measures["features_fit"]), (&Value::from(200), &Value::from(fits)));
        assert_eq!(measures["class_histogram"].is_object(), fits, "{measures}");
        assert_eq!(outcome.stderr.contains("28×28"), !fits, "{outcome:#?}");
        let kid = |name: &str| measures[name].as_f64().unwrap();
        assert!(kid("kid") > 10.0 * kid("kid_floor").abs(), "an untrained generator is far from the data: {measures}");
        assert_eq!(outcome.stdout, ganscope(folder.path(), &arguments).expect_success().stdout);
    }
}

#[test]
fn eval_measures_pictures_that_another_program_made() {
    let folder = trained("article", 1);
    ganscope(folder.path(), &["sample", "run", "--count", "300", "--out", "made.npy"]).expect_success();
    let arguments = ["eval", "--samples", "made.npy", "--data", "fashion", "--count", "200", "--json"];
    let outcome = ganscope(folder.path(), &arguments).expect_success();
    let measures = &outcome.json_lines()[0];
    assert_eq!((&measures["samples"], measures.get("step")), (&Value::from(200), None), "{measures}");
    let kid = |measures: &Value| measures["kid"].as_f64().unwrap();
    let own = ganscope(folder.path(), &["eval", "run", "--count", "200", "--json"]).expect_success();
    assert!((kid(measures) / kid(&own.json_lines()[0]) - 1.0).abs() < 0.2, "{measures} {own:?}");
    // As many real pictures as there are given ones, for the floors too.
    let few = ["eval", "--samples", "made.npy", "--data", "fashion", "--json"];
    let few = ganscope(folder.path(), &few).expect_success().json_lines().remove(0);
    assert_eq!(few["samples"], 300);
    let limited = ["eval", "--samples", "made.npy", "--data", "fashion", "--count", "300", "--json"];
    assert_eq!(few, ganscope(folder.path(), &limited).expect_success().json_lines().remove(0));
    ganscope(folder.path(), &["sample", "run", "--count", "3", "--out", "three.npy"]).expect_success();
    let refused = ganscope(folder.path(), &["eval", "--samples", "three.npy", "--data", "fashion"]);
    assert_refused(&refused, 1, &["3 where there must be 10 at least", "three.npy"]);
    assert_refused(&ganscope(folder.path(), &["eval", "--samples", "made.npy"]), 2, &["--data"]);
    assert_refused(&ganscope(folder.path(), &["eval", "--samples", "made.npy", "--data", "ring"]), 1, &["2-D points"]);
    assert_refused(
        &ganscope(folder.path(), &["eval", "--samples", "ring", "--data", "fashion"]),
        1,
        &["no pictures: ring"],
    );
}

#[test]
fn a_file_in_the_place_of_a_run_is_named_in_plain_words() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("taken"), "mine").unwrap();
    for out in ["taken", "taken/run"] {
        let train = ["train", "--preset", "ring8", "--steps", "1", "--device", "cpu", "--out", out];
        assert_refused(&ganscope(folder.path(), &train), 1, &["a file where a folder should be", "taken"]);
    }
    assert_eq!(fs::read_to_string(folder.path().join("taken")).unwrap(), "mine");
}

#[test]
fn eval_says_whether_a_conditional_model_makes_the_class_that_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let train = ["train", "--preset", "article", "--set", "conditional=true", "--steps", "1", "--out", "run"];
    ganscope(folder.path(), &train).expect_success();
    let outcome = ganscope(folder.path(), &["eval", "run", "--count", "200", "--json"]).expect_success();
    let share = |name: &str| outcome.json_lines()[0][name].as_f64().unwrap();
    assert!(share("class_accuracy") < 0.4 && share("class_accuracy_floor") > 0.8, "{outcome:?}");
}

#[test]
fn eval_says_what_the_discriminator_makes_of_samples_that_it_has_seen_and_of_others() {
    let folder = trained("overfit-d", 5);
    let outcome = ganscope(folder.path(), &["eval", "run", "--count", "200", "--json"]).expect_success();
    for field in ["d_real_seen", "d_real_unseen"] {
        let score = outcome.json_lines()[0][field].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&score), "{score}");
    }
}

#[test]
fn points_are_written_in_every_format() {
    let folder = trained("ring8", 3);
    let run = |out: &str, more: &[&str]| {
        let arguments = [&["sample", "run", "--count", "50", "--out", out], more].concat();
        ganscope(folder.path(), &arguments).expect_success();
        fs::read(folder.path().join(out)).unwrap()
    };
    let (shape, values) = read_npy(&run("points.npy", &[]));
    assert_eq!(shape, [50, 2]);
    assert!(values.iter().all(|value| value.is_finite()));

    let csv = String::from_utf8(run("points.csv", &[])).unwrap();
    let rows: Vec<f32> = csv
        .lines()
        .skip(1)
        .flat_map(|line| line.split(',').map(|it| it.parse().unwrap()).collect::<Vec<f32>>())
        .collect();
    assert_eq!(rows, values, "the table holds the same numbers");

    let mut archive = npyz::npz::NpzArchive::new(std::io::Cursor::new(run("points.npz", &[]))).unwrap();
    let array = archive.by_name("samples").unwrap().unwrap();
    assert_eq!(array.shape(), [50, 2]);
    assert_eq!(array.into_vec::<f32>().unwrap(), values);

    let picture = image::load_from_memory(&run("points.png", &[])).unwrap();
    assert!(picture.width() > 100 && picture.width() == picture.height());

    assert_eq!(read_npy(&run("seeded.npy", &["--seed", "1"])).1, values, "1 is the seed where none is given");
    assert_ne!(read_npy(&run("other.npy", &["--seed", "2"])).1, values);
    assert_ne!(read_npy(&run("raw.npy", &["--raw"])).1, values, "the averaged generator is another one");

    let model = newest_model(&folder.path().join("run"));
    ganscope(folder.path(), &["sample", model.to_str().unwrap(), "--count", "50", "--out", "file.npy"])
        .expect_success();
    assert_eq!(read_npy(&fs::read(folder.path().join("file.npy")).unwrap()).1, values, "folder and file are one model");
}

#[test]
fn pictures_are_written_in_every_format() {
    for (preset, [channels, side]) in [("article", [1, 28]), ("faces", [3, 16])] {
        let folder = trained(preset, 1);
        let run = |out: &str| {
            ganscope(folder.path(), &["sample", "run", "--count", "6", "--out", out]).expect_success();
            folder.path().join(out)
        };
        let (shape, values) = read_npy(&fs::read(run("pictures.npy")).unwrap());
        assert_eq!(shape, [6, channels, side, side]);
        assert!(values.iter().all(|value| (-1.0..=1.0).contains(value)), "pixels are in [-1, 1]");

        let sheet = image::open(run("sheet.png")).unwrap();
        let pictures_that_fit = (sheet.width() as usize / side) * (sheet.height() as usize / side);
        assert!(pictures_that_fit >= 6, "{}×{}", sheet.width(), sheet.height());

        let mut names: Vec<_> = fs::read_dir(run("pictures")).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        assert_eq!(names.len(), 6);
        let first = image::open(&names[0]).unwrap();
        assert_eq!((first.width() as usize, first.height() as usize), (side, side));
        let (pixel, value) = (first.to_rgb8().get_pixel(0, 0)[0], values[0]);
        assert!((f32::from(pixel) - (value + 1.0) * 127.5).abs() <= 1.0, "pixel {pixel} is not {value}");

        for out in ["strip.png", "walk.gif", "frames"] {
            let walk = ["interpolate", "run", "--from", "1", "--to", "2", "--frames", "5", "--out", out];
            ganscope(folder.path(), &walk).expect_success();
        }
        let strip = image::open(folder.path().join("strip.png")).unwrap();
        assert!(strip.width() as usize >= 5 * side && strip.width() > 3 * strip.height());
        let gif = image::codecs::gif::GifDecoder::new(BufReader::new(
            fs::File::open(folder.path().join("walk.gif")).unwrap(),
        ));
        assert_eq!(image::AnimationDecoder::into_frames(gif.unwrap()).collect_frames().unwrap().len(), 5);
        assert_eq!(fs::read_dir(folder.path().join("frames")).unwrap().count(), 5);
    }
}

#[test]
fn a_walk_begins_and_ends_at_its_seeds() {
    let folder = trained("ring8", 3);
    let read = |out: &str| read_npy(&fs::read(folder.path().join(out)).unwrap()).1;
    for seed in ["7", "8"] {
        let out = format!("{seed}.npy");
        ganscope(folder.path(), &["sample", "run", "--count", "1", "--seed", seed, "--out", &out]).expect_success();
    }
    for method in ["lerp", "slerp"] {
        let walk = ["interpolate", "run", "--from", "7", "--to", "8", "--frames", "9", "--method", method];
        ganscope(folder.path(), &[&walk[..], &["--out", "walk.npy"]].concat()).expect_success();
        let walk = read("walk.npy");
        assert_eq!(walk.len(), 18);
        let ends = [read("7.npy"), read("8.npy")].concat();
        let difference = |index: usize, end: usize| (walk[index] - ends[end]).abs();
        assert!(
            difference(0, 0).max(difference(1, 1)).max(difference(16, 2)).max(difference(17, 3)) < 1e-4,
            "{method}"
        );
    }
}

#[test]
fn given_latents_are_used_as_they_are() {
    let folder = trained("ring8", 3);
    let latents: Vec<f32> = (0_u8..6).map(|index| f32::from(index) / 12.0 - 1.0).collect();
    ganscope::export::write_npy(folder.path().join("latents.npy"), &latents, &[3, 2]).unwrap();
    let run = ["sample", "run", "--latents", "latents.npy", "--out", "samples.npy"];
    ganscope(folder.path(), &run).expect_success();
    assert_eq!(read_npy(&fs::read(folder.path().join("samples.npy")).unwrap()).0, [3, 2]);

    for (shape, word) in [(vec![2, 3], "shape"), (vec![6], "shape")] {
        ganscope::export::write_npy(folder.path().join("wrong.npy"), &latents, &shape).unwrap();
        let outcome = ganscope(folder.path(), &["sample", "run", "--latents", "wrong.npy", "--out", "x.npy"]);
        assert_refused(&outcome, 1, &[word, "wrong.npy"]);
    }
}

#[test]
fn lists_are_json_lines() {
    let folder = trained("article", 1);
    let fields: [(&[&str], &[&str], usize); 4] = [
        (&["presets", "--json"], &["name", "label", "description", "config"], 8),
        (&["datasets", "--json"], &["name", "label", "description", "shape", "samples"], 6),
        (&["devices", "--json"], &["kind", "name"], 1),
        (&["info", "run", "--json"], &["format_version", "architecture", "latent", "sample_shape", "data", "step"], 1),
    ];
    for (arguments, fields, least) in fields {
        let lines = ganscope(folder.path(), arguments).expect_success().json_lines();
        assert!(lines.len() >= least, "{arguments:?} gives {} lines", lines.len());
        for line in &lines {
            for field in fields {
                assert!(line.get(field).is_some(), "{arguments:?}: `{field}` is missing: {line}");
            }
        }
        let plain = ganscope(folder.path(), &arguments[..arguments.len() - 1]).expect_success();
        assert!(!plain.stdout.trim().is_empty(), "{arguments:?} without --json");
    }
}

#[test]
fn help_and_version_go_to_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [["--help"].as_slice(), &["--version"], &["train", "--help"], &["sample", "--help"]] {
        let outcome = ganscope(folder.path(), arguments).expect_success();
        assert!(outcome.stdout.contains("ganscope"), "{outcome:#?}");
        assert_eq!(outcome.stderr, "");
    }
}

/// Waits for a line on standard error that holds `words`, and gives what came before it.
#[cfg(unix)]
#[track_caller]
fn wait_for_line(reader: &mut impl std::io::BufRead, words: &str) -> String {
    let mut seen = String::new();
    loop {
        let before = seen.len();
        assert!(reader.read_line(&mut seen).unwrap() > 0, "`{words}` was never said: {seen}");
        if seen[before..].contains(words) {
            return seen;
        }
    }
}

#[cfg(unix)]
fn interrupt(child: &std::process::Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn without_a_display_it_trains_in_the_terminal_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = program(folder.path(), &["--device", "cpu"]).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let said = wait_for_line(&mut stderr, "Training ring8");
    assert_eq!(said.lines().filter(|line| line.to_lowercase().contains("display")).count(), 1, "{said}");
    // Long enough for many steps; that some were done is what the last line says.
    std::thread::sleep(std::time::Duration::from_secs(2));
    interrupt(&child);
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    let outcome = finish(child);
    assert_eq!(outcome.status, Some(0), "{rest}");
    let steps =
        rest.lines().find_map(|line| line.strip_prefix("Finished after ")?.split(' ').next()?.parse::<u64>().ok());
    assert!(steps.is_some_and(|steps| steps > 0), "it trained: {rest}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_ends_with_a_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = program(folder.path(), &["train", "--device", "cpu", "--out", "run", "--json"]).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut lines = stdout.by_ref().lines().map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    assert!(lines.any(|line| line["event"] == "step"));
    interrupt(&child);
    let rest: Vec<Value> = lines.collect();
    assert_eq!(finish(child).status, Some(0));
    let finished = rest.last().unwrap();
    assert_eq!((&finished["event"], &finished["reason"]), (&"finished".into(), &"stopped".into()));
    let description = ModelParts::read(&newest_model(&folder.path().join("run"))).description;
    assert_eq!(description["step"], finished["step"], "the checkpoint is of the last step");
}

#[test]
fn a_wrong_command_line_is_refused() {
    let folder = trained("ring8", 1);
    fs::write(folder.path().join("run.txt"), "text").unwrap();
    let cases: [(&[&str], &[&str]); 19] = [
        (&["--preset", "nope"], &["nope", "ring8"]),
        (&["train", "--preset", "nope"], &["nope", "ring8"]),
        (&["train", "--data", "nope", "--steps", "1"], &["nope", "ring"]),
        (&["train", "--steps", "0"], &["steps", "0"]),
        (&["train", "--steps", "many"], &["many"]),
        (&["train", "--minutes", "0"], &["--minutes"]),
        (&["train", "--minutes", "nan"], &["--minutes"]),
        (&["train", "--steps", "1", "--set", "batch_size"], &["key=value"]),
        (&["train", "--steps", "1", "--set", "batch=3"], &["batch", "batch_size"]),
        (&["train", "--steps", "1", "--set", "batch_size=x"], &["batch_size", "x"]),
        (&["train", "--steps", "1", "--set", "batch_size=1"], &["batch_size"]),
        (&["train", "--steps", "1", "--set", "generator_optimizer.learning_rate=nan"], &["learning_rate"]),
        (&["train", "--preset", "article", "--data", "ring", "--steps", "1"], &["ring", "points"]),
        (&["train", "--resume"], &["--out"]),
        (&["train", "--resume", "--out", "run", "--preset", "ring8"], &["--preset"]),
        (&["nonsense"], &["nonsense"]),
        (&["sample", "run"], &["--out"]),
        (&["sample", "run", "--count", "0", "--out", "x.npy"], &["--count"]),
        (&["interpolate", "run", "--from", "1", "--to", "2", "--frames", "1", "--out", "x.png"], &["--frames"]),
    ];
    for (arguments, words) in cases {
        let outcome = ganscope(folder.path(), arguments);
        if arguments.contains(&"article") {
            // Which of the two words it uses is its own affair.
            assert_refused(&outcome, 2, &[]);
        } else {
            assert_refused(&outcome, 2, words);
        }
    }
    for (out, word) in [("x.foo", "foo"), ("x.gif", "gif")] {
        assert_refused(&ganscope(folder.path(), &["sample", "run", "--out", out]), 2, &[word, ".npy"]);
    }
    assert_refused(&ganscope(folder.path(), &["eval", "run", "--count", "3"]), 2, &["--count"]);
}

#[test]
fn a_file_that_is_no_model_is_refused() {
    let folder = trained("ring8", 1);
    let model = newest_model(&folder.path().join("run"));
    let whole = fs::read(&model).unwrap();
    let parts = ModelParts::read(&model);
    let bad = folder.path().join("bad.safetensors");
    let refused = |words: &[&str]| {
        let commands: [&[&str]; 3] = [
            &["sample", "bad.safetensors", "--out", "x.npy"],
            &["eval", "bad.safetensors"],
            &["interpolate", "bad.safetensors", "--from", "1", "--to", "2", "--out", "x.png"],
        ];
        for arguments in commands {
            assert_refused(&ganscope(folder.path(), arguments), 1, &[words, &["bad.safetensors"]].concat());
        }
        assert!(!folder.path().join("x.npy").exists() && !folder.path().join("x.png").exists());
    };

    refused(&["cannot open"]);
    for bytes in [
        &b""[..],
        b"text",
        &[0xff; 64],
        &whole[..7],
        &whole[..100],
        &whole[..whole.len() / 2],
        &whole[..whole.len() - 1],
    ] {
        fs::write(&bad, bytes).unwrap();
        refused(&["cannot open as a model"]);
    }
    let mut oversized = (u64::from(u32::MAX)).to_le_bytes().to_vec();
    oversized.extend_from_slice(&whole[8..]);
    fs::write(&bad, oversized).unwrap();
    refused(&[]);

    let spoil = |change: &dyn Fn(&mut ModelParts), words: &[&str]| {
        let mut spoiled = parts.clone();
        change(&mut spoiled);
        spoiled.write(&bad);
        refused(words);
    };
    spoil(
        &|it| it.arrays.get_mut("generator.0.weight").unwrap().shape = vec![2, 64],
        &["generator", "0.weight", "shape"],
    );
    spoil(&|it| _ = it.arrays.remove("generator_ema.2.bias"), &["2.bias", "missing"]);
    for value in [f32::NAN, f32::INFINITY] {
        spoil(&|it| it.arrays.get_mut("generator_ema.0.weight").unwrap().values[5] = value, &["0.weight", "finite"]);
    }
    spoil(&|it| it.description["format_version"] = 99.into(), &["99", "version"]);
    spoil(&|it| it.description["format_version"] = Value::Null, &["description"]);
    spoil(&|it| it.description = "text".into(), &["description"]);
    spoil(&|it| it.description["latent"]["dim"] = 9.into(), &[]);
    spoil(&|it| it.description["architecture"]["generator"][0]["outputs"] = 4_000_000_000_u64.into(), &[]);
    spoil(&|it| it.description["architecture"]["generator"] = Value::Array(Vec::new()), &[]);

    parts.write(&bad);
    ganscope(folder.path(), &["sample", "bad.safetensors", "--out", "good.npy"]).expect_success();
}

#[test]
fn a_folder_without_a_model_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for command in [["info", "."].as_slice(), &["sample", ".", "--out", "x.npy"], &["eval", "."]] {
        assert_refused(&ganscope(folder.path(), command), 1, &["checkpoint"]);
    }
    assert_refused(&ganscope(folder.path(), &["info", "missing"]), 1, &["missing"]);
    let resume = ["train", "--resume", "--steps", "1", "--out", "missing"];
    assert_refused(&ganscope(folder.path(), &resume), 1, &["missing"]);
    assert_refused(&ganscope(folder.path(), &["train", "--config", "missing.json"]), 1, &["missing.json"]);
    fs::write(folder.path().join("config.json"), "{").unwrap();
    assert_refused(&ganscope(folder.path(), &["train", "--config", "config.json"]), 1, &["config.json"]);
}

#[test]
fn a_place_that_cannot_be_written_is_refused() {
    let folder = trained("ring8", 1);
    fs::write(folder.path().join("file"), "text").unwrap();
    for out in ["file/run", "file"] {
        let outcome = ganscope(folder.path(), &["train", "--steps", "1", "--device", "cpu", "--out", out]);
        assert_refused(&outcome, 1, &["file"]);
    }
    for out in ["file/x.npy", "file/x.png", "file/x.csv", "missing/x.npy"] {
        assert_refused(&ganscope(folder.path(), &["sample", "run", "--out", out]), 1, &["x."]);
    }
    assert_eq!(fs::read_to_string(folder.path().join("file")).unwrap(), "text", "what is there stays");
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = trained("ring8", 1);
    let locked = folder.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(locked.join("probe"), "").is_ok() {
        println!("SKIPPED: this user may write into read-only folders (root), so they cannot be tested");
        return;
    }
    let train = ["train", "--steps", "1", "--device", "cpu", "--out", "locked/run"];
    assert_refused(&ganscope(folder.path(), &train), 1, &["locked"]);
    assert_refused(&ganscope(folder.path(), &["sample", "run", "--out", "locked/x.npy"]), 1, &["locked"]);
}

#[test]
fn a_run_that_diverges_says_so_and_leaves_nothing_broken() {
    let folder = tempfile::tempdir().unwrap();
    let rates =
        ["--set", "generator_optimizer.learning_rate=1e9", "--set", "discriminator_optimizer.learning_rate=1e9"];
    for (preset, out) in [("ring8", "relativistic"), ("collapse", "plain")] {
        let train = ["train", "--preset", preset, "--steps", "500", "--device", "cpu", "--out", out, "--json"];
        let outcome = ganscope(folder.path(), &[&train[..], &rates].concat());
        assert_refused(&outcome, 1, &["diverged", "step", "learning rate"]);
        assert_eq!(outcome.json_lines().last().unwrap()["reason"], "diverged");
        assert_eq!(outcome.json_lines().iter().filter(|line| line["event"] == "finished").count(), 1);

        let run = folder.path().join(out);
        for checkpoint in fs::read_dir(run.join("checkpoints")).unwrap() {
            for name in ["model.safetensors", "optimizers.safetensors"] {
                assert!(ModelParts::read(&checkpoint.as_ref().unwrap().path().join(name)).is_finite());
            }
        }
        let metrics = fs::read_to_string(run.join("metrics.csv")).unwrap().to_lowercase();
        let is_number = |cell: &str| cell.is_empty() || cell.parse::<f64>().is_ok_and(f64::is_finite);
        let bad = metrics.lines().skip(1).find(|line| !line.split(',').all(is_number));
        assert_eq!(bad, None, "{preset}: metrics.csv holds what is no number");
    }
}
