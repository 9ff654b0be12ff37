//! The sentences for everything that stands where it may not: one for each illegal pair of state and tag.
//! Not for faults within a section: those lie beside its reader.

use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::source::Span;

use super::comment::Id;
use super::line::{Line, Tag, lines, trimmed};
use super::outline::{Draft, Section};
use super::repair;

fn error(code: &'static str, span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(code, Severity::Error, span, message)
}

/// A tag that needs a card where there is none.
pub(super) fn outside(tag: Tag, at: Span) -> Diagnostic {
    let name = tag.text();
    match tag {
        Tag::Answer => error("stray-answer", at, "`A:` answers no question")
            .label("no `Q:` above")
            .help("write the question above it as `Q: …`; if `---` stands between the two, take it out"),
        Tag::Definition => error("stray-answer", at, "`D:` defines no term")
            .label("no `T:` above")
            .help("write the term above it as `T: …`; if `---` stands between the two, take it out"),
        _ => Diagnostic::new(
            "stray-tag",
            Severity::Warning,
            at,
            format!("`{name}` belongs to no card, so it is read as a note"),
        )
        .help("write it right below its card, before any `---` and before any notes"),
    }
}

/// A tag that may not follow what the card already has.
pub(super) fn misplaced(source: &str, tag: Tag, at: Span, sections: &[Section]) -> Diagnostic {
    let opening = sections.first().map_or(Tag::Question, |section| section.tag);
    let first = sections.first().map_or(at, |section| section.tag_span);
    let name = tag.text();
    if let Some(earlier) = sections.iter().find(|section| section.tag == tag) {
        let help = match tag {
            Tag::Answer => "join the two answers, or write `Q:` before the second",
            Tag::Definition => "join the two definitions, or write `T:` before the second",
            Tag::Why | Tag::Hint | Tag::Source => {
                "join the two; paragraphs are allowed in `Why:` and `Hint:`"
            }
            Tag::Tags | Tag::Concepts | Tag::Confuses => "join the two lists with a comma",
            _ => "keep one of the two",
        };
        return error("second-tag", at, format!("a second `{name}` in one card"))
            .related(earlier.tag_span, "the first")
            .help(help)
            .maybe_fix(repair::joined(source, tag, at, sections));
    }
    if tag.answers() && opening == Tag::Question && tag != Tag::Definition {
        let earlier = sections.iter().find(|section| section.tag.answers());
        let (earlier_name, earlier_at) =
            earlier.map_or(("A:", first), |section| (section.tag.text(), section.tag_span));
        return error(
            "second-answer",
            at,
            format!("`{name}` after `{earlier_name}`: a question has one answer"),
        )
        .label("a second answer")
        .related(earlier_at, "the first")
        .help(format!("keep `{earlier_name}` or `{name}`; an explanation goes under `Why:`"));
    }
    let (message, help) = match (opening, tag) {
        (Tag::Question, Tag::Definition) => {
            ("`D:` cannot answer a `Q:`", "write `A:` instead, or `T:` in place of `Q:`")
        }
        (Tag::Cloze, Tag::Answer) => (
            "`A:` cannot follow a `C:`: its hidden parts are the answer",
            "write `Q:` in place of `C:`, or put the text under `Why:`",
        ),
        (Tag::Cloze, Tag::Definition) => {
            ("`D:` cannot follow a `C:`", "write `T:` in place of `C:`, or indent the line if it is text")
        }
        (Tag::Cloze, Tag::Order) => {
            ("`Order:` cannot follow a `C:`", "write `Q:` in place of `C:`, or indent the line if it is text")
        }
        (Tag::Cloze, Tag::Type) => (
            "`Type:` cannot follow a `C:`: its hidden parts are the answer",
            "write `Q:` in place of `C:`, or indent the line if it is text",
        ),
        (Tag::Cloze, Tag::Number) => (
            "`Number:` cannot follow a `C:`: its hidden parts are the answer",
            "write `Q:` in place of `C:`, or indent the line if it is text",
        ),
        (Tag::Term, Tag::Answer) => {
            ("`A:` cannot answer a `T:`", "write `D:` instead, or `Q:` in place of `T:`")
        }
        (Tag::Term, Tag::Order) => {
            ("`Order:` cannot define a term", "write `D:` instead, or `Q:` in place of `T:`")
        }
        (Tag::Term, Tag::Type) => {
            ("`Type:` cannot define a term", "write `D:` instead, or `Q:` in place of `T:`")
        }
        (Tag::Term, Tag::Number) => {
            ("`Number:` cannot define a term", "write `D:` instead, or `Q:` in place of `T:`")
        }
        (Tag::Problem, Tag::Answer) => {
            ("`A:` cannot follow a `Problem:`, which computes its own answer", "put the text under `Why:`")
        }
        (Tag::Problem, Tag::Definition) => {
            ("`D:` cannot follow a `Problem:`, which computes its own answer", "put the text under `Why:`")
        }
        (Tag::Problem, Tag::Order) => {
            ("`Order:` cannot follow a `Problem:`, which computes its own answer", "begin a `Q:` before it")
        }
        (Tag::Problem, Tag::Type) => {
            ("`Type:` cannot follow a `Problem:`, which computes its own answer", "begin a `Q:` before it")
        }
        (Tag::Problem, Tag::Number) => {
            ("`Number:` cannot follow a `Problem:`, which computes its own answer", "begin a `Q:` before it")
        }
        (Tag::Term, _) => {
            return error("early-tag", at, format!("`{name}` before the definition"))
                .related(first, "this term has no `D:` yet")
                .help(format!("write `D: …` above it; `{name}` comes after"));
        }
        _ => {
            return error("early-tag", at, format!("`{name}` before the answer"))
                .related(first, "this question has no answer yet")
                .help(format!("write the answer above it; `{name}` comes after"));
        }
    };
    error("misplaced-tag", at, message).related(first, "this card").help(help)
}

/// A question or a term without what belongs to it.
pub(super) fn unanswered(source: &str, draft: &Draft, next: Option<Tag>, at: Span) -> Diagnostic {
    let term = draft.opening() == Tag::Term;
    let (what, code, wanted) = if term {
        ("term has no definition", "missing-definition", "D:")
    } else {
        ("question has no answer", "missing-answer", "A:")
    };
    let opening = draft.sections.first().map_or(at, |section| section.tag_span);
    let body = draft.sections.first().map_or(at, |section| section.body);
    let this = if term { "this term" } else { "this question" };
    if let Some((line, mark)) = misspelt_answer(source, body, wanted) {
        let fault = error(code, trimmed(source, line.span), what)
            .label(format!("expected a line that starts with `{wanted}`"))
            .related(opening, this)
            .help(format!("write `{wanted}` at the start of the line, in upper case, with its colon"));
        // `A= 3` may be a sum, and `a:` above `b:` an option.
        let sure =
            source[..mark].ends_with([':', '：']) && !is_listed(source, Span::new(line.next, body.end));
        return fault.maybe_fix(
            sure.then(|| Fix { span: Span::new(line.span.start, mark), text: wanted.to_owned() }),
        );
    }
    let at_end = source.len() == at.start;
    let message = match next {
        Some(Tag::Question) => format!("{what} before the next `Q:`"),
        Some(Tag::Cloze) => format!("{what} before the next `C:`"),
        Some(Tag::Term) => format!("{what} before the next `T:`"),
        Some(Tag::Problem) => format!("{what} before the next `Problem:`"),
        _ if at_end => format!("{what} before the end of the file"),
        _ => format!("{what} before `---`"),
    };
    let fault = error(code, opening, message).label(this);
    let fault = if at_end {
        fault
    } else {
        fault.related(at, format!("expected a line that starts with `{wanted}` before this"))
    };
    fault.help(if term {
        "add a line `D: …`"
    } else {
        "add a line `A: …`, or `Type:`, `Number:` or `Order:`"
    })
}

/// Finds a line that was meant as an answer, `a: x`, `A= x`, `  A: x`, `Answer: x`, and where its mark ends.
fn misspelt_answer<'a>(source: &'a str, body: Span, wanted: &str) -> Option<(Line<'a>, usize)> {
    let letter = wanted.chars().next()?;
    let text = source.get(..body.end)?;
    lines(text, body.start).skip(1).find_map(|line| {
        let start = line.text.trim_start();
        let rest = start.strip_prefix([letter, letter.to_ascii_lowercase()])?;
        let rest = rest.strip_prefix("nswer").or_else(|| rest.strip_prefix("efinition")).unwrap_or(rest);
        let rest = rest.trim_start().strip_prefix([':', '=', ';', '：'])?;
        Some((line, line.span.end - rest.len()))
    })
}

/// Tells whether lines go on as a list of options does: `b: …`, `e: …`.
fn is_listed(source: &str, span: Span) -> bool {
    let text = source.get(..span.end).unwrap_or_default();
    lines(text, span.start).any(|line| {
        let mut chars = line.text.trim_start().chars();
        let letter = chars.next().is_some_and(|c| matches!(c.to_ascii_lowercase(), 'b' | 'e'));
        letter && chars.next().is_some_and(|c| matches!(c, ':' | '=' | ')' | '.'))
    })
}

/// An id where no card is.
pub(super) fn stray_id(id: &Id) -> Diagnostic {
    Diagnostic::new(
        "stray-id",
        Severity::Warning,
        id.comment,
        format!("the id `{}` belongs to no card", id.text),
    )
    .help("an id stands below its card, before any `---` and before any notes")
}

/// A second id in one card.
pub(super) fn second_id(first: &Id, second: &Id) -> Diagnostic {
    error("second-id", second.span, "a second id in one card")
        .related(first.span, "the first")
        .help("keep one; an id stands below the card that it names")
}

/// A line in a card that was likely meant as a tag, or holds an id comment beside text.
///
/// Only tags that could stand here are thought of: while a card waits for its answer, a misspelt one is reported with
/// the lack of it, and behind an answer or in a sentence with gaps, a line `Definition: …` is text.
pub(super) fn lookalike(source: &str, line: &Line<'_>, draft: Option<&Draft>) -> Option<Diagnostic> {
    let text = line.text;
    let start = line.span.start;
    if let Some(fault) = id_beside(source, text, line) {
        return Some(fault);
    }
    let end =
        text.bytes().position(|byte| !byte.is_ascii_alphabetic()).filter(|end| (3..=12).contains(end))?;
    // Most lines are prose: their first word has no colon.
    let after = text[end..].strip_prefix(' ').unwrap_or(&text[end..]);
    if !after.starts_with(':') {
        return None;
    }
    let tag = meant(&text[..end]).filter(|tag| !tag.answers())?;
    let taken = draft.is_some_and(|draft| {
        let gap = draft.opening() == Tag::Cloze && after.contains('[');
        draft.waits() || gap || draft.sections.iter().any(|section| section.tag == tag)
    });
    if taken {
        return None;
    }
    let length = text.len() - after.len() + 1;
    let at = Span::new(start, start + length);
    let written = &text[..length];
    Some(
        Diagnostic::new(
            "tag-spelling",
            Severity::Warning,
            at,
            format!("`{written}` is no tag, so the line is plain text"),
        )
        .label(format!("did you mean `{}`?", tag.text()))
        .help("indent the line if it is meant as text")
        .fix(at, tag.text()),
    )
}

/// A heading in the midst of a card.
pub(super) fn heading(line: &Line<'_>) -> Option<Diagnostic> {
    let level = line.text.bytes().take_while(|&byte| byte == b'#').count();
    (level <= 6 && line.text[level..].starts_with([' ', '\t'])).then(|| {
        Diagnostic::new(
            "heading-in-card",
            Severity::Info,
            line.span,
            "this heading is part of the card above it",
        )
        .help("put a line `---` before it if it is not")
    })
}

/// The end of a comment that began before the card.
pub(super) fn comment_around(at: Span) -> Diagnostic {
    Diagnostic::new("comment-around-card", Severity::Warning, at, "a comment around a card does not hide it")
        .label("part of the card above")
        .help("indent the tags of a card that is not to be read, or put it between code fences")
}

/// A line between cards that was likely meant to open one: `q: …`, or an indented `Q: …`.
pub(super) fn lookalike_in_notes(line: &Line<'_>) -> Option<Diagnostic> {
    let text = line.text.trim_start_matches([' ', '\t']);
    let indented = text.len() < line.text.len();
    if !(text.starts_with("q:") || (indented && text.starts_with("Q:"))) {
        return None;
    }
    let start = line.span.end - text.len();
    let tag = Span::new(start, start + 2);
    let reason = if indented { "it is indented" } else { "it is in lower case" };
    let message = format!("`{}` opens no card here: {reason}", &text[..2]);
    Some(
        Diagnostic::new("tag-spelling", Severity::Warning, tag, message)
            .help("write `Q:` at the start of the line, in upper case")
            .fix(Span::new(line.span.start, tag.end), "Q:"),
    )
}

/// Warns of an id comment that shares its line with text; `text` is the end of the line.
pub(super) fn id_beside(source: &str, text: &str, line: &Line<'_>) -> Option<Diagnostic> {
    // Nearly no line has this sign: look for it alone first.
    let open = text.find('<')?;
    let open = open + text[open..].find("<!--")?;
    let inner = text[open + 4..].trim_start().strip_prefix("id")?;
    let at = line.span.end - text.len() + open;
    (at > line.span.start && inner.trim_start().starts_with(':')).then(|| {
        Diagnostic::new(
            "id-beside-text",
            Severity::Warning,
            Span::new(at, line.span.end),
            "an id comment beside text is not read as an id",
        )
        .help("put it on a line of its own, at the start of the line")
        .maybe_fix(repair::on_own_line(source, Span::new(at, line.span.end)))
    })
}

/// Returns the tag that a word before a colon was likely meant to be; single letters are too common in prose.
fn meant(word: &str) -> Option<Tag> {
    let lower = word.to_ascii_lowercase();
    let alias = match lower.as_str() {
        "answer" | "answers" => Some(Tag::Answer),
        "question" => Some(Tag::Question),
        "definition" => Some(Tag::Definition),
        "cloze" => Some(Tag::Cloze),
        "tag" => Some(Tag::Tags),
        "sources" => Some(Tag::Source),
        "hints" => Some(Tag::Hint),
        "types" => Some(Tag::Type),
        "concept" => Some(Tag::Concepts),
        "confuse" | "confused" => Some(Tag::Confuses),
        _ => None,
    };
    alias.or_else(|| {
        Tag::ALL.into_iter().find(|tag| {
            let name = tag.text().trim_end_matches(':');
            name.eq_ignore_ascii_case(word)
                || (name.len() >= 5
                    && lower.len() + 1 >= name.len()
                    && lower.len() <= name.len() + 1
                    && crate::diagnostic::distance(&lower, &name.to_ascii_lowercase()) <= 1)
        })
    })
}
