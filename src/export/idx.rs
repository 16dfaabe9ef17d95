//! IDX files of bytes, the format of MNIST (<http://yann.lecun.com/exdb/mnist/>).

use std::path::Path;

use super::npy::checked_product;
use super::{ExportError, write_atomically};

/// The code of unsigned bytes.
const UNSIGNED_BYTES: u8 = 8;

/// The bytes of an IDX file: two zeros, the type, the number of dimensions, each as a big-endian 32-bit number, and the values.
///
/// # Errors
/// [`ExportError::ShapeMismatch`] if the values do not fill the shape, or a size is too large for the format.
pub fn encode_idx(values: &[u8], shape: &[usize]) -> Result<Vec<u8>, ExportError> {
    let mismatch = || ExportError::ShapeMismatch { found: values.len(), shape: shape.to_vec() };
    let sizes: Option<Vec<u32>> = shape.iter().map(|&size| u32::try_from(size).ok()).collect();
    let (Some(sizes), Ok(dimensions)) = (sizes, u8::try_from(shape.len())) else { return Err(mismatch()) };
    if checked_product(shape) != Some(values.len()) {
        return Err(mismatch());
    }
    let mut bytes = vec![0, 0, UNSIGNED_BYTES, dimensions];
    bytes.extend(sizes.into_iter().flat_map(u32::to_be_bytes));
    bytes.extend_from_slice(values);
    Ok(bytes)
}

/// Writes an IDX file. See [`encode_idx`].
///
/// # Errors
/// Those of [`encode_idx`] and [`write_atomically`].
pub fn write_idx(path: impl AsRef<Path>, values: &[u8], shape: &[usize]) -> Result<(), ExportError> {
    write_atomically(path, &encode_idx(values, shape)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::read_idx;

    #[test]
    fn what_is_written_is_read_back() {
        let bytes = encode_idx(&[1, 2, 3, 4, 5, 6], &[3, 1, 2]).unwrap();
        assert_eq!(bytes[..8], [0, 0, 8, 3, 0, 0, 0, 3]);
        let idx = read_idx(&bytes).unwrap();
        assert_eq!((idx.dimensions, idx.values), (vec![3, 1, 2], vec![1, 2, 3, 4, 5, 6]));
        assert!(matches!(encode_idx(&[1, 2], &[3]), Err(ExportError::ShapeMismatch { found: 2, .. })));
    }
}
