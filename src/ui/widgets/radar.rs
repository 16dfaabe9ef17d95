//! Shares of classes around a circle: generated ones as an area, real ones as a line, and what is missed plainly marked.

use std::f32::consts::TAU;

use eframe::egui::epaint::{Mesh, Vertex, WHITE_UV};
use eframe::egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Shape, Stroke, Ui, Vec2, pos2, vec2};

use crate::ui::theme::{CURVE_WIDTH, Palette, strong_family};

/// Rings of the net, the outermost one included.
const RINGS: usize = 3;
/// How far names stand from the net.
const NAME_GAP: f32 = 7.0;
/// How much of what lies below the generated area is seen through it.
const AREA_OPACITY: f32 = 0.32;
/// Letters of the longest name that is written out.
const MAX_LETTERS: usize = 14;

/// What a radar shows: a share of both kinds for each name. Shares of one kind sum to 1.
#[derive(Debug, Clone, Copy)]
pub struct Radar<'a> {
    /// Names around the circle, from the top clockwise.
    pub names: &'a [String],
    /// Shares among generated samples.
    pub fake: &'a [f64],
    /// Shares among real samples.
    pub real: &'a [f64],
    /// Size of the names.
    pub text: f32,
    /// Whether the share of each stands below its name.
    pub has_numbers: bool,
}

/// Paints a radar into `rect`.
pub fn paint_radar(ui: &Ui, rect: Rect, radar: &Radar<'_>) {
    let palette = Palette::of(ui);
    let painter = ui.painter();
    let lines = if radar.has_numbers { 2.2 } else { 1.1 };
    let radius = (rect.height() / 2.0 - lines * radar.text - NAME_GAP).max(8.0);
    let net = Net { center: rect.center(), radius, count: radar.names.len().max(1) };
    let largest = radar.fake.iter().chain(radar.real).copied().fold(f64::MIN_POSITIVE, f64::max);
    let outline = |shares: &[f64]| -> Vec<Pos2> {
        shares.iter().enumerate().map(|(index, share)| net.place(index, (share / largest) as f32)).collect()
    };
    for ring in 1..=RINGS {
        let ring: Vec<Pos2> = (0..net.count).map(|index| net.place(index, ring as f32 / RINGS as f32)).collect();
        painter.add(Shape::closed_line(ring, Stroke::new(1.0, palette.line)));
    }
    for index in 0..net.count {
        painter.line_segment([net.center, net.place(index, 1.0)], Stroke::new(1.0, palette.line));
    }
    let (fake, real) = (outline(radar.fake), outline(radar.real));
    painter.add(area(net.center, &fake, palette.generated.gamma_multiply(AREA_OPACITY)));
    painter.add(Shape::closed_line(real, Stroke::new(CURVE_WIDTH, palette.real)));
    painter.add(Shape::closed_line(fake.clone(), Stroke::new(CURVE_WIDTH, palette.generated)));
    for (index, (name, &share)) in radar.names.iter().zip(radar.fake).enumerate() {
        let is_missed = share <= 0.0;
        if is_missed {
            cross(painter, net.place(index, 1.0), 0.35 * radar.text, palette.error);
        } else if let Some(&at) = fake.get(index) {
            painter.circle_filled(at, CURVE_WIDTH, palette.generated);
        }
        name_ui(ui, &net, index, radar, (name, share));
    }
}

/// A circle of axes.
struct Net {
    center: Pos2,
    radius: f32,
    count: usize,
}

impl Net {
    /// The direction of an axis: the first points up, the others follow clockwise.
    fn direction(&self, index: usize) -> Vec2 {
        let angle = TAU * index as f32 / self.count as f32;
        vec2(angle.sin(), -angle.cos())
    }

    /// A place on an axis: 0 in the middle, 1 at its end.
    fn place(&self, index: usize, share: f32) -> Pos2 {
        self.center + self.direction(index) * self.radius * share
    }
}

/// A star-shaped area as a fan around its middle: it need not be convex.
fn area(center: Pos2, outline: &[Pos2], color: Color32) -> Mesh {
    let mut mesh = Mesh::default();
    let vertex = |pos| Vertex { pos, uv: WHITE_UV, color };
    mesh.vertices.push(vertex(center));
    mesh.vertices.extend(outline.iter().map(|&pos| vertex(pos)));
    let count = outline.len() as u32;
    for index in 0..count {
        mesh.add_triangle(0, 1 + index, 1 + (index + 1) % count);
    }
    mesh
}

fn cross(painter: &Painter, at: Pos2, half: f32, color: Color32) {
    for side in [-1.0, 1.0] {
        let arm = vec2(half, side * half);
        painter.line_segment([at - arm, at + arm], Stroke::new(2.5, color));
    }
}

fn name_ui(ui: &Ui, net: &Net, index: usize, radar: &Radar<'_>, (name, share): (&str, f64)) {
    let palette = Palette::of(ui);
    let direction = net.direction(index);
    let is_missed = share <= 0.0;
    let (color, font) = if is_missed {
        (palette.error, FontId::new(radar.text, strong_family()))
    } else {
        (palette.text, FontId::proportional(radar.text))
    };
    let mut lines = vec![shortened(name)];
    if radar.has_numbers {
        lines.push(if is_missed { "missed".to_owned() } else { format!("{:.1} %", 100.0 * share) });
    }
    let height = 1.15 * radar.text;
    let block = height * lines.len() as f32;
    let anchor = net.place(index, 1.0) + direction * NAME_GAP;
    // Above the circle the block stands on its anchor, below it hangs, beside it is centred.
    let top = anchor.y - block * (1.0 - direction.y) / 2.0;
    let align = if direction.x.abs() < 0.2 {
        Align2::CENTER_TOP
    } else if direction.x > 0.0 {
        Align2::LEFT_TOP
    } else {
        Align2::RIGHT_TOP
    };
    for (line, text) in lines.into_iter().enumerate() {
        let color = if line > 0 && !is_missed { palette.text_weak } else { color };
        ui.painter().text(pos2(anchor.x, top + height * line as f32), align, text, font.clone(), color);
    }
}

/// A name without what there is no room for.
fn shortened(name: &str) -> String {
    if name.chars().count() <= MAX_LETTERS {
        return name.to_owned();
    }
    name.chars().take(MAX_LETTERS - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_go_clockwise_from_the_top() {
        let net = Net { center: pos2(10.0, 10.0), radius: 4.0, count: 4 };
        for (index, [x, y]) in [[10.0, 6.0], [14.0, 10.0], [10.0, 14.0], [6.0, 10.0]].into_iter().enumerate() {
            assert!(net.place(index, 1.0).distance(pos2(x, y)) < 1e-4, "{index}");
        }
        assert!(net.place(1, 0.5).distance(pos2(12.0, 10.0)) < 1e-4);
    }

    #[test]
    fn an_area_is_a_triangle_for_each_side() {
        let outline = [pos2(0.0, -1.0), pos2(1.0, 0.0), pos2(0.0, 1.0)];
        let mesh = area(Pos2::ZERO, &outline, Color32::WHITE);
        assert_eq!(mesh.indices, [0, 1, 2, 0, 2, 3, 0, 3, 1]);
        assert!(area(Pos2::ZERO, &[], Color32::WHITE).indices.is_empty());
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(shortened("Ankle boot"), "Ankle boot");
        assert_eq!(shortened("A very long name indeed").chars().count(), MAX_LETTERS);
    }
}
