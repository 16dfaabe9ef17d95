//! Many pictures on one sheet, and PNG files of them.

use std::iter::repeat_n;
use std::path::Path;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _};

use super::{ExportError, write_atomically};
use crate::data::Pictures;

/// Between the pictures: neither as dark nor as light as most of them.
const BACKGROUND: u8 = 128;
/// Bytes of the largest sheet that is drawn, 512 MiB.
const MAX_BYTES: usize = 512 << 20;

/// How pictures are laid out, row by row from the top left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetLayout {
    /// As many columns as rows, or one column more than that.
    Grid,
    /// All in one row.
    Strip,
}

impl SheetLayout {
    fn columns(self, count: usize) -> usize {
        match self {
            Self::Grid => count.isqrt() + usize::from(count.isqrt().pow(2) < count),
            Self::Strip => count,
        }
    }
}

/// One picture that shows all of `pictures`, each pixel `scale` × `scale` wide (0 counts as 1), with a gap of `scale`
/// between neighbours and at the border.
///
/// # Errors
/// [`ExportError::Empty`], [`ExportError::Channels`] or [`ExportError::TooLarge`].
pub fn contact_sheet(pictures: &Pictures, layout: SheetLayout, scale: usize) -> Result<Pictures, ExportError> {
    if pictures.is_empty() {
        return Err(ExportError::Empty);
    }
    let scale = scale.max(1);
    let columns = layout.columns(pictures.len());
    let rows = pictures.len().div_ceil(columns);
    let width = sheet_side(columns, pictures.width, scale);
    let height = sheet_side(rows, pictures.height, scale);
    let mut sheet = blank(pictures.channels, width, height, BACKGROUND)?;

    let row_bytes = sheet.width * sheet.channels;
    for (index, picture) in pictures.iter().enumerate() {
        let left = scale + index % columns * (pictures.width + 1) * scale;
        let top = scale + index / columns * (pictures.height + 1) * scale;
        for (y, row) in picture.chunks_exact(pictures.width * pictures.channels).enumerate() {
            let first = (top + y * scale) * row_bytes + left * sheet.channels;
            let scaled = row.chunks_exact(pictures.channels).flat_map(|pixel| repeat_n(pixel, scale)).flatten();
            for (target, byte) in sheet.pixels[first..].iter_mut().zip(scaled) {
                *target = *byte;
            }
            for copy in 1..scale {
                sheet.pixels.copy_within(first..first + row.len() * scale, first + copy * row_bytes);
            }
        }
    }
    Ok(sheet)
}

/// The bytes of a PNG file of the first of `pictures`.
///
/// # Errors
/// [`ExportError::Empty`], [`ExportError::Channels`], or what the encoder said.
pub fn encode_png(pictures: &Pictures) -> Result<Vec<u8>, ExportError> {
    let picture = pictures.picture(0).ok_or(ExportError::Empty)?;
    let too_large = |_| ExportError::TooLarge { width: pictures.width, height: pictures.height };
    let width = u32::try_from(pictures.width).map_err(too_large)?;
    let height = u32::try_from(pictures.height).map_err(too_large)?;
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(picture, width, height, colour_type(pictures.channels)?)
        .map_err(|error| ExportError::encode("PNG")(&error))?;
    Ok(bytes)
}

/// Writes the first of `pictures` as a PNG file.
///
/// # Errors
/// Those of [`encode_png`] and [`write_atomically`].
pub fn write_png(path: impl AsRef<Path>, pictures: &Pictures) -> Result<(), ExportError> {
    write_atomically(path, &encode_png(pictures)?)
}

/// Writes all of `pictures` as one PNG file. See [`contact_sheet`].
///
/// # Errors
/// Those of [`contact_sheet`] and [`write_atomically`].
pub fn write_contact_sheet(
    path: impl AsRef<Path>,
    pictures: &Pictures,
    layout: SheetLayout,
    scale: usize,
) -> Result<(), ExportError> {
    write_png(path, &contact_sheet(pictures, layout, scale)?)
}

/// One picture of a single shade.
///
/// # Errors
/// [`ExportError::Channels`] or [`ExportError::TooLarge`].
pub(super) fn blank(channels: usize, width: usize, height: usize, shade: u8) -> Result<Pictures, ExportError> {
    colour_type(channels)?;
    let bytes = width.checked_mul(height).and_then(|places| places.checked_mul(channels));
    let bytes = bytes.filter(|&bytes| bytes <= MAX_BYTES).ok_or(ExportError::TooLarge { width, height })?;
    Ok(Pictures { channels, height, width, pixels: vec![shade; bytes] })
}

pub(super) fn colour_type(channels: usize) -> Result<ExtendedColorType, ExportError> {
    match channels {
        1 => Ok(ExtendedColorType::L8),
        3 => Ok(ExtendedColorType::Rgb8),
        _ => Err(ExportError::Channels { channels }),
    }
}

/// Pixels of `count` pictures of `size` beside each other; far too many rather than wrapped around.
fn sheet_side(count: usize, size: usize, scale: usize) -> usize {
    size.saturating_add(1).saturating_mul(count).saturating_add(1).saturating_mul(scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(count: u8) -> Pictures {
        Pictures { channels: 1, height: 1, width: 2, pixels: (0..count * 2).collect() }
    }

    #[test]
    fn grids_are_nearly_square() {
        for (count, columns) in [(1, 1), (2, 2), (4, 2), (5, 3), (9, 3), (10, 4), (64, 8)] {
            assert_eq!(SheetLayout::Grid.columns(count), columns, "{count}");
        }
        assert_eq!(SheetLayout::Strip.columns(7), 7);
    }

    #[test]
    fn pictures_stand_where_they_should() {
        let sheet = contact_sheet(&grey(3), SheetLayout::Grid, 1).unwrap();
        assert_eq!((sheet.width, sheet.height, sheet.len()), (7, 5, 1));
        let b = BACKGROUND;
        #[rustfmt::skip]
        assert_eq!(sheet.pixels, [
            b, b, b, b, b, b, b,
            b, 0, 1, b, 2, 3, b,
            b, b, b, b, b, b, b,
            b, 4, 5, b, b, b, b,
            b, b, b, b, b, b, b,
        ]);
    }

    #[test]
    fn scaling_repeats_pixels_and_gaps() {
        let sheet = contact_sheet(&grey(1), SheetLayout::Strip, 2).unwrap();
        let b = BACKGROUND;
        #[rustfmt::skip]
        assert_eq!(sheet.pixels, [
            b, b, b, b, b, b, b, b,
            b, b, b, b, b, b, b, b,
            b, b, 0, 0, 1, 1, b, b,
            b, b, 0, 0, 1, 1, b, b,
            b, b, b, b, b, b, b, b,
            b, b, b, b, b, b, b, b,
        ]);
    }

    #[test]
    fn colour_pixels_stay_whole() {
        let picture = Pictures { channels: 3, height: 1, width: 2, pixels: vec![1, 2, 3, 4, 5, 6] };
        let sheet = contact_sheet(&picture, SheetLayout::Grid, 2).unwrap();
        let row = &sheet.pixels[2 * sheet.width * 3..3 * sheet.width * 3];
        assert_eq!(row[6..18], [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]);
    }

    #[test]
    fn png_files_hold_the_pixels() {
        for channels in [1_u8, 3] {
            let pixels: Vec<u8> = (0..6 * channels).collect();
            let picture = Pictures { channels: channels.into(), height: 2, width: 3, pixels: pixels.clone() };
            let decoded = image::load_from_memory(&encode_png(&picture).unwrap()).unwrap();
            assert_eq!((decoded.width(), decoded.height()), (3, 2));
            assert_eq!(decoded.into_bytes(), pixels);
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        assert!(matches!(contact_sheet(&Pictures::default(), SheetLayout::Grid, 1), Err(ExportError::Empty)));
        let two = Pictures { channels: 2, height: 1, width: 1, pixels: vec![0; 2] };
        assert!(matches!(contact_sheet(&two, SheetLayout::Grid, 1), Err(ExportError::Channels { channels: 2 })));
        assert!(matches!(encode_png(&two), Err(ExportError::Channels { channels: 2 })));
        for scale in [100_000, usize::MAX] {
            let result = contact_sheet(&grey(3), SheetLayout::Strip, scale);
            assert!(matches!(result, Err(ExportError::TooLarge { .. })), "{scale}");
        }
        assert!(matches!(encode_png(&Pictures::default()), Err(ExportError::Empty)));
    }

    #[test]
    fn a_sheet_is_written_to_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sheet.png");
        write_contact_sheet(&path, &grey(4), SheetLayout::Grid, 3).unwrap();
        assert_eq!(image::open(&path).unwrap().width(), 21);
    }
}
