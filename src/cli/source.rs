//! What `--data` names: a built-in or published set, or a file of the user.

use std::ops::ControlFlow;
use std::path::Path;

use anyhow::Context as _;

use super::UsageError;
use super::args::{TextArgs, unknown};
use crate::config::{Choice as _, DataConfig, DatasetKind};
use crate::data::{FileKind, inspect, inspect_texts, read_drawing};

/// The data that `text` names; parameters of built-in sets are those of `current`.
///
/// A picture becomes a drawing at once. Points and pictures stay in their files, which are read when the run begins; what
/// pictures are best made into, and which characters texts have, is found out now.
pub(super) fn choose(text: &str, current: &DataConfig, texts: &TextArgs) -> anyhow::Result<DataConfig> {
    let known = || DatasetKind::BUILT_IN.into_iter().chain(DatasetKind::PUBLISHED);
    if let Some(kind) = known().find(|kind| kind.key() == text) {
        return Ok(DataConfig { kind, drawing: None, path: None, checksum: None, ..current.clone() });
    }
    let path = Path::new(text);
    if path.extension().is_none() && path.components().count() < 2 && !path.exists() {
        let UsageError(error) = unknown("data set or file", text, known().map(DatasetKind::key));
        return Err(UsageError(error).into());
    }
    match FileKind::of(path) {
        FileKind::Drawing => {
            Ok(DataConfig { drawing: Some(read_drawing(path)?), kind: DatasetKind::Drawn, ..current.clone() })
        }
        FileKind::Points => {
            // The configuration is to repeat the run from wherever it is started.
            let path = std::path::absolute(path).with_context(|| format!("cannot find the points: {text}"))?;
            Ok(current.with_file(path))
        }
        FileKind::Texts => {
            let path = std::path::absolute(path).with_context(|| format!("cannot find the texts: {text}"))?;
            let found = inspect_texts(&path, texts.case()?, texts.max_length()?)?;
            Ok(DataConfig { text: found.config, kind: DatasetKind::Text, checksum: None, ..current.clone() })
        }
        FileKind::Pictures => {
            let pictures = inspect(path, &mut |_| ControlFlow::Continue(()))?.suggested;
            Ok(DataConfig { pictures, kind: DatasetKind::Pictures, ..current.clone() })
        }
    }
}
