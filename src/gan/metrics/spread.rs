//! How much generated samples differ from each other, beside how much real ones do: nothing where a generator always makes the
//! same.

/// The root mean squared distance between two generated samples over that between two real ones: 1 is as diverse as the data, 0 is
/// one sample again and again. Not a number below two samples on either side.
///
/// The mean squared distance between two samples is twice the sum of the variances of their numbers.
pub fn spread(real: &[f32], fake: &[f32], width: usize) -> f64 {
    (total_variance(fake, width) / total_variance(real, width)).sqrt()
}

/// The sum of the unbiased variances of all numbers.
fn total_variance(rows: &[f32], width: usize) -> f64 {
    let count = (rows.len() / width) as f64;
    let (mut sums, mut squares) = (vec![0.0; width], 0.0);
    for row in rows.chunks_exact(width) {
        for (sum, &value) in sums.iter_mut().zip(row) {
            *sum += f64::from(value);
            squares += f64::from(value) * f64::from(value);
        }
    }
    let deviations = squares - sums.iter().map(|sum| sum * sum).sum::<f64>() / count;
    // Rounding may leave equal samples a hair below zero; what is no number stays so.
    (if deviations < 0.0 { 0.0 } else { deviations }) / (count - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_between_pairs_by_hand() {
        // Two real samples 5 apart, two generated ones 13 apart.
        let found = spread(&[0.0, 0.0, 3.0, 4.0], &[1.0, 1.0, 6.0, 13.0], 2);
        assert!((found - 13.0 / 5.0).abs() < 1e-12, "{found}");
        // (0, 2, 4): squared distances 4, 16, 4, of mean 8, beside 1.
        let found = spread(&[0.0, 1.0], &[0.0, 2.0, 4.0], 1);
        assert!((found - 8.0_f64.sqrt()).abs() < 1e-12, "{found}");
    }

    #[test]
    fn one_sample_again_and_again_has_no_spread() {
        assert!(spread(&[0.0, 1.0], &[0.5; 9], 1).abs() < 1e-7);
        assert!(spread(&[0.0, 1.0], &[0.5], 1).is_nan());
    }
}
