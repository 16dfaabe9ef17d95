//! Tests of the NumPy files.

use proptest::prelude::*;

use super::*;

const MAGIC: &[u8] = b"\x93NUMPY";

fn file(descr: &str, order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n");
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [MAGIC, &[1, 0], &length, header.as_bytes(), data].concat()
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

#[test]
fn npy_has_the_bytes_of_the_format() {
    let bytes = encode_npy(&[1.0, -2.0, 0.5], &[3, 1]).unwrap();
    let (header, data) = NpyHeader::read(&bytes).unwrap();
    assert_eq!((header.descr, header.fortran_order, header.shape), ("<f4", false, vec![3, 1]));
    assert_eq!(data, floats(&[1.0, -2.0, 0.5]));
    assert_eq!((bytes.len() - data.len()) % 64, 0, "values are aligned as NumPy aligns them");
}

#[test]
fn one_dimensional_and_empty_arrays_are_written() {
    for (values, shape) in [(&[1.0, 2.0][..], &[2][..]), (&[], &[0, 3]), (&[7.0], &[])] {
        let bytes = encode_npy(values, shape).unwrap();
        let array = npyz::NpyFile::new(&bytes[..]).unwrap();
        assert_eq!(array.shape().iter().map(|&size| size as usize).collect::<Vec<_>>(), shape);
        assert_eq!(array.into_vec::<f32>().unwrap(), values);
    }
}

#[test]
fn values_that_do_not_fill_the_shape_are_refused() {
    for shape in [&[2, 2][..], &[usize::MAX, 2], &[]] {
        assert!(matches!(encode_npy(&[1.0; 3], shape), Err(ExportError::ShapeMismatch { found: 3, .. })));
    }
}

#[test]
fn npz_holds_every_array_under_its_name_and_is_repeatable() {
    let arrays = [
        NamedArray { name: "samples", values: &[1.0, 2.0], shape: &[1, 2] },
        NamedArray { name: "latents", values: &[3.0], shape: &[1, 1] },
    ];
    let bytes = encode_npz(&arrays).unwrap();
    let mut archive = npyz::npz::NpzArchive::new(Cursor::new(&bytes)).unwrap();
    for array in arrays {
        let read = archive.by_name(array.name).unwrap().unwrap();
        assert_eq!(read.shape(), array.shape.iter().map(|&size| size as u64).collect::<Vec<_>>());
        assert_eq!(read.into_vec::<f32>().unwrap(), array.values);
    }
    assert_eq!(bytes, encode_npz(&arrays).unwrap());
}

#[test]
fn latents_come_back_from_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latents.npy");
    let values = [0.1, -0.2, 0.3, 4.0, 5.0, 6.0];
    write_npy(&path, &values, &[2, 3]).unwrap();
    assert_eq!(read_latents(&path, 3).unwrap(), Latents { count: 2, values: values.to_vec() });
}

#[test]
fn doubles_and_big_endian_numbers_are_read() {
    let expected = Latents { count: 1, values: vec![0.5, -3.0] };
    let doubles: Vec<u8> = [0.5_f64, -3.0].iter().flat_map(|value| value.to_le_bytes()).collect();
    assert_eq!(decode_latents(&file("'<f8'", "False", "(1, 2)", &doubles), 2).unwrap(), expected);
    let big: Vec<u8> = [0.5_f32, -3.0].iter().flat_map(|value| value.to_be_bytes()).collect();
    assert_eq!(decode_latents(&file("'>f4'", "False", "(1, 2)", &big), 2).unwrap(), expected);
    let big: Vec<u8> = [0.5_f64, -3.0].iter().flat_map(|value| value.to_be_bytes()).collect();
    assert_eq!(decode_latents(&file("\">f8\"", "False", "(1,2,)", &big), 2).unwrap(), expected);
}

#[test]
fn keys_come_in_any_order_and_headers_in_any_version() {
    let header = "{'shape': (1, 1), 'fortran_order': False, 'descr': '<f4'}";
    for major in [2, 3] {
        let length = u32::try_from(header.len()).unwrap().to_le_bytes();
        let bytes = [MAGIC, &[major, 0], &length, header.as_bytes(), &floats(&[2.0])].concat();
        assert_eq!(decode_latents(&bytes, 1).unwrap().values, [2.0]);
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
        assert_eq!(decode_latents(&bytes, 1).unwrap_err().to_string(), line);
    }
}

#[test]
fn sizes_that_overflow_are_refused() {
    let bytes = file("'<f4'", "False", &format!("({}, 2)", usize::MAX), &[]);
    assert!(matches!(decode_latents(&bytes, 2), Err(NpyError::Shape { .. })));
    let bytes = file("'<f4'", "False", "(99999999999999999999999, 2)", &[]);
    assert_eq!(decode_latents(&bytes, 2), Err(NpyError::Header(NpyHeaderError::Unreadable)));
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
        prop_assert_eq!(decode_latents(&bytes, 1).unwrap().values, values);
    }

    #[test]
    fn never_panics_on_any_header(
        header in "[{}()'\",:a-z0-9_<f ]{0,80}",
        data in proptest::collection::vec(any::<u8>(), 0..20),
    ) {
        let length = u16::try_from(header.len()).unwrap().to_le_bytes();
        let bytes = [MAGIC, &[1, 0], &length, header.as_bytes(), &data].concat();
        prop_assert!(decode_latents(&bytes, 1).is_err());
    }

    #[test]
    fn never_panics_on_a_damaged_file(at in 0_usize..120, byte: u8) {
        let mut bytes = encode_npy(&[1.0, 2.0], &[2, 1]).unwrap();
        bytes[at] = byte;
        if let Ok(latents) = decode_latents(&bytes, 1) {
            prop_assert_eq!(latents.values.len(), latents.count);
        }
    }
}
