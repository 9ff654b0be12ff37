//! A form being filled in: what was said so far, what is shown of the card, room below for the next prompt.
//! Not for asking (`app/author/`) or for prompts themselves (`term/`).

use super::frame::{Frame, Line, Size, Style};
use super::page::{Page, facts};
use super::wrap::clipped;
use crate::source::columns;

/// Everything a form shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormView {
    /// What is being made, as `new deck`. Plain text.
    pub title: String,
    /// Where it will stand. Plain text; may be empty.
    pub place: String,
    /// How to back out, as `ctrl-c goes back`; may be empty.
    pub way_back: String,
    /// What was said so far: (`question`, `What is a quorum?`), in order. Plain texts.
    pub facts: Vec<(String, String)>,
    /// More below it: the card as it will look, faults with their carets.
    pub lines: Vec<Line>,
    /// Lines kept free at the foot for a prompt.
    pub room: usize,
}

/// Draws a form; the end of what it shows is in sight, since that is the newest.
#[must_use]
pub fn screen(view: &FormView, size: Size) -> Frame {
    let page = Page::new(size);
    let mut title = Line::styled(clipped(&view.title, page.edge_width()), Style::Heading);
    let gap = page.edge_width().saturating_sub(columns(&view.title) + columns(&view.way_back));
    if gap >= 2 && !view.way_back.is_empty() {
        title.push(" ".repeat(gap), Style::Plain);
        title.push(&view.way_back, Style::Dim);
    }
    let mut head = vec![title];
    if !view.place.is_empty() {
        head.push(Line::styled(clipped(&view.place, page.edge_width()), Style::Dim));
    }
    let label = view.facts.iter().map(|(label, _)| columns(label)).max().unwrap_or(0) + 2;
    let mut body = vec![Line::new()];
    body.extend(facts(&view.facts, label, page.text_width()));
    body.extend(view.lines.iter().cloned());
    page.frame(head, body, vec![Line::new(); view.room.max(1)], usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_stands_above_the_room_for_a_prompt() {
        let view = FormView {
            title: "new deck".into(),
            place: "decks/raft.md".into(),
            facts: vec![("name".into(), "Raft".into()), ("level".into(), "beginner".into())],
            way_back: "ctrl-c back".into(),
            ..FormView { room: 2, ..FormView::default() }
        };
        let frame = screen(&view, Size::new(40, 10));
        let text = frame.text();
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        assert_eq!(
            lines[..5],
            [
                " new deck                   ctrl-c back",
                " decks/raft.md",
                "",
                " name   Raft",
                " level  beginner"
            ]
        );
        assert_eq!(frame.foot.len(), 3);
    }
}
