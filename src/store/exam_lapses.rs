//! The lapses that wrong answers in exams count as, where the learner asks for it: written once, with an exam's end or after
//! it. Not for which cards lapse (`app/exam_lapses.rs`).

use rusqlite::{OptionalExtension as _, Row, TransactionBehavior, params};

use super::reviews::append_in;
use super::{Append, Result, Store};
use crate::review::LogEntry;
use crate::schedule::replay::CardRecord;
use crate::time::{Day, Timestamp};

/// A card that a wrong answer in an exam counts as forgotten.
#[derive(Clone, Debug, PartialEq)]
pub struct Lapse {
    /// What is written into the log: the answer, and the parking that may follow from it.
    pub entries: Vec<LogEntry>,
    /// The card's record before it.
    pub before: CardRecord,
    /// The card's record after it.
    pub after: CardRecord,
}

/// When and how the wrong answers of a sitting were counted as lapses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RescheduleRow {
    /// When.
    pub at: Timestamp,
    /// On which study day.
    pub day: Day,
    /// Cards that lapsed.
    pub cards: u32,
    /// Of these parked as leeches.
    pub parked: u32,
}

impl Store {
    /// Writes the lapses that the wrong answers of a sitting count as, unless they were counted before.
    ///
    /// # Errors
    /// Fails when the database does; nothing is half-written then.
    pub fn count_lapses(
        &mut self,
        sitting: i64,
        at: Timestamp,
        day: Day,
        lapses: &[Lapse],
    ) -> Result<Append> {
        let written = (|| -> rusqlite::Result<_> {
            let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let appended = append_lapses(&transaction, sitting, at, day, lapses)?;
            if appended == Append::Done {
                transaction.commit()?;
            }
            Ok(appended)
        })();
        written.map_err(|error| self.classify("save the lapses", error))
    }

    /// Tells when the wrong answers of a sitting were counted as lapses; `None` while they were not.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn lapses_counted(&self, sitting: i64) -> Result<Option<RescheduleRow>> {
        self.db
            .prepare_cached("select at, day, cards, parked from exam_lapse where sitting = ?1")
            .and_then(|mut statement| {
                let row = |row: &Row<'_>| {
                    Ok(RescheduleRow {
                        at: Timestamp(row.get(0)?),
                        day: Day(row.get(1)?),
                        cards: row.get(2)?,
                        parked: row.get(3)?,
                    })
                };
                statement.query_row([sitting], row).optional()
            })
            .map_err(|error| self.classify("read the exam", error))
    }
}

/// Within a transaction of the caller's, who must leave it when a card was answered elsewhere meanwhile, or the lapses were
/// counted before.
pub(super) fn append_lapses(
    db: &rusqlite::Connection,
    sitting: i64,
    at: Timestamp,
    day: Day,
    lapses: &[Lapse],
) -> rusqlite::Result<Append> {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let parked = lapses.iter().filter(|lapse| lapse.after.parked && !lapse.before.parked).count();
    let news = db.execute(
        "insert into exam_lapse (sitting, at, day, cards, parked) values (?1, ?2, ?3, ?4, ?5)
         on conflict (sitting) do nothing",
        params![sitting, at.0, day.0, count(lapses.len()), count(parked)],
    )?;
    if news == 0 {
        return Ok(Append::Elsewhere);
    }
    for lapse in lapses {
        if append_in(db, &lapse.entries, &lapse.before, &lapse.after)? == Append::Elsewhere {
            return Ok(Append::Elsewhere);
        }
    }
    Ok(Append::Done)
}

#[cfg(test)]
mod tests {
    use super::super::exams::tests::{begun, store};
    use super::*;
    use crate::card::CardUid;
    use crate::exam::outcome::Outcome;
    use crate::exam::{Rules, Stop};
    use crate::progress::sprt::Plan;
    use crate::review::{EntryId, Grade, LogEvent, LoggedAnswer};
    use crate::store::EndRow;

    #[test]
    fn an_end_and_its_lapses_are_written_together_and_once() {
        let mut store = store();
        let (id, paper) = begun(&mut store);
        let sitting = crate::exam::sitting::Sitting::new(
            Rules { stop: Stop::Sequential(Plan::USUAL), confidence: false, time_ms: None, reschedule: true },
            paper,
            Vec::new(),
        );
        let outcome = Outcome::of(&sitting.unwrap());
        let end = EndRow { at: Timestamp(5_000), day: Day(20), outcome };
        let lapse = |number: u8, before: CardRecord| Lapse {
            entries: vec![LogEntry {
                id: EntryId([number; 16]),
                device: 1,
                card: CardUid(71),
                at: Timestamp(5_000),
                day: Day(20),
                event: LogEvent::Answer(LoggedAnswer::review(Grade::Again, 0)),
            }],
            before,
            after: CardRecord { parked: true, ..CardRecord::default() },
        };
        // A card that was answered elsewhere meanwhile: neither the end nor the lapse stands.
        let stale = [lapse(1, CardRecord { suspended: true, ..CardRecord::default() })];
        assert_eq!(store.end_exam(id, &end, Some(&stale)).unwrap(), Append::Elsewhere);
        assert_eq!((store.log_len().unwrap(), store.sitting(id).unwrap().unwrap().end), (0, None));
        let lapses = [lapse(1, CardRecord::default())];
        assert_eq!(store.end_exam(id, &end, Some(&lapses)).unwrap(), Append::Done);
        let counted = RescheduleRow { at: Timestamp(5_000), day: Day(20), cards: 1, parked: 1 };
        assert_eq!(store.lapses_counted(id).unwrap(), Some(counted));
        // Once: neither another end nor a count afterwards writes anything.
        let again = [lapse(2, store.record(CardUid(71)).unwrap().unwrap())];
        assert_eq!(store.end_exam(id, &end, Some(&again)).unwrap(), Append::Done);
        assert_eq!(store.count_lapses(id, Timestamp(6_000), Day(21), &again).unwrap(), Append::Elsewhere);
        assert_eq!((store.log_len().unwrap(), store.lapses_counted(id).unwrap()), (1, Some(counted)));
    }
}
