//! The index of the decks: which files were read, with which stamps, which cards stood in them, and what changed.
//! Not for reading files (`shelf/`) or for telling an edited card from a new one (`deck/identity.rs`).

use std::collections::{HashMap, HashSet};

use rusqlite::{OptionalExtension as _, Row, TransactionBehavior, params};

use super::cards::list;
use super::write_index::{BULK_CACHE_KIB, BULK_CARDS, write_index};
use super::{Result, Store};
use crate::card::{Area, CardKey, CardUid, DeckHead, Dialect, Level};
use crate::time::Timestamp;

/// What tells whether a deck file must be read again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeckStamp {
    /// Bytes.
    pub size: u64,
    /// Last change, nanoseconds since 1970.
    pub modified_ns: i64,
    /// The file's number in its file system.
    pub inode: u64,
}

/// A deck as last indexed.
#[derive(Clone, Debug, PartialEq)]
pub struct DeckRow {
    /// Its number in this database.
    pub id: i64,
    /// Absolute path, or `shipped:…`.
    pub path: String,
    /// The file's stem.
    pub slug: String,
    /// Its front matter.
    pub head: DeckHead,
    /// Its place among all decks.
    pub place: u32,
    /// Its stamps when it was read.
    pub stamp: DeckStamp,
    /// Faults found in it: errors.
    pub faults: u32,
}

impl DeckRow {
    /// Tells whether the deck belongs to the course inside the binary.
    #[must_use]
    pub fn is_shipped(&self) -> bool {
        self.path.starts_with("shipped:")
    }
}

/// A deck with the cards to be indexed.
#[derive(Clone, Debug)]
pub struct IndexedDeck {
    /// Absolute path, or `shipped:…`.
    pub path: String,
    /// The file's stem.
    pub slug: String,
    /// Its front matter.
    pub head: DeckHead,
    /// Its stamps.
    pub stamp: DeckStamp,
    /// Faults found in it: errors.
    pub faults: u32,
    /// Its cards, in order.
    pub cards: Vec<IndexedCard>,
}

/// A card to be indexed.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexedCard {
    /// The card.
    pub uid: CardUid,
    /// What it is known by now.
    pub key: CardKey,
    /// First byte of its block in the file.
    pub start: usize,
    /// One past the last byte of its block.
    pub end: usize,
    /// Which card of its block it is, from 0.
    pub part: usize,
    /// The word for its kind.
    pub kind: &'static str,
    /// Shared by siblings.
    pub block: i64,
    /// One line that stands for it.
    pub title: String,
    /// Hash of its answer.
    pub answer_hash: i64,
    /// Its own tags.
    pub tags: Vec<String>,
    /// Concepts it teaches.
    pub concepts: Vec<String>,
    /// Ids of cards it is mistaken for.
    pub confuses: Vec<String>,
}

/// A card as last indexed, as far as telling an edit from a new card needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCard {
    /// The card.
    pub uid: CardUid,
    /// What it was known by.
    pub key: CardKey,
    /// Its deck's id.
    pub deck: i64,
    /// Its place in the deck.
    pub place: u32,
    /// One line that stands for it.
    pub title: String,
    /// Hash of its answer.
    pub answer_hash: i64,
    /// Whether it was still in the decks.
    pub present: bool,
    /// Whether it was ever reviewed.
    pub seen: bool,
}

/// What became of a card's identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardChange {
    /// The card.
    pub card: CardUid,
    /// `edited`, `moved`, `split`, `gone`, `returned` or `relinked`.
    pub change: String,
    /// When it was noticed.
    pub at: Timestamp,
    /// What it was known by.
    pub old_key: Option<String>,
    /// What it is known by.
    pub new_key: Option<String>,
    /// Its line before.
    pub old_title: Option<String>,
    /// Its line after.
    pub new_title: Option<String>,
    /// Its deck before.
    pub old_deck: Option<String>,
    /// Its deck after.
    pub new_deck: Option<String>,
}

/// How many cards of a deck stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeckCount {
    /// The deck's id.
    pub deck: i64,
    /// All cards.
    pub cards: u32,
    /// Never answered and not set aside.
    pub new: u32,
    /// Learning or relearning.
    pub learning: u32,
    /// Interval below 21 days.
    pub young: u32,
    /// Interval of 21 days or more.
    pub mature: u32,
    /// Suspended or parked.
    pub aside: u32,
    /// Review cards due today, learning cards included.
    pub due: u32,
}

const DECK_COLUMNS: &str = "id, path, slug, name, level, area, resource, source, requires, tags, place, size, \
     modified_ns, inode, faults, dialect";

impl Store {
    /// Returns all decks in their order.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn decks(&self) -> Result<Vec<DeckRow>> {
        let read = (|| -> rusqlite::Result<_> {
            let sql = format!("select {DECK_COLUMNS} from deck order by place, id");
            let mut statement = self.db.prepare_cached(&sql)?;
            statement.query_map([], deck_row)?.collect()
        })();
        read.map_err(|error: rusqlite::Error| self.classify("list the decks", error))
    }

    /// Returns a deck.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn deck(&self, id: i64) -> Result<Option<DeckRow>> {
        let sql = format!("select {DECK_COLUMNS} from deck where id = ?1");
        self.db
            .prepare_cached(&sql)
            .and_then(|mut statement| statement.query_row([id], deck_row).optional())
            .map_err(|error| self.classify("look for a deck", error))
    }

    /// Hands number and path of every deck to `each`, in no order: for questions that are about no more.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn for_each_deck_path(&self, mut each: impl FnMut(i64, &str)) -> Result<()> {
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare_cached("select id, path from deck")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                each(row.get(0)?, row.get_ref(1)?.as_str()?);
            }
            Ok(())
        })();
        read.map_err(|error: rusqlite::Error| self.classify("list the decks", error))
    }

    /// Hands the decks that have a new card to `each`, in their order, until it returns `false`: number, file stem, and
    /// the decks that come before. `shipped` chooses between the course's decks and the learner's own.
    ///
    /// # Errors
    /// Fails when the database, or `each`, does.
    pub fn for_each_deck_with_new(
        &self,
        shipped: bool,
        mut each: impl FnMut(i64, String, &[String]) -> Result<bool>,
    ) -> Result<()> {
        let failed = |error| self.classify("look for new cards", error);
        let mut statement = self
            .db
            .prepare_cached(
                "select id, slug, requires from deck
                 where (substr(path, 1, 8) = 'shipped:') = ?1
                   and exists (select 1 from card where deck = deck.id and seen = 0 and present = 1)
                 order by place",
            )
            .map_err(failed)?;
        let mut rows = statement.query([shipped]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let read = (|| Ok((row.get(0)?, row.get(1)?, list(row, 2)?)))();
            let (id, slug, requires): (i64, String, Vec<String>) = read.map_err(failed)?;
            if !each(id, slug, &requires)? {
                break;
            }
        }
        Ok(())
    }

    /// Hands path and stamps of every deck to `each`: all that an unchanged start needs.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn for_each_stamp(&self, mut each: impl FnMut(i64, &str, DeckStamp)) -> Result<()> {
        let read = (|| -> rusqlite::Result<_> {
            let mut statement =
                self.db.prepare_cached("select id, path, size, modified_ns, inode from deck")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let stamp = DeckStamp {
                    size: row.get::<_, i64>(2)?.cast_unsigned(),
                    modified_ns: row.get(3)?,
                    inode: row.get::<_, i64>(4)?.cast_unsigned(),
                };
                each(row.get(0)?, row.get_ref(1)?.as_str()?, stamp);
            }
            Ok(())
        })();
        read.map_err(|error: rusqlite::Error| self.classify("read the index", error))
    }

    /// Returns the cards known to stand in a deck.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn known_cards(&self, deck: i64) -> Result<Vec<KnownCard>> {
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare_cached(
                "select uid, key, deck, place, title, answer_hash, present, seen from card
                 where deck = ?1 and present = 1 order by place",
            )?;
            statement.query_map([deck], known_card)?.collect()
        })();
        read.map_err(|error: rusqlite::Error| self.classify("read the index", error))
    }

    /// Returns the card known by a key, in the decks or gone.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn known_by_key(&self, key: &CardKey) -> Result<Option<KnownCard>> {
        self.db
            .prepare_cached(
                "select uid, key, deck, place, title, answer_hash, present, seen from card where key = ?1",
            )
            .and_then(|mut statement| statement.query_row([&key.0], known_card).optional())
            .map_err(|error| self.classify("read the index", error))
    }

    /// Returns the deck of every card in the decks.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn deck_of_cards(&self) -> Result<HashMap<CardUid, i64>> {
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare_cached("select uid, deck from card where present = 1")?;
            statement.query_map([], |row| Ok((CardUid(row.get(0)?), row.get(1)?)))?.collect()
        })();
        read.map_err(|error: rusqlite::Error| self.classify("read the index", error))
    }

    /// Returns the cards in the decks.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn present_cards(&self) -> Result<HashSet<CardUid>> {
        Ok(self.deck_of_cards()?.into_keys().collect())
    }

    /// Tells whether a uid is taken.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn uid_is_taken(&self, uid: CardUid) -> Result<bool> {
        self.db
            .prepare_cached("select exists (select 1 from card where uid = ?1)")
            .and_then(|mut statement| statement.query_row([uid.0], |row| row.get(0)))
            .map_err(|error| self.classify("read the index", error))
    }

    /// Counts the cards ever seen, those that are gone included.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn cards_ever(&self) -> Result<u64> {
        self.db
            .query_row("select count(*) from card", [], |row| row.get::<_, i64>(0))
            .map(i64::cast_unsigned)
            .map_err(|error| self.classify("read the index", error))
    }

    /// Goes through all cards ever seen: asks `wanted` about uid and key of each, and hands those wanted to `each`.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn for_each_known(
        &self,
        mut wanted: impl FnMut(CardUid, &str) -> bool,
        mut each: impl FnMut(KnownCard),
    ) -> Result<()> {
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare_cached(
                "select uid, key, deck, place, title, answer_hash, present, seen from card",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                if wanted(CardUid(row.get(0)?), row.get_ref(1)?.as_str()?) {
                    each(known_card(row)?);
                }
            }
            Ok(())
        })();
        read.map_err(|error: rusqlite::Error| self.classify("read the index", error))
    }

    /// Tells whether no card was ever indexed, so that nothing can be looked up.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn has_no_cards(&self) -> Result<bool> {
        self.db
            .query_row("select not exists (select 1 from card)", [], |row| row.get(0))
            .map_err(|error| self.classify("read the index", error))
    }

    /// Takes over decks that were read again, forgets decks whose files vanished, and notes what changed: one
    /// transaction. Cards that no longer stand anywhere keep their row and their log. `renamed` are cards known before
    /// whose key changes; `done` are settings to write in the same transaction.
    ///
    /// # Errors
    /// Fails when the database does; nothing is half-written then.
    pub fn apply_index(
        &mut self,
        decks: &[IndexedDeck],
        vanished: &[i64],
        renamed: &[CardUid],
        changes: &[CardChange],
        done: &[(&str, &str)],
    ) -> Result<()> {
        let cards: usize = decks.iter().map(|deck| deck.cards.len()).sum();
        let bulk = cards > BULK_CARDS;
        if bulk {
            // Keys are hashes: without room for the whole of their index each page would be written again and again.
            let _ = self.db.pragma_update(None, "cache_size", -BULK_CACHE_KIB);
        }
        let applied = (|| -> rusqlite::Result<_> {
            let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            write_index(&transaction, decks, vanished, renamed)?;
            note_changes(&transaction, changes)?;
            super::write_settings(&transaction, done)?;
            transaction.commit()
        })();
        if bulk {
            let _ = self.db.pragma_update(None, "cache_size", super::CACHE_KIB);
            let _ = self.db.release_memory();
        }
        applied.map_err(|error| self.classify("save the index", error))
    }

    /// Sets the place of decks among all decks.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn set_places(&mut self, places: &[(i64, u32)]) -> Result<()> {
        let written = (|| -> rusqlite::Result<_> {
            let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for (deck, place) in places {
                transaction
                    .prepare_cached("update deck set place = ?2 where id = ?1 and place <> ?2")?
                    .execute(params![deck, place])?;
            }
            transaction.commit()
        })();
        written.map_err(|error| self.classify("save the order of decks", error))
    }

    /// Returns what became of a card's identity, oldest first; of all cards when none is given, newest first.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn changes(&self, card: Option<CardUid>, limit: u32) -> Result<Vec<CardChange>> {
        let order = if card.is_some() { "id" } else { "id desc" };
        let sql = format!(
            "select card, change, at, old_key, new_key, old_title, new_title, old_deck, new_deck from card_change
             where ?1 is null or card = ?1 order by {order} limit ?2"
        );
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare_cached(&sql)?;
            let rows = statement.query_map(params![card.map(|card| card.0), limit], |row| {
                Ok(CardChange {
                    card: CardUid(row.get(0)?),
                    change: row.get(1)?,
                    at: Timestamp(row.get(2)?),
                    old_key: row.get(3)?,
                    new_key: row.get(4)?,
                    old_title: row.get(5)?,
                    new_title: row.get(6)?,
                    old_deck: row.get(7)?,
                    new_deck: row.get(8)?,
                })
            })?;
            rows.collect()
        })();
        read.map_err(|error: rusqlite::Error| self.classify("read the changes", error))
    }

    /// Returns how many cards of each deck stand where, decks in their order; `now` and `today` decide what is due.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn deck_counts(&self, at: &crate::time::Moment) -> Result<Vec<DeckCount>> {
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare_cached(include_str!("sql/deck_counts.sql"))?;
            let rows = statement.query_map(params![at.today.0, at.now.0], |row| {
                Ok(DeckCount {
                    deck: row.get(0)?,
                    cards: row.get(1)?,
                    new: row.get(2)?,
                    learning: row.get(3)?,
                    young: row.get(4)?,
                    mature: row.get(5)?,
                    aside: row.get(6)?,
                    due: row.get(7)?,
                })
            })?;
            rows.collect()
        })();
        read.map_err(|error: rusqlite::Error| self.classify("count the cards", error))
    }

    /// Registers a folder of decks.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn add_folder(&self, path: &str) -> Result<bool> {
        self.db
            .execute("insert or ignore into folder (path) values (?1)", [path])
            .map(|rows| rows > 0)
            .map_err(|error| self.classify("register the folder", error))
    }

    /// Takes a folder of decks off the register.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn remove_folder(&self, path: &str) -> Result<bool> {
        self.db
            .execute("delete from folder where path = ?1", [path])
            .map(|rows| rows > 0)
            .map_err(|error| self.classify("take the folder off the register", error))
    }

    /// Returns the registered folders.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn folders(&self) -> Result<Vec<String>> {
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare_cached("select path from folder order by path")?;
            statement.query_map([], |row| row.get(0))?.collect()
        })();
        read.map_err(|error: rusqlite::Error| self.classify("list the folders", error))
    }
}

/// Writes down what became of cards' identities.
pub(super) fn note_changes(db: &rusqlite::Connection, changes: &[CardChange]) -> rusqlite::Result<()> {
    let mut note = db.prepare_cached(
        "insert into card_change (at, card, change, old_key, new_key, old_title, new_title, old_deck, new_deck)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for change in changes {
        note.execute(params![
            change.at.0,
            change.card.0,
            change.change,
            change.old_key,
            change.new_key,
            change.old_title,
            change.new_title,
            change.old_deck,
            change.new_deck,
        ])?;
    }
    Ok(())
}

fn deck_row(row: &Row<'_>) -> rusqlite::Result<DeckRow> {
    let level: Option<String> = row.get(4)?;
    let area: Option<String> = row.get(5)?;
    Ok(DeckRow {
        id: row.get(0)?,
        path: row.get(1)?,
        slug: row.get(2)?,
        head: DeckHead {
            name: row.get(3)?,
            level: level.as_deref().and_then(Level::from_name),
            area: area.as_deref().and_then(Area::from_name),
            resource: row.get(6)?,
            source: row.get(7)?,
            requires: list(row, 8)?,
            tags: list(row, 9)?,
            strict: false,
            dialect: Dialect::from_name(row.get_ref(15)?.as_str()?).unwrap_or_default(),
        },
        place: row.get(10)?,
        stamp: DeckStamp {
            size: row.get::<_, i64>(11)?.cast_unsigned(),
            modified_ns: row.get(12)?,
            inode: row.get::<_, i64>(13)?.cast_unsigned(),
        },
        faults: row.get(14)?,
    })
}

pub(super) fn known_card(row: &Row<'_>) -> rusqlite::Result<KnownCard> {
    Ok(KnownCard {
        uid: CardUid(row.get(0)?),
        key: CardKey(row.get(1)?),
        deck: row.get(2)?,
        place: row.get(3)?,
        title: row.get(4)?,
        answer_hash: row.get(5)?,
        present: row.get(6)?,
        seen: row.get(7)?,
    })
}

/// A count as SQLite's integers have it.
pub(super) fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A list of texts as JSON; an empty list is an empty text, which is cheaper to write a hundred thousand times.
pub(super) fn json(list: &[String]) -> String {
    if list.is_empty() { String::new() } else { serde_json::to_string(list).unwrap_or_default() }
}
