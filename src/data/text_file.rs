//! A file of texts as the rest of the program meets it: looked at when it is chosen, read when a run begins.

use std::path::Path;

use super::{ClassCount, DataError, TextError, text};
use crate::config::{CaseKind, TextConfig};
use text::Texts;

/// Places for characters that a configuration gets where nobody has said otherwise: no more, because steps take as much longer.
const USUAL_LENGTH: usize = 16;

/// Texts that are shown before anything is learned from them.
const SAMPLES: usize = 40;

/// What a file of texts holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundTexts {
    /// The configuration with the alphabet and the classes of the file.
    pub config: TextConfig,
    /// What there is to know: how many there are, and what was left out.
    pub note: String,
    /// Some of them, evenly from all.
    pub samples: Vec<String>,
    /// The classes in the order of their labels, and how many texts each has; empty where there are none.
    pub classes: Vec<ClassCount>,
}

/// Looks at a file of texts. Lines of more than `max_length` characters, or of more than sixteen where that is not given, are left
/// out.
///
/// # Errors
/// [`DataError::Texts`] for anything that is no file of texts.
pub fn inspect_texts(path: &Path, case: CaseKind, max_length: Option<usize>) -> Result<FoundTexts, DataError> {
    let max_length = match max_length {
        Some(length) => length,
        None => text::longest(path, case).map_err(failed(path))?.clamp(1, USUAL_LENGTH),
    };
    let wanted = TextConfig { case, max_length, ..TextConfig::default() };
    let texts = text::read(path, &wanted).map_err(failed(path))?;
    let config = TextConfig {
        path: Some(path.to_owned()),
        alphabet: texts.alphabet().chars().iter().collect(),
        classes: texts.class_names().len(),
        ..wanted
    };
    let shown = SAMPLES.min(texts.len());
    let text = |place: usize| texts.alphabet().decode(texts.row(place * texts.len() / shown)).text;
    Ok(FoundTexts {
        config,
        note: texts.report().to_string(),
        samples: (0..shown).map(text).collect(),
        classes: texts.counted_classes(),
    })
}

/// Reads the texts of a configuration.
///
/// # Errors
/// [`DataError::NoTexts`] where no file is named, [`DataError::Texts`] for anything that is no file of texts, and
/// [`DataError::OtherTexts`] for one that has other characters or classes than the networks are made for.
pub(super) fn open(config: &TextConfig) -> Result<Texts, DataError> {
    let path = config.path.as_deref().ok_or(DataError::NoTexts)?;
    let texts = text::read(path, config).map_err(failed(path))?;
    let is_the_same = texts.alphabet().chars().iter().copied().eq(config.alphabet.chars());
    if is_the_same && texts.class_names().len() == config.classes {
        Ok(texts)
    } else {
        Err(DataError::OtherTexts { path: path.to_owned() })
    }
}

fn failed(path: &Path) -> impl Fn(TextError) -> DataError {
    |cause| DataError::Texts { cause, path: path.to_owned() }
}
