//! Many points in one mesh: discs for generated ones, rings for real ones, so that they differ in grey, too.

use std::sync::Arc;

use eframe::egui::{
    self, Color32, ColorImage, Mesh, Painter, Pos2, Rect, Shape, TextureHandle, TextureOptions, Vec2, pos2,
};

/// Side of one sign in the texture.
const SIGN: usize = 32;

/// The sign of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// Filled.
    Disc,
    /// Hollow.
    Ring,
}

/// A mesh that is filled anew for each frame without asking for memory again.
pub struct Cloud {
    mesh: Arc<Mesh>,
}

impl Default for Cloud {
    fn default() -> Self {
        Self { mesh: Arc::new(Mesh::default()) }
    }
}

impl Cloud {
    /// Draws each of the points that can be seen in its colour.
    pub fn paint(
        &mut self,
        painter: &Painter,
        signs: &Signs,
        marker: Marker,
        size: f32,
        points: impl Iterator<Item = (Pos2, Color32)>,
    ) {
        let seen = painter.clip_rect().expand(size);
        // The painter let go of the mesh when the last frame was done; if it did not, a copy is made.
        let mesh = Arc::make_mut(&mut self.mesh);
        mesh.clear();
        mesh.texture_id = signs.texture.id();
        for (position, color) in points.filter(|(position, _)| seen.contains(*position)) {
            mesh.add_rect_with_uv(Rect::from_center_size(position, Vec2::splat(size)), marker.uv(), color);
        }
        painter.add(Shape::Mesh(Arc::clone(&self.mesh)));
    }
}

impl Marker {
    fn uv(self) -> Rect {
        match self {
            Self::Disc => Rect::from_min_max(pos2(0.0, 0.0), pos2(0.5, 1.0)),
            Self::Ring => Rect::from_min_max(pos2(0.5, 0.0), pos2(1.0, 1.0)),
        }
    }

    /// How much of a place is covered, where `distance` is from the sign's middle in halves of its side.
    fn coverage(self, distance: f32) -> f32 {
        let soft = 2.5 / SIGN as f32;
        let outside = ((0.94 - distance) / soft).clamp(0.0, 1.0);
        match self {
            Self::Disc => outside,
            Self::Ring => outside * ((distance - 0.46) / soft).clamp(0.0, 1.0),
        }
    }
}

/// The texture that holds the signs.
pub struct Signs {
    texture: TextureHandle,
}

impl Signs {
    /// Draws the signs once.
    pub fn new(ctx: &egui::Context) -> Self {
        let mut pixels = Vec::with_capacity(2 * SIGN * SIGN);
        for row in 0..SIGN {
            for marker in [Marker::Disc, Marker::Ring] {
                for column in 0..SIGN {
                    let half = SIGN as f32 / 2.0;
                    let offset = egui::vec2(column as f32 + 0.5 - half, row as f32 + 0.5 - half) / half;
                    pixels.push(Color32::WHITE.gamma_multiply(marker.coverage(offset.length())));
                }
            }
        }
        let image = ColorImage::new([2 * SIGN, SIGN], pixels);
        Self { texture: ctx.load_texture("signs", image, TextureOptions::LINEAR) }
    }
}
