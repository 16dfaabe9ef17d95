//! How many samples each class has.

/// A class and how many samples to train on it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassCount {
    /// Its name.
    pub name: String,
    /// Its samples.
    pub count: usize,
}

/// The classes of these names in this order, each with how often its label comes. Labels beyond the names count for nothing.
pub(super) fn count_classes(names: Vec<String>, labels: impl IntoIterator<Item = u8>) -> Vec<ClassCount> {
    let mut classes: Vec<ClassCount> = names.into_iter().map(|name| ClassCount { name, count: 0 }).collect();
    for label in labels {
        if let Some(class) = classes.get_mut(usize::from(label)) {
            class.count += 1;
        }
    }
    classes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_counted_by_name() {
        let counted = count_classes(["sea", "land", "air"].map(String::from).into(), [1, 0, 1, 7]);
        let pairs: Vec<(&str, usize)> = counted.iter().map(|class| (class.name.as_str(), class.count)).collect();
        assert_eq!(pairs, [("sea", 1), ("land", 2), ("air", 0)]);
        assert!(count_classes(Vec::new(), [0]).is_empty());
    }
}
