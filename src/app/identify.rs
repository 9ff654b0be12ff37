//! Which card read is which card known: the same uid for the same card, whatever was done to its text.
//! Not for reading decks (`index.rs`) or for the measure of likeness (`deck/identity.rs`).
//!
//! 1. A card that is known by its key is itself, wherever it stands. Within one block the answers decide first, so that
//!    a part hidden anew in the midst of a sentence does not push the others' histories along.
//! 2. What vanished, or went less than a week ago, and what appeared are matched by likeness.
//! 3. The rest is new, or gone; what is gone keeps its log.

use std::collections::{HashMap, HashSet};

use super::index::{Fresh, Indexed};
use super::{App, Result};
use crate::card::{Card, CardKey, CardKind, CardUid};
use crate::deck::{self, identity};
use crate::shelf;
use crate::store::{CardChange, IndexedCard, IndexedDeck, KnownCard};
use crate::time::{DAY_MS, Timestamp};

/// What is known of decks read again.
pub(super) struct Identified {
    /// The decks with their cards, each under its uid.
    pub(super) decks: Vec<IndexedDeck>,
    /// Cards whose key changes.
    pub(super) renamed: Vec<CardUid>,
    /// Decks from which a card was left out, as the setting has them.
    pub(super) doubles: String,
}

/// A card that is gone for longer is matched with new text only by its key: by then likeness is chance.
const RECENTLY_GONE_MS: i64 = 7 * DAY_MS;

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
    /// The uids given.
    uids: HashMap<Place, CardUid>,
    /// Cards that nothing is known of.
    appeared: Vec<Place>,
    /// Cards that stand elsewhere too.
    doubles: HashSet<Place>,
    renamed: Vec<CardUid>,
    changes: Vec<CardChange>,
}

impl App {
    /// Gives each card read the uid it had, or a new one; says what became of cards that were known.
    pub(super) fn identify(
        &self,
        fresh: &[Fresh],
        vanished: &[i64],
        indexed: &mut Indexed,
    ) -> Result<Identified> {
        indexed.doubles.clear();
        indexed.new.clear();
        // Two questions a card: held, they take no lock each.
        let _look = self.store.look()?;
        let first_time = self.store.has_no_cards()?;
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
        let mut work = Work {
            at: self.clock.now(),
            fresh,
            paths: decks.iter().map(|deck| (deck.id, deck.path.clone())).collect(),
            left,
            uids: HashMap::new(),
            appeared: Vec::new(),
            doubles: HashSet::new(),
            renamed: Vec::new(),
            changes: Vec::new(),
        };
        self.by_key(&mut work, &reread, first_time, indexed)?;
        self.by_likeness(&mut work)?;
        indexed.changes = std::mem::take(&mut work.changes);
        self.uids_for_the_rest(work, first_time, indexed)
    }

    /// Finds cards by what they are known by.
    fn by_key(
        &self,
        work: &mut Work<'_>,
        reread: &HashSet<i64>,
        first_time: bool,
        indexed: &mut Indexed,
    ) -> Result<()> {
        let mut siblings: HashMap<String, Vec<CardUid>> = HashMap::new();
        for (uid, card) in &work.left {
            siblings.entry(block_of(&card.key).to_owned()).or_default().push(*uid);
        }
        let mut claimed: HashSet<&CardKey> = HashSet::new();
        let fresh = work.fresh;
        for (d, deck) in fresh.iter().enumerate() {
            let mut start = 0;
            while start < deck.cards.len() {
                let block_key = &deck.cards[start].block_key;
                let length =
                    deck.cards[start..].iter().take_while(|card| card.block_key == *block_key).count();
                let mut places = Vec::with_capacity(length);
                let mut known: Vec<Option<KnownCard>> = Vec::with_capacity(length);
                for (c, card) in deck.cards.iter().enumerate().skip(start).take(length) {
                    let found = if first_time { None } else { self.store.known_by_key(&card.key)? };
                    let elsewhere =
                        found.as_ref().is_some_and(|card| card.present && !reread.contains(&card.deck));
                    if elsewhere || !claimed.insert(&card.key) {
                        indexed.doubles.push((card.key.clone(), deck.path.clone()));
                        work.doubles.insert((d, c));
                        continue;
                    }
                    places.push((d, c));
                    known.push(found);
                }
                let others = siblings.get(block_key.0.as_str()).map(Vec::as_slice).unwrap_or_default();
                work.block(&places, known, others);
                start += length;
            }
        }
        Ok(())
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
            let back: HashSet<CardUid> = work.uids.values().copied().collect();
            let since = work.at.plus_ms(-RECENTLY_GONE_MS);
            let gone = self.store.gone_since(since)?;
            lost.extend(gone.into_iter().filter(|(card, _)| card.seen && !back.contains(&card.uid)));
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

    /// Gives a new uid to whoever has none, and writes the decks up.
    fn uids_for_the_rest(
        &self,
        work: Work<'_>,
        first_time: bool,
        indexed: &mut Indexed,
    ) -> Result<Identified> {
        let mut given: HashSet<CardUid> = work.uids.values().copied().collect();
        let mut decks = Vec::with_capacity(work.fresh.len());
        for (d, deck) in work.fresh.iter().enumerate() {
            let mut cards = Vec::with_capacity(deck.cards.len());
            let mut part = 0;
            let mut block = None;
            let mut new = 0;
            for (c, card) in deck.cards.iter().enumerate() {
                part = if block == Some(card.span) { part + 1 } else { 0 };
                block = Some(card.span);
                if work.doubles.contains(&(d, c)) {
                    continue;
                }
                let uid = match work.uids.get(&(d, c)) {
                    Some(&uid) => uid,
                    None => {
                        new += 1;
                        self.fresh_uid(&card.key, &given, first_time)?
                    }
                };
                given.insert(uid);
                cards.push(indexed_card(card, uid, part));
            }
            if new > 0 {
                indexed.new.push((deck.path.clone(), new));
            }
            decks.push(IndexedDeck {
                path: deck.path.clone(),
                slug: shelf::slug(&deck.path),
                head: deck.head.clone(),
                place: u32::MAX >> 1,
                stamp: deck.stamp,
                faults: deck.faults,
                cards,
            });
        }
        Ok(Identified { decks, renamed: work.renamed, doubles: String::new() })
    }

    /// Derives the uid of a card seen for the first time; it belongs to no other.
    pub(super) fn fresh_uid(
        &self,
        key: &CardKey,
        given: &HashSet<CardUid>,
        first_time: bool,
    ) -> Result<CardUid> {
        let mut attempt = 0;
        loop {
            let uid = CardUid::derive(key, attempt);
            if !given.contains(&uid) && (first_time || !self.store.uid_is_taken(uid)?) {
                return Ok(uid);
            }
            attempt += 1;
        }
    }
}

impl Work<'_> {
    fn card(&self, (d, c): Place) -> &Card {
        &self.fresh[d].cards[c]
    }

    /// Tells apart the cards of one block: by key and answer, then by answer, then by key.
    fn block(&mut self, places: &[Place], mut known: Vec<Option<KnownCard>>, siblings: &[CardUid]) {
        let answers: Vec<i64> = places.iter().map(|&place| answer_hash(self.card(place))).collect();
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
                if let Some(card) = self.left.get(uid).filter(|_| !is_found(&found) && !is_found(&known)) {
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
            let same_text = card.kind.title() == known.title && answer_hash(card) == known.answer_hash;
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
        self.uids.insert(place, known.uid);
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
            new_title: card.map(|card| card.kind.title()),
            old_deck: from.map(str::to_owned),
            new_deck: to.map(|(d, _)| self.fresh[d].path.clone()),
        });
    }

    fn candidate(&self, place: Place) -> identity::Candidate {
        let card = self.card(place);
        identity::Candidate {
            deck: self.fresh[place.0].path.clone(),
            place: place.1,
            title: card.kind.title(),
            answer_hash: answer_hash(card),
            seen: false,
        }
    }
}

/// Returns what the cards of a block share of their keys.
fn block_of(key: &CardKey) -> &str {
    key.0.split('#').next().unwrap_or_default()
}

fn indexed_card(card: &Card, uid: CardUid, part: usize) -> IndexedCard {
    IndexedCard {
        uid,
        key: card.key.clone(),
        start: card.span.start,
        end: card.span.end,
        part,
        kind: card.kind.name(),
        block: CardUid::derive(&card.block_key, 0).0,
        title: card.kind.title(),
        answer_hash: answer_hash(card),
        tags: card.tags.clone(),
        concepts: card.concepts.clone(),
        confuses: card.confuses.clone(),
    }
}

/// Hashes what a right answer says, so that a card can be found again when its question was reworded.
pub(super) fn answer_hash(card: &Card) -> i64 {
    let mut hasher = blake3::Hasher::new();
    let mut put = |text: &str| {
        let text = deck::normalised(text);
        hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    };
    match &card.kind {
        CardKind::Recall { answer, .. } => put(answer),
        CardKind::Cloze { text, hidden } => put(&text[hidden.start..hidden.end]),
        CardKind::Choice { options, .. } => {
            options.iter().filter(|option| option.right).for_each(|option| put(&option.text));
        }
        CardKind::Order { items, .. } => items.iter().for_each(|item| put(item)),
        CardKind::Typed { accepted, .. } => put(accepted.first().map_or("", String::as_str)),
        CardKind::Number { answer, .. } => put(&format!("{} {}", answer.value, answer.unit)),
        CardKind::Problem { family, parameters } => put(&format!("{family} {parameters}")),
    }
    let mut first = [0; 8];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    i64::from_le_bytes(first)
}
