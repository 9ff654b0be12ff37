//! One binary for all tests.

mod author;
mod authoring;
mod crash;
mod deck_format;
mod decks;
mod faults;
mod identity;
mod json;
mod json_client;
mod odd;
mod plain;
mod problems;
mod properties;
mod pty;
mod review;
mod world;
