//! Classic augmentation of pictures that a classifier learns from: small shifts, turns and changes of size, and mirroring where that
//! makes sense. Plain numbers.

use crate::config::SampleShape;
use crate::random::Random;

/// Farthest shift either way, in pixels.
const SHIFT: f32 = 2.0;
/// Farthest turn either way, in radians: ten degrees.
const TURN: f32 = std::f32::consts::PI / 18.0;
/// Greatest change of size, as a share.
const SCALE: f32 = 0.1;

/// How one picture is changed.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Change {
    /// Pixels to the right and down.
    shift: [f32; 2],
    /// Radians.
    turn: f32,
    /// How much larger it becomes.
    scale: f32,
    is_mirrored: bool,
}

impl Change {
    /// Draws all of it, whether or not mirroring is wanted: one choice then does not change what another draws.
    fn draw(flips: bool, random: &mut Random) -> Self {
        let shift = [(); 2].map(|()| random.uniform_in(-SHIFT, SHIFT));
        let turn = random.uniform_in(-TURN, TURN);
        let scale = random.uniform_in(1.0 - SCALE, 1.0 + SCALE);
        Self { shift, turn, scale, is_mirrored: random.below(2) == 1 && flips }
    }

    /// Where in the unchanged picture the value at a column and row comes from.
    fn source(self, [x, y]: [f32; 2], middle: [f32; 2]) -> [f32; 2] {
        let (sine, cosine) = self.turn.sin_cos();
        let [x, y] = [x - middle[0] - self.shift[0], y - middle[1] - self.shift[1]].map(|place| place / self.scale);
        let [x, y] = [cosine * x + sine * y, cosine * y - sine * x];
        [if self.is_mirrored { -x } else { x } + middle[0], y + middle[1]]
    }
}

/// Changes each picture at random; samples that are no pictures are left alone. Between pixels values are interpolated linearly;
/// beyond the border the nearest pixel goes on.
///
/// # Shapes
/// `samples` is `[count, channels · height · width]`, flat, row by row, and stays so.
pub fn classic_augmentation(samples: &mut [f32], shape: SampleShape, flips: bool, random: &mut Random) {
    let SampleShape::Image { height, width, .. } = shape else { return };
    let mut unchanged = Vec::new();
    for sample in samples.chunks_exact_mut(shape.features().max(1)) {
        let change = Change::draw(flips, random);
        unchanged.clear();
        unchanged.extend_from_slice(sample);
        apply(change, &unchanged, sample, [width, height]);
    }
}

fn apply(change: Change, from: &[f32], into: &mut [f32], [width, height]: [usize; 2]) {
    let middle = [width, height].map(|side| (side as f32 - 1.0) / 2.0);
    let places = width * height;
    for y in 0..height {
        for x in 0..width {
            let [column, row] = change.source([x as f32, y as f32], middle);
            let ([left, right], across) = neighbours(column, width);
            let ([above, below], down) = neighbours(row, height);
            let channels = into.chunks_exact_mut(places).zip(from.chunks_exact(places));
            for (into, from) in channels {
                let mix = |row: usize| from[row * width + left] * (1.0 - across) + from[row * width + right] * across;
                into[y * width + x] = mix(above) * (1.0 - down) + mix(below) * down;
            }
        }
    }
}

/// The two pixels that a place lies between, and how far it is on the way from the first to the second.
fn neighbours(place: f32, side: usize) -> ([usize; 2], f32) {
    let place = place.clamp(0.0, (side - 1) as f32);
    let first = place as usize;
    ([first, (first + 1).min(side - 1)], place - first as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    const NOTHING: Change = Change { shift: [0.0; 2], turn: 0.0, scale: 1.0, is_mirrored: false };

    fn changed(change: Change, picture: &[f32], sides: [usize; 2]) -> Vec<f32> {
        let mut into = vec![9.0; picture.len()];
        apply(change, picture, &mut into, sides);
        into
    }

    fn ramp(count: usize) -> Vec<f32> {
        (0..count).map(|index| index as f32 / count as f32).collect()
    }

    fn assert_close(found: &[f32], expected: &[f32]) {
        let are_close = found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5);
        assert!(are_close, "{found:?} is not {expected:?}");
    }

    #[test]
    fn each_change_moves_values_where_it_says() {
        let picture = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        assert_close(&changed(NOTHING, &picture, [3, 2]), &picture);
        // One to the right: the border goes on.
        let right = Change { shift: [1.0, 0.0], ..NOTHING };
        assert_close(&changed(right, &picture, [3, 2]), &[1.0, 1.0, 2.0, 4.0, 4.0, 5.0]);
        let half_down = Change { shift: [0.0, 0.5], ..NOTHING };
        assert_close(&changed(half_down, &picture, [3, 2]), &[1.0, 2.0, 3.0, 2.5, 3.5, 4.5]);
        let mirrored = Change { is_mirrored: true, ..NOTHING };
        assert_close(&changed(mirrored, &picture, [3, 2]), &[3.0, 2.0, 1.0, 6.0, 5.0, 4.0]);
        // A quarter turn moves what is on the right to the bottom.
        let turned = Change { turn: std::f32::consts::FRAC_PI_2, ..NOTHING };
        assert_close(&changed(turned, &[1.0, 2.0, 3.0, 4.0], [2, 2]), &[3.0, 1.0, 4.0, 2.0]);
        // Twice as large about the middle: half a step on either side.
        let doubled = Change { scale: 2.0, ..NOTHING };
        assert_close(&changed(doubled, &[1.0, 2.0, 3.0], [3, 1]), &[1.5, 2.0, 2.5]);
        // Each channel by itself.
        let two_channels = [1.0, 2.0, 30.0, 40.0];
        assert_close(&changed(right, &two_channels, [2, 1]), &[1.0, 1.0, 30.0, 30.0]);
    }

    #[test]
    fn pictures_change_a_little_and_the_same_numbers_change_the_same() {
        let shape = SampleShape::Image { channels: 1, height: 28, width: 28 };
        let original = ramp(5 * 784);
        let augmented = |flips, step| {
            let mut samples = original.clone();
            classic_augmentation(&mut samples, shape, flips, &mut Random::new(1, Stream::ClassicAugmentation, step));
            samples
        };
        assert_eq!(augmented(true, 0), augmented(true, 0));
        assert_ne!(augmented(true, 0), augmented(true, 1));
        assert_ne!(augmented(false, 0), original);
        assert!(augmented(true, 0).iter().all(|value| (0.0..=1.0).contains(value)));
        let mut points = vec![0.5, 0.25];
        let plane = SampleShape::Points { dims: 2 };
        classic_augmentation(&mut points, plane, true, &mut Random::new(1, Stream::ClassicAugmentation, 0));
        assert_close(&points, &[0.5, 0.25]);
    }

    #[test]
    fn changes_stay_in_their_ranges_and_half_of_them_mirror_where_that_is_wanted() {
        let mut random = Random::new(1, Stream::ClassicAugmentation, 9);
        let changes: Vec<Change> = (0..1_000).map(|_| Change::draw(true, &mut random)).collect();
        assert!(changes.iter().flat_map(|change| change.shift).all(|shift| shift.abs() <= SHIFT));
        assert!(changes.iter().all(|change| change.turn.abs() <= TURN && (change.scale - 1.0).abs() <= SCALE + 1e-6));
        let mirrored = changes.iter().filter(|change| change.is_mirrored).count();
        // Five standard errors of a count of 500.
        assert!(mirrored.abs_diff(500) < 80, "{mirrored}");
        assert!((0..100).all(|_| !Change::draw(false, &mut random).is_mirrored));
    }
}
