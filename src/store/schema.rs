//! The schema: the list of migrations, checks before they run, and the copy that is kept first.
//! Not for statements on rows. A released migration is never edited; the next change is a new file and a new line here.

use rusqlite_migration::{M, Migrations};

use super::{APPLICATION_ID, OpenOptions, Result, Store, StoreError};

/// How many migrations there are: the schema version of a database of this program.
pub const SUPPORTED: usize = STEPS.len();

const STEPS: &[&str] = &[
    include_str!("../../migrations/0001_initial.sql"),
    include_str!("../../migrations/0002_exams.sql"),
    include_str!("../../migrations/0003_exam_lapses.sql"),
];

pub(super) fn bring_up_to_date(store: &mut Store, options: OpenOptions) -> Result<()> {
    bring_up_to(store, STEPS, options)
}

/// Refuses a file of a newer program, or of another one. Only reads.
pub(super) fn check(store: &Store) -> Result<()> {
    examine(store, STEPS).map(|_| ())
}

/// What a file is, as far as its migration needs it.
struct Examined {
    /// Its schema; 0 for a new file.
    version: usize,
    /// Whether it carries our mark.
    marked: bool,
}

fn examine(store: &Store, steps: &[&'static str]) -> Result<Examined> {
    // One look at one state: another start may be filling the file.
    let look = store.db.unchecked_transaction().map_err(|error| store.classify("open", error))?;
    let version: usize = store
        .db
        .pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))
        .map_err(|error| store.classify("read the schema version", error))
        .map(|version| usize::try_from(version).unwrap_or(usize::MAX))?;
    if version > steps.len() {
        return Err(StoreError::TooNew { path: store.path.clone(), found: version, supported: steps.len() });
    }
    let application: i32 = store
        .db
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .map_err(|error| store.classify("read the application id", error))?;
    let tables: i64 = store
        .db
        .query_row("select count(*) from sqlite_schema", [], |row| row.get(0))
        .map_err(|error| store.classify("read the schema", error))?;
    drop(look);
    if application != APPLICATION_ID && (application != 0 || version != 0 || tables != 0) {
        return Err(StoreError::Foreign { path: store.path.clone() });
    }
    Ok(Examined { version, marked: application == APPLICATION_ID })
}

fn bring_up_to(store: &mut Store, steps: &[&'static str], options: OpenOptions) -> Result<()> {
    let Examined { version, marked } = examine(store, steps)?;
    if version == steps.len() {
        return Ok(());
    }
    if !marked {
        // Before the tables: whoever is stopped in between leaves a file that is still known as ours.
        store
            .db
            .pragma_update(None, "application_id", APPLICATION_ID)
            .map_err(|error| store.classify("mark the database as ours", error))?;
    }
    if version > 0 {
        store.back_up_before_migration(version, options.now)?;
    }
    let migrations = Migrations::new(steps.iter().map(|step| M::up(step)).collect());
    let Err(source) = migrations.to_latest(&mut store.db) else { return Ok(()) };
    if examine(store, steps)?.version > version {
        // Another start was faster: the version was read before its transaction, and ours came after it.
        return bring_up_to(store, steps, options);
    }
    Err(match source {
        rusqlite_migration::Error::RusqliteError { err, .. } if is_plain_fault(&err) => {
            store.classify("migrate", err)
        }
        source => StoreError::Migration { path: store.path.clone(), source },
    })
}

/// Faults of the file or the disk rather than of the migration's text.
fn is_plain_fault(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::ErrorCode::{
        DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, NotADatabase, ReadOnly, SystemIoFailure,
    };
    matches!(
        error.sqlite_error_code(),
        Some(
            DatabaseBusy
                | DatabaseLocked
                | DatabaseCorrupt
                | NotADatabase
                | DiskFull
                | ReadOnly
                | SystemIoFailure
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;
    use crate::time::Timestamp;

    const OPTIONS: OpenOptions =
        OpenOptions { busy_ms: 50, now: Timestamp(1_795_500_000_000), seed: Seed(1) };
    const NEXT: &str = "create table extra (x integer) strict; insert into extra values (7);";
    const BROKEN: &str = "create table half (x integer) strict; insert into nowhere values (1);";

    fn reopen(path: &std::path::Path, steps: &[&'static str]) -> Result<Store> {
        let db = rusqlite::Connection::open(path).unwrap();
        let mut store = Store { db, path: path.to_owned(), device: 0 };
        store.pragmas(OPTIONS).unwrap();
        bring_up_to(&mut store, steps, OPTIONS)?;
        Ok(store)
    }

    #[test]
    fn the_list_of_migrations_is_the_folder() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        assert_eq!(names.len(), SUPPORTED, "each file in migrations/ stands in STEPS");
        for (index, name) in names.iter().enumerate() {
            assert!(name.starts_with(&format!("{:04}_", index + 1)), "{name}");
        }
    }

    #[test]
    fn a_fresh_file_gets_the_present_schema_and_an_old_one_keeps_its_rows_and_a_copy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("retain.db");
        let store = reopen(&path, STEPS).unwrap();
        store.set_setting("kept", "yes").unwrap();
        drop(store);
        let mut longer = STEPS.to_vec();
        longer.push(NEXT);
        let store = reopen(&path, &longer).unwrap();
        assert_eq!(store.setting("kept").unwrap().as_deref(), Some("yes"));
        assert_eq!(store.db.query_row("select x from extra", [], |row| row.get::<_, i64>(0)).unwrap(), 7);
        let copies: Vec<_> = std::fs::read_dir(folder.path().join("backups")).unwrap().flatten().collect();
        assert_eq!(copies.len(), 1);
        let copy = reopen(&copies[0].path(), STEPS).unwrap();
        assert_eq!(copy.setting("kept").unwrap().as_deref(), Some("yes"), "the copy is of the old schema");
    }

    #[test]
    fn a_failing_migration_leaves_the_file_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("retain.db");
        let store = reopen(&path, STEPS).unwrap();
        store.set_setting("kept", "yes").unwrap();
        drop(store);
        let mut broken = STEPS.to_vec();
        broken.push(BROKEN);
        assert!(matches!(reopen(&path, &broken), Err(StoreError::Migration { .. })));
        let store = reopen(&path, STEPS).unwrap();
        assert_eq!(store.setting("kept").unwrap().as_deref(), Some("yes"));
        let half = "select count(*) from sqlite_schema where name = 'half'";
        assert_eq!(store.db.query_row(half, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    }

    #[test]
    fn a_newer_a_foreign_and_a_damaged_file_are_refused_and_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let newer = folder.path().join("newer.db");
        let mut longer = STEPS.to_vec();
        longer.push(NEXT);
        drop(reopen(&newer, &longer).unwrap());
        let refused = reopen(&newer, STEPS);
        assert!(
            matches!(refused, Err(StoreError::TooNew { found, supported: SUPPORTED, .. }) if found == SUPPORTED + 1)
        );

        let foreign = folder.path().join("foreign.db");
        rusqlite::Connection::open(&foreign).unwrap().execute_batch("create table theirs (x);").unwrap();
        assert!(matches!(reopen(&foreign, STEPS), Err(StoreError::Foreign { .. })));

        let damaged = folder.path().join("damaged.db");
        std::fs::write(
            &damaged,
            b"this is no database, but it is long enough to be read as a header of one. ".repeat(20),
        )
        .unwrap();
        let before = std::fs::read(&damaged).unwrap();
        assert!(matches!(Store::open(&damaged, OPTIONS), Err(StoreError::Damaged { .. })));
        assert_eq!(std::fs::read(&damaged).unwrap(), before);
    }
}
