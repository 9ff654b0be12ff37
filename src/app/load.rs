//! One card's text from its file: reads and parses only the block that is shown.
//! Not for indexing whole decks (`index.rs`).

use std::path::Path;

use super::index::stamp_of;
use super::{App, Result};
use crate::card::{Card, CardUid, DeckHead};
use crate::deck;
use crate::session::Loaded;
use crate::shelf;
use crate::source::{SourceText, Span};
use crate::store::{CardRow, DeckRow};

impl App {
    /// Loads a card as it stands in its file now; `None` when it is no longer there.
    ///
    /// When the file changed since it was indexed, it is indexed again first, so that an edit made in another window
    /// shows at once.
    ///
    /// # Errors
    /// Fails when the database does; a file that cannot be read makes the card absent.
    pub fn load(&mut self, uid: CardUid) -> Result<Option<Loaded>> {
        let Some((row, deck)) = self.row_and_deck(uid)? else { return Ok(None) };
        if deck.is_shipped() {
            return Ok(load_indexed(&row, &deck));
        }
        if shelf::stamp(&deck.path).is_some_and(|stamp| stamp_of(stamp) == deck.stamp)
            && let Some(loaded) = load_indexed(&row, &deck)
        {
            return Ok(Some(loaded));
        }
        self.refresh(&[Path::new(&deck.path).to_owned()])?;
        let Some((row, deck)) = self.row_and_deck(uid)? else { return Ok(None) };
        Ok(load_indexed(&row, &deck))
    }

    fn row_and_deck(&self, uid: CardUid) -> Result<Option<(CardRow, DeckRow)>> {
        let Some(row) = self.store.card(uid)? else { return Ok(None) };
        let deck = self.store.deck(row.deck)?;
        Ok(deck.map(|deck| (row, deck)))
    }

    /// Returns the line of the file, from 1, on which a card begins.
    #[must_use]
    pub fn line_of(&self, path: &str, byte: usize) -> usize {
        shelf::read(path).map_or(1, |text| SourceText::new(path, text).position(byte).line)
    }
}

fn load_indexed(row: &CardRow, deck: &DeckRow) -> Option<Loaded> {
    if !row.present {
        return None;
    }
    let text = shelf::read_span(&deck.path, Span::new(row.start, row.end)).ok()?;
    loaded(deck, row, &text)
}

/// Parses one block and takes the part that the index means; `None` when the text there is another.
fn loaded(deck: &DeckRow, row: &CardRow, text: &str) -> Option<Loaded> {
    let block = deck::parse_block(&deck.head, text)?;
    let card = block.cards.into_iter().nth(row.part).filter(|card| card.key == row.key)?;
    let place = (deck.path.clone(), row.start);
    Some(Loaded { place, ..loaded_from(&deck.head, &deck.path, card) })
}

/// Returns a card with what its deck adds to it.
pub(super) fn loaded_from(head: &DeckHead, path: &str, card: Card) -> Loaded {
    let source = match (&head.source, &card.source) {
        (Some(work), Some(place)) if !place.contains(work.as_str()) && names_only_a_place(place) => {
            format!("{work}, {place}")
        }
        (Some(work), None) => work.clone(),
        (_, Some(place)) => place.clone(),
        (None, None) => String::new(),
    };
    Loaded {
        deck: head.name.clone(),
        level: head.level.map(|level| level.name().to_owned()).unwrap_or_default(),
        source,
        place: (path.to_owned(), card.span.start),
        card,
    }
}

/// Tells whether a source gives a place alone (`§5.4`, `figure 8`, `chapter 3`), so that the deck's work belongs before it.
fn names_only_a_place(source: &str) -> bool {
    const PLACES: &[&str] = &[
        "section",
        "chapter",
        "ch.",
        "figure",
        "fig.",
        "page",
        "p.",
        "pp.",
        "table",
        "lecture",
        "appendix",
        "part",
        "slide",
        "video",
        "theorem",
        "lemma",
        "algorithm",
        "equation",
        "step",
        "lab",
        "l",
    ];
    let source = source.trim_start().to_lowercase();
    if source.starts_with('§') {
        return true;
    }
    let word: String = source.chars().take_while(|c| c.is_alphabetic() || *c == '.').collect();
    PLACES.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_alone_gets_the_decks_work_before_it() {
        for place in
            ["§5.4.2, figure 8", "Figure 7", "chapter 3", "L6", "lecture on two-phase locking", "p. 12"]
        {
            assert!(names_only_a_place(place), "{place}");
        }
        for work in
            ["Gilbert & Lynch 2002, §3", "Lamport 1978", "MIT 6.824 (2020), L6", "DDIA (1st ed.), chapter 9"]
        {
            assert!(!names_only_a_place(work), "{work}");
        }
    }
}
