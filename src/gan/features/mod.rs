//! A small classifier of grey pictures whose last hidden activations are the features that measures of pictures compare: what
//! Inception is elsewhere, at a ten-thousandth of its size. Distances in these features say nothing beside distances in others.
//!
//! It was trained by `ganscope features` and ships with the program; `assets/README.md` says on what.

mod picture;
mod training;

use std::ops::Range;

use burn::tensor::{Device, ExecutionError};
use serde::{Deserialize, Serialize};

use super::model_file::{self, ModelError};
use super::network::NamedArray;
use super::{Network, probe};
use crate::config::{Architecture, LayerSpec, SampleShape, ShapeError, TensorShape};
use picture::{PIXELS, SIDE};

pub use training::{Epoch, LabelledPictures, train};

/// The network inside the program.
const SHIPPED: &[u8] = include_bytes!("../../../assets/feature-network.safetensors");
/// The only version of the description that is read.
const FORMAT_VERSION: u32 = 1;
/// Numbers in the features of one picture.
pub const FEATURES: usize = 96;

/// The classes of one data set that the network was trained on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassSet {
    /// The data set's name.
    pub name: String,
    /// Its classes, in the order of its labels.
    pub classes: Vec<String>,
}

/// What the network's file says about itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureInfo {
    format_version: u32,
    /// The data sets it was trained on; their classes follow one another.
    pub sets: Vec<ClassSet>,
    /// The seed it was trained with.
    pub seed: u64,
    /// Share of test pictures of each set that it knows the class of, in the order of the sets.
    pub test_accuracy: Vec<f64>,
    body: Vec<LayerSpec>,
    head: Vec<LayerSpec>,
}

/// The classifier.
#[derive(Debug, Clone)]
pub struct FeatureNetwork {
    info: FeatureInfo,
    /// From a picture to its features.
    body: Network,
    /// From features to a logit for each class.
    head: Network,
    device: Device,
}

/// What the network makes of some pictures.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// `[count, FEATURES]`, flat, row by row.
    pub features: Vec<f32>,
    /// `[count, classes]`, flat, row by row.
    pub logits: Vec<f32>,
}

impl FeatureNetwork {
    /// The network that ships with the program.
    ///
    /// # Errors
    /// A program that was built with a damaged file.
    pub fn shipped(device: &Device) -> Result<Self, ModelError> {
        Self::from_bytes(SHIPPED, device)
    }

    /// Reads a file's bytes.
    ///
    /// # Errors
    /// Anything that is not a complete, finite feature network of a known version.
    pub fn from_bytes(bytes: &[u8], device: &Device) -> Result<Self, ModelError> {
        let (arrays, description) = model_file::decode_arrays(bytes)?;
        let info: FeatureInfo =
            serde_json::from_str(&description).map_err(|error| ModelError::BadDescription(error.to_string()))?;
        if info.format_version != FORMAT_VERSION {
            return Err(ModelError::UnknownVersion(info.format_version));
        }
        let [body, head] = architectures(&info).map_err(|cause| ModelError::Shape { network: "features", cause })?;
        let load = |prefix, architecture| model_file::load_network(&arrays, prefix, architecture, device);
        Ok(Self { body: load("body", body)?, head: load("head", head)?, info, device: device.clone() })
    }

    /// The file's bytes: the same for the same network.
    ///
    /// # Errors
    /// A description that JSON cannot hold.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        let arrays = [("body", &self.body), ("head", &self.head)].into_iter().flat_map(|(prefix, network)| {
            let named = move |array: NamedArray| NamedArray { name: format!("{prefix}.{}", array.name), ..array };
            network.state().into_iter().map(named)
        });
        let description = serde_json::to_string(&self.info).map_err(|error| ModelError::Encode(error.to_string()))?;
        model_file::encode_arrays(arrays.collect(), description)
    }

    /// What its file says about it.
    pub fn info(&self) -> &FeatureInfo {
        &self.info
    }

    /// Takes down how well it does on the test pictures of each set.
    pub fn note_test_accuracy(&mut self, shares: Vec<f64>) {
        self.info.test_accuracy = shares;
    }

    /// Features and logits of pictures, brought to 28×28 grey first where they are not.
    ///
    /// # Shapes
    /// `[count, channels · height · width]`, flat, row by row.
    ///
    /// # Errors
    /// A device that fails to compute.
    pub fn describe(&self, samples: &[f32], shape: SampleShape) -> Result<Described, ExecutionError> {
        let pictures = picture::grey_28(samples, shape);
        let features = probe::outputs(&self.body, &pictures, PIXELS, &self.device)?;
        let logits = probe::outputs(&self.head, &features, FEATURES, &self.device)?;
        Ok(Described { features, logits })
    }

    /// Which of the network's classes a data set's may be, each with their names: those of the same names, and of files that
    /// only number their classes, those of every set with as many. Pictures tell which they are.
    pub fn classes_like(&self, names: &[String]) -> Vec<(Range<usize>, &[String])> {
        let are_numbers = names.iter().enumerate().all(|(number, name)| *name == number.to_string());
        let mut first = 0;
        let ranges = self.info.sets.iter().map(|ClassSet { classes, .. }| {
            let range = first..first + classes.len();
            first = range.end;
            (range, classes.as_slice())
        });
        ranges.filter(|(_, classes)| *classes == names || are_numbers && classes.len() == names.len()).collect()
    }
}

impl Described {
    /// The likeliest class of each picture among some of the network's, counted from the first of them.
    pub fn likeliest(&self, among: &Range<usize>) -> Vec<usize> {
        let classes = (self.logits.len() * FEATURES).checked_div(self.features.len()).unwrap_or(0);
        let likeliest = |logits: &[f32]| {
            let best = logits[among.clone()].iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            best.map_or(0, |(class, _)| class)
        };
        self.logits.chunks_exact(classes.max(1)).map(likeliest).collect()
    }
}

/// Whether pictures are of the kind that the network was trained on, so that its features say something of them.
pub fn features_fit(shape: SampleShape) -> bool {
    shape == SampleShape::Image { channels: 1, height: SIDE, width: SIDE }
}

fn architectures(info: &FeatureInfo) -> Result<[Architecture; 2], ShapeError> {
    let classes = info.sets.iter().map(|set| set.classes.len()).sum();
    let [pixels, features, classes] = [PIXELS, FEATURES, classes].map(TensorShape::Flat);
    Ok([
        Architecture::new(pixels, info.body.clone(), features)?,
        Architecture::new(features, info.head.clone(), classes)?,
    ])
}

#[cfg(test)]
mod tests;
