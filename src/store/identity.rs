//! Who is who, kept: cards that went, and histories given to another text.
//! Not for finding it out (`deck/identity.rs`, `app/identify.rs`).

use rusqlite::{TransactionBehavior, params};

use super::shelf::{known_card, note_changes};
use super::{CardChange, KnownCard, Result, Store};
use crate::card::{CardKey, CardUid};
use crate::time::Timestamp;

/// Everything about a card's row that is its text's and not its history's.
const TEXT_COLUMNS: &str = "key, deck, place, start_byte, end_byte, part, kind, block, title, answer_hash, tags, concepts, \
     confuses, present";

impl Store {
    /// Returns the cards that went from the decks at an instant or later and are not back, each with its last deck's path.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn gone_since(&self, since: Timestamp) -> Result<Vec<(KnownCard, Option<String>)>> {
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare_cached(
                "select c.uid, c.key, c.deck, c.place, c.title, c.answer_hash, c.present, c.seen, g.old_deck
                 from (select card, max(id) as id from card_change where change = 'gone' and at >= ?1 group by card) as last
                 join card_change as g on g.id = last.id
                 join card as c on c.uid = last.card
                 where c.present = 0 order by c.uid",
            )?;
            statement.query_map([since.0], |row| Ok((known_card(row)?, row.get(8)?)))?.collect()
        })();
        read.map_err(|error: rusqlite::Error| self.classify("read the changes", error))
    }

    /// Exchanges the texts of two cards, so that each history goes on with the other's text, and notes the changes:
    /// one transaction. The log is not touched.
    ///
    /// # Errors
    /// Fails when the database does; nothing is half-written then.
    pub fn exchange_texts(&mut self, one: CardUid, other: CardUid, changes: &[CardChange]) -> Result<()> {
        let exchanged = (|| -> rusqlite::Result<_> {
            let db = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // By way of a copy: a key may stand in only one row at a time.
            db.execute_batch("drop table if exists temp.exchanged")?;
            db.execute(
                &format!(
                    "create temp table exchanged as select case uid when {0} then {1} else {0} end as new_uid, \
                     {TEXT_COLUMNS} from card where uid in ({0}, {1})",
                    one.0, other.0
                ),
                [],
            )?;
            db.execute("update card set key = '!' || uid where uid in (?1, ?2)", params![one.0, other.0])?;
            for card in [one, other] {
                db.execute(
                    &format!(
                        "update card set ({TEXT_COLUMNS}) = (select {TEXT_COLUMNS} from temp.exchanged where new_uid = ?1)
                         where uid = ?1"
                    ),
                    [card.0],
                )?;
                db.execute(
                    "update card_state set present = (select present from card where uid = ?1) where card = ?1",
                    [card.0],
                )?;
            }
            db.execute_batch("drop table temp.exchanged")?;
            note_changes(&db, changes)?;
            db.commit()
        })();
        exchanged.map_err(|error| self.classify("give the history to the other text", error))
    }

    /// Gives a card's present text to a new card, and leaves the history to a text that is gone: one transaction.
    ///
    /// `key` and `title` are those of the gone text. The log is not touched.
    ///
    /// # Errors
    /// Fails when the database does; nothing is half-written then.
    pub fn part_text(
        &mut self,
        card: CardUid,
        fresh: CardUid,
        (key, title): (&CardKey, &str),
        changes: &[CardChange],
    ) -> Result<()> {
        let parted = (|| -> rusqlite::Result<_> {
            let db = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let (text, now): (String, String) =
                db.query_row("select key, title from card where uid = ?1", [card.0], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?;
            db.execute(
                "update card set key = ?2, title = ?3, present = 0 where uid = ?1",
                params![card.0, key.0, title],
            )?;
            db.execute("update card_state set present = 0 where card = ?1", [card.0])?;
            db.execute(
                "insert into card (uid, key, deck, place, start_byte, end_byte, part, kind, block, title, answer_hash,
                                   tags, concepts, confuses, present, seen)
                 select ?2, ?3, deck, place, start_byte, end_byte, part, kind, block, ?4, answer_hash, tags, concepts,
                        confuses, 1, 0 from card where uid = ?1",
                params![card.0, fresh.0, text, now],
            )?;
            note_changes(&db, changes)?;
            db.commit()
        })();
        parted.map_err(|error| self.classify("part the text from its history", error))
    }
}
