//! What is remembered from one start of the program to the next.

use std::path::{Path, PathBuf};

use eframe::egui::ThemePreference;
use serde::{Deserialize, Serialize};

use crate::state::{GalleryLook, StageLayers};

/// Recent files kept.
const MAX_RECENT: usize = 8;

/// A panel beside the stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PanelKind {
    /// Left: data, networks, loss, learning rates.
    Configuration,
    /// Right: losses, scores, quality.
    Plots,
    /// Below: the walk through latent space.
    Latent,
    /// Above everything: what it all means.
    Help,
}

/// A page of the stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StagePage {
    /// What the networks make and judge.
    Samples,
    /// The two networks themselves.
    Networks,
}

/// The user's preferences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Light, dark, or as the system says.
    pub theme: ThemePreference,
    /// How large everything is, from 1 to 2.
    pub scale: f32,
    /// Panels that are open.
    pub open_panels: Vec<PanelKind>,
    /// Newest first.
    pub recent: Vec<PathBuf>,
    /// Smoothing of the plots, from 0 to below 1.
    pub smoothing: f32,
    /// Whether losses and gradients have a logarithmic axis.
    pub has_log_scale: bool,
    /// Whether points jump instead of gliding.
    pub has_reduced_motion: bool,
    /// Size of the gallery's tiles, as a multiple of what fits.
    pub tile_zoom: f32,
    /// What the stage shows of points.
    pub layers: StageLayers,
    /// How the gallery is looked at.
    pub gallery: GalleryLook,
    /// The page that the stage is open at.
    pub page: StagePage,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemePreference::System,
            scale: 1.0,
            open_panels: vec![PanelKind::Latent, PanelKind::Plots, PanelKind::Configuration],
            recent: Vec::new(),
            smoothing: 0.9,
            has_log_scale: false,
            has_reduced_motion: false,
            tile_zoom: 1.0,
            layers: StageLayers::default(),
            gallery: GalleryLook::default(),
            page: StagePage::Samples,
        }
    }
}

impl Settings {
    /// Where eframe keeps them.
    pub const KEY: &'static str = "settings";

    /// Whether `panel` is open.
    pub fn shows(&self, panel: PanelKind) -> bool {
        self.open_panels.contains(&panel)
    }

    /// Closes `panel` if it is in sight, else opens it. The panel opened last is the last to give way in a small window.
    pub fn toggle(&mut self, panel: PanelKind, is_in_sight: bool) {
        self.open_panels.retain(|&other| other != panel);
        if !is_in_sight {
            self.open_panels.push(panel);
        }
    }

    /// Puts `path` at the head of the recent files.
    pub fn remember(&mut self, path: &Path) {
        self.recent.retain(|other| other != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(MAX_RECENT);
    }

    /// Brings what was read from a file back into range: it may be old or edited by hand.
    #[must_use]
    pub fn sanitized(mut self) -> Self {
        let finite = |value: f32, default: f32| if value.is_finite() { value } else { default };
        let scale = super::theme::SCALE_RANGE;
        self.scale = finite(self.scale, 1.0).clamp(*scale.start(), *scale.end());
        self.smoothing = finite(self.smoothing, 0.9).clamp(0.0, 0.99);
        self.tile_zoom = finite(self.tile_zoom, 1.0).clamp(1.0, 4.0);
        self.recent.truncate(MAX_RECENT);
        // Help explains; it is not where a new session should begin.
        self.open_panels.retain(|&panel| panel != PanelKind::Help);
        self.open_panels.dedup();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recent_files_are_few_distinct_and_newest_first() {
        let mut settings = Settings::default();
        for number in 0..20 {
            settings.remember(Path::new(&format!("{}.safetensors", number % 10)));
        }
        assert_eq!(settings.recent.len(), MAX_RECENT);
        assert_eq!(settings.recent[0], Path::new("9.safetensors"));
    }

    #[test]
    fn nonsense_from_a_file_is_brought_into_range() {
        let settings =
            Settings { scale: 90.0, smoothing: f32::NAN, tile_zoom: -3.0, ..Settings::default() }.sanitized();
        assert!((settings.scale - 2.0).abs() < f32::EPSILON);
        assert!((settings.smoothing - 0.9).abs() < f32::EPSILON);
        assert!((settings.tile_zoom - 1.0).abs() < f32::EPSILON);
    }

    #[test]
    fn an_old_file_without_some_settings_is_still_read() {
        let settings: Settings = serde_json::from_str(r#"{"scale":1.5}"#).unwrap();
        assert!((settings.scale - 1.5).abs() < f32::EPSILON);
        assert!(settings.shows(PanelKind::Plots));
    }
}
