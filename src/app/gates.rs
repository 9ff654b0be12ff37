//! What is open to the learner: levels and decks, by exams and by hand; what was weak in exams.
//! Not for the rules of it (`exam/gate.rs`).

use std::collections::{BTreeSet, HashMap};

use super::{App, AppError, Result};
use crate::card::{CardUid, Level};
use crate::diagnostic::did_you_mean;
use crate::exam::Scope;
use crate::exam::gate::{Gate, Standing};
use crate::progress::course::Roadmap;
use crate::store::{DeckRow, Opened, QueueFilter, SittingRow};

impl App {
    /// Returns what the learner has earned, and what they opened by hand.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn gates(&self) -> Result<Standing> {
        let mut standing =
            Standing { passed: self.store.levels_passed()?.into_iter().collect(), ..Standing::default() };
        for opened in self.store.opened_by_hand()? {
            match opened {
                Opened::Level(level) => {
                    standing.levels.insert(level);
                }
                Opened::Deck(slug) => {
                    standing.decks.insert(slug);
                }
            }
        }
        Ok(standing)
    }

    /// Finds a level or a deck by name.
    ///
    /// # Errors
    /// Fails when neither is meant.
    pub fn level_or_deck(&self, name: &str) -> Result<Opened> {
        if let Some(level) = Level::from_name(&name.to_lowercase()) {
            return Ok(Opened::Level(level));
        }
        match self.deck_named(name) {
            Ok(deck) => Ok(Opened::Deck(deck.slug)),
            Err(AppError::Unknown { name, near, .. }) => {
                let level = did_you_mean(&name, Level::ALL.map(Level::name)).map(str::to_owned);
                Err(AppError::Unknown { what: "level or deck", name, near: level.or(near) })
            }
            Err(error) => Err(error),
        }
    }

    /// Returns how each deck stands.
    #[must_use]
    pub fn gate_of(&self, deck: &DeckRow, standing: &Standing, roadmap: &Roadmap) -> Gate {
        standing.deck(&deck.slug, deck.head.level, is_of_course(deck, roadmap))
    }

    /// Returns the newest sitting of a level that has ended, and the best one by its share of right answers.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn exams_of(&self, level: Level) -> Result<Vec<SittingRow>> {
        let mut sittings = self.store.sittings()?;
        sittings.retain(|row| row.scope == Scope::Level(level));
        Ok(sittings)
    }

    /// Returns the cards on which exams showed a weakness, by how weak: every card of the concepts that were not all
    /// right when they were last asked, those that were themselves wrong first.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn weak_cards(&self) -> Result<Vec<CardUid>> {
        // The newest word on a concept counts: what was mended in a later exam is weak no more.
        let mut last: HashMap<String, bool> = HashMap::new();
        let mut wrong: Vec<CardUid> = Vec::new();
        for row in self.store.sittings()?.into_iter().rev() {
            let Some(end) = row.end else { continue };
            for part in &end.outcome.concepts {
                last.entry(part.name.clone()).or_insert(part.right < part.items);
            }
            for answer in self.store.exam_answers(row.id)? {
                if answer.marked.share.is_some() && !answer.marked.is_right() {
                    wrong.push(answer.card);
                }
            }
        }
        let weak: BTreeSet<&str> =
            last.iter().filter(|(_, weak)| **weak).map(|(name, _)| name.as_str()).collect();
        if weak.is_empty() {
            return Ok(Vec::new());
        }
        let cards = self.store.cards_with_records(&QueueFilter::default())?;
        let mut found: Vec<(bool, CardUid)> = cards
            .into_iter()
            .filter(|(card, _)| {
                let key = card.key.0.split(['/', '#']).next().unwrap_or_default();
                card.concepts.iter().any(|concept| weak.contains(concept.as_str())) || weak.contains(key)
            })
            .map(|(card, _)| (!wrong.contains(&card.uid), card.uid))
            .collect();
        found.sort_by_key(|(other, _)| *other);
        Ok(found.into_iter().map(|(_, card)| card).collect())
    }
}

/// Tells whether a deck belongs to the course: shipped, or a learner's edition of a shipped deck.
pub(super) fn is_of_course(deck: &DeckRow, roadmap: &Roadmap) -> bool {
    deck.is_shipped() || roadmap.resource_of(&deck.slug).is_some()
}
