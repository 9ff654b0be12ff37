//! Histories: operations as intervals from call to return, one line a client. Not for checking consistency.

use super::canvas::Canvas;
use super::{Picture, WIDTH};

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The client, as an index.
    pub process: usize,
    /// What it did, as `write x=1` or `read x → 1`; a letter or so more makes the picture wider.
    pub label: String,
    /// When it was called. Only the order of times counts.
    pub start: usize,
    /// When it returned; nothing while it is pending.
    pub end: Option<usize>,
}

/// Draws the operations of each client. Two times that differ are drawn in different columns.
#[must_use]
pub fn history(processes: &[&str], operations: &[Operation]) -> Picture {
    let names = processes.iter().map(|name| name.chars().count()).max().unwrap_or(0) + 2;
    let mut times: Vec<usize> = operations.iter().flat_map(|op| [Some(op.start), op.end]).flatten().collect();
    times.sort_unstable();
    times.dedup();
    let place = |time: usize| times.binary_search(&time).unwrap_or(0);
    // From left to right: after the time before, and far enough from the call for the label between.
    let mut columns = vec![names; times.len()];
    for (index, &time) in times.iter().enumerate() {
        let mut column = if index == 0 { names } else { columns[index - 1] + 1 };
        for op in operations.iter().filter(|op| op.end == Some(time)) {
            column = column.max(columns[place(op.start)] + op.label.chars().count() + 1);
        }
        // A blank between a client's return and its next call.
        for op in operations.iter().filter(|op| op.start == time) {
            let before =
                operations.iter().filter(|other| other.process == op.process).filter_map(|other| other.end);
            let before = before.filter(|&end| end < time).map(|end| columns[place(end)] + 2);
            column = column.max(before.max().unwrap_or(0));
        }
        columns[index] = column;
    }
    let pending = |op: &&Operation| op.end.is_none();
    let open_end =
        operations.iter().filter(pending).map(|op| columns[place(op.start)] + op.label.chars().count() + 1);
    let right = open_end.chain(columns.last().map(|column| column + 1)).max().unwrap_or(names);
    let mut canvas = Canvas::default();
    for (process, name) in processes.iter().enumerate() {
        canvas.put(process, 0, name);
    }
    for op in operations {
        let start = columns[place(op.start)];
        let end = op.end.map_or(right, |end| columns[place(end)]);
        canvas.put(op.process, start, &format!("├{}", op.label));
        canvas.horizontal(op.process, start, end - 1);
        canvas.put(op.process, end, if op.end.is_some() { "┤" } else { "…" });
        // Blanks inside a label must not be ruled through.
        canvas.put(op.process, start + 1, &op.label);
    }
    let text = canvas.finish();
    debug_assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "too wide\n{text}");
    Picture { text, spoken: tell(processes, operations, &times) }
}

fn tell(processes: &[&str], operations: &[Operation], times: &[usize]) -> String {
    let mut steps = Vec::new();
    for &time in times {
        for op in operations.iter().filter(|op| op.start == time) {
            steps.push(format!("{} calls {}", processes[op.process], op.label));
        }
        for op in operations.iter().filter(|op| op.end == Some(time)) {
            steps.push(format!("{} returns from {}", processes[op.process], op.label));
        }
    }
    let mut told = format!("In order of time: {}.", steps.join("; "));
    for op in operations.iter().filter(|op| op.end.is_none()) {
        told += &format!(" {} of {} never returns.", op.label, processes[op.process]);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_overlap_as_their_times_do() {
        let op =
            |process, label: &str, start, end| Operation { process, label: label.to_owned(), start, end };
        let operations = [
            op(0, "write x=1", 0, Some(3)),
            op(1, "read x → 1", 2, Some(5)),
            op(0, "read x → 0", 4, Some(6)),
            op(2, "write x=2", 1, None),
        ];
        let picture = history(&["P", "Q", "R"], &operations);
        let expected = "\
P  ├write x=1┤ ├read x → 0┤
Q    ├read x → 1┤
R   ├write x=2─────────────…";
        assert_eq!(picture.text, expected);
        let spoken = "In order of time: P calls write x=1; R calls write x=2; Q calls read x → 1; \
                      P returns from write x=1; P calls read x → 0; Q returns from read x → 1; \
                      P returns from read x → 0. write x=2 of R never returns.";
        assert_eq!(picture.spoken, spoken);
    }
}
