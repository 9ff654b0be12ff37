//! Statistics as one fold over the log: retention, time, days, the hardest cards.
//! Pure. Not for drawing (`view/stats.rs`) or for forecasting from states (`app/report.rs` asks the database).

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::card::CardUid;
use crate::review::{EntryId, Grade, LogEntry, LogEvent, Purpose};
use crate::time::Day;

/// An interval of this many days or more makes a card mature.
pub const MATURE_DAYS: u32 = 21;

/// Reviews and how many of them were recalled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Reviews of cards that had an interval of a day or more: recalled, and all.
    pub all: (usize, usize),
    /// Of these, the ones with an interval of 21 days or more.
    pub mature: (usize, usize),
}

/// One day's work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayWork {
    /// Answers.
    pub answers: usize,
    /// Answers that were `Again`.
    pub again: usize,
    /// Cards seen for the first time.
    pub new: usize,
    /// Time from question to answer, in milliseconds.
    pub took_ms: u64,
    /// Retention of that day.
    pub retention: Retention,
}

/// How hard a card has been.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hardness {
    /// Answers.
    pub answers: usize,
    /// Answers that were `Again`.
    pub again: usize,
}

/// The fold.
#[derive(Debug, Default)]
pub struct Stats {
    /// Work by study day.
    pub days: BTreeMap<Day, DayWork>,
    /// Hardness by card.
    pub cards: HashMap<CardUid, Hardness>,
    retracted: HashSet<EntryId>,
    intervals: HashMap<CardUid, u32>,
}

impl Stats {
    /// Begins a fold; `retracted` are the entries that were taken back.
    #[must_use]
    pub fn new(retracted: HashSet<EntryId>) -> Self {
        Self { retracted, ..Self::default() }
    }

    /// Adds an entry; entries come in the order of time.
    pub fn add(&mut self, entry: &LogEntry) {
        let LogEvent::Answer(answer) = &entry.event else { return };
        if answer.purpose != Purpose::Review || self.retracted.contains(&entry.id) {
            return;
        }
        let day = self.days.entry(entry.day).or_default();
        let card = self.cards.entry(entry.card).or_default();
        let again = answer.grade == Grade::Again;
        day.answers += 1;
        day.again += usize::from(again);
        day.new += usize::from(card.answers == 0);
        day.took_ms += u64::from(answer.took_ms);
        card.answers += 1;
        card.again += usize::from(again);
        // True retention looks at reviews after a real interval, not at steps within a day.
        let waited = self.intervals.get(&entry.card).copied().unwrap_or(0);
        if waited >= 1 {
            let recalled = usize::from(!again);
            day.retention.all.0 += recalled;
            day.retention.all.1 += 1;
            if waited >= MATURE_DAYS {
                day.retention.mature.0 += recalled;
                day.retention.mature.1 += 1;
            }
        }
        // An answer without an interval sends the card into a step within the day.
        self.intervals.insert(entry.card, answer.interval.unwrap_or(0));
    }

    /// Returns the retention since a day, that day included.
    #[must_use]
    pub fn retention_since(&self, since: Day) -> Retention {
        self.days.range(since..).fold(Retention::default(), |mut sum, (_, day)| {
            sum.all.0 += day.retention.all.0;
            sum.all.1 += day.retention.all.1;
            sum.mature.0 += day.retention.mature.0;
            sum.mature.1 += day.retention.mature.1;
            sum
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::LoggedAnswer;
    use crate::time::Timestamp;

    fn entry(number: u8, card: i64, day: i32, grade: Grade, interval: Option<u32>) -> LogEntry {
        LogEntry {
            id: EntryId([number; 16]),
            device: 1,
            card: CardUid(card),
            at: Timestamp(i64::from(day) * 86_400_000),
            day: Day(day),
            event: LogEvent::Answer(LoggedAnswer { interval, ..LoggedAnswer::review(grade, 5_000) }),
        }
    }

    #[test]
    fn retention_counts_reviews_after_a_real_interval_and_leaves_out_what_was_undone() {
        let mut stats = Stats::new([EntryId([9; 16])].into());
        for entry in [
            entry(1, 7, 10, Grade::Good, Some(1)),
            entry(2, 7, 11, Grade::Good, Some(30)),
            entry(9, 7, 40, Grade::Easy, Some(99)),
            entry(3, 7, 41, Grade::Again, None),
            entry(4, 7, 41, Grade::Good, Some(1)),
        ] {
            stats.add(&entry);
        }
        let retention = stats.retention_since(Day(0));
        assert_eq!(retention.all, (1, 2), "the step on day 41 is no review after an interval");
        assert_eq!(retention.mature, (0, 1));
        assert_eq!(stats.days[&Day(41)].answers, 2);
        assert_eq!(stats.days[&Day(10)].new, 1);
        assert_eq!(stats.cards[&CardUid(7)], Hardness { answers: 4, again: 1 });
        assert_eq!(stats.retention_since(Day(41)).all, (0, 1));
    }
}
