//! One picture from one file, within limits of memory, whatever the file says.

use std::fs::{self, File};
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use image::{DynamicImage, ImageDecoder as _, ImageError, ImageReader, Limits};

use crate::data::reason;

/// The widest and highest picture that is decoded.
const MAX_SIDE: u32 = 16_384;
/// Bytes that one picture may take while it is decoded.
const MAX_BYTES: u64 = 256 << 20;
/// Bytes of a picture that may be decoded beside others.
const SMALL_BYTES: u64 = 32 << 20;
/// Bytes of the largest file that is opened.
const MAX_FILE_BYTES: u64 = 256 << 20;

/// What became of one file.
pub(super) enum Decoded {
    /// The picture, the right way up.
    Picture(DynamicImage),
    /// It is so large that only one such may be decoded at a time.
    Large,
    /// It cannot be used.
    Skipped(String),
}

/// How many pictures are decoded at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Company {
    /// Others are decoded beside it.
    Beside,
    /// It is the only one.
    Alone,
}

/// Decodes one file.
pub(super) fn decode(path: &Path, company: Company) -> Decoded {
    // A decoder that panics spoils one picture, not the whole folder.
    catch_unwind(AssertUnwindSafe(|| try_decode(path, company)))
        .unwrap_or_else(|_panic| Err(DAMAGED.to_owned()))
        .unwrap_or_else(Decoded::Skipped)
}

const DAMAGED: &str = "damaged";

fn try_decode(path: &Path, company: Company) -> Result<Decoded, String> {
    let unreadable = |error: std::io::Error| reason(error.kind());
    let metadata = fs::metadata(path).map_err(unreadable)?;
    match metadata.len() {
        _ if !metadata.is_file() => return Err("not a file".to_owned()),
        0 => return Err("empty".to_owned()),
        MAX_FILE_BYTES.. => return Err("larger than 256 MiB".to_owned()),
        _ => {}
    }
    let reader = BufReader::new(File::open(path).map_err(unreadable)?);
    // How a file begins counts, not its ending.
    let mut reader = ImageReader::new(reader).with_guessed_format().map_err(unreadable)?;
    if reader.format().is_none() {
        return Err("not a picture".to_owned());
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refused(&error))?;
    let bytes = decoder.total_bytes();
    if bytes > MAX_BYTES {
        let (width, height) = decoder.dimensions();
        return Err(format!("{width}×{height} pixels are too many"));
    }
    if bytes > SMALL_BYTES && company == Company::Beside {
        return Ok(Decoded::Large);
    }
    // A photograph without a note of how the camera was held is the right way up.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| refused(&error))?;
    picture.apply_orientation(orientation);
    if picture.width() == 0 || picture.height() == 0 {
        return Err("empty".to_owned());
    }
    Ok(Decoded::Picture(picture))
}

fn refused(error: &ImageError) -> String {
    match error {
        ImageError::Limits(_) => "too large".to_owned(),
        ImageError::Unsupported(_) => "of a kind that is not supported".to_owned(),
        _ => DAMAGED.to_owned(),
    }
}
