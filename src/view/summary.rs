//! The end of a session and the end of a quiz: what was done, and where to go.
//! Not for counting it.

use super::frame::{Frame, Line, Size, Style};
use super::page::{KeyHint, Page, Status, facts, keys_lines};
use super::words;
use super::wrap::{prefixed, wrap, wrap_text};
use crate::review::Grade;

/// What a session came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SummaryView {
    /// Answers given, learning steps among them.
    pub answers: usize,
    /// Different cards answered.
    pub cards: usize,
    /// Cards answered for the first time.
    pub new: usize,
    /// Time spent on them, in milliseconds.
    pub took_ms: u64,
    /// Answers by grade, `Again` first.
    pub grades: [usize; 4],
    /// Reviews due tomorrow, as things stand.
    pub due_tomorrow: usize,
    /// What is still to do today, beyond the limits or in learning.
    pub left_today: usize,
    /// Days in a row with at least one review.
    pub streak: usize,
    /// Sentences for the learner, as of leeches found.
    pub notes: Vec<Status>,
    /// Where to go.
    pub menu: Vec<KeyHint>,
}

/// Draws the end of a session.
#[must_use]
pub fn screen(view: &SummaryView, size: Size, scroll: usize) -> Frame {
    let page = Page::new(size);
    let title = if view.left_today == 0 { "done for today" } else { "session over" };
    let head = vec![Line::styled(title, Style::Heading)];
    page.frame(head, report(view, page.text_width()), keys_lines(&view.menu, page.edge_width()), scroll)
}

/// Returns what the end of a session says, without its head and its keys.
#[must_use]
pub fn report(view: &SummaryView, width: usize) -> Vec<Line> {
    let mut rows: Vec<(&str, String)> = Vec::new();
    if view.answers == 0 {
        rows.push(("cards", "none answered".to_owned()));
    } else {
        let again = if view.answers == view.cards {
            String::new()
        } else {
            format!(" in {}", words::plural(view.answers, "answer"))
        };
        let new = if view.new == 0 { String::new() } else { format!(", {} new", view.new) };
        rows.push(("cards", format!("{}{again}{new}", view.cards)));
        let each = view.took_ms / view.answers.max(1) as u64;
        rows.push(("time", format!("{}, {} a card", words::duration(view.took_ms), words::duration(each))));
        let recalled = view.grades[1..].iter().sum::<usize>();
        rows.push((
            "right",
            format!("{} ({recalled} of {})", words::percent(recalled, view.answers), view.answers),
        ));
        let grades: Vec<String> =
            Grade::ALL.iter().zip(view.grades).map(|(grade, count)| format!("{grade} {count}")).collect();
        rows.push(("grades", grades.join(" · ")));
    }
    rows.push(("tomorrow", format!("{} due", words::plural(view.due_tomorrow, "card"))));
    if view.left_today > 0 {
        rows.push(("today", format!("{} still to do", words::plural(view.left_today, "card"))));
    }
    if view.streak > 0 {
        rows.push(("streak", words::plural(view.streak, "day")));
    }
    let mut lines = vec![Line::new()];
    lines.extend(facts(&rows, 10, width));
    for note in &view.notes {
        lines.push(Line::new());
        lines.extend(wrap(&note.line().runs, width));
    }
    lines
}

/// What a quiz came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuizView {
    /// Cards asked.
    pub asked: usize,
    /// Cards right.
    pub right: usize,
    /// Cards right in part.
    pub partly: usize,
    /// Time spent, in milliseconds.
    pub took_ms: u64,
    /// The cards that were not right, as `title · deck`. Plain text.
    pub missed: Vec<String>,
    /// Where to go.
    pub menu: Vec<KeyHint>,
}

/// Draws the end of a quiz.
#[must_use]
pub fn quiz(view: &QuizView, size: Size, scroll: usize) -> Frame {
    let page = Page::new(size);
    let head = vec![Line::styled("quiz over", Style::Heading)];
    page.frame(head, quiz_report(view, page.text_width()), keys_lines(&view.menu, page.edge_width()), scroll)
}

/// Returns what the end of a quiz says, without its head and its keys.
#[must_use]
pub fn quiz_report(view: &QuizView, width: usize) -> Vec<Line> {
    let partly = if view.partly == 0 { String::new() } else { format!(", {} partly", view.partly) };
    let rows = [
        (
            "score",
            format!(
                "{} of {} right ({}){partly}",
                view.right,
                view.asked,
                words::percent(view.right, view.asked)
            ),
        ),
        ("time", words::duration(view.took_ms)),
        ("schedule", "untouched".to_owned()),
    ];
    let mut lines = vec![Line::new()];
    lines.extend(facts(&rows, 10, width));
    if !view.missed.is_empty() {
        lines.push(Line::new());
        lines.push(Line::styled("to look at again", Style::Heading));
        for title in &view.missed {
            lines.extend(prefixed(
                wrap_text(title, Style::Plain, width.saturating_sub(2).max(1)),
                &Line::styled("• ", Style::Dim),
                &Line::plain("  "),
            ));
        }
    }
    lines
}
