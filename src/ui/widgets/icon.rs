//! Signs drawn with lines, so that they look alike on every system and at every scale.

use eframe::egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, Vec2, pos2, vec2};

/// A sign on a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// Train.
    Play,
    /// Stop for now.
    Pause,
    /// One step.
    Step,
    /// Start again.
    Reset,
    /// The menu.
    Menu,
    /// What it all means.
    Help,
    /// To a file.
    Save,
    /// From a file.
    Open,
    /// Away.
    Close,
    /// Back by one.
    Undo,
    /// On by one again.
    Redo,
    /// Nothing left.
    Clear,
    /// Others.
    Shuffle,
    /// See all.
    Fit,
    /// The panel at the left.
    PanelLeft,
    /// The panel at the right.
    PanelRight,
    /// The panel below.
    PanelBottom,
}

impl Icon {
    /// Draws the sign in a square around the middle of `rect`.
    pub fn paint(self, painter: &Painter, rect: Rect, color: Color32) {
        let side = rect.width().min(rect.height());
        let center = rect.center();
        let at = |x: f32, y: f32| center + side * vec2(x, y);
        let stroke = Stroke::new((side * 0.11).max(1.5), color);
        match self {
            Self::Play => triangle(painter, [at(-0.28, -0.38), at(0.40, 0.0), at(-0.28, 0.38)], color),
            Self::Pause => {
                for x in [-0.20, 0.20] {
                    painter.rect_filled(
                        Rect::from_center_size(at(x, 0.0), side * vec2(0.20, 0.72)),
                        side * 0.05,
                        color,
                    );
                }
            }
            Self::Step => {
                triangle(painter, [at(-0.36, -0.34), at(0.20, 0.0), at(-0.36, 0.34)], color);
                painter.rect_filled(Rect::from_center_size(at(0.32, 0.0), side * vec2(0.14, 0.68)), side * 0.04, color);
            }
            Self::Reset => reset(painter, center, side, stroke),
            Self::Menu => {
                for y in [-0.26, 0.0, 0.26] {
                    painter.line_segment([at(-0.36, y), at(0.36, y)], stroke);
                }
            }
            Self::Help => help(painter, center, side, stroke),
            Self::Save => {
                arrow(painter, at(0.0, -0.40), at(0.0, 0.16), side, stroke);
                polyline(painter, &[at(-0.38, 0.10), at(-0.38, 0.38), at(0.38, 0.38), at(0.38, 0.10)], stroke);
            }
            Self::Open => {
                arrow(painter, at(0.0, 0.16), at(0.0, -0.40), side, stroke);
                polyline(painter, &[at(-0.38, 0.10), at(-0.38, 0.38), at(0.38, 0.38), at(0.38, 0.10)], stroke);
            }
            Self::Close => {
                painter.line_segment([at(-0.26, -0.26), at(0.26, 0.26)], stroke);
                painter.line_segment([at(-0.26, 0.26), at(0.26, -0.26)], stroke);
            }
            Self::Undo => turn(painter, center, side, stroke, 1.0),
            Self::Redo => turn(painter, center, side, stroke, -1.0),
            Self::Clear => {
                polyline(painter, &[at(-0.28, -0.22), at(-0.20, 0.40), at(0.20, 0.40), at(0.28, -0.22)], stroke);
                painter.line_segment([at(-0.38, -0.24), at(0.38, -0.24)], stroke);
                painter.line_segment([at(-0.12, -0.38), at(0.12, -0.38)], stroke);
            }
            Self::Shuffle => {
                for y in [-0.24, 0.24] {
                    polyline(painter, &[at(-0.44, -y), at(-0.22, -y), at(0.06, y), at(0.16, y)], stroke);
                    triangle(painter, [at(0.16, y - 0.17), at(0.46, y), at(0.16, y + 0.17)], color);
                }
            }
            Self::Fit => {
                for (x, y) in [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)] {
                    let (near, far) = (0.14, 0.36);
                    polyline(painter, &[at(x * near, y * far), at(x * far, y * far), at(x * far, y * near)], stroke);
                }
            }
            Self::PanelLeft => panel(painter, at(0.0, 0.0), side, stroke, vec2(-1.0, 0.0)),
            Self::PanelRight => panel(painter, at(0.0, 0.0), side, stroke, vec2(1.0, 0.0)),
            Self::PanelBottom => panel(painter, at(0.0, 0.0), side, stroke, vec2(0.0, 1.0)),
        }
    }
}

fn triangle(painter: &Painter, corners: [Pos2; 3], color: Color32) {
    painter.add(Shape::convex_polygon(corners.to_vec(), color, Stroke::NONE));
}

fn polyline(painter: &Painter, points: &[Pos2], stroke: Stroke) {
    painter.add(Shape::line(points.to_vec(), stroke));
}

fn arrow(painter: &Painter, tail: Pos2, head: Pos2, side: f32, stroke: Stroke) {
    painter.line_segment([tail, head], stroke);
    let back = (tail - head).normalized() * side * 0.24;
    let across = back.rot90();
    polyline(painter, &[head + back + across, head, head + back - across], stroke);
}

fn reset(painter: &Painter, center: Pos2, side: f32, stroke: Stroke) {
    use std::f32::consts::TAU;
    let radius = side * 0.34;
    // From the upper right, clockwise, nearly all the way round.
    let angle = |share: f32| TAU * (-0.06 + 0.80 * share);
    let at = |share: f32| center + radius * Vec2::angled(angle(share));
    let arc: Vec<_> = (0..=24).map(|part| at(part as f32 / 24.0)).collect();
    polyline(painter, &arc, stroke);
    let tip = at(1.0) + radius * 0.30 * Vec2::angled(angle(1.0) + TAU / 4.0);
    let out = radius * 0.52;
    let base = at(0.94);
    let normal = Vec2::angled(angle(0.94));
    triangle(painter, [base + out * normal, tip + pos2(0.0, 0.0).to_vec2(), base - out * normal], stroke.color);
}

/// An arrow that turns back, to the left where `towards` is 1, to the right where it is -1.
fn turn(painter: &Painter, center: Pos2, side: f32, stroke: Stroke, towards: f32) {
    let at = |x: f32, y: f32| center + side * vec2(towards * x, y);
    let arc = (0..=16).map(|part| {
        let angle = std::f32::consts::PI * (part as f32 / 16.0 - 0.5);
        at(0.10 + 0.26 * angle.cos(), 0.08 + 0.26 * angle.sin())
    });
    let path: Vec<_> = [at(-0.32, -0.18)].into_iter().chain(arc).chain([at(-0.16, 0.34)]).collect();
    polyline(painter, &path, stroke);
    polyline(painter, &[at(-0.14, -0.38), at(-0.36, -0.18), at(-0.14, 0.02)], stroke);
}

fn help(painter: &Painter, center: Pos2, side: f32, stroke: Stroke) {
    let at = |x: f32, y: f32| center + side * vec2(x, y);
    polyline(
        painter,
        &[
            at(-0.20, -0.20),
            at(-0.15, -0.34),
            at(0.0, -0.40),
            at(0.16, -0.34),
            at(0.20, -0.20),
            at(0.14, -0.07),
            at(0.02, 0.02),
            at(0.0, 0.16),
        ],
        stroke,
    );
    painter.circle_filled(at(0.0, 0.36), stroke.width * 0.75, stroke.color);
}

fn panel(painter: &Painter, center: Pos2, side: f32, stroke: Stroke, towards: Vec2) {
    let thin = Stroke::new(stroke.width * 0.8, stroke.color);
    let frame = Rect::from_center_size(center, side * vec2(0.80, 0.66));
    painter.rect_stroke(frame, side * 0.08, thin, eframe::egui::StrokeKind::Middle);
    let mut filled = frame;
    if towards.x < 0.0 {
        filled.set_right(frame.left() + frame.width() * 0.36);
    } else if towards.x > 0.0 {
        filled.set_left(frame.right() - frame.width() * 0.36);
    } else {
        filled.set_top(frame.bottom() - frame.height() * 0.38);
    }
    painter.rect_filled(filled, side * 0.06, stroke.color);
}
