//! A file of texts as the rest of the program meets it: looked at when it is chosen, read when a run begins.

use std::path::Path;

use super::{DataError, text};
use crate::config::TextConfig;
use text::Texts;

/// Places for characters that a configuration gets where nobody has said otherwise: no more, because steps take as much longer.
const USUAL_LENGTH: usize = 16;

/// What a file of texts holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundTexts {
    /// The configuration with the alphabet and the classes of the file.
    pub config: TextConfig,
    /// What there is to know: how many there are, and what was left out.
    pub note: String,
}

/// Looks at a file of texts. `given` says what becomes of upper case and where lines are cut off; without it, lines of up to
/// sixteen characters are kept as they are.
///
/// # Errors
/// [`DataError::Texts`] for anything that is no file of texts.
pub fn inspect_texts(path: &Path, given: Option<&TextConfig>) -> Result<FoundTexts, DataError> {
    let usual = || {
        let all = TextConfig { max_length: *TextConfig::LENGTH.end(), ..TextConfig::default() };
        let longest = read(path, &all)?.report().longest;
        Ok(TextConfig { max_length: longest.clamp(1, USUAL_LENGTH), ..all })
    };
    let wanted = given.cloned().map_or_else(usual, Ok::<_, DataError>)?;
    let texts = read(path, &wanted)?;
    let config = TextConfig {
        path: Some(path.to_owned()),
        alphabet: texts.alphabet().chars().iter().collect(),
        classes: texts.class_names().len(),
        ..wanted
    };
    Ok(FoundTexts { config, note: texts.report().to_string() })
}

/// Reads the texts of a configuration.
///
/// # Errors
/// [`DataError::NoTexts`] where no file is named, [`DataError::Texts`] for anything that is no file of texts, and
/// [`DataError::OtherTexts`] for one that has other characters or classes than the networks are made for.
pub(super) fn open(config: &TextConfig) -> Result<Texts, DataError> {
    let path = config.path.as_deref().ok_or(DataError::NoTexts)?;
    let texts = read(path, config)?;
    let is_the_same = texts.alphabet().chars().iter().copied().eq(config.alphabet.chars());
    if is_the_same && texts.class_names().len() == config.classes {
        Ok(texts)
    } else {
        Err(DataError::OtherTexts { path: path.to_owned() })
    }
}

fn read(path: &Path, config: &TextConfig) -> Result<Texts, DataError> {
    text::read(path, config).map_err(|cause| DataError::Texts { cause, path: path.to_owned() })
}
