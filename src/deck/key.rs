//! Keys: what a card without an id is known by.
//! A key is `~` and 32 hex digits of BLAKE3 over length-prefixed, normalised parts:
//!
//! | block | parts |
//! |---|---|
//! | free recall, `Type:`, `Number:` | `q`, the question |
//! | choice | `choice`, the question, the options' texts, sorted |
//! | `Order:` | `order`, the question, the items, sorted |
//! | `C:` | `c`, the sentence without its brackets |
//! | `T:` | `t`, the term |
//! | `Problem:` | `p`, the family, its parameters as TOML, sorted by name |
//!
//! Normalised: NFKC, runs of white space made one space, trimmed. Which option is right, the reasons, the answer and
//! all added tags are not part of it, so mending those keeps the card's history without any matching.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfkc_quick};

use crate::card::CardKey;

/// Hashes the parts of a block into its key.
pub(super) fn key<'a>(domain: &str, parts: impl IntoIterator<Item = &'a str>) -> CardKey {
    let mut hasher = blake3::Hasher::new();
    let mut add = |part: &str| {
        // Lengths first: ("ab", "c") and ("a", "bc") must differ.
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    };
    add(domain);
    for part in parts {
        add(&normalised(part));
    }
    of_hash(&hasher.finalize())
}

/// Writes a hash as a key.
pub(super) fn of_hash(hash: &blake3::Hash) -> CardKey {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut key = String::with_capacity(33);
    key.push('~');
    for byte in &hash.as_bytes()[..16] {
        key.push(char::from(DIGITS[usize::from(byte >> 4)]));
        key.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    CardKey(key)
}

/// Returns the text in NFKC, with runs of white space made one space, trimmed.
#[must_use]
pub fn normalised(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if is_normal(text) {
        return text.into();
    }
    let mut normal = String::with_capacity(text.len());
    let mut push = |c: char| {
        if !c.is_whitespace() {
            normal.push(c);
        } else if !normal.ends_with(' ') {
            normal.push(' ');
        }
    };
    if text.is_ascii() {
        text.chars().for_each(&mut push);
    } else {
        text.nfkc().for_each(&mut push);
    }
    // A compatibility form may begin with white space of its own.
    if normal.starts_with(' ') || normal.ends_with(' ') {
        normal.trim().to_owned().into()
    } else {
        normal.into()
    }
}

fn is_normal(text: &str) -> bool {
    let mut space = false;
    for byte in text.bytes() {
        let white = matches!(byte, b'\t'..=b'\r' | b' ');
        if white && (byte != b' ' || space) {
            return false;
        }
        space = white;
    }
    text.is_ascii()
        || (is_nfkc_quick(text.chars()) == IsNormalized::Yes
            && !text.chars().any(|c| !c.is_ascii() && c.is_whitespace()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalising_forgives_space_and_compatibility_forms() {
        assert_eq!(normalised("  a\r\n\t b  c "), "a b c");
        assert_eq!(normalised("ﬁve\u{a0}x²"), "five x2");
        assert_eq!(normalised("e\u{301}"), "é");
        assert_eq!(normalised("Ab, c!"), "Ab, c!", "case and punctuation count");
        assert!(matches!(normalised("plain text"), Cow::Borrowed(_)));
        assert_eq!(normalised("\u{a0}"), "");
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(key("q", ["ab", "c"]), key("q", ["a", "bc"]));
        assert_ne!(key("q", ["a"]), key("t", ["a"]));
        assert_eq!(key("q", ["a  b"]), key("q", ["a b\n"]));
    }

    #[test]
    fn a_key_never_changes() {
        // Literal: progress of cards without ids hangs on it.
        assert_eq!(key("q", ["What is a quorum?"]).0, "~0c729bd33bd3f098d098ed0296d627df");
    }
}
