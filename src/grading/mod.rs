//! Whether an answer is right.

pub mod quantity;
mod unit;
