//! One NumPy array of pictures or of labels: its type, its shape, and what its values stand for.

use std::io::{Cursor, Read};

use super::frames::{Frames, Layout, ValueRange, read_up_to};
use super::{OnProgress, PicturesError, Progress};
use crate::data::npy::NpyHeader;
use crate::data::npy::NpyNumber;
use crate::data::shown;

/// Bytes of an array that is turned around in memory because its first index is the fastest.
const MAX_FORTRAN_BYTES: usize = 256 << 20;
/// The greatest label.
const LAST_LABEL: usize = 255;

/// An array, its reader at the first value.
pub(super) struct Array<'a> {
    pub(super) shape: Vec<usize>,
    number: NpyNumber,
    fortran_order: bool,
    reader: Box<dyn Read + 'a>,
}

impl<'a> Array<'a> {
    /// Reads the header.
    pub(super) fn begin(mut reader: Box<dyn Read + 'a>) -> Result<Self, PicturesError> {
        let beginning = read_up_to(&mut reader, NpyHeader::MAX_BYTES)?;
        let (header, values) = NpyHeader::read(&beginning)?;
        // A boolean is a byte that is 0 or 1.
        let descr = if header.descr == "|b1" { "|u1" } else { header.descr };
        let number = NpyNumber::of(descr).ok_or_else(|| PicturesError::Type { descr: shown(descr) })?;
        let reader = Box::new(Cursor::new(values.to_vec()).chain(reader));
        Ok(Self { shape: header.shape, number, fortran_order: header.fortran_order, reader })
    }

    /// Whether its shape could be that of pictures.
    pub(super) fn holds_pictures(&self) -> bool {
        Layout::of(&self.shape).is_ok()
    }

    /// Whether its shape could be that of labels: one number a picture.
    pub(super) fn holds_labels(&self) -> bool {
        matches!(self.shape.as_slice(), [_] | [_, 1])
    }

    /// Its pictures, in a range that was guessed from an array just like it.
    pub(super) fn into_frames(mut self, range: ValueRange) -> Result<Frames<'a>, PicturesError> {
        let layout = Layout::of(&self.shape)?;
        let count = self.shape[0];
        if self.fortran_order {
            self.turn_around()?;
        }
        let reader = self.reader;
        Ok(Frames { layout, count, number: self.number, range, has_labels: false, reader, done: 0 })
    }

    /// What its values most likely stand for: all of them are looked at.
    pub(super) fn guess_range(self, progress: &mut OnProgress<'_>) -> Result<Option<ValueRange>, PicturesError> {
        let is_byte = self.number == NpyNumber::BYTE;
        let total = self.shape.first().copied();
        let mut frames = self.into_frames(ValueRange::Bytes)?;
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        while let Some([least, most]) = frames.next_extremes()? {
            (low, high) = (low.min(least), high.max(most));
            // Bytes cannot be out of range.
            if is_byte && high > 1.0 {
                return Ok(Some(ValueRange::Bytes));
            }
            if progress(Progress { done: frames.done, total }).is_break() {
                return Ok(None);
            }
        }
        ValueRange::of(low, high).map(Some)
    }

    /// Its labels, one a picture.
    pub(super) fn into_labels(mut self, pictures: usize) -> Result<Vec<u8>, PicturesError> {
        let &([count] | [count, 1]) = self.shape.as_slice() else {
            return Err(PicturesError::LabelShape { shape: self.shape });
        };
        if count != pictures {
            return Err(PicturesError::LabelCount { pictures, labels: count });
        }
        let bytes = read_up_to(&mut self.reader, count.saturating_mul(self.number.bytes))?;
        let labels: Vec<f64> = bytes.chunks_exact(self.number.bytes).map(|it| self.number.read(it)).collect();
        if labels.len() < count {
            return Err(PicturesError::LabelCount { pictures, labels: labels.len() });
        }
        let label = |(index, label): (usize, f64)| {
            let is_class = label.fract() == 0.0 && (0.0..=LAST_LABEL as f64).contains(&label);
            let refused = PicturesError::Label { label, index: index + 1, last: LAST_LABEL };
            if is_class { Ok(label as u8) } else { Err(refused) }
        };
        labels.into_iter().enumerate().map(label).collect()
    }

    /// Makes the last index the fastest.
    fn turn_around(&mut self) -> Result<(), PicturesError> {
        let size = self.number.bytes;
        let expected = self.shape.iter().try_fold(size, |product, &length| product.checked_mul(length));
        let expected = expected.filter(|&bytes| bytes <= MAX_FORTRAN_BYTES).ok_or(PicturesError::FortranOrder)?;
        // One byte more tells a file that goes on: it stays behind the values.
        let values = read_up_to(&mut self.reader, expected + 1)?;
        if values.len() < expected {
            let found = values.len() * self.shape[0] / expected.max(1);
            return Err(PicturesError::Truncated { expected: self.shape[0], found });
        }
        let mut turned = Vec::with_capacity(values.len());
        let mut index = vec![0; self.shape.len()];
        for _ in 0..expected / size {
            let strides =
                self.shape.iter().scan(1, |stride, &length| Some(std::mem::replace(stride, *stride * length)));
            let place: usize = index.iter().zip(strides).map(|(&index, stride)| index * stride).sum();
            turned.extend_from_slice(&values[place * size..][..size]);
            for (axis, &length) in index.iter_mut().zip(&self.shape).rev() {
                *axis += 1;
                if *axis < length {
                    break;
                }
                *axis = 0;
            }
        }
        turned.extend_from_slice(&values[expected..]);
        self.reader = Box::new(Cursor::new(turned));
        Ok(())
    }
}
