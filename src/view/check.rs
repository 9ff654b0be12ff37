//! Diagnostics as people and machines read them: carets under the text, JSON lines, annotations of GitHub.
//! Not for finding faults (`deck/` and its linter) and not for printing (`cli/`).

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{Position, SourceText, Span, printable};

/// Draws the diagnostics of one source text; line starts are found once.
pub struct Drawing<'a> {
    source: &'a SourceText,
    /// The byte at which each line starts.
    lines: Vec<usize>,
}

impl<'a> Drawing<'a> {
    /// Prepares for diagnostics of this text.
    #[must_use]
    pub fn new(source: &'a SourceText) -> Self {
        let starts = source.text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at + 1);
        Self { source, lines: std::iter::once(0).chain(starts).collect() }
    }

    /// Returns line and column of a byte, both from 1, columns in characters of the whole file's line.
    #[must_use]
    pub fn position(&self, byte: usize) -> Position {
        let mut byte = byte.min(self.source.text.len());
        while !self.source.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let line = self.lines.partition_point(|&start| start <= byte);
        let start = self.lines[line - 1];
        Position { line, column: self.source.text[start..byte].chars().count() + 1 }
    }

    /// Draws one diagnostic over several lines, with carets, without a line feed at its end.
    ///
    /// `width` is that of the terminal, in columns; longer source lines are cut. Control characters are never sent.
    #[must_use]
    pub fn text(&self, diagnostic: &Diagnostic, coloured: bool, width: usize) -> String {
        let spans =
            || std::iter::once(diagnostic.span).chain(diagnostic.related.iter().map(|label| label.span));
        let first = spans().map(|span| self.position(span.start).line).min().unwrap_or(1);
        let last = spans().map(|span| self.position(span.end).line).max().unwrap_or(1);
        let start = self.lines[first - 1];
        let end = self.lines.get(last).copied().unwrap_or(self.source.text.len());
        let window = Window::new(&self.source.text[start..end], start);
        let path = printable(&self.source.name);
        let label = printable(&diagnostic.label);
        let primary = AnnotationKind::Primary.span(window.range(diagnostic.span));
        let mut snippet = Snippet::source(window.text.as_str())
            .path(path.as_ref())
            .line_start(first)
            .annotation(if label.is_empty() { primary } else { primary.label(label.as_ref()) });
        for related in &diagnostic.related {
            let text = printable(&related.text).into_owned();
            snippet =
                snippet.annotation(AnnotationKind::Context.span(window.range(related.span)).label(text));
        }
        let message = printable(&diagnostic.message);
        let title = level(diagnostic.severity).primary_title(message.as_ref()).id(diagnostic.code);
        let mut group: Group<'_> = title.element(snippet);
        let help = diagnostic.help.as_deref().map(printable);
        if let Some(help) = &help {
            group = group.element(Level::HELP.message(help.as_ref()));
        }
        let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
        let drawn = renderer.term_width(width.max(20)).render(&[group]);
        // Blank gutters end in a space.
        let mut text = String::with_capacity(drawn.len());
        for line in drawn.lines() {
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text.pop();
        text
    }

    /// Writes one diagnostic as a JSON object on one line.
    ///
    /// Lines and columns count from 1, columns in characters; `fix` has bytes of the file, end excluded.
    #[must_use]
    pub fn json(&self, diagnostic: &Diagnostic) -> String {
        let place = |span: Span| {
            let (start, end) = (self.position(span.start), self.position(span.end));
            serde_json::json!({
                "line": start.line, "column": start.column, "end_line": end.line, "end_column": end.column,
            })
        };
        let mut object = serde_json::json!({
            "file": self.source.name,
            "code": diagnostic.code,
            "severity": diagnostic.severity,
            "message": diagnostic.message,
            "at": place(diagnostic.span),
        });
        if !diagnostic.label.is_empty() {
            object["label"] = diagnostic.label.as_str().into();
        }
        if !diagnostic.related.is_empty() {
            object["related"] = diagnostic
                .related
                .iter()
                .map(|label| serde_json::json!({ "at": place(label.span), "text": label.text }))
                .collect();
        }
        if let Some(help) = &diagnostic.help {
            object["help"] = help.as_str().into();
        }
        if let Some(fix) = &diagnostic.fix {
            object["fix"] =
                serde_json::json!({ "start": fix.span.start, "end": fix.span.end, "text": fix.text });
        }
        object.to_string()
    }

    /// Writes one diagnostic as a workflow command of GitHub Actions, which shows it beside the changed line.
    #[must_use]
    pub fn github(&self, diagnostic: &Diagnostic) -> String {
        let kind = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let (start, end) = (self.position(diagnostic.span.start), self.position(diagnostic.span.end));
        let mut message = diagnostic.message.clone();
        if let Some(help) = &diagnostic.help {
            message.push('\n');
            message.push_str(help);
        }
        format!(
            "::{kind} file={},line={},col={},endLine={},endColumn={},title={}::{}",
            github_property(&self.source.name),
            start.line,
            start.column,
            end.line,
            end.column,
            github_property(diagnostic.code),
            github_data(&message),
        )
    }
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    }
}

/// Escapes the text of a workflow command (actions/toolkit, `command.ts`: `%`, carriage return, line feed).
fn github_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a workflow command: as its text, and `:` and `,`.
fn github_property(text: &str) -> String {
    github_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Some lines of a text, made safe to draw, and the way from bytes of the file to bytes of it.
struct Window {
    text: String,
    base: usize,
    /// Where bytes were taken out or put in: (byte of the file, bytes of the window less bytes of the file up to there).
    shifts: Vec<(usize, isize)>,
}

impl Window {
    fn new(raw: &str, base: usize) -> Self {
        let mut window = Self { text: String::with_capacity(raw.len()), base, shifts: Vec::new() };
        let mut shift = 0_isize;
        for (at, c) in raw.char_indices() {
            let safe = match c {
                '\r' if raw[at + 1..].starts_with('\n') => "",
                '\n' | '\t' => {
                    window.text.push(c);
                    continue;
                }
                _ => {
                    let mut bytes = [0; 4];
                    let text = c.encode_utf8(&mut bytes);
                    if printable(text) == *text {
                        window.text.push(c);
                        continue;
                    }
                    "\u{fffd}"
                }
            };
            window.text.push_str(safe);
            shift += isize::try_from(safe.len()).unwrap_or(0) - isize::try_from(c.len_utf8()).unwrap_or(0);
            window.shifts.push((base + at + c.len_utf8(), shift));
        }
        window
    }

    fn byte(&self, byte: usize) -> usize {
        let passed = self.shifts.partition_point(|&(at, _)| at <= byte);
        let shift = passed.checked_sub(1).map_or(0, |last| self.shifts[last].1);
        let mut at = byte.saturating_sub(self.base).saturating_add_signed(shift).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    fn range(&self, span: Span) -> std::ops::Range<usize> {
        let start = self.byte(span.start);
        start..self.byte(span.end).max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagnostic(text: &str, what: &str) -> Diagnostic {
        let at = text.find(what).expect("the text holds it");
        Diagnostic::new("some-code", Severity::Error, Span::new(at, at + what.len()), "something is wrong")
            .label("this")
            .help("type something else")
    }

    #[test]
    fn carets_stand_under_wide_characters() {
        let text = "Q: 多数派 ⌊N/2⌋ wrong\nA: b\n";
        let source = SourceText::new("decks/a.md", text);
        let drawn = Drawing::new(&source).text(&diagnostic(text, "wrong"), false, 80);
        assert_eq!(
            drawn,
            "\
error[some-code]: something is wrong
 --> decks/a.md:1:14
  |
1 | Q: 多数派 ⌊N/2⌋ wrong
  |                 ^^^^^ this
  |
  = help: type something else"
        );
    }

    #[test]
    fn nothing_in_a_deck_reaches_the_terminal_as_a_command() {
        let text = "Q: \u{1b}[2J\u{202e}a\r\nA: bad\u{7}\u{200f} here\r\n";
        let source = SourceText::new("\u{1b}]0;x\u{7}.md", text);
        let mut shown = diagnostic(text, "here").related(Span::new(0, 2), "\u{9b}31m");
        shown.message = "\u{1b}[31mred".to_owned();
        let drawn = Drawing::new(&source).text(&shown, false, 80);
        assert_eq!(printable(&drawn), drawn);
        assert!(drawn.contains("A: bad�� here\n"), "{drawn}");
        assert!(drawn.contains(":2:10"), "columns count characters of the file: {drawn}");
        let coloured = Drawing::new(&source).text(&shown, true, 80);
        let plain = console::strip_ansi_codes(&coloured);
        assert_eq!(printable(&plain), plain);
    }

    #[test]
    fn json_is_one_line_of_data() {
        let text = "Q: ä b\n";
        let source = SourceText::new("a.md", text);
        let shown = diagnostic(text, "b").related(Span::new(0, 2), "that").fix(Span::new(6, 7), "c\n");
        let line = Drawing::new(&source).json(&shown);
        assert_eq!(line.lines().count(), 1);
        let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(
            value,
            serde_json::json!({
                "file": "a.md", "code": "some-code", "severity": "error", "message": "something is wrong",
                "at": {"line": 1, "column": 6, "end_line": 1, "end_column": 7},
                "label": "this",
                "related": [{"at": {"line": 1, "column": 1, "end_line": 1, "end_column": 3}, "text": "that"}],
                "help": "type something else",
                "fix": {"start": 6, "end": 7, "text": "c\n"},
            })
        );
    }

    #[test]
    fn github_gets_an_escaped_command() {
        let text = "Q: 100% b\n";
        let source = SourceText::new("a,b:c.md", text);
        let mut shown = diagnostic(text, "b");
        shown.message = "100% wrong".to_owned();
        assert_eq!(
            Drawing::new(&source).github(&shown),
            "::error file=a%2Cb%3Ac.md,line=1,col=9,endLine=1,endColumn=10,title=some-code::100%25 wrong%0Atype something else"
        );
    }

    proptest::proptest! {
        #[test]
        fn any_span_of_any_text_can_be_drawn(text in "[a\\r\\n\\t\u{1b}ä多 ]{0,60}", from in 0..70_usize, length in 0..30_usize) {
            let source = SourceText::new("x", text.as_str());
            let drawing = Drawing::new(&source);
            let span = Span::new(from, from + length);
            let shown = Diagnostic::new("c", Severity::Warning, span, "m").related(Span::new(length, from), "r");
            let drawn = drawing.text(&shown, false, 60);
            proptest::prop_assert_eq!(printable(&drawn), drawn.as_str());
            let at = drawing.position(from);
            let head = format!(" x:{}:{}\n", at.line, at.column);
            let on_text = text.get(from..).is_none_or(|rest| !rest.is_empty() && !rest.starts_with(['\r', '\n']));
            proptest::prop_assert!(from >= text.len() || !on_text || drawn.contains(&head), "{head} in {drawn}");
            let _ = (drawing.json(&shown), drawing.github(&shown));
            proptest::prop_assert_eq!(drawing.position(from), source.position(from));
        }
    }
}
