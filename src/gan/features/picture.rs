//! Pictures of any size as the feature network takes them: grey, 28×28.

use crate::config::SampleShape;

/// Rows and columns of a picture as the feature network takes it.
pub(super) const SIDE: usize = 28;
/// Numbers of such a picture.
pub(super) const PIXELS: usize = SIDE * SIDE;

/// Brightness of red, green and blue (ITU-R BT.601).
const LUMA: [f32; 3] = [0.299, 0.587, 0.114];

/// What each row (or column) of the small picture is made of: rows of the other with their shares, which sum to 1.
type Recipe = Vec<Vec<(usize, f32)>>;

/// Samples as grey pictures of 28×28; those that are so already stay as they are. Nothing for samples that are no pictures.
///
/// # Shapes
/// `[count, channels · height · width]` to `[count, 784]`, flat, row by row.
pub(super) fn grey_28(samples: &[f32], shape: SampleShape) -> Vec<f32> {
    let SampleShape::Image { channels, height, width } = shape else { return Vec::new() };
    if (channels, height, width) == (1, SIDE, SIDE) {
        return samples.to_vec();
    }
    let (rows, columns) = (recipe(height), recipe(width));
    let mut pictures = Vec::with_capacity(samples.len() / shape.features().max(1) * PIXELS);
    for sample in samples.chunks_exact(shape.features().max(1)) {
        let grey = grey(sample, channels, height * width);
        let narrow: Vec<f32> = grey.chunks_exact(width).flat_map(|row| mix(&columns, |column| row[column])).collect();
        for row in &rows {
            pictures.extend((0..SIDE).map(|x| row.iter().map(|&(y, share)| share * narrow[y * SIDE + x]).sum::<f32>()));
        }
    }
    pictures
}

/// The brightness of each place; the first channel where there are not three.
fn grey(sample: &[f32], channels: usize, places: usize) -> Vec<f32> {
    if channels != LUMA.len() {
        return sample[..places].to_vec();
    }
    let [red, green, blue] = [0, 1, 2].map(|channel| &sample[channel * places..][..places]);
    (0..places).map(|place| LUMA[0] * red[place] + LUMA[1] * green[place] + LUMA[2] * blue[place]).collect()
}

fn mix(recipe: &Recipe, value: impl Fn(usize) -> f32) -> Vec<f32> {
    recipe.iter().map(|parts| parts.iter().map(|&(index, share)| share * value(index)).sum()).collect()
}

/// How [`SIDE`] places are made of `size` ones: linear interpolation, widened where the picture shrinks so that no pixel is lost.
fn recipe(size: usize) -> Recipe {
    let scale = size as f32 / SIDE as f32;
    let reach = scale.max(1.0);
    let of_place = |place: usize| {
        let centre = (place as f32 + 0.5) * scale - 0.5;
        let share = |index: usize| (1.0 - (index as f32 - centre).abs() / reach).max(0.0);
        let parts: Vec<(usize, f32)> =
            (0..size).map(|index| (index, share(index))).filter(|&(_, share)| share > 0.0).collect();
        let total: f32 = parts.iter().map(|(_, share)| share).sum();
        parts.into_iter().map(|(index, share)| (index, share / total)).collect()
    };
    (0..SIDE).map(of_place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn image(channels: usize, side: usize) -> SampleShape {
        SampleShape::Image { channels, height: side, width: side }
    }

    #[test]
    fn pictures_of_the_right_kind_stay_as_they_are() {
        let sample: Vec<f32> = (0..PIXELS).map(|index| index as f32).collect();
        assert_eq!(grey_28(&sample, image(1, 28)), sample);
    }

    #[test]
    fn a_plain_picture_stays_plain_at_any_size() {
        for side in [1, 16, 32, 64] {
            let pictures = grey_28(&vec![0.25; 2 * side * side], image(1, side));
            assert_eq!(pictures.len(), 2 * PIXELS, "{side}");
            assert!(pictures.iter().all(|value| (value - 0.25).abs() < 1e-6), "{side}");
        }
    }

    #[test]
    fn colours_become_their_brightness() {
        let sample: Vec<f32> = [1.0, -1.0, 0.5].into_iter().flat_map(|value| vec![value; 16 * 16]).collect();
        let expected = 0.299 - 0.587 + 0.057;
        assert!(grey_28(&sample, image(3, 16)).iter().all(|value| (value - expected).abs() < 1e-6));
    }

    #[test]
    fn at_half_the_size_each_place_is_made_of_four_rows() {
        // Places 2 and 3 of 56 are nearest to place 1 of 28, their neighbours are half as near: (1, 3, 3, 1) / 8.
        let ramp: Vec<f32> = (0..56 * 56).map(|index| (index / 56) as f32).collect();
        let pictures = grey_28(&ramp, image(1, 56));
        assert!((pictures[SIDE] - (1.0 + 3.0 * 2.0 + 3.0 * 3.0 + 4.0) / 8.0).abs() < 1e-5);
        assert!((recipe(56)[1][0].1 - 0.125).abs() < 1e-6);
    }

    #[test]
    fn points_are_no_pictures() {
        assert!(grey_28(&[1.0, 2.0], SampleShape::Points { dims: 2 }).is_empty());
    }
}
