//! Where each part of the picture lies: from left to right, noise, generator, samples, discriminator, losses.

use eframe::egui::{Pos2, Rect, Vec2, pos2, vec2};

use super::parts::{Flow, Net, Part};
use crate::trainer::{NetworkPicture, NetworkView, SHOWN_UNITS};
use crate::ui::theme::{HALF, UNIT};

/// Height of a line of small words.
pub(super) const LINE: f32 = 18.0;
/// Height of a network's heading.
const HEADING: f32 = 24.0;
/// Height of the lane in which one gradient goes back.
const LANE: f32 = 24.0;
/// The least room in which nothing is cut or overlaps; in less, the picture scrolls.
pub(super) const LEAST_ROOM: Vec2 = vec2(440.0, 124.0);
/// Height between the lanes below which the losses lie in the lanes, of one line each instead of two.
const SHORT: f32 = 250.0;
/// Height of a network from which there is a line that counts its units.
const COUNTS_HEIGHT: f32 = 120.0;
/// Room of a column for `8/128`, or for a number below it.
pub(super) const SHORT_WORDS: f32 = 46.0;
/// The least distance between two units: where all do not fit, fewer are shown.
const MIN_UNIT_STEP: f32 = 20.0;
/// The least height of the verdict.
const MIN_VERDICT: f32 = 2.0 * LINE + UNIT;
/// The widest that a column of units becomes.
const MAX_PITCH: f32 = 104.0;
/// The largest map of a unit.
const MAX_UNIT: f32 = 58.0;
/// Width of the parts, in columns of units.
const NOISE: f32 = 1.1;
const GAP: f32 = 0.46;
const SAMPLES: f32 = 1.65;
const VERDICT: f32 = 1.8;
/// Between a network's frame and its first or last column.
const ENDS: f32 = 0.32;
/// Width of a network that is shown as a list of blocks.
const BLOCKS: f32 = 3.4;
/// The least width of a network, for its name.
const LEAST_NETWORK: f32 = 2.64;
/// The least distance between two blocks, for a line of words, and that from which arrows lead from one to the next.
const MIN_BLOCK_STEP: f32 = LINE;
const EASY_BLOCK_STEP: f32 = 30.0;

/// Where everything lies.
#[derive(Debug, Clone)]
pub(super) struct Geometry {
    pub(super) noise: Rect,
    pub(super) generator: NetGeometry,
    pub(super) generated: Rect,
    pub(super) real: Rect,
    pub(super) discriminator: NetGeometry,
    pub(super) opinion: Rect,
    pub(super) discriminator_loss: Rect,
    pub(super) generator_loss: Rect,
    /// Whether there is so little height that the losses lie in the lanes.
    is_short: bool,
    /// Middle of the lanes of both gradients: the discriminator's above, the generator's below.
    pub(super) lanes: [f32; 2],
}

/// Where a network's insides lie.
#[derive(Debug, Clone)]
pub(super) struct NetGeometry {
    pub(super) frame: Rect,
    /// Where its first inputs come in, its hidden units, and where its outputs leave.
    pub(super) inputs: Vec<Pos2>,
    pub(super) columns: Vec<Vec<Rect>>,
    pub(super) outputs: Vec<Pos2>,
    /// Width that the words and numbers of one column may take.
    pub(super) column_room: f32,
    /// Whether there is a line that counts the units.
    pub(super) has_counts: bool,
    /// Rows of a list of blocks, where it is no row of columns: as many as there is room for.
    pub(super) blocks: Vec<Rect>,
}

impl Geometry {
    pub(super) fn of(rect: Rect, view: &NetworkView) -> Self {
        let width_of = |net: &NetworkPicture| match hidden(net) {
            Some(columns) => (columns as f32 + 2.0 * ENDS).max(LEAST_NETWORK),
            None => BLOCKS,
        };
        let (generator_width, discriminator_width) = (width_of(&view.generator), width_of(&view.discriminator));
        let total = NOISE + generator_width + SAMPLES + discriminator_width + VERDICT + 4.0 * GAP;
        let pitch = (rect.width() / total).min(MAX_PITCH);
        let mut x = rect.center().x - 0.5 * pitch * total;
        let mut next = |width: f32| {
            let left = x;
            x += (width + GAP) * pitch;
            left..=left + width * pitch
        };
        let inside = rect.shrink2(vec2(0.0, LANE));
        let span = |range: std::ops::RangeInclusive<f32>| {
            Rect::from_min_max(pos2(*range.start(), inside.top()), pos2(*range.end(), inside.bottom()))
        };
        let noise = square(span(next(NOISE)), 0.5);
        let generator = NetGeometry::of(span(next(generator_width)), &view.generator, pitch);
        let is_short = inside.height() < SHORT;
        let mut samples = span(next(SAMPLES));
        if is_short {
            // No gradient passes above the samples.
            samples.min.y = rect.top();
        }
        let discriminator = NetGeometry::of(span(next(discriminator_width)), &view.discriminator, pitch);
        let verdict = span(next(VERDICT));
        // Both squares of samples lie so that a line of words fits above each.
        let between = if is_short { LINE + HALF } else { 2.0 * LINE };
        let side = samples.width().min((samples.height() - LINE - between - HALF) / 2.0);
        let middle = samples.center();
        let at = |center: Pos2| Rect::from_center_size(center, Vec2::splat(side));
        let apart = 0.5 * (side + between);
        let card_lines = if is_short { 1.0 } else { 2.0 };
        let card = vec2(verdict.width(), card_lines * LINE + HALF);
        let around = if is_short { LINE + 2.0 * UNIT } else { 2.0 * card.y + 3.0 * LINE + 4.0 * UNIT };
        let opinion_side = verdict.width().min(verdict.height() - around);
        // Two lines of numbers must fit in any case.
        let opinion_size =
            if opinion_side < MIN_VERDICT { vec2(verdict.width(), MIN_VERDICT) } else { Vec2::splat(opinion_side) };
        let opinion = Rect::from_center_size(verdict.center() + vec2(0.0, 0.5 * LINE), opinion_size);
        let lanes = [rect.top() + 0.5 * LANE, rect.bottom() - 0.5 * LANE];
        let reach = 0.5 * opinion_size.y + LINE + 2.0 * UNIT + 0.5 * card.y;
        let heights =
            if is_short { lanes } else { [-reach - 0.5 * LINE, reach].map(|offset| verdict.center().y + offset) };
        let [discriminator_loss, generator_loss] =
            heights.map(|y| Rect::from_center_size(pos2(verdict.center().x, y), card));
        Self {
            noise,
            generator,
            generated: at(middle - vec2(0.0, apart - 0.5 * LINE)),
            real: at(middle + vec2(0.0, apart + 0.5 * LINE)),
            discriminator,
            opinion,
            discriminator_loss,
            generator_loss,
            is_short,
            lanes,
        }
    }

    pub(super) fn net(&self, net: Net) -> &NetGeometry {
        match net {
            Net::Generator => &self.generator,
            Net::Discriminator => &self.discriminator,
        }
    }

    /// Where a part lies.
    pub(super) fn part(&self, part: Part) -> Option<Rect> {
        Some(match part {
            Part::Noise => self.noise,
            Part::Net(net) => self.net(net).frame,
            Part::Generated => self.generated,
            Part::Real => self.real,
            Part::Opinion => self.opinion,
            Part::Loss(Net::Discriminator) => self.discriminator_loss,
            Part::Loss(Net::Generator) => self.generator_loss,
            Part::Unit { net, layer, unit } => *self.net(net).columns.get(layer)?.get(unit)?,
        })
    }

    /// The way that something flows, from its source to its end.
    pub(super) fn path(&self, flow: Flow) -> Vec<Pos2> {
        let [discriminator_lane, generator_lane] = self.lanes;
        let (generator, discriminator) = (self.generator.frame, self.discriminator.frame);
        match flow {
            Flow::Noise => curve(self.noise.right_center(), generator.left_center()),
            Flow::Samples => curve(pos2(generator.right(), self.generated.center().y), self.generated.left_center()),
            Flow::GeneratedIn => {
                let end = pos2(discriminator.left(), self.generated.center().y);
                curve(self.generated.right_center(), end)
            }
            Flow::RealIn => curve(self.real.right_center(), pos2(discriminator.left(), self.real.center().y)),
            Flow::Score(net) => {
                let card = if net == Net::Discriminator { self.discriminator_loss } else { self.generator_loss };
                if net == Net::Discriminator {
                    vec![self.opinion.center_top() - vec2(0.0, LINE), card.center_bottom()]
                } else {
                    vec![self.opinion.center_bottom(), card.center_top()]
                }
            }
            Flow::Verdict => {
                let y = self.opinion.center().y;
                vec![pos2(discriminator.right(), y), pos2(self.opinion.left(), y)]
            }
            // One goes back above the networks, the other below, so that they do not cross.
            Flow::Gradient(net) => {
                let (card, lane, end) = match net {
                    Net::Discriminator => (self.discriminator_loss, discriminator_lane, discriminator.top()),
                    Net::Generator => (self.generator_loss, generator_lane, generator.bottom()),
                };
                let x = self.gradient_entry(net);
                let way_on = [pos2(x, lane), pos2(x, end)];
                let start = match net {
                    _ if self.is_short => vec![card.left_center()],
                    Net::Discriminator => vec![card.center_top(), pos2(card.center().x, lane)],
                    Net::Generator => vec![card.center_bottom(), pos2(card.center().x, lane)],
                };
                start.into_iter().chain(way_on).collect()
            }
        }
    }

    /// Where a gradient goes into its network.
    fn gradient_entry(&self, net: Net) -> f32 {
        let frame = self.net(net).frame;
        // Further left where the loss stands in the lane, so that there is room for words between the two.
        if self.is_short && net == Net::Discriminator { frame.left() + 0.25 * frame.width() } else { frame.center().x }
    }

    /// Where words on a gradient have room in its lane.
    pub(super) fn gradient_words(&self, net: Net) -> Rect {
        let [lane, card] = match net {
            Net::Discriminator => [self.lanes[0], self.discriminator_loss.left()],
            Net::Generator => [self.lanes[1], self.generator_loss.left()],
        };
        // A loss beside the lane leaves all of it, up to where the way turns.
        let end = if self.is_short { card - UNIT } else { self.discriminator_loss.center().x - UNIT };
        let left = self.gradient_entry(net) + 1.5 * UNIT;
        Rect::from_min_max(pos2(left, lane - 0.5 * LINE), pos2(end, lane + 0.5 * LINE))
    }
}

impl NetGeometry {
    fn of(frame: Rect, net: &NetworkPicture, pitch: f32) -> Self {
        let columns = hidden(net);
        let column_room = if columns.is_some_and(|columns| columns > 1) { pitch } else { frame.width() };
        let has_counts = frame.height() >= COUNTS_HEIGHT;
        let mut geometry = Self {
            frame,
            inputs: Vec::new(),
            columns: Vec::new(),
            outputs: Vec::new(),
            column_room,
            has_counts,
            blocks: Vec::new(),
        };
        let Some(columns) = columns else {
            let top = frame.top() + HEADING + HALF;
            let height = frame.bottom() - top;
            let rows = net.layers.len().min((height / MIN_BLOCK_STEP) as usize).max(1);
            let row = height / rows as f32;
            let between = if row < EASY_BLOCK_STEP { 0.5 * HALF } else { 1.5 * UNIT };
            let size = vec2(frame.width() - 2.0 * UNIT, (row - between).min(52.0));
            geometry.blocks = (0..rows)
                .map(|index| {
                    let center = pos2(frame.center().x, top + (index as f32 + 0.5) * row - 0.5 * HALF);
                    Rect::from_center_size(center, size)
                })
                .collect();
            return geometry;
        };
        let above = HEADING + if has_counts { LINE } else { 0.0 };
        let below = UNIT + HALF + if column_room >= SHORT_WORDS { LINE } else { 0.0 };
        let inside =
            Rect::from_min_max(pos2(frame.left(), frame.top() + above), pos2(frame.right(), frame.bottom() - below));
        let spread = |count: usize, x: f32, step: f32| -> Vec<Pos2> {
            (0..count)
                .map(|index| pos2(x, inside.center().y + step * (index as f32 - 0.5 * (count as f32 - 1.0))))
                .collect()
        };
        let first =
            net.layers.first().map_or(0, |layer| layer.edges.iter().map(|edge| edge.from + 1).max().unwrap_or(0));
        let dots = inside.height() / SHOWN_UNITS as f32;
        geometry.inputs = spread(first, frame.left() + 0.5 * UNIT + 1.0, dots);
        let outputs = net.layers.last().map_or(0, |layer| layer.units.len());
        geometry.outputs = spread(outputs, frame.right() - 0.5 * UNIT - 1.0, dots);
        let rows = ((inside.height() / MIN_UNIT_STEP) as usize).clamp(1, SHOWN_UNITS);
        let step = inside.height() / rows as f32;
        let side = (0.66 * pitch).min(step - HALF).min(MAX_UNIT);
        let first_column = frame.center().x - 0.5 * (columns as f32 - 1.0) * pitch;
        geometry.columns = (0..columns)
            .map(|column| {
                let shown = net.layers[column].units.len().min(rows);
                let centers = spread(shown, first_column + column as f32 * pitch, step);
                centers.into_iter().map(|center| Rect::from_center_size(center, Vec2::splat(side))).collect()
            })
            .collect();
        geometry
    }

    /// Where the ends of layer `layer`'s edges lie: what it listens to, and itself.
    pub(super) fn edge_ends(&self, layer: usize, from: usize, to: usize) -> Option<(Pos2, Pos2)> {
        let start = match layer.checked_sub(1) {
            None => *self.inputs.get(from)?,
            Some(before) => self.columns.get(before)?.get(from)?.right_center(),
        };
        let end = match self.columns.get(layer) {
            Some(column) => column.get(to)?.left_center(),
            None => *self.outputs.get(to)?,
        };
        Some((start, end))
    }
}

/// Hidden layers of a network whose units are shown.
fn hidden(net: &NetworkPicture) -> Option<usize> {
    let has_units = !net.layers.is_empty() && net.layers.iter().all(|layer| !layer.units.is_empty());
    has_units.then(|| net.layers.len() - 1)
}

/// A square in the middle of `span`, with a line of words above it.
fn square(span: Rect, place: f32) -> Rect {
    let side = span.width().min(span.height());
    let center = pos2(span.center().x, span.top() + place * span.height());
    Rect::from_center_size(center, Vec2::splat(side))
}

/// A smooth way from one place to another, level at both ends.
fn curve(from: Pos2, to: Pos2) -> Vec<Pos2> {
    if (from.y - to.y).abs() < 0.5 {
        return vec![from, to];
    }
    let parts = 16;
    (0..=parts)
        .map(|part| {
            let share = part as f32 / parts as f32;
            let eased = share * share * (3.0 - 2.0 * share);
            pos2(from.x + share * (to.x - from.x), from.y + eased * (to.y - from.y))
        })
        .collect()
}

#[cfg(test)]
#[path = "geometry_tests.rs"]
mod tests;
