//! Lines of a deck: where each begins and ends, which tag it carries, and where fenced code opens and closes.
//! Not for what a line means after the lines before it: `outline.rs` knows that.

use crate::source::Span;

/// What a line at column 0 outside fenced code may begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tag {
    /// `Q:` opens a question.
    Question,
    /// `C:` opens a sentence with hidden parts.
    Cloze,
    /// `T:` opens a term.
    Term,
    /// `Problem:` opens a generated problem.
    Problem,
    /// `A:` answers a question, freely or with a task list.
    Answer,
    /// `D:` defines a term.
    Definition,
    /// `Order:` answers with a numbered list.
    Order,
    /// `Type:` answers with accepted spellings.
    Type,
    /// `Number:` answers with a number.
    Number,
    /// `Why:` explains.
    Why,
    /// `Source:` names the place.
    Source,
    /// `Hint:` helps before the answer.
    Hint,
    /// `Tags:` lists tags.
    Tags,
    /// `Concepts:` lists what is taught.
    Concepts,
    /// `Confuses:` lists cards to keep apart.
    Confuses,
}

impl Tag {
    /// All tags: those that open a card, those that answer, those that add to it in their canonical order.
    pub const ALL: [Self; 15] = [
        Self::Question,
        Self::Cloze,
        Self::Term,
        Self::Problem,
        Self::Answer,
        Self::Definition,
        Self::Order,
        Self::Type,
        Self::Number,
        Self::Hint,
        Self::Why,
        Self::Source,
        Self::Tags,
        Self::Concepts,
        Self::Confuses,
    ];

    /// Returns the tag as written, colon included.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Question => "Q:",
            Self::Cloze => "C:",
            Self::Term => "T:",
            Self::Problem => "Problem:",
            Self::Answer => "A:",
            Self::Definition => "D:",
            Self::Order => "Order:",
            Self::Type => "Type:",
            Self::Number => "Number:",
            Self::Why => "Why:",
            Self::Source => "Source:",
            Self::Hint => "Hint:",
            Self::Tags => "Tags:",
            Self::Concepts => "Concepts:",
            Self::Confuses => "Confuses:",
        }
    }

    /// Tells whether the tag begins a card.
    #[must_use]
    pub fn opens(self) -> bool {
        matches!(self, Self::Question | Self::Cloze | Self::Term | Self::Problem)
    }

    /// Tells whether the tag answers a `Q:` or a `T:`.
    #[must_use]
    pub fn answers(self) -> bool {
        matches!(self, Self::Answer | Self::Definition | Self::Order | Self::Type | Self::Number)
    }

    /// Tells whether the tag's text ends at the first blank line; the others may hold paragraphs.
    #[must_use]
    pub fn is_one_paragraph(self) -> bool {
        matches!(
            self,
            Self::Type | Self::Number | Self::Source | Self::Tags | Self::Concepts | Self::Confuses
        )
    }

    /// Returns the tag with which a line begins.
    pub(super) fn of_line(line: &str) -> Option<Self> {
        let candidates: &[Self] = match line.as_bytes().first()? {
            b'Q' => &[Self::Question],
            b'A' => &[Self::Answer],
            b'C' => &[Self::Cloze, Self::Concepts, Self::Confuses],
            b'T' => &[Self::Term, Self::Tags, Self::Type],
            b'D' => &[Self::Definition],
            b'S' => &[Self::Source],
            b'W' => &[Self::Why],
            b'H' => &[Self::Hint],
            b'N' => &[Self::Number],
            b'O' => &[Self::Order],
            b'P' => &[Self::Problem],
            _ => return None,
        };
        candidates.iter().copied().find(|tag| line.starts_with(tag.text()))
    }
}

/// One line of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// Its bytes in the text, without the line end.
    pub(super) span: Span,
    /// Its text, without the line end.
    pub(super) text: &'a str,
    /// Where the next line starts.
    pub(super) next: usize,
}

impl<'a> Line<'a> {
    /// Returns the line that starts at byte `at`, or nothing at the end of the text.
    pub(super) fn at(text: &'a str, at: usize) -> Option<Self> {
        let rest = text.get(at..)?;
        if rest.is_empty() {
            return None;
        }
        let (line, next) = match rest.find('\n') {
            Some(end) => (&rest[..end], at + end + 1),
            None => (rest, text.len()),
        };
        let line = line.trim_end_matches('\r');
        Some(Self { span: Span::new(at, at + line.len()), text: line, next })
    }

    /// Tells whether nothing but white space stands here.
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// Yields the lines of `text` from byte `at` on.
pub(super) fn lines(text: &str, at: usize) -> impl Iterator<Item = Line<'_>> {
    let mut at = at;
    std::iter::from_fn(move || {
        let line = Line::at(text, at)?;
        at = line.next;
        Some(line)
    })
}

/// An open code fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fence {
    /// `` ` `` or `~`.
    mark: u8,
    /// How many of them.
    length: usize,
}

impl Fence {
    /// Returns the fence that a line opens: at any depth of indentation, also right after list and quote marks.
    pub(super) fn opened_by(line: &str) -> Option<Self> {
        let inner = after_containers(line);
        let mark = *inner.as_bytes().first().filter(|byte| matches!(byte, b'`' | b'~'))?;
        let length = inner.bytes().take_while(|&byte| byte == mark).count();
        // The info string of a backtick fence holds no backtick: else it is a code span (CommonMark 4.5).
        (length >= 3 && (mark == b'~' || !inner[length..].contains('`'))).then_some(Self { mark, length })
    }

    /// Tells whether a line closes this fence.
    pub(super) fn is_closed_by(self, line: &str) -> bool {
        let inner = line.trim_start_matches([' ', '\t', '>']);
        let length = inner.bytes().take_while(|&byte| byte == self.mark).count();
        length >= self.length && inner[length..].trim().is_empty()
    }

    /// Tells whether `other`, opened further down, has no closer either, given that this one has none.
    pub(super) fn dooms(self, other: Self) -> bool {
        self.mark == other.mark && self.length <= other.length
    }
}

/// Skips indentation, quote marks and list marks. Any white space indents, as any is trimmed from a text's ends.
fn after_containers(line: &str) -> &str {
    let mut rest = line.trim_start();
    loop {
        let bytes = rest.as_bytes();
        let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mark = match bytes.first() {
            Some(b'>') => 1,
            Some(b'-' | b'*' | b'+') if matches!(bytes.get(1), Some(b' ' | b'\t')) => 2,
            Some(b'0'..=b'9')
                if digits <= 9
                    && matches!(bytes.get(digits), Some(b'.' | b')'))
                    && matches!(bytes.get(digits + 1), Some(b' ' | b'\t')) =>
            {
                digits + 2
            }
            _ => return rest,
        };
        rest = rest[mark..].trim_start();
    }
}

/// Returns the span without the white space at its ends; where it holds nothing else, its empty start.
pub(super) fn trimmed(text: &str, span: Span) -> Span {
    let Some(slice) = text.get(span.start..span.end) else { return span };
    if slice.trim_start().is_empty() {
        return Span::new(span.start, span.start);
    }
    let start = span.end - slice.trim_start().len();
    Span::new(start, start + text[start..span.end].trim_end().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_upper_case_at_column_0() {
        let tag = Tag::of_line;
        assert_eq!(tag("Q:foo"), Some(Tag::Question));
        assert_eq!(tag("Confuses: a"), Some(Tag::Confuses));
        assert_eq!(tag("Concepts:"), Some(Tag::Concepts));
        assert_eq!(tag("T: x"), Some(Tag::Term));
        for text in ["q: foo", " Q: foo", "Q :", "Types: x", "", "Whys:"] {
            assert_eq!(tag(text), None, "{text}");
        }
        for tag in Tag::ALL {
            assert_eq!(Tag::of_line(tag.text()), Some(tag));
        }
    }

    #[test]
    fn lines_know_their_bytes_with_any_line_end() {
        let text = "a\r\nbä\n\nc\r";
        let seen: Vec<_> = lines(text, 0).map(|line| (line.span.start, line.text)).collect();
        assert_eq!(seen, [(0, "a"), (3, "bä"), (7, ""), (8, "c")]);
    }

    #[test]
    fn fences_open_and_close_as_in_commonmark() {
        let opens = |line| Fence::opened_by(line).map(|fence| fence.length);
        assert_eq!(opens("```rust"), Some(3));
        assert_eq!(opens("    ~~~~"), Some(4));
        assert_eq!(opens("- ```"), Some(3));
        assert_eq!(opens("> 1. ```go"), Some(3));
        assert_eq!(opens("``` a`b"), None, "a code span");
        assert_eq!(opens("``"), None);
        assert_eq!(opens("text ```"), None);
        let fence = Fence::opened_by("````").expect("a fence");
        assert!(fence.is_closed_by("  `````  "));
        for line in ["```", "~~~~", "````x"] {
            assert!(!fence.is_closed_by(line), "{line}");
        }
    }
}
