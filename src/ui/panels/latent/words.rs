//! The walk where samples are texts: words under the slider, and the probabilities of the one at its place.

use eframe::egui::{Align2, Color32, FontId, Rect, Sense, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2};

use crate::trainer::{GeneratedText, ProbabilityMap, TextOrigin};
use crate::ui::theme::{Palette, SMALL_TEXT};

/// Letters of a word at their largest, and at their smallest.
const FONT: std::ops::RangeInclusive<f32> = 8.0..=15.0;
/// Width of a letter of a monospaced font over its size.
const LETTER_WIDTH: f32 = 0.62;
/// Symbols that the map has rows for: the most likely ones.
const MAX_ROWS: usize = 10;
/// Room for the name of a row.
const NAME_WIDTH: f32 = 16.0;

/// The words of the walk from above to below in columns that stand under their places.
pub(super) fn words_ui(ui: &Ui, strip: &[GeneratedText], nearest: usize, room: Rect) {
    let palette = Palette::of(ui);
    if strip.is_empty() {
        return;
    }
    let pitch = room.width() / strip.len() as f32;
    let longest = strip.iter().map(|text| text.text.chars().count()).max().unwrap_or_default().max(1) as f32;
    // Words too long to stand side by side stand on two lines.
    let lines = if longest * LETTER_WIDTH * FONT.start() > pitch { 2 } else { 1 };
    let width = pitch * lines as f32;
    let font = (width / (longest * LETTER_WIDTH)).clamp(*FONT.start(), *FONT.end());
    let line_height = (room.height() / lines as f32).min(2.2 * font);
    for (index, text) in strip.iter().enumerate() {
        let x = room.left() + (index as f32 + 0.5) * pitch;
        let x = x.clamp(room.left() + width / 2.0, room.right() - width / 2.0);
        let center = pos2(x, room.top() + ((index % lines) as f32 + 0.5) * line_height);
        let is_broken = text.origin == TextOrigin::Broken;
        let color = if is_broken { palette.text_weak } else { palette.text_strong };
        let shown = if text.text.is_empty() { "–" } else { &text.text };
        let place = ui.painter().text(center, Align2::CENTER_CENTER, shown, FontId::monospace(font), color);
        if index == nearest {
            ui.painter().rect_stroke(place.expand(2.0), 3.0, Stroke::new(2.0, palette.accent), StrokeKind::Outside);
        }
    }
}

/// The probability of each likely character at each place: the likelier, the brighter.
pub(super) fn map_ui(ui: &mut Ui, map: &ProbabilityMap, rect: Rect) {
    let palette = Palette::of(ui);
    ui.painter().rect_filled(rect, 4.0, palette.well);
    if map.length == 0 {
        return;
    }
    let rows = shown_rows(map);
    let (names, rect) = rect.split_left_right_at_x(rect.left() + NAME_WIDTH);
    let cell = vec2(rect.width() / map.length as f32, rect.height() / rows.len().max(1) as f32);
    let corner = |place: usize, row: usize| rect.min + vec2(place as f32 * cell.x, row as f32 * cell.y);
    let font = FontId::monospace(SMALL_TEXT.min(1.1 * cell.y));
    for (row, &symbol) in rows.iter().enumerate() {
        let at = pos2(names.center().x, corner(0, row).y + 0.5 * cell.y);
        ui.painter().text(at, Align2::CENTER_CENTER, row_name(map, symbol), font.clone(), palette.text_weak);
        for place in 0..map.length {
            let probability = map.probabilities[symbol * map.length + place];
            let cell = Rect::from_min_size(corner(place, row), cell);
            ui.painter().rect_filled(cell.shrink(0.25), 0.0, heat(palette, probability));
        }
    }
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect));
    child.allocate_rect(rect, Sense::hover()).on_hover_ui_at_pointer(|ui| {
        if let Some(position) = ui.input(|input| input.pointer.hover_pos()) {
            let place = (((position.x - rect.left()) / cell.x) as usize).min(map.length - 1);
            ui.label(likely(map, place));
        }
    });
}

/// The name of a row: its character, or a sign for the end.
fn row_name(map: &ProbabilityMap, symbol: usize) -> String {
    if symbol == 0 { "■".to_owned() } else { symbol_name(map, symbol) }
}

fn symbol_name(map: &ProbabilityMap, symbol: usize) -> String {
    let character = symbol.checked_sub(1).and_then(|index| map.characters.get(index));
    character.map_or_else(|| "end".to_owned(), char::to_string)
}

/// The symbols that have a row: those that are likeliest somewhere, in the order of the alphabet.
fn shown_rows(map: &ProbabilityMap) -> Vec<usize> {
    let symbols = map.characters.len() + 1;
    let most = |symbol: usize| {
        map.probabilities[symbol * map.length..][..map.length].iter().fold(0.0_f32, |most, value| most.max(*value))
    };
    let mut rows: Vec<usize> = (0..symbols).collect();
    rows.sort_by(|&a, &b| most(b).total_cmp(&most(a)));
    rows.truncate(MAX_ROWS);
    rows.sort_unstable();
    // The end stands below the letters.
    if rows.first() == Some(&0) {
        rows.rotate_left(1);
    }
    rows
}

fn heat(palette: &Palette, probability: f32) -> Color32 {
    // A square root, so that what is possible is seen beside what is likely.
    palette.generated.gamma_multiply(probability.clamp(0.0, 1.0).sqrt())
}

/// What may stand at a place, in one line.
fn likely(map: &ProbabilityMap, place: usize) -> String {
    let mut symbols: Vec<(usize, f32)> =
        (0..=map.characters.len()).map(|symbol| (symbol, map.probabilities[symbol * map.length + place])).collect();
    symbols.sort_by(|a, b| b.1.total_cmp(&a.1));
    let parts: Vec<String> = symbols
        .iter()
        .take(4)
        .map(|&(symbol, probability)| format!("{} {:.0} %", symbol_name(map, symbol), 100.0 * probability))
        .collect();
    format!("Place {}: {}", place + 1, parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(characters: &str, length: usize, probabilities: Vec<f32>) -> ProbabilityMap {
        ProbabilityMap { characters: characters.chars().collect(), length, probabilities }
    }

    #[test]
    fn what_may_stand_at_a_place_is_told_likeliest_first() {
        let map = map("ab", 2, vec![0.1, 0.7, 0.6, 0.2, 0.3, 0.1]);
        assert_eq!(likely(&map, 0), "Place 1: a 60 %, b 30 %, end 10 %");
        assert_eq!(likely(&map, 1), "Place 2: end 70 %, a 20 %, b 10 %");
        assert_eq!(shown_rows(&map), [1, 2, 0], "the end stands below the letters");
    }

    #[test]
    fn of_a_large_alphabet_the_likely_characters_have_rows() {
        let characters: String = ('!'..='~').collect();
        let symbols = characters.chars().count() + 1;
        let mut probabilities = vec![0.0; symbols];
        probabilities[70] = 0.9;
        let rows = shown_rows(&map(&characters, 1, probabilities));
        assert_eq!(rows.len(), MAX_ROWS);
        assert!(rows.contains(&70));
    }
}
