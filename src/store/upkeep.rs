//! Looking after the file: checking it, copying it, keeping the newest copies.
//! Not for the replay of the log against the cache (`app/doctor.rs`).

use std::fs;
use std::path::{Path, PathBuf};

use super::{OpenOptions, Result, Store, StoreError};
use crate::time::{Day, Timestamp};

/// What a check of the file found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Integrity {
    /// Every page and index is sound.
    Sound,
    /// What SQLite found, line by line, at most a hundred.
    Faults(Vec<String>),
}

/// A copy of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// The file.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
}

/// How many dated copies are kept.
pub const KEPT_BACKUPS: usize = 10;

const DATED: &str = "retain-";

impl Store {
    /// Checks every page and index.
    ///
    /// # Errors
    /// Fails when the database cannot be read at all.
    pub fn check_integrity(&self) -> Result<Integrity> {
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare("pragma integrity_check(100)")?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        })();
        let lines = read.map_err(|error| self.classify("check the database", error))?;
        Ok(if lines == ["ok"] { Integrity::Sound } else { Integrity::Faults(lines) })
    }

    /// Writes a consistent copy to a path that does not exist yet; other sessions may go on meanwhile.
    ///
    /// # Errors
    /// Fails when the copy cannot be written; then no file is left at `to`.
    pub fn back_up(&self, to: &Path) -> Result<()> {
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(|source| file_error("create the folder", folder, source))?;
        }
        // Written beside its place and moved there: a copy is whole or absent.
        let mut part = to.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let _ = fs::remove_file(&part);
        let text = part.to_str().ok_or_else(|| StoreError::File {
            doing: "name the copy",
            path: to.to_owned(),
            source: std::io::Error::new(std::io::ErrorKind::InvalidInput, "the path is not UTF-8"),
        })?;
        self.db.execute("vacuum into ?1", [text]).map_err(|error| {
            let _ = fs::remove_file(&part);
            self.classify("write the copy", error)
        })?;
        fs::File::open(&part)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&part, to))
            .map_err(|source| file_error("put in place the copy", to, source))
    }

    /// Returns the folder in which copies are kept.
    #[must_use]
    pub fn backup_folder(&self) -> PathBuf {
        self.path.parent().unwrap_or_else(|| Path::new(".")).join("backups")
    }

    /// Makes the dated copy of a day unless it exists, and removes all but the newest ten.
    ///
    /// # Errors
    /// Fails when the copy cannot be written.
    pub fn back_up_dated(&self, day: Day) -> Result<Option<PathBuf>> {
        let path = self.backup_folder().join(format!("{DATED}{day}.db"));
        if path.exists() {
            return Ok(None);
        }
        self.back_up(&path)?;
        let dated = self.backups()?;
        for old in dated.iter().rev().skip(KEPT_BACKUPS) {
            let _ = fs::remove_file(&old.path);
        }
        Ok(Some(path))
    }

    /// Returns the dated copies, oldest first.
    ///
    /// # Errors
    /// Fails when the folder cannot be read; a missing folder holds no copies.
    pub fn backups(&self) -> Result<Vec<Backup>> {
        let folder = self.backup_folder();
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(file_error("read the folder", &folder, source)),
        };
        let mut found: Vec<Backup> = entries
            .flatten()
            .filter_map(|entry| {
                let path = entry.path();
                let name = path.file_name()?.to_str()?.strip_prefix(DATED)?.strip_suffix(".db")?.to_owned();
                let dated = chrono::NaiveDate::parse_from_str(&name, "%Y-%m-%d").is_ok();
                dated.then(|| Backup { size: entry.metadata().map_or(0, |meta| meta.len()), path })
            })
            .collect();
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    pub(super) fn back_up_before_migration(&self, version: usize, now: Timestamp) -> Result<()> {
        self.back_up(&self.backup_folder().join(format!("before-schema-{}-{}.db", version + 1, now.0)))
    }

    /// Puts a copy in the place of the database at `path`, after proving that it is a sound database of this program.
    /// The database that stood there is kept beside it, under a name that is returned.
    ///
    /// # Errors
    /// Fails when the copy is unsound or files cannot be written; the database is then as it was.
    pub fn restore(path: &Path, from: &Path, options: OpenOptions) -> Result<Option<PathBuf>> {
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        fs::create_dir_all(folder).map_err(|source| file_error("create the folder", folder, source))?;
        let part = folder.join("restore.part");
        fs::copy(from, &part).map_err(|source| file_error("copy", from, source))?;
        // Opened where it may be migrated without touching the copy it came from.
        let checked = Self::open(&part, options).and_then(|store| match store.check_integrity()? {
            Integrity::Sound => store.checkpoint_fully(),
            Integrity::Faults(lines) => Err(StoreError::Row { detail: lines.join("; ") }),
        });
        let beside = |suffix: &str| folder.join(format!("restore.part{suffix}"));
        let clean = || {
            let _ = fs::remove_file(beside("-wal"));
            let _ = fs::remove_file(beside("-shm"));
        };
        if let Err(error) = checked {
            clean();
            let _ = fs::remove_file(&part);
            return Err(error);
        }
        clean();
        let mut kept = None;
        if path.exists() {
            // What the old file has in its log comes along, whether or not it can still be opened.
            if let Ok(old) = Self::open(path, options) {
                let _ = old.checkpoint_fully();
            }
            let old = folder.join(format!("replaced-{}.db", options.now.0));
            fs::rename(path, &old).map_err(|source| file_error("set aside", path, source))?;
            for suffix in ["-wal", "-shm"] {
                let mut name = path.as_os_str().to_owned();
                name.push(suffix);
                let mut aside = old.as_os_str().to_owned();
                aside.push(suffix);
                let _ = fs::rename(name, aside);
            }
            kept = Some(old);
        }
        fs::rename(&part, path).map_err(|source| file_error("put in place", path, source))?;
        Ok(kept)
    }

    fn checkpoint_fully(&self) -> Result<()> {
        self.db
            .query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))
            .map_err(|error| self.classify("checkpoint", error))
    }
}

fn file_error(doing: &'static str, path: &Path, source: std::io::Error) -> StoreError {
    StoreError::File { doing, path: path.to_owned(), source }
}
