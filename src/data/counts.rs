//! Counts as text: the same on the screen, in notes and in films.

/// A whole number with thin spaces between thousands, such as `4 210`.
pub(crate) fn grouped(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().unwrap_or(u64::MAX).to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{2009}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        let plain = |number: u64| grouped(number).replace('\u{2009}', " ");
        assert_eq!(
            [0, 7, 100, 1_000, 999_999, 1_000_000].map(plain),
            ["0", "7", "100", "1 000", "999 999", "1 000 000"]
        );
        assert_eq!(grouped(4_210_usize), "4\u{2009}210");
    }
}
