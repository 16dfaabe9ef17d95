//! Files that appear whole or not at all.

use std::fs::{self, File};
use std::io::{self, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::ExportError;

/// Replaces the file at `path` by one that holds `bytes`, or leaves everything as it was.
///
/// The bytes go to a temporary file in the same folder, are forced to the disk, and take the file's name in one step. A
/// link is followed; what is no ordinary file, such as a pipe or `/dev/stdout`, is written to directly.
///
/// # Errors
/// [`ExportError::Write`] with what the file system said.
pub fn write_atomically(path: impl AsRef<Path>, bytes: &[u8]) -> Result<(), ExportError> {
    let path = path.as_ref();
    match fs::metadata(path) {
        Ok(existing) if !existing.is_file() => fs::write(path, bytes).map_err(ExportError::write(path)),
        Ok(existing) => {
            let target = fs::canonicalize(path).map_err(ExportError::write(path))?;
            replace(&target, bytes, Some(&existing)).map_err(ExportError::write(path))
        }
        Err(_) => replace(path, bytes, None).map_err(ExportError::write(path)),
    }
}

/// The same for a file whose content is made while it is written: `write` fills it.
///
/// What is no ordinary file gets the content once it is whole.
///
/// # Errors
/// What `write` failed with, and [`ExportError::Write`].
pub fn write_atomically_with<E: From<ExportError>>(
    path: impl AsRef<Path>,
    write: impl FnOnce(&mut File) -> Result<(), E>,
) -> Result<(), E> {
    let path = path.as_ref();
    let refused = ExportError::write;
    match fs::metadata(path) {
        Ok(existing) if !existing.is_file() => {
            let mut target = File::options().write(true).open(path).map_err(refused(path))?;
            let mut file = tempfile::tempfile().map_err(refused(path))?;
            write(&mut file)?;
            file.rewind().map_err(refused(path))?;
            io::copy(&mut file, &mut target).map_err(refused(path))?;
            Ok(())
        }
        existing => {
            let target =
                if existing.is_ok() { fs::canonicalize(path).map_err(refused(path))? } else { path.to_owned() };
            let mut file = begin(&target, existing.as_ref().ok()).map_err(refused(path))?;
            write(file.as_file_mut())?;
            Ok(finish(file, &target).map_err(refused(path))?)
        }
    }
}

/// Refuses a folder that could not be made or written to; makes nothing that stays.
///
/// # Errors
/// [`ExportError::NotAFolder`] where a file is in its place or on the way to it, and [`ExportError::Write`].
pub fn check_folder_place(folder: &Path) -> Result<(), ExportError> {
    let on_the_way = folder.ancestors().map(|part| if part == Path::new("") { Path::new(".") } else { part });
    let Some(there) = on_the_way.into_iter().find(|part| part.exists()) else { return Ok(()) };
    if !there.is_dir() {
        return Err(ExportError::NotAFolder { path: there.to_owned() });
    }
    tempfile::tempfile_in(there).map(drop).map_err(ExportError::write(there))
}

fn replace(path: &Path, bytes: &[u8], existing: Option<&fs::Metadata>) -> io::Result<()> {
    let mut file = begin(path, existing)?;
    file.write_all(bytes)?;
    finish(file, path)
}

/// A temporary file that may replace the one at `path`.
fn begin(path: &Path, existing: Option<&fs::Metadata>) -> io::Result<NamedTempFile> {
    let folder = folder_of(path);
    let mut builder = Builder::new();
    builder.prefix(".ganscope-").suffix(".part");
    set_permissions(&mut builder, existing);
    builder.tempfile_in(&folder)
}

/// Gives a temporary file the name that it is meant for.
fn finish(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(&folder_of(path));
    Ok(())
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Gives the file the permissions of the one it replaces, or those of any new file: a temporary file is private.
#[cfg(unix)]
fn set_permissions(builder: &mut Builder<'_, '_>, existing: Option<&fs::Metadata>) {
    use std::os::unix::fs::PermissionsExt as _;
    const NEW_FILE: u32 = 0o666;
    let mode = existing.map_or(NEW_FILE, |metadata| metadata.permissions().mode() & 0o777);
    builder.permissions(fs::Permissions::from_mode(mode));
}

#[cfg(not(unix))]
fn set_permissions(_: &mut Builder<'_, '_>, _: Option<&fs::Metadata>) {}

/// Makes the new name survive a power cut. The file is already whole under it, so a file system that cannot do this is
/// no reason to fail.
fn sync_folder(folder: &Path) {
    if cfg!(unix) {
        let _unsupported = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_replaces_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.bin");
        write_atomically(&path, b"first").unwrap();
        write_atomically(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn a_missing_folder_is_said_in_one_line_with_the_path_last() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing/file.bin");
        let message = write_atomically(&path, b"").unwrap_err().to_string();
        assert_eq!(message, format!("cannot write: no such file or folder: {}", path.display()));
    }

    #[test]
    fn a_folder_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let message = write_atomically(folder.path(), b"").unwrap_err().to_string();
        assert_eq!(message, format!("cannot write: is a directory: {}", folder.path().display()));
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        assert!(replace(&path, b"new", None).is_err());
        assert!(path.is_dir());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn a_bare_name_lies_in_the_current_folder() {
        assert_eq!(folder_of(Path::new("file.bin")), Path::new("."));
        assert_eq!(folder_of(Path::new("/tmp/file.bin")), Path::new("/tmp"));
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_those_of_the_replaced_file_and_a_new_one_is_not_private() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (new, plain) = (folder.path().join("new"), folder.path().join("plain"));
        write_atomically(&new, b"").unwrap();
        fs::write(&plain, b"").unwrap();
        assert_eq!(mode(&new), mode(&plain));
        fs::set_permissions(&new, fs::Permissions::from_mode(0o600)).unwrap();
        write_atomically(&new, b"again").unwrap();
        assert_eq!(mode(&new), 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_made_while_it_is_written_replaces_the_file_or_leaves_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.bin");
        let fill = |path: &Path, bytes: &[u8]| {
            write_atomically_with(path, |file| file.write_all(bytes).map_err(ExportError::write(path)))
        };
        fill(&path, b"first").unwrap();
        let failed = write_atomically_with(&path, |file| {
            file.write_all(b"half").map_err(ExportError::write(&path))?;
            Err(ExportError::Empty)
        });
        assert!(matches!(failed, Err(ExportError::Empty)));
        assert_eq!(fs::read(&path).unwrap(), b"first");
        fill(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        let message = fill(folder.path(), b"").unwrap_err().to_string();
        assert_eq!(message, format!("cannot write: is a directory: {}", folder.path().display()));
        fill(Path::new("/dev/null"), b"gone").unwrap();
        assert!(Path::new("/dev/null").exists());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_devices_are_not_replaced() {
        use std::os::unix::fs::{FileTypeExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, b"old").unwrap();
        symlink(&target, &link).unwrap();
        write_atomically(&link, b"new").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());

        let device = folder.path().join("null");
        symlink("/dev/null", &device).unwrap();
        write_atomically(&device, b"gone").unwrap();
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    }
}
