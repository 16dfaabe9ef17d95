//! The walk where samples are texts: words under the slider, and the probabilities of the one at its place.

use eframe::egui::{
    self, Align2, Color32, FontId, Pos2, Rect, RichText, Sense, Stroke, StrokeKind, Ui, UiBuilder, Vec2, pos2, vec2,
};

use crate::trainer::{GeneratedText, ProbabilityMap, TextOrigin};
use crate::ui::theme::{Palette, SMALL_TEXT};

/// Letters of a word at their largest, and at their smallest.
const FONT: std::ops::RangeInclusive<f32> = 8.0..=15.0;
/// Width of a letter of a monospaced font over its size.
const LETTER_WIDTH: f32 = 0.62;
/// Height of a line over the size of its letters, at the least.
const LINE_HEIGHT: f32 = 1.4;
/// Symbols that the map has rows for: the most likely ones.
const MAX_ROWS: usize = 10;
/// Room for the name of a row.
const NAME_WIDTH: f32 = 16.0;

/// How the words of the walk stand: their middles at equal distances under the slider, on several lines in turn where they are
/// too long to stand side by side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct WordRow {
    lines: usize,
    font: f32,
    /// From the room's ends to the middles of the first and the last word.
    pub(super) inset: f32,
}

impl WordRow {
    /// The largest letters with which as many words of as many letters at most fit into the room.
    pub(super) fn of(room: Vec2, words: usize, letters: usize) -> Self {
        // Neighbours on a line are a letter's width apart.
        let letter_widths = (letters + 1) as f32 * LETTER_WIDTH;
        let most = (room.y / (LINE_HEIGHT * FONT.start())).max(1.0) as usize;
        let font_of = |lines: usize| {
            // The words of a line are `lines` middles apart, and half a word is left at either end of the room.
            let width = room.x * lines as f32 / (words.saturating_sub(1) + lines) as f32;
            (width / letter_widths).min(room.y / (LINE_HEIGHT * lines as f32)).min(*FONT.end())
        };
        // The fewest lines of those that give the largest letters.
        let lines = (1..=most.min(words.max(1))).rev().max_by(|&a, &b| font_of(a).total_cmp(&font_of(b))).unwrap_or(1);
        let font = font_of(lines).max(*FONT.start());
        Self { lines, font, inset: 0.5 * (letter_widths * font).min(room.x) }
    }

    /// The middle of a word.
    fn middle(&self, index: usize, words: usize, room: Rect) -> Pos2 {
        let share = index as f32 / words.saturating_sub(1).max(1) as f32;
        let x = egui::lerp(room.left() + self.inset..=room.right() - self.inset, share);
        let line_height = (room.height() / self.lines as f32).min(2.0 * self.font);
        pos2(x, room.top() + ((index % self.lines) as f32 + 0.5) * line_height)
    }
}

/// The words of the walk under their places.
pub(super) fn words_ui(ui: &Ui, strip: &[GeneratedText], nearest: usize, row: WordRow, room: Rect) {
    let palette = Palette::of(ui);
    for (index, text) in strip.iter().enumerate() {
        let center = row.middle(index, strip.len(), room);
        let is_broken = text.origin == TextOrigin::Broken;
        let color = if is_broken { palette.text_weak } else { palette.text_strong };
        let shown = if text.text.is_empty() { "–" } else { &text.text };
        let place = ui.painter().text(center, Align2::CENTER_CENTER, shown, FontId::monospace(row.font), color);
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
            ui.label(RichText::new("■ is the end of the text; the brighter, the likelier").small().weak());
        }
    });
}

/// The name of a row: its character, or a sign for the end.
fn row_name(map: &ProbabilityMap, symbol: usize) -> String {
    if symbol == 0 { "■".to_owned() } else { symbol_name(map, symbol) }
}

fn symbol_name(map: &ProbabilityMap, symbol: usize) -> String {
    match symbol.checked_sub(1).and_then(|index| map.characters.get(index)) {
        Some(' ') => "␣".to_owned(),
        Some(character) => character.to_string(),
        None => "end".to_owned(),
    }
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
        let map = map("a ", 2, vec![0.1, 0.7, 0.6, 0.2, 0.3, 0.1]);
        assert_eq!(likely(&map, 0), "Place 1: a 60 %, ␣ 30 %, end 10 %");
        assert_eq!(likely(&map, 1), "Place 2: end 70 %, a 20 %, ␣ 10 %");
        assert_eq!(shown_rows(&map), [1, 2, 0], "the end stands below the letters");
    }

    /// No two words on a line come nearer to each other than a letter, nor to another line, where there is room for that.
    #[test]
    fn words_of_the_walk_do_not_touch() {
        let words = 11;
        for (width, letters) in [(480.0, 6), (560.0, 12), (660.0, 12), (660.0, 20), (1_000.0, 20), (1_000.0, 32)] {
            let room = Rect::from_min_size(pos2(10.0, 20.0), vec2(width, 48.0));
            let row = WordRow::of(room.size(), words, letters);
            let size = vec2(letters as f32 * LETTER_WIDTH * row.font, 1.2 * row.font);
            let places: Vec<Rect> =
                (0..words).map(|index| Rect::from_center_size(row.middle(index, words, room), size)).collect();
            for (index, place) in places.iter().enumerate() {
                assert!(room.expand(0.01).contains_rect(*place), "{width} {letters}: {place:?} of {row:?}");
                for other in &places[..index] {
                    assert!(!place.intersects(*other), "{width} {letters}: {place:?} and {other:?} of {row:?}");
                }
            }
        }
        // Short words on one line, as large as they may be.
        let row = WordRow::of(vec2(1_000.0, 48.0), words, 3);
        assert_eq!((row.lines, row.font.to_bits()), (1, FONT.end().to_bits()));
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
