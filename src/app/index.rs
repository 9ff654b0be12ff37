//! Bringing the database up to date with the decks: reads only what changed, keeps every card's history.
//! Not for parsing (`deck/`) or for telling cards apart (`deck/identity.rs`).

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::{App, Result};
use crate::card::{Card, CardKey, CardKind, CardUid, DeckHead};
use crate::deck::{self, identity};
use crate::diagnostic::Severity;
use crate::progress::course;
use crate::shelf::{self, SHIPPED_PREFIX, ShelfError, Stamp};
use crate::source::SourceText;
use crate::store::{CardChange, DeckStamp, IndexedCard, IndexedDeck, KnownCard};

/// What a look at the decks brought.
#[derive(Debug, Default)]
pub struct Indexed {
    /// Decks that were read again.
    pub read: usize,
    /// Cards in them.
    pub cards: usize,
    /// What became of cards that were known.
    pub changes: Vec<CardChange>,
    /// Cards never seen before: how many in which deck.
    pub new: Vec<(String, usize)>,
    /// Files that could not be read.
    pub faults: Vec<ShelfError>,
    /// Cards left out because the same card stands elsewhere: its key, and the path that lost.
    pub doubles: Vec<(CardKey, String)>,
    /// Files given by the caller, as known to the index.
    pub given: Vec<String>,
    /// The digest of the course and the names of its decks that are replaced by the learner's own.
    course: String,
}

/// A file to be read again.
struct Stale {
    path: String,
    stamp: DeckStamp,
}

/// A deck read again, before its cards are told apart from those known.
struct Fresh {
    path: String,
    stamp: DeckStamp,
    head: DeckHead,
    faults: u32,
    cards: Vec<Card>,
}

/// The setting that holds the digest of the course in the database.
const SHIPPED_SETTING: &str = "shipped";

impl App {
    /// Looks at the shipped course, at the learner's folders and at `given` files and folders, and takes over what
    /// changed since the last look.
    ///
    /// # Errors
    /// Fails when the database does; faults of single files are listed instead.
    pub fn refresh(&mut self, given: &[PathBuf]) -> Result<Indexed> {
        let mut indexed = Indexed::default();
        let (stale, vanished) = self.stale(given, &mut indexed)?;
        if stale.is_empty() && vanished.is_empty() {
            // Nothing changed: the database is not written to.
            return Ok(indexed);
        }
        self.take_over(stale, &vanished, &mut indexed)?;
        Ok(indexed)
    }

    /// Finds out what would change, without taking it over.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn pending_changes(&mut self, given: &[PathBuf]) -> Result<Indexed> {
        let mut indexed = Indexed::default();
        let (stale, vanished) = self.stale(given, &mut indexed)?;
        let fresh = read_all(stale, &mut indexed);
        let (_, changes) = self.identify(&fresh, &vanished, &mut indexed)?;
        indexed.changes = changes;
        Ok(indexed)
    }

    /// Tells which files must be read, and which known decks have no file any more.
    fn stale(&self, given: &[PathBuf], indexed: &mut Indexed) -> Result<(Vec<Stale>, Vec<i64>)> {
        let mut known: HashMap<String, (i64, DeckStamp)> = HashMap::new();
        self.store.for_each_stamp(|id, path, stamp| {
            known.insert(path.to_owned(), (id, stamp));
        })?;
        let mut stale = Vec::new();
        let mut vanished = Vec::new();
        let mut roots = self.roots()?;
        roots.extend(given.iter().cloned());
        let walked = shelf::walk(&roots);
        indexed.faults.extend(walked.faults);
        // A deck of the learner's own, in their deck folder, takes the place of the shipped deck of the same name.
        let own = self.config.deck_folder().canonicalize().unwrap_or_else(|_| self.config.deck_folder());
        let replaced: HashSet<String> = walked
            .found
            .iter()
            .filter(|file| file.path.starts_with(&own))
            .map(|file| shelf::slug(&file.path.to_string_lossy()))
            .collect();
        let mut shipped = HashSet::new();
        let mut names: Vec<&str> = Vec::new();
        for file in shelf::shipped() {
            let slug = shelf::slug(file.path);
            if replaced.contains(&slug) {
                names.push(file.path);
            } else {
                shipped.insert(format!("{SHIPPED_PREFIX}{}", file.path));
            }
        }
        indexed.course = format!("{} {}", shelf::DIGEST, names.join(" "));
        let shipped_is_current =
            self.store.setting(SHIPPED_SETTING)?.as_deref() == Some(indexed.course.as_str());
        if !shipped_is_current {
            let mut paths: Vec<&String> = shipped.iter().collect();
            paths.sort();
            stale.extend(
                paths.into_iter().map(|path| Stale { path: path.clone(), stamp: DeckStamp::default() }),
            );
        }
        let mut found = HashSet::new();
        let given_roots: Vec<PathBuf> = given.iter().filter_map(|path| path.canonicalize().ok()).collect();
        for file in walked.found {
            let Some(path) = file.path.to_str().map(str::to_owned) else { continue };
            if given_roots.iter().any(|root| file.path.starts_with(root)) {
                indexed.given.push(path.clone());
            }
            let stamp = stamp_of(file.stamp);
            if known.get(&path).is_none_or(|(_, known)| *known != stamp) {
                stale.push(Stale { path: path.clone(), stamp });
            }
            found.insert(path);
        }
        for (path, (id, _)) in &known {
            let gone = if path.starts_with(SHIPPED_PREFIX) {
                !shipped_is_current && !shipped.contains(path)
            } else {
                !found.contains(path) && !Path::new(path).is_file()
            };
            if gone {
                vanished.push(*id);
            }
        }
        vanished.sort_unstable();
        Ok((stale, vanished))
    }

    fn take_over(&mut self, stale: Vec<Stale>, vanished: &[i64], indexed: &mut Indexed) -> Result<()> {
        let fresh = read_all(stale, indexed);
        let (decks, changes) = self.identify(&fresh, vanished, indexed)?;
        indexed.read = decks.len();
        indexed.cards = decks.iter().map(|deck| deck.cards.len()).sum();
        indexed.changes = changes;
        self.store.apply_index(&decks, vanished, &indexed.changes, &[(SHIPPED_SETTING, &indexed.course)])?;
        self.order_decks()
    }

    /// Puts all decks in the order in which a learner should meet them.
    fn order_decks(&mut self) -> Result<()> {
        let decks = self.store.decks()?;
        let places: Vec<course::DeckPlace<'_>> = decks
            .iter()
            .map(|deck| course::DeckPlace {
                slug: &deck.slug,
                path: &deck.path,
                own: !deck.is_shipped(),
                level: deck.head.level,
                requires: &deck.head.requires,
            })
            .collect();
        let roadmap = course::Roadmap::shipped_order(shelf::shipped_file("roadmap.toml").unwrap_or_default());
        let order = course::order(&places, &roadmap);
        let places: Vec<(i64, u32)> =
            order.iter().zip(0..).map(|(&index, place)| (decks[index].id, place)).collect();
        Ok(self.store.set_places(&places)?)
    }

    /// Gives each card read the uid it had, or a new one; says what became of cards that were known.
    fn identify(
        &self,
        fresh: &[Fresh],
        vanished: &[i64],
        indexed: &mut Indexed,
    ) -> Result<(Vec<IndexedDeck>, Vec<CardChange>)> {
        let at = self.clock.now();
        let decks = self.store.decks()?;
        let paths: HashMap<i64, &str> = decks.iter().map(|deck| (deck.id, deck.path.as_str())).collect();
        let ids: HashMap<&str, i64> = decks.iter().map(|deck| (deck.path.as_str(), deck.id)).collect();
        let first_time = self.store.has_no_cards()?;

        // Cards that stood in the decks read again, or in decks that vanished: they may be lost from sight.
        let mut left: HashMap<CardUid, KnownCard> = HashMap::new();
        let reread: HashSet<i64> = fresh
            .iter()
            .filter_map(|deck| ids.get(deck.path.as_str()).copied())
            .chain(vanished.iter().copied())
            .collect();
        for &deck in &reread {
            left.extend(self.store.known_cards(deck)?.into_iter().map(|card| (card.uid, card)));
        }

        // By key first: whoever is known by its key is itself.
        let mut claimed: HashSet<&CardKey> = HashSet::new();
        let mut uids: HashMap<(usize, usize), CardUid> = HashMap::new();
        let mut appeared: Vec<(usize, usize)> = Vec::new();
        let mut changes = Vec::new();
        let mut doubles: HashSet<(usize, usize)> = HashSet::new();
        for (d, deck) in fresh.iter().enumerate() {
            for (c, card) in deck.cards.iter().enumerate() {
                let known = if first_time { None } else { self.store.known_by_key(&card.key)? };
                let stands_elsewhere =
                    known.as_ref().is_some_and(|known| known.present && !reread.contains(&known.deck));
                if stands_elsewhere || !claimed.insert(&card.key) {
                    indexed.doubles.push((card.key.clone(), deck.path.clone()));
                    doubles.insert((d, c));
                    continue;
                }
                let Some(known) = known else {
                    appeared.push((d, c));
                    continue;
                };
                left.remove(&known.uid);
                uids.insert((d, c), known.uid);
                let from = paths.get(&known.deck).copied();
                if !known.present {
                    changes.push(change("returned", at, &known, from, Some((card, &deck.path))));
                } else if from != Some(deck.path.as_str()) {
                    changes.push(change("moved", at, &known, from, Some((card, &deck.path))));
                }
            }
        }

        // The rest by likeness.
        let mut lost: Vec<KnownCard> = left.into_values().collect();
        lost.sort_by_key(|card| (card.deck, card.place));
        let old: Vec<identity::Candidate> = lost
            .iter()
            .map(|card| identity::Candidate {
                deck: paths.get(&card.deck).map(|&path| path.to_owned()).unwrap_or_default(),
                place: usize::try_from(card.place).unwrap_or(0),
                title: card.title.clone(),
                answer_hash: card.answer_hash,
                seen: card.seen,
            })
            .collect();
        let new: Vec<identity::Candidate> = if old.is_empty() {
            Vec::new()
        } else {
            appeared
                .iter()
                .map(|&(d, c)| {
                    let card = &fresh[d].cards[c];
                    identity::Candidate {
                        deck: fresh[d].path.clone(),
                        place: c,
                        title: card.kind.title(),
                        answer_hash: answer_hash(card),
                        seen: false,
                    }
                })
                .collect()
        };
        let mut is_lost = vec![true; lost.len()];
        for found in identity::matches(&old, &new) {
            let (d, c) = appeared[found.new];
            let known = &lost[found.old];
            is_lost[found.old] = false;
            uids.insert((d, c), known.uid);
            let from = paths.get(&known.deck).copied();
            changes.push(change(
                found.how.name(),
                at,
                known,
                from,
                Some((&fresh[d].cards[c], &fresh[d].path)),
            ));
        }
        for (known, _) in lost.iter().zip(&is_lost).filter(|&(_, &lost)| lost) {
            changes.push(change("gone", at, known, paths.get(&known.deck).copied(), None));
        }

        // Whoever is left is new.
        let mut given: HashSet<CardUid> = uids.values().copied().collect();
        let mut out = Vec::with_capacity(fresh.len());
        for (d, deck) in fresh.iter().enumerate() {
            let mut cards = Vec::with_capacity(deck.cards.len());
            let mut part = 0;
            let mut block = None;
            let mut new = 0;
            for (c, card) in deck.cards.iter().enumerate() {
                part = if block == Some(card.span) { part + 1 } else { 0 };
                block = Some(card.span);
                if doubles.contains(&(d, c)) {
                    continue;
                }
                let uid = match uids.get(&(d, c)) {
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
            out.push(IndexedDeck {
                path: deck.path.clone(),
                slug: shelf::slug(&deck.path),
                head: deck.head.clone(),
                place: u32::MAX >> 1,
                stamp: deck.stamp,
                faults: deck.faults,
                cards,
            });
        }
        Ok((out, changes))
    }

    fn fresh_uid(&self, key: &CardKey, given: &HashSet<CardUid>, first_time: bool) -> Result<CardUid> {
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

pub(super) fn stamp_of(stamp: Stamp) -> DeckStamp {
    DeckStamp { size: stamp.size, modified_ns: stamp.modified_ns, inode: stamp.inode }
}

fn read_all(stale: Vec<Stale>, indexed: &mut Indexed) -> Vec<Fresh> {
    let mut fresh = Vec::with_capacity(stale.len());
    for Stale { path, stamp } in stale {
        let text = match shelf::read(&path) {
            Ok(text) => text,
            Err(fault) => {
                indexed.faults.push(fault);
                continue;
            }
        };
        let mut parsed = deck::parse(&SourceText::new(path.clone(), text));
        deck::families::leave_out_unknown(&mut parsed);
        let faults = parsed.diagnostics.iter().filter(|fault| fault.severity == Severity::Error).count();
        let cards = parsed.blocks.into_iter().flat_map(|block| block.cards).collect();
        fresh.push(Fresh {
            path,
            stamp,
            head: parsed.head,
            faults: u32::try_from(faults).unwrap_or(u32::MAX),
            cards,
        });
    }
    fresh
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

fn change(
    what: &str,
    at: crate::time::Timestamp,
    known: &KnownCard,
    from: Option<&str>,
    to: Option<(&Card, &str)>,
) -> CardChange {
    CardChange {
        card: known.uid,
        change: what.to_owned(),
        at,
        old_key: Some(known.key.0.clone()),
        new_key: to.map(|(card, _)| card.key.0.clone()),
        old_title: Some(known.title.clone()),
        new_title: to.map(|(card, _)| card.kind.title()),
        old_deck: from.map(str::to_owned),
        new_deck: to.map(|(_, path)| path.to_owned()),
    }
}

/// Hashes what a right answer says, so that a card can be found again when its question was reworded.
fn answer_hash(card: &Card) -> i64 {
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
