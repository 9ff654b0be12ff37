//! The plan of a sitting: what is due, what is new, how much of either the day still holds.
//! Not for the order itself (`session/queue.rs`).

use std::collections::HashSet;

use super::foresight::Foresight;
use super::index::lies_below;
use super::{App, AppError, Result};
use crate::card::Level;
use crate::diagnostic::did_you_mean;
use crate::exam::gate::Standing;
use crate::progress::course::Roadmap;
use crate::schedule::Due;
use crate::session::queue::{self, Order};
use crate::session::{DueCard, Plan, QueueCard};
use crate::shelf;
use crate::store::{DeckRow, QueueFilter, TodayRow};
use crate::time::Moment;

/// What a learner asked for on the command line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// Decks, by name or file stem.
    pub decks: Vec<String>,
    /// A level.
    pub level: Option<Level>,
    /// A tag.
    pub tag: Option<String>,
    /// Files given: only their decks.
    pub paths: Option<Vec<String>>,
    /// In which order reviews are taken.
    pub order: Order,
    /// What exams showed to be weak comes first.
    pub weak: bool,
}

/// What the day still holds, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// New cards that may still be taken up today.
    pub new: u32,
    /// Reviews that may still be done today.
    pub reviews: u32,
    /// Whether more is due than a day holds, so that new cards pause.
    pub backlog: bool,
    /// Cards introduced today.
    pub introduced: u32,
    /// Cards reviewed today.
    pub reviewed: u32,
}

/// The setting that holds extra new cards for a day: `day count`.
const MORE: &str = "more";

impl App {
    /// Allows more new cards today.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn allow_more(&self, count: u32) -> Result<()> {
        let today = self.moment().today;
        let sum = self.more(today)?.saturating_add(count);
        Ok(self.store.set_setting(MORE, &format!("{} {sum}", today.0))?)
    }

    fn more(&self, today: crate::time::Day) -> Result<u32> {
        let text = self.store.setting(MORE)?.unwrap_or_default();
        let (day, count) = text.split_once(' ').unwrap_or_default();
        Ok(if day == today.0.to_string() { count.parse().unwrap_or(0) } else { 0 })
    }

    /// Turns what was asked for into a filter on decks and tags.
    ///
    /// Decks of files that are neither the course's nor in the learner's folders count only when they were given.
    ///
    /// # Errors
    /// Fails when a name fits no deck or tag.
    pub fn filter(&self, wanted: &Wanted) -> Result<QueueFilter> {
        let roots: Vec<_> = self.roots()?.into_iter().filter_map(|root| root.canonicalize().ok()).collect();
        let is_at_hand = |path: &str| {
            path.starts_with(shelf::SHIPPED_PREFIX)
                || roots.iter().any(|root| root.to_str().is_some_and(|root| lies_below(path, root)))
        };
        let at_hand = |deck: &DeckRow| is_at_hand(&deck.path);
        if (Wanted { order: wanted.order, ..Wanted::default() }) == *wanted {
            // The daily review of everything: what the decks say of themselves need not be read.
            let mut all = true;
            self.store.for_each_deck_path(|_, path| all = all && is_at_hand(path))?;
            if all {
                return Ok(QueueFilter::default());
            }
        }
        let decks = self.store.decks()?;
        let mut kept: Vec<&DeckRow> = match &wanted.paths {
            Some(paths) => decks.iter().filter(|deck| paths.contains(&deck.path)).collect(),
            None => decks.iter().filter(|deck| at_hand(deck)).collect(),
        };
        let mut narrowed = kept.len() < decks.len();
        if !wanted.decks.is_empty() {
            for name in &wanted.decks {
                if !kept.iter().any(|deck| is_named(deck, name)) {
                    let names = kept.iter().flat_map(|deck| [deck.slug.as_str(), deck.head.name.as_str()]);
                    let near = did_you_mean(name, names).map(str::to_owned);
                    return Err(AppError::Unknown { what: "deck", name: name.clone(), near });
                }
            }
            kept.retain(|deck| wanted.decks.iter().any(|name| is_named(deck, name)));
            narrowed = true;
        }
        if let Some(level) = wanted.level {
            kept.retain(|deck| deck.head.level == Some(level));
            narrowed = true;
        }
        let tag = match &wanted.tag {
            None => None,
            Some(tag) => {
                let tagged =
                    kept.iter().filter(|deck| deck.head.tags.contains(tag)).map(|deck| deck.id).collect();
                Some((tag.clone(), tagged))
            }
        };
        let filter = QueueFilter { decks: narrowed.then(|| kept.iter().map(|deck| deck.id).collect()), tag };
        if let Some(tag) = &wanted.tag
            && self.store.any_cards(&filter, 1)?.is_empty()
        {
            return Err(AppError::Unknown { what: "card with the tag", name: tag.clone(), near: None });
        }
        Ok(filter)
    }

    /// Tells what the day still holds.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn room(&self, at: &Moment, due: usize, today: &[TodayRow]) -> Result<Room> {
        let settings = &self.config.settings;
        let introduced = u32::try_from(today.iter().filter(|row| row.introduced).count()).unwrap_or(u32::MAX);
        let reviewed = u32::try_from(today.len()).unwrap_or(u32::MAX) - introduced;
        let catch_up = self.catch_up(at.today)?;
        let most = catch_up.map_or(settings.reviews_per_day, |plan| plan.quota);
        // What was done today counts as well: the second sitting of a day is no less in a backlog than the first.
        let backlog = catch_up.is_some() || due + reviewed as usize > settings.reviews_per_day as usize;
        let more = self.more(at.today)?;
        let new =
            if backlog && more == 0 { 0 } else { (settings.new_per_day + more).saturating_sub(introduced) };
        Ok(Room { new, reviews: most.saturating_sub(reviewed), backlog, introduced, reviewed })
    }

    /// Plans a sitting.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn plan(&self, wanted: &Wanted, filter: &QueueFilter, at: &Moment) -> Result<(Plan, Room)> {
        let _look = self.store.look()?;
        let today = self.store.reviewed_today(at)?;
        let due = self.store.due_reviews(at.today, filter)?;
        let room = self.room(at, due.len(), &today)?;
        // The same cards on the same day come in the same order, however often the sitting is begun anew.
        let seed = crate::seed::Seed(0).derive("day", u64::from(at.today.0.unsigned_abs()));
        let mut seen_today: HashSet<i64> = today.iter().map(|row| row.block).collect();
        let learning = self.store.learning(at.today, filter)?;
        seen_today.extend(learning.iter().map(|card| card.block));
        let mut reviews = Vec::new();
        let foresight = self.foresight_at_once()?;
        let urgency = |card: &DueCard| match &foresight {
            Some(foresight) => 1.0 - foresight.recall(card.card, at).unwrap_or(0.0),
            None => card.overdueness(at.today),
        };
        for card in queue::order_reviews(due, room.reviews as usize, wanted.order, seed, &urgency) {
            reviews.extend(self.store.queue_row(card.card)?);
        }
        for card in self.ahead(filter, foresight.as_ref(), at)? {
            if reviews.len() < room.reviews as usize && !reviews.iter().any(|other| other.card == card.card) {
                reviews.push(card);
            }
        }
        let reviews = queue::without_siblings(reviews, &seen_today);
        let (weak, reviews) = if wanted.weak {
            self.weak_first(reviews, filter, room, &seen_today, at)?
        } else {
            (Vec::new(), reviews)
        };
        seen_today.extend(weak.iter().chain(&reviews).map(|card| card.block));
        let taken_new = weak.iter().filter(|card| card.new).count();
        let new = self.new_cards(filter, (room.new as usize).saturating_sub(taken_new), &seen_today, at)?;
        let mut main = queue::spread(weak);
        main.extend(queue::spread(queue::weave(reviews, new)));
        Ok((Plan { main, learning }, room))
    }

    /// Takes the cards on which exams showed a weakness out of the reviews and puts them first, with those among them
    /// that are new or not due yet, as far as the day has room.
    fn weak_first(
        &self,
        reviews: Vec<QueueCard>,
        filter: &QueueFilter,
        room: Room,
        seen_today: &HashSet<i64>,
        at: &Moment,
    ) -> Result<(Vec<QueueCard>, Vec<QueueCard>)> {
        let mut first = Vec::new();
        let mut early = (room.reviews as usize).saturating_sub(reviews.len());
        let mut new = room.new as usize;
        let mut rest = reviews;
        for uid in self.weak_cards()? {
            if let Some(place) = rest.iter().position(|card| card.card == uid) {
                first.push(rest.remove(place));
                continue;
            }
            let Some(card) = self.store.queue_row(uid)? else { continue };
            if filter.decks.as_ref().is_some_and(|decks| !decks.contains(&card.deck)) || card.due_at.is_some()
            {
                continue;
            }
            let record = self.store.record(uid)?.unwrap_or_default();
            // A card answered today has had its turn.
            if !record.is_active(at.today) || record.state.last_day == Some(at.today) {
                continue;
            }
            let room = if card.new { &mut new } else { &mut early };
            if *room > 0 {
                *room -= 1;
                let early = !card.new;
                first.push(QueueCard { early, ..card });
            }
        }
        Ok((queue::without_siblings(first, seen_today), rest))
    }

    /// Cards that are not due yet but would be too weak on the date that a goal names, weakest first.
    fn ahead(
        &self,
        filter: &QueueFilter,
        foresight: Option<&Foresight>,
        at: &Moment,
    ) -> Result<Vec<QueueCard>> {
        let goals: Vec<_> = self
            .goals(at.today)?
            .into_iter()
            .filter_map(|goal| goal.wanted_recall(at.today).map(|wanted| (goal, wanted)))
            .collect();
        if goals.is_empty() {
            return Ok(Vec::new());
        }
        let schedulers = self.schedulers()?;
        let decks = self.store.decks()?;
        let mut weak = Vec::new();
        for deck in decks.iter().filter(|deck| filter.decks.as_ref().is_none_or(|ids| ids.contains(&deck.id)))
        {
            let wanted = goals.iter().filter(|(goal, _)| goal.covers(deck)).map(|(_, wanted)| *wanted);
            let Some(wanted) = wanted.max_by(f64::total_cmp) else { continue };
            let only = QueueFilter { decks: Some(vec![deck.id]), tag: filter.tag.clone() };
            for (card, record) in self.store.cards_with_records(&only)? {
                let Some(record) = record.filter(|record| record.is_active(at.today)) else { continue };
                // A card answered today has had its turn.
                if record.state.last_day == Some(at.today)
                    || !matches!(record.state.due, Due::On(day) if day > at.today)
                {
                    continue;
                }
                let recall = match foresight {
                    Some(foresight) => foresight.recall(card.uid, at),
                    None => schedulers.of(Some(deck.id)).retrievability(&record.state, at),
                };
                let recall = recall.unwrap_or(1.0);
                if recall < wanted {
                    weak.push((recall, card.uid));
                }
            }
        }
        weak.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut cards = Vec::new();
        for (_, card) in weak {
            cards.extend(self.store.queue_row(card)?.map(|card| QueueCard { early: true, ..card }));
        }
        Ok(cards)
    }

    /// Finds a deck by name or file stem.
    ///
    /// # Errors
    /// Fails when no deck is meant.
    pub fn deck_named(&self, name: &str) -> Result<DeckRow> {
        let decks = self.store.decks()?;
        if let Some(deck) = decks.iter().find(|deck| is_named(deck, name)) {
            return Ok(deck.clone());
        }
        let names = decks.iter().flat_map(|deck| [deck.slug.as_str(), deck.head.name.as_str()]);
        let near = did_you_mean(name, names).map(str::to_owned);
        Err(AppError::Unknown { what: "deck", name: name.to_owned(), near })
    }

    /// Takes new cards from the first few decks that have any, except those whose required decks have some left; and
    /// where that does not fill the room, from the decks that come after them.
    fn new_cards(
        &self,
        filter: &QueueFilter,
        room: usize,
        seen_today: &HashSet<i64>,
        at: &Moment,
    ) -> Result<Vec<QueueCard>> {
        let mut cards = Vec::new();
        if room == 0 {
            return Ok(cards);
        }
        let standing = self.gates()?;
        let mut used_up = HashSet::new();
        let mut round = 0;
        while cards.len() < room {
            let left = room - cards.len();
            let turns = self.decks_in_turn(filter, left, seen_today, &standing, &used_up, at)?;
            if turns.is_empty() {
                break;
            }
            used_up.extend(turns.iter().map(|(slug, _)| slug.clone()));
            let taken = queue::take_turns(turns.into_iter().map(|(_, cards)| cards).collect(), left);
            cards.extend(taken.into_iter().map(|card| QueueCard { round, ..card }));
            round += 1;
        }
        Ok(cards)
    }

    /// Returns the decks that give new cards now, each with some of them, as if `used_up` had none left.
    fn decks_in_turn(
        &self,
        filter: &QueueFilter,
        room: usize,
        seen_today: &HashSet<i64>,
        standing: &Standing,
        used_up: &HashSet<String>,
        at: &Moment,
    ) -> Result<Vec<(String, Vec<QueueCard>)>> {
        let kept: Option<HashSet<i64>> = filter.decks.as_ref().map(|ids| ids.iter().copied().collect());
        let at_once = self.config.settings.decks_at_once as usize;
        let mut turns = Vec::new();
        // The learner's own decks do not wait for the course, nor the course for them. What was passed is known on the
        // whole: its new cards come when the other levels that are open have none left, and nothing waits for them.
        let mut taken = 0;
        for (shipped, passed) in [(false, false), (true, false), (true, true)] {
            if passed && (standing.passed.is_empty() || taken >= at_once) {
                continue;
            }
            let mut unfinished: HashSet<String> = HashSet::new();
            taken = if passed { taken } else { 0 };
            self.store.for_each_deck_with_new(shipped, |deck, slug, requires| {
                if used_up.contains(&slug) || kept.as_ref().is_some_and(|kept| !kept.contains(&deck)) {
                    return Ok(true);
                }
                let Some(row) = self.store.deck(deck)? else { return Ok(true) };
                // A leveled deck in the learner's folder may be an edition of one of the course's: the roadmap tells.
                let own = !row.is_shipped() && row.head.level.is_some();
                let roadmap = if own { self.roadmap() } else { Roadmap::default() };
                let is_passed = row.head.level.is_some_and(|level| standing.is_passed(level));
                if self.is_locked(&row, standing, &roadmap) || (shipped && is_passed != passed) {
                    return Ok(true);
                }
                // A deck that was opened by hand waits for nothing.
                let waits =
                    !standing.decks.contains(&slug) && requires.iter().any(|name| unfinished.contains(name));
                unfinished.insert(slug.clone());
                // A deck that waits for another counts too: the course is followed in order, not skipped through.
                taken += 1;
                if !waits {
                    // More than there is room for: siblings among them drop out.
                    let limit = u32::try_from(room.saturating_mul(3).min(2_000)).unwrap_or(2_000);
                    let cards = self.store.new_cards(deck, limit, at.today, filter)?;
                    let cards = queue::without_siblings(cards, seen_today);
                    if !cards.is_empty() {
                        turns.push((slug, cards));
                    }
                }
                Ok(taken < at_once)
            })?;
        }
        Ok(turns)
    }
}

pub(super) fn is_named(deck: &DeckRow, name: &str) -> bool {
    deck.slug.eq_ignore_ascii_case(name) || deck.head.name.eq_ignore_ascii_case(name)
}
