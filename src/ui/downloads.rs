//! Fetching a published set on a thread of its own, one at a time.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

use eframe::egui;

use super::panels::capitalized;
use crate::data::{self, DownloadConfig, DownloadError, DownloadProgress, RemoteSet};
use crate::trainer::Latest;

/// The shortest time between two reports of progress.
const REPORT_INTERVAL: Duration = Duration::from_millis(100);

/// What is being fetched, if anything is.
#[derive(Default)]
pub(super) struct Downloads {
    running: Option<Running>,
}

struct Running {
    /// The set's name.
    key: &'static str,
    outcome: Receiver<Result<(), DownloadError>>,
    progress: Latest<DownloadProgress>,
    is_stopped: Arc<AtomicBool>,
}

/// How fetching ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fetched {
    /// The set is there.
    Whole,
    /// It was told to stop; what came is kept.
    Stopped,
    /// It did not come, for this reason.
    Failed(String),
}

impl Downloads {
    /// Begins to fetch a set. Whether that could be begun: an attempt that was stopped may still be ending.
    pub(super) fn begin(&mut self, ctx: &egui::Context, set: RemoteSet, config: DownloadConfig) -> bool {
        if self.running.is_some() {
            return false;
        }
        let (key, (sender, outcome)) = (set.key, sync_channel(1));
        let (progress, is_stopped) = (Latest::new(), Arc::new(AtomicBool::new(false)));
        let (slot, stop, ctx) = (progress.clone(), Arc::clone(&is_stopped), ctx.clone());
        let fetch = move || {
            let mut reported_at: Option<Instant> = None;
            let fetched = data::download(&set, &config, &mut |progress| {
                if reported_at.is_none_or(|at| at.elapsed() >= REPORT_INTERVAL) {
                    reported_at = Some(Instant::now());
                    slot.put(progress);
                    ctx.request_repaint();
                }
                if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            // The window may be gone by now; then nobody wants to know.
            drop(sender.send(fetched.map(|_folder| ())));
            ctx.request_repaint();
        };
        // Without a thread, the sender is gone, and that is found at the next look.
        drop(std::thread::Builder::new().name("download".to_owned()).spawn(fetch));
        self.running = Some(Running { key, outcome, progress, is_stopped });
        true
    }

    /// Ends it soon.
    pub(super) fn stop(&self) {
        if let Some(running) = &self.running {
            running.is_stopped.store(true, Ordering::Relaxed);
        }
    }

    /// How far it has come since the last call.
    pub(super) fn take_progress(&self) -> Option<DownloadProgress> {
        self.running.as_ref()?.progress.take()
    }

    /// The set's name and how fetching it ended, if it has since the last call.
    pub(super) fn take(&mut self) -> Option<(&'static str, Fetched)> {
        let running = self.running.as_ref()?;
        let fetched = match running.outcome.try_recv() {
            Err(TryRecvError::Empty) => return None,
            Ok(Ok(())) => Fetched::Whole,
            Ok(Err(DownloadError::Cancelled)) => Fetched::Stopped,
            // What it meets with after it was told to stop is no failure.
            Ok(Err(_)) if running.is_stopped.load(Ordering::Relaxed) => Fetched::Stopped,
            // A file's name is left as it is.
            Ok(Err(error @ DownloadError::Server { .. })) => Fetched::Failed(error.to_string()),
            Ok(Err(error)) => Fetched::Failed(capitalized(&error.to_string())),
            Err(TryRecvError::Disconnected) => Fetched::Failed("The download ended without a word".to_owned()),
        };
        let key = running.key;
        self.running = None;
        Some((key, fetched))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::path::Path;

    use super::*;
    use crate::data::RemoteFile;

    /// Longer than any machine needs for eleven bytes.
    const PATIENCE: Duration = Duration::from_mins(1);

    fn small_set() -> RemoteSet {
        let file = RemoteFile {
            name: "greeting",
            bytes: 11,
            sha256: "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9",
        };
        RemoteSet { key: "small", files: vec![file], mirrors: Vec::new() }
    }

    fn config(folder: &Path, mirror: String) -> DownloadConfig {
        DownloadConfig { folder: folder.to_owned(), mirror: Some(mirror), patience: Duration::from_secs(5) }
    }

    /// A server that answers the first request as it is told; it hands the connection over when its headers are out.
    fn serve(body: &'static [u8], then: impl FnOnce(TcpStream) + Send + 'static) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answer = move || {
            let (stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            let mut to = stream.try_clone().unwrap();
            write!(to, "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nConnection: close\r\n\r\n").unwrap();
            to.write_all(body).unwrap();
            then(stream);
        };
        drop(std::thread::Builder::new().name("server".to_owned()).spawn(answer).unwrap());
        format!("http://{address}/")
    }

    fn end(downloads: &mut Downloads) -> Fetched {
        let begun = Instant::now();
        loop {
            if let Some((key, fetched)) = downloads.take() {
                assert_eq!(key, "small");
                return fetched;
            }
            assert!(begun.elapsed() < PATIENCE, "it never ended");
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_set_comes_whole_with_progress() {
        let folder = tempfile::tempdir().unwrap();
        let mirror = serve(b"hello world", drop);
        let mut downloads = Downloads::default();
        assert!(downloads.begin(&egui::Context::default(), small_set(), config(folder.path(), mirror)));
        let progress = downloads.running.as_ref().unwrap().progress.clone();
        assert_eq!(end(&mut downloads), Fetched::Whole);
        assert_eq!(progress.take().map(|progress| (progress.bytes, progress.total)), Some((11, 11)));
        assert_eq!(std::fs::read(folder.path().join("small/greeting")).unwrap(), b"hello world");
    }

    #[test]
    fn a_server_that_gives_something_else_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mirror = serve(b"HELLO WORLD", drop);
        let mut downloads = Downloads::default();
        assert!(downloads.begin(&egui::Context::default(), small_set(), config(folder.path(), mirror.clone())));
        let Fetched::Failed(reason) = end(&mut downloads) else { panic!("it is not what was published") };
        assert!(reason.contains("its sum is wrong") && reason.contains(&mirror), "{reason}");
    }

    #[test]
    fn one_at_a_time_and_what_is_stopped_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (release, released) = sync_channel::<()>(0);
        let mirror = serve(b"hello", move |mut stream| {
            // The rest comes only after it was told to stop.
            let _told = released.recv();
            drop(stream.write_all(b" worl"));
        });
        let ctx = egui::Context::default();
        let mut downloads = Downloads::default();
        assert!(downloads.begin(&ctx, small_set(), config(folder.path(), mirror)));
        let begun = Instant::now();
        while downloads.take_progress().is_none() {
            assert!(begun.elapsed() < PATIENCE, "nothing came");
            std::thread::yield_now();
        }
        let again = DownloadConfig { folder: folder.path().to_owned(), mirror: None, patience: Duration::ZERO };
        assert!(!downloads.begin(&ctx, small_set(), again), "one is running");
        downloads.stop();
        release.send(()).unwrap();
        assert_eq!(end(&mut downloads), Fetched::Stopped);
        let kept = std::fs::read(folder.path().join("small.part/greeting.part")).unwrap();
        assert!(b"hello worl".starts_with(&kept) && !kept.is_empty(), "{kept:?}");
    }
}
