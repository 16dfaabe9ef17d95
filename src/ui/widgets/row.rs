//! Rows, headings and folds: how a side panel is set.

use eframe::egui::collapsing_header::CollapsingState;
use eframe::egui::{self, Align, Layout, Response, RichText, Sense, Ui, Vec2, WidgetInfo, accesskit};

use crate::ui::theme::{CONTROL_HEIGHT, HALF, Palette, Role, UNIT, strong_style};

/// Share of a row's width that its label takes.
const LABEL_SHARE: f32 = 0.36;

/// A label at the left and a control that fills the rest of the row.
pub fn labelled_row<R>(ui: &mut Ui, label: &str, tooltip: &str, control: impl FnOnce(&mut Ui, f32) -> R) -> R {
    let width = ui.available_width();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        let label_width = (width * LABEL_SHARE).round();
        let size = Vec2::new(label_width, CONTROL_HEIGHT);
        let inner = ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_width(label_width);
            let response = ui.add(egui::Label::new(label).truncate().sense(Sense::hover()));
            if !tooltip.is_empty() {
                response.on_hover_text(tooltip);
            }
        });
        drop(inner);
        let rest = width - label_width - HALF;
        control(ui, rest)
    })
    .inner
}

/// A section's heading.
pub fn heading_ui(ui: &mut Ui, text: &str) {
    ui.add_space(HALF);
    ui.label(RichText::new(text).text_style(strong_style()).color(Palette::of(ui).text_strong));
}

/// A section that belongs to a role: its colour and name, its sum in few words at the right, and behind that a fold with
/// the details, of which `tooltip` says what they are.
///
/// `open_ui` is always in sight, `folded_ui` only while the fold is open.
pub fn role_section_ui(
    ui: &mut Ui,
    (role, name, summary, tooltip): (Role, &str, &str, &str),
    open_ui: impl FnOnce(&mut Ui),
    folded_ui: impl FnOnce(&mut Ui),
) {
    let id = ui.make_persistent_id((name, "section"));
    let mut state = CollapsingState::load_with_default_open(ui.ctx(), id, false);
    ui.add_space(HALF);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        role_dot(ui, role);
        ui.label(RichText::new(name).text_style(strong_style()).color(Palette::of(ui).text_strong));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let response = fold_button(ui, summary, state.openness(ui.ctx()));
            let accessible = format!("{name} details");
            let is_open = state.is_open();
            response.widget_info(|| WidgetInfo::selected(accesskit::Role::Button, true, is_open, &accessible));
            if response.on_hover_text(tooltip).clicked() {
                state.toggle(ui);
            }
        });
    });
    open_ui(ui);
    state.show_body_unindented(ui, folded_ui);
}

/// Words with a small arrow that turns.
fn fold_button(ui: &mut Ui, text: &str, openness: f32) -> Response {
    let palette = Palette::of(ui);
    let font = egui::TextStyle::Small.resolve(ui.style());
    let mut galley = ui.painter().layout_no_wrap(text.to_owned(), font.clone(), egui::Color32::PLACEHOLDER);
    if galley.size().x + 18.0 > ui.available_width() {
        // The name beside it matters more.
        galley = ui.painter().layout_no_wrap(String::new(), font, egui::Color32::PLACEHOLDER);
    }
    let (rect, response) = ui.allocate_exact_size(Vec2::new(galley.size().x + 18.0, 24.0), Sense::click());
    let is_touched = response.hovered() || response.has_focus();
    let color = if is_touched { palette.text_strong } else { palette.text_weak };
    ui.painter().galley(egui::pos2(rect.left(), rect.center().y - galley.size().y / 2.0), galley, color);
    let center = egui::pos2(rect.right() - 6.0, rect.center().y);
    let turn = egui::emath::Rot2::from_angle(openness * std::f32::consts::FRAC_PI_2);
    let corners = [(-2.5, -4.0), (3.5, 0.0), (-2.5, 4.0)].map(|(x, y)| center + turn * Vec2::new(x, y));
    ui.painter().add(egui::Shape::convex_polygon(corners.to_vec(), color, egui::Stroke::NONE));
    response
}

/// A dot in the role's colour.
pub fn role_dot(ui: &mut Ui, role: Role) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(10.0, 16.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.5, Palette::of(ui).role(role));
    response
}

/// Text that can do without attention.
pub fn small_label(ui: &mut Ui, text: &str) -> Response {
    ui.add(egui::Label::new(RichText::new(text).small().color(Palette::of(ui).text_weak)).wrap())
}

/// A section that is folded until someone wants to know.
pub fn fold_ui(ui: &mut Ui, id: &str, title: &str, body: impl FnOnce(&mut Ui)) {
    let header = egui::CollapsingHeader::new(RichText::new(title).color(Palette::of(ui).text_weak)).id_salt(id);
    header.show_unindented(ui, |ui| {
        body(ui);
        ui.add_space(UNIT);
    });
}
