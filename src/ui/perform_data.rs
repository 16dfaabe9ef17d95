//! Doing what the data dialog asked for, and taking in what was found for it.

use std::path::PathBuf;

use eframe::egui;

use super::app::GanApp;
use super::dialogs::Purpose;
use super::downloads::Fetched;
use super::imports::{Expected, Imported};
use crate::config::{Choice as _, DataConfig, DatasetKind, RunConfig};
use crate::data::{self, DownloadConfig, FoundTexts};
use crate::state::{DataOrder, DataPage, DataUse, Fetching, FoundPictures, Severity, name_of};

impl GanApp {
    /// Does what the dialog asked for.
    pub(super) fn obey_data_order(&mut self, ctx: &egui::Context, order: DataOrder) {
        let dialog = &mut self.controls.data_dialog;
        match order {
            DataOrder::Ask => {
                self.imports.cancel();
                dialog.show(DataPage::Ask { problem: None });
            }
            DataOrder::ChooseFile => self.dialogs.ask(ctx, Purpose::OpenFile, String::new()),
            DataOrder::ChooseFolder => self.dialogs.ask(ctx, Purpose::OpenFolder, String::new()),
            DataOrder::Look(path) => self.imports.look(ctx, path, Expected::Data),
            DataOrder::ReadTexts(config) => self.imports.read_texts(ctx, config, !dialog.is_open()),
            DataOrder::Fit(config) => {
                if dialog.choose(config.clone())
                    && let Some(found) = dialog.found()
                {
                    self.imports.fit(ctx, found.inspection.examples.clone(), config);
                }
            }
            DataOrder::LearnClasses(learns_classes) => dialog.learn_classes(learns_classes),
            DataOrder::Train => self.train_on_found(),
            DataOrder::Use(kind) => self.imports.find(ctx, kind, DataUse::Run),
            DataOrder::Download => self.download(ctx),
            DataOrder::StopDownload => {
                self.downloads.stop();
                dialog.set_fetching(Fetching::Stopping);
            }
            DataOrder::Close => {
                self.imports.cancel();
                self.downloads.stop();
                dialog.close();
            }
        }
    }

    /// Takes in what was found, and how far things have come.
    pub(super) fn take_data_news(&mut self, ctx: &egui::Context) {
        if let Some(progress) = self.imports.take_progress() {
            self.controls.data_dialog.looked(progress);
        }
        while let Some(imported) = self.imports.take() {
            match imported {
                Ok(imported) => self.use_import(ctx, imported),
                Err(problem) => {
                    if !self.controls.data_dialog.refuse(problem.clone()) {
                        self.state.notify(Severity::Error, problem);
                    }
                }
            }
        }
        if let Some(progress) = self.downloads.take_progress() {
            self.controls.data_dialog.fetched(progress);
        }
        if let Some((key, fetched)) = self.downloads.take() {
            self.use_download(ctx, key, fetched);
        }
    }

    fn use_import(&mut self, ctx: &egui::Context, imported: Imported) {
        let dialog = &mut self.controls.data_dialog;
        match imported {
            Imported::Drawing(drawing) => {
                dialog.close();
                self.controls.sketch.load(drawing);
            }
            Imported::Points { path, note } => {
                dialog.close();
                let name = name_of(&path);
                let data = self.controls.draft.config().data.with_file(path);
                if self.start_with(data) {
                    self.state.notify(Severity::Info, format!("{name}: {note}"));
                }
            }
            Imported::Texts(found) => dialog.show(DataPage::Texts(found)),
            Imported::TextsToTrainOn(found) => self.train_on_texts(*found),
            Imported::Looking(path) => dialog.show(DataPage::Looking { path, progress: None }),
            Imported::Pictures(inspection) => {
                let found = FoundPictures::again(*inspection, self.controls.draft.config());
                if found.chosen != found.inspection.suggested {
                    self.imports.fit(ctx, found.inspection.examples.clone(), found.chosen.clone());
                }
                dialog.show(DataPage::Found(Box::new(found)));
            }
            Imported::Fitted(config, thumbnails) => dialog.fitted(&config, thumbnails),
            Imported::Model(path) => {
                dialog.close();
                self.open(&path);
            }
            Imported::Published(kind, DataUse::Experiment) => self.begin_experiment(ctx, kind),
            Imported::Published(kind, DataUse::Run) => {
                dialog.close();
                let mut config = self.controls.draft.config().clone();
                choose_published(&mut config, kind);
                self.controls.draft.edit(config);
            }
            Imported::Missing(missing) => dialog.show(DataPage::Missing(missing)),
        }
    }

    /// Starts a run on what the dialog shows.
    fn train_on_found(&mut self) {
        match self.controls.data_dialog.page() {
            Some(DataPage::Found(found)) => self.train_on_pictures((**found).clone()),
            Some(DataPage::Texts(found)) => self.train_on_texts((**found).clone()),
            _ => {}
        }
    }

    fn train_on_texts(&mut self, found: FoundTexts) {
        let name = found.config.path.as_deref().map(name_of).unwrap_or_default();
        let current = self.controls.draft.config().data.clone();
        let data = DataConfig { text: found.config, kind: DatasetKind::Text, checksum: None, ..current };
        if self.start_with(data) {
            self.controls.data_dialog.close();
            self.state.notify(Severity::Info, format!("{name}: {}", found.note));
        }
    }

    fn train_on_pictures(&mut self, FoundPictures { chosen, learns_classes, .. }: FoundPictures) {
        let has_begun = self.start_edited(|config| {
            let data = DataConfig { pictures: chosen, kind: DatasetKind::Pictures, ..config.data.clone() };
            config.choose_data(data);
            config.conditional = learns_classes;
        });
        if has_begun {
            self.controls.data_dialog.close();
        }
    }

    fn download(&mut self, ctx: &egui::Context) {
        let Some(set) = self.controls.data_dialog.missing().map(|missing| missing.set.clone()) else { return };
        let config = DownloadConfig { folder: data::data_folder(), mirror: None, patience: DownloadConfig::PATIENCE };
        let fetching = if self.downloads.begin(ctx, set, config) {
            Fetching::Running(None)
        } else {
            Fetching::Failed("An earlier download is still ending; try again in a moment".to_owned())
        };
        self.controls.data_dialog.set_fetching(fetching);
    }

    /// Goes on with a set that was fetched, if the dialog still shows it.
    fn use_download(&mut self, ctx: &egui::Context, key: &str, fetched: Fetched) {
        let dialog = &mut self.controls.data_dialog;
        let Some(missing) = dialog.missing().filter(|missing| missing.set.key == key) else { return };
        let (kind, wanted_for) = (missing.kind, missing.wanted_for);
        match fetched {
            Fetched::Whole => {
                dialog.close();
                self.state.notify(Severity::Info, format!("{} is now on this machine", kind.label()));
                match wanted_for {
                    DataUse::Run => {
                        self.start_edited(|config| choose_published(config, kind));
                    }
                    DataUse::Experiment => self.begin_experiment(ctx, kind),
                }
            }
            Fetched::Stopped => dialog.set_fetching(Fetching::Offered),
            Fetched::Failed(reason) => dialog.set_fetching(Fetching::Failed(reason)),
        }
    }

    /// Starts a run with other data, and with everything else as it is edited. Whether that made sense.
    pub(super) fn start_with(&mut self, data: DataConfig) -> bool {
        self.start_edited(|config| config.choose_data(data))
    }

    /// Starts a run with the configuration as it is edited, and one edit more. Whether that made sense.
    fn start_edited(&mut self, edit: impl FnOnce(&mut RunConfig)) -> bool {
        let mut config = self.controls.draft.config().clone();
        edit(&mut config);
        self.controls.draft.edit(config);
        if let Some(problem) = self.controls.draft.problem() {
            let text = format!("This configuration cannot be trained: {problem}.");
            self.state.notify(Severity::Error, text);
            return false;
        }
        let config = self.controls.draft.with_live(&self.controls.live);
        let device = self.controls.draft.device();
        self.start(&config, device);
        true
    }

    /// Opens a file or folder that somebody gave without saying what it is.
    pub(super) fn open_anything(&self, ctx: &egui::Context, path: PathBuf) {
        self.imports.look(ctx, path, Expected::Anything);
    }
}

/// Takes a published set, everything else as it is.
fn choose_published(config: &mut RunConfig, kind: DatasetKind) {
    config.choose_data(DataConfig { kind, ..config.data.clone() });
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;

    use super::*;
    use crate::backend::DeviceChoice;
    use crate::trainer::Begin;
    use crate::ui::Options;

    #[test]
    fn a_published_set_that_is_found_waits_for_a_restart_like_any_other() {
        let options = Options { begin: Begin::Paused, device: DeviceChoice::Cpu, ..Options::default() };
        let mut window = Harness::builder().build_eframe(|cc| GanApp::new(cc, options));
        let ctx = window.ctx.clone();
        let app = window.state_mut();
        let run = app.state.run().id;
        let edited = RunConfig { seed: 77, ..app.controls.draft.config().clone() };
        app.controls.draft.edit(edited);
        app.use_import(&ctx, Imported::Published(DatasetKind::Mnist, DataUse::Run));
        assert_eq!(app.state.run().id, run, "the run that goes on is not thrown away");
        let draft = &app.controls.draft;
        assert_eq!((draft.config().data.kind, draft.config().seed), (DatasetKind::Mnist, 77));
        assert!(draft.config().conditional && draft.problem().is_none() && draft.is_edited());
        assert_ne!(draft.in_force().data.kind, DatasetKind::Mnist);
    }

    #[test]
    fn an_experiment_waits_for_its_own_data_only() {
        let options = Options { begin: Begin::Paused, device: DeviceChoice::Cpu, ..Options::default() };
        let mut window = Harness::builder().build_eframe(|cc| GanApp::new(cc, options));
        let ctx = window.ctx.clone();
        let app = window.state_mut();
        app.toggle_experiment();
        assert_eq!(app.controls.experiment.choice().data.kind, DatasetKind::Fashion);
        app.use_import(&ctx, Imported::Published(DatasetKind::Mnist, DataUse::Experiment));
        assert!(!app.controls.experiment.is_working(), "other data has been chosen since");
        assert!(app.controls.draft.config().data.kind != DatasetKind::Mnist, "the run keeps its data");
    }
}
