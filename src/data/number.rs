//! Numbers of NumPy arrays: floats and integers of every width, in both orders of bytes.

/// How one number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    kind: NumberKind,
    /// Bytes of one number.
    pub(super) bytes: usize,
    is_big_endian: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NumberKind {
    Float,
    Signed,
    Unsigned,
}

impl Number {
    /// Unsigned bytes.
    pub(super) const BYTE: Self = Self { kind: NumberKind::Unsigned, bytes: 1, is_big_endian: false };

    /// The type that NumPy calls `descr`, such as `<f4`, if it is one of floats or integers.
    pub(super) fn of(descr: &str) -> Option<Self> {
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

    /// The number that `bytes` are; there must be as many as one takes.
    pub(super) fn read(self, bytes: &[u8]) -> f64 {
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
