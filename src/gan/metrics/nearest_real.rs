//! Memorised or invented: how far each generated sample is from the nearest one that training draws from, beside how far real
//! samples that training never sees are.

use super::neighbourhoods::{squared_distances, squared_norms};
use crate::gan::cpu::map_products;

/// Real samples whose distances set the scale where none is held out.
const SCALE_SAMPLES: usize = 1_000;

/// Samples that training draws from, prepared for many generated sets.
#[derive(Debug, Clone)]
pub struct NearestReal {
    train: Vec<f32>,
    squared_norms: Vec<f32>,
    width: usize,
    /// Median distance of real samples from the nearest other real one.
    typical: f64,
    /// All of these distances over their median, least first.
    scale: Vec<f64>,
}

/// Where one generated sample lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// Which of the samples that training draws from is the nearest.
    pub index: usize,
    /// Distance to it over the typical one: 0 is a copy, 1 is as far as real samples are from each other.
    pub ratio: f64,
}

impl NearestReal {
    /// Prepares the comparison with samples that training draws from, `[count, width]`. The scale is the median distance from
    /// `held_out` samples to them; without any, that from some of them to the nearest other one.
    pub fn new(train: Vec<f32>, held_out: Option<&[f32]>, width: usize) -> Self {
        let squared_norms = squared_norms(&train, width);
        let mut prepared = Self { train, squared_norms, width, typical: 1.0, scale: Vec::new() };
        let distances = if let Some(held_out) = held_out {
            prepared.nearest(held_out, false)
        } else {
            let some = &prepared.train[..prepared.train.len().min(SCALE_SAMPLES * width)];
            prepared.nearest(some, true)
        };
        prepared.typical = median(distances.iter().map(|(_, distance)| *distance).collect());
        prepared.scale = distances.into_iter().map(|(_, distance)| distance / prepared.typical).collect();
        prepared.scale.sort_by(f64::total_cmp);
        prepared
    }

    /// Where each generated sample lies. Ratios are not numbers where there is nothing to compare with.
    pub fn neighbours(&self, fake: &[f32]) -> Vec<Neighbour> {
        let nearest = self.nearest(fake, false).into_iter();
        nearest.map(|(index, distance)| Neighbour { index, ratio: distance / self.typical }).collect()
    }

    /// The samples nearest to one generated sample, at most `count`, the nearest first.
    ///
    /// # Shapes
    /// `[width]`.
    pub fn nearest_to(&self, sample: &[f32], count: usize) -> Vec<Neighbour> {
        // The difference itself, not that of squares: a copy is to be exactly nothing away.
        let distance = |row: &[f32]| row.iter().zip(sample).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt();
        let rows = self.train.chunks_exact(self.width).enumerate();
        let mut all: Vec<Neighbour> =
            rows.map(|(index, row)| Neighbour { index, ratio: distance(row) / self.typical }).collect();
        let nearer = |a: &Neighbour, b: &Neighbour| a.ratio.total_cmp(&b.ratio);
        if count < all.len() {
            all.select_nth_unstable_by(count, nearer);
            all.truncate(count);
        }
        all.sort_by(nearer);
        all
    }

    /// Share of the real samples that set the scale that lie nearer than `ratio`.
    pub fn share_nearer(&self, ratio: f64) -> f64 {
        self.scale.partition_point(|&other| other < ratio) as f64 / self.scale.len() as f64
    }

    /// One of the samples that training draws from.
    pub fn sample(&self, index: usize) -> &[f32] {
        &self.train[index * self.width..][..self.width]
    }

    /// Index of and distance to the nearest sample, other than the one in the same place if `skips_itself`.
    fn nearest(&self, rows: &[f32], skips_itself: bool) -> Vec<(usize, f64)> {
        let norms = squared_norms(rows, self.width);
        map_products(rows, &self.train, self.width, |row, products| {
            let mut nearest = (0, f32::INFINITY);
            for (index, distance) in squared_distances(norms[row], &self.squared_norms, products).enumerate() {
                if distance < nearest.1 && !(skips_itself && index == row) {
                    nearest = (index, distance);
                }
            }
            (nearest.0, f64::from(nearest.1).sqrt())
        })
    }
}

/// The median ratio: 1 is as far from training as samples that it never saw, markedly below is learned by heart. Not a number
/// without samples.
pub fn nearest_real_ratio(neighbours: &[Neighbour]) -> f64 {
    median(neighbours.iter().map(|neighbour| neighbour.ratio).collect())
}

/// The lower one of two middle values; not a number without values.
fn median(mut values: Vec<f64>) -> f64 {
    let Some(middle) = values.len().checked_sub(1).map(|last| last / 2) else { return f64::NAN };
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRAIN: [f32; 8] = [0.0, 0.0, 10.0, 0.0, 0.0, 10.0, 10.0, 10.0];

    #[test]
    fn distances_are_over_those_of_held_out_samples() {
        // Held out: 2, 3 and 4 away from the nearest corner.
        let held_out = [2.0, 0.0, 10.0, 3.0, 0.0, 14.0];
        let nearest = NearestReal::new(TRAIN.to_vec(), Some(&held_out), 2);
        let found = nearest.neighbours(&[10.0, 10.0, 0.0, 1.5, 10.0, -6.0]);
        let expected = [(3, 0.0), (0, 0.5), (1, 2.0)];
        for (found, (index, ratio)) in found.iter().zip(expected) {
            assert!(found.index == index && (found.ratio - ratio).abs() < 1e-6, "{found:?}");
        }
        assert!((nearest_real_ratio(&found) - 0.5).abs() < 1e-6);
        assert_eq!(nearest.sample(3), [10.0, 10.0]);
    }

    #[test]
    fn the_nearest_come_in_order_and_know_how_many_real_samples_lie_nearer() {
        let held_out = [2.0, 0.0, 10.0, 3.0, 0.0, 14.0];
        let nearest = NearestReal::new(TRAIN.to_vec(), Some(&held_out), 2);
        let found = nearest.nearest_to(&[0.0, 6.0], 2);
        assert_eq!(found.iter().map(|it| it.index).collect::<Vec<_>>(), [2, 0]);
        assert!((found[0].ratio - 4.0 / 3.0).abs() < 1e-6 && (found[1].ratio - 2.0).abs() < 1e-6, "{found:?}");
        assert_eq!(nearest.nearest_to(&[10.0, 10.0], 9).len(), 4, "there are no more");
        assert!(nearest.nearest_to(&[10.0, 10.0], 1)[0].ratio.abs() < 1e-12, "a copy is nothing away");
        let shares = [0.1, 0.9, 1.2, 9.0].map(|ratio| (3.0 * nearest.share_nearer(ratio)).round() as i32);
        assert_eq!(shares, [0, 1, 2, 3]);
    }

    #[test]
    fn without_held_out_samples_the_scale_is_the_distance_to_another() {
        let nearest = NearestReal::new(TRAIN.to_vec(), None, 2);
        let found = nearest.neighbours(&[0.0, 5.0]);
        assert!((found[0].ratio - 0.5).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn copies_score_nothing_and_other_samples_of_the_same_kind_one() {
        use crate::random::{Random, Stream};
        let normal = |step| {
            let mut rows = vec![0.0; 500 * 10];
            Random::new(1, Stream::RealEvaluation, step).fill_normal(&mut rows);
            rows
        };
        let nearest = NearestReal::new(normal(0), Some(&normal(1)), 10);
        assert!(nearest_real_ratio(&nearest.neighbours(&normal(0))) < 0.01);
        assert!((nearest_real_ratio(&nearest.neighbours(&normal(2))) - 1.0).abs() < 0.05);
    }

    #[test]
    fn what_is_nowhere_is_infinitely_far_and_nothing_has_no_ratio() {
        let nearest = NearestReal::new(TRAIN.to_vec(), None, 2);
        assert!(nearest.neighbours(&[f32::NAN, 0.0])[0].ratio.is_infinite());
        assert!(nearest_real_ratio(&[]).is_nan());
    }
}
