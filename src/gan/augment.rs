//! Differentiable augmentation (`DiffAugment`, Zhao 2020, arXiv 2006.10738): pictures are changed at random before the
//! discriminator sees them, real and generated ones alike, and the generator's gradient passes through the change. A
//! discriminator of few pictures then cannot learn them by heart, and the generator does not learn the changes.

use burn::tensor::{Int, Tensor, TensorData};

use crate::config::{AugmentConfig, SampleShape};
use crate::random::Random;

/// Farthest shift, as a share of the side.
const SHIFT_SHARE: f32 = 0.125;
/// Side of the square that is cut out, as a share of the picture's.
const CUTOUT_SHARE: f32 = 0.5;

/// How one picture is changed.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Change {
    /// Added to each value, from -0.5 to 0.5.
    brightness: f32,
    /// How far each pixel is from its mean over the colours afterwards, from 0 to 2.
    saturation: f32,
    /// How far each value is from the picture's mean afterwards, from 0.5 to 1.5.
    contrast: f32,
    /// Rows and columns by which the picture moves.
    shift: [isize; 2],
    /// First row and column of the square that is cut out; it may begin outside.
    cutout: [isize; 2],
}

impl Change {
    /// Draws all of it, whatever of it is in use: one choice then does not change what another draws.
    fn draw(sides: [usize; 2], random: &mut Random) -> Self {
        let brightness = random.uniform_in(-0.5, 0.5);
        let saturation = random.uniform_in(0.0, 2.0);
        let contrast = random.uniform_in(0.5, 1.5);
        let mut below = |bound: usize| (random.below(bound as u32) as usize).cast_signed();
        let shift = sides.map(|side| {
            let farthest = share_of(side, SHIFT_SHARE);
            below(2 * farthest + 1) - farthest.cast_signed()
        });
        let cutout = sides.map(|side| {
            let cut = share_of(side, CUTOUT_SHARE);
            below(side + 1 - cut % 2) - (cut / 2).cast_signed()
        });
        Self { brightness, saturation, contrast, shift, cutout }
    }

    /// Where each value comes from, for one channel: a place in the unchanged channel, or `None` for a zero.
    fn sources(self, config: AugmentConfig, [height, width]: [usize; 2]) -> impl Iterator<Item = Option<usize>> {
        let [row_shift, column_shift] = if config.translation { self.shift } else { [0; 2] };
        let cut = [height, width].map(|side| share_of(side, CUTOUT_SHARE).cast_signed());
        let is_cut = move |place: [isize; 2]| {
            config.cutout && (0..2).all(|axis| (0..cut[axis]).contains(&(place[axis] - self.cutout[axis])))
        };
        (0..height.cast_signed()).flat_map(move |row| {
            (0..width.cast_signed()).map(move |column| {
                let (source_row, source_column) = (row - row_shift, column - column_shift);
                let is_inside = (0..height.cast_signed()).contains(&source_row)
                    && (0..width.cast_signed()).contains(&source_column);
                (is_inside && !is_cut([row, column]))
                    .then(|| source_row.cast_unsigned() * width + source_column.cast_unsigned())
            })
        })
    }
}

/// A share of a side, in whole pixels.
fn share_of(side: usize, share: f32) -> usize {
    (side as f32 * share).round() as usize
}

/// Changes each picture at random; points are left alone.
///
/// # Shapes
/// `[batch, channels · height · width]`, to the same.
pub(super) fn augment(samples: Tensor<2>, config: AugmentConfig, shape: SampleShape, random: &mut Random) -> Tensor<2> {
    let SampleShape::Image { channels, height, width } = shape else { return samples };
    if config == AugmentConfig::default() {
        return samples;
    }
    let sides = [height, width];
    let [batch, _] = samples.dims();
    let changes: Vec<Change> = (0..batch).map(|_| Change::draw(sides, random)).collect();
    let samples = if config.color { colored(samples, &changes, channels) } else { samples };
    if config.translation || config.cutout { moved(samples, &changes, config, channels, sides) } else { samples }
}

/// Brightness, saturation and contrast, one after the other. Neither of the first two changes the mean by more than the
/// brightness, so that all of it is `contrast · (saturated - mean) + mean + brightness`.
fn colored(samples: Tensor<2>, changes: &[Change], channels: usize) -> Tensor<2> {
    let ([batch, features], device) = (samples.dims(), samples.device());
    let column = |number: fn(&Change) -> f32| {
        let values: Vec<f32> = changes.iter().map(number).collect();
        Tensor::<2>::from_data(TensorData::new(values, [batch, 1]), &device)
    };
    let mean = samples.clone().mean_dim(1);
    let saturated = if channels == 1 {
        samples
    } else {
        let saturation = column(|change| change.saturation).unsqueeze_dim::<3>(2);
        let pixels = samples.reshape([batch, channels, features / channels]);
        let grey = pixels.clone().mean_dim(1);
        (pixels * saturation.clone() + grey * (saturation.neg() + 1.0)).reshape([batch, features])
    };
    let contrast = column(|change| change.contrast);
    saturated * contrast.clone() + (mean * (contrast.neg() + 1.0) + column(|change| change.brightness))
}

/// Translation and cutout at once, as one look-up; a place beyond the picture's last value is zero.
fn moved(
    samples: Tensor<2>,
    changes: &[Change],
    config: AugmentConfig,
    channels: usize,
    sides: [usize; 2],
) -> Tensor<2> {
    let ([batch, features], device) = (samples.dims(), samples.device());
    let places = features / channels;
    let mut indices: Vec<i32> = Vec::with_capacity(batch * features);
    for change in changes {
        let sources: Vec<Option<usize>> = change.sources(config, sides).collect();
        for channel in 0..channels {
            let index = |source: &Option<usize>| source.map_or(features, |place| channel * places + place) as i32;
            indices.extend(sources.iter().map(index));
        }
    }
    let indices = Tensor::<2, Int>::from_data(TensorData::new(indices, [batch, features]), &device);
    let zero = Tensor::zeros([batch, 1], &device);
    Tensor::cat(vec![samples, zero], 1).gather(1, indices)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::random::Stream;

    const COLOUR: SampleShape = SampleShape::Image { channels: 3, height: 8, width: 6 };
    const ALL: AugmentConfig = AugmentConfig { color: true, translation: true, cutout: true };

    fn pictures(batch: usize, shape: SampleShape, number: u64) -> Tensor<2> {
        let mut values = vec![0.0; batch * shape.features()];
        Random::new(2, Stream::Evaluation, number).fill_uniform(&mut values, -1.0, 1.0);
        Tensor::from_data(TensorData::new(values, [batch, shape.features()]), &Device::flex())
    }

    fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().iter::<f32>().collect()
    }

    fn random(number: u64) -> Random {
        Random::new(1, Stream::Augmentation, number)
    }

    #[test]
    fn nothing_chosen_changes_nothing_and_the_same_numbers_change_the_same() {
        let samples = pictures(5, COLOUR, 0);
        let changed = |config, number| numbers(augment(samples.clone(), config, COLOUR, &mut random(number)));
        assert_eq!(changed(AugmentConfig::default(), 0), numbers(samples.clone()));
        assert_eq!(changed(ALL, 0), changed(ALL, 0));
        assert_ne!(changed(ALL, 0), changed(ALL, 1));
        let points = SampleShape::Points { dims: 2 };
        assert_eq!(numbers(augment(pictures(3, points, 0), ALL, points, &mut random(0))).len(), 6);
    }

    /// Against the definitions, one after the other, in double precision.
    #[test]
    fn colours_change_by_their_definitions() {
        let config = AugmentConfig { color: true, ..AugmentConfig::default() };
        let samples = pictures(4, COLOUR, 3);
        let found = numbers(augment(samples.clone(), config, COLOUR, &mut random(7)));
        let mut random = random(7);
        for (picture, found) in numbers(samples).chunks(144).zip(found.chunks(144)) {
            let change = Change::draw([8, 6], &mut random);
            let mut x: Vec<f64> = picture.iter().map(|&value| f64::from(value + change.brightness)).collect();
            for place in 0..48 {
                let grey = (0..3).map(|channel| x[channel * 48 + place]).sum::<f64>() / 3.0;
                for channel in 0..3 {
                    let value = &mut x[channel * 48 + place];
                    *value = (*value - grey) * f64::from(change.saturation) + grey;
                }
            }
            let mean = x.iter().sum::<f64>() / 144.0;
            for (value, found) in x.iter().zip(found) {
                let expected = (value - mean) * f64::from(change.contrast) + mean;
                assert!((expected - f64::from(*found)).abs() < 1e-5, "{found} is not {expected}");
            }
        }
    }

    #[test]
    fn pictures_move_by_an_eighth_at_most_and_lose_a_square() {
        let shape = SampleShape::Image { channels: 1, height: 8, width: 8 };
        let ones = Tensor::<2>::ones([200, 64], &Device::flex());
        let moved = |config| numbers(augment(ones.clone(), config, shape, &mut random(0)));
        let kept = |values: &[f32]| values.iter().filter(|value| **value == 1.0).count();
        let translated = moved(AugmentConfig { translation: true, ..AugmentConfig::default() });
        let counts: Vec<usize> = translated.chunks(64).map(kept).collect();
        // A shift of at most one row and one column leaves 8·8, 7·8 or 7·7 of the ones.
        assert!(counts.iter().all(|count| [64, 56, 49].contains(count)), "{counts:?}");
        assert!([64, 56, 49].iter().all(|count| counts.contains(count)));
        let cut = moved(AugmentConfig { cutout: true, ..AugmentConfig::default() });
        let counts: Vec<usize> = cut.chunks(64).map(kept).collect();
        // A whole square of 4·4, or what of it is inside: at least 2·2.
        assert!(counts.iter().all(|count| (48..=60).contains(count)), "{counts:?}");
        assert!(counts.contains(&48) && counts.iter().any(|count| *count > 52));
    }

    #[test]
    fn a_picture_moves_where_its_shift_says() {
        let shape = SampleShape::Image { channels: 2, height: 2, width: 3 };
        let change = Change { brightness: 0.0, saturation: 1.0, contrast: 1.0, shift: [1, -1], cutout: [0, 0] };
        let config = AugmentConfig { translation: true, ..AugmentConfig::default() };
        let values: Vec<f32> = (1_u8..=12).map(f32::from).collect();
        let samples = Tensor::<2>::from_data(TensorData::new(values, [1, shape.features()]), &Device::flex());
        let found = numbers(super::moved(samples, &[change], config, 2, [2, 3]));
        assert_eq!(found, [0.0, 0.0, 0.0, 2.0, 3.0, 0.0, 0.0, 0.0, 0.0, 8.0, 9.0, 0.0]);
    }

    #[test]
    fn its_gradient_is_what_finite_differences_say() {
        const STEP: f32 = 1e-2;
        let samples = pictures(4, COLOUR, 0);
        let (direction, weights) = (pictures(4, COLOUR, 1), pictures(4, COLOUR, 2));
        let value = |samples: Tensor<2>| (augment(samples, ALL, COLOUR, &mut random(9)) * weights.clone()).sum();
        let tracked = samples.clone().autodiff().require_grad();
        let gradients = value(tracked.clone()).backward();
        let slope = (tracked.grad(&gradients).unwrap() * direction.clone()).sum().into_scalar::<f32>();
        let moved = |distance: f32| value(samples.clone() + direction.clone() * distance).into_scalar::<f32>();
        let measured = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
        assert!(measured.abs() > 0.1 && (slope / measured - 1.0).abs() < 1e-2, "{slope} is not {measured}");
    }
}
