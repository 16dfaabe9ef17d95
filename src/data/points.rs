//! Distributions of points in the plane, drawn afresh for every batch.

use std::f64::consts::{PI, TAU};

use super::{Dataset, Modes};
use crate::config::{CheckerboardConfig, GridConfig, NoiseConfig, RingConfig, SampleShape};
use crate::random::{Random, Stream};

/// A distribution of points: all that a new one has to say about itself.
pub(super) trait Distribution: Send + Sync {
    /// One point.
    fn draw(&self, random: &mut Random) -> [f32; 2];

    /// Half the side of a square around the origin that holds the points with a margin.
    fn half_view(&self) -> f32;

    /// The clusters it is made of, if it is.
    fn modes(&self) -> Option<&Modes> {
        None
    }
}

/// A data set that draws from a distribution of points.
#[derive(Debug)]
pub(super) struct Points<D>(pub(super) D);

impl<D: Distribution> Points<D> {
    fn draw(&self, mut random: Random, count: usize) -> Vec<f32> {
        (0..count).flat_map(|_| self.0.draw(&mut random)).collect()
    }
}

impl<D: Distribution> Dataset for Points<D> {
    fn shape(&self) -> SampleShape {
        SampleShape::Points { dims: 2 }
    }

    fn batch(&self, seed: u64, batch_index: u64, size: usize) -> Vec<f32> {
        self.draw(Random::new(seed, Stream::RealBatch, batch_index), size)
    }

    fn modes(&self) -> Option<&Modes> {
        self.0.modes()
    }

    fn bounds(&self) -> [[f32; 2]; 2] {
        let half_view = self.0.half_view();
        [[-half_view; 2], [half_view; 2]]
    }

    fn evaluation(&self, count: usize, seed: u64) -> Vec<f32> {
        self.draw(Random::new(seed, Stream::RealEvaluation, 0), count)
    }
}

/// Standard deviations of noise that the view has room for.
const ROOM: f32 = 5.0;

/// Gaussians on a circle of radius 1, the first of them at the right (PacGAN, arXiv 1712.04086, has 8).
///
/// The often copied `linspace(0, 2π, 8)` has seven places only, one of them twice.
pub(super) fn ring(config: &RingConfig) -> Points<Mixture> {
    let RingConfig { modes, std } = *config;
    let centres = (0..modes)
        .map(|mode| {
            let (sine, cosine) = (TAU * mode as f64 / modes as f64).sin_cos();
            [cosine as f32, sine as f32]
        })
        .collect();
    Points(Mixture { modes: Modes { centres, std }, half_view: (1.0 + ROOM * std).max(1.5) })
}

/// Gaussians on a square lattice, 2 apart, around the origin (PacGAN, arXiv 1712.04086, has 5 by 5).
pub(super) fn grid(config: &GridConfig) -> Points<Mixture> {
    let GridConfig { side, std } = *config;
    let farthest = side.saturating_sub(1) as f32;
    let place = |index: usize| 2.0 * index as f32 - farthest;
    let centres = (0..side).flat_map(|row| (0..side).map(move |column| [place(column), place(row)])).collect();
    Points(Mixture { modes: Modes { centres, std }, half_view: farthest + (ROOM * std).max(1.0) })
}

/// Two interleaved half circles of radius 1 with noise, around the origin.
///
/// The arcs of scikit-learn's `make_moons`, moved by (-0.5, -0.25): 3 wide and 1.5 high.
pub(super) fn moons(config: NoiseConfig) -> Points<Moons> {
    Points(Moons { noise: config.noise })
}

/// Two arms of an Archimedean spiral, one and a half turns out to radius 1.5, with noise.
pub(super) fn spiral(config: NoiseConfig) -> Points<Spiral> {
    Points(Spiral { noise: config.noise })
}

/// The segment from (-1, -1) to (1, 1), evenly, with noise.
pub(super) fn line(config: NoiseConfig) -> Points<Line> {
    Points(Line { noise: config.noise })
}

/// Every other square of a board from (-1, -1) to (1, 1), the one at its lower left among them; each place in them alike.
pub(super) fn checkerboard(config: CheckerboardConfig) -> Points<Checkerboard> {
    Points(Checkerboard { squares: config.squares as u32 })
}

/// Equally likely Gaussians of equal width.
#[derive(Debug)]
pub(super) struct Mixture {
    modes: Modes,
    half_view: f32,
}

impl Distribution for Mixture {
    fn draw(&self, random: &mut Random) -> [f32; 2] {
        // Both mixtures have few modes, far below 2³².
        let mode = random.below(self.modes.centres.len() as u32);
        jitter(self.modes.centres[mode as usize], self.modes.std, random)
    }

    fn half_view(&self) -> f32 {
        self.half_view
    }

    fn modes(&self) -> Option<&Modes> {
        Some(&self.modes)
    }
}

/// See [`moons`].
#[derive(Debug)]
pub(super) struct Moons {
    noise: f32,
}

impl Distribution for Moons {
    fn draw(&self, random: &mut Random) -> [f32; 2] {
        let is_upper = random.below(2) == 0;
        let (sine, cosine) = (PI * f64::from(random.uniform())).sin_cos();
        let (upper_x, upper_y) = (cosine - 0.5, sine - 0.25);
        // The lower moon is the upper one turned by half a turn about the origin.
        let (x, y) = if is_upper { (upper_x, upper_y) } else { (-upper_x, -upper_y) };
        jitter([x as f32, y as f32], self.noise, random)
    }

    fn half_view(&self) -> f32 {
        (1.5 + ROOM * self.noise).max(2.0)
    }
}

/// See [`spiral`].
#[derive(Debug)]
pub(super) struct Spiral {
    noise: f32,
}

impl Distribution for Spiral {
    fn draw(&self, random: &mut Random) -> [f32; 2] {
        const RADIUS: f64 = 1.5;
        const ANGLE: f64 = 3.0 * PI;
        let sign = if random.below(2) == 0 { 1.0 } else { -1.0 };
        // The square root spreads points evenly along the arm, whose length grows with the square of the angle.
        let along = f64::from(random.uniform()).sqrt();
        let (sine, cosine) = (ANGLE * along).sin_cos();
        let radius = sign * RADIUS * along;
        jitter([(radius * cosine) as f32, (radius * sine) as f32], self.noise, random)
    }

    fn half_view(&self) -> f32 {
        (1.5 + ROOM * self.noise).max(2.0)
    }
}

/// See [`line()`].
#[derive(Debug)]
pub(super) struct Line {
    noise: f32,
}

impl Distribution for Line {
    fn draw(&self, random: &mut Random) -> [f32; 2] {
        let along = random.uniform_in(-1.0, 1.0);
        jitter([along, along], self.noise, random)
    }

    fn half_view(&self) -> f32 {
        (1.0 + ROOM * self.noise).max(1.5)
    }
}

/// See [`checkerboard`].
#[derive(Debug)]
pub(super) struct Checkerboard {
    squares: u32,
}

impl Distribution for Checkerboard {
    fn draw(&self, random: &mut Random) -> [f32; 2] {
        // The filled squares in reading order are every other one where a row has an odd number of them, and in the
        // other rows of an even board they begin one to the right.
        let filled = random.below((self.squares * self.squares).div_ceil(2));
        let (row, column) = if self.squares % 2 == 1 {
            (2 * filled / self.squares, 2 * filled % self.squares)
        } else {
            let in_row = self.squares / 2;
            let row = filled / in_row;
            (row, 2 * (filled % in_row) + row % 2)
        };
        let side = 2.0 / self.squares as f32;
        [column, row].map(|index| side * (index as f32 + random.uniform()) - 1.0)
    }

    fn half_view(&self) -> f32 {
        1.5
    }
}

/// `centre` plus Gaussian noise of standard deviation `std` along each axis.
fn jitter(centre: [f32; 2], std: f32, random: &mut Random) -> [f32; 2] {
    centre.map(|coordinate| coordinate + std * random.normal())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: usize = 50_000;

    #[test]
    fn ring_has_eight_places_on_the_unit_circle() {
        let ring = ring(&RingConfig::default());
        let centres = &ring.modes().unwrap().centres;
        assert_eq!(centres.len(), 8);
        for (index, centre) in centres.iter().enumerate() {
            assert!((centre[0].hypot(centre[1]) - 1.0).abs() < 1e-6);
            let next = centres[(index + 1) % 8];
            // The side of a regular octagon.
            assert!(((next[0] - centre[0]).hypot(next[1] - centre[1]) - 0.765_366_9).abs() < 1e-6);
        }
        assert!((centres[0][0] - 1.0).abs() < 1e-6 && centres[0][1].abs() < 1e-6);
    }

    #[test]
    fn grid_has_twenty_five_places_two_apart() {
        let grid = grid(&GridConfig::default());
        let centres = &grid.modes().unwrap().centres;
        assert_eq!(centres.len(), 25);
        assert_eq!(
            (centres[0], centres[1], centres[5], centres[24]),
            ([-4.0, -4.0], [-2.0, -4.0], [-4.0, -2.0], [4.0; 2])
        );
    }

    #[test]
    fn mixtures_draw_every_mode_equally_often_with_the_stated_width() {
        let wide = RingConfig { modes: 3, std: 0.1 };
        let few = GridConfig { side: 2, std: 0.2 };
        for dataset in [ring(&RingConfig::default()), grid(&GridConfig::default()), ring(&wide), grid(&few)] {
            let modes = dataset.modes().unwrap();
            let mut counts = vec![0_usize; modes.centres.len()];
            let mut squares = 0.0;
            for &point in dataset.evaluation(COUNT, 1).as_chunks::<2>().0 {
                let distances = modes.centres.iter().map(|centre| squared_distance(point, *centre));
                let (mode, nearest) = distances.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
                counts[mode] += 1;
                squares += nearest;
            }
            let fair = COUNT as f64 / counts.len() as f64;
            assert!(counts.iter().all(|&count| (count as f64 - fair).abs() < 5.0 * fair.sqrt()), "{counts:?}");
            let std = (squares / (2.0 * COUNT as f64)).sqrt();
            assert!((std / f64::from(modes.std) - 1.0).abs() < 0.02, "{std}");
        }
    }

    #[test]
    fn evaluation_does_not_reuse_the_random_numbers_of_evaluation_latents() {
        let numbers = |stream| Random::new(1, stream, 0);
        let ring = ring(&RingConfig::default());
        let real = ring.evaluation(100, 1);
        assert_eq!(real, ring.draw(numbers(Stream::RealEvaluation), 100));
        assert_ne!(real, ring.draw(numbers(Stream::Evaluation), 100));
    }

    #[test]
    fn moons_lie_near_their_half_circles_and_around_the_origin() {
        let values = moons(NoiseConfig::moons()).evaluation(COUNT, 1);
        let points = values.as_chunks::<2>().0;
        let mut off_sum = 0.0;
        for &[x, y] in points {
            // Each moon is an arc of radius 1 around (∓0.5, ∓0.25).
            let off_circle = [(-0.5, -0.25), (0.5, 0.25)].map(|(cx, cy)| ((x - cx).hypot(y - cy) - 1.0).abs());
            let off = f64::from(off_circle[0].min(off_circle[1]));
            assert!(off < 0.3, "{x} {y}");
            off_sum += off;
            assert!(x.abs() < 1.8 && y.abs() < 1.1);
        }
        // The mean size of a normal number of standard deviation 0.05 is 0.0399.
        let mean_off = off_sum / COUNT as f64;
        assert!((mean_off - 0.0399).abs() < 0.002, "{mean_off}");
        for axis in 0..2 {
            let mean = points.iter().map(|point| f64::from(point[axis])).sum::<f64>() / COUNT as f64;
            assert!(mean.abs() < 0.02, "{mean}");
        }
    }

    #[test]
    fn spiral_lies_near_its_arms_and_spreads_evenly_along_them() {
        let values = spiral(NoiseConfig::spiral()).evaluation(COUNT, 1);
        let mut outer = 0_u32;
        for &[x, y] in values.as_chunks::<2>().0 {
            let radius = f64::from(x).hypot(f64::from(y));
            // On an arm the angle is 2π·radius, up to the half turn between the two arms, which are 0.25 apart at most.
            let phase = (TAU * radius - f64::from(y).atan2(f64::from(x))).rem_euclid(PI);
            let radial_distance = phase.min(PI - phase) / TAU;
            assert!(radius < 0.2 || radial_distance < 0.1, "{x} {y}");
            outer += u32::from(radius > 0.75);
        }
        // Half the radius holds a quarter of an Archimedean arm's length, up to its curvature.
        let share = f64::from(outer) / COUNT as f64;
        assert!((share - 0.75).abs() < 0.01, "{share}");
    }

    #[test]
    fn every_number_of_modes_has_distinct_places_in_the_view() {
        for modes in RingConfig::MODES {
            let ring = ring(&RingConfig { modes, std: 0.01 });
            let centres = &ring.modes().unwrap().centres;
            assert_eq!(centres.len(), modes);
            let is_apart =
                |(index, a): (usize, &[f32; 2])| centres[..index].iter().all(|b| squared_distance(*a, *b) > 0.03);
            assert!(centres.iter().enumerate().all(is_apart), "{modes}");
        }
        for side in GridConfig::SIDE {
            let grid = grid(&GridConfig { side, std: 0.05 });
            let [low, high] = grid.bounds();
            let centres = &grid.modes().unwrap().centres;
            assert_eq!(centres.len(), side * side);
            assert!(centres.iter().flatten().all(|&place| low[0] < place && place < high[0]), "{side}");
        }
    }

    #[test]
    fn line_lies_on_its_segment_with_the_stated_noise() {
        let mut squares = 0.0;
        for &[x, y] in line(NoiseConfig { noise: 0.1 }).evaluation(COUNT, 1).as_chunks::<2>().0 {
            squares += f64::from(x - y).powi(2) / 2.0;
        }
        let noise = (squares / COUNT as f64).sqrt();
        assert!((noise / 0.1 - 1.0).abs() < 0.02, "{noise}");
        let exact = line(NoiseConfig { noise: 0.0 }).evaluation(COUNT, 1);
        assert!(exact.as_chunks::<2>().0.iter().all(|[x, y]| x.to_bits() == y.to_bits() && x.abs() <= 1.0));
        assert!(exact.iter().any(|x| *x < -0.99) && exact.iter().any(|x| *x > 0.99));
    }

    #[test]
    fn checkerboards_fill_every_other_square_evenly() {
        for squares in CheckerboardConfig::SQUARES {
            let mut counts = vec![0_usize; squares * squares];
            for &point in checkerboard(CheckerboardConfig { squares }).evaluation(COUNT, 1).as_chunks::<2>().0 {
                let [column, row] = point.map(|place| (0.5 * (place + 1.0) * squares as f32) as usize);
                counts[row.min(squares - 1) * squares + column.min(squares - 1)] += 1;
            }
            let fair = COUNT as f64 / (squares * squares).div_ceil(2) as f64;
            for (index, &count) in counts.iter().enumerate() {
                let is_filled = (index / squares + index % squares).is_multiple_of(2);
                let off = if is_filled { (count as f64 - fair).abs() } else { count as f64 };
                // Rounding may put a point onto the line between two squares.
                assert!(off < if is_filled { 5.0 * fair.sqrt() + 1.0 } else { 5.0 }, "{squares}: {index} {count}");
            }
        }
    }

    fn squared_distance(a: [f32; 2], b: [f32; 2]) -> f64 {
        (f64::from(a[0]) - f64::from(b[0])).powi(2) + (f64::from(a[1]) - f64::from(b[1])).powi(2)
    }
}
