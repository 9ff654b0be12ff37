//! One binary for all tests.

mod problems;
mod deck_format;
mod faults;
