//! What stands in an answer: options, items to order, accepted spellings, a number, lists of tags.
//! Each reader takes a section's bytes and returns nothing when the card cannot be used.

use std::collections::HashMap;

use crate::card::{ChoiceOption, Quantity};
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::grading::quantity;
use crate::source::Span;

use super::comment::{bad_id, id_fault};
use super::line::{Fence, Line, trimmed};
use super::outline::body_lines;
use super::repair;

/// The options of a choice, and where each text stands.
pub(super) struct Options {
    pub(super) options: Vec<ChoiceOption>,
    pub(super) spans: Vec<Span>,
}

/// Reads an answer as a task list; nothing when it is free recall.
pub(super) fn options(
    source: &str,
    body: Span,
    holes: &[Span],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Options> {
    task(source.get(body.start..body.end)?)?;
    let mut found: Vec<(bool, Span, Span)> = Vec::new();
    let mut fence: Option<Fence> = None;
    for line in body_lines(source, body, holes) {
        if let Some(open) = fence {
            if open.is_closed_by(line.text) {
                fence = None;
            }
        } else if let Some((right, text)) = task(line.text) {
            let span = Span::new(line.span.end - text.len(), line.span.end);
            if trimmed(source, span).is_empty() {
                return plain(
                    diagnostics,
                    trimmed(source, line.span),
                    "an option without text",
                    "write it behind its box",
                );
            }
            found.push((right, trimmed(source, span), Span::new(line.next, line.next)));
            continue;
        } else if line.is_blank() {
            continue;
        } else if !line.text.starts_with([' ', '\t']) {
            let help =
                "indent it to make it the reason of the option above, or write options as `- [ ] text`";
            return plain(
                diagnostics,
                trimmed(source, line.span),
                "a line among the options that is none",
                help,
            );
        } else {
            fence = Fence::opened_by(line.text);
        }
        if let Some(last) = found.last_mut() {
            last.2.end = line.span.end;
        }
    }
    let right = found.iter().filter(|(right, ..)| *right).count();
    if right == 0 {
        return plain(diagnostics, body, "no option is marked as right", "mark each right one as `- [x]`");
    }
    if found.len() == 1 {
        return plain(diagnostics, body, "a choice with one option", "add wrong options as `- [ ] text`");
    }
    let mut options = Vec::with_capacity(found.len());
    let mut spans = Vec::with_capacity(found.len());
    for (right, text, reason) in found {
        let reason = dedented(source, reason, holes);
        let reason = reason.trim_start_matches('\n');
        let reason = (!reason.is_empty()).then(|| reason.to_owned());
        options.push(ChoiceOption { text: source[text.start..text.end].to_owned(), right, reason });
        spans.push(text);
    }
    twice(source, &spans, "option", diagnostics);
    Some(Options { options, spans })
}

/// Warns that a task list is not read as a choice.
fn plain(diagnostics: &mut Vec<Diagnostic>, at: Span, message: &str, help: &str) -> Option<Options> {
    diagnostics.push(
        Diagnostic::new("no-choice", Severity::Warning, at, format!("{message}, so this is free recall"))
            .help(help),
    );
    None
}

/// Reads `- [x] text`, at column 0.
fn task(line: &str) -> Option<(bool, &str)> {
    let rest = line.strip_prefix(['-', '*', '+'])?;
    let mark = rest.trim_start_matches([' ', '\t']);
    if mark.len() == rest.len() {
        return None;
    }
    let right = match mark.get(..3)? {
        "[x]" | "[X]" => true,
        "[ ]" => false,
        _ => return None,
    };
    let text = &mark[3..];
    (text.is_empty() || text.starts_with([' ', '\t'])).then_some((right, text))
}

/// Returns the lines of a span without the indentation of the first, as far as each has it.
fn dedented(source: &str, span: Span, holes: &[Span]) -> String {
    let indent = |text: &str| text.len() - text.trim_start_matches([' ', '\t']).len();
    let first = body_lines(source, span, holes).find(|line| !line.is_blank());
    let Some(shared) = first.map(|line| indent(line.text)) else { return String::new() };
    let mut text = String::new();
    for line in body_lines(source, span, holes) {
        text.push_str(&line.text[shared.min(indent(line.text))..]);
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text
}

fn twice(source: &str, spans: &[Span], what: &str, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen = HashMap::new();
    for span in spans {
        if let Some(first) = seen.insert(&source[span.start..span.end], *span) {
            diagnostics.push(
                Diagnostic::new(
                    "same-text",
                    Severity::Warning,
                    *span,
                    format!("an {what} that stands here twice"),
                )
                .related(first, "the first")
                .help("the learner cannot tell them apart: change or remove one"),
            );
        }
    }
}

/// Reads a numbered list of at least two items; the order in the file is the right one.
pub(super) fn items(
    source: &str,
    body: Span,
    holes: &[Span],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Vec<String>, Vec<Span>)> {
    let mut spans: Vec<Span> = Vec::new();
    let mut numbers: Vec<(u64, Span)> = Vec::new();
    let mut fence: Option<Fence> = None;
    for line in body_lines(source, body, holes) {
        let joins = if let Some(open) = fence {
            if open.is_closed_by(line.text) {
                fence = None;
            }
            true
        } else {
            fence = Fence::opened_by(line.text);
            false
        };
        if !joins && let Some((number, text)) = numbered(line.text) {
            let mark = Span::new(line.span.start, line.span.end - text.len());
            let text = Span::new(line.span.end - text.len(), line.span.end);
            spans.push(text);
            numbers.push((number, trimmed(source, mark)));
        } else if line.is_blank() {
        } else if let Some(last) = spans.last_mut().filter(|_| joins || line.text.starts_with([' ', '\t'])) {
            last.end = line.span.end;
        } else {
            diagnostics.push(
                Diagnostic::new(
                    "order-form",
                    Severity::Error,
                    trimmed(source, line.span),
                    "a line of `Order:` that is no numbered item",
                )
                .help("write items as `1. text`; indent lines that belong to the item above, and put notes after `---`")
                .maybe_fix(numbered_list(source, body, holes)),
            );
            return None;
        }
    }
    for span in &mut spans {
        *span = trimmed(source, *span);
        if span.is_empty() {
            diagnostics.push(
                Diagnostic::new("order-form", Severity::Error, *span, "an item of `Order:` without text")
                    .help("write the item behind its number"),
            );
            return None;
        }
    }
    if spans.len() < 2 {
        diagnostics.push(
            Diagnostic::new("order-form", Severity::Error, body, "`Order:` needs at least two items")
                .help("write each on a line of its own, as `1. first` and `2. second`"),
        );
        return None;
    }
    let ones = numbers.iter().all(|(number, _)| *number == numbers[0].0);
    if let Some(pair) = numbers.windows(2).find(|pair| !ones && pair[0].0.checked_add(1) != Some(pair[1].0)) {
        diagnostics.push(
            Diagnostic::new(
                "order-numbers",
                Severity::Warning,
                pair[1].1,
                "the numbers of `Order:` do not count up",
            )
            .related(pair[0].1, "follows this")
            .help("the order of the lines is the right answer: number them 1, 2, 3")
            .maybe_fix(renumbered(source, &numbers)),
        );
    }
    twice(source, &spans, "item", diagnostics);
    let items = spans.iter().map(|span| item_text(source, *span, holes)).collect();
    Some((items, spans))
}

/// Numbers items anew, where their numbers go up and so say nothing else than the order of the lines.
fn renumbered(source: &str, numbers: &[(u64, Span)]) -> Option<Fix> {
    let rising = numbers.windows(2).all(|pair| pair[0].0 <= pair[1].0);
    let (first, last) = (numbers.first()?.1, numbers.last()?.1);
    let mut text = String::new();
    let mut at = first.start;
    for (index, (_, mark)) in numbers.iter().enumerate() {
        text.push_str(&source[at..mark.start]);
        text.push_str(&(index + 1).to_string());
        at = mark.end - 1;
    }
    text.push_str(&source[at..last.end]);
    rising.then_some(Fix { span: Span::new(first.start, last.end), text })
}

/// Numbers the items of a plain list; nothing where a line is anything else.
fn numbered_list(source: &str, body: Span, holes: &[Span]) -> Option<Fix> {
    let mut text = String::new();
    let mut at = body.start;
    let mut items = 0;
    for line in body_lines(source, body, holes).filter(|line| !line.is_blank()) {
        if line.text.starts_with([' ', '\t']) && items > 0 {
            continue;
        }
        let rest = line.text.strip_prefix("- ").or_else(|| line.text.strip_prefix("* "))?;
        // Boxes make options, and those have no order.
        if rest.starts_with('[') {
            return None;
        }
        items += 1;
        text.push_str(&source[at..line.span.start]);
        text.push_str(&format!("{items}. "));
        at = line.span.start + 2;
    }
    text.push_str(source.get(at..body.end)?);
    (items >= 2).then_some(Fix { span: body, text })
}

fn item_text(source: &str, span: Span, holes: &[Span]) -> String {
    let first = Line::at(&source[..span.end], span.start);
    let Some(first) = first.filter(|line| line.next < span.end) else {
        return source[span.start..span.end].to_owned();
    };
    let rest = dedented(source, Span::new(first.next, span.end), holes);
    format!("{}\n{rest}", first.text)
}

/// Reads `1. text` or `1) text`, at column 0.
fn numbered(line: &str) -> Option<(u64, &str)> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let number = line.get(..digits).filter(|digits| (1..=9).contains(&digits.len()))?.parse().ok()?;
    let text = line[digits..].strip_prefix(['.', ')'])?;
    (text.is_empty() || text.starts_with([' ', '\t'])).then_some((number, text))
}

/// The accepted spellings of `Type:`.
pub(super) struct Spellings {
    pub(super) accepted: Vec<String>,
    pub(super) exact: bool,
    pub(super) spans: Vec<Span>,
}

/// Reads spellings parted by ` | `; all of them in backticks means that they are compared exactly.
pub(super) fn spellings(source: &str, body: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<Spellings> {
    let text = source.get(body.start..body.end)?;
    let mut spans = Vec::new();
    let mut start = 0;
    let mut ticks = 0;
    let mut at = 0;
    let bytes = text.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'`' => {
                let run = bytes[at..].iter().take_while(|&&byte| byte == b'`').count();
                // A run opens a code span when a run of its length follows, and closes the one that is open.
                if ticks == 0 && text[at + run..].contains(&text[at..at + run]) {
                    ticks = run;
                } else if ticks == run {
                    ticks = 0;
                }
                at += run;
                continue;
            }
            b'|' if ticks == 0
                && (at == 0 || bytes[at - 1].is_ascii_whitespace())
                && bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace) =>
            {
                spans.push(Span::new(body.start + start, body.start + at));
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    spans.push(Span::new(body.start + start, body.end));
    let several = spans.len() > 1;
    for span in &mut spans {
        *span = trimmed(source, *span);
        if span.is_empty() {
            let fix = several.then(|| repair::without_word(source, body, *span, '|'));
            diagnostics.push(
                Diagnostic::new("empty-spelling", Severity::Error, *span, "a spelling of `Type:` without text")
                    .help("write spellings as `one | another`; a `|` that is text needs backticks around its spelling")
                    .maybe_fix(fix),
            );
            return None;
        }
    }
    let coded = |span: &Span| code_content(&source[span.start..span.end]);
    let exact = spans.iter().all(|span| coded(span).is_some());
    if !exact && let Some(mixed) = spans.iter().find(|span| coded(span).is_some()) {
        diagnostics.push(
            Diagnostic::new(
                "mixed-spellings",
                Severity::Warning,
                *mixed,
                "only some spellings are in backticks, so none is compared exactly",
            )
            .help("put all spellings in backticks, or none"),
        );
    }
    let accepted = spans
        .iter()
        .map(|span| match coded(span) {
            Some(code) => code.to_owned(),
            None => one_line(&source[span.start..span.end]),
        })
        .collect();
    Some(Spellings { accepted, exact, spans })
}

/// Returns a text with runs of white space made one space.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// Returns what stands in a code span that takes up the whole text.
fn code_content(text: &str) -> Option<&str> {
    let run = text.bytes().take_while(|&byte| byte == b'`').count();
    if run == 0 || text.len() < 2 * run + 1 {
        return None;
    }
    let inner = text[run..].strip_suffix(&text[..run])?;
    if inner.split(|c| c != '`').any(|ticks| ticks.len() == run)
        || inner.ends_with('`')
        || inner.contains('\n')
    {
        return None;
    }
    // One space at both ends is stripped, so that code can begin with a backtick (CommonMark 6.1).
    let stripped = inner.strip_prefix(' ').and_then(|inner| inner.strip_suffix(' '));
    Some(stripped.filter(|code| !code.trim().is_empty()).unwrap_or(inner))
}

/// Reads the number of `Number:`.
pub(super) fn number(source: &str, body: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<Quantity> {
    match quantity::parse(source.get(body.start..body.end)?) {
        Ok(quantity) => Some(quantity),
        Err(fault) => {
            diagnostics.push(
                Diagnostic::new("bad-number", Severity::Error, fault.span.shift(body.start), fault.message)
                    .help(fault.help),
            );
            None
        }
    }
}

/// Reads a list of words parted by commas.
pub(super) fn words(source: &str, body: Span, diagnostics: &mut Vec<Diagnostic>) -> Vec<String> {
    let mut words = Vec::new();
    each_word(source, body, |word, span| {
        if word.is_empty() {
            diagnostics.push(
                Diagnostic::new("empty-word", Severity::Warning, span, "nothing between two commas")
                    .help("write the list as `one, another`")
                    .maybe_fix(Some(repair::without_word(source, body, span, ','))),
            );
        } else {
            words.push(one_line(word));
        }
    });
    words
}

/// Reads a list of ids parted by commas; faulty ones are reported and left out.
pub(super) fn ids(source: &str, body: Span, diagnostics: &mut Vec<Diagnostic>) -> Vec<String> {
    let mut ids = Vec::new();
    each_word(source, body, |word, span| {
        if word.is_empty() {
            diagnostics.push(
                Diagnostic::new("empty-word", Severity::Warning, span, "nothing between two commas")
                    .help("write the list as `one, another`")
                    .maybe_fix(Some(repair::without_word(source, body, span, ','))),
            );
        } else if let Some(fault) = id_fault(word) {
            let mut diagnostic = bad_id(word, span, &fault);
            diagnostic.severity = Severity::Warning;
            diagnostics.push(diagnostic);
        } else {
            ids.push(word.to_owned());
        }
    });
    ids
}

fn each_word(source: &str, body: Span, mut take: impl FnMut(&str, Span)) {
    let mut start = body.start;
    let text = source.get(body.start..body.end).unwrap_or_default();
    for part in text.split(',') {
        let span = trimmed(source, Span::new(start, start + part.len()));
        take(&source[span.start..span.end], span);
        start += part.len() + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(text: &str) -> (Vec<String>, bool) {
        let mut faults = Vec::new();
        let read = spellings(text, Span::new(0, text.len()), &mut faults);
        let read = read.unwrap_or_else(|| panic!("{text}: {faults:?}"));
        (read.accepted, read.exact)
    }

    #[test]
    fn spellings_are_parted_by_bars_outside_code() {
        let (all, exact) = accepted("split brain | split-brain |splitbrain| x");
        assert_eq!(all, ["split brain", "split-brain |splitbrain| x"], "a bar needs space on both sides");
        assert!(!exact);
        assert_eq!(accepted("`a | b`"), (vec!["a | b".to_owned()], true));
        assert_eq!(accepted("`a` | ``b`c``"), (vec!["a".to_owned(), "b`c".to_owned()], true));
        assert_eq!(accepted("`` ` ``"), (vec!["`".to_owned()], true));
        assert_eq!(accepted("a` | b"), (vec!["a`".to_owned(), "b".to_owned()], false));
        assert_eq!(accepted("`a` b"), (vec!["`a` b".to_owned()], false));
        assert_eq!(accepted("a\n b | c"), (vec!["a b".to_owned(), "c".to_owned()], false));
    }

    #[test]
    fn reasons_lose_the_indentation_of_their_first_line() {
        let text = "- [x] a\n    first\n\n      deeper\n    ```\n- [x] in code\n    ```\n- [ ] b\n";
        let read = options(text, Span::new(0, text.len()), &[], &mut Vec::new()).expect("a choice");
        assert_eq!(read.options.len(), 2);
        assert_eq!(read.options[0].reason.as_deref(), Some("first\n\n  deeper\n```\n- [x] in code\n```"));
    }

    #[test]
    fn items_may_hold_further_lines() {
        let text = "1. a\n   more\n2) b\n\n   ```\n3. code\n   ```\n";
        let read = items(text, Span::new(0, text.len()), &[], &mut Vec::new()).expect("a list");
        assert_eq!(read.0, ["a\nmore", "b\n\n```\n3. code\n```"]);
    }
}
