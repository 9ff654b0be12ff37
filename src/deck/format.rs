//! The canonical text of a deck: the same cards, sections in one order, one blank line between blocks.
//! Notes, front matter and the text of every section stay as the author wrote them; so do blocks with faults.
//! Not for writing files (`shelf/`).

use std::collections::HashSet;

use crate::card::Dialect;
use crate::source::{SourceText, Span};

use super::answers::one_line;
use super::block::Block;
use super::comment::slug;
use super::front_matter::mark_length;
use super::line::{Fence, Line, Tag, lines};
use super::outline::body_text;
use super::{Parsed, parse, toml_text};

/// Writes a deck in its canonical form; ids stay as they are.
///
/// Reading the result gives the same cards, and formatting it again changes nothing. A deck in another tool's dialect
/// comes back unchanged: here its form is its meaning.
#[must_use]
pub fn format(source: &SourceText, parsed: &Parsed) -> String {
    write(source, parsed, &mut |_| None)
}

/// Writes a deck in its canonical form, and gives each card without an id one made of its question's words.
///
/// `taken` has the ids of the whole collection; new ones are added to it, so that none is given twice.
#[must_use]
pub fn format_with_ids(source: &SourceText, parsed: &Parsed, taken: &mut HashSet<String>) -> String {
    taken.extend(parsed.blocks.iter().filter_map(|block| block.id.as_ref()).map(|id| id.text.clone()));
    let deck = slug(&parsed.head.name);
    write(source, parsed, &mut |block| {
        (block.id.is_none() && !block.cards.is_empty()).then(|| new_id(&source.text, block, &deck, taken))
    })
}

fn new_id(text: &str, block: &Block, deck: &str, taken: &mut HashSet<String>) -> String {
    let question = body_text(text, block.question_span(), &block.comments);
    let question = if block.opening() == Tag::Problem {
        block.problem.as_ref().map(|problem| problem.family.clone()).unwrap_or_default()
    } else {
        question
    };
    let mut base = String::new();
    for word in slug(&question.replace('/', " ")).split('-').filter(|word| !FILLERS.contains(word)) {
        if base.len() + word.len() > 40 {
            break;
        }
        if !base.is_empty() {
            base.push('-');
        }
        base.push_str(word);
    }
    if base.is_empty() {
        base = if deck.is_empty() { "card".to_owned() } else { deck.to_owned() };
    }
    let mut id = base.clone();
    let mut number = 2_u32;
    while !taken.insert(id.clone()) {
        id = format!("{base}-{number}");
        number += 1;
    }
    id
}

/// Words that tell no card from another.
const FILLERS: [&str; 32] = [
    "", "a", "an", "and", "are", "as", "at", "be", "by", "can", "do", "does", "for", "from", "has", "have",
    "how", "in", "is", "it", "its", "must", "of", "on", "or", "that", "the", "to", "what", "which", "why",
    "with",
];

fn write(source: &SourceText, parsed: &Parsed, id: &mut dyn FnMut(&Block) -> Option<String>) -> String {
    let text = source.text.as_str();
    if parsed.head.dialect != Dialect::Retain {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = mark_length(text);
    match &parsed.head_text {
        Some(head) => {
            if toml_text::read(&text[head.toml.start..head.toml.end], 0).faults.is_empty() {
                out.push_str("---\n");
                push_lines(&mut out, text, head.toml);
                out.push_str("---\n");
            } else {
                out.push_str(&text[head.span.start..head.span.end]);
                out.push('\n');
            }
            at = Line::at(text, head.span.end).map_or(text.len(), |rest| rest.next);
        }
        // Front matter with a fault stands first and stays first.
        None if Line::at(text, at).is_some_and(|line| line.text.trim() == "---") => {}
        None => {
            // No rule may come to stand on the first line, where it would open front matter, and no mark of byte
            // order, which would be taken away there.
            let first = lines(text, at).find(|line| !line.is_blank());
            if first.is_some_and(|line| line.text.trim() == "---" || line.text.starts_with('\u{feff}')) {
                out.push('\n');
            }
        }
    }
    for block in &parsed.blocks {
        push_part(&mut out, &gap(text, Span::new(at, block.span.start)));
        push_part(&mut out, &written(text, block, id(block)));
        at = block.span.end;
    }
    push_part(&mut out, &gap(text, Span::new(at, text.len())));
    out
}

/// Adds a part and its line feed, after a blank line where something stands before it.
fn push_part(out: &mut String, part: &str) {
    if part.is_empty() {
        return;
    }
    if !matches!(out.as_str(), "" | "\n") {
        out.push('\n');
    }
    out.push_str(part);
    out.push('\n');
}

fn push_lines(out: &mut String, text: &str, span: Span) {
    for line in lines(&text[..span.end], span.start) {
        out.push_str(line.text);
        out.push('\n');
    }
}

/// Returns what stands between two blocks, without the blank lines around it and without a final line feed.
fn gap(text: &str, span: Span) -> String {
    let mut gap = String::new();
    for line in lines(&text[..span.end], span.start) {
        if gap.is_empty() && line.is_blank() {
            continue;
        }
        gap.push_str(line.text);
        gap.push('\n');
    }
    gap.truncate(gap.trim_end().len());
    gap
}

fn written(text: &str, block: &Block, new_id: Option<String>) -> String {
    if block.cards.is_empty() {
        return text[block.span.start..block.span.end].to_owned();
    }
    let mut out = String::with_capacity(block.span.len() + 40);
    for tag in Tag::ALL {
        let Some(section) = block.section(tag) else { continue };
        let body = match tag {
            Tag::Tags | Tag::Concepts | Tag::Confuses => {
                listed(body_text(text, section.body, &block.comments))
            }
            _ => body_text(text, section.body, &block.comments),
        };
        out.push_str(tag.text());
        if !body.is_empty() {
            out.push(if begins_below(tag, &body) { '\n' } else { ' ' });
            out.push_str(&body);
        }
        out.push('\n');
    }
    let own = block.id.as_ref().map(|id| id.comment.start);
    for comment in block.comments.iter().filter(|comment| Some(comment.start) != own) {
        out.push_str(text[comment.start..comment.end].trim());
        out.push('\n');
    }
    if let Some(id) = block.id.as_ref().map(|id| id.text.clone()).or(new_id) {
        out.push_str("<!-- id: ");
        out.push_str(&id);
        out.push_str(" -->\n");
    }
    out.truncate(out.trim_end().len());
    out
}

/// Returns a list on one line in one form; any other stays, since a line that is joined or cut may open a fence.
fn listed(body: String) -> String {
    if body.contains('\n') {
        return body;
    }
    let words = body.split(',').map(one_line);
    let list = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ");
    if Fence::opened_by(&list).is_some() { body } else { list }
}

/// Tells whether a body reads better below its tag than beside it: a list, a table, a quotation, a code block.
fn begins_below(tag: Tag, body: &str) -> bool {
    let first = body.lines().next().unwrap_or_default();
    if tag.is_one_paragraph() || tag == Tag::Problem || first.trim_end() == "---" {
        return false;
    }
    let digits = first.bytes().take_while(u8::is_ascii_digit).count();
    let numbered =
        (1..=9).contains(&digits) && (first[digits..].starts_with(". ") || first[digits..].starts_with(") "));
    numbered || ["- ", "* ", "+ ", "```", "~~~", "|", "> "].iter().any(|mark| first.starts_with(mark))
}

/// Tells whether two texts say the same but for ids, and what follows from ids: keys and concepts.
#[must_use]
pub fn says_the_same_but_ids(one: &Parsed, other: &Parsed) -> bool {
    let cards = |parsed: &Parsed| -> Vec<_> {
        parsed
            .cards()
            .map(|card| {
                (
                    card.kind.clone(),
                    card.hint.clone(),
                    card.why.clone(),
                    card.source.clone(),
                    card.tags.clone(),
                    card.confuses.clone(),
                )
            })
            .collect()
    };
    one.head == other.head && one.blocks.len() == other.blocks.len() && cards(one) == cards(other)
}

/// Tells whether two texts say the same: front matter, cards but for their places, ids and suppressions.
#[must_use]
pub fn says_the_same(one: &Parsed, other: &Parsed) -> bool {
    let cards = |parsed: &Parsed| -> Vec<_> {
        let placeless = parsed.cards().cloned().map(|mut card| {
            card.span = Span::default();
            card
        });
        placeless.collect()
    };
    let allows = |parsed: &Parsed| -> Vec<_> {
        let all = parsed.allows.iter().chain(parsed.blocks.iter().flat_map(|block| &block.allows));
        all.map(|allow| (allow.rule.clone(), allow.reason.clone())).collect()
    };
    one.head == other.head
        && one.blocks.len() == other.blocks.len()
        && cards(one) == cards(other)
        && allows(one) == allows(other)
}

/// Writes a text in its canonical form, when that is certain to say the same.
#[must_use]
pub fn formatted(source: &SourceText) -> Option<String> {
    let parsed = parse(source);
    let text = format(source, &parsed);
    let again = parse(&SourceText::new(source.name.as_str(), text.as_str()));
    says_the_same(&parsed, &again).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        let source = SourceText::new("t.md", text);
        format(&source, &parse(&source))
    }

    #[test]
    fn sections_come_in_one_order_and_notes_stay() {
        let text = "\u{feff}---\r\nname = \"Raft\" # ours\r\n---\r\n\r\n\r\n# Notes\r\n\r\n\r\nmore\r\n---\r\n\
            Q:   What?\r\n<!-- id:  a/b -->\r\nA: - one\r\n  - two\r\nTags: x,y ,  z\r\nSource: p. 3\r\nWhy:\r\n\r\nbecause\r\n\r\nyes\r\n\
            <!-- lint: allow L2 it is quoted -->\r\n\r\n\r\nC: a [b]\r\n---\r\nnote\r\n\r\n\r\n";
        let formatted = of(text);
        assert_eq!(
            formatted,
            "\
---
name = \"Raft\" # ours
---

# Notes


more
---

Q: What?
A:
- one
  - two
Why: because

yes
Source: p. 3
Tags: x, y, z
<!-- lint: allow L2 it is quoted -->
<!-- id: a/b -->

C: a [b]

---
note
"
        );
        assert_eq!(of(&formatted), formatted);
    }

    #[test]
    fn blocks_with_faults_stay_as_they_are() {
        let text = "Q: a\nA: b\nA:  c\n\n\n\nQ:   d\nA: e\n";
        assert_eq!(of(text), "Q: a\nA: b\nA:  c\n\nQ: d\nA: e\n");
    }

    #[test]
    fn a_rule_never_becomes_front_matter() {
        assert_eq!(of("\n\n---\nQ: a\nA: b\n---\nnotes\n"), "\n---\n\nQ: a\nA: b\n\n---\nnotes\n");
        assert_eq!(of("Q: ---\nA: b"), "Q: ---\nA: b\n");
        assert_eq!(of(""), "");
    }

    #[test]
    fn ids_come_from_the_words_of_the_question() {
        let text = "Q: What is the Raft commit rule?\nA: b\n\nQ: Why the raft commit rule?\nA: c\n\nC: 多数 [b]\n\n\
            Problem: raft.commit-index\n\nQ: d\nA: e\n<!-- id: mine -->\n\nQ: f\n";
        let source = SourceText::new("decks/raft-log.md", text);
        let mut taken = HashSet::from(["raft-log".to_owned()]);
        let with_ids = format_with_ids(&source, &parse(&source), &mut taken);
        let again = SourceText::new("decks/raft-log.md", with_ids);
        let parsed = parse(&again);
        let ids: Vec<_> =
            parsed.blocks.iter().map(|block| block.id.as_ref().map(|id| id.text.as_str())).collect();
        let expected = ["raft-commit-rule", "raft-commit-rule-2", "b", "raft-commit-index", "mine"];
        assert_eq!(ids[..5], expected.map(Some));
        assert_eq!(ids[5], None, "a card with a fault gets none");
        assert_eq!(format_with_ids(&again, &parsed, &mut taken), again.text);
    }
}
