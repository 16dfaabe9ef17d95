//! Precision and recall: whether generated samples lie among real ones, and real ones among generated ones.
//!
//! Kynkäänniemi et al. 2019, "Improved precision and recall metric for assessing generative models" (arXiv 1904.06991), with
//! k = 3 as there.

use super::neighbourhoods::Neighbourhoods;

/// Neighbours that a ball reaches to.
pub const PRECISION_NEIGHBOURS: usize = 3;

/// Shares in `[0, 1]`; higher is better up to what other real samples score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrecisionRecall {
    /// Of generated samples inside some ball around a real one: how good they are.
    pub precision: f64,
    /// Of real samples inside some ball around a generated one: how much of the data they are.
    pub recall: f64,
}

/// Measures generated against real samples, both with balls of [`PRECISION_NEIGHBOURS`]. Not a number without samples.
pub fn precision_recall(real: &Neighbourhoods, fake: &Neighbourhoods) -> PrecisionRecall {
    PrecisionRecall { precision: share_inside(real, fake), recall: share_inside(fake, real) }
}

fn share_inside(balls: &Neighbourhoods, samples: &Neighbourhoods) -> f64 {
    let inside = balls.balls_around(samples.rows()).into_iter().filter(|count| *count > 0).count();
    inside as f64 / samples.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(real: &[f32], fake: &[f32], k: usize) -> PrecisionRecall {
        let [real, fake] = [real, fake].map(|rows| Neighbourhoods::new(rows.to_vec(), 1, k));
        precision_recall(&real, &fake)
    }

    #[test]
    fn shares_by_hand() {
        // Balls around real ones are [-1, 1], [0, 2], [2, 6] and [4, 8]; around generated ones [-1, 2], [½, 3½], [9, 11] and
        // [10, 12].
        let found = of(&[0.0, 1.0, 4.0, 6.0], &[0.5, 2.0, 10.0, 11.0], 1);
        // Of the generated ones ½ and 2 are inside, of the real ones 0 and 1.
        assert_eq!(found, PrecisionRecall { precision: 0.5, recall: 0.5 });
    }

    #[test]
    fn equal_sets_are_precise_and_complete() {
        let rows: Vec<f32> = (0..40).map(|index| (index * index) as f32).collect();
        assert_eq!(of(&rows, &rows, PRECISION_NEIGHBOURS), PrecisionRecall { precision: 1.0, recall: 1.0 });
    }

    #[test]
    fn one_good_sample_again_and_again_is_precise_and_not_complete() {
        let real: Vec<f32> = (0..100).map(|index| index as f32).collect();
        let found = of(&real, &[50.0; 100], PRECISION_NEIGHBOURS);
        assert_eq!(found, PrecisionRecall { precision: 1.0, recall: 0.01 });
    }

    #[test]
    fn without_samples_there_are_no_shares() {
        let found = of(&[0.0, 1.0, 2.0, 3.0], &[], 1);
        assert!(found.precision.is_nan() && found.recall == 0.0);
    }
}
