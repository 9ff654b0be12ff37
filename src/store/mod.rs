//! The database: decks as last indexed, the append-only review log, and the cache of card states.
//! One durable transaction per answer. Not for deciding anything: what follows from an answer is computed below
//! (`schedule/`, `session/`) and only kept here. No SQL stands outside this folder and `migrations/`.

mod cards;
mod exams;
mod identity;
mod marks;
mod opened;
mod reviews;
mod rows;
mod schema;
mod shelf;
mod upkeep;
mod write_cards;
mod write_index;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, ffi};

pub use cards::{CardRow, QueueFilter, TodayRow};
pub use exams::{AnswerRow, EndRow, Lapse, NewSitting, RescheduleRow, Shown, SittingRow};
pub use marks::Marked;
pub use opened::Opened;
pub use reviews::{Append, LogFilter};
pub use schema::SUPPORTED;
pub use shelf::{CardChange, DeckCount, DeckRow, DeckStamp, IndexedCard, IndexedDeck, KnownCard};
pub use upkeep::{Backup, Integrity};

/// What can go wrong with the database. No message contains the text of its source.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file was written by a newer program.
    #[error("the database `{path}` has schema {found}, this program knows up to {supported}")]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: usize,
        /// The newest that this program knows.
        supported: usize,
    },
    /// The file is no sound database.
    #[error("the database `{path}` is damaged")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
    },
    /// The file belongs to another program.
    #[error("`{path}` is a database of another program")]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// Another program holds the file for longer than we wait.
    #[error("the database `{path}` is locked by another program")]
    Locked {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
    },
    /// The file or its folder cannot be written.
    #[error("the database `{path}` cannot be written")]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
    },
    /// The disk is full.
    #[error("the disk with the database `{path}` is full")]
    Full {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
    },
    /// The file cannot be opened or created.
    #[error("the database `{path}` cannot be opened")]
    Open {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
    },
    /// A migration failed; the file is as it was.
    #[error("the database `{path}` could not be brought to the present schema")]
    Migration {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        #[source]
        source: rusqlite_migration::Error,
    },
    /// A file beside the database could not be read or written.
    #[error("cannot {doing} `{path}`")]
    File {
        /// What we were doing.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// A row holds what no version of this program writes.
    #[error("the database holds a row that makes no sense: {detail}")]
    Row {
        /// Which, and why.
        detail: String,
    },
    /// Anything else.
    #[error("the database could not {doing}")]
    Sqlite {
        /// What we were doing.
        doing: &'static str,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
    },
}

/// A result of the store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// How a database is opened.
#[derive(Clone, Copy, Debug)]
pub struct OpenOptions {
    /// How long to wait for another program's lock, in milliseconds.
    pub busy_ms: u64,
    /// Names this moment in a copy made before a migration, and the device of a new database.
    pub now: crate::time::Timestamp,
    /// Chance for the device id of a new database.
    pub seed: crate::seed::Seed,
}

/// The database.
#[derive(Debug)]
pub struct Store {
    db: Connection,
    path: PathBuf,
    device: i64,
}

/// The page cache, as SQLite counts it: KiB when negative.
const CACHE_KIB: i64 = -4096;

/// `retn`: marks the file as ours in its header.
const APPLICATION_ID: i32 = 0x7265_746e;

impl Store {
    /// Opens or creates the database in a file, and brings it to the present schema, keeping a copy first.
    ///
    /// # Errors
    /// Says which of the faults of [`StoreError`] it met; the file is then as it was.
    pub fn open(path: &Path, options: OpenOptions) -> Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|source| StoreError::File {
                doing: "create the folder",
                path: folder.to_owned(),
                source,
            })?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_PRIVATE_CACHE;
        let db = Connection::open_with_flags(path, flags)
            .map_err(|source| StoreError::Open { path: path.to_owned(), source })?;
        Self::prepare(db, path, options)
    }

    /// Opens a database that lives only in memory.
    ///
    /// # Errors
    /// Fails only when SQLite does.
    pub fn in_memory(options: OpenOptions) -> Result<Self> {
        let path = PathBuf::from(":memory:");
        let db =
            Connection::open_in_memory().map_err(|source| StoreError::Open { path: path.clone(), source })?;
        Self::prepare(db, &path, options)
    }

    fn prepare(db: Connection, path: &Path, options: OpenOptions) -> Result<Self> {
        let mut store = Self { db, path: path.to_owned(), device: 0 };
        store
            .db
            .busy_timeout(Duration::from_millis(options.busy_ms))
            .map_err(|error| store.classify("open", error))?;
        // Before anything is set: some settings write to the file, and it may be none of ours.
        schema::check(&store)?;
        store.pragmas(options).map_err(|error| store.classify("open", error))?;
        schema::bring_up_to_date(&mut store, options)?;
        store.device = store.find_or_make_device(options)?;
        Ok(store)
    }

    /// Switches a new file to the write-ahead log. Two first starts may both want to; SQLite then answers busy at once
    /// instead of waiting, so the waiting is done here, for as long as for any other lock.
    fn switch_to_wal(&self, options: OpenOptions) -> rusqlite::Result<()> {
        const PAUSE_MS: u64 = 20;
        self.db.busy_timeout(Duration::ZERO)?;
        let mut tries_left = options.busy_ms / PAUSE_MS;
        let switched = loop {
            match self.db.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0))
            {
                Err(error) if is_busy(&error) && tries_left > 0 => {
                    tries_left -= 1;
                    std::thread::sleep(Duration::from_millis(PAUSE_MS));
                }
                other => break other,
            }
        };
        self.db.busy_timeout(Duration::from_millis(options.busy_ms))?;
        switched.map(|_| ())
    }

    fn pragmas(&self, options: OpenOptions) -> rusqlite::Result<()> {
        // Durability: a committed answer survives the loss of power. The write-ahead log needs one fsync for it.
        self.switch_to_wal(options)?;
        self.db.pragma_update(None, "synchronous", "full")?;
        self.db.pragma_update(None, "foreign_keys", "on")?;
        // Checkpoints run while the learner reads (`checkpoint`), never between a key and its committed row.
        self.db.pragma_update(None, "wal_autocheckpoint", 0)?;
        self.db.pragma_update(None, "cache_size", CACHE_KIB)?;
        self.db.set_prepared_statement_cache_capacity(64);
        Ok(())
    }

    fn find_or_make_device(&self, options: OpenOptions) -> Result<i64> {
        if let Some(device) = self.setting("device")? {
            return device.parse().map_err(|_| StoreError::Row { detail: format!("device id `{device}`") });
        }
        let device = i64::from_ne_bytes(options.seed.derive("device", 0).0.to_ne_bytes()) & i64::MAX;
        // Two first starts at once must agree: the first one's id stands.
        self.db
            .execute(
                "insert or ignore into setting (name, value) values ('device', ?1)",
                [device.to_string()],
            )
            .map_err(|error| self.classify("name this device", error))?;
        match self.setting("device")?.and_then(|device| device.parse().ok()) {
            Some(device) => Ok(device),
            None => Err(StoreError::Row { detail: "no device id".into() }),
        }
    }

    /// Returns the id of this machine's database in the log.
    #[must_use]
    pub fn device(&self) -> i64 {
        self.device
    }

    /// Returns the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads a setting.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn setting(&self, name: &str) -> Result<Option<String>> {
        self.db
            .prepare_cached("select value from setting where name = ?1")
            .and_then(|mut statement| statement.query_row([name], |row| row.get(0)).optional())
            .map_err(|error| self.classify("read a setting", error))
    }

    /// Writes a setting.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn set_setting(&self, name: &str, value: &str) -> Result<()> {
        write_settings(&self.db, &[(name, value)]).map_err(|error| self.classify("write a setting", error))
    }

    /// Moves committed pages from the write-ahead log into the database, as far as nobody reads them.
    ///
    /// Meant for idle moments; does nothing while the log is short.
    ///
    /// # Errors
    /// Fails when the database does; a busy database is no failure.
    pub fn checkpoint(&self) -> Result<()> {
        match self.db.query_row("pragma wal_checkpoint(passive)", [], |_| Ok(())) {
            Err(error) if !is_busy(&error) => Err(self.classify("checkpoint", error)),
            _ => Ok(()),
        }
    }

    /// Holds one state of the database until the value is dropped: for many small questions in a row, which would each
    /// take and give back a lock of the file.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn look(&self) -> Result<Look<'_>> {
        let held = self.db.unchecked_transaction().map_err(|error| self.classify("read", error))?;
        Ok(Look { _held: held })
    }

    /// Names the fault behind an error of SQLite.
    fn classify(&self, doing: &'static str, source: rusqlite::Error) -> StoreError {
        let path = self.path.clone();
        match source.sqlite_error_code() {
            Some(ffi::ErrorCode::DatabaseBusy | ffi::ErrorCode::DatabaseLocked) => {
                StoreError::Locked { path, source }
            }
            Some(ffi::ErrorCode::ReadOnly | ffi::ErrorCode::PermissionDenied) => {
                StoreError::ReadOnly { path, source }
            }
            Some(ffi::ErrorCode::DiskFull) => StoreError::Full { path, source },
            Some(ffi::ErrorCode::DatabaseCorrupt | ffi::ErrorCode::NotADatabase) => {
                StoreError::Damaged { path, source }
            }
            Some(ffi::ErrorCode::CannotOpen) => StoreError::Open { path, source },
            // A write that stops short on a full or size-limited disk comes back as an I/O error.
            Some(ffi::ErrorCode::SystemIoFailure) if is_write_fault(&source) => {
                StoreError::Full { path, source }
            }
            _ => StoreError::Sqlite { doing, source },
        }
    }
}

fn write_settings(db: &Connection, settings: &[(&str, &str)]) -> rusqlite::Result<()> {
    for (name, value) in settings {
        db.prepare_cached(
            "insert into setting (name, value) values (?1, ?2) on conflict (name) do update set value = ?2",
        )?
        .execute([name, value])?;
    }
    Ok(())
}

/// One state of the database, held; see [`Store::look`].
#[derive(Debug)]
pub struct Look<'a> {
    _held: rusqlite::Transaction<'a>,
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ffi::ErrorCode::DatabaseBusy | ffi::ErrorCode::DatabaseLocked))
}

fn is_write_fault(error: &rusqlite::Error) -> bool {
    // SQLITE_IOERR_WRITE and SQLITE_IOERR_SHMSIZE: the file could not grow.
    matches!(error, rusqlite::Error::SqliteFailure(failure, _)
        if matches!(failure.extended_code, ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_SHMSIZE))
}
