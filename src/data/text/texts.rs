//! Texts in memory, as symbols.

use std::fmt;
use std::sync::Arc;

use super::Alphabet;
use crate::data::counts::grouped;
use crate::data::{ClassCount, count_classes};

/// Rare characters that a report names.
const NAMED_RARE: usize = 12;

/// What became of the lines of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TextReport {
    /// Lines that are not blank.
    pub lines: u64,
    /// Lines that are longer than the limit, and were left out.
    pub too_long: u64,
    /// Lines that had come before, and were left out.
    pub duplicates: u64,
    /// Lines with rare characters, or with such as cannot be shown, which were left out.
    pub with_rare: u64,
    /// These characters.
    pub rare: Vec<char>,
    /// Lines that came after the most that are kept.
    pub beyond: u64,
    /// Characters of the longest line, those left out for their length included, as far as lines are looked at.
    pub longest: usize,
    /// Texts that are kept.
    pub kept: usize,
    /// Different characters of these.
    pub characters: usize,
}

impl TextReport {
    /// The first of the rare characters, in letters that can be shown.
    pub(super) fn shown_rare(&self) -> String {
        let name = |&character: &char| match character {
            '\t' => "tab".to_owned(),
            control if control.is_control() => format!("U+{:04X}", u32::from(control)),
            character => character.to_string(),
        };
        let mut names: Vec<String> = self.rare.iter().take(NAMED_RARE).map(name).collect();
        if self.rare.len() > NAMED_RARE {
            names.push("…".to_owned());
        }
        names.join(" ")
    }
}

impl fmt::Display for TextReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} different texts, an alphabet of {} characters", grouped(self.kept as u64), self.characters)?;
        let mut left_out = Vec::new();
        let mut add = |count: u64, what: &str| {
            if count > 0 {
                left_out.push(format!("{} {what}", grouped(count)));
            }
        };
        add(self.duplicates, "that had come before");
        add(self.too_long, "too long");
        add(self.with_rare, &format!("with rare characters ({})", self.shown_rare()));
        add(self.beyond, "beyond the most that are kept");
        if !left_out.is_empty() {
            write!(f, "; left out: {}", left_out.join(", "))?;
        }
        Ok(())
    }
}

/// Different texts of at most so many characters, as symbols, with the class of each where there are classes.
#[derive(Debug, Clone)]
pub struct Texts {
    pub(super) alphabet: Arc<Alphabet>,
    pub(super) length: usize,
    /// `[len, length]`.
    pub(super) codes: Vec<u8>,
    /// `[len]`, or empty.
    pub(super) labels: Vec<u8>,
    pub(super) class_names: Vec<String>,
    pub(super) report: TextReport,
}

impl Texts {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.codes.len() / self.length.max(1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// Places for characters.
    pub fn length(&self) -> usize {
        self.length
    }

    /// The characters.
    pub fn alphabet(&self) -> &Alphabet {
        &self.alphabet
    }

    pub(in crate::data) fn shared_alphabet(&self) -> &Arc<Alphabet> {
        &self.alphabet
    }

    /// The symbols of one text.
    pub fn row(&self, index: usize) -> &[u8] {
        &self.codes[index * self.length..][..self.length]
    }

    /// The class of one text, where there are classes.
    pub fn label(&self, index: usize) -> Option<u8> {
        self.labels.get(index).copied()
    }

    /// Names of the classes, in the order of the labels; empty where there are none.
    pub fn class_names(&self) -> &[String] {
        &self.class_names
    }

    /// The classes in the order of the labels, and how many texts each has; empty where there are none.
    pub fn counted_classes(&self) -> Vec<ClassCount> {
        count_classes(self.class_names.clone(), self.labels.iter().copied())
    }

    /// What became of the lines.
    pub fn report(&self) -> &TextReport {
        &self.report
    }

    /// Symbols, labels and names of classes.
    pub(in crate::data) fn into_parts(self) -> (Vec<u8>, Vec<u8>, Vec<String>) {
        (self.codes, self.labels, self.class_names)
    }
}
