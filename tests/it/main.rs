//! One binary for all tests.

mod deck_format;
mod decks;
mod faults;
mod problems;
