//! Looking into the user's data files on threads of their own, so that no frame waits for a disk.
//!
//! The newest request counts: whatever an older one still finds is dropped, and it ends at its next report.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use eframe::egui;

use super::panels::capitalized;
use crate::config::{CaseKind, Choice as _, DataConfig, DatasetKind, Drawing, PicturesConfig, TextConfig};
use crate::data::{self, Examples, FileKind, FoundTexts, Inspection, MIRRORS_FILE, Pictures, Progress, RemoteSet};
use crate::state::{DataUse, Fetching, MissingSet};
use crate::trainer::{Latest, find_model_file};

/// News that may wait to be used: more than comes between two frames.
const WAITING: usize = 64;
/// The shortest time between two reports of progress.
const REPORT_INTERVAL: Duration = Duration::from_millis(50);
/// Endings of files of points and of texts, in small letters.
pub(super) const TABLE_ENDINGS: [&str; 5] = ["csv", "npy", "tsv", "txt", "dat"];
/// Endings of files of pictures, in small letters.
pub(super) const PICTURES_ENDINGS: [&str; 3] = ["npz", "gz", "bin"];
/// The ending of a model file.
const MODEL_ENDING: &str = "safetensors";

/// What a file or folder turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Imported {
    /// Points that can be learned from.
    Points {
        /// Where they are.
        path: PathBuf,
        /// How many there are, and how they were scaled.
        note: String,
    },
    /// Texts that can be learned from.
    Texts(Box<FoundTexts>),
    /// Texts that were read anew for the run.
    TextsToTrainOn(Box<FoundTexts>),
    /// A picture, as a drawing.
    Drawing(Drawing),
    /// Pictures, which take a moment to look at.
    Looking(PathBuf),
    /// Pictures that were looked at.
    Pictures(Box<Inspection>),
    /// A model file or a run folder.
    Model(PathBuf),
    /// Thumbnails made from pictures that were looked at.
    Fitted(PicturesConfig, Pictures),
    /// A published set that is on this machine.
    Published(DatasetKind, DataUse),
    /// One that is not.
    Missing(Box<MissingSet>),
}

/// What a path is given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// Data, whatever it is called.
    Data,
    /// Data, or a model to go on with.
    Anything,
}

/// News of one request.
type News = (u64, Result<Imported, String>);

/// Files on their way in.
pub(super) struct Imports {
    sender: SyncSender<News>,
    receiver: Receiver<News>,
    progress: Latest<(u64, Progress)>,
    /// The number of the newest request.
    newest: Arc<AtomicU64>,
}

impl Default for Imports {
    fn default() -> Self {
        let (sender, receiver) = sync_channel(WAITING);
        Self { sender, receiver, progress: Latest::new(), newest: Arc::default() }
    }
}

impl Imports {
    /// Begins to look at a file or folder.
    pub(super) fn look(&self, ctx: &egui::Context, path: PathBuf, expected: Expected) {
        self.begin(ctx, move |job| look(&path, expected, job));
    }

    /// Reads texts anew, with other choices, to be looked at or to be trained on.
    pub(super) fn read_texts(&self, ctx: &egui::Context, config: TextConfig, is_to_train_on: bool) {
        self.begin(ctx, move |_| {
            let path = config.path.clone().unwrap_or_default();
            let found = data::inspect_texts(&path, config.case, Some(config.max_length));
            let found = found.map_err(|error| capitalized(&error.to_string()))?;
            let imported = if is_to_train_on { Imported::TextsToTrainOn } else { Imported::Texts };
            Ok(imported(Box::new(found)))
        });
    }

    /// Makes thumbnails anew.
    pub(super) fn fit(&self, ctx: &egui::Context, examples: Examples, config: PicturesConfig) {
        self.begin(ctx, move |_| {
            let thumbnails = examples.fitted(&config);
            Ok(Imported::Fitted(config, thumbnails))
        });
    }

    /// Looks whether a published set is on this machine.
    pub(super) fn find(&self, ctx: &egui::Context, kind: DatasetKind, wanted_for: DataUse) {
        self.begin(ctx, move |_| Ok(find(kind, wanted_for)));
    }

    /// Gives up what has been begun.
    pub(super) fn cancel(&self) {
        self.newest.fetch_add(1, Ordering::Relaxed);
    }

    /// What was found since the last call, or one sentence that says why nothing was.
    pub(super) fn take(&self) -> Option<Result<Imported, String>> {
        let newest = self.newest.load(Ordering::Relaxed);
        self.receiver.try_iter().find(|(number, _)| *number == newest).map(|(_, news)| news)
    }

    /// How far the newest request has come since the last call.
    pub(super) fn take_progress(&self) -> Option<Progress> {
        let newest = self.newest.load(Ordering::Relaxed);
        self.progress.take().filter(|(number, _)| *number == newest).map(|(_, progress)| progress)
    }

    fn begin(&self, ctx: &egui::Context, work: impl FnOnce(&mut Job) -> Result<Imported, String> + Send + 'static) {
        let number = self.newest.fetch_add(1, Ordering::Relaxed) + 1;
        let mut job = Job {
            number,
            newest: Arc::clone(&self.newest),
            sender: self.sender.clone(),
            progress: self.progress.clone(),
            ctx: ctx.clone(),
            reported_at: None,
        };
        let run = move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| work(&mut job)))
                .unwrap_or_else(|_panic| Err("This could not be read: the program found no sense in it".to_owned()));
            job.tell(outcome);
        };
        if let Err(error) = std::thread::Builder::new().name("file reader".to_owned()).spawn(run) {
            drop(self.sender.try_send((number, Err(format!("The file could not be read: {error}")))));
        }
    }
}

/// A request that is being worked on.
struct Job {
    number: u64,
    newest: Arc<AtomicU64>,
    sender: SyncSender<News>,
    progress: Latest<(u64, Progress)>,
    ctx: egui::Context,
    reported_at: Option<Instant>,
}

impl Job {
    fn is_wanted(&self) -> bool {
        self.newest.load(Ordering::Relaxed) == self.number
    }

    fn tell(&self, news: Result<Imported, String>) {
        if self.is_wanted() {
            // The window may be gone by now; then nobody wants it.
            drop(self.sender.send((self.number, news)));
            self.ctx.request_repaint();
        }
    }

    fn report(&mut self, progress: Progress) -> ControlFlow<()> {
        if self.reported_at.is_none_or(|at| at.elapsed() >= REPORT_INTERVAL) {
            self.reported_at = Some(Instant::now());
            self.progress.put((self.number, progress));
            self.ctx.request_repaint();
        }
        if self.is_wanted() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

/// Whether a file is data rather than a model, by its ending.
pub(super) fn is_data(path: &Path) -> bool {
    let endings = || TABLE_ENDINGS.iter().chain(&PICTURES_ENDINGS);
    let is_known = |extension: &std::ffi::OsStr| endings().any(|it| extension.eq_ignore_ascii_case(it));
    data::is_picture(path) || path.extension().is_some_and(is_known)
}

/// Whether a file or folder is something to go on with.
fn is_model(path: &Path) -> bool {
    let is_named_model = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(MODEL_ENDING));
    if path.is_dir() {
        return find_model_file(path).is_ok();
    }
    is_named_model || (!is_data(path) && FileKind::of(path) == FileKind::Points)
}

fn look(path: &Path, expected: Expected, job: &mut Job) -> Result<Imported, String> {
    if expected == Expected::Anything && is_model(path) {
        return Ok(Imported::Model(path.to_owned()));
    }
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if !path.exists() {
        return Err(format!("There is no such file or folder: {}", path.display()));
    }
    let say = |error: data::DataError| capitalized(&error.to_string());
    match FileKind::of(&path) {
        FileKind::Drawing => data::read_drawing(&path).map(Imported::Drawing).map_err(say),
        FileKind::Points => {
            let dataset = data::open(&DataConfig::file(&path)).map_err(say)?;
            Ok(Imported::Points { note: dataset.note().unwrap_or_default().to_owned(), path })
        }
        FileKind::Texts => {
            let found = data::inspect_texts(&path, CaseKind::AsIs, None).map_err(say)?;
            Ok(Imported::Texts(Box::new(found)))
        }
        FileKind::Pictures => {
            job.tell(Ok(Imported::Looking(path.clone())));
            let inspection = data::inspect(&path, &mut |progress| job.report(progress)).map_err(say)?;
            Ok(Imported::Pictures(Box::new(inspection)))
        }
    }
}

fn find(kind: DatasetKind, wanted_for: DataUse) -> Imported {
    let missing = || {
        let (set, folder) = (RemoteSet::of(kind)?, data::data_folder());
        let mirrors = set.mirrors(&folder).map_err(|error| capitalized(&error.to_string()));
        let (mirrors_file, target) = (folder.join(MIRRORS_FILE), folder.join(kind.key()));
        Some(MissingSet { kind, wanted_for, set, mirrors, mirrors_file, target, fetching: Fetching::Offered })
    };
    match missing() {
        Some(missing) if data::find_published(kind).is_none() => Imported::Missing(Box::new(missing)),
        _ => Imported::Published(kind, wanted_for),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Longer than any machine needs for a few small files.
    const PATIENCE: Duration = Duration::from_mins(1);

    fn next(imports: &Imports) -> Result<Imported, String> {
        let begun = Instant::now();
        loop {
            if let Some(news) = imports.take() {
                return news;
            }
            assert!(begun.elapsed() < PATIENCE, "nothing came");
            std::thread::yield_now();
        }
    }

    fn found(path: &Path, expected: Expected) -> Result<Imported, String> {
        let imports = Imports::default();
        imports.look(&egui::Context::default(), path.to_owned(), expected);
        next(&imports)
    }

    fn pictures(folder: &Path) {
        for (class, shade) in [("bright", 250), ("dark", 5)] {
            let path = folder.join(class);
            std::fs::create_dir_all(&path).unwrap();
            image::GrayImage::from_pixel(20, 30, image::Luma([shade])).save(path.join("one.png")).unwrap();
        }
    }

    #[test]
    fn data_is_known_by_its_ending() {
        for name in ["a.csv", "a.CSV", "a.npy", "a.txt", "a.tsv", "a.png", "a.PNG", "a.jpeg", "a.npz", "x-ubyte.gz"] {
            assert!(is_data(Path::new(name)), "{name}");
        }
        for name in ["a.safetensors", "run", "csv", "a.json"] {
            assert!(!is_data(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn a_file_is_points_or_a_drawing_or_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let points = folder.path().join("points.csv");
        std::fs::write(&points, "1,2\n3,4\n").unwrap();
        let note = "2 points; x' = (x - 2) / 1, y' = (y - 3) / 1".to_owned();
        for expected in [Expected::Data, Expected::Anything] {
            assert_eq!(found(&points, expected), Ok(Imported::Points { path: points.clone(), note: note.clone() }));
        }
        let picture = folder.path().join("picture.png");
        std::fs::write(&picture, "text").unwrap();
        let gone = folder.path().join("gone.csv");
        for (path, words) in [(&picture, "Cannot read the picture: "), (&gone, "There is no such file")] {
            let line = found(path, Expected::Data).unwrap_err();
            assert!(line.starts_with(words) && !line.contains('\n'), "{line}");
        }
    }

    #[test]
    fn a_folder_of_pictures_is_looked_at_and_a_run_folder_is_a_model() {
        let folder = tempfile::tempdir().unwrap();
        pictures(folder.path());
        let imports = Imports::default();
        let ctx = egui::Context::default();
        imports.look(&ctx, folder.path().to_owned(), Expected::Anything);
        assert_eq!(next(&imports), Ok(Imported::Looking(folder.path().to_owned())));
        let Ok(Imported::Pictures(seen)) = next(&imports) else { panic!("pictures are found") };
        assert_eq!((seen.pictures, seen.suggested.classes, seen.thumbnails.len()), (2, 2, 2));

        let config = PicturesConfig { size: 28, channels: 3, ..seen.suggested.clone() };
        imports.fit(&ctx, seen.examples.clone(), config.clone());
        let Ok(Imported::Fitted(fitted, thumbnails)) = next(&imports) else { panic!("thumbnails are made") };
        assert_eq!((fitted, thumbnails.width, thumbnails.channels), (config, 28, 3));

        let run = tempfile::tempdir().unwrap();
        let checkpoint = run.path().join("checkpoints").join("step-00000001");
        std::fs::create_dir_all(&checkpoint).unwrap();
        std::fs::write(checkpoint.join("model.safetensors"), "not looked into here").unwrap();
        assert_eq!(found(run.path(), Expected::Anything), Ok(Imported::Model(run.path().to_owned())));
        assert!(found(run.path(), Expected::Data).is_ok_and(|it| it == Imported::Looking(run.path().to_owned())));
    }

    #[test]
    fn only_the_newest_request_counts() {
        let folder = tempfile::tempdir().unwrap();
        pictures(folder.path());
        let points = folder.path().join("points.csv");
        std::fs::write(&points, "1,2\n3,4\n").unwrap();
        let imports = Imports::default();
        let ctx = egui::Context::default();
        imports.look(&ctx, folder.path().to_owned(), Expected::Data);
        imports.look(&ctx, points, Expected::Data);
        assert!(matches!(next(&imports), Ok(Imported::Points { .. })));
        imports.look(&ctx, folder.path().to_owned(), Expected::Data);
        imports.cancel();
        imports.find(&ctx, DatasetKind::Ring, DataUse::Run);
        let found = Imported::Published(DatasetKind::Ring, DataUse::Run);
        assert_eq!(next(&imports), Ok(found), "what was cancelled says nothing");
        assert_eq!(imports.take(), None);
    }
}
