//! Exams: a paper drawn by seed, a sitting that takes answers and nothing back, a result in words, and what it opens.
//! Pure, like the sessions beside it: the terminal, the line mode and the JSON mode all run [`sitting::Sitting`].
//! Not for the statistics of stopping (`progress/sprt.rs`), for storage or for screens.

pub mod blueprint;
pub mod gate;
pub mod outcome;
pub mod sitting;

use serde::{Deserialize, Serialize};

use crate::card::{Area, CardUid, Level};
use crate::progress::sprt::Plan;
use crate::seed::Seed;

/// What an exam is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// A level: passing it opens the next.
    Level(Level),
    /// One deck, by file stem.
    Deck(String),
    /// One resource of the roadmap, by id.
    Resource(String),
    /// One area, over all levels.
    Area(Area),
    /// All levels: finds the highest that would be passed.
    Placement,
}

impl Scope {
    /// Returns the word for the kind of scope, and what is named: as the database keeps them.
    #[must_use]
    pub fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Level(level) => ("level", level.name()),
            Self::Deck(slug) => ("deck", slug),
            Self::Resource(id) => ("resource", id),
            Self::Area(area) => ("area", area.name()),
            Self::Placement => ("placement", ""),
        }
    }

    /// Returns the scope of two parts; `None` for parts that this version does not write.
    #[must_use]
    pub fn of_parts(kind: &str, name: &str) -> Option<Self> {
        Some(match kind {
            "level" => Self::Level(Level::from_name(name)?),
            "deck" => Self::Deck(name.to_owned()),
            "resource" => Self::Resource(name.to_owned()),
            "area" => Self::Area(Area::from_name(name)?),
            "placement" => Self::Placement,
            _ => return None,
        })
    }

    /// Returns the words to type after `retain` to sit it.
    #[must_use]
    pub fn command(&self) -> String {
        match self {
            Self::Level(level) => format!("exam {level}"),
            Self::Deck(slug) => format!("exam --deck {slug}"),
            Self::Resource(id) => format!("exam --resource {id}"),
            Self::Area(area) => format!("exam --area {}", area.name()),
            Self::Placement => "placement".to_owned(),
        }
    }
}

/// When an exam stops.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stop {
    /// As soon as the matter is settled.
    Sequential(Plan),
    /// After a number of items.
    Fixed {
        /// Items.
        items: u32,
        /// Right answers needed to pass.
        needed: u32,
    },
}

impl Stop {
    /// Returns the most items that a section of an exam can have; of a placement, which has several, twice as many.
    #[must_use]
    pub fn most_of(&self, sections: usize) -> u32 {
        match self {
            Self::Sequential(plan) if sections > 1 => plan.max.saturating_mul(2).min(500),
            Self::Sequential(plan) => plan.max,
            Self::Fixed { items, .. } => *items,
        }
    }
}

/// How an exam is run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// When it stops.
    pub stop: Stop,
    /// Whether each answer is followed by how sure the learner is.
    pub confidence: bool,
    /// Time for the whole of it, in milliseconds.
    pub time_ms: Option<u64>,
    /// Whether wrong answers count as lapses of their cards once it is over.
    #[serde(default)]
    pub reschedule: bool,
}

impl Rules {
    /// Says in a line how long an exam of so many sections is, and when it ends.
    #[must_use]
    pub fn words(&self, sections: usize) -> String {
        let length = match self.stop {
            Stop::Fixed { items: 1, .. } => "1 item".to_owned(),
            Stop::Fixed { items, needed } => format!("{items} items, {needed} needed to pass"),
            Stop::Sequential(plan) if sections > 1 => {
                format!("two levels at the most, {} to {} items each", plan.min, self.stop.most_of(sections))
            }
            Stop::Sequential(plan) if plan.min == plan.max => format!("{} items", plan.max),
            Stop::Sequential(plan) => {
                format!("{} to {} items: it ends as soon as the matter is settled", plan.min, plan.max)
            }
        };
        match self.time_ms {
            Some(time) => format!("{length}; {} minutes, time away does not count", time / 60_000),
            None => length,
        }
    }
}

/// How sure a learner is of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A guess.
    Guess,
    /// Think so.
    Think,
    /// Sure.
    Sure,
}

impl Confidence {
    /// All, least sure first.
    pub const ALL: [Self; 3] = [Self::Guess, Self::Think, Self::Sure];

    /// Returns the word that is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Guess => "guess",
            Self::Think => "think",
            Self::Sure => "sure",
        }
    }

    /// Returns the words shown.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Guess => "guess",
            Self::Think => "think so",
            Self::Sure => "sure",
        }
    }

    /// Returns the confidence of a word, as shown or as stored.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name || level.words() == name)
    }

    /// Returns the share of right answers that the words promise: what the Brier score compares with.
    ///
    /// A guess is little more than chance among four options; being sure leaves one error in twenty.
    #[must_use]
    pub fn promise(self) -> f64 {
        match self {
            Self::Guess => 0.35,
            Self::Think => 0.70,
            Self::Sure => 0.95,
        }
    }
}

/// An exam before it is sat: every item, drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paper {
    /// One section, or for a placement one a level, lowest first.
    pub sections: Vec<Section>,
}

/// Items that are judged together.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// The level, in a placement.
    pub level: Option<Level>,
    /// The items in the order in which they are asked: as many as it can take at most.
    pub items: Vec<Item>,
}

/// One item of a paper.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its number in the paper, from 1.
    pub number: u32,
    /// The card.
    pub card: CardUid,
    /// The file stem of the card's deck.
    pub deck: String,
    /// The resource it belongs to, or its deck where it belongs to none.
    pub resource: String,
    /// The area, where its deck has one.
    pub area: Option<Area>,
    /// The concept it is about.
    pub concept: String,
    /// The word for its kind.
    pub kind: String,
    /// The chance from which it is put.
    pub seed: Seed,
    /// The difficulty of a problem, `0..=2`.
    pub difficulty: u8,
    /// What a problem was drawn from; `None` for other kinds.
    pub problem: Option<ProblemRef>,
}

/// What a problem is drawn from, beside seed and difficulty.
#[derive(Clone, Debug, PartialEq)]
pub struct ProblemRef {
    /// The family.
    pub family: String,
    /// The parameters as the card's author wrote them.
    pub parameters: toml::Table,
    /// The family's version.
    pub version: u32,
}

/// An item that was answered and marked.
#[derive(Clone, Debug, PartialEq)]
pub struct Marked {
    /// Its number in the paper.
    pub number: u32,
    /// The share that was right, `0.0..=1.0`; `None` for an item that could not be asked any more, which counts nowhere.
    pub share: Option<f64>,
    /// How sure the learner was, where it was asked.
    pub confidence: Option<Confidence>,
    /// Time from question to answer, in milliseconds.
    pub took_ms: u64,
}

impl Marked {
    /// Tells whether all of it was right: only that counts.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.share.is_some_and(|share| share >= 1.0)
    }
}
