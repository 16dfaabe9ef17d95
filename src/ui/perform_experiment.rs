//! Doing what the page of the data augmentation experiment asked for, and taking in its news.

use std::path::PathBuf;

use eframe::egui;

use super::app::GanApp;
use super::dialogs::Purpose;
use super::experiments::{root, write_augmented};
use super::number::grouped;
use crate::config::DatasetKind;
use crate::export::LabelledSetFormat;
use crate::state::{DataUse, ExperimentOrder, Severity};
use crate::trainer::{Command, Phase};

impl GanApp {
    pub(super) fn toggle_experiment(&mut self) {
        let page = &mut self.controls.experiment;
        if page.is_open() {
            page.close();
            if page.is_working() {
                let text = "The experiment goes on; “Data augmentation…” in the menu shows how far it is.";
                self.state.notify(Severity::Info, text.to_owned());
            }
        } else {
            self.controls.sketch.close();
            page.open(&self.controls.draft.in_force().data);
        }
    }

    /// Does what the page asked for.
    pub(super) fn obey_experiment_order(&mut self, ctx: &egui::Context, order: ExperimentOrder) {
        let page = &mut self.controls.experiment;
        match order {
            ExperimentOrder::Choose(choice) => page.choose(*choice),
            ExperimentOrder::Start => self.start_experiment(ctx),
            ExperimentOrder::Pause(pauses) => {
                page.pause(pauses);
                self.experiments.pause(pauses);
            }
            ExperimentOrder::Stop => {
                page.stop();
                self.experiments.stop();
            }
        }
    }

    fn start_experiment(&mut self, ctx: &egui::Context) {
        let page = &mut self.controls.experiment;
        if let Err(problem) = page.choice().config.validate() {
            return self.state.notify(Severity::Error, format!("This experiment cannot be made: {problem}."));
        }
        let kind = page.choice().data.kind;
        if DatasetKind::PUBLISHED.contains(&kind) {
            // Where it is not on this machine, fetching it is offered.
            self.imports.find(ctx, kind, DataUse::Experiment);
        } else {
            self.begin_experiment(ctx, kind);
        }
    }

    /// Begins the experiment, unless another set has been chosen since its data was looked for.
    pub(super) fn begin_experiment(&mut self, ctx: &egui::Context, kind: DatasetKind) {
        let page = &mut self.controls.experiment;
        if page.is_working() || page.choice().data.kind != kind {
            return;
        }
        if self.experiments.begin(ctx, page.choice().clone(), root()) {
            page.begin();
        } else {
            let text = "An earlier experiment is still ending; try again in a moment.";
            return self.state.notify(Severity::Warning, text.to_owned());
        }
        if self.state.run().phase == Phase::Running {
            // Both would have half of the processor.
            self.send(Command::Pause);
            self.state
                .notify(Severity::Info, "The run is paused, so that the experiment has the processor.".to_owned());
        }
    }

    /// Takes in what the experiment has told.
    pub(super) fn take_experiment_news(&mut self) {
        if let Some(progress) = self.experiments.take_progress() {
            self.controls.experiment.progressed(progress);
        }
        while let Some(news) = self.experiments.take() {
            let page = &mut self.controls.experiment;
            page.hear(news);
            if let Some((severity, text)) = page.end_unseen() {
                self.state.notify(severity, text);
            }
        }
    }

    /// Asks where the augmented data set should go.
    pub(super) fn ask_where_to_export(&mut self, ctx: &egui::Context, labelled: usize, format: LabelledSetFormat) {
        let name = match format {
            // Folders.
            LabelledSetFormat::Folder | LabelledSetFormat::Idx | LabelledSetFormat::Tsv => "augmented",
            LabelledSetFormat::Npz => "augmented.npz",
        };
        self.dialogs.ask(ctx, Purpose::SaveAugmented { labelled, format }, name.to_owned());
    }

    /// Writes the augmented data set of the experiment with so many labelled pictures.
    pub(super) fn export_augmented(
        &self,
        ctx: &egui::Context,
        labelled: usize,
        path: PathBuf,
        format: LabelledSetFormat,
    ) {
        let page = &self.controls.experiment;
        let folder = page.folder(labelled).filter(|_| page.has_generated(labelled));
        let Some(folder) = folder.map(ToOwned::to_owned) else { return };
        let noun = page.made_with().noun();
        self.errands.run(ctx, move || match write_augmented(&folder, &path, format) {
            Ok([real, generated]) => {
                let (real, generated) = (grouped(real), grouped(generated));
                (Severity::Info, format!("Saved {real} real and {generated} generated {noun}: {}", path.display()))
            }
            Err(reason) => {
                (Severity::Error, format!("The data set could not be saved: {reason}. Choose another place."))
            }
        });
    }
}
