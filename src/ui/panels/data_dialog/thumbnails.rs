//! Some of the pictures, as training will see them.

use eframe::egui::{self, Rect, Sense, Ui, Vec2};

use crate::data::Pictures;
use crate::ui::stage::Atlas;
use crate::ui::theme::Palette;

/// Pictures side by side.
const COLUMNS: usize = 8;
/// Distance between them.
const GAP: f32 = 2.0;

/// The pictures in one texture, renewed when they change.
#[derive(Default)]
pub(super) struct Thumbnails {
    atlas: Atlas,
    version: Option<u64>,
}

impl Thumbnails {
    /// Takes in pictures, unless they are those of `version` already.
    pub(super) fn update(&mut self, ctx: &egui::Context, version: u64, pictures: &Pictures) {
        if self.version.replace(version) != Some(version) {
            self.atlas.update(ctx, "data thumbnails", pictures);
        }
    }

    /// Shows them, `width` wide.
    pub(super) fn ui(&self, ui: &mut Ui, width: f32) {
        let step = ((width + GAP) / COLUMNS as f32).floor();
        let rows = self.atlas.len().div_ceil(COLUMNS).max(1);
        let (rect, response) = ui.allocate_exact_size(Vec2::new(width, rows as f32 * step - GAP), Sense::hover());
        let name = format!("{} pictures", self.atlas.len());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Image, true, &name));
        let painter = ui.painter_at(rect);
        for index in 0..self.atlas.len() {
            let corner = rect.min + step * Vec2::new((index % COLUMNS) as f32, (index / COLUMNS) as f32);
            let tile = Rect::from_min_size(corner, Vec2::splat(step - GAP));
            painter.rect_filled(tile, 0.0, Palette::of(ui).well);
            self.atlas.paint(&painter, index, tile);
        }
    }
}
