//! What a run folder keeps of the same samples at each checkpoint.

use std::path::Path;

use super::views::GeneratedText;
use crate::data::Pictures;
use crate::export::{self, ExportError, SheetLayout};

/// How much larger pictures are drawn.
const SCALE: usize = 2;

/// Samples of one moment.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Sheet {
    /// Pictures.
    Pictures(Pictures),
    /// Texts, a line each.
    Texts(String),
}

impl Sheet {
    pub(super) fn of_texts(texts: &[GeneratedText]) -> Self {
        Self::Texts(texts.iter().flat_map(|text| [text.text.as_str(), "\n"]).collect())
    }

    /// Writes the file of a step into `folder`: a PNG picture, or a text.
    pub(super) fn write(&self, folder: &Path, step: u64) -> Result<(), ExportError> {
        let file = |ending| folder.join(format!("step-{step:08}.{ending}"));
        match self {
            Self::Pictures(pictures) => export::write_contact_sheet(file("png"), pictures, SheetLayout::Grid, SCALE),
            Self::Texts(lines) => export::write_atomically(file("txt"), lines.as_bytes()),
        }
    }
}
