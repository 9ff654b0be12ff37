//! The nouns of reviewing: grades, verdicts, and the entries of the review log.
//! Not for storing them (`store/`) or for what they do to a card (`schedule/`, `progress/`).

use std::fmt;

use crate::card::CardUid;
use crate::seed::Seed;
use crate::time::{Day, Timestamp};

/// How well a card was recalled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// Not recalled.
    Again = 1,
    /// Recalled with serious difficulty.
    Hard = 2,
    /// Recalled.
    Good = 3,
    /// Recalled without effort.
    Easy = 4,
}

impl Grade {
    /// All grades, worst first.
    pub const ALL: [Self; 4] = [Self::Again, Self::Hard, Self::Good, Self::Easy];

    /// Returns the number on the key, 1 to 4.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Returns the grade of a number from 1 to 4.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|grade| grade.number() == number)
    }

    /// Returns the lower-case word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Again => "again",
            Self::Hard => "hard",
            Self::Good => "good",
            Self::Easy => "easy",
        }
    }

    /// Returns the grade of a lower-case word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grade| grade.name() == name)
    }

    /// Tells whether the card was recalled.
    #[must_use]
    pub fn passed(self) -> bool {
        self != Self::Again
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the machine made of an answer.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Right.
    Right,
    /// Right in part: the share, above 0 and below 1.
    Partly(f64),
    /// Wrong.
    Wrong,
}

impl Verdict {
    /// Returns the share that was right, `0.0..=1.0`.
    #[must_use]
    pub fn share(self) -> f64 {
        match self {
            Self::Right => 1.0,
            Self::Partly(share) => share,
            Self::Wrong => 0.0,
        }
    }

    /// Tells whether all of it was right.
    #[must_use]
    pub fn is_right(self) -> bool {
        self == Self::Right
    }
}

/// The id of a log entry: 16 bytes, unique among all machines, ordered by time.
///
/// The first six bytes are the entry's instant in milliseconds since 1970, big-endian; ten random bytes follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(pub [u8; 16]);

impl EntryId {
    /// Builds an id from an instant and random bits.
    #[must_use]
    pub fn new(at: Timestamp, random: u128) -> Self {
        let ms = u128::from(u64::try_from(at.0).unwrap_or(0) & 0xffff_ffff_ffff);
        Self((ms << 80 | random & ((1 << 80) - 1)).to_be_bytes())
    }

    /// Builds an id from an instant and chance that nothing else was drawn from.
    #[must_use]
    pub fn drawn(at: Timestamp, chance: Seed) -> Self {
        Self::new(at, u128::from(chance.0) << 64 | u128::from(chance.derive("low", 0).0))
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// One line of the review log. Entries are only ever added.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEntry {
    /// Unique among all machines.
    pub id: EntryId,
    /// The machine that wrote it.
    pub device: i64,
    /// The card.
    pub card: CardUid,
    /// When; never before the card's previous entry, even when the clock was set back.
    pub at: Timestamp,
    /// The study day, as the learner's wall clock had it then.
    pub day: Day,
    /// What happened.
    pub event: LogEvent,
}

/// What happened to a card.
#[derive(Clone, Debug, PartialEq)]
pub enum LogEvent {
    /// It was answered; `purpose` says whether that counts for its schedule.
    Answer(LoggedAnswer),
    /// An earlier entry is taken back: an undo.
    Retract(EntryId),
    /// It is to be left out until resumed.
    Suspend,
    /// It is no longer suspended.
    Resume,
    /// It is to be left out until this day; [`Day`] of the same day or before ends it.
    Bury(Day),
    /// It is marked for later, with a note that may be empty.
    Flag(String),
    /// The mark is gone.
    Unflag,
    /// It was parked as a leech, by detection.
    Park,
    /// It was taken back from among the leeches.
    Unpark,
    /// A schedule brought from elsewhere, without its reviews.
    Import {
        /// Ease factor in thousandths, where the source had one.
        ease: Option<u32>,
        /// Interval in days.
        interval: u32,
        /// The day on which it was due.
        due: Day,
    },
}

/// An answer as the log keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggedAnswer {
    /// What it was for.
    pub purpose: Purpose,
    /// The grade that was given or decided.
    pub grade: Grade,
    /// Quality 0 to 5 of the 1990 algorithm, where it was given instead of a grade.
    pub quality: Option<u8>,
    /// Time from question to grade, in milliseconds.
    pub took_ms: u32,
    /// What the machine made of it, for kinds it can judge.
    pub verdict: Option<Verdict>,
    /// What the learner answered, as written.
    pub given: Option<String>,
    /// The seed from which options were shuffled or a problem was drawn.
    pub seed: Option<u64>,
    /// The problem family's version.
    pub version: Option<u32>,
    /// The difficulty drawn for a problem, `0..=2`.
    pub difficulty: Option<u8>,
    /// The interval in days that fuzz and load balancing settled on, for purposes that count.
    pub interval: Option<u32>,
}

impl LoggedAnswer {
    /// A review with nothing but a grade.
    #[must_use]
    pub fn review(grade: Grade, took_ms: u32) -> Self {
        Self {
            purpose: Purpose::Review,
            grade,
            quality: None,
            took_ms,
            verdict: None,
            given: None,
            seed: None,
            version: None,
            difficulty: None,
            interval: None,
        }
    }
}

/// What an answer was given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// A review: it moves the schedule.
    Review,
    /// Practice: the schedule is untouched.
    Quiz,
    /// An item of an exam: the schedule is untouched.
    Exam,
}
