//! Files of every format, whole and broken, as the readers see them.

use std::fs;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use flate2::{Compression, write::GzEncoder};
use image::{GrayImage, Luma, Rgb, RgbImage};
use proptest::prelude::*;
use zip::write::FileOptions;

use super::*;
use crate::config::{DataConfig, FitKind};
use crate::data::{Dataset as _, open};

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    fn picture(&self, name: &str, picture: impl Into<image::DynamicImage>) -> PathBuf {
        let path = self.write(name, &[]);
        picture.into().save(&path).unwrap();
        path
    }
}

fn go_on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn config(path: &Path, size: usize, channels: usize) -> PicturesConfig {
    PicturesConfig { path: Some(path.to_owned()), size, channels, fit: FitKind::Crop, classes: 0 }
}

fn load_from(path: &Path, size: usize, channels: usize) -> Result<ImageSet, String> {
    load(&config(path, size, channels), &mut go_on).map_err(|error| one_line(&error))
}

#[track_caller]
fn one_line(error: &DataError) -> String {
    let line = error.to_string();
    assert!(!line.contains('\n'), "{line}");
    line
}

fn look(path: &Path) -> Inspection {
    inspect(path, &mut go_on).unwrap()
}

/// All pixels to train on in the order in which they were read, as bytes.
fn pixels(set: &ImageSet) -> Vec<Vec<u8>> {
    let features = set.shape().features();
    let epoch = set.batch(1, 0, set.len().unwrap());
    let mut rows: Vec<Vec<u8>> =
        epoch.chunks(features).map(|row| row.iter().map(|it| ((it + 1.0) * 127.5).round() as u8).collect()).collect();
    rows.sort();
    rows
}

fn idx(shape: &[u32], values: &[u8]) -> Vec<u8> {
    let sizes = shape.iter().flat_map(|size| size.to_be_bytes());
    [0, 0, 8, shape.len() as u8].into_iter().chain(sizes).chain(values.iter().copied()).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn npy(descr: &str, shape: &[usize], order: &str, values: &[u8]) -> Vec<u8> {
    let sizes: Vec<String> = shape.iter().map(|size| format!("{size},")).collect();
    let header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': ({}), }}\n", sizes.join(" "));
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), values].concat()
}

fn floats(values: impl IntoIterator<Item = f32>) -> Vec<u8> {
    values.into_iter().flat_map(f32::to_le_bytes).collect()
}

fn npz(members: &[(&str, Vec<u8>)], method: zip::CompressionMethod) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(format!("{name}.npy"), FileOptions::default().compression_method(method)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Grey pictures of 16×16, the first all 0, the next all 1, and so on.
fn greys(count: u8) -> Vec<u8> {
    (0..count).flat_map(|grey| [grey; 256]).collect()
}

/// CIFAR-10 records, each with its label and a colour.
fn cifar(records: &[(u8, [u8; 3])]) -> Vec<u8> {
    let one = |&(label, colour): &(u8, [u8; 3])| {
        std::iter::once(label).chain(colour.into_iter().flat_map(|value| [value; 1024])).collect::<Vec<_>>()
    };
    records.iter().flat_map(one).collect()
}

#[test]
fn a_folder_of_four_idx_files_gives_pictures_labels_and_a_test_part() {
    let files = Files::new();
    files.write("train-images-idx3-ubyte.gz", &gzip(&idx(&[5, 16, 16], &greys(5))));
    files.write("train-labels-idx1-ubyte", &idx(&[5], &[0, 1, 2, 1, 0]));
    files.write("t10k-images-idx3-ubyte", &idx(&[2, 16, 16], &[200; 512]));
    files.write("t10k-labels-idx1-ubyte.gz", &gzip(&idx(&[2], &[3, 3])));
    let set = load_from(files.path(), 16, 1).unwrap();
    assert_eq!(set.note(), Some("5 pictures, 16×16 grey, and 2 to test with; 4 classes"));
    assert_eq!((set.len(), set.class_names()), (Some(5), &["0", "1", "2", "3"].map(String::from)[..]));
    assert_eq!(pixels(&set), (0..5).map(|grey| vec![grey; 256]).collect::<Vec<_>>());
    let batch = set.batch_with_labels(1, 0, 5);
    for (picture, label) in batch.samples.chunks(256).zip(batch.labels) {
        let grey = ((picture[0] + 1.0) * 127.5).round() as usize;
        assert_eq!(label, [0, 1, 2, 1, 0][grey]);
    }
    assert_eq!(set.held_out().unwrap().len(), Some(2));

    let seen = look(files.path());
    assert_eq!((seen.kind, seen.pictures, seen.test_pictures, seen.looked_at), (SourceKind::Idx, 5, 2, 5));
    let counts: Vec<(&str, usize)> = seen.classes.iter().map(|class| (class.name.as_str(), class.count)).collect();
    assert_eq!(counts, [("0", 2), ("1", 2), ("2", 1), ("3", 0)], "as many classes as are loaded");
    assert_eq!((seen.range, seen.mean.to_bits(), seen.sizes), ([0, 4], 2.0_f32.to_bits(), [[16, 16]; 2]));
    assert_eq!(seen.suggested, PicturesConfig { classes: 4, ..config(files.path(), 16, 1) });
    assert_eq!(seen.thumbnails.pixels, greys(5));
    let larger = config(files.path(), 28, 3);
    let fitted = seen.examples.fitted(&larger);
    assert_eq!((fitted.len(), fitted.width, fitted.channels), (5, 28, 3));
    assert_eq!(fitted.pixels[28 * 28 * 3..][..3], [1; 3], "the second picture is grey 1");
}

#[test]
fn a_file_of_pictures_finds_its_labels_by_its_name() {
    let files = Files::new();
    let images = files.write("train-images-idx3-ubyte", &idx(&[3, 16, 16], &greys(3)));
    assert!(load_from(&images, 16, 1).unwrap().class_names().is_empty());
    files.write("train-labels-idx1-ubyte.gz", &gzip(&idx(&[3], &[1, 0, 1])));
    assert_eq!(load_from(&images, 16, 1).unwrap().class_names().len(), 2);
    // Colours, channel last, in a file of any name.
    let colours: Vec<u8> = [[10, 20, 30]; 256].as_flattened().to_vec();
    let faces = files.write("faces", &gzip(&idx(&[1, 16, 16, 3], &colours)));
    let set = load_from(&faces, 16, 3).unwrap();
    assert_eq!(pixels(&set), [[[10; 256], [20; 256], [30; 256]].as_flattened()]);
    assert_eq!(look(&faces).channels, 3);
}

#[test]
fn cifar_files_are_read_with_their_labels_and_names() {
    let files = Files::new();
    let folder = "cifar-10-batches-bin";
    for (index, label) in [(1, 0), (2, 9), (3, 4)] {
        files.write(&format!("{folder}/data_batch_{index}.bin"), &cifar(&[(label, [1, 2, label]); 2]));
    }
    let single = files.write(&format!("{folder}/test_batch.bin"), &cifar(&[(3, [7, 8, 9])]));
    for place in [files.path().to_owned(), files.path().join(folder)] {
        let set = load_from(&place, 32, 3).unwrap();
        let note = "6 pictures, 32×32 colour, and 1 to test with; 10 classes; 3 of the 5 files to train on";
        assert_eq!(set.note(), Some(note));
        assert_eq!(set.class_names()[9], "truck");
        assert_eq!(pixels(&set)[0], [[1; 1024], [2; 1024], [0; 1024]].as_flattened());
    }
    let seen = look(&single);
    assert_eq!((seen.kind, seen.pictures, seen.classes[3].count), (SourceKind::Cifar, 1, 1));
    files.write(&format!("{folder}/data_batch_2.bin"), &cifar(&[(3, [0; 3]), (10, [0; 3])]));
    let message = load_from(files.path(), 32, 3).unwrap_err();
    assert!(message.contains("label 10 of picture 2 is not from 0 to 9"), "{message}");
    assert!(message.ends_with("data_batch_2.bin"), "{message}");
}

#[test]
fn arrays_are_read_in_every_layout_and_range() {
    let files = Files::new();
    // Two pictures of 16×16: values 0 and 255 in their first two places, 51 elsewhere.
    let bytes: Vec<u8> = (0..512).map(|place| [0, 255].get(place % 256).copied().unwrap_or(51)).collect();
    let expected = vec![bytes[..256].to_vec(); 2];
    let scaled = |scale: f32, shift: f32| floats(bytes.iter().map(|&it| f32::from(it) / 255.0 * scale + shift));
    let cases: [(&str, &[usize], Vec<u8>, &str); 7] = [
        ("|u1", &[2, 16, 16], bytes.clone(), "0 (dark) to 255"),
        ("|u1", &[2, 1, 16, 16], bytes.clone(), "0 (dark) to 255"),
        ("|u1", &[2, 16, 16, 1], bytes.clone(), "0 (dark) to 255"),
        ("<f4", &[2, 16, 16], scaled(1.0, 0.0), "0 (dark) to 1"),
        ("<f4", &[2, 16, 16], scaled(2.0, -1.0), "-1 (dark) to 1"),
        ("<f4", &[2, 16, 16], scaled(255.0, 0.0), "0 (dark) to 255"),
        ("<i2", &[2, 16, 16], bytes.iter().flat_map(|&it| i16::from(it).to_le_bytes()).collect(), "0 (dark) to 255"),
    ];
    for (descr, shape, values, guess) in cases {
        let path = files.write("a.npy", &npy(descr, shape, "False", &values));
        let set = load_from(&path, 16, 1).unwrap();
        assert_eq!(pixels(&set), expected, "{descr} {shape:?}");
        assert!(set.note().unwrap().contains(guess), "{descr} {shape:?}: {:?}", set.note());
        assert_eq!(look(&path).range, [0, 255]);
    }
    let binary: Vec<u8> = bytes.iter().map(|&it| u8::from(it > 100)).collect();
    for descr in ["|b1", "|u1"] {
        let path = files.write("b.npy", &npy(descr, &[2, 16, 16], "False", &binary));
        assert_eq!(pixels(&load_from(&path, 16, 1).unwrap())[0][..3], [0, 255, 0]);
    }
    // Channels first and last are the same picture.
    let planes = [[10; 256], [20; 256], [30; 256]].as_flattened().to_vec();
    let first = files.write("first.npy", &npy("|u1", &[1, 3, 16, 16], "False", &planes));
    let last = files.write("last.npy", &npy("|u1", &[1, 16, 16, 3], "False", [[10, 20, 30]; 256].as_flattened()));
    assert_eq!(pixels(&load_from(&first, 16, 3).unwrap()), pixels(&load_from(&last, 16, 3).unwrap()));
}

#[test]
fn an_array_whose_first_index_is_the_fastest_is_turned_around() {
    let files = Files::new();
    let value = |picture: usize, row: usize, column: usize| (picture * 100 + row * 5 + column) as u8;
    let c_order: Vec<u8> = (0..2 * 256).map(|place| value(place / 256, place / 16 % 16, place % 16)).collect();
    let fortran: Vec<u8> = (0..2 * 256).map(|place| value(place % 2, place / 2 % 16, place / 32)).collect();
    let [c_order, fortran] = [("c.npy", "False", c_order), ("f.npy", "True", fortran)].map(|(name, order, values)| {
        let path = files.write(name, &npy("|u1", &[2, 16, 16], order, &values));
        pixels(&load_from(&path, 16, 1).unwrap())
    });
    assert_eq!(c_order, fortran);
}

#[test]
fn an_archive_gives_pictures_labels_and_a_test_part_by_name() {
    let files = Files::new();
    let labels = |values: &[i64]| {
        npy("<i8", &[values.len(), 1], "False", &values.iter().flat_map(|it| it.to_le_bytes()).collect::<Vec<_>>())
    };
    let pictures = |count: u8| npy("|u1", &[count.into(), 16, 16], "False", &greys(count));
    for method in [zip::CompressionMethod::Stored, zip::CompressionMethod::Deflated] {
        let members = [
            ("x_test", pictures(3)),
            ("y_test", labels(&[0, 0, 1])),
            ("x_train", pictures(5)),
            ("y_train", labels(&[0, 1, 2, 1, 0])),
        ];
        let path = files.write("set.npz", &npz(&members, method));
        let set = load_from(&path, 16, 1).unwrap();
        assert_eq!((set.len(), set.class_names().len(), set.held_out().unwrap().len()), (Some(5), 3, Some(3)));
        assert!(set.note().unwrap().contains("array `x_train`"), "{:?}", set.note());
        assert_eq!(look(&path).classes.len(), 3);
        let path = files.write("any.npz", &npz(&[("whatever", pictures(4))], method));
        assert_eq!(load_from(&path, 16, 1).unwrap().len(), Some(4));
    }
    let refused = |members: &[(&str, Vec<u8>)]| {
        load_from(&files.write("bad.npz", &npz(members, zip::CompressionMethod::Deflated)), 16, 1).unwrap_err()
    };
    let message = refused(&[("a", npy("<f4", &[4], "False", &floats([0.0; 4])))]);
    assert!(message.contains("no array of pictures in it, only: a"), "{message}");
    let message = refused(&[("x", pictures(3)), ("y", labels(&[0, 256, 1]))]);
    assert!(message.contains("array `y`: label 256 of picture 2 is not from 0 to 255"), "{message}");
    let message = refused(&[("x", pictures(3)), ("y", labels(&[0, -1, 1]))]);
    assert!(message.contains("label -1"), "{message}");
    let message = refused(&[("x", pictures(3)), ("y", labels(&[0, 1]))]);
    assert!(message.contains("3 pictures but 2 labels"), "{message}");
    let message = refused(&[("x", npy("|u1", &[3, 16, 16, 5], "False", &[]))]);
    assert!(message.contains("array `x`: its shape is [3, 16, 16, 5]"), "{message}");
}

#[test]
fn what_is_wrong_with_an_array_or_an_idx_file_is_said() {
    let files = Files::new();
    let whole = idx(&[3, 16, 16], &greys(3));
    let cases: [(&str, Vec<u8>, &str); 15] = [
        ("a.npy", npy("|u1", &[2, 16, 16], "False", &[9; 300]), "it ends after 1 of 2 pictures"),
        ("a.npy", npy("|u1", &[2, 16, 16], "False", &[9; 513]), "it goes on after the 2 pictures"),
        (
            "a.npy",
            npy("<f4", &[1, 16, 16], "False", &floats([f32::NAN; 256])),
            "picture 1 holds a number that is not finite",
        ),
        ("a.npy", npy("<f4", &[1, 16, 16], "False", &floats([300.0; 256])), "its values are from 300 to 300"),
        ("a.npy", npy("<c8", &[1, 16, 16], "False", &[0; 2048]), "type <c8"),
        ("a.npy", npy("|u1", &[2, 2, 2], "False", &[0; 8]), "2×2 pixels large"),
        ("a.npy", npy("|u1", &[1, 9999, 16], "False", &[0; 8]), "16×9999 pixels large"),
        ("a.npy", npy("|u1", &[1, 1, 16, 16, 3], "False", &[0; 768]), "its shape is [1, 1, 16, 16, 3]"),
        ("a.npy", b"text".to_vec(), "this is not a .npy file"),
        ("a.npz", b"PK\x03\x04 and no more".to_vec(), "this is not a .npz file"),
        ("a-ubyte", whole[..whole.len() - 1].to_vec(), "it ends after 2 of 3 pictures"),
        ("a-ubyte", [whole.clone(), vec![0]].concat(), "it goes on after the 3 pictures"),
        ("a.gz", gzip(&whole)[..30].to_vec(), "it cannot be decompressed"),
        ("a.gz", gzip(b"text, compressed"), "this is not an IDX file"),
        ("a.dat", b"whatever".to_vec(), "none of the formats"),
    ];
    for (name, bytes, words) in cases {
        let path = files.write(name, &bytes);
        let message = load_from(&path, 16, 1).unwrap_err();
        assert!(message.starts_with("cannot read the pictures: ") && message.contains(words), "{words}: {message}");
        assert!(message.ends_with(name), "{message}");
        assert!(inspect(&path, &mut go_on).is_err() || words.contains("goes on"), "{words}");
    }
    // A compressed file that lost its end, and one whose sum is wrong.
    let packed = gzip(&whole);
    let mut wrong_sum = packed.clone();
    let sum = packed.len() - 8;
    wrong_sum[sum] ^= 1;
    for bytes in [packed[..packed.len() - 3].to_vec(), wrong_sum] {
        let message = load_from(&files.write("b.gz", &bytes), 16, 1).unwrap_err();
        assert!(message.contains("too early") || message.contains("damaged"), "{message}");
    }
}

#[test]
fn a_line_stays_one_line_whatever_names_there_are() {
    let files = Files::new();
    let cases = [
        ("a.npy", npy("<f\n9", &[1, 16, 16], "False", &[])),
        ("a.npz", npz(&[("a\nb", npy("|u1", &[3], "False", &[0; 3]))], zip::CompressionMethod::Stored)),
        ("a.npz", npz(&[("x", npy("<f\n9", &[3, 16, 16], "False", &[]))], zip::CompressionMethod::Stored)),
    ];
    for (name, bytes) in cases {
        load_from(&files.write(name, &bytes), 16, 1).unwrap_err();
    }
    #[cfg(unix)]
    {
        files.picture("a\nb/1.png", GrayImage::new(16, 16));
        files.write("a\nb/2\n.png", b"");
        let note = look(files.path()).skipped.to_string();
        assert!(!note.contains('\n'), "{note}");
        assert!(!load_from(files.path(), 16, 1).unwrap().note().unwrap().contains('\n'));
    }
}

#[test]
fn a_header_that_promises_too_much_is_refused_before_anything_is_read() {
    let files = Files::new();
    let path = files.write("a-ubyte", &idx(&[4_000_000_000, 28, 28], &[0; 100]));
    let message = load_from(&path, 28, 1).unwrap_err();
    assert!(message.contains("4000000000 pictures of 28×28 grey take more than 2 GiB"), "{message}");
    assert!(message.contains("at most 2739137 of them"), "{message}");
    let path = files.write("a.npy", &npy("<f8", &[usize::MAX / 2, 16, 16], "False", &[0; 100]));
    assert!(load_from(&path, 16, 1).unwrap_err().contains("it ends after 0"), "the range is guessed first");
}

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
        ("alone.png", b"".to_vec(), FileKind::Drawing),
        ("x", idx(&[1, 16, 16], &[0; 256]), FileKind::Pictures),
        ("x.bin", vec![1; 3073], FileKind::Pictures),
    ] {
        assert_eq!(FileKind::of(&files.write(name, &bytes)), expected, "{name}");
    }
    assert_eq!(FileKind::of(files.path()), FileKind::Pictures);
    for (name, expected) in [("gone.csv", FileKind::Points), ("gone.npz", FileKind::Pictures)] {
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

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..80),
        shape in proptest::collection::vec(0_usize..6, 0..6),
        order in "(True|False)",
    ) {
        let array = npy("|u1", &shape, &order, &bytes);
        let archive = npz(&[("x", array.clone())], zip::CompressionMethod::Deflated);
        let images = idx(&shape.iter().map(|&size| size as u32).collect::<Vec<_>>(), &bytes);
        let config = config(Path::new("bytes"), 16, 1);
        for input in [&bytes, &array, &archive, &images] {
            for kind in [SourceKind::Idx, SourceKind::Cifar, SourceKind::Npy, SourceKind::Npz] {
                let _either = load_bytes(kind, input, &config, &mut go_on);
            }
        }
    }
}
