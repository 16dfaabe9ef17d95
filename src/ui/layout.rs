//! Where panels go: what there is room for, and what gives way first.

use eframe::egui::{self, CentralPanel, Frame, Margin, Panel, Rect, Ui};

use super::action::Action;
use super::panels::{
    LatentPanel, Plots, Stage, configuration_ui, draft_bar_ui, help_ui, latent_ui, narration_ui, notices_ui, plots_ui,
    stage_ui, top_bar_ui,
};
use super::scene::Scene;
use super::settings::{PanelKind, Settings};
use super::theme::{Palette, UNIT};

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
}

/// Shows everything in the window.
pub fn window_ui(ui: &mut Ui, scene: &Scene<'_>, panels: &mut Panels, actions: &mut Vec<Action>) {
    let room = ui.available_size();
    let layout = PanelLayout::of(room.x, room.y, scene.settings);
    let palette = Palette::of(ui);
    let frame = |x, y| Frame::new().fill(palette.panel).inner_margin(Margin::symmetric(x, y));

    Panel::top("top bar").exact_size(48.0).frame(frame(12, 0)).show(ui, |ui| top_bar_ui(ui, scene, actions));
    Panel::bottom("narration").exact_size(48.0).frame(frame(16, 4)).show(ui, |ui| narration_ui(ui, scene));
    let mut is_open = layout.has_latent;
    Panel::bottom("latent walk").exact_size(124.0).resizable(false).frame(frame(16, 10)).show_collapsible(
        ui,
        &mut is_open,
        |ui| latent_ui(ui, scene, &mut panels.latent, actions),
    );
    let mut is_open = layout.has_configuration;
    Panel::left("configuration")
        .exact_size(layout.configuration_width)
        .resizable(false)
        .frame(frame(12, 4))
        .show_collapsible(ui, &mut is_open, |ui| configuration_ui(ui, scene, actions));
    let mut is_open = layout.has_plots;
    Panel::right("plots").exact_size(layout.plots_width).resizable(false).frame(frame(12, 8)).show_collapsible(
        ui,
        &mut is_open,
        |ui| plots_ui(ui, scene, &mut panels.plots, actions),
    );
    // No fill: the window was cleared to this colour, and every layer costs time where there is no GPU.
    let center = Frame::new().inner_margin(Margin::symmetric(12, 8));
    CentralPanel::no_frame().frame(center).show(ui, |ui| {
        let around = ui.max_rect();
        stage_ui(ui, scene, &mut panels.stage, actions);
        floating_ui(ui, scene, &layout, around, actions);
    });
}

/// What floats over the stage.
fn floating_ui(ui: &mut Ui, scene: &Scene<'_>, layout: &PanelLayout, around: Rect, actions: &mut Vec<Action>) {
    if scene.controls.draft.is_edited() && !layout.has_configuration {
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
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PanelLayout {
    has_configuration: bool,
    has_help: bool,
    has_plots: bool,
    has_latent: bool,
    configuration_width: f32,
    plots_width: f32,
}

impl PanelLayout {
    pub(super) fn of(width: f32, height: f32, settings: &Settings) -> Self {
        let configuration_width = (0.19 * width).clamp(232.0, 288.0).round();
        let plots_width = (0.24 * width).clamp(248.0, 420.0).round();
        let has_help = settings.shows(PanelKind::Help);
        let mut room = width - MIN_STAGE_WIDTH;
        let (mut has_configuration, mut has_plots) = (false, false);
        // The panel that was opened last comes first.
        for panel in settings.open_panels.iter().rev() {
            let (shown, needed) = match panel {
                PanelKind::Configuration => (&mut has_configuration, configuration_width),
                PanelKind::Plots => (&mut has_plots, plots_width),
                PanelKind::Latent | PanelKind::Help => continue,
            };
            if needed <= room {
                room -= needed;
                *shown = true;
            }
        }
        let is_wanted_most = settings.open_panels.last() == Some(&PanelKind::Latent);
        let needed = if is_wanted_most { MIN_LATENT_HEIGHT } else { EASY_LATENT_HEIGHT };
        let has_latent = settings.shows(PanelKind::Latent) && height >= needed;
        Self { has_configuration, has_plots, has_latent, configuration_width, plots_width, has_help }
    }

    /// Whether `panel` is in sight.
    pub(super) fn shows(&self, panel: PanelKind) -> bool {
        match panel {
            PanelKind::Configuration => self.has_configuration,
            PanelKind::Plots => self.has_plots,
            PanelKind::Latent => self.has_latent,
            PanelKind::Help => self.has_help,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_in_sight_on_a_small_screen() {
        let layout = PanelLayout::of(1024.0, 700.0, &Settings::default());
        assert!(layout.has_configuration && layout.has_plots && layout.has_latent);
        assert!(1024.0 - layout.configuration_width - layout.plots_width >= MIN_STAGE_WIDTH);
    }

    #[test]
    fn in_a_narrow_window_the_panel_opened_last_stays() {
        let mut settings = Settings::default();
        let layout = PanelLayout::of(700.0, 450.0, &settings);
        assert!(layout.has_configuration && !layout.has_plots);
        settings.toggle(PanelKind::Plots, layout.shows(PanelKind::Plots));
        let layout = PanelLayout::of(700.0, 450.0, &settings);
        assert!(layout.has_plots && !layout.has_configuration && !layout.has_latent);
        settings.toggle(PanelKind::Latent, layout.shows(PanelKind::Latent));
        let layout = PanelLayout::of(700.0, 450.0, &settings);
        assert!(layout.has_plots && layout.has_latent);
        settings.toggle(PanelKind::Latent, layout.shows(PanelKind::Latent));
        assert!(!PanelLayout::of(700.0, 450.0, &settings).has_latent);
        assert!(!PanelLayout::of(500.0, 300.0, &settings).has_latent);
    }
}
