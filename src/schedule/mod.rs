//! When a card comes back: the state of a card's memory, the four schedulers, and the fold of a log into a state.
//! Pure: the instant, the study day and the seed of chance are arguments. Not for choosing which card to show next
//! (`session/`) or for keeping states (`store/`).

use crate::card::CardUid;
use crate::review::Grade;
use crate::time::{Day, Moment, Timestamp};

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

    /// Returns the probability of recall now, `0.0..=1.0`; `None` for a card never answered.
    fn retrievability(&self, state: &CardState, at: &Moment) -> Option<f64>;
}
