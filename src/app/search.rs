//! Finding cards by what they are and say: `deck:`, `tag:`, `level:`, `concept:`, `is:`, plain words, and `-` before any.
//! Not for one card by name (`cards.rs`) or for printing (`cli/list.rs`).

use std::collections::HashMap;

use super::index::stamp_of;
use super::plan::{Wanted, is_named};
use super::{App, AppError, Result};
use crate::card::Level;
use crate::diagnostic::did_you_mean;
use crate::schedule::replay::CardRecord;
use crate::schedule::{Due, Phase};
use crate::shelf;
use crate::store::{CardRow, DeckRow};
use crate::time::Moment;

/// What a card is, as `is:` asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Is {
    /// Due now.
    Due,
    /// Never answered.
    New,
    /// Learning or relearning.
    Learning,
    /// Parked as a leech.
    Leech,
    /// Suspended.
    Suspended,
    /// Buried until a later day.
    Buried,
    /// Flagged.
    Flagged,
}

impl Is {
    const ALL: [(&'static str, Self); 7] = [
        ("due", Self::Due),
        ("new", Self::New),
        ("learning", Self::Learning),
        ("leech", Self::Leech),
        ("suspended", Self::Suspended),
        ("buried", Self::Buried),
        ("flagged", Self::Flagged),
    ];
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    Deck(String),
    Tag(String),
    Level(Level),
    Concept(String),
    Is(Is),
    /// Words in lower case, one space between them.
    Text(String),
}

/// All conditions of a query: each must hold, or must not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    conditions: Vec<(bool, Condition)>,
    /// Words that were looked for as they stand and may have been meant as a filter, as they would be written.
    meant: Option<String>,
}

/// A card that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The card.
    pub card: CardRow,
    /// Its record, where it has one.
    pub record: Option<CardRecord>,
    /// Its deck, as an index into [`Results::decks`].
    pub deck: usize,
    /// The line that holds the first word looked for, where words were.
    pub line: Option<String>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// All decks at hand.
    pub decks: Vec<DeckRow>,
    /// The cards, in the order of decks and places.
    pub found: Vec<Found>,
}

impl Query {
    /// Reads a query. Words of one argument are parted by spaces unless quoted with `"`; each must occur.
    ///
    /// # Errors
    /// Fails when a filter's value does not exist, with what may have been meant.
    pub fn parse<S: AsRef<str>>(arguments: &[S]) -> Result<Self> {
        let mut query = Self::default();
        for argument in arguments {
            for word in words(argument.as_ref()) {
                let (wanted, word) = match word.strip_prefix('-') {
                    Some(rest) if !rest.is_empty() => (false, rest.to_owned()),
                    _ => (true, word),
                };
                query.meant = query.meant.or_else(|| meant(wanted, &word));
                query.conditions.push((wanted, condition(&word)?));
            }
        }
        Ok(query)
    }

    /// Returns how a word would be written that was taken as text and looks like a misspelt filter, as `dek:raft`.
    #[must_use]
    pub fn meant(&self) -> Option<&str> {
        self.meant.as_deref()
    }

    /// Tells whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }
}

/// The names before the colon.
const FILTERS: [&str; 5] = ["deck", "tag", "level", "concept", "is"];

fn meant(wanted: bool, word: &str) -> Option<String> {
    let (name, value) = word.split_once(':')?;
    let near = did_you_mean(name, FILTERS).filter(|near| *near != name)?;
    Some(format!("{}{near}:{value}", if wanted { "" } else { "-" }))
}

fn condition(word: &str) -> Result<Condition> {
    let unknown = |what, name: &str, near: Option<&str>| {
        Err(AppError::Unknown { what, name: name.to_owned(), near: near.map(str::to_owned) })
    };
    let Some((name, value)) = word.split_once(':').filter(|(_, value)| !value.is_empty()) else {
        return Ok(Condition::Text(folded(word)));
    };
    Ok(match name {
        "deck" => Condition::Deck(value.to_owned()),
        "tag" => Condition::Tag(value.to_owned()),
        "concept" => Condition::Concept(value.to_owned()),
        "level" => match Level::from_name(&value.to_lowercase()) {
            Some(level) => Condition::Level(level),
            None => return unknown("level", value, did_you_mean(value, Level::ALL.map(Level::name))),
        },
        "is" => match Is::ALL.into_iter().find(|(name, _)| *name == value) {
            Some((_, is)) => Condition::Is(is),
            None => {
                let near =
                    did_you_mean(value, Is::ALL.map(|(name, _)| name)).map(|near| format!("is:{near}"));
                return unknown("filter", word, near.as_deref());
            }
        },
        _ => Condition::Text(folded(word)),
    })
}

/// Parts a text at spaces outside double quotes; the quotes go.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => words.push(String::new()),
            c => words.last_mut().into_iter().for_each(|word| word.push(c)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Lower case, runs of space made one.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase));
    }
    folded
}

impl App {
    /// Finds the cards at hand that fit a query.
    ///
    /// # Errors
    /// Fails when a deck is named that does not exist, or the database fails.
    pub fn search(&self, query: &Query) -> Result<Results> {
        let at = self.moment();
        let mut filter = self.filter(&Wanted::default())?;
        let at_hand = |deck: &DeckRow| filter.decks.as_ref().is_none_or(|decks| decks.contains(&deck.id));
        let decks: Vec<DeckRow> = self.store.decks()?.into_iter().filter(at_hand).collect();
        for (_, condition) in &query.conditions {
            if let Condition::Deck(name) = condition
                && !decks.iter().any(|deck| is_named(deck, name))
            {
                let names = decks.iter().flat_map(|deck| [deck.slug.as_str(), deck.head.name.as_str()]);
                let near = did_you_mean(name, names).map(str::to_owned);
                return Err(AppError::Unknown { what: "deck", name: name.clone(), near });
            }
        }
        // What is asked of decks is answered before any card is read.
        let of_deck = |condition: &Condition| matches!(condition, Condition::Deck(_) | Condition::Level(_));
        let asked: Vec<_> = query.conditions.iter().filter(|(_, condition)| of_deck(condition)).collect();
        if !asked.is_empty() {
            let fits = |deck: &&DeckRow| {
                asked.iter().all(|(wanted, condition)| match condition {
                    Condition::Deck(name) => is_named(deck, name) == *wanted,
                    Condition::Level(level) => (deck.head.level == Some(*level)) == *wanted,
                    _ => true,
                })
            };
            filter.decks = Some(decks.iter().filter(fits).map(|deck| deck.id).collect());
        }
        let places: HashMap<i64, usize> = decks.iter().enumerate().map(|(at, deck)| (deck.id, at)).collect();
        let has_text = query.conditions.iter().any(|(_, condition)| matches!(condition, Condition::Text(_)));
        let mut text = (usize::MAX, String::new());
        let mut found = Vec::new();
        for (card, record) in self.store.cards_with_records(&filter)? {
            let Some(&deck) = places.get(&card.deck) else { continue };
            let fits = query.conditions.iter().all(|(wanted, condition)| {
                holds(condition, &card, record.as_ref(), &decks[deck], &at)
                    .is_none_or(|holds| holds == *wanted)
            });
            if !fits {
                continue;
            }
            let mut line = None;
            if has_text {
                // Cards come deck by deck, so each file is read once.
                if text.0 != deck {
                    text = (deck, text_of(&decks[deck]));
                }
                // A file that changed since it was indexed has its cards elsewhere: the title is all there is.
                let block = text.1.get(card.start..card.end).unwrap_or(card.title.as_str());
                let all = folded(block);
                let fits = query.conditions.iter().all(|(wanted, condition)| match condition {
                    Condition::Text(words) => all.contains(words.as_str()) == *wanted,
                    _ => true,
                });
                if !fits {
                    continue;
                }
                line = query.conditions.iter().find_map(|(wanted, condition)| match condition {
                    Condition::Text(words) if *wanted => {
                        block.lines().find(|line| folded(line).contains(words.as_str())).map(str::to_owned)
                    }
                    _ => None,
                });
            }
            found.push(Found { card, record, deck, line });
        }
        Ok(Results { decks, found })
    }
}

fn text_of(deck: &DeckRow) -> String {
    let current =
        deck.is_shipped() || shelf::stamp(&deck.path).is_some_and(|stamp| stamp_of(stamp) == deck.stamp);
    if current { shelf::read(&deck.path).unwrap_or_default() } else { String::new() }
}

/// Tells whether a condition holds; nothing where the card's text must be read for it.
fn holds(
    condition: &Condition,
    card: &CardRow,
    record: Option<&CardRecord>,
    deck: &DeckRow,
    at: &Moment,
) -> Option<bool> {
    let same = |one: &String, other: &String| one.eq_ignore_ascii_case(other);
    Some(match condition {
        Condition::Deck(name) => is_named(deck, name),
        Condition::Tag(tag) => card.tags.iter().chain(&deck.head.tags).any(|own| same(own, tag)),
        Condition::Concept(concept) => card.concepts.iter().any(|own| same(own, concept)),
        Condition::Level(level) => deck.head.level == Some(*level),
        Condition::Is(is) => is_so(*is, record, at),
        Condition::Text(_) => return None,
    })
}

fn is_so(is: Is, record: Option<&CardRecord>, at: &Moment) -> bool {
    let Some(record) = record else { return is == Is::New };
    let buried = record.buried_until.is_some_and(|until| until > at.today);
    match is {
        Is::Due => {
            let due = match record.state.due {
                Due::New => false,
                Due::At(due) => due <= at.now,
                Due::On(day) => day <= at.today,
            };
            due && !record.suspended && !record.parked && !buried
        }
        Is::New => record.state.phase == Phase::New,
        Is::Learning => matches!(record.state.phase, Phase::Learning | Phase::Relearning),
        Is::Leech => record.parked,
        Is::Suspended => record.suspended,
        Is::Buried => buried,
        Is::Flagged => record.flag.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Vec<(bool, Condition)> {
        Query::parse(arguments).expect("a query").conditions
    }

    #[test]
    fn words_filters_quotes_and_negations_are_told_apart() {
        use Condition::{Concept, Deck, Tag, Text};
        assert_eq!(
            read(&["-tag:x deck:\"My deck\"", "Two  words", "concept:a", "ratio 1:2", "-"]),
            [
                (false, Tag("x".into())),
                (true, Deck("My deck".into())),
                (true, Text("two".into())),
                (true, Text("words".into())),
                (true, Concept("a".into())),
                (true, Text("ratio".into())),
                (true, Text("1:2".into())),
                (true, Text("-".into())),
            ]
        );
        assert_eq!(read(&["\"Two  words\""]), [(true, Text("two words".into()))]);
    }

    #[test]
    fn values_that_do_not_exist_are_refused_with_what_was_meant() {
        let near = |word| match Query::parse(&[word]) {
            Err(AppError::Unknown { near, .. }) => near,
            other => panic!("{other:?}"),
        };
        assert_eq!(near("is:suspendet").as_deref(), Some("suspended"));
        assert_eq!(near("level:beginer").as_deref(), Some("beginner"));
    }
}
