//! What the learner opened by hand, and what they have read: marks that can be taken back.
//! Not for what exams open (`exams.rs`).

use std::collections::BTreeMap;

use rusqlite::params;

use super::{Result, Store};
use crate::card::Level;
use crate::time::{Day, Timestamp};

/// Something opened by hand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Opened {
    /// A level.
    Level(Level),
    /// A deck, by file stem.
    Deck(String),
}

impl Opened {
    fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Level(level) => ("level", level.name()),
            Self::Deck(slug) => ("deck", slug),
        }
    }
}

impl Store {
    /// Opens a level or a deck by hand; tells whether it was not yet.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn open_by_hand(&self, what: &Opened, at: Timestamp) -> Result<bool> {
        let (kind, name) = what.parts();
        self.db
            .execute(
                "insert into opened (kind, name, at) values (?1, ?2, ?3) on conflict (kind, name) do nothing",
                params![kind, name, at.0],
            )
            .map(|count| count > 0)
            .map_err(|error| self.classify("unlock it", error))
    }

    /// Takes an opening by hand back; tells whether there was one.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn close_by_hand(&self, what: &Opened) -> Result<bool> {
        let (kind, name) = what.parts();
        self.db
            .execute("delete from opened where kind = ?1 and name = ?2", [kind, name])
            .map(|count| count > 0)
            .map_err(|error| self.classify("lock it", error))
    }

    /// Returns what was opened by hand.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn opened_by_hand(&self) -> Result<Vec<Opened>> {
        let read = (|| -> rusqlite::Result<Vec<(String, String)>> {
            let mut statement = self.db.prepare_cached("select kind, name from opened")?;
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })();
        let rows = read.map_err(|error| self.classify("read the locks", error))?;
        Ok(rows
            .into_iter()
            .filter_map(|(kind, name)| match kind.as_str() {
                "level" => Level::from_name(&name).map(Opened::Level),
                _ => Some(Opened::Deck(name)),
            })
            .collect())
    }

    /// Marks a resource as read; tells whether it was not yet.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn mark_read(&self, resource: &str, at: Timestamp, day: Day) -> Result<bool> {
        self.db
            .execute(
                "insert into resource_read (resource, at, day) values (?1, ?2, ?3) on conflict (resource) do nothing",
                params![resource, at.0, day.0],
            )
            .map(|count| count > 0)
            .map_err(|error| self.classify("mark it as read", error))
    }

    /// Takes the mark off a resource; tells whether there was one.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn mark_unread(&self, resource: &str) -> Result<bool> {
        self.db
            .execute("delete from resource_read where resource = ?1", [resource])
            .map(|count| count > 0)
            .map_err(|error| self.classify("mark it as not read", error))
    }

    /// Returns the resources that were read, each with the day.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn resources_read(&self) -> Result<BTreeMap<String, Day>> {
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare_cached("select resource, day from resource_read")?;
            statement.query_map([], |row| Ok((row.get(0)?, Day(row.get(1)?))))?.collect()
        })();
        read.map_err(|error: rusqlite::Error| self.classify("read what was read", error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;
    use crate::store::OpenOptions;

    #[test]
    fn what_was_opened_and_read_can_be_taken_back() {
        let options = OpenOptions { busy_ms: 50, now: Timestamp(1), seed: Seed(1) };
        let store = Store::in_memory(options).unwrap();
        let deck = Opened::Deck("mvcc".into());
        assert!(store.open_by_hand(&deck, Timestamp(1)).unwrap());
        assert!(!store.open_by_hand(&deck, Timestamp(2)).unwrap());
        assert!(store.open_by_hand(&Opened::Level(Level::Advanced), Timestamp(3)).unwrap());
        assert_eq!(store.opened_by_hand().unwrap(), [deck.clone(), Opened::Level(Level::Advanced)]);
        assert!(store.close_by_hand(&deck).unwrap());
        assert!(!store.close_by_hand(&deck).unwrap());
        assert!(store.mark_read("ddia", Timestamp(1), Day(3)).unwrap());
        assert!(!store.mark_read("ddia", Timestamp(1), Day(4)).unwrap());
        assert_eq!(store.resources_read().unwrap(), [("ddia".to_owned(), Day(3))].into());
        assert!(store.mark_unread("ddia").unwrap() && !store.mark_unread("ddia").unwrap());
    }
}
