//! Films as files: an animated GIF, or a folder of numbered PNG files for a video editor.

use std::path::Path;
use std::time::Duration;

use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame, RgbaImage};

use super::frame::{HEIGHT, WIDTH};
use super::{Film, FilmColours};
use crate::data::Pictures;
use crate::export::{ExportError, PictureFolder, write_atomically};

/// How long a frame is seen.
const FRAME_DURATION: Duration = Duration::from_millis(80);
/// ... and the last one, before the film begins again.
const LAST_DURATION: Duration = Duration::from_secs(2);
/// Of 1 (best palette) to 30 (fastest): a frame has few colours, but each of its 300,000 pixels is looked at.
const PALETTE_SPEED: i32 = 20;

/// Writes a film: an animated GIF where `path` ends in `.gif`, else a folder of PNG files, `000000.png` and so on, which is whole
/// or absent. The folders above are made where they are not there.
///
/// # Errors
/// [`ExportError::Empty`] if it has no frame, [`ExportError::FolderTaken`] for a folder that holds anything, or what drawing,
/// encoding or writing said.
pub fn write_film(film: &Film, path: &Path, colours: FilmColours) -> Result<(), ExportError> {
    if film.is_empty() {
        return Err(ExportError::Empty);
    }
    if is_gif(path) {
        if let Some(folder) = path.parent().filter(|folder| *folder != Path::new("")) {
            std::fs::create_dir_all(folder).map_err(ExportError::write(folder))?;
        }
        return write_atomically(path, &encode_film_gif(film, colours)?);
    }
    let mut folder = PictureFolder::create(path, &[])?;
    for index in 0..film.len() {
        folder.add(&film.draw(index, colours)?, &[])?;
    }
    folder.finish()
}

/// Refuses a place where no film can be put, before anything is filmed.
///
/// # Errors
/// [`ExportError::FolderTaken`] for a folder that holds anything.
pub fn check_film_place(path: &Path) -> Result<(), ExportError> {
    if is_gif(path) { Ok(()) } else { PictureFolder::check(path) }
}

fn is_gif(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gif"))
}

/// The bytes of an animated GIF.
///
/// # Errors
/// [`ExportError::Empty`] if it has no frame, or what drawing or encoding said.
pub fn encode_film_gif(film: &Film, colours: FilmColours) -> Result<Vec<u8>, ExportError> {
    if film.is_empty() {
        return Err(ExportError::Empty);
    }
    let encode_error = |error: image::ImageError| ExportError::encode("GIF")(&error);
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, PALETTE_SPEED);
    encoder.set_repeat(Repeat::Infinite).map_err(encode_error)?;
    for index in 0..film.len() {
        let picture = film.draw(index, colours)?;
        let duration = if index + 1 == film.len() { LAST_DURATION } else { FRAME_DURATION };
        let frame = Frame::from_parts(opaque(&picture)?, 0, 0, Delay::from_saturating_duration(duration));
        encoder.encode_frame(frame).map_err(encode_error)?;
    }
    drop(encoder);
    Ok(bytes)
}

fn opaque(picture: &Pictures) -> Result<RgbaImage, ExportError> {
    let pixels = picture.pixels.as_chunks::<3>().0.iter().flat_map(|&[red, green, blue]| [red, green, blue, u8::MAX]);
    RgbaImage::from_raw(WIDTH as u32, HEIGHT as u32, pixels.collect())
        .ok_or(ExportError::TooLarge { width: WIDTH, height: HEIGHT })
}
