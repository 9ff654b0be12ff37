//! Cards that were set aside or marked: suspended, parked as leeches, flagged, buried.
//! Not for setting marks: that is an entry of the log like any other (`reviews.rs`).

use super::cards::{CARD_COLUMNS, card_row};
use super::rows::{STATE_COLUMNS, record_from};
use super::{CardRow, Result, Store};
use crate::schedule::replay::CardRecord;

/// Which mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marked {
    /// Left out until resumed.
    Suspended,
    /// Parked as a leech.
    Parked,
    /// Flagged, with or without a note.
    Flagged,
}

impl Store {
    /// Returns the cards in the decks that carry a mark, in order of deck and place.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn marked(&self, mark: Marked) -> Result<Vec<(CardRow, CardRecord)>> {
        let condition = match mark {
            Marked::Suspended => "s.suspended = 1",
            Marked::Parked => "s.parked = 1",
            Marked::Flagged => "s.flag is not null",
        };
        let card = CARD_COLUMNS.split(", ").map(|column| format!("c.{column}")).collect::<Vec<_>>();
        let state =
            STATE_COLUMNS.split(", ").map(|column| format!("s.{}", column.trim())).collect::<Vec<_>>();
        let sql = format!(
            "select {}, {} from card_state as s join card as c on c.uid = s.card join deck as d on d.id = c.deck
             where (s.suspended = 1 or s.parked = 1 or s.flag is not null) and {condition} and c.present = 1
             order by d.place, c.place",
            card.join(", "),
            state.join(", ")
        );
        let read = (|| -> rusqlite::Result<_> {
            let mut statement = self.db.prepare_cached(&sql)?;
            let rows = statement.query_map([], |row| Ok((card_row(row)?, record_from(row, card.len())?)))?;
            rows.collect()
        })();
        read.map_err(|error: rusqlite::Error| self.classify("list the marked cards", error))
    }
}
