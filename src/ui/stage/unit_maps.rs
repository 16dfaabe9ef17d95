//! What units answer over a plane, as many small maps in one texture.

use eframe::egui::{self, Color32, ColorImage, Painter, Rect, TextureHandle, TextureOptions, pos2};

use crate::trainer::{LayerPicture, SHOWN_UNITS, UNIT_SIDE};
use crate::ui::theme::Palette;

/// One texture: a row of maps per layer.
#[derive(Default)]
pub struct UnitMaps {
    texture: Option<TextureHandle>,
    rows: usize,
}

impl UnitMaps {
    /// Takes in new answers.
    pub fn update(&mut self, ctx: &egui::Context, palette: &Palette, layers: &[LayerPicture]) {
        self.rows = layers.len();
        if layers.iter().all(|layer| layer.units.is_empty()) {
            return;
        }
        let width = SHOWN_UNITS * UNIT_SIDE;
        let mut image = ColorImage::filled([width, self.rows * UNIT_SIDE], palette.heat_middle);
        for (row, layer) in layers.iter().enumerate() {
            for (column, unit) in layer.units.iter().enumerate().take(SHOWN_UNITS) {
                // Answers come from the least y upwards; a texture's first row is its top.
                for (line, answers) in unit.answers.chunks_exact(UNIT_SIDE).rev().enumerate().take(UNIT_SIDE) {
                    let start = (row * UNIT_SIDE + line) * width + column * UNIT_SIDE;
                    for (pixel, &answer) in image.pixels[start..start + UNIT_SIDE].iter_mut().zip(answers) {
                        *pixel = palette.signed(answer);
                    }
                }
            }
        }
        match &mut self.texture {
            Some(texture) => texture.set(image, TextureOptions::LINEAR),
            None => self.texture = Some(ctx.load_texture("units", image, TextureOptions::LINEAR)),
        }
    }

    /// Draws the map of a unit of a layer, as strong as `tint`.
    pub fn paint(&self, painter: &Painter, layer: usize, unit: usize, rect: Rect, tint: Color32) {
        if let Some(texture) = self.texture.as_ref().filter(|_| layer < self.rows && unit < SHOWN_UNITS) {
            let (columns, rows) = (SHOWN_UNITS as f32, self.rows as f32);
            // Half a cell in from the edge, so that neighbours do not shine through.
            let inset = 0.5 / UNIT_SIDE as f32;
            let (x, y) = (unit as f32, layer as f32);
            let uv = Rect::from_min_max(
                pos2((x + inset) / columns, (y + inset) / rows),
                pos2((x + 1.0 - inset) / columns, (y + 1.0 - inset) / rows),
            );
            painter.image(texture.id(), rect, uv, tint);
        }
    }
}
