//! Maps made larger by repeating each place, or smaller by adding places up; each is the other's adjoint. Channels are last.

use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSliceMut as _;

/// Which way, and how far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::gan) struct Resampling {
    /// Places of a large map beside each other, along either axis, that share one of the small map.
    pub(in crate::gan) factor: usize,
    /// What values are multiplied by.
    pub(in crate::gan) scale: f32,
    /// Which of the two maps is made.
    pub(in crate::gan) towards: Size,
}

/// The larger or the smaller of two maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::gan) enum Size {
    Large,
    Small,
}

impl Resampling {
    /// The way back of a gradient.
    pub(super) fn reversed(self) -> Self {
        let towards = match self.towards {
            Size::Large => Size::Small,
            Size::Small => Size::Large,
        };
        Self { towards, ..self }
    }

    /// `[batch, height, width, channels]` of what this makes of maps of such a shape.
    pub(super) fn output_shape(self, [batch, height, width, channels]: [usize; 4]) -> [usize; 4] {
        match self.towards {
            Size::Large => [batch, height * self.factor, width * self.factor, channels],
            Size::Small => [batch, height / self.factor, width / self.factor, channels],
        }
    }

    /// Resamples maps of the shape `[batch, height, width, channels]`. Pieces are rows of the small map.
    pub(super) fn apply(self, maps: &[f32], shape: [usize; 4]) -> Vec<f32> {
        let output_shape = self.output_shape(shape);
        let mut output = vec![0.0; output_shape.iter().product()];
        let [input_row, output_row] = [shape, output_shape].map(|[_, _, width, channels]| width * channels);
        let channels = shape[3];
        match self.towards {
            Size::Large => {
                // Each row of the input becomes `factor` equal rows.
                output.par_chunks_mut(self.factor * output_row).enumerate().for_each(|(row, output)| {
                    let (first, copies) = output.split_at_mut(output_row);
                    let input = &maps[row * input_row..][..input_row];
                    for (place, input) in input.chunks_exact(channels).enumerate() {
                        for target in
                            first[place * self.factor * channels..].chunks_exact_mut(channels).take(self.factor)
                        {
                            for (target, value) in target.iter_mut().zip(input) {
                                *target = value * self.scale;
                            }
                        }
                    }
                    copies.chunks_exact_mut(output_row).for_each(|copy| copy.copy_from_slice(first));
                });
            }
            Size::Small => output.par_chunks_mut(output_row).enumerate().for_each(|(row, output)| {
                for input in maps[row * self.factor * input_row..].chunks_exact(input_row).take(self.factor) {
                    for (place, value) in input.chunks_exact(channels).enumerate() {
                        let target = &mut output[place / self.factor * channels..][..channels];
                        for (target, value) in target.iter_mut().zip(value) {
                            *target += value * self.scale;
                        }
                    }
                }
            }),
        }
        output
    }
}
