//! What `--data` names: a built-in set, or a file of points or of a picture.

use std::path::Path;

use anyhow::Context as _;

use super::UsageError;
use super::args::unknown;
use crate::config::{Choice as _, DataConfig, DatasetKind};
use crate::data::{is_picture, read_drawing};

/// The data that `text` names; parameters of built-in sets are those of `current`.
///
/// A picture becomes a drawing at once. Points stay in their file, which is read when the run begins.
pub(super) fn choose(text: &str, current: &DataConfig) -> anyhow::Result<DataConfig> {
    if let Some(kind) = DatasetKind::BUILT_IN.into_iter().find(|kind| kind.key() == text) {
        return Ok(DataConfig { kind, drawing: None, path: None, checksum: None, ..current.clone() });
    }
    let path = Path::new(text);
    if path.extension().is_none() && path.components().count() < 2 && !path.exists() {
        let known = DatasetKind::BUILT_IN.iter().map(|kind| kind.key());
        let UsageError(error) = unknown("built-in data set or file", text, known);
        return Err(UsageError(error).into());
    }
    if is_picture(path) {
        return Ok(DataConfig { drawing: Some(read_drawing(path)?), kind: DatasetKind::Drawn, ..current.clone() });
    }
    // The configuration is to repeat the run from wherever it is started.
    let path = std::path::absolute(path).with_context(|| format!("cannot find the points: {text}"))?;
    Ok(current.with_file(path))
}
