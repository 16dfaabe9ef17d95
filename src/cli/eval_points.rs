//! What `ganscope eval` says of a model of points.

use anyhow::bail;
use serde_json::{Map, Value, json};

use super::eval::Subject;
use crate::gan::metrics::{Histogram, Mmd, SlicedWasserstein, high_quality_ceiling, mode_coverage, reverse_kl_floor};

/// The measures, by name.
pub(super) fn measure(subject: &Subject<'_>) -> anyhow::Result<Map<String, Value>> {
    let Subject { data, count, .. } = *subject;
    let fake = subject.generate(count)?;
    let fake = fake.as_chunks::<2>().0;
    let [real, other_real] = data.evaluation_pair(count, subject.seed());
    let (real, other_real) = (real.as_chunks::<2>().0, other_real.as_chunks::<2>().0);
    if real.len() < 2 {
        bail!("the data holds too few points to measure against, there must be 4 at least");
    }

    let mut measures = Map::new();
    measures.insert("samples".to_owned(), count.into());
    if let Some(modes) = data.modes() {
        let coverage = mode_coverage(fake, modes);
        let of_modes = json!({
            "modes_covered": coverage.modes_covered,
            "modes_total": coverage.modes_total,
            "modes_covered_floor": coverage.modes_total,
            "high_quality_fraction": coverage.high_quality_fraction,
            "high_quality_fraction_floor": high_quality_ceiling(),
            "reverse_kl": coverage.reverse_kl,
            "reverse_kl_floor": reverse_kl_floor(coverage.modes_total, count),
        });
        if let Value::Object(of_modes) = of_modes {
            measures.extend(of_modes);
        }
    }
    let (mmd, slices, density) = (Mmd::new(real), SlicedWasserstein::new(real), Histogram::new(real, data.bounds()));
    for (name, value, floor) in [
        ("mmd", mmd.squared(fake), mmd.squared(other_real)),
        ("sliced_wasserstein", slices.distance(fake), slices.distance(other_real)),
        ("js_divergence", density.divergence(fake), density.divergence(other_real)),
    ] {
        measures.insert(name.to_owned(), value.into());
        measures.insert(format!("{name}_floor"), floor.into());
    }
    Ok(measures)
}
