//! Writing the index: decks that were read again, their cards in the best order, and what is gone or back.
//! Not for the transaction around it (`shelf.rs`) or for the rows of single cards (`write_cards.rs`).

use std::collections::HashSet;

use rusqlite::{Connection, params};

use super::IndexedDeck;
use super::shelf::{json, number};
use super::write_cards::write_cards;
use crate::card::{Area, CardUid, Level};

/// With more cards than this to write at once, pages are kept in memory until the end.
pub(super) const BULK_CARDS: usize = 5_000;
/// How much memory that may take, in KiB; beyond it pages are written early.
pub(super) const BULK_CACHE_KIB: i64 = 128 << 10;

/// The place of a deck that was never put in order: behind all others.
const UNORDERED: u32 = u32::MAX >> 1;

/// Writes decks and their cards, and marks what is gone or back. `renamed` are cards known before whose key changes.
pub(super) fn write_index(
    db: &Connection,
    decks: &[IndexedDeck],
    vanished: &[i64],
    renamed: &[CardUid],
) -> rusqlite::Result<()> {
    let mut gone: HashSet<i64> = HashSet::new();
    for &deck in vanished {
        present_in(db, deck, &mut gone)?;
        db.prepare_cached("delete from deck where id = ?1")?.execute([deck])?;
    }
    let mut all = Vec::with_capacity(decks.iter().map(|deck| deck.cards.len()).sum());
    for deck in decks {
        let id = write_deck(db, deck)?;
        present_in(db, id, &mut gone)?;
        all.extend(deck.cards.iter().enumerate().map(|(place, card)| (card, id, place)));
    }
    // Two cards may have changed keys with one another: each lets go of its own before any takes another's.
    for card in renamed {
        db.prepare_cached("update card set key = '!' || uid where uid = ?1")?.execute([card.0])?;
    }
    // Sorted by the primary key: pages are filled one after the other.
    all.sort_unstable_by_key(|(card, _, _)| card.uid);
    let aside = indexes_aside(db, all.len().saturating_sub(gone.len()))?;
    let returned = write_cards(db, &all, &mut gone)?;
    for (cards, present) in [(gone.into_iter().collect::<Vec<_>>(), false), (returned, true)] {
        for card in cards {
            db.prepare_cached("update card set present = ?2 where uid = ?1")?
                .execute(params![card, present])?;
            db.prepare_cached("update card_state set present = ?2 where card = ?1")?
                .execute(params![card, present])?;
        }
    }
    aside.iter().try_for_each(|index| db.execute_batch(index))
}

/// Takes the indexes of cards away when about `new` cards are many, and more than there are; returns the statements that
/// make them anew. Sorting all entries once costs less than finding the place of each.
fn indexes_aside(db: &Connection, new: usize) -> rusqlite::Result<Vec<String>> {
    let there = || db.query_row("select count(*) from card", [], |row| row.get::<_, i64>(0));
    if new < BULK_CARDS || there()? > number(new) {
        return Ok(Vec::new());
    }
    let mut statement = db.prepare(
        "select name, sql from sqlite_schema where type = 'index' and tbl_name = 'card' and sql is not null",
    )?;
    let indexes: Vec<(String, String)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
    for (name, _) in &indexes {
        db.execute_batch(&format!("drop index {name}"))?;
    }
    Ok(indexes.into_iter().map(|(_, sql)| sql).collect())
}

fn present_in(db: &Connection, deck: i64, cards: &mut HashSet<i64>) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached("select uid from card where deck = ?1 and present = 1")?;
    for uid in statement.query_map([deck], |row| row.get(0))? {
        cards.insert(uid?);
    }
    Ok(())
}

fn write_deck(db: &Connection, deck: &IndexedDeck) -> rusqlite::Result<i64> {
    let head = &deck.head;
    db.prepare_cached(include_str!("sql/write_deck.sql"))?.query_row(
        params![
            deck.path,
            deck.slug,
            head.name,
            head.level.map(Level::name),
            head.area.map(Area::name),
            head.resource,
            head.source,
            json(&head.requires),
            json(&head.tags),
            UNORDERED,
            deck.stamp.size.cast_signed(),
            deck.stamp.modified_ns,
            deck.stamp.inode.cast_signed(),
            deck.faults,
            head.dialect.name(),
        ],
        |row| row.get(0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::{CardKey, DeckHead};
    use crate::seed::Seed;
    use crate::store::{DeckStamp, IndexedCard, OpenOptions, Store};
    use crate::time::Timestamp;

    fn deck(path: &str, cards: std::ops::Range<i64>) -> IndexedDeck {
        let card = |n: i64| IndexedCard {
            // Far from the order of the deck.
            uid: CardUid(n.wrapping_mul(0x1234_5678_9abc_def1) & i64::MAX),
            key: CardKey(format!("card-{n}")),
            start: 0,
            end: 9,
            part: 0,
            kind: "recall",
            block: n,
            title: format!("What is {n}?"),
            answer_hash: n,
            tags: Vec::new(),
            concepts: vec!["numbers".to_owned()],
            confuses: Vec::new(),
        };
        IndexedDeck {
            path: path.to_owned(),
            slug: path.to_owned(),
            head: DeckHead::default(),
            stamp: DeckStamp::default(),
            faults: 0,
            cards: cards.map(card).collect(),
        }
    }

    fn indexes(store: &Store) -> Vec<(String, Option<String>)> {
        let sql =
            "select name, sql from sqlite_schema where tbl_name = 'card' and type = 'index' order by name";
        let mut statement = store.db.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.collect::<rusqlite::Result<_>>().unwrap()
    }

    #[test]
    fn many_cards_at_once_leave_the_database_as_few_at_a_time_do() {
        let many = i64::try_from(BULK_CARDS).unwrap() + 1;
        let options = OpenOptions { busy_ms: 50, now: Timestamp(1), seed: Seed(1) };
        let (mut at_once, mut bit_by_bit) =
            (Store::in_memory(options).unwrap(), Store::in_memory(options).unwrap());
        let before = indexes(&at_once);
        assert!(before.len() > 2);
        at_once.apply_index(&[deck("a", 0..many), deck("b", many..many + 10)], &[], &[], &[], &[]).unwrap();
        assert_eq!(indexes(&at_once), before);
        for end in [many / 2, many] {
            bit_by_bit.apply_index(&[deck("a", 0..end)], &[], &[], &[], &[]).unwrap();
        }
        bit_by_bit.apply_index(&[deck("b", many..many + 10)], &[], &[], &[], &[]).unwrap();
        for id in [1, 2] {
            let known = at_once.known_cards(id).unwrap();
            assert!(!known.is_empty());
            assert_eq!(known, bit_by_bit.known_cards(id).unwrap());
        }
        let sound: String = at_once.db.query_row("pragma integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(sound, "ok");
        // Fewer cards go than came: those of the second deck are still found.
        at_once.apply_index(&[deck("a", 0..3)], &[], &[], &[], &[]).unwrap();
        assert_eq!(at_once.known_cards(1).unwrap().len(), 3);
        assert_eq!(at_once.known_cards(2).unwrap().len(), 10);
    }
}
