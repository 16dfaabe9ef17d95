//! What `ganscope eval` says of a model of pictures.

use serde_json::{Map, Value};

use super::eval::Subject;
use super::note;
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
        let real = data.held_out().unwrap_or(data).evaluation_with_labels(count, subject.seed());
        insert("class_accuracy", accuracy.into());
        insert("class_accuracy_floor", reference.class_accuracy(&real.samples, &real.labels)?.into());
    }
    Ok(measures)
}
