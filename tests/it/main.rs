//! One binary for all tests.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod architecture;
mod author;
mod authoring;
mod course;
mod crash;
mod deck_format;
mod decks;
mod exam;
mod faults;
mod identity;
mod json;
mod json_client;
mod kinds;
mod odd;
mod others;
mod plain;
mod problems;
mod properties;
mod pty;
mod reference;
mod repairs;
mod review;
mod schedulers;
mod scheduling;
mod stage;
mod world;
