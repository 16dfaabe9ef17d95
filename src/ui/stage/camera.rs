//! Where the stage looks: pan and zoom of the plane, with a way back.

use eframe::egui::{Pos2, Rect, Vec2, pos2, vec2};

/// The farthest one can zoom in.
const MAX_ZOOM: f32 = 60.0;
/// The farthest one can zoom out.
const MIN_ZOOM: f32 = 0.25;
/// Share of the stage left free around the data when it fits.
const MARGIN: f32 = 0.02;
/// Data in a smaller square than this is shown as a single place.
const MIN_HALF_SIDE: f32 = 1e-6;

/// A view of the plane, relative to the square that holds the data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Camera {
    /// Shift of the view's middle from the data's middle, in halves of the data's side.
    shift: Vec2,
    /// 1 fits the data.
    zoom: f32,
}

impl Default for Camera {
    fn default() -> Self {
        Self { shift: Vec2::ZERO, zoom: 1.0 }
    }
}

impl Camera {
    /// Whether all of the data is in sight, as at the start.
    pub fn is_fitted(&self) -> bool {
        *self == Self::default()
    }

    /// Follows the hand: `delta` points on a stage where the data's half side is `half` points long.
    pub fn pan(&mut self, delta: Vec2, half: f32) {
        self.shift -= vec2(delta.x, -delta.y) / half.max(f32::MIN_POSITIVE);
    }

    /// Zooms by `factor` around the place that lies `offset` points from the stage's middle.
    pub fn zoom_around(&mut self, factor: f32, offset: Vec2, half: f32) {
        let zoom = (self.zoom * factor).clamp(MIN_ZOOM, MAX_ZOOM);
        let factor = zoom / self.zoom;
        let place = vec2(offset.x, -offset.y) / half.max(f32::MIN_POSITIVE);
        self.shift += place * (1.0 - 1.0 / factor);
        self.zoom = zoom;
    }

    /// The transform for data that lies in `bounds` (least and greatest corner), shown in `stage`.
    pub fn transform(&self, stage: Rect, bounds: [[f32; 2]; 2]) -> StageTransform {
        let [[x0, y0], [x1, y1]] = bounds;
        let half_side = (0.5 * (x1 - x0).max(y1 - y0)).max(MIN_HALF_SIDE);
        let fitted = 0.5 * stage.width().min(stage.height()) * (1.0 - MARGIN);
        let half = (fitted * self.zoom).max(1.0);
        let middle = [0.5 * (x0 + x1) + self.shift.x * half_side, 0.5 * (y0 + y1) + self.shift.y * half_side];
        StageTransform { origin: stage.center(), middle, scale: half / half_side, half }
    }
}

/// From the plane to the screen and back. The plane's y axis points up, the screen's down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StageTransform {
    origin: Pos2,
    middle: [f32; 2],
    scale: f32,
    half: f32,
}

impl StageTransform {
    /// Length of half the data's side on screen.
    pub fn half(&self) -> f32 {
        self.half
    }

    /// Where `point` lies on screen.
    pub fn screen(&self, point: [f32; 2]) -> Pos2 {
        let [x, y] = point;
        self.origin + self.scale * vec2(x - self.middle[0], self.middle[1] - y)
    }

    /// What lies at `position`.
    pub fn plane(&self, position: Pos2) -> [f32; 2] {
        let offset = (position - self.origin) / self.scale;
        [self.middle[0] + offset.x, self.middle[1] - offset.y]
    }

    /// Where the square between two corners of the plane lies on screen.
    pub fn rect(&self, bounds: [[f32; 2]; 2]) -> Rect {
        let [[x0, y0], [x1, y1]] = bounds;
        let (a, b) = (self.screen([x0, y1]), self.screen([x1, y0]));
        Rect::from_min_max(pos2(a.x, a.y), pos2(b.x, b.y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAGE: Rect = Rect { min: pos2(100.0, 50.0), max: pos2(900.0, 650.0) };
    const BOUNDS: [[f32; 2]; 2] = [[-2.0, -2.0], [2.0, 2.0]];

    fn close(a: [f32; 2], b: [f32; 2]) -> bool {
        (a[0] - b[0]).abs() < 1e-3 && (a[1] - b[1]).abs() < 1e-3
    }

    #[test]
    fn the_screen_and_the_plane_agree() {
        let mut camera = Camera::default();
        camera.zoom_around(3.0, vec2(40.0, -70.0), 300.0);
        let transform = camera.transform(STAGE, BOUNDS);
        for point in [[0.0, 0.0], [1.5, -0.3], [-2.0, 2.0]] {
            assert!(close(transform.plane(transform.screen(point)), point));
        }
    }

    #[test]
    fn all_data_is_in_sight_at_the_start_and_up_is_up() {
        let transform = Camera::default().transform(STAGE, BOUNDS);
        assert!(STAGE.contains_rect(transform.rect(BOUNDS)));
        assert!(transform.screen([0.0, 1.0]).y < transform.screen([0.0, -1.0]).y);
    }

    #[test]
    fn what_is_under_the_pointer_stays_there_while_zooming() {
        let mut camera = Camera::default();
        let pointer = pos2(640.0, 210.0);
        let before = camera.transform(STAGE, BOUNDS);
        camera.zoom_around(2.5, pointer - STAGE.center(), before.half());
        let after = camera.transform(STAGE, BOUNDS);
        assert!(close(before.plane(pointer), after.plane(pointer)));
        let half = after.half();
        camera.pan(vec2(30.0, 10.0), half);
        let panned = camera.transform(STAGE, BOUNDS);
        assert!(close(panned.plane(pointer + vec2(30.0, 10.0)), after.plane(pointer)));
    }

    #[test]
    fn empty_bounds_do_no_harm() {
        let transform = Camera::default().transform(STAGE, [[0.0, 0.0], [0.0, 0.0]]);
        assert!(transform.screen([0.0, 0.0]).is_finite());
    }
}
