//! A picture as a drawing, and a drawing as a picture: dark is dense, unless the picture has holes, which are empty.

use std::fs::{self, File};
use std::io::{self, BufReader, Read as _, Seek as _};
use std::path::Path;

use image::codecs::png::PngDecoder;
use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, ImageDecoder as _};

use super::{DataError, Pictures};
use crate::config::Drawing;

/// The widest and highest picture that is read: decoded, it takes 128 MiB at the very most.
const MAX_SIDE: u32 = 4096;
/// Bytes of the largest file that is opened.
const MAX_FILE_BYTES: u64 = 128 << 20;
const PNG_MAGIC: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// What is wrong with a picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// The file system refused to read.
    #[error("{reason}")]
    Unreadable {
        /// What it said.
        reason: String,
    },
    /// It is a folder, or a device.
    #[error("this is not a file")]
    NotAFile,
    /// There is not a single byte in it.
    #[error("the file is empty")]
    Empty,
    /// Another format.
    #[error("this is not a PNG picture")]
    NotPng,
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
    /// More bytes than such a picture takes.
    #[error("it is larger than 128 MiB")]
    TooManyBytes,
    /// All of it is white, or all of it is a hole.
    #[error("there is nothing in it, dark places are the dense ones")]
    Blank,
}

/// Whether a file is a picture by its ending, though perhaps not of a format that can be read.
pub fn is_picture(path: &Path) -> bool {
    let endings = ["png", "jpg", "jpeg", "gif", "webp", "bmp"];
    path.extension().is_some_and(|extension| endings.iter().any(|ending| extension.eq_ignore_ascii_case(ending)))
}

/// Reads a picture as a drawing: scaled to fit, in the middle, its shape kept.
///
/// Dark is dense. In a picture with holes or glass in it, how opaque a place is counts instead. One of exactly the
/// drawing's size is taken byte for byte.
///
/// # Errors
/// [`DataError::Picture`] for anything but a PNG picture of reasonable size with something in it.
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
    let metadata = fs::metadata(path).map_err(unreadable)?;
    match metadata.len() {
        _ if !metadata.is_file() => return Err(PictureError::NotAFile),
        0 => return Err(PictureError::Empty),
        MAX_FILE_BYTES.. => return Err(PictureError::TooManyBytes),
        _ => {}
    }
    let mut file = File::open(path).map_err(unreadable)?;
    let mut beginning = Vec::new();
    file.by_ref().take(PNG_MAGIC.len() as u64).read_to_end(&mut beginning).map_err(unreadable)?;
    if beginning != PNG_MAGIC {
        return Err(PictureError::NotPng);
    }
    file.rewind().map_err(unreadable)?;
    let decoder = PngDecoder::new(BufReader::new(file)).map_err(|_damaged| PictureError::Damaged)?;
    let (width, height) = decoder.dimensions();
    // Before a single pixel is unpacked.
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(PictureError::TooLarge { width, height });
    }
    let picture = DynamicImage::from_decoder(decoder).map_err(|_damaged| PictureError::Damaged)?;
    Ok(density(&picture))
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err gives")]
fn unreadable(error: io::Error) -> PictureError {
    PictureError::Unreadable { reason: super::reason(error.kind()) }
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

    #[test]
    fn what_is_no_such_picture_is_refused() {
        let files = Files::new();
        assert_eq!(files.read(GrayImage::from_pixel(9, 9, Luma([255]))), Err(PictureError::Blank));
        assert_eq!(files.read(RgbaImage::new(9, 9)), Err(PictureError::Blank));
        let wide = files.read(GrayImage::new(20_000, 2));
        assert_eq!(wide, Err(PictureError::TooLarge { width: 20_000, height: 2 }));
        let whole = fs::read(files.path()).unwrap();
        for (bytes, expected) in [
            (&b""[..], PictureError::Empty),
            (b"GIF89a, or so it says", PictureError::NotPng),
            (&whole[..4], PictureError::NotPng),
            (&whole[..20], PictureError::Damaged),
        ] {
            fs::write(files.path(), bytes).unwrap();
            assert_eq!(decode(&files.path()).err(), Some(expected));
        }
        files.read(GrayImage::from_fn(96, 96, |x, y| Luma([(x * y % 251) as u8]))).unwrap();
        let whole = fs::read(files.path()).unwrap();
        fs::write(files.path(), &whole[..whole.len() / 2]).unwrap();
        assert_eq!(decode(&files.path()).err(), Some(PictureError::Damaged));
        assert_eq!(decode(files.0.path()).err(), Some(PictureError::NotAFile));
        let message = read_drawing("no/such.png".as_ref()).unwrap_err().to_string();
        assert_eq!(message, "cannot read the picture: no such file: no/such.png");
    }
}
