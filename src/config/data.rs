//! Where real samples come from: a built-in set with its parameters, a drawing, or a file.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::choices::choices;
use super::{
    CheckerboardConfig, Domain, Drawing, GridConfig, NoiseConfig, PicturesConfig, Preset, RingConfig, RunConfig,
    SampleShape, TextConfig,
};

/// A source of real samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DatasetKind {
    /// Gaussians on a circle of radius 1 (PacGAN, arXiv 1712.04086).
    Ring,
    /// Gaussians on a square lattice (PacGAN, arXiv 1712.04086).
    Grid,
    /// Two interleaved half circles.
    Moons,
    /// Two arms of an Archimedean spiral.
    Spiral,
    /// Points along a segment.
    Line,
    /// Every other square of a board.
    Checkerboard,
    /// What the user drew: needs [`DataConfig::drawing`].
    Drawn,
    /// The points of a file: needs [`DataConfig::path`].
    File,
    /// A class-balanced subset of Fashion-MNIST.
    Fashion,
    /// Pixel-art faces.
    Faces,
    /// Handwritten digits: the published set, which must be on this machine.
    Mnist,
    /// Garments: the published set, of which [`DatasetKind::Fashion`] is a part; it must be on this machine.
    FashionMnist,
    /// Photographs of ten classes: the published set, which must be on this machine.
    Cifar10,
    /// The user's own pictures: needs [`PicturesConfig::path`].
    Pictures,
    /// First names.
    Names,
    /// English words.
    Words,
    /// The user's own texts: needs [`TextConfig::path`].
    Text,
}

choices!(DatasetKind {
    Ring => "ring", "Gaussian ring", "Tight clusters on a circle: the standard test for mode collapse.";
    Grid => "grid", "Gaussian grid", "Tight clusters in rows: harder, because there are more modes to miss.";
    Moons => "moons", "Two moons", "Two interleaved half circles, smooth curves rather than clusters.";
    Spiral => "spiral", "Spiral", "Two arms of a spiral, which the generator has to bend the plane into.";
    Line => "line", "Line", "Points along a line: the plainest shape there is.";
    Checkerboard => "checkerboard", "Checkerboard", "Filled squares with sharp corners and nothing between them.";
    Drawn => "drawn", "Your drawing", "What you drew: the darker a place, the more points come from there.";
    File => "file", "Your points", "The points of a file, moved and scaled to fit the plane.";
    Fashion => "fashion", "Fashion subset", "4\u{2009}000 grey pictures of garments from Fashion-MNIST, in ten classes, 28×28 pixels.";
    Faces => "faces", "Pixel-art faces", "10\u{2009}000 colour faces drawn in pixels, 16×16.";
    Mnist => "mnist", "MNIST", "60\u{2009}000 handwritten digits, 28×28, and 10\u{2009}000 more to test with.";
    FashionMnist => "fashion-mnist", "Fashion-MNIST", "60\u{2009}000 grey pictures of garments, 28×28, and 10\u{2009}000 more to test with.";
    Cifar10 => "cifar10", "CIFAR-10", "50\u{2009}000 colour photographs of ten classes, 32×32, and 10\u{2009}000 more to test with.";
    Pictures => "pictures", "Your pictures", "Pictures from your files, scaled to one size.";
    Names => "names", "First names", "12\u{2009}000 first names of up to twelve letters: new ones are easily told from old ones.";
    Words => "words", "English words", "12\u{2009}000 English words of up to twelve letters: the generator invents words that never were.";
    Text => "text", "Your texts", "The lines of a file, a sample each.";
});

impl DatasetKind {
    /// Every set that comes with the program and needs nothing from the user.
    pub const BUILT_IN: [Self; 10] = [
        Self::Ring,
        Self::Grid,
        Self::Moons,
        Self::Spiral,
        Self::Line,
        Self::Checkerboard,
        Self::Fashion,
        Self::Faces,
        Self::Names,
        Self::Words,
    ];

    /// The published sets that must be on this machine: found in the data folder, and fetched on request.
    pub const PUBLISHED: [Self; 3] = [Self::Mnist, Self::FashionMnist, Self::Cifar10];

    /// The shape of its samples; of [`DatasetKind::Pictures`] and [`DatasetKind::Text`] the usual one, as they
    /// may have any.
    pub fn shape(self) -> SampleShape {
        match self {
            Self::Ring
            | Self::Grid
            | Self::Moons
            | Self::Spiral
            | Self::Line
            | Self::Checkerboard
            | Self::Drawn
            | Self::File => SampleShape::Points { dims: 2 },
            Self::Fashion | Self::Mnist | Self::FashionMnist => {
                SampleShape::Image { channels: 1, height: 28, width: 28 }
            }
            Self::Cifar10 => SampleShape::Image { channels: 3, height: 32, width: 32 },
            Self::Pictures => PicturesConfig::default().shape(),
            Self::Names | Self::Words | Self::Text => TextConfig::default().shape(),
            Self::Faces => SampleShape::Image { channels: 3, height: 16, width: 16 },
        }
    }
}

/// Where real samples come from. Parameters of another kind than `kind` are kept, and change nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// The data set.
    pub kind: DatasetKind,
    /// Parameters of [`DatasetKind::Ring`].
    #[serde(default)]
    pub ring: RingConfig,
    /// Parameters of [`DatasetKind::Grid`].
    #[serde(default)]
    pub grid: GridConfig,
    /// Parameters of [`DatasetKind::Moons`].
    #[serde(default = "NoiseConfig::moons")]
    pub moons: NoiseConfig,
    /// Parameters of [`DatasetKind::Spiral`].
    #[serde(default = "NoiseConfig::spiral")]
    pub spiral: NoiseConfig,
    /// Parameters of [`DatasetKind::Line`].
    #[serde(default = "NoiseConfig::line")]
    pub line: NoiseConfig,
    /// Parameters of [`DatasetKind::Checkerboard`].
    #[serde(default)]
    pub checkerboard: CheckerboardConfig,
    /// The density of [`DatasetKind::Drawn`].
    #[serde(default)]
    pub drawing: Option<Drawing>,
    /// The file of [`DatasetKind::File`].
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// Where [`DatasetKind::Pictures`] come from.
    #[serde(default)]
    pub pictures: PicturesConfig,
    /// Where [`DatasetKind::Text`] comes from.
    #[serde(default)]
    pub text: TextConfig,
    /// Samples that training draws from; `None` for all there are: of a distribution, new ones in every batch.
    #[serde(default)]
    pub samples: Option<usize>,
    /// The CRC-32 of that file, or of those pictures or texts as training sees them, when the run began; `None` before, and for all other data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<u32>,
}

impl DataConfig {
    /// What [`DataConfig::samples`] may be.
    pub const SAMPLES: RangeInclusive<usize> = 2..=10_000_000;

    /// The data set with the parameters it has by default.
    pub fn of(kind: DatasetKind) -> Self {
        Self {
            kind,
            ring: RingConfig::default(),
            grid: GridConfig::default(),
            moons: NoiseConfig::moons(),
            spiral: NoiseConfig::spiral(),
            line: NoiseConfig::line(),
            checkerboard: CheckerboardConfig::default(),
            drawing: None,
            path: None,
            pictures: PicturesConfig::default(),
            text: TextConfig::default(),
            samples: None,
            checksum: None,
        }
    }

    /// Points drawn by hand.
    pub fn drawn(drawing: Drawing) -> Self {
        Self { drawing: Some(drawing), ..Self::of(DatasetKind::Drawn) }
    }

    /// The points of a file.
    pub fn file(path: &Path) -> Self {
        Self { path: Some(path.to_owned()), ..Self::of(DatasetKind::File) }
    }

    /// The same data, with what is usual of all other kinds and all samples that there are: what the samples are, and nothing that a
    /// user has chosen elsewhere.
    #[must_use]
    pub fn alone(&self) -> Self {
        let usual = Self::of(self.kind);
        match self.kind {
            DatasetKind::Ring => Self { ring: self.ring, ..usual },
            DatasetKind::Grid => Self { grid: self.grid, ..usual },
            DatasetKind::Moons => Self { moons: self.moons, ..usual },
            DatasetKind::Spiral => Self { spiral: self.spiral, ..usual },
            DatasetKind::Line => Self { line: self.line, ..usual },
            DatasetKind::Checkerboard => Self { checkerboard: self.checkerboard, ..usual },
            DatasetKind::Drawn => Self { drawing: self.drawing.clone(), ..usual },
            DatasetKind::File => Self { path: self.path.clone(), ..usual },
            DatasetKind::Pictures => Self { pictures: self.pictures.clone(), ..usual },
            DatasetKind::Text => Self { text: self.text.clone(), ..usual },
            _ => usual,
        }
    }

    /// The points of another file, everything else as it is here.
    #[must_use]
    pub fn with_file(&self, path: PathBuf) -> Self {
        Self { kind: DatasetKind::File, path: Some(path), checksum: None, ..self.clone() }
    }

    /// The user's own pictures.
    pub fn pictures(pictures: PicturesConfig) -> Self {
        Self { pictures, ..Self::of(DatasetKind::Pictures) }
    }

    /// The user's own texts.
    pub fn text(text: TextConfig) -> Self {
        Self { text, ..Self::of(DatasetKind::Text) }
    }

    /// The file or folder of the user's that it comes from.
    pub fn own_path(&self) -> Option<&Path> {
        match self.kind {
            DatasetKind::File => self.path.as_deref(),
            DatasetKind::Pictures => self.pictures.path.as_deref(),
            DatasetKind::Text => self.text.path.as_deref(),
            _ => None,
        }
    }

    /// The characters of its texts, symbol 1 first; `None` where its samples are no texts.
    pub fn alphabet(&self) -> Option<&str> {
        match self.kind {
            DatasetKind::Text => Some(&self.text.alphabet),
            DatasetKind::Names | DatasetKind::Words => Some(TextConfig::LETTERS),
            _ => None,
        }
    }

    /// The shape of its samples.
    pub fn shape(&self) -> SampleShape {
        match self.kind {
            DatasetKind::Pictures => self.pictures.shape(),
            DatasetKind::Text => self.text.shape(),
            kind => kind.shape(),
        }
    }

    /// The kind of its samples.
    pub fn domain(&self) -> Domain {
        self.shape().domain()
    }
}

impl RunConfig {
    /// Takes other data: of the same shape, it keeps the networks; of another, it brings networks that fit. Classes that the
    /// data before did not have are told to the networks.
    pub fn choose_data(&mut self, data: DataConfig) {
        use super::Choice as _;
        let brings_classes = self.data.classes() == 0;
        if data.shape() != self.data.shape() {
            let configs = || Preset::ALL.iter().rev().map(|preset| preset.config());
            let domain = data.domain();
            // Pictures of a size that no preset has: convolutions that fit others fit them too.
            let fits = |config: &Self| Self { data: data.clone(), ..config.clone() }.networks_fit();
            let fitting = configs()
                .find(|config| config.data.kind == data.kind && config.data.shape() == data.shape())
                .or_else(|| configs().find(|config| config.data.shape() == data.shape()))
                .or_else(|| configs().find(|config| config.data.domain() == domain && fits(config)));
            if let Some(fitting) = fitting {
                *self = Self { seed: self.seed, ..fitting };
            }
        }
        self.conditional |= brings_classes;
        self.replace_data(data);
    }

    /// Takes other data and keeps the networks. Data without classes makes a conditional model an ordinary one. What files held when
    /// another run began is forgotten.
    pub fn replace_data(&mut self, data: DataConfig) {
        self.conditional &= data.classes() > 0;
        self.data = DataConfig { checksum: None, ..data };
    }

    /// Whether both networks can be built for the data.
    fn networks_fit(&self) -> bool {
        self.generator_architecture().is_ok() && self.discriminator_architecture().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Choice as _, FitKind, ModelConfig};

    #[test]
    fn a_configuration_of_before_there_were_parameters_means_the_same() {
        let old: DataConfig = serde_json::from_str(r#"{"kind":"ring"}"#).unwrap();
        assert_eq!(old, DataConfig::of(DatasetKind::Ring));
        assert_eq!((old.ring.modes, old.grid.side), (8, 5));
        assert_eq!((old.ring.std.to_bits(), old.grid.std.to_bits()), (0.01_f32.to_bits(), 0.05_f32.to_bits()));
    }

    #[test]
    fn parameters_drawing_and_path_survive_a_file() {
        let mut cells = vec![0; Drawing::CELLS];
        cells[17] = 200;
        let mut data = DataConfig::drawn(Drawing::new(cells).unwrap());
        data.ring = RingConfig { modes: 12, std: 0.03 };
        data.path = Some("a folder/points.csv".into());
        data.pictures = PicturesConfig {
            path: Some("a folder/of pictures".into()),
            size: 64,
            channels: 1,
            fit: FitKind::Pad,
            classes: 5,
        };
        let text = serde_json::to_string(&data).unwrap();
        assert_eq!(serde_json::from_str::<DataConfig>(&text).unwrap(), data);
    }

    #[test]
    fn a_parameter_that_is_left_out_has_its_default_and_an_unknown_one_is_refused() {
        let data: DataConfig = serde_json::from_str(r#"{"kind":"ring","ring":{"modes":3}}"#).unwrap();
        assert_eq!(data.ring, RingConfig { modes: 3, ..RingConfig::default() });
        assert!(serde_json::from_str::<DataConfig>(r#"{"kind":"ring","ring":{"mode":3}}"#).is_err());
    }

    #[test]
    fn parameters_are_set_by_their_path() {
        let mut config = Preset::Ring8.config();
        for assignment in ["data.ring.modes=12", "data.moons.noise=0.1", "data.kind=file", "data.path=points.csv"] {
            config.set(assignment).unwrap();
        }
        assert_eq!((config.data.ring.modes, config.data.kind), (12, DatasetKind::File));
        assert_eq!(config.data.path.as_deref(), Some(Path::new("points.csv")));
        for other in
            ["data.path=others.csv", "data.pictures.path=photos", "data.pictures.size=16", "data.kind=pictures"]
        {
            config.data.checksum = Some(7);
            config.set(other).unwrap();
            assert_eq!(config.data.checksum, None, "it is that of other data: {other}");
        }
        config.data.checksum = Some(7);
        config.set("data.samples=50").unwrap();
        assert_eq!(config.data.checksum, Some(7));
        let same = config.data.clone();
        config.choose_data(same);
        assert_eq!(config.data.checksum, None, "what is chosen anew may hold anything");
        assert!(config.set("data.ring.radius=2").unwrap_err().to_string().contains("modes"));
    }

    #[test]
    fn data_of_another_shape_brings_networks_that_fit() {
        for &from in Preset::ALL {
            for &kind in DatasetKind::ALL {
                let mut config = from.config();
                config.seed = 42;
                config.choose_data(DataConfig::of(kind));
                assert_eq!((config.data.kind, config.seed), (kind, 42));
                assert_eq!(config.validate(), Ok(()), "{from:?} with {kind:?}");
            }
        }
    }

    #[test]
    fn networks_are_told_of_classes_where_data_brings_them_and_nobody_said_otherwise() {
        let of_own = |classes| {
            DataConfig::pictures(PicturesConfig { size: 16, channels: 3, classes, ..PicturesConfig::default() })
        };
        let mut config = Preset::Faces.config();
        config.choose_data(of_own(5));
        assert!(config.conditional, "faces have no classes to be told of");
        config.choose_data(of_own(0));
        assert!(!config.conditional);
        let mut plain = RunConfig { conditional: false, ..Preset::Fashion.config() };
        plain.choose_data(DataConfig::of(DatasetKind::Mnist));
        assert!(!plain.conditional, "it was switched off");
        let mut kept = Preset::Faces.config();
        kept.replace_data(of_own(5));
        assert!(!kept.conditional, "networks stay as they were asked for");
        let mut named = Preset::Fashion.config();
        named.replace_data(of_own(0));
        assert!(!named.conditional, "there is nothing to tell");
    }

    #[test]
    fn pictures_of_every_size_bring_networks_that_fit_and_make_pictures() {
        for &from in Preset::ALL {
            for size in PicturesConfig::SIZES {
                for channels in PicturesConfig::CHANNELS {
                    let data = DataConfig::pictures(PicturesConfig { size, channels, ..PicturesConfig::default() });
                    let mut config = from.config();
                    config.choose_data(data.clone());
                    assert_eq!((&config.data, config.validate()), (&data, Ok(())), "{from:?} {size} {channels}");
                    let is_convolutional = !matches!(config.generator, ModelConfig::Mlp { .. });
                    assert!(is_convolutional, "{from:?} {size} {channels}: {}", config.generator.summary());
                }
            }
        }
    }

    #[test]
    fn what_pictures_become_is_set_by_its_path_and_checked() {
        let mut config = Preset::Faces.config();
        let choose =
            ["data.kind=pictures", "data.pictures.size=64", "data.pictures.channels=1", "data.pictures.fit=pad"];
        for assignment in choose {
            config.set(assignment).unwrap();
        }
        assert_eq!(config.data.shape(), SampleShape::Image { channels: 1, height: 64, width: 64 });
        assert_eq!((config.data.pictures.fit, config.validate()), (FitKind::Pad, Ok(())));
        for (assignment, name) in
            [("data.pictures.size=48", "data.pictures.size"), ("data.pictures.channels=4", "data.pictures.channels")]
        {
            let mut spoiled = config.clone();
            spoiled.set(assignment).unwrap();
            assert!(spoiled.validate().unwrap_err().to_string().starts_with(name), "{assignment}");
        }
        assert!(config.set("data.pictures.fit=stretch").is_err());
    }

    #[test]
    fn data_of_the_same_shape_keeps_the_networks() {
        let mut config = Preset::Collapse.config();
        let networks = config.generator.clone();
        config.choose_data(DataConfig::of(DatasetKind::Spiral));
        assert_eq!(config.generator, networks);
    }
}
