//! One binary for all tests.

mod crash;
mod deck_format;
mod decks;
mod faults;
mod identity;
mod json;
mod json_client;
mod plain;
mod problems;
mod properties;
mod review;
mod world;
