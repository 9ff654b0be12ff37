//! How a line is spelt for a terminal: styles as SGR sequences, with colour or without, and nothing else that it obeys.
//! Pure. Not for which lines are seen (`view/fit.rs`) or for writing them (`tty.rs`).

use crate::source::printable;
use crate::view::frame::{Line, Style};

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
        (Style::Warn, true) => "1;35",
        (Style::Accent, true) => "1;36",
        (Style::Code | Style::Literal, false) => "",
        (Style::Keyword | Style::Accent | Style::Good | Style::Warn | Style::Key, false) => "1",
        (Style::Heading, false) => "1;4",
        (Style::Link, false) => "4",
        (Style::Reveal, false) => "1;4",
        (Style::Bad, false) => "1;4",
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
