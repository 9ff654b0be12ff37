//! The part of the review screen where an answer is given and judged: options, arrangements, typed lines.
//! Not for judging (`grading/`); free recall needs nothing but Markdown.

use super::diff::diff;
use super::frame::{Line, Run, Style};
use super::markdown::render;
use super::review::{OptionView, OrderItem};
use super::signs::{CARET, CURSOR, RIGHT, WRONG};
use super::wrap::{prefixed, wrap, wrap_text};

/// The options, before and after. Afterwards each has its reason, unless `why` says the same below.
pub(super) fn choice(
    options: &[OptionView],
    several: bool,
    cursor: usize,
    revealed: Option<&str>,
    width: usize,
) -> Vec<Line> {
    let why = revealed.unwrap_or_default();
    let revealed = revealed.is_some();
    let mut lines = Vec::new();
    for (index, option) in options.iter().enumerate() {
        let mut mark = Line::new();
        if revealed {
            let (sign, style) = match (option.right, option.chosen) {
                (true, _) => (RIGHT, Style::Good),
                (false, true) => (WRONG, Style::Bad),
                (false, false) => (" ", Style::Plain),
            };
            mark.push(format!("{sign} "), style);
        } else {
            mark.push(if index == cursor { format!("{CURSOR} ") } else { "  ".to_owned() }, Style::Key);
        }
        let ticked = match (several, option.chosen) {
            (true, true) => "[x] ",
            (true, false) => "[ ] ",
            (false, true) => "(•) ",
            (false, false) => "( ) ",
        };
        mark.push(ticked, if option.chosen { Style::Strong } else { Style::Dim });
        mark.push(format!("{} ", option.label), Style::Key);
        let rest = Line::plain(" ".repeat(mark.width()));
        let room = width.saturating_sub(mark.width()).max(1);
        lines.extend(prefixed(render(&option.text, room), &mark, &rest));
        if revealed {
            let told = match (option.right, option.chosen) {
                (true, false) => Some("right, not chosen"),
                (false, true) => Some("wrong, chosen"),
                _ => None,
            };
            if let Some(told) = told {
                lines.extend(prefixed(wrap_text(told, Style::Dim, room), &rest, &rest));
            }
            if let Some(reason) =
                option.reason.as_ref().filter(|reason| !why.contains(reason.trim_end_matches('.')))
            {
                lines.extend(prefixed(dimmed(render(reason, room)), &rest, &rest));
            }
        }
    }
    lines
}

fn dimmed(mut lines: Vec<Line>) -> Vec<Line> {
    for run in lines.iter_mut().flat_map(|line| &mut line.runs) {
        if run.style == Style::Plain {
            run.style = Style::Dim;
        }
    }
    lines
}

/// The items as arranged, before and after.
pub(super) fn order(
    items: &[OrderItem],
    cursor: usize,
    held: bool,
    revealed: bool,
    width: usize,
) -> Vec<Line> {
    let digits = items.len().to_string().len();
    let mut lines = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let place = index + 1;
        let in_place = item.right_place == place;
        let mut mark = Line::new();
        match (revealed, in_place, index == cursor, held) {
            (true, true, ..) => mark.push(format!("{RIGHT} "), Style::Good),
            (true, false, ..) => mark.push(format!("{WRONG} "), Style::Bad),
            (false, _, true, true) => mark.push("◆ ", Style::Warn),
            (false, _, true, false) => mark.push(format!("{CURSOR} "), Style::Key),
            (false, ..) => mark.push("  ", Style::Plain),
        }
        mark.push(format!("{place:>digits$}. "), Style::Dim);
        let rest = Line::plain(" ".repeat(mark.width()));
        let room = width.saturating_sub(mark.width()).max(1);
        lines.extend(prefixed(render(&item.text, room), &mark, &rest));
        if revealed && !in_place {
            let told = format!("belongs at {}", item.right_place);
            lines.extend(prefixed(wrap_text(&told, Style::Dim, room), &rest, &rest));
        }
    }
    lines
}

/// The line being typed.
pub(super) fn typing(text: &str, cursor: usize, width: usize) -> Vec<Line> {
    let mut runs = vec![Run { text: "answer: ".to_owned(), style: Style::Dim }];
    runs.extend(with_caret(text, cursor));
    wrap(&runs, width)
}

/// What was typed, what was wanted, and the difference where it helps.
pub(super) fn typed(text: &str, right: &str, compare: bool, is_right: bool, width: usize) -> Vec<Line> {
    let told = |label: &str, runs: &[Run]| {
        let label = Line::styled(format!("{label:<6} "), Style::Dim);
        let room = width.saturating_sub(label.width()).max(1);
        prefixed(wrap(runs, room), &label, &Line::plain(" ".repeat(label.width())))
    };
    let run = |text: &str, style: Style| [Run { text: text.to_owned(), style }];
    let given = text.trim();
    let mut lines = match (given, is_right) {
        ("", _) => told("yours", &run("nothing", Style::Dim)),
        (given, true) => told("yours", &run(given, Style::Good)),
        (given, false) => told("yours", &run(given, Style::Plain)),
    };
    lines.extend(told("right", &run(right, Style::Good)));
    if compare && !is_right && !given.is_empty() {
        lines.extend(told("change", &diff(given, right)));
    }
    lines
}

/// A text with the cursor in it.
pub(super) fn with_caret(text: &str, cursor: usize) -> Vec<Run> {
    let cursor = (0..=cursor.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (before, after) = text.split_at(cursor);
    [(before, Style::Strong), (CARET, Style::Key), (after, Style::Strong)]
        .into_iter()
        .filter(|(text, _)| !text.is_empty())
        .map(|(text, style)| Run { text: text.to_owned(), style })
        .collect()
}
