//! The program's window: takes news in, lays panels out, does what they ask for.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use eframe::egui::{self, Ui};

use super::action::{Action, Verb};
use super::dialogs::Dialogs;
use super::downloads::Downloads;
use super::experiments::Experiments;
use super::frames::FrameTimes;
use super::imports::{Imports, is_data};
use super::keepsakes::Keepsake;
use super::layout::{Panels, window_ui};
use super::pace::Pace;
use super::perform::Errands;
use super::scene::Scene;
use super::settings::{PanelKind, Settings, StagePage};
use super::theme::{self, Palette};
use crate::backend::DeviceChoice;
use crate::config::{Domain, Preset, RunConfig};
use crate::state::{AppState, Controls, StageLayers};
use crate::trainer::{Begin, Camera, EventKind, GeneratorChoice, PointsExtra, RunOutput, Trainer, ViewRequest};

/// Seconds an animation takes, where motion is wanted.
const ANIMATION_SECS: f32 = 0.12;
/// How the program starts.
#[derive(Debug, Clone)]
pub struct Options {
    /// The run it starts with.
    pub config: RunConfig,
    /// Where to compute.
    pub device: DeviceChoice,
    /// A model file or run folder to continue from, instead of the preset.
    pub open: Option<PathBuf>,
    /// Whether it trains at once.
    pub begin: Begin,
    /// Records how long frames take.
    pub frame_times: Option<FrameTimes>,
    /// Closes the window after so long.
    pub close_after: Option<Duration>,
    /// Whether the stage of points shows everything it can, instead of what is remembered.
    pub shows_all_views: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            config: Preset::Ring8.config(),
            device: DeviceChoice::Auto,
            open: None,
            begin: Begin::Running,
            frame_times: None,
            close_after: None,
            shows_all_views: false,
        }
    }
}

/// The window.
pub struct GanApp {
    pub(super) trainer: Trainer,
    pub(super) state: AppState,
    pub(super) controls: Controls,
    pub(super) settings: Settings,
    pub(super) panels: Panels,
    pub(super) dialogs: Dialogs,
    pub(super) errands: Errands,
    pub(super) imports: Imports,
    pub(super) downloads: Downloads,
    pub(super) experiments: Experiments,
    pub(super) num_shuffles: u64,
    /// Whether the configuration of the run is yet to be told, because it comes from a file.
    pub(super) awaits_config: bool,
    /// The generator to look at again after a walk through steps.
    pub(super) generator_before: Option<GeneratorChoice>,
    /// Pictures that wait for a file's name.
    pub(super) keepsake: Option<Keepsake>,
    pub(super) camera: Camera,
    requested: Option<ViewRequest>,
    pace: Pace,
    started_at: Instant,
    frame_times: Option<FrameTimes>,
    close_after: Option<Duration>,
}

impl GanApp {
    /// Opens the window's insides and starts the first run.
    pub fn new(cc: &eframe::CreationContext<'_>, options: Options) -> Self {
        let Options { config, device, open, begin, frame_times, close_after, shows_all_views } = options;
        theme::install(&cc.egui_ctx);
        let stored = cc.storage.and_then(|storage| eframe::get_value::<Settings>(storage, Settings::KEY));
        let settings = stored.unwrap_or_default().sanitized();
        let pace = Pace::default();
        let (ctx, shared_pace) = (cc.egui_ctx.clone(), pace.clone());
        let trainer = Trainer::spawn(move || ctx.request_repaint_after(shared_pace.news()));
        let run = match &open {
            Some(path) => trainer.load_with(path.clone(), device, begin, RunOutput::filmed()),
            None => trainer.start_with(config.clone(), device, begin, RunOutput::filmed()),
        };
        let mut state = AppState::default();
        state.begin_run(run);
        let mut controls = Controls::new(run, &config, device);
        controls.gallery = settings.gallery;
        controls.layers = if shows_all_views { StageLayers::all() } else { settings.layers.clone() };
        Self {
            trainer,
            state,
            controls,
            settings,
            panels: Panels::default(),
            dialogs: Dialogs::default(),
            errands: Errands::default(),
            imports: Imports::default(),
            downloads: Downloads::default(),
            experiments: Experiments::default(),
            num_shuffles: 0,
            awaits_config: open.is_some(),
            generator_before: None,
            keepsake: None,
            camera: Camera::default(),
            requested: None,
            pace,
            started_at: Instant::now(),
            frame_times,
            close_after,
        }
    }

    /// What the trainer told so far.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// What the user set.
    pub fn controls(&self) -> &Controls {
        &self.controls
    }

    /// What the user prefers.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Takes in everything that is new. Never waits.
    fn take_news(&mut self, ctx: &egui::Context) {
        for event in self.trainer.take_events() {
            if event.run == self.state.run().id {
                match &event.kind {
                    EventKind::Started { config, .. } if self.awaits_config => {
                        self.awaits_config = false;
                        self.controls.begin_run(event.run, config, self.controls.draft.device());
                    }
                    EventKind::ModelSaved { path, .. } => self.settings.remember(path),
                    _ => {}
                }
            }
            self.camera.hear(&event);
            self.state.apply(event);
        }
        if let Some(views) = self.trainer.take_views() {
            self.state.apply_views(views);
        }
        self.errands.collect(&mut self.state);
        self.take_data_news(ctx);
        self.take_experiment_news();
        self.state.tick(self.started_at.elapsed().as_secs_f64());
    }

    /// Tells the trainer what to draw, if that changed.
    fn request_views(&mut self) {
        let run = self.state.run();
        let Some(domain) = run.domain() else { return };
        let mut request = self.controls.view_request(run.id, domain);
        if self.settings.page == StagePage::Networks || self.state.walkthrough().is_active() {
            request.shows_networks = true;
            let opinion = PointsExtra::Opinion;
            if domain == Domain::Points && !request.points.extras.contains(&opinion) {
                request.points.extras.push(opinion);
            }
            // Its heat map is of all the data, however closely the plane is looked at.
            request.points.visible = None;
            // The picture of the networks is of those that are trained.
            request.generator = GeneratorChoice::Current;
        }
        if self.requested.as_ref() != Some(&request) {
            self.requested = Some(request.clone());
            self.trainer.request_views(request);
        }
    }

    fn shortcuts(&self, ctx: &egui::Context, actions: &mut Vec<Action>) {
        if self.controls.data_dialog.is_open() {
            return;
        }
        let is_typing = ctx.memory(|memory| memory.focused().is_some()) || ctx.any_popup_open();
        let scene = Scene {
            state: &self.state,
            controls: &self.controls,
            settings: &self.settings,
            frame_interval: self.pace.interval(),
        };
        if self.settings.shows(PanelKind::Help)
            && !is_typing
            && ctx.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Escape))
        {
            actions.push(Verb::ToggleHelp.into());
        }
        if self.controls.sketch.is_open()
            && !is_typing
            && ctx.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Escape))
        {
            actions.push(Verb::Draw.into());
        }
        if self.controls.experiment.is_open()
            && !is_typing
            && ctx.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Escape))
        {
            actions.push(Verb::Augment.into());
        }
        for verb in Verb::ALL {
            let Some(shortcut) = verb.shortcut() else { continue };
            let is_plain = shortcut.modifiers.is_none() && !is_function_key(shortcut.logical_key);
            if is_plain && is_typing {
                continue;
            }
            if verb.is_available(&scene) && ctx.input_mut(|input| input.consume_shortcut(&shortcut)) {
                actions.push(verb.into());
            }
        }
    }

    fn dropped_files(ui: &Ui, actions: &mut Vec<Action>) {
        let (hovered, dropped) = ui.input(|input| {
            let path = input.raw.dropped_files.first().map(|file| file.path().to_owned());
            (input.raw.hovered_files.first().cloned(), path)
        });
        if let Some(path) = dropped {
            actions.push(Action::Open(path));
        }
        if let Some(file) = hovered {
            let palette = Palette::of(ui);
            let rect = ui.ctx().content_rect();
            let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop"));
            let painter = ui.ctx().layer_painter(layer);
            painter.rect_filled(rect, 0.0, palette.backdrop);
            let font = egui::FontId::new(theme::LARGE_TEXT, theme::strong_family());
            let text = match file.path {
                Some(path) if is_data(&path) => "Drop to learn this data",
                Some(path) if path.extension().is_some() => "Drop to continue from this model",
                Some(_) => "Drop to open this",
                None => "Drop a model, points, pictures, or a folder of them",
            };
            painter.text(rect.center(), egui::Align2::CENTER_CENTER, text, font, palette.accent);
        }
    }

    fn measure(&self, ctx: &egui::Context) {
        if let Some(times) = &self.frame_times {
            let pictured_step = self.state.views().map(|views| views.step);
            times.record(pictured_step);
        }
        if let Some(limit) = self.close_after {
            let left = limit.saturating_sub(self.started_at.elapsed());
            if left.is_zero() {
                ctx.send_viewport_cmd(egui::ViewportCommand::Close);
            } else {
                ctx.request_repaint_after(left);
            }
        }
    }
}

impl eframe::App for GanApp {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.take_news(ctx);
        if let Some(secs) = self.state.next_change_secs() {
            // A little later than the change, so that it is seen.
            ctx.request_repaint_after_secs(secs as f32 + 0.02);
        }
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        self.pace.frame(frame.info().cpu_usage.map(Duration::from_secs_f32));
        let ctx = ui.ctx().clone();
        let animation_secs = if self.settings.has_reduced_motion { 0.0 } else { ANIMATION_SECS };
        theme::apply(&ctx, self.settings.theme, self.settings.scale, animation_secs);
        let mut actions = Vec::new();
        self.shortcuts(&ctx, &mut actions);
        let Self { state, controls, settings, panels, pace, .. } = self;
        let scene = Scene { state, controls, settings, frame_interval: pace.interval() };
        window_ui(ui, &scene, panels, &mut actions);
        Self::dropped_files(ui, &mut actions);
        for (purpose, path) in [self.dialogs.poll(), self.dialogs.ui(ui)].into_iter().flatten() {
            self.use_file(&ctx, purpose, path);
        }
        if !actions.is_empty() {
            // What an action sets going is timed when the next frame begins.
            ctx.request_repaint();
        }
        for action in actions {
            self.perform(&ctx, action);
        }
        self.request_views();
        self.keep_walking();
        self.measure(&ctx);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        eframe::set_value(storage, Settings::KEY, &self.settings);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        Palette::of_visuals(visuals).background.to_normalized_gamma_f32()
    }

    fn persist_egui_memory(&self) -> bool {
        // What is worth remembering is in the settings.
        false
    }
}

fn is_function_key(key: egui::Key) -> bool {
    matches!(key, egui::Key::F1 | egui::Key::F2 | egui::Key::F3 | egui::Key::F4 | egui::Key::F6 | egui::Key::F11)
}
