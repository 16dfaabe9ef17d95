//! One file from a server: with progress, resumed where it was cut off, and believed only if its sum is right.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use ureq::Agent;
use ureq::http::StatusCode;

use super::DownloadError;
use super::catalogue::RemoteFile;

/// Bytes that are read at once, between two reports of progress.
const CHUNK_BYTES: usize = 64 << 10;
/// How often a server is asked again that gave nothing more.
const FRUITLESS_TRIES: usize = 3;
/// How often a server is redirected.
const MAX_REDIRECTS: u32 = 5;

/// Why a server did not give a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerFault {
    /// It cannot be reached, or says nothing, or stops in the middle.
    #[error("{0}")]
    Connection(String),
    /// It has no such file, or does not give it.
    #[error("the server answered {0}")]
    Status(u16),
    /// It gives less than it should.
    #[error("only {found} of {expected} bytes came")]
    TooShort {
        /// Bytes there.
        found: u64,
        /// Bytes published.
        expected: u64,
    },
    /// It gives more than it should.
    #[error("more than the {expected} bytes that are published came")]
    TooLong {
        /// Bytes published.
        expected: u64,
    },
    /// It gives something else.
    #[error("what came is not the published file, its sum is wrong")]
    WrongSum,
}

/// Fetches files from the first of several servers that has them.
pub(super) struct Fetcher<'a> {
    agent: Agent,
    mirrors: &'a [String],
    /// Where the files go.
    pub(super) folder: &'a Path,
}

impl<'a> Fetcher<'a> {
    /// `patience` is how long a server may say nothing.
    pub(super) fn new(mirrors: &'a [String], folder: &'a Path, patience: Duration) -> Self {
        let agent = Agent::config_builder()
            .timeout_resolve(Some(patience))
            .timeout_connect(Some(patience))
            .timeout_recv_response(Some(patience))
            // However long all of it takes, something must come now and then.
            .timeout_per_read(Some(patience))
            .max_redirects(MAX_REDIRECTS)
            .http_status_as_error(false)
            .user_agent(concat!("ganscope/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Self { agent, mirrors, folder }
    }

    /// Fetches a file.
    ///
    /// What came of it so far is kept in a `.part` file, from which the next attempt goes on. `on_bytes` hears how many
    /// bytes there are, and ends the work by answering `false`.
    pub(super) fn fetch(
        &self,
        file: RemoteFile,
        on_bytes: &mut dyn FnMut(u64) -> bool,
    ) -> Result<PathBuf, DownloadError> {
        let target = self.folder.join(file.name);
        if fs::metadata(&target).is_ok_and(|metadata| metadata.len() == file.bytes) {
            // Only a file whose sum was right has this name.
            return Ok(target);
        }
        let part = self.folder.join(format!("{}.part", file.name));
        let mut incoming = Incoming { agent: &self.agent, file, part: &part, on_bytes };
        let mut last = None;
        for mirror in self.mirrors {
            let url = format!("{}/{}", mirror.trim_end_matches('/'), file.name);
            match incoming.take_from(&url) {
                Ok(()) => {
                    let on_disk = |error: io::Error| DownloadError::disk(&error, &target);
                    fs::rename(&part, &target).map_err(on_disk)?;
                    return Ok(target);
                }
                Err(Stop::Fault(fault)) => last = Some((fault, url)),
                Err(Stop::Disk(error)) => return Err(DownloadError::disk(&error, &part)),
                Err(Stop::Cancelled) => return Err(DownloadError::Cancelled),
            }
        }
        let (fault, url) = last.ok_or(DownloadError::NoMirror { name: file.name })?;
        Err(DownloadError::Server { name: file.name, fault, url })
    }
}

/// Why an attempt ended.
enum Stop {
    Fault(ServerFault),
    Disk(io::Error),
    Cancelled,
}

/// A file that is coming in.
struct Incoming<'a> {
    agent: &'a Agent,
    file: RemoteFile,
    part: &'a Path,
    on_bytes: &'a mut dyn FnMut(u64) -> bool,
}

impl Incoming<'_> {
    /// Asks one server until it has given all, or nothing more.
    fn take_from(&mut self, url: &str) -> Result<(), Stop> {
        let mut most = self.length();
        // What another server, or another time, left behind may be what is wrong: then this server gets a second chance.
        let mut has_foreign_bytes = most > 0;
        let mut fruitless = 0;
        loop {
            let outcome = self.attempt(url);
            let found = self.length();
            match outcome {
                Ok(()) if found == self.file.bytes => match self.verify() {
                    Err(Stop::Fault(ServerFault::WrongSum)) if has_foreign_bytes => has_foreign_bytes = false,
                    verified => return verified,
                },
                Ok(()) | Err(Stop::Fault(ServerFault::Connection(_))) => {
                    fruitless = if found > most { 0 } else { fruitless + 1 };
                    most = most.max(found);
                    if fruitless == FRUITLESS_TRIES {
                        let too_short = ServerFault::TooShort { found, expected: self.file.bytes };
                        return Err(outcome.err().unwrap_or(Stop::Fault(too_short)));
                    }
                }
                Err(stop) => return Err(stop),
            }
        }
    }

    /// One request: goes on where the `.part` file ends, or starts over where the server does not know how to.
    fn attempt(&mut self, url: &str) -> Result<(), Stop> {
        let mut found = self.length();
        if found >= self.file.bytes {
            // All of it came in an earlier attempt, and its sum has yet to be looked at; or it is not what is published.
            return if found == self.file.bytes { Ok(()) } else { self.remove() };
        }
        let mut request = self.agent.get(url);
        if found > 0 {
            request = request.header("Range", format!("bytes={found}-"));
        }
        let connection = |reason: String| Stop::Fault(ServerFault::Connection(reason));
        let mut response = request.call().map_err(|error| connection(told(&error)))?;
        let is_continued = response.status() == StatusCode::PARTIAL_CONTENT
            && response
                .headers()
                .get("Content-Range")
                .and_then(|range| range.to_str().ok())
                .is_some_and(|range| range.starts_with(&format!("bytes {found}-")));
        match response.status() {
            StatusCode::PARTIAL_CONTENT if is_continued => {}
            StatusCode::OK => found = 0,
            // A server that has another idea of what is missing: the next attempt asks for everything.
            StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE if found > 0 => return self.remove(),
            status => return Err(Stop::Fault(ServerFault::Status(status.as_u16()))),
        }
        let mut to =
            OpenOptions::new().create(true).write(true).append(is_continued).truncate(!is_continued).open(self.part);
        let to = to.as_mut().map_err(|error| Stop::Disk(io::Error::from(error.kind())))?;
        let mut from = response.body_mut().as_reader();
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let count = from.read(&mut chunk).map_err(|error| connection(error.to_string()))?;
            if count == 0 {
                return to.sync_all().map_err(Stop::Disk);
            }
            found += count as u64;
            if found > self.file.bytes {
                self.remove()?;
                return Err(Stop::Fault(ServerFault::TooLong { expected: self.file.bytes }));
            }
            to.write_all(&chunk[..count]).map_err(Stop::Disk)?;
            if !(self.on_bytes)(found) {
                return Err(Stop::Cancelled);
            }
        }
    }

    /// Believes a file, or removes it.
    fn verify(&self) -> Result<(), Stop> {
        let mut hasher = Sha256::new();
        let mut from = File::open(self.part).map_err(Stop::Disk)?;
        io::copy(&mut from, &mut hasher).map_err(Stop::Disk)?;
        if format!("{:x}", hasher.finalize()) == self.file.sha256 {
            return Ok(());
        }
        self.remove()?;
        Err(Stop::Fault(ServerFault::WrongSum))
    }

    /// Bytes that are there.
    fn length(&self) -> u64 {
        fs::metadata(self.part).map_or(0, |metadata| metadata.len())
    }

    fn remove(&self) -> Result<(), Stop> {
        fs::remove_file(self.part).map_err(Stop::Disk)
    }
}

/// What kept a server from being reached, in plain words.
fn told(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) => super::reason(error.kind()),
        error => error.to_string(),
    }
}
