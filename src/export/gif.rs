//! Animations as GIF files.

use std::path::Path;
use std::time::Duration;

use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame, RgbaImage};

use super::contact_sheet::colour_type;
use super::{ExportError, write_atomically};
use crate::data::Pictures;

/// Of 1 (best palette) to 30 (fastest). Only a frame of more than 256 colours needs a palette to be chosen at all.
const PALETTE_SPEED: i32 = 1;

/// The bytes of a GIF file that shows each of `frames` for `frame_duration` (rounded to 0.01 s), again and again, each
/// pixel `scale` × `scale` wide (0 counts as 1).
///
/// # Errors
/// [`ExportError::Empty`], [`ExportError::Channels`], [`ExportError::TooLarge`], or what the encoder said.
pub fn encode_gif(frames: &Pictures, scale: usize, frame_duration: Duration) -> Result<Vec<u8>, ExportError> {
    colour_type(frames.channels)?;
    if frames.is_empty() {
        return Err(ExportError::Empty);
    }
    let scale = scale.max(1);
    let (width, height) = (frames.width.saturating_mul(scale), frames.height.saturating_mul(scale));
    // GIF stores sides as 16-bit numbers.
    let (Ok(columns), Ok(rows)) = (u16::try_from(width), u16::try_from(height)) else {
        return Err(ExportError::TooLarge { width, height });
    };

    let delay = Delay::from_saturating_duration(frame_duration);
    let encode_error = |error: image::ImageError| ExportError::encode("GIF")(&error);
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, PALETTE_SPEED);
    encoder.set_repeat(Repeat::Infinite).map_err(encode_error)?;
    for picture in frames {
        let image = RgbaImage::from_fn(columns.into(), rows.into(), |x, y| {
            let place = y as usize / scale * frames.width + x as usize / scale;
            let pixel = &picture[place * frames.channels..][..frames.channels];
            // First, middle and last channel: all the same one of a grey picture.
            image::Rgba([pixel[0], pixel[pixel.len() / 2], pixel[pixel.len() - 1], u8::MAX])
        });
        encoder.encode_frame(Frame::from_parts(image, 0, 0, delay)).map_err(encode_error)?;
    }
    drop(encoder);
    Ok(bytes)
}

/// Writes an animation as a GIF file. See [`encode_gif`].
///
/// # Errors
/// Those of [`encode_gif`] and [`write_atomically`].
pub fn write_gif(
    path: impl AsRef<Path>,
    frames: &Pictures,
    scale: usize,
    frame_duration: Duration,
) -> Result<(), ExportError> {
    write_atomically(path, &encode_gif(frames, scale, frame_duration)?)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::AnimationDecoder as _;
    use image::codecs::gif::GifDecoder;

    use super::*;

    const TENTH: Duration = Duration::from_millis(100);

    fn decode(bytes: &[u8]) -> Vec<Frame> {
        GifDecoder::new(Cursor::new(bytes)).unwrap().into_frames().collect_frames().unwrap()
    }

    #[test]
    fn grey_frames_come_back_exactly_scaled_and_timed() {
        let frames =
            Pictures { channels: 1, height: 16, width: 16, pixels: (0..=255).chain((0..=255).rev()).collect() };
        let decoded = decode(&encode_gif(&frames, 2, TENTH).unwrap());
        assert_eq!(decoded.len(), 2);
        for (frame, picture) in decoded.iter().zip(&frames) {
            assert_eq!(frame.delay().numer_denom_ms(), (100, 1));
            assert_eq!(frame.buffer().dimensions(), (32, 32));
            for (x, y, pixel) in frame.buffer().enumerate_pixels() {
                let expected = picture[(y / 2 * 16 + x / 2) as usize];
                assert_eq!(pixel.0, [expected, expected, expected, 255]);
            }
        }
    }

    #[test]
    fn colours_keep_their_channels() {
        let frames = Pictures { channels: 3, height: 1, width: 2, pixels: vec![200, 30, 40, 5, 60, 250] };
        let decoded = decode(&encode_gif(&frames, 1, TENTH).unwrap());
        assert_eq!(decoded[0].buffer().as_raw()[..], [200, 30, 40, 255, 5, 60, 250, 255]);
    }

    #[test]
    fn many_colours_come_back_nearly() {
        let pixels: Vec<u8> = (0..32).flat_map(|y| (0..32).flat_map(move |x| [x * 8, y * 8, 128])).collect();
        let frames = Pictures { channels: 3, height: 32, width: 32, pixels: pixels.clone() };
        let decoded = decode(&encode_gif(&frames, 1, TENTH).unwrap());
        let shown = decoded[0].buffer().pixels().flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]);
        let errors: u32 = shown.zip(&pixels).map(|(shown, pixel)| u32::from(shown.abs_diff(*pixel))).sum();
        let mean_error = f64::from(errors) / (32.0 * 32.0 * 3.0);
        assert!(mean_error < 6.0, "{mean_error}");
    }

    #[test]
    fn it_repeats_for_ever() {
        let frames = Pictures { channels: 1, height: 1, width: 1, pixels: vec![0, 255] };
        let bytes = encode_gif(&frames, 1, TENTH).unwrap();
        // The Netscape extension with a count of 0.
        let at = bytes.windows(11).position(|window| window == b"NETSCAPE2.0").unwrap();
        assert_eq!(bytes[at + 11..at + 16], [3, 1, 0, 0, 0]);
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        let frame = Pictures { channels: 1, height: 1, width: 2, pixels: vec![0; 2] };
        assert!(matches!(encode_gif(&frame, 40_000, TENTH), Err(ExportError::TooLarge { width: 80_000, .. })));
        let empty = Pictures { pixels: Vec::new(), ..frame.clone() };
        assert!(matches!(encode_gif(&empty, 1, TENTH), Err(ExportError::Empty)));
        let odd = Pictures { channels: 2, width: 1, ..frame };
        assert!(matches!(encode_gif(&odd, 1, TENTH), Err(ExportError::Channels { channels: 2 })));
    }
}
