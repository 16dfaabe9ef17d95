//! Tests of the NumPy files.

use super::*;
use crate::data::NpyHeader;

#[test]
fn npy_has_the_bytes_of_the_format() {
    let bytes = encode_npy(&[1.0, -2.0, 0.5], &[3, 1]).unwrap();
    let (header, data) = NpyHeader::read(&bytes).unwrap();
    assert_eq!((header.descr, header.fortran_order, header.shape), ("<f4", false, vec![3, 1]));
    assert_eq!(data, [1.0_f32, -2.0, 0.5].map(f32::to_le_bytes).as_flattened());
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
