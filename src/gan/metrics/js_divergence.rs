//! Jensen–Shannon divergence on a grid: how different two sets of points look as pictures of their density.

/// Cells along each side of the grid, besides one for everything outside.
const SIDE: usize = 32;

/// The histogram of one set of points over the cells of a square: shares that sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// `SIDE · SIDE` cells row by row, then the share that lies outside or is not finite.
    shares: Vec<f64>,
    bounds: [[f32; 2]; 2],
}

impl Histogram {
    /// The histogram of `points` over the square between two corners. All zeros if there are no points.
    pub fn new(points: &[[f32; 2]], bounds: [[f32; 2]; 2]) -> Self {
        let mut counts = vec![0_usize; SIDE * SIDE + 1];
        for point in points {
            counts[cell(*point, bounds)] += 1;
        }
        let total = points.len().max(1) as f64;
        Self { shares: counts.into_iter().map(|count| count as f64 / total).collect(), bounds }
    }

    /// The Jensen–Shannon divergence of `points` from this histogram in bits, in `[0, 1]`: 0 for equal histograms, 1 for
    /// ones that share no cell. NaN without points on either side.
    ///
    /// `½ Σ p log₂(p/m) + ½ Σ q log₂(q/m)` with `m = ½(p + q)` (Lin, "Divergence measures based on the Shannon entropy",
    /// IEEE Transactions on Information Theory 37 (1991)). Finite samples fill cells unevenly, so that two sets of the same
    /// distribution score above 0: show the same of other real points beside it as the floor.
    pub fn divergence(&self, points: &[[f32; 2]]) -> f64 {
        let other = Self::new(points, self.bounds);
        if points.is_empty() || self.shares.iter().all(|share| *share == 0.0) {
            return f64::NAN;
        }
        let half = |share: f64, mean: f64| if share > 0.0 { 0.5 * share * (share / mean).log2() } else { 0.0 };
        let pairs = self.shares.iter().zip(&other.shares);
        let sum: f64 = pairs.map(|(&p, &q)| half(p, 0.5 * (p + q)) + half(q, 0.5 * (p + q))).sum();
        // Rounding may go past either end by a few of the last digits.
        sum.clamp(0.0, 1.0)
    }
}

/// The cell that holds a point; the one after the last for what lies outside.
fn cell([x, y]: [f32; 2], [[left, bottom], [right, top]]: [[f32; 2]; 2]) -> usize {
    let place = |value: f32, low: f32, high: f32| {
        let share = (value - low) / (high - low);
        (0.0..1.0).contains(&share).then(|| ((share * SIDE as f32) as usize).min(SIDE - 1))
    };
    match (place(x, left, right), place(y, bottom, top)) {
        (Some(column), Some(row)) => row * SIDE + column,
        _ => SIDE * SIDE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: [[f32; 2]; 2] = [[-1.0, -1.0], [1.0, 1.0]];
    const HERE: [f32; 2] = [0.1, 0.1];
    const THERE: [f32; 2] = [-0.7, 0.6];

    fn divergence(real: &[[f32; 2]], fake: &[[f32; 2]]) -> f64 {
        Histogram::new(real, BOUNDS).divergence(fake)
    }

    #[test]
    fn a_histogram_sums_to_one_wherever_its_points_lie() {
        let points = [HERE, THERE, [5.0, 0.0], [f32::NAN, 0.0], [f32::INFINITY, 1.0], [-1.0, -1.0], [1.0, 1.0]];
        let sum: f64 = Histogram::new(&points, BOUNDS).shares.iter().sum();
        assert!((sum - 1.0).abs() < 1e-12, "{sum}");
    }

    #[test]
    fn equal_sets_score_zero_and_apart_ones_a_bit() {
        assert!(divergence(&[HERE, THERE], &[THERE, HERE]) < 1e-12);
        assert!((divergence(&[HERE], &[THERE]) - 1.0).abs() < 1e-12);
        assert!((divergence(&[HERE], &[[9.0, 9.0]]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn half_shared_by_hand() {
        // p = (1, 0), q = (½, ½), m = (¾, ¼): ½ log₂(4/3) + ½ (½ log₂(2/3) + ½ log₂ 2).
        let expected = 0.5 * (4.0_f64 / 3.0).log2() + 0.25 * (2.0_f64 / 3.0).log2() + 0.25;
        assert!((divergence(&[HERE], &[HERE, THERE]) - expected).abs() < 1e-12);
    }

    #[test]
    fn without_points_there_is_no_divergence() {
        assert!(divergence(&[], &[HERE]).is_nan() && divergence(&[HERE], &[]).is_nan());
    }
}
