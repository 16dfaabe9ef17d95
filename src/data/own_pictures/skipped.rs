//! Files that could not be used: how many, why, and which was the first.

use std::collections::BTreeMap;
use std::fmt;

use crate::data::{grouped, shown};

/// What was left out, by reason.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Skipped {
    by_reason: BTreeMap<String, Group>,
}

/// Files left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    count: usize,
    first: String,
}

impl Skipped {
    /// Leaves out one file.
    pub(super) fn add(&mut self, name: &str, reason: impl Into<String>) {
        let group = self.by_reason.entry(reason.into()).or_insert_with(|| Group { count: 0, first: shown(name) });
        group.count += 1;
    }

    /// Files left out.
    pub fn count(&self) -> usize {
        self.by_reason.values().map(|group| group.count).sum()
    }

    /// Whether nothing was left out.
    pub fn is_empty(&self) -> bool {
        self.by_reason.is_empty()
    }

    /// Each reason with the number of files and the name of the first.
    pub fn reasons(&self) -> impl Iterator<Item = (&str, usize, &str)> {
        self.by_reason.iter().map(|(reason, group)| (reason.as_str(), group.count, group.first.as_str()))
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (reason, count, first)) in self.reasons().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            match count {
                1 => write!(f, "{separator}{first} ({reason})")?,
                _ => write!(f, "{separator}{} files ({reason}; the first is {first})", grouped(count))?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_counted_and_told_with_the_first_name() {
        let mut skipped = Skipped::default();
        assert!(skipped.is_empty());
        for (name, reason) in [("b.png", "damaged"), ("c.png", "damaged"), ("notes.txt", "not a picture")] {
            skipped.add(name, reason);
        }
        assert_eq!(skipped.count(), 3);
        assert_eq!(skipped.to_string(), "2 files (damaged; the first is b.png), notes.txt (not a picture)");
    }
}
