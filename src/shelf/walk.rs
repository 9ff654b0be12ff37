//! Finding deck files under folders: ignore files respected, dot-folders skipped, loops never followed.
//! Not for reading what is found.

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::ShelfError;
use super::ignored::Rules;

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
        Descent { walked: &mut walked, above: Vec::new(), names: Vec::new() }.folder(&root);
    }
    walked.found.sort_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
    walked.found.dedup_by(|a, b| a.path == b.path);
    walked
}

/// A walk in the midst of a root.
struct Descent<'a> {
    walked: &'a mut Walk,
    /// The folders from the root to where the walk is.
    above: Vec<Level>,
    /// The names that lead from the root to where the walk is.
    names: Vec<Vec<u8>>,
}

/// A folder that the walk is in.
struct Level {
    /// Its file system and its number there, by which a loop is known; nothing where there are none.
    is: Option<(u64, u64)>,
    /// The rules in it, those that count most first. `.gitignore` counts without a repository too: a deck folder need not
    /// be one.
    rules: [Rules; 3],
}

impl Descent<'_> {
    /// Takes the decks of a folder and of all folders in it.
    fn folder(&mut self, folder: &Path) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(source) => return self.fault(folder, source),
        };
        let is = fs::metadata(folder).ok().and_then(|meta| identity(&meta));
        if is.is_some() && self.above.iter().any(|level| level.is == is) {
            return self.fault(folder, io::Error::other("the folder lies in itself"));
        }
        let mut inside = Vec::new();
        let mut ignoring = [false; 3];
        for entry in entries {
            match entry {
                Ok(entry) => {
                    let name = entry.file_name();
                    if !name.as_encoded_bytes().starts_with(b".") {
                        inside.push((name, entry));
                    } else if let Some(place) = IGNORE_FILES.iter().position(|(begin, _)| name == *begin) {
                        ignoring[place] = true;
                    }
                }
                Err(source) => self.fault(folder, source),
            }
        }
        let rules = [0, 1, 2].map(|place| match ignoring[place] {
            true => Rules::read(&folder.join(IGNORE_FILES[place].1)),
            false => Rules::default(),
        });
        self.above.push(Level { is, rules });
        for (name, entry) in inside {
            let is_deck = is_deck_name(Path::new(&name));
            let kind = entry.file_type();
            let is_folder = match &kind {
                // A link is what it leads to; one that leads nowhere is told below if it is named like a deck.
                Ok(kind) if kind.is_symlink() => fs::metadata(entry.path()).is_ok_and(|meta| meta.is_dir()),
                kind => kind.as_ref().is_ok_and(fs::FileType::is_dir),
            };
            if (is_folder || is_deck) && !self.is_ignored(&name, is_folder) {
                let path = entry.path();
                if is_folder {
                    self.names.push(name.as_encoded_bytes().to_vec());
                    self.folder(&path);
                    self.names.pop();
                } else {
                    take(&path, self.walked);
                }
            }
        }
        self.above.pop();
    }

    /// Tells whether a name in the present folder is to be left out: `.ignore` is asked before `.gitignore`, and of two
    /// files of one name the nearer.
    fn is_ignored(&self, name: &OsStr, is_folder: bool) -> bool {
        if self.above.iter().all(|level| level.rules.iter().all(Rules::is_empty)) {
            return false;
        }
        let path: Vec<&[u8]> =
            self.names.iter().map(Vec::as_slice).chain(std::iter::once(name.as_encoded_bytes())).collect();
        let judged = |place: usize| {
            let levels = self.above.iter().enumerate().rev();
            levels.filter_map(|(depth, level)| level.rules[place].judge(&path[depth..], is_folder)).next()
        };
        (0..IGNORE_FILES.len()).find_map(judged).unwrap_or(false)
    }

    fn fault(&mut self, folder: &Path, source: io::Error) {
        self.walked.faults.push(ShelfError::Io { doing: "walk", path: folder.to_owned(), source });
    }
}

/// What tells that there are rules, and where they are; what counts most comes first.
const IGNORE_FILES: [(&str, &str); 3] =
    [(".ignore", ".ignore"), (".gitignore", ".gitignore"), (".git", ".git/info/exclude")];

#[cfg(unix)]
fn identity(meta: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    Some((meta.dev(), meta.ino()))
}

/// Where folders have no numbers, the system itself ends a walk in circles: paths become too long.
#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<(u64, u64)> {
    None
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
        fs::create_dir_all(at("sub/old")).unwrap();
        for name in [
            "b.md",
            "a.MD",
            "sub/c.md",
            ".hidden/d.md",
            "sub/skip.md",
            "sub/old/e.md",
            "sub/mine.md",
            "notes.txt",
        ] {
            fs::write(at(name), "Q: a\nA: b\n").unwrap();
        }
        fs::write(at(".ignore"), "/sub/mine.md\n").unwrap();
        fs::write(at("sub/.gitignore"), "skip.md\nold/\n!mine.md\n").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path(), at("sub/loop")).unwrap();
        let walked = walk(&[folder.path().to_owned(), at("b.md")]);
        assert_eq!(names(&walked), ["a.MD", "b.md", "c.md"]);
        #[cfg(unix)]
        assert!(
            walked.faults.len() == 1 && walked.faults[0].to_string().ends_with("/sub/loop`"),
            "{:?}",
            walked.faults
        );
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
