//! The nouns of a deck: cards and their kinds as the author wrote them, and a question as it is put to a learner.
//! Not for reading Markdown (`deck/`), judging answers (`grading/`) or drawing problems (`problem/`).

use std::fmt;

use crate::source::Span;

/// What a card is known by in the deck files: its explicit id, or a hash of its normalised question.
///
/// `raft-commit-rule`, `raft-commit-rule/why`, `raft-log#2` (the second deletion of a cloze), or `~` and 32 hex digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CardKey(pub String);

impl CardKey {
    /// Tells whether the author gave the id, so that it survives any edit.
    #[must_use]
    pub fn is_explicit(&self) -> bool {
        !self.0.starts_with('~')
    }
}

impl fmt::Display for CardKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a card is known by in the database and the review log, whatever becomes of its text.
///
/// Derived from the first key under which the card was ever seen, so two machines agree on it without talking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CardUid(pub i64);

impl CardUid {
    /// Derives the uid of a card seen for the first time; `attempt` above 0 steps aside from a collision.
    #[must_use]
    pub fn derive(key: &CardKey, attempt: u32) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&attempt.to_le_bytes()).update(key.0.as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        // Positive, so that it reads well as a number and sorts the same signed and unsigned.
        Self(i64::from_be_bytes(first) & i64::MAX)
    }
}

impl fmt::Display for CardUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The three levels of the roadmap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Core intuition for replication, consistency and failure.
    Beginner,
    /// Theory, courses and papers.
    Intermediate,
    /// The systems themselves, and research.
    Advanced,
}

impl Level {
    /// All levels, lowest first.
    pub const ALL: [Self; 3] = [Self::Beginner, Self::Intermediate, Self::Advanced];

    /// Returns the name used in decks and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Beginner => "beginner",
            Self::Intermediate => "intermediate",
            Self::Advanced => "advanced",
        }
    }

    /// Returns the level of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The areas of the roadmap's knowledge map, and the foundations below them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Area {
    /// File systems, databases, key-value and table stores.
    Storage,
    /// Large-scale data processing.
    Computation,
    /// RPC, consensus, coordination services.
    Coordination,
    /// Training and inference at scale.
    Ml,
    /// Prerequisites.
    Foundations,
}

impl Area {
    /// All areas.
    pub const ALL: [Self; 5] =
        [Self::Storage, Self::Computation, Self::Coordination, Self::Ml, Self::Foundations];

    /// Returns the name used in decks and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Storage => "storage",
            Self::Computation => "computation",
            Self::Coordination => "coordination",
            Self::Ml => "ml",
            Self::Foundations => "foundations",
        }
    }

    /// Returns the area of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|area| area.name() == name)
    }
}

/// The front matter of a deck.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeckHead {
    /// The name shown to people: front matter, else the file's stem.
    pub name: String,
    /// The level, where the deck belongs to one.
    pub level: Option<Level>,
    /// The area, where the deck belongs to one.
    pub area: Option<Area>,
    /// The id of a resource in `roadmap.toml`.
    pub resource: Option<String>,
    /// The work that all cards rest on; a card's own source adds the place.
    pub source: Option<String>,
    /// Decks (by file stem) that come before this one.
    pub requires: Vec<String>,
    /// Tags that all cards carry.
    pub tags: Vec<String>,
    /// Whether text between cards is an error.
    pub strict: bool,
    /// Whose reading of the dialect applies.
    pub dialect: Dialect,
}

/// Whose reading of the `Q:`/`A:`/`C:` dialect applies, where tools differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// Ours: a superset of both.
    #[default]
    Retain,
    /// As hashcards 0.5.0 reads.
    Hashcards,
    /// As repeater 0.1.8 reads.
    Repeater,
}

impl Dialect {
    /// All dialects.
    pub const ALL: [Self; 3] = [Self::Retain, Self::Hashcards, Self::Repeater];

    /// Returns the name used in front matter and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Retain => "retain",
            Self::Hashcards => "hashcards",
            Self::Repeater => "repeater",
        }
    }

    /// Returns the dialect of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }
}

/// One card as the author wrote it: the unit that is scheduled.
///
/// A block with several deletions, or a `T:`/`D:` pair, gives several cards, which are siblings.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// What the card is known by.
    pub key: CardKey,
    /// What all cards of the same block share; equals `key` without its `#…`.
    pub block_key: CardKey,
    /// What is asked, and how it is answered.
    pub kind: CardKind,
    /// Markdown shown on request before the answer.
    pub hint: Option<String>,
    /// Markdown shown after the answer: why it holds, and the tempting error.
    pub why: Option<String>,
    /// Where it is written, below the deck's own source.
    pub source: Option<String>,
    /// The card's own tags.
    pub tags: Vec<String>,
    /// Concepts it teaches: its `Concepts:`, else the part of an explicit id before `/`.
    pub concepts: Vec<String>,
    /// Ids of cards it is mistaken for: kept apart in a session.
    pub confuses: Vec<String>,
    /// The bytes of the whole block in its file.
    pub span: Span,
}

/// What is asked, and how it is answered. Texts are Markdown, trimmed.
#[derive(Clone, Debug, PartialEq)]
pub enum CardKind {
    /// Recall freely, then grade oneself.
    Recall {
        /// What is asked.
        question: String,
        /// What a right answer says.
        answer: String,
    },
    /// A sentence with one part hidden.
    Cloze {
        /// The whole sentence, brackets removed.
        text: String,
        /// The bytes of `text` that are hidden.
        hidden: Span,
    },
    /// Choose one option, or several.
    Choice {
        /// What is asked.
        question: String,
        /// The options in the author's order.
        options: Vec<ChoiceOption>,
        /// Whether more than one option may be right.
        several: bool,
    },
    /// Put items in order; the author's order is the right one.
    Order {
        /// What is asked.
        question: String,
        /// The items, in the right order.
        items: Vec<String>,
    },
    /// Type a word or two.
    Typed {
        /// What is asked.
        question: String,
        /// Accepted spellings; the first is the one shown.
        accepted: Vec<String>,
        /// Whether case, space and quotes count, as in code.
        exact: bool,
    },
    /// Type a number.
    Number {
        /// What is asked.
        question: String,
        /// The right number.
        answer: Quantity,
    },
    /// A problem drawn afresh at each showing.
    Problem {
        /// The name of the family, as `raft.commit-index`.
        family: String,
        /// Its parameters as the author wrote them; absent ones have defaults.
        parameters: toml::Table,
    },
}

impl CardKind {
    /// Returns the word for the kind, as shown to people and in JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Recall { .. } => "recall",
            Self::Cloze { .. } => "cloze",
            Self::Choice { several: false, .. } => "choice",
            Self::Choice { several: true, .. } => "several",
            Self::Order { .. } => "order",
            Self::Typed { .. } => "typed",
            Self::Number { .. } => "number",
            Self::Problem { .. } => "problem",
        }
    }

    /// Returns one line that stands for the card in lists: the question, the sentence with its gap, or the family.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Recall { question, .. }
            | Self::Choice { question, .. }
            | Self::Order { question, .. }
            | Self::Typed { question, .. }
            | Self::Number { question, .. } => one_line(question),
            Self::Cloze { text, hidden } => {
                one_line(&format!("{}[…]{}", &text[..hidden.start], &text[hidden.end..]))
            }
            Self::Problem { family, .. } => format!("problem {family}"),
        }
    }
}

/// Joins the words of a text by single spaces.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// One option of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceOption {
    /// Markdown.
    pub text: String,
    /// Whether it belongs to the right answer.
    pub right: bool,
    /// Why it is right or wrong, shown after the answer.
    pub reason: Option<String>,
}

/// A number with its unit and the error that is forgiven.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// The value in `unit`.
    pub value: f64,
    /// The unit as the author wrote it; empty for a bare number.
    pub unit: String,
    /// How far an answer may be off.
    pub tolerance: Tolerance,
}

/// How far a number may be off and still be right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tolerance {
    /// Not at all, beyond the rounding of binary fractions.
    Exact,
    /// By this much, in the quantity's own unit.
    Absolute(f64),
    /// By this share of the value, `0.05` for ±5 %.
    Relative(f64),
}

/// A question made concrete: values drawn, options in the order in which they are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Markdown above the answer; for a cloze the sentence lies in `form`.
    pub prompt: String,
    /// How it is answered.
    pub form: Form,
    /// Markdown shown on request before the answer.
    pub hint: Option<String>,
    /// Markdown shown after the answer: the card's why, or the worked solution.
    pub why: Option<String>,
    /// The drawn instance, where the card is a problem.
    pub drawn: Option<Drawn>,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// Freely; the learner compares and grades.
    Recall {
        /// Markdown.
        answer: String,
    },
    /// By the hidden part of a sentence; self-graded or typed as the learner prefers.
    Cloze {
        /// The whole sentence.
        text: String,
        /// The bytes of `text` that are hidden.
        hidden: Span,
    },
    /// By one option or several.
    Choice {
        /// The options in the order shown.
        options: Vec<ChoiceOption>,
        /// Whether more than one may be right.
        several: bool,
    },
    /// By an arrangement.
    Order {
        /// The items in the order shown.
        items: Vec<String>,
        /// The right order, as indices into `items`.
        solution: Vec<usize>,
    },
    /// By a word or two.
    Typed {
        /// Accepted spellings; the first is the one shown.
        accepted: Vec<String>,
        /// Whether case, space and quotes count.
        exact: bool,
    },
    /// By a number.
    Number {
        /// The right one.
        answer: Quantity,
    },
}

impl Form {
    /// Tells whether the machine can judge an answer of this form.
    #[must_use]
    pub fn is_checked(&self) -> bool {
        !matches!(self, Self::Recall { .. } | Self::Cloze { .. })
    }
}

/// What a problem family drew: enough to draw it again, and what each likely mistake leads to.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// The family's name.
    pub family: String,
    /// The family's version: a seed means the same only within one.
    pub version: u32,
    /// The seed.
    pub seed: u64,
    /// The difficulty, `0..=2`.
    pub difficulty: u8,
    /// The drawn values, as data.
    pub values: serde_json::Value,
    /// Wrong answers that a known mistake produces.
    pub mistakes: Vec<Mistake>,
    /// The question's picture told in words, for `--plain` and screen readers; empty where there is none.
    pub spoken: String,
}

/// A named mistake and the wrong answer to which it leads.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// The answer this mistake gives.
    pub answer: Given,
    /// What went wrong, addressed to the learner: "you counted the leader twice".
    pub name: String,
}

/// What a learner answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// Options chosen, as indices into the options as shown, ascending.
    Choice(Vec<usize>),
    /// An arrangement, as indices into the items as shown.
    Order(Vec<usize>),
    /// Text or a number, as typed.
    Text(String),
}
