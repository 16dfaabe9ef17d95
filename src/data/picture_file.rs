//! A picture as a drawing, and a drawing as a picture: dark is dense, unless the picture has holes, which are empty.

use std::io::{Cursor, Read as _};
use std::path::Path;

use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};

use super::given_file::{self, FileError};
use super::{DataError, Pictures};
use crate::config::Drawing;

/// The widest and highest picture that is read: decoded, it takes 128 MiB at the very most.
const MAX_SIDE: u32 = 4096;
/// Bytes of the largest file that is opened.
const MAX_FILE_BYTES: u64 = 128 << 20;
/// The most memory that a decoder may take beside the picture it gives.
const MAX_DECODER_BYTES: u64 = 256 << 20;
/// What can be read. Of pictures that move, the first is taken.
const FORMATS: [ImageFormat; 5] =
    [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp];
/// Endings of their names, in small letters.
pub const PICTURE_ENDINGS: [&str; 6] = ["png", "jpg", "jpeg", "webp", "gif", "bmp"];

/// What is wrong with a picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// It cannot be read, or is too large to be.
    #[error(transparent)]
    File(#[from] FileError),
    /// Another format.
    #[error("this is not a PNG, JPEG, WebP, GIF or BMP picture")]
    UnknownFormat,
    /// Cut off or spoiled.
    #[error("the picture is damaged")]
    Damaged,
    /// More pixels than a drawing could ever need.
    #[error("it is {width}×{height} pixels large, save it at most 4096 wide and high")]
    TooLarge {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// All of it is white, or all of it is a hole.
    #[error("there is nothing in it, dark places are the dense ones")]
    Blank,
}

/// Whether a file is a picture by its ending.
pub fn is_picture(path: &Path) -> bool {
    let is_ending = |extension: &std::ffi::OsStr| PICTURE_ENDINGS.iter().any(|it| extension.eq_ignore_ascii_case(it));
    path.extension().is_some_and(is_ending)
}

/// Reads a picture as a drawing: scaled to fit, in the middle, its shape kept.
///
/// Dark is dense. In a picture with holes or glass in it, how opaque a place is counts instead. One of exactly the
/// drawing's size is taken byte for byte.
///
/// # Errors
/// [`DataError::Picture`] for anything but a whole picture of a known format and a reasonable size with something in it.
pub fn read_drawing(path: &Path) -> Result<Drawing, DataError> {
    let drawing = decode(path).and_then(|density| fit(&density));
    drawing.map_err(|cause| DataError::Picture { cause, path: path.to_owned() })
}

/// A drawing as a grey picture, dark where it is dense: what [`read_drawing`] reads back byte for byte.
pub fn drawing_picture(drawing: &Drawing) -> Pictures {
    let pixels = drawing.cells().iter().map(|&cell| 255 - cell).collect();
    Pictures { channels: 1, height: Drawing::SIDE, width: Drawing::SIDE, pixels }
}

/// The density of each pixel.
fn decode(path: &Path) -> Result<GrayImage, PictureError> {
    let mut bytes = Vec::new();
    let read = given_file::open(path, MAX_FILE_BYTES)?.take(MAX_FILE_BYTES).read_to_end(&mut bytes);
    read.map_err(FileError::from)?;
    // The bytes say what it is, whatever its name does.
    let format = image::guess_format(&bytes).ok().filter(|format| FORMATS.contains(format));
    let format = format.ok_or(PictureError::UnknownFormat)?;
    if format == ImageFormat::Jpeg && !is_whole_jpeg(&bytes) {
        return Err(PictureError::Damaged);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_damaged| PictureError::Damaged)?;
    let (width, height) = decoder.dimensions();
    // Before a single pixel is unpacked.
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(PictureError::TooLarge { width, height });
    }
    // A camera that is held upright says so instead of turning the picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_damaged| PictureError::Damaged)?;
    picture.apply_orientation(orientation);
    Ok(density(&picture))
}

/// Whether a JPEG file goes on to its end; its decoder would fill what is missing with grey.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(2..).unwrap_or_default();
    // Segments before the first scan say how long they are; a preview inside one has an end of its own.
    loop {
        rest = match *rest {
            [0xff, 0xff, ..] => &rest[1..],
            [0xff, 0xda, ..] => return rest.windows(2).any(|pair| pair == [0xff, 0xd9]),
            [0xff, _, high, low, ..] => {
                let length = 2 + usize::from(u16::from_be_bytes([high, low]));
                rest.get(length..).unwrap_or_default()
            }
            _ => return false,
        };
    }
}

fn density(picture: &DynamicImage) -> GrayImage {
    if picture.color().has_alpha() {
        let opacity = picture.to_luma_alpha8();
        let has_holes = opacity.pixels().any(|pixel| pixel.0[1] < u8::MAX);
        let mut density = GrayImage::new(opacity.width(), opacity.height());
        for (to, from) in density.pixels_mut().zip(opacity.pixels()) {
            let [grey, alpha] = from.0;
            to.0 = [if has_holes { alpha } else { 255 - grey }];
        }
        return density;
    }
    let mut density = picture.to_luma8();
    for pixel in density.pixels_mut() {
        pixel.0[0] = 255 - pixel.0[0];
    }
    density
}

/// The density on the drawing's grid.
fn fit(density: &GrayImage) -> Result<Drawing, PictureError> {
    let side = Drawing::SIDE as u32;
    let longest = density.width().max(density.height());
    let scaled = |length: u32| (f64::from(length) * f64::from(side) / f64::from(longest)).round().max(1.0) as u32;
    let (width, height) = (scaled(density.width()), scaled(density.height()));
    let resized =
        if longest == side { density.clone() } else { imageops::resize(density, width, height, FilterType::Triangle) };
    let (left, top) = ((side - width) / 2, (side - height) / 2);
    let mut cells = vec![0; Drawing::CELLS];
    for (x, y, pixel) in resized.enumerate_pixels() {
        cells[(top + y) as usize * Drawing::SIDE + (left + x) as usize] = pixel.0[0];
    }
    match Drawing::new(cells) {
        Ok(drawing) if !drawing.is_empty() => Ok(drawing),
        _ => Err(PictureError::Blank),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use image::{GrayAlphaImage, Luma, LumaA, RgbImage, Rgba, RgbaImage};

    use super::*;

    struct Files(tempfile::TempDir);

    impl Files {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn path(&self) -> PathBuf {
            self.0.path().join("picture.png")
        }

        fn read(&self, picture: impl Into<DynamicImage>) -> Result<Drawing, PictureError> {
            picture.into().save(self.path()).unwrap();
            decode(&self.path()).and_then(|density| fit(&density))
        }
    }

    #[test]
    fn a_drawing_survives_as_a_picture_to_the_byte() {
        let cells: Vec<u8> = (0..Drawing::CELLS).map(|cell| (cell * 7 % 256) as u8).collect();
        let drawing = Drawing::new(cells).unwrap();
        let files = Files::new();
        let Pictures { pixels, .. } = drawing_picture(&drawing);
        let picture = GrayImage::from_raw(96, 96, pixels).unwrap();
        assert_eq!(files.read(picture), Ok(drawing));
    }

    #[test]
    fn dark_is_dense_in_grey_and_in_colour() {
        let files = Files::new();
        let grey = GrayImage::from_fn(96, 96, |x, _| Luma([if x < 48 { 0 } else { 255 }]));
        let colour = RgbImage::from_fn(96, 96, |x, _| image::Rgb([if x < 48 { 0 } else { 255 }; 3]));
        let expected: Vec<u8> = (0..Drawing::CELLS).map(|cell| if cell % 96 < 48 { 255 } else { 0 }).collect();
        for drawing in [files.read(grey), files.read(colour)] {
            assert_eq!(drawing.unwrap().cells(), expected);
        }
    }

    #[test]
    fn holes_are_empty_whatever_their_colour_and_opaque_pictures_have_none() {
        let files = Files::new();
        let white_on_nothing = RgbaImage::from_fn(96, 96, |x, _| Rgba([255, 255, 255, if x < 48 { 200 } else { 0 }]));
        let drawing = files.read(white_on_nothing).unwrap();
        assert_eq!((drawing.cells()[0], drawing.cells()[95]), (200, 0));
        let opaque = GrayAlphaImage::from_fn(96, 96, |x, _| LumaA([if x < 48 { 55 } else { 255 }, 255]));
        let drawing = files.read(opaque).unwrap();
        assert_eq!((drawing.cells()[0], drawing.cells()[95]), (200, 0));
    }

    #[test]
    fn other_sizes_are_scaled_to_fit_and_keep_their_shape() {
        let files = Files::new();
        for (width, height) in [(192, 96), (10, 5), (960, 480)] {
            let black = GrayImage::from_pixel(width, height, Luma([0]));
            let drawing = files.read(black).unwrap();
            let rows: Vec<usize> =
                (0..96).filter(|row| drawing.cells()[row * 96..][..96].iter().all(|&cell| cell == 255)).collect();
            assert_eq!(rows, (24..72).collect::<Vec<_>>(), "{width}×{height}");
        }
        assert!(files.read(GrayImage::from_pixel(3000, 1, Luma([0]))).is_ok());
    }

    /// A dark square on white, a quarter as wide as the picture.
    fn square(side: u32) -> RgbImage {
        let is_inside = |at: u32| (3 * side..5 * side).contains(&(8 * at));
        RgbImage::from_fn(side, side, |x, y| image::Rgb([if is_inside(x) && is_inside(y) { 0 } else { 255 }; 3]))
    }

    #[test]
    fn every_format_is_read_whatever_the_file_is_called() {
        let files = Files::new();
        let picture = square(96);
        for format in FORMATS {
            picture.save_with_format(files.path(), format).unwrap();
            let drawing = read_drawing(&files.path()).unwrap();
            let cell = |row: usize, column: usize| drawing.cells()[row * Drawing::SIDE + column];
            assert!(cell(48, 48) > 250 && cell(40, 40) > 250, "{format:?}");
            assert!(cell(10, 10) < 5 && cell(48, 10) < 5 && cell(90, 48) < 5, "{format:?}");
        }
    }

    #[test]
    fn a_picture_that_is_cut_off_is_damaged_in_every_format() {
        let files = Files::new();
        let noisy = RgbImage::from_fn(64, 64, |x, y| image::Rgb([(x * y % 251) as u8, (x * 7 % 256) as u8, y as u8]));
        for format in FORMATS {
            noisy.save_with_format(files.path(), format).unwrap();
            let whole = fs::read(files.path()).unwrap();
            assert!(decode(&files.path()).is_ok(), "{format:?}");
            for share in 1..20 {
                fs::write(files.path(), &whole[..whole.len() * share / 20]).unwrap();
                assert_eq!(decode(&files.path()).err(), Some(PictureError::Damaged), "{format:?}, {share} of 20 parts");
            }
        }
    }

    #[test]
    fn pictures_that_are_too_large_are_refused_in_every_format() {
        let files = Files::new();
        for format in FORMATS {
            GrayImage::new(5_000, 2)
                .save_with_format(files.path(), format)
                .or_else(|_only_colour| RgbImage::new(5_000, 2).save_with_format(files.path(), format))
                .unwrap();
            let expected = PictureError::TooLarge { width: 5_000, height: 2 };
            assert_eq!(decode(&files.path()).err(), Some(expected), "{format:?}");
        }
    }

    #[test]
    fn a_photograph_is_turned_as_its_camera_was_held() {
        let files = Files::new();
        let left_is_dark = GrayImage::from_fn(96, 96, |x, _| Luma([if x < 48 { 0 } else { 255 }]));
        left_is_dark.save_with_format(files.path(), ImageFormat::Jpeg).unwrap();
        let plain = fs::read(files.path()).unwrap();
        // An Exif segment with one entry: orientation 6, to be turned clockwise by a quarter.
        let entry = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let length = u16::try_from(entry.len() + 2).unwrap().to_be_bytes();
        let turned = [&plain[..2], &[0xff, 0xe1], &length, entry, &plain[2..]].concat();
        fs::write(files.path(), turned).unwrap();
        let drawing = read_drawing(&files.path()).unwrap();
        assert!(drawing.cells()[..90].iter().all(|&cell| cell > 240), "what was on the left is above");
        assert!(drawing.cells()[95 * Drawing::SIDE..].iter().all(|&cell| cell < 15));
    }

    #[test]
    fn what_is_no_such_picture_is_refused() {
        let files = Files::new();
        assert_eq!(files.read(GrayImage::from_pixel(9, 9, Luma([255]))), Err(PictureError::Blank));
        assert_eq!(files.read(RgbaImage::new(9, 9)), Err(PictureError::Blank));
        let wide = files.read(GrayImage::new(20_000, 2));
        assert_eq!(wide, Err(PictureError::TooLarge { width: 20_000, height: 2 }));
        let whole = fs::read(files.path()).unwrap();
        for (bytes, expected) in [
            (&b""[..], PictureError::File(FileError::Empty)),
            (b"GIF89a", PictureError::Damaged),
            (b"BM, or so it says", PictureError::Damaged),
            (b"RIFF....WEBP, or so it says", PictureError::Damaged),
            (b"\xff\xd8\xff\xe0, or so it says", PictureError::Damaged),
            (b"II*\0, a format that is not read", PictureError::UnknownFormat),
            (&whole[..4], PictureError::UnknownFormat),
            (&whole[..20], PictureError::Damaged),
        ] {
            fs::write(files.path(), bytes).unwrap();
            assert_eq!(decode(&files.path()).err(), Some(expected));
        }
        assert_eq!(decode(files.0.path()).err(), Some(PictureError::File(FileError::NotAFile)));
        let message = read_drawing("no/such.png".as_ref()).unwrap_err().to_string();
        assert_eq!(message, "cannot read the picture: no such file: no/such.png");
    }
}
