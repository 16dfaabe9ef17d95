//! The program's readers, compiled for the fuzzer without window, networks and trainer.
//!
//! `config`, `random` and `data` name nothing else of the program, which `tests/layering.rs` in the program makes sure of.

#[path = "../../src/config/mod.rs"]
pub mod config;
#[path = "../../src/data/mod.rs"]
pub mod data;
#[path = "../../src/random.rs"]
pub mod random;

use config::{CaseKind, PicturesConfig, TextConfig};
use data::{Dataset as _, SourceKind};

/// Reads pictures, and looks at what comes out.
pub fn read_pictures(kind: SourceKind, bytes: &[u8]) {
    let config = PicturesConfig { size: 16, channels: 1, ..PicturesConfig::default() };
    let set = match data::from_bytes::pictures(kind, bytes, &config) {
        Ok(set) => set,
        Err(error) => return assert!(!error.to_string().contains('\n'), "{error}"),
    };
    let batch = set.batch_with_labels(1, 0, 2);
    assert_eq!(batch.samples.len(), 2 * 256);
    assert!(batch.samples.iter().all(|value| (-1.0..=1.0).contains(value)));
    let classes = set.class_names().len();
    assert!(batch.labels.iter().all(|&label| usize::from(label) < classes));
}

/// Reads points, and looks at what comes out.
pub fn check_points(points: Result<Vec<[f64; 2]>, data::PointsError>) {
    match points {
        Ok(points) => assert!(points.iter().flatten().all(|value| value.is_finite())),
        Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
    }
}

/// Reads texts in both ways, and looks at what comes out.
pub fn read_texts(bytes: &[u8]) {
    for case in [CaseKind::AsIs, CaseKind::Lower] {
        let texts = match data::from_bytes::texts(bytes, &TextConfig { case, ..TextConfig::default() }) {
            Ok(texts) => texts,
            Err(error) => {
                assert!(!error.to_string().contains('\n'), "{error}");
                continue;
            }
        };
        assert!(!texts.report().to_string().contains('\n'));
        let mut known = std::collections::HashSet::new();
        for index in 0..texts.len() {
            let row = texts.row(index);
            let decoded = texts.alphabet().decode(row);
            assert!(decoded.is_valid, "{decoded:?}");
            assert_eq!(texts.alphabet().encode(&decoded.text, texts.length()).as_deref(), Some(row));
            assert!(known.insert((row, texts.label(index))), "every text of a class is there once");
        }
    }
}
