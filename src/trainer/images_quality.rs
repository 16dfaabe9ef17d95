//! How good generated pictures are, as plain data.

use crate::data::Pictures;

/// A measure of generated samples beside its floor: what as many other real samples score, so the best that can be hoped for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// Of generated samples.
    pub value: f64,
    /// Of real samples that are not those compared with.
    pub floor: f64,
}

/// How often each class comes, as the feature network sees it. Shares sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassShares {
    /// Names of the classes.
    pub names: Vec<String>,
    /// Among generated pictures.
    pub fake: Vec<f64>,
    /// Among real ones.
    pub real: Vec<f64>,
}

/// The generated pictures that are nearest to ones that training draws from, nearest first.
#[derive(Debug, Clone, PartialEq)]
pub struct ClosestPairs {
    /// Generated.
    pub fake: Pictures,
    /// The nearest real one to each.
    pub real: Pictures,
    /// Their distance over the typical one of pictures that training never sees: 0 is a copy.
    pub ratios: Vec<f64>,
}

/// How close generated pictures are to the data.
#[derive(Debug, Clone, PartialEq)]
pub struct ImagesQuality {
    /// Kernel distance of features, KID; lower is better, and around 0 at best.
    pub kid: Measure,
    /// Standard error of [`Self::kid`].
    pub kid_error: f64,
    /// Fréchet distance of features, which is not FID: those are of another network; lower is better.
    pub frechet_distance: Measure,
    /// Share of generated pictures among real ones, in `[0, 1]`; higher is better.
    pub precision: Measure,
    /// Share of real pictures among generated ones, in `[0, 1]`; higher is better.
    pub recall: Measure,
    /// How much generated pictures gather where real ones do; 1 is as much as real ones.
    pub density: Measure,
    /// Share of real pictures with a generated one close by, in `[0, 1]`; higher is better.
    pub coverage: Measure,
    /// Sliced Wasserstein distance of pixels, in `[0, 2]`; lower is better.
    pub sliced_wasserstein: Measure,
    /// How much generated pixels vary over how much real ones do; 1 is as diverse as the data, 0 always the same.
    pub spread: Measure,
    /// Median distance in pixels to the nearest picture that training draws from, over that of pictures that it never sees, which
    /// is the floor: 1. Markedly below, pictures are learned by heart; blur lowers it a little as well.
    pub nearest_real_ratio: Measure,
    /// How often each class comes, where the feature network knows the data's classes.
    pub classes: Option<ClassShares>,
    /// Generated pictures that may be copies, to be looked at.
    pub closest: ClosestPairs,
    /// Whether the feature network was trained on pictures of this kind. If not, only what is measured in pixels counts:
    /// [`Self::sliced_wasserstein`], [`Self::spread`] and [`Self::nearest_real_ratio`].
    pub features_fit: bool,
    /// Pictures measured, as many of either kind.
    pub samples: usize,
}

impl ImagesQuality {
    /// Every measure that is one number, by the name that it has in files.
    pub fn named(&self) -> [(&'static str, Measure); 9] {
        [
            ("kid", self.kid),
            ("frechet_distance", self.frechet_distance),
            ("precision", self.precision),
            ("recall", self.recall),
            ("density", self.density),
            ("coverage", self.coverage),
            ("sliced_wasserstein", self.sliced_wasserstein),
            ("spread", self.spread),
            ("nearest_real_ratio", self.nearest_real_ratio),
        ]
    }
}
