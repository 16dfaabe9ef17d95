//! Pictures side by side: generated ones of always the same latents, each with the discriminator's score, and real ones.

mod nearest;
mod rows;
mod split;
mod strip;
mod tile;
mod toolbar;
mod tray;

use eframe::egui::{self, Pos2, Rect, RichText, ScrollArea, Sense, Ui, UiBuilder, vec2};

use self::nearest::{NEAREST_HEIGHT, NearestStrip, nearest_ui};
use self::rows::{ClassRows, names_ui, places};
use self::split::{HEADING, Split};
use self::tile::{Tile, end_ui, kept_ui, tile_ui};
use self::toolbar::toolbar_ui;
use self::tray::{Kept, TRAY_HEIGHT, tray_ui};
use crate::data::Pictures;
use crate::state::{LatentEnd, TileOrder};
use crate::trainer::{GalleryView, KeptLatent, SlopeMaps};
use crate::ui::action::Action;
use crate::ui::scene::Scene;
use crate::ui::stage::Atlas;
use crate::ui::theme::{HALF, Palette, Role, UNIT, strong_style};
use crate::ui::widgets::role_dot;

/// Seconds after which sorted pictures are sorted anew: long enough to look at one.
const SORT_SECS: f64 = 4.0;
/// Width of the smallest picture on which a mark leaves something to be seen.
const MIN_MARKED: f32 = 26.0;
/// The least height that pictures are shown in.
const LEAST_HEIGHT: f32 = 64.0;
/// How much of a picture the strongest slope covers.
const SLOPE_OPACITY: f32 = 0.9;

/// What the gallery remembers from frame to frame.
#[derive(Default)]
pub struct GalleryStage {
    seen: Option<Seen>,
    fake: Sheet,
    real: Sheet,
    order: Order,
    nearest: NearestStrip,
    tray: Kept,
}

/// What the sheets were made from; anything else needs new ones.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Seen {
    views: u64,
    is_dark: bool,
    shows_slopes: bool,
}

/// Pictures, and what in them the discriminator goes by.
#[derive(Default)]
struct Sheet {
    pictures: Atlas,
    slopes: Atlas,
    has_slopes: bool,
}

impl Sheet {
    fn update(&mut self, ui: &Ui, name: &str, pictures: &Pictures, slopes: Option<&SlopeMaps>) {
        self.pictures.update(ui.ctx(), name, pictures);
        self.has_slopes = slopes.is_some();
        if let Some(slopes) = slopes {
            self.slopes.update(ui.ctx(), &format!("slopes of {name}"), &slope_pictures(slopes, Palette::of(ui)));
        }
    }

    fn paint(&self, ui: &Ui, index: usize, rect: Rect) {
        self.pictures.paint(ui.painter(), index, rect);
        if self.has_slopes {
            self.slopes.paint(ui.painter(), index, rect);
        }
    }
}

/// Which picture stands where.
#[derive(Debug, Default)]
struct Order {
    by: TileOrder,
    indices: Vec<usize>,
    sorted_at: f64,
}

impl Order {
    /// Sorts anew where that is due.
    fn update(&mut self, by: TileOrder, scores: &[f32], len: usize, now: f64) {
        let is_fresh = self.by == by && self.indices.len() == len;
        if is_fresh && (by == TileOrder::Latent || now - self.sorted_at < SORT_SECS) {
            return;
        }
        let score = |index: &usize| scores.get(*index).copied().unwrap_or(f32::NAN);
        self.indices = (0..len).collect();
        match by {
            TileOrder::Latent => {}
            TileOrder::MostReal => self.indices.sort_by(|a, b| score(b).total_cmp(&score(a))),
            TileOrder::LeastReal => self.indices.sort_by(|a, b| score(a).total_cmp(&score(b))),
        }
        (self.by, self.sorted_at) = (by, now);
    }
}

/// Shows the gallery.
pub fn gallery_stage_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    view: &GalleryView,
    stage: &mut GalleryStage,
    actions: &mut Vec<Action>,
) {
    let shows_slopes = scene.controls.gallery.shows_slopes;
    let seen = Seen { views: scene.state.num_views(), is_dark: ui.visuals().dark_mode, shows_slopes };
    if stage.seen != Some(seen) {
        stage.seen = Some(seen);
        stage.fake.update(ui, "generated pictures", &view.fake, view.fake_slopes.as_ref().filter(|_| shows_slopes));
        stage.tray.update(ui, scene.state.views().map(|views| &views.tray));
        stage.real.update(ui, "real pictures", &view.real, view.real_slopes.as_ref().filter(|_| shows_slopes));
    }
    let now = ui.input(|input| input.time);
    stage.order.update(scene.controls.gallery.order, &view.fake_scores, stage.fake.pictures.len(), now);
    toolbar_ui(ui, scene, view, actions);
    let mut room = ui.available_rect_before_wrap();
    let mut below = |height: f32| {
        let (above, strip) = room.split_top_bottom_at_y(room.bottom() - height);
        room = above.with_max_y(above.bottom() - UNIT);
        strip
    };
    if nearest::is_open(scene) {
        nearest_ui(ui, scene, &mut stage.nearest, below(NEAREST_HEIGHT), actions);
    }
    if !scene.controls.tray.is_empty() {
        tray_ui(ui, scene, (&stage.tray, view.classes.as_ref()), below(TRAY_HEIGHT), actions);
    }
    let whole = ui.available_rect_before_wrap();
    // Strips that were asked for go before the pictures, where there is no room for both.
    if room.height() >= LEAST_HEIGHT {
        ui.scope_builder(UiBuilder::new().max_rect(room), |ui| pictures_ui(ui, scene, view, stage, actions));
    }
    ui.advance_cursor_after_rect(whole);
}

/// Generated and real pictures, in a row for each class where there are several.
fn pictures_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    view: &GalleryView,
    GalleryStage { fake, real, order, .. }: &GalleryStage,
    actions: &mut Vec<Action>,
) {
    let size = ui.available_size();
    let (fakes, reals) = (fake.pictures.len(), real.pictures.len());
    let (zoom, aspect) = (scene.settings.tile_zoom, fake.pictures.aspect());
    let rows = view.classes.as_ref().and_then(ClassRows::of);
    let split = match rows {
        Some(rows) => Split::by_class(size, zoom, rows, aspect),
        None => Split::of(size, zoom, fakes, reals, aspect),
    };
    let all_reals: Vec<usize> = (0..reals).collect();
    let (fake_places, real_places) = match view.classes.as_ref().zip(rows) {
        Some((classes, ClassRows { rows, .. })) => (
            places(&order.indices, &classes.fake, rows, split.generated_columns),
            places(&all_reals, &classes.real, rows, split.real_columns),
        ),
        None => (order.indices.iter().copied().enumerate().collect(), all_reals.into_iter().enumerate().collect()),
    };
    let scroll = ScrollArea::vertical().auto_shrink(false);
    let output = scroll.show(ui, |ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(size.x, split.height.max(size.y)), Sense::hover());
        let corner = rect.min + vec2(split.left, 0.0);
        heading_ui(ui, corner, Role::Generated, "Generated");
        heading_ui(ui, corner + split.real_offset(), Role::Real, "Real");
        if let Some(classes) = view.classes.as_ref().filter(|_| rows.is_some()) {
            names_ui(ui, &classes.names, &split, corner, actions);
        }
        fake_tiles_ui(ui, scene, view, (fake, &fake_places), (&split, corner), actions);
        real_tiles_ui(ui, view, (real, &real_places), (&split, corner + split.real_offset()));
    });
    let pinch = ui.input(egui::InputState::zoom_delta);
    if (pinch - 1.0).abs() > 1e-4 && ui.rect_contains_pointer(output.inner_rect) {
        actions.push(Action::SetTileZoom(zoom * pinch));
    }
}

/// Slopes in the colours of the heat map, the stronger the less of the picture is seen through them.
fn slope_pictures(slopes: &SlopeMaps, palette: &Palette) -> Pictures {
    let pixel = |&slope: &f32| {
        let color = if slope > 0.0 { palette.heat_high } else { palette.heat_low };
        let alpha = (255.0 * SLOPE_OPACITY * slope.abs()).clamp(0.0, 255.0) as u8;
        [color.r(), color.g(), color.b(), alpha]
    };
    let pixels = slopes.values.iter().flat_map(pixel).collect();
    Pictures { channels: 4, height: slopes.height, width: slopes.width, pixels }
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
    (sheet, places): (&Sheet, &[(usize, usize)]),
    (split, corner): (&Split, Pos2),
    actions: &mut Vec<Action>,
) {
    let walk = &scene.controls.latent;
    for &(place, index) in places {
        let rect = split.rect(corner, split.generated_columns, place);
        let name = format!("Generated picture {}", index + 1);
        let hint = "Click to start the latent walk here, shift-click to end it here, ctrl-click to keep it in the tray; \
                    right-click for more";
        let score = view.fake_scores.get(index).copied();
        let label = view.classes.as_ref().and_then(|classes| classes.fake.get(index).copied());
        let class = view.classes.as_ref().zip(label).map(|(classes, label)| classes.name(label));
        let tile = Tile { name: &name, class, hint, rect, score, sense: Sense::click() };
        let Some(response) = tile_ui(ui, &tile, ("tile", index), |ui, rect| sheet.paint(ui, index, rect)) else {
            continue;
        };
        let number = index as u64;
        for (end, letter) in [(walk.from, "A"), (walk.to, "B")] {
            if end == number {
                end_ui(ui, rect, letter);
            }
        }
        let latent = KeptLatent { number, class: label };
        let is_kept = scene.controls.tray.contains(&latent);
        if is_kept && rect.width() >= MIN_MARKED {
            kept_ui(ui, rect);
        }
        if response.clicked() {
            let modifiers = ui.input(|input| input.modifiers);
            let end = if modifiers.shift { LatentEnd::B } else { LatentEnd::A };
            let is_to_keep = modifiers.command;
            actions.push(if is_to_keep { Action::KeepLatent(latent) } else { Action::SetLatentEnd { end, number } });
        }
        response.context_menu(|ui| menu_ui(ui, (index, latent), is_kept, actions));
    }
}

/// What can be done with one picture.
fn menu_ui(ui: &mut Ui, (index, latent): (usize, KeptLatent), is_kept: bool, actions: &mut Vec<Action>) {
    let number = latent.number;
    let choices = [
        ("Start the walk here", Action::SetLatentEnd { end: LatentEnd::A, number }),
        ("End the walk here", Action::SetLatentEnd { end: LatentEnd::B, number }),
        (if is_kept { "Take out of the tray" } else { "Keep in the tray" }, Action::KeepLatent(latent)),
        ("Find nearest training pictures", Action::FindNearest(index)),
        ("Copy picture", Action::CopyTile(index)),
        ("Save picture…", Action::SaveTile(index)),
        ("Save all pictures…", Action::SaveSheet),
    ];
    for (text, action) in choices {
        if ui.button(text).clicked() {
            actions.push(action);
            ui.close();
        }
    }
}

fn real_tiles_ui(
    ui: &mut Ui,
    view: &GalleryView,
    (sheet, places): (&Sheet, &[(usize, usize)]),
    (split, corner): (&Split, Pos2),
) {
    for &(place, index) in places {
        let rect = split.rect(corner, split.real_columns, place);
        let name = format!("Real picture {}", index + 1);
        let score = view.real_scores.get(index).copied();
        let class = view.classes.as_ref().and_then(|classes| Some(classes.name(*classes.real.get(index)?)));
        let tile = Tile { name: &name, class, hint: "From the data", rect, score, sense: Sense::hover() };
        tile_ui(ui, &tile, ("real tile", index), |ui, rect| sheet.paint(ui, index, rect));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_sorted_by_score_and_not_at_every_moment() {
        let mut order = Order::default();
        order.update(TileOrder::Latent, &[0.5, 0.9, 0.1], 3, 0.0);
        assert_eq!(order.indices, [0, 1, 2]);
        order.update(TileOrder::MostReal, &[0.5, 0.9, 0.1], 3, 0.0);
        assert_eq!(order.indices, [1, 0, 2]);
        order.update(TileOrder::MostReal, &[0.5, 0.2, 0.1], 3, SORT_SECS / 2.0);
        assert_eq!(order.indices, [1, 0, 2], "it holds still for a while");
        order.update(TileOrder::MostReal, &[0.5, 0.2, 0.1], 3, SORT_SECS + 0.1);
        assert_eq!(order.indices, [0, 1, 2]);
        order.update(TileOrder::LeastReal, &[0.5, 0.2, 0.1], 4, SORT_SECS + 0.2);
        assert_eq!(order.indices[..3], [2, 1, 0], "what has no score comes last");
    }

    #[test]
    fn slopes_take_the_colours_of_the_heat_map() {
        let palette = &Palette::DARK;
        let pictures = slope_pictures(&SlopeMaps { height: 1, width: 3, values: vec![1.0, -0.5, 0.0] }, palette);
        let pixels: Vec<&[u8]> = pictures.pixels.chunks(4).collect();
        assert_eq!(pixels[0][..3], palette.heat_high.to_array()[..3]);
        assert_eq!(pixels[1][..3], palette.heat_low.to_array()[..3]);
        assert!(pixels[0][3] > 200 && pixels[1][3] < 128 && pixels[2][3] == 0);
    }
}
