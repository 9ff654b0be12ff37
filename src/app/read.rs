//! Reading decks that changed, many at once: files to the rows of their cards, several at a time.
//! Not for telling which card is which (`identify.rs`), and it knows no database.

use super::threads;
use crate::card::{Card, CardKey, CardKind, CardUid, DeckHead};
use crate::deck;
use crate::diagnostic::Severity;
use crate::shelf::{self, ShelfError};
use crate::source::SourceText;
use crate::store::{DeckStamp, IndexedCard};

/// A file to be read again.
pub(super) struct Stale {
    pub(super) path: String,
    pub(super) stamp: DeckStamp,
}

/// A deck read again, before its cards are told apart from those known.
pub(super) struct Fresh {
    pub(super) path: String,
    pub(super) stamp: DeckStamp,
    pub(super) head: DeckHead,
    pub(super) faults: u32,
    /// Each under the uid that it gets if nothing is known of it and nobody else has that uid.
    pub(super) cards: Vec<IndexedCard>,
}

/// Reads decks, in the order in which they are named; files that cannot be read are listed and left out.
pub(super) fn read_all(stale: &[Stale], faults: &mut Vec<ShelfError>) -> Vec<Fresh> {
    let mut fresh = Vec::with_capacity(stale.len());
    for deck in threads::map(stale, read) {
        match deck {
            Ok(deck) => fresh.push(deck),
            Err(fault) => faults.push(fault),
        }
    }
    fresh
}

fn read(Stale { path, stamp }: &Stale) -> Result<Fresh, ShelfError> {
    let source = SourceText::new(path.as_str(), shelf::read(path)?);
    let mut parsed = deck::parse(&source);
    deck::families::leave_out_unknown(&mut parsed);
    let faults = parsed.diagnostics.iter().filter(|fault| fault.severity == Severity::Error).count();
    let mut cards = Vec::with_capacity(parsed.blocks.len());
    for block in parsed.blocks {
        cards.extend(block.cards.into_iter().enumerate().map(|(part, card)| row(card, part)));
    }
    Ok(Fresh {
        path: source.name,
        stamp: *stamp,
        head: parsed.head,
        faults: u32::try_from(faults).unwrap_or(u32::MAX),
        cards,
    })
}

/// Takes from a card what the index holds of it; `part` is its number in its block, from 0.
fn row(card: Card, part: usize) -> IndexedCard {
    let uid = CardUid::derive(&card.key, 0);
    IndexedCard {
        uid,
        start: card.span.start,
        end: card.span.end,
        part,
        kind: card.kind.name(),
        block: if card.block_key == card.key { uid.0 } else { CardUid::derive(&card.block_key, 0).0 },
        title: card.kind.title(),
        answer_hash: answer_hash(&card.kind),
        key: card.key,
        tags: card.tags,
        concepts: card.concepts,
        confuses: card.confuses,
    }
}

/// Returns what the cards of a block share of their keys.
pub(super) fn block_of(key: &CardKey) -> &str {
    key.0.split('#').next().unwrap_or_default()
}

/// Hashes what a right answer says, so that a card can be found again when its question was reworded.
fn answer_hash(kind: &CardKind) -> i64 {
    let mut hasher = blake3::Hasher::new();
    let mut put = |text: &str| {
        let text = deck::normalised(text);
        hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    };
    match kind {
        CardKind::Recall { answer, .. } => put(answer),
        CardKind::Cloze { text, hidden } => put(&text[hidden.start..hidden.end]),
        CardKind::Choice { options, .. } => {
            options.iter().filter(|option| option.right).for_each(|option| put(&option.text));
        }
        CardKind::Order { items, .. } => items.iter().for_each(|item| put(item)),
        CardKind::Typed { accepted, .. } => put(accepted.first().map_or("", String::as_str)),
        CardKind::Number { answer, .. } => put(&format!("{} {}", answer.value, answer.unit)),
        CardKind::Problem { family, parameters } => put(&format!("{family} {parameters}")),
    }
    let mut first = [0; 8];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    i64::from_le_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_listed_and_the_rest_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = |n: usize| folder.path().join(format!("{n:03}.md"));
        let stale: Vec<Stale> = (0..100)
            .map(|n| Stale { path: path(n).to_str().unwrap().to_owned(), stamp: DeckStamp::default() })
            .collect();
        for n in (0..100).filter(|n| n % 10 != 3) {
            let text = format!("Q: What is {n}?\nA: It is {n}.\n\nC: The number [{n}] is [even].\n");
            std::fs::write(path(n), text).unwrap();
        }
        let mut faults = Vec::new();
        let fresh = read_all(&stale, &mut faults);
        assert_eq!((fresh.len(), faults.len()), (90, 10));
        assert!(fresh.is_sorted_by(|a, b| a.path < b.path));
        assert_eq!(fresh[89].cards.iter().map(|card| card.part).collect::<Vec<_>>(), [0, 0, 1]);
        assert_eq!(fresh[89].cards[0].title, "What is 99?");
    }
}
