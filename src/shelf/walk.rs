//! Finding deck files under folders: ignore files respected, dot-folders skipped, loops never followed.
//! Not for reading what is found.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::ShelfError;

/// What tells whether a file changed since it was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Bytes.
    pub size: u64,
    /// Last change, nanoseconds since 1970.
    pub modified_ns: i64,
    /// The file's number in its file system; 0 where there is none.
    pub inode: u64,
}

impl Stamp {
    /// Takes the stamps from a file's metadata.
    #[must_use]
    pub fn of(meta: &Metadata) -> Self {
        let modified_ns = meta
            .modified()
            .ok()
            .and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok())
            .and_then(|since| i64::try_from(since.as_nanos()).ok())
            .unwrap_or(0);
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(meta);
        #[cfg(not(unix))]
        let inode = 0;
        Self { size: meta.len(), modified_ns, inode }
    }
}

/// A deck file that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Absolute path, symbolic links in it resolved.
    pub path: PathBuf,
    /// Its stamps.
    pub stamp: Stamp,
}

/// What a walk brought.
#[derive(Debug, Default)]
pub struct Walk {
    /// Deck files, in order of path, each once.
    pub found: Vec<Found>,
    /// What could not be looked at; the rest is found all the same.
    pub faults: Vec<ShelfError>,
}

/// Walks folders (and single files) for `*.md`, in any case.
///
/// `README.md` and its like are taken too: a file without cards is no fault and gives no deck.
#[must_use]
pub fn walk(roots: &[PathBuf]) -> Walk {
    let mut walked = Walk::default();
    for root in roots {
        // Absolute, so that a deck is the same from whichever folder it is named.
        let root = match fs::canonicalize(root) {
            Ok(root) => root,
            Err(source) => {
                walked.faults.push(ShelfError::Io { doing: "open", path: root.clone(), source });
                continue;
            }
        };
        if root.is_file() {
            take(&root, &mut walked);
            continue;
        }
        // `.gitignore` counts without a repository too: a deck folder need not be one.
        let walker = WalkBuilder::new(&root)
            .follow_links(true)
            .require_git(false)
            .git_global(false)
            .parents(false)
            .build();
        for entry in walker {
            match entry {
                Ok(entry) => {
                    if is_deck_name(entry.path()) && !entry.file_type().is_some_and(|kind| kind.is_dir()) {
                        take(entry.path(), &mut walked);
                    }
                }
                Err(error) => walked.faults.push(ShelfError::Io {
                    doing: "walk",
                    path: root.clone(),
                    source: std::io::Error::other(error),
                }),
            }
        }
    }
    walked.found.sort_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
    walked.found.dedup_by(|a, b| a.path == b.path);
    walked
}

fn is_deck_name(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md"))
}

fn take(path: &Path, walked: &mut Walk) {
    match fs::metadata(path) {
        Ok(meta) if meta.is_file() => {
            walked.found.push(Found { path: path.to_owned(), stamp: Stamp::of(&meta) });
        }
        Ok(_) => walked.faults.push(ShelfError::NotAFile { path: path.to_owned() }),
        Err(source) => walked.faults.push(ShelfError::Io { doing: "open", path: path.to_owned(), source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(walked: &Walk) -> Vec<String> {
        walked
            .found
            .iter()
            .map(|found| found.path.file_name().unwrap().to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn decks_are_found_once_in_order_and_ignored_hidden_or_looping_ones_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("sub/.git")).unwrap();
        fs::create_dir_all(at(".hidden")).unwrap();
        for name in ["b.md", "a.MD", "sub/c.md", ".hidden/d.md", "sub/skip.md", "notes.txt"] {
            fs::write(at(name), "Q: a\nA: b\n").unwrap();
        }
        fs::write(at("sub/.gitignore"), "skip.md\n").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path(), at("sub/loop")).unwrap();
        let walked = walk(&[folder.path().to_owned(), at("b.md")]);
        assert_eq!(names(&walked), ["a.MD", "b.md", "c.md"]);
        assert!(walked.faults.iter().all(|fault| fault.to_string().contains("walk")), "{:?}", walked.faults);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_named_and_the_rest_is_found() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.md"), "").unwrap();
        let pipe = folder.path().join("pipe.md");
        std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        let walked = walk(&[folder.path().to_owned(), folder.path().join("missing")]);
        assert_eq!(names(&walked), ["a.md"]);
        let faults: Vec<String> = walked.faults.iter().map(ToString::to_string).collect();
        assert!(faults.iter().any(|fault| fault.ends_with("pipe.md` is no regular file")), "{faults:?}");
        assert!(faults.iter().any(|fault| fault.contains("missing")), "{faults:?}");
    }
}
