//! Reading cards: what is due, what is new, what one card is, and what was done today.
//! Not for choosing among them (`session/queue.rs`) or for their text, which stays in the deck files.

use std::collections::{HashMap, HashSet};

use rusqlite::{OptionalExtension as _, Row, params};

use super::rows::{STATE_COLUMNS, record_from};
use super::{LogFilter, Result, Store};
use crate::card::{CardKey, CardUid};
use crate::review::{LogEvent, Purpose};
use crate::schedule::replay::CardRecord;
use crate::session::{DueCard, QueueCard};
use crate::time::{DAY_MS, Day, Moment, Timestamp};

/// Which cards a question is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QueueFilter {
    /// Only cards of these decks (ids), where given.
    pub decks: Option<Vec<i64>>,
    /// Only cards with this tag of their own, or in one of these decks, where given.
    pub tag: Option<(String, Vec<i64>)>,
}

impl QueueFilter {
    /// Tells whether every card passes.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.decks.is_none() && self.tag.is_none()
    }

    /// The filter as three parameters: decks, tag, decks of the tag; empty text where absent.
    fn parameters(&self) -> (Option<String>, Option<&str>, Option<String>) {
        let json = |ids: &[i64]| serde_json::to_string(ids).unwrap_or_else(|_| "[]".into());
        (
            self.decks.as_deref().map(json),
            self.tag.as_ref().map(|(tag, _)| tag.as_str()),
            self.tag.as_ref().map(|(_, decks)| json(decks)),
        )
    }
}

/// The condition behind [`QueueFilter`], on a row `c` of `card`; parameters 1 to 3.
const FILTER: &str = "(?1 is null or c.deck in (select value from json_each(?1)))
     and (?2 is null or c.deck in (select value from json_each(?3))
          or exists (select 1 from json_each(nullif(c.tags, '')) where value = ?2))";

/// All that the database knows of a card's text and place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardRow {
    /// The card.
    pub uid: CardUid,
    /// What it is known by.
    pub key: CardKey,
    /// Its deck's id.
    pub deck: i64,
    /// Its place in the deck, from 0.
    pub place: u32,
    /// First byte of its block in the file.
    pub start: usize,
    /// One past the last byte of its block.
    pub end: usize,
    /// Which card of its block it is, from 0.
    pub part: usize,
    /// The word for its kind.
    pub kind: String,
    /// Shared by siblings.
    pub block: i64,
    /// One line that stands for it.
    pub title: String,
    /// Its own tags.
    pub tags: Vec<String>,
    /// Concepts it teaches.
    pub concepts: Vec<String>,
    /// Whether it is still in the decks.
    pub present: bool,
}

/// What was done with one card today, in reviews that stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TodayRow {
    /// The card.
    pub card: CardUid,
    /// Shared by siblings.
    pub block: i64,
    /// Whether today was its first day.
    pub introduced: bool,
    /// Answers today.
    pub answers: u32,
    /// Answers today other than `Again`.
    pub passed: u32,
    /// Time spent, in milliseconds.
    pub took_ms: u64,
}

/// A due scan stops here: beyond it, order is exact among the cards due longest.
const DUE_SCAN: u32 = 20_000;

impl Store {
    /// Returns review cards due on or before `today`, longest due first, at most 20,000.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn due_reviews(&self, today: Day, filter: &QueueFilter) -> Result<Vec<DueCard>> {
        let read = (|| -> rusqlite::Result<_> {
            let row = |row: &Row<'_>| {
                Ok(DueCard {
                    card: CardUid(row.get(0)?),
                    due: Day(row.get(1)?),
                    interval: row.get(2)?,
                    last: Day(row.get::<_, Option<i32>>(3)?.unwrap_or(today.0)),
                })
            };
            if filter.is_open() {
                let mut statement = self.db.prepare_cached(include_str!("sql/due_reviews.sql"))?;
                return statement.query_map(params![today.0, DUE_SCAN], row)?.collect();
            }
            let (decks, tag, tag_decks) = filter.parameters();
            let sql = format!(
                "select s.card, s.due_day, s.interval, s.last_day
                 from card_state as s join card as c on c.uid = s.card
                 where s.due_day <= ?4 and s.suspended = 0 and s.parked = 0 and s.present = 1
                   and coalesce(s.buried_until, ?4) <= ?4 and {FILTER}
                 order by s.due_day, s.interval, s.card limit ?5"
            );
            let mut statement = self.db.prepare_cached(&sql)?;
            statement.query_map(params![decks, tag, tag_decks, today.0, DUE_SCAN], row)?.collect()
        })();
        read.map_err(|error: rusqlite::Error| self.classify("look for due cards", error))
    }

    /// Returns how many cards are due on a day, at most a thousand: more is merely full.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn load_on(&self, day: Day) -> Result<u32> {
        self.db
            .prepare_cached(include_str!("sql/load_on.sql"))
            .and_then(|mut statement| statement.query_row([day.0], |row| row.get(0)))
            .map_err(|error| self.classify("count the due cards", error))
    }

    /// Returns learning and relearning cards with the instant at which each is due, soonest first.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn learning(&self, today: Day, filter: &QueueFilter) -> Result<Vec<QueueCard>> {
        let (decks, tag, tag_decks) = filter.parameters();
        let sql = format!(
            "select c.uid, c.key, c.deck, c.block, c.confuses, c.seen, s.due_at
             from card_state as s indexed by card_state_learning join card as c on c.uid = s.card
             where s.due_at is not null and s.suspended = 0 and s.parked = 0 and s.present = 1
               and coalesce(s.buried_until, ?4) <= ?4 and {FILTER}
             order by s.due_at, s.card"
        );
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare_cached(&sql)?;
            statement.query_map(params![decks, tag, tag_decks, today.0], queue_row)?.collect()
        })();
        read.map_err(|error: rusqlite::Error| self.classify("look for learning cards", error))
    }

    /// Returns up to `limit` new cards of one deck, in the deck's order.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn new_cards(
        &self,
        deck: i64,
        limit: u32,
        today: Day,
        filter: &QueueFilter,
    ) -> Result<Vec<QueueCard>> {
        let (decks, tag, tag_decks) = filter.parameters();
        let sql = format!(
            "select c.uid, c.key, c.deck, c.block, c.confuses, c.seen, null
             from card as c left join card_state as s on s.card = c.uid
             where c.deck = ?4 and c.seen = 0 and c.present = 1
               and coalesce(s.suspended, 0) = 0 and coalesce(s.parked, 0) = 0
               and coalesce(s.buried_until, ?5) <= ?5 and {FILTER}
             order by c.place limit ?6"
        );
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare_cached(&sql)?;
            statement.query_map(params![decks, tag, tag_decks, deck, today.0, limit], queue_row)?.collect()
        })();
        read.map_err(|error: rusqlite::Error| self.classify("look for new cards", error))
    }

    /// Returns up to `limit` cards that pass the filter, seen or not, in the order of decks and places: for practice.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn any_cards(&self, filter: &QueueFilter, limit: u32) -> Result<Vec<QueueCard>> {
        let (decks, tag, tag_decks) = filter.parameters();
        let sql = format!(
            "select c.uid, c.key, c.deck, c.block, c.confuses, c.seen, null
             from card as c join deck as d on d.id = c.deck
             where c.present = 1 and {FILTER} order by d.place, c.place limit ?4"
        );
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare_cached(&sql)?;
            statement.query_map(params![decks, tag, tag_decks, limit], queue_row)?.collect()
        })();
        read.map_err(|error: rusqlite::Error| self.classify("look for cards", error))
    }

    /// Tells which of the decks named still have a new card, up to `limit` of them, in the order given.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn decks_with_new(&self, decks: &[i64], limit: usize) -> Result<Vec<i64>> {
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare_cached(
                "select exists (select 1 from card where deck = ?1 and seen = 0 and present = 1)",
            )?;
            let mut found = Vec::new();
            for &deck in decks {
                if statement.query_row([deck], |row| row.get::<_, bool>(0))? {
                    found.push(deck);
                    if found.len() == limit {
                        break;
                    }
                }
            }
            Ok(found)
        })();
        read.map_err(|error: rusqlite::Error| self.classify("look for new cards", error))
    }

    /// Returns a card as the queue keeps it; `None` when it is not in the decks.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn queue_row(&self, card: CardUid) -> Result<Option<QueueCard>> {
        self.db
            .prepare_cached(
                "select c.uid, c.key, c.deck, c.block, c.confuses, c.seen, s.due_at from card as c
                 left join card_state as s on s.card = c.uid where c.uid = ?1 and c.present = 1",
            )
            .and_then(|mut statement| statement.query_row([card.0], queue_row).optional())
            .map_err(|error| self.classify("look for a card", error))
    }

    /// Returns a card by uid, in the decks or gone.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn card(&self, card: CardUid) -> Result<Option<CardRow>> {
        self.db
            .prepare_cached(&format!("select {CARD_COLUMNS} from card where uid = ?1"))
            .and_then(|mut statement| statement.query_row([card.0], card_row).optional())
            .map_err(|error| self.classify("look for a card", error))
    }

    /// Returns a card by what it is known by, in the decks or gone.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn card_by_key(&self, key: &str) -> Result<Option<CardRow>> {
        self.db
            .prepare_cached(&format!("select {CARD_COLUMNS} from card where key = ?1"))
            .and_then(|mut statement| statement.query_row([key], card_row).optional())
            .map_err(|error| self.classify("look for a card", error))
    }

    /// Returns the cards whose number begins with some hexadecimal digits, at most ten.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn cards_by_number(&self, digits: &str) -> Result<Vec<CardRow>> {
        if digits.is_empty() || digits.len() > 16 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(Vec::new());
        }
        let bound = |fill: &str| {
            let text = format!("{digits}{}", fill.repeat(16 - digits.len()));
            i64::try_from(u64::from_str_radix(&text, 16).unwrap_or(0)).unwrap_or(i64::MAX)
        };
        let read = (|| -> rusqlite::Result<_> {
            let sql = format!("select {CARD_COLUMNS} from card where uid between ?1 and ?2 limit 10");
            let mut statement = self.db.prepare_cached(&sql)?;
            statement.query_map([bound("0"), bound("f")], card_row)?.collect()
        })();
        read.map_err(|error: rusqlite::Error| self.classify("look for a card", error))
    }

    /// Returns the explicit ids of all cards in the decks, for suggestions.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn keys(&self) -> Result<Vec<String>> {
        let read = (|| -> rusqlite::Result<_> {
            let mut statement =
                self.db.prepare_cached("select key from card where present = 1 and key not like '~%'")?;
            statement.query_map([], |row| row.get(0))?.collect()
        })();
        read.map_err(|error: rusqlite::Error| self.classify("list the ids", error))
    }

    /// Returns the cards in the decks, in order, each with its record where it has one.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn cards_with_records(&self, filter: &QueueFilter) -> Result<Vec<(CardRow, Option<CardRecord>)>> {
        let (decks, tag, tag_decks) = filter.parameters();
        let columns =
            CARD_COLUMNS.split(", ").map(|column| format!("c.{column}")).collect::<Vec<_>>().join(", ");
        let state =
            STATE_COLUMNS.split(", ").map(|column| format!("s.{}", column.trim())).collect::<Vec<_>>();
        let sql = format!(
            "select {columns}, {} from card as c join deck as d on d.id = c.deck
             left join card_state as s on s.card = c.uid
             where c.present = 1 and {FILTER} order by d.place, c.place",
            state.join(", ")
        );
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare_cached(&sql)?;
            let rows = statement.query_map(params![decks, tag, tag_decks], |row| {
                let record = match row.get_ref(CARD_COLUMN_COUNT)? {
                    rusqlite::types::ValueRef::Null => None,
                    _ => Some(record_from(row, CARD_COLUMN_COUNT)?),
                };
                Ok((card_row(row)?, record))
            })?;
            rows.collect()
        })();
        read.map_err(|error: rusqlite::Error| self.classify("list the cards", error))
    }

    /// Returns what was reviewed on the study day of `at`, one row a card.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn reviewed_today(&self, at: &Moment) -> Result<Vec<TodayRow>> {
        let mut answers = Vec::new();
        let mut retracted = HashSet::new();
        // A study day is at most a day long plus a change of clocks and zones on either side.
        let since = Some(at.now.plus_ms(-2 * DAY_MS));
        self.for_each_entry(LogFilter { since }, |entry| match entry.event {
            LogEvent::Answer(answer) if entry.day == at.today && answer.purpose == Purpose::Review => {
                answers.push((entry.id, entry.card, answer.grade.passed(), answer.took_ms));
            }
            LogEvent::Retract(target) => {
                retracted.insert(target);
            }
            _ => {}
        })?;
        let mut rows: Vec<TodayRow> = Vec::new();
        let mut places = HashMap::new();
        for (id, card, passed, took_ms) in answers {
            if retracted.contains(&id) {
                continue;
            }
            let place = *places.entry(card).or_insert_with(|| {
                rows.push(TodayRow { card, block: 0, introduced: false, answers: 0, passed: 0, took_ms: 0 });
                rows.len() - 1
            });
            rows[place].answers += 1;
            rows[place].passed += u32::from(passed);
            rows[place].took_ms += u64::from(took_ms);
        }
        let read = (|| -> rusqlite::Result<_> {
            let mut block = self.db.prepare_cached("select block from card where uid = ?1")?;
            let mut earlier = self.db.prepare_cached(
                "select exists (select 1 from review_log as entry
                                where card = ?1 and day < ?2 and event = 'answer' and purpose = 'review'
                                  and not exists (select 1 from review_log as undo where undo.card = ?1
                                                  and undo.event = 'retract' and undo.target = entry.id))",
            )?;
            for row in &mut rows {
                row.block = block.query_row([row.card.0], |row| row.get(0)).optional()?.unwrap_or(0);
                row.introduced = !earlier.query_row(params![row.card.0, at.today.0], |row| row.get(0))?;
            }
            Ok(rows)
        })();
        read.map_err(|error: rusqlite::Error| self.classify("read today's reviews", error))
    }
}

pub(super) const CARD_COLUMNS: &str =
    "uid, key, deck, place, start_byte, end_byte, part, kind, block, title, tags, concepts, present";
const CARD_COLUMN_COUNT: usize = 13;

pub(super) fn card_row(row: &Row<'_>) -> rusqlite::Result<CardRow> {
    Ok(CardRow {
        uid: CardUid(row.get(0)?),
        key: CardKey(row.get(1)?),
        deck: row.get(2)?,
        place: row.get(3)?,
        start: place(row, 4)?,
        end: place(row, 5)?,
        part: place(row, 6)?,
        kind: row.get(7)?,
        block: row.get(8)?,
        title: row.get(9)?,
        tags: list(row, 10)?,
        concepts: list(row, 11)?,
        present: row.get(12)?,
    })
}

/// Reads a count of bytes or of cards.
fn place(row: &Row<'_>, index: usize) -> rusqlite::Result<usize> {
    let value: i64 = row.get(index)?;
    usize::try_from(value).map_err(|_| super::rows::nonsense("a place", value))
}

fn queue_row(row: &Row<'_>) -> rusqlite::Result<QueueCard> {
    Ok(QueueCard {
        card: CardUid(row.get(0)?),
        key: CardKey(row.get(1)?),
        deck: row.get(2)?,
        block: row.get(3)?,
        confuses: list(row, 4)?,
        new: !row.get::<_, bool>(5)?,
        early: false,
        round: 0,
        due_at: row.get::<_, Option<i64>>(6)?.map(Timestamp),
    })
}

/// Reads a list of texts, stored as JSON; an empty list is stored as an empty text.
pub(super) fn list(row: &Row<'_>, index: usize) -> rusqlite::Result<Vec<String>> {
    let text = row.get_ref(index)?.as_str()?;
    if text.is_empty() || text == "[]" {
        return Ok(Vec::new());
    }
    serde_json::from_str(text).map_err(|_| super::rows::nonsense("a list", text))
}
