//! Undoing a wrong match: a history is given to another text, or a text is parted from a history that is not its own.
//! The log is never touched: what changes is which text a history goes on with, and that is noted.
//! Not for matching (`identify.rs`).

use super::{App, AppError, Result};
use crate::card::{CardKey, CardUid};
use crate::store::{CardChange, CardRow};

impl App {
    /// Gives the history of one card to the text of another, and the other's history to its text: an exchange.
    /// Doing it again takes it back.
    ///
    /// # Errors
    /// Fails when both are the same card, or the database fails.
    pub fn exchange(&mut self, text: &CardRow, history: &CardRow) -> Result<()> {
        if text.uid == history.uid {
            return Err(AppError::Refused(format!("`{}` has that history already", text.key)));
        }
        let changes =
            [self.relinked(history.uid, Some(history), text)?, self.relinked(text.uid, Some(text), history)?];
        self.put_in_doubt()?;
        self.store.exchange_texts(text.uid, history.uid, &changes)?;
        self.reschedule([text.uid, history.uid])
    }

    /// Gives a card's text a history of its own, and leaves the old history to the text that was there before the last
    /// match. Returns the key of that text.
    ///
    /// # Errors
    /// Fails when the card was never matched with another text, or that text has come back as a card of its own.
    pub fn part(&mut self, card: &CardRow) -> Result<CardKey> {
        let changes = self.store.changes(Some(card.uid), u32::MAX)?;
        let matched = changes
            .iter()
            .rev()
            .find(|change| change.new_key.as_ref() == Some(&card.key.0) && change.old_key != change.new_key);
        let Some((key, title)) =
            matched.and_then(|change| Some((change.old_key.clone()?, change.old_title.clone()?)))
        else {
            return Err(AppError::Refused(format!(
                "`{}` was never matched with another text, so there is nothing to part",
                card.key
            )));
        };
        let key = CardKey(key);
        if let Some(other) = self.store.card_by_key(&key.0)? {
            if !other.present && self.store.history(other.uid)?.is_empty() {
                // It was parted before: the fresh card of then is still there, without a history.
                self.exchange(card, &other)?;
                return Ok(key);
            }
            return Err(AppError::Refused(format!(
                "the earlier text stands again as a card of its own: `retain relink {} --to {}` exchanges their histories",
                other.uid, card.uid
            )));
        }
        let fresh = self.parted_uid(&card.key)?;
        let deck = self.deck_path(card)?;
        let old = CardChange {
            card: card.uid,
            change: "relinked".to_owned(),
            at: self.clock.now(),
            old_key: Some(card.key.0.clone()),
            new_key: Some(key.0.clone()),
            old_title: Some(card.title.clone()),
            new_title: Some(title.clone()),
            old_deck: deck.clone(),
            new_deck: None,
        };
        let new = CardChange {
            card: fresh,
            old_key: None,
            new_key: Some(card.key.0.clone()),
            old_title: None,
            new_title: Some(card.title.clone()),
            old_deck: None,
            new_deck: deck,
            ..old.clone()
        };
        self.put_in_doubt()?;
        self.store.part_text(card.uid, fresh, (&key, &title), &[old, new])?;
        self.reschedule([card.uid])?;
        Ok(key)
    }

    fn put_in_doubt(&self) -> Result<()> {
        match self.states_in_doubt()? {
            Some((name, value)) => Ok(self.store.set_setting(name, value)?),
            None => Ok(()),
        }
    }

    fn relinked(&self, card: CardUid, old: Option<&CardRow>, new: &CardRow) -> Result<CardChange> {
        Ok(CardChange {
            card,
            change: "relinked".to_owned(),
            at: self.clock.now(),
            old_key: old.map(|row| row.key.0.clone()),
            new_key: Some(new.key.0.clone()),
            old_title: old.map(|row| row.title.clone()),
            new_title: Some(new.title.clone()),
            old_deck: old.map(|row| self.deck_path(row)).transpose()?.flatten(),
            new_deck: self.deck_path(new)?,
        })
    }

    fn deck_path(&self, card: &CardRow) -> Result<Option<String>> {
        Ok(self.store.deck(card.deck)?.filter(|_| card.present).map(|deck| deck.path))
    }
}
