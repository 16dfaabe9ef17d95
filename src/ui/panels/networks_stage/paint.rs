//! The picture itself: frames, units, edges, samples, numbers and flows, each as strong as what stands out allows.

mod blocks;

use eframe::egui::text::{LayoutJob, TextWrapping};
use eframe::egui::{self, Align2, Color32, FontId, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2, vec2};

use super::flow_paint::{paint_dots, paint_way};
use super::geometry::{LINE, SHORT_WORDS};
use super::parts::{Flow, Net, Part};
use super::{NetworksStage, Picture};
use crate::trainer::{LayerPicture, NetworkPicture, StageView};
use crate::ui::number;
use crate::ui::stage::{Atlas, Marker, Signs};
use crate::ui::theme::{BODY_TEXT, CARD_RADIUS, HALF, Palette, SMALL_TEXT, UNIT, strong_family};

/// Points of a batch that fit into a small square.
const SHOWN_POINTS: usize = 200;
/// Diameter of such a point.
const DOT: f32 = 4.0;
/// Room of a column for `8 of 128`.
const LONG_WORDS: f32 = 58.0;
/// The thickest edge, and the thinnest that is drawn.
const EDGE_WIDTHS: [f32; 2] = [0.4, 3.0];

/// Draws everything.
pub(super) fn picture(painter: &Painter, palette: &Palette, picture: &Picture<'_>, stage: &mut NetworksStage) {
    let brush = Brush { painter, palette, picture };
    for net in [Net::Generator, Net::Discriminator] {
        brush.net(net, stage);
    }
    brush.samples(stage);
    brush.verdict(stage);
    for flow in Flow::ALL {
        brush.flow(flow);
    }
    brush.unit_frame();
}

struct Brush<'a> {
    painter: &'a Painter,
    palette: &'a Palette,
    picture: &'a Picture<'a>,
}

impl Brush<'_> {
    fn words(&self, at: Pos2, align: Align2, text: &str, color: Color32) {
        self.painter.text(at, align, text, FontId::proportional(SMALL_TEXT), color);
    }

    fn color_of(&self, net: Net) -> Color32 {
        match net {
            Net::Generator => self.palette.generator,
            Net::Discriminator => self.palette.discriminator,
        }
    }

    fn network(&self, net: Net) -> &NetworkPicture {
        match net {
            Net::Generator => &self.picture.networks.generator,
            Net::Discriminator => &self.picture.networks.discriminator,
        }
    }

    fn ink(&self, part: Part) -> f32 {
        self.picture.focus.ink(part)
    }

    fn net(&self, net: Net, stage: &NetworksStage) {
        let geometry = self.picture.geometry.net(net);
        let (ink, color) = (self.ink(Part::Net(net)), self.color_of(net));
        let frame = geometry.frame;
        self.painter.rect(
            frame,
            CARD_RADIUS,
            self.palette.well.gamma_multiply(ink),
            Stroke::new(2.0, color.gamma_multiply(ink)),
            StrokeKind::Inside,
        );
        let name = if net == Net::Generator { "Generator" } else { self.picture.discriminator_name };
        let font = FontId::new(BODY_TEXT, strong_family());
        let at = pos2(frame.center().x, frame.top() + 14.0);
        self.painter.text(at, Align2::CENTER_CENTER, name, font, color.gamma_multiply(ink));
        if geometry.columns.is_empty() {
            self.blocks(net);
        } else {
            self.edges(net);
            self.units(net, stage);
        }
    }

    fn edges(&self, net: Net) {
        let geometry = self.picture.geometry.net(net);
        for (index, layer) in self.network(net).layers.iter().enumerate() {
            let largest = layer.edges.iter().map(|edge| edge.weight.abs()).fold(f32::MIN_POSITIVE, f32::max);
            for edge in &layer.edges {
                let Some((start, end)) = geometry.edge_ends(index, edge.from, edge.to) else { continue };
                let share = edge.weight.abs() / largest;
                if !share.is_finite() {
                    continue;
                }
                let touches = match self.picture.focus.unit() {
                    Some((own, layer, unit)) => {
                        let is_into = own == net && layer == index && unit == edge.to;
                        let is_out_of = own == net && layer + 1 == index && unit == edge.from;
                        if is_into || is_out_of { 1.0 } else { 0.12 }
                    }
                    None => self.ink(Part::Net(net)),
                };
                let sign = if edge.weight < 0.0 { self.palette.negative } else { self.palette.positive };
                let [thin, thick] = EDGE_WIDTHS;
                let color = sign.gamma_multiply(touches * (0.15 + 0.75 * share));
                self.painter.line_segment([start, end], Stroke::new(thin + (thick - thin) * share, color));
            }
        }
    }

    fn units(&self, net: Net, stage: &NetworksStage) {
        let geometry = self.picture.geometry.net(net);
        let network = self.network(net);
        let maps = if net == Net::Generator { &stage.generator } else { &stage.discriminator };
        let ink = self.ink(Part::Net(net));
        let weak = self.palette.text_weak.gamma_multiply(ink);
        let words_y = geometry.frame.top() + 24.0 + 0.5 * LINE;
        let room = geometry.column_room;
        let has_own_counts = geometry.has_counts && room >= SHORT_WORDS;
        for (index, column) in geometry.columns.iter().enumerate() {
            let layer = &network.layers[index];
            for (unit, rect) in column.iter().enumerate() {
                let ink = self.ink(Part::Unit { net, layer: index, unit });
                self.painter.rect_filled(*rect, 2.0, self.palette.heat_middle);
                maps.paint(self.painter, index, unit, *rect, Color32::WHITE.gamma_multiply(ink));
                let line = Stroke::new(1.0, self.palette.text_weak.gamma_multiply(0.7 * ink));
                self.painter.rect_stroke(*rect, 2.0, line, StrokeKind::Outside);
            }
            let Some(first) = column.first() else { continue };
            let x = first.center().x;
            if has_own_counts {
                let text = count_words(layer, column.len(), room >= LONG_WORDS);
                self.words(pos2(x, words_y), Align2::CENTER_CENTER, &text, weak);
            }
            self.layer_gradient(net, index, x, room);
        }
        if let (Some(layer), Some(column)) = (network.layers.first(), geometry.columns.first())
            && geometry.has_counts
            && !has_own_counts
        {
            // One number for all columns; each column's own is in its units' tooltips.
            let text = count_words(layer, column.len(), true);
            self.words(pos2(geometry.frame.center().x, words_y), Align2::CENTER_CENTER, &text, weak);
        }
        for place in geometry.inputs.iter().chain(&geometry.outputs) {
            self.painter.circle_filled(*place, 3.0, self.palette.text.gamma_multiply(ink));
        }
    }

    /// How strongly a layer is pulled, under its column: a bar against the strongest layer, and a number where it fits.
    fn layer_gradient(&self, net: Net, layer: usize, x: f32, room: f32) {
        let geometry = self.picture.geometry.net(net);
        let layers = &self.network(net).layers;
        let Some(norm) = layers[layer].gradient_norm else { return };
        let color = self.color_of(net).gamma_multiply(self.ink(Part::Net(net)));
        let share = (norm / strongest(layers)).clamp(0.0, 1.0);
        let bottom = geometry.frame.bottom() - 4.0;
        let width = (0.62 * room).min(48.0);
        let bar = |share: f32, height: f32| Rect::from_center_size(pos2(x, bottom - 2.0), vec2(width * share, height));
        self.painter.rect_filled(bar(1.0, 1.0), 0.0, color.gamma_multiply(0.5));
        self.painter.rect_filled(bar(share, 4.0), 2.0, color);
        if room >= SHORT_WORDS {
            let text = number::measured(f64::from(norm));
            self.words(pos2(x, bottom - 0.5 * LINE - 3.0), Align2::CENTER_CENTER, &text, color);
        }
    }

    fn samples(&self, stage: &mut NetworksStage) {
        let geometry = &self.picture.geometry;
        let titles = [
            (Part::Noise, geometry.noise, "Noise", self.palette.text),
            (Part::Generated, geometry.generated, "Generated", self.palette.generated),
            (Part::Real, geometry.real, "Real", self.palette.real),
        ];
        for (part, rect, title, color) in titles {
            let ink = self.ink(part);
            self.painter.rect(
                rect,
                4.0,
                self.palette.well.gamma_multiply(ink),
                Stroke::new(1.5, color.gamma_multiply(ink)),
                StrokeKind::Outside,
            );
            let at = pos2(rect.center().x, rect.top() - 0.5 * LINE - 1.0);
            self.words(at, Align2::CENTER_CENTER, title, color.gamma_multiply(ink));
        }
        let signs = stage.signs.get_or_insert_with(|| Signs::new(self.painter.ctx()));
        let [noise, fake, real] = &mut stage.clouds;
        let (networks, samples) = (self.picture.networks, self.picture.samples);
        let into = |rect: Rect, bounds: [[f32; 2]; 2]| move |point: &[f32; 2]| place(rect.shrink(3.0), bounds, *point);
        let clip = |rect: Rect| self.painter.with_clip_rect(rect.intersect(self.painter.clip_rect()));
        let color = self.palette.text.gamma_multiply(0.8 * self.ink(Part::Noise));
        let at = samples.latents.iter().take(SHOWN_POINTS).map(into(geometry.noise, networks.latent_bounds));
        let at = at.map(|place| (place, color));
        noise.paint(&clip(geometry.noise), signs, Marker::Disc, DOT, at);
        match &self.picture.views.stage {
            StageView::Points(view) => {
                let color = self.palette.generated.gamma_multiply(self.ink(Part::Generated));
                let to_screen = into(geometry.generated, view.bounds);
                let inside = clip(geometry.generated);
                let trace = Stroke::new(1.0, color.gamma_multiply(0.6));
                for (from, to) in samples.fake.iter().zip(samples.moved).take(SHOWN_POINTS) {
                    inside.line_segment([to_screen(from), to_screen(to)], trace);
                }
                let now = if samples.moved.is_empty() { samples.fake } else { samples.moved };
                let at = now.iter().take(SHOWN_POINTS).map(|point| (to_screen(point), color));
                fake.paint(&clip(geometry.generated), signs, Marker::Disc, DOT, at);
                let color = self.palette.real.gamma_multiply(self.ink(Part::Real));
                let at = samples.real.iter().take(SHOWN_POINTS).map(into(geometry.real, view.bounds));
                let at = at.map(|place| (place, color));
                real.paint(&clip(geometry.real), signs, Marker::Ring, DOT + 1.0, at);
            }
            StageView::Images(_) => {
                self.tiles(&stage.generated_pictures, geometry.generated, self.ink(Part::Generated));
                self.tiles(&stage.real_pictures, geometry.real, self.ink(Part::Real));
            }
            StageView::Texts(view) => {
                let generated = view.fake.iter().map(|text| text.text.as_str());
                self.texts(
                    generated,
                    geometry.generated,
                    self.palette.generated.gamma_multiply(self.ink(Part::Generated)),
                );
                let real = view.real.iter().map(String::as_str);
                self.texts(real, geometry.real, self.palette.real.gamma_multiply(self.ink(Part::Real)));
            }
        }
    }

    fn tiles(&self, atlas: &Atlas, rect: Rect, ink: f32) {
        let half = 0.5 * rect.size();
        for index in 0..4_usize {
            let corner = rect.min + vec2((index % 2) as f32 * half.x, (index / 2) as f32 * half.y);
            atlas.paint(self.painter, index, Rect::from_min_size(corner, half).shrink(1.0));
        }
        let veil = self.palette.background.gamma_multiply(1.0 - ink);
        self.painter.rect_filled(rect, 0.0, veil);
    }

    /// As many texts as there is room for, one below the other; long ones end in an ellipsis.
    fn texts<'t>(&self, texts: impl Iterator<Item = &'t str>, rect: Rect, color: Color32) {
        let font = egui::FontId::monospace(SMALL_TEXT);
        let line = SMALL_TEXT + 3.0;
        let painter = self.painter.with_clip_rect(rect);
        for (row, text) in texts.take((rect.height() / line) as usize).enumerate() {
            let mut job = LayoutJob::simple_singleline(text.to_owned(), font.clone(), color);
            job.wrap = TextWrapping::truncate_at_width(rect.width() - HALF);
            let galley = painter.layout_job(job);
            let middle = pos2(rect.center().x, rect.top() + (row as f32 + 0.5) * line);
            painter.galley(middle - 0.5 * galley.size(), galley, color);
        }
    }

    fn verdict(&self, stage: &NetworksStage) {
        let geometry = &self.picture.geometry;
        let ink = self.ink(Part::Opinion);
        let color = self.palette.discriminator.gamma_multiply(ink);
        let rect = geometry.opinion;
        self.painter.rect(rect, 4.0, self.palette.well, Stroke::new(1.5, color), StrokeKind::Outside);
        if matches!(self.picture.views.stage, StageView::Points(_)) {
            let square = Rect::from_center_size(rect.center(), Vec2::splat(rect.width().min(rect.height())));
            stage.opinion.paint_whole(self.painter, square, Color32::WHITE.gamma_multiply(ink));
        }
        let at = pos2(rect.center().x, rect.top() - 0.5 * LINE - 1.0);
        self.words(at, Align2::CENTER_CENTER, "Verdict", self.palette.text.gamma_multiply(ink));
        self.scores(rect, ink);
        for (net, name) in [(Net::Discriminator, "D loss"), (Net::Generator, "G loss")] {
            self.loss(net, name);
        }
    }

    /// The mean scores in the corners of the verdict: of real samples above, of generated ones below.
    fn scores(&self, rect: Rect, ink: f32) {
        let rows = [("real", self.palette.real), ("gen.", self.palette.generated)];
        let lay_out = |has_names: bool| {
            rows.into_iter().zip(self.picture.figures.scores).map(move |((name, color), score)| {
                let number = score.map_or_else(|| "–".to_owned(), |score| number::measured(f64::from(score)));
                let text = if has_names { format!("{name} {number}") } else { number };
                self.painter.layout_no_wrap(text, FontId::proportional(SMALL_TEXT), color.gamma_multiply(ink))
            })
        };
        // Where names do not fit, the colour says whose score it is.
        let fits = lay_out(true).all(|galley| galley.size().x + UNIT + 6.0 <= rect.width());
        for (index, galley) in lay_out(fits).enumerate() {
            let size = galley.size() + vec2(UNIT, 2.0);
            let top = if index == 0 { rect.top() + 3.0 } else { rect.bottom() - size.y - 3.0 };
            let corner = pos2(rect.left() + 3.0, top);
            self.painter.rect_filled(Rect::from_min_size(corner, size), 3.0, self.palette.raised.gamma_multiply(0.92));
            self.painter.galley(corner + vec2(HALF, 1.0), galley, self.palette.text);
        }
    }

    fn loss(&self, net: Net, name: &str) {
        let (part, color) = (Part::Loss(net), self.color_of(net));
        let Some(rect) = self.picture.geometry.part(part) else { return };
        let ink = self.ink(part);
        let line = Stroke::new(1.5, color.gamma_multiply(ink));
        self.painter.rect(rect, 6.0, self.palette.well.gamma_multiply(ink), line, StrokeKind::Inside);
        let index = usize::from(net == Net::Generator);
        let value = self.picture.figures.losses[index];
        let text = value.map_or_else(|| "–".to_owned(), |value| number::measured(f64::from(value)));
        if rect.height() < 2.0 * LINE {
            let text = format!("{} {text}", name.get(..1).unwrap_or(name));
            return self.words(rect.center(), Align2::CENTER_CENTER, &text, color.gamma_multiply(ink));
        }
        let name_at = pos2(rect.center().x, rect.top() + 0.5 * LINE + 3.0);
        self.words(name_at, Align2::CENTER_CENTER, name, color.gamma_multiply(ink));
        let font = FontId::new(BODY_TEXT, strong_family());
        let at = pos2(rect.center().x, rect.bottom() - 0.5 * LINE - 4.0);
        self.painter.text(at, Align2::CENTER_CENTER, text, font, self.palette.text_strong.gamma_multiply(ink));
    }

    fn flow(&self, flow: Flow) {
        let path = self.picture.geometry.path(flow);
        let color = match flow {
            Flow::Noise => self.palette.text,
            Flow::Samples | Flow::GeneratedIn => self.palette.generated,
            Flow::RealIn => self.palette.real,
            Flow::Verdict => self.palette.discriminator,
            Flow::Score(net) | Flow::Gradient(net) => self.color_of(net),
        };
        let color = color.gamma_multiply(self.picture.focus.flow_ink(flow));
        let is_walked = self.picture.phase.is_some() && self.picture.focus.flows(flow);
        let width = if is_walked { 3.0 } else { 2.0 };
        paint_way(self.painter, &path, width, color);
        if let Some(secs) = self.picture.moving_secs.filter(|_| self.picture.focus.flows(flow)) {
            paint_dots(self.painter, &path, secs, width + 1.0, color);
        }
        if let Flow::Gradient(net) = flow {
            self.gradient_label(net, color);
        }
    }

    /// Whose gradient goes back in a lane, and how strong it is.
    fn gradient_label(&self, net: Net, color: Color32) {
        let index = usize::from(net == Net::Generator);
        let Some(norm) = self.picture.figures.gradients[index] else { return };
        let letter = if net == Net::Generator { "G" } else { "D" };
        let number = number::measured(f64::from(norm));
        let room = self.picture.geometry.gradient_words(net);
        // Where the letter does not fit, the colour says whose it is.
        let texts = [format!("{letter} gradient {number}"), format!("gradient {number}"), number];
        let font = FontId::proportional(SMALL_TEXT);
        let mut galleys = texts.into_iter().map(|text| self.painter.layout_no_wrap(text, font.clone(), color));
        let Some(galley) = galleys.find(|galley| galley.size().x <= room.width()) else { return };
        let corner = pos2(room.left(), room.center().y - 0.5 * galley.size().y);
        let rect = Rect::from_min_size(corner, galley.size());
        self.painter.rect_filled(rect.expand2(vec2(HALF, 0.0)), 0.0, self.palette.background);
        self.painter.galley(rect.min, galley, color);
    }

    fn unit_frame(&self) {
        let Some((net, layer, unit)) = self.picture.focus.unit() else { return };
        if let Some(rect) = self.picture.geometry.part(Part::Unit { net, layer, unit }) {
            let line = Stroke::new(2.0, self.palette.accent);
            self.painter.add(Shape::from(eframe::egui::epaint::RectShape::stroke(
                rect.expand(2.0),
                3.0,
                line,
                StrokeKind::Outside,
            )));
        }
    }
}

/// How many units of a layer are shown, of how many.
fn count_words(layer: &LayerPicture, shown: usize, is_long: bool) -> String {
    let all = layer.output.to_string();
    if shown.to_string() == all {
        all
    } else if is_long {
        format!("{shown} of {all}")
    } else {
        format!("{shown}/{all}")
    }
}

fn strongest(layers: &[LayerPicture]) -> f32 {
    layers.iter().filter_map(|layer| layer.gradient_norm).fold(f32::MIN_POSITIVE, f32::max)
}

/// Where a point of the plane lies in a small square.
fn place(rect: Rect, [low, high]: [[f32; 2]; 2], [x, y]: [f32; 2]) -> Pos2 {
    let share = |value: f32, axis: usize| (value - low[axis]) / (high[axis] - low[axis]).max(f32::MIN_POSITIVE);
    pos2(rect.left() + share(x, 0) * rect.width(), rect.bottom() - share(y, 1) * rect.height())
}
