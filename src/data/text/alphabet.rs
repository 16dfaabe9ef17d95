//! The characters of texts, and texts as the symbols that networks see.

use std::collections::HashMap;

use crate::config::TextConfig;

/// The symbol that ends a text and fills what it leaves over.
const END: u8 = 0;
/// A character that makes up less than this share of a text file is rare.
const RARE_SHARE: u64 = 10_000;

/// Why characters are no alphabet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AlphabetError {
    /// There are none.
    #[error("there are no characters")]
    Empty,
    /// More than networks are made for.
    #[error("{0} characters are more than the {most} that there may be", most = TextConfig::MAX_SYMBOLS - 1)]
    TooMany(usize),
    /// They are not different ones in the order of their code points.
    #[error("the characters are not different ones in the order of their code points")]
    Unsorted,
    /// One of them cannot be shown.
    #[error("U+{0:04X} is a control character")]
    Control(u32),
}

/// A text that was read from symbols.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The characters before the first end.
    pub text: String,
    /// Whether it is not empty and has no character after its end.
    pub is_valid: bool,
}

/// Characters in the order of their code points: character `i` is symbol `i + 1`, symbol 0 is the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alphabet {
    characters: Vec<char>,
}

impl Alphabet {
    /// An alphabet of characters that stand in the order of their code points.
    ///
    /// # Errors
    /// [`AlphabetError`] for anything else.
    pub fn from_chars(characters: Vec<char>) -> Result<Self, AlphabetError> {
        if characters.is_empty() {
            return Err(AlphabetError::Empty);
        }
        if characters.len() >= TextConfig::MAX_SYMBOLS {
            return Err(AlphabetError::TooMany(characters.len()));
        }
        if let Some(control) = characters.iter().find(|character| character.is_control()) {
            return Err(AlphabetError::Control(u32::from(*control)));
        }
        if !characters.is_sorted_by(|a, b| a < b) {
            return Err(AlphabetError::Unsorted);
        }
        Ok(Self { characters })
    }

    /// The alphabet of counted characters, and those that are left out: too many, rare, or such as cannot be shown.
    pub(super) fn of_counts(counts: &HashMap<char, u64>) -> (Option<Self>, Vec<char>) {
        let total: u64 = counts.values().sum();
        let mut sorted: Vec<(char, u64)> = counts.iter().map(|(&character, &count)| (character, count)).collect();
        sorted.sort_by_key(|&(character, count)| (std::cmp::Reverse(count), character));
        // What cannot be shown cannot be learned either.
        let is_left_out = |(character, count): &(char, u64)| count * RARE_SHARE < total || character.is_control();
        let (rare, mut kept): (Vec<_>, Vec<_>) = sorted.into_iter().partition(is_left_out);
        let too_many = kept.split_off(kept.len().min(TextConfig::MAX_SYMBOLS - 1));
        let mut characters: Vec<char> = kept.iter().map(|(character, _)| *character).collect();
        characters.sort_unstable();
        let left_out = too_many.into_iter().chain(rare).map(|(character, _)| character).collect();
        (Self::from_chars(characters).ok(), left_out)
    }

    /// How many symbols there are, the end included.
    pub fn symbols(&self) -> usize {
        self.characters.len() + 1
    }

    /// The characters, symbol 1 first.
    pub fn chars(&self) -> &[char] {
        &self.characters
    }

    /// The symbols of a text of at most `length` characters, with the end after them up to `length`; `None` where it is longer or
    /// has other characters.
    pub fn encode(&self, text: &str, length: usize) -> Option<Vec<u8>> {
        let mut symbols = Vec::with_capacity(length);
        for character in text.chars() {
            let index = self.characters.binary_search(&character).ok()?;
            symbols.push(u8::try_from(index + 1).ok()?);
        }
        (symbols.len() <= length).then(|| {
            symbols.resize(length, END);
            symbols
        })
    }

    /// What symbols say. One that is no symbol of this alphabet says nothing and makes the text invalid.
    pub fn decode(&self, symbols: &[u8]) -> Decoded {
        let end = symbols.iter().position(|&symbol| symbol == END).unwrap_or(symbols.len());
        let character = |&symbol: &u8| self.characters.get(usize::from(symbol).checked_sub(1)?).copied();
        let text: String = symbols[..end].iter().filter_map(character).collect();
        let is_known = symbols[..end].iter().all(|symbol| character(symbol).is_some());
        let is_valid = end > 0 && is_known && symbols[end..].iter().all(|&symbol| symbol == END);
        Decoded { text, is_valid }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_symbols_and_come_back() {
        let alphabet = Alphabet::from_chars(vec!['a', 'b', 'é']).unwrap();
        assert_eq!(alphabet.symbols(), 4);
        assert_eq!(alphabet.encode("béa", 5), Some(vec![2, 3, 1, 0, 0]));
        assert_eq!(alphabet.encode("béa", 2), None, "too long");
        assert_eq!(alphabet.encode("bea", 5), None, "another character");
        let decoded = |symbols: &[u8]| {
            let Decoded { text, is_valid } = alphabet.decode(symbols);
            (text, is_valid)
        };
        assert_eq!(decoded(&[2, 3, 1, 0, 0]), ("béa".to_owned(), true));
        assert_eq!(decoded(&[1, 1]), ("aa".to_owned(), true));
        assert_eq!(decoded(&[0, 0]), (String::new(), false), "nothing is no text");
        assert_eq!(decoded(&[1, 0, 2]), ("a".to_owned(), false), "it goes on after its end");
        assert_eq!(decoded(&[1, 9]), ("a".to_owned(), false), "no symbol of this alphabet");
    }

    #[test]
    fn rare_characters_are_left_out() {
        let counts = HashMap::from([('a', 20_000), ('b', 3), ('c', 1), ('d', 19_996)]);
        let (alphabet, rare) = Alphabet::of_counts(&counts);
        assert_eq!((alphabet.unwrap().chars(), rare), (&['a', 'd'][..], vec!['b', 'c']));
        let many = (0..200).map(|index| (char::from_u32(0x400 + index).unwrap(), u64::from(index) + 1_000)).collect();
        let (alphabet, rare) = Alphabet::of_counts(&many);
        assert_eq!((alphabet.unwrap().symbols(), rare.len()), (TextConfig::MAX_SYMBOLS, 200 - 95));
        assert_eq!(rare[0], char::from_u32(0x400 + 104).unwrap(), "the most frequent ones are kept");
    }

    #[test]
    fn what_is_no_alphabet_is_refused() {
        let refused = |text: &str| Alphabet::from_chars(text.chars().collect()).unwrap_err();
        assert_eq!(refused(""), AlphabetError::Empty);
        assert_eq!(refused("ba"), AlphabetError::Unsorted);
        assert_eq!(refused("aa"), AlphabetError::Unsorted);
        assert_eq!(refused("\u{7}a"), AlphabetError::Control(7));
        let many: String = (0..96).map(|index| char::from_u32(0x400 + index).unwrap()).collect();
        assert_eq!(refused(&many), AlphabetError::TooMany(96));
    }
}
