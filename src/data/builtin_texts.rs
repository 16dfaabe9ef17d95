//! The texts inside the program: first names and English words. Sources and licences: `assets/README.md`.

use std::io::Cursor;

use super::DataError;
use super::text::{TextError, Texts, read_from};
use crate::config::TextConfig;

const NAMES: &str = include_str!("../../assets/names-us-12k.txt");
const WORDS: &str = include_str!("../../assets/words-en-12k.txt");

/// 12,000 first names.
pub(super) fn names() -> Result<Texts, DataError> {
    built_in("the built-in names", NAMES)
}

/// 12,000 English words.
pub(super) fn words() -> Result<Texts, DataError> {
    built_in("the built-in words", WORDS)
}

fn built_in(name: &'static str, lines: &str) -> Result<Texts, DataError> {
    let config = TextConfig { case: crate::config::CaseKind::Lower, ..TextConfig::default() };
    read_from(Cursor::new(lines.as_bytes()), &config)
        .map_err(|cause: TextError| DataError::Texts { cause, path: name.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lists_are_whole_and_of_the_letters_that_their_configuration_says() {
        for texts in [names().unwrap(), words().unwrap()] {
            assert_eq!((texts.len(), texts.length()), (12_000, 12));
            let alphabet: String = texts.alphabet().chars().iter().collect();
            assert_eq!(alphabet, TextConfig::LETTERS);
            assert_eq!((texts.report().duplicates, texts.report().too_long, texts.report().with_rare), (0, 0, 0));
        }
    }
}
