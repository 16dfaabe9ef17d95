//! What every list of choices offers: all of its members, each with a name and one sentence.

/// A closed list of things to choose from, such as the losses or the data sets.
pub trait Choice: Copy + PartialEq + 'static {
    /// Every member, in the order in which a menu shows them.
    const ALL: &'static [Self];

    /// The word used on the command line and in configuration files.
    fn key(self) -> &'static str;

    /// The name on screen, in sentence case.
    fn label(self) -> &'static str;

    /// One plain sentence with its effect on training.
    fn tooltip(self) -> &'static str;

    /// The member called `key`, if there is one.
    fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|choice| choice.key() == key)
    }
}

/// Implements [`Choice`] for a field-less enum: one line per member with its key, label and tooltip.
macro_rules! choices {
    ($name:ident { $($variant:ident => $key:literal, $label:literal, $tooltip:literal;)+ }) => {
        impl $crate::config::Choice for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            fn key(self) -> &'static str { match self { $(Self::$variant => $key),+ } }
            fn label(self) -> &'static str { match self { $(Self::$variant => $label),+ } }
            fn tooltip(self) -> &'static str { match self { $(Self::$variant => $tooltip),+ } }
        }
    };
}
pub(crate) use choices;
