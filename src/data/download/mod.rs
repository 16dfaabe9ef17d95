//! Published sets fetched when the user asks for one, and only then.
//!
//! Files gather in a folder beside the set's own, which takes the set's name when all of them are there and right: no part of
//! the program ever sees half a set.

mod catalogue;
mod fetch;

pub use catalogue::{MIRRORS_FILE, RemoteFile, RemoteSet};
pub use fetch::ServerFault;

use std::fs::{self, File};
use std::io::{self, BufReader, Read as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use flate2::bufread::GzDecoder;

use self::fetch::Fetcher;
use super::own_pictures::{CIFAR_FILES, CIFAR_FOLDER};
use super::reason;

/// Bytes of each of CIFAR-10's files.
const CIFAR_FILE_BYTES: u64 = 10_000 * 3073;

/// Why a set could not be fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DownloadError {
    /// The list of servers is not as it should be.
    #[error("the list of mirrors cannot be read ({reason}): {}", path.display())]
    BadMirrors {
        /// What is wrong with it.
        reason: String,
        /// Where.
        path: PathBuf,
    },
    /// The list of servers is empty.
    #[error("there is no mirror to fetch {name} from")]
    NoMirror {
        /// A file of the set.
        name: &'static str,
    },
    /// The last of the servers did not give a file.
    #[error("{name} could not be fetched: {fault}: {url}")]
    Server {
        /// The file.
        name: &'static str,
        /// What is wrong.
        fault: ServerFault,
        /// Where it was asked for last.
        url: String,
    },
    /// The disk is full, or the folder must not be written to.
    #[error("it cannot be saved, {reason}: {}", path.display())]
    Disk {
        /// What the file system said.
        reason: String,
        /// Where.
        path: PathBuf,
    },
    /// The archive does not hold what it should.
    #[error("the archive lacks {name}: {}", path.display())]
    Archive {
        /// The file that is missing, or of another length.
        name: &'static str,
        /// Where.
        path: PathBuf,
    },
    /// Whoever asked for it does not want it any more.
    #[error("it was cancelled; what came so far is kept, and the next attempt goes on from there")]
    Cancelled,
}

impl DownloadError {
    fn disk(error: &io::Error, path: &Path) -> Self {
        Self::Disk { reason: reason(error.kind()), path: path.to_owned() }
    }
}

/// How a set is fetched.
#[derive(Debug, Clone)]
pub struct DownloadConfig {
    /// The folder in which each set has a folder of its own.
    pub folder: PathBuf,
    /// The only server to ask, instead of those on the list: the address of the folder that has the files.
    pub mirror: Option<String>,
    /// How long a server may say nothing.
    pub patience: Duration,
}

impl DownloadConfig {
    /// How long a server may say nothing, unless somebody knows better.
    pub const PATIENCE: Duration = Duration::from_secs(20);
}

/// How far fetching a set has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DownloadProgress {
    /// The file that is coming in.
    pub file: &'static str,
    /// Bytes of the set that are there.
    pub bytes: u64,
    /// Bytes of the whole set.
    pub total: u64,
}

/// Fetches a published set, and gives the folder that it is in.
///
/// An attempt that is cut off goes on where it ended the next time.
///
/// # Errors
/// [`DownloadError`], in which case there is no such folder, or what was there before.
pub fn download(
    set: &RemoteSet,
    config: &DownloadConfig,
    progress: &mut dyn FnMut(DownloadProgress) -> ControlFlow<()>,
) -> Result<PathBuf, DownloadError> {
    let mirrors = match &config.mirror {
        Some(mirror) => vec![mirror.clone()],
        None => set.mirrors(&config.folder)?,
    };
    let staging = config.folder.join(format!("{}.part", set.key));
    let target = config.folder.join(set.key);
    fs::create_dir_all(&staging).map_err(|error| DownloadError::disk(&error, &staging))?;
    let gathered = gather(set, &Fetcher::new(&mirrors, &staging, config.patience), progress);
    if gathered.is_err() {
        // Only an empty folder can be removed like this: where something came, it is kept for the next attempt.
        let _kept = fs::remove_dir(&staging);
    }
    gathered?;
    take_name(&staging, &target).map_err(|error| DownloadError::disk(&error, &target))?;
    Ok(target)
}

/// Fetches the files that are not there yet.
fn gather(
    set: &RemoteSet,
    fetcher: &Fetcher<'_>,
    progress: &mut dyn FnMut(DownloadProgress) -> ControlFlow<()>,
) -> Result<(), DownloadError> {
    let total = set.bytes();
    let mut before = 0;
    for file in &set.files {
        let mut on_bytes =
            |bytes| progress(DownloadProgress { file: file.name, bytes: before + bytes, total }).is_continue();
        let fetched = fetcher.fetch(*file, &mut on_bytes)?;
        if file.name.ends_with(".tar.gz") {
            unpack(&fetched, fetcher.folder)?;
            fs::remove_file(&fetched).map_err(|error| DownloadError::disk(&error, &fetched))?;
        }
        before += file.bytes;
    }
    Ok(())
}

/// Takes the files that CIFAR-10 consists of out of its archive, and nothing else.
///
/// Names in the archive are compared, never used as paths, and lengths are known beforehand.
fn unpack(archive: &Path, staging: &Path) -> Result<(), DownloadError> {
    let on_disk = |error: io::Error| DownloadError::disk(&error, archive);
    let folder = staging.join(CIFAR_FOLDER);
    fs::create_dir_all(&folder).map_err(|error| DownloadError::disk(&error, &folder))?;
    let unpacked = GzDecoder::new(BufReader::new(File::open(archive).map_err(on_disk)?));
    let mut found = Vec::new();
    for entry in tar::Archive::new(unpacked).entries().map_err(on_disk)? {
        let entry = entry.map_err(on_disk)?;
        let path = entry.path_bytes();
        let name = CIFAR_FILES.iter().find(|name| *path == *format!("{CIFAR_FOLDER}/{name}").as_bytes());
        let Some(&name) = name.filter(|_| entry.size() == CIFAR_FILE_BYTES) else { continue };
        let target = folder.join(name);
        let save = |error: io::Error| DownloadError::disk(&error, &target);
        let mut to = File::create(&target).map_err(save)?;
        let written = io::copy(&mut entry.take(CIFAR_FILE_BYTES), &mut to).map_err(save)?;
        to.sync_all().map_err(save)?;
        if written == CIFAR_FILE_BYTES {
            found.push(name);
        }
    }
    match CIFAR_FILES.into_iter().find(|name| !found.contains(name)) {
        Some(name) => Err(DownloadError::Archive { name, path: archive.to_owned() }),
        None => Ok(()),
    }
}

/// Gives a folder its name in one step; where a folder of that name is there already, its files take their places in it.
fn take_name(staging: &Path, target: &Path) -> io::Result<()> {
    if !target.exists() {
        return fs::rename(staging, target);
    }
    for entry in fs::read_dir(staging)? {
        let from = entry?.path();
        let to = target.join(from.file_name().unwrap_or_default());
        if to.is_dir() {
            take_name(&from, &to)?;
        } else {
            fs::rename(from, to)?;
        }
    }
    fs::remove_dir(staging)
}
