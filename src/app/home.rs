//! The home screen: what is due, what is left, where to go.
//! Not for running what is chosen (`cli/home.rs`) or for drawing (`view/home.rs`).

use std::collections::HashMap;

use super::{App, Result};
use crate::card::Level;
use crate::progress::streak;
use crate::session::queue;
use crate::store::QueueFilter;
use crate::time::Moment;
use crate::view::home::{DeckRow, HomeView, LevelRow};
use crate::view::page::{KeyHint, Status};
use crate::view::words;

/// Decks shown on the home screen; the rest are counted.
const DECKS_SHOWN: usize = 12;

impl App {
    /// Gathers what the home screen shows.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn home(&self, at: &Moment, menu: Vec<KeyHint>) -> Result<HomeView> {
        let wanted = super::plan::Wanted::default();
        let filter = self.filter(&wanted)?;
        let (plan, room) = self.plan(&wanted, &filter, at)?;
        let today = self.store.reviewed_today(at)?;
        let decks = self.store.decks()?;
        let counts = self.store.deck_counts(at)?;
        let mut new_by_deck: HashMap<i64, usize> = HashMap::new();
        let mut new_left = 0;
        for card in &plan.main {
            if card.new {
                *new_by_deck.entry(card.deck).or_default() += 1;
                new_left += 1;
            }
        }
        let learning =
            queue::by_deck(plan.learning.iter().filter(|card| card.due_at.is_none_or(|due| due <= at.now)));
        let in_filter = |deck: i64| filter.decks.as_ref().is_none_or(|decks| decks.contains(&deck));
        let due_of: HashMap<i64, usize> =
            counts.iter().map(|count| (count.deck, count.due as usize)).collect();
        let due = decks
            .iter()
            .filter(|deck| in_filter(deck.id))
            .map(|deck| due_of.get(&deck.id).unwrap_or(&0))
            .sum();
        let mut rows: Vec<DeckRow> = decks
            .iter()
            .filter(|deck| in_filter(deck.id))
            .map(|deck| DeckRow {
                name: deck.head.name.clone(),
                due: (*due_of.get(&deck.id).unwrap_or(&0)).max(*learning.get(&deck.id).unwrap_or(&0)),
                new: *new_by_deck.get(&deck.id).unwrap_or(&0),
            })
            .filter(|row| row.due + row.new > 0)
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.due, row.new)));
        let idle_decks = decks.len() - rows.len();
        let shown = rows.len().min(DECKS_SHOWN);
        rows.truncate(shown);
        let (standing, sittings) = (self.gates()?, self.store.sittings()?);
        let levels = Level::ALL
            .into_iter()
            .filter_map(|level| {
                let of_level =
                    |id: i64| decks.iter().any(|deck| deck.id == id && deck.head.level == Some(level));
                let mut row = LevelRow { name: level.name().to_owned(), ..LevelRow::default() };
                for count in counts.iter().filter(|count| of_level(count.deck)) {
                    row.total += count.cards as usize;
                    row.seen += (count.learning + count.young + count.mature) as usize;
                    row.mature += count.mature as usize;
                }
                row.note = self.level_note(level, &standing, &sittings);
                (row.total > 0).then_some(row)
            })
            .collect();
        let mut notes = Vec::new();
        let faulty: Vec<&str> =
            decks.iter().filter(|deck| deck.faults > 0).map(|deck| deck.path.as_str()).collect();
        if !faulty.is_empty() {
            let decks = words::plural(faulty.len(), "deck");
            notes.push(Status::warning(format!("cards were left out of {decks}: `retain check` says why")));
        }
        if let Some(plan) = self.catch_up(at.today)? {
            let text = format!("catching up: {} a day until {}", plan.quota, words::date(plan.until));
            notes.push(Status::done(text));
        } else if room.backlog {
            notes.push(Status::warning(
                "more is due than a day holds: new cards pause, the nearest to due come first",
            ));
        }
        if let Some(row) = sittings.iter().rev().find(|row| row.end.is_none()) {
            let text = format!("{} is not over: `retain {}` goes on", row.title, row.scope.command());
            notes.push(Status::warning(text));
        }
        for goal in self.goals(at.today)? {
            let name = goal
                .deck
                .clone()
                .or_else(|| goal.level.map(|level| level.name().to_owned()))
                .unwrap_or_default();
            notes.push(Status::done(format!("{name} by {}", words::date(goal.by))));
        }
        if let Some(newest) = self.store.newest_entry_at()?
            && newest.ms_since(at.now) > 60_000
        {
            notes.push(Status::warning("the clock stands before your last review: is the date right?"));
        }
        Ok(HomeView {
            date: at.today.date().format("%A, %-d %B %Y").to_string(),
            due,
            new_left,
            done_today: today.len(),
            streak: streak(&self.store.review_days()?, at.today).0,
            decks: rows,
            idle_decks,
            levels,
            menu,
            notes,
        })
    }

    /// Returns how many cards are due now and how many new ones are left, for a prompt or a script.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn due_now(&self, at: &Moment, filter: &QueueFilter) -> Result<usize> {
        let learning = self.store.learning(at.today, filter)?;
        Ok(self.store.due_reviews(at.today, filter)?.len()
            + learning.iter().filter(|card| card.due_at.is_none_or(|due| due <= at.now)).count())
    }
}
