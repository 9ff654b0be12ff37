//! Values to frames of text, for a given width: pure, so every screen is a snapshot in a test.
//! Not for writing to a terminal (`term/`).

mod answer;
mod blocks;
pub mod chart;
pub mod check;
pub mod code;
pub mod diff;
pub mod exam;
pub mod fit;
pub mod form;
pub mod frame;
pub mod help;
pub mod history;
pub mod home;
pub mod markdown;
pub mod maths;
pub mod page;
pub mod path;
pub mod review;
pub mod signs;
pub mod spoken;
pub mod stats;
pub mod summary;
pub mod table;
pub mod words;
pub mod wrap;

#[cfg(test)]
mod screens;
