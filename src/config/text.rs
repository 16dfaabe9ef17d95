//! Texts of the user's own: where they are, and what they are made into before a network sees them.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::SampleShape;
use super::choices::choices;

/// What becomes of upper-case letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaseKind {
    /// They stay.
    #[default]
    AsIs,
    /// They become lower-case ones.
    Lower,
}

choices!(CaseKind {
    AsIs => "as-is", "As it is", "Upper- and lower-case letters are different characters.";
    Lower => "lower", "Lower case", "Upper-case letters become lower-case ones: fewer characters to learn.";
});

/// Texts of a file. Length and alphabet are part of the configuration, so that its networks are known without the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TextConfig {
    /// A file with a sample a line.
    pub path: Option<PathBuf>,
    /// What becomes of upper-case letters.
    pub case: CaseKind,
    /// Places for characters, within [`TextConfig::LENGTH`]; longer lines are left out.
    pub max_length: usize,
    /// The characters, as they were found when the file was looked at, in the order of their code points.
    pub alphabet: String,
    /// Classes that a column of labels names, as they were found then; 0 where there are none.
    pub classes: usize,
}

impl Default for TextConfig {
    /// Lower-case letters in twelve places, which is what the built-in texts are made of.
    fn default() -> Self {
        Self { path: None, case: CaseKind::AsIs, max_length: 12, alphabet: Self::LETTERS.to_owned(), classes: 0 }
    }
}

impl TextConfig {
    /// What [`TextConfig::max_length`] may be.
    pub const LENGTH: RangeInclusive<usize> = 1..=32;
    /// The characters of the built-in texts.
    pub const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
    /// The most symbols: the characters of an alphabet, and the end.
    pub const MAX_SYMBOLS: usize = 96;

    /// The shape of a text as networks see it.
    pub fn shape(&self) -> SampleShape {
        SampleShape::Text { symbols: self.alphabet.chars().count() + 1, length: self.max_length }
    }
}
