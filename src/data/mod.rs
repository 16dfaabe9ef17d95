//! Where real samples come from: seeded batches of points and pictures, as plain numbers.
//!
//! A batch is a pure function of the data set, the run's seed and the batch's index, so that a resumed run sees what an
//! uninterrupted one would have seen. Adding a distribution of points is one small type in `points.rs`; adding a
//! built-in picture set is one function in `builtin_images.rs`; both then need a line in [`open`]. What comes from a file
//! of the user is read by `point_file.rs`, `picture_file.rs` and `own_pictures`, which trust nothing. The published sets are
//! found on this machine by `published.rs`, and fetched by `download` when the user asks for one.

mod batches;
mod builtin_images;
mod builtin_texts;
mod class_count;
mod counts;
mod dataset;
mod download;
mod drawn;
mod error;
mod few;
pub mod from_bytes;
mod given_file;
mod idx;
mod labelled_subset;
mod npy;
mod own_pictures;
mod packed;
mod picture_file;
mod pictures;
mod point_file;
mod point_table;
mod points;
mod published;
mod stored_points;
mod stored_set;
mod text;
mod text_file;

pub use batches::EpochOrder;
pub use class_count::ClassCount;
use class_count::count_classes;
pub(crate) use counts::{duration, grouped};
use dataset::PIXEL_BOUNDS;
pub use dataset::{Dataset, LabelledBatch, Modes};
pub use download::{
    DownloadConfig, DownloadError, DownloadProgress, MIRRORS_FILE, RemoteFile, RemoteSet, ServerFault, download,
};
pub use error::DataError;
pub use given_file::FileError;
pub use idx::{Idx, IdxError, read_idx};
pub use labelled_subset::{LabelledSubset, SubsetError};
pub use npy::{NpyHeader, NpyHeaderError, NpyNumber};
pub use own_pictures::{
    Examples, FileKind, Inspection, OnProgress, PicturesError, Progress, Skipped, SourceKind, inspect,
};
pub use packed::{most_likely, pack, packed_len, packed_shape, unpack};
pub use picture_file::{PICTURE_ENDINGS, PictureError, drawing_picture, is_picture, read_drawing};
pub use pictures::Pictures;
pub use point_file::{MAX_POINTS, PointsError};
pub use published::{data_folder, find_published};
pub use stored_set::{Lexicon, StoredSet, TextRows};
pub use text::{Alphabet, AlphabetError, Decoded, TextError, TextReport, Texts};
pub use text_file::{FoundTexts, inspect_texts};

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::config::{DataConfig, DatasetKind, Domain};

/// Opens a data set.
///
/// # Errors
/// [`DataError`] if a picture set inside the program is damaged, if a drawing is empty, or for a file that is missing or
/// holds anything but what it should.
pub fn open(config: &DataConfig) -> Result<Arc<dyn Dataset>, DataError> {
    open_with(config, &mut |_| ControlFlow::Continue(()))
}

/// Opens a data set, and tells how far that has come where it takes long: many pictures are read from files.
///
/// # Errors
/// Those of [`open`], and [`DataError::Cancelled`] where `progress` breaks.
pub fn open_with(config: &DataConfig, progress: &mut OnProgress<'_>) -> Result<Arc<dyn Dataset>, DataError> {
    let points: Arc<dyn Dataset> = match config.kind {
        DatasetKind::Fashion => return Ok(Arc::new(builtin_images::fashion()?.keep(config.samples))),
        DatasetKind::Faces => return Ok(Arc::new(builtin_images::faces()?.keep(config.samples))),
        DatasetKind::Mnist | DatasetKind::FashionMnist | DatasetKind::Cifar10 => {
            return Ok(Arc::new(published::open(config.kind, progress)?.keep(config.samples)));
        }
        DatasetKind::Pictures => {
            return Ok(Arc::new(own_pictures::load(&config.pictures, progress)?.keep(config.samples)));
        }
        DatasetKind::Names => return Ok(Arc::new(StoredSet::texts(builtin_texts::names()?, config.samples)?)),
        DatasetKind::Words => return Ok(Arc::new(StoredSet::texts(builtin_texts::words()?, config.samples)?)),
        DatasetKind::Text => {
            return Ok(Arc::new(StoredSet::texts(text_file::open(&config.text)?, config.samples)?));
        }
        DatasetKind::Ring => Arc::new(points::ring(&config.ring)),
        DatasetKind::Grid => Arc::new(points::grid(&config.grid)),
        DatasetKind::Moons => Arc::new(points::moons(config.moons)),
        DatasetKind::Spiral => Arc::new(points::spiral(config.spiral)),
        DatasetKind::Line => Arc::new(points::line(config.line)),
        DatasetKind::Checkerboard => Arc::new(points::checkerboard(config.checkerboard)),
        DatasetKind::Drawn => {
            let density = config.drawing.as_ref().and_then(drawn::Density::new).ok_or(DataError::EmptyDrawing)?;
            Arc::new(points::Points(density))
        }
        DatasetKind::File => {
            let path = config.path.as_ref().ok_or(DataError::NoPath)?;
            let read = point_file::read(path).and_then(|points| stored_points::StoredPoints::new(&points));
            Arc::new(read.map_err(|cause| DataError::Points { cause, path: path.clone() })?)
        }
    };
    Ok(match config.samples {
        Some(count) => Arc::new(few::Few::new(points, count)),
        None => points,
    })
}

/// The checksum of the files that the data comes from, if it comes from any: other files of the same name have another. That of
/// pictures and texts is of `data`, which they became.
///
/// # Errors
/// [`DataError::Points`] for a file that cannot be read.
pub fn checksum(config: &DataConfig, data: &dyn Dataset) -> Result<Option<u32>, DataError> {
    match (config.kind, &config.path) {
        (DatasetKind::Pictures | DatasetKind::Text, _) => Ok(data.checksum()),
        (DatasetKind::File, Some(path)) => {
            let read = point_file::checksum(path).map_err(|cause| DataError::Points { cause, path: path.clone() })?;
            Ok(Some(read))
        }
        _ => Ok(None),
    }
}

/// The view of [`Dataset::bounds`], without opening a file that may be gone.
///
/// # Errors
/// Those of [`open`], but none for what comes from a file.
pub fn bounds(config: &DataConfig) -> Result<[[f32; 2]; 2], DataError> {
    match config.kind {
        DatasetKind::File => Ok(stored_points::BOUNDS),
        kind if kind.shape().domain() != Domain::Points => Ok(PIXEL_BOUNDS),
        _ => Ok(open(config)?.bounds()),
    }
}

/// What the file system said, in plain words and without the path that some errors already carry.
fn reason(kind: std::io::ErrorKind) -> String {
    match kind {
        std::io::ErrorKind::NotFound => "no such file".to_owned(),
        kind => kind.to_string(),
    }
}

/// A name from a file, fit to be shown in one line: it may hold anything.
pub(crate) fn shown(name: &str) -> String {
    name.chars().map(|letter| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::config::{Drawing, NoiseConfig, PicturesConfig};

    fn open_default(kind: DatasetKind) -> Arc<dyn Dataset> {
        open(&DataConfig::of(kind)).unwrap()
    }

    #[test]
    fn every_kind_opens_with_its_shape_and_draws_full_batches() {
        for kind in DatasetKind::BUILT_IN {
            let dataset = open_default(kind);
            assert_eq!(dataset.shape(), kind.shape(), "{kind:?}");
            assert!(!dataset.is_empty(), "{kind:?}");
            let batch = dataset.batch(3, 5, 17);
            assert_eq!(batch.len(), 17 * kind.shape().features(), "{kind:?}");
            assert_eq!(batch, dataset.batch(3, 5, 17), "{kind:?}");
            assert_ne!(batch, dataset.batch(3, 6, 17), "{kind:?}");
            assert_ne!(batch, dataset.batch(4, 5, 17), "{kind:?}");
            assert_eq!(batch, dataset.batch_with_labels(3, 5, 17).samples, "{kind:?}");
        }
    }

    #[test]
    fn configurations_know_how_many_classes_the_data_has() {
        for kind in DatasetKind::BUILT_IN {
            let dataset = open_default(kind);
            assert_eq!(dataset.class_names().len(), DataConfig::of(kind).classes(), "{kind:?}");
            let labelled = dataset.evaluation_with_labels(40, 2);
            assert_eq!(labelled.samples, dataset.evaluation(40, 2), "{kind:?}");
            assert_eq!(labelled.labels.len(), if dataset.class_names().is_empty() { 0 } else { 40 }, "{kind:?}");
        }
    }

    #[test]
    fn every_point_lies_in_the_view() {
        let loose = NoiseConfig { noise: 0.5 };
        let mut noisy = DataConfig { moons: loose, spiral: loose, line: loose, ..DataConfig::of(DatasetKind::Ring) };
        (noisy.ring.std, noisy.grid.std) = (0.5, 1.0);
        let of_points = DatasetKind::BUILT_IN.into_iter().filter(|kind| kind.shape().features() == 2);
        let sets = of_points.flat_map(|kind| [DataConfig::of(kind), DataConfig { kind, ..noisy.clone() }]);
        for config in sets {
            let kind = config.kind;
            let dataset = open(&config).unwrap();
            let [low, high] = dataset.bounds();
            assert_eq!((high[0] - low[0]).to_bits(), (high[1] - low[1]).to_bits(), "{kind:?} is shown in a square");
            for point in dataset.evaluation(10_000, 1).as_chunks::<2>().0 {
                assert!((0..2).all(|axis| low[axis] < point[axis] && point[axis] < high[axis]), "{kind:?} {point:?}");
            }
        }
    }

    #[test]
    fn what_the_user_has_yet_to_give_is_missed() {
        assert!(matches!(open(&DataConfig::of(DatasetKind::Drawn)), Err(DataError::EmptyDrawing)));
        assert!(matches!(open(&DataConfig::drawn(Drawing::empty())), Err(DataError::EmptyDrawing)));
        assert!(matches!(open(&DataConfig::of(DatasetKind::File)), Err(DataError::NoPath)));
        let message = open(&DataConfig::file("no/such.csv".as_ref())).err().unwrap().to_string();
        assert_eq!(message, "cannot read the points: no such file: no/such.csv");
        assert!(bounds(&DataConfig::file("no/such.csv".as_ref())).is_ok());
        assert!(matches!(open(&DataConfig::of(DatasetKind::Pictures)), Err(DataError::NoPictures)));
        let pictures = PicturesConfig { path: Some("no/such".into()), ..PicturesConfig::default() };
        let message = open(&DataConfig::pictures(pictures)).err().unwrap().to_string();
        assert_eq!(message, "cannot read the pictures: no such file: no/such");
    }

    #[test]
    fn every_pixel_lies_in_its_range() {
        for kind in [DatasetKind::Fashion, DatasetKind::Faces] {
            let batch = open_default(kind).batch(0, 0, 100);
            assert!(batch.iter().all(|value| (-1.0..=1.0).contains(value)), "{kind:?}");
            assert!(batch.contains(&-1.0) && batch.contains(&1.0), "{kind:?} uses the whole range");
        }
    }

    #[test]
    fn evaluation_samples_are_not_those_of_training() {
        let dataset = open_default(DatasetKind::Ring);
        let training: HashSet<[u32; 2]> = bits(&dataset.batch(1, 0, 1_000));
        let evaluation = bits(&dataset.evaluation(1_000, 1));
        assert!(training.is_disjoint(&evaluation));
    }

    #[test]
    fn an_evaluation_pair_has_no_sample_in_common() {
        let dataset = open_default(DatasetKind::Faces);
        let features = dataset.shape().features();
        let [first, second] = dataset.evaluation_pair(400, 1);
        assert_eq!((first.len(), second.len()), (400 * features, 400 * features));
        let first: HashSet<Vec<u32>> = first.chunks(features).map(row_bits).collect();
        assert_eq!(first.len(), 400);
        assert!(second.chunks(features).all(|row| !first.contains(&row_bits(row))));
    }

    #[test]
    fn an_evaluation_pair_of_few_stored_samples_shares_them_evenly() {
        let dataset = open_default(DatasetKind::Fashion);
        let [first, second] = dataset.evaluation_pair(10_000, 1);
        assert_eq!((first.len() / 784, second.len() / 784), (2_000, 2_000));
    }

    fn bits(values: &[f32]) -> HashSet<[u32; 2]> {
        values.as_chunks::<2>().0.iter().map(|point| point.map(f32::to_bits)).collect()
    }

    fn row_bits(row: &[f32]) -> Vec<u32> {
        row.iter().map(|value| value.to_bits()).collect()
    }
}
