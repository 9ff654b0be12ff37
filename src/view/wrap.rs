//! Styled text broken into lines, and lines cut, by display width.
//! Not for Markdown (`markdown.rs`) or for whole screens.

use super::frame::{Line, Run, Style};
use crate::source::columns;

/// What is never parted: a character with the marks and joiners that belong to it.
#[derive(Clone, Debug)]
struct Cluster {
    text: String,
    style: Style,
    width: usize,
}

/// Breaks runs into lines no wider than `width` columns (at least 1); a line feed in a run ends a line.
///
/// Breaks fall on spaces and between wide characters; a word longer than a line is broken where it must be.
/// Only a single character wider than the line sticks out.
#[must_use]
pub fn wrap(runs: &[Run], width: usize) -> Vec<Line> {
    let width = width.max(1);
    let mut lines = Vec::new();
    let mut filler = Filler { width, ..Filler::default() };
    let mut word: Vec<Cluster> = Vec::new();
    for cluster in clusters(runs) {
        match cluster.text.as_str() {
            "\n" => {
                filler.word(&mut word, &mut lines);
                filler.end_line(&mut lines);
            }
            " " | "\t" => {
                filler.word(&mut word, &mut lines);
                filler.spaces.push(Cluster { text: " ".to_owned(), width: 1, style: cluster.style });
            }
            _ => {
                let wide = |cluster: &Cluster| cluster.text.chars().next().is_some_and(breaks_around);
                if (wide(&cluster) || word.last().is_some_and(wide)) && !sticks_to_last(&cluster.text) {
                    filler.word(&mut word, &mut lines);
                }
                word.push(cluster);
            }
        }
    }
    filler.word(&mut word, &mut lines);
    filler.end_line(&mut lines);
    lines
}

/// Wraps plain text in one style.
#[must_use]
pub fn wrap_text(text: &str, style: Style, width: usize) -> Vec<Line> {
    wrap(&[Run { text: text.to_owned(), style }], width)
}

/// Cuts a line to a width in columns; what is cut off is marked by `…`.
pub fn clip(line: &mut Line, width: usize) {
    if line.width() <= width {
        return;
    }
    let mut room = width.saturating_sub(1);
    let mut kept = Line::new();
    let mut style = Style::Plain;
    for cluster in clusters(&line.runs) {
        style = cluster.style;
        if cluster.width > room {
            break;
        }
        room -= cluster.width;
        kept.push(&cluster.text, style);
    }
    if width > 0 {
        kept.push("…", style);
    }
    *line = kept;
}

/// Returns a text cut to a width in columns.
#[must_use]
pub fn clipped(text: &str, width: usize) -> String {
    let mut line = Line::plain(text);
    clip(&mut line, width);
    line.text()
}

/// Puts a prefix before each line: one before the first, another before the rest.
#[must_use]
pub fn prefixed(lines: Vec<Line>, first: &Line, rest: &Line) -> Vec<Line> {
    let prefixes = std::iter::once(first).chain(std::iter::repeat(rest));
    let join = |(line, prefix): (Line, &Line)| {
        let mut joined = prefix.clone();
        for run in line.runs {
            joined.push(run.text, run.style);
        }
        joined
    };
    lines.into_iter().zip(prefixes).map(join).collect()
}

/// Returns one line: `left`, then blanks, then `right` at the margin; `left` is cut where both do not fit.
#[must_use]
pub fn apart(mut left: Line, right: Line, width: usize) -> Line {
    let room = width.saturating_sub(right.width() + usize::from(!right.runs.is_empty()));
    clip(&mut left, room);
    let gap = width.saturating_sub(left.width() + right.width());
    left.push(" ".repeat(gap), Style::Plain);
    for run in right.runs {
        left.push(run.text, run.style);
    }
    clip(&mut left, width);
    left
}

/// Fills lines with words.
#[derive(Default)]
struct Filler {
    width: usize,
    line: Line,
    used: usize,
    spaces: Vec<Cluster>,
}

impl Filler {
    fn end_line(&mut self, lines: &mut Vec<Line>) {
        lines.push(std::mem::take(&mut self.line));
        self.used = 0;
        self.spaces.clear();
    }

    fn put(&mut self, cluster: &Cluster) {
        // A blank that is no place to break looks like any other.
        let text = if cluster.text == "\u{a0}" { " " } else { cluster.text.as_str() };
        self.line.push(text, cluster.style);
        self.used += cluster.width;
    }

    fn word(&mut self, word: &mut Vec<Cluster>, lines: &mut Vec<Line>) {
        if word.is_empty() {
            return;
        }
        let wide: usize = word.iter().map(|cluster| cluster.width).sum();
        if self.used > 0 && self.used + self.spaces.len() + wide > self.width {
            self.end_line(lines);
        }
        for space in std::mem::take(&mut self.spaces) {
            if self.used < self.width {
                self.put(&space);
            }
        }
        for cluster in word.drain(..) {
            if !self.line.runs.is_empty() && self.used + cluster.width > self.width {
                self.end_line(lines);
            }
            self.put(&cluster);
        }
    }
}

fn clusters(runs: &[Run]) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = Vec::new();
    for run in runs {
        // Control characters grow when they are shown, so they are shown before anything is measured.
        for c in crate::source::printable(&run.text).chars() {
            let mut buffer = [0; 4];
            let text = c.encode_utf8(&mut buffer);
            let alone = matches!(c, '\n' | '\t' | ' ');
            match clusters.last_mut() {
                Some(last)
                    if !alone
                        && (columns(text) == 0 || last.text.ends_with('\u{200d}'))
                        && !matches!(last.text.as_str(), "\n" | "\t" | " ") =>
                {
                    last.text.push(c);
                    last.width = columns(&last.text);
                }
                _ => clusters.push(Cluster { text: text.to_owned(), style: run.style, width: columns(text) }),
            }
        }
    }
    clusters
}

/// Tells whether a line may break before and after a character: ideographs, kana, and their punctuation.
fn breaks_around(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}'
        | '\u{20000}'..='\u{3ffff}')
}

/// Tells whether a character must not begin a line.
fn sticks_to_last(text: &str) -> bool {
    text.starts_with(['，', '。', '、', '；', '：', '？', '！', '）', '」', '』', '】', '》', '”', '’'])
        || text.starts_with([',', '.', ';', ':', '?', '!', ')'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, width: usize) -> Vec<String> {
        wrap_text(text, Style::Plain, width).iter().map(Line::text).collect()
    }

    #[test]
    fn words_are_kept_whole_where_they_fit() {
        assert_eq!(texts("a quorum of three", 8), ["a quorum", "of three"]);
        assert_eq!(texts("a quorum", 4), ["a", "quor", "um"]);
        assert_eq!(texts("one\ntwo", 10), ["one", "two"]);
        assert_eq!(texts("", 10), [""]);
    }

    #[test]
    fn wide_characters_break_anywhere_but_before_their_full_stop() {
        assert_eq!(texts("多数派同意。", 10), ["多数派同", "意。"]);
        assert_eq!(texts("多数派", 1), ["多", "数", "派"]);
    }

    #[test]
    fn marks_and_joined_emoji_stay_with_their_character() {
        assert_eq!(texts("e\u{301}e\u{301}e\u{301}", 2), ["e\u{301}e\u{301}", "e\u{301}"]);
        assert_eq!(texts("👩‍💻👩‍💻", 2), ["👩‍💻", "👩‍💻"]);
    }

    #[test]
    fn styles_survive_a_break_inside_a_word() {
        let runs =
            [Run { text: "ab".into(), style: Style::Strong }, Run { text: "cd".into(), style: Style::Code }];
        let lines = wrap(&runs, 3);
        assert_eq!(lines[0].runs.len(), 2);
        assert_eq!(lines[1].runs, [Run { text: "d".into(), style: Style::Code }]);
    }

    #[test]
    fn cutting_counts_columns_and_leaves_a_mark() {
        assert_eq!(clipped("abcdef", 6), "abcdef");
        assert_eq!(clipped("abcdef", 4), "abc…");
        assert_eq!(clipped("多数派 x", 4), "多…", "a wide character is never halved");
        assert_eq!(clipped("abcdef", 0), "");
    }

    #[test]
    fn two_ends_of_a_line_are_kept_apart() {
        let line = |width| apart(Line::plain("Replication"), Line::plain("3/9"), width).text();
        assert_eq!(line(16), "Replication  3/9");
        assert_eq!(line(10), "Repli… 3/9");
        assert_eq!(line(2), "3…");
    }

    proptest::proptest! {
        #[test]
        fn every_line_fits_or_is_one_character(text in "\\PC{0,80}", width in 1..60_usize) {
            for line in wrap_text(&text, Style::Plain, width) {
                let one = clusters(&line.runs).len() == 1;
                proptest::prop_assert!(line.width() <= width || one, "{:?} at {width}", line.text());
            }
        }

        #[test]
        fn no_character_is_lost(text in "[a-c多é ]{0,60}", width in 1..20_usize) {
            let squeeze = |text: &str| text.split_whitespace().collect::<String>();
            let wrapped: String = texts(&text, width).join(" ");
            proptest::prop_assert_eq!(squeeze(&wrapped), squeeze(&text));
        }

        #[test]
        fn a_cut_line_fits(text in "\\PC{0,80}", width in 0..60_usize) {
            proptest::prop_assert!(columns(&clipped(&text, width)) <= width);
        }
    }
}
