//! Values to frames of text, for a given width: pure, so every screen is a snapshot in a test.
//! Not for writing to a terminal (`term/`).

pub mod check;
pub mod frame;
