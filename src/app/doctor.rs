//! The doctor: is the file sound, and does every stored state equal the replay of its log?
//! Not for copies (`store/upkeep.rs`).

use std::collections::{HashMap, HashSet};

use super::{App, Result};
use crate::card::CardUid;
use crate::review::{EntryId, LogEntry};
use crate::schedule::replay::CardRecord;
use crate::session::Schedulers;
use crate::store::{Integrity, LogFilter};

/// What the doctor found.
#[derive(Debug)]
pub struct Findings {
    /// The file.
    pub integrity: Integrity,
    /// Entries in the log.
    pub entries: u64,
    /// Cards with a log.
    pub cards: usize,
    /// Cards whose stored state differs from the replay: with what is stored, and what the log says.
    pub differing: Vec<(CardUid, Option<CardRecord>, CardRecord)>,
    /// Whether the differing states were written anew.
    pub rebuilt: bool,
}

impl App {
    /// Checks the file and replays the log; with `rebuild`, stores what the replay gives.
    ///
    /// # Errors
    /// Fails when the database cannot be read, or written where it must be.
    pub fn examine(&mut self, rebuild: bool) -> Result<Findings> {
        let integrity = self.store.check_integrity()?;
        let (entries, records) = self.replay_all()?;
        let stored = self.store.all_records()?;
        let mut differing = Vec::new();
        for (card, record) in &records {
            let have = stored.get(card);
            if have != Some(record) && !(have.is_none() && *record == CardRecord::default()) {
                differing.push((*card, have.cloned(), record.clone()));
            }
        }
        for (card, record) in &stored {
            if !records.contains_key(card) && *record != CardRecord::default() {
                differing.push((*card, Some(record.clone()), CardRecord::default()));
            }
        }
        differing.sort_by_key(|(card, _, _)| card.0);
        let rebuilt = rebuild && !differing.is_empty();
        if rebuilt {
            let records: Vec<_> = differing.iter().map(|(card, _, record)| (*card, record.clone())).collect();
            self.store.write_records(&records)?;
        }
        Ok(Findings { integrity, entries, cards: records.len(), differing, rebuilt })
    }

    /// Replays the whole log: the number of entries, and each card's record.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn replay_all(&self) -> Result<(u64, HashMap<CardUid, CardRecord>)> {
        self.replay_with(&self.schedulers()?)
    }

    /// Replays the whole log under given schedulers.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn replay_with(&self, schedulers: &Schedulers) -> Result<(u64, HashMap<CardUid, CardRecord>)> {
        let decks = if schedulers.is_uniform() { HashMap::new() } else { self.store.deck_of_cards()? };
        let scheduler = schedulers.of(None);
        // Retractions come after what they retract, and are few: they are read first.
        let retracted = self.retracted_entries()?;
        let mut records: HashMap<CardUid, CardRecord> = HashMap::new();
        let mut entries = 0;
        self.store.for_each_entry(LogFilter::default(), |entry| {
            entries += 1;
            let record = records.entry(entry.card).or_default();
            if !retracted.contains(&entry.id) {
                let own = decks.get(&entry.card).map(|&deck| schedulers.of(Some(deck)));
                record.step(own.unwrap_or(scheduler), &entry);
            }
        })?;
        Ok((entries, records))
    }

    /// The entries that stand retracted: a retraction may itself have been retracted.
    pub(super) fn retracted_entries(&self) -> Result<HashSet<EntryId>> {
        let mut retractions: Vec<LogEntry> = Vec::new();
        self.store.for_each_retraction_entry(|entry| retractions.push(entry))?;
        let mut retracted = HashSet::new();
        for entry in retractions.iter().rev() {
            if let crate::review::LogEvent::Retract(target) = &entry.event
                && !retracted.contains(&entry.id)
            {
                retracted.insert(*target);
            }
        }
        Ok(retracted)
    }
}
