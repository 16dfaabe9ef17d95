//! What holds for pictures of every format: their kind, progress, what is remembered, and the shape of a run.

use std::fs;
use std::ops::ControlFlow;

use image::{GrayImage, Luma};

use super::support::{Files, config, floats, go_on, idx, load_from, npy, pixels};
use crate::config::{DataConfig, PicturesConfig};
use crate::data::own_pictures::{FileKind, Progress, inspect, read, recent};
use crate::data::{DataError, open};

#[test]
fn progress_is_told_and_a_break_ends_the_work() {
    let files = Files::new();
    for index in 0..130 {
        files.picture(&format!("{index:03}.png"), GrayImage::new(16, 16));
    }
    let mut told = Vec::new();
    let mut listen = |progress: Progress| {
        told.push(progress);
        ControlFlow::Continue(())
    };
    read(files.path(), &config(files.path(), 16, 1), None, &mut listen).unwrap();
    assert_eq!(told.last(), Some(&Progress { done: 130, total: Some(130) }));
    for stop_at in 1..told.len() {
        let mut left = stop_at;
        let mut stop = |_: Progress| {
            left -= 1;
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let stopped = read(files.path(), &config(files.path(), 16, 1), None, &mut stop);
        assert!(matches!(stopped, Err(DataError::Cancelled)), "{stop_at}");
    }
    assert!(matches!(inspect(files.path(), &mut |_| ControlFlow::Break(())), Err(DataError::Cancelled)));
}

#[test]
fn pictures_that_were_read_last_are_not_read_again_unless_a_file_has_changed() {
    let files = Files::new();
    files.picture("a/1.png", GrayImage::from_pixel(16, 16, Luma([10])));
    files.picture("b/2.png", GrayImage::from_pixel(16, 16, Luma([20])));
    let state = || recent::state_of(files.path(), &mut go_on).unwrap();
    let before = state();
    assert_eq!(before, state());
    files.picture("b/2.png", GrayImage::from_fn(16, 16, |x, y| Luma([(x * y) as u8])));
    let changed = state();
    assert_ne!(before, changed);
    fs::remove_file(files.path().join("a/1.png")).unwrap();
    assert_ne!(changed, state());
    // Other tests read pictures at the same time: what is recalled may be gone, but is never wrong.
    for greys in [[30, 40], [50, 60]] {
        for (name, grey) in ["a/1.png", "b/2.png"].into_iter().zip(greys) {
            files.picture(name, GrayImage::from_pixel(16 + u32::from(grey), 16, Luma([grey])));
        }
        for _ in 0..2 {
            let set = load_from(files.path(), 16, 1).unwrap();
            assert_eq!(pixels(&set).iter().map(|row| row[0]).collect::<Vec<_>>(), greys);
        }
    }
}

#[test]
fn a_kind_is_told_by_what_is_there() {
    let files = Files::new();
    let points = npy("<f4", &[2, 2], "False", &floats([0.0; 4]));
    let pictures = npy("|u1", &[1, 16, 16], "False", &[0; 256]);
    for (name, bytes, expected) in [
        ("points.npy", points, FileKind::Points),
        ("pictures.npy", pictures, FileKind::Pictures),
        ("points.csv", b"1,2".to_vec(), FileKind::Points),
        ("points.tsv", b"x\ty\n1\t2\n".to_vec(), FileKind::Points),
        ("points", b"1 2\n".to_vec(), FileKind::Points),
        ("words", b"apple\nbee\n".to_vec(), FileKind::Texts),
        ("labelled.tsv", b"anna\tf\nbob\tm\n".to_vec(), FileKind::Texts),
        ("labelled.txt", b"anna\nInfinity\n007\n".to_vec(), FileKind::Texts),
        ("quoted.tsv", b"# a table\n\"1.5\"\t\"-2\"\n".to_vec(), FileKind::Points),
        ("comments.tsv", b"# a\n".repeat(2_000), FileKind::Points),
        ("model", b"\x10\0\0\0\0\0\0\0{}".to_vec(), FileKind::Points),
        ("names.csv", b"anna\nbob\n".to_vec(), FileKind::Points),
        ("empty.csv", Vec::new(), FileKind::Points),
        ("empty.txt", Vec::new(), FileKind::Texts),
        ("alone.png", b"".to_vec(), FileKind::Drawing),
        ("x", idx(&[1, 16, 16], &[0; 256]), FileKind::Pictures),
        ("x.bin", vec![1; 3073], FileKind::Pictures),
    ] {
        assert_eq!(FileKind::of(&files.write(name, &bytes)), expected, "{name}");
    }
    assert_eq!(FileKind::of(files.path()), FileKind::Pictures);
    let gone = [("gone.csv", FileKind::Points), ("gone.npz", FileKind::Pictures), ("gone.TXT", FileKind::Texts)];
    for (name, expected) in gone {
        assert_eq!(FileKind::of(&files.path().join(name)), expected, "{name}");
    }
}

#[test]
fn a_run_on_pictures_has_the_shape_its_configuration_says() {
    let files = Files::new();
    files.picture("a.png", GrayImage::new(50, 40));
    for size in PicturesConfig::SIZES {
        for channels in PicturesConfig::CHANNELS {
            let data = DataConfig::pictures(config(files.path(), size, channels));
            let set = open(&data).unwrap();
            assert_eq!(set.shape(), data.shape());
            assert_eq!(set.batch(1, 0, 3).len(), 3 * channels * size * size);
        }
    }
}
