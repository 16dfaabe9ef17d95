//! Where panels go: what there is room for, and what gives way first.

use eframe::egui::{self, CentralPanel, Frame, Margin, Panel, Rect, Ui};

use super::action::Action;
use super::panels::{
    DataDialogPanel, DrawPanel, ExperimentPanel, LatentPanel, Plots, Stage, configuration_ui, data_dialog_ui,
    draft_bar_ui, draw_ui, experiment_ui, help_ui, latent_ui, lesson_ui, narration_ui, notices_ui, plots_ui, stage_ui,
    top_bar_ui,
};
use super::scene::Scene;
use super::settings::{PanelKind, Settings};
use super::theme::UNIT;

/// The least width the stage keeps while panels stand beside it.
const MIN_STAGE_WIDTH: f32 = 340.0;
/// The least height of the window that leaves room for the latent walk, where it is wanted most.
const MIN_LATENT_HEIGHT: f32 = 400.0;
/// The height of the window from which it is no trouble.
const EASY_LATENT_HEIGHT: f32 = 560.0;

/// What the panels remember from frame to frame: textures, curves, and where one looks.
#[derive(Default)]
pub struct Panels {
    /// The stage.
    pub stage: Stage,
    /// The plots.
    pub plots: Plots,
    /// The latent walk.
    pub latent: LatentPanel,
    /// The drawing page.
    pub draw: DrawPanel,
    /// The page of the data augmentation experiment.
    pub experiment: ExperimentPanel,
    /// The dialog in which data is opened.
    pub data_dialog: DataDialogPanel,
}

/// Shows everything in the window.
pub fn window_ui(ui: &mut Ui, scene: &Scene<'_>, panels: &mut Panels, actions: &mut Vec<Action>) {
    let room = ui.available_size();
    let is_experiment = scene.controls.experiment.is_open();
    let layout = if is_experiment {
        // What stands around the stage is of the run.
        PanelLayout::bare(room.x)
    } else {
        PanelLayout::of(room.x, room.y, scene.settings)
    };
    // No fills: the window is cleared to the colour behind everything, and every layer costs time without a GPU.
    let frame = |x, y| Frame::new().inner_margin(Margin::symmetric(x, y));

    Panel::top("top bar").exact_size(48.0).frame(frame(12, 0)).show(ui, |ui| top_bar_ui(ui, scene, actions));
    Panel::bottom("narration").exact_size(48.0).frame(frame(16, 1)).show(ui, |ui| narration_ui(ui, scene));
    let mut is_open = layout.shows(PanelKind::Latent);
    Panel::bottom("latent walk").exact_size(124.0).resizable(false).frame(frame(16, 10)).show_collapsible(
        ui,
        &mut is_open,
        |ui| latent_ui(ui, scene, &mut panels.latent, actions),
    );
    let mut is_open = layout.shows(PanelKind::Configuration);
    Panel::left("configuration")
        .exact_size(layout.configuration_width)
        .resizable(false)
        .frame(frame(12, 4))
        .show_collapsible(ui, &mut is_open, |ui| configuration_ui(ui, scene, actions));
    let mut is_open = layout.shows(PanelKind::Plots);
    Panel::right("plots").exact_size(layout.plots_width).resizable(false).frame(frame(12, 8)).show_collapsible(
        ui,
        &mut is_open,
        |ui| plots_ui(ui, scene, &mut panels.plots, actions),
    );
    CentralPanel::no_frame().frame(frame(12, 8)).show(ui, |ui| {
        let around = ui.max_rect();
        if is_experiment {
            experiment_ui(ui, scene, &mut panels.experiment, actions);
        } else if scene.controls.sketch.is_open() {
            draw_ui(ui, scene, &mut panels.draw, actions);
        } else {
            lesson_ui(ui, scene, actions);
            stage_ui(ui, scene, &mut panels.stage, actions);
        }
        floating_ui(ui, scene, &layout, around, actions);
    });
    data_dialog_ui(ui, scene, &mut panels.data_dialog, actions);
}

/// What floats over the stage.
fn floating_ui(ui: &mut Ui, scene: &Scene<'_>, layout: &PanelLayout, around: Rect, actions: &mut Vec<Action>) {
    let is_experiment = scene.controls.experiment.is_open();
    if scene.controls.draft.is_edited() && !is_experiment && !layout.shows(PanelKind::Configuration) {
        let area = egui::Area::new(egui::Id::unique("draft bar"))
            .fixed_pos(around.center_bottom() - egui::vec2(0.0, 2.0 * UNIT))
            .pivot(egui::Align2::CENTER_BOTTOM)
            .constrain_to(around);
        area.show(ui.ctx(), |ui| {
            ui.set_width(320.0_f32.min(around.width() - 4.0 * UNIT));
            draft_bar_ui(ui, scene, actions);
        });
    }
    notices_ui(ui, scene, around, actions);
    if scene.settings.shows(PanelKind::Help) {
        help_ui(ui, scene, around, actions);
    }
}

/// Which panels there is room for, and how wide they are.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PanelLayout {
    shown: Vec<PanelKind>,
    configuration_width: f32,
    plots_width: f32,
}

impl PanelLayout {
    /// No panel at all.
    fn bare(width: f32) -> Self {
        Self { shown: Vec::new(), ..Self::of(width, 0.0, &Settings::default()) }
    }

    pub(super) fn of(width: f32, height: f32, settings: &Settings) -> Self {
        let configuration_width = (0.19 * width).clamp(232.0, 288.0).round();
        let plots_width = (0.24 * width).clamp(248.0, 420.0).round();
        let is_latent_wanted_most = settings.open_panels.last() == Some(&PanelKind::Latent);
        let latent_height = if is_latent_wanted_most { MIN_LATENT_HEIGHT } else { EASY_LATENT_HEIGHT };
        let mut room = width - MIN_STAGE_WIDTH;
        let mut shown = Vec::new();
        // The panel that was opened last comes first.
        for &panel in settings.open_panels.iter().rev() {
            let needed = match panel {
                PanelKind::Configuration => configuration_width,
                PanelKind::Plots => plots_width,
                PanelKind::Latent if height < latent_height => continue,
                PanelKind::Latent | PanelKind::Help => 0.0,
            };
            if needed <= room {
                room -= needed;
                shown.push(panel);
            }
        }
        Self { shown, configuration_width, plots_width }
    }

    /// Whether `panel` is in sight.
    pub(super) fn shows(&self, panel: PanelKind) -> bool {
        self.shown.contains(&panel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_in_sight_on_a_small_screen() {
        let layout = PanelLayout::of(1024.0, 700.0, &Settings::default());
        assert!(
            layout.shows(PanelKind::Configuration) && layout.shows(PanelKind::Plots) && layout.shows(PanelKind::Latent)
        );
        assert!(1024.0 - layout.configuration_width - layout.plots_width >= MIN_STAGE_WIDTH);
    }

    #[test]
    fn in_a_narrow_window_the_panel_opened_last_stays() {
        let mut settings = Settings::default();
        let layout = PanelLayout::of(700.0, 450.0, &settings);
        assert!(layout.shows(PanelKind::Configuration) && !layout.shows(PanelKind::Plots));
        settings.toggle(PanelKind::Plots, layout.shows(PanelKind::Plots));
        let layout = PanelLayout::of(700.0, 450.0, &settings);
        assert!(
            layout.shows(PanelKind::Plots)
                && !layout.shows(PanelKind::Configuration)
                && !layout.shows(PanelKind::Latent)
        );
        settings.toggle(PanelKind::Latent, layout.shows(PanelKind::Latent));
        let layout = PanelLayout::of(700.0, 450.0, &settings);
        assert!(layout.shows(PanelKind::Plots) && layout.shows(PanelKind::Latent));
        settings.toggle(PanelKind::Latent, layout.shows(PanelKind::Latent));
        assert!(!PanelLayout::of(700.0, 450.0, &settings).shows(PanelKind::Latent));
        assert!(!PanelLayout::of(500.0, 300.0, &settings).shows(PanelKind::Latent));
    }
}
