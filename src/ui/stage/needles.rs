//! Many arrows and many short lines in one mesh each: needles that are broad where they start and end in a point.

use std::sync::Arc;

use eframe::egui::epaint::WHITE_UV;
use eframe::egui::{Color32, Mesh, Painter, Pos2, Shape, Vec2};

/// Width of a needle's broad end.
const WIDTH: f32 = 4.0;
/// Needles shorter than this are not drawn: nothing pulls there.
const SHORTEST: f32 = 1.0;
/// Of the arrows sorted by length, the place of the one that is drawn as long as may be.
const REFERENCE_SHARE: f32 = 0.9;

/// A mesh that is filled anew for each frame without asking for memory again.
#[derive(Default)]
pub struct Needles {
    mesh: Arc<Mesh>,
}

impl Needles {
    /// Draws an arrow from each place that can be seen. `longest` is on the screen; arrows keep their proportions, but for the few
    /// that would be longer.
    pub fn paint(&mut self, painter: &Painter, color: Color32, longest: f32, arrows: &[(Pos2, Vec2)]) {
        let reference = reference_length(arrows);
        let seen = painter.clip_rect().expand(longest);
        self.fill(painter, |mesh| {
            for &(from, arrow) in arrows.iter().filter(|(from, _)| seen.contains(*from)) {
                let length = longest * (arrow.length() / reference).min(1.0);
                if length < SHORTEST || !length.is_finite() {
                    continue;
                }
                let along = arrow.normalized() * length;
                let across = along.rot90().normalized() * (0.5 * WIDTH);
                add_polygon(mesh, &[from + across, from - across, from + along], color);
            }
        });
    }

    /// Draws lines of one width, each piece in its own colour.
    pub fn paint_lines(&mut self, painter: &Painter, width: f32, pieces: impl Iterator<Item = ([Pos2; 2], Color32)>) {
        let seen = painter.clip_rect();
        self.fill(painter, |mesh| {
            for ([from, to], color) in pieces.filter(|([from, to], _)| seen.contains(*from) || seen.contains(*to)) {
                let across = (to - from).rot90().normalized() * (0.5 * width);
                add_polygon(mesh, &[from + across, from - across, to - across, to + across], color);
            }
        });
    }

    fn fill(&mut self, painter: &Painter, fill: impl FnOnce(&mut Mesh)) {
        // The painter let go of the mesh when the last frame was done; if it did not, a copy is made.
        let mesh = Arc::make_mut(&mut self.mesh);
        mesh.clear();
        fill(mesh);
        painter.add(Shape::Mesh(Arc::clone(&self.mesh)));
    }
}

/// The length that is drawn as long as may be; never zero.
fn reference_length(arrows: &[(Pos2, Vec2)]) -> f32 {
    let mut lengths: Vec<f32> = arrows.iter().map(|(_, arrow)| arrow.length()).filter(|it| it.is_finite()).collect();
    if lengths.is_empty() {
        return 1.0;
    }
    let place = ((lengths.len() - 1) as f32 * REFERENCE_SHARE) as usize;
    lengths.select_nth_unstable_by(place, f32::total_cmp).1.max(f32::MIN_POSITIVE)
}

/// A convex polygon as a fan of triangles.
fn add_polygon(mesh: &mut Mesh, corners: &[Pos2], color: Color32) {
    let first = mesh.vertices.len() as u32;
    for &pos in corners {
        mesh.vertices.push(eframe::egui::epaint::Vertex { pos, uv: WHITE_UV, color });
    }
    for corner in 2..corners.len() as u32 {
        mesh.add_triangle(first, first + corner - 1, first + corner);
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::{pos2, vec2};

    use super::*;

    #[test]
    fn the_reference_is_a_long_arrow_but_not_the_longest() {
        let arrows: Vec<_> = (0..=10_u8).map(|length| (pos2(0.0, 0.0), vec2(f32::from(length), 0.0))).collect();
        assert!((reference_length(&arrows) - 9.0).abs() < 1e-6);
        assert!((reference_length(&[]) - 1.0).abs() < 1e-6);
        assert!(reference_length(&[(pos2(0.0, 0.0), vec2(0.0, 0.0))]) > 0.0);
        assert!((reference_length(&[(pos2(0.0, 0.0), vec2(f32::NAN, 0.0))]) - 1.0).abs() < 1e-6);
    }
}
