//! The dialog in which data is opened: which page it is at, and what is known there.

use std::path::{Path, PathBuf};

use crate::config::{DatasetKind, PicturesConfig, RunConfig, TextConfig};
use crate::data::{DownloadProgress, FoundTexts, Inspection, Pictures, Progress, RemoteSet};

/// Something done in the dialog, or for it.
#[derive(Debug, Clone, PartialEq)]
pub enum DataOrder {
    /// Choose a file in the system's dialog.
    ChooseFile,
    /// Choose a folder in the system's dialog.
    ChooseFolder,
    /// Look into a file or folder.
    Look(PathBuf),
    /// Ask for another file or folder.
    Ask,
    /// Read the texts anew with other choices: to show them in the dialog, or to start a run on them where it is closed.
    ReadTexts(TextConfig),
    /// Make the pictures into something else.
    Fit(PicturesConfig),
    /// Tell both networks the class of each picture, or do not.
    LearnClasses(bool),
    /// Start a run on the pictures or texts that are shown.
    Train,
    /// Take a published set for the next run, or offer to fetch it.
    Use(DatasetKind),
    /// Fetch the published set.
    Download,
    /// Stop fetching it.
    StopDownload,
    /// Close the dialog, and end what it began.
    Close,
}

/// What the dialog shows.
#[derive(Debug, Clone, PartialEq)]
pub enum DataPage {
    /// Where is the data?
    Ask {
        /// Why the last answer was of no use, in one sentence.
        problem: Option<String>,
    },
    /// Pictures are being looked at.
    Looking {
        /// Where they are.
        path: PathBuf,
        /// How far that has come.
        progress: Option<Progress>,
    },
    /// What pictures there are.
    Found(Box<FoundPictures>),
    /// What texts there are.
    Texts(Box<FoundTexts>),
    /// A published set that is not on this machine.
    Missing(Box<MissingSet>),
}

/// Pictures that were looked at, and what they are to become.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundPictures {
    /// What was found.
    pub inspection: Inspection,
    /// What they are to become.
    pub chosen: PicturesConfig,
    /// Whether both networks are told the class of each picture.
    pub learns_classes: bool,
    /// Some of them, as training will see them; for a moment, as it would have seen them before the last choice.
    pub thumbnails: Pictures,
}

impl FoundPictures {
    /// The pictures as they are best made; classes are learned where there are some.
    pub fn new(inspection: Inspection) -> Self {
        let (chosen, thumbnails) = (inspection.suggested.clone(), inspection.thumbnails.clone());
        Self { learns_classes: chosen.classes > 0, inspection, chosen, thumbnails }
    }

    /// The same, but pictures that are the data already stay what they have been made into.
    pub fn again(inspection: Inspection, current: &RunConfig) -> Self {
        let found = Self::new(inspection);
        let made = &current.data.pictures;
        if current.data.kind != DatasetKind::Pictures || made.path != found.chosen.path {
            return found;
        }
        // Classes that have come since then are learned like those of any other data.
        let learns_classes = found.learns_classes && (current.conditional || made.classes == 0);
        let chosen = PicturesConfig { classes: found.chosen.classes, ..made.clone() };
        Self { chosen, learns_classes, ..found }
    }

    /// Name of the file or folder.
    pub fn name(&self) -> String {
        self.chosen.path.as_deref().map(name_of).unwrap_or_default()
    }
}

/// What a published set is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataUse {
    /// To train on.
    Run,
    /// For the data augmentation experiment.
    Experiment,
}

/// A published set that could be fetched.
#[derive(Debug, Clone, PartialEq)]
pub struct MissingSet {
    /// Which.
    pub kind: DatasetKind,
    /// What for.
    pub wanted_for: DataUse,
    /// Its files.
    pub set: RemoteSet,
    /// The servers that will be asked, in this order, or what is wrong with the user's list of them.
    pub mirrors: Result<Vec<String>, String>,
    /// The file in which the user may name other servers.
    pub mirrors_file: PathBuf,
    /// Where it will be put.
    pub target: PathBuf,
    /// How far fetching it has come.
    pub fetching: Fetching,
}

/// How far fetching a published set has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Fetching {
    /// It has not been asked for.
    Offered,
    /// It comes in.
    Running(Option<DownloadProgress>),
    /// It was told to stop, and will in a moment.
    Stopping,
    /// It did not come, for this reason.
    Failed(String),
}

/// The dialog.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DataDialog {
    page: Option<DataPage>,
    version: u64,
}

impl DataDialog {
    /// What it shows; `None` while it is closed.
    pub fn page(&self) -> Option<&DataPage> {
        self.page.as_ref()
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.page.is_some()
    }

    /// Changes whenever thumbnails do.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Shows a page.
    pub fn show(&mut self, page: DataPage) {
        self.page = Some(page);
        self.version += 1;
    }

    /// Closes it.
    pub fn close(&mut self) {
        self.page = None;
    }

    /// Says that the data that was looked for is of no use. Whether the dialog is open, and so has said it.
    pub fn refuse(&mut self, problem: String) -> bool {
        let is_open = self.is_open();
        if is_open {
            self.show(DataPage::Ask { problem: Some(problem) });
        }
        is_open
    }

    /// Takes in how far looking has come.
    pub fn looked(&mut self, newest: Progress) {
        if let Some(DataPage::Looking { progress, .. }) = &mut self.page {
            *progress = Some(newest);
        }
    }

    /// What the pictures are to become. Whether that is something else than before.
    pub fn choose(&mut self, chosen: PicturesConfig) -> bool {
        match self.found_mut() {
            Some(found) if found.chosen != chosen => {
                found.chosen = chosen;
                true
            }
            _ => false,
        }
    }

    /// Takes in thumbnails of pictures made into `config`, unless something else has been chosen since.
    pub fn fitted(&mut self, config: &PicturesConfig, thumbnails: Pictures) {
        if let Some(found) = self.found_mut().filter(|found| found.chosen == *config) {
            found.thumbnails = thumbnails;
            self.version += 1;
        }
    }

    /// Whether both networks are told the class of each picture.
    pub fn learn_classes(&mut self, learns_classes: bool) {
        if let Some(found) = self.found_mut() {
            found.learns_classes = learns_classes && found.chosen.classes > 0;
        }
    }

    /// The pictures that were found.
    pub fn found(&self) -> Option<&FoundPictures> {
        match &self.page {
            Some(DataPage::Found(found)) => Some(found),
            _ => None,
        }
    }

    /// The published set that is missing.
    pub fn missing(&self) -> Option<&MissingSet> {
        match &self.page {
            Some(DataPage::Missing(missing)) => Some(missing),
            _ => None,
        }
    }

    /// Takes in how far fetching has come; what comes after it was told to stop does not count.
    pub fn fetched(&mut self, newest: DownloadProgress) {
        if let Some(DataPage::Missing(missing)) = &mut self.page
            && let Fetching::Running(progress) = &mut missing.fetching
        {
            *progress = Some(newest);
        }
    }

    /// Changes how far fetching has come.
    pub fn set_fetching(&mut self, fetching: Fetching) {
        if let Some(DataPage::Missing(missing)) = &mut self.page {
            missing.fetching = fetching;
        }
    }

    fn found_mut(&mut self) -> Option<&mut FoundPictures> {
        match &mut self.page {
            Some(DataPage::Found(found)) => Some(found),
            _ => None,
        }
    }
}

/// The last part of a path, or all of it.
pub fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{DataConfig, FitKind, Preset};

    fn found() -> FoundPictures {
        let folder = tempfile::tempdir().unwrap();
        let picture = image::GrayImage::from_pixel(16, 16, image::Luma([7]));
        picture.save(folder.path().join("one.png")).unwrap();
        let inspection = crate::data::inspect(folder.path(), &mut |_| std::ops::ControlFlow::Continue(())).unwrap();
        FoundPictures::new(inspection)
    }

    #[test]
    fn thumbnails_of_an_older_choice_are_dropped() {
        let mut dialog = DataDialog::default();
        dialog.show(DataPage::Found(Box::new(found())));
        let first = dialog.found().unwrap().chosen.clone();
        let second = PicturesConfig { size: 64, ..first.clone() };
        assert!(!dialog.choose(first.clone()), "it is that already");
        assert!(dialog.choose(second.clone()));
        let version = dialog.version();
        dialog.fitted(&first, Pictures::default());
        assert_eq!((dialog.version(), dialog.found().unwrap().thumbnails.len()), (version, 1));
        dialog.fitted(&second, Pictures::default());
        assert_eq!((dialog.version(), dialog.found().unwrap().thumbnails.len()), (version + 1, 0));
    }

    #[test]
    fn classes_are_learned_where_there_are_some() {
        let mut dialog = DataDialog::default();
        dialog.show(DataPage::Found(Box::new(found())));
        dialog.learn_classes(true);
        assert!(!dialog.found().unwrap().learns_classes);
        let chosen = PicturesConfig { classes: 2, ..dialog.found().unwrap().chosen.clone() };
        dialog.choose(chosen);
        dialog.learn_classes(true);
        assert!(dialog.found().unwrap().learns_classes);
    }

    #[test]
    fn pictures_that_are_the_data_already_stay_what_they_were_made_into() {
        let inspection = found().inspection;
        let classes = |classes: usize| {
            let mut inspection = inspection.clone();
            inspection.suggested.classes = classes;
            inspection
        };
        let suggested = classes(2).suggested;
        assert!(FoundPictures::new(classes(2)).learns_classes && !FoundPictures::new(classes(0)).learns_classes);
        let mut current = Preset::Faces.config();
        let made = PicturesConfig { size: 64, channels: 3, fit: FitKind::Pad, ..suggested.clone() };
        current.choose_data(DataConfig::pictures(made.clone()));
        for conditional in [true, false] {
            current.conditional = conditional;
            let again = FoundPictures::again(classes(2), &current);
            assert_eq!((&again.chosen, again.learns_classes), (&made, conditional));
            let fewer = FoundPictures::again(classes(0), &current);
            assert_eq!((fewer.chosen.classes, fewer.learns_classes), (0, false), "the folder has changed");
        }
        current.data.pictures.classes = 0;
        assert!(FoundPictures::again(classes(2), &current).learns_classes, "there were none to learn before");
        current.data.pictures.path = Some("elsewhere".into());
        assert_eq!(FoundPictures::again(classes(2), &current), FoundPictures::new(classes(2)));
        current.choose_data(DataConfig { kind: DatasetKind::Ring, ..DataConfig::pictures(made) });
        assert_eq!(FoundPictures::again(classes(2), &current).chosen, suggested, "other data is learned now");
    }

    #[test]
    fn what_comes_too_late_changes_nothing() {
        let progress = DownloadProgress { file: "file", bytes: 1, total: 2 };
        let mut dialog = DataDialog::default();
        assert!(!dialog.refuse("closed".to_owned()) && !dialog.is_open());
        let set = RemoteSet::of(DatasetKind::Mnist).unwrap();
        let missing = MissingSet {
            kind: DatasetKind::Mnist,
            wanted_for: DataUse::Run,
            set,
            mirrors: Ok(Vec::new()),
            mirrors_file: PathBuf::new(),
            target: PathBuf::new(),
            fetching: Fetching::Running(None),
        };
        dialog.show(DataPage::Missing(Box::new(missing)));
        dialog.fetched(progress);
        assert_eq!(dialog.missing().unwrap().fetching, Fetching::Running(Some(progress)));
        dialog.set_fetching(Fetching::Stopping);
        dialog.fetched(progress);
        assert_eq!(dialog.missing().unwrap().fetching, Fetching::Stopping);
        dialog.looked(Progress { done: 1, total: None });
        assert!(dialog.missing().is_some());
    }

    #[test]
    fn a_path_is_called_by_its_last_part() {
        assert_eq!(name_of(Path::new("a/b/photos")), "photos");
        assert_eq!(name_of(Path::new("/")), "/");
    }
}
