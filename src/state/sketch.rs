//! The drawing page: what is painted, with which brush, and the way back.

use crate::config::Drawing;

/// The most strokes that can be undone: half a megabyte of drawings.
const MAX_UNDOS: usize = 60;
/// Places of one stroke that are taken from one frame; more are left out, so that a frame's work is bounded.
const MAX_PLACES: usize = 32;

/// What a stroke does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SketchTool {
    /// Makes places dense.
    Brush,
    /// Makes places empty.
    Eraser,
}

/// The tip of brush and eraser.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tip {
    /// Radius, in the units of the plane.
    pub radius: f32,
    /// Share of the radius that is full: 1 has a sharp edge, 0 fades from the middle on.
    pub hardness: f32,
    /// How dense the brush makes the middle of its stroke, from 0 to 1.
    pub density: f32,
}

impl Tip {
    /// What [`Tip::radius`] may be.
    pub const RADII: std::ops::RangeInclusive<f32> = 0.02..=0.6;

    /// How much of the tip is felt at `distance` from its middle, from 0 to 1.
    fn at(&self, distance: f32) -> f32 {
        // A sharp edge still fades over one cell, which keeps it round.
        let fade = (self.radius * (1.0 - self.hardness)).max(CELL);
        ((self.radius + 0.5 * CELL - distance) / fade).clamp(0.0, 1.0)
    }
}

impl Default for Tip {
    fn default() -> Self {
        Self { radius: 0.12, hardness: 0.5, density: 1.0 }
    }
}

/// Side of a cell, in the units of the plane.
const CELL: f32 = 2.0 * Drawing::HALF_SIDE / Drawing::SIDE as f32;

/// Something done on the drawing page. Places are in the units of the plane.
#[derive(Debug, Clone, PartialEq)]
pub enum SketchEdit {
    /// Put the brush down, or the eraser.
    Press([f32; 2]),
    /// Draw it along.
    Move(Vec<[f32; 2]>),
    /// Lift it.
    Release,
    /// Take the other tool.
    Choose(SketchTool),
    /// Take another tip.
    Shape(Tip),
}

/// A drawing being made.
#[derive(Debug, Clone, PartialEq)]
pub struct Sketch {
    is_open: bool,
    drawing: Drawing,
    version: u64,
    undone: Vec<Drawing>,
    done: Vec<Drawing>,
    stroke_end: Option<[f32; 2]>,
    tool: SketchTool,
    tip: Tip,
}

impl Default for Sketch {
    fn default() -> Self {
        Self {
            is_open: false,
            drawing: Drawing::empty(),
            version: 0,
            undone: Vec::new(),
            done: Vec::new(),
            stroke_end: None,
            tool: SketchTool::Brush,
            tip: Tip::default(),
        }
    }
}

impl Sketch {
    /// Whether its page is open.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// What is drawn.
    pub fn drawing(&self) -> &Drawing {
        &self.drawing
    }

    /// Changes whenever [`Sketch::drawing`] does.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What a stroke does.
    pub fn tool(&self) -> SketchTool {
        self.tool
    }

    /// The tip of brush and eraser.
    pub fn tip(&self) -> Tip {
        self.tip
    }

    /// Whether the brush is down.
    pub fn is_stroking(&self) -> bool {
        self.stroke_end.is_some()
    }

    /// Whether there is a stroke to take back.
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// Whether there is a stroke that was taken back.
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// Opens the page; an empty one shows `current`, so that a drawing in use can be gone on with.
    pub fn open(&mut self, current: Option<&Drawing>) {
        self.is_open = true;
        if let Some(current) = current
            && self.drawing.is_empty()
            && !current.is_empty()
        {
            self.drawing = current.clone();
            self.version += 1;
        }
    }

    /// Closes the page; what is drawn stays.
    pub fn close(&mut self) {
        self.is_open = false;
        self.stroke_end = None;
    }

    /// Opens the page on another drawing; the one before is an undo away.
    pub fn load(&mut self, drawing: Drawing) {
        self.is_open = true;
        self.replace(drawing);
    }

    /// Takes everything away; an undo brings it back.
    pub fn clear(&mut self) {
        if !self.drawing.is_empty() {
            self.replace(Drawing::empty());
        }
    }

    /// Takes the last stroke back.
    pub fn undo(&mut self) {
        self.stroke_end = None;
        if let Some(before) = self.done.pop() {
            self.undone.push(std::mem::replace(&mut self.drawing, before));
            self.version += 1;
        }
    }

    /// Does again what was taken back.
    pub fn redo(&mut self) {
        self.stroke_end = None;
        if let Some(after) = self.undone.pop() {
            self.done.push(std::mem::replace(&mut self.drawing, after));
            self.version += 1;
        }
    }

    /// Does what was done on the page.
    pub fn apply(&mut self, edit: SketchEdit) {
        match edit {
            SketchEdit::Press(place) => {
                self.remember();
                self.stroke_end = Some(place);
                self.stroke(&[place]);
            }
            SketchEdit::Move(places) => self.stroke(&thinned(places)),
            SketchEdit::Release => self.stroke_end = None,
            SketchEdit::Choose(tool) => self.tool = tool,
            SketchEdit::Shape(tip) => {
                let Tip { radius, hardness, density } = tip;
                let radius = radius.clamp(*Tip::RADII.start(), *Tip::RADII.end());
                self.tip = Tip { radius, hardness: hardness.clamp(0.0, 1.0), density: density.clamp(0.0, 1.0) };
            }
        }
    }

    fn replace(&mut self, drawing: Drawing) {
        self.remember();
        self.stroke_end = None;
        self.drawing = drawing;
        self.version += 1;
    }

    fn remember(&mut self) {
        self.undone.clear();
        if self.done.len() == MAX_UNDOS {
            self.done.remove(0);
        }
        self.done.push(self.drawing.clone());
    }

    /// Draws from where the stroke ended through `places`.
    fn stroke(&mut self, places: &[[f32; 2]]) {
        let Some(mut from) = self.stroke_end else { return };
        let mut cells = self.drawing.cells().to_vec();
        for &to in places {
            paint_segment(&mut cells, [from, to], self.tool, self.tip);
            from = to;
        }
        self.stroke_end = Some(from);
        // As many cells as before, so this cannot fail.
        if let Ok(drawing) = Drawing::new(cells)
            && drawing != self.drawing
        {
            self.drawing = drawing;
            self.version += 1;
        }
    }
}

/// At most [`MAX_PLACES`] of the places that make sense, the last one among them.
fn thinned(mut places: Vec<[f32; 2]>) -> Vec<[f32; 2]> {
    places.retain(|place| place.iter().all(|value| value.is_finite()));
    let every = places.len().div_ceil(MAX_PLACES).max(1);
    let last = places.len().saturating_sub(1);
    let is_kept = |index: usize| (last - index).is_multiple_of(every);
    places.into_iter().enumerate().filter(|(index, _)| is_kept(*index)).map(|(_, place)| place).collect()
}

/// Paints every cell near a segment. Painting twice is painting once: a stroke is as dense as its brush, not denser.
fn paint_segment(cells: &mut [u8], [a, b]: [[f32; 2]; 2], tool: SketchTool, tip: Tip) {
    let reach = tip.radius + CELL;
    let columns = cells_between(a[0].min(b[0]) - reach, a[0].max(b[0]) + reach);
    // Rows go down where the plane goes up.
    let rows = cells_between(-a[1].max(b[1]) - reach, -a[1].min(b[1]) + reach);
    for row in rows {
        for column in columns.clone() {
            let felt = tip.at(distance_to_segment([centre(column), -centre(row)], a, b));
            let cell = &mut cells[row * Drawing::SIDE + column];
            *cell = match tool {
                SketchTool::Brush => (*cell).max((255.0 * tip.density * felt).round() as u8),
                SketchTool::Eraser => (*cell).min((255.0 * (1.0 - felt)).round() as u8),
            };
        }
    }
}

/// The middle of a column, or of a row counted downwards.
fn centre(index: usize) -> f32 {
    (index as f32 + 0.5) * CELL - Drawing::HALF_SIDE
}

/// The columns between two places, as far as the drawing goes.
fn cells_between(low: f32, high: f32) -> std::ops::Range<usize> {
    let index = |place: f32| (((place + Drawing::HALF_SIDE) / CELL).max(0.0) as usize).min(Drawing::SIDE);
    index(low)..index(high + CELL)
}

fn distance_to_segment(point: [f32; 2], a: [f32; 2], b: [f32; 2]) -> f32 {
    let along = [b[0] - a[0], b[1] - a[1]];
    let offset = [point[0] - a[0], point[1] - a[1]];
    let length_squared = along[0] * along[0] + along[1] * along[1];
    let share = if length_squared > 0.0 {
        ((offset[0] * along[0] + offset[1] * along[1]) / length_squared).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (offset[0] - share * along[0]).hypot(offset[1] - share * along[1])
}

#[cfg(test)]
#[path = "sketch_tests.rs"]
mod tests;
