//! How many classes the data has, and which of them networks are told of.

use super::{DataConfig, DatasetKind, RunConfig};

/// The most classes that labels can name.
pub const MAX_CLASSES: usize = 256;

impl DataConfig {
    /// Classes of its samples; 0 where they have none.
    pub fn classes(&self) -> usize {
        match self.kind {
            DatasetKind::Fashion | DatasetKind::FashionMnist | DatasetKind::Mnist | DatasetKind::Cifar10 => 10,
            DatasetKind::Ring
            | DatasetKind::Grid
            | DatasetKind::Moons
            | DatasetKind::Spiral
            | DatasetKind::Line
            | DatasetKind::Checkerboard
            | DatasetKind::Drawn
            | DatasetKind::File
            | DatasetKind::Faces
            | DatasetKind::Names
            | DatasetKind::Words => 0,
            DatasetKind::Pictures => self.pictures.classes,
            DatasetKind::Text => self.text.classes,
        }
    }
}

impl RunConfig {
    /// Classes that the networks are told of; 0 where the model is not conditional.
    pub fn classes(&self) -> usize {
        if self.conditional { self.data.classes() } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ConfigError, PicturesConfig, Preset};

    #[test]
    fn pictures_of_ones_own_are_conditional_where_they_have_classes() {
        let mut config = Preset::Faces.config();
        config.choose_data(DataConfig::pictures(PicturesConfig { size: 16, classes: 3, ..PicturesConfig::default() }));
        config.conditional = true;
        assert_eq!((config.classes(), config.validate()), (3, Ok(())));
        let input = config.generator_architecture().unwrap().input;
        assert_eq!(input.features(), Some(config.latent.dim + 3), "a number for each class beside the latent");
        config.set("data.pictures.path=another folder").unwrap();
        assert_eq!(config.validate(), Err(ConfigError::NoClasses), "the classes were those of other files");
        config.set("data.pictures.classes=257").unwrap();
        assert!(config.validate().unwrap_err().to_string().starts_with("data.pictures.classes is 257"));
    }
}
