//! A frame: lines of styled text, before anything knows how a terminal spells a colour.
//! Not for escape sequences: `term/` turns styles into them, or leaves them out.

use crate::source::{columns, printable};

/// What a piece of text means; `term/` decides how that looks. Meaning never rests on colour alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Style {
    /// Ordinary text.
    #[default]
    Plain,
    /// `**strong**`.
    Strong,
    /// `*emphasis*`.
    Emphasis,
    /// Secondary: labels, hints, gutters.
    Dim,
    /// Code spans and fences.
    Code,
    /// Keywords in fenced code.
    Keyword,
    /// Strings and numbers in fenced code.
    Literal,
    /// Comments in fenced code.
    Comment,
    /// Titles.
    Heading,
    /// Links.
    Link,
    /// The part of a cloze that was hidden, once revealed.
    Reveal,
    /// Keys to press.
    Key,
    /// Right, done, on track. Always beside a word or a sign that says so too.
    Good,
    /// Wrong, failed. Always beside a word or a sign that says so too.
    Bad,
    /// To be watched.
    Warn,
    /// Decks, names, the one thing to look at.
    Accent,
}

/// A run of text in one style.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Text without line feeds and control characters.
    pub text: String,
    /// What it means.
    pub style: Style,
}

/// One line of a frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The runs, left to right.
    pub runs: Vec<Run>,
}

impl Line {
    /// An empty line.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A line in one style.
    #[must_use]
    pub fn styled(text: impl AsRef<str>, style: Style) -> Self {
        Self::new().with(text, style)
    }

    /// A plain line.
    #[must_use]
    pub fn plain(text: impl AsRef<str>) -> Self {
        Self::styled(text, Style::Plain)
    }

    /// Adds a run; control characters in it are shown, not obeyed.
    #[must_use]
    pub fn with(mut self, text: impl AsRef<str>, style: Style) -> Self {
        self.push(text, style);
        self
    }

    /// Adds a run; control characters in it are shown, not obeyed.
    pub fn push(&mut self, text: impl AsRef<str>, style: Style) {
        let text = text.as_ref();
        if text.is_empty() {
            return;
        }
        let text = printable(text).replace('\n', " ").replace('\t', "    ");
        match self.runs.last_mut() {
            Some(last) if last.style == style => last.text.push_str(&text),
            _ => self.runs.push(Run { text, style }),
        }
    }

    /// Returns the width in terminal columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.runs.iter().map(|run| columns(&run.text)).sum()
    }

    /// Returns the text without styles.
    #[must_use]
    pub fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }
}

/// The size of a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns, at least 1.
    pub columns: usize,
    /// Rows, at least 1.
    pub rows: usize,
}

impl Size {
    /// The size every screen is designed for, and the one assumed where a terminal does not tell.
    pub const USUAL: Self = Self { columns: 80, rows: 24 };

    /// Builds a size; a zero is lifted to 1.
    #[must_use]
    pub fn new(columns: usize, rows: usize) -> Self {
        Self { columns: columns.max(1), rows: rows.max(1) }
    }
}

/// What a screen shows: a head that stays, a body that scrolls, a foot that stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Lines at the top.
    pub head: Vec<Line>,
    /// Lines between; the terminal shows as many as fit, from `scroll` on.
    pub body: Vec<Line>,
    /// Lines at the bottom.
    pub foot: Vec<Line>,
    /// The first body line shown.
    pub scroll: usize,
}

impl Frame {
    /// Returns head, body and foot as plain text, one line each, without trailing blanks.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for line in self.head.iter().chain(&self.body).chain(&self.foot) {
            text.push_str(line.text().trim_end());
            text.push('\n');
        }
        text
    }

    /// Returns the largest `scroll` that still fills a screen of `rows`; 0 when everything fits.
    #[must_use]
    pub fn max_scroll(&self, rows: usize) -> usize {
        self.body.len().saturating_sub(self.window(rows))
    }

    /// Returns how many body lines a screen of `rows` has room for, at least one.
    #[must_use]
    pub fn window(&self, rows: usize) -> usize {
        rows.saturating_sub(self.head.len() + self.foot.len()).max(1)
    }
}
