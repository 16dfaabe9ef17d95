//! Points of a file: moved and scaled to fit the plane, then drawn without repetition within an epoch.

use std::collections::HashMap;

use super::batches::EpochOrder;
use super::{Dataset, PointsError, grouped};
use crate::config::SampleShape;
use crate::random::{Random, Stream};

/// The view: the points lie in `[-1, 1]²`, and a generator's strays are seen beside them.
pub(super) const BOUNDS: [[f32; 2]; 2] = [[-1.25; 2], [1.25; 2]];

/// Digits with which the scaling is told.
const DIGITS: usize = 6;

/// Stored points.
#[derive(Debug)]
pub(super) struct StoredPoints {
    points: Vec<[f32; 2]>,
    order: EpochOrder,
    note: String,
}

/// How the points of a file become points of the plane: x' = (x - centre) / half, with one `half` for both axes.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Scaling {
    centre: [f64; 2],
    half: f64,
}

impl Scaling {
    /// The middle of the bounding box goes to the origin, and its longer side becomes 2.
    fn of(points: &[[f64; 2]]) -> Self {
        let range = |axis: usize| {
            points
                .iter()
                .map(|point| point[axis])
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
        };
        let ranges = [range(0), range(1)];
        // Halves first: the difference of two finite numbers may be too large to be one.
        let centre = ranges.map(|(low, high)| 0.5 * low + 0.5 * high);
        let [width, height] = ranges.map(|(low, high)| 0.5 * high - 0.5 * low);
        Self { centre, half: width.max(height) }
    }

    fn apply(self, point: [f64; 2]) -> [f32; 2] {
        [0, 1].map(|axis| ((point[axis] - self.centre[axis]) / self.half).clamp(-1.0, 1.0) as f32)
    }

    fn describe(self, count: usize) -> String {
        let axis = |name: &str, centre: f64| {
            let shift = match shortest(centre.abs()) {
                zero if zero == "0" => name.to_owned(),
                size if centre < 0.0 => format!("({name} + {size})"),
                size => format!("({name} - {size})"),
            };
            format!("{name}' = {shift} / {}", shortest(self.half))
        };
        let [x, y] = [axis("x", self.centre[0]), axis("y", self.centre[1])];
        format!("{} points; {x}, {y}", grouped(count))
    }
}

impl StoredPoints {
    /// Scales the points of a file.
    ///
    /// # Errors
    /// [`PointsError::NoNumbers`], [`PointsError::SinglePoint`] or [`PointsError::AllEqual`].
    pub(super) fn new(points: &[[f64; 2]]) -> Result<Self, PointsError> {
        match points {
            [] => return Err(PointsError::NoNumbers),
            [_] => return Err(PointsError::SinglePoint),
            _ => {}
        }
        let scaling = Scaling::of(points);
        if scaling.half <= 0.0 {
            return Err(PointsError::AllEqual { count: points.len() });
        }
        Ok(Self {
            points: points.iter().map(|&point| scaling.apply(point)).collect(),
            order: EpochOrder::new(points.len()),
            note: scaling.describe(points.len()),
        })
    }

    fn gather(&self, indices: impl Iterator<Item = usize>) -> Vec<f32> {
        indices.flat_map(|index| self.points[index]).collect()
    }
}

impl Dataset for StoredPoints {
    fn shape(&self) -> SampleShape {
        SampleShape::Points { dims: 2 }
    }

    fn len(&self) -> Option<usize> {
        Some(self.points.len())
    }

    fn batch(&self, seed: u64, batch_index: u64, size: usize) -> Vec<f32> {
        self.gather(self.order.batch(seed, batch_index, size).into_iter())
    }

    fn note(&self) -> Option<&str> {
        Some(&self.note)
    }

    fn bounds(&self) -> [[f32; 2]; 2] {
        BOUNDS
    }

    fn evaluation(&self, count: usize, seed: u64) -> Vec<f32> {
        let random = Random::new(seed, Stream::RealEvaluation, 0);
        self.gather(distinct(self.points.len(), count, random).into_iter())
    }
}

/// `count` different numbers below `len`, or all of them: the beginning of a shuffle, in time that grows with `count` only.
fn distinct(len: usize, count: usize, mut random: Random) -> Vec<usize> {
    // Only places that are no longer what they were at the start.
    let mut moved: HashMap<usize, usize> = HashMap::new();
    let mut at = |place: usize, other: usize| {
        let value = moved.get(&other).copied().unwrap_or(other);
        let here = moved.get(&place).copied().unwrap_or(place);
        moved.insert(other, here);
        value
    };
    (0..count.min(len)).map(|place| at(place, place + random.below((len - place) as u32) as usize)).collect()
}

/// A number with as many digits as tell it apart, in the notation that is shorter.
fn shortest(value: f64) -> String {
    let rounded: f64 = format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value);
    let (plain, scientific) = (rounded.to_string(), format!("{rounded:e}"));
    if plain.len() <= DIGITS + 3 { plain } else { scientific }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn some(count: usize) -> StoredPoints {
        let points: Vec<[f64; 2]> = (0..count).map(|index| [index as f64, (index * index % 7) as f64]).collect();
        StoredPoints::new(&points).unwrap()
    }

    fn rows(values: &[f32]) -> Vec<[u32; 2]> {
        values.as_chunks::<2>().0.iter().map(|point| point.map(f32::to_bits)).collect()
    }

    #[test]
    fn the_longer_side_spans_two_and_both_axes_have_one_scale() {
        let stored = StoredPoints::new(&[[1.5, 3.0], [4.9, 4.0], [3.2, 3.5]]).unwrap();
        assert_eq!(stored.note(), Some("3 points; x' = (x - 3.2) / 1.7, y' = (y - 3.5) / 1.7"));
        let expected = [[-1.0, -0.294_117_66], [1.0, 0.294_117_66], [0.0, 0.0]];
        for (point, expected) in stored.points.iter().zip(expected) {
            assert!((0..2).all(|axis| (point[axis] - expected[axis]).abs() < 1e-6), "{point:?}");
        }
    }

    #[test]
    fn the_scaling_is_told_in_few_digits() {
        let tell = |points: &[[f64; 2]]| StoredPoints::new(points).unwrap().note;
        assert_eq!(tell(&[[-1.0, -4.0], [1.0, -2.0]]), "2 points; x' = x / 1, y' = (y + 3) / 1");
        assert_eq!(tell(&[[0.0, 0.0], [2e-9, 0.0]]), "2 points; x' = (x - 1e-9) / 1e-9, y' = y / 1e-9");
        assert_eq!(
            tell(&[[0.0, 0.0], [2.0 / 3.0, 0.0]]),
            "2 points; x' = (x - 0.333333) / 0.333333, y' = y / 0.333333"
        );
        assert!(some(1_234).note().is_some_and(|note| note.starts_with("1\u{2009}234 points;")));
    }

    #[test]
    fn numbers_at_the_ends_of_the_range_are_scaled_too() {
        let huge = StoredPoints::new(&[[f64::MAX, 0.0], [-f64::MAX, 0.0]]).unwrap();
        assert_eq!(rows(&[1.0, 0.0, -1.0, 0.0]), rows(huge.points.as_flattened()));
        let far = StoredPoints::new(&[[1e15, 5.0], [1e15 + 2.0, 5.0]]).unwrap();
        assert_eq!(rows(&[-1.0, 0.0, 1.0, 0.0]), rows(far.points.as_flattened()));
    }

    #[test]
    fn too_little_to_learn_is_refused() {
        assert!(matches!(StoredPoints::new(&[]), Err(PointsError::NoNumbers)));
        assert!(matches!(StoredPoints::new(&[[1.0, 2.0]]), Err(PointsError::SinglePoint)));
        let same = StoredPoints::new(&[[1.0, 2.0]; 5]);
        assert!(matches!(same, Err(PointsError::AllEqual { count: 5 })));
    }

    #[test]
    fn an_epoch_holds_every_point_once_and_the_same_seed_repeats_it() {
        let stored = some(60);
        let epoch: Vec<f32> = (0..6).flat_map(|batch| stored.batch(1, batch, 10)).collect();
        assert_eq!(rows(&epoch).into_iter().collect::<HashSet<_>>().len(), 60);
        assert_eq!(stored.batch(1, 3, 10), some(60).batch(1, 3, 10));
        assert_ne!(stored.batch(1, 3, 10), stored.batch(2, 3, 10));
    }

    #[test]
    fn evaluation_never_repeats_a_point() {
        let stored = some(60);
        assert_eq!(rows(&stored.evaluation(1_000, 1)).into_iter().collect::<HashSet<_>>().len(), 60);
        let [first, second] = stored.evaluation_pair(25, 1);
        let [first, second] = [rows(&first), rows(&second)];
        assert_eq!((first.len(), second.len()), (25, 25));
        assert!(first.iter().all(|point| !second.contains(point)));
    }

    proptest! {
        #[test]
        fn distinct_numbers_are_distinct(len in 0_usize..300, count in 0_usize..400, seed: u64) {
            let drawn = distinct(len, count, Random::new(seed, Stream::RealEvaluation, 0));
            prop_assert_eq!(drawn.len(), count.min(len));
            prop_assert!(drawn.iter().all(|&number| number < len));
            prop_assert_eq!(drawn.iter().collect::<HashSet<_>>().len(), drawn.len());
        }
    }
}
