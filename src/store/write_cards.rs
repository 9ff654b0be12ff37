//! Writing the cards of decks that were read again: new rows, changed rows, and nothing for the rest.
//! Not for decks or for what became of a card's identity (`shelf.rs`).

use std::collections::HashSet;

use rusqlite::{Connection, params};

use super::IndexedCard;
use super::shelf::{json, number};

/// Writes cards, each with its deck's id and its place there, in the order of their uids. Takes them out of `gone`, and
/// returns those that were absent until now.
pub(super) fn write_cards(
    db: &Connection,
    cards: &[(&IndexedCard, i64, usize)],
    gone: &mut HashSet<i64>,
) -> rusqlite::Result<Vec<i64>> {
    let mut insert = db.prepare_cached(include_str!("sql/insert_card.sql"))?;
    let mut written = db.prepare_cached(include_str!("sql/written_card.sql"))?;
    let mut write = db.prepare_cached(include_str!("sql/write_card.sql"))?;
    let mut shift = db.prepare_cached("update card set start_byte = ?2, end_byte = ?3 where uid = ?1")?;
    let mut returned = Vec::new();
    for (card, deck, place) in cards {
        let (place, part) = (number(*place), number(card.part));
        let (start, end) = (number(card.start), number(card.end));
        let (tags, concepts, confuses) = (json(&card.tags), json(&card.concepts), json(&card.confuses));
        let whole = params![
            card.uid.0,
            card.key.0,
            deck,
            place,
            start,
            end,
            part,
            card.kind,
            card.block,
            card.title,
            card.answer_hash,
            tags,
            concepts,
            confuses,
        ];
        let stood_here = gone.remove(&card.uid.0);
        if !stood_here && insert.execute(whole)? == 1 {
            continue;
        }
        // Most cards of a deck that changed did not: their rows, and the pages of their indexes, stay as they are.
        let (same, present, span): (bool, bool, (i64, i64)) =
            written.query_row(whole, |row| Ok((row.get(0)?, row.get(1)?, (row.get(2)?, row.get(3)?))))?;
        if !present {
            returned.push(card.uid.0);
        }
        if !same {
            write.execute(whole)?;
        } else if span != (start, end) {
            shift.execute(params![card.uid.0, start, end])?;
        }
    }
    Ok(returned)
}
