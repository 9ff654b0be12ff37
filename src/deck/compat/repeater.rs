//! repeater 0.1.8. Text between cards is notes, unless it holds `::`; `Q:` and `C:` at column 0 and a line that
//! starts with `---` end a card; within a card, tags count at any indentation; a card is known by its whole text.

use std::collections::HashMap;

use crate::card::CardKind;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

use crate::deck::line::{Tag, lines, trimmed};
use crate::deck::outline::Section;

use super::{ForeignCard, ForeignDeck};

/// Reads the cards from byte `at` on; front matter is notes to repeater.
pub(super) fn read(text: &str, at: usize) -> ForeignDeck {
    let mut deck = ForeignDeck::default();
    let mut open: Option<Span> = None;
    for line in lines(text, at) {
        let opens = line.text.starts_with("Q:") || line.text.starts_with("C:");
        if opens || line.text.starts_with("---") {
            if let Some(block) = open.take() {
                card(text, block, &mut deck);
            }
            if opens {
                open = Some(line.span);
            }
        } else if let Some(block) = &mut open {
            block.end = line.span.end;
        } else if let Some((question, answer)) = line.text.split_once("::") {
            let (question, answer) = (question.trim(), answer.trim());
            if !question.is_empty() && !answer.is_empty() {
                // From column 0: `  ---a::b` is a card, and `---a::b` is not.
                let span = Span::new(line.span.start, trimmed(text, line.span).end);
                let kind = CardKind::Recall { question: question.to_owned(), answer: answer.to_owned() };
                let hash = hash(&text[span.start..span.end]);
                let tag_span = Span::new(span.start, span.start);
                let sections = vec![Section { tag: Tag::Question, tag_span, body: span }];
                deck.cards.push(ForeignCard { kind, span, hash, family: hash, sections });
            }
        }
    }
    if let Some(block) = open {
        card(text, block, &mut deck);
    }
    // repeater keeps one card of equal text.
    let mut seen = HashMap::new();
    deck.cards.retain(|card| seen.insert(card.hash, ()).is_none());
    deck
}

fn fault(at: Span, message: &str, help: &str) -> Diagnostic {
    Diagnostic::new("repeater-refuses", Severity::Error, at, message).help(help)
}

fn card(text: &str, block: Span, deck: &mut ForeignDeck) {
    let span = trimmed(text, block);
    let whole = &text[span.start..span.end];
    let opening = Span::new(span.start, (span.start + 2).min(span.end));
    let [question, answer, cloze] = sides(whole);
    let hash = hash(whole);
    let tag = if whole.starts_with("C:") { Tag::Cloze } else { Tag::Question };
    let body = trimmed(text, Span::new(opening.end, span.end));
    let sections = vec![Section { tag, tag_span: opening, body }];
    let kind = if let (Some(question), Some(answer)) = (question, answer) {
        CardKind::Recall { question, answer }
    } else if let Some(text) = cloze {
        match first_deletion(&text) {
            Some(hidden) if hidden.is_empty() => {
                deck.diagnostics.push(fault(
                    opening,
                    "repeater finds brackets that hide nothing",
                    "put what is to be hidden between them",
                ));
                return;
            }
            Some(hidden) => CardKind::Cloze { text, hidden },
            None => {
                deck.diagnostics.push(
                    Diagnostic::new(
                        "repeater-waits",
                        Severity::Warning,
                        opening,
                        "repeater takes a `C:` without brackets as unfinished",
                    )
                    .help("put `[` and `]` around what is to be hidden"),
                );
                return;
            }
        }
    } else {
        deck.diagnostics.push(fault(opening, "repeater finds a card without its answer", "answer with `A:`"));
        return;
    };
    deck.cards.push(ForeignCard { kind, span, hash, family: hash, sections });
}

/// Returns question, answer and cloze of a card, each as far as it has text.
fn sides(whole: &str) -> [Option<String>; 3] {
    let mut sides = [const { String::new() }; 3];
    let mut current: Option<usize> = None;
    let mut fenced = false;
    for line in lines(whole, 0) {
        let short = line.text.trim();
        let fence = short.starts_with("```");
        if fenced || fence {
            fenced ^= fence;
            if let Some(current) = current {
                add(&mut sides[current], line.text.trim_end());
            }
            continue;
        }
        if short == "---" {
            break;
        }
        let tag = ["Q:", "A:", "C:"].iter().position(|tag| short.starts_with(tag));
        if let Some(side) = tag {
            current = Some(side);
            sides[side].clear();
            let rest = short[2..].trim();
            fenced = rest.starts_with("```");
            if !rest.is_empty() {
                add(&mut sides[side], rest);
            }
        } else if let Some(current) = current {
            add(&mut sides[current], short);
        }
    }
    sides.map(|side| {
        let side = side.trim();
        (!side.is_empty()).then(|| side.to_owned())
    })
}

fn add(side: &mut String, line: &str) {
    if !side.is_empty() {
        side.push('\n');
    }
    side.push_str(line);
}

/// Returns what the first brackets hide: up to the first `]`, whatever lies between.
fn first_deletion(text: &str) -> Option<Span> {
    let start = text.find('[')? + 1;
    let end = start + text[start..].find(']')?;
    Some(Span::new(start, end))
}

/// Returns the content hash: of the whole text in lower case, with runs of white space made one space, trimmed.
fn hash(whole: &str) -> blake3::Hash {
    let lower = whole.to_lowercase();
    let mut plain = String::with_capacity(lower.len());
    for word in lower.split_whitespace() {
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.push_str(word);
    }
    blake3::hash(plain.as_bytes())
}
