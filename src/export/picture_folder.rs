//! A folder of pictures, one PNG each, with a sub-folder for each class: what every reader of labelled pictures takes.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempDir};

use super::{ExportError, encode_png};
use crate::data::Pictures;

/// The table of labels beside the sub-folders.
const LABELS: &str = "labels.csv";
/// Characters that some system does not allow in a file's name.
const NOT_IN_NAMES: [char; 9] = ['/', '\\', ':', '*', '?', '"', '<', '>', '|'];
/// Characters of the longest name of a folder.
const MAX_NAME: usize = 80;

/// A folder that is being filled under another name. It takes its own once it is whole; dropped before, it is gone.
#[derive(Debug)]
pub struct PictureFolder {
    out: PathBuf,
    unfinished: TempDir,
    classes: Vec<Class>,
    labels: Option<BufWriter<File>>,
    written: usize,
}

/// A class, its folder, and whether that is there already.
#[derive(Debug)]
struct Class {
    name: String,
    folder: String,
    is_there: bool,
}

impl PictureFolder {
    /// Refuses a folder that holds anything.
    ///
    /// # Errors
    /// [`ExportError::FolderTaken`].
    pub(super) fn check(out: &Path) -> Result<(), ExportError> {
        match fs::read_dir(out).map(|mut entries| entries.next().is_some()) {
            Ok(true) => Err(ExportError::FolderTaken { path: out.to_owned() }),
            Ok(false) | Err(_) => Ok(()),
        }
    }

    /// Begins a folder. With names of classes, each class that comes up gets a sub-folder, and a table lists all labels.
    ///
    /// # Errors
    /// [`ExportError::FolderTaken`] for a folder that holds anything, and [`ExportError::Write`].
    pub fn create(out: &Path, class_names: &[String]) -> Result<Self, ExportError> {
        Self::check(out)?;
        let parent = match out.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent).map_err(ExportError::write(parent))?;
        let mut builder = Builder::new();
        builder.prefix(".ganscope-").suffix(".part");
        set_permissions(&mut builder);
        let unfinished = builder.tempdir_in(parent).map_err(ExportError::write(out))?;
        let mut folder =
            Self { out: out.to_owned(), unfinished, classes: classes(class_names), labels: None, written: 0 };
        if !class_names.is_empty() {
            let file = File::create(folder.unfinished.path().join(LABELS)).map_err(ExportError::write(out))?;
            let mut table = BufWriter::new(file);
            writeln!(table, "file,label,class").map_err(ExportError::write(out))?;
            folder.labels = Some(table);
        }
        Ok(folder)
    }

    /// Adds pictures, each with its label where there are classes.
    ///
    /// # Errors
    /// [`ExportError::Channels`] or [`ExportError::Write`].
    pub fn add(&mut self, pictures: &Pictures, labels: &[usize]) -> Result<(), ExportError> {
        let Pictures { channels, height, width, .. } = *pictures;
        for (index, pixels) in pictures.iter().enumerate() {
            let picture = Pictures { channels, height, width, pixels: pixels.to_vec() };
            let bytes = encode_png(&picture)?;
            let file = self.file_of(self.written, labels.get(index).copied());
            let labelled = labels.get(index).and_then(|&label| Some((label, self.classes.get_mut(label)?)));
            if let Some((label, class)) = labelled {
                if !class.is_there {
                    let folder = self.unfinished.path().join(&class.folder);
                    fs::create_dir(folder).map_err(ExportError::write(&self.out))?;
                    class.is_there = true;
                }
                if let Some(table) = &mut self.labels {
                    writeln!(table, "{},{label},{}", cell(&file), cell(&class.name))
                        .map_err(ExportError::write(&self.out))?;
                }
            }
            fs::write(self.unfinished.path().join(file), bytes).map_err(ExportError::write(&self.out))?;
            self.written += 1;
        }
        Ok(())
    }

    /// The file that picture `number` is, or will be if it has this label: its place under the folder.
    pub fn file_of(&self, number: usize, label: Option<usize>) -> String {
        match label.and_then(|label| self.classes.get(label)) {
            Some(class) => format!("{}/{number:06}.png", class.folder),
            None => format!("{number:06}.png"),
        }
    }

    /// Adds a file beside the pictures.
    ///
    /// # Errors
    /// [`ExportError::Write`].
    pub fn add_file(&mut self, name: &str, bytes: &[u8]) -> Result<(), ExportError> {
        fs::write(self.unfinished.path().join(name), bytes).map_err(ExportError::write(&self.out))?;
        self.written += 1;
        Ok(())
    }

    /// Gives the folder its name.
    ///
    /// # Errors
    /// [`ExportError::Empty`] without a file, and [`ExportError::Write`].
    pub fn finish(self) -> Result<(), ExportError> {
        if self.written == 0 {
            return Err(ExportError::Empty);
        }
        let Self { out, unfinished, labels, .. } = self;
        if let Some(table) = labels {
            let file = table.into_inner().map_err(|error| ExportError::write(&out)(error.into_error()))?;
            file.sync_all().map_err(ExportError::write(&out))?;
        }
        if out.is_dir() {
            // Only an empty folder is removed: one that was filled meanwhile is refused.
            fs::remove_dir(&out).map_err(|_filled| ExportError::FolderTaken { path: out.clone() })?;
        }
        fs::rename(unfinished.path(), &out).map_err(ExportError::write(&out))?;
        // It is no longer there under its first name.
        let _renamed = unfinished.keep();
        Ok(())
    }
}

/// Gives the folder the permissions of any new one: a temporary one is private.
#[cfg(unix)]
fn set_permissions(builder: &mut Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt as _;
    builder.permissions(fs::Permissions::from_mode(0o777));
}

#[cfg(not(unix))]
fn set_permissions(_: &mut Builder<'_, '_>) {}

fn classes(names: &[String]) -> Vec<Class> {
    let mut taken = BTreeSet::from([LABELS.to_owned()]);
    let class = |(label, name): (usize, &String)| {
        let plain = folder_name(name);
        let folder = if plain.is_empty() || !taken.insert(plain.to_lowercase()) {
            format!("{plain}-{label}").trim_start_matches('-').to_owned()
        } else {
            plain
        };
        taken.insert(folder.to_lowercase());
        Class { name: name.clone(), folder, is_there: false }
    };
    names.iter().enumerate().map(class).collect()
}

/// A class's name as a folder can be called on any system.
fn folder_name(name: &str) -> String {
    let allowed = |letter: char| if NOT_IN_NAMES.contains(&letter) || letter.is_control() { '-' } else { letter };
    let name: String = name.chars().map(allowed).take(MAX_NAME).collect();
    name.trim_matches(|letter: char| letter == '.' || letter.is_whitespace()).to_owned()
}

/// A cell of the table.
fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(shades: &[u8]) -> Pictures {
        Pictures { channels: 1, height: 1, width: 1, pixels: shades.to_vec() }
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn classes_have_folders_and_a_table_lists_every_label() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("new/pictures");
        let mut folder = PictureFolder::create(&out, &names(&["T-shirt/top", "a, b", "never"])).unwrap();
        folder.add(&grey(&[10, 20]), &[0, 1]).unwrap();
        folder.add(&grey(&[30]), &[0]).unwrap();
        assert!(!out.exists(), "nothing is seen before it is whole");
        folder.finish().unwrap();
        let table = fs::read_to_string(out.join(LABELS)).unwrap();
        let expected = "file,label,class\nT-shirt-top/000000.png,0,T-shirt/top\n\"a, b/000001.png\",1,\"a, b\"\n\
                        T-shirt-top/000002.png,0,T-shirt/top\n";
        assert_eq!(table, expected);
        assert_eq!(image::open(out.join("T-shirt-top/000002.png")).unwrap().to_luma8().into_raw(), [30]);
        assert!(!out.join("never").exists(), "a class without pictures has no folder");
        assert_eq!(fs::read_dir(out.parent().unwrap()).unwrap().count(), 1, "nothing else is left");
    }

    #[test]
    fn without_classes_pictures_lie_in_the_folder_itself_and_an_empty_folder_may_be_there() {
        let root = tempfile::tempdir().unwrap();
        let mut folder = PictureFolder::create(root.path(), &[]).unwrap();
        folder.add(&grey(&[1, 2]), &[]).unwrap();
        folder.finish().unwrap();
        let mut files: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        files.sort();
        assert_eq!(files, ["000000.png", "000001.png"]);
        let refused = PictureFolder::create(root.path(), &[]).unwrap_err().to_string();
        let path = root.path().display();
        assert_eq!(refused, format!("there is something in this folder already, choose another: {path}"));
    }

    #[test]
    fn what_is_given_up_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let mut folder = PictureFolder::create(&root.path().join("out"), &[]).unwrap();
        folder.add(&grey(&[1]), &[]).unwrap();
        drop(folder);
        let empty = PictureFolder::create(&root.path().join("out"), &[]).unwrap();
        assert!(matches!(empty.finish(), Err(ExportError::Empty)));
        assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
    }

    #[test]
    fn folders_of_classes_have_distinct_names_that_any_system_takes() {
        let folders = |list: &[&str]| classes(&names(list)).into_iter().map(|it| it.folder).collect::<Vec<_>>();
        assert_eq!(folders(&["a/b", "a-b", "A-B"]), ["a-b", "a-b-1", "A-B-2"]);
        assert_eq!(folders(&["..", "", " x. ", "labels.csv"]), ["0", "1", "x", "labels.csv-3"]);
        assert_eq!(folder_name(&"y".repeat(300)).len(), MAX_NAME);
    }

    #[cfg(unix)]
    #[test]
    fn a_new_folder_is_not_private() {
        use std::os::unix::fs::PermissionsExt as _;
        let root = tempfile::tempdir().unwrap();
        let (out, plain) = (root.path().join("out"), root.path().join("plain"));
        let mut folder = PictureFolder::create(&out, &[]).unwrap();
        folder.add(&grey(&[1]), &[]).unwrap();
        folder.finish().unwrap();
        fs::create_dir(&plain).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&out), mode(&plain));
    }
}
