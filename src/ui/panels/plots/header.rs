//! The heading of a plot: its title, and each curve's name beside its value, now or under the pointer.

use std::sync::Arc;

use eframe::egui::{Align, Align2, Color32, FontId, Galley, Layout, RichText, Sense, Stroke, Ui, pos2, vec2};

use super::curves::Curve;
use super::{PlotKind, Plots, Scale};
use crate::ui::number;
use crate::ui::scene::Scene;
use crate::ui::theme::{HALF, Palette, SMALL_TEXT, strong_style};

/// Width from which there is room for long titles and numbers.
const WIDE: f32 = 270.0;
/// Width of a curve's colour with the gap after it.
const SWATCH_WIDTH: f32 = 14.0;
/// Width of a value beside its curve's name.
const VALUE_WIDTH: f32 = 46.0;
/// Width of one from 0 to 1 where there is little room.
const PROBABILITY_WIDTH: f32 = 44.0;
/// Width of one of many, with two digits.
const SHARE_WIDTH: f32 = 32.0;
/// Where there is no value.
const NOTHING: &str = "–";

/// One curve's part of the heading.
struct Entry {
    color: Color32,
    name: Arc<Galley>,
    value: String,
    /// Width of the value, which stays though its digits change.
    room: f32,
}

impl Entry {
    fn width(&self) -> f32 {
        SWATCH_WIDTH + self.gap() + self.name.size().x - 2.0 + self.room
    }

    fn gap(&self) -> f32 {
        if self.name.text().is_empty() { 0.0 } else { HALF }
    }
}

/// Shows the heading.
pub(super) fn header_ui(ui: &mut Ui, scene: &Scene<'_>, plots: &Plots, kind: PlotKind) {
    let palette = Palette::of(ui);
    let bucket = plots.hovered_step.and_then(|step| scene.state.history().nearest(step));
    let is_critic = kind == PlotKind::Scores && !scene.state.run().scores_are_probabilities();
    let is_wide = ui.available_width() > WIDE;
    let title = match kind {
        _ if is_critic => "Critic’s scores",
        _ if is_wide => kind.title(),
        _ => kind.short_title(),
    };
    let row = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        ui.label(RichText::new(title).text_style(strong_style()).color(palette.text_strong));
        if let Some(bucket) = bucket.filter(|_| kind == PlotKind::Losses) {
            ui.label(RichText::new(number::grouped(bucket.last_step)).small().weak());
        }
        let entries = entries(ui, scene, plots, kind, is_wide);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for entry in entries.iter().rev() {
                entry_ui(ui, entry);
            }
        });
    });
    let tooltip = |ui: &mut Ui| {
        ui.label(kind.tooltip());
        for series in kind.series() {
            let is_discriminator = series.name == "Discriminator";
            let name = if is_discriminator { scene.state.run().discriminator_name() } else { series.name };
            ui.colored_label(series.color(palette), name);
        }
    };
    row.response.on_hover_ui(tooltip);
}

/// The curves with their values; with their names too where these fit into the room that is left.
fn entries(ui: &Ui, scene: &Scene<'_>, plots: &Plots, kind: PlotKind, is_wide: bool) -> Vec<Entry> {
    let palette = Palette::of(ui);
    let name = |text: &str| ui.painter().layout_no_wrap(text.to_owned(), font(), palette.text_weak);
    let value_width = match Scale::of(kind, scene) {
        _ if kind.has_many_curves() => SHARE_WIDTH,
        Scale::Probability | Scale::Share if !is_wide => PROBABILITY_WIDTH,
        _ => VALUE_WIDTH,
    };
    let values = kind.series().iter().zip(kind.short_names()).enumerate().map(|(index, (series, &short_name))| {
        let value = match value_at(scene, plots, kind, index) {
            Some(share) if kind.has_many_curves() => format!("{share:.2}"),
            Some(value) => number::measured(value),
            None => NOTHING.to_owned(),
        };
        Entry { color: series.color(palette), name: name(short_name), value, room: value_width }
    });
    let mut entries: Vec<Entry> = values.collect();
    let gaps = ui.spacing().item_spacing.x * entries.len() as f32;
    if entries.iter().map(Entry::width).sum::<f32>() + gaps > ui.available_width() {
        for entry in &mut entries {
            entry.name = name("");
        }
    }
    entries
}

/// A curve's value under the pointer, or the last one.
fn value_at(scene: &Scene<'_>, plots: &Plots, kind: PlotKind, index: usize) -> Option<f64> {
    let curve = plots.curves.get(kind).get(index);
    let Some(step) = plots.hovered_step else { return curve.and_then(Curve::last_value) };
    if kind.is_measured_now_and_then() {
        return curve.and_then(|curve| curve.value_at(step));
    }
    scene.state.history().nearest(step)?.summary(kind.series()[index].metric).mean()
}

fn font() -> FontId {
    FontId::proportional(SMALL_TEXT + 1.0)
}

fn entry_ui(ui: &mut Ui, entry: &Entry) {
    let palette = Palette::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(entry.width(), 18.0), Sense::hover());
    let middle = rect.center().y;
    let line = [pos2(rect.left(), middle), pos2(rect.left() + 10.0, middle)];
    ui.painter().line_segment(line, Stroke::new(3.0, entry.color));
    let name_left = rect.left() + SWATCH_WIDTH;
    let value_left = name_left + entry.name.size().x + entry.gap();
    let name_top = middle - 0.5 * entry.name.size().y;
    ui.painter().galley(pos2(name_left, name_top), Arc::clone(&entry.name), palette.text_weak);
    ui.painter().text(pos2(value_left, middle), Align2::LEFT_CENTER, &entry.value, font(), palette.text);
}
