//! Pictures side by side: generated ones of always the same latents, each with the discriminator's score, and real ones.

use eframe::egui::{
    self, Align2, FontId, Pos2, Rect, Response, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, pos2, vec2,
};

use super::stage::generator_choice_ui;
use crate::state::LatentEnd;
use crate::trainer::GalleryView;
use crate::ui::action::Action;
use crate::ui::scene::Scene;
use crate::ui::stage::Atlas;
use crate::ui::theme::{HALF, Palette, Role, SMALL_TEXT, UNIT, strong_family, strong_style};
use crate::ui::widgets::{plain_slider, role_dot};

/// Space between tiles.
const GAP: f32 = 6.0;
/// Height of the bar that shows a tile's score, with the space above it.
const BAR: f32 = 6.0;
/// Space between generated and real pictures.
const GUTTER: f32 = 24.0;
/// Height of the words above the pictures.
const HEADING: f32 = 24.0;
/// The largest tile that still looks like a picture rather than like its pixels.
const MAX_TILE: f32 = 144.0;
/// The smallest tile in which anything can be seen.
const MIN_TILE: f32 = 16.0;

/// What the gallery remembers from frame to frame.
#[derive(Default)]
pub struct GalleryStage {
    seen: Option<u64>,
    fake: Atlas,
    real: Atlas,
}

/// Shows the gallery.
pub fn gallery_stage_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    view: &GalleryView,
    stage: &mut GalleryStage,
    actions: &mut Vec<Action>,
) {
    if stage.seen != Some(scene.state.num_views()) {
        stage.seen = Some(scene.state.num_views());
        stage.fake.update(ui.ctx(), "generated pictures", &view.fake);
        stage.real.update(ui.ctx(), "real pictures", &view.real);
    }
    toolbar_ui(ui, scene, actions);
    let size = ui.available_size();
    let split = Split::of(size, scene.settings.tile_zoom, stage.fake.len(), stage.real.len(), stage.fake.aspect());
    let scroll = ScrollArea::vertical().auto_shrink(false);
    let output = scroll.show(ui, |ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(size.x, split.height.max(size.y)), Sense::hover());
        let corner = rect.min + vec2(split.left, 0.0);
        heading_ui(ui, corner, Role::Generated, "Generated");
        heading_ui(ui, corner + split.real_offset(), Role::Real, "Real");
        fake_tiles_ui(ui, scene, view, &stage.fake, (&split, corner), actions);
        real_tiles_ui(ui, view, &stage.real, &split, corner + split.real_offset());
    });
    let zoom = ui.input(egui::InputState::zoom_delta);
    if (zoom - 1.0).abs() > 1e-4 && ui.rect_contains_pointer(output.inner_rect) {
        actions.push(Action::SetTileZoom(scene.settings.tile_zoom * zoom));
    }
}

fn toolbar_ui(ui: &mut Ui, scene: &Scene<'_>, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = UNIT;
        ui.label("Size");
        let tooltip = "Size of the pictures; ctrl and the wheel do the same";
        let zoom = scene.settings.tile_zoom;
        actions
            .extend(plain_slider(ui, "Size of the pictures", tooltip, zoom, 1.0..=4.0, 120.0).map(Action::SetTileZoom));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            generator_choice_ui(ui, scene, actions);
        });
    });
    ui.add_space(HALF);
}

/// Where tiles go: generated pictures at the left, real ones at the right of a gutter.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Split {
    tile: Vec2,
    left: f32,
    generated_columns: usize,
    real_columns: usize,
    height: f32,
}

impl Split {
    /// The largest tiles with which everything fits into `size`, times `zoom`.
    fn of(size: Vec2, zoom: f32, fakes: usize, reals: usize, aspect: f32) -> Self {
        let cell = |tile: f32| tile / aspect + BAR + GAP;
        let width = |tile: f32, columns: usize| columns as f32 * (tile + GAP) - GAP;
        // As few columns as the height allows.
        let columns = |tile: f32, len: usize| {
            let rows = (((size.y - HEADING) / cell(tile)) as usize).max(1);
            len.div_ceil(rows).max(1)
        };
        let total = |tile: f32| width(tile, columns(tile, fakes)) + GUTTER + width(tile, columns(tile, reals));
        let mut tile = MAX_TILE;
        while tile > MIN_TILE && (total(tile) > size.x || cell(tile) + HEADING > size.y) {
            tile -= 1.0;
        }
        let (mut generated_columns, mut real_columns) = (columns(tile, fakes), columns(tile, reals));
        if zoom > 1.0 {
            tile = (tile * zoom).min((size.x - GUTTER) / 2.0).max(MIN_TILE).floor();
            let both = (((size.x - GUTTER + 2.0 * GAP) / (tile + GAP)) as usize).max(2);
            real_columns = (both * reals / (fakes + reals).max(1)).clamp(1, both - 1);
            generated_columns = both - real_columns;
        }
        let rows = fakes.div_ceil(generated_columns).max(reals.div_ceil(real_columns));
        let used = width(tile, generated_columns) + GUTTER + width(tile, real_columns);
        let left = ((size.x - used) / 2.0).max(0.0).floor();
        Self {
            tile: vec2(tile, tile / aspect),
            left,
            generated_columns,
            real_columns,
            height: HEADING + rows as f32 * cell(tile),
        }
    }

    /// Where the real pictures begin, from where the generated ones do.
    fn real_offset(&self) -> Vec2 {
        vec2(self.generated_columns as f32 * (self.tile.x + GAP) - GAP + GUTTER, 0.0)
    }

    fn rect(&self, corner: Pos2, columns: usize, index: usize) -> Rect {
        let pitch = self.tile + vec2(GAP, GAP + BAR);
        let place = vec2((index % columns) as f32 * pitch.x, HEADING + (index / columns) as f32 * pitch.y);
        Rect::from_min_size(corner + place, self.tile)
    }
}

fn heading_ui(ui: &mut Ui, at: Pos2, role: Role, text: &str) {
    let rect = Rect::from_min_size(at, vec2(160.0, HEADING - HALF));
    let mut row =
        ui.new_child(egui::UiBuilder::new().max_rect(rect).layout(egui::Layout::left_to_right(egui::Align::Center)));
    row.spacing_mut().item_spacing.x = 6.0;
    role_dot(&mut row, role);
    row.label(RichText::new(text).text_style(strong_style()).color(Palette::of(ui).text_strong));
}

fn fake_tiles_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    view: &GalleryView,
    atlas: &Atlas,
    (split, corner): (&Split, Pos2),
    actions: &mut Vec<Action>,
) {
    let latent = &scene.controls.latent;
    for index in 0..atlas.len() {
        let rect = split.rect(corner, split.generated_columns, index);
        let score = view.fake_scores.get(index).copied();
        let response =
            ui.interact(rect.with_max_y(rect.bottom() + BAR), ui.scope_id().with(("tile", index)), Sense::click());
        let name = format!("Generated picture {}", index + 1);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Button, ui.is_enabled(), &name));
        if !ui.is_rect_visible(rect) {
            continue;
        }
        atlas.paint(ui.painter(), index, rect);
        bar_ui(ui, rect, score);
        let number = index as u64;
        for (end, letter) in [(latent.from, "A"), (latent.to, "B")] {
            if end == number {
                end_ui(ui, rect, letter);
            }
        }
        if response.hovered() || response.has_focus() {
            let stroke = Stroke::new(2.0, Palette::of(ui).accent);
            ui.painter().rect_stroke(rect, 1.0, stroke, StrokeKind::Outside);
        }
        if response.clicked() {
            let end = if ui.input(|input| input.modifiers.shift) { LatentEnd::B } else { LatentEnd::A };
            actions.push(Action::SetLatentEnd { end, number });
        }
        explain(response, &name, score, "Click to start the latent walk here, shift-click to end it here");
    }
}

fn real_tiles_ui(ui: &mut Ui, view: &GalleryView, atlas: &Atlas, split: &Split, corner: Pos2) {
    for index in 0..atlas.len() {
        let rect = split.rect(corner, split.real_columns, index);
        if !ui.is_rect_visible(rect) {
            continue;
        }
        let response = ui.interact(rect, ui.scope_id().with(("real tile", index)), Sense::hover());
        let score = view.real_scores.get(index).copied();
        atlas.paint(ui.painter(), index, rect);
        bar_ui(ui, rect, score);
        explain(response, &format!("Real picture {}", index + 1), score, "From the data");
    }
}

/// The score as a slim bar: full and blue looks real to the discriminator, short and orange looks generated.
fn bar_ui(ui: &Ui, tile: Rect, score: Option<f32>) {
    let Some(score) = score.filter(|score| score.is_finite()) else { return };
    let palette = Palette::of(ui);
    let corner = pos2(tile.left(), tile.bottom() + 2.0);
    let whole = Rect::from_min_size(corner, vec2(tile.width(), BAR - 2.0));
    ui.painter().rect_filled(whole, 2.0, palette.control);
    let filled = Rect::from_min_size(corner, vec2(tile.width() * score.clamp(0.0, 1.0), BAR - 2.0));
    ui.painter().rect_filled(filled, 2.0, palette.verdict(score));
}

fn end_ui(ui: &Ui, tile: Rect, letter: &str) {
    let palette = Palette::of(ui);
    ui.painter().rect_stroke(tile, 1.0, Stroke::new(2.5, palette.accent), StrokeKind::Outside);
    let badge = Rect::from_min_size(tile.min, Vec2::splat(17.0));
    ui.painter().rect_filled(badge, 2.0, palette.accent);
    let font = FontId::new(SMALL_TEXT, strong_family());
    ui.painter().text(badge.center(), Align2::CENTER_CENTER, letter, font, palette.on_accent);
}

fn explain(response: Response, name: &str, score: Option<f32>, hint: &str) {
    response.on_hover_ui(|ui| {
        ui.label(RichText::new(name).text_style(strong_style()));
        if let Some(score) = score {
            let verdict = match score {
                ..0.4 => "looks generated to the discriminator",
                0.6.. => "looks real to the discriminator",
                _ => "the discriminator is undecided",
            };
            ui.label(format!("Score {score:.2}: {verdict}"));
        }
        ui.label(RichText::new(hint).small().weak());
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_fits_at_the_start() {
        for size in [vec2(520.0, 430.0), vec2(800.0, 640.0), vec2(1600.0, 500.0), vec2(360.0, 700.0)] {
            let split = Split::of(size, 1.0, 48, 24, 1.0);
            assert!(split.height <= size.y, "{size:?}: {split:?}");
            let corner = pos2(split.left, 0.0) + split.real_offset();
            assert!(split.rect(corner, split.real_columns, split.real_columns - 1).right() <= size.x);
        }
    }

    #[test]
    fn zooming_makes_tiles_larger() {
        let size = vec2(800.0, 640.0);
        let (one, two) = (Split::of(size, 1.0, 48, 24, 1.0), Split::of(size, 2.0, 48, 24, 1.0));
        assert!(two.tile.x > 1.5 * one.tile.x);
        assert!(two.height > one.height);
    }

    #[test]
    fn a_tiny_stage_does_no_harm() {
        let split = Split::of(vec2(10.0, 10.0), 1.0, 48, 24, 1.0);
        assert!(split.tile.x > 0.0 && split.generated_columns > 0);
    }
}
