//! Points that fall as densely as somebody drew them.

use super::Modes;
use super::points::Distribution;
use crate::config::Drawing;
use crate::random::Random;

/// The view is a little larger than the drawing, so that a generator's strays are seen.
const HALF_VIEW: f32 = 1.25 * Drawing::HALF_SIDE;

/// A drawing to draw points from: a cell by its density, then a place in the cell, each alike.
#[derive(Debug)]
pub(super) struct Density {
    /// The densities of all cells up to each one, added up: at most 96 · 96 · 255.
    sums: Vec<u32>,
}

impl Density {
    /// `None` if nothing is drawn.
    pub(super) fn new(drawing: &Drawing) -> Option<Self> {
        let mut sum = 0;
        let add = |&cell: &u8| {
            sum += u32::from(cell);
            sum
        };
        let sums: Vec<u32> = drawing.cells().iter().map(add).collect();
        (sum > 0).then_some(Self { sums })
    }
}

impl Distribution for Density {
    fn draw(&self, random: &mut Random) -> [f32; 2] {
        let place = random.below(self.sums.last().copied().unwrap_or(0));
        // The first cell whose sum is beyond the place.
        let cell = self.sums.partition_point(|&sum| sum <= place).min(Drawing::CELLS - 1);
        let (row, column) = (cell / Drawing::SIDE, cell % Drawing::SIDE);
        let share = |index: usize, random: &mut Random| (index as f32 + random.uniform()) / Drawing::SIDE as f32;
        let (x, down) = (share(column, random), share(row, random));
        [Drawing::HALF_SIDE * (2.0 * x - 1.0), Drawing::HALF_SIDE * (1.0 - 2.0 * down)]
    }

    fn half_view(&self) -> f32 {
        HALF_VIEW
    }

    fn modes(&self) -> Option<&Modes> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset as _;
    use crate::data::points::Points;

    const COUNT: usize = 100_000;

    fn drawing(paint: impl Fn(usize, usize) -> u8) -> Drawing {
        let cells: Vec<u8> =
            (0..Drawing::CELLS).map(|cell| paint(cell / Drawing::SIDE, cell % Drawing::SIDE)).collect();
        Drawing::new(cells).unwrap()
    }

    fn cell_of([x, y]: [f32; 2]) -> (usize, usize) {
        let index = |share: f32| ((share * Drawing::SIDE as f32) as usize).min(Drawing::SIDE - 1);
        let side = 2.0 * Drawing::HALF_SIDE;
        (index((Drawing::HALF_SIDE - y) / side), index((x + Drawing::HALF_SIDE) / side))
    }

    #[test]
    fn points_follow_the_density() {
        // Six columns of blocks, the densities 0, 10, 40, 90, 160 and 250, in the upper half only.
        let densities = [0, 10, 40, 90, 160, 250];
        let drawing = drawing(|row, column| if row < 48 { densities[column / 16] } else { 0 });
        let data = Points(Density::new(&drawing).unwrap());
        let mut counts = [0_usize; 6];
        for &point in data.batch(1, 0, COUNT).as_chunks::<2>().0 {
            let (row, column) = cell_of(point);
            assert!(row < 48, "{point:?} lies where nothing is drawn");
            counts[column / 16] += 1;
        }
        assert_eq!(counts[0], 0);
        let total: f64 = densities.iter().map(|&density| f64::from(density)).sum();
        let chi_square: f64 = (1..6)
            .map(|block| {
                let expected = COUNT as f64 * f64::from(densities[block]) / total;
                (counts[block] as f64 - expected).powi(2) / expected
            })
            .sum();
        // Four degrees of freedom: one seed in a thousand is beyond 18.5.
        assert!(chi_square < 18.5, "{chi_square} {counts:?}");
    }

    #[test]
    fn points_are_even_within_a_cell_and_up_is_up() {
        let drawing = drawing(|row, column| u8::from((row, column) == (0, 95)));
        let data = Points(Density::new(&drawing).unwrap());
        let cell = 2.0 * Drawing::HALF_SIDE / Drawing::SIDE as f32;
        let values = data.evaluation(COUNT, 1);
        let points = values.as_chunks::<2>().0;
        for axis in 0..2 {
            let (low, high) = (Drawing::HALF_SIDE - cell, Drawing::HALF_SIDE);
            assert!(points.iter().all(|point| point[axis] >= low - 1e-5 && point[axis] <= high + 1e-5));
            let mean = points.iter().map(|point| f64::from((point[axis] - low) / cell)).sum::<f64>() / COUNT as f64;
            assert!((mean - 0.5).abs() < 0.005, "{mean}");
        }
    }

    #[test]
    fn the_same_seed_draws_the_same_points() {
        let data = Points(Density::new(&drawing(|row, column| (row * column % 256) as u8)).unwrap());
        assert_eq!(data.batch(3, 5, 64), data.batch(3, 5, 64));
        assert_ne!(data.batch(3, 5, 64), data.batch(4, 5, 64));
        assert_ne!(data.batch(3, 5, 64), data.batch(3, 6, 64));
    }

    #[test]
    fn an_empty_drawing_gives_nothing_to_draw_from() {
        assert!(Density::new(&Drawing::empty()).is_none());
    }
}
