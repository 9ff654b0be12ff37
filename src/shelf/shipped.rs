//! The course inside the binary: a table made by `build.rs` from everything under `decks/`. Decks are compressed there,
//! and unpacked one by one when they are read. Not for deciding when to index it: the digest tells that.

use std::sync::OnceLock;

mod table {
    use super::{Packed, Text};

    include!(concat!(env!("OUT_DIR"), "/shipped.rs"));
}

pub use table::DIGEST;

/// One file as it stands in the binary.
#[derive(Debug)]
struct Packed {
    /// Path below `decks/`.
    path: &'static str,
    text: Text,
}

#[derive(Debug)]
enum Text {
    Plain(&'static str),
    /// Compressed by DEFLATE (RFC 1951).
    Packed(&'static [u8]),
}

/// The texts that were read, for as long as the program runs.
static UNPACKED: [OnceLock<String>; table::FILES.len()] = [const { OnceLock::new() }; table::FILES.len()];

/// One deck of the shipped course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// Path below `decks/`, as `beginner/raft-elections.md`.
    pub path: &'static str,
    index: usize,
}

impl Shipped {
    /// Returns its text.
    #[must_use]
    pub fn text(self) -> &'static str {
        text(self.index)
    }
}

/// Returns the decks of the shipped course, in order of path.
pub fn shipped() -> impl Iterator<Item = Shipped> {
    table::FILES
        .iter()
        .enumerate()
        .filter(|(_, file)| file.path.ends_with(".md"))
        .map(|(index, file)| Shipped { path: file.path, index })
}

/// Returns a shipped file by its path below `decks/`, decks and `roadmap.toml` alike.
#[must_use]
pub fn shipped_file(path: &str) -> Option<&'static str> {
    table::FILES.binary_search_by(|file| file.path.cmp(path)).ok().map(text)
}

fn text(index: usize) -> &'static str {
    match table::FILES[index].text {
        Text::Plain(text) => text,
        Text::Packed(bytes) => UNPACKED[index].get_or_init(|| unpacked(bytes)),
    }
}

/// Unpacks what `build.rs` has packed; a test holds every deck against its file, so nothing can be wrong with it.
fn unpacked(bytes: &[u8]) -> String {
    let bytes = miniz_oxide::inflate::decompress_to_vec(bytes).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_course_reads_as_it_was_written() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("decks");
        for file in &table::FILES {
            let written = std::fs::read_to_string(folder.join(file.path)).unwrap();
            assert!(shipped_file(file.path) == Some(written.as_str()), "{}", file.path);
        }
        assert!(shipped().count() > 50);
        assert!(shipped().all(|deck| !deck.text().is_empty()));
        assert_eq!(shipped_file("nowhere.md"), None);
    }
}
