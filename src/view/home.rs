//! The home screen: what is due, by deck and by level, and where to go from here.
//! Not for counting any of it (`progress/`).

use super::chart;
use super::frame::{Frame, Line, Size, Style};
use super::page::{KeyHint, Page, Status, keys_lines};
use super::words;
use super::wrap::{apart, clip, clipped, prefixed, wrap, wrap_text};
use crate::source::columns;

/// Everything the home screen shows. Plain texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HomeView {
    /// Today, in full.
    pub date: String,
    /// Reviews due now, learning cards among them.
    pub due: usize,
    /// New cards that today's limit still allows.
    pub new_left: usize,
    /// Cards done today.
    pub done_today: usize,
    /// Days in a row with at least one review, today included once it has one.
    pub streak: usize,
    /// Decks with something to do, the most first.
    pub decks: Vec<DeckRow>,
    /// Decks with nothing to do.
    pub idle_decks: usize,
    /// The levels, lowest first.
    pub levels: Vec<LevelRow>,
    /// Where to go, the first with Enter.
    pub menu: Vec<KeyHint>,
    /// Sentences for the learner: broken decks, a plan to catch up, a clock set back.
    pub notes: Vec<Status>,
}

/// A deck with something to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeckRow {
    /// Its name.
    pub name: String,
    /// Reviews due now, learning cards among them.
    pub due: usize,
    /// New cards it would give today.
    pub new: usize,
}

/// How far a level has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LevelRow {
    /// Its name.
    pub name: String,
    /// Its cards.
    pub total: usize,
    /// Cards answered at least once.
    pub seen: usize,
    /// Cards with an interval of 21 days or more.
    pub mature: usize,
    /// What holds it back, as `locked until the beginner exam is passed`; may be empty.
    pub note: String,
}

/// Draws the home screen.
#[must_use]
pub fn screen(view: &HomeView, size: Size, scroll: usize) -> Frame {
    let page = Page::new(size);
    let edge = page.edge_width();
    let name = Line::styled("retain", Style::Heading);
    let head = if columns(&view.date) + 8 <= edge {
        vec![apart(name, Line::styled(&view.date, Style::Dim), edge)]
    } else {
        vec![name, Line::styled(clipped(&view.date, edge), Style::Dim)]
    };
    page.frame(head, report(view, page.text_width()), keys_lines(&view.menu, edge), scroll)
}

/// Returns what the home screen says, without its head and its keys: for a place that is no terminal.
#[must_use]
pub fn report(view: &HomeView, width: usize) -> Vec<Line> {
    let mut lines = vec![Line::new()];
    lines.extend(wrap(&summary(view).runs, width));
    for note in &view.notes {
        lines.extend(wrap(&note.line().runs, width));
    }
    if !view.decks.is_empty() {
        lines.push(Line::new());
        lines.extend(deck_table(view, width));
    }
    if !view.levels.is_empty() {
        lines.push(Line::new());
        lines.extend(level_bars(&view.levels, width));
    }
    lines
}

fn summary(view: &HomeView) -> Line {
    let mut line = Line::new();
    let mut part = |number: usize, words: &str| {
        if !line.runs.is_empty() {
            line.push(" · ", Style::Dim);
        }
        line.push(words::number(number), Style::Strong);
        line.push(format!(" {words}"), Style::Plain);
    };
    part(view.due, "due");
    part(view.new_left, "new left today");
    if view.done_today > 0 {
        part(view.done_today, "done today");
    }
    if view.streak > 0 {
        part(view.streak, if view.streak == 1 { "day in a row" } else { "days in a row" });
    }
    line
}

fn deck_table(view: &HomeView, width: usize) -> Vec<Line> {
    // Two columns of numbers, each with its heading.
    const NUMBER: usize = 7;
    let name_width = width.saturating_sub(2 * NUMBER).min(48);
    let row = |name: &str, due: &str, new: &str, styles: [Style; 2]| {
        let name = clipped(name, name_width);
        let gap = name_width.saturating_sub(columns(&name));
        let mut line = Line::styled(name, styles[0])
            .with(" ".repeat(gap), Style::Plain)
            .with(format!("{due:>NUMBER$}{new:>NUMBER$}"), styles[1]);
        clip(&mut line, width);
        line
    };
    let count = |count: usize| if count == 0 { "·".to_owned() } else { words::number(count) };
    let mut lines = vec![row("deck", "due", "new", [Style::Dim, Style::Dim])];
    for deck in &view.decks {
        lines.push(row(&deck.name, &count(deck.due), &count(deck.new), [Style::Accent, Style::Plain]));
    }
    if view.idle_decks > 0 {
        let idle = format!("{} with nothing to do", words::plural(view.idle_decks, "other deck"));
        lines.push(Line::styled(clipped(&idle, width), Style::Dim));
    }
    lines
}

fn level_bars(levels: &[LevelRow], width: usize) -> Vec<Line> {
    let name_width = levels.iter().map(|level| columns(&level.name)).max().unwrap_or(0);
    let mut lines = Vec::new();
    for level in levels {
        let figures =
            format!("{} seen, {} mature of {}", level.seen, level.mature, words::number(level.total));
        let bar = |width: usize| {
            chart::stacked(level.mature, level.seen.saturating_sub(level.mature), level.total, width)
        };
        let name = Line::styled(format!("{:<name_width$} ", level.name), Style::Plain);
        let beside = width.saturating_sub(name_width + 2 + columns(&figures));
        let mut line = name;
        // The bar is as wide as it may be, up to twenty; where ten do not fit, the figures go below.
        let fits = beside >= 10;
        let bar = bar(if fits { beside.min(20) } else { width.saturating_sub(name_width + 1).min(20) });
        bar.runs.iter().for_each(|run| line.push(&run.text, run.style));
        if fits {
            line.push(format!(" {figures}"), Style::Dim);
        }
        lines.push(line);
        if !fits {
            lines.push(Line::styled(clipped(&format!("  {figures}"), width), Style::Dim));
        }
        if !level.note.is_empty() {
            let indent = Line::plain("  ");
            lines.extend(prefixed(
                wrap_text(&level.note, Style::Dim, width.saturating_sub(2)),
                &indent,
                &indent,
            ));
        }
    }
    lines.iter_mut().for_each(|line| clip(line, width));
    lines
}
