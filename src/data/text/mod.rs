//! Texts with a sample a line: read line by line, with an alphabet that is found from them.

mod alphabet;
mod lines;
mod reader;
mod survey;
mod texts;

pub use alphabet::{Alphabet, AlphabetError, Decoded};
pub(super) use reader::{longest, read, read_from};
pub use texts::{TextReport, Texts};

use crate::config::TextConfig;

/// Why a file holds no texts that can be learned from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// It cannot be opened.
    #[error("{0}")]
    File(#[from] super::FileError),
    /// It cannot be read to its end.
    #[error("{0}")]
    Unreadable(String),
    /// It is in an encoding with two bytes a character.
    #[error("the file is in UTF-16; save it as UTF-8")]
    Utf16,
    /// Bytes that are no characters.
    #[error("line {line} is not UTF-8; save the file as UTF-8")]
    NotUtf8 {
        /// From 1.
        line: u64,
    },
    /// It is no text at all.
    #[error("this is not a text file: line {line} holds a zero byte")]
    Binary {
        /// From 1.
        line: u64,
    },
    /// A line without a label among lines that have one.
    #[error("line {line} has no label; every line needs one after a tab, or none")]
    NoLabel {
        /// From 1.
        line: u64,
    },
    /// Too many labels.
    #[error("there are more than {limit} different labels; is what stands after the tab a class?")]
    TooManyClasses {
        /// The most there may be.
        limit: usize,
    },
    /// A class with a single text.
    #[error("there is only one text of the class “{class}”; add more, or take the class away")]
    LonelyClass {
        /// Its name.
        class: String,
    },
    /// All lines are longer than the limit.
    #[error("every line is longer than {limit} characters; {}", what_to_do_with_long_lines(*limit))]
    AllTooLong {
        /// The limit in force.
        limit: usize,
    },
    /// Too few to learn from.
    #[error("at least {least} different texts are needed; this is how many there are: {found}")]
    TooFew {
        /// Texts there.
        found: usize,
        /// Texts needed.
        least: usize,
    },
    /// Too few are left without those that have characters which are left out.
    #[error(
        "at least {least} different texts are needed; this is how many there are: {found}, without {left_out} lines with characters \
         that are rare or cannot be shown ({characters})"
    )]
    TooFewWithout {
        /// Texts there.
        found: usize,
        /// Texts needed.
        least: usize,
        /// Lines with such characters.
        left_out: u64,
        /// The characters.
        characters: String,
    },
}

fn what_to_do_with_long_lines(limit: usize) -> &'static str {
    if limit < *TextConfig::LENGTH.end() {
        "allow longer ones (at most 32)"
    } else {
        "make lines of less, such as words instead of sentences"
    }
}
