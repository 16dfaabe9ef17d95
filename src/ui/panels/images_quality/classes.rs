//! How often each class comes: as a radar where there is room and the classes are few, else as bars. A click or the pointer shows
//! it large.

use eframe::egui::{self, Popup, Rect, RichText, Sense, Ui, Vec2, WidgetInfo, accesskit::Role, pos2, vec2};

use super::LINE_HEIGHT;
use crate::trainer::ClassShares;
use crate::ui::panels::quality::line_ui;
use crate::ui::theme::{BODY_TEXT, HALF, Palette, SMALL_TEXT, UNIT, strong_style};
use crate::ui::widgets::{Radar, paint_radar, role_dot};

/// More classes than this are bars: their names would run into each other.
const MAX_ON_RADAR: usize = 12;
/// Fewer than this are no circle.
const MIN_ON_RADAR: usize = 3;
/// Height of the radar in the panel, and the least.
const RADAR_HEIGHTS: [f32; 2] = [156.0, 124.0];
/// Width of the panel from which the names beside the radar are whole.
const RADAR_WIDTH: f32 = 264.0;
/// The large radar.
const LARGE: Vec2 = vec2(460.0, 400.0);
/// Height of the bars.
const BARS_HEIGHT: f32 = 40.0;
/// Gap between two bars.
const BAR_GAP: f32 = 3.0;

/// The height that it needs at least.
pub(super) const LEAST_HEIGHT: f32 = LINE_HEIGHT + BARS_HEIGHT - HALF;

/// The height that it takes of what there is.
pub(super) fn classes_height(classes: &ClassShares, room: f32) -> f32 {
    let [wanted, least] = RADAR_HEIGHTS;
    if is_for_radar(classes) && room >= least { wanted.min(room) } else { LINE_HEIGHT + BARS_HEIGHT + 2.0 * UNIT }
}

/// Shows it, if there is room.
pub(super) fn classes_ui(ui: &mut Ui, classes: &ClassShares) {
    let room = ui.available_size();
    if is_for_radar(classes) && room.y >= RADAR_HEIGHTS[1] - UNIT && room.x >= RADAR_WIDTH {
        radar_ui(ui, classes, room.y.min(RADAR_HEIGHTS[0]));
    } else if room.y >= LEAST_HEIGHT {
        heading_ui(ui, classes);
        bars_ui(ui, classes);
    }
}

fn is_for_radar(classes: &ClassShares) -> bool {
    (MIN_ON_RADAR..=MAX_ON_RADAR).contains(&classes.names.len())
}

fn heading_ui(ui: &mut Ui, classes: &ClassShares) {
    let (total, missed) = (classes.names.len(), missed(classes).len());
    let tooltip = "How often each class comes among generated pictures, as a classifier sees them; the mark is its share among \
                   real ones";
    line_ui(ui, "Classes", &format!("{}/{total}", total - missed), "", tooltip);
}

/// Names of the classes that no generated picture is of.
fn missed(classes: &ClassShares) -> Vec<&str> {
    let pairs = classes.names.iter().zip(&classes.fake);
    pairs.filter(|(_, share)| **share <= 0.0).map(|(name, _)| name.as_str()).collect()
}

/// The radar, with its heading in its upper corners, where no name is.
fn radar_ui(ui: &mut Ui, classes: &ClassShares, height: f32) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), summary(classes)));
    paint_radar(ui, rect, &radar(classes, SMALL_TEXT - 1.0, false));
    let mut corner = ui.new_child(egui::UiBuilder::new().max_rect(rect.with_max_y(rect.top() + LINE_HEIGHT)));
    heading_ui(&mut corner, classes);
    Popup::menu(&response).show(|ui| large_ui(ui, classes));
    if !Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response)) {
        response.on_hover_ui(|ui| large_ui(ui, classes));
    }
}

fn radar(classes: &ClassShares, text: f32, has_numbers: bool) -> Radar<'_> {
    Radar { names: &classes.names, fake: &classes.fake, real: &classes.real, text, has_numbers }
}

/// The radar so large that the last row reads it.
fn large_ui(ui: &mut Ui, classes: &ClassShares) {
    ui.set_max_width(LARGE.x);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        ui.label(RichText::new("Share of each class").text_style(strong_style()).color(Palette::of(ui).text_strong));
        ui.add_space(UNIT);
        for (role, name) in [(crate::ui::theme::Role::Generated, "generated"), (crate::ui::theme::Role::Real, "real")] {
            role_dot(ui, role);
            ui.label(name);
            ui.add_space(HALF);
        }
    });
    let (rect, _) = ui.allocate_exact_size(LARGE, Sense::hover());
    paint_radar(ui, rect, &radar(classes, BODY_TEXT, true));
    ui.label(summary(classes));
}

/// One sentence on what is missing.
fn summary(classes: &ClassShares) -> String {
    let missed = missed(classes);
    if missed.is_empty() {
        return "Every class comes among the generated pictures that were measured".to_owned();
    }
    format!("No generated picture that was measured is of: {}", missed.join(", "))
}

/// A bar for each class, with a mark at its share among real pictures.
fn bars_ui(ui: &mut Ui, classes: &ClassShares) {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), BARS_HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), summary(classes)));
    let largest = classes.fake.iter().chain(&classes.real).copied().fold(f64::MIN_POSITIVE, f64::max);
    let count = classes.names.len().max(1) as f32;
    let gap = if count > 40.0 { 0.0 } else { BAR_GAP };
    let width = ((rect.width() + gap) / count - gap).max(0.5);
    let shares = classes.names.iter().zip(classes.fake.iter().zip(&classes.real));
    for (index, (name, (&fake, &real))) in shares.enumerate() {
        let left = rect.left() + index as f32 * (width + gap);
        let column = Rect::from_min_size(pos2(left, rect.top()), vec2(width, BARS_HEIGHT));
        let top = |share: f64| egui::lerp(rect.bottom()..=rect.top(), (share / largest) as f32);
        ui.painter().rect_filled(column, 2.0, palette.control);
        let bar = Rect::from_min_max(pos2(left, top(fake)), column.max);
        ui.painter().rect_filled(bar, 2.0, palette.generated);
        ui.painter().hline(column.x_range(), top(real), egui::Stroke::new(2.0, palette.real));
        if fake <= 0.0 {
            let foot = column.with_min_y(column.bottom() - 3.0);
            ui.painter().rect_filled(foot, 0.0, palette.error);
        }
        let text = format!("{name}: {:.1} % of generated pictures, {:.1} % of real ones", 100.0 * fake, 100.0 * real);
        ui.interact(column, ui.scope_id().with(("class share", index)), Sense::hover()).on_hover_text(text);
    }
    if is_for_radar(classes) {
        Popup::menu(&response).show(|ui| large_ui(ui, classes));
    }
}
