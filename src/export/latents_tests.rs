//! Tests of the files of latents, whole and broken.

use proptest::prelude::*;

use super::*;
use crate::export::encode_npy;

const MAGIC: &[u8] = b"\x93NUMPY";

fn file(descr: &str, order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n");
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [MAGIC, &[1, 0], &length, header.as_bytes(), data].concat()
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn archive(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = npyz::zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in arrays {
        writer.start_file(format!("{name}.npy"), npyz::zip::write::FileOptions::default()).unwrap();
        std::io::Write::write_all(&mut writer, bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn latents_come_back_from_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latents.npy");
    let values = [0.1, -0.2, 0.3, 4.0, 5.0, 6.0];
    write_npy(&path, &values, &[2, 3]).unwrap();
    assert_eq!(read_latents(&path, 3).unwrap(), Latents { count: 2, values: values.to_vec(), labels: None });
}

#[test]
fn an_archive_gives_latents_with_their_classes() {
    let folder = tempfile::tempdir().unwrap();
    let latents = Latents { count: 2, values: vec![0.1, -0.2, 0.3, 4.0], labels: Some(vec![9, 0]) };
    let write = |name: &str, latents: &Latents| {
        let path = folder.path().join(name);
        write_latents(&path, latents).unwrap();
        path
    };
    let path = write("kept.npz", &latents);
    assert_eq!(read_latents(&path, 2).unwrap(), latents);
    let mut archive = npyz::npz::NpzArchive::open(&path).unwrap();
    assert_eq!(archive.by_name("labels").unwrap().unwrap().dtype().descr(), "'<i8'");
    assert_eq!(archive.by_name("labels").unwrap().unwrap().shape(), [2]);
    assert_eq!(archive.by_name("latents").unwrap().unwrap().shape(), [2, 2]);
    let alone = Latents { labels: None, ..latents.clone() };
    assert_eq!(read_latents(write("alone.NPZ", &alone), 2).unwrap(), alone, "without classes there are no labels");
    let array = write("kept.npy", &latents);
    assert_eq!(std::fs::read(&array).unwrap(), encode_npy(&latents.values, &[2, 2]).unwrap());
    assert_eq!(read_latents(&array, 2).unwrap(), alone, "a .npy file holds latents alone");
    std::fs::rename(path, &array).unwrap();
    assert_eq!(read_latents(&array, 2).unwrap(), latents, "an archive is one whatever it is called");
}

#[test]
fn each_fault_of_an_archive_has_its_own_line() {
    let latents = || ("latents", file("'<f4'", "False", "(2, 1)", &floats(&[1.0, 2.0])));
    let labels = |descr: &str, shape: &str, bytes: &[u8]| ("labels", file(descr, "False", shape, bytes));
    let words = [
        (vec![("images", vec![]), ("a\nb", vec![])], "there is no array `latents` in it, only: a\u{fffd}b, images"),
        (vec![("latents", b"text".to_vec())], "this is not a .npy file"),
        (vec![latents(), labels("'<f4'", "(2,)", &[0; 8])], "its labels have type <f4, save integers"),
        (vec![latents(), labels("'|u1'", "(3,)", &[0; 3])], "its labels have shape [3], save one for each latent: [2]"),
        (vec![latents(), labels("'|u1'", "(1, 2)", &[0; 2])], "its labels have shape [1, 2], save one for each"),
        (vec![latents(), labels("'<i2'", "(2,)", &[0; 3])], "it holds 3 bytes of values instead of 4"),
        (
            vec![latents(), labels("'|i1'", "(2,)", &[0, 255])],
            "label -1 of latent 1 is no class, they count from 0 to 255",
        ),
        (vec![latents(), labels("'<i2'", "(2, 1)", &[0, 1, 0, 0])], "label 256 of latent 0 is no class"),
    ];
    for (arrays, line) in words {
        let message = decode_npz(&archive(&arrays), 1).unwrap_err().to_string();
        assert!(message.starts_with(line), "{message}");
    }
    let whole = archive(&[latents(), labels("'|u1'", "(2, 1)", &[3, 4])]);
    assert_eq!(decode_npz(&whole, 1).unwrap().labels, Some(vec![3, 4]));
    let cut = decode_npz(&whole[..whole.len() - 30], 1).unwrap_err().to_string();
    assert!(cut.starts_with("this is not a .npz file: "), "{cut}");
}

#[test]
fn doubles_and_big_endian_numbers_are_read() {
    let expected = Latents { count: 1, values: vec![0.5, -3.0], labels: None };
    let doubles: Vec<u8> = [0.5_f64, -3.0].iter().flat_map(|value| value.to_le_bytes()).collect();
    assert_eq!(decode_npy(&file("'<f8'", "False", "(1, 2)", &doubles), 2).unwrap(), expected);
    let big: Vec<u8> = [0.5_f32, -3.0].iter().flat_map(|value| value.to_be_bytes()).collect();
    assert_eq!(decode_npy(&file("'>f4'", "False", "(1, 2)", &big), 2).unwrap(), expected);
    let big: Vec<u8> = [0.5_f64, -3.0].iter().flat_map(|value| value.to_be_bytes()).collect();
    assert_eq!(decode_npy(&file("\">f8\"", "False", "(1,2,)", &big), 2).unwrap(), expected);
}

#[test]
fn keys_come_in_any_order_and_headers_in_any_version() {
    let header = "{'shape': (1, 1), 'fortran_order': False, 'descr': '<f4'}";
    for major in [2, 3] {
        let length = u32::try_from(header.len()).unwrap().to_le_bytes();
        let bytes = [MAGIC, &[major, 0], &length, header.as_bytes(), &floats(&[2.0])].concat();
        assert_eq!(decode_npy(&bytes, 1).unwrap().values, [2.0]);
    }
}

#[test]
fn each_fault_has_its_own_line() {
    let one = floats(&[1.0]);
    let two = floats(&[1.0, f32::NAN]);
    let too_large = 1e300_f64.to_le_bytes();
    let lines: [(Vec<u8>, &str); 14] = [
        (b"PK".to_vec(), "this is not a .npy file"),
        (MAGIC.to_vec(), "this is not a .npy file"),
        ([MAGIC, &[9, 0, 0, 0]].concat(), "version 9 of the .npy format is not supported"),
        ([MAGIC, &[1, 0, 255, 0]].concat(), "its header cannot be read"),
        ([MAGIC, &[2, 0, 255, 255, 255, 255]].concat(), "its header cannot be read"),
        (file("'<i8'", "False", "(1, 1)", &[0; 8]), "its values have type <i8, save float32 or float64"),
        (file("[('x', '<f4')]", "False", "(1,)", &one), "its values have type record, save float32 or float64"),
        (file("'<f4'", "True", "(1, 1)", &one), "it is in Fortran order, save it in C order"),
        (file("'<f4'", "False", "(1,)", &one), "its shape is [1], save one latent a row: [count, 1]"),
        (file("'<f4'", "False", "(0, 1)", &[]), "its shape is [0, 1], save one latent a row: [count, 1]"),
        (file("'<f4'", "False", "(1, 2)", &two), "its shape is [1, 2], save one latent a row: [count, 1]"),
        (file("'<f4'", "False", "(2, 1)", &one), "it holds 4 bytes of values instead of 8"),
        (file("'<f4'", "False", "(2, 1)", &two), "value 0 of latent 1 is not a finite 32-bit number"),
        (file("'<f8'", "False", "(1, 1)", &too_large), "value 0 of latent 0 is not a finite 32-bit number"),
    ];
    for (bytes, line) in lines {
        assert_eq!(decode_npy(&bytes, 1).unwrap_err().to_string(), line);
    }
}

#[test]
fn sizes_that_overflow_are_refused() {
    let bytes = file("'<f4'", "False", &format!("({}, 2)", usize::MAX), &[]);
    assert!(matches!(decode_npy(&bytes, 2), Err(LatentsError::Shape { .. })));
    let bytes = file("'<f4'", "False", "(99999999999999999999999, 2)", &[]);
    assert_eq!(decode_npy(&bytes, 2), Err(LatentsError::Header(NpyHeaderError::Unreadable)));
}

#[test]
fn errors_end_with_the_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing.npy");
    let message = read_latents(&path, 2).unwrap_err().to_string();
    assert_eq!(message, format!("cannot read: no such file or folder: {}", path.display()));
    std::fs::write(&path, b"text").unwrap();
    let message = read_latents(&path, 2).unwrap_err().to_string();
    assert_eq!(message, format!("this is not a .npy file: {}", path.display()));
}

proptest! {
    #[test]
    fn any_array_comes_back(values in proptest::collection::vec(-1e30_f32..1e30, 1..40)) {
        let bytes = encode_npy(&values, &[values.len(), 1]).unwrap();
        prop_assert_eq!(decode_npy(&bytes, 1).unwrap().values, values);
    }

    #[test]
    fn never_panics_on_any_header(
        header in "[{}()'\",:a-z0-9_<f ]{0,80}",
        data in proptest::collection::vec(any::<u8>(), 0..20),
    ) {
        let length = u16::try_from(header.len()).unwrap().to_le_bytes();
        let bytes = [MAGIC, &[1, 0], &length, header.as_bytes(), &data].concat();
        prop_assert!(decode_npy(&bytes, 1).is_err());
    }

    #[test]
    fn never_panics_on_a_damaged_file(at in 0_usize..120, byte: u8) {
        let mut bytes = encode_npy(&[1.0, 2.0], &[2, 1]).unwrap();
        bytes[at] = byte;
        if let Ok(latents) = decode_npy(&bytes, 1) {
            prop_assert_eq!(latents.values.len(), latents.count);
        }
    }

    #[test]
    fn never_panics_on_a_damaged_archive(at in 0_usize..600, byte: u8) {
        let array = file("'<f4'", "False", "(2, 1)", &floats(&[1.0, 2.0]));
        let mut bytes = archive(&[("latents", array), ("labels", file("'|u1'", "False", "(2,)", &[1, 2]))]);
        let place = at % bytes.len();
        bytes[place] = byte;
        if let Ok(latents) = decode_npz(&bytes, 1) {
            prop_assert!(latents.labels.is_none_or(|labels| labels.len() == latents.count));
        }
    }
}
