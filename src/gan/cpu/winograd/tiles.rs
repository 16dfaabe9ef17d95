//! Between pictures and transformed tiles.
//!
//! Elements are the numbers of a transformed tile, `IN · IN` of them. `pulp` compiles each pass for every level of SIMD; they
//! are types and not closures because only a method can be told to be compiled into its caller, with the caller's SIMD.

use std::marker::PhantomData;
use std::ops::Range;

use pulp::NullaryFnOnce;

use super::block::{Block, LANES, add, load, store};
use super::filtering::{Filtering, OUT};
use super::parities;
use crate::gan::cpu::Geometry;

/// How a picture is cut into tiles, and how the tiles of some samples become the rows of matrices.
///
/// Where a picture's last row or column of tiles is cut short, the last element of that side, the point ∞, would only be needed
/// for outputs that are not there. Tiles are ordered so that those which need an element are neighbours: first those cut short
/// below, then whole ones, then those cut short at the right, then the one cut short at both. Tiles of the same place in
/// different samples are next to each other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tiles<'a> {
    geometry: &'a Geometry,
    rows: Cut,
    columns: Cut,
    samples: usize,
}

/// Tiles along one side.
#[derive(Debug, Clone, Copy)]
struct Cut {
    whole: usize,
    /// 1 where the last one is cut short, else 0.
    short: usize,
}

impl Cut {
    fn of(size: usize) -> Self {
        Self { whole: size / OUT, short: usize::from(!size.is_multiple_of(OUT)) }
    }
}

impl<'a> Tiles<'a> {
    /// The tiles of this many samples of these sizes.
    pub(super) fn of(geometry: &'a Geometry, samples: usize) -> Self {
        let (rows, columns) = (Cut::of(geometry.out_height), Cut::of(geometry.out_width));
        Self { geometry, rows, columns, samples }
    }

    /// All tiles of all samples.
    pub(super) fn count(&self) -> usize {
        (self.rows.whole + self.rows.short) * (self.columns.whole + self.columns.short) * self.samples
    }

    /// Numbers that one element of one tile is a sum over: channels of each parity.
    pub(super) fn depth(&self) -> usize {
        parities(self.geometry) * self.geometry.channels
    }

    /// Samples whose tiles are about so many rows.
    pub(super) fn samples_for(&self, rows: usize) -> usize {
        (rows * self.samples).div_ceil(self.count().max(1)).max(1)
    }

    /// The rows that need an element of a transformed tile with `side` elements along a side.
    pub(super) fn needed(&self, element: usize, side: usize) -> Range<usize> {
        let short_below = self.rows.short * self.columns.whole;
        let whole = self.rows.whole * self.columns.whole;
        let short_right = self.rows.whole * self.columns.short;
        let is_last = |index: usize| index + 1 == side;
        let tiles = match (is_last(element / side), is_last(element % side)) {
            (false, false) => 0..self.count() / self.samples.max(1),
            (false, true) => 0..short_below + whole,
            (true, false) => short_below..short_below + whole + short_right,
            (true, true) => short_below..short_below + whole,
        };
        tiles.start * self.samples..tiles.end * self.samples
    }

    /// The sample of a row, and which row and column of its tiles it is.
    #[inline(always)]
    fn place(&self, row: usize) -> (usize, usize, usize) {
        let (tile, sample) = (row / self.samples, row % self.samples);
        let short_below = self.rows.short * self.columns.whole;
        let whole = self.rows.whole * self.columns.whole;
        let (y, x) = if tile < short_below {
            (self.rows.whole, tile)
        } else if tile < short_below + whole {
            ((tile - short_below) / self.columns.whole, (tile - short_below) % self.columns.whole)
        } else {
            // Those cut short at the right from above, the last of which is cut short below too.
            (tile - short_below - whole, self.columns.whole)
        };
        (sample, y, x)
    }

    /// The sample of a row, and its tile's inputs of one parity.
    #[inline(always)]
    fn input_tile(&self, row: usize, parity: usize) -> (usize, InputTile<'_>) {
        let ((sample, y, x), stride) = (self.place(row), self.geometry.stride);
        let (top, left) = (stride * OUT * y + parity / stride, stride * OUT * x + parity % stride);
        (sample, InputTile { geometry: self.geometry, top, left })
    }

    /// The sample of a row, and its tile's outputs.
    #[inline(always)]
    fn output_tile(&self, row: usize) -> (usize, OutputTile<'_>) {
        let (sample, y, x) = self.place(row);
        (sample, OutputTile { geometry: self.geometry, top: OUT * y, left: OUT * x })
    }
}

/// Transforms the inputs of every tile: `[samples, large]` to `[elements, tiles of all samples, parities · channels]`.
pub(super) struct ReadInputs<'a, F, const IN: usize, const TAPS: usize> {
    pub(super) filtering: PhantomData<F>,
    pub(super) tiles: Tiles<'a>,
    pub(super) large: &'a [f32],
    pub(super) inputs: &'a mut [f32],
}

impl<F: Filtering<IN, TAPS>, const IN: usize, const TAPS: usize> NullaryFnOnce for ReadInputs<'_, F, IN, TAPS> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { tiles, large, inputs, .. } = self;
        let (channels, depth, large_size) = (tiles.geometry.channels, tiles.depth(), tiles.geometry.large());
        let element = inputs.len() / (IN * IN);
        let (mut patch, mut half, mut elements) = (Block::<IN, IN>::EMPTY, Block::EMPTY, Block::EMPTY);
        for row in 0..tiles.count() {
            for parity in 0..parities(tiles.geometry) {
                let (sample, tile) = tiles.input_tile(row, parity);
                let from = &large[sample * large_size..][..large_size];
                let places: [[Option<usize>; IN]; IN] = tile.places();
                for first in (0..channels).step_by(LANES) {
                    let lanes = LANES.min(channels - first);
                    for y in 0..IN {
                        for x in 0..IN {
                            match places[y][x] {
                                Some(at) => load(from, at + first, lanes, &mut patch.0[y][x]),
                                None => patch.0[y][x] = [0.0; LANES],
                            }
                        }
                    }
                    patch.along_columns(&mut half, F::input);
                    half.along_rows(&mut elements, F::input);
                    elements.store(inputs, element, row * depth + parity * channels + first, lanes);
                }
            }
        }
    }
}

/// The adjoint of [`ReadInputs`]: adds to what is there.
pub(super) struct AddInputs<'a, F, const IN: usize, const TAPS: usize> {
    pub(super) filtering: PhantomData<F>,
    pub(super) tiles: Tiles<'a>,
    pub(super) inputs: &'a [f32],
    pub(super) large: &'a mut [f32],
}

impl<F: Filtering<IN, TAPS>, const IN: usize, const TAPS: usize> NullaryFnOnce for AddInputs<'_, F, IN, TAPS> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { tiles, inputs, large, .. } = self;
        let (channels, depth, large_size) = (tiles.geometry.channels, tiles.depth(), tiles.geometry.large());
        let element = inputs.len() / (IN * IN);
        let (mut elements, mut half, mut patch) = (Block::<IN, IN>::EMPTY, Block::EMPTY, Block::<IN, IN>::EMPTY);
        for row in 0..tiles.count() {
            for parity in 0..parities(tiles.geometry) {
                let (sample, tile) = tiles.input_tile(row, parity);
                let to = &mut large[sample * large_size..][..large_size];
                let places: [[Option<usize>; IN]; IN] = tile.places();
                for first in (0..channels).step_by(LANES) {
                    let lanes = LANES.min(channels - first);
                    elements.load(inputs, element, row * depth + parity * channels + first, lanes);
                    elements.along_columns(&mut half, F::input_adjoint);
                    half.along_rows(&mut patch, F::input_adjoint);
                    for y in 0..IN {
                        for x in 0..IN {
                            if let Some(at) = places[y][x] {
                                add(&patch.0[y][x], to, at + first, lanes);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Writes the outputs of every tile: `[elements, tiles of all samples, filters]` to `[samples, small]`.
pub(super) struct WriteOutputs<'a, F, const IN: usize, const TAPS: usize> {
    pub(super) filtering: PhantomData<F>,
    pub(super) tiles: Tiles<'a>,
    pub(super) outputs: &'a [f32],
    pub(super) small: &'a mut [f32],
}

impl<F: Filtering<IN, TAPS>, const IN: usize, const TAPS: usize> NullaryFnOnce for WriteOutputs<'_, F, IN, TAPS> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { tiles, outputs, small, .. } = self;
        let (filters, small_size) = (tiles.geometry.filters, tiles.geometry.small());
        let element = outputs.len() / (IN * IN);
        let mut elements = Block::<IN, IN>::EMPTY;
        let (mut half, mut block) = (Block::<OUT, IN>::EMPTY, Block::<OUT, OUT>::EMPTY);
        for row in 0..tiles.count() {
            let (sample, tile) = tiles.output_tile(row);
            let to = &mut small[sample * small_size..][..small_size];
            let places = tile.places();
            for first in (0..filters).step_by(LANES) {
                let lanes = LANES.min(filters - first);
                elements.load(outputs, element, row * filters + first, lanes);
                elements.along_columns(&mut half, F::output);
                half.along_rows(&mut block, F::output);
                for y in 0..OUT {
                    for x in 0..OUT {
                        if let Some(at) = places[y][x] {
                            store(&block.0[y][x], to, at + first, lanes);
                        }
                    }
                }
            }
        }
    }
}

/// The adjoint of [`WriteOutputs`]: `[samples, small]` to `[elements, tiles of all samples, filters]`.
pub(super) struct ReadOutputs<'a, F, const IN: usize, const TAPS: usize> {
    pub(super) filtering: PhantomData<F>,
    pub(super) tiles: Tiles<'a>,
    pub(super) small: &'a [f32],
    pub(super) outputs: &'a mut [f32],
}

impl<F: Filtering<IN, TAPS>, const IN: usize, const TAPS: usize> NullaryFnOnce for ReadOutputs<'_, F, IN, TAPS> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { tiles, small, outputs, .. } = self;
        let (filters, small_size) = (tiles.geometry.filters, tiles.geometry.small());
        let element = outputs.len() / (IN * IN);
        let (mut block, mut half) = (Block::<OUT, OUT>::EMPTY, Block::<IN, OUT>::EMPTY);
        let mut elements = Block::<IN, IN>::EMPTY;
        for row in 0..tiles.count() {
            let (sample, tile) = tiles.output_tile(row);
            let from = &small[sample * small_size..][..small_size];
            let places = tile.places();
            for first in (0..filters).step_by(LANES) {
                let lanes = LANES.min(filters - first);
                for y in 0..OUT {
                    for x in 0..OUT {
                        match places[y][x] {
                            Some(at) => load(from, at + first, lanes, &mut block.0[y][x]),
                            None => block.0[y][x] = [0.0; LANES],
                        }
                    }
                }
                block.along_columns(&mut half, F::output_adjoint);
                half.along_rows(&mut elements, F::output_adjoint);
                elements.store(outputs, element, row * filters + first, lanes);
            }
        }
    }
}

/// The inputs of one tile of one parity. `top` and `left` count the padding.
struct InputTile<'a> {
    geometry: &'a Geometry,
    top: usize,
    left: usize,
}

impl InputTile<'_> {
    #[inline(always)]
    fn places<const IN: usize>(&self) -> [[Option<usize>; IN]; IN] {
        let mut places = [[None; IN]; IN];
        for (y, line) in places.iter_mut().enumerate() {
            for (x, place) in line.iter_mut().enumerate() {
                *place = self.place(y, x);
            }
        }
        places
    }

    /// Where in its sample an input stands, if it is in the picture.
    #[inline(always)]
    fn place(&self, y: usize, x: usize) -> Option<usize> {
        let Geometry { height, width, channels, padding: [above, beside], stride, .. } = *self.geometry;
        let (y, x) = (self.top + stride * y, self.left + stride * x);
        let (y, x) = (y.checked_sub(above)?, x.checked_sub(beside)?);
        (y < height && x < width).then_some((y * width + x) * channels)
    }
}

/// The outputs of one tile.
struct OutputTile<'a> {
    geometry: &'a Geometry,
    top: usize,
    left: usize,
}

impl OutputTile<'_> {
    #[inline(always)]
    fn places(&self) -> [[Option<usize>; OUT]; OUT] {
        let mut places = [[None; OUT]; OUT];
        for (y, line) in places.iter_mut().enumerate() {
            for (x, place) in line.iter_mut().enumerate() {
                *place = self.place(y, x);
            }
        }
        places
    }

    /// Where in its sample an output stands, if it is in the picture.
    #[inline(always)]
    fn place(&self, y: usize, x: usize) -> Option<usize> {
        let Geometry { out_height, out_width, filters, .. } = *self.geometry;
        let (y, x) = (self.top + y, self.left + x);
        (y < out_height && x < out_width).then_some((y * out_width + x) * filters)
    }
}
