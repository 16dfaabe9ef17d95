//! Pictures that follow each other in a file, all of one size: what IDX, CIFAR-10 and NumPy files are made of.

use std::io::{self, Read};

use image::{DynamicImage, GrayImage, RgbImage, RgbaImage};

use super::PicturesError;
use super::fit::{channel_first, channel_last, fit};
use super::input::unreadable;
use crate::config::PicturesConfig;
use crate::data::npy::NpyNumber;

/// Rows and columns of a picture that is read.
const SIDES: std::ops::RangeInclusive<usize> = 4..=4096;
/// Bytes that are read at once, unless one picture is larger.
const CHUNK_BYTES: usize = 4 << 20;

/// Which comes first, places or channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChannelOrder {
    /// `[channels, height, width]`.
    First,
    /// `[height, width, channels]`.
    Last,
}

/// How the values of one picture lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) height: usize,
    pub(super) width: usize,
    /// 1, 3, or 4 with how opaque a place is.
    pub(super) channels: usize,
    pub(super) order: ChannelOrder,
}

impl Layout {
    /// The layout of pictures of an array: `[N, H, W]`, `[N, H, W, C]` or `[N, C, H, W]`.
    ///
    /// Where both ends could be channels, the last is taken for them.
    pub(super) fn of(shape: &[usize]) -> Result<Self, PicturesError> {
        let is_channels = |size: usize| matches!(size, 1 | 3 | 4);
        let (height, width, channels, order) = match *shape {
            [_, height, width] => (height, width, 1, ChannelOrder::Last),
            [_, height, width, channels] if is_channels(channels) => (height, width, channels, ChannelOrder::Last),
            [_, channels, height, width] if is_channels(channels) => (height, width, channels, ChannelOrder::First),
            _ => return Err(PicturesError::Shape { shape: shape.to_vec() }),
        };
        if !SIDES.contains(&height) || !SIDES.contains(&width) {
            return Err(PicturesError::PictureSize { width, height });
        }
        Ok(Self { height, width, channels, order })
    }

    /// Values of one picture.
    pub(super) fn values(self) -> usize {
        self.height * self.width * self.channels
    }

    /// One picture as networks are trained on it.
    pub(super) fn fit(self, pixels: &[u8], config: &PicturesConfig) -> Vec<u8> {
        let is_exact = [self.height, self.width, self.channels] == [config.size, config.size, config.channels];
        match self.order {
            ChannelOrder::First if is_exact => pixels.to_vec(),
            ChannelOrder::Last if is_exact => channel_first(pixels, self.channels),
            // Bytes of another number cannot be asked for: chunks hold whole pictures.
            _ => {
                self.picture(pixels).map_or_else(|| vec![0; config.shape().features()], |picture| fit(picture, config))
            }
        }
    }

    /// One picture as it is in the file.
    pub(super) fn picture(self, pixels: &[u8]) -> Option<DynamicImage> {
        let (width, height) = (self.width as u32, self.height as u32);
        let pixels = match self.order {
            ChannelOrder::First => channel_last(pixels, self.channels),
            ChannelOrder::Last => pixels.to_vec(),
        };
        Some(match self.channels {
            1 => GrayImage::from_raw(width, height, pixels)?.into(),
            3 => RgbImage::from_raw(width, height, pixels)?.into(),
            _ => RgbaImage::from_raw(width, height, pixels)?.into(),
        })
    }
}

/// What the values of an array stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueRange {
    /// From 0 to 255.
    Bytes,
    /// From 0 to 1.
    Unit,
    /// From -1 to 1.
    Signed,
}

impl ValueRange {
    /// Rounding of whoever saved the values.
    const TOLERANCE: f64 = 1e-3;

    /// The range that values from `low` to `high` are most likely to have.
    pub(super) fn of(low: f64, high: f64) -> Result<Self, PicturesError> {
        let within = |least: f64, most: f64| low >= least - Self::TOLERANCE && high <= most + Self::TOLERANCE;
        if within(0.0, 1.0) {
            Ok(Self::Unit)
        } else if within(-1.0, 1.0) {
            Ok(Self::Signed)
        } else if within(0.0, 255.0) {
            Ok(Self::Bytes)
        } else {
            Err(PicturesError::ValueRange { low, high })
        }
    }

    fn byte(self, value: f64) -> u8 {
        let scaled = match self {
            Self::Bytes => value,
            Self::Unit => value * 255.0,
            Self::Signed => (value + 1.0) * 127.5,
        };
        // The conversion clamps.
        scaled.round() as u8
    }

    /// What was guessed, for the user to judge.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Bytes => "values taken as 0 (dark) to 255 (light)",
            Self::Unit => "values taken as 0 (dark) to 1 (light)",
            Self::Signed => "values taken as -1 (dark) to 1 (light)",
        }
    }
}

/// Some pictures that follow each other.
#[derive(Debug)]
pub(super) struct Chunk {
    /// `[count, values]` in the layout of the file.
    pub(super) pixels: Vec<u8>,
    /// `[count]`, or empty where the file has no labels among its pictures.
    pub(super) labels: Vec<u8>,
}

/// Pictures of one size that follow each other.
pub(super) struct Frames<'a> {
    pub(super) layout: Layout,
    /// Pictures that there must be.
    pub(super) count: usize,
    pub(super) number: NpyNumber,
    pub(super) range: ValueRange,
    /// Whether a byte before each picture is its label.
    pub(super) has_labels: bool,
    /// At the first picture.
    pub(super) reader: Box<dyn Read + 'a>,
    /// Pictures that were read.
    pub(super) done: usize,
}

impl Frames<'_> {
    /// The next pictures, or `None` after the last.
    ///
    /// # Errors
    /// The file ends too early, or goes on after its last picture.
    pub(super) fn next_chunk(&mut self) -> Result<Option<Chunk>, PicturesError> {
        let label_bytes = usize::from(self.has_labels);
        let frame_bytes = label_bytes + self.layout.values() * self.number.bytes;
        let wanted = (CHUNK_BYTES / frame_bytes).max(1).min(self.count - self.done);
        if wanted == 0 {
            return self.expect_end().map(|()| None);
        }
        let bytes = read_up_to(&mut self.reader, wanted * frame_bytes)?;
        let found = self.done + bytes.len() / frame_bytes;
        if bytes.len() < wanted * frame_bytes {
            return Err(PicturesError::Truncated { expected: self.count, found });
        }
        self.done = found;
        if self.number == NpyNumber::BYTE && self.range == ValueRange::Bytes && !self.has_labels {
            return Ok(Some(Chunk { pixels: bytes, labels: Vec::new() }));
        }
        let (mut pixels, mut labels) = (Vec::with_capacity(wanted * self.layout.values()), Vec::new());
        for frame in bytes.chunks_exact(frame_bytes) {
            let (label, values) = frame.split_at(label_bytes);
            labels.extend_from_slice(label);
            if self.number == NpyNumber::BYTE && self.range == ValueRange::Bytes {
                pixels.extend_from_slice(values);
            } else {
                pixels.extend(values.chunks_exact(self.number.bytes).map(|it| self.range.byte(self.number.read(it))));
            }
        }
        Ok(Some(Chunk { pixels, labels }))
    }

    /// The least and the greatest of the next values, and how many pictures they are; `None` after the last.
    ///
    /// # Errors
    /// The file ends too early, or a number is not finite.
    pub(super) fn next_extremes(&mut self) -> Result<Option<[f64; 2]>, PicturesError> {
        let frame_bytes = self.layout.values() * self.number.bytes;
        let wanted = (CHUNK_BYTES / frame_bytes).max(1).min(self.count - self.done);
        if wanted == 0 {
            return Ok(None);
        }
        let bytes = read_up_to(&mut self.reader, wanted * frame_bytes)?;
        if bytes.len() < wanted * frame_bytes {
            let found = self.done + bytes.len() / frame_bytes;
            return Err(PicturesError::Truncated { expected: self.count, found });
        }
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for (place, value) in bytes.chunks_exact(self.number.bytes).map(|it| self.number.read(it)).enumerate() {
            if !value.is_finite() {
                return Err(PicturesError::NotFinite { index: self.done + place / self.layout.values() + 1 });
            }
            (low, high) = (low.min(value), high.max(value));
        }
        self.done += wanted;
        Ok(Some([low, high]))
    }

    /// Makes a decompressor check its sum, too.
    fn expect_end(&mut self) -> Result<(), PicturesError> {
        match self.reader.read(&mut [0]) {
            Ok(0) => Ok(()),
            Ok(_) => Err(PicturesError::TrailingBytes { count: self.count }),
            Err(error) => Err(unreadable(&error)),
        }
    }
}

/// The next `limit` bytes, or fewer where the data ends. Grows with what is there, not with what is asked for.
pub(super) fn read_up_to(reader: &mut dyn Read, limit: usize) -> Result<Vec<u8>, PicturesError> {
    let mut bytes = Vec::new();
    match reader.take(limit as u64).read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        // A compressed file that is cut off: what came before is whole.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(bytes),
        Err(error) => Err(unreadable(&error)),
    }
}
