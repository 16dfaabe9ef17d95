//! Folders of pictures: what becomes a class, what is skipped, and what is refused.

use std::fs;

use image::{GrayImage, Luma, Rgb, RgbImage};

use super::support::{Files, go_on, load_from, look, pixels};
use crate::data::Dataset as _;
use crate::data::own_pictures::{SourceKind, inspect};

#[test]
fn sub_folders_are_classes_and_the_order_is_that_of_the_names() {
    let files = Files::new();
    for (name, grey) in [("b/2.png", 30), ("b/1.png", 20), ("a/deep/x.PNG", 10), ("c/9.bmp", 40)] {
        files.picture(name, GrayImage::from_pixel(20, 16, Luma([grey])));
    }
    files.write("loose.png", b"");
    files.write("b/notes.txt", b"");
    files.write("b/.hidden.png", b"");
    files.write("empty/readme", b"");
    let set = load_from(files.path(), 16, 1).unwrap();
    assert_eq!(set.class_names(), ["a", "b", "c"]);
    let note = "4 pictures, 16×16 grey; 3 classes; skipped loose.png (beside the folders of classes), \
                2 files (not a picture; the first is b/notes.txt)";
    assert_eq!(set.note(), Some(note));
    let batch = set.batch_with_labels(1, 0, 4);
    for (picture, label) in batch.samples.chunks(256).zip(batch.labels) {
        let grey = ((picture[0] + 1.0) * 127.5).round() as u8;
        assert_eq!(
            label,
            match grey {
                10 => 0,
                20 | 30 => 1,
                _ => 2,
            },
            "{grey}"
        );
    }
    let seen = look(files.path());
    assert_eq!((seen.kind, seen.pictures, seen.skipped.count()), (SourceKind::Folder, 4, 3));
    assert_eq!((seen.classes[1].count, seen.sizes, seen.channels), (2, [[20, 16]; 2], 1));
    assert_eq!(seen.thumbnails.pixels, [10, 20, 30, 40].map(|grey| [grey; 256]).as_flattened());
}

#[test]
fn a_folder_without_sub_folders_has_no_classes_and_train_and_test_are_parts() {
    let files = Files::new();
    files.picture("one.png", RgbImage::from_pixel(40, 30, Rgb([200, 10, 10])));
    files.picture("two.gif", RgbImage::from_pixel(64, 64, Rgb([10, 200, 10])));
    files.picture("three.jpg", RgbImage::from_pixel(50, 50, Rgb([10, 10, 200])));
    files.picture("four.webp", RgbImage::from_pixel(33, 90, Rgb([90, 90, 90])));
    let set = load_from(files.path(), 32, 3).unwrap();
    assert_eq!((set.len(), set.class_names().len(), set.note()), (Some(4), 0, Some("4 pictures, 32×32 colour")));
    let seen = look(files.path());
    assert_eq!((seen.sizes, seen.channels, seen.suggested.size), ([[40, 30], [64, 64]], 3, 28));

    let files = Files::new();
    for (name, grey) in [("train/cat/1.png", 1), ("train/dog/1.png", 2), ("test/dog/1.png", 3), ("test/cat/1.png", 4)] {
        files.picture(name, GrayImage::from_pixel(16, 16, Luma([grey])));
    }
    let set = load_from(files.path(), 16, 1).unwrap();
    assert_eq!((set.len(), set.class_names()), (Some(2), &["cat", "dog"].map(String::from)[..]));
    let test = set.held_out().unwrap().batch_with_labels(1, 0, 2);
    for (picture, label) in test.samples.chunks(256).zip(test.labels) {
        assert_eq!(label, u8::from((picture[0] + 1.0) * 127.5 < 3.5));
    }
}

#[test]
fn a_picture_that_cannot_be_read_is_skipped_and_named_and_others_go_on() {
    let files = Files::new();
    for index in 0..200 {
        files.picture(&format!("{index:03}.png"), GrayImage::from_pixel(16, 16, Luma([index as u8])));
    }
    let whole = fs::read(files.path().join("100.png")).unwrap();
    files.write("100.png", &whole[..whole.len() / 2]);
    files.write("101.png", b"");
    files.write("102.png", b"text");
    files.picture("103.png", GrayImage::new(20_000, 2));
    let set = load_from(files.path(), 16, 1).unwrap();
    assert_eq!(set.len(), Some(196));
    let note = set.note().unwrap();
    for words in ["100.png (damaged)", "101.png (empty)", "102.png (not a picture)", "103.png (too large)"] {
        assert!(note.contains(words), "{words}: {note}");
    }
    let expected: Vec<u8> = (0..200).filter(|index| !(100..104).contains(index)).collect();
    assert_eq!(pixels(&set).iter().map(|row| row[0]).collect::<Vec<_>>(), expected);
    for index in 0..200 {
        files.write(&format!("{index:03}.png"), b"spoiled");
    }
    let message = load_from(files.path(), 16, 1).unwrap_err();
    assert!(message.contains("none of its 200 pictures can be read: 200 files (not a picture"), "{message}");
    assert!(inspect(files.path(), &mut go_on).is_err());
}

#[test]
fn empty_folders_and_too_many_classes_are_refused() {
    let files = Files::new();
    assert!(load_from(files.path(), 16, 1).unwrap_err().contains("there are no pictures in it"));
    for class in 0..257 {
        files.write(&format!("{class}/a.png"), b"");
    }
    let message = load_from(files.path(), 16, 1).unwrap_err();
    assert!(message.contains("257 sub-folders") && message.contains("256 classes"), "{message}");
}

#[cfg(unix)]
#[test]
fn a_circle_of_links_ends() {
    let files = Files::new();
    files.picture("a/1.png", GrayImage::new(16, 16));
    std::os::unix::fs::symlink(files.path(), files.path().join("a/again")).unwrap();
    std::os::unix::fs::symlink(files.path(), files.path().join("again")).unwrap();
    // The link at the top is followed once: it is a class, and what it leads to is found in it.
    let set = load_from(files.path(), 16, 1).unwrap();
    assert_eq!(set.class_names(), ["a", "again"]);
    assert_eq!(set.len(), Some(2));
}
