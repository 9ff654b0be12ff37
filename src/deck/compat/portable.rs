//! Which cards of a deck would not be the same in hashcards or repeater, and why.
//! The comparison is made with their own readings, so nothing is missed; the reason is then looked for.

use crate::card::{CardKind, Dialect};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceText, Span};

use crate::deck::block::Block;
use crate::deck::line::{Tag, trimmed};
use crate::deck::outline::body_text;
use crate::deck::{Parsed, parse_as};

use super::{ForeignCard, ForeignDeck, read};

/// Names every card that hashcards or repeater would read otherwise, and every place at which they refuse the file.
///
/// The deck's own `dialect` does not matter: it is compared as `retain` reads it.
#[must_use]
pub fn portable(source: &SourceText) -> Vec<Diagnostic> {
    let ours = parse_as(source, Some(Dialect::Retain));
    let mut found = Vec::new();
    for dialect in [Dialect::Hashcards, Dialect::Repeater] {
        let theirs = read(dialect, source);
        compare(source, &ours, dialect, &theirs, &mut found);
        found.extend(theirs.diagnostics);
    }
    found.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.code));
    found
}

fn compare(
    source: &SourceText,
    ours: &Parsed,
    tool: Dialect,
    theirs: &ForeignDeck,
    found: &mut Vec<Diagnostic>,
) {
    let code = if tool == Dialect::Repeater { "not-in-repeater" } else { "not-in-hashcards" };
    let mut theirs = theirs.cards.as_slice();
    let mut bogus = |card: &ForeignCard| {
        Diagnostic::new(code, Severity::Warning, card.span, format!("{} makes a card of this", tool.name()))
            .help("indent a tag inside a code fence; part `::` in notes with a space")
    };
    for block in ours.blocks.iter().filter(|block| !block.cards.is_empty()) {
        let before = theirs.partition_point(|card| card.span.start < block.span.start);
        found.extend(theirs[..before].iter().map(&mut bogus));
        theirs = &theirs[before..];
        let within = theirs.partition_point(|card| card.span.start < block.span.end);
        let (here, rest) = theirs.split_at(within);
        theirs = rest;
        if same(block, here, tool) {
            continue;
        }
        let (why, at) = reason(&source.text, block, here, tool);
        let opening = block.sections.first().map_or(block.span, |section| section.tag_span);
        let mut diagnostic = Diagnostic::new(
            code,
            Severity::Warning,
            trimmed(&source.text, first_line(&source.text, block.span)),
            format!("this card is not the same in {}: {why}", tool.name()),
        );
        if at != opening && at.start > block.span.start {
            diagnostic = diagnostic.related(at, "here");
        }
        found.push(diagnostic);
    }
    found.extend(theirs.iter().map(bogus));
}

fn first_line(text: &str, span: Span) -> Span {
    let end = text[span.start..span.end].find('\n').map_or(span.end, |at| span.start + at);
    Span::new(span.start, end)
}

/// Tells whether a tool has the same cards, word for word.
fn same(block: &Block, theirs: &[ForeignCard], tool: Dialect) -> bool {
    block.cards.len() == theirs.len()
        && block.cards.iter().zip(theirs).all(|(ours, theirs)| match (&ours.kind, &theirs.kind) {
            (CardKind::Recall { .. }, _) => ours.kind == theirs.kind,
            (CardKind::Cloze { text, hidden }, CardKind::Cloze { text: other, hidden: part })
                if tool == Dialect::Repeater =>
            {
                // repeater keeps the brackets in its text.
                let before = other.get(..part.start - 1);
                let after = other.get(part.end + 1..);
                text.get(..hidden.start) == before
                    && text.get(hidden.start..hidden.end) == other.get(part.start..part.end)
                    && text.get(hidden.end..) == after
            }
            (CardKind::Cloze { .. }, _) => ours.kind == theirs.kind,
            _ => false,
        })
}

fn reason(text: &str, block: &Block, theirs: &[ForeignCard], tool: Dialect) -> (String, Span) {
    let opening = block.sections.first().map_or(block.span, |section| section.tag_span);
    let name = tool.name();
    let unknown = |tag: Tag| match tag {
        Tag::Problem | Tag::Order | Tag::Type | Tag::Number => true,
        Tag::Term | Tag::Definition => tool == Dialect::Repeater,
        _ => false,
    };
    if let Some(section) = block.sections.iter().find(|section| unknown(section.tag)) {
        return (format!("it knows no `{}`", section.tag.text()), section.tag_span);
    }
    if let Some(card) = theirs.iter().find(|card| card.span.start > block.span.start) {
        return (
            "it begins another card in the midst of this one, fence or not".to_owned(),
            trimmed(text, first_line(text, card.span)),
        );
    }
    if theirs.is_empty() {
        return (format!("{name} has no card here"), opening);
    }
    let long = block.sections.iter().find(|section| !section.tag.opens() && !section.tag.answers());
    if let Some(section) = long {
        return (
            format!("it takes `{}` and what follows as text of the card", section.tag.text()),
            section.tag_span,
        );
    }
    if let Some(comment) =
        block.id.as_ref().map(|id| id.comment).or(block.allows.first().map(|allow| allow.span))
    {
        return (
            "it takes the comment as text of the card, so its content hash is another".to_owned(),
            comment,
        );
    }
    if block.opening() == Tag::Cloze {
        let count = block.cards.len();
        if tool == Dialect::Repeater && count > 1 {
            return (format!("it makes one card of the {count} hidden parts"), block.parts[1]);
        }
        let span = block.parts.first().copied().unwrap_or(opening);
        return (
            "it takes other brackets as hidden: escapes, code, maths, links or pictures differ".to_owned(),
            span,
        );
    }
    if matches!(block.cards[0].kind, CardKind::Choice { .. }) {
        return ("it shows the options as an answer, with their marks".to_owned(), opening);
    }
    let answer = block.answer_span().unwrap_or(block.span);
    if let Some(rule) = rule_in(text, block.span, tool) {
        return ("it ends the card at this line".to_owned(), rule);
    }
    let indented = body_text(text, answer, &[]).lines().any(|line| line.starts_with([' ', '\t']));
    if tool == Dialect::Repeater && indented {
        return ("it takes indentation away, so nested lists become flat".to_owned(), answer);
    }
    ("it reads the text otherwise".to_owned(), opening)
}

/// Finds a line that a tool takes as the end of a card and we do not.
fn rule_in(text: &str, span: Span, tool: Dialect) -> Option<Span> {
    crate::deck::line::lines(&text[..span.end], span.start)
        .find(|line| match tool {
            Dialect::Repeater => line.text.trim_start().starts_with("---"),
            _ => line.text.trim() == "---",
        })
        .map(|line| trimmed(text, line.span))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let source = SourceText::new("t.md", text);
        portable(&source)
            .iter()
            .map(|diagnostic| {
                let line = source.position(diagnostic.span.start).line;
                format!("{line} {}: {}", diagnostic.code, diagnostic.message)
            })
            .collect()
    }

    #[test]
    fn the_common_core_is_portable() {
        let text = "---\nname = \"Deck\"\nlevel = \"beginner\"\n---\n\nQ: a\nA: b\n\nmore\n---\nC: c [d] e\n\nQ:f\nA:\n- g\n";
        assert_eq!(told(text), [] as [&str; 0]);
    }

    #[test]
    fn every_difference_is_named_with_its_reason() {
        for (text, expected) in [
            (
                "Q: a\nA: b\nWhy: c\n",
                &[
                    "1 not-in-hashcards: this card is not the same in hashcards: it takes `Why:` and what follows as text of the card",
                    "1 not-in-repeater: this card is not the same in repeater: it takes `Why:` and what follows as text of the card",
                ][..],
            ),
            (
                "C: a [b] [c]\n",
                &[
                    "1 not-in-repeater: this card is not the same in repeater: it makes one card of the 2 hidden parts",
                ],
            ),
            (
                "Q: a\nA:\n```\nC: drive [x]\n```\n",
                &[
                    "1 not-in-hashcards: this card is not the same in hashcards: it begins another card in the midst of this one, fence or not",
                    "1 not-in-repeater: this card is not the same in repeater: it begins another card in the midst of this one, fence or not",
                ],
            ),
            (
                "see std::fs\n\nQ: a\nA: b\n",
                &[
                    "1 hashcards-refuses: hashcards finds text that belongs to no card",
                    "1 not-in-repeater: repeater makes a card of this",
                ],
            ),
            (
                "Q: a\nA:\n- b\n  - c\n",
                &[
                    "1 not-in-repeater: this card is not the same in repeater: it takes indentation away, so nested lists become flat",
                ],
            ),
            (
                "Q: a\nType: b\n",
                &[
                    "1 not-in-hashcards: this card is not the same in hashcards: it knows no `Type:`",
                    "1 not-in-repeater: this card is not the same in repeater: it knows no `Type:`",
                    "1 repeater-refuses: repeater finds a card without its answer",
                    "2 hashcards-refuses: hashcards finds `Q:` without its answer",
                ],
            ),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }
}
