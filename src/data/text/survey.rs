//! A first look at all lines of a file of texts: their characters, their lengths, and whether they have labels.

use std::collections::HashMap;
use std::io::BufRead;

use super::lines::{self, Line};
use super::{TextError, TextReport};
use crate::config::{CaseKind, TextConfig};

/// What stands between a text and its label.
const TAB: char = '\t';

/// What a look at all lines found.
pub(super) struct Survey {
    has_labels: bool,
    /// Lines that are not blank.
    lines: u64,
    texts: Tally,
}

/// What is counted of texts.
#[derive(Default)]
struct Tally {
    /// Of those that are no longer than the limit, how often each character comes.
    characters: HashMap<char, u64>,
    /// How many of them there are.
    fitting: u64,
    /// Characters of the longest of all.
    longest: usize,
}

impl Survey {
    /// Looks at all lines.
    ///
    /// # Errors
    /// [`TextError`] for what is no text, for a line without a label where most have one, and where all lines are too long.
    pub(super) fn of(file: impl BufRead, config: &TextConfig) -> Result<Self, TextError> {
        // Only the last line tells whether lines have labels: until one has none, both ways to read them are counted.
        let (mut whole, mut without_labels) = (Tally::default(), Tally::default());
        let (mut labelled, mut unlabelled, mut endless) = (0, 0, 0);
        let mut first_without = None;
        lines::for_each(file, |Line { number, text }| {
            let Some(line) = text else {
                endless += 1;
                return Ok(());
            };
            if line.is_empty() {
                return Ok(());
            }
            whole.add(line, config);
            if let (text, Some(_)) = split(line) {
                labelled += 1;
                if first_without.is_none() {
                    without_labels.add(text, config);
                }
            } else {
                unlabelled += 1;
                first_without.get_or_insert(number);
            }
            Ok(())
        })?;
        // A few tabs are part of the texts; where most lines have a label, the others lack one.
        let has_labels = match first_without {
            Some(line) if labelled > unlabelled => return Err(TextError::NoLabel { line }),
            Some(_) => false,
            None => labelled > 0,
        };
        let texts = if has_labels { without_labels } else { whole };
        let lines = labelled + unlabelled + endless;
        if lines > 0 && texts.fitting == 0 {
            return Err(TextError::AllTooLong { limit: config.max_length });
        }
        Ok(Self { has_labels, lines, texts })
    }

    /// A line's text and, where lines have labels, its label.
    pub(super) fn parts<'a>(&self, line: &'a str) -> (&'a str, Option<&'a str>) {
        if self.has_labels { split(line) } else { (line, None) }
    }

    /// How often each character comes in texts that are no longer than the limit.
    pub(super) fn characters(&self) -> &HashMap<char, u64> {
        &self.texts.characters
    }

    /// Texts that are no longer than the limit.
    pub(super) fn fitting(&self) -> u64 {
        self.texts.fitting
    }

    /// Characters of the longest text.
    pub(super) fn longest(&self) -> usize {
        self.texts.longest
    }

    /// What is known of the lines so far.
    pub(super) fn report(&self) -> TextReport {
        let (lines, too_long) = (self.lines, self.lines - self.texts.fitting);
        TextReport { lines, too_long, longest: self.texts.longest, ..TextReport::default() }
    }
}

impl Tally {
    fn add(&mut self, text: &str, config: &TextConfig) {
        let text = in_case(text, config.case);
        let length = text.chars().count();
        self.longest = self.longest.max(length);
        if length > config.max_length {
            return;
        }
        self.fitting += 1;
        for character in text.chars() {
            *self.characters.entry(character).or_default() += 1;
        }
    }
}

/// A text and its label, where it has one.
fn split(line: &str) -> (&str, Option<&str>) {
    match line.rsplit_once(TAB) {
        Some((text, label)) if !label.trim().is_empty() => (text.trim(), Some(label.trim())),
        _ => (line.trim(), None),
    }
}

/// A text as it is learned.
pub(super) fn in_case(text: &str, case: CaseKind) -> String {
    match case {
        CaseKind::AsIs => text.to_owned(),
        CaseKind::Lower => text.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_part_of_a_text_until_every_line_has_one() {
        let config = TextConfig { max_length: 4, ..TextConfig::default() };
        let of = |lines: &str| Survey::of(lines.as_bytes(), &config);
        let labelled = of("one\tx\nthree\tx\n\ntwo\ty\n").unwrap();
        assert_eq!((labelled.fitting(), labelled.longest()), (2, 5));
        assert_eq!(labelled.parts("one\tx"), ("one", Some("x")));
        assert_eq!(labelled.characters().get(&'o'), Some(&2));
        assert!(!labelled.characters().contains_key(&'x') && !labelled.characters().contains_key(&TAB));
        let report = labelled.report();
        assert_eq!((report.lines, report.too_long, report.longest), (3, 1, 5));
        // The same lines are texts of more characters where others have no tab.
        let plain = of("no\tx\none\ntwo\n").unwrap();
        assert_eq!(plain.parts("no\tx"), ("no\tx", None));
        assert_eq!((plain.fitting(), plain.characters().get(&TAB)), (3, Some(&1)));
        assert_eq!(of("a\tx\nb\tx\nc\n").err(), Some(TextError::NoLabel { line: 3 }));
        assert_eq!(of("longer\n\n").err(), Some(TextError::AllTooLong { limit: 4 }));
    }
}
