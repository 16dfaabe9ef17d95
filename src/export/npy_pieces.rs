//! NumPy arrays of samples that are made while they are written, so that their number needs no memory.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use npyz::WriterBuilder as _;
use npyz::zip::write::FileOptions;
use npyz::zip::{CompressionMethod, DateTime, ZipWriter};

use super::{ExportError, write_atomically_with};

/// Bytes of an array in an archive from which its sizes need 64 bits.
const LARGE_BYTES: u64 = 1 << 31;

/// An array of float32 whose values come piece by piece.
#[derive(Debug)]
pub struct Pieces<'a, I> {
    /// Its key in NumPy, where it lies in an archive.
    pub name: &'a str,
    /// Its shape, the first dimension counting the samples of all pieces.
    pub shape: &'a [usize],
    /// Its values in order.
    pub values: I,
}

/// Writes a `.npy` file piece by piece.
///
/// # Errors
/// What a piece failed with, [`ExportError::ShapeMismatch`] if they do not fill the shape, or [`ExportError::Write`].
pub fn write_npy_pieces<E: From<ExportError>>(
    path: &Path,
    pieces: Pieces<'_, impl Iterator<Item = Result<Vec<f32>, E>>>,
) -> Result<(), E> {
    write_atomically_with(path, |file| {
        let mut file = BufWriter::new(file);
        write_array(&mut file, path, pieces)?;
        Ok(file.flush().map_err(ExportError::write(path))?)
    })
}

/// Writes an `.npz` file of an array that comes piece by piece, and of labels as int64 where there are any. It is not compressed.
///
/// # Errors
/// Those of [`write_npy_pieces`].
pub fn write_npz_pieces<E: From<ExportError>>(
    path: &Path,
    pieces: Pieces<'_, impl Iterator<Item = Result<Vec<f32>, E>>>,
    labels: Option<(&str, &[i64])>,
) -> Result<(), E> {
    write_atomically_with(path, |file: &mut File| {
        let mut archive = ZipWriter::new(BufWriter::new(file));
        let numbers: u64 = pieces.shape.iter().map(|&size| size as u64).product();
        let bytes = numbers.saturating_mul(size_of::<f32>() as u64);
        begin(&mut archive, pieces.name, bytes)?;
        write_array(&mut archive, path, pieces)?;
        if let Some((name, labels)) = labels {
            begin(&mut archive, name, size_of_val(labels) as u64)?;
            let bytes: Vec<u8> = labels.iter().flat_map(|label| label.to_le_bytes()).collect();
            let header = header::<i64>(&[labels.len()])?;
            archive.write_all(&header).and_then(|()| archive.write_all(&bytes)).map_err(ExportError::write(path))?;
        }
        let mut file = archive.finish().map_err(|error| ExportError::encode("NPZ")(&error))?;
        Ok(file.flush().map_err(ExportError::write(path))?)
    })
}

/// Begins an array in an archive, always the same for the same arrays: with a fixed time instead of the clock's.
pub(super) fn begin(
    archive: &mut ZipWriter<impl Write + std::io::Seek>,
    name: &str,
    bytes: u64,
) -> Result<(), ExportError> {
    let options = FileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .large_file(bytes >= LARGE_BYTES);
    let name = npyz::npz::file_name_from_array_name(name);
    archive.start_file(name, options).map_err(|error| ExportError::encode("NPZ")(&error))
}

fn write_array<E: From<ExportError>>(
    file: &mut impl Write,
    path: &Path,
    Pieces { shape, values, .. }: Pieces<'_, impl Iterator<Item = Result<Vec<f32>, E>>>,
) -> Result<(), E> {
    file.write_all(&header::<f32>(shape)?).map_err(ExportError::write(path))?;
    let mut found = 0_usize;
    for piece in values {
        let piece = piece?;
        found += piece.len();
        let bytes: Vec<u8> = piece.iter().flat_map(|value| value.to_le_bytes()).collect();
        file.write_all(&bytes).map_err(ExportError::write(path))?;
    }
    let expected = shape.iter().try_fold(1_usize, |product, &size| product.checked_mul(size));
    if expected == Some(found) {
        Ok(())
    } else {
        Err(ExportError::ShapeMismatch { found, shape: shape.to_vec() }.into())
    }
}

/// What stands before the values of an array.
pub(super) fn header<T: npyz::AutoSerialize>(shape: &[usize]) -> Result<Vec<u8>, ExportError> {
    let shape: Vec<u64> = shape.iter().map(|&size| size as u64).collect();
    let mut bytes = Vec::new();
    let options = npyz::WriteOptions::<T>::new().default_dtype().shape(&shape);
    options.writer(&mut bytes).begin_nd().map_err(|error| ExportError::encode("NPY")(&error))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Cursor;

    use super::*;
    use crate::export::encode_npy;

    const VALUES: [f32; 6] = [1.0, -2.0, 0.5, 4.0, 0.0, -1.0];

    fn pieces(shape: &[usize]) -> Pieces<'_, impl Iterator<Item = Result<Vec<f32>, ExportError>>> {
        Pieces { name: "images", shape, values: VALUES.chunks(4).map(|piece| Ok(piece.to_vec())) }
    }

    #[test]
    fn an_array_in_pieces_has_the_bytes_of_one_written_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.npy");
        write_npy_pieces(&path, pieces(&[3, 2])).unwrap();
        assert_eq!(fs::read(&path).unwrap(), encode_npy(&VALUES, &[3, 2]).unwrap());
    }

    #[test]
    fn an_archive_holds_the_array_and_its_labels() {
        let folder = tempfile::tempdir().unwrap();
        let read = |name: &str| {
            let path = folder.path().join(name);
            write_npz_pieces(&path, pieces(&[3, 1, 2]), Some(("labels", &[4, -1, 1 << 40]))).unwrap();
            fs::read(path).unwrap()
        };
        let bytes = read("x.npz");
        assert_eq!(bytes, read("y.npz"), "the same arrays make the same file");
        let mut archive = npyz::npz::NpzArchive::new(Cursor::new(bytes)).unwrap();
        let images = archive.by_name("images").unwrap().unwrap();
        assert_eq!(images.shape(), [3, 1, 2]);
        assert_eq!(images.into_vec::<f32>().unwrap(), VALUES);
        assert_eq!(archive.by_name("labels").unwrap().unwrap().into_vec::<i64>().unwrap(), [4, -1, 1 << 40]);
    }

    #[test]
    fn what_fails_on_the_way_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.npz");
        assert!(matches!(write_npz_pieces(&path, pieces(&[4, 2]), None), Err(ExportError::ShapeMismatch { .. })));
        let failing = Pieces { name: "x", shape: &[1], values: std::iter::once(Err(ExportError::Empty)) };
        assert!(matches!(write_npy_pieces(&path, failing), Err(ExportError::Empty)));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }
}
