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
    /// The fewest that it may take, where it may end before all of them; else 0.
    pub fewest: usize,
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
    /// What a key has just brought into play: `scroll` moves as far as needed to have it in sight, to its start where it
    /// is longer than the screen. A part that is not drawn moves nothing.
    pub follow: Option<Focus>,
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

    /// The rows of the option or item under the cursor, where they are wanted: by drawing those up to it alone.
    fn cursor_rows(
        &self,
        cursor: usize,
        count: usize,
        draw: impl Fn(usize) -> Vec<Line>,
    ) -> Option<Range<usize>> {
        let rows = |upto: usize| draw(upto.min(count)).len();
        (self.follow == Some(Focus::Cursor)).then(|| rows(cursor)..rows(cursor + 1))
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

/// A part of a card that a key has just brought into play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// The answer, once shown.
    Answer,
    /// The option, item or line that the cursor is on.
    Cursor,
    /// The hint.
    Hint,
    /// The why.
    Why,
}

/// Draws the review screen.
#[must_use]
pub fn screen(view: &CardView, size: Size) -> Frame {
    let page = Page::new(size);
    let (head, foot) = (head(view, page.edge_width()), foot(view, page.edge_width()));
    let body = Body::draw(view, page.text_width());
    let scroll = match view.follow.and_then(|focus| body.lines_of(focus)) {
        Some(lines) => view.scroll.max(lines.end.saturating_sub(page.window(&head, &foot))).min(lines.start),
        None => view.scroll,
    };
    page.frame(head, body.lines, foot, scroll)
}

/// Draws the card alone, without head and keys, a blank line before it.
#[must_use]
pub fn lines(view: &CardView, width: usize) -> Vec<Line> {
    Body::draw(view, width).lines
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
    let number = (view.done + 1).min(view.total);
    // Past the fewest, any card may be the last.
    let place = if number < view.fewest && view.fewest < view.total {
        format!("{number}/{}–{}", view.fewest, view.total)
    } else {
        format!("{number}/{}", view.total)
    };
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

/// The card, and which of its lines are which part.
#[derive(Default)]
struct Body {
    lines: Vec<Line>,
    parts: Vec<(Focus, Range<usize>)>,
}

impl Body {
    fn draw(view: &CardView, width: usize) -> Self {
        let mut body = Self::default();
        let mut numbered = Numbered { next_link: 1 };
        body.add(numbered.draw(&view.prompt, width));
        if let Part::Typed { gap: Some((text, hidden)), .. } = &view.part {
            let first_link = numbered.count(text);
            body.add(cloze_from(text, *hidden, view.revealed, width, first_link));
        }
        body.answer(view, width, &mut numbered);
        for (label, focus, note) in [("hint", Focus::Hint, &view.hint), ("why", Focus::Why, &view.why)] {
            if let Note::Shown(markdown) = note {
                let first_link = numbered.count(markdown);
                let lines =
                    body.add(labelled(label, width, |width| render_from(markdown, width, first_link)));
                // Shown along with the answer, it is read along with it.
                if let Some((_, answer)) = body.parts.iter_mut().find(|(part, _)| *part == Focus::Answer) {
                    answer.end = lines.end;
                }
                body.parts.push((focus, lines));
            }
        }
        // The source belongs to the why, where there is one.
        if let Some(source) = view.source.as_ref().filter(|_| view.revealed && view.why != Note::Hidden) {
            body.add(labelled("source", width, |width| wrap_text(source, Style::Dim, width)));
        }
        if let Some(note) = &view.flag {
            let text = if note.is_empty() { "flagged".to_owned() } else { format!("flagged: {note}") };
            let sign = Run { text: "⚑ ".to_owned(), style: Style::Warn };
            body.add(wrap(&[sign, Run { text, style: Style::Dim }], width));
        }
        body
    }

    fn answer(&mut self, view: &CardView, width: usize, numbered: &mut Numbered) {
        let revealed = view.revealed;
        let mut cursor_rows = None;
        let block = match &view.part {
            Part::Recall { answer } => {
                if !revealed {
                    return;
                }
                self.add(vec![Line::styled("╌".repeat(width.min(12)), Style::Dim)]);
                numbered.draw(answer, width)
            }
            Part::Cloze { text, hidden } => {
                let first_link = numbered.count(text);
                cloze_from(text, *hidden, revealed, width, first_link)
            }
            Part::Choice { options, several, cursor } => {
                let why = if let Note::Shown(why) = &view.why { why } else { "" };
                let why = revealed.then_some(why);
                let draw = |upto: usize| answer::choice(&options[..upto], *several, *cursor, why, width);
                cursor_rows = view.cursor_rows(*cursor, options.len(), draw);
                draw(options.len())
            }
            Part::Order { items, cursor, held } => {
                let draw = |upto: usize| answer::order(&items[..upto], *cursor, *held, revealed, width);
                cursor_rows = view.cursor_rows(*cursor, items.len(), draw);
                draw(items.len())
            }
            Part::Typed { text, cursor, .. } if !revealed => {
                let lines = answer::typing(text, *cursor, width);
                cursor_rows = Some(0..lines.len());
                lines
            }
            Part::Typed { text, right, compare, .. } => {
                let is_right = view.verdict.is_some_and(Verdict::is_right);
                answer::typed(text, right, *compare, is_right, width)
            }
        };
        let lines = self.add(block);
        if revealed {
            self.parts.push((Focus::Answer, lines));
        } else if let Some(rows) = cursor_rows {
            self.parts.push((Focus::Cursor, lines.start + rows.start..lines.start + rows.end));
        }
    }

    /// Adds a block after a blank line and returns its lines; nothing is added for nothing.
    fn add(&mut self, block: Vec<Line>) -> Range<usize> {
        if !block.is_empty() {
            self.lines.push(Line::new());
        }
        let start = self.lines.len();
        self.lines.extend(block);
        start..self.lines.len()
    }

    fn lines_of(&self, focus: Focus) -> Option<Range<usize>> {
        self.parts.iter().find(|(part, _)| *part == focus).map(|(_, lines)| lines.clone())
    }
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

#[cfg(test)]
mod tests;
