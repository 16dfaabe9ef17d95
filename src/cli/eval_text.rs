//! What `ganscope eval` says of a model of texts.

use anyhow::Context as _;
use serde_json::{Map, Value};

use super::eval::Subject;
use crate::trainer::TextsReference;

/// The measures, by name.
pub(super) fn measure(subject: &Subject<'_>) -> anyhow::Result<Map<String, Value>> {
    let reference = TextsReference::new(subject.data, subject.count, subject.seed())
        .context("there are no texts to compare with: training keeps none back")?;
    let quality = reference.measure(&subject.generate(reference.samples())?);
    let mut measures = Map::new();
    let mut insert = |name: &str, value: Value| measures.insert(name.to_owned(), value);
    insert("samples", quality.samples.into());
    for (index, (measure, trigram)) in quality.js.iter().zip(quality.js_trigram).enumerate() {
        let name = format!("js{}", index + 1);
        insert(&name, measure.value.into());
        insert(&format!("{name}_floor"), measure.floor.into());
        insert(&format!("{name}_trigram"), trigram.into());
    }
    insert("validity", quality.validity.into());
    insert("validity_floor", 1.0.into());
    insert("uniqueness", quality.uniqueness.value.into());
    insert("uniqueness_floor", quality.uniqueness.floor.into());
    insert("novelty", quality.novelty.into());
    insert("novelty_trigram", quality.novelty_trigram.into());
    Ok(measures)
}
