//! The frame that all screens share: a calm column in the middle, a rule above the foot that says what is out of
//! sight, and keys with their words.
//! Not for any one screen.

use super::frame::{Frame, Line, Run, Size, Style};
use super::wrap::{clip, prefixed, wrap_text};

/// No screen spreads its content over more columns than this.
const WIDEST: usize = 80;

/// A key and what it does, as shown at the foot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHint {
    /// The key: `space`, `u`, `1–4`.
    pub key: String,
    /// What it does, in a word or two.
    pub does: String,
}

impl KeyHint {
    /// Builds a hint.
    #[must_use]
    pub fn new(key: impl Into<String>, does: impl Into<String>) -> Self {
        Self { key: key.into(), does: does.into() }
    }
}

/// A sentence for the learner, shown until the next key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The sentence: lower case, no full stop.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
}

/// How a status is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It was done.
    Done,
    /// It was not done, or something is to be watched.
    Warning,
}

impl Status {
    /// Says that something was done.
    #[must_use]
    pub fn done(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Done }
    }

    /// Warns.
    #[must_use]
    pub fn warning(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Warning }
    }

    /// Returns the line that shows it.
    #[must_use]
    pub fn line(&self) -> Line {
        match self.tone {
            Tone::Done => Line::styled("· ", Style::Dim).with(&self.text, Style::Plain),
            Tone::Warning => Line::styled("! ", Style::Warn).with(&self.text, Style::Plain),
        }
    }
}

/// Where things stand on a screen of a given size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The whole screen.
    pub size: Size,
    /// Columns of the middle column.
    pub width: usize,
    left: usize,
}

impl Page {
    /// Lays out a screen.
    #[must_use]
    pub fn new(size: Size) -> Self {
        let width = size.columns.min(WIDEST);
        Self { size, width, left: (size.columns - width) / 2 }
    }

    /// Blank columns before and after the text of a card.
    #[must_use]
    pub fn margin(&self) -> usize {
        match self.width {
            0..=19 => 0,
            20..=59 => 1,
            _ => 3,
        }
    }

    /// Columns for the text of a card.
    #[must_use]
    pub fn text_width(&self) -> usize {
        self.width - 2 * self.margin()
    }

    /// Columns of head and foot, between blanks of one column where there is room.
    #[must_use]
    pub fn edge_width(&self) -> usize {
        self.width - 2 * self.edge()
    }

    fn edge(&self) -> usize {
        usize::from(self.width >= 20)
    }

    /// Returns how many lines of the body are in sight between a head and a foot, at least one.
    #[must_use]
    pub fn window(&self, head: &[Line], foot: &[Line]) -> usize {
        // The rule stands between body and foot.
        self.size.rows.saturating_sub(head.len() + 1 + foot.len()).max(1)
    }

    /// Builds the frame. `head` and `foot` are as wide as [`Page::edge_width`], `body` as [`Page::text_width`].
    ///
    /// A scroll past the end is brought back; the rule above the foot says how much lies above and below.
    #[must_use]
    pub fn frame(&self, head: Vec<Line>, body: Vec<Line>, foot: Vec<Line>, scroll: usize) -> Frame {
        let indent = |lines: Vec<Line>, by: usize| {
            let blank = Line::plain(" ".repeat(by));
            prefixed(lines, &blank, &blank)
        };
        let mut frame = Frame {
            head: indent(head, self.left + self.edge()),
            body: indent(body, self.left + self.margin()),
            foot: indent(foot, self.left + self.edge()),
            scroll: 0,
        };
        frame.foot.insert(0, Line::new());
        frame.scroll = scroll.min(frame.max_scroll(self.size.rows));
        let below = frame.body.len().saturating_sub(frame.scroll + frame.window(self.size.rows));
        let mut rule = Line::plain(" ".repeat(self.left));
        for run in rule_line(self.width, frame.scroll, below).runs {
            rule.push(run.text, run.style);
        }
        frame.foot[0] = rule;
        for line in frame.head.iter_mut().chain(&mut frame.body).chain(&mut frame.foot) {
            clip(line, self.size.columns);
        }
        frame
    }
}

/// The rule above the foot, with what is out of sight.
fn rule_line(width: usize, above: usize, below: usize) -> Line {
    let lines = |count: usize| if count == 1 { "line" } else { "lines" };
    let told = match (above, below) {
        (0, 0) => return Line::styled("─".repeat(width), Style::Dim),
        (0, below) => format!(" ▼ {below} more {} ", lines(below)),
        (above, 0) => format!(" ▲ {above} {} above ", lines(above)),
        (above, below) => format!(" ▲ {above} above · ▼ {below} more "),
    };
    let before = "─".repeat(3.min(width));
    let after = "─".repeat(width.saturating_sub(3 + crate::source::columns(&told)));
    Line::styled(before, Style::Dim).with(told, Style::Accent).with(after, Style::Dim)
}

/// A thin bar, `done` of `total` filled.
#[must_use]
pub fn progress(done: usize, total: usize, width: usize) -> Line {
    // Only a finished session fills it, only an untouched one leaves it empty.
    let filled = match (done * width).checked_div(total) {
        None | Some(0) if done == 0 || total == 0 => 0,
        None | Some(0) => 1.min(width),
        Some(filled) => filled.min(width),
    };
    Line::styled("━".repeat(filled), Style::Accent).with("─".repeat(width - filled), Style::Dim)
}

/// A screen narrower than this has no room for the key to leave; help names it.
const ROOM_TO_LEAVE: usize = 48;

/// One line of keys: as many as fit, the first ones first; the last two (help and leave, by custom) always, or help
/// alone on a narrow screen.
#[must_use]
pub fn keys_line(keys: &[KeyHint], width: usize) -> Line {
    let show = |keys: &[&KeyHint]| {
        let mut line = Line::new();
        for (index, hint) in keys.iter().enumerate() {
            if index > 0 {
                line.push(" · ", Style::Dim);
            }
            line.push(&hint.key, Style::Key);
            line.push(format!(" {}", hint.does), Style::Plain);
        }
        line
    };
    let all = show(&keys.iter().collect::<Vec<_>>());
    if all.width() <= width {
        return all;
    }
    let (optional, fixed) = keys.split_at(keys.len().saturating_sub(2));
    let fixed = if width < ROOM_TO_LEAVE && !optional.is_empty() { &fixed[..1] } else { fixed };
    for kept in (0..=optional.len()).rev() {
        let line = show(&optional[..kept].iter().chain(fixed).collect::<Vec<_>>());
        if line.width() <= width || kept == 0 {
            return line;
        }
    }
    Line::new()
}

/// All keys, in as many lines as they need.
#[must_use]
pub fn keys_lines(keys: &[KeyHint], width: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for hint in keys {
        let item = [
            Run { text: hint.key.clone(), style: Style::Key },
            Run { text: format!(" {}", hint.does), style: Style::Plain },
        ];
        let wide: usize = item.iter().map(|run| crate::source::columns(&run.text)).sum();
        let gap = 3;
        match lines.last_mut() {
            Some(line) if line.width() + gap + wide <= width => line.push(" ".repeat(gap), Style::Plain),
            _ => lines.push(Line::new()),
        }
        if let Some(line) = lines.last_mut() {
            item.iter().for_each(|run| line.push(&run.text, run.style));
        }
    }
    lines
}

/// Labels in a margin of `label_width` columns, each with its text beside it.
#[must_use]
pub fn facts<L: AsRef<str>>(rows: &[(L, String)], label_width: usize, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let rest = Line::plain(" ".repeat(label_width));
    for (label, text) in rows {
        let first = Line::styled(format!("{:<label_width$}", label.as_ref()), Style::Dim);
        lines.extend(prefixed(
            wrap_text(text, Style::Plain, width.saturating_sub(label_width).max(8)),
            &first,
            &rest,
        ));
    }
    lines.iter_mut().for_each(|line| clip(line, width));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_tells_what_is_out_of_sight() {
        assert_eq!(rule_line(20, 0, 0).text(), "─".repeat(20));
        assert_eq!(rule_line(30, 0, 1).text(), "─── ▼ 1 more line ────────────");
        assert_eq!(rule_line(30, 12, 0).text(), "─── ▲ 12 lines above ─────────");
        assert_eq!(rule_line(30, 2, 3).text(), "─── ▲ 2 above · ▼ 3 more ─────");
    }

    #[test]
    fn a_bar_is_full_only_at_the_end_and_empty_only_at_the_start() {
        let bar = |done, total| progress(done, total, 8).text();
        assert_eq!(bar(0, 100), "────────");
        assert_eq!(bar(1, 100), "━───────");
        assert_eq!(bar(99, 100), "━━━━━━━─");
        assert_eq!(bar(100, 100), "━━━━━━━━");
        assert_eq!(bar(0, 0), "────────");
    }

    #[test]
    fn help_and_leave_are_the_last_keys_to_go() {
        let keys = ["space show", "u undo", "e edit", "? help", "q quit"].map(|hint| {
            let (key, does) = hint.split_once(' ').unwrap();
            KeyHint::new(key, does)
        });
        assert_eq!(keys_line(&keys, 80).text(), "space show · u undo · e edit · ? help · q quit");
        assert_eq!(keys_line(&keys, 38).text(), "space show · u undo · e edit · ? help");
        assert_eq!(keys_line(&keys, 20).text(), "space show · ? help");
        assert_eq!(keys_line(&keys, 10).text(), "? help");
        let lines: Vec<String> = keys_lines(&keys, 24).iter().map(Line::text).collect();
        assert_eq!(lines, ["space show   u undo", "e edit   ? help   q quit"]);
    }
}
