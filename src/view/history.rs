//! The history of one card: where it stands, why it is due when it is, and every answer.
//! Not for working any of that out (`progress/`, `schedule/`).

use super::frame::{Frame, Line, Size, Style};
use super::page::{KeyHint, Page, facts, keys_line};
use super::wrap::{clip, clipped, wrap_text};
use crate::source::columns;

/// Everything the history screen shows. Plain texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryView {
    /// The card in one line.
    pub title: String,
    /// Its id and deck, as `raft-commit-rule · Raft`.
    pub place: String,
    /// What is known of it, as (`due`, `in 12 days, on 2026-12-06`), in order.
    pub facts: Vec<(String, String)>,
    /// Why it is due when it is, in sentences.
    pub reason: Vec<String>,
    /// The answers, latest first.
    pub answers: Vec<HistoryRow>,
}

/// One entry of a card's log. Plain texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryRow {
    /// When, as `2026-11-24 07:12`.
    pub when: String,
    /// What happened, as `good`, `again`, `suspended`.
    pub what: String,
    /// The interval it led to, as `12d`; may be empty.
    pub interval: String,
    /// How long it took, as `8 s`; may be empty.
    pub took: String,
    /// More, as `undone`, `quiz`, a note; may be empty.
    pub note: String,
}

/// Draws the history.
#[must_use]
pub fn screen(view: &HistoryView, size: Size, scroll: usize) -> Frame {
    let page = Page::new(size);
    let width = page.text_width();
    let head = vec![
        Line::styled(clipped(&view.title, page.edge_width()), Style::Heading),
        Line::styled(clipped(&view.place, page.edge_width()), Style::Dim),
    ];
    let mut body = vec![Line::new()];
    let label = view.facts.iter().map(|(label, _)| columns(label)).max().unwrap_or(0) + 2;
    body.extend(facts(&view.facts, label, width));
    for sentence in &view.reason {
        body.push(Line::new());
        body.extend(wrap_text(sentence, Style::Plain, width));
    }
    body.push(Line::new());
    if view.answers.is_empty() {
        body.push(Line::styled("not answered yet", Style::Dim));
    }
    // A narrow screen has room for the day only.
    let when_of = |row: &HistoryRow| match row.when.split_once(' ') {
        Some((day, _)) if width < 56 => day.to_owned(),
        _ => row.when.clone(),
    };
    let when = view.answers.iter().map(|row| columns(&when_of(row))).max().unwrap_or(0);
    let widest = |text: fn(&HistoryRow) -> &String| {
        view.answers.iter().map(|row| columns(text(row))).max().unwrap_or(0)
    };
    let what = widest(|row| &row.what);
    let (interval, took) = (widest(|row| &row.interval), widest(|row| &row.took));
    for row in &view.answers {
        let mut line = Line::styled(format!("{:<when$}  ", when_of(row)), Style::Dim);
        line.push(format!("{:<what$}  ", row.what), Style::Strong);
        line.push(format!("{:>interval$}  {:>took$}  ", row.interval, row.took), Style::Plain);
        line.push(&row.note, Style::Dim);
        clip(&mut line, width);
        body.push(line);
    }
    let foot = vec![keys_line(
        &[KeyHint::new("↑↓", "scroll"), KeyHint::new("any other key", "back")],
        page.edge_width(),
    )];
    page.frame(head, body, foot, scroll)
}
