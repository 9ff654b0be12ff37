//! What exams came to: one result, the items of a sitting, the list of all sittings with their trend.
//! Not for an item being asked, which is a card like any other (`review.rs`), nor for working anything out (`exam/`).

use super::frame::{Frame, Line, Run, Size, Style};
use super::markdown;
use super::page::{KeyHint, Page, facts, keys_lines};
use super::words;
use super::wrap::{clipped, prefixed, wrap, wrap_text};
use super::{chart, signs};
use crate::source::columns;

/// What a sitting came to. Plain texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResultView {
    /// What the exam is called.
    pub title: String,
    /// Its number and when it was sat, as `exam 3, 24 November 2026`.
    pub place: String,
    /// Whether it was passed; `None` for what cannot be failed.
    pub passed: Option<bool>,
    /// The decision, in a word or two.
    pub decision: String,
    /// What was decided and how sure that is.
    pub sentences: Vec<String>,
    /// Time spent, in milliseconds.
    pub took_ms: u64,
    /// Items that count.
    pub items: usize,
    /// Right answers by level, area, resource: a heading and its rows.
    pub parts: Vec<(String, Vec<PartRow>)>,
    /// The concepts that were not all right, weakest first, with the ids of their cards.
    pub weak: Vec<(PartRow, Vec<String>)>,
    /// What each word of confidence promised and what came.
    pub calibration: Vec<CalibrationRow>,
    /// How well the learner judged themselves.
    pub judged: Option<String>,
    /// What to do next, with what to type.
    pub next: Vec<String>,
    /// Keys, on a screen.
    pub menu: Vec<KeyHint>,
    /// Whether it is to be heard rather than seen: without bars.
    pub spoken: bool,
}

/// Right answers within a part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartRow {
    /// Its name.
    pub name: String,
    /// Right answers.
    pub right: usize,
    /// Items.
    pub items: usize,
}

/// What one word of confidence promised, and what came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CalibrationRow {
    /// The word.
    pub said: String,
    /// The share it promises.
    pub promise: f64,
    /// Right answers.
    pub right: usize,
    /// Answers given with it.
    pub items: usize,
}

/// Draws a result.
#[must_use]
pub fn screen(view: &ResultView, size: Size, scroll: usize) -> Frame {
    let page = Page::new(size);
    let head = vec![
        Line::styled(&view.title, Style::Heading),
        Line::styled(clipped(&view.place, page.edge_width()), Style::Dim),
    ];
    page.frame(head, report(view, page.text_width()), keys_lines(&view.menu, page.edge_width()), scroll)
}

/// Draws the items of a sitting that is over, on a screen of their own.
#[must_use]
pub fn items_screen(view: &ResultView, items: &[ItemView], size: Size, scroll: usize) -> Frame {
    let page = Page::new(size);
    let head = vec![
        Line::styled(&view.title, Style::Heading),
        Line::styled(clipped(&view.place, page.edge_width()), Style::Dim),
    ];
    let mut body = vec![Line::new()];
    body.extend(items.iter().flat_map(|one| item(one, page.text_width())));
    page.frame(head, body, keys_lines(&view.menu, page.edge_width()), scroll)
}

/// Returns what a result says, without its head and its keys.
#[must_use]
pub fn report(view: &ResultView, width: usize) -> Vec<Line> {
    let (sign, style) = match view.passed {
        Some(true) => (signs::RIGHT, Style::Good),
        Some(false) => (signs::WRONG, Style::Bad),
        None => (signs::CURSOR, Style::Strong),
    };
    let mut lines = vec![Line::new()];
    let decision = [Run { text: format!("{sign} {}", view.decision), style }];
    lines.extend(wrap(&decision, width));
    for sentence in &view.sentences {
        lines.extend(bullet(sentence, width));
    }
    lines.push(Line::new());
    let each = view.took_ms / view.items.max(1) as u64;
    let time = format!("{}, {} an item", words::duration(view.took_ms), words::duration(each));
    lines.extend(facts(&[("time", time)], 10, width));
    if !view.next.is_empty() {
        heading_line(&mut lines, "next");
        for next in &view.next {
            lines.extend(bullet(next, width));
        }
    }
    for (heading, rows) in &view.parts {
        heading_line(&mut lines, heading);
        lines.extend(part_table(rows, width, view.spoken));
    }
    if !view.calibration.is_empty() {
        heading_line(&mut lines, "how well you knew what you knew");
        for row in &view.calibration {
            let text = format!(
                "{:<9} promised {:>3.0}%, came {:>4} ({} of {})",
                row.said,
                row.promise * 100.0,
                words::percent(row.right, row.items),
                row.right,
                row.items
            );
            lines.extend(wrap_text(&text, Style::Plain, width));
        }
        if let Some(judged) = &view.judged {
            lines.extend(wrap_text(judged, Style::Dim, width));
        }
    }
    if !view.weak.is_empty() {
        heading_line(&mut lines, "weak concepts and their cards");
        for (row, cards) in &view.weak {
            lines.extend(bullet(&format!("{}: {} of {} right", row.name, row.right, row.items), width));
            if !cards.is_empty() {
                let indent = Line::plain("    ");
                let room = width.saturating_sub(4).max(1);
                lines.extend(prefixed(wrap_text(&cards.join(", "), Style::Dim, room), &indent, &indent));
            }
        }
    }
    lines
}

fn heading_line(lines: &mut Vec<Line>, heading: &str) {
    lines.push(Line::new());
    lines.push(Line::styled(heading, Style::Heading));
}

fn bullet(text: &str, width: usize) -> Vec<Line> {
    prefixed(
        wrap_text(text, Style::Plain, width.saturating_sub(2).max(1)),
        &Line::styled("• ", Style::Dim),
        &Line::plain("  "),
    )
}

fn part_table(rows: &[PartRow], width: usize, spoken: bool) -> Vec<Line> {
    const BAR: usize = 12;
    let figures = |row: &PartRow| format!("{:>3} of {:<3}", row.right, row.items);
    let beside = if width >= 56 && !spoken { BAR + 1 } else { 0 };
    let room = width.saturating_sub(11 + beside).max(1);
    let widest = rows.iter().map(|row| columns(&row.name)).max().unwrap_or(0).min(room);
    rows.iter()
        .map(|row| {
            let name = clipped(&row.name, widest);
            let gap = widest.saturating_sub(columns(&name));
            let mut line = Line::plain(format!("{name}{} ", " ".repeat(gap)));
            if beside > 0 {
                let bar = chart::stacked(row.right, 0, row.items, BAR);
                bar.runs.iter().for_each(|run| line.push(&run.text, run.style));
                line.push(" ", Style::Plain);
            }
            line.push(figures(row), Style::Dim);
            line
        })
        .collect()
}

/// An item of a sitting that is over, as it was answered. Texts are Markdown unless said otherwise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ItemView {
    /// Its number among those asked. Plain text.
    pub head: String,
    /// The verdict; `None` for an item that could not be asked.
    pub verdict: Option<crate::review::Verdict>,
    /// What was asked.
    pub prompt: String,
    /// Options or items as shown.
    pub options: Vec<String>,
    /// What was given; empty for nothing.
    pub given: String,
    /// What is right.
    pub right: String,
    /// The mistake behind it. Plain text.
    pub mistake: Option<String>,
    /// Why it holds, or the solution.
    pub why: String,
    /// Where it is written. Plain text.
    pub source: String,
}

/// Returns an item with what was given, what is right, the solution and the source.
#[must_use]
pub fn item(view: &ItemView, width: usize) -> Vec<Line> {
    let mut lines = vec![Line::styled(clipped(&view.head, width), Style::Heading)];
    lines.extend(markdown::render(&view.prompt, width));
    for (number, option) in (1..).zip(&view.options) {
        let mark = Line::styled(format!("  {number} "), Style::Dim);
        let rest = Line::plain(" ".repeat(mark.width()));
        lines.extend(prefixed(
            markdown::render(option, width.saturating_sub(mark.width()).max(1)),
            &mark,
            &rest,
        ));
    }
    match view.verdict {
        None => lines.push(Line::styled("its card was gone: it counts nowhere", Style::Dim)),
        Some(verdict) => {
            let style = if verdict.is_right() { Style::Good } else { Style::Bad };
            let mistake = view.mistake.as_ref().map(|mistake| format!(": {mistake}")).unwrap_or_default();
            lines
                .extend(wrap(&[Run { text: format!("{}{mistake}", words::verdict(verdict)), style }], width));
        }
    }
    let given = if view.given.is_empty() { "nothing" } else { &view.given };
    for (label, text) in
        [("yours", given), ("right", &view.right), ("why", &view.why), ("source", &view.source)]
    {
        if text.is_empty() {
            continue;
        }
        let label = Line::styled(format!("{label:<7}"), Style::Dim);
        let room = width.saturating_sub(label.width()).max(1);
        lines.extend(prefixed(markdown::render(text, room), &label, &Line::plain(" ".repeat(label.width()))));
    }
    lines.push(Line::new());
    lines
}

/// A sitting in a list. Plain texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SittingLine {
    /// Its number.
    pub id: i64,
    /// When it began.
    pub when: String,
    /// What it is called.
    pub title: String,
    /// What came of it.
    pub result: String,
    /// How it stands.
    pub state: SittingState,
}

/// How a sitting in a list stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SittingState {
    /// It is not over.
    #[default]
    Waits,
    /// It was passed.
    Passed,
    /// It was not.
    NotPassed,
    /// It was to find a level, and found the first.
    Placed,
}

/// Returns the list of all sittings, and the trend of each exam sat more than once.
#[must_use]
pub fn list(rows: &[SittingLine], trends: &[(String, Vec<u32>)], width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for row in rows {
        let (sign, style) = match row.state {
            SittingState::Waits => ("…", Style::Warn),
            SittingState::Passed => (signs::RIGHT, Style::Good),
            SittingState::NotPassed => (signs::WRONG, Style::Bad),
            SittingState::Placed => (signs::CURSOR, Style::Plain),
        };
        let mark = Line::styled(format!("{:>3} ", row.id), Style::Dim).with(format!("{sign} "), style);
        let rest = Line::plain(" ".repeat(mark.width()));
        let text = [
            Run { text: format!("{}  ", row.when), style: Style::Dim },
            Run { text: format!("{}  ", row.title), style: Style::Plain },
            Run { text: row.result.clone(), style: Style::Dim },
        ];
        lines.extend(prefixed(wrap(&text, width.saturating_sub(mark.width()).max(1)), &mark, &rest));
    }
    if !trends.is_empty() {
        heading_line(&mut lines, "trend");
        for (title, shares) in trends {
            let scores: Vec<String> = shares.iter().map(|share| format!("{share}%")).collect();
            lines.extend(bullet(&format!("{title}: {}", scores.join(" → ")), width));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::Verdict;

    fn result() -> ResultView {
        let row = |name: &str, right, items| PartRow { name: name.into(), right, items };
        ResultView {
            title: "Beginner exam".into(),
            place: "exam 3, Tuesday 24 November 2026".into(),
            passed: Some(false),
            decision: "not passed".into(),
            sentences: vec!["15 of 22 right; of all such items you would get between 45 and 86 in a hundred right (95 % sure)".into()],
            took_ms: 660_000,
            items: 22,
            parts: vec![("by area".into(), vec![row("storage", 9, 10), row("coordination", 6, 12)])],
            weak: vec![(row("raft-commit-rule", 0, 1), vec!["raft-commit-rule".into(), "raft-commit-rule/why".into()])],
            calibration: vec![CalibrationRow { said: "sure".into(), promise: 0.95, right: 12, items: 17 }],
            judged: Some("you were surer than you were right".into()),
            next: vec!["`retain review --weak` takes up what was weak".into()],
            menu: vec![KeyHint::new("q", "quit")],
            spoken: false,
        }
    }

    fn text(lines: &[Line]) -> String {
        lines.iter().map(|line| format!("{}\n", line.text().trim_end())).collect()
    }

    #[test]
    fn a_result_says_what_was_decided_and_what_to_do() {
        insta::assert_snapshot!(text(&report(&result(), 74)), @r"

        ✗ not passed
        • 15 of 22 right; of all such items you would get between 45 and 86 in a
          hundred right (95 % sure)

        time      11 min, 30 s an item

        next
        • `retain review --weak` takes up what was weak

        by area
        storage      ███████████░   9 of 10
        coordination ██████░░░░░░   6 of 12

        how well you knew what you knew
        sure      promised  95%, came  71% (12 of 17)
        you were surer than you were right

        weak concepts and their cards
        • raft-commit-rule: 0 of 1 right
            raft-commit-rule, raft-commit-rule/why
        ");
        for width in 1..100 {
            let size = Size::new(width, 20);
            assert!(screen(&result(), size, 0).body.iter().all(|line| line.width() <= width));
            assert!(report(&result(), width).iter().all(|line| line.width() <= width.max(40)), "{width}");
        }
    }

    #[test]
    fn an_item_shows_both_answers_and_a_list_its_trend() {
        let view = ItemView {
            head: "item 2 · raft".into(),
            verdict: Some(Verdict::Wrong),
            prompt: "Which **term**?".into(),
            options: vec!["the first".into(), "the last".into()],
            given: "the first".into(),
            right: "the last".into(),
            mistake: Some("you took the follower's".into()),
            why: "Terms only rise.".into(),
            source: "§5.1".into(),
        };
        insta::assert_snapshot!(text(&item(&view, 60)), @r"
        item 2 · raft
        Which term?
          1 the first
          2 the last
        ✗ wrong: you took the follower's
        yours  the first
        right  the last
        why    Terms only rise.
        source §5.1
        ");
        let row = SittingLine {
            id: 1,
            when: "2026-11-24".into(),
            title: "Beginner exam".into(),
            result: "not passed, 15 of 22".into(),
            state: SittingState::NotPassed,
        };
        let lines = list(&[row], &[("Beginner exam".into(), vec![68, 95])], 60);
        insta::assert_snapshot!(text(&lines), @r"
          1 ✗ 2026-11-24  Beginner exam  not passed, 15 of 22

        trend
        • Beginner exam: 68% → 95%
        ");
    }
}
