//! The course inside the binary: a table made by `build.rs` from everything under `decks/`.
//! Not for deciding when to index it: the digest tells that.

mod table {
    include!(concat!(env!("OUT_DIR"), "/shipped.rs"));
}

pub use table::DIGEST;

/// One file of the shipped course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// Path below `decks/`, as `beginner/raft-elections.md`.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// Returns the decks of the shipped course, in order of path.
pub fn shipped() -> impl Iterator<Item = Shipped> {
    table::FILES.iter().filter(|(path, _)| path.ends_with(".md")).map(|&(path, text)| Shipped { path, text })
}

/// Returns a shipped file by its path below `decks/`, decks and `roadmap.toml` alike.
#[must_use]
pub fn shipped_file(path: &str) -> Option<&'static str> {
    let index = table::FILES.binary_search_by(|(name, _)| (*name).cmp(path)).ok()?;
    Some(table::FILES[index].1)
}
