//! Measures generated pictures: real ones prepared for many generated sets, and what other real ones score.

use std::ops::Range;

use burn::tensor::{Device, ExecutionError};
use thiserror::Error;

use super::images_quality::{ClassShares, ClosestPairs, ImagesQuality, Measure};
use crate::config::SampleShape;
use crate::data::{Dataset, Pictures};
use crate::gan::features::{Described, FEATURES, FeatureNetwork, features_fit};
use crate::gan::metrics::{
    DENSITY_NEIGHBOURS, DensityCoverage, FrechetDistance, KernelDistance, NearestReal, Neighbourhoods,
    PRECISION_NEIGHBOURS, PrecisionRecall, SlicedPictures, class_shares, density_coverage, kernel_distance,
    nearest_real_ratio, precision_recall, spread,
};
use crate::gan::model_file::ModelError;

/// Held-out pictures that set the scale of distances to the nearest one.
const SCALE_SAMPLES: usize = 1_000;
/// Labelled pictures by which the feature network shows that it knows the data's classes.
const KNOWN_SAMPLES: usize = 200;
/// Share of them that it must be right about: names such as `0` and `1` may stand for anything.
const KNOWN_SHARE: f64 = 0.8;
/// Pairs of generated and real pictures to look at.
const CLOSEST_PAIRS: usize = 8;

/// How many pictures are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImagesCounts {
    /// Of each kind for every measure but the nearest one.
    pub samples: usize,
    /// Of training's pictures that the nearest one is looked for among.
    pub train: usize,
}

/// Why pictures cannot be measured.
#[derive(Debug, Error)]
pub enum ImagesError {
    /// The program was built with a damaged feature network.
    #[error("the feature network inside the program is damaged: {0}")]
    Network(#[from] ModelError),
    /// The device failed.
    #[error("the features could not be computed: {0}")]
    Device(#[from] ExecutionError),
    /// Hardly any pictures.
    #[error("the data holds too few pictures to measure against, there must be {} at least", 2 * ImagesReference::MIN_SAMPLES)]
    TooFew,
    /// A single picture, which has no other to be compared with.
    #[error("the data holds a single training picture, there must be two at least")]
    Single,
}

/// Real pictures, prepared.
pub struct ImagesReference {
    network: FeatureNetwork,
    shape: SampleShape,
    samples: usize,
    real: Prepared,
    nearest: NearestReal,
    classes: Option<KnownClasses>,
    real_classes: Vec<f64>,
    floors: Scores,
}

/// The data's classes, where the feature network knows them.
struct KnownClasses {
    /// Which of the network's they are.
    range: Range<usize>,
    names: Vec<String>,
}

/// One set of real pictures in every form that generated ones are compared with.
struct Prepared {
    pixels: Vec<f32>,
    features: Vec<f32>,
    frechet: FrechetDistance,
    precision: Neighbourhoods,
    density: Neighbourhoods,
    slices: SlicedPictures,
}

/// What one set of pictures scores.
struct Scores {
    kid: KernelDistance,
    frechet_distance: f64,
    precision_recall: PrecisionRecall,
    density_coverage: DensityCoverage,
    sliced_wasserstein: f64,
    spread: f64,
}

impl ImagesReference {
    /// Fewest pictures of either kind: fewer have no kernel distance.
    pub const MIN_SAMPLES: usize = 10;

    /// Prepares the comparison with a data set of pictures.
    ///
    /// Generated pictures are compared with ones of the data. The floor is what those of its test part score where there is one,
    /// else another half of the data.
    ///
    /// # Errors
    /// Too few pictures, or a device that fails.
    pub fn new(data: &dyn Dataset, counts: ImagesCounts, seed: u64, device: &Device) -> Result<Self, ImagesError> {
        let shape = data.shape();
        let width = shape.features();
        let [mut real, mut other] = data.reference_pair(counts.samples, seed);
        let samples = (real.len().min(other.len()) / width).min(counts.samples);
        if samples < Self::MIN_SAMPLES {
            return Err(ImagesError::TooFew);
        }
        real.truncate(samples * width);
        other.truncate(samples * width);

        let nearest = match data.seen_and_unseen(counts.train, seed) {
            Some([train, unseen]) => {
                NearestReal::new(train, Some(&unseen[..unseen.len().min(SCALE_SAMPLES * width)]), width)
            }
            None => NearestReal::new(data.evaluation(counts.train, seed), None, width),
        };
        let network = FeatureNetwork::shipped(device)?;
        let described = network.describe(&real, shape)?;
        let classes = KnownClasses::of(data, &network, seed)?;
        let real_classes = shares(&described, classes.as_ref());
        let real = Prepared::new(real, described.features, width);
        let other_features = network.describe(&other, shape)?.features;
        let floors = real.score(&other, other_features, width);
        Ok(Self { network, shape, samples, real, nearest, classes, real_classes, floors })
    }

    /// How many generated pictures are measured.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Measures generated pictures, of which only the first [`Self::samples`] count: every measure is of equally many real ones.
    ///
    /// # Shapes
    /// `[count, channels · height · width]`, flat.
    ///
    /// # Errors
    /// A device that fails.
    pub fn measure(&self, fake: &[f32]) -> Result<ImagesQuality, ImagesError> {
        let width = self.shape.features();
        let fake = &fake[..fake.len().min(self.samples * width)];
        let described = self.network.describe(fake, self.shape)?;
        let classes = self.classes.as_ref().map(|known| ClassShares {
            names: known.names.clone(),
            fake: shares(&described, self.classes.as_ref()),
            real: self.real_classes.clone(),
        });
        let scores = self.real.score(fake, described.features, width);
        let (ratio, closest) = self.nearest(fake);
        let floors = &self.floors;
        let measure = |value, floor| Measure { value, floor };
        Ok(ImagesQuality {
            kid: measure(scores.kid.value, floors.kid.value),
            kid_error: scores.kid.error,
            frechet_distance: measure(scores.frechet_distance, floors.frechet_distance),
            precision: measure(scores.precision_recall.precision, floors.precision_recall.precision),
            recall: measure(scores.precision_recall.recall, floors.precision_recall.recall),
            density: measure(scores.density_coverage.density, floors.density_coverage.density),
            coverage: measure(scores.density_coverage.coverage, floors.density_coverage.coverage),
            sliced_wasserstein: measure(scores.sliced_wasserstein, floors.sliced_wasserstein),
            spread: measure(scores.spread, floors.spread),
            nearest_real_ratio: measure(ratio, 1.0),
            classes,
            closest,
            features_fit: features_fit(self.shape),
            samples: fake.len() / width,
        })
    }

    /// Share of pictures that are of the class that their label says, as the feature network sees them; nothing where it does
    /// not know the data's classes, and of pictures without labels.
    ///
    /// # Shapes
    /// Samples `[count, channels · height · width]`, flat, and labels `[count]`.
    ///
    /// # Errors
    /// A device that fails.
    pub fn class_accuracy(&self, samples: &[f32], labels: &[u8]) -> Result<Option<f64>, ImagesError> {
        let Some(known) = self.classes.as_ref().filter(|_| !labels.is_empty()) else { return Ok(None) };
        Ok(Some(known.share_right(&self.network.describe(samples, self.shape)?, labels)))
    }

    /// The median ratio, and the pairs that lie closest.
    fn nearest(&self, fake: &[f32]) -> (f64, ClosestPairs) {
        let neighbours = self.nearest.neighbours(fake);
        let mut order: Vec<usize> = (0..neighbours.len()).collect();
        order.sort_by(|&a, &b| neighbours[a].ratio.total_cmp(&neighbours[b].ratio));
        order.truncate(CLOSEST_PAIRS);
        let width = self.shape.features();
        let fakes: Vec<f32> = order.iter().flat_map(|&index| &fake[index * width..][..width]).copied().collect();
        let reals: Vec<f32> =
            order.iter().flat_map(|&index| self.nearest.sample(neighbours[index].index)).copied().collect();
        let [fake, real] = [fakes, reals].map(|rows| Pictures::from_signed(&rows, self.shape).unwrap_or_default());
        let ratios = order.iter().map(|&index| neighbours[index].ratio).collect();
        (nearest_real_ratio(&neighbours), ClosestPairs { fake, real, ratios })
    }
}

impl Prepared {
    fn new(pixels: Vec<f32>, features: Vec<f32>, width: usize) -> Self {
        Self {
            frechet: FrechetDistance::new(&features, FEATURES),
            precision: Neighbourhoods::new(features.clone(), FEATURES, PRECISION_NEIGHBOURS),
            density: Neighbourhoods::new(features.clone(), FEATURES, DENSITY_NEIGHBOURS),
            slices: SlicedPictures::new(&pixels, width),
            pixels,
            features,
        }
    }

    fn score(&self, pixels: &[f32], features: Vec<f32>, width: usize) -> Scores {
        Scores {
            kid: kernel_distance(&self.features, &features, FEATURES),
            frechet_distance: self.frechet.distance(&features),
            density_coverage: density_coverage(&self.density, &features, FEATURES),
            precision_recall: precision_recall(
                &self.precision,
                &Neighbourhoods::new(features, FEATURES, PRECISION_NEIGHBOURS),
            ),
            sliced_wasserstein: self.slices.distance(pixels),
            spread: spread(&self.pixels, pixels, width),
        }
    }
}

impl KnownClasses {
    fn of(data: &dyn Dataset, network: &FeatureNetwork, seed: u64) -> Result<Option<Self>, ImagesError> {
        let candidates = network.classes_like(data.class_names());
        if candidates.is_empty() {
            return Ok(None);
        }
        let batch = data.batch_with_labels(seed, 0, KNOWN_SAMPLES);
        let described = network.describe(&batch.samples, data.shape())?;
        let sets = candidates.into_iter().map(|(range, names)| Self { range, names: names.to_vec() });
        Ok(sets.into_iter().find(|known| known.share_right(&described, &batch.labels) >= KNOWN_SHARE))
    }

    /// Share of pictures that the network takes for what their label says.
    fn share_right(&self, described: &Described, labels: &[u8]) -> f64 {
        let found = described.likeliest(&self.range);
        let right = found.iter().zip(labels).filter(|(found, label)| **found == usize::from(**label)).count();
        right as f64 / labels.len().max(1) as f64
    }
}

/// The share of each class; nothing where the classes are unknown.
fn shares(described: &Described, classes: Option<&KnownClasses>) -> Vec<f64> {
    let shares = |known: &KnownClasses| class_shares(&described.likeliest(&known.range), known.names.len());
    classes.map(shares).unwrap_or_default()
}

#[cfg(test)]
#[path = "images_reference_tests.rs"]
mod tests;
