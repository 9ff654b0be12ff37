//! Markdown to styled lines of a given width, to text for listening, and to the list of its links.
//! Not for the tags of a deck (`deck/`), which are gone before text comes here.

use std::fmt::Write as _;

use super::blocks::{self, Block, Item};
use super::code::Highlighter;
use super::frame::{Line, Run, Style};
use super::table;
use super::wrap::{clip, prefixed, wrap};
use crate::source::Span;

/// Draws Markdown in lines no wider than `width` columns; links are numbered from 1.
#[must_use]
pub fn render(markdown: &str, width: usize) -> Vec<Line> {
    render_from(markdown, width, 1)
}

/// Draws Markdown whose first link has the number `first_link`, for a screen that shows several texts.
#[must_use]
pub fn render_from(markdown: &str, width: usize, first_link: usize) -> Vec<Line> {
    draw(&blocks::parse(markdown, first_link).blocks, width.max(1))
}

/// Draws a cloze sentence with the bytes `hidden` as a gap, `[…]`, or marked as `⟦revealed⟧`.
#[must_use]
pub fn cloze(text: &str, hidden: Span, revealed: bool, width: usize) -> Vec<Line> {
    cloze_from(text, hidden, revealed, width, 1)
}

/// As [`cloze`], where the first link has the number `first_link`.
#[must_use]
pub fn cloze_from(text: &str, hidden: Span, revealed: bool, width: usize, first_link: usize) -> Vec<Line> {
    draw(&blocks::parse_marked(&blocks::mark(text, hidden, revealed), first_link).blocks, width.max(1))
}

/// Returns the targets of links and pictures, in order; the first has the number 1.
#[must_use]
pub fn links(markdown: &str) -> Vec<String> {
    blocks::parse(markdown, 1).links
}

/// Returns Markdown as one line of text, for lists and titles.
#[must_use]
pub fn one_line(markdown: &str) -> String {
    speak(markdown).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns Markdown as text for listening: no marks, no boxes; a table row reads `header: cell; header: cell`.
#[must_use]
pub fn speak(markdown: &str) -> String {
    let mut text = String::new();
    tell(&blocks::parse(markdown, 1).blocks, "", &mut text);
    text.trim_end().to_owned()
}

/// Returns a cloze sentence as text for listening, with `blank` for the gap, or whole.
#[must_use]
pub fn speak_cloze(text: &str, hidden: Span, revealed: bool) -> String {
    let mut said = String::new();
    tell(&blocks::parse_marked(&blocks::mark(text, hidden, revealed), 1).blocks, "", &mut said);
    said.replace("[…]", "blank").replace(['⟦', '⟧'], "").trim_end().to_owned()
}

/// Below this many columns, indents cost more than they show.
const NARROW: usize = 12;

fn draw(blocks: &[Block], width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let list_of_paragraph = matches!(block, Block::List { tight: true, .. })
            && index > 0
            && matches!(blocks[index - 1], Block::Paragraph { tight: true, .. });
        if index > 0 && !list_of_paragraph {
            lines.push(Line::new());
        }
        draw_block(block, width, &mut lines);
    }
    // The promise of this module, whatever a font or a width table thinks of a character.
    for line in &mut lines {
        if line.width() > width && line.text().chars().count() > 1 {
            clip(line, width);
        }
    }
    lines
}

fn draw_block(block: &Block, width: usize, lines: &mut Vec<Line>) {
    match block {
        Block::Paragraph { runs, .. } | Block::Heading(runs) => lines.extend(wrap(runs, width)),
        Block::Quote(blocks) => {
            let bar = Line::styled("│ ", Style::Dim);
            hang(draw(blocks, inner(width, 2)), &bar, &bar, width, lines);
        }
        Block::List { start, tight, items } => draw_list(*start, *tight, items, width, lines),
        Block::Code { info, text } => draw_code(info, text, width, lines),
        Block::Maths(text) => {
            let indent = Line::plain("    ");
            for line in text.split('\n') {
                let wrapped = wrap(&[Run { text: line.to_owned(), style: Style::Code }], inner(width, 4));
                hang(wrapped, &indent, &indent, width, lines);
            }
        }
        Block::Table(table) => lines.extend(table::draw(table, width)),
        Block::Rule => lines.push(Line::styled("─".repeat(width.min(20)), Style::Dim)),
    }
}

/// The width left beside a prefix of `taken` columns.
fn inner(width: usize, taken: usize) -> usize {
    if width < NARROW { width } else { width - taken }
}

/// Adds lines behind a prefix, where [`inner`] left room for one.
fn hang(block: Vec<Line>, first: &Line, rest: &Line, width: usize, lines: &mut Vec<Line>) {
    if width < NARROW {
        lines.extend(block);
    } else {
        lines.extend(prefixed(block, first, rest));
    }
}

fn draw_list(start: Option<u64>, tight: bool, items: &[Item], width: usize, lines: &mut Vec<Line>) {
    let last = start.map(|start| start.saturating_add(items.len() as u64 - 1));
    let digits = last.map_or(0, |last| last.to_string().len());
    for (index, item) in items.iter().enumerate() {
        if index > 0 && !tight {
            lines.push(Line::new());
        }
        let marker = match (item.task, start) {
            (Some(true), _) => "[x] ".to_owned(),
            (Some(false), _) => "[ ] ".to_owned(),
            (None, Some(start)) => format!("{:>digits$}. ", start.saturating_add(index as u64)),
            (None, None) => "• ".to_owned(),
        };
        let marker = Line::styled(marker, Style::Dim);
        if width < NARROW || marker.width() + 4 > width {
            lines.extend(wrap(&marker.runs, width));
            lines.extend(draw(&item.blocks, width));
            continue;
        }
        let rest = Line::plain(" ".repeat(marker.width()));
        let mut block = draw(&item.blocks, width - marker.width());
        if block.is_empty() {
            block.push(Line::new());
        }
        lines.extend(prefixed(block, &marker, &rest));
    }
}

/// Code keeps its line breaks; a line too long goes on behind a mark.
fn draw_code(info: &str, text: &str, width: usize, lines: &mut Vec<Line>) {
    let indent = if width < 24 { 0 } else { 2 };
    let room = width - indent;
    let margin = Line::plain(" ".repeat(indent));
    let mut highlighter = Highlighter::new(info);
    let mut reveal = blocks::Reveal::default();
    for line in text.lines() {
        let runs = reveal.apply(highlighter.line(&expanded(line)));
        let whole = runs.iter().fold(Line::new(), |line, run| line.with(&run.text, run.style));
        if whole.width() <= room || room < 4 {
            lines.extend(prefixed(if room < 4 { wrap(&runs, room) } else { vec![whole] }, &margin, &margin));
            continue;
        }
        let mark = margin.clone().with("↪ ", Style::Dim);
        lines.extend(prefixed(chopped(&whole, room, room - 2), &margin, &mark));
    }
}

/// Cuts a line into pieces without regard to words: the first of `first` columns, the others of `rest`.
fn chopped(line: &Line, first: usize, rest: usize) -> Vec<Line> {
    // A blank that is no place to break keeps the pieces whole.
    let solid: Vec<Run> =
        line.runs.iter().map(|run| Run { text: run.text.replace(' ', "\u{a0}"), style: run.style }).collect();
    let mut pieces = wrap(&solid, first);
    if pieces.len() > 1 {
        let head = pieces.remove(0);
        let solid = |run: Run| Run { text: run.text.replace(' ', "\u{a0}"), style: run.style };
        let tail: Vec<Run> = pieces.into_iter().flat_map(|line| line.runs).map(solid).collect();
        pieces = wrap(&tail, rest);
        pieces.insert(0, head);
    }
    pieces
}

/// Replaces tabs by blanks up to the next multiple of four.
fn expanded(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut column = 0;
    for c in line.chars() {
        if c == '\t' {
            let blanks = 4 - column % 4;
            text.extend(std::iter::repeat_n(' ', blanks));
            column += blanks;
        } else {
            text.push(c);
            column += 1;
        }
    }
    text
}

fn plain(runs: &[Run]) -> String {
    runs.iter().map(|run| run.text.replace('\u{a0}', " ")).collect()
}

fn tell(blocks: &[Block], indent: &str, out: &mut String) {
    for block in blocks {
        match block {
            Block::Paragraph { runs, .. } | Block::Heading(runs) => {
                for line in plain(runs).lines() {
                    let _ = writeln!(out, "{indent}{line}");
                }
            }
            Block::Quote(blocks) => tell(blocks, indent, out),
            Block::List { start, items, .. } => {
                for (index, item) in items.iter().enumerate() {
                    let marker = match (item.task, start) {
                        (Some(true), _) => "checked: ".to_owned(),
                        (Some(false), _) => "not checked: ".to_owned(),
                        (None, Some(start)) => format!("{}. ", start.saturating_add(index as u64)),
                        (None, None) => "- ".to_owned(),
                    };
                    let mut text = String::new();
                    tell(&item.blocks, &format!("{indent}  "), &mut text);
                    let _ = writeln!(out, "{indent}{marker}{}", text.trim_start().trim_end());
                }
            }
            Block::Code { text, .. } => {
                let mut reveal = blocks::Reveal::default();
                for line in text.lines() {
                    let runs = reveal.apply(vec![Run { text: expanded(line), style: Style::Code }]);
                    let _ = writeln!(out, "{indent}{}", plain(&runs));
                }
            }
            Block::Maths(text) => {
                for line in text.lines() {
                    let _ = writeln!(out, "{indent}{line}");
                }
            }
            Block::Table(table) => {
                for row in &table.rows {
                    let cells = row.iter().enumerate().map(|(column, cell)| match table.head.get(column) {
                        Some(head) if !head.is_empty() => format!("{}: {}", plain(head), plain(cell)),
                        _ => plain(cell),
                    });
                    let _ = writeln!(out, "{indent}{}", cells.collect::<Vec<_>>().join("; "));
                }
            }
            Block::Rule => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::columns;

    fn shown(markdown: &str, width: usize) -> String {
        render(markdown, width).iter().map(|line| format!("{}\n", line.text().trim_end())).collect()
    }

    #[test]
    fn paragraphs_emphasis_and_headings() {
        let lines = render("# Raft\n\nA *leader* is **one** of `N` servers,\nper ~~epoch~~ term.", 40);
        insta::assert_snapshot!(shown("# Raft\n\nA *leader* is **one** of `N` servers,\nper ~~epoch~~ term.", 40), @r"
        Raft

        A leader is one of N servers, per
        ~epoch~ term.
        ");
        assert_eq!(lines[0].runs[0].style, Style::Heading);
        let styles: Vec<Style> = lines[2].runs.iter().map(|run| run.style).collect();
        assert_eq!(
            styles[..6],
            [Style::Plain, Style::Emphasis, Style::Plain, Style::Strong, Style::Plain, Style::Code]
        );
    }

    #[test]
    fn lists_hang_and_nest() {
        let list = "Steps:\n\n9. The coordinator sends PREPARE to every participant\n   - and waits\n   - [x] then writes\n10. They vote\n";
        insta::assert_snapshot!(shown(list, 30), @r"
        Steps:

         9. The coordinator sends
            PREPARE to every
            participant
            • and waits
            [x] then writes
        10. They vote
        ");
    }

    #[test]
    fn loose_lists_keep_their_blank_lines() {
        insta::assert_snapshot!(shown("- one\n\n  more\n\n- two\n", 30), @r"
        • one

          more

        • two
        ");
    }

    #[test]
    fn quotes_and_rules() {
        insta::assert_snapshot!(shown("> a quote that is wrapped\n>\n> - and a list\n\n---\nend", 20), @r"
        │ a quote that is
        │ wrapped
        │
        │ • and a list

        ────────────────────

        end
        ");
    }

    #[test]
    fn code_is_kept_and_what_is_too_long_goes_on_behind_a_mark() {
        let code = "```rust\nfn commit(n: u64) -> bool { n > 3 }\n\tx\n\nend\n```";
        insta::assert_snapshot!(shown(code, 60), @r"
          fn commit(n: u64) -> bool { n > 3 }
              x

          end
        ");
        insta::assert_snapshot!(shown(code, 26), @r"
          fn commit(n: u64) -> boo
          ↪ l { n > 3 }
              x

          end
        ");
        let lines = render(code, 60);
        assert!(lines[0].runs.iter().any(|run| run.text == "fn" && run.style == Style::Keyword));
    }

    #[test]
    fn links_are_numbered_and_pictures_told() {
        let markdown = "See [the paper](https://raft.github.io) and ![a log](log.png), <https://x.org>.";
        insta::assert_snapshot!(shown(markdown, 80), @"See the paper [1] and [image: a log] [2], https://x.org [3].");
        assert_eq!(links(markdown), ["https://raft.github.io", "log.png", "https://x.org"]);
        assert_eq!(render_from("[a](b)", 80, 4)[0].text(), "a [4]");
    }

    #[test]
    fn maths_is_unicode_inline_and_on_its_own() {
        insta::assert_snapshot!(shown("With $N$ servers $\\lfloor N/2 \\rfloor + 1$ agree: costs $5.\n\n$$R + W > N \\\\ W > \\frac{N}{2}$$", 60), @r"
        With N servers ⌊ N/2 ⌋ + 1 agree: costs $5.

            R + W > N
            W > N/2
        ");
    }

    #[test]
    fn tables_are_drawn() {
        insta::assert_snapshot!(shown("| N | **f** |\n|--:|:--|\n| 3 | `1` |", 60), @r"
        ┌───┬───┐
        │ N │ f │
        ├───┼───┤
        │ 3 │ 1 │
        └───┴───┘
        ");
    }

    #[test]
    fn a_gap_is_shown_and_then_filled_wherever_it_stands() {
        let text = "A leader needs **a majority** of `N`.";
        let hidden = Span::new(17, 27);
        let line = |revealed| cloze(text, hidden, revealed, 80)[0].clone();
        assert_eq!(line(false).text(), "A leader needs […] of N.");
        assert_eq!(line(true).text(), "A leader needs ⟦a majority⟧ of N.");
        assert!(line(true).runs.iter().any(|run| run.style == Style::Reveal && run.text == "⟦a majority⟧"));
        let code = "x\n```\nlet n = 3;\n```";
        assert_eq!(cloze(code, Span::new(14, 15), false, 30).last().unwrap().text(), "  let n = […];");
        let tex = "so $R + W > N$";
        assert_eq!(cloze(tex, Span::new(4, 9), true, 30)[0].text(), "so ⟦R + W⟧ > N");
    }

    #[test]
    fn html_is_neither_obeyed_nor_lost() {
        insta::assert_snapshot!(shown("a<br>b Vec<T> <!-- id: x -->\n\n<!-- id: y -->\n\n<div>\nx\n</div>", 40), @r"
        a
        b Vec<T>

        <div>
        x
        </div>
        ");
    }

    #[test]
    fn what_is_spoken_has_no_marks() {
        let markdown = "# Raft\n\n- *one* `x`\n- two\n  1. deep\n\n| N | f |\n|--|--|\n| 3 | 1 |\n\n> $x \\le y$\n\n```\ncode\n```\n\n[a](b)";
        assert_eq!(speak(markdown), "Raft\n- one x\n- two\n  1. deep\nN: 3; f: 1\nx ≤ y\ncode\na [1]");
        assert_eq!(speak_cloze("needs a majority.", Span::new(6, 16), false), "needs blank.");
        assert_eq!(speak_cloze("needs a majority.", Span::new(6, 16), true), "needs a majority.");
        assert_eq!(one_line("two\nlines `x`"), "two lines x");
    }

    #[test]
    fn control_sequences_are_shown_not_sent() {
        let text = shown("a\u{1b}[31m `\u{7}`\n\n```\n\u{9b}2J\n```", 80);
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    }

    #[test]
    fn nesting_beyond_reason_is_flattened() {
        let deep = shown(&"> ".repeat(5_000), 40) + &shown(&format!("{}x", "- ".repeat(5_000)), 40);
        assert!(deep.lines().all(|line| columns(line) <= 40));
    }

    /// Text that is dense in what Markdown is made of.
    const DENSE: &str = "([-*_`#>|~$\\[\\]()!:.0-9a-c \n\t\\\\{}^]|多|é|e\u{301}|👩‍💻|\u{202e}|\u{1b}|<br>|```|- \\[x\\] |\n> |\n\\| a \\| b \\|\n\\|--\\|--\\|\n|\n1. |https://a.b ){0,60}";

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(400))]
        #[test]
        fn every_line_fits_whatever_the_text(text in DENSE, width in 1..200_usize) {
            for line in render(&text, width) {
                let lone = line.text().chars().count() <= 1;
                proptest::prop_assert!(line.width() <= width || lone, "{:?} at {width}", line.text());
                proptest::prop_assert!(!line.text().chars().any(char::is_control));
            }
            let _ = (speak(&text), links(&text));
        }

        #[test]
        fn arbitrary_text_fits_narrow_screens(text: String, width in 1..40_usize) {
            for line in render(&text, width) {
                let lone = line.text().chars().count() <= 1;
                proptest::prop_assert!(line.width() <= width || lone, "{:?} at {width}", line.text());
            }
        }

        #[test]
        fn a_gap_anywhere_is_shown_once(text in "[a-c*_` ]{1,20}", from in 0..20_usize, length in 1..5_usize) {
            let hidden = Span::new(from.min(text.len()), (from + length).min(text.len()));
            let shown: String = cloze(&text, hidden, false, 60).iter().map(Line::text).collect();
            proptest::prop_assert!(shown.matches("[…]").count() <= 1);
        }
    }
}
