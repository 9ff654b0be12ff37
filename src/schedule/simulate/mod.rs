//! Days that have not come: a simulated learner goes through a collection under a scheduler, day by day.
//! Pure and repeatable: the same seed gives the same life. Not a forecast of one person's luck, and not for drawing.

pub mod learner;

use super::balance::{EasyDays, balanced};
use super::eval::Answer;
use super::fuzz::Fuzz;
use super::{CardState, Due, Phase, Scheduler};
use crate::card::CardUid;
use crate::review::Grade;
use crate::time::{DAY_MS, Day, Moment, Timestamp, ZoneOffset};
use learner::{Learner, Mind};

/// Seconds an answer takes, by grade: while learning, in review, while relearning (fsrs crate 6.6, `SimulatorConfig`).
const SECONDS: [[f64; 4]; 3] =
    [[19.58, 18.79, 13.78, 10.71], [19.38, 17.59, 12.38, 8.94], [16.44, 15.25, 12.32, 8.03]];
/// Most answers to one card in a day, so that no draw of luck keeps a day from ending.
const MOST_A_DAY: u32 = 20;
/// When a simulated day of study begins, in milliseconds after the study day turned.
const MORNING_MS: i64 = 5 * 3_600_000;
/// Recall under which a card counts as weak.
const WEAK: f64 = 0.8;

/// What decides when a card comes back.
#[derive(Clone, Copy)]
pub enum Planner<'a> {
    /// A scheduler.
    Scheduler(&'a dyn Scheduler),
    /// The same number of days after every success.
    Fixed(u32),
    /// Boxes of 1, 2, 4, … days up to the given number; a failure leads back to the first (Leitner 1972).
    Leitner(u32),
    /// Looks into the learner's head: the card comes back when its true recall has fallen to this.
    Knowing(f64),
}

/// In which order due cards are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Most overdue for its interval first.
    MostOverdue,
    /// Least overdue for its interval first.
    LeastOverdue,
    /// By due day, then by number.
    DueDay,
}

/// A card at the beginning: what the scheduler knows and what the learner remembers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Start {
    /// Its state; [`CardState::NEW`] for a card never seen.
    pub state: CardState,
    /// What is remembered of it; `None` for a card never seen.
    pub mind: Option<Mind>,
}

impl Start {
    /// A card never seen.
    pub const NEW: Self = Self { state: CardState::NEW, mind: None };
}

/// How days are spent.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The first day.
    pub first_day: Day,
    /// How many days.
    pub days: u32,
    /// New cards a day, at most; none while more is due than `most_reviews`.
    pub new_a_day: u32,
    /// Reviews a day, at most.
    pub most_reviews: u32,
    /// Share of days on which nothing is done, `0.0..1.0`.
    pub skipped: f64,
    /// Days off, as days from the first: from, up to but not including.
    pub break_days: (u32, u32),
    /// In which order due cards are taken.
    pub order: Order,
    /// Whether intervals are settled by what is due already.
    pub balance: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            first_day: Day(20_000),
            days: 365,
            new_a_day: 10,
            most_reviews: u32::MAX,
            skipped: 0.1,
            break_days: (0, 0),
            order: Order::MostOverdue,
            balance: false,
        }
    }
}

/// What became of one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct DayReport {
    /// Cards due when the day began, learning ones included.
    pub due: u32,
    /// Cards seen for the first time.
    pub new: u32,
    /// Answers, first sights and steps included.
    pub answers: u32,
    /// Seconds spent.
    pub seconds: f64,
    /// Cards seen so far.
    pub seen: u32,
    /// Cards among them that would be recalled at the end of the day, on average.
    pub known: f64,
    /// Cards among them whose recall is below 0.8.
    pub weak: u32,
}

/// What became of all days.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Life {
    /// One report a day.
    pub days: Vec<DayReport>,
    /// The cards' last states.
    pub states: Vec<CardState>,
    /// Every answer, in order of time.
    pub answers: Vec<Answer>,
}

/// Lets a learner live through a plan with the given cards.
#[must_use]
pub fn simulate(planner: Planner<'_>, learner: &Learner, cards: &[Start], plan: &Plan) -> Life {
    let mut world = World {
        planner,
        learner,
        plan,
        cards: cards.iter().map(|start| Card { start: *start, grade: None, answers: 0 }).collect(),
        load: vec![0; plan.days as usize + 1],
        life: Life::default(),
    };
    for card in &world.cards {
        if let Due::On(due) = card.start.state.due {
            count(&mut world.load, due.days_since(plan.first_day), 1);
        }
    }
    for number in 0..plan.days {
        let report = world.day(number);
        world.life.days.push(report);
    }
    world.life.states = world.cards.iter().map(|card| card.start.state).collect();
    world.life
}

struct Card {
    start: Start,
    grade: Option<Grade>,
    answers: u32,
}

struct World<'a> {
    planner: Planner<'a>,
    learner: &'a Learner,
    plan: &'a Plan,
    cards: Vec<Card>,
    /// Cards due on each day from the first.
    load: Vec<u32>,
    life: Life,
}

impl World<'_> {
    fn day(&mut self, number: u32) -> DayReport {
        let today = self.plan.first_day.plus(i32::try_from(number).unwrap_or(i32::MAX));
        let mut due: Vec<usize> = (0..self.cards.len()).filter(|card| self.is_due(*card, today)).collect();
        let mut report = DayReport { due: due.len() as u32, ..DayReport::default() };
        let (from, to) = self.plan.break_days;
        let off = (from..to).contains(&number)
            || self.learner.chance("skip", 0, number) < self.plan.skipped && number > 0;
        if !off {
            self.sort(&mut due, today);
            let backlog = due.len() as u64 > u64::from(self.plan.most_reviews);
            due.truncate(self.plan.most_reviews as usize);
            if !backlog {
                let new = (0..self.cards.len()).filter(|card| self.cards[*card].start.mind.is_none());
                let new: Vec<usize> = new.take(self.plan.new_a_day as usize).collect();
                report.new = new.len() as u32;
                due.extend(new);
            }
            self.study(&due, today, &mut report);
        }
        self.look(today, &mut report);
        report
    }

    fn is_due(&self, card: usize, today: Day) -> bool {
        match self.cards[card].start.state.due {
            Due::New => false,
            Due::On(day) => day <= today,
            // A step left over from an earlier day, or of this one.
            Due::At(at) => at < evening(today),
        }
    }

    fn sort(&self, due: &mut [usize], today: Day) {
        let overdue = |card: &usize| {
            // Steps left over come before all reviews.
            self.cards[*card].start.state.overdueness(today).unwrap_or(f64::INFINITY)
        };
        match self.plan.order {
            Order::MostOverdue => due.sort_by(|a, b| overdue(b).total_cmp(&overdue(a)).then(a.cmp(b))),
            Order::LeastOverdue => due.sort_by(|a, b| overdue(a).total_cmp(&overdue(b)).then(a.cmp(b))),
            Order::DueDay => due.sort_by_key(|card| match self.cards[*card].start.state.due {
                Due::On(day) => (day.0, *card),
                _ => (i32::MIN, *card),
            }),
        }
    }

    /// Answers the cards, then their steps, until none is left for today.
    fn study(&mut self, queue: &[usize], today: Day, report: &mut DayReport) {
        let mut now = Timestamp(i64::from(today.0) * DAY_MS + MORNING_MS + 4 * 3_600_000);
        let mut round: Vec<(usize, u32)> = queue.iter().map(|card| (*card, 0)).collect();
        while !round.is_empty() {
            let mut again = Vec::new();
            for (card, times) in round {
                if times > 0
                    && let Due::At(at) = self.cards[card].start.state.due
                {
                    now = now.max(at);
                }
                let seconds = self.answer(card, times > 0, now, today);
                now = now.plus_ms((seconds * 1000.0) as i64);
                report.answers += 1;
                report.seconds += seconds;
                let waits = matches!(self.cards[card].start.state.due, Due::At(at) if at < evening(today));
                if waits && times + 1 < MOST_A_DAY {
                    again.push((card, times + 1));
                } else if self.cards[card].grade == Some(Grade::Again) {
                    let start = &mut self.cards[card].start;
                    start.mind = start.mind.map(|mind| self.learner.unrepaired(&mind));
                }
            }
            round = again;
        }
    }

    /// One answer; returns the seconds it took.
    fn answer(&mut self, number: usize, same_day: bool, now: Timestamp, today: Day) -> f64 {
        let at = Moment { now, today, zone: ZoneOffset::UTC };
        let learner = self.learner;
        let card = &self.cards[number];
        let state = card.start.state;
        let days = state.days_since_last(&at);
        let (grade, mind) = match (card.start.mind, card.grade) {
            (None, _) => learner.first(number),
            (Some(mind), Some(before)) if same_day => {
                let relearning = state.phase == Phase::Relearning;
                let grade = learner.step_grade(before, relearning, number, card.answers);
                (grade, learner.after(&mind, 0, grade))
            }
            (Some(mind), _) => {
                let grade = learner.grade(&mind, f64::from(days), number, card.answers);
                (grade, learner.after(&mind, days, grade))
            }
        };
        let kind = match state.phase {
            Phase::New | Phase::Learning => 0,
            Phase::Review => 1,
            Phase::Relearning => 2,
        };
        let next = self.planned(number, &state, &mind, &at, grade);
        if let Due::On(due) = state.due {
            count(&mut self.load, due.days_since(self.plan.first_day), -1);
        }
        if let Due::On(due) = next.due {
            count(&mut self.load, due.days_since(self.plan.first_day), 1);
        }
        let seconds = SECONDS[kind][usize::from(grade.number()) - 1];
        let card = &mut self.cards[number];
        card.start = Start { state: next, mind: Some(mind) };
        card.grade = Some(grade);
        card.answers += 1;
        let took_ms = (seconds * 1000.0) as u32;
        self.life.answers.push(Answer { card: number as i64, at: now, day: today, grade, took_ms });
        seconds
    }

    fn planned(&self, number: usize, state: &CardState, mind: &Mind, at: &Moment, grade: Grade) -> CardState {
        let uid = CardUid(number as i64);
        let scheduler = match self.planner {
            Planner::Scheduler(scheduler) => scheduler,
            Planner::Fixed(days) => return by_days(state, at, grade, days),
            Planner::Leitner(most) => {
                let next = if state.phase == Phase::Review { state.interval * 2 } else { 1 };
                return by_days(state, at, grade, next.min(most));
            }
            Planner::Knowing(retention) => {
                let days = self.learner.interval(mind, retention).round().clamp(1.0, 36_500.0);
                return by_days(state, at, grade, days as u32);
            }
        };
        let next = scheduler.answer(uid, state, at, grade, None);
        match next.range {
            Some(range) if self.plan.balance => {
                let due_on = |day: Day| {
                    let index = usize::try_from(day.days_since(self.plan.first_day)).ok();
                    index.and_then(|index| self.load.get(index)).copied().unwrap_or(0)
                };
                let fuzz = Fuzz::of(uid, state.reps);
                next.settle(balanced(range, at.today, due_on, &EasyDays::default(), fuzz))
            }
            _ => next.state,
        }
    }

    /// Looks into the learner's head at the end of a day.
    fn look(&self, today: Day, report: &mut DayReport) {
        let at = Moment { now: evening(today), today, zone: ZoneOffset::UTC };
        for card in &self.cards {
            let Some(mind) = card.start.mind else { continue };
            let recall = self.learner.recall(&mind, f64::from(card.start.state.days_since_last(&at)));
            report.seen += 1;
            report.known += recall;
            report.weak += u32::from(recall < WEAK);
        }
    }
}

/// The end of a study day.
fn evening(today: Day) -> Timestamp {
    Timestamp((i64::from(today.0) + 1) * DAY_MS + 4 * 3_600_000)
}

fn count(load: &mut [u32], day: i32, change: i32) {
    if let Some(cell) = usize::try_from(day).ok().and_then(|day| load.get_mut(day)) {
        *cell = cell.saturating_add_signed(change);
    }
}

/// A success waits some days; a failure is tried again after ten minutes until it succeeds.
fn by_days(state: &CardState, at: &Moment, grade: Grade, days: u32) -> CardState {
    let memory = state.memory;
    let lapsed = matches!(state.phase, Phase::Review | Phase::Relearning);
    match grade {
        Grade::Again => {
            let phase = if lapsed { Phase::Relearning } else { Phase::Learning };
            state.waiting(phase, 0, 600_000, memory, at).state
        }
        _ => state.away(Fuzz::NONE.span(f64::from(days), 1, super::MAX_INTERVAL), memory, at).state,
    }
}

#[cfg(test)]
mod tests;
