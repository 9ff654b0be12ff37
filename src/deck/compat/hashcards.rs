//! hashcards 0.5.0. It knows no fences, no comments and no long tags; `---` may be indented; text between cards,
//! a file without cards and any fault stop the whole collection.

use std::collections::HashSet;

use crate::card::CardKind;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

use crate::deck::block::term_kinds;
use crate::deck::cloze::too_much;
use crate::deck::front_matter::extent;
use crate::deck::line::{Line, Tag, lines, trimmed};
use crate::deck::outline::{Section, body_text};
use crate::deck::toml_text;

use super::{ForeignCard, ForeignDeck};

fn fault(at: Span, message: impl Into<String>, help: &str) -> Diagnostic {
    Diagnostic::new("hashcards-refuses", Severity::Error, at, message).help(help)
}

/// Reads a whole file.
pub(super) fn read_file(text: &str) -> ForeignDeck {
    // A byte order mark is text to hashcards.
    let extent = if text.starts_with('\u{feff}') { Ok(None) } else { extent(text) };
    let body = match extent {
        Err(opening) => {
            return refused(fault(
                opening,
                "hashcards finds front matter that is never closed",
                "close it with a line `---`",
            ));
        }
        Ok(None) => 0,
        Ok(Some(extent)) => {
            let document = toml_text::read(&text[extent.toml.start..extent.toml.end], extent.toml.start);
            if let Some(first) = document.faults.first() {
                return refused(fault(
                    first.span,
                    "hashcards finds front matter that is not TOML",
                    "write lines as `name = \"Raft\"`",
                ));
            }
            let name = document.entries.iter().find(|entry| entry.name == "name");
            if let Some(name) = name.filter(|name| !name.value.is_str()) {
                return refused(fault(
                    name.value_span,
                    "hashcards takes only a text as `name`",
                    "write `name = \"Raft\"`",
                ));
            }
            extent.body
        }
    };
    let mut deck = read_body(text, body);
    if deck.cards.is_empty() && deck.diagnostics.is_empty() {
        deck.diagnostics.push(fault(
            Span::new(0, 0),
            "hashcards refuses a file without cards",
            "give it a name that does not end in `.md`",
        ));
    }
    deck
}

fn refused(diagnostic: Diagnostic) -> ForeignDeck {
    ForeignDeck { cards: Vec::new(), diagnostics: vec![diagnostic] }
}

/// Reads the cards from byte `at` on.
pub(super) fn read_body(text: &str, at: usize) -> ForeignDeck {
    let mut reader =
        Reader { text, open: Vec::new(), skipping: false, in_stray: false, deck: ForeignDeck::default() };
    let mut last = Span::new(at, at);
    for line in lines(text, at) {
        last = line.span;
        reader.step(&line);
    }
    reader.end(None, last);
    let mut seen = HashSet::new();
    reader.deck.cards.retain(|card| seen.insert(card.hash));
    reader.deck
}

/// Which of its five tags a line bears.
fn tag(line: &str) -> Option<Tag> {
    let tag = Tag::of_line(line)?;
    matches!(tag, Tag::Question | Tag::Answer | Tag::Term | Tag::Definition | Tag::Cloze).then_some(tag)
}

struct Reader<'a> {
    text: &'a str,
    /// The sections of the card that is being read; empty between cards.
    open: Vec<Section>,
    /// After a fault, up to the next card: hashcards has stopped, we have not.
    skipping: bool,
    /// In a paragraph between cards of which the first line was told.
    in_stray: bool,
    deck: ForeignDeck,
}

impl Reader<'_> {
    fn step(&mut self, line: &Line<'_>) {
        let in_stray = std::mem::replace(&mut self.in_stray, false);
        let whole = trimmed(self.text, line.span);
        match tag(line.text) {
            Some(tag) => {
                let tag_span = Span::new(line.span.start, line.span.start + 2);
                let section = Section { tag, tag_span, body: Span::new(tag_span.end, line.span.end) };
                if tag.opens() {
                    self.end(Some(tag), tag_span);
                    self.open.push(section);
                } else {
                    self.answer(section);
                }
            }
            None if line.text.trim() == "---" => self.end(None, whole),
            None => match self.open.last_mut() {
                Some(section) => section.body.end = line.span.end,
                None if line.is_blank() || self.skipping => {}
                None if in_stray => self.in_stray = true,
                None => {
                    self.in_stray = true;
                    self.deck.diagnostics.push(fault(
                        whole,
                        "hashcards finds text that belongs to no card",
                        "take it out, or move it into a card",
                    ));
                }
            },
        }
    }

    fn answer(&mut self, section: Section) {
        let fits = match self.open.last().map(|section| section.tag) {
            Some(Tag::Question) => section.tag == Tag::Answer,
            Some(Tag::Term) => section.tag == Tag::Definition,
            _ => false,
        };
        if fits {
            self.open.push(section);
        } else if !self.skipping {
            let message = format!("hashcards finds `{}` where none may stand", section.tag.text());
            self.deck.diagnostics.push(fault(section.tag_span, message, "indent it if it is text"));
            self.open.clear();
            self.skipping = true;
        }
    }

    /// Ends the card that is being read, before one that opens with `next`, at `---`, or at the end of the file.
    fn end(&mut self, next: Option<Tag>, at: Span) {
        self.skipping = false;
        let mut sections = std::mem::take(&mut self.open);
        let Some(last) = sections.last().map(|section| section.tag) else { return };
        if matches!(last, Tag::Question | Tag::Term) {
            self.deck.diagnostics.push(fault(
                at,
                format!("hashcards finds `{}` without its answer", last.text()),
                "answer with `A:`, or `D:` after `T:`",
            ));
            return;
        }
        // A definition is ended by `T:`, `C:` and `---`, but not by `Q:`.
        if last == Tag::Definition && next == Some(Tag::Question) {
            self.deck.diagnostics.push(fault(
                at,
                "hashcards takes no `Q:` right after a `D:`",
                "write `---` between them",
            ));
        }
        for section in &mut sections {
            section.body = trimmed(self.text, section.body);
        }
        let start = sections[0].tag_span.start;
        let end =
            sections.iter().map(|section| section.body.end.max(section.tag_span.end)).max().unwrap_or(start);
        let span = Span::new(start, end);
        let body = |index: usize| body_text(self.text, sections[index].body, &[]);
        let mut push = |kind: CardKind, hash, family| {
            self.deck.cards.push(ForeignCard { kind, span, hash, family, sections: sections.clone() });
        };
        match last {
            Tag::Cloze => {
                let text = body(0);
                let (clean, ranges) = deletions(&text);
                if ranges.is_empty() {
                    self.deck.diagnostics.push(fault(
                        sections[0].tag_span,
                        "hashcards finds a `C:` that hides nothing",
                        "put `[` and `]` around what is to be hidden",
                    ));
                }
                if too_much(ranges.len(), clean.len()) {
                    let message = "a `C:` with far too many hidden parts is left out";
                    self.deck.diagnostics.push(fault(
                        sections[0].tag_span,
                        message,
                        "write a card for each sentence",
                    ));
                    return;
                }
                for (start, end) in ranges {
                    let hash = cloze_hash(&clean, start, end);
                    let hidden = Span::new(start, end.wrapping_add(1));
                    if clean.get(hidden.start..hidden.end).is_some() {
                        push(CardKind::Cloze { text: clean.clone(), hidden }, hash, family_hash(&clean));
                    }
                }
            }
            Tag::Definition => {
                for kind in term_kinds(&body(0), &body(1)) {
                    if let CardKind::Cloze { text, hidden } = &kind {
                        let hash = cloze_hash(text, hidden.start, hidden.end.wrapping_sub(1));
                        let family = family_hash(text);
                        push(kind, hash, family);
                    }
                }
            }
            _ => {
                let (question, answer) = (body(0), body(1));
                let hash = basic_hash(&question, &answer);
                push(CardKind::Recall { question, answer }, hash, hash);
            }
        }
    }
}

/// Returns the content hash of a question and its answer.
pub(super) fn basic_hash(question: &str, answer: &str) -> blake3::Hash {
    blake3::Hasher::new().update(b"Basic").update(question.as_bytes()).update(answer.as_bytes()).finalize()
}

/// Returns the content hash of one deletion: first and last byte, as hashcards counts them on a 64-bit machine.
fn cloze_hash(text: &str, start: usize, end: usize) -> blake3::Hash {
    blake3::Hasher::new()
        .update(b"Cloze")
        .update(text.as_bytes())
        .update(&(start as u64).to_le_bytes())
        .update(&(end as u64).to_le_bytes())
        .finalize()
}

fn family_hash(text: &str) -> blake3::Hash {
    blake3::Hasher::new().update(b"Cloze").update(text.as_bytes()).finalize()
}

/// Returns a sentence without its brackets, and the first and last byte of each deletion.
///
/// hashcards walks the text twice, and the two walks differ where an escape stands within an image's text: the
/// second then counts one bracket less than the first has written.
fn deletions(text: &str) -> (String, Vec<(usize, usize)>) {
    let mut clean = String::with_capacity(text.len());
    walk(
        text,
        |step| match step {
            Step::Keep(piece) => clean.push_str(piece),
            Step::Literal { bracket, image, escaped } => {
                // In both modes an opening bracket is written twice.
                let times = if bracket == "[" { usize::from(image) + usize::from(escaped) } else { 1 };
                clean.push_str(&bracket.repeat(times));
            }
            Step::Open | Step::Close => {}
        },
        true,
    );
    let mut ranges = Vec::new();
    let mut index = 0_usize;
    let mut start = None;
    walk(
        text,
        |step| match step {
            Step::Keep(piece) => index += piece.len(),
            Step::Literal { .. } => index += 1,
            Step::Open => start = Some(index),
            Step::Close => {
                if let Some(start) = start.take() {
                    ranges.push((start, index.wrapping_sub(1)));
                }
            }
        },
        false,
    );
    (clean, ranges)
}

enum Step<'a> {
    Keep(&'a str),
    Literal { bracket: &'a str, image: bool, escaped: bool },
    Open,
    Close,
}

/// Walks a text; `frees` tells whether an escape within an image is used up by its bracket.
fn walk<'a>(text: &'a str, mut take: impl FnMut(Step<'a>), frees: bool) {
    let bytes = text.as_bytes();
    let (mut image, mut escaped) = (false, false);
    let mut kept = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let next = bytes.get(at + 1).copied();
        let drops = match byte {
            b'[' | b']' => true,
            b'\\' => escaped || matches!(next, Some(b'[' | b']')),
            _ => false,
        };
        if drops {
            take(Step::Keep(&text[kept..at]));
            kept = at + 1;
        }
        match byte {
            b'[' if image || escaped => {
                take(Step::Literal { bracket: &text[at..=at], image, escaped });
                escaped = escaped && image && !frees;
            }
            b'[' => take(Step::Open),
            b']' if image => {
                image = false;
                take(Step::Literal { bracket: &text[at..=at], image: true, escaped: false });
            }
            b']' if escaped => {
                escaped = false;
                take(Step::Literal { bracket: &text[at..=at], image: false, escaped: true });
            }
            b']' => take(Step::Close),
            b'!' if next == Some(b'[') => image = true,
            b'\\' if matches!(next, Some(b'[' | b']')) => escaped = true,
            _ => {}
        }
    }
    take(Step::Keep(&text[kept..]));
}
