//! The review screen: one card, before and after its answer, with what is left and the keys to go on.
//! Pure: the session fills [`CardView`]; nothing here knows a session, a schedule or a terminal.

use std::ops::Range;

use super::answer::{self, with_caret};
use super::frame::{Frame, Line, Run, Size, Style};
use super::markdown::{cloze_from, links, render_from};
use super::page::{KeyHint, Page, Status, keys_line, progress};
use super::signs::CURSOR;
use super::words;
use super::wrap::{apart, prefixed, wrap, wrap_text};
use crate::review::Verdict;
use crate::source::{Span, columns};

/// Everything the review screen shows. Texts are Markdown unless said otherwise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CardView {
    /// What is going on beside daily review, as `quiz`; empty in review. Plain text.
    pub mode: String,
    /// The deck's name. Plain text.
    pub deck: String,
    /// The level's name, or empty. Plain text.
    pub level: String,
    /// Where the card stands, as `new`, `learning`, or empty. Plain text.
    pub stage: String,
    /// What is left in this session.
    pub left: Left,
    /// Cards done in this session.
    pub done: usize,
    /// Cards in this session, done and left.
    pub total: usize,
    /// What is asked; empty for a cloze, whose sentence says it all.
    pub prompt: String,
    /// How it is answered, and the answer.
    pub part: Part,
    /// Whether the answer is shown.
    pub revealed: bool,
    /// What the machine made of the answer.
    pub verdict: Option<Verdict>,
    /// The mistake behind a wrong answer, addressed to the learner. Plain text.
    pub mistake: Option<String>,
    /// The hint.
    pub hint: Note,
    /// Why the answer holds.
    pub why: Note,
    /// Where it is written; shown with the why. Plain text.
    pub source: Option<String>,
    /// The note of a flagged card; may be empty. Plain text.
    pub flag: Option<String>,
    /// The grades; shown once the answer is.
    pub buttons: Vec<Button>,
    /// A sentence for the learner.
    pub status: Option<Status>,
    /// A line being typed at the foot, as a flag's note.
    pub entry: Option<Entry>,
    /// The keys at the foot, in place of the usual ones.
    pub keys: Option<Vec<KeyHint>>,
    /// First line of the card that is shown; more than fits is brought back, see [`Frame::scroll`] of the result.
    pub scroll: usize,
    /// Whether to scroll on or back so far that what is being answered is in sight: the option under the cursor, the line
    /// typed, after the answer as much of what was right as fits.
    pub follow: bool,
}

/// What is left in a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// New cards.
    pub new: usize,
    /// Cards in learning or relearning.
    pub learning: usize,
    /// Reviews.
    pub due: usize,
}

/// A text that is shown on request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Note {
    /// There is none.
    #[default]
    None,
    /// There is one, not yet asked for.
    Hidden,
    /// It is shown.
    Shown(String),
}

/// How a card is answered, and its answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Freely.
    Recall {
        /// The answer.
        answer: String,
    },
    /// By the hidden part of a sentence.
    Cloze {
        /// The sentence.
        text: String,
        /// The bytes that are hidden.
        hidden: Span,
    },
    /// By options.
    Choice {
        /// The options as shown.
        options: Vec<OptionView>,
        /// Whether more than one may be right.
        several: bool,
        /// The option under the cursor.
        cursor: usize,
    },
    /// By an arrangement.
    Order {
        /// The items as arranged now.
        items: Vec<OrderItem>,
        /// The item under the cursor.
        cursor: usize,
        /// Whether that item is picked up and moves with the cursor.
        held: bool,
    },
    /// By text or a number.
    Typed {
        /// What was typed.
        text: String,
        /// The cursor, as a byte position in `text`.
        cursor: usize,
        /// The right answer, as shown. Plain text.
        right: String,
        /// Whether a comparison by characters helps: for words, not for numbers.
        compare: bool,
        /// The sentence with a gap that is typed, and the bytes that are hidden; nothing where the prompt says it all.
        gap: Option<(String, Span)>,
    },
}

impl Default for Part {
    fn default() -> Self {
        Self::Recall { answer: String::new() }
    }
}

/// One option of a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptionView {
    /// The key that picks it.
    pub label: String,
    /// The option.
    pub text: String,
    /// Whether it is picked.
    pub chosen: bool,
    /// Whether it is right; shown only once revealed.
    pub right: bool,
    /// Why it is right or wrong; shown only once revealed.
    pub reason: Option<String>,
}

/// One item of an arrangement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderItem {
    /// The item.
    pub text: String,
    /// Its right place, from 1; shown only once revealed.
    pub right_place: usize,
}

/// A grade to give.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Button {
    /// The key.
    pub key: String,
    /// The word.
    pub label: String,
    /// When the card would come back; empty where that means nothing.
    pub interval: String,
    /// Whether the machine proposes it, so that Enter gives it.
    pub proposed: bool,
}

/// A line being typed at the foot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What is asked, without a colon.
    pub label: String,
    /// What was typed.
    pub text: String,
    /// The cursor, as a byte position in `text`.
    pub cursor: usize,
}

impl CardView {
    /// Returns the targets of links and pictures now in sight, in the order of their numbers.
    #[must_use]
    pub fn links(&self) -> Vec<String> {
        self.texts().iter().flat_map(|text| links(text)).collect()
    }

    /// The texts in sight that may hold links, top to bottom.
    fn texts(&self) -> Vec<&str> {
        let mut texts = vec![self.prompt.as_str()];
        match &self.part {
            Part::Recall { answer } if self.revealed => texts.push(answer),
            Part::Cloze { text, .. } | Part::Typed { gap: Some((text, _)), .. } => texts.push(text),
            _ => {}
        }
        for note in [&self.hint, &self.why] {
            if let Note::Shown(text) = note {
                texts.push(text);
            }
        }
        texts
    }
}

/// Draws the review screen.
#[must_use]
pub fn screen(view: &CardView, size: Size) -> Frame {
    let page = Page::new(size);
    let (lines, focus) = body(view, page.text_width());
    let frame = page.frame(head(view, page.edge_width()), lines, foot(view, page.edge_width()), view.scroll);
    if !view.follow {
        return frame;
    }
    let window = frame.window(size.rows);
    let scroll = if focus.len() > window || focus.start < frame.scroll {
        focus.start
    } else {
        frame.scroll.max(focus.end.saturating_sub(window))
    };
    if scroll == frame.scroll {
        return frame;
    }
    let (lines, _) = body(view, page.text_width());
    page.frame(head(view, page.edge_width()), lines, foot(view, page.edge_width()), scroll)
}

/// Draws the card alone, without head and keys, a blank line before it.
#[must_use]
pub fn lines(view: &CardView, width: usize) -> Vec<Line> {
    body(view, width).0
}

fn head(view: &CardView, width: usize) -> Vec<Line> {
    let mut name = Line::new();
    for (text, style) in [
        (&view.mode, Style::Warn),
        (&view.deck, Style::Accent),
        (&view.level, Style::Dim),
        (&view.stage, Style::Dim),
    ] {
        if !text.is_empty() {
            if !name.runs.is_empty() {
                name.push(" · ", Style::Dim);
            }
            name.push(text, style);
        }
    }
    let place = format!("{}/{}", (view.done + 1).min(view.total), view.total);
    let mut counts = Line::new();
    for (count, word) in [(view.left.new, "new"), (view.left.learning, "learning"), (view.left.due, "due")] {
        if count > 0 {
            if !counts.runs.is_empty() {
                counts.push(" · ", Style::Dim);
            }
            counts.push(words::number(count), Style::Plain);
            counts.push(format!(" {word}"), Style::Dim);
        }
    }
    let bar = progress(view.done, view.total, width);
    let both = counts.width() + columns(&place) + 3;
    if name.width() + both < width {
        let mut right = counts;
        if !right.runs.is_empty() {
            right.push("   ", Style::Plain);
        }
        return vec![apart(name, right.with(place, Style::Plain), width), bar];
    }
    let mut lines = vec![apart(name, Line::plain(place), width)];
    if !counts.runs.is_empty() {
        lines.push(counts);
    }
    lines.push(bar);
    lines
}

/// Draws the card, and says which of its lines matter most now.
fn body(view: &CardView, width: usize) -> (Vec<Line>, Range<usize>) {
    let mut lines = vec![Line::new()];
    let mut numbered = Numbered { next_link: 1 };
    let mut add = |block: Vec<Line>| {
        if !block.is_empty() {
            lines.extend(block);
            lines.push(Line::new());
        }
        lines.len()
    };
    let mut answer_at = add(numbered.draw(&view.prompt, width));
    if let Part::Typed { gap: Some((text, hidden)), .. } = &view.part {
        let first_link = numbered.count(text);
        answer_at = add(cloze_from(text, *hidden, view.revealed, width, first_link));
    }
    match &view.part {
        Part::Recall { answer } if view.revealed => {
            add(vec![Line::styled("╌".repeat(width.min(12)), Style::Dim)]);
            add(numbered.draw(answer, width));
        }
        Part::Recall { .. } => {}
        Part::Cloze { text, hidden } => {
            let first_link = numbered.count(text);
            add(cloze_from(text, *hidden, view.revealed, width, first_link));
        }
        Part::Choice { options, several, cursor } => {
            let why = if let Note::Shown(why) = &view.why { why } else { "" };
            add(answer::choice(options, *several, *cursor, view.revealed.then_some(why), width));
        }
        Part::Order { items, cursor, held } => {
            add(answer::order(items, *cursor, *held, view.revealed, width));
        }
        Part::Typed { text, cursor, .. } if !view.revealed => {
            add(answer::typing(text, *cursor, width));
        }
        Part::Typed { text, right, compare, .. } => {
            let is_right = view.verdict.is_some_and(Verdict::is_right);
            add(answer::typed(text, right, *compare, is_right, width));
        }
    }
    for (label, note) in [("hint", &view.hint), ("why", &view.why)] {
        if let Note::Shown(markdown) = note {
            let first_link = numbered.count(markdown);
            add(labelled(label, width, |width| render_from(markdown, width, first_link)));
        }
    }
    // The source belongs to the why, where there is one.
    if let Some(source) = view.source.as_ref().filter(|_| view.revealed && view.why != Note::Hidden) {
        add(labelled("source", width, |width| wrap_text(source, Style::Dim, width)));
    }
    if let Some(note) = &view.flag {
        let text = if note.is_empty() { "flagged".to_owned() } else { format!("flagged: {note}") };
        let sign = Run { text: "⚑ ".to_owned(), style: Style::Warn };
        add(wrap(&[sign, Run { text, style: Style::Dim }], width));
    }
    lines.pop();
    let focus = if view.revealed {
        answer_at..lines.len()
    } else {
        let (before, with) = match &view.part {
            Part::Choice { options, several, cursor } => {
                let until = |end: usize| {
                    answer::choice(&options[..end.min(options.len())], *several, *cursor, None, width).len()
                };
                (until(*cursor), until(cursor + 1))
            }
            Part::Order { items, cursor, held } => {
                let until = |end: usize| {
                    answer::order(&items[..end.min(items.len())], *cursor, *held, false, width).len()
                };
                (until(*cursor), until(cursor + 1))
            }
            Part::Typed { text, cursor, .. } => (0, answer::typing(text, *cursor, width).len()),
            Part::Recall { .. } | Part::Cloze { .. } => (0, 0),
        };
        answer_at + before..answer_at + with
    };
    (lines, focus)
}

/// Numbers links through all the texts of a card.
struct Numbered {
    next_link: usize,
}

impl Numbered {
    /// Returns the number of a text's first link, and steps past its last.
    fn count(&mut self, markdown: &str) -> usize {
        let first = self.next_link;
        self.next_link += links(markdown).len();
        first
    }

    fn draw(&mut self, markdown: &str, width: usize) -> Vec<Line> {
        let first = self.count(markdown);
        render_from(markdown, width, first)
    }
}

fn judgement(verdict: Verdict, mistake: Option<&str>, width: usize) -> Vec<Line> {
    let style = match verdict {
        Verdict::Right => Style::Good,
        Verdict::Partly(_) => Style::Warn,
        Verdict::Wrong => Style::Bad,
    };
    let mut said = vec![Run { text: words::verdict(verdict), style }];
    if let Some(mistake) = mistake {
        said.push(Run { text: format!(": {mistake}"), style: Style::Plain });
    }
    wrap(&said, width)
}

/// A label in a margin of its own, or above where there is no room for one.
fn labelled(label: &str, width: usize, draw: impl Fn(usize) -> Vec<Line>) -> Vec<Line> {
    const MARGIN: usize = 8;
    if width < 56 {
        let mut lines = vec![Line::styled(label, Style::Dim)];
        lines.extend(draw(width));
        return lines;
    }
    let first = Line::styled(format!("{label:<MARGIN$}"), Style::Dim);
    prefixed(draw(width - MARGIN), &first, &Line::plain(" ".repeat(MARGIN)))
}

fn foot(view: &CardView, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(status) = &view.status {
        lines.extend(wrap(&status.line().runs, width));
    }
    if let Some(entry) = &view.entry {
        let mut runs = vec![Run { text: format!("{}: ", entry.label), style: Style::Accent }];
        runs.extend(with_caret(&entry.text, entry.cursor));
        lines.extend(wrap(&runs, width));
        lines.push(keys_line(&[KeyHint::new("enter", "keep"), KeyHint::new("esc", "leave")], width));
        return lines;
    }
    if view.revealed {
        // Beside the grade it proposes, and in sight however long the card is.
        if let Some(verdict) = view.verdict {
            lines.extend(judgement(verdict, view.mistake.as_deref(), width));
        }
        lines.extend(button_lines(&view.buttons, width));
    }
    let usual;
    let keys = match &view.keys {
        Some(keys) => keys,
        None => {
            usual = usual_keys(view);
            &usual
        }
    };
    lines.push(keys_line(keys, width));
    lines
}

/// The grades on one line, or on two where one is too narrow.
fn button_lines(buttons: &[Button], width: usize) -> Vec<Line> {
    let show = |button: &Button| {
        let mut line = Line::styled(if button.proposed { CURSOR } else { " " }, Style::Key);
        line.push(&button.key, Style::Key);
        line.push(format!(" {}", button.label), if button.proposed { Style::Strong } else { Style::Plain });
        if !button.interval.is_empty() {
            line.push(format!(" {}", button.interval), Style::Dim);
        }
        line
    };
    let shown: Vec<Line> = buttons.iter().map(show).collect();
    let widest = shown.iter().map(Line::width).max().unwrap_or(0);
    let total: usize = shown.iter().map(|line| line.width() + 2).sum();
    let (a_line, cell) = if total <= width + 2 { (shown.len(), 0) } else { (2, widest) };
    shown
        .chunks(a_line.max(1))
        .map(|chunk| {
            let mut line = Line::new();
            for (index, button) in chunk.iter().enumerate() {
                if index > 0 {
                    line.push("  ", Style::Plain);
                }
                button.runs.iter().for_each(|run| line.push(&run.text, run.style));
                line.push(" ".repeat(cell.saturating_sub(button.width())), Style::Plain);
            }
            line
        })
        .collect()
}

/// The keys of daily review that make sense now.
fn usual_keys(view: &CardView) -> Vec<KeyHint> {
    let mut keys = Vec::new();
    let mut key = |key: &str, does: &str| keys.push(KeyHint::new(key, does));
    if view.revealed {
        if let Some(button) = view.buttons.iter().find(|button| button.proposed) {
            key("enter", &button.label.to_lowercase());
        }
        if view.why == Note::Hidden {
            key("w", "why");
        }
    } else {
        match &view.part {
            Part::Recall { .. } | Part::Cloze { .. } => key("space", "show answer"),
            Part::Choice { options, several, .. } => {
                let ends = (options.first(), options.last());
                if let (Some(first), Some(last)) = ends {
                    let labels = format!("{}–{}", first.label, last.label);
                    key(&labels, if *several { "tick" } else { "choose" });
                }
                key("enter", "answer");
            }
            Part::Order { held, .. } => {
                key("↑↓", "move");
                key("space", if *held { "put down" } else { "pick up" });
                key("enter", "answer");
            }
            Part::Typed { .. } => {
                key("enter", "answer");
                key("esc", "leave the line");
            }
        }
        if view.hint == Note::Hidden {
            key("h", "hint");
        }
    }
    key("u", "undo");
    key("e", "edit");
    key("f", "flag");
    key("b", "bury");
    key("?", "help");
    key("q", "quit");
    keys
}
