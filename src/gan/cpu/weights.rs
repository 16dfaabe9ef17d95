//! Changing weights in one pass over each array, in its own memory where nothing else holds it.

use burn::backend::Flex;
use burn::tensor::Tensor;
use pulp::Arch;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSlice as _;

use super::extension::{tensor, values, values_mut};
use super::{flex, threads};

/// Values of one piece: a root and two quotients for each make this as long as much more of simpler work.
const PIECE: usize = threads::PIECE / 4;

/// The numbers of one update by Adam (Kingma and Ba 2015, algorithm 1, arXiv 1412.6980).
#[derive(Debug, Clone, Copy)]
pub(in crate::gan) struct AdamStep {
    /// Share of the old mean that is kept.
    pub(in crate::gan) beta_1: f32,
    /// Share of the old mean of squares that is kept.
    pub(in crate::gan) beta_2: f32,
    /// Added to the root of the mean of squares.
    pub(in crate::gan) epsilon: f32,
    /// `α / (1 - β₁ᵗ)`.
    pub(in crate::gan) step_size: f32,
    /// `√(1 - β₂ᵗ)`.
    pub(in crate::gan) square_correction: f32,
}

/// What is remembered of an array's gradients.
#[derive(Debug, Clone)]
pub(in crate::gan) struct AdamMemory {
    /// Mean of gradients; `None` where `β₁` is 0, so that there is nothing to remember.
    pub(in crate::gan) mean: Option<Tensor<1>>,
    /// Mean of squared gradients.
    pub(in crate::gan) square: Tensor<1>,
}

/// One update by Adam of an array on the CPU.
pub(in crate::gan) fn adam(
    parameter: Tensor<1>,
    gradient: Tensor<1>,
    memory: AdamMemory,
    step: AdamStep,
) -> (Tensor<1>, AdamMemory) {
    let (mut parameter, gradient, mut square) = (flex(parameter), flex(gradient), flex(memory.square));
    let mut mean = memory.mean.map(flex);
    let mut means = mean.as_mut().map(|mean| values_mut(mean).chunks_mut(PIECE));
    let arrays = values_mut(&mut parameter).chunks_mut(PIECE).zip(values_mut(&mut square).chunks_mut(PIECE));
    let pieces: Vec<AdamPiece<'_>> = arrays
        .zip(values(&gradient).chunks(PIECE))
        .map(|((parameter, square), gradient)| {
            let mean = means.as_mut().and_then(Iterator::next);
            AdamPiece { parameter, mean, square, gradient }
        })
        .collect();
    pieces.into_par_iter().for_each(|piece| piece.update(step));
    let memory =
        AdamMemory { mean: mean.map(Tensor::from_primitive::<Flex>), square: Tensor::from_primitive::<Flex>(square) };
    (Tensor::from_primitive::<Flex>(parameter), memory)
}

/// A part of an array, of what is remembered of its gradients, and of its newest gradient.
struct AdamPiece<'a> {
    parameter: &'a mut [f32],
    mean: Option<&'a mut [f32]>,
    square: &'a mut [f32],
    gradient: &'a [f32],
}

impl AdamPiece<'_> {
    fn update(self, step: AdamStep) {
        let AdamStep { beta_1, beta_2, epsilon, step_size, square_correction } = step;
        let Self { parameter, mean, square, gradient } = self;
        let numbers = parameter.iter_mut().zip(square).zip(gradient);
        let root_factor = 1.0 / square_correction;
        // Loops own what they calculate with (`move`): through references within references, each element would read it
        // again, and nothing would be SIMD.
        let moved = move |mean: f32, square: f32| mean * step_size / (square.sqrt() * root_factor + epsilon);
        if let Some(mean) = mean {
            Arch::new().dispatch(move || {
                for (((parameter, square), gradient), mean) in numbers.zip(mean) {
                    *mean = *mean * beta_1 + gradient * (1.0 - beta_1);
                    *square = *square * beta_2 + gradient * gradient * (1.0 - beta_2);
                    *parameter -= moved(*mean, *square);
                }
            });
        } else {
            Arch::new().dispatch(move || {
                for ((parameter, square), gradient) in numbers {
                    *square = *square * beta_2 + gradient * gradient * (1.0 - beta_2);
                    *parameter -= moved(*gradient, *square);
                }
            });
        }
    }
}

/// `keep · mine + (1 - keep) · other`, on the CPU.
pub(in crate::gan) fn blend(mine: Tensor<1>, other: Tensor<1>, keep: f32) -> Tensor<1> {
    let (mut mine, other) = (flex(mine), flex(other));
    threads::by_pieces(values_mut(&mut mine), values(&other), |mine, other| {
        Arch::new().dispatch(|| {
            for (mine, other) in mine.iter_mut().zip(other) {
                *mine = *mine * keep + other * (1.0 - keep);
            }
        });
    });
    Tensor::from_primitive::<Flex>(mine)
}

/// L2 norm over all arrays together, on the CPU. To `[1]`.
pub(in crate::gan) fn norm(arrays: &[Tensor<1>]) -> Tensor<1> {
    let sum: f32 = arrays.iter().map(|array| sum_of_squares(values(&flex(array.clone())))).sum();
    Tensor::from_primitive::<Flex>(tensor(vec![sum.sqrt()], [1]))
}

fn sum_of_squares(values: &[f32]) -> f32 {
    /// Sums that run side by side.
    const LANES: usize = 16;
    let pieces: Vec<f32> = values
        .par_chunks(threads::PIECE)
        .map(|values| {
            let mut sums = [0.0_f32; LANES];
            let (rows, rest) = values.as_chunks::<LANES>();
            Arch::new().dispatch(|| {
                for row in rows {
                    for (sum, value) in sums.iter_mut().zip(row) {
                        *sum += value * value;
                    }
                }
            });
            sums.iter().sum::<f32>() + rest.iter().map(|value| value * value).sum::<f32>()
        })
        .collect();
    pieces.iter().sum()
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    fn array(values: Vec<f32>) -> Tensor<1> {
        let count = values.len();
        Tensor::from_data(TensorData::new(values, [count]), &Device::flex())
    }

    #[test]
    fn the_norm_is_that_of_all_arrays_together_however_long() {
        let norm_of = |arrays: &[Vec<f32>]| {
            let arrays: Vec<Tensor<1>> = arrays.iter().cloned().map(array).collect();
            norm(&arrays).into_scalar::<f32>()
        };
        assert!((norm_of(&[vec![3.0], vec![0.0, 4.0]]) - 5.0).abs() < 1e-6);
        assert!((norm_of(&[vec![1.0; 100_003], vec![2.0]]) - 100_007_f32.sqrt()).abs() < 1e-2);
        assert!(norm_of(&[]).abs() < f32::EPSILON);
    }

    #[test]
    fn a_blend_changes_its_own_array_and_no_other_that_shares_its_memory() {
        let mine = array(vec![1.0, 2.0]);
        let shared = mine.clone();
        let blended = blend(mine, array(vec![3.0, 6.0]), 0.25);
        assert_eq!(blended.into_data().iter::<f32>().collect::<Vec<_>>(), [2.5, 5.0]);
        assert_eq!(shared.into_data().iter::<f32>().collect::<Vec<_>>(), [1.0, 2.0]);
    }
}
