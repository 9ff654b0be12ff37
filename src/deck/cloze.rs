//! Deletions: which brackets of a `C:` hide something, and the sentence without them.
//! Brackets in code, maths, links, images and task lists are text, unless a sentence has no others.
//! Not for keys or cards: `block.rs`.

use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::source::Span;

use super::line::{Fence, lines};

/// A sentence with its deletions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cloze {
    /// The sentence without the brackets of deletions and without the backslashes of escaped brackets.
    pub(super) text: String,
    /// In order.
    pub(super) deletions: Vec<Deletion>,
}

/// One hidden part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deletion {
    /// Its bytes in the file, brackets included.
    pub(super) source: Span,
    /// Its bytes in the sentence.
    pub(super) hidden: Span,
}

/// What protects brackets from being deletions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shelter {
    Code,
    Fence,
    Maths,
    Link,
    Task,
}

impl Shelter {
    fn place(self) -> &'static str {
        match self {
            Self::Code => "in a code span",
            Self::Fence => "in a code block",
            Self::Maths => "in maths",
            Self::Link => "of a link",
            Self::Task => "of a task list",
        }
    }
}

/// Reads the body of a `C:`; tells whether it can be used.
pub(super) fn read(source: &str, body: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<Cloze> {
    let text = source.get(body.start..body.end)?;
    let shelters = shelters(text);
    let mut scan = Scan::new(text, body.start);
    scan.run(&shelters);
    if scan.cloze.deletions.is_empty() && !scan.sheltered.is_empty() && !scan.broken {
        // Nothing else is hidden, so these brackets are no accident: read them as hashcards does.
        let all = std::mem::take(&mut scan.sheltered);
        let mut plain = Scan::new(text, body.start);
        plain.run(&[]);
        if !plain.broken && !plain.cloze.deletions.is_empty() && !is_too_much(&plain.cloze) {
            for &(at, shelter) in all.iter().filter(|(at, _)| !at.is_empty()) {
                diagnostics.push(
                    Diagnostic::new(
                        "sheltered-deletion",
                        Severity::Info,
                        at,
                        format!(
                            "brackets {} are read as hidden: the sentence has no others",
                            shelter.place()
                        ),
                    )
                    .help("write `\\[` and `\\]` if they are text, and hide something else"),
                );
            }
            return Some(plain.cloze);
        }
        scan = plain;
        if all.iter().any(|&(_, shelter)| shelter == Shelter::Task) {
            diagnostics.push(
                Diagnostic::new("no-deletion", Severity::Error, body, "a task list in a `C:` hides nothing")
                    .help("write the question as `Q:` and the list under `A:`, which makes it a choice"),
            );
            return None;
        }
    }
    diagnostics.append(&mut scan.diagnostics);
    for &(at, shelter) in &scan.sheltered {
        diagnostics.push(sheltered(text, body.start, at, shelter));
    }
    if scan.broken {
        return None;
    }
    if is_too_much(&scan.cloze) {
        diagnostics.push(
            Diagnostic::new("many-deletions", Severity::Error, body, "a `C:` with far too many hidden parts")
                .help("write a card for each sentence"),
        );
        return None;
    }
    if scan.cloze.deletions.is_empty() {
        let help = if text.contains("![") {
            "put `[` and `]` around what is to be hidden; `![` starts a picture"
        } else if text.contains("\\[") {
            "put `[` and `]` around what is to be hidden; `\\[` is a literal bracket"
        } else {
            "put `[` and `]` around what is to be hidden"
        };
        diagnostics.push(
            Diagnostic::new("no-deletion", Severity::Error, body, "a `C:` without a hidden part").help(help),
        );
        return None;
    }
    Some(scan.cloze)
}

fn is_too_much(cloze: &Cloze) -> bool {
    too_much(cloze.deletions.len(), cloze.text.len())
}

/// Tells whether the cards of a sentence would take more memory than any honest card does: each holds all of it.
pub(super) fn too_much(deletions: usize, length: usize) -> bool {
    deletions.saturating_mul(length) > 4 << 20
}

fn sheltered(text: &str, base: usize, at: Span, shelter: Shelter) -> Diagnostic {
    let inner = &text[at.start - base..at.end - base];
    let escaped = inner.replace('[', "\\[").replace(']', "\\]");
    let diagnostic = Diagnostic::new(
        "sheltered-brackets",
        Severity::Warning,
        at,
        format!("brackets {} are text here, but hidden parts to hashcards and repeater", shelter.place()),
    );
    // A link with escaped brackets is none any more.
    if shelter == Shelter::Link || inner.contains('\n') {
        let fix = (shelter != Shelter::Link).then(|| Fix { span: at, text: escaped.clone() });
        return diagnostic
            .help(format!(
                "write `{}` to have them as text everywhere, or use `Q:` and `A:`",
                first_line(&escaped)
            ))
            .maybe_fix(fix);
    }
    diagnostic.help(format!("write `{escaped}`")).fix(at, escaped)
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

struct Scan<'a> {
    text: &'a str,
    base: usize,
    cloze: Cloze,
    /// Up to where the text has been copied.
    copied: usize,
    /// Brackets that a shelter protects.
    sheltered: Vec<(Span, Shelter)>,
    diagnostics: Vec<Diagnostic>,
    broken: bool,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str, base: usize) -> Self {
        Self {
            text,
            base,
            cloze: Cloze { text: String::with_capacity(text.len()), deletions: Vec::new() },
            copied: 0,
            sheltered: Vec::new(),
            diagnostics: Vec::new(),
            broken: false,
        }
    }

    fn run(&mut self, shelters: &[(Span, Shelter)]) {
        let bytes = self.text.as_bytes();
        let mut shelters = shelters.iter().peekable();
        // Open brackets, outermost first: where each stands, the length of the sentence before it, and whether
        // another pair has closed within it.
        let mut open: Vec<(usize, usize, bool)> = Vec::new();
        let mut in_image = false;
        let mut at = 0;
        while at < bytes.len() {
            while shelters.next_if(|(span, _)| span.end <= at).is_some() {}
            let shelter = shelters.peek().filter(|(span, _)| span.start <= at).copied();
            match bytes[at] {
                b'\r' if self.text[at..].trim_start_matches('\r').starts_with('\n') => self.drop_byte(at),
                b'\\' if matches!(bytes.get(at + 1), Some(b'[' | b']')) => {
                    self.drop_byte(at);
                    at += 1;
                }
                b'[' | b']' if shelter.is_some() => {
                    if let Some(&(span, shelter)) = shelter
                        && bytes[at] == b'['
                    {
                        self.note_sheltered(at, span, shelter);
                    }
                }
                b'[' if at > 0 && bytes[at - 1] == b'!' && !in_image => in_image = true,
                b']' if in_image => in_image = false,
                b'[' if in_image => {}
                b'[' => {
                    self.drop_byte(at);
                    open.push((at, self.cloze.text.len(), false));
                }
                b']' => {
                    self.drop_byte(at);
                    let closed = open.pop();
                    if closed.is_some()
                        && let Some(outer) = open.last_mut()
                    {
                        outer.2 = true;
                    }
                    match closed {
                        Some((start, before, false)) => {
                            let source = Span::new(self.base + start, self.base + at + 1);
                            let hidden = Span::new(before, self.cloze.text.len());
                            self.deletion(source, hidden);
                        }
                        Some((start, _, true)) => self.nested(start, at),
                        None => self.stray(at, "`]` closes nothing", "write `\\]` for a literal bracket"),
                    }
                }
                _ => {}
            }
            at += 1;
        }
        self.flush(self.text.len());
        for (start, ..) in open {
            self.stray(
                start,
                "`[` is never closed",
                "close it with `]`, or write `\\[` for a literal bracket",
            );
        }
    }

    fn flush(&mut self, to: usize) {
        self.cloze.text.push_str(&self.text[self.copied..to]);
        self.copied = to;
    }

    fn drop_byte(&mut self, at: usize) {
        self.flush(at);
        self.copied = at + 1;
    }

    fn deletion(&mut self, source: Span, hidden: Span) {
        if self.cloze.text[hidden.start..].trim().is_empty() {
            self.broken = true;
            let fault = Diagnostic::new(
                "empty-deletion",
                Severity::Error,
                source,
                "brackets that hide nothing",
            )
            .help("put what is to be hidden between them, or write `\\[` and `\\]` for literal brackets");
            self.diagnostics.push(fault);
        }
        self.cloze.deletions.push(Deletion { source, hidden });
    }

    fn nested(&mut self, start: usize, end: usize) {
        let at = Span::new(self.base + start, self.base + end + 1);
        let fault = Diagnostic::new("nested-brackets", Severity::Warning, at, "brackets within brackets")
            .label("only the innermost part is hidden")
            .help("write `\\[` and `\\]` for literal brackets");
        self.diagnostics.push(fault);
    }

    fn stray(&mut self, at: usize, message: &str, help: &str) {
        self.broken = true;
        let at = Span::new(self.base + at, self.base + at + 1);
        let code = if message.starts_with("`[`") { "unclosed-bracket" } else { "stray-bracket" };
        self.diagnostics.push(Diagnostic::new(code, Severity::Error, at, message).help(help));
    }

    fn note_sheltered(&mut self, at: usize, shelter_span: Span, shelter: Shelter) {
        let end = self.text[at..shelter_span.end].find(']').map(|length| at + length + 1);
        if let Some(end) = end {
            self.sheltered.push((Span::new(self.base + at, self.base + end), shelter));
        }
    }
}

/// Finds the parts of a text whose brackets are not deletions, in order, without overlaps.
fn shelters(text: &str) -> Vec<(Span, Shelter)> {
    let mut found = Vec::new();
    if !text.contains('[') {
        return found;
    }
    let ticks = text.contains(['`', '~']);
    let dollars = text.contains('$');
    let links = text.contains("](");
    let tasks = text.contains("[ ] ") || text.contains("[x] ") || text.contains("[X] ");
    if !(ticks || dollars || links || tasks) {
        return found;
    }
    let fences = if ticks { fences(text) } else { Vec::new() };
    let mut fences = fences.into_iter().peekable();
    let bytes = text.as_bytes();
    // Lengths of backtick runs that have no partner below: without this, many runs would each be searched to the end.
    let mut lonely: Vec<usize> = Vec::new();
    let mut line_start = true;
    let mut at = 0;
    while at < bytes.len() {
        if let Some(span) = fences.next_if(|span| span.start <= at) {
            found.push((span, Shelter::Fence));
            at = span.end.max(at);
            line_start = true;
            continue;
        }
        match bytes[at] {
            b'\n' => {
                line_start = true;
                at += 1;
                continue;
            }
            b' ' | b'\t' => {
                at += 1;
                continue;
            }
            b'-' | b'*' | b'+' if tasks && line_start => {
                let rest = &text[at + 1..];
                let mark = rest.trim_start_matches([' ', '\t']);
                if mark.len() < rest.len()
                    && ["[ ]", "[x]", "[X]"].iter().any(|task| mark.starts_with(task))
                    && mark[3..].starts_with([' ', '\t'])
                {
                    let start = text.len() - mark.len();
                    found.push((Span::new(start, start + 3), Shelter::Task));
                    at = start + 3;
                    line_start = false;
                    continue;
                }
            }
            b'\\' if matches!(bytes.get(at + 1), Some(b'`' | b'$' | b'[' | b']')) => at += 1,
            b'`' => {
                let run = bytes[at..].iter().take_while(|&&byte| byte == b'`').count();
                let close = if lonely.contains(&run) { None } else { closing_ticks(bytes, at + run, run) };
                match close {
                    Some(end) => {
                        found.push((Span::new(at, end), Shelter::Code));
                        at = end;
                    }
                    None => {
                        lonely.push(run);
                        at += run;
                    }
                }
                line_start = false;
                continue;
            }
            b'$' if dollars => {
                if let Some(end) = maths_end(text, at) {
                    found.push((Span::new(at, end), Shelter::Maths));
                    at = end;
                    line_start = false;
                    continue;
                }
            }
            b'[' if links && (at == 0 || bytes[at - 1] != b'!') => {
                if let Some(end) = link_end(text, at) {
                    found.push((Span::new(at, end), Shelter::Link));
                    at = end;
                    line_start = false;
                    continue;
                }
            }
            _ => {}
        }
        line_start = false;
        at += 1;
    }
    found
}

fn fences(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut open: Option<(Fence, usize)> = None;
    for line in lines(text, 0) {
        match open {
            Some((fence, start)) if fence.is_closed_by(line.text) => {
                spans.push(Span::new(start, line.span.end));
                open = None;
            }
            Some(_) => {}
            None => open = Fence::opened_by(line.text).map(|fence| (fence, line.span.start)),
        }
    }
    spans
}

fn closing_ticks(bytes: &[u8], from: usize, run: usize) -> Option<usize> {
    let mut at = from;
    while at < bytes.len() {
        if bytes[at] == b'`' {
            let length = bytes[at..].iter().take_while(|&&byte| byte == b'`').count();
            if length == run {
                return Some(at + length);
            }
            at += length;
        } else {
            at += 1;
        }
    }
    None
}

/// How many bytes maths and links may take: a bound keeps hostile text linear.
const FAR: usize = 1000;

/// Returns the end of `$…$` or `$$…$$` that starts at `at`: within one paragraph, no space inside the dollars,
/// no digit after the last (so that prices are not maths), and brackets in balance (so that deletions can hold maths).
fn maths_end(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let mark = if rest.starts_with("$$") { "$$" } else { "$" };
    let inner = &rest[mark.len()..];
    if mark == "$" && inner.starts_with(|c: char| c.is_whitespace()) {
        return None;
    }
    let inner = &inner[..inner.floor_char_boundary(FAR)];
    let inner = &inner[..inner.find("\n\n").unwrap_or(inner.len())];
    let mut from = 0;
    let end = loop {
        let end = from + inner[from..].find(mark)?;
        // `\$` is a literal dollar.
        if !inner[..end].ends_with('\\') {
            break end;
        }
        from = end + mark.len();
    };
    let body = &inner[..end];
    let after = &rest[mark.len() * 2 + end..];
    if body.is_empty()
        || (mark == "$"
            && (body.ends_with(char::is_whitespace) || after.starts_with(|c: char| c.is_ascii_digit())))
        || !balanced(body)
    {
        return None;
    }
    Some(at + mark.len() * 2 + end)
}

fn balanced(text: &str) -> bool {
    let mut depth = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'[' => depth += 1,
            b']' => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            _ => {}
        }
    }
    depth == 0
}

/// Returns the end of the text part of a link, `[text](target)`, that starts at `at`.
///
/// The target must look like one: it has no space before a title, and one of `/ . : #`; so `[leader](s)` hides.
fn link_end(text: &str, at: usize) -> Option<usize> {
    let limit = text.len().min(at + FAR);
    let bytes = &text.as_bytes()[..limit];
    let mut depth = 0_usize;
    let mut end = at;
    loop {
        match bytes.get(end)? {
            b'\\' => end += 1,
            b'[' => depth += 1,
            b']' => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            _ => {}
        }
        end += 1;
    }
    let inner = text[end + 1..].strip_prefix('(')?;
    let inner = &inner[..inner.floor_char_boundary(FAR)];
    let close = inner.find([')', '\n'])?;
    let target = inner[..close].split([' ', '\t']).next()?;
    (inner[close..].starts_with(')') && target.contains(['/', '.', ':', '#'])).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the sentence with its hidden parts in `«»`, and the codes of what was said about it.
    fn of(text: &str) -> (String, Vec<&'static str>) {
        let mut diagnostics = Vec::new();
        let cloze = read(text, Span::new(0, text.len()), &mut diagnostics);
        let marked = cloze.map_or_else(String::new, |cloze| {
            let mut marked = cloze.text.clone();
            for deletion in cloze.deletions.iter().rev() {
                assert!(text[deletion.source.start..deletion.source.end].starts_with('['));
                assert!(text[deletion.source.start..deletion.source.end].ends_with(']'));
                marked.insert(deletion.hidden.end, '»');
                marked.insert(deletion.hidden.start, '«');
            }
            marked
        });
        (marked, diagnostics.iter().map(|diagnostic| diagnostic.code).collect())
    }

    #[test]
    fn brackets_hide_unless_something_shelters_them() {
        for (text, marked, codes) in [
            ("a [b] c [d\ne]", "a «b» c «d\ne»", &[][..]),
            ("[日本] [x]", "«日本» «x»", &[]),
            ("a \\[b\\] [c]", "a [b] «c»", &[]),
            ("a\\b \\\\ [c]", "a\\b \\\\ «c»", &[]),
            ("`a[0]` [b]", "`a[0]` «b»", &["sheltered-brackets"]),
            ("`a\\[0\\]` [b]", "`a[0]` «b»", &[]),
            ("[`a[0]` b]", "«`a[0]` b»", &["sheltered-brackets"]),
            ("`]` [b]", "`]` «b»", &[]),
            ("``a ` [0]`` [b]", "``a ` [0]`` «b»", &["sheltered-brackets"]),
            ("a ` b [c]", "a ` b «c»", &[]),
            ("git `x [y]`", "git `x «y»`", &["sheltered-deletion"]),
            ("$a[i]$ [b]", "$a[i]$ «b»", &["sheltered-brackets"]),
            ("[$n!$] b", "«$n!$» b", &[]),
            ("costs [$5] or [$6]", "costs «$5» or «$6»", &[]),
            ("$5 for [a] and $6 for [b]", "$5 for «a» and $6 for «b»", &[]),
            ("$$x[1]$$ [b]", "$$x[1]$$ «b»", &["sheltered-brackets"]),
            ("an [a](http://b.c) [d]", "an [a](http://b.c) «d»", &["sheltered-brackets"]),
            ("elects a [leader](s) [x]", "elects a «leader»(s) «x»", &[]),
            ("![a](b.png) [c]", "![a](b.png) «c»", &[]),
            ("[![a](b.png)]", "«![a](b.png)»", &[]),
            ("- [x] a\n- [b]", "- [x] a\n- «b»", &["sheltered-brackets"]),
            ("```\na[0]\n```\n[b]", "```\na[0]\n```\n«b»", &["sheltered-brackets"]),
            ("a [b [c] d] [e]", "a b «c» d «e»", &["nested-brackets"]),
            ("a\r\n[b\r\nc]", "a\n«b\nc»", &[]),
        ] {
            assert_eq!(of(text), (marked.to_owned(), codes.to_vec()), "{text}");
        }
    }

    #[test]
    fn brackets_without_partner_or_content_are_errors() {
        for (text, code) in [
            ("a [b", "unclosed-bracket"),
            ("a] [b]", "stray-bracket"),
            ("a [] [b]", "empty-deletion"),
            ("a [ ] [b]", "empty-deletion"),
            ("a", "no-deletion"),
            ("wow![x]", "no-deletion"),
            ("- [ ] a", "no-deletion"),
        ] {
            assert_eq!(of(text), (String::new(), vec![code]), "{text}");
        }
    }

    #[test]
    fn the_offered_escape_says_the_same_without_a_word() {
        for text in ["`a[0]` [b]", "$a[i]$ and $b[j]$ [c]", "```\nx[1] = y[2];\n```\n[b]"] {
            let mut diagnostics = Vec::new();
            let before = read(text, Span::new(0, text.len()), &mut diagnostics).expect("a cloze");
            let mut mended = text.to_owned();
            for fix in diagnostics.iter().rev().filter_map(|diagnostic| diagnostic.fix.as_ref()) {
                mended.replace_range(fix.span.start..fix.span.end, &fix.text);
            }
            let mut left = Vec::new();
            let after = read(&mended, Span::new(0, mended.len()), &mut left).expect("a cloze");
            assert_eq!((after.text, left), (before.text, Vec::new()), "{mended}");
        }
    }
}
