//! The rules as people read them: `retain check --explain RULE` shows one.
//! Thresholds stand here in words and beside the code that applies them in numbers; a test of each rule holds both.
//!
//! A threshold moves only with numbers: of cards that a reader has accepted at most one in ten may carry an error or a
//! warning. On the first reading of the shipped course (2,969 cards) 55 findings were errors or warnings; the readings
//! below turned out to be false alarms and were taken out, leaving 25, all of which were mended in the cards:
//!
//! | rule | before, after | no longer reported |
//! |---|---|---|
//! | K1 | 16, 9 | answers that choose among names of a situation: "Node B", "S2 and S3", "instance i + α" |
//! | D2 | 8, 6 | linked pairs whose bold words differ, though both words stand in both questions |
//! | S6 | 5, 0 | dates given as a version ("as of Hadoop 3.x"); "as of any revision" is no date |
//! | A1 | 3, 0 | "What is it called when …", "Why is it worth …", "While it waits, a replica …" |
//! | E1 | 3, 1 | parts that restrict and do not list: "…, but not …", "…, such as …" |
//! | K4 | 2, 1 | answers in code: `log[]` in a deck on logs |
//! | A4 | 2, 0 | "finitely many"; an adjective before its noun: "low cardinality" |
//! | K2 | 1, 0 | "between" became a stop word |
//! | C8 | 1, 0 | a capital A within a sentence is a name |
//! | A6 | 219, 11 | a glossary, identifiers (`O_DIRECT`), names in the deck's own head |

mod card;
mod checked;
mod decks;

/// Where a rule looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// At a card or a deck: [`super::deck`] reports it.
    Deck,
    /// At all decks together: [`super::collection()`] reports it.
    Collection,
    /// Not at decks: the parser, a test or a reader holds it, as its condition says.
    Elsewhere,
}

/// A rule of the linter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The code in findings and suppressions, as `L2`.
    pub code: &'static str,
    /// A few words.
    pub title: &'static str,
    /// Where it looks.
    pub scope: Scope,
    /// How much a finding weighs, in words.
    pub severity: &'static str,
    /// When it reports, with its thresholds.
    pub condition: &'static str,
    /// Why a card should not be like that.
    pub why: &'static str,
    /// An example of the repair.
    pub repair: &'static str,
}

const TABLES: [&[Rule]; 3] = [card::RULES, checked::RULES, decks::RULES];

/// Yields all rules, by subject.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    TABLES.into_iter().flatten()
}

/// Returns the rule of a code; case does not matter.
#[must_use]
pub fn rule(code: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.code.eq_ignore_ascii_case(code))
}

/// Returns the code of the rule that was probably meant.
#[must_use]
pub fn suggest(code: &str) -> Option<&'static str> {
    crate::diagnostic::did_you_mean(code, rules().map(|rule| rule.code))
}
