//! `retain`: spaced repetition, quizzes and exams for people who live in a terminal.
//!
//! Modules stand on floors; a module uses only floors below it, and `tests/it/architecture.rs` keeps it so.
//! Floors 0 to 5 do no input or output, read no clock, no environment and no source of chance.
//! The library exists for the binary and for other front ends over the same engine; it promises no stable interface yet.

// Floor 8: what the user types.
pub mod cli;
// Floor 7: use cases, the effectful shell.
pub mod app;
// Floor 6: adapters, which do not know one another.
pub mod config;
pub mod shelf;
pub mod store;
pub mod term;
// Floor 5: values to frames of text.
pub mod view;
// Floor 4: state machines and folds over the log.
pub mod exam;
pub mod progress;
pub mod session;
// Floor 3: the Markdown dialect.
pub mod deck;
// Floor 2: when a card comes back, whether an answer is right, problems drawn afresh.
pub mod grading;
pub mod problem;
pub mod schedule;
// Floor 1: the nouns.
pub mod card;
pub mod review;
// Floor 0: time, source text, diagnostics, chance.
pub mod diagnostic;
pub mod seed;
pub mod source;
pub mod time;
