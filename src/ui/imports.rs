//! Reading the user's data files on threads of their own, so that no frame waits for a disk.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use eframe::egui;

use crate::config::{DataConfig, Drawing};
use crate::data;

/// Files that may wait to be used: more than a person can open between two frames.
const WAITING: usize = 16;
/// Endings of files of points, in small letters.
pub(super) const POINT_ENDINGS: [&str; 5] = ["csv", "npy", "tsv", "txt", "dat"];

/// What a file turned out to hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Imported {
    /// Points that can be learned from.
    Points {
        /// Where they are.
        path: PathBuf,
        /// How many there are, and how they were scaled.
        note: String,
    },
    /// A picture, as a drawing.
    Picture(Drawing),
}

/// Files on their way in.
pub(super) struct Imports {
    sender: SyncSender<Result<Imported, String>>,
    receiver: Receiver<Result<Imported, String>>,
}

impl Default for Imports {
    fn default() -> Self {
        let (sender, receiver) = sync_channel(WAITING);
        Self { sender, receiver }
    }
}

impl Imports {
    /// Begins to read a file of points or a picture.
    pub(super) fn read(&self, ctx: &egui::Context, path: PathBuf) {
        let (sender, ctx) = (self.sender.clone(), ctx.clone());
        let job = move || {
            // The window may be gone by now; then nobody wants it.
            drop(sender.send(read(&path)));
            ctx.request_repaint();
        };
        let thread = std::thread::Builder::new().name("file reader".to_owned()).spawn(job);
        if let Err(error) = thread {
            drop(self.sender.try_send(Err(format!("the file could not be read ({error})"))));
        }
    }

    /// What was read since the last call, or one line that says why it was not.
    pub(super) fn take(&self) -> Option<Result<Imported, String>> {
        self.receiver.try_recv().ok()
    }
}

/// Whether a file is data rather than a model, by its ending.
pub(super) fn is_data(path: &Path) -> bool {
    let is_points = |extension: &std::ffi::OsStr| POINT_ENDINGS.iter().any(|it| extension.eq_ignore_ascii_case(it));
    data::is_picture(path) || path.extension().is_some_and(is_points)
}

fn read(path: &Path) -> Result<Imported, String> {
    if data::is_picture(path) {
        return data::read_drawing(path).map(Imported::Picture).map_err(|error| error.to_string());
    }
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let dataset = data::open(&DataConfig::file(&path)).map_err(|error| error.to_string())?;
    Ok(Imported::Points { note: dataset.note().unwrap_or_default().to_owned(), path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_known_by_its_ending() {
        for name in ["a.csv", "a.CSV", "a.npy", "a.txt", "a.tsv", "a.png", "a.PNG", "a.jpeg"] {
            assert!(is_data(Path::new(name)), "{name}");
        }
        for name in ["a.safetensors", "run", "csv", "a.json"] {
            assert!(!is_data(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn a_file_is_points_or_a_picture_or_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let points = folder.path().join("points.csv");
        std::fs::write(&points, "1,2\n3,4\n").unwrap();
        let note = "2 points; x' = (x - 2) / 1, y' = (y - 3) / 1".to_owned();
        assert_eq!(read(&points), Ok(Imported::Points { path: points.clone(), note }));
        let picture = folder.path().join("picture.png");
        std::fs::write(&picture, "text").unwrap();
        for path in [&picture, &folder.path().join("gone.csv")] {
            let line = read(path).unwrap_err();
            assert!(line.starts_with("cannot read the ") && !line.contains('\n'), "{line}");
        }
    }
}
