//! A file that somebody gave: opened only if it is one, with something in it, and no larger than is ever needed.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::Path;

use flate2::CrcReader;

/// Why a file is not even begun to be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The file system refused to read.
    #[error("{reason}")]
    Unreadable {
        /// What it said.
        reason: String,
    },
    /// It is a folder, or a device.
    #[error("this is not a file")]
    NotAFile,
    /// There is not a single byte in it.
    #[error("the file is empty")]
    Empty,
    /// More bytes than are ever needed.
    #[error("it is larger than {} MiB", limit >> 20)]
    TooLarge {
        /// The most bytes that are read.
        limit: u64,
    },
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        Self::Unreadable { reason: super::reason(error.kind()) }
    }
}

/// Opens a file of at least one byte and at most `limit`.
pub(super) fn open(path: &Path, limit: u64) -> Result<File, FileError> {
    let metadata = fs::metadata(path)?;
    match metadata.len() {
        _ if !metadata.is_file() => Err(FileError::NotAFile),
        0 => Err(FileError::Empty),
        length if length > limit => Err(FileError::TooLarge { limit }),
        _ => Ok(File::open(path)?),
    }
}

/// The CRC-32 of a file of at most `limit` bytes: enough to notice that it was edited.
pub(super) fn checksum(path: &Path, limit: u64) -> Result<u32, FileError> {
    let mut file = CrcReader::new(BufReader::new(open(path, limit)?));
    io::copy(&mut file, &mut io::sink())?;
    Ok(file.crc().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_empty_files_and_huge_files_are_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let refused = |path: &Path| open(path, 1000).err();
        assert_eq!(refused(folder.path()), Some(FileError::NotAFile));
        assert_eq!(refused(&path), Some(FileError::Unreadable { reason: "no such file".to_owned() }));
        let file = File::create(&path).unwrap();
        assert_eq!(refused(&path), Some(FileError::Empty));
        file.set_len(1000).unwrap();
        assert_eq!(refused(&path), None);
        file.set_len(1001).unwrap();
        assert_eq!(refused(&path), Some(FileError::TooLarge { limit: 1000 }));
    }

    #[test]
    fn a_checksum_is_that_of_zip_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "123456789").unwrap();
        assert_eq!(checksum(&path, 9), Ok(0xcbf4_3926));
        assert_eq!(checksum(&path, 8), Err(FileError::TooLarge { limit: 8 }));
    }
}
