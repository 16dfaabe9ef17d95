//! How good the generated pictures are: measures of features and pixels, each beside its floor, and how often each class comes.

use eframe::egui::{self, Sense, Ui, Vec2};

use super::quality::line_ui;
use crate::trainer::{ClassShares, ImagesQuality, Measure};
use crate::ui::number;
use crate::ui::theme::{Palette, UNIT};

/// Height of one measure.
const LINE_HEIGHT: f32 = 22.0;
/// Height of the bars of the classes.
const BARS_HEIGHT: f32 = 40.0;
/// Gap between two bars.
const BAR_GAP: f32 = 3.0;
/// Height of all that is said of classes.
const CLASSES_HEIGHT: f32 = LINE_HEIGHT + BARS_HEIGHT + UNIT;

/// Share of the panel that is left to the plots.
const PLOTS_SHARE: f32 = 0.55;

/// One measure on screen.
struct Line {
    name: &'static str,
    value: String,
    floor: f64,
    tooltip: &'static str,
}

impl Line {
    fn new(name: &'static str, measure: Measure, tooltip: &'static str) -> Self {
        Self { name, value: number::measured(measure.value), floor: measure.floor, tooltip }
    }
}

/// The height that it takes in a panel of this height.
pub(super) fn images_quality_height(quality: &ImagesQuality, available: f32) -> f32 {
    let classes = if quality.classes.is_some() { CLASSES_HEIGHT } else { 0.0 };
    let all = lines(quality).len() as f32 * LINE_HEIGHT + classes;
    all.min((1.0 - PLOTS_SHARE) * available)
}

/// Shows the measures that count for these pictures, as many as there is room for.
pub(super) fn images_quality_ui(ui: &mut Ui, quality: &ImagesQuality) {
    for Line { name, value, floor, tooltip } in lines(quality) {
        if ui.available_height() < LINE_HEIGHT {
            return;
        }
        line_ui(ui, name, &value, &format!("floor {}", number::measured(floor)), tooltip);
    }
    if let Some(classes) = quality.classes.as_ref().filter(|_| ui.available_height() >= CLASSES_HEIGHT - UNIT) {
        classes_ui(ui, classes);
    }
}

/// The measures, what says most first.
fn lines(quality: &ImagesQuality) -> Vec<Line> {
    let nearest = Line::new(
        "Nearest real",
        quality.nearest_real_ratio,
        "Distance in pixels from a generated picture to the nearest one that training draws from, over that from a picture that \
         it never sees. Markedly below 1, pictures are learned by heart",
    );
    if !quality.features_fit {
        let sliced = Line::new(
            "Sliced Wasserstein",
            quality.sliced_wasserstein,
            "How far the pixels of generated pictures have to be moved to become those of real ones, seen from many sides; other \
             real pictures score the floor",
        );
        let spread = Line::new(
            "Spread",
            quality.spread,
            "How much generated pictures differ from each other, over how much real ones do: 1 is as diverse as the data",
        );
        return vec![sliced, spread, nearest];
    }
    let kid = Line {
        name: "KID",
        value: format!("{} ± {}", number::measured(quality.kid.value), number::measured(quality.kid_error)),
        floor: quality.kid.floor,
        tooltip: "Kernel distance of features, with its standard error: whether generated pictures come from the same \
                  distribution as real ones; other real pictures score the floor, which scatters around 0",
    };
    let precision = Line::new(
        "Precision",
        quality.precision,
        "Share of generated pictures that lie among real ones: how good they are; other real pictures score the floor",
    );
    let recall = Line::new(
        "Recall",
        quality.recall,
        "Share of real pictures that lie among generated ones: how much of the data can be made; other real pictures score the \
         floor",
    );
    let coverage = Line::new(
        "Coverage",
        quality.coverage,
        "Share of real pictures with a generated one close by; other real pictures score the floor",
    );
    let frechet = Line::new(
        "Fréchet distance",
        quality.frechet_distance,
        "Fréchet distance of the features of a small network of Ganscope’s own. Not the FID of papers, which is measured with \
         another network and more pictures; other real pictures score the floor",
    );
    vec![kid, precision, recall, nearest, coverage, frechet]
}

/// A bar for each class, with a mark at its share among real pictures.
fn classes_ui(ui: &mut Ui, classes: &ClassShares) {
    let missed = classes.fake.iter().filter(|share| **share == 0.0).count();
    let total = classes.names.len();
    let tooltip = "How often each class comes among generated pictures, as a classifier sees them; the mark is its share among \
                   real ones";
    line_ui(ui, "Classes", &format!("{}/{total}", total - missed), "", tooltip);
    let palette = Palette::of(ui);
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), BARS_HEIGHT), Sense::hover());
    let largest = classes.fake.iter().chain(&classes.real).copied().fold(f64::MIN_POSITIVE, f64::max);
    let width = ((rect.width() + BAR_GAP) / total.max(1) as f32 - BAR_GAP).max(1.0);
    let shares = classes.names.iter().zip(classes.fake.iter().zip(&classes.real));
    for (index, (name, (&fake, &real))) in shares.enumerate() {
        let left = rect.left() + index as f32 * (width + BAR_GAP);
        let column = egui::Rect::from_min_size(egui::pos2(left, rect.top()), Vec2::new(width, BARS_HEIGHT));
        let top = |share: f64| egui::lerp(rect.bottom()..=rect.top(), (share / largest) as f32);
        ui.painter().rect_filled(column, 2.0, palette.control);
        let bar = egui::Rect::from_min_max(egui::pos2(left, top(fake)), column.max);
        ui.painter().rect_filled(bar, 2.0, palette.generated);
        ui.painter().hline(column.x_range(), top(real), egui::Stroke::new(2.0, palette.real));
        let text = format!("{name}: {:.1} % of generated pictures, {:.1} % of real ones", 100.0 * fake, 100.0 * real);
        ui.interact(column, ui.scope_id().with(("class share", index)), Sense::hover()).on_hover_text(text);
    }
}
