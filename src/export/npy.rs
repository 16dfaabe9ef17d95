//! NumPy arrays: samples out as `.npy` and `.npz`.
//!
//! Format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

use std::io::{Cursor, Write as _};
use std::path::Path;

use npyz::WriterBuilder as _;
use npyz::zip::write::FileOptions;
use npyz::zip::{CompressionMethod, DateTime, ZipWriter};

use super::{ExportError, write_atomically};

/// A named array of an `.npz` file.
#[derive(Debug, Clone, Copy)]
pub struct NamedArray<'a> {
    /// Its key in NumPy.
    pub name: &'a str,
    /// Its values, the last dimension fastest.
    pub values: &'a [f32],
    /// Its shape.
    pub shape: &'a [usize],
}

/// The bytes of a `.npy` file of float32.
///
/// # Errors
/// [`ExportError::ShapeMismatch`] if `values` do not fill `shape`.
pub fn encode_npy(values: &[f32], shape: &[usize]) -> Result<Vec<u8>, ExportError> {
    if checked_product(shape) != Some(values.len()) {
        return Err(ExportError::ShapeMismatch { found: values.len(), shape: shape.to_vec() });
    }
    let shape: Vec<u64> = shape.iter().map(|&size| size as u64).collect();
    let mut bytes = Vec::new();
    let mut write = || {
        let options = npyz::WriteOptions::new().default_dtype().shape(&shape);
        let mut writer = options.writer(&mut bytes).begin_nd()?;
        writer.extend(values)?;
        writer.finish()
    };
    write().map_err(|error| ExportError::encode("NPY")(&error))?;
    Ok(bytes)
}

/// The bytes of an `.npz` file of float32 arrays, not compressed and always the same for the same arrays.
///
/// # Errors
/// [`ExportError::ShapeMismatch`] if the values of an array do not fill its shape.
pub fn encode_npz(arrays: &[NamedArray<'_>]) -> Result<Vec<u8>, ExportError> {
    let encode_error = ExportError::encode("NPZ");
    // A fixed time instead of the clock's.
    let options =
        FileOptions::default().compression_method(CompressionMethod::Stored).last_modified_time(DateTime::default());
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for array in arrays {
        let bytes = encode_npy(array.values, array.shape)?;
        let name = npyz::npz::file_name_from_array_name(array.name);
        archive.start_file(name, options).map_err(|error| encode_error(&error))?;
        archive.write_all(&bytes).map_err(|error| encode_error(&error))?;
    }
    Ok(archive.finish().map_err(|error| encode_error(&error))?.into_inner())
}

/// Writes a `.npy` file. See [`encode_npy`].
///
/// # Errors
/// Those of [`encode_npy`] and [`write_atomically`].
pub fn write_npy(path: impl AsRef<Path>, values: &[f32], shape: &[usize]) -> Result<(), ExportError> {
    write_atomically(path, &encode_npy(values, shape)?)
}

/// Writes an `.npz` file. See [`encode_npz`].
///
/// # Errors
/// Those of [`encode_npz`] and [`write_atomically`].
pub fn write_npz(path: impl AsRef<Path>, arrays: &[NamedArray<'_>]) -> Result<(), ExportError> {
    write_atomically(path, &encode_npz(arrays)?)
}

/// How many numbers an array of these sizes holds, if that can be counted.
pub(super) fn checked_product(sizes: &[usize]) -> Option<usize> {
    sizes.iter().try_fold(1_usize, |product, &size| product.checked_mul(size))
}

#[cfg(test)]
#[path = "npy_tests.rs"]
mod tests;
