//! When a card comes back: the state of a card's memory, the four schedulers, and the fold of a log into a state.
//! Pure: the instant, the study day and the seed of chance are arguments. Not for choosing which card to show next
//! (`session/`) or for keeping states (`store/`).

pub mod anki;
pub mod balance;
pub mod catalogue;
pub mod eval;
#[cfg(feature = "optimize")]
pub mod fit;
pub mod fsrs;
pub mod fuzz;
#[cfg(test)]
mod laws;
pub mod replay;
pub mod simulate;
pub mod sm2;
pub mod sm2_1990;

use crate::card::CardUid;
use crate::review::Grade;
use crate::time::{DAY_MS, Day, Moment, Timestamp};

/// Where a card stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Never answered.
    New,
    /// Being learnt: steps of minutes within the day.
    Learning,
    /// Known: intervals of days.
    Review,
    /// Lapsed: steps of minutes before it counts days again.
    Relearning,
}

/// When a card is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Whenever new cards are taken up.
    New,
    /// At an instant: learning and relearning.
    At(Timestamp),
    /// On a study day.
    On(Day),
}

/// What a scheduler remembers of a card beyond its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Memory {
    /// Nothing yet.
    None,
    /// SM-2 in style, as `sm2` and `anki` keep it.
    Ease {
        /// Ease factor in thousandths, 1300 and up.
        permille: u32,
    },
    /// SM-2 of 1990.
    Sm2 {
        /// Ease factor in whole hundredths, 130 and up.
        hundredths: u32,
        /// Repetitions in a row since the last failure.
        repetition: u32,
    },
    /// FSRS.
    Fsrs {
        /// Stability in days: the interval after which retrievability is 0.9.
        stability: f64,
        /// Difficulty, 1 to 10.
        difficulty: f64,
    },
}

/// The state of one card: a cache of what a replay of its log gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CardState {
    /// Where it stands.
    pub phase: Phase,
    /// When it is due.
    pub due: Due,
    /// When it was last answered.
    pub last: Option<Timestamp>,
    /// The study day of the last answer.
    pub last_day: Option<Day>,
    /// The interval in days: the one it is waiting out, or the one it will get after relearning; 0 while learning.
    pub interval: u32,
    /// The learning or relearning step, from 0.
    pub step: u8,
    /// Answers so far that counted.
    pub reps: u32,
    /// Times it was forgotten after it had been known.
    pub lapses: u32,
    /// What the scheduler remembers.
    pub memory: Memory,
}

impl CardState {
    /// The state of a card that was never answered.
    pub const NEW: Self = Self {
        phase: Phase::New,
        due: Due::New,
        last: None,
        last_day: None,
        interval: 0,
        step: 0,
        reps: 0,
        lapses: 0,
        memory: Memory::None,
    };

    /// Returns the whole study days since the last answer; 0 for a new card and for a clock that went back.
    #[must_use]
    pub fn days_since_last(&self, at: &Moment) -> u32 {
        self.last_day.map_or(0, |last| u32::try_from(at.today.days_since(last)).unwrap_or(0))
    }

    /// Returns the days since the last answer as a predictor of recall counts them: whole study days, and within
    /// one study day the fraction of a day by the clock (at most 1). `None` for a card never answered.
    #[must_use]
    pub fn elapsed(&self, at: &Moment) -> Option<f64> {
        self.last_day?;
        let days = self.days_since_last(at);
        if days > 0 {
            return Some(f64::from(days));
        }
        let ms = self.last.map_or(0, |last| at.now.ms_since(last).clamp(0, DAY_MS));
        Some(ms as f64 / DAY_MS as f64)
    }

    /// Returns how far a card in review is along its interval: 1 on its due day, 2 after as long again. `None` for a card
    /// that does not wait for a day.
    #[must_use]
    pub fn overdueness(&self, today: Day) -> Option<f64> {
        let Due::On(due) = self.due else { return None };
        let interval = f64::from(self.interval.max(1));
        Some((1.0 + f64::from(today.days_since(due)) / interval).max(0.0))
    }

    /// Returns the state of a card whose interval and due day were brought from elsewhere, answers kept as counted.
    pub(crate) fn imported(&self, interval: u32, due: Day, memory: Memory) -> Self {
        let interval = interval.clamp(1, MAX_INTERVAL);
        Self {
            phase: Phase::Review,
            due: Due::On(due),
            last: None,
            last_day: Some(due.plus(-days(interval))),
            interval,
            step: 0,
            memory,
            ..*self
        }
    }

    /// Returns the state after an answer that lets the card wait `ms` milliseconds.
    pub(crate) fn waiting(&self, phase: Phase, step: u8, ms: i64, memory: Memory, at: &Moment) -> NextState {
        let state = Self {
            phase,
            due: Due::At(at.now.plus_ms(ms)),
            last: Some(at.now),
            last_day: Some(at.today),
            step,
            reps: self.reps.saturating_add(1),
            memory,
            ..*self
        };
        NextState { state, range: None, ideal: ms as f64 / DAY_MS as f64 }
    }

    /// Returns the state after an answer that sends the card away for `span`.
    pub(crate) fn away(&self, span: fuzz::Span, memory: Memory, at: &Moment) -> NextState {
        let state = Self {
            phase: Phase::Review,
            due: Due::On(at.today.plus(days(span.chosen))),
            last: Some(at.now),
            last_day: Some(at.today),
            interval: span.chosen,
            step: 0,
            reps: self.reps.saturating_add(1),
            memory,
            ..*self
        };
        NextState { state, range: Some((span.low, span.high)), ideal: span.ideal }
    }
}

/// The longest interval any scheduler gives, in days: a hundred years.
pub const MAX_INTERVAL: u32 = 36_500;

/// Returns a number of days as [`Day`] counts them.
fn days(interval: u32) -> i32 {
    i32::try_from(interval).unwrap_or(i32::MAX)
}

/// A value that a scheduler cannot work with.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("`{name}` must be {expected}, not {found}")]
pub struct ConfigError {
    /// The setting.
    pub name: &'static str,
    /// What it may be, in words.
    pub expected: &'static str,
    /// What it was.
    pub found: String,
}

impl ConfigError {
    /// Fails unless `holds`.
    pub(crate) fn unless(
        holds: bool,
        name: &'static str,
        expected: &'static str,
        found: impl std::fmt::Display,
    ) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self { name, expected, found: found.to_string() }) }
    }
}

/// What one grade would lead to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NextState {
    /// The state, with its due date as fuzz alone would have it.
    pub state: CardState,
    /// The days among which fuzz and load balancing may choose, both ends included; `None` while learning.
    pub range: Option<(u32, u32)>,
    /// The interval before rounding and fuzz, in days; minutes are fractions of a day.
    pub ideal: f64,
}

impl NextState {
    /// Returns the state with the interval that was settled on, held inside the range.
    #[must_use]
    pub fn settle(mut self, interval: u32) -> CardState {
        if let (Some((low, high)), Due::On(due)) = (self.range, self.state.due) {
            let chosen = interval.clamp(low, high);
            let base = due.plus(-i32::try_from(self.state.interval).unwrap_or(0));
            self.state.interval = chosen;
            self.state.due = Due::On(base.plus(i32::try_from(chosen).unwrap_or(i32::MAX)));
        }
        self.state
    }
}

/// What each of the four grades would lead to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NextStates {
    /// After `Again`.
    pub again: NextState,
    /// After `Hard`.
    pub hard: NextState,
    /// After `Good`.
    pub good: NextState,
    /// After `Easy`.
    pub easy: NextState,
}

impl NextStates {
    /// Returns what a grade would lead to.
    #[must_use]
    pub fn get(&self, grade: Grade) -> &NextState {
        match grade {
            Grade::Again => &self.again,
            Grade::Hard => &self.hard,
            Grade::Good => &self.good,
            Grade::Easy => &self.easy,
        }
    }
}

/// When a card comes back, as a pure function of its state, the moment and the grade.
pub trait Scheduler: Send + Sync {
    /// Returns the name on the command line and in the configuration.
    fn name(&self) -> &'static str;

    /// Returns all four outcomes at once, so that a screen can show the interval behind each key.
    ///
    /// Chance comes from the card and its number of answers alone, so a preview equals the answer and a replay is exact.
    fn next_states(&self, card: CardUid, state: &CardState, at: &Moment) -> NextStates;

    /// Returns what one answer leads to: by grade, or by a quality from 0 to 5 where the scheduler knows qualities.
    fn answer(
        &self,
        card: CardUid,
        state: &CardState,
        at: &Moment,
        grade: Grade,
        quality: Option<u8>,
    ) -> NextState {
        let _ = quality;
        *self.next_states(card, state, at).get(grade)
    }

    /// Returns the formula behind an outcome with its numbers put in, for people: `10 d × 2.50 = 25.0 d`.
    ///
    /// It says what [`NextState::ideal`] comes from; fuzz, limits and load balancing come on top.
    fn formula(&self, state: &CardState, at: &Moment, grade: Grade) -> String;

    /// Returns the state of a card whose schedule comes from elsewhere, without its reviews.
    ///
    /// `ease` is in thousandths, `interval` in days (taken as at least 1), `due` the day it was due.
    fn import(&self, state: &CardState, ease: Option<u32>, interval: u32, due: Day) -> CardState;

    /// Returns the probability of recall now, `0.0..=1.0`; `None` for a card never answered.
    fn retrievability(&self, state: &CardState, at: &Moment) -> Option<f64>;
}
