//! A row for each classifier: what it learns from, what it sees, how well it knows the test pictures, and what may be said of that.

use std::ops::RangeInclusive;

use eframe::egui::text::{LayoutJob, TextWrapping};
use eframe::egui::{
    self, Align2, Color32, FontId, Label, Painter, Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui,
    UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};

use super::Flow;
use super::scale::Scale;
use crate::config::{ArmKind, Choice as _, Domain};
use crate::data::Pictures;
use crate::state::ExperimentPage;
use crate::trainer::{ArmReport, Estimate, HelpVerdict, Report, SeenSamples};
use crate::ui::number::{duration, grouped};
use crate::ui::stage::Atlas;
use crate::ui::theme::{BODY_TEXT, HALF, Palette, SMALL_TEXT, UNIT};
use crate::ui::widgets::small_label;

/// Height of the columns' titles.
const HEAD_HEIGHT: f32 = 22.0;
/// Width that the rows need.
pub(super) const LEAST_WIDTH: f32 = 556.0;
/// Heights of a row.
const ROW_HEIGHTS: RangeInclusive<f32> = 54.0..=84.0;
/// Width of the number.
const NUMBER_WIDTH: f32 = 108.0;
/// Distance between columns.
const GAP: f32 = 16.0;
/// Room for a text.
const TEXT_WIDTH: f32 = 84.0;
const TEXT_HEIGHT: f32 = 16.0;
/// Distance between pictures.
const PICTURE_GAP: f32 = 3.0;

/// Samples that the classifiers see; pictures in one texture.
#[derive(Default)]
pub(super) struct Strips {
    atlas: Atlas,
    of_arms: Vec<Strip>,
    /// Of which samples: the page's version, and the number of labelled ones.
    of: Option<(u64, usize)>,
}

/// What one arm's classifier sees.
struct Strip {
    arm: ArmKind,
    /// Place of its first picture in the texture.
    first: usize,
    /// Its texts, where it sees texts.
    texts: Vec<String>,
    /// All of them, for those who point at them or hear them.
    spoken: String,
    is_generated: Vec<bool>,
}

impl Strips {
    /// Takes in what is seen now, unless it is in the texture already.
    fn update(&mut self, ctx: &egui::Context, page: &ExperimentPage, report: Option<&Report>) {
        let labelled = report.map_or(0, |report| report.labelled);
        let of = (page.version(), labelled);
        if self.of.replace(of) == Some(of) {
            return;
        }
        self.of_arms.clear();
        let Some(samples) = page.samples(labelled) else { return };
        let mut parts = Vec::new();
        let mut first = 0;
        for seen in &samples.arms {
            let texts = match &seen.samples {
                SeenSamples::Texts(texts) => texts.clone(),
                SeenSamples::Pictures(pictures) => {
                    parts.push(pictures.clone());
                    Vec::new()
                }
            };
            let (arm, spoken) = (seen.arm, texts.join(", "));
            self.of_arms.push(Strip { arm, first, texts, spoken, is_generated: seen.is_generated.clone() });
            first += seen.is_generated.len();
        }
        if let Some(all) = Pictures::concat(&parts) {
            self.atlas.update(ctx, "experiment pictures", &all);
        }
    }

    /// Draws samples of an arm, generated ones in their colour: pictures side by side, at most `count`, or texts in columns.
    fn paint(&self, ui: &Ui, arm: ArmKind, rect: Rect, count: usize) {
        let palette = Palette::of(ui);
        let Some(strip) = self.of_arms.iter().find(|strip| strip.arm == arm) else { return };
        if !strip.texts.is_empty() {
            return texts_ui(ui, strip, rect);
        }
        let Strip { first, is_generated, .. } = strip;
        let side = rect.height().min((rect.width() + PICTURE_GAP) / count as f32 - PICTURE_GAP).floor();
        let shown = count.min(is_generated.len());
        for number in 0..shown {
            // Evenly, so that generated ones have their share among few, too.
            let index = number * is_generated.len() / shown;
            let corner = pos2(rect.left() + number as f32 * (side + PICTURE_GAP), rect.center().y - side / 2.0);
            let tile = Rect::from_min_size(corner, Vec2::splat(side));
            self.atlas.paint(ui.painter(), first + index, tile);
            let color = if is_generated[index] { palette.generated } else { palette.real };
            ui.painter().rect_stroke(tile, 1.0, Stroke::new(1.5, color), StrokeKind::Inside);
        }
    }
}

/// Texts below and beside each other, as many as there is room for, generated ones in their colour.
/// All of them are told under the pointer.
fn texts_ui(ui: &Ui, strip: &Strip, rect: Rect) {
    let Strip { arm, texts, spoken, is_generated, .. } = strip;
    let palette = Palette::of(ui);
    let response = ui.interact(rect, ui.scope_id().with(("texts", arm)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(egui::accesskit::Role::Label, true, spoken));
    response.on_hover_text(spoken);
    let columns = ((rect.width() / TEXT_WIDTH) as usize).max(1);
    let rows = ((rect.height() / TEXT_HEIGHT) as usize).clamp(1, texts.len().div_ceil(columns));
    let shown = texts.len().min(columns * rows);
    let top = rect.center().y - rows as f32 * TEXT_HEIGHT / 2.0;
    let width = rect.width() / columns as f32;
    for number in 0..shown {
        // Evenly, so that generated ones have their share among few, too.
        let index = number * texts.len() / shown;
        let corner = pos2(rect.left() + (number / rows) as f32 * width, top + (number % rows) as f32 * TEXT_HEIGHT);
        let color = if is_generated[index] { palette.generated } else { palette.real };
        let mut job = LayoutJob::simple_singleline(texts[index].clone(), FontId::proportional(SMALL_TEXT), color);
        job.wrap = TextWrapping::truncate_at_width(width - PICTURE_GAP);
        ui.painter().galley(corner, ui.painter().layout_job(job), color);
    }
}

/// Where the columns are, from left to right.
struct Columns {
    name: (f32, f32),
    strip: (f32, f32),
    pictures: usize,
    scale: (f32, f32),
    number: (f32, f32),
    verdict: (f32, f32),
}

impl Columns {
    fn of(left: f32, width: f32, row_height: f32) -> Self {
        let name = (0.2 * width).clamp(132.0, 220.0);
        let verdict = (0.2 * width).clamp(132.0, 220.0);
        let (pictures, side) = match width {
            900.0.. => (6, 44.0),
            600.0.. => (4, 30.0),
            _ => (2, 30.0),
        };
        let side = (row_height - UNIT).min(side);
        let strip = pictures as f32 * (side + PICTURE_GAP);
        let mut at = left;
        let mut take = |width: f32| {
            let column = (at, at + width);
            at += width + GAP;
            column
        };
        let name = take(name);
        let strip = take(strip);
        let rest = left + width - strip.1 - GAP - (NUMBER_WIDTH + GAP + verdict) - GAP;
        Self { name, strip, pictures, scale: take(rest.max(40.0)), number: take(NUMBER_WIDTH), verdict: take(verdict) }
    }
}

/// Shows all rows; without a report, what will be compared.
pub(super) fn arms_ui(ui: &mut Ui, page: &ExperimentPage, report: Option<&Report>, strips: &mut Strips, flow: Flow) {
    strips.update(ui.ctx(), page, report);
    summary_ui(ui, page, report);
    let arms: Vec<ArmKind> = match report {
        Some(report) => report.arms.iter().map(|arm| arm.arm).collect(),
        None => arms_of(page.choice().domain()),
    };
    match flow {
        Flow::Scrolled => rows_ui(ui, &arms, *ROW_HEIGHTS.start(), report, strips),
        Flow::Filling => {
            let height = ((ui.available_height() - HEAD_HEIGHT) / arms.len() as f32).floor();
            let height = height.clamp(*ROW_HEIGHTS.start(), *ROW_HEIGHTS.end());
            let area = ScrollArea::vertical().id_salt("arms").auto_shrink([false, true]);
            area.show(ui, |ui| rows_ui(ui, &arms, height, report, strips));
        }
    }
}

/// The arms that an experiment with samples of a domain has.
fn arms_of(domain: Domain) -> Vec<ArmKind> {
    ArmKind::ALL.iter().copied().filter(|arm| arm.fits(domain)).collect()
}

fn rows_ui(ui: &mut Ui, arms: &[ArmKind], height: f32, report: Option<&Report>, strips: &Strips) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let whole = ui.available_rect_before_wrap();
    let columns = Columns::of(whole.left(), whole.width() - UNIT, height);
    let scale = report.and_then(|report| Scale::of(report, columns.scale));
    head_ui(ui, &columns, scale.as_ref(), strips);
    for (number, &arm) in arms.iter().enumerate() {
        let known = report.and_then(|report| report.arms.iter().find(|known| known.arm == arm));
        let size = vec2(whole.width(), height);
        let (row, response) = ui.allocate_exact_size(size, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(egui::accesskit::Role::Row, true, spoken(arm, known)));
        if number > 0 {
            ui.painter().hline(row.x_range(), row.top(), Stroke::new(1.0, Palette::of(ui).line));
        }
        let is_measured = known.is_some_and(|known| known.accuracy.is_some());
        if let (Some(scale), Some(report), true) = (&scale, report, is_measured) {
            grid(ui, scale, report, row);
        }
        row_ui(ui, (arm, known), row, &columns, scale.as_ref(), strips);
    }
}

/// What the numbers are of, or what will be compared.
fn summary_ui(ui: &mut Ui, page: &ExperimentPage, report: Option<&Report>) {
    let text = report.map_or_else(
        || {
            let number = if arms_of(page.choice().domain()).len() == ArmKind::ALL.len() { "Seven" } else { "Five" };
            format!(
                "{number} classifiers with the same first weights and equally many steps. What differs is what they learn from:"
            )
        },
        |report| summary(page, report),
    );
    small_label(ui, &text);
    ui.add_space(HALF);
}

fn summary(page: &ExperimentPage, report: &Report) -> String {
    let Report { domain, labelled, generated, others, tested, diverged, .. } = report;
    let counted =
        |count: usize, what: &str| if count > 0 { format!(", {} {what}", grouped(count)) } else { String::new() };
    let more = counted(*generated, "generated") + &counted(*others, "other real ones");
    let seeds = match report.seeds_done() {
        [_, 0] if diverged.is_empty() => "no seed is done yet".to_owned(),
        [_, 0] => "no seed has results".to_owned(),
        [_, 1] => "1 seed so far: intervals need two".to_owned(),
        [least, most] if least == most => format!("± is a 95 % interval over {most} seeds and test {}", domain.noun()),
        // Later classifiers of a seed are still to come.
        [_, most] => format!("± is a 95 % interval over up to {most} seeds and test {}", domain.noun()),
    };
    let left_out = report.left_out().map(|sentence| format!(" {sentence}")).unwrap_or_default();
    let of_other = if page.is_of_other_choice() { " Found with other settings than those at the left." } else { "" };
    format!(
        "{} labelled {}{more}, {} to test with; {seeds}.{left_out}{of_other}",
        grouped(*labelled),
        domain.noun(),
        grouped(*tested)
    )
}

fn head_ui(ui: &mut Ui, columns: &Columns, scale: Option<&Scale>, strips: &Strips) {
    let palette = Palette::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEAD_HEIGHT), Sense::hover());
    let font = FontId::proportional(SMALL_TEXT);
    let title = |(left, _): (f32, f32), text: &str| {
        let at = pos2(left, rect.center().y);
        ui.painter().text(at, Align2::LEFT_CENTER, text, font.clone(), palette.text_weak);
    };
    title(columns.name, "Learns from");
    let Some(scale) = scale else { return };
    if !strips.of_arms.is_empty() {
        title(columns.strip, "Sees");
    }
    title(columns.number, "Accuracy");
    title(columns.verdict, "So it…");
    for (tick, label) in scale.ticks() {
        let label = ui.painter().layout_no_wrap(label, font.clone(), palette.text_weak);
        // The outermost stay out of the next columns' titles.
        let (left, right) = (scale.column.0 - GAP + PICTURE_GAP, scale.column.1 + GAP / 2.0);
        let at = (scale.x(tick) - label.size().x / 2.0).clamp(left, (right - label.size().x).max(left));
        ui.painter().galley(pos2(at, rect.center().y - label.size().y / 2.0), label, palette.text_weak);
    }
}

/// Lines at round numbers, and one where the classifier of the real pictures alone is.
fn grid(ui: &Ui, scale: &Scale, report: &Report, row: Rect) {
    let palette = Palette::of(ui);
    for (tick, _) in scale.ticks() {
        ui.painter().vline(scale.x(tick), row.y_range(), Stroke::new(1.0, palette.line));
    }
    let real = report.arms.iter().find(|arm| arm.arm == ArmKind::RealOnly);
    if let Some(real) = real.and_then(|real| real.accuracy) {
        let x = scale.x(real.mean);
        let ends = [pos2(x, row.top()), pos2(x, row.bottom())];
        let stroke = Stroke::new(1.0, palette.text_weak);
        ui.painter().extend(egui::Shape::dashed_line(&ends, stroke, 4.0, 4.0));
    }
}

fn row_ui(
    ui: &mut Ui,
    (arm, known): (ArmKind, Option<&ArmReport>),
    row: Rect,
    columns: &Columns,
    scale: Option<&Scale>,
    strips: &Strips,
) {
    let palette = Palette::of(ui);
    let cell = |(left, right): (f32, f32)| Rect::from_x_y_ranges(left..=right, row.top() + HALF..=row.bottom() - HALF);
    let name = (arm.label(), palette.text_strong);
    let Some((known, accuracy)) = known.and_then(|known| Some((known, known.accuracy?))) else {
        words_ui(ui, cell(columns.name), name, "");
        words_ui(ui, cell((columns.strip.0, columns.verdict.1)), (arm.tooltip(), palette.text), "");
        return;
    };
    words_ui(ui, cell(columns.name), name, arm.tooltip()).on_hover_text(arm.tooltip());
    strips.paint(ui, arm, cell(columns.strip), columns.pictures);
    if let Some(scale) = scale {
        let color = if arm.uses_generated() { palette.generated } else { palette.real };
        interval(&ui.painter_at(row), scale, (&known.accuracies, accuracy), row.center().y, color);
    }
    let number = (accuracy.percent(), palette.text_strong);
    let cost = format!("{} a seed", duration(known.secs));
    let tooltip = "Share of what it is tested with whose class it knows; below, the time that a seed takes, training the GAN included where it needs one";
    words_ui(ui, cell(columns.number), (&number.0, number.1), &cost).on_hover_text(tooltip);
    let Some(comparison) = known.comparison else {
        words_ui(ui, cell(columns.verdict), ("", palette.text), "The others are compared with this one.");
        return;
    };
    let color = match comparison.verdict {
        HelpVerdict::Helped => palette.generator,
        HelpVerdict::Worse => palette.error,
        HelpVerdict::NoMeasurableHelp => palette.text,
        HelpVerdict::NotKnown => palette.text_weak,
    };
    let words = match comparison.verdict {
        HelpVerdict::NotKnown => "not known yet".to_owned(),
        _ => comparison.words(),
    };
    let against = match comparison.control {
        ArmKind::RealOnly => String::new(),
        control => format!("against {}", control.label().to_lowercase()),
    };
    words_ui(ui, cell(columns.verdict), (&words, color), &against).on_hover_text(format!(
        "Against “{}”, seed by seed: {}. Helped is only said where all of the 95 % interval is above 0.",
        comparison.control.label(),
        comparison.words()
    ));
}

/// Strong words, and small ones below them, in the middle of a cell.
fn words_ui(ui: &mut Ui, cell: Rect, (text, color): (&str, Color32), small: &str) -> egui::Response {
    let palette = Palette::of(ui);
    let font = FontId::proportional(BODY_TEXT);
    let small_font = FontId::proportional(SMALL_TEXT);
    let height = |text: &str, font: FontId| match text {
        "" => 0.0,
        _ => ui.painter().layout(text.to_owned(), font, color, cell.width()).size().y,
    };
    let room = cell.height() - height(text, font);
    let small_height = height(small, small_font);
    // What does not fit whole is left out: it is under the pointer.
    let small = if small_height <= room + 1.0 { small } else { "" };
    let free = (room - if small.is_empty() { 0.0 } else { small_height }).max(0.0);
    // The row has its place already, so a cell takes none of its own.
    let mut inner = ui.new_child(UiBuilder::new().max_rect(cell).sense(Sense::hover()));
    inner.spacing_mut().item_spacing.y = 0.0;
    inner.add_space((free / 2.0).floor());
    if !text.is_empty() {
        inner.add(Label::new(RichText::new(text).color(color)).wrap());
    }
    if !small.is_empty() {
        inner.add(Label::new(RichText::new(small).size(SMALL_TEXT).color(palette.text_weak)).wrap());
    }
    inner.response()
}

/// Each seed as a faint dot, their mean as a full one, and its interval.
fn interval(painter: &Painter, scale: &Scale, (seeds, all): (&[f64], Estimate), y: f32, color: Color32) {
    for &accuracy in seeds {
        painter.circle_filled(pos2(scale.x(accuracy), y), 2.5, color.gamma_multiply(0.45));
    }
    let Estimate { mean, half_width } = all;
    let stroke = Stroke::new(2.0, color);
    if let Some(half_width) = half_width {
        let (low, high) = (scale.x(mean - half_width), scale.x(mean + half_width));
        painter.hline(low..=high, y, stroke);
        for end in [low, high] {
            painter.vline(end, y - 5.0..=y + 5.0, stroke);
        }
    }
    painter.circle_filled(pos2(scale.x(mean), y), 5.0, color);
}

/// A row in words, for those who hear it.
fn spoken(arm: ArmKind, known: Option<&ArmReport>) -> String {
    let Some((known, accuracy)) = known.and_then(|known| Some((known, known.accuracy?))) else {
        return format!("{}: not measured yet", arm.label());
    };
    let verdict = known.comparison.map(|comparison| format!(", {}", comparison.words())).unwrap_or_default();
    format!("{}: {}{verdict}", arm.label(), accuracy.percent())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_follow_each_other_whatever_the_width() {
        for width in [LEAST_WIDTH - UNIT, 700.0, 1_060.0] {
            let columns = Columns::of(10.0, width, 60.0);
            let all = [columns.name, columns.strip, columns.scale, columns.number, columns.verdict];
            assert!(all.windows(2).all(|pair| pair[0].1 < pair[1].0), "{all:?}");
            assert!(columns.verdict.1 <= 10.0 + width + 1.0, "{width}: {all:?}");
        }
    }
}
