//! What became of a run's data since it was saved: other classes cannot be gone on with, and other samples are told of.

use crate::config::{DataConfig, DatasetKind, RunConfig};
use crate::data::{self, DataError, Dataset};

/// One sentence if networks that are told of classes would be told of others than they know. `learned` are the names of those they
/// have learned, if they have learned any: labels stand for names, so a renamed class would shift what all others mean.
pub(super) fn refuse_other_classes(config: &RunConfig, learned: &[String], found: &[String]) -> Option<String> {
    if !config.conditional {
        return None;
    }
    if config.classes() != found.len() {
        return Some(format!(
            "The networks are told of {} classes, and the data has {}: open the data again to learn those it has now, or train \
             without classes.",
            config.classes(),
            found.len()
        ));
    }
    let (learned, found) = learned.iter().zip(found).find(|(learned, found)| learned != found)?;
    Some(format!(
        "The networks have learned the class `{learned}`, and in its place the data now has `{found}`: give the classes their old \
         names, or begin a new run on the data."
    ))
}

/// Writes the checksum of the data's files down; one sentence if they hold something else than before.
pub(super) fn notice_change(config: &mut DataConfig, data: &dyn Dataset) -> Result<Option<String>, DataError> {
    let now = data::checksum(config, data)?;
    let before = std::mem::replace(&mut config.checksum, now);
    let (what, path) = match config.kind {
        DatasetKind::Pictures => {
            ("The pictures have changed since the run began; training goes on with those", &config.pictures.path)
        }
        DatasetKind::Text => {
            ("The file of texts has changed since the run began; training goes on with those", &config.text.path)
        }
        _ => ("The file of points has changed since the run began; training goes on with what it holds", &config.path),
    };
    let path = path.as_ref().filter(|_| before.is_some() && now.is_some() && before != now);
    Ok(path.map(|path| format!("{what} now: {}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{PicturesConfig, Preset};

    #[test]
    fn a_changed_file_of_texts_is_told_of_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rivers.txt");
        let write = |first: u8| {
            let lines = (0..30).map(|index| format!("{}{index}\n", char::from(first + index % 3)));
            std::fs::write(&path, lines.collect::<Vec<_>>().concat()).unwrap();
        };
        write(b'a');
        let text = data::inspect_texts(&path, crate::config::CaseKind::AsIs, None).unwrap().config;
        let mut config = DataConfig {
            text,
            kind: DatasetKind::Text,
            path: Some("points.csv".into()),
            ..DataConfig::of(DatasetKind::Text)
        };
        let mut notice = || {
            let data = data::open(&config).unwrap();
            notice_change(&mut config, &*data).unwrap()
        };
        assert_eq!((notice(), notice()), (None, None));
        std::fs::write(&path, std::fs::read_to_string(&path).unwrap().lines().rev().collect::<Vec<_>>().join("\n"))
            .unwrap();
        let message = notice().unwrap();
        assert!(message.contains("file of texts has changed") && message.contains("rivers.txt"), "{message}");
    }

    fn names<const N: usize>(names: [&str; N]) -> Vec<String> {
        names.map(String::from).into()
    }

    #[test]
    fn classes_of_other_names_or_number_are_refused_where_networks_know_them() {
        let mut config = Preset::Faces.config();
        config.choose_data(DataConfig::pictures(PicturesConfig { size: 16, classes: 2, ..PicturesConfig::default() }));
        let refuse = |learned: &[String], found: &[String]| refuse_other_classes(&config, learned, found);
        let animals = names(["cat", "dog"]);
        assert_eq!(refuse(&animals, &animals), None);
        assert_eq!(refuse(&[], &animals), None, "a run that begins knows no names");
        let renamed = refuse(&animals, &names(["cat", "horse"])).unwrap();
        assert!(renamed.contains("`dog`") && renamed.contains("`horse`") && !renamed.contains("cat"), "{renamed}");
        assert!(refuse(&animals, &names(["ant", "cat"])).is_some(), "as many, but each means another");
        let fewer = refuse(&animals, &animals[..1]).unwrap();
        assert!(fewer.contains("told of 2 classes, and the data has 1"), "{fewer}");
        let plain = RunConfig { conditional: false, ..config.clone() };
        assert_eq!(refuse_other_classes(&plain, &animals, &names(["horse"])), None);
    }
}
