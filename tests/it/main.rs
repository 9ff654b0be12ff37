//! One binary for all tests.

mod decks;
mod problems;
