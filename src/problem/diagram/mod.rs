//! Pictures for questions, drawn with box characters inside 76 columns, each with the same told in words.
//! Not for terminals: a picture is text in a code fence. Where only ASCII can be shown, the view passes it through
//! [`ascii`], which is possible at any later time because each character has a stand-in of the same width.

mod canvas;
mod graph;
mod history;
mod raft_log;
mod space_time;
mod table;

pub use graph::{Node, Step, chain, lineage, ring, tree};
pub use history::{Operation, history};
pub use raft_log::{LogRow, raft_logs};
pub use space_time::{Act, Event, SpaceTime, space_time};
pub use table::table;

/// A drawn picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The lines, at most [`WIDTH`] columns each, without trailing blanks and without a final line feed.
    pub text: String,
    /// The same in words: full sentences, for `--plain` and screen readers.
    pub spoken: String,
}

/// The most columns a picture may take.
pub const WIDTH: usize = 76;

impl Picture {
    /// Returns the lines in a code fence, as a prompt carries them.
    #[must_use]
    pub fn fence(&self) -> String {
        format!("```\n{}\n```", self.text)
    }
}

/// The characters that pictures use, each with its stand-in of the same width.
const STAND_INS: &[(char, char)] = &[
    ('─', '-'),
    ('━', '='),
    ('═', '='),
    ('│', '|'),
    ('┃', '#'),
    ('┌', '+'),
    ('┐', '+'),
    ('└', '+'),
    ('┘', '+'),
    ('├', '+'),
    ('┤', '+'),
    ('┬', '+'),
    ('┴', '+'),
    ('┼', '+'),
    ('▶', '>'),
    ('◀', '<'),
    ('▲', '^'),
    ('▼', 'v'),
    ('●', '*'),
    ('○', 'o'),
    ('×', 'x'),
    ('✓', 'y'),
    ('∅', '-'),
    ('∞', '~'),
    ('…', '.'),
    ('·', '.'),
    ('→', '>'),
    ('←', '<'),
];

/// Replaces the characters of a picture by ASCII, column for column; other characters stay.
#[must_use]
pub fn ascii(picture: &str) -> String {
    picture.chars().map(|c| STAND_INS.iter().find(|(from, _)| *from == c).map_or(c, |&(_, to)| to)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_are_one_column_for_one() {
        for &(from, to) in STAND_INS {
            assert!(to.is_ascii());
            assert_eq!(crate::source::columns(&from.to_string()), 1, "{from}");
        }
        assert_eq!(ascii("A ─●a1──▶"), "A -*a1-->");
    }
}
