//! NumPy arrays: their header, read without trusting it, and their numbers.
//!
//! Format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

/// Bytes of the longest header that is read; NumPy writes 118.
const MAX_HEADER_BYTES: usize = 4096;
const MAGIC: &[u8] = b"\x93NUMPY";

/// What a `.npy` file says about its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NpyHeader<'a> {
    /// NumPy's name of their type, such as `<f4`.
    pub descr: &'a str,
    /// Whether the first index is the fastest.
    pub fortran_order: bool,
    /// Their shape.
    pub shape: Vec<usize>,
}

/// Why a file does not begin as a `.npy` file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NpyHeaderError {
    /// It does not start as a `.npy` file does.
    #[error("this is not a .npy file")]
    NotNpy,
    /// A version of the format that does not exist yet.
    #[error("version {major} of the .npy format is not supported")]
    Version {
        /// The version found.
        major: u8,
    },
    /// Its header is not one that NumPy writes.
    #[error("its header cannot be read")]
    Unreadable,
}

impl<'a> NpyHeader<'a> {
    /// The most bytes before the values.
    pub const MAX_BYTES: usize = MAGIC.len() + 6 + MAX_HEADER_BYTES;

    /// Whether `bytes` begin as a `.npy` file does.
    pub fn begins(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }

    /// The header at the beginning of `bytes`, and the bytes after it.
    ///
    /// # Errors
    /// Anything that NumPy would not write.
    pub fn read(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), NpyHeaderError> {
        let (text, rest) = split(bytes)?;
        Ok((parse(text).ok_or(NpyHeaderError::Unreadable)?, rest))
    }
}

/// How one number of an array is written: a float or an integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NpyNumber {
    kind: NumberKind,
    /// Bytes that it takes.
    pub bytes: usize,
    is_big_endian: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NumberKind {
    Float,
    Signed,
    Unsigned,
}

impl NpyNumber {
    /// Unsigned bytes.
    pub const BYTE: Self = Self { kind: NumberKind::Unsigned, bytes: 1, is_big_endian: false };

    /// The type that NumPy calls `descr`, such as `<f4`, if it is one of floats or integers.
    pub fn of(descr: &str) -> Option<Self> {
        let &[order, kind, size] = descr.as_bytes() else { return None };
        let is_big_endian = match order {
            b'<' | b'|' | b'=' => false,
            b'>' => true,
            _ => return None,
        };
        let (kind, bytes) = match (kind, size) {
            (b'f', b'4' | b'8') => (NumberKind::Float, size - b'0'),
            (b'i', b'1' | b'2' | b'4' | b'8') => (NumberKind::Signed, size - b'0'),
            (b'u', b'1' | b'2' | b'4' | b'8') => (NumberKind::Unsigned, size - b'0'),
            _ => return None,
        };
        Some(Self { kind, bytes: bytes.into(), is_big_endian })
    }

    /// Whether it is a floating point number.
    pub fn is_float(self) -> bool {
        self.kind == NumberKind::Float
    }

    /// The value of the [`NpyNumber::bytes`] bytes of one number.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn read(self, bytes: &[u8]) -> f64 {
        let byte = |index: usize| if self.is_big_endian { bytes[self.bytes - 1 - index] } else { bytes[index] };
        let is_negative = self.kind == NumberKind::Signed && byte(self.bytes - 1) >= 0x80;
        let fill = if is_negative { 0xff } else { 0 };
        let wide: [u8; 8] = std::array::from_fn(|index| if index < self.bytes { byte(index) } else { fill });
        match (self.kind, self.bytes) {
            (NumberKind::Float, 4) => f64::from(f32::from_le_bytes([wide[0], wide[1], wide[2], wide[3]])),
            (NumberKind::Float, _) => f64::from_le_bytes(wide),
            (NumberKind::Signed, _) => i64::from_le_bytes(wide) as f64,
            (NumberKind::Unsigned, _) => u64::from_le_bytes(wide) as f64,
        }
    }
}

/// The text of the header and the bytes of the values.
fn split(bytes: &[u8]) -> Result<(&str, &[u8]), NpyHeaderError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(NpyHeaderError::NotNpy)?;
    let &[major, _minor, ref rest @ ..] = rest else {
        return Err(NpyHeaderError::NotNpy);
    };
    let (length, rest) = match (major, rest) {
        (1, &[a, b, ref rest @ ..]) => (usize::from(u16::from_le_bytes([a, b])), rest),
        (2 | 3, &[a, b, c, d, ref rest @ ..]) => (u32::from_le_bytes([a, b, c, d]) as usize, rest),
        (1..=3, _) => return Err(NpyHeaderError::Unreadable),
        _ => return Err(NpyHeaderError::Version { major }),
    };
    if length > MAX_HEADER_BYTES {
        return Err(NpyHeaderError::Unreadable);
    }
    let (header, data) = rest.split_at_checked(length).ok_or(NpyHeaderError::Unreadable)?;
    Ok((std::str::from_utf8(header).map_err(|_not_utf_8| NpyHeaderError::Unreadable)?, data))
}

/// Parses `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }`, keys in any order.
///
/// By hand because a general reader of Python literals recurses as deeply as the file tells it to.
fn parse(text: &str) -> Option<NpyHeader<'_>> {
    let mut rest = text.trim().strip_prefix('{')?.strip_suffix('}')?.trim();
    let (mut descr, mut fortran_order, mut shape) = (None, None, None);
    while !rest.is_empty() {
        let (key, after_key) = quoted(rest)?;
        let value = after_key.trim_start().strip_prefix(':')?.trim_start();
        rest = match key {
            "descr" if value.starts_with('[') => return Some(structured()),
            "descr" => take(&mut descr, quoted(value)?),
            "fortran_order" => take(&mut fortran_order, boolean(value)?),
            "shape" => take(&mut shape, sizes(value)?),
            _ => return None,
        };
        rest = rest.trim_start();
        rest = match rest.strip_prefix(',') {
            Some(next) => next.trim_start(),
            None if rest.is_empty() => rest,
            None => return None,
        };
    }
    Some(NpyHeader { descr: descr?, fortran_order: fortran_order?, shape: shape? })
}

/// Stands for any array of records, which is refused for its type.
fn structured() -> NpyHeader<'static> {
    NpyHeader { descr: "record", fortran_order: false, shape: Vec::new() }
}

fn take<'a, T>(slot: &mut Option<T>, (value, rest): (T, &'a str)) -> &'a str {
    *slot = Some(value);
    rest
}

fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    text[1..].split_once(quote)
}

fn boolean(text: &str) -> Option<(bool, &str)> {
    text.strip_prefix("False").map(|rest| (false, rest)).or_else(|| text.strip_prefix("True").map(|rest| (true, rest)))
}

fn sizes(text: &str) -> Option<(Vec<usize>, &str)> {
    let (inside, rest) = text.strip_prefix('(')?.split_once(')')?;
    let inside = inside.trim();
    let inside = inside.strip_suffix(',').unwrap_or(inside);
    if inside.is_empty() {
        return Some((Vec::new(), rest));
    }
    Some((inside.split(',').map(|size| size.trim().parse().ok()).collect::<Option<_>>()?, rest))
}
