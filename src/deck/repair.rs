//! Repairs that take more than the faulty bytes: lines to take out, lists to join, comments to put on their own line.
//! Each changes what is mechanical and nothing else; `check --fix` makes them, one by one, and keeps none that leaves
//! more errors or fewer cards. Not for finding faults: the readers do that, and ask here.

use crate::diagnostic::Fix;
use crate::source::Span;

use super::line::{Line, Tag, lines, trimmed};
use super::outline::Section;

/// Takes out the lines on which a span stands, ends included.
pub(super) fn without_lines(source: &str, span: Span) -> Fix {
    let start = line_start(source, span.start);
    let end = source[span.end..].find('\n').map_or(source.len(), |at| span.end + at + 1);
    Fix { span: Span::new(start, end), text: String::new() }
}

/// Returns where the line of a byte starts.
pub(super) fn line_start(source: &str, at: usize) -> usize {
    source[..at].rfind('\n').map_or(0, |at| at + 1)
}

/// Takes an empty place out of a list, with the separator behind it, else with the one before it.
pub(super) fn without_word(source: &str, list: Span, word: Span, separator: char) -> Fix {
    let behind = source[word.end..list.end].find(|c: char| !c.is_whitespace()).map(|at| word.end + at);
    let span = match behind.filter(|&at| source[at..].starts_with(separator)) {
        Some(at) => {
            let after = at + separator.len_utf8();
            let gap = source[after..list.end].len() - source[after..list.end].trim_start().len();
            // The first word stands where the list began.
            Span::new(word.start, if word.start == list.start { after + gap } else { after })
        }
        None => {
            let before = source[list.start..word.start].trim_end().strip_suffix(separator);
            Span::new(before.map_or(word.start, |kept| list.start + kept.trim_end().len()), word.end)
        }
    };
    Fix { span, text: String::new() }
}

/// Joins a section with the one right above it that bears the same tag.
pub(super) fn joined(source: &str, tag: Tag, tag_at: Span, sections: &[Section]) -> Option<Fix> {
    let above = sections.last().filter(|section| section.tag == tag)?;
    let first = trimmed(source, above.body);
    let line = Line::at(source, tag_at.start)?;
    let rest = trimmed(source, Span::new(tag_at.end, line.span.end));
    let between = match tag {
        Tag::Tags | Tag::Concepts | Tag::Confuses if !first.is_empty() => ", ".to_owned(),
        Tag::Why | Tag::Hint if !first.is_empty() => line_end(source, tag_at.start).repeat(2),
        _ => return None,
    };
    // A comment of ours between the two would move into the text.
    // An unclosed fence may have taken the section beyond this tag.
    let gap = source.get(first.end..tag_at.start)?;
    (gap.trim().is_empty() && !rest.is_empty())
        .then(|| Fix { span: Span::new(first.end, rest.start), text: between })
}

/// Returns how the line of a byte ends.
pub(super) fn line_end(source: &str, at: usize) -> &'static str {
    match source[at..].find('\n') {
        Some(end) if source[..at + end].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// Tells whether a card's text is over behind a byte: what comes next, blank lines aside, is a tag, `---` or nothing.
pub(super) fn is_over_behind(source: &str, at: usize) -> bool {
    let Some(line) = lines(source, at).find(|line| !line.is_blank()) else { return true };
    Tag::of_line(line.text).is_some() || line.text.trim_end() == "---"
}

/// Tells whether the card that stood above a byte would be over there: nothing that follows could join it.
pub(super) fn is_new_behind(source: &str, at: usize) -> bool {
    let Some(line) = lines(source, at).find(|line| !line.is_blank()) else { return true };
    Tag::of_line(line.text).is_some_and(Tag::opens) || line.text.trim_end() == "---"
}

/// Puts a comment that ends a line of text on a line of its own.
pub(super) fn on_own_line(source: &str, comment: Span) -> Option<Fix> {
    let text = &source[comment.start..comment.end];
    let line = Line::at(source, line_start(source, comment.start))?;
    let alone = text.trim_end().ends_with("-->") && text.matches("-->").count() == 1;
    let before = source[line.span.start..comment.start].trim_end();
    (alone && !before.is_empty() && is_over_behind(source, line.next)).then(|| Fix {
        span: Span::new(line.span.start + before.len(), comment.start),
        text: line_end(source, comment.start).to_owned(),
    })
}
