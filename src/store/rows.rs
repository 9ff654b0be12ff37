//! How domain values are written into columns and read back: one place, so that a damaged value is found, not guessed.
//! Not for statements.

use rusqlite::Row;

use crate::card::CardUid;
use crate::review::{EntryId, Grade, LogEntry, LogEvent, LoggedAnswer, Purpose, Verdict};
use crate::schedule::replay::CardRecord;
use crate::schedule::{CardState, Due, Memory, Phase};
use crate::time::{Day, Timestamp};

/// Says that a column holds what no version of this program writes.
pub(super) fn nonsense(column: &str, value: impl std::fmt::Debug) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(
        0,
        rusqlite::types::Type::Null,
        format!("column `{column}` holds {value:?}").into(),
    )
}

pub(super) fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::New => "new",
        Phase::Learning => "learning",
        Phase::Review => "review",
        Phase::Relearning => "relearning",
    }
}

fn phase_of(name: &str) -> rusqlite::Result<Phase> {
    Ok(match name {
        "new" => Phase::New,
        "learning" => Phase::Learning,
        "review" => Phase::Review,
        "relearning" => Phase::Relearning,
        other => return Err(nonsense("phase", other)),
    })
}

pub(super) fn purpose_name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Review => "review",
        Purpose::Quiz => "quiz",
        Purpose::Exam => "exam",
    }
}

fn purpose_of(name: &str) -> rusqlite::Result<Purpose> {
    Ok(match name {
        "review" => Purpose::Review,
        "quiz" => Purpose::Quiz,
        "exam" => Purpose::Exam,
        other => return Err(nonsense("purpose", other)),
    })
}

/// The columns of `card_state`, in the order in which [`record_from`] reads them.
pub(super) const STATE_COLUMNS: &str = "phase, due_at, due_day, last_at, last_day, interval, step, reps, lapses, \
     memory, memory_a, memory_b, suspended, parked, buried_until, flag, last_grade";

/// Reads the columns of [`STATE_COLUMNS`], the first of them at `from`.
pub(super) fn record_from(row: &Row<'_>, from: usize) -> rusqlite::Result<CardRecord> {
    let due_at: Option<i64> = row.get(from + 1)?;
    let due_day: Option<i32> = row.get(from + 2)?;
    let memory = match (row.get_ref(from + 9)?.as_str_or_null()?, row.get(from + 10)?, row.get(from + 11)?) {
        (None, _, _) => Memory::None,
        (Some("ease"), Some(permille), _) => Memory::Ease { permille: whole("memory_a", permille)? },
        (Some("sm2"), Some(ease), Some(repetition)) => {
            Memory::Sm2 { hundredths: whole("memory_a", ease)?, repetition: whole("memory_b", repetition)? }
        }
        (Some("fsrs"), Some(stability), Some(difficulty)) => Memory::Fsrs { stability, difficulty },
        (kind, a, b) => return Err(nonsense("memory", (kind, a, b))),
    };
    let state = CardState {
        phase: phase_of(row.get_ref(from)?.as_str()?)?,
        due: match (due_at, due_day) {
            (None, None) => Due::New,
            (Some(at), None) => Due::At(Timestamp(at)),
            (None, Some(day)) => Due::On(Day(day)),
            both => return Err(nonsense("due", both)),
        },
        last: row.get::<_, Option<i64>>(from + 3)?.map(Timestamp),
        last_day: row.get::<_, Option<i32>>(from + 4)?.map(Day),
        interval: row.get(from + 5)?,
        step: row.get(from + 6)?,
        reps: row.get(from + 7)?,
        lapses: row.get(from + 8)?,
        memory,
    };
    Ok(CardRecord {
        state,
        suspended: row.get(from + 12)?,
        parked: row.get(from + 13)?,
        buried_until: row.get::<_, Option<i32>>(from + 14)?.map(Day),
        flag: row.get(from + 15)?,
        last_grade: match row.get::<_, Option<u8>>(from + 16)? {
            None => None,
            Some(number) => Some(Grade::from_number(number).ok_or_else(|| nonsense("last_grade", number))?),
        },
    })
}

fn whole(column: &str, value: f64) -> rusqlite::Result<u32> {
    if value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value) {
        // Exact: checked to be whole and in range.
        return Ok(value as u32);
    }
    Err(nonsense(column, value))
}

/// A memory as its three columns.
pub(super) fn memory_columns(memory: Memory) -> (Option<&'static str>, Option<f64>, Option<f64>) {
    match memory {
        Memory::None => (None, None, None),
        Memory::Ease { permille } => (Some("ease"), Some(f64::from(permille)), None),
        Memory::Sm2 { hundredths, repetition } => {
            (Some("sm2"), Some(f64::from(hundredths)), Some(f64::from(repetition)))
        }
        Memory::Fsrs { stability, difficulty } => (Some("fsrs"), Some(stability), Some(difficulty)),
    }
}

/// A due date as its two columns: an instant, or a study day.
pub(super) fn due_columns(due: Due) -> (Option<i64>, Option<i32>) {
    match due {
        Due::New => (None, None),
        Due::At(at) => (Some(at.0), None),
        Due::On(day) => (None, Some(day.0)),
    }
}

/// The columns of `review_log`, in the order in which [`entry_from`] reads them.
pub(super) const LOG_COLUMNS: &str = "id, device, card, at, day, event, purpose, grade, quality, took_ms, verdict, \
     given, seed, version, difficulty, interval, ease, until_day, note, target";

/// Reads the columns of [`LOG_COLUMNS`].
pub(super) fn entry_from(row: &Row<'_>) -> rusqlite::Result<LogEntry> {
    let day = |index: usize| -> rusqlite::Result<Day> {
        row.get::<_, Option<i32>>(index)?.map(Day).ok_or_else(|| nonsense("until_day", "nothing"))
    };
    let event = match row.get_ref(5)?.as_str()? {
        "answer" => LogEvent::Answer(LoggedAnswer {
            purpose: purpose_of(row.get_ref(6)?.as_str()?)?,
            grade: row
                .get::<_, Option<u8>>(7)?
                .and_then(Grade::from_number)
                .ok_or_else(|| nonsense("grade", "no grade"))?,
            quality: row.get(8)?,
            took_ms: row.get::<_, Option<u32>>(9)?.unwrap_or(0),
            verdict: row.get::<_, Option<f64>>(10)?.map(verdict_of),
            given: row.get(11)?,
            // Bits, not a number: SQLite's integers are signed.
            seed: row.get::<_, Option<i64>>(12)?.map(i64::cast_unsigned),
            version: row.get(13)?,
            difficulty: row.get(14)?,
            interval: row.get(15)?,
        }),
        "retract" => LogEvent::Retract(EntryId(
            row.get::<_, Option<[u8; 16]>>(19)?.ok_or_else(|| nonsense("target", "nothing"))?,
        )),
        "suspend" => LogEvent::Suspend,
        "resume" => LogEvent::Resume,
        "bury" => LogEvent::Bury(day(17)?),
        "flag" => LogEvent::Flag(row.get::<_, Option<String>>(18)?.unwrap_or_default()),
        "unflag" => LogEvent::Unflag,
        "park" => LogEvent::Park,
        "unpark" => LogEvent::Unpark,
        "import" => LogEvent::Import {
            ease: row.get(16)?,
            interval: row.get::<_, Option<u32>>(15)?.ok_or_else(|| nonsense("interval", "nothing"))?,
            due: day(17)?,
        },
        other => return Err(nonsense("event", other)),
    };
    Ok(LogEntry {
        id: EntryId(row.get(0)?),
        device: row.get(1)?,
        card: CardUid(row.get(2)?),
        at: Timestamp(row.get(3)?),
        day: Day(row.get(4)?),
        event,
    })
}

fn verdict_of(share: f64) -> Verdict {
    if share >= 1.0 {
        Verdict::Right
    } else if share <= 0.0 {
        Verdict::Wrong
    } else {
        Verdict::Partly(share)
    }
}
