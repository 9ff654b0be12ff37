//! Writing a deck file: whole or not at all, keeping its permissions and the target of a symbolic link.
//! Not for deciding what to write: decks are only ever written when the learner asks.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use super::ShelfError;

/// Replaces a file's text: written beside it, synced, and moved over it.
///
/// # Errors
/// Says what the system refused; the file is then as it was.
pub fn write_atomically(path: &Path, text: &str) -> Result<(), ShelfError> {
    let io = |doing: &'static str| move |source| ShelfError::Io { doing, path: path.to_owned(), source };
    // A link stays a link: the file it points to is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(folder).map_err(io("create the folder of"))?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let part = folder.join(format!(".{name}.{}.part", std::process::id()));
    let written = (|| {
        let mut file = File::create(&part)?;
        file.write_all(text.as_bytes())?;
        if let Ok(meta) = fs::metadata(&target) {
            file.set_permissions(meta.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&part, &target)?;
        // The new name is durable once the folder is.
        #[cfg(unix)]
        File::open(folder)?.sync_all()?;
        Ok(())
    })();
    written.map_err(|source| {
        let _ = fs::remove_file(&part);
        io("write")(source)
    })
}

/// Replaces a file's text, if it is still the one that the new text was made from.
///
/// # Errors
/// As [`write_atomically`]; [`ShelfError::Changed`] when somebody wrote to the file meanwhile.
pub fn replace(path: &Path, old: &str, new: &str) -> Result<(), ShelfError> {
    if fs::read(path).is_ok_and(|now| now != old.as_bytes()) {
        return Err(ShelfError::Changed { path: path.to_owned() });
    }
    write_atomically(path, new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_replaces_the_text_keeps_the_mode_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deck.md");
        fs::write(&path, "old").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        write_atomically(&path, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
