//! The dialect as two other tools read it: hashcards 0.5.0 and repeater 0.1.8, faults and all, with the content hashes
//! by which they know a card. For moving in with a folder of decks and its history, and for `check --portable`.
//! Not for reading their databases: an importer does that, with the hashes from here.

mod hashcards;
mod portable;
mod repeater;

pub use portable::portable;

use crate::card::{Card, CardKey, CardKind, Dialect};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceText, Span};

use super::block::Block;
use super::key;
use super::outline::Section;

/// A card as another tool reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct ForeignCard {
    /// Recall or cloze: the other tools know no more.
    pub kind: CardKind,
    /// The bytes of its block, trimmed.
    pub span: Span,
    /// The content hash by which the tool knows the card.
    pub hash: blake3::Hash,
    /// What the tool's cards of one cloze share; the content hash for other cards.
    pub family: blake3::Hash,
    pub(super) sections: Vec<Section>,
}

/// What another tool makes of a deck.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ForeignDeck {
    /// The cards in order. After a fault the tool itself would stop; we read on.
    pub cards: Vec<ForeignCard>,
    /// Where the tool refuses the file (errors), or does what its user would not expect (warnings).
    pub diagnostics: Vec<Diagnostic>,
}

impl ForeignDeck {
    /// Tells whether the tool reads the file at all.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == crate::diagnostic::Severity::Error)
    }
}

/// Reads a whole file, front matter included, as another tool does; `Dialect::Retain` reads as hashcards.
#[must_use]
pub fn read(dialect: Dialect, source: &SourceText) -> ForeignDeck {
    match dialect {
        Dialect::Repeater => repeater::read(&source.text, 0),
        _ => hashcards::read_file(&source.text),
    }
}

/// Tells whether a fault in front matter is one to another tool too: repeater takes front matter for notes, hashcards
/// wants TOML and reads the name.
pub(super) fn minds(dialect: Dialect, fault: &Diagnostic) -> bool {
    match fault.code {
        "front-matter-unclosed" | "front-matter-toml" | "front-matter-yaml" | "front-matter-cards" => {
            dialect == Dialect::Hashcards
        }
        "front-matter-type" => dialect == Dialect::Hashcards && fault.message.starts_with("`name`"),
        _ => false,
    }
}

/// Reads the body of a deck from byte `at` on into blocks of ours.
pub(super) fn blocks(dialect: Dialect, text: &str, at: usize) -> (Vec<Block>, Vec<Diagnostic>) {
    let deck = match dialect {
        Dialect::Repeater => repeater::read(text, at),
        _ => hashcards::read_body(text, at),
    };
    let mut blocks: Vec<Block> = Vec::new();
    for card in deck.cards {
        let block_key = key::of_hash(&card.family);
        let key = match &card.kind {
            // Two sentences that differ only in what they hide share a family, so a number would not tell them apart.
            CardKind::Cloze { hidden, .. } if card.family != card.hash => {
                CardKey(format!("{block_key}#{}-{}", hidden.start, hidden.end))
            }
            _ => block_key.clone(),
        };
        let ours = Card {
            key,
            block_key,
            kind: card.kind,
            hint: None,
            why: None,
            source: None,
            tags: Vec::new(),
            concepts: Vec::new(),
            confuses: Vec::new(),
            span: card.span,
        };
        match blocks.last_mut().filter(|block| block.span == card.span) {
            Some(block) => block.cards.push(ours),
            None => blocks.push(Block {
                span: card.span,
                sections: card.sections,
                id: None,
                allows: Vec::new(),
                comments: Vec::new(),
                parts: Vec::new(),
                problem: None,
                cards: vec![ours],
            }),
        }
    }
    (blocks, deck.diagnostics)
}

#[cfg(test)]
mod tests;
