//! What flows between the parts: lines with arrowheads, and dots that move along them.

use eframe::egui::{Color32, Painter, Pos2, Shape, Stroke, Vec2};

/// Distance between two dots on a line.
const DOT_SPACING: f32 = 26.0;
/// How far a dot goes in a second.
const DOT_SPEED: f32 = 42.0;
/// Half the width of an arrowhead.
const HEAD: f32 = 4.5;

/// Draws a way with an arrowhead at its end.
pub(super) fn paint_way(painter: &Painter, path: &[Pos2], width: f32, color: Color32) {
    let [.., before, end] = path else { return };
    let direction = (*end - *before).normalized();
    let across = direction.rot90();
    let mut line = path.to_vec();
    if let Some(last) = line.last_mut() {
        *last = *end - direction * HEAD;
    }
    painter.add(Shape::line(line, Stroke::new(width, color)));
    let head = HEAD + 0.5 * width;
    let corners =
        vec![*end, *end - direction * 1.7 * head + across * head, *end - direction * 1.7 * head - across * head];
    painter.add(Shape::convex_polygon(corners, color, Stroke::NONE));
}

/// Draws dots on a way, where they are at `secs`.
pub(super) fn paint_dots(painter: &Painter, path: &[Pos2], secs: f64, size: f32, color: Color32) {
    let total: f32 = path.windows(2).map(|pair| pair[0].distance(pair[1])).sum();
    let shift = (secs * f64::from(DOT_SPEED)).rem_euclid(f64::from(DOT_SPACING)) as f32;
    let mut along = shift;
    while along < total - HEAD {
        if let Some(place) = place_on(path, along) {
            painter.circle_filled(place, size, color);
        }
        along += DOT_SPACING;
    }
}

/// The place on a way that lies `along` points from its start.
fn place_on(path: &[Pos2], mut along: f32) -> Option<Pos2> {
    for pair in path.windows(2) {
        let length = pair[0].distance(pair[1]);
        if along <= length && length > 0.0 {
            let offset: Vec2 = (pair[1] - pair[0]) * (along / length);
            return Some(pair[0] + offset);
        }
        along -= length;
    }
    None
}

#[cfg(test)]
mod tests {
    use eframe::egui::pos2;

    use super::*;

    #[test]
    fn places_follow_the_way_around_a_corner() {
        let path = [pos2(0.0, 0.0), pos2(10.0, 0.0), pos2(10.0, 10.0)];
        assert_eq!(place_on(&path, 4.0), Some(pos2(4.0, 0.0)));
        assert_eq!(place_on(&path, 15.0), Some(pos2(10.0, 5.0)));
        assert_eq!(place_on(&path, 21.0), None);
    }
}
