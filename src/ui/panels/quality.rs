//! How good the generated points are: modes covered, precision, and how evenly they are spread, each beside the best
//! that is possible.

use eframe::egui::{self, Align, Layout, RichText, Sense, Ui, Vec2};

use crate::trainer::PointsQuality;
use crate::ui::number;
use crate::ui::scene::Scene;
use crate::ui::theme::{HALF, Palette, strong_style};
use crate::ui::widgets::{Meter, meter_ui};

/// More modes than this are drawn as a bar rather than one by one.
const MAX_DOTS: usize = 32;

/// Shows the newest reading; nothing where the data has no known modes.
pub fn quality_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let Some(reading) = scene.state.quality() else { return };
    let quality = &reading.quality;
    let palette = Palette::of(ui);
    ui.spacing_mut().item_spacing.y = HALF;
    ui.spacing_mut().interact_size.y = 18.0;

    let covered = format!("{}/{}", quality.modes_covered, quality.modes_total);
    line_ui(ui, "Modes covered", &covered, "", "Clusters that hold at least one good generated point");
    modes_ui(ui, quality);

    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let best = format!("best {}", percent(quality.high_quality_ceiling));
    let tooltip = "Share of generated points within three standard deviations of a cluster; the mark is what a perfect \
                   generator would score";
    line_ui(ui, "High quality", &percent(quality.high_quality_fraction), &best, tooltip);
    let meter = Meter {
        share: quality.high_quality_fraction as f32,
        mark: Some(quality.high_quality_ceiling as f32),
        color: palette.generated,
    };
    meter_ui(ui, meter);

    let floor = format!("floor {}", number::measured(quality.reverse_kl_floor));
    let tooltip = "How unevenly the generated points are spread over the clusters, as reverse Kullback–Leibler \
                   divergence in nats; a perfect generator of as many points scores the floor";
    line_ui(ui, "Reverse KL", &number::measured(quality.reverse_kl), &floor, tooltip);
}

/// A name, a number that matters, and a word beside it.
fn line_ui(ui: &mut Ui, name: &str, value: &str, aside: &str, tooltip: &str) {
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

fn modes_ui(ui: &mut Ui, quality: &PointsQuality) {
    let palette = Palette::of(ui);
    let total = quality.modes_total;
    if total == 0 || total > MAX_DOTS {
        let share = quality.modes_covered as f32 / total.max(1) as f32;
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
        let is_covered = mode < quality.modes_covered;
        let color = if is_covered { palette.generated } else { palette.control };
        ui.painter().rect_filled(cell, 3.0, color);
    }
}
