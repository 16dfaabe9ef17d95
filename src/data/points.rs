//! Distributions of points in the plane, drawn afresh for every batch.

use std::f64::consts::{PI, TAU};

use super::{Dataset, Modes};
use crate::config::SampleShape;
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
pub(super) struct Points<D>(D);

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

/// Eight Gaussians of standard deviation 0.01 on a circle of radius 1, at angles 2πk/8 (PacGAN, arXiv 1712.04086).
///
/// The often copied `linspace(0, 2π, 8)` has seven places only, one of them twice.
pub(super) fn ring() -> Points<Mixture> {
    const MODES: u8 = 8;
    let centres = (0..MODES)
        .map(|mode| {
            let (sine, cosine) = (TAU * f64::from(mode) / f64::from(MODES)).sin_cos();
            [cosine as f32, sine as f32]
        })
        .collect();
    Points(Mixture { modes: Modes { centres, std: 0.01 }, half_view: 1.5 })
}

/// Five by five Gaussians of standard deviation 0.05, 2 apart, around the origin (PacGAN, arXiv 1712.04086).
pub(super) fn grid() -> Points<Mixture> {
    const PLACES: [f32; 5] = [-4.0, -2.0, 0.0, 2.0, 4.0];
    let centres = PLACES.iter().flat_map(|&y| PLACES.iter().map(move |&x| [x, y])).collect();
    Points(Mixture { modes: Modes { centres, std: 0.05 }, half_view: 5.0 })
}

/// Two interleaved half circles of radius 1 with noise of standard deviation 0.05, around the origin.
///
/// The arcs of scikit-learn's `make_moons`, moved by (-0.5, -0.25): 3 wide and 1.5 high.
pub(super) fn moons() -> Points<Moons> {
    Points(Moons)
}

/// Two arms of an Archimedean spiral, one and a half turns out to radius 1.5, with noise of standard deviation 0.02.
pub(super) fn spiral() -> Points<Spiral> {
    Points(Spiral)
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
pub(super) struct Moons;

impl Distribution for Moons {
    fn draw(&self, random: &mut Random) -> [f32; 2] {
        const NOISE_STD: f32 = 0.05;
        let is_upper = random.below(2) == 0;
        let (sine, cosine) = (PI * f64::from(random.uniform())).sin_cos();
        let (upper_x, upper_y) = (cosine - 0.5, sine - 0.25);
        // The lower moon is the upper one turned by half a turn about the origin.
        let (x, y) = if is_upper { (upper_x, upper_y) } else { (-upper_x, -upper_y) };
        jitter([x as f32, y as f32], NOISE_STD, random)
    }

    fn half_view(&self) -> f32 {
        2.0
    }
}

/// See [`spiral`].
#[derive(Debug)]
pub(super) struct Spiral;

impl Distribution for Spiral {
    fn draw(&self, random: &mut Random) -> [f32; 2] {
        const NOISE_STD: f32 = 0.02;
        const RADIUS: f64 = 1.5;
        const ANGLE: f64 = 3.0 * PI;
        let sign = if random.below(2) == 0 { 1.0 } else { -1.0 };
        // The square root spreads points evenly along the arm, whose length grows with the square of the angle.
        let along = f64::from(random.uniform()).sqrt();
        let (sine, cosine) = (ANGLE * along).sin_cos();
        let radius = sign * RADIUS * along;
        jitter([(radius * cosine) as f32, (radius * sine) as f32], NOISE_STD, random)
    }

    fn half_view(&self) -> f32 {
        2.0
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
        let ring = ring();
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
        let grid = grid();
        let centres = &grid.modes().unwrap().centres;
        assert_eq!(centres.len(), 25);
        assert_eq!(
            (centres[0], centres[1], centres[5], centres[24]),
            ([-4.0, -4.0], [-2.0, -4.0], [-4.0, -2.0], [4.0; 2])
        );
    }

    #[test]
    fn mixtures_draw_every_mode_equally_often_with_the_stated_width() {
        for dataset in [ring(), grid()] {
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
        let real = ring().evaluation(100, 1);
        assert_eq!(real, ring().draw(numbers(Stream::RealEvaluation), 100));
        assert_ne!(real, ring().draw(numbers(Stream::Evaluation), 100));
    }

    #[test]
    fn moons_lie_near_their_half_circles_and_around_the_origin() {
        let values = moons().evaluation(COUNT, 1);
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
        let values = spiral().evaluation(COUNT, 1);
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

    fn squared_distance(a: [f32; 2], b: [f32; 2]) -> f64 {
        (f64::from(a[0]) - f64::from(b[0])).powi(2) + (f64::from(a[1]) - f64::from(b[1])).powi(2)
    }
}
