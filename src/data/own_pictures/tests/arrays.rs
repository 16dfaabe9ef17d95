//! NumPy arrays and archives of them, in every layout and range.

use super::support::{Files, floats, greys, load_from, look, npy, npz, pixels};
use crate::data::Dataset as _;

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
