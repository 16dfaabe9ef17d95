//! Files that the tests write, and what they read from them.

use std::fs;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use flate2::{Compression, write::GzEncoder};
use tempfile::TempDir;
use zip::write::FileOptions;

use crate::config::{FitKind, PicturesConfig};
use crate::data::own_pictures::{Inspection, Progress, inspect, load};
use crate::data::{DataError, Dataset as _, StoredSet};

pub(super) struct Files(TempDir);

impl Files {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    pub(super) fn picture(&self, name: &str, picture: impl Into<image::DynamicImage>) -> PathBuf {
        let path = self.write(name, &[]);
        picture.into().save(&path).unwrap();
        path
    }
}

pub(super) fn go_on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

pub(super) fn config(path: &Path, size: usize, channels: usize) -> PicturesConfig {
    PicturesConfig { path: Some(path.to_owned()), size, channels, fit: FitKind::Crop, classes: 0 }
}

pub(super) fn load_from(path: &Path, size: usize, channels: usize) -> Result<StoredSet, String> {
    load(&config(path, size, channels), &mut go_on).map_err(|error| one_line(&error))
}

#[track_caller]
pub(super) fn one_line(error: &DataError) -> String {
    let line = error.to_string();
    assert!(!line.contains('\n'), "{line}");
    line
}

pub(super) fn look(path: &Path) -> Inspection {
    inspect(path, &mut go_on).unwrap()
}

/// All pixels to train on in the order in which they were read, as bytes.
pub(super) fn pixels(set: &StoredSet) -> Vec<Vec<u8>> {
    let features = set.shape().features();
    let epoch = set.batch(1, 0, set.len().unwrap());
    let mut rows: Vec<Vec<u8>> =
        epoch.chunks(features).map(|row| row.iter().map(|it| ((it + 1.0) * 127.5).round() as u8).collect()).collect();
    rows.sort();
    rows
}

pub(super) fn idx(shape: &[u32], values: &[u8]) -> Vec<u8> {
    let sizes = shape.iter().flat_map(|size| size.to_be_bytes());
    [0, 0, 8, shape.len() as u8].into_iter().chain(sizes).chain(values.iter().copied()).collect()
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn npy(descr: &str, shape: &[usize], order: &str, values: &[u8]) -> Vec<u8> {
    let sizes: Vec<String> = shape.iter().map(|size| format!("{size},")).collect();
    let header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': ({}), }}\n", sizes.join(" "));
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), values].concat()
}

pub(super) fn floats(values: impl IntoIterator<Item = f32>) -> Vec<u8> {
    values.into_iter().flat_map(f32::to_le_bytes).collect()
}

pub(super) fn npz(members: &[(&str, Vec<u8>)], method: zip::CompressionMethod) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(format!("{name}.npy"), FileOptions::default().compression_method(method)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Grey pictures of 16×16, the first all 0, the next all 1, and so on.
pub(super) fn greys(count: u8) -> Vec<u8> {
    (0..count).flat_map(|grey| [grey; 256]).collect()
}

/// CIFAR-10 records, each with its label and a colour.
pub(super) fn cifar(records: &[(u8, [u8; 3])]) -> Vec<u8> {
    let one = |&(label, colour): &(u8, [u8; 3])| {
        std::iter::once(label).chain(colour.into_iter().flat_map(|value| [value; 1024])).collect::<Vec<_>>()
    };
    records.iter().flat_map(one).collect()
}
