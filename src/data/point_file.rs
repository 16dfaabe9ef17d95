//! Points from a file of the user: a table of text or a NumPy array, told apart by how the file begins.

use std::io::{self, BufReader, Read};
use std::path::Path;

use super::given_file::{self, FileError};
use super::grouped;
use super::npy::{NpyHeader, NpyHeaderError, NpyNumber};
use super::point_table::read_table;

/// The most points that are read: 16 MB of numbers.
pub const MAX_POINTS: usize = 1_000_000;
/// Bytes of the largest file that is opened: [`MAX_POINTS`] lines of more digits than a number has.
const MAX_FILE_BYTES: u64 = 256 << 20;

/// What is wrong with a file of points.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PointsError {
    /// It cannot be read, or is too large to be.
    #[error(transparent)]
    File(#[from] FileError),
    /// There are words in it, or an array without a row.
    #[error("there are no numbers in it")]
    NoNumbers,
    /// More points than are read.
    #[error("it holds more than {} points, keep fewer of them", grouped(MAX_POINTS))]
    TooMany,
    /// A line that is not text.
    #[error("line {line} is not text")]
    NotText {
        /// Which, counted from 1.
        line: usize,
    },
    /// A line that cannot be two numbers.
    #[error("line {line} is longer than any line of two numbers")]
    LongLine {
        /// Which, counted from 1.
        line: usize,
    },
    /// One column, or three.
    #[error("line {line} has {found} {}, points need two: x and y", if *found == 1 { "column" } else { "columns" })]
    Columns {
        /// Which line, counted from 1.
        line: usize,
        /// Columns there.
        found: usize,
    },
    /// Words among the numbers.
    #[error("line {line}: `{field}` is not a number")]
    NotANumber {
        /// Which line, counted from 1.
        line: usize,
        /// What is there instead.
        field: String,
    },
    /// A value that no network can be fed.
    #[error("{place} {index} holds a number that is not finite")]
    NotFinite {
        /// What is counted: `line` or `row`.
        place: &'static str,
        /// Which, counted from 1.
        index: usize,
    },
    /// One point.
    #[error("there is a single point in it, and a GAN cannot learn from one")]
    SinglePoint,
    /// Many times the same point.
    #[error("all its {count} points are the same, and a GAN cannot learn from one")]
    AllEqual {
        /// Points there.
        count: usize,
    },
    /// Not the header of a NumPy array.
    #[error(transparent)]
    Header(#[from] NpyHeaderError),
    /// Not numbers.
    #[error("its values have type {descr}, save floats or integers")]
    Type {
        /// NumPy's name of the type.
        descr: String,
    },
    /// Not two columns.
    #[error("its shape is {shape:?}, save one point a row, [count, 2]")]
    Shape {
        /// The shape found.
        shape: Vec<usize>,
    },
    /// The number of bytes is not that of the shape.
    #[error("it holds {found} bytes of values instead of {expected}")]
    Size {
        /// Bytes declared.
        expected: usize,
        /// Bytes there, or one more than declared where it goes on.
        found: usize,
    },
}

impl From<io::Error> for PointsError {
    fn from(error: io::Error) -> Self {
        Self::File(error.into())
    }
}

/// The checksum of a file of points, as [`crate::config::DataConfig::checksum`] keeps it.
pub(super) fn checksum(path: &Path) -> Result<u32, PointsError> {
    Ok(given_file::checksum(path, MAX_FILE_BYTES)?)
}

/// Reads the points of a file.
pub(super) fn read(path: &Path) -> Result<Vec<[f64; 2]>, PointsError> {
    let mut file = given_file::open(path, MAX_FILE_BYTES)?;
    let mut beginning = Vec::new();
    file.by_ref().take(NpyHeader::MAX_BYTES as u64).read_to_end(&mut beginning)?;
    let is_array = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npy"));
    if is_array || NpyHeader::begins(&beginning) {
        read_array(&beginning, file)
    } else {
        read_table(BufReader::new(beginning.as_slice().chain(file)))
    }
}

/// An array of two columns. Memory is bounded by [`MAX_POINTS`] before anything is read.
pub(super) fn read_array(beginning: &[u8], rest: impl Read) -> Result<Vec<[f64; 2]>, PointsError> {
    let (header, first_values) = NpyHeader::read(beginning)?;
    let number = NpyNumber::of(header.descr).ok_or_else(|| PointsError::Type { descr: super::shown(header.descr) })?;
    let &[count, 2] = header.shape.as_slice() else {
        return Err(PointsError::Shape { shape: header.shape });
    };
    if count > MAX_POINTS {
        return Err(PointsError::TooMany);
    }
    let expected = count * 2 * number.bytes;
    let mut values = Vec::new();
    // One byte more than declared tells a file that goes on.
    first_values.chain(rest).take(expected as u64 + 1).read_to_end(&mut values)?;
    if values.len() != expected {
        return Err(PointsError::Size { expected, found: values.len() });
    }
    let values: Vec<f64> = values.chunks_exact(number.bytes).map(|bytes| number.read(bytes)).collect();
    let points: Vec<[f64; 2]> = if header.fortran_order {
        let (x, y) = values.split_at(count);
        x.iter().zip(y).map(|(&x, &y)| [x, y]).collect()
    } else {
        values.as_chunks::<2>().0.to_vec()
    };
    match points.iter().position(|point| !point.iter().all(|value| value.is_finite())) {
        Some(row) => Err(PointsError::NotFinite { place: "row", index: row + 1 }),
        None => Ok(points),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn array(descr: &str, order: &str, shape: &str, values: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
        let length = u16::try_from(header.len()).unwrap().to_le_bytes();
        [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), values].concat()
    }

    fn read_bytes(name: &str, bytes: &[u8]) -> Result<Vec<[f64; 2]>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        read(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn arrays_of_every_number_are_read() {
        let expected = Ok(vec![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
        let numbers = [1_u8, 2, 3, 4, 5, 6];
        for descr in ["|i1", "|u1", "<i2", ">i2", "<u4", ">u4", "<i8", ">u8", "<f4", ">f4", "<f8", ">f8"] {
            let big = descr.starts_with('>');
            let size: usize = descr[2..].parse().unwrap();
            let values: Vec<u8> = numbers
                .iter()
                .flat_map(|&number| {
                    let mut bytes = match &descr[1..] {
                        "f4" => f32::from(number).to_le_bytes().to_vec(),
                        "f8" => f64::from(number).to_le_bytes().to_vec(),
                        _ => u64::from(number).to_le_bytes()[..size].to_vec(),
                    };
                    if big {
                        bytes.reverse();
                    }
                    bytes
                })
                .collect();
            assert_eq!(read_bytes("a.npy", &array(descr, "False", "(3, 2)", &values)), expected, "{descr}");
        }
    }

    #[test]
    fn signs_and_fortran_order_are_kept() {
        let values: Vec<u8> = [-1_i16, 300, -32_768, 7].iter().flat_map(|number| number.to_le_bytes()).collect();
        let expected = Ok(vec![[-1.0, -32_768.0], [300.0, 7.0]]);
        assert_eq!(read_bytes("a.npy", &array("<i2", "True", "(2, 2)", &values)), expected);
    }

    #[test]
    fn a_file_is_known_by_how_it_begins() {
        let values: Vec<u8> = [1.0_f32, 2.0].iter().flat_map(|number| number.to_le_bytes()).collect();
        assert_eq!(read_bytes("array", &array("<f4", "False", "(1, 2)", &values)), Ok(vec![[1.0, 2.0]]));
        assert_eq!(read_bytes("table", b"1,2\n"), Ok(vec![[1.0, 2.0]]));
        assert_eq!(read_bytes("table.npy", b"1,2\n"), Err("this is not a .npy file".to_owned()));
    }

    #[test]
    fn what_is_wrong_with_an_array_is_said() {
        let cases: [(Vec<u8>, &str); 9] = [
            (Vec::new(), "the file is empty"),
            (array("<f4", "False", "(2, 2)", &[0; 15]), "it holds 15 bytes of values instead of 16"),
            (array("<f4", "False", "(2, 2)", &[0; 19]), "it holds 17 bytes of values instead of 16"),
            (array("<c8", "False", "(2, 2)", &[0; 32]), "its values have type <c8, save floats or integers"),
            (array("|b1", "False", "(2, 2)", &[0; 4]), "its values have type |b1, save floats or integers"),
            (array("<f4", "False", "(4,)", &[0; 16]), "its shape is [4], save one point a row, [count, 2]"),
            (array("<f4", "False", "(2, 3)", &[0; 24]), "its shape is [2, 3], save one point a row, [count, 2]"),
            (
                array("<f4", "False", "(1000001, 2)", &[]),
                "it holds more than 1\u{2009}000\u{2009}000 points, keep fewer of them",
            ),
            (array("<f4", "False", "(99999999999999999999999, 2)", &[]), "its header cannot be read"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(read_bytes("a.npy", &bytes), Err(expected.to_owned()));
        }
        for bad in [f32::NAN, f32::INFINITY] {
            let values: Vec<u8> = [1.0, 2.0, 3.0, bad].iter().flat_map(|number: &f32| number.to_le_bytes()).collect();
            let expected = Err("row 2 holds a number that is not finite".to_owned());
            assert_eq!(read_bytes("a.npy", &array("<f4", "False", "(2, 2)", &values)), expected);
        }
    }

    #[test]
    fn every_truncation_of_an_array_is_refused() {
        let whole = array("<f8", "False", "(2, 2)", &[0; 32]);
        for length in 0..whole.len() {
            assert!(read_bytes("a.npy", &whole[..length]).is_err(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64), shape in "\\([0-9, ]{0,8}\\)") {
            let _refused = read_array(&bytes, io::empty());
            let _either = read_array(&array("<i2", "True", &shape, &bytes), io::empty());
        }
    }
}
