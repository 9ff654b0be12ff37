//! One binary for all tests.

mod deck_format;
mod faults;
mod decks;
mod problems;
mod review;
mod world;
