//! The rules as people read them: `retain check --explain RULE` shows one.
//! Thresholds stand here in words and beside the code that applies them in numbers; a test of each rule holds both.

mod card;
mod checked;
mod decks;

/// Where a rule looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// At a card or a deck: [`super::deck`] reports it.
    Deck,
    /// At all decks together: [`super::collection`] reports it.
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
