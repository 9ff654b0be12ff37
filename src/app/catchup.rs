//! Coming back after a break: a plan that spreads the backlog over days with a daily quota and a finish date; and goals,
//! dates by which a deck or level shall be known. Nothing is reset: only what is shown when changes.

use serde::{Deserialize, Serialize};

use super::{App, AppError, Result};
use crate::card::Level;
use crate::session::DueCard;
use crate::store::{DeckRow, QueueFilter};
use crate::time::{Day, Moment};

/// A plan to catch up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatchUp {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub until: Day,
    /// Reviews on each of them.
    pub quota: u32,
}

/// A date by which cards shall be known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goal {
    /// The deck, by file stem.
    #[serde(default)]
    pub deck: Option<String>,
    /// The level.
    #[serde(default)]
    pub level: Option<Level>,
    /// The date.
    pub by: Day,
}

impl Goal {
    /// Tells whether a deck is meant.
    #[must_use]
    pub fn covers(&self, deck: &DeckRow) -> bool {
        self.deck.as_deref().is_none_or(|slug| slug == deck.slug)
            && self.level.is_none_or(|level| deck.head.level == Some(level))
    }

    /// Returns the recall below which a card comes up early: from 0.90 a month ahead to 0.96 on the eve.
    #[must_use]
    pub fn wanted_recall(&self, today: Day) -> Option<f64> {
        let left = self.by.days_since(today);
        (0..=RAMP_DAYS).contains(&left).then(|| {
            let near = 1.0 - f64::from(left) / f64::from(RAMP_DAYS);
            0.90 + 0.06 * near
        })
    }
}

/// Days over which a goal raises what is asked.
const RAMP_DAYS: i32 = 30;
/// The longest plan that is proposed.
const MOST_DAYS: u32 = 60;
const CATCH_UP: &str = "catch-up";
const GOALS: &str = "goals";

impl App {
    /// Returns the plan to catch up, while it lasts.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn catch_up(&self, today: Day) -> Result<Option<CatchUp>> {
        let plan: Option<CatchUp> =
            self.store.setting(CATCH_UP)?.and_then(|text| serde_json::from_str(&text).ok());
        Ok(plan.filter(|plan| plan.from <= today && today <= plan.until))
    }

    /// Plans to catch up over `days`, or over as few as the daily limit of reviews allows.
    ///
    /// # Errors
    /// Refuses when there is nothing to catch up with.
    pub fn plan_catch_up(&self, days: Option<u32>, at: &Moment) -> Result<(CatchUp, usize)> {
        let due = self.store.due_reviews(at.today, &QueueFilter::default())?;
        let backlog = due.len();
        if backlog == 0 {
            return Err(AppError::Refused("there is no backlog to catch up with".into()));
        }
        let forecast = self.store.forecast(at, MOST_DAYS as usize + 1)?;
        // Recall is 0.9 after one interval and falls exponentially, as SM-2 implies; long after, half is a fair guess.
        let recalled = |card: &DueCard| 0.9_f64.powf(card.overdueness(at.today)).max(0.5);
        let forgotten = 1.0 - due.iter().map(recalled).sum::<f64>() / backlog as f64;
        let quota_for = |days: u32| quota(backlog, &forecast, forgotten, days);
        let days = match days {
            Some(days) => days.max(1),
            None => (1..=MOST_DAYS)
                .find(|&days| quota_for(days) <= self.config.settings.reviews_per_day.max(1))
                .unwrap_or(MOST_DAYS),
        };
        let until = at.today.plus(i32::try_from(days).unwrap_or(1) - 1);
        Ok((CatchUp { from: at.today, until, quota: quota_for(days).max(1) }, backlog))
    }

    /// Takes a plan to catch up over, or gives it up.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn take_catch_up(&self, plan: Option<CatchUp>) -> Result<()> {
        let text = plan.map_or_else(String::new, |plan| serde_json::to_string(&plan).unwrap_or_default());
        Ok(self.store.set_setting(CATCH_UP, &text)?)
    }

    /// Returns the goals whose date has not passed.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn goals(&self, today: Day) -> Result<Vec<Goal>> {
        let text = self.store.setting(GOALS)?.unwrap_or_default();
        let goals: Vec<Goal> = serde_json::from_str(&text).unwrap_or_default();
        Ok(goals.into_iter().filter(|goal| goal.by >= today).collect())
    }

    /// Sets a goal in place of an earlier one for the same cards; without a date takes it away.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn set_goal(
        &self,
        deck: Option<String>,
        level: Option<Level>,
        by: Option<Day>,
        today: Day,
    ) -> Result<()> {
        let mut goals = self.goals(today)?;
        goals.retain(|goal| goal.deck != deck || goal.level != level);
        goals.extend(by.map(|by| Goal { deck, level, by }));
        Ok(self.store.set_setting(GOALS, &serde_json::to_string(&goals).unwrap_or_default())?)
    }
}

/// How many reviews a day clear a backlog in `days`: what comes due on the days of the plan is done on them too, and a
/// share of what is done today is forgotten and back tomorrow, save on the last day.
fn quota(backlog: usize, forecast: &[usize], forgotten: f64, days: u32) -> u32 {
    let days = days.max(1);
    let coming: usize = forecast.iter().skip(1).take(days as usize - 1).sum();
    let holds = f64::from(days) - forgotten * f64::from(days - 1);
    // `as` saturates, which is what a plan beyond all limits needs.
    ((backlog + coming) as f64 / holds).ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_leaves_room_for_what_comes_due_and_for_what_is_forgotten() {
        let coming = [60, 4, 4, 4, 4];
        assert_eq!(quota(60, &coming, 0.0, 1), 60);
        assert_eq!(quota(60, &coming, 0.0, 4), 18);
        // 72 cards, a quarter of the first three days' reviews back on the next: 72 / (4 - 3 / 4) = 22.2.
        assert_eq!(quota(60, &coming, 0.25, 4), 23);
        let mut left = 60.0;
        for day in 0..4 {
            left += if day == 0 { 0.0 } else { 4.0 + 0.25 * 23.0 };
            left = (left - 23.0_f64).max(0.0);
        }
        assert_eq!(left, 0.0, "it is done on the day that was named");
    }

    #[test]
    fn a_goal_asks_more_the_nearer_it_comes_and_nothing_before_or_after() {
        let goal = Goal { deck: None, level: None, by: Day(100) };
        assert_eq!(goal.wanted_recall(Day(69)), None);
        assert_eq!(goal.wanted_recall(Day(70)), Some(0.90));
        assert!((goal.wanted_recall(Day(100)).unwrap() - 0.96).abs() < 1e-9);
        assert_eq!(goal.wanted_recall(Day(101)), None);
    }
}
