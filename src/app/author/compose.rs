//! The text of new decks and cards. Pure.
//! Not for reading any of it back (`deck/`).

use std::fmt::Write as _;

use crate::card::{Area, Level};

/// The front matter of a new deck.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeadWanted {
    /// The name shown to people.
    pub name: String,
    /// The level, for decks that are part of a course.
    pub level: Option<Level>,
    /// The area.
    pub area: Option<Area>,
    /// The work that all cards rest on.
    pub source: Option<String>,
    /// Tags that all cards carry.
    pub tags: Vec<String>,
    /// Decks that come before, by file stem.
    pub requires: Vec<String>,
}

impl HeadWanted {
    /// Returns the text of a deck with this front matter and no cards.
    #[must_use]
    pub fn text(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let list = |words: &[String]| words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(", ");
        let mut text = String::from("---\n");
        let _ = writeln!(text, "name = {}", quoted(&self.name));
        if let Some(level) = self.level {
            let _ = writeln!(text, "level = {}", quoted(level.name()));
        }
        if let Some(area) = self.area {
            let _ = writeln!(text, "area = {}", quoted(area.name()));
        }
        if let Some(source) = &self.source {
            let _ = writeln!(text, "source = {}", quoted(source));
        }
        if !self.requires.is_empty() {
            let _ = writeln!(text, "requires = [{}]", list(&self.requires));
        }
        if !self.tags.is_empty() {
            let _ = writeln!(text, "tags = [{}]", list(&self.tags));
        }
        text.push_str("---\n");
        text
    }
}

/// Returns a name for people made of a file's stem: `raft-log` becomes `Raft log`.
pub(super) fn name_from(stem: &str) -> String {
    let words = stem.replace(['-', '_'], " ");
    let mut chars = words.trim().chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Returns a deck's text with a block at its end, a blank line before it, and where the block begins. The block takes
/// the deck's line ends.
pub(super) fn appended(old: &str, block: &str) -> (String, usize) {
    let end = if old.contains("\r\n") { "\r\n" } else { "\n" };
    let mut text = String::with_capacity(old.len() + block.len() + 4);
    text.push_str(old);
    if !old.is_empty() && !old.ends_with('\n') {
        text.push_str(end);
    }
    let is_blank_before = old.is_empty() || old.ends_with("\n\n") || old.ends_with("\n\r\n");
    if !is_blank_before {
        text.push_str(end);
    }
    let start = text.len();
    for line in block.trim_end().lines() {
        text.push_str(line.trim_end());
        text.push_str(end);
    }
    (text, start)
}

/// Writes a section: text on the tag's line, further lines below it.
pub(super) fn section(block: &mut String, tag: &str, text: &str) {
    if !text.trim().is_empty() {
        let _ = writeln!(block, "{tag} {}", text.trim());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deck;
    use crate::source::SourceText;

    #[test]
    fn front_matter_reads_back_as_it_was_meant() {
        let wanted = HeadWanted {
            name: "A \"quoted\" \\ name".into(),
            level: Some(Level::Beginner),
            area: Some(Area::Storage),
            source: Some("Gray & Reuter".into()),
            tags: vec!["a".into(), "b".into()],
            requires: vec!["c".into()],
        };
        let parsed = deck::parse(&SourceText::new("x.md", wanted.text()));
        assert_eq!(parsed.diagnostics, []);
        assert_eq!(parsed.head.name, wanted.name);
        assert_eq!((parsed.head.level, parsed.head.area), (wanted.level, wanted.area));
        assert_eq!(
            (parsed.head.source, parsed.head.tags, parsed.head.requires),
            (wanted.source, wanted.tags, wanted.requires)
        );
    }

    #[test]
    fn a_block_is_added_below_what_stays_as_it_was() {
        for (old, expected) in [
            ("", "Q: a\nA: b\n"),
            ("x", "x\n\nQ: a\nA: b\n"),
            ("x\n", "x\n\nQ: a\nA: b\n"),
            ("x\n\n", "x\n\nQ: a\nA: b\n"),
            ("x\r\n", "x\r\n\r\nQ: a\r\nA: b\r\n"),
        ] {
            let (text, start) = appended(old, "Q: a\nA: b\n\n");
            assert_eq!(text, expected, "{old:?}");
            assert!(text[start..].starts_with("Q: a"));
        }
    }

    #[test]
    fn names_come_from_stems() {
        assert_eq!(name_from("raft-log_2"), "Raft log 2");
        assert_eq!(name_from(""), "");
    }
}
