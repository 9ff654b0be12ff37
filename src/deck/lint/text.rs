//! A text as the rules see it: Markdown marks gone, white space collapsed, every byte knowing where it came from.
//! Words, content words, sentences and list items are defined here once. Not for rules.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::stem::{self, Stem};
use crate::source::Span;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Lower case, without punctuation at its end.
    pub(super) text: String,
    /// Its bytes in [`Text::plain`].
    pub(super) at: Range<usize>,
    /// How many bytes of `text` are its stem; none for a stop word or a single letter.
    stem: Option<Stem>,
}

impl Word {
    /// Returns the stem where this is a content word: two characters or more, and not in the stop list.
    pub(super) fn content(&self) -> Option<Cow<'_, str>> {
        self.stem.map(|stem| stem.of(&self.text))
    }
}

/// A part of a deck, flattened.
#[derive(Clone, Debug, Default)]
pub(super) struct Text {
    /// NFKC, without emphasis and backticks; a fenced block is the word `CODE`.
    pub(super) plain: String,
    /// The words in order.
    pub(super) words: Vec<Word>,
    /// The sentences, as ranges of `plain`.
    pub(super) sentences: Vec<Range<usize>>,
    /// How many list items the text has.
    pub(super) bullets: usize,
    /// Alternative texts and addresses of pictures, with their places.
    pub(super) pictures: Vec<(String, Span)>,
    /// Runs set in bold, as ranges of `plain`.
    pub(super) bold: Vec<Range<usize>>,
    /// The bytes of the source.
    pub(super) span: Span,
    code: Vec<Range<usize>>,
    /// For each byte of `plain` the bytes of the source from which it came.
    origin: Vec<(u32, u32)>,
}

impl Text {
    /// Flattens `span` of `source`; the bytes in `cuts` are left out (brackets of deletions).
    pub(super) fn new(source: &str, span: Span, cuts: &[Span]) -> Self {
        let mut flat =
            Flat { source, cuts, at: span.start, end: span.end, text: Self { span, ..Self::default() } };
        flat.run();
        let mut text = flat.text;
        while text.plain.ends_with(' ') {
            text.plain.pop();
            text.origin.pop();
        }
        text.bold.retain(|bold| bold.end != usize::MAX);
        text.words = words(&text.plain);
        text.sentences = text.split_sentences();
        text
    }

    /// Returns the bytes of the source behind a range of `plain`.
    pub(super) fn source_span(&self, range: &Range<usize>) -> Span {
        let last = range.end.min(self.origin.len());
        match (self.origin.get(range.start), last.checked_sub(1).and_then(|last| self.origin.get(last))) {
            (Some(from), Some(to)) => Span::new(from.0 as usize, to.1 as usize),
            _ => self.span,
        }
    }

    /// Returns the range of `plain` that came from a span of the source.
    pub(super) fn range_of(&self, span: Span) -> Range<usize> {
        let from = self.origin.partition_point(|&(start, _)| (start as usize) < span.start);
        let to = self.origin.partition_point(|&(start, _)| (start as usize) < span.end);
        from..to.max(from)
    }

    /// Returns the content words, stemmed, in order.
    pub(super) fn content(&self) -> Vec<String> {
        self.words.iter().filter_map(Word::content).map(Cow::into_owned).collect()
    }

    /// Returns a part of `plain` as duplicates are compared: code, maths and pictures to the letter; of the rest the
    /// words in lower case and the signs, without those that part sentences. A letter alone keeps its case: it is a
    /// key or a name.
    pub(super) fn compared(&self, source: &str, range: &Range<usize>) -> String {
        let mut out = String::with_capacity(range.len());
        let mut at = range.start;
        for code in self.code.iter().filter(|code| range.start <= code.start && code.end <= range.end) {
            plainly(&self.plain[at.min(code.start)..code.start], &mut out);
            let written = self.source_span(code);
            out.push('`');
            // A block is one word in `plain`, and all of itself here.
            out.push_str(source.get(written.start..written.end).unwrap_or_default().trim());
            out.push('`');
            at = code.end;
        }
        plainly(&self.plain[at.min(range.end)..range.end], &mut out);
        if range.len() == self.plain.len() {
            for (picture, _) in &self.pictures {
                out.push_str(picture);
            }
        }
        out.truncate(out.trim_end().len());
        if out.is_empty() {
            // Marks alone are what is asked: a key, an operator.
            out.push_str(source.get(self.span.start..self.span.end).unwrap_or_default().trim());
        }
        out
    }

    /// Tells whether a range of `plain` lies in code or maths.
    pub(super) fn is_code(&self, range: &Range<usize>) -> bool {
        self.code.iter().any(|code| code.start <= range.start && range.end <= code.end)
    }

    /// Tells whether the text holds code or maths.
    pub(super) fn has_code(&self) -> bool {
        !self.code.is_empty() || self.plain.contains('$')
    }

    /// Tells whether a range of `plain` is set in bold.
    pub(super) fn is_bold(&self, range: &Range<usize>) -> bool {
        self.bold.iter().any(|bold| bold.start <= range.start && range.end <= bold.end)
    }

    /// Tells whether a part of a range of `plain` is set in bold, as in "**crash**-tolerant".
    pub(super) fn touches_bold(&self, range: &Range<usize>) -> bool {
        self.bold.iter().any(|bold| bold.start < range.end && range.start < bold.end)
    }

    /// Finds consecutive words outside of code, and returns their range in `plain`.
    pub(super) fn phrase(&self, phrase: &[&str]) -> Option<Range<usize>> {
        let found = self.words.windows(phrase.len()).find(|window| {
            window.iter().zip(phrase).all(|(word, wanted)| word.text == *wanted)
                && !self.is_code(&window[0].at)
        })?;
        Some(found[0].at.start..found[found.len() - 1].at.end)
    }

    /// Finds the first of several words outside of code.
    pub(super) fn any_word(&self, wanted: &[&str]) -> Option<&Word> {
        self.words.iter().find(|word| wanted.contains(&word.text.as_str()) && !self.is_code(&word.at))
    }

    /// Tells whether the text asks why or how.
    pub(super) fn asks_why(&self) -> bool {
        self.any_word(&["why", "how"]).is_some()
    }

    /// Returns the words of a range of `plain`.
    pub(super) fn words_in(&self, range: &Range<usize>) -> &[Word] {
        let from = self.words.partition_point(|word| word.at.start < range.start);
        let to = self.words.partition_point(|word| word.at.start < range.end);
        &self.words[from..to.max(from)]
    }

    /// Returns the sentence that asks: the last one that ends in a question mark, else the last.
    pub(super) fn asking(&self) -> Range<usize> {
        let asks = |range: &&Range<usize>| self.plain[range.start..range.end].ends_with('?');
        self.sentences.iter().rfind(asks).or(self.sentences.last()).cloned().unwrap_or(0..self.plain.len())
    }

    /// Counts the items of an enumeration: list bullets, else parts between `;`, else short parts within one sentence.
    pub(super) fn items(&self) -> usize {
        if self.bullets >= 2 {
            return self.bullets;
        }
        let semicolons = self.plain.trim_end_matches(['.', ';', ' ']).matches(';').count();
        if semicolons > 0 {
            return semicolons + 1;
        }
        self.sentences.iter().map(|range| self.short_parts(range)).max().unwrap_or(0)
    }

    /// Counts the parts of a sentence split at commas and "and", when there are three and only the first may be long.
    fn short_parts(&self, range: &Range<usize>) -> usize {
        let sentence = &self.plain[range.start..range.end];
        let parts: Vec<Vec<Word>> = sentence
            .split(", ")
            .flat_map(|part| part.strip_prefix("and ").unwrap_or(part).split(" and "))
            .map(words)
            .filter(|words| !words.is_empty())
            .collect();
        // A part that only restricts what stands before it makes the sentence no enumeration.
        let restricts = |part: &Vec<Word>| {
            matches!(
                part[0].text.as_str(),
                "but" | "not" | "such" | "so" | "because" | "which" | "who" | "where" | "if"
            )
        };
        if parts.iter().skip(1).any(restricts) {
            return 0;
        }
        let parts: Vec<usize> = parts.iter().map(Vec::len).collect();
        if parts.len() >= 3 && parts[1..].iter().all(|&words| words <= 5) { parts.len() } else { 0 }
    }

    fn split_sentences(&self) -> Vec<Range<usize>> {
        let bytes = self.plain.as_bytes();
        let mut sentences = Vec::new();
        let mut start = 0;
        for (at, _) in self.plain.match_indices(['.', '?', '!']) {
            if bytes.get(at + 1) != Some(&b' ') || at < start {
                continue;
            }
            let Some(next) = self.plain[at + 2..].chars().next() else { continue };
            // A code span has lost its backtick, which also may begin a sentence.
            let begins = next.is_uppercase()
                || next.is_ascii_digit()
                || next == '('
                || self.code.iter().any(|code| code.start == at + 2);
            if begins && !(bytes[at] == b'.' && is_abbreviation(&self.plain[start..at])) {
                sentences.push(start..at + 1);
                start = at + 2;
            }
        }
        if start < self.plain.len() {
            sentences.push(start..self.plain.len());
        }
        sentences
    }
}

fn plainly(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        if word > 0 {
            let single = rest[..word].chars().nth(1).is_none();
            // "A leader" begins with an article.
            let article = rest.starts_with("A ") && rest[2..].starts_with(|c: char| c.is_lowercase());
            if single && !article {
                out.push_str(&rest[..word]);
            } else {
                out.push_str(&rest[..word].to_lowercase());
            }
            rest = &rest[word..];
            continue;
        }
        let is_mark = matches!(
            first,
            '.' | ',' | '?' | '!' | ':' | ';' | '"' | '\'' | '(' | ')' | '“'..='”' | '‘' | '’' | '…'
        );
        if !first.is_whitespace() && !is_mark {
            out.push(first);
        } else if first.is_whitespace() && !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
        rest = &rest[first.len_utf8()..];
    }
}

/// Tells whether a full stop behind this text ends an abbreviation and not a sentence.
fn is_abbreviation(before: &str) -> bool {
    let last = before.rsplit([' ', '(']).next().unwrap_or_default().to_lowercase();
    ["e.g", "i.e", "vs", "cf", "al", "fig", "ch", "sec", "no", "approx", "ed", "p", "pp", "st", "resp"]
        .contains(&last.as_str())
}

/// Splits a flattened text into words.
fn words(plain: &str) -> Vec<Word> {
    let joins = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '’' | '/' | '+' | '.' | '-');
    let mut words = Vec::new();
    let mut rest = 0;
    while let Some(from) = plain[rest..].find(char::is_alphanumeric).map(|at| rest + at) {
        let to = plain[from..].find(|c| !joins(c)).map_or(plain.len(), |at| from + at);
        let raw = plain[from..to].trim_end_matches(['.', '-', '/', '\'', '’']);
        let mut text = raw.to_lowercase();
        if !raw.is_ascii() {
            text = text.replace('’', "'");
        }
        words.push(Word { stem: stem::find(&text), text, at: from..from + raw.len() });
        rest = to;
    }
    words
}

/// Splits any text into words, without places.
pub(super) fn words_of(text: &str) -> Vec<String> {
    words(text).into_iter().map(|word| word.text).collect()
}

/// The flattening, under way.
struct Flat<'a> {
    source: &'a str,
    cuts: &'a [Span],
    at: usize,
    end: usize,
    text: Text,
}

impl<'a> Flat<'a> {
    fn rest(&self) -> &'a str {
        self.source.get(self.at..self.end).unwrap_or_default()
    }

    fn run(&mut self) {
        let mut line_start = true;
        while !self.rest().is_empty() {
            if line_start && self.line_marks() {
                continue;
            }
            line_start = self.rest().starts_with('\n');
            if !self.letters() {
                self.step();
            }
        }
    }

    /// Takes fences and list marks at the start of a line; tells whether a whole block was taken.
    fn line_marks(&mut self) -> bool {
        let rest = self.rest();
        let line = rest.trim_start_matches([' ', '\t', '>']);
        if line.starts_with("```") || line.starts_with("~~~") {
            let mark = &line[..3];
            let body = rest.find('\n').map_or(rest.len(), |at| at + 1);
            let mut end = body;
            for line in rest[body..].split_inclusive('\n') {
                end += line.len();
                if line.trim_start().starts_with(mark) {
                    break;
                }
            }
            let whole = Span::new(self.at, self.at + end);
            self.space(whole.start);
            let from = self.text.plain.len();
            for c in "CODE".chars() {
                self.push(c, whole);
            }
            self.text.code.push(from..self.text.plain.len());
            self.space(whole.end.saturating_sub(1));
            self.at = whole.end;
            return true;
        }
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let mark = match line.as_bytes().first() {
            Some(b'-' | b'*' | b'+') => 1,
            Some(b'0'..=b'9') if digits <= 3 && matches!(line.as_bytes().get(digits), Some(b'.' | b')')) => {
                digits + 1
            }
            _ => 0,
        };
        if mark > 0 && line[mark..].starts_with([' ', '\t']) {
            self.text.bullets += 1;
            self.at += rest.len() - line.len() + mark;
        } else if line.starts_with('#') {
            self.at += rest.len() - line.trim_start_matches('#').len();
        } else {
            self.at += rest.len() - line.len();
        }
        false
    }

    /// Takes a run of plain letters and digits, which most of any text is; tells whether there was one.
    fn letters(&mut self) -> bool {
        let rest = self.rest();
        let mut run = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        // The last one may carry a mark that combines with it.
        if run > 0 && rest.as_bytes().get(run).is_some_and(|byte| !byte.is_ascii()) {
            run -= 1;
        }
        if run == 0 || self.cuts.iter().any(|cut| (self.at..self.at + run).contains(&cut.start)) {
            return false;
        }
        self.text.plain.push_str(&rest[..run]);
        self.text.origin.extend((self.at..self.at + run).map(|at| (at as u32, at as u32 + 1)));
        self.at += run;
        true
    }

    fn step(&mut self) {
        let rest = self.rest();
        let Some(c) = rest.chars().next() else { return };
        if let Some(cut) = self.cuts.iter().find(|cut| cut.start == self.at && !cut.is_empty()) {
            self.at = cut.end;
            return;
        }
        match c {
            '<' if rest.starts_with("<!--") => {
                self.at += rest.find("-->").map_or(rest.len(), |at| at + 3);
            }
            '`' => self.code_span(),
            '$' => self.maths(),
            '\\' if rest[1..].starts_with(|c: char| c.is_ascii_punctuation()) => {
                self.at += 1;
                self.literal();
            }
            '*' | '_' => self.emphasis(c),
            '!' if rest.starts_with("![") => self.picture(),
            '[' if link_end(rest).is_some() => self.at += 1,
            ']' if rest.starts_with("](") => {
                self.at += rest.find(')').map_or(rest.len(), |at| at + 1);
            }
            _ => self.literal(),
        }
    }

    fn code_span(&mut self) {
        let rest = self.rest();
        let ticks = rest.bytes().take_while(|&byte| byte == b'`').count();
        self.at += ticks;
        let inner = near(&rest[ticks..]);
        let close = inner
            .match_indices(&rest[..ticks])
            .map(|(at, _)| at)
            .find(|&at| !inner[at + ticks..].starts_with('`') && !inner[..at].ends_with('`'));
        if let Some(length) = close {
            self.raw(length);
            self.at += ticks;
        }
    }

    fn maths(&mut self) {
        let rest = self.rest();
        let marks = if rest.starts_with("$$") { 2 } else { 1 };
        let inner = near(&rest[marks..]);
        let close = inner.find(&rest[..marks]).filter(|&at| {
            !inner.starts_with([' ', '\n'])
                && !inner[..at].ends_with(' ')
                && !inner[at + marks..].starts_with(|c: char| c.is_ascii_digit())
        });
        match close {
            Some(length) => self.raw(length + 2 * marks),
            None => self.literal(),
        }
    }

    /// Takes bytes as they are and notes them as code.
    fn raw(&mut self, length: usize) {
        let end = self.at + length;
        let from = self.text.plain.len();
        while self.at < end {
            self.literal();
        }
        self.text.code.push(from..self.text.plain.len());
    }

    fn emphasis(&mut self, mark: char) {
        let rest = self.rest();
        let run = rest.len() - rest.trim_start_matches(mark).len();
        let before = self.source[..self.at].chars().next_back().filter(|_| self.at > self.text.span.start);
        let after = rest[run..].chars().next();
        let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let outside = |c: Option<char>| c.is_none_or(char::is_whitespace);
        if (inside(before) && inside(after) && run == 1) || (outside(before) && outside(after)) {
            self.literal();
            return;
        }
        if run >= 2 {
            let here = self.text.plain.len();
            match self.text.bold.last_mut().filter(|last| last.end == usize::MAX) {
                Some(open) => open.end = here,
                None => self.text.bold.push(here..usize::MAX),
            }
        }
        self.at += run;
    }

    fn picture(&mut self) {
        let rest = self.rest();
        let end = match link_end(&rest[1..]) {
            Some(end) => end + 1,
            None => 2,
        };
        let span = Span::new(self.at, self.at + end);
        self.text.pictures.push((rest[..end].to_owned(), span));
        self.at += end;
    }

    /// Takes one character with the marks that combine with it.
    fn literal(&mut self) {
        let rest = self.rest();
        let mut chars = rest.char_indices();
        let Some((_, first)) = chars.next() else { return };
        let combines = |c: char| !c.is_ascii() && is_combining_mark(c);
        let length = chars.find(|&(_, c)| !combines(c)).map_or(rest.len(), |(at, _)| at);
        let span = Span::new(self.at, self.at + length);
        self.at += length;
        if first.is_ascii() && length == 1 {
            if first.is_ascii_whitespace() {
                self.space(span.start);
            } else {
                self.push(first, span);
            }
            return;
        }
        for c in rest[..length].nfkc() {
            if c.is_whitespace() {
                self.space(span.start);
            } else {
                self.push(c, span);
            }
        }
    }

    fn space(&mut self, at: usize) {
        if !self.text.plain.is_empty() && !self.text.plain.ends_with(' ') {
            self.push(' ', Span::new(at, at + 1));
        }
    }

    fn push(&mut self, c: char, from: Span) {
        self.text.plain.push(c);
        // Decks are below 4 GiB: the shelf reads none above 16 MiB.
        let origin = (from.start as u32, from.end as u32);
        self.text.origin.resize(self.text.plain.len(), origin);
    }
}

/// Returns what lies near enough to close something: without the bound, a text of openers alone would be read once
/// for each of them.
fn near(text: &str) -> &str {
    let mut end = text.len().min(4096);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Returns where a link or picture ends that begins with `[`.
fn link_end(text: &str) -> Option<usize> {
    let text = near(text);
    let close = text.find(']')?;
    let address = text[close + 1..].strip_prefix('(')?;
    (!text[..close].contains('\n')).then_some(())?;
    address.find(')').map(|at| close + 2 + at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source: &str) -> Text {
        Text::new(source, Span::new(0, source.len()), &[])
    }

    #[test]
    fn marks_vanish_and_places_stay() {
        let source = "Why **must** `a_b` be\n  in [Raft](http://x)?";
        let flat = text(source);
        assert_eq!(flat.plain, "Why must a_b be in Raft?");
        let raft = flat.phrase(&["raft"]).expect("a word");
        assert_eq!(flat.source_span(&raft), Span::new(28, 32));
        let must = flat.phrase(&["must"]).expect("a word");
        assert!(flat.is_bold(&must) && !flat.is_bold(&raft));
        assert!(flat.has_code());
    }

    #[test]
    fn fences_comments_lists_and_pictures_are_known() {
        let flat = text("What?\n```rust\nlet a = 1;\n```\n- one\n- 2 * 3 <!-- note -->\n![the alt](p.png)");
        assert_eq!(flat.plain, "What? CODE one 2 * 3");
        assert_eq!(flat.bullets, 2);
        assert_eq!(flat.pictures[0].0, "![the alt](p.png)");
        assert_eq!(text("snake_case _soft_ \\*").plain, "snake_case soft *");
        assert_eq!(text("ﬁve e\u{301}").plain, "five é");
    }

    #[test]
    fn words_and_sentences_follow_the_definitions() {
        let flat = text("Read-ahead of N/2 pages. A leader's log (e.g. Raft's) grows? `x` stays. no more.");
        let words: Vec<_> = flat.words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(words[..6], ["read-ahead", "of", "n/2", "pages", "a", "leader's"]);
        assert_eq!(flat.sentences.len(), 3, "{:?}", flat.sentences);
        assert_eq!(&flat.plain[flat.asking()], "A leader's log (e.g. Raft's) grows?");
    }

    #[test]
    fn items_are_counted_by_bullets_semicolons_or_short_parts() {
        for (source, items) in [
            ("- a\n- b\n- c", 3),
            ("one thing; another thing; a third", 3),
            ("producers, brokers and consumers", 3),
            ("It rejects it, and its reply shows the sender the higher term and more.", 0),
            ("one and two", 0),
            ("a, b, c, and d", 4),
        ] {
            assert_eq!(text(source).items(), items, "{source}");
        }
    }
}
