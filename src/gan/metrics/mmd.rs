//! Squared maximum mean discrepancy: whether two sets of points come from the same distribution.
//!
//! Unbiased estimate with a Gaussian kernel (Gretton et al., "A kernel two-sample test", JMLR 13 (2012), lemma 6).

/// Real points among which distances are taken for the bandwidth. They are drawn independently, so the first ones serve
/// as well as all.
const BANDWIDTH_POINTS: usize = 500;
/// Independent partial sums, so that the compiler can compute several kernels at once.
const LANES: usize = 8;

/// Squared maximum mean discrepancy from one set of real points, prepared for many generated sets.
#[derive(Debug, Clone)]
pub struct Mmd {
    real: Axes,
    /// 1 / (2 σ²), with σ the median distance between two real points.
    precision: f32,
    /// Mean kernel of two different real points; NaN below two points.
    real_mean: f64,
}

impl Mmd {
    /// Prepares the comparison with `real` points.
    pub fn new(real: &[[f32; 2]]) -> Self {
        let precision = 0.5 / median_squared_distance(&real[..real.len().min(BANDWIDTH_POINTS)]);
        let real = Axes::new(real);
        let real_mean = mean_within(&real, precision);
        Self { real, precision, real_mean }
    }

    /// The squared discrepancy of `fake` points, in about `[-0.01, 1.5]`; lower is better, and two sets of the same
    /// distribution scatter around 0, so it may be slightly negative. NaN if either set has fewer than two points.
    ///
    /// MMD² = mean k(xᵢ, xⱼ) + mean k(yᵢ, yⱼ) - 2 mean k(xᵢ, yⱼ), the first two over i ≠ j, with
    /// k(x, y) = exp(-‖x - y‖² / 2σ²) and σ the median distance between two real points. A point that is not finite is
    /// infinitely far from every other.
    ///
    /// The floor to show beside it is the same of other real points, as many as there are generated ones
    /// ([`crate::data::Dataset::evaluation_pair`]).
    pub fn squared(&self, fake: &[[f32; 2]]) -> f64 {
        let fake = Axes::new(fake);
        let pairs = self.real.len() as f64 * fake.len() as f64;
        let across: f64 =
            self.real.iter().map(|point| f64::from(kernel_sum(point, &fake.x, &fake.y, self.precision))).sum();
        self.real_mean + mean_within(&fake, self.precision) - 2.0 * across / pairs
    }
}

/// The squared discrepancy between `real` and `fake` points. See [`Mmd::squared`].
pub fn mmd(real: &[[f32; 2]], fake: &[[f32; 2]]) -> f64 {
    Mmd::new(real).squared(fake)
}

/// Points with each axis in its own row.
#[derive(Debug, Clone)]
struct Axes {
    x: Vec<f32>,
    y: Vec<f32>,
}

impl Axes {
    fn new(points: &[[f32; 2]]) -> Self {
        let (x, y) = points.iter().map(|&[x, y]| (x, y)).unzip();
        Self { x, y }
    }

    fn len(&self) -> usize {
        self.x.len()
    }

    fn iter(&self) -> impl Iterator<Item = [f32; 2]> {
        self.x.iter().zip(&self.y).map(|(&x, &y)| [x, y])
    }
}

/// Mean kernel over pairs of different points; NaN below two points.
fn mean_within(points: &Axes, precision: f32) -> f64 {
    if points.len() < 2 {
        return f64::NAN;
    }
    let half: f64 = points
        .iter()
        .enumerate()
        .map(|(index, point)| f64::from(kernel_sum(point, &points.x[index + 1..], &points.y[index + 1..], precision)))
        .sum();
    let count = points.len() as f64;
    2.0 * half / (count * (count - 1.0))
}

/// Sum of the kernel between `point` and each of the points (xs, ys).
fn kernel_sum(point: [f32; 2], xs: &[f32], ys: &[f32], precision: f32) -> f32 {
    let kernel = |x: f32, y: f32| {
        let (dx, dy) = (x - point[0], y - point[1]);
        exp_of_negative((dx * dx + dy * dy) * precision)
    };
    let (x_chunks, x_rest) = xs.as_chunks::<LANES>();
    let (y_chunks, y_rest) = ys.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for (x, y) in x_chunks.iter().zip(y_chunks) {
        for lane in 0..LANES {
            lanes[lane] += kernel(x[lane], y[lane]);
        }
    }
    let rest: f32 = x_rest.iter().zip(y_rest).map(|(&x, &y)| kernel(x, y)).sum();
    lanes.iter().sum::<f32>() + rest
}

/// e⁻ˣ for x ≥ 0, to a relative error of 5·10⁻⁶; about 10⁻³⁸ for NaN and for everything beyond 87.
///
/// Written so that the compiler computes several at once, which the one of the standard library forbids: e⁻ˣ = 2ⁿ·2ᶠ
/// with n whole and |f| ≤ ½, and 2ᶠ from its Taylor series.
fn exp_of_negative(x: f32) -> f32 {
    use std::f32::consts::{LN_2, LOG2_E};
    /// Adding 1.5·2²³ leaves no bits for a fraction, so the sum is rounded to a whole number in its lowest bits.
    const ROUND: f32 = 12_582_912.0;
    const EXPONENT_BITS: u32 = 23;
    const EXPONENT_OF_ONE: u32 = 127;

    // Not `f32::min`, which takes longer because it treats NaN otherwise.
    let x = if x < 87.0 { x } else { 87.0 };
    let power = -x * LOG2_E;
    let rounded = power + ROUND;
    let whole = rounded - ROUND;
    let fraction = (power - whole) * LN_2;
    let series = 1.0 / 720.0;
    let series = series * fraction + 1.0 / 120.0;
    let series = series * fraction + 1.0 / 24.0;
    let series = series * fraction + 1.0 / 6.0;
    let series = series * fraction + 0.5;
    let series = series * fraction + 1.0;
    let series = series * fraction + 1.0;
    let exponent = rounded.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(EXPONENT_OF_ONE);
    series * f32::from_bits(exponent << EXPONENT_BITS)
}

/// Median of the squared distance between two different points; 1 where it is zero, not finite or there is no pair.
fn median_squared_distance(points: &[[f32; 2]]) -> f32 {
    let mut distances = Vec::with_capacity(points.len() * points.len().saturating_sub(1) / 2);
    for (index, [x, y]) in points.iter().enumerate() {
        distances
            .extend(points[index + 1..].iter().map(|[other_x, other_y]| (x - other_x).powi(2) + (y - other_y).powi(2)));
    }
    if distances.is_empty() {
        return 1.0;
    }
    let middle = distances.len() / 2;
    let (_, &mut median, _) = distances.select_nth_unstable_by(middle, f32::total_cmp);
    if median > 0.0 && median.is_finite() { median } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{DataConfig, DatasetKind};
    use crate::data::open;

    fn real_pair(kind: DatasetKind, count: usize, seed: u64) -> [Vec<[f32; 2]>; 2] {
        open(&DataConfig::of(kind)).unwrap().evaluation_pair(count, seed).map(|values| values.as_chunks().0.to_vec())
    }

    /// The formula as it is written, in double precision.
    fn plain_mmd(real: &[[f32; 2]], fake: &[[f32; 2]], sigma_squared: f64) -> f64 {
        let kernel = |a: &[f32; 2], b: &[f32; 2]| {
            let [dx, dy] = [0, 1].map(|axis| f64::from(a[axis]) - f64::from(b[axis]));
            (-(dx * dx + dy * dy) / (2.0 * sigma_squared)).exp()
        };
        let within = |points: &[[f32; 2]]| {
            let mut sum = 0.0;
            for (i, a) in points.iter().enumerate() {
                for (j, b) in points.iter().enumerate() {
                    sum += if i == j { 0.0 } else { kernel(a, b) };
                }
            }
            sum / (points.len() * (points.len() - 1)) as f64
        };
        let across: f64 = real.iter().flat_map(|a| fake.iter().map(move |b| kernel(a, b))).sum();
        within(real) + within(fake) - 2.0 * across / (real.len() * fake.len()) as f64
    }

    #[test]
    fn four_points_by_hand() {
        // σ is the one distance between the two real points, 1.
        let real = [[0.0, 0.0], [1.0, 0.0]];
        let fake = [[0.0, 1.0], [1.0, 1.0]];
        let (near, far) = ((-0.5_f64).exp(), (-1.0_f64).exp());
        let expected = near + near - 2.0 * (2.0 * near + 2.0 * far) / 4.0;
        assert!((mmd(&real, &fake) - expected).abs() < 1e-6);
    }

    #[test]
    fn equals_the_formula_as_it_is_written() {
        let [real, _] = real_pair(DatasetKind::Moons, 203, 1);
        let [fake, _] = real_pair(DatasetKind::Spiral, 150, 1);
        let sigma_squared = f64::from(median_squared_distance(&real));
        assert!((mmd(&real, &fake) - plain_mmd(&real, &fake, sigma_squared)).abs() < 1e-6);
    }

    #[test]
    fn the_same_distribution_scatters_around_zero() {
        let floors: Vec<f64> = (0..20)
            .map(|seed| {
                let [first, second] = real_pair(DatasetKind::Ring, 500, seed);
                mmd(&first, &second)
            })
            .collect();
        let mean = floors.iter().sum::<f64>() / 20.0;
        assert!(floors.iter().all(|floor| floor.abs() < 0.01), "{floors:?}");
        assert!(mean.abs() < 0.001, "{mean}");
        assert!(floors.iter().any(|floor| *floor < 0.0), "an unbiased estimate is sometimes negative");
    }

    #[test]
    fn identical_sets_score_below_zero_by_the_missing_diagonal() {
        // With x = y, the mean across has the n kernels of 1 that the unbiased means leave out.
        let [points, _] = real_pair(DatasetKind::Grid, 300, 1);
        let within = Mmd::new(&points).real_mean;
        assert!((mmd(&points, &points) - 2.0 / 300.0 * (within - 1.0)).abs() < 1e-6);
    }

    #[test]
    fn collapse_and_distance_score_higher() {
        let [real, other] = real_pair(DatasetKind::Ring, 1_000, 1);
        let collapsed = vec![[1.0, 0.0]; 1_000];
        let far: Vec<[f32; 2]> = other.iter().map(|[x, y]| [x + 100.0, *y]).collect();
        let prepared = Mmd::new(&real);
        let scores = [prepared.squared(&other), prepared.squared(&collapsed), prepared.squared(&far)];
        assert!(scores[0] < 0.01 && scores[1] > 0.2 && scores[2] > scores[1], "{scores:?}");
    }

    #[test]
    fn points_that_are_not_finite_are_far_from_everything() {
        let [real, other] = real_pair(DatasetKind::Ring, 100, 1);
        let broken: Vec<[f32; 2]> = other.iter().map(|[_, y]| [f32::NAN, *y]).collect();
        let prepared = Mmd::new(&real);
        assert!((prepared.squared(&broken) - prepared.real_mean).abs() < 1e-6);
        assert!(prepared.squared(&[[f32::INFINITY; 2]; 10]).is_finite());
    }

    #[test]
    fn too_few_points_have_no_score() {
        let pair = [[0.0, 0.0], [1.0, 1.0]];
        assert!(mmd(&pair[..1], &pair).is_nan());
        assert!(mmd(&pair, &pair[..1]).is_nan());
        assert!(mmd(&[], &[]).is_nan());
    }

    #[test]
    fn equal_real_points_have_a_bandwidth_too() {
        let real = [[2.0, 2.0]; 10];
        assert!(mmd(&real, &real).abs() < 1e-6);
        assert!((mmd(&real, &[[100.0, 2.0]; 10]) - 2.0).abs() < 1e-6);
    }

    #[test]
    fn exponential_is_accurate() {
        for step in 0..8_600_u16 {
            let x = f32::from(step) * 0.01;
            let exact = (-f64::from(x)).exp();
            assert!((f64::from(exp_of_negative(x)) / exact - 1.0).abs() < 5e-6, "{x}");
        }
        assert!(exp_of_negative(f32::NAN) < 1e-37 && exp_of_negative(f32::INFINITY) < 1e-37);
    }
}
