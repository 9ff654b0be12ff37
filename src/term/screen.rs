//! A frame made to fit a screen: which lines are seen, cut to the width, and how a style is spelt for the terminal.
//! Pure. Not for writing it (`tty.rs`).

use crate::source::printable;
use crate::view::frame::{Frame, Line, Size, Style};
use crate::view::wrap::clip;

/// Returns exactly `size.rows` lines, none wider than the screen: head on top, foot at the bottom, body between.
///
/// Where even that is too much, the foot stays and the head goes, since the foot holds the keys.
#[must_use]
pub fn fit(frame: &Frame, size: Size) -> Vec<Line> {
    let foot_rows = frame.foot.len().min(size.rows);
    let head_rows = frame.head.len().min((size.rows - foot_rows).saturating_sub(1));
    let body_rows = size.rows - foot_rows - head_rows;
    let from = frame.scroll.min(frame.body.len().saturating_sub(body_rows));
    let body = frame.body.iter().skip(from).take(body_rows);
    let mut lines: Vec<Line> = frame.head[..head_rows].iter().chain(body).cloned().collect();
    lines.resize_with(head_rows + body_rows, Line::new);
    lines.extend(frame.foot[frame.foot.len() - foot_rows..].iter().cloned());
    for line in &mut lines {
        clip(line, size.columns);
    }
    lines
}

/// Returns the SGR parameters of a style: colours of the sixteen that read on light and dark grounds, or none of them.
#[must_use]
pub fn sgr(style: Style, colour: bool) -> &'static str {
    // Blue, yellow and white are left out: each vanishes on some common ground.
    match (style, colour) {
        (Style::Plain, _) => "",
        (Style::Strong, _) => "1",
        (Style::Emphasis, _) => "3",
        (Style::Dim, _) | (Style::Comment, false) => "2",
        (Style::Code, true) => "36",
        (Style::Keyword, true) => "35",
        (Style::Literal, true) => "32",
        (Style::Comment, true) => "2;3",
        (Style::Heading, true) => "1;36",
        (Style::Link, true) => "4;36",
        (Style::Reveal, true) => "1;35",
        (Style::Key, true) => "1;36",
        (Style::Good, true) => "1;32",
        (Style::Bad, true) => "1;31",
        (Style::Warn, true) => "1;33",
        (Style::Accent, true) => "1;35",
        (Style::Code | Style::Literal, false) => "",
        (Style::Keyword | Style::Accent | Style::Good | Style::Warn | Style::Key, false) => "1",
        (Style::Heading, false) => "1;4",
        (Style::Link, false) => "4",
        (Style::Reveal, false) => "1;4",
        (Style::Bad, false) => "7",
    }
}

/// Writes one line with its styles. Whatever a run holds, no control character leaves here but our own.
pub fn write_line(out: &mut String, line: &Line, look: Spelling) {
    for run in &line.runs {
        let text = printable(&run.text).replace(['\n', '\t'], " ");
        let text = if look.ascii { crate::view::signs::ascii(&text) } else { text };
        let codes = sgr(run.style, look.colour);
        if codes.is_empty() {
            out.push_str(&text);
        } else {
            out.push_str("\u{1b}[");
            out.push_str(codes);
            out.push('m');
            out.push_str(&text);
            out.push_str("\u{1b}[0m");
        }
    }
}

/// How text is spelt for a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// Whether colours are used beside bold, underline and reverse.
    pub colour: bool,
    /// Whether signs beyond ASCII are replaced.
    pub ascii: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::frame::Run;

    fn texts(frame: &Frame, columns: usize, rows: usize) -> Vec<String> {
        fit(frame, Size::new(columns, rows)).iter().map(Line::text).collect()
    }

    fn frame() -> Frame {
        Frame {
            head: vec![Line::plain("head")],
            body: (1..=5).map(|n| Line::plain(format!("body {n}"))).collect(),
            foot: vec![Line::plain("rule"), Line::plain("keys")],
            scroll: 0,
        }
    }

    #[test]
    fn the_foot_is_at_the_bottom_and_the_body_scrolls_between() {
        assert_eq!(texts(&frame(), 80, 10)[5..], ["body 5", "", "", "rule", "keys"]);
        let scrolled = Frame { scroll: 2, ..frame() };
        assert_eq!(texts(&scrolled, 80, 6), ["head", "body 3", "body 4", "body 5", "rule", "keys"]);
        let too_far = Frame { scroll: 99, ..frame() };
        assert_eq!(texts(&too_far, 80, 6), texts(&scrolled, 80, 6), "a scroll past the end shows the end");
    }

    #[test]
    fn on_a_tiny_screen_the_keys_stay() {
        assert_eq!(texts(&frame(), 80, 3), ["body 1", "rule", "keys"]);
        assert_eq!(texts(&frame(), 80, 1), ["keys"]);
    }

    #[test]
    fn no_text_can_send_a_control_sequence() {
        let mut line = Line::new();
        line.runs.push(Run { text: "a\u{1b}[2J\u{9b}31m\u{7}\r\nb\u{202e}".to_owned(), style: Style::Plain });
        for colour in [false, true] {
            let mut out = String::new();
            write_line(&mut out, &line, Spelling { colour, ascii: false });
            assert!(!out.chars().any(char::is_control), "{out:?}");
            assert!(!out.contains('\u{202e}'), "{out:?}");
        }
    }

    #[test]
    fn without_colour_no_style_is_a_colour() {
        use Style::*;
        for style in [
            Plain, Strong, Emphasis, Dim, Code, Keyword, Literal, Comment, Heading, Link, Reveal, Key, Good,
            Bad, Warn, Accent,
        ] {
            for code in sgr(style, false).split(';').filter(|code| !code.is_empty()) {
                assert!(code.parse::<u8>().is_ok_and(|code| code < 10), "{style:?} {code}");
            }
        }
    }
}
