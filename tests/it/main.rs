//! One binary for all tests.

mod faults;
