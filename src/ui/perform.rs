//! Doing what panels asked for: the only place from which the window talks to the trainer.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use eframe::egui::{self, ThemePreference, ViewportCommand};

use super::action::{Action, Verb};
use super::app::GanApp;
use super::dialogs::Purpose;
use super::layout::PanelLayout;
use super::panels::PlotKind;
use super::settings::{PanelKind, Settings, StagePage};
use super::theme::{SCALE_RANGE, SCALE_STEP};
use crate::backend::DeviceChoice;
use crate::config::{DataConfig, DatasetKind, RunConfig};
use crate::export::{ExportError, LabelledSetFormat};
use crate::state::{AppState, DataOrder, Severity, WalkOrder};
use crate::trainer::{Begin, Command, GeneratorChoice, Phase, RunOutput, StepPart};
use crate::{data, export};

/// The projector sizes that one key goes through.
const SCALES: [f32; 3] = [1.0, 1.5, 2.0];
/// Reports that may wait to be shown: more than a person can ask for between two frames.
const ERRANDS: usize = 64;
/// How far the gallery can be zoomed.
const TILE_ZOOM: std::ops::RangeInclusive<f32> = 1.0..=4.0;

/// Small jobs on threads of their own, so that no frame waits for a disk.
pub(super) struct Errands {
    sender: SyncSender<(Severity, String)>,
    receiver: Receiver<(Severity, String)>,
}

impl Default for Errands {
    fn default() -> Self {
        let (sender, receiver) = sync_channel(ERRANDS);
        Self { sender, receiver }
    }
}

impl Errands {
    /// Writes a file and reports how that went.
    fn write(&self, ctx: &egui::Context, path: PathBuf, bytes: impl Into<Vec<u8>> + Send + 'static) {
        self.write_with(ctx, path, move || Ok(bytes.into()));
    }

    /// The same for a file whose bytes are yet to be made, which may take long.
    fn write_with(
        &self,
        ctx: &egui::Context,
        path: PathBuf,
        make: impl FnOnce() -> Result<Vec<u8>, ExportError> + Send + 'static,
    ) {
        self.run(ctx, move || match make().and_then(|bytes| export::write_atomically(&path, &bytes)) {
            Ok(()) => (Severity::Info, format!("Saved: {}", path.display())),
            Err(error) => (Severity::Error, format!("The file could not be saved: {error}. Choose another place.")),
        });
    }

    /// Does a job and reports how it went.
    pub(super) fn run(&self, ctx: &egui::Context, job: impl FnOnce() -> (Severity, String) + Send + 'static) {
        let (sender, ctx) = (self.sender.clone(), ctx.clone());
        let job = move || {
            // The window may be gone by now; then nobody wants the news.
            drop(sender.send(job()));
            ctx.request_repaint();
        };
        let thread = std::thread::Builder::new().name("file writer".to_owned()).spawn(job);
        if let Err(error) = thread {
            let news = (Severity::Error, format!("The file could not be written: {error}"));
            drop(self.sender.send(news));
        }
    }

    /// Passes on what was reported.
    pub(super) fn collect(&self, state: &mut AppState) {
        for (severity, text) in self.receiver.try_iter() {
            state.notify(severity, text);
        }
    }
}

impl GanApp {
    /// Does what a panel asked for.
    pub(super) fn perform(&mut self, ctx: &egui::Context, action: Action) {
        match action {
            Action::Do(verb) => self.perform_verb(ctx, verb),
            Action::StartPreset(preset) => {
                let device = self.controls.draft.device();
                self.start(&preset.config(), device);
            }
            Action::ChooseDevice(device) => self.controls.draft.choose_device(device),
            Action::EditDraft(config) => self.controls.draft.edit(*config),
            Action::SetLive(live) => {
                self.controls.set_live(live);
                self.trainer.set_live(self.controls.live.clone());
            }
            Action::ShowGenerator(generator) => self.controls.generator = generator,
            Action::ShowClass(class) => self.controls.show_class(class),
            Action::ToggleLayer(layer) => {
                self.controls.toggle_layer(layer);
                self.settings.layers = self.controls.layers.clone();
            }
            Action::PutLessonAway => self.controls.has_put_lesson_away = true,
            Action::LookAt(visible) => self.controls.visible = visible,
            Action::SetLatentEnd { end, number } => self.controls.set_latent_end(end, number),
            Action::SetLatentPlace(place) => self.controls.latent.place = place.clamp(0.0, 1.0),
            Action::SetInterpolation(method) => self.controls.latent.method = method,
            Action::Walk(order) => self.state.walk(order),
            Action::TogglePanel(panel) => self.toggle_panel(ctx, panel),
            Action::SetSmoothing(smoothing) => self.settings.smoothing = smoothing,
            Action::SetTheme(theme) => self.settings.theme = theme,
            Action::SetScale(scale) => self.settings.scale = scale.clamp(*SCALE_RANGE.start(), *SCALE_RANGE.end()),
            Action::SetTileZoom(zoom) => {
                self.settings.tile_zoom = zoom.clamp(*TILE_ZOOM.start(), *TILE_ZOOM.end());
            }
            Action::Dismiss(id) => self.state.dismiss(id),
            Action::CopyCsv(kind) => {
                ctx.copy_text(self.state.history().csv(&kind.metrics()));
                let text = format!("{} copied to the clipboard", kind.title());
                self.state.notify(Severity::Info, text);
            }
            Action::LookAtGallery(look) => {
                self.controls.gallery = look;
                self.settings.gallery = look;
            }
            Action::CopyTile(index) => self.copy_tile(ctx, index),
            Action::SaveTile(index) => self.save_tile(ctx, index),
            Action::SaveSheet => self.save_sheet(ctx),
            Action::FindNearest(index) => self.find_nearest(index),
            Action::PutNearestAway => {
                self.controls.nearest = None;
                self.controls.gallery.shows_nearest = false;
                self.settings.gallery = self.controls.gallery;
            }
            Action::KeepLatent(latent) => self.keep_latent(latent),
            Action::ClearTray => self.controls.tray.clear(),
            Action::SaveTray => self.dialogs.ask(ctx, Purpose::SaveLatents, "ganscope-latents.npy".to_owned()),
            Action::SaveCsv(kind) => {
                self.dialogs.ask(ctx, Purpose::SaveCsv(kind), format!("ganscope-{}.csv", kind.key()));
            }
            Action::Open(path) => self.open_anything(ctx, path),
            Action::Data(order) => self.obey_data_order(ctx, order),
            Action::Sketch(edit) => self.controls.sketch.apply(edit),
            Action::Experiment(order) => self.obey_experiment_order(ctx, order),
            Action::ExportAugmented { labelled, format } => self.ask_where_to_export(ctx, labelled, format),
            Action::SaveDrawingTo(path) => self.save_drawing(ctx, path),
            Action::SaveModelTo(path) => self.send(Command::SaveModel { path }),
        }
    }

    /// Uses a file that was chosen in a dialog.
    pub(super) fn use_file(&mut self, ctx: &egui::Context, purpose: Purpose, path: PathBuf) {
        match purpose {
            Purpose::SaveModel => self.perform(ctx, Action::SaveModelTo(with_extension(path, "safetensors"))),
            Purpose::LoadModel => self.perform(ctx, Action::Open(path)),
            Purpose::SaveCsv(kind) => self.save_csv(ctx, kind, with_extension(path, "csv")),
            Purpose::SaveDrawing => self.perform(ctx, Action::SaveDrawingTo(with_extension(path, "png"))),
            Purpose::SavePicture => {
                if let Some(keepsake) = self.keepsake.take() {
                    self.errands.write_with(ctx, with_extension(path, "png"), move || keepsake.encode());
                }
            }
            Purpose::SaveLatents => {
                let latents = self.controls.tray.clone();
                self.send(Command::SaveLatents { latents, path: with_extension(path, "npy") });
            }
            Purpose::SaveFilm => self.save_film(ctx, path),
            Purpose::SaveAugmented { labelled, format } => {
                let path = if format == LabelledSetFormat::Npz { with_extension(path, "npz") } else { path };
                self.export_augmented(ctx, labelled, path, format);
            }
            Purpose::LoadDrawing | Purpose::OpenFile | Purpose::OpenFolder => {
                self.perform(ctx, Action::Data(DataOrder::Look(path)));
            }
        }
    }

    fn perform_verb(&mut self, ctx: &egui::Context, verb: Verb) {
        match verb {
            Verb::PlayPause => self.play_pause(),
            Verb::Step => self.step(StepPart::Both),
            Verb::StepDiscriminator => self.step(StepPart::Discriminator),
            Verb::StepGenerator => self.step(StepPart::Generator),
            Verb::ToggleNetworks => {
                self.settings.page = match self.settings.page {
                    StagePage::Samples => StagePage::Networks,
                    StagePage::Networks => StagePage::Samples,
                };
            }
            Verb::ToggleWalkthrough => self.toggle_walkthrough(),
            Verb::NextPhase => self.state.walk(WalkOrder::Next),
            Verb::Reset => {
                let config = self.controls.config_in_force();
                let device = self.controls.draft.device_in_force();
                self.start(&config, device);
            }
            Verb::ApplyDraft => {
                let config = self.controls.draft.with_live(&self.controls.live);
                let device = self.controls.draft.device();
                self.start(&config, device);
            }
            Verb::DiscardDraft => self.controls.draft.discard(),
            Verb::CancelReading => self.send(Command::CancelReading),
            Verb::RestoreLastGood => self.send(Command::RestoreLastGood),
            Verb::SaveModel => {
                let name = format!("{}-{}.safetensors", self.controls.draft.in_force().preset, self.state.run().step);
                self.dialogs.ask(ctx, Purpose::SaveModel, name);
            }
            Verb::SaveFilm => {
                let name = format!("{}.gif", self.controls.draft.in_force().preset);
                self.dialogs.ask(ctx, Purpose::SaveFilm, name);
            }
            Verb::LoadModel => self.dialogs.ask(ctx, Purpose::LoadModel, String::new()),
            Verb::Draw => self.toggle_drawing(),
            Verb::TrainOnDrawing => self.train_on_drawing(),
            Verb::UndoStroke => self.controls.sketch.undo(),
            Verb::RedoStroke => self.controls.sketch.redo(),
            Verb::ClearDrawing => self.controls.sketch.clear(),
            Verb::SaveDrawing => self.dialogs.ask(ctx, Purpose::SaveDrawing, "drawing.png".to_owned()),
            Verb::LoadDrawing => self.dialogs.ask(ctx, Purpose::LoadDrawing, String::new()),
            Verb::OpenData => self.obey_data_order(ctx, DataOrder::Ask),
            Verb::Augment => self.toggle_experiment(),
            Verb::ToggleConfiguration => self.toggle_panel(ctx, PanelKind::Configuration),
            Verb::TogglePlots => self.toggle_panel(ctx, PanelKind::Plots),
            Verb::ToggleLatent => self.toggle_panel(ctx, PanelKind::Latent),
            Verb::ToggleHelp => self.toggle_panel(ctx, PanelKind::Help),
            Verb::ResetView => {
                self.panels.stage.reset_view();
                self.panels.plots.reset_view();
                self.settings.tile_zoom = 1.0;
            }
            Verb::ShuffleLatent => {
                self.num_shuffles += 1;
                self.controls.shuffle_latent(self.num_shuffles);
            }
            Verb::NextClass => self.controls.show_class(self.controls.next_class()),
            Verb::ToggleLogScale => self.settings.has_log_scale = !self.settings.has_log_scale,
            Verb::ToggleMotion => self.settings.has_reduced_motion = !self.settings.has_reduced_motion,
            Verb::ForgetRecent => self.settings.recent.clear(),
            Verb::ToggleTheme | Verb::CycleScale | Verb::ScaleUp | Verb::ScaleDown => {
                perform_look(&mut self.settings, ctx.theme(), verb);
            }
            Verb::ToggleFullscreen => {
                let is_full = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
                ctx.send_viewport_cmd(ViewportCommand::Fullscreen(!is_full));
            }
            Verb::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
        }
    }

    fn toggle_panel(&mut self, ctx: &egui::Context, panel: PanelKind) {
        let room = ctx.content_rect().size();
        let is_in_sight = PanelLayout::of(room.x, room.y, &self.settings).shows(panel);
        self.settings.toggle(panel, is_in_sight);
    }

    fn step(&mut self, part: StepPart) {
        if self.state.walkthrough().is_active() {
            self.state.walk(WalkOrder::SetPart(part));
            self.state.walk(WalkOrder::NextStep);
        } else {
            self.send(Command::Step { part });
        }
    }

    fn toggle_walkthrough(&mut self) {
        if self.state.walkthrough().is_active() {
            let resumes = self.state.walkthrough().resumes();
            self.state.walk(WalkOrder::Leave);
            if resumes {
                self.send(Command::Resume);
            }
        } else {
            let was_running = self.state.run().phase == Phase::Running;
            self.state.walk(WalkOrder::Enter { was_running });
            self.settings.page = StagePage::Networks;
            // Its updates are what is walked through; the average would hardly move.
            self.generator_before = Some(self.controls.generator);
            self.controls.generator = GeneratorChoice::Current;
        }
    }

    /// Asks for the step that the walk wants next, and puts things back once the walk is over.
    pub(super) fn keep_walking(&mut self) {
        if let Some(part) = self.state.walkthrough().wanted_step() {
            self.state.walk(WalkOrder::Asked);
            self.send(Command::Dissect { part });
        }
        if !self.state.walkthrough().is_active()
            && let Some(generator) = self.generator_before.take()
        {
            self.controls.generator = generator;
        }
    }

    fn play_pause(&mut self) {
        let walkthrough = self.state.walkthrough();
        if walkthrough.is_active() {
            return self.state.walk(WalkOrder::SetPlaying(!walkthrough.is_playing()));
        }
        match self.state.run().phase {
            Phase::Running => self.send(Command::Pause),
            Phase::Paused | Phase::Finished => self.send(Command::Resume),
            Phase::Idle | Phase::Preparing | Phase::Diverged | Phase::Failed => {}
        }
    }

    pub(super) fn start(&mut self, config: &RunConfig, device: DeviceChoice) {
        let run = self.trainer.start_with(config.clone(), device, Begin::Running, RunOutput::filmed());
        self.awaits_config = false;
        // A new run is what one wants to see now.
        self.controls.sketch.close();
        self.controls.experiment.close();
        self.controls.begin_run(run, config, device);
        self.state.begin_run(run);
        if self.controls.live.speed_limit.is_some() {
            self.trainer.set_live(self.controls.live.clone());
        }
    }

    pub(super) fn open(&mut self, path: &Path) {
        self.settings.remember(path);
        let device = self.controls.draft.device();
        let run = self.trainer.load_with(path.to_owned(), device, Begin::Paused, RunOutput::filmed());
        self.awaits_config = true;
        self.controls.sketch.close();
        self.controls.experiment.close();
        self.state.begin_run(run);
    }

    fn toggle_drawing(&mut self) {
        if self.controls.sketch.is_open() {
            self.controls.sketch.close();
        } else {
            self.controls.experiment.close();
            let current = self.controls.draft.config().data.drawing.clone();
            self.controls.sketch.open(current.as_ref());
        }
    }

    fn train_on_drawing(&mut self) {
        let drawing = self.controls.sketch.drawing().clone();
        if drawing.is_empty() {
            let text = "The drawing is empty: paint where the points should come from, then train on it.";
            return self.state.notify(Severity::Warning, text.to_owned());
        }
        let current = self.controls.draft.config().data.clone();
        self.start_with(DataConfig { kind: DatasetKind::Drawn, drawing: Some(drawing), ..current });
    }

    fn save_drawing(&mut self, ctx: &egui::Context, path: PathBuf) {
        match export::encode_png(&data::drawing_picture(self.controls.sketch.drawing())) {
            Ok(bytes) => self.errands.write(ctx, path, bytes),
            Err(error) => self.state.notify(Severity::Error, error.to_string()),
        }
    }

    pub(super) fn send(&mut self, command: Command) {
        if let Err(busy) = self.trainer.send(command) {
            self.state.notify(Severity::Warning, busy.to_string());
        }
    }

    fn save_csv(&self, ctx: &egui::Context, kind: PlotKind, path: PathBuf) {
        self.errands.write(ctx, path, self.state.history().csv(&kind.metrics()));
    }
}

fn perform_look(settings: &mut Settings, theme: egui::Theme, verb: Verb) {
    let scale = match verb {
        Verb::ScaleUp => settings.scale + SCALE_STEP,
        Verb::ScaleDown => settings.scale - SCALE_STEP,
        Verb::CycleScale => SCALES.into_iter().find(|&scale| scale > settings.scale + 0.01).unwrap_or(SCALES[0]),
        _ => {
            settings.theme = match theme {
                egui::Theme::Dark => ThemePreference::Light,
                egui::Theme::Light => ThemePreference::Dark,
            };
            return;
        }
    };
    settings.scale = scale.clamp(*SCALE_RANGE.start(), *SCALE_RANGE.end());
}

/// Adds the extension that a user left out.
fn with_extension(path: PathBuf, extension: &str) -> PathBuf {
    if path.extension().is_some() { path } else { path.with_extension(extension) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_goes_through_the_projector_sizes() {
        let mut settings = Settings::default();
        let mut sizes = Vec::new();
        for _ in 0..4 {
            perform_look(&mut settings, egui::Theme::Dark, Verb::CycleScale);
            sizes.push(settings.scale);
        }
        assert_eq!(sizes, [1.5, 2.0, 1.0, 1.5]);
    }

    #[test]
    fn sizes_stay_in_range() {
        let mut settings = Settings::default();
        for _ in 0..20 {
            perform_look(&mut settings, egui::Theme::Dark, Verb::ScaleUp);
        }
        assert!((settings.scale - 2.0).abs() < f32::EPSILON);
        for _ in 0..20 {
            perform_look(&mut settings, egui::Theme::Dark, Verb::ScaleDown);
        }
        assert!((settings.scale - 1.0).abs() < f32::EPSILON);
    }

    #[test]
    fn a_forgotten_extension_is_added() {
        assert_eq!(with_extension("a/model".into(), "safetensors"), Path::new("a/model.safetensors"));
        assert_eq!(with_extension("a/model.st".into(), "safetensors"), Path::new("a/model.st"));
    }
}
