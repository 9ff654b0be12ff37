//! What each grade leads to, with the load of the days around it: the scheduler's outcome, settled on a day.
//! Not for the choice among days itself (`schedule/balance.rs`).

use super::{Answered, Current, Session};
use crate::card::CardUid;
use crate::review::{Grade, Purpose};
use crate::schedule::balance::balanced;
use crate::schedule::fuzz::Fuzz;
use crate::schedule::{CardState, Due, NextState, NextStates};
use crate::time::{Day, Moment, Timestamp};

/// Intervals longer than this are left where fuzz puts them: so far ahead, what is due now says little.
const FARTHEST_BALANCED: u32 = 400;

impl Session {
    /// Says when a card's log was last written to: nothing is recorded before that, so that the log's order is the order
    /// in which things happened, whatever the clock says.
    pub fn not_before(&mut self, card: CardUid, newest: Option<Timestamp>) {
        if let Some(newest) = newest {
            let known = self.newest.entry(card).or_insert(newest);
            *known = newest.max(*known);
        }
    }

    /// The moment at which something is recorded for the current card: never before its newest entry, nor on an earlier
    /// day than its last answer, so that its history keeps its order when the clock was set back.
    pub(super) fn later(&self, at: &Moment, current: &Current) -> Moment {
        let record = &current.record;
        let newest = record.state.last.max(self.newest.get(&current.queued.card).copied());
        let now = newest.map_or(at.now, |newest| at.now.max(newest.plus_ms(1)));
        let today = record.state.last_day.map_or(at.today, |last| at.today.max(last));
        Moment { now, today, zone: at.zone }
    }

    /// Returns the days whose load is wanted before the current card is answered, and is not known yet.
    #[must_use]
    pub fn wanted_load(&self, at: &Moment) -> Vec<Day> {
        let Some(current) = self.current.as_ref().filter(|current| current.answered.is_none()) else {
            return Vec::new();
        };
        if self.rules.balance.is_none() || self.rules.purpose != Purpose::Review {
            return Vec::new();
        }
        let moment = self.later(at, current);
        let next = self.scheduler().next_states(current.queued.card, &current.record.state, &moment);
        let mut days: Vec<Day> = Grade::ALL
            .into_iter()
            .filter_map(|grade| next.get(grade).range.filter(|range| is_balanced(*range)))
            .flat_map(|(low, high)| low..=high)
            .filter_map(|interval| i32::try_from(interval).ok())
            .map(|interval| moment.today.plus(interval))
            .filter(|day| !self.load.contains_key(day))
            .collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    /// Says how many cards are due on a day.
    pub fn supply_load(&mut self, day: Day, count: u32) {
        self.load.insert(day, count);
    }

    /// What each grade leads to, with the interval settled on among the days that fuzz allows.
    pub(super) fn outcomes(&self, current: &Current, moment: &Moment) -> NextStates {
        let card = current.queued.card;
        let mut next =
            self.schedulers.of(Some(current.queued.deck)).next_states(card, &current.record.state, moment);
        if let Some(easy) = self.rules.balance.filter(|_| self.rules.purpose == Purpose::Review) {
            let fuzz = Fuzz::of(card, current.record.state.reps);
            let due_on = |day: Day| self.load.get(&day).copied().unwrap_or(0);
            let settle = |next: &mut NextState| {
                if let Some(range) = next.range.filter(|range| range.0 < range.1 && is_balanced(*range)) {
                    let interval = balanced(range, moment.today, due_on, &easy, fuzz);
                    next.state = next.settle(interval);
                }
            };
            settle(&mut next.again);
            settle(&mut next.hard);
            settle(&mut next.good);
            settle(&mut next.easy);
            in_order(&mut next);
        }
        next
    }

    /// The state after a grade, with the interval that was shown: the clock goes on between the look and the key, and
    /// the day may turn.
    pub(super) fn settled(
        &self,
        current: &Current,
        answered: &Answered,
        moment: &Moment,
        grade: Grade,
    ) -> CardState {
        let scheduler = self.schedulers.of(Some(current.queued.deck));
        let next = scheduler.next_states(current.queued.card, &current.record.state, moment);
        let shown = answered.next.get(grade).state;
        match shown.due {
            Due::On(_) => next.get(grade).settle(shown.interval),
            _ => next.get(grade).state,
        }
    }
}

fn is_balanced(range: (u32, u32)) -> bool {
    range.1 <= FARTHEST_BALANCED
}

/// Keeps the buttons in order: a better grade never comes back sooner than a worse one, whatever the load.
fn in_order(next: &mut NextStates) {
    let at_least = |next: &mut NextState, least: u32| {
        if next.range.is_some() && next.state.interval < least {
            next.state = next.settle(least);
        }
    };
    let days = |next: &NextState| if matches!(next.state.due, Due::On(_)) { next.state.interval } else { 0 };
    let again = days(&next.again);
    at_least(&mut next.hard, again);
    let hard = days(&next.hard);
    at_least(&mut next.good, hard);
    let good = days(&next.good);
    at_least(&mut next.easy, good);
}

/// Returns the day on which a state is due, as far as days say it: learning cards count as the day of their instant.
#[must_use]
pub fn due_day(due: Due, at: &Moment) -> Option<Day> {
    match due {
        Due::New => None,
        Due::On(day) => Some(day),
        Due::At(instant) => {
            let ahead = instant.ms_since(at.now).max(0) / crate::time::DAY_MS;
            Some(at.today.plus(i32::try_from(ahead).unwrap_or(i32::MAX)))
        }
    }
}
