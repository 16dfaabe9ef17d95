//! What may be said on the command line. The comments are the help texts.

use std::path::PathBuf;

use clap::{Args, Parser};

use super::UsageError;
use crate::backend::DeviceChoice;
use crate::config::{CaseKind, Choice as _, DataConfig, DatasetKind, Preset, TextConfig};
use crate::trainer::Interpolation;

/// Watch a generative adversarial network learn.
///
/// Without a command, opens the window.
#[derive(Debug, Parser)]
#[command(name = "ganscope", version, args_conflicts_with_subcommands = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Subcommand>,
    #[command(flatten)]
    pub(super) window: WindowArgs,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Subcommand {
    /// Train without a window.
    Train(TrainArgs),
    /// Make samples with a trained model.
    Sample(SampleArgs),
    /// Walk between two latents of a trained model.
    Interpolate(InterpolateArgs),
    /// Measure a trained model, each measure beside its floor.
    Eval(EvalArgs),
    /// Measure whether a GAN trained on a few labelled pictures or texts helps a classifier of them.
    Augment(AugmentArgs),
    /// Train the classifier whose features measures of pictures compare (see assets/README.md).
    #[command(hide = true)]
    Features(FeaturesArgs),
    /// Measure speed on this machine.
    Bench(BenchArgs),
    /// List the presets.
    Presets(ListArgs),
    /// List what this machine can compute on.
    Devices(ListArgs),
    /// List the data sets, and fetch one that is published.
    Datasets(DatasetsArgs),
    /// Describe a model file or run folder.
    Info(InfoArgs),
}

/// What a file of texts becomes.
#[derive(Debug, Default, Args)]
pub(super) struct TextArgs {
    /// What becomes of upper-case letters in a file of texts: as-is or lower [default: as-is].
    #[arg(long, value_name = "NAME", requires = "data")]
    case: Option<String>,
    /// Most characters of a text in a file, 1 to 32; longer lines are left out [default: the longest line's, at most 16].
    #[arg(long, value_name = "N", requires = "data")]
    max_length: Option<usize>,
}

impl TextArgs {
    /// Those that make of a file what a model has learned from.
    pub(super) fn of(config: &TextConfig) -> Self {
        Self { case: Some(config.case.key().to_owned()), max_length: Some(config.max_length) }
    }

    /// Refuses them where `data`, which `text` names, are no texts of a file.
    pub(super) fn check_fit(&self, data: &DataConfig, text: &str) -> Result<(), UsageError> {
        let are_given = self.case.is_some() || self.max_length.is_some();
        if are_given && data.kind != DatasetKind::Text {
            let message = "--case and --max-length are for files of texts; leave them out with";
            return Err(UsageError(format!("{message} {text}")));
        }
        Ok(())
    }

    pub(super) fn case(&self) -> Result<CaseKind, UsageError> {
        self.case.as_deref().map_or(Ok(CaseKind::default()), |name| {
            CaseKind::from_key(name).ok_or_else(|| unknown("case", name, CaseKind::ALL.iter().map(|case| case.key())))
        })
    }

    pub(super) fn max_length(&self) -> Result<Option<usize>, UsageError> {
        let range = TextConfig::LENGTH;
        match self.max_length {
            Some(length) if !range.contains(&length) => {
                Err(UsageError(format!("--max-length must be from {} to {}", range.start(), range.end())))
            }
            length => Ok(length),
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct WindowArgs {
    /// Preset to start with (see `ganscope presets`).
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Data to start with: a set (see `ganscope datasets`), pictures (a folder, IDX, CIFAR-10, .npy, .npz), points (.csv,
    /// .npy), texts (.txt, .tsv), or a picture as a density.
    #[arg(long, value_name = "SRC")]
    pub(super) data: Option<String>,
    #[command(flatten)]
    pub(super) texts: TextArgs,
    /// Seed of every random number.
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// Where to compute.
    #[arg(long, value_enum, default_value_t)]
    pub(super) device: DeviceChoice,
    /// Model file or run folder to open.
    #[arg(long, value_name = "FILE|DIR")]
    pub(super) open: Option<PathBuf>,
}

impl WindowArgs {
    pub(super) fn preset(&self) -> Result<Option<Preset>, UsageError> {
        self.preset.as_deref().map(parse_preset).transpose()
    }
}

#[derive(Debug, Args)]
pub(super) struct TrainArgs {
    /// Preset to train (see `ganscope presets`); ring8 if neither this nor --config is given.
    #[arg(long, value_name = "NAME", conflicts_with = "config")]
    preset: Option<String>,
    /// Configuration to train, such as a run folder's config.json.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Data to train on instead of the preset's: a set (see `ganscope datasets`), pictures (a folder, IDX, CIFAR-10, .npy,
    /// .npz), points (.csv, .npy), texts (.txt, .tsv), or a picture as a density.
    #[arg(long, value_name = "SRC")]
    pub(super) data: Option<String>,
    #[command(flatten)]
    pub(super) texts: TextArgs,
    /// Steps to train; the preset's own number if neither this nor --minutes is given.
    #[arg(long)]
    pub(super) steps: Option<u64>,
    /// Minutes to train.
    #[arg(long, conflicts_with = "steps")]
    pub(super) minutes: Option<f64>,
    /// Seed of every random number.
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// Where to compute.
    #[arg(long, value_enum, default_value_t)]
    pub(super) device: DeviceChoice,
    /// Run folder to write.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Continue the run in --out from its newest checkpoint.
    #[arg(long, requires = "out", conflicts_with_all = ["overrides", "preset", "data", "case", "max_length", "seed", "config"])]
    pub(super) resume: bool,
    /// Film to write at the end: an animated .gif, or a folder of numbered PNG files.
    #[arg(long, value_name = "FILE|DIR")]
    pub(super) film: Option<PathBuf>,
    /// Change one setting, such as `generator_optimizer.learning_rate=0.001`.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) overrides: Vec<String>,
    /// Print JSON lines instead of a progress bar.
    #[arg(long)]
    pub(super) json: bool,
}

impl TrainArgs {
    pub(super) fn preset(&self) -> Result<Preset, UsageError> {
        self.preset.as_deref().map_or(Ok(Preset::Ring8), parse_preset)
    }

    /// Whether networks were asked for, which other data must then fit.
    pub(super) fn names_networks(&self) -> bool {
        self.preset.is_some() || self.config.is_some()
    }
}

#[derive(Debug, Args)]
pub(super) struct SampleArgs {
    /// Model file or run folder.
    pub(super) model: PathBuf,
    /// Number of samples.
    #[arg(long, default_value_t = 64)]
    pub(super) count: usize,
    /// Seed of the latents.
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// Class of all samples, by its name or number; a conditional model makes one of each in turn without this, or the classes that
    /// come with the latents.
    #[arg(long, value_name = "C")]
    pub(super) class: Option<String>,
    /// The latents themselves: a .npy file of shape [count, `latent_dim`], or a .npz file of `latents` and, for the class of each,
    /// `labels`.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["count", "seed"])]
    pub(super) latents: Option<PathBuf>,
    /// Use the generator as it was trained last, not the average of its recent weights.
    #[arg(long)]
    pub(super) raw: bool,
    /// File to write: .npy, .npz (`images`, and `labels` of a conditional model), .png (contact sheet), .csv (points), .txt (texts)
    /// or .tsv (texts of a conditional model, with their classes), or a folder for one PNG each, with a sub-folder for each class
    /// and a labels.csv where the model is conditional.
    #[arg(long, value_name = "FILE|DIR")]
    pub(super) out: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct InterpolateArgs {
    /// Model file or run folder.
    pub(super) model: PathBuf,
    /// Seed of the latent at the start.
    #[arg(long)]
    pub(super) from: u64,
    /// Seed of the latent at the end.
    #[arg(long)]
    pub(super) to: u64,
    /// Samples along the walk, ends included.
    #[arg(long, default_value_t = 16)]
    pub(super) frames: usize,
    /// Class of all samples, by its name or number; without this, each seed has a class of its own.
    #[arg(long, value_name = "C")]
    pub(super) class: Option<String>,
    /// How to walk.
    #[arg(long, value_enum, default_value = "slerp")]
    pub(super) method: Interpolation,
    /// Use the generator as it was trained last, not the average of its recent weights.
    #[arg(long)]
    pub(super) raw: bool,
    /// File to write: .png (strip), .gif or .txt (texts), or a folder for one PNG each.
    #[arg(long, value_name = "FILE")]
    pub(super) out: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct EvalArgs {
    /// Model file or run folder.
    #[arg(required_unless_present = "samples", conflicts_with = "samples")]
    pub(super) model: Option<PathBuf>,
    /// Measure pictures of any program instead, each generated: a folder, .npy or .npz; takes --data.
    #[arg(long, value_name = "SRC", requires = "data")]
    pub(super) samples: Option<String>,
    /// Data to measure against instead of the model's own (see `ganscope datasets`).
    #[arg(long, value_name = "SRC")]
    pub(super) data: Option<String>,
    /// Number of samples, at most as many as are given with --samples [default: 2500 points, 10000 pictures, or as many as there
    /// are real ones to compare with].
    #[arg(long)]
    pub(super) count: Option<usize>,
    /// Seed of the samples.
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// Measure the generator as it was trained last, not the average of its recent weights.
    #[arg(long)]
    pub(super) raw: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct AugmentArgs {
    /// Pictures with classes: a set (see `ganscope datasets`), a folder with a sub-folder for each class, IDX, CIFAR-10, .npy or
    /// .npz; or texts, a line each with its class after a tab. What training never sees is tested with: test files where there are
    /// some, else a part.
    #[arg(long, value_name = "SRC", required_unless_present = "resume")]
    pub(super) data: Option<String>,
    #[command(flatten)]
    pub(super) texts: TextArgs,
    /// Labelled samples that the learner has, equally many of each class.
    #[arg(long, value_name = "N", required_unless_present_any = ["resume", "sweep"])]
    pub(super) labelled: Option<usize>,
    /// Several numbers of labelled samples, one experiment for each, such as 50,100,200.
    #[arg(long, value_name = "N,N,…", value_delimiter = ',', conflicts_with = "labelled")]
    pub(super) sweep: Vec<usize>,
    /// Repetitions, each with another subset and a GAN of its own [default: 5].
    #[arg(long, value_name = "K")]
    pub(super) seeds: Option<usize>,
    /// Seed of the first repetition [default: 1].
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// Which generated samples are kept, the better half of each class: none (all), discriminator or classifier.
    #[arg(long, value_name = "NAME")]
    pub(super) filter: Option<String>,
    /// Share of a batch that is generated, above 0 and below 1 [default: 0.5].
    #[arg(long, value_name = "SHARE")]
    pub(super) mix: Option<f32>,
    /// Generated samples of each repetition [default: 4000].
    #[arg(long, value_name = "N")]
    pub(super) generated: Option<usize>,
    /// Steps of each GAN [default: 12000, of texts 3000].
    #[arg(long, value_name = "N")]
    pub(super) gan_steps: Option<u64>,
    /// Steps of every classifier [default: 1500].
    #[arg(long, value_name = "N")]
    pub(super) classifier_steps: Option<u64>,
    /// Samples in a batch of a classifier [default: 64].
    #[arg(long, value_name = "N")]
    pub(super) batch: Option<usize>,
    /// Whether classic augmentation mirrors pictures [default: true, but not for digits and for classes that are numbers].
    #[arg(long, value_name = "true|false")]
    pub(super) flip: Option<bool>,
    /// Whether the GAN's discriminator sees pictures changed at random [default: false].
    #[arg(long, value_name = "true|false")]
    pub(super) diff_augment: Option<bool>,
    /// Folder that results and GANs are kept in [default: a folder in `runs`].
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Go on with the experiment in --out.
    #[arg(long)]
    pub(super) resume: bool,
    /// Also write the first repetition's samples, real and generated ones together: a folder, or a file .npz.
    #[arg(long, value_name = "FILE|DIR", conflicts_with = "sweep")]
    pub(super) export: Option<PathBuf>,
    /// What to write: of pictures folder, idx or npz, of texts tsv or npz [default: what the name says].
    #[arg(long, value_name = "NAME", requires = "export")]
    pub(super) export_format: Option<String>,
    /// Print JSON lines.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct FeaturesArgs {
    /// Folder with the folders `mnist` and `fashion-mnist`, each of four IDX files.
    #[arg(long, value_name = "DIR")]
    pub(super) data: PathBuf,
    /// Seed of every random number.
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// File to write: .safetensors.
    #[arg(long, value_name = "FILE")]
    pub(super) out: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct BenchArgs {
    /// One case instead of all that time a step (see benches/README.md).
    #[arg(long, value_name = "NAME")]
    pub(super) case: Option<String>,
    /// The one preset of the cases `frames`, `quality2d` and `lessons`.
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Switch on everything that the stage of points can show, in the case `frames`.
    #[arg(long)]
    pub(super) all_views: bool,
    /// Where to compute.
    #[arg(long, value_enum, default_value_t = DeviceChoice::Cpu)]
    pub(super) device: DeviceChoice,
    /// How long each case is timed, at least.
    #[arg(long, value_name = "S", default_value_t = 5.0)]
    pub(super) seconds: f64,
    /// Seeds of each preset in the cases `quality2d` and `lessons`.
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(super) seeds: u64,
    /// The first of them. Presets were tuned on seeds below 2001.
    #[arg(long, value_name = "SEED", default_value_t = 2_001)]
    pub(super) first_seed: u64,
    /// Print one JSON object a case.
    #[arg(long)]
    pub(super) json: bool,
}

impl BenchArgs {
    pub(super) fn preset(&self) -> Result<Option<Preset>, UsageError> {
        self.preset.as_deref().map(parse_preset).transpose()
    }
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Print JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct DatasetsArgs {
    /// Fetch a published set instead: mnist, fashion-mnist or cifar10. An attempt that was cut off goes on where it ended.
    #[arg(long, value_name = "NAME", conflicts_with = "json")]
    pub(super) download: Option<String>,
    /// The folder on a server that has its files, instead of the usual ones.
    #[arg(long, value_name = "URL", requires = "download")]
    pub(super) mirror: Option<String>,
    /// Seconds that the server may say nothing.
    #[arg(long, value_name = "S", default_value_t = 20.0, requires = "download")]
    pub(super) patience: f64,
    /// Print JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct InfoArgs {
    /// Model file or run folder.
    pub(super) file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub(super) json: bool,
}

fn parse_preset(name: &str) -> Result<Preset, UsageError> {
    Preset::from_key(name).ok_or_else(|| unknown("preset", name, Preset::ALL.iter().map(|preset| preset.key())))
}

/// The error for a name that is not on a list.
pub(super) fn unknown(what: &str, name: &str, known: impl Iterator<Item = &'static str>) -> UsageError {
    UsageError(format!("there is no {what} called `{name}`; there are: {}", known.collect::<Vec<_>>().join(", ")))
}
