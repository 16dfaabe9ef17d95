//! A strict reader of IDX files of bytes, the format of MNIST, compressed with gzip or not.
//!
//! Format: two zero bytes, a type code (8 for unsigned bytes), the number of dimensions, each dimension as a big-endian
//! 32-bit number, then the values in row-major order (<http://yann.lecun.com/exdb/mnist/>).

use std::io::{self, Read};

use flate2::bufread::GzDecoder;

/// Values a file may declare: ten times the pixels of the full MNIST.
const MAX_VALUES: usize = 512 << 20;
/// Dimensions a file may have: N×H×W×C.
const MAX_DIMENSIONS: u8 = 4;
const UNSIGNED_BYTES: u8 = 8;
/// How a compressed file begins.
pub(super) const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// An array of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idx {
    /// One to four sizes, none of them 0.
    pub dimensions: Vec<usize>,
    /// As many values as the product of the dimensions, the last dimension fastest.
    pub values: Vec<u8>,
}

/// What is wrong with an IDX file.
#[derive(Debug, thiserror::Error)]
pub enum IdxError {
    /// The first two bytes are not zero, or there are fewer than four.
    #[error("this is not an IDX file")]
    NotIdx,
    /// The values are not bytes.
    #[error("its values have type 0x{code:02x}, only unsigned bytes (0x08) are supported")]
    NotBytes {
        /// The type code found.
        code: u8,
    },
    /// The number of dimensions is not supported.
    #[error("it has {found} dimensions, 1 to 4 are supported")]
    DimensionCount {
        /// Dimensions declared.
        found: u8,
    },
    /// A dimension is zero.
    #[error("dimension {index} is zero")]
    EmptyDimension {
        /// Which, counted from 1.
        index: usize,
    },
    /// More values than a file may have.
    #[error("it declares more than {limit} values")]
    TooLarge {
        /// Values allowed.
        limit: usize,
    },
    /// The file ends too early.
    #[error("it ends after {found} of {expected} bytes")]
    Truncated {
        /// Bytes declared, header included.
        expected: usize,
        /// Bytes there.
        found: usize,
    },
    /// The file goes on after its last value.
    #[error("there are more bytes than the {expected} it declares")]
    TrailingBytes {
        /// Bytes declared, header included.
        expected: usize,
    },
    /// The gzip layer is damaged.
    #[error("it cannot be decompressed, {cause}")]
    Compression {
        /// What the decompressor found.
        cause: io::Error,
    },
}

/// Reads an IDX file from its bytes.
///
/// Memory is bounded by what the file declares (at most 512 MiB) and by what is really there, whichever is less.
///
/// # Errors
/// [`IdxError`] if the header is not one of an IDX file of bytes, or if there are fewer or more bytes than it declares.
pub fn read_idx(bytes: &[u8]) -> Result<Idx, IdxError> {
    if !bytes.starts_with(&GZIP_MAGIC) {
        return read_plain(bytes);
    }
    let mut decoder = GzDecoder::new(bytes);
    let idx = read_plain(&mut decoder)?;
    if decoder.into_inner().is_empty() {
        Ok(idx)
    } else {
        Err(IdxError::TrailingBytes { expected: header_size(idx.dimensions.len()) + idx.values.len() })
    }
}

/// The sizes that an uncompressed IDX file begins with: one to four, none of them 0.
pub(super) fn read_header(mut reader: impl Read) -> Result<Vec<usize>, IdxError> {
    let magic = read_at_most(&mut reader, 4)?;
    let &[0, 0, code, dimension_count] = magic.as_slice() else {
        return Err(IdxError::NotIdx);
    };
    if code != UNSIGNED_BYTES {
        return Err(IdxError::NotBytes { code });
    }
    if !(1..=MAX_DIMENSIONS).contains(&dimension_count) {
        return Err(IdxError::DimensionCount { found: dimension_count });
    }
    let header_size = header_size(dimension_count.into());
    let sizes = read_at_most(&mut reader, header_size - 4)?;
    if sizes.len() < header_size - 4 {
        return Err(IdxError::Truncated { expected: header_size, found: 4 + sizes.len() });
    }
    let dimensions: Vec<usize> =
        sizes.as_chunks::<4>().0.iter().map(|size| u32::from_be_bytes(*size) as usize).collect();
    match dimensions.iter().position(|&size| size == 0) {
        Some(index) => Err(IdxError::EmptyDimension { index: index + 1 }),
        None => Ok(dimensions),
    }
}

/// Bytes before the values.
fn header_size(dimension_count: usize) -> usize {
    4 + 4 * dimension_count
}

fn read_plain(mut reader: impl Read) -> Result<Idx, IdxError> {
    let dimensions = read_header(&mut reader)?;
    let header_size = header_size(dimensions.len());
    let declared = dimensions
        .iter()
        .try_fold(1_usize, |product, &size| product.checked_mul(size))
        .filter(|&declared| declared <= MAX_VALUES)
        .ok_or(IdxError::TooLarge { limit: MAX_VALUES })?;

    // One byte more than declared tells a file that goes on, and makes the decompressor check its sum.
    let values = read_at_most(&mut reader, declared + 1)?;
    let expected = header_size + declared;
    if values.len() < declared {
        return Err(IdxError::Truncated { expected, found: header_size + values.len() });
    }
    if values.len() > declared {
        return Err(IdxError::TrailingBytes { expected });
    }
    Ok(Idx { dimensions, values })
}

/// The next `limit` bytes, or fewer where the data ends. Grows with what is there, not with what is asked for.
fn read_at_most(reader: &mut impl Read, limit: usize) -> Result<Vec<u8>, IdxError> {
    let mut bytes = Vec::new();
    match reader.by_ref().take(limit as u64).read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(cause) => Err(IdxError::Compression { cause }),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;

    const SMALL: &[u8] = &[0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];

    #[test]
    fn reads_dimensions_and_values() {
        let idx = read_idx(SMALL).unwrap();
        assert_eq!(idx, Idx { dimensions: vec![2, 3], values: vec![1, 2, 3, 4, 5, 6] });
        assert_eq!(read_idx(&gzip(SMALL)).unwrap(), idx);
    }

    #[test]
    fn refuses_what_is_not_idx() {
        for bytes in [&[][..], &[0, 0], &[0, 0, 8], b"PNG!", &[1, 0, 8, 1, 0, 0, 0, 1, 9]] {
            assert!(matches!(read_idx(bytes), Err(IdxError::NotIdx)), "{bytes:?}");
        }
    }

    #[test]
    fn refuses_other_types_and_dimension_counts() {
        assert!(matches!(read_idx(&[0, 0, 0x0d, 1]), Err(IdxError::NotBytes { code: 0x0d })));
        assert!(matches!(read_idx(&[0, 0, 8, 0]), Err(IdxError::DimensionCount { found: 0 })));
        assert!(matches!(read_idx(&[0, 0, 8, 255]), Err(IdxError::DimensionCount { found: 255 })));
    }

    #[test]
    fn refuses_every_truncation() {
        for length in 4..SMALL.len() {
            let result = read_idx(&SMALL[..length]);
            assert!(
                matches!(result, Err(IdxError::Truncated { found, .. }) if found == length),
                "{length}: {result:?}"
            );
        }
    }

    #[test]
    fn refuses_trailing_bytes_inside_and_after_the_compression() {
        let longer = [SMALL, &[7]].concat();
        assert!(matches!(read_idx(&longer), Err(IdxError::TrailingBytes { expected: 18 })));
        assert!(matches!(read_idx(&gzip(&longer)), Err(IdxError::TrailingBytes { expected: 18 })));
        let after = [gzip(SMALL), vec![7]].concat();
        assert!(matches!(read_idx(&after), Err(IdxError::TrailingBytes { expected: 18 })));
    }

    #[test]
    fn refuses_oversized_headers_without_allocating_for_them() {
        let huge = [0, 0, 8, 4, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255];
        assert!(matches!(read_idx(&huge), Err(IdxError::TooLarge { .. })));
        let just_allowed = [0, 0, 8, 1, 0x20, 0, 0, 0, 1, 2];
        assert!(matches!(read_idx(&just_allowed), Err(IdxError::Truncated { found: 10, .. })));
    }

    #[test]
    fn refuses_a_zero_dimension() {
        assert!(matches!(read_idx(&[0, 0, 8, 2, 0, 0, 0, 5, 0, 0, 0, 0]), Err(IdxError::EmptyDimension { index: 2 })));
    }

    #[test]
    fn refuses_damaged_compression() {
        let mut wrong_sum = gzip(SMALL);
        let sum = wrong_sum.len() - 8;
        wrong_sum[sum] ^= 1;
        assert!(matches!(read_idx(&wrong_sum), Err(IdxError::Compression { .. })));
        let whole = gzip(SMALL);
        for length in 2..whole.len() {
            assert!(matches!(read_idx(&whole[..length]), Err(IdxError::Compression { .. })), "{length}");
        }
    }

    #[test]
    fn stops_decompressing_a_bomb_at_what_it_declares() {
        let bomb = [&[0, 0, 8, 1, 0, 0, 0, 3][..], &vec![0; 64 << 20]].concat();
        assert!(matches!(read_idx(&gzip(&bomb)), Err(IdxError::TrailingBytes { expected: 11 })));
    }

    #[test]
    fn errors_are_one_clear_line() {
        let message = read_idx(&SMALL[..15]).unwrap_err().to_string();
        assert_eq!(message, "it ends after 15 of 18 bytes");
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64), compress: bool) {
            let input = if compress { gzip(&bytes) } else { bytes };
            if let Ok(idx) = read_idx(&input) {
                prop_assert_eq!(idx.values.len(), idx.dimensions.iter().product::<usize>());
            }
        }

        #[test]
        fn never_panics_behind_a_valid_magic(rest in proptest::collection::vec(any::<u8>(), 0..32), count in 1_u8..5) {
            let bytes = [&[0, 0, 8, count][..], &rest].concat();
            if let Ok(idx) = read_idx(&bytes) {
                prop_assert_eq!(idx.values.len(), idx.dimensions.iter().product::<usize>());
            }
        }
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }
}
