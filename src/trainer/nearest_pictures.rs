//! Memorised or invented: the training pictures that lie nearest to one generated picture, beside how near real pictures lie.

use burn::tensor::Device;

use super::images_reference::ImagesError;
use crate::config::SampleShape;
use crate::data::{Dataset, Pictures};
use crate::gan::features::{FEATURES, FeatureNetwork, features_fit};
use crate::gan::metrics::{NearestReal, Neighbour};

/// Training pictures that are searched at most: describing so many takes a few seconds, once a run.
const MAX_SEARCHED: usize = 10_000;
/// Numbers of all searched pictures: 32 MiB.
const MAX_NUMBERS: usize = 1 << 23;
/// Fewest pictures that are searched, however large they are.
const MIN_SEARCHED: usize = 256;
/// Real pictures that set the scale.
const SCALE_SAMPLES: usize = 1_000;
/// Training pictures that are shown.
const SHOWN: usize = 5;
/// Fewest real pictures of which a share says something: of five, it is chance that none lies nearer.
const MIN_COMPARED: usize = 100;
/// A picture nearer than this share of the typical distance differs by nothing that can be seen.
const SAME: f64 = 0.02;
/// Share of real pictures that may lie nearer to training than a picture that is likely a copy.
const FEW: f64 = 0.01;
/// Share of real pictures beyond which a picture lies among them.
const SOME: f64 = 0.05;
/// Share of real pictures beyond which it lies farther than they do.
const MOST: f64 = 0.9;

/// In what pictures are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureSpace {
    /// The features of a small network: what is on a picture counts, not where each pixel lies.
    Features,
    /// Pixel by pixel: blur alone brings a picture nearer.
    Pixels,
}

/// What distances say of one picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The same as a training picture.
    Copy,
    /// Nearer than all but a few real pictures.
    LikelyCopy,
    /// Nearer than most real pictures.
    Near,
    /// As near as real pictures are.
    AsReal,
    /// Farther than most real pictures.
    Far,
    /// No copy of one that was searched, and there are too few real pictures to compare its distance with.
    Unclear,
}

/// The training pictures that lie nearest to a generated one.
#[derive(Debug, Clone, PartialEq)]
pub struct NearestPictures {
    /// The generated picture's number in the gallery, counted from 0.
    pub number: usize,
    /// The generated picture as it was.
    pub picture: Pictures,
    /// Training pictures, the nearest first.
    pub real: Pictures,
    /// Distance to each over the typical one of a real picture to the nearest training picture: 0 is a copy.
    pub ratios: Vec<f64>,
    /// Share of real pictures that lie nearer to a training picture than the generated one does.
    pub share_nearer: f64,
    /// Real pictures that set the scale.
    pub compared: usize,
    /// Training pictures that were searched.
    pub searched: usize,
    /// Whether those are all that training draws from.
    pub searched_all: bool,
    /// In what they are compared.
    pub space: PictureSpace,
}

impl NearestPictures {
    /// What the distances say.
    pub fn verdict(&self) -> Verdict {
        match (self.ratios.first().copied().unwrap_or(f64::INFINITY), self.share_nearer) {
            (ratio, _) if ratio < SAME => Verdict::Copy,
            _ if self.compared < MIN_COMPARED => Verdict::Unclear,
            (_, share) if share <= FEW => Verdict::LikelyCopy,
            (_, share) if share < SOME => Verdict::Near,
            (_, share) if share > MOST => Verdict::Far,
            _ => Verdict::AsReal,
        }
    }
}

#[cfg(test)]
impl NearestPictures {
    /// What was found, without its pictures: the nearest at this distance.
    pub(crate) fn at(ratio: f64, share_nearer: f64, space: PictureSpace) -> Self {
        Self {
            number: 0,
            picture: Pictures::default(),
            real: Pictures::default(),
            ratios: vec![ratio],
            share_nearer,
            compared: 1_000,
            searched: 10_000,
            searched_all: false,
            space,
        }
    }
}

/// Training pictures, prepared to be searched for many generated ones.
pub(super) struct PictureSearch {
    shape: SampleShape,
    pictures: Pictures,
    nearest: NearestReal,
    compared: usize,
    searched_all: bool,
    /// The network whose features are compared; `None` where pixels are.
    network: Option<FeatureNetwork>,
}

impl PictureSearch {
    pub(super) fn new(data: &dyn Dataset, seed: u64, device: &Device) -> Result<Self, ImagesError> {
        let shape = data.shape();
        let width = shape.features();
        let count = (MAX_NUMBERS / width).clamp(MIN_SEARCHED, MAX_SEARCHED);
        let (train, unseen) = match data.seen_and_unseen(count, seed) {
            Some([train, mut unseen]) => {
                unseen.truncate(SCALE_SAMPLES * width);
                (train, Some(unseen))
            }
            None => (data.evaluation(count, seed), None),
        };
        let searched = train.len() / width;
        if searched < 2 {
            return Err(ImagesError::Single);
        }
        let pictures = Pictures::from_signed(&train, shape).unwrap_or_default();
        let compared = unseen.as_ref().map_or(searched.min(SCALE_SAMPLES), |unseen| unseen.len() / width);
        let searched_all = data.len().is_some_and(|len| len <= searched);
        let network = features_fit(shape).then(|| FeatureNetwork::shipped(device)).transpose()?;
        let nearest = match &network {
            Some(network) => {
                let describe = |samples: &[f32]| network.describe(samples, shape).map(|described| described.features);
                let unseen = unseen.as_deref().map(describe).transpose()?;
                NearestReal::new(describe(&train)?, unseen.as_deref(), FEATURES)
            }
            None => NearestReal::new(train, unseen.as_deref(), width),
        };
        Ok(Self { shape, pictures, nearest, compared, searched_all, network })
    }

    /// The training pictures nearest to the first of `picture`, which is picture `number` of the gallery.
    pub(super) fn find(&self, number: usize, picture: Pictures) -> Result<NearestPictures, ImagesError> {
        let mut sample = picture.to_signed();
        sample.truncate(self.shape.features());
        let row = match &self.network {
            Some(network) => network.describe(&sample, self.shape)?.features,
            None => sample,
        };
        let neighbours = self.nearest.nearest_to(&row, SHOWN);
        let share_nearer = neighbours.first().map_or(f64::NAN, |nearest| self.nearest.share_nearer(nearest.ratio));
        let pixels = neighbours.iter().filter_map(|&Neighbour { index, .. }| self.pictures.picture(index));
        Ok(NearestPictures {
            number,
            picture,
            real: Pictures { pixels: pixels.flatten().copied().collect(), ..self.pictures },
            ratios: neighbours.iter().map(|neighbour| neighbour.ratio).collect(),
            share_nearer,
            compared: self.compared,
            searched: self.pictures.len(),
            searched_all: self.searched_all,
            space: if self.network.is_some() { PictureSpace::Features } else { PictureSpace::Pixels },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{DataConfig, DatasetKind};
    use crate::data::open;

    /// The first `count` pictures that training draws from.
    fn training(data: &dyn Dataset, count: usize) -> Pictures {
        Pictures::from_signed(&data.evaluation(count, 3), data.shape()).unwrap()
    }

    #[test]
    fn a_training_picture_is_found_as_its_own_copy_and_noise_is_far_from_all() {
        for kind in [DatasetKind::Fashion, DatasetKind::Faces] {
            let data = open(&DataConfig { samples: Some(600), ..DataConfig::of(kind) }).unwrap();
            let search = PictureSearch::new(&*data, 3, &Device::flex()).unwrap();
            let [seen, _] = data.seen_and_unseen(600, 3).unwrap();
            let all = Pictures::from_signed(&seen, data.shape()).unwrap();
            let pick = |index: usize| Pictures { pixels: all.picture(index).unwrap().to_vec(), ..all };
            let found = search.find(7, pick(40)).unwrap();
            assert_eq!((found.number, found.searched, found.searched_all), (7, 600, true), "{kind:?}");
            assert_eq!(found.real.picture(0), pick(40).picture(0));
            assert!(found.ratios[0] < 1e-3 && found.ratios.is_sorted() && found.ratios.len() == SHOWN, "{found:?}");
            assert_eq!(found.verdict(), Verdict::Copy);
            let noise = (0..all.picture_len()).map(|place| if place * 7 % 3 == 0 { 255 } else { 0 }).collect();
            let found = search.find(0, Pictures { pixels: noise, ..all }).unwrap();
            assert_eq!(found.verdict(), Verdict::Far, "{kind:?}: {:?}", found.ratios);
        }
    }

    #[test]
    fn pictures_that_training_never_saw_lie_as_real_ones_do() {
        let data = open(&DataConfig { samples: Some(1_000), ..DataConfig::of(DatasetKind::Fashion) }).unwrap();
        let search = PictureSearch::new(&*data, 3, &Device::flex()).unwrap();
        let unseen = training(data.held_out().unwrap(), 60);
        let verdicts: Vec<Verdict> = unseen
            .iter()
            .map(|pixels| search.find(0, Pictures { pixels: pixels.to_vec(), ..unseen }).unwrap().verdict())
            .collect();
        let as_real = verdicts.iter().filter(|verdict| **verdict == Verdict::AsReal).count();
        let copies = verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Copy | Verdict::LikelyCopy)).count();
        assert!(as_real >= 48 && copies <= 4, "{verdicts:?}");
    }

    /// What was found of a picture, beside `compared` real ones.
    fn found(ratio: f64, share_nearer: f64, compared: usize) -> NearestPictures {
        NearestPictures { compared, ..NearestPictures::at(ratio, share_nearer, PictureSpace::Pixels) }
    }

    #[test]
    fn a_verdict_says_no_more_than_was_measured() {
        let cases = [
            (0.0, 0.0, Verdict::Copy),
            (0.3, 0.004, Verdict::LikelyCopy),
            (0.6, 0.03, Verdict::Near),
            (1.0, 0.5, Verdict::AsReal),
            (2.5, 0.97, Verdict::Far),
        ];
        for (ratio, share, verdict) in cases {
            for compared in [100, 1_000] {
                assert_eq!(found(ratio, share, compared).verdict(), verdict, "{ratio}, {share}");
            }
        }
    }

    #[test]
    fn a_handful_of_real_pictures_gives_no_verdict_but_that_of_a_copy() {
        for compared in [1, 5, 99] {
            assert_eq!(found(0.0, 0.0, compared).verdict(), Verdict::Copy);
            for share in [0.0, 0.5, 1.0] {
                assert_eq!(found(0.9, share, compared).verdict(), Verdict::Unclear, "{compared}, {share}");
            }
        }
        let data = open(&DataConfig { samples: Some(3_995), ..DataConfig::of(DatasetKind::Fashion) }).unwrap();
        let search = PictureSearch::new(&*data, 3, &Device::flex()).unwrap();
        let unseen = training(data.held_out().unwrap(), 5);
        for pixels in &unseen {
            let found = search.find(0, Pictures { pixels: pixels.to_vec(), ..unseen }).unwrap();
            assert_eq!((found.compared, found.verdict()), (5, Verdict::Unclear), "{:?}", found.ratios);
        }
    }
}
