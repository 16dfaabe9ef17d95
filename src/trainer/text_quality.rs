//! How good generated texts are: as plain data, and how it is measured.

use super::images_quality::Measure;
use crate::config::SampleShape;
use crate::data::{Dataset, most_likely};
use crate::gan::metrics::{TextQuality, TextReference};

/// How close generated texts are to the data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextsQuality {
    /// Jensen–Shannon divergence of pieces of one to four characters, in bits, in `[0, 1]`; lower is better.
    pub js: [Measure; 4],
    /// The same of a model that knows three characters at a time.
    pub js_trigram: [f64; 4],
    /// Share of texts that are not empty and have nothing after their end; higher is better.
    pub validity: f64,
    /// Different texts over all valid ones; higher is better.
    pub uniqueness: Measure,
    /// Share of the different ones that training has not seen.
    pub novelty: f64,
    /// The same of the model that knows three characters at a time.
    pub novelty_trigram: f64,
    /// Texts measured, as many as the floors are of.
    pub samples: usize,
}

/// What generated texts are measured against.
pub struct TextsReference {
    reference: TextReference,
    floor: TextQuality,
    trigram: TextQuality,
    symbols: usize,
    length: usize,
}

impl TextsReference {
    /// Prepares the comparison with a data set of texts; `None` where it holds none, or keeps none back.
    pub fn new(data: &dyn Dataset, samples: usize, seed: u64) -> Option<Self> {
        let SampleShape::Text { symbols, length } = data.shape() else { return None };
        let (rows, lexicon) = (data.text_rows()?, data.lexicon()?);
        let held_out = &rows.held_out[..rows.held_out.len().min(samples)];
        let reference = TextReference::new(&rows.train, held_out, lexicon.alphabet(), seed);
        let (floor, trigram) = (reference.floor()?, reference.baseline());
        Some(Self { reference, floor, trigram, symbols, length })
    }

    /// Texts that are measured: as many as are held out, so that floors are of equally many.
    pub fn samples(&self) -> usize {
        self.reference.samples()
    }

    /// Measures generated texts: those of [`Self::samples`] that there are.
    ///
    /// # Shapes
    /// Probabilities `[count, symbols, length]`, flat.
    pub fn measure(&self, fake: &[f32]) -> TextsQuality {
        let rows = most_likely(fake, self.symbols, self.length);
        let rows: Vec<&[u8]> = rows.chunks_exact(self.length).take(self.samples()).collect();
        let found = self.reference.measure(&rows);
        let both = |value: f64, floor: f64| Measure { value, floor };
        TextsQuality {
            js: std::array::from_fn(|n| both(found.js[n], self.floor.js[n])),
            js_trigram: self.trigram.js,
            validity: found.validity,
            uniqueness: both(found.uniqueness, self.floor.uniqueness),
            novelty: found.novelty,
            novelty_trigram: self.trigram.novelty,
            samples: rows.len(),
        }
    }
}
