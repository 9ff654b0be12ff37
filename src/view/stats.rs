//! The statistics screen: today, streak, retention, maturity, what is coming, the year, and the hardest cards.
//! Not for counting any of it (`progress/`).

use super::chart;
use super::frame::{Frame, Line, Size, Style};
use super::page::{KeyHint, Page, facts, keys_line};
use super::words;
use super::wrap::{clip, clipped, prefixed, wrap_text};
use crate::source::columns;
use crate::time::Day;

/// A part of a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// The part.
    pub part: usize,
    /// The whole.
    pub whole: usize,
}

impl Share {
    /// Builds a share.
    #[must_use]
    pub fn new(part: usize, whole: usize) -> Self {
        Self { part, whole }
    }

    fn text(self) -> String {
        words::percent(self.part, self.whole)
    }
}

/// Everything the statistics screen shows. Plain texts.
#[derive(Clone, Debug, PartialEq)]
pub struct StatsView {
    /// The study day.
    pub today: Day,
    /// Answers given today.
    pub answers_today: usize,
    /// Cards seen for the first time today.
    pub new_today: usize,
    /// Time spent today, in milliseconds.
    pub took_today_ms: u64,
    /// Answers today that were `Again`.
    pub again_today: Share,
    /// Days in a row with a review, up to today or yesterday.
    pub streak: usize,
    /// The longest streak ever.
    pub longest_streak: usize,
    /// Days with a review, of all days since the first.
    pub days_studied: Share,
    /// Reviews that were recalled, by period.
    pub retention: Vec<RetentionRow>,
    /// How well known the cards are: all together, by level, by deck.
    pub maturity: Vec<MaturityRow>,
    /// Cards due on each of the next days, today first, overdue ones with today.
    pub forecast: Vec<usize>,
    /// Answers by study day, any order; days without any may be left out.
    pub days: Vec<(Day, usize)>,
    /// Time spent on each of the last days, the latest last, in milliseconds.
    pub time: Vec<u64>,
    /// Time ever spent, in milliseconds.
    pub time_ever_ms: u64,
    /// Cards whose ease lies on its floor, of all that have one.
    pub at_floor: Share,
    /// Mean chance of recall now over the cards seen, `0.0..=1.0`, and who says so; `None` without any.
    pub known: Option<(f64, String)>,
    /// The cards most often forgotten, the hardest first.
    pub hardest: Vec<HardRow>,
}

/// True retention: of reviews of cards that had an interval of a day or more, how many were recalled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RetentionRow {
    /// The period, as `30 days`.
    pub period: String,
    /// All of them.
    pub all: Share,
    /// Those with an interval of 21 days or more.
    pub mature: Share,
}

/// How well known a group of cards is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MaturityRow {
    /// The group: a level, a deck, or all.
    pub name: String,
    /// Whether it is a group of groups, set apart.
    pub total: bool,
    /// Cards never answered.
    pub new: usize,
    /// Cards in learning, or with an interval below 21 days.
    pub young: usize,
    /// Cards with an interval of 21 days or more.
    pub mature: usize,
    /// Cards suspended or parked, counted in none of the others.
    pub suspended: usize,
}

/// A card that is often forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HardRow {
    /// The card in one line.
    pub title: String,
    /// Its deck.
    pub deck: String,
    /// Times it was forgotten after it had been known.
    pub lapses: usize,
    /// Answers that were `Again`.
    pub again: Share,
}

/// Draws the statistics.
#[must_use]
pub fn screen(view: &StatsView, size: Size, scroll: usize) -> Frame {
    let page = Page::new(size);
    let head = vec![Line::styled("statistics", Style::Heading)];
    let keys = [KeyHint::new("↑↓ page", "scroll"), KeyHint::new("q", "back")];
    page.frame(head, report(view, page.text_width()), vec![keys_line(&keys, page.edge_width())], scroll)
}

/// Returns the statistics as lines: for a place that is no terminal.
#[must_use]
pub fn report(view: &StatsView, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut section = |title: &str, block: Vec<Line>| {
        if !block.is_empty() {
            lines.push(Line::new());
            lines.push(Line::styled(title, Style::Heading));
            lines.extend(block);
        }
    };
    section("today", today(view, width));
    section("true retention", retention(&view.retention, width));
    section("maturity", maturity(&view.maturity, width));
    section("memory", memory(view, width));
    if view.forecast.iter().any(|count| *count > 0) {
        let total: usize = view.forecast.iter().sum();
        let a_day = match total.div_ceil(view.forecast.len()) {
            _ if total < view.forecast.len() => "less than one".to_owned(),
            count => count.to_string(),
        };
        let mut block = vec![Line::plain(format!(
            "{} in {}, {a_day} a day",
            words::plural(total, "review"),
            words::plural(view.forecast.len(), "day"),
        ))];
        block.extend(chart::forecast(&view.forecast, width, 5));
        section("forecast", block);
    }
    if !view.days.is_empty() {
        let mut days = view.days.clone();
        days.sort_unstable();
        let count = |day: Day| days.binary_search_by_key(&day, |(day, _)| *day).map_or(0, |at| days[at].1);
        section("the last year", chart::heat_map(count, view.today, width));
    }
    section("time", time(view, width));
    section("hardest cards", hardest(&view.hardest, width));
    for line in &mut lines {
        clip(line, width);
    }
    lines
}

/// Columns for the labels of facts.
const LABEL: usize = 10;

fn today(view: &StatsView, width: usize) -> Vec<Line> {
    let answers = match view.answers_today {
        0 => "nothing yet".to_owned(),
        answers => format!(
            "{}, {} new, {}",
            words::plural(answers, "answer"),
            view.new_today,
            words::duration(view.took_today_ms)
        ),
    };
    let mut rows = vec![("answers", answers)];
    if view.again_today.whole > 0 {
        rows.push(("again", view.again_today.text()));
    }
    rows.push(("streak", format!("{}, longest {}", words::plural(view.streak, "day"), view.longest_streak)));
    let Share { part, whole } = view.days_studied;
    if whole > 0 {
        rows.push((
            "studied",
            format!("{part} of {} ({})", words::plural(whole, "day"), view.days_studied.text()),
        ));
    }
    facts(&rows, LABEL, width)
}

fn retention(rows: &[RetentionRow], width: usize) -> Vec<Line> {
    if rows.iter().all(|row| row.all.whole == 0) {
        return vec![Line::styled("no reviews yet of cards that had waited a day or more", Style::Dim)];
    }
    let narrow = width < 48;
    let name = rows.iter().map(|row| columns(&row.period)).max().unwrap_or(0).max(if narrow { 7 } else { 9 });
    let cell = |share: Share| format!("{:>4} of {:<6}", share.text(), words::number(share.whole));
    let mature = if narrow { "21+ days" } else { "21 days or more" };
    let mut lines = vec![Line::styled(format!("{:<name$}   {:<13} {mature}", "", "all"), Style::Dim)];
    for row in rows {
        let line = Line::styled(format!("{:<name$} ", row.period), Style::Dim);
        lines.push(line.with(format!("{}{}", cell(row.all), cell(row.mature)), Style::Plain));
    }
    lines
}

fn memory(view: &StatsView, width: usize) -> Vec<Line> {
    let mut rows = Vec::new();
    if let Some((known, who)) = &view.known {
        rows.push(("known now", format!("{:.0} % of what was seen, as {who} sees it", known * 100.0)));
    }
    if view.at_floor.whole > 0 {
        rows.push((
            "at floor",
            format!(
                "{} of {} have the lowest ease",
                view.at_floor.text(),
                words::plural(view.at_floor.whole, "card")
            ),
        ));
    }
    facts(&rows, LABEL, width)
}

fn maturity(rows: &[MaturityRow], width: usize) -> Vec<Line> {
    if rows.is_empty() {
        return Vec::new();
    }
    let widest = rows.iter().map(|row| columns(&row.name)).max().unwrap_or(0);
    // Name, bar and figures beside each other, or the figures below.
    let beside = width >= 60;
    let name_width = widest.min(if beside { 24 } else { 16 });
    let bar_width = if beside { 16 } else { width.saturating_sub(name_width + 1).min(20) };
    let figures = |texts: [&str; 4]| texts.map(|text| format!("{text:>8}")).concat();
    let legend = "█ mature  ▒ young  ░ new";
    let mut lines = Vec::new();
    if beside {
        let heads = figures(["mature", "young", "new", "aside"]);
        let left = name_width + 1 + bar_width;
        lines.push(Line::styled(format!("{legend:<left$}{heads}"), Style::Dim));
    } else {
        lines.push(Line::styled(legend, Style::Dim));
    }
    for row in rows {
        let style = if row.total { Style::Strong } else { Style::Plain };
        let name = clipped(&row.name, name_width);
        let gap = " ".repeat(name_width - columns(&name) + 1);
        let mut line = Line::styled(name, style).with(gap, Style::Plain);
        for run in chart::stacked(row.mature, row.young, row.mature + row.young + row.new, bar_width).runs {
            line.push(run.text, run.style);
        }
        let [mature, young, new, aside] = [row.mature, row.young, row.new, row.suspended].map(words::number);
        if beside {
            lines.push(line.with(figures([&mature, &young, &new, &aside]), Style::Plain));
            continue;
        }
        lines.push(line);
        let mut told = format!("{mature} mature, {young} young, {new} new");
        if row.suspended > 0 {
            told.push_str(&format!(", {aside} aside"));
        }
        let indent = Line::plain("  ");
        lines.extend(prefixed(wrap_text(&told, Style::Dim, width.saturating_sub(2)), &indent, &indent));
    }
    lines
}

fn time(view: &StatsView, width: usize) -> Vec<Line> {
    if view.time_ever_ms == 0 {
        return Vec::new();
    }
    let recent: u64 = view.time.iter().sum();
    let days = view.time.len().max(1) as u64;
    let told = format!(
        "{} in {}, {} a day",
        words::duration(recent),
        words::plural(view.time.len(), "day"),
        words::duration(recent / days)
    );
    let mut lines = facts(&[("recent", told)], LABEL, width);
    let mut spark = Line::styled(format!("{:<LABEL$}", "by day"), Style::Dim);
    for run in chart::sparkline(&view.time, width.saturating_sub(LABEL).max(1)).runs {
        spark.push(run.text, run.style);
    }
    lines.push(spark);
    lines.extend(facts(&[("ever", words::duration(view.time_ever_ms))], LABEL, width));
    lines
}

fn hardest(rows: &[HardRow], width: usize) -> Vec<Line> {
    let figures: Vec<String> = rows
        .iter()
        .map(|row| format!("{}, again {}", words::plural(row.lapses, "lapse"), row.again.text()))
        .collect();
    let widest = figures.iter().map(|text| columns(text)).max().unwrap_or(0);
    let mut lines = Vec::new();
    for (row, figures) in rows.iter().zip(&figures) {
        let title = if width >= 60 { format!("{} · {}", row.title, row.deck) } else { row.title.clone() };
        if width >= 60 {
            let room = width - widest - 2;
            let title = clipped(&title, room);
            let gap = room - columns(&title) + 2;
            lines.push(Line::plain(title).with(" ".repeat(gap), Style::Plain).with(figures, Style::Dim));
        } else {
            lines.push(Line::plain(clipped(&title, width)));
            lines.push(Line::styled(format!("  {figures}"), Style::Dim));
        }
    }
    lines
}
