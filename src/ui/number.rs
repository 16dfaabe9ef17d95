//! Numbers as text: short, of steady width, and the same everywhere.

pub(crate) use crate::data::{duration, grouped};

/// A large count in few characters, such as `34.6 k`.
pub(crate) fn count(number: usize) -> String {
    let value = number as f64;
    match number {
        0..10_000 => grouped(number as u64),
        10_000..1_000_000 => format!("{:.1}\u{2009}k", value / 1e3),
        _ => format!("{:.2}\u{2009}M", value / 1e6),
    }
}

/// A learning rate or weight, with as many digits as it needs: `0.001`, `2.5e-5`.
pub(crate) fn setting(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && magnitude < 5e-4 {
        trim_mantissa(&format!("{value:.2e}"))
    } else if magnitude < 1.0 {
        trim_zeros(&format!("{value:.5}"))
    } else {
        trim_zeros(&format!("{value:.2}"))
    }
}

/// A measured value in about four characters: `0.693`, `12.4`, `1.2e5`.
pub(crate) fn measured(value: f64) -> String {
    let magnitude = value.abs();
    if !value.is_finite() {
        "–".to_owned()
    } else if magnitude != 0.0 && magnitude < 1e-3 {
        format!("{value:.0e}")
    } else if magnitude < 10.0 {
        format!("{value:.3}")
    } else if magnitude < 100.0 {
        format!("{value:.2}")
    } else if magnitude < 10_000.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.1e}")
    }
}

/// A speed in steps per second.
pub(crate) fn speed(steps_per_sec: f32) -> String {
    match steps_per_sec {
        ..10.0 => format!("{steps_per_sec:.1}/s"),
        ..100.0 => format!("{steps_per_sec:.0}/s"),
        // Two digits that mean something; the others would only dance.
        _ => format!("{}/s", grouped(((steps_per_sec / 10.0).round() * 10.0) as u64)),
    }
}

fn trim_zeros(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
}

fn trim_mantissa(text: &str) -> String {
    match text.split_once('e') {
        Some((mantissa, exponent)) => format!("{}e{exponent}", trim_zeros(mantissa)),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_exact() {
        assert_eq!(grouped(4_210), "4\u{2009}210");
        assert_eq!(grouped(12), "12");
        assert_eq!(count(34_561), "34.6\u{2009}k");
        assert_eq!(setting(0.001), "0.001");
        assert_eq!(setting(2.5e-5), "2.5e-5");
        assert_eq!(setting(0.995), "0.995");
        assert_eq!(setting(10.0), "10");
        assert_eq!(setting(0.0), "0");
        assert_eq!(measured(0.6732), "0.673");
        assert_eq!(measured(f64::NAN), "–");
        assert_eq!(speed(317.6), "320/s");
        assert_eq!(speed(4.26), "4.3/s");
    }
}
