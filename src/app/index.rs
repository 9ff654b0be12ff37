//! Bringing the database up to date with the decks: reads only what changed, keeps every card's history.
//! Not for parsing (`deck/`) or for finding out which card is which (`identify.rs`).

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::identify::{Identified, written_up};
use super::read::{Fresh, Stale, read_all};
use super::{App, Result};
use crate::card::{CardKey, CardUid};
use crate::progress::course;
use crate::shelf::{self, SHIPPED_PREFIX, ShelfError, Stamp};
use crate::store::{CardChange, DeckStamp, IndexedDeck};

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
    /// Cards whose states were made anew from the log, because the schedulers in force were other ones before.
    pub rescheduled: usize,
    /// The digest of the course and the names of its decks that are replaced by the learner's own.
    course: String,
}

/// The setting that holds the digest of the course in the database.
const SHIPPED_SETTING: &str = "shipped";
/// The setting that holds the paths of decks from which a card was left out because it stands elsewhere too.
const DOUBLES_SETTING: &str = "doubles";

impl App {
    /// Looks at the shipped course, at the learner's folders and at `given` files and folders, and takes over what
    /// changed since the last look.
    ///
    /// # Errors
    /// Fails when the database does; faults of single files are listed instead.
    pub fn refresh(&mut self, given: &[PathBuf]) -> Result<Indexed> {
        let mut indexed = Indexed::default();
        let (stale, vanished) = self.stale(given, &mut indexed)?;
        // Where nothing changed, the database is not written to.
        if !stale.is_empty() || !vanished.is_empty() {
            self.take_over(&stale, &vanished, &mut indexed)?;
        }
        indexed.rescheduled = self.follow_choices()?;
        Ok(indexed)
    }

    /// Finds out what would change, without taking it over.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn pending_changes(&mut self, given: &[PathBuf]) -> Result<Indexed> {
        let mut indexed = Indexed::default();
        let (stale, vanished) = self.stale(given, &mut indexed)?;
        if !stale.is_empty() || !vanished.is_empty() {
            self.read_and_identify(&stale, &vanished, &mut indexed)?;
        }
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
            // As text: comparing two thousand paths part by part is felt at every start.
            .filter_map(|file| file.path.to_str())
            .filter(|path| own.to_str().is_some_and(|own| lies_below(path, own)))
            .map(shelf::slug)
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

    fn take_over(&mut self, stale: &[Stale], vanished: &[i64], indexed: &mut Indexed) -> Result<()> {
        let (decks, renamed, doubles) = self.read_and_identify(stale, vanished, indexed)?;
        let mut done = vec![(SHIPPED_SETTING, indexed.course.as_str()), (DOUBLES_SETTING, doubles.as_str())];
        // A card in another deck may have another scheduler.
        if !indexed.changes.is_empty() {
            done.extend(self.states_in_doubt()?);
        }
        self.store.apply_index(&decks, vanished, &renamed, &indexed.changes, &done)?;
        if !indexed.changes.is_empty() {
            self.reschedule(indexed.changes.iter().map(|change| change.card))?;
        }
        self.order_decks()
    }

    /// Reads what is stale and finds out which card is which: the decks as they are to be written, cards whose key
    /// changes, and the setting about doubles.
    fn read_and_identify(
        &self,
        stale: &[Stale],
        vanished: &[i64],
        indexed: &mut Indexed,
    ) -> Result<(Vec<IndexedDeck>, Vec<CardUid>, String)> {
        let mut fresh: Vec<Fresh> = read_all(stale, &mut indexed.faults);
        let mut identified = self.identify(&fresh, vanished, indexed)?;
        let mut with_doubles: BTreeSet<String> = self.decks_with_doubles()?;
        with_doubles.retain(|path| !fresh.iter().any(|deck| deck.path == *path));
        // A card that left its deck may stand in another, where it was left out as a double: that deck is read again.
        let left = |change: &CardChange| change.change != "returned" && change.old_key != change.new_key;
        if !with_doubles.is_empty() && indexed.changes.iter().any(left) {
            let hidden = std::mem::take(&mut with_doubles).into_iter().filter_map(|path| {
                let stamp = match path.starts_with(SHIPPED_PREFIX) {
                    true => DeckStamp::default(),
                    false => stamp_of(shelf::stamp(&path)?),
                };
                Some(Stale { path, stamp })
            });
            let hidden: Vec<Stale> = hidden.collect();
            fresh.extend(read_all(&hidden, &mut indexed.faults));
            identified = self.identify(&fresh, vanished, indexed)?;
        }
        with_doubles.extend(indexed.doubles.iter().map(|(_, path)| path.clone()));
        let doubles = serde_json::to_string(&with_doubles).unwrap_or_default();
        let Identified { standings, renamed } = identified;
        let decks = written_up(fresh, standings);
        indexed.read = decks.len();
        indexed.cards = decks.iter().map(|deck| deck.cards.len()).sum();
        Ok((decks, renamed, doubles))
    }

    fn decks_with_doubles(&self) -> Result<BTreeSet<String>> {
        let text = self.store.setting(DOUBLES_SETTING)?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
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
        let places: Vec<(i64, u32)> = order
            .iter()
            .zip(0..)
            .filter(|&(&index, place)| decks[index].place != place)
            .map(|(&index, place)| (decks[index].id, place))
            .collect();
        if places.is_empty() {
            // A deck read again mostly keeps its place: then nothing waits for the disk a second time.
            return Ok(());
        }
        Ok(self.store.set_places(&places)?)
    }
}

/// Tells whether a canonical path lies below a canonical folder.
pub(super) fn lies_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.starts_with('/') || folder.ends_with('/') || rest.is_empty())
}

pub(super) fn stamp_of(stamp: Stamp) -> DeckStamp {
    DeckStamp { size: stamp.size, modified_ns: stamp.modified_ns, inode: stamp.inode }
}
