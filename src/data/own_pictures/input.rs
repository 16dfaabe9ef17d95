//! Where the bytes of a file come from: the disk, or memory. Either may be read from its beginning again.

use std::fs::{self, File};
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::PicturesError;
use crate::data::idx::GZIP_MAGIC;
use crate::data::{DataError, reason};

/// A place to read from.
pub(super) trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// A file, or bytes that stand for one.
#[derive(Debug, Clone)]
pub(super) enum Input<'a> {
    /// A file on the disk.
    File(PathBuf),
    /// What a file would hold.
    Bytes(&'a [u8]),
}

impl<'a> Input<'a> {
    /// An ordinary file with something in it.
    pub(super) fn file(path: &Path) -> Result<Self, DataError> {
        let input = Self::File(path.to_owned());
        let metadata = fs::metadata(path).map_err(|error| input.unreadable(&error))?;
        match metadata.len() {
            _ if !metadata.is_file() => Err(input.fail(PicturesError::NotAFile)),
            0 => Err(input.fail(PicturesError::Empty)),
            _ => Ok(input),
        }
    }

    /// The bytes from the first on.
    pub(super) fn open(&self) -> Result<Box<dyn ReadSeek + 'a>, DataError> {
        Ok(match self {
            Self::File(path) => Box::new(BufReader::new(File::open(path).map_err(|error| self.unreadable(&error))?)),
            Self::Bytes(bytes) => Box::new(Cursor::new(*bytes)),
        })
    }

    /// The bytes from the first on, unpacked where they are compressed with gzip.
    pub(super) fn open_unpacked(&self) -> Result<Box<dyn Read + 'a>, DataError> {
        let is_compressed = self.beginning(GZIP_MAGIC.len())? == GZIP_MAGIC;
        let reader = self.open()?;
        Ok(if is_compressed {
            Box::new(BufReader::new(MultiGzDecoder::new(BufReader::new(reader))))
        } else {
            Box::new(reader)
        })
    }

    /// The first bytes, at most `limit` of them.
    pub(super) fn beginning(&self, limit: usize) -> Result<Vec<u8>, DataError> {
        let mut bytes = Vec::new();
        let read = self.open()?.take(limit as u64).read_to_end(&mut bytes);
        read.map_err(|error| self.unreadable(&error))?;
        Ok(bytes)
    }

    /// Number of bytes, as they lie on the disk.
    pub(super) fn len(&self) -> Result<u64, DataError> {
        match self {
            Self::File(path) => {
                fs::metadata(path).map(|metadata| metadata.len()).map_err(|error| self.unreadable(&error))
            }
            Self::Bytes(bytes) => Ok(bytes.len() as u64),
        }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::File(path) => path,
            Self::Bytes(_) => Path::new("bytes"),
        }
    }

    /// The error for something wrong with it.
    pub(super) fn fail(&self, cause: impl Into<PicturesError>) -> DataError {
        DataError::pictures(cause, self.path())
    }

    /// The error for what the file system, or the decompressor, said.
    pub(super) fn unreadable(&self, error: &io::Error) -> DataError {
        self.fail(unreadable(error))
    }
}

/// What a reader said, in plain words.
pub(super) fn unreadable(error: &io::Error) -> PicturesError {
    let reason = match error.kind() {
        // Only the decompressor says these, and in words of its own.
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            "it cannot be decompressed, it is damaged".to_owned()
        }
        io::ErrorKind::UnexpectedEof => "it ends too early".to_owned(),
        kind => reason(kind),
    };
    PicturesError::Unreadable { reason }
}
