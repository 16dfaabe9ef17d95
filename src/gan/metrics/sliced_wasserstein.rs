//! Sliced Wasserstein distance: how far generated points have to be moved to become real ones, seen from many sides.
//!
//! The mean over directions of the one-dimensional Wasserstein-1 distance of the projections (Bonneel et al., "Sliced and
//! Radon Wasserstein barycenters of measures", JMIV 51 (2015), with exponent 1).

use std::f32::consts::PI;

/// Directions, evenly spread over half a turn: the other half would see the same.
const DIRECTIONS: u8 = 32;

/// One set of real points, prepared for many generated sets.
#[derive(Debug, Clone)]
pub struct SlicedWasserstein {
    /// The projections on each direction, in ascending order.
    slices: Vec<Slice>,
}

#[derive(Debug, Clone)]
struct Slice {
    direction: [f32; 2],
    sorted: Vec<f32>,
}

impl SlicedWasserstein {
    /// Prepares the comparison with `real` points.
    pub fn new(real: &[[f32; 2]]) -> Self {
        let slice = |number: u8| {
            let (sine, cosine) = (PI * f32::from(number) / f32::from(DIRECTIONS)).sin_cos();
            let direction = [cosine, sine];
            Slice { direction, sorted: projections(real, direction) }
        };
        Self { slices: (0..DIRECTIONS).map(slice).collect() }
    }

    /// The distance of `fake` points, in the units of the plane; lower is better. NaN if either set is empty, infinite
    /// if a generated point is not finite.
    ///
    /// The floor to show beside it is the same of other real points, as many as there are generated ones.
    pub fn distance(&self, fake: &[[f32; 2]]) -> f64 {
        if fake.iter().flatten().any(|value| !value.is_finite()) {
            return f64::INFINITY;
        }
        let distances = self
            .slices
            .iter()
            .map(|Slice { direction, sorted }| distance_of_sorted(sorted, &projections(fake, *direction)));
        distances.sum::<f64>() / self.slices.len() as f64
    }
}

/// How far each point lies along `direction`, in ascending order.
fn projections(points: &[[f32; 2]], [x, y]: [f32; 2]) -> Vec<f32> {
    let mut values: Vec<f32> = points.iter().map(|point| point[0] * x + point[1] * y).collect();
    values.sort_unstable_by(f32::total_cmp);
    values
}

/// `∫ |F⁻¹(q) - G⁻¹(q)| dq` of two sets of numbers in ascending order, which need not be equally many.
pub(super) fn distance_of_sorted(first: &[f32], second: &[f32]) -> f64 {
    if first.is_empty() || second.is_empty() {
        return f64::NAN;
    }
    let (mut at_first, mut at_second) = (0, 0);
    let (mut reached, mut distance) = (0.0, 0.0);
    while at_first < first.len() && at_second < second.len() {
        // Either quantile function jumps at multiples of one over its count.
        let next_first = (at_first + 1) as f64 / first.len() as f64;
        let next_second = (at_second + 1) as f64 / second.len() as f64;
        let next = next_first.min(next_second);
        distance += (next - reached) * (f64::from(first[at_first]) - f64::from(second[at_second])).abs();
        reached = next;
        at_first += usize::from(next_first <= next);
        at_second += usize::from(next_second <= next);
    }
    distance
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{DataConfig, DatasetKind};
    use crate::data::open;

    fn distance(real: &[[f32; 2]], fake: &[[f32; 2]]) -> f64 {
        SlicedWasserstein::new(real).distance(fake)
    }

    #[test]
    fn one_dimension_by_hand() {
        assert!((distance_of_sorted(&[0.0, 1.0], &[2.0, 5.0]) - 3.0).abs() < 1e-9);
        // Half of the mass moves from 0 to 3, the other half from 1 to 3.
        assert!((distance_of_sorted(&[0.0, 1.0], &[3.0]) - 2.5).abs() < 1e-9);
        // A third each at 0, 0, 6 against a half each at 0, 6: a sixth of the mass moves by 6.
        assert!((distance_of_sorted(&[0.0, 0.0, 6.0], &[0.0, 6.0]) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_shift_costs_its_length_times_the_mean_cosine() {
        let real = [[0.0, 0.0], [1.0, 0.5], [-2.0, 1.0]];
        let moved = real.map(|[x, y]| [x + 3.0, y]);
        let expected = 3.0 * 2.0 / std::f64::consts::PI;
        assert!((distance(&real, &moved) - expected).abs() < 0.01, "{}", distance(&real, &moved));
        assert!(distance(&real, &real) < 1e-9);
    }

    #[test]
    fn it_is_the_same_either_way_and_grows_with_collapse() {
        let data = open(&DataConfig::of(DatasetKind::Ring)).unwrap();
        let [real, other] = data.evaluation_pair(1_000, 1).map(|values| values.as_chunks::<2>().0.to_vec());
        assert!((distance(&real, &other) - distance(&other, &real)).abs() < 1e-6);
        let collapsed = vec![[1.0, 0.0]; 1_000];
        assert!(distance(&real, &other) < 0.05 && distance(&real, &collapsed) > 0.5);
    }

    #[test]
    fn what_has_no_distance_says_so() {
        assert!(distance(&[], &[[0.0; 2]]).is_nan() && distance(&[[0.0; 2]], &[]).is_nan());
        assert!(distance(&[[0.0; 2]], &[[f32::NAN, 0.0]]).is_infinite());
    }
}
