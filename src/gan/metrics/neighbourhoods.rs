//! Balls around samples, each as large as the distance to a near neighbour: together they are an estimate of where samples lie.

use crate::gan::cpu::map_products;

/// Samples with the distance of each to its k-th nearest neighbour among them.
#[derive(Debug, Clone)]
pub struct Neighbourhoods {
    rows: Vec<f32>,
    width: usize,
    squared_norms: Vec<f32>,
    /// Squared; not a number where there are no k others at a finite distance, so that nothing is inside.
    squared_radii: Vec<f32>,
}

impl Neighbourhoods {
    /// Of rows of `width` numbers, with balls that reach to the `k`-th nearest other row.
    pub fn new(rows: Vec<f32>, width: usize, k: usize) -> Self {
        let squared_norms = squared_norms(&rows, width);
        let squared_radii = map_products(&rows, &rows, width, |row, products| {
            let mut nearest = Nearest::new(k);
            for (other, distance) in squared_distances(squared_norms[row], &squared_norms, products).enumerate() {
                if other != row {
                    nearest.offer(distance);
                }
            }
            nearest.farthest()
        });
        Self { rows, width, squared_norms, squared_radii }
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.squared_norms.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.squared_norms.is_empty()
    }

    /// For each row of `others`, how many of the balls hold it.
    pub fn balls_around(&self, others: &[f32]) -> Vec<usize> {
        let norms = squared_norms(others, self.width);
        map_products(others, &self.rows, self.width, |other, products| {
            let distances = squared_distances(norms[other], &self.squared_norms, products);
            distances.zip(&self.squared_radii).filter(|(distance, radius)| distance <= radius).count()
        })
    }

    /// For each of these samples, whether its ball holds any row of `others`.
    pub fn holds_any(&self, others: &[f32]) -> Vec<bool> {
        let norms = squared_norms(others, self.width);
        map_products(&self.rows, others, self.width, |row, products| {
            squared_distances(self.squared_norms[row], &norms, products)
                .any(|distance| distance <= self.squared_radii[row])
        })
    }

    /// The samples.
    pub(super) fn rows(&self) -> &[f32] {
        &self.rows
    }
}

/// `‖x‖²` of each row.
pub(super) fn squared_norms(rows: &[f32], width: usize) -> Vec<f32> {
    rows.chunks_exact(width).map(|row| row.iter().map(|value| value * value).sum()).collect()
}

/// `‖x - y‖² = ‖x‖² + ‖y‖² - 2 x·y` of one row and others, never below zero.
pub(super) fn squared_distances(norm: f32, others: &[f32], products: &[f32]) -> impl Iterator<Item = f32> {
    others.iter().zip(products).map(move |(other, product)| {
        let distance = norm + other - 2.0 * product;
        // Not `f32::max`, which would make a number of NaN.
        if distance < 0.0 { 0.0 } else { distance }
    })
}

/// The k least of the numbers offered, in ascending order.
struct Nearest {
    least: Vec<f32>,
}

impl Nearest {
    fn new(k: usize) -> Self {
        Self { least: vec![f32::INFINITY; k] }
    }

    fn offer(&mut self, distance: f32) {
        if self.least.last().is_some_and(|farthest| distance < *farthest) {
            self.least.pop();
            let place = self.least.partition_point(|nearer| *nearer <= distance);
            self.least.insert(place, distance);
        }
    }

    /// The k-th; not a number where fewer were offered.
    fn farthest(&self) -> f32 {
        self.least.last().copied().filter(|farthest| farthest.is_finite()).unwrap_or(f32::NAN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn radii_reach_to_the_kth_other_sample() {
        // On a line: 0, 1, 3, 7.
        let of = |k| Neighbourhoods::new(vec![0.0, 1.0, 3.0, 7.0], 1, k).squared_radii;
        assert_eq!(of(1), [1.0, 1.0, 4.0, 16.0]);
        assert_eq!(of(2), [9.0, 4.0, 9.0, 36.0]);
        assert!(of(4).iter().all(|radius| radius.is_nan()), "there are only three others");
    }

    #[test]
    fn balls_are_counted_from_either_side() {
        let real = Neighbourhoods::new(vec![0.0, 1.0, 3.0, 7.0], 1, 1);
        // The balls are [-1, 1], [0, 2], [1, 5] and [3, 11].
        assert_eq!(real.balls_around(&[0.5, 1.0, 4.0, 20.0, -1.5]), [2, 3, 2, 0, 0]);
        assert_eq!(real.holds_any(&[0.5, -9.0]), [true, true, false, false]);
        assert_eq!((real.len(), real.is_empty()), (4, false));
    }

    #[test]
    fn what_is_no_number_is_near_nothing() {
        let real = Neighbourhoods::new(vec![0.0, 1.0, f32::NAN, 3.0], 1, 1);
        assert!(real.squared_radii[2].is_nan() && (real.squared_radii[3] - 4.0).abs() < 1e-6);
        assert_eq!(real.balls_around(&[f32::NAN, f32::INFINITY, 2.0]), [0, 0, 2]);
    }
}
