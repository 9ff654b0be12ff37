//! The help of a screen: every key and what it does, over the whole screen until the next key.
//! Not for the one line of keys at the foot (`page.rs`).

use super::frame::{Frame, Line, Size, Style};
use super::page::{KeyHint, Page, keys_line};
use super::wrap::{prefixed, wrap_text};
use crate::source::columns;

/// A group of keys under a heading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HelpGroup {
    /// The heading.
    pub title: String,
    /// The keys, in order.
    pub keys: Vec<KeyHint>,
}

impl HelpGroup {
    /// Builds a group.
    #[must_use]
    pub fn new(title: &str, keys: &[(&str, &str)]) -> Self {
        Self {
            title: title.to_owned(),
            keys: keys.iter().map(|(key, does)| KeyHint::new(*key, *does)).collect(),
        }
    }
}

/// Returns the keys of daily review.
#[must_use]
pub fn review_keys() -> Vec<HelpGroup> {
    vec![
        HelpGroup::new(
            "the card",
            &[
                ("space, enter", "show the answer; after it, take the proposed grade, or good"),
                ("1 2 3 4", "again, hard, good, easy; each shows the interval it gives"),
                ("h", "hint, before the answer"),
                ("w", "why it holds, and the source"),
                ("o", "open a link or picture"),
                ("i", "history of the card, and the reason for its due date"),
                ("↑ ↓ page", "scroll a long card"),
            ],
        ),
        HelpGroup::new(
            "answering",
            &[
                ("1 – 9", "choose or tick an option"),
                ("↑ ↓ space", "move through items; pick one up and put it down"),
                ("enter, esc", "answer; leave a line being typed"),
            ],
        ),
        HelpGroup::new(
            "the session",
            &[
                ("u", "undo the last grade, any number of times"),
                ("e", "edit the card in your editor; progress is kept"),
                ("b", "bury: leave the card for tomorrow"),
                ("s", "suspend: leave it out until you take it back"),
                ("f", "flag with a note, or take the flag away"),
                ("q", "quit; everything graded is already saved"),
            ],
        ),
    ]
}

/// Draws the help.
#[must_use]
pub fn screen(title: &str, groups: &[HelpGroup], size: Size, scroll: usize) -> Frame {
    let page = Page::new(size);
    let width = page.text_width();
    let widest =
        groups.iter().flat_map(|group| &group.keys).map(|hint| columns(&hint.key)).max().unwrap_or(0);
    let mut body = Vec::new();
    for group in groups {
        if !body.is_empty() {
            body.push(Line::new());
        }
        body.push(Line::styled(&group.title, Style::Heading));
        for hint in &group.keys {
            let gap = widest + 3 - columns(&hint.key);
            let first = Line::styled(&hint.key, Style::Key).with(" ".repeat(gap), Style::Plain);
            let rest = Line::plain(" ".repeat(widest + 3));
            let room = width.saturating_sub(widest + 3).max(8);
            body.extend(prefixed(wrap_text(&hint.does, Style::Plain, room), &first, &rest));
        }
    }
    let head = vec![Line::styled(title, Style::Heading)];
    let foot = vec![keys_line(
        &[KeyHint::new("↑↓", "scroll"), KeyHint::new("any other key", "back")],
        page.edge_width(),
    )];
    page.frame(head, body, foot, scroll)
}
