//! Latents in NumPy's files, out and in: `.npy` holds them alone, `.npz` as `latents` beside the `labels` of their classes.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use npyz::zip::ZipArchive;
use npyz::zip::result::ZipError;

use super::npy::checked_product;
use super::{ExportError, Pieces, write_npy, write_npz_pieces};
use crate::data::{NpyHeader, NpyHeaderError, NpyNumber, shown};

/// Bytes of the largest file of latents that is read, and of an array in it: 500,000 latents of 128 numbers.
const MAX_BYTES: u64 = 256 << 20;
/// What an archive begins with.
const ARCHIVE_MAGIC: &[u8] = b"PK\x03\x04";
/// The array of latents in an archive.
const LATENTS: &str = "latents";
/// The array of their classes.
const LABELS: &str = "labels";
/// Names that are shown where none is the right one.
const SHOWN_NAMES: usize = 8;

/// Latents of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Latents {
    /// Number of latents.
    pub count: usize,
    /// `[count, latent_dim]`, flat.
    pub values: Vec<f32>,
    /// The class that each is to be made of, where that is known: `[count]`.
    pub labels: Option<Vec<u8>>,
}

/// What is wrong with a file of latents.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LatentsError {
    /// Not the header of a NumPy array.
    #[error(transparent)]
    Header(#[from] NpyHeaderError),
    /// Not an archive of NumPy arrays, or a damaged one.
    #[error("this is not a .npz file: {reason}")]
    NotNpz {
        /// What is wrong with it.
        reason: String,
    },
    /// An archive of other arrays.
    #[error("there is no array `{}` in it, only: {names}", LATENTS)]
    NoLatents {
        /// Their names.
        names: String,
    },
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
    /// Classes that are no integers.
    #[error("its labels have type {descr}, save integers")]
    LabelType {
        /// NumPy's name of the type.
        descr: String,
    },
    /// Another number of classes than of latents.
    #[error("its labels have shape {shape:?}, save one for each latent: [{count}]")]
    LabelShape {
        /// The shape found.
        shape: Vec<usize>,
        /// Number of latents.
        count: usize,
    },
    /// A number that no class has.
    #[error("label {label} of latent {latent} is no class, they count from 0 to {}", u8::MAX)]
    Label {
        /// The label found.
        label: i64,
        /// Which latent, counted from 0.
        latent: usize,
    },
}

/// Writes latents, one a row: as `.npz` with the class of each where there are classes and the name ends like that, as `.npy`
/// alone everywhere else.
///
/// # Errors
/// [`ExportError::Write`], or [`ExportError::ShapeMismatch`] if the values are no whole number of latents.
pub fn write_latents(path: &Path, latents: &Latents) -> Result<(), ExportError> {
    let Latents { count, values, labels } = latents;
    let shape = [*count, values.len() / (*count).max(1)];
    if !has_npz_name(path) {
        return write_npy(path, values, &shape);
    }
    let labels: Option<Vec<i64>> = labels.as_ref().map(|labels| labels.iter().copied().map(i64::from).collect());
    let values = std::iter::once(Ok::<_, ExportError>(values.clone()));
    let labels = labels.as_deref().map(|labels| (LABELS, labels));
    write_npz_pieces(path, Pieces { name: LATENTS, shape: &shape, values }, labels)
}

/// Reads the latents of a model with `latent_dim` numbers in each, one a row of float32 or float64: from a `.npy` file, or from
/// an `.npz` file that may hold their labels too. At least one comes, and all are finite.
///
/// # Errors
/// [`ExportError::Read`], or [`ExportError::Latents`] with what is wrong.
pub fn read_latents(path: impl AsRef<Path>, latent_dim: usize) -> Result<Latents, ExportError> {
    let path = path.as_ref();
    let file = File::open(path).map_err(ExportError::read(path))?;
    let latents = match bounded(file).map_err(ExportError::read(path))? {
        None => Err(LatentsError::TooLarge { limit: MAX_BYTES }),
        Some(bytes) if bytes.starts_with(ARCHIVE_MAGIC) || has_npz_name(path) => decode_npz(&bytes, latent_dim),
        Some(bytes) => decode_npy(&bytes, latent_dim),
    };
    latents.map_err(|cause| ExportError::Latents { cause, path: path.to_owned() })
}

fn has_npz_name(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npz"))
}

/// All bytes that there are, if they are no more than [`MAX_BYTES`].
fn bounded(reader: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= MAX_BYTES).then_some(bytes))
}

fn decode_npz(bytes: &[u8], latent_dim: usize) -> Result<Latents, LatentsError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| not_npz(&error))?;
    let Some(latents) = member(&mut archive, LATENTS)? else {
        let mut names: Vec<String> = archive.file_names().map(|name| shown(name.trim_end_matches(".npy"))).collect();
        // The archive lists them in any order.
        names.sort();
        names.truncate(SHOWN_NAMES);
        return Err(LatentsError::NoLatents { names: names.join(", ") });
    };
    let latents = decode_npy(&latents, latent_dim)?;
    let labels = member(&mut archive, LABELS)?.map(|labels| decode_labels(&labels, latents.count)).transpose()?;
    Ok(Latents { labels, ..latents })
}

/// The bytes of an array in an archive, whatever the archive says of their number; `None` if there is none of that name.
fn member(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<Option<Vec<u8>>, LatentsError> {
    match archive.by_name(&npyz::npz::file_name_from_array_name(name)) {
        Ok(file) => match bounded(file).map_err(|error| not_npz(&error))? {
            Some(bytes) => Ok(Some(bytes)),
            None => Err(LatentsError::TooLarge { limit: MAX_BYTES }),
        },
        Err(ZipError::FileNotFound) => Ok(None),
        Err(error) => Err(not_npz(&error)),
    }
}

fn not_npz(error: &impl ToString) -> LatentsError {
    LatentsError::NotNpz { reason: shown(&error.to_string()) }
}

fn decode_npy(bytes: &[u8], latent_dim: usize) -> Result<Latents, LatentsError> {
    let (header, data) = NpyHeader::read(bytes)?;
    let number = NpyNumber::of(header.descr).filter(|number| number.is_float());
    let number = number.ok_or_else(|| LatentsError::Type { descr: shown(header.descr) })?;
    if header.fortran_order {
        return Err(LatentsError::FortranOrder);
    }
    let wrong_shape = || LatentsError::Shape { shape: header.shape.clone(), latent_dim };
    let &[count, dim] = header.shape.as_slice() else {
        return Err(wrong_shape());
    };
    if count == 0 || dim == 0 || dim != latent_dim {
        return Err(wrong_shape());
    }
    let expected = checked_product(&[count, dim, number.bytes]).ok_or_else(wrong_shape)?;
    if data.len() != expected {
        return Err(LatentsError::Size { expected, found: data.len() });
    }

    let values: Vec<f32> = data.chunks_exact(number.bytes).map(|value| number.read(value) as f32).collect();
    match values.iter().position(|value| !value.is_finite()) {
        Some(position) => Err(LatentsError::NotFinite { latent: position / dim, index: position % dim }),
        None => Ok(Latents { count, values, labels: None }),
    }
}

/// The classes of `count` latents.
fn decode_labels(bytes: &[u8], count: usize) -> Result<Vec<u8>, LatentsError> {
    let (header, data) = NpyHeader::read(bytes)?;
    let number = NpyNumber::of(header.descr).filter(|number| !number.is_float());
    let number = number.ok_or_else(|| LatentsError::LabelType { descr: shown(header.descr) })?;
    if !matches!(header.shape.as_slice(), [rows] | [rows, 1] if *rows == count) {
        return Err(LatentsError::LabelShape { shape: header.shape, count });
    }
    // There are as many as latents, whose bytes have been counted.
    let expected = count * number.bytes;
    if data.len() != expected {
        return Err(LatentsError::Size { expected, found: data.len() });
    }
    let label = |(latent, bytes): (usize, &[u8])| {
        let label = number.read(bytes) as i64;
        u8::try_from(label).map_err(|_no_class| LatentsError::Label { label, latent })
    };
    data.chunks_exact(number.bytes).enumerate().map(label).collect()
}

#[cfg(test)]
#[path = "latents_tests.rs"]
mod tests;
