//! Between pictures and transformed tiles.
//!
//! Elements are the numbers of a transformed tile, `IN · IN` of them. `pulp` compiles each pass for every level of SIMD; they
//! are types and not closures because only a method can be told to be compiled into its caller, with the caller's SIMD.

use std::marker::PhantomData;

use pulp::NullaryFnOnce;

use super::block::{Block, LANES, add, load, store};
use super::filtering::{Filtering, OUT};
use super::parities;
use crate::gan::cpu::Geometry;

/// Rows of the matrices that are in use at a time: few enough for the second-level cache, enough for a good product.
const GROUP_ROWS: usize = 32;

/// How a picture is cut into tiles.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tiles<'a> {
    geometry: &'a Geometry,
    rows: usize,
    columns: usize,
}

impl<'a> Tiles<'a> {
    /// The tiles of these sizes.
    pub(super) fn of(geometry: &'a Geometry) -> Self {
        Self { geometry, rows: geometry.out_height.div_ceil(OUT), columns: geometry.out_width.div_ceil(OUT) }
    }

    /// Tiles of one sample.
    pub(super) fn per_sample(&self) -> usize {
        self.rows * self.columns
    }

    /// Numbers that one element of one tile is a sum over: channels of each parity.
    pub(super) fn depth(&self) -> usize {
        parities(self.geometry) * self.geometry.channels
    }

    /// Samples whose tiles are in use at a time.
    pub(super) fn samples_per_group(&self) -> usize {
        GROUP_ROWS.div_ceil(self.per_sample())
    }

    /// The inputs of the tile with this number, counted through all samples.
    #[inline(always)]
    fn input_tile(&self, row: usize, parity: usize) -> InputTile<'_> {
        let (tile, stride) = (row % self.per_sample(), self.geometry.stride);
        InputTile {
            geometry: self.geometry,
            top: stride * OUT * (tile / self.columns) + parity / stride,
            left: stride * OUT * (tile % self.columns) + parity % stride,
        }
    }

    /// The outputs of the tile with this number, counted through all samples.
    #[inline(always)]
    fn output_tile(&self, row: usize) -> OutputTile<'_> {
        let tile = row % self.per_sample();
        OutputTile { geometry: self.geometry, top: OUT * (tile / self.columns), left: OUT * (tile % self.columns) }
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
        for row in 0..tiles.per_sample() * (large.len() / large_size) {
            let from = &large[row / tiles.per_sample() * large_size..][..large_size];
            for parity in 0..parities(tiles.geometry) {
                let places: [[Option<usize>; IN]; IN] = tiles.input_tile(row, parity).places();
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
        for row in 0..tiles.per_sample() * (large.len() / large_size) {
            let to = &mut large[row / tiles.per_sample() * large_size..][..large_size];
            for parity in 0..parities(tiles.geometry) {
                let places: [[Option<usize>; IN]; IN] = tiles.input_tile(row, parity).places();
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
        for row in 0..tiles.per_sample() * (small.len() / small_size) {
            let to = &mut small[row / tiles.per_sample() * small_size..][..small_size];
            let places = tiles.output_tile(row).places();
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
        for row in 0..tiles.per_sample() * (small.len() / small_size) {
            let from = &small[row / tiles.per_sample() * small_size..][..small_size];
            let places = tiles.output_tile(row).places();
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
        let Geometry { height, width, channels, padding, stride, .. } = *self.geometry;
        let (y, x) = (self.top + stride * y, self.left + stride * x);
        let (y, x) = (y.checked_sub(padding)?, x.checked_sub(padding)?);
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
