//! Which card read is which card known: the same uid for the same card, whatever was done to its text.
//! Not for reading decks (`index.rs`) or for the measure of likeness (`deck/identity.rs`).
//!
//! 1. A card that is known by its key is itself, wherever it stands. Within one block the answers decide first, so that
//!    a part hidden anew in the midst of a sentence does not push the others' histories along.
//! 2. What vanished, or went less than a week ago, and what appeared are matched by likeness.
//! 3. The rest is new, or gone; what is gone keeps its log.

use std::collections::{HashMap, HashSet};

use super::index::Indexed;
use super::read::{Fresh, block_of};
use super::{App, Result};
use crate::card::{CardKey, CardUid};
use crate::deck::identity;
use crate::shelf;
use crate::store::{CardChange, IndexedCard, IndexedDeck, KnownCard};
use crate::time::{DAY_MS, Timestamp};

/// What is known of decks read again.
pub(super) struct Identified {
    /// Of each deck, for each of its cards, which it is.
    pub(super) standings: Vec<Vec<Standing>>,
    /// Cards known before whose key changes.
    pub(super) renamed: Vec<CardUid>,
}

/// Which card one is that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Standing {
    /// Not known yet; in the end, nobody's.
    Open,
    /// This one.
    Is(CardUid),
    /// One that stands elsewhere too, where it is taken.
    Double,
}

/// A card that is gone for longer is matched with new text only by its key: by then likeness is chance.
const RECENTLY_GONE_MS: i64 = 7 * DAY_MS;

/// With more cards than this to be looked up, it may be worth while to read all rows once instead.
const MANY_CARDS: usize = 1_000;

/// What the database knows of the cards read.
struct Known {
    /// By their keys.
    cards: HashMap<CardKey, KnownCard>,
    /// All uids there; nothing where they were not read, since few are asked for.
    taken: Option<HashSet<CardUid>>,
}

/// A card read: its deck and its place, as indices.
type Place = (usize, usize);

/// The work of telling cards apart, half done.
struct Work<'a> {
    at: Timestamp,
    fresh: &'a [Fresh],
    /// The paths of the decks known.
    paths: HashMap<i64, String>,
    /// Cards that stood in decks read again and are not found yet.
    left: HashMap<CardUid, KnownCard>,
    /// Of each deck, for each of its cards, which it is.
    standings: Vec<Vec<Standing>>,
    /// Cards that nothing is known of.
    appeared: Vec<Place>,
    renamed: Vec<CardUid>,
    changes: Vec<CardChange>,
}

impl App {
    /// Finds out which card is which, of decks read again; says what became of cards that were known.
    pub(super) fn identify(
        &self,
        fresh: &[Fresh],
        vanished: &[i64],
        indexed: &mut Indexed,
    ) -> Result<Identified> {
        indexed.doubles.clear();
        indexed.new.clear();
        // Questions about many cards: held, they take no lock each.
        let _look = self.store.look()?;
        let decks = self.store.decks()?;
        let ids: HashMap<&str, i64> = decks.iter().map(|deck| (deck.path.as_str(), deck.id)).collect();
        // Cards that stood in the decks read again, or in decks that vanished: they may be lost from sight.
        let reread: HashSet<i64> = fresh
            .iter()
            .filter_map(|deck| ids.get(deck.path.as_str()).copied())
            .chain(vanished.iter().copied())
            .collect();
        let mut left: HashMap<CardUid, KnownCard> = HashMap::new();
        for &deck in &reread {
            left.extend(self.store.known_cards(deck)?.into_iter().map(|card| (card.uid, card)));
        }
        let known = self.known_among(fresh, &left)?;
        let mut work = Work {
            at: self.clock.now(),
            fresh,
            paths: decks.iter().map(|deck| (deck.id, deck.path.clone())).collect(),
            left,
            standings: fresh.iter().map(|deck| vec![Standing::Open; deck.cards.len()]).collect(),
            appeared: Vec::new(),
            renamed: Vec::new(),
            changes: Vec::new(),
        };
        work.by_key(&known, &reread, indexed);
        self.by_likeness(&mut work)?;
        indexed.changes = std::mem::take(&mut work.changes);
        self.uids_for_the_rest(&mut work, &known, indexed)?;
        Ok(Identified { standings: work.standings, renamed: work.renamed })
    }

    /// Looks up what is known by the keys of cards read: those that stood in the same decks are in `left` already.
    fn known_among(&self, fresh: &[Fresh], left: &HashMap<CardUid, KnownCard>) -> Result<Known> {
        let mut cards: HashMap<CardKey, KnownCard> =
            left.values().map(|card| (card.key.clone(), card.clone())).collect();
        let keys = || fresh.iter().flat_map(|deck| &deck.cards).map(|card| &card.key);
        let others = keys().filter(|key| !cards.contains_key(key)).count();
        if others == 0 {
            return Ok(Known { cards, taken: None });
        }
        let all = if others < MANY_CARDS { u64::MAX } else { self.store.cards_ever()? };
        if all == 0 {
            // Nothing can be found where there is nothing.
            return Ok(Known { cards, taken: Some(HashSet::new()) });
        }
        if all / 4 <= others as u64 {
            // One reading of all rows instead of a search for each.
            let asked: HashSet<&str> = keys().map(|key| key.0.as_str()).collect();
            let mut taken = HashSet::with_capacity(usize::try_from(all).unwrap_or(0));
            self.store.for_each_known(
                |uid, key| {
                    taken.insert(uid);
                    asked.contains(key)
                },
                |card| {
                    cards.insert(card.key.clone(), card);
                },
            )?;
            return Ok(Known { cards, taken: Some(taken) });
        }
        for key in keys() {
            if !cards.contains_key(key)
                && let Some(card) = self.store.known_by_key(key)?
            {
                cards.insert(key.clone(), card);
            }
        }
        Ok(Known { cards, taken: None })
    }

    /// Matches what vanished, or went lately, with what appeared.
    fn by_likeness(&self, work: &mut Work<'_>) -> Result<()> {
        let mut lost: Vec<(KnownCard, Option<String>)> = std::mem::take(&mut work.left)
            .into_values()
            .map(|card| {
                let path = work.paths.get(&card.deck).cloned();
                (card, path)
            })
            .collect();
        lost.sort_by_key(|(card, _)| (card.deck, card.place));
        let vanished = lost.len();
        if !work.appeared.is_empty() {
            // An editor that deletes and writes again, or an author who does: what went lately may be what came now.
            let since = work.at.plus_ms(-RECENTLY_GONE_MS);
            let mut gone = self.store.gone_since(since)?;
            gone.retain(|(card, _)| card.seen);
            if !gone.is_empty() {
                let back: HashSet<Standing> = work.standings.iter().flatten().copied().collect();
                lost.extend(gone.into_iter().filter(|(card, _)| !back.contains(&Standing::Is(card.uid))));
            }
        }
        let old: Vec<identity::Candidate> = lost
            .iter()
            .map(|(card, path)| identity::Candidate {
                deck: path.clone().unwrap_or_default(),
                place: usize::try_from(card.place).unwrap_or(0),
                title: card.title.clone(),
                answer_hash: card.answer_hash,
                seen: card.seen,
            })
            .collect();
        let new: Vec<identity::Candidate> = if old.is_empty() {
            Vec::new()
        } else {
            work.appeared.iter().map(|&place| work.candidate(place)).collect()
        };
        let mut found_again = vec![false; lost.len()];
        for found in identity::matches(&old, &new) {
            let (known, from) = &lost[found.old];
            let place = work.appeared[found.new];
            found_again[found.old] = true;
            work.give(place, known);
            let what = if found.old < vanished { found.how.name() } else { "returned" };
            work.note(what, known, from.as_deref(), Some(place));
        }
        for ((known, from), _) in lost.iter().zip(&found_again).take(vanished).filter(|(_, found)| !**found) {
            work.note("gone", known, from.as_deref(), None);
        }
        Ok(())
    }

    /// Gives a new uid to whoever has none.
    fn uids_for_the_rest(&self, work: &mut Work<'_>, known: &Known, indexed: &mut Indexed) -> Result<()> {
        let cards = work.standings.iter().map(Vec::len).sum();
        let mut given: HashSet<CardUid> = HashSet::with_capacity(cards);
        given.extend(work.standings.iter().flatten().filter_map(|standing| match standing {
            Standing::Is(uid) => Some(*uid),
            _ => None,
        }));
        for (deck, standings) in work.fresh.iter().zip(&mut work.standings) {
            let mut new = 0;
            for (card, standing) in deck.cards.iter().zip(standings) {
                if *standing == Standing::Open {
                    let uid = free_uid(card.uid, &card.key, |uid| match &known.taken {
                        Some(taken) => Ok(taken.contains(&uid) || given.contains(&uid)),
                        None => Ok(given.contains(&uid) || self.store.uid_is_taken(uid)?),
                    })?;
                    given.insert(uid);
                    *standing = Standing::Is(uid);
                    new += 1;
                }
            }
            if new > 0 {
                indexed.new.push((deck.path.clone(), new));
            }
        }
        Ok(())
    }

    /// Derives the uid of a card that takes a text over from another; it belongs to no other.
    pub(super) fn parted_uid(&self, key: &CardKey) -> Result<CardUid> {
        free_uid(CardUid::derive(key, 0), key, |uid| Ok(self.store.uid_is_taken(uid)?))
    }
}

/// Steps aside from `first`, the uid of a key, until nobody has it.
fn free_uid(first: CardUid, key: &CardKey, is_taken: impl Fn(CardUid) -> Result<bool>) -> Result<CardUid> {
    let mut uid = first;
    let mut attempt = 0;
    while is_taken(uid)? {
        attempt += 1;
        uid = CardUid::derive(key, attempt);
    }
    Ok(uid)
}

/// Puts decks and cards together as they are to be written: each card under its uid, doubles left out.
pub(super) fn written_up(fresh: Vec<Fresh>, standings: Vec<Vec<Standing>>) -> Vec<IndexedDeck> {
    let card = |(card, standing): (IndexedCard, Standing)| match standing {
        Standing::Is(uid) => Some(IndexedCard { uid, ..card }),
        Standing::Open | Standing::Double => None,
    };
    fresh
        .into_iter()
        .zip(standings)
        .map(|(deck, standings)| IndexedDeck {
            slug: shelf::slug(&deck.path),
            path: deck.path,
            head: deck.head,
            stamp: deck.stamp,
            faults: deck.faults,
            cards: deck.cards.into_iter().zip(standings).filter_map(card).collect(),
        })
        .collect()
}

impl<'a> Work<'a> {
    fn card(&self, (d, c): Place) -> &'a IndexedCard {
        &self.fresh[d].cards[c]
    }

    /// Finds cards by what they are known by.
    fn by_key(&mut self, known: &Known, reread: &HashSet<i64>, indexed: &mut Indexed) {
        let mut siblings: HashMap<String, Vec<CardUid>> = HashMap::new();
        for (uid, card) in &self.left {
            siblings.entry(block_of(&card.key).to_owned()).or_default().push(*uid);
        }
        let fresh = self.fresh;
        let cards = fresh.iter().map(|deck| deck.cards.len()).sum();
        let mut claimed: HashSet<&CardKey> = HashSet::with_capacity(cards);
        let mut places = Vec::new();
        let mut found: Vec<Option<KnownCard>> = Vec::new();
        for (d, deck) in fresh.iter().enumerate() {
            let mut start = 0;
            while start < deck.cards.len() {
                let block_key = block_of(&deck.cards[start].key);
                let length =
                    deck.cards[start..].iter().take_while(|card| block_of(&card.key) == block_key).count();
                for (c, card) in deck.cards.iter().enumerate().skip(start).take(length) {
                    let own = known.cards.get(&card.key);
                    let elsewhere = own.is_some_and(|card| card.present && !reread.contains(&card.deck));
                    if elsewhere || !claimed.insert(&card.key) {
                        indexed.doubles.push((card.key.clone(), deck.path.clone()));
                        self.standings[d][c] = Standing::Double;
                        continue;
                    }
                    places.push((d, c));
                    found.push(own.cloned());
                }
                let others = siblings.get(block_key).map(Vec::as_slice).unwrap_or_default();
                self.block(&places, &mut found, others);
                places.clear();
                found.clear();
                start += length;
            }
        }
    }

    /// Tells apart the cards of one block: by key and answer, then by answer, then by key.
    fn block(&mut self, places: &[Place], known: &mut [Option<KnownCard>], siblings: &[CardUid]) {
        if siblings.is_empty() && known.iter().all(Option::is_none) {
            self.appeared.extend(places);
            return;
        }
        let answers: Vec<i64> = places.iter().map(|&place| self.card(place).answer_hash).collect();
        let mut found: Vec<Option<KnownCard>> = vec![None; places.len()];
        for index in 0..places.len() {
            if known[index].as_ref().is_some_and(|card| card.answer_hash == answers[index]) {
                found[index] = known[index].take();
            }
        }
        if found.iter().any(Option::is_none) {
            // The other cards of this block, wherever their number in it was.
            let mut pool: Vec<KnownCard> = known.iter().flatten().cloned().collect();
            for uid in siblings {
                let is_found =
                    |cards: &[Option<KnownCard>]| cards.iter().flatten().any(|card| card.uid == *uid);
                if let Some(card) = self.left.get(uid).filter(|_| !is_found(&found) && !is_found(known)) {
                    pool.push(card.clone());
                }
            }
            pool.sort_by_key(|card| (card.place, card.uid));
            for index in 0..places.len() {
                let same = pool.iter().position(|card| card.answer_hash == answers[index]);
                if let Some(at) = same.filter(|_| found[index].is_none()) {
                    found[index] = Some(pool.remove(at));
                }
            }
            for index in 0..places.len() {
                let own =
                    known[index].as_ref().and_then(|own| pool.iter().position(|card| card.uid == own.uid));
                if let Some(at) = own.filter(|_| found[index].is_none()) {
                    found[index] = Some(pool.remove(at));
                }
            }
        }
        for (&place, found) in places.iter().zip(found) {
            let Some(known) = found else {
                self.appeared.push(place);
                continue;
            };
            self.left.remove(&known.uid);
            self.give(place, &known);
            let from = self.paths.get(&known.deck).cloned();
            let card = self.card(place);
            let same_text = card.title == known.title && card.answer_hash == known.answer_hash;
            if !known.present {
                self.note("returned", &known, from.as_deref(), Some(place));
            } else if from.as_deref() != Some(self.fresh[place.0].path.as_str()) {
                self.note("moved", &known, from.as_deref(), Some(place));
            } else if !same_text || known.key != card.key {
                self.note("edited", &known, from.as_deref(), Some(place));
            }
        }
    }

    fn give(&mut self, place: Place, known: &KnownCard) {
        self.standings[place.0][place.1] = Standing::Is(known.uid);
        if known.key != self.card(place).key {
            self.renamed.push(known.uid);
        }
    }

    fn note(&mut self, what: &str, known: &KnownCard, from: Option<&str>, to: Option<Place>) {
        let card = to.map(|place| self.card(place));
        self.changes.push(CardChange {
            card: known.uid,
            change: what.to_owned(),
            at: self.at,
            old_key: Some(known.key.0.clone()),
            new_key: card.map(|card| card.key.0.clone()),
            old_title: Some(known.title.clone()),
            new_title: card.map(|card| card.title.clone()),
            old_deck: from.map(str::to_owned),
            new_deck: to.map(|(d, _)| self.fresh[d].path.clone()),
        });
    }

    fn candidate(&self, place: Place) -> identity::Candidate {
        let card = self.card(place);
        identity::Candidate {
            deck: self.fresh[place.0].path.clone(),
            place: place.1,
            title: card.title.clone(),
            answer_hash: card.answer_hash,
            seen: false,
        }
    }
}
