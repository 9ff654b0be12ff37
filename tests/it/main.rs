//! One binary for all tests.

mod deck_format;
mod faults;
mod problems;
