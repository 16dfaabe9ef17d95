//! Many small pictures in one texture, with sharp pixels.

use eframe::egui::{self, Color32, ColorImage, Painter, Rect, TextureHandle, TextureOptions, Vec2, pos2};

use crate::data::Pictures;

/// A texture of pictures side by side.
#[derive(Default)]
pub struct Atlas {
    texture: Option<TextureHandle>,
    len: usize,
    columns: usize,
    rows: usize,
    aspect: f32,
}

impl Atlas {
    /// Number of pictures.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no picture.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Width over height of one picture.
    pub fn aspect(&self) -> f32 {
        if self.len == 0 { 1.0 } else { self.aspect }
    }

    /// Takes in new pictures.
    pub fn update(&mut self, ctx: &egui::Context, name: &str, pictures: &Pictures) {
        self.len = pictures.len();
        if self.len == 0 {
            return;
        }
        self.columns = (self.len as f32).sqrt().ceil() as usize;
        self.rows = self.len.div_ceil(self.columns);
        self.aspect = pictures.width as f32 / pictures.height as f32;
        let image = lay_out(pictures, self.columns, self.rows);
        match &mut self.texture {
            Some(texture) => texture.set(image, TextureOptions::NEAREST),
            None => self.texture = Some(ctx.load_texture(name, image, TextureOptions::NEAREST)),
        }
    }

    /// Draws picture `index` into `rect`.
    pub fn paint(&self, painter: &Painter, index: usize, rect: Rect) {
        if let Some(texture) = self.texture.as_ref().filter(|_| index < self.len) {
            let size = Vec2::new(1.0 / self.columns as f32, 1.0 / self.rows as f32);
            let corner = pos2((index % self.columns) as f32 * size.x, (index / self.columns) as f32 * size.y);
            painter.image(texture.id(), rect, Rect::from_min_size(corner, size), Color32::WHITE);
        }
    }
}

/// The first of some pictures as an image.
pub fn color_image(pictures: &Pictures) -> ColorImage {
    lay_out(pictures, 1, 1)
}

/// Pictures side by side; a fourth channel is their opacity.
fn lay_out(pictures: &Pictures, columns: usize, rows: usize) -> ColorImage {
    let Pictures { channels, height, width, .. } = *pictures;
    let mut image = ColorImage::filled(
        [columns * width, rows * height],
        if channels == 4 { Color32::TRANSPARENT } else { Color32::BLACK },
    );
    let stride = columns * width;
    for (index, picture) in pictures.iter().take(columns * rows).enumerate() {
        let corner = (index / columns) * height * stride + (index % columns) * width;
        for (row, line) in picture.chunks_exact(width * channels).enumerate() {
            let start = corner + row * stride;
            for (pixel, values) in image.pixels[start..start + width].iter_mut().zip(line.chunks_exact(channels)) {
                *pixel = match *values {
                    [red, green, blue, alpha] => Color32::from_rgba_unmultiplied(red, green, blue, alpha),
                    [red, green, blue, ..] => Color32::from_rgb(red, green, blue),
                    [grey, ..] => Color32::from_gray(grey),
                    [] => Color32::BLACK,
                };
            }
        }
    }
    image
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_lie_side_by_side_row_by_row() {
        let pictures = Pictures { channels: 1, height: 1, width: 2, pixels: vec![1, 2, 3, 4, 5, 6] };
        let image = lay_out(&pictures, 2, 2);
        let greys: Vec<_> = image.pixels.iter().map(eframe::egui::Color32::r).collect();
        assert_eq!(greys, [1, 2, 3, 4, 5, 6, 0, 0]);
    }

    #[test]
    fn colours_keep_their_channels() {
        let pictures = Pictures { channels: 3, height: 1, width: 1, pixels: vec![10, 20, 30] };
        assert_eq!(lay_out(&pictures, 1, 1).pixels, [Color32::from_rgb(10, 20, 30)]);
    }
}
