//! Values to frames of text, for a given width: pure, so every screen is a snapshot in a test.
//! Not for writing to a terminal (`term/`).

mod blocks;
pub mod code;
pub mod frame;
pub mod markdown;
pub mod maths;
pub mod signs;
pub mod table;
pub mod wrap;
