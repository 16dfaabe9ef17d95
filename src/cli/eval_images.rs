//! What `ganscope eval` says of a model of pictures.

use serde_json::{Map, Value};

use super::eval::Subject;
use super::note;
use crate::data::{Dataset, LabelledBatch};
use crate::trainer::{ImagesCounts, ImagesReference};

/// Pixels of training's pictures that the nearest one is looked for among, in all: 256 MiB of them.
const TRAIN_PIXELS: usize = 1 << 26;

/// The measures, by name.
pub(super) fn measure(subject: &Subject<'_>) -> anyhow::Result<Map<String, Value>> {
    let Subject { data, device, count, .. } = *subject;
    let counts = ImagesCounts { samples: count, train: TRAIN_PIXELS / data.shape().features() };
    let reference = ImagesReference::new(data, counts, subject.seed(), device)?;
    let fake = subject.generate(reference.samples())?;
    let quality = reference.measure(&fake)?;
    if !quality.features_fit {
        note(
            "These pictures are not of the kind that the feature network was trained on, which is 28×28 grey: what counts are the \
             measures of pixels, sliced_wasserstein, spread and nearest_real_ratio.",
        );
    }
    let mut measures = Map::new();
    let mut insert = |name: &str, value: Value| measures.insert(name.to_owned(), value);
    insert("samples", quality.samples.into());
    insert("features_fit", quality.features_fit.into());
    for (name, measure) in quality.named() {
        insert(name, measure.value.into());
        insert(&format!("{name}_floor"), measure.floor.into());
        if name == "kid" {
            insert("kid_error", quality.kid_error.into());
        }
    }
    if let Some(classes) = &quality.classes {
        let histogram = |shares: &[f64]| {
            let named = classes.names.iter().cloned().zip(shares.iter().map(|&share| share.into()));
            Value::Object(named.collect())
        };
        insert("class_histogram", histogram(&classes.fake));
        insert("class_histogram_floor", histogram(&classes.real));
    }
    if let Some(asked) = subject.asked_classes(reference.samples())
        && let Some(accuracy) = reference.class_accuracy(&fake, &asked)?
    {
        insert("class_accuracy", accuracy.into());
        if let Some(real) = labelled(data, count, subject.seed())
            && let Some(floor) = reference.class_accuracy(&real.samples, &real.labels)?
        {
            insert("class_accuracy_floor", floor.into());
        }
    }
    Ok(measures)
}

/// Real pictures with their classes: those that training never saw, if they are labelled, else those that it saw.
fn labelled(data: &dyn Dataset, count: usize, seed: u64) -> Option<LabelledBatch> {
    let sets = data.held_out().into_iter().chain([data]);
    sets.map(|set| set.evaluation_with_labels(count, seed)).find(|batch| !batch.labels.is_empty())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::config::SampleShape;
    use crate::data::StoredSet;

    /// Pictures of one pixel, all alike, each of class 1 if they have classes.
    fn pictures(pixel: u8, count: usize, has_classes: bool) -> StoredSet {
        let shape = SampleShape::Image { channels: 1, height: 1, width: 1 };
        let (labels, names) = if has_classes { (vec![1; count], vec!["a", "b"]) } else { (Vec::new(), Vec::new()) };
        let names = names.into_iter().map(str::to_owned).collect();
        StoredSet::new(shape, Arc::new(vec![pixel; count]), labels.into(), names).unwrap()
    }

    #[test]
    fn real_pictures_without_labels_set_no_floor_of_the_classes_that_are_met() {
        let found = |data: &StoredSet| labelled(data, 9, 1).map(|batch| (batch.samples[0] > 0.0, batch.labels));
        let [test, training] = [true, false];
        assert_eq!(found(&pictures(0, 3, true).with_test(pictures(255, 2, true))), Some((test, vec![1; 2])));
        assert_eq!(found(&pictures(0, 3, true).with_test(pictures(255, 2, false))), Some((training, vec![1; 3])));
        assert_eq!(found(&pictures(0, 3, true)), Some((training, vec![1; 3])));
        assert_eq!(found(&pictures(0, 3, false)), None);
    }
}
