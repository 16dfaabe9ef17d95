//! Reads a file of texts twice: for its characters and labels, then for its texts. Only the kept texts are held in memory.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Seek};
use std::path::Path;
use std::sync::Arc;

use super::lines::{self, Line};
use super::survey::{Survey, in_case};
use super::{Alphabet, TextError, TextReport, Texts};
use crate::config::{CaseKind, TextConfig};
use crate::data::{given_file, shown};

/// The largest file that is read.
const MAX_FILE_BYTES: u64 = 1 << 30;
/// The most texts that are kept.
const MAX_TEXTS: usize = 1_000_000;
/// The fewest texts that can be learned from, with some kept back to measure with.
const MIN_TEXTS: usize = 20;
/// The most classes; names and counts of more would be no classes.
const MAX_CLASSES: usize = 64;

/// Reads a file.
///
/// # Errors
/// [`TextError`] for anything that is no file of texts.
pub(in crate::data) fn read(path: &Path, config: &TextConfig) -> Result<Texts, TextError> {
    let file: File = given_file::open(path, MAX_FILE_BYTES)?;
    read_from(BufReader::new(file), config)
}

/// Characters of the longest text of a file, whatever the limit.
///
/// # Errors
/// [`TextError`] for what is no text, and where all lines are too long for any limit.
pub(in crate::data) fn longest(path: &Path, case: CaseKind) -> Result<usize, TextError> {
    let file: File = given_file::open(path, MAX_FILE_BYTES)?;
    let config = TextConfig { case, max_length: *TextConfig::LENGTH.end(), ..TextConfig::default() };
    Survey::of(BufReader::new(file), &config).map(|survey| survey.longest())
}

/// Reads what is as good as a file.
///
/// # Errors
/// Those of [`read`].
pub(in crate::data) fn read_from(mut file: impl BufRead + Seek, config: &TextConfig) -> Result<Texts, TextError> {
    let survey = Survey::of(&mut file, config)?;
    file.rewind().map_err(|error| TextError::Unreadable(error.to_string()))?;
    collect(file, &survey, config)
}

/// Takes up the texts.
fn collect(file: impl BufRead, survey: &Survey, config: &TextConfig) -> Result<Texts, TextError> {
    let (alphabet, rare) = Alphabet::of_counts(survey.characters());
    let mut report = TextReport { rare, ..survey.report() };
    let too_few = |report: &TextReport| match report.with_rare {
        0 => TextError::TooFew { found: report.kept, least: MIN_TEXTS },
        left_out => {
            TextError::TooFewWithout { found: report.kept, least: MIN_TEXTS, left_out, characters: report.shown_rare() }
        }
    };
    let Some(alphabet) = alphabet else {
        report.with_rare = survey.fitting();
        return Err(too_few(&report));
    };
    let length = config.max_length;
    let mut codes = Vec::new();
    let mut names: BTreeMap<String, u64> = BTreeMap::new();
    let mut labels: Vec<String> = Vec::new();
    let mut known: HashSet<Box<[u8]>> = HashSet::new();
    lines::for_each(file, |Line { text, .. }| {
        let Some(line) = text.filter(|text| !text.is_empty()) else { return Ok(()) };
        let (text, label) = survey.parts(line);
        let text = in_case(text, config.case);
        if text.chars().count() > length {
            return Ok(());
        }
        let Some(row) = alphabet.encode(&text, length) else {
            report.with_rare += 1;
            return Ok(());
        };
        if known.len() == MAX_TEXTS {
            report.beyond += 1;
            return Ok(());
        }
        // The same text may be of several classes.
        let mut key = row.clone();
        key.extend(label.unwrap_or_default().as_bytes());
        if !known.insert(key.into()) {
            report.duplicates += 1;
            return Ok(());
        }
        codes.extend(row);
        if let Some(label) = label {
            let label = shown(label);
            *names.entry(label.clone()).or_default() += 1;
            if names.len() > MAX_CLASSES {
                return Err(TextError::TooManyClasses { limit: MAX_CLASSES });
            }
            labels.push(label);
        }
        Ok(())
    })?;
    report.kept = known.len();
    report.characters = alphabet.chars().len();
    if report.kept < MIN_TEXTS {
        return Err(too_few(&report));
    }
    if let Some((class, _)) = names.iter().find(|(_, count)| **count == 1) {
        return Err(TextError::LonelyClass { class: class.clone() });
    }
    let class_names: Vec<String> = names.into_keys().collect();
    let number = |label: &String| class_names.binary_search(label).ok().and_then(|index| u8::try_from(index).ok());
    let labels = labels.iter().filter_map(number).collect();
    Ok(Texts { alphabet: Arc::new(alphabet), length, codes, labels, class_names, report })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::data::ClassCount;

    fn read(text: &str, config: &TextConfig) -> Result<Texts, TextError> {
        read_from(Cursor::new(text.as_bytes()), config)
    }

    fn usual() -> TextConfig {
        TextConfig::default()
    }

    /// Thirty texts of two letters, a line each.
    fn thirty() -> String {
        (0..30).flat_map(|index| [b'a' + index / 6, b'p' + index % 6, b'\n'].map(char::from)).collect()
    }

    fn text(texts: &Texts, index: usize) -> String {
        texts.alphabet().decode(texts.row(index)).text
    }

    #[test]
    fn what_is_left_out_is_told() {
        let mut lines = thirty();
        lines.push_str("ap\n\n  \nAP\nthirteenchars\n");
        let texts = read(&lines, &usual()).unwrap();
        assert_eq!((texts.len(), text(&texts, 0), text(&texts, 29)), (31, "ap".to_owned(), "eu".to_owned()));
        let TextReport { lines: seen, too_long, duplicates, longest, .. } = *texts.report();
        assert_eq!((seen, too_long, duplicates, longest), (33, 1, 1, 13));
        let lower = read(&lines, &TextConfig { case: CaseKind::Lower, max_length: 13, ..usual() }).unwrap();
        assert_eq!((lower.len(), lower.report().duplicates), (31, 2));
        assert!(lower.alphabet().chars().iter().all(char::is_ascii_lowercase));
        let note = texts.report().to_string();
        assert_eq!(
            note,
            "31 different texts, an alphabet of 13 characters; left out: 1 that had come before, 1 too long"
        );
    }

    #[test]
    fn rare_characters_are_named_and_their_texts_left_out() {
        let mut lines = (0..4_000).map(|index| format!("{:06}", index * 17)).collect::<Vec<_>>().join("\n") + "\n";
        lines.push_str("12é\n");
        let texts = read(&lines, &usual()).unwrap();
        assert_eq!((texts.len(), texts.report().with_rare, texts.report().rare.as_slice()), (4_000, 1, &['é'][..]));
        assert!(texts.report().to_string().contains("1 with rare characters (é)"));
    }

    #[test]
    fn lines_with_what_cannot_be_shown_are_left_out_and_told() {
        let texts = read(&(thirty() + "a\u{c}p\n"), &usual()).unwrap();
        assert_eq!((texts.len(), texts.report().with_rare, texts.report().rare.as_slice()), (30, 1, &['\u{c}'][..]));
        assert!(texts.report().to_string().contains("1 with rare characters (U+000C)"), "{}", texts.report());
        // Where few lines have a tab, it belongs to the text.
        let few: String = thirty() + &(0..10).map(|index| format!("zz{index}\tx\n")).collect::<Vec<_>>().concat();
        let texts = read(&few, &usual()).unwrap();
        assert_eq!((texts.len(), texts.report().with_rare, texts.class_names().len()), (30, 10, 0));
        assert!(texts.report().to_string().contains("10 with rare characters (tab"), "{}", texts.report());
        assert!(texts.alphabet().encode("z", 1).is_some(), "characters are counted in what is learned from");
        let three = (0..30).map(|index| format!("a{index}\tb\tland\n")).collect::<Vec<_>>().concat();
        let error = read(&three, &usual()).unwrap_err().to_string();
        assert!(error.contains("there are: 0, without 30 lines") && error.contains("(tab)"), "{error}");
    }

    #[test]
    fn a_text_of_two_classes_is_in_both() {
        let of = |class: &str| thirty().lines().map(|line| format!("{line}\t{class}\n")).collect::<Vec<_>>().concat();
        let texts = read(&(of("sea") + &of("land") + &of("sea")), &usual()).unwrap();
        assert_eq!((texts.len(), texts.report().duplicates), (60, 30));
        let counted = |name: &str| ClassCount { name: name.to_owned(), count: 30 };
        assert_eq!(texts.counted_classes(), [counted("land"), counted("sea")]);
        assert_eq!((text(&texts, 0), text(&texts, 30)), ("ap".to_owned(), "ap".to_owned()));
        assert_eq!((texts.label(0), texts.label(30)), (Some(1), Some(0)));
    }

    #[test]
    fn a_column_of_labels_makes_classes() {
        let labelled = |lines: &str| -> String {
            let line = |(index, line): (usize, &str)| [line, "\t", ["sea", "land"][index % 2], "\n"].concat();
            lines.lines().enumerate().map(line).collect::<Vec<_>>().concat()
        };
        let texts = read(&labelled(&thirty()), &usual()).unwrap();
        assert_eq!(texts.class_names(), ["land", "sea"]);
        assert_eq!(texts.labels[..4], [1, 0, 1, 0]);
        assert_eq!(text(&texts, 0), "ap");
        let missing = labelled(&thirty()) + "zz\n";
        assert_eq!(read(&missing, &usual()).unwrap_err(), TextError::NoLabel { line: 31 });
        let lonely = labelled(&thirty()) + "zz\tair\n";
        assert_eq!(read(&lonely, &usual()).unwrap_err(), TextError::LonelyClass { class: "air".to_owned() });
        let many = (0..70).map(|index| format!("{index}x\tclass{index}")).collect::<Vec<_>>().join("\n");
        assert_eq!(read(&many, &usual()).unwrap_err(), TextError::TooManyClasses { limit: 64 });
    }

    #[test]
    fn what_cannot_be_learned_from_is_refused_in_one_line() {
        let long = format!("{}\n", "x".repeat(40)).repeat(30);
        for (lines, expected) in [
            ("one\n", TextError::TooFew { found: 1, least: 20 }),
            ("\n\n", TextError::TooFew { found: 0, least: 20 }),
            (&long, TextError::AllTooLong { limit: 12 }),
            (&"again\n".repeat(50), TextError::TooFew { found: 1, least: 20 }),
        ] {
            let error = read(lines, &usual()).unwrap_err();
            assert!(!error.to_string().contains('\n'));
            assert_eq!(error, expected);
        }
    }
}
