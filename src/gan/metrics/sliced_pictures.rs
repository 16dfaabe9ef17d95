//! Sliced Wasserstein distance of pictures, pixel by pixel: needs no features, so that it means the same for pictures of any kind.
//!
//! As for points ([`super::SlicedWasserstein`]), along random directions.

use super::sliced_wasserstein::distance_of_sorted;
use crate::gan::cpu::map_products;
use crate::random::{Random, Stream};

/// Random directions, always the same ones: enough that their choice changes the mean by a few per cent.
const DIRECTIONS: usize = 256;

/// One set of real pictures, prepared for many generated sets.
#[derive(Debug, Clone)]
pub struct SlicedPictures {
    width: usize,
    /// `[DIRECTIONS, width]`, each of length 1.
    directions: Vec<f32>,
    /// The projections on each direction, in ascending order.
    slices: Vec<Vec<f32>>,
}

impl SlicedPictures {
    /// Prepares the comparison with real pictures of `width` pixels.
    pub fn new(real: &[f32], width: usize) -> Self {
        let mut directions = vec![0.0; DIRECTIONS * width];
        Random::new(0, Stream::RealEvaluation, 0).fill_normal(&mut directions);
        for direction in directions.chunks_exact_mut(width) {
            let norm = direction.iter().map(|value| value * value).sum::<f32>().sqrt();
            for value in direction {
                *value /= norm;
            }
        }
        let slices = sorted_projections(&directions, real, width);
        Self { width, directions, slices }
    }

    /// The distance of `fake`, in the units of a pixel; lower is better. Not a number if either set is empty, infinite if a
    /// generated pixel is not finite.
    pub fn distance(&self, fake: &[f32]) -> f64 {
        if fake.iter().any(|value| !value.is_finite()) {
            return f64::INFINITY;
        }
        let projections = sorted_projections(&self.directions, fake, self.width);
        let distances = self.slices.iter().zip(&projections).map(|(real, fake)| distance_of_sorted(real, fake));
        distances.sum::<f64>() / DIRECTIONS as f64
    }
}

fn sorted_projections(directions: &[f32], rows: &[f32], width: usize) -> Vec<Vec<f32>> {
    map_products(directions, rows, width, |_, projections| {
        let mut sorted = projections.to_vec();
        sorted.sort_unstable_by(f32::total_cmp);
        sorted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_costs_its_length_times_the_mean_cosine() {
        // In the plane the mean of |cos| is 2/π.
        let real = [0.0, 0.0, 1.0, 0.5, -2.0, 1.0];
        let moved: Vec<f32> =
            real.iter().enumerate().map(|(place, value)| value + if place % 2 == 0 { 3.0 } else { 0.0 }).collect();
        let found = SlicedPictures::new(&real, 2).distance(&moved);
        assert!((found - 3.0 * 2.0 / std::f64::consts::PI).abs() < 0.15, "{found}");
    }

    #[test]
    fn along_one_axis_it_is_the_plain_distance() {
        // All of the mass moves by 3, half of it by 2 more, as in one dimension.
        let found = SlicedPictures::new(&[0.0, 1.0], 1).distance(&[3.0, 6.0]);
        assert!((found - 4.0).abs() < 1e-6, "{found}");
    }

    #[test]
    fn equal_sets_are_no_distance_apart_and_what_has_none_says_so() {
        let rows: Vec<f32> = (0..60).map(|index| (index * 7 % 11) as f32).collect();
        let slices = SlicedPictures::new(&rows, 6);
        assert!(slices.distance(&rows) < 1e-6);
        assert!(slices.distance(&[]).is_nan() && slices.distance(&[f32::NAN; 6]).is_infinite());
    }
}
