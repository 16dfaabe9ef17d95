//! Generated texts as the window shows them.

use super::views::{GeneratedText, ProbabilityMap, TextOrigin};
use crate::config::SampleShape;
use crate::data::{Dataset, Lexicon, most_likely};

/// Each sample as a text; `None` where the data is no text.
///
/// # Shapes
/// Samples `[count, symbols, length]`, flat.
pub(super) fn texts(samples: &[f32], data: &dyn Dataset) -> Option<Vec<GeneratedText>> {
    let (SampleShape::Text { symbols, length }, Some(lexicon)) = (data.shape(), data.lexicon()) else { return None };
    let text = |sample: &[f32]| text(sample, symbols, length, lexicon);
    Some(samples.chunks_exact(symbols * length).map(text).collect())
}

/// The probabilities of the first sample; `None` where the data is no text.
pub(super) fn map(samples: &[f32], data: &dyn Dataset) -> Option<ProbabilityMap> {
    let (SampleShape::Text { symbols, length }, Some(lexicon)) = (data.shape(), data.lexicon()) else { return None };
    let probabilities = samples.get(..symbols * length)?.to_vec();
    Some(ProbabilityMap { characters: lexicon.alphabet().chars().to_vec(), length, probabilities })
}

fn text(sample: &[f32], symbols: usize, length: usize, lexicon: &Lexicon) -> GeneratedText {
    let row = most_likely(sample, symbols, length);
    let decoded = lexicon.alphabet().decode(&row);
    let certainty = |(place, &symbol): (usize, &u8)| sample[usize::from(symbol) * length + place];
    let certainties = row.iter().enumerate().take(decoded.text.chars().count()).map(certainty).collect();
    let origin = match decoded.is_valid {
        false => TextOrigin::Broken,
        true if lexicon.knows(&row) => TextOrigin::Copy,
        true => TextOrigin::Novel,
    };
    GeneratedText { text: decoded.text, certainties, origin }
}
