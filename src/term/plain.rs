//! Line mode: lines in, lines out, for screen readers and pipes. No colour, no boxes, no cursor.
//! Not for what is said (`app/` words it, `view::markdown::speak` turns cards into text).

use std::io::{self, BufRead, Read as _, Write};

use crate::source::printable;
use crate::view::frame::Frame;
use crate::view::signs;

/// A line longer than this is cut: no answer is a megabyte.
const LONGEST_LINE: u64 = 1 << 20;

/// Lines in, lines out.
#[derive(Debug)]
pub struct Plain<R, W> {
    input: R,
    output: W,
}

impl<R: BufRead, W: Write> Plain<R, W> {
    /// Builds the line mode over a reader and a writer.
    pub fn new(input: R, output: W) -> Self {
        Self { input, output }
    }

    /// Writes a paragraph and ends its line; control characters are shown, not sent.
    ///
    /// # Errors
    /// When the output fails; `BrokenPipe` when nobody reads it any more.
    pub fn say(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.output, "{}", printable(text.trim_end()))?;
        self.output.flush()
    }

    /// Writes a frame as plain text, without the lines and bars that only decorate.
    ///
    /// # Errors
    /// As [`Plain::say`].
    pub fn show(&mut self, frame: &Frame) -> io::Result<()> {
        let text = signs::undecorated(&frame.text());
        self.say(&text)
    }

    /// Reads a line without its end; `None` at the end of input. Bytes that are not UTF-8 become `U+FFFD`.
    ///
    /// # Errors
    /// When the input fails.
    pub fn line(&mut self) -> io::Result<Option<String>> {
        let mut bytes = Vec::new();
        let read = self.input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&bytes);
        Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()))
    }

    /// Writes a prompt, `: ` after it, and reads a line; `None` at the end of input.
    ///
    /// # Errors
    /// When input or output fails.
    pub fn ask(&mut self, prompt: &str) -> io::Result<Option<String>> {
        write!(self.output, "{}: ", printable(prompt))?;
        self.output.flush()?;
        self.line()
    }

    /// Gives back the reader and the writer.
    pub fn into_parts(self) -> (R, W) {
        (self.input, self.output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::frame::Line;

    fn plain(input: &[u8]) -> Plain<&[u8], Vec<u8>> {
        Plain::new(input, Vec::new())
    }

    #[test]
    fn lines_are_read_to_the_end_of_input() {
        let mut plain = plain(b"3\r\n\nno \xff end");
        assert_eq!(plain.ask("grade").unwrap().as_deref(), Some("3"));
        assert_eq!(plain.line().unwrap().as_deref(), Some(""));
        assert_eq!(plain.line().unwrap().as_deref(), Some("no \u{fffd} end"));
        assert_eq!(plain.line().unwrap(), None);
        assert_eq!(plain.into_parts().1, b"grade: ");
    }

    #[test]
    fn nothing_that_is_said_can_move_the_cursor() {
        let mut plain = plain(b"");
        plain.say("a\u{1b}[2J\n").unwrap();
        let frame = Frame {
            head: vec![Line::plain("Raft")],
            body: vec![Line::plain("━━━━───"), Line::plain("│ a │ b │"), Line::plain("├───┼───┤")],
            ..Frame::default()
        };
        plain.show(&frame).unwrap();
        let said = String::from_utf8(plain.into_parts().1).unwrap();
        assert_eq!(said, "a\\u{1b}[2J\nRaft\n a | b\n");
    }
}
