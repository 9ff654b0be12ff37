//! The review log: appending to it, together with the card state that follows, in one durable transaction; reading it.
//! Entries are never changed: triggers refuse it. Not for computing states: callers bring them.

use std::collections::HashMap;

use rusqlite::{OptionalExtension as _, TransactionBehavior, params};

use super::rows::{
    LOG_COLUMNS, STATE_COLUMNS, due_columns, entry_from, memory_columns, phase_name, purpose_name,
    record_from,
};
use super::{Result, Store};
use crate::card::CardUid;
use crate::review::{EntryId, LogEntry, LogEvent};
use crate::schedule::Phase;
use crate::schedule::replay::CardRecord;
use crate::time::{Day, Moment, Timestamp};

/// What became of an attempt to append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "an answer that was not taken must be noticed"]
pub enum Append {
    /// Committed, on disk.
    Done,
    /// The card is no longer in the state that the caller started from: another session answered it. Nothing written.
    Elsewhere,
}

/// Which part of the log to read.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogFilter {
    /// Only entries of this instant or later.
    pub since: Option<Timestamp>,
}

impl Store {
    /// Appends entries of one card and the state that follows from them: one transaction, one fsync.
    ///
    /// `before` is the record from which the caller computed `after`; when the stored one differs, another session was
    /// faster and nothing is written.
    ///
    /// # Errors
    /// Fails when the database does; nothing is half-written then.
    pub fn append(
        &mut self,
        entries: &[LogEntry],
        before: &CardRecord,
        after: &CardRecord,
    ) -> Result<Append> {
        let appended = (|| -> rusqlite::Result<_> {
            let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let appended = append_in(&transaction, entries, before, after)?;
            if appended == Append::Done {
                transaction.commit()?;
            }
            Ok(appended)
        })();
        appended.map_err(|error| self.classify("save the answer", error))
    }

    /// Appends entries that move no state: practice and exam answers.
    ///
    /// # Errors
    /// Fails when the database does; nothing is half-written then.
    pub fn append_unscheduled(&mut self, entries: &[LogEntry]) -> Result<()> {
        let appended = (|| -> rusqlite::Result<_> {
            let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for entry in entries {
                insert_entry(&transaction, entry)?;
            }
            transaction.commit()
        })();
        appended.map_err(|error| self.classify("save the answer", error))
    }

    /// Writes states that a replay gave, for the cards named; other states stay.
    ///
    /// # Errors
    /// Fails when the database does; nothing is half-written then.
    pub fn write_records(&mut self, records: &[(CardUid, CardRecord)]) -> Result<()> {
        let written = (|| -> rusqlite::Result<_> {
            let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for (card, record) in records {
                write_replayed(&transaction, *card, record)?;
            }
            transaction.commit()
        })();
        written.map_err(|error| self.classify("save the states", error))
    }

    /// Writes states in place of those from which they were computed, and settings, in one transaction. Returns
    /// whether it did: when a stored state is another by now, nothing is written.
    ///
    /// # Errors
    /// Fails when the database does; nothing is half-written then.
    pub fn replace_records(
        &mut self,
        records: &[(CardUid, Option<CardRecord>, CardRecord)],
        settings: &[(&str, &str)],
    ) -> Result<bool> {
        let written = (|| -> rusqlite::Result<_> {
            let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for (card, before, after) in records {
                if read_record(&transaction, *card)? != *before {
                    return Ok(false);
                }
                write_replayed(&transaction, *card, after)?;
            }
            super::write_settings(&transaction, settings)?;
            transaction.commit()?;
            Ok(true)
        })();
        written.map_err(|error| self.classify("save the states", error))
    }

    /// Returns the record of a card; `None` when it has no log.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn record(&self, card: CardUid) -> Result<Option<CardRecord>> {
        read_record(&self.db, card).map_err(|error| self.classify("read a card's state", error))
    }

    /// Returns all entries of a card in the order of (instant, id), retractions and retracted ones included.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn history(&self, card: CardUid) -> Result<Vec<LogEntry>> {
        let read = (|| -> rusqlite::Result<_> {
            let sql = format!("select {LOG_COLUMNS} from review_log where card = ?1 order by at, id");
            let mut statement = self.db.prepare_cached(&sql)?;
            let rows = statement.query_map([card.0], entry_from)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        })();
        read.map_err(|error| self.classify("read a card's history", error))
    }

    /// Hands every entry of the log to `each`, in the order of (instant, id).
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn for_each_entry(&self, filter: LogFilter, mut each: impl FnMut(LogEntry)) -> Result<()> {
        let read = (|| -> rusqlite::Result<_> {
            // Ids begin with the instant, so the primary key is the order of time.
            let sql = format!("select {LOG_COLUMNS} from review_log where id >= ?1 order by id");
            let first = EntryId::new(filter.since.unwrap_or(Timestamp(0)), 0);
            let mut statement = self.db.prepare_cached(&sql)?;
            let mut rows = statement.query([first.0])?;
            while let Some(row) = rows.next()? {
                each(entry_from(row)?);
            }
            Ok(())
        })();
        read.map_err(|error| self.classify("read the log", error))
    }

    /// Hands every retraction to `each`, in the order of (instant, id).
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn for_each_retraction_entry(&self, mut each: impl FnMut(LogEntry)) -> Result<()> {
        let read = (|| -> rusqlite::Result<_> {
            let sql = format!(
                "select {LOG_COLUMNS} from review_log indexed by review_log_retract where event = 'retract' order by id"
            );
            let mut statement = self.db.prepare_cached(&sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                each(entry_from(row)?);
            }
            Ok(())
        })();
        read.map_err(|error| self.classify("read the log", error))
    }

    /// Returns every stored record.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn all_records(&self) -> Result<HashMap<CardUid, CardRecord>> {
        let read = (|| -> rusqlite::Result<_> {
            let sql = format!("select card, {STATE_COLUMNS} from card_state");
            let mut statement = self.db.prepare(&sql)?;
            statement.query_map([], |row| Ok((CardUid(row.get(0)?), record_from(row, 1)?)))?.collect()
        })();
        read.map_err(|error| self.classify("read the states", error))
    }

    /// Returns how many cards are due on each of the next days: today first, overdue ones with today.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn forecast(&self, at: &Moment, days: usize) -> Result<Vec<usize>> {
        let mut counts = vec![0; days];
        let read = (|| -> rusqlite::Result<()> {
            let mut statement = self.db.prepare_cached(
                "select max(due_day - ?1, 0), count(*) from card_state indexed by card_state_due
                 where due_day is not null and due_day < ?1 + ?2 and suspended = 0 and parked = 0 and present = 1
                 group by 1",
            )?;
            let rows = statement.query_map(params![at.today.0, days as i64], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
            })?;
            for row in rows {
                let (ahead, count) = row?;
                if let Some(slot) = usize::try_from(ahead).ok().and_then(|ahead| counts.get_mut(ahead)) {
                    *slot += usize::try_from(count).unwrap_or(0);
                }
            }
            Ok(())
        })();
        read.map_err(|error| self.classify("forecast", error))?;
        if let Some(today) = counts.first_mut() {
            *today += self.learning(at.today, &super::QueueFilter::default())?.len();
        }
        Ok(counts)
    }

    /// Returns the newest entry of this device that stands, so that it can be taken back.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn last_standing_entry(&self) -> Result<Option<LogEntry>> {
        let read = (|| -> rusqlite::Result<_> {
            let sql = format!(
                "select {LOG_COLUMNS} from review_log as entry
                 where device = ?1 and event not in ('retract', 'import') and coalesce(purpose, 'review') = 'review'
                   and not exists (select 1 from review_log as undo
                                   where undo.card = entry.card and undo.event = 'retract' and undo.target = entry.id)
                 order by id desc limit 1"
            );
            let mut statement = self.db.prepare_cached(&sql)?;
            statement.query_row([self.device()], entry_from).optional()
        })();
        read.map_err(|error| self.classify("read the log", error))
    }

    /// Returns the median time of right answers judged by the machine, among the newest `among`, in milliseconds;
    /// `None` with fewer than `least`.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn median_took_ms(&self, among: u32, least: usize) -> Result<Option<u32>> {
        let read = (|| -> rusqlite::Result<_> {
            // Only the newest entries are looked at, so that the cost does not grow with the log.
            let mut statement = self.db.prepare_cached(
                "select took_ms from (select took_ms, verdict, event from review_log order by id desc limit ?1)
                 where event = 'answer' and verdict = 1.0 order by took_ms",
            )?;
            statement.query_map([among], |row| row.get(0))?.collect::<rusqlite::Result<Vec<u32>>>()
        })();
        let times = read.map_err(|error| self.classify("read the log", error))?;
        Ok(if times.len() < least { None } else { times.get(times.len() / 2).copied() })
    }

    /// Returns the number of entries in the log.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn log_len(&self) -> Result<u64> {
        self.db
            .query_row("select count(*) from review_log", [], |row| row.get::<_, i64>(0))
            .map(|count| u64::try_from(count).unwrap_or(0))
            .map_err(|error| self.classify("count the log", error))
    }

    /// Returns the newest instant in the log; `None` when it is empty.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn newest_entry_at(&self) -> Result<Option<Timestamp>> {
        self.db
            .prepare_cached("select at from review_log order by id desc limit 1")
            .and_then(|mut statement| statement.query_row([], |row| row.get::<_, i64>(0)).optional())
            .map(|at| at.map(Timestamp))
            .map_err(|error| self.classify("read the log", error))
    }

    /// Returns the instant of a card's newest entry; `None` when it has no log.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn newest_entry_of(&self, card: CardUid) -> Result<Option<Timestamp>> {
        self.db
            .prepare_cached("select max(at) from review_log where card = ?1")
            .and_then(|mut statement| statement.query_row([card.0], |row| row.get::<_, Option<i64>>(0)))
            .map(|at| at.map(Timestamp))
            .map_err(|error| self.classify("read a card's history", error))
    }

    /// Returns the days on which something was reviewed, with the number of reviews, oldest first.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn review_days(&self) -> Result<Vec<(Day, u32)>> {
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare_cached(
                "select day, count(*) from review_log as entry where event = 'answer' and purpose = 'review'
                   and not exists (select 1 from review_log as undo indexed by review_log_retract
                                   where undo.event = 'retract' and undo.target = entry.id)
                 group by day order by day",
            )?;
            let rows = statement.query_map([], |row| Ok((Day(row.get(0)?), row.get(1)?)))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        })();
        read.map_err(|error| self.classify("read the log", error))
    }
}

/// [`Store::append`] within a transaction of the caller's, who must leave it when nothing was written.
pub(super) fn append_in(
    db: &rusqlite::Connection,
    entries: &[LogEntry],
    before: &CardRecord,
    after: &CardRecord,
) -> rusqlite::Result<Append> {
    let Some(card) = entries.first().map(|entry| entry.card) else { return Ok(Append::Done) };
    if read_record(db, card)?.unwrap_or_default() != *before {
        return Ok(Append::Elsewhere);
    }
    for entry in entries {
        insert_entry(db, entry)?;
    }
    write_record(db, card, after)?;
    if (before.state.phase == Phase::New) != (after.state.phase == Phase::New) {
        db.prepare_cached("update card set seen = ?2 where uid = ?1")?
            .execute(params![card.0, after.state.phase != Phase::New])?;
    }
    Ok(Append::Done)
}

fn read_record(db: &rusqlite::Connection, card: CardUid) -> rusqlite::Result<Option<CardRecord>> {
    let sql = const_format_state();
    db.prepare_cached(sql)?.query_row([card.0], |row| record_from(row, 0)).optional()
}

/// The statement behind [`read_record`], spelled out so that it can be a constant; a test holds it to `STATE_COLUMNS`.
fn const_format_state() -> &'static str {
    "select phase, due_at, due_day, last_at, last_day, interval, step, reps, lapses, \
     memory, memory_a, memory_b, suspended, parked, buried_until, flag, last_grade from card_state where card = ?1"
}

fn write_record(db: &rusqlite::Connection, card: CardUid, record: &CardRecord) -> rusqlite::Result<()> {
    let state = &record.state;
    let (due_at, due_day) = due_columns(state.due);
    let (memory, memory_a, memory_b) = memory_columns(state.memory);
    db.prepare_cached(include_str!("sql/write_state.sql"))?.execute(params![
        card.0,
        phase_name(state.phase),
        due_at,
        due_day,
        state.last.map(|at| at.0),
        state.last_day.map(|day| day.0),
        state.interval,
        state.step,
        state.reps,
        state.lapses,
        memory,
        memory_a,
        memory_b,
        record.suspended,
        record.parked,
        record.buried_until.map(|day| day.0),
        record.flag,
        record.last_grade.map(crate::review::Grade::number),
    ])?;
    Ok(())
}

/// Writes a state that a replay gave, and whether the card counts as seen.
fn write_replayed(db: &rusqlite::Connection, card: CardUid, record: &CardRecord) -> rusqlite::Result<()> {
    write_record(db, card, record)?;
    db.prepare_cached("update card set seen = ?2 where uid = ?1 and seen <> ?2")?
        .execute(params![card.0, record.state.phase != Phase::New])?;
    Ok(())
}

pub(super) fn insert_entry(db: &rusqlite::Connection, entry: &LogEntry) -> rusqlite::Result<()> {
    /// The columns that depend on the event; all empty but those it uses.
    #[derive(Default)]
    struct Columns<'a> {
        purpose: Option<&'static str>,
        grade: Option<u8>,
        quality: Option<u8>,
        took_ms: Option<u32>,
        verdict: Option<f64>,
        given: Option<&'a str>,
        seed: Option<i64>,
        version: Option<u32>,
        difficulty: Option<u8>,
        interval: Option<u32>,
        ease: Option<u32>,
        until_day: Option<i32>,
        note: Option<&'a str>,
        target: Option<&'a [u8]>,
    }
    let mut columns = Columns::default();
    let event = match &entry.event {
        LogEvent::Answer(answer) => {
            columns.purpose = Some(purpose_name(answer.purpose));
            columns.grade = Some(answer.grade.number());
            columns.quality = answer.quality;
            columns.took_ms = Some(answer.took_ms);
            columns.verdict = answer.verdict.map(crate::review::Verdict::share);
            columns.given = answer.given.as_deref();
            columns.seed = answer.seed.map(u64::cast_signed);
            columns.version = answer.version;
            columns.difficulty = answer.difficulty;
            columns.interval = answer.interval;
            "answer"
        }
        LogEvent::Retract(target) => {
            columns.target = Some(&target.0);
            "retract"
        }
        LogEvent::Suspend => "suspend",
        LogEvent::Resume => "resume",
        LogEvent::Bury(until) => {
            columns.until_day = Some(until.0);
            "bury"
        }
        LogEvent::Flag(note) => {
            columns.note = Some(note);
            "flag"
        }
        LogEvent::Unflag => "unflag",
        LogEvent::Park => "park",
        LogEvent::Unpark => "unpark",
        LogEvent::Import { ease, interval, due } => {
            columns.ease = *ease;
            columns.interval = Some(*interval);
            columns.until_day = Some(due.0);
            "import"
        }
    };
    db.prepare_cached(include_str!("sql/insert_entry.sql"))?.execute(params![
        entry.id.0,
        entry.device,
        entry.card.0,
        entry.at.0,
        entry.day.0,
        event,
        columns.purpose,
        columns.grade,
        columns.quality,
        columns.took_ms,
        columns.verdict,
        columns.given,
        columns.seed,
        columns.version,
        columns.difficulty,
        columns.interval,
        columns.ease,
        columns.until_day,
        columns.note,
        columns.target,
    ])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spelled_out_statement_reads_the_columns_of_a_record() {
        assert_eq!(const_format_state(), format!("select {STATE_COLUMNS} from card_state where card = ?1"));
    }
}
