//! How densely generated points lie, as a texture in their colour.

use eframe::egui::epaint::RectShape;
use eframe::egui::{self, Color32, ColorImage, Painter, Rect, TextureHandle, TextureOptions, pos2};

use super::camera::StageTransform;
use crate::trainer::Density;

/// The texture and what it was made from.
#[derive(Default)]
pub struct DensityMap {
    texture: Option<TextureHandle>,
    density: Option<Density>,
    color: Color32,
}

impl DensityMap {
    /// Takes in a new density, or that there is none.
    pub fn update(&mut self, ctx: &egui::Context, color: Color32, density: Option<&Density>) {
        self.density = density.filter(|it| it.side > 0 && it.shares.len() == it.side * it.side).cloned();
        self.color = color;
        self.upload(ctx);
    }

    /// Draws the same density in another theme's colour, if the theme changed.
    pub fn follow_theme(&mut self, ctx: &egui::Context, color: Color32) {
        if self.color != color {
            self.color = color;
            self.upload(ctx);
        }
    }

    /// Draws it where it lies on the stage.
    pub fn paint(&self, painter: &Painter, transform: &StageTransform) {
        if let (Some(density), Some(texture)) = (&self.density, &self.texture) {
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            let shape = RectShape::filled(transform.rect(density.bounds), 0, Color32::WHITE);
            painter.add(shape.with_texture(texture.id(), whole));
        }
    }

    fn upload(&mut self, ctx: &egui::Context) {
        let Some(density) = &self.density else { return };
        // Rows come from the least y upwards; a texture's first row is its top.
        let rows = density.shares.chunks_exact(density.side).rev();
        let pixels = rows.flatten().map(|&share| self.color.gamma_multiply(share.clamp(0.0, 1.0))).collect();
        let image = ColorImage::new([density.side, density.side], pixels);
        match &mut self.texture {
            Some(texture) => texture.set(image, TextureOptions::LINEAR),
            None => self.texture = Some(ctx.load_texture("density", image, TextureOptions::LINEAR)),
        }
    }
}
