//! Exams in the database: sittings with their papers, answers, ends.
//! An answer and its row in the review log are one durable transaction, and so are an end and the lapses that follow from
//! it. Not for drawing or deciding (`exam/`), nor for what was opened by hand (`opened.rs`).

use std::collections::HashMap;

use rusqlite::{OptionalExtension as _, Row, TransactionBehavior, params};
use serde::{Deserialize, Serialize};

use super::reviews::{append_in, insert_entry};
use super::rows::nonsense;
use super::{Append, Result, Store};
use crate::card::{Area, CardUid, Level};
use crate::exam::outcome::Outcome;
use crate::exam::{Confidence, Item, Marked, Paper, ProblemRef, Rules, Scope, Section};
use crate::review::{EntryId, LogEntry};
use crate::schedule::replay::CardRecord;
use crate::seed::Seed;
use crate::time::{Day, Timestamp};

/// A sitting to begin.
#[derive(Clone, Debug)]
pub struct NewSitting {
    /// Unique among all machines.
    pub uid: EntryId,
    /// What it is about.
    pub scope: Scope,
    /// What it is called.
    pub title: String,
    /// How it is run.
    pub rules: Rules,
    /// The chance from which its paper was drawn.
    pub seed: Seed,
    /// When it begins.
    pub at: Timestamp,
    /// The study day on which it begins.
    pub day: Day,
}

/// A sitting, over or not.
#[derive(Clone, Debug, PartialEq)]
pub struct SittingRow {
    /// Its number in this database, from 1.
    pub id: i64,
    /// What it is about.
    pub scope: Scope,
    /// What it is called.
    pub title: String,
    /// How it is run.
    pub rules: Rules,
    /// The chance from which its paper was drawn.
    pub seed: Seed,
    /// When it began.
    pub at: Timestamp,
    /// The study day on which it began.
    pub day: Day,
    /// How it ended; `None` while it has not.
    pub end: Option<EndRow>,
}

/// How a sitting ended.
#[derive(Clone, Debug, PartialEq)]
pub struct EndRow {
    /// When.
    pub at: Timestamp,
    /// On which study day.
    pub day: Day,
    /// What it came to.
    pub outcome: Outcome,
}

/// What stood on the screen, and what was right: plain enough to be read for ever.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// One line that stands for the item.
    pub title: String,
    /// What was asked: Markdown.
    pub prompt: String,
    /// Options or items in the order shown: Markdown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// The right answer in words: Markdown.
    pub right: String,
    /// What was given, in words: Markdown.
    pub given: String,
    /// Why it holds, or the worked solution: Markdown.
    pub why: String,
    /// Where it is written.
    pub source: String,
}

/// An answer of a sitting.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerRow {
    /// The card.
    pub card: CardUid,
    /// When.
    pub at: Timestamp,
    /// What was given, as the log has it; `None` when the learner did not know.
    pub given: Option<String>,
    /// How it was marked.
    pub marked: Marked,
    /// The known mistake behind it.
    pub mistake: Option<String>,
    /// What was shown.
    pub shown: Shown,
}

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

const SITTING: &str =
    "select s.id, s.scope, s.target, s.title, s.rules, s.seed, s.at, s.day, e.at, e.day, e.outcome
     from exam_sitting as s left join exam_end as e on e.sitting = s.id";

impl Store {
    /// Writes a sitting and its paper, and returns its number.
    ///
    /// # Errors
    /// Fails when the database does; nothing is half-written then.
    pub fn begin_exam(&mut self, new: &NewSitting, paper: &Paper) -> Result<i64> {
        let device = self.device();
        let written = (|| -> rusqlite::Result<_> {
            let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let (scope, target) = new.scope.parts();
            transaction.execute(
                "insert into exam_sitting (uid, device, scope, target, title, rules, seed, at, day)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    new.uid.0,
                    device,
                    scope,
                    target,
                    new.title,
                    json(&new.rules),
                    new.seed.0.cast_signed(),
                    new.at.0,
                    new.day.0
                ],
            )?;
            let id = transaction.last_insert_rowid();
            for (section, part) in (0_u32..).zip(&paper.sections) {
                for item in &part.items {
                    let problem = item.problem.as_ref();
                    transaction.prepare_cached(include_str!("sql/insert_exam_item.sql"))?.execute(
                        params![
                            id,
                            item.number,
                            section,
                            part.level.map(Level::name),
                            item.card.0,
                            item.deck,
                            item.resource,
                            item.area.map(Area::name),
                            item.concept,
                            item.kind,
                            item.seed.0.cast_signed(),
                            item.difficulty,
                            problem.map(|problem| problem.family.as_str()),
                            problem.map(|problem| problem.version),
                            problem.map(|problem| json(&problem.parameters)),
                        ],
                    )?;
                }
            }
            transaction.commit()?;
            Ok(id)
        })();
        written.map_err(|error| self.classify("begin the exam", error))
    }

    /// Returns the paper of a sitting.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn exam_paper(&self, sitting: i64) -> Result<Paper> {
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare_cached(
                "select section, level, number, card, deck, resource, area, concept, kind, seed, difficulty,
                        family, version, parameters
                 from exam_item where sitting = ?1 order by number",
            )?;
            let mut paper = Paper::default();
            let mut rows = statement.query([sitting])?;
            while let Some(row) = rows.next()? {
                let section = usize::try_from(row.get::<_, i64>(0)?).unwrap_or(0);
                let level: Option<String> = row.get(1)?;
                while paper.sections.len() <= section {
                    let level = level.as_deref().and_then(Level::from_name);
                    paper.sections.push(Section { level, items: Vec::new() });
                }
                paper.sections[section].items.push(item_row(row)?);
            }
            Ok(paper)
        })();
        read.map_err(|error| self.classify("read the exam", error))
    }

    /// Saves an answer and its row in the log: one transaction, one fsync. An item that was answered in another window
    /// meanwhile keeps that answer.
    ///
    /// # Errors
    /// Fails when the database does; nothing is half-written then.
    pub fn append_exam_answer(
        &mut self,
        sitting: i64,
        answer: &AnswerRow,
        entry: Option<&LogEntry>,
    ) -> Result<Append> {
        let written = (|| -> rusqlite::Result<_> {
            let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let taken = transaction
                .prepare_cached(
                    "select exists (select 1 from exam_answer where sitting = ?1 and number = ?2)
                         or exists (select 1 from exam_end where sitting = ?1)",
                )?
                .query_row(params![sitting, answer.marked.number], |row| row.get::<_, bool>(0))?;
            if taken {
                return Ok(Append::Elsewhere);
            }
            transaction.prepare_cached(include_str!("sql/insert_exam_answer.sql"))?.execute(params![
                sitting,
                answer.marked.number,
                answer.card.0,
                answer.at.0,
                answer.given,
                answer.marked.share,
                answer.marked.confidence.map(Confidence::name),
                answer.marked.took_ms.cast_signed(),
                answer.mistake,
                json(&answer.shown),
                entry.map(|entry| entry.id.0),
            ])?;
            if let Some(entry) = entry {
                insert_entry(&transaction, entry)?;
            }
            transaction.commit()?;
            Ok(Append::Done)
        })();
        written.map_err(|error| self.classify("save the answer", error))
    }

    /// Returns the answers of a sitting, in the order of the paper.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn exam_answers(&self, sitting: i64) -> Result<Vec<AnswerRow>> {
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare_cached(
                "select number, card, at, given, share, confidence, took_ms, mistake, shown
                 from exam_answer where sitting = ?1 order by number",
            )?;
            statement.query_map([sitting], answer_row)?.collect()
        })();
        read.map_err(|error: rusqlite::Error| self.classify("read the exam", error))
    }

    /// Writes how a sitting ended, unless that stands already, and the lapses that its wrong answers count as, where they do.
    /// One transaction.
    ///
    /// # Errors
    /// Fails when the database does; nothing is half-written then.
    pub fn end_exam(&mut self, sitting: i64, end: &EndRow, lapses: Option<&[Lapse]>) -> Result<Append> {
        let written = (|| -> rusqlite::Result<_> {
            let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let news = transaction.execute(
                "insert into exam_end (sitting, at, day, passed, outcome) values (?1, ?2, ?3, ?4, ?5)
                 on conflict (sitting) do nothing",
                params![sitting, end.at.0, end.day.0, end.outcome.passed, json(&end.outcome)],
            )?;
            if news > 0
                && let Some(lapses) = lapses
                && append_lapses(&transaction, sitting, end.at, end.day, lapses)? == Append::Elsewhere
            {
                return Ok(Append::Elsewhere);
            }
            transaction.commit()?;
            Ok(Append::Done)
        })();
        written.map_err(|error| self.classify("save the result", error))
    }

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

    /// Returns all sittings, oldest first.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn sittings(&self) -> Result<Vec<SittingRow>> {
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare_cached(&format!("{SITTING} order by s.id"))?;
            statement.query_map([], sitting_row)?.collect()
        })();
        read.map_err(|error: rusqlite::Error| self.classify("list the exams", error))
    }

    /// Returns a sitting by its number.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn sitting(&self, id: i64) -> Result<Option<SittingRow>> {
        self.db
            .prepare_cached(&format!("{SITTING} where s.id = ?1"))
            .and_then(|mut statement| statement.query_row([id], sitting_row).optional())
            .map_err(|error| self.classify("look for an exam", error))
    }

    /// Tells which levels were passed: by their own exam, or by a placement that went so far.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn levels_passed(&self) -> Result<Vec<Level>> {
        let read = (|| -> rusqlite::Result<Vec<String>> {
            let mut statement = self.db.prepare_cached(
                "select distinct case s.scope when 'level' then s.target
                                              else coalesce(json_extract(e.outcome, '$.placed'), '') end
                 from exam_end as e join exam_sitting as s on s.id = e.sitting
                 where e.passed = 1 and s.scope in ('level', 'placement')",
            )?;
            statement.query_map([], |row| row.get(0))?.collect()
        })();
        let names = read.map_err(|error| self.classify("read the exams", error))?;
        Ok(names.iter().filter_map(|name| Level::from_name(name)).collect())
    }

    /// Returns how many sittings asked each card.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn times_examined(&self) -> Result<HashMap<CardUid, u32>> {
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare_cached(
                "select card, count(distinct sitting) from exam_answer where share is not null group by card",
            )?;
            statement.query_map([], |row| Ok((CardUid(row.get(0)?), row.get(1)?)))?.collect()
        })();
        read.map_err(|error: rusqlite::Error| self.classify("read the exams", error))
    }
}

/// Within a transaction of the caller's, who must leave it when a card was answered elsewhere meanwhile, or the lapses were
/// counted before.
fn append_lapses(
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

fn sitting_row(row: &Row<'_>) -> rusqlite::Result<SittingRow> {
    let (scope, target): (String, String) = (row.get(1)?, row.get(2)?);
    let end = match (row.get::<_, Option<i64>>(8)?, row.get::<_, Option<i32>>(9)?) {
        (Some(at), Some(day)) => {
            Some(EndRow { at: Timestamp(at), day: Day(day), outcome: from_json(row, 10, "outcome")? })
        }
        _ => None,
    };
    Ok(SittingRow {
        id: row.get(0)?,
        scope: Scope::of_parts(&scope, &target).ok_or_else(|| nonsense("scope", (&scope, &target)))?,
        title: row.get(3)?,
        rules: from_json(row, 4, "rules")?,
        seed: Seed(row.get::<_, i64>(5)?.cast_unsigned()),
        at: Timestamp(row.get(6)?),
        day: Day(row.get(7)?),
        end,
    })
}

/// Reads an item; its columns begin at the third.
fn item_row(row: &Row<'_>) -> rusqlite::Result<Item> {
    let area: Option<String> = row.get(6)?;
    let problem = match row.get::<_, Option<String>>(11)? {
        None => None,
        Some(family) => {
            Some(ProblemRef { family, version: row.get(12)?, parameters: from_json(row, 13, "parameters")? })
        }
    };
    Ok(Item {
        number: row.get(2)?,
        card: CardUid(row.get(3)?),
        deck: row.get(4)?,
        resource: row.get(5)?,
        area: area.as_deref().and_then(Area::from_name),
        concept: row.get(7)?,
        kind: row.get(8)?,
        seed: Seed(row.get::<_, i64>(9)?.cast_unsigned()),
        difficulty: row.get(10)?,
        problem,
    })
}

fn answer_row(row: &Row<'_>) -> rusqlite::Result<AnswerRow> {
    let confidence: Option<String> = row.get(5)?;
    Ok(AnswerRow {
        marked: Marked {
            number: row.get(0)?,
            share: row.get(4)?,
            confidence: confidence.as_deref().and_then(Confidence::from_name),
            took_ms: row.get::<_, i64>(6)?.cast_unsigned(),
        },
        card: CardUid(row.get(1)?),
        at: Timestamp(row.get(2)?),
        given: row.get(3)?,
        mistake: row.get(7)?,
        shown: from_json(row, 8, "shown")?,
    })
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn from_json<T: for<'a> Deserialize<'a>>(row: &Row<'_>, index: usize, column: &str) -> rusqlite::Result<T> {
    let text = row.get_ref(index)?.as_str()?;
    serde_json::from_str(text).map_err(|error| nonsense(column, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exam::Stop;
    use crate::progress::sprt::Plan;
    use crate::review::{Grade, LogEvent, LoggedAnswer, Purpose};
    use crate::store::OpenOptions;

    fn store() -> Store {
        Store::in_memory(OpenOptions { busy_ms: 50, now: Timestamp(1), seed: Seed(1) }).unwrap()
    }

    fn begun(store: &mut Store) -> (i64, Paper) {
        let problem = ProblemRef {
            family: "raft.commit-index".into(),
            parameters: toml::from_str("servers = [3, 5]").unwrap(),
            version: 2,
        };
        let item = |number, problem: Option<ProblemRef>| Item {
            number,
            card: CardUid(70 + i64::from(number)),
            deck: "raft".into(),
            resource: "raft".into(),
            area: Some(Area::Coordination),
            concept: "commit".into(),
            kind: "problem".into(),
            // Above what a signed integer holds.
            seed: Seed(u64::MAX - 5),
            difficulty: 1,
            problem,
        };
        let paper = Paper {
            sections: vec![
                Section { level: Some(Level::Beginner), items: vec![item(1, Some(problem)), item(2, None)] },
                Section { level: Some(Level::Advanced), items: vec![item(3, None)] },
            ],
        };
        let new = NewSitting {
            uid: EntryId([3; 16]),
            scope: Scope::Placement,
            title: "Placement".into(),
            rules: Rules {
                stop: Stop::Sequential(Plan::USUAL),
                confidence: true,
                time_ms: Some(60_000),
                reschedule: true,
            },
            seed: Seed(9),
            at: Timestamp(1_000),
            day: Day(20),
        };
        (store.begin_exam(&new, &paper).unwrap(), paper)
    }

    fn answer(number: u32) -> AnswerRow {
        AnswerRow {
            card: CardUid(70 + i64::from(number)),
            at: Timestamp(2_000),
            given: Some("7".into()),
            marked: Marked { number, share: Some(0.5), confidence: Some(Confidence::Think), took_ms: 900 },
            mistake: Some("you counted the leader twice".into()),
            shown: Shown { title: "t".into(), right: "5".into(), ..Shown::default() },
        }
    }

    #[test]
    fn a_sitting_is_read_as_it_was_written() {
        let mut store = store();
        let (id, paper) = begun(&mut store);
        assert_eq!(store.exam_paper(id).unwrap(), paper);
        let row = store.sitting(id).unwrap().unwrap();
        assert_eq!((row.scope, row.end, row.rules.time_ms), (Scope::Placement, None, Some(60_000)));
        assert_eq!(row.rules.stop, Stop::Sequential(Plan::USUAL));
        assert_eq!(store.append_exam_answer(id, &answer(1), None).unwrap(), Append::Done);
        assert_eq!(store.exam_answers(id).unwrap(), [answer(1)]);
        assert_eq!(store.times_examined().unwrap(), [(CardUid(71), 1)].into());
        assert_eq!(store.sitting(id + 1).unwrap(), None);
    }

    #[test]
    fn an_answer_and_its_log_entry_are_written_together_or_not_at_all() {
        let mut store = store();
        let (id, _) = begun(&mut store);
        let entry = LogEntry {
            id: EntryId([8; 16]),
            device: 1,
            card: CardUid(71),
            at: Timestamp(2_000),
            day: Day(20),
            event: LogEvent::Answer(LoggedAnswer {
                purpose: Purpose::Exam,
                ..LoggedAnswer::review(Grade::Again, 900)
            }),
        };
        assert_eq!(store.append_exam_answer(id, &answer(1), Some(&entry)).unwrap(), Append::Done);
        assert_eq!(store.log_len().unwrap(), 1);
        // The same item again, from another window: the first answer stands.
        let other = LogEntry { id: EntryId([9; 16]), ..entry.clone() };
        assert_eq!(store.append_exam_answer(id, &answer(1), Some(&other)).unwrap(), Append::Elsewhere);
        // A log that refuses the entry keeps the answer out as well.
        assert!(store.append_exam_answer(id, &answer(2), Some(&entry)).is_err());
        assert_eq!((store.log_len().unwrap(), store.exam_answers(id).unwrap().len()), (1, 1));
        assert_eq!(store.last_standing_entry().unwrap(), None, "undo never takes an exam back");
    }

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

    #[test]
    fn nothing_of_an_exam_can_be_changed_afterwards() {
        let mut store = store();
        let (id, _) = begun(&mut store);
        let _ = store.append_exam_answer(id, &answer(1), None).unwrap();
        assert_eq!(store.count_lapses(id, Timestamp(1), Day(1), &[]).unwrap(), Append::Done);
        for statement in [
            "update exam_answer set share = 1",
            "delete from exam_answer",
            "update exam_item set seed = 1",
            "delete from exam_item",
            "update exam_sitting set rules = ''",
            "delete from exam_sitting",
            "update exam_lapse set cards = 0",
            "delete from exam_lapse",
        ] {
            let refused = store.db.execute(statement, []).unwrap_err().to_string();
            assert!(refused.contains("append-only"), "{statement}: {refused}");
        }
    }
}
