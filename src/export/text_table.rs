//! Texts with the class of each, a line for each text.

/// Lines of a text, a tab and its class, as [`crate::data::inspect_texts`] reads them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextTable {
    lines: String,
}

impl TextTable {
    /// Adds a line, and says whether it did: a text of white space alone would look like a class without a text, which no reader
    /// takes.
    pub fn push(&mut self, text: &str, class: &str) -> bool {
        let has_words = !text.trim().is_empty();
        if has_words {
            self.lines.extend([text, "\t", class, "\n"]);
        }
        has_words
    }

    /// The table.
    pub fn as_str(&self) -> &str {
        &self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_white_space_have_no_line() {
        let mut table = TextTable::default();
        assert_eq!(["anna", " ", "", "bo b"].map(|text| table.push(text, "x")), [true, false, false, true]);
        assert_eq!(table.as_str(), "anna\tx\nbo b\tx\n");
    }
}
