//! Deck files: finding them, telling whether they changed, reading and writing them.
//! The shipped course stands in the binary and looks like any other file from here on.
//! Not for parsing (`deck/`) or for remembering what was read (`store/`).

mod ignored;
mod shipped;
mod walk;
mod write;

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

pub use shipped::{DIGEST, Shipped, shipped, shipped_file};
pub use walk::{Found, Stamp, Walk, walk};
pub use write::{replace, write_atomically};

use crate::source::Span;

/// A deck file larger than this is left out: no person wrote it.
pub const MAX_DECK_BYTES: u64 = 16 << 20;

/// The prefix of paths that stand for files inside the binary.
pub const SHIPPED_PREFIX: &str = "shipped:";

/// What can go wrong with a deck file.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// The system refused.
    #[error("cannot {doing} `{path}`")]
    Io {
        /// What we were doing.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file is too large to be a deck.
    #[error("`{path}` has {size} bytes, a deck may have {MAX_DECK_BYTES}")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        size: u64,
    },
    /// The file is no UTF-8.
    #[error("`{path}` is not UTF-8: the first bad byte is byte {at}")]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// Offset of the first bad byte, from 0.
        at: usize,
    },
    /// The path names no file inside the binary.
    #[error("the course has no deck `{path}`")]
    NotShipped {
        /// The path, with its prefix.
        path: String,
    },
    /// Somebody else wrote to the file while we worked on it.
    #[error("`{path}` was changed by another program meanwhile, so nothing was written to it")]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The path names something that is no file.
    #[error("`{path}` is no regular file")]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
}

/// Reads a whole deck.
///
/// # Errors
/// Says what is wrong with the file: unreadable, too large, no file, not UTF-8.
pub fn read(path: &str) -> Result<String, ShelfError> {
    if let Some(name) = path.strip_prefix(SHIPPED_PREFIX) {
        return shipped_file(name)
            .map(str::to_owned)
            .ok_or_else(|| ShelfError::NotShipped { path: path.to_owned() });
    }
    let path = Path::new(path);
    let io = |doing| move |source| ShelfError::Io { doing, path: path.to_owned(), source };
    let meta = fs::metadata(path).map_err(io("read"))?;
    if !meta.is_file() {
        return Err(ShelfError::NotAFile { path: path.to_owned() });
    }
    if meta.len() > MAX_DECK_BYTES {
        return Err(ShelfError::TooLarge { path: path.to_owned(), size: meta.len() });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0));
    // One byte more than allowed: a file that grows while it is read is still refused.
    File::open(path)
        .and_then(|file| file.take(MAX_DECK_BYTES + 1).read_to_end(&mut bytes))
        .map_err(io("read"))?;
    if bytes.len() as u64 > MAX_DECK_BYTES {
        return Err(ShelfError::TooLarge { path: path.to_owned(), size: bytes.len() as u64 });
    }
    String::from_utf8(bytes)
        .map_err(|error| ShelfError::NotUtf8 { path: path.to_owned(), at: error.utf8_error().valid_up_to() })
}

/// Returns a file's stamps as they are now; `None` when there is no file.
#[must_use]
pub fn stamp(path: &str) -> Option<Stamp> {
    fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|meta| Stamp::of(&meta))
}

/// Reads the bytes of one block: all that showing a card needs.
///
/// # Errors
/// As [`read`]; a span that does not fit the file is an I/O error of kind `UnexpectedEof`.
pub fn read_span(path: &str, span: Span) -> Result<String, ShelfError> {
    if path.starts_with(SHIPPED_PREFIX) {
        let text = shipped_file(path.trim_start_matches(SHIPPED_PREFIX))
            .ok_or_else(|| ShelfError::NotShipped { path: path.to_owned() })?;
        return text.get(span.start..span.end).map(str::to_owned).ok_or_else(|| changed(path));
    }
    let io = |source| ShelfError::Io { doing: "read", path: path.into(), source };
    if span.len() as u64 > MAX_DECK_BYTES {
        return Err(changed(path));
    }
    let mut file = File::open(path).map_err(io)?;
    file.seek(SeekFrom::Start(span.start as u64)).map_err(io)?;
    let mut bytes = vec![0; span.len()];
    file.read_exact(&mut bytes).map_err(io)?;
    String::from_utf8(bytes).map_err(|error| ShelfError::NotUtf8 {
        path: path.into(),
        at: span.start + error.utf8_error().valid_up_to(),
    })
}

fn changed(path: &str) -> ShelfError {
    ShelfError::Io {
        doing: "read",
        path: path.into(),
        source: io::Error::new(io::ErrorKind::UnexpectedEof, "the file is shorter than when it was indexed"),
    }
}

/// Returns the stem of a deck's file: what `requires` and the command line call the deck.
#[must_use]
pub fn slug(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.strip_suffix(".md").or_else(|| name.strip_suffix(".MD")).unwrap_or(name).to_owned()
}
