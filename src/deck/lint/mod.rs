//! The linter: rules of form that a card, a deck or a collection can break, each with its code, its threshold and a
//! caret. It measures form; whether a card is true stays with a reader and the cited source.
//!
//! - [`deck`] applies the rules for single cards and for a deck as a whole.
//! - [`collection()`] applies the rules that need all decks: duplicates, look-alikes, ids, the graph of `requires`.
//! - [`rule`] explains a code; [`rules()`] lists all of them.
//!
//! A finding is taken back by `<!-- lint: allow RULE reason -->` on the card, or between cards for the whole deck; one
//! that takes nothing back is itself reported. Rules on sources, places, tags and the mix of a course (S2 to S4, B1,
//! B2) apply to decks that name a `level`: somebody's vocabulary needs no citations.
//!
//! Not for faults of the language itself (`deck::parse`) and not for drawing findings (`view/`).

mod allow;
mod ambiguity;
mod checked;
mod choice;
mod collection;
mod complete;
mod gaps;
mod glossary;
mod guess;
mod mix;
mod rules;
mod size;
mod stem;
mod subject;
mod text;
mod twins;

use std::collections::HashSet;

pub use rules::{Rule, Scope, rule, rules, suggest};

use crate::deck::Parsed;
use crate::diagnostic::Diagnostic;
use crate::source::SourceText;

#[cfg(test)]
mod edges;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

/// What the linter takes for known.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Acronyms that need no expansion (A6), beside those of the field that are always known.
    pub glossary: Vec<String>,
}

/// Applies the rules for single cards and for the deck as a whole; findings are in order of place.
#[must_use]
pub fn deck(source: &SourceText, parsed: &Parsed, options: &Options) -> Vec<Diagnostic> {
    let subjects = subject::subjects(source, parsed);
    let mut found = Vec::new();
    for subject in &subjects {
        complete::check(subject, &mut found);
        size::check(subject, &mut found);
        guess::check(subject, &mut found);
        ambiguity::check(subject, &mut found);
        gaps::check(subject, &mut found);
        choice::check(subject, &mut found);
        checked::check(subject, &mut found);
    }
    let mut known: HashSet<&str> = glossary::KNOWN.iter().copied().collect();
    known.extend(options.glossary.iter().map(String::as_str));
    ambiguity::acronyms(&subjects, &known, &mut found);
    mix::check(parsed, &subjects, &mut found);
    let mut found = allow::apply(source, parsed, found, Scope::Deck);
    sort(&mut found);
    found
}

/// Applies the rules that need all decks at once; each finding comes with the index of its deck.
///
/// The time grows nearly with the number of cards: 100,000 take a few seconds.
#[must_use]
pub fn collection(decks: &[(&SourceText, &Parsed)]) -> Vec<(usize, Diagnostic)> {
    let mut by_deck: Vec<Vec<Diagnostic>> = vec![Vec::new(); decks.len()];
    for (deck, diagnostic) in collection::check(decks) {
        by_deck[deck].push(diagnostic);
    }
    let mut all = Vec::new();
    for (deck, found) in by_deck.into_iter().enumerate() {
        let mut found = allow::apply(decks[deck].0, decks[deck].1, found, Scope::Collection);
        sort(&mut found);
        all.extend(found.into_iter().map(|diagnostic| (deck, diagnostic)));
    }
    all
}

fn sort(found: &mut [Diagnostic]) {
    found.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end, diagnostic.code));
}
