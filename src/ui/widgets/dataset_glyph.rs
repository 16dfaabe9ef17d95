//! Small pictures of the data sets, drawn from what they are.

use std::f32::consts::{PI, TAU};

use eframe::egui::{Color32, Painter, Pos2, Rect, Vec2, vec2};

use crate::config::DatasetKind;

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

/// Draws `kind` in `rect` in one colour.
pub fn paint_dataset(painter: &Painter, rect: Rect, kind: DatasetKind, color: Color32) {
    match kind {
        DatasetKind::Fashion => return paint_pixels(painter, rect, &SHIRT, color),
        DatasetKind::Faces => return paint_pixels(painter, rect, &FACE, color),
        DatasetKind::Ring | DatasetKind::Grid | DatasetKind::Moons | DatasetKind::Spiral => {}
    }
    let side = rect.width().min(rect.height());
    let (points, radius) = outline(kind);
    for point in points {
        painter.circle_filled(rect.center() + 0.42 * side * point, side * radius, color);
    }
}

/// Points of a data set in [-1, 1]², and the radius to draw them with as a share of the side.
fn outline(kind: DatasetKind) -> (Vec<Vec2>, f32) {
    let along = |count: usize| (0..count).map(move |index| index as f32 / (count - 1) as f32);
    match kind {
        DatasetKind::Ring => ((0..8).map(|mode| Vec2::angled(TAU * mode as f32 / 8.0)).collect(), 0.055),
        DatasetKind::Grid => {
            let lattice = |index: i32| index as f32 / 2.0 - 1.0;
            ((0..25).map(|index| vec2(lattice(index % 5), lattice(index / 5))).collect(), 0.045)
        }
        DatasetKind::Moons => {
            let upper = along(14).map(|share| vec2(-0.3, 0.25) + 0.7 * vec2((PI * share).cos(), -(PI * share).sin()));
            let lower = along(14).map(|share| vec2(0.3, -0.25) + 0.7 * vec2((PI * share).cos(), (PI * share).sin()));
            (upper.chain(lower).collect(), 0.03)
        }
        DatasetKind::Spiral => {
            let arm = |turn: f32| along(18).map(move |share| share * Vec2::angled(TAU * 0.9 * share + turn));
            (arm(0.0).chain(arm(PI)).collect(), 0.03)
        }
        DatasetKind::Fashion | DatasetKind::Faces => (Vec::new(), 0.0),
    }
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
