//! One text: its letters by probability, a line that says whether it is new, and its score.

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{self, Align2, Color32, FontId, Rect, Response, RichText, Sense, Stroke, Ui, lerp, pos2, vec2};

use super::origin_name;
use crate::trainer::TextOrigin;
use crate::ui::panels::stage::score_words;
use crate::ui::theme::{Palette, SMALL_TEXT, strong_family, strong_style};

/// Width of the bar that shows the score.
const BAR_WIDTH: f32 = 4.0;
/// Space between the bar and the text.
pub(super) const MARGIN: f32 = 12.0;
/// How much of a letter of no probability is left to be seen.
const FAINTEST: f32 = 0.25;

/// A text and what is known of it.
pub(super) struct Cell<'a> {
    pub(super) text: &'a str,
    /// The probability of each letter, of generated texts.
    pub(super) certainties: Option<&'a [f32]>,
    /// Whether it is new, of generated texts.
    pub(super) origin: Option<TextOrigin>,
    pub(super) score: Option<f32>,
    /// Its class, where the model is told of classes.
    pub(super) class: Option<&'a str>,
    /// The end of the latent walk that it stands at.
    pub(super) end: Option<&'a str>,
}

/// The colour of the line under a text.
pub(super) fn origin_color(palette: &Palette, origin: TextOrigin) -> Color32 {
    match origin {
        TextOrigin::Novel => palette.generated,
        TextOrigin::Copy => palette.real,
        TextOrigin::Broken => palette.error,
    }
}

/// The colour of a letter of a probability.
pub(super) fn certainty_color(palette: &Palette, certainty: f32) -> Color32 {
    // Below a half, another letter is as likely.
    let share = lerp(FAINTEST..=1.0, ((certainty - 0.2) / 0.8).clamp(0.0, 1.0));
    palette.text_strong.gamma_multiply(share)
}

/// Shows one; `None` where it is out of sight.
pub(super) fn cell_ui(ui: &mut Ui, rect: Rect, font: f32, cell: &Cell<'_>, name: &str) -> Option<Response> {
    let is_generated = cell.origin.is_some();
    let sense = if is_generated { Sense::click() } else { Sense::hover() };
    let response = ui.interact(rect, ui.scope_id().with(name), sense);
    let role = if is_generated { egui::accesskit::Role::Button } else { egui::accesskit::Role::Label };
    let words = format!("{name}: {}", cell.text);
    response.widget_info(|| egui::WidgetInfo::labeled(role, ui.is_enabled(), &words));
    if !ui.is_rect_visible(rect) {
        return None;
    }
    let palette = Palette::of(ui);
    if is_generated && (response.hovered() || response.has_focus()) {
        ui.painter().rect_filled(rect, 3.0, palette.control);
    }
    if let Some(score) = cell.score.filter(|score| score.is_finite()) {
        let whole = Rect::from_min_size(rect.min + vec2(0.0, 3.0), vec2(BAR_WIDTH, rect.height() - 6.0));
        ui.painter().rect_filled(whole, 2.0, palette.control);
        let filled = whole.with_min_y(lerp(whole.bottom()..=whole.top(), score.clamp(0.0, 1.0)));
        ui.painter().rect_filled(filled, 2.0, palette.verdict(score));
    }
    let galley = ui.painter().layout_job(letters(cell, palette, &FontId::monospace(font)));
    let at = pos2(rect.left() + MARGIN, rect.center().y - galley.size().y / 2.0);
    let (width, bottom) = (galley.size().x, at.y + galley.size().y);
    ui.painter().galley(at, galley, palette.text);
    if let Some(origin) = cell.origin {
        // A text without letters is seen by its line.
        let line = [pos2(at.x, bottom), pos2(at.x + width.max(font), bottom)];
        ui.painter().line_segment(line, Stroke::new(1.5, origin_color(palette, origin)));
    }
    if let Some(letter) = cell.end {
        let badge = Rect::from_center_size(pos2(rect.right() - 9.0, rect.center().y), vec2(16.0, 16.0));
        ui.painter().rect_filled(badge, 3.0, palette.accent);
        let font = FontId::new(SMALL_TEXT, strong_family());
        ui.painter().text(badge.center(), Align2::CENTER_CENTER, letter, font, palette.on_accent);
    }
    Some(response.on_hover_ui(|ui| {
        ui.label(RichText::new(if cell.text.is_empty() { "(empty)" } else { cell.text }).text_style(strong_style()));
        if let Some(class) = cell.class {
            ui.label(class);
        }
        if let Some(origin) = cell.origin {
            ui.label(origin_name(origin));
        }
        if let Some(score) = cell.score {
            ui.label(score_words(score));
        }
        if is_generated {
            let hint = "Click to start the latent walk here, shift-click to end it here";
            ui.label(RichText::new(hint).small().weak());
        }
    }))
}

fn letters(cell: &Cell<'_>, palette: &Palette, font: &FontId) -> LayoutJob {
    let mut job = LayoutJob::default();
    for (place, letter) in cell.text.chars().enumerate() {
        let color = match cell.certainties {
            Some(certainties) => certainty_color(palette, certainties.get(place).copied().unwrap_or_default()),
            None => palette.text,
        };
        job.append(letter.encode_utf8(&mut [0; 4]), 0.0, TextFormat::simple(font.clone(), color));
    }
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sure_letter_is_as_strong_as_text_can_be_and_a_guess_is_paler() {
        let palette = &Palette::DARK;
        assert_eq!(certainty_color(palette, 1.0), palette.text_strong);
        let [sure, guessed, wild] = [1.0, 0.5, 0.1].map(|certainty| certainty_color(palette, certainty).a());
        assert!(sure > guessed && guessed > wild && wild > 0);
    }
}
