//! Chains, rings, trees and lineage graphs. Not for computing anything about them.

use super::canvas::Canvas;
use super::{Picture, WIDTH};
use crate::problem::text;

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Draws links from one item to the next, as a version chain or a replication chain: `x ──▶ [v2] ──▶ [v1]`.
///
/// Goes on in a further line where the width ends. `title` stands before the first item; it may be empty.
#[must_use]
pub fn chain(title: &str, items: &[String]) -> Picture {
    let mut lines = vec![title.to_owned()];
    for (index, item) in items.iter().enumerate() {
        let link = if index == 0 && title.is_empty() { "" } else { " ──▶ " };
        let fits = lines.last().is_some_and(|line| length(line) + length(link) + length(item) + 2 <= WIDTH);
        if !fits {
            lines.push(" ".repeat(length(title)));
        }
        if let Some(line) = lines.last_mut() {
            *line += &format!("{link}[{item}]");
        }
    }
    let spoken = match (title, items) {
        (_, []) => format!("{title}: nothing.").trim_start_matches(": ").to_owned(),
        ("", _) => format!("In a chain: {}.", items.join("; then ")),
        _ => format!("{title} leads to {}.", items.join("; then to ")),
    };
    Picture { text: lines.join("\n"), spoken }
}

/// Draws places on a ring, clockwise from the first: half of them above, half below.
///
/// `note` stands at the end, as `64 positions`; it may be empty.
#[must_use]
pub fn ring(items: &[String], note: &str) -> Picture {
    let (upper, lower) = items.split_at(items.len().div_ceil(2));
    let top = upper.join(" ─ ");
    let bottom = lower.iter().rev().map(String::as_str).collect::<Vec<_>>().join(" ─ ");
    let inner = length(&top).max(length(&bottom));
    let fill = |text: &str| "─".repeat(inner - length(text));
    let mut lines = vec![format!("┌▶ {top} {}─┐", fill(&top))];
    lines.push(if bottom.is_empty() {
        format!("└──{}──┘", "─".repeat(inner))
    } else {
        format!("└─ {bottom} {}◀┘", fill(&bottom))
    });
    if !note.is_empty() {
        lines.push(format!("   {note}"));
    }
    debug_assert!(lines.iter().all(|line| length(line) <= WIDTH), "too wide\n{}", lines.join("\n"));
    let note = if note.is_empty() { String::new() } else { format!(" ({note})") };
    Picture { text: lines.join("\n"), spoken: format!("Clockwise on the ring{note}: {}.", text::list(items)) }
}

/// A node of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What stands in it.
    pub label: String,
    /// Its children, left to right.
    pub children: Vec<Self>,
}

/// Draws a tree from the root down; one that is too wide is drawn as an indented list instead.
#[must_use]
pub fn tree(root: &Node) -> Picture {
    let text = if span(root) <= WIDTH {
        let mut canvas = Canvas::default();
        place(&mut canvas, root, 0, 0);
        canvas.finish()
    } else {
        let mut lines = Vec::new();
        indent(root, 0, &mut lines);
        lines.join("\n")
    };
    let mut told = Vec::new();
    tell(root, &mut told);
    Picture { text, spoken: told.join("\n") }
}

/// Returns the columns a subtree takes.
fn span(node: &Node) -> usize {
    let children: usize = node.children.iter().map(span).sum();
    let gaps = 2 * node.children.len().saturating_sub(1);
    length(&node.label).max(children + gaps)
}

/// Draws a subtree from a row and column on; returns the column of its middle.
fn place(canvas: &mut Canvas, node: &Node, row: usize, column: usize) -> usize {
    let width = span(node);
    let inner: usize =
        node.children.iter().map(span).sum::<usize>() + 2 * node.children.len().saturating_sub(1);
    let mut at = column + (width - inner.min(width)) / 2;
    let mut middles = Vec::with_capacity(node.children.len());
    for child in &node.children {
        middles.push(place(canvas, child, row + 2, at));
        at += span(child) + 2;
    }
    let middle = match (middles.first(), middles.last()) {
        (Some(first), Some(last)) => usize::midpoint(*first, *last),
        _ => column + (width - 1) / 2,
    };
    let label = length(&node.label);
    let start = middle.saturating_sub((label.max(1) - 1) / 2).clamp(column, column + width - label);
    canvas.put(row, start, &node.label);
    if let (Some(&first), Some(&last)) = (middles.first(), middles.last()) {
        canvas.horizontal(row + 1, first, last);
        for &child in &middles {
            let corner = match (child == first, child == last) {
                (true, true) => "│",
                (true, false) => "┌",
                (false, true) => "┐",
                (false, false) => "┬",
            };
            canvas.put(row + 1, child, corner);
        }
        if first != last {
            canvas.put(row + 1, middle, if middles.contains(&middle) { "┼" } else { "┴" });
        }
    }
    middle
}

fn indent(node: &Node, depth: usize, lines: &mut Vec<String>) {
    lines.push(format!("{}{}", "  ".repeat(depth), node.label));
    node.children.iter().for_each(|child| indent(child, depth + 1, lines));
}

fn tell(node: &Node, told: &mut Vec<String>) {
    if !node.children.is_empty() || told.is_empty() {
        let labels: Vec<&str> = node.children.iter().map(|child| child.label.as_str()).collect();
        let root = if told.is_empty() { "The root " } else { "" };
        let below = if labels.is_empty() { "nothing".to_owned() } else { labels.join(", ") };
        told.push(format!("{root}{} has below it, left to right: {below}.", node.label));
    }
    node.children.iter().for_each(|child| tell(child, told));
}

/// A data set of a lineage graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// What else is known of it, as `cached`; may be empty.
    pub note: String,
    /// What it is computed from, by name.
    pub parents: Vec<String>,
    /// Whether each partition needs all partitions of the parents (a shuffle) instead of one of each.
    pub wide: bool,
}

/// Draws a lineage graph, one line a data set: `counts ◀══ pairs`; a double line is a wide dependency.
#[must_use]
pub fn lineage(steps: &[Step]) -> Picture {
    let width = steps.iter().map(|step| length(&step.name)).max().unwrap_or(0);
    let note = |step: &Step| if step.note.is_empty() { String::new() } else { format!("  ({})", step.note) };
    let line = |step: &Step| {
        let arrow = if step.wide { "◀══" } else { "◀──" };
        match step.parents.as_slice() {
            [] => format!("{}{}", step.name, note(step)),
            parents => format!("{:<width$}  {arrow} {}{}", step.name, parents.join(", "), note(step)),
        }
    };
    let told = |step: &Step| {
        let kind = if step.wide { "wide" } else { "narrow" };
        let note = if step.note.is_empty() { String::new() } else { format!("; it is {}", step.note) };
        match step.parents.as_slice() {
            [] => format!("{} is a source{note}.", step.name),
            parents => {
                format!("{} comes from {} by a {kind} dependency{note}.", step.name, text::list(parents))
            }
        }
    };
    let lines: Vec<String> = steps.iter().map(line).collect();
    debug_assert!(lines.iter().all(|line| length(line) <= WIDTH), "too wide\n{}", lines.join("\n"));
    Picture { text: lines.join("\n"), spoken: steps.iter().map(told).collect::<Vec<_>>().join("\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(items: &[&str]) -> Vec<String> {
        items.iter().map(|&item| item.to_owned()).collect()
    }

    fn node(label: &str, children: Vec<Node>) -> Node {
        Node { label: label.to_owned(), children }
    }

    #[test]
    fn chains_go_on_in_a_further_line() {
        let picture = chain("x", &strings(&["v3 9..∞", "v2 5..9"]));
        assert_eq!(picture.text, "x ──▶ [v3 9..∞] ──▶ [v2 5..9]");
        assert_eq!(picture.spoken, "x leads to v3 9..∞; then to v2 5..9.");
        let long = chain("key", &vec!["a version".to_owned(); 6]);
        let expected = "\
key ──▶ [a version] ──▶ [a version] ──▶ [a version] ──▶ [a version]
    ──▶ [a version] ──▶ [a version]";
        assert_eq!(long.text, expected);
    }

    #[test]
    fn rings_run_clockwise() {
        let picture = ring(&strings(&["A 10", "B 90", "C 170"]), "256 positions");
        let expected = "\
┌▶ A 10 ─ B 90 ─┐
└─ C 170 ──────◀┘
   256 positions";
        assert_eq!(picture.text, expected);
        assert_eq!(picture.spoken, "Clockwise on the ring (256 positions): A 10, B 90 and C 170.");
    }

    #[test]
    fn trees_hang_from_the_root() {
        let root =
            node("[20 30]", vec![node("[5 10]", vec![]), node("[20 25]", vec![]), node("[30 40]", vec![])]);
        let picture = tree(&root);
        let lines = ["        [20 30]", "  ┌────────┼────────┐", "[5 10]  [20 25]  [30 40]"];
        assert_eq!(picture.text, lines.join("\n"));
        let spoken = "The root [20 30] has below it, left to right: [5 10], [20 25], [30 40].";
        assert_eq!(picture.spoken, spoken);
        // Two levels of inner nodes, an even number of children, an only child.
        let inner = node("[10]", vec![node("[5]", vec![]), node("[10]", vec![])]);
        let deep = tree(&node("[20]", vec![inner, node("[30]", vec![node("[30]", vec![])])]));
        let lines = ["      [20]", "   ┌───┴────┐", "  [10]     [30]", " ┌─┴──┐     │", "[5]  [10]  [30]"];
        assert_eq!(deep.text, lines.join("\n"), "\n{}", deep.text);
    }

    #[test]
    fn wide_dependencies_are_double() {
        let step = |name: &str, note: &str, parents: &[&str], wide| Step {
            name: name.to_owned(),
            note: note.to_owned(),
            parents: strings(parents),
            wide,
        };
        let steps = [step("lines", "", &[], false), step("pairs", "cached", &["lines"], false)];
        let picture = lineage(&[&steps[..], &[step("counts", "", &["pairs"], true)]].concat());
        let expected = "\
lines
pairs   ◀── lines  (cached)
counts  ◀══ pairs";
        assert_eq!(picture.text, expected);
        assert!(picture.spoken.ends_with("counts comes from pairs by a wide dependency."));
    }
}
