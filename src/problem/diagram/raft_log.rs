//! Logs of a cluster: one line a server, the term of each entry by index. Not for deciding what commits.

use super::{Picture, WIDTH};
use crate::problem::text;

/// One server's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    /// The server's name.
    pub name: String,
    /// What else is known of it, as `leader`; may be empty.
    pub note: String,
    /// The terms of its entries, from index 1 on.
    pub terms: Vec<u64>,
}

/// Draws logs below one another, aligned by index.
#[must_use]
pub fn raft_logs(rows: &[LogRow]) -> Picture {
    let longest = rows.iter().map(|row| row.terms.len()).max().unwrap_or(0);
    let cell = |index: usize| {
        let terms = rows.iter().filter_map(|row| row.terms.get(index - 1)).map(|term| term.to_string().len());
        terms.chain([index.to_string().len()]).max().unwrap_or(1)
    };
    let cells: Vec<usize> = (1..=longest).map(cell).collect();
    let name = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).max("index".len());
    let note = rows.iter().map(|row| row.note.chars().count()).max().unwrap_or(0);
    let head = |a: &str, b: &str| match note {
        0 => format!("{a:<name$} "),
        _ => format!("{a:<name$} {b:<note$} "),
    };
    let fill = |values: &mut dyn Iterator<Item = u64>, between: &str| {
        let filled: Vec<String> =
            values.zip(&cells).map(|(value, &width)| format!("{value:>width$}")).collect();
        filled.join(between)
    };
    let mut lines = Vec::with_capacity(rows.len() + 1);
    lines.push(
        format!("{}  {}", head("index", ""), fill(&mut (1..=longest as u64), "   ")).trim_end().to_owned(),
    );
    for row in rows {
        let body = match row.terms.as_slice() {
            [] => "│".to_owned(),
            terms => format!("│ {} │", fill(&mut terms.iter().copied(), " │ ")),
        };
        lines.push(format!("{}{body}", head(&row.name, &row.note)));
    }
    debug_assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "too wide\n{}", lines.join("\n"));
    let spoken: Vec<String> = rows.iter().map(tell).collect();
    Picture { text: lines.join("\n"), spoken: spoken.join("\n") }
}

fn tell(row: &LogRow) -> String {
    let note = if row.note.is_empty() { String::new() } else { format!(" ({})", row.note) };
    match row.terms.len() {
        0 => format!("{}{note}: an empty log.", row.name),
        1 => format!("{}{note}: the term of its entry 1 is {}.", row.name, row.terms[0]),
        n => format!("{}{note}: the terms of its entries 1 to {n} are {}.", row.name, text::list(&row.terms)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_aligned_by_index() {
        let row = |name: &str, note: &str, terms: &[u64]| LogRow {
            name: name.to_owned(),
            note: note.to_owned(),
            terms: terms.to_vec(),
        };
        let rows = [row("S1", "leader", &[1, 1, 2, 10]), row("S2", "", &[1]), row("S3", "down", &[])];
        let picture = raft_logs(&rows);
        let expected = "\
index          1   2   3    4
S1    leader │ 1 │ 1 │ 2 │ 10 │
S2           │ 1 │
S3    down   │";
        assert_eq!(picture.text, expected);
        let spoken = "\
S1 (leader): the terms of its entries 1 to 4 are 1, 1, 2 and 10.
S2: the term of its entry 1 is 1.
S3 (down): an empty log.";
        assert_eq!(picture.spoken, spoken);
    }
}
