//! The lines of a text file, one at a time and never more than a bounded part of one in memory.

use std::io::{self, BufRead};

use super::TextError;

/// The longest line that is looked at: far longer than any sample.
const MAX_LINE_BYTES: usize = 4096;
/// The mark that some programs put before UTF-8.
const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";
/// The marks of UTF-16, little end first and last.
const UTF16_MARKS: [&[u8]; 2] = [b"\xFF\xFE", b"\xFE\xFF"];

/// One line of a file, from 1.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) number: u64,
    /// Without the white space around it; `None` for one that is too long to be looked at.
    pub(super) text: Option<&'a str>,
}

/// Gives each line to `see`, until it fails or the file ends.
///
/// # Errors
/// Anything that is no UTF-8 text, and what `see` fails with.
pub(super) fn for_each(
    mut file: impl BufRead,
    mut see: impl FnMut(Line<'_>) -> Result<(), TextError>,
) -> Result<(), TextError> {
    let mut number = 0;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        number += 1;
        let is_whole =
            match take_line(&mut file, &mut bytes).map_err(|error| TextError::Unreadable(error.to_string()))? {
                Taken::End => return Ok(()),
                Taken::Line => true,
                Taken::TooLong => false,
            };
        let mut line = bytes.as_slice();
        if number == 1 {
            if UTF16_MARKS.iter().any(|mark| line.starts_with(mark)) {
                return Err(TextError::Utf16);
            }
            line = line.strip_prefix(UTF8_MARK).unwrap_or(line);
        }
        if line.contains(&0) {
            return Err(TextError::Binary { line: number });
        }
        let text = match std::str::from_utf8(line) {
            Ok(text) => text.trim(),
            // A line that was cut off may end within a character.
            Err(error) if !is_whole && error.error_len().is_none() => "",
            Err(_) => return Err(TextError::NotUtf8 { line: number }),
        };
        see(Line { number, text: is_whole.then_some(text) })?;
    }
}

enum Taken {
    Line,
    /// Its end was left behind.
    TooLong,
    End,
}

/// The bytes of the next line, without its end.
fn take_line(file: &mut impl BufRead, bytes: &mut Vec<u8>) -> io::Result<Taken> {
    let (mut has_any, mut is_too_long) = (false, false);
    loop {
        let buffer = match file.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if buffer.is_empty() {
            break;
        }
        has_any = true;
        let end = buffer.iter().position(|byte| b"\r\n".contains(byte));
        let is_return = end.is_some_and(|end| buffer[end] == b'\r');
        let part = &buffer[..end.unwrap_or(buffer.len())];
        let room = MAX_LINE_BYTES - bytes.len();
        is_too_long |= part.len() > room;
        bytes.extend_from_slice(&part[..part.len().min(room)]);
        let used = part.len() + usize::from(end.is_some());
        file.consume(used);
        if is_return {
            skip_newline(file)?;
        }
        if end.is_some() {
            break;
        }
    }
    Ok(match (has_any, is_too_long) {
        (false, _) => Taken::End,
        (true, true) => Taken::TooLong,
        (true, false) => Taken::Line,
    })
}

/// Passes over the second half of an end of two bytes, if there is one.
fn skip_newline(file: &mut impl BufRead) -> io::Result<()> {
    loop {
        match file.fill_buf() {
            Ok([b'\n', ..]) => file.consume(1),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
            Ok(_) => {}
        }
        return Ok(());
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn lines(bytes: &[u8]) -> Result<Vec<Option<String>>, TextError> {
        let mut lines = Vec::new();
        // A small buffer, so that lines come in parts.
        for_each(BufReader::with_capacity(3, bytes), |line| {
            assert_eq!(line.number, lines.len() as u64 + 1);
            lines.push(line.text.map(str::to_owned));
            Ok(())
        })?;
        Ok(lines)
    }

    fn some(texts: &[&str]) -> Vec<Option<String>> {
        texts.iter().map(|text| Some((*text).to_owned())).collect()
    }

    #[test]
    fn lines_end_as_any_system_ends_them_and_a_mark_at_the_beginning_is_no_character() {
        assert_eq!(lines(b"one\ntwo\n"), Ok(some(&["one", "two"])));
        assert_eq!(lines(b"one\r\n\r\ntwo"), Ok(some(&["one", "", "two"])));
        assert_eq!(lines(b"one\rtwo\r\rit\r"), Ok(some(&["one", "two", "", "it"])));
        assert_eq!(lines(b"on\r\ntwo\n\rit\r\n"), Ok(some(&["on", "two", "", "it"])));
        assert_eq!(lines(b"\xEF\xBB\xBFone\n two \n"), Ok(some(&["one", "two"])));
        assert_eq!(lines(b""), Ok(Vec::new()));
    }

    #[test]
    fn other_encodings_are_named_with_their_line() {
        assert_eq!(lines(b"one\nt\xE9\n"), Err(TextError::NotUtf8 { line: 2 }));
        assert_eq!(lines(b"one\n\ntw\0o\n"), Err(TextError::Binary { line: 3 }));
        for mark in UTF16_MARKS {
            assert_eq!(lines(&[mark, b"o\0n\0"].concat()), Err(TextError::Utf16));
        }
    }

    #[test]
    fn an_endless_line_is_counted_and_not_kept() {
        let mut bytes = "é".repeat(MAX_LINE_BYTES).into_bytes();
        bytes.extend_from_slice(b"\nshort");
        assert_eq!(lines(&bytes), Ok(vec![None, Some("short".to_owned())]));
    }
}
