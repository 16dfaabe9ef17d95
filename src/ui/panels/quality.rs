//! How good the generated points are: modes covered, precision, how evenly they are spread, and how far they are from the
//! data, each beside the best that is possible.

use eframe::egui::{self, Align, Layout, RichText, Sense, Ui, Vec2};

use super::images_quality::{images_quality_height, images_quality_ui};
use super::text_quality::{text_quality_height, text_quality_ui};
use crate::config::Domain;
use crate::state::{ImagesReading, TextsReading};
use crate::trainer::{ClusterQuality, PointsQuality};
use crate::ui::number;
use crate::ui::scene::Scene;
use crate::ui::theme::{HALF, Palette, strong_style};
use crate::ui::widgets::{Meter, meter_ui};

/// More modes than this are drawn as a bar rather than one by one.
const MAX_DOTS: usize = 32;
/// Height of what is said of clusters.
const CLUSTERS_HEIGHT: f32 = 104.0;
/// Height of one distance.
const DISTANCE_HEIGHT: f32 = 22.0;
/// Height of the panel from which there is room for the distances beside the plots.
const ROOMY: f32 = 560.0;

/// The height that the newest reading takes in a panel of this height.
pub(super) fn quality_height(scene: &Scene<'_>, available: f32) -> f32 {
    if let Some(reading) = images_reading(scene) {
        return images_quality_height(&reading.quality, available);
    }
    if texts_reading(scene).is_some() {
        return text_quality_height(available);
    }
    let has_clusters = scene.state.quality().is_some_and(|reading| reading.quality.clusters.is_some());
    let clusters = if has_clusters { CLUSTERS_HEIGHT } else { 0.0 };
    if has_clusters && available < ROOMY { clusters } else { clusters + 3.0 * DISTANCE_HEIGHT }
}

/// Shows the newest reading.
pub fn quality_ui(ui: &mut Ui, scene: &Scene<'_>) {
    ui.spacing_mut().item_spacing.y = HALF;
    ui.spacing_mut().interact_size.y = 18.0;
    if let Some(reading) = images_reading(scene) {
        return images_quality_ui(ui, reading.step, &reading.quality);
    }
    if let Some(reading) = texts_reading(scene) {
        return text_quality_ui(ui, reading.step, &reading.quality);
    }
    let Some(reading) = scene.state.quality() else { return };
    if let Some(clusters) = &reading.quality.clusters {
        clusters_ui(ui, clusters);
    }
    if reading.quality.clusters.is_none() || ui.available_height() >= 3.0 * DISTANCE_HEIGHT {
        distances_ui(ui, &reading.quality);
    }
}

/// The newest reading of pictures, where the run makes pictures.
fn images_reading<'a>(scene: &Scene<'a>) -> Option<&'a ImagesReading> {
    scene.state.images_quality().filter(|_| scene.state.run().domain() == Some(Domain::Images))
}

/// The newest reading of texts, where the run makes texts.
pub(super) fn texts_reading<'a>(scene: &Scene<'a>) -> Option<&'a TextsReading> {
    scene.state.texts_quality().filter(|_| scene.state.run().domain() == Some(Domain::Text))
}

fn clusters_ui(ui: &mut Ui, clusters: &ClusterQuality) {
    let palette = Palette::of(ui);
    let covered = format!("{}/{}", clusters.modes_covered, clusters.modes_total);
    line_ui(ui, "Modes covered", &covered, "", "Clusters that hold at least one good generated point");
    modes_ui(ui, clusters);

    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let best = format!("best {}", percent(clusters.high_quality_ceiling));
    let tooltip = "Share of generated points within three standard deviations of a cluster; the mark is what a perfect \
                   generator would score";
    line_ui(ui, "High quality", &percent(clusters.high_quality_fraction), &best, tooltip);
    let meter = Meter {
        share: clusters.high_quality_fraction as f32,
        mark: Some(clusters.high_quality_ceiling as f32),
        color: palette.generated,
    };
    meter_ui(ui, meter);

    let tooltip = "How unevenly the generated points are spread over the clusters, as reverse Kullback–Leibler \
                   divergence in nats; a perfect generator of as many points scores the floor";
    measure_ui(ui, "Reverse KL", clusters.reverse_kl, clusters.reverse_kl_floor, tooltip);
}

fn distances_ui(ui: &mut Ui, quality: &PointsQuality) {
    let tooltip = "How different the densities of generated and real points are, as Jensen–Shannon divergence in bits on a \
                   grid: 0 is equal, 1 is nowhere the same; other real points score the floor";
    measure_ui(ui, "JS divergence", quality.js_divergence, quality.js_divergence_floor, tooltip);
    let tooltip = "How far generated points have to be moved to become real ones, seen from many sides, in the plane’s \
                   units; other real points score the floor";
    measure_ui(ui, "Sliced Wasserstein", quality.sliced_wasserstein, quality.sliced_wasserstein_floor, tooltip);
    let tooltip = "Squared maximum mean discrepancy: whether a smooth function can tell generated from real points; other real \
                   points score the floor, which scatters around 0";
    measure_ui(ui, "MMD²", quality.mmd, quality.mmd_floor, tooltip);
}

/// A measure beside its floor.
fn measure_ui(ui: &mut Ui, name: &str, value: f64, floor: f64, tooltip: &str) {
    line_ui(ui, name, &number::measured(value), &format!("floor {}", number::measured(floor)), tooltip);
}

/// Height of what says of which samples the measures are.
pub(super) const SAMPLES_HEIGHT: f32 = 22.0;

/// Of how many samples the measures are, and of which step: they come now and then only.
pub(super) fn samples_ui(ui: &mut Ui, samples: usize, noun: &str, step: u64) {
    let text = format!("{} {noun} of step {}", number::grouped(samples as u64), number::grouped(step));
    ui.label(RichText::new(text).small().weak());
}

/// A name, a number that matters, and a word beside it.
pub(super) fn line_ui(ui: &mut Ui, name: &str, value: &str, aside: &str, tooltip: &str) {
    let response = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        ui.label(RichText::new(name).text_style(strong_style()).color(Palette::of(ui).text_strong));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if !aside.is_empty() {
                ui.label(RichText::new(aside).small().weak());
            }
            ui.label(RichText::new(value).text_style(strong_style()).color(Palette::of(ui).text_strong));
        });
    });
    response.response.on_hover_text(tooltip);
}

fn modes_ui(ui: &mut Ui, clusters: &ClusterQuality) {
    let palette = Palette::of(ui);
    let total = clusters.modes_total;
    if total == 0 || total > MAX_DOTS {
        let share = clusters.modes_covered as f32 / total.max(1) as f32;
        meter_ui(ui, Meter { share, mark: None, color: palette.generated });
        return;
    }
    let height = 10.0;
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), height), Sense::hover());
    let gap = 3.0;
    let width = ((rect.width() + gap) / total as f32 - gap).max(1.0);
    for mode in 0..total {
        let corner = rect.min + Vec2::new(mode as f32 * (width + gap), 1.0);
        let cell = egui::Rect::from_min_size(corner, Vec2::new(width, height - 2.0));
        let is_covered = mode < clusters.modes_covered;
        let color = if is_covered { palette.generated } else { palette.control };
        ui.painter().rect_filled(cell, 3.0, color);
    }
}
