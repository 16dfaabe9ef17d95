//! `--set key=value`: one setting of a configuration, named by its path, such as `generator_optimizer.learning_rate`.

use serde_json::Value;
use thiserror::Error;

use super::RunConfig;

/// Why an override was refused.
#[derive(Debug, Error)]
pub enum OverrideError {
    /// No `=` in it.
    #[error("`{0}` is not of the form key=value")]
    NotAnAssignment(String),
    /// No such setting.
    #[error("there is no setting `{key}`; `{parent}` has: {known}")]
    UnknownKey {
        /// The path given.
        key: String,
        /// The last part of it that exists.
        parent: String,
        /// What that part holds.
        known: String,
    },
    /// The setting takes other values.
    #[error("`{key}` does not take `{value}`: {reason}")]
    BadValue {
        /// The path given.
        key: String,
        /// The value given.
        value: String,
        /// What it takes.
        reason: String,
    },
}

impl RunConfig {
    /// Applies one `key=value`, where the value is JSON or, failing that, a word.
    ///
    /// # Errors
    /// Unknown settings and values they do not take. The configuration is then unchanged.
    pub fn set(&mut self, assignment: &str) -> Result<(), OverrideError> {
        let (key, value) =
            assignment.split_once('=').ok_or_else(|| OverrideError::NotAnAssignment(assignment.to_owned()))?;
        let (key, value) = (key.trim(), value.trim());
        let bad_value =
            |reason: String| OverrideError::BadValue { key: key.to_owned(), value: value.to_owned(), reason };
        let mut tree = serde_json::to_value(&*self).map_err(|error| bad_value(error.to_string()))?;
        *find(&mut tree, key)? = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
        *self = serde_json::from_value(tree).map_err(|error| bad_value(error.to_string()))?;
        // What is known of a file is of the one before.
        if matches!(key, "data.kind" | "data.path") || key.starts_with("data.pictures") || key.starts_with("data.text")
        {
            self.data.checksum = None;
        }
        if key == "data.pictures.path" {
            self.data.pictures.classes = 0;
        }
        Ok(())
    }
}

fn find<'a>(tree: &'a mut Value, key: &str) -> Result<&'a mut Value, OverrideError> {
    let mut place = tree;
    let mut parent = "the configuration".to_owned();
    for part in key.split('.') {
        let known = match place {
            Value::Object(fields) => fields.keys().cloned().collect::<Vec<_>>().join(", "),
            _ => "no parts".to_owned(),
        };
        let inner = match place {
            Value::Object(fields) => fields.get_mut(part),
            _ => None,
        };
        let Some(inner) = inner else {
            return Err(OverrideError::UnknownKey { key: key.to_owned(), parent, known });
        };
        place = inner;
        part.clone_into(&mut parent);
    }
    Ok(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{LossKind, Preset};

    #[test]
    fn settings_are_found_by_path() {
        let mut config = Preset::Ring8.config();
        config.set("generator_optimizer.learning_rate=0.5").unwrap();
        config.set("objective.loss = hinge").unwrap();
        config.set("generator.mlp.hidden=[8, 8]").unwrap();
        assert!((config.generator_optimizer.learning_rate - 0.5).abs() < f32::EPSILON);
        assert_eq!(config.objective.loss, LossKind::Hinge);
        assert_eq!(config.generator.summary(), "MLP 2×8");
    }

    #[test]
    fn what_does_not_exist_is_refused_and_nothing_changes() {
        let mut config = Preset::Ring8.config();
        let before = config.clone();
        assert!(matches!(config.set("batch_size"), Err(OverrideError::NotAnAssignment(_))));
        let unknown = config.set("objective.gamma=1").unwrap_err();
        assert!(unknown.to_string().contains("penalty_weight"), "{unknown}");
        assert!(matches!(config.set("batch_size.x=1"), Err(OverrideError::UnknownKey { .. })));
        assert!(matches!(config.set("objective.loss=magic"), Err(OverrideError::BadValue { .. })));
        assert_eq!(config, before);
    }
}
