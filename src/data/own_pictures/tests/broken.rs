//! Files that are not what they say: each is refused in one line, and none makes a reader panic.

use std::path::Path;

use image::GrayImage;
use proptest::prelude::*;

use super::support::{Files, config, floats, go_on, greys, gzip, idx, load_from, look, npy, npz};
use crate::data::Dataset as _;
use crate::data::own_pictures::{SourceKind, inspect, load_bytes};

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
