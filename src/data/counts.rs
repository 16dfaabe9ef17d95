//! Counts and durations as text: the same on the screen, in notes and in films.

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

/// Hours, minutes and seconds, as far as they matter.
pub(crate) fn duration(secs: f64) -> String {
    let secs = secs.round() as u64;
    match (secs / 3_600, secs / 60 % 60, secs % 60) {
        (0, 0, secs) => format!("{secs} s"),
        (0, minutes, secs) => format!("{minutes} min {secs} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
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

    #[test]
    fn durations_say_what_matters() {
        assert_eq!([3.4, 75.0, 3_725.0].map(duration), ["3 s", "1 min 15 s", "1 h 2 min"]);
    }
}
