//! The discriminator's opinion of the plane, as a texture that is smooth between its cells.

use eframe::egui::epaint::RectShape;
use eframe::egui::{self, Color32, ColorImage, Painter, Rect, TextureHandle, TextureOptions, pos2};

use super::camera::StageTransform;
use crate::trainer::Opinion;
use crate::ui::theme::{CARD_RADIUS, Palette};

/// The texture and the scores it was made from.
#[derive(Default)]
pub struct HeatMap {
    texture: Option<TextureHandle>,
    opinion: Option<Opinion>,
    is_dark: bool,
}

impl HeatMap {
    /// Takes in a new opinion, or that there is none.
    pub fn update(&mut self, ctx: &egui::Context, palette: &Palette, opinion: Option<&Opinion>) {
        self.opinion = opinion.filter(|it| it.side > 0 && it.scores.len() == it.side * it.side).cloned();
        self.upload(ctx, palette);
    }

    /// Draws the same opinion in the colours of another theme, if the theme changed.
    pub fn follow_theme(&mut self, ctx: &egui::Context, palette: &Palette, is_dark: bool) {
        if self.is_dark != is_dark {
            self.is_dark = is_dark;
            self.upload(ctx, palette);
        }
    }

    /// Draws it where it lies on the stage.
    pub fn paint(&self, painter: &Painter, transform: &StageTransform) {
        if let (Some(opinion), Some(texture)) = (&self.opinion, &self.texture) {
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            let shape = RectShape::filled(transform.rect(opinion.bounds), CARD_RADIUS, Color32::WHITE);
            painter.add(shape.with_texture(texture.id(), whole));
        }
    }

    /// Draws the whole of it into `rect`, as strong as `tint`.
    pub fn paint_whole(&self, painter: &Painter, rect: Rect, tint: Color32) {
        if let (Some(_), Some(texture)) = (&self.opinion, &self.texture) {
            painter.image(texture.id(), rect, Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0)), tint);
        }
    }

    /// The score at a place of the plane, between the cells as the texture shows it; `None` outside.
    pub fn score_at(&self, point: [f32; 2]) -> Option<f32> {
        let Opinion { bounds: [low, high], side, scores } = self.opinion.as_ref()?;
        let place = |axis: usize| {
            let share = (point[axis] - low[axis]) / (high[axis] - low[axis]);
            (0.0..=1.0).contains(&share).then(|| (share * *side as f32 - 0.5).clamp(0.0, (*side - 1) as f32))
        };
        let (x, y) = (place(0)?, place(1)?);
        let (column, row) = (x.floor() as usize, y.floor() as usize);
        let at = |column: usize, row: usize| scores[row.min(side - 1) * side + column.min(side - 1)];
        let (across, up) = (x.fract(), y.fract());
        let lower = egui::lerp(at(column, row)..=at(column + 1, row), across);
        let upper = egui::lerp(at(column, row + 1)..=at(column + 1, row + 1), across);
        Some(egui::lerp(lower..=upper, up))
    }

    fn upload(&mut self, ctx: &egui::Context, palette: &Palette) {
        let Some(opinion) = &self.opinion else { return };
        // Rows come from the least y upwards; a texture's first row is its top.
        let rows = opinion.scores.chunks_exact(opinion.side).rev();
        let pixels = rows.flatten().map(|&score| palette.heat(score)).collect();
        let image = ColorImage::new([opinion.side, opinion.side], pixels);
        match &mut self.texture {
            Some(texture) => texture.set(image, TextureOptions::LINEAR),
            None => self.texture = Some(ctx.load_texture("opinion", image, TextureOptions::LINEAR)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> HeatMap {
        let opinion = Opinion { bounds: [[0.0, 0.0], [2.0, 2.0]], side: 2, scores: vec![0.0, 1.0, 0.0, 1.0] };
        HeatMap { opinion: Some(opinion), ..HeatMap::default() }
    }

    #[test]
    fn scores_are_read_between_the_cells() {
        let map = map();
        assert_eq!(map.score_at([0.5, 0.5]), Some(0.0));
        assert_eq!(map.score_at([1.5, 1.5]), Some(1.0));
        assert_eq!(map.score_at([1.0, 1.0]), Some(0.5));
        assert_eq!(map.score_at([0.0, 0.0]), Some(0.0));
        assert_eq!(map.score_at([2.1, 1.0]), None);
    }

    #[test]
    fn an_opinion_of_the_wrong_size_is_not_shown() {
        let ctx = egui::Context::default();
        let mut map = HeatMap::default();
        let opinion = Opinion { bounds: [[0.0, 0.0], [1.0, 1.0]], side: 3, scores: vec![0.5; 4] };
        map.update(&ctx, &Palette::DARK, Some(&opinion));
        assert_eq!(map.score_at([0.5, 0.5]), None);
    }
}
