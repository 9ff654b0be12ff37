//! The signs that screens use beyond ASCII, and what stands for them where a terminal or a listener has none.
//! Not for the text of cards, apart from what a terminal cannot show at all.

use unicode_width::UnicodeWidthChar as _;

/// Right.
pub const RIGHT: &str = "✓";
/// Wrong.
pub const WRONG: &str = "✗";
/// Partly right.
pub const PARTLY: &str = "◐";
/// The cursor in a list.
pub const CURSOR: &str = "▸";
/// The cursor in a line being typed.
pub const CARET: &str = "▏";

/// Replaces every sign beyond ASCII by one that a terminal without Unicode can show, column for column.
#[must_use]
pub fn ascii(text: &str) -> String {
    // Pictures of problems bring signs of their own, which stand for something.
    let text = crate::problem::diagram::ascii(text);
    let mut replaced = String::with_capacity(text.len());
    for c in text.chars() {
        let sign = match c {
            c if c.is_ascii() => c,
            '─' | '╌' | '–' | '—' | '−' => '-',
            '━' => '=',
            '│' | '┃' | '▏' | '▌' => '|',
            '⟦' => '[',
            '⟧' => ']',
            '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' => '+',
            '✓' => 'v',
            '✗' | '×' => 'x',
            '◐' => '~',
            '▸' | '▶' | '→' | '›' | '↪' => '>',
            '◂' | '←' => '<',
            '▲' | '↑' => '^',
            '▼' | '↓' => 'v',
            '█' | '▇' | '▆' | '▓' => '#',
            '▅' | '▄' | '▒' => '+',
            '▃' | '▂' | '▁' | '░' => '.',
            '•' | '◆' => '*',
            '⚑' => '!',
            '·' | '⋅' => '.',
            '…' => '.',
            '‘' | '’' => '\'',
            '“' | '”' => '"',
            '≤' => '<',
            '≥' => '>',
            other => {
                // Nothing stands for it: keep its columns.
                replaced.extend(std::iter::repeat_n('?', other.width().unwrap_or(0)));
                continue;
            }
        };
        replaced.push(sign);
    }
    replaced
}

/// Removes what only decorates: rules, bars and boxes; table cells stay apart by `|`. Lines left empty go.
#[must_use]
pub fn undecorated(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut blank = true;
    for line in text.lines() {
        let plain: String = line
            .chars()
            .map(|c| match c {
                '│' | '┃' => '|',
                '─'
                | '━'
                | '╌'
                | '┌'
                | '┐'
                | '└'
                | '┘'
                | '├'
                | '┤'
                | '┬'
                | '┴'
                | '┼'
                | '█'
                | '░'
                | '▒'
                | '▓'
                | '▁'..='▇' => ' ',
                c => c,
            })
            .collect();
        let trimmed = plain.trim_end().trim_matches('|').trim_end();
        let decoration = trimmed.trim().is_empty();
        if decoration && (blank || !line.trim().is_empty()) {
            continue;
        }
        blank = decoration;
        kept.push_str(trimmed);
        kept.push('\n');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::columns;

    #[test]
    fn signs_have_a_stand_in_of_the_same_width() {
        let text = "✓ ✗ ◐ ▸ ▏ ━── │ ▼ 12 … █▓▒░ 多 é";
        assert_eq!(ascii(text), "y x ~ > | =-- | v 12 . ##+. ?? ?");
        assert_eq!(columns(&ascii(text)), columns(text));
        assert!(ascii("any ⌊N/2⌋ text").is_ascii());
    }

    #[test]
    fn decoration_goes_and_words_stay() {
        assert_eq!(undecorated("┌───┬───┐\n│ a │ b │\n└───┴───┘\n\n\n━━──\nend\n"), " a | b\n\nend\n");
    }
}
