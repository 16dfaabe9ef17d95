//! IDX and CIFAR-10 files, with their labels and their parts to test with.

use super::support::{Files, cifar, config, greys, gzip, idx, load_from, look, pixels};
use crate::config::PicturesConfig;
use crate::data::Dataset as _;
use crate::data::own_pictures::SourceKind;

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
