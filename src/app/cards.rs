//! Single cards by name: finding them, marking them, drawing them for practice.
//! Not for whole sittings (`review.rs`, `plan.rs`).

use rand::seq::SliceRandom as _;

use super::plan::Wanted;
use super::{App, AppError, Result};
use crate::card::CardUid;
use crate::diagnostic::did_you_mean;
use crate::review::{EntryId, LogEntry, LogEvent};
use crate::session::QueueCard;
use crate::store::{Append, CardRow, QueueFilter};

/// Cards looked at for a quiz: enough to draw from, few enough to be quick in a collection of any size.
const QUIZ_POOL: u32 = 20_000;

impl App {
    /// Finds a card by its id, or by the beginning of its number when only one begins so.
    ///
    /// # Errors
    /// Fails when no card, or more than one, is meant.
    pub fn find_card(&self, name: &str) -> Result<CardRow> {
        if let Some(card) = self.store.card_by_key(name)? {
            return Ok(card);
        }
        let by_number = self.store.cards_by_number(name)?;
        match by_number.as_slice() {
            [only] => Ok(only.clone()),
            [] => {
                let keys = self.store.keys()?;
                let near = did_you_mean(name, keys.iter().map(String::as_str)).map(str::to_owned);
                Err(AppError::Unknown { what: "card", name: name.to_owned(), near })
            }
            many => Err(AppError::Refused(format!(
                "{} cards begin with `{name}`: type more of the number",
                many.len()
            ))),
        }
    }

    /// Writes a mark for a card.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn mark(&mut self, card: CardUid, event: &LogEvent) -> Result<()> {
        let schedulers = self.schedulers()?;
        let scheduler = schedulers.of(self.deck_of(card)?);
        loop {
            let at = self.moment();
            let before = self.store.record(card)?.unwrap_or_default();
            let newest = self.store.history(card)?.last().map_or(at.now, |entry| entry.at.plus_ms(1));
            let now = at.now.max(newest);
            let seed = self.chance("mark").derive("card", card.0.cast_unsigned());
            let entry = LogEntry {
                id: EntryId::drawn(now, seed),
                device: self.store.device(),
                card,
                at: now,
                day: at.today,
                event: event.clone(),
            };
            let mut after = before.clone();
            after.step(scheduler, &entry);
            if self.store.append(&[entry], &before, &after)? == Append::Done {
                return Ok(());
            }
        }
    }

    /// Draws cards for practice, at most one of each block.
    ///
    /// # Errors
    /// Fails when a name fits nothing, or the database fails.
    pub fn quiz_cards(&self, wanted: &Wanted, count: u32) -> Result<Vec<QueueCard>> {
        let filter = self.filter(wanted)?;
        Ok(self.drawn(self.store.any_cards(&filter, QUIZ_POOL)?, count))
    }

    /// Draws cards for practice from all that were begun; while none was, from those that come first.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn begun_cards(&self, count: u32) -> Result<Vec<QueueCard>> {
        let mut cards = self.store.any_cards(&QueueFilter::default(), QUIZ_POOL)?;
        if cards.iter().any(|card| !card.new) {
            cards.retain(|card| !card.new);
        } else {
            cards.truncate(count as usize);
        }
        Ok(self.drawn(cards, count))
    }

    fn drawn(&self, mut cards: Vec<QueueCard>, count: u32) -> Vec<QueueCard> {
        cards.shuffle(&mut self.seed.derive("quiz", 0).rng());
        let mut blocks = std::collections::HashSet::new();
        cards.retain(|card| blocks.insert(card.block));
        cards.truncate(count as usize);
        cards
    }
}
