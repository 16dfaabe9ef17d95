//! Points from a table of text: two columns of numbers, with commas, semicolons, tabs or spaces between them.
//!
//! By hand rather than with the `csv` crate, which would have to be told the separator, knows no spaces, and does not say
//! what is wrong with a number.

use std::io::{BufRead, Read as _};

use super::point_file::{MAX_POINTS, PointsError};
use super::shown;

/// Bytes of the longest line that is read: two numbers take less than 60.
const MAX_LINE_BYTES: u64 = 4096;
/// Letters of what is no number that are repeated to the user.
const SHOWN_LETTERS: usize = 24;

/// What stands between two columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Separator {
    Semicolon,
    Tab,
    Comma,
    Spaces,
}

impl Separator {
    /// The separator of a table, by one of its lines: a comma beside semicolons or tabs is part of a number.
    fn of(line: &str) -> Self {
        if line.contains(';') {
            Self::Semicolon
        } else if line.contains('\t') {
            Self::Tab
        } else if line.contains(',') {
            Self::Comma
        } else {
            Self::Spaces
        }
    }

    fn split(self, line: &str) -> Vec<&str> {
        let split = |separator: char| line.split(separator).map(bare).collect();
        match self {
            Self::Semicolon => split(';'),
            Self::Tab => split('\t'),
            Self::Comma => split(','),
            Self::Spaces => line.split_whitespace().map(bare).collect(),
        }
    }

    fn number(self, field: &str) -> Option<f64> {
        match self {
            Self::Semicolon | Self::Tab => field.replace(',', ".").parse().ok(),
            Self::Comma | Self::Spaces => field.parse().ok(),
        }
    }
}

/// A field without the spaces and quotes around it.
fn bare(field: &str) -> &str {
    field.trim().trim_matches('"').trim()
}

/// Reads a table line by line. Empty lines and what follows a `#` do not count, and the first line may hold names.
///
/// Memory is bounded by [`MAX_POINTS`], whatever the reader gives.
pub(super) fn read_table(mut reader: impl BufRead) -> Result<Vec<[f64; 2]>, PointsError> {
    let mut points = Vec::new();
    let mut separator = None;
    let mut buffer = Vec::new();
    for line in 1.. {
        buffer.clear();
        let read = reader.by_ref().take(MAX_LINE_BYTES + 1).read_until(b'\n', &mut buffer)?;
        if read == 0 {
            break;
        }
        if buffer.len() as u64 > MAX_LINE_BYTES {
            return Err(PointsError::LongLine { line });
        }
        let text = std::str::from_utf8(&buffer).map_err(|_not_utf_8| PointsError::NotText { line })?;
        let text = text.trim_start_matches('\u{feff}');
        let text = text.split_once('#').map_or(text, |(before, _)| before).trim();
        if text.is_empty() {
            continue;
        }
        let is_first = separator.is_none();
        let separator = *separator.get_or_insert_with(|| Separator::of(text));
        let fields = separator.split(text);
        let &[x, y] = fields.as_slice() else {
            return Err(PointsError::Columns { line, found: fields.len() });
        };
        let point = match (separator.number(x), separator.number(y)) {
            (Some(x), Some(y)) => [x, y],
            (None, None) if is_first => continue,
            (None, _) => return Err(not_a_number(line, x)),
            (_, None) => return Err(not_a_number(line, y)),
        };
        if !point.iter().all(|value| value.is_finite()) {
            return Err(PointsError::NotFinite { place: "line", index: line });
        }
        if points.len() == MAX_POINTS {
            return Err(PointsError::TooMany);
        }
        points.push(point);
    }
    Ok(points)
}

fn not_a_number(line: usize, field: &str) -> PointsError {
    PointsError::NotANumber { line, field: shown(field).chars().take(SHOWN_LETTERS).collect() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const POINTS: [[f64; 2]; 2] = [[1.5, -2.0], [3e-4, 4.0]];

    fn read(text: &str) -> Result<Vec<[f64; 2]>, String> {
        read_table(text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn every_separator_is_understood() {
        for text in [
            "1.5,-2\n3e-4,4\n",
            "1.5;-2\n3e-4;4",
            "1,5;-2\n0,0003;4",
            "1.5\t-2\r\n3e-4\t4\r\n",
            "1.5 -2\n  3e-4    4  \n",
            "1.5 , -2\n\n3e-4,\t4\n",
            "\"1.5\",\"-2\"\n\"3e-4\",\"4\"",
        ] {
            assert_eq!(read(text), Ok(POINTS.to_vec()), "{text}");
        }
    }

    #[test]
    fn names_comments_and_empty_lines_do_not_count() {
        for text in [
            "x,y\n1.5,-2\n3e-4,4\n",
            "# made by hand\n\nlongitude,latitude\n1.5,-2 # the first\n\n3e-4,4",
            "\u{feff}x;y\n1.5;-2\n3e-4;4",
            "# 1 2\n1.5 -2\n3e-4 4",
        ] {
            assert_eq!(read(text), Ok(POINTS.to_vec()), "{text}");
        }
    }

    #[test]
    fn nothing_is_no_points() {
        for text in ["", "\n\n", "# only words\n", "x,y\n"] {
            assert_eq!(read(text), Ok(Vec::new()), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let cases = [
            ("1\n2\n", "line 1 has 1 column, points need two: x and y"),
            ("1,2\n3,4,5\n", "line 2 has 3 columns, points need two: x and y"),
            ("a,b,c\n", "line 1 has 3 columns, points need two: x and y"),
            ("x,y\n1,2\n3,four\n", "line 3: `four` is not a number"),
            ("1,two\n", "line 1: `two` is not a number"),
            ("x,y\nu,v\n", "line 2: `u` is not a number"),
            ("1,2\n3,\n", "line 2: `` is not a number"),
            ("1,2\nnan,3\n", "line 2 holds a number that is not finite"),
            ("1,2\n3,-inf\n", "line 2 holds a number that is not finite"),
            ("1,1e999\n", "line 1 holds a number that is not finite"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), Err(expected.to_owned()), "{text}");
        }
        let long = format!("1,2\n{}\n", "9".repeat(5_000));
        assert_eq!(read(&long), Err("line 2 is longer than any line of two numbers".to_owned()));
        assert_eq!(read_table(&b"1,2\n\xff\xfe\n"[..]).unwrap_err().to_string(), "line 2 is not text");
    }

    #[test]
    fn an_endless_file_is_not_read_to_its_end() {
        let endless = std::io::BufReader::new(std::io::repeat(b'1'));
        assert!(matches!(read_table(endless), Err(PointsError::LongLine { line: 1 })));
        let many = "1,2\n".repeat(MAX_POINTS + 1);
        assert!(matches!(read_table(many.as_bytes()), Err(PointsError::TooMany)));
        assert_eq!(read_table(&many.as_bytes()[4..]).unwrap().len(), MAX_POINTS);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..128), text in "[-0-9., ;\t\n#nax]{0,64}") {
            let _refused = read_table(bytes.as_slice());
            if let Ok(points) = read_table(text.as_bytes()) {
                prop_assert!(points.as_flattened().iter().all(|value| value.is_finite()));
            }
        }

        #[test]
        fn every_number_survives(points in proptest::collection::vec([-1e300_f64..1e300, -1.0..1.0], 1..20)) {
            let lines: Vec<String> = points.iter().map(|[x, y]| format!("{x},{y}")).collect();
            let text = lines.join("\n");
            prop_assert_eq!(read_table(text.as_bytes()).unwrap(), points);
        }
    }
}
