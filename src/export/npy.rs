//! NumPy arrays: samples out as `.npy` and `.npz`, latents in from `.npy`.
//!
//! Format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

use std::fs::File;
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use npyz::WriterBuilder as _;
use npyz::zip::write::FileOptions;
use npyz::zip::{CompressionMethod, DateTime, ZipWriter};

use super::{ExportError, write_atomically};
use crate::data::{NpyHeader, NpyHeaderError, NpyNumber};

/// Bytes of the largest file of latents that is read: 500,000 latents of 128 numbers.
const MAX_FILE_BYTES: u64 = 256 << 20;

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

/// Latents read from a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Latents {
    /// Number of latents, at least 1.
    pub count: usize,
    /// `[count, latent_dim]`, flat; all finite.
    pub values: Vec<f32>,
}

/// What is wrong with a file of latents.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NpyError {
    /// Not the header of a NumPy array.
    #[error(transparent)]
    Header(#[from] NpyHeaderError),
    /// Not floating point numbers of 32 or 64 bits.
    #[error("its values have type {descr}, save float32 or float64")]
    Type {
        /// NumPy's name of the type.
        descr: String,
    },
    /// Column by column instead of row by row.
    #[error("it is in Fortran order, save it in C order")]
    FortranOrder,
    /// Not two-dimensional, without a row, or of a size that makes no sense.
    #[error("its shape is {shape:?}, save one latent a row: [count, {latent_dim}]")]
    Shape {
        /// The shape found.
        shape: Vec<usize>,
        /// Numbers in a latent of the model.
        latent_dim: usize,
    },
    /// The number of bytes is not that of the shape.
    #[error("it holds {found} bytes of values instead of {expected}")]
    Size {
        /// Bytes declared.
        expected: usize,
        /// Bytes there.
        found: usize,
    },
    /// Larger than anything this program would use.
    #[error("it is larger than {limit} bytes")]
    TooLarge {
        /// Bytes allowed.
        limit: u64,
    },
    /// A value no network can be fed.
    #[error("value {index} of latent {latent} is not a finite 32-bit number")]
    NotFinite {
        /// Which latent, counted from 0.
        latent: usize,
        /// Which of its numbers, counted from 0.
        index: usize,
    },
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

/// Reads the latents of a model with `latent_dim` numbers in each from a `.npy` file of float32 or float64, one a row.
///
/// # Errors
/// [`ExportError::Read`], or [`ExportError::Latents`] with what is wrong.
pub fn read_latents(path: impl AsRef<Path>, latent_dim: usize) -> Result<Latents, ExportError> {
    let path = path.as_ref();
    let file = File::open(path).map_err(ExportError::read(path))?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(ExportError::read(path))?;
    let latents = if bytes.len() as u64 > MAX_FILE_BYTES {
        Err(NpyError::TooLarge { limit: MAX_FILE_BYTES })
    } else {
        decode_latents(&bytes, latent_dim)
    };
    latents.map_err(|cause| ExportError::Latents { cause, path: path.to_owned() })
}

fn decode_latents(bytes: &[u8], latent_dim: usize) -> Result<Latents, NpyError> {
    let (header, data) = NpyHeader::read(bytes)?;
    let number = NpyNumber::of(header.descr).filter(|number| number.is_float());
    let number = number.ok_or_else(|| NpyError::Type { descr: header.descr.to_owned() })?;
    if header.fortran_order {
        return Err(NpyError::FortranOrder);
    }
    let wrong_shape = || NpyError::Shape { shape: header.shape.clone(), latent_dim };
    let &[count, dim] = header.shape.as_slice() else {
        return Err(wrong_shape());
    };
    if count == 0 || dim == 0 || dim != latent_dim {
        return Err(wrong_shape());
    }
    let expected = checked_product(&[count, dim, number.bytes]).ok_or_else(wrong_shape)?;
    if data.len() != expected {
        return Err(NpyError::Size { expected, found: data.len() });
    }

    let values: Vec<f32> = data.chunks_exact(number.bytes).map(|value| number.read(value) as f32).collect();
    match values.iter().position(|value| !value.is_finite()) {
        Some(position) => Err(NpyError::NotFinite { latent: position / dim, index: position % dim }),
        None => Ok(Latents { count, values }),
    }
}

fn checked_product(sizes: &[usize]) -> Option<usize> {
    sizes.iter().try_fold(1_usize, |product, &size| product.checked_mul(size))
}

#[cfg(test)]
#[path = "npy_tests.rs"]
mod tests;
