//! The map of the course: levels with their exams, resources with their links, decks with their bars, what is locked
//! and what comes next. Wide and narrow.
//! Not for counting cards or deciding what is open (`app/path.rs`, `exam/gate.rs`).

use super::chart;
use super::frame::{Frame, Line, Run, Size, Style};
use super::page::{KeyHint, Page, keys_lines};
use super::signs;
use super::wrap::{clip, clipped, prefixed, wrap, wrap_text};
use crate::source::columns;

/// The map. Plain texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PathView {
    /// The levels, lowest first.
    pub levels: Vec<LevelView>,
    /// What comes next, with what to type.
    pub next: Vec<String>,
}

/// A level.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LevelView {
    /// Its title.
    pub title: String,
    /// What it is for.
    pub goal: String,
    /// Whether it is open.
    pub open: bool,
    /// Whether its exam was passed.
    pub passed: bool,
    /// How its exam stands and, where it is locked, by what.
    pub state: String,
    /// Its resources, in order.
    pub resources: Vec<ResourceView>,
}

/// A resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResourceView {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Where to find it first; empty where it is nowhere.
    pub link: String,
    /// Whether it may be left out.
    pub optional: bool,
    /// When it was read, as `read 24 Nov`; empty where it was not.
    pub read: String,
    /// Whether it is the one to go on with.
    pub next: bool,
    /// Its decks, in order.
    pub decks: Vec<DeckLine>,
}

/// A deck.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeckLine {
    /// Its file stem.
    pub slug: String,
    /// All cards.
    pub cards: usize,
    /// Cards never answered.
    pub new: usize,
    /// Cards being learnt.
    pub learning: usize,
    /// Cards with an interval under 21 days.
    pub young: usize,
    /// Cards with an interval of 21 days or more.
    pub mature: usize,
    /// The share of the cards begun that would be recalled now, `0.0..=1.0`; `None` where none is begun.
    pub known: Option<f64>,
    /// What holds it back, in a word or two; empty where nothing does.
    pub held: String,
}

/// Draws the map.
#[must_use]
pub fn screen(view: &PathView, menu: &[KeyHint], size: Size, scroll: usize) -> Frame {
    let page = Page::new(size);
    let head = vec![Line::styled("path", Style::Heading)];
    // What to do comes first on a screen, and last where it is printed: there it stands above the prompt.
    let mut body = next_lines(view, page.text_width());
    body.extend(map_lines(view, page.text_width()));
    page.frame(head, body, keys_lines(menu, page.edge_width()), scroll)
}

/// Returns what the map says.
#[must_use]
pub fn report(view: &PathView, width: usize) -> Vec<Line> {
    let mut lines = map_lines(view, width);
    lines.extend(next_lines(view, width));
    lines
}

fn map_lines(view: &PathView, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for level in &view.levels {
        lines.push(Line::new());
        lines.extend(level_head(level, width));
        for resource in &level.resources {
            lines.extend(resource_lines(resource, level.open, width));
        }
    }
    lines.push(Line::new());
    lines.extend(wrap_text(
        "decks: █ mature, ▒ learning and young, ░ new, then new/learning/young/mature and the share recalled now; ✓ passed or read, ▸ next, · locked",
        Style::Dim,
        width,
    ));
    lines.iter_mut().for_each(|line| clip(line, width));
    lines
}

fn next_lines(view: &PathView, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    if !view.next.is_empty() {
        lines.push(Line::new());
        lines.push(Line::styled("next", Style::Heading));
        for next in &view.next {
            let room = width.saturating_sub(2).max(1);
            lines.extend(prefixed(
                wrap_text(next, Style::Plain, room),
                &Line::styled("• ", Style::Dim),
                &Line::plain("  "),
            ));
        }
    }
    lines.iter_mut().for_each(|line| clip(line, width));
    lines
}

fn level_head(level: &LevelView, width: usize) -> Vec<Line> {
    let (sign, style) = match (level.passed, level.open) {
        (true, _) => (signs::RIGHT, Style::Good),
        (false, true) => (signs::CURSOR, Style::Key),
        (false, false) => ("·", Style::Dim),
    };
    let text = [
        Run { text: format!("{sign} "), style },
        Run { text: level.title.clone(), style: Style::Heading },
        Run { text: format!("  {}", level.state), style: Style::Dim },
    ];
    let mut lines = wrap(&text, width);
    lines.extend(wrap_text(&level.goal, Style::Dim, width));
    lines
}

fn resource_lines(resource: &ResourceView, open: bool, width: usize) -> Vec<Line> {
    let sign = match (!resource.read.is_empty(), resource.next) {
        (true, _) => Run { text: format!("  {} ", signs::RIGHT), style: Style::Good },
        (false, true) => Run { text: format!("  {} ", signs::CURSOR), style: Style::Key },
        (false, false) => Run { text: "    ".to_owned(), style: Style::Plain },
    };
    let mut runs = vec![
        Run { text: resource.title.clone(), style: if open { Style::Strong } else { Style::Dim } },
        Run { text: format!("  {}", resource.id), style: Style::Dim },
    ];
    for mark in [if resource.optional { "optional" } else { "" }, resource.read.as_str()] {
        if !mark.is_empty() {
            runs.push(Run { text: format!(" · {mark}"), style: Style::Dim });
        }
    }
    let first = Line { runs: vec![sign] };
    let indent = Line::plain("    ");
    let room = width.saturating_sub(4).max(1);
    let mut lines = prefixed(wrap(&runs, room), &first, &indent);
    if !resource.link.is_empty() {
        // Never broken over lines, so that it can be clicked; a narrow screen shows its beginning, `--open` the whole.
        lines.push(Line::plain("    ").with(clipped(&resource.link, room), Style::Link));
    }
    lines.extend(resource.decks.iter().flat_map(|deck| deck_lines(deck, width)));
    lines
}

fn deck_lines(deck: &DeckLine, width: usize) -> Vec<Line> {
    const BAR: usize = 12;
    const NAME: usize = 39;
    let known = deck.known.map_or_else(String::new, |share| format!("  {:.0} %", share * 100.0));
    let figures = format!("{}/{}/{}/{}{known}", deck.new, deck.learning, deck.young, deck.mature);
    let bar = |width: usize| chart::stacked(deck.mature, deck.young + deck.learning, deck.cards, width);
    let held = if deck.held.is_empty() { String::new() } else { format!("  {}", deck.held) };
    if width < 72 {
        let mut first =
            Line::plain("      ").with(clipped(&deck.slug, width.saturating_sub(6)), Style::Plain);
        first.push(&held, Style::Warn);
        let mut second = Line::plain("      ");
        bar(8.min(width.saturating_sub(7))).runs.iter().for_each(|run| second.push(&run.text, run.style));
        second.push(format!(" {figures}"), Style::Dim);
        return vec![first, second];
    }
    let name = clipped(&deck.slug, NAME);
    let gap = NAME.saturating_sub(columns(&name));
    let mut line = Line::plain(format!("      {name}{} ", " ".repeat(gap)));
    bar(BAR).runs.iter().for_each(|run| line.push(&run.text, run.style));
    line.push(format!(" {figures}"), Style::Dim);
    let mut lines = vec![line];
    if !deck.held.is_empty() {
        lines.push(Line::plain("        ").with(&deck.held, Style::Warn));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> PathView {
        let deck = |slug: &str, cards, new, held: &str| DeckLine {
            slug: slug.into(),
            cards,
            new,
            learning: 2,
            young: 3,
            mature: cards - new - 5,
            known: (new < 20).then_some(0.914),
            held: held.into(),
        };
        PathView {
            levels: vec![
                LevelView {
                    title: "Beginner".into(),
                    goal: "Build intuition".into(),
                    open: true,
                    passed: false,
                    state: "open · exam not passed yet: 15 of 22 on 23 Nov".into(),
                    resources: vec![ResourceView {
                        id: "ddia".into(),
                        title: "Designing Data-Intensive Applications".into(),
                        link: "https://ddia.qtmuniao.com/#/".into(),
                        optional: true,
                        read: "read 20 Nov".into(),
                        next: false,
                        decks: vec![
                            deck("batch-processing", 40, 10, ""),
                            deck("stream-processing", 30, 25, "after batch-processing"),
                        ],
                    }],
                },
                LevelView {
                    title: "Intermediate".into(),
                    goal: "Connect".into(),
                    open: false,
                    passed: false,
                    state: "locked until the beginner exam is passed".into(),
                    resources: Vec::new(),
                },
            ],
            next: vec!["`retain review`: 10 new cards".into()],
        }
    }

    fn text(lines: &[Line]) -> String {
        lines.iter().map(|line| format!("{}\n", line.text().trim_end())).collect()
    }

    #[test]
    fn the_map_is_drawn_wide_and_narrow() {
        insta::assert_snapshot!(text(&report(&view(), 80)), @r"

        ▸ Beginner  open · exam not passed yet: 15 of 22 on 23 Nov
        Build intuition
          ✓ Designing Data-Intensive Applications  ddia · optional · read 20 Nov
            https://ddia.qtmuniao.com/#/
              batch-processing                        ████████▒░░░ 10/2/3/25  91 %
              stream-processing                       ▒▒░░░░░░░░░░ 25/2/3/0
                after batch-processing

        · Intermediate  locked until the beginner exam is passed
        Connect

        decks: █ mature, ▒ learning and young, ░ new, then new/learning/young/mature and
        the share recalled now; ✓ passed or read, ▸ next, · locked

        next
        • `retain review`: 10 new cards
        ");
        insta::assert_snapshot!(text(&report(&view(), 40)), @r"

        ▸ Beginner  open · exam not passed yet:
        15 of 22 on 23 Nov
        Build intuition
          ✓ Designing Data-Intensive
            Applications  ddia · optional · read
            20 Nov
            https://ddia.qtmuniao.com/#/
              batch-processing
              █████▒░░ 10/2/3/25  91 %
              stream-processing  after batch-pr…
              ▒░░░░░░░ 25/2/3/0

        · Intermediate  locked until the
        beginner exam is passed
        Connect

        decks: █ mature, ▒ learning and young, ░
        new, then new/learning/young/mature and
        the share recalled now; ✓ passed or
        read, ▸ next, · locked

        next
        • `retain review`: 10 new cards
        ");
        for width in 1..100 {
            assert!(report(&view(), width).iter().all(|line| line.width() <= width), "{width}");
        }
    }
}
