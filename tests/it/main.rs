//! One binary for all tests.

mod problems;
