//! Everything that is drawn on the plane, from the heat map below to the walk on top.

use eframe::egui::{self, Align2, Color32, FontId, Painter, Pos2, Stroke};

use super::PointsStage;
use crate::state::StageLayer;
use crate::trainer::PointsView;
use crate::ui::scene::Scene;
use crate::ui::stage::{Cloud, DensityMap, Marker, Needles, Net, Piece, Signs, StageTransform, Trails, border, levels};
use crate::ui::theme::{POINT_SIZE, Palette, SMALL_TEXT, strong_family};

/// The longest arrow from a point, on the screen.
const ARROW_LENGTH: f32 = 30.0;
/// Width of the border.
const BORDER_WIDTH: f32 = 2.0;
/// Width of a level line.
const LEVEL_WIDTH: f32 = 1.4;
/// Size of a real point that training draws from, where they are few.
const TRAINED_ON_SIZE: f32 = 2.4 * POINT_SIZE;
/// Width of a trail.
const TRAIL_WIDTH: f32 = 1.6;

/// What is kept ready to be drawn.
#[derive(Default)]
pub(super) struct Layers {
    signs: Option<Signs>,
    clouds: [Cloud; 4],
    needles: [Needles; 5],
    border: Vec<Piece>,
    levels: Vec<Piece>,
    density: DensityMap,
    trails: Trails,
    net: Net,
}

impl Layers {
    pub(super) fn follow_theme(&mut self, ctx: &egui::Context, palette: &Palette) {
        self.density.follow_theme(ctx, palette.generated);
    }

    /// Takes in a new picture.
    pub(super) fn take_in(&mut self, ctx: &egui::Context, palette: &Palette, step: u64, view: &PointsView) {
        self.border = view.opinion.as_ref().map(border).unwrap_or_default();
        self.levels = view.opinion.as_ref().map(levels).unwrap_or_default();
        self.density.update(ctx, palette.generated, view.density.as_ref());
        self.trails.remember(step, &view.fake);
        self.net.update(view.warp.as_ref());
    }
}

/// Where and what to draw.
pub(super) struct Sheet<'a> {
    pub(super) painter: &'a Painter,
    pub(super) palette: &'a Palette,
    pub(super) scene: &'a Scene<'a>,
    pub(super) view: &'a PointsView,
    pub(super) transform: &'a StageTransform,
}

impl Sheet<'_> {
    /// Draws every layer that is on.
    pub(super) fn paint(&self, stage: &mut PointsStage) {
        let Self { painter, palette, view, transform, .. } = *self;
        if self.shows(StageLayer::Opinion) {
            stage.heat.paint(painter, transform);
        }
        if self.shows(StageLayer::Density) {
            stage.layers.density.paint(painter, transform);
        }
        if self.shows(StageLayer::Warp) {
            stage.layers.net.paint(painter, transform, view.bounds, palette.generator, stage.morph.place);
        }
        let Layers { border, levels, needles: [border_lines, .., level_lines], .. } = &mut stage.layers;
        if self.shows(StageLayer::Levels) {
            self.pieces((level_lines, LEVEL_WIDTH, palette.discriminator.gamma_multiply(0.75)), levels);
        }
        if self.shows(StageLayer::Border) {
            self.pieces((border_lines, BORDER_WIDTH, palette.discriminator), border);
        }
        if self.shows(StageLayer::Field) {
            self.field(&mut stage.layers);
        }
        if self.shows(StageLayer::Trails) {
            self.trails(&mut stage.layers);
        }
        self.points(stage);
        if self.shows(StageLayer::Path) {
            self.path(stage);
        }
    }

    fn shows(&self, layer: StageLayer) -> bool {
        self.scene.controls.shows(layer)
    }

    fn pieces(&self, (lines, width, color): (&mut Needles, f32, Color32), pieces: &[Piece]) {
        let pieces = pieces.iter().map(|ends| (ends.map(|place| self.transform.screen(place)), color));
        lines.paint_lines(self.painter, width, pieces);
    }

    fn field(&self, layers: &mut Layers) {
        let Some(field) = self.view.field.as_ref().filter(|field| field.arrows.len() == field.side * field.side) else {
            return;
        };
        let square = self.transform.rect(field.bounds);
        let cell = square.size() / field.side as f32;
        let place = |index: usize| {
            let (row, column) = (index / field.side, index % field.side);
            egui::pos2(square.left() + cell.x * (column as f32 + 0.5), square.bottom() - cell.y * (row as f32 + 0.5))
        };
        let arrows: Vec<_> =
            field.arrows.iter().enumerate().map(|(index, &[x, y])| (place(index), egui::vec2(x, -y))).collect();
        let color = self.palette.text_weak.gamma_multiply(0.8);
        layers.needles[1].paint(self.painter, color, 0.85 * cell.min_elem(), &arrows);
    }

    fn trails(&self, layers: &mut Layers) {
        let Layers { trails, needles, .. } = layers;
        let mut pieces = Vec::new();
        for way in trails.ways() {
            let places: Vec<Pos2> = way.map(|place| self.transform.screen(place)).collect();
            let last = places.len().saturating_sub(1).max(1) as f32;
            let color = |age: usize| self.palette.generated.gamma_multiply(0.9 * (age + 1) as f32 / last);
            pieces.extend(places.windows(2).enumerate().map(|(age, ends)| ([ends[0], ends[1]], color(age))));
        }
        needles[2].paint_lines(self.painter, TRAIL_WIDTH, pieces.into_iter());
    }

    fn points(&self, stage: &mut PointsStage) {
        let Self { painter, palette, view, transform, .. } = *self;
        let by_score = self.shows(StageLayer::Scores);
        let color = |scores: &[f32], index: usize, plain: Color32| match scores.get(index) {
            Some(&score) if by_score => palette.verdict(score),
            _ => plain,
        };
        let morph = if self.shows(StageLayer::Warp) { stage.morph.place } else { 1.0 };
        let fakes: Vec<Pos2> = stage
            .fake
            .positions()
            .iter()
            .enumerate()
            .map(|(index, &point)| match view.latents.get(index) {
                Some(&latent) if morph < 1.0 => stage.layers.net.place(view.bounds, latent, point, morph),
                _ => point,
            })
            .map(|place| transform.screen(place))
            .collect();
        let Layers { signs, clouds: [real, outline, fake, trained_on], needles, .. } = &mut stage.layers;
        let signs = signs.get_or_insert_with(|| Signs::new(painter.ctx()));
        if self.shows(StageLayer::Real) {
            let points = view.real.iter().enumerate();
            let points =
                points.map(|(index, &at)| (transform.screen(at), color(&view.real_scores, index, palette.real)));
            real.paint(painter, signs, Marker::Ring, POINT_SIZE + 1.0, points);
            let few = view.trained_on.iter().map(|&at| (transform.screen(at), palette.text_strong));
            trained_on.paint(painter, signs, Marker::Ring, TRAINED_ON_SIZE, few);
        }
        if self.shows(StageLayer::Arrows) {
            let arrows: Vec<_> =
                fakes.iter().zip(&view.descent).map(|(&at, &[x, y])| (at, egui::vec2(x, -y))).collect();
            needles[3].paint(painter, palette.generator, ARROW_LENGTH, &arrows);
        }
        if self.shows(StageLayer::Generated) {
            let outlines = fakes.iter().map(|&at| (at, palette.point_outline));
            outline.paint(painter, signs, Marker::Disc, POINT_SIZE + 2.0, outlines);
            let points = fakes.iter().enumerate();
            let points = points.map(|(index, &at)| (at, color(&view.fake_scores, index, palette.generated)));
            fake.paint(painter, signs, Marker::Disc, POINT_SIZE, points);
        }
        if let Some(&at) = stage.hovered.and_then(|index| fakes.get(index)) {
            painter.circle_stroke(at, POINT_SIZE, Stroke::new(2.0, palette.text_strong));
        }
    }

    fn path(&self, stage: &PointsStage) {
        let Self { painter, palette, transform, .. } = *self;
        let path: Vec<Pos2> = stage.path.positions().iter().map(|&point| transform.screen(point)).collect();
        let (Some(&first), Some(&last)) = (path.first(), path.last()) else { return };
        painter.add(egui::Shape::line(path.clone(), Stroke::new(5.0, palette.point_outline)));
        painter.add(egui::Shape::line(path, Stroke::new(2.5, palette.accent)));
        for (position, letter) in [(first, "A"), (last, "B")] {
            painter.circle(position, 9.0, palette.accent, Stroke::new(1.5, palette.point_outline));
            let font = FontId::new(SMALL_TEXT, strong_family());
            painter.text(position, Align2::CENTER_CENTER, letter, font, palette.on_accent);
        }
        if let Some(&place) = stage.place.positions().first() {
            painter.circle(transform.screen(place), 6.5, palette.generated, Stroke::new(2.5, palette.accent));
        }
    }
}
