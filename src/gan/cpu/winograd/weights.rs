//! Between weights and their transforms.

use std::marker::PhantomData;

use pulp::{Arch, NullaryFnOnce};
use rayon::iter::{IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSliceMut as _;

use super::block::{Block, LANES, load, store};
use super::filtering::Filtering;
use super::parities;
use crate::gan::cpu::unchecked::new_by_pieces;
use crate::gan::cpu::{Geometry, threads};

/// Which way round the transformed weight lies in memory: as the right side of a product, row by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// `[elements, parities · channels, filters]`.
    FiltersLast,
    /// `[elements, filters, parities · channels]`.
    ChannelsLast,
}

/// Works with the transform of the weight, which is `[filters, channels, kernel, kernel]`.
pub(super) fn transform_weight<F: Filtering<IN, TAPS>, const IN: usize, const TAPS: usize, R>(
    weight: &[f32],
    geometry: &Geometry,
    order: Order,
    work: impl FnOnce(&[f32]) -> R,
) -> R {
    let size = IN * IN * parities(geometry) * geometry.channels * geometry.filters;
    threads::with_memory([size], |[transformed]| {
        transform_into::<F, IN, TAPS>(weight, geometry, order, transformed);
        work(transformed)
    })
}

fn transform_into<F: Filtering<IN, TAPS>, const IN: usize, const TAPS: usize>(
    weight: &[f32],
    geometry: &Geometry,
    order: Order,
    transformed: &mut [f32],
) {
    let (elements, parities) = (IN * IN, parities(geometry));
    let Geometry { channels, filters, .. } = *geometry;
    // What is not innermost: rows of all elements and parities for each are written by one thread.
    let (outer, inner) = match order {
        Order::FiltersLast => (channels, filters),
        Order::ChannelsLast => (filters, channels),
    };
    let mut rows: Vec<Vec<&mut [f32]>> = (0..outer).map(|_| Vec::with_capacity(elements * parities)).collect();
    for (index, row) in transformed.chunks_mut(inner).enumerate() {
        let place = match order {
            Order::FiltersLast => index % channels,
            Order::ChannelsLast => index / parities % filters,
        };
        rows[place].push(row);
    }
    rows.into_par_iter().enumerate().with_min_len(8).for_each(|(outer, rows)| {
        Arch::new().dispatch(TransformRows::<F, IN, TAPS> {
            filtering: PhantomData,
            weight,
            geometry,
            order,
            outer,
            rows,
        });
    });
}

/// Transforms the weights of one channel or one filter. `rows` are its rows in every element's matrix, by element and parity.
struct TransformRows<'a, F, const IN: usize, const TAPS: usize> {
    filtering: PhantomData<F>,
    weight: &'a [f32],
    geometry: &'a Geometry,
    order: Order,
    outer: usize,
    rows: Vec<&'a mut [f32]>,
}

impl<F: Filtering<IN, TAPS>, const IN: usize, const TAPS: usize> NullaryFnOnce for TransformRows<'_, F, IN, TAPS> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { weight, geometry, order, outer, mut rows, .. } = self;
        let Geometry { channels, filters, .. } = *geometry;
        let (kernel_size, parities) = (geometry.kernel_size(), parities(geometry));
        let (inner, begin, step) = match order {
            Order::FiltersLast => (filters, outer * kernel_size, channels * kernel_size),
            Order::ChannelsLast => (channels, outer * channels * kernel_size, kernel_size),
        };
        let mut half = Block::<IN, TAPS>::EMPTY;
        let mut elements = Block::<IN, IN>::EMPTY;
        for first in (0..inner).step_by(LANES) {
            let lanes = LANES.min(inner - first);
            for parity in 0..parities {
                let mut taps = Block::<TAPS, TAPS>::EMPTY;
                for y in 0..TAPS {
                    for x in 0..TAPS {
                        let Some(place) = place_in_kernel(geometry, y, x, parity) else { continue };
                        for lane in 0..lanes {
                            taps.0[y][x][lane] = weight[begin + (first + lane) * step + place];
                        }
                    }
                }
                taps.along_columns(&mut half, F::weight);
                half.along_rows(&mut elements, F::weight);
                for (element, values) in elements.0.as_flattened().iter().enumerate() {
                    store(values, rows[element * parities + parity], first, lanes);
                }
            }
        }
    }
}

/// The adjoint of [`transform_weight`], from `[elements, parities · channels, filters]`.
pub(super) fn weight_gradient<F: Filtering<IN, TAPS>, const IN: usize, const TAPS: usize>(
    transformed: &[f32],
    geometry: &Geometry,
) -> Vec<f32> {
    let Geometry { channels, filters, .. } = *geometry;
    let kernel_size = geometry.kernel_size();
    // By channel first, which is how the sums lie in memory.
    threads::with_memory([channels * filters * kernel_size], |[by_channel]| {
        by_channel.par_chunks_mut(filters * kernel_size).enumerate().for_each(|(channel, gradient)| {
            Arch::new().dispatch(ChannelGradient::<F, IN, TAPS> {
                filtering: PhantomData,
                transformed,
                geometry,
                channel,
                gradient,
            });
        });
        new_by_pieces(by_channel.len(), channels * kernel_size, |filter, gradient| {
            for (channel, gradient) in gradient.chunks_exact_mut(kernel_size).enumerate() {
                gradient.copy_from_slice(&by_channel[(channel * filters + filter) * kernel_size..][..kernel_size]);
            }
        })
    })
}

/// The weight gradient of one channel: writes `[filters, kernel, kernel]`.
struct ChannelGradient<'a, F, const IN: usize, const TAPS: usize> {
    filtering: PhantomData<F>,
    transformed: &'a [f32],
    geometry: &'a Geometry,
    channel: usize,
    gradient: &'a mut [f32],
}

impl<F: Filtering<IN, TAPS>, const IN: usize, const TAPS: usize> NullaryFnOnce for ChannelGradient<'_, F, IN, TAPS> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { transformed, geometry, channel, gradient, .. } = self;
        let Geometry { channels, filters, .. } = *geometry;
        let (kernel_size, parities) = (geometry.kernel_size(), parities(geometry));
        let mut elements = Block::<IN, IN>::EMPTY;
        let (mut half, mut taps) = (Block::<TAPS, IN>::EMPTY, Block::<TAPS, TAPS>::EMPTY);
        for first in (0..filters).step_by(LANES) {
            let lanes = LANES.min(filters - first);
            for parity in 0..parities {
                for (element, values) in elements.0.as_flattened_mut().iter_mut().enumerate() {
                    load(
                        transformed,
                        ((element * parities + parity) * channels + channel) * filters + first,
                        lanes,
                        values,
                    );
                }
                elements.along_columns(&mut half, F::weight_adjoint);
                half.along_rows(&mut taps, F::weight_adjoint);
                for y in 0..TAPS {
                    for x in 0..TAPS {
                        let Some(place) = place_in_kernel(geometry, y, x, parity) else { continue };
                        for lane in 0..lanes {
                            gradient[(first + lane) * kernel_size + place] = taps.0[y][x][lane];
                        }
                    }
                }
            }
        }
    }
}

/// Where in a kernel the weight of one parity stands; `None` beyond the kernel, where there is none.
#[inline(always)]
fn place_in_kernel(geometry: &Geometry, y: usize, x: usize, parity: usize) -> Option<usize> {
    let Geometry { kernel: [height, width], stride, .. } = *geometry;
    let (y, x) = (stride * y + parity / stride, stride * x + parity % stride);
    (y < height && x < width).then_some(y * width + x)
}
