//! Tables: a head, a rule, rows; columns of numbers are aligned to the right. Not for Markdown tables in decks.

use super::{Picture, WIDTH};

/// Draws a table. Every row has as many cells as the head.
#[must_use]
pub fn table(head: &[&str], rows: &[Vec<String>]) -> Picture {
    let numeric = |column: usize| {
        let cells =
            || rows.iter().map(|row| row[column].as_str()).filter(|cell| !matches!(*cell, "" | "-" | "∞"));
        cells().next().is_some() && cells().all(|cell| cell.replace(',', "").parse::<f64>().is_ok())
    };
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or(0)
    };
    let layout: Vec<(usize, bool)> = (0..head.len()).map(|column| (width(column), numeric(column))).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let cells: Vec<String> = cells
            .zip(&layout)
            .map(
                |(cell, &(width, right))| {
                    if right { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
                },
            )
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    let rule: Vec<String> = layout.iter().map(|&(width, _)| "─".repeat(width)).collect();
    let mut lines = vec![line(&mut head.iter().copied()), rule.join("  ")];
    lines.extend(rows.iter().map(|row| line(&mut row.iter().map(String::as_str))));
    debug_assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "too wide\n{}", lines.join("\n"));
    let spoken: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells: Vec<String> = head
                .iter()
                .zip(row)
                .filter(|(_, cell)| !cell.is_empty())
                .map(|(head, cell)| if head.is_empty() { cell.clone() } else { format!("{head} {cell}") })
                .collect();
            format!("{}.", cells.join(", "))
        })
        .collect();
    Picture { text: lines.join("\n"), spoken: spoken.join("\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_right_and_words_left() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [row(["x", "9", "∞"]), row(["long", "10", "12"])];
        let picture = table(&["object", "begin", "end"], &rows);
        let expected = "\
object  begin  end
──────  ─────  ───
x           9    ∞
long       10   12";
        assert_eq!(picture.text, expected);
        assert_eq!(picture.spoken, "object x, begin 9, end ∞.\nobject long, begin 10, end 12.");
    }
}
