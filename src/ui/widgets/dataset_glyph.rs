//! Small pictures of the data sets, drawn from what they are.

use std::sync::Arc;

use eframe::egui::{Color32, Id, Painter, Pos2, Rect, Ui, Vec2, vec2};

use crate::config::{DataConfig, DatasetKind};
use crate::data;
use crate::trainer::PointsView;

/// Rows of a garment: a shirt in twelve by twelve pixels, darker where the number is larger.
const SHIRT: [&str; 12] = [
    "000110011000",
    "011331133110",
    "133332233331",
    "333333333333",
    "133333333331",
    "011333333110",
    "001333333100",
    "001333333100",
    "001322223100",
    "001333333100",
    "001333333100",
    "000111111000",
];

/// Rows of a face in twelve by twelve pixels: hair, skin, eyes, mouth.
const FACE: [&str; 12] = [
    "000333333000",
    "003333333300",
    "033311113330",
    "033111111330",
    "031111111130",
    "031311113130",
    "011111111110",
    "011111111110",
    "011133331110",
    "001111111100",
    "000111111000",
    "000001100000",
];

/// A digit.
const DIGIT: [&str; 12] = [
    "000000000000",
    "001333333100",
    "001333333300",
    "000000013300",
    "000000033100",
    "000000133000",
    "000000331000",
    "000001330000",
    "000003310000",
    "000013300000",
    "000013300000",
    "000000000000",
];

/// A photograph: a frame, the sun, and hills.
const PHOTOGRAPH: [&str; 12] = [
    "111111111111",
    "100000000001",
    "100000003301",
    "100000003301",
    "100000000001",
    "100200000001",
    "102220002001",
    "122222022201",
    "122222222221",
    "122222222221",
    "122222222221",
    "111111111111",
];

/// Letters.
const LETTERS: [&str; 12] = [
    "000000000000",
    "001330000000",
    "003003003000",
    "003003003000",
    "003333003330",
    "003003003003",
    "003003003330",
    "000000000000",
    "013310333000",
    "300000300300",
    "300000300300",
    "013310333000",
];

/// A page with points on it.
const PAGE: [&str; 12] = [
    "001111110000",
    "001000011000",
    "001030001100",
    "001000000100",
    "001000030100",
    "001030000100",
    "001000030100",
    "001003000100",
    "001000003100",
    "001030000100",
    "001000000100",
    "001111111100",
];

/// Points in a small picture.
const COUNT: usize = 260;
/// Radius of one of them, in points of the screen.
const RADIUS: f32 = 1.1;

/// Points of one configuration, kept from frame to frame.
#[derive(Clone)]
struct Thumbnail {
    config: DataConfig,
    /// In [-1, 1]², y down.
    points: Arc<[Vec2]>,
}

/// Draws data in `rect` in one colour: points as they really fall, for the parameters as they stand.
///
/// A file is not read for this; `known` are points of it, if there are any.
pub fn paint_dataset(ui: &Ui, rect: Rect, config: &DataConfig, known: Option<&PointsView>, color: Color32) {
    let painter = ui.painter();
    let points = match config.kind {
        DatasetKind::Fashion | DatasetKind::FashionMnist => return paint_pixels(painter, rect, &SHIRT, color),
        DatasetKind::Faces => return paint_pixels(painter, rect, &FACE, color),
        DatasetKind::Mnist => return paint_pixels(painter, rect, &DIGIT, color),
        DatasetKind::Cifar10 | DatasetKind::Pictures => return paint_pixels(painter, rect, &PHOTOGRAPH, color),
        DatasetKind::Names | DatasetKind::Words | DatasetKind::Text => {
            return paint_pixels(painter, rect, &LETTERS, color);
        }
        DatasetKind::File => match known {
            Some(view) => view.real.iter().take(COUNT).map(|&point| place(point, view.bounds)).collect(),
            None => return paint_pixels(painter, rect, &PAGE, color),
        },
        _ => sampled(ui, config),
    };
    let half = 0.5 * rect.width().min(rect.height());
    for &point in points.iter() {
        painter.circle_filled(rect.center() + half * point, RADIUS, color);
    }
}

/// Points drawn from the data, once for each configuration.
fn sampled(ui: &Ui, config: &DataConfig) -> Arc<[Vec2]> {
    let id = Id::unique("data thumbnail");
    let kept = ui.ctx().data(|data| data.get_temp::<Thumbnail>(id)).filter(|kept| kept.config == *config);
    if let Some(kept) = kept {
        return kept.points;
    }
    // Numbers out of range wait for the user to mend them; there is nothing to draw of them.
    let dataset = config.validate().ok().and_then(|()| data::open(config).ok());
    let points = match dataset {
        Some(dataset) => {
            let bounds = dataset.bounds();
            dataset.evaluation(COUNT, 1).as_chunks::<2>().0.iter().map(|&point| place(point, bounds)).collect()
        }
        None => Arc::default(),
    };
    ui.ctx().data_mut(|data| data.insert_temp(id, Thumbnail { config: config.clone(), points: Arc::clone(&points) }));
    points
}

/// Where a point of a square view lies in [-1, 1]², y down.
fn place(point: [f32; 2], [low, high]: [[f32; 2]; 2]) -> Vec2 {
    let share = |axis: usize| 2.0 * (point[axis] - low[axis]) / (high[axis] - low[axis]) - 1.0;
    vec2(share(0), -share(1))
}

fn paint_pixels(painter: &Painter, rect: Rect, rows: &[&str; 12], color: Color32) {
    let side = (rect.width().min(rect.height()) / 12.0).max(1.0);
    let corner: Pos2 = rect.center() - Vec2::splat(6.0 * side);
    for (y, row) in rows.iter().enumerate() {
        for (x, level) in row.bytes().enumerate() {
            if level > b'0' {
                let at = corner + side * vec2(x as f32, y as f32);
                let shade = color.gamma_multiply(f32::from(level - b'0') / 3.0);
                painter.rect_filled(Rect::from_min_size(at, Vec2::splat(side)), 0.0, shade);
            }
        }
    }
}
