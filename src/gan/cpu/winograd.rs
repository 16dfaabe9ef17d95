//! 4×4 convolutions with stride 2, with 25 multiplications where 64 are needed to do it directly.
//!
//! Such a convolution is the sum of four 2×2 convolutions with stride 1, one for each parity of row and column. Each of those
//! finds 4×4 outputs from 5×5 inputs by Winograd's minimal filtering `F(4×4, 2×2)` (Lavin and Gray 2015, arXiv 1509.09308)
//! with the points 0, 1, -1, 2 and ∞: `Aᵀ [(G g Gᵀ) ∘ (Bᵀ d B)] A`, where the product element by element, summed over
//! channels, is one matrix product for each of the 25 elements. The transposed convolution and the weight gradient are the
//! adjoints of the same expression. Rounding errors are some seven times those of the direct sum, about 2·10⁻⁶.

use pulp::{Arch, NullaryFnOnce};
use rayon::iter::{IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _};
use rayon::slice::{ParallelSlice as _, ParallelSliceMut as _};

use super::gemm::{Matrix, multiply};
use super::linear_map::Finish;
use super::{Geometry, threads};

/// Outputs along a side of a tile.
const OUT: usize = 4;
/// Inputs of one parity along a side of a tile.
const IN: usize = 5;
/// Elements of the product.
const ELEMENTS: usize = IN * IN;
/// Weights of one parity along a side of the kernel.
const TAPS: usize = 2;
/// Weights of one kernel.
const KERNEL: usize = 4 * TAPS * TAPS;
/// Parities of row and column.
const PARITIES: usize = 4;
/// Channels that are transformed side by side.
const LANES: usize = 16;
/// Rows of the matrices that are in use at a time: few enough for the second-level cache, enough for a good product.
const GROUP_ROWS: usize = 32;
/// Groups of samples that weight gradients are summed over, at most: each needs a copy of the weights.
const WEIGHT_GROUPS: usize = 2;

/// A few channels of one place.
type Lanes = [f32; LANES];

/// Whether a convolution is of the kind that is found this way. With few channels the transforms would cost more than they
/// save.
pub(super) fn applies_to(geometry: &Geometry) -> bool {
    geometry.kernel == 2 * TAPS && geometry.stride == 2 && geometry.channels >= LANES && geometry.filters >= LANES
}

/// Convolution: small side from large side. `[batch, large]`, `[filters, channels, 4, 4]` to `[batch, small]`.
pub(super) fn gather(large: &[f32], weight: &[f32], geometry: &Geometry, finish: Finish<'_>) -> Vec<f32> {
    let tiles = Tiles::of(geometry);
    let (depth, filters) = (tiles.depth(), geometry.filters);
    let weight = transform_weight(weight, geometry, Order::FiltersLast);
    let batch = large.len() / geometry.large();
    let group = tiles.samples_per_group();
    let mut small = vec![0.0; batch * geometry.small()];
    small.par_chunks_mut(group * geometry.small()).zip(large.par_chunks(group * geometry.large())).for_each(
        |(small, large)| {
            let rows = tiles.per_sample() * (large.len() / geometry.large());
            let sizes = [padded(rows * depth), padded(rows * filters)];
            threads::with_memory(sizes.map(|size| ELEMENTS * size), |[inputs, outputs]| {
                Arch::new().dispatch(ReadInputs { tiles, large, inputs: &mut *inputs });
                let pairs = outputs.par_chunks_mut(sizes[1]).zip(inputs.par_chunks(sizes[0]));
                pairs.zip(weight.par_chunks(filters * depth)).for_each(|((output, input), weight)| {
                    let weight = Matrix::row_major(weight, depth, filters);
                    multiply(Matrix::row_major(input, rows, depth), weight, output, 0.0);
                });
                Arch::new().dispatch(WriteOutputs { tiles, outputs: &*outputs, small: &mut *small });
            });
            finish.apply(small);
        },
    );
    small
}

/// Transposed convolution: large side from small side. `[batch, small]`, `[filters, channels, 4, 4]` to `[batch, large]`.
pub(super) fn scatter(small: &[f32], weight: &[f32], geometry: &Geometry, finish: Finish<'_>) -> Vec<f32> {
    let tiles = Tiles::of(geometry);
    let (depth, filters) = (tiles.depth(), geometry.filters);
    let weight = transform_weight(weight, geometry, Order::ChannelsLast);
    let batch = small.len() / geometry.small();
    let group = tiles.samples_per_group();
    let mut large = vec![0.0; batch * geometry.large()];
    large.par_chunks_mut(group * geometry.large()).zip(small.par_chunks(group * geometry.small())).for_each(
        |(large, small)| {
            let rows = tiles.per_sample() * (small.len() / geometry.small());
            let sizes = [padded(rows * depth), padded(rows * filters)];
            threads::with_memory(sizes.map(|size| ELEMENTS * size), |[inputs, outputs]| {
                Arch::new().dispatch(ReadOutputs { tiles, small, outputs: &mut *outputs });
                let pairs = inputs.par_chunks_mut(sizes[0]).zip(outputs.par_chunks(sizes[1]));
                pairs.zip(weight.par_chunks(filters * depth)).for_each(|((input, output), weight)| {
                    let weight = Matrix::row_major(weight, filters, depth);
                    multiply(Matrix::row_major(output, rows, filters), weight, input, 0.0);
                });
                Arch::new().dispatch(AddInputs { tiles, inputs: &*inputs, large: &mut *large });
            });
            finish.apply(large);
        },
    );
    large
}

/// Weight gradient of both. `[batch, large]`, `[batch, small]` to `[filters, channels, 4, 4]`.
pub(super) fn correlate(large: &[f32], small: &[f32], geometry: &Geometry) -> Vec<f32> {
    let tiles = Tiles::of(geometry);
    let (depth, filters) = (tiles.depth(), geometry.filters);
    let batch = large.len() / geometry.large();
    let group = tiles.samples_per_group().max(batch.div_ceil(WEIGHT_GROUPS));
    let groups = large.par_chunks(group * geometry.large()).zip(small.par_chunks(group * geometry.small()));
    let partial_sums: Vec<Vec<f32>> = groups
        .map(|(large, small)| {
            let rows = tiles.per_sample() * (large.len() / geometry.large());
            let mut sum = vec![0.0; ELEMENTS * depth * filters];
            let sizes = [padded(rows * depth), padded(rows * filters)];
            threads::with_memory(sizes.map(|size| ELEMENTS * size), |[inputs, outputs]| {
                Arch::new().dispatch(ReadInputs { tiles, large, inputs: &mut *inputs });
                Arch::new().dispatch(ReadOutputs { tiles, small, outputs: &mut *outputs });
                let pairs = inputs.par_chunks(sizes[0]).zip(outputs.par_chunks(sizes[1]));
                sum.par_chunks_mut(depth * filters).zip(pairs).for_each(|(sum, (input, output))| {
                    let input = Matrix::row_major(input, rows, depth).transposed();
                    multiply(input, Matrix::row_major(output, rows, filters), sum, 0.0);
                });
            });
            sum
        })
        .collect();
    weight_gradient(&partial_sums, geometry)
}

/// The room for one element's matrix: sizes that are powers of two would put all 25 elements of a place on top of each other
/// in the cache.
fn padded(size: usize) -> usize {
    size + 3 * LANES
}

/// How a picture is cut into tiles.
#[derive(Debug, Clone, Copy)]
struct Tiles<'a> {
    geometry: &'a Geometry,
    rows: usize,
    columns: usize,
}

impl<'a> Tiles<'a> {
    fn of(geometry: &'a Geometry) -> Self {
        Self { geometry, rows: geometry.out_height.div_ceil(OUT), columns: geometry.out_width.div_ceil(OUT) }
    }

    fn per_sample(&self) -> usize {
        self.rows * self.columns
    }

    /// Numbers that one element of one tile is a sum over: channels of each parity.
    fn depth(&self) -> usize {
        PARITIES * self.geometry.channels
    }

    fn samples_per_group(&self) -> usize {
        GROUP_ROWS.div_ceil(self.per_sample())
    }

    /// The inputs of the tile with this number, counted through all samples.
    #[inline(always)]
    fn input_tile(&self, row: usize, parity: usize) -> InputTile<'_> {
        let tile = row % self.per_sample();
        InputTile {
            geometry: self.geometry,
            top: 2 * OUT * (tile / self.columns) + parity / 2,
            left: 2 * OUT * (tile % self.columns) + parity % 2,
        }
    }

    /// The outputs of the tile with this number, counted through all samples.
    #[inline(always)]
    fn output_tile(&self, row: usize) -> OutputTile<'_> {
        let tile = row % self.per_sample();
        OutputTile {
            geometry: self.geometry,
            top: OUT * (tile / self.columns),
            left: OUT * (tile % self.columns),
        }
    }
}

/// Transforms the inputs of every tile: `[samples, large]` to `[25, tiles of all samples, parities · channels]`.
struct ReadInputs<'a> {
    tiles: Tiles<'a>,
    large: &'a [f32],
    inputs: &'a mut [f32],
}

impl NullaryFnOnce for ReadInputs<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { tiles, large, inputs } = self;
        let (channels, depth, large_size) = (tiles.geometry.channels, tiles.depth(), tiles.geometry.large());
        let element = inputs.len() / ELEMENTS;
        let (mut patch, mut half, mut elements) = (Block::<IN, IN>::EMPTY, Block::EMPTY, Block::EMPTY);
        for row in 0..tiles.per_sample() * (large.len() / large_size) {
            let from = &large[row / tiles.per_sample() * large_size..][..large_size];
            for parity in 0..PARITIES {
                let places = tiles.input_tile(row, parity).places();
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
                    patch.along_columns(&mut half, input);
                    half.along_rows(&mut elements, input);
                    elements.store(inputs, element, row * depth + parity * channels + first, lanes);
                }
            }
        }
    }
}

/// The adjoint of [`ReadInputs`]: adds to what is there.
struct AddInputs<'a> {
    tiles: Tiles<'a>,
    inputs: &'a [f32],
    large: &'a mut [f32],
}

impl NullaryFnOnce for AddInputs<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { tiles, inputs, large } = self;
        let (channels, depth, large_size) = (tiles.geometry.channels, tiles.depth(), tiles.geometry.large());
        let element = inputs.len() / ELEMENTS;
        let (mut elements, mut half, mut patch) = (Block::<IN, IN>::EMPTY, Block::EMPTY, Block::<IN, IN>::EMPTY);
        for row in 0..tiles.per_sample() * (large.len() / large_size) {
            let to = &mut large[row / tiles.per_sample() * large_size..][..large_size];
            for parity in 0..PARITIES {
                let places = tiles.input_tile(row, parity).places();
                for first in (0..channels).step_by(LANES) {
                    let lanes = LANES.min(channels - first);
                    elements.load(inputs, element, row * depth + parity * channels + first, lanes);
                    elements.along_columns(&mut half, input_adjoint);
                    half.along_rows(&mut patch, input_adjoint);
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

/// Writes the outputs of every tile: `[25, tiles of all samples, filters]` to `[samples, small]`.
struct WriteOutputs<'a> {
    tiles: Tiles<'a>,
    outputs: &'a [f32],
    small: &'a mut [f32],
}

impl NullaryFnOnce for WriteOutputs<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { tiles, outputs, small } = self;
        let (filters, small_size) = (tiles.geometry.filters, tiles.geometry.small());
        let element = outputs.len() / ELEMENTS;
        let mut elements = Block::<IN, IN>::EMPTY;
        let (mut half, mut block) = (Block::<OUT, IN>::EMPTY, Block::<OUT, OUT>::EMPTY);
        for row in 0..tiles.per_sample() * (small.len() / small_size) {
            let to = &mut small[row / tiles.per_sample() * small_size..][..small_size];
            let places = tiles.output_tile(row).places();
            for first in (0..filters).step_by(LANES) {
                let lanes = LANES.min(filters - first);
                elements.load(outputs, element, row * filters + first, lanes);
                elements.along_columns(&mut half, output);
                half.along_rows(&mut block, output);
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

/// The adjoint of [`WriteOutputs`]: `[samples, small]` to `[25, tiles of all samples, filters]`.
struct ReadOutputs<'a> {
    tiles: Tiles<'a>,
    small: &'a [f32],
    outputs: &'a mut [f32],
}

impl NullaryFnOnce for ReadOutputs<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { tiles, small, outputs } = self;
        let (filters, small_size) = (tiles.geometry.filters, tiles.geometry.small());
        let element = outputs.len() / ELEMENTS;
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
                block.along_columns(&mut half, output_adjoint);
                half.along_rows(&mut elements, output_adjoint);
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
    fn places(&self) -> [[Option<usize>; IN]; IN] {
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
        let Geometry { height, width, channels, padding, .. } = *self.geometry;
        let (y, x) = ((self.top + 2 * y).checked_sub(padding)?, (self.left + 2 * x).checked_sub(padding)?);
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

/// Which way round the transformed weight lies in memory: as the right side of a product, row by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// `[25, parities · channels, filters]`.
    FiltersLast,
    /// `[25, filters, parities · channels]`.
    ChannelsLast,
}

/// Transforms the weight, from `[filters, channels, 4, 4]`.
fn transform_weight(weight: &[f32], geometry: &Geometry, order: Order) -> Vec<f32> {
    let Geometry { channels, filters, .. } = *geometry;
    let mut transformed = vec![0.0; ELEMENTS * PARITIES * channels * filters];
    // What is not innermost: rows of all elements and parities for each are written by one thread.
    let (outer, inner) = match order {
        Order::FiltersLast => (channels, filters),
        Order::ChannelsLast => (filters, channels),
    };
    let mut rows: Vec<Vec<&mut [f32]>> = (0..outer).map(|_| Vec::with_capacity(ELEMENTS * PARITIES)).collect();
    for (index, row) in transformed.chunks_mut(inner).enumerate() {
        let place = match order {
            Order::FiltersLast => index % channels,
            Order::ChannelsLast => index / PARITIES % filters,
        };
        rows[place].push(row);
    }
    rows.into_par_iter().enumerate().with_min_len(8).for_each(|(outer, rows)| {
        Arch::new().dispatch(TransformRows { weight, geometry, order, outer, rows });
    });
    transformed
}

/// Transforms the weights of one channel or one filter. `rows` are its rows in every element's matrix, by element and parity.
struct TransformRows<'a> {
    weight: &'a [f32],
    geometry: &'a Geometry,
    order: Order,
    outer: usize,
    rows: Vec<&'a mut [f32]>,
}

impl NullaryFnOnce for TransformRows<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { weight, geometry, order, outer, mut rows } = self;
        let Geometry { channels, filters, .. } = *geometry;
        let (inner, begin, step) = match order {
            Order::FiltersLast => (filters, outer * KERNEL, channels * KERNEL),
            Order::ChannelsLast => (channels, outer * channels * KERNEL, KERNEL),
        };
        let (mut taps, mut half) = (Block::<TAPS, TAPS>::EMPTY, Block::<IN, TAPS>::EMPTY);
        let mut elements = Block::<IN, IN>::EMPTY;
        for first in (0..inner).step_by(LANES) {
            let lanes = LANES.min(inner - first);
            for parity in 0..PARITIES {
                for y in 0..TAPS {
                    for x in 0..TAPS {
                        for lane in 0..lanes {
                            let kernel = begin + (first + lane) * step;
                            taps.0[y][x][lane] = weight[kernel + place_in_kernel(y, x, parity)];
                        }
                    }
                }
                taps.along_columns(&mut half, weight_element);
                half.along_rows(&mut elements, weight_element);
                for (element, values) in elements.0.as_flattened().iter().enumerate() {
                    store(values, rows[element * PARITIES + parity], first, lanes);
                }
            }
        }
    }
}

/// The adjoint of [`transform_weight`], of the sum of several.
fn weight_gradient(partial_sums: &[Vec<f32>], geometry: &Geometry) -> Vec<f32> {
    let Geometry { channels, filters, .. } = *geometry;
    // By channel first, which is how the sums lie in memory.
    let mut by_channel = vec![0.0; channels * filters * KERNEL];
    by_channel.par_chunks_mut(filters * KERNEL).enumerate().for_each(|(channel, gradient)| {
        Arch::new().dispatch(ChannelGradient { partial_sums, geometry, channel, gradient });
    });
    let mut gradient = vec![0.0; by_channel.len()];
    gradient.par_chunks_mut(channels * KERNEL).enumerate().for_each(|(filter, gradient)| {
        for (channel, gradient) in gradient.chunks_exact_mut(KERNEL).enumerate() {
            gradient.copy_from_slice(&by_channel[(channel * filters + filter) * KERNEL..][..KERNEL]);
        }
    });
    gradient
}

/// The weight gradient of one channel, from the sum of several: writes `[filters, 4, 4]`.
struct ChannelGradient<'a> {
    partial_sums: &'a [Vec<f32>],
    geometry: &'a Geometry,
    channel: usize,
    gradient: &'a mut [f32],
}

impl NullaryFnOnce for ChannelGradient<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { partial_sums, geometry, channel, gradient } = self;
        let Geometry { channels, filters, .. } = *geometry;
        let (mut half, mut taps) = (Block::<TAPS, IN>::EMPTY, Block::<TAPS, TAPS>::EMPTY);
        for first in (0..filters).step_by(LANES) {
            let lanes = LANES.min(filters - first);
            for parity in 0..PARITIES {
                let mut elements = Block::<IN, IN>::EMPTY;
                for sums in partial_sums {
                    for (element, total) in elements.0.as_flattened_mut().iter_mut().enumerate() {
                        let at = ((element * PARITIES + parity) * channels + channel) * filters + first;
                        for (total, value) in total.iter_mut().zip(&sums[at..at + lanes]) {
                            *total += value;
                        }
                    }
                }
                elements.along_columns(&mut half, weight_element_adjoint);
                half.along_rows(&mut taps, weight_element_adjoint);
                for y in 0..TAPS {
                    for x in 0..TAPS {
                        for lane in 0..lanes {
                            let at = (first + lane) * KERNEL + place_in_kernel(y, x, parity);
                            gradient[at] = taps.0[y][x][lane];
                        }
                    }
                }
            }
        }
    }
}

/// Where in a kernel the weight of one parity stands.
#[inline(always)]
fn place_in_kernel(y: usize, x: usize, parity: usize) -> usize {
    (2 * y + parity / 2) * 2 * TAPS + 2 * x + parity % 2
}

/// `Bᵀ d`.
#[inline(always)]
fn input([a, b, c, d, e]: [f32; IN]) -> [f32; IN] {
    [2.0 * (a - c) + (d - b), d - c - 2.0 * b, d - 3.0 * c + 2.0 * b, d - b, 2.0 * (b - d) + (e - c)]
}

/// `B v`.
#[inline(always)]
fn input_adjoint([a, b, c, d, e]: [f32; IN]) -> [f32; IN] {
    [
        2.0 * a,
        2.0 * (c - b + e) - a - d,
        -2.0 * a - b - 3.0 * c - e,
        a + b + c + d - 2.0 * e,
        e,
    ]
}

/// `G g`.
#[inline(always)]
fn weight_element([a, b]: [f32; TAPS]) -> [f32; IN] {
    [0.5 * a, -0.5 * (a + b), (b - a) / 6.0, a / 6.0 + b / 3.0, b]
}

/// `Gᵀ v`.
#[inline(always)]
fn weight_element_adjoint([a, b, c, d, e]: [f32; IN]) -> [f32; TAPS] {
    [0.5 * (a - b) + (d - c) / 6.0, c / 6.0 - 0.5 * b + d / 3.0 + e]
}

/// `Aᵀ m`.
#[inline(always)]
fn output([a, b, c, d, e]: [f32; IN]) -> [f32; OUT] {
    [a + b + c + d, b - c + 2.0 * d, b + c + 4.0 * d, b - c + 8.0 * d + e]
}

/// `A y`.
#[inline(always)]
fn output_adjoint([a, b, c, d]: [f32; OUT]) -> [f32; IN] {
    let (even, odd) = (a + c, b + d);
    [a, even + odd, even - odd, a + 2.0 * b + 4.0 * c + 8.0 * d, d]
}

/// A small matrix of a few channels.
struct Block<const ROWS: usize, const COLUMNS: usize>([[Lanes; COLUMNS]; ROWS]);

impl<const ROWS: usize, const COLUMNS: usize> Block<ROWS, COLUMNS> {
    const EMPTY: Self = Self([[[0.0; LANES]; COLUMNS]; ROWS]);

    /// Transforms every column.
    #[inline(always)]
    fn along_columns<const NEW: usize>(
        &self,
        result: &mut Block<NEW, COLUMNS>,
        transform: impl Fn([f32; ROWS]) -> [f32; NEW],
    ) {
        for x in 0..COLUMNS {
            for lane in 0..LANES {
                let mut column = [0.0; ROWS];
                for y in 0..ROWS {
                    column[y] = self.0[y][x][lane];
                }
                let column = transform(column);
                for y in 0..NEW {
                    result.0[y][x][lane] = column[y];
                }
            }
        }
    }

    /// Transforms every row.
    #[inline(always)]
    fn along_rows<const NEW: usize>(
        &self,
        result: &mut Block<ROWS, NEW>,
        transform: impl Fn([f32; COLUMNS]) -> [f32; NEW],
    ) {
        for y in 0..ROWS {
            for lane in 0..LANES {
                let mut row = [0.0; COLUMNS];
                for x in 0..COLUMNS {
                    row[x] = self.0[y][x][lane];
                }
                let row = transform(row);
                for x in 0..NEW {
                    result.0[y][x][lane] = row[x];
                }
            }
        }
    }
}

impl Block<IN, IN> {
    /// Reads one place of each element's matrix; `element` is the size of one.
    #[inline(always)]
    fn load(&mut self, values: &[f32], element: usize, at: usize, lanes: usize) {
        for (index, target) in self.0.as_flattened_mut().iter_mut().enumerate() {
            load(values, index * element + at, lanes, target);
        }
    }

    /// Writes one place of each element's matrix.
    #[inline(always)]
    fn store(&self, values: &mut [f32], element: usize, at: usize, lanes: usize) {
        for (index, source) in self.0.as_flattened().iter().enumerate() {
            store(source, values, index * element + at, lanes);
        }
    }
}

#[inline(always)]
fn load(values: &[f32], at: usize, lanes: usize, target: &mut Lanes) {
    if lanes == LANES
        && let Some(all) = values[at..].first_chunk()
    {
        *target = *all;
    } else {
        for lane in 0..lanes {
            target[lane] = values[at + lane];
        }
    }
}

#[inline(always)]
fn store(source: &Lanes, values: &mut [f32], at: usize, lanes: usize) {
    if lanes == LANES
        && let Some(all) = values[at..].first_chunk_mut()
    {
        *all = *source;
    } else {
        for lane in 0..lanes {
            values[at + lane] = source[lane];
        }
    }
}

#[inline(always)]
fn add(source: &Lanes, values: &mut [f32], at: usize, lanes: usize) {
    if lanes == LANES
        && let Some(all) = values[at..].first_chunk_mut::<LANES>()
    {
        for lane in 0..LANES {
            all[lane] += source[lane];
        }
    } else {
        for lane in 0..lanes {
            values[at + lane] += source[lane];
        }
    }
}
