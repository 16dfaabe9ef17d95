//! The model file: safetensors with PyTorch's names and layouts, described by JSON in its metadata.
//!
//! Arrays are named `generator.0.weight`, `generator_ema.…`, `discriminator.…`; the index is the layer's place in the
//! list of layers, as in `torch.nn.Sequential`. Reading one never runs code, and everything in it is checked.

use std::collections::HashMap;

use burn::tensor::Device;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::network::{NamedArray, StateError};
use super::{Gan, Network, Optimizer};
use crate::config::{
    Architecture, ConfigError, DataConfig, LatentConfig, LayerSpec, MAX_CLASSES, RunConfig, SampleShape, ShapeError,
    TensorShape,
};

/// The version this program writes and the only one it reads.
pub const FORMAT_VERSION: u32 = 1;

/// The largest model file that is read.
pub const MAX_FILE_BYTES: u64 = 2 << 30;

/// The key of the JSON in the file's metadata.
const METADATA_KEY: &str = "ganscope";

/// The largest safetensors header that is parsed; headers of this program's models take a few kilobytes.
const MAX_HEADER_BYTES: usize = 4 << 20;

/// The longest name of a class.
const MAX_CLASS_NAME_BYTES: usize = 256;

/// What a model file says about itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Version of this description.
    pub format_version: u32,
    /// The layers of both networks, with sizes.
    pub architecture: Architectures,
    /// What the generator is fed.
    pub latent: LatentConfig,
    /// Shape of one sample.
    pub sample_shape: SampleShape,
    /// Where the real samples came from.
    pub data: DataConfig,
    /// Names of the classes, if the data has any.
    pub classes: Vec<String>,
    /// The characters of texts, symbol 1 first, if the data is texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alphabet: Option<String>,
    /// Steps trained.
    pub step: u64,
    /// The last step's losses and scores, by name.
    pub metrics: serde_json::Map<String, serde_json::Value>,
    /// The configuration it was trained with.
    pub config: RunConfig,
}

/// The layers of both networks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Architectures {
    /// Of the generator, from a latent, followed by a number for each class of a conditional model, to a flat sample.
    pub generator: Vec<LayerSpec>,
    /// Of the discriminator, from a flat sample to a logit, or one for each class of a conditional model.
    pub discriminator: Vec<LayerSpec>,
}

/// Networks read from a model file.
#[derive(Debug, Clone)]
pub struct Model {
    /// What the file says about itself.
    pub info: ModelInfo,
    /// The generator.
    pub generator: Network,
    /// The average of its last weights.
    pub generator_ema: Network,
    /// The discriminator.
    pub discriminator: Network,
}

/// Why a file is not a model, or not one this program can use.
#[derive(Debug, Error)]
pub enum ModelError {
    /// Not safetensors, or cut off.
    #[error("not a complete safetensors file ({0})")]
    NotSafetensors(String),
    /// A header too long to be a model's.
    #[error("its header is {0} bytes long, more than any model of this program has")]
    HeaderTooLarge(usize),
    /// Safetensors, but of another program.
    #[error("it holds no description by Ganscope; only models saved by this program can be opened")]
    NoDescription,
    /// The description cannot be read.
    #[error("its description cannot be read ({0})")]
    BadDescription(String),
    /// A version this program does not know.
    #[error("it is of format version {0}, and this program reads version {FORMAT_VERSION}; update Ganscope to open it")]
    UnknownVersion(u32),
    /// Its layers do not fit each other.
    #[error("its {network} is not a network: {cause}")]
    Shape {
        /// Which network.
        network: &'static str,
        /// What does not fit.
        cause: ShapeError,
    },
    /// Its description contradicts itself.
    #[error("its description contradicts itself: {0}")]
    Contradiction(&'static str),
    /// Names of classes that are no names.
    #[error("it names more than {MAX_CLASSES} classes, or one by more than {MAX_CLASS_NAME_BYTES} bytes")]
    Classes,
    /// Its configuration makes no sense.
    #[error("its configuration makes no sense: {0}")]
    Config(ConfigError),
    /// Its arrays do not fit its layers.
    #[error("its weights do not fit its {network}: {cause}")]
    State {
        /// Which network.
        network: &'static str,
        /// What does not fit.
        cause: StateError,
    },
    /// An array of another type than 32-bit floats.
    #[error("the array `{0}` is not of 32-bit floats")]
    NotFloats(String),
    /// The networks could not be encoded.
    #[error("the model could not be encoded ({0})")]
    Encode(String),
}

impl Model {
    /// The networks of a run, described.
    pub fn of(
        gan: &Gan,
        config: &RunConfig,
        classes: Vec<String>,
        metrics: serde_json::Map<String, serde_json::Value>,
    ) -> Self {
        let info = ModelInfo {
            format_version: FORMAT_VERSION,
            architecture: Architectures {
                generator: gan.generator.architecture().layers.clone(),
                discriminator: gan.discriminator.architecture().layers.clone(),
            },
            latent: config.latent.clone(),
            sample_shape: config.data.shape(),
            data: config.data.clone(),
            classes,
            alphabet: config.data.alphabet().map(str::to_owned),
            step: gan.step,
            metrics,
            config: config.clone(),
        };
        Self {
            info,
            generator: gan.generator.clone(),
            generator_ema: gan.generator_ema.clone(),
            discriminator: gan.discriminator.clone(),
        }
    }

    /// A run that continues from these networks, with optimizers that have seen nothing.
    pub fn into_gan(self) -> Gan {
        let Self { info, generator, generator_ema, discriminator } = self;
        Gan {
            generator,
            discriminator,
            generator_ema,
            generator_optimizer: Optimizer::new(info.config.generator_optimizer.clone()),
            discriminator_optimizer: Optimizer::new(info.config.discriminator_optimizer.clone()),
            step: info.step,
        }
    }

    /// The file's bytes: the same for the same networks and description.
    ///
    /// # Errors
    /// A description that JSON cannot hold.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        let networks = [
            ("generator", &self.generator),
            ("generator_ema", &self.generator_ema),
            ("discriminator", &self.discriminator),
        ];
        let arrays = networks.into_iter().flat_map(|(prefix, network)| {
            network
                .state()
                .into_iter()
                .map(move |array| NamedArray { name: format!("{prefix}.{}", array.name), ..array })
        });
        let description = serde_json::to_string(&self.info).map_err(|error| ModelError::Encode(error.to_string()))?;
        encode_arrays(arrays.collect(), description)
    }

    /// Reads a file's bytes.
    ///
    /// # Errors
    /// Anything that is not a complete, consistent, finite model of a known version.
    pub fn from_bytes(bytes: &[u8], device: &Device) -> Result<Self, ModelError> {
        let (arrays, info) = read_checked(bytes)?;
        let ModelInfo { architecture, latent, sample_shape, .. } = &info;
        let features = sample_shape.features();
        let build = |network, layers: &[LayerSpec], inputs, outputs| {
            Architecture::new(TensorShape::Flat(inputs), layers.to_vec(), TensorShape::Flat(outputs))
                .map_err(|cause| ModelError::Shape { network, cause })
        };
        let generator = build("generator", &architecture.generator, latent.dim + info.config.classes(), features)?;
        let discriminator =
            build("discriminator", &architecture.discriminator, features, info.config.classes().max(1))?;
        let of_config = (info.config.generator_architecture(), info.config.discriminator_architecture());
        if of_config != (Ok(generator.clone()), Ok(discriminator.clone())) {
            return Err(ModelError::Contradiction("its layers differ from its configuration's"));
        }
        let load =
            |prefix: &'static str, architecture: Architecture| load_network(&arrays, prefix, architecture, device);
        Ok(Self {
            generator: load("generator", generator.clone())?,
            generator_ema: load("generator_ema", generator)?,
            discriminator: load("discriminator", discriminator)?,
            info,
        })
    }
}

/// What a model file says about itself, without building its networks.
///
/// # Errors
/// Anything that is not a complete file of a known version.
pub fn read_info(bytes: &[u8]) -> Result<ModelInfo, ModelError> {
    Ok(read_checked(bytes)?.1)
}

/// Arrays and a description as one safetensors file.
///
/// # Errors
/// Arrays whose shape does not fit their values.
pub fn encode_arrays(arrays: Vec<NamedArray>, description: String) -> Result<Vec<u8>, ModelError> {
    let arrays: Vec<(String, Vec<usize>, Vec<u8>)> = arrays
        .into_iter()
        .map(|NamedArray { name, shape, values }| {
            (name, shape, values.iter().flat_map(|value| value.to_le_bytes()).collect())
        })
        .collect();
    let encode = |error: safetensors::SafeTensorError| ModelError::Encode(error.to_string());
    let views = arrays
        .iter()
        .map(|(name, shape, bytes)| Ok((name.as_str(), TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(encode)?;
    let metadata = HashMap::from([(METADATA_KEY.to_owned(), description)]);
    safetensors::serialize(views, Some(metadata)).map_err(encode)
}

/// The arrays of a safetensors file and its description, as [`encode_arrays`] wrote them.
///
/// # Errors
/// Anything that is not a complete safetensors file with a description.
pub fn decode_arrays(bytes: &[u8]) -> Result<(SafeTensors<'_>, String), ModelError> {
    let header_bytes = bytes.first_chunk::<8>().map_or(0, |length| u64::from_le_bytes(*length));
    if header_bytes > MAX_HEADER_BYTES as u64 && header_bytes < bytes.len() as u64 {
        return Err(ModelError::HeaderTooLarge(header_bytes as usize));
    }
    let not_safetensors = |error: safetensors::SafeTensorError| ModelError::NotSafetensors(error.to_string());
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(not_safetensors)?;
    let description = metadata.metadata().as_ref().and_then(|entries| entries.get(METADATA_KEY)).cloned();
    let arrays = SafeTensors::deserialize(bytes).map_err(not_safetensors)?;
    Ok((arrays, description.ok_or(ModelError::NoDescription)?))
}

/// The array called `name`, as 32-bit floats.
///
/// # Errors
/// An array of another type.
pub fn find_array(arrays: &SafeTensors<'_>, name: &str) -> Result<Option<NamedArray>, ModelError> {
    let Ok(view) = arrays.tensor(name) else { return Ok(None) };
    if view.dtype() != Dtype::F32 {
        return Err(ModelError::NotFloats(name.to_owned()));
    }
    let (chunks, _) = view.data().as_chunks::<4>();
    let values = chunks.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect();
    Ok(Some(NamedArray { name: name.to_owned(), shape: view.shape().to_vec(), values }))
}

fn read_checked(bytes: &[u8]) -> Result<(SafeTensors<'_>, ModelInfo), ModelError> {
    #[derive(Deserialize)]
    struct Version {
        format_version: u32,
    }
    let (arrays, description) = decode_arrays(bytes)?;
    let bad = |error: serde_json::Error| ModelError::BadDescription(error.to_string());
    let Version { format_version } = serde_json::from_str(&description).map_err(bad)?;
    if format_version != FORMAT_VERSION {
        return Err(ModelError::UnknownVersion(format_version));
    }
    let info: ModelInfo = serde_json::from_str(&description).map_err(bad)?;
    info.config.validate().map_err(ModelError::Config)?;
    if info.latent != info.config.latent || info.data != info.config.data {
        return Err(ModelError::Contradiction("latents or data differ from its configuration's"));
    }
    if info.sample_shape != info.data.shape() {
        return Err(ModelError::Contradiction("its samples have another shape than its data's"));
    }
    if info.alphabet.as_deref() != info.data.alphabet() {
        return Err(ModelError::Contradiction("its alphabet is not its data's"));
    }
    let longest = info.classes.iter().map(String::len).max().unwrap_or_default();
    if info.classes.len() > MAX_CLASSES || longest > MAX_CLASS_NAME_BYTES {
        return Err(ModelError::Classes);
    }
    if info.config.conditional && info.classes.len() != info.config.classes() {
        return Err(ModelError::Contradiction("it names another number of classes than its networks know"));
    }
    Ok((arrays, info))
}

/// A network whose arrays are named `network.…` in a file.
pub(super) fn load_network(
    arrays: &SafeTensors<'_>,
    network: &'static str,
    architecture: Architecture,
    device: &Device,
) -> Result<Network, ModelError> {
    let mut wrong_type = None;
    let loaded = Network::with_state(
        architecture,
        |name| {
            find_array(arrays, &format!("{network}.{name}")).unwrap_or_else(|error| {
                wrong_type = Some(error);
                None
            })
        },
        device,
    );
    match wrong_type {
        Some(error) => Err(error),
        None => loaded.map_err(|cause| ModelError::State { network, cause }),
    }
}
