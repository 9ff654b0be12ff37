//! Tables drawn with box characters, shrunk to a width; where even that is too narrow, as `header: cell` lines.
//! Not for reading Markdown (`markdown.rs`).

use super::frame::{Line, Run, Style};
use super::wrap::{prefixed, wrap};

/// The text of one cell.
pub type Cell = Vec<Run>;

/// Where the text of a column stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// At the left.
    #[default]
    Left,
    /// In the middle.
    Centre,
    /// At the right.
    Right,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// One alignment a column.
    pub align: Vec<Align>,
    /// The header's cells.
    pub head: Vec<Cell>,
    /// The rows; missing cells are empty.
    pub rows: Vec<Vec<Cell>>,
}

/// Words up to this long are never broken to make a column narrower.
const WHOLE_WORD: usize = 10;

/// Draws a table no wider than `width` columns.
#[must_use]
pub fn draw(table: &Table, width: usize) -> Vec<Line> {
    let count = table.rows.iter().map(Vec::len).chain([table.head.len()]).max().unwrap_or(0);
    if count == 0 {
        return Vec::new();
    }
    // `│ a │ b │`: a border and a blank on each side.
    let frame = 3 * count + 1;
    let natural = column_widths(table, count, cell_width);
    let least = column_widths(table, count, |cell| longest_word(cell).min(WHOLE_WORD));
    match shrunk(natural, &least, width.saturating_sub(frame)) {
        Some(widths) => boxed(table, &widths),
        None => stacked(table, count, width),
    }
}

fn cell_width(cell: &Cell) -> usize {
    wrap(cell, usize::MAX).iter().map(Line::width).max().unwrap_or(0)
}

fn longest_word(cell: &Cell) -> usize {
    let text: String = cell.iter().map(|run| run.text.as_str()).collect();
    text.split_whitespace().map(crate::source::columns).max().unwrap_or(0)
}

fn column_widths(table: &Table, count: usize, measure: impl Fn(&Cell) -> usize) -> Vec<usize> {
    let mut widths = vec![1; count];
    for row in std::iter::once(&table.head).chain(&table.rows) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = measure(cell).max(*width);
        }
    }
    widths
}

/// Takes columns from the widest that can give until the sum fits; `None` where words would have to break.
fn shrunk(mut widths: Vec<usize>, least: &[usize], room: usize) -> Option<Vec<usize>> {
    while widths.iter().sum::<usize>() > room {
        let can_give = widths.iter_mut().zip(least).filter(|(width, least)| **width > **least);
        let (widest, _) = can_give.max_by_key(|(width, _)| **width)?;
        *widest -= 1;
    }
    Some(widths)
}

fn boxed(table: &Table, widths: &[usize]) -> Vec<Line> {
    let rule = |left: &str, middle: &str, right: &str| {
        let bars: Vec<String> = widths.iter().map(|width| "─".repeat(width + 2)).collect();
        Line::styled(format!("{left}{}{right}", bars.join(middle)), Style::Dim)
    };
    let mut lines = vec![rule("┌", "┬", "┐")];
    if !table.head.is_empty() {
        let head: Vec<Cell> = table.head.iter().map(strong).collect();
        lines.extend(row(&head, widths, &table.align));
        lines.push(rule("├", "┼", "┤"));
    }
    // Rows of several lines would run together without a rule.
    let tall = table
        .rows
        .iter()
        .any(|cells| cells.iter().zip(widths).any(|(cell, width)| wrap(cell, *width).len() > 1));
    for (index, cells) in table.rows.iter().enumerate() {
        if index > 0 && tall {
            lines.push(rule("├", "┼", "┤"));
        }
        lines.extend(row(cells, widths, &table.align));
    }
    lines.push(rule("└", "┴", "┘"));
    lines
}

fn strong(cell: &Cell) -> Cell {
    let style = |run: &Run| if run.style == Style::Plain { Style::Strong } else { run.style };
    cell.iter().map(|run| Run { text: run.text.clone(), style: style(run) }).collect()
}

fn row(cells: &[Cell], widths: &[usize], align: &[Align]) -> Vec<Line> {
    let empty = Cell::new();
    let columns: Vec<Vec<Line>> = widths
        .iter()
        .enumerate()
        .map(|(index, width)| wrap(cells.get(index).unwrap_or(&empty), *width))
        .collect();
    let height = columns.iter().map(Vec::len).max().unwrap_or(0);
    let mut lines = Vec::with_capacity(height);
    for at in 0..height {
        let mut line = Line::styled("│", Style::Dim);
        for (index, (column, width)) in columns.iter().zip(widths).enumerate() {
            let text = column.get(at).cloned().unwrap_or_default();
            let free = width.saturating_sub(text.width());
            let before = match align.get(index).copied().unwrap_or_default() {
                Align::Left => 0,
                Align::Centre => free / 2,
                Align::Right => free,
            };
            line.push(" ".repeat(before + 1), Style::Plain);
            for run in text.runs {
                line.push(run.text, run.style);
            }
            line.push(" ".repeat(free - before + 1), Style::Plain);
            line.push("│", Style::Dim);
        }
        lines.push(line);
    }
    lines
}

fn stacked(table: &Table, count: usize, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for (index, cells) in table.rows.iter().enumerate() {
        if index > 0 {
            lines.push(Line::new());
        }
        for column in 0..count {
            let Some(cell) = cells.get(column).filter(|cell| cell_width(cell) > 0) else { continue };
            let mut runs = table.head.get(column).map(strong).unwrap_or_default();
            if !runs.is_empty() {
                runs.push(Run { text: ": ".to_owned(), style: Style::Plain });
            }
            runs.extend(cell.iter().cloned());
            let indent = Line::plain(if column == 0 || width < 12 { "" } else { "  " });
            lines.extend(prefixed(wrap(&runs, width.saturating_sub(indent.width())), &indent, &indent));
        }
    }
    if table.rows.is_empty() {
        for cell in &table.head {
            lines.extend(wrap(&strong(cell), width));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&[&str]]) -> Table {
        let cells = |row: &&[&str]| -> Vec<Cell> {
            row.iter().map(|text| vec![Run { text: (*text).to_owned(), style: Style::Plain }]).collect()
        };
        Table {
            align: vec![Align::Left, Align::Right],
            head: cells(&rows[0]),
            rows: rows[1..].iter().map(cells).collect(),
        }
    }

    fn drawn(table: &Table, width: usize) -> String {
        draw(table, width).iter().map(|line| format!("{}\n", line.text())).collect()
    }

    #[test]
    fn a_table_that_fits_takes_only_the_room_it_needs() {
        let table = table(&[&["servers", "f"], &["3", "1"], &["5"], &["多数", "2"]]);
        insta::assert_snapshot!(drawn(&table, 80), @r"
        ┌─────────┬───┐
        │ servers │ f │
        ├─────────┼───┤
        │ 3       │ 1 │
        │ 5       │   │
        │ 多数    │ 2 │
        └─────────┴───┘
        ");
    }

    #[test]
    fn the_widest_column_gives_first() {
        let table = table(&[
            &["model", "what it forbids"],
            &["causal", "an effect seen before its cause"],
            &["PRAM", "own writes out of order"],
        ]);
        insta::assert_snapshot!(drawn(&table, 34), @r"
        ┌────────┬───────────────────────┐
        │ model  │       what it forbids │
        ├────────┼───────────────────────┤
        │ causal │ an effect seen before │
        │        │             its cause │
        ├────────┼───────────────────────┤
        │ PRAM   │     own writes out of │
        │        │                 order │
        └────────┴───────────────────────┘
        ");
    }

    #[test]
    fn where_columns_would_be_stumps_rows_are_told_cell_by_cell() {
        let table = table(&[
            &["model", "forbids", "cost"],
            &["causal", "effect before cause", "metadata"],
            &["PRAM", "", "none"],
        ]);
        insta::assert_snapshot!(drawn(&table, 20), @r"
        model: causal
          forbids: effect
          before cause
          cost: metadata

        model: PRAM
          cost: none
        ");
    }
}
