//! Which scheduler a card has: the collection's, unless its deck has one of its own.
//! Not for the schedulers themselves (`schedule/`) or for what was chosen (`app/schedulers.rs`).

use std::collections::HashMap;

use crate::schedule::Scheduler;

/// The scheduler of each card: the collection's, unless its deck has one of its own.
pub struct Schedulers {
    collection: Box<dyn Scheduler>,
    decks: HashMap<i64, Box<dyn Scheduler>>,
    chosen: String,
}

impl Schedulers {
    /// Builds the choice; `decks` holds the schedulers of single decks, by id, and `chosen` tells this choice from
    /// any other.
    #[must_use]
    pub fn new(
        collection: Box<dyn Scheduler>,
        decks: HashMap<i64, Box<dyn Scheduler>>,
        chosen: String,
    ) -> Self {
        Self { collection, decks, chosen }
    }

    /// Returns what tells this choice from any other.
    #[must_use]
    pub fn chosen(&self) -> &str {
        &self.chosen
    }

    /// Returns the scheduler of a deck, or of the collection where no deck is given.
    #[must_use]
    pub fn of(&self, deck: Option<i64>) -> &dyn Scheduler {
        deck.and_then(|deck| self.decks.get(&deck)).unwrap_or(&self.collection).as_ref()
    }

    /// Tells whether all decks have the same scheduler.
    #[must_use]
    pub fn is_uniform(&self) -> bool {
        self.decks.is_empty()
    }
}
