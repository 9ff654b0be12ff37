//! The deck language: Markdown text to cards and diagnostics, and back.
//! Not for reading files (`shelf/`), judging answers (`grading/`) or matching cards of old and new text (`app/`).
//!
//! - [`parse`] reads a whole deck, never fails, and reports everything it found in one run.
//! - [`parse_block`] reads one block's bytes alone and gives the same cards with the same keys.
//! - [`compat`] reads as hashcards and repeater do, and says what they would make of a deck.
//! - [`mod@format`] writes a deck in its canonical form, with or without new ids.
//! - A [`Block`] knows where everything stands: sections, id, suppressions, options, deletions, parameters. A linter
//!   takes its carets from there, and leaves out the rules in `allows`, which [`Parsed`] has for the whole deck.
//! - Families and parameters of problems are judged by [`families`], which knows the catalogue; the parser does not.
//! - [`codes`] says what each code means.
//!
//! `docs/deck-format.md` has the grammar. Keys of cards without ids are described in `key.rs`.

mod answers;
mod block;
mod cloze;
pub mod codes;
mod comment;
pub mod compat;
pub mod families;
mod faults;
pub mod format;
mod front_matter;
pub mod identity;
mod key;
mod line;
pub mod lint;
mod outline;
mod problem;
mod repair;
mod toml_text;

use std::collections::HashMap;

pub use block::Block;
pub use comment::{Allow, Id, slug};
pub use front_matter::{HeadKey, HeadText};
pub use key::normalised;
pub use line::Tag;
pub use outline::Section;
pub use problem::{Parameter, ProblemBlock};

use crate::card::{Card, DeckHead, Dialect};
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::source::SourceText;

use outline::Outline;

#[cfg(test)]
mod tests;

/// What a deck's text says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// The front matter, with defaults for what it does not say.
    pub head: DeckHead,
    /// Where the front matter and its keys stand; nothing where the deck has none.
    pub head_text: Option<HeadText>,
    /// All blocks in order, also those without usable cards.
    pub blocks: Vec<Block>,
    /// Suppressions outside of cards, which hold for the deck.
    pub allows: Vec<Allow>,
    /// Everything that is wrong, in order of place.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// Yields all cards in order.
    pub fn cards(&self) -> impl Iterator<Item = &Card> {
        self.blocks.iter().flat_map(|block| &block.cards)
    }

    /// Yields the generated problems, with the places of their parameters, for whoever knows the families.
    pub fn problems(&self) -> impl Iterator<Item = &ProblemBlock> {
        self.blocks.iter().filter_map(|block| block.problem.as_ref())
    }

    /// Tells whether something was left out.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// Reads a deck. It never fails: a broken card is left out and named, the rest loads.
#[must_use]
pub fn parse(source: &SourceText) -> Parsed {
    parse_as(source, None)
}

/// Reads a deck as another tool does, whatever its front matter says. Front matter itself is always read as ours:
/// what a tool makes of the whole file, front matter included, is in [`compat::read`].
#[must_use]
pub fn parse_as(source: &SourceText, forced: Option<Dialect>) -> Parsed {
    let text = source.text.as_str();
    let mut diagnostics = Vec::new();
    let mut front = front_matter::read(text, &source.name, &mut diagnostics);
    front.head.dialect = forced.unwrap_or(front.head.dialect);
    if front.head.dialect != Dialect::Retain {
        if let Some(forced) = forced {
            diagnostics.retain(|fault| compat::minds(forced, fault));
        }
        let (blocks, faults) = compat::blocks(front.head.dialect, text, front.body);
        diagnostics.extend(faults);
        return Parsed { head: front.head, head_text: front.text, blocks, allows: Vec::new(), diagnostics };
    }
    let mut blocks = Vec::new();
    let mut outline = Outline::new(text, front.head.strict);
    outline.diagnostics = diagnostics;
    outline.run(front.body, |draft, diagnostics| blocks.push(block::read(text, draft, diagnostics)));
    let mut parsed = Parsed {
        head: front.head,
        head_text: front.text,
        blocks,
        allows: outline.allows,
        diagnostics: outline.diagnostics,
    };
    leave_out_doubles(text, &mut parsed);
    parsed.diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
    parsed
}

/// Reads one block's bytes, as [`Block::span`] gives them, and returns the block with spans from its own first byte.
///
/// Its cards and keys are those that [`parse`] gives for the same bytes in their deck; in another tool's dialect also
/// those that it drops because an equal card came before. Nothing is returned when the text holds no block.
#[must_use]
pub fn parse_block(head: &DeckHead, text: &str) -> Option<Block> {
    if head.dialect != Dialect::Retain {
        return compat::blocks(head.dialect, text, 0).0.into_iter().next();
    }
    let mut first = None;
    Outline::new(text, false).run(0, |draft, diagnostics| {
        if first.is_none() {
            first = Some(block::read(text, draft, diagnostics));
        }
    });
    first
}

/// Leaves out the second of two cards that nobody could tell apart.
fn leave_out_doubles(source: &str, parsed: &mut Parsed) {
    let mut seen: HashMap<&str, usize> = HashMap::with_capacity(parsed.blocks.len());
    let mut doubles = Vec::new();
    for (index, block) in parsed.blocks.iter().enumerate() {
        // A block that is broken for another reason still takes its id.
        let key = block.id.as_ref().map(|id| id.text.as_str());
        let Some(key) = key.or_else(|| block.cards.first().map(|card| card.block_key.0.as_str())) else {
            continue;
        };
        match seen.entry(key) {
            std::collections::hash_map::Entry::Vacant(slot) => {
                slot.insert(index);
            }
            std::collections::hash_map::Entry::Occupied(first) => doubles.push((*first.get(), index)),
        }
    }
    for (first, second) in doubles {
        let (first, block) = (&parsed.blocks[first], &parsed.blocks[second]);
        let same = first.cards.len() == block.cards.len()
            && first.cards.iter().zip(&block.cards).all(|(a, b)| a.kind == b.kind);
        let diagnostic = if let Some(id) = &block.id {
            let first_at = first.id.as_ref().map_or(first.span, |id| id.span);
            Diagnostic::new(
                "duplicate-id",
                Severity::Error,
                id.span,
                format!("the id `{}` is taken", id.text),
            )
            .label("this card is left out")
            .related(first_at, "taken here")
            .help("give this card an id of its own")
        } else if same {
            Diagnostic::new(
                "duplicate-card",
                Severity::Warning,
                block.question_span(),
                "this card stands here twice",
            )
            .label("left out")
            .related(first.question_span(), "the first")
            .help("remove one of the two")
            .maybe_fix(without_double(source, first, block))
        } else {
            Diagnostic::new(
                "duplicate-question",
                Severity::Error,
                block.question_span(),
                "another card asks the same with another answer",
            )
            .label("this card is left out")
            .related(first.question_span(), "the first")
            .help("ask more precisely, or give one of them an id: `<!-- id: some-name -->`")
        };
        parsed.diagnostics.push(diagnostic);
        parsed.blocks[second].cards.clear();
    }
}

/// Takes a block out that says the same as another to the letter, where nothing behind it would join another card.
fn without_double(source: &str, first: &Block, block: &Block) -> Option<Fix> {
    let text = |block: &Block| source.get(block.span.start..block.span.end);
    (text(first) == text(block) && repair::is_new_behind(source, block.span.end))
        .then(|| repair::without_lines(source, block.span))
}
