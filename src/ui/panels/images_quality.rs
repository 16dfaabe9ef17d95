//! How good the generated pictures are: measures of features and pixels, each beside its floor, and how often each class comes.

mod classes;

use eframe::egui::Ui;

use self::classes::{LEAST_HEIGHT, classes_height, classes_ui};
use super::quality::{SAMPLES_HEIGHT, line_ui, samples_ui};
use crate::trainer::{ImagesQuality, Measure};
use crate::ui::number;

/// Height of one measure.
const LINE_HEIGHT: f32 = 22.0;
/// Share of the panel that is left to the plots.
const PLOTS_SHARE: f32 = 0.52;

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
    let measures = lines(quality).len() as f32 * LINE_HEIGHT + SAMPLES_HEIGHT;
    let room = (1.0 - PLOTS_SHARE) * available;
    let classes = quality.classes.as_ref().map_or(0.0, |classes| classes_height(classes, room - measures));
    (measures + classes).min(room)
}

/// Shows the measures of a `step` that count for these pictures, as many as leave room for the classes.
pub(super) fn images_quality_ui(ui: &mut Ui, step: u64, quality: &ImagesQuality) {
    samples_ui(ui, quality.samples, "pictures", step);
    let kept = if quality.classes.is_some() { LEAST_HEIGHT } else { 0.0 };
    for Line { name, value, floor, tooltip } in lines(quality) {
        if ui.available_height() < LINE_HEIGHT + kept {
            break;
        }
        line_ui(ui, name, &value, &format!("floor {}", number::measured(floor)), tooltip);
    }
    if let Some(classes) = &quality.classes {
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
        "Fréchet",
        quality.frechet_distance,
        "Fréchet distance of the features of a small network of Ganscope’s own. Not the FID of papers, which is measured with \
         another network and more pictures; other real pictures score the floor",
    );
    vec![kid, precision, recall, nearest, coverage, frechet]
}
