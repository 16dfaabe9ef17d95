//! How often each class comes, as a classifier sees it.

/// The share of each of `classes` classes; all zero without samples.
pub fn class_shares(of_samples: &[usize], classes: usize) -> Vec<f64> {
    let mut counts = vec![0_usize; classes];
    for &class in of_samples {
        if let Some(count) = counts.get_mut(class) {
            *count += 1;
        }
    }
    let total = of_samples.len().max(1) as f64;
    counts.into_iter().map(|count| count as f64 / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_by_hand() {
        assert_eq!(class_shares(&[0, 2, 2, 1, 2, 2, 0, 2], 4), [0.25, 0.125, 0.625, 0.0]);
        assert_eq!(class_shares(&[], 2), [0.0, 0.0]);
    }
}
