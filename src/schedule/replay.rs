//! The fold of a card's log into where the card stands: its schedule and its marks.
//! Not for reading the log (`store/`) and not for statistics over many cards (`progress/`).
//!
//! A stored state is only a cache of this fold: change the scheduler, fold again, and nothing is lost.

use std::collections::HashSet;

use super::{CardState, NextState, Scheduler};
use crate::card::CardUid;
use crate::review::{EntryId, Grade, LogEntry, LogEvent, LoggedAnswer, Purpose};
use crate::time::{Day, Moment, ZoneOffset};

/// Lapses at which a card first counts as a leech (Anki's default).
pub const LEECH_THRESHOLD: u32 = 8;

/// All that the log says about one card.
#[derive(Clone, Debug, PartialEq)]
pub struct CardRecord {
    /// Its schedule.
    pub state: CardState,
    /// Whether it is left out until resumed.
    pub suspended: bool,
    /// The day until which it is left out; it is back on that day.
    pub buried_until: Option<Day>,
    /// The note of its flag, which may be empty; `None` without a flag.
    pub flag: Option<String>,
    /// Whether it is parked as a leech.
    pub parked: bool,
    /// The grade of the last answer that moved the schedule.
    pub last_grade: Option<Grade>,
}

impl Default for CardRecord {
    fn default() -> Self {
        Self {
            state: CardState::NEW,
            suspended: false,
            buried_until: None,
            flag: None,
            parked: false,
            last_grade: None,
        }
    }
}

impl CardRecord {
    /// Tells whether the card is buried on a day.
    #[must_use]
    pub fn is_buried(&self, today: Day) -> bool {
        self.buried_until.is_some_and(|until| today < until)
    }

    /// Tells whether the card may be shown on a day at all: neither suspended, nor parked, nor buried.
    #[must_use]
    pub fn is_active(&self, today: Day) -> bool {
        !self.suspended && !self.parked && !self.is_buried(today)
    }

    /// Carries the record over one more entry of the card's log, which must not have been retracted.
    pub fn step(&mut self, scheduler: &dyn Scheduler, entry: &LogEntry) {
        match &entry.event {
            LogEvent::Answer(answer) => {
                if answer.purpose == Purpose::Review {
                    let at = moment_of(entry);
                    self.state = state_after(scheduler, entry.card, &self.state, &at, answer);
                    self.last_grade = Some(answer.grade);
                }
            }
            LogEvent::Import { ease, interval, due } => {
                self.state = scheduler.import(&self.state, *ease, *interval, *due);
            }
            LogEvent::Suspend => self.suspended = true,
            LogEvent::Resume => self.suspended = false,
            LogEvent::Bury(until) => self.buried_until = (*until > entry.day).then_some(*until),
            LogEvent::Flag(note) => self.flag = Some(note.clone()),
            LogEvent::Unflag => self.flag = None,
            LogEvent::Park => self.parked = true,
            LogEvent::Unpark => self.parked = false,
            // Who feeds the fold has taken out the retracted entry; the retraction itself says nothing more.
            LogEvent::Retract(_) => {}
        }
    }
}

/// Folds a card's log. Entries are in (`at`, `id`) order, retracted ones left out (see [`effective`]).
pub fn replay<'a>(scheduler: &dyn Scheduler, entries: impl IntoIterator<Item = &'a LogEntry>) -> CardRecord {
    let mut record = CardRecord::default();
    for entry in entries {
        record.step(scheduler, entry);
    }
    record
}

/// Returns the state after an answer, with the interval the log has settled on where the scheduler allows it.
///
/// An interval outside the range was settled on by another scheduler or another setting, and is none of this one's.
#[must_use]
pub fn state_after(
    scheduler: &dyn Scheduler,
    card: CardUid,
    state: &CardState,
    at: &Moment,
    answer: &LoggedAnswer,
) -> CardState {
    let next: NextState = scheduler.answer(card, state, at, answer.grade, answer.quality);
    match (answer.interval, next.range) {
        (Some(interval), Some((low, high))) if (low..=high).contains(&interval) => next.settle(interval),
        _ => next.state,
    }
}

/// Returns the moment at which an entry was written, as schedulers need it.
///
/// The zone is not in the log and no scheduler asks for it: the study day says all that follows from it.
#[must_use]
pub fn moment_of(entry: &LogEntry) -> Moment {
    Moment { now: entry.at, today: entry.day, zone: ZoneOffset::UTC }
}

/// Returns the entries that count, from entries in (`at`, `id`) order: those that no retraction takes back.
///
/// A retraction may itself be retracted, which is a redo. One that names a later entry, or none, does nothing.
#[must_use]
pub fn effective(entries: &[LogEntry]) -> Vec<&LogEntry> {
    let mut retracted: HashSet<EntryId> = HashSet::new();
    // From the end: whether a retraction holds is known before what it retracts is looked at.
    let mut kept: Vec<&LogEntry> = entries
        .iter()
        .rev()
        .filter(|entry| {
            let holds = retracted.is_empty() || !retracted.remove(&entry.id);
            if let (true, LogEvent::Retract(target)) = (holds, &entry.event) {
                retracted.insert(*target);
            }
            holds
        })
        .collect();
    kept.reverse();
    kept
}

/// Tells whether a card has just become a leech: at the eighth lapse, and at every fourth after it.
///
/// To be asked when a lapse was just counted.
#[must_use]
pub fn becomes_leech(lapses: u32) -> bool {
    lapses >= LEECH_THRESHOLD && (lapses - LEECH_THRESHOLD).is_multiple_of(LEECH_THRESHOLD.div_ceil(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Phase;
    use crate::schedule::sm2::Sm2;
    use crate::time::{DAY_MS, DayStart, Timestamp};

    /// A log of one card, one entry a day from day 0 on.
    fn log(events: impl IntoIterator<Item = LogEvent>) -> Vec<LogEntry> {
        (0_i64..)
            .zip(events)
            .map(|(n, event)| {
                let at = Timestamp(n * DAY_MS + DAY_MS / 2);
                let day = Day::of(at, ZoneOffset::UTC, DayStart::DEFAULT);
                LogEntry { id: id(n), device: 1, card: CardUid(7), at, day, event }
            })
            .collect()
    }

    fn id(n: i64) -> EntryId {
        EntryId::new(Timestamp(n * DAY_MS + DAY_MS / 2), n as u128)
    }

    fn answer(grade: Grade) -> LogEvent {
        LogEvent::Answer(LoggedAnswer::review(grade, 4_000))
    }

    fn fold(entries: &[LogEntry]) -> CardRecord {
        replay(&Sm2::default(), effective(entries))
    }

    #[test]
    fn a_retraction_takes_an_answer_back_and_its_own_retraction_brings_it_again() {
        use Grade::{Again, Good};
        let plain = fold(&log([answer(Good)]));
        let failed = log([answer(Good), answer(Again)]);
        let undone = log([answer(Good), answer(Again), LogEvent::Retract(id(1))]);
        let redone = log([answer(Good), answer(Again), LogEvent::Retract(id(1)), LogEvent::Retract(id(2))]);
        assert_eq!(fold(&undone), plain);
        assert_eq!(fold(&redone), fold(&failed));
        assert_ne!(fold(&failed), plain);
        // Twice taken back is taken back once; what lies ahead, or nowhere, cannot be taken back.
        let twice = [answer(Good), answer(Again), LogEvent::Retract(id(1)), LogEvent::Retract(id(1))];
        assert_eq!(fold(&log(twice)), plain);
        let ahead = [LogEvent::Retract(id(1)), answer(Good), LogEvent::Retract(id(99))];
        assert_eq!(fold(&log(ahead)).state.reps, 1);
    }

    #[test]
    fn only_reviews_move_the_schedule() {
        let quiz = LogEvent::Answer(LoggedAnswer {
            purpose: Purpose::Quiz,
            ..LoggedAnswer::review(Grade::Again, 1)
        });
        let exam =
            LogEvent::Answer(LoggedAnswer { purpose: Purpose::Exam, ..LoggedAnswer::review(Grade::Easy, 1) });
        assert_eq!(fold(&log([answer(Grade::Good), quiz, exam])), fold(&log([answer(Grade::Good)])));
    }

    #[test]
    fn marks_come_and_go_without_touching_the_schedule() {
        let record = fold(&log([
            LogEvent::Suspend,
            LogEvent::Bury(Day(9)),
            LogEvent::Flag("see the paper".to_owned()),
            LogEvent::Park,
        ]));
        assert_eq!(record.state, CardState::NEW);
        assert!(record.suspended && record.parked && record.is_buried(Day(8)) && !record.is_buried(Day(9)));
        assert_eq!(record.flag.as_deref(), Some("see the paper"));
        let cleared = fold(&log([
            LogEvent::Suspend,
            LogEvent::Bury(Day(9)),
            LogEvent::Flag(String::new()),
            LogEvent::Park,
            LogEvent::Unpark,
            LogEvent::Unflag,
            LogEvent::Bury(Day(0)),
            LogEvent::Resume,
        ]));
        assert_eq!(cleared, CardRecord::default());
    }

    #[test]
    fn a_logged_interval_holds_where_the_range_allows_it() {
        let import = LogEvent::Import { ease: Some(2500), interval: 40, due: Day(1) };
        let settled = |interval| {
            let answer = LoggedAnswer { interval, ..LoggedAnswer::review(Grade::Good, 1) };
            fold(&log([import.clone(), LogEvent::Answer(answer)])).state.interval
        };
        // Fuzz of 100 days reaches from 93 to 107.
        assert_eq!([settled(Some(93)), settled(Some(101)), settled(Some(107))], [93, 101, 107]);
        assert_eq!([settled(Some(92)), settled(Some(400))], [settled(None); 2]);
    }

    #[test]
    fn an_import_sets_the_schedule() {
        let record = fold(&log([LogEvent::Import { ease: None, interval: 12, due: Day(30) }]));
        assert_eq!((record.state.phase, record.state.interval), (Phase::Review, 12));
        assert_eq!(record.state.last_day, Some(Day(18)));
    }

    #[test]
    fn leeches_are_found_at_eight_lapses_and_every_four_after() {
        let found: Vec<u32> = (0..=20).filter(|lapses| becomes_leech(*lapses)).collect();
        assert_eq!(found, [8, 12, 16, 20]);
    }
}
