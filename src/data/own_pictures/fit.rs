//! Pictures of any size made into squares of one size, grey or colour, channel first.

use image::imageops::{self, FilterType};
use image::{DynamicImage, GenericImage as _, GenericImageView as _, ImageBuffer, Pixel};

use crate::config::{FitKind, PicturesConfig};

/// What shows through the holes of a picture: white, as on paper.
const PAPER: u8 = 255;

/// One picture as networks are trained on it.
///
/// Shrinking averages what falls into a pixel, and enlarging goes evenly from one to the next.
///
/// # Shapes
/// Returns `[channels, size, size]`, flat.
pub(super) fn fit(picture: DynamicImage, config: &PicturesConfig) -> Vec<u8> {
    let side = config.size as u32;
    let picture = on_paper(picture);
    if config.channels == 1 {
        return square(&picture.into_luma8(), side, config.fit).into_raw();
    }
    let colours = square(&picture.into_rgb8(), side, config.fit).into_raw();
    channel_first(&colours, config.channels)
}

/// `[places, channels]` → `[channels, places]`.
pub(super) fn channel_first(pixels: &[u8], channels: usize) -> Vec<u8> {
    (0..channels).flat_map(|channel| pixels.iter().skip(channel).step_by(channels)).copied().collect()
}

/// `[channels, places]` → `[places, channels]`.
pub(super) fn channel_last(pixels: &[u8], channels: usize) -> Vec<u8> {
    let places = pixels.len() / channels.max(1);
    (0..places).flat_map(|place| (0..channels).map(move |channel| pixels[channel * places + place])).collect()
}

/// The picture without its holes, if it has any.
pub(super) fn on_paper(picture: DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return picture;
    }
    let mut picture = picture.into_rgba8();
    for pixel in picture.pixels_mut() {
        let [red, green, blue, alpha] = pixel.0;
        let blend = |colour: u8| {
            let sum = u32::from(colour) * u32::from(alpha) + u32::from(PAPER) * u32::from(255 - alpha);
            ((sum + 127) / 255) as u8
        };
        pixel.0 = [blend(red), blend(green), blend(blue), 255];
    }
    DynamicImage::ImageRgba8(picture).into_rgb8().into()
}

type Buffer<P> = ImageBuffer<P, Vec<u8>>;

fn square<P: Pixel<Subpixel = u8> + 'static>(picture: &Buffer<P>, side: u32, fit: FitKind) -> Buffer<P> {
    let (width, height) = picture.dimensions();
    match fit {
        FitKind::Crop => {
            let shorter = width.min(height);
            let (left, top) = ((width - shorter) / 2, (height - shorter) / 2);
            let middle = picture.view(left, top, shorter, shorter);
            scaled(&*middle, side, side)
        }
        FitKind::Pad => {
            let longer = width.max(height);
            let share = |length: u32| (f64::from(length) * f64::from(side) / f64::from(longer)).round().max(1.0) as u32;
            let (inner_width, inner_height) = (share(width), share(height));
            let inner = scaled(picture, inner_width, inner_height);
            let mut outer = ImageBuffer::from_pixel(side, side, corner_colour(picture));
            let (left, top) = ((side - inner_width) / 2, (side - inner_height) / 2);
            imageops::replace(&mut outer, &inner, i64::from(left), i64::from(top));
            outer
        }
    }
}

fn scaled<V>(picture: &V, width: u32, height: u32) -> Buffer<V::Pixel>
where
    V: image::GenericImageView,
    V::Pixel: Pixel<Subpixel = u8> + 'static,
{
    if picture.dimensions() == (width, height) {
        let mut copy = ImageBuffer::new(width, height);
        // The sizes are equal, so nothing can be in the way.
        let _fits = copy.copy_from(picture, 0, 0);
        return copy;
    }
    imageops::resize(picture, width, height, FilterType::Triangle)
}

/// The mean of the four corners: dark around digits, white around things photographed on white.
fn corner_colour<P: Pixel<Subpixel = u8>>(picture: &Buffer<P>) -> P {
    let (right, bottom) = (picture.width() - 1, picture.height() - 1);
    let corners = [(0, 0), (right, 0), (0, bottom), (right, bottom)].map(|(x, y)| picture.get_pixel(x, y));
    let mut colour = *corners[0];
    for (channel, value) in colour.channels_mut().iter_mut().enumerate() {
        let sum: u32 = corners.iter().map(|corner| u32::from(corner.channels()[channel])).sum();
        *value = ((sum + 2) / 4) as u8;
    }
    colour
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma, Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn config(size: usize, channels: usize, fit: FitKind) -> PicturesConfig {
        PicturesConfig { path: None, size, channels, fit, classes: 0 }
    }

    #[test]
    fn a_picture_of_the_right_size_is_kept_byte_for_byte() {
        let picture = RgbImage::from_fn(16, 16, |x, y| Rgb([x as u8, y as u8, (x * y) as u8]));
        let bytes = picture.as_raw().clone();
        for kind in [FitKind::Crop, FitKind::Pad] {
            let fitted = fit(picture.clone().into(), &config(16, 3, kind));
            assert_eq!(channel_last(&fitted, 3), bytes);
            assert_eq!(fitted, channel_first(&bytes, 3));
        }
    }

    #[test]
    fn crop_keeps_the_middle_and_pad_keeps_all_with_the_colour_of_the_corners() {
        // A wide picture: grey 40 at both ends, white in the middle square.
        let picture = GrayImage::from_fn(64, 32, |x, _| Luma([if (16..48).contains(&x) { 255 } else { 40 }]));
        let cropped = fit(picture.clone().into(), &config(16, 1, FitKind::Crop));
        assert_eq!(cropped, [255; 256]);
        let padded = fit(picture.into(), &config(16, 1, FitKind::Pad));
        let row = |row: usize| &padded[row * 16..][..16];
        assert!((0..4).chain(12..16).all(|index| row(index) == [40; 16]), "{padded:?}");
        assert!((4..12).all(|index| row(index)[0] == 40 && row(index)[8] == 255), "{padded:?}");
    }

    #[test]
    fn shrinking_averages_what_falls_into_a_pixel() {
        // A checkerboard of single pixels is an even grey from far away.
        let picture = GrayImage::from_fn(320, 320, |x, y| Luma([if (x + y) % 2 == 0 { 0 } else { 255 }]));
        let fitted = fit(picture.into(), &config(16, 1, FitKind::Crop));
        assert!(fitted.iter().all(|pixel| (126..=129).contains(pixel)), "{fitted:?}");
    }

    #[test]
    fn colours_become_grey_by_how_bright_they_look_and_grey_becomes_colour() {
        let green = RgbImage::from_pixel(20, 20, Rgb([0, 255, 0]));
        let blue = RgbImage::from_pixel(20, 20, Rgb([0, 0, 255]));
        let [green, blue] = [green, blue].map(|it| fit(it.into(), &config(16, 1, FitKind::Crop))[0]);
        assert!(green > 170 && blue < 30, "{green} {blue}");
        let grey = GrayImage::from_pixel(20, 20, Luma([90]));
        assert_eq!(fit(grey.into(), &config(16, 3, FitKind::Crop)), [90; 768]);
    }

    #[test]
    fn holes_show_the_paper() {
        let picture = RgbaImage::from_fn(32, 16, |x, _| Rgba([0, 0, 0, if x < 16 { 0 } else { 255 }]));
        let fitted = fit(picture.into(), &config(16, 1, FitKind::Crop));
        assert_eq!((fitted[0], fitted[15]), (255, 0));
    }

    #[test]
    fn no_shape_is_too_odd() {
        for (width, height) in [(1, 1), (1, 5_000), (5_000, 1), (3, 2)] {
            for kind in [FitKind::Crop, FitKind::Pad] {
                let picture = RgbImage::from_pixel(width, height, Rgb([7, 8, 9]));
                let fitted = fit(picture.into(), &config(28, 3, kind));
                assert_eq!(fitted.len(), 3 * 28 * 28);
                assert_eq!((fitted[0], fitted[2 * 28 * 28]), (7, 9), "{width}×{height} {kind:?}");
            }
        }
    }
}
